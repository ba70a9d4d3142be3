package store

import (
	"context"
	"errors"
	"io/fs"
	"strings"

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

// LayBareLater puts objections, letters and held copies back to how they were kept
// before they came to be sealed, too.
func (s *Store) LayBareLater(ctx context.Context, words string) error {
	db := s.db.WithContext(ctx).Session(&gorm.Session{AllowGlobalUpdate: true})
	for _, err := range []error{
		db.Model(&objectionRow{}).Updates(map[string]any{"text": words}).Error,
		db.Model(&campaignRow{}).Updates(map[string]any{"template": words}).Error,
		db.Model(&heldRow{}).Updates(map[string]any{"sealed": []byte(words), "apart": false}).Error,
		db.Where("submission LIKE ?", ofHeld+"%").Delete(&keyRow{}).Error,
	} {
		if err != nil {
			return err
		}
	}
	return nil
}

// BringUp does to the database at url what opening it by a program with these
// migrations does.
func BringUp(ctx context.Context, url string, migrations fs.FS) error {
	open, dialect := openSQLite, "sqlite"
	if !strings.HasPrefix(url, "sqlite:") {
		open, dialect = openPostgres, "postgres"
	}
	pool, _, err := open(url)
	if err != nil {
		return err
	}
	return errors.Join(migrate(ctx, pool, dialect, migrations), pool.Close())
}

// Waits reports whether somebody waits until nobody writes. Only PostgreSQL tells.
func (s *Store) Waits(ctx context.Context) (waits bool, err error) {
	if s.dialect() == "postgres" {
		err = s.db.WithContext(ctx).Raw("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)").Scan(&waits).Error
	}
	return waits, err
}

// Migrations are those of this program.
var Migrations fs.FS = migrations

// Scan reads one value.
func (s *Store) Scan(ctx context.Context, query string, into any) error {
	return s.db.WithContext(ctx).Raw(query).Scan(into).Error
}
