package views

import "heard/models"

// keyingSamples are the pages on which responses are keyed and imported.
func keyingSamples() []sample {
	c := consultation()
	at := "/staff/station-quarter/keying"
	forms := []Link{{Key: "1", Text: "1 Organisations"}, {Key: "2", Text: "2 Everybody else", Current: true}}
	row := BatchRow{Href: at + "/b2", Number: 2, Channel: "Paper", Received: "15 December 2026", Posted: "14 December 2026", Expected: 180, Keyed: 41, Who: []string{"p.okafor@fairmead.example.org"}}
	done := BatchRow{Href: at + "/b1", Number: 1, Channel: "Event", Received: "16 December 2026", Late: true, Expected: 60, Keyed: 60, Sampled: 6, Checked: 5, Open: 1, Agree: "98.4 %", Who: []string{"p.okafor@fairmead.example.org", "d.shah@fairmead.example.org"}, Finished: "17 December 2026"}
	desk1 := &KeyingPage{Base: desk("keying", "Keying"), Consultation: c.ID, Act: at, Batches: []BatchRow{row, done}, Agree: "98.4 %", Late: 60, Channels: []Link{{Key: "paper", Text: "Paper"}, {Key: "event", Text: "Event", Current: true}}, Forms: forms, Typed: map[string]string{"received": "2026-12-15"}}
	none, wrong := *desk1, *desk1
	none.Batches, none.Agree, none.Late, none.Closed = nil, "", 0, true
	wrong.SetAside, wrong.Agree, wrong.Problems = true, "", map[string]string{}
	for _, field := range []string{"channel", "received", "posted", "expected", "form"} {
		wrong.Problems[field] = "Something is wrong with the " + field
		wrong.Faults = append(wrong.Faults, Fault{Href: "#" + field, Message: wrong.Problems[field]})
	}
	batch := &BatchPage{Base: desk("keying", "Batch 1"), Consultation: c.ID, Batch: row, Act: at + "/b2", New: at + "/b2/new", Letter: at + "/b2/new?letter=1", Count: "180", Received: "2026-12-15", Posted: "2026-12-14", Rows: []FormRow{
		{Href: at + "/b2/forms/s1", Number: 1, Form: "form 2", Who: "p.okafor@fairmead.example.org", Groups: []string{"Residents"}, Marks: []string{"C6 illegible", "B1 spoilt"}, Unasked: []string{"M1"}, State: "keyed twice, alike"},
		{Href: at + "/b2/forms/s2", Number: 2, Form: "letter, taken to C10", Who: "d.shah@fairmead.example.org", State: "withdrawn"}}}
	emptyBatch, finishedBatch, waitingBatch, lateBatch := *batch, *batch, *batch, *batch
	emptyBatch.Rows, emptyBatch.Problems, emptyBatch.Faults = nil, map[string]string{}, nil
	for _, field := range []string{"forms", "received", "posted"} {
		emptyBatch.Problems[field] = "Something is wrong with the " + field
		emptyBatch.Faults = append(emptyBatch.Faults, Fault{Href: "#" + field, Message: emptyBatch.Problems[field]})
	}
	finishedBatch.Batch, finishedBatch.New, finishedBatch.Check, finishedBatch.Left, finishedBatch.SetAside = done, "", at+"/b1/check", 2, true
	waitingBatch.Batch, waitingBatch.New = done, ""
	lateBatch.Batch, lateBatch.New = done, ""
	lateBatch.Batch.Checked, lateBatch.Closed = 6, true

	rows := []KeyRow{
		{ID: "C2", Question: "Do you agree or disagree with rule 1?", Boxes: []string{"Strongly agree", "Agree", "Agree with changes"}, Box: "3", Text: "only at night", HasBox: true, HasText: true, Beside: true, One: true},
		{ID: "A2", Question: "What is your link to the area?", Boxes: []string{"I live here", "I work here"}, Box: "1 2", HasBox: true},
		{ID: "R9", Question: "What matters most to you?", Boxes: []string{"Better lighting", "Cleaner streets"}, HasBox: true, Ranked: true},
		{ID: "D1", Question: "When did you first notice this?", Boxes: []string{"I’m not sure"}, HasBox: true, HasText: true, Date: true},
		{ID: "C6", Question: "Why do you think this?", Text: "ہم رات کو ڈرتے ہیں۔", HasText: true, Long: true},
	}
	key := &KeyPage{Base: desk("keying", "Key a form"), Consultation: c.ID, Act: at + "/b2/new", Back: at + "/b2", Batch: 2, Form: 2, Forms: forms, Rows: rows, New: true, Key: "k", First: "box-C2"}
	wrongKey, letter, secondKey, correct := *key, *key, *key, *key
	wrongKey.Rows = append([]KeyRow(nil), rows...)
	wrongKey.Rows[0].Fault, wrongKey.AtFault, wrongKey.Slip = "Choose one answer", true, true
	wrongKey.Problems = map[string]string{"C2": "Choose one answer", "file": "Choose the file again"}
	wrongKey.Faults = []Fault{{Href: "#box-C2", Message: "C2: Choose one answer"}, {Href: "#file", Message: "Choose the file again"}}
	letter.Title, letter.Letter, letter.Question, letter.Questions, letter.Rows, letter.First = "Key a letter", true, "C10", []Link{{Key: "C6", Text: "C6 Why do you think this?"}, {Key: "C10", Text: "C10 Is there anything else?", Current: true}}, rows[4:], "text-C6"
	secondKey.Title, secondKey.New, secondKey.Of, secondKey.Number, secondKey.Left = "Key form 7 again", false, "s7", 7, 3
	correct.Title, correct.New, correct.Seen, correct.Number, correct.Changed = "Correct form 7", false, "2", 7, []string{"C6"}
	correct.Reason = "misread"
	correct.Reasons, correct.Problems, correct.Faults = []Link{{Key: "misread", Text: "The writing was misread", Current: true}}, map[string]string{"reason": "Choose why it is corrected"}, []Fault{{Href: "#reason", Message: "Choose why it is corrected"}}

	first := ReadAnswer{ID: "C2", Question: "Do you agree or disagree with rule 1?", Options: []string{"Agree"}}
	words := ReadAnswer{ID: "C6", Question: "Why do you think this?", Text: "ہم رات کو ڈرتے ہیں۔ " + sentence(3, 200), Mark: "illegible"}
	keyed := &KeyedPage{Scan: "/x/download", Slip: "/x/slip", Base: desk("keying", "Form 7 of batch 1"), Consultation: c.ID, Act: at + "/b1/forms/s7", Back: at + "/b1", Batch: 1, Number: 7, Form: "form 2", Channel: "Paper", Late: true, PublicID: "7k3m01q", Href: "/staff/station-quarter/submissions/s7",
		Status: models.SubmissionLive, Groups: []string{"Residents"}, Unasked: []string{"M1"}, Seen: 2, Correct: at + "/b1/forms/s7/correct", Versions: []KeyedVersion{
			{Kind: "Corrected", By: "d.shah@fairmead.example.org", Day: "18 December 2026", Reason: "The writing was misread", Current: true, Answers: []ReadAnswer{first, words}}, {Kind: "First keyed", By: "p.okafor@fairmead.example.org", Day: "15 December 2026"}}}
	differing, mine, withdrawnForm, replacedForm, asideForm := *keyed, *keyed, *keyed, *keyed, *keyed
	differing.Differ, differing.CanSettle, differing.Correct, differing.Groups = []Difference{{First: first, Second: ReadAnswer{ID: "C2"}}, {First: words, Second: words}}, true, "", []string{"Residents", "Visitors"}
	differing.Faults = []Fault{{Href: "#main", Message: "Somebody else has changed this form since you opened it."}}
	mine.Differ, mine.Correct = differing.Differ, ""
	withdrawnForm.Status, withdrawnForm.Versions, withdrawnForm.Href, withdrawnForm.Groups, withdrawnForm.Unasked = models.SubmissionWithdrawn, nil, "", nil, nil
	replacedForm.Status, replacedForm.Versions = models.SubmissionReplaced, nil
	asideForm.Status = models.SubmissionVoid
	slip := &SlipPage{Base: desk("keying", "Code slip"), Consultation: c, Batch: 2, Number: 42, Words: receiptWords(), Address: "https://consult.fairmead.example.org/station-quarter/receipt", Next: at + "/b2/new", Notice: "Form 42 is saved. Write 42 on it."}
	slipAgain := *slip
	slipAgain.Next, slipAgain.Again, slipAgain.Notice = "", at+"/b2/forms/s7", ""
	secondKey.Scan = "/x/download"

	sheet := &ImportPage{Base: desk("keying", "Import a spreadsheet"), Consultation: c.ID, Act: "/staff/station-quarter/import", Most: "32 MB"}
	columns, wrongSheet, closedSheet, importedSheet := *sheet, *sheet, *sheet, *sheet
	columns.File, columns.Rows, columns.Header, columns.Name = "K", 4120, []string{"Ref", "How far do you agree?", "Comments"}, "Our survey tool"
	columns.Targets = []ImportTarget{{Key: "-id", Text: "The response’s id in the other tool", Column: "Ref"}, {Key: "C6", Text: "C6 Why do you think this?", Column: "Comments"}, {Key: "C7", Text: "C7 What good or bad effects?"},
		{Key: "A2", Text: "A2 What is your link to the area?", Boxes: []ImportTarget{{Key: "A2.live_here", Text: "I live here", Column: "Ref"}, {Key: "A2.other", Text: "Something else"}}}, {Key: "B4", Text: "B4 When was it?", Boxes: []ImportTarget{{Key: "B4.night", Text: "Night"}}}}
	columns.Wording = map[string]string{"Ref": "What is your reference?"}
	columns.Mappings = []Link{{Href: "?file=K&mapping=m1", Text: "Our survey tool", Current: true}, {Href: "?file=K&mapping=m2", Text: "The map"}}
	columns.Tried = &Tried{Rows: 4120, Taken: 4000, Known: 100, Refused: 20, Late: 3, Why: []RefusedRow{{Line: 12, Why: "column “Comments”: Your answer must be 3000 characters or fewer"}}}
	columns.Problems = map[string]string{"C6": "The file has no such column", "name": "Give these columns a name"}
	columns.Faults = []Fault{{Href: "#C6", Message: "The file has no such column"}, {Href: "#name", Message: "Give these columns a name"}}
	allIn := columns
	allIn.Faults, allIn.Problems, allIn.Tried, allIn.Mappings = nil, nil, &Tried{Rows: 2, Taken: 2}, nil
	wrongSheet.Problems, wrongSheet.Faults = map[string]string{"file": "Choose a file"}, []Fault{{Href: "#file", Message: "Choose a file"}}
	closedSheet.Closed = true
	importedSheet.Done, importedSheet.Tried = true, columns.Tried

	return []sample{
		{"import", sheet}, {"import-columns", &columns}, {"import-all", &allIn}, {"import-wrong", &wrongSheet}, {"import-closed", &closedSheet}, {"import-done", &importedSheet},
		{"keying", desk1}, {"keying-none", &none}, {"keying-wrong", &wrong},
		{"batch", batch}, {"batch-empty", &emptyBatch}, {"batch-finished", &finishedBatch}, {"batch-waiting", &waitingBatch}, {"batch-late", &lateBatch},
		{"key", key}, {"key-wrong", &wrongKey}, {"key-letter", &letter}, {"key-second", &secondKey}, {"key-correct", &correct},
		{"keyed", keyed}, {"keyed-differing", &differing}, {"keyed-mine", &mine}, {"keyed-withdrawn", &withdrawnForm}, {"keyed-replaced", &replacedForm}, {"keyed-aside", &asideForm},
		{"slip", slip}, {"slip-again", &slipAgain},
	}
}
