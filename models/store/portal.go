package store

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"heard/models"
)

type portalRow struct {
	ID       int `gorm:"primaryKey;autoIncrement:false"`
	Erasures string
	Secret   string
}

func (portalRow) TableName() string { return "portal" }

// Portal returns what the database belongs to: the id of the list of erasures
// that is kept outside it, and a mark of the secret that its receipts and seals
// were made with. Both are "" before the first start.
func (s *Store) Portal(ctx context.Context) (erasures, secret string, err error) {
	var rows []portalRow
	err = s.db.WithContext(ctx).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return "", "", failed(err, "read what the database belongs to")
	}
	return rows[0].Erasures, rows[0].Secret, nil
}

// ClaimPortal notes which list of erasures belongs to the database, where that is
// not yet known, and returns the one that does then: another process may have
// been first.
func (s *Store) ClaimPortal(ctx context.Context, erasures string) (string, error) {
	erasures, _, err := s.claim(ctx, erasures, "")
	return erasures, err
}

// Mark tells one secret from another and nothing else.
func Mark(secret []byte) (string, error) {
	mark, err := hkdf.Key(sha256.New, secret, nil, "heard/secret/v1/mark", 16)
	return hex.EncodeToString(mark), err
}

// CheckMark refuses a secret that is not the one a database was begun with; mark
// is "" for a database that has none yet.
func CheckMark(mark string, secret []byte) error {
	is, err := Mark(secret)
	if err == nil && mark != "" && is != mark {
		err = errors.New("the secret is not the one that this database was begun with, so no receipt code would lead anywhere and nothing sealed could be opened: put the right one back")
	}
	return err
}

// claimSecret checks the secret against the database's mark, which the first
// start makes.
func (s *Store) claimSecret(ctx context.Context, secret []byte) error {
	mark, err := Mark(secret)
	if err != nil {
		return err
	}
	if _, mark, err = s.claim(ctx, "", mark); err != nil {
		return err
	}
	return CheckMark(mark, secret)
}

// claim is ClaimPortal for both; what is empty changes nothing.
func (s *Store) claim(ctx context.Context, erasures, secret string) (string, string, error) {
	first := func(column string) any {
		return gorm.Expr("CASE WHEN portal." + column + " = '' THEN excluded." + column + " ELSE portal." + column + " END")
	}
	err := s.db.WithContext(ctx).Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "id"}}, DoUpdates: clause.Assignments(map[string]any{
		"erasures": first("erasures"), "secret": first("secret"),
	})}).Create(&portalRow{ID: 1, Erasures: erasures, Secret: secret}).Error
	if err != nil {
		return "", "", failed(err, "note what the database belongs to")
	}
	return s.Portal(ctx)
}

// ReplaceErasures says that another list of erasures belongs to the database from
// now on.
func (s *Store) ReplaceErasures(ctx context.Context, id string) error {
	err := s.db.WithContext(ctx).Model(&portalRow{}).Where("id = 1").Update("erasures", id).Error
	return failed(err, "note what the database belongs to")
}

// Erased returns the submissions that say nothing any more and what became of
// them, by id: all of them, or, if ids are given, those of them.
func (s *Store) Erased(ctx context.Context, ids ...string) ([]models.Erasure, error) {
	const doing = "find what was erased"
	// Erasing takes the salt that opens the leaf.
	erased := s.db.WithContext(ctx).Table("leaves").Select("leaves.submission, submissions.status").
		Joins("JOIN submissions ON submissions.id = leaves.submission").Where("length(leaves.salt) = 0").Order("leaves.submission").Session(&gorm.Session{})
	var all []models.Erasure
	if len(ids) == 0 {
		err := erased.Scan(&all).Error
		return all, failed(err, doing)
	}
	for some := range slices.Chunk(ids, chunk) {
		var rows []models.Erasure
		if err := erased.Where("leaves.submission IN ?", some).Scan(&rows).Error; err != nil {
			return nil, failed(err, doing)
		}
		all = append(all, rows...)
	}
	return all, nil
}

// Unerased returns those of the submissions that still say something.
func (s *Store) Unerased(ctx context.Context, ids []string) (there []string, err error) {
	for some := range slices.Chunk(ids, chunk) {
		var rows []string
		if err := s.db.WithContext(ctx).Model(&leafRow{}).Where("submission IN ? AND length(salt) > 0", some).Pluck("submission", &rows).Error; err != nil {
			return nil, failed(err, "find what was not erased")
		}
		there = append(there, rows...)
	}
	return there, nil
}
