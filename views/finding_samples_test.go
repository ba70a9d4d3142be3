package views

import (
	"fmt"

	"heard/models"
)

func staleSample() []StaleText {
	return []StaleText{{Name: "Finding 2, statement", Href: "/staff/station-quarter/findings/f2", Then: "Most of the 38 people want lamps.", Now: "Some of the 31 people want lamps."},
		{Name: "Next steps, text", Href: "/staff/station-quarter/sections/next", Now: "{count theme:t9}", Problem: "The reference {count theme:t9} cannot be used: there is no theme “t9”."}}
}

func writingSample() *WritingPage {
	return &WritingPage{Base: desk("findings", "Findings"), Consultation: "station-quarter", CanWrite: true, Stale: staleSample(),
		Gaps:       []Fault{{Href: "/staff/station-quarter/findings/new?theme=t1", Message: "No finding rests on the theme “Better lighting”. Write one, or tick the theme in a finding."}, {Message: "No finding has been written yet."}},
		Findings:   []FindingRow{{Number: 1, ID: "f1", Text: "Residents of 38 homes want lamps along the canal.", About: "Rule R1 · Detrimental effect on quality of life", Answer: "Accepted in part", Href: "/staff/station-quarter/findings/f1", Signed: "p.okafor@fairmead.example.org on 20 December 2026"}, {Number: 2, ID: "f2", Text: sentence(7, 300), About: "The order as a whole · How the consultation was held"}},
		Sections:   []WrittenRow{{ID: "proposal", Name: "The proposal and the reasons for it", Href: "/staff/station-quarter/sections/proposal", State: "Optional", Good: true}, {ID: "equality", Name: "Equality", State: "Not written"}},
		Population: []PopulationRow{{ID: "p1", Name: "Residents", Figure: "8120", Source: "Census 2021, TS001, two wards", Day: "21 March 2021", Href: "/staff/station-quarter/population/p1"}, {ID: "p2", Name: "People under 18", Figure: "1900", Source: "Census 2021", Day: "21 March 2021"}}}
}

func writeSample() *WritePage {
	return &WritePage{Base: desk("findings", "Findings"), Heading: "Finding 2", Intro: "The report shows this.", Act: "/staff/station-quarter/findings/f2", Back: "/staff/station-quarter/findings", Version: 3, CanWrite: true, CanRemove: true, Stale: staleSample()[:1],
		Controls: []Control{{Field: Field{ID: "statement", Kind: FieldArea, Label: "What was found", Hint: "One claim.", Value: "{most theme:t1 side:for} want lamps."}},
			{Field: Field{ID: "restriction", Label: "Which rule it bears on", Hint: "One of them."}, Choices: []Choice{{Value: "", Text: "The order as a whole", Chosen: true}, {Value: "R1", Text: "Rule R1: " + sentence(3, 200)}}},
			{Field: Field{ID: "themes", Label: "Themes that it rests on"}, Many: true, Folded: "Themes (1 ticked)", Choices: []Choice{{Value: "t1", Text: "Better lighting along the canal", Chosen: true}, {Value: "t2", Text: "Fines do not help"}}}},
		References: []Pair{{Name: "{count theme:t1}", Text: "38: people in “Better lighting”"}},
		Earlier:    []EarlierText{{Version: 2, Signed: "p.okafor@fairmead.example.org on 20 December 2026", Pairs: []Pair{{Name: "What was found", Text: "Most of the 38 people want lamps."}}}}}
}

func writeWrong() *WritePage {
	p := writeSample()
	p.Faults = []Fault{{Href: "#statement", Message: "The number 38 stands bare."}, {Href: "#themes", Message: "Tick at least one theme"}}
	p.Controls[0].Problem, p.Controls[2].Problem = "The number 38 stands bare.", "Tick at least one theme"
	return p
}

// written fills the parts of a report that people write.
func written(r *models.Report) *models.Report {
	figure := func(f models.Figure) *models.Figure { return &f }
	r.Proposal = &models.ReportProposed{Summary: "To keep the order for three years, in a smaller area.", Why: sentence(31, 200), Area: "Station Parade and Harbour Lane.", Evidence: []string{sentence(32, 120), sentence(33, 90)},
		Alternatives: []models.ReportAlternative{{Option: "No order", WhyNot: sentence(34, 100)}}}
	statuses := append([]models.FindingStatus{""}, models.FindingStatuses...)
	for i := range 12 {
		f := models.ReportFinding{Number: i + 1, ID: fmt.Sprintf("f%d", i+1), Statement: sentence(40+i, 160), Limb: models.Limbs[i%len(models.Limbs)], Considered: sentence(60+i, 200), Will: sentence(80+i, 120), Status: statuses[i%len(statuses)],
			Said: []models.ReportSaid{{Theme: "t1", Label: "Better lighting along the canal", Count: shown(40)}, {Theme: "t2", Label: "Moved on to less safe places", Count: masked(10)}}}
		if i%2 == 0 {
			f.Restriction, f.Against, f.Bodies = "R1", []models.ReportSaid{{Theme: "t3", Label: "Cars circling at night", Count: shown(36)}}, []string{"Lantern Outreach", ""}
		} else {
			f.NoneAgainst, f.Signed = sentence(100+i, 90), "Rosalind Achterberg, head of community safety"
		}
		r.Findings = append(r.Findings, f)
	}
	r.Matrix = &models.ReportMatrix{Groups: []string{"Residents", "Sex workers (people who sell sex)"}}
	cells := []models.Heard{models.HeardYes, models.HeardFew, models.HeardHidden, models.HeardBodies, models.HeardUnasked, models.HeardGap}
	for i, l := range models.Limbs {
		r.Matrix.Rows = append(r.Matrix.Rows, models.ReportMatrixRow{Restriction: "R1", Limb: l, Findings: []int{i + 1}, Cells: []models.Heard{cells[i%6], cells[(i+2)%6]}})
	}
	section := func(id string, parts ...string) {
		s := models.ReportSection{ID: id}
		for i, p := range parts {
			s.Parts = append(s.Parts, models.ReportPart{ID: p, Text: sentence(120+i, 140)})
		}
		r.Sections = append(r.Sections, s)
	}
	for _, id := range []string{"proposal", "alternatives", "consulted", "equality", "recommendation", "next"} {
		section(id, "text")
	}
	section("rights-R1", "test", "proportionate", "8", "10", "11")
	for _, id := range models.OptionSections {
		section(id, "what", "effect", "rights")
	}
	for i, m := range []models.Missing{models.MissingFew, models.MissingUnder, models.MissingSome, models.MissingHid, models.MissingNever} {
		p := models.ReportPopulation{Name: r.Groups[i].Name, Missing: m, Count: figure(masked(10))}
		if i > 0 {
			p.Population, p.Source, p.Day = figure(shown(812*i)), "Census 2021, TS001, two wards", "2021-03-21"
		}
		if m == models.MissingNever {
			p.Count = nil
		}
		r.Missing = append(r.Missing, p)
	}
	r.Next = []models.ReportDate{{Day: "2027-02-09", Title: "The decision is taken"}, {Day: "2027-02-16", Title: "The call-in ends"}}
	return r
}
