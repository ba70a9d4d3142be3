package consult_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"heard/app/consult"
	"heard/models"
)

// toLookAt is the ids that officers are asked to look at, those that nobody has
// looked at first, with the reasons.
func (k *kit) toLookAt(t testing.TB, c *models.Consultation) (ids []string, why map[string][]models.Attention) {
	t.Helper()
	list, err := k.ToLookAt(ctx, officer, c)
	noError(t, err)
	why = map[string][]models.Attention{}
	for _, s := range list {
		ids = append(ids, s.ID)
		why[s.ID] = s.Attention
	}
	return ids, why
}

// unhurried sends as somebody does who reads before they send.
func (k *kit) unhurried(t testing.TB, c *models.Consultation, answers models.Answers) string {
	t.Helper()
	key := k.fill(t, c, answers)
	k.clock.Advance(minute)
	noError(t, k.Submit(ctx, key, c, k.proof(key)))
	list, err := k.receipt(key, c)
	noError(t, err)
	return strings.Join(list, " ")
}

func TestMisread(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		code := k.unhurried(t, c, resident("I said the opposite.", true))
		other := k.unhurried(t, c, resident("Nothing to see here.", true))
		sub := k.behind(t, code)
		if ids, _ := k.toLookAt(t, c); len(ids) != 0 {
			t.Errorf("marked at first: %v", ids)
		}
		before := k.behind(t, code)
		noError(t, k.Misread(ctx, c, code, ""))
		noError(t, k.Misread(ctx, c, code, "")) // a second click
		ids, why := k.toLookAt(t, c)
		if diff := cmp.Diff(map[string][]models.Attention{sub.ID: {models.AttentionMisread}}, why); diff != "" || len(ids) != 1 {
			t.Errorf("to look at (-want +got):\n%s", diff)
		}
		// It changes nothing but that: it counts, and says what it said.
		after := k.behind(t, code)
		after.Attention = nil
		if diff := cmp.Diff(before, after); diff != "" {
			t.Errorf("being misread changed it:\n%s", diff)
		}
		trace, err := k.Trace(ctx, c, code)
		if err != nil || !trace.Misread {
			t.Errorf("its trace does not say so: %+v (%v)", trace, err)
		}

		noError(t, k.Seen(ctx, officer, c, sub.ID))
		noError(t, k.Seen(ctx, officer, c, sub.ID))
		noError(t, k.Misread(ctx, c, other, ""))
		ids, why = k.toLookAt(t, c)
		if len(ids) != 2 || ids[1] != sub.ID || !cmp.Equal(why[sub.ID], []models.Attention{models.AttentionMisread, models.AttentionSeen}) {
			t.Errorf("after one was looked at: %v, %v", ids, why)
		}
		// In front of a person again, when its author says so again.
		noError(t, k.Misread(ctx, c, code, ""))
		_, why = k.toLookAt(t, c)
		if !cmp.Equal(why[sub.ID], []models.Attention{models.AttentionMisread}) {
			t.Errorf("said again: %v", why[sub.ID])
		}
		if !k.behind(t, code).Open() {
			t.Error("said again, and yet it is not open")
		}

		for what, err := range map[string]error{
			"an unknown code":    k.Misread(ctx, c, someCode(t), ""),
			"no code":            k.Misread(ctx, c, "x", ""),
			"answering to no":    k.Reply(ctx, c, someCode(t), "Hello"),
			"nothing to say":     k.Reply(ctx, c, code, " \n "),
			"very much to say":   k.Reply(ctx, c, code, strings.Repeat("é", models.MaxMessage+1)),
			"a code from abroad": func() error { o := *c; o.ID = "another"; return k.Misread(ctx, &o, code, "") }(),
		} {
			wantKind(t, what, err, models.KindInvalid)
		}
		noError(t, k.Withdraw(ctx, c, code))
		for what, err := range map[string]error{"misread": k.Misread(ctx, c, code, ""), "reply": k.Reply(ctx, c, code, "Hello")} {
			wantKind(t, what+" of what was taken back", err, models.KindConflict)
			if codeOf(err) != "error.ended" {
				t.Errorf("%s: %v", what, err)
			}
		}
		if ids, _ := k.toLookAt(t, c); len(ids) != 1 {
			t.Errorf("what was taken back is to be looked at: %v", ids)
		}
		if got := k.tables(t, "messages"); got["messages"] != 0 {
			t.Error("a refused message was kept")
		}
	})
}

// Officers and the person behind a code can ask each other, without either
// learning who the other is, and what they say goes with the submission.
func TestAskAndReply(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		const canary = "quinceblossom"
		for name, end := range map[string]func(code string){
			"taken back": func(code string) { noError(t, k.Withdraw(ctx, c, code)) },
			"replaced": func(code string) {
				key := k.correct(t, c, code)
				k.answer(t, key, c, resident("Otherwise.", true))
				noError(t, k.Submit(ctx, key, c, k.proof(key)))
			},
		} {
			code := k.unhurried(t, c, resident("On the steps.", true))
			id := k.behind(t, code).ID
			noError(t, k.Ask(ctx, officer, c, id, "  Which steps? "+canary+"\r\n"))
			noError(t, k.Reply(ctx, c, code, "Those with the "+canary+"."))
			noError(t, k.Ask(ctx, officer, c, id, "Thank you."))
			want := []models.Message{
				{Officer: true, Day: "2026-11-23", Text: "Which steps? " + canary},
				{Day: "2026-11-23", Text: "Those with the " + canary + "."},
				{Officer: true, Day: "2026-11-23", Text: "Thank you."},
			}
			got, err := k.Messages(ctx, officer, id)
			noError(t, err)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: at the desk (-want +got):\n%s", name, diff)
			}
			trace, err := k.Trace(ctx, c, code)
			noError(t, err)
			if diff := cmp.Diff(want, trace.Messages); diff != "" {
				t.Errorf("%s: with the code (-want +got):\n%s", name, diff)
			}
			if _, why := k.toLookAt(t, c); !cmp.Equal(why[id], []models.Attention{models.AttentionReply}) {
				t.Errorf("%s: an answer is to be looked at because of %v", name, why[id])
			}
			noError(t, k.Seen(ctx, officer, c, id))
			noError(t, k.Reply(ctx, c, code, "And one thing more."))
			if !k.behind(t, code).Open() {
				t.Errorf("%s: a second answer is not in front of anybody", name)
			}

			end(code)
			if got := k.tables(t, "messages"); got["messages"] != 0 {
				t.Errorf("%s: %d messages stay", name, got["messages"])
			}
			if bytes.Contains(databaseBytes(t, k), []byte(canary)) {
				t.Errorf("%s: the database still holds what was said", name)
			}
			wantKind(t, name+", asking", k.Ask(ctx, officer, c, id, "Hello?"), models.KindConflict)
		}
		if strings.Contains(k.log.String(), canary) {
			t.Error("the log repeats what was said")
		}
		k.recorded(t)
		trail, err := k.store.AuditTrail(ctx, c.ID, 0)
		noError(t, err)
		for _, e := range trail {
			if strings.Contains(e.Reason+e.Object, canary) {
				t.Errorf("the record repeats what was said: %+v", e)
			}
			if e.Actor == models.ActorRespondent && e.Time != "" {
				t.Errorf("the record tells when somebody wrote: %+v", e)
			}
			if e.Action == "submission.asked" && e.Actor != officer.ID {
				t.Errorf("the record does not tell who asked: %+v", e)
			}
		}
	})
}

// What an officer sets aside counts no more, for a reason that goes on record,
// and can be counted again. Nothing of it is deleted.
func TestSetAside(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		code := k.unhurried(t, c, resident("There is quinceblossom.", true))
		k.unhurried(t, c, resident("Something else.", true))
		k.drain(t)
		sub := k.behind(t, code)
		for _, reason := range []string{"", " \n", strings.Repeat("x", 501)} {
			wantKind(t, "for no good reason", k.SetAside(ctx, officer, c, sub.ID, models.AsideOther, reason), models.KindInvalid)
		}
		for _, why := range []models.Attention{"", models.AttentionSpam, "odd"} {
			wantKind(t, "for a reason that is none", k.SetAside(ctx, officer, c, sub.ID, why, "It is odd."), models.KindInvalid)
		}
		noError(t, k.SetAside(ctx, officer, c, sub.ID, models.AsideMadeUp, strings.Repeat("é", 500)))
		wantKind(t, "twice", k.SetAside(ctx, officer, c, sub.ID, models.AsideOther, "Again."), models.KindConflict)
		count := func(when string, want int) {
			t.Helper()
			if got := k.find(t, officer, c, "quinceblossom"); len(got) != want {
				t.Errorf("%s: found %d in search at once", when, len(got))
			}
			k.drain(t)
			if got := k.find(t, officer, c, "quinceblossom"); len(got) != want {
				t.Errorf("%s: found %d in search", when, len(got))
			}
			r, err := k.DraftReport(ctx, officer, c)
			noError(t, err)
			if r.RollCall.Submissions != 1+want {
				t.Errorf("%s: the report counts %d", when, r.RollCall.Submissions)
			}
		}
		count("set aside", 0)
		void, err := k.store.Submission(ctx, sub.ID)
		noError(t, err)
		if len(void.Answers) != len(sub.Answers) || void.Status != models.SubmissionVoid || !slices.Contains(void.Attention, models.AsideMadeUp) {
			t.Errorf("set aside: %+v", void)
		}
		trace, err := k.Trace(ctx, c, code)
		if err != nil || trace.Status != models.SubmissionVoid || trace.Receipt == "" {
			t.Errorf("its author is told %+v (%v)", trace, err)
		}
		trail, err := k.store.AuditTrail(ctx, c.ID, 1)
		noError(t, err)
		if e := trail[0]; e.Action != "submission.set-aside" || e.Object != sub.ID || e.Actor != officer.ID || e.Reason != strings.Repeat("é", 500) {
			t.Errorf("recorded %+v", e)
		}
		noError(t, k.CountAgain(ctx, officer, c, sub.ID))
		wantKind(t, "twice", k.CountAgain(ctx, officer, c, sub.ID), models.KindConflict)
		k.drain(t)
		count("counted again", 1)
		if diff := cmp.Diff(sub, k.behind(t, code)); diff != "" {
			t.Errorf("counted again, it is not what it was:\n%s", diff)
		}
	})
}

// Each act is about a submission of the consultation it is done in, and about
// none once the analysis is frozen.
func TestLookingAgainHasAnEnd(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		other := k.open(t, []byte(invented))
		code := k.unhurried(t, c, resident("The lamps.", true))
		id := k.behind(t, code).ID
		noError(t, k.Misread(ctx, c, code, ""))
		acts := func(c *models.Consultation, id string) map[string]error {
			return map[string]error{
				"seen":      k.Seen(ctx, officer, c, id),
				"passed on": k.PassedOn(ctx, officer, c, id),
				"set aside": k.SetAside(ctx, officer, c, id, models.AsideOther, "Because."),
				"ask":       k.Ask(ctx, officer, c, id, "Which?"),
				"translate": k.Translate(ctx, officer, c, id, "C6", "", "In English."),
			}
		}
		before := k.tables(t, "audit", "messages")
		for what, err := range acts(other, id) {
			wantKind(t, what+" elsewhere", err, models.KindNotFound)
		}
		for what, err := range acts(c, "nobody") {
			wantKind(t, what+" of nobody", err, models.KindNotFound)
		}
		if ids, _ := k.toLookAt(t, other); len(ids) != 0 {
			t.Errorf("another consultation's are to be looked at: %v", ids)
		}
		closed := k.move(t, c, models.StatusClosed)
		k.drain(t)
		before["audit"] += 2 // it was closed and released
		frozen := k.move(t, closed, models.StatusFrozen)
		before["audit"]++
		for _, c := range []*models.Consultation{frozen, c} { // also from a page that was opened before
			for what, err := range acts(c, id) {
				wantKind(t, what+" when frozen", err, models.KindClosed)
			}
			wantKind(t, "counting again when frozen", k.CountAgain(ctx, officer, c, id), models.KindClosed)
		}
		if diff := cmp.Diff(before, k.tables(t, "audit", "messages")); diff != "" {
			t.Errorf("acts that were refused left something (-before +after):\n%s", diff)
		}
		// The person behind the code can still say that they were misread.
		noError(t, k.Misread(ctx, frozen, code, ""))
	})
}

// A translation stands beside what was written, and is as safe to show.
func TestTranslate(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		const said = "Nu mai sunt lămpi pe scări, și noaptea nu se vede nimic de la pod până la gară."
		code := k.unhurried(t, c, resident(said, true))
		sub := k.behind(t, code)
		if got := sub.Answer("C6").Language; got != "ro" {
			t.Errorf("written in %q", got)
		}
		noError(t, k.Translate(ctx, officer, c, sub.ID, "C6", "", "No lamps by the quinceblossom. Ring 07700 900123.\n"))
		a := k.behind(t, code).Answer("C6")
		if a.Text != said || !strings.HasPrefix(a.Translation, "No lamps by the quinceblossom.") || strings.Contains(a.Translation, "900123") {
			t.Errorf("translated: %+v", a)
		}
		// Nobody puts another in its place unseen, and what is taken out of it is
		// never saved into it.
		const made = "No lamps by the quinceblossom. Ring 07700 900123."
		seen := consult.TranslationSeen(a)
		err := k.Translate(ctx, second, c, sub.ID, "C6", "", "The stairs are dark.")
		wantKind(t, "a second translation at once", err, models.KindConflict)
		if got := refusedAt(err); !slices.Equal(got, []string{"translation"}) {
			t.Errorf("refused at %v", got)
		}
		if got := k.behind(t, code).Answer("C6").Made(); got != made {
			t.Errorf("after the conflict it is %q", got)
		}
		read := func(original bool) models.Answer {
			t.Helper()
			shown, _, err := k.Submission(ctx, officer, c, sub.ID, original)
			noError(t, err)
			return *shown.Answer("C6")
		}
		if a := read(true); a.Made() != made || consult.TranslationSeen(&a) != seen {
			t.Errorf("beside the original words stands %q", a.Made())
		}
		if a := read(false); strings.Contains(fmt.Sprint(a), "900123") {
			t.Errorf("beside the redacted words stands %+v", a)
		}
		sheet := k.sheet(t, officer, c, sub.ID)
		mark := []consult.RedactionMark{{Question: sheet.Answers[1].Question, Words: "quinceblossom", Kind: "detail"}}
		noError(t, k.Redact(ctx, officer, c, sub.ID, consult.RedactionDecisions{Version: sheet.Version, Added: mark}))
		noError(t, k.Translate(ctx, second, c, sub.ID, "C6", "", made)) // it stands there already
		if got := k.behind(t, code).Answer("C6").Translation; strings.Contains(got, "quinceblossom") {
			t.Errorf("what people took out came back: %q", got)
		}
		long := k.Translate(ctx, second, c, sub.ID, "C6", seen, strings.Repeat("x", models.MaxTextLength+1))
		if got := refusedAt(long); models.KindOf(long) != models.KindInvalid || !slices.Equal(got, []string{"translation"}) {
			t.Errorf("one that is too long is refused with %v at %v", long, got)
		}
		noError(t, k.Translate(ctx, second, c, sub.ID, "C6", seen, made+" The stairs are dark."))
		if got := k.behind(t, code).Answer("C6").Made(); got != made+" The stairs are dark." {
			t.Errorf("brought together it is %q", got)
		}
		wantKind(t, "translating what nobody was asked", k.Translate(ctx, officer, c, sub.ID, "Z9", "", "x"), models.KindNotFound)
		// It is erased with what it translates.
		noError(t, k.Withdraw(ctx, c, code))
		if bytes.Contains(databaseBytes(t, k), []byte("quinceblossom")) {
			t.Error("the database still holds the translation")
		}
		wantKind(t, "translating what is gone", k.Translate(ctx, officer, c, sub.ID, "C6", "", "Again."), models.KindNotFound)
	})
}
