package consult

import (
	"context"

	"heard/models"
)

// Frame is the whole code frame with how the last run of the engine went.
type Frame struct {
	Themes []models.Theme // also those that were merged into others
	Method models.Method
}

// CodeFrame returns the code frame of a consultation.
func (s *Service) CodeFrame(ctx context.Context, by Actor, c *models.Consultation) (*Frame, error) {
	if err := by.need(EditThemes); err != nil {
		return nil, err
	}
	themes, err := frameOf(ctx, s.store, c)
	if err != nil {
		return nil, err
	}
	method, err := s.store.ThemeMethod(ctx, c.ID)
	if models.KindOf(err) == models.KindNotFound { // no run yet
		err = nil
	}
	return &Frame{Themes: themes, Method: method}, err
}

// Places returns, by question, the themes that the answers of a submission are
// in, and who put them there.
func (s *Service) Places(ctx context.Context, by Actor, c *models.Consultation, submission string) (map[string][]CodedTheme, error) {
	if err := by.need(EditThemes); err != nil {
		return nil, err
	}
	sub, err := s.store.Submission(ctx, submission)
	if err != nil {
		return nil, err
	}
	if sub.Consultation != c.ID {
		return nil, noAnswer
	}
	p, err := readPlacesOf(ctx, s.store, c, []string{submission})
	if err != nil {
		return nil, err
	}
	names, err := s.names(ctx)
	if err != nil {
		return nil, err
	}
	d, out := &desk{places: p}, map[string][]CodedTheme{}
	for _, a := range themedAnswers(c, sub) {
		out[a.Question] = []CodedTheme{}
		for _, t := range d.frame() {
			if d.describe(&t, place{t.Theme.ID, models.AnswerKey{Submission: submission, Question: a.Question}}, a.Redacted, names); t.Belongs {
				out[a.Question] = append(out[a.Question], t)
			}
		}
	}
	return out, nil
}
