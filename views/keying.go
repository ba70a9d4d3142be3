package views

import (
	"html/template"
	"slices"

	"heard/models"
)

// KeyingPage lists the batches of responses that officers key, and opens one.
type KeyingPage struct {
	Base
	Consultation string
	Act          string // address that the form posts to
	Batches      []BatchRow
	Agree        string // of all answers that two people read, "" where there are none
	Late         int    // forms that came after the end
	SetAside     bool   // those do not count
	Closed       bool   // nothing can be keyed now
	Channels     []Link
	Forms        []Link // printed forms
	Typed        map[string]string
	Faults       []Fault
	Problems     map[string]string // by field: channel, received, posted, expected, form
}

// BatchRow is a batch and how far it has come.
type BatchRow struct {
	Href             string
	Number           int
	Channel          string
	Received, Posted string // written out
	Late             bool
	Expected, Keyed  int
	Sampled, Checked int
	Open             int    // forms whose two readings differ, to be settled
	Agree            string // of the answers that two people read, "" where there are none
	Who              []string
	Finished         string // the day, "" until then
}

// BatchPage is one batch with its forms.
type BatchPage struct {
	Base
	Consultation string
	Batch        BatchRow
	Act          string // address that the form posts to
	New, Letter  string // addresses, "" when no more can be keyed
	Check        string // address, "" when there is nothing for this person to key again
	Left         int    // forms that they may key again
	Closed       bool
	SetAside     bool
	Rows         []FormRow
	Count        string // what stands in the field of how many there are
	Received     string // what stands in the fields of its days
	Posted       string
	Faults       []Fault
	Problems     map[string]string // by field: forms, received, posted
}

// FormRow is one form of a batch.
type FormRow struct {
	Href    string
	Number  int
	Form    string
	Who     string
	Groups  []string
	Marks   []string // such as "C6 illegible"
	Unasked []string // questions that its other answers lead past
	State   string
}

// KeyPage is a form to be keyed: a new one, one of the sample for the second
// time, or one to correct.
type KeyPage struct {
	Base
	Consultation string
	Act, Back    string // addresses
	Batch        int    // number
	Number       int    // of the form in the batch, 0 for a new one
	Key          string // makes it unlike any other, so that it is saved once
	Of           string // form of the sample that is keyed again
	Scan         string // address of its scan
	Left         int    // of the sample, for this person
	Form         int    // printed form, from 1
	Forms        []Link // printed forms to choose from
	Letter       bool
	Question     string // that a letter is taken to
	Questions    []Link // that it can be taken to
	Rows         []KeyRow
	New          bool
	Slip         bool     // print a code for its author
	Reasons      []Link   // of a correction
	Reason       string   // the one chosen
	Seen         string   // version that is corrected
	Changed      []string // questions in which somebody else's correction says otherwise
	First        string   // id of the field that has the focus
	AtFault      bool     // it is one that was refused
	Faults       []Fault
	Problems     map[string]string
}

// KeyRow is one question of a form to be keyed.
type KeyRow struct {
	ID, Question    string
	Boxes           []string // options, in the order of the printed form
	Box, Text       string   // what is typed
	HasBox, HasText bool
	Beside          bool // the words stand beside a box
	Long, Date      bool
	Ranked, One     bool
	Fault           string
}

// KeyedPage is one form with every version of what was keyed.
type KeyedPage struct {
	Base
	Consultation string
	Act, Back    string // addresses
	Batch        int
	Number       int
	Form         string
	Channel      string
	Late         bool
	PublicID     string
	Href         string // of its submission, "" once it was withdrawn
	Status       models.SubmissionStatus
	Groups       []string
	Unasked      []string
	Versions     []KeyedVersion // the last first
	Differ       []Difference   // what two people read differently, until it is settled
	CanSettle    bool
	Seen         int    // version that is settled
	Correct      string // address, "" when nothing can be corrected
	Scan         string // address of the scan that came with it, or of the letter
	Slip         string // address that prints its slip again, "" when none can be
	Faults       []Fault
}

// KeyedVersion is what somebody keyed.
type KeyedVersion struct {
	Kind, By, Day, Reason string
	Current               bool // it counts
	Answers               []ReadAnswer
}

// ReadAnswer is one answer as it was keyed.
type ReadAnswer struct {
	ID, Question string
	Options      []string
	Text         string
	Mark         string
}

// Difference is an answer that two people read differently.
type Difference struct{ First, Second ReadAnswer }

// SlipPage is a code to print and hand to the author of a form, shown once.
type SlipPage struct {
	Base
	Consultation *models.Consultation
	Batch        int
	Number       int
	Words        []string
	Address      string // where the code is used
	Notice       string
	Next         string // address of the next form
	Again        string // address of the form whose slip is printed again, in place of Next
}

// ImportPage imports a spreadsheet that another survey tool has exported: first
// the file, then which column is what, then a trial.
type ImportPage struct {
	Base
	Consultation string
	Act          string // address that the forms post to
	Most         string // the largest file taken
	Closed       bool   // nothing can be imported now
	File         string // key that the file is held under, "" before there is one
	Rows         int
	Header       []string          // columns to choose from
	Wording      map[string]string // what such a column asked, where the file says so
	Targets      []ImportTarget
	Mappings     []Link // kept choices of columns
	Name         string // typed, to keep the choice under
	Tried        *Tried
	Done         bool // it was imported
	Faults       []Fault
	Problems     map[string]string // by field: file, name, and the key of each target
}

// ImportTarget is what a column can be, and the one that was chosen for it.
type ImportTarget struct {
	Key, Text, Column string
	Boxes             []ImportTarget // of a question that has a column for each of its boxes
}

// Spread reports whether boxes have columns of their own.
func (t ImportTarget) Spread() bool {
	return slices.ContainsFunc(t.Boxes, func(b ImportTarget) bool { return b.Column != "" })
}

// Field is a target as a field of the page.
func (p *ImportPage) Field(t ImportTarget) ImportField {
	return ImportField{t, p.Problems[t.Key], p}
}

// ImportField is a field in which a column is chosen.
type ImportField struct {
	ImportTarget
	Problem string
	Page    *ImportPage
}

// Tried is what an import would do, or has done.
type Tried struct {
	Rows, Taken, Known, Late, Refused int
	Why                               []RefusedRow // the first of those refused
}

// RefusedRow is a row that is not taken.
type RefusedRow struct {
	Line int
	Why  string
}

// QR draws the code.
func (p *SlipPage) QR() template.HTML { return drawQR(p.Words) }

func (*KeyingPage) file() string { return "keying" }
func (*BatchPage) file() string  { return "batch" }
func (*KeyPage) file() string    { return "key" }
func (*KeyedPage) file() string  { return "keyed" }
func (*SlipPage) file() string   { return "slip" }
func (*ImportPage) file() string { return "import" }
