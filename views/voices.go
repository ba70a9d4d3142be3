package views

import (
	"cmp"
	"html/template"
	"slices"

	"heard/models"
)

// Voice is what a report says of one respondent group in one place: figures and
// quotes that stand elsewhere in it too, and nothing else.
type Voice struct {
	Number int // of its section: an address does not name the group
	Group  models.GroupFigure
	Themes []VoiceTheme
}

// VoiceTheme is a theme with how many of the group made the point, and what people
// of the group are quoted with there.
type VoiceTheme struct {
	ID, Label string
	Count     models.Figure
	Quotes    []models.ReportExcerpt
}

// AtRisk is what the groups at risk say, each in a section of its own: themes that
// they are quoted with, that they raise far more often than others, or in which a
// figure of them is shown.
func (p *ReportPage) AtRisk() (all []Voice) {
	for i, g := range p.Report.Groups {
		if !g.Sensitive {
			continue
		}
		v := Voice{Number: len(all) + 1, Group: g}
		for _, t := range p.Report.Themes {
			vt := VoiceTheme{ID: t.ID, Label: t.Label, Count: cellOf(t, i)}
			for _, q := range t.Quotes {
				if q.Group == g.Name && q.Text != "" {
					vt.Quotes = append(vt.Quotes, q)
				}
			}
			if len(vt.Quotes) > 0 || !vt.Count.Masked || slices.Contains(t.DistinctiveFor, g.Name) {
				v.Themes = append(v.Themes, vt)
			}
		}
		all = append(all, v)
	}
	return all
}

// mostTold is how many themes are listed of a group that is not at risk.
const mostTold = 8

// OtherGroups is the themes of the other groups in which a figure of them is shown,
// the largest first.
func (p *ReportPage) OtherGroups() (all []Voice) {
	if len(p.Report.Themes) == 0 {
		return nil
	}
	for i, g := range p.Report.Groups {
		if g.Sensitive {
			continue
		}
		v := Voice{Group: g}
		for _, t := range p.Report.Themes {
			if f := cellOf(t, i); !f.Masked {
				v.Themes = append(v.Themes, VoiceTheme{ID: t.ID, Label: t.Label, Count: f})
			}
		}
		slices.SortStableFunc(v.Themes, func(a, b VoiceTheme) int { return cmp.Compare(b.Count.Value, a.Count.Value) })
		v.Themes = v.Themes[:min(len(v.Themes), mostTold)]
		all = append(all, v)
	}
	return all
}

func cellOf(t models.ReportTheme, group int) models.Figure {
	if group >= len(t.Groups) {
		return models.Figure{Masked: true}
	}
	return t.Groups[group].Count
}

// Rule is what bears on one rule: the questions about it with their results, and
// the findings.
type Rule struct {
	Questions []models.ReportQuestion
	Findings  []models.ReportFinding
}

// Rule gathers what bears on a rule.
func (p *ReportPage) Rule(id string) Rule {
	var r Rule
	for _, q := range p.Report.Questions {
		if q.Restriction == id {
			r.Questions = append(r.Questions, q)
		}
	}
	for _, f := range p.Report.Findings {
		if f.Restriction == id {
			r.Findings = append(r.Findings, f)
		}
	}
	return r
}

// Headlines is the questions about the order and its rules, for the summary.
func (p *ReportPage) Headlines() (all []models.ReportQuestion) {
	for _, q := range p.Report.Questions {
		if q.Net != nil || takesSides(q) {
			all = append(all, q)
		}
	}
	return all[:min(len(all), maxLeading)]
}

// OptionRow is one part of the test, and how each option stands to it.
type OptionRow struct {
	Part  template.HTML
	Cells []OptionCell
}

// OptionCell is what is written of one option.
type OptionCell struct {
	Option template.HTML
	Text   string
}

// Options holds the options against each part of the test, what they are first.
func (p *ReportPage) Options() (rows []OptionRow) {
	parts := []string{"what"}
	for _, l := range models.TestLimbs {
		parts = append(parts, string(l))
	}
	for i, id := range parts {
		row, written := OptionRow{Part: p.PartTitle(id)}, false
		if i == 0 {
			row.Part = p.T("finding.option.what")
		}
		for _, s := range p.WrittenUnder("option") {
			text := s.Part(id)
			written = written || text != ""
			row.Cells = append(row.Cells, OptionCell{p.WrittenTitle(s.ID), text})
		}
		if written {
			rows = append(rows, row)
		}
	}
	return rows
}

// AreaName names a column of a table by area: the area, or everybody else.
func (b *Base) AreaName(g models.GroupFigure) string {
	if g.ID == "" {
		return b.Word("report.areas.else")
	}
	return g.Name
}

// HasPDF reports whether a PDF of the report can be made here.
func (p *ReportPage) HasPDF() bool {
	return slices.ContainsFunc(p.Files, func(f ReportFile) bool { return f.Format == "pdf" })
}

// Aside words why submissions were set aside.
func (b *Base) Aside(why string) template.HTML {
	switch models.Attention(why) {
	case models.AttentionSpam:
		return b.T("report.aside.spam")
	case models.AsideRepeated:
		return b.T("report.aside.repeated")
	case models.AsideMadeUp:
		return b.T("report.aside.made-up")
	case models.AsideElsewhere:
		return b.T("report.aside.elsewhere")
	case models.AsideTrial:
		return b.T("report.aside.trial")
	}
	return b.T("report.aside.other")
}
