package consult

import (
	"context"
	"crypto/rand"
	"time"

	"heard/app/ledger"
	"heard/models"
	"heard/models/store"
)

// savedKey is the key that a response saved under a code is kept with. Whoever
// has the words can open it, and nobody else, not even with the database.
func savedKey(words string) (DraftKey, error) {
	code, err := ledger.ParseCode(words)
	if err != nil {
		return nil, err
	}
	return DraftKey(code.Derive("draft", 32)), nil
}

// CanSave reports whether a response may be saved to come back to. It may not
// on quiet paths, where nothing is to be found by anybody else.
func CanSave(c *models.Consultation, d *Draft) bool {
	return !d.Sent && d.Replaces == "" && !c.PathFor(d.Answers).Quiet
}

// SaveForLater keeps the response under a code of twelve words until the
// consultation closes, sealed so that only the code opens it. It returns the
// words; the same again when it is saved already. Several people who have the
// code can write one response together.
func (s *Service) SaveForLater(ctx context.Context, key DraftKey, c *models.Consultation) (words string, err error) {
	code, err := ledger.NewCode(rand.Reader)
	if err != nil {
		return "", err
	}
	err = again(func() error {
		h, err := s.openDraft(ctx, key)
		if err != nil {
			return err
		}
		d := h.draft
		if err := s.checkDraft(d, c); err != nil {
			return err
		}
		if words = d.Code; words != "" {
			return nil
		}
		// What is no longer asked is not saved either: it may be of a path on
		// which nothing is.
		d.Answers, _ = c.Prune(d.Answers)
		if !CanSave(c, d) {
			return &models.Error{Kind: models.KindConflict, Code: "error.nosave", Message: "These answers cannot be saved for later. Send them in one go."}
		}
		_, closes := c.Window()
		words = code.Words()
		d.Code, d.Until = words, closes.Add(c.Grace())
		at, err := savedKey(d.Code)
		if err != nil {
			return err
		}
		sealed, err := sealDraft(at, d)
		if err != nil {
			return err
		}
		way, err := sealDraft(key, &Draft{Consultation: c.ID, Code: d.Code, Elsewhere: true})
		if err != nil {
			return err
		}
		return s.store.Tx(ctx, func(tx *store.Store) error {
			if err := swap(ctx, tx, key, h.sealed, way, s.now().Add(DraftLife)); err != nil {
				return err
			}
			if err := tx.SaveDraft(ctx, at.id(), sealed, d.Until); err != nil {
				return err
			}
			return tx.KeepDraftFiles(ctx, models.Keys(d.own()), d.Until)
		})
	})
	if err != nil {
		return "", err
	}
	return words, nil
}

// Reopen finds a response that was saved under a code and returns a key for
// this person's cookie.
func (s *Service) Reopen(ctx context.Context, c *models.Consultation, words string) (DraftKey, error) {
	at, err := savedKey(words)
	if err != nil {
		return nil, unknownCode()
	}
	d, _, err := s.unseal(ctx, at)
	if models.KindOf(err) == models.KindNotFound || (err == nil && d.Consultation != c.ID) {
		return nil, unknownCode()
	}
	if err != nil {
		return nil, err
	}
	if err := s.checkDraft(d, c); err != nil {
		return nil, err
	}
	key := NewDraftKey()
	return key, s.SaveDraft(ctx, key, &Draft{Consultation: c.ID, Code: d.Code, Elsewhere: true})
}

// takeBack puts a saved response into the browser's own draft and destroys the
// saved one: its author has come onto a path on which nothing is saved. The
// answer that leads there never stands where the code opens it.
func (s *Service) takeBack(ctx context.Context, key DraftKey, h held) error {
	d := h.draft
	d.Code, d.Until, d.Unsaved = "", time.Time{}, true
	own, err := sealDraft(key, d)
	if err != nil {
		return err
	}
	return s.store.Tx(ctx, func(tx *store.Store) error {
		if err := swap(ctx, tx, h.at, h.sealed, h.sealed, s.expiry(d)); err != nil {
			return err
		}
		if err := tx.DeleteDraft(ctx, h.at.id()); err != nil {
			return err
		}
		if err := swap(ctx, tx, key, h.way, own, s.expiry(d)); err != nil {
			return err
		}
		return tx.KeepDraftFiles(ctx, models.Keys(d.own()), s.expiry(d))
	})
}
