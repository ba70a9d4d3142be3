package views

import (
	"strings"

	"heard/models"
)

func versionSamples() []sample {
	const at = "/staff/station-quarter/"
	hash := strings.Repeat("3f2a9c10", 8)
	made := besides(report())
	made.Questions, made.ByArea, made.Themes, made.HeardOnce = nil, nil, made.Themes[:2], nil // a report's own samples have them all
	made.Version = &models.ReportVersion{Number: 2, Program: "v1.4.0", Form: 3, Frame: 7, Seed: "9f00c1", Before: hash, Changes: []string{"A few responses were added since. Their words stand in this version; its figures stay as they were.", "Quotes: 1 taken out."}, Note: "Words were taken out at somebody’s wish."}
	made.Objections = &models.ReportObjections{Made: models.Figure{Value: 12}, Upheld: models.Figure{Masked: true, Threshold: 5}, Percent: new(6)}
	unopposed := *made
	unopposed.Objections = &models.ReportObjections{}
	box := &VersionBox{Number: 1, Newest: 2, Day: "4 January 2027", Hash: hash, Struck: "1 February 2027", Earlier: []Link{{Href: "/station-quarter/report/2", Text: "Version 2"}}}
	newest := *box
	newest.Number, newest.Struck = 2, ""
	waiting := &ProposalRow{Number: 2, Hash: hash, By: "p.okafor@fairmead.example.org", Day: "1 February 2027", Note: made.Version.Note, Changes: made.Version.Changes, CanCheck: true, Href: at + "versions/proposed"}
	own, back := *waiting, *waiting
	own.CanCheck, own.Own = false, true
	back.CanCheck, back.Reason, back.Returned = false, "A street is named under “Lighting”.", "d.shah@fairmead.example.org, 2 February 2027"
	row := VersionRow{Number: 1, Href: "/station-quarter/report/1", Hash: hash, Day: "4 January 2027", By: "p.okafor@fairmead.example.org", Checked: "d.shah@fairmead.example.org", Struck: "1 February 2027"}
	words := []Snippet{{Text: "I walk past "}, {Text: "name", Redacted: true}, {Text: " every "}, {Text: "night", Match: true}, {Text: ". " + sentence(2, 200)}}
	c := consultation()
	answers := &AnswersPage{Base: base(""), Consultation: c, Text: "night", Total: 41, Number: 2, Previous: "?page=1&q=night", Next: "?page=3&q=night", Answers: []PublishedAnswer{
		{Reference: "3f2a9c1044", Question: "Why do you think this?", Text: words}, {Reference: "9f2a9c1044", Language: "ur", Text: []Snippet{{Text: "ہم رات کو ڈرتے ہیں۔"}}}}}
	point := SummaryPoint{Label: "Better lighting along the canal", Figure: models.Figure{Value: 38}, Quote: "The steps are black at five in the afternoon …"}
	summary := Summary{Report: made, Version: &newest, For: []SummaryPoint{point}, Against: []SummaryPoint{point}, Others: []SummaryPoint{{Label: "Bins", Figure: models.Figure{Masked: true, Threshold: 10}}}, Once: []string{"Bring back the bandstand."}, OnceOf: 4}
	council := summary
	council.Rules, council.Advice = report().Questions[:3], "To keep the order for the smaller area."
	council.Rules[2].Net = nil
	council.Council = []SummaryPoint{{Label: "Lighting:", Quote: "Eight lamps will be put up by March."}}
	passage := PackPassage{Why: "On: Better lighting. For the proposal", Question: "Why do you think this?", Language: "en", Href: at + "submissions/s1", Labels: []string{"Residents", "For the proposal"}, Text: words}
	objection := ObjectionRow{ID: "s1", PublicID: "7k3m01q", Day: "1 February 2027", Text: "I meant the birds, not the lamps.", Href: at + "submissions/s1", Themes: []string{"Better lighting"}, Version: 1}
	decided := objection
	decided.State, decided.Reason, decided.By = "upheld", "It is under birds now.", "p.okafor@fairmead.example.org, 2 February 2027"
	bare, noted := decided, decided
	bare.State, noted.State = "refused", "noted"
	objecting := &ReceiptCheckPage{Base: base(""), Consultation: c, Code: "harvest cabin lemon", At: "objection", Fault: "Your answer must be 500 characters or fewer. You have 12 too many", Objection: sentence(9, 300),
		Found: &ReceiptState{Day: "2026-11-11", Status: models.SubmissionLive, Themes: []string{"Lamps"}, Objection: &models.Objection{State: models.ObjectionUpheld, Reason: "It is under birds now."}}}
	afterwards := &ReceiptCheckPage{Base: base(""), Consultation: c, Code: "harvest cabin lemon", Found: &ReceiptState{Day: "2026-11-11", Status: models.SubmissionLive, Themes: []string{"Lamps"}, Objection: &models.Objection{State: models.ObjectionNoted, Reason: "It belongs under birds."}}}
	follow := &StartPage{Base: base(""), Consultation: c, State: "after", Closes: "14 December 2026 at 23:59", Report: true, Feed: true}
	list := []sample{
		{"report-version", &ReportPage{Base: base(""), Report: made, Version: box}}, {"report-newest", &ReportPage{Base: base(""), Report: made, Version: &newest}},
		{"report-unopposed", &ReportPage{Base: base(""), Report: &unopposed, Version: &newest}},
		{"versions", &VersionsPage{Base: desk("report", "Versions of the report"), Consultation: "station-quarter", Act: at + "versions", Waiting: waiting, Published: []VersionRow{row}, Pack: at + "pack"}},
		{"versions-own", &VersionsPage{Base: desk("report", ""), Act: at + "versions", Waiting: &own, Reason: "x", Faults: []Fault{{Href: "#reason", Message: "Say what has to change"}}, Problems: map[string]string{"reason": "Say what has to change"}}},
		{"versions-back", &VersionsPage{Base: desk("report", ""), Act: at + "versions", Waiting: &back, CanPropose: true, Note: "x", Faults: []Fault{{Href: "#note", Message: "Say why"}}, Problems: map[string]string{"note": "Say why"}}},
		{"versions-first", &VersionsPage{Base: desk("report", ""), Act: at + "versions", CanPropose: true, First: true}},
		{"answers", answers}, {"answers-none", &AnswersPage{Base: base(""), Consultation: c, Text: "x", Number: 1}}, {"answers-away", &AnswersPage{Base: base(""), Consultation: c, Away: true, Number: 1}},
		{"answers-wrong", &AnswersPage{Base: base(""), Consultation: c, Fault: "Use fewer words: a search can be up to 1,000 characters", Number: 1}},
		{"summary", &SummaryPage{Base: base(""), Summary: summary}}, {"summary-council", &SummaryPage{Base: base(""), Summary: council}},
		{"pack", &PackPage{Base: desk("pack", "Councillors’ pack"), Consultation: "station-quarter", Number: 1, Newest: 2, Day: "4 January 2027", ReportHash: hash, Hash: hash, Act: at + "pack", CanSay: true, Summary: summary,
			Parts:   []PackPart{{Key: "summary", Name: "The report in short", Readers: "12", Read: true}, {Key: "reading", Name: "Reading list", Readers: "fewer than 5"}, {Key: "once", Name: "Points that one person made", Readers: "fewer than 5"}},
			Reading: []PackPassage{passage, {Why: "One of: Residents"}}, Once: nil, Links: []Link{{Href: "/station-quarter/report/1", Text: "The whole report"}}, Earlier: []Link{{Href: at + "pack?version=2", Text: "version 2"}}}},
		{"pack-once", &PackPage{Base: desk("pack", ""), Number: 2, Newest: 2, Act: at + "pack", Summary: council, Parts: []PackPart{{Key: "once", Name: "Points that one person made", Readers: "fewer than 5"}}, Once: []PackPassage{passage}}},
		{"objections", &ObjectionsPage{Base: desk("attention", "Not what they meant"), Consultation: "station-quarter", Act: at + "objections", Open: []ObjectionRow{objection}, Decided: []ObjectionRow{decided, bare}}},
		{"objections-fixed", &ObjectionsPage{Base: desk("attention", ""), Act: at + "objections", Fixed: true, Open: []ObjectionRow{objection}, Decided: []ObjectionRow{noted}}},
		{"objections-wrong", &ObjectionsPage{Base: desk("attention", ""), Act: at + "objections", Open: []ObjectionRow{objection, {ID: "s2", PublicID: "7k3m02q", Day: "1 February 2027", Version: 1}}, At: "s1", Typed: "x", Chosen: "refused", Problem: "Give the reason", Faults: []Fault{{Href: "#reason-s1", Message: "Give the reason"}}}},
		{"objections-none", &ObjectionsPage{Base: desk("attention", ""), Act: at + "objections"}},
		{"code-objection", objecting}, {"code-objection-noted", afterwards}, {"start-follow", follow},
	}
	return list
}
