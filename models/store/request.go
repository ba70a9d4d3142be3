package store

import (
	"bytes"
	"context"
	"slices"

	"gorm.io/gorm"

	"heard/models"
)

type requestRow struct {
	ID           string `gorm:"primaryKey"`
	Consultation string
	Version      int
	Kind         models.RequestKind
	Reference    string
	Received     string
	Came         string
	Extended     string
	State        models.RequestState
	Outcome      string
	Done         string
	By           string `gorm:"column:account"`
	Written      string
}

func (requestRow) TableName() string { return "requests" }

type requestActRow struct {
	ID           string `gorm:"primaryKey"`
	Consultation string
	Request      string
	Kind         models.ActKind
	State        models.ActState
	Submission   string
	Reason       string
	Frozen       bool
	By           string `gorm:"column:account"`
	Day          string
	SecondBy     string `gorm:"column:second"`
	SecondDay    string
}

func (requestActRow) TableName() string { return "request_acts" }

type heldRow struct {
	Submission   string `gorm:"primaryKey"`
	Consultation string
	Day          string
	Sealed       []byte
	Files        list
	Apart        bool
}

func (heldRow) TableName() string { return "held_words" }

type retentionRow struct {
	Consultation string `gorm:"primaryKey"`
	Version      int
	Day          string
	By           string `gorm:"column:account"`
	Written      string
	Done         string
}

func (retentionRow) TableName() string { return "retentions" }

const noRequest = "There is no such request."

// SaveRequest keeps the version r.Version of a request, 1 for a new one. It is a
// Conflict when it does not follow the one that is kept.
func (s *Store) SaveRequest(ctx context.Context, r models.Request) error {
	row := requestRow(r)
	return s.next(ctx, r.Consultation, r.Version, &row, "save the request", func(db *gorm.DB) *gorm.DB {
		return db.Where("id = ? AND consultation = ?", r.ID, r.Consultation)
	})
}

// Requests returns every request about a consultation, by the day it came.
func (s *Store) Requests(ctx context.Context, consultation string) ([]models.Request, error) {
	var rows []requestRow
	err := s.db.WithContext(ctx).Where("consultation = ?", consultation).Order("received, id").Find(&rows).Error
	if err != nil {
		return nil, failed(err, "read the requests")
	}
	all := make([]models.Request, len(rows))
	for i, r := range rows {
		all[i] = models.Request(r)
	}
	return all, nil
}

// Request returns one request about a consultation.
func (s *Store) Request(ctx context.Context, consultation, id string) (*models.Request, error) {
	var row requestRow
	if err := s.db.WithContext(ctx).Take(&row, "id = ? AND consultation = ?", id, consultation).Error; err != nil {
		return nil, found(err, "read the request", noRequest)
	}
	r := models.Request(row)
	return &r, nil
}

// AddAct keeps something that was done, or is to be done, for a request.
func (s *Store) AddAct(ctx context.Context, a models.RequestAct) error {
	row := requestActRow(a)
	return failed(s.db.WithContext(ctx).Create(&row).Error, "keep what was done")
}

// ChangeAct writes an act that was in the state from. It is a Conflict when it is
// in another by now.
func (s *Store) ChangeAct(ctx context.Context, a models.RequestAct, from models.ActState) error {
	row := requestActRow(a)
	done := s.db.WithContext(ctx).Model(&row).Where("id = ? AND state = ?", a.ID, from).Select("*").Updates(&row)
	if done.Error == nil && done.RowsAffected == 0 {
		return models.NewError(models.KindConflict, "Somebody else has decided on this meanwhile. Look at it again.")
	}
	return failed(done.Error, "keep what was done")
}

// Acts returns everything that was done for requests about a consultation, by
// day.
func (s *Store) Acts(ctx context.Context, consultation string) ([]models.RequestAct, error) {
	var rows []requestActRow
	err := s.db.WithContext(ctx).Where("consultation = ?", consultation).Order("day, id").Find(&rows).Error
	if err != nil {
		return nil, failed(err, "read what was done for requests")
	}
	all := make([]models.RequestAct, len(rows))
	for i, r := range rows {
		all[i] = models.RequestAct(r)
	}
	return all, nil
}

// HoldWords keeps a sealed copy of a submission's words, sealed once more with a key
// of its own, so that LetGo takes it out of backups, too.
func (s *Store) HoldWords(ctx context.Context, h models.HeldWords) error {
	row := heldRow{Submission: h.Submission, Consultation: h.Consultation, Day: h.Day, Sealed: h.Sealed, Files: h.Files}
	err := s.Tx(ctx, func(tx *Store) error {
		if err := tx.sealHeld(ctx, &row); err != nil {
			return err
		}
		return tx.db.WithContext(ctx).Create(&row).Error
	})
	return failed(err, "keep the sealed words")
}

// ofHeld names the key of a sealed copy, beside that of the submission itself.
const ofHeld = "held/"

const inHeld = "held"

// sealHeld seals a copy that has no key of its own yet.
func (s *Store) sealHeld(ctx context.Context, row *heldRow) error {
	w, err := s.newWords(ctx, ofHeld+row.Submission)
	if err != nil {
		return err
	}
	row.Sealed, row.Apart = models.Seal(w.aead, row.Sealed, bound(inHeld, w.submission)), true
	return nil
}

// HeldWords returns the sealed copies of a consultation, by submission, but for those
// whose key is gone: a backup was put back that is older than LetGo.
func (s *Store) HeldWords(ctx context.Context, consultation string) ([]models.HeldWords, error) {
	const doing = "read the sealed words"
	var rows []heldRow
	err := s.db.WithContext(ctx).Where("consultation = ?", consultation).Order("submission").Find(&rows).Error
	if err != nil {
		return nil, failed(err, doing)
	}
	all := make([]models.HeldWords, 0, len(rows))
	for some := range slices.Chunk(rows, chunk) {
		keys := make([]string, len(some))
		for i, r := range some {
			keys[i] = ofHeld + r.Submission
		}
		open, err := s.words(ctx, keys...)
		if err != nil {
			return nil, failed(err, doing)
		}
		for i, r := range some {
			w := open[keys[i]]
			if w == nil {
				continue
			}
			if r.Sealed, err = models.Unseal(w.aead, r.Sealed, bound(inHeld, w.submission)); err != nil {
				return nil, failed(&fault{code: "sealed words that do not open"}, doing)
			}
			all = append(all, models.HeldWords{Submission: r.Submission, Consultation: r.Consultation, Day: r.Day, Sealed: r.Sealed, Files: r.Files})
		}
	}
	return all, nil
}

// IsHeld reports whether there is a sealed copy of a submission's words.
func (s *Store) IsHeld(ctx context.Context, submission string) (bool, error) {
	var n int64
	err := s.db.WithContext(ctx).Model(&heldRow{}).Where("submission = ?", submission).Count(&n).Error
	return n > 0, failed(err, "read the sealed words")
}

// LetGo deletes the sealed copies of a consultation with their keys, says of its acts that were
// held that they are done, and returns how many copies there were and the keys of
// files that nothing leads to any more.
func (s *Store) LetGo(ctx context.Context, consultation string) (n int, files []string, err error) {
	err = s.Tx(ctx, func(tx *Store) error {
		db, used := tx.db.WithContext(ctx), map[string]bool{}
		var held []heldRow
		var attached []attachmentRow
		err := db.Where("consultation = ?", consultation).Find(&held).Error
		if err == nil {
			err = db.Where("submission IN (?)", tx.ids(ctx, consultation)).Find(&attached).Error
		}
		if err == nil {
			err = db.Where("submission IN (?)", tx.db.Model(&heldRow{}).Select("? || submission", ofHeld).Where("consultation = ?", consultation)).Delete(&keyRow{}).Error
		}
		if err == nil {
			err = db.Where("consultation = ?", consultation).Delete(&heldRow{}).Error
		}
		if err == nil {
			err = db.Model(&requestActRow{}).Where("consultation = ? AND state = ?", consultation, models.ActHeld).Update("state", models.ActDone).Error
		}
		for _, a := range attached {
			used[a.Key], used[a.Original] = true, true
		}
		for _, h := range held {
			n++
			for _, key := range h.Files {
				if !used[key] {
					files = append(files, key)
				}
			}
		}
		tx.unit.erased = true
		return failed(err, "delete the sealed words")
	})
	return n, files, err
}

// SaveRetention keeps the version r.Version of the day on which original words are
// deleted, 1 for the first. It is a Conflict when it does not follow the one that
// is kept.
func (s *Store) SaveRetention(ctx context.Context, r models.Retention) error {
	row := retentionRow(r)
	return s.next(ctx, r.Consultation, r.Version, &row, "save the day", func(db *gorm.DB) *gorm.DB {
		return db.Where("consultation = ?", r.Consultation)
	})
}

// Retention returns the day on which original words are deleted; its version is 0
// where none is set.
func (s *Store) Retention(ctx context.Context, consultation string) (models.Retention, error) {
	var rows []retentionRow
	err := s.db.WithContext(ctx).Where("consultation = ?", consultation).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return models.Retention{Consultation: consultation}, failed(err, "read the day of deletion")
	}
	return models.Retention(rows[0]), nil
}

// EraseWords removes the words of a submission that goes on to count: what it
// chose and where it stands in themes stays, what it wrote is ErasedWords, and
// its attachments, its quotes, its receipt, all that people wrote about it and
// the salt that opens its leaf are gone. It keeps the day.
func (s *Store) EraseWords(ctx context.Context, id, day string) error {
	const doing = "erase the words"
	return s.Tx(ctx, func(tx *Store) error {
		db := tx.db.WithContext(ctx)
		done := db.Model(&submissionRow{}).Where("id = ?", id).Updates(map[string]any{"consents": list{}, "attention": list{}, "receipt": nil, "nonce": nil, "source": "", "erased": day})
		if done.Error == nil && done.RowsAffected == 0 {
			return models.NewError(models.KindNotFound, noSubmission)
		}
		err := done.Error
		if err == nil {
			err = db.Model(&answerRow{}).Where("submission = ? AND (text <> '' OR redacted <> '')", id).
				Updates(map[string]any{"text": "", "redacted": models.ErasedWords, "translation": "", "translated": ""}).Error
		}
		for _, table := range []any{&attachmentRow{}, &messageRow{}, &claimRow{}, &codingClaimRow{}, &summaryRow{}, &richRow{}, &listedRow{}, &noteRow{}, &releasedRow{}, &redactionSheetRow{}, &keyedVersionRow{}, &quoteRow{}, &keyRow{}} {
			if err == nil {
				err = db.Where("submission = ?", id).Delete(table).Error
			}
		}
		if err == nil { // how often a detail of which kind was taken out is a figure of the report
			err = db.Model(&redactionRow{}).Where("submission = ?", id).Updates(map[string]any{"replacement": "", "note": "", "sha256": ""}).Error
		}
		if err == nil { // and so is how many objected
			err = db.Model(&objectionRow{}).Where("submission = ?", id).Updates(map[string]any{"text": "", "reason": ""}).Error
		}
		if err == nil {
			err = db.Model(&leafRow{}).Where("submission = ?", id).Update("salt", []byte{}).Error
		}
		tx.unit.erased, tx.unit.gone = true, append(tx.unit.gone, id)
		return failed(err, doing)
	})
}

// Reword writes what a theme is called by: its names, keywords and draft.
func (s *Store) Reword(ctx context.Context, t models.Theme) error {
	err := s.db.WithContext(ctx).Model(&themeRow{}).Where("id = ?", t.ID).Updates(map[string]any{
		"label": t.Label, "machine_label": t.MachineLabel, "suggested_label": t.SuggestedLabel, "keywords": list(t.Keywords), "draft": value[[]models.Sentence]{t.Draft}}).Error
	return failed(err, "save the theme")
}

// ForgetLetter takes away the common letter of a campaign. Who sent it stays.
func (s *Store) ForgetLetter(ctx context.Context, consultation, campaign string) error {
	err := s.db.WithContext(ctx).Model(&campaignRow{}).Where("consultation = ? AND id = ?", consultation, campaign).Update("template", "").Error
	return failed(err, "save the campaign")
}

// DeleteOriginals deletes the words of a consultation as they were written, every
// version that was keyed, messages and notes, and, of those files that stay, the
// ones as they were sent. Redacted words stay. keep says whose attachments do; the
// keys of files that are to be deleted are returned.
func (s *Store) DeleteOriginals(ctx context.Context, consultation string, keep func(submission string) bool) (files []string, err error) {
	err = s.Tx(ctx, func(tx *Store) error {
		db, ids := tx.db.WithContext(ctx), tx.ids(ctx, consultation)
		var attached []attachmentRow
		err := db.Where("submission IN (?)", ids).Find(&attached).Error
		for _, a := range attached {
			if err != nil {
				break
			}
			if a.Original != "" {
				files = append(files, a.Original)
			}
			if keep(a.Submission) {
				err = db.Model(&attachmentRow{}).Where("key = ?", a.Key).Update("original", "").Error
				continue
			}
			files = append(files, a.Key)
			err = db.Where("key = ?", a.Key).Delete(&attachmentRow{}).Error
		}
		if err == nil {
			err = db.Model(&answerRow{}).Where("submission IN (?) AND (text <> '' OR translated <> '')", ids).Updates(map[string]any{"text": "", "translated": ""}).Error
		}
		for _, table := range []any{&messageRow{}, &noteRow{}, &keyedVersionRow{}} {
			if err == nil {
				err = db.Where("submission IN (?)", ids).Delete(table).Error
			}
		}
		var there []string
		if err == nil {
			err = db.Model(&keyRow{}).Where("submission IN (?)", ids).Pluck("submission", &there).Error
		}
		for _, id := range there { // what is left goes under keys that open no backup
			if err == nil {
				err = tx.reseal(ctx, id)
			}
		}
		tx.unit.erased = true
		return failed(err, "delete the original words")
	})
	return files, err
}

// LastDay returns the day of the latest act of a kind on a consultation that was
// not undone, "" when there is none.
func (s *Store) LastDay(ctx context.Context, consultation, action string) (day string, err error) {
	err = s.db.WithContext(ctx).Model(&auditRow{}).Select("COALESCE(MAX(day), '')").
		Where("consultation = ? AND action = ? AND NOT undone", consultation, action).Scan(&day).Error
	return day, failed(err, "read the record of what was done")
}

// StrikePacks puts what take makes of them in place of the councillors' packs of a
// consultation, published and proposed, out of which words were taken.
func (s *Store) StrikePacks(ctx context.Context, consultation string, take func(pack []byte) ([]byte, error)) error {
	return s.Tx(ctx, func(tx *Store) error {
		for _, table := range []any{&reportRow{}, &proposalRow{}} {
			var packs [][]byte
			if err := tx.db.WithContext(ctx).Model(table).Where("consultation = ? AND length(pack) > 0", consultation).Pluck("pack", &packs).Error; err != nil {
				return failed(err, "read the packs")
			}
			for _, pack := range packs {
				struck, err := take(pack)
				if err != nil || bytes.Equal(struck, pack) {
					if err != nil {
						return err
					}
					continue
				}
				if err := tx.db.WithContext(ctx).Model(table).Where("consultation = ? AND pack = ?", consultation, pack).Update("pack", struck).Error; err != nil {
					return failed(err, "take words out of the pack")
				}
			}
		}
		tx.unit.erased = true
		return nil
	})
}
