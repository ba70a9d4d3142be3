package store

import (
	"bytes"
	"context"
	"crypto/rand"
	"log/slog"
	"strings"
	"time"

	"gorm.io/gorm/clause"

	"heard/models"
)

type auditRow struct {
	Sequence     int64 `gorm:"primaryKey;autoIncrement:false"`
	Day          string
	Time         string
	Actor        string
	Action       string
	Object       string
	Consultation string
	Reason       string
	Undone       bool
	Hash         string
}

func (auditRow) TableName() string { return "audit" }

// auditHead is the one row that says where the record of acts ends.
type auditHead struct {
	ID       int
	Sequence int64
	Hash     string
}

func (auditHead) TableName() string { return "audit_head" }

// pendingRow is an act of a respondent that is not in the record yet. Its id is
// random, so that nothing tells after which others it came.
type pendingRow struct {
	ID           string `gorm:"primaryKey"`
	Day          string
	Action       string
	Object       string
	Consultation string
	Reason       string
}

func (pendingRow) TableName() string { return "audit_pending" }

// Audit adds an event to the record, which is numbered and chained to the one
// before it when the transaction ends. Day and Time come from the clock, in
// UTC, unless the event states them. Only what staff do is recorded with a time
// of day, whatever the event states; and what respondents do waits for
// RecordRespondents, or the acts of staff before and after it would tell when.
//
// When the transaction is taken back, so is what was done, but an act of staff
// stays in the record as undone: nobody can look, fail, and leave no trace.
func (s *Store) Audit(ctx context.Context, e models.AuditEvent) error {
	now := s.now().UTC()
	if e.Day == "" {
		e.Day = now.Format(time.DateOnly)
		if e.Time == "" {
			e.Time = now.Format("15:04")
		}
	}
	if e.Actor == models.ActorRespondent || e.Actor == models.ActorPortal {
		e.Time = ""
	}
	return s.Tx(ctx, func(tx *Store) error {
		tx.unit.acts = append(tx.unit.acts, e)
		return nil
	})
}

// keepActs keeps what a transaction did: what respondents did until it is
// recorded, all else at the end of the record.
func (s *Store) keepActs(ctx context.Context, acts []models.AuditEvent) error {
	var pending []pendingRow
	var now []models.AuditEvent
	for _, e := range acts {
		if e.Actor == models.ActorRespondent {
			id := strings.ToLower(rand.Text()) // as it is, a backup would take it for the key of a file
			pending = append(pending, pendingRow{id, e.Day, e.Action, e.Object, e.Consultation, e.Reason})
		} else {
			now = append(now, e)
		}
	}
	if len(pending) > 0 {
		if err := s.db.WithContext(ctx).CreateInBatches(pending, chunk).Error; err != nil {
			return failed(err, writeRecord)
		}
	}
	return s.chain(ctx, now)
}

// RecordRespondents adds to the record what respondents did before a day, in no
// order that tells anything.
func (s *Store) RecordRespondents(ctx context.Context, before string) error {
	return s.Tx(ctx, func(tx *Store) error {
		if _, err := tx.lockHead(ctx); err != nil { // or another program records the same
			return failed(err, writeRecord)
		}
		var rows []pendingRow
		if err := tx.db.WithContext(ctx).Where("day < ?", before).Order("id").Find(&rows).Error; err != nil || len(rows) == 0 {
			return failed(err, writeRecord)
		}
		acts := make([]models.AuditEvent, len(rows))
		for i, r := range rows {
			acts[i] = models.AuditEvent{Day: r.Day, Actor: models.ActorRespondent, Action: r.Action, Object: r.Object, Consultation: r.Consultation, Reason: r.Reason}
		}
		if err := tx.db.WithContext(ctx).Where("day < ?", before).Delete(&pendingRow{}).Error; err != nil {
			return failed(err, writeRecord)
		}
		return tx.chain(ctx, acts)
	})
}

const writeRecord = "write the record of what was done"

// chain writes events to the end of the record. It is the last thing that a
// transaction does, so that others wait for its end as short as can be.
func (s *Store) chain(ctx context.Context, events []models.AuditEvent) error {
	if len(events) == 0 {
		return nil
	}
	head, err := s.lockHead(ctx)
	if err != nil {
		return failed(err, writeRecord)
	}
	rows := make([]auditRow, len(events))
	for i, e := range events {
		head.Sequence++
		e.Sequence = head.Sequence
		e.Hash = e.Chained(head.Hash)
		head.Hash = e.Hash
		rows[i] = auditRow(e)
	}
	if err := s.db.WithContext(ctx).CreateInBatches(rows, 500).Error; err != nil {
		return failed(err, writeRecord)
	}
	return failed(s.db.WithContext(ctx).Save(&head).Error, writeRecord)
}

// lockHead returns the end of the record, which nobody else moves until the
// transaction ends.
func (s *Store) lockHead(ctx context.Context) (head auditHead, err error) {
	err = s.db.WithContext(ctx).Clauses(clause.Locking{Strength: "UPDATE"}).Take(&head, "id = 1").Error
	return head, err
}

// recordUndone records the acts of staff that were taken back. What
// respondents and the portal's own jobs could not do leaves no trace.
func (s *Store) recordUndone(ctx context.Context, acts []models.AuditEvent) {
	var undone []models.AuditEvent
	for _, e := range acts {
		if e.Actor != models.ActorRespondent && e.Actor != models.ActorPortal {
			e.Undone = true
			undone = append(undone, e)
		}
	}
	if len(undone) == 0 {
		return
	}
	tx := *s
	tx.unit = &unit{acts: undone}
	if err := s.transact(ctx, &tx, func(*Store) error { return nil }); err != nil {
		s.log.ErrorContext(ctx, "an act that was taken back could not be recorded", slog.String("code", code(clean(err))))
	}
}

// VerifyAudit reads the whole record of acts, of every consultation, and checks
// its chain. It returns how many acts there are and the hash of the last; the
// error of a broken chain is a Conflict that says where.
func (s *Store) VerifyAudit(ctx context.Context) (acts int, head string, err error) {
	const doing = "read the record of what was done"
	// Read by one statement, which sees both as they were at one moment: nobody who
	// writes has to wait.
	var events []models.AuditEvent
	var e models.AuditEvent
	err = readRows(s.db.WithContext(ctx).Table("audit").Joins("CROSS JOIN audit_head").Order("audit.sequence").
		Select("audit.sequence, audit.day, audit.time, audit.actor, audit.action, audit.object, audit.consultation, audit.reason, audit.undone, audit.hash, audit_head.hash"),
		func() { events = append(events, e) }, &e.Sequence, &e.Day, &e.Time, &e.Actor, &e.Action, &e.Object, &e.Consultation, &e.Reason, &e.Undone, &e.Hash, &head)
	if err == nil && len(events) == 0 {
		head, err = s.AuditHead(ctx)
	}
	if err != nil {
		return 0, "", failed(err, doing)
	}
	return len(events), head, models.VerifyAudit(events, head)
}

// AuditTrail returns the record of a consultation, or of everything when
// consultation is "", newest first; at most limit events, all when limit is 0.
func (s *Store) AuditTrail(ctx context.Context, consultation string, limit int) ([]models.AuditEvent, error) {
	return s.AuditPart(ctx, models.AuditQuery{Consultation: consultation, Limit: limit})
}

// AuditPart returns the acts of the record that are asked for, newest first.
func (s *Store) AuditPart(ctx context.Context, q models.AuditQuery) ([]models.AuditEvent, error) {
	query := s.db.WithContext(ctx).Order("sequence DESC")
	if q.Consultation != "" {
		query = query.Where("consultation = ?", q.Consultation)
	}
	if q.About != "" {
		query = query.Where("(actor = ? OR object = ?)", q.About, q.About)
	}
	if q.Before > 0 {
		query = query.Where("sequence < ?", q.Before)
	}
	if q.Limit > 0 {
		query = query.Limit(q.Limit)
	}
	var rows []auditRow
	if err := query.Find(&rows).Error; err != nil {
		return nil, failed(err, "read the record of what was done")
	}
	return eventsOf(rows), nil
}

func eventsOf(rows []auditRow) []models.AuditEvent {
	events := make([]models.AuditEvent, len(rows))
	for i, r := range rows {
		events[i] = models.AuditEvent(r)
	}
	return events
}

type reportRow struct {
	Consultation string `gorm:"primaryKey"`
	Version      int    `gorm:"primaryKey;autoIncrement:false"`
	Data         []byte
	Hash         string
	Day          string
	ProposedBy   string
	PublishedBy  string
	Struck       string
	Pack         []byte
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
