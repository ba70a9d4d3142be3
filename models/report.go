package models

import "encoding/json"

// Figure is a count as it may be shown. When Masked, Value is zero and the
// truth is not in the report at all.
type Figure struct {
	Value     int  `json:"value"`
	Masked    bool `json:"masked,omitempty"`
	Threshold int  `json:"threshold,omitempty"` // when Masked: fewer than this; 0 when withheld to protect another figure
}

// UnmarshalJSON also reads a bare number: reports that were published before a
// count passed the gate go on to say it.
func (f *Figure) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] != '{' {
		*f = Figure{}
		return json.Unmarshal(b, &f.Value)
	}
	type plain Figure
	return json.Unmarshal(b, (*plain)(f))
}

// Report is a consultation report: plain data that every format is written
// from. Every count in it has passed the disclosure gate.
type Report struct {
	Consultation string           `json:"consultation"`
	Title        string           `json:"title"`
	Council      string           `json:"council"`
	Invented     bool             `json:"invented,omitempty"`
	Published    bool             `json:"published"`
	DataHash     string           `json:"data_hash"`  // SHA-256 over the data it was built from, hex
	Checkpoint   string           `json:"checkpoint"` // root of the submission log it was built from
	Opened       string           `json:"opened"`
	Closed       string           `json:"closed"`
	Total        Figure           `json:"total"`
	Groups       []GroupFigure    `json:"groups"`
	Channels     []GroupFigure    `json:"channels"`
	Languages    []GroupFigure    `json:"languages,omitempty"` // of the form that was answered
	Questions    []ReportQuestion `json:"questions"`
	Themes       []ReportTheme    `json:"themes"`
	HeardOnce    []ReportExcerpt  `json:"heard_once"`
	Campaigns    []ReportCampaign `json:"campaigns"`
	RollCall     RollCall         `json:"roll_call"`
	Restrictions []ReportRule     `json:"restrictions"`
	Changes      []ReportChange   `json:"changes,omitempty"` // of the consultation, while people could answer
	Method       *ReportMethod    `json:"method,omitempty"`  // nil where themes were never looked for
	Late         *ReportLate      `json:"late,omitempty"`    // nil where nothing was keyed or imported

	Version    *ReportVersion    `json:"version,omitempty"`    // nil for a draft
	Objections *ReportObjections `json:"objections,omitempty"` // nil where nobody could object

	// What is recorded beside the submissions and never counted among them.
	Consulted []ReportConsulted `json:"consulted,omitempty"`
	Petitions []ReportPetition  `json:"petitions,omitempty"`
	Events    []ReportEvent     `json:"events,omitempty"`
	Publicity []ReportNotice    `json:"publicity,omitempty"`

	// What people wrote of it; see finding.go.
	Proposal *ReportProposed    `json:"proposal,omitempty"`
	Findings []ReportFinding    `json:"findings,omitempty"`
	Sections []ReportSection    `json:"sections,omitempty"`
	Missing  []ReportPopulation `json:"missing,omitempty"`
	Matrix   *ReportMatrix      `json:"matrix,omitempty"`
	Impact   []ReportImpact     `json:"impact,omitempty"`
	Next     []ReportDate       `json:"next,omitempty"`
	Stale    []Stale            `json:"-"`

	ByArea        []ReportByArea       `json:"by_area,omitempty"`
	Without       []ReportWithout      `json:"without_letters,omitempty"`
	Earlier       []ReportEarlier      `json:"earlier,omitempty"`
	Organisations []ReportOrganisation `json:"organisations,omitempty"`
	Redactions    []GroupFigure        `json:"redactions,omitempty"` // details taken out of answers, by kind
	Equality      []ReportEquality     `json:"equality,omitempty"`
	Asked         []ReportAsked        `json:"asked,omitempty"` // the questionnaire
	Help          []ReportHelp         `json:"help,omitempty"`
}

// ReportChange is a notice of what became different while people could answer.
type ReportChange struct {
	Day  string `json:"day"` // YYYY-MM-DD
	Text string `json:"text"`
}

// ReportConsulted is a body that was consulted, by law or as a representative.
type ReportConsulted struct {
	Name      string `json:"name"`
	Statutory bool   `json:"statutory,omitempty"`
	Why       string `json:"why,omitempty"`
	Asked     string `json:"asked,omitempty"`    // YYYY-MM-DD
	Answered  string `json:"answered,omitempty"` // YYYY-MM-DD; "" for no answer
	Answer    string `json:"answer,omitempty"`   // a summary in an officer's words
	Position  string `json:"position,omitempty"` // for, against or unsure, as the body states it
	PublicID  string `json:"id,omitempty"`       // of its submission, where that lets it be named
}

// ReportPetition is a petition that was handed in.
type ReportPetition struct {
	Title      string `json:"title"`
	By         string `json:"by"`
	Received   string `json:"received"` // YYYY-MM-DD
	Wording    string `json:"wording"`
	Checked    string `json:"checked"` // how the signatures were
	Signatures Figure `json:"signatures"`
}

// ReportEvent is an event that was held.
type ReportEvent struct {
	Name   string `json:"name"`
	Place  string `json:"place,omitempty"`
	Day    string `json:"day"`    // YYYY-MM-DD
	People Figure `json:"people"` // about how many came
}

// ReportNotice is how people were told, and from which day, YYYY-MM-DD.
type ReportNotice struct {
	Name string `json:"name"`
	Day  string `json:"day"`
}

// ReportMethod says how the themes were found, and what people did to them.
type ReportMethod struct {
	Method         // without its count
	Taught  Figure `json:"taught"`  // answers coded by people that the mapper learnt from
	Coded   Figure `json:"coded"`   // answers that people went through one by one
	Changed Figure `json:"changed"` // places of answers in themes that people changed
	// Frame is the version of the code frame, DoubleCoded the answers that two
	// people coded blind, Differ those of them that they saw differently, and
	// Settled those of them that were settled since.
	Frame       int              `json:"frame,omitempty"`
	DoubleCoded Figure           `json:"double_coded"`
	Differ      Figure           `json:"differ"`
	Settled     Figure           `json:"settled"`
	Machine     *ReportAgreement `json:"machine,omitempty"` // of the engine with people, on answers coded blind; nil when not known
	People      *ReportAgreement `json:"people,omitempty"`  // of two people with each other
}

// ReportAgreement is micro-F1 with its 95 % interval, each between 0 and 1, and
// Cohen's kappa, at most 1.
type ReportAgreement struct {
	F1      float64 `json:"f1"`
	Low     float64 `json:"low"`
	High    float64 `json:"high"`
	Kappa   float64 `json:"kappa"`
	Answers int     `json:"answers"` // that were coded blind
}

// GroupFigure is a count of one group, channel or other attribute.
type GroupFigure struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Sensitive bool   `json:"sensitive,omitempty"`
	Count     Figure `json:"count"`
}

// ReportRule is one restriction as people were shown it.
type ReportRule struct {
	ID         string `json:"id"`
	Text       string `json:"text"`
	Paraphrase bool   `json:"paraphrase,omitempty"`
}

// ReportQuestion is the result of one closed question: options by groups.
type ReportQuestion struct {
	ID          string         `json:"id"`
	Text        string         `json:"text"`
	Type        QuestionType   `json:"type"`
	Restriction string         `json:"restriction,omitempty"`
	Position    bool           `json:"position,omitempty"` // it asks whether people are for or against the proposal
	Base        Figure         `json:"base"`               // people who answered it
	Groups      []GroupFigure  `json:"groups"`             // columns: people in the group who answered it
	Options     []ReportOption `json:"options"`            // rows
	Net         *ReportNet     `json:"net,omitempty"`
}

// ReportOption is one row of a closed question's result.
type ReportOption struct {
	ID      string   `json:"id"`
	Text    string   `json:"text"`
	Count   Figure   `json:"count"`
	Percent *int     `json:"percent,omitempty"` // of the base, whole per cent; nil when the base is too small or a part is masked
	Groups  []Figure `json:"groups"`            // by column
}

// ReportTheme is one theme with who holds it and what they say.
type ReportTheme struct {
	ID             string           `json:"id"`
	Label          string           `json:"label"`
	Keywords       []string         `json:"keywords"`
	Approved       bool             `json:"approved"`
	MadeByPeople   bool             `json:"made_by_people,omitempty"`  // added or split off by an officer, not found by the engine
	DistinctiveFor []string         `json:"distinctive_for,omitempty"` // names of groups
	Count          Figure           `json:"count"`                     // people, not mentions
	Groups         []GroupFigure    `json:"groups"`
	Quotes         []ReportExcerpt  `json:"quotes"`
	Definition     string           `json:"definition,omitempty"`   // what belongs in it, in an officer's words
	Parent         string           `json:"parent,omitempty"`       // id of the theme it stands under; parents come before children
	OutOfScope     string           `json:"out_of_scope,omitempty"` // why the consultation cannot decide on it; such themes come last
	Stances        []GroupFigure    `json:"stances,omitempty"`      // people by their own position: for, against, unsure, "" for none given
	NameFrom       string           `json:"name_from,omitempty"`    // for or against: where whoever wrote the words of the label stands, when others here stand opposite
	Summary        []ReportSentence `json:"summary,omitempty"`
	ApprovedDraft  *ReportDraft     `json:"approved_draft,omitempty"`
	OneSided       string           `json:"one_sided,omitempty"` // for or against: where nearly all who take a side stand, if the figures show it
}

// ReportExcerpt is words that somebody wrote and agreed to have quoted, or,
// without consent, the bare fact that they were read (Text is empty).
type ReportExcerpt struct {
	PublicID string `json:"id"`
	Group    string `json:"group,omitempty"` // name of one group, never two attributes together
	Question string `json:"question,omitempty"`
	Text     string `json:"text,omitempty"`
	Language string `json:"language,omitempty"`
}

// ReportCampaign is a letter sent by several people.
type ReportCampaign struct {
	Letters Figure `json:"letters"`
	Text    string `json:"text,omitempty"` // the common letter, where a sender agreed to be quoted
}

// RollCall accounts for every submission: Submissions = InThemes + HeardOnce +
// ClosedOnly. A report whose roll-call does not add up cannot be built.
type RollCall struct {
	Submissions int `json:"submissions"`
	InThemes    int `json:"in_themes"`
	HeardOnce   int `json:"heard_once"`  // words that share no theme with anybody, listed singly
	ClosedOnly  int `json:"closed_only"` // answered by choosing only
	// Uncounted is what else came in: taken back by whoever sent it, replaced by its
	// author with another, or set aside by an officer. How many each were passes the
	// gate, as in the manifest of the log.
	Uncounted int             `json:"uncounted"`
	Withdrawn Figure          `json:"withdrawn"`
	Replaced  Figure          `json:"replaced"`
	SetAside  Figure          `json:"set_aside"`
	Aside     []GroupFigure   `json:"aside,omitempty"` // those set aside, by reason; nil where how many is not shown
	Entries   []RollCallEntry `json:"-"`               // for staff: where each submission went
}

// RollCallEntry says where one submission stands in the report.
type RollCallEntry struct {
	Submission string
	PublicID   string
	Themes     []string // labels
	HeardOnce  bool
	ClosedOnly bool
	Sections   []string // of the report, by their anchors on the page, such as themes and results
}
