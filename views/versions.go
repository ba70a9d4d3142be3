package views

import "heard/models"

// VersionBox says which version of a report a page shows, and leads to the others.
type VersionBox struct {
	Number  int
	Newest  int
	Day     string // written out; "" for versions from before days were kept
	Hash    string
	Struck  string // day, written out; "" for never
	Earlier []Link // the other versions, the newest first
}

// VersionsPage is where versions of a report are proposed, checked and published.
type VersionsPage struct {
	Base
	Consultation string
	Act          string // address that the forms post to
	CanPropose   bool
	First        bool // there is no version yet, so none has to be explained
	Waiting      *ProposalRow
	Published    []VersionRow
	Pack         string // address of the councillors' pack, "" while there is none
	Note, Reason string // what was typed
	Faults       []Fault
	Problems     map[string]string // by field: note, reason
}

// ProposalRow is a version that waits, or was sent back.
type ProposalRow struct {
	Number           int
	Hash, By, Day    string
	Note             string
	Changes          []string
	Reason, Returned string // why and by whom it was sent back; "" while it waits
	CanCheck         bool   // whoever reads may publish it
	Own              bool   // whoever reads proposed it
	Href             string // address of it, to read
}

// VersionRow is one published version.
type VersionRow struct {
	Number                       int
	Href, Hash, Day, By, Checked string
	Struck                       string
}

// AnswersPage lists the answers that their authors agreed to have published.
type AnswersPage struct {
	Base
	Consultation *models.Consultation
	Text         string
	Fault        string
	Total        int
	Answers      []PublishedAnswer
	Number       int // of the page, from 1
	Previous     string
	Next         string
	Away         bool
}

// PublishedAnswer is one of them. Question is "" where it is not told.
type PublishedAnswer struct {
	Reference, Question, Language string
	Text                          []Snippet
}

// SummaryPage is the report on two pages, in plain words.
type SummaryPage struct {
	Base
	Summary
}

// Summary is a report in plain words.
type Summary struct {
	Report  *models.Report
	Version *VersionBox
	Rules   []models.ReportQuestion // the questions about the order and its rules
	Advice  string                  // what officers recommend, "" for nothing
	For     []SummaryPoint          // themes that are one side's, each with how many of that side make the point
	Against []SummaryPoint
	Others  []SummaryPoint // all other themes, each with everybody who makes the point
	Once    []string       // points that one person made, in their words
	OnceOf  int            // how many there are
	Council []SummaryPoint // what the council says it will do
}

// SummaryPoint is a theme with who says it, or a finding with what the council
// will do.
type SummaryPoint struct {
	Label  string
	Figure models.Figure
	Quote  string
}

// PackPage is what councillors are given before they decide.
type PackPage struct {
	Base
	Consultation string
	Number       int
	Newest       int
	Day          string
	ReportHash   string
	Hash         string
	Act          string // address that the forms post to
	CanSay       bool   // whoever reads is counted as a reader
	Parts        []PackPart
	Summary      Summary
	Reading      []PackPassage
	Once         []PackPassage
	Links        []Link
	Earlier      []Link
}

// PackPart is a part of the pack with how many councillors say that they read it.
type PackPart struct {
	Key, Name, Readers string
	Read               bool
}

// PackPassage is one passage of the reading list; no Text when the words were taken
// out since.
type PackPassage struct {
	Why, Question, Language, Href string
	Labels                        []string
	Text                          []Snippet
}

// ObjectionsPage lists what authors did not mean so.
type ObjectionsPage struct {
	Base
	Consultation string
	Act          string
	Fixed        bool // the analysis is frozen, so that nothing can be put right any more
	Open         []ObjectionRow
	Decided      []ObjectionRow
	Faults       []Fault
	Problem      string // what is wrong with the reason that was typed
	At, Typed    string // submission it was typed for, and the words
	Chosen       string
}

// ObjectionRow is one of them.
type ObjectionRow struct {
	ID, PublicID, Day, Text, Href string
	Themes                        []string
	Version                       int
	State, Reason, By             string
}

func (*VersionsPage) file() string   { return "versions" }
func (*AnswersPage) file() string    { return "answers" }
func (*SummaryPage) file() string    { return "summary" }
func (*PackPage) file() string       { return "pack" }
func (*ObjectionsPage) file() string { return "objections" }

func init() {
	pages = append(pages, &VersionsPage{}, &AnswersPage{}, &SummaryPage{}, &PackPage{}, &ObjectionsPage{})
}

// told is a part of a page together with what every page has.
type told[T any] struct {
	*Base
	Of T
}

// Told is the summary with the page that tells it.
func (p *SummaryPage) Told() told[*Summary] { return told[*Summary]{&p.Base, &p.Summary} }

// Told is the summary with the page that tells it.
func (p *PackPage) Told() told[*Summary] { return told[*Summary]{&p.Base, &p.Summary} }

// Points are points with the page that says them.
func (t told[T]) Points(list []SummaryPoint) told[[]SummaryPoint] {
	return told[[]SummaryPoint]{t.Base, list}
}
