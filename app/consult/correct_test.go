package consult_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"heard/app/consult"
	"heard/models"
)

// correct starts to answer again with a code.
func (k *kit) correct(t testing.TB, c *models.Consultation, code string) consult.DraftKey {
	t.Helper()
	key, err := k.Correct(ctx, c, code)
	noError(t, err)
	return key
}

// behind returns the submission that a code leads to.
func (k *kit) behind(t testing.TB, code string) *models.Submission {
	t.Helper()
	s, err := k.store.SubmissionByReceipt(ctx, lookup(t, code))
	noError(t, err)
	return s
}

// Somebody else may hold a person's code, or make them use it: correcting shows
// nothing of what was sent.
func TestCorrectShowsAPersonNothing(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		const canary = "quinceblossom"
		file := k.fill(t, c, resident("It is "+canary+".", true))
		noError(t, k.Attach(ctx, file, c, "plan.png", picture(t)))
		noError(t, k.Submit(ctx, file, c, consult.Proof{}))
		list, err := k.receipt(file, c)
		noError(t, err)
		for name, code := range map[string]string{
			"a resident":   strings.Join(list, " "),
			"a sex worker": k.send(t, c, models.Answers{"A1": ticks("self"), "A2": ticks("sex_work"), "C1": ticks("strongly_disagree"), "S5": words("It is " + canary + ".")}),
			"a helper":     k.send(t, c, models.Answers{"A1": ticks("helper"), "H1": ticks("summary"), "H2": ticks("five_to_nine"), "H3": ticks("some"), "H4": ticks("residents"), "C6": words("They say " + canary + ".")}),
			"elected":      k.send(t, c, models.Answers{"A1": ticks("elected"), "C1": ticks("agree"), "C6": words(canary)}),
		} {
			sub := k.behind(t, code)
			key := k.correct(t, c, code)
			d := k.draft(t, key)
			if len(d.Answers)+len(d.Files)+len(d.Earlier)+len(d.Preset) > 0 {
				t.Errorf("%s: the correction begins with %+v", name, d)
			}
			var shown strings.Builder
			write(&shown, d)
			for _, secret := range []string{canary, "sex_work", "strongly_disagree", "live_here", sub.Path, sub.PublicID} {
				if strings.Contains(shown.String(), secret) {
					t.Errorf("%s: the correction shows %q", name, secret)
				}
			}
			trace, err := k.Trace(ctx, c, code)
			noError(t, err)
			if trace.Shown || !trace.Open {
				t.Errorf("%s: trace %+v", name, trace)
			}
			if consult.CanSave(c, d) {
				t.Errorf("%s: a correction can be saved for later", name)
			}
			_, err = k.SaveForLater(ctx, key, c)
			wantKind(t, name+": saving it", err, models.KindConflict)
			// Nothing happened yet, and leaving changes nothing.
			noError(t, k.DestroyDraft(ctx, key))
			if diff := cmp.Diff(sub, k.behind(t, code)); diff != "" {
				t.Errorf("%s: a correction that was left changed what was sent:\n%s", name, diff)
			}
			for _, key := range models.Keys(sub.Attachments) {
				if _, err := k.files.Get(ctx, key); err != nil {
					t.Errorf("%s: a correction that was left took a file: %v", name, err)
				}
			}
		}
	})
}

// What was sent first counts no more, is deleted, and leaves its entry in the
// log. The code goes on leading to what its author says.
func TestCorrect(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		const first, second = "quinceblossom", "medlarleaf"
		answers := resident("There is "+first+" all over the steps.", true)
		sent := k.fill(t, c, answers)
		noError(t, k.Attach(ctx, sent, c, first+".png", picture(t)))
		noError(t, k.Submit(ctx, sent, c, consult.Proof{}))
		list, err := k.receipt(sent, c)
		noError(t, err)
		noError(t, k.DestroyDraft(ctx, sent)) // the receipt was looked at
		code := strings.Join(list, " ")
		k.send(t, c, resident("The lamps are out.", true))
		noError(t, k.Reply(ctx, c, code, "I meant the "+first+"."))
		k.drain(t)
		old := k.behind(t, code)
		if got := k.find(t, officer, c, first); len(got) != 1 {
			t.Fatalf("found %v before correcting", got)
		}
		size, root, err := k.received(c)
		noError(t, err)
		report, err := k.DraftReport(ctx, officer, c)
		noError(t, err)

		k.clock.Advance(48 * time.Hour)
		key := k.correct(t, c, code)
		answers["C6"], answers["C1"] = words("There is "+second+" all over the steps."), ticks("disagree")
		k.answer(t, key, c, answers)
		noError(t, k.Submit(ctx, key, c, consult.Proof{}))
		noError(t, k.Submit(ctx, key, c, consult.Proof{})) // a second click

		// At once, before any background work:
		if got := k.find(t, officer, c, first); len(got) > 0 {
			t.Errorf("still found: %v", got)
		}
		if bytes.Contains(bytes.ToLower(databaseBytes(t, k)), []byte(first)) {
			t.Error("the database still holds the words")
		}
		for _, key := range models.Keys(old.Attachments) {
			if _, err := k.files.Get(ctx, key); err == nil {
				t.Error("a file that was not sent again is still there")
			}
		}
		shown, err := k.Sent(ctx, key, c)
		noError(t, err)
		if shown.Words != nil || shown.Equality || shown.Answers["C6"].Text != answers["C6"].Text {
			t.Errorf("shown after correcting: %+v", shown)
		}
		now := k.behind(t, code)
		if now.ID == old.ID || now.PublicID == old.PublicID || now.Answer("C6").Text != answers["C6"].Text || now.Status != models.SubmissionLive || now.Stance != models.StanceAgainst || now.Day != "2026-11-25" {
			t.Errorf("behind the code: %+v", now)
		}
		left, err := k.store.Submission(ctx, old.ID)
		noError(t, err)
		if left.Status != models.SubmissionReplaced || len(left.Answers)+len(left.Groups)+len(left.Consents)+len(left.Attachments)+len(left.Attention) > 0 || left.Stance != "" {
			t.Errorf("what is left of the first: %+v", left)
		}
		if got := k.tables(t, "messages"); got["messages"] != 0 {
			t.Error("messages about the first stay")
		}
		again, _, err := k.received(c)
		if err != nil || again != size+1 {
			t.Errorf("the log has %d leaves, had %d (%v)", again, size, err)
		}
		leaves, err := k.store.Leaves(ctx, c.ID)
		noError(t, err)
		if got := rootOf(leaves[:size]); got != root {
			t.Error("the log did not only grow")
		}
		trace, err := k.Trace(ctx, c, code)
		noError(t, err)
		if trace.Position != -1 || !trace.Open || trace.Misread || len(trace.Messages) > 0 || trace.Status != models.SubmissionLive {
			t.Errorf("trace %+v", trace)
		}

		k.drain(t)
		n, err := k.engine.Count(ctx)
		if err != nil || n != 2 {
			t.Errorf("the index holds %d documents (%v), want 2 answers for officers", n, err)
		}
		after, err := k.DraftReport(ctx, officer, c)
		noError(t, err)
		if after.RollCall.Submissions != report.RollCall.Submissions || after.RollCall.Uncounted != report.RollCall.Uncounted+1 {
			t.Errorf("counted %+v, before %+v", after.RollCall, report.RollCall)
		}
		for _, e := range after.RollCall.Entries {
			if e.Submission == old.ID {
				t.Error("the first is still called")
			}
		}
		if got, err := k.Live(ctx, officer, c); err != nil || got != 2 {
			t.Errorf("%d count (%v), want 2", got, err)
		}
		if _, _, err := k.Submission(ctx, officer, c, old.ID, true); models.KindOf(err) != models.KindNotFound {
			t.Errorf("an officer can still open it: %v", err)
		}
		if strings.Contains(k.log.String(), first) || strings.Contains(k.log.String(), second) {
			t.Error("the log repeats the words")
		}
		k.recorded(t)
		trail, err := k.store.AuditTrail(ctx, c.ID, 0)
		noError(t, err)
		recorded := 0
		for _, e := range trail {
			if e.Action == "submission.replaced" {
				recorded++
				if e.Object != old.ID || e.Time != "" || e.Actor != models.ActorRespondent {
					t.Errorf("recorded %+v", e)
				}
			}
		}
		if recorded != 1 {
			t.Errorf("recorded %d times", recorded)
		}

		// The same code goes on working: to change them again, and to take them
		// back.
		key = k.correct(t, c, code)
		k.answer(t, key, c, resident("Third.", false))
		noError(t, k.Submit(ctx, key, c, consult.Proof{}))
		if got := k.behind(t, code).Answer("C6").Text; got != "Third." {
			t.Errorf("behind the code: %q", got)
		}
		noError(t, k.Withdraw(ctx, c, code))
		if got, err := k.Live(ctx, officer, c); err != nil || got != 1 {
			t.Errorf("%d count (%v), want 1", got, err)
		}
		_, err = k.Correct(ctx, c, code)
		wantKind(t, "changing what was taken back", err, models.KindConflict)
		if codeOf(err) != "error.ended" {
			t.Errorf("refused with %v", err)
		}
	})
}

// An organisation's code opens what it sent, with its files.
func TestCorrectAsAnOrganisation(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		answers := organisation("We think.")
		answers["O1"] = words("A society")
		sent := k.fill(t, c, answers)
		for range 3 {
			noError(t, k.Attach(ctx, sent, c, "plan.png", picture(t)))
		}
		noError(t, k.Submit(ctx, sent, c, consult.Proof{}))
		list, err := k.receipt(sent, c)
		noError(t, err)
		code := strings.Join(list, " ")
		old := k.behind(t, code)
		trace, err := k.Trace(ctx, c, code)
		noError(t, err)
		if !trace.Shown {
			t.Error("its code does not open what it sent")
		}
		there := func(when string, files []models.Attachment, want bool) {
			t.Helper()
			for _, key := range models.Keys(files) {
				if _, err := k.files.Get(ctx, key); (err == nil) != want {
					t.Errorf("%s: a file is there: %v", when, err == nil)
				}
			}
		}

		// A correction that is left, whichever way, touches no file of what was
		// sent, also not one that was taken out of it.
		left := k.correct(t, c, code)
		d := k.draft(t, left)
		if diff := cmp.Diff(answers, d.Answers); diff != "" || len(d.Files) != 3 {
			t.Errorf("it opens with %d files (-sent +opened):\n%s", len(d.Files), diff)
		}
		noError(t, k.Detach(ctx, left, c, 0))
		noError(t, k.Attach(ctx, left, c, "new.png", picture(t)))
		added := k.draft(t, left).Files[2:]
		there("while correcting", added, true)
		noError(t, k.DestroyDraft(ctx, left))
		there("after leaving", old.Attachments, true)
		there("after leaving, what was added", added, false)
		idle := k.correct(t, c, code)
		noError(t, k.Detach(ctx, idle, c, 2))
		noError(t, k.Attach(ctx, idle, c, "new.png", picture(t)))
		added = k.draft(t, idle).Files[2:]
		k.clock.Advance(consult.DraftLife)
		noError(t, k.Sweep(ctx))
		there("after half an hour", old.Attachments, true)
		there("after half an hour, what was added", added, false)
		if got := len(k.behind(t, code).Attachments); got != 3 {
			t.Errorf("%d files are left of what was sent", got)
		}

		// Sent without one of them and with another.
		key := k.correct(t, c, code)
		d = k.draft(t, key)
		out := d.Files[:1]
		noError(t, k.Detach(ctx, key, c, 0))
		there("before sending", old.Attachments, true)
		noError(t, k.Attach(ctx, key, c, "new.png", picture(t)))
		k.answer(t, key, c, models.Answers{"C6": words("We think otherwise.")})
		noError(t, k.Submit(ctx, key, c, consult.Proof{}))
		now := k.behind(t, code)
		if now.Answer("C6").Text != "We think otherwise." || now.Answer("O1").Text != "A society" || len(now.Attachments) != 3 {
			t.Errorf("sent in its place: %+v", now)
		}
		there("what was left out", out, false)
		k.wantFiles(t, now)
		k.clock.Advance(2 * consult.DraftLife)
		noError(t, k.Sweep(ctx))
		there("an hour later", now.Attachments, true)
		var want []string
		for _, a := range old.Attachments {
			if a.Key != out[0].Key {
				want = append(want, a.Key)
			}
		}
		for _, key := range want {
			if !slices.ContainsFunc(now.Attachments, func(a models.Attachment) bool { return a.Key == key }) {
				t.Error("a file that stayed was not sent with it")
			}
		}

		// It changes its mind about who speaks: what a quiet path does not ask for
		// goes.
		key = k.correct(t, c, code)
		k.answer(t, key, c, quietAnswers)
		noError(t, k.Submit(ctx, key, c, consult.Proof{}))
		there("after answering quietly", now.Attachments, false)
		if s := k.behind(t, code); s.Path != "sex_worker" || len(s.Attachments) != 0 || len(s.Answers) != len(quietAnswers) {
			t.Errorf("behind the code: %+v", s)
		}
		if d := k.draft(t, key); len(d.Answers)+len(d.Files)+len(d.Earlier) != 0 || d.Receipt != nil {
			t.Errorf("after sending the draft holds %+v", d)
		}
		trace, err = k.Trace(ctx, c, code)
		if err != nil || trace.Shown {
			t.Errorf("its code opens quiet answers (%v)", err)
		}
		if got := k.tables(t, "draft_files"); got["draft_files"] != 0 {
			t.Errorf("%d files are noted as a draft's", got["draft_files"])
		}
	})
}

// Once the analysis is frozen the figures stand.
func TestCorrectAfterFreeze(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		open := k.demo(t)
		code := k.send(t, open, resident("The lamps are out.", true))
		started := k.correct(t, open, code)
		_, closes := open.Window()
		k.clock.Advance(closes.Add(open.Grace() + time.Hour).Sub(k.clock.Now()))
		closed := k.move(t, open, models.StatusClosed)

		// Reading goes on, so what could be taken back can be corrected.
		key := k.correct(t, closed, code)
		k.answer(t, key, closed, resident("The lamps are bright.", true))
		noError(t, k.Submit(ctx, key, closed, consult.Proof{}))
		_, err := k.StartDraft(ctx, closed, "en", "")
		wantKind(t, "starting another", err, models.KindClosed)
		wantKind(t, "an older correction", k.Submit(ctx, started, closed, consult.Proof{}), models.KindNotFound) // it died long ago

		key = k.correct(t, closed, code)
		k.answer(t, key, closed, resident("Too late.", true))
		frozen := k.move(t, closed, models.StatusFrozen)
		for _, c := range []*models.Consultation{frozen, closed, open} { // also from a page that was opened before
			wantKind(t, "sending a correction when "+string(c.Status), k.Submit(ctx, key, c, consult.Proof{}), models.KindClosed)
		}
		_, err = k.Correct(ctx, frozen, code)
		wantKind(t, "correcting", err, models.KindClosed)
		if codeOf(err) != "error.frozen" {
			t.Errorf("refused with %v", err)
		}
		if _, err := k.Answer(ctx, key, frozen, "C7", words("x")); models.KindOf(err) != models.KindClosed {
			t.Errorf("answering: %v", err)
		}
		if s := k.behind(t, code); s.Answer("C6").Text != "The lamps are bright." || s.Status != models.SubmissionLive {
			t.Errorf("behind the code: %+v", s)
		}
		if got := k.tables(t, "leaves"); got["leaves"] != 2 {
			t.Errorf("%d leaves", got["leaves"])
		}
	})
}

// Of two who correct one submission at once, one does, and the other is told;
// nothing of either is half done.
func TestCorrectTwiceAtOnce(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		sent := k.fill(t, c, organisation("First."))
		noError(t, k.Attach(ctx, sent, c, "plan.png", picture(t)))
		noError(t, k.Submit(ctx, sent, c, consult.Proof{}))
		list, err := k.receipt(sent, c)
		noError(t, err)
		code := strings.Join(list, " ")
		keys := make([]consult.DraftKey, 4)
		for i := range keys {
			keys[i] = k.correct(t, c, code)
			k.answer(t, keys[i], c, models.Answers{"C6": words(fmt.Sprintf("Again, %d.", i))})
		}
		errs := make([]error, len(keys))
		together(len(keys), func(i int) { errs[i] = k.Submit(ctx, keys[i], c, consult.Proof{}) })
		done := -1
		for i, err := range errs {
			switch {
			case err == nil && done < 0:
				done = i
			case err == nil:
				t.Error("two corrections were sent")
			case models.KindOf(err) != models.KindConflict || codeOf(err) != "error.replaced":
				t.Errorf("%d was refused with %v", i, err)
			}
		}
		if done < 0 {
			t.Fatal("no correction was sent")
		}
		s := k.subs(t, c)
		if len(s) != 1 || s[0].Answer("C6").Text != fmt.Sprintf("Again, %d.", done) || len(s[0].Attachments) != 1 {
			t.Fatalf("%d submissions, the first %+v", len(s), s[0])
		}
		k.wantFiles(t, s[0])
		if got := k.tables(t, "submissions", "leaves"); got["submissions"] != 2 || got["leaves"] != 2 {
			t.Errorf("kept: %v", got)
		}
		// Who was refused still has what they wrote, and can leave.
		for i, key := range keys {
			if i == done {
				continue
			}
			if d := k.draft(t, key); d.Sent || d.Answers["C6"].Text == "" {
				t.Errorf("%d has lost what it wrote", i)
			}
			noError(t, k.DestroyDraft(ctx, key))
		}
		k.wantFiles(t, s[0])
	})
}

// Whatever comes first, taking back wins: nothing that the code leads to counts
// afterwards, and nothing of it is left.
func TestWithdrawWhileCorrecting(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		for range 8 {
			code := k.send(t, c, organisation("quinceblossom"))
			key := k.correct(t, c, code)
			k.answer(t, key, c, models.Answers{"C6": words("quinceblossom again")})
			noError(t, k.Attach(ctx, key, c, "plan.png", picture(t)))
			files := models.Keys(k.draft(t, key).Files)
			var sending error
			together(2, func(i int) {
				if i == 0 {
					sending = k.Submit(ctx, key, c, consult.Proof{})
				} else if err := k.Withdraw(ctx, c, code); err != nil {
					t.Errorf("taking back: %v", err)
				}
			})
			if sending != nil && (models.KindOf(sending) != models.KindConflict || codeOf(sending) != "error.replaced") {
				t.Errorf("sending: %v", sending)
			}
			if got := k.subs(t, c); len(got) != 0 {
				t.Errorf("%d still count", len(got))
			}
			noError(t, k.DestroyDraft(ctx, key))
			for _, key := range files {
				if _, err := k.files.Get(ctx, key); err == nil {
					t.Error("its file is still there")
				}
			}
		}
		if bytes.Contains(databaseBytes(t, k), []byte("quinceblossom")) {
			t.Error("the database still holds the words")
		}
	})
}

// Whatever part of sending a correction fails, what was sent first still counts
// and is whole.
func TestCorrectIsAllOrNothing(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		sent := k.fill(t, c, organisation("First."))
		noError(t, k.Attach(ctx, sent, c, "plan.png", picture(t)))
		noError(t, k.Submit(ctx, sent, c, consult.Proof{}))
		list, err := k.receipt(sent, c)
		noError(t, err)
		code := strings.Join(list, " ")
		was := k.behind(t, code)
		key := k.correct(t, c, code)
		noError(t, k.Detach(ctx, key, c, 0))
		k.answer(t, key, c, models.Answers{"C6": words("Second.")})
		all := []string{"submissions", "answers", "attachments", "leaves", "audit_pending", "jobs", "draft_files"}
		for _, broken := range []string{"submissions", "answers", "leaves", "audit_pending", "jobs", "drafts", "draft_files"} {
			before := k.tables(t, all...)
			mend := k.breakTable(t, broken)
			err := k.Submit(ctx, key, c, consult.Proof{})
			mend()
			if err == nil {
				t.Fatalf("%s cannot be written and yet it was sent", broken)
			}
			if diff := cmp.Diff(before, k.tables(t, all...)); diff != "" {
				t.Errorf("%s cannot be written, yet rows changed (-before +after):\n%s", broken, diff)
			}
			if diff := cmp.Diff(was, k.behind(t, code)); diff != "" {
				t.Errorf("%s cannot be written, yet what was sent changed:\n%s", broken, diff)
			}
			k.wantFiles(t, was)
			if d := k.draft(t, key); d.Sent || d.Answers["C6"].Text != "Second." {
				t.Errorf("%s cannot be written, yet the draft is %+v", broken, d)
			}
		}
		noError(t, k.Submit(ctx, key, c, consult.Proof{}))
		if got := k.behind(t, code).Answer("C6").Text; got != "Second." {
			t.Errorf("behind the code: %q", got)
		}
	})
}

// What an officer set aside cannot be brought back by sending it again, and is
// still its author's to erase.
func TestSetAsideCannotBeCorrected(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		code := k.send(t, c, resident("quinceblossom", true))
		key := k.correct(t, c, code)
		k.answer(t, key, c, resident("Again.", true))
		noError(t, k.SetAside(ctx, officer, c, k.behind(t, code).ID, models.AsideOther, "Sent by a program."))
		err := k.Submit(ctx, key, c, consult.Proof{})
		wantKind(t, "sending a correction", err, models.KindConflict)
		if codeOf(err) != "error.replaced" {
			t.Errorf("refused with %v", err)
		}
		_, err = k.Correct(ctx, c, code)
		wantKind(t, "correcting", err, models.KindConflict)
		if got := len(k.subs(t, c)); got != 0 {
			t.Errorf("%d count", got)
		}
		noError(t, k.Withdraw(ctx, c, code))
		if s := k.behind(t, code); s.Status != models.SubmissionWithdrawn || len(s.Answers) > 0 {
			t.Errorf("after taking it back: %+v", s)
		}
		if bytes.Contains(databaseBytes(t, k), []byte("quinceblossom")) {
			t.Error("the database still holds the words")
		}
		wantKind(t, "counting it again", k.CountAgain(ctx, officer, c, k.behind(t, code).ID), models.KindConflict)
	})
}

// Between a correction and the next run over all answers, themes and quotes may
// still list what was replaced. Nobody is shown it, and nobody is counted twice.
func TestReportRightAfterACorrection(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.full(t)
		code := k.unhurried(t, c, resident("The street lighting by the canal is broken and I do not feel safe walking home at night past the quinceblossom.", true))
		k.drain(t)
		// Let it be quoted and placed, whatever the run made of it.
		old := k.behind(t, code)
		run, err := k.store.ThemeRun(ctx, c.ID)
		noError(t, err)
		theme := run.Themes[0].ID
		said := old.Answer("C6").Redacted
		run.Placements = append(run.Placements, models.Placement{Theme: theme, Submission: old.ID, Question: "C6", Score: 1})
		run.Placements = slices.CompactFunc(run.Placements, func(a, b models.Placement) bool {
			return a.Theme == b.Theme && a.Submission == b.Submission && a.Question == b.Question
		})
		run.Quotes = append(run.Quotes, models.Quote{Theme: theme, Submission: old.ID, Question: "C6", Group: "resident", Start: 0, End: len([]rune(said)), SHA256: hexSum(said)})
		noError(t, k.store.SaveThemes(ctx, *run))
		before, err := k.DraftReport(ctx, officer, c)
		noError(t, err)
		var quoted strings.Builder
		write(&quoted, before)
		if !strings.Contains(quoted.String(), "quinceblossom") {
			t.Fatal("the report does not quote it, so this test looks at the wrong place")
		}

		key := k.correct(t, c, code)
		k.answer(t, key, c, resident("Never mind.", true))
		noError(t, k.Submit(ctx, key, c, consult.Proof{}))
		after, err := k.DraftReport(ctx, officer, c)
		noError(t, err)
		if after.RollCall.Submissions != before.RollCall.Submissions || after.RollCall.InThemes+after.RollCall.HeardOnce+after.RollCall.ClosedOnly != after.RollCall.Submissions {
			t.Errorf("counted %d, before %d", after.RollCall.Submissions, before.RollCall.Submissions)
		}
		var text strings.Builder
		write(&text, after)
		if strings.Contains(text.String(), "quinceblossom") || strings.Contains(text.String(), old.ID) || strings.Contains(text.String(), old.PublicID) {
			t.Error("the report still holds what was replaced")
		}
		list, err := k.Themes(ctx, officer, c, 1)
		noError(t, err)
		text.Reset()
		write(&text, list)
		if strings.Contains(text.String(), "quinceblossom") {
			t.Error("themes still show what was replaced")
		}
		if trace, err := k.Trace(ctx, c, code); err != nil || trace.Quoted || len(trace.Themes) > 0 {
			t.Errorf("its trace: %+v (%v)", trace, err)
		}
	})
}

func hexSum(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}
