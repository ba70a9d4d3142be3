package store

import (
	"bytes"
	"context"

	"gorm.io/gorm/clause"

	"heard/models"
)

func (r reportRow) version() models.Version {
	return models.Version{Consultation: r.Consultation, Number: r.Version, Hash: r.Hash, Day: r.Day, ProposedBy: r.ProposedBy, PublishedBy: r.PublishedBy, Struck: r.Struck}
}

type countedRow struct {
	Consultation string `gorm:"primaryKey"`
	Version      int    `gorm:"primaryKey;autoIncrement:false"`
	Submission   string `gorm:"primaryKey"`
}

func (countedRow) TableName() string { return "report_members" }

type proposalRow struct {
	Consultation string `gorm:"primaryKey"`
	Number       int
	Data         []byte
	Hash         string
	Members      value[[]string]
	Pack         []byte
	Day          string
	Account      string
	Reason       string
	ReturnedBy   string
	ReturnedDay  string
}

func (proposalRow) TableName() string { return "report_proposals" }

// SaveProposal keeps the version of a report that waits for a second person, or
// was sent back by one, in place of an earlier proposal of the consultation.
func (s *Store) SaveProposal(ctx context.Context, p models.ReportProposal) error {
	row := proposalRow{p.Consultation, p.Number, p.Data, p.Hash, value[[]string]{p.Members}, p.Pack, p.Day, p.By, p.Reason, p.ReturnedBy, p.ReturnedDay}
	return failed(s.db.WithContext(ctx).Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error, "save the proposed report")
}

// Proposal returns the version that was proposed last and is not published; nil
// for none.
func (s *Store) Proposal(ctx context.Context, consultation string) (*models.ReportProposal, error) {
	var rows []proposalRow
	if err := s.db.WithContext(ctx).Find(&rows, "consultation = ?", consultation).Error; err != nil || len(rows) == 0 {
		return nil, failed(err, "read the proposed report")
	}
	r := rows[0]
	return &models.ReportProposal{Consultation: r.Consultation, Number: r.Number, Data: r.Data, Hash: r.Hash, Members: r.Members.of, Pack: r.Pack, Day: r.Day, By: r.Account,
		Reason: r.Reason, ReturnedBy: r.ReturnedBy, ReturnedDay: r.ReturnedDay}, nil
}

// PublishVersion makes a proposal the next version of its report, for good. It is
// a Conflict when there is one of its number.
func (s *Store) PublishVersion(ctx context.Context, p *models.ReportProposal, day, by string) error {
	const doing = "publish the report"
	return s.Tx(ctx, func(tx *Store) error {
		db := tx.db.WithContext(ctx)
		row := reportRow{Consultation: p.Consultation, Version: p.Number, Data: p.Data, Hash: p.Hash, Day: day, ProposedBy: p.By, PublishedBy: by, Pack: p.Pack}
		if err := saved(db.Create(&row).Error, doing, "This version of the report is published already."); err != nil {
			return err
		}
		members := make([]countedRow, len(p.Members))
		for i, m := range p.Members {
			members[i] = countedRow{p.Consultation, p.Number, m}
		}
		if err := insert(db, members); err != nil {
			return failed(err, doing)
		}
		return failed(db.Delete(&proposalRow{}, "consultation = ?", p.Consultation).Error, doing)
	})
}

// Versions returns the published versions of a report, the newest first.
func (s *Store) Versions(ctx context.Context, consultation string) ([]models.Version, error) {
	var rows []reportRow
	err := s.db.WithContext(ctx).Omit("data", "pack").Where("consultation = ?", consultation).Order("version DESC").Find(&rows).Error
	if err != nil {
		return nil, failed(err, "read the versions of the report")
	}
	versions := make([]models.Version, len(rows))
	for i, r := range rows {
		versions[i] = r.version()
	}
	return versions, nil
}

// ReportVersion returns one published version of a report with its bytes and the
// councillors' pack that goes with it.
func (s *Store) ReportVersion(ctx context.Context, consultation string, number int) (v models.Version, data, pack []byte, err error) {
	var row reportRow
	err = s.db.WithContext(ctx).Take(&row, "consultation = ? AND version = ?", consultation, number).Error
	return row.version(), row.Data, row.Pack, found(err, "read the report", noReport)
}

// StrikeReport puts other bytes in place of a version's, out of which words were
// taken; its hash stays that of what was published. Bytes that are the same change
// nothing.
func (s *Store) StrikeReport(ctx context.Context, consultation string, number int, data []byte, day string) error {
	return s.Tx(ctx, func(tx *Store) error {
		db := tx.db.WithContext(ctx)
		var row reportRow
		if err := db.Take(&row, "consultation = ? AND version = ?", consultation, number).Error; err != nil {
			return found(err, "read the report", noReport)
		}
		if bytes.Equal(row.Data, data) {
			return nil
		}
		return failed(db.Model(&reportRow{}).Where("consultation = ? AND version = ?", consultation, number).
			Updates(map[string]any{"data": data, "struck": day}).Error, "take words out of the report")
	})
}

// Counted returns the submissions that are counted in any version of the
// consultation's report, each with the first of them.
func (s *Store) Counted(ctx context.Context, consultation string) (map[string]int, error) {
	var rows []countedRow
	err := s.db.WithContext(ctx).Where("consultation = ?", consultation).Order("version DESC").Find(&rows).Error
	if err != nil {
		return nil, failed(err, "read who is counted in the report")
	}
	counted := make(map[string]int, len(rows))
	for _, r := range rows {
		counted[r.Submission] = r.Version
	}
	return counted, nil
}

// CountedIn returns the versions of a report that a submission is counted in, the
// first first.
func (s *Store) CountedIn(ctx context.Context, submission string) (versions []int, err error) {
	err = s.db.WithContext(ctx).Model(&countedRow{}).Where("submission = ?", submission).Order("version").Pluck("version", &versions).Error
	return versions, failed(err, "read where the submission is counted")
}

type objectionRow struct {
	Submission string `gorm:"primaryKey"`
	Day        string
	Text       string
	State      string
	Reason     string
	Account    string
	Decided    string
	Version    int
}

func (objectionRow) TableName() string { return "objections" }

func (r objectionRow) model() models.Objection {
	return models.Objection{Submission: r.Submission, Day: r.Day, Text: r.Text, State: models.ObjectionState(r.State), Reason: r.Reason, By: r.Account, Decided: r.Decided, Version: r.Version}
}

// SaveObjection keeps what the author of a submission objects to, or what was
// decided on it. o.Version is one more than the version that was seen; it is a
// Conflict when there is a later one.
func (s *Store) SaveObjection(ctx context.Context, o models.Objection) error {
	const doing = "save the objection"
	return s.Tx(ctx, func(tx *Store) error {
		db := tx.db.WithContext(ctx)
		row := objectionRow{o.Submission, o.Day, o.Text, string(o.State), o.Reason, o.By, o.Decided, o.Version}
		const taken = "Somebody else has changed this objection since you opened the page. Look at it again, then decide."
		w, err := tx.wordsTo(ctx, o.Submission)
		if err != nil {
			return failed(err, doing)
		}
		w.sealed(row.places())
		if o.Version == 1 {
			return saved(db.Create(&row).Error, doing, taken)
		}
		done := db.Model(&objectionRow{}).Where("submission = ? AND version = ?", o.Submission, o.Version-1).Select("*").Updates(&row)
		if done.Error == nil && done.RowsAffected == 0 {
			return models.NewError(models.KindConflict, taken)
		}
		return failed(done.Error, doing)
	})
}

// Objection returns the objection of a submission's author; nil for none.
func (s *Store) Objection(ctx context.Context, submission string) (*models.Objection, error) {
	var rows []objectionRow
	if err := s.db.WithContext(ctx).Find(&rows, "submission = ?", submission).Error; err != nil || len(rows) == 0 {
		return nil, failed(err, "read the objection")
	}
	all, err := s.objections(ctx, rows)
	if err != nil {
		return nil, err
	}
	return &all[0], nil
}

// Objections returns the objections of authors whose submissions count, those
// that wait first, then by day and submission.
func (s *Store) Objections(ctx context.Context, consultation string) ([]models.Objection, error) {
	var rows []objectionRow
	err := s.db.WithContext(ctx).Table("objections AS o").Select("o.*").
		Joins("JOIN submissions AS s ON s.id = o.submission").
		Where("s.consultation = ? AND s.status = ?", consultation, string(models.SubmissionLive)).
		Order("CASE o.state WHEN '' THEN 0 ELSE 1 END, o.day, o.submission").Scan(&rows).Error
	if err != nil {
		return nil, failed(err, "read the objections")
	}
	return s.objections(ctx, rows)
}

// objections opens objections.
func (s *Store) objections(ctx context.Context, rows []objectionRow) ([]models.Objection, error) {
	if err := openRows(ctx, s, rows, func(r *objectionRow) string { return r.Submission }); err != nil {
		return nil, failed(err, "read the objections")
	}
	all := make([]models.Objection, len(rows))
	for i, r := range rows {
		all[i] = r.model()
	}
	return all, nil
}

type packRead struct {
	Consultation string `gorm:"primaryKey"`
	Version      int    `gorm:"primaryKey;autoIncrement:false"`
	Part         string `gorm:"primaryKey"`
	Reader       string `gorm:"primaryKey"`
}

func (packRead) TableName() string { return "pack_reads" }

// ReadPack counts a reader of a part of a pack, once. reader is a keyed hash, from
// which nobody can tell who it was.
func (s *Store) ReadPack(ctx context.Context, consultation string, version int, part, reader string) error {
	err := s.db.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&packRead{consultation, version, part, reader}).Error
	return failed(err, "count a reader")
}

// PackReads returns how many read each part of a pack, and which of them reader
// did.
func (s *Store) PackReads(ctx context.Context, consultation string, version int, reader string) (parts map[string]int, own map[string]bool, err error) {
	var rows []packRead
	if err := s.db.WithContext(ctx).Where("consultation = ? AND version = ?", consultation, version).Find(&rows).Error; err != nil {
		return nil, nil, failed(err, "read how many read the pack")
	}
	parts, own = map[string]int{}, map[string]bool{}
	for _, r := range rows {
		parts[r.Part]++
		own[r.Part] = own[r.Part] || r.Reader == reader
	}
	return parts, own, nil
}

// StatusDays returns the acts that moved a consultation on or published its
// report, the first first. They were done by people who act for the council, and
// are public; who they were is not returned.
func (s *Store) StatusDays(ctx context.Context, consultation string) ([]models.AuditEvent, error) {
	var rows []auditRow
	actions := []string{"report.published"}
	for _, st := range models.Statuses() {
		actions = append(actions, "consultation."+string(st))
	}
	err := s.db.WithContext(ctx).Select("sequence", "day", "action", "object").
		Where("consultation = ? AND action IN ? AND NOT undone", consultation, actions).Order("sequence").Find(&rows).Error
	if err != nil {
		return nil, failed(err, "read when the consultation moved on")
	}
	return eventsOf(rows), nil
}
