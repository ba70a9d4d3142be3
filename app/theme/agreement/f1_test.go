package agreement

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func set(ids ...string) map[string]bool {
	m := map[string]bool{}
	for _, id := range ids {
		m[id] = true
	}
	return m
}

func TestF1(t *testing.T) {
	for _, test := range []struct {
		name  string
		items []Overlap
		want  float64
	}{
		{"nothing", nil, 1},
		{"both say: none", []Overlap{Of(set(), set())}, 1},
		{"the same", []Overlap{Of(set("a", "b"), set("b", "a")), Of(set("c"), set("c"))}, 1},
		{"nothing shared", []Overlap{Of(set("a"), set("b")), Of(set(), set("c"))}, 0},
		// 2 shared, 3 and 3 given.
		{"partly", []Overlap{Of(set("a", "b"), set("a")), Of(set("c"), set("c", "d"))}, 2.0 / 3},
		// Of two coders one agrees and one does not: half a theme is shared.
		{"averaged", []Overlap{Mean([]Overlap{Of(set("a"), set("a")), Of(set("a"), set("b"))})}, 0.5},
		{"an entry that is false is not in the set", []Overlap{Of(map[string]bool{"a": true, "b": false}, set("a"))}, 1},
	} {
		if got, low, high := F1(test.items, 1); math.Abs(got-test.want) > 1e-9 || low > got || high < got {
			t.Errorf("%s: %v (%v to %v), want %v", test.name, got, low, high, test.want)
		}
	}
}

// With 400 items of one theme each, of which seven in ten agree, the interval is
// that of a proportion: 1.96·√(0.7·0.3/400) either side.
func TestF1Interval(t *testing.T) {
	var items []Overlap
	for i := range 400 {
		o := Overlap{One: 1, Other: 1}
		if i%10 < 7 {
			o.Both = 1
		}
		items = append(items, o)
	}
	f1, low, high := F1(items, 7)
	const half = 0.0449
	if f1 != 0.7 || math.Abs(low-(0.7-half)) > 0.01 || math.Abs(high-(0.7+half)) > 0.01 {
		t.Errorf("%v (%v to %v), want 0.7 ± %v", f1, low, high, half)
	}
	if again, l, h := F1(items, 7); again != f1 || l != low || h != high {
		t.Error("the same seed gives another interval")
	}
}

func TestF1Promises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) map[string]bool {
			return set(rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c"}), 0, 3).Draw(t, name)...)
		}
		var one, other []Overlap
		for range rapid.IntRange(1, 12).Draw(t, "items") {
			a, b := draw("one"), draw("other")
			one, other = append(one, Of(a, b)), append(other, Of(b, a))
		}
		f1, low, high := F1(one, 3)
		if back, _, _ := F1(other, 3); math.Abs(back-f1) > 1e-12 {
			t.Fatalf("%v one way, %v the other", f1, back)
		}
		if low < 0 || high > 1+1e-12 || low > high || math.IsNaN(f1) {
			t.Fatalf("%v (%v to %v)", f1, low, high)
		}
	})
}
