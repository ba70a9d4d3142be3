package views

// RedactPage asks a person what is taken out of the answers of one submission.
type RedactPage struct {
	Base
	Consultation string
	ID, PublicID string
	Act          string // address the form posts to
	Version      int    // of what the person sees
	Unread       []Link // attachments that nothing could be read out of
	Groups       []string
	Sensitive    bool     // two people read it, whatever is decided
	Second       bool     // it waits for a second person
	Checked      bool     // it is done
	CheckedBy    string   // who checked it and when, and who approved, in a sentence
	Mine         bool     // whoever reads this has checked it
	OpenBy       string   // who else has it open
	CanEdit      bool     // else the analysis is frozen, and no request is open
	Sure, Unsure int      // parts that nobody has decided on, taken out until then and shown until then
	Since        []string // what others decided while the form was filled in, in sentences
	Answers      []RedactAnswer
	Refusals     []Link // reasons: Key and Text
	Kinds        []string
	Faults       []Fault
	KeysOff      bool
	Frozen       bool     // words are taken out for a request only
	Requests     []Choice // open ones that it can be done for
}

// RedactAnswer is one answer in words.
type RedactAnswer struct {
	ID, QuestionText string // of the text, and what it answers or is
	Code             string // of the question, "" for others than answers
	Name             string // within a sentence: “answer C6”, “attachment 1”
	Language         string
	Text             []MarkedText // the original
	Result           []Snippet    // as it is read
	Items            []RedactItem
	Mix              []string // what in it, put together, could tell who somebody is: “age: I am 34”
	MixDo, MixNote   string
	MixDecided       string // who decided on it, and when
	Add              RedactAdd
	Problems         map[string]string // by field: answer, mix, add
}

// MarkedText is words of an answer. Number is that of the item they belong to, 0
// for none, and First says that they begin it.
type MarkedText struct {
	Text   string
	Number int
	First  bool
	State  string // out, in, open (taken out until decided) or doubt (shown until decided)
}

// RedactItem is one part of an answer to decide on.
type RedactItem struct {
	ID          string // of its field
	Key         string // what the form calls it
	Number      int
	About       string // the words
	State       string // as of MarkedText
	Kind        string // suggested, or decided
	Why         string // why it is suggested, or who marked it
	Decided     string // what was decided, by whom and when
	Do          string // chosen: accept, a reason, or ""
	Words       string // those to take out
	Into        string // kind chosen
	Replacement string
	Note        string
	Open        bool // more than the choice was made
	Problem     string
	Since       string // what somebody else decided meanwhile
}

// RedactAdd is words that a person takes out themselves, as they typed them.
type RedactAdd struct{ Words, Which, Kind, Replacement string }

// RedactionsPage says how far the redaction of a consultation is.
type RedactionsPage struct {
	Base
	Consultation                       string
	Act                                string
	Submissions, Open, Second, Checked int
	Approvable                         int
	Others                             []string // who has how many open
	CanEdit                            bool
}

// RefusedPage lists what was left in although it was suggested to take it out.
type RefusedPage struct {
	Base
	Consultation string
	Rows         []LeftInRow
}

// LeftInRow is one of them. It holds no words of anybody.
type LeftInRow struct {
	PublicID, Href, Question, Kind, Reason, Note string
	By, Approved                                 string // who, and when
}

func (*RedactPage) file() string     { return "redact" }
func (*RedactionsPage) file() string { return "redactions" }
func (*RefusedPage) file() string    { return "refused" }
