package consult

import (
	"context"

	"heard/app/ledger"
	"heard/models"
	"heard/models/store"
)

// EraseAgain erases what a database that was put back from a backup brought back:
// of the submissions that the list of erasures names, those that say something
// again. Each ends as it had. It returns how many there were. Ids that the
// database does not know are of submissions that came after the backup.
func (s *Service) EraseAgain(ctx context.Context, list []models.Erasure) (int, error) {
	as := make(map[string]models.SubmissionStatus, len(list))
	ids := make([]string, len(list))
	for i, e := range list {
		ids[i], as[e.Submission] = e.Submission, e.Status
	}
	back, err := s.store.Unerased(ctx, ids)
	if err != nil {
		return 0, err
	}
	for _, id := range back {
		if err := s.eraseAs(ctx, Portal, id, as[id], "submission.erased_again"); err != nil {
			return 0, err
		}
	}
	return len(back), nil
}

// eraseAs erases everything that a submission says, whatever the state of its
// consultation, and leaves it in the given status.
func (s *Service) eraseAs(ctx context.Context, by Actor, id string, status models.SubmissionStatus, act string) error {
	var files []string
	err := s.store.Tx(ctx, func(tx *store.Store) error {
		sub, err := tx.Submission(ctx, id)
		if err != nil {
			return err
		}
		c, err := hold(ctx, tx, &models.Consultation{ID: sub.Consultation})
		if err != nil {
			return err
		}
		if sub.Status == status {
			if err := s.unrelease(ctx, tx, c, id); err != nil {
				return err
			}
			if err := tx.Enqueue(ctx, models.JobIndex, id, 0); err != nil {
				return err
			}
		} else if err := s.move(ctx, tx, c, id, sub.Status, status); err != nil {
			return err
		}
		if status == models.SubmissionLive { // totals that name nobody stay
			err = s.eraseWords(ctx, tx, c, sub)
		} else {
			err = tx.EraseAnswers(ctx, id)
		}
		if err != nil {
			return err
		}
		files = models.Keys(sub.Attachments)
		if err := tx.KeepDraftFiles(ctx, files, s.now()); err != nil { // for Sweep, should it not work below
			return err
		}
		return s.record(ctx, tx, by, act, id, c.ID, "")
	})
	if err != nil {
		return err
	}
	if err := s.removeFiles(ctx, files); err != nil {
		s.log.Error("attachments of an erased submission could not be deleted; this is tried again", "error", err)
	}
	s.wake()
	return nil
}

// Erase erases what the submission behind a receipt code says. Until the
// analysis is frozen it is withdrawn, as its author could do; after that it goes
// on counting, because totals that name nobody stay as they were published.
func (s *Service) Erase(ctx context.Context, by Actor, words string) (*models.Submission, error) {
	if err := by.need(Erase); err != nil {
		return nil, err
	}
	code, err := ledger.ParseCode(words)
	if err != nil {
		return nil, unknownCode()
	}
	sub, err := s.store.SubmissionByReceipt(ctx, code.Lookup(s.pepper))
	if models.KindOf(err) == models.KindNotFound {
		return nil, unknownCode()
	}
	if err != nil {
		return nil, err
	}
	c, err := s.store.Consultation(ctx, sub.Consultation)
	if err != nil {
		return nil, err
	}
	status := models.SubmissionWithdrawn
	if c.Status.AtLeast(models.StatusFrozen) {
		status = sub.Status
	}
	if err := s.eraseAs(ctx, by, sub.ID, status, "submission.erased"); err != nil {
		return nil, err
	}
	return s.store.Submission(ctx, sub.ID)
}
