package models

// Reading says that a person has read a submission: a revision of it, so that
// what was changed since is read again.
type Reading struct {
	Submission string
	By         string // account
	Day        string // YYYY-MM-DD, of the last time
	Revision   int
}

// Summary is what a reader wrote about an attachment. A correction is another
// version; the highest stands, and the earlier ones are kept.
type Summary struct {
	Attachment string // key
	Version    int    // from 1
	Submission string
	By         string // account
	Day        string // YYYY-MM-DD
	Text       string
}

// MaxSummary is the longest summary, in Unicode code points.
const MaxSummary = 2000

// CheckSummary returns what is wrong with the text of a summary.
func CheckSummary(text string) Fault { return tooLong(text, MaxSummary) }

// Rich says that a submission is rich in evidence, and who marked it.
type Rich struct {
	Submission string
	By         string // account
	Day        string // YYYY-MM-DD
}

// ReadingFilter says which submissions of the reading queue to list.
type ReadingFilter string

// The filters. "" lists everything.
const (
	ReadingAll          ReadingFilter = ""
	ReadingUnread       ReadingFilter = "unread"       // by anybody, as they are now
	ReadingMine         ReadingFilter = "mine"         // read by the one who asks
	ReadingUnsummarised ReadingFilter = "unsummarised" // with an attachment that nobody has summarised
	ReadingRich         ReadingFilter = "rich"
	ReadingAttention    ReadingFilter = "attention" // with a reason to look at them that nobody has looked into
	ReadingHeld         ReadingFilter = "held"      // being read by others
)

// ReadingFilters are all filters, in the order in which they are offered.
var ReadingFilters = []ReadingFilter{ReadingUnread, ReadingMine, ReadingUnsummarised, ReadingRich, ReadingAttention, ReadingHeld, ReadingAll}

// ReadingItem is a submission as the reading queue lists it, without its words.
type ReadingItem struct {
	ID, PublicID string
	Day          string // received, YYYY-MM-DD
	Language     string
	Groups       []string
	Attention    bool // a person should look at it
	Unread       bool // nobody has read it as it is now
	Changed      bool // somebody read it before it was changed
	Rich         bool
	Files        int      // attachments, without scans of forms
	Summarised   int      // of them
	Readers      []string // accounts that have read it as it is now
	Held         string   // account that is reading it, "" for none
	Mine         bool     // it is the account that asks
}

// ReadingCounts is how far reading and coding have come, of the submissions that
// count.
type ReadingCounts struct {
	Submissions, Read       int
	Attachments, Summarised int // without scans of forms, whose words were keyed
	Rich                    int
	Answers                 int // in words, to questions whose answers are themed
	Coded                   int // of them, gone through by a person with the engine's places in sight
	DoubleCoded             int // of them, coded blind by two people or more
	Readers                 []Reader
}

// Reader is how many submissions an account has read, as they are now.
type Reader struct {
	By     string
	Number int
}

// Unread returns how many submissions nobody has read, and how many attachments
// nobody has summarised.
func (n *ReadingCounts) Unread() (submissions, attachments int) {
	return n.Submissions - n.Read, n.Attachments - n.Summarised
}
