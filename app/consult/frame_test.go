package consult_test

import (
	"slices"
	"testing"

	"heard/app/consult"
	"heard/models"
)

// Each change that people make of the code frame is a version of it, and a run
// of the engine is none; an answer is kept with the version it was coded under.
func TestFrameVersions(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.themed(t, "lantern-square", 8)
		k.refresh(t, c)
		themes := live(k.refresh(t, c))
		versions := func(want ...string) []consult.FrameChange {
			t.Helper()
			list, err := k.FrameVersions(ctx, officer, c)
			noError(t, err)
			if len(list) != len(want) {
				t.Fatalf("%d versions, want %d: %+v", len(list), len(want), list)
			}
			for i, v := range list {
				if v.Number != len(list)-i || len(v.Themes) != 1 || v.Themes[0].Name != want[i] {
					t.Errorf("version %d is %+v, want a change of %q", v.Number, v, want[i])
				}
			}
			return list
		}
		versions()
		id := themes[0].ID
		answer := keys(k.standing(t, c)[id])[0]
		k.code(t, officer, c, answer, id)
		noError(t, k.RenameTheme(ctx, officer, c, id, k.theme(t, id).Version, "Lamps"))
		noError(t, k.DefineTheme(ctx, analyst, c, themes[1].ID, k.theme(t, themes[1].ID).Version, "Whoever wants benches."))
		k.refresh(t, c)
		noError(t, k.MoveAnswers(ctx, officer, c, id, themes[1].ID, []models.AnswerKey{answer})) // no change of the frame
		list := versions(k.theme(t, themes[1].ID).Label, "Lamps")
		if is := list[0].Themes[0].After; is.Definition != "Whoever wants benches." || is.Label != "" || list[0].By != analyst.ID {
			t.Errorf("the second version: %+v", list[0])
		}
		// A name that the engine found can be somebody's words, and stands in no version.
		kept, err := k.store.FrameVersions(ctx, c.ID)
		noError(t, err)
		for _, v := range kept {
			for _, f := range v.Themes {
				if f.Label != "" && f.Label != "Lamps" {
					t.Errorf("version %d keeps the name %q", v.Number, f.Label)
				}
			}
		}
		progress, err := k.CodingProgress(ctx, officer, c)
		noError(t, err)
		if progress.Frame != 2 || progress.Earlier != 1 {
			t.Errorf("progress %+v", progress)
		}
		k.code(t, officer, c, answer, id)
		if progress, err = k.CodingProgress(ctx, officer, c); err != nil || progress.Earlier != 0 {
			t.Errorf("coded again: %+v, %v", progress, err)
		}
		noError(t, k.MergeTheme(ctx, officer, c, themes[1].ID, k.theme(t, themes[1].ID).Version, id))
		list, err = k.FrameVersions(ctx, officer, c)
		noError(t, err)
		if i := slices.IndexFunc(list[0].Themes, func(t consult.ThemeChange) bool { return t.Into == "Lamps" }); list[0].Number != 3 || i < 0 {
			t.Errorf("merged: %+v", list[0])
		}
	})
}
