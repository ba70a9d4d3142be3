package models

import "strings"

// ThemeStatus is what people have decided about a theme.
type ThemeStatus string

// A theme is a candidate until a person approves it. A merged theme lives on
// as a pointer to the theme it was merged into, so that a re-run follows it.
const (
	ThemeCandidate ThemeStatus = "candidate"
	ThemeApproved  ThemeStatus = "approved"
	ThemeMerged    ThemeStatus = "merged"
	// ThemeOutOfScope is a point the consultation cannot decide on, with the
	// reason an officer gave. Who makes it is counted and reported all the same.
	ThemeOutOfScope ThemeStatus = "out_of_scope"
)

// Theme is a point that several people make, found by the engine and decided
// on by people.
type Theme struct {
	ID             string
	Consultation   string
	Label          string     // what people call it: the engine's name until somebody renames it
	MachineLabel   string     // the engine's latest name, kept beside a person's
	NameFrom       string     // stance of whoever wrote the words of MachineLabel, when others in the theme are of the opposite one; else ""
	Renamed        bool       // a person chose Label; a re-run leaves it alone
	Definition     string     // what belongs in it, in an officer's words; "" until somebody writes it
	Parent         string     // the theme it stands under in the code frame; "" at the top
	Reason         string     // why it is out of scope
	MadeBy         string     // the account that added it or split it off; "" when the engine found it
	SuggestedLabel string     // a name proposed by the optional language model; never used unless a person takes it
	Draft          []Sentence // a summary drafted by the optional language model, labelled as such wherever it is shown
	Keywords       []string
	DistinctiveFor []string // groups that make this point far more than others do
	Status         ThemeStatus
	MergedInto     string
	Version        int // raised with every change, so that two officers cannot overwrite each other
}

// Named returns NameFrom where Label is still the engine's latest name, or that
// with something added to tell it from another theme's; else "".
func (t *Theme) Named() string {
	rest, engines := strings.CutPrefix(t.Label, t.MachineLabel)
	if t.Renamed || t.MadeBy != "" || !engines || rest != "" && !strings.HasPrefix(rest, ", ") && !strings.HasPrefix(rest, " (") {
		return ""
	}
	return t.NameFrom
}

// Placement puts one answer in one theme.
type Placement struct {
	Theme      string
	Submission string
	Question   string
	Score      float64 // 0..1, how well it fits
}

// Quote is a passage of somebody's redacted answer, chosen to stand for a
// theme. Start and End count Unicode code points of Answer.Redacted; SHA256 is
// the hash of the passage (hex), so that a report can never print words that
// nobody wrote.
type Quote struct {
	Theme      string
	Submission string
	Question   string
	Group      string
	Start, End int
	SHA256     string
}

// Campaign is one letter sent by several people. Every sender is counted.
type Campaign struct {
	ID           string
	Consultation string
	Template     string
	Members      []string // submissions
}

// Method says how one run of the engine worked, for the report's method
// section.
type Method struct {
	Background string   `json:"background,omitempty"` // dictionary whose glosses told which words are akin; "" when none was used
	Embeddings string   `json:"embeddings,omitempty"` // name of the model that compared answers; "" when none was used
	Chat       string   `json:"chat,omitempty"`       // name of the model that proposed names and drafts; "" when none was used
	TooFew     bool     `json:"too_few,omitempty"`    // too few answers to group
	Taught     int      `json:"taught,omitempty"`     // answers coded by people that the mapper learnt from
	Notes      []string `json:"notes,omitempty"`      // what did not work as it should have, in whole sentences
}

// Sentence is one sentence of a machine's draft, with the submissions it rests
// on. A sentence that cites nobody is never kept.
type Sentence struct {
	Text  string   `json:"text"`
	Cites []string `json:"cites"` // submissions
}

// ThemeRun is everything one run of the engine says about a consultation.
type ThemeRun struct {
	Consultation string
	Method       Method
	Seed         uint64
	Documents    int // answers in words that were read
	Themes       []Theme
	Placements   []Placement
	Quotes       []Quote
	Campaigns    []Campaign
}

// AnswerKey names one answer in words.
type AnswerKey struct {
	Submission string
	Question   string
}

// Coding is one person's decision on whether an answer belongs in a theme. The
// engine's placements are kept apart from it and never overwritten; of several
// codings of one answer in one theme the latest stands, unless they are blind.
// Blind codings are made without sight of anybody's placements, to measure how
// far the engine and people agree; the mapper never learns from them.
//
// Start and End count Unicode code points of Answer.Redacted and mark the words
// that make the point, with their SHA-256 (hex); both are 0 for the whole
// answer.
type Coding struct {
	ID    int64 // rises with time
	Theme string
	AnswerKey
	Belongs    bool
	Start, End int
	SHA256     string
	By         string // account
	Day        string // YYYY-MM-DD
	Blind      bool
}

// CodedAnswer says that a person has gone through one answer and decided on all
// that it says, also when that is no theme at all.
type CodedAnswer struct {
	AnswerKey
	By      string
	Day     string // YYYY-MM-DD
	Blind   bool
	Frame   int  // version of the code frame it was decided under, 0 for before there were any
	Settles bool // decided with what people said blind in sight, where they differed
}

// FrameVersion is the code frame as it stood after a person changed it.
type FrameVersion struct {
	Number int    // from 1
	By     string // account
	Day    string // YYYY-MM-DD
	Themes []FrameTheme
}

// Theme returns what the version says of a theme, and whether it knows it. One
// that it does not know is a candidate that people have left as it is.
func (v *FrameVersion) Theme(id string) (t FrameTheme, known bool) {
	for _, t := range v.Themes {
		if t.ID == id {
			return t, true
		}
	}
	return FrameTheme{ID: id, Status: ThemeCandidate}, false
}

// FrameTheme is what people have decided of a theme. Label is "" while the
// engine's name stands: that can be somebody's words, which may be taken back.
type FrameTheme struct {
	ID         string      `json:"id"`
	Label      string      `json:"label,omitempty"`
	Definition string      `json:"definition,omitempty"`
	Parent     string      `json:"parent,omitempty"`
	Reason     string      `json:"reason,omitempty"`
	Status     ThemeStatus `json:"status"`
	MergedInto string      `json:"merged_into,omitempty"`
}

// InFrame returns what people have decided of a theme.
func (t *Theme) InFrame() FrameTheme {
	f := FrameTheme{ID: t.ID, Definition: t.Definition, Parent: t.Parent, Reason: t.Reason, Status: t.Status, MergedInto: t.MergedInto}
	if t.Renamed || t.MadeBy != "" {
		f.Label = t.Label
	}
	return f
}
