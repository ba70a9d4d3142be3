package views

// WritingPage is the written part of the report: what there is and what is
// missing.
type WritingPage struct {
	Base
	Consultation string
	CanWrite     bool
	Refusal      string  // why no report can be built
	Gaps         []Fault // what is missing, leading to where it is written
	Stale        []StaleText
	Findings     []FindingRow
	Sections     []WrittenRow
	Population   []PopulationRow
}

// StaleText is a text that reads otherwise than when somebody last looked at it.
type StaleText struct {
	Name, Href         string
	Then, Now, Problem string // Problem: why it cannot be read any more
}

// FindingRow is one finding in the list.
type FindingRow struct {
	Number       int
	ID, Text     string // Text: its statement, resolved
	About        string // restriction and limb
	Answer       string // of the council, "" for none yet
	Href, Signed string // Signed: who wrote it last and when
}

// WrittenRow is one section in the list.
type WrittenRow struct {
	ID, Name, Href string
	State          string // Written, Begun, Not written, or Optional
	Good           bool
}

// PopulationRow is one figure in the list.
type PopulationRow struct {
	ID, Name, Figure, Source, Day, Href string
}

// WritePage is a form for a finding, a section or a figure.
type WritePage struct {
	Base
	Heading, Intro string
	Act, Back      string
	Version        int // as it will be
	CanWrite       bool
	CanRemove      bool
	Controls       []Control
	Stale          []StaleText // of this
	References     []Pair      // what can be referred to, and how it reads now
	Faults         []Fault
	Earlier        []EarlierText
}

// EarlierText is a version that was kept.
type EarlierText struct {
	Version int
	Signed  string // by whom and when
	Pairs   []Pair // what it said
}

// Control is a field to type into or, where there are choices, to choose in.
type Control struct {
	Field
	Choices []Choice
	Many    bool   // several can be chosen
	Folded  string // the line under which many choices are folded away, "" for none
}

func (*WritingPage) file() string { return "writing" }
func (*WritePage) file() string   { return "write" }
