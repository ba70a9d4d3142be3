package store

import (
	"context"

	"gorm.io/gorm/clause"

	"heard/models"
)

type approvedDraftRow struct {
	Theme        string `gorm:"primaryKey"`
	Consultation string
	Sentences    []models.Sentence `gorm:"serializer:json"`
	Account      string
	Day          string
}

func (approvedDraftRow) TableName() string { return "approved_drafts" }

// ApproveDraft keeps what a person approved of a theme's draft, in place of what
// was approved before.
func (s *Store) ApproveDraft(ctx context.Context, d models.ApprovedDraft) error {
	row := approvedDraftRow{Theme: d.Theme, Consultation: d.Consultation, Sentences: d.Sentences, Account: d.By, Day: d.Day}
	return failed(s.db.WithContext(ctx).Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error, "keep the approved draft")
}

// UnapproveDraft forgets it.
func (s *Store) UnapproveDraft(ctx context.Context, theme string) error {
	return failed(s.db.WithContext(ctx).Where("theme = ?", theme).Delete(&approvedDraftRow{}).Error, "take back the approved draft")
}

// ApprovedDrafts returns those of a consultation, by theme.
func (s *Store) ApprovedDrafts(ctx context.Context, consultation string) (map[string]models.ApprovedDraft, error) {
	var rows []approvedDraftRow
	if err := s.db.WithContext(ctx).Where("consultation = ?", consultation).Find(&rows).Error; err != nil {
		return nil, failed(err, "read the approved drafts")
	}
	all := map[string]models.ApprovedDraft{}
	for _, r := range rows {
		all[r.Theme] = models.ApprovedDraft{Theme: r.Theme, Consultation: r.Consultation, Sentences: r.Sentences, By: r.Account, Day: r.Day}
	}
	return all, nil
}
