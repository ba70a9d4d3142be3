package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"heard/models"
)

// shore is a consultation with something to hide: groups that are apart, a small
// one at risk, and figures large enough to be shown.
func shore() Input {
	in := Input{Consultation: river(), Themes: []models.Theme{{ID: "t1", Label: "Lamps", Status: models.ThemeApproved}, {ID: "t2", Label: "Benches", Status: models.ThemeApproved}, {ID: "t3", Label: "Moorings", Status: models.ThemeApproved, DistinctiveFor: []string{"boat"}}}}
	add := func(n int, group string, stance string, option string, themes ...string) {
		for range n {
			s := person(len(in.Submissions), group, chose("C1", option), wrote("D1", "We need more of this here."))
			s.Stance = stance
			in.Submissions = append(in.Submissions, s)
			for _, t := range themes {
				in.Placements = append(in.Placements, models.Placement{Theme: t, Submission: s.ID, Question: "D1"})
			}
		}
	}
	add(60, "walker", models.StanceFor, "yes", "t1")
	add(30, "walker", models.StanceAgainst, "no", "t1", "t2")
	add(25, "rower", models.StanceAgainst, "no", "t2")
	add(20, "rower", models.StanceFor, "yes", "t2")
	add(7, "boat", models.StanceAgainst, "no", "t3")
	in.Quotes = []models.Quote{quoteOf("t3", in.Submissions[140], "D1", "more of this")}
	return in
}

// A figure that is let through by itself, and one that could be worked out from
// others, each stop the report.
func TestOneSmallCellStopsTheReport(t *testing.T) {
	in := shore()
	b, clean, err := unchecked(in)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.attack(clean); err != nil {
		t.Fatal(err)
	}
	at := func(r *models.Report, id string) *models.ReportTheme {
		return &r.Themes[slices.IndexFunc(r.Themes, func(t models.ReportTheme) bool { return t.ID == id })]
	}
	for name, edit := range map[string]func(r *models.Report){
		"the group at risk":        func(r *models.Report) { r.Groups[2].Count = models.Figure{Value: 7} },
		"its cell in a question":   func(r *models.Report) { r.Questions[0].Options[1].Groups[2] = models.Figure{Value: 7} },
		"its base in a question":   func(r *models.Report) { r.Questions[0].Groups[2].Count = models.Figure{Value: 7} },
		"nobody in it":             func(r *models.Report) { r.Questions[0].Options[0].Groups[2] = models.Figure{Value: 0} },
		"its cell in a theme":      func(r *models.Report) { at(r, "t3").Groups[2].Count = models.Figure{Value: 7} },
		"the theme of few":         func(r *models.Report) { at(r, "t3").Count = models.Figure{Value: 7} },
		"a position of few":        func(r *models.Report) { at(r, "t3").Stances[1].Count = models.Figure{Value: 7} },
		"a summary":                func(r *models.Report) { at(r, "t3").Summary[0].Number = &models.Figure{Value: 7} },
		"how many others":          func(r *models.Report) { at(r, "t3").Summary[0].Others = &models.Figure{Value: 6} },
		"an id that is no quote's": func(r *models.Report) { at(r, "t3").Summary[0].Quoted = []string{in.Submissions[141].PublicID} },
		"the sides of few": func(r *models.Report) {
			r.Questions[0].Net = &models.ReportNet{Agree: 80, Disagree: 62, Base: 142, Groups: []models.ReportNetGroup{{ID: "boat", Name: "People who live on boats", Agree: 0, Disagree: 7}}}
		},
		"a percentage": func(r *models.Report) {
			p := 5
			o := &r.Questions[0].Options[1]
			o.Count, o.Percent = models.Figure{Masked: true}, &p
		},
		// Held against their thresholds and nothing else, the figures give the
		// masked one away by subtraction.
		"only thresholds by group": func(r *models.Report) {
			r.Groups[0].Count, r.Groups[1].Count, r.Groups[2].Count = models.Figure{Value: 90}, models.Figure{Value: 45}, models.Figure{Masked: true, Threshold: 10}
		},
		"only thresholds in a question": func(r *models.Report) {
			o := &r.Questions[0].Options[1]
			o.Count, o.Groups = models.Figure{Value: 62}, []models.Figure{{Value: 30}, {Value: 25}, {Masked: true, Threshold: 10}}
		},
	} {
		b, r, err := unchecked(in)
		if err != nil {
			t.Fatal(err)
		}
		edit(r)
		if err := b.attack(r); err == nil {
			t.Errorf("%s: a stranger finds nothing", name)
		} else if strings.Contains(err.Error(), "7") {
			t.Errorf("%s: the error tells the number: %v", name, err)
		}
	}
}

// Cells are suppressed, voices are not: the themes and quotes of a group of which
// no figure is shown stand in the report.
func TestASmallGroupIsHeard(t *testing.T) {
	r := build(t, shore())
	theme := r.Themes[slices.IndexFunc(r.Themes, func(t models.ReportTheme) bool { return t.ID == "t3" })]
	if !theme.Count.Masked || !theme.Groups[2].Count.Masked {
		t.Errorf("seven people can be counted: %+v", theme)
	}
	if len(theme.Quotes) != 1 || theme.Quotes[0].Group != "People who live on boats" || !slices.Equal(theme.DistinctiveFor, []string{"People who live on boats"}) {
		t.Errorf("a voice is missing: %+v", theme)
	}
	var kinds []string
	for _, s := range theme.Summary {
		kinds = append(kinds, s.Kind)
	}
	if !slices.Contains(kinds, "quote.group") || !slices.Contains(kinds, "who.distinctive") {
		t.Errorf("the summary says only %v", kinds)
	}
}

// Where one theme holds a whole group at risk, that everybody in it says the same
// must not show, although the table of themes has but one row.
func TestAWholeGroupInOneThemeIsMasked(t *testing.T) {
	in := shore()
	in.Themes, in.Placements, in.Quotes = in.Themes[2:], nil, nil
	for i := range 20 {
		s := person(500+i, "boat", chose("C1", "no"), wrote("D1", "Moorings."))
		in.Submissions = append(in.Submissions, s)
	}
	for _, s := range in.Submissions {
		if s.Groups[0] == "boat" || s.ID < "s0040" {
			in.Placements = append(in.Placements, models.Placement{Theme: "t3", Submission: s.ID, Question: "D1"})
		}
	}
	r := build(t, in)
	if r.Groups[2].Count.Value != 27 || !r.Themes[0].Groups[2].Count.Masked {
		t.Errorf("27 of 27 say so, and it shows: %+v, %+v", r.Groups[2], r.Themes[0].Groups)
	}
}

func TestSummaries(t *testing.T) {
	in := shore()
	in.Quotes = append(in.Quotes, quoteOf("t1", in.Submissions[0], "D1", "We need more of this"), quoteOf("t2", in.Submissions[95], "D1", "need more of this here"))
	in.Themes = append(in.Themes, models.Theme{ID: "t4", Label: "Lamps at the lock", Status: models.ThemeApproved, Parent: "t1"})
	for _, s := range in.Submissions[:12] {
		in.Placements = append(in.Placements, models.Placement{Theme: "t4", Submission: s.ID, Question: "D1"})
	}
	r := build(t, in)
	told := map[string]string{}
	for _, theme := range r.Themes {
		for _, s := range theme.Summary {
			told[theme.ID] += s.Kind + " "
			if s.Text == "" || len(s.Submissions) == 0 {
				t.Errorf("%s: %q rests on nobody: %+v", theme.ID, s.Kind, s)
			}
			if (strings.HasPrefix(s.Kind, "who") || strings.HasPrefix(s.Kind, "stance") || strings.HasPrefix(s.Kind, "contrary")) && len(s.Quoted) > 0 {
				t.Errorf("%s: %q tells two things of %v", theme.ID, s.Kind, s.Quoted)
			}
		}
	}
	for id, want := range map[string][]string{"t1": {"size.half", "parts", "quote.group"}, "t2": {"size.half", "quote.group"}, "t3": {"size.", "who.distinctive", "quote.group"}, "t4": {"size."}} {
		for _, kind := range want {
			if !strings.Contains(told[id], kind) {
				t.Errorf("%s says %s, and not %s", id, told[id], kind)
			}
		}
	}
	if told["t1"] == told["t2"] || told["t2"] == told["t3"] {
		t.Errorf("themes of which different things are true read alike: %v", told)
	}
	asJSON, _ := written(t, r)
	for _, s := range in.Submissions {
		if bytes.Contains(asJSON, []byte(`"`+s.ID+`"`)) {
			t.Fatal("an internal id leaves the desk")
		}
	}
}

// What is said of positions and groups follows from the figures that are shown,
// whatever the masked ones are.
func TestWhatFiguresSay(t *testing.T) {
	n := func(n int) models.Figure { return models.Figure{Value: n} }
	hidden, small := models.Figure{Masked: true}, models.Figure{Masked: true, Threshold: 10}
	for _, test := range []struct {
		pro, con models.Figure
		side     string
		want     string
	}{
		{n(40), n(20), "", "stance.more.for"}, {n(20), n(40), "", "stance.more.against"}, {n(20), n(22), "", "stance.both"}, {n(40), hidden, "", ""}, {hidden, hidden, "", ""},
		{n(100), n(10), "for", "stance.for contrary.against"}, {n(10), n(100), "against", "stance.against contrary.for"}, {n(100), hidden, "for", "stance.for contrary.hidden"},
	} {
		b := &builder{Input: Input{Consultation: river()}}
		w := &paragraph{t: &models.ReportTheme{OneSided: test.side, Stances: []models.GroupFigure{{ID: "for", Count: test.pro}, {ID: "against", Count: test.con}, {}, {}}}}
		w.stance(b)
		var kinds []string
		for _, s := range w.sentences {
			kinds = append(kinds, s.Kind)
			if s.Kind == "stance.more.against" && (s.Number.Value != 40 || s.Other.Value != 20 || !strings.Contains(s.Text, "against the proposal (40)")) {
				t.Errorf("the sides are swapped: %+v", s)
			}
		}
		if got := strings.Join(kinds, " "); got != test.want {
			t.Errorf("%v for, %v against: %q, expected %q", test.pro, test.con, got, test.want)
		}
	}
	group := func(id string, f models.Figure, sensitive bool) models.GroupFigure {
		return models.GroupFigure{ID: id, Count: f, Sensitive: sensitive}
	}
	for name, test := range map[string]struct {
		groups []models.GroupFigure
		want   string
	}{
		"the largest":           {[]models.GroupFigure{group("a", n(20), false), group("b", n(12), false), group("c", small, true)}, "a"},
		"as large":              {[]models.GroupFigure{group("a", n(20), false), group("b", n(20), false)}, ""},
		"one may be larger":     {[]models.GroupFigure{group("a", n(20), false), group("b", hidden, false)}, ""},
		"a small one may be":    {[]models.GroupFigure{group("a", n(6), false), group("c", small, true)}, ""},
		"people at risk lead":   {[]models.GroupFigure{group("a", n(12), false), group("c", n(20), true)}, ""},
		"nobody may be counted": {[]models.GroupFigure{group("a", hidden, false)}, ""},
	} {
		g, ok := leading(test.groups)
		if ok != (test.want != "") || ok && g.ID != test.want {
			t.Errorf("%s: %q, %t", name, g.ID, ok)
		}
	}
}

func TestNetAgreement(t *testing.T) {
	q := models.Question{ID: "C9", Type: models.TypeChoice, Text: words("Do you agree?"), Restriction: "R1", Options: []models.Option{
		{ID: "agree", Text: words("Agree"), Stance: models.StanceFor}, {ID: "changes", Text: words("With changes"), Stance: models.StanceFor, WriteIn: true},
		{ID: "neither", Text: words("Neither"), Stance: models.StanceUnsure}, {ID: "disagree", Text: words("Disagree"), Stance: models.StanceAgainst}, {ID: "dont_know", Text: words("Don’t know"), Stance: models.StanceUnsure}}}
	for name, test := range map[string]struct {
		counts []int
		want   *models.ReportNet
	}{
		"more agree":              {[]int{40, 12, 10, 20, 18}, &models.ReportNet{Agree: 40, Disagree: 20, Changes: 12, Unknown: 18, Base: 82, Points: 24}},
		"more disagree, narrowly": {[]int{200, 12, 10, 201, 12}, &models.ReportNet{Agree: 200, Disagree: 201, Changes: 12, Unknown: 12, Base: 423, Points: -1}},
		"as many":                 {[]int{40, 12, 10, 40, 12}, &models.ReportNet{Agree: 40, Disagree: 40, Changes: 12, Unknown: 12, Base: 102}},
		"one side is small":       {[]int{40, 12, 10, 3, 18}, nil},
		"few do not know":         {[]int{40, 12, 10, 20, 1}, &models.ReportNet{Agree: 40, Disagree: 20, Changes: 12, Base: 83, Points: 24, UnknownIn: true}},
		"few want changes":        {[]int{40, 1, 14, 20, 18}, &models.ReportNet{Agree: 40, Disagree: 20, Unknown: 18, Base: 75, Points: 27, ChangesHidden: true}},
	} {
		in := Input{Consultation: river()}
		in.Consultation.Groups = in.Consultation.Groups[:1]
		in.Consultation.Questions = append(in.Consultation.Questions, q)
		for i, n := range test.counts {
			for range n {
				in.Submissions = append(in.Submissions, person(len(in.Submissions), "walker", chose("C9", q.Options[i].ID)))
			}
		}
		got := build(t, in).Questions[0].Net
		if got != nil { // everybody is in one group
			if len(got.Groups) != 1 || got.Groups[0].Agree != got.Agree || got.Groups[0].Disagree != got.Disagree {
				t.Errorf("%s: by group %+v", name, got.Groups)
			}
			got.Groups = nil
		}
		if fmt.Sprint(got == nil, got) != fmt.Sprint(test.want == nil, test.want) {
			t.Errorf("%s: got %+v, expected %+v", name, got, test.want)
		}
	}
}

// What the results would be without letters is told through the gate, so that
// subtracting it from the results tells nothing of the few.
func TestWithoutLetters(t *testing.T) {
	for senders, shown := range map[string]bool{"many on each side": true, "three": false} {
		in := Input{Consultation: river()}
		in.Consultation.Groups = in.Consultation.Groups[:1]
		for i := range 120 {
			in.Submissions = append(in.Submissions, person(i, "walker", chose("C1", []string{"yes", "no"}[i%2])))
		}
		c := models.Campaign{ID: "c1", Template: letter}
		for i := range 24 {
			if shown || i < 3 {
				c.Members = append(c.Members, fmt.Sprintf("s%04d", i))
			}
		}
		in.Campaigns = []models.Campaign{c}
		w := build(t, in).Without
		if len(w) != 1 || w[0].Question != "C1" || w[0].With.Value != 120 {
			t.Fatalf("%s: %+v", senders, w)
		}
		if got := !w[0].Without.Masked && !w[0].Options[0].Without.Masked; got != shown {
			t.Errorf("%s: shown %t: %+v", senders, got, w[0])
		}
		if shown && (w[0].Without.Value != 96 || w[0].Options[0].Without.Value != 48) {
			t.Errorf("%+v", w[0])
		}
	}
}

func TestOrganisationsAndEarlierReports(t *testing.T) {
	in := shore()
	c := in.Consultation
	c.Paths = []models.Path{{ID: "club", Organisation: true}, {ID: "all"}}
	c.Questions[slices.IndexFunc(c.Questions, func(q models.Question) bool { return q.ID == "O1" })].AboutYou = true
	in.Documents = map[string][]string{"s0900": {"A plan of the moorings."}, "s0901": {"Never shown."}}
	for i, name := range []string{"The Rowing Club", "The Quiet Club", "Boats Together"} {
		s := person(900+i, "rower", wrote("O1", name), chose("C1", "yes"))
		s.Path, s.Stance, s.Consents = "club", models.StanceFor, []models.Consent{models.ConsentQuote, models.ConsentName}
		if i == 1 {
			s.Consents = nil
		}
		if i == 2 {
			s.Groups = []string{"boat"}
		}
		in.Submissions = append(in.Submissions, s)
	}
	was := build(t, shore())
	was.Title, was.Questions[0].Text = "The river walk, before", "Do you still agree?"
	was.Questions[0].Options[1].ID, was.Questions[0].Options[1].Text = "never", "Never"
	in.Earlier = []*models.Report{was}
	r := build(t, in)
	if len(r.Organisations) != 1 || r.Organisations[0].Name != "The Rowing Club" || r.Organisations[0].Position != models.StanceFor || !slices.Equal(r.Organisations[0].Documents, []string{"A plan of the moorings."}) {
		t.Errorf("organisations: %+v", r.Organisations)
	}
	if len(r.Earlier) != 1 || r.Earlier[0].Reworded != "Do you still agree?" || r.Earlier[0].Then != was.Questions[0].Base || r.Earlier[0].Offered() {
		t.Errorf("earlier: %+v", r.Earlier)
	}
	var offered []string
	for _, o := range r.Earlier[0].Options {
		offered = append(offered, fmt.Sprintf("%s %s %v %v %v %v", o.ID, o.Text, o.Then != nil, o.Now != nil, o.NotThen, o.NotNow))
	}
	if want := []string{"yes Yes true true false false", "no No false true true false", "never Never true false false true"}; !slices.Equal(offered, want) {
		t.Errorf("options then and now: %q, want %q", offered, want)
	}
	_, inCSV := written(t, r)
	for _, want := range []string{"not offered then,C1.no,No", "not offered now,C1.never,Never"} {
		if !bytes.Contains(inCSV, []byte(want)) {
			t.Errorf("the CSV does not say: %s", want)
		}
	}
	was.Questions[0].Options[0].ID = "maybe"
	if r := build(t, in); len(r.Earlier) != 0 {
		t.Errorf("with no answer in common: %+v", r.Earlier)
	}
	asJSON, _ := written(t, r)
	for _, hidden := range []string{"The Quiet Club", "Boats Together", "Never shown."} {
		if bytes.Contains(asJSON, []byte(hidden)) {
			t.Errorf("%q stands in the report", hidden)
		}
	}
}

// Of somebody at risk, the id beside a quote leads nowhere else: not to another theme,
// not to a point heard once. What was quoted can still be taken out at their wish.
func TestAQuoteOfSomebodyAtRiskLeadsNowhereElse(t *testing.T) {
	in := shore()
	boat, walker := in.Submissions[140], in.Submissions[60]
	boat.Answers = append(boat.Answers, wrote("D2", "A point that nobody else makes."))
	in.Placements = append(in.Placements, models.Placement{Theme: "t1", Submission: boat.ID, Question: "D1"})
	in.Quotes = append(in.Quotes, quoteOf("t1", boat, "D1", "more of this"), quoteOf("t1", walker, "D1", "more of this"), quoteOf("t2", walker, "D1", "more of this"))
	r := build(t, in)
	seen := map[string][]string{}
	for _, theme := range r.Themes {
		for _, q := range theme.Quotes {
			seen[q.Group] = append(seen[q.Group], q.PublicID)
		}
	}
	once := slices.ContainsFunc(r.HeardOnce, func(e models.ReportExcerpt) bool { return e.PublicID == boat.PublicID })
	if ids := seen["People who live on boats"]; len(ids) != 2 || ids[0] == ids[1] || slices.Contains(ids, boat.PublicID) || !once {
		t.Errorf("quoted as %v, in public %s, heard once %t", ids, boat.PublicID, once)
	}
	if ids := seen["Walkers"]; len(ids) != 2 || ids[0] != walker.PublicID || ids[1] != walker.PublicID {
		t.Errorf("others are quoted as %v", ids)
	}
	data, _ := json.Marshal(r)
	data, struck, err := StrikeWords(data, CalledIn(r, boat), false, func(string) string { return "" }, nil)
	if err != nil || !struck {
		t.Errorf("nothing is taken out (%v)", err)
	}
	r = &models.Report{}
	if err := json.Unmarshal(data, r); err != nil {
		t.Fatal(err)
	}
	for _, theme := range r.Themes {
		if slices.ContainsFunc(theme.Quotes, func(e models.ReportExcerpt) bool { return e.Group == "People who live on boats" }) {
			t.Error("a quote is left")
		}
	}
}
