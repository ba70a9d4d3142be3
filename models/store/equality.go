package store

import (
	"context"
	"maps"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// equalityRow counts the people who gave one answer to one equality question.
// There is no row about a person, so nothing can be joined to a submission and
// nobody can learn which answers were given together.
type equalityRow struct {
	Consultation string `gorm:"primaryKey"`
	Question     string `gorm:"primaryKey"`
	Answer       string `gorm:"primaryKey"`
	People       int
}

func (equalityRow) TableName() string { return "equality" }

// SaveEquality counts one person's answers to the equality questions, option
// by question.
func (s *Store) SaveEquality(ctx context.Context, consultation string, answers map[string]string) error {
	return s.Tx(ctx, func(tx *Store) error {
		if err := tx.db.WithContext(ctx).Take(&consultationRow{}, "id = ?", consultation).Error; err != nil {
			return found(err, "save the equality answers", noConsultation)
		}
		// Always in the same order, so that two people cannot wait for each other.
		for _, question := range slices.Sorted(maps.Keys(answers)) {
			err := tx.db.WithContext(ctx).Clauses(clause.OnConflict{
				Columns:   []clause.Column{{Name: "consultation"}, {Name: "question"}, {Name: "answer"}},
				DoUpdates: clause.Assignments(map[string]any{"people": gorm.Expr("equality.people + 1")}),
			}).Create(&equalityRow{Consultation: consultation, Question: question, Answer: answers[question], People: 1}).Error
			if err != nil {
				return failed(err, "save the equality answers")
			}
		}
		return nil
	})
}

// EqualityCounts returns how many people gave each answer to each equality
// question: true counts, not for showing.
func (s *Store) EqualityCounts(ctx context.Context, consultation string) (map[string]map[string]int, error) {
	var rows []equalityRow
	if err := s.db.WithContext(ctx).Where("consultation = ?", consultation).Find(&rows).Error; err != nil {
		return nil, failed(err, "count the equality answers")
	}
	counts := map[string]map[string]int{}
	for _, r := range rows {
		if counts[r.Question] == nil {
			counts[r.Question] = map[string]int{}
		}
		counts[r.Question][r.Answer] = r.People
	}
	return counts, nil
}
