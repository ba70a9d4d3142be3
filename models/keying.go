package models

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
)

// KeyedChannels are the ways in which responses come that officers key.
var KeyedChannels = []Channel{ChannelPaper, ChannelPhone, ChannelEmail, ChannelEvent}

// Batch is a bundle of responses that officers key together: they came by one
// channel and count from one day.
type Batch struct {
	ID           string
	Consultation string
	Number       int // from 1 in the consultation, to be written on the bundle
	Channel      Channel
	Received     string // YYYY-MM-DD
	Posted       string // YYYY-MM-DD of the postmark, "" when nobody can tell
	Expected     int    // forms in the bundle
	Form         int    // printed form that most of them are on, from 1
	By           string // account that opened it
	Day          string // YYYY-MM-DD on which it was opened
	Finished     string // YYYY-MM-DD on which the last was keyed and the sample drawn, "" until then
}

// MaxBatch is the most forms in a batch.
const MaxBatch = 1000

// Late reports whether what is in the batch came after the consultation ended:
// by the postmark where there is one, because the post may take days, otherwise
// by the day it was received.
func (b *Batch) Late(c *Consultation) bool {
	if b.Posted != "" {
		return c.EndedBefore(b.Posted)
	}
	return c.EndedBefore(b.Received)
}

// EndedBefore reports whether what came on a day, YYYY-MM-DD, came late.
func (c *Consultation) EndedBefore(day string) bool {
	ended, _ := c.Ended()
	return day > ended
}

// Validate checks a batch that is being opened on today.
func (b *Batch) Validate(c *Consultation, today string) error {
	v := &validation{}
	v.check(slices.Contains(KeyedChannels, b.Channel), "channel", "Choose how they came")
	b.checkDays(v, today)
	v.check(b.Expected >= 1 && b.Expected <= MaxBatch, "expected", fmt.Sprintf("Enter how many forms there are, from 1 to %d", MaxBatch))
	v.check(b.Form >= 1 && b.Form <= len(c.Paths), "form", "Choose the form that most of them are on")
	return v.err("The batch was not opened.")
}

// ValidateDays checks the days of a batch that are being corrected on today.
func (b *Batch) ValidateDays(today string) error {
	v := &validation{}
	b.checkDays(v, today)
	return v.err("The days were not corrected.")
}

func (b *Batch) checkDays(v *validation, today string) {
	v.check(isDay(b.Received) && b.Received <= today, "received", "Enter the day they arrived, today at the latest")
	v.check(b.Posted == "" || isDay(b.Posted) && b.Posted <= b.Received, "posted", "Enter the day of the postmark, no later than the day they arrived, or leave it empty")
}

// Mark is what the person who keys says of an answer.
type Mark string

// The marks.
const (
	MarkIllegible Mark = "illegible" // it, or a word in it, cannot be read
	MarkSpoilt    Mark = "spoilt"    // it cannot be taken, such as two boxes where one is asked for
)

// Unread stands in words that were keyed for what could not be read.
const Unread = "[?]"

// KeyedAnswer is an answer as it was keyed.
type KeyedAnswer struct {
	Given
	Mark Mark `json:",omitempty"`
}

// Nothing reports whether nothing was keyed and nothing marked.
func (a KeyedAnswer) Nothing() bool { return a.Empty() && a.Mark == "" }

// same reports whether two people read an answer alike: the same boxes, marks
// and words, whatever their case, spacing and punctuation.
func (a KeyedAnswer) same(b KeyedAnswer) bool {
	words := func(s string) []string {
		return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) })
	}
	return a.Mark == b.Mark && slices.Equal(a.Options, b.Options) && slices.Equal(words(a.Text), words(b.Text))
}

// KeyedAnswers are the answers of one form as they were keyed, by question id.
type KeyedAnswers map[string]KeyedAnswer

// Given returns the answers without the marks.
func (k KeyedAnswers) Given() Answers {
	answers := Answers{}
	for id, a := range k {
		if !a.Empty() {
			answers[id] = a.Given
		}
	}
	return answers
}

// Compare returns the questions that two readings of one form differ in, sorted,
// and how many were answered or marked in either.
func (k KeyedAnswers) Compare(other KeyedAnswers) (differ []string, fields int) {
	for _, id := range slices.Sorted(maps.Keys(union(k, other))) {
		if k[id].Nothing() && other[id].Nothing() {
			continue
		}
		fields++
		if !k[id].same(other[id]) {
			differ = append(differ, id)
		}
	}
	return differ, fields
}

// Changed returns the questions that a correction changes in anything, sorted.
func (k KeyedAnswers) Changed(to KeyedAnswers) (changed []string) {
	for _, id := range slices.Sorted(maps.Keys(union(k, to))) {
		a, b := k[id], to[id]
		if a.Mark != b.Mark || a.Text != b.Text || !slices.Equal(a.Options, b.Options) {
			changed = append(changed, id)
		}
	}
	return changed
}

func union(a, b KeyedAnswers) KeyedAnswers {
	both := maps.Clone(a)
	if both == nil {
		both = KeyedAnswers{}
	}
	maps.Copy(both, b)
	return both
}

// Keyed is one form that was keyed: what is known of it besides the submission
// that it became.
type Keyed struct {
	Submission string
	Batch      string
	Number     int    // from 1 in the batch, to be written on the form
	Form       int    // printed form it is on, from 1
	Letter     string // question that a letter was taken to, "" for a form
	By, Day    string // account that keyed it, and YYYY-MM-DD
	Version    int    // of the versions, the last
	// Sampled says that a second person keys it too. Fields is how many answers
	// the two compared and Differ in how many they differed, once Checked (a day)
	// by Checker; Settled is the day on which a person said which reading is
	// right, or on which there was nothing to settle.
	Sampled          bool
	Checker, Checked string
	Fields, Differ   int
	Settled          string
}

// Open reports whether the readings of two people differ and nobody has settled
// it.
func (k *Keyed) Open() bool { return k.Checked != "" && k.Settled == "" }

// KeyedVersionKind is how a version of a keyed form came about.
type KeyedVersionKind string

// The kinds.
const (
	VersionKeyed     KeyedVersionKind = "keyed"     // the first
	VersionChecked   KeyedVersionKind = "checked"   // the blind second; never the one that counts
	VersionSettled   KeyedVersionKind = "settled"   // after a person chose between the two
	VersionCorrected KeyedVersionKind = "corrected" // changed later, for a reason
)

// CorrectionReason is why keyed answers were corrected.
type CorrectionReason string

// The reasons.
const (
	ReasonMisread CorrectionReason = "misread"
	ReasonSlip    CorrectionReason = "slip"
	ReasonMissed  CorrectionReason = "missed"
	ReasonAuthor  CorrectionReason = "author"
)

// CorrectionReasons are the reasons, in the order in which they are offered.
var CorrectionReasons = []CorrectionReason{ReasonMisread, ReasonSlip, ReasonMissed, ReasonAuthor}

var reasonNames = map[CorrectionReason]string{
	ReasonMisread: "The writing was misread", ReasonSlip: "A slip while keying", ReasonMissed: "An answer or a page was missed",
	ReasonAuthor: "Its author says that they meant something else",
}

// Name is the reason in words.
func (r CorrectionReason) Name() string { return reasonNames[r] }

// KeyedVersion is a form as somebody keyed it. None is changed afterwards; all
// go when the submission is withdrawn.
type KeyedVersion struct {
	Submission string
	Version    int // from 1
	Kind       KeyedVersionKind
	By, Day    string
	Reason     CorrectionReason // of a correction
	Answers    KeyedAnswers
}

// Mapping says which column of a spreadsheet is what, so that exports of the same
// tool can be imported again. Columns are named as in the header.
type Mapping struct {
	ID           string
	Consultation string
	Name         string
	By, Day      string
	Columns      map[string]string // question id, BoxOf a box, or one of the keys below → name of the column
}

// Validate checks the name and the columns.
func (m *Mapping) Validate() error {
	v := &validation{}
	v.check(m.Name != "", "name", "Give these columns a name, such as that of the survey tool")
	if f := tooLong(m.Name, MaxNameLength); f.Code != "" {
		v.fault("name", f)
	}
	v.check(len(m.Columns) > 0, "", "Choose at least one column first")
	return v.err("The columns were not kept.")
}

// Keys of Mapping.Columns that are no question. No question id begins with a
// dash.
const (
	ColumnID      = "-id"
	ColumnDay     = "-day"
	ColumnChannel = "-channel"
	ColumnGroup   = "-group"
)

// BoxOf is the key in Mapping.Columns of one box of a question of which several can
// be ticked, where the other tool writes a column for each.
func BoxOf(question, option string) string { return question + "." + option }

// TakenAs returns the answers together with what a printed form says of whoever
// filled it in: somebody who took the form for organisations and left the first
// question empty answers for one. The path is that of the form.
func (c *Consultation) TakenAs(form *Path, answers Answers) Answers {
	as := answers.Clone()
	if len(form.When) == 0 {
		return as
	}
	for _, clause := range form.When[0] {
		if !clause.Not && len(clause.Options) == 1 && as[clause.Question].Empty() {
			as[clause.Question] = Given{Options: clause.Options}
		}
	}
	return as
}

// Unasked returns the questions that were answered on a printed form although
// its other answers lead past them, in the order of the form.
func (c *Consultation) Unasked(form *Path, answers Answers) (unasked []string) {
	asked := map[string]bool{}
	for _, q := range c.Route(c.TakenAs(form, answers)) {
		asked[q.ID] = true
	}
	for i := range c.Questions {
		if id := c.Questions[i].ID; !answers[id].Empty() && !asked[id] {
			unasked = append(unasked, id)
		}
	}
	return unasked
}

// Withheld reports whether an answer that was given on paper is not taken,
// because online nobody on this path is ever asked it: where people belong who
// may be watched.
func (c *Consultation) Withheld(form *Path, answers Answers, question string) bool {
	q := c.Question(question)
	return q.AboutYou && q.Type == TypePlace && c.PathFor(c.TakenAs(form, answers)).Quiet
}

// CheckKeyed returns every fault in the answers of a printed form. They are held
// to the rules of the same questions online, but for those that paper cannot be
// held to: which questions are answered, that any must be, and how long words are.
// files is how many came with it whose words were not keyed.
func (c *Consultation) CheckKeyed(form *Path, keyed KeyedAnswers, files int) error {
	v := &validation{}
	answers := keyed.Given()
	said := files > 0
	for i := range c.Questions {
		q := &c.Questions[i]
		a := keyed[q.ID]
		if f := q.CheckElsewhere(a.Given); f.Code != "" {
			v.fault(q.ID, f)
		}
		said = said || !q.AboutYou && !a.Nothing()
	}
	if form.Assisted && !c.PathFor(c.TakenAs(form, answers)).Assisted {
		// Which of the answers says so is not known here: it is one that the path
		// taken instead looks at.
		at := ""
		for _, rule := range c.PathFor(c.TakenAs(form, answers)).When {
			for _, clause := range rule {
				if !answers[clause.Question].Empty() {
					at = clause.Question
				}
			}
		}
		v.add(at, "They did not agree that their views are passed on, so this form cannot be entered. Give it back, or key only the helper’s own view, on the form for that")
	}
	if len(v.fields) == 0 && !said {
		v.add("", "Key at least one answer, or mark what cannot be read")
	}
	return v.err("The form was not saved.")
}
