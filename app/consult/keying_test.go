package consult_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"heard/app/consult"
	"heard/app/sheet"
	"heard/models"
	"heard/models/storetest"
)

// second is another officer than officer.
var second = consult.Actor{ID: "u-second", Role: models.RoleOfficer}

// formOf returns the number of the printed form of a path.
func formOf(t testing.TB, c *models.Consultation, path string) int {
	t.Helper()
	at := slices.IndexFunc(c.Paths, func(p models.Path) bool { return p.ID == path })
	if at < 0 {
		t.Fatalf("there is no path %s", path)
	}
	return at + 1
}

func (k *kit) batch(t testing.TB, c *models.Consultation, expected int) *models.Batch {
	t.Helper()
	b, err := k.OpenBatch(ctx, officer, c, models.Batch{Channel: models.ChannelPaper, Received: "2026-11-20", Expected: expected, Form: formOf(t, c, "person")})
	noError(t, err)
	return b
}

// finish finishes the batches that are open.
func (k *kit) finish(t testing.TB, c *models.Consultation) {
	t.Helper()
	all, err := k.Keying(ctx, officer, c)
	noError(t, err)
	for _, b := range all.Batches {
		if b.Finished == "" {
			_, err := k.FinishBatch(ctx, officer, c, b.ID, b.Keyed)
			noError(t, err)
		}
	}
}

func keyed(answers models.Answers) models.KeyedAnswers {
	out := models.KeyedAnswers{}
	for id, g := range answers {
		out[id] = models.KeyedAnswer{Given: g}
	}
	return out
}

// key keys a form and returns its submission.
func (k *kit) key(t testing.TB, c *models.Consultation, b *models.Batch, path string, answers models.KeyedAnswers) *models.Submission {
	t.Helper()
	saved, err := k.KeyForm(ctx, officer, c, b.ID, consult.FormKeyed{Form: formOf(t, c, path), Answers: answers, Key: consult.NewDraftKey()})
	noError(t, err)
	_, forms, err := k.Batch(ctx, officer, c, b.ID)
	noError(t, err)
	return forms[saved.Number-1].Submission
}

func (k *kit) acts(t testing.TB, c *models.Consultation, action string) (reasons []string) {
	t.Helper()
	trail, err := k.store.AuditTrail(ctx, c.ID, 0)
	noError(t, err)
	for _, e := range trail {
		if e.Action == action && !e.Undone {
			reasons = append(reasons, e.Reason)
		}
	}
	return reasons
}

func TestKeying(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		b := k.batch(t, c, 3)
		if b.Number != 1 {
			t.Errorf("the first batch has the number %d", b.Number)
		}
		// What online nobody who answers like this is asked is taken, too.
		urdu := "ہم رات کو ڈرتے ہیں، سڑک پر روشنی نہیں ہے۔"
		answers := keyed(models.Answers{"A1": ticks("self"), "A2": ticks("live_here"), "C1": ticks("agree"), "C6": words(urdu), "M1": ticks("yes")})
		answers["B1"] = models.KeyedAnswer{Mark: models.MarkSpoilt}
		answers["C7"] = models.KeyedAnswer{Given: words("The lamps by [?] are out."), Mark: models.MarkIllegible}
		sub := k.key(t, c, b, "person", answers)
		if sub.Channel != models.ChannelPaper || sub.Day != "2026-11-20" || sub.Path != "person" || !slices.Equal(sub.Groups, []string{"resident"}) || sub.Stance != models.StanceFor || len(sub.Consents) != 0 {
			t.Errorf("keyed as %+v", sub)
		}
		if a := sub.Answer("C6"); a == nil || a.Text != urdu || a.Language != "ur" {
			t.Errorf("words in Urdu: %+v", a)
		}
		if sub.Answer("M1") == nil || sub.Answer("B1") != nil {
			t.Errorf("answers: %+v", sub.Answers)
		}
		if got := c.Unasked(&c.Paths[formOf(t, c, "person")-1], answers.Given()); !slices.Equal(got, []string{"M1"}) {
			t.Errorf("not asked online: %v", got)
		}
		// A form that leaves the first question empty still says whose it is.
		if sub := k.key(t, c, b, "organisation", keyed(models.Answers{"C6": words("We speak for the traders.")})); sub.Path != "organisation" || !slices.Equal(sub.Groups, []string{"organisation"}) || sub.Answer("A1") != nil {
			t.Errorf("an organisation's form: %+v", sub)
		}
		// Where people belong who may be watched is not taken.
		key := consult.NewDraftKey()
		watched := consult.FormKeyed{Form: formOf(t, c, "person"), Key: key, Slip: true,
			Answers: keyed(models.Answers{"A1": ticks("self"), "A2": ticks("sex_work"), "A3": ticks("northgate"), "C6": words("Move the van to later.")})}
		saved, err := k.KeyForm(ctx, officer, c, b.ID, watched)
		noError(t, err)
		if saved.Number != 3 || !slices.Equal(saved.Withheld, []string{"A3"}) || len(saved.Words) != 12 {
			t.Errorf("saved %+v", saved)
		}
		again, err := k.KeyForm(ctx, officer, c, b.ID, watched)
		noError(t, err)
		if !again.Again || again.Number != 3 || !slices.Equal(again.Words, saved.Words) || len(k.subs(t, c)) != 3 {
			t.Errorf("saved again %+v, %d submissions", again, len(k.subs(t, c)))
		}
		trace, err := k.Trace(ctx, c, strings.Join(saved.Words, " "))
		noError(t, err)
		if !trace.Open || trace.Receipt == "" {
			t.Errorf("the code leads to %+v", trace)
		}
		// The code stands nowhere.
		for _, table := range []string{"submissions", "keyed_forms", "keyed_versions", "audit"} {
			rows, err := k.sql(t).Query("SELECT * FROM " + table)
			noError(t, err)
			columns, err := rows.Columns()
			noError(t, err)
			for rows.Next() {
				row := make([]any, len(columns))
				for i := range row {
					row[i] = new(any)
				}
				noError(t, rows.Scan(row...))
				for i := range row {
					if strings.Contains(fmt.Sprintf("%s", *row[i].(*any)), strings.Join(saved.Words, " ")) {
						t.Errorf("the code stands in %s", table)
					}
					if strings.Contains(fmt.Sprintf("%s", *row[i].(*any)), "northgate") {
						t.Errorf("where somebody who may be watched belongs stands in %s", table)
					}
				}
			}
			noError(t, rows.Close())
		}
		if got := k.acts(t, c, "submission.keyed"); !slices.Equal(got, []string{"batch 1, form 3", "batch 1, form 2", "batch 1, form 1"}) {
			t.Errorf("on record: %q", got)
		}
		k.drain(t)
		if got := k.find(t, officer, c, "later van"); len(got) != 1 {
			t.Errorf("found %d", len(got))
		}
	})
}

// The rules are those of the same questions online, and what was typed comes
// back with the question that is wrong.
func TestKeyingRefuses(t *testing.T) {
	k := one(t)
	c := k.demo(t)
	b := k.batch(t, c, 3)
	person, helper, helperSW := formOf(t, c, "person"), formOf(t, c, "helper"), formOf(t, c, "helper_sex_workers")
	for _, test := range []struct {
		name    string
		form    int
		answers models.KeyedAnswers
		fields  []string
	}{
		{"nothing", person, nil, []string{""}},
		{"only who they are", person, keyed(models.Answers{"A1": ticks("self")}), []string{""}},
		{"two boxes for one answer", person, keyed(models.Answers{"C1": ticks("agree", "disagree")}), []string{"C1"}},
		{"a box that stands alone", person, keyed(models.Answers{"C8": ticks("nothing", "cleaning"), "C1": ticks("nowhere")}), []string{"C1", "C8"}},
		{"words that are longer than can be kept", person, keyed(models.Answers{"C6": words(strings.Repeat("x", models.MaxTextLength+1))}), []string{"C6"}},
		{"words beside no box", person, keyed(models.Answers{"A2": {Options: []string{"visit"}, Text: "friends"}, "C6": words("Yes.")}), []string{"A2"}},
		{"those who did not agree", helper, keyed(models.Answers{"A1": ticks("helper"), "H3": ticks("no"), "C6": words("She says no.")}), []string{"H3"}},
		{"those who did not agree, first question left empty", helperSW, keyed(models.Answers{"H3": ticks("no"), "S5": words("She says no.")}), []string{"H3"}},
	} {
		_, err := k.KeyForm(ctx, officer, c, b.ID, consult.FormKeyed{Form: test.form, Answers: test.answers, Key: consult.NewDraftKey()})
		wantKind(t, test.name, err, models.KindInvalid)
		var fields []string
		for _, f := range models.FieldsOf(err) {
			fields = append(fields, f.Field)
		}
		slices.Sort(fields)
		if !slices.Equal(fields, test.fields) {
			t.Errorf("%s: faults at %q, expected %q", test.name, fields, test.fields)
		}
	}
	if got := k.tables(t, "submissions", "keyed_forms"); got["submissions"]+got["keyed_forms"] > 0 {
		t.Errorf("something was kept: %v", got)
	}
	// Everything that cannot be read is still a response.
	sub := k.key(t, c, b, "person", models.KeyedAnswers{"C6": {Mark: models.MarkIllegible}})
	if len(sub.Answers) != 0 || sub.Status != models.SubmissionLive {
		t.Errorf("what nobody can read became %+v", sub)
	}
	for _, bad := range []models.Batch{
		{Channel: models.ChannelWeb, Received: "2026-11-20", Expected: 1, Form: 1},
		{Channel: models.ChannelPaper, Received: "2026-11-24", Expected: 1, Form: 1},
		{Channel: models.ChannelPaper, Received: "soon", Expected: 1, Form: 1},
		{Channel: models.ChannelPaper, Received: "2026-11-20", Posted: "2026-11-21", Expected: 1, Form: 1},
		{Channel: models.ChannelPaper, Received: "2026-11-20", Expected: 0, Form: 1},
		{Channel: models.ChannelPaper, Received: "2026-11-20", Expected: 1, Form: 99},
	} {
		_, err := k.OpenBatch(ctx, officer, c, bad)
		wantKind(t, fmt.Sprintf("%+v", bad), err, models.KindInvalid)
	}
}

// A helper hands over three people's words and a summary of several: that makes
// four, however many the summary is about.
func TestKeyingHelpersForms(t *testing.T) {
	k := one(t)
	c := k.demo(t)
	b := k.batch(t, c, 4)
	hers := func(said string) models.Answers {
		return models.Answers{"A1": ticks("helper"), "H1": ticks("own_words"), "H3": ticks("yes_all"), "H4": ticks("sex_workers"), "S5": words(said)}
	}
	for _, said := range []string{"The van comes too early.", "She was fined twice.", "Nobody asks them."} {
		if sub := k.key(t, c, b, "helper_sex_workers", keyed(hers(said))); sub.Channel != models.ChannelAssisted || !slices.Equal(sub.Groups, []string{"sex_worker"}) {
			t.Errorf("one person's words became %s, %v", sub.Channel, sub.Groups)
		}
	}
	summary := hers("Most want the van later.")
	summary["H1"], summary["H2"] = ticks("summary"), ticks("five_to_nine")
	if sub := k.key(t, c, b, "helper_sex_workers", keyed(summary)); sub.Channel != models.ChannelAssisted || !slices.Equal(sub.Groups, []string{"organisation"}) {
		t.Errorf("a summary became %s, %v", sub.Channel, sub.Groups)
	}
	live, err := k.Live(ctx, officer, c)
	noError(t, err)
	if live != 4 {
		t.Errorf("%d submissions, expected 4", live)
	}
}

// sampled keys n forms, finishes the batch and returns the form drawn first.
func (k *kit) sampled(t testing.TB, c *models.Consultation, n int) (*models.Batch, models.Keyed) {
	t.Helper()
	b := k.batch(t, c, n)
	for i := range n {
		k.key(t, c, b, "person", keyed(resident(fmt.Sprintf("Lamp number %d is out.", i), false)))
	}
	_, err := k.FinishBatch(ctx, officer, c, b.ID, n)
	noError(t, err)
	next, _, err := k.ToCheck(ctx, second, c, b.ID)
	noError(t, err)
	if next == nil {
		t.Fatal("nothing was drawn")
	}
	return b, *next
}

func TestSecondKeying(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		b, form := k.sampled(t, c, 11)
		_, err := k.FinishBatch(ctx, officer, c, b.ID, 11)
		wantKind(t, "finishing twice", err, models.KindConflict)
		_, err = k.KeyForm(ctx, officer, c, b.ID, consult.FormKeyed{Form: 1, Answers: keyed(resident("Late.", false)), Key: consult.NewDraftKey()})
		wantKind(t, "keying into a finished batch", err, models.KindConflict)
		state, _, err := k.Batch(ctx, officer, c, b.ID)
		noError(t, err)
		if state.Sampled != 2 || state.Keyed != 11 || state.Checked != 0 {
			t.Errorf("after finishing: %+v", state)
		}

		// Nobody checks what they keyed.
		if next, left, err := k.ToCheck(ctx, officer, c, b.ID); err != nil || next != nil || left != 0 {
			t.Errorf("the one who keyed is given %+v (%d, %v)", next, left, err)
		}
		r, err := k.KeyedForm(ctx, second, c, b.ID, form.Submission)
		noError(t, err)
		alike := r.Current.Answers
		_, err = k.CheckForm(ctx, officer, c, b.ID, form.Submission, alike)
		wantKind(t, "checking one's own", err, models.KindForbidden)

		// Case, spaces and punctuation are no difference; another box is.
		other := models.KeyedAnswers{}
		for q, a := range alike {
			other[q] = a
		}
		other["C6"] = models.KeyedAnswer{Given: words(strings.ToUpper(strings.TrimSuffix(alike["C6"].Text, ".")) + " !")}
		other["C1"] = models.KeyedAnswer{Given: ticks("disagree")}
		other["B1"] = models.KeyedAnswer{Mark: models.MarkIllegible}
		differ, err := k.CheckForm(ctx, second, c, b.ID, form.Submission, other)
		noError(t, err)
		if !slices.Equal(differ, []string{"B1", "C1"}) {
			t.Errorf("they differ in %v", differ)
		}
		_, err = k.CheckForm(ctx, second, c, b.ID, form.Submission, other)
		wantKind(t, "checking twice", err, models.KindConflict)
		if sub, err := k.store.Submission(ctx, form.Submission); err != nil || sub.Stance != models.StanceFor {
			t.Errorf("the second reading counts before it is settled: %+v, %v", sub, err)
		}
		wantKind(t, "correcting what is in dispute", k.CorrectForm(ctx, officer, c, b.ID, form.Submission, 2, other, models.ReasonSlip), models.KindConflict)
		wantKind(t, "settling one's own", k.SettleForm(ctx, officer, c, b.ID, form.Submission, 2, nil), models.KindForbidden)
		wantKind(t, "settling what has changed", k.SettleForm(ctx, second, c, b.ID, form.Submission, 1, nil), models.KindConflict)
		noError(t, k.SettleForm(ctx, second, c, b.ID, form.Submission, 2, []string{"C1"}))
		wantKind(t, "settling twice", k.SettleForm(ctx, second, c, b.ID, form.Submission, 3, nil), models.KindConflict)
		if sub, err := k.store.Submission(ctx, form.Submission); err != nil || sub.Stance != models.StanceAgainst || sub.Answer("B1") != nil {
			t.Errorf("after settling: %+v, %v", sub, err)
		}
		if got := k.acts(t, c, "keying.settled"); !slices.Equal(got, []string{"first reading kept: B1; second taken: C1"}) {
			t.Errorf("on record: %q", got)
		}
		state, _, err = k.Batch(ctx, officer, c, b.ID)
		noError(t, err)
		if state.Checked != 1 || state.Open != 0 || state.Fields != 6 || state.Differ != 2 {
			t.Errorf("after settling: %+v", state)
		}
		// The other one is read alike, and nothing is left to settle.
		next, left, err := k.ToCheck(ctx, second, c, b.ID)
		noError(t, err)
		if left != 1 || next.Submission == form.Submission {
			t.Errorf("left %d: %+v", left, next)
		}
		r, err = k.KeyedForm(ctx, second, c, b.ID, next.Submission)
		noError(t, err)
		if differ, err := k.CheckForm(ctx, second, c, b.ID, next.Submission, r.Current.Answers); err != nil || len(differ) > 0 {
			t.Errorf("read alike: %v, %v", differ, err)
		}
		all, err := k.Keying(ctx, officer, c)
		noError(t, err)
		if all.All.Fields != 11 || all.All.Differ != 2 || all.All.Open != 0 || all.Late != 0 {
			t.Errorf("in all: %+v", all.All)
		}
		k.drain(t)
	})
}

// Which forms are drawn nobody can choose or foresee: it follows from what the
// portal alone knows.
func TestSampleIsDrawnAtRandom(t *testing.T) {
	k := one(t)
	c := k.demo(t)
	places := map[int]int{}
	for range 12 {
		b := k.batch(t, c, 4)
		for i := range 4 {
			k.key(t, c, b, "person", keyed(resident(fmt.Sprintf("Lamp number %d is out.", i), false)))
		}
		_, err := k.FinishBatch(ctx, officer, c, b.ID, 3)
		wantKind(t, "another number than is keyed", err, models.KindInvalid)
		n, err := k.FinishBatch(ctx, officer, c, b.ID, 4)
		noError(t, err)
		if n != 1 {
			t.Errorf("%d of 4 drawn", n)
		}
		_, forms, err := k.Batch(ctx, officer, c, b.ID)
		noError(t, err)
		for _, f := range forms {
			if f.Sampled {
				places[f.Number]++
			}
		}
	}
	if len(places) < 2 {
		t.Errorf("always the same form is drawn: %v", places)
	}
}

func TestCorrectKeyedForm(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		b := k.batch(t, c, 2)
		key := consult.NewDraftKey()
		answers := keyed(resident("The zebras are out by the bridge.", true))
		saved, err := k.KeyForm(ctx, officer, c, b.ID, consult.FormKeyed{Form: formOf(t, c, "person"), Answers: answers, Slip: true, Key: key})
		noError(t, err)
		sub := k.subs(t, c)[0]
		k.drain(t)
		noError(t, k.WriteNote(ctx, officer, c, sub.ID, "About the bridge.", true))
		leaf, salt, _, err := k.store.Leaf(ctx, sub.ID)
		noError(t, err)

		better := keyed(resident("The lamps are out by the bridge.", true))
		for _, reason := range []models.CorrectionReason{"", "because"} {
			wantKind(t, "without a reason", k.CorrectForm(ctx, second, c, b.ID, sub.ID, 1, better, reason), models.KindInvalid)
		}
		wantKind(t, "nothing different", k.CorrectForm(ctx, second, c, b.ID, sub.ID, 1, answers, models.ReasonMisread), models.KindInvalid)
		wantKind(t, "of another version", k.CorrectForm(ctx, second, c, b.ID, sub.ID, 2, better, models.ReasonMisread), models.KindConflict)
		noError(t, k.CorrectForm(ctx, second, c, b.ID, sub.ID, 1, better, models.ReasonMisread))
		wantKind(t, "at the same time", k.CorrectForm(ctx, officer, c, b.ID, sub.ID, 1, answers, models.ReasonSlip), models.KindConflict)
		if got := k.acts(t, c, "keying.corrected"); !slices.Equal(got, []string{"C6: misread"}) {
			t.Errorf("on record: %q", got)
		}
		r, err := k.KeyedForm(ctx, officer, c, b.ID, sub.ID)
		noError(t, err)
		if len(r.Versions) != 2 || r.Versions[0].Answers["C6"].Text != answers["C6"].Text || r.Current.Answers["C6"].Text != better["C6"].Text || r.Current.By != second.ID {
			t.Errorf("versions: %+v", r.Versions)
		}
		// The log goes on holding what was keyed first.
		if now, nowSalt, _, err := k.store.Leaf(ctx, sub.ID); err != nil || string(now) != string(leaf) || string(nowSalt) != string(salt) {
			t.Errorf("the leaf changed (%v)", err)
		}
		if notes, err := k.Notes(ctx, officer, c, sub.ID); err != nil || len(notes) != 1 {
			t.Errorf("notes: %v, %v", notes, err)
		}
		k.drain(t)
		if len(k.find(t, officer, c, "lamps")) != 1 || len(k.find(t, officer, c, "zebras")) != 0 {
			t.Error("search does not find what counts now")
		}
		// Its author takes it back: every version goes.
		noError(t, k.Withdraw(ctx, c, strings.Join(saved.Words, " ")))
		if got := k.tables(t, "keyed_versions", "keyed_forms"); got["keyed_versions"] != 0 || got["keyed_forms"] != 1 {
			t.Errorf("after withdrawing: %v", got)
		}
		r, err = k.KeyedForm(ctx, officer, c, b.ID, sub.ID)
		noError(t, err)
		if len(r.Versions) != 0 || r.Submission.Status != models.SubmissionWithdrawn {
			t.Errorf("after withdrawing: %+v", r)
		}
		wantKind(t, "correcting what was withdrawn", k.CorrectForm(ctx, second, c, b.ID, sub.ID, 2, better, models.ReasonMisread), models.KindConflict)
	})
}

// What councillors were told about somebody does not outlive a correction of it.
func TestCorrectionTakesBackWhatWasReleased(t *testing.T) {
	k := one(t)
	c := k.full(t)
	b := k.batch(t, c, 1)
	sub := k.key(t, c, b, "person", keyed(resident("The zeppelin hangs over the bridge.", true)))
	c = k.release(t, c)
	released, err := k.store.ReleasedOf(ctx, sub.ID)
	noError(t, err)
	if len(released) != 1 {
		t.Fatalf("not released: %v", released)
	}
	// Words alone leave it in its release, and nobody finds them before they are checked.
	noError(t, k.CorrectForm(ctx, second, c, b.ID, sub.ID, 1, keyed(resident("The zeppelins hang over the bridge.", true)), models.ReasonMisread))
	k.drain(t)
	if released, err = k.store.ReleasedOf(ctx, sub.ID); err != nil || len(released) != 0 || len(k.find(t, councillor, c, "zeppelins")) != 0 {
		t.Errorf("before the correction is checked: %v, %v", released, err)
	}
	storetest.CheckAll(t, k.store, c.ID, officer.ID, second.ID)
	if released, err = k.store.ReleasedOf(ctx, sub.ID); err != nil || len(released) != 1 {
		t.Errorf("after correcting words: %v, %v", released, err)
	}
	noError(t, k.CorrectForm(ctx, second, c, b.ID, sub.ID, 2, keyed(resident("The zeppelins hang over the bridge.", false)), models.ReasonMisread))
	k.drain(t)
	if released, err = k.store.ReleasedOf(ctx, sub.ID); err != nil || len(released) != 0 || len(k.find(t, councillor, c, "zeppelins")) != 0 {
		t.Errorf("after correcting that they may be quoted: %v, %v", released, err)
	}
	c = k.move(t, c, models.StatusFrozen)
	wantKind(t, "after freezing", k.CorrectForm(ctx, second, c, b.ID, sub.ID, 3, keyed(resident("Again.", false)), models.ReasonMisread), models.KindClosed)
}

// A letter is taken whole, with its scan read like any attachment; the scan of a
// form is kept, and its words are not taken a second time.
func TestLettersAndScans(t *testing.T) {
	k := one(t)
	c := k.demo(t)
	b := k.batch(t, c, 2)
	scan := func(text string) *consult.Upload {
		return &consult.Upload{Name: "scan.txt", Reader: strings.NewReader(text)}
	}
	letter := keyed(models.Answers{"C10": words("Dear council, here is what the choir thinks.")})
	_, err := k.KeyForm(ctx, officer, c, b.ID, consult.FormKeyed{Form: formOf(t, c, "person"), Letter: "C10", Answers: letter, File: scan("The xylophone is silent."), Key: consult.NewDraftKey()})
	noError(t, err)
	_, err = k.KeyForm(ctx, officer, c, b.ID, consult.FormKeyed{Form: formOf(t, c, "person"), Answers: keyed(resident("The trombone is loud.", true)), File: scan("The harpsichord is loud."), Key: consult.NewDraftKey()})
	noError(t, err)
	files := k.countFiles(t)
	k.drain(t)
	if len(k.find(t, officer, c, "choir")) != 1 || len(k.find(t, officer, c, "xylophone")) != 1 {
		t.Error("the letter and its scan are not found")
	}
	if len(k.find(t, officer, c, "trombone")) != 1 || len(k.find(t, officer, c, "harpsichord")) != 0 {
		t.Error("the form is not found, or its scan is")
	}
	if files != 4 {
		t.Errorf("%d files, expected 2 and each as it was sent", files)
	}
	// A form that is refused, or saved already, leaves no file.
	key := consult.NewDraftKey()
	for range 2 {
		_, err = k.KeyForm(ctx, officer, c, b.ID, consult.FormKeyed{Form: formOf(t, c, "person"), Answers: keyed(resident("Once.", true)), File: scan("Once."), Key: key})
		noError(t, err)
	}
	_, err = k.KeyForm(ctx, officer, c, b.ID, consult.FormKeyed{Form: formOf(t, c, "person"), Answers: keyed(models.Answers{"C1": ticks("agree", "disagree")}), File: scan("Bad."), Key: consult.NewDraftKey()})
	wantKind(t, "a form that is refused", err, models.KindInvalid)
	if got := k.countFiles(t); got != files+2 {
		t.Errorf("%d files, expected %d", got, files+2)
	}
}

// Paper that came late is treated alike: by the postmark where there is one, and
// by the rule of the consultation.
func TestLatePaper(t *testing.T) {
	for _, test := range []struct {
		policy string
		status models.SubmissionStatus
	}{{"", models.SubmissionLive}, {"late: counted\n", models.SubmissionLive}, {"late: set_aside\n", models.SubmissionVoid}} {
		k := one(t)
		c := k.open(t, []byte(invented+test.policy))
		k.clock.Advance(30 * 24 * 60 * 60 * 1e9)
		c = k.move(t, c, models.StatusClosed)
		for _, b := range []struct {
			received, posted string
			late             bool
		}{{"2026-12-14", "", false}, {"2026-12-15", "", true}, {"2026-12-18", "2026-12-14", false}, {"2026-12-18", "2026-12-15", true}} {
			batch, err := k.OpenBatch(ctx, officer, c, models.Batch{Channel: models.ChannelPaper, Received: b.received, Posted: b.posted, Expected: 1, Form: 1})
			noError(t, err)
			_, err = k.KeyForm(ctx, officer, c, batch.ID, consult.FormKeyed{Form: 1, Answers: keyed(models.Answers{"C2": words("Still here.")}), Key: consult.NewDraftKey()})
			noError(t, err)
			state, forms, err := k.Batch(ctx, officer, c, batch.ID)
			noError(t, err)
			want := models.SubmissionLive
			if b.late {
				want = test.status
			}
			if state.Late != b.late || forms[0].Submission.Status != want {
				t.Errorf("%q, %+v: late %v, %s", test.policy, b, state.Late, forms[0].Submission.Status)
			}
		}
		all, err := k.Keying(ctx, officer, c)
		noError(t, err)
		if all.Late != 2 {
			t.Errorf("%q: %d late, expected 2", test.policy, all.Late)
		}
		if r, err := k.DraftReport(ctx, officer, c); err != nil || r.Late == nil || !r.Late.Number.Masked || r.Late.SetAside != (test.status == models.SubmissionVoid) {
			t.Errorf("%q: the report says %+v of what came late (%v)", test.policy, r, err)
		}
		k.drain(t)
	}
	if _, err := one(t).SaveConsultation(ctx, officer, "x.yaml", []byte(invented+"late: perhaps\n")); models.KindOf(err) != models.KindInvalid {
		t.Errorf("a rule that there is not: %v", err)
	}
}

// Batches and forms of another consultation are not there.
func TestKeyingOfAnotherConsultation(t *testing.T) {
	k := one(t)
	c, other := k.demo(t), k.open(t, []byte(invented))
	b, form := k.sampled(t, c, 2)
	mine := k.batch(t, c, 1)
	for name, act := range map[string]func(context.Context, *models.Consultation, string) error{
		"batch": func(ctx context.Context, c *models.Consultation, batch string) error {
			_, _, err := k.Batch(ctx, second, c, batch)
			return err
		},
		"keying": func(ctx context.Context, c *models.Consultation, batch string) error {
			_, err := k.KeyForm(ctx, second, c, batch, consult.FormKeyed{Form: 1, Answers: keyed(models.Answers{"C2": words("Mine.")}), Key: consult.NewDraftKey()})
			return err
		},
		"finishing": func(ctx context.Context, c *models.Consultation, batch string) error {
			_, err := k.FinishBatch(ctx, second, c, batch, 2)
			return err
		},
		"form": func(ctx context.Context, c *models.Consultation, batch string) error {
			_, err := k.KeyedForm(ctx, second, c, batch, form.Submission)
			return err
		},
		"checking": func(ctx context.Context, c *models.Consultation, batch string) error {
			_, err := k.CheckForm(ctx, second, c, batch, form.Submission, nil)
			return err
		},
		"settling": func(ctx context.Context, c *models.Consultation, batch string) error {
			return k.SettleForm(ctx, second, c, batch, form.Submission, 1, nil)
		},
		"correcting": func(ctx context.Context, c *models.Consultation, batch string) error {
			return k.CorrectForm(ctx, second, c, batch, form.Submission, 1, nil, models.ReasonSlip)
		},
	} {
		wantKind(t, name+" under another consultation", act(ctx, other, b.ID), models.KindNotFound)
		if slices.Contains([]string{"form", "checking", "settling", "correcting"}, name) {
			wantKind(t, name+" under another batch", act(ctx, c, mine.ID), models.KindNotFound)
		}
	}
}

// A voice that was given elsewhere is taken whole: nobody there was told how long
// words may be.
func TestLongWordsAreTakenWhole(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		b := k.batch(t, c, 2)
		long := strings.Repeat("The lamps by the bridge are out again. ", 2500) + "The zeppelin is last."
		letter := keyed(models.Answers{"C10": words(long)})
		saved, err := k.KeyForm(ctx, officer, c, b.ID, consult.FormKeyed{Form: formOf(t, c, "person"), Letter: "C10", Answers: letter, Key: consult.NewDraftKey()})
		noError(t, err)
		beside := strings.Repeat("And what is more. ", 40)
		form := k.key(t, c, b, "person", keyed(models.Answers{"A2": {Options: []string{"other"}, Text: beside}, "C6": words(long)}))
		if saved.Number != 1 || form.Answer("A2").Text != beside || form.Answer("C6").Text != long {
			t.Error("a form is not taken whole")
		}
		file := "Ref,Words\nr1,\"" + long + "\"\n"
		if out, err := k.ImportSheet(ctx, officer, c, k.hold(t, c, file), map[string]string{models.ColumnID: "Ref", "C6": "Words"}); err != nil || out.Taken != 1 {
			t.Errorf("imported: %+v, %v", out, err)
		}
		if out := k.imported(t, c.ID, strings.ReplaceAll(file, "r1", "r2"), consult.ImportOptions{Columns: sheet.Columns{Text: "Words", ID: "Ref"}, Question: "C6"}); out.Taken != 1 {
			t.Errorf("imported on the command line: %+v", out)
		}

		// It is keyed again, settled and corrected like any other.
		_, err = k.FinishBatch(ctx, officer, c, b.ID, 2)
		noError(t, err)
		next, _, err := k.ToCheck(ctx, second, c, b.ID)
		noError(t, err)
		r, err := k.KeyedForm(ctx, second, c, b.ID, next.Submission)
		noError(t, err)
		again := maps.Clone(r.Current.Answers)
		for q, a := range again {
			if a.Text == long {
				again[q] = models.KeyedAnswer{Given: words(long + " No, the airship.")}
			}
		}
		differ, err := k.CheckForm(ctx, second, c, b.ID, next.Submission, again)
		noError(t, err)
		noError(t, k.SettleForm(ctx, second, c, b.ID, next.Submission, 2, differ))

		// People search it to its end, and the report is made of it.
		k.drain(t)
		if found := k.find(t, officer, c, "zeppelin"); len(found) != 4 {
			t.Errorf("by the last words %d are found, expected 4", len(found))
		}
		c = k.move(t, c, models.StatusFrozen)
		if _, err := k.DraftReport(ctx, officer, c); err != nil {
			t.Errorf("the report: %v", err)
		}
	})
}

// Nothing is frozen while a bundle is not finished or what two people read
// differently is not settled, because nothing can be keyed afterwards. A sample that
// nobody has keyed again holds nothing up.
func TestEverythingIsKeyedBeforeFreezing(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.move(t, k.demo(t), models.StatusClosed)
		refused := func(want string) {
			t.Helper()
			storetest.ReadAll(t, k.store, c.ID, officer.ID)
			storetest.CheckAll(t, k.store, c.ID, officer.ID, second.ID)
			err := k.Move(ctx, officer, c, models.StatusFrozen)
			wantKind(t, "freezing", err, models.KindConflict)
			if f := models.FieldsOf(err); len(f) != 1 || f[0].Field != "keying" || !strings.Contains(f[0].Message, want) {
				t.Errorf("freezing is refused with %+v, want %q", f, want)
			}
		}
		mistake := k.batch(t, c, 2)
		b := k.batch(t, c, 3)
		form := k.key(t, c, b, "person", keyed(resident("The lamps are out.", false)))
		refused("2 batches are not finished, with 4 forms not keyed. Officers")
		// One that was opened by mistake is no dead end.
		_, err := k.FinishBatch(ctx, officer, c, mistake.ID, 1)
		wantKind(t, "finishing with forms that nobody keyed", err, models.KindInvalid)
		if n, err := k.FinishBatch(ctx, officer, c, mistake.ID, 0); err != nil || n != 0 {
			t.Errorf("finishing an empty batch: %d, %v", n, err)
		}
		for i := range 2 {
			k.key(t, c, b, "person", keyed(resident(fmt.Sprintf("Lamp %d is out.", i), false)))
		}
		refused("1 batch is not finished, with 0 forms not keyed. Officers")
		_, err = k.FinishBatch(ctx, officer, c, b.ID, 0)
		wantKind(t, "finishing without the forms that were keyed", err, models.KindInvalid)
		_, err = k.FinishBatch(ctx, officer, c, b.ID, 3)
		noError(t, err)

		next, _, err := k.ToCheck(ctx, second, c, b.ID)
		noError(t, err)
		differ, err := k.CheckForm(ctx, second, c, b.ID, next.Submission, keyed(resident("The lambs are out.", false)))
		noError(t, err)
		refused("1 form was read differently by two people, and nobody has settled it. Officers")
		noError(t, k.SettleForm(ctx, second, c, b.ID, next.Submission, 2, differ))

		// What does not count any more needs no settling, and cannot be settled.
		other, code := k.sampledWithCode(t, c)
		_, err = k.CheckForm(ctx, second, c, other.ID, k.formIn(t, c, other).ID, keyed(resident("Something else.", false)))
		noError(t, err)
		refused("1 form was read differently")
		waiting := func(want int) {
			t.Helper()
			all, err := k.Keying(ctx, officer, c)
			noError(t, err)
			state, _, err := k.Batch(ctx, officer, c, other.ID)
			noError(t, err)
			if all.All.Open != want || state.Open != want {
				t.Errorf("to be settled: %d of all, %d of the batch, want %d", all.All.Open, state.Open, want)
			}
		}
		waiting(1)
		noError(t, k.Withdraw(ctx, c, code))
		waiting(0)

		lone := k.batch(t, c, 1)
		k.key(t, c, lone, "person", keyed(resident("Nobody reads this twice.", false)))
		_, err = k.FinishBatch(ctx, officer, c, lone.ID, 1)
		noError(t, err)
		storetest.ReadAll(t, k.store, c.ID, officer.ID)
		storetest.CheckAll(t, k.store, c.ID, officer.ID, second.ID)
		noError(t, k.Move(ctx, officer, c, models.StatusFrozen))
		if sub, err := k.store.Submission(ctx, form.ID); err != nil || sub.Status != models.SubmissionLive {
			t.Errorf("after freezing: %+v, %v", sub, err)
		}
	})
}

// formIn returns the submission of the first form of a batch.
func (k *kit) formIn(t testing.TB, c *models.Consultation, b *models.Batch) *models.Submission {
	t.Helper()
	_, forms, err := k.Batch(ctx, officer, c, b.ID)
	noError(t, err)
	return forms[0].Submission
}

// sampledWithCode keys one form, finishes the batch, and returns the code of its
// author.
func (k *kit) sampledWithCode(t testing.TB, c *models.Consultation) (*models.Batch, string) {
	t.Helper()
	b := k.batch(t, c, 1)
	saved, err := k.KeyForm(ctx, officer, c, b.ID, consult.FormKeyed{Form: formOf(t, c, "person"), Answers: keyed(resident("The lamps are out.", false)), Slip: true, Key: consult.NewDraftKey()})
	noError(t, err)
	_, err = k.FinishBatch(ctx, officer, c, b.ID, 1)
	noError(t, err)
	return b, strings.Join(saved.Words, " ")
}

// Days that were written down wrongly are corrected while the batch is open, and
// what came late after all is treated like all that came late.
func TestCorrectBatch(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.open(t, []byte(invented+"late: set_aside\n"))
		k.clock.Advance(30 * 24 * time.Hour)
		c = k.move(t, c, models.StatusClosed)
		b, err := k.OpenBatch(ctx, officer, c, models.Batch{Channel: models.ChannelPaper, Received: "2026-12-20", Expected: 2, Form: 1})
		noError(t, err)
		keyIn := func(said string) {
			t.Helper()
			_, err := k.KeyForm(ctx, officer, c, b.ID, consult.FormKeyed{Form: 1, Answers: keyed(models.Answers{"C2": words(said)}), Key: consult.NewDraftKey()})
			noError(t, err)
		}
		keyIn("The zithers hang here.")
		keyIn("The oboes hang here.")
		_, forms, err := k.Batch(ctx, officer, c, b.ID)
		noError(t, err)
		counts, aside := forms[0].Submission.ID, forms[1].Submission.ID
		// This one is set aside for another reason, too.
		noError(t, k.CountAgain(ctx, officer, c, aside))
		noError(t, k.SetAside(ctx, officer, c, aside, models.AsideMadeUp, "a test"))
		k.drain(t)
		status := func(day string, first models.SubmissionStatus, found int) {
			t.Helper()
			k.drain(t)
			for id, want := range map[string]models.SubmissionStatus{counts: first, aside: models.SubmissionVoid} {
				if sub, err := k.store.Submission(ctx, id); err != nil || sub.Day != day || sub.Status != want {
					t.Errorf("%s is %s of %s, want %s of %s (%v)", id, sub.Status, sub.Day, want, day, err)
				}
			}
			if n := len(k.find(t, officer, c, "zithers")); n != found {
				t.Errorf("%d found, expected %d", n, found)
			}
		}
		status("2026-12-20", models.SubmissionVoid, 0)
		correct := func(received, posted string) error {
			return k.CorrectBatch(ctx, second, c, b.ID, received, posted)
		}
		for _, bad := range [][2]string{{"soon", ""}, {"2027-01-01", ""}, {"2026-12-20", "2026-12-21"}, {"2026-12-20", "x"}, {"2026-12-20", ""}} {
			wantKind(t, fmt.Sprint(bad), correct(bad[0], bad[1]), models.KindInvalid)
		}
		wantKind(t, "under another consultation", k.CorrectBatch(ctx, second, k.demo(t), b.ID, "2026-12-10", ""), models.KindNotFound)
		noError(t, correct("2026-12-19", "2026-12-14"))
		status("2026-12-19", models.SubmissionLive, 1)
		noError(t, correct("2026-12-19", "2026-12-15"))
		status("2026-12-19", models.SubmissionVoid, 0)
		noError(t, correct("2026-12-14", ""))
		status("2026-12-14", models.SubmissionLive, 1)
		if got := k.acts(t, c, "keying.batch-corrected"); len(got) != 3 || got[2] != "arrived 2026-12-19, postmark 2026-12-14; before: arrived 2026-12-20, postmark none" {
			t.Errorf("on record: %q", got)
		}
		if got := k.acts(t, c, "submission.set-aside"); !slices.Contains(got, "batch 1 came after the end") {
			t.Errorf("on record: %q", got)
		}
		keyIn("As it is now.")
		_, forms, err = k.Batch(ctx, officer, c, b.ID)
		noError(t, err)
		if sub := forms[2].Submission; sub.Day != "2026-12-14" || sub.Status != models.SubmissionLive {
			t.Errorf("keyed afterwards: %s of %s", sub.Status, sub.Day)
		}
		_, err = k.FinishBatch(ctx, officer, c, b.ID, 3)
		noError(t, err)
		wantKind(t, "correcting what is finished", correct("2026-12-13", ""), models.KindConflict)
	})
}

// A form that came late and is set aside is settled and corrected like any other,
// and stays set aside.
func TestLateFormIsSettled(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.open(t, []byte(invented+"late: set_aside\n"))
		k.clock.Advance(30 * 24 * time.Hour)
		c = k.move(t, c, models.StatusClosed)
		b, err := k.OpenBatch(ctx, officer, c, models.Batch{Channel: models.ChannelPaper, Received: "2026-12-20", Expected: 1, Form: 1})
		noError(t, err)
		_, err = k.KeyForm(ctx, officer, c, b.ID, consult.FormKeyed{Form: 1, Answers: keyed(models.Answers{"C2": words("The zebras are out.")}), Key: consult.NewDraftKey()})
		noError(t, err)
		_, err = k.FinishBatch(ctx, officer, c, b.ID, 1)
		noError(t, err)
		id := k.formIn(t, c, b).ID
		said := func(want string) {
			t.Helper()
			k.drain(t)
			sub, err := k.store.Submission(ctx, id)
			noError(t, err)
			if sub.Status != models.SubmissionVoid || sub.Answer("C2").Text != want {
				t.Errorf("it is %s and says %q, want %q", sub.Status, sub.Answer("C2").Text, want)
			}
		}
		_, err = k.CheckForm(ctx, second, c, b.ID, id, keyed(models.Answers{"C2": words("The lamps are out.")}))
		noError(t, err)
		noError(t, k.SettleForm(ctx, second, c, b.ID, id, 2, []string{"C2"}))
		said("The lamps are out.")
		noError(t, k.CorrectForm(ctx, officer, c, b.ID, id, 3, keyed(models.Answers{"C2": words("The lamps are off.")}), models.ReasonSlip))
		said("The lamps are off.")
		if len(k.find(t, officer, c, "lamps"))+len(k.subs(t, c)) != 0 {
			t.Error("what is set aside counts or is found")
		}
	})
}

// A scan of a form whose words were keyed needs no summary, and is no answer by
// itself; what came with a letter is an attachment like any other.
func TestScansNeedNoSummary(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		b := k.batch(t, c, 2)
		keyIn := func(letter string, answers models.KeyedAnswers) (*models.Submission, error) {
			saved, err := k.KeyForm(ctx, officer, c, b.ID, consult.FormKeyed{Form: formOf(t, c, "person"), Letter: letter, Answers: answers,
				File: &consult.Upload{Name: "scan.txt", Reader: strings.NewReader("Dear all.")}, Key: consult.NewDraftKey()})
			if err != nil {
				return nil, err
			}
			_, forms, err := k.Batch(ctx, officer, c, b.ID)
			return forms[saved.Number-1].Submission, err
		}
		_, err := keyIn("", nil)
		wantKind(t, "a scan of a form that nobody keyed", err, models.KindInvalid)
		form, err := keyIn("", keyed(resident("The lamps are out.", true)))
		noError(t, err)
		letter, err := keyIn("C10", nil)
		noError(t, err)
		_, err = k.FinishBatch(ctx, officer, c, b.ID, 2)
		noError(t, err)
		c = k.move(t, c, models.StatusClosed)
		k.drain(t)

		list := func() (ids []string) {
			t.Helper()
			queue, err := k.ReadingQueue(ctx, officer, c, models.ReadingUnsummarised, 1)
			noError(t, err)
			if n := queue.Counts; n.Attachments != 1 {
				t.Errorf("counts %+v", n)
			}
			for _, item := range queue.Items {
				ids = append(ids, item.ID)
			}
			return ids
		}
		if got := list(); !slices.Equal(got, []string{letter.ID}) {
			t.Errorf("without a summary are %v, want %s", got, letter.ID)
		}
		noError(t, k.Read(ctx, officer, c, form.ID, consult.ReadingWork{Done: true}))
		err = k.Read(ctx, officer, c, letter.ID, consult.ReadingWork{Done: true})
		wantKind(t, "a letter without a summary", err, models.KindInvalid)
		noError(t, k.Read(ctx, officer, c, letter.ID, consult.ReadingWork{Done: true, Summaries: []models.Summary{{Attachment: letter.Attachments[0].Key, Text: "Greetings."}}}))
		if got := list(); len(got) != 0 {
			t.Errorf("still without a summary: %v", got)
		}
		storetest.CheckAll(t, k.store, c.ID, officer.ID, second.ID)
		noError(t, k.Move(ctx, officer, c, models.StatusFrozen))
	})
}
