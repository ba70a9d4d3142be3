package store

import (
	"context"

	"heard/models"
)

type logRow struct {
	Consultation string `gorm:"primaryKey"`
	Position     int    `gorm:"primaryKey;autoIncrement:false"`
	Hash         []byte
	Kind         string
	Submission   string
	Detail       string
	Roll         int
	Day          string
}

func (logRow) TableName() string { return "log_entries" }

func (r logRow) model() models.LogEntry {
	return models.LogEntry{Position: r.Position, Hash: r.Hash, Kind: r.Kind, Submission: r.Submission, Detail: r.Detail, Roll: r.Roll, Day: r.Day}
}

const readLog = "read the log"

// AppendLog appends entries to a consultation's public log, in their order; at is
// the place that the first takes, which is that of LogSize. It is a Conflict when
// one of them is there already.
func (s *Store) AppendLog(ctx context.Context, consultation string, at int, entries []models.LogEntry) error {
	rows := make([]logRow, len(entries))
	for i, e := range entries {
		rows[i] = logRow{Consultation: consultation, Position: at + i, Hash: e.Hash, Kind: e.Kind, Submission: e.Submission, Detail: e.Detail, Roll: e.Roll, Day: e.Day}
	}
	return saved(s.db.WithContext(ctx).CreateInBatches(rows, chunk).Error, "append to the log", "The log has one of these entries already.")
}

// LogSize returns how many entries a consultation's public log has and the day of
// the last, "" for none.
func (s *Store) LogSize(ctx context.Context, consultation string) (size int, day string, err error) {
	var row struct {
		Size int
		Day  string
	}
	err = s.db.WithContext(ctx).Model(&logRow{}).Where("consultation = ?", consultation).
		Select("COUNT(*) AS size, COALESCE(MAX(day), '') AS day").Scan(&row).Error
	return row.Size, row.Day, failed(err, readLog)
}

// Log returns the entries of a consultation's public log, in order.
func (s *Store) Log(ctx context.Context, consultation string) ([]models.LogEntry, error) {
	var rows []logRow
	if err := s.db.WithContext(ctx).Where("consultation = ?", consultation).Order("position").Find(&rows).Error; err != nil {
		return nil, failed(err, readLog)
	}
	entries := make([]models.LogEntry, len(rows))
	for i, r := range rows {
		entries[i] = r.model()
	}
	return entries, nil
}

// LogHashes returns the hashes of a consultation's public log, in order.
func (s *Store) LogHashes(ctx context.Context, consultation string) ([][]byte, error) {
	var hashes [][]byte
	err := s.db.WithContext(ctx).Model(&logRow{}).Where("consultation = ?", consultation).Order("position").Pluck("hash", &hashes).Error
	return hashes, failed(err, readLog)
}

// Logged returns where an entry is in a consultation's public log, -1 for nowhere.
func (s *Store) Logged(ctx context.Context, consultation string, hash []byte) (position int, err error) {
	var rows []logRow
	err = s.db.WithContext(ctx).Where("consultation = ? AND hash = ?", consultation, hash).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return -1, failed(err, readLog)
	}
	return rows[0].Position, nil
}

// LoggedStates returns the last entry that tells the state of each submission, by
// submission: of all that have one, or of the one named.
func (s *Store) LoggedStates(ctx context.Context, consultation, submission string) (map[string]models.LogEntry, error) {
	query := s.db.WithContext(ctx).Where("consultation = ? AND submission <> ''", consultation)
	if submission != "" {
		query = query.Where("submission = ?", submission)
	}
	var rows []logRow
	if err := query.Order("position").Find(&rows).Error; err != nil {
		return nil, failed(err, readLog)
	}
	states := map[string]models.LogEntry{}
	for _, r := range rows {
		states[r.Submission] = r.model()
	}
	return states, nil
}

// LogRoll returns the number of the last roll-call in a consultation's public log
// and the size of the log with it, 0 and 0 before there is one.
func (s *Store) LogRoll(ctx context.Context, consultation string) (roll, size int, err error) {
	var row struct{ Roll, Size int }
	err = s.db.WithContext(ctx).Model(&logRow{}).Where("consultation = ? AND roll > 0", consultation).
		Select("roll, MAX(position) + 1 AS size").Group("roll").Order("roll DESC").Limit(1).Scan(&row).Error
	return row.Roll, row.Size, failed(err, readLog)
}

// LeavesOf returns every submission of a consultation as the log knows it, in no
// order that tells anything.
func (s *Store) LeavesOf(ctx context.Context, consultation string) ([]models.Leaf, error) {
	var leaves []models.Leaf
	err := s.db.WithContext(ctx).Table("leaves").
		Select("leaves.submission, leaves.leaf AS hash, submissions.status, submissions.erased, log_entries.position IS NOT NULL AS logged").
		Joins("JOIN submissions ON submissions.id = leaves.submission").
		Joins("LEFT JOIN log_entries ON log_entries.consultation = leaves.consultation AND log_entries.hash = leaves.leaf").
		Where("leaves.consultation = ?", consultation).Order("leaves.submission").Scan(&leaves).Error
	return leaves, failed(err, readLog)
}

// Unlogged returns the leaves that are not in a consultation's public log, of
// submissions that were received before a day, in no order that tells anything.
func (s *Store) Unlogged(ctx context.Context, consultation, before string) ([][]byte, error) {
	var leaves [][]byte
	err := s.db.WithContext(ctx).Table("leaves").Joins("JOIN submissions ON submissions.id = leaves.submission").
		Where("leaves.consultation = ? AND submissions.day < ?", consultation, before).
		Where("NOT EXISTS (SELECT 1 FROM log_entries WHERE log_entries.consultation = leaves.consultation AND log_entries.hash = leaves.leaf)").
		Order("leaves.leaf").Pluck("leaves.leaf", &leaves).Error
	return leaves, failed(err, readLog)
}

// PublicLogSizes returns how many entries each consultation's public log has; one
// without any is left out.
func (s *Store) PublicLogSizes(ctx context.Context) (map[string]int, error) {
	return s.logSizes(ctx, &logRow{})
}

// logSizes counts the rows of a table of logs by consultation.
func (s *Store) logSizes(ctx context.Context, table any) (map[string]int, error) {
	var rows []struct {
		Consultation string
		Number       int
	}
	err := s.db.WithContext(ctx).Model(table).Select("consultation, COUNT(*) AS number").Group("consultation").Scan(&rows).Error
	sizes := make(map[string]int, len(rows))
	for _, r := range rows {
		sizes[r.Consultation] = r.Number
	}
	return sizes, failed(err, "measure the logs")
}

// LoggedHeads returns the entries of every public log that tell the head of the
// record of acts, and of them the heads that are not in the record any more.
func (s *Store) LoggedHeads(ctx context.Context, kind string) (entries []models.LogEntry, gone []string, err error) {
	var rows []logRow
	err = s.db.WithContext(ctx).Where("kind = ?", kind).Find(&rows).Error
	for _, r := range rows {
		entries = append(entries, r.model())
	}
	if err == nil {
		err = s.db.WithContext(ctx).Model(&logRow{}).Where("kind = ? AND NOT EXISTS (SELECT 1 FROM audit WHERE audit.hash = log_entries.detail)", kind).Distinct().Pluck("detail", &gone).Error
	}
	return entries, gone, failed(err, readLog)
}

// AuditHead returns the hash of the last act on record, hex; "" for none.
func (s *Store) AuditHead(ctx context.Context) (string, error) {
	var head auditHead
	err := s.db.WithContext(ctx).Take(&head, "id = 1").Error
	return head.Hash, failed(err, "read the record of what was done")
}
