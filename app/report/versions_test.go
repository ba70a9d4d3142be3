package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"heard/models"
)

// pairs visits every figure of a report with the same figure of the version before
// and of those who came since; nil where it stands in neither.
func pairs(now, before, change reflect.Value, path string, visit func(path string, now models.Figure, before, change *models.Figure)) {
	get := func(v reflect.Value) *models.Figure {
		if !v.IsValid() {
			return nil
		}
		f := v.Interface().(models.Figure)
		return &f
	}
	switch {
	case now.Type() == figureType:
		visit(path, now.Interface().(models.Figure), get(before), get(change))
	case now.Kind() == reflect.Pointer && !now.IsNil():
		inner := func(v reflect.Value) reflect.Value {
			if !v.IsValid() || v.IsNil() {
				return reflect.Value{}
			}
			return v.Elem()
		}
		pairs(now.Elem(), inner(before), inner(change), path, visit)
	case now.Kind() == reflect.Struct:
		for i := range now.NumField() {
			field := func(v reflect.Value) reflect.Value {
				if !v.IsValid() {
					return v
				}
				return v.Field(i)
			}
			if f := now.Type().Field(i); f.IsExported() && f.Name != "Summary" { // prose repeats figures
				pairs(now.Field(i), field(before), field(change), path+"."+f.Name, visit)
			}
		}
	case now.Kind() == reflect.Slice:
		find := func(list reflect.Value, key string, i int) reflect.Value {
			if !list.IsValid() {
				return list
			}
			for j := range list.Len() {
				if keyOf(list.Index(j)) == key && (key != "" || i == j) {
					return list.Index(j)
				}
			}
			return reflect.Value{}
		}
		for i := range now.Len() {
			key := keyOf(now.Index(i))
			pairs(now.Index(i), find(before, key, i), find(change, key, i), path+"["+key+"]", visit)
		}
	}
}

// Whoever comes and goes between two versions of a report, no figure of the later
// one tells more than the earlier and a report on those who came tell each; the
// same inputs give the same bytes; and everybody is accounted for.
func TestLaterVersionsFollow(t *testing.T) {
	moved := 0
	rapid.Check(t, func(t *rapid.T) {
		all := inputs(t)
		first, later := all, all
		cut := rapid.IntRange(0, len(all.Submissions)).Draw(t, "came later")
		first.Submissions = all.Submissions[:cut]
		gone := rapid.IntRange(0, min(2, cut)).Draw(t, "went")
		later.Submissions = slices.Clone(all.Submissions[gone:])
		one, err := Build(first)
		if err != nil {
			t.Skip("the first version cannot be published")
		}
		later.Before = &Before{Report: one, Counted: map[string]bool{}}
		for _, s := range first.Submissions {
			later.Before.Counted[s.ID] = true
		}
		came := all
		came.Submissions, came.Register = all.Submissions[cut:], nil
		change := &models.Report{}
		if len(came.Submissions) > 0 {
			if change, err = Build(came); err != nil {
				t.Skip("a report on those who came would expose somebody")
			}
		}
		two, err := Build(later)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Build(later)
		if err != nil {
			t.Fatal(err)
		}
		a, _ := json.Marshal(two)
		b, _ := json.Marshal(again)
		if !bytes.Equal(a, b) {
			t.Fatal("the same inputs gave other bytes")
		}
		pairs(reflect.ValueOf(two).Elem(), reflect.ValueOf(one).Elem(), reflect.ValueOf(change).Elem(), "", func(path string, now models.Figure, before, change *models.Figure) {
			switch {
			case strings.HasPrefix(path, ".Earlier") || strings.HasPrefix(path, ".Objections"):
			case now.Masked:
			case before == nil || before.Masked:
				t.Fatalf("%s is shown only in the later version", path)
			case now.Value == before.Value:
			case change == nil || change.Masked || now.Value-before.Value != change.Value:
				t.Fatalf("%s changed by what may not be shown", path)
			default:
				moved++
			}
		})
		if two.RollCall.Submissions != len(first.Submissions)+len(came.Submissions) || two.RollCall.InThemes+two.RollCall.HeardOnce+two.RollCall.ClosedOnly != two.RollCall.Submissions {
			t.Fatalf("the roll-call does not add up: %+v", two.RollCall)
		}
		for _, q := range two.Questions {
			for _, o := range q.Options {
				if o.Percent != nil && (o.Count.Masked || q.Base.Masked) {
					t.Fatal("a percentage of what is masked")
				}
			}
		}
	})
	if moved == 0 {
		t.Error("no figure ever changed, so nothing was tried")
	}
}

// What is told of the difference, and what is taken out of a version for good.
func TestChangesAndStrike(t *testing.T) {
	quote := models.ReportExcerpt{PublicID: "aa", Text: "The steps are black."}
	before := &models.Report{Total: models.Figure{Value: 40}, Themes: []models.ReportTheme{{ID: "t1", Label: "Lamps", Quotes: []models.ReportExcerpt{quote, {PublicID: "bb", Text: "Bins."}},
		Summary: []models.ReportSentence{{Kind: "quote", Quote: &quote, Quoted: []string{"aa"}}, {Kind: "quoted", Quoted: []string{"aa", "bb"}}}}},
		HeardOnce: []models.ReportExcerpt{{PublicID: "aa", Text: "A bandstand."}, {PublicID: "cc"}}, Consulted: []models.ReportConsulted{{Name: "A club", PublicID: "aa"}}}
	var now models.Report
	data, _ := json.Marshal(before)
	if err := json.Unmarshal(data, &now); err != nil {
		t.Fatal(err)
	}
	if said := Changes(before, &now, 0); len(said) != 0 {
		t.Errorf("nothing changed, and yet: %q", said)
	}
	struck := func(data []byte) ([]byte, bool) {
		data, changed, err := StrikeWords(data, []string{"aa"}, true, func(string) string { return "" }, nil)
		if err != nil {
			t.Fatal(err)
		}
		return data, changed
	}
	data, once := struck(data)
	if _, twice := struck(data); !once || twice {
		t.Error("words are taken out once")
	}
	now = models.Report{}
	if err := json.Unmarshal(data, &now); err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(data, []byte("black")) || bytes.Contains(data, []byte("bandstand")) {
		t.Errorf("something is left: %s", data)
	}
	now.HeardOnce, now.Consulted[0].PublicID = now.HeardOnce[1:], ""
	now.Total.Value, now.Petitions = 55, []models.ReportPetition{{Title: "Keep it"}}
	said := strings.Join(Changes(before, &now, 15), "\n")
	for _, want := range []string{"15 responses were added", "Responses: 55, before 40.", "Themes: 1 changed.", "Heard once: 1 taken out.", "Petitions: 1 added.", "Quotes: 1 taken out.", "Consulted: 1 changed."} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q:\n%s", want, said)
		}
	}
	if said := strings.Join(Changes(before, before, 1), "\n"); strings.Contains(said, "1 response") || !strings.Contains(said, "A few responses") {
		t.Errorf("one that came is told as %q", said)
	}
}

// A later version does not go on saying that a figure is small when it is not.
func TestWhatIsNoLongerSmallIsNotSaidToBe(t *testing.T) {
	few := models.Figure{Masked: true, Threshold: 5}
	for _, test := range []struct{ was, is, want models.Figure }{
		{few, models.Figure{Value: 40}, models.Figure{Masked: true}},
		{few, models.Figure{Value: 5}, models.Figure{Masked: true}},
		{few, few, few},
		{models.Figure{Masked: true}, models.Figure{Value: 40}, models.Figure{Masked: true}},
		{models.Figure{Value: 40}, few, models.Figure{Value: 40}},
	} {
		if got := steady(test.was, test.is); got != test.want {
			t.Errorf("%+v, then %+v: %+v, expected %+v", test.was, test.is, got, test.want)
		}
	}
}

// What is counted beside the submissions is not of those who came: it is never
// added up, and stays as it was unless it changed by enough, with the figure of a
// group at risk that an officer enters.
func TestWhatIsCountedBesideIsNotAddedUp(t *testing.T) {
	late := 12
	first := shore()
	first.Late, first.Redacted = &late, map[string]int{"phone number": 20}
	first.Objections = &models.ReportObjections{Made: models.Figure{Value: 12}, Upheld: models.Figure{Value: 6}}
	first.Register = []models.RegisterEntry{{Kind: models.RegisterPetition, Name: "Keep it", Number: 300}}
	boats := func(n int) Written {
		return Written{Population: []models.Population{{Group: "boat", Figure: n, Source: fmt.Sprintf("List of %d", n), Day: "2026-01-01"}, {Group: "walker", Figure: 1000 + n, Source: "Census", Day: "2021-03-21"}}}
	}
	one := build(t, first)
	if p := one.Objections.Percent; p == nil || *p != 8 {
		t.Errorf("12 of 142 are %v per cent", p)
	}
	Write(one, first.Consultation, boats(40))
	two := func(more int) *models.Report {
		in := shore()
		n := late + more
		in.Late, in.Redacted = &n, map[string]int{"phone number": 20 + more, "address": 7}
		in.Objections = &models.ReportObjections{Made: models.Figure{Value: 12 + more}, Upheld: models.Figure{Value: 6}}
		in.Register = []models.RegisterEntry{{Kind: models.RegisterPetition, Name: "Keep it", Number: 300 + more}, {Kind: models.RegisterPetition, Name: "End it", Number: 80}}
		in.Before = &Before{Report: one, Counted: map[string]bool{}}
		for _, s := range in.Submissions {
			in.Before.Counted[s.ID] = true
		}
		for i := range 40 {
			in.Submissions = append(in.Submissions, person(700+i, "walker", chose("C1", "yes")))
		}
		r := build(t, in)
		w := boats(40 + more)
		w.Before = one
		Write(r, in.Consultation, w)
		return r
	}
	for more, want := range map[int]string{0: "12 20 12 300 40 List of 40", 3: "12 20 12 303 40 List of 40", 15: "27 35 27 315 55 List of 55"} {
		r := two(more)
		got := fmt.Sprint(r.Late.Number.Value, r.Redactions[1].Count.Value, r.Objections.Made.Value, r.Petitions[0].Signatures.Value, r.Missing[0].Population.Value, r.Missing[0].Source)
		if r.Total.Value != 182 || strings.NewReplacer(" ", "").Replace(got) != strings.ReplaceAll(want, " ", "") {
			t.Errorf("%d more: %s of %d, expected %s", more, got, r.Total.Value, want)
		}
		if r.Redactions[0].Count.Value != 7 || r.Petitions[1].Signatures.Value != 80 || r.Missing[1].Population.Value != 1040+more {
			t.Errorf("%d more: what is new is %+v, %+v, %+v", more, r.Redactions[0], r.Petitions[1], r.Missing[1].Population)
		}
	}
}

// Once somebody objects, a later version does not go on saying that nobody does.
func TestNobodyObjectedDoesNotStay(t *testing.T) {
	in := shore()
	in.Objections = &models.ReportObjections{}
	one := build(t, in)
	if !one.Objections.Nobody() || one.Objections.Percent == nil || *one.Objections.Percent != 0 {
		t.Errorf("nobody is told as %+v", one.Objections)
	}
	in.Before = &Before{Report: one, Counted: map[string]bool{}}
	for _, s := range in.Submissions {
		in.Before.Counted[s.ID] = true
	}
	in.Objections = &models.ReportObjections{Made: models.Figure{Masked: true, Threshold: 5}, Upheld: models.Figure{Masked: true, Threshold: 5}}
	if o := build(t, in).Objections; o.Nobody() || o.Made.Threshold != 5 || o.Percent != nil {
		t.Errorf("a few are told as %+v", o)
	}
}

// A figure of a later version that tells of one person, by itself or by what is
// left when the version before is taken from it, stops the report.
func TestTwoVersionsAreAttackedTogether(t *testing.T) {
	first := shore()
	one := build(t, first)
	for name, test := range map[string]struct {
		came, no int
		edit     func(r *models.Report)
		says     string
	}{
		"as it is":             {40, 20, func(*models.Report) {}, ""},
		"too few to count":     {3, 1, func(*models.Report) {}, ""},
		"one more":             {40, 1, func(r *models.Report) { r.Questions[0].Options[1].Count.Value++ }, "version before"},
		"few, and yet counted": {3, 1, func(r *models.Report) { r.Total.Value += 3 }, "too few came"},
		"one fewer":            {40, 20, func(r *models.Report) { r.Questions[0].Options[0].Count.Value = 79 }, "less than in the version before"},
		"masked before":        {40, 20, func(r *models.Report) { r.Groups[2].Count = models.Figure{Value: 47} }, "masks"},
		"all but one said the same": {40, 1, func(r *models.Report) {
			yes, no := &r.Questions[0].Options[0], &r.Questions[0].Options[1]
			yes.Count, no.Count = models.Figure{Value: one.Questions[0].Options[0].Count.Value + 39}, models.Figure{Masked: true}
		}, "version before"},
	} {
		in := shore()
		in.Before = &Before{Report: one, Counted: map[string]bool{}}
		for _, s := range in.Submissions {
			in.Before.Counted[s.ID] = true
		}
		for i := range test.came {
			in.Submissions = append(in.Submissions, person(700+i, "walker", chose("C1", map[bool]string{true: "no", false: "yes"}[i < test.no])))
		}
		b, r, err := unchecked(in)
		if err != nil {
			t.Fatal(err)
		}
		test.edit(r)
		if err := b.attack(r); (err == nil) != (test.says == "") || err != nil && !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: got %v, expected …%s…", name, err, test.says)
		}
	}
}
