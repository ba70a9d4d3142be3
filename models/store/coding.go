package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"heard/models"
)

type codingRow struct {
	ID         int64 `gorm:"primaryKey"`
	Theme      string
	Submission string
	Question   string
	Belongs    bool
	Starts     int
	Ends       int
	SHA256     string `gorm:"column:sha256"`
	Account    string
	Day        string
	Blind      bool
}

func (codingRow) TableName() string { return "codings" }

type codedRow struct {
	Submission string `gorm:"primaryKey"`
	Question   string `gorm:"primaryKey"`
	Account    string `gorm:"primaryKey"`
	Day        string
	Blind      bool `gorm:"primaryKey"`
	Frame      int
	Settles    bool
}

func (codedRow) TableName() string { return "coded_answers" }

type codingClaimRow struct {
	Submission string `gorm:"primaryKey"`
	Question   string `gorm:"primaryKey"`
	Account    string
	Until      int64 // minutes since 1970
}

func (codingClaimRow) TableName() string { return "coding_claims" }

// AddCodings adds what a person decided, in this order, after all that was
// decided before. Their IDs are left aside: the store numbers them.
func (s *Store) AddCodings(ctx context.Context, codings []models.Coding) error {
	rows := make([]codingRow, len(codings))
	for i, c := range codings {
		rows[i] = codingRow{Theme: c.Theme, Submission: c.Submission, Question: c.Question, Belongs: c.Belongs,
			Starts: c.Start, Ends: c.End, SHA256: c.SHA256, Account: c.By, Day: c.Day, Blind: c.Blind}
	}
	return s.Tx(ctx, func(tx *Store) error {
		return failed(insert(tx.db.WithContext(ctx), rows), "save what was decided on an answer")
	})
}

// SaveCoded keeps that a person has gone through an answer, the last day they
// did. What settled a difference goes on doing so.
func (s *Store) SaveCoded(ctx context.Context, c models.CodedAnswer) error {
	row := codedRow{Submission: c.Submission, Question: c.Question, Account: c.By, Day: c.Day, Blind: c.Blind, Frame: c.Frame, Settles: c.Settles}
	err := s.db.WithContext(ctx).Clauses(clause.OnConflict{
		Columns: []clause.Column{{Name: "submission"}, {Name: "question"}, {Name: "account"}, {Name: "blind"}},
		DoUpdates: append(clause.AssignmentColumns([]string{"day", "frame"}),
			clause.Assignments(map[string]any{"settles": gorm.Expr("coded_answers.settles OR excluded.settles")})...),
	}).Create(&row).Error
	return failed(err, "save what was decided on an answer")
}

// HoldCoding keeps an answer for an account until an instant, so that nobody else
// is given it to code, unless somebody else holds it. It returns who holds it then.
func (s *Store) HoldCoding(ctx context.Context, key models.AnswerKey, account string, until time.Time) (holder string, err error) {
	const doing = "keep the answer for its coder"
	db, now := s.db.WithContext(ctx), minute(s.now())
	err = db.Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "submission"}, {Name: "question"}},
		DoUpdates: clause.AssignmentColumns([]string{"account", "until"}),
		Where:     clause.Where{Exprs: []clause.Expression{clause.Expr{SQL: "coding_claims.account = ? OR coding_claims.until <= ?", Vars: []any{account, now}}}},
	}).Create(&codingClaimRow{Submission: key.Submission, Question: key.Question, Account: account, Until: minute(until)}).Error
	var rows []codingClaimRow
	if err == nil {
		err = db.Where("submission = ? AND question = ? AND until > ?", key.Submission, key.Question, now).Find(&rows).Error
	}
	if err != nil || len(rows) == 0 {
		return "", failed(err, doing)
	}
	return rows[0].Account, nil
}

// ReleaseCoding gives back an answer that is kept for an account.
func (s *Store) ReleaseCoding(ctx context.Context, key models.AnswerKey, account string) error {
	err := s.db.WithContext(ctx).Where("submission = ? AND question = ? AND account = ?", key.Submission, key.Question, account).Delete(&codingClaimRow{}).Error
	return failed(err, "give back the answer")
}

// HeldCodings returns the answers to a consultation that are kept for other
// accounts than the one given.
func (s *Store) HeldCodings(ctx context.Context, consultation, account string) (map[models.AnswerKey]bool, error) {
	var rows []codingClaimRow
	err := s.db.WithContext(ctx).Where("account <> ? AND until > ? AND submission IN (?)", account, minute(s.now()), s.ids(ctx, consultation)).Find(&rows).Error
	held := make(map[models.AnswerKey]bool, len(rows))
	for _, r := range rows {
		held[models.AnswerKey{Submission: r.Submission, Question: r.Question}] = true
	}
	return held, failed(err, "read who is coding")
}

// Codings returns all that people decided on answers to a consultation, blind
// or not, the oldest first.
func (s *Store) Codings(ctx context.Context, consultation string) ([]models.Coding, error) {
	return s.codings(ctx, func(db *gorm.DB) *gorm.DB {
		return db.Where("submission IN (?)", s.ids(ctx, consultation))
	})
}

// CodingsOf returns what people decided on the answers of some submissions.
func (s *Store) CodingsOf(ctx context.Context, submissions []string) ([]models.Coding, error) {
	var all []models.Coding
	for some := range slices.Chunk(submissions, chunk) {
		codings, err := s.codings(ctx, func(db *gorm.DB) *gorm.DB { return db.Where("submission IN ?", some) })
		if err != nil {
			return nil, err
		}
		all = append(all, codings...)
	}
	return all, nil
}

func (s *Store) codings(ctx context.Context, where func(*gorm.DB) *gorm.DB) ([]models.Coding, error) {
	var codings []models.Coding
	var c models.Coding
	err := readRows(where(s.db.WithContext(ctx).Model(&codingRow{})).Select("id, theme, submission, question, belongs, starts, ends, sha256, account, day, blind").Order("id"),
		func() { codings = append(codings, c) }, &c.ID, &c.Theme, &c.Submission, &c.Question, &c.Belongs, &c.Start, &c.End, &c.SHA256, &c.By, &c.Day, &c.Blind)
	return codings, failed(err, "read what was decided on answers")
}

// CodedAnswers returns who has gone through which answers to a consultation, by
// submission, question, account, and the open before the blind.
func (s *Store) CodedAnswers(ctx context.Context, consultation string) ([]models.CodedAnswer, error) {
	return s.coded(ctx, func(db *gorm.DB) *gorm.DB {
		return db.Where("submission IN (?)", s.ids(ctx, consultation))
	})
}

// CodedAnswersOf returns who has gone through the answers of some submissions.
func (s *Store) CodedAnswersOf(ctx context.Context, submissions []string) ([]models.CodedAnswer, error) {
	var all []models.CodedAnswer
	for some := range slices.Chunk(submissions, chunk) {
		coded, err := s.coded(ctx, func(db *gorm.DB) *gorm.DB { return db.Where("submission IN ?", some) })
		if err != nil {
			return nil, err
		}
		all = append(all, coded...)
	}
	return all, nil
}

func (s *Store) coded(ctx context.Context, where func(*gorm.DB) *gorm.DB) ([]models.CodedAnswer, error) {
	var coded []models.CodedAnswer
	var c models.CodedAnswer
	err := readRows(where(s.db.WithContext(ctx).Model(&codedRow{})).Select("submission, question, account, day, blind, frame, settles").Order("submission, question, account, blind"),
		func() { coded = append(coded, c) }, &c.Submission, &c.Question, &c.By, &c.Day, &c.Blind, &c.Frame, &c.Settles)
	return coded, failed(err, "read who has gone through answers")
}

// toQuestions selects answers in words to some questions. The expression keeps SQLite
// from looking each question of each submission up by itself, which takes longer than
// to pass over the few that are not asked for.
const toQuestions = "question || '' IN ? AND redacted <> ''"

// AnswersInWords returns the answers in words to some questions of a consultation's
// live submissions, without the words, by submission and in the order that each was
// answered in. Words that do not open any more are none.
func (s *Store) AnswersInWords(ctx context.Context, consultation string, questions []string) ([]models.AnswerKey, error) {
	var keys []models.AnswerKey
	var key models.AnswerKey
	var words string
	err := readRows(s.db.WithContext(ctx).Model(&answerRow{}).
		Select("submission, question, CASE WHEN substr(redacted, 1, 1) = ? THEN 'sealed' ELSE redacted END", sealedMark).
		Where("submission IN (?) AND "+toQuestions, s.ids(ctx, consultation).Where("status = ?", models.SubmissionLive), questions).
		Where("substr(redacted, 1, 1) <> ? OR EXISTS (?)", sealedMark, s.db.Model(&keyRow{}).Select("1").Where("submission_keys.submission = answers.submission")).
		Order("submission, position"), func() {
		if strings.TrimSpace(words) != "" { // which is not sealed
			keys = append(keys, key)
		}
	}, &key.Submission, &key.Question, &words)
	return keys, failed(err, "find the answers in words")
}

// ids selects the ids of a consultation's submissions.
func (s *Store) ids(ctx context.Context, consultation string) *gorm.DB {
	return s.db.WithContext(ctx).Model(&submissionRow{}).Select("id").Where("consultation = ?", consultation)
}
