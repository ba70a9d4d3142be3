package storetest

import (
	"slices"
	"testing"

	"heard/models"
)

func testFindings(t *testing.T, url string) {
	s := OpenURL(t, url)
	Save(t, s, []byte(Invented))
	Save(t, s, Version("a-park", 1))

	first := models.Finding{ID: "f1", Consultation: square, Version: 1, Place: 20, Statement: models.Prose{Text: "Lamps, “{count theme:t1}”.", Read: "Lamps, “38”."}, Restriction: "R1", Limb: models.LimbEffect,
		For: models.FindingSupport{Themes: []string{"t1"}, Submissions: []string{"P00001"}}, NoneAgainst: models.Prose{Text: "Nobody."}, Signed: "Ada Tremlett", Day: "2026-12-20", By: "u1"}
	second := first
	second.Version, second.By, second.Status, second.Will = 2, "u2", models.FindingPartly, models.Prose{Text: "More lamps."}
	other := models.Finding{ID: "f0", Consultation: square, Version: 1, Place: 30, Limb: models.LimbProcess, Day: "2026-12-20", By: "u1"}
	for _, f := range []models.Finding{first, second, other} {
		noError(t, s.AddFinding(ctx, f))
	}
	wantKind(t, s.AddFinding(ctx, second), models.KindConflict)
	nowhere := first
	nowhere.Consultation = "nowhere"
	wantKind(t, s.AddFinding(ctx, nowhere), models.KindNotFound)
	wantSame(t, "findings", must[[]models.Finding](t)(s.Findings(ctx, square)), []models.Finding{other, second})
	wantSame(t, "versions", must[[]models.Finding](t)(s.FindingVersions(ctx, square, "f1")), []models.Finding{second, first})
	if got := slices.Concat(must[[]models.Finding](t)(s.Findings(ctx, "a-park")), must[[]models.Finding](t)(s.FindingVersions(ctx, "a-park", "f1"))); len(got) > 0 {
		t.Errorf("another consultation has %v", got)
	}
	gone := second
	gone.Version, gone.Removed = 3, true
	noError(t, s.AddFinding(ctx, gone))
	wantSame(t, "findings after one was taken out", must[[]models.Finding](t)(s.Findings(ctx, square)), []models.Finding{other})

	section := models.Section{ID: "rights-R1", Consultation: square, Version: 1, Parts: map[string]*models.Prose{"10": {Text: "Expression.", Read: "Expression."}}, Day: "2026-12-20", By: "u1"}
	later := section
	later.Version, later.By, later.Parts = 2, "u2", map[string]*models.Prose{"11": {Text: "Assembly."}}
	noError(t, s.AddSection(ctx, section))
	wantKind(t, s.AddSection(ctx, section), models.KindConflict)
	noError(t, s.AddSection(ctx, later))
	wantSame(t, "sections", must[map[string]models.Section](t)(s.Sections(ctx, square)), map[string]models.Section{"rights-R1": later})
	wantSame(t, "versions of a section", must[[]models.Section](t)(s.SectionVersions(ctx, square, "rights-R1")), []models.Section{later, section})
	if got := must[map[string]models.Section](t)(s.Sections(ctx, "a-park")); len(got) > 0 {
		t.Errorf("another consultation has %v", got)
	}

	figure := models.Population{ID: "p1", Consultation: square, Version: 1, Group: "resident", Figure: 8120, Source: "Census 2021, TS001", Day: "2021-03-21", By: "u1", Written: "2026-12-20"}
	noError(t, s.SavePopulation(ctx, figure))
	wantKind(t, s.SavePopulation(ctx, figure), models.KindConflict)
	figure.Version, figure.Group, figure.Label, figure.Figure = 2, "", "Children", 0
	noError(t, s.SavePopulation(ctx, figure))
	wantKind(t, s.SavePopulation(ctx, figure), models.KindConflict)
	wantSame(t, "figures", must[[]models.Population](t)(s.Population(ctx, square)), []models.Population{figure})
	moved := figure
	moved.Consultation, moved.Version = "a-park", 3
	wantKind(t, s.SavePopulation(ctx, moved), models.KindConflict)
	wantKind(t, s.DeletePopulation(ctx, "a-park", "p1", 2), models.KindConflict)
	wantKind(t, s.DeletePopulation(ctx, square, "p1", 1), models.KindConflict)
	noError(t, s.DeletePopulation(ctx, square, "p1", 2))
	if got := must[[]models.Population](t)(s.Population(ctx, square)); len(got) > 0 {
		t.Errorf("left are %v", got)
	}
}
