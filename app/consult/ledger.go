package consult

import (
	"bytes"
	"context"

	"heard/app/report"
	"heard/models"
	"heard/models/store"
)

// evidence adds what stands beside the themes: what readers wrote of attachments,
// how often details were taken out, and the public reports of the consultations
// that an officer has said this one continues.
func (s *Service) evidence(ctx context.Context, from *store.Store, c *models.Consultation, in *report.Input) error {
	in.Documents = map[string][]string{}
	counted := map[string]bool{}
	for _, sub := range in.Submissions {
		counted[sub.ID] = true
		if len(sub.Attachments) == 0 || !sub.Allows(models.ConsentName) {
			continue
		}
		summaries, err := from.Summaries(ctx, sub.ID)
		if err != nil {
			return err
		}
		for _, a := range sub.Attachments {
			if m := standingSummary(summaries, a.Key); m != nil {
				in.Documents[sub.ID] = append(in.Documents[sub.ID], m.Text)
			}
		}
	}
	in.Redacted = map[string]int{}
	for _, state := range []models.RedactionState{models.RedactionAccepted, models.RedactionChanged, models.RedactionAdded} {
		all, err := from.Redactions(ctx, c.ID, state)
		if err != nil {
			return err
		}
		for _, r := range all {
			if counted[r.Submission] {
				in.Redacted[r.Kind]++
			}
		}
	}
	var err error
	if in.Drafts, err = from.ApprovedDrafts(ctx, c.ID); err != nil {
		return err
	}
	for _, id := range c.Earlier {
		o, err := from.Consultation(ctx, id)
		if models.KindOf(err) == models.KindNotFound {
			continue // it can still be brought in
		}
		if err != nil {
			return err
		}
		if ended, _ := o.Ended(); !o.Status.AtLeast(models.StatusPublished) || ended >= string(c.Opens) {
			continue
		}
		_, data, err := from.Report(ctx, o.ID)
		if err != nil {
			return err
		}
		was, err := reportOf(data)
		if err != nil {
			return err
		}
		in.Earlier = append(in.Earlier, was)
	}
	return nil
}

// Ledger returns where every submission stands in the report, as CSV by internal
// id: see report.WriteLedger. It is worked out from the data as it is now.
func (s *Service) Ledger(ctx context.Context, by Actor, c *models.Consultation) ([]byte, error) {
	if err := by.need(TakeDraft); err != nil {
		return nil, err
	}
	r, err := s.buildReport(ctx, c)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = report.WriteLedger(&b, r)
	return b.Bytes(), err
}
