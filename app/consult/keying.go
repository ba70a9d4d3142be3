package consult

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"heard/app/ledger"
	"heard/models"
	"heard/models/store"
)

// What comes on paper, by phone, by email or from an event is keyed by officers,
// in batches, question by question. The first keying of a form is what the
// public log commits to; corrections change what counts and keep every version.
// When a batch is finished a tenth of its forms is drawn, which another person
// keys again without seeing the first.

// sampleOf is one in how many forms is keyed twice.
const sampleOf = 10

// BatchState is a batch and how far it has come.
type BatchState struct {
	models.Batch
	Late    bool // it came after the end
	Keyed   int
	Sampled int // forms to be keyed twice
	Checked int
	Open    int      // forms whose two readings differ, which nobody has settled
	Fields  int      // answers that two people read
	Differ  int      // of which their readings differed
	Who     []string // addresses of those who keyed
}

func (b *BatchState) add(k models.Keyed, unsettled bool) {
	b.Keyed++
	b.Fields, b.Differ = b.Fields+k.Fields, b.Differ+k.Differ
	if k.Sampled {
		b.Sampled++
	}
	if k.Checked != "" {
		b.Checked++
	}
	if unsettled {
		b.Open++
	}
}

// Keying is the batches of a consultation, the last opened first, and all of
// them together. Late is how many forms came after the end.
type Keying struct {
	Batches []BatchState
	All     BatchState
	Late    int
}

// Keying returns how far the keying of a consultation has come.
func (s *Service) Keying(ctx context.Context, by Actor, c *models.Consultation) (*Keying, error) {
	if err := by.need(KeyIn); err != nil {
		return nil, err
	}
	batches, err := s.store.Batches(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	forms, err := s.store.Keyed(ctx, c.ID, "")
	if err != nil {
		return nil, err
	}
	open, err := unsettled(ctx, s.store, forms)
	if err != nil {
		return nil, err
	}
	names, err := s.addresses(ctx)
	if err != nil {
		return nil, err
	}
	k := &Keying{}
	for _, b := range batches {
		state := BatchState{Batch: b, Late: b.Late(c)}
		for _, f := range forms {
			if f.Batch != b.ID {
				continue
			}
			state.add(f, open[f.Submission])
			k.All.add(f, open[f.Submission])
			if who := names[f.By]; who != "" && !slices.Contains(state.Who, who) {
				state.Who = append(state.Who, who)
			}
		}
		if state.Late {
			k.Late += state.Keyed
		}
		k.Batches = append(k.Batches, state)
	}
	return k, nil
}

// addresses returns the address of each account.
func (s *Service) addresses(ctx context.Context) (map[string]string, error) {
	users, err := s.store.Users(ctx)
	names := make(map[string]string, len(users))
	for _, u := range users {
		names[u.ID] = u.Email
	}
	return names, err
}

var (
	notKeyable = models.NewError(models.KindClosed, "Responses can be keyed once the consultation has opened, and until its analysis is frozen.")
	finished   = models.NewError(models.KindConflict, "This batch is finished and its sample is drawn. Open another batch for what came since.")
)

// keyable refuses to take in responses before people can answer and after the
// analysis is frozen.
func keyable(c *models.Consultation) error {
	if c.Status == models.StatusDraft || c.Status.AtLeast(models.StatusFrozen) {
		return notKeyable
	}
	return nil
}

// holdKeyable does the same, of the consultation as hold returns it.
func holdKeyable(ctx context.Context, tx *store.Store, c *models.Consultation) error {
	now, err := hold(ctx, tx, c)
	if err != nil {
		return err
	}
	return keyable(now)
}

// OpenBatch opens a batch. Its number is given, to be written on the bundle.
func (s *Service) OpenBatch(ctx context.Context, by Actor, c *models.Consultation, b models.Batch) (*models.Batch, error) {
	if err := by.need(KeyIn); err != nil {
		return nil, err
	}
	if err := b.Validate(c, s.today()); err != nil {
		return nil, err
	}
	b.ID, b.Consultation, b.By, b.Day, b.Finished = newID(10), c.ID, by.ID, s.today(), ""
	err := s.store.Tx(ctx, func(tx *store.Store) error {
		err := holdKeyable(ctx, tx, c)
		if err != nil {
			return err
		}
		if b.Number, err = tx.AddBatch(ctx, b); err != nil {
			return err
		}
		return s.record(ctx, tx, by, "keying.batch-opened", fmt.Sprintf("batch %d", b.Number), c.ID, fmt.Sprintf("%d forms by %s", b.Expected, b.Channel))
	})
	if err != nil {
		return nil, err
	}
	return &b, nil
}

// FormState is a form of a batch with its submission and the answers that count;
// Answers is empty once they were withdrawn.
type FormState struct {
	models.Keyed
	Who        string // address of who keyed it
	Submission *models.Submission
	Answers    models.KeyedAnswers
}

// Batch returns a batch with its forms, by number.
func (s *Service) Batch(ctx context.Context, by Actor, c *models.Consultation, id string) (*BatchState, []FormState, error) {
	if err := by.need(KeyIn); err != nil {
		return nil, nil, err
	}
	b, err := s.store.Batch(ctx, c.ID, id)
	if err != nil {
		return nil, nil, err
	}
	keyed, err := s.store.Keyed(ctx, c.ID, id)
	if err != nil {
		return nil, nil, err
	}
	var ids []string
	for _, k := range keyed {
		ids = append(ids, k.Submission)
	}
	subs, err := s.store.SubmissionsByID(ctx, ids)
	if err != nil {
		return nil, nil, err
	}
	versions, err := s.store.KeyedVersions(ctx, ids...)
	if err != nil {
		return nil, nil, err
	}
	names, err := s.addresses(ctx)
	if err != nil {
		return nil, nil, err
	}
	state := &BatchState{Batch: *b, Late: b.Late(c)}
	var forms []FormState
	for _, k := range keyed {
		state.add(k, waits(k, subs[k.Submission]))
		f := FormState{Keyed: k, Who: names[k.By], Submission: subs[k.Submission]}
		for _, v := range versions {
			if v.Submission == k.Submission && v.Kind != models.VersionChecked {
				f.Answers = v.Answers
			}
		}
		forms = append(forms, f)
	}
	return state, forms, nil
}

// Upload is a file that came with a form.
type Upload struct {
	Name string
	io.Reader
}

// FormKeyed is one form as an officer has keyed it.
type FormKeyed struct {
	Form    int    // printed form, from 1
	Letter  string // for a letter: the question that its words are taken to
	Answers models.KeyedAnswers
	File    *Upload  // a scan; of a letter it is read like any attachment
	Slip    bool     // its author is given a code
	Key     DraftKey // makes the form on the screen unlike any other, so that it is saved once
}

// Saved is what became of a form.
type Saved struct {
	Number   int      // in the batch; 0 when it was saved before and gives no code
	Again    bool     // it was saved before, and nothing was saved now
	Withheld []string // questions whose answers were not taken
	Words    []string // the code, when one was asked for
}

// scanned marks attachments that show a form whose answers were keyed: they are
// kept for comparison and never read for search.
const scanned = models.ScanOfForm

// KeyForm takes one form of a batch as a submission. What the other answers lead
// past is taken, too: paper cannot stop anybody from answering it.
func (s *Service) KeyForm(ctx context.Context, by Actor, c *models.Consultation, batch string, f FormKeyed) (*Saved, error) {
	if err := by.need(KeyIn); err != nil {
		return nil, err
	}
	b, err := s.store.Batch(ctx, c.ID, batch)
	if err != nil {
		return nil, err
	}
	form, err := printed(c, f.Form)
	if err != nil {
		return nil, err
	}
	if f.Key == nil {
		return nil, models.NewError(models.KindInvalid, "The page is not whole. Open it again and key the form once more.")
	}
	files := 0
	if f.File != nil && f.Letter != "" {
		files = 1
	}
	if err := c.CheckKeyed(form, f.Answers, files); err != nil {
		return nil, err
	}
	answers, withheld := without(c, form, f.Answers)
	saved := &Saved{Withheld: withheld}
	sub := s.keyedSubmission(c, form, answers)
	sub.Channel, sub.Language = b.Channel, c.Languages[0]
	if c.PathFor(c.TakenAs(form, answers.Given())).Assisted {
		sub.Channel = models.ChannelAssisted
	}
	if f.File != nil {
		a, err := s.takeFile(ctx, f.File.Name, f.File)
		if err != nil {
			return nil, err
		}
		if f.Letter == "" {
			a.Kind, a.Text = scanned+a.Kind, " "
		}
		sub.Attachments = []models.Attachment{a}
	}
	n, err := prepare(sub)
	if err != nil {
		return nil, err
	}
	n.Nonce = f.Key.derive("nonce", 16)
	if f.Slip {
		code, err := ledger.NewCode(bytes.NewReader(f.Key.derive("receipt", 16)))
		if err != nil {
			return nil, err
		}
		n.Receipt, saved.Words = code.Lookup(s.pepper), strings.Fields(code.Words())
	}
	err = s.store.Tx(ctx, func(tx *store.Store) error {
		if err := holdKeyable(ctx, tx, c); err != nil {
			return err
		}
		b, err := tx.Batch(ctx, c.ID, batch) // its days may have been corrected since
		if err != nil || b.Finished != "" {
			return cmp.Or[error](err, finished)
		}
		reason := ""
		n.Submission.Day, n.Submission.Status = b.Received, models.SubmissionLive
		if b.Late(c) && c.Late == models.LateSetAside {
			n.Submission.Status, reason = models.SubmissionVoid, ", set aside because it came after the end"
		}
		created, err := tx.CreateSubmission(ctx, n)
		if err != nil {
			return err
		}
		if saved.Again = !created; saved.Again {
			return nil
		}
		saved.Number, err = tx.AddKeyed(ctx, c.ID, models.Keyed{Submission: sub.ID, Batch: b.ID, Form: f.Form, Letter: f.Letter, By: by.ID, Day: s.today()}, answers)
		if err != nil {
			return err
		}
		if err := tx.ReleaseDraftFiles(ctx, models.Keys(sub.Attachments)); err != nil {
			return err
		}
		if err := s.record(ctx, tx, by, "submission.keyed", sub.ID, c.ID, fmt.Sprintf("batch %d, form %d%s", b.Number, saved.Number, reason)); err != nil {
			return err
		}
		return enqueueNew(ctx, tx, sub)
	})
	if err != nil || saved.Again {
		err = errors.Join(err, s.removeFiles(ctx, models.Keys(sub.Attachments)))
	}
	if err != nil {
		return nil, err
	}
	if saved.Again && f.Slip {
		if err := s.findAgain(ctx, b, n.Receipt, saved); err != nil {
			return nil, err
		}
	}
	s.wake()
	return saved, nil
}

// findAgain looks up the number of a form that was saved before. Where it was
// saved without a code there is none to show.
func (s *Service) findAgain(ctx context.Context, b *models.Batch, receipt []byte, saved *Saved) error {
	sub, err := s.store.SubmissionByReceipt(ctx, receipt)
	if models.KindOf(err) == models.KindNotFound {
		saved.Words = nil
		return nil
	}
	if err != nil {
		return err
	}
	k, err := s.store.KeyedForm(ctx, b.ID, sub.ID)
	if err != nil {
		return err
	}
	saved.Number = k.Number
	return nil
}

// printed returns the path whose printed form has the number.
func printed(c *models.Consultation, form int) (*models.Path, error) {
	if form < 1 || form > len(c.Paths) {
		return nil, models.NewError(models.KindNotFound, "There is no such form.")
	}
	return &c.Paths[form-1], nil
}

// without leaves out what was answered on paper and is not taken.
func without(c *models.Consultation, form *models.Path, keyed models.KeyedAnswers) (taken models.KeyedAnswers, withheld []string) {
	taken = models.KeyedAnswers{}
	for i := range c.Questions {
		id := c.Questions[i].ID
		a, ok := keyed[id]
		switch {
		case !ok || a.Nothing():
		case c.Withheld(form, keyed.Given(), id):
			withheld = append(withheld, id)
		default:
			taken[id] = a
		}
	}
	return taken, withheld
}

// unscanned counts the files of a submission that are more than a scan of what is
// keyed.
func unscanned(sub *models.Submission) (files int) {
	for _, a := range sub.Attachments {
		if !a.ScansForm() {
			files++
		}
	}
	return files
}

// keyedSubmission makes a submission of the answers of a printed form. Who its
// author is follows from the form as well, see TakenAs; the answers are theirs
// alone.
func (s *Service) keyedSubmission(c *models.Consultation, form *models.Path, keyed models.KeyedAnswers) models.Submission {
	answers := keyed.Given()
	sub := s.newSubmission(c, c.TakenAs(form, answers))
	sub.Answers = nil
	for i := range c.Questions {
		if q := &c.Questions[i]; !answers[q.ID].Empty() {
			sub.Answers = append(sub.Answers, answerTo(q, answers[q.ID]))
		}
	}
	return sub
}

// CorrectBatch corrects the days of a batch while it is open. Its forms came on
// these days then: by the rule of the consultation those are set aside that came
// late after all, and those count that did not. What somebody set aside for another
// reason stays so.
func (s *Service) CorrectBatch(ctx context.Context, by Actor, c *models.Consultation, id, received, posted string) error {
	if err := by.need(KeyIn); err != nil {
		return err
	}
	err := s.store.Tx(ctx, func(tx *store.Store) error {
		if err := holdKeyable(ctx, tx, c); err != nil {
			return err
		}
		was, err := tx.Batch(ctx, c.ID, id)
		if err != nil {
			return err
		}
		b := *was
		b.Received, b.Posted = received, posted
		if err := b.ValidateDays(s.today()); err != nil {
			return err
		}
		switch {
		case b == *was:
			return models.NewError(models.KindInvalid, "The days are the same as before, so there is nothing to correct.")
		case b.Finished != "":
			return models.NewError(models.KindConflict, "This batch is finished and its sample is drawn, so its days stay as they are.")
		}
		if err := tx.CorrectBatch(ctx, id, received, posted); err != nil {
			return err
		}
		days := func(b *models.Batch) string {
			return fmt.Sprintf("arrived %s, postmark %s", b.Received, cmp.Or(b.Posted, "none"))
		}
		if err := s.record(ctx, tx, by, "keying.batch-corrected", fmt.Sprintf("batch %d", b.Number), c.ID, days(&b)+"; before: "+days(was)); err != nil {
			return err
		}
		forms, err := tx.Keyed(ctx, c.ID, id)
		if err != nil {
			return err
		}
		for _, k := range forms {
			if err := tx.Enqueue(ctx, models.JobIndex, k.Submission, 0); err != nil {
				return err
			}
		}
		if c.Late != models.LateSetAside || b.Late(c) == was.Late(c) {
			return nil
		}
		return s.lateAfterAll(ctx, tx, by, c, &b, forms)
	})
	if err == nil {
		s.wake()
	}
	return err
}

// lateAfterAll sets aside the forms of a batch that turns out to have come late, or
// counts those of one that did not.
func (s *Service) lateAfterAll(ctx context.Context, tx *store.Store, by Actor, c *models.Consultation, b *models.Batch, forms []models.Keyed) error {
	from, to, action, reason := models.SubmissionVoid, models.SubmissionLive, "submission.counted-again", fmt.Sprintf("batch %d came before the end", b.Number)
	if b.Late(c) {
		from, to, action, reason = to, from, "submission.set-aside", fmt.Sprintf("batch %d came after the end", b.Number)
	}
	var ids []string
	for _, k := range forms {
		ids = append(ids, k.Submission)
	}
	subs, err := tx.SubmissionsByID(ctx, ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		sub := subs[id]
		if sub == nil || sub.Status != from || slices.ContainsFunc(sub.Attention, func(a models.Attention) bool { return slices.Contains(models.AsideMarks, a) }) {
			continue
		}
		if err := s.move(ctx, tx, c, id, from, to); err != nil {
			return err
		}
		if err := s.record(ctx, tx, by, action, id, c.ID, reason); err != nil {
			return err
		}
	}
	return nil
}

// FinishBatch says that every form of a batch is keyed; forms is how many are in
// the bundle, counted again, and 0 for one that was opened by mistake. It draws the
// forms that a second person keys, at random, so that nobody can know them before.
func (s *Service) FinishBatch(ctx context.Context, by Actor, c *models.Consultation, id string, forms int) (sampled int, err error) {
	if err := by.need(KeyIn); err != nil {
		return 0, err
	}
	err = s.store.Tx(ctx, func(tx *store.Store) error {
		if err := holdKeyable(ctx, tx, c); err != nil {
			return err
		}
		b, err := tx.Batch(ctx, c.ID, id)
		if err != nil {
			return err
		}
		keyed, err := tx.Keyed(ctx, c.ID, id)
		if err != nil {
			return err
		}
		if len(keyed) != forms {
			return &models.Error{Kind: models.KindInvalid, Message: "The batch was not finished.", Fields: []models.FieldError{{Field: "forms",
				Message: fmt.Sprintf("%d forms of this batch are keyed. Count those in the bundle again, and key what is missing", len(keyed))}}}
		}
		sample, err := s.draw(ctx, tx, keyed)
		if err != nil {
			return err
		}
		sampled = len(sample)
		if err := tx.FinishBatch(ctx, id, forms, s.today(), sample); err != nil {
			return err
		}
		return s.record(ctx, tx, by, "keying.batch-finished", fmt.Sprintf("batch %d", b.Number), c.ID, fmt.Sprintf("%d forms, %d drawn to be keyed twice", forms, sampled))
	})
	return sampled, err
}

// draw returns one form in sampleOf, at least one, of those whose answers are
// still there. Which they are follows from the ids of the forms and a secret of
// the portal.
func (s *Service) draw(ctx context.Context, tx *store.Store, keyed []models.Keyed) ([]string, error) {
	var ids []string
	for _, k := range keyed {
		ids = append(ids, k.Submission)
	}
	subs, err := tx.SubmissionsByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	ids = slices.DeleteFunc(ids, func(id string) bool { return !readable(subs[id]) })
	if err := s.shuffle(ids, "sample"); err != nil {
		return nil, err
	}
	return ids[:min(len(ids), (len(keyed)+sampleOf-1)/sampleOf)], nil
}

// readable reports whether a submission still says something.
func readable(sub *models.Submission) bool {
	return sub != nil && (sub.Status == models.SubmissionLive || sub.Status == models.SubmissionVoid)
}

// shuffle puts ids in an order that nobody without the portal's secret can know,
// the same each time for the same purpose.
func (s *Service) shuffle(ids []string, purpose string) error {
	key, err := s.keyFor("keying/" + purpose)
	if err != nil {
		return err
	}
	rank := func(id string) string {
		m := hmac.New(sha256.New, key)
		m.Write([]byte(id))
		return string(m.Sum(nil))
	}
	slices.SortFunc(ids, func(a, b string) int { return cmp.Compare(rank(a), rank(b)) })
	return nil
}

// ToCheck returns the next form of a batch that somebody may key a second time,
// nil when there is none for them; left is how many there are. Two people are
// led to different ones. Nobody checks what they keyed themselves.
func (s *Service) ToCheck(ctx context.Context, by Actor, c *models.Consultation, batch string) (next *models.Keyed, left int, err error) {
	if err := by.need(KeyIn); err != nil {
		return nil, 0, err
	}
	_, forms, err := s.Batch(ctx, by, c, batch)
	if err != nil {
		return nil, 0, err
	}
	to := map[string]*models.Keyed{}
	var ids []string
	for i := range forms {
		if k := &forms[i].Keyed; k.Sampled && k.Checked == "" && k.By != by.ID && readable(forms[i].Submission) {
			ids = append(ids, k.Submission)
			to[k.Submission] = k
		}
	}
	if err := s.shuffle(ids, "check/"+by.ID); err != nil || len(ids) == 0 {
		return nil, 0, err
	}
	return to[ids[0]], len(ids), nil
}

// FormRead is a form with every reading of it. Versions is empty once it was
// withdrawn.
type FormRead struct {
	Batch      *models.Batch
	Keyed      *models.Keyed
	Submission *models.Submission
	Versions   []models.KeyedVersion
	Current    models.KeyedVersion // the one that counts
	Second     models.KeyedAnswers // the blind reading, nil while there is none
	Differ     []string            // questions in which the two differ
	Names      map[string]string   // address by account
}

// KeyedForm opens a form with every version of what was keyed. That somebody
// reads the original words is put on record.
func (s *Service) KeyedForm(ctx context.Context, by Actor, c *models.Consultation, batch, id string) (*FormRead, error) {
	if err := by.need(KeyIn); err != nil {
		return nil, err
	}
	r, err := s.form(ctx, s.store, c, batch, id)
	if err != nil {
		return nil, err
	}
	if r.Names, err = s.addresses(ctx); err != nil {
		return nil, err
	}
	if len(r.Versions) == 0 {
		return r, nil
	}
	return r, s.record(ctx, s.store, by, "submission.original-read", id, c.ID, "")
}

func (s *Service) form(ctx context.Context, from *store.Store, c *models.Consultation, batch, id string) (*FormRead, error) {
	r := &FormRead{}
	var err error
	if r.Batch, err = from.Batch(ctx, c.ID, batch); err != nil {
		return nil, err
	}
	if r.Keyed, err = from.KeyedForm(ctx, batch, id); err != nil {
		return nil, err
	}
	if r.Submission, err = from.Submission(ctx, id); err != nil {
		return nil, err
	}
	if r.Versions, err = from.KeyedVersions(ctx, id); err != nil {
		return nil, err
	}
	for _, v := range r.Versions {
		if v.Kind == models.VersionChecked {
			r.Second = v.Answers
		} else {
			r.Current = v
		}
	}
	if r.Keyed.Open() {
		r.Differ, _ = r.Current.Answers.Compare(r.Second)
	}
	return r, nil
}

var (
	takenBack = models.NewError(models.KindConflict, "This form was withdrawn or replaced by its author, so it is not keyed any more.")
	overtaken = models.NewError(models.KindConflict, "Somebody else has changed this form since you opened it. What you keyed is still on this page. Look at what the form says now, then decide whether to save yours again.")
)

// onForm does one act on a form, while the analysis is not frozen.
func (s *Service) onForm(ctx context.Context, by Actor, c *models.Consultation, batch, id string, act func(tx *store.Store, r *FormRead) error) error {
	if err := by.need(KeyIn); err != nil {
		return err
	}
	err := s.store.Tx(ctx, func(tx *store.Store) error {
		if err := holdKeyable(ctx, tx, c); err != nil {
			return err
		}
		r, err := s.form(ctx, tx, c, batch, id)
		if err != nil {
			return err
		}
		if !readable(r.Submission) {
			return takenBack
		}
		return act(tx, r)
	})
	if err == nil {
		s.wake()
	}
	return err
}

// CheckForm keeps the second reading of a form, keyed by somebody else without
// seeing the first, and returns the questions in which the two differ.
func (s *Service) CheckForm(ctx context.Context, by Actor, c *models.Consultation, batch, id string, keyed models.KeyedAnswers) (differ []string, err error) {
	err = s.onForm(ctx, by, c, batch, id, func(tx *store.Store, r *FormRead) error {
		k := *r.Keyed
		switch {
		case !k.Sampled:
			return models.NewError(models.KindNotFound, "This form is not in the sample.")
		case k.By == by.ID:
			return models.NewError(models.KindForbidden, "You keyed this form, so another person has to key it a second time.")
		case k.Checked != "":
			return models.NewError(models.KindConflict, "Somebody else has keyed this form a second time meanwhile. What you keyed is not needed any more.")
		}
		form, err := printed(c, k.Form)
		if err != nil {
			return err
		}
		if err := c.CheckKeyed(form, keyed, unscanned(r.Submission)); err != nil {
			return err
		}
		answers, _ := without(c, form, keyed)
		differ, k.Fields = r.Current.Answers.Compare(answers)
		k.Checker, k.Checked, k.Differ = by.ID, s.today(), len(differ)
		if k.Differ == 0 {
			k.Settled = k.Checked
		}
		if _, err := tx.AddKeyedVersion(ctx, models.KeyedVersion{Submission: id, Kind: models.VersionChecked, By: by.ID, Day: k.Checked, Answers: answers}, k.Version); err != nil {
			return err
		}
		if err := tx.SetChecked(ctx, k); err != nil {
			return err
		}
		return s.record(ctx, tx, by, "keying.checked", id, c.ID, fmt.Sprintf("%d of %d answers read differently", k.Differ, k.Fields))
	})
	return differ, err
}

// SettleForm says which reading of each answer in dispute is right: the second
// for the questions named, the first for the others. Whoever keyed it first does
// not. seen is the version that was looked at.
func (s *Service) SettleForm(ctx context.Context, by Actor, c *models.Consultation, batch, id string, seen int, second []string) error {
	return s.onForm(ctx, by, c, batch, id, func(tx *store.Store, r *FormRead) error {
		k := *r.Keyed
		switch {
		case k.By == by.ID:
			return models.NewError(models.KindForbidden, "You keyed this form first, so another person has to say which reading is right.")
		case !k.Open():
			return models.NewError(models.KindConflict, "There is nothing to settle: somebody else may have done it.")
		case k.Version != seen:
			return overtaken
		}
		answers := models.KeyedAnswers{}
		for q, a := range r.Current.Answers {
			answers[q] = a
		}
		var first, other []string
		for _, q := range r.Differ {
			if !slices.Contains(second, q) {
				first = append(first, q)
				continue
			}
			other = append(other, q)
			answers[q] = r.Second[q]
		}
		if len(other) > 0 {
			if err := s.correct(ctx, tx, by, c, r, answers, models.VersionSettled, ""); err != nil {
				return err
			}
		}
		k.Settled = s.today()
		if err := tx.SetChecked(ctx, k); err != nil {
			return err
		}
		said := func(list []string) string { return cmp.Or(strings.Join(list, ", "), "none") }
		return s.record(ctx, tx, by, "keying.settled", id, c.ID, fmt.Sprintf("first reading kept: %s; second taken: %s", said(first), said(other)))
	})
}

// CorrectForm corrects keyed answers, for a reason that goes on record with the
// questions and none of the words. seen is the version that was looked at. What
// was keyed before is kept.
func (s *Service) CorrectForm(ctx context.Context, by Actor, c *models.Consultation, batch, id string, seen int, keyed models.KeyedAnswers, reason models.CorrectionReason) error {
	return s.onForm(ctx, by, c, batch, id, func(tx *store.Store, r *FormRead) error {
		if !slices.Contains(models.CorrectionReasons, reason) {
			return &models.Error{Kind: models.KindInvalid, Message: "The form was not corrected.", Fields: []models.FieldError{{Field: "reason", Message: "Choose why it is corrected"}}}
		}
		switch {
		case r.Keyed.Version != seen:
			return overtaken
		case r.Keyed.Open():
			return models.NewError(models.KindConflict, "Two people read this form differently. Say first which reading is right.")
		}
		form, err := printed(c, r.Keyed.Form)
		if err != nil {
			return err
		}
		answers, _ := without(c, form, keyed)
		changed := r.Current.Answers.Changed(answers)
		if len(changed) == 0 {
			return models.NewError(models.KindInvalid, "Nothing is different from what was keyed before, so there is nothing to correct.")
		}
		if err := s.correct(ctx, tx, by, c, r, answers, models.VersionCorrected, reason); err != nil {
			return err
		}
		return s.record(ctx, tx, by, "keying.corrected", id, c.ID, fmt.Sprintf("%s: %s", strings.Join(changed, ", "), reason))
	})
}

// correct puts answers in place of those that count. The answers that stay the
// same keep what was done with them.
func (s *Service) correct(ctx context.Context, tx *store.Store, by Actor, c *models.Consultation, r *FormRead, answers models.KeyedAnswers, kind models.KeyedVersionKind, reason models.CorrectionReason) error {
	form, err := printed(c, r.Keyed.Form)
	if err != nil {
		return err
	}
	before := r.Submission
	if err := c.CheckKeyed(form, answers, unscanned(before)); err != nil {
		return err
	}
	changed := r.Current.Answers.Changed(answers)
	after := s.keyedSubmission(c, form, answers)
	after.ID, after.PublicID = before.ID, before.PublicID
	for i, a := range after.Answers {
		if was := before.Answer(a.Question); was != nil && !slices.Contains(changed, a.Question) {
			after.Answers[i] = *was
		}
	}
	if _, err := tx.AddKeyedVersion(ctx, models.KeyedVersion{Submission: before.ID, Kind: kind, By: by.ID, Day: s.today(), Reason: reason, Answers: answers}, r.Keyed.Version); err != nil {
		return err
	}
	if err := tx.CorrectAnswers(ctx, &after, changed); err != nil {
		return err
	}
	if err := tx.Revise(ctx, before.ID); err != nil {
		return err
	}
	if len(after.Attention) > 0 && !slices.Contains(before.Attention, models.AttentionConfidence) {
		if err := tx.SetAttention(ctx, before.ID, append(before.Attention, after.Attention...)); err != nil {
			return err
		}
	}
	// What councillors were told of its author may not hold any more.
	if !slices.Equal(after.Groups, before.Groups) || !slices.Equal(after.Consents, before.Consents) || after.Stance != before.Stance || c.AreaOf(&after) != c.AreaOf(before) {
		if err := s.unrelease(ctx, tx, c, before.ID); err != nil {
			return err
		}
	}
	if err := tx.Enqueue(ctx, models.JobIndex, before.ID, 0); err != nil {
		return err
	}
	return tx.Enqueue(ctx, models.JobThemes, c.ID, themeDelay)
}

// waits reports whether the two readings of a form differ and nobody has settled it. What was
// taken back or set aside meanwhile waits for nobody.
func waits(k models.Keyed, sub *models.Submission) bool {
	return k.Open() && sub != nil && sub.Status == models.SubmissionLive
}

// unsettled returns the submissions of those forms that wait to be settled.
func unsettled(ctx context.Context, from *store.Store, forms []models.Keyed) (map[string]bool, error) {
	var disputed []string
	for _, k := range forms {
		if k.Open() {
			disputed = append(disputed, k.Submission)
		}
	}
	subs, err := from.SubmissionsByID(ctx, disputed)
	if err != nil {
		return nil, err
	}
	open := map[string]bool{}
	for _, k := range forms {
		if waits(k, subs[k.Submission]) {
			open[k.Submission] = true
		}
	}
	return open, nil
}

// unkeyed says which batches are still to be finished, and what two people read
// differently, "" for nothing. A sample that nobody has keyed a second time holds
// nothing up: where one officer keys alone there is nobody to do it.
func unkeyed(ctx context.Context, from *store.Store, c *models.Consultation) (string, error) {
	batches, err := from.Batches(ctx, c.ID)
	if err != nil || len(batches) == 0 {
		return "", err
	}
	forms, err := from.Keyed(ctx, c.ID, "")
	if err != nil {
		return "", err
	}
	disputed, err := unsettled(ctx, from, forms)
	if err != nil {
		return "", err
	}
	keyed := map[string]int{}
	for _, k := range forms {
		keyed[k.Batch]++
	}
	open, missing := 0, 0
	for _, b := range batches {
		if b.Finished == "" {
			open++
			missing += max(0, b.Expected-keyed[b.ID])
		}
	}
	var left []string
	if open > 0 {
		left = append(left, fmt.Sprintf("%s not finished, with %s not keyed", counted(open, "batch is", "batches are"), counted(missing, "form", "forms")))
	}
	if len(disputed) > 0 {
		left = append(left, counted(len(disputed), "form was", "forms were")+" read differently by two people, and nobody has settled it")
	}
	if len(left) == 0 {
		return "", nil
	}
	return strings.Join(left, ", and ") + ". Officers do both under “Keying”.", nil
}
