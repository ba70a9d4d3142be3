package storetest

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"heard/models"
	"heard/models/store"
)

// testSealedLater keeps what authors object to, what is known of what was taken out,
// letters of campaigns and held copies, and finds none of it in clear; nor in a
// database of a version that kept it so, once it was opened.
func testSealedLater(t *testing.T, url string) {
	const canary = "canary-testimony"
	s := OpenURL(t, url)
	subs := Seed(t, s, 3)
	id := subs[0].ID
	o := models.Objection{Submission: id, Day: "2026-12-04", Text: canary + " is not what I meant.", Reason: "Moved: " + canary, Version: 1}
	noError(t, s.SaveObjection(ctx, o))
	key := models.AnswerKey{Submission: id, Question: "C2"}
	redactions := []models.Redaction{
		{AnswerKey: key, OfStart: 0, OfEnd: 6, Start: 0, End: 6, Kind: "name", Replacement: "[" + canary + "]", State: models.RedactionChanged, SHA256: canary, By: "u1", Day: "2026-11-23", Version: 1},
		{AnswerKey: key, OfStart: 8, OfEnd: 9, Start: 8, End: 9, Kind: "name", State: models.RedactionRefused, Reason: models.RefusalOther, Note: canary, SHA256: canary, By: "u1", Day: "2026-11-23", Version: 1},
	}
	noError(t, s.SaveRedactions(ctx, id, redactions))
	themes := run(subs)
	themes.Campaigns[0].Template = canary
	noError(t, s.SaveThemes(ctx, themes))
	held := models.HeldWords{Submission: subs[1].ID, Consultation: square, Day: "2026-11-04", Sealed: []byte(canary)}
	noError(t, s.HoldWords(ctx, held))
	whole := func(when string) {
		t.Helper()
		readable(t, s, canary)
		wantSame(t, when+": the objection", must[*models.Objection](t)(s.Objection(ctx, id)), &o)
		wantSame(t, when+": what was taken out", must[[]models.Redaction](t)(s.RedactionsOf(ctx, id)), redactions)
		wantSame(t, when+": the letter", must[[]models.Campaign](t)(s.Campaigns(ctx, square))[0].Template, canary)
		wantSame(t, when+": what is held", must[[]models.HeldWords](t)(s.HeldWords(ctx, square)), []models.HeldWords{held})
	}
	whole("at once")

	db := raw(t, url)
	bare := []string{
		fmt.Sprintf("UPDATE objections SET text = '%s', reason = '%s'", o.Text, o.Reason),
		fmt.Sprintf("UPDATE redactions SET replacement = '%s', sha256 = '%s' WHERE of_starts = 0", redactions[0].Replacement, canary),
		fmt.Sprintf("UPDATE redactions SET note = '%s', sha256 = '%s' WHERE of_starts = 8", canary, canary),
		fmt.Sprintf("UPDATE campaigns SET template = '%s' WHERE id = '%s'", canary, themes.Campaigns[0].ID),
		fmt.Sprintf(map[bool]string{true: `UPDATE held_words SET apart = FALSE, sealed = x'%x'`, false: `UPDATE held_words SET apart = FALSE, sealed = '\x%x'`}[strings.HasPrefix(url, "sqlite:")], canary),
		"DELETE FROM submission_keys WHERE submission LIKE 'held/%'",
	}
	for _, statement := range bare {
		if _, err := db.Exec(statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	s = OpenURL(t, url)
	whole("opened by a later version")
	gone(t, url, canary)

	// Corrections take what is sealed along, and the key of a held copy opens nothing
	// once it was let go, though a backup still has the copy.
	n := must[int](t)(heldKeys(t, url))
	if _, _, err := s.LetGo(ctx, "elsewhere"); err != nil || n != 1 || must[int](t)(heldKeys(t, url)) != 1 {
		t.Errorf("%d keys of held copies, %v", n, err)
	}
	if _, err := db.Exec("DELETE FROM submission_keys WHERE submission LIKE 'held/%'"); err != nil {
		t.Fatal(err)
	}
	if left := must[[]models.HeldWords](t)(s.HeldWords(ctx, square)); len(left) > 0 {
		t.Errorf("a copy without its key is %+v", left)
	}
	if copies, _, err := s.LetGo(ctx, square); err != nil || copies != 1 {
		t.Errorf("let go: %d, %v", copies, err)
	}
	noError(t, s.HoldWords(ctx, held))
	if copies, _, err := s.LetGo(ctx, square); err != nil || copies != 1 || must[int](t)(heldKeys(t, url)) != 0 {
		t.Errorf("let go: %d, %v", copies, err)
	}
}

func heldKeys(t *testing.T, url string) (n int, err error) {
	err = raw(t, url).QueryRow("SELECT COUNT(*) FROM submission_keys WHERE submission LIKE 'held/%'").Scan(&n)
	return n, err
}

// readable looks for words in what a backup would hold, but for some tables.
func readable(t *testing.T, s *store.Store, words string, but ...string) {
	t.Helper()
	n := must[*store.Snapshot](t)(s.Snapshot(ctx))
	for _, p := range partsOf(t, n) {
		if bytes.Contains(p.Lines, []byte(words)) && !slices.Contains(but, p.Table) {
			t.Errorf("the table %s holds %q in clear", p.Table, words)
		}
	}
	noError(t, n.Close())
}

// vacuumed fails where PostgreSQL has never vacuumed a table.
func vacuumed(t *testing.T, url string, tables ...string) {
	t.Helper()
	if strings.HasPrefix(url, "sqlite:") {
		return
	}
	for _, table := range tables {
		var rows float64
		noError(t, raw(t, url).QueryRow("SELECT reltuples FROM pg_class WHERE oid = to_regclass($1)", table).Scan(&rows))
		if rows < 0 {
			t.Errorf("no vacuum followed what was deleted from %s", table)
		}
	}
}
