package store

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"time"

	"gorm.io/gorm"

	"heard/models"
)

type consultationRow struct {
	ID      string `gorm:"primaryKey"`
	Version int
	Status  models.Status
	Closed  string // day, "" until it is closed
	Paused  bool
}

func (consultationRow) TableName() string { return "consultations" }

type versionRow struct {
	Consultation string `gorm:"primaryKey"`
	Version      int    `gorm:"primaryKey;autoIncrement:false"`
	Source       []byte
}

func (versionRow) TableName() string { return "consultation_versions" }

// SaveConsultation keeps a consultation as its YAML source. A new one starts
// as a draft; a higher version of a known one is added and earlier ones are
// kept. Saving the same again changes nothing; other bytes under the same
// version, or a lower version, are a Conflict.
func (s *Store) SaveConsultation(ctx context.Context, c *models.Consultation, source []byte) error {
	const doing = "save the consultation"
	written, err := models.ParseConsultation(c.ID+".yaml", source)
	if err != nil {
		return err
	}
	if written.ID != c.ID || written.Version != c.Version {
		return fmt.Errorf("cannot %s: its source is of %s version %d: expected %s version %d", doing, written.ID, written.Version, c.ID, c.Version)
	}
	return s.Tx(ctx, func(tx *Store) error {
		db := tx.db.WithContext(ctx)
		err := tx.Lock(ctx, c.ID)
		if models.KindOf(err) == models.KindNotFound {
			row := consultationRow{ID: c.ID, Version: c.Version, Status: models.StatusDraft}
			err := db.Create(&row).Error
			if err == nil {
				err = db.Create(&versionRow{Consultation: c.ID, Version: c.Version, Source: source}).Error
			}
			return saved(err, doing, "Somebody else has just saved this consultation. Look at it again.")
		}
		if err != nil {
			return err
		}
		var latest versionRow
		err = db.Order("version DESC").Take(&latest, "consultation = ?", c.ID).Error
		if err != nil {
			return failed(err, doing)
		}
		switch {
		case c.Version == latest.Version && bytes.Equal(source, latest.Source):
			return nil
		case c.Version == latest.Version:
			return models.NewError(models.KindConflict, fmt.Sprintf("Version %d of this consultation is already saved and says something else. Raise the version in the file.", c.Version))
		case c.Version < latest.Version:
			return models.NewError(models.KindConflict, fmt.Sprintf("Version %d of this consultation is already saved. Raise the version in the file above it.", latest.Version))
		}
		err = db.Create(&versionRow{Consultation: c.ID, Version: c.Version, Source: source}).Error
		if err == nil {
			err = db.Model(&consultationRow{}).Where("id = ?", c.ID).Update("version", c.Version).Error
		}
		return failed(err, doing)
	})
}

// Consultation returns the latest version of a consultation. What it returns
// is shared with other callers and must not be changed.
func (s *Store) Consultation(ctx context.Context, id string) (*models.Consultation, error) {
	rows, err := s.consultations(ctx, s.db.Where("id = ?", id))
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, models.NewError(models.KindNotFound, noConsultation)
	}
	return rows[0], nil
}

// ConsultationSource returns the YAML source of the latest version.
func (s *Store) ConsultationSource(ctx context.Context, id string) ([]byte, error) {
	var row versionRow
	err := s.db.WithContext(ctx).Order("version DESC").Take(&row, "consultation = ?", id).Error
	return row.Source, found(err, "read the consultation", noConsultation)
}

// Consultations returns the latest version of every consultation, by id. What
// it returns is shared with other callers and must not be changed.
func (s *Store) Consultations(ctx context.Context) ([]*models.Consultation, error) {
	return s.consultations(ctx, s.db)
}

func (s *Store) consultations(ctx context.Context, where *gorm.DB) ([]*models.Consultation, error) {
	var rows []consultationRow
	if err := where.WithContext(ctx).Order("id").Find(&rows).Error; err != nil {
		return nil, failed(err, "read the consultations")
	}
	list := make([]*models.Consultation, len(rows))
	for i, row := range rows {
		c, err := s.read(ctx, row.ID, row.Version)
		if err != nil {
			return nil, err
		}
		c.Status, c.ClosedOn, c.Paused = row.Status, row.Closed, row.Paused
		list[i] = c
	}
	return list, nil
}

// read returns a version of a consultation as it was written. The caller may set
// its fields but not change what they point to.
func (s *Store) read(ctx context.Context, id string, version int) (*models.Consultation, error) {
	e, ok := s.parsed.get(id)
	if !ok || e.version != version {
		var row versionRow
		if err := s.db.WithContext(ctx).Take(&row, "consultation = ? AND version = ?", id, version).Error; err != nil {
			return nil, failed(err, "read the consultations")
		}
		c, err := models.ParseConsultation(id+".yaml", row.Source)
		if err != nil {
			return nil, fmt.Errorf("cannot read the saved consultation %s: %w", id, err)
		}
		e = entry{version, c}
		if s.unit == nil { // else the transaction that saved it may yet be taken back
			s.parsed.put(id, e)
		}
	}
	c := *e.consultation
	return &c, nil
}

// MoveStatus moves a consultation on. It is a Conflict when the consultation
// is not in from.
func (s *Store) MoveStatus(ctx context.Context, id string, from, to models.Status) error {
	const doing = "move the consultation on"
	change := map[string]any{"status": to}
	if to == models.StatusClosed {
		change["closed"] = s.now().Format(time.DateOnly)
	}
	done := s.db.WithContext(ctx).Model(&consultationRow{}).Where("id = ? AND status = ?", id, from).Updates(change)
	if done.Error != nil || done.RowsAffected == 1 {
		return failed(done.Error, doing)
	}
	var row consultationRow
	if err := s.db.WithContext(ctx).Take(&row, "id = ?", id).Error; err != nil {
		return found(err, doing, noConsultation)
	}
	return models.NewError(models.KindConflict, fmt.Sprintf("The consultation is %s, not %s. Somebody else may have moved it on.", row.Status, from))
}

// SetPaused stops an open consultation for a while, or lets it go on. It is a
// Conflict when the consultation is not open, or is so already.
func (s *Store) SetPaused(ctx context.Context, id string, paused bool) error {
	done := s.db.WithContext(ctx).Model(&consultationRow{}).
		Where("id = ? AND status = ? AND paused = ?", id, models.StatusOpen, !paused).Update("paused", paused)
	if done.Error == nil && done.RowsAffected == 0 {
		return models.NewError(models.KindConflict, "The consultation is not open, or somebody else has just done this.")
	}
	return failed(done.Error, "pause the consultation")
}

// parsed remembers the consultations that were read last: every page needs one, and
// fetching and reading the file takes longer than all else that most do. A version
// that is saved never changes.
type parsed struct {
	mu    sync.Mutex
	known map[string]entry // by consultation
}

type entry struct {
	version      int
	consultation *models.Consultation
}

func (p *parsed) get(id string) (entry, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	e, ok := p.known[id]
	return e, ok
}

func (p *parsed) put(id string, e entry) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known == nil {
		p.known = map[string]entry{}
	}
	p.known[id] = e
}
