package models_test

import (
	"slices"
	"strings"
	"testing"

	"heard/models"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestParseRule(t *testing.T) {
	for _, test := range []struct {
		rule string
		want models.Rule
	}{
		{"A1 is self", models.Rule{{Question: "A1", Options: []string{"self"}}}},
		{"A1 is not self", models.Rule{{Question: "A1", Not: true, Options: []string{"self"}}}},
		{"A1 is self, helper", models.Rule{{Question: "A1", Options: []string{"self", "helper"}}}},
		{"A1 is self ,helper and  B2 is not x", models.Rule{{Question: "A1", Options: []string{"self", "helper"}}, {Question: "B2", Not: true, Options: []string{"x"}}}},
		{"A1 is not", models.Rule{{Question: "A1", Options: []string{"not"}}}},
		{"A1 is not not", models.Rule{{Question: "A1", Not: true, Options: []string{"not"}}}},
	} {
		got, err := models.ParseRule(test.rule)
		if diff := cmp.Diff(test.want, got); err != nil || diff != "" {
			t.Errorf("%q: %v\n%s", test.rule, err, diff)
		}
	}
	for _, s := range []string{"", "A1", "A1 is", "A1 = self", "is self", "A1 is self or helper", "A1 is self, ", "A1 is self and", "A1 is Self", "1A is self", "A1 is self\x00"} {
		if got, err := models.ParseRule(s); err == nil {
			t.Errorf("%q was read as %v", s, got)
		} else if !strings.Contains(err.Error(), "expected for example") {
			t.Errorf("%q: the error does not say what was expected: %v", s, err)
		}
	}
}

func TestWhenHolds(t *testing.T) {
	answers := models.Answers{"A": {Options: []string{"x", "y"}}, "B": {Options: []string{"z"}}}
	for _, test := range []struct {
		rules []string
		want  bool
	}{
		{nil, true},
		{[]string{"A is x"}, true},
		{[]string{"A is y, w"}, true},
		{[]string{"A is w"}, false},
		{[]string{"A is not w"}, true},
		{[]string{"A is not x"}, false},
		{[]string{"A is not w, y"}, false},
		{[]string{"C is x"}, false},
		{[]string{"C is not x"}, true}, // no answer at all
		{[]string{"A is x and B is w"}, false},
		{[]string{"A is x and B is z"}, true},
		{[]string{"A is w", "B is z"}, true},
		{[]string{"A is w", "B is w"}, false},
	} {
		var when models.When
		for _, s := range test.rules {
			rule, err := models.ParseRule(s)
			if err != nil {
				t.Fatal(err)
			}
			when = append(when, rule)
		}
		if got := when.Holds(answers); got != test.want {
			t.Errorf("%v: got %v", test.rules, got)
		}
	}
}

// answersTo draws answers to any of the questions, on the same route or not,
// and some that no question takes.
func answersTo(c *models.Consultation) *rapid.Generator[models.Answers] {
	return rapid.Custom(func(t *rapid.T) models.Answers {
		answers := models.Answers{}
		for i := range c.Questions {
			q := &c.Questions[i]
			if !rapid.Bool().Draw(t, q.ID) {
				continue
			}
			g := models.Given{}
			if len(q.Options) > 0 {
				var ids []string
				for _, o := range q.Options {
					ids = append(ids, o.ID)
				}
				most := 1
				if q.Type == models.TypeTicks || q.Type == models.TypeRanking {
					most = len(ids)
				}
				g.Options = rapid.SliceOfNDistinct(rapid.SampledFrom(ids), 0, most, rapid.ID).Draw(t, q.ID+" options")
			} else {
				g.Text = rapid.SampledFrom([]string{"", "words"}).Draw(t, q.ID+" text")
			}
			answers[q.ID] = g
		}
		if rapid.IntRange(0, 9).Draw(t, "orphan") == 0 {
			answers["NoSuchQuestion"] = models.Given{Text: "words"}
		}
		return answers
	})
}

// checkRouted fails when an answer is kept to a question that is not asked.
func checkRouted(t interface{ Fatalf(string, ...any) }, c *models.Consultation, kept models.Answers) {
	asked := map[string]bool{}
	for _, q := range c.Route(kept) {
		if asked[q.ID] {
			t.Fatalf("%s is asked twice", q.ID)
		}
		asked[q.ID] = true
	}
	for id := range kept {
		if !asked[id] {
			t.Fatalf("the answer to %s was kept, which is not asked", id)
		}
	}
}

func TestRouting(t *testing.T) {
	c := demonstration(t)
	rapid.Check(t, func(t *rapid.T) {
		answers := answersTo(c).Draw(t, "answers")
		given := answers.Clone()
		kept, dropped := c.Prune(answers)
		if diff := cmp.Diff(given, answers); diff != "" {
			t.Fatalf("pruning changed the answers it was given:\n%s", diff)
		}
		checkRouted(t, c, kept)
		again, more := c.Prune(kept)
		if diff := cmp.Diff(kept, again); diff != "" || len(more) > 0 {
			t.Fatalf("pruning twice drops %v:\n%s", more, diff)
		}
		// Every answer is either kept as it was or named as dropped.
		if !slices.IsSorted(dropped) || len(slices.Compact(slices.Clone(dropped))) != len(dropped) {
			t.Fatalf("dropped: %v", dropped)
		}
		if len(kept)+len(dropped) != len(answers) {
			t.Fatalf("%d answers, %d kept, %d dropped", len(answers), len(kept), len(dropped))
		}
		for id, g := range kept {
			if diff := cmp.Diff(answers[id], g); diff != "" || slices.Contains(dropped, id) {
				t.Fatalf("the answer to %s changed:\n%s", id, diff)
			}
		}
		if p := c.PathFor(kept); p == nil || len(p.Ask) == 0 {
			t.Fatalf("no path for %v", kept)
		}
		if len(c.Route(kept)) == 0 {
			t.Fatal("nothing is asked")
		}
		if groups := c.GroupsFor(kept); len(groups) == 0 {
			t.Fatal("in no group, so not counted in any")
		}
		checkConsents(t, c, kept)
	})
}

// checkConsents counts again what the chosen options allow.
func checkConsents(t *rapid.T, c *models.Consultation, kept models.Answers) {
	granted := map[models.Consent]bool{}
	for id, g := range kept {
		for _, chosen := range g.Options {
			for _, consent := range c.Question(id).Option(chosen).Grants {
				granted[consent] = true
			}
		}
	}
	got := c.ConsentsFor(kept)
	for _, consent := range got {
		if !granted[consent] {
			t.Fatalf("%s is granted by nothing that was chosen in %v", consent, kept)
		}
	}
	if len(got) != len(granted) || !slices.IsSorted(got) {
		t.Fatalf("granted %v, got %v", granted, got)
	}
}

// A sex worker is never asked what could point to a person, whatever else they
// answer, and sees no page that offers an attachment or equality questions.
func TestSexWorkersAreNotAskedWhatPointsToThem(t *testing.T) {
	c := demonstration(t)
	rapid.Check(t, func(t *rapid.T) {
		answers := answersTo(c).Draw(t, "answers")
		answers["A1"] = models.Given{Options: []string{"self"}}
		a2 := answers["A2"]
		if !slices.Contains(a2.Options, "sex_work") {
			a2.Options = append(a2.Options, "sex_work")
		}
		answers["A2"] = a2
		kept, _ := c.Prune(answers)
		if p := c.PathFor(kept); !p.Quiet || !strings.HasPrefix(p.ID, "sex_worker") {
			t.Fatalf("path %s, quiet: %v", p.ID, p.Quiet)
		}
		for _, q := range c.Route(kept) {
			if slices.Contains([]string{"A3", "B3", "B4", "F1"}, q.ID) || strings.HasPrefix(q.ID, "E") {
				t.Fatalf("%s is asked", q.ID)
			}
		}
	})
}

func TestChangingAnAnswerDropsOrphans(t *testing.T) {
	c := demonstration(t)
	answers := models.Answers{
		"A1": {Options: []string{"self"}},
		"A2": {Options: []string{"sex_work", "live_here"}},
		"M1": {Options: []string{"yes"}},
		"S2": {Options: []string{"same"}},
		"S5": {Text: "words"},
		"B6": {Text: "words"},
		"C1": {Options: []string{"agree"}},
		"G1": {Options: []string{"yes"}},
	}
	if _, dropped := c.Prune(answers); len(dropped) > 0 {
		t.Fatalf("nothing has changed, but %v are dropped", dropped)
	}
	answers["A2"] = models.Given{Options: []string{"sex_work"}}
	kept, dropped := c.Prune(answers)
	if diff := cmp.Diff([]string{"B6", "M1"}, dropped); diff != "" {
		t.Errorf("without living here (-want +got):\n%s", diff)
	}
	kept["A2"] = models.Given{Options: []string{"live_here"}}
	kept, dropped = c.Prune(kept)
	if diff := cmp.Diff([]string{"S2", "S5"}, dropped); diff != "" {
		t.Errorf("without sex work (-want +got):\n%s", diff)
	}
	if got := c.PathFor(kept).ID; got != "person" {
		t.Errorf("path %s", got)
	}
	if diff := cmp.Diff([]string{"resident"}, c.GroupsFor(kept)); diff != "" {
		t.Error(diff)
	}
}

func TestPruneOfNothing(t *testing.T) {
	c := demonstration(t)
	kept, dropped := c.Prune(nil)
	if kept == nil || len(kept) != 0 || len(dropped) != 0 {
		t.Errorf("got %v, %v", kept, dropped)
	}
}

func TestGroupsFor(t *testing.T) {
	c := demonstration(t)
	for _, test := range []struct {
		name    string
		answers models.Answers
		want    []string
	}{
		{"nothing said", nil, []string{"other"}},
		{"two ties", models.Answers{"A1": {Options: []string{"self"}}, "A2": {Options: []string{"sex_work", "live_here"}}}, []string{"resident", "sex_worker"}},
		{"a helper for one person", models.Answers{"A1": {Options: []string{"helper"}}, "H4": {Options: []string{"sex_workers"}}}, []string{"sex_worker"}},
		{"a summary counts once", models.Answers{"A1": {Options: []string{"helper"}}, "H1": {Options: []string{"summary"}}, "H4": {Options: []string{"sex_workers"}}}, []string{"organisation"}},
		{"they do not know", models.Answers{"A1": {Options: []string{"helper"}}, "H3": {Options: []string{"no"}}}, []string{"other"}},
	} {
		if diff := cmp.Diff(test.want, c.GroupsFor(test.answers)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

func TestConsentsFor(t *testing.T) {
	// The default holds only where nobody was asked.
	asks := parsed(t, "{id: row, text: I row}", "{id: row, text: I row, grants: [publish, quote, quote]}", "[quote]", "[name]")
	none := parsed(t)
	for _, test := range []struct {
		name    string
		c       *models.Consultation
		answers models.Answers
		want    []models.Consent
	}{
		{"not asked", none, nil, []models.Consent{models.ConsentQuote}},
		{"asked and silent", asks, nil, nil},
		{"asked and refused", asks, models.Answers{"A1": {Options: []string{"walk"}}}, nil},
		{"asked and granted", asks, models.Answers{"A1": {Options: []string{"row"}}}, []models.Consent{models.ConsentPublish, models.ConsentQuote}},
	} {
		if diff := cmp.Diff(test.want, test.c.ConsentsFor(test.answers)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

func TestConsentsOfAnswersThatAreNotAskedDoNotCount(t *testing.T) {
	c := demonstration(t)
	// O4 grants quote, publish and name, but only organisations are asked it.
	answers := models.Answers{"A1": {Options: []string{"self"}}, "O4": {Options: []string{"yes"}}, "G1": {Options: []string{"no"}}}
	if got := c.ConsentsFor(answers); len(got) > 0 {
		t.Errorf("got %v", got)
	}
}

func TestStanceOf(t *testing.T) {
	c := demonstration(t)
	for option, want := range map[string]string{"agree": models.StanceFor, "strongly_disagree": models.StanceAgainst, "dont_know": models.StanceUnsure, "no such": ""} {
		if got := c.StanceOf(models.Answers{"C1": {Options: []string{option}}}); got != want {
			t.Errorf("%s: got %q, expected %q", option, got, want)
		}
	}
	if got := c.StanceOf(models.Answers{"C6": {Text: "I strongly disagree"}}); got != "" {
		t.Errorf("a stance was guessed from words: %q", got)
	}
	if got := parsed(t, "    position: true\n", "").StanceOf(models.Answers{"C1": {Options: []string{"agree"}}}); got != "" {
		t.Errorf("a stance without a position question: %q", got)
	}
}

// Dropping one answer can close the question after it, and so on down the
// line.
func TestPruneFollowsConditionsToTheEnd(t *testing.T) {
	c := parsed(t,
		"      cy: Pryd?\n", "      cy: Pryd?\n    only_if: A1 is walk\n",
		"ask: [A1, C1, D1]", "ask: [A1, B1, B2, C1, D1]")
	answers := models.Answers{"A1": {Options: []string{"row"}}, "B1": {Options: []string{"day"}}, "B2": {Text: "words"}, "D1": {Text: "words"}}
	kept, dropped := c.Prune(answers)
	checkRouted(t, c, kept)
	if diff := cmp.Diff([]string{"B1", "B2"}, dropped); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A group is called unasked only where no answers can lead one of them to words.
func TestAsksInWords(t *testing.T) {
	when := func(rules ...string) (w models.When) {
		for _, s := range rules {
			r, err := models.ParseRule(s)
			if err != nil {
				t.Fatal(err)
			}
			w = append(w, r)
		}
		return w
	}
	c := &models.Consultation{Questions: []models.Question{{ID: "A", Type: models.TypeChoice}, {ID: "B", Type: models.TypeTicks}, {ID: "W", Type: models.TypeLongText, Themed: true}, {ID: "N", Type: models.TypeLongText}}}
	for _, test := range []struct {
		group, path, only models.When
		want              bool
	}{
		{nil, nil, nil, true},
		{when("A is x"), when("A is x, y"), nil, true},
		{when("A is x"), when("A is y"), nil, false},                         // one of them alone can be chosen
		{when("B is x"), when("B is y"), nil, true},                          // both can be ticked
		{when("B is x"), when("B is not x"), nil, false},                     // ticked and not
		{when("B is not x, y"), when("B is x"), nil, false},                  // the same the other way round
		{when("B is x, y"), when("B is not x"), nil, true},                   // y
		{when("B is not x"), when("B is not y"), nil, true},                  // neither
		{when("A is x", "A is y and B is x"), when("A is y"), nil, true},     // by the second rule
		{when("A is x"), when("A is y", "A is z"), nil, false},               // by neither
		{when("A is x"), when("A is x"), when("A is y"), false},              // on the path, and not shown
		{when("A is x and B is x"), when("B is not x", "B is y"), nil, true}, // x and y
	} {
		c.Groups = []models.Group{{ID: "g", When: test.group}}
		c.Questions[2].OnlyIf = test.only
		c.Paths = []models.Path{{When: test.path, Ask: []string{"A", "W"}}, {Ask: []string{"A", "N"}}}
		if got := c.AsksInWords("g"); got != test.want {
			t.Errorf("group %q on path %q, question %q: %v", test.group, test.path, test.only, got)
		}
	}
}
