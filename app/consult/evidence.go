package consult

import (
	"cmp"
	"context"
	"fmt"
	"strings"

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
			out = append(out, models.Answer{Question: a.Question + translationMark, Text: cmp.Or(a.Translated, a.Translation), Redacted: a.Translation, Language: c.Languages[0]})
		}
	}
	for _, f := range sub.Attachments {
		if strings.TrimSpace(f.Text) != "" {
			out = append(out, models.Answer{Question: fileMark + f.Key, Text: f.Text, Redacted: shownText(f)})
		}
	}
	return out
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

// freezable refuses while something that counts is unread, or a text could leave
// the desk that nobody has decided on. Each is a field of the error, named after
// the page where it is done.
func freezable(ctx context.Context, from *store.Store, c *models.Consultation) error {
	refusal := models.NewError(models.KindConflict, "The analysis cannot be frozen yet.")
	for _, gate := range []struct {
		page string
		left func(context.Context, *store.Store, *models.Consultation) (string, error)
	}{{"reading", unread}, {"redactions", unchecked}} {
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
