package consult

import (
	"context"

	"heard/models"
)

// CodeFrame returns every theme of a consultation, also those that were merged
// into others.
func (s *Service) CodeFrame(ctx context.Context, by Actor, c *models.Consultation) ([]models.Theme, error) {
	if err := by.need(EditThemes); err != nil {
		return nil, err
	}
	return s.store.Themes(ctx, c.ID)
}
