package consult

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"heard/models"
	"heard/models/store"
)

// Requests are what people ask about what the council holds, and what follows.
// Words are taken out by one of three ways: with the receipt code, which finds the
// submission and never shows it; from the submission, where a second person
// confirms; or span by span, with Redact. After the freeze the totals stay and the
// words go. While something in law holds what there is, words that are taken back
// leave everything that is read at once, and a sealed copy stays until it ends.

// RequestLog is the register of requests.
type RequestLog struct {
	Requests  []models.Request
	Acts      map[string][]models.RequestAct // by request
	Held      int                            // sealed copies that wait for the end of a hold
	Retention models.Retention
	Names     map[string]string // address by account
}

// Holding returns the requests because of which nothing is deleted.
func (l *RequestLog) Holding() (all []models.Request) {
	for _, r := range l.Requests {
		if r.Holds() {
			all = append(all, r)
		}
	}
	return all
}

// Requests returns every request about a consultation, the latest first, with
// what was done for each.
func (s *Service) Requests(ctx context.Context, by Actor, c *models.Consultation) (*RequestLog, error) {
	if err := by.need(SeeRequests); err != nil {
		return nil, err
	}
	l := &RequestLog{Acts: map[string][]models.RequestAct{}}
	var err error
	if l.Requests, err = s.store.Requests(ctx, c.ID); err != nil {
		return nil, err
	}
	slices.Reverse(l.Requests)
	acts, err := s.store.Acts(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	for _, a := range acts {
		l.Acts[a.Request] = append(l.Acts[a.Request], a)
	}
	held, err := s.store.HeldWords(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	l.Held = len(held)
	if l.Retention, err = s.store.Retention(ctx, c.ID); err != nil {
		return nil, err
	}
	l.Names, err = s.names(ctx)
	return l, err
}

// KeepRequest keeps a new request, whose ID is "", or the next version of one;
// r.Version is one more than the version that was seen. It returns its id. What a
// closed one held is deleted by a job.
func (s *Service) KeepRequest(ctx context.Context, by Actor, c *models.Consultation, r models.Request) (id string, err error) {
	if err := by.need(KeepRequests); err != nil {
		return "", err
	}
	r.Consultation, r.By, r.Written = c.ID, by.ID, s.today()
	if r.State == "" {
		r.State = models.RequestOpen
	}
	action := "request.changed"
	if r.ID == "" {
		action, r.ID, r.Version = "request.logged", newID(10), 1
	}
	err = s.store.Tx(ctx, func(tx *store.Store) error {
		if _, err := hold(ctx, tx, c); err != nil {
			return err
		}
		if r.Version > 1 {
			was, err := tx.Request(ctx, c.ID, r.ID)
			if err != nil {
				return err
			}
			r.Kind, r.Received = was.Kind, was.Received // the day that is due was set by these
			if r.State != was.State {
				action = "request." + string(r.State)
			}
		}
		if err := r.Validate(); err != nil {
			return err
		}
		if r.Version > 1 && r.State != models.RequestOpen {
			if err := settled(ctx, tx, c, r.ID); err != nil {
				return err
			}
		}
		if err := tx.SaveRequest(ctx, r); err != nil {
			return err
		}
		if err := tx.Enqueue(ctx, models.JobDelete, c.ID, 0); err != nil {
			return err
		}
		return s.record(ctx, tx, by, action, r.ID, c.ID, fmt.Sprintf("%s · %s · received %s%s", r.Kind, r.Reference, r.Received, after(" · ", r.Outcome)))
	})
	if err == nil {
		s.wake()
	}
	if err != nil {
		return "", err
	}
	return r.ID, nil
}

// after puts what divides before words, and nothing before none.
func after(divides, words string) string {
	if words == "" {
		return ""
	}
	return divides + words
}

// settled refuses to close a request while an erasure waits for a second person.
func settled(ctx context.Context, from *store.Store, c *models.Consultation, request string) error {
	acts, err := from.Acts(ctx, c.ID)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(acts, func(a models.RequestAct) bool { return a.Request == request && a.State == models.ActAsked }) {
		return models.NewError(models.KindConflict, "An erasure for this request waits for a second person. Have it confirmed or declined first.")
	}
	return nil
}

// requestFor returns an open request for which words can be taken out.
func requestFor(ctx context.Context, from *store.Store, c *models.Consultation, id string) (*models.Request, error) {
	r, err := from.Request(ctx, c.ID, id)
	if err != nil {
		return nil, err
	}
	if r.State != models.RequestOpen || !r.Kind.Erases() {
		return nil, models.NewError(models.KindConflict, "Words are taken out for an open request of erasure, objection or rectification only. Open it again, or log another.")
	}
	return r, nil
}

// OpenRequests returns the requests for which words can be taken out now.
func (s *Service) OpenRequests(ctx context.Context, by Actor, c *models.Consultation) ([]models.Request, error) {
	if err := by.need(KeepRequests); err != nil {
		return nil, err
	}
	all, err := s.store.Requests(ctx, c.ID)
	return slices.DeleteFunc(all, func(r models.Request) bool { return r.State != models.RequestOpen || !r.Kind.Erases() }), err
}

const maxReason = 500

// needReason checks why words are taken out.
func needReason(message, reason string) (string, error) {
	reason, err := cleanWords(message, "reason", reason, maxReason)
	if err == nil && reason == "" {
		err = refused(message, "reason", "Say why. The reason goes on record; do not repeat what was written")
	}
	return reason, err
}

// EraseByCode takes out the submission that a receipt code leads to, for an open
// request: before the freeze all of it, after it its words. It never shows what it
// found, because somebody else may hold the code.
func (s *Service) EraseByCode(ctx context.Context, by Actor, c *models.Consultation, request, words, reason string) error {
	if err := by.need(Erase); err != nil {
		return err
	}
	const not = "Nothing was erased."
	reason, err := needReason(not, reason)
	if err != nil {
		return err
	}
	_, receipt, err := s.byCode(ctx, c, words)
	if err != nil {
		return err
	}
	return s.erasing(ctx, func(tx *store.Store) (files []string, err error) {
		now, err := hold(ctx, tx, c)
		if err != nil {
			return nil, err
		}
		if _, err := requestFor(ctx, tx, c, request); err != nil {
			return nil, err
		}
		sub, err := tx.SubmissionByReceipt(ctx, receipt)
		if models.KindOf(err) == models.KindNotFound {
			return nil, unknownCode()
		}
		if err != nil {
			return nil, err
		}
		if sub.Status == models.SubmissionWithdrawn || sub.Status == models.SubmissionVoid && len(sub.Answers) == 0 {
			return nil, models.NewError(models.KindConflict, "What this code leads to was taken back before. There is nothing left to erase.")
		}
		act := models.RequestAct{ID: newID(10), Consultation: c.ID, Request: request, Kind: models.ActErasure, Reason: reason, By: by.ID, Day: s.today()}
		return s.eraseFor(ctx, tx, by, now, sub, act, func(a models.RequestAct) error { return tx.AddAct(ctx, a) })
	})
}

// AskErasure asks a second person to confirm that a submission is erased, where
// there is no code.
func (s *Service) AskErasure(ctx context.Context, by Actor, c *models.Consultation, submission, request, reason string) error {
	if err := by.need(Erase); err != nil {
		return err
	}
	reason, err := needReason("The erasure was not asked for.", reason)
	if err != nil {
		return err
	}
	return s.store.Tx(ctx, func(tx *store.Store) error {
		if _, err := hold(ctx, tx, c); err != nil {
			return err
		}
		if _, err := requestFor(ctx, tx, c, request); err != nil {
			return err
		}
		sub, err := submissionOf(ctx, tx, c, submission)
		if err != nil {
			return err
		}
		if !erasable(sub) {
			return nothingLeft
		}
		acts, err := tx.Acts(ctx, c.ID)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(acts, func(a models.RequestAct) bool { return a.Submission == submission && a.State == models.ActAsked }) {
			return models.NewError(models.KindConflict, "Somebody has asked for this erasure already. It waits for a second person.")
		}
		err = tx.AddAct(ctx, models.RequestAct{ID: newID(10), Consultation: c.ID, Request: request, Kind: models.ActErasure, State: models.ActAsked, Submission: submission, Reason: reason, By: by.ID, Day: s.today()})
		if err != nil {
			return err
		}
		return s.record(ctx, tx, by, "erasure.asked", request, c.ID, reason)
	})
}

var nothingLeft = models.NewError(models.KindConflict, "This submission was taken back, replaced or erased before. There is nothing left to erase.")

// erasable reports whether there are words of a submission to erase.
func erasable(sub *models.Submission) bool {
	return sub.Readable() || sub.Status == models.SubmissionVoid && len(sub.Answers) > 0
}

// DecideErasure confirms or declines an erasure that another person asked for.
func (s *Service) DecideErasure(ctx context.Context, by Actor, c *models.Consultation, act string, confirm bool) error {
	if err := by.need(Erase); err != nil {
		return err
	}
	return s.erasing(ctx, func(tx *store.Store) (files []string, err error) {
		now, err := hold(ctx, tx, c)
		if err != nil {
			return nil, err
		}
		acts, err := tx.Acts(ctx, c.ID)
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(acts, func(a models.RequestAct) bool { return a.ID == act })
		switch {
		case i < 0:
			return nil, models.NewError(models.KindNotFound, noSuchErasure)
		case acts[i].State != models.ActAsked:
			return nil, models.NewError(models.KindConflict, "Somebody else has decided on this meanwhile. Look at it again.")
		case confirm && acts[i].By == by.ID:
			return nil, models.NewError(models.KindConflict, "You asked for this erasure yourself, so another officer has to confirm it.")
		}
		a := acts[i]
		a.SecondBy, a.SecondDay = by.ID, s.today()
		change := func(a models.RequestAct) error { return tx.ChangeAct(ctx, a, models.ActAsked) }
		if !confirm {
			a.State, a.Submission = models.ActDeclined, ""
			if err := change(a); err != nil {
				return nil, err
			}
			return nil, s.record(ctx, tx, by, "erasure.declined", a.Request, c.ID, "")
		}
		sub, err := submissionOf(ctx, tx, c, a.Submission)
		if err != nil {
			return nil, err
		}
		if !erasable(sub) {
			return nil, nothingLeft
		}
		return s.eraseFor(ctx, tx, by, now, sub, a, change)
	})
}

const noSuchErasure = "There is no such erasure. It may have been decided on."

// erasing runs f in a transaction and deletes the files it returns.
func (s *Service) erasing(ctx context.Context, f func(tx *store.Store) (files []string, err error)) error {
	var files []string
	err := s.store.Tx(ctx, func(tx *store.Store) (err error) {
		files, err = f(tx)
		return err
	})
	if err == nil {
		s.afterErasing(ctx, files)
	}
	return err
}

// afterErasing deletes files once what led to them is gone. What fails is tried
// again by Sweep.
func (s *Service) afterErasing(ctx context.Context, files []string) {
	if err := s.removeFiles(ctx, files); err != nil {
		s.log.Error("attachments of an erased submission could not be deleted; this is tried again", "error", err)
	}
	s.wake()
}

// eraseFor takes out a submission for a request and keeps what was done.
func (s *Service) eraseFor(ctx context.Context, tx *store.Store, by Actor, now *models.Consultation, sub *models.Submission, act models.RequestAct, keep func(models.RequestAct) error) (files []string, err error) {
	files, held, err := s.takeOut(ctx, tx, now, sub)
	if err != nil {
		return nil, err
	}
	act.State, act.Submission, act.Frozen = models.ActDone, "", now.Status.AtLeast(models.StatusFrozen)
	if held {
		act.State = models.ActHeld
	}
	if err := keep(act); err != nil {
		return nil, err
	}
	action := "erasure.done"
	if act.Frozen {
		action = "erasure.words" // the totals stay
	}
	return files, s.record(ctx, tx, by, action, act.Request, now.ID, act.Reason)
}

// takeOut erases a submission: before the freeze all of it, and it does not count
// any more; after it its words, and it goes on to count. It returns the keys of
// files to delete once the transaction stands, and whether something holds a
// sealed copy of it.
func (s *Service) takeOut(ctx context.Context, tx *store.Store, now *models.Consultation, sub *models.Submission) (files []string, held bool, err error) {
	if held, err = s.holdWords(ctx, tx, now, sub); err != nil {
		return nil, false, err
	}
	switch {
	case !now.Status.AtLeast(models.StatusFrozen):
		if err = s.move(ctx, tx, now, sub.ID, sub.Status, models.SubmissionWithdrawn); err == nil {
			err = tx.EraseAnswers(ctx, sub.ID)
		}
	case sub.Status == models.SubmissionLive:
		err = s.eraseWords(ctx, tx, now, sub)
	default: // set aside: it is in no total
		err = tx.EraseAnswers(ctx, sub.ID)
	}
	if err != nil || held {
		return nil, held, err
	}
	files = models.Keys(sub.Attachments)
	return files, false, tx.KeepDraftFiles(ctx, files, s.now()) // for Sweep, should it not work afterwards
}

// eraseWords takes the words of a submission out of a frozen consultation, with
// all that was made of them.
func (s *Service) eraseWords(ctx context.Context, tx *store.Store, c *models.Consultation, sub *models.Submission) error {
	quotes, err := tx.Quotes(ctx, c.ID)
	if err != nil {
		return err
	}
	if err := s.unrelease(ctx, tx, c, sub.ID); err != nil {
		return err
	}
	if err := tx.EraseWords(ctx, sub.ID, s.today()); err != nil {
		return err
	}
	if err := tx.Enqueue(ctx, models.JobIndex, sub.ID, 0); err != nil {
		return err
	}
	return s.unsay(ctx, tx, c, sub, quotes)
}

// holdWords keeps a sealed copy of a submission while something in law holds what
// there is, and reports whether it did.
func (s *Service) holdWords(ctx context.Context, tx *store.Store, c *models.Consultation, sub *models.Submission) (bool, error) {
	held, err := onHold(ctx, tx, c)
	if err != nil || !held {
		return false, err
	}
	plain, err := json.Marshal(sub)
	if err != nil {
		return false, err
	}
	sealed, err := s.seal(sealHeld, plain)
	if err != nil {
		return false, err
	}
	return true, tx.HoldWords(ctx, models.HeldWords{Submission: sub.ID, Consultation: c.ID, Day: s.today(), Sealed: sealed, Files: models.Keys(sub.Attachments)})
}

// onHold reports whether nothing of a consultation may be deleted.
func onHold(ctx context.Context, from *store.Store, c *models.Consultation) (bool, error) {
	all, err := from.Requests(ctx, c.ID)
	return slices.ContainsFunc(all, func(r models.Request) bool { return r.Holds() }), err
}

// HeldWords opens the sealed copies of what was taken back while something in law
// held it, for whoever has to hand it over: no page shows it. That it was opened
// goes on record.
func (s *Service) HeldWords(ctx context.Context, by Actor, c *models.Consultation) ([]models.Submission, error) {
	if err := by.need(OpenHeld); err != nil {
		return nil, err
	}
	held, err := s.store.HeldWords(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	all := make([]models.Submission, len(held))
	for i, h := range held {
		plain, err := s.open(sealHeld, h.Sealed)
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(plain, &all[i]); err != nil {
			return nil, err
		}
	}
	return all, s.record(ctx, s.store, by, "held.opened", c.ID, c.ID, "")
}

// retentionNotice is how many days there are at least to notice that original words
// are deleted earlier than was said.
const retentionNotice = 7

// SetRetention keeps the day on which original words are deleted; r.Version is one
// more than the version that was seen. One that is earlier than the one before, or the
// first, lies so far ahead that others notice.
func (s *Service) SetRetention(ctx context.Context, by Actor, c *models.Consultation, r models.Retention) error {
	if err := by.need(Erase); err != nil {
		return err
	}
	const not = "The day was not kept."
	_, closes := c.Window()
	if r.Day <= closes.Format("2006-01-02") || len(r.Day) != len("2006-01-02") {
		return refused(not, "retention", "Enter a day after the consultation closes")
	}
	r.Consultation, r.By, r.Written = c.ID, by.ID, s.today()
	return s.store.Tx(ctx, func(tx *store.Store) error {
		was, err := tx.Retention(ctx, c.ID)
		if err != nil {
			return err
		}
		if was.Done != "" {
			return models.NewError(models.KindConflict, "The original words have been deleted, so there is no day to set.")
		}
		if (was.Day == "" || r.Day < was.Day) && r.Day < s.now().UTC().AddDate(0, 0, retentionNotice).Format(time.DateOnly) {
			return refused(not, "retention", "Enter a day at least a week from now, so that others can notice. A later day than the one before needs no notice")
		}
		if err := tx.SaveRetention(ctx, r); err != nil {
			return err
		}
		return s.record(ctx, tx, by, "retention.set", c.ID, c.ID, r.Day)
	})
}

// DeleteDue deletes what nothing holds any more: sealed copies of words that were
// taken back, and, once their day has come and the report is published, the
// original words of everybody. It is safe to repeat.
func (s *Service) DeleteDue(ctx context.Context, consultation string) error {
	c, err := s.store.Consultation(ctx, consultation)
	if err != nil {
		return err
	}
	return s.erasing(ctx, func(tx *store.Store) (files []string, err error) {
		now, err := hold(ctx, tx, c)
		if err != nil {
			return nil, err
		}
		held, err := onHold(ctx, tx, now)
		if err != nil || held {
			return nil, err
		}
		n, files, err := tx.LetGo(ctx, now.ID)
		if err != nil {
			return nil, err
		}
		if n > 0 {
			if err := s.record(ctx, tx, Portal, "held.deleted", now.ID, now.ID, fmt.Sprintf("%d sealed", n)); err != nil {
				return nil, err
			}
		}
		r, err := tx.Retention(ctx, now.ID)
		if err != nil {
			return nil, err
		}
		if retentionDue(now, r, s.today()) {
			more, err := s.deleteOriginals(ctx, tx, now, r)
			if err != nil {
				return nil, err
			}
			files = append(files, more...)
		}
		return files, tx.KeepDraftFiles(ctx, files, s.now())
	})
}

// retentionDue reports whether the day of original words has come. Until the
// report stands they are needed to check it.
func retentionDue(c *models.Consultation, r models.Retention, today string) bool {
	return r.Version > 0 && r.Done == "" && r.Day <= today && c.Status.AtLeast(models.StatusPublished)
}

// deleteOriginals deletes the original words. The redacted ones stay, and the
// files of organisations, which answer under their name.
func (s *Service) deleteOriginals(ctx context.Context, tx *store.Store, c *models.Consultation, r models.Retention) ([]string, error) {
	organisations := map[string]bool{}
	for sub, err := range tx.Submissions(ctx, c.ID) {
		if err != nil {
			return nil, err
		}
		organisations[sub.ID] = opensAgain(c, sub)
	}
	files, err := tx.DeleteOriginals(ctx, c.ID, func(submission string) bool { return organisations[submission] })
	if err != nil {
		return nil, err
	}
	r.Version, r.Done, r.By, r.Written = r.Version+1, s.today(), Portal.ID, s.today()
	if err := tx.SaveRetention(ctx, r); err != nil {
		return nil, err
	}
	if err := tx.Enqueue(ctx, models.JobErase, models.EveryIndex, 0); err != nil {
		return nil, err
	}
	return files, s.record(ctx, tx, Portal, "originals.deleted", c.ID, c.ID, "on schedule: "+r.Day)
}

// askDue asks for the deletion of what is due, of every consultation.
func (s *Service) askDue(ctx context.Context) error {
	all, err := s.store.Consultations(ctx)
	if err != nil {
		return err
	}
	for _, c := range all {
		r, err := s.store.Retention(ctx, c.ID)
		if err != nil {
			return err
		}
		if !retentionDue(c, r, s.today()) {
			continue
		}
		held, err := onHold(ctx, s.store, c)
		if err != nil {
			return err
		}
		if !held {
			if err := s.store.Enqueue(ctx, models.JobDelete, c.ID, 0); err != nil {
				return err
			}
		}
	}
	return nil
}

// PublicID returns what a submission goes by in the report, for pages that name it
// without showing it.
func (s *Service) PublicID(ctx context.Context, by Actor, c *models.Consultation, id string) (string, error) {
	if err := by.need(SeeRequests); err != nil {
		return "", err
	}
	sub, err := submissionOf(ctx, s.store, c, id)
	if err != nil {
		return "", err
	}
	return sub.PublicID, nil
}

// afterwards reads what the duties after the decision are worked out from.
func afterwards(ctx context.Context, from *store.Store, c *models.Consultation, facts *models.DutyFacts) (err error) {
	if facts.Requests, err = from.Requests(ctx, c.ID); err != nil {
		return err
	}
	if facts.Retention, err = from.Retention(ctx, c.ID); err != nil || !c.Status.AtLeast(models.StatusDecided) {
		return err
	}
	contacts, err := from.Contacts(ctx, c.ID)
	if err != nil {
		return err
	}
	facts.Contacts = len(contacts) > 0
	if facts.Decided, err = from.LastDay(ctx, c.ID, "consultation."+string(models.StatusDecided)); err != nil {
		return err
	}
	facts.Written, err = from.LastDay(ctx, c.ID, "contacts.read")
	return err
}
