package consult_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"heard/app/consult"
	"heard/app/ledger"
	"heard/models"
)

// save keeps what is under key for later and returns the words of its code.
func (k *kit) save(t testing.TB, key consult.DraftKey, c *models.Consultation) string {
	t.Helper()
	code, err := k.SaveForLater(ctx, key, c)
	noError(t, err)
	if len(strings.Fields(code)) != 12 {
		t.Fatalf("the code has %d words", len(strings.Fields(code)))
	}
	return code
}

// reopen comes back with a code.
func (k *kit) reopen(t testing.TB, c *models.Consultation, code string) consult.DraftKey {
	t.Helper()
	key, err := k.Reopen(ctx, c, code)
	noError(t, err)
	return key
}

// lookup is what is stored in place of a code.
func lookup(t testing.TB, code string) []byte {
	t.Helper()
	parsed, err := ledger.ParseCode(code)
	noError(t, err)
	return parsed.Lookup(pepper)
}

// rootOf is the root of a log with these leaves.
func rootOf(leaves [][]byte) string {
	list := make([]ledger.Hash, len(leaves))
	for i, b := range leaves {
		list[i] = ledger.Hash(b)
	}
	return ledger.Root(list).String()
}

func (k *kit) draft(t testing.TB, key consult.DraftKey) *consult.Draft {
	t.Helper()
	d, err := k.LoadDraft(ctx, key)
	noError(t, err)
	return d
}

// together runs n functions at the same time.
func together(n int, f func(i int)) {
	var all sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		all.Go(func() {
			<-start
			f(i)
		})
	}
	close(start)
	all.Wait()
}

// someCode is a code that leads nowhere.
func someCode(t testing.TB) string {
	t.Helper()
	code, err := ledger.NewCode(bytes.NewReader(consult.NewDraftKey()))
	noError(t, err)
	return code.Words()
}

// Whoever has the code comes back to what was written, also after the portal
// was stopped and started. Nobody else does, not even with the database.
func TestSaveAndComeBack(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		const canary = "QUINCEBLOSSOM"
		answers := resident("My canary is "+canary+".", true)
		key := k.fill(t, c, answers)
		code := k.save(t, key, c)
		if again := k.save(t, key, c); again != code {
			t.Error("saving twice gives another code")
		}
		_, closes := c.Window()
		d := k.draft(t, key)
		if d.Code != code || !d.Until.Equal(closes.Add(c.Grace())) || d.Elsewhere || d.Sent {
			t.Errorf("after saving: %+v", d)
		}
		if diff := cmp.Diff(answers, d.Answers); diff != "" {
			t.Errorf("after saving (-want +got):\n%s", diff)
		}

		all := databaseBytes(t, k)
		parsed, err := ledger.ParseCode(code)
		noError(t, err)
		saved := parsed.Derive("draft", 32)
		fields := strings.Fields(code)
		for _, secret := range []string{canary, code, strings.Join(fields[:3], " "), strings.Join(fields[:3], `","`),
			string(saved), hex.EncodeToString(saved), base64.StdEncoding.EncodeToString(saved), string(key), string(parsed.Lookup(pepper)), string(parsed.Lookup(nil))} {
			if bytes.Contains(all, []byte(secret)) {
				t.Errorf("the database shows %q", secret)
			}
		}
		if log := k.log.String(); strings.Contains(log, canary) || strings.Contains(log, fields[0]+" "+fields[1]) {
			t.Error("the log shows what was saved, or its code")
		}

		k = k.restart(t)
		back := k.reopen(t, c, " "+strings.ToUpper(strings.ReplaceAll(code, " ", ", "))+"\n")
		if bytes.Equal(back, key) {
			t.Error("the other browser has the key of the first")
		}
		if diff := cmp.Diff(answers, k.draft(t, back).Answers); diff != "" {
			t.Errorf("after coming back (-want +got):\n%s", diff)
		}
		k.answer(t, back, c, models.Answers{"C7": words("One thing more.")})
		if got := k.draft(t, key).Answers["C7"].Text; got != "One thing more." {
			t.Errorf("the first browser sees %q", got)
		}

		other := *c
		other.ID = "another"
		for what, try := range map[string]struct {
			c    *models.Consultation
			code string
		}{
			"another code":                 {c, someCode(t)},
			"no code":                      {c, ""},
			"words of no code":             {c, strings.Repeat("abandon ", 12)},
			"the words in another order":   {c, strings.Join(slices.Sorted(slices.Values(fields)), " ")},
			"the code elsewhere":           {&other, code},
			"the code with a word changed": {c, strings.Join(fields[:11], " ") + " zoo"},
		} {
			_, err := k.Reopen(ctx, try.c, try.code)
			wantKind(t, what, err, models.KindInvalid)
			if f := models.FieldsOf(err); len(f) != 1 || f[0].Field != "code" || f[0].Code != "code.unknown" {
				t.Errorf("%s: %v", what, f)
			}
		}
	})
}

// A draft that is saved under a code is found by nothing but the code: it is
// none of the submissions, and the code opens no receipt before it is sent.
func TestSavedIsNotSent(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		key := k.fill(t, c, resident("Not yet.", true))
		code := k.save(t, key, c)
		_, err := k.Trace(ctx, c, code)
		wantKind(t, "looking for it with the code", err, models.KindInvalid)
		wantKind(t, "taking it back", k.Withdraw(ctx, c, code), models.KindInvalid)
		_, err = k.Correct(ctx, c, code)
		wantKind(t, "correcting it", err, models.KindInvalid)
		if got := k.tables(t, "submissions", "answers", "leaves", "attachments"); got["submissions"]+got["answers"]+got["leaves"] != 0 {
			t.Errorf("kept as sent: %v", got)
		}
		if _, err := k.Sent(ctx, key, c); models.KindOf(err) != models.KindNotFound {
			t.Errorf("there is a receipt: %v", err)
		}
	})
}

// Two people who write one response at the same time lose nothing of it.
func TestTwoPeopleWriteTogether(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		first := k.fill(t, c, models.Answers{"A1": ticks("organisation")})
		code := k.save(t, first, c)
		elsewhere := k.restart(t) // another process has connections of its own
		second := elsewhere.reopen(t, c, code)
		questions := []string{"B5", "B6", "C2", "C5", "C6", "C7", "C8", "C9", "C10", "O1"}
		want := models.Answers{"A1": ticks("organisation")}
		for _, id := range questions {
			q := c.Question(id)
			want[id] = words("What we say to " + id)
			if q.Closed() {
				want[id] = ticks(q.Options[0].ID)
			}
		}
		together(len(questions)+4, func(i int) {
			k, key := k, first
			if i%2 == 1 {
				k, key = elsewhere, second
			}
			if i >= len(questions) {
				if err := k.Attach(ctx, key, c, "plan.png", picture(t)); err != nil {
					t.Errorf("file %d: %v", i, err)
				}
				return
			}
			if _, err := k.Answer(ctx, key, c, questions[i], want[questions[i]]); err != nil {
				t.Errorf("answer to %s: %v", questions[i], err)
			}
		})
		for _, key := range []consult.DraftKey{first, second} {
			d := k.draft(t, key)
			if diff := cmp.Diff(want, d.Answers); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if len(d.Files) != 4 {
				t.Errorf("%d files, want 4", len(d.Files))
			}
		}
		noError(t, k.Submit(ctx, second, c, consult.Proof{}))
		s := k.subs(t, c)
		if len(s) != 1 || len(s[0].Answers) != len(want) || len(s[0].Attachments) != 4 {
			t.Fatalf("sent %d submissions, the first with %d answers and %d files", len(s), len(s[0].Answers), len(s[0].Attachments))
		}
		k.wantFiles(t, s[0])
	})
}

// wantFiles fails when a file of a submission is gone, or would be taken for
// that of a dead draft.
func (k *kit) wantFiles(t testing.TB, s *models.Submission) {
	t.Helper()
	for _, key := range models.Keys(s.Attachments) {
		if _, err := k.files.Get(ctx, key); err != nil {
			t.Errorf("a file that was sent is gone: %v", err)
		}
		var n int
		noError(t, k.sql(t).QueryRow("SELECT COUNT(*) FROM draft_files WHERE key = $1", key).Scan(&n))
		if n != 0 {
			t.Error("a file that was sent is noted as a draft's, and will be swept away")
		}
	}
}

// All who wrote it may send it, at once or one after the other: it is sent
// once, and each is shown the same words.
func TestSendTogether(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		keys := []consult.DraftKey{k.fill(t, c, resident("The lamps are out again.", true))}
		code := k.save(t, keys[0], c)
		for range 4 {
			keys = append(keys, k.reopen(t, c, code))
		}
		late := k.reopen(t, c, code)
		together(len(keys)*2, func(i int) {
			key := keys[i%len(keys)]
			if err := k.Submit(ctx, key, c, consult.Proof{}); err != nil {
				t.Errorf("sender %d: %v", i, err)
				return
			}
			words, err := k.receipt(key, c)
			if err != nil || strings.Join(words, " ") != code {
				t.Errorf("sender %d is shown other words than the code it was saved under (%v)", i, err)
			}
		})
		if got := k.tables(t, "submissions", "leaves"); got["submissions"] != 1 || got["leaves"] != 1 {
			t.Errorf("sent together: %v", got)
		}
		equality := 0
		for _, key := range keys {
			sent, err := k.Sent(ctx, key, c)
			noError(t, err)
			if sent.Equality {
				equality++
			}
		}
		if equality != 1 {
			t.Errorf("one submission, and the equality questions are asked %d times", equality)
		}

		// Somebody who did not see that it was sent.
		_, err := k.Answer(ctx, late, c, "C7", words("Too late."))
		wantKind(t, "answering what was sent", err, models.KindNotFound)
		noError(t, k.Submit(ctx, late, c, consult.Proof{}))
		sent, err := k.Sent(ctx, late, c)
		noError(t, err)
		if strings.Join(sent.Words, " ") != code || sent.Language != "en" || sent.Equality {
			t.Errorf("the last is shown %+v", sent)
		}
		_, err = k.Reopen(ctx, c, code)
		wantKind(t, "coming back to what was sent", err, models.KindInvalid)
		if got := k.tables(t, "submissions", "leaves"); got["submissions"] != 1 || got["leaves"] != 1 {
			t.Errorf("sent once more: %v", got)
		}
		trace, err := k.Trace(ctx, c, code)
		noError(t, err)
		if !trace.Open || trace.Receipt == "" {
			t.Errorf("its trace: %+v", trace)
		}
	})
}

// Exit leaves nothing in this browser. What was saved stays for whoever has the
// code.
func TestLeavingKeepsWhatIsSaved(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		key := k.fill(t, c, organisation("Saved."))
		noError(t, k.Attach(ctx, key, c, "plan.png", picture(t)))
		code := k.save(t, key, c)
		files := models.Keys(k.draft(t, key).Files)
		other := k.reopen(t, c, code)
		noError(t, k.DestroyDraft(ctx, key))
		_, err := k.LoadDraft(ctx, key)
		wantKind(t, "after leaving", err, models.KindNotFound)
		if got := k.draft(t, other).Answers["C6"].Text; got != "Saved." {
			t.Errorf("another browser sees %q", got)
		}

		// A browser that is not used for a while forgets it as well.
		k.clock.Advance(consult.DraftLife)
		noError(t, k.Sweep(ctx))
		_, err = k.LoadDraft(ctx, other)
		wantKind(t, "after half an hour", err, models.KindNotFound)
		k.clock.Advance(24 * time.Hour)
		noError(t, k.Sweep(ctx))
		back := k.reopen(t, c, code)
		if d := k.draft(t, back); d.Answers["C6"].Text != "Saved." || len(d.Files) != 1 {
			t.Errorf("a day later: %+v", d)
		}
		for _, key := range files {
			if _, err := k.files.Get(ctx, key); err != nil {
				t.Errorf("a day later a file is gone: %v", err)
			}
		}
		// Each use keeps the browser's hold.
		for range 3 {
			k.clock.Advance(consult.DraftLife - time.Minute)
			k.draft(t, back)
		}
		noError(t, k.Submit(ctx, back, c, consult.Proof{}))
		k.wantFiles(t, k.subs(t, c)[0])
	})
}

// A saved response can be sent as long as any that was started in time, and
// then it is gone with its files.
func TestSavedEnds(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		_, closes := c.Window()
		end := closes.Add(c.Grace())
		set := func(at time.Time) { k.clock.Advance(at.Sub(k.clock.Now())) }
		key := k.fill(t, c, organisation("Never sent."))
		noError(t, k.Attach(ctx, key, c, "plan.png", picture(t)))
		code := k.save(t, key, c)
		files := models.Keys(k.draft(t, key).Files)
		inTime := k.save(t, k.fill(t, c, resident("In the last second.", true)), c)

		set(end.Add(-time.Second))
		noError(t, k.Sweep(ctx))
		noError(t, k.Submit(ctx, k.reopen(t, c, inTime), c, consult.Proof{}))
		back := k.reopen(t, c, code)
		set(end)
		_, err := k.Reopen(ctx, c, code)
		if err == nil {
			t.Error("it was opened when the grace was over")
		}
		if err := k.Submit(ctx, back, c, consult.Proof{}); err == nil {
			t.Error("it was sent when the grace was over")
		}
		noError(t, k.Sweep(ctx))
		for _, key := range files {
			if _, err := k.files.Get(ctx, key); err == nil {
				t.Error("its file is still there")
			}
		}
		set(end.Add(consult.DraftLife))
		noError(t, k.Sweep(ctx))
		if got := k.tables(t, "drafts", "draft_files"); got["drafts"]+got["draft_files"] != 0 {
			t.Errorf("left over: %v", got)
		}
		if s := k.subs(t, c); len(s) != 1 || s[0].Answer("C6").Text != "In the last second." {
			t.Errorf("%d submissions, want the one that was sent in time", len(s))
		}
	})
}

var quietAnswers = models.Answers{"A1": ticks("self"), "A2": ticks("sex_work"), "S5": words("QUIETWORDS")}

// Nothing is saved on a quiet path, where nothing may be found by anybody else.
func TestNothingQuietIsSaved(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		helper := models.Answers{"A1": ticks("helper"), "H1": ticks("own_words"), "H3": ticks("yes_all"), "H4": ticks("sex_workers")}
		for name, answers := range map[string]models.Answers{"herself": quietAnswers, "a helper": helper} {
			key := k.fill(t, c, answers)
			before := k.tables(t, "drafts")
			if consult.CanSave(c, k.draft(t, key)) {
				t.Errorf("%s: saving is offered", name)
			}
			_, err := k.SaveForLater(ctx, key, c)
			wantKind(t, name, err, models.KindConflict)
			if codeOf(err) != "error.nosave" {
				t.Errorf("%s: %v", name, err)
			}
			if diff := cmp.Diff(before, k.tables(t, "drafts")); diff != "" {
				t.Errorf("%s: something was saved:\n%s", name, diff)
			}
			if d := k.draft(t, key); d.Code != "" || len(d.Answers) != len(answers) {
				t.Errorf("%s: the draft became %+v", name, d)
			}
		}
		card, err := k.StartDraft(ctx, c, "ro", "fern")
		noError(t, err)
		_, err = k.SaveForLater(ctx, card, c)
		wantKind(t, "by an outreach card", err, models.KindConflict)

		// Words from a quiet path that is no longer taken are not saved with the
		// rest.
		changed := k.fill(t, c, quietAnswers)
		k.answer(t, changed, c, resident("For all to read.", true))
		code := k.save(t, changed, c)
		back := k.reopen(t, c, code)
		if d := k.draft(t, back); d.Answers["S5"].Text != "" || d.Answers["C6"].Text != "For all to read." {
			t.Errorf("saved with the rest: %+v", d.Answers)
		}
	})
}

// codeOf is the name of an error's wording in the catalogues.
func codeOf(err error) string {
	if e := (*models.Error)(nil); errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// An answer that leads a saved response onto a quiet path takes it back into
// the browser it was given in. It never stands where the code opens it.
func TestSavedIsTakenBack(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		key := k.fill(t, c, resident("For all to read.", true))
		noError(t, k.Attach(ctx, key, c, "plan.png", picture(t)))
		code := k.save(t, key, c)
		other := k.reopen(t, c, code)

		// What is only ticked and not yet answered changes nothing: it may be a
		// slip, and others would lose what they saved.
		noError(t, k.Keep(ctx, key, c, "A2", ticks("sex_work")))
		for _, key := range []consult.DraftKey{key, other} {
			if d := k.draft(t, key); d.Code != code || !slices.Equal(d.Answers["A2"].Options, []string{"live_here"}) {
				t.Errorf("after a tick: %+v", d)
			}
		}
		noError(t, k.Keep(ctx, key, c, "C7", words("Kept as it is typed.")))

		if _, err := k.Answer(ctx, key, c, "A2", ticks("live_here", "sex_work")); err != nil {
			t.Fatal(err)
		}
		d := k.draft(t, key)
		if !d.Unsaved || d.Code != "" || !d.Until.IsZero() || len(d.Answers["A2"].Options) != 2 || d.Answers["C7"].Text == "" || len(d.Files) != 1 {
			t.Errorf("taken back: %+v", d)
		}
		_, err := k.LoadDraft(ctx, other)
		wantKind(t, "in another browser", err, models.KindNotFound)
		_, err = k.Reopen(ctx, c, code)
		wantKind(t, "with the code", err, models.KindInvalid)
		wantKind(t, "sending from another browser", k.Submit(ctx, other, c, consult.Proof{}), models.KindNotFound)
		_, err = k.SaveForLater(ctx, key, c)
		wantKind(t, "saving again", err, models.KindConflict)
		// From now on it lives as long as any other.
		k.clock.Advance(consult.DraftLife)
		noError(t, k.Sweep(ctx))
		_, err = k.LoadDraft(ctx, key)
		wantKind(t, "after half an hour", err, models.KindNotFound)
		for _, key := range models.Keys(d.Files) {
			if _, err := k.files.Get(ctx, key); err == nil {
				t.Error("its file is still there")
			}
		}
	})
}

// At no moment does anybody with the code see the answer that took it back.
func TestTakenBackUnseen(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		for range 5 {
			key := k.fill(t, c, resident("For all to read.", true))
			code := k.save(t, key, c)
			other := k.reopen(t, c, code)
			together(6, func(i int) {
				if i == 0 {
					if _, err := k.Answer(ctx, key, c, "A2", ticks("sex_work")); err != nil {
						t.Errorf("answering: %v", err)
					}
					return
				}
				for range 5 {
					d, err := k.LoadDraft(ctx, other)
					if err != nil && models.KindOf(err) != models.KindNotFound {
						t.Errorf("looking: %v", err)
					}
					if err == nil && slices.Contains(d.Answers["A2"].Options, "sex_work") {
						t.Error("it was seen with the code")
					}
					if i%2 == 1 {
						_, err := k.Answer(ctx, other, c, "C7", words("Meanwhile."))
						if err != nil && models.KindOf(err) != models.KindNotFound {
							t.Errorf("answering meanwhile: %v", err)
						}
					}
				}
			})
			if d := k.draft(t, key); !d.Unsaved || d.Code != "" {
				t.Errorf("taken back: %+v", d)
			}
		}
	})
}

// An answer that was taken in while the response is being sent is sent with it,
// and one that was not is refused. Files are never taken for a draft's again.
func TestNothingIsLostWhileSending(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		for round := range 12 {
			key := k.fill(t, c, organisation(fmt.Sprintf("Round %d.", round)))
			noError(t, k.Attach(ctx, key, c, "plan.png", picture(t)))
			other := key
			if round%2 == 1 {
				other = k.reopen(t, c, k.save(t, key, c))
			}
			taken := make([]bool, 4)
			together(len(taken)+1, func(i int) {
				switch i {
				case len(taken):
					if err := k.Submit(ctx, key, c, consult.Proof{}); err != nil {
						t.Errorf("sending: %v", err)
					}
					return
				case 0:
					err := k.Attach(ctx, other, c, "late.png", picture(t))
					taken[i] = err == nil
					if err != nil && models.KindOf(err) != models.KindNotFound {
						t.Errorf("attaching meanwhile: %v", err)
					}
					return
				case 3:
					if err := k.Speak(ctx, other, c, "pl"); err != nil && models.KindOf(err) != models.KindNotFound {
						t.Errorf("turning the page meanwhile: %v", err)
					}
					return
				}
				_, err := k.Answer(ctx, other, c, []string{"", "C7", "C10"}[i], words("On its way."))
				taken[i] = err == nil
				if err != nil && models.KindOf(err) != models.KindNotFound {
					t.Errorf("answering meanwhile: %v", err)
				}
			})
			var sent *models.Submission
			for _, s := range k.subs(t, c) {
				if s.Answer("C6").Text == fmt.Sprintf("Round %d.", round) {
					sent = s
				}
			}
			if sent == nil {
				t.Fatalf("round %d was not sent", round)
			}
			for i, id := range []string{"", "C7", "C10"} {
				if id != "" && taken[i] != (sent.Answer(id) != nil) {
					t.Errorf("round %d: the answer to %s was taken in: %v, sent: %v", round, id, taken[i], sent.Answer(id) != nil)
				}
			}
			if files := len(sent.Attachments); files != 1 && !taken[0] || files != 2 && taken[0] {
				t.Errorf("round %d: a second file was taken in: %v, sent: %d", round, taken[0], files)
			}
			k.wantFiles(t, sent)
			if got := k.tables(t, "draft_files"); got["draft_files"] != 0 {
				t.Errorf("round %d: %d files are noted as a draft's", round, got["draft_files"])
			}
		}
	})
}

// A page of the browser that sends a saved response, asked for meanwhile, shows
// it as not sent or as sent, never as one that was not begun.
func TestLookingWhileSending(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		for round := range 12 {
			key := k.fill(t, c, organisation(fmt.Sprintf("Round %d.", round)))
			k.save(t, key, c)
			together(5, func(i int) {
				if i == 0 {
					if err := k.Submit(ctx, key, c, consult.Proof{}); err != nil {
						t.Errorf("sending: %v", err)
					}
					return
				}
				for {
					d, err := k.LoadDraft(ctx, key)
					if err != nil {
						t.Errorf("round %d: looking meanwhile: %v", round, err)
					}
					if err != nil || d.Sent {
						return
					}
				}
			})
		}
	})
}

// Somebody who leaves while the response is being sent: either it was sent
// whole, or it is gone whole.
func TestLeavingWhileSending(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		for round := range 12 {
			text := fmt.Sprintf("Round %d.", round)
			key := k.fill(t, c, organisation(text))
			noError(t, k.Attach(ctx, key, c, "plan.png", picture(t)))
			files := models.Keys(k.draft(t, key).Files)
			var sending error
			together(2, func(i int) {
				if i == 0 {
					sending = k.Submit(ctx, key, c, consult.Proof{})
				} else if err := k.DestroyDraft(ctx, key); err != nil {
					t.Errorf("leaving: %v", err)
				}
			})
			if _, err := k.LoadDraft(ctx, key); models.KindOf(err) != models.KindNotFound {
				t.Errorf("round %d: after leaving there is a draft (%v)", round, err)
			}
			var sent *models.Submission
			for _, s := range k.subs(t, c) {
				if s.Answer("C6").Text == text {
					sent = s
				}
			}
			if (sent != nil) != (sending == nil) || sending != nil && models.KindOf(sending) != models.KindNotFound {
				t.Errorf("round %d: sent %v, and yet %v", round, sent != nil, sending)
			}
			if sent != nil {
				k.wantFiles(t, sent)
				continue
			}
			for _, key := range files {
				if _, err := k.files.Get(ctx, key); err == nil {
					t.Errorf("round %d: it was not sent, and its file is still there", round)
				}
			}
		}
	})
}

// Two clicks on save, and an answer on its way, give one saved response that
// has it all, with its files for as long as it lives.
func TestSaveTogether(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		for range 6 {
			key := k.fill(t, c, organisation("Saved."))
			noError(t, k.Attach(ctx, key, c, "plan.png", picture(t)))
			before := k.tables(t, "drafts")
			codes := make([]string, 3)
			together(5, func(i int) {
				var err error
				if i < len(codes) {
					codes[i], err = k.SaveForLater(ctx, key, c)
				} else {
					_, err = k.Answer(ctx, key, c, []string{"C7", "C10"}[i-3], words("On its way."))
				}
				if err != nil {
					t.Errorf("%d: %v", i, err)
				}
			})
			if codes[0] == "" || codes[1] != codes[0] || codes[2] != codes[0] {
				t.Fatal("the codes differ")
			}
			d := k.draft(t, k.reopen(t, c, codes[0]))
			if d.Answers["C7"].Text == "" || d.Answers["C10"].Text == "" || len(d.Files) != 1 {
				t.Errorf("saved: %+v", d)
			}
			if got := k.tables(t, "drafts"); got["drafts"] != before["drafts"]+2 { // the saved one, and the way of whoever came back
				t.Errorf("%d drafts, before %d", got["drafts"], before["drafts"])
			}
			var soonest int64
			noError(t, k.sql(t).QueryRow("SELECT MIN(expires) FROM draft_files").Scan(&soonest))
			if soonest != d.Until.Unix()/60 {
				t.Errorf("a file of it ends %d minutes before it does", d.Until.Unix()/60-soonest)
			}
		}
	})
}

// A draft and the note of its files change together or not at all: a file whose
// note came later could be swept away after it was sent.
func TestDraftsChangeWhole(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		key := k.fill(t, c, organisation("As it was."))
		noError(t, k.Attach(ctx, key, c, "plan.png", picture(t)))
		saved := k.fill(t, c, resident("As it was.", true))
		noError(t, k.Attach(ctx, saved, c, "plan.png", picture(t)))
		code := k.save(t, saved, c)
		before, was := k.tables(t, "drafts", "draft_files"), []*consult.Draft{k.draft(t, key), k.draft(t, saved)}
		for what, act := range map[string]func() error{
			"answering":   func() error { _, err := k.Answer(ctx, key, c, "C7", words("More.")); return err },
			"keeping":     func() error { return k.Keep(ctx, key, c, "C7", words("More.")) },
			"turning":     func() error { return k.Speak(ctx, key, c, "pl") },
			"saving":      func() error { _, err := k.SaveForLater(ctx, key, c); return err },
			"taking back": func() error { _, err := k.Answer(ctx, saved, c, "A2", ticks("sex_work")); return err },
		} {
			mend := k.breakTable(t, "draft_files")
			err := act()
			mend()
			if err == nil {
				t.Errorf("%s: the files cannot be noted, and nobody said so", what)
			}
			if diff := cmp.Diff(was, []*consult.Draft{k.draft(t, key), k.draft(t, saved)}); diff != "" {
				t.Errorf("%s: the files cannot be noted, and yet the drafts changed:\n%s", what, diff)
			}
			if diff := cmp.Diff(before, k.tables(t, "drafts", "draft_files")); diff != "" {
				t.Errorf("%s: something was left (-before +after):\n%s", what, diff)
			}
		}
		if d := k.draft(t, k.reopen(t, c, code)); d.Answers["C6"].Text != "As it was." || len(d.Files) != 1 {
			t.Errorf("saved: %+v", d)
		}
	})
}
