package store

import (
	"context"

	"gorm.io/gorm/clause"
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
