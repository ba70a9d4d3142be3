package storetest

import (
	"testing"

	"heard/models"
)

// testApprovedDrafts keeps what people approved of drafts, one a theme, which goes
// with the theme.
func testApprovedDrafts(t *testing.T, url string) {
	s := OpenURL(t, url)
	cited := Seed(t, s, 3)
	theme := func(id string) models.Theme {
		return models.Theme{ID: id, Consultation: square, Label: id, MachineLabel: id, Status: models.ThemeCandidate, Version: 1}
	}
	noError(t, s.SaveThemes(ctx, models.ThemeRun{Consultation: square, Themes: []models.Theme{theme("a"), theme("b")}}))
	first := models.ApprovedDraft{Theme: "a", Consultation: square, Sentences: []models.Sentence{{Text: "Lamps.", Cites: []string{"s1"}}}, By: "u1", Day: "2026-11-02"}
	second := first
	second.Sentences, second.Day = []models.Sentence{{Text: "More lamps.", Cites: []string{"s1", "s2"}}}, "2026-11-03"
	other := models.ApprovedDraft{Theme: "b", Consultation: square, Sentences: []models.Sentence{{Text: "Bins.", Cites: []string{"s3"}}}, By: "u1", Day: "2026-11-02"}
	for _, d := range []models.ApprovedDraft{first, second, other} {
		noError(t, s.ApproveDraft(ctx, d))
	}
	all := must[map[string]models.ApprovedDraft](t)
	wantSame(t, "approved drafts", all(s.ApprovedDrafts(ctx, square)), map[string]models.ApprovedDraft{"a": second, "b": other})
	noError(t, s.UnapproveDraft(ctx, "b"))
	wantSame(t, "after one was taken back", all(s.ApprovedDrafts(ctx, square)), map[string]models.ApprovedDraft{"a": second})
	// Whoever takes words back takes the sentences with them that rest on them.
	resting := second
	resting.Sentences = []models.Sentence{{Text: "Lamps.", Cites: []string{cited[0].ID}}, {Text: "More.", Cites: []string{cited[1].ID}}, {Text: "Bins.", Cites: []string{cited[2].ID}}}
	noError(t, s.ApproveDraft(ctx, resting))
	noError(t, s.EraseAnswers(ctx, cited[0].ID))
	resting.Sentences = resting.Sentences[1:]
	wantSame(t, "after one was erased", all(s.ApprovedDrafts(ctx, square)), map[string]models.ApprovedDraft{"a": resting})
	went := must[[]models.Sentence](t)(s.ForgetApproved(ctx, square, func(m models.Sentence) bool { return m.Text == "More." }))
	wantSame(t, "what went", went, resting.Sentences[:1])
	if none := must[[]models.Sentence](t)(s.ForgetApproved(ctx, "elsewhere", func(models.Sentence) bool { return true })); len(none) > 0 {
		t.Errorf("of another consultation went %v", none)
	}
	noError(t, s.EraseAnswers(ctx, cited[2].ID))
	wantSame(t, "after all were erased", all(s.ApprovedDrafts(ctx, square)), map[string]models.ApprovedDraft{})
	noError(t, s.ApproveDraft(ctx, second))
	noError(t, s.SaveThemes(ctx, models.ThemeRun{Consultation: square}))
	wantSame(t, "after their themes went", all(s.ApprovedDrafts(ctx, square)), map[string]models.ApprovedDraft{})
}
