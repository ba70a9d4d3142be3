package views

import (
	"fmt"

	"heard/models"
)

// resultsOf adds what is worked out from figures: summaries, net agreement,
// comparisons and organisations.
func resultsOf(r *models.Report) {
	figure := func(n int) *models.Figure { f := shown(n); return &f }
	little, unsaid := masked(10), hidden()
	r.Questions[0].Net = &models.ReportNet{Agree: 60, Disagree: 81, Changes: 12, Unknown: 9, Base: 175, Points: -12}
	r.Questions[1].Net = &models.ReportNet{Agree: 80, Disagree: 61, Unknown: 9, Base: 175, Points: 11}
	kinds := []models.ReportSentence{
		{Kind: "size.half", Number: figure(120), Other: figure(190)}, {Kind: "size.first", Number: figure(80), Other: figure(190)},
		{Kind: "size.quarter", Number: figure(60), Other: figure(190)}, {Kind: "size.tenth", Number: figure(30), Other: figure(190)},
		{Kind: "size.some", Number: figure(12)}, {Kind: "size.under", Number: figure(12), Names: []string{"Better lighting along the canal"}},
		{Kind: "size.masked", Number: &little}, {Kind: "size.hidden", Number: &unsaid},
		{Kind: "who.distinctive", Names: []string{"Support workers"}}, {Kind: "who.leading", Names: []string{"Residents"}, Number: figure(31)},
		{Kind: "stance.for", Number: figure(40)}, {Kind: "contrary.against", Number: figure(10)}, {Kind: "stance.against", Number: figure(40)}, {Kind: "contrary.for", Number: figure(10)},
		{Kind: "contrary.hidden"}, {Kind: "stance.more.for", Number: figure(30), Other: figure(12)}, {Kind: "stance.more.against", Number: figure(30), Other: figure(12)},
		{Kind: "stance.both", Number: figure(14), Other: figure(12)}, {Kind: "asked", Names: []string{"Why do you think this?"}}, {Kind: "quoted"},
		{Kind: "parts", Names: []string{"Cars circling at night", "Fines do not help"}}, {Kind: "of.later", Text: "Worded by a later program."}}
	for i := range r.Themes {
		t := &r.Themes[i]
		size := models.ReportSentence{Kind: "size.some", Number: &t.Count, Quoted: []string{t.Quotes[0].PublicID, t.Quotes[1].PublicID}, Others: &t.Count, Text: "This point is made."}
		for j := range 60 + i {
			size.Submissions = append(size.Submissions, fmt.Sprintf("s%d", j))
		}
		voice := models.ReportSentence{Kind: "quote.group", Quote: &t.Quotes[0], Quoted: []string{t.Quotes[0].PublicID}}
		if i%2 == 1 {
			bare := t.Quotes[0]
			bare.Group = ""
			t.Quotes[0], voice = bare, models.ReportSentence{Kind: "quote", Quote: &bare, Quoted: voice.Quoted}
		}
		t.Summary = []models.ReportSentence{size, kinds[2*i%len(kinds)], voice, kinds[(2*i+1)%len(kinds)]}
		if i == 0 {
			t.ApprovedDraft = &models.ReportDraft{Approved: "2027-01-11", Sentences: []models.ReportDraftSentence{{Text: "People ask for lamps along the path.", Quoted: []string{t.Quotes[0].PublicID, t.Quotes[1].PublicID}}}}
		}
	}
	ten, twelve := 10, 12
	by := func(figures ...models.Figure) (all []models.GroupFigure) {
		for i, id := range []string{"northgate", "millbrook", "st_annes", ""} {
			all = append(all, models.GroupFigure{ID: id, Name: []string{"Northgate", "Millbrook", "St Anne's", "Everybody else"}[i], Count: figures[i]})
		}
		return all
	}
	r.ByArea = []models.ReportByArea{{Question: "C1", Text: "Question 1", Areas: by(shown(77), shown(21), masked(5), shown(30)), Options: []models.ReportAreaOption{
		{ID: "0", Text: "Agree", Areas: by(shown(40), shown(9), masked(5), masked(10))}, {ID: "1", Text: "Disagree", Areas: by(masked(5), shown(8), hidden(), shown(12))}}},
		{Question: "C2", Text: "Question 2", Areas: by(masked(5), masked(5), masked(5), hidden()), Options: []models.ReportAreaOption{{ID: "0", Text: "Agree", Areas: by(masked(5), masked(5), masked(5), hidden())}}}}
	r.Impact = []models.ReportImpact{{ID: "8", Effect: models.EffectBoth, How: "Near homes.", Evidence: "Finding 1.", Mitigation: "Shared hours.", Owner: "The head of service"}, {ID: "10", Effect: models.EffectNone}, {ID: "11", Effect: models.EffectPositive}}
	for i, id := range []string{"age", "disability", "reassignment", "marriage", "pregnancy", "race", "belief", "sex", "orientation"} {
		r.Impact = append(r.Impact, models.ReportImpact{ID: id, Effect: append(models.Effects, "")[i%6]})
	}
	if r.Proposal == nil {
		r.Proposal = &models.ReportProposed{Summary: "To keep the order."}
	}
	r.Proposal.Timeline = []models.ReportMoment{{Day: "2018-08-21", Title: "The order was made.", Source: "Minutes"}, {Day: "2021-08-20", Title: "It was extended.", Source: "Minutes"}, {Day: "2026-10-05", Key: "opens"}, {Day: "2026-12-14", Key: "closes"},
		{Day: "2027-02-15", Key: "meeting", Ahead: true}, {Day: "2027-02-23", Key: "ordered", Ahead: true}, {Day: "2027-03-01", Key: "in-force", Ahead: true}, {Day: "2027-04-05", Key: "challenge", Ahead: true}, {Day: "2027-08-20", Key: "expiry", Ahead: true}, {Day: "2027-09-01", Key: "of.later", Title: "Told by a later program", Ahead: true}}
	r.Without = []models.ReportWithout{{Question: "C1", Text: "Question 1", With: shown(184), Without: shown(165), Options: []models.ReportWithoutOption{{ID: "0", Text: "Agree", With: shown(60), Without: shown(44)}, {ID: "1", Text: "Disagree", With: shown(81), Without: hidden()}}}}
	r.Earlier = []models.ReportEarlier{{Consultation: "station-2023", Title: "Station quarter order 2023", Closed: "2023-05-01", Question: "C1", Text: "Question 1", Reworded: "Do you agree?", Then: shown(300), Now: shown(184),
		Options: []models.ReportEarlierOption{{ID: "0", Text: "Agree", Then: &ten, Now: &twelve}, {ID: "1", Text: "Disagree"}, {ID: "2", Text: "Agree with changes", Now: &ten, NotThen: true}, {ID: "3", Text: "Not sure", Then: &ten, NotNow: true}}},
		{Consultation: "station-2023", Title: "Station quarter order 2023", Closed: "2023-05-01", Question: "C2", Text: "Question 2", Then: shown(300), Now: shown(184), Options: []models.ReportEarlierOption{{ID: "0", Text: "Agree", Then: &ten, Now: &twelve}}}}
	r.Organisations = []models.ReportOrganisation{{Name: "Fairmead Traders", PublicID: "7k3m99q", Position: models.StanceFor, Documents: []string{"Two pages on takings in the evening, with a table by month."}}, {Name: "Canal Outreach", PublicID: "7k3m98q"}}
	r.Redactions = []models.GroupFigure{{ID: "name", Name: "name", Count: shown(41)}, {ID: "postcode", Name: "postcode", Count: masked(5)}}
	r.Languages = []models.GroupFigure{{ID: "en", Name: "English", Count: shown(160)}, {ID: "ur", Name: "Urdu", Count: shown(18)}, {ID: "ro", Name: "Romanian", Count: masked(10)}}
	r.Equality = []models.ReportEquality{{ID: "E1", Text: "How old are you?", Base: shown(94), Options: []models.ReportEqualityOption{{ID: "a", Text: "Under 45", Count: shown(60), Percent: &twelve}, {ID: "b", Text: "45 or over", Count: masked(10)}}}}
	r.Asked = []models.ReportAsked{{ID: "C1", Text: "Do you agree?", Type: models.TypeChoice, Options: []string{"Agree", "Disagree"}}, {ID: "C6", Text: "Why do you think this?", Type: models.TypeLongText}}
	r.Help = []models.ReportHelp{{Name: "National Ugly Mugs", What: "Help for sex workers.", URL: "https://nationaluglymugs.org", Checked: "2026-11-23"}, {Name: "Police", Phone: "999", Checked: "2026-11-23"}}
	r.Questions[2].Net = &models.ReportNet{Agree: 80, Disagree: 61, Base: 184, Points: 10, UnknownIn: true, ChangesHidden: true}
	for i := range r.RollCall.Entries {
		r.RollCall.Entries[i].Sections = []string{"who", "results"}
	}
}

// oncePage is the second of three pages of points heard once.
func oncePage() *OncePage {
	p := &OncePage{Base: base("Points heard once"), Before: "/station-quarter/report/heard-once?page=1", Next: "/station-quarter/report/heard-once?page=3"}
	r := report()
	for i := range 3 * OncePerPage {
		if e := (models.ReportExcerpt{PublicID: fmt.Sprintf("8k%03dq", i), Text: sentence(i, 20)}); i < 2*OncePerPage {
			r.HeardOnce = append(r.HeardOnce, e)
		}
	}
	p.ShowOnce(r, 2)
	p.Unquoted = []string{"7k3m01q"}
	return p
}
