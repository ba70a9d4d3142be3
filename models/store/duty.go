package store

import (
	"context"

	"gorm.io/gorm"

	"heard/models"
)

// changedSince is what the second of two people is told.
const changedSince = "Somebody else has changed this meanwhile. What is on record now stands below; what you typed is still here. Save again to put yours in its place."

type dutyRow struct {
	Consultation string `gorm:"primaryKey"`
	Duty         int    `gorm:"primaryKey;autoIncrement:false"`
	Version      int    `gorm:"primaryKey;autoIncrement:false"`
	State        models.DutyState
	Evidence     string
	URL          string
	Owner        string
	Done         string
	Day          string
	By           string `gorm:"column:account"`
}

func (dutyRow) TableName() string { return "duty_records" }

// AddDutyRecord adds the version r.Version of what is on record about a duty. It
// is a Conflict when it does not follow the latest.
func (s *Store) AddDutyRecord(ctx context.Context, r models.DutyRecord) error {
	row := dutyRow(r)
	return s.add(ctx, r.Consultation, r.Version, &row, "keep the record of the duty", "duty = ?", r.Duty)
}

// DutyRecords returns every version of every record of a consultation's duties,
// by duty, the latest first.
func (s *Store) DutyRecords(ctx context.Context, consultation string) ([]models.DutyRecord, error) {
	var rows []dutyRow
	err := s.db.WithContext(ctx).Where("consultation = ?", consultation).Order("duty, version DESC").Find(&rows).Error
	if err != nil {
		return nil, failed(err, "read the records of the duties")
	}
	list := make([]models.DutyRecord, len(rows))
	for i, r := range rows {
		list[i] = models.DutyRecord(r)
	}
	return list, nil
}

type timelineRow struct {
	Consultation string `gorm:"primaryKey"`
	Version      int
	Expires      string
	Notice       string
	Papers       string
	Meeting      string
	CallIn       string
	Ordered      string
	InForce      string
	Decision     string
	Record       string
	Day          string
	By           string `gorm:"column:account"`
}

func (timelineRow) TableName() string { return "timelines" }

// SaveTimeline keeps the version t.Version of a consultation's timeline, 1 for
// the first. It is a Conflict when it does not follow the one that is kept.
func (s *Store) SaveTimeline(ctx context.Context, t models.Timeline) error {
	row := timelineRow(t)
	return s.next(ctx, t.Consultation, t.Version, &row, "save the dates", func(db *gorm.DB) *gorm.DB { return db.Where("consultation = ?", t.Consultation) })
}

// add keeps one more version of what where finds among a consultation's rows.
func (s *Store) add(ctx context.Context, consultation string, version int, row interface{ TableName() string }, doing, where string, id any) error {
	return s.Tx(ctx, func(tx *Store) error {
		if err := tx.Lock(ctx, consultation); err != nil {
			return err
		}
		db := tx.db.WithContext(ctx)
		var latest int
		if err := db.Table(row.TableName()).Where("consultation = ?", consultation).Where(where, id).Select("COALESCE(MAX(version), 0)").Scan(&latest).Error; err != nil {
			return failed(err, doing)
		}
		if version != latest+1 {
			return models.NewError(models.KindConflict, changedSince)
		}
		return failed(db.Create(row).Error, doing)
	})
}

// next creates the first version of a row or puts the next one in place of the
// one before, which is its only one that where finds.
func (s *Store) next(ctx context.Context, consultation string, version int, row any, doing string, where func(*gorm.DB) *gorm.DB) error {
	return s.Tx(ctx, func(tx *Store) error {
		if err := tx.Lock(ctx, consultation); err != nil {
			return err
		}
		db := tx.db.WithContext(ctx)
		if version == 1 {
			return saved(db.Create(row).Error, doing, changedSince)
		}
		done := where(db.Model(row)).Where("version = ?", version-1).Select("*").Updates(row)
		if done.Error == nil && done.RowsAffected == 0 {
			return models.NewError(models.KindConflict, changedSince)
		}
		return failed(done.Error, doing)
	})
}

// Timeline returns a consultation's timeline; one that was never saved is of
// version 0 and empty.
func (s *Store) Timeline(ctx context.Context, consultation string) (models.Timeline, error) {
	var rows []timelineRow
	err := s.db.WithContext(ctx).Where("consultation = ?", consultation).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return models.Timeline{Consultation: consultation}, failed(err, "read the dates")
	}
	return models.Timeline(rows[0]), nil
}

type calendarRow struct {
	Consultation string `gorm:"primaryKey"`
	Hash         []byte
	Day          string
	Account      string
}

func (calendarRow) TableName() string { return "calendar_links" }

// SaveCalendarLink keeps the hash of the one secret address that a consultation's
// calendar has, in place of the one before; a nil hash takes it away.
func (s *Store) SaveCalendarLink(ctx context.Context, consultation string, hash []byte, day, account string) error {
	return s.Tx(ctx, func(tx *Store) error {
		if err := tx.Lock(ctx, consultation); err != nil {
			return err
		}
		db := tx.db.WithContext(ctx)
		err := db.Where("consultation = ?", consultation).Delete(&calendarRow{}).Error
		if err == nil && hash != nil {
			err = db.Create(&calendarRow{Consultation: consultation, Hash: hash, Day: day, Account: account}).Error
		}
		return failed(err, "keep the address of the calendar")
	})
}

// CalendarLink returns the hash of the secret address of a consultation's
// calendar and the day it was made; nil when there is none.
func (s *Store) CalendarLink(ctx context.Context, consultation string) (hash []byte, day string, err error) {
	var rows []calendarRow
	err = s.db.WithContext(ctx).Where("consultation = ?", consultation).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return nil, "", failed(err, "read the address of the calendar")
	}
	return rows[0].Hash, rows[0].Day, nil
}
