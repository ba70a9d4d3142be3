package views

import "heard/models"

// readingSamples are the queue and a submission as it is read: at first, after a
// refusal ("wrong"), "frozen", and in the original words.
func readingSamples() (*ReadingPage, func(state string) *SubmissionPage) {
	const at = "/staff/station-quarter/reading"
	queue := &ReadingPage{Base: desk("reading", "Reading"), Consultation: "station-quarter", Act: at, Total: 190, First: 51, Last: 54, Number: 2, Previous: "?page=1", Next: "?page=3", KeysSwitch: "?keys=off",
		Progress: []ReadingShare{{"Submissions read", 97, 190, "51 %"}, {"Attachments summarised", 0, 0, ""}, {"Marked as rich in evidence", 4, 0, ""}},
		Readers:  []ReaderRow{{"p.okafor@fairmead.example.org", 60}, {"d.shah@fairmead.example.org", 41}},
		Filters:  []Link{{Text: "Not read", Href: "?show=unread"}, {Text: "All", Href: "?", Current: true}},
		Rows: []ReadingRow{
			{PublicID: "7k3m01q", Href: at + "/s1", Day: "11 November 2026", Groups: []string{"Residents"}, LanguageName: "Romanian", Files: 2, Summarised: 1, Unread: true, Changed: true, Held: "d.shah@fairmead.example.org", Attention: true, Rich: true},
			{PublicID: "7k3m02q", Href: at + "/s2", Day: "11 November 2026", Unread: true, Held: "p.okafor@fairmead.example.org", Mine: true},
			{PublicID: "7k3m03q", Href: at + "/s3", Day: "12 November 2026", Files: 1, Summarised: 1, Readers: []string{"p.okafor@fairmead.example.org", "d.shah@fairmead.example.org"}},
		}}
	return queue, func(state string) *SubmissionPage {
		first := &SummaryBox{Number: 1, Key: "k1", CanWrite: true}
		second := &SummaryBox{Number: 2, Key: "k2", Version: 2, Text: "Wants the steps lit.", Now: "Wants the steps lit.", By: "d.shah@fairmead.example.org, 12 November 2026", CanWrite: true,
			Earlier: []EarlierSummary{{Text: "About the steps.", By: "p.okafor@fairmead.example.org, 11 November 2026"}}}
		page := &SubmissionPage{Base: desk("reading", "Submission"), Consultation: "station-quarter", ID: "s1", PublicID: "7k3m01q", Received: "11 November 2026", Language: "English", Status: models.SubmissionLive, Back: at,
			Rows:        []SubmissionRow{{ID: "C6", Question: "Why do you think this?", Text: []Snippet{{Text: sentence(4, 160)}}, Code: "/staff/station-quarter/code?submission=s1&question=C6"}},
			Attachments: []AttachedText{{Number: 1, About: "PDF, 1.2 MB", Pages: []AttachedPage{{Text: []Snippet{{Text: "What we found."}}}}, Summary: first}, {Number: 2, About: "PNG, 90 KB", Summary: second}},
			Keep:        "/staff/station-quarter/kept", Here: at + "/s1", Notes: []NoteRow{{ID: "n1", Day: "28 November 2026", Text: "Ask about the steps."}},
			Act: "/staff/station-quarter/submissions/s1", Why: []string{"Its author says: that is not what I meant"}, ShowOriginal: at + "/s1?original=yes", Erase: "/staff/station-quarter/submissions/s1/erase",
			Reading: &ReadingPanel{Act: at + "/s1", Revision: 1, Open: true, Unread: true, Before: []string{"d.shah@fairmead.example.org, 12 November 2026"}, Held: "d.shah@fairmead.example.org",
				Code: "/staff/station-quarter/code?submission=s1&question=C6", Redact: "/staff/station-quarter/submissions/s1/redact", KeysSwitch: "?keys=off"}}
		switch state {
		case "wrong":
			first.Fault, second.Fault, second.Theirs, second.Text = "Say what is in attachment 1", "Somebody else has changed the summary of attachment 2", true, "What was typed."
			page.Reading.Problem, page.Reading.Faults = "It was not kept", []Fault{{Href: "#summary-1", Message: first.Fault}, {Href: "#summary-2", Message: second.Fault}, {Message: "What this submission says has changed since you opened it."}}
		case "frozen":
			first.CanWrite, second.CanWrite = false, false
			page.Reading.Open, page.Reading.Unread, page.Reading.Readers, page.Reading.Rich, page.Reading.RichBy, page.Reading.KeysOff = false, false, []string{"p.okafor@fairmead.example.org, 12 November 2026"}, true, "p.okafor@fairmead.example.org, 11 November 2026", true
		case "original":
			page.Original, page.Reading.Before, page.Reading.Held, page.Reading.Unread, page.Reading.Readers = true, nil, "", false, []string{"p.okafor@fairmead.example.org, 12 November 2026"}
		}
		return page
	}
}
