package consult_test

import (
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"heard/app/consult"
	"heard/models"
)

// population loads random people with random answers: n in all, of every group.
func (k *kit) population(t *testing.T, c *models.Consultation, n int, seed uint64) {
	t.Helper()
	random, places := rand.New(rand.NewPCG(seed, seed)), rand.New(rand.NewPCG(seed, seed+1))
	points := []string{"The lamps along the canal are broken and the path is dark at night.", "Cars circle our road at night and drivers shout at women.",
		"Fines take money from people who have none and help nobody.", "Patrols should walk the station road in the evening."}
	var subs []models.Submission
	for i := range n {
		g := c.Groups[random.IntN(len(c.Groups))]
		s := models.Submission{Consultation: c.ID, FormVersion: c.Version, Day: "2026-10-06", Channel: models.ChannelWeb, Language: "en", Path: "person",
			Groups: []string{g.ID}, Status: models.SubmissionLive, Stance: []string{models.StanceFor, models.StanceAgainst, models.StanceUnsure, ""}[random.IntN(4)]}
		if random.IntN(3) > 0 {
			s.Consents = []models.Consent{models.ConsentQuote}
		}
		for _, q := range []string{"C1", "C2", "C3"} {
			if random.IntN(4) > 0 {
				o := c.Question(q).Options
				s.Answers = append(s.Answers, models.Answer{Question: q, Options: []string{o[random.IntN(len(o))].ID}})
			}
		}
		for _, q := range []string{"A3", "B1", "B5"} { // people at risk, too, say where they belong
			if o := c.Question(q).Options; places.IntN(4) > 0 {
				s.Answers = append(s.Answers, models.Answer{Question: q, Options: []string{o[places.IntN(len(o))].ID}})
			}
		}
		if random.IntN(3) > 0 || len(s.Answers) == 0 {
			text := points[random.IntN(len(points))]
			if random.IntN(8) == 0 {
				text = fmt.Sprintf("Something else altogether, number %d.", i)
			}
			s.Answers = append(s.Answers, models.Answer{Question: "C6", Text: text})
		}
		subs = append(subs, s)
	}
	noError(t, k.Load(ctx, officer, subs))
	k.drain(t)
}

// Where each submission stands is worked out once more from the store, of the
// demonstration and of people at random, before and after people coded and merged.
func TestTheRollCallIsCountedAgainFromTheStore(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.full(t)
		k.population(t, c, 80, 5)
		r, err := k.DraftReport(ctx, officer, c)
		noError(t, err)
		check := func(edit func(*models.Report), wrong string) {
			t.Helper()
			again := *r
			again.RollCall.Entries = slices.Clone(r.RollCall.Entries)
			edit(&again)
			err := consult.Recount(ctx, k.store, c, &again)
			if (err == nil) != (wrong == "") || err != nil && !strings.Contains(err.Error(), wrong) {
				t.Errorf("got %v, expected …%s…", err, wrong)
			}
		}
		check(func(*models.Report) {}, "")
		at := slices.IndexFunc(r.RollCall.Entries, func(e models.RollCallEntry) bool { return len(e.Themes) > 1 })
		alone := slices.IndexFunc(r.RollCall.Entries, func(e models.RollCallEntry) bool { return len(e.Themes) == 1 })
		if at < 0 || alone < 0 {
			t.Fatal("nobody is in one theme, or nobody in two")
		}
		check(func(r *models.Report) { e := &r.RollCall.Entries[at]; e.Themes = e.Themes[1:] }, "stands elsewhere")
		check(func(r *models.Report) {
			e := &r.RollCall.Entries[alone]
			e.Themes, e.HeardOnce = nil, true
			r.RollCall.InThemes--
			r.RollCall.HeardOnce++
		}, "stands elsewhere")
		check(func(r *models.Report) { r.RollCall.Entries = slices.Delete(r.RollCall.Entries, 3, 4) }, "not in the roll-call")
		check(func(r *models.Report) { r.RollCall.Entries[3] = r.RollCall.Entries[4] }, "twice")
		check(func(r *models.Report) { r.RollCall.InThemes++; r.RollCall.ClosedOnly-- }, "counted again")

		// And no report is shown of which one submission left one theme.
		k.Spoil(c.ID, func(r *models.Report) { e := &r.RollCall.Entries[at]; e.Themes = e.Themes[1:] })
		if _, err := k.DraftReport(ctx, officer, c); err == nil || !strings.Contains(err.Error(), "stands elsewhere") {
			t.Errorf("a submission left a theme, and the report was built: %v", err)
		}

		// People decide: one answer leaves a theme, another goes in, and two themes
		// become one.
		themes, err := k.store.Themes(ctx, c.ID)
		noError(t, err)
		placed, err := k.store.Placements(ctx, c.ID)
		noError(t, err)
		key := models.AnswerKey{Submission: placed[0].Submission, Question: placed[0].Question}
		codings := []models.Coding{{Theme: placed[0].Theme, AnswerKey: key, Belongs: false, By: officer.ID, Day: "2026-11-01"}}
		for _, theme := range themes {
			if theme.ID != placed[0].Theme {
				codings = append(codings, models.Coding{Theme: theme.ID, AnswerKey: key, Belongs: true, By: officer.ID, Day: "2026-11-01"})
				break
			}
		}
		noError(t, k.store.AddCodings(ctx, codings))
		check(func(*models.Report) {}, "stands elsewhere")
		r, err = k.DraftReport(ctx, officer, c)
		noError(t, err)
		check(func(*models.Report) {}, "")

		file, err := k.Ledger(ctx, officer, c)
		noError(t, err)
		rows, err := csv.NewReader(strings.NewReader(string(file))).ReadAll()
		if err != nil || len(rows) != 1+r.RollCall.Submissions {
			t.Errorf("the ledger has %d rows (%v), expected one for each of %d", len(rows), err, r.RollCall.Submissions)
		}
		for _, row := range rows[1:] {
			if !strings.HasPrefix(row[3], "who") {
				t.Errorf("a submission stands nowhere: %v", row)
			}
		}
	})
}

// A quote that differs by one character from what its author wrote is not left
// out: there is no report.
func TestOneCharacterOfAQuoteStopsTheReport(t *testing.T) {
	k := one(t)
	c := k.full(t)
	quotes, err := k.store.Quotes(ctx, c.ID)
	noError(t, err)
	sub, err := k.store.Submission(ctx, quotes[0].Submission)
	noError(t, err)
	words := []rune(sub.Answer(quotes[0].Question).Redacted)
	words[quotes[0].Start]++
	k.exec(t, "UPDATE answers SET redacted = '"+strings.ReplaceAll(string(words), "'", "''")+"' WHERE submission = '"+sub.ID+"' AND question = '"+quotes[0].Question+"'")
	if _, err := k.DraftReport(ctx, officer, c); err == nil || !strings.Contains(err.Error(), "differs from the words") {
		t.Errorf("got %v", err)
	}
}
