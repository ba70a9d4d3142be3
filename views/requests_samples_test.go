package views

func requestRowSample() *RequestRow {
	return &RequestRow{ID: "r1", Reference: "DPO 2026/31", Href: "/staff/station-quarter/requests/r1", State: "Open", Late: true, Pairs: []Pair{{Name: "Asked for", Text: "Erasure (UK GDPR Art 17)"}, {Name: "Due", Text: "2 December 2026"}}}
}

func requestsSample() *RequestsPage {
	return &RequestsPage{Base: desk("requests", "Requests"), CanKeep: true, Hold: "Nothing is deleted while this is open: FOI 12.", New: "/staff/station-quarter/requests/new", Act: "/staff/station-quarter/requests", Version: 1,
		Rows: []RequestRow{*requestRowSample(), {ID: "r2", Reference: "FOI 12", Href: "/staff/station-quarter/requests/r2", State: "Answered", Good: true}}, Retention: Field{ID: "retention", Kind: FieldDay, Label: "Delete original words on", Value: "2027-12-01"}, SetBy: "Set by p.okafor@fairmead.example.org, 2 November 2026."}
}

func requestSample() *RequestPage {
	return &RequestPage{Base: desk("requests", "Request"), CanKeep: true, Heading: "DPO 2026/31", Back: "/staff/station-quarter/requests", Act: "/staff/station-quarter/requests/r1", Version: 2, Row: requestRowSample(), Hold: true, Frozen: true, Search: "/staff/station-quarter/search",
		States: []Choice{{Value: "open", Text: "Open", Chosen: true}, {Value: "refused", Text: "Refused"}}, Fields: []Field{{ID: "outcome", Kind: FieldArea, Label: "Outcome, with the reason", Value: sentence(3, 60)}},
		CodeFields: []Field{{ID: "code", Kind: FieldLine, Label: "Code", Value: "one two", Problem: "We do not know this code"}, {ID: "reason", Kind: FieldArea, Label: "Why"}}, Faults: []Fault{{Href: "#code", Message: "We do not know this code"}},
		Acts: []RequestActRow{{ID: "a1", Text: "Words were taken out.", Href: "/staff/station-quarter/submissions/s1", About: "7k3m01q", By: "By p.okafor@fairmead.example.org, 2 October 2026."},
			{ID: "a2", Text: "Erasure asked for. It waits for a second officer.", About: "9k3m01q", Reason: sentence(4, 40), By: "By p.okafor@fairmead.example.org, 2 October 2026.", Waits: true}, {ID: "a3", Text: "Erasure asked for.", About: "8k3m01q", Waits: true, Mine: true, By: "By you."}}}
}

func eraseSample() *ErasePage {
	return &ErasePage{Base: desk("requests", "Erasure"), PublicID: "7k3m01q", Back: "/staff/station-quarter/submissions/s1", Act: "/staff/station-quarter/submissions/s1/erase", New: "/staff/station-quarter/requests/new", Frozen: true,
		Requests: []Choice{{Value: "r1", Text: "DPO 2026/31", Chosen: true}}, Reason: Field{ID: "reason", Kind: FieldArea, Label: "How you know that it is theirs", Problem: "Say why"}, Faults: []Fault{{Href: "#reason", Message: "Say why"}}}
}

func requestSamples() []sample {
	return []sample{
		{"requests", requestsSample()}, {"requests-nothing", &RequestsPage{Base: desk("requests", ""), Deleted: "1 December 2027"}},
		{"requests-wrong", &RequestsPage{Base: desk("requests", ""), CanKeep: true, Act: "/staff/station-quarter/requests", Version: 1, Retention: Field{ID: "retention", Kind: FieldDay, Label: "Delete original words on", Problem: "Enter a day"}, Faults: []Fault{{Href: "#retention", Message: "Enter a day"}}}},
		{"redact-request", redactForRequest()}, {"submission-erased", &SubmissionPage{Base: desk("search", ""), Consultation: "station-quarter", ID: "s1", PublicID: "7k3m01q", Erased: "4 January 2027"}},
		{"submission-erase", &SubmissionPage{Base: desk("search", ""), Consultation: "station-quarter", ID: "s1", PublicID: "7k3m01q", Erase: "/staff/station-quarter/submissions/s1/erase"}},
		{"request", requestSample()}, {"request-new", &RequestPage{Base: desk("requests", ""), CanKeep: true, Act: "/staff/station-quarter/requests/new", Version: 1, Kinds: []Choice{{Value: "erasure", Text: "Erasure"}}, Fields: []Field{{ID: "reference", Kind: FieldLine, Label: "Reference"}}}},
		{"erase", eraseSample()}, {"erase-nothing", &ErasePage{Base: desk("requests", ""), PublicID: "7k3m01q", New: "/staff/station-quarter/requests/new"}},
	}
}

func redactForRequest() *RedactPage {
	page := redactSample(false)
	page.CanEdit, page.Frozen, page.Requests = true, true, []Choice{{Value: "r1", Text: "DPO 2026/31: Erasure", Chosen: true}}
	return page
}
