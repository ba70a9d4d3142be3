package report

import (
	"cmp"
	"slices"
	"strings"

	"heard/models"
)

// Written is what people write of a report, beside what is counted. It changes
// no figure.
type Written struct {
	Findings   []models.Finding // in the order of the report
	Sections   map[string]models.Section
	Population []models.Population
	Timeline   *models.Timeline // nil where no days are to be told
	Before     *models.Report   // the version before; nil for the first
}

// Write puts what people wrote into a report of c as Build returned it: every
// reference is resolved against its figures, and what no longer reads as somebody
// saw it is listed under Stale. Nothing here counts anybody: what is said of groups
// follows from figures that have passed the gate.
func Write(r *models.Report, c *models.Consultation, w Written) {
	if r.Proposal = proposal(c); r.Proposal != nil {
		r.Proposal.Timeline = timeline(c, w.Timeline)
	}
	read := func(kind, id, title string, p models.FieldProse) string {
		now, problems := Resolve(r, c, p.Text)
		if len(problems) > 0 || now != p.Read {
			stale := models.Stale{Kind: kind, ID: id, Field: p.Field, Title: title, Then: p.Read, Now: now}
			if len(problems) > 0 {
				stale.Problem = problems[0]
			}
			r.Stale = append(r.Stale, stale)
		}
		return now
	}
	for i, f := range w.Findings {
		rf := models.ReportFinding{Number: i + 1, ID: f.ID, Restriction: f.Restriction, Limb: f.Limb, Signed: f.Signed, Status: f.Status,
			Said: said(r, f.For.Themes), Against: said(r, f.Against.Themes), Bodies: bodies(r, f.For.Submissions), Opposed: bodies(r, f.Against.Submissions)}
		into := map[string]*string{"statement": &rf.Statement, "none-against": &rf.NoneAgainst, "considered": &rf.Considered, "will": &rf.Will}
		for _, p := range f.Prose() {
			*into[p.Field] = read("finding", f.ID, findingTitle(i+1), p)
		}
		r.Findings = append(r.Findings, rf)
	}
	for _, plan := range models.Sections(c) {
		s, ok := w.Sections[plan.ID]
		if row, of := strings.CutPrefix(plan.ID, models.ImpactSection); of {
			if len(w.Findings)+len(w.Sections) > 0 { // also a row that is not written: it is a gap
				r.Impact = append(r.Impact, impact(row, &s, &plan, read))
			}
			continue
		}
		if !ok {
			continue
		}
		rs := models.ReportSection{ID: plan.ID}
		for _, p := range s.Prose(&plan) {
			if text := read("section", plan.ID, plan.Title, p); text != "" {
				rs.Parts = append(rs.Parts, models.ReportPart{ID: p.Field, Text: text})
			}
		}
		if len(rs.Parts) > 0 {
			r.Sections = append(r.Sections, rs)
		}
	}
	if len(w.Population) > 0 {
		r.Missing = missing(r, w.Population, w.Before)
	}
	if len(r.Findings) > 0 {
		r.Matrix = matrix(c, r)
	}
	if t := w.Timeline; t != nil {
		_, closes := c.Window()
		for _, d := range t.Calendar(c) {
			if d.Day > closes.Format("2006-01-02") && d.Key != "signposts" {
				r.Next = append(r.Next, models.ReportDate{Day: d.Day, Title: d.Title})
			}
		}
	}
}

func proposal(c *models.Consultation) *models.ReportProposed {
	from := &c.Proposal
	say := func(t models.Text) string {
		s, _ := t.In(c.Languages[0])
		return s
	}
	p := &models.ReportProposed{Summary: say(from.Summary), Why: say(from.Why), Area: say(from.Area)}
	for _, e := range from.Evidence {
		p.Evidence = append(p.Evidence, say(e))
	}
	for _, a := range from.Alternatives {
		p.Alternatives = append(p.Alternatives, models.ReportAlternative{Option: say(a.Option), WhyNot: say(a.WhyNot)})
	}
	if p.Summary == "" && p.Why == "" && len(p.Evidence)+len(p.Alternatives) == 0 {
		return nil
	}
	return p
}

// impact is a row of the table of rights and equality.
func impact(id string, s *models.Section, plan *models.SectionPlan, read func(kind, id, title string, p models.FieldProse) string) models.ReportImpact {
	row, effect := models.ReportImpact{ID: id}, ""
	into := map[string]*string{models.PartEffect: &effect, "how": &row.How, "evidence": &row.Evidence, "mitigation": &row.Mitigation, "owner": &row.Owner}
	for _, p := range s.Prose(plan) {
		*into[p.Field] = read("section", plan.ID, plan.Title, p)
	}
	row.Effect = models.Effect(effect)
	return row
}

// inTimeline are the days of the calendar that a timeline of an order shows.
var inTimeline = []string{"opens", "closes", "meeting", "ordered", "in-force", "challenge", "expiry"}

// timeline is the life of an order in the order of its days: its history, this
// consultation and what follows from its dates. It is nil where the history is not
// told.
func timeline(c *models.Consultation, t *models.Timeline) (all []models.ReportMoment) {
	if len(c.Proposal.History) == 0 {
		return nil
	}
	for _, m := range c.Proposal.History {
		all = append(all, models.ReportMoment{Day: m.Day, Title: m.What, Source: m.Source})
	}
	if t == nil {
		t = &models.Timeline{}
	}
	ended, _ := c.Ended()
	for _, d := range t.Calendar(c) {
		if slices.Contains(inTimeline, d.Key) {
			if d.Key == "closes" {
				d.Day = ended
			}
			all = append(all, models.ReportMoment{Day: d.Day, Key: d.Key, Title: d.Title, Ahead: d.Day > ended})
		}
	}
	slices.SortStableFunc(all, func(a, b models.ReportMoment) int { return cmp.Compare(a.Day, b.Day) })
	return all
}

// said returns themes of the report that a finding names, as the report counts
// them. One that is not in the report any more is left out: the list of gaps and
// the references tell of it.
func said(r *models.Report, ids []string) (all []models.ReportSaid) {
	for _, t := range r.Themes {
		if slices.Contains(ids, t.ID) {
			all = append(all, models.ReportSaid{Theme: t.ID, Label: t.Label, Count: t.Count})
		}
	}
	return all
}

// bodies returns the names of those who sent submissions, as far as the report
// names them elsewhere.
func bodies(r *models.Report, publicIDs []string) (names []string) {
	for _, id := range publicIDs {
		name := ""
		for _, body := range r.Consulted {
			if body.PublicID == id {
				name = body.Name
			}
		}
		names = append(names, name)
	}
	return names
}

// missing holds the groups against how many there are. Everything that it says
// follows from figures that are shown. How many there are of a group at risk stays
// what it was in the version before, with its source, unless it changed by enough:
// the difference would be people.
func missing(r *models.Report, population []models.Population, before *models.Report) (all []models.ReportPopulation) {
	counted := map[string]models.GroupFigure{}
	for _, g := range r.Groups {
		counted[g.ID] = g
	}
	for _, q := range r.Equality {
		for _, o := range q.Options {
			counted[q.ID+"."+o.ID] = models.GroupFigure{Name: o.Text, Sensitive: true, Count: o.Count}
		}
	}
	answered, there := 0, 0 // in the groups that can be compared
	for _, p := range population {
		row := models.ReportPopulation{Group: p.Group, Name: p.Label, Source: p.Source, Day: p.Day, Missing: models.MissingNever}
		if g, ok := counted[p.Group]; ok {
			row.Name, row.Sensitive, row.Count = g.Name, g.Sensitive, &g.Count
		}
		row.Population = standing(p.Figure, row.Sensitive)
		if was := earlierPopulation(before, &row); row.Sensitive && was != nil {
			if kept := steady(*was.Population, *row.Population); kept != *row.Population {
				row.Population, row.Source, row.Day = &kept, was.Source, was.Day
			}
		}
		if compares(row) {
			answered, there = answered+row.Count.Value, there+row.Population.Value
		}
		all = append(all, row)
	}
	for _, g := range r.Groups {
		if !slices.ContainsFunc(all, func(p models.ReportPopulation) bool { return p.Group == g.ID }) {
			all = append(all, models.ReportPopulation{Group: g.ID, Name: g.Name, Sensitive: g.Sensitive, Count: &g.Count})
		}
	}
	for i := range all {
		row := &all[i]
		switch {
		case row.Count == nil:
		case row.Count.Masked && row.Count.Threshold > 0:
			row.Missing = models.MissingFew
		case row.Count.Masked:
			row.Missing = models.MissingHid
		case compares(*row) && 2*row.Count.Value*there < answered*row.Population.Value:
			row.Missing = models.MissingUnder
		default:
			row.Missing = models.MissingSome
		}
	}
	return all
}

// earlierPopulation is the row of the version before that tells how many there are
// of the same people; nil if there is none.
func earlierPopulation(before *models.Report, row *models.ReportPopulation) *models.ReportPopulation {
	if before == nil {
		return nil
	}
	for i := range before.Missing {
		if was := &before.Missing[i]; was.Population != nil && was.Group == row.Group && (row.Group != "" || was.Name == row.Name) {
			return was
		}
	}
	return nil
}

// compares reports whether the share of a group that answered can be worked out.
// It never is of a group at risk.
func compares(p models.ReportPopulation) bool {
	return !p.Sensitive && p.Count != nil && !p.Count.Masked && p.Population != nil && !p.Population.Masked && p.Population.Value > 0
}
