package store

import (
	"context"
	"slices"

	"gorm.io/gorm"

	"heard/models"
)

type releaseRow struct {
	Consultation string `gorm:"primaryKey"`
	Number       int    `gorm:"primaryKey;autoIncrement:false"`
	Day          string
	Account      string
}

func (releaseRow) TableName() string { return "releases" }

type releasedRow struct {
	Submission   string `gorm:"primaryKey"`
	Consultation string
	Number       int
	Labels       value[map[string][]string]
}

func (releasedRow) TableName() string { return "released" }

// AddRelease adds the next release of a consultation with those who are in it
// for the first time, and returns its number; r.Number and what people say of
// their release is set here. It is a Conflict when somebody is in an earlier one.
func (s *Store) AddRelease(ctx context.Context, r models.Release, people []models.Released) (number int, err error) {
	const doing = "release the answers"
	err = s.Tx(ctx, func(tx *Store) error {
		if err := tx.Lock(ctx, r.Consultation); err != nil {
			return err
		}
		db := tx.db.WithContext(ctx)
		err := db.Model(&releaseRow{}).Where("consultation = ?", r.Consultation).Select("COALESCE(MAX(number), 0) + 1").Scan(&number).Error
		if err == nil {
			err = db.Create(&releaseRow{Consultation: r.Consultation, Number: number, Day: r.Day, Account: r.By}).Error
		}
		if err != nil {
			return failed(err, doing)
		}
		rows := make([]releasedRow, len(people))
		for i, p := range people {
			rows[i] = releasedRow{Submission: p.Submission, Consultation: r.Consultation, Number: number, Labels: value[map[string][]string]{p.Labels}}
		}
		return saved(insert(db, rows), doing, "Somebody is in an earlier release already.")
	})
	return number, err
}

// Releases returns the releases of a consultation, the first first.
func (s *Store) Releases(ctx context.Context, consultation string) ([]models.Release, error) {
	var rows []releaseRow
	if err := s.db.WithContext(ctx).Where("consultation = ?", consultation).Order("number").Find(&rows).Error; err != nil {
		return nil, failed(err, "read the releases")
	}
	releases := make([]models.Release, len(rows))
	for i, r := range rows {
		releases[i] = models.Release{Consultation: r.Consultation, Number: r.Number, Day: r.Day, By: r.Account}
	}
	return releases, nil
}

// InRelease returns everybody who is in a release of a consultation, by
// submission.
func (s *Store) InRelease(ctx context.Context, consultation string) (map[string]models.Released, error) {
	all := map[string]models.Released{}
	return all, s.released(ctx, all, func(db *gorm.DB) *gorm.DB { return db.Where("r.consultation = ?", consultation) })
}

// checkedOnly leaves out those in whose words something came or changed since
// people checked what is taken out of them.
func checkedOnly(db *gorm.DB) *gorm.DB {
	return db.Where("EXISTS (SELECT 1 FROM redaction_sheets AS s WHERE s.submission = r.submission AND s.checked_by <> '' AND (NOT s.second OR s.approved_by <> ''))")
}

// Released returns everybody in a release of a consultation whose words people
// have checked as they are now, by submission.
func (s *Store) Released(ctx context.Context, consultation string) (map[string]models.Released, error) {
	all := map[string]models.Released{}
	return all, s.released(ctx, all, func(db *gorm.DB) *gorm.DB { return checkedOnly(db.Where("r.consultation = ?", consultation)) })
}

// ReleasedOf returns the same of some submissions.
func (s *Store) ReleasedOf(ctx context.Context, submissions ...string) (map[string]models.Released, error) {
	all := make(map[string]models.Released, len(submissions))
	for some := range slices.Chunk(submissions, chunk) {
		if err := s.released(ctx, all, func(db *gorm.DB) *gorm.DB { return checkedOnly(db.Where("r.submission IN ?", some)) }); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (s *Store) released(ctx context.Context, into map[string]models.Released, where func(*gorm.DB) *gorm.DB) error {
	var rows []struct {
		Submission, Day string
		Number          int
		Labels          value[map[string][]string]
	}
	err := where(s.db.WithContext(ctx).Table("released AS r").Select("r.submission, r.number, r.labels, e.day").
		Joins("JOIN releases AS e ON e.consultation = r.consultation AND e.number = r.number")).Scan(&rows).Error
	if err != nil {
		return failed(err, "read what is released")
	}
	for _, r := range rows {
		into[r.Submission] = models.Released{Submission: r.Submission, Release: r.Number, Day: r.Day, Labels: r.Labels.of}
	}
	return nil
}

// SetReleased changes the labels of people who are in a release, to withhold
// what too few others share by now. Those who are in none are left alone.
func (s *Store) SetReleased(ctx context.Context, people ...models.Released) error {
	return s.Tx(ctx, func(tx *Store) error {
		for _, p := range people {
			err := tx.db.WithContext(ctx).Model(&releasedRow{}).Where("submission = ?", p.Submission).
				Update("labels", value[map[string][]string]{p.Labels}).Error
			if err != nil {
				return failed(err, "withhold what is released")
			}
		}
		return nil
	})
}

// Unrelease takes a submission out of its release. One that is in none is no
// error.
func (s *Store) Unrelease(ctx context.Context, submission string) error {
	return failed(s.db.WithContext(ctx).Where("submission = ?", submission).Delete(&releasedRow{}).Error, "take the submission out of its release")
}
