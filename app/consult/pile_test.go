package consult_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"heard/app/consult"
	"heard/models"
)

// One act empties the pile of what programs sent, after a sample was read; one
// takes it back. What a person may have written, or speaks up for, stays out.
func TestPile(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		send := func(n int, words string, p consult.Proof) (codes []string) {
			for i := range n {
				key := k.fill(t, c, resident(fmt.Sprintf("%s %d.", words, i), true))
				if words == "Slowly" {
					k.clock.Advance(minute)
				}
				noError(t, k.Submit(ctx, key, c, p))
				list, err := k.receipt(key, c)
				noError(t, err)
				codes = append(codes, strings.Join(list, " "))
			}
			return codes
		}
		send(3, "Slowly", consult.Proof{})
		hasty := send(30, "Junk", consult.Proof{})
		status := func() (live, void, spam int) {
			counts, err := k.store.CountSubmissions(ctx, c.ID)
			noError(t, err)
			ids, err := k.store.Marked(ctx, c.ID, models.SubmissionVoid, []models.Attention{models.AttentionSpam}, nil)
			noError(t, err)
			return counts[models.SubmissionLive], counts[models.SubmissionVoid], len(ids)
		}
		pile := func() (*consult.Pile, []string) {
			p, err := k.Pile(ctx, officer, c)
			noError(t, err)
			var ids []string
			for _, sub := range p.Sample {
				ids = append(ids, sub.ID)
			}
			return p, ids
		}
		before, sampled := pile()
		if before.Waiting != 30 || len(sampled) != consult.SampleSize || before.Aside != 0 {
			t.Fatalf("%d wait, %d sampled, %d aside", before.Waiting, len(sampled), before.Aside)
		}
		if all, err := k.ToLookAt(ctx, officer, c); err != nil || len(all) != 0 {
			t.Errorf("%d of a large pile are also listed one by one (%v)", len(all), err)
		}
		// Somebody speaks up for their own.
		noError(t, k.Misread(ctx, c, hasty[0], ""))
		now, sampled := pile()
		if now.Waiting != 29 {
			t.Errorf("%d wait after one author spoke up", now.Waiting)
		}
		// A sample that is not that of the pile empties nothing.
		for _, wrong := range [][]string{nil, sampled[1:], append([]string{"none"}, sampled[1:]...), append(slices.Clone(sampled[1:]), sampled[1])} {
			if n, err := k.EmptyPile(ctx, officer, c, wrong, nil); models.KindOf(err) != models.KindConflict || n != 0 {
				t.Errorf("emptied %d after another sample: %v", n, err)
			}
		}
		// One of the sample may come from a person: only that is done.
		if n, err := k.EmptyPile(ctx, officer, c, sampled, sampled[:1]); err != nil || n != 0 {
			t.Errorf("emptied %d, %v", n, err)
		}
		now, next := pile()
		if now.Waiting != 28 || slices.Contains(next, sampled[0]) {
			t.Errorf("%d wait after one was taken out", now.Waiting)
		}
		acts := len(k.acts(t, c, "pile.emptied"))
		if n, err := k.EmptyPile(ctx, officer, c, next, nil); err != nil || n != 28 {
			t.Errorf("emptied %d, %v", n, err)
		}
		if live, void, spam := status(); live != 5 || void != 28 || spam != 28 {
			t.Errorf("%d live, %d void, %d marked as spam", live, void, spam)
		}
		if got := len(k.acts(t, c, "pile.emptied")); got != acts+1 {
			t.Errorf("%d acts on record for one", got-acts)
		}
		if n, err := k.EmptyPile(ctx, officer, c, nil, nil); err != nil || n != 0 {
			t.Errorf("an empty pile: %d, %v", n, err)
		}
		k.drain(t)
		report, err := k.DraftReport(ctx, officer, c)
		if err != nil || report.RollCall.Submissions != 5 || report.RollCall.Uncounted != 28 {
			t.Errorf("the report counts %+v (%v)", report.RollCall, err)
		}
		// The author of one asks, and it alone is counted again.
		id := ""
		for _, code := range hasty {
			if sub := k.behind(t, code); sub.Status == models.SubmissionVoid {
				id = sub.ID
				break
			}
		}
		noError(t, k.CountAgain(ctx, officer, c, id))
		if live, void, spam := status(); live != 6 || void != 27 || spam != 27 {
			t.Errorf("%d live, %d void, %d marked as spam", live, void, spam)
		}
		if n, err := k.RestorePile(ctx, officer, c); err != nil || n != 27 {
			t.Errorf("restored %d, %v", n, err)
		}
		if live, void, spam := status(); live != 33 || void != 0 || spam != 0 {
			t.Errorf("%d live, %d void, %d marked as spam", live, void, spam)
		}
		if now, _ := pile(); now.Waiting != 27 {
			t.Errorf("%d wait again: what was counted again by itself is not among them", now.Waiting)
		}
	})
}
