package report

import (
	"fmt"
	"strings"
	"testing"

	"heard/models"
)

// What is not counted is told by what became of it and why, as far as nobody can
// tell from it whether a single person took something back.
func TestWhatIsNotCounted(t *testing.T) {
	for name, test := range map[string]struct {
		withdrawn, replaced, aside int
		why                        map[models.Attention]int
		want                       string
	}{
		"nothing":                     {0, 0, 0, nil, "0: <10 <10 <10;"},
		"few each way":                {2, 3, 4, map[models.Attention]int{models.AsideMadeUp: 4}, "9: <10 <10 <10;"},
		"many each way":               {14, 12, 60, map[models.Attention]int{models.AttentionSpam: 21, models.AsideMadeUp: 24, models.AsideTrial: 9, models.AsideOther: 2}, "86: 14 12 60; made-up 24 spam 21 other 15"},
		"one for a reason of its own": {14, 12, 60, map[models.Attention]int{models.AttentionSpam: 20, models.AsideMadeUp: 39, models.AsideTrial: 1}, "86: 14 12 60; made-up 39 other 21"},
		"a flood, and nobody went":    {0, 0, 1000, map[models.Attention]int{models.AttentionSpam: 1000}, "1000: <10 <10 x;"},
		"a flood, and one took back":  {1, 0, 999, map[models.Attention]int{models.AttentionSpam: 999}, "1000: <10 <10 x;"},
	} {
		in := example()
		in.Withdrawn, in.Replaced, in.SetAside, in.Aside = test.withdrawn, test.replaced, test.aside, test.why
		roll := build(t, in).RollCall
		got := fmt.Sprintf("%d: %s %s %s;", roll.Uncounted, figureText(roll.Withdrawn), figureText(roll.Replaced), figureText(roll.SetAside))
		for _, g := range roll.Aside {
			got += " " + g.ID + " " + figureText(g.Count)
		}
		if got != test.want {
			t.Errorf("%s: %s, expected %s", name, got, test.want)
		}
	}
}

// Answers to the equality questions are totals that pass the gate; officers hold them
// against how many there are, and a later version repeats them.
func TestEqualityAnswers(t *testing.T) {
	in := shore()
	in.Consultation.Equality = []models.Question{{ID: "E1", Type: models.TypeChoice, Text: words("How old are you?"), Options: []models.Option{
		{ID: "young", Text: words("Under 45")}, {ID: "old", Text: words("45 or over")}, {ID: "unsaid", Text: words("Prefer not to say")}}}}
	if r := build(t, in); r.Equality != nil {
		t.Errorf("nobody answered, and the report has %+v", r.Equality)
	}
	in.Equality = map[string]map[string]int{"E1": {"young": 40, "old": 30, "unsaid": 12}}
	one := build(t, in)
	Write(one, in.Consultation, Written{Population: []models.Population{{Group: "E1.young", Figure: 900, Source: "Census"}}})
	e := one.Equality[0]
	if e.Base.Value != 82 || e.Options[0].Count.Value != 40 || *e.Options[0].Percent != 49 || e.Options[2].Count.Value != 12 {
		t.Errorf("%+v", e)
	}
	if m := one.Missing[0]; m.Name != "Under 45" || m.Count.Value != 40 || m.Population.Value != 900 {
		t.Errorf("held against how many there are: %+v", m)
	}
	// Four are too few, and the others would give them away.
	in.Equality["E1"]["unsaid"] = 4
	if e := build(t, in).Equality[0]; !e.Options[2].Count.Masked || !e.Options[0].Count.Masked && !e.Options[1].Count.Masked && !e.Base.Masked {
		t.Errorf("%+v", e)
	}
	in.Equality["E1"]["unsaid"] = 13
	in.Before = &Before{Report: one, Counted: map[string]bool{}}
	for _, s := range in.Submissions {
		in.Before.Counted[s.ID] = true
	}
	if e := build(t, in).Equality[0]; e.Options[2].Count.Value != 12 {
		t.Errorf("one more answered, and the next version says so: %+v", e)
	}
}

// The languages of few are not told, and each question of the form is printed.
func TestLanguagesAndQuestionnaire(t *testing.T) {
	in := shore()
	for i := range 25 {
		in.Submissions[i].Language = "ro"
	}
	in.Submissions[30].Language = "ur"
	r := build(t, in)
	var got []string
	for _, l := range r.Languages {
		got = append(got, l.Name+" "+figureText(l.Count))
	}
	if s := strings.Join(got, ", "); !strings.Contains(s, "Urdu <10") || strings.Count(s, "x") != 1 {
		t.Errorf("languages: %s", s)
	}
	if len(r.Asked) != len(in.Consultation.Questions) || r.Asked[1].Text != "Do you agree?" || len(r.Asked[1].Options) != 2 {
		t.Errorf("asked: %+v", r.Asked)
	}
}
