package consult_test

import (
	"slices"
	"strings"
	"testing"

	"heard/app/consult"
	"heard/models"
)

// A draft of the language model stands in the report once a person has approved
// it as they read it, and as long as everybody it cites is quoted there.
func TestAnApprovedDraftStandsInTheReport(t *testing.T) {
	k := one(t)
	c := k.full(t)
	run, err := k.store.ThemeRun(ctx, c.ID)
	noError(t, err)
	quoted := run.Quotes[0]
	at := slices.IndexFunc(run.Themes, func(t models.Theme) bool { return t.ID == quoted.Theme })
	run.Themes[at].Draft = []models.Sentence{{Text: "People write about this.", Cites: []string{quoted.Submission}}}
	noError(t, k.store.SaveThemes(ctx, *run))
	in := func() *models.ReportDraft {
		t.Helper()
		r, err := k.DraftReport(ctx, officer, c)
		noError(t, err)
		i := slices.IndexFunc(r.Themes, func(t models.ReportTheme) bool { return t.ID == quoted.Theme })
		return r.Themes[i].ApprovedDraft
	}
	version := func() int {
		t.Helper()
		theme, err := k.store.Theme(ctx, quoted.Theme)
		noError(t, err)
		return theme.Version
	}
	if in() != nil {
		t.Error("a draft that nobody approved stands in the report")
	}
	seen := consult.DraftSeen(run.Themes[at].Draft)
	wantKind(t, "approving another draft than was read", k.ApproveDraft(ctx, officer, c, quoted.Theme, version(), "other", true), models.KindConflict)
	wantKind(t, "approving a theme that was changed", k.ApproveDraft(ctx, officer, c, quoted.Theme, version()-1, seen, true), models.KindConflict)
	noError(t, k.ApproveDraft(ctx, officer, c, quoted.Theme, version(), seen, true))
	if d := in(); d == nil || len(d.Sentences) != 1 || d.Sentences[0].Text != "People write about this." || len(d.Sentences[0].Quoted) != 1 {
		t.Errorf("the approved draft is %+v", d)
	}
	if d, ok, err := k.ApprovedDraft(ctx, officer, c, quoted.Theme); err != nil || !ok || d.Theme != quoted.Theme || strings.TrimSpace(d.By) == "" {
		t.Errorf("approved: %+v, %t, %v", d, ok, err)
	}
	noError(t, k.ApproveDraft(ctx, officer, c, quoted.Theme, version(), "", false))
	if in() != nil {
		t.Error("a draft that was taken back stands in the report")
	}
}
