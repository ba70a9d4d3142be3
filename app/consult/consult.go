package consult

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"time"

	"filippo.io/age"

	"heard/app/evidence"
	"heard/app/ledger"
	"heard/app/model"
	"heard/app/theme"
	"heard/models"
	"heard/models/store"
	"heard/search"
)

// Config is what a Service works with.
type Config struct {
	Store  *store.Store
	Search search.Engine
	// Meaning says that Search answers councillors by meaning, too.
	Meaning bool
	Files   *evidence.Store
	// Scanner looks for viruses in files before they are kept; nil when none is
	// configured. Reader reads their text afterwards.
	Scanner *evidence.Scanner
	Reader  *evidence.Reader
	// Worker opens files in a process of their own; nil opens them in this one.
	Worker *evidence.Worker
	// Model is the optional language model; nil when none is configured.
	Model *model.Client
	// Background loads the dictionary that tells which words are akin; it is
	// called for every run that needs it. Nil for none.
	Background func() (*theme.Background, error)
	Log        *slog.Logger
	Now        func() time.Time
	// Pepper keys the hashes of receipt codes. It is kept outside the database,
	// so that a stolen database cannot be searched by code.
	Pepper []byte
	// SecondFactor says that accounts of some roles do nothing until they have
	// more than a password; see models.Role.NeedsSecondFactor.
	SecondFactor bool
	// Officers are the public halves of the keys to which e-mail addresses and files
	// as they were sent are sealed; none to seal them with the Pepper.
	Officers []age.Recipient
	// Wake tells the job runner that there is work; may be nil.
	Wake func()
	// Program is the version of the program, which reports name.
	Program string
}

// Service does what the portal does. It is safe for concurrent use.
type Service struct {
	store    *store.Store
	engine   search.Engine
	meaning  bool
	gather   *gatherer
	files    *evidence.Store
	scanner  *evidence.Scanner
	reader   *evidence.Reader
	worker   *evidence.Worker
	model    *model.Client
	memory   modelMemory
	akin     func() (*theme.Background, error)
	log      *slog.Logger
	now      func() time.Time
	pepper   []byte
	key      ledger.Key
	strict   bool // some roles need a second factor
	officers []age.Recipient
	wake     func()
	program  string
	pace     pace
	refused  pace
	hashing  chan struct{} // as many as work on a password at once
	drafts   drafts
	logFile  chan struct{} // held by whoever builds a file of a public log
}

// New returns a Service.
func New(c Config) *Service {
	s := &Service{store: c.Store, engine: c.Search, meaning: c.Meaning, gather: &gatherer{engine: c.Search}, files: c.Files, scanner: c.Scanner, reader: c.Reader, worker: c.Worker, model: c.Model, akin: c.Background, log: c.Log, now: c.Now, pepper: c.Pepper, key: ledger.NewKey(c.Pepper), strict: c.SecondFactor, officers: c.Officers, wake: c.Wake, program: c.Program, logFile: make(chan struct{}, 1), hashing: make(chan struct{}, runtime.GOMAXPROCS(0))}
	if s.wake == nil {
		s.wake = func() {}
	}
	return s
}

// Ready reports whether the database answers; search being away is not fatal,
// because the store is the truth.
func (s *Service) Ready(ctx context.Context) error { return s.store.Ping(ctx) }

// probeSize is more than an answer in words takes, in bytes.
const probeSize = 64 << 10

// TakesWrites reports whether the database can keep what people send, by keeping
// something of that size and removing it again: one that is full can still be
// read.
func (s *Service) TakesWrites(ctx context.Context) error {
	id, filling := make([]byte, 16), make([]byte, probeSize)
	_, _ = rand.Read(id)      // which never fails
	_, _ = rand.Read(filling) // so that it cannot be compressed
	if err := s.store.SaveDraft(ctx, id, filling, s.now()); err != nil {
		return err
	}
	return s.store.DeleteDraft(ctx, id)
}

// SearchReady reports whether answers can be searched.
func (s *Service) SearchReady(ctx context.Context) error { return s.engine.Health(ctx) }

// Consultations returns every consultation that the actor may know of: staff
// see all, the public those that are past the draft.
func (s *Service) Consultations(ctx context.Context, by Actor) ([]*models.Consultation, error) {
	all, err := s.store.Consultations(ctx)
	if err != nil {
		return nil, err
	}
	visible := all[:0]
	for _, c := range all {
		if (c.Status != models.StatusDraft || by.May(SeeDesk)) && by.sees(c.ID) {
			visible = append(visible, c)
		}
	}
	return visible, nil
}

// Consultation returns one consultation. A draft does not exist for the public, nor
// others than their own for those who see only some.
func (s *Service) Consultation(ctx context.Context, by Actor, id string) (*models.Consultation, error) {
	c, err := s.store.Consultation(ctx, id)
	if err != nil {
		return nil, err
	}
	if c.Status == models.StatusDraft && !by.May(SeeDesk) || !by.sees(id) {
		return nil, models.NewError(models.KindNotFound, "There is no such consultation.")
	}
	return c, nil
}

// Accepting reports whether answers are accepted now.
func (s *Service) Accepting(c *models.Consultation) bool { return c.Accepting(s.now()) }

// submissionOf returns a submission to this consultation.
func submissionOf(ctx context.Context, from *store.Store, c *models.Consultation, id string) (*models.Submission, error) {
	sub, err := from.Submission(ctx, id)
	if err != nil {
		return nil, err
	}
	if sub.Consultation != c.ID {
		return nil, models.NewError(models.KindNotFound, "There is no such submission.")
	}
	return sub, nil
}

// hold keeps others from changing a consultation until the transaction tx ends
// and returns it as it is now: it may have been moved on since the caller read
// it.
func hold(ctx context.Context, tx *store.Store, c *models.Consultation) (*models.Consultation, error) {
	if err := tx.Lock(ctx, c.ID); err != nil {
		return nil, err
	}
	return tx.Consultation(ctx, c.ID)
}

// holdOpen does the same, and refuses in the words given once the analysis is
// frozen.
func holdOpen(ctx context.Context, tx *store.Store, c *models.Consultation, refusal *models.Error) error {
	now, err := hold(ctx, tx, c)
	if err != nil {
		return err
	}
	return unfrozen(now, refusal)
}

// unfrozen refuses in the words given once the analysis is frozen.
func unfrozen(c *models.Consultation, refusal *models.Error) error {
	if c.Status.AtLeast(models.StatusFrozen) {
		return refusal
	}
	return nil
}

// frozen is a refusal because the analysis is frozen, said to staff.
func frozen(message string) *models.Error { return models.NewError(models.KindClosed, message) }

func (s *Service) today() string { return s.now().UTC().Format(time.DateOnly) }

// record writes an act into the audit, in the transaction tx.
func (s *Service) record(ctx context.Context, tx *store.Store, by Actor, action, object, consultation, reason string) error {
	actor := by.ID
	if actor == "" {
		actor = models.ActorRespondent
	}
	return tx.Audit(ctx, models.AuditEvent{Actor: actor, Action: action, Object: object, Consultation: consultation, Reason: reason})
}

var idText = base32.NewEncoding("abcdefghijkmnpqrstuvwxyz23456789").WithPadding(base32.NoPadding)

// newID returns a random id of n bytes, in letters and digits that are not
// easily confused. It tells nothing about order or time.
func newID(n int) string {
	b := make([]byte, n)
	if _, err := rand.Read(b); err != nil {
		panic(fmt.Sprintf("no random numbers: %v", err)) // crypto/rand documents that this does not happen
	}
	return strings.ToLower(idText.EncodeToString(b))
}

// Today returns the day, YYYY-MM-DD.
func (s *Service) Today() string { return s.today() }
