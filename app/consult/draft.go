package consult

import (
	"context"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"heard/app/evidence"
	"heard/models"
	"heard/models/store"
)

// DraftLife is how long an idle draft is kept.
const DraftLife = 30 * time.Minute

// Draft is a response that is being written. It is kept sealed, and everything
// in it is gone once it was sent or left.
type Draft struct {
	Consultation string
	Answers      models.Answers
	Files        []models.Attachment
	Language     string    // of the pages, BCP 47
	Started      time.Time // tells a program from a person; never kept with a submission
	Looked       bool      // whoever began it had looked at the page
	Preset       []string  // questions that an outreach card answered

	// Code is the words it is saved under to come back to, "" when it is not
	// saved; Until is how long. In the browser's own draft, Elsewhere says that
	// the answers are in the saved one.
	Code      string
	Until     time.Time
	Elsewhere bool
	// Unsaved says that a saved response was taken back into this browser,
	// because it came onto a path on which nothing is saved.
	Unsaved bool

	// Replaces is the submission that it takes the place of when it is sent,
	// under the same receipt, "" for none. Earlier is the files of that one.
	Replaces string
	Receipt  []byte
	Earlier  []models.Attachment

	// Sent says that it is a submission now; only the receipt is left to show.
	// Equality says that the equality questions have not been answered yet.
	Sent     bool
	Assisted bool
	Equality bool
}

// own returns the files that belong to the draft alone. What was sent belongs
// to the submission.
func (d *Draft) own() []models.Attachment {
	if d.Sent {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(d.Files), func(f models.Attachment) bool {
		return slices.ContainsFunc(d.Earlier, func(e models.Attachment) bool { return e.Key == f.Key })
	})
}

// DraftKey is what the person's cookie holds: 32 random bytes. Everything about
// the draft is worked out from it, and the portal does not keep it, so the
// database alone shows nothing.
type DraftKey []byte

// NewDraftKey returns a fresh key.
func NewDraftKey() DraftKey {
	k := make(DraftKey, 32)
	if _, err := rand.Read(k); err != nil {
		panic(fmt.Sprintf("no random numbers: %v", err))
	}
	return k
}

// ParseDraftKey reads a key as String writes it; nil when s is not one.
func ParseDraftKey(s string) DraftKey {
	k, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(k) != 32 {
		return nil
	}
	return k
}

func (k DraftKey) String() string { return base64.RawURLEncoding.EncodeToString(k) }

// derive works out n bytes for one purpose (HKDF, RFC 5869).
func (k DraftKey) derive(purpose string, n int) []byte {
	b, err := hkdf.Key(sha256.New, k, nil, "heard/draft/v1/"+purpose, n)
	if err != nil {
		panic(err) // only for impossible lengths
	}
	return b
}

func (k DraftKey) id() []byte { return k.derive("id", 16) }

// SaveDraft keeps a new draft for DraftLife, or as long as it says.
func (s *Service) SaveDraft(ctx context.Context, key DraftKey, d *Draft) error {
	sealed, err := sealDraft(key, d)
	if err != nil {
		return err
	}
	return s.store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.SaveDraft(ctx, key.id(), sealed, s.expiry(d)); err != nil {
			return err
		}
		return tx.KeepDraftFiles(ctx, models.Keys(d.own()), s.expiry(d))
	})
}

func (s *Service) expiry(d *Draft) time.Time {
	if !d.Until.IsZero() {
		return d.Until
	}
	return s.now().Add(DraftLife)
}

// errOvertaken is in the error of an act that found the draft changed since it
// was read.
var errOvertaken = errors.New("somebody else was faster")

// again does an act on a draft until nobody else who works on the same response
// is faster. act reads the draft anew each time.
func again(act func() error) error {
	const tries = 20
	for try := 1; ; try++ {
		if err := act(); !errors.Is(err, errOvertaken) || try == tries {
			return err
		}
	}
}

// swap puts sealed in the place of was in the transaction tx. From then on
// nobody else can change the draft until the transaction ends.
func swap(ctx context.Context, tx *store.Store, key DraftKey, was, sealed []byte, expires time.Time) error {
	err := tx.UpdateDraft(ctx, key.id(), was, sealed, expires)
	if err != nil && models.KindOf(err) == models.KindConflict {
		return errors.Join(err, errOvertaken)
	}
	return err
}

// changeDraft changes the draft under key: change is called with it as it is
// now, and again if somebody else who works on the same response was faster. An
// error of change leaves the draft as it was. A saved draft that comes onto a
// path on which nothing is saved is taken back into this browser.
func (s *Service) changeDraft(ctx context.Context, key DraftKey, c *models.Consultation, change func(*Draft) error) (d *Draft, err error) {
	err = again(func() error {
		h, err := s.openDraft(ctx, key)
		if err != nil {
			return err
		}
		d = h.draft
		if err := change(d); err != nil {
			return err
		}
		if d.Code != "" && !d.Sent && c.PathFor(d.Answers).Quiet {
			return s.takeBack(ctx, key, h)
		}
		next, err := sealDraft(h.at, d)
		if err != nil {
			return err
		}
		// The files are noted in the same transaction, so that a sending that
		// comes in between does not find them given back to the draft.
		return s.store.Tx(ctx, func(tx *store.Store) error {
			if err := swap(ctx, tx, h.at, h.sealed, next, s.expiry(d)); err != nil {
				return err
			}
			return tx.KeepDraftFiles(ctx, models.Keys(d.own()), s.expiry(d))
		})
	})
	if err != nil {
		return nil, err
	}
	return d, nil
}

// removeFiles deletes evidence files that no draft needs any more. What cannot
// be deleted now is found again by Sweep.
func (s *Service) removeFiles(ctx context.Context, keys []string) error {
	ctx = context.WithoutCancel(ctx) // a person who goes away does not leave them behind
	var gone []string
	var errs []error
	for _, key := range keys {
		if err := s.files.Delete(ctx, key); err != nil && !errors.Is(err, evidence.ErrNotFound) {
			errs = append(errs, err)
			continue
		}
		gone = append(gone, key)
	}
	return errors.Join(append(errs, s.store.ReleaseDraftFiles(ctx, gone))...)
}

// Sweep removes the drafts that have been idle too long, with their files. They
// could not be opened any more; now they are gone.
func (s *Service) Sweep(ctx context.Context) error {
	if _, err := s.store.PurgeDrafts(ctx); err != nil {
		return err
	}
	if err := s.askDue(ctx); err != nil {
		return err
	}
	keys, err := s.store.ExpiredDraftFiles(ctx)
	if err != nil {
		return err
	}
	return s.removeFiles(ctx, keys)
}

// LoadDraft returns the draft under key, KindNotFound when there is none or it
// has been idle too long.
func (s *Service) LoadDraft(ctx context.Context, key DraftKey) (*Draft, error) {
	var d *Draft
	err := again(func() error {
		h, err := s.openDraft(ctx, key)
		if err == nil {
			d = h.draft
		}
		return err
	})
	return d, err
}

// held is a draft as it was read.
type held struct {
	draft  *Draft
	at     DraftKey // what it is kept under: the browser's own key, or that of the code
	sealed []byte   // as it is kept there
	way    []byte   // what is kept under the browser's own key when that is another
}

// openDraft returns the draft under key, from where it is saved if it is.
func (s *Service) openDraft(ctx context.Context, key DraftKey) (held, error) {
	d, sealed, err := s.unseal(ctx, key)
	if err != nil || !d.Elsewhere {
		return held{draft: d, at: key, sealed: sealed}, err
	}
	h := held{way: sealed}
	if h.at, err = savedKey(d.Code); err != nil {
		return held{}, err
	}
	h.draft, h.sealed, err = s.unseal(ctx, h.at)
	// The browser's hold on a saved response ends after DraftLife without use.
	// It is prolonged after both were read: if the response was sent in between,
	// the saved one is gone, and what says so is in the browser's own.
	if err := swap(ctx, s.store, key, sealed, sealed, s.now().Add(DraftLife)); err != nil {
		return held{}, err
	}
	return h, err
}

// unseal opens what is kept under a key.
func (s *Service) unseal(ctx context.Context, key DraftKey) (*Draft, []byte, error) {
	if key == nil {
		return nil, nil, noDraft
	}
	sealed, err := s.store.Draft(ctx, key.id())
	if err != nil {
		return nil, nil, err
	}
	plain, err := openWith(key.derive("seal", sealKey), sealed)
	if err != nil {
		return nil, nil, fmt.Errorf("draft: cannot be opened with its key: %w", err)
	}
	var d Draft
	if err := json.Unmarshal(plain, &d); err != nil {
		return nil, nil, fmt.Errorf("draft: %w", err)
	}
	if d.Answers == nil {
		d.Answers = models.Answers{}
	}
	return &d, sealed, nil
}

// DestroyDraft forgets a draft and its attachments at once. Of a response that
// is saved under a code only this browser's way to it is forgotten.
func (s *Service) DestroyDraft(ctx context.Context, key DraftKey) error {
	if key == nil {
		return nil
	}
	var files []models.Attachment
	err := again(func() error {
		d, sealed, err := s.unseal(ctx, key)
		if err != nil {
			return err
		}
		if files = d.own(); d.Elsewhere {
			files = nil
		}
		return s.store.Tx(ctx, func(tx *store.Store) error {
			// Only what was read is destroyed with its files: if it was sent in
			// between, they belong to the submission.
			if err := swap(ctx, tx, key, sealed, sealed, s.now().Add(DraftLife)); err != nil {
				return err
			}
			return tx.DeleteDraft(ctx, key.id())
		})
	})
	if err != nil {
		return s.store.DeleteDraft(ctx, key.id()) // leaving never fails; Sweep finds the files
	}
	return s.removeFiles(ctx, models.Keys(files))
}

func sealDraft(key DraftKey, d *Draft) ([]byte, error) {
	plain, err := json.Marshal(d)
	if err != nil {
		return nil, err
	}
	return sealWith(key.derive("seal", sealKey), plain)
}
