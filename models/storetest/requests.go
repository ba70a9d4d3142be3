package storetest

import (
	"bytes"
	"os"
	"testing"

	"heard/models"
	"heard/models/store"
)

func testRequests(t *testing.T, url string) {
	s := OpenURL(t, url)
	submissions := Seed(t, s, 3)
	r := models.Request{ID: "r1", Consultation: square, Version: 1, Kind: models.RequestFOI, Reference: "FOI 12", Received: "2026-11-02", Came: "email", State: models.RequestOpen, By: "u1", Written: "2026-11-02"}
	noError(t, s.SaveRequest(ctx, r))
	wantKind(t, s.SaveRequest(ctx, r), models.KindConflict)
	r.Version, r.State, r.Outcome, r.Done = 2, models.RequestAnswered, "Sent.", "2026-11-20"
	noError(t, s.SaveRequest(ctx, r))
	wantKind(t, s.SaveRequest(ctx, r), models.KindConflict) // somebody was first
	wantSame(t, "a request", must[*models.Request](t)(s.Request(ctx, square, "r1")), &r)
	_, err := s.Request(ctx, "a-park", "r1")
	wantKind(t, err, models.KindNotFound)

	act := models.RequestAct{ID: "a1", Consultation: square, Request: "r1", Kind: models.ActErasure, State: models.ActAsked, Submission: submissions[0].ID, Reason: "Known by its day.", By: "u1", Day: "2026-11-03"}
	noError(t, s.AddAct(ctx, act))
	act.State, act.Submission, act.SecondBy, act.SecondDay, act.Frozen = models.ActHeld, "", "u2", "2026-11-04", true
	noError(t, s.ChangeAct(ctx, act, models.ActAsked))
	wantKind(t, s.ChangeAct(ctx, act, models.ActAsked), models.KindConflict)
	wantSame(t, "acts", must[[]models.RequestAct](t)(s.Acts(ctx, square)), []models.RequestAct{act})

	// Sealed copies go together, but for files that something else leads to.
	n := Submission(square, 7)
	n.Submission.Attachments = []models.Attachment{{Key: "used", Kind: "PDF", Original: "sent"}}
	Create(t, s, n)
	held := models.HeldWords{Submission: submissions[0].ID, Consultation: square, Day: "2026-11-04", Sealed: []byte{0, 1}, Files: []string{"used", "sent", "free"}}
	noError(t, s.HoldWords(ctx, held))
	wantSame(t, "sealed", must[[]models.HeldWords](t)(s.HeldWords(ctx, square)), []models.HeldWords{held})
	if !must[bool](t)(s.IsHeld(ctx, held.Submission)) || must[bool](t)(s.IsHeld(ctx, submissions[1].ID)) {
		t.Error("it is not told which words are held")
	}
	copies, files, err := s.LetGo(ctx, square)
	noError(t, err)
	if copies != 1 || len(files) != 1 || files[0] != "free" {
		t.Errorf("let go: %d, %v", copies, files)
	}
	act.State = models.ActDone
	wantSame(t, "acts", must[[]models.RequestAct](t)(s.Acts(ctx, square)), []models.RequestAct{act})

	day := models.Retention{Consultation: square, Version: 1, Day: "2027-12-01", By: "u1", Written: "2026-11-02"}
	wantSame(t, "no day", must[models.Retention](t)(s.Retention(ctx, square)), models.Retention{Consultation: square})
	noError(t, s.SaveRetention(ctx, day))
	wantKind(t, s.SaveRetention(ctx, day), models.KindConflict)
	day.Version, day.Done = 2, "2027-12-01"
	noError(t, s.SaveRetention(ctx, day))
	wantSame(t, "the day", must[models.Retention](t)(s.Retention(ctx, square)), day)
}

func testEraseWords(t *testing.T, url string) {
	const canary = "canary-testimony"
	s := OpenURL(t, url)
	submissions := Seed(t, s, 3)
	n := Submission(square, 3)
	m := &n.Submission
	m.Answers[2].Text, m.Answers[2].Redacted, m.Answers[2].Translation = canary, canary, canary
	m.Attachments = []models.Attachment{{Key: "key", Kind: "PDF", Text: canary, Original: "sealed"}}
	Create(t, s, n)
	themes := run(append(submissions, m))
	themes.Placements = append(themes.Placements, models.Placement{Theme: "t-b", Submission: m.ID, Question: "C2", Score: 1})
	themes.Quotes = []models.Quote{{Theme: "t-b", Submission: m.ID, Question: "C2", Start: 0, End: 4, SHA256: "aa"}}
	themes.Themes[0].Label, themes.Campaigns[0].Template = canary, canary
	noError(t, s.SaveThemes(ctx, themes))
	noError(t, s.AddMessage(ctx, m.ID, models.Message{Day: "2026-11-02", Text: canary}))
	noError(t, s.PublishVersion(ctx, &models.ReportProposal{Consultation: square, Number: 1, Data: []byte(canary), Hash: "h1"}, "2027-01-02", "u2"))

	noError(t, s.Tx(ctx, func(tx *store.Store) error {
		noError(t, tx.EraseWords(ctx, m.ID, "2027-01-04"))
		theme := themes.Themes[0]
		theme.Label, theme.MachineLabel, theme.Keywords, theme.Draft, theme.SuggestedLabel = "Points about lamps", "Points about lamps", []string{"lamps"}, nil, ""
		noError(t, tx.Reword(ctx, theme))
		noError(t, tx.ForgetLetter(ctx, square, "c2"))
		return tx.StrikeReport(ctx, square, 1, []byte("struck"), "2027-01-04")
	}))
	got := must[*models.Submission](t)(s.Submission(ctx, m.ID))
	want := *m
	want.Erased, want.Consents, want.Attachments, want.Source, want.Attention = "2027-01-04", nil, nil, "", nil
	for i := range want.Answers {
		if a := &want.Answers[i]; a.Text != "" || a.Redacted != "" {
			a.Text, a.Redacted, a.Translation = "", models.ErasedWords, ""
		}
	}
	wantSame(t, "without its words", got, &want)
	if _, err := s.SubmissionByReceipt(ctx, n.Receipt); models.KindOf(err) != models.KindNotFound {
		t.Errorf("its code still leads to it: %v", err)
	}
	if got := must[map[models.SubmissionStatus]int](t)(s.CountSubmissions(ctx, square)); got[models.SubmissionLive] != 4 {
		t.Errorf("the totals changed: %v", got)
	}
	if got := must[[]models.Placement](t)(s.PlacementsOf(ctx, []string{m.ID})); len(got) != 1 {
		t.Errorf("it stands in %v", got)
	}
	if got := must[[]models.Quote](t)(s.Quotes(ctx, square)); len(got) != 0 {
		t.Errorf("it is still quoted: %v", got)
	}
	if v, data, _, err := s.ReportVersion(ctx, square, 1); err != nil || string(data) != "struck" || v.Struck != "2027-01-04" {
		t.Errorf("the report reads %q, %+v, %v", data, v, err)
	}
	gone(t, url, canary)

	// The originals of everybody: redacted words stay.
	kept := Submission(square, 9)
	kept.Submission.Answers[2].Text, kept.Submission.Answers[2].Redacted = canary+" by Ada", "by [name]"
	kept.Submission.Attachments = []models.Attachment{{Key: "cleaned", Kind: "PDF", Text: "kept", Original: "sealed"}}
	Create(t, s, kept)
	files, err := s.DeleteOriginals(ctx, square, func(id string) bool { return id == kept.Submission.ID })
	noError(t, err)
	if len(files) != 1 || files[0] != "sealed" {
		t.Errorf("files to delete: %v", files)
	}
	got = must[*models.Submission](t)(s.Submission(ctx, kept.Submission.ID))
	if got.Answers[2].Text != "" || got.Answers[2].Redacted != "by [name]" || len(got.Attachments) != 1 || got.Attachments[0].Original != "" {
		t.Errorf("what is left: %+v", got)
	}
	gone(t, url, canary)
}

// gone looks for words in the files of an SQLite database.
func gone(t *testing.T, url, words string) {
	t.Helper()
	path, ok := bytes.CutPrefix([]byte(url), []byte("sqlite:"))
	if !ok {
		return
	}
	for _, name := range []string{string(path), string(path) + "-wal"} {
		content, err := os.ReadFile(name)
		noError(t, err)
		if bytes.Contains(content, []byte(words)) {
			t.Errorf("%s still holds what was erased", name)
		}
	}
}
