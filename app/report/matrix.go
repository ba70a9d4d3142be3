package report

import (
	"cmp"
	"fmt"
	"slices"

	"heard/app/disclose"
	"heard/models"
)

// matrix shows, for each restriction and each part of the legal test, which
// groups were heard in the themes that findings rest on or are held against.
//
// It counts nobody. A group is heard where the table of themes by groups, which
// has passed the gate, already shows a figure of it in one of those themes; so
// the matrix tells nothing that the table does not. What the table masks is, of
// an ordinary group, too few in each theme; of a group at risk nothing is said.
// Where the findings name submissions and no theme, no group could be heard, and
// nor could one that the form asks for no words: that follows from what the
// finding names and from the form, of whoever it is.
func matrix(c *models.Consultation, r *models.Report) *models.ReportMatrix {
	m := &models.ReportMatrix{}
	for _, g := range r.Groups {
		m.Groups = append(m.Groups, g.Name)
	}
	row := func(restriction string, limb models.Limb, gaps bool) {
		line := models.ReportMatrixRow{Restriction: restriction, Limb: limb, Cells: make([]models.Heard, len(r.Groups))}
		var themes []string
		bodies := 0
		for _, f := range r.Findings {
			if f.Restriction == restriction && f.Limb == limb {
				line.Findings = append(line.Findings, f.Number)
				for _, s := range slices.Concat(f.Said, f.Against) {
					themes = append(themes, s.Theme)
				}
				bodies += len(f.Bodies) + len(f.Opposed)
			}
		}
		if len(line.Findings) == 0 && !gaps {
			return
		}
		for i, g := range r.Groups {
			switch {
			case len(line.Findings) == 0:
				line.Cells[i] = models.HeardGap
			case len(themes) == 0 && bodies > 0:
				line.Cells[i] = models.HeardBodies
			default:
				line.Cells[i] = heard(r, themes, i, g.Sensitive)
				if line.Cells[i] != models.HeardYes && !c.AsksInWords(g.ID) {
					line.Cells[i] = models.HeardUnasked
				}
			}
		}
		m.Rows = append(m.Rows, line)
	}
	for _, rule := range c.Restrictions {
		for _, limb := range models.TestLimbs {
			row(rule.ID, limb, true)
		}
	}
	for _, limb := range models.Limbs { // the order as a whole
		row("", limb, len(c.Restrictions) == 0 && limb != models.LimbProcess)
	}
	return m
}

// heard says whether a group, by its place among the report's, is heard in any
// of the themes.
func heard(r *models.Report, themes []string, group int, sensitive bool) models.Heard {
	out := models.HeardFew
	for _, t := range r.Themes {
		if !slices.Contains(themes, t.ID) || group >= len(t.Groups) {
			continue
		}
		switch f := t.Groups[group].Count; {
		case !f.Masked && f.Value > 0:
			return models.HeardYes
		case f.Masked && f.Threshold == 0:
			out = models.HeardHidden
		}
	}
	if sensitive {
		return models.HeardHidden
	}
	return out
}

// standing passes a count that stands alone through the gate.
func standing(n int, sensitive bool) *models.Figure {
	f := figure(disclose.Count(n, sensitive))
	return &f
}

func findingTitle(number int) string { return fmt.Sprintf("Finding %d", number) }

// Ordered sorts findings by their places.
func Ordered(findings []models.Finding) {
	slices.SortStableFunc(findings, func(a, b models.Finding) int {
		return cmp.Or(cmp.Compare(a.Place, b.Place), cmp.Compare(a.ID, b.ID))
	})
}
