package consult

import (
	"context"

	"heard/models"
)

// UncheckedRedactions asks what a gate asks.
func UncheckedRedactions(ctx context.Context, s *Service, c *models.Consultation) (int, error) {
	return s.uncheckedRedactions(ctx, s.store, c)
}
