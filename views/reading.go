package views

// ReadingPage is the reading queue: how far reading has come, and what there is
// to read.
type ReadingPage struct {
	Base
	Consultation string
	Act          string // address that asks for the next to read, "" when everything is frozen
	Progress     []ReadingShare
	Readers      []ReaderRow
	Filters      []Link // Text, Href, Current
	Rows         []ReadingRow
	Total        int // with the filter
	First, Last  int
	Number       int    // of the page, from 1
	Previous     string // address, "" on the first page
	Next         string
	None         string // why there is no row, in a sentence
	KeysOff      bool   // single keys do nothing
	KeysSwitch   string // address of the same with single keys the other way
}

// ReadingShare is how much of something is done.
type ReadingShare struct {
	What     string // such as "Submissions read"
	Done, Of int
	Share    string // such as "51 %", "" of nothing
}

// ReaderRow is how many submissions somebody has read.
type ReaderRow struct {
	Name   string
	Number int
}

// ReadingRow is a submission in the queue.
type ReadingRow struct {
	PublicID, Href, Day string
	Groups              []string
	LanguageName        string // where it is not the desk's
	Files, Summarised   int
	Unread, Changed     bool // nobody has read it as it is now; somebody had before
	Readers             []string
	Held                string // who is reading it
	Mine                bool   // it is the person at the desk
	Attention, Rich     bool
}

// ReadingPanel is what a submission's page says of its reading, for those who
// read. What is written under the attachments belongs to the same form.
type ReadingPanel struct {
	Act        string // address that the form posts to
	Revision   int    // of the submission on the page
	Open       bool   // it can be read
	Unread     bool
	Readers    []string // each with the day
	Before     []string // of what it said before
	Held       string   // who else is reading it
	Rich       bool
	RichBy     string // who marked it, with the day
	Code       string // address at which the first answer is coded, "" when none can be
	Redact     string // address at which it is redacted, "" when there is no such page
	Problem    string // why nothing was kept
	Faults     []Fault
	KeysOff    bool // single keys do nothing
	KeysSwitch string
}

// Way leads to another page of the desk: a link, or a button that keeps what was
// written first.
type Way struct {
	Href, Text string
	Unseen     string // what is read out after the text, "" for nothing
	Keeps      bool
}

// Keeps reports whether summaries are written on the page, so that nothing is sent
// from it without them.
func (p *SubmissionPage) Keeps() bool { return p.Reading != nil && p.Reading.Open }

// Lead is the way to an address.
func (p *SubmissionPage) Lead(href, text, unseen string) Way {
	return Way{href, text, unseen, p.Keeps()}
}

// Switch is the way to the same page with single keys the other way.
func (p *ReadingPage) Switch() Way { return keysSwitch(p.KeysSwitch, p.KeysOff, false) }

// Switch is the way to the same page with single keys the other way.
func (p *ReadingPanel) Switch() Way { return keysSwitch(p.KeysSwitch, p.KeysOff, p.Open) }

func keysSwitch(href string, off, keeps bool) Way {
	if off {
		return Way{Href: href, Text: "Switch them on", Keeps: keeps}
	}
	return Way{Href: href, Text: "Switch single keys off", Keeps: keeps}
}

// SummaryBox is the summary of one attachment.
type SummaryBox struct {
	Number   int // of the attachment, from 1
	Key      string
	Version  int    // that stands now, 0 for none
	Text     string // in the field: what stands now, or what was typed
	Now, By  string // what stands now, and who wrote it when
	Theirs   bool   // Now is somebody else's, written meanwhile
	Fault    string
	CanWrite bool
	Earlier  []EarlierSummary // the newest first
}

// EarlierSummary is a version that stands no more.
type EarlierSummary struct{ Text, By string }
