package disclose

import (
	"fmt"
	"maps"
	"math/bits"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var ladder = Ladder{
	Rungs: []Rung{{Attribute: "channel"}, {Attribute: "language"}, {Attribute: "group", Further: true},
		{Attribute: "stance"}, {Attribute: "area"}, {Attribute: "group"}},
	Groups:    "group",
	Sensitive: func(value string) bool { return strings.HasPrefix(value, "!") },
}

// person is a record from values such as "group=resident".
func person(labels ...string) Record {
	r := Record{Labels: map[string][]string{}}
	for _, l := range labels {
		attribute, value, _ := strings.Cut(l, "=")
		r.Labels[attribute] = append(r.Labels[attribute], value)
		r.AtRisk = r.AtRisk || ladder.Sensitive(value)
	}
	return r
}

func crowd(n int, labels ...string) []Record {
	return slices.Repeat([]Record{person(labels...)}, n)
}

// shown counts people by what is shown of them.
func shown(people []Record) map[string]int {
	n := map[string]int{}
	for _, p := range people {
		n[strings.Join(values(p.Labels), " ")]++
	}
	return n
}

func values(labels map[string][]string) (out []string) {
	for _, attribute := range slices.Sorted(maps.Keys(labels)) {
		for _, value := range labels[attribute] {
			out = append(out, attribute+"="+value)
		}
	}
	return out
}

func TestRelease(t *testing.T) {
	for _, test := range []struct {
		name   string
		people [][]Record
		want   map[string]int
	}{
		{"nobody", nil, map[string]int{}},
		{"enough of everything", [][]Record{crowd(5, "group=resident", "area=north", "stance=for", "channel=web")},
			map[string]int{"area=north channel=web group=resident stance=for": 5}},
		{"too few in all", [][]Record{crowd(4, "group=resident")}, map[string]int{"": 4}},
		{"the channel goes before the ward", [][]Record{crowd(8, "group=resident", "area=north", "channel=web"), crowd(3, "group=resident", "area=north", "channel=paper"), crowd(2, "group=resident", "area=north", "channel=email")},
			map[string]int{"area=north channel=web group=resident": 8, "area=north group=resident": 5}},
		{"only what must go goes", [][]Record{crowd(8, "group=resident", "area=north", "channel=web"), crowd(3, "group=resident", "area=south", "channel=web"), crowd(2, "group=resident", "area=east", "channel=web")},
			map[string]int{"area=north channel=web group=resident": 8, "channel=web group=resident": 5}},
		{"further groups go before the first", [][]Record{crowd(3, "group=resident", "group=business"), crowd(5, "group=resident")},
			map[string]int{"group=resident": 8}},
		{"somebody alone is joined by those who can be spared", [][]Record{crowd(20, "group=resident", "area=north"), crowd(1, "group=elected", "area=west")},
			map[string]int{"area=north group=resident": 11, "": 10}},
		{"a class with nobody to spare joins as a whole", [][]Record{crowd(6, "group=resident"), crowd(5, "group=visitor"), crowd(8, "group=!sex_worker"), crowd(1, "group=elected")},
			map[string]int{"group=resident": 5, "group=visitor": 5, "": 10}},
		{"a class with nobody to spare joins whole", [][]Record{crowd(5, "group=resident"), crowd(10, "group=visitor"), crowd(3, "group=elected")},
			map[string]int{"group=visitor": 5, "": 13}},
		{"nine at risk are not shown to be", [][]Record{crowd(9, "group=!sex_worker", "area=north", "stance=against"), crowd(20, "group=resident")},
			map[string]int{"group=resident": 19, "": 10}},
		{"ten are, and nothing else of them", [][]Record{crowd(10, "group=resident", "group=!sex_worker", "area=north", "stance=against", "channel=web"), crowd(20, "group=resident")},
			map[string]int{"group=!sex_worker": 10, "group=resident": 20}},
		{"of several groups at risk the first, if they are too few for all", [][]Record{crowd(8, "group=!sex_worker"), crowd(2, "group=!sex_worker", "group=!homeless")},
			map[string]int{"group=!sex_worker": 10}},
		{"what is on no rung is not released", [][]Record{crowd(12, "group=resident", "age=30")}, map[string]int{"group=resident": 12}},
	} {
		people := slices.Concat(test.people...)
		if diff := cmp.Diff(test.want, shown(Release(people, ladder))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

// population draws n people as a consultation has them: a few large groups, some
// small ones, people in several, wards of every size, and some at risk.
func population(rng *rand.Rand, n int) []Record {
	skewed := func(most int) int { return int(float64(most) * rng.Float64() * rng.Float64() * rng.Float64()) }
	people := make([]Record, n)
	for i := range people {
		var labels []string
		groups := []string{"resident", "business", "visitor", "!sex_worker", "support_worker", "organisation", "!homeless", "elected"}
		in := groups[skewed(len(groups))]
		labels = append(labels, "group="+in)
		if also := groups[rng.IntN(len(groups))]; rng.IntN(8) == 0 && also != in {
			labels = append(labels, "group="+also)
		}
		if rng.IntN(5) > 0 {
			labels = append(labels, fmt.Sprintf("area=ward %d", skewed(21)))
		}
		if rng.IntN(20) > 0 {
			labels = append(labels, "stance="+[]string{"for", "against", "unsure"}[skewed(3)])
		}
		labels = append(labels, "channel="+[]string{"web", "paper", "email", "assisted"}[skewed(4)],
			"language="+[]string{"en", "ro", "ur", "pa", "bn", "pl"}[skewed(6)])
		people[i] = person(labels...)
	}
	return people
}

// populations calls f for twenty of them, of 12 to 2,000 people.
func populations(t *testing.T, f func(t *testing.T, rng *rand.Rand, people []Record)) {
	for seed := range 20 {
		rng := rand.New(rand.NewPCG(uint64(seed), 5))
		n := []int{12, 40, 150, 300, 2000}[seed%5]
		t.Run(fmt.Sprintf("%d people, seed %d", n, seed), func(t *testing.T) { f(t, rng, population(rng, n)) })
	}
}

// checkReleased reports what is wrong with a release of people.
func checkReleased(t *testing.T, people, released []Record) {
	t.Helper()
	if len(released) != len(people) {
		t.Fatalf("%d records for %d people", len(released), len(people))
	}
	for i, r := range released {
		for attribute, values := range r.Labels {
			for _, value := range values {
				if !slices.Contains(people[i].Labels[attribute], value) {
					t.Errorf("somebody is shown with %s=%s, which is not theirs", attribute, value)
				}
				if people[i].AtRisk && !ladder.Sensitive(value) {
					t.Errorf("somebody at risk is shown with %s=%s", attribute, value)
				}
			}
		}
	}
	for what, n := range shown(released) {
		least := Threshold
		if what == "" || strings.Contains(what, "!") {
			least = SensitiveThreshold
		}
		if n < min(least, len(people)) || n < least && what != "" {
			t.Errorf("%d people are shown as %q, want %d", n, what, least)
		}
	}
}

func TestReleasedClassesAreLargeEnough(t *testing.T) {
	populations(t, func(t *testing.T, rng *rand.Rand, people []Record) {
		released := Release(people, ladder)
		checkReleased(t, people, released)
		if diff := cmp.Diff(released, Release(people, ladder)); diff != "" {
			t.Errorf("a second release of the same people differs:\n%s", diff)
		}
		if diff := cmp.Diff(shown(released), shown(Release(released, ladder))); diff != "" {
			t.Errorf("releasing what is released changes it:\n%s", diff)
		}
		// People leave, one after the other.
		for range min(10, len(people)) {
			i := rng.IntN(len(released))
			people, released = slices.Delete(people, i, i+1), slices.Delete(released, i, i+1)
			left := Release(released, ladder)
			checkReleased(t, released, left) // so it adds nothing either
			released = left
		}
	})
}

// set is people, a bit each.
type set []uint64

func (s set) and(t set) set {
	out := slices.Clone(s)
	for i := range out {
		out[i] &= t[i]
	}
	return out
}

func (s set) without(t set) set {
	out := slices.Clone(s)
	for i := range out {
		out[i] &^= t[i]
	}
	return out
}

func (s set) size() (n int) {
	for _, b := range s {
		n += bits.OnesCount64(b)
	}
	return n
}

// whoever returns the people that something holds of.
func whoever(people []Record, holds func(i int) bool) set {
	s := make(set, len(people)/64+1)
	for i := range people {
		if holds(i) {
			s[i/64] |= 1 << (i % 64)
		}
	}
	return s
}

// showing returns who is shown with each value.
func showing(people []Record) map[string]set {
	by := map[string]set{}
	for _, p := range people {
		for _, v := range values(p.Labels) {
			if by[v] == nil {
				by[v] = whoever(people, func(i int) bool { return slices.Contains(values(people[i].Labels), v) })
			}
		}
	}
	return by
}

// conditions calls f for all that can be asked: everybody, one value, and two or
// three of which all must hold.
func conditions(all []string, f func(condition ...string)) {
	f()
	for i, a := range all {
		f(a)
		for j, b := range all[i+1:] {
			f(a, b)
			for _, c := range all[i+1+j+1:] {
				f(a, b, c)
			}
		}
	}
}

// Whoever subtracts the answers to any two questions is left with nobody or with
// enough people.
func TestReleasedAnswersCannotBeSubtracted(t *testing.T) {
	populations(t, func(t *testing.T, _ *rand.Rand, people []Record) {
		released := Release(people, ladder)
		by, everybody := showing(released), whoever(people, func(int) bool { return true })
		atRisk := whoever(people, func(i int) bool { return people[i].AtRisk })
		answers := map[string]set{}
		conditions(slices.Sorted(maps.Keys(by)), func(condition ...string) {
			s := everybody
			for _, v := range condition {
				s = s.and(by[v])
			}
			answers[fmt.Sprint(s)] = s
		})
		for _, a := range answers {
			for _, b := range answers {
				left := a.without(b)
				if n := left.size(); n > 0 && n < min(Threshold, len(people)) || n < min(SensitiveThreshold, len(people)) && left.and(atRisk).size() > 0 {
					t.Fatalf("two answers differ in %d people, of whom %d are at risk", n, left.and(atRisk).size())
				}
			}
		}
		t.Logf("%d different answers", len(answers))
	})
}

// Whoever works out bounds for what is withheld, from what is shown and from
// what could stand in its place, cannot tell a small true count from none or from
// enough.
func TestReleasedRecordsBoundNothing(t *testing.T) {
	populations(t, func(t *testing.T, _ *rand.Rand, people []Record) {
		released := Release(people, ladder)
		everybody := whoever(people, func(int) bool { return true })
		truly, is, might := showing(people), showing(released), map[string]set{}
		for v := range truly {
			attribute, _, _ := strings.Cut(v, "=")
			might[v] = whoever(released, func(i int) bool {
				shown := values(released[i].Labels)
				switch {
				case slices.Contains(shown, v), len(shown) == 0:
					return true
				case strings.Contains(v, "!"): // who is at risk shows it or nothing, but may have further such groups
					return strings.Contains(strings.Join(shown, " "), "!")
				case attribute == ladder.Groups: // of which there may be further ones
					return true
				}
				return len(released[i].Labels[attribute]) == 0
			})
		}
		conditions(slices.Sorted(maps.Keys(truly)), func(condition ...string) {
			least := Threshold
			lowest, exactly, highest := everybody, everybody, everybody
			for _, v := range condition {
				if strings.Contains(v, "!") {
					least = SensitiveThreshold
				}
				if is[v] == nil {
					is[v] = make(set, len(everybody))
				}
				lowest, exactly, highest = lowest.and(is[v]), exactly.and(truly[v]), highest.and(might[v])
			}
			low, exact, high := lowest.size(), exactly.size(), highest.size()
			if low > exact || exact > high {
				t.Fatalf("%v: bounds %d to %d do not hold the true %d", condition, low, high, exact)
			}
			if 0 < exact && exact < least && (low > 0 || high < min(least, len(people))) {
				t.Errorf("%v: the true count is small, and bounds are %d to %d", condition, low, high)
			}
		})
	})
}

func BenchmarkRelease(b *testing.B) {
	people := population(rand.New(rand.NewPCG(1, 5)), 100_000)
	for b.Loop() {
		Release(people, ladder)
	}
}
