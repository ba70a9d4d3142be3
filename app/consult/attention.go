package consult

import (
	"context"
	"fmt"
	"slices"
	"unicode/utf8"

	"heard/models"
	"heard/models/store"
)

// ToLookAt returns the submissions that a person should look at: first those
// that nobody has looked at since the reason came up. A large pile of what
// programs have most likely sent is not among them.
func (s *Service) ToLookAt(ctx context.Context, by Actor, c *models.Consultation) ([]*models.Submission, error) {
	if err := by.need(LookAgain); err != nil {
		return nil, err
	}
	pile, err := s.pile(ctx, s.store, c)
	if err != nil {
		return nil, err
	}
	all, err := s.store.SubmissionsForAttention(ctx, c.ID, len(pile) > SampleSize)
	slices.SortStableFunc(all, func(a, b *models.Submission) int {
		switch {
		case a.Open() == b.Open():
			return 0
		case a.Open():
			return -1
		}
		return 1
	})
	return all, err
}

// Seen says that a person has looked at a submission.
func (s *Service) Seen(ctx context.Context, by Actor, c *models.Consultation, id string) error {
	return s.lookAgain(ctx, by, c, id, "submission.seen", "", func(tx *store.Store, sub *models.Submission) error {
		if !sub.Open() {
			return nil
		}
		return tx.SetAttention(ctx, id, append(sub.Attention, models.AttentionSeen))
	})
}

// PassedOn says that the data protection officer was given the reason for which the
// author of a submission asks for confidence, and that a person has looked at it.
func (s *Service) PassedOn(ctx context.Context, by Actor, c *models.Consultation, id string) error {
	return s.lookAgain(ctx, by, c, id, "confidence.passed-on", "", func(tx *store.Store, sub *models.Submission) error {
		switch {
		case !slices.Contains(sub.Attention, models.AttentionConfidence):
			return models.NewError(models.KindConflict, "Its author does not ask for confidence, so there is no reason to pass on.")
		case !sub.Open():
			return models.NewError(models.KindConflict, "Somebody has looked at this submission already.")
		}
		return tx.SetAttention(ctx, id, append(sub.Attention, models.AttentionSeen))
	})
}

// SetAside takes a submission out of the count. The reason is put on record; why,
// one of models.AsideReasons, is told in the report, in totals. Fields of an error are
// called why and reason.
func (s *Service) SetAside(ctx context.Context, by Actor, c *models.Consultation, id string, why models.Attention, reason string) error {
	if err := by.need(LookAgain); err != nil {
		return err
	}
	reason = models.CleanText(reason)
	var faults []models.FieldError
	if !slices.Contains(models.AsideReasons, why) {
		faults = append(faults, models.FieldError{Field: "why", Message: "Choose why it does not count. The report tells of it in totals"})
	}
	if reason == "" || utf8.RuneCountInString(reason) > 500 {
		faults = append(faults, models.FieldError{Field: "reason", Message: "Say in a few words, in up to 500 characters, how you know that it does not count. This goes on record"})
	}
	if len(faults) > 0 {
		return &models.Error{Kind: models.KindInvalid, Message: "It was not set aside.", Fields: faults}
	}
	return s.lookAgain(ctx, by, c, id, "submission.set-aside", reason, func(tx *store.Store, sub *models.Submission) error {
		if err := tx.SetAttention(ctx, id, append(sub.Attention, why)); err != nil {
			return err
		}
		return s.move(ctx, tx, c, id, models.SubmissionLive, models.SubmissionVoid)
	})
}

// CountAgain counts a submission that was set aside.
func (s *Service) CountAgain(ctx context.Context, by Actor, c *models.Consultation, id string) error {
	return s.lookAgain(ctx, by, c, id, "submission.counted-again", "", func(tx *store.Store, sub *models.Submission) error {
		marks := slices.DeleteFunc(slices.Clone(sub.Attention), func(a models.Attention) bool { return slices.Contains(models.AsideReasons, a) })
		if at := slices.Index(marks, models.AttentionSpam); at >= 0 {
			marks[at] = models.AttentionSeen
		}
		if err := tx.SetAttention(ctx, id, marks); err != nil {
			return err
		}
		return s.move(ctx, tx, c, id, models.SubmissionVoid, models.SubmissionLive)
	})
}

// move changes whether a submission counts, and has what follows from it brought
// in line.
func (s *Service) move(ctx context.Context, tx *store.Store, c *models.Consultation, id string, from, to models.SubmissionStatus) error {
	if err := tx.MoveSubmission(ctx, id, from, to); err != nil {
		return err
	}
	if err := s.unrelease(ctx, tx, c, id); err != nil {
		return err
	}
	if err := tx.Enqueue(ctx, models.JobIndex, id, 0); err != nil {
		return err
	}
	return tx.Enqueue(ctx, models.JobThemes, c.ID, 0)
}

// Ask writes a message to the person behind a submission, who reads it with
// their receipt code and can answer. Somebody else may hold the code. The field of an
// error is called message.
func (s *Service) Ask(ctx context.Context, by Actor, c *models.Consultation, id, text string) error {
	if err := by.need(LookAgain); err != nil {
		return err
	}
	text = models.CleanText(text)
	if text == "" {
		return &models.Error{Kind: models.KindInvalid, Message: "No message was left.", Fields: []models.FieldError{{Field: "message", Message: "Write a message"}}}
	}
	if err := checkMessage(text); err != nil {
		return err
	}
	return s.lookAgain(ctx, by, c, id, "submission.asked", "", func(tx *store.Store, sub *models.Submission) error {
		if sub.Status != models.SubmissionLive {
			return models.NewError(models.KindConflict, "This submission no longer counts, so its author cannot be asked.")
		}
		return tx.AddMessage(ctx, id, models.Message{Officer: true, Day: s.today(), Text: text})
	})
}

// TranslationSeen names the translation of an answer as it was made, "" for none, so
// that nobody puts another in its place without having seen it.
func TranslationSeen(a *models.Answer) string {
	if a.Made() == "" {
		return ""
	}
	return fingerprint(a.Made())
}

// Translate puts a translation beside an answer in words, or takes it away with "";
// the original stays as it is. What could identify somebody is taken out of it as
// out of answers. seen is TranslationSeen of what stood there when it was written: it
// is a Conflict when somebody has put another there since. The field of an error is
// called translation.
func (s *Service) Translate(ctx context.Context, by Actor, c *models.Consultation, id, question, seen, text string) error {
	if err := by.need(LookAgain); err != nil {
		return err
	}
	text = models.CleanText(text)
	refused := func(kind models.Kind, why string) error {
		return &models.Error{Kind: kind, Message: "The translation was not kept.", Fields: []models.FieldError{{Field: "translation", Message: why}}}
	}
	if over := utf8.RuneCountInString(text) - models.MaxTextLength; over > 0 {
		return refused(models.KindInvalid, fmt.Sprintf("The translation is too long. Shorten it by %d characters", over))
	}
	return s.lookAgain(ctx, by, c, id, "submission.translated", "", func(tx *store.Store, sub *models.Submission) error {
		switch a := sub.Answer(question); {
		case a == nil:
			return models.NewError(models.KindNotFound, "There is no such answer.")
		case a.Made() == text:
			return nil // what people decided to take out of it stands
		case TranslationSeen(a) != seen:
			return refused(models.KindConflict, "Somebody else has changed the translation since you opened the page. Theirs stands above what you wrote. Bring the two together, then keep it")
		}
		return tx.SetTranslation(ctx, id, question, text, redacted(text))
	})
}

// Messages returns what was written about a submission, oldest first.
func (s *Service) Messages(ctx context.Context, by Actor, id string) ([]models.Message, error) {
	if err := by.need(LookAgain); err != nil {
		return nil, err
	}
	return s.store.Messages(ctx, id)
}

// lookAgain does one act on a submission and puts it on record. Once the
// analysis is frozen nothing changes.
func (s *Service) lookAgain(ctx context.Context, by Actor, c *models.Consultation, id, action, reason string, act func(*store.Store, *models.Submission) error) error {
	if err := by.need(LookAgain); err != nil {
		return err
	}
	err := s.store.Tx(ctx, func(tx *store.Store) error {
		if err := holdOpen(ctx, tx, c, frozen("The analysis is frozen, so this cannot be changed any more.")); err != nil {
			return err
		}
		sub, err := submissionOf(ctx, tx, c, id)
		if err != nil {
			return err
		}
		if err := act(tx, sub); err != nil {
			return err
		}
		return s.record(ctx, tx, by, action, id, c.ID, reason)
	})
	if err == nil {
		s.wake()
	}
	return err
}
