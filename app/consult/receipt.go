package consult

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"heard/app/ledger"
	"heard/models"
	"heard/models/store"
)

// Trace is what became of a submission. It never holds the answers, because
// somebody else may hold the code.
type Trace struct {
	Day        string
	Status     models.SubmissionStatus
	Themes     []string
	HeardOnce  bool
	ClosedOnly bool
	Quoted     bool
	// Open says that it can be corrected and taken back; Shown that correcting
	// begins with what was sent, which it does for organisations only.
	Open    bool
	Shown   bool
	Held    bool // it was taken back, and something in law holds a sealed copy of its words
	Misread bool // its author has said: that is not what I meant
	// Objection is what they object to and what was decided on it; nil for none. Its
	// Text is never shown: somebody else may hold the code.
	Objection *models.Objection
	Letter    bool     // its words are those of a letter that several people sent
	Versions  []int    // of the published report, in which it is counted
	Findings  []string // numbers of the findings of the published report that its themes stand in
	Messages  []models.Message
	Position  int // of its leaf in the public log, from 0; -1 until the day's batch takes it
	Size      int
	Root      ledger.Hash
	Receipt   string // signed, for an offline check with heard verify
}

// Trace finds a submission by its receipt code.
func (s *Service) Trace(ctx context.Context, c *models.Consultation, words string) (*Trace, error) {
	sub, _, err := s.byCode(ctx, c, words)
	if err != nil {
		return nil, err
	}
	receipt, position, err := s.receiptOf(ctx, c, sub)
	if err != nil {
		return nil, err
	}
	leaves, err := s.leaves(ctx, s.store, c)
	if err != nil {
		return nil, err
	}
	live := sub.Status == models.SubmissionLive
	t := &Trace{Day: sub.Day, Status: sub.Status, Position: position, Size: len(leaves), Root: ledger.Root(leaves),
		Open: live && !c.Status.AtLeast(models.StatusFrozen), Shown: opensAgain(c, sub),
		Misread: slices.Contains(sub.Attention, models.AttentionMisread),
		Receipt: receipt,
	}
	if !live {
		t.Held, err = s.store.IsHeld(ctx, sub.ID)
		return t, err
	}
	if t.Messages, err = s.store.Messages(ctx, sub.ID); err != nil {
		return nil, err
	}
	view, err := s.themesOf(ctx, c, sub.ID)
	if err != nil {
		return nil, err
	}
	if err := s.traceReport(ctx, c, sub, t); err != nil {
		return nil, err
	}
	quotes, err := s.store.Quotes(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	for _, theme := range view.of(sub.ID) {
		label := theme.Label
		if !theme.Renamed && said(sub, label) {
			label = "–" // named with the author's own words, which a code never shows
		}
		t.Themes = append(t.Themes, label)
	}
	worded := len(c.InWords(sub)) > 0
	t.HeardOnce = worded && len(t.Themes) == 0
	t.ClosedOnly = !worded
	t.Quoted = slices.ContainsFunc(quotes, func(q models.Quote) bool {
		if q.Submission != sub.ID {
			return false
		}
		_, ok := view.quoted(q, sub)
		return ok
	})
	return t, nil
}

// traceReport says where a submission's words went in what is published.
func (s *Service) traceReport(ctx context.Context, c *models.Consultation, sub *models.Submission, t *Trace) (err error) {
	if t.Objection, err = s.store.Objection(ctx, sub.ID); err != nil {
		return err
	}
	if t.Objection != nil {
		t.Objection.Text = ""
	}
	if t.Versions, err = s.store.CountedIn(ctx, sub.ID); err != nil {
		return err
	}
	if len(t.Versions) > 0 {
		if err := s.traceFindings(ctx, c, sub, t); err != nil {
			return err
		}
	}
	campaigns, err := s.store.Campaigns(ctx, c.ID)
	for _, letter := range campaigns {
		t.Letter = t.Letter || len(letter.Members) > 1 && slices.Contains(letter.Members, sub.ID)
	}
	return err
}

// traceFindings names the findings of the newest version of the report that rest on
// a theme of the submission, or that it speaks against. What they say stands in the
// report: it may be called by words of the author's own.
func (s *Service) traceFindings(ctx context.Context, c *models.Consultation, sub *models.Submission, t *Trace) error {
	r, err := s.Report(ctx, c)
	if err != nil {
		return err
	}
	view, err := s.themesOf(ctx, c, sub.ID)
	if err != nil {
		return err
	}
	mine := map[string]bool{}
	for _, theme := range view.of(sub.ID) {
		mine[theme.ID] = true
	}
	for _, f := range r.Findings {
		if slices.ContainsFunc(slices.Concat(f.Said, f.Against), func(s models.ReportSaid) bool { return mine[s.Theme] }) {
			t.Findings = append(t.Findings, fmt.Sprintf("%d", f.Number))
		}
	}
	return nil
}

// said reports whether the words stand in one of the submission's answers, as
// they were written or with what identifies people taken out.
func said(sub *models.Submission, words string) bool {
	words = strings.ToLower(strings.Trim(words, " .…!?"))
	return slices.ContainsFunc(sub.Answers, func(a models.Answer) bool {
		return strings.Contains(strings.ToLower(a.Text), words) || strings.Contains(strings.ToLower(a.Redacted), words)
	})
}

// opensAgain reports whether the submission's code shows what was sent: for
// organisations, which answer under their name. A person's code never does,
// because somebody else may hold it, or make them use it.
func opensAgain(c *models.Consultation, sub *models.Submission) bool {
	return slices.ContainsFunc(c.Paths, func(p models.Path) bool { return p.ID == sub.Path && p.Organisation })
}

// frozenChange is said to the public.
var frozenChange = &models.Error{Kind: models.KindClosed, Code: "error.frozen",
	Message: "The analysis has been frozen, so a submission can no longer be changed or taken out of the totals. Write to the council to have your words removed."}

// notCounted refuses what can only be done with a submission that counts.
var notCounted = &models.Error{Kind: models.KindConflict, Code: "error.ended", Message: "These answers no longer count, so nothing can be done with them."}

// Correct starts a response that takes the place of a submission when it is
// sent. It begins empty, or, for an organisation, with what was sent.
func (s *Service) Correct(ctx context.Context, c *models.Consultation, words string) (DraftKey, error) {
	sub, receipt, err := s.byCode(ctx, c, words)
	if err != nil {
		return nil, err
	}
	if sub.Status != models.SubmissionLive {
		return nil, notCounted
	}
	if err := unfrozen(c, frozenChange); err != nil {
		return nil, err
	}
	d := &Draft{Consultation: c.ID, Answers: models.Answers{}, Language: sub.Language, Started: s.now(), Replaces: sub.ID, Receipt: receipt}
	if opensAgain(c, sub) {
		for _, a := range sub.Answers {
			d.Answers[a.Question] = models.Given{Options: a.Options, Text: a.Text}
		}
		d.Files, d.Earlier = sub.Attachments, sub.Attachments
	}
	key := NewDraftKey()
	return key, s.SaveDraft(ctx, key, d)
}

// Withdraw takes a submission back: its answers are erased, it is no longer
// counted, and only the fact that it was withdrawn stays.
func (s *Service) Withdraw(ctx context.Context, c *models.Consultation, words string) error {
	sub, receipt, err := s.byCode(ctx, c, words)
	if err != nil {
		return err
	}
	if sub.Status == models.SubmissionWithdrawn {
		return nil
	}
	var files []string
	err = s.store.Tx(ctx, func(tx *store.Store) error {
		now, err := hold(ctx, tx, c)
		if err != nil {
			return err
		}
		// The code may lead to another by now, which its author sent in place
		// of this one.
		if sub, err = tx.SubmissionByReceipt(ctx, receipt); err != nil || sub.Status == models.SubmissionWithdrawn {
			return err // a second click
		}
		if err := unfrozen(now, frozenChange); err != nil {
			return err
		}
		// What an officer set aside is still its author's to erase.
		if files, _, err = s.takeOut(ctx, tx, now, sub); err != nil {
			return err
		}
		return s.record(ctx, tx, Actor{}, "submission.withdrawn", sub.ID, c.ID, "")
	})
	if err != nil {
		return err
	}
	s.afterErasing(ctx, files)
	return nil
}

// Misread puts a submission back in front of a person: its author says that
// what became of it is not what they meant.
// text says why, in their words, and may be "".
func (s *Service) Misread(ctx context.Context, c *models.Consultation, words, text string) error {
	text = models.CleanText(text)
	q := models.Question{Type: models.TypeLongText, MaxLength: models.MaxObjection}
	if f := q.Check(models.Given{Text: text}); f.Code != "" {
		return f.In("objection", "There is a problem with what you wrote.")
	}
	return s.callUp(ctx, c, words, models.AttentionMisread, nil, func(tx *store.Store, sub *models.Submission) error {
		return s.object(ctx, tx, sub, text)
	})
}

// Reply answers the officers' messages about a submission.
func (s *Service) Reply(ctx context.Context, c *models.Consultation, words, text string) error {
	text = models.CleanText(text)
	if err := checkMessage(text); err != nil {
		return err
	}
	return s.callUp(ctx, c, words, models.AttentionReply, &models.Message{Day: s.today(), Text: text})
}

func checkMessage(text string) error {
	q := models.Question{Type: models.TypeLongText, MaxLength: models.MaxMessage, Required: true}
	if f := q.Check(models.Given{Text: text}); f.Code != "" {
		return f.In("message", "There is a problem with your message.")
	}
	return nil
}

// callUp marks a submission for a person to look at, with a message when there
// is one.
func (s *Service) callUp(ctx context.Context, c *models.Consultation, words string, why models.Attention, message *models.Message, also ...func(*store.Store, *models.Submission) error) error {
	_, receipt, err := s.byCode(ctx, c, words)
	if err != nil {
		return err
	}
	return s.store.Tx(ctx, func(tx *store.Store) error {
		if _, err := hold(ctx, tx, c); err != nil {
			return err
		}
		sub, err := tx.SubmissionByReceipt(ctx, receipt)
		if err != nil {
			return err
		}
		if sub.Status != models.SubmissionLive {
			return notCounted
		}
		if message != nil {
			if err := tx.AddMessage(ctx, sub.ID, *message); err != nil {
				return err
			}
			if err := tx.Revise(ctx, sub.ID); err != nil { // it says more than what was read of it
				return err
			}
		}
		for _, do := range also {
			if err := do(tx, sub); err != nil {
				return err
			}
		}
		attention := slices.DeleteFunc(sub.Attention, func(a models.Attention) bool { return a == models.AttentionSeen || a == why })
		if err := tx.SetAttention(ctx, sub.ID, append(attention, why)); err != nil {
			return err
		}
		return s.record(ctx, tx, Actor{}, "submission."+string(why), sub.ID, c.ID, "")
	})
}

func unknownCode() *models.Error {
	return &models.Error{Kind: models.KindInvalid, Message: "There is a problem with the code.",
		Fields: []models.FieldError{{Field: "code", Code: "code.unknown", Message: "We do not know this code. Check each of the twelve words"}}}
}

// byCode returns the submission that a code leads to, and what is stored in
// place of the code.
func (s *Service) byCode(ctx context.Context, c *models.Consultation, words string) (sub *models.Submission, receipt []byte, err error) {
	code, err := ledger.ParseCode(words)
	if err != nil {
		e := unknownCode()
		e.Fields[0].Code, e.Fields[0].Message = "code.form", "Enter the twelve words of your code. Check their spelling and their order"
		return nil, nil, e
	}
	receipt = code.Lookup(s.pepper)
	sub, err = s.store.SubmissionByReceipt(ctx, receipt)
	if models.KindOf(err) == models.KindNotFound || (err == nil && sub.Consultation != c.ID) {
		return nil, nil, unknownCode()
	}
	return sub, receipt, err
}
