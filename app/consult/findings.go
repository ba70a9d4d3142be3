package consult

import (
	"context"
	"fmt"
	"slices"

	"heard/app/report"
	"heard/models"
	"heard/models/store"
)

// Writing is the written part of a consultation's report, for those who write it.
type Writing struct {
	Report     *models.Report   // as it would be now; under Stale, what has to be looked at again
	Findings   []models.Finding // in the order of the report
	Sections   map[string]models.Section
	Population []models.Population
	Themes     []models.Theme // of the code frame, without merged ones
	Gaps       []models.Gap
	Names      map[string]string // address by account
}

// Writing returns the written part of the report as it stands.
func (s *Service) Writing(ctx context.Context, by Actor, c *models.Consultation) (*Writing, error) {
	if err := by.need(SeeDraft); err != nil {
		return nil, err
	}
	written, themes, err := writtenOf(ctx, s.store, c)
	if err != nil {
		return nil, err
	}
	w := &Writing{Findings: written.Findings, Sections: written.Sections, Population: written.Population, Themes: themes,
		Gaps: models.Gaps(c, themes, written.Findings, written.Sections)}
	if w.Report, err = s.buildReport(ctx, c); err != nil {
		return nil, err
	}
	w.Names, err = s.names(ctx)
	return w, err
}

// writtenOf reads what people wrote of a report, and the themes that it has to
// answer. A finding that rests on a theme which was merged rests on the one it
// was merged into.
func writtenOf(ctx context.Context, from *store.Store, c *models.Consultation) (w report.Written, themes []models.Theme, err error) {
	if w.Findings, err = from.Findings(ctx, c.ID); err != nil {
		return w, nil, err
	}
	if w.Sections, err = from.Sections(ctx, c.ID); err != nil {
		return w, nil, err
	}
	if w.Population, err = from.Population(ctx, c.ID); err != nil {
		return w, nil, err
	}
	t, err := from.Timeline(ctx, c.ID)
	if err != nil {
		return w, nil, err
	}
	if w.Timeline = &t; len(w.Findings)+len(w.Sections) == 0 {
		w.Timeline = nil
	}
	all, err := frameOf(ctx, from, c)
	if err != nil {
		return w, nil, err
	}
	into := map[string]string{}
	for _, t := range all {
		if t.Status == models.ThemeMerged {
			into[t.ID] = t.MergedInto
		} else {
			themes = append(themes, t)
		}
	}
	for i := range w.Findings {
		for _, ids := range [][]string{w.Findings[i].For.Themes, w.Findings[i].Against.Themes} {
			for j := range ids {
				for range all { // as long as it may have been merged on
					if next, merged := into[ids[j]]; merged {
						ids[j] = next
					}
				}
			}
		}
	}
	report.Ordered(w.Findings)
	return w, themes, nil
}

// wording reads texts against the report as it is now and keeps how they read.
// Bare numbers and directions, and references that lead nowhere, are faults of
// their fields.
func (s *Service) wording(ctx context.Context, c *models.Consultation, message string, texts []models.FieldProse) error {
	r, err := s.buildReport(ctx, c)
	if err != nil {
		return err
	}
	refusal := &models.Error{Kind: models.KindInvalid, Message: message}
	for _, p := range texts {
		read, problems := report.Resolve(r, c, p.Text)
		p.Read = read
		for _, problem := range append(problems, report.Lint(c, p.Text)...) {
			refusal.Fields = append(refusal.Fields, models.FieldError{Field: p.Field, Message: problem})
		}
	}
	if len(refusal.Fields) > 0 {
		return refusal
	}
	return nil
}

const findingRefused = "The finding cannot be kept yet."

// KeepFinding keeps a new finding, whose ID is "", or the next version of one;
// f.Version is one more than the version that was seen. How its texts read now is
// kept beside them, so that keeping it again says that they are still right.
func (s *Service) KeepFinding(ctx context.Context, by Actor, c *models.Consultation, f models.Finding) error {
	if err := by.need(WriteReport); err != nil {
		return err
	}
	if err := f.Validate(c); err != nil {
		return err
	}
	if err := s.wording(ctx, c, findingRefused, f.Prose()); err != nil {
		return err
	}
	f.Removed = false
	return s.addFinding(ctx, by, c, f, "finding.kept")
}

// TakeOutFinding takes a finding of the version that was seen out of the report.
// What it said is kept.
func (s *Service) TakeOutFinding(ctx context.Context, by Actor, c *models.Consultation, id string, version int) error {
	if err := by.need(WriteReport); err != nil {
		return err
	}
	versions, err := s.findingVersions(ctx, s.store, c, id)
	if err != nil {
		return err
	}
	f := versions[0]
	f.Version, f.Removed = version+1, true
	return s.addFinding(ctx, by, c, f, "finding.taken-out")
}

func (s *Service) addFinding(ctx context.Context, by Actor, c *models.Consultation, f models.Finding, action string) error {
	fresh := f.ID == ""
	if fresh {
		f.ID, f.Version = newID(10), 1
	}
	f.Consultation, f.By, f.Day = c.ID, by.ID, s.today()
	return s.store.Tx(ctx, func(tx *store.Store) error {
		if _, err := hold(ctx, tx, c); err != nil {
			return err
		}
		if !fresh {
			if _, err := s.findingVersions(ctx, tx, c, f.ID); err != nil {
				return err
			}
		}
		others, err := tx.Findings(ctx, c.ID)
		switch {
		case err != nil:
			return err
		case fresh && len(others) >= models.MaxFindings:
			return models.NewError(models.KindTooLarge, fmt.Sprintf("A report holds %d findings at most. Put some of them together.", models.MaxFindings))
		case f.Place == 0: // behind the others
			for _, o := range others {
				f.Place = max(f.Place, o.Place)
			}
			f.Place += 10
		}
		if !f.Removed {
			if err := s.supported(ctx, tx, c, f); err != nil {
				return err
			}
		}
		if err := tx.AddFinding(ctx, f); err != nil {
			return err
		}
		return s.record(ctx, tx, by, action, fmt.Sprintf("finding %s version %d", f.ID, f.Version), c.ID, "")
	})
}

// supported refuses a finding that names what the consultation does not have, or
// a person at risk.
func (s *Service) supported(ctx context.Context, tx *store.Store, c *models.Consultation, f models.Finding) error {
	refusal := &models.Error{Kind: models.KindInvalid, Message: findingRefused}
	fault := func(field, message string) {
		refusal.Fields = append(refusal.Fields, models.FieldError{Field: field, Message: message})
	}
	themes, err := tx.Themes(ctx, c.ID)
	if err != nil {
		return err
	}
	for _, side := range []struct {
		themes, submissions string
		models.FindingSupport
	}{{"themes", "submissions", f.For}, {"against", "submissions-against", f.Against}} {
		for _, id := range side.Themes {
			if !slices.ContainsFunc(themes, func(t models.Theme) bool { return t.ID == id }) {
				fault(side.themes, "One of the themes is not there any more. Choose among those that are")
			}
		}
		for _, id := range side.Submissions {
			sub, err := tx.SubmissionByPublicID(ctx, c.ID, id)
			switch {
			case models.KindOf(err) == models.KindNotFound:
				fault(side.submissions, "There is no such submission to this consultation. Enter ids that stand above submissions, or nothing")
			case err != nil:
				return err
			case c.Sensitive(sub.Groups):
				fault(side.submissions, "One of the submissions is from a group at risk, so no finding may point to it. Name the theme that it is in instead")
			}
		}
	}
	if len(refusal.Fields) > 0 {
		return refusal
	}
	return nil
}

// FindingVersions returns every version of a finding, the latest first.
func (s *Service) FindingVersions(ctx context.Context, by Actor, c *models.Consultation, id string) ([]models.Finding, error) {
	if err := by.need(SeeDraft); err != nil {
		return nil, err
	}
	return s.findingVersions(ctx, s.store, c, id)
}

// findingVersions does the same; what was taken out is not there.
func (s *Service) findingVersions(ctx context.Context, from *store.Store, c *models.Consultation, id string) ([]models.Finding, error) {
	versions, err := from.FindingVersions(ctx, c.ID, id)
	if err == nil && (len(versions) == 0 || versions[0].Removed) {
		return nil, models.NewError(models.KindNotFound, "There is no such finding. It may have been taken out.")
	}
	return versions, err
}

// KeepSection keeps the next version of a written section; w.Version is one more
// than the version that was seen.
func (s *Service) KeepSection(ctx context.Context, by Actor, c *models.Consultation, w models.Section) error {
	if err := by.need(WriteReport); err != nil {
		return err
	}
	plan := models.SectionBy(c, w.ID)
	if plan == nil {
		return noSection
	}
	if err := w.Validate(plan); err != nil {
		return err
	}
	if err := s.wording(ctx, c, "The section cannot be kept yet.", w.Prose(plan)); err != nil {
		return err
	}
	w.Consultation, w.By, w.Day = c.ID, by.ID, s.today()
	return s.store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.AddSection(ctx, w); err != nil {
			return err
		}
		return s.record(ctx, tx, by, "section.kept", fmt.Sprintf("section %s version %d", w.ID, w.Version), c.ID, "")
	})
}

var noSection = models.NewError(models.KindNotFound, "There is no such section of the report.")

// SectionVersions returns every version of a written section, the latest first.
func (s *Service) SectionVersions(ctx context.Context, by Actor, c *models.Consultation, id string) ([]models.Section, error) {
	if err := by.need(SeeDraft); err != nil {
		return nil, err
	}
	if models.SectionBy(c, id) == nil {
		return nil, noSection
	}
	return s.store.SectionVersions(ctx, c.ID, id)
}

// KeepPopulation keeps a new figure of a population, whose ID is "", or the next
// version of one; p.Version is one more than the version that was seen.
func (s *Service) KeepPopulation(ctx context.Context, by Actor, c *models.Consultation, p models.Population) error {
	if err := by.need(WriteReport); err != nil {
		return err
	}
	if err := p.Validate(c); err != nil {
		return err
	}
	fresh := p.ID == ""
	if fresh {
		p.ID, p.Version = newID(10), 1
	}
	p.Consultation, p.By, p.Written = c.ID, by.ID, s.today()
	return s.store.Tx(ctx, func(tx *store.Store) error {
		all, err := tx.Population(ctx, c.ID)
		if err != nil {
			return err
		}
		if !fresh && !slices.ContainsFunc(all, func(o models.Population) bool { return o.ID == p.ID }) {
			return noPopulation
		}
		if p.Group != "" && slices.ContainsFunc(all, func(o models.Population) bool { return o.Group == p.Group && o.ID != p.ID }) {
			return &models.Error{Kind: models.KindInvalid, Message: "The figure cannot be kept yet.", Fields: []models.FieldError{{Field: "group", Message: "There is a figure of this group already. Change that one"}}}
		}
		if err := tx.SavePopulation(ctx, p); err != nil {
			return err
		}
		return s.record(ctx, tx, by, "population.kept", p.ID, c.ID, populationText(&p))
	})
}

var noPopulation = models.NewError(models.KindNotFound, "There is no such figure. It may have been taken out.")

// TakeOutPopulation takes out a figure of the version that was seen.
func (s *Service) TakeOutPopulation(ctx context.Context, by Actor, c *models.Consultation, id string, version int) error {
	if err := by.need(WriteReport); err != nil {
		return err
	}
	return s.store.Tx(ctx, func(tx *store.Store) error {
		all, err := tx.Population(ctx, c.ID)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(all, func(p models.Population) bool { return p.ID == id })
		if at < 0 {
			return noPopulation
		}
		if err := tx.DeletePopulation(ctx, c.ID, id, version); err != nil {
			return err
		}
		return s.record(ctx, tx, by, "population.taken-out", id, c.ID, populationText(&all[at]))
	})
}

// populationText is a figure on one line of the record of acts, which keeps the
// versions before.
func populationText(p *models.Population) string {
	return fmt.Sprintf("%s%s · %d · %s · %s", p.Group, p.Label, p.Figure, p.Source, p.Day)
}

// lookedAt refuses to publish a report while a text in it does not read as it did
// when somebody last looked at it. Each is a field of the error.
func lookedAt(r *models.Report) error {
	if len(r.Stale) == 0 {
		return nil
	}
	refusal := &models.Error{Kind: models.KindConflict, Message: "The report cannot be published yet: figures have changed since some of its sentences were written. Look at each of them again."}
	for _, s := range r.Stale {
		refusal.Fields = append(refusal.Fields, models.FieldError{Field: s.Kind + ":" + s.ID, Message: fmt.Sprintf("%s (%s) does not read as it did when it was last looked at. Read it again and keep it.", s.Title, s.Field)})
	}
	return refusal
}

// gapsOf returns the gaps that a duty waits for. Each is a field that leads to
// what is missing.
func gapsOf(gaps []models.Gap, duty int) (fields []models.FieldError) {
	for _, g := range gaps {
		if g.Duty == duty {
			fields = append(fields, models.FieldError{Field: g.Kind + ":" + g.ID, Message: g.Message})
		}
	}
	return fields
}
