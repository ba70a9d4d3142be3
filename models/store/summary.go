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

// ForgetApproved takes sentences out of what was approved in a consultation, and
// returns them. Where none is left, nothing is approved any more.
func (s *Store) ForgetApproved(ctx context.Context, consultation string, goes func(models.Sentence) bool) ([]models.Sentence, error) {
	return s.forgetApproved(ctx, goes, "consultation = ?", consultation)
}

func (s *Store) forgetApproved(ctx context.Context, goes func(models.Sentence) bool, where string, arg any) (gone []models.Sentence, err error) {
	const doing = "take sentences out of approved drafts"
	err = s.Tx(ctx, func(tx *Store) error {
		db := tx.db.WithContext(ctx)
		var rows []approvedDraftRow
		if err := db.Where(where, arg).Find(&rows).Error; err != nil {
			return failed(err, doing)
		}
		for _, r := range rows {
			n := len(gone)
			var left []models.Sentence
			for _, sentence := range r.Sentences {
				if goes(sentence) {
					gone = append(gone, sentence)
				} else {
					left = append(left, sentence)
				}
			}
			if len(gone) == n {
				continue
			}
			tx.unit.erased = true
			if r.Sentences = left; len(left) == 0 {
				err = db.Delete(&approvedDraftRow{}, "theme = ?", r.Theme).Error
			} else {
				err = db.Save(&r).Error
			}
			if err != nil {
				return failed(err, doing)
			}
		}
		return nil
	})
	return gone, err
}
