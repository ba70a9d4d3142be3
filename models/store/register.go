package store

import (
	"context"

	"gorm.io/gorm"

	"heard/models"
)

type registerRow struct {
	ID           string `gorm:"primaryKey"`
	Consultation string
	Version      int
	Kind         models.RegisterKind
	Name         string
	Body         string
	Why          string
	Day          string
	Answered     string
	Answer       string
	Position     string
	PublicID     string
	Place        string
	Number       int
	By           string `gorm:"column:account"`
	Written      string
}

func (registerRow) TableName() string { return "register" }

const noEntry = "There is no such entry in the register. It may have been taken out."

// SaveRegisterEntry keeps the version e.Version of an entry, 1 for a new one. It
// is a Conflict when it does not follow the one that is kept.
func (s *Store) SaveRegisterEntry(ctx context.Context, e models.RegisterEntry) error {
	row := registerRow(e)
	return s.next(ctx, e.Consultation, e.Version, &row, "save the entry", func(db *gorm.DB) *gorm.DB {
		return db.Where("id = ? AND consultation = ?", e.ID, e.Consultation)
	})
}

// Register returns every entry of a consultation's register, by day, then name.
func (s *Store) Register(ctx context.Context, consultation string) ([]models.RegisterEntry, error) {
	var rows []registerRow
	err := s.db.WithContext(ctx).Where("consultation = ?", consultation).Order("day, name, id").Find(&rows).Error
	if err != nil {
		return nil, failed(err, "read the register")
	}
	list := make([]models.RegisterEntry, len(rows))
	for i, r := range rows {
		list[i] = models.RegisterEntry(r)
	}
	return list, nil
}

// RegisterEntry returns one entry of a consultation's register.
func (s *Store) RegisterEntry(ctx context.Context, consultation, id string) (*models.RegisterEntry, error) {
	var row registerRow
	err := s.db.WithContext(ctx).Take(&row, "id = ? AND consultation = ?", id, consultation).Error
	if err != nil {
		return nil, found(err, "read the entry", noEntry)
	}
	e := models.RegisterEntry(row)
	return &e, nil
}

// DeleteRegisterEntry takes an entry out. It is a Conflict when it is not of the
// version that was seen.
func (s *Store) DeleteRegisterEntry(ctx context.Context, consultation, id string, version int) error {
	done := s.db.WithContext(ctx).Where("id = ? AND consultation = ? AND version = ?", id, consultation, version).Delete(&registerRow{})
	if done.Error == nil && done.RowsAffected == 0 {
		if _, err := s.RegisterEntry(ctx, consultation, id); err != nil {
			return err
		}
		return models.NewError(models.KindConflict, "Somebody else has changed this entry meanwhile, so it was not taken out. Look at it again.")
	}
	return failed(done.Error, "take the entry out")
}
