package store

import (
	"context"

	"gorm.io/gorm/clause"

	"heard/models"
)

// contactRow is somebody who wants to be told the outcome.
type contactRow struct {
	Consultation string `gorm:"primaryKey"`
	ID           []byte `gorm:"primaryKey"` // keyed hash of the address
	Sealed       []byte
}

func (contactRow) TableName() string { return "contacts" }

// SaveContact puts a sealed address on a consultation's list, once for each id.
func (s *Store) SaveContact(ctx context.Context, consultation string, id, sealed []byte) error {
	const doing = "save the address"
	return s.Tx(ctx, func(tx *Store) error {
		if err := tx.db.WithContext(ctx).Take(&consultationRow{}, "id = ?", consultation).Error; err != nil {
			return found(err, doing, noConsultation)
		}
		err := tx.db.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).
			Create(&contactRow{Consultation: consultation, ID: id, Sealed: sealed}).Error
		return failed(err, doing)
	})
}

// DeleteContact takes an address off the list, if it is on it.
func (s *Store) DeleteContact(ctx context.Context, consultation string, id []byte) error {
	err := s.db.WithContext(ctx).Where("consultation = ? AND id = ?", consultation, id).Delete(&contactRow{}).Error
	return failed(err, "remove the address")
}

// Contacts returns the sealed addresses on a consultation's list, by id, which
// is a random order.
func (s *Store) Contacts(ctx context.Context, consultation string) (sealed [][]byte, err error) {
	err = s.db.WithContext(ctx).Model(&contactRow{}).Where("consultation = ?", consultation).Order("id").Pluck("sealed", &sealed).Error
	return sealed, failed(err, "read the list of addresses")
}

type contactOpeningRow struct {
	Consultation string `gorm:"primaryKey"`
	By           string `gorm:"column:account"`
	Reason       string
	Day          string
	AgreedBy     string
	Agreed       string
}

func (contactOpeningRow) TableName() string { return "contact_openings" }

// ContactOpening returns who asked last to open a consultation's list, and who
// agreed.
func (s *Store) ContactOpening(ctx context.Context, consultation string) (models.ContactOpening, error) {
	var rows []contactOpeningRow
	err := s.db.WithContext(ctx).Find(&rows, "consultation = ?", consultation).Error
	if err != nil || len(rows) == 0 {
		return models.ContactOpening{Consultation: consultation}, failed(err, "read who may open the list of addresses")
	}
	return models.ContactOpening(rows[0]), nil
}

// SaveContactOpening keeps it in place of the one before.
func (s *Store) SaveContactOpening(ctx context.Context, o models.ContactOpening) error {
	row := contactOpeningRow(o)
	err := s.db.WithContext(ctx).Clauses(clause.OnConflict{UpdateAll: true, Columns: []clause.Column{{Name: "consultation"}}}).Create(&row).Error
	return failed(err, "keep who may open the list of addresses")
}
