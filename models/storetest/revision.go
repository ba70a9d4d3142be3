package storetest

import (
	"errors"
	"strings"
	"testing"
	"time"

	"heard/models"
	"heard/models/store"
)

// The revision of a database moves with every transaction that writes what figures
// are counted from, whichever process does, and with nothing else.
func testRevision(t *testing.T, url string) {
	s, replica := OpenURL(t, url), OpenURL(t, url)
	Seed(t, s, 2)
	id := Submission(square, 1).Submission.ID
	at := must[int64](t)(s.Revision(ctx))
	for _, writes := range []struct {
		what string
		do   func() error
	}{
		{"this process", func() error { return s.SetAttention(ctx, id, []models.Attention{models.AttentionReply}) }},
		{"another process", func() error { return replica.SetAttention(ctx, id, nil) }},
		{"a transaction of several", func() error {
			return s.Tx(ctx, func(tx *store.Store) error {
				noError(t, tx.Audit(ctx, models.AuditEvent{Actor: "u1", Action: "first"}))
				return tx.SetTranslation(ctx, id, "C2", "a", "b")
			})
		}},
		{"a write that is taken back within another", func() error {
			return s.Tx(ctx, func(tx *store.Store) error {
				_ = tx.Tx(ctx, func(tx *store.Store) error {
					noError(t, tx.SetAttention(ctx, id, nil))
					return errors.New("taken back")
				})
				return tx.SetAttention(ctx, id, []models.Attention{models.AttentionReply})
			})
		}},
		{"an erasure", func() error { return s.EraseAnswers(ctx, id) }},
	} {
		noError(t, writes.do())
		next := must[int64](t)(s.Revision(ctx))
		if next == at {
			t.Errorf("%s wrote, and the revision is still %d", writes.what, at)
		}
		at = next
	}
	read(t, s, square)
	failure := errors.New("taken back")
	if err := s.Tx(ctx, func(tx *store.Store) error { noError(t, tx.SetAttention(ctx, id, nil)); return failure }); !errors.Is(err, failure) {
		t.Fatal(err)
	}
	noError(t, s.AddFinding(ctx, models.Finding{ID: "f1", Consultation: square, Version: 1, By: "u1", Day: "2026-11-23"}))
	noError(t, s.Audit(ctx, models.AuditEvent{Actor: "u1", Action: "first"}))
	noError(t, s.SaveDraft(ctx, []byte("0123456789abcdef"), []byte("sealed"), time.Now()))
	wantSame(t, "revision when no figure can have changed", must[int64](t)(s.Revision(ctx)), at)

	_, err := raw(t, url).Exec("DELETE FROM revision")
	noError(t, err)
	if err := s.SetAttention(ctx, id, nil); err == nil {
		t.Error("something was written, and no revision says so")
	}
}

// A version of a consultation whose saving was taken back is never read for the one
// of the same number that was saved in its place, by this process or another.
func testTakenBackVersion(t *testing.T, url string) {
	s, replica := OpenURL(t, url), OpenURL(t, url)
	Save(t, s, []byte(Invented))
	first := strings.Replace(string(Version(square, 2)), "Renewing the", "The first renewal of the", 1)
	c, err := models.ParseConsultation("first.yaml", []byte(first))
	noError(t, err)
	failure := errors.New("taken back")
	if err := s.Tx(ctx, func(tx *store.Store) error {
		noError(t, tx.SaveConsultation(ctx, c, []byte(first)))
		if got := must[*models.Consultation](t)(tx.Consultation(ctx, square)); got.Version != 2 {
			t.Errorf("the transaction reads version %d of what it saved", got.Version)
		}
		return failure
	}); !errors.Is(err, failure) {
		t.Fatal(err)
	}
	if got := must[*models.Consultation](t)(s.Consultation(ctx, square)); got.Version != 1 {
		t.Errorf("version %d after it was taken back", got.Version)
	}
	Save(t, replica, Version(square, 2))
	wantKind(t, s.SaveConsultation(ctx, c, []byte(first)), models.KindConflict)
	for _, s := range []*store.Store{s, replica} {
		got := must[*models.Consultation](t)(s.Consultation(ctx, square))
		if title := got.Title.Default(); got.Version != 2 || strings.Contains(title, "first") {
			t.Errorf("version %d is %q", got.Version, title)
		}
	}
}

// Answers in words are those of which there are words to read.
func testAnswersInWords(t *testing.T, url string) {
	s := OpenURL(t, url)
	Save(t, s, []byte(Invented))
	for i, redacted := range []string{"the lamps", " \n\t", "", "\u00a0", "the benches", "erased", "bare"} {
		n := Submission(square, i)
		for j := range n.Submission.Answers {
			n.Submission.Answers[j].Redacted = redacted
		}
		Create(t, s, n)
	}
	id := func(i int) string { return Submission(square, i).Submission.ID }
	db := raw(t, url)
	for _, statement := range []string{
		"DELETE FROM submission_keys WHERE submission = '" + id(5) + "'",
		"UPDATE answers SET redacted = 'as before words were sealed' WHERE submission = '" + id(6) + "'",
		"DELETE FROM submission_keys WHERE submission = '" + id(6) + "'",
	} {
		_, err := db.Exec(statement)
		noError(t, err)
	}
	noError(t, s.MoveSubmission(ctx, id(4), models.SubmissionLive, models.SubmissionVoid))
	got := must[[]models.AnswerKey](t)(s.AnswersInWords(ctx, square, []string{"C2"}))
	wantSame(t, "answers in words", got, []models.AnswerKey{{Submission: id(0), Question: "C2"}, {Submission: id(6), Question: "C2"}})
	for m, err := range s.Submissions(ctx, square) { // and they are those that are read
		noError(t, err)
		said := false
		for _, a := range m.Answers {
			said = said || a.Question == "C2" && strings.TrimSpace(a.Redacted) != ""
		}
		if want := m.ID == id(0) || m.ID == id(6); said != want {
			t.Errorf("%s reads %v", m.ID, m.Answers)
		}
	}
}
