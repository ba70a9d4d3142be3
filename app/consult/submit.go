package consult

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"heard/app/ledger"
	"heard/models"
	"heard/models/store"
)

// StartDraft starts a response and returns the key for the person's cookie.
func (s *Service) StartDraft(ctx context.Context, consultation, language string) (DraftKey, error) {
	c, err := s.Consultation(ctx, Actor{}, consultation)
	if err != nil {
		return nil, err
	}
	if !s.Accepting(c) {
		return nil, s.notAccepting(c)
	}
	key := NewDraftKey()
	d := &Draft{Consultation: consultation, Answers: models.Answers{}, Language: language}
	return key, s.SaveDraft(ctx, key, d)
}

func (s *Service) notAccepting(c *models.Consultation) error {
	opens, _ := c.Window()
	if s.now().Before(opens) || c.Status == models.StatusDraft {
		return models.NewError(models.KindClosed, "This consultation is not open yet.")
	}
	return models.NewError(models.KindClosed, "This consultation has closed. No more answers can be sent.")
}

// Answer puts one answer into the draft and returns the step that follows: a
// question id, or "" when the route is at its end. A faulty answer is refused
// with KindInvalid and the draft stays as it was.
func (s *Service) Answer(ctx context.Context, key DraftKey, c *models.Consultation, question string, given models.Given) (next string, err error) {
	d, err := s.draftOf(ctx, key, c)
	if err != nil {
		return "", err
	}
	q := c.Question(question)
	route := c.Route(d.Answers)
	if q == nil || !slices.Contains(route, q) {
		return "", models.NewError(models.KindNotFound, "There is no such question on your way through this form.")
	}
	given.Text = models.CleanText(given.Text)
	if message := q.Check(given); message != "" {
		return "", &models.Error{Kind: models.KindInvalid, Message: "There is a problem with your answer.",
			Fields: []models.FieldError{{Field: question, Message: message}}}
	}
	if given.Empty() {
		delete(d.Answers, question)
	} else {
		d.Answers[question] = given
	}
	if err := s.updateDraft(ctx, key, d); err != nil {
		return "", err
	}
	route = c.Route(d.Answers)
	at := slices.Index(route, q)
	if at < 0 || at+1 == len(route) {
		return "", nil
	}
	return route[at+1].ID, nil
}

// draftOf returns the unsent draft under key for a consultation that accepts
// answers.
func (s *Service) draftOf(ctx context.Context, key DraftKey, c *models.Consultation) (*Draft, error) {
	d, err := s.LoadDraft(ctx, key)
	if err != nil {
		return nil, err
	}
	return d, s.checkDraft(d, c)
}

func (s *Service) checkDraft(d *Draft, c *models.Consultation) error {
	if d.Consultation != c.ID || d.Sent {
		return models.NewError(models.KindNotFound, "No response has been started in this browser.")
	}
	if !s.Accepting(c) {
		return s.notAccepting(c)
	}
	return nil
}

// Submit sends the draft under key. When it returns nil the submission is
// stored for good. Sending the same draft again changes nothing.
func (s *Service) Submit(ctx context.Context, key DraftKey, c *models.Consultation) error {
	d, err := s.LoadDraft(ctx, key)
	if err != nil {
		return err
	}
	if d.Consultation == c.ID && d.Sent {
		return nil // a second click, a retry, a refresh
	}
	if err := s.checkDraft(d, c); err != nil {
		return err
	}
	answers, _ := c.Prune(d.Answers)
	attached, stray := d.Files, []models.Attachment(nil)
	if !asksForFiles(c, answers) {
		attached, stray = nil, d.Files // an earlier answer was changed, so files are no longer asked for
	}
	if err := c.CheckAnswers(answers, len(attached)); err != nil {
		return err
	}
	code, err := receiptCode(key)
	if err != nil {
		return err
	}
	sub := s.newSubmission(c, answers)
	sub.Channel = models.ChannelWeb
	if c.PathFor(answers).Assisted {
		sub.Channel = models.ChannelAssisted
	}
	sub.Language, sub.Attachments = d.Language, attached
	n, err := prepare(sub)
	if err != nil {
		return err
	}
	n.Receipt = code.Lookup(s.pepper)
	n.Nonce = key.derive("nonce", 16)
	sealed, err := sealDraft(key, &Draft{Consultation: c.ID, Sent: true, Language: d.Language})
	if err != nil {
		return err
	}
	err = s.store.Tx(ctx, func(tx *store.Store) error {
		now, err := hold(ctx, tx, c)
		if err != nil {
			return err
		}
		created, err := tx.CreateSubmission(ctx, n)
		if err != nil {
			return err
		}
		if created {
			if !s.Accepting(now) {
				return s.notAccepting(now)
			}
			if err := s.received(ctx, tx, Actor{}, sub); err != nil {
				return err
			}
		}
		if err := tx.ReleaseDraftFiles(ctx, keysOf(attached)); err != nil {
			return err
		}
		return tx.SaveDraft(ctx, key.id(), sealed, s.now().Add(DraftLife))
	})
	if err != nil {
		return err
	}
	if err := s.removeFiles(ctx, keysOf(stray)); err != nil {
		s.log.Error("files that were not sent could not be deleted; this is tried again", "error", err)
	}
	s.wake()
	return nil
}

// newSubmission makes a submission of answers that have been pruned and
// checked.
func (s *Service) newSubmission(c *models.Consultation, answers models.Answers) models.Submission {
	sub := models.Submission{
		ID: newID(16), PublicID: newID(5),
		Consultation: c.ID, FormVersion: c.Version, Day: s.today(),
		Path: c.PathFor(answers).ID, Groups: c.GroupsFor(answers),
		Consents: c.ConsentsFor(answers), Stance: c.StanceOf(answers),
		Status: models.SubmissionLive,
	}
	for _, q := range c.Route(answers) {
		g := answers[q.ID]
		if g.Empty() {
			continue
		}
		sub.Answers = append(sub.Answers, models.Answer{Question: q.ID, Options: g.Options, Text: g.Text, Redacted: redacted(g.Text)})
	}
	return sub
}

// prepare commits to a submission's content: the leaf for the log and its salt.
func prepare(sub models.Submission) (store.NewSubmission, error) {
	salt, err := ledger.NewSalt(rand.Reader)
	if err != nil {
		return store.NewSubmission{}, err
	}
	content, err := canonical(sub)
	if err != nil {
		return store.NewSubmission{}, err
	}
	leaf := ledger.Commit(salt, content)
	return store.NewSubmission{Submission: sub, Leaf: leaf[:], Salt: salt[:]}, nil
}

// canonical is the content that a leaf commits to: consultation, version,
// answers as they were given and the hashes of attachments, as JSON with sorted
// keys.
func canonical(sub models.Submission) ([]byte, error) {
	given := make(map[string]models.Given, len(sub.Answers))
	for _, a := range sub.Answers {
		given[a.Question] = models.Given{Options: a.Options, Text: a.Text}
	}
	var files []string
	for _, a := range sub.Attachments {
		files = append(files, a.SHA256)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(struct {
		Consultation string                  `json:"consultation"`
		Version      int                     `json:"version"`
		Answers      map[string]models.Given `json:"answers"`
		Files        []string                `json:"files,omitempty"`
	}{sub.Consultation, sub.FormVersion, given, files})
	return b.Bytes(), err
}

// received writes what goes with a new submission, in its transaction: the
// audit entry and the jobs.
func (s *Service) received(ctx context.Context, tx *store.Store, by Actor, sub models.Submission) error {
	if err := s.record(ctx, tx, by, "submission.received", sub.ID, sub.Consultation, ""); err != nil {
		return err
	}
	if err := tx.Enqueue(ctx, models.JobIndex, sub.ID, 0); err != nil {
		return err
	}
	return tx.Enqueue(ctx, models.JobThemes, sub.Consultation, themeDelay)
}

func receiptCode(key DraftKey) (ledger.Code, error) {
	return ledger.NewCode(bytes.NewReader(key.derive("receipt", 16)))
}

// Receipt returns the code of the submission that the draft under key became,
// to be shown once.
func (s *Service) Receipt(ctx context.Context, key DraftKey, c *models.Consultation) (words []string, err error) {
	d, err := s.LoadDraft(ctx, key)
	if err != nil {
		return nil, err
	}
	if !d.Sent || d.Consultation != c.ID {
		return nil, models.NewError(models.KindNotFound, "There is no receipt to show.")
	}
	code, err := receiptCode(key)
	if err != nil {
		return nil, err
	}
	return strings.Fields(code.Words()), nil
}

// Trace is what became of a submission. It never holds the answers, because
// somebody else may hold the code.
type Trace struct {
	Day         string
	Status      models.SubmissionStatus
	Themes      []string
	HeardOnce   bool
	ClosedOnly  bool
	Quoted      bool
	CanWithdraw bool
	Position    int
	Size        int
	Root        ledger.Hash
	Receipt     string // for an offline check with heard verify
}

// Trace finds a submission by its receipt code.
func (s *Service) Trace(ctx context.Context, c *models.Consultation, words string) (*Trace, error) {
	sub, err := s.byCode(ctx, c, words)
	if err != nil {
		return nil, err
	}
	leaf, _, position, err := s.store.Leaf(ctx, sub.ID)
	if err != nil {
		return nil, err
	}
	leaves, err := s.leaves(ctx, c)
	if err != nil {
		return nil, err
	}
	t := &Trace{Day: sub.Day, Status: sub.Status, Position: position, Size: len(leaves), Root: ledger.Root(leaves),
		CanWithdraw: sub.Status == models.SubmissionLive && !c.Status.AtLeast(models.StatusFrozen),
		Receipt:     ledger.Receipt{Consultation: c.ID, Leaf: ledger.Hash(leaf), Day: sub.Day}.String(),
	}
	if sub.Status != models.SubmissionLive {
		return t, nil
	}
	view, err := s.themeView(ctx, c)
	if err != nil {
		return nil, err
	}
	for _, theme := range view.of(sub.ID) {
		t.Themes = append(t.Themes, theme.Label)
	}
	words2 := len(themedAnswers(c, sub)) > 0
	t.HeardOnce = words2 && len(t.Themes) == 0
	t.ClosedOnly = !words2
	t.Quoted = slices.ContainsFunc(view.quotes, func(q models.Quote) bool { return q.Submission == sub.ID })
	return t, nil
}

// Withdraw takes a submission back: its answers are erased, it is no longer
// counted, and only the fact that it was withdrawn stays.
func (s *Service) Withdraw(ctx context.Context, c *models.Consultation, words string) error {
	sub, err := s.byCode(ctx, c, words)
	if err != nil {
		return err
	}
	if sub.Status == models.SubmissionWithdrawn {
		return nil
	}
	err = s.store.Tx(ctx, func(tx *store.Store) error {
		now, err := hold(ctx, tx, c)
		if err != nil {
			return err
		}
		if again, err := tx.Submission(ctx, sub.ID); err != nil || again.Status == models.SubmissionWithdrawn {
			return err // a second click
		}
		if err := unfrozen(now, "The analysis has been frozen, so a submission can no longer be taken out of the totals. Write to the council to have your words removed."); err != nil {
			return err
		}
		if err := tx.MoveSubmission(ctx, sub.ID, models.SubmissionLive, models.SubmissionWithdrawn); err != nil {
			return err
		}
		if err := tx.EraseAnswers(ctx, sub.ID); err != nil {
			return err
		}
		if err := s.record(ctx, tx, Actor{}, "submission.withdrawn", sub.ID, c.ID, ""); err != nil {
			return err
		}
		if err := tx.Enqueue(ctx, models.JobIndex, sub.ID, 0); err != nil {
			return err
		}
		return tx.Enqueue(ctx, models.JobThemes, c.ID, 0)
	})
	if err != nil {
		return err
	}
	for _, a := range sub.Attachments {
		if err := s.files.Delete(ctx, a.Key); err != nil {
			s.log.Error("an attachment of a withdrawn submission could not be deleted", "error", err)
		}
	}
	s.wake()
	return nil
}

func (s *Service) byCode(ctx context.Context, c *models.Consultation, words string) (*models.Submission, error) {
	unknown := &models.Error{Kind: models.KindInvalid, Message: "There is a problem with the code.",
		Fields: []models.FieldError{{Field: "code", Message: "We do not know this code. Check each of the twelve words"}}}
	code, err := ledger.ParseCode(words)
	if err != nil {
		unknown.Fields[0].Message = fmt.Sprintf("Enter the twelve words of your code: %s", err)
		return nil, unknown
	}
	sub, err := s.store.SubmissionByReceipt(ctx, code.Lookup(s.pepper))
	if models.KindOf(err) == models.KindNotFound || (err == nil && sub.Consultation != c.ID) {
		return nil, unknown
	}
	return sub, err
}

// State is where a consultation stands for somebody who wants to answer: open,
// before, after, or draft.
func (s *Service) State(c *models.Consultation) string {
	opens, _ := c.Window()
	switch {
	case c.Status == models.StatusDraft:
		return "draft"
	case s.Accepting(c):
		return "open"
	case s.now().Before(opens):
		return "before"
	}
	return "after"
}
