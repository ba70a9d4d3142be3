package consult

import (
	"context"
	"slices"

	"heard/models"
	"heard/models/store"
)

// Objected is an objection with the submission that it is about.
type Objected struct {
	models.Objection
	PublicID string
	Themes   []string // labels, as its words stand now
	Decider  string   // address of the account
}

// Objections returns what authors object to in what became of their words, those
// that wait first.
func (s *Service) Objections(ctx context.Context, by Actor, c *models.Consultation) ([]Objected, error) {
	if err := by.need(LookAgain); err != nil {
		return nil, err
	}
	all, err := s.store.Objections(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, o := range all {
		ids = append(ids, o.Submission)
	}
	subs, err := s.store.SubmissionsByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	view, err := s.themesOf(ctx, c, ids...)
	if err != nil {
		return nil, err
	}
	names, err := s.names(ctx)
	if err != nil {
		return nil, err
	}
	var list []Objected
	for _, o := range all {
		sub := subs[o.Submission]
		if sub == nil {
			continue
		}
		row := Objected{Objection: o, PublicID: sub.PublicID, Decider: named(names, o.By)}
		for _, t := range view.of(sub.ID) {
			row.Themes = append(row.Themes, t.Label)
		}
		list = append(list, row)
	}
	return list, nil
}

// DecideObjection decides on an objection, with the reason that stands beside the
// author's code. version is the one that was seen. After the freeze nothing can be
// coded anew, so what is upheld then is kept as noted.
func (s *Service) DecideObjection(ctx context.Context, by Actor, c *models.Consultation, submission string, version int, state models.ObjectionState, reason string) error {
	if err := by.need(LookAgain); err != nil {
		return err
	}
	reason, err := cleanWords("The objection was not decided.", "reason", reason, models.MaxVersionNote)
	if err != nil {
		return err
	}
	return s.store.Tx(ctx, func(tx *store.Store) error {
		at, err := hold(ctx, tx, c)
		if err != nil {
			return err
		}
		if state == models.ObjectionUpheld && at.Status.AtLeast(models.StatusFrozen) {
			state = models.ObjectionNoted
		}
		sub, err := submissionOf(ctx, tx, c, submission)
		if err != nil {
			return err
		}
		o, err := tx.Objection(ctx, submission)
		if err != nil {
			return err
		}
		if o == nil {
			return models.NewError(models.KindNotFound, "There is no objection to this submission's place.")
		}
		o.State, o.Reason, o.By, o.Decided, o.Version = state, reason, by.ID, s.today(), version+1
		if err := o.Validate(); err != nil {
			return err
		}
		if err := tx.SaveObjection(ctx, *o); err != nil {
			return err
		}
		// It waits for nobody any more.
		if rest := slices.DeleteFunc(slices.Clone(sub.Attention), func(a models.Attention) bool { return a == models.AttentionMisread }); len(rest) < len(sub.Attention) {
			if err := tx.SetAttention(ctx, sub.ID, rest); err != nil {
				return err
			}
		}
		// The reason may repeat what somebody wrote, so the record has the outcome alone.
		return s.record(ctx, tx, by, "objection."+string(state), submission, c.ID, "")
	})
}

// object keeps what the author of a submission objects to, in a transaction.
func (s *Service) object(ctx context.Context, tx *store.Store, sub *models.Submission, text string) error {
	o, err := tx.Objection(ctx, sub.ID)
	if err != nil {
		return err
	}
	next := models.Objection{Submission: sub.ID, Day: s.today(), Text: text, Version: 1}
	if o != nil {
		if o.State == models.ObjectionOpen && (text == "" || text == o.Text) {
			return nil // a second click
		}
		next.Version = o.Version + 1
	}
	return tx.SaveObjection(ctx, next)
}
