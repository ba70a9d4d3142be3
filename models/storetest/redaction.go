package storetest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"heard/models"
	"heard/models/store"
)

func testRedactions(t *testing.T, url string) {
	clock := NewClock("2026-11-23T09:30:00Z")
	s := OpenURL(t, url, store.Options{Now: clock.Now})
	submissions := Seed(t, s, 3)
	id, other := submissions[0].ID, submissions[1].ID
	key := models.AnswerKey{Submission: id, Question: "C2"}
	name := models.Redaction{AnswerKey: key, OfStart: 4, OfEnd: 9, Start: 4, End: 12, Kind: "name", Replacement: "[name]", State: models.RedactionChanged, SHA256: "hash", By: "u1", Day: "2026-11-23", Version: 1}
	left := models.Redaction{AnswerKey: key, OfStart: 20, OfEnd: 30, Start: 20, End: 30, Kind: "date", State: models.RedactionRefused, Reason: models.RefusalOther, Note: "A well-known day.", SHA256: "hash", By: "u2", Day: "2026-11-24", Version: 2}
	mix := models.Redaction{AnswerKey: key, Kind: models.MixOfDetails, State: models.RedactionAccepted, SHA256: "hash", By: "u2", Day: "2026-11-24", Version: 2}
	noError(t, s.SaveRedactions(ctx, id, []models.Redaction{left}))
	noError(t, s.SaveRedactions(ctx, id, []models.Redaction{name, left, mix}))
	noError(t, s.SaveRedactions(ctx, other, nil))
	wantSame(t, "decisions", must[[]models.Redaction](t)(s.RedactionsOf(ctx, id)), []models.Redaction{mix, name, left})
	wantSame(t, "refusals", must[[]models.Redaction](t)(s.Redactions(ctx, square, models.RedactionRefused)), []models.Redaction{left})

	// Sheets: nobody overwrites anybody.
	sheet := must[models.RedactionSheet](t)(s.RedactionSheet(ctx, id))
	wantSame(t, "a sheet nobody has begun", sheet, models.RedactionSheet{Submission: id})
	sheet.Rewrites, sheet.CheckedBy, sheet.Checked, sheet.Second = 2, "u1", "2026-11-23", true
	noError(t, s.SaveRedactionSheet(ctx, sheet))
	wantKind(t, s.SaveRedactionSheet(ctx, sheet), models.KindConflict)
	sheet.Version = 1
	sheet.CheckedBy, sheet.Checked, sheet.Second = "", "", false // what is empty is kept, too
	noError(t, s.SaveRedactionSheet(ctx, sheet))
	sheet.Version = 2
	wantSame(t, "a sheet", must[models.RedactionSheet](t)(s.RedactionSheet(ctx, id)), sheet)
	if n := must[int](t)(s.Rewrites(ctx, square)); n != 2 {
		t.Errorf("%d rewrites, want 2", n)
	}

	// Of several who open one at once, one has it.
	var won atomic.Int32
	var all sync.WaitGroup
	until := clock.Now().Add(20 * time.Minute)
	for i := range 6 {
		all.Go(func() {
			opened, err := s.OpenRedactionSheet(ctx, other, fmt.Sprintf("u%d", i), until)
			if err != nil {
				t.Error(err)
			}
			if opened {
				won.Add(1)
			}
		})
	}
	all.Wait()
	if won.Load() != 1 {
		t.Errorf("%d people have it, want 1", won.Load())
	}
	holder := must[models.RedactionSheet](t)(s.RedactionSheet(ctx, other)).OpenedBy
	if !must[bool](t)(s.OpenRedactionSheet(ctx, other, holder, until)) || must[bool](t)(s.OpenRedactionSheet(ctx, other, "u9", until)) {
		t.Error("it is kept for somebody else than who has it")
	}
	clock.Advance(21 * time.Minute)
	if !must[bool](t)(s.OpenRedactionSheet(ctx, other, "u9", clock.Now().Add(time.Minute))) {
		t.Error("it is never free again")
	}

	// Another redacted text: quotes and marks go with their words.
	noError(t, s.SaveThemes(ctx, models.ThemeRun{Consultation: square, Themes: []models.Theme{{ID: "t", Consultation: square, Label: "Lamps", MachineLabel: "Lamps", Status: models.ThemeCandidate}},
		Quotes: []models.Quote{{Theme: "t", Submission: id, Question: "C2", Start: 10, End: 20, SHA256: "a"}, {Theme: "t", Submission: id, Question: "C2", Start: 40, End: 50, SHA256: "b"},
			{Theme: "t", Submission: other, Question: "C2", Start: 10, End: 20, SHA256: "c"}}}))
	mark := func(start, end int) models.Coding {
		return models.Coding{Theme: "t", AnswerKey: key, Belongs: true, Start: start, End: end, By: "u1", Day: "2026-11-23"}
	}
	noError(t, s.AddCodings(ctx, []models.Coding{mark(0, 0), mark(12, 15), mark(42, 45)}))
	noError(t, s.SetRedacted(ctx, key, "New words.", func(start, end int) (int, int, bool) { return start + 3, end + 3, end < 30 }))
	if got := must[*models.Submission](t)(s.Submission(ctx, id)).Answer("C2"); got.Redacted != "New words." || got.Text != submissions[0].Answer("C2").Text {
		t.Errorf("the answer is %+v", got)
	}
	var spans []string
	for _, q := range must[[]models.Quote](t)(s.Quotes(ctx, square)) {
		spans = append(spans, fmt.Sprint(q.SHA256, q.Start, q.End))
	}
	for _, c := range must[[]models.Coding](t)(s.Codings(ctx, square)) {
		spans = append(spans, fmt.Sprint(c.Start, c.End))
	}
	wantSame(t, "quotes and marks", spans, []string{"a13 23", "c10 20", "0 0", "15 18", "42 45"})
	wantKind(t, s.SetRedacted(ctx, models.AnswerKey{Submission: id, Question: "none"}, "", nil), models.KindNotFound)

	// All of it goes with the answers.
	noError(t, s.EraseAnswers(ctx, id))
	if left := must[[]models.Redaction](t)(s.RedactionsOf(ctx, id)); len(left) > 0 {
		t.Errorf("decisions on erased answers stay: %v", left)
	}
	if sheet := must[models.RedactionSheet](t)(s.RedactionSheet(ctx, id)); sheet.Version != 0 {
		t.Errorf("the sheet of erased answers stays: %+v", sheet)
	}
}
