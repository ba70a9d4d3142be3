package store

import (
	"context"
	"time"

	"gorm.io/gorm/clause"
)

type draftRow struct {
	ID      []byte `gorm:"primaryKey"`
	Sealed  []byte
	Expires int64 // minutes since 1970
}

func (draftRow) TableName() string { return "drafts" }

// SaveDraft keeps a respondent's unfinished answers until expires, replacing
// what was there. They are sealed: the database alone shows nothing.
func (s *Store) SaveDraft(ctx context.Context, id, sealed []byte, expires time.Time) error {
	err := s.db.WithContext(ctx).Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "id"}}, UpdateAll: true}).
		Create(&draftRow{ID: id, Sealed: sealed, Expires: minute(expires)}).Error
	return failed(err, "save the draft")
}

// Draft returns sealed unfinished answers, NotFound when there are none or
// they have expired.
func (s *Store) Draft(ctx context.Context, id []byte) (sealed []byte, err error) {
	var row draftRow
	err = s.db.WithContext(ctx).Take(&row, "id = ? AND expires > ?", id, minute(s.now())).Error
	return row.Sealed, found(err, "read the draft", noDraft)
}

// DeleteDraft removes unfinished answers, if they are there.
func (s *Store) DeleteDraft(ctx context.Context, id []byte) error {
	return failed(s.db.WithContext(ctx).Where("id = ?", id).Delete(&draftRow{}).Error, "remove the draft")
}

// PurgeDrafts removes the drafts that have expired and returns how many.
func (s *Store) PurgeDrafts(ctx context.Context) (int, error) {
	done := s.db.WithContext(ctx).Where("expires <= ?", minute(s.now())).Delete(&draftRow{})
	return int(done.RowsAffected), failed(done.Error, "remove old drafts")
}
