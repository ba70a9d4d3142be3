package models

import "slices"

// ReportVersion says which version of a consultation's report a report is, from
// what it was made, and what changed. It is part of the bytes that are hashed, so
// it holds no day: the same inputs give the same bytes.
type ReportVersion struct {
	Number  int    `json:"number"`            // 1, 2, 3 …
	Program string `json:"program"`           // the version of the program that made it
	Form    int    `json:"consultation_file"` // version of the consultation file
	Frame   int    `json:"code_frame"`        // version of the code frame, 0 for none
	Seed    string `json:"seed"`              // of the theming engine, hex
	Before  string `json:"before,omitempty"`  // hash of the version before, "" for the first
	// Changes are whole sentences on what differs from the version before, worked
	// out; Note is why, in an officer's words.
	Changes []string `json:"changes,omitempty"`
	Note    string   `json:"note,omitempty"`
}

// Version is one published version of a report, as it is kept. Hash is that of
// the bytes when they were published (SHA-256, hex).
type Version struct {
	Consultation string
	Number       int
	Hash         string
	Day          string // it was published, YYYY-MM-DD
	ProposedBy   string // account, or ActorPortal
	PublishedBy  string // account that checked it, never ProposedBy unless that is ActorPortal
	// Struck is the day on which words were last taken out of it at the wish of
	// whoever wrote them, "" for never: then the bytes no longer have the hash.
	Struck string
}

// ReportProposal is a version of a report whose bytes are fixed and that a second
// person is to check. A consultation has at most one.
type ReportProposal struct {
	Consultation string
	Number       int // the version it is to be
	Data         []byte
	Hash         string // SHA-256 of Data, hex
	Members      []string
	Pack         []byte // what councillors are given with it
	Day          string // YYYY-MM-DD
	By           string // account
	// Reason is why it was sent back, By whom and when; "" while it waits.
	Reason      string
	ReturnedBy  string
	ReturnedDay string
}

// Waits reports whether somebody is still to check it.
func (p *ReportProposal) Waits() bool { return p.Reason == "" }

// Limits on what is written about versions, in code points.
const (
	MaxVersionNote = 1000
	MaxObjection   = 500
)

// ObjectionState is what an officer has decided on an objection.
type ObjectionState string

// The states.
const (
	ObjectionOpen   ObjectionState = ""
	ObjectionUpheld ObjectionState = "upheld"  // what the author meant was read wrongly, and is put right
	ObjectionNoted  ObjectionState = "noted"   // it was read wrongly, which was found after the freeze: it is noted, and the figures stay
	ObjectionStands ObjectionState = "refused" // the place that the words have stays, for the reason given
)

// Objection says that its author did not mean what became of a submission.
// There is at most one of each, and a later one takes its place.
type Objection struct {
	Submission string
	Day        string // YYYY-MM-DD
	Text       string // in the author's words; ""
	State      ObjectionState
	Reason     string // of the decision, in an officer's words
	By         string // account that decided
	Decided    string // day
	Version    int    // raised with every change, so that two officers cannot overwrite each other
}

// Validate checks what an officer decided.
func (o *Objection) Validate() error {
	v := &validation{}
	v.check(slices.Contains([]ObjectionState{ObjectionUpheld, ObjectionNoted, ObjectionStands}, o.State), "decision", "Choose whether the objection is upheld")
	v.check(o.Reason != "", "reason", "Give the reason")
	if f := tooLong(o.Reason, MaxVersionNote); f.Code != "" {
		v.fault("reason", f)
	}
	return v.err("The objection was not decided.")
}

// ReportObjections is how many people said that they did not mean what became of
// their words, and how many of them were found to be right: upheld before the
// freeze, or noted after it.
type ReportObjections struct {
	Made    Figure `json:"made"`
	Percent *int   `json:"percent,omitempty"` // Made of all submissions, whole per cent; nil where none is given
	Upheld  Figure `json:"upheld"`
}

// Nobody reports whether it is shown that nobody objected.
func (o *ReportObjections) Nobody() bool { return !o.Made.Masked && o.Made.Value == 0 }

// PackPart is a part of the councillors' pack with how many said they read it.
type PackPart struct {
	Part    string
	Readers int
}

// ReadingPassage is an entry of the balanced reading list of a councillors' pack: passages that
// people agreed to have quoted, each because of one theme, side or group.
type ReadingPassage struct {
	Why        string `json:"why"`  // theme, group or once
	Name       string `json:"name"` // of the theme or group
	Side       string `json:"side,omitempty"`
	Submission string `json:"submission"`
	Question   string `json:"question"`
	SHA256     string `json:"sha256"` // of the words, hex, so that nothing else can stand in for them
}

// Pack is what councillors are given before they decide.
type Pack struct {
	Consultation string           `json:"consultation"`
	Version      int              `json:"version"`
	Report       string           `json:"report"` // hash of the report
	Reading      []ReadingPassage `json:"reading"`
}
