package consult

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"heard/models"
	"heard/models/store"
)

// Every submission and every attachment is read by a named person before the
// analysis is frozen: a consultation of which nobody read the longest answer is
// none (West Dulwich Action Group v Lambeth, [2025] EWHC 1111 (Admin)).

// ReadingLease is how long a submission is kept for the person it was given to
// after they last worked on it.
const ReadingLease = 30 * time.Minute

// ReadingPerPage is how many submissions a page of the reading queue lists.
const ReadingPerPage = 50

// ReadingQueue is how far reading has come, and a page of what there is to read.
// Readers and holders are named by the address of their account.
type ReadingQueue struct {
	Counts models.ReadingCounts
	Sample int // answers to be coded blind
	Items  []models.ReadingItem
	Total  int // on all pages
	Page   int // from 1
	Pages  int
}

// ReadingQueue returns a page of the submissions to read, the oldest first. A
// page past the last is the last.
func (s *Service) ReadingQueue(ctx context.Context, by Actor, c *models.Consultation, show models.ReadingFilter, page int) (*ReadingQueue, error) {
	if err := by.need(ReadAll); err != nil {
		return nil, err
	}
	counts, err := s.store.CountReading(ctx, c.ID, themed(c))
	if err != nil {
		return nil, err
	}
	names, err := s.names(ctx)
	if err != nil {
		return nil, err
	}
	q := &ReadingQueue{Counts: *counts, Sample: min(sampleSize, counts.Answers), Page: max(page, 1)}
	for {
		if q.Items, q.Total, err = s.store.ReadingItems(ctx, c.ID, by.ID, show, q.Page, ReadingPerPage); err != nil {
			return nil, err
		}
		if q.Pages = max(1, (q.Total+ReadingPerPage-1)/ReadingPerPage); q.Page <= q.Pages {
			break
		}
		q.Page = q.Pages
	}
	for i := range q.Counts.Readers {
		q.Counts.Readers[i].By = named(names, q.Counts.Readers[i].By)
	}
	for i := range q.Items {
		item := &q.Items[i]
		for j := range item.Readers {
			item.Readers[j] = named(names, item.Readers[j])
		}
		if item.Held == by.ID {
			item.Mine = true
		}
		if item.Held != "" {
			item.Held = named(names, item.Held)
		}
	}
	return q, nil
}

// themed returns the questions whose answers in words are themed.
func themed(c *models.Consultation) []string {
	var ids []string
	for _, q := range c.Questions {
		if q.InWords() {
			ids = append(ids, q.ID)
		}
	}
	return ids
}

// NextToRead keeps the oldest submission that nobody has read for the actor, and
// returns its id, "" when all that are left are being read by others; see
// store.ClaimReading. That one was handed out is on no record: that it was read
// is.
func (s *Service) NextToRead(ctx context.Context, by Actor, c *models.Consultation, after string) (string, error) {
	if err := by.need(ReadAll); err != nil {
		return "", err
	}
	if err := unfrozen(c, readFrozen); err != nil {
		return "", err
	}
	return s.store.ClaimReading(ctx, c.ID, by.ID, after, s.now().Add(ReadingLease))
}

var readFrozen = frozen("The analysis is frozen: everything has been read.")

// Reading is what is known of the reading of one submission.
type Reading struct {
	Revision  int                         // of what it says
	Open      bool                        // it counts and the analysis is not frozen, so it can be read
	Held      string                      // address of somebody else who is reading it, "" for nobody
	Readers   []models.Reading            // by address of the account, also of what it was before
	Rich      *models.Rich                // by address of the account; nil when it is not marked
	Summaries map[string][]models.Summary // by attachment, by address of the account, the newest first
}

// Unread reports whether nobody has read it as it is now.
func (r *Reading) Unread() bool {
	return !slices.ContainsFunc(r.Readers, func(m models.Reading) bool { return m.Revision == r.Revision })
}

// OpenReading returns what is known of the reading of a submission. One that
// nobody has read or is reading is kept for the actor from now on.
func (s *Service) OpenReading(ctx context.Context, by Actor, c *models.Consultation, id string) (*Reading, error) {
	if err := by.need(ReadAll); err != nil {
		return nil, err
	}
	sub, _, err := s.openSubmission(ctx, s.store, by, c, id)
	if err != nil {
		return nil, err
	}
	names, err := s.names(ctx)
	if err != nil {
		return nil, err
	}
	r := &Reading{Revision: sub.Revision, Open: sub.Status == models.SubmissionLive && unfrozen(c, readFrozen) == nil, Summaries: map[string][]models.Summary{}}
	if r.Readers, err = s.store.ReadingsOf(ctx, id); err != nil {
		return nil, err
	}
	if r.Rich, err = s.store.RichOf(ctx, id); err != nil {
		return nil, err
	}
	summaries, err := s.store.Summaries(ctx, id)
	if err != nil {
		return nil, err
	}
	var holder string
	if r.Open && r.Unread() {
		holder, err = s.store.HoldReading(ctx, id, by.ID, s.now().Add(ReadingLease))
	} else {
		holder, err = s.store.ReadingHolder(ctx, id)
	}
	if err != nil {
		return nil, err
	}
	if holder != "" && holder != by.ID {
		r.Held = named(names, holder)
	}
	for i := range r.Readers {
		r.Readers[i].By = named(names, r.Readers[i].By)
	}
	if r.Rich != nil {
		r.Rich.By = named(names, r.Rich.By)
	}
	for _, m := range slices.Backward(summaries) {
		m.By = named(names, m.By)
		r.Summaries[m.Attachment] = append(r.Summaries[m.Attachment], m)
	}
	return r, nil
}

// ReadingWork is what a reader did on a submission's page.
type ReadingWork struct {
	Revision  int              // that was on the page
	Summaries []models.Summary // of some attachments: what was written, with the version that was on the page, 0 for none
	Rich      *bool            // whether it is rich in evidence; nil leaves the mark as it is
	Done      bool             // they have read the whole
	Back      bool             // somebody else may read it
}

// Read keeps what a reader did, all of it or nothing. Saying that it was read
// needs a summary of each attachment, but of a scan of a form, which is read as what
// was keyed of it. It is a Conflict, which says what to look
// at, when somebody else wrote a summary meanwhile, or what the submission says
// was changed. Fields of an error are called summary-1 for the first attachment.
func (s *Service) Read(ctx context.Context, by Actor, c *models.Consultation, id string, w ReadingWork) error {
	if err := by.need(ReadAll); err != nil {
		return err
	}
	return s.store.Tx(ctx, func(tx *store.Store) error {
		if err := holdOpen(ctx, tx, c, readFrozen); err != nil {
			return err
		}
		sub, _, err := s.openSubmission(ctx, tx, by, c, id)
		if err != nil {
			return err
		}
		if sub.Status != models.SubmissionLive {
			return models.NewError(models.KindConflict, "This submission no longer counts, so it need not be read.")
		}
		missing, err := s.summarise(ctx, tx, by, sub, w.Summaries)
		if err != nil {
			return err
		}
		if w.Rich != nil {
			if err := s.markRich(ctx, tx, by, sub, *w.Rich); err != nil {
				return err
			}
		}
		switch {
		case w.Done && w.Revision != sub.Revision:
			return models.NewError(models.KindConflict, "What this submission says has changed since you opened it. Read it as it is now, then say again that you have read it.")
		case w.Done && len(missing) > 0:
			return &models.Error{Kind: models.KindInvalid, Message: "It counts as read once each attachment has a summary.", Fields: missing}
		case w.Done:
			if err := tx.SaveReading(ctx, models.Reading{Submission: id, By: by.ID, Day: s.today(), Revision: sub.Revision}); err != nil {
				return err
			}
			if err := s.record(ctx, tx, by, "submission.read", id, c.ID, ""); err != nil {
				return err
			}
		case !w.Back:
			_, err := tx.HoldReading(ctx, id, by.ID, s.now().Add(ReadingLease))
			return err
		}
		return tx.ReleaseReading(ctx, id, by.ID)
	})
}

// summarise keeps the summaries that were changed, and returns the attachments
// that still need one.
func (s *Service) summarise(ctx context.Context, tx *store.Store, by Actor, sub *models.Submission, written []models.Summary) (missing []models.FieldError, err error) {
	all, err := tx.Summaries(ctx, sub.ID)
	if err != nil {
		return nil, err
	}
	versions := map[string][]models.Summary{}
	for _, m := range all {
		versions[m.Attachment] = append(versions[m.Attachment], m)
	}
	var faults []models.FieldError
	kind := models.KindInvalid
	for i, a := range sub.Attachments {
		field, kept := fmt.Sprintf("summary-%d", i+1), versions[a.Key]
		refuse := func(k models.Kind, message string) {
			faults, kind = append(faults, models.FieldError{Field: field, Message: message}), k
		}
		at := slices.IndexFunc(written, func(m models.Summary) bool { return m.Attachment == a.Key })
		text, seen := "", ""
		if at >= 0 {
			text = models.CleanText(written[at].Text)
			if v := written[at].Version; v > 0 && v <= len(kept) {
				seen = kept[v-1].Text
			}
		}
		switch fault := models.CheckSummary(text); {
		case at < 0 || text == seen || len(kept) > 0 && text == kept[len(kept)-1].Text:
		case fault.Code != "":
			refuse(models.KindInvalid, fault.Message)
		case written[at].Version != len(kept):
			refuse(models.KindConflict, fmt.Sprintf("Somebody else has changed the summary of attachment %d since you opened the page. Theirs stands above what you wrote. Bring the two together, then keep it", i+1))
		case text == "":
			refuse(models.KindInvalid, fmt.Sprintf("The summary of attachment %d can be corrected, but not taken away", i+1))
		default:
			m := models.Summary{Attachment: a.Key, Version: len(kept) + 1, Submission: sub.ID, By: by.ID, Day: s.today(), Text: text}
			if err := tx.AddSummary(ctx, m); err != nil {
				return nil, err
			}
			if err := s.record(ctx, tx, by, "attachment.summarised", sub.ID, sub.Consultation, ""); err != nil {
				return nil, err
			}
			kept = append(kept, m)
		}
		if len(kept) == 0 && !a.ScansForm() {
			missing = append(missing, models.FieldError{Field: field, Message: fmt.Sprintf("Say what is in attachment %d", i+1)})
		}
	}
	for _, m := range written {
		if !slices.ContainsFunc(sub.Attachments, func(a models.Attachment) bool { return a.Key == m.Attachment }) {
			return nil, models.NewError(models.KindNotFound, "There is no such attachment. It may have been taken back.")
		}
	}
	if len(faults) > 0 {
		return nil, &models.Error{Kind: kind, Message: "The summary was not kept.", Fields: faults}
	}
	return missing, nil
}

// markRich says that a submission is rich in evidence, or that it is not.
func (s *Service) markRich(ctx context.Context, tx *store.Store, by Actor, sub *models.Submission, rich bool) error {
	is, err := tx.RichOf(ctx, sub.ID)
	if err != nil || (is != nil) == rich {
		return err
	}
	action := "submission.rich"
	if rich {
		err = tx.SetRich(ctx, models.Rich{Submission: sub.ID, By: by.ID, Day: s.today()})
	} else {
		action, err = "submission.not-rich", tx.UnsetRich(ctx, sub.ID)
	}
	if err != nil {
		return err
	}
	return s.record(ctx, tx, by, action, sub.ID, sub.Consultation, "")
}

// keepSummaries keeps what was written about the attachments that a submission
// has taken over from the one it replaces: the files are the same.
func keepSummaries(ctx context.Context, tx *store.Store, sub models.Submission, summaries []models.Summary) error {
	for _, m := range summaries {
		if slices.ContainsFunc(sub.Attachments, func(a models.Attachment) bool { return a.Key == m.Attachment }) {
			m.Submission = sub.ID
			if err := tx.AddSummary(ctx, m); err != nil {
				return err
			}
		}
	}
	return nil
}

// unread says what is still to be read, and how, "" for nothing.
func unread(ctx context.Context, from *store.Store, c *models.Consultation) (string, error) {
	n, err := from.CountReading(ctx, c.ID, nil)
	if err != nil {
		return "", err
	}
	submissions, attachments := n.Unread()
	var left []string
	if submissions > 0 {
		left = append(left, counted(submissions, "submission has", "submissions have")+" not been read")
	}
	if attachments > 0 {
		left = append(left, counted(attachments, "attachment has", "attachments have")+" no summary")
	}
	if len(left) == 0 {
		return "", nil
	}
	return strings.Join(left, ", and ") + ". Officers do both under “Reading”.", nil
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
