package views

import (
	"html/template"
	"strings"

	"heard/models"
)

// WritingPage is the written part of the report: what there is and what is
// missing.
type WritingPage struct {
	Base
	Consultation string
	CanWrite     bool
	Refusal      string  // why no report can be built
	Gaps         []Fault // what is missing, leading to where it is written
	Stale        []StaleText
	Findings     []FindingRow
	Sections     []WrittenRow
	Population   []PopulationRow
}

// StaleText is a text that reads otherwise than when somebody last looked at it.
type StaleText struct {
	Name, Href         string
	Then, Now, Problem string // Problem: why it cannot be read any more
}

// FindingRow is one finding in the list.
type FindingRow struct {
	Number       int
	ID, Text     string // Text: its statement, resolved
	About        string // restriction and limb
	Answer       string // of the council, "" for none yet
	Href, Signed string // Signed: who wrote it last and when
}

// WrittenRow is one section in the list.
type WrittenRow struct {
	ID, Name, Href string
	State          string // Written, Begun, Not written, or Optional
	Good           bool
}

// PopulationRow is one figure in the list.
type PopulationRow struct {
	ID, Name, Figure, Source, Day, Href string
}

// WritePage is a form for a finding, a section or a figure.
type WritePage struct {
	Base
	Heading, Intro string
	Act, Back      string
	Version        int // as it will be
	CanWrite       bool
	CanRemove      bool
	Controls       []Control
	Stale          []StaleText // of this
	References     []Pair      // what can be referred to, and how it reads now
	Faults         []Fault
	Earlier        []EarlierText
}

// EarlierText is a version that was kept.
type EarlierText struct {
	Version int
	Signed  string // by whom and when
	Pairs   []Pair // what it said
}

// Control is a field to type into or, where there are choices, to choose in.
type Control struct {
	Field
	Choices []Choice
	Many    bool   // several can be chosen
	Folded  string // the line under which many choices are folded away, "" for none
}

func (*WritingPage) file() string { return "writing" }
func (*WritePage) file() string   { return "write" }

// Written returns a written section of the report, an empty one for none.
func (p *ReportPage) Written(id string) models.ReportSection {
	for _, s := range p.Report.Sections {
		if s.ID == id {
			return s
		}
	}
	return models.ReportSection{}
}

// WrittenUnder returns the written sections whose ids begin with a word: rights
// or option.
func (p *ReportPage) WrittenUnder(word string) (all []models.ReportSection) {
	for _, s := range p.Report.Sections {
		if s.ID == word || strings.HasPrefix(s.ID, word+"-") {
			all = append(all, s)
		}
	}
	return all
}

// Leading is the findings that the summary prints.
func (p *ReportPage) Leading() []models.ReportFinding {
	return p.Report.Findings[:min(len(p.Report.Findings), maxLeading)]
}

// maxLeading is how many findings a summary of two pages has room for.
const maxLeading = 10

// About names what a finding, a section or a row of the matrix is about: a rule, or
// the order as a whole.
func (b *Base) About(rule string) template.HTML {
	if rule == "" {
		return b.T("finding.whole")
	}
	return b.T("rule.name", "ID", rule)
}

// Limb names a part of the legal test.
func (b *Base) Limb(l models.Limb) template.HTML {
	switch l {
	case models.LimbEffect:
		return b.T("finding.limb.effect")
	case models.LimbPersistent:
		return b.T("finding.limb.persistent")
	case models.LimbUnreasonable:
		return b.T("finding.limb.unreasonable")
	case models.LimbJustifies:
		return b.T("finding.limb.justifies")
	case models.LimbReasonable:
		return b.T("finding.limb.reasonable")
	case models.LimbNecessary:
		return b.T("finding.limb.necessary")
	case models.LimbRights:
		return b.T("finding.limb.rights")
	case models.LimbEquality:
		return b.T("finding.limb.equality")
	}
	return b.T("finding.limb.process")
}

// Answer says what the council answers to a finding.
func (b *Base) Answer(s models.FindingStatus) template.HTML {
	switch s {
	case models.FindingAccepted:
		return b.T("finding.answer.accepted")
	case models.FindingPartly:
		return b.T("finding.answer.partly")
	case models.FindingRefused:
		return b.T("finding.answer.refused")
	case models.FindingOutside:
		return b.T("finding.answer.outside")
	case models.FindingOpen:
		return b.T("finding.answer.open")
	}
	return b.T("finding.answer.none")
}

// Heard says a cell of the matrix in a word or two.
func (b *Base) Heard(h models.Heard) template.HTML {
	switch h {
	case models.HeardYes:
		return b.T("finding.heard.yes")
	case models.HeardFew:
		return b.T("finding.heard.few")
	case models.HeardHidden:
		return b.T("finding.heard.hidden")
	case models.HeardBodies:
		return b.T("finding.heard.bodies")
	case models.HeardUnasked:
		return b.T("finding.heard.unasked")
	}
	return b.T("finding.heard.gap")
}

// Absent says how far a group is missing.
func (b *Base) Absent(m models.Missing) template.HTML {
	switch m {
	case models.MissingFew:
		return b.T("finding.missing.few")
	case models.MissingUnder:
		return b.T("finding.missing.under")
	case models.MissingHid:
		return b.T("finding.missing.hid")
	case models.MissingNever:
		return b.T("finding.missing.never")
	}
	return ""
}

// PartTitle names a text of a section on rights or of an option, "" for one that
// needs no name.
func (b *Base) PartTitle(id string) template.HTML {
	switch id {
	case "what", "text":
		return ""
	case "test":
		return b.T("finding.rights.test")
	case "proportionate":
		return b.T("finding.rights.proportionate")
	case "8":
		return b.T("finding.rights.8")
	case "10":
		return b.T("finding.rights.10")
	case "11":
		return b.T("finding.rights.11")
	}
	return b.Limb(models.Limb(id))
}

// Effect words what an order could do.
func (b *Base) Effect(e models.Effect) template.HTML {
	switch e {
	case models.EffectPositive:
		return b.T("impact.positive")
	case models.EffectNegative:
		return b.T("impact.negative")
	case models.EffectBoth:
		return b.T("impact.both")
	case models.EffectNone:
		return b.T("impact.none")
	case models.EffectUnknown:
		return b.T("impact.unknown")
	}
	return b.T("impact.gap")
}

// Impact names a row of the table of rights and equality.
func (b *Base) Impact(id string) template.HTML {
	switch id {
	case "8", "10", "11":
		return b.PartTitle(id)
	case "age":
		return b.T("impact.age")
	case "disability":
		return b.T("impact.disability")
	case "reassignment":
		return b.T("impact.reassignment")
	case "marriage":
		return b.T("impact.marriage")
	case "pregnancy":
		return b.T("impact.pregnancy")
	case "race":
		return b.T("impact.race")
	case "belief":
		return b.T("impact.belief")
	case "sex":
		return b.T("impact.sex")
	case "orientation":
		return b.T("impact.orientation")
	}
	return template.HTML(template.HTMLEscapeString(id)) // of a later version of the program
}

// WrittenTitle names a section on rights by its rule, and an option.
func (b *Base) WrittenTitle(id string) template.HTML {
	switch rule, about := strings.CutPrefix(id, "rights-"); {
	case about:
		return b.About(rule)
	case id == "option-proposed":
		return b.T("finding.option.proposed")
	case id == "option-none":
		return b.T("finding.option.none")
	case id == "option-narrower":
		return b.T("finding.option.narrower")
	case id == "option-support":
		return b.T("finding.option.support")
	case id == "option-other":
		return b.T("finding.option.other")
	}
	return b.About("")
}

// Side is what a finding rests on, or what speaks against it, on its page.
type Side struct {
	Page   *ReportPage
	Said   []models.ReportSaid
	Bodies []string
}

// Unnamed stands for a submission whose author the report does not name.
func (s Side) Unnamed() template.HTML { return s.Page.T("finding.unnamed") }

// Sides puts together what speaks on one side of a finding.
func (p *ReportPage) Sides(said []models.ReportSaid, bodies []string) Side {
	return Side{p, said, bodies}
}

// WrittenSections are sections on their page.
type WrittenSections struct {
	Page     *ReportPage
	Sections []models.ReportSection
}

// With puts sections on their page.
func (p *ReportPage) With(sections []models.ReportSection) WrittenSections {
	return WrittenSections{p, sections}
}
