package models

import (
	"fmt"
	"maps"
	"slices"
	"unicode/utf8"
)

// Channel is the way a submission reached the council.
type Channel string

// The channels. An assisted submission came through the form with somebody's
// help or was passed on by a helper.
const (
	ChannelWeb      Channel = "web"
	ChannelAssisted Channel = "assisted"
	ChannelPaper    Channel = "paper"
	ChannelPhone    Channel = "phone"
	ChannelEmail    Channel = "email"
	ChannelEvent    Channel = "event"
	ChannelImport   Channel = "import"
)

var channelNames = map[Channel]string{
	ChannelWeb: "Online form", ChannelAssisted: "Passed on by a helper", ChannelPaper: "Paper",
	ChannelPhone: "Phone", ChannelEmail: "Email or letter", ChannelEvent: "Event", ChannelImport: "Imported",
}

// Name is what people call the channel.
func (c Channel) Name() string {
	if name := channelNames[c]; name != "" {
		return name
	}
	return string(c)
}

// SubmissionStatus is whether a submission counts.
type SubmissionStatus string

// The states of a submission.
const (
	SubmissionLive      SubmissionStatus = "live"
	SubmissionWithdrawn SubmissionStatus = "withdrawn" // by the person who sent it
	SubmissionVoid      SubmissionStatus = "void"      // by an officer, with a reason in the audit
)

// Submission is one response to a consultation. It holds no name, address,
// account, IP address, user agent or time of day: what is not kept cannot be
// taken.
type Submission struct {
	ID           string // random, for staff and for our own tables
	PublicID     string // random, for the report; tells nothing about ID or order
	Consultation string
	FormVersion  int    // version of the consultation file it was answered under
	Day          string // day received, YYYY-MM-DD
	Channel      Channel
	Language     string // BCP 47 tag of the form it was answered in
	Path         string // route through the questionnaire
	Groups       []string
	Consents     []Consent
	Stance       string // StanceFor, StanceAgainst, StanceUnsure or "", from the person's own answer
	Status       SubmissionStatus
	Source       string // for imports: the row it came from, so that a second import adds nothing
	Answers      []Answer
	Attachments  []Attachment
}

// Attachment is an evidence file that came with a submission. The file itself
// is in the evidence store; its name is not kept, because names give people
// away.
type Attachment struct {
	Key    string // random, in the evidence store
	Kind   string // such as PDF
	Size   int64  // bytes
	SHA256 string // of the cleaned file, hex
	Text   string // what could be read out of it
}

// Answer is what somebody answered to one question. Text is exactly what they
// wrote and is never changed; Redacted is new text that may leave the desk.
type Answer struct {
	Question string
	Options  []string
	Text     string
	Redacted string
}

// Allows reports whether the submission's author allowed a use.
func (s *Submission) Allows(c Consent) bool { return slices.Contains(s.Consents, c) }

// Answer returns the answer to a question, nil when there is none.
func (s *Submission) Answer(question string) *Answer {
	for i := range s.Answers {
		if s.Answers[i].Question == question {
			return &s.Answers[i]
		}
	}
	return nil
}

// Answers is what somebody has answered so far, by question id.
type Answers map[string]Given

// Given is the answer to one question while the form is being filled in.
type Given struct {
	Options []string `json:"o,omitempty"`
	Text    string   `json:"t,omitempty"` // the words, or what was written beside an option that offers a line
}

// Empty reports whether nothing was answered.
func (g Given) Empty() bool { return len(g.Options) == 0 && g.Text == "" }

// Clone returns a copy that shares nothing.
func (a Answers) Clone() Answers {
	out := maps.Clone(a)
	for id, g := range out {
		g.Options = slices.Clone(g.Options)
		out[id] = g
	}
	if out == nil {
		out = Answers{}
	}
	return out
}

// Check returns what is wrong with an answer to q, worded for the person who
// gave it; "" when nothing is.
func (q *Question) Check(g Given) string {
	if g.Empty() {
		if q.Required {
			if q.Closed() {
				return "Choose an answer"
			}
			return "Enter an answer"
		}
		return ""
	}
	switch q.Type {
	case TypeInfo, TypeFile:
		return "This page takes no written answer"
	case TypeText, TypeLongText:
		if len(g.Options) > 0 {
			return "Enter your answer in words"
		}
		return tooLong(g.Text, q.Limit())
	}
	writeIn := false
	for i, id := range g.Options {
		o := q.Option(id)
		if o == nil || slices.Contains(g.Options[:i], id) {
			return "Choose from the answers shown"
		}
		if o.Alone && len(g.Options) > 1 {
			return fmt.Sprintf("Choose “%s” on its own, or choose the other answers", o.Text.Default())
		}
		writeIn = writeIn || o.WriteIn
	}
	if q.Type == TypeChoice && len(g.Options) > 1 {
		return "Choose one answer"
	}
	if g.Text != "" && !writeIn {
		return "Choose the answer that your words belong to"
	}
	return tooLong(g.Text, DefaultTextLength)
}

func tooLong(s string, limit int) string {
	if n := utf8.RuneCountInString(s); n > limit {
		return fmt.Sprintf("Your answer must be %d characters or fewer. You have %d too many", limit, n-limit)
	}
	return ""
}

// CheckAnswers returns every fault in the answers along the route they lead
// to, and the fault of having answered nothing. Answers to questions that are
// not asked must have been pruned first. Attached files are an answer too.
func (c *Consultation) CheckAnswers(answers Answers, files int) error {
	v := &validation{}
	said := files > 0
	for _, q := range c.Route(answers) {
		g := answers[q.ID]
		if message := q.Check(g); message != "" {
			v.add(q.ID, message)
		}
		said = said || (!g.Empty() && !q.AboutYou)
	}
	for id := range answers {
		if c.Question(id) == nil {
			v.add(id, "There is no such question")
		}
	}
	if len(v.fields) == 0 && !said {
		v.add("", "Answer at least one question before you send")
	}
	return v.err("There is a problem with your answers.")
}
