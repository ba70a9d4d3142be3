package models

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
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

// Channels are all of them.
var Channels = []Channel{ChannelWeb, ChannelAssisted, ChannelPaper, ChannelPhone, ChannelEmail, ChannelEvent, ChannelImport}

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
	SubmissionReplaced  SubmissionStatus = "replaced"  // its author sent another in its place
	SubmissionVoid      SubmissionStatus = "void"      // by an officer, with a reason in the audit
)

// Attention is why a person should look at a submission. Nothing is refused or
// left out of the count because of it: a person decides.
type Attention string

// The reasons.
const (
	AttentionConfidence Attention = "confidence" // its author asks for confidence, for a reason that somebody has to weigh
	AttentionMisread    Attention = "misread"    // its author says: that is not what I meant
	AttentionReply      Attention = "reply"      // its author has answered a message
	AttentionHoneypot   Attention = "honeypot"   // a field that people do not see was filled in
	AttentionHurried    Attention = "hurried"    // sent sooner after starting than anybody reads
	AttentionUnworked   Attention = "unworked"   // sent while very many came, without the work asked of browsers
	AttentionSeen       Attention = "seen"       // a person has looked at it since
	AttentionSpam       Attention = "spam"       // a person has set it aside, with others, as sent by a program
)

// Why an officer set one submission aside.
const (
	AsideRepeated  Attention = "repeated"  // somebody sent the same answers again, or it stands in a file twice
	AsideMadeUp    Attention = "made-up"   // nobody's views: it looks made up
	AsideElsewhere Attention = "elsewhere" // it is about something else
	AsideTrial     Attention = "trial"     // somebody of the council tried the form
	AsideOther     Attention = "other"     // as the record of acts says
)

// AsideReasons are those that an officer chooses from.
var AsideReasons = []Attention{AsideRepeated, AsideMadeUp, AsideElsewhere, AsideTrial, AsideOther}

// AsideMarks are all that say why a submission was set aside, by itself or in a pile.
var AsideMarks = append([]Attention{AttentionSpam}, AsideReasons...)

// Readable reports whether the submission counts and its words are there.
func (s *Submission) Readable() bool { return s.Status == SubmissionLive && s.Erased == "" }

// Open reports whether nobody has looked at the submission since a reason came up.
func (s *Submission) Open() bool {
	return len(s.Attention) > 0 && !slices.Contains(s.Attention, AttentionSeen)
}

// Automated are the marks of what was most likely sent by a program. Only to have
// done no work is none, because browsers without scripts do none.
var Automated = []Attention{AttentionHoneypot, AttentionHurried}

// Spoken are the marks by which somebody has spoken up for a submission since, or
// looked at it.
var Spoken = []Attention{AttentionConfidence, AttentionMisread, AttentionReply, AttentionSeen}

// LikelyAutomated reports whether a submission counts, was most likely sent by a
// program, and nobody has looked at it or spoken up for it.
func (s *Submission) LikelyAutomated() bool {
	has := func(marks []Attention) bool {
		return slices.ContainsFunc(marks, func(a Attention) bool { return slices.Contains(s.Attention, a) })
	}
	return s.Status == SubmissionLive && has(Automated) && !has(Spoken)
}

// Message is a question of an officer to the person behind a receipt code, or
// the answer. It belongs to the submission and goes with it.
type Message struct {
	Officer bool
	Day     string // YYYY-MM-DD
	Text    string
}

// MaxMessage is the longest message, in Unicode code points.
const MaxMessage = 2000

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
	Attention    []Attention
	Revision     int    // how often what it says was changed where it stands; 0 as it was sent
	Source       string // for imports: the row it came from, so that a second import adds nothing
	Erased       string `json:",omitempty"` // day its words were erased after the freeze, when it goes on to count; else ""
	Answers      []Answer
	Attachments  []Attachment
}

// ScanOfForm is how the kind of an attachment begins that shows a form whose answers
// were keyed.
const ScanOfForm = "Scan of the form, "

// Attachment is an evidence file that came with a submission. The file itself
// is in the evidence store; its name is not kept, because names give people
// away.
type Attachment struct {
	Key    string // random, in the evidence store
	Kind   string // such as PDF
	Size   int64  // bytes
	SHA256 string // of the cleaned file, hex
	Text   string // what could be read out of it; its pages, if it has several, are parted by form feeds
	// Redacted is the text that may leave the desk, "" while nobody has decided: then
	// what a program is sure of is taken out of Text.
	Redacted string
	Opened   string // account of who let others open the file itself, "" for nobody
	Unclean  bool   // the cleaned file may still tell who made it, so only officers open it
	// Original is the key of the file as it was sent, "" where none is kept.
	Original string
	// Secret is half of what opens both files, and destroyed with the words of the
	// submission; the other half is the portal's. "" for files from before they were
	// sealed.
	Secret string
}

// ScansForm reports whether the attachment shows a form whose answers were keyed.
func (a *Attachment) ScansForm() bool { return strings.HasPrefix(a.Kind, ScanOfForm) }

// Keys returns the keys of everything that is kept of the attachments.
func Keys(attachments []Attachment) []string {
	var keys []string
	for _, a := range attachments {
		keys = append(keys, a.Key)
		if a.Original != "" {
			keys = append(keys, a.Original)
		}
	}
	return keys
}

// Answer is what somebody answered to one question. Text is exactly what they
// wrote and is never changed; Redacted is new text that may leave the desk, and
// Translation stands beside both. Translated is the translation before anything
// was taken out of it, "" for one that was never looked at again.
type Answer struct {
	Question    string
	Options     []string
	Text        string
	Redacted    string
	Language    string // BCP 47 tag of the words as far as it can be told, "" where it cannot
	Translation string // into the consultation's first language, made or checked by a person
	Translated  string
}

// Made returns the translation as it was made, before anything was taken out of it,
// "" where there is none.
func (a *Answer) Made() string { return cmp.Or(a.Translated, a.Translation) }

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

// Fault is what is wrong with an answer, worded for the person who gave it.
// Code names the wording in the catalogue of each language, Values is what it
// mentions, by name; Message is the same in English. The zero Fault is none.
type Fault struct {
	Code    string
	Message string
	Values  map[string]any
}

// In returns the fault as an error of one field; message says what it means for
// the whole.
func (f Fault) In(field, message string) *Error {
	return &Error{Kind: KindInvalid, Message: message, Fields: []FieldError{f.at(field)}}
}

func (f Fault) at(field string) FieldError {
	return FieldError{Field: field, Message: f.Message, Code: f.Code, Values: f.Values}
}

func fault(code, message string) Fault { return Fault{Code: code, Message: message} }

// Check returns what is wrong with an answer to q.
func (q *Question) Check(g Given) Fault {
	if g.Empty() {
		if q.Required && q.Type != TypeFile {
			if q.Closed() {
				return fault("answer.choose", "Choose an answer")
			}
			return fault("answer.enter", "Enter an answer")
		}
		return Fault{}
	}
	if q.Type == TypeInfo || q.Type == TypeFile {
		return fault("answer.none", "This page takes no written answer")
	}
	if f := q.checkOptions(g); f.Code != "" {
		return f
	}
	switch {
	case q.Closed():
		return tooLong(g.Text, q.Limit())
	case len(g.Options) > 0 && g.Text != "":
		return fault("answer.instead", "Give an answer, or choose the box below it, but not both")
	case g.Text == "":
		return Fault{}
	case q.Type == TypeDate:
		return q.checkDate(g.Text)
	case q.Type == TypeNumber:
		return q.checkNumber(g.Text)
	}
	return tooLong(g.Text, q.Limit())
}

// CheckElsewhere returns what is wrong with an answer that was given on paper, in a
// letter or in another tool. It is held to the rules of the question here, but for
// those that nobody was told of there: whether it must be answered, and how long
// words may be, for which MaxTextLength is the limit.
func (q *Question) CheckElsewhere(g Given) Fault {
	there := *q
	there.Required, there.MaxLength = false, MaxTextLength
	return there.Check(g)
}

func (q *Question) checkOptions(g Given) Fault {
	writeIn := false
	for i, id := range g.Options {
		o := q.Option(id)
		if o == nil || slices.Contains(g.Options[:i], id) {
			if q.Type == TypeRanking && o != nil {
				return fault("answer.rank", "Give each place to one answer only")
			}
			return fault("answer.shown", "Choose from the answers shown")
		}
		if (o.Alone || !q.Closed()) && len(g.Options) > 1 {
			return Fault{Code: "answer.alone", Message: fmt.Sprintf("Choose “%s” on its own, or choose the other answers", o.Text.Default()), Values: map[string]any{"Option": o.Text}}
		}
		writeIn = writeIn || o.WriteIn
	}
	if q.Single() && len(g.Options) > 1 {
		return fault("answer.one", "Choose one answer")
	}
	if q.Closed() && g.Text != "" && !writeIn {
		return fault("answer.belong", "Choose the answer that your words belong to")
	}
	return Fault{}
}

func (q *Question) checkDate(day string) Fault {
	if !isDay(day) {
		return fault("answer.date", "Enter a real date, as day, month and year")
	}
	if q.Earliest != "" && day < q.Earliest || q.Latest != "" && day > q.Latest {
		switch {
		case q.Latest == "":
			return Fault{"answer.date.from", "Enter a date that is not before " + q.Earliest, map[string]any{"Earliest": q.Earliest}}
		case q.Earliest == "":
			return Fault{"answer.date.to", "Enter a date that is not after " + q.Latest, map[string]any{"Latest": q.Latest}}
		}
		return Fault{"answer.date.between", fmt.Sprintf("Enter a date from %s to %s", q.Earliest, q.Latest), map[string]any{"Earliest": q.Earliest, "Latest": q.Latest}}
	}
	return Fault{}
}

func (q *Question) checkNumber(text string) Fault {
	n, err := strconv.Atoi(text)
	switch {
	case err != nil || len(text) > 12:
		return fault("answer.number", "Enter a whole number, in figures")
	case q.Min != nil && n < *q.Min:
		return Fault{"answer.number.least", fmt.Sprintf("Enter a number that is %d or more", *q.Min), map[string]any{"Min": *q.Min}}
	case q.Max != nil && n > *q.Max:
		return Fault{"answer.number.most", fmt.Sprintf("Enter a number that is %d or less", *q.Max), map[string]any{"Max": *q.Max}}
	}
	return Fault{}
}

func tooLong(s string, limit int) Fault {
	if n := utf8.RuneCountInString(s); n > limit {
		return Fault{"answer.long", fmt.Sprintf("Your answer must be %d characters or fewer. You have %d too many", limit, n-limit), map[string]any{"Limit": limit, "Over": n - limit}}
	}
	return Fault{}
}

// CheckAnswers returns every fault in the answers along the route they lead
// to, and the fault of having answered nothing. Answers to questions that are
// not asked must have been pruned first. Attached files are an answer too.
func (c *Consultation) CheckAnswers(answers Answers, files int) error {
	v := &validation{}
	said := files > 0
	for _, q := range c.Route(answers) {
		g := answers[q.ID]
		if q.Required && q.Type == TypeFile && files == 0 {
			v.fault(q.ID, fault("answer.file", "Add a file"))
		}
		if f := q.Check(g); f.Code != "" {
			v.fault(q.ID, f)
		}
		said = said || (!g.Empty() && !q.AboutYou)
	}
	for id := range answers {
		if c.Question(id) == nil {
			v.add(id, "There is no such question")
		}
	}
	if len(v.fields) == 0 && !said {
		v.fault("", fault("answer.something", "Answer at least one question before you send"))
	}
	return v.err("There is a problem with your answers.")
}
