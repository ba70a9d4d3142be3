package consult

import (
	"context"

	"heard/app/redact"
	"heard/models"
	"heard/models/store"
)

// loadBatch is how many submissions are written in one transaction.
const loadBatch = 1000

// Load stores submissions that were made ready elsewhere, such as those of the
// demonstration: ids, redactions and log leaves are added here. Their words,
// groups, consents and days are taken as they are.
func (s *Service) Load(ctx context.Context, by Actor, subs []models.Submission) error {
	if err := by.need(Configure); err != nil {
		return err
	}
	for start := 0; start < len(subs); start += loadBatch {
		err := s.store.Tx(ctx, func(tx *store.Store) error {
			ready := map[string][]store.NewSubmission{} // by consultation
			for _, sub := range subs[start:min(start+loadBatch, len(subs))] {
				sub.ID, sub.PublicID = newID(16), newID(5)
				for i := range sub.Answers {
					sub.Answers[i].Redacted = redacted(sub.Answers[i].Text)
				}
				n, err := prepare(sub)
				if err != nil {
					return err
				}
				ready[sub.Consultation] = append(ready[sub.Consultation], n)
				if start == 0 {
					if err := tx.Enqueue(ctx, models.JobThemes, sub.Consultation, 0); err != nil {
						return err
					}
				}
			}
			for consultation, all := range ready {
				if err := tx.CreateSubmissions(ctx, consultation, all); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	s.wake()
	return nil
}

// redacted is the new text that may leave the desk until an officer has looked
// at it: everything that probably could identify somebody is replaced.
func redacted(text string) string {
	return redact.Text(text)
}
