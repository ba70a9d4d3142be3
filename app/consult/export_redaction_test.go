package consult

import (
	"context"

	"heard/models"
)

// UncheckedRedactions asks what a gate asks.
func UncheckedRedactions(ctx context.Context, s *Service, c *models.Consultation) (int, error) {
	n, err := s.store.CountRedactions(ctx, c.ID, "", notInWords(c))
	if err != nil {
		return 0, err
	}
	return n.Open + n.Second, nil
}
