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
	"time"

	"golang.org/x/crypto/chacha20poly1305"

	"heard/app/evidence"
	"heard/models"
)

// DraftLife is how long an idle draft is kept.
const DraftLife = 30 * time.Minute

// Draft is a response that is being written.
type Draft struct {
	Consultation string
	Answers      models.Answers
	Files        []models.Attachment
	Language     string
	Sent         bool // it is a submission now; only the receipt is left to show
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

// SaveDraft keeps a new draft for DraftLife.
func (s *Service) SaveDraft(ctx context.Context, key DraftKey, d *Draft) error {
	return s.keepDraft(ctx, key, d, s.store.SaveDraft)
}

// updateDraft keeps a draft for another DraftLife, unless it was destroyed
// since it was loaded.
func (s *Service) updateDraft(ctx context.Context, key DraftKey, d *Draft) error {
	return s.keepDraft(ctx, key, d, s.store.UpdateDraft)
}

func (s *Service) keepDraft(ctx context.Context, key DraftKey, d *Draft, keep func(ctx context.Context, id, sealed []byte, expires time.Time) error) error {
	sealed, err := sealDraft(key, d)
	if err != nil {
		return err
	}
	expires := s.now().Add(DraftLife)
	if err := keep(ctx, key.id(), sealed, expires); err != nil {
		return err
	}
	return s.store.KeepDraftFiles(ctx, keysOf(d.Files), expires)
}

func keysOf(files []models.Attachment) []string {
	keys := make([]string, len(files))
	for i, f := range files {
		keys[i] = f.Key
	}
	return keys
}

// removeFiles deletes evidence files that no draft needs any more. What cannot
// be deleted now is found again by Sweep.
func (s *Service) removeFiles(ctx context.Context, keys []string) error {
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
	keys, err := s.store.ExpiredDraftFiles(ctx)
	if err != nil {
		return err
	}
	return s.removeFiles(ctx, keys)
}

// LoadDraft returns the draft under key, KindNotFound when there is none or it
// has been idle too long.
func (s *Service) LoadDraft(ctx context.Context, key DraftKey) (*Draft, error) {
	if key == nil {
		return nil, models.NewError(models.KindNotFound, "No response has been started in this browser.")
	}
	sealed, err := s.store.Draft(ctx, key.id())
	if err != nil {
		return nil, err
	}
	aead, err := chacha20poly1305.NewX(key.derive("seal", chacha20poly1305.KeySize))
	if err != nil {
		return nil, err
	}
	if len(sealed) < aead.NonceSize() {
		return nil, fmt.Errorf("draft: sealed text is too short")
	}
	plain, err := aead.Open(nil, sealed[:aead.NonceSize()], sealed[aead.NonceSize():], nil)
	if err != nil {
		return nil, fmt.Errorf("draft: cannot be opened with its key: %w", err)
	}
	var d Draft
	if err := json.Unmarshal(plain, &d); err != nil {
		return nil, fmt.Errorf("draft: %w", err)
	}
	if d.Answers == nil {
		d.Answers = models.Answers{}
	}
	return &d, nil
}

// DestroyDraft forgets a draft and its attachments at once.
func (s *Service) DestroyDraft(ctx context.Context, key DraftKey) error {
	if key == nil {
		return nil
	}
	d, err := s.LoadDraft(ctx, key)
	if err := s.store.DeleteDraft(ctx, key.id()); err != nil {
		return err
	}
	if err != nil || d.Sent {
		return nil
	}
	return s.removeFiles(ctx, keysOf(d.Files))
}

func sealDraft(key DraftKey, d *Draft) ([]byte, error) {
	plain, err := json.Marshal(d)
	if err != nil {
		return nil, err
	}
	aead, err := chacha20poly1305.NewX(key.derive("seal", chacha20poly1305.KeySize))
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, aead.NonceSize(), aead.NonceSize()+len(plain)+aead.Overhead())
	if _, err := rand.Read(nonce); err != nil {
		return nil, err
	}
	return aead.Seal(nonce, nonce, plain, nil), nil
}
