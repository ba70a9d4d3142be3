package consult

import (
	"bytes"
	"context"

	"heard/app/ledger"
	"heard/models"
)

// Files of the public log.
const (
	LogCheckpoint = "checkpoint"
	LogLeaves     = "leaves"
)

// leaves returns the log of a consultation's submissions.
func (s *Service) leaves(ctx context.Context, c *models.Consultation) ([]ledger.Hash, error) {
	raw, err := s.store.Leaves(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	leaves := make([]ledger.Hash, len(raw))
	for i, b := range raw {
		leaves[i] = ledger.Hash(b)
	}
	return leaves, nil
}

// Checkpoint returns how many submissions the public log holds, and its root.
func (s *Service) Checkpoint(ctx context.Context, c *models.Consultation) (size int, root string, err error) {
	leaves, err := s.leaves(ctx, c)
	return len(leaves), ledger.Root(leaves).String(), err
}

// LogFile returns one file of the public log.
func (s *Service) LogFile(ctx context.Context, c *models.Consultation, name string) ([]byte, error) {
	leaves, err := s.leaves(ctx, c)
	switch {
	case err != nil:
		return nil, err
	case name == LogCheckpoint:
		return ledger.CheckpointFile(c.ID, leaves), nil
	case name == LogLeaves:
		return ledger.LeavesFile(leaves), nil
	}
	return nil, models.NewError(models.KindNotFound, "The log has no such file.")
}

// Committed reports whether a live submission says what its leaf in the log
// commits to: the answers as they were sent and the hashes of the attachments.
func (s *Service) Committed(ctx context.Context, sub *models.Submission) (bool, error) {
	leaf, salt, _, err := s.store.Leaf(ctx, sub.ID)
	if err != nil || len(salt) == 0 {
		return false, err
	}
	content, err := canonical(*sub)
	if err != nil {
		return false, err
	}
	committed := ledger.Commit(ledger.Salt(salt), content)
	return bytes.Equal(committed[:], leaf), nil
}
