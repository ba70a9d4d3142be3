package storetest

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp/cmpopts"

	"heard/models"
	"heard/models/store"
)

func testReading(t *testing.T, url string) {
	clock := NewClock("2026-11-23T09:30:00Z")
	s := OpenURL(t, url, store.Options{Now: clock.Now})
	Save(t, s, []byte(Invented))
	Save(t, s, Version("a-park", 1))
	for i, day := range []string{"2026-11-03", "2026-11-01", "2026-11-02", "2026-11-02"} {
		n := Submission(square, i)
		n.Submission.Day = day
		if i == 2 {
			n.Submission.Attention = []models.Attention{models.AttentionHurried}
			n.Submission.Attachments = []models.Attachment{{Key: "k1", Kind: "PDF", SHA256: "aa"}, {Key: "k2", Kind: "PDF", SHA256: "bb"},
				{Key: "k3", Kind: models.ScanOfForm + "PDF", SHA256: "cc"}} // which needs no summary
		}
		if i == 3 {
			n.Submission.Attention = []models.Attention{models.AttentionReply, models.AttentionSeen}
		}
		Create(t, s, n)
	}
	Create(t, s, Submission("a-park", 0))
	id := func(i int) string { return Submission(square, i).Submission.ID }
	oldest := []string{id(1), id(2), id(3), id(0)}

	lease := func() time.Time { return clock.Now().Add(30 * time.Minute) }
	claim := func(account, after string) string {
		t.Helper()
		return must[string](t)(s.ClaimReading(ctx, square, account, after, lease()))
	}
	list := func(account string, show models.ReadingFilter) (ids []string) {
		t.Helper()
		items, total, err := s.ReadingItems(ctx, square, account, show, 1, 50)
		noError(t, err)
		for _, item := range items {
			ids = append(ids, item.ID)
		}
		if total != len(ids) {
			t.Errorf("%q: %d in all, %d listed", show, total, len(ids))
		}
		return ids
	}
	read := func(i int, account string, revision int) {
		t.Helper()
		noError(t, s.SaveReading(ctx, models.Reading{Submission: id(i), By: account, Day: "2026-11-23", Revision: revision}))
		noError(t, s.ReleaseReading(ctx, id(i), account))
	}
	wantSame(t, "the oldest first", list("u1", models.ReadingUnread), oldest)

	// Each gets another, and again the same until it is given back or read.
	wantSame(t, "first", claim("u1", ""), id(1))
	wantSame(t, "first again", claim("u1", ""), id(1))
	wantSame(t, "another's", claim("u2", ""), id(2))
	wantSame(t, "held by others", list("u1", models.ReadingHeld), []string{id(2)})
	wantSame(t, "holder", must[string](t)(s.HoldReading(ctx, id(2), "u1", lease())), "u2")
	noError(t, s.ReleaseReading(ctx, id(2), "u1")) // not theirs
	wantSame(t, "holder", must[string](t)(s.ReadingHolder(ctx, id(2))), "u2")
	wantSame(t, "the one after", claim("u1", id(1)), id(3)) // gives back the first
	wantSame(t, "the one after that", claim("u1", id(3)), id(0))
	wantSame(t, "and round again", claim("u1", id(0)), id(1))

	// A lease is renewed by whoever holds it, and runs out.
	clock.Advance(29 * time.Minute)
	wantSame(t, "renewed", must[string](t)(s.HoldReading(ctx, id(1), "u1", lease())), "u1")
	clock.Advance(2 * time.Minute)
	wantSame(t, "what nobody worked on comes back", claim("u3", ""), id(2))
	wantSame(t, "holder of what was renewed", must[string](t)(s.ReadingHolder(ctx, id(1))), "u1")

	read(1, "u1", 0)
	read(1, "u2", 0)
	read(2, "u3", 0)
	wantSame(t, "unread", list("u1", models.ReadingUnread), []string{id(3), id(0)})
	wantSame(t, "read by one", list("u1", models.ReadingMine), []string{id(1)})
	noError(t, s.Revise(ctx, id(1)))
	wantKind(t, s.Revise(ctx, "nobody"), models.KindNotFound)
	wantSame(t, "what was changed is unread", list("u1", models.ReadingUnread), []string{id(1), id(3), id(0)})
	wantSame(t, "readings as it is now", must[[]models.Reading](t)(s.Readings(ctx, square)), []models.Reading{{Submission: id(2), By: "u3", Day: "2026-11-23"}})
	read(1, "u1", 0) // of the one before
	read(1, "u2", 1)
	wantSame(t, "who has read it", must[[]models.Reading](t)(s.ReadingsOf(ctx, id(1))),
		[]models.Reading{{Submission: id(1), By: "u1", Day: "2026-11-23"}, {Submission: id(1), By: "u2", Day: "2026-11-23", Revision: 1}})

	// Summaries keep what they were before.
	const canary = "canary-summary"
	first := models.Summary{Attachment: "k1", Version: 1, Submission: id(2), By: "u1", Day: "2026-11-23", Text: canary}
	second := models.Summary{Attachment: "k1", Version: 2, Submission: id(2), By: "u2", Day: "2026-11-24", Text: "Better."}
	noError(t, s.AddSummary(ctx, first))
	wantKind(t, s.AddSummary(ctx, models.Summary{Attachment: "k1", Version: 1, Submission: id(2), By: "u2", Day: "2026-11-24", Text: "Late."}), models.KindConflict)
	noError(t, s.AddSummary(ctx, second))
	wantSame(t, "summaries", must[[]models.Summary](t)(s.Summaries(ctx, id(2))), []models.Summary{first, second})
	wantSame(t, "without a summary", list("u1", models.ReadingUnsummarised), []string{id(2)})

	noError(t, s.SetRich(ctx, models.Rich{Submission: id(2), By: "u1", Day: "2026-11-23"}))
	noError(t, s.SetRich(ctx, models.Rich{Submission: id(2), By: "u2", Day: "2026-11-24"})) // the first stays
	wantSame(t, "rich", must[*models.Rich](t)(s.RichOf(ctx, id(2))), &models.Rich{Submission: id(2), By: "u1", Day: "2026-11-23"})
	wantSame(t, "rich", list("u1", models.ReadingRich), []string{id(2)})
	wantSame(t, "to look at", list("u1", models.ReadingAttention), []string{id(2)})

	noError(t, s.SaveCoded(ctx, models.CodedAnswer{AnswerKey: models.AnswerKey{Submission: id(0), Question: "C2"}, By: "u1", Day: "2026-11-23"}))
	noError(t, s.SaveCoded(ctx, models.CodedAnswer{AnswerKey: models.AnswerKey{Submission: id(0), Question: "C2"}, By: "u2", Day: "2026-11-23"}))
	for _, by := range []string{"u1", "u2"} {
		noError(t, s.SaveCoded(ctx, models.CodedAnswer{AnswerKey: models.AnswerKey{Submission: id(1), Question: "C2"}, By: by, Day: "2026-11-23", Blind: true}))
	}
	wantSame(t, "counts", must[*models.ReadingCounts](t)(s.CountReading(ctx, square, []string{"C2"})), &models.ReadingCounts{
		Submissions: 4, Read: 2, Attachments: 2, Summarised: 1, Rich: 1, Answers: 4, Coded: 1, DoubleCoded: 1,
		Readers: []models.Reader{{By: "u2", Number: 1}, {By: "u3", Number: 1}},
	})
	items, total, err := s.ReadingItems(ctx, square, "u1", models.ReadingAll, 1, 2)
	noError(t, err)
	wantSame(t, "a page", items, []models.ReadingItem{
		{ID: id(1), PublicID: "P00001", Day: "2026-11-01", Language: "en", Groups: []string{"resident"}, Changed: true, Readers: []string{"u2"}},
		{ID: id(2), PublicID: "P00002", Day: "2026-11-02", Language: "en", Groups: []string{"sex_worker"}, Attention: true, Rich: true, Files: 2, Summarised: 1, Readers: []string{"u3"}},
	}, cmpopts.EquateEmpty())
	if items, _, err := s.ReadingItems(ctx, square, "u1", models.ReadingAll, 2, 2); err != nil || total != 4 || len(items) != 2 || items[1].ID != id(0) {
		t.Errorf("page 2 of %d holds %v (%v)", total, items, err)
	}

	// What does not count is not read, and what is erased leaves nothing.
	noError(t, s.MoveSubmission(ctx, id(3), models.SubmissionLive, models.SubmissionVoid))
	wantSame(t, "without what was set aside", list("u1", models.ReadingAll), []string{id(1), id(2), id(0)})
	claim("u1", "")
	noError(t, s.UnsetRich(ctx, id(2)))
	if r := must[*models.Rich](t)(s.RichOf(ctx, id(2))); r != nil {
		t.Errorf("still marked: %v", r)
	}
	noError(t, s.SetRich(ctx, models.Rich{Submission: id(2), By: "u1", Day: "2026-11-23"}))
	must[string](t)(s.HoldReading(ctx, id(2), "u1", lease()))
	noError(t, s.EraseAnswers(ctx, id(2)))
	noError(t, s.EraseAnswers(ctx, id(0)))
	noError(t, s.EraseAnswers(ctx, id(1)))
	db := raw(t, url)
	for _, table := range []string{"readings", "reading_claims", "summaries", "evidence_rich"} {
		if n := count(t, db, table); n > 0 {
			t.Errorf("%d rows of %s after an erasure", n, table)
		}
	}
}

// testReadingConcurrently has many ask for the next at the same moment: each
// gets another, and nothing is left out.
func testReadingConcurrently(t *testing.T, url string) {
	s := OpenURL(t, url)
	const officers, each = 6, 5
	Seed(t, s, officers*each)
	until := time.Now().Add(time.Hour)
	var mu sync.Mutex
	var got []string
	var working sync.WaitGroup
	begin := make(chan struct{})
	for i := range officers {
		working.Go(func() {
			<-begin
			account := fmt.Sprintf("u%d", i)
			for range each {
				id, err := s.ClaimReading(ctx, square, account, "", until)
				if err == nil {
					err = s.SaveReading(ctx, models.Reading{Submission: id, By: account, Day: "2026-11-23"})
				}
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				got = append(got, id)
				mu.Unlock()
			}
		})
	}
	close(begin)
	working.Wait()
	slices.Sort(got)
	if n := len(slices.Compact(got)); n != officers*each {
		t.Errorf("%d officers were given %d different submissions, want %d", officers, n, officers*each)
	}
	wantSame(t, "nothing is left", must[string](t)(s.ClaimReading(ctx, square, "u0", "", until)), "")
}

// ReadAll has every submission to a consultation read and every attachment
// summarised by an account, for tests of what comes after.
func ReadAll(t testing.TB, s *store.Store, consultation, account string) {
	t.Helper()
	for m, err := range s.Submissions(ctx, consultation) {
		noError(t, err)
		done := must[[]models.Summary](t)(s.Summaries(ctx, m.ID))
		for _, a := range m.Attachments {
			if !slices.ContainsFunc(done, func(d models.Summary) bool { return d.Attachment == a.Key }) {
				noError(t, s.AddSummary(ctx, models.Summary{Attachment: a.Key, Version: 1, Submission: m.ID, By: account, Day: "2026-11-23", Text: "What the test says that it says."}))
			}
		}
		noError(t, s.SaveReading(ctx, models.Reading{Submission: m.ID, By: account, Day: "2026-11-23", Revision: m.Revision}))
	}
}
