package consult_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"heard/app/consult"
	"heard/app/theme"
	"heard/models"
	"heard/models/storetest"
	"heard/search"
)

func TestWithdraw(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		const canary = "quinceblossom"
		key := k.fill(t, c, organisation("There is "+canary+" all over the steps."))
		noError(t, k.Attach(ctx, key, c, "steps.png", picture(t)))
		noError(t, k.Submit(ctx, key, c, consult.Proof{}))
		list, err := k.receipt(key, c)
		noError(t, err)
		code := strings.Join(list, " ")
		k.send(t, c, resident("The lamps are out.", true))
		k.drain(t)
		found := k.find(t, officer, c, canary)
		if len(found) != 1 {
			t.Fatalf("found %v before withdrawing", found)
		}
		id := found[0]
		file := k.attachments(t, id)[0]
		_, rootBefore, err := k.received(c)
		noError(t, err)

		noError(t, k.Withdraw(ctx, c, code))

		// At once, before any background work:
		if got := k.find(t, officer, c, canary); len(got) > 0 {
			t.Errorf("still found: %v", got)
		}
		if bytes.Contains(bytes.ToLower(databaseBytes(t, k)), []byte(canary)) {
			t.Error("the database still holds the words")
		}
		for _, key := range models.Keys([]models.Attachment{file}) {
			if _, err := k.files.Get(ctx, key); err == nil {
				t.Error("the attachment is still there")
			}
		}
		if _, _, err := k.Submission(ctx, officer, c, id, true); models.KindOf(err) != models.KindNotFound {
			t.Errorf("an officer can still open it: %v", err)
		}
		sub, err := k.store.Submission(ctx, id)
		noError(t, err)
		if len(sub.Answers)+len(sub.Groups)+len(sub.Consents)+len(sub.Attachments) > 0 || sub.Stance != "" || sub.Status != models.SubmissionWithdrawn {
			t.Errorf("what is left of it: %+v", sub)
		}
		size, root, err := k.received(c)
		if err != nil || size != 2 || root != rootBefore {
			t.Errorf("the log changed: %d leaves, root %s (was %s), %v", size, root, rootBefore, err)
		}
		trace, err := k.Trace(ctx, c, code)
		noError(t, err)
		if trace.Status != models.SubmissionWithdrawn || trace.Open || len(trace.Themes) > 0 || trace.Quoted {
			t.Errorf("its trace: %+v", trace)
		}

		// Twice is harmless, also in many hands at once.
		before := k.tables(t, "audit", "leaves", "submissions")
		noError(t, k.Withdraw(ctx, c, code))
		if diff := cmp.Diff(before, k.tables(t, "audit", "leaves", "submissions")); diff != "" {
			t.Errorf("withdrawing twice changed something (-before +after):\n%s", diff)
		}

		k.drain(t)
		n, err := k.engine.Count(ctx)
		if err != nil || n != 1 {
			t.Errorf("the index holds %d documents (%v), want 1 answer for officers", n, err)
		}
		r, err := k.DraftReport(ctx, officer, c)
		noError(t, err)
		if r.RollCall.Uncounted != 1 || r.RollCall.Submissions != 1 {
			t.Errorf("the report counts %+v", r.RollCall)
		}
		if strings.Contains(k.log.String(), canary) {
			t.Error("the log repeats the words")
		}
	})
}

func (k *kit) attachments(t *testing.T, id string) []models.Attachment {
	t.Helper()
	sub, err := k.store.Submission(ctx, id)
	noError(t, err)
	return sub.Attachments
}

func TestWithdrawTogether(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		code := k.send(t, c, resident("The lamps are out.", true))
		var all sync.WaitGroup
		for i := range 10 {
			all.Go(func() {
				if err := k.Withdraw(ctx, c, code); err != nil {
					t.Errorf("click %d: %v", i, err)
				}
			})
		}
		all.Wait()
		k.recorded(t)
		trail, err := k.store.AuditTrail(ctx, c.ID, 0)
		noError(t, err)
		n := 0
		for _, e := range trail {
			if e.Action == "submission.withdrawn" {
				n++
			}
		}
		if n != 1 {
			t.Errorf("recorded %d times", n)
		}
	})
}

func TestWithdrawIsAllOrNothing(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		code := k.send(t, c, resident("The lamps are out.", true))
		for _, broken := range []string{"audit_pending", "jobs"} {
			mend := k.breakTable(t, broken)
			err := k.Withdraw(ctx, c, code)
			mend()
			if err == nil {
				t.Fatalf("%s cannot be written and yet it was withdrawn", broken)
			}
			if s := k.subs(t, c); len(s) != 1 || s[0].Answer("C6").Text == "" {
				t.Errorf("%s cannot be written, yet something is gone", broken)
			}
		}
		noError(t, k.Withdraw(ctx, c, code))
	})
}

func TestWithdrawAfterFreeze(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		open := k.demo(t)
		code := k.send(t, open, resident("The lamps are out.", true))
		taken := k.send(t, open, resident("The lamps are bright.", true))
		closed := k.move(t, open, models.StatusClosed)
		noError(t, k.Withdraw(ctx, closed, taken)) // reading goes on, so this is still possible
		frozen := k.move(t, closed, models.StatusFrozen)
		// Also from a page that was opened before.
		for _, c := range []*models.Consultation{frozen, closed, open} {
			wantKind(t, "withdrawing when "+string(c.Status), k.Withdraw(ctx, c, code), models.KindClosed)
		}
		noError(t, k.Withdraw(ctx, frozen, taken))
		if s := k.subs(t, open); len(s) != 1 || s[0].Answer("C6") == nil {
			t.Errorf("%d submissions are left, want 1 with its words", len(s))
		}
	})
}

// meanwhile lets something happen just before documents reach the index.
type meanwhile struct {
	search.Engine
	before func()
}

func (m *meanwhile) Put(ctx context.Context, docs ...search.Document) error {
	if f := m.before; f != nil {
		m.before = nil
		f()
	}
	return m.Engine.Put(ctx, docs...)
}

// Somebody withdraws while the index is being brought in line with the themes:
// the words must not come back into it.
func TestWithdrawWhileIndexing(t *testing.T) {
	var gate *meanwhile
	k := newKit(t, storetest.SQLiteURL(t), func(e search.Engine) search.Engine {
		gate = &meanwhile{Engine: e}
		return gate
	})
	c := k.demo(t)
	code := k.send(t, c, resident("There is quinceblossom on the steps.", true))
	id := k.subs(t, c)[0].ID
	k.drain(t)
	gate.before = func() {
		noError(t, k.Withdraw(ctx, c, code))
		noError(t, k.IndexSubmission(ctx, id))
	}
	noError(t, k.IndexPlaces(ctx, c.ID))
	result, err := k.engine.Search(ctx, search.Query{Consultation: c.ID, Tier: search.TierOfficer})
	noError(t, err)
	if result[0].Total > 0 {
		t.Error("the words of somebody who withdrew came back into the index")
	}
}

// Whoever holds a code learns where the words went, never what they are.
func TestTraceNeverShowsAnswers(t *testing.T) {
	k := one(t)
	c := k.demo(t)
	const canary = "quinceblossom"
	code := k.send(t, c, models.Answers{"A1": ticks("self"), "A2": ticks("sex_work"), "C1": ticks("strongly_disagree"), "S5": words("It is " + canary + ".")})
	trace, err := k.Trace(ctx, c, code)
	noError(t, err)
	for _, secret := range []string{canary, "sex_work", "strongly_disagree", "against", k.subs(t, c)[0].ID} {
		if strings.Contains(fmt.Sprintf("%+v", *trace), secret) {
			t.Errorf("the trace shows %q: %+v", secret, *trace)
		}
	}
}

// A theme may be named with a sentence of one of the people in it. Somebody else
// may hold that person's code.
func TestTraceNeverShowsAThemeNamedWithTheAuthorsWords(t *testing.T) {
	k := one(t)
	c := k.demo(t)
	const said = "Light the path behind the quinceblossom hedge"
	code := k.send(t, c, resident(said+".", true))
	named := models.Theme{ID: "t1", Consultation: c.ID, Label: said, MachineLabel: said, Status: models.ThemeCandidate, Version: 1}
	noError(t, k.store.SaveThemes(ctx, models.ThemeRun{Consultation: c.ID, Documents: 1, Themes: []models.Theme{named},
		Placements: []models.Placement{{Theme: named.ID, Submission: k.subs(t, c)[0].ID, Question: "S5", Score: 1}}}))
	trace, err := k.Trace(ctx, c, code)
	noError(t, err)
	if len(trace.Themes) != 1 || trace.Themes[0] != "–" {
		t.Errorf("the code shows %q", trace.Themes)
	}
	noError(t, k.RenameTheme(ctx, officer, c, named.ID, named.Version, "Lighting by the path"))
	trace, err = k.Trace(ctx, c, code)
	noError(t, err)
	if len(trace.Themes) != 1 || trace.Themes[0] != "Lighting by the path" {
		t.Errorf("a name that an officer gave is not shown: %q", trace.Themes)
	}
}

// A theme can be named in somebody's words. Whoever takes them back while a run
// works, or while the analysis is frozen, takes the name along.
func TestWithdrawWhileThemesAreNamed(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.themed(t, "lantern-square", 6)
		var leaves func()
		act := func() {
			if f := leaves; f != nil {
				leaves = nil
				f()
			}
		}
		config := consult.Config{Store: k.store, Search: k.engine, Files: k.files, Log: slog.New(slog.NewTextHandler(k.log, nil)), Now: k.clock.Now, Pepper: pepper}
		config.Background = func() (*theme.Background, error) { act(); return nil, nil }
		during := consult.New(config)
		config.Background, config.Wake = nil, act
		after := consult.New(config)
		// named returns who wrote the words that a theme is called by.
		named := func() *models.Submission {
			for _, theme := range live(k.run(t, c)) {
				for _, s := range k.subs(t, c) {
					if strings.Contains(strings.ToLower(s.Answer("C2").Redacted), strings.ToLower(theme.Label)) {
						return s
					}
				}
			}
			t.Fatal("no theme is named in anybody's words")
			return nil
		}
		withdraw := func(s *models.Submission) func() {
			return func() {
				noError(t, k.store.MoveSubmission(ctx, s.ID, models.SubmissionLive, models.SubmissionWithdrawn))
				noError(t, k.store.EraseAnswers(ctx, s.ID))
			}
		}
		clean := func(s *models.Submission) {
			t.Helper()
			run := k.run(t, c)
			for _, p := range run.Placements {
				if p.Submission == s.ID {
					t.Error("a run placed somebody who withdrew meanwhile")
					break
				}
			}
			if run.Documents != len(k.subs(t, c)) {
				t.Errorf("the run read %d answers, %d count", run.Documents, len(k.subs(t, c)))
			}
		}
		k.refresh(t, c)
		s := named()
		leaves = withdraw(s)
		noError(t, during.RefreshThemes(ctx, c.ID))
		clean(s)

		c = k.move(t, c, models.StatusClosed)
		s = named()
		leaves = withdraw(s)
		storetest.ReadAll(t, k.store, c.ID, officer.ID)
		wantKind(t, "freezing while somebody withdraws", after.Move(ctx, officer, c, models.StatusFrozen), models.KindConflict)
		noError(t, after.Move(ctx, officer, c, models.StatusFrozen))
		clean(s)
	})
}
