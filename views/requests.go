package views

// RequestsPage is the register of requests about rights and for information.
type RequestsPage struct {
	Base
	CanKeep   bool
	Rows      []RequestRow
	Hold      string // why nothing is deleted, in a sentence; "" when nothing holds
	New       string // address of the form for one more
	Act       string // address the day is posted to
	Version   int    // of the day, as it will be
	Retention Field  // day on which original words are deleted
	SetBy     string // who set the day, and when, in a sentence; "" while nobody has
	Deleted   string // day on which they were, written out
	Faults    []Fault
}

// RequestRow is one request.
type RequestRow struct {
	ID, Reference, Href string
	State               string
	Good, Late          bool // it has an outcome; it should have had one by now
	Pairs               []Pair
}

// RequestPage is one request: what is on record, what was done for it, and what
// can be done.
type RequestPage struct {
	Base
	CanKeep      bool
	Heading      string
	Back, Act    string
	Version      int
	Row          *RequestRow // as it is kept; nil for a new one
	Kinds        []Choice    // for a new one
	States       []Choice    // for one that is kept
	Fields       []Field
	CodeFields   []Field // the code that somebody quotes, and why; nil where words cannot be taken out
	Hold, Frozen bool    // nothing is deleted; totals stay
	Search       string  // address of the search
	Acts         []RequestActRow
	Faults       []Fault
}

// RequestActRow is one thing that was done for a request.
type RequestActRow struct {
	ID          string
	Text        string // in a sentence
	Href, About string // the submission that it is about, "" for none that can be named
	Reason      string
	By          string // who and when, in a sentence
	Waits, Mine bool   // it waits for a second person, who whoever reads this is not
}

// ErasePage asks for the erasure of a submission.
type ErasePage struct {
	Base
	PublicID  string
	Back, Act string
	Requests  []Choice
	New       string // address where a request is logged
	Reason    Field
	Frozen    bool
	Faults    []Fault
}

func (*RequestsPage) file() string { return "requests" }
func (*RequestPage) file() string  { return "request" }
func (*ErasePage) file() string    { return "erase" }
