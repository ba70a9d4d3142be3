package views

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"heard/models"
)

// sample is a page with a name of its own: some structs have several faces.
type sample struct {
	name string
	page Page
}

func text(s string) models.Text { return models.Text{"en": s} }

func base(title string) Base {
	return Base{Lang: "en", Title: title, Service: "Fairmead Council", Home: "/", Exit: true, Invented: true,
		Languages: []Link{{Key: "en", Href: "#", Text: "English", Current: true}, {Key: "ro", Href: "?lang=ro", Text: "Română"}, {Key: "ur", Href: "?lang=ur", Text: "اردو"}}}
}

func desk(here, title string) Base {
	c := "/staff/station-quarter/"
	return Base{Lang: "en", Title: title, Service: "Fairmead Council", Home: "/staff", Invented: true, Staff: &StaffBar{
		Email: "p.okafor@fairmead.example.org", Role: models.RoleOfficer, Consultation: "station-quarter", Title: "Station quarter order", Here: here,
		Links: []Link{{Href: "/staff", Text: "All consultations", Current: here == "home"}, {Href: "/staff/audit", Text: "Record", Current: here == "audit"}, {Href: "/staff/users", Text: "Accounts", Current: here == "users"}},
		Pages: []Link{{Href: c + "search", Text: "Search", Current: here == "search"}, {Href: c + "kept", Text: "My list"}, {Href: c + "reading", Text: "Reading"}},
		Areas: []Link{{Href: c + "search", Text: "Answers", Current: here == "search"}, {Href: c + "themes", Text: "Themes", Current: here == "themes"}, {Href: c + "report", Text: "Report", Current: here == "report"}, {Href: c + "settings", Text: "Settings", Current: here == "settings"}},
	}}
}

func consultation() *models.Consultation {
	return &models.Consultation{
		Format: 1, ID: "station-quarter", Version: 3, Title: text("Should the station quarter order be renewed?"), Languages: []string{"en", "ro"}, Status: models.StatusOpen,
		Council: models.Council{Name: "Fairmead Council", Email: "consult@fairmead.example.org", Phone: "020 7946 0123", Address: "Consultation team\nTown Hall\nFairmead", DPO: "dpo@fairmead.example.org"},
		Proposal: models.Proposal{
			Acts:    []string{"extend", "vary"},
			Summary: text("Fairmead Council has an order that sets two rules for the streets around the station. It ends in March. The council asks whether it should go on for three more years, in a smaller area.\n\nNothing has been decided."),
			Why:     text("Since the order began, residents have reported fewer cars circling at night. Support workers have told us that people have moved to places where they are less safe. The council wants to hear from both before it decides."),
			Area:    text("Harbour Lane, Mill Road and the streets between them:\n\n- from the station to the canal\n- not the park"),
			Evidence: []models.Text{text("Reports to the council fell from 212 in the first year to 87 in the third."), text("Outreach workers met 34 people in the first year and 19 in the third. They do not know where the others went."),
				text("48 fixed penalty notices were given. 31 were paid.")},
			Alternatives: []models.Alternative{{Option: text("Let the order end"), WhyNot: text("Residents fear that things would go back to how they were.")}, {Option: text("Only outreach and lighting"), WhyNot: text("The council could not show that this alone would be enough.")}},
			Decision:     models.Decision{Body: text("the Cabinet of Fairmead Council"), When: "2027-02-09"},
		},
		Confidentiality: text("We do not ask your name. We do not share your answers with the police or the Home Office.\n\nA court could order us to hand over what we hold, so we hold as little as possible."),
		Restrictions:    []models.Restriction{{ID: "R1", Text: text("Nobody may stop or slow a vehicle to approach somebody in the street for services."), Paraphrase: true}, {ID: "R2", Text: text("Nobody may be abusive or act in a way likely to cause alarm or distress."), Paraphrase: true}},
		Help:            []models.Signpost{{Name: "Harbour Lane Drop-in", What: text("Somebody to talk to, any evening. Invented for this demonstration."), URL: "https://drop-in.example.org/", Phone: "020 7946 0456", Source: "their website", Checked: "2026-11-02"}, {Name: "Police", What: text("In an emergency."), Phone: "999"}},
	}
}

func step(q *models.Question) *StepPage {
	b := base("Question")
	b.Form = true
	return &StepPage{Base: b, Consultation: "station-quarter", Question: q, Back: "/station-quarter", Action: "/station-quarter/respond/" + q.ID, Number: 3, Optional: true}
}

// wrong is a step that was refused.
func wrong(p *StepPage, fault string) *StepPage {
	p.Fault = fault
	p.Faults = []Fault{{Href: "#answer", Message: fault}}
	return p
}

// unsaid are the options that are chosen instead of answering.
func unsaid() []models.Option {
	return []models.Option{{ID: "unsure", Text: text("I’m not sure")}, {ID: "prefer_not", Text: text("Prefer not to say")}}
}

func choice() *models.Question {
	return &models.Question{ID: "C2", Type: models.TypeChoice, Text: text("Do you agree or disagree with rule 1?"), Hint: text("Think of the streets in the proposed area."), Options: []models.Option{
		{ID: "strongly_agree", Text: text("Strongly agree")}, {ID: "agree", Text: text("Agree")}, {ID: "changes", Text: text("Agree with changes"), WriteIn: true},
		{ID: "neither", Text: text("Neither agree nor disagree")}, {ID: "disagree", Text: text("Disagree")}, {ID: "strongly_disagree", Text: text("Strongly disagree")}, {ID: "unsure", Text: text("Don’t know")}}}
}

func ticks() *models.Question {
	return &models.Question{ID: "A2", Type: models.TypeTicks, Text: text("What is your link to the area?"), Hint: text("Tick all that apply."), Options: []models.Option{
		{ID: "live", Text: text("I live in the proposed area")}, {ID: "work", Text: text("I work or run a business here")}, {ID: "visit", Text: text("I visit or travel through")},
		{ID: "other", Text: text("Something else"), WriteIn: true}, {ID: "none", Text: text("Prefer not to say"), Alone: true}}}
}

func words() *models.Question {
	return &models.Question{ID: "C6", Type: models.TypeLongText, Text: text("Why do you think this? Tell us about changes you would make"), Hint: text("Do not name anyone or give number plates."), MaxLength: 3000}
}

func date() *models.Question {
	return &models.Question{ID: "D1", Type: models.TypeDate, Text: text("When did you first notice this?"), Hint: text("If you are not sure, give a day that is close."), Earliest: "2020-01-01", Latest: "2026-12-14", Options: unsaid()}
}

func number() *models.Question {
	least, most := 0, 7
	return &models.Question{ID: "N1", Type: models.TypeNumber, Text: text("On how many nights a week do you walk here?"), Hint: text("A number from 0 to 7."), Min: &least, Max: &most, Options: unsaid()}
}

func ranking() *models.Question {
	return &models.Question{ID: "R9", Type: models.TypeRanking, Text: text("What matters most to you?"), Options: []models.Option{
		{ID: "light", Text: text("Better lighting")}, {ID: "outreach", Text: text("More outreach and health support")}, {ID: "clean", Text: text("Cleaner streets")}, {ID: "none", Text: text("None of these"), Alone: true}}}
}

// place offers n areas, and two answers for those who live in none of them or
// do not say.
func place(n int) *models.Question {
	q := &models.Question{ID: "P1", Type: models.TypePlace, Text: text("Which part of Fairmead do you live or work in?"), Hint: text("Nobody is asked for a street.")}
	for i := range n {
		q.Options = append(q.Options, models.Option{ID: fmt.Sprintf("ward_%d", i+1), Text: text(fmt.Sprintf("Ward %d, invented", i+1))})
	}
	q.Options = append(q.Options, models.Option{ID: "outside", Text: text("Outside Fairmead")}, models.Option{ID: "prefer_not", Text: text("Prefer not to say")})
	return q
}

func equality() []models.Question {
	return []models.Question{
		{ID: "E1", Type: models.TypeChoice, Text: text("How old are you?"), Options: []models.Option{{ID: "under_18", Text: text("Under 18")}, {ID: "over", Text: text("18 or over")}, {ID: "prefer_not", Text: text("Prefer not to say")}}},
		{ID: "E2", Type: models.TypeChoice, Text: text("Do you have a health condition that has lasted 12 months or more?"), Hint: text("If you do, tell us if it makes day-to-day activities harder."),
			Options: []models.Option{{ID: "yes", Text: text("Yes")}, {ID: "no", Text: text("No")}, {ID: "prefer_not", Text: text("Prefer not to say")}}},
	}
}

func receiptWords() []string {
	return strings.Fields("harvest cabin lemon orbit velvet sudden gentle marble window coral thunder apple")
}

const hash = "9f2c7a51d08b4e6f3a1c5d7e90b2f4a6c8e0d1b3f5a7992c4e6081a3b5c7d9ef"

func shown(n int) models.Figure   { return models.Figure{Value: n} }
func masked(n int) models.Figure  { return models.Figure{Masked: true, Threshold: n} }
func percent(n int) *int          { return &n }
func hidden() models.Figure       { return models.Figure{Masked: true} }
func sentence(seed, n int) string { return strings.TrimSpace(prose(seed, n)) }

// prose returns about n bytes of invented words, different for each seed and,
// like what people write, not the same sentence again and again.
func prose(seed, n int) string {
	vocabulary := strings.Fields("the street at night feels quieter since lights were mended but cars still circle past our door and my children ask why people shout near canal where nobody walks after dark so I take longer way home from station which costs half an hour each evening though officers who patrol are kind they cannot be everywhere support would help more than fines because those who are moved on simply go somewhere less safe with fewer friends around them while shops lose customers when benches stay empty and litter collects behind bins every Saturday morning")
	var b strings.Builder
	x := uint32(seed)*2654435761 + 12345
	for b.Len() < n {
		x = x*1664525 + 1013904223
		b.WriteString(vocabulary[int(x>>16)%len(vocabulary)])
		b.WriteByte(' ')
	}
	return b.String()
}

func reportFiles() (files []ReportFile) {
	for i, format := range []string{"docx", "pdf", "xlsx", "csv", "json", "dictionary"} {
		files = append(files, ReportFile{Format: format, Href: "/station-quarter/report." + format, Size: []string{Size(48123), ""}[i%2]})
	}
	return files
}

func report() *models.Report {
	names := []models.GroupFigure{
		{ID: "resident", Name: "Residents", Count: shown(104)}, {ID: "business", Name: "Businesses and workers", Count: shown(31)}, {ID: "visitor", Name: "Visitors", Count: shown(22)},
		{ID: "sex_worker", Name: "Sex workers (people who sell sex)", Sensitive: true, Count: shown(18)}, {ID: "support", Name: "Support workers", Count: shown(14)},
		{ID: "organisation", Name: "Organisations", Count: shown(9)}, {ID: "elected", Name: "Elected representatives", Count: masked(5)}, {ID: "other", Name: "Other", Count: hidden()}}
	r := &models.Report{Consultation: "station-quarter", Title: "Station quarter order: what people told us", Council: "Fairmead Council", Invented: true, Published: true,
		DataHash: hash, Checkpoint: hash, Opened: "5 October 2026", Closed: "14 December 2026", Total: shown(190), Groups: names,
		Channels:     []models.GroupFigure{{ID: "web", Name: "Web form", Count: shown(151)}, {ID: "paper", Name: "Paper", Count: shown(27)}, {ID: "assisted", Name: "With help", Count: shown(12)}},
		Restrictions: []models.ReportRule{{ID: "R1", Text: "Nobody may stop or slow a vehicle to approach somebody in the street for services.", Paraphrase: true}},
		RollCall: models.RollCall{Submissions: 190, InThemes: 121, HeardOnce: 27, ClosedOnly: 42, Uncounted: 61, Withdrawn: masked(10), Replaced: shown(14), SetAside: shown(40),
			Aside:   []models.GroupFigure{{ID: "spam", Name: "Sent by a program", Count: shown(21)}, {ID: "repeated", Name: "The same answers sent again", Count: shown(10)}, {ID: "made-up", Count: shown(12)}, {ID: "elsewhere", Count: shown(11)}, {ID: "trial", Count: shown(10)}, {ID: "other", Count: shown(10)}},
			Entries: []models.RollCallEntry{{Submission: "s1", PublicID: "p1", Themes: []string{"Lighting"}}, {Submission: "s2", PublicID: "p2", HeardOnce: true}, {Submission: "s3", PublicID: "p3", ClosedOnly: true}}}}
	for i := range 20 {
		q := models.ReportQuestion{ID: fmt.Sprintf("C%d", i+1), Text: fmt.Sprintf("Question %d: do you agree or disagree with this part of the proposal?", i+1), Type: models.TypeChoice, Restriction: "R1", Base: shown(184), Groups: names}
		for j, o := range []string{"Strongly agree", "Agree", "Agree with changes", "Neither agree nor disagree", "Disagree", "Strongly disagree", "Don’t know"} {
			n := 4 + (i*7+j*11)%40
			row := models.ReportOption{ID: fmt.Sprint(j), Text: o, Count: shown(n), Percent: percent(n * 100 / 184)}
			for k := range names {
				f := shown(5 + (i+j*3+k*5)%20)
				if (i+j+k)%3 == 0 || k == 3 || k == 6 {
					f = masked(10)
				} else if (i+j+k)%7 == 0 || k == 7 {
					f = hidden()
				}
				if k == 3 && j == i%4 {
					f = shown(11)
				}
				row.Groups = append(row.Groups, f)
			}
			q.Options = append(q.Options, row)
		}
		r.Questions = append(r.Questions, q)
	}
	for i := range 12 {
		th := models.ReportTheme{ID: fmt.Sprintf("t%d", i+1), Label: []string{"Better lighting along the canal", "Moved on to less safe places", "Cars circling at night", "Fines do not help"}[i%4],
			Keywords: strings.Fields("lighting canal dark path lamps"), Approved: i != 3, Count: shown(40 - 2*i), Groups: names[:5]}
		if i%3 == 1 {
			th.DistinctiveFor = []string{"Support workers"}
			th.Count = masked(10)
		}
		for j := range 3 {
			th.Quotes = append(th.Quotes, models.ReportExcerpt{PublicID: fmt.Sprintf("k%d%d", i, j), Group: names[j].Name, Text: sentence(i*10+j, 180), Language: "en"})
		}
		th.Stances = []models.GroupFigure{{ID: "for", Count: shown(12)}, {ID: "against", Count: hidden()}, {ID: "unsure", Count: hidden()}, {Count: shown(14)}}
		if th.Count.Masked { // then they are too
			th.Stances[0].Count, th.Stances[3].Count = hidden(), hidden()
		}
		switch i {
		case 0:
			th.Definition, th.OneSided, th.NameFrom = "Paths and streets that are not lit, or badly.", "for", "against"
		case 1:
			th.Parent, th.NameFrom = "t1", "for"
		case 11:
			th.OutOfScope, th.Approved = "The county council looks after the lamps.", false
		}
		r.Themes = append(r.Themes, th)
	}
	resultsOf(r)
	r.Method = &models.ReportMethod{Method: models.Method{Background: "Open English WordNet", TooFew: true, Notes: []string{"The optional model did not answer."}},
		Taught: shown(42), Coded: shown(60), Changed: masked(5), Machine: &models.ReportAgreement{F1: 0.71, Low: 0.64, High: 0.78, Kappa: 0.68, Answers: 100}, People: &models.ReportAgreement{F1: 0.8, Low: 0.7, High: 0.9, Kappa: 0.77, Answers: 40}}
	for i := range 27 {
		e := models.ReportExcerpt{PublicID: fmt.Sprintf("7k3m%02dq", i)}
		if i%2 == 0 {
			e.Text, e.Group = sentence(900+i, 160), "Residents"
		}
		r.HeardOnce = append(r.HeardOnce, e)
	}
	r.Campaigns = []models.ReportCampaign{{Letters: shown(19), Text: "Dear councillors,\n\n" + sentence(5, 300)}, {Letters: masked(5)}}
	return r
}

// samples is every page with everything on it, in each of its faces.
func samples() []sample {
	c := consultation()
	c.OfferResult = true
	c.Equality = equality()
	c.Formats = []models.OtherFormat{{Name: text("Easy Read"), URL: "https://fairmead.example.org/easy-read"}, {Name: text("Answering by phone, or with somebody’s help")}}
	open := &StartPage{Base: base("Consultation"), Consultation: c, State: "open", Opens: "5 October 2026", Closes: "14 December 2026 at 23:59", DecisionDay: "9 February 2027"}
	started, before, after, draft, paused, pausedStarted, partly := *open, *open, *open, *open, *open, *open, *open
	started.Started = true
	before.State, after.State, draft.State = "before", "after", "draft"
	after.Report = true
	paused.State, pausedStarted.State, pausedStarted.Started = "paused", "paused", true
	partly.Base.Lang, partly.Default, partly.Partly, partly.Unchecked = "ro", "en", true, true

	begin := &BeginPage{Base: base(""), Consultation: c, Opened: "6746f0a1.00"}
	card, stopped := *begin, *begin
	card.Card = "fern"
	stopped.Refusal = "This consultation is paused at the moment."

	wrongChoice := wrong(step(choice()), "Choose the answer that your words belong to")
	wrongChoice.Restriction = &c.Restrictions[0]
	wrongChoice.Given = models.Given{Options: []string{"agree"}, Text: "Only after 10pm"}
	rightChoice := step(choice())
	rightChoice.Restriction = &c.Restrictions[0]
	tick := step(ticks())
	tick.Given = models.Given{Options: []string{"live", "other"}, Text: "I walk my dog here"}
	long := step(words())
	long.CanSave = true
	wrongLong := wrong(step(words()), "Your answer must be 3,000 characters or fewer. You have 12 too many")
	wrongLong.Given.Text = sentence(3, 600)
	line := step(&models.Question{ID: "O1", Type: models.TypeText, Text: text("Name of your organisation or group")})
	info := step(&models.Question{ID: "S0", Type: models.TypeInfo, Text: text("We want to hear from you"), Body: text("We do not ask your name.\n\n- Skip any question.\n- Stop at any time.")})
	file := wrong(step(&models.Question{ID: "F1", Type: models.TypeFile, Text: text("Add a document"), Hint: text("We remove hidden details such as the author.")}), "This PDF is locked with a password. Save it without one and try again")
	file.File = &UploadState{Attached: []string{"PDF, 1.2 MB", "JPG, 340 KB"}, Limit: "PDF, DOCX, ODT, JPG or PNG. Up to 3 files of 10 MB each."}
	romanian := step(choice())
	romanian.Lang = "ro"
	urdu := step(ticks())
	urdu.Lang, urdu.Languages[0].Current, urdu.Languages[2].Current, urdu.Unchecked = "ur", false, true, true
	urdu.Question.Text = models.Text{"en": "What is your link to the area?", "ur": "اس علاقے سے آپ کا کیا تعلق ہے؟"}

	given := step(date())
	given.Given.Text = "2026-03-27"
	noDay := wrong(step(date()), "Enter a real date, as day, month and year")
	noDay.Given.Text = "2026-13-41"
	nights := step(number())
	nights.Given.Options = []string{"unsure"}
	noNumber := wrong(step(number()), "Enter a whole number, in figures")
	noNumber.Given.Text = "three or so"
	ordered := step(ranking())
	ordered.Given.Options = []string{"clean", "light"}
	twice := wrong(step(ranking()), "Give each place to one answer only")
	twice.Ranks = map[string]string{"light": "1", "outreach": "1"}
	few, many := step(place(5)), step(place(30))
	few.Given.Options, many.Given.Options = []string{"ward_2"}, []string{"ward_17"}
	noPlace := wrong(step(place(30)), "Choose an answer")
	few.Change = true
	instead := step(words())
	instead.Question.Options = unsaid()
	both := wrong(step(words()), "Give an answer, or choose the box below it, but not both")
	both.Question.Options, both.Given = unsaid(), models.Given{Options: []string{"unsure"}, Text: "It depends"}
	unsaved := step(ticks())
	unsaved.Unsaved = true
	longUrdu := step(words())
	longUrdu.Lang, longUrdu.Languages, longUrdu.CanSave = "ur", urdu.Languages, true
	longUrdu.Question.Text = models.Text{"ur": strings.Repeat("آپ ایسا کیوں سوچتے ہیں؟ ", 12) + "https://fairmead.example.org/" + strings.Repeat("x", 120)}
	longUrdu.Given.Text = strings.Repeat("اندھیری گلی میں روشنی کم ہے۔ ", 80) + "Harbour Lane 20:30, " + strings.Repeat("w", 200)

	check := &CheckPage{Base: base("Check your answers"), Consultation: c.ID, Back: "/b", Action: "/station-quarter/respond/check", Token: "3f2a9c.0", CanSave: true, Dropped: []string{"How often do you visit?"}, Rows: []CheckRow{
		{ID: "A1", Question: "How are you answering?", Answers: []string{"For myself"}, Change: "/c/A1"},
		{ID: "A2", Question: "What is your link to the area?", Answers: []string{"I live in the proposed area", "Something else: I walk my dog here"}, Change: "/c/A2"},
		{ID: "A3", Question: "Which part of Fairmead do you live or work in?", Change: "/c/A3"},
		{ID: "R9", Question: "What matters most to you?", Answers: []string{"1. Cleaner streets", "2. Better lighting"}, Change: "/c/R9"},
		{ID: "C6", Question: "Why do you think this? Tell us about changes you would make", Answers: []string{sentence(8, 320) + "\n\n" + sentence(9, 120)}, Change: "/c/C6"}}}
	check.Form = true
	wrongCheck, stale, preset, replacing := *check, *check, *check, *check
	wrongCheck.Faults = []Fault{{Href: "/c/A1", Message: "Answer at least one question before you send"}}
	stale.Faults = []Fault{{Href: "#main", Message: "This page was not up to date. Look at them and send again"}}
	preset.Preset, preset.Quiet, preset.CanSave, preset.Rows = "/c/A1", true, false, check.Rows[2:]
	replacing.Replaces, replacing.CanSave, replacing.Dropped = true, false, nil

	saved := &SavedPage{Base: base(""), Consultation: c.ID, Words: receiptWords(), Until: "14 December 2026 at 23:59", Resume: "/station-quarter/respond/C6"}
	receipt := &ReceiptPage{Base: base("Answers received"), Consultation: c, Words: receiptWords(), ReceiptFile: "Receipt from Heard, version 2\nconsultation: station-quarter\nreceived: 2026-11-11\nleaf: " + hash + "\n", Closes: "14 December 2026", DecisionDay: "9 February 2027"}
	sameCode, copied := *receipt, *receipt
	sameCode.Words = nil
	copied.Copy, copied.Result, copied.Another = check.Rows, true, true

	state := &ReceiptState{Day: "2026-11-11", Status: models.SubmissionLive, Themes: []string{"Better lighting along the canal", "Fines do not help"}, Quoted: true, Open: true, LogPosition: 131, LogSize: 1190, Root: hash, ReceiptFile: "heard receipt v1\nstation-quarter\n131\n" + hash + "\n"}
	once, closed, waiting, gone, void, replaced := *state, *state, *state, *state, *state, *state
	once.Themes, once.HeardOnce = nil, true
	closed.Themes, closed.ClosedOnly = nil, true
	waiting.Themes = nil
	gone.Status, gone.Open = models.SubmissionWithdrawn, false
	void.Status, void.Open = models.SubmissionVoid, false
	replaced.Status, replaced.Open = models.SubmissionReplaced, false
	asked, misread, shown, frozen := *state, *state, *state, *state
	asked.Messages = []models.Message{{Officer: true, Day: "2026-11-20", Text: "Which of the two crossings do you mean?\n\nYou do not have to answer."}, {Day: "2026-11-21", Text: "The one by the canal."}}
	misread.Misread = true
	misread.Letter, misread.Versions, misread.Findings = true, "1, 2", []string{"Lighting comes first"}
	misread.Objection = &models.Objection{State: models.ObjectionStands, Reason: "It stands under lighting, which is what you wrote about."}
	shown.Shown = true
	frozen.Open = false
	code := func(found *ReceiptState, fault, at, done string) *ReceiptCheckPage {
		return &ReceiptCheckPage{Base: base("Use a code"), Consultation: c, Code: "harvest cabin lemon", Fault: fault, At: at, Found: found, Done: done}
	}
	tooLong := code(&asked, "Your answer must be 2,000 characters or fewer. You have 12 too many", "message", "")
	tooLong.Message = sentence(21, 300)

	result := &ResultPage{Base: base(""), Consultation: c}
	noAddress, told, forgotten := *result, *result, *result
	noAddress.Email, noAddress.Fault = "somebody", "Enter an email address, like name@example.org"
	told.Done, forgotten.Done = "added", "removed"

	paper := &PaperPage{Base: base(""), Consultation: c, Forms: []Link{{Href: "/station-quarter/paper?form=1", Text: "People"}, {Href: "/station-quarter/paper?form=2", Text: "Organisations"}}}
	sheet := *paper
	sheet.Path, sheet.Number, sheet.Closes = &models.Path{ID: "person"}, 1, "14 December 2026 at 23:59"
	c.Questions = []models.Question{*choice(), *ticks(), *words(), *date(), *number(), *ranking(), *place(5), {ID: "S0", Type: models.TypeInfo, Text: text("Before you go on"), Body: text("Skip any question.")},
		{ID: "O1", Type: models.TypeText, Text: text("Name of your organisation or group")}, {ID: "F1", Type: models.TypeFile, Text: text("Add a document"), Hint: text("We remove hidden details.")},
		{ID: "Z1", Type: models.TypeLongText, Text: text("Why there?"), OnlyIf: models.When{{{Question: "A2", Options: []string{"live", "work"}}, {Question: "C2", Not: true, Options: []string{"agree"}}}}}}
	c.Questions[0].Restriction = "R1"
	for i := range c.Questions {
		sheet.Questions = append(sheet.Questions, &c.Questions[i])
	}

	row := AttentionRow{ID: "s1", PublicID: "7k3m01q", Day: "11 November 2026", Why: []string{"Its author says: that is not what I meant", "Its author has answered your message"}, Reason: "Because we fear for our lease.", Href: "/staff/station-quarter/submissions/s1"}
	done := desk("home", "")
	done.Staff.Notice = "The theme was renamed."
	attention := &AttentionPage{Pile: 6012, Base: desk("attention", "To look at again"), Consultation: c.ID, Open: []AttentionRow{row, row}, Seen: []AttentionRow{row}, Aside: []AttentionRow{row}}

	refused := &ReportPage{Base: desk("report", "Report"), Draft: true, Refusal: "The consultation is still open. The report can be drafted after it closes.", Status: models.StatusOpen}
	hit := SearchHit{Submission: "s1", Question: "C6", QuestionText: "Why do you think this?", Number: 21, Groups: []string{"Residents"}, Themes: []string{"Moved on to less safe places"}, Day: "11 November 2026", Language: "ro", LanguageName: "Romanian",
		Snippet: []Snippet{{Text: "they are only "}, {Text: "displaced", Match: true}, {Text: " to where "}, {Text: "name", Redacted: true}, {Text: " sees them, " + sentence(4, 120)}}, Href: "/staff/station-quarter/submissions/s1",
		Why: []string{"“displaced”, another form of “displacement”"}, Voice: "Residents"}
	listed, done2, page := hit, hit, hit
	listed.Number, listed.Listed = 22, true
	done2.Number, done2.Listed, done2.Read = 23, true, true
	page.Number, page.Where, page.File, page.Question, page.QuestionText, page.Groups = 24, "Attachment 1, page 3", "/x", "", "Attachment", nil
	sides := []OtherSide{{Theme: "Better lighting along the canal", Sides: []SideLink{{Text: "For the proposal", Href: "?t=t1&st=for", Count: "12"}, {Text: "Against the proposal", Href: "?t=t1&st=against", Count: "0", None: true}}}}
	orders := []Link{{Key: "voices", Text: "Groups in turn", Current: true}, {Key: "best", Text: "Best match"}}
	find := &SearchPage{Base: desk("search", "Search the answers"), Consultation: c.ID, Text: "displacement", Order: "voices", Orders: orders, Total: 38, TotalText: "38", Hits: []SearchHit{hit, listed, done2, page}, First: 21, Last: 40, Number: 2, Next: "?page=3", Previous: "?page=1",
		Chosen: []Link{{Text: "Residents", Href: "?q=displacement"}, {Text: "English", Href: "?q=displacement"}}, Clear: "?q=displacement", Best: "?q=displacement&order=best", Others: sides, Akin: []SearchHit{page}, Saved: []Link{{Text: "Lamps", Href: "?q=lamps"}},
		State: "q=displacement", Address: "https://heard.example/staff/station-quarter/search?q=displacement", Export: "/staff/station-quarter/search.csv?q=displacement", Keep: "/staff/station-quarter/kept", Here: "/staff/station-quarter/search?q=displacement",
		Printed: Printed{Day: "29 November 2026", Words: "displacement", Order: "Groups in turn", Filters: []string{"Group: Residents", "Language: English"}}, KeysSwitch: "?keys=off",
		Filters: []Filter{{Key: "g", Name: "Group", Values: []FilterValue{{Value: "resident", Name: "Residents", Count: "24", Chosen: true}, {Value: "sex_worker", Name: "Sex workers", Count: "fewer than 10"}}, More: 3},
			{Key: "qn", Name: "Question", Values: []FilterValue{{Value: "C6", Name: "Why do you think this?", Count: "30"}}}, {Key: "t", Name: "Theme", Values: []FilterValue{{Value: "t1", Name: "Better lighting along the canal", Count: "12"}}}, {Key: "l", Name: "Language", Values: []FilterValue{{Value: "en", Name: "English", Count: "38"}}}}}
	nothing := &SearchPage{Few: true, Base: desk("search", ""), Consultation: c.ID, Text: "zebra", Instead: []Link{{Text: "zebra without any filter", Href: "?q=zebra"}}, KeysOff: true, KeysSwitch: "?"}
	refusedSearch := &SearchPage{Base: desk("search", ""), Consultation: c.ID, Problem: "Not shown together, to protect people", Instead: []Link{{Text: "Sex workers alone", Href: "?g=sex_worker"}}}
	early := &SearchPage{Base: desk("search", ""), Consultation: c.ID, Waiting: "The answers can be searched from 14 December 2026, when the consultation closes."}
	away := &SearchPage{Number: 3, Base: desk("search", ""), Consultation: c.ID, Text: "\"open", Away: true, Unused: []string{"Theme"}, Total: 1, TotalText: "fewer than 10", Hits: []SearchHit{hit}}
	notes := []NoteRow{{ID: "n1", Day: "28 November 2026", Text: "Ask about the canal steps.", CanDelete: true}, {ID: "n2", Day: "28 November 2026", Text: "Is this the same as the letter?", Author: "councillor@fairmead.example", Shared: true}}

	queue, readSubmission := readingSamples()
	theme := func(id, label string, status models.ThemeStatus) ThemeRow {
		return ThemeRow{Theme: models.Theme{ID: id, Label: label, MachineLabel: "lighting, canal", Renamed: true, Keywords: strings.Fields("lighting canal dark path"), Status: status, Version: 2}, Count: "31",
			Groups: []FilterValue{{Name: "Residents", Count: "24"}, {Name: "Sex workers", Count: "fewer than 10"}}, Quote: sentence(6, 140),
			Href: "/staff/station-quarter/themes/" + id, Act: "/staff/station-quarter/themes/" + id, Distinct: []string{"Residents"}}
	}
	lamps, out, read := theme("t1", "Better lighting along the canal", models.ThemeApproved), theme("t4", "Pay for the railway bridge", models.ThemeOutOfScope), theme("t1", "Better lighting along the canal", models.ThemeApproved)
	lamps.Children = []ThemeRow{theme("t3", "Lamps on all night", models.ThemeApproved)}
	lamps.Children[0].Children = []ThemeRow{theme("t5", "Lamps by the steps", models.ThemeApproved)}
	out.Theme.Reason, out.Under = "The railway decides on its bridges.", "Better lighting along the canal"
	read.Hits, read.Href, read.Act, read.Count = "/staff/station-quarter/search?t=t1", "", "", "fewer than 10"
	links := []Link{{Key: "t1", Text: "Better lighting along the canal"}, {Key: "t3", Text: "– Lamps on all night"}}
	codable := hit
	codable.Code = "/staff/station-quarter/code?submission=s1&question=C6"
	themes := &ThemesPage{Base: desk("themes", "Themes"), Consultation: c.ID, Candidates: []ThemeRow{theme("t2", "Moved on to less safe places", models.ThemeCandidate)}, Approved: []ThemeRow{lamps}, OutOfScope: []ThemeRow{out},
		Merged: []MergedRow{{Theme: models.Theme{ID: "t8", Label: "Lights", Status: models.ThemeMerged, Version: 3}, Into: "Better lighting along the canal", Act: "/staff/station-quarter/themes/t8"}}, HeardOnce: []SearchHit{codable}, Once: 201, Number: 2, Previous: "/staff/station-quarter/themes?page=1#once", Next: "/staff/station-quarter/themes?page=3#once", Answers: 148, CanEdit: true, Parents: links,
		Progress: &CodingState{Answers: 148, Read: 97, Coded: 60, DoubleCoded: 12, Left: 88, Changed: 7, Differ: 5, Settled: 3, Third: 2, Frame: 4, Earlier: 9, Sample: 60, BlindCoded: 40, Machine: &Agreement{F1: "0.81", Low: "0.74", High: "0.87", Kappa: "0.79", Answers: 40}, People: &Agreement{F1: "0.84", Low: "0.70", High: "0.93", Kappa: "0.81", Answers: 12}}}
	for i := range 9 {
		themes.Candidates = append(themes.Candidates, theme(fmt.Sprintf("m%d", i), fmt.Sprintf("Point %d", i), models.ThemeCandidate))
	}
	themes.Candidates[0].OneSide = "against"
	running := &ThemesPage{Base: desk("themes", ""), Consultation: c.ID, Running: true, CanEdit: true}
	fewThemes := &ThemesPage{Base: desk("themes", ""), Consultation: c.ID, CanEdit: true, TooFew: true, Notes: []string{"The language model did not answer, so no names were suggested."}, HeardOnce: []SearchHit{codable}, Once: 1, Answers: 1, Progress: &CodingState{Answers: 1, Left: 1, Sample: 1}}
	readThemes := &ThemesPage{Base: desk("themes", ""), Consultation: c.ID, Frozen: true, Approved: []ThemeRow{read}, HeardOnce: []SearchHit{hit}, Once: 1}
	badTheme := *themes
	badTheme.Adding = ThemeText{Label: "Lamps", Definition: "Also lanterns.", Parent: "t3"}
	badTheme.Problems = map[string]string{"label": "Another theme has this name", "definition": "Use 1,000 characters or fewer", "parent": "Choose a theme of this consultation"}
	badTheme.Faults = []Fault{{Href: "#label", Message: "Another theme has this name"}, {Href: "#definition", Message: "Use 1,000 characters or fewer"}, {Href: "#parent", Message: "Choose a theme of this consultation"}}

	answer := PlacedAnswer{Key: "s1:C6", Number: 21, QuestionText: "Why do you think this?", Text: []Snippet{{Text: "They are "}, {Text: "moved on", Match: true}, {Text: ", " + sentence(4, 120)}}, Language: "en", Groups: []string{"Residents"}, PublicID: "7k3m01q",
		Placed: "placed by the computer, 0.83", Href: "/staff/station-quarter/submissions/s1", Code: codable.Code}
	urduAnswer := answer
	urduAnswer.Key, urduAnswer.Number, urduAnswer.Text, urduAnswer.Language, urduAnswer.Translation, urduAnswer.Ticked = "s2:C6", 22, []Snippet{{Text: "ہم رات کو ڈرتے ہیں۔"}}, "ur", "We are afraid at night.", true
	letter := answer
	letter.Key, letter.Number, letter.Text, letter.Rest = "s3:C6", 23, []Snippet{{Text: sentence(4, 400)}}, []Snippet{{Text: " and " + sentence(5, 200)}, {Text: "never warned", Match: true}, {Text: "."}}
	letter.Copies = []PlacedAnswer{{Key: "s4:C6", Number: 24, Same: true, PublicID: "7k3m01r", Placed: answer.Placed, Href: answer.Href}, answer}
	letter.Copies[1].Key, letter.Copies[1].Number, letter.Copies[1].Ticked = "s5:C6", 25, true
	letters := letter
	letters.Number, letters.Copies, letters.CopiesTicked = 26, letter.Copies[:1], true
	letters.Copies = []PlacedAnswer{letters.Copies[0]}
	letters.Key, letters.Copies[0].Key, letters.Copies[0].Number = "s6:C6", "s7:C6", 27
	one := &ThemePage{Base: desk("themes", "One theme"), Consultation: c.ID, Act: "/staff/station-quarter/themes/t3", Count: "31", CanEdit: true, Others: links, Parents: links[:1], Typed: map[string]string{"label": "Lamps on all night", "parent": "t1"},
		Theme: models.Theme{ID: "t3", Label: "Lamps on all night", MachineLabel: "lamps, night", Renamed: true, Definition: "Wants the lamps lit from dusk to dawn.", Parent: "t1", SuggestedLabel: "Keep the lamps lit all night", Keywords: []string{"lamps", "dark"}, MadeBy: "u1", Status: models.ThemeCandidate, Version: 2},
		Under: &Link{Href: "/staff/station-quarter/themes/t1", Text: "Better lighting along the canal"}, DraftSeen: "0a1b", DraftBy: "p.okafor@fairmead.example.org", DraftOld: true, Draft: []DraftSentence{{Text: "Several people want the lamps lit all night.", Cites: []Link{{Href: "/staff/station-quarter/submissions/s1", Text: "1"}}}},
		Answers: []PlacedAnswer{answer, urduAnswer, letter, letters}, Running: true, OneSide: "against", Total: 45, First: 21, Last: 40, Number: 2, Previous: "?page=1", Next: "?page=3"}
	badOne, mergedOne, outOne, frozenOne, emptyOne := *one, *one, *one, *one, *one
	badOne.Problems = map[string]string{}
	for _, field := range strings.Fields("label definition parent into reason answers to name") {
		badOne.Problems[field] = "Something is wrong with the " + field
		badOne.Faults = append(badOne.Faults, Fault{Href: "#" + field, Message: badOne.Problems[field]})
	}
	mergedOne.Into, mergedOne.Theme.Status, mergedOne.Answers = &Link{Href: "/staff/station-quarter/themes/t1", Text: "Better lighting along the canal"}, models.ThemeMerged, nil
	outOne.Theme.Status, outOne.Theme.Reason = models.ThemeOutOfScope, "The railway decides on its bridges."
	frozenOne.CanEdit, frozenOne.Theme.Status = false, models.ThemeApproved
	emptyOne.Answers, emptyOne.Total, emptyOne.Count = nil, 0, ""

	coding := &CodePage{Base: desk("code", "Code answers"), Consultation: c.ID, Act: "/staff/station-quarter/code", Key: "s1:C6", QuestionText: "Why do you think this?", Text: "They are moved on, " + sentence(4, 120), Language: "en", Groups: []string{"Residents"}, PublicID: "7k3m01q",
		Href: "/staff/station-quarter/submissions/s1", Coded: []string{"Coded by d.shah@fairmead.example.org on 11 November 2026."}, Left: 88, Outcome: "Kept.", Seen: "5f2c", Held: "d.shah@fairmead.example.org", Skip: "/staff/station-quarter/code?after=s1%3AC6", CanEdit: true, Back: "/staff/station-quarter/themes", Options: links,
		Themes: []CodedTheme{{ID: "t1", Label: "Better lighting along the canal", Definition: "Any wish for more light.", Note: "computer, 0.83", Ticked: true, Children: []CodedTheme{{ID: "t3", Label: "Lamps on all night", Note: "taken out by d.shah@fairmead.example.org, 11 November 2026"}}}, {ID: "t4", Label: "Pay for the railway bridge", OutOfScope: true, OneSide: "for"}}, Running: true,
		Passages: []CodedPassage{{Theme: "t1", Words: "moved on"}, {}, {}}}
	badCoding, blind, coded, frozenCoding := *coding, *coding, *coding, *coding
	badCoding.Problems = map[string]string{"themes": "Choose from the themes shown", "words-1": "These words do not stand in the answer"}
	badCoding.Faults = []Fault{{Href: "#themes", Message: "Choose from the themes shown"}, {Href: "#words-1", Message: "These words do not stand in the answer"}}
	blind.Way = "blind"
	blind.Groups, blind.Href, blind.Coded, blind.KeysOff, blind.Language, blind.Text, blind.Translation = nil, "", nil, true, "ur", "ہم رات کو ڈرتے ہیں۔", "We are afraid at night."
	coded.Key, coded.Themes = "", nil
	noAnswers := coded
	noAnswers.None = true
	blindDone := coded
	blindDone.Way = "blind"
	settling, settled := *coding, coded
	settling.Way, settling.Coders, settling.Themes = "settle", []string{"d.shah@fairmead.example.org", "l.osei@fairmead.example.org"}, []CodedTheme{{ID: "t1", Label: "Better lighting along the canal", Said: []string{"d.shah@fairmead.example.org"}}, {ID: "t3", Label: "Lamps on all night"}}
	settled.Way = "settle"
	meanwhile, taken := badCoding, coded
	meanwhile.Since = []CodedSince{{Label: "Better lighting along the canal", Theirs: "ticked by d.shah@fairmead.example.org, 11 November 2026", Passages: []string{"moved on"}}, {Label: "Lamps on all night", Theirs: "not ticked", Ticked: true}}
	taken.Others = true
	frame := &FramePage{Base: desk("themes", "Versions of the code frame"), Back: "/staff/station-quarter/themes", Versions: []FrameVersion{
		{Number: 2, By: "d.shah@fairmead.example.org", Day: "2026-11-11", Changes: []FrameChange{{Name: "Better lighting along the canal", What: []string{"renamed from “Lights”", "defined"}, Words: []string{"Any wish for more light, " + sentence(4, 120)}}}},
		{Number: 1, By: "l.osei@fairmead.example.org", Day: "2026-11-10", Changes: []FrameChange{{Name: "Pay for the railway bridge", What: []string{"put out of scope"}, Words: []string{"Because: the railway decides on it."}}}}}}
	stepSeen := *step(&models.Question{ID: "C6", Type: models.TypeLongText, Text: models.Text{"en": "Why do you think this?"}})
	stepSeen.Preview = &PreviewNote{Path: "People", Of: 12, OnlyIf: "A2 is live_here; or A2 is work_here", All: "/staff/station-quarter/preview"}
	preview := &PreviewPage{Base: desk("settings", "Preview"), Consultation: c, Back: "/staff/station-quarter/settings", Start: []Link{{Key: "en", Text: "English", Href: "/station-quarter?lang=en"}, {Key: "ur", Text: "اردو", Href: "/station-quarter?lang=ur"}},
		Paths: []PreviewRow{{Name: "People", When: "A1 is self", Pages: 12, Languages: []Link{{Key: "en", Text: "English", Href: "/staff/station-quarter/preview/person/A1?lang=en"}}}}}
	noFrame := *frame
	noFrame.Versions = nil
	frozenCoding.CanEdit, frozenCoding.Skip = false, ""

	source := "heard: 1\nid: station-quarter\ntitle: Should the station quarter order be renewed?\n"
	fileFaults := []models.FieldError{{Field: "questions[3].id", Message: "line 41: expected an id such as C1"}}
	draftConsultation := *c
	draftConsultation.Status = models.StatusDraft
	closedConsultation := *c
	closedConsultation.Status = models.StatusClosed
	pausedConsultation := *c
	pausedConsultation.Paused = true
	pausedConsultation.Cards = []models.Card{{ID: "fern"}}

	continues := EssentialSection{Title: "What it continues", Earlier: []EssentialTick{{ID: "station-2023", Name: "Station quarter order 2023", Ticked: true}, {ID: "bins", Name: "Bins"}}}
	filling := &EssentialsPage{Base: desk("settings", "Fill in the consultation"), Consultation: &draftConsultation, Version: 3, CanEdit: true, Invented: true, Sections: []EssentialSection{{Title: "What is proposed",
		Acts:   []EssentialTick{{ID: "make", Name: "Make a new order", Ticked: true}, {ID: "vary", Name: "Change the order that is in force"}},
		Fields: []EssentialField{{Name: "title", ID: "title", Label: "Title", Hint: "What people read first.", Value: "Should the order be renewed?"}, {Name: "why", ID: "why", Label: "Why", Value: sentence(3, 90), Long: true}, {Name: "rule", ID: "rule-R1", Label: "Rule R1", Hint: "The exact words of the order.", Long: true}}}, continues}}
	badFilling, locked := *filling, *filling
	badFilling.Faults = []Fault{{Href: "#title", Message: "title: expected a wording in en"}}
	locked.CanEdit, locked.Consultation = false, c
	laterSettings := &SettingsPage{Base: desk("settings", ""), Consultation: c, Source: source, Next: models.StatusClosed, Opens: "5 October 2026", Closes: "14 December 2026",
		Later: "yesterday", Notice: "Many asked for more time.", Problems: map[string]string{"closes": "Enter a later time", "notice": "Say what changes and why"}}
	return append([]sample{
		{"home", &HomePage{Base: base("Consultations"), Open: []ConsultationCard{{ID: c.ID, Title: c.Title.Default(), Summary: "An order with two rules for the streets around the station ends in March.", Opens: "5 October 2026", Closes: "14 December 2026"}, {ID: "parks", Title: "Parks", Note: "This consultation is paused at the moment."}},
			Closed: []ConsultationCard{{ID: "library-hours", Title: "Library opening hours", Summary: "When should libraries open?", Closes: "1 May 2026", Report: true}}}},
		{"home-none", &HomePage{Base: base("")}},
		{"start", open}, {"start-started", &started}, {"start-before", &before}, {"start-after", &after}, {"start-draft", &draft}, {"start-paused", &paused}, {"start-paused-started", &pausedStarted}, {"start-partly", &partly}, {"start-decided", decidedSample(after)},
		{"begin", begin}, {"begin-card", &card}, {"begin-stopped", &stopped},
		{"step-choice", rightChoice}, {"step-choice-wrong", wrongChoice}, {"step-ticks", tick}, {"step-long", long}, {"step-long-wrong", wrongLong}, {"step-line", line}, {"step-info", info}, {"step-file", file}, {"step-romanian", romanian}, {"step-urdu", urdu},
		{"step-date", given}, {"step-date-wrong", noDay}, {"step-number", nights}, {"step-number-wrong", noNumber}, {"step-ranking", ordered}, {"step-ranking-wrong", twice}, {"step-place-few", few}, {"step-place-many", many}, {"step-place-wrong", noPlace},
		{"step-instead", instead}, {"step-instead-wrong", both}, {"step-unsaved", unsaved}, {"step-long-urdu", longUrdu},
		{"check", check}, {"check-wrong", &wrongCheck}, {"check-stale", &stale}, {"check-card", &preset}, {"check-replaces", &replacing},
		{"saved", saved}, {"equality", &EqualityPage{Base: base(""), Consultation: c}}, {"equality-asking", &EqualityPage{Base: base(""), Consultation: c, Asking: true}},
		{"receipt", receipt}, {"receipt-same", &sameCode}, {"receipt-copy", &copied},
		{"code", code(nil, "", "", "")}, {"code-wrong", code(nil, "We do not know this code. Check each of the twelve words", "code", "")}, {"code-found", code(state, "", "", "")}, {"code-unsure", code(state, "Tick the box if you are sure", "sure", "")},
		{"code-once", code(&once, "", "", "")}, {"code-closed", code(&closed, "", "", "")}, {"code-waiting", code(&waiting, "", "", "")}, {"code-gone", code(&gone, "", "", "")}, {"code-void", code(&void, "", "", "")}, {"code-replaced", code(&replaced, "", "", "")}, {"code-done", code(nil, "", "", "withdrawn")},
		{"code-asked", code(&asked, "", "", "")}, {"code-reply-wrong", tooLong}, {"code-replied", code(&asked, "", "", "replied")}, {"code-misread", code(&misread, "", "", "misread")}, {"code-shown", code(&shown, "", "", "")}, {"code-frozen", code(&frozen, "", "", "")},
		{"code-reply-nowhere", code(state, "Enter an answer", "message", "")}, {"code-reply-unknown", code(nil, "We do not know this code. Check each of the twelve words", "message", "")}, {"code-unsure-frozen", code(&frozen, "Tick the box if you are sure", "sure", "")}, {"code-unsure-gone", code(&gone, "Tick the box if you are sure", "sure", "")},
		{"result", result}, {"result-wrong", &noAddress}, {"result-added", &told}, {"result-removed", &forgotten}, {"paper", paper}, {"paper-form", &sheet},
		{"privacy", &TextPage{Base: base("Privacy and cookies"), Page: "privacy", Council: &c.Council}}, {"privacy-nobody", &TextPage{Base: base(""), Page: "privacy"}},
		{"accessibility", &TextPage{Base: base("Accessibility"), Page: "accessibility", Council: &c.Council}}, {"safety", &TextPage{Base: base(""), Page: "safety"}},
		{"log", &LogPage{Base: base("Public log"), Consultation: c, Size: 1190, Root: hash, Key: "heard/station-quarter+7d41e8b0+" + hash[:44]}},
		{"report", &ReportPage{Base: base("Consultation report"), Report: report(), Files: reportFiles()}}, {"report-none", &ReportPage{Base: base("")}}, {"once", oncePage()},
		{"report-draft", &ReportPage{Base: desk("report", "Report"), Report: written(besides(report())), Draft: true, CanPublish: true, PublishTo: "/staff/station-quarter/report", Status: models.StatusFrozen}}, {"report-refused", refused},
		{"attached", &EvidencePage{Base: desk("search", "Attachment 1"), Consultation: c.ID, Submission: "s4", PublicID: "7k3m04q", Number: 1, About: "PDF, 1.2 MB", SHA256: strings.Repeat("0f", 32), Said: sentence(4, 200), SaidBy: "d.shah@fairmead.example.org, 11 November 2026", File: "/x/download", Act: "/x", Let: "d.shah@fairmead.example.org"}},
		{"attached-shut", &EvidencePage{Base: desk("search", "Attachment 1"), Consultation: c.ID, Submission: "s4", PublicID: "7k3m04q", Number: 1, About: "PDF, 1.2 MB", SHA256: strings.Repeat("0f", 32), Act: "/x"}},
		{"attached-unreadable", &EvidencePage{Base: desk("search", "Attachment 1"), Consultation: c.ID, Submission: "s4", PublicID: "7k3m04q", Number: 1, About: "PDF, 1.2 MB", SHA256: strings.Repeat("0f", 32), Act: "/x", Unreadable: true, Faults: []Fault{{Href: "#reason", Message: "Say why others may open it"}}, Problems: map[string]string{"reason": "Say why others may open it"}}},
		{"attached-unclean", &EvidencePage{Base: desk("search", "Attachment 1"), Consultation: c.ID, Submission: "s4", PublicID: "7k3m04q", Number: 1, About: "DOCX, 1.2 MB", SHA256: strings.Repeat("0f", 32), File: "/x/download", Unclean: true}},
		{"attached-scan", &EvidencePage{Base: desk("keying", "Attachment 1"), Consultation: c.ID, Submission: "s4", PublicID: "7k3m04q", Number: 1, About: "Scan of the form, PNG, 90 KB", SHA256: strings.Repeat("0f", 32), Scan: true, File: "/x/download"}},
		{"error", &ErrorPage{Base: base(""), Status: 409, Heading: "This consultation is closed", Message: "It closed on 14 December 2026, so your answers could not be sent.", Faults: []Fault{{Message: "Choose an answer"}}, Retry: "/station-quarter"}},
		{"sign-in", &SignInPage{Base: base("Sign in"), Next: "/staff", Opened: "6746f0a1.ab.00"}}, {"sign-in-wrong", &SignInPage{Base: base("Sign in"), Email: "p.okafor@fairmead.example.org", Fault: "The email address or the password is not right"}},
		{"welcome", &WelcomePage{Base: base("Choose a password"), Token: "t", Email: "p.okafor@fairmead.example.org", Role: models.RoleOfficer}},
		{"welcome-first", &WelcomePage{Base: base(""), Token: "t", First: true, Email: "x", Faults: []Fault{{Href: "#email", Message: "Enter an email address"}, {Href: "#password", Message: "Use 12 characters or more"}}, Problems: map[string]string{"email": "Enter an email address", "password": "Use 12 characters or more"}}},
		{"desk", &StaffHomePage{Base: desk("home", "Your desk"), Consultations: []StaffCard{{ID: c.ID, Title: c.Title.Default(), Status: models.StatusOpen, Opens: "5 October 2026", Closes: "14 December 2026", Live: 190, ShowCounts: true, Links: []Link{{Href: "/a", Text: "Search"}, {Href: "/b", Text: "Themes"}, {Href: "/c", Text: "Report"}}}, {ID: "y", Title: "Library opening hours", Status: models.StatusPublished, Opens: "1 March 2026", Closes: "1 May 2026"}},
			CanCreate: true, Templates: []Link{{Href: "/t", Text: "Public spaces protection order"}}, Source: source, Faults: fileFaults, DeadJobs: 1, PendingJobs: 3}},
		{"desk-done", &StaffHomePage{Base: done}}, {"desk-wrong", &StaffHomePage{Base: done, CanCreate: true, Templates: []Link{{Href: "/staff?template=a", Text: "A template"}}, Template: "A template", NewID: "Not Allowed", IDFault: "Enter small letters"}}, {"search", find}, {"search-nothing", nothing}, {"search-away", away},
		{"submission", &SubmissionPage{ReadAt: "/staff/station-quarter/reading/s1", Base: desk("search", "One submission"), Consultation: c.ID, ID: "s1", PublicID: "7k3m01q", Received: "11 November 2026", Channel: "web", Language: "English", Groups: []string{"Residents"}, Consents: []string{"may be quoted"}, Status: models.SubmissionLive,
			Rows: []SubmissionRow{{ID: "A1", Question: "How are you answering?", Options: []string{"For myself"}}, {ID: "C6", Question: "Why do you think this?", Text: []Snippet{{Text: "I walk past "}, {Text: "name", Redacted: true}, {Text: " every "}, {Text: "night", Match: true}, {Text: ". " + sentence(2, 200)}}, Language: "en", Redacted: true, Themes: []PlacedTheme{{Label: "Lighting", How: "placed by the computer, 0.83"}}, Code: codable.Code}}, ShowOriginal: "?original=yes", Back: "/staff/station-quarter/search", Searched: "night", Before: "/staff/station-quarter/submissions/s0?q=night&at=1", After: "/staff/station-quarter/submissions/s2?q=night&at=3",
			Notes: notes, Keep: "/staff/station-quarter/kept", Here: "/staff/station-quarter/submissions/s1", CanShare: true, KeysSwitch: "?keys=off"}},
		{"submission-listed", &SubmissionPage{Released: "15 December 2026", Base: desk("search", ""), ID: "s8", Status: models.SubmissionLive, Listed: true, Keep: "/staff/station-quarter/kept", Here: "/staff/station-quarter/submissions/s8", KeysOff: true, KeysSwitch: "?"}},
		{"submission-read", &SubmissionPage{Base: desk("search", ""), ID: "s9", Status: models.SubmissionLive, Listed: true, Read: true, Keep: "/staff/station-quarter/kept", Here: "/staff/station-quarter/submissions/s9",
			Attachments: []AttachedText{{Number: 1, About: "PDF, 1.2 MB", Open: true, Said: "They count lamps.", Href: "/x", File: "/x/download", Pages: []AttachedPage{{Number: 1, Text: []Snippet{{Text: "Seen from the bridge."}}}, {Number: 2, Text: []Snippet{{Text: "Lamps", Match: true}}}}}, {Number: 2, About: "DOCX, 40 KB", Pages: []AttachedPage{{Text: []Snippet{{Text: "No pages."}}}}}}}},
		{"kept", &KeptPage{Base: desk("kept", "My list"), Consultation: c.ID, Act: "/staff/station-quarter/kept", Searches: []KeptSearch{{ID: "q1", Name: "Lamps", Href: "/staff/station-quarter/search?q=lamps", Day: "28 November 2026"}},
			Reading: []KeptSubmission{{ID: "s1", PublicID: "7k3m01q", Href: "/staff/station-quarter/submissions/s1", Day: "28 November 2026", Opening: "I walk past every night.", Groups: []string{"Residents"}}, {ID: "s2", PublicID: "7k3m02q", Href: "/staff/station-quarter/submissions/s2", Day: "28 November 2026", Read: true}},
			Notes:   []NoteRow{{ID: "n3", Day: "28 November 2026", Text: "Ask about the canal steps.", About: "7k3m01q", Href: "/staff/station-quarter/submissions/s1", Shared: true, CanDelete: true}},
			Shared:  []NoteRow{{ID: "n4", Day: "28 November 2026", Text: "The canal steps are the council’s.", Author: "d.shah@fairmead.example.org", About: "7k3m01q", Href: "/staff/station-quarter/submissions/s1", Shared: true}}, Find: "steps", Export: "/staff/station-quarter/notes.csv?find=steps"}},
		{"kept-none-found", &KeptPage{Base: desk("kept", ""), Consultation: c.ID, Act: "/staff/station-quarter/kept", Export: "/staff/station-quarter/notes.csv?find=nothing", Find: "nothing"}},
		{"kept-nothing", &KeptPage{Base: desk("kept", ""), Consultation: c.ID, Act: "/staff/station-quarter/kept"}},
		{"search-refused", refusedSearch}, {"search-waiting", early},
		{"submission-original", &SubmissionPage{Base: desk("search", ""), ID: "s2", Status: models.SubmissionVoid, Original: true}}, {"submission-wrong", submissionWrong()}, {"submission-withdrawn", &SubmissionPage{Base: desk("search", ""), ID: "s3", Status: models.SubmissionWithdrawn}},
		{"submission-look", &SubmissionPage{Base: desk("search", ""), Consultation: c.ID, ID: "s4", PublicID: "7k3m04q", Status: models.SubmissionLive, CanAct: true, Act: "/staff/station-quarter/submissions/s4", Why: row.Why, Messages: asked.Messages, Attachments: []AttachedText{{Number: 1, About: "PDF, 1.2 MB"}},
			Redact: "/staff/station-quarter/submissions/s1/redact", Rows: []SubmissionRow{{ID: "C6", Question: "Why do you think this?", Text: []Snippet{{Text: "ہم رات کو ڈرتے ہیں۔"}}, Language: "ur", LanguageName: "Urdu", Translation: "We are afraid at night."}}, ShowOriginal: "?original=yes"}},
		{"submission-seen", &SubmissionPage{Base: desk("search", ""), ID: "s5", Status: models.SubmissionLive, CanAct: true, Act: "/staff/station-quarter/submissions/s5", Why: row.Why, Seen: true}},
		{"submission-confidential", &SubmissionPage{Base: desk("search", ""), ID: "s10", Status: models.SubmissionLive, CanAct: true, Act: "/staff/station-quarter/submissions/s10", Why: row.Why, Confidential: true, Reason: "We fear for our lease.", DPO: "dpo@fairmead.example.org"}},
		{"submission-aside", &SubmissionPage{Base: desk("search", ""), ID: "s6", Status: models.SubmissionVoid, CanAct: true, Act: "/staff/station-quarter/submissions/s6"}}, {"submission-replaced", &SubmissionPage{Base: desk("search", ""), ID: "s7", Status: models.SubmissionReplaced, CanAct: true, Act: "/staff/station-quarter/submissions/s7"}},
		{"redact", redactSample(false)}, {"redact-wrong", redactSample(true)}, {"redact-frozen", &RedactPage{Unread: []Link{{Href: "/x", Text: "attachment 2"}}, Base: desk("redactions", ""), Consultation: c.ID, ID: "s1", PublicID: "7k3m01q", Checked: true, CheckedBy: "By d.shah@fairmead.example.org, 11 November 2026."}},
		{"redactions", &RedactionsPage{Base: desk("redactions", "Redaction"), Consultation: c.ID, Act: "/staff/station-quarter/redactions", Submissions: 190, Open: 120, Second: 12, Checked: 58, Approvable: 9, Others: []string{"d.shah@fairmead.example.org has 1 open."}, CanEdit: true}},
		{"redactions-none", &RedactionsPage{Base: desk("redactions", ""), Consultation: c.ID, CanEdit: true}}, {"redactions-done", &RedactionsPage{Base: desk("redactions", ""), Consultation: c.ID, Submissions: 1, Checked: 1, CanEdit: true}},
		{"redactions-own", &RedactionsPage{Base: desk("redactions", ""), Consultation: c.ID, Submissions: 1, Second: 1, CanEdit: true}}, {"redactions-frozen", &RedactionsPage{Base: desk("redactions", ""), Consultation: c.ID, Submissions: 1, Open: 1}},
		{"refused", &RefusedPage{Base: desk("refused", "What was left in"), Consultation: c.ID, Rows: []LeftInRow{{PublicID: "7k3m01q", Href: "/staff/station-quarter/submissions/s1/redact", Question: "C6", Kind: "name", Reason: "another reason", Note: "She is the mayor.", By: "d.shah@fairmead.example.org, 11 November 2026", Approved: "p.okafor@fairmead.example.org, 12 November 2026"}, {PublicID: "7k3m01r", Question: "C6", Kind: "date", Reason: "does not identify anybody", By: "d.shah@fairmead.example.org, 11 November 2026"}}}},
		{"refused-none", &RefusedPage{Base: desk("refused", ""), Consultation: c.ID}},
		{"pile", &PilePage{Base: desk("attention", "Likely automated"), Consultation: c.ID, Act: "/staff/station-quarter/attention/pile", Waiting: 6012, Aside: 3, Sample: []PileRow{{ID: "s1", PublicID: "7k3m02q", Href: "/x", Why: []string{"Sent within seconds of starting"}, Texts: []string{"Words."}}, {ID: "s2", PublicID: "8k3m02q", Href: "/x"}}}},
		{"pile-none", &PilePage{Base: desk("attention", ""), Consultation: c.ID, Act: "/staff/station-quarter/attention/pile"}}, {"pile-frozen", &PilePage{Base: desk("attention", ""), Consultation: c.ID, Aside: 2, Frozen: true, Sample: []PileRow{{ID: "s1"}}}},
		{"pile-wrong", &PilePage{Base: desk("attention", ""), Consultation: c.ID, Waiting: 1, Sample: []PileRow{{ID: "s1", PublicID: "7k3m02q", Href: "/x"}}, Faults: []Fault{{Href: "#read", Message: "Say that you have read the sample"}}}},
		{"attention", attention}, {"attention-none", &AttentionPage{Base: desk("attention", "")}}, {"attention-frozen", &AttentionPage{Base: desk("attention", ""), Seen: attention.Seen, Frozen: true}},
		{"reading", queue}, {"reading-none", &ReadingPage{Base: desk("reading", ""), Consultation: c.ID, None: "There are no submissions yet.", KeysOff: true, KeysSwitch: "?"}},
		{"reading-submission", readSubmission("")}, {"reading-submission-wrong", readSubmission("wrong")}, {"reading-submission-frozen", readSubmission("frozen")}, {"reading-submission-original", readSubmission("original")},
		{"contacts", &ContactsPage{Base: desk("contacts", "Who wants to be told"), Consultation: c.ID, Opening: models.ContactOpening{By: "ines@station.example", Reason: "To tell people what was decided, and where they can read why.", Day: "2 November 2026", AgreedBy: "joseph@station.example", Agreed: "3 November 2026"}, MayOpen: true, Sealed: true}},
		{"contacts-ask", &ContactsPage{Base: desk("contacts", ""), Consultation: c.ID, Typed: strings.Repeat("To tell them. ", 40), Faults: []Fault{{Href: "#reason", Message: "Say what the addresses are needed for"}}, Problems: map[string]string{"reason": "Say what the addresses are needed for"}}},
		{"contacts-mine", &ContactsPage{Base: desk("contacts", ""), Consultation: c.ID, Opening: models.ContactOpening{By: "ines@station.example", Reason: "To tell them.", Day: "2 November 2026"}, Mine: true}},
		{"contacts-agree", &ContactsPage{Base: desk("contacts", ""), Consultation: c.ID, Opening: models.ContactOpening{By: "ines@station.example", Reason: "To tell them.", Day: "2 November 2026"}}}, {"contacts-shown", &ContactsPage{Base: desk("contacts", ""), Asked: true, Addresses: []string{"a@example.org", "b@example.org"}}}, {"contacts-none", &ContactsPage{Base: desk("contacts", ""), Asked: true}},
		{"themes", themes}, {"themes-running", running}, {"themes-waiting", &ThemesPage{Base: desk("themes", ""), Consultation: c.ID, Waiting: "The answers can be read once the consultation has closed. It closes on 12 December 2026 at noon."}}, {"themes-few", fewThemes}, {"themes-read", readThemes}, {"themes-wrong", &badTheme},
		{"theme", one}, {"theme-wrong", &badOne}, {"theme-merged", &mergedOne}, {"theme-out", &outOne}, {"theme-frozen", &frozenOne}, {"theme-empty", &emptyOne},
		{"coding", coding}, {"coding-wrong", &badCoding}, {"coding-blind", &blind}, {"coding-done", &coded}, {"coding-nothing", &noAnswers}, {"coding-blind-done", &blindDone}, {"coding-settle", &settling}, {"coding-settled", &settled}, {"coding-meanwhile", &meanwhile}, {"coding-taken", &taken}, {"preview", preview}, {"essentials", filling}, {"essentials-wrong", &badFilling}, {"essentials-locked", &locked}, {"step-preview", &stepSeen}, {"frame", frame}, {"frame-none", &noFrame}, {"coding-frozen", &frozenCoding},
		{"settings", &SettingsPage{Base: desk("settings", "Settings"), Consultation: c, Source: source, Next: models.StatusClosed, NextText: "Close the consultation", Opens: "5 October 2026", Closes: "14 December 2026", Live: 190}},
		{"settings-later", laterSettings},
		{"settings-paused", &SettingsPage{Base: desk("settings", ""), Consultation: &pausedConsultation, Source: source, Opens: "5 October 2026", Closes: "14 December 2026",
			Translations: []TranslationRow{{Language: "română", Of: 120, Missing: []string{"title", "question A1"}}, {Language: "اردو", Of: 120, Checked: true, Pages: true}}}},
		{"settings-closed", &SettingsPage{Base: desk("settings", ""), Consultation: &closedConsultation, Source: source, Next: models.StatusFrozen, NextText: "Freeze the analysis", MayRelease: true, Released: "2026-12-15"}},
		{"settings-releasing", &SettingsPage{Base: desk("settings", ""), Consultation: &closedConsultation, Source: source, Next: models.StatusFrozen, MayRelease: true}},
		{"settings-refused", &SettingsPage{Base: desk("settings", ""), Consultation: &closedConsultation, Source: source, Next: models.StatusFrozen, Owed: 1, Refused: []Fault{{Href: "/staff/station-quarter/duties#duty-18", Message: "Duty 18: Whatever was put out of scope has a reason. Give a reason under “Themes” for each theme that is out of scope. Without one so far: 1."}}}},
		{"settings-draft", &SettingsPage{Base: desk("settings", ""), Consultation: &draftConsultation, Source: source, Faults: fileFaults, Next: models.StatusOpen, Owed: 3}},
		{"audit", &AuditPage{Base: desk("audit", "Record of acts"), Names: map[string]string{"u1": "p.okafor@fairmead.example.org"}, Events: []models.AuditEvent{{Sequence: 12, Day: "2026-11-11", Time: "09:14", Actor: "u1", Action: "submission.read", Object: "s1", Consultation: c.ID, Reason: "checking a redaction", Undone: true}, {Sequence: 11, Day: "2026-11-11", Actor: models.ActorRespondent, Action: "submission.received", Object: "s1", Consultation: c.ID}}, Acts: 812, Head: strings.Repeat("9f", 32),
			Consultations: []Link{{Key: c.ID, Text: c.Title.Default()}}, Older: "/staff/audit?before=11", Newest: "/staff/audit"}},
		{"audit-some", &AuditPage{Base: desk("audit", "Record of acts"), Acts: 812, Some: true, About: "p.okafor@fairmead.example.org", Consultations: []Link{{Key: c.ID, Text: c.Title.Default(), Current: true}}}},
		{"audit-broken", &AuditPage{Base: desk("audit", "Record of acts"), Acts: 812, Broken: "The record of acts is broken at number 12: it, or the one before it, was changed or taken out."}},
		{"writing", writingSample()}, {"writing-nothing", &WritingPage{Base: desk("findings", "Findings"), Consultation: "station-quarter", Refusal: "The report cannot be built."}}, {"write", writeSample()}, {"write-wrong", writeWrong()},
		{"duties", dutiesSample()}, {"duties-wrong", dutiesWrong()}, {"duty", dutySample()}, {"duty-wrong", dutyWrong()}, {"register", registerSample()}, {"register-nothing", &RegisterPage{Base: desk("register", "Register"), Sections: []RegisterSection{{ID: "petition", Title: "Petitions", Note: "Signatures are never added to responses."}}}}, {"entry", entrySample()}, {"entry-new", entryNew()},
		{"users", &UsersPage{Base: desk("users", "People"), Roles: models.Roles, Role: models.RoleAnalyst, Email: "x", Faults: []Fault{{Href: "#email", Message: "Enter an email address, like name@example.org"}, {Href: "#role", Message: "Choose a role"}}, Invite: "https://consult.fairmead.example.org/staff/welcome?token=3f2a9c", For: "d.shah@fairmead.example.org",
			Consultations: []*models.Consultation{c}, Only: []string{c.ID},
			Users: []models.User{{ID: "u1", Email: "p.okafor@fairmead.example.org", Role: models.RoleOfficer, PasswordHash: "x"}, {ID: "u2", Email: "d.shah@fairmead.example.org", Role: models.RoleAnalyst, Only: []string{c.ID}}, {ID: "u3", Email: "old@fairmead.example.org", Role: models.RoleCouncillor, Disabled: true}}}},
		{"receipt-held", &ReceiptCheckPage{Base: base("Use a code"), Consultation: c, Done: "withdrawn", Held: true}}, {"receipt-found-held", &ReceiptCheckPage{Base: base("Use a code"), Consultation: c, Found: &ReceiptState{Day: "2026-11-02", Status: models.SubmissionWithdrawn, Held: true}}},
	}, slices.Concat(versionSamples(), keyingSamples(), requestSamples(), signInSamples())...)
}

// submissionWrong is a submission in its original words with all that can be wrong
// with what was typed about it.
func submissionWrong() *SubmissionPage {
	problems := map[string]string{"translation-C6": "Somebody else has changed the translation", "message": "Write a message", "why": "Choose why it does not count", "reason": "Say how you know"}
	page := &SubmissionPage{Base: desk("search", "Submission"), Consultation: "station-quarter", ID: "s11", PublicID: "7k3m11q", Status: models.SubmissionLive, CanAct: true, Act: "/staff/station-quarter/submissions/s11?original=yes", Original: true,
		Rows:     []SubmissionRow{{ID: "C6", Question: "Why do you think this?", Text: []Snippet{{Text: "ہم رات کو ڈرتے ہیں۔"}}, Language: "ur", LanguageName: "Urdu", Translation: "We are afraid at night.", Translating: "At night we fear.", Seen: "0a1b"}},
		Problems: problems, Message: "Which night?", AsideWhy: "trial", AsideReason: "She is ours."}
	for _, field := range []string{"translation-C6", "message", "why", "reason"} {
		page.Faults = append(page.Faults, Fault{Href: "#" + field, Message: problems[field]})
	}
	return page
}

// hostile puts s into every string of v that strangers or officers can write,
// and address into every address.
func hostile(v reflect.Value, s, address string) {
	fixed := map[string]bool{"Lang": true, "Page": true, "State": true, "Sort": true, "ID": true, "Key": true, "Language": true, "Consultation": true, "Done": true, "At": true, "Acts": true}
	addresses := map[string]bool{"Href": true, "Back": true, "Action": true, "Change": true, "Retry": true, "Next": true, "Previous": true, "URL": true, "Home": true, "Hits": true, "ShowOriginal": true, "Redact": true, "Erase": true, "Search": true, "Code": true, "Skip": true, "PublishTo": true, "Resume": true, "Preset": true, "Act": true, "New": true, "Letter": true, "Check": true, "Correct": true}
	var walk func(v reflect.Value, field string)
	walk = func(v reflect.Value, field string) {
		switch v.Kind() {
		case reflect.Pointer, reflect.Interface:
			if !v.IsNil() {
				walk(v.Elem(), field)
			}
		case reflect.Struct:
			for i := range v.NumField() {
				if f := v.Type().Field(i); f.IsExported() && !fixed[f.Name] {
					walk(v.Field(i), f.Name)
				} else if f.Name == "Consultation" && f.Type.Kind() == reflect.Pointer {
					walk(v.Field(i), f.Name)
				}
			}
		case reflect.Slice:
			for i := range v.Len() {
				walk(v.Index(i), field)
			}
		case reflect.Map:
			for _, k := range v.MapKeys() {
				if v.Type().Elem().Kind() == reflect.String {
					v.SetMapIndex(k, reflect.ValueOf(s).Convert(v.Type().Elem()))
				}
			}
		case reflect.String:
			switch {
			case v.Type() != reflect.TypeFor[string]():
			case addresses[field]:
				v.SetString(address)
			default:
				v.SetString(s)
			}
		}
	}
	walk(v, "")
}
