package consult_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"heard/models"
	"heard/models/store"
	"heard/models/storetest"
)

// The figures of the draft report are counted once as long as nobody writes what they
// are counted from, and the report is that of the store as it is from the moment
// anybody writes anything, in this process or another.
func TestTheDraftIsNeverStale(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.themed(t, "lantern-square", 12)
		noError(t, k.RefreshThemes(ctx, c.ID))
		other := k.restart(t)
		draft := func(k *kit) *models.Report {
			t.Helper()
			r, err := k.DraftReport(ctx, officer, c)
			noError(t, err)
			return r
		}
		r := draft(k)
		theme := r.Themes[0].ID
		prose := models.Prose{Text: "So say {count theme:" + theme + "} of {count all}."}
		late := storetest.Submission(c.ID, 900)
		for _, change := range []struct {
			what string
			do   func()
		}{
			{"a finding", func() {
				noError(t, other.KeepFinding(ctx, officer, c, models.Finding{Statement: prose, Restriction: "R1", Limb: models.LimbEffect, For: models.FindingSupport{Themes: []string{theme}}}))
			}},
			{"a new answer", func() { storetest.Create(t, other.store, late) }},
			{"an answer that no longer counts", func() {
				noError(t, other.store.MoveSubmission(ctx, late.Submission.ID, models.SubmissionLive, models.SubmissionVoid))
			}},
			{"what people decided", func() {
				var codings []models.Coding
				for _, s := range k.subs(t, c) {
					codings = append(codings, models.Coding{Theme: theme, AnswerKey: models.AnswerKey{Submission: s.ID, Question: "C2"}, Belongs: true, By: officer.ID, Day: "2026-11-01"})
				}
				noError(t, other.store.AddCodings(ctx, codings))
			}},
			{"a name", func() { k.exec(t, "UPDATE themes SET label = 'Something else' WHERE id = '"+theme+"'") }},
			{"the consultation", func() {
				source := strings.Replace(string(storetest.Version(c.ID, c.Version+1)), "Renewing", "Not renewing", 1)
				storetest.Save(t, other.store, []byte(source))
				c = other.reread(t, c)
			}},
		} {
			again := draft(k)
			if &again.Themes[0] != &r.Themes[0] {
				t.Errorf("before %s nobody wrote, and the report was built again", change.what)
			}
			change.do()
			now, fresh := draft(k), draft(k.restart(t))
			if wrote := change.what == "a finding"; (&now.Themes[0] == &r.Themes[0]) != wrote {
				t.Errorf("%s: the figures were counted again: %v", change.what, wrote)
			}
			if diff := cmp.Diff(fresh, now); diff != "" {
				t.Errorf("after %s the report is not that of the store:\n%s", change.what, diff)
			}
			if cmp.Equal(r, now) {
				t.Errorf("%s changed nothing", change.what)
			}
			r = now
		}
		// Whoever gets it can write into it.
		r.Published, r.Title = true, "spoilt"
		if again := draft(k); again.Published || again.Title == "spoilt" {
			t.Error("what one caller wrote into the report stands in that of the next")
		}
	})
}

// What figures are not counted from can be taken away, and they are the same.
func TestUncountedTablesAreNotCounted(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.full(t)
		draft := func(k *kit) *models.Report {
			r, err := k.DraftReport(ctx, officer, c)
			noError(t, err)
			// What people wrote stands in those tables, and is read with every view.
			r.Findings, r.Sections, r.Missing, r.Matrix, r.Next, r.Stale = nil, nil, nil, nil, nil, nil
			return r
		}
		before := draft(k)
		for _, table := range store.Uncounted {
			k.exec(t, "DELETE FROM "+table)
		}
		if diff := cmp.Diff(before, draft(k.restart(t))); diff != "" {
			t.Errorf("the figures are counted from tables that are said not to matter:\n%s", diff)
		}
	})
}
