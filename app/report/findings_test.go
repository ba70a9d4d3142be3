package report

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"heard/models"
)

// The answers with known results stop every report where they come out wrong.
func TestKnownResultsStopAReportThatCountsWrongly(t *testing.T) {
	if _, err := proven(assemble, example()); err != nil {
		t.Fatalf("what counts rightly is stopped: %v", err)
	}
	for name, wrong := range map[string]func(in *Input, r *models.Report){
		"agree and disagree are swapped in the answers": func(in *Input, _ *models.Report) {
			for _, s := range in.Submissions {
				for i, a := range s.Answers {
					if len(a.Options) == 1 {
						s.Answers[i].Options = []string{map[string]string{"agree": "disagree", "disagree": "agree", "unsure": "unsure"}[a.Options[0]]}
					}
				}
			}
		},
		"the figures of two options are swapped": func(_ *Input, r *models.Report) {
			if r != nil && len(r.Questions) > 0 {
				o := r.Questions[0].Options
				o[0].Count, o[1].Count = o[1].Count, o[0].Count
			}
		},
		"the stances of options are swapped": func(in *Input, r *models.Report) {
			if r != nil {
				return
			}
			o := in.Consultation.Questions[0].Options
			o[0].Stance, o[2].Stance = o[2].Stance, o[0].Stance
		},
		"agreeing with changes is agreeing": func(in *Input, r *models.Report) {
			if r == nil {
				in.Consultation.Questions[0].Options[1].WriteIn = false
			}
		},
		"the sides of themes are swapped": func(in *Input, _ *models.Report) {
			for _, s := range in.Submissions {
				s.Stance = map[string]string{models.StanceFor: models.StanceAgainst, models.StanceAgainst: models.StanceFor}[s.Stance]
			}
		},
		"somebody is lost": func(in *Input, _ *models.Report) { in.Submissions = in.Submissions[1:] },
	} {
		t.Run(name, func(t *testing.T) {
			r, err := proven(func(in Input) (*models.Report, error) {
				wrong(&in, nil)
				r, err := assemble(in)
				if err == nil {
					wrong(&in, r)
				}
				return r, err
			}, example())
			if err == nil || r != nil || !strings.Contains(err.Error(), "counts wrongly") {
				t.Errorf("a report was built: %v", err)
			}
		})
	}
}

// told is a report with figures to refer to, and the consultation it is of.
func told() (*models.Report, *models.Consultation) {
	ten, five, hid := models.Figure{Masked: true, Threshold: 10}, models.Figure{Masked: true, Threshold: 5}, models.Figure{Masked: true}
	n := func(v int) models.Figure { return models.Figure{Value: v} }
	say := func(s string) models.Text { return models.Text{"en": s} }
	c := &models.Consultation{Languages: []string{"en"}, Restrictions: []models.Restriction{{ID: "R1", Text: say("No cycling.")}},
		Groups: []models.Group{{ID: "walker", Name: say("Walkers")}, {ID: "rower", Name: say("Rowers")}, {ID: "boat", Name: say("People on boats"), Sensitive: true}},
		Questions: []models.Question{
			{ID: "C1", Type: models.TypeChoice, Text: say("Keep it?"), Options: []models.Option{{ID: "sa", Text: say("Strongly agree"), Stance: models.StanceFor}, {ID: "a", Text: say("Agree"), Stance: models.StanceFor}, {ID: "d", Text: say("Disagree"), Stance: models.StanceAgainst}, {ID: "u", Text: say("Unsure"), Stance: models.StanceUnsure}}},
			{ID: "C2", Type: models.TypeTicks, Options: []models.Option{{ID: "x", Text: say("X"), Stance: models.StanceFor}}}}}
	groups := func(f ...models.Figure) []models.GroupFigure {
		return []models.GroupFigure{{ID: "walker", Name: "Walkers", Count: f[0]}, {ID: "rower", Name: "Rowers", Count: f[1]}, {ID: "boat", Name: "People on boats", Sensitive: true, Count: f[2]}}
	}
	return &models.Report{Total: n(100), Groups: groups(n(70), five, n(25)),
		Questions: []models.ReportQuestion{
			{ID: "C1", Type: models.TypeChoice, Base: n(80), Groups: groups(n(50), five, n(20)), Options: []models.ReportOption{
				{ID: "sa", Count: n(40), Groups: []models.Figure{n(30), hid, ten}}, {ID: "a", Count: n(12), Groups: []models.Figure{n(8), hid, hid}},
				{ID: "d", Count: n(9), Groups: []models.Figure{n(7), hid, hid}}, {ID: "u", Count: hid, Groups: []models.Figure{hid, hid, hid}}}},
			{ID: "C2", Type: models.TypeTicks, Base: n(20), Options: []models.ReportOption{{ID: "x", Count: n(20)}}}},
		Themes: []models.ReportTheme{
			{ID: "t1", Label: "Lamps", Count: n(30), Groups: groups(n(21), five, ten), Stances: []models.GroupFigure{{ID: "for", Count: n(27)}, {ID: "against", Count: n(3)}, {ID: "unsure", Count: hid}, {ID: "", Count: hid}}, OneSided: "for"},
			{ID: "t2", Label: "Noise", Count: ten, Groups: groups(five, hid, ten), Stances: []models.GroupFigure{{ID: "for", Count: hid}, {ID: "against", Count: hid}}},
			{ID: "t3", Label: "Fines", Count: n(26), Groups: groups(n(9), n(6), n(11)), Stances: []models.GroupFigure{{ID: "for", Count: n(12)}, {ID: "against", Count: n(14)}}}}}, c
}

func TestReferences(t *testing.T) {
	r, c := told()
	for text, want := range map[string]string{
		"Of {count all}, {count group:walker} walk.":            "Of 100, 70 walk.",
		"{count group:rower}":                                   "fewer than 5",
		"{count theme:t2}":                                      "fewer than 10",
		"{count theme:t1 group:boat}":                           "fewer than 10",
		"{count theme:t2 group:rower}":                          "not shown",
		"{count theme:t3 side:against}":                         "14",
		"{count question:C1 option:sa}":                         "40",
		"{count question:C1 option:sa group:boat}":              "fewer than 10",
		"{count question:C1 side:for}":                          "52",
		"{count question:C1 side:for group:boat}":               "not shown", // a sum with a masked part
		"{count question:C1 group:boat}":                        "20",
		"{share question:C1 side:for}":                          "65 per cent",
		"{share question:C1 option:u}":                          "not shown",
		"{share theme:t3 side:for}":                             "12 of 26",
		"{share group:walker}":                                  "70 per cent",
		"{most question:C1 side:for}":                           "most",
		"{most question:C1 option:sa}":                          "about half",
		"{most question:C1 side:against}":                       "few",
		"{most question:C2 option:x}":                           "all",
		"{most theme:t1 side:for}":                              "nearly all",
		"{most theme:t1 group:rower}":                           "not shown",
		"{stance theme:t1} {stance theme:t2} {stance theme:t3}": "for not shown both sides",
		"{stance question:C1}":                                  "for",
		"{label theme:t1}, {label rule:R1}, {label group:boat}, {label question:C1 option:d}": "“Lamps”, “No cycling.”, People on boats, “Disagree”",
		"{source \"police, 2020\" \"35 a night\"} and {source “Gazette” “a few”}":             "35 a night (police, 2020) and a few (Gazette)",
		"{words \"most affected\"}": "most affected",
		"No reference at all.":      "No reference at all.",
	} {
		if got, problems := Resolve(r, c, text); got != want || len(problems) > 0 {
			t.Errorf("%s reads %q (%v), want %q", text, got, problems, want)
		}
	}
	for _, text := range []string{"{}", "{count}", "{count theme:t9}", "{count theme:t1 theme:t1}", "{count theme:t1 group:nobody}", "{count theme:t1 group:boat side:for}", "{count question:C1 option:zz}",
		"{count question:C1 option:a side:for}", "{count question:C2 side:for}", "{count question:C2 option:x group:boat}", "{count question:C9}", "{count question:C1 side:sideways}", "{share theme:t1}", "{most all}",
		"{stance group:boat}", "{stance question:C2}", "{label all}", "{label rule:R9}", "{label theme:}", "{agree theme:t1}", "{source \"police\"}", "{words most}", "{count theme:t1", "count theme:t1}", "{count {all}}", "{count theme:t1 option:a}", "{count all group:boat}"} {
		if got, problems := Resolve(r, c, text); len(problems) == 0 {
			t.Errorf("%s is taken and reads %q", text, got)
		}
	}
}

func TestBareNumbersAndDirections(t *testing.T) {
	_, c := told()
	c.Groups = append(c.Groups, models.Group{ID: "sw", Name: models.Text{"en": "Sex workers (people who sell sex)"}}, models.Group{ID: "elected", Name: models.Text{"en": "Elected representatives"}})
	for _, text := range []string{
		"Rule R2 of 14 July 2021, under s.59, ss.59–61, section 149 and Articles 8, 10 and 11, since 2018-08-21.",
		"{count all} people; {source \"police\" \"35 a night, most of them\"}; {words \"most affected\"}.",
		"Three more years, with support workers and support-led help, at most.", "Nothing was objective about it.",
		"The Cabinet has to weigh this against the first finding. Two officers looked through all themes for what speaks against it.",
		"They make no claim that others could speak against. The rule is not to be used against one, and reasons for and against each are set out.",
		"An offence against the Act; evidence against it was looked for.",
		"Letters went to all residents and to all of the traders. All answers were read, each by two officers.",
		"A fine for it comes last. We will pay for it, and the reason for it is told.", "The order is printed in six languages, and who was fined is reported.",
		"We will propose the rule for the smaller area, and not for all wards.", "Two wards instead of five, a warning first. One way for residents to say so.",
		"Nearly the whole of the first quarter of the year.", "In four years when people were asked; none was asked for more than that.", "Seven weeks, two libraries and people on the street.",
	} {
		if problems := Lint(c, text); len(problems) > 0 {
			t.Errorf("%s is refused: %v", text, problems)
		}
	}
	for text, named := range map[string][]string{
		"38 people said so":                                    {"38", "38 people"},
		"the council's 38 fines":                               {"38"},
		"1,200.5 of 40%":                                       {"1,200.5", "40"},
		"2000 people came":                                     {"2000 people"},
		"Thirty-eight residents wrote":                         {"Thirty-eight residents"},
		"Most agree, and few oppose it.":                       {"most", "agree", "few", "oppose"},
		"A majority supported half of it":                      {"majority", "supported", "half"},
		"Nobody disagreed.":                                    {"nobody", "disagreed"},
		"Nearly all residents are against the order.":          {"nearly all", "against"},
		"Almost all want it.":                                  {"almost all"},
		"All the local residents want it gone, all of them.":   {"all the local residents", "all of them"},
		"Three quarters of residents want the order to stay.":  {"three quarters"},
		"A quarter of those who wrote, and one-third.":         {"a quarter of", "one-third"},
		"Two thirds of traders are for it.":                    {"two thirds", "are for it"},
		"Traders stand for the order, residents vote for R2.":  {"stand for the order", "vote for r2"},
		"None of the sex workers is. None said so.":            {"none of the", "none said"},
		"They are in favour of it.":                            {"favour"},
		"Nine in ten want rule R1, one out of every three not": {"nine in ten", "one out of every three"},
		"Seven sex workers said":                               {"Seven sex workers"},
		"Fourteen of the young people said":                    {"Fourteen of the young people"},
		"Three elected representatives wrote":                  {"Three elected representatives"},
		"Twenty-one walkers":                                   {"Twenty-one walkers"},
		"In two places five residents":                         {"five residents"},
		"One in the street; eleven rowers, too":                {"eleven rowers"},
	} {
		problems := Lint(c, text)
		for _, name := range named {
			found := false
			for _, p := range problems {
				found = found || strings.Contains(p, "“"+name+"”") || strings.Contains(p, "number "+name+" ")
			}
			if !found {
				t.Errorf("%s: “%s” is not refused by name: %v", text, name, problems)
			}
		}
	}
}

// A sentence whose figure has changed is stale until somebody looks at it.
func TestStale(t *testing.T) {
	in, theme := known(), "tfor"
	text := "So say {count theme:" + theme + "}."
	r, err := Build(in)
	if err != nil {
		t.Fatal(err)
	}
	read, problems := Resolve(r, in.Consultation, text)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	wrote := Written{Findings: []models.Finding{{ID: "f1", Statement: models.Prose{Text: text, Read: read}, Limb: models.LimbEffect, For: models.FindingSupport{Themes: []string{theme}}}},
		Sections: map[string]models.Section{"next": {ID: "next", Parts: map[string]*models.Prose{"text": {Text: "All {count all}.", Read: "All 1."}}}, "gone": {ID: "gone"}}}
	built := func() *models.Report {
		t.Helper()
		r, err := Build(in)
		if err != nil {
			t.Fatal(err)
		}
		Write(r, in.Consultation, wrote)
		return r
	}
	r = built()
	if len(r.Findings) != 1 || r.Findings[0].Statement != read || len(r.Findings[0].Said) != 1 || len(r.Sections) != 1 {
		t.Errorf("findings %+v, sections %+v", r.Findings, r.Sections)
	}
	if len(r.Stale) != 1 || r.Stale[0].Kind != "section" || r.Stale[0].Then != "All 1." {
		t.Errorf("stale are %+v, want the section alone", r.Stale)
	}
	for i, p := range in.Placements {
		if p.Theme == theme { // somebody is taken out of the theme
			in.Placements = append(in.Placements[:i:i], in.Placements[i+1:]...)
			break
		}
	}
	if r = built(); len(r.Stale) != 2 || r.Stale[0].ID != "f1" || r.Stale[0].Then == r.Stale[0].Now {
		t.Errorf("after a change stale are %+v", r.Stale)
	}
	in.Themes = slices.DeleteFunc(slices.Clone(in.Themes), func(t models.Theme) bool { return t.ID == theme })
	if r = built(); r.Stale[0].Problem == "" || len(r.Findings[0].Said) != 0 {
		t.Errorf("a theme that is gone leaves %+v", r.Stale)
	}
}

func TestMatrix(t *testing.T) {
	r, c := told()
	// Rowers are asked for nothing in words.
	c.Questions = append(c.Questions, models.Question{ID: "A1", Type: models.TypeChoice}, models.Question{ID: "C6", Type: models.TypeLongText, Themed: true})
	rower := models.When{{{Question: "A1", Options: []string{"row"}}}}
	c.Groups[1].When = rower
	c.Paths = []models.Path{{ID: "rower", When: rower, Ask: []string{"A1", "C1"}}, {ID: "others", When: models.When{{{Question: "A1", Not: true, Options: []string{"row"}}}}, Ask: []string{"A1", "C1", "C6"}}}
	said := func(ids ...string) []models.ReportSaid { return said(r, ids) }
	r.Findings = []models.ReportFinding{
		{Number: 1, Restriction: "R1", Limb: models.LimbEffect, Said: said("t1")},
		{Number: 2, Restriction: "R1", Limb: models.LimbEffect, Against: said("t2")},
		{Number: 3, Limb: models.LimbProcess, Said: said("t3")},
		{Number: 4, Restriction: "R1", Limb: models.LimbRights, Bodies: []string{"Towpath Forum", ""}},
		{Number: 5, Restriction: "R1", Limb: models.LimbNecessary, Opposed: []string{"Towpath Forum"}, Said: said("t2")},
		{Number: 6, Restriction: "R1", Limb: models.LimbEquality}, // its theme is not in the report any more
	}
	m := matrix(c, r)
	rows := map[string][]models.Heard{}
	for _, row := range m.Rows {
		rows[row.Restriction+" "+string(row.Limb)] = row.Cells
	}
	want := map[string][]models.Heard{
		"R1 effect":    {models.HeardYes, models.HeardUnasked, models.HeardHidden}, // 21; asked for no words; fewer than 10 of a group at risk
		" process":     {models.HeardYes, models.HeardYes, models.HeardYes},
		"R1 rights":    {models.HeardBodies, models.HeardBodies, models.HeardBodies},
		"R1 necessary": {models.HeardFew, models.HeardUnasked, models.HeardHidden},
		"R1 equality":  {models.HeardFew, models.HeardUnasked, models.HeardHidden},
	}
	for _, limb := range []models.Limb{models.LimbPersistent, models.LimbUnreasonable, models.LimbJustifies, models.LimbReasonable} {
		want["R1 "+string(limb)] = []models.Heard{models.HeardGap, models.HeardGap, models.HeardGap}
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("cells (-want +got):\n%s", diff)
	}
	c.Paths[0].Ask = append(c.Paths[0].Ask, "C6")
	if cells := matrix(c, r).Rows[0].Cells; cells[1] != models.HeardHidden {
		t.Errorf("rowers who are asked for words are %q on the effect", cells[1])
	}
}

func TestWhoIsMissing(t *testing.T) {
	r, _ := told()
	r.Groups[1].Count = models.Figure{Value: 8}
	population := []models.Population{
		{Group: "walker", Figure: 700, Source: "Census"}, {Group: "rower", Figure: 9000, Source: "Census"}, {Group: "boat", Figure: 4, Source: "Outreach"}, {Label: "Children", Figure: 3, Source: "Census"}}
	got := map[string]models.ReportPopulation{}
	for _, p := range missing(r, population, nil) {
		got[p.Name] = p
	}
	for name, want := range map[string]models.Missing{"Walkers": models.MissingSome, "Rowers": models.MissingUnder, "People on boats": models.MissingSome, "Children": models.MissingNever} {
		if got[name].Missing != want {
			t.Errorf("%s are %q, want %q", name, got[name].Missing, want)
		}
	}
	if p := got["People on boats"].Population; !p.Masked || p.Threshold != 10 || p.Value != 0 {
		t.Errorf("a caseload of four is shown as %+v", p)
	}
	if p := got["Children"].Population; !p.Masked || p.Threshold != 5 {
		t.Errorf("three children are shown as %+v", p)
	}
	r.Groups[2].Count = models.Figure{Masked: true, Threshold: 10}
	for _, p := range missing(r, nil, nil) {
		if p.Group == "boat" && (p.Missing != models.MissingFew || p.Population != nil) {
			t.Errorf("a small group is %+v", p)
		}
	}
}
