package store

import (
	"context"

	"heard/models"
)

type frameRow struct {
	Consultation string `gorm:"primaryKey"`
	Number       int    `gorm:"primaryKey"`
	Account      string
	Day          string
	Themes       []models.FrameTheme `gorm:"serializer:json"`
}

func (frameRow) TableName() string { return "frame_versions" }

func (r frameRow) model() models.FrameVersion {
	return models.FrameVersion{Number: r.Number, By: r.Account, Day: r.Day, Themes: r.Themes}
}

// AddFrameVersion keeps a version of a consultation's code frame. It fails when
// there is one of its number.
func (s *Store) AddFrameVersion(ctx context.Context, consultation string, v models.FrameVersion) error {
	row := frameRow{Consultation: consultation, Number: v.Number, Account: v.By, Day: v.Day, Themes: v.Themes}
	return failed(s.db.WithContext(ctx).Create(&row).Error, "save the code frame")
}

// FrameVersions returns every version of a consultation's code frame, the first
// first.
func (s *Store) FrameVersions(ctx context.Context, consultation string) ([]models.FrameVersion, error) {
	var rows []frameRow
	err := s.db.WithContext(ctx).Where("consultation = ?", consultation).Order("number").Find(&rows).Error
	if err != nil {
		return nil, failed(err, "read the versions of the code frame")
	}
	versions := make([]models.FrameVersion, len(rows))
	for i, r := range rows {
		versions[i] = r.model()
	}
	return versions, nil
}

// FrameVersion returns the latest version of a consultation's code frame; its
// number is 0 when nobody has changed the frame.
func (s *Store) FrameVersion(ctx context.Context, consultation string) (models.FrameVersion, error) {
	var rows []frameRow
	err := s.db.WithContext(ctx).Where("consultation = ?", consultation).Order("number DESC").Limit(1).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return models.FrameVersion{}, failed(err, "read the code frame")
	}
	return rows[0].model(), nil
}
