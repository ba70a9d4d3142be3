package report

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"heard/models"
)

// banks is a consultation that asks where people belong and shows one question by
// it. Of those at risk, ten named an area, too, and each says something else.
func banks() Input {
	in := Input{Consultation: river()}
	c := in.Consultation
	c.Areas = []models.Area{{ID: "north", Name: words("North")}, {ID: "south", Name: words("South")}, {ID: "isle", Name: words("The isle")}}
	noise := models.Question{ID: "B1", Type: models.TypeChoice, ByArea: true, Text: words("Is it loud?"), Options: []models.Option{{ID: "often", Text: words("Often")}, {ID: "sometimes", Text: words("Sometimes")}, {ID: "never", Text: words("Never")}}}
	where := models.Question{ID: "A3", Type: models.TypePlace, AboutYou: true, Text: words("Where do you live?"), Options: []models.Option{{ID: "north", Text: words("North")}, {ID: "south", Text: words("South")}, {ID: "isle", Text: words("The isle")}, {ID: "elsewhere", Text: words("Elsewhere")}}}
	c.Questions = append(c.Questions, noise, where)
	add := func(n int, group, area string, option string) {
		for i := range n {
			of := group
			if of == "" {
				of = []string{"walker", "rower"}[i%2]
			}
			s := person(len(in.Submissions), of)
			if group == "" && i%3 == 0 { // so that groups do not add up
				s.Groups = []string{"walker", "rower"}
			}
			if option != "" {
				s.Answers = append(s.Answers, chose("B1", option))
			}
			if area != "" {
				s.Answers = append(s.Answers, chose("A3", area))
			}
			in.Submissions = append(in.Submissions, s)
		}
	}
	for _, line := range []struct {
		area                    string
		often, sometimes, never int
	}{{"north", 40, 25, 12}, {"south", 31, 18, 22}, {"isle", 1, 2, 1}, {"elsewhere", 12, 14, 11}, {"", 7, 6, 9}} {
		add(line.often, "", line.area, "often")
		add(line.sometimes, "", line.area, "sometimes")
		add(line.never, "", line.area, "never")
	}
	add(6, "boat", "north", "often")
	add(4, "boat", "south", "never")
	add(9, "boat", "", "sometimes")
	return in
}

func TestByArea(t *testing.T) {
	r := build(t, banks())
	if len(r.ByArea) != 1 || r.ByArea[0].Question != "B1" || len(r.ByArea[0].Areas) != 4 {
		t.Fatalf("expected the one question that asks for it: %+v", r.ByArea)
	}
	told := r.ByArea[0]
	for _, want := range []struct{ option, area, most int }{{0, 0, 40}, {0, 1, 31}, {1, 0, 25}, {1, 1, 18}, {2, 0, 12}, {2, 1, 22}} {
		if f := told.Options[want.option].Areas[want.area].Count; !f.Masked && f.Value != want.most {
			t.Errorf("%s in %s: %+v, expected %d, without those at risk", told.Options[want.option].Text, told.Areas[want.area].Name, f, want.most)
		}
	}
	shown := 0
	for _, o := range told.Options {
		for j, g := range o.Areas {
			if !g.Count.Masked {
				shown++
				if told.Areas[j].ID == "isle" {
					t.Errorf("four people on the isle, and one answer shows: %+v", o)
				}
			}
		}
	}
	if shown < 4 {
		t.Errorf("only %d figures are shown: %+v", shown, told)
	}
	// Where people at risk live is counted nowhere, not even in the question's own table.
	at := slices.IndexFunc(r.Questions, func(q models.ReportQuestion) bool { return q.ID == "A3" })
	for i, n := range []int{77, 71} {
		if f := r.Questions[at].Options[i].Count; !f.Masked && f.Value != n {
			t.Errorf("%s: %+v, expected %d", r.Questions[at].Options[i].Text, f, n)
		}
	}
}

// Small figures of an area, and those at risk by what is left when the areas are
// taken from the question's own figures, each stop the report.
func TestOneSmallAreaStopsTheReport(t *testing.T) {
	// Few but those at risk named no area, so that hardly anybody else is left.
	in := banks()
	in.Submissions = slices.DeleteFunc(in.Submissions, func(s *models.Submission) bool {
		a := s.Answer("A3")
		return !slices.Contains(s.Groups, "boat") && (a == nil || a.Options[0] == "elsewhere")
	})
	for name, edit := range map[string]func(a *models.ReportByArea){
		"a small area":           func(a *models.ReportByArea) { a.Areas[2].Count = models.Figure{Value: 4} },
		"a small cell":           func(a *models.ReportByArea) { a.Options[1].Areas[2].Count = models.Figure{Value: 2} },
		"nobody":                 func(a *models.ReportByArea) { a.Options[2].Areas[2].Count = models.Figure{} },
		"everybody else":         func(a *models.ReportByArea) { a.Options[1].Areas[3].Count = models.Figure{Value: 9} },
		"held to its thresholds": weakly(in),
	} {
		b, r, err := unchecked(in)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.attack(r); err != nil {
			t.Fatal(err)
		}
		edit(&r.ByArea[0])
		if err := b.attack(r); err == nil {
			t.Errorf("%s: a stranger finds nothing", name)
		}
	}
}

// weakly writes a table by area that only thresholds were held against.
func weakly(in Input) func(*models.ReportByArea) {
	count := func(option, area string) (n int) {
		for _, s := range in.Submissions {
			at := in.Consultation.AreaOf(s)
			if in.Consultation.Sensitive(s.Groups) {
				at = ""
			}
			if a := s.Answer("B1"); at == area && a != nil && (option == "" || a.Options[0] == option) {
				n++
			}
		}
		return n
	}
	put := func(g *models.GroupFigure, n int) {
		least := 5
		if g.ID == "" {
			least = 10
		}
		g.Count = models.Figure{Value: n}
		if n < least {
			g.Count = models.Figure{Masked: true, Threshold: least}
		}
	}
	return func(a *models.ReportByArea) {
		for j := range a.Areas {
			put(&a.Areas[j], count("", a.Areas[j].ID))
			for i := range a.Options {
				put(&a.Options[i].Areas[j], count(a.Options[i].ID, a.Areas[j].ID))
			}
		}
	}
}

// Those who came since are a report by themselves here, too.
func TestByAreaInALaterVersion(t *testing.T) {
	in := banks()
	later := in
	in.Submissions = slices.DeleteFunc(slices.Clone(in.Submissions), func(s *models.Submission) bool { return s.ID[4]%3 == 0 })
	one := build(t, in)
	later.Before = &Before{Report: one, Counted: map[string]bool{}}
	for _, s := range in.Submissions {
		later.Before.Counted[s.ID] = true
	}
	two := build(t, later)
	if len(two.ByArea) != 1 {
		t.Fatalf("%+v", two.ByArea)
	}
	for i, o := range two.ByArea[0].Options {
		for j, g := range o.Areas {
			if was := one.ByArea[0].Options[i].Areas[j].Count; !g.Count.Masked && (was.Masked || g.Count.Value < was.Value) {
				t.Errorf("%s, %s: %+v, then %+v", o.Text, g.Name, was, g.Count)
			}
		}
	}
	attack, err := Stranger(later)
	if err != nil {
		t.Fatal(err)
	}
	for j, g := range two.ByArea[0].Areas {
		if was := one.ByArea[0].Areas[j].Count; !g.Count.Masked {
			two.ByArea[0].Areas[j].Count.Value = was.Value + 1
			if attack(two) == nil {
				t.Errorf("%s: one who came can be told by subtraction", g.Name)
			}
			two.ByArea[0].Areas[j].Count = g.Count
		}
	}
}

// Without an area that anybody named, or where the place is sensitive, nothing is
// shown by area.
func TestNothingByArea(t *testing.T) {
	for name, edit := range map[string]func(in *Input){
		"nobody named one": func(in *Input) {
			for _, s := range in.Submissions {
				s.Answers = slices.DeleteFunc(s.Answers, func(a models.Answer) bool { return a.Question == "A3" })
			}
			in.Submissions = slices.DeleteFunc(in.Submissions, func(s *models.Submission) bool { return len(s.Answers) == 0 })
		},
		"only people at risk did": func(in *Input) {
			in.Submissions = slices.DeleteFunc(in.Submissions, func(s *models.Submission) bool {
				return !slices.Contains(s.Groups, "boat") && in.Consultation.AreaOf(s) != ""
			})
		},
		"it is sensitive": func(in *Input) {
			q := in.Consultation.Question("A3")
			q.Sensitive = true
		},
		"it is not asked": func(in *Input) {
			in.Consultation.Question("A3").AboutYou = false
		},
	} {
		in := banks()
		edit(&in)
		if r := build(t, in); len(r.ByArea) > 0 {
			t.Errorf("%s: %+v", name, r.ByArea)
		}
	}
}

// The figures by area are in the open data, too.
func TestByAreaInTheFiles(t *testing.T) {
	r := build(t, banks())
	asJSON, asCSV := written(t, r)
	for _, want := range []string{`"by_area": [`, `"name": "Everybody else"`} {
		if !strings.Contains(string(asJSON), want) {
			t.Errorf("the JSON does not hold %s", want)
		}
	}
	for j, a := range r.ByArea[0].Areas {
		line := fmt.Sprintf("option by area,B1.often,Often,%s,%s\n", a.Name, figureText(r.ByArea[0].Options[0].Areas[j].Count))
		if !strings.Contains(string(asCSV), line) {
			t.Errorf("the CSV does not hold %q", line)
		}
	}
}
