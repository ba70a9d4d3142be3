package models_test

import (
	"fmt"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"heard/models"

	"github.com/google/go-cmp/cmp"
)

// complete is the sound file with everything that people can read, and a
// translation of some of it.
func complete(t testing.TB, edits ...string) *models.Consultation {
	t.Helper()
	return parsed(t, append([]string{
		"acts: [make]\n", "acts: [make]\n  why: The bank is washing away.\n  area: From the weir to the mill.\n",
		"    text: Where?\n", "    text: Where?\n    hint: Any part of it.\n    options: [{id: unsure, text: I am not sure}]\n",
		"    type: long_text\n    text: Why?\n", "    type: long_text\n    text: Why?\n    body: Say as much as you like.\n",
		"ask: [A1, C1, D1]", "ask: [A1, C1, D1, P1]",
		"equality:\n", `  - id: P1
    type: place
    text: Where do you live?
    options: [{id: elsewhere, text: Somewhere else}]
areas:
  - {id: north, name: North bank}
  - {id: south, name: South bank}
formats:
  - {name: Large print}
confidentiality: We do not ask who you are.
translations:
  cy:
    checked: true
    wording:
      title: Y llwybr
      area north: Glan y gogledd
      scale agree agree: Cytuno
      question B1: Wedi ei ysgrifennu ddwywaith
      question P1 option elsewhere: Rhywle arall
      question E1 option over: 18 oed neu hŷn
equality:
`,
		"  - id: walker\n    when: A1 is walk\n    ask", "  - id: walker\n    name: People who walk\n    when: A1 is walk\n    ask",
		"    url: https://rescue", "    what: They come with a boat.\n    url: https://rescue",
	}, edits...)...)
}

// everyText is every wording in the consultation, by the map that holds it,
// with the path to it.
func everyText(c *models.Consultation) map[uintptr]string {
	found := map[uintptr]string{}
	var walk func(v reflect.Value, path string)
	walk = func(v reflect.Value, path string) {
		switch {
		case v.Type() == reflect.TypeFor[models.Text]():
			if !v.Interface().(models.Text).Empty() {
				found[v.Pointer()] = path
			}
		case v.Kind() == reflect.Struct:
			for i := range v.NumField() {
				walk(v.Field(i), path+"."+v.Type().Field(i).Name)
			}
		case v.Kind() == reflect.Slice, v.Kind() == reflect.Array:
			for i := range v.Len() {
				walk(v.Index(i), path+"[]")
			}
		case v.Kind() == reflect.Map:
			for _, k := range v.MapKeys() {
				walk(v.MapIndex(k), path+"["+k.String()+"]")
			}
		case v.Kind() == reflect.Pointer && !v.IsNil():
			walk(v.Elem(), path)
		}
	}
	walk(reflect.ValueOf(c).Elem(), "")
	return found
}

// A wording that Wordings leaves out could never be translated, and one that it
// names twice would be asked of a translator twice.
func TestWordingsAreComplete(t *testing.T) {
	for name, c := range map[string]*models.Consultation{"every kind": complete(t), "the demonstration": demonstration(t)} {
		all := everyText(c)
		named := map[uintptr]string{}
		for key, text := range c.Wordings() {
			at := reflect.ValueOf(*text).Pointer()
			if all[at] == "" {
				t.Errorf("%s: %q is no wording of the consultation", name, key)
			}
			if other := named[at]; other != "" {
				t.Errorf("%s: %q and %q are one wording", name, key, other)
			}
			named[at] = key
		}
		for at, path := range all {
			if named[at] == "" {
				t.Errorf("%s: the wording at %s has no key", name, path)
			}
		}
	}
}

func TestWordingsOfEveryKind(t *testing.T) {
	want := strings.Split(`area north
area south
confidentiality
format 1
group other
group walker
help 1
path walker
proposal alternative 1
proposal alternative 1 why not
proposal area
proposal decision
proposal evidence 1
proposal summary
proposal why
question A1
question A1 option row
question A1 option walk
question B1
question B1 option day
question B1 option never
question B2
question B2 hint
question B2 option unsure
question C1
question D1
question D1 body
question E1
question E1 option over
question E1 option under_18
question P1
question P1 option elsewhere
rule R1
scale agree agree
scale agree disagree
title`, "\n")
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(complete(t).Wordings()))); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
}

// The wording of a translation arrives wherever it is shown, and what stands
// beside the question itself goes first.
func TestTranslate(t *testing.T) {
	c := complete(t)
	for what, test := range map[string]struct {
		text models.Text
		want string
	}{
		"title":                              {c.Title, "Y llwybr"},
		"an area":                            {c.Areas[0].Name, "Glan y gogledd"},
		"the area as an option":              {c.Question("P1").Option("north").Text, "Glan y gogledd"},
		"a place question's own option":      {c.Question("P1").Option("elsewhere").Text, "Rhywle arall"},
		"a scale":                            {c.Scales["agree"][0].Text, "Cytuno"},
		"the scale as options":               {c.Question("C1").Option("agree").Text, "Cytuno"},
		"an equality question's option":      {c.Equality[0].Option("over").Text, "18 oed neu hŷn"},
		"wording that stands beside it, too": {c.Question("B1").Text, "Pryd?"},
	} {
		if got, in := test.text.In("cy"); got != test.want || in != "cy" {
			t.Errorf("%s: got %q in %q, want %q", what, got, in, test.want)
		}
	}
	// What is not translated is read in the first language, and says so.
	if got, in := c.Question("D1").Text.In("cy"); got != "Why?" || in != "en" {
		t.Errorf("what is not translated: got %q in %q", got, in)
	}
	missing := c.Untranslated("cy")
	if !slices.IsSorted(missing) || !slices.Contains(missing, "question D1") || slices.Contains(missing, "question B1") || slices.Contains(missing, "title") {
		t.Errorf("not translated: %q", missing)
	}
	if got, want := len(missing), len(c.Wordings())-6; got != want {
		t.Errorf("%d are not translated, want %d: %q", got, want, missing)
	}
	if got := c.Untranslated("en"); len(got) > 0 {
		t.Errorf("the first language lacks %q", got)
	}
}

// A language may be a form of another, such as English in Easy Read, and is
// found in the file all the same.
func TestTranslateIntoEasyRead(t *testing.T) {
	edits := []string{"languages: [en, cy]", "languages: [en, cy, en-x-easy]",
		"equality:\n", "translations:\n  en-x-easy:\n    wording:\n      title: The walk\n      question C1: Is it good?\nequality:\n"}
	c := parsed(t, edits...)
	if got, in := c.Title.In("en-x-easy"); got != "The walk" || in != "en-x-easy" {
		t.Errorf("got %q in %q", got, in)
	}
	source := strings.NewReplacer(edits[0], edits[1], edits[2], strings.Replace(edits[3], "question C1", "question C9", 1)).Replace(sound)
	_, err := models.ParseConsultation("f.yaml", []byte(source))
	line := 1 + strings.Count(source[:strings.Index(source, "question C9")], "\n")
	if f := models.FieldsOf(err); len(f) != 1 || f[0].Field != fmt.Sprintf("f.yaml:%d", line) {
		t.Errorf("an unknown wording: %v, want line %d", err, line)
	}
}

// Pages tell people that nobody has checked a translation.
func TestUnchecked(t *testing.T) {
	c := complete(t)
	for language, want := range map[string]bool{"en": false, "cy": false, "ro": true} {
		if got := c.Unchecked(language); got != want {
			t.Errorf("%s: unchecked is %v", language, got)
		}
	}
	if !complete(t, "    checked: true\n    wording", "    checked: false\n    wording").Unchecked("cy") {
		t.Error("a translation that says it is not checked is taken to be")
	}
	if !parsed(t).Unchecked("cy") {
		t.Error("wording beside the question counts as a checked translation")
	}
}

// Everybody who opens the demonstration in one of its languages can read all of
// it.
func TestTheDemonstrationIsTranslated(t *testing.T) {
	c := demonstration(t)
	if want := []string{"en", "ro", "ur", "pa", "bn", "pl"}; !slices.Equal(c.Languages, want) {
		t.Errorf("languages %q, want %q", c.Languages, want)
	}
	for _, language := range []string{"ro", "ur", "pa", "bn", "pl"} {
		if missing := c.Untranslated(language); len(missing) > 0 {
			t.Errorf("%s lacks %q", language, missing)
		}
		if got, want := len(c.Translations[language].Wording), len(c.Wordings()); got != want {
			t.Errorf("the block of %s has %d wordings, want %d", language, got, want)
		}
	}
}

// What a card leads to is what its answers would lead to, and nobody can change
// the card through it.
func TestCards(t *testing.T) {
	c := parsed(t, "equality:\n", "cards:\n  - {id: fern, answers: {A1: [walk], B1: [day]}}\nequality:\n")
	k := c.Card("fern")
	if k == nil || c.Card("oak") != nil || c.Card("") != nil {
		t.Fatalf("card %v, and another %v", k, c.Card("oak"))
	}
	given := k.Given()
	want := models.Answers{"A1": {Options: []string{"walk"}}, "B1": {Options: []string{"day"}}}
	if diff := cmp.Diff(want, given); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := c.PathFor(given).ID; got != "walker" {
		t.Errorf("path %s", got)
	}
	given["A1"].Options[0] = "row"
	if diff := cmp.Diff(want, k.Given()); diff != "" {
		t.Errorf("the card changed (-want +got):\n%s", diff)
	}
	// The demonstration's card opens a quiet path and its name gives nothing
	// away.
	c = demonstration(t)
	if p := c.PathFor(c.Card("fern").Given()); p.ID != "sex_worker" || !p.Quiet {
		t.Errorf("the card leads to path %s", p.ID)
	}
}

// A place question offers the areas, and its own options after them. Nobody is
// asked for anything finer.
func TestPlaces(t *testing.T) {
	c := complete(t)
	q := c.Question("P1")
	var ids []string
	for _, o := range q.Options {
		ids = append(ids, o.ID)
	}
	if diff := cmp.Diff([]string{"north", "south", "elsewhere"}, ids); diff != "" {
		t.Errorf("options (-want +got):\n%s", diff)
	}
	if !q.Closed() || !q.Single() || q.Written() {
		t.Error("a place is not answered by choosing one")
	}
	if f := q.Check(models.Given{Options: []string{"north", "south"}}); f.Code != "answer.one" {
		t.Errorf("two places: %+v", f)
	}
	if f := q.Check(models.Given{Text: "12 Weir Street"}); f.Code == "" {
		t.Error("an address was taken for a place")
	}
	// Areas can be looked at in conditions, as other options can.
	c = complete(t, "  - id: other\n", "  - id: northerner\n    name: People of the north bank\n    when: P1 is north\n  - id: other\n")
	if got := c.GroupsFor(models.Answers{"P1": {Options: []string{"north"}}}); !slices.Equal(got, []string{"northerner"}) {
		t.Errorf("groups %q", got)
	}
}

func TestRankedLeavesOutWhatStandsAlone(t *testing.T) {
	q := models.Question{Type: models.TypeRanking, Options: []models.Option{{ID: "a"}, {ID: "none", Alone: true}, {ID: "b"}}}
	var ids []string
	for _, o := range q.Ranked() {
		ids = append(ids, o.ID)
	}
	if !slices.Equal(ids, []string{"a", "b"}) || len(q.Options) != 3 {
		t.Errorf("ranked %q of %d options", ids, len(q.Options))
	}
}

func TestKeys(t *testing.T) {
	got := models.Keys([]models.Attachment{{Key: "a", Original: "b"}, {Key: "c"}})
	if !slices.Equal(got, []string{"a", "b", "c"}) || models.Keys(nil) != nil {
		t.Errorf("keys %q, of nothing %q", got, models.Keys(nil))
	}
}

// A fault that a catalogue does not know would be shown in English to somebody
// who does not read it.
func TestEveryFaultHasItsWordingInEveryLanguage(t *testing.T) {
	source, err := os.ReadFile("submission.go")
	if err != nil {
		t.Fatal(err)
	}
	codes := regexp.MustCompile(`"(answer\.[a-z.]+)"`).FindAllStringSubmatch(string(source), -1)
	if len(codes) < 15 {
		t.Fatalf("found %d codes", len(codes))
	}
	for _, language := range demonstration(t).Languages {
		catalogue, err := os.ReadFile("../views/locales/" + language + ".json")
		if err != nil {
			t.Fatal(err)
		}
		for _, code := range codes {
			if !strings.Contains(string(catalogue), `"`+code[1]+`":`) {
				t.Errorf("%s has no wording for %s", language, code[1])
			}
		}
	}
}
