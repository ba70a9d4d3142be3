package models

import "unicode/utf8"

// RedactionState is what a person decided about a part of an answer.
type RedactionState string

// The states. What the computer suggested and nobody has decided on has none: it
// is worked out anew from the text.
const (
	RedactionAccepted RedactionState = "accepted" // taken out as it was suggested
	RedactionChanged  RedactionState = "changed"  // taken out, but other words, as another kind or with other words in their place
	RedactionRefused  RedactionState = "refused"  // left in, for a reason
	RedactionAdded    RedactionState = "added"    // a person found what the computer did not
)

// Refusal is why words that could identify somebody are left in.
type Refusal string

// The reasons.
const (
	RefusalNotIdentifier Refusal = "not_identifier"
	RefusalPublicBody    Refusal = "public_body"
	RefusalStandpoint    Refusal = "standpoint"
	RefusalPublicFigure  Refusal = "public_figure"
	RefusalOther         Refusal = "other" // with a note
)

// Refusals lists the reasons, in the order in which they are offered.
var Refusals = []Refusal{RefusalNotIdentifier, RefusalPublicBody, RefusalStandpoint, RefusalPublicFigure, RefusalOther}

var refusalNames = map[Refusal]string{
	RefusalNotIdentifier: "does not identify anybody", RefusalPublicBody: "a public body or office", RefusalStandpoint: "the writer’s own standpoint",
	RefusalPublicFigure: "already public, about a public figure", RefusalOther: "another reason",
}

// Name is the reason in words.
func (r Refusal) Name() string { return refusalNames[r] }

// MixOfDetails is the kind of a decision on an answer as a whole, in which
// several details together could tell who somebody is. Accepted, they have been
// taken care of; refused, they may stand, and the note says why. It marks no
// words: its four offsets are 0.
const MixOfDetails = "mix of details"

// Redaction is one decision on words of an answer. Offsets count bytes of
// Answer.Text, at the edges of whole characters.
type Redaction struct {
	AnswerKey
	OfStart, OfEnd int // the words it is about: what was suggested, or what a person marked
	Start, End     int // the words that are replaced; those it is about, unless it was changed
	Kind           string
	Replacement    string // such as “[name]”
	State          RedactionState
	Reason         Refusal // why they are left in
	Note           string  // to the reason
	SHA256         string  // of the Answer.Text that was decided on, hex: a decision on other text is void
	By             string  // account
	Day            string  // YYYY-MM-DD
	Version        int     // of the sheet, from which on it stands
}

// RedactionSheet is how far people have come with the answers of a submission.
type RedactionSheet struct {
	Submission string
	Version    int    // raised with every change, so that two people cannot overwrite each other
	Rewrites   int    // how often a redacted text became another
	CheckedBy  string // account of who went through everything, "" while nobody has
	Checked    string // YYYY-MM-DD
	Second     bool   // a second person has to approve
	ApprovedBy string // that person's account
	Approved   string // YYYY-MM-DD
	OpenedBy   string // account of who has it open
	OpenUntil  int64  // in minutes since 1970: then it is free for others
}

// Done reports whether people have decided on all that the submission says. Words
// that come or change open it again.
func (r RedactionSheet) Done() bool { return r.CheckedBy != "" && (!r.Second || r.ApprovedBy != "") }

// RedactionStage is how far people have come with a submission.
type RedactionStage string

// The stages.
const (
	RedactionOpen    RedactionStage = "open"    // nobody has checked it, or it changed since
	RedactionSecond  RedactionStage = "second"  // checked, and waits for a second person
	RedactionChecked RedactionStage = "checked" // done
)

// Stage returns the stage of a submission that says something in words.
func (r RedactionSheet) Stage() RedactionStage {
	switch {
	case r.Done():
		return RedactionChecked
	case r.CheckedBy != "":
		return RedactionSecond
	}
	return RedactionOpen
}

// RedactionCounts is how many live submissions of a consultation that say
// something in words are at each stage. Approvable is how many of those that wait
// for a second person somebody else has checked than the account that asks.
type RedactionCounts struct {
	Open, Second, Checked int
	Approvable            int
	Others                map[string]int // by other accounts, how many they have open
}

// Longest words of people about redactions, in code points.
const (
	MaxReplacement   = 60
	MaxRedactionNote = 200
)

// Validate checks a decision.
func (r *Redaction) Validate() error {
	v := &validation{}
	v.check(utf8.RuneCountInString(r.Replacement) <= MaxReplacement+2, "replacement", "Use 60 characters or fewer")
	v.check(utf8.RuneCountInString(r.Note) <= MaxRedactionNote, "note", "Use 200 characters or fewer")
	v.check(r.State != RedactionRefused || r.Reason.Name() != "", "do", "Choose a reason")
	v.check(r.Reason != RefusalOther || r.Note != "", "note", "Say why, in a few words that repeat nothing of the answer")
	return v.err("What you decided was not saved.")
}
