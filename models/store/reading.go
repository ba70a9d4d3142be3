package store

import (
	"context"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"heard/models"
)

type readingRow struct {
	Submission string `gorm:"primaryKey"`
	By         string `gorm:"column:account;primaryKey"`
	Day        string
	Revision   int
}

func (readingRow) TableName() string { return "readings" }

type claimRow struct {
	Submission string `gorm:"primaryKey"`
	Account    string
	Until      int64 // minutes since 1970
}

func (claimRow) TableName() string { return "reading_claims" }

type summaryRow struct {
	Attachment string `gorm:"primaryKey"`
	Version    int    `gorm:"primaryKey;autoIncrement:false"`
	Submission string
	By         string `gorm:"column:account"`
	Day        string
	Text       string
}

func (summaryRow) TableName() string { return "summaries" }

type richRow struct {
	Submission string `gorm:"primaryKey"`
	By         string `gorm:"column:account"`
	Day        string
}

func (richRow) TableName() string { return "evidence_rich" }

// What is true of a row of submissions or of attachments, in SQL. The claims are
// those that have not run out at the minute given. Scans of forms are read as what
// was keyed of them, so they need no summary.
const (
	isRead       = "EXISTS (SELECT 1 FROM readings WHERE readings.submission = submissions.id AND readings.revision = submissions.revision)"
	isReadBy     = "EXISTS (SELECT 1 FROM readings WHERE readings.submission = submissions.id AND readings.revision = submissions.revision AND readings.account = ?)"
	isRich       = "EXISTS (SELECT 1 FROM evidence_rich WHERE evidence_rich.submission = submissions.id)"
	isHeldByElse = "EXISTS (SELECT 1 FROM reading_claims WHERE reading_claims.submission = submissions.id AND reading_claims.account <> ? AND reading_claims.until > ?)"
	hasSummary   = "EXISTS (SELECT 1 FROM summaries WHERE summaries.attachment = attachments.key)"
	isNoScan     = "attachments.kind NOT LIKE '" + models.ScanOfForm + "%'"
	lacksSummary = "submissions.id IN (SELECT submission FROM attachments WHERE " + isNoScan + " AND NOT " + hasSummary + ")"
)

// SaveReading keeps that a person has read a submission, in place of what they
// read of it before.
func (s *Store) SaveReading(ctx context.Context, r models.Reading) error {
	row := readingRow(r)
	return failed(s.db.WithContext(ctx).Clauses(clause.OnConflict{UpdateAll: true, Columns: []clause.Column{{Name: "submission"}, {Name: "account"}}}).Create(&row).Error, "save who has read it")
}

// Readings returns who has read which submissions to a consultation as they are
// now, by submission and account.
func (s *Store) Readings(ctx context.Context, consultation string) ([]models.Reading, error) {
	return s.readings(s.db.WithContext(ctx).Joins("JOIN submissions ON submissions.id = readings.submission AND submissions.revision = readings.revision").
		Where("submissions.consultation = ?", consultation))
}

// ReadingsOf returns who has read a submission, also as it was before, by account.
func (s *Store) ReadingsOf(ctx context.Context, submission string) ([]models.Reading, error) {
	return s.readings(s.db.WithContext(ctx).Where("submission = ?", submission))
}

func (s *Store) readings(db *gorm.DB) ([]models.Reading, error) {
	var readings []models.Reading
	var r models.Reading
	err := readRows(db.Model(&readingRow{}).Select("submission, account, readings.day, readings.revision").Order("submission, account"),
		func() { readings = append(readings, r) }, &r.Submission, &r.By, &r.Day, &r.Revision)
	return readings, failed(err, "read who has read what")
}

// Revise says that what a submission says was changed where it stands, so that
// it is to be read again.
func (s *Store) Revise(ctx context.Context, submission string) error {
	done := s.db.WithContext(ctx).Model(&submissionRow{}).Where("id = ?", submission).Update("revision", gorm.Expr("revision + 1"))
	if done.Error == nil && done.RowsAffected == 0 {
		return models.NewError(models.KindNotFound, noSubmission)
	}
	return failed(done.Error, "have the submission read again")
}

// HoldReading keeps a submission for an account until an instant, so that nobody
// else is given it, unless somebody else holds it. It returns who holds it then.
func (s *Store) HoldReading(ctx context.Context, submission, account string, until time.Time) (holder string, err error) {
	const doing = "keep the submission for its reader"
	err = s.db.WithContext(ctx).Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "submission"}},
		DoUpdates: clause.AssignmentColumns([]string{"account", "until"}),
		Where:     clause.Where{Exprs: []clause.Expression{clause.Expr{SQL: "reading_claims.account = ? OR reading_claims.until <= ?", Vars: []any{account, minute(s.now())}}}},
	}).Create(&claimRow{Submission: submission, Account: account, Until: minute(until)}).Error
	if err != nil {
		return "", failed(err, doing)
	}
	return s.ReadingHolder(ctx, submission)
}

// ReadingHolder returns the account that a submission is kept for, "" for none.
func (s *Store) ReadingHolder(ctx context.Context, submission string) (string, error) {
	var rows []claimRow
	err := s.db.WithContext(ctx).Where("submission = ? AND until > ?", submission, minute(s.now())).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return "", failed(err, "read who is reading it")
	}
	return rows[0].Account, nil
}

// ReleaseReading gives back a submission that is kept for an account.
func (s *Store) ReleaseReading(ctx context.Context, submission, account string) error {
	err := s.db.WithContext(ctx).Where("submission = ? AND account = ?", submission, account).Delete(&claimRow{}).Error
	return failed(err, "give back the submission")
}

// ClaimReading keeps the next submission that nobody has read for an account
// until an instant, and returns its id: the oldest one, and none that is kept
// for somebody else. An account that holds one is given that again. After a
// submission, the next one is that which follows it, or the oldest again after
// the last, and never the same. It returns "" when there is none. Others that
// claim at the same time get another.
func (s *Store) ClaimReading(ctx context.Context, consultation, account, after string, until time.Time) (id string, err error) {
	const doing = "find the next submission to read"
	err = s.Tx(ctx, func(tx *Store) error {
		if err := tx.Lock(ctx, consultation); err != nil {
			return err
		}
		now := minute(s.now())
		next := func(where string, args ...any) error {
			var ids []string
			err := tx.db.WithContext(ctx).Model(&submissionRow{}).
				Where("consultation = ? AND status = ? AND NOT "+isRead, consultation, models.SubmissionLive).
				Where("NOT "+isHeldByElse, account, now).
				Where(where, args...).Order("day, id").Limit(1).Pluck("id", &ids).Error
			if len(ids) > 0 {
				id = ids[0]
			}
			return failed(err, doing)
		}
		var ways []func() error
		if after == "" {
			ways = append(ways, func() error {
				return next("id IN (?)", tx.db.Model(&claimRow{}).Select("submission").Where("account = ? AND until > ?", account, now))
			})
		} else {
			if err := tx.ReleaseReading(ctx, after, account); err != nil {
				return err
			}
			ways = append(ways, func() error {
				return next("(day, id) > ((?), ?)", tx.db.Model(&submissionRow{}).Select("day").Where("id = ?", after), after)
			})
		}
		ways = append(ways, func() error { return next("id <> ?", after) })
		for _, way := range ways {
			if err := way(); err != nil {
				return err
			}
			if id != "" {
				_, err := tx.HoldReading(ctx, id, account, until)
				return err
			}
		}
		return nil
	})
	return id, err
}

// AddSummary keeps a version of a summary. It is a Conflict when that version is
// already there: somebody else wrote one.
func (s *Store) AddSummary(ctx context.Context, m models.Summary) error {
	row := summaryRow(m)
	return saved(s.db.WithContext(ctx).Create(&row).Error, "keep the summary", "Somebody else has summarised this attachment since you opened it.")
}

// Summaries returns what was written about the attachments of a submission, by
// attachment and version.
func (s *Store) Summaries(ctx context.Context, submission string) ([]models.Summary, error) {
	var rows []summaryRow
	if err := s.db.WithContext(ctx).Where("submission = ?", submission).Order("attachment, version").Find(&rows).Error; err != nil {
		return nil, failed(err, "read the summaries")
	}
	list := make([]models.Summary, len(rows))
	for i, r := range rows {
		list[i] = models.Summary(r)
	}
	return list, nil
}

// SetRich marks a submission as rich in evidence.
func (s *Store) SetRich(ctx context.Context, r models.Rich) error {
	row := richRow(r)
	return failed(s.db.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error, "mark the submission")
}

// UnsetRich takes the mark away.
func (s *Store) UnsetRich(ctx context.Context, submission string) error {
	return failed(s.db.WithContext(ctx).Where("submission = ?", submission).Delete(&richRow{}).Error, "unmark the submission")
}

// RichOf returns who marked a submission as rich in evidence, nil for nobody.
func (s *Store) RichOf(ctx context.Context, submission string) (*models.Rich, error) {
	var rows []richRow
	err := s.db.WithContext(ctx).Where("submission = ?", submission).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return nil, failed(err, "read the mark")
	}
	r := models.Rich(rows[0])
	return &r, nil
}

// ReadingItems lists the submissions that count, the oldest first, without their
// words, as an account sees them; and how many there are on all pages, which
// are counted from 1.
func (s *Store) ReadingItems(ctx context.Context, consultation, account string, show models.ReadingFilter, page, perPage int) (items []models.ReadingItem, total int, err error) {
	const doing = "list what there is to read"
	now := minute(s.now())
	db := s.db.WithContext(ctx).Model(&submissionRow{}).Where("consultation = ? AND status = ?", consultation, models.SubmissionLive)
	switch show {
	case models.ReadingUnread:
		db = db.Where("NOT " + isRead)
	case models.ReadingMine:
		db = db.Where(isReadBy, account)
	case models.ReadingUnsummarised:
		db = db.Where(lacksSummary)
	case models.ReadingRich:
		db = db.Where(isRich)
	case models.ReadingAttention:
		db = db.Where("attention <> '[]' AND attention NOT LIKE ?", `%"`+string(models.AttentionSeen)+`"%`)
	case models.ReadingHeld:
		db = db.Where(isHeldByElse, account, now)
	}
	var number int64
	if err := db.Count(&number).Error; err != nil {
		return nil, 0, failed(err, doing)
	}
	var rows []submissionRow
	err = db.Order("day, id").Limit(perPage).Offset((max(page, 1) - 1) * perPage).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return nil, int(number), failed(err, doing)
	}
	items = make([]models.ReadingItem, len(rows))
	at := map[string]*models.ReadingItem{}
	var ids []string
	for i, r := range rows {
		items[i] = models.ReadingItem{ID: r.ID, PublicID: r.PublicID, Day: r.Day, Language: r.Language, Groups: r.Groups, Unread: true,
			Attention: r.model(nil, nil).Open()}
		at[r.ID], ids = &items[i], append(ids, r.ID)
	}
	of := func(table any) *gorm.DB { return s.db.WithContext(ctx).Model(table).Where("submission IN ?", ids) }
	var readings []readingRow
	if err == nil {
		err = of(&readingRow{}).Order("account").Find(&readings).Error
	}
	revision := func(id string) int {
		return rows[slices.IndexFunc(rows, func(r submissionRow) bool { return r.ID == id })].Revision
	}
	for _, r := range readings {
		if item := at[r.Submission]; r.Revision == revision(r.Submission) {
			item.Unread, item.Readers = false, append(item.Readers, r.By)
		} else {
			item.Changed = true
		}
	}
	var claims []claimRow
	if err == nil {
		err = of(&claimRow{}).Where("until > ?", now).Find(&claims).Error
	}
	for _, c := range claims {
		at[c.Submission].Held = c.Account
	}
	var marked []richRow
	if err == nil {
		err = of(&richRow{}).Find(&marked).Error
	}
	for _, r := range marked {
		at[r.Submission].Rich = true
	}
	var files []struct {
		Submission        string
		Files, Summarised int
	}
	if err == nil {
		err = of(&attachmentRow{}).Where(isNoScan).Select("submission, COUNT(*) AS files, SUM(CASE WHEN " + hasSummary + " THEN 1 ELSE 0 END) AS summarised").
			Group("submission").Scan(&files).Error
	}
	for _, f := range files {
		at[f.Submission].Files, at[f.Submission].Summarised = f.Files, f.Summarised
	}
	return items, int(number), failed(err, doing)
}

// CountReading returns how far reading has come, and coding of the answers in
// words to some questions.
func (s *Store) CountReading(ctx context.Context, consultation string, questions []string) (*models.ReadingCounts, error) {
	const doing = "count what was read"
	number := func(condition string) string { return "COUNT(CASE WHEN " + condition + " THEN 1 END)" }
	db := s.db.WithContext(ctx)
	live := db.Model(&submissionRow{}).Where("consultation = ? AND status = ?", consultation, models.SubmissionLive).Session(&gorm.Session{})
	ids := live.Select("id").Session(&gorm.Session{})
	answers := db.Model(&answerRow{}).Where("submission IN (?) AND "+toQuestions, ids, questions).Select("COUNT(*)")
	// What is coded is few at first: it is looked at one by one, not what there is.
	coded := db.Model(&codedRow{}).Select(number("blind")+" AS blind, "+number("NOT blind")+" AS plain").
		Where("question IN ?", questions).Where("EXISTS (?)", live.Select("1").Where("submissions.id = coded_answers.submission")).Group("submission, question")
	attached := db.Model(&attachmentRow{}).Where("submission IN (?)", ids).Where(isNoScan)
	n := &models.ReadingCounts{}
	counted := func(query *gorm.DB, into ...any) func(context.Context) error {
		return func(ctx context.Context) error { return query.WithContext(ctx).Row().Scan(into...) }
	}
	var readers []struct {
		Account string
		Number  int
	}
	err := s.Together(ctx,
		counted(answers, &n.Answers),
		counted(live.Select("COUNT(*), "+number(isRead)+", "+number(isRich)), &n.Submissions, &n.Read, &n.Rich),
		counted(db.Table("(?) AS coded", coded).Select(number("plain > 0")+", "+number("blind > 1")), &n.Coded, &n.DoubleCoded),
		counted(attached.Select("COUNT(*), "+number(hasSummary)), &n.Attachments, &n.Summarised),
		func(ctx context.Context) error {
			return db.WithContext(ctx).Model(&readingRow{}).Select("readings.account, COUNT(*) AS number").
				Joins("JOIN submissions ON submissions.id = readings.submission AND submissions.revision = readings.revision").
				Where("submissions.consultation = ? AND submissions.status = ?", consultation, models.SubmissionLive).
				Group("readings.account").Order("number DESC, readings.account").Scan(&readers).Error
		})
	for _, r := range readers {
		n.Readers = append(n.Readers, models.Reader{By: r.Account, Number: r.Number})
	}
	return n, failed(err, doing)
}
