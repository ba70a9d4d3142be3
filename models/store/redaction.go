package store

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"heard/models"
)

type redactionRow struct {
	Submission  string `gorm:"primaryKey"`
	Question    string `gorm:"primaryKey"`
	OfStarts    int    `gorm:"primaryKey;autoIncrement:false"`
	OfEnds      int    `gorm:"primaryKey;autoIncrement:false"`
	Starts      int
	Ends        int
	Kind        string
	Replacement string
	State       models.RedactionState
	Reason      models.Refusal
	Note        string
	SHA256      string `gorm:"column:sha256"`
	Account     string
	Day         string
	Version     int
}

func (redactionRow) TableName() string { return "redactions" }

func (r redactionRow) model() models.Redaction {
	return models.Redaction{AnswerKey: models.AnswerKey{Submission: r.Submission, Question: r.Question}, OfStart: r.OfStarts, OfEnd: r.OfEnds, Start: r.Starts, End: r.Ends,
		Kind: r.Kind, Replacement: r.Replacement, State: r.State, Reason: r.Reason, Note: r.Note, SHA256: r.SHA256, By: r.Account, Day: r.Day, Version: r.Version}
}

type redactionSheetRow struct {
	Submission string `gorm:"primaryKey"`
	Version    int
	Rewrites   int
	CheckedBy  string
	Checked    string
	Second     bool
	ApprovedBy string
	Approved   string
	OpenedBy   string
	OpenUntil  int64
}

func (redactionSheetRow) TableName() string { return "redaction_sheets" }

// SaveRedactions makes the given decisions all there are on the answers of a
// submission.
func (s *Store) SaveRedactions(ctx context.Context, submission string, all []models.Redaction) error {
	rows := make([]redactionRow, len(all))
	for i, r := range all {
		rows[i] = redactionRow{Submission: submission, Question: r.Question, OfStarts: r.OfStart, OfEnds: r.OfEnd, Starts: r.Start, Ends: r.End,
			Kind: r.Kind, Replacement: r.Replacement, State: r.State, Reason: r.Reason, Note: r.Note, SHA256: r.SHA256, Account: r.By, Day: r.Day, Version: r.Version}
	}
	return s.Tx(ctx, func(tx *Store) error {
		w, err := tx.wordsTo(ctx, submission)
		if err == nil {
			for i := range rows {
				w.sealed(rows[i].places())
			}
			err = tx.db.WithContext(ctx).Where("submission = ?", submission).Delete(&redactionRow{}).Error
		}
		if err == nil {
			err = insert(tx.db.WithContext(ctx), rows)
		}
		return failed(err, "save what is to be taken out")
	})
}

// RedactionsOf returns what people decided on the answers of a submission, by
// question and place.
func (s *Store) RedactionsOf(ctx context.Context, submission string) ([]models.Redaction, error) {
	return s.redactions(ctx, s.db.Where("submission = ?", submission))
}

// Redactions returns what people decided on the answers of a consultation's live
// submissions, in one state, by submission, question and place.
func (s *Store) Redactions(ctx context.Context, consultation string, state models.RedactionState) ([]models.Redaction, error) {
	return s.redactions(ctx, s.db.Where("state = ? AND submission IN (?)", state, s.ids(ctx, consultation).Where("status = ?", models.SubmissionLive)))
}

func (s *Store) redactions(ctx context.Context, query *gorm.DB) ([]models.Redaction, error) {
	var rows []redactionRow
	if err := query.WithContext(ctx).Order("submission, question, of_starts, of_ends").Find(&rows).Error; err != nil {
		return nil, failed(err, "read what is to be taken out")
	}
	if err := openRows(ctx, s, rows, func(r *redactionRow) string { return r.Submission }); err != nil {
		return nil, failed(err, "read what is to be taken out")
	}
	all := make([]models.Redaction, len(rows))
	for i, r := range rows {
		all[i] = r.model()
	}
	return all, nil
}

// RedactionSheet returns how far people have come with a submission; before
// anybody has begun, that is version 0.
func (s *Store) RedactionSheet(ctx context.Context, submission string) (models.RedactionSheet, error) {
	rows := []redactionSheetRow{}
	err := s.db.WithContext(ctx).Find(&rows, "submission = ?", submission).Error
	if err != nil || len(rows) == 0 {
		return models.RedactionSheet{Submission: submission}, failed(err, "read how far the redaction is")
	}
	return models.RedactionSheet(rows[0]), nil
}

// reopenRedaction says that words of a submission came or changed, so that people
// have to check it again.
func (s *Store) reopenRedaction(ctx context.Context, submission string) error {
	err := s.db.WithContext(ctx).Model(&redactionSheetRow{}).Where("submission = ? AND checked_by <> ''", submission).
		Updates(map[string]any{"version": gorm.Expr("version + 1"), "checked_by": "", "checked": "", "approved_by": "", "approved": ""}).Error
	return failed(err, "have the redaction checked again")
}

// What is true of a row of submissions: it says something in words, other than to
// the questions given, or in a file, even when nothing could be read out of that, so
// that a person looks; and of the sheet r that may stand beside it.
const (
	inWords = `(EXISTS (SELECT 1 FROM answers WHERE answers.submission = submissions.id AND answers.text <> '' AND answers.question NOT IN (?))
		OR EXISTS (SELECT 1 FROM attachments WHERE attachments.submission = submissions.id AND ` + isNoScan + `))`
	isChecked = "r.checked_by <> '' AND (NOT r.second OR r.approved_by <> '')"
	isSecond  = "r.checked_by <> '' AND r.second AND r.approved_by = ''"
	isOpen    = "COALESCE(r.checked_by, '') = ''"
)

// toRedact is a consultation's live submissions that say something in words, with
// the sheet of each beside it, which may be missing. Answers to the questions in
// other are figures or days and no words.
func (s *Store) toRedact(ctx context.Context, consultation string, other []string) *gorm.DB {
	return s.db.WithContext(ctx).Model(&submissionRow{}).Joins("LEFT JOIN redaction_sheets AS r ON r.submission = submissions.id").
		Where("consultation = ? AND status = ?", consultation, models.SubmissionLive).Where(inWords, append(other, ""))
}

// CountRedactions returns how far people have come with a consultation, as an
// account sees it. Answers to the questions in other are no words.
func (s *Store) CountRedactions(ctx context.Context, consultation, account string, other []string) (*models.RedactionCounts, error) {
	const doing = "count what is checked"
	var n struct{ Open, Second, Checked, Approvable int }
	one := func(when string) string { return "COALESCE(SUM(CASE WHEN " + when + " THEN 1 ELSE 0 END), 0)" }
	err := s.toRedact(ctx, consultation, other).Select(one(isOpen)+" AS open, "+one(isSecond)+" AS second, "+one(isChecked)+" AS checked, "+
		one(isSecond+" AND r.checked_by <> ?")+" AS approvable", account).Scan(&n).Error
	if err != nil {
		return nil, failed(err, doing)
	}
	out := &models.RedactionCounts{Open: n.Open, Second: n.Second, Checked: n.Checked, Approvable: n.Approvable, Others: map[string]int{}}
	var held []struct {
		OpenedBy string
		Number   int
	}
	err = s.db.WithContext(ctx).Model(&redactionSheetRow{}).Select("opened_by, COUNT(*) AS number").
		Where("submission IN (?)", s.ids(ctx, consultation).Where("status = ?", models.SubmissionLive)).
		Where("opened_by <> ? AND open_until > ?", account, minute(s.now())).Group("opened_by").Scan(&held).Error
	for _, h := range held {
		out.Others[h.OpenedBy] = h.Number
	}
	return out, failed(err, doing)
}

// NextRedaction returns the id of a submission at a stage, open or second, that
// nobody but the account has open, and for second that it has not checked itself: one
// that the account has open, or the first by id; "" when there is none. After a
// submission, which the account gives back, it is the one that follows it, or the
// first again after the last, and never the same.
func (s *Store) NextRedaction(ctx context.Context, consultation, account string, stage models.RedactionStage, other []string, after string) (string, error) {
	const doing = "find the next submission to check"
	now := minute(s.now())
	next := func(where string, args ...any) (id string, err error) {
		db := s.toRedact(ctx, consultation, other).Where(where, args...)
		if stage == models.RedactionSecond {
			db = db.Where(isSecond+" AND r.checked_by <> ?", account)
		} else {
			db = db.Where(isOpen)
		}
		var ids []string
		err = db.Where("(r.submission IS NULL OR r.opened_by = ? OR r.open_until <= ?)", account, now).
			Order("submissions.id").Limit(1).Pluck("submissions.id", &ids).Error
		if len(ids) > 0 {
			id = ids[0]
		}
		return id, failed(err, doing)
	}
	var id string
	var err error
	if after == "" {
		id, err = next("r.opened_by = ? AND r.open_until > ?", account, now)
	} else {
		// It is given back: held until now, it is held no more.
		err = s.db.WithContext(ctx).Model(&redactionSheetRow{}).Where("submission = ? AND opened_by = ? AND open_until > ?", after, account, now).Update("open_until", now).Error
		if err != nil {
			return "", failed(err, doing)
		}
		id, err = next("submissions.id > ?", after)
	}
	if err != nil || id != "" {
		return id, err
	}
	return next("submissions.id <> ?", after)
}

// SaveRedactionSheet keeps a sheet in place of the version that it was read as,
// and raises the version. It is a Conflict when that is not there any more. Who
// has it open is left as it is.
func (s *Store) SaveRedactionSheet(ctx context.Context, m models.RedactionSheet) error {
	const doing = "save how far the redaction is"
	row, seen := redactionSheetRow(m), m.Version
	row.Version++
	return s.Tx(ctx, func(tx *Store) error {
		db := tx.db.WithContext(ctx)
		if seen == 0 {
			if err := db.Clauses(clause.OnConflict{DoNothing: true}).Create(&redactionSheetRow{Submission: m.Submission}).Error; err != nil {
				return failed(err, doing)
			}
		}
		done := db.Model(&redactionSheetRow{}).Where("submission = ? AND version = ?", m.Submission, seen).
			Select("version", "rewrites", "checked_by", "checked", "second", "approved_by", "approved").Updates(&row)
		if done.Error == nil && done.RowsAffected == 0 {
			return models.NewError(models.KindConflict, "Somebody else has changed what is taken out of this submission.")
		}
		return failed(done.Error, doing)
	})
}

// OpenRedactionSheet keeps a submission for one account until a time, so that it
// is not handed out to two at once. It reports false, and changes nothing, while
// another has it.
func (s *Store) OpenRedactionSheet(ctx context.Context, submission, account string, until time.Time) (opened bool, err error) {
	err = s.Tx(ctx, func(tx *Store) error {
		db := tx.db.WithContext(ctx)
		err := db.Clauses(clause.OnConflict{DoNothing: true}).Create(&redactionSheetRow{Submission: submission}).Error
		if err != nil {
			return err
		}
		done := db.Model(&redactionSheetRow{}).Where("submission = ? AND (opened_by = ? OR open_until <= ?)", submission, account, minute(s.now())).
			Updates(map[string]any{"opened_by": account, "open_until": minute(until)})
		opened = done.RowsAffected == 1
		return done.Error
	})
	return opened && err == nil, failed(err, "open the submission")
}

// Rewrites returns how often redacted texts of a consultation's answers became
// others.
func (s *Store) Rewrites(ctx context.Context, consultation string) (n int, err error) {
	err = s.db.WithContext(ctx).Model(&redactionSheetRow{}).Where("submission IN (?)", s.ids(ctx, consultation)).
		Select("COALESCE(SUM(rewrites), 0)").Scan(&n).Error
	return n, failed(err, "count the redactions")
}

// SetRedacted gives an answer another redacted text. Passages of the old one that
// are quoted, or that people marked, move to where moved says that they stand
// now, in code points. Where it says that they are gone, the quote goes; what
// people marked stays as a record, and fits no words any more.
func (s *Store) SetRedacted(ctx context.Context, key models.AnswerKey, text string, moved func(start, end int) (int, int, bool)) error {
	const doing = "change the redacted text"
	return s.Tx(ctx, func(tx *Store) error {
		db := tx.db.WithContext(ctx)
		answer := func() *gorm.DB {
			return tx.db.WithContext(ctx).Where("submission = ? AND question = ?", key.Submission, key.Question)
		}
		w, err := tx.wordsTo(ctx, key.Submission)
		if err != nil {
			return failed(err, doing)
		}
		done := answer().Model(&answerRow{}).Update("redacted", w.seal(in("answers.redacted", key.Question), text))
		if done.Error == nil && done.RowsAffected == 0 {
			return models.NewError(models.KindNotFound, "There is no such answer.")
		}
		var quotes []quoteRow
		var marked []codingRow
		err = done.Error
		if err == nil {
			err = answer().Find(&quotes).Error
		}
		if err == nil {
			err = answer().Where("ends > 0").Find(&marked).Error
		}
		for _, q := range quotes {
			if err != nil {
				break
			}
			// Not by the row itself: gorm leaves a position of 0 out of the condition.
			one := db.Model(&quoteRow{}).Where("consultation = ? AND position = ?", q.Consultation, q.Position)
			if start, end, stands := moved(q.Starts, q.Ends); stands {
				err = one.Updates(map[string]any{"starts": start, "ends": end}).Error
			} else {
				err = one.Delete(&quoteRow{}).Error
			}
		}
		for _, m := range marked {
			if start, end, stands := moved(m.Starts, m.Ends); stands && err == nil {
				err = db.Model(&m).Updates(map[string]any{"starts": start, "ends": end}).Error
			}
		}
		tx.unit.erased = true
		return failed(err, doing)
	})
}
