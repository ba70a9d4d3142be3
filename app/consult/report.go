package consult

import (
	"context"
	"crypto/sha256"
	"reflect"
	"slices"
	"sync"

	"heard/app/ledger"
	"heard/app/report"
	"heard/models"
	"heard/models/store"
)

// DraftReport builds the report from the data as it is now. Nobody sees it but
// staff.
func (s *Service) DraftReport(ctx context.Context, by Actor, c *models.Consultation) (*models.Report, error) {
	if err := by.need(SeeDraft); err != nil {
		return nil, err
	}
	return s.buildReport(ctx, c)
}

// drafts keeps the reports that were built last: whoever works on one asks for it
// with every page.
type drafts struct {
	sync.Mutex
	of map[string]*draft // by consultation
}

// mostDrafts is of how many consultations the report is kept at once.
const mostDrafts = 4

// draft is the report of one consultation that was built last.
type draft struct {
	sync.Mutex
	revision     int64 // of the store, before what its figures are counted from was read
	consultation *models.Consultation

	// Its figures, the input that they were built from, and whether they were counted
	// again: holding them against the disclosure gate and the store is work, and much
	// of what is written changes none of them.
	of      [sha256.Size]byte
	figures *models.Report
	counted bool
}

func (d *drafts) get(consultation string) *draft {
	d.Lock()
	defer d.Unlock()
	if d.of[consultation] == nil {
		if d.of == nil || len(d.of) >= mostDrafts {
			d.of = map[string]*draft{}
		}
		d.of[consultation] = &draft{}
	}
	return d.of[consultation]
}

// buildReport returns the report as it is now, to be written into by the caller.
// What hangs on it is shared and never changed.
func (s *Service) buildReport(ctx context.Context, c *models.Consultation) (*models.Report, error) {
	d := s.drafts.get(c.ID)
	d.Lock()
	defer d.Unlock() // also while it is built, so that many who ask wait for one
	if err := s.figures(ctx, d, c); err != nil {
		return nil, err
	}
	r := *d.figures
	written, _, err := writtenOf(ctx, s.store, c)
	if err != nil {
		return nil, err
	}
	report.Write(&r, c, written)
	if !d.counted {
		if err := recount(ctx, s.store, c, &r); err != nil {
			return nil, err
		}
		d.counted = true
	}
	return &r, nil
}

// figures brings the figures of a draft up to date.
func (s *Service) figures(ctx context.Context, d *draft, c *models.Consultation) error {
	revision, err := s.store.Revision(ctx)
	if err != nil {
		return err
	}
	if d.figures != nil && d.revision == revision && reflect.DeepEqual(d.consultation, c) {
		return nil
	}
	in, err := s.reportInput(ctx, c)
	if err != nil {
		return err
	}
	of, err := in.Sum()
	if err != nil {
		return err
	}
	if d.figures == nil || d.of != of {
		r, err := report.Build(in)
		if err != nil {
			return err
		}
		d.of, d.figures, d.counted = of, r, false
	}
	own := *c // the caller may go on to change it
	d.revision, d.consultation = revision, &own
	return nil
}

// reportInput reads what a report is made from; what there is much of, at once.
func (s *Service) reportInput(ctx context.Context, c *models.Consultation) (in report.Input, err error) {
	in.Consultation = c
	from := s.store
	var where *places
	if err := from.Together(ctx,
		func(ctx context.Context) (err error) {
			in.Submissions, err = from.LiveSubmissions(ctx, c.ID)
			return err
		},
		func(ctx context.Context) (err error) { where, err = readPlaces(ctx, from, c); return err }); err != nil {
		return in, err
	}
	counts, err := from.CountSubmissions(ctx, c.ID)
	if err != nil {
		return in, err
	}
	in.Withdrawn, in.Replaced, in.SetAside = counts[models.SubmissionWithdrawn], counts[models.SubmissionReplaced], counts[models.SubmissionVoid]
	if in.Aside, err = asideBy(ctx, from, c, in.SetAside); err != nil {
		return in, err
	}
	if in.Equality, err = from.EqualityCounts(ctx, c.ID); err != nil {
		return in, err
	}
	in.Themes, in.Placements = where.themes, where.standing()
	released, err := from.InRelease(ctx, c.ID)
	if err != nil {
		return in, err
	}
	in.Found = foundBySearching(c, in.Submissions, released)
	if in.Quotes, err = from.Quotes(ctx, c.ID); err != nil {
		return in, err
	}
	// A quote that was tampered with is not left out: it stops the report.
	in.Quotes = slices.DeleteFunc(in.Quotes, func(q models.Quote) bool { return !where.quotes(q) })
	if in.Method, err = methodOf(ctx, from, c, where, in.Submissions); err != nil {
		return in, err
	}
	if in.Campaigns, err = from.Campaigns(ctx, c.ID); err != nil {
		return in, err
	}
	if in.Late, err = lateOf(ctx, from, c); err != nil {
		return in, err
	}
	if in.Register, err = from.Register(ctx, c.ID); err != nil {
		return in, err
	}
	if err := s.evidence(ctx, from, c, &in); err != nil {
		return in, err
	}
	leaves, err := s.leaves(ctx, from, c)
	if err != nil {
		return in, err
	}
	roll, size, err := from.LogRoll(ctx, c.ID)
	if err != nil {
		return in, err
	}
	if roll > 0 {
		leaves = leaves[:size] // what comes later changes nothing of the report
	}
	in.Checkpoint = ledger.Root(leaves).String()
	in.Objections, err = objected(ctx, from, c, in.Submissions)
	return in, err
}

// methodOf says how the themes were found and how far people went through the
// answers; nil before the first run.
func methodOf(ctx context.Context, from *store.Store, c *models.Consultation, where *places, subs []*models.Submission) (*report.Method, error) {
	method, err := from.ThemeMethod(ctx, c.ID)
	if models.KindOf(err) == models.KindNotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	d := &desk{places: where, seed: seedOf(c.ID), answers: drawn(c, answersOf(c, subs))}
	frame, err := from.FrameVersion(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	p := d.progress(frame.Number)
	told := func(a *Agreement) *models.ReportAgreement {
		if a == nil {
			return nil
		}
		return &models.ReportAgreement{F1: a.F1, Low: a.Low, High: a.High, Kappa: a.Kappa, Answers: a.Answers}
	}
	return &report.Method{Method: method, Coded: p.Coded, Changed: p.Changed, Frame: p.Frame, DoubleCoded: p.DoubleCoded, Differ: p.Differ, Settled: p.Settled, Machine: told(p.Machine), People: told(p.People)}, nil
}

// Report returns the published report.
func (s *Service) Report(ctx context.Context, c *models.Consultation) (*models.Report, error) {
	if !c.Status.AtLeast(models.StatusPublished) {
		return nil, models.NewError(models.KindNotFound, "The report of this consultation has not been published yet.")
	}
	_, data, err := s.store.Report(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	return reportOf(data)
}

// ReportFile returns the published report as open data: csv, json, xlsx, or the
// dictionary of their fields.
func (s *Service) ReportFile(ctx context.Context, c *models.Consultation, format string) ([]byte, error) {
	return s.VersionFile(ctx, c, 0, format)
}

// asideBy counts those that were set aside by reason, as far as they carry one.
func asideBy(ctx context.Context, from *store.Store, c *models.Consultation, all int) (map[models.Attention]int, error) {
	by := map[models.Attention]int{}
	if all == 0 {
		return by, nil
	}
	for _, why := range models.AsideMarks {
		ids, err := from.Marked(ctx, c.ID, models.SubmissionVoid, []models.Attention{why}, nil)
		if err != nil {
			return nil, err
		}
		by[why] = len(ids)
	}
	return by, nil
}
