package report

import (
	"fmt"

	"heard/models"
)

// side is some of the people in the small set of answers whose results are
// known: what they chose, and how many of them are in each theme. The numbers
// differ from one another, and all are large enough to be shown.
type side struct {
	option, stance   string
	people           int
	inFor, inAgainst int
}

var sides = []side{
	{"agree", models.StanceFor, 91, 57, 7},
	{"changes", "", 45, 11, 12},
	{"disagree", models.StanceAgainst, 77, 6, 64},
	{"unsure", models.StanceUnsure, 23, 8, 9},
	{"", "", 31, 5, 10},
}

// known returns the set: one question on a scale from for to against, one in
// words, and two themes, of which each is one side's.
func known() Input {
	say := func(s string) models.Text { return models.Text{"en": s} }
	c := &models.Consultation{ID: "known", Version: 1, Title: say("Known"), Languages: []string{"en"}, Opens: "2026-01-05", Closes: "2026-03-05",
		Groups: []models.Group{{ID: "near", Name: say("Near")}},
		Questions: []models.Question{
			{ID: "K1", Type: models.TypeChoice, Text: say("Agree?"), Position: true, Options: []models.Option{
				{ID: "agree", Text: say("Agree"), Stance: models.StanceFor}, {ID: "changes", Text: say("Agree with changes"), Stance: models.StanceFor, WriteIn: true},
				{ID: "disagree", Text: say("Disagree"), Stance: models.StanceAgainst}, {ID: "unsure", Text: say("Unsure"), Stance: models.StanceUnsure}}},
			{ID: "K2", Type: models.TypeLongText, Text: say("Why?"), Themed: true}}}
	in := Input{Consultation: c, Themes: []models.Theme{{ID: "tfor", Label: "For", Status: models.ThemeApproved}, {ID: "tagainst", Label: "Against", Status: models.ThemeApproved}}}
	for _, of := range sides {
		for i := range of.people {
			id := fmt.Sprintf("known-%s-%d", of.option, i)
			sub := &models.Submission{ID: id, PublicID: id, Consultation: c.ID, Groups: []string{"near"}, Stance: of.stance, Status: models.SubmissionLive, Answers: []models.Answer{{Question: "K2", Text: "x", Redacted: "x"}}}
			if of.option != "" {
				sub.Answers = append(sub.Answers, models.Answer{Question: "K1", Options: []string{of.option}})
			}
			in.Submissions = append(in.Submissions, sub)
			if i < of.inFor {
				in.Placements = append(in.Placements, models.Placement{Theme: "tfor", Submission: id, Question: "K2", Score: 1})
			}
			if i < of.inAgainst {
				in.Placements = append(in.Placements, models.Placement{Theme: "tagainst", Submission: id, Question: "K2", Score: 1})
			}
		}
	}
	return in
}

// results is what a report of the known set must say, by reference.
var results = []struct{ reference, want string }{
	{"{count all}", "267"},
	{"{count question:K1}", "236"},
	{"{count question:K1 option:agree}", "91"},
	{"{count question:K1 option:disagree}", "77"},
	{"{count question:K1 option:unsure}", "23"},
	{"{count question:K1 side:for}", "91"},
	{"{count question:K1 side:changes}", "45"},
	{"{count question:K1 side:against group:near}", "77"},
	{"{share question:K1 option:agree}", "39 per cent"},
	{"{share question:K1 side:changes}", "19 per cent"},
	{"{most question:K1 side:for}", "some"},
	{"{most question:K1 side:changes}", "few"},
	{"{stance question:K1}", "both sides"},
	{"{count theme:tfor}", "87"},
	{"{count theme:tfor side:for}", "57"},
	{"{count theme:tagainst}", "102"},
	{"{count theme:tagainst side:against}", "64"},
	{"{stance theme:tfor}", "for"},
	{"{stance theme:tagainst}", "against"},
}

// proven builds a report, once a report of the known set that was built in the
// same way has said what it must. So a mistake that swaps for and against, an
// option and its neighbour or a theme and another stops every report.
func proven(build func(Input) (*models.Report, error), in Input) (*models.Report, error) {
	set := known()
	r, err := build(set)
	if err != nil {
		return nil, fmt.Errorf("the report of the answers with known results cannot be built, so no other is: %w", err)
	}
	for _, k := range results {
		if got, problems := Resolve(r, set.Consultation, k.reference); got != k.want || len(problems) > 0 {
			return nil, fmt.Errorf("the report of the answers with known results says %q for %s and must say %q, so no other is built: the program counts wrongly", got, k.reference, k.want)
		}
	}
	return build(in)
}
