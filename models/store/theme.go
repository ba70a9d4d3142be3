package store

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"heard/models"
)

type runRow struct {
	Consultation string `gorm:"primaryKey"`
	Seed         int64  // the bits of the unsigned seed
	Documents    int
	Method       value[models.Method]
}

func (runRow) TableName() string { return "theme_runs" }

type themeRow struct {
	ID             string `gorm:"primaryKey"`
	Consultation   string
	Position       int
	Label          string
	MachineLabel   string
	NameFrom       string
	Renamed        bool
	Keywords       list
	DistinctiveFor list
	Status         models.ThemeStatus
	MergedInto     string
	Version        int
	Definition     string
	Parent         string
	Reason         string
	MadeBy         string
	SuggestedLabel string
	Draft          value[[]models.Sentence]
}

func (themeRow) TableName() string { return "themes" }

func themeRowOf(t models.Theme, position int) themeRow {
	row := themeRow{
		ID: t.ID, Consultation: t.Consultation, Position: position, Label: t.Label, MachineLabel: t.MachineLabel, NameFrom: t.NameFrom, Renamed: t.Renamed,
		Keywords: t.Keywords, DistinctiveFor: t.DistinctiveFor, Status: t.Status, MergedInto: t.MergedInto, Version: t.Version,
		Definition: t.Definition, Parent: t.Parent, Reason: t.Reason, MadeBy: t.MadeBy, SuggestedLabel: t.SuggestedLabel,
		Draft: value[[]models.Sentence]{t.Draft},
	}
	if row.Status == "" {
		row.Status = models.ThemeCandidate
	}
	return row
}

func (r *themeRow) model() models.Theme {
	return models.Theme{
		ID: r.ID, Consultation: r.Consultation, Label: r.Label, MachineLabel: r.MachineLabel, NameFrom: r.NameFrom, Renamed: r.Renamed,
		Keywords: r.Keywords, DistinctiveFor: r.DistinctiveFor, Status: r.Status, MergedInto: r.MergedInto, Version: r.Version,
		Definition: r.Definition, Parent: r.Parent, Reason: r.Reason, MadeBy: r.MadeBy, SuggestedLabel: r.SuggestedLabel, Draft: r.Draft.of,
	}
}

type placementRow struct {
	Theme      string `gorm:"primaryKey"`
	Submission string `gorm:"primaryKey"`
	Question   string `gorm:"primaryKey"`
	Score      float64
}

func (placementRow) TableName() string { return "placements" }

type quoteRow struct {
	Consultation    string `gorm:"primaryKey"`
	Position        int    `gorm:"primaryKey;autoIncrement:false"`
	Theme           string
	Submission      string
	Question        string
	RespondentGroup string
	Starts          int
	Ends            int
	SHA256          string `gorm:"column:sha256"`
}

func (quoteRow) TableName() string { return "quotes" }

type campaignRow struct {
	Consultation string `gorm:"primaryKey"`
	ID           string `gorm:"primaryKey"`
	Position     int
	Template     string
}

func (campaignRow) TableName() string { return "campaigns" }

type memberRow struct {
	Consultation string `gorm:"primaryKey"`
	Campaign     string `gorm:"primaryKey"`
	Position     int    `gorm:"primaryKey;autoIncrement:false"`
	Submission   string
}

func (memberRow) TableName() string { return "campaign_members" }

// SaveThemes makes a consultation's themes, the engine's placements, quotes and
// campaigns those of the run. Themes that are no longer in it go, but for one
// that people coded in: a run without it cannot be saved. What people coded
// stays as it is. It is a Conflict, and nothing changes, when
// somebody has decided on one of the themes since the run read them (its
// version is higher than the run's), so that no decision is lost: run again.
func (s *Store) SaveThemes(ctx context.Context, run models.ThemeRun) error {
	const doing = "save the themes"
	themes := make([]themeRow, len(run.Themes))
	versions := map[string]int{}
	for i, t := range run.Themes {
		if t.Consultation != "" && t.Consultation != run.Consultation {
			return fmt.Errorf("cannot %s: theme %s belongs to %s: expected %s", doing, t.ID, t.Consultation, run.Consultation)
		}
		versions[t.ID] = t.Version
		t.Consultation = run.Consultation
		themes[i] = themeRowOf(t, i)
	}
	placements := make([]placementRow, len(run.Placements))
	for i, p := range run.Placements {
		placements[i] = placementRow(p)
	}
	quotes := make([]quoteRow, len(run.Quotes))
	for i, q := range run.Quotes {
		quotes[i] = quoteRow{
			Consultation: run.Consultation, Position: i, Theme: q.Theme, Submission: q.Submission, Question: q.Question,
			RespondentGroup: q.Group, Starts: q.Start, Ends: q.End, SHA256: q.SHA256,
		}
	}
	campaigns := make([]campaignRow, len(run.Campaigns))
	var members []memberRow
	for i, c := range run.Campaigns {
		campaigns[i] = campaignRow{Consultation: run.Consultation, ID: c.ID, Position: i, Template: c.Template}
		s.letters(run.Consultation).sealed(campaigns[i].places())
		for j, m := range c.Members {
			members = append(members, memberRow{Consultation: run.Consultation, Campaign: c.ID, Position: j, Submission: m})
		}
	}
	return s.Tx(ctx, func(tx *Store) error {
		if err := tx.Lock(ctx, run.Consultation); err != nil {
			return err
		}
		decided, err := tx.Themes(ctx, run.Consultation)
		if err != nil {
			return err
		}
		for _, t := range decided {
			if version, ok := versions[t.ID]; ok && t.Version > version {
				return models.NewError(models.KindConflict, "Somebody has changed a theme meanwhile. Find the themes again.")
			}
		}
		db := tx.db.WithContext(ctx)
		known := map[string]bool{}
		var gone []string
		for _, t := range decided {
			known[t.ID] = true
			if _, stays := versions[t.ID]; !stays {
				gone = append(gone, t.ID)
			}
		}
		if err := db.Where("theme IN (?)", db.Model(&themeRow{}).Select("id").Where("consultation = ?", run.Consultation)).Delete(&placementRow{}).Error; err != nil {
			return failed(err, doing)
		}
		// Members go with their campaign.
		for _, table := range []any{&quoteRow{}, &campaignRow{}, &runRow{}} {
			if err := db.Where("consultation = ?", run.Consultation).Delete(table).Error; err != nil {
				return failed(err, doing)
			}
		}
		for some := range slices.Chunk(gone, chunk) {
			if err := db.Where("id IN ?", some).Delete(&themeRow{}).Error; err != nil {
				return failed(err, doing)
			}
		}
		err = db.Create(&runRow{Consultation: run.Consultation, Seed: int64(run.Seed), Documents: run.Documents, Method: value[models.Method]{run.Method}}).Error
		var added []themeRow
		for i := range themes {
			switch {
			case !known[themes[i].ID]:
				added = append(added, themes[i])
			case err == nil:
				err = db.Save(&themes[i]).Error
			}
		}
		if err == nil {
			err = insert(db, added)
		}
		if err == nil {
			err = insert(db, placements)
		}
		if err == nil {
			err = insert(db, quotes)
		}
		if err == nil {
			err = insert(db, campaigns)
		}
		if err == nil {
			err = insert(db, members)
		}
		return failed(err, doing)
	})
}

func insert[T any](db *gorm.DB, rows []T) error {
	for some := range slices.Chunk(rows, chunk) {
		if err := db.Create(some).Error; err != nil {
			return err
		}
	}
	return nil
}

// ThemeRun returns the run that was saved last, with what people have decided
// on its themes since.
func (s *Store) ThemeRun(ctx context.Context, consultation string) (*models.ThemeRun, error) {
	const doing = "read the themes"
	var row runRow
	if err := s.db.WithContext(ctx).Take(&row, "consultation = ?", consultation).Error; err != nil {
		return nil, found(err, doing, "The themes have not been looked for yet.")
	}
	run := models.ThemeRun{Consultation: consultation, Seed: uint64(row.Seed), Documents: row.Documents, Method: row.Method.of}
	var errs [4]error
	run.Themes, errs[0] = s.Themes(ctx, consultation)
	run.Placements, errs[1] = s.Placements(ctx, consultation)
	run.Quotes, errs[2] = s.Quotes(ctx, consultation)
	run.Campaigns, errs[3] = s.Campaigns(ctx, consultation)
	return &run, errors.Join(errs[:]...)
}

// ThemeMethod returns how the run that was saved last worked.
func (s *Store) ThemeMethod(ctx context.Context, consultation string) (models.Method, error) {
	var row runRow
	err := s.db.WithContext(ctx).Take(&row, "consultation = ?", consultation).Error
	return row.Method.of, found(err, "read the themes", "The themes have not been looked for yet.")
}

// Themes returns all of a consultation's themes, merged ones too, in the order
// of the run that was saved.
func (s *Store) Themes(ctx context.Context, consultation string) ([]models.Theme, error) {
	var rows []themeRow
	err := s.db.WithContext(ctx).Where("consultation = ?", consultation).Order("position").Find(&rows).Error
	if err != nil {
		return nil, failed(err, "read the themes")
	}
	themes := make([]models.Theme, len(rows))
	for i := range rows {
		themes[i] = rows[i].model()
	}
	return themes, nil
}

// Theme returns one theme.
func (s *Store) Theme(ctx context.Context, id string) (*models.Theme, error) {
	var row themeRow
	if err := s.db.WithContext(ctx).Take(&row, "id = ?", id).Error; err != nil {
		return nil, found(err, "read the theme", noTheme)
	}
	t := row.model()
	return &t, nil
}

// CreateTheme adds a theme that a person made, after the others.
func (s *Store) CreateTheme(ctx context.Context, t models.Theme) error {
	const doing = "add the theme"
	return s.Tx(ctx, func(tx *Store) error {
		if err := tx.Lock(ctx, t.Consultation); err != nil {
			return err
		}
		db := tx.db.WithContext(ctx)
		var last int
		if err := db.Model(&themeRow{}).Where("consultation = ?", t.Consultation).Select("COALESCE(MAX(position), -1)").Scan(&last).Error; err != nil {
			return failed(err, doing)
		}
		row := themeRowOf(t, last+1)
		return failed(db.Create(&row).Error, doing)
	})
}

// UpdateTheme writes what people decided on a theme (Label, Renamed, Status,
// MergedInto, Definition, Parent, Reason) and raises its version. It is a Conflict
// when the theme is no longer at t.Version.
func (s *Store) UpdateTheme(ctx context.Context, t models.Theme) error {
	const doing = "save the theme"
	done := s.db.WithContext(ctx).Model(&themeRow{}).Where("id = ? AND version = ?", t.ID, t.Version).Updates(map[string]any{
		"label": t.Label, "renamed": t.Renamed, "status": t.Status, "merged_into": t.MergedInto,
		"definition": t.Definition, "parent": t.Parent, "reason": t.Reason, "version": t.Version + 1,
	})
	if done.Error != nil || done.RowsAffected == 1 {
		return failed(done.Error, doing)
	}
	if _, err := s.Theme(ctx, t.ID); err != nil {
		return err
	}
	return models.NewError(models.KindConflict, "Somebody else has changed this theme. Look at it again before you change it.")
}

// MovePlacements moves the answers and quotes of one theme to another. An
// answer that is in both stays once, with the higher score.
func (s *Store) MovePlacements(ctx context.Context, from, to string) error {
	if from == to {
		return nil
	}
	themes := map[string]any{"from": from, "to": to}
	return s.Tx(ctx, func(tx *Store) error {
		for _, id := range []string{from, to} {
			if _, err := tx.Theme(ctx, id); err != nil {
				return err
			}
		}
		for _, statement := range []string{
			`UPDATE placements SET score = (SELECT f.score FROM placements f WHERE f.theme = @from AND f.submission = placements.submission AND f.question = placements.question)
			 WHERE theme = @to AND EXISTS (SELECT 1 FROM placements f WHERE f.theme = @from AND f.submission = placements.submission AND f.question = placements.question AND f.score > placements.score)`,
			`DELETE FROM placements WHERE theme = @from
			 AND EXISTS (SELECT 1 FROM placements t WHERE t.theme = @to AND t.submission = placements.submission AND t.question = placements.question)`,
			`UPDATE placements SET theme = @to WHERE theme = @from`,
			`DELETE FROM quotes WHERE theme = @from
			 AND EXISTS (SELECT 1 FROM quotes t WHERE t.theme = @to AND t.submission = quotes.submission AND t.question = quotes.question AND t.starts = quotes.starts AND t.ends = quotes.ends)`,
			`UPDATE quotes SET theme = @to WHERE theme = @from`,
		} {
			if err := tx.db.WithContext(ctx).Exec(statement, themes).Error; err != nil {
				return failed(err, "merge the themes")
			}
		}
		return nil
	})
}

// Placements returns in which of a consultation's themes the engine put which
// answers, by theme, submission and question. What people decided is in
// Codings.
func (s *Store) Placements(ctx context.Context, consultation string) ([]models.Placement, error) {
	var placements []models.Placement
	var p models.Placement
	err := readRows(s.db.WithContext(ctx).Table("placements AS p").Select("p.theme, p.submission, p.question, p.score").
		Joins("JOIN themes AS t ON t.id = p.theme").Where("t.consultation = ?", consultation).
		Order("p.theme, p.submission, p.question"), func() { placements = append(placements, p) }, &p.Theme, &p.Submission, &p.Question, &p.Score)
	return placements, failed(err, "read the themes")
}

// PlacementsOf returns in which themes the engine put the answers of some
// submissions.
func (s *Store) PlacementsOf(ctx context.Context, submissions []string) ([]models.Placement, error) {
	var placements []models.Placement
	for some := range slices.Chunk(submissions, chunk) {
		var rows []models.Placement
		err := s.db.WithContext(ctx).Table("placements").Select("theme, submission, question, score").
			Where("submission IN ?", some).Order("theme, submission, question").Scan(&rows).Error
		if err != nil {
			return nil, failed(err, "read the themes")
		}
		placements = append(placements, rows...)
	}
	return placements, nil
}

// Quotes returns the quotes of a consultation's themes, in the order of the
// run that was saved.
func (s *Store) Quotes(ctx context.Context, consultation string) ([]models.Quote, error) {
	var rows []quoteRow
	err := s.db.WithContext(ctx).Where("consultation = ?", consultation).Order("position").Find(&rows).Error
	if err != nil {
		return nil, failed(err, "read the quotes")
	}
	quotes := make([]models.Quote, len(rows))
	for i, r := range rows {
		quotes[i] = models.Quote{Theme: r.Theme, Submission: r.Submission, Question: r.Question, Group: r.RespondentGroup, Start: r.Starts, End: r.Ends, SHA256: r.SHA256}
	}
	return quotes, nil
}

// Campaigns returns a consultation's campaigns, in the order of the run that
// was saved.
func (s *Store) Campaigns(ctx context.Context, consultation string) ([]models.Campaign, error) {
	const doing = "read the campaigns"
	var rows []campaignRow
	if err := s.db.WithContext(ctx).Where("consultation = ?", consultation).Order("position").Find(&rows).Error; err != nil {
		return nil, failed(err, doing)
	}
	var members []memberRow
	if err := s.db.WithContext(ctx).Where("consultation = ?", consultation).Order("campaign, position").Find(&members).Error; err != nil {
		return nil, failed(err, doing)
	}
	of := map[string][]string{}
	for _, m := range members {
		of[m.Campaign] = append(of[m.Campaign], m.Submission)
	}
	campaigns := make([]models.Campaign, len(rows))
	for i, r := range rows {
		if err := s.letters(consultation).opened(r.places()); err != nil {
			return nil, failed(err, doing)
		}
		campaigns[i] = models.Campaign{ID: r.ID, Consultation: r.Consultation, Template: r.Template, Members: of[r.ID]}
	}
	return campaigns, nil
}
