package storetest

import (
	"testing"
	"time"

	"heard/models"
	"heard/models/store"
)

// CheckAll has what is taken out of every submission to a consultation checked by
// one account and approved by another, for tests of what comes after.
func CheckAll(t testing.TB, s *store.Store, consultation, first, second string) {
	t.Helper()
	for m, err := range s.Submissions(ctx, consultation) {
		noError(t, err)
		sheet := must[models.RedactionSheet](t)(s.RedactionSheet(ctx, m.ID))
		if sheet.Done() {
			continue
		}
		sheet.CheckedBy, sheet.Checked, sheet.Second, sheet.ApprovedBy, sheet.Approved = first, "2026-11-23", true, second, "2026-11-23"
		noError(t, s.SaveRedactionSheet(ctx, sheet))
	}
}

// testEvidence: queues tell from the sheets alone how far people are, and words
// that come or change open a sheet again.
func testEvidence(t *testing.T, url string) {
	clock := NewClock("2026-11-23T09:30:00Z")
	s := OpenURL(t, url, store.Options{Now: clock.Now})
	var ids []string
	for _, m := range Seed(t, s, 3) {
		ids = append(ids, m.ID)
	}
	file := Submission(square, 3)
	file.Submission.Answers = file.Submission.Answers[:2] // chosen only
	file.Submission.Attachments = []models.Attachment{{Key: "k1", Kind: "PDF", SHA256: "aa"}}
	Create(t, s, file)
	ids = append(ids, file.Submission.ID)
	Save(t, s, Version("elsewhere", 1))
	Create(t, s, Submission("elsewhere", 0))

	counts := func(account string, want models.RedactionCounts) {
		t.Helper()
		if want.Others == nil {
			want.Others = map[string]int{}
		}
		wantSame(t, "counts", *must[*models.RedactionCounts](t)(s.CountRedactions(ctx, square, account, nil)), want)
	}
	leave := func(account string, stage models.RedactionStage, after, want string) {
		t.Helper()
		wantSame(t, "the next for "+account, must[string](t)(s.NextRedaction(ctx, square, account, stage, nil, after)), want)
	}
	next := func(account string, stage models.RedactionStage, want string) {
		t.Helper()
		leave(account, stage, "", want)
	}
	save := func(id, by, approved string, second bool) {
		t.Helper()
		sheet := must[models.RedactionSheet](t)(s.RedactionSheet(ctx, id))
		sheet.CheckedBy, sheet.ApprovedBy, sheet.Second = by, approved, second
		noError(t, s.SaveRedactionSheet(ctx, sheet))
	}
	counts("u1", models.RedactionCounts{Open: 4}) // whether or not anything can be read out of the file
	if n := must[*models.RedactionCounts](t)(s.CountRedactions(ctx, square, "u1", []string{"C2"})); n.Open != 1 {
		t.Errorf("%d say something although their answers are no words, expected the one with a file", n.Open)
	}
	noError(t, s.SetAttachmentText(ctx, "k1", "Written on paper."))
	counts("u1", models.RedactionCounts{Open: 4})

	until := clock.Now().Add(20 * time.Minute)
	if !must[bool](t)(s.OpenRedactionSheet(ctx, ids[0], "u2", until)) {
		t.Fatal("it was not opened")
	}
	next("u1", models.RedactionOpen, ids[1])
	next("u2", models.RedactionOpen, ids[0])
	counts("u1", models.RedactionCounts{Open: 4, Others: map[string]int{"u2": 1}})
	clock.Advance(21 * time.Minute)
	next("u1", models.RedactionOpen, ids[0])

	// What somebody has open they get again; what they leave is given back, and the
	// next is the one after it, from the first again after the last.
	until = clock.Now().Add(20 * time.Minute)
	open := func(id, account string) {
		t.Helper()
		if !must[bool](t)(s.OpenRedactionSheet(ctx, id, account, until)) {
			t.Fatal("it was not opened")
		}
	}
	open(ids[1], "u1")
	next("u1", models.RedactionOpen, ids[1])
	leave("u1", models.RedactionOpen, ids[1], ids[2])
	counts("u2", models.RedactionCounts{Open: 4})
	leave("u1", models.RedactionOpen, ids[3], ids[0])
	open(ids[0], "u2")
	leave("u1", models.RedactionOpen, ids[0], ids[1])
	leave("u1", models.RedactionOpen, ids[3], ids[1])
	counts("u1", models.RedactionCounts{Open: 4, Others: map[string]int{"u2": 1}})
	leave("u2", models.RedactionOpen, ids[0], ids[1])

	save(ids[0], "u1", "", false)
	save(ids[1], "u1", "", true)
	save(ids[2], "u1", "u2", true)
	save(ids[3], "u2", "", true)
	counts("u1", models.RedactionCounts{Second: 2, Checked: 2, Approvable: 1})
	next("u1", models.RedactionOpen, "")
	next("u1", models.RedactionSecond, ids[3])
	next("u2", models.RedactionSecond, ids[1])
	leave("u2", models.RedactionSecond, ids[1], "")

	// What comes or changes.
	noError(t, s.SetTranslation(ctx, ids[0], "C2", "By Ann.", "By [name]."))
	noError(t, s.SetAttachmentText(ctx, "k1", "Written on paper, again."))
	m := must[*models.Submission](t)(s.Submission(ctx, ids[2]))
	noError(t, s.CorrectAnswers(ctx, m, []string{"C2"}))
	counts("u1", models.RedactionCounts{Open: 3, Second: 1})
	if sheet := must[models.RedactionSheet](t)(s.RedactionSheet(ctx, ids[0])); sheet.Version != 2 {
		t.Errorf("whoever has the page open is not told: version %d", sheet.Version)
	}

	receipt := Hash(square, "another", 1)
	noError(t, s.SetReceipt(ctx, ids[0], receipt))
	if m := must[*models.Submission](t)(s.SubmissionByReceipt(ctx, receipt)); m.ID != ids[0] {
		t.Errorf("the receipt leads to %s", m.ID)
	}
	_, err := s.SubmissionByReceipt(ctx, Hash(square, "receipt", 0))
	wantKind(t, err, models.KindNotFound)
	wantKind(t, s.SetReceipt(ctx, ids[1], receipt), models.KindConflict)
	wantKind(t, s.SetReceipt(ctx, "nobody", Hash(square, "another", 2)), models.KindNotFound)

	noError(t, s.SetRedactedTranslation(ctx, ids[0], "C2", "By [name] herself."))
	noError(t, s.SetRedactedAttachment(ctx, "k1", "Written."))
	noError(t, s.OpenAttachment(ctx, "k1", "u1"))
	if a := must[*models.Submission](t)(s.Submission(ctx, ids[0])).Answer("C2"); a.Translation != "By [name] herself." || a.Translated != "By Ann." {
		t.Errorf("the translation is %+v", a)
	}
	if a := must[*models.Submission](t)(s.Submission(ctx, ids[3])).Attachments[0]; a.Redacted != "Written." || a.Text != "Written on paper, again." || a.Opened != "u1" {
		t.Errorf("the attachment is %+v", a)
	}
	wantKind(t, s.SetRedactedTranslation(ctx, "nobody", "C2", "x"), models.KindNotFound)
}
