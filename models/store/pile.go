package store

import (
	"context"
	"math/rand/v2"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"heard/models"
)

// Marked returns the ids of a consultation's submissions with a status that carry
// at least one of the marks in any, if it has one, and none of those in not.
func (s *Store) Marked(ctx context.Context, consultation string, status models.SubmissionStatus, anyOf, not []models.Attention) ([]string, error) {
	db := s.db.WithContext(ctx).Model(&submissionRow{}).Where("consultation = ? AND status = ?", consultation, status)
	carries := func(a models.Attention) clause.Expr {
		return gorm.Expr("attention LIKE ?", `%"`+string(a)+`"%`)
	}
	for _, a := range not {
		db = db.Where("NOT ?", carries(a))
	}
	var either *gorm.DB
	for _, a := range anyOf {
		if either == nil {
			either = s.db.Where("?", carries(a))
			continue
		}
		either = either.Or("?", carries(a))
	}
	if either != nil {
		db = db.Where(either)
	}
	var ids []string
	return ids, failed(db.Order("id").Pluck("id", &ids).Error, "read the marked submissions")
}

// MoveMarked changes whether submissions count that carry marks, and gives them
// one more mark or, with taken, takes it away. It returns how many were moved:
// those not in from are left as they are.
func (s *Store) MoveMarked(ctx context.Context, ids []string, from, to models.SubmissionStatus, mark models.Attention, taken bool) (int, error) {
	old, now := "]", `,"`+string(mark)+`"]`
	if taken {
		old, now = `,"`+string(mark)+`"`, ""
	}
	moved := 0
	for some := range slices.Chunk(ids, chunk) {
		done := s.db.WithContext(ctx).Model(&submissionRow{}).Where("id IN ? AND status = ? AND attention <> '[]'", some, from).
			Updates(map[string]any{"status": to, "attention": gorm.Expr("replace(attention, ?, ?)", old, now)})
		if done.Error != nil {
			return moved, failed(done.Error, "change the submissions")
		}
		moved += int(done.RowsAffected)
	}
	return moved, nil
}

// EnqueueAll asks for the same background work on many objects, at once.
func (s *Store) EnqueueAll(ctx context.Context, kind models.JobKind, objects []string) error {
	for some := range slices.Chunk(objects, chunk/5) {
		rows := make([]jobRow, len(some))
		for i, object := range some {
			rows[i] = jobRow{ID: rand.Int64(), Kind: kind, Object: object, State: models.JobPending, RunAt: s.now().UnixMilli()}
		}
		if err := s.db.WithContext(ctx).Clauses(oncePending).Create(&rows).Error; err != nil {
			return failed(err, "ask for background work")
		}
	}
	return nil
}
