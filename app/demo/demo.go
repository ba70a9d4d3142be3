// Package demo holds the demonstration: the consultation of an invented
// council and submissions that were made up for it, so that every page can be
// seen with something on it. Nobody wrote to any council what stands here.
package demo

import (
	"embed"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/goccy/go-yaml"

	"heard/models"
)

const consultationFile = "pspo-renewal.yaml"

//go:embed pspo-renewal.yaml
var consultationSource []byte

//go:embed any-proposal.yaml
var anyProposal []byte

const searchesFile = "searches.txt"

//go:embed searches.txt
var searchesSource []byte

//go:embed submissions/*.yaml
var submissionFiles embed.FS

// How long ago the demonstration opened, how long it stays open and when it is
// decided, in days counted from now.
const (
	daysOpen      = 8 * 7
	daysLeft      = 4 * 7
	daysToDecided = 12 * 7
	daysToExpiry  = 16 * 7
)

// orderYears is for how long an order can be made or extended.
const orderYears = 3

// Consultation returns the demonstration's consultation and the file it was
// read from: that of Source, which continues the one that Earlier returns. Nobody
// who starts from it as a template does.
func Consultation(now time.Time) (*models.Consultation, []byte, error) {
	source, err := Source(now)
	if err != nil {
		return nil, nil, err
	}
	return parsed(fmt.Appendf(source, "earlier: [%s]\n", earlierID))
}

// written is the consultation as its file has it.
var written = sync.OnceValues(func() (*models.Consultation, error) {
	c, _, err := parsed(consultationSource)
	return c, err
})

func parsed(source []byte) (*models.Consultation, []byte, error) {
	c, err := models.ParseConsultation(consultationFile, source)
	if err != nil {
		return nil, nil, fmt.Errorf("read the demonstration consultation: %w", err)
	}
	return c, source, nil
}

// Source returns the file of the demonstration's consultation with the dates moved
// so that it opened 8 weeks before now, closes 4 weeks after now, is decided 12 weeks
// after now, and its order expires 16 weeks after now.
func Source(now time.Time) ([]byte, error) {
	c, err := written()
	if err != nil {
		return nil, err
	}
	today, err := dayOf(c, now)
	if err != nil {
		return nil, err
	}
	expires := today.AddDate(0, 0, daysToExpiry)
	// Conditions are written "when:" too, so only a line with a date will do.
	const dated = `"?\d{4}-\d{2}-\d{2}.*`
	return changed(consultationSource, []line{
		{"opens: ", dated, today.AddDate(0, 0, -daysOpen).Format(time.DateOnly)},
		{"closes: ", dated, `"` + today.AddDate(0, 0, daysLeft).Format(time.DateOnly) + ` 23:59"`},
		{"    when: ", dated, today.AddDate(0, 0, daysToDecided).Format(time.DateOnly)},
		{"  expires: ", dated, expires.Format(time.DateOnly)},
		// An order lasts three years, and people were asked before each.
		{"    - day: ", `2020-11-02`, expires.AddDate(-2*orderYears, -4, -13).Format(time.DateOnly)},
		{"    - day: ", `2021-03-16`, expires.AddDate(-2*orderYears, 0, 1).Format(time.DateOnly)},
		{"    - day: ", `2023-09-25`, today.AddDate(-yearsBefore, 0, -daysOpen).Format(time.DateOnly)},
		{"    - day: ", `2024-03-16`, expires.AddDate(-orderYears, 0, 1).Format(time.DateOnly)},
	})
}

// Over returns the day to take for now in Consultation and Submissions so that
// the demonstration closed the day before now.
func Over(now time.Time) time.Time { return now.AddDate(0, 0, -daysLeft-1) }

// Form returns the same consultation once more, under another id, and its file:
// nobody has answered it, and anybody can try its form while the demonstration
// itself has closed.
func Form(now time.Time) (*models.Consultation, []byte, error) {
	source, err := Source(now)
	if err != nil {
		return nil, nil, err
	}
	source, err = changed(source, []line{
		{"id: ", `[a-z-]+`, "try-the-form"},
		{"title: ", `".*"`, `"The form of the consultation, to try"`},
	})
	if err != nil {
		return nil, nil, err
	}
	return parsed(source)
}

// line is a line of the consultation's file to write anew.
type line struct{ key, form, value string }

// changed returns a file with some lines written anew.
func changed(source []byte, lines []line) ([]byte, error) {
	all := strings.SplitAfter(string(source), "\n")
	for _, l := range lines {
		form, found := regexp.MustCompile(`^`+l.form+`\n$`), 0
		for i, written := range all {
			if rest, ok := strings.CutPrefix(written, l.key); ok && form.MatchString(rest) {
				all[i], found = l.key+l.value+"\n", found+1
			}
		}
		if found != 1 {
			return nil, fmt.Errorf("change a consultation of the demonstration: expected one line %q, found %d", strings.TrimSpace(l.key), found)
		}
	}
	return []byte(strings.Join(all, "")), nil
}

// Submissions returns the invented submissions to c, the consultation that
// Consultation returns, in order of the day received: the 8 weeks before now.
// Every one has passed the checks of the form. Their IDs are left empty.
func Submissions(c *models.Consultation, now time.Time) ([]models.Submission, error) {
	today, err := dayOf(c, now)
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(submissionFiles, "submissions/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list the demonstration submissions: %w", err)
	}
	var all []models.Submission
	for _, name := range names {
		source, err := submissionFiles.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read the demonstration submissions: %w", err)
		}
		var entries []entry
		if err := yaml.UnmarshalWithOptions(source, &entries, yaml.DisallowUnknownField()); err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		for i, e := range entries {
			s, err := e.submission(c, today)
			if err != nil {
				return nil, fmt.Errorf("%s, entry %d: %w", name, i+1, err)
			}
			all = append(all, s)
		}
	}
	slices.SortStableFunc(all, func(a, b models.Submission) int { return strings.Compare(a.Day, b.Day) })
	return all, nil
}

// dayOf returns noon of the day that now is in c's time zone, so that adding
// days never trips over a change of the clocks.
func dayOf(c *models.Consultation, now time.Time) (time.Time, error) {
	zone, err := c.Zone()
	if err != nil {
		return time.Time{}, fmt.Errorf("date the demonstration: %w", err)
	}
	year, month, day := now.In(zone).Date()
	return time.Date(year, month, day, 12, 0, 0, 0, zone), nil
}

// entry is one submission as the files write it. An answer is a string for
// words or a single choice, a list for ticks, or a map of options and text
// where an option offers a line to write on.
type entry struct {
	Day      int            `yaml:"day"` // days after opening, 0 to 55
	Channel  models.Channel `yaml:"channel"`
	Language string         `yaml:"language"`
	Answers  map[string]any `yaml:"answers"`
}

var channels = []models.Channel{models.ChannelWeb, models.ChannelAssisted, models.ChannelPaper, models.ChannelEmail}

func (e entry) submission(c *models.Consultation, today time.Time) (models.Submission, error) {
	var none models.Submission
	if e.Day < 0 || e.Day >= daysOpen {
		return none, fmt.Errorf("day %d: expected 0 to %d", e.Day, daysOpen-1)
	}
	if !slices.Contains(channels, e.Channel) {
		return none, fmt.Errorf("channel %q: expected one of %v", e.Channel, channels)
	}
	if e.Language == "" {
		return none, fmt.Errorf("expected the language it was written in, such as en")
	}
	answers := models.Answers{}
	for id, written := range e.Answers {
		q := c.Question(id)
		if q == nil {
			return none, fmt.Errorf("there is no question %s", id)
		}
		given, err := read(q, written)
		if err != nil {
			return none, fmt.Errorf("answer to %s: %w", id, err)
		}
		answers[id] = given
	}
	if _, dropped := c.Prune(answers); len(dropped) > 0 {
		return none, fmt.Errorf("answers %v, which its own route does not ask", dropped)
	}
	if err := c.CheckAnswers(answers, 0); err != nil {
		return none, err
	}
	s := models.Submission{
		Consultation: c.ID,
		FormVersion:  c.Version,
		Day:          today.AddDate(0, 0, e.Day-daysOpen).Format(time.DateOnly),
		Channel:      e.Channel,
		Language:     e.Language,
		Path:         c.PathFor(answers).ID,
		Groups:       c.GroupsFor(answers),
		Consents:     c.ConsentsFor(answers),
		Stance:       c.StanceOf(answers),
		Status:       models.SubmissionLive,
	}
	for _, q := range c.Route(answers) {
		if given := answers[q.ID]; !given.Empty() {
			s.Answers = append(s.Answers, models.Answer{Question: q.ID, Options: given.Options, Text: given.Text})
		}
	}
	return s, nil
}

// read turns what a file says into an answer to q.
func read(q *models.Question, written any) (models.Given, error) {
	switch w := written.(type) {
	case string:
		if q.Closed() {
			return models.Given{Options: []string{w}}, nil
		}
		return models.Given{Text: models.CleanText(w)}, nil
	case []any:
		options, err := texts(w)
		return models.Given{Options: options}, err
	case map[string]any:
		list, _ := w["options"].([]any)
		words, ok := w["text"].(string)
		if len(w) != 2 || !ok {
			return models.Given{}, fmt.Errorf("expected a map of options and text")
		}
		options, err := texts(list)
		return models.Given{Options: options, Text: models.CleanText(words)}, err
	}
	return models.Given{}, fmt.Errorf("expected text, a list, or a map of options and text")
}

func texts(list []any) ([]string, error) {
	var out []string
	for _, item := range list {
		s, ok := item.(string)
		if !ok {
			return nil, fmt.Errorf("expected a list of option ids")
		}
		out = append(out, s)
	}
	return out, nil
}

// Templates are consultation files to start from, by name.
func Templates() map[string][]byte {
	return map[string][]byte{"Renewing a public spaces protection order": slices.Clone(consultationSource), "Any other proposal": slices.Clone(anyProposal)}
}

// Searches is the file of searches among the submissions with the answers that
// people expect, and its name. Package search/measure reads it.
func Searches() (name string, source []byte) { return searchesFile, slices.Clone(searchesSource) }
