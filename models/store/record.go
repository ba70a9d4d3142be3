package store

import (
	"bytes"
	"context"
	"time"

	"heard/models"
)

type auditRow struct {
	Sequence     int64 `gorm:"primaryKey"`
	Day          string
	Time         string
	Actor        string
	Action       string
	Object       string
	Consultation string
	Reason       string
}

func (auditRow) TableName() string { return "audit" }

// Audit adds an event to the record and numbers it. Day and Time come from the
// clock, in UTC, unless the event states them. What respondents do is recorded
// without a time of day, whatever the event states.
func (s *Store) Audit(ctx context.Context, e models.AuditEvent) error {
	now := s.now().UTC()
	if e.Day == "" {
		e.Day = now.Format(time.DateOnly)
		if e.Time == "" {
			e.Time = now.Format("15:04")
		}
	}
	if e.Actor == models.ActorRespondent {
		e.Time = ""
	}
	row := auditRow(e)
	row.Sequence = 0
	return s.Tx(ctx, func(tx *Store) error {
		return failed(tx.db.WithContext(ctx).Create(&row).Error, "write the record of what was done")
	})
}

// AuditTrail returns the record of a consultation, or of everything when
// consultation is "", newest first; at most limit events, all when limit is 0.
func (s *Store) AuditTrail(ctx context.Context, consultation string, limit int) ([]models.AuditEvent, error) {
	query := s.db.WithContext(ctx).Order("sequence DESC")
	if consultation != "" {
		query = query.Where("consultation = ?", consultation)
	}
	if limit > 0 {
		query = query.Limit(limit)
	}
	var rows []auditRow
	if err := query.Find(&rows).Error; err != nil {
		return nil, failed(err, "read the record of what was done")
	}
	events := make([]models.AuditEvent, len(rows))
	for i, r := range rows {
		events[i] = models.AuditEvent(r)
	}
	return events, nil
}

type reportRow struct {
	Consultation string `gorm:"primaryKey"`
	Version      int    `gorm:"primaryKey;autoIncrement:false"`
	Data         []byte
	Hash         string
}

func (reportRow) TableName() string { return "reports" }

// SaveReport keeps a version of a consultation's report for good. hash is the
// data's, hex. Saving the same again changes nothing; other data under a
// version that is already there is a Conflict.
func (s *Store) SaveReport(ctx context.Context, consultation string, version int, data []byte, hash string) error {
	const doing = "save the report"
	return s.Tx(ctx, func(tx *Store) error {
		if err := tx.Lock(ctx, consultation); err != nil {
			return err
		}
		var known []reportRow
		err := tx.db.WithContext(ctx).Find(&known, "consultation = ? AND version = ?", consultation, version).Error
		switch {
		case err != nil:
			return failed(err, doing)
		case len(known) == 0:
			return failed(tx.db.WithContext(ctx).Create(&reportRow{Consultation: consultation, Version: version, Data: data, Hash: hash}).Error, doing)
		case known[0].Hash == hash && bytes.Equal(known[0].Data, data):
			return nil
		}
		return models.NewError(models.KindConflict, "This version of the report is already saved and cannot be changed. Save the change as a new version.")
	})
}

// Report returns the latest version of a consultation's report.
func (s *Store) Report(ctx context.Context, consultation string) (version int, data []byte, err error) {
	var row reportRow
	err = s.db.WithContext(ctx).Order("version DESC").Take(&row, "consultation = ?", consultation).Error
	return row.Version, row.Data, found(err, "read the report", noReport)
}
