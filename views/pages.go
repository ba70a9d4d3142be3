package views

import (
	"html/template"

	"golang.org/x/text/message"

	"heard/models"
)

// Base is what every page has: its language, its title, who is signed in.
type Base struct {
	Lang      string // BCP 47 tag of the page
	Title     string // first part of the document's title; neutral on public pages, because it stays in the browser's history
	Service   string // name in the header: the council's, or "Heard"
	Home      string // where the header leads
	Exit      bool   // show "Exit this page"
	Invented  bool   // say that the submissions are made up
	Languages []Link // this page in each language it can be read in: Key is the tag, Text the language's own name for itself
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
	Here         string // key of the current page: search, themes, report, settings, audit, users, home
	Links        []Link // only those the role may open
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
}

// StartPage is what is proposed, why, and how to answer.
type StartPage struct {
	Base
	Consultation *models.Consultation
	State        string // open, before, after (closed), draft (staff preview)
	Opens        string // written out
	Closes       string // written out, with the time
	DecisionDay  string
	Started      bool // a response is under way in this browser
	Report       bool
}

// StepPage asks one question.
type StepPage struct {
	Base
	Consultation string // id
	Question     *models.Question
	Given        models.Given // what was typed, also when it was refused
	Faults       []Fault      // every fault on the page
	Fault        string       // the fault beside the field
	Back         string       // address
	Action       string       // address the form posts to
	Change       bool         // reached from check answers
	Number       int          // of this step, from 1
	Optional     bool
	Restriction  *models.Restriction
	File         *UploadState
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
	Faults       []Fault
	Back, Action string
}

// CheckRow is one question with its answer; Answers is empty when not provided.
type CheckRow struct {
	ID, Question string
	Answers      []string
	Change       string // address
}

// ReceiptPage is shown once, after sending.
type ReceiptPage struct {
	Base
	Consultation *models.Consultation
	Words        []string // the code
	Closes       string
	DecisionDay  string
}

// ReceiptCheckPage takes a code and tells what became of the submission; it
// never shows the answers, because somebody else may hold the code.
type ReceiptCheckPage struct {
	Base
	Consultation *models.Consultation
	Code         string
	Fault        string
	Found        *ReceiptState
	Done         string // outcome of withdrawing: withdrawn
}

// ReceiptState is what became of a submission.
type ReceiptState struct {
	Day         string
	Status      models.SubmissionStatus
	Themes      []string // labels of approved or candidate themes its words are in
	HeardOnce   bool
	ClosedOnly  bool
	Quoted      bool
	CanWithdraw bool
	LogPosition int // from 0
	LogSize     int
	Root        string
	ReceiptFile string // text a person may keep for an offline check
}

// TextPage is a page of prose: privacy, accessibility, exit.
type TextPage struct {
	Base
	Page    string          // privacy, accessibility, exit
	Council *models.Council // who answers for the portal and how to reach them; nil when it has no consultation yet
}

// LogPage is the public log of submissions.
type LogPage struct {
	Base
	Consultation *models.Consultation
	Size         int
	Root         string
}

// ReportPage is a consultation report, public or as a draft for staff.
type ReportPage struct {
	Base
	Report     *models.Report
	Draft      bool
	CanPublish bool
	Refusal    string // why no report can be built
	PublishTo  string // address the publish form posts to
	Status     models.Status
}

// ErrorPage tells what went wrong and what to do.
type ErrorPage struct {
	Base
	Status  int
	Heading string
	Message string
	Fields  []models.FieldError
	Retry   string // address to go back to
}

// SignInPage asks for e-mail address and password.
type SignInPage struct {
	Base
	Email string
	Fault string
	Next  string
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

// SearchPage is the councillor's search.
type SearchPage struct {
	Base
	Consultation string
	Text         string
	Sort         string
	Total        int
	TotalText    string // through the disclosure gate: "38" or "fewer than 5"
	Hits         []SearchHit
	Filters      []Filter
	Chosen       []Link // filters in force: Text, Href removes it
	Previous     string // address, "" on the first page
	Next         string
	From, To     int
	Problem      string // the search is away, or the query could not be read
}

// Filter is one attribute to narrow by.
type Filter struct {
	Key, Name string
	Values    []FilterValue
}

// FilterValue is one value with its count.
type FilterValue struct {
	Value, Name string
	Count       string // through the disclosure gate
	Chosen      bool
}

// SearchHit is one answer that matches.
type SearchHit struct {
	Submission, Question, QuestionText string
	Groups, Themes                     []string // names
	Day                                string
	Language                           string
	Snippet                            []Snippet
	Href                               string
}

// Snippet is a piece of text; Match pieces are highlighted.
type Snippet struct {
	Text  string
	Match bool
}

// SubmissionPage is one whole submission.
type SubmissionPage struct {
	Base
	Consultation string
	ID, PublicID string
	Day          string
	Channel      string
	Language     string
	Groups       []string
	Consents     []string
	Status       models.SubmissionStatus
	Rows         []SubmissionRow
	Original     bool   // the unredacted words are shown
	ShowOriginal string // address that shows them, "" when the role may not
	Back         string
}

// SubmissionRow is one answer.
type SubmissionRow struct {
	ID, Question string
	Options      []string
	Text         string
	Language     string
	Redacted     bool // something was taken out of Text
	Themes       []string
}

// ThemesPage is the review of themes.
type ThemesPage struct {
	Base
	Consultation string
	Themes       []ThemeRow
	HeardOnce    []SearchHit
	Answers      int // answers in words that were read
	CanEdit      bool
	Running      bool // a run is waiting or at work
	Problem      string
}

// ThemeRow is one theme on the review page.
type ThemeRow struct {
	Theme    models.Theme
	Count    string
	Groups   []FilterValue
	Quotes   []Snippet
	Hits     string // address of the search for its answers
	Others   []Link // themes it can be merged into: Key, Text
	Distinct []string
}

// SettingsPage moves a consultation along and takes a new version of its file.
type SettingsPage struct {
	Base
	Consultation *models.Consultation
	Source       string
	Faults       []models.FieldError
	Next         models.Status
	NextText     string
	Opens        string
	Closes       string
	Live         int
}

// AuditPage is the record of acts.
type AuditPage struct {
	Base
	Events []models.AuditEvent
	Names  map[string]string // actor id to e-mail address
}

// UsersPage lists the accounts.
type UsersPage struct {
	Base
	Users  []models.User
	Roles  []models.Role
	Email  string
	Role   models.Role
	Faults []Fault
	Invite string // one-time link to hand over, shown once
	For    string
}
