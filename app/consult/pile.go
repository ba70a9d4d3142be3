package consult

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"slices"

	"heard/models"
	"heard/models/store"
)

// SampleSize is how many submissions of a pile a person reads before it is
// emptied. If a twentieth of the pile came from people, the chance that none of
// them is among twenty is about a third; whoever doubts reads further samples.
const SampleSize = 20

// Pile is what was most likely sent by programs: each was sent sooner than
// anybody reads, or filled in what people do not see, and nobody has looked at it.
type Pile struct {
	Waiting int                  // they count, until the pile is emptied
	Sample  []*models.Submission // those of them to read first, picked by chance
	Aside   int                  // set aside from it so far: withheld as spam
}

func (s *Service) pile(ctx context.Context, from *store.Store, c *models.Consultation) ([]string, error) {
	return from.Marked(ctx, c.ID, models.SubmissionLive, models.Automated, append([]models.Attention{models.AttentionSpam}, models.Spoken...))
}

// pileAside are those that were set aside as a pile.
func pileAside(ctx context.Context, from *store.Store, c *models.Consultation) ([]string, error) {
	return from.Marked(ctx, c.ID, models.SubmissionVoid, []models.Attention{models.AttentionSpam}, nil)
}

// Pile returns the pile of a consultation as it is now.
func (s *Service) Pile(ctx context.Context, by Actor, c *models.Consultation) (*Pile, error) {
	if err := by.need(LookAgain); err != nil {
		return nil, err
	}
	waiting, err := s.pile(ctx, s.store, c)
	if err != nil {
		return nil, err
	}
	aside, err := pileAside(ctx, s.store, c)
	if err != nil {
		return nil, err
	}
	p := &Pile{Waiting: len(waiting), Aside: len(aside)}
	sampled := sample(waiting)
	read, err := s.store.SubmissionsByID(ctx, sampled)
	for _, id := range sampled {
		if sub := read[id]; sub != nil {
			p.Sample = append(p.Sample, sub)
		}
	}
	return p, err
}

// sample picks from ids, by a chance that is the same for everybody who looks and
// that no sender can turn.
func sample(ids []string) []string {
	picked := slices.Clone(ids)
	slices.SortFunc(picked, func(a, b string) int {
		x, y := sha256.Sum256([]byte("sample "+a)), sha256.Sum256([]byte("sample "+b))
		return bytes.Compare(x[:], y[:])
	})
	return picked[:min(SampleSize, len(picked))]
}

// EmptyPile sets the whole pile aside as spam: it counts no more, each submission
// is marked, and nothing is deleted. sampled are those that by has read, and
// people those of them that may come from a person. If there are any, they are
// marked as looked at, which takes them out of the pile, and nothing else is done:
// the next sample is to be read.
func (s *Service) EmptyPile(ctx context.Context, by Actor, c *models.Consultation, sampled, people []string) (emptied int, err error) {
	err = s.pileAct(ctx, by, c, func(tx *store.Store) error {
		waiting, err := s.pile(ctx, tx, c)
		if err != nil {
			return err
		}
		inPile := map[string]bool{}
		for _, id := range waiting {
			inPile[id] = true
		}
		slices.Sort(sampled)
		if sampled = slices.Compact(sampled); len(sampled) < min(SampleSize, len(waiting)) || slices.ContainsFunc(append(slices.Clone(people), sampled...), func(id string) bool { return !inPile[id] }) {
			return models.NewError(models.KindConflict, "The pile has changed since this page was opened, so nothing was done. Read the sample as it is now.")
		}
		for _, id := range people {
			sub, err := tx.Submission(ctx, id)
			if err != nil {
				return err
			}
			if err := tx.SetAttention(ctx, id, append(sub.Attention, models.AttentionSeen)); err != nil {
				return err
			}
			if err := s.record(ctx, tx, by, "submission.seen", id, c.ID, ""); err != nil {
				return err
			}
		}
		if len(people) > 0 {
			return nil
		}
		emptied, err = s.moveMarked(ctx, tx, c, waiting, models.SubmissionLive, models.SubmissionVoid, false)
		if err != nil || emptied == 0 {
			return err
		}
		return s.record(ctx, tx, by, "pile.emptied", c.ID, c.ID, fmt.Sprintf("%d submissions set aside as sent by programs, after %d of them were read", emptied, len(sampled)))
	})
	return emptied, err
}

// RestorePile counts all submissions again that were set aside as a pile. They
// are in the pile again.
func (s *Service) RestorePile(ctx context.Context, by Actor, c *models.Consultation) (restored int, err error) {
	err = s.pileAct(ctx, by, c, func(tx *store.Store) error {
		aside, err := pileAside(ctx, tx, c)
		if err != nil {
			return err
		}
		restored, err = s.moveMarked(ctx, tx, c, aside, models.SubmissionVoid, models.SubmissionLive, true)
		if err != nil || restored == 0 {
			return err
		}
		return s.record(ctx, tx, by, "pile.restored", c.ID, c.ID, fmt.Sprintf("%d submissions counted again", restored))
	})
	return restored, err
}

func (s *Service) pileAct(ctx context.Context, by Actor, c *models.Consultation, act func(*store.Store) error) error {
	if err := by.need(LookAgain); err != nil {
		return err
	}
	err := s.store.Tx(ctx, func(tx *store.Store) error {
		if err := holdOpen(ctx, tx, c, frozen("The analysis is frozen, so this cannot be changed any more.")); err != nil {
			return err
		}
		return act(tx)
	})
	if err == nil {
		s.wake()
	}
	return err
}

func (s *Service) moveMarked(ctx context.Context, tx *store.Store, c *models.Consultation, ids []string, from, to models.SubmissionStatus, back bool) (int, error) {
	moved, err := tx.MoveMarked(ctx, ids, from, to, models.AttentionSpam, back)
	if err != nil || moved == 0 {
		return moved, err
	}
	if err := s.unrelease(ctx, tx, c, ids...); err != nil {
		return moved, err
	}
	if err := tx.EnqueueAll(ctx, models.JobIndex, ids); err != nil {
		return moved, err
	}
	return moved, tx.Enqueue(ctx, models.JobThemes, c.ID, 0)
}
