package store

import (
	"context"
	"slices"
	"time"

	"gorm.io/gorm/clause"

	"heard/models"
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

// UpdateDraft replaces the unfinished answers was by sealed. It is NotFound when
// they are not there any more: an answer that is still on its way must not bring
// back what its author has just destroyed. It is a Conflict when they are not
// was any more: another answer came in between, and must not be lost.
func (s *Store) UpdateDraft(ctx context.Context, id, was, sealed []byte, expires time.Time) error {
	const doing = "save the draft"
	done := s.db.WithContext(ctx).Model(&draftRow{}).Where("id = ? AND sealed = ? AND expires > ?", id, was, minute(s.now())).
		Updates(map[string]any{"sealed": sealed, "expires": minute(expires)})
	if done.Error != nil || done.RowsAffected == 1 {
		return failed(done.Error, doing)
	}
	if _, err := s.Draft(ctx, id); err != nil {
		return err
	}
	return models.NewError(models.KindConflict, "These answers have just been changed in another place. Look at them again.")
}

type draftFileRow struct {
	Key     string `gorm:"primaryKey"`
	Expires int64  // minutes since 1970
}

func (draftFileRow) TableName() string { return "draft_files" }

// KeepDraftFiles notes that evidence files belong to a draft that lives until
// expires.
func (s *Store) KeepDraftFiles(ctx context.Context, keys []string, expires time.Time) error {
	if len(keys) == 0 {
		return nil
	}
	keys = slices.Compact(slices.Sorted(slices.Values(keys))) // PostgreSQL refuses a row that comes twice
	rows := make([]draftFileRow, len(keys))
	for i, k := range keys {
		rows[i] = draftFileRow{Key: k, Expires: minute(expires)}
	}
	err := s.db.WithContext(ctx).Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "key"}}, UpdateAll: true}).Create(&rows).Error
	return failed(err, "note the files of the draft")
}

// ReleaseDraftFiles forgets that files belong to a draft: they were sent with
// it, or are gone.
func (s *Store) ReleaseDraftFiles(ctx context.Context, keys []string) error {
	if len(keys) == 0 {
		return nil
	}
	return failed(s.db.WithContext(ctx).Where("key IN ?", keys).Delete(&draftFileRow{}).Error, "release the files of the draft")
}

// ExpiredDraftFiles returns the files of drafts that have died.
func (s *Store) ExpiredDraftFiles(ctx context.Context) (keys []string, err error) {
	err = s.db.WithContext(ctx).Model(&draftFileRow{}).Where("expires <= ?", minute(s.now())).Order("key").Limit(chunk).Pluck("key", &keys).Error
	return keys, failed(err, "find the files of old drafts")
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
