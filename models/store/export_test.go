package store

import (
	"context"

	"gorm.io/gorm"
)

// SealEarlier is what opening a database does to words that are not sealed.
func (s *Store) SealEarlier(ctx context.Context) error { return s.sealEarlier(ctx) }

// LayBare puts every submission back to how it was kept before words were sealed,
// with the same words in each answer.
func (s *Store) LayBare(ctx context.Context, words string, salt []byte) error {
	db := s.db.WithContext(ctx).Session(&gorm.Session{AllowGlobalUpdate: true})
	for _, err := range []error{
		db.Model(&answerRow{}).Updates(map[string]any{"text": words, "redacted": words, "translation": "", "translated": ""}).Error,
		db.Model(&leafRow{}).Update("salt", salt).Error,
		db.Delete(&keyRow{}).Error,
	} {
		if err != nil {
			return err
		}
	}
	return nil
}
