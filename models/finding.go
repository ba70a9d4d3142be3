package models

import (
	"fmt"
	"slices"
	"strings"
)

// Limb is a part of the legal test, or of what else the law asks, that a finding
// bears on.
type Limb string

// The limbs. The first five are the test of s.59 of the 2014 Act, the sixth that
// of s.60.
const (
	LimbEffect       Limb = "effect"       // a detrimental effect on the quality of life of those in the locality
	LimbPersistent   Limb = "persistent"   // that is persistent or continuing
	LimbUnreasonable Limb = "unreasonable" // and makes the activities unreasonable
	LimbJustifies    Limb = "justifies"    // and justifies the restriction
	LimbReasonable   Limb = "reasonable"   // the restriction is reasonable and proportionate
	LimbNecessary    Limb = "necessary"    // extending it is necessary
	LimbRights       Limb = "rights"       // Articles 8, 10 and 11
	LimbEquality     Limb = "equality"     // s.149 of the Equality Act 2010
	LimbProcess      Limb = "process"      // how the consultation was held
)

// Limbs lists every limb. Those of the test of an order come first, and the last
// is about no restriction.
var Limbs = []Limb{LimbEffect, LimbPersistent, LimbUnreasonable, LimbJustifies, LimbReasonable, LimbNecessary, LimbRights, LimbEquality, LimbProcess}

// TestLimbs are those that every restriction and option is held against.
var TestLimbs = Limbs[:len(Limbs)-1]

// FindingStatus is what the council answers to a finding.
type FindingStatus string

// The answers, "" while there is none.
const (
	FindingAccepted FindingStatus = "accepted"
	FindingPartly   FindingStatus = "partly"  // accepted in part
	FindingRefused  FindingStatus = "refused" // not accepted
	FindingOutside  FindingStatus = "outside" // outside the council's power
	FindingOpen     FindingStatus = "open"    // to be decided by those whom the report is for
)

// FindingStatuses lists every answer.
var FindingStatuses = []FindingStatus{FindingAccepted, FindingPartly, FindingRefused, FindingOutside, FindingOpen}

// Prose is what an officer wrote, with references to figures in it, and how it
// read when somebody last looked at it. Figures change; whether the words around
// them are still right is for a person to say.
type Prose struct {
	Text string `json:"text,omitempty"`
	Read string `json:"read,omitempty"` // the text with its references resolved
}

// Finding is one claim of the report, what it rests on, what speaks against it
// and what the council answers. Earlier versions are kept.
type Finding struct {
	ID           string         `json:"id"`
	Consultation string         `json:"-"`
	Version      int            `json:"version"` // 1, 2, 3 …
	Place        int            `json:"place"`   // findings come in the order of their places
	Statement    Prose          `json:"statement"`
	Restriction  string         `json:"restriction,omitempty"` // id of the rule it bears on, "" for the order as a whole
	Limb         Limb           `json:"limb"`
	For          FindingSupport `json:"for"`
	Against      FindingSupport `json:"against"`
	NoneAgainst  Prose          `json:"none_against"`     // why no counter-evidence was found, where there is none
	Signed       string         `json:"signed,omitempty"` // who looked for it: name and office
	Considered   Prose          `json:"considered"`       // what the council weighed
	Will         Prose          `json:"will"`             // what it will do
	Status       FindingStatus  `json:"status,omitempty"`
	Removed      bool           `json:"removed,omitempty"` // this version takes it out of the report
	By           string         `json:"-"`                 // account that wrote this version
	Day          string         `json:"-"`                 // YYYY-MM-DD
}

// FindingSupport is what speaks for or against a finding.
type FindingSupport struct {
	Themes      []string `json:"themes,omitempty"`      // ids
	Submissions []string `json:"submissions,omitempty"` // public ids, of organisations or with documents
}

// None reports whether nothing is named.
func (s FindingSupport) None() bool { return len(s.Themes)+len(s.Submissions) == 0 }

// Limits on what an officer writes of a finding.
const (
	MaxProseLength = 5000 // code points
	MaxFindings    = 200
)

// Prose returns every text of the finding by the name of its field.
func (f *Finding) Prose() []FieldProse {
	return []FieldProse{{"statement", &f.Statement}, {"none-against", &f.NoneAgainst}, {"considered", &f.Considered}, {"will", &f.Will}}
}

// FieldProse is a text with the name of the field it is typed into.
type FieldProse struct {
	Field string
	*Prose
}

// Answered reports whether the council has answered the finding.
func (f *Finding) Answered() bool {
	return f.Status != "" && f.Considered.Text != "" && f.Will.Text != ""
}

// Weighed reports whether the finding names counter-evidence, or somebody signs
// that there is none.
func (f *Finding) Weighed() bool {
	return !f.Against.None() || f.NoneAgainst.Text != "" && f.Signed != ""
}

// Validate checks what an officer typed, but for the references in it.
func (f *Finding) Validate(c *Consultation) error {
	v := &validation{}
	v.check(f.Statement.Text != "", "statement", "Write down what was found, in one sentence or two")
	for _, p := range f.Prose() {
		if fault := tooLong(p.Text, MaxProseLength); fault.Code != "" {
			v.fault(p.Field, fault)
		}
	}
	known := f.Restriction == "" || slices.ContainsFunc(c.Restrictions, func(r Restriction) bool { return r.ID == f.Restriction })
	v.check(known, "restriction", "Choose one of the rules, or the order as a whole")
	v.check(slices.Contains(Limbs, f.Limb), "limb", "Choose the part of the legal test that it bears on")
	v.check(f.Limb != LimbProcess || f.Restriction == "", "restriction", "How the consultation was held is about no rule. Choose the order as a whole")
	v.check(f.Status == "" || slices.Contains(FindingStatuses, f.Status), "status", "Choose what the council answers")
	v.check(f.Status == "" || f.Considered.Text != "", "considered", "Say what was considered before this answer was given")
	v.check(f.Status == "" || f.Will.Text != "", "will", "Say what the council will do, also where that is nothing")
	v.check(f.Status != "" || f.Considered.Text == "" && f.Will.Text == "", "status", "Choose what the council answers")
	v.check(!f.For.None(), "themes", "Tick at least one theme, or name a submission, that the finding rests on")
	v.check(!slices.ContainsFunc(f.Against.Themes, func(id string) bool { return slices.Contains(f.For.Themes, id) }), "against", "A theme cannot stand on both sides. Leave it on one")
	v.check(f.NoneAgainst.Text == "" || f.Against.None(), "none-against", "There is counter-evidence above. Leave this empty")
	v.check(f.NoneAgainst.Text == "" || f.Signed != "", "signed", "Name the person who looked for counter-evidence and found none")
	if fault := tooLong(f.Signed, MaxNameLength); fault.Code != "" {
		v.fault("signed", fault)
	}
	v.check(f.Place >= 0 && f.Place <= 10_000, "place", "Enter a whole number, such as 10")
	return v.err("The finding cannot be kept yet.")
}

// SectionPlan is a section of the report that is written by people.
type SectionPlan struct {
	ID    string
	Title string // for staff
	Hint  string
	Parts []SectionPart
	// Required says that the report waits for every part, under the duty whose
	// number it is; 0 for none.
	Required int
}

// SectionPart is one text of a section.
type SectionPart struct {
	ID    string
	Title string // for staff
}

// Sections of which there is one.
const (
	SectionProposal       = "proposal"
	SectionAlternatives   = "alternatives"
	SectionConsulted      = "consulted"
	SectionEquality       = "equality"
	SectionRecommendation = "recommendation"
	SectionNext           = "next"
)

// An Effect is what an order could do to a right, or to people with a protected
// characteristic.
type Effect string

// The effects, "" while it has not been considered.
const (
	EffectPositive Effect = "positive"
	EffectNegative Effect = "negative"
	EffectBoth     Effect = "both"
	EffectNone     Effect = "none"
	EffectUnknown  Effect = "unknown"
)

// Effects lists every effect.
var Effects = []Effect{EffectPositive, EffectNegative, EffectBoth, EffectNone, EffectUnknown}

var effectTitles = map[Effect]string{"": "Not yet considered", EffectPositive: "Positive", EffectNegative: "Negative", EffectBoth: "Positive and negative", EffectNone: "None", EffectUnknown: "Not known"}

// Title is what the effect is called, for staff.
func (e Effect) Title() string { return effectTitles[e] }

// ImpactSection begins the id of each section of the table of rights and equality,
// and PartEffect is its part that is one of Effects.
const (
	ImpactSection = "impact-"
	PartEffect    = "impact"
)

// impacts are the rows of that table: the rights that s.72 and the Human Rights Act
// 1998 ask about, and the protected characteristics of s.4 of the Equality Act 2010,
// by what follows ImpactSection in their ids.
var impacts = []SectionPart{{"8", "Article 8: private and family life"}, {"10", "Article 10: expression"}, {"11", "Article 11: assembly"},
	{"age", "Age"}, {"disability", "Disability"}, {"reassignment", "Gender reassignment"}, {"marriage", "Marriage and civil partnership"}, {"pregnancy", "Pregnancy and maternity"},
	{"race", "Race"}, {"belief", "Religion or belief"}, {"sex", "Sex"}, {"orientation", "Sexual orientation"}}

// OptionSections are the options that are held against the test, by section.
var OptionSections = []string{"option-proposed", "option-none", "option-narrower", "option-support", "option-other"}

var limbTitles = map[Limb]string{
	LimbEffect: "Detrimental effect on quality of life", LimbPersistent: "Persistent or continuing", LimbUnreasonable: "Makes the activities unreasonable",
	LimbJustifies: "Justifies the restriction", LimbReasonable: "Reasonable and proportionate", LimbNecessary: "Necessary to extend (s.60)",
	LimbRights: "Rights: Articles 8, 10 and 11", LimbEquality: "Equality (s.149)", LimbProcess: "How the consultation was held",
}

// Title is what the limb is called, for staff.
func (l Limb) Title() string { return limbTitles[l] }

// Sections returns every section that people write for a consultation, in the
// order of the report.
func Sections(c *Consultation) []SectionPlan {
	text := []SectionPart{{"text", "Text"}}
	plans := []SectionPlan{
		{SectionProposal, "The proposal and the reasons for it", "What stands in the consultation file comes first; this is added to it.", text, 0},
		{SectionAlternatives, "Alternatives that were rejected", "What stands in the consultation file comes first; this is added to it.", text, 0},
		{SectionConsulted, "How we consulted", "The register and the figures are printed by themselves. Say what they do not: outreach, languages, what changed.", text, 0},
	}
	rights := []SectionPart{{"test", "How it meets the test of s.59"}, {"proportionate", "Whether it is proportionate"}, {"8", "Article 8: private life"}, {"10", "Article 10: expression"}, {"11", "Article 11: assembly"}}
	for _, r := range c.Restrictions {
		plans = append(plans, SectionPlan{"rights-" + r.ID, "Rights and proportionality: rule " + r.ID, r.Text.Default(), rights, 22})
	}
	if len(c.Restrictions) == 0 {
		plans = append(plans, SectionPlan{"rights", "Rights and proportionality", "", rights, 22})
	}
	plans = append(plans, SectionPlan{SectionEquality, "Equality (Equality Act 2010, s.149)", "What the responses say about people with a protected characteristic, what was considered, and what will soften the effects.", text, 23})
	for _, row := range impacts {
		plans = append(plans, SectionPlan{ImpactSection + row.ID, "Impact: " + row.Title, "A row of the table of rights and equality. What is left empty is printed as not yet considered.",
			[]SectionPart{{PartEffect, "What the order could do"}, {"how", "How"}, {"evidence", "What the responses show of it"}, {"mitigation", "What will soften or strengthen it"}, {"owner", "Who sees to that"}}, 0})
	}
	names := []string{"As proposed", "Do nothing", "A narrower order", "Support instead of an order", "Another option"}
	for i, id := range OptionSections {
		parts := []SectionPart{{"what", "What this option is"}}
		for _, l := range TestLimbs {
			parts = append(parts, SectionPart{string(l), l.Title()})
		}
		p := SectionPlan{id, "Option: " + names[i], "Say for each part of the test how this option stands.", parts, 22}
		if id == "option-other" {
			p.Required = 0
		}
		plans = append(plans, p)
	}
	return append(plans,
		SectionPlan{SectionRecommendation, "Recommendation", "What officers recommend, and why in view of the findings.", text, 22},
		SectionPlan{SectionNext, "Next steps", "The dates are worked out under “Duties”. Say what they do not.", text, 0})
}

// SectionBy returns the plan of a section, nil for none.
func SectionBy(c *Consultation, id string) *SectionPlan {
	for _, p := range Sections(c) {
		if p.ID == id {
			return &p
		}
	}
	return nil
}

// Section is one version of a written section. Earlier versions are kept.
type Section struct {
	ID           string            `json:"id"`
	Consultation string            `json:"-"`
	Version      int               `json:"version"`
	Parts        map[string]*Prose `json:"parts"` // by part; what is empty is left out
	By           string            `json:"-"`
	Day          string            `json:"-"`
}

// Prose returns the texts of the section in the order of its plan.
func (s *Section) Prose(plan *SectionPlan) (all []FieldProse) {
	for _, part := range plan.Parts {
		if p := s.Parts[part.ID]; p != nil {
			all = append(all, FieldProse{part.ID, p})
		}
	}
	return all
}

// Missing returns the parts that nothing is written in.
func (s *Section) Missing(plan *SectionPlan) (parts []SectionPart) {
	for _, part := range plan.Parts {
		if p := s.Parts[part.ID]; p == nil || p.Text == "" {
			parts = append(parts, part)
		}
	}
	return parts
}

// Validate checks what an officer typed, but for the references in it.
func (s *Section) Validate(plan *SectionPlan) error {
	v := &validation{}
	for _, p := range s.Prose(plan) {
		if fault := tooLong(p.Text, MaxProseLength); fault.Code != "" {
			v.fault(p.Field, fault)
		}
		v.check(p.Field != PartEffect || slices.Contains(Effects, Effect(p.Text)), p.Field, "Choose what the order could do")
	}
	return v.err("The section cannot be kept yet.")
}

// Population is how many people of a sort there are, from a named source: what
// those who answered are held against.
type Population struct {
	ID           string
	Consultation string
	Version      int
	Group        string // id of a respondent group, or of an answer as EqualityAnswer has it; "" for people who were not counted apart
	Label        string // who they are, where there is no group
	Figure       int    // people
	Source       string // and of what the figure is
	Day          string // of the figure, YYYY-MM-DD
	By           string // account that entered it last
	Written      string // day on which
}

// Validate checks what an officer typed.
func (p *Population) Validate(c *Consultation) error {
	v := &validation{}
	_, asked := c.EqualityAnswer(p.Group)
	v.check(p.Group == "" || c.Group(p.Group) != nil || asked, "group", "Choose one of the groups or answers, or none and write who they are")
	v.check(p.Group != "" || p.Label != "", "label", "Say who these people are, or choose a group")
	v.check(p.Group == "" || p.Label == "", "label", "The group says who they are. Leave this empty, or choose no group")
	v.check(p.Figure >= 0 && p.Figure <= 100_000_000, "figure", "Enter a whole number")
	v.check(p.Source != "", "source", "Say where the figure comes from, for instance the census and its table")
	v.check(isDay(p.Day), "day", "Enter the day that the figure is of")
	for field, text := range map[string]string{"label": p.Label, "source": p.Source} {
		if f := tooLong(text, 300); f.Code != "" {
			v.fault(field, f)
		}
	}
	slices.SortFunc(v.fields, func(a, b FieldError) int {
		return slices.Index(populationFields, a.Field) - slices.Index(populationFields, b.Field)
	})
	return v.err("The figure cannot be kept yet.")
}

// EqualityAnswer names those who gave an answer to an equality question, by the id
// of the question, a full stop and that of the answer; false if there is none.
func (c *Consultation) EqualityAnswer(id string) (name Text, ok bool) {
	question, answer, _ := strings.Cut(id, ".")
	for i := range c.Equality {
		if q := &c.Equality[i]; q.ID == question {
			if o := q.Option(answer); o != nil {
				return o.Text, true
			}
		}
	}
	return nil, false
}

var populationFields = []string{"group", "label", "figure", "source", "day"}

// Gap is something that the written part of the report still lacks.
type Gap struct {
	Duty    int    // 21, 22 or 23
	Kind    string // theme, finding or section
	ID      string // of it
	Message string // whole sentences: what is missing and what to do
}

// Gaps returns what the written part of the report still lacks: themes that no
// finding rests on, findings without counter-evidence or an answer, and sections
// that the law asks for. themes are those that people are in. A theme is answered
// with the one it stands under.
func Gaps(c *Consultation, themes []Theme, findings []Finding, sections map[string]Section) (gaps []Gap) {
	rests, parent := map[string]bool{}, map[string]string{}
	for _, f := range findings {
		for _, id := range slices.Concat(f.For.Themes, f.Against.Themes) {
			rests[id] = true
		}
	}
	for _, t := range themes {
		parent[t.ID] = t.Parent
	}
	for _, t := range themes {
		answered := false
		for id, steps := t.ID, 0; id != "" && steps <= len(themes); id, steps = parent[id], steps+1 {
			answered = answered || rests[id]
		}
		if !answered {
			gaps = append(gaps, Gap{21, "theme", t.ID, fmt.Sprintf("No finding rests on the theme “%s”. Write one, or tick the theme in a finding.", t.Label)})
		}
	}
	if len(findings) == 0 {
		gaps = append(gaps, Gap{21, "finding", "new", "No finding has been written yet."})
	}
	for i, f := range findings {
		for _, id := range slices.Concat(f.For.Themes, f.Against.Themes) {
			if _, there := parent[id]; !there {
				gaps = append(gaps, Gap{21, "finding", f.ID, fmt.Sprintf("Finding %d names a theme that is not there any more. Choose among those that are, and keep it again.", i+1)})
				break
			}
		}
		if !f.Weighed() {
			gaps = append(gaps, Gap{21, "finding", f.ID, fmt.Sprintf("Finding %d names no counter-evidence. Name some, or sign that none was found and why.", i+1)})
		}
		if !f.Answered() {
			gaps = append(gaps, Gap{21, "finding", f.ID, fmt.Sprintf("Finding %d has no answer of the council. Write what was considered and what the council will do.", i+1)})
		}
	}
	for _, plan := range Sections(c) {
		s := sections[plan.ID]
		if missing := s.Missing(&plan); plan.Required > 0 && len(missing) > 0 {
			gaps = append(gaps, Gap{plan.Required, "section", plan.ID, fmt.Sprintf("“%s” is not written yet: %d of its %d parts are empty.", plan.Title, len(missing), len(plan.Parts))})
		}
	}
	return gaps
}

// written says whether nothing that a duty waits for is missing in the written
// part of the report.
func written(gaps []Gap, duty int) (met bool, said string) {
	const most = 3 // that a line names
	var missing []string
	for _, g := range gaps {
		if g.Duty == duty {
			missing = append(missing, g.Message)
		}
	}
	switch n := len(missing); {
	case n > most:
		return false, fmt.Sprintf("%s And %d more: see “Findings”.", strings.Join(missing[:most], " "), n-most)
	case n > 0:
		return false, strings.Join(missing, " ")
	}
	return true, map[int]string{
		21: "Every theme stands in a finding, and every finding has its counter-evidence and an answer of the council.",
		22: "Each rule is held against the test of s.59 and Articles 8, 10 and 11, each option against every part of the test, and the recommendation is written.",
		23: "The section on equality is written.",
	}[duty]
}

// ReportFinding is a finding as the report prints it: its references resolved.
type ReportFinding struct {
	Number      int           `json:"number"` // 1, 2, 3 …
	ID          string        `json:"id"`
	Statement   string        `json:"statement"`
	Restriction string        `json:"restriction,omitempty"`
	Limb        Limb          `json:"limb"`
	Said        []ReportSaid  `json:"said,omitempty"`    // themes it rests on
	Against     []ReportSaid  `json:"against,omitempty"` // themes that speak against it
	Bodies      []string      `json:"bodies,omitempty"`  // names of those whose submissions it rests on; "" for one that is not named
	Opposed     []string      `json:"opposed,omitempty"` // of those whose submissions speak against it
	NoneAgainst string        `json:"none_against,omitempty"`
	Signed      string        `json:"signed,omitempty"`
	Considered  string        `json:"considered,omitempty"`
	Will        string        `json:"will,omitempty"`
	Status      FindingStatus `json:"status,omitempty"`
}

// ReportSaid is a theme that a finding names, with the people in it.
type ReportSaid struct {
	Theme string `json:"theme"`
	Label string `json:"label"`
	Count Figure `json:"count"`
}

// ReportSection is a written section as the report prints it.
type ReportSection struct {
	ID    string       `json:"id"`
	Parts []ReportPart `json:"parts"`
}

// ReportImpact is a row of the table of rights and equality: what the order could do
// to a right, or to people with a protected characteristic. Without an effect it has
// not been considered yet.
type ReportImpact struct {
	ID         string `json:"id"` // 8, 10 or 11 for an Article, or a characteristic
	Effect     Effect `json:"effect,omitempty"`
	How        string `json:"how,omitempty"`
	Evidence   string `json:"evidence,omitempty"`
	Mitigation string `json:"mitigation,omitempty"`
	Owner      string `json:"owner,omitempty"`
}

// Gap reports whether nothing is written in the row.
func (i ReportImpact) Gap() bool { return i == ReportImpact{ID: i.ID} }

// ReportPart is one text of a section.
type ReportPart struct {
	ID   string `json:"id"`
	Text string `json:"text"`
}

// Part returns a text of the section, "" for none.
func (s ReportSection) Part(id string) string {
	for _, p := range s.Parts {
		if p.ID == id {
			return p.Text
		}
	}
	return ""
}

// ReportProposed is what people were consulted on, as the consultation said it.
type ReportProposed struct {
	Summary      string              `json:"summary,omitempty"`
	Why          string              `json:"why,omitempty"`
	Area         string              `json:"area,omitempty"`
	Evidence     []string            `json:"evidence,omitempty"`
	Alternatives []ReportAlternative `json:"alternatives,omitempty"`
	Timeline     []ReportMoment      `json:"timeline,omitempty"` // of the order; nil where nothing is told of its history
}

// ReportAlternative is an option that was considered and why it was not chosen.
type ReportAlternative struct {
	Option string `json:"option"`
	WhyNot string `json:"why_not"`
}

// ReportMoment is a day in the life of an order.
type ReportMoment struct {
	Day    string `json:"day"`           // YYYY-MM-DD
	Key    string `json:"key,omitempty"` // what it is, of a day that follows from the dates of the consultation, as Timeline.Calendar has it
	Title  string `json:"title"`
	Source string `json:"source,omitempty"`
	Ahead  bool   `json:"ahead,omitempty"` // it comes after the end of the consultation
}

// ReportDate is a day that lies ahead of a consultation once it has closed.
type ReportDate struct {
	Day   string `json:"day"` // YYYY-MM-DD
	Title string `json:"title"`
}

// Missing says how far a group is missing among those who answered.
type Missing string

// How far a group is missing. All of it follows from figures that are shown.
const (
	MissingFew   Missing = "few"   // few of them answered, or none: the count is below its threshold
	MissingUnder Missing = "under" // less than half as often as the groups that can be compared
	MissingSome  Missing = "some"  // none of these
	MissingHid   Missing = "hid"   // how many is not shown, to protect another figure
	MissingNever Missing = "never" // nobody was asked, so it is not known
)

// ReportPopulation holds those who answered against how many there are.
type ReportPopulation struct {
	Group      string  `json:"group,omitempty"`
	Name       string  `json:"name"`
	Sensitive  bool    `json:"sensitive,omitempty"`
	Population *Figure `json:"population,omitempty"` // nil when nobody entered a figure
	Source     string  `json:"source,omitempty"`
	Day        string  `json:"day,omitempty"`
	Count      *Figure `json:"count,omitempty"` // who answered; nil when nobody was asked
	Missing    Missing `json:"missing"`
}

// Heard is a cell of the matrix of restrictions, limbs and groups.
type Heard string

// What a cell says. Of what people in a group at risk said, it says that they were
// heard or nothing.
const (
	HeardYes     Heard = "heard"   // at least as many of the group as may be shown are in one of the themes
	HeardFew     Heard = "few"     // fewer than may be shown in each, or nobody
	HeardHidden  Heard = "hidden"  // not shown, to protect people
	HeardBodies  Heard = "bodies"  // the findings rest on submissions that they name, not on themes, so no group is heard in them
	HeardUnasked Heard = "unasked" // the form asks the group nothing that can be in a theme
	HeardGap     Heard = "gap"     // no finding rests here
)

// ReportMatrix shows which groups were heard on which part of the test.
type ReportMatrix struct {
	Groups []string          `json:"groups"` // names
	Rows   []ReportMatrixRow `json:"rows"`
}

// ReportMatrixRow is one part of the test for one restriction.
type ReportMatrixRow struct {
	Restriction string  `json:"restriction,omitempty"` // "" for the order as a whole
	Limb        Limb    `json:"limb"`
	Findings    []int   `json:"findings,omitempty"` // their numbers; none is a gap
	Cells       []Heard `json:"cells"`              // by group
}

// Stale is a text of the report whose figures have changed since somebody looked
// at it, or whose references no longer lead anywhere.
type Stale struct {
	Kind    string // finding or section
	ID      string
	Field   string
	Title   string // what it is called, for staff
	Then    string // how it read
	Now     string // how it reads
	Problem string // why it cannot be read any more, "" when it can
}
