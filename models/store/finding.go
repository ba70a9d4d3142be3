package store

import (
	"context"

	"gorm.io/gorm"

	"heard/models"
)

type findingRow struct {
	Consultation string         `gorm:"primaryKey"`
	ID           string         `gorm:"primaryKey"`
	Version      int            `gorm:"primaryKey;autoIncrement:false"`
	Written      models.Finding `gorm:"serializer:json"`
	Account      string
	Day          string
}

func (findingRow) TableName() string { return "findings" }

func (r findingRow) model() models.Finding {
	f := r.Written
	f.ID, f.Consultation, f.Version, f.By, f.Day = r.ID, r.Consultation, r.Version, r.Account, r.Day
	return f
}

// AddFinding keeps the version f.Version of a finding, 1 for a new one, beside
// the earlier ones. It is a Conflict when it does not follow the latest, or that
// took the finding out.
func (s *Store) AddFinding(ctx context.Context, f models.Finding) error {
	row := findingRow{f.Consultation, f.ID, f.Version, f, f.By, f.Day}
	return s.add(ctx, f.Consultation, f.Version, &row, "keep the finding", "id = ?", f.ID)
}

// add keeps one more version of what where finds among a consultation's rows.
func (s *Store) add(ctx context.Context, consultation string, version int, row interface{ TableName() string }, doing, where, id string) error {
	return s.Tx(ctx, func(tx *Store) error {
		if err := tx.Lock(ctx, consultation); err != nil {
			return err
		}
		db := tx.db.WithContext(ctx)
		var latest int
		if err := db.Table(row.TableName()).Where("consultation = ?", consultation).Where(where, id).Select("COALESCE(MAX(version), 0)").Scan(&latest).Error; err != nil {
			return failed(err, doing)
		}
		if version != latest+1 {
			return models.NewError(models.KindConflict, changedSince)
		}
		return failed(db.Create(row).Error, doing)
	})
}

// Findings returns the latest version of every finding of a consultation that
// was not taken out, by id.
func (s *Store) Findings(ctx context.Context, consultation string) ([]models.Finding, error) {
	var rows []findingRow
	err := s.db.WithContext(ctx).Where("consultation = ?", consultation).Order("id, version DESC").Find(&rows).Error
	if err != nil {
		return nil, failed(err, "read the findings")
	}
	var all []models.Finding
	for i, r := range rows {
		if f := r.model(); (i == 0 || rows[i-1].ID != r.ID) && !f.Removed {
			all = append(all, f)
		}
	}
	return all, nil
}

// FindingVersions returns every version of a consultation's finding, the latest
// first; none where there is no such finding.
func (s *Store) FindingVersions(ctx context.Context, consultation, id string) ([]models.Finding, error) {
	var rows []findingRow
	err := s.db.WithContext(ctx).Where("consultation = ? AND id = ?", consultation, id).Order("version DESC").Find(&rows).Error
	if err != nil {
		return nil, failed(err, "read the finding")
	}
	var all []models.Finding
	for _, r := range rows {
		all = append(all, r.model())
	}
	return all, nil
}

type sectionRow struct {
	Consultation string         `gorm:"primaryKey"`
	Section      string         `gorm:"primaryKey"`
	Version      int            `gorm:"primaryKey;autoIncrement:false"`
	Written      models.Section `gorm:"serializer:json"`
	Account      string
	Day          string
}

func (sectionRow) TableName() string { return "sections" }

func (r sectionRow) model() models.Section {
	w := r.Written
	w.ID, w.Consultation, w.Version, w.By, w.Day = r.Section, r.Consultation, r.Version, r.Account, r.Day
	return w
}

// AddSection keeps the version w.Version of a written section, 1 for the first,
// beside the earlier ones. It is a Conflict when it does not follow the latest.
func (s *Store) AddSection(ctx context.Context, w models.Section) error {
	row := sectionRow{w.Consultation, w.ID, w.Version, w, w.By, w.Day}
	return s.add(ctx, w.Consultation, w.Version, &row, "keep the section", "section = ?", w.ID)
}

// Sections returns the latest version of every written section of a
// consultation, by its id.
func (s *Store) Sections(ctx context.Context, consultation string) (map[string]models.Section, error) {
	var rows []sectionRow
	err := s.db.WithContext(ctx).Where("consultation = ?", consultation).Order("section, version").Find(&rows).Error
	if err != nil {
		return nil, failed(err, "read the sections")
	}
	all := map[string]models.Section{}
	for _, r := range rows {
		all[r.Section] = r.model()
	}
	return all, nil
}

// SectionVersions returns every version of a written section, the latest first.
func (s *Store) SectionVersions(ctx context.Context, consultation, section string) ([]models.Section, error) {
	var rows []sectionRow
	err := s.db.WithContext(ctx).Where("consultation = ? AND section = ?", consultation, section).Order("version DESC").Find(&rows).Error
	if err != nil {
		return nil, failed(err, "read the section")
	}
	var all []models.Section
	for _, r := range rows {
		all = append(all, r.model())
	}
	return all, nil
}

type populationRow struct {
	ID           string `gorm:"primaryKey"`
	Consultation string
	Version      int
	Group        string `gorm:"column:respondent_group"`
	Label        string
	Figure       int
	Source       string
	Day          string
	By           string `gorm:"column:account"`
	Written      string `gorm:"column:entered"`
}

func (populationRow) TableName() string { return "population" }

// SavePopulation keeps the version p.Version of a figure, 1 for a new one. It is a
// Conflict when it does not follow the one that is kept.
func (s *Store) SavePopulation(ctx context.Context, p models.Population) error {
	row := populationRow(p)
	return s.next(ctx, p.Consultation, p.Version, &row, "keep the figure", func(db *gorm.DB) *gorm.DB {
		return db.Where("id = ? AND consultation = ?", p.ID, p.Consultation)
	})
}

// Population returns every figure that was entered for a consultation.
func (s *Store) Population(ctx context.Context, consultation string) ([]models.Population, error) {
	var rows []populationRow
	err := s.db.WithContext(ctx).Where("consultation = ?", consultation).Order("respondent_group, label, id").Find(&rows).Error
	if err != nil {
		return nil, failed(err, "read the figures")
	}
	list := make([]models.Population, len(rows))
	for i, r := range rows {
		list[i] = models.Population(r)
	}
	return list, nil
}

// DeletePopulation takes a figure out. It is a Conflict when it is not of the
// version that was seen.
func (s *Store) DeletePopulation(ctx context.Context, consultation, id string, version int) error {
	done := s.db.WithContext(ctx).Where("id = ? AND consultation = ? AND version = ?", id, consultation, version).Delete(&populationRow{})
	if done.Error == nil && done.RowsAffected == 0 {
		return models.NewError(models.KindConflict, "Somebody else has changed this figure or taken it out meanwhile. Look at it again.")
	}
	return failed(done.Error, "take the figure out")
}
