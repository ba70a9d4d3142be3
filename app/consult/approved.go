package consult

import (
	"context"

	"heard/models"
	"heard/models/store"
)

// DraftSeen names the draft of a theme as it stands, so that nobody approves
// another than they read.
func DraftSeen(draft []models.Sentence) string {
	var parts []string
	for _, s := range draft {
		parts = append(append(parts, s.Text), s.Cites...)
	}
	return fingerprint(parts...)
}

// ApproveDraft says that a person has read what the language model wrote of a
// theme, and that it may stand in the report beside the computed paragraph, or
// takes that back. seen is DraftSeen of what they read: it is a Conflict when the
// draft has changed since.
func (s *Service) ApproveDraft(ctx context.Context, by Actor, c *models.Consultation, id string, version int, seen string, approved bool) error {
	if err := by.need(EditThemes); err != nil {
		return err
	}
	if !approved {
		return s.changeTheme(ctx, by, c, id, version, "theme.draft-unapproved", func(tx *store.Store, t *models.Theme) error {
			return tx.UnapproveDraft(ctx, t.ID)
		})
	}
	return s.changeTheme(ctx, by, c, id, version, "theme.draft-approved", func(tx *store.Store, t *models.Theme) error {
		where, err := readPlaces(ctx, tx, c)
		if err != nil {
			return err
		}
		quotes, err := tx.Quotes(ctx, c.ID)
		if err != nil {
			return err
		}
		subs, err := tx.SubmissionsByID(ctx, quotedIn(quotes, t.ID))
		if err != nil {
			return err
		}
		standing := *t
		standing.Draft = append([]models.Sentence(nil), t.Draft...)
		where.standingDraft(&standing, quotes, subs)
		if len(standing.Draft) == 0 || DraftSeen(standing.Draft) != seen {
			return models.NewError(models.KindConflict, "The draft has changed since you opened this page. Read it again before you approve it.")
		}
		return tx.ApproveDraft(ctx, models.ApprovedDraft{Theme: t.ID, Consultation: c.ID, Sentences: standing.Draft, By: by.ID, Day: s.today()})
	})
}

// ApprovedDraft returns what was approved of a theme's draft, and whether anything
// was, by the address of the account.
func (s *Service) ApprovedDraft(ctx context.Context, by Actor, c *models.Consultation, id string) (models.ApprovedDraft, bool, error) {
	if err := by.need(EditThemes); err != nil {
		return models.ApprovedDraft{}, false, err
	}
	all, err := s.store.ApprovedDrafts(ctx, c.ID)
	if err != nil {
		return models.ApprovedDraft{}, false, err
	}
	d, ok := all[id]
	names, err := s.names(ctx)
	d.By = named(names, d.By)
	return d, ok, err
}
