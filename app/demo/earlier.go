package demo

import (
	_ "embed"
	"slices"
	"time"

	"heard/models"
)

//go:embed earlier.yaml
var earlierSource []byte

// earlierID is the id in that file.
const earlierID = "pspo-before"

// yearsBefore is how long ago the council asked before.
const yearsBefore = 3

// Earlier returns the consultation that the council held before, with its dates
// moved to three years before now, and its file.
func Earlier(now time.Time) (*models.Consultation, []byte, error) {
	c, err := models.ParseConsultation("earlier.yaml", earlierSource)
	if err != nil {
		return nil, nil, err
	}
	today, err := dayOf(c, now)
	if err != nil {
		return nil, nil, err
	}
	at := today.AddDate(-yearsBefore, 0, 0)
	source, err := changed(earlierSource, []line{
		{"opens: ", `\d{4}-\d{2}-\d{2}`, at.AddDate(0, 0, -daysOpen).Format(time.DateOnly)},
		{"closes: ", `"\d{4}-\d{2}-\d{2} 23:59"`, `"` + at.Format(time.DateOnly) + ` 23:59"`},
	})
	if err != nil {
		return nil, nil, err
	}
	return parsed(source)
}

// before is how many chose each answer then, in the order of the scale. People who
// agree with one thing need not agree with another, so each question is dealt out
// with a step of its own.
var before = []struct {
	question string
	step     int // has no factor in common with the number of people
	people   []int
}{
	{"C1", 1, []int{18, 17, 6, 8, 6, 6}},
	{"C2", 7, []int{17, 16, 7, 9, 6, 6}},
	{"C3", 50, []int{15, 20, 8, 6, 6, 6}},
}

// EarlierSubmissions returns the invented answers to the consultation that Earlier
// returns, in order of the day received. Nobody wrote any words.
func EarlierSubmissions(c *models.Consultation) (all []models.Submission) {
	opens, _ := c.Window()
	people := 0
	for _, n := range before[0].people {
		people += n
	}
	for i := range people {
		answers := models.Answers{}
		for _, q := range before {
			at := i * q.step % people
			for j, n := range q.people {
				if at -= n; at < 0 {
					answers[q.question] = models.Given{Options: []string{c.Question(q.question).Options[j].ID}}
					break
				}
			}
		}
		s := models.Submission{Consultation: c.ID, FormVersion: c.Version, Day: opens.AddDate(0, 0, i*daysOpen/people).Format(time.DateOnly), Channel: models.ChannelPaper, Language: "en",
			Path: c.PathFor(answers).ID, Groups: c.GroupsFor(answers), Consents: c.ConsentsFor(answers), Stance: c.StanceOf(answers), Status: models.SubmissionLive}
		for _, q := range c.Route(answers) {
			if given := answers[q.ID]; !given.Empty() {
				s.Answers = append(s.Answers, models.Answer{Question: q.ID, Options: given.Options})
			}
		}
		all = append(all, s)
	}
	return all
}

// EarlierDuties returns why the duties do not hold back a consultation that is over
// and was only brought in.
func EarlierDuties(now time.Time) (all []models.DutyRecord) {
	for _, d := range models.Duties {
		if !slices.Contains(d.Takes(), models.DutyNotApplicable) { // the portal sees to it
			continue
		}
		all = append(all, models.DutyRecord{Duty: d.Number, Version: 1, State: models.DutyNotApplicable, Owner: lead, Done: now.Format(time.DateOnly),
			Evidence: "Held on paper and decided at the time. Its answers were brought in so that they can be compared; its own papers are in the council's archive."})
	}
	return all
}

// equality is how many gave each answer to the equality questions, in the order of
// the answers.
var equality = map[string][]int{
	"E1": {10, 13, 28, 21, 12, 10}, "E2": {11, 14, 10, 47, 12}, "E3": {41, 10, 23, 12, 0, 8}, "E4": {32, 26, 1, 4, 0, 14, 3, 2, 12},
	"E5": {49, 33, 12}, "E6": {78, 3, 13}, "E7": {61, 6, 5, 2, 20},
}

// Equality returns the answers to the equality questions of c, the consultation
// that Consultation returns, person by person. They lead to no submission.
func Equality(c *models.Consultation) (people []map[string]string) {
	for i := range 94 {
		answers := map[string]string{}
		for _, q := range c.Equality {
			at := i
			for j, n := range equality[q.ID] {
				if at -= n; at < 0 {
					answers[q.ID] = q.Options[j].ID
					break
				}
			}
		}
		people = append(people, answers)
	}
	return people
}
