package store

import (
	"context"
	"encoding/json"
	"slices"

	"gorm.io/gorm/clause"

	"heard/models"
)

const (
	noBatch = "There is no such batch."
	noForm  = "There is no such form in this batch."
)

type batchRow struct {
	ID           string `gorm:"primaryKey"`
	Consultation string
	Number       int
	Channel      models.Channel
	Received     string
	Posted       string
	Expected     int
	Form         int
	By           string `gorm:"column:account"`
	Day          string
	Finished     string
}

func (batchRow) TableName() string { return "keying_batches" }

// AddBatch keeps a new batch and returns the number it is given; b.Number is left
// aside.
func (s *Store) AddBatch(ctx context.Context, b models.Batch) (number int, err error) {
	const doing = "open the batch"
	err = s.Tx(ctx, func(tx *Store) error {
		if err := tx.Lock(ctx, b.Consultation); err != nil {
			return err
		}
		row := batchRow(b)
		err := tx.db.WithContext(ctx).Model(&batchRow{}).Where("consultation = ?", b.Consultation).Select("COALESCE(MAX(number), 0) + 1").Scan(&row.Number).Error
		if err == nil {
			err = tx.db.WithContext(ctx).Create(&row).Error
		}
		number = row.Number
		return failed(err, doing)
	})
	return number, err
}

// Batches returns a consultation's batches, the last opened first.
func (s *Store) Batches(ctx context.Context, consultation string) ([]models.Batch, error) {
	var rows []batchRow
	if err := s.db.WithContext(ctx).Where("consultation = ?", consultation).Order("number DESC").Find(&rows).Error; err != nil {
		return nil, failed(err, "read the batches")
	}
	list := make([]models.Batch, len(rows))
	for i, r := range rows {
		list[i] = models.Batch(r)
	}
	return list, nil
}

// Batch returns one batch of a consultation.
func (s *Store) Batch(ctx context.Context, consultation, id string) (*models.Batch, error) {
	var row batchRow
	if err := s.db.WithContext(ctx).Take(&row, "consultation = ? AND id = ?", consultation, id).Error; err != nil {
		return nil, found(err, "read the batch", noBatch)
	}
	b := models.Batch(row)
	return &b, nil
}

// CorrectBatch changes the days of a batch, and with the day it was received that of
// each submission that was keyed in it. It is a Conflict once the batch is finished.
func (s *Store) CorrectBatch(ctx context.Context, id, received, posted string) error {
	const doing = "correct the batch"
	return s.Tx(ctx, func(tx *Store) error {
		db := tx.db.WithContext(ctx)
		done := db.Model(&batchRow{}).Where("id = ? AND finished = ''", id).Updates(map[string]any{"received": received, "posted": posted})
		if done.Error == nil && done.RowsAffected == 0 {
			return models.NewError(models.KindConflict, "The batch is finished already.")
		}
		if done.Error != nil {
			return failed(done.Error, doing)
		}
		forms := db.Model(&keyedRow{}).Select("submission").Where("batch = ?", id)
		return failed(db.Model(&submissionRow{}).Where("id IN (?)", forms).Update("day", received).Error, doing)
	})
}

// FinishBatch says that every form of a batch is keyed, and which of them are
// keyed a second time. It is a Conflict when that was said before.
func (s *Store) FinishBatch(ctx context.Context, id string, expected int, day string, sample []string) error {
	const doing = "finish the batch"
	return s.Tx(ctx, func(tx *Store) error {
		db := tx.db.WithContext(ctx)
		done := db.Model(&batchRow{}).Where("id = ? AND finished = ''", id).Updates(map[string]any{"finished": day, "expected": expected})
		if done.Error == nil && done.RowsAffected == 0 {
			return models.NewError(models.KindConflict, "The batch is finished already.")
		}
		if done.Error != nil {
			return failed(done.Error, doing)
		}
		return failed(db.Model(&keyedRow{}).Where("batch = ? AND submission IN ?", id, sample).Update("sampled", true).Error, doing)
	})
}

type keyedRow struct {
	Submission       string `gorm:"primaryKey"`
	Batch            string
	Number           int
	Form             int
	Letter           string
	By               string `gorm:"column:account"`
	Day              string
	Version          int
	Sampled          bool
	Checker, Checked string
	Fields, Differ   int
	Settled          string
}

func (keyedRow) TableName() string { return "keyed_forms" }

type keyedVersionRow struct {
	Submission string `gorm:"primaryKey"`
	Version    int    `gorm:"primaryKey;autoIncrement:false"`
	Kind       models.KeyedVersionKind
	By         string `gorm:"column:account"`
	Day        string
	Reason     models.CorrectionReason
	Answers    string // models.KeyedAnswers in JSON, sealed
}

func (keyedVersionRow) TableName() string { return "keyed_versions" }

// AddKeyed keeps what is known of a form whose submission was created, with what
// was keyed as its first version, and returns its number in the batch; k.Number
// and k.Version are left aside.
func (s *Store) AddKeyed(ctx context.Context, consultation string, k models.Keyed, answers models.KeyedAnswers) (number int, err error) {
	const doing = "keep the form"
	err = s.Tx(ctx, func(tx *Store) error {
		if err := tx.Lock(ctx, consultation); err != nil { // two at once get numbers of their own
			return err
		}
		row := keyedRow(k)
		row.Version = 0
		err := tx.db.WithContext(ctx).Model(&keyedRow{}).Where("batch = ?", k.Batch).Select("COALESCE(MAX(number), 0) + 1").Scan(&row.Number).Error
		if err == nil {
			err = tx.db.WithContext(ctx).Create(&row).Error
		}
		if err != nil {
			return failed(err, doing)
		}
		number = row.Number
		_, err = tx.AddKeyedVersion(ctx, models.KeyedVersion{Submission: k.Submission, Kind: models.VersionKeyed, By: k.By, Day: k.Day, Answers: answers}, 0)
		return err
	})
	return number, err
}

// AddKeyedVersion adds a version of a form after the one that was seen, and
// returns its number. It is a Conflict when there is a later one already.
func (s *Store) AddKeyedVersion(ctx context.Context, v models.KeyedVersion, seen int) (version int, err error) {
	const doing = "keep what was keyed"
	err = s.Tx(ctx, func(tx *Store) error {
		db := tx.db.WithContext(ctx)
		done := db.Model(&keyedRow{}).Where("submission = ? AND version = ?", v.Submission, seen).Update("version", seen+1)
		if done.Error == nil && done.RowsAffected == 0 {
			return models.NewError(models.KindConflict, "Somebody else has changed this form since you opened it.")
		}
		if done.Error != nil {
			return failed(done.Error, doing)
		}
		version = seen + 1
		answers, err := json.Marshal(v.Answers)
		if err != nil {
			return err
		}
		w, err := tx.wordsTo(ctx, v.Submission)
		if err != nil {
			return failed(err, doing)
		}
		row := keyedVersionRow{Submission: v.Submission, Version: version, Kind: v.Kind, By: v.By, Day: v.Day, Reason: v.Reason, Answers: string(answers)}
		w.sealed(row.places())
		return failed(db.Create(&row).Error, doing)
	})
	return version, err
}

// SetChecked keeps how the second reading of a form compares, and whether there
// is anything left to settle.
func (s *Store) SetChecked(ctx context.Context, k models.Keyed) error {
	err := s.db.WithContext(ctx).Model(&keyedRow{}).Where("submission = ?", k.Submission).
		Updates(map[string]any{"checker": k.Checker, "checked": k.Checked, "fields": k.Fields, "differ": k.Differ, "settled": k.Settled}).Error
	return failed(err, "keep the second reading")
}

// Keyed returns the forms that were keyed for a consultation, by batch and
// number; those of one batch, unless it is "".
func (s *Store) Keyed(ctx context.Context, consultation, batch string) ([]models.Keyed, error) {
	db := s.db.WithContext(ctx).Where("batch IN (?)", s.db.WithContext(ctx).Model(&batchRow{}).Select("id").Where("consultation = ?", consultation))
	if batch != "" {
		db = db.Where("batch = ?", batch)
	}
	var rows []keyedRow
	if err := db.Order("batch, number").Find(&rows).Error; err != nil {
		return nil, failed(err, "read the forms")
	}
	list := make([]models.Keyed, len(rows))
	for i, r := range rows {
		list[i] = models.Keyed(r)
	}
	return list, nil
}

// KeyedForm returns one form of a batch, by its submission.
func (s *Store) KeyedForm(ctx context.Context, batch, submission string) (*models.Keyed, error) {
	var row keyedRow
	if err := s.db.WithContext(ctx).Take(&row, "batch = ? AND submission = ?", batch, submission).Error; err != nil {
		return nil, found(err, "read the form", noForm)
	}
	k := models.Keyed(row)
	return &k, nil
}

// KeyedVersions returns every version of some forms, by submission, the first
// first; none of those whose submission was erased.
func (s *Store) KeyedVersions(ctx context.Context, submissions ...string) ([]models.KeyedVersion, error) {
	var list []models.KeyedVersion
	for some := range slices.Chunk(submissions, chunk) {
		var rows []keyedVersionRow
		if err := s.db.WithContext(ctx).Where("submission IN ?", some).Order("submission, version").Find(&rows).Error; err != nil {
			return nil, failed(err, "read what was keyed")
		}
		open, err := s.words(ctx, some...)
		if err != nil {
			return nil, failed(err, "read what was keyed")
		}
		for _, r := range rows {
			v := models.KeyedVersion{Submission: r.Submission, Version: r.Version, Kind: r.Kind, By: r.By, Day: r.Day, Reason: r.Reason}
			err := open[r.Submission].opened(r.places())
			if err == nil && r.Answers != "" {
				err = json.Unmarshal([]byte(r.Answers), &v.Answers)
			}
			if err != nil {
				return nil, failed(err, "read what was keyed")
			}
			list = append(list, v)
		}
	}
	return list, nil
}

// CorrectAnswers puts the answers of m in place of those its submission has, with
// the path, groups, consents and stance that follow from them, of one that counts
// or was set aside. What was decided
// on the answers to the questions that changed goes with their words. The leaf
// stays that of what was first sent.
func (s *Store) CorrectAnswers(ctx context.Context, m *models.Submission, changed []string) error {
	const doing = "correct the answers"
	return s.Tx(ctx, func(tx *Store) error {
		db := tx.db.WithContext(ctx)
		done := db.Model(&submissionRow{}).Where("id = ? AND status IN ?", m.ID, []models.SubmissionStatus{models.SubmissionLive, models.SubmissionVoid}).
			Updates(map[string]any{"path": m.Path, "groups": list(m.Groups), "consents": listOf(m.Consents), "stance": m.Stance})
		if done.Error == nil && done.RowsAffected == 0 {
			return models.NewError(models.KindConflict, "This submission was taken back by its author, so it cannot be corrected.")
		}
		err := done.Error
		if err == nil {
			err = db.Where("submission = ?", m.ID).Delete(&answerRow{}).Error
		}
		var w *words
		if err == nil {
			w, err = tx.wordsTo(ctx, m.ID)
		}
		if err == nil && len(m.Answers) > 0 {
			err = db.CreateInBatches(answerRows(m, w), chunk).Error
		}
		for _, table := range []any{&codingRow{}, &codedRow{}, &placementRow{}, &quoteRow{}} {
			if err == nil {
				err = db.Where("submission = ? AND question IN ?", m.ID, changed).Delete(table).Error
			}
		}
		if err != nil {
			return failed(err, doing)
		}
		return tx.reopenRedaction(ctx, m.ID)
	})
}

type mappingRow struct {
	ID           string `gorm:"primaryKey"`
	Consultation string
	Name         string
	By           string `gorm:"column:account"`
	Day          string
	Columns      value[map[string]string]
}

func (mappingRow) TableName() string { return "import_mappings" }

// SaveMapping keeps which column is what under a name; one of the same
// consultation and name gives way to it.
func (s *Store) SaveMapping(ctx context.Context, m models.Mapping) error {
	row := mappingRow{ID: m.ID, Consultation: m.Consultation, Name: m.Name, By: m.By, Day: m.Day, Columns: value[map[string]string]{m.Columns}}
	err := s.db.WithContext(ctx).Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "consultation"}, {Name: "name"}},
		DoUpdates: clause.AssignmentColumns([]string{"account", "day", "columns"}),
	}).Create(&row).Error
	return failed(err, "keep which column is what")
}

// Mappings returns a consultation's, by name.
func (s *Store) Mappings(ctx context.Context, consultation string) ([]models.Mapping, error) {
	var rows []mappingRow
	if err := s.db.WithContext(ctx).Where("consultation = ?", consultation).Order("name").Find(&rows).Error; err != nil {
		return nil, failed(err, "read which column is what")
	}
	all := make([]models.Mapping, len(rows))
	for i, r := range rows {
		all[i] = models.Mapping{ID: r.ID, Consultation: r.Consultation, Name: r.Name, By: r.By, Day: r.Day, Columns: r.Columns.of}
	}
	return all, nil
}

// CountImported returns how many of a consultation's submissions were imported,
// also of those set aside, and how many of them came after a day.
func (s *Store) CountImported(ctx context.Context, consultation, day string) (all, after int, err error) {
	var n struct{ Number, Later int }
	err = s.db.WithContext(ctx).Model(&submissionRow{}).Select("COUNT(*) AS number, COALESCE(SUM(CASE WHEN day > ? THEN 1 ELSE 0 END), 0) AS later", day).
		Where("consultation = ? AND source <> '' AND status IN ?", consultation, []models.SubmissionStatus{models.SubmissionLive, models.SubmissionVoid}).Scan(&n).Error
	return n.Number, n.Later, failed(err, "count what was imported")
}

// Sources returns where a consultation's imported submissions come from, whatever
// their status.
func (s *Store) Sources(ctx context.Context, consultation string) (map[string]bool, error) {
	var all []string
	err := s.db.WithContext(ctx).Model(&submissionRow{}).Where("consultation = ? AND source <> ''", consultation).Pluck("source", &all).Error
	sources := make(map[string]bool, len(all))
	for _, source := range all {
		sources[source] = true
	}
	return sources, failed(err, "read what was imported")
}
