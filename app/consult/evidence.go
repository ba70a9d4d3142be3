package consult

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"heard/app/evidence"
	"heard/app/redact"
	"heard/models"
	"heard/models/store"
)

// What a submission says beside its answers: translations of them, made by
// people, and what was read out of its files. People decide on it as on answers,
// under names that no question has.

const (
	translationMark = ".translation" // after the question
	fileMark        = "file."        // before the key of the file
)

// fileOf returns the key of the file that a text was read out of, "" for others.
func fileOf(name string) string {
	key, is := strings.CutPrefix(name, fileMark)
	if !is {
		return ""
	}
	return key
}

// TextOf says what a text on a sheet is, by its name: of a file, its place among
// the attachments, from 1; else the question that the answer is to, and whether it
// is the translation of that answer.
func TextOf(sub *models.Submission, name string) (file int, question string, translation bool) {
	if key := fileOf(name); key != "" {
		for i, a := range sub.Attachments {
			if a.Key == key {
				return i + 1, "", false
			}
		}
	}
	question, translation = strings.CutSuffix(name, translationMark)
	return 0, question, translation
}

// TextName is how a text on a sheet is called within a sentence.
func TextName(sub *models.Submission, name string) string {
	switch file, question, translation := TextOf(sub, name); {
	case file > 0:
		return fmt.Sprintf("attachment %d", file)
	case translation:
		return "the translation of answer " + question
	default:
		return "answer " + question
	}
}

// notInWords returns the questions that are answered with a day or a figure.
func notInWords(c *models.Consultation) []string {
	var ids []string
	for i := range c.Questions {
		if q := &c.Questions[i]; !q.Written() && !q.Closed() {
			ids = append(ids, q.ID)
		}
	}
	return ids
}

// textsOf returns all that a submission says in words, each as it was written and
// as it may leave the desk: its answers with their translations, then its files.
// Scans of forms are none: their words were keyed.
func textsOf(c *models.Consultation, sub *models.Submission) []models.Answer {
	var out []models.Answer
	for _, a := range sub.Answers {
		if q := c.Question(a.Question); a.Text == "" || q != nil && !q.Written() && !q.Closed() {
			continue
		}
		out = append(out, a)
		if a.Translation != "" {
			out = append(out, models.Answer{Question: a.Question + translationMark, Text: a.Made(), Redacted: a.Translation, Language: c.Languages[0]})
		}
	}
	for _, f := range sub.Attachments {
		if strings.TrimSpace(f.Text) != "" {
			out = append(out, models.Answer{Question: fileMark + f.Key, Text: f.Text, Redacted: shownText(f)})
		}
	}
	return out
}

// unreadable returns the attachments that nothing could be read out of, by number from
// 1: nobody can decide on their words one by one, so a person looks at them.
func unreadable(sub *models.Submission) (numbers []int) {
	for i, f := range sub.Attachments {
		if strings.TrimSpace(f.Text) == "" && !f.ScansForm() {
			numbers = append(numbers, i+1)
		}
	}
	return numbers
}

// unchecked says what of what is taken out is still to be decided on, and how, ""
// for nothing.
func unchecked(ctx context.Context, from *store.Store, c *models.Consultation) (string, error) {
	n, err := from.CountRedactions(ctx, c.ID, "", notInWords(c))
	if err != nil {
		return "", err
	}
	var left []string
	if n.Open > 0 {
		left = append(left, counted(n.Open, "submission has", "submissions have")+" not been checked for what could identify somebody")
	}
	if n.Second > 0 {
		left = append(left, counted(n.Second, "submission waits", "submissions wait")+" for a second officer to approve that")
	}
	if len(left) == 0 {
		return "", nil
	}
	return strings.Join(left, ", and ") + ". Officers do both under “Redaction”.", nil
}

// freezable refuses while something that came on paper is not keyed, something that
// counts is unread, or a text could leave the desk that nobody has decided on. Each
// is a field of the error, named after the page where it is done.
func freezable(ctx context.Context, from *store.Store, c *models.Consultation) error {
	refusal := models.NewError(models.KindConflict, "The analysis cannot be frozen yet.")
	for _, gate := range []struct {
		page string
		left func(context.Context, *store.Store, *models.Consultation) (string, error)
	}{{"keying", unkeyed}, {"reading", unread}, {"redactions", unchecked}} {
		why, err := gate.left(ctx, from, c)
		if err != nil {
			return err
		}
		if why != "" {
			refusal.Fields = append(refusal.Fields, models.FieldError{Field: gate.page, Message: "The analysis cannot be frozen yet: " + why})
		}
	}
	if refusal.Fields == nil {
		return nil
	}
	return refusal
}

// keepText keeps what of a text may leave the desk from now on.
func keepText(ctx context.Context, tx *store.Store, submission string, a models.Answer, text string) error {
	if key := fileOf(a.Question); key != "" {
		return tx.SetRedactedAttachment(ctx, key, text)
	}
	if question, is := strings.CutSuffix(a.Question, translationMark); is {
		return tx.SetRedactedTranslation(ctx, submission, question, text)
	}
	return tx.SetRedacted(ctx, models.AnswerKey{Submission: submission, Question: a.Question}, text, movedWords(a.Redacted, text))
}

// suggest returns what a text's words suggest to take out, page by page, so that
// nothing runs over the end of one.
func suggest(text string) []redact.Suggestion {
	var all []redact.Suggestion
	at := 0
	for _, page := range strings.SplitAfter(text, "\f") {
		for _, s := range redact.Suggest(page) {
			s.Start, s.End = s.Start+at, s.End+at
			all = append(all, s)
		}
		at += len(page)
	}
	return all
}

// shownText is what was read out of a file as far as it may leave the desk.
func shownText(f models.Attachment) string {
	if f.Redacted != "" {
		return f.Redacted
	}
	return redact.Decided(f.Text, redact.Items(f.Text, suggest(f.Text), nil))
}

// filesQuotable reports whether what stands in the files of a submission, and what
// officers say of them, may be released: nothing of people at risk, of whom too
// much else may stand there, nor of those who asked for confidence or did not
// agree to be quoted.
func filesQuotable(c *models.Consultation, sub *models.Submission) bool {
	return sub.Allows(models.ConsentQuote) && !c.Sensitive(sub.Groups)
}

// Attached is an attachment as somebody may know of it.
type Attached struct {
	models.Attachment
	Number  int             // on the submission, from 1
	Summary *models.Summary // that stands, nil for none; By is the address of the account
	MayOpen bool            // the file itself
	Scan    bool            // of a form that was keyed
	Let     string          // address of who let others open the file, "" for nobody
	MayLet  bool            // whoever asks may change that
}

// Attached returns the attachments of a submission with what officers wrote about
// them, for those who may open the submission. Councillors are told of those that
// may be released, analysts of all but scans.
func (s *Service) Attached(ctx context.Context, by Actor, c *models.Consultation, id string) ([]Attached, error) {
	if err := by.need(SearchText); err != nil {
		return nil, err
	}
	sub, _, err := s.openSubmission(ctx, s.store, by, c, id)
	if err != nil || len(sub.Attachments) == 0 || by.Role == models.RoleCouncillor && !filesQuotable(c, sub) {
		return nil, err
	}
	names, err := s.names(ctx)
	if err != nil {
		return nil, err
	}
	summaries, err := s.store.Summaries(ctx, id)
	if err != nil {
		return nil, err
	}
	var out []Attached
	for i, a := range sub.Attachments {
		at := Attached{Attachment: a, Number: i + 1, Scan: a.ScansForm(), Let: named(names, a.Opened)}
		at.MayOpen = by.May(ReadOriginal) || a.Opened != "" && !at.Scan && !a.Unclean
		at.MayLet = by.May(ReadAll) && sub.Status == models.SubmissionLive && !at.Scan && !a.Unclean
		if at.Scan && !by.May(KeyIn) {
			continue
		}
		if at.Summary = standingSummary(summaries, a.Key); at.Summary != nil {
			at.Summary.By = named(names, at.Summary.By)
		}
		out = append(out, at)
	}
	return out, nil
}

// standingSummary returns the last version of what readers wrote of an attachment;
// nil for none.
func standingSummary(summaries []models.Summary, attachment string) *models.Summary {
	for _, m := range slices.Backward(summaries) {
		if m.Attachment == attachment {
			return &m
		}
	}
	return nil
}

// attachedAt returns one of the attachments of a submission, by its number.
func (s *Service) attachedAt(ctx context.Context, by Actor, c *models.Consultation, id string, number int) (*Attached, error) {
	all, err := s.Attached(ctx, by, c, id)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].Number == number {
			return &all[i], nil
		}
	}
	return nil, models.NewError(models.KindNotFound, "There is no such attachment, or it is not released.")
}

// OpenFile returns the copy of an attachment from which hidden data was removed,
// with its media type and the ending of its name. Nothing in it was taken out:
// others than officers get those that an officer let them open. That it was opened
// goes on record.
func (s *Service) OpenFile(ctx context.Context, by Actor, c *models.Consultation, id string, number int) (data []byte, mediaType, ending string, err error) {
	a, err := s.attachedAt(ctx, by, c, id, number)
	if err != nil {
		return nil, "", "", err
	}
	if !a.MayOpen {
		return nil, "", "", models.NewError(models.KindForbidden, "An officer has not let anybody else open this file. Read its summary, or ask an officer.")
	}
	kind := evidence.Type(strings.ToLower(strings.TrimPrefix(a.Kind, scanned)))
	if data, err = s.file(ctx, a.Attachment); errors.Is(err, evidence.ErrNotFound) {
		return nil, "", "", models.NewError(models.KindNotFound, "The file is not there any more.")
	} else if err != nil {
		return nil, "", "", err
	}
	action := "attachment.opened"
	if a.Scan {
		action = "scan.opened"
	}
	return data, kind.MediaType(), string(kind), s.record(ctx, s.store, by, action, fmt.Sprintf("%s attachment %d", id, number), c.ID, "")
}

// LetOpen says whether others than officers may open an attachment itself: a
// person who read it answers for what stands in it. It needs a summary, an author
// who agreed to be quoted, none at risk, and a copy that is clean; and of a file that nothing could be read
// out of, a reason, because nobody has decided on its words one by one.
func (s *Service) LetOpen(ctx context.Context, by Actor, c *models.Consultation, id string, number int, let bool, reason string) error {
	if err := by.need(ReadAll); err != nil {
		return err
	}
	reason, err := cleanWords("Nothing was changed.", "reason", reason, MaxReason)
	if err != nil {
		return err
	}
	a, err := s.attachedAt(ctx, by, c, id, number)
	if err != nil {
		return err
	}
	return s.store.Tx(ctx, func(tx *store.Store) error {
		sub, err := liveIn(ctx, tx, c, id)
		if err != nil {
			return err
		}
		action, account := "attachment.let-open", by.ID
		switch {
		case !let:
			action, account = "attachment.shut", ""
		case a.Scan:
			return models.NewError(models.KindConflict, "A scan of a form stays with the officers who key and check it.")
		case !filesQuotable(c, sub):
			return models.NewError(models.KindConflict, "Its author did not agree to be quoted, asked for confidence, or is in a group at risk, so nobody but officers may open the file.")
		case a.Unclean:
			return models.NewError(models.KindConflict, "This document may still hold what tells who made it, such as a picture that could not be cleaned, so nobody but officers may open the file. Write a summary of it for the others.")
		case a.Summary == nil:
			return models.NewError(models.KindConflict, "Summarise the file first, so that somebody has read it.")
		case reason == "" && slices.Contains(unreadable(sub), number):
			return refused("Nothing was changed.", "reason", "Say why others may open it: nothing could be read out of this file, so nobody has decided on its words one by one")
		}
		if err := tx.OpenAttachment(ctx, a.Key, account); err != nil {
			return err
		}
		return s.record(ctx, tx, by, action, fmt.Sprintf("%s attachment %d", id, number), c.ID, redact.Text(reason))
	})
}

// ConfidenceReason returns why the author of a submission asks for confidence, as
// far as it may leave the desk; "" where they do not, or give no reason.
func ConfidenceReason(c *models.Consultation, sub *models.Submission) string {
	for _, a := range sub.Answers {
		if q := c.Question(a.Question); q != nil {
			for _, o := range q.Options {
				if o.Confidential && slices.Contains(a.Options, o.ID) {
					return a.Redacted
				}
			}
		}
	}
	return ""
}

// lateOf returns how many responses were keyed or imported that came after the end,
// whether they count or were set aside; nil where nothing was keyed or imported.
func lateOf(ctx context.Context, from *store.Store, c *models.Consultation) (*int, error) {
	batches, err := from.Batches(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	ended, _ := c.Ended()
	imported, late, err := from.CountImported(ctx, c.ID, ended)
	if err != nil || imported == 0 && len(batches) == 0 {
		return nil, err
	}
	for _, b := range batches {
		if !b.Late(c) {
			continue
		}
		forms, err := from.Keyed(ctx, c.ID, b.ID)
		if err != nil {
			return nil, err
		}
		late += len(forms)
	}
	return &late, nil
}
