package consult

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"

	"heard/app/ledger"
	"heard/models"
	"heard/models/store"
)

// Slip prints a slip for the author of a keyed form again: with a new code, as no
// code is kept, in place of any that it had. Once its batch is finished the slips
// are on their way, and nobody makes a code to somebody's answers any more.
func (s *Service) Slip(ctx context.Context, by Actor, c *models.Consultation, batch, id string) (*Saved, error) {
	saved := &Saved{}
	err := s.onForm(ctx, by, c, batch, id, func(tx *store.Store, r *FormRead) error {
		if r.Batch.Finished != "" {
			return models.NewError(models.KindConflict, "The batch is finished, so its slips are with the authors and no new code can be made.")
		}
		code, err := ledger.NewCode(rand.Reader)
		if err != nil {
			return err
		}
		if err := tx.SetReceipt(ctx, id, code.Lookup(s.pepper)); err != nil {
			return err
		}
		saved.Number, saved.Words = r.Keyed.Number, strings.Fields(code.Words())
		return s.record(ctx, tx, by, "keying.slip-printed-again", id, c.ID, fmt.Sprintf("batch %d, form %d", r.Batch.Number, r.Keyed.Number))
	})
	if err != nil {
		return nil, err
	}
	return saved, nil
}
