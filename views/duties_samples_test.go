package views

import "heard/models"

func dutyRows() []DutyRow {
	return []DutyRow{
		{Number: 3, Text: "The draft text of the order, or the proposal, is published", Basis: "2014 Act, s.72", State: "Met", Good: true, Hard: true, Evidence: "Version 3, with a map.", URL: "https://fairmead.example.org/order", Owner: "Idris Pennock, council solicitor", Signed: "p.okafor@fairmead.example.org on 2 October 2026", Done: "1 October 2026", Href: "/staff/station-quarter/duties/3"},
		{Number: 4, Text: "Reasons, evidence and the rejected alternatives are published", Basis: "Gunning 2", State: "Not met", Hard: true, Said: "Record the evidence: the documents.", Href: "/staff/station-quarter/duties/4"},
		{Number: 6, Text: "The length of the consultation is justified", Basis: "Gunning 3", State: "Warns", Said: "The consultation lasts 30 days, which is less than 6 weeks."},
	}
}

func dutiesSample() *DutiesPage {
	return &DutiesPage{Base: desk("duties", "Duties"), Consultation: "station-quarter", Status: models.StatusDraft, CanKeep: true, Act: "/staff/station-quarter/duties", Version: 2,
		Groups: []DutyGroup{{ID: "step-1", Title: "Before opening", Note: "1 still to be met", Left: 1, Rows: dutyRows()}, {ID: "step-2", Title: "Before closing", Note: "this step was taken"}, {ID: "step-3", Title: "Before the freeze"}},
		Dates:  []DutyDate{{Day: "5 October 2026", Title: "The consultation opens", Past: true}, {Day: "2 February 2027", Title: "Last day to publish agenda and papers", Duty: 24}},
		Fields: []Field{{ID: "meeting", Kind: FieldDay, Label: "Meeting that decides", Hint: "The consultation file says 2027-02-09.", Value: "2027-02-09"}, {ID: "decision", Kind: FieldArea, Label: "What was decided", Value: sentence(3, 60)}, {ID: "record", Kind: FieldURL, Label: "Address of the record"}},
		Link:   "3 October 2026"}
}

func dutiesWrong() *DutiesPage {
	return &DutiesPage{Base: desk("duties", ""), Consultation: "station-quarter", CanKeep: true, Act: "/staff/station-quarter/duties", Version: 1, NewLink: "https://consult.fairmead.example.org/station-quarter/calendar/3f2a9c.ics",
		Fields: []Field{{ID: "meeting", Kind: FieldDay, Label: "Meeting that decides", Hint: "Leave it empty.", Value: "soon", Problem: "Enter a day, or nothing"}}, Faults: []Fault{{Href: "#meeting", Message: "Enter a day, or nothing"}}}
}

func dutyFields() []Field {
	return []Field{{ID: "evidence", Kind: FieldArea, Label: "Evidence, or the reason", Value: "Version 3."}, {ID: "url", Kind: FieldURL, Label: "Address"}, {ID: "owner", Kind: FieldLine, Label: "Name", Problem: "Name the person"}, {ID: "done", Kind: FieldDay, Label: "Day on which"}}
}

func dutySample() *DutyPage {
	return &DutyPage{Base: desk("duties", "Duty 3"), Days: "/staff/station-quarter/duties#days", Row: dutyRows()[0], Expected: "the address of the page, the day and the version", CanKeep: true, Act: "/staff/station-quarter/duties/3", Back: "/staff/station-quarter/duties#duty-3", Version: 2,
		States: []Choice{{Value: "met", Text: "It is met", Chosen: true}, {Value: "open", Text: "It is not met"}}, Fields: dutyFields()[:2], Earlier: dutyRows()[:1]}
}

func dutyWrong() *DutyPage {
	return &DutyPage{Base: desk("duties", ""), Row: dutyRows()[1], CanKeep: true, Act: "/staff/station-quarter/duties/4", Version: 1, States: dutySample().States, Fields: dutyFields(), Problem: "Choose what is true of this duty",
		Faults: []Fault{{Href: "#state", Message: "Choose what is true of this duty"}, {Href: "#owner", Message: "Name the person"}}}
}

func registerRow() RegisterRow {
	return RegisterRow{ID: "e1", Name: "Chief Officer of Fairmead Police", Href: "/staff/station-quarter/register/e1", Pairs: []Pair{{Name: "Asked", Text: "6 October 2026"}, {Name: "Submission", Text: "7k3m01q", Href: "/staff/station-quarter/search?q=7k3m01q"}}}
}

func registerSample() *RegisterPage {
	return &RegisterPage{Base: desk("register", "Register"), CanKeep: true, Sections: []RegisterSection{
		{ID: "statutory", Title: "Statutory consultees", Note: "Bodies that the law names.", Add: "/staff/station-quarter/register/new?kind=statutory", Rows: []RegisterRow{registerRow()}}, {ID: "petition", Title: "Petitions", Note: "Signatures are never added to responses."}}}
}

func entrySample() *EntryPage {
	return &EntryPage{Base: desk("register", "Register"), Heading: "Statutory consultee", Kind: models.RegisterStatutory, Act: "/staff/station-quarter/register/e1", Back: "/staff/station-quarter/register#statutory", Version: 2, Row: new(registerRow()), CanRemove: true, CanKeep: true,
		Fields: []Field{{ID: "name", Kind: FieldLine, Label: "Name of the body", Value: registerRow().Name, Hint: "The report names it."}}, Positions: []Choice{{Value: "for", Text: "For the proposal", Chosen: true}, {Value: "", Text: "None stated"}}}
}

func entryNew() *EntryPage {
	return &EntryPage{Base: desk("register", ""), Heading: "Petition", Kind: models.RegisterPetition, Act: "/staff/station-quarter/register/new", Version: 1, CanKeep: true,
		Fields: []Field{{ID: "name", Kind: FieldLine, Label: "Title", Problem: "Enter a name"}, {ID: "number", Kind: FieldNumber, Label: "Signatures counted"}}, Faults: []Fault{{Href: "#name", Message: "Enter a name"}}}
}

func decidedSample(after StartPage) *StartPage {
	after.Outcome = &Outcome{Decision: "The order is extended for three years, with both rules, in the smaller area only.", Record: "https://fairmead.example.org/decisions/114", Day: "9 February 2027", Ordered: "20 February 2027", InForce: "1 March 2027", Challenge: "2 April 2027"}
	return &after
}

// besides fills the parts of a report about what is not counted.
func besides(r *models.Report) *models.Report {
	r.Consulted = []models.ReportConsulted{{Name: "Chief Officer of Fairmead Police", Statutory: true, Why: "s.72", Asked: "2026-10-06", Answered: "2026-11-04", Answer: "Supports the smaller area.", Position: models.StanceFor, PublicID: "7k3m01q"}, {Name: "Fairmead Faith Forum", Asked: "2026-10-07", Position: models.StanceAgainst}, {Name: "Lantern Outreach", Position: models.StanceUnsure}}
	r.Petitions = []models.ReportPetition{{Title: "Keep Harbour Lane safe", By: "Harbour Lane Residents' Association", Received: "2026-11-09", Wording: "We ask the council to keep the order.", Checked: "Every tenth address.", Signatures: models.Figure{Value: 412}}}
	r.Events = []models.ReportEvent{{Name: "Drop-in", Place: "Millbrook Library", Day: "2026-10-21", People: models.Figure{Value: 34}}, {Name: "Breakfast", Day: "2026-10-28", People: models.Figure{Masked: true, Threshold: 10}}}
	r.Publicity = []models.ReportNotice{{Name: "Posters in six languages", Day: "2026-10-08"}}
	r.Late = &models.ReportLate{Number: models.Figure{Masked: true, Threshold: 5}, SetAside: true}
	return r
}
