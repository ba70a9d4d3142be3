package consult

import (
	"cmp"
	"context"
	"slices"

	"heard/models"
	"heard/models/store"
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

// keepFrame keeps the code frame as a new version when what people decided of
// it has changed.
func (s *Service) keepFrame(ctx context.Context, tx *store.Store, by Actor, c *models.Consultation) error {
	themes, err := tx.Themes(ctx, c.ID)
	if err != nil {
		return err
	}
	last, err := tx.FrameVersion(ctx, c.ID)
	if err != nil {
		return err
	}
	next := models.FrameVersion{Number: last.Number + 1, By: by.ID, Day: s.today()}
	changed := false
	for _, t := range themes {
		now := t.InFrame()
		next.Themes = append(next.Themes, now)
		before, _ := last.Theme(t.ID)
		changed = changed || now != before
	}
	if !changed {
		return nil
	}
	return tx.AddFrameVersion(ctx, c.ID, next)
}

// FrameChange is one version of the code frame beside the one before.
type FrameChange struct {
	Number int
	By     string // name of the account
	Day    string // YYYY-MM-DD
	Themes []ThemeChange
}

// ThemeChange is what a version changed of one theme.
type ThemeChange struct {
	Before, After models.FrameTheme
	Added         bool   // a person added it in this version
	Name          string // what it is called: by people then, else as it is called now; "" when it is gone
	Into          string // the name of the theme it was merged into
	Under         string // the name of the theme it was put under
}

// FrameVersions returns what each version of the code frame changed, the latest
// first.
func (s *Service) FrameVersions(ctx context.Context, by Actor, c *models.Consultation) ([]FrameChange, error) {
	if err := by.need(EditThemes); err != nil {
		return nil, err
	}
	versions, err := s.store.FrameVersions(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	themes, err := frameOf(ctx, s.store, c)
	if err != nil {
		return nil, err
	}
	names, err := s.names(ctx)
	if err != nil {
		return nil, err
	}
	called := map[string]string{} // what each theme was called last
	for _, t := range themes {
		called[t.ID] = t.Label
	}
	var out []FrameChange
	var last models.FrameVersion
	for _, v := range versions {
		labels := map[string]string{}
		for _, t := range v.Themes {
			labels[t.ID] = cmp.Or(t.Label, called[t.ID])
		}
		change := FrameChange{Number: v.Number, By: named(names, v.By), Day: v.Day}
		for _, t := range v.Themes {
			before, known := last.Theme(t.ID)
			if t != before {
				change.Themes = append(change.Themes, ThemeChange{Before: before, After: t, Added: !known && t.Label != "", Name: labels[t.ID],
					Into: labels[t.MergedInto], Under: labels[t.Parent]})
			}
		}
		last = v
		out = append(out, change)
	}
	slices.Reverse(out)
	return out, nil
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
	for _, a := range c.InWords(sub) {
		out[a.Question] = []CodedTheme{}
		for _, t := range d.frame() {
			if d.describe(&t, place{t.Theme.ID, models.AnswerKey{Submission: submission, Question: a.Question}}, a.Redacted, names); t.Belongs {
				out[a.Question] = append(out[a.Question], t)
			}
		}
	}
	return out, nil
}
