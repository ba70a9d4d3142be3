package consult

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"heard/app/ledger"
	"heard/app/theme"
	"heard/models"
	"heard/models/store"
)

// StartDraft starts a response in a language and returns the key for the
// person's cookie. card is the outreach card they came by, "" for none.
func (s *Service) StartDraft(ctx context.Context, c *models.Consultation, language, card string) (DraftKey, error) {
	return s.Begin(ctx, c, language, card, "")
}

// Begin is StartDraft from a page with a token from Opened.
func (s *Service) Begin(ctx context.Context, c *models.Consultation, language, card, opened string) (DraftKey, error) {
	if !s.Accepting(c) {
		return nil, s.notAccepting(c)
	}
	d := &Draft{Consultation: c.ID, Answers: models.Answers{}, Language: language, Started: s.now(), Looked: s.OpenedEarlier(opened)}
	if k := c.Card(card); k != nil {
		d.Answers = k.Given()
		d.Preset = slices.Sorted(maps.Keys(d.Answers))
	}
	key := NewDraftKey()
	return key, s.SaveDraft(ctx, key, d)
}

func (s *Service) notAccepting(c *models.Consultation) error {
	switch s.State(c) {
	case StateDraft, StateBefore:
		return &models.Error{Kind: models.KindClosed, Code: "error.before", Message: "This consultation is not open yet."}
	case StatePaused:
		return &models.Error{Kind: models.KindClosed, Code: "error.paused", Message: "This consultation is paused at the moment. What you have started can still be sent."}
	}
	return &models.Error{Kind: models.KindClosed, Code: "error.after", Message: "This consultation has closed. No more answers can be sent."}
}

// NotOnRoute refuses a question that somebody with these answers is not asked.
var NotOnRoute = &models.Error{Kind: models.KindNotFound, Code: "error.step", Message: "There is no such question on your way through this form."}

// Answer puts one answer into the draft and returns the step that follows: a
// question id, or "" when the route is at its end. A faulty answer is refused
// with KindInvalid and the draft stays as it was.
func (s *Service) Answer(ctx context.Context, key DraftKey, c *models.Consultation, question string, given models.Given) (next string, err error) {
	given.Text = models.CleanText(given.Text)
	d, err := s.changeDraft(ctx, key, c, func(d *Draft) error {
		if err := s.checkDraft(d, c); err != nil {
			return err
		}
		q := c.Question(question)
		if q == nil || !slices.Contains(c.Route(d.Answers), q) {
			return NotOnRoute
		}
		if f := q.Check(given); f.Code != "" {
			return f.In(question, "There is a problem with your answer.")
		}
		d.put(question, given)
		return nil
	})
	if err != nil {
		return "", err
	}
	route := c.Route(d.Answers)
	at := slices.Index(route, c.Question(question))
	if at < 0 || at+1 == len(route) {
		return "", nil
	}
	return route[at+1].ID, nil
}

// Keep puts what somebody has typed so far into the draft as it is, so that a
// page that is left, reloaded or turned into another language loses nothing.
// Its faults are found when it is answered or sent. What would lead a saved
// response onto a path on which nothing is saved is not kept, because a slip
// would end the saving: it waits until it is answered.
func (s *Service) Keep(ctx context.Context, key DraftKey, c *models.Consultation, question string, given models.Given) error {
	const most = models.MaxTextLength + 50_000 // code points
	given.Text = models.CleanText(given.Text)
	_, err := s.changeDraft(ctx, key, c, func(d *Draft) error {
		if err := s.checkDraft(d, c); err != nil {
			return err
		}
		q := c.Question(question)
		if q == nil || !slices.Contains(c.Route(d.Answers), q) {
			return NotOnRoute
		}
		if d.Code != "" {
			would := Draft{Answers: d.Answers.Clone()}
			if would.put(question, given); c.PathFor(would.Answers).Quiet {
				return nil
			}
		}
		if q.Type != models.TypeInfo && q.Type != models.TypeFile && utf8.RuneCountInString(given.Text) <= most && len(given.Options) <= len(q.Options) {
			d.put(question, given)
		}
		return nil
	})
	return err
}

// put sets the answer to one question. An answer that was given anew is the
// person's own, whatever the card had set.
func (d *Draft) put(question string, given models.Given) {
	if given.Empty() {
		delete(d.Answers, question)
	} else {
		d.Answers[question] = given
	}
	d.Preset = slices.DeleteFunc(d.Preset, func(id string) bool { return id == question })
}

// Speak turns the pages of the response into another language. Answers stay.
func (s *Service) Speak(ctx context.Context, key DraftKey, c *models.Consultation, language string) error {
	if !slices.Contains(c.Languages, language) {
		return nil
	}
	_, err := s.changeDraft(ctx, key, c, func(d *Draft) error {
		if d.Consultation != c.ID || d.Sent {
			return noDraft
		}
		d.Language = language
		return nil
	})
	return err
}

var noDraft = models.NewError(models.KindNotFound, "No response has been started in this browser.")

func (s *Service) checkDraft(d *Draft, c *models.Consultation) error {
	if d.Consultation != c.ID || d.Sent {
		return noDraft
	}
	return s.mayFinish(d, c)
}

// mayFinish reports whether the draft can still be sent. What takes the place
// of a submission can be until the analysis is frozen, as that one could be
// taken back.
func (s *Service) mayFinish(d *Draft, c *models.Consultation) error {
	if d.Replaces != "" {
		return unfrozen(c, frozenChange)
	}
	if !c.Finishing(s.now()) {
		return s.notAccepting(c)
	}
	return nil
}

// Submit sends the draft under key. When it returns nil the submission is
// stored for good. Sending the same draft again changes nothing, also from
// another browser that it was saved with. proof is what the browser sent beside
// it; it never stops anybody.
func (s *Service) Submit(ctx context.Context, key DraftKey, c *models.Consultation, proof Proof) error {
	return again(func() error {
		err := s.submit(ctx, key, c, proof)
		if err != nil && models.KindOf(err) == models.KindNotFound {
			return s.sentElsewhere(ctx, key, c, err)
		}
		return err
	})
}

// sentElsewhere puts this browser's draft where it would be after sending, if
// somebody who writes the same saved response has just sent it. Otherwise it
// returns the error given.
func (s *Service) sentElsewhere(ctx context.Context, key DraftKey, c *models.Consultation, otherwise error) error {
	d, way, err := s.unseal(ctx, key)
	switch {
	case err != nil || d.Consultation != c.ID:
		return otherwise
	case d.Sent:
		return nil // a second click
	case !d.Elsewhere:
		return otherwise
	}
	sub, _, err := s.byCode(ctx, c, d.Code)
	if err != nil {
		return otherwise
	}
	after, err := sealDraft(key, &Draft{Consultation: c.ID, Sent: true, Language: sub.Language, Code: d.Code})
	if err != nil {
		return err
	}
	return swap(ctx, s.store, key, way, after, s.now().Add(DraftLife))
}

func (s *Service) submit(ctx context.Context, key DraftKey, c *models.Consultation, proof Proof) error {
	h, err := s.openDraft(ctx, key)
	if err != nil {
		return err
	}
	d := h.draft
	if d.Consultation == c.ID && d.Sent {
		return nil // a second click, a retry, a refresh
	}
	if err := s.checkDraft(d, c); err != nil {
		return err
	}
	answers, _ := c.Prune(d.Answers)
	path := c.PathFor(answers)
	attached, stray := d.Files, []string(nil)
	if !asksForFiles(c, answers) {
		attached, stray = nil, models.Keys(d.own()) // an earlier answer was changed, so files are no longer asked for
	}
	if err := c.CheckAnswers(answers, len(attached)); err != nil {
		return err
	}
	sub := s.newSubmission(c, answers)
	sub.Channel = models.ChannelWeb
	if path.Assisted {
		sub.Channel = models.ChannelAssisted
	}
	sub.Language, sub.Attachments = d.Language, attached
	sub.Attention = append(sub.Attention, s.judge(key, d, proof)...)
	n, err := prepare(sub)
	if err != nil {
		return err
	}
	n.Receipt = d.Receipt
	if n.Receipt == nil {
		code, err := receiptCode(key, d)
		if err != nil {
			return err
		}
		n.Receipt = code.Lookup(s.pepper)
	}
	n.Nonce = h.at.derive("nonce", 16)
	after := &Draft{Consultation: c.ID, Sent: true, Language: d.Language, Code: d.Code, Replaces: d.Replaces, Assisted: path.Assisted, Equality: path.Equality && d.Replaces == ""}
	if !path.Quiet {
		after.Answers, after.Files = answers, attached // a copy to look at once
	}
	sealed, err := sealDraft(key, after)
	if err != nil {
		return err
	}
	err = s.store.Tx(ctx, func(tx *store.Store) error {
		// What is sent is what the draft holds, to the last answer: if one came
		// in since it was read, it is read again.
		if err := s.markSent(ctx, tx, key, h, sealed); err != nil {
			return err
		}
		now, err := hold(ctx, tx, c)
		if err != nil {
			return err
		}
		if err := s.mayFinish(d, now); err != nil {
			return err
		}
		var summaries []models.Summary
		var carried []models.Redaction
		if d.Replaces != "" {
			if carried, err = s.carryRedactions(ctx, tx, d.Replaces, &sub); err != nil {
				return err
			}
			if summaries, err = tx.Summaries(ctx, d.Replaces); err != nil {
				return err
			}
			before, err := s.replace(ctx, tx, c, d.Replaces)
			if err != nil {
				return err
			}
			kept := models.Keys(attached)
			stray = append(stray, slices.DeleteFunc(models.Keys(before), func(key string) bool { return slices.Contains(kept, key) })...)
		}
		created, err := tx.CreateSubmission(ctx, n)
		if err != nil {
			return err
		}
		if created {
			if len(carried) > 0 {
				if err := tx.SaveRedactions(ctx, sub.ID, carried); err != nil {
					return err
				}
			}
			if err := keepSummaries(ctx, tx, sub, summaries); err != nil {
				return err
			}
			if err := s.received(ctx, tx, Actor{}, sub); err != nil {
				return err
			}
		}
		if err := tx.ReleaseDraftFiles(ctx, models.Keys(attached)); err != nil {
			return err
		}
		return tx.KeepDraftFiles(ctx, stray, s.now()) // for Sweep, should it not work below
	})
	if err != nil {
		return err
	}
	s.pace.sent(s.now())
	if err := s.removeFiles(ctx, stray); err != nil {
		s.log.Error("files that were not sent could not be deleted; this is tried again", "error", err)
	}
	s.wake()
	return nil
}

// markSent leaves only what there is to show after sending of the draft.
func (s *Service) markSent(ctx context.Context, tx *store.Store, key DraftKey, h held, sealed []byte) error {
	expires := s.now().Add(DraftLife)
	if h.draft.Code == "" {
		return swap(ctx, tx, key, h.sealed, sealed, expires)
	}
	if err := swap(ctx, tx, h.at, h.sealed, h.sealed, expires); err != nil {
		return err
	}
	if err := tx.DeleteDraft(ctx, h.at.id()); err != nil {
		return err
	}
	return swap(ctx, tx, key, h.way, sealed, expires)
}

// replace takes a submission out of the count because its author sends another
// in its place, and returns the files that came with it.
func (s *Service) replace(ctx context.Context, tx *store.Store, c *models.Consultation, id string) ([]models.Attachment, error) {
	before, err := tx.Submission(ctx, id)
	if err != nil {
		return nil, err
	}
	if before.Status != models.SubmissionLive {
		return nil, &models.Error{Kind: models.KindConflict, Code: "error.replaced", Message: "The answers that you wanted to change were taken back or changed since, so nothing was sent."}
	}
	held, err := s.holdWords(ctx, tx, c, before)
	if err != nil {
		return nil, err
	}
	if err := s.unrelease(ctx, tx, c, id); err != nil {
		return nil, err
	}
	if err := tx.ReplaceSubmission(ctx, id); err != nil {
		return nil, err
	}
	if err := s.record(ctx, tx, Actor{}, "submission.replaced", id, c.ID, ""); err != nil {
		return nil, err
	}
	if held {
		before.Attachments = nil // its files go with the sealed copy
	}
	return before.Attachments, tx.Enqueue(ctx, models.JobIndex, id, 0)
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
	if q, _ := c.Confidence(answers); q != nil {
		sub.Attention = []models.Attention{models.AttentionConfidence}
	}
	for _, q := range c.Route(answers) {
		g := answers[q.ID]
		if g.Empty() {
			continue
		}
		sub.Answers = append(sub.Answers, answerTo(q, g))
	}
	return sub
}

func answerTo(q *models.Question, g models.Given) models.Answer {
	a := models.Answer{Question: q.ID, Options: g.Options, Text: g.Text, Redacted: redacted(g.Text)}
	if q.Written() {
		a.Language = theme.Language(g.Text)
	}
	return a
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
	return enqueueNew(ctx, tx, sub)
}

// enqueueNew asks for the work that a new submission makes.
func enqueueNew(ctx context.Context, tx *store.Store, sub models.Submission) error {
	if len(sub.Attachments) > 0 {
		if err := tx.Enqueue(ctx, models.JobRead, sub.ID, 0); err != nil {
			return err
		}
	}
	if err := tx.Enqueue(ctx, models.JobIndex, sub.ID, 0); err != nil {
		return err
	}
	return tx.Enqueue(ctx, models.JobThemes, sub.Consultation, themeDelay)
}

// receiptCode is the code of the submission that a draft becomes: the one it
// was saved under, or one worked out from the key, so that sending twice gives
// the same.
func receiptCode(key DraftKey, d *Draft) (ledger.Code, error) {
	if d.Code != "" {
		return ledger.ParseCode(d.Code)
	}
	return ledger.NewCode(bytes.NewReader(key.derive("receipt", 16)))
}

// Sending is what there is to show once, after a response was sent.
type Sending struct {
	Receipt  string         // signed, to keep; "" when it replaced a submission
	Words    []string       // the receipt code, nil when it replaced a submission, whose code it goes on using
	Answers  models.Answers // a copy of what was sent, nil on quiet paths
	Files    []models.Attachment
	Language string
	Assisted bool // it passed on what somebody else said
	Equality bool // the equality questions have not been answered yet
}

// Sent returns what there is to show of the response under key after it was
// sent.
func (s *Service) Sent(ctx context.Context, key DraftKey, c *models.Consultation) (*Sending, error) {
	d, err := s.LoadDraft(ctx, key)
	if err != nil {
		return nil, err
	}
	if !d.Sent || d.Consultation != c.ID {
		return nil, models.NewError(models.KindNotFound, "There is no receipt to show.")
	}
	sent := &Sending{Files: d.Files, Language: d.Language, Assisted: d.Assisted, Equality: d.Equality}
	if len(d.Answers) > 0 {
		sent.Answers = d.Answers
	}
	if d.Replaces == "" {
		code, err := receiptCode(key, d)
		if err != nil {
			return nil, err
		}
		sent.Words = strings.Fields(code.Words())
		sub, err := s.store.SubmissionByReceipt(ctx, code.Lookup(s.pepper))
		if models.KindOf(err) == models.KindNotFound {
			return sent, nil // it was taken back since
		}
		if err != nil {
			return nil, err
		}
		if sent.Receipt, _, err = s.receiptOf(ctx, c, sub); err != nil {
			return nil, err
		}
	}
	return sent, nil
}

// AnswerEquality counts the answers to the equality questions of somebody who
// has just sent a response. They are kept as totals, with no key to the
// submission. None or unknown ones are left out. The questions can be answered
// once.
func (s *Service) AnswerEquality(ctx context.Context, key DraftKey, c *models.Consultation, answers map[string]string) error {
	counted := map[string]string{}
	for i := range c.Equality {
		q := &c.Equality[i]
		if o := q.Option(answers[q.ID]); o != nil {
			counted[q.ID] = o.ID
		}
	}
	return again(func() error {
		d, sealed, err := s.unseal(ctx, key)
		if err != nil {
			return err
		}
		if d.Consultation != c.ID || !d.Sent || !d.Equality {
			return nil
		}
		d.Equality = false
		next, err := sealDraft(key, d)
		if err != nil {
			return err
		}
		return s.store.Tx(ctx, func(tx *store.Store) error {
			if err := swap(ctx, tx, key, sealed, next, s.now().Add(DraftLife)); err != nil {
				return err
			}
			return tx.SaveEquality(ctx, c.ID, counted)
		})
	})
}

// Where a consultation stands for somebody who wants to answer.
const (
	StateDraft  = "draft"
	StateBefore = "before"
	StateOpen   = "open"
	StatePaused = "paused"
	StateAfter  = "after"
)

// State is where a consultation stands for somebody who wants to answer.
func (s *Service) State(c *models.Consultation) string {
	opens, closes := c.Window()
	switch {
	case c.Status == models.StatusDraft:
		return StateDraft
	case c.Status != models.StatusOpen || !s.now().Before(closes):
		return StateAfter
	case s.now().Before(opens):
		return StateBefore
	case c.Paused:
		return StatePaused
	}
	return StateOpen
}
