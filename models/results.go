package models

import "slices"

// ReportNet is how far those who agree outnumber those who disagree on one
// question, from figures that stand in the question's table. Those who do not
// know are left out of the base where it is shown how many they are, and stay in
// it otherwise; "agree with changes" is counted on neither side. It is given only
// where both sides and the base are shown, so that any reader can work it out.
type ReportNet struct {
	Agree    int `json:"agree"`
	Disagree int `json:"disagree"`
	Changes  int `json:"agree_with_changes"` // 0 where ChangesHidden
	Unknown  int `json:"dont_know"`          // 0 where UnknownIn
	Base     int `json:"base"`               // who answered, without Unknown
	// ChangesHidden says that how many agree with changes is not shown, UnknownIn that
	// how many do not know is not, so that they are in Base.
	ChangesHidden bool `json:"agree_with_changes_hidden,omitempty"`
	UnknownIn     bool `json:"dont_know_in_base,omitempty"`
	// Groups is both sides in each group of which both are shown.
	Groups []ReportNetGroup `json:"groups,omitempty"`
	// Points is the difference in per cent of the base, in whole points. It is 0
	// only where both sides are as many.
	Points int `json:"points"`
}

// ReportNetGroup is both sides of a question in one respondent group.
type ReportNetGroup struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Agree    int    `json:"agree"`
	Disagree int    `json:"disagree"`
}

// ReportWithout is the result of one question with and without the letters that
// several people sent: how it would read without them.
type ReportWithout struct {
	Question string                `json:"question"` // id
	Text     string                `json:"text"`
	With     Figure                `json:"with"` // people who answered it
	Without  Figure                `json:"without"`
	Options  []ReportWithoutOption `json:"options"`
}

// ReportWithoutOption is one answer with and without the letters.
type ReportWithoutOption struct {
	ID      string `json:"id"`
	Text    string `json:"text"`
	With    Figure `json:"with"`
	Without Figure `json:"without"`
}

// ReportByArea is the result of one question by where people say they belong: their
// ward. Nobody in a group at risk is counted in an area; they are among everybody
// else, with organisations and those who named another place or none.
type ReportByArea struct {
	Question string             `json:"question"` // id
	Text     string             `json:"text"`
	Areas    []GroupFigure      `json:"areas"` // columns: who answered it; the last, without an id, is everybody else
	Options  []ReportAreaOption `json:"options"`
}

// ReportAreaOption is one answer by area.
type ReportAreaOption struct {
	ID    string        `json:"id"`
	Text  string        `json:"text"`
	Areas []GroupFigure `json:"areas"` // by column
}

// ReportEarlier is what an earlier consultation of this portal, which this one
// continues and whose report is public, showed for a question that this one asks
// too. Its figures are those of that report.
type ReportEarlier struct {
	Consultation string                `json:"consultation"`
	Title        string                `json:"title"`
	Closed       string                `json:"closed"` // YYYY-MM-DD
	Question     string                `json:"question"`
	Text         string                `json:"text"`
	Reworded     string                `json:"reworded,omitempty"` // its wording then, where it was another
	Then         Figure                `json:"then"`               // people who answered it
	Now          Figure                `json:"now"`
	Options      []ReportEarlierOption `json:"options"`
}

// ReportEarlierOption is one answer then and now, in whole per cent, nil where
// none is given.
type ReportEarlierOption struct {
	ID      string `json:"id"`
	Text    string `json:"text"` // its wording then, where it cannot be chosen now
	Then    *int   `json:"then"`
	Now     *int   `json:"now"`
	NotThen bool   `json:"not_offered_then,omitempty"` // it could not be chosen then
	NotNow  bool   `json:"not_offered_now,omitempty"`  // it cannot be chosen now
}

// Offered reports whether every answer could be chosen both times.
func (e *ReportEarlier) Offered() bool {
	return !slices.ContainsFunc(e.Options, func(o ReportEarlierOption) bool { return o.NotThen || o.NotNow })
}

// ReportOrganisation is an organisation that let its name stand beside what it
// said.
type ReportOrganisation struct {
	Name      string   `json:"name"`
	PublicID  string   `json:"id"`
	Position  string   `json:"position,omitempty"`  // for, against or unsure
	Documents []string `json:"documents,omitempty"` // a summary of each, by the person who read it
}

// DontKnow reports whether choosing the option says that one does not know: such
// answers are left out of the base of a net agreement.
func (o *Option) DontKnow() bool {
	return o.Stance == StanceUnsure && slices.Contains([]string{"dont_know", "not_sure", "unsure", "no_opinion"}, o.ID)
}

// WithChanges reports whether choosing the option agrees on condition of
// changes, which it offers a line to write down.
func (o *Option) WithChanges() bool { return o.Stance == StanceFor && o.WriteIn }

// ReportEquality is how many people gave each answer to one equality question.
// The answers are kept as totals that lead to no submission.
type ReportEquality struct {
	ID      string                 `json:"id"`
	Text    string                 `json:"text"`
	Base    Figure                 `json:"base"` // people who answered it
	Options []ReportEqualityOption `json:"options"`
}

// ReportEqualityOption is one answer to an equality question.
type ReportEqualityOption struct {
	ID      string `json:"id"`
	Text    string `json:"text"`
	Count   Figure `json:"count"`
	Percent *int   `json:"percent,omitempty"` // of the base, whole per cent; nil where none is given
}

// ReportHelp is a service that people were pointed to.
type ReportHelp struct {
	Name    string `json:"name"`
	What    string `json:"what,omitempty"`
	Phone   string `json:"phone,omitempty"`
	URL     string `json:"url,omitempty"`
	Checked string `json:"checked"` // YYYY-MM-DD, when somebody last looked whether it is so
}

// ReportAsked is one question of the questionnaire, as it was worded.
type ReportAsked struct {
	ID      string       `json:"id"`
	Text    string       `json:"text"`
	Type    QuestionType `json:"type"`
	Options []string     `json:"options,omitempty"` // that could be chosen, but for places
}
