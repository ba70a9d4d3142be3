package views

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
