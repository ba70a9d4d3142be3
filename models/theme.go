package models

// ThemeStatus is what people have decided about a theme.
type ThemeStatus string

// A theme is a candidate until a person approves it. A merged theme lives on
// as a pointer to the theme it was merged into, so that a re-run follows it.
const (
	ThemeCandidate ThemeStatus = "candidate"
	ThemeApproved  ThemeStatus = "approved"
	ThemeMerged    ThemeStatus = "merged"
)

// Theme is a point that several people make, found by the engine and decided
// on by people.
type Theme struct {
	ID             string
	Consultation   string
	Label          string // what people call it: the engine's name until somebody renames it
	MachineLabel   string // the engine's latest name, kept beside a person's
	Renamed        bool   // a person chose Label; a re-run leaves it alone
	Keywords       []string
	DistinctiveFor []string // groups that make this point far more than others do
	Status         ThemeStatus
	MergedInto     string
	Version        int // raised with every change, so that two officers cannot overwrite each other
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

// ThemeRun is everything one run of the engine says about a consultation.
type ThemeRun struct {
	Consultation string
	Seed         uint64
	Documents    int // answers in words that were read
	Themes       []Theme
	Placements   []Placement
	Quotes       []Quote
	Campaigns    []Campaign
}
