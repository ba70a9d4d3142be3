package models

// ReportSentence is one sentence of a theme's summary. Kind names its wording in
// the catalogue of each language ("summary." + Kind); Text is the same in
// English, for formats that are written in English alone.
//
// Quoted are the public ids of those it rests on whose words are printed with
// the theme, and Others how many more it rests on, as far as that may be shown;
// nil where the sentence says itself how many, or that nobody may be told apart.
// Submissions are all of them, by internal id, and never leave the desk.
type ReportSentence struct {
	Kind        string         `json:"kind"`
	Text        string         `json:"text"`
	Number      *Figure        `json:"number,omitempty"`
	Other       *Figure        `json:"other,omitempty"` // the total it is part of, or the other side
	Names       []string       `json:"names,omitempty"` // of groups, themes or a question
	Quote       *ReportExcerpt `json:"quote,omitempty"`
	Quoted      []string       `json:"quoted,omitempty"`
	Others      *Figure        `json:"others,omitempty"`
	Submissions []string       `json:"-"`
}

// ReportDraft is what the optional language model wrote of a theme and a person
// approved. Each sentence rests on quotes that stand with the theme.
type ReportDraft struct {
	Sentences []ReportDraftSentence `json:"sentences"`
	Approved  string                `json:"approved"` // YYYY-MM-DD
}

// ReportDraftSentence is one sentence of it, in the model's words.
type ReportDraftSentence struct {
	Text   string   `json:"text"`
	Quoted []string `json:"quoted"` // public ids
}

// ApprovedDraft is what a person approved of a language model's draft of a theme,
// sentence for sentence as they read it.
type ApprovedDraft struct {
	Theme        string
	Consultation string
	Sentences    []Sentence
	By           string // account
	Day          string // YYYY-MM-DD
}
