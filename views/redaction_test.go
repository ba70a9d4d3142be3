package views

func redactSample(wrong bool) *RedactPage {
	item := RedactItem{ID: "C6-12-22", Key: "C6:12-22", Number: 1, About: "Anna Smith", State: "open", Kind: "name", Why: "a first name with what follows it", Words: "Anna Smith", Into: "name"}
	out, in, doubt := item, item, item
	out.ID, out.Key, out.Number, out.State, out.Decided, out.Do = "C6-30-42", "C6:30-42", 2, "out", "Taken out by d.shah@fairmead.example.org, 11 November 2026.", "accept"
	in.ID, in.Key, in.Number, in.State, in.Decided, in.Do, in.Note, in.Open = "C6-50-60", "C6:50-60", 3, "in", "Left in by d.shah@fairmead.example.org, 11 November 2026: another reason.", "other", "She is the mayor.", true
	doubt.ID, doubt.Key, doubt.Number, doubt.State = "C6-70-80", "C6:70-80", 4, "doubt"
	page := &RedactPage{Base: desk("redactions", "What is taken out"), Consultation: "station-quarter", ID: "s1", PublicID: "7k3m01q", Act: "/staff/station-quarter/submissions/s1/redact", Version: 3, Groups: []string{"Sex workers"}, Sensitive: true, Second: true, Mine: wrong,
		CheckedBy: "By d.shah@fairmead.example.org, 11 November 2026.", OpenBy: "p.okafor@fairmead.example.org", CanEdit: true, Sure: 1, Unsure: 1, KeysOff: wrong, Kinds: []string{"name", "phone number", "detail"},
		Refusals: []Link{{Key: "not_identifier", Text: "does not identify anybody"}, {Key: "other", Text: "another reason"}},
		Answers: []RedactAnswer{{ID: "C6", Code: "C6", Name: "answer C6", QuestionText: "Why do you think this?", Language: "en", Text: []MarkedText{{Text: "I saw "}, {Text: "Anna Smith", Number: 1, First: true, State: "open"}, {Text: " there, " + sentence(4, 200)}},
			Result: []Snippet{{Text: "I saw "}, {Text: "name", Redacted: true}, {Text: " there, " + sentence(4, 200)}}, Items: []RedactItem{item, out, in, doubt},
			Mix: []string{"age: “I am 34”", "occupation: “nurse”", "vehicle: “red Corsa”"}, MixDo: "other", MixNote: "She says so in the paper.", MixDecided: "May stand, says d.shah@fairmead.example.org, 11 November 2026."},
			{ID: "file.K1", Name: "attachment 1", QuestionText: "What was read in attachment 1: PDF, 1.2 MB", Text: []MarkedText{{Text: "None."}}, Result: []Snippet{{Text: "None."}}}}}
	if wrong {
		a := &page.Answers[0]
		page.Since = []string{"Answer C6, number 2: Taken out by p.okafor@fairmead.example.org, 11 November 2026."}
		a.Problems = map[string]string{"answer": "Decide on everything in answer C6 first: 2 left", "mix": "Three or more of the details still stand there", "add": "Copy the words from the answer as they stand there"}
		a.Add = RedactAdd{Words: "bluehat", Which: "2", Kind: "name", Replacement: "a man"}
		a.Items[0].Problem, a.Items[0].Open, a.Items[0].Replacement, a.Items[1].Since = "Choose a reason", true, "somebody", "Taken out by p.okafor@fairmead.example.org, 11 November 2026."
		page.Faults = []Fault{{Href: "#C6-12-22", Message: "Choose a reason"}, {Href: "#add-C6", Message: "Copy the words from the answer as they stand there"}, {Href: "#mix-C6", Message: "Three or more of the details still stand there"}, {Href: "#answer-C6", Message: "Decide on everything in answer C6 first: 2 left"}}
	}
	return page
}
