package report

import (
	"bytes"
	"encoding/json"
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
	if !Strike(&now, "aa") || Strike(&now, "aa") {
		t.Error("words are taken out once")
	}
	data, _ = json.Marshal(now)
	if bytes.Contains(data, []byte("black")) || bytes.Contains(data, []byte("bandstand")) || bytes.Contains(data, []byte(`"aa"`)) {
		t.Errorf("something is left: %s", data)
	}
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
