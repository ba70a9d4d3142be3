package consult_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"heard/models"
)

func TestDraftReportAccountsForEverybody(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.full(t)
		code := k.send(t, c, resident("I want to take this back.", true))
		noError(t, k.Withdraw(ctx, c, code))
		r, err := k.DraftReport(ctx, officer, c)
		noError(t, err)
		subs := k.subs(t, c)
		if r.Published || r.RollCall.Submissions != len(subs) || r.RollCall.Uncounted != 1 ||
			r.RollCall.InThemes+r.RollCall.HeardOnce+r.RollCall.ClosedOnly != len(subs) || r.RollCall.InThemes == 0 || r.RollCall.HeardOnce == 0 || r.RollCall.ClosedOnly == 0 {
			t.Errorf("%d submissions, roll-call %d = %d + %d + %d, not counted %d", len(subs),
				r.RollCall.Submissions, r.RollCall.InThemes, r.RollCall.HeardOnce, r.RollCall.ClosedOnly, r.RollCall.Uncounted)
		}
		called := map[string]int{}
		for _, e := range r.RollCall.Entries {
			called[e.Submission]++
		}
		for _, s := range subs {
			if called[s.ID] != 1 {
				t.Errorf("a submission is called %d times", called[s.ID])
			}
		}
		again, err := k.DraftReport(ctx, auditor, c)
		noError(t, err)
		if diff := cmp.Diff(r, again); diff != "" {
			t.Errorf("the same data gave another report:\n%s", diff)
		}
		_, root, err := k.Checkpoint(ctx, c)
		if err != nil || r.Checkpoint != root {
			t.Errorf("checkpoint %s, the log's root is %s (%v)", r.Checkpoint, root, err)
		}
		// Whoever refused to be quoted is nowhere in it word for word.
		var text strings.Builder
		write(&text, r)
		for _, s := range subs {
			if s.Allows(models.ConsentQuote) {
				continue
			}
			for _, a := range s.Answers {
				if len(a.Redacted) > 40 && strings.Contains(text.String(), a.Redacted) && !alsoSaid(subs, a.Redacted) {
					t.Errorf("the report repeats what submission %s, which refused quotes, says in %s", s.PublicID, a.Question)
				}
			}
		}
	})
}

// alsoSaid reports whether somebody who may be quoted wrote the same, as in a
// campaign.
func alsoSaid(subs []*models.Submission, text string) bool {
	return slices.ContainsFunc(subs, func(s *models.Submission) bool {
		return s.Allows(models.ConsentQuote) && slices.ContainsFunc(s.Answers, func(a models.Answer) bool { return a.Redacted == text })
	})
}

func TestPublish(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.full(t)
		for _, to := range []models.Status{models.StatusOpen, models.StatusClosed} {
			c = k.move(t, c, to)
			wantKind(t, "proposing when "+string(to), k.ProposeReport(ctx, officer, c, ""), models.KindConflict)
			wantKind(t, "publishing when "+string(to), k.PublishReport(ctx, officer, c, ""), models.KindConflict)
			_, err := k.Report(ctx, c)
			wantKind(t, "reading when "+string(to), err, models.KindNotFound)
		}
		wantKind(t, "moving on twice", k.Move(ctx, officer, c, models.StatusPublished), models.KindConflict)
		c = k.move(t, c, models.StatusFrozen)
		wantKind(t, "publishing by moving on", k.Move(ctx, officer, c, models.StatusPublished), models.KindConflict)
		_, err := k.ReportFile(ctx, c, "json")
		wantKind(t, "reading when frozen", err, models.KindNotFound)

		draft, err := k.DraftReport(ctx, officer, c)
		noError(t, err)
		wantKind(t, "publishing what nobody proposed", k.PublishReport(ctx, second, c, ""), models.KindConflict)
		hash := k.propose(t, c, "")
		mend := k.breakTable(t, "report_members")
		err = k.PublishReport(ctx, second, c, hash)
		mend()
		if err == nil || k.reread(t, c).Status != models.StatusFrozen {
			t.Errorf("the report cannot be kept (%v) and yet the consultation is %s", err, k.reread(t, c).Status)
		}
		wantKind(t, "publishing what one proposed", k.PublishReport(ctx, officer, c, hash), models.KindConflict)
		noError(t, k.PublishReport(ctx, second, c, hash))
		wantKind(t, "publishing twice", k.PublishReport(ctx, second, c, hash), models.KindConflict)
		c = k.reread(t, c)
		wantKind(t, "publishing what is published", k.PublishReport(ctx, second, c, hash), models.KindConflict)

		first, err := k.Report(ctx, c)
		noError(t, err)
		files := map[string][]byte{}
		for _, format := range []string{"csv", "json", "xlsx", "dictionary"} {
			files[format], err = k.ReportFile(ctx, c, format)
			noError(t, err)
		}
		draft.Published, draft.RollCall.Entries, draft.Version = true, nil, first.Version
		if diff := cmp.Diff(plain(t, draft), plain(t, first)); diff != "" {
			t.Errorf("what was published is not the last draft (-draft +published):\n%s", diff)
		}
		if len(first.RollCall.Entries) > 0 {
			t.Error("the published report tells where each submission stands by its internal id")
		}
		for _, s := range k.subs(t, c) {
			if bytes.Contains(files["json"], []byte(s.ID)) {
				t.Error("the published report holds an internal id")
			}
		}

		// Whatever happens to the store now.
		k.exec(t, "UPDATE answers SET text = 'changed', redacted = 'changed'")
		k.exec(t, "UPDATE themes SET label = 'changed'")
		k.exec(t, "UPDATE submissions SET status = 'void'")
		noError(t, k.RefreshThemes(ctx, c.ID))
		after, err := k.Report(ctx, c)
		noError(t, err)
		if diff := cmp.Diff(first, after); diff != "" {
			t.Errorf("the published report changed:\n%s", diff)
		}
		for format, was := range files {
			now, err := k.ReportFile(ctx, c, format)
			if err != nil || !bytes.Equal(was, now) {
				t.Errorf("the published %s changed (%v)", format, err)
			}
		}
		if !json.Valid(files["json"]) {
			t.Error("report.json is not JSON")
		}
		if rows, err := csv.NewReader(bytes.NewReader(files["csv"])).ReadAll(); err != nil || len(rows) < 2 {
			t.Errorf("report.csv has %d rows (%v)", len(rows), err)
		}
		// So does what this version of the program would not write: its hash is in the log.
		_, kept, err := k.store.Report(ctx, c.ID)
		noError(t, err)
		kept = bytes.Replace(kept, []byte("{"), []byte(`{"of_an_earlier_version":1,`), 1)
		noError(t, k.store.StrikeReport(ctx, c.ID, 1, kept, "2027-01-04"))
		now, err := k.ReportFile(ctx, c, "json")
		noError(t, err)
		var compact bytes.Buffer
		noError(t, json.Compact(&compact, now))
		if !bytes.Equal(compact.Bytes(), kept) {
			t.Error("report.json is not what was published")
		}
		_, err = k.ReportFile(ctx, c, "exe")
		wantKind(t, "a format there is not", err, models.KindNotFound)
	})
}

// plain is a report as it is written and read again, where none and empty are
// the same.
func plain(t *testing.T, r *models.Report) (v any) {
	t.Helper()
	b, err := json.Marshal(r)
	noError(t, err)
	noError(t, json.Unmarshal(b, &v))
	return v
}

// A report never prints words that nobody wrote, and never those of somebody
// who refused.
func TestTamperedQuotesStopTheReport(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.themed(t, "lantern-square", 5)
		c = k.move(t, c, models.StatusClosed)
		k.drain(t)
		// Words that are sealed do not open once anything of them has changed. What a
		// report says of those that lie bare, as before they were sealed, comes after.
		sealed := k.subs(t, c)
		k.exec(t, "UPDATE answers SET redacted = replace(redacted, 'e', 'a')")
		if _, err := k.DraftReport(ctx, officer, c); err == nil || !strings.Contains(err.Error(), "words that do not open") {
			t.Errorf("sealed words: error %v", err)
		}
		k.restore(t, sealed)
		for name, test := range map[string]struct{ change, says string }{
			"hash":    {"UPDATE quotes SET sha256 = 'ab' || substr(sha256, 3)", "differs from the words"},
			"words":   {"UPDATE answers SET redacted = replace(redacted, 'e', 'a')", "differs from the words"},
			"offsets": {"UPDATE quotes SET ends = 1000000", "outside the answer"},
			"consent": {"UPDATE submissions SET consents = '[]'", "did not agree"},
		} {
			fresh := k.run(t, c)
			if len(fresh.Quotes) == 0 {
				t.Fatal("nothing is quoted")
			}
			saved := k.subs(t, c)
			k.exec(t, test.change)
			_, err := k.DraftReport(ctx, officer, c)
			if err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("%s: error %v does not say %q", name, err, test.says)
			}
			for _, s := range saved {
				if err == nil {
					break
				}
				for _, a := range s.Answers {
					if len(a.Text) > 20 && strings.Contains(err.Error(), a.Text) {
						t.Errorf("%s: the error repeats an answer", name)
					}
				}
			}
			k.restore(t, saved)
			noError(t, k.store.SaveThemes(ctx, *fresh))
			if _, err := k.DraftReport(ctx, officer, c); err != nil {
				t.Fatalf("%s: not restored: %v", name, err)
			}
		}
		frozen := k.move(t, c, models.StatusFrozen)
		k.exec(t, "UPDATE quotes SET sha256 = 'ab' || substr(sha256, 3)")
		if err := k.ProposeReport(ctx, officer, frozen, ""); err == nil {
			t.Error("a tampered report was proposed")
		}
		if k.reread(t, c).Status != models.StatusFrozen {
			t.Error("a report that could not be built moved the consultation on")
		}
	})
}

// restore puts answers and consents back behind the store's back.
func (k *kit) restore(t *testing.T, subs []*models.Submission) {
	t.Helper()
	db := k.sql(t)
	tx, err := db.Begin()
	noError(t, err)
	for _, s := range subs {
		consents, err := json.Marshal(s.Consents)
		noError(t, err)
		if s.Consents == nil {
			consents = []byte("[]")
		}
		_, err = tx.Exec("UPDATE submissions SET consents = $1 WHERE id = $2", string(consents), s.ID)
		noError(t, err)
		for _, a := range s.Answers {
			_, err := tx.Exec("UPDATE answers SET redacted = $1 WHERE submission = $2 AND question = $3", a.Redacted, s.ID, a.Question)
			noError(t, err)
		}
	}
	noError(t, tx.Commit())
}
