package storetest

import (
	"testing"

	"heard/models"
)

// testFrame keeps versions of a code frame.
func testFrame(t *testing.T, url string) {
	s := OpenURL(t, url)
	Seed(t, s, 1)
	wantSame(t, "version before any", must[models.FrameVersion](t)(s.FrameVersion(ctx, square)), models.FrameVersion{})
	first := models.FrameVersion{Number: 1, By: "u1", Day: "2026-11-01", Themes: []models.FrameTheme{{ID: "t1", Label: "Lamps", Status: models.ThemeCandidate}}}
	second := models.FrameVersion{Number: 2, By: "u2", Day: "2026-11-02", Themes: []models.FrameTheme{
		{ID: "t1", Label: "Lamps", Definition: "More light.", Parent: "t2", Status: models.ThemeApproved},
		{ID: "t2", Reason: "The railway decides.", Status: models.ThemeOutOfScope}, {ID: "t3", Status: models.ThemeMerged, MergedInto: "t1"}}}
	for _, v := range []models.FrameVersion{first, second} {
		noError(t, s.AddFrameVersion(ctx, square, v))
	}
	if err := s.AddFrameVersion(ctx, square, second); err == nil {
		t.Error("a version was kept twice")
	}
	wantSame(t, "latest version", must[models.FrameVersion](t)(s.FrameVersion(ctx, square)), second)
	wantSame(t, "versions", must[[]models.FrameVersion](t)(s.FrameVersions(ctx, square)), []models.FrameVersion{first, second})
}
