package views

import (
	"html/template"
	"slices"
	"strconv"

	"golang.org/x/text/message"

	"heard/models"
)

// Base is what every page has: its language, its title, who is signed in.
type Base struct {
	Lang      string // BCP 47 tag of the page
	Default   string // the language that addresses need not name; "en" when empty
	Title     string // first part of the document's title; neutral on public pages, because it stays in the browser's history
	Service   string // name in the header: the council's, or "Heard"
	Home      string // where the header leads
	Exit      bool   // show "Exit this page"
	Invented  bool   // say that the submissions are made up
	Languages []Link // this page in each language it can be read in: Key is the tag, Text the language's own name for itself
	Form      bool   // the page has a form with the id "step", and changing the language must not lose what is typed in it
	Unchecked bool   // nobody has checked the consultation's wording in this language
	Staff     *StaffBar

	// Set by the Renderer.
	translate func(id string, data map[string]any) (wording, in string)
	numbers   *message.Printer
	dir       string // ltr or rtl
	inline    template.CSS
}

// StaffBar is the navigation of the signed-in side.
type StaffBar struct {
	Email        string
	Role         models.Role
	Consultation string // id of the consultation in hand, "" for none
	Title        string // its title
	Here         string // key of the current page, as of its link
	Links        []Link // beyond one consultation
	Areas        []Link // of work on the consultation
	Pages        []Link // of the area of this page; none where it has no other
	Notice       string // outcome of the last act, shown once
}

// Link is an address and its wording. Current marks the page it is on.
type Link struct {
	Key, Href, Text string
	Current         bool
}

// Fault is one entry of the error summary: Href is the fragment of the field
// (#answer on every step) or the address of the page it is on.
type Fault struct{ Href, Message string }

// HomePage lists the consultations.
type HomePage struct {
	Base
	Open, Closed []ConsultationCard
}

// ConsultationCard is one consultation in a list.
type ConsultationCard struct {
	ID, Title, Summary string
	Opens, Closes      string // written out: 14 December 2026
	Report             bool   // its report is published
	Note               string // why nobody can answer now although it has not ended, "" when they can
}

// StartPage is what is proposed, why, and how to answer.
type StartPage struct {
	Base
	Consultation *models.Consultation
	State        string // open, paused, before, after (closed), draft (staff preview)
	Opens        string // written out
	Closes       string // written out, with the time
	DecisionDay  string
	Started      bool // a response is under way in this browser
	Report       bool
	Feed         bool // it can be followed
	Partly       bool // some of the wording is not in the page's language
	Outcome      *Outcome
}

// BeginPage stands before the first question: how to leave in a hurry.
type BeginPage struct {
	Base
	Consultation *models.Consultation
	Card         string // outreach card they came by, "" for none
	Refusal      string // why no response can be started now
	Opened       string // tells a program from a person, as consult.Opened
}

// StepPage asks one question.
type StepPage struct {
	Base
	Consultation string // id
	Question     *models.Question
	Given        models.Given      // what was typed, also when it was refused
	Ranks        map[string]string // place typed for each option of a ranking
	Faults       []Fault           // every fault on the page
	Fault        string            // the fault beside the field
	Back         string            // address
	Action       string            // address the form posts to
	Change       bool              // reached from check answers
	Number       int               // of this step, from 1
	Optional     bool
	Restriction  *models.Restriction
	File         *UploadState
	CanSave      bool         // the response can be saved to come back to
	Unsaved      bool         // its saved copy was deleted, because nothing is saved on this path
	Preview      *PreviewNote // for staff who look at it; nil for people who answer
}

// PreviewNote says where in a preview a step stands.
type PreviewNote struct {
	Path   string
	Of     int    // steps of the path
	OnlyIf string // the condition under which it is asked, "" for always
	All    string // address of all previews
}

// PreviewPage leads to every way through the questions in every language.
type PreviewPage struct {
	Base
	Consultation *models.Consultation
	Start        []Link // the start page, by language
	Paths        []PreviewRow
	Back         string
}

// EssentialsPage is what differs from one consultation to the next, to fill in.
type EssentialsPage struct {
	Base
	Consultation *models.Consultation
	Version      int // that was seen
	CanEdit      bool
	Invented     bool
	Sections     []EssentialSection
	Faults       []Fault
}

// EssentialSection is a part of the form.
type EssentialSection struct {
	Title   string
	Acts    []EssentialTick // legal acts
	Earlier []EssentialTick // other consultations, by id
	Fields  []EssentialField
}

// EssentialTick is what can be ticked.
type EssentialTick struct {
	ID, Name string
	Ticked   bool
}

// EssentialField is a line or, when Long, a text to fill in.
type EssentialField struct {
	Name, ID, Label, Hint, Value string
	Long                         bool
}

// PreviewRow is one way through the questions.
type PreviewRow struct {
	Name      string
	When      string // who is led along it, as the file says it
	Pages     int
	Languages []Link
}

// UploadState is the attachments of a file step.
type UploadState struct {
	Attached []string // what is attached so far, as "PDF, 1.2 MB"
	Limit    string
}

// CheckPage shows every answer before sending.
type CheckPage struct {
	Base
	Consultation string
	Rows         []CheckRow
	Dropped      []string // questions whose answers no longer apply
	Preset       string   // address of the first answer that a card gave, "" for none
	Faults       []Fault
	Back, Action string
	Token        string // ties the page to its draft, and says how much work is asked of scripts
	CanSave      bool
	Replaces     bool // it takes the place of what was sent before
	Quiet        bool
}

// CheckRow is one question with its answer; Answers is empty when not provided.
type CheckRow struct {
	ID, Question string
	Answers      []string
	Change       string // address
}

// SavedPage shows the code that an unfinished response is saved under.
type SavedPage struct {
	Base
	Consultation string
	Words        []string
	Until        string // written out, with the time
	Resume       string // address to go on at
}

// EqualityPage asks the equality questions, after sending.
type EqualityPage struct {
	Base
	Consultation *models.Consultation
	Asking       bool // the questions; otherwise whether to answer them
}

// ReceiptPage is shown once, after sending.
type ReceiptPage struct {
	Base
	Consultation *models.Consultation
	Words        []string // the code, nil when an earlier one goes on being used
	ReceiptFile  string   // signed, to keep for an offline check; "" for none
	Closes       string   // "" when it has closed
	DecisionDay  string
	Copy         []CheckRow // what was sent, to print or keep; nil on quiet paths
	Result       bool       // offer to be told the outcome
	Another      bool       // offer to answer for another person
}

// ReceiptCheckPage takes a code and tells what became of the submission; it
// never shows the answers, because somebody else may hold the code.
type ReceiptCheckPage struct {
	Base
	Consultation *models.Consultation
	Code         string
	Fault        string // what is wrong, beside the field named by At
	At           string // code, sure, message
	Message      string // what was typed as a reply, Objection as the reason for objecting
	Objection    string
	Found        *ReceiptState
	Done         string // outcome: withdrawn, misread, replied
	Held         bool   // of what was just taken back a sealed copy is kept by law
}

// ReceiptState is what became of a submission.
type ReceiptState struct {
	Day         string
	Status      models.SubmissionStatus
	Held        bool     // taken back, and a sealed copy is kept by law
	Themes      []string // labels of approved or candidate themes its words are in
	HeardOnce   bool
	ClosedOnly  bool
	Quoted      bool
	Open        bool // it can be changed and taken back
	Shown       bool // changing it begins with what was sent
	Misread     bool
	Objection   *models.Objection // without its text
	Letter      bool              // its words are those of a letter that several people sent
	Versions    string            // of the published report, in which it is counted, such as 1, 2
	Findings    []string          // in which its themes stand
	Messages    []models.Message
	LogPosition int // from 0; -1 until the day's entries are added
	LogSize     int
	Root        string
	ReceiptFile string // text a person may keep for an offline check
}

// ResultPage takes an e-mail address of somebody who wants to be told the
// outcome. It leads to no submission.
type ResultPage struct {
	Base
	Consultation *models.Consultation
	Email        string
	Fault        string
	Done         string // added, removed
}

// PaperPage is the questionnaire to print: first which form, then the form.
type PaperPage struct {
	Base
	Consultation *models.Consultation
	Forms        []Link // one for each path
	Path         *models.Path
	Number       int // of the form, from 1; printed instead of the path's id, which would tell whose form it is
	Questions    []*models.Question
	Closes       string
}

// TextPage is a page of prose: privacy, accessibility, exit.
type TextPage struct {
	Base
	Page    string          // privacy, accessibility, safety
	Council *models.Council // who answers for the portal and how to reach them; nil when it has no consultation yet
}

// LogPage is the public log of submissions.
type LogPage struct {
	Base
	Consultation *models.Consultation
	Size         int
	Root         string
	Key          string // that it is signed with
}

// ReportPage is a consultation report, public or as a draft for staff.
type ReportPage struct {
	Base
	Report     *models.Report
	Draft      bool
	CanPublish bool
	Refusal    string // why no report can be built
	PublishTo  string // address of the versions, where it is proposed and checked
	Status     models.Status
	Version    *VersionBox  // that is shown; nil for a draft
	Files      []ReportFile // the report in other formats
}

// ErrorPage tells what went wrong and what to do.
type ErrorPage struct {
	Base
	Status  int
	Heading string
	Message string
	Faults  []Fault // with an address where what is at fault is mended on another page
	Retry   string  // address to go back to
}

// SignInPage asks for e-mail address, password and code, or for a passkey.
type SignInPage struct {
	Base
	Email  string
	Fault  string
	Next   string
	Opened string // tells a program from a person, as consult.Opened
	SSO    string // address of the organisation's own sign-in, "" for none
	// Unsent is a form that was sent when the session had ended, sealed; "" for none.
	Unsent string
}

// WelcomePage lets somebody with a one-time link choose a password. For the
// very first account of a portal it also asks for the e-mail address.
type WelcomePage struct {
	Base
	Token    string
	First    bool
	Email    string
	Role     models.Role
	Faults   []Fault
	Problems map[string]string // by field: email, password
}

// StaffHomePage is the desk: consultations and what needs doing.
type StaffHomePage struct {
	Base
	Consultations []StaffCard
	CanCreate     bool
	Templates     []Link
	Template      string // the template that was chosen, NewID the address that was typed for it, and what is wrong with it
	NewID         string
	IDFault       string
	Source        string // the file that was refused, kept
	Faults        []models.FieldError
	DeadJobs      int
	PendingJobs   int
}

// StaffCard is one consultation on the desk.
type StaffCard struct {
	ID, Title     string
	Status        models.Status
	Opens, Closes string
	Live          int // submissions that count; 0 for roles that may not see it yet
	ShowCounts    bool
	Links         []Link
}

// SearchPage is the search of the desk, a page of results at a time.
type SearchPage struct {
	Base
	Consultation string
	Text         string
	Order        string // voices, best, newest, oldest
	Orders       []Link // to choose from: Key, Text, Current
	Total        int
	TotalText    string // through the disclosure gate: "38" or "fewer than 5"
	Hits         []SearchHit
	Few          bool // of a group at risk, of whom nobody may be shown as one of it
	Filters      []Filter
	Chosen       []Link // filters in force: Text, Href removes it
	Clear        string // address without any filter
	Previous     string // address, "" on the first page
	Next         string
	First, Last  int
	Problem      string      // why there is no result: the query could not be read, or must not be answered
	Instead      []Link      // searches to make instead
	Waiting      string      // from when there is anything to search, in a sentence; "" where there is
	Away         bool        // the hits are those of the database
	Unused       []string    // filters that it could not keep to
	Best         string      // in all-voices order: address of the same in the order of best match
	Others       []OtherSide // what is said from the other side
	Akin         []SearchHit // near in meaning, without the words
	Saved        []Link      // searches that the person saved
	State        string      // the query part of the address: words, filters and order
	Address      string      // of this page, whole
	Export       string      // address of the result as CSV, "" where there is none
	Keep         string      // address that what is kept is posted to
	Here         string      // address of this page to come back to, without the host
	Printed      Printed
	Number       int    // of the page, from 1
	KeysOff      bool   // single keys do nothing
	KeysSwitch   string // address of the same with single keys the other way
}

// Exact reports whether the number of answers is written out.
func (p *SearchPage) Exact() bool {
	_, err := strconv.Atoi(p.TotalText)
	return err == nil
}

// Printed is what stands on paper only: what was searched for, and when.
type Printed struct {
	Day, Words, Order string
	Filters           []string
}

// Filter is one attribute to narrow by.
type Filter struct {
	Key, Name string
	Values    []FilterValue
	More      int // values that are not listed, because they are too many
}

// Open reports whether a value is chosen.
func (f Filter) Open() bool {
	return slices.ContainsFunc(f.Values, func(v FilterValue) bool { return v.Chosen })
}

// FilterValue is one value with its count.
type FilterValue struct {
	Value, Name string
	Count       string // through the disclosure gate
	Chosen      bool
}

// OtherSide is a theme with what is said on each side of it.
type OtherSide struct {
	Theme string
	Sides []SideLink
}

// SideLink leads to the answers on one side of a theme.
type SideLink struct {
	Text, Href string
	Count      string // through the disclosure gate
	None       bool   // nobody took this side
}

// SearchHit is one answer that matches, or a page of an attachment.
type SearchHit struct {
	Submission, Question, QuestionText string
	Number                             int      // in the result, from 1; 0 where it is in none
	Groups, Themes                     []string // names
	Day                                string
	Language                           string
	LanguageName                       string // where it is not the desk's
	Where                              string // "attachment 1, page 3", "" for an answer
	File                               string // page of the attachment, "" for an answer
	Snippet                            []Snippet
	Why                                []string // why it matched, each in a few words
	Voice                              string   // name of the group whose turn it was, "" for none
	Listed, Read                       bool     // on the person's reading list
	Href                               string
	Code                               string // address at which it is coded, "" when it cannot be
}

// Snippet is a piece of text. Match pieces are highlighted; a Redacted one stands
// for something that was taken out and names it.
type Snippet struct {
	Text     string
	Match    bool
	Redacted bool
}

// SubmissionPage is one whole submission.
type SubmissionPage struct {
	Base
	Consultation string
	ID, PublicID string
	Received     string // day, written out
	Released     string // day of its release to councillors, for them, who are not told when it was received
	Channel      string
	Language     string
	Groups       []string
	Consents     []string
	Status       models.SubmissionStatus
	Rows         []SubmissionRow
	Attachments  []AttachedText
	Why          []string // why a person should look at it
	Seen         bool     // a person has
	Confidential bool     // its author asks for confidence
	Reason       string   // why, as far as it may leave the desk; "" where they give none
	DPO          string   // how to reach the data protection officer, "" where that is not said
	Messages     []models.Message
	CanAct       bool   // mark, ask, set aside
	Act          string // address the forms post to
	Original     bool   // the unredacted words are shown
	ShowOriginal string // address that shows them, "" when the role may not
	Erase        string // address where its erasure is asked for
	Erased       string // day its words were erased, written out
	Redact       string // address where it is decided what is taken out of them
	Back         string
	Searched     string // what was searched for, "" for nothing
	Before       string // address of the submission before it in the result
	After        string
	Listed, Read bool // on the person's reading list
	Notes        []NoteRow
	Keep         string // address that what is kept is posted to, "" for those who keep nothing
	Here         string // address of this page to come back to
	CanShare     bool   // a note can be shared with those who code
	ReadAt       string // address at which it is read, for those who read
	Reading      *ReadingPanel
	KeysOff      bool   // single keys do nothing
	KeysSwitch   string // address of the same with single keys the other way
	Faults       []Fault
	Problems     map[string]string // by field: message, why, reason, translation-C6 for each answer
	Message      string            // typed to its author
	AsideWhy     string            // chosen to set it aside
	AsideReason  string            // typed to set it aside
}

// SubmissionRow is one answer.
type SubmissionRow struct {
	ID, Question string
	Options      []string
	Text         []Snippet
	Language     string
	LanguageName string // when it is not the language of the form
	Translation  string // as others read it; with the original words as it was made
	Translating  string // in the field for it: as it was made, or what was typed
	Seen         string // names the translation as it was made
	Redacted     bool   // something was taken out of Text
	Themes       []PlacedTheme
	Code         string // address at which it is coded, "" when it cannot be
}

// AttachedText is an attachment with what could be read out of it.
type AttachedText struct {
	Number int    // from 1
	About  string // such as "PDF, 1.2 MB"
	Open   bool   // a page of it is what was found
	Pages  []AttachedPage

	Summary *SummaryBox // nil for those who do not read

	Said string // what an officer wrote about it, "" for nothing
	Href string // page of the attachment
	File string // address of the file itself, "" for those who may not open it
}

// AttachedPage is one page of an attachment; Number is 0 where it has none.
type AttachedPage struct {
	Number int
	Text   []Snippet
}

// NoteRow is a note on a submission.
type NoteRow struct {
	ID, Day, Text string
	Author        string // "" for one's own
	Shared        bool
	CanDelete     bool
	About         string // public id of the submission, where the page has several
	Href          string // its address
}

// PlacedTheme is a theme that an answer is in, and how it came there.
type PlacedTheme struct{ Label, How string }

// KeptPage is what a person keeps for themselves: saved searches, a reading
// list, notes.
type KeptPage struct {
	Base
	Consultation string
	Searches     []KeptSearch
	Reading      []KeptSubmission
	Notes        []NoteRow
	Shared       []NoteRow // by others
	Find         string    // what is looked for in notes
	Export       string    // address of the notes that are shared as CSV, "" for whom nobody shares them with
	Act          string    // address that the forms post to
}

// KeptSearch is a saved search.
type KeptSearch struct{ ID, Name, Href, Day string }

// KeptSubmission is a submission on the reading list.
type KeptSubmission struct {
	ID, PublicID, Href, Day, Opening string
	Groups                           []string
	Read                             bool
}

// ThemesPage is the code frame: what the engine found and what people decided.
// Each list is a tree; a theme whose parent is in another list stands at the
// top and names it.
type ThemesPage struct {
	Base
	Consultation string
	Candidates   []ThemeRow
	Approved     []ThemeRow
	OutOfScope   []ThemeRow
	Merged       []MergedRow
	HeardOnce    []SearchHit  // those on this page
	Once         int          // how many there are on all pages
	Number       int          // of this page, from 1
	Previous     string       // address, "" on the first page
	Next         string       // and on the last
	Waiting      string       // from when there is anything to read, in a sentence; "" where there is
	Answers      int          // answers in words that were read
	Progress     *CodingState // nil for those who do not code
	CanEdit      bool
	Frozen       bool // nothing can be decided any more
	Running      bool // a run is waiting or at work
	TooFew       bool // too few answers to group
	Notes        []string
	Parents      []Link // themes that a new one can stand under
	Adding       ThemeText
	Faults       []Fault
	Problems     map[string]string // by field: label, definition, parent
}

// ThemeText is what was typed about a theme.
type ThemeText struct{ Label, Definition, Parent string }

// ThemeRow is one theme of the code frame.
type ThemeRow struct {
	Theme    models.Theme
	Count    string
	Groups   []FilterValue
	Quote    string
	Hits     string // address of the search for its answers
	Href     string // address of its page, "" for those who do not decide on it
	Act      string // address that its form posts to, "" when nothing can be decided
	Under    string // the parent's name, when it does not stand right above
	Distinct []string
	OneSide  string // the position that the machine's name speaks from, "" for none
	Children []ThemeRow
}

// MergedRow is a theme that was merged into another.
type MergedRow struct {
	Theme models.Theme
	Into  string // name
	Act   string // address that its form posts to, "" when nothing can be decided
}

// CodingState is how far coding has come.
type CodingState struct {
	Answers, Read, Coded, DoubleCoded, Left, Changed int
	Differ, Settled, Third                           int // what two people saw differently, what was settled of that, and by a third
	Frame, Earlier                                   int // version of the code frame, and answers coded under an earlier one
	Sample, BlindCoded                               int
	Machine, People                                  *Agreement
}

// Agreement is how far two who coded the same answers agree, between 0 and 1.
type Agreement struct {
	F1, Low, High string // such as 0.81
	Kappa         string // Cohen’s
	Answers       int
}

// ThemePage is one theme with its answers.
type ThemePage struct {
	Base
	Consultation string
	Theme        models.Theme
	Act          string // address that the forms post to
	Count        string // people
	Under        *Link  // the theme it stands under
	Into         *Link  // the theme it was merged into
	Draft        []DraftSentence
	DraftSeen    string // names the draft as it stands
	DraftBy      string // who approved one, "" for nobody
	DraftOld     bool   // what was approved is not the draft as it stands
	Others       []Link // themes that it can be merged into, and answers moved to
	Parents      []Link // themes that it can stand under
	OneSide      string // the position that the machine's name speaks from, "" for none
	Answers      []PlacedAnswer
	Total        int
	First, Last  int
	Number       int    // of this page of answers, from 1
	Previous     string // address, "" on the first page
	Next         string
	CanEdit      bool
	Running      bool // a run is waiting or at work
	Faults       []Fault
	Problems     map[string]string // by field: label, definition, parent, into, reason, answers, to, name
	Typed        map[string]string // what stands in each field
}

// DraftSentence is one sentence of a machine's draft with the submissions it
// rests on.
type DraftSentence struct {
	Text  string
	Cites []Link
}

// PlacedAnswer is one answer in a theme.
type PlacedAnswer struct {
	Key          string // what the form calls it
	Number       int    // among the answers in the theme, from 1
	QuestionText string
	Text         []Snippet      // what is shown of it; Match pieces are the words that make the point
	Rest         []Snippet      // what is folded away of a long one
	Same         bool           // the same words as the letter that it stands under
	Copies       []PlacedAnswer // of the same letter
	CopiesTicked bool           // all of them at once
	Language     string
	Translation  string
	Groups       []string
	PublicID     string
	Placed       string // who put it here
	Href, Code   string // addresses: its submission, and coding it
	Ticked       bool
}

// CodePage asks a person which themes one answer belongs in.
type CodePage struct {
	Base
	Consultation string
	Act          string // address that the form posts to
	Outcome      string // of the last act: said here, because people are led past the top of the page
	Key          string // what the form calls the answer; "" when none is left
	QuestionText string
	Text         string
	Language     string
	Translation  string
	Groups       []string
	PublicID     string
	Href         string   // its submission, "" when blind
	Coded        []string // who has coded it, and when
	Themes       []CodedTheme
	Passages     []CodedPassage
	Options      []Link // themes that a passage can speak for
	Left         int
	None         bool     // nobody has answered in words
	Running      bool     // a run is waiting or at work
	Way          string   // blind or settle; "" in the open
	Coders       []string // who coded it blind, when what they saw differently is settled
	Seen         string   // what the form says was decided when the page was made
	Held         string   // who else has it open, "" for nobody
	Since        []CodedSince
	Others       bool   // what is left others have open
	Skip         string // address of another that waits, "" for none
	CanEdit      bool
	KeysOff      bool // single-key shortcuts are switched off
	Back         string
	Faults       []Fault
	Problems     map[string]string // by field: themes, words-1, …
}

// CodedTheme is one theme as it applies to the answer.
type CodedTheme struct {
	ID, Label, Definition string
	Note                  string   // why it is ticked, or is not any more
	Said                  []string // who put it here blind
	OneSide               string   // the position that the machine's name speaks from, "" for none
	Ticked                bool
	OutOfScope            bool
	Children              []CodedTheme
}

// CodedSince is what two people said of one theme who coded the answer at the
// same time.
type CodedSince struct {
	Label    string
	Theirs   string   // who put the answer there, or took it out
	Ticked   bool     // by whoever reads this
	Passages []string // that stand now
}

// CodedPassage is words of the answer and the theme they speak for.
type CodedPassage struct{ Theme, Words string }

// FramePage lists the versions of the code frame.
type FramePage struct {
	Base
	Versions []FrameVersion
	Back     string
}

// FrameVersion is what one version of the code frame changed.
type FrameVersion struct {
	Number  int
	By, Day string
	Changes []FrameChange
}

// FrameChange is what was done to one theme, and the words that people wrote
// about it.
type FrameChange struct {
	Name        string
	What, Words []string
}

// SettingsPage moves a consultation along and takes a new version of its file.
type SettingsPage struct {
	Base
	Consultation *models.Consultation
	Source       string
	Faults       []models.FieldError
	Next         models.Status
	NextText     string
	Translations []TranslationRow
	Opens        string
	Closes       string
	Live         int
	// MayRelease offers to release to councillors what came since Released, the day
	// of the last release; "" while it is still to be made.
	MayRelease bool
	Released   string
	// The form for a later closing time: what was typed, and what is wrong with it.
	Later, Notice string
	Problems      map[string]string // by field: closes, notice
	Owed          int               // hard duties that hold the next step back
	Refused       []Fault           // what held back the step that was tried
}

// TranslationRow is how far the wording in one more language has come.
type TranslationRow struct {
	Language string
	Missing  []string // keys of wordings that it lacks
	Of       int
	Checked  bool // by a person, the consultation's wording
	Pages    bool // and that of the pages
}

// AttentionPage lists the submissions that a person should look at.
type AttentionPage struct {
	Base
	Consultation string
	Open, Seen   []AttentionRow
	Aside        []AttentionRow // set aside: they do not count
	Pile         int            // likely sent by programs; a large pile is not listed above
	Frozen       bool
}

// AttentionRow is one of them and why.
type AttentionRow struct {
	ID, PublicID, Day string
	Why               []string
	Reason            string // why its author asks for confidence, as far as it may be read
	Href              string
}

// ContactsPage is the list of those who want to be told the outcome.
type ContactsPage struct {
	Base
	Consultation string
	Opening      models.ContactOpening // who asked and who agreed, by address, with days to read
	Mine         bool                  // whoever looks asked for it, and nobody has agreed yet
	MayOpen      bool                  // whoever looks may read the list today
	Typed        string                // what it is needed for
	Addresses    []string
	Asked        bool // the list is shown, which is put on record
	Sealed       bool // to an officers' key
	Faults       []Fault
	Problems     map[string]string // by field: reason, key
}

// AuditPage is the record of acts, a page of it.
type AuditPage struct {
	Base
	Events        []models.AuditEvent
	Names         map[string]string // actor id to e-mail address
	Acts          int               // in the whole record
	Head          string            // hash of the last act
	Broken        string            // where the chain of hashes breaks
	Consultations []Link            // to choose from, by Key
	About         string            // person or object that was asked for
	Some          bool              // not all acts were asked for
	Older, Newest string            // addresses of those pages, "" without
}

// UsersPage lists the accounts.
type UsersPage struct {
	Base
	Users  []models.User
	Roles  []models.Role
	Email  string
	Role   models.Role
	Only   []string // ids of consultations, as chosen
	Faults []Fault
	Invite string // one-time link to hand over, shown once
	For    string
	// Consultations are what an account can be kept to.
	Consultations []*models.Consultation
	// Waiting says who asked to let somebody in anew, by account, until another
	// administrator confirms. Me is the account of whoever looks at the page.
	Waiting map[string]*RecoveryRow
	Me      string
}
