package store

import (
	"context"
	"encoding/json"
	"strings"

	"gorm.io/gorm/clause"

	"heard/models"
)

type searchRow struct {
	ID           string `gorm:"primaryKey"`
	By           string `gorm:"column:account"`
	Consultation string
	Name         string
	Query        string
	Day          string
}

func (searchRow) TableName() string { return "saved_searches" }

// SaveSearch keeps a search under its name; one of the same person, consultation
// and name gives way to it.
func (s *Store) SaveSearch(ctx context.Context, m models.SavedSearch) error {
	row := searchRow(m)
	err := s.db.WithContext(ctx).Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "account"}, {Name: "consultation"}, {Name: "name"}},
		DoUpdates: clause.AssignmentColumns([]string{"query", "day"}),
	}).Create(&row).Error
	return failed(err, "save the search")
}

// SavedSearches returns what an account saved of a consultation, by name.
func (s *Store) SavedSearches(ctx context.Context, account, consultation string) ([]models.SavedSearch, error) {
	var rows []searchRow
	err := s.db.WithContext(ctx).Where("account = ? AND consultation = ?", account, consultation).Order("name").Find(&rows).Error
	if err != nil {
		return nil, failed(err, "read the saved searches")
	}
	list := make([]models.SavedSearch, len(rows))
	for i, r := range rows {
		list[i] = models.SavedSearch(r)
	}
	return list, nil
}

// DeleteSearch forgets a search of an account's own.
func (s *Store) DeleteSearch(ctx context.Context, account, id string) error {
	done := s.db.WithContext(ctx).Where("account = ? AND id = ?", account, id).Delete(&searchRow{})
	if done.Error == nil && done.RowsAffected == 0 {
		return models.NewError(models.KindNotFound, "There is no such saved search. It may have been deleted.")
	}
	return failed(done.Error, "delete the saved search")
}

type listedRow struct {
	Submission string `gorm:"primaryKey"`
	By         string `gorm:"column:account;primaryKey"`
	Day        string
	Read       bool `gorm:"column:is_read"`
}

func (listedRow) TableName() string { return "reading_list" }

// SaveListed puts a submission on a person's reading list, or changes whether
// they say that they have read it. The day stays that of the first time.
func (s *Store) SaveListed(ctx context.Context, m models.Listed) error {
	row := listedRow(m)
	err := s.db.WithContext(ctx).Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "account"}, {Name: "submission"}},
		DoUpdates: clause.AssignmentColumns([]string{"is_read"}),
	}).Create(&row).Error
	return failed(err, "change the reading list")
}

// Unlist takes a submission off a person's reading list, if it is on it.
func (s *Store) Unlist(ctx context.Context, account, submission string) error {
	err := s.db.WithContext(ctx).Where("account = ? AND submission = ?", account, submission).Delete(&listedRow{}).Error
	return failed(err, "change the reading list")
}

// ReadingList returns a person's reading list of a consultation, unread before
// read, then by day and submission.
func (s *Store) ReadingList(ctx context.Context, account, consultation string) ([]models.Listed, error) {
	var rows []listedRow
	err := s.db.WithContext(ctx).Where("account = ? AND submission IN (?)", account, s.ids(ctx, consultation)).
		Order("is_read, day, submission").Find(&rows).Error
	if err != nil {
		return nil, failed(err, "read the reading list")
	}
	list := make([]models.Listed, len(rows))
	for i, r := range rows {
		list[i] = models.Listed(r)
	}
	return list, nil
}

type noteRow struct {
	ID         string `gorm:"primaryKey"`
	Submission string
	By         string `gorm:"column:account"`
	Day        string
	Shared     bool
	Text       string
}

func (noteRow) TableName() string { return "notes" }

// SaveNote keeps a new note.
func (s *Store) SaveNote(ctx context.Context, m models.Note) error {
	row := noteRow(m)
	return failed(s.db.WithContext(ctx).Create(&row).Error, "keep the note")
}

// Notes returns an account's own notes on the submissions to a consultation,
// and with shared also those that others share; by day, then id.
func (s *Store) Notes(ctx context.Context, account, consultation string, shared bool) ([]models.Note, error) {
	var rows []noteRow
	err := s.db.WithContext(ctx).Where("(account = ? OR (shared AND ?)) AND submission IN (?)", account, shared, s.ids(ctx, consultation)).
		Order("day, id").Find(&rows).Error
	if err != nil {
		return nil, failed(err, "read the notes")
	}
	list := make([]models.Note, len(rows))
	for i, r := range rows {
		list[i] = models.Note(r)
	}
	return list, nil
}

// DeleteNote deletes a note of an account's own, for good.
func (s *Store) DeleteNote(ctx context.Context, account, id string) error {
	return s.Tx(ctx, func(tx *Store) error {
		done := tx.db.WithContext(ctx).Where("account = ? AND id = ?", account, id).Delete(&noteRow{})
		if done.Error == nil && done.RowsAffected == 0 {
			return models.NewError(models.KindNotFound, "There is no such note. It may have been deleted.")
		}
		tx.unit.erased = true
		return failed(done.Error, "delete the note")
	})
}

// AnswerFilter says which answers of a consultation to list. Empty lists
// narrow nothing; the values of one are alternatives.
type AnswerFilter struct {
	Questions                 []string // whose answers in words are listed; none when empty
	Groups, Stances, Channels []string
	Languages                 []string // of the answer, of the form where the answer's is not known
	Released                  bool     // in a release only; in the random order of ids, because their day is not released
	Page, PerPage             int      // from 1
}

// wildcards takes their meaning from the signs that LIKE gives one.
var wildcards = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")

// ListAnswers returns answers in words of live submissions, the newest first
// but for those that must be released, and how many there are on all pages. It is what can be read while no search
// engine answers.
func (s *Store) ListAnswers(ctx context.Context, consultation string, f AnswerFilter) (answers []models.AnswerKey, total int, err error) {
	const doing = "list the answers"
	db := s.db.WithContext(ctx).Table("answers").Joins("JOIN submissions ON submissions.id = answers.submission").
		Where("submissions.consultation = ? AND submissions.status = ? AND answers.redacted <> '' AND answers.question IN ?", consultation, models.SubmissionLive, f.Questions)
	if len(f.Groups) > 0 {
		alternatives := s.db.WithContext(ctx)
		for _, id := range f.Groups {
			// Lists are kept as JSON, in which an id stands in quotation marks.
			quoted, _ := json.Marshal(id) // a string always can be
			alternatives = alternatives.Or("submissions.groups LIKE ? ESCAPE '!'", "%"+wildcards.Replace(string(quoted))+"%")
		}
		db = db.Where(alternatives)
	}
	for column, values := range map[string][]string{"submissions.stance": f.Stances, "submissions.channel": f.Channels,
		"COALESCE(NULLIF(answers.language, ''), submissions.language)": f.Languages} {
		if len(values) > 0 {
			db = db.Where(column+" IN ?", values)
		}
	}
	if f.Released {
		db = db.Where("answers.submission IN (?)", checkedOnly(s.db.WithContext(ctx).Table("released AS r").Select("r.submission").Where("r.consultation = ?", consultation)))
	}
	var number int64
	if err := db.Count(&number).Error; err != nil {
		return nil, 0, failed(err, doing)
	}
	if !f.Released {
		db = db.Order("submissions.day DESC")
	}
	err = db.Select("answers.submission, answers.question").Order("answers.submission, answers.position").
		Limit(f.PerPage).Offset((max(f.Page, 1) - 1) * f.PerPage).Scan(&answers).Error
	return answers, int(number), failed(err, doing)
}
