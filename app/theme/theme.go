// Package theme finds what a body of free-text answers is about: themes named
// in people's own words, the place of every answer among them, fair quotes,
// and organised campaigns.
//
// It is built so that no voice drowns. Themes are also sought inside every
// respondent group and kept however small the group; nearly identical letters
// are themed once but counted for every sender; an answer that shares no theme
// with anybody is listed singly instead of being forced into one.
//
// Everything here is a pure function of its arguments: no clock, no files, no
// network, and the same bytes for the same seed whatever the number of
// processors. Nothing is learnt beforehand: word weights and similarities come
// from the answers themselves.
//
// The stages, in the order [Find] runs them:
//
//	text.go      tokens, sentences and clauses, with offsets into the original
//	language.go  which language a text is in, its stemmer and function words
//	lexicon.go   stems as numbered terms; corpus.go reads documents into them
//	campaign.go  nearly identical letters, and what each sender added
//	features.go  TF-IDF over words, and character n-grams in small corpora
//	graph.go     each text's nearest neighbours
//	embed.go     randomised SVD of the features smoothed over that graph
//	smooth.go    the same smoothing for single rows, to compare them
//	cluster.go   spherical k-means, then naive-Bayes refinement
//	lens.go      themes of single respondent groups, and distinctiveness
//	label.go     keywords and a name for each theme
//	quote.go     quotations spread over groups
//
// [Place] puts texts into an existing code frame instead.
package theme

// A Document is one person's answer to one question.
type Document struct {
	ID       string
	Text     string
	Language string   // BCP 47 tag; "" lets the words of the text decide
	Groups   []string // respondent groups; a person may be in several
	Stance   string   // models.StanceFor, StanceAgainst or StanceUnsure, from the person's own closed answer; "" when not known
	Quotable bool     // the person agreed to be quoted
}

// Options steer [Find].
type Options struct {
	K    int    // number of themes sought in the whole body; 0 = by its size
	Seed uint64 // seed of every random choice
	// Background tells which words are akin in corpora too small to tell by
	// themselves; nil for none.
	Background *Background
	// Vectors says what whole documents mean: a vector for each, all of one
	// length, nil for a document that has none, which is compared by its words.
	// Nil when there are none at all.
	Vectors [][]float32
}

// Result is what [Find] found. It marshals to the JSON of "heard themes".
type Result struct {
	Documents   int          `json:"documents"`
	Seed        uint64       `json:"seed"`
	Background  string       `json:"background,omitempty"` // name of the Background that was used
	TooFew      bool         `json:"too_few,omitempty"`    // too few documents to group: read them all
	Themes      []Theme      `json:"themes"`
	Assignments []Assignment `json:"assignments"` // every document once, in input order
	Campaigns   []Campaign   `json:"campaigns"`
	Unthemed    []string     `json:"unthemed"` // ids that share no theme with anybody
}

// A Theme is something several people said.
type Theme struct {
	ID             string         `json:"id"` // t1, t2 … largest first
	Label          string         `json:"label"`
	Keywords       []string       `json:"keywords"`
	Size           int            `json:"size"`   // documents assigned to it
	Groups         map[string]int `json:"groups"` // of which, by respondent group
	DistinctiveFor []string       `json:"distinctive_for"`
	// Stances counts the documents by their authors' own closed answers, where
	// known. For, against and unsure are never mixed up in one figure.
	Stances map[string]int `json:"stances,omitempty"`
	// NameFrom is the stance of whoever wrote the words of the name, when others
	// in the theme are of the opposite one; "" when the name is nobody's side.
	NameFrom string  `json:"name_from,omitempty"`
	Quotes   []Quote `json:"quotes"`
}

// A Quote is a verbatim span of a document whose author agreed to be quoted.
// Start and End count Unicode code points into Document.Text; a byte that is
// not valid UTF-8 counts as one code point and reads as U+FFFD.
type Quote struct {
	Document string `json:"document"`
	Group    string `json:"group"` // the group it speaks for; "" when its author is in none
	Start    int    `json:"start"`
	End      int    `json:"end"`
	Text     string `json:"text"`
	SHA256   string `json:"sha256"`           // of Text, hex
	Stance   string `json:"stance,omitempty"` // its author's own
}

// An Assignment lists the themes of one document, best first.
type Assignment struct {
	Document string   `json:"document"`
	Themes   []Scored `json:"themes"`
}

// Scored is one theme of a document. Score is between 0 and 1, to four decimals.
type Scored struct {
	Theme string  `json:"theme"`
	Score float64 `json:"score"`
}

// A Campaign is a set of nearly identical letters. Template is the letter as
// the member with the most typical wording sent it; Additions holds, by
// document id, what a member wrote beyond the shared letter.
type Campaign struct {
	ID        string            `json:"id"` // c1, c2 … largest first
	Members   []string          `json:"members"`
	Template  string            `json:"template"`
	Additions map[string]string `json:"additions"`
}
