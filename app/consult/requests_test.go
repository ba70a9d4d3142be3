package consult_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"heard/app/consult"
	"heard/models"
	"heard/models/storetest"
	"heard/search"
	"heard/search/embedded"
)

// ask logs a request.
func (k *kit) ask(t testing.TB, c *models.Consultation, kind models.RequestKind) string {
	t.Helper()
	id, err := k.KeepRequest(ctx, officer, c, models.Request{Kind: kind, Reference: "Ref " + string(kind), Received: k.Today()})
	noError(t, err)
	return id
}

// close answers a request.
func (k *kit) close(t testing.TB, c *models.Consultation, id string) {
	t.Helper()
	l, err := k.Requests(ctx, officer, c)
	noError(t, err)
	r := l.Requests[slices.IndexFunc(l.Requests, func(r models.Request) bool { return r.ID == id })]
	r.Version, r.State, r.Outcome, r.Done = r.Version+1, models.RequestAnswered, "Answered.", k.Today()
	_, err = k.KeepRequest(ctx, officer, c, r)
	noError(t, err)
}

func (k *kit) actsFor(t testing.TB, c *models.Consultation, request string) []models.RequestAct {
	t.Helper()
	l, err := k.Requests(ctx, auditor, c)
	noError(t, err)
	return l.Acts[request]
}

// asked is the erasure that waits for a second person.
func (k *kit) asked(t testing.TB, c *models.Consultation, request string) models.RequestAct {
	t.Helper()
	all := k.actsFor(t, c, request)
	return all[slices.IndexFunc(all, func(a models.RequestAct) bool { return a.State == models.ActAsked })]
}

// actions lists what is on record, in order.
func (k *kit) actions(t testing.TB, c *models.Consultation) (all []string) {
	t.Helper()
	trail, err := k.store.AuditTrail(ctx, c.ID, 0)
	noError(t, err)
	for _, e := range trail {
		all = append(all, e.Action)
	}
	slices.Reverse(all)
	return all
}

// nowhere fails when words stand anywhere that they could be read, or on disk.
func (k *kit) nowhere(t *testing.T, words string, folders ...string) {
	t.Helper()
	if bytes.Contains(bytes.ToLower(databaseBytes(t, k)), []byte(words)) {
		t.Errorf("the database still holds %q", words)
	}
	if strings.Contains(k.log.String(), words) {
		t.Errorf("the log holds %q", words)
	}
	for _, folder := range append(folders, k.folder) {
		noError(t, filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			content, err := os.ReadFile(path)
			if errors.Is(err, fs.ErrNotExist) {
				return nil // the index has put its files together meanwhile
			}
			if bytes.Contains(bytes.ToLower(content), []byte(words)) {
				t.Errorf("%s still holds %q", filepath.Base(path), words)
			}
			return err
		}))
	}
}

// sendPicture sends an organisation's words with a picture and returns their code.
func (k *kit) sendPicture(t *testing.T, c *models.Consultation) (code string) {
	t.Helper()
	key := k.fill(t, c, organisation("There is quinceblossom all over the steps."))
	noError(t, k.Attach(ctx, key, c, "steps.png", picture(t)))
	noError(t, k.Submit(ctx, key, c, consult.Proof{}))
	list, err := k.receipt(key, c)
	noError(t, err)
	return strings.Join(list, " ")
}

func TestErasureBeforeTheFreeze(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		code := k.sendPicture(t, c)
		k.send(t, c, resident("The lamps are marrowgreen.", true))
		k.drain(t)
		noCode := k.find(t, officer, c, "marrowgreen")
		request := k.ask(t, c, models.RequestErasure)

		// With the code: never shown, gone at once.
		list := strings.Fields(code)
		wantKind(t, "without a reason", k.EraseByCode(ctx, officer, c, request, code, " "), models.KindInvalid)
		wantKind(t, "a wrong code", k.EraseByCode(ctx, officer, c, request, strings.Join(append(list[1:12:12], list[0]), " "), "Asked."), models.KindInvalid)
		wantKind(t, "for a request of another kind", k.EraseByCode(ctx, officer, c, k.ask(t, c, models.RequestAccess), code, "Asked."), models.KindConflict)
		noError(t, k.EraseByCode(ctx, officer, c, request, code, "They quoted the code."))
		if k.countFiles(t) != 0 {
			t.Error("the attachment is still there")
		}
		wantKind(t, "again", k.EraseByCode(ctx, officer, c, request, code, "Asked."), models.KindConflict)
		k.drain(t)
		k.nowhere(t, "quinceblossom")

		// Without one: a second person confirms.
		id := noCode[0]
		noError(t, k.AskErasure(ctx, officer, c, id, request, "They told us the day and the opening words."))
		wantKind(t, "asking twice", k.AskErasure(ctx, second, c, id, request, "The same."), models.KindConflict)
		act := k.asked(t, c, request)
		wantKind(t, "confirming one's own", k.DecideErasure(ctx, officer, c, act.ID, true), models.KindConflict)
		if got := k.find(t, officer, c, "marrowgreen"); len(got) != 1 {
			t.Fatalf("found %v before it was confirmed", got)
		}
		if _, err := k.KeepRequest(ctx, officer, c, models.Request{ID: request, Version: 2, Reference: "R", State: models.RequestAnswered, Outcome: "Done.", Done: k.Today()}); models.KindOf(err) != models.KindConflict {
			t.Errorf("closed while an erasure waits: %v", err)
		}
		noError(t, k.DecideErasure(ctx, second, c, act.ID, true))
		wantKind(t, "confirming twice", k.DecideErasure(ctx, second, c, act.ID, true), models.KindConflict)
		if got := k.find(t, officer, c, "marrowgreen"); len(got) > 0 {
			t.Errorf("still found: %v", got)
		}
		k.drain(t)
		k.nowhere(t, "marrowgreen")
		want := []models.RequestAct{
			{Consultation: c.ID, Request: request, Kind: models.ActErasure, State: models.ActDone, Reason: "They quoted the code.", By: officer.ID, Day: k.Today()},
			{Consultation: c.ID, Request: request, Kind: models.ActErasure, State: models.ActDone, Reason: act.Reason, By: officer.ID, Day: k.Today(), SecondBy: second.ID, SecondDay: k.Today()}}
		got := k.actsFor(t, c, request)
		for i := range got {
			got[i].ID = ""
		}
		slices.SortFunc(got, func(a, b models.RequestAct) int { return strings.Compare(a.SecondBy, b.SecondBy) })
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("what is on record (-want +got):\n%s", diff)
		}
		if _, _, err := k.store.VerifyAudit(ctx); err != nil {
			t.Error(err)
		}
		for _, action := range []string{"request.logged", "erasure.asked", "erasure.done"} {
			if !slices.Contains(k.actions(t, c), action) {
				t.Errorf("%s is not on record", action)
			}
		}
	})
}

// While the law holds what there is, words leave everything that is read, and a
// sealed copy goes when the last hold ends.
func TestHold(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		code := k.sendPicture(t, c)
		k.drain(t)
		files := k.countFiles(t)
		foi, review := k.ask(t, c, models.RequestFOI), k.ask(t, c, models.RequestReview)

		// A correction: the file goes on with what is sent in its place.
		again := k.correct(t, c, code)
		k.answer(t, again, c, models.Answers{"C6": words("There is marrowgreen all over the steps.")})
		noError(t, k.Submit(ctx, again, c, consult.Proof{}))
		noError(t, k.Withdraw(ctx, c, code))
		k.drain(t)
		k.nowhere(t, "quinceblossom")
		k.nowhere(t, "marrowgreen")
		trace, err := k.Trace(ctx, c, code)
		if err != nil || !trace.Held || trace.Status != models.SubmissionWithdrawn {
			t.Errorf("whoever has the code is told %+v, %v", trace, err)
		}
		if got := k.countFiles(t); got != files {
			t.Errorf("%d files are kept, want %d", got, files)
		}
		held, err := k.HeldWords(ctx, consult.Portal, c)
		noError(t, err)
		if len(held) != 2 || !strings.Contains(held[0].Answer("C6").Text+held[1].Answer("C6").Text, "marrowgreen") {
			t.Errorf("%d sealed copies", len(held))
		}

		k.close(t, c, foi)
		k.drain(t)
		if l, err := k.Requests(ctx, officer, c); err != nil || l.Held != 2 || len(l.Holding()) != 1 {
			t.Fatalf("one hold ended and what it held went: %d (%v)", l.Held, err)
		}
		k.close(t, c, review)
		k.drain(t)
		if l, err := k.Requests(ctx, officer, c); err != nil || l.Held != 0 {
			t.Errorf("%d sealed copies stay (%v)", l.Held, err)
		}
		if got := k.countFiles(t); got != 0 {
			t.Errorf("%d files stay", got)
		}
		if trace, err := k.Trace(ctx, c, code); err != nil || trace.Held {
			t.Errorf("whoever has the code is told %+v, %v", trace, err)
		}
		for _, action := range []string{"request.answered", "held.opened", "held.deleted"} {
			if !slices.Contains(k.actions(t, c), action) {
				t.Errorf("%s is not on record: %v", action, k.actions(t, c))
			}
		}
	})
}

// After the report is published totals stay and words go, from the database, the
// index, the report and every file of it.
func TestErasureAfterPublication(t *testing.T) {
	folder := t.TempDir()
	k := newKit(t, storetest.SQLiteURL(t), func(e search.Engine) search.Engine {
		_ = e.Close()
		kept, err := embedded.Open(folder)
		noError(t, err)
		return kept
	})
	c := k.open(t, []byte(invented))
	const canary, third = "quinceblossom falls on the towpath all night", "old bluehat"
	var texts []string
	for n := range 8 {
		texts = append(texts, spoken(2, n), spoken(3, n))
	}
	texts = append(texts, "In the alley "+canary+". The lamps are dark.", "The lamps are dark and "+third+" waits at the bridge. Please light the towpath.", "Nobody else speaks of zinnias.")
	k.load(t, c, texts, func(int) bool { return true })
	k.drain(t)
	c = k.move(t, c, models.StatusClosed)
	k.drain(t)
	c = k.move(t, c, models.StatusFrozen)
	k.drain(t)
	by := map[string]*models.Submission{}
	for _, s := range k.subs(t, c) {
		for _, words := range []string{canary, third, "zinnias"} {
			if strings.Contains(s.Answer("C2").Redacted, words) {
				by[words] = s
			}
		}
	}
	if len(by) != 3 {
		t.Fatalf("found %d of the three", len(by))
	}
	// What may have been made of their words: a name, a draft, a letter, quotes.
	run := k.run(t, c)
	run.Themes = []models.Theme{{ID: "t1", Consultation: c.ID, Status: models.ThemeApproved, Keywords: []string{"lamps", "dark"}, Version: 1}}
	quote := func(words string) models.Quote {
		text := []rune(by[words].Answer("C2").Redacted)
		at := len([]rune(string(text)[:strings.Index(string(text), words)]))
		return models.Quote{Theme: run.Themes[0].ID, Submission: by[words].ID, Question: "C2", Start: at, End: at + len([]rune(words)), SHA256: consult.HashOf(words)}
	}
	named := &run.Themes[0]
	named.Label, named.MachineLabel, named.Renamed, named.Keywords = canary, canary, false, append(named.Keywords, "quinceblossom")
	named.Draft = []models.Sentence{{Text: "One says that " + canary + ".", Cites: []string{by[canary].ID}}, {Text: "Lamps are dark.", Cites: []string{by[third].ID}}}
	run.Quotes = []models.Quote{quote(canary), quote(third)}
	run.Placements = nil
	for _, s := range k.subs(t, c) {
		if s.ID != by["zinnias"].ID { // which is heard once
			run.Placements = append(run.Placements, models.Placement{Theme: named.ID, Submission: s.ID, Question: "C2", Score: 1})
		}
	}
	run.Campaigns = []models.Campaign{{ID: "c1", Consultation: c.ID, Template: canary, Members: []string{by[canary].ID, by[third].ID}}}
	noError(t, k.store.SaveThemes(ctx, *run))
	noError(t, k.store.ApproveDraft(ctx, models.ApprovedDraft{Theme: named.ID, Consultation: c.ID, Sentences: append(named.Draft, models.Sentence{Text: "Somebody else writes “" + canary + "”."}), By: officer.ID, Day: k.Today()}))
	c = k.publish(t, c, "")
	published, err := k.Report(ctx, c)
	noError(t, err)
	if all := flat(t, published); strings.Count(all, canary) < 3 || !strings.Contains(all, third) || !strings.Contains(all, "zinnias") {
		t.Fatalf("the report does not hold the words: %s", all)
	}

	request := k.ask(t, c, models.RequestErasure)
	erase := func(id string) {
		t.Helper()
		noError(t, k.AskErasure(ctx, officer, c, id, request, "They told us the day."))
		noError(t, k.DecideErasure(ctx, second, c, k.asked(t, c, request).ID, true))
	}
	erase(by[canary].ID)
	erase(by["zinnias"].ID)
	if got := k.find(t, officer, c, "quinceblossom"); len(got) > 0 { // before any background work
		t.Error("the words can still be searched for")
	}
	k.drain(t)
	k.nowhere(t, "quinceblossom", folder)
	k.nowhere(t, "zinnias", folder)

	drafts, err := k.store.ApprovedDrafts(ctx, c.ID)
	noError(t, err)
	if diff := cmp.Diff(named.Draft[1:], drafts[named.ID].Sentences); diff != "" {
		t.Errorf("what was approved (-want +got):\n%s", diff)
	}

	// Every figure stands, in the report that is shown and in one made anew.
	shown, err := k.Report(ctx, c)
	noError(t, err)
	if v, err := k.PublishedVersion(ctx, c, 0); err != nil || v.Struck != k.Today() {
		t.Errorf("the version says that words were taken out on %q (%v)", v.Struck, err)
	}
	figures := func(r *models.Report) models.RollCall { r.RollCall.Entries = nil; return r.RollCall }
	if diff := cmp.Diff(figures(published), figures(shown)); diff != "" {
		t.Errorf("the roll-call changed (-before +after):\n%s", diff)
	}
	if diff := cmp.Diff(published.Themes[0].Count, shown.Themes[0].Count); diff != "" || len(shown.HeardOnce) != len(published.HeardOnce) {
		t.Errorf("figures changed: %s, heard once %d, was %d", diff, len(shown.HeardOnce), len(published.HeardOnce))
	}
	anew, err := k.DraftReport(ctx, officer, c)
	noError(t, err)
	if diff := cmp.Diff(figures(published), figures(anew)); diff != "" {
		t.Errorf("the roll-call of a report made anew (-before +after):\n%s", diff)
	}
	for _, format := range []string{"csv", "json"} {
		file, err := k.ReportFile(ctx, c, format)
		noError(t, err)
		if bytes.Contains(file, []byte("quinceblossom")) || bytes.Contains(file, []byte("zinnias")) {
			t.Errorf("the %s still holds the words", format)
		}
	}
	left, err := k.store.Submission(ctx, by[canary].ID)
	noError(t, err)
	if left.Erased != k.Today() || left.Status != models.SubmissionLive || left.Answer("C2").Redacted != models.ErasedWords || len(left.Consents) > 0 || !slices.Equal(left.Groups, by[canary].Groups) || left.Stance != by[canary].Stance {
		t.Errorf("what is left: %+v", left)
	}
	if acts := k.actsFor(t, c, request); len(acts) != 2 || acts[0].Submission != "" || !acts[0].Frozen || acts[0].State != models.ActDone {
		t.Errorf("something leads from the request to what stays: %+v", acts)
	}
	wantKind(t, "erasing again", k.AskErasure(ctx, officer, c, by[canary].ID, request, "The same."), models.KindConflict)

	// A third person named in somebody's words: the span goes, the rest stays.
	sheet := k.sheet(t, officer, c, by[third].ID)
	decisions := consult.RedactionDecisions{Version: sheet.Version, Added: []consult.RedactionMark{{Question: "C2", Words: third, Kind: "name"}}}
	wantKind(t, "taking out without a request", k.Redact(ctx, officer, c, by[third].ID, decisions), models.KindClosed)
	decisions.Request = k.ask(t, c, models.RequestFOI)
	wantKind(t, "taking out for a request for information", k.Redact(ctx, officer, c, by[third].ID, decisions), models.KindConflict)
	decisions.Request = request
	noError(t, k.Redact(ctx, officer, c, by[third].ID, decisions))
	k.drain(t)
	shown, err = k.Report(ctx, c)
	noError(t, err)
	if all := flat(t, shown); strings.Contains(all, "bluehat") {
		t.Error("the report still names the third person")
	}
	if got := k.find(t, officer, c, "bluehat"); len(got) > 0 {
		t.Error("the name can still be searched for")
	}
	if got := k.redactedText(t, by[third].ID); !strings.Contains(got, "Please light the towpath.") || strings.Contains(got, "bluehat") {
		t.Errorf("it reads %q", got)
	}
	if quotes, err := k.store.Quotes(ctx, c.ID); err != nil || len(quotes) > 0 {
		t.Errorf("quotes that were touched stay: %v, %v", quotes, err)
	}
	if acts := k.actsFor(t, c, request); !slices.ContainsFunc(acts, func(a models.RequestAct) bool {
		return a.Kind == models.ActRedaction && a.Submission == by[third].ID
	}) {
		t.Errorf("it is not told which submission was changed: %+v", acts)
	}
	if anew, err = k.DraftReport(ctx, officer, c); err != nil || cmp.Diff(figures(published), figures(anew)) != "" {
		t.Errorf("a report made anew: %v", err)
	}

	// The day of the original words, while something holds them and afterwards.
	wantKind(t, "a day before the end", k.SetRetention(ctx, officer, c, models.Retention{Version: 1, Day: "2026-01-01"}), models.KindInvalid)
	k.clock.Advance(50 * 24 * time.Hour) // it has closed
	in := func(days int) string { return k.clock.Now().UTC().AddDate(0, 0, days).Format(time.DateOnly) }
	day := in(60)
	wantKind(t, "a first day that nobody could notice", k.SetRetention(ctx, officer, c, models.Retention{Version: 1, Day: in(6)}), models.KindInvalid)
	noError(t, k.SetRetention(ctx, officer, c, models.Retention{Version: 1, Day: day}))
	for _, sudden := range []string{in(0), in(6)} {
		wantKind(t, "an earlier day that nobody could notice", k.SetRetention(ctx, officer, c, models.Retention{Version: 2, Day: sudden}), models.KindInvalid)
	}
	noError(t, k.SetRetention(ctx, officer, c, models.Retention{Version: 2, Day: in(7)}))
	k.clock.Advance(5 * 24 * time.Hour)
	noError(t, k.SetRetention(ctx, officer, c, models.Retention{Version: 3, Day: in(3)})) // later than it was
	noError(t, k.SetRetention(ctx, officer, c, models.Retention{Version: 4, Day: day}))
	wantKind(t, "setting it twice at once", k.SetRetention(ctx, second, c, models.Retention{Version: 1, Day: day}), models.KindConflict)
	originals := func() (n int) { // that are left, in whatever order they are read
		for _, s := range k.subs(t, c) {
			if s.Answer("C2").Text != "" {
				n++
			}
		}
		return n
	}
	before := originals()
	k.clock.Advance(61 * 24 * time.Hour)
	noError(t, k.Sweep(ctx))
	k.drain(t)
	if n := originals(); before == 0 || n != before {
		t.Fatalf("%d of %d originals are left while a request holds them", n, before)
	}
	l, err := k.Requests(ctx, officer, c)
	noError(t, err)
	k.close(t, c, l.Holding()[0].ID)
	k.drain(t)
	k.nowhere(t, "bluehat", folder)
	for _, s := range k.subs(t, c) {
		if a := s.Answer("C2"); a.Text != "" || a.Redacted == "" {
			t.Fatalf("an original stays, or its redacted words went: %+v", a)
		}
	}
	if anew, err = k.DraftReport(ctx, officer, c); err != nil || cmp.Diff(figures(published), figures(anew)) != "" {
		t.Errorf("a report without the originals: %v", err)
	}
	for _, action := range []string{"erasure.words", "request.redacted", "report.struck", "retention.set", "originals.deleted"} {
		if !slices.Contains(k.actions(t, c), action) {
			t.Errorf("%s is not on record", action)
		}
	}
	if _, _, err := k.store.VerifyAudit(ctx); err != nil {
		t.Error(err)
	}
}

// flat is a report as it is kept.
func flat(t *testing.T, r *models.Report) string {
	t.Helper()
	data, err := json.Marshal(r)
	noError(t, err)
	return string(data)
}
