package consult_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"heard/app/consult"
	"heard/app/demo"
	"heard/models"
	"heard/models/storetest"
)

// themed is the invented consultation, open, with n things said about each
// topic.
func (k *kit) themed(t testing.TB, id string, n int) *models.Consultation {
	t.Helper()
	c := k.open(t, storetest.Version(id, 1))
	k.say(t, c, 0, n)
	return c
}

// say adds what the people from..to say about each topic; every fifth does not
// want to be quoted.
func (k *kit) say(t testing.TB, c *models.Consultation, from, to int) {
	t.Helper()
	var texts []string
	for n := from; n < to; n++ {
		for topic := range topics {
			texts = append(texts, spoken(topic, n))
		}
	}
	k.load(t, c, texts, func(i int) bool { return i%5 != 4 })
}

func (k *kit) run(t testing.TB, c *models.Consultation) *models.ThemeRun {
	t.Helper()
	run, err := k.store.ThemeRun(ctx, c.ID)
	noError(t, err)
	return run
}

func (k *kit) refresh(t testing.TB, c *models.Consultation) *models.ThemeRun {
	t.Helper()
	noError(t, k.RefreshThemes(ctx, c.ID))
	return k.run(t, c)
}

func byID(run *models.ThemeRun) map[string]models.Theme {
	m := map[string]models.Theme{}
	for _, t := range run.Themes {
		m[t.ID] = t
	}
	return m
}

// members returns the answers in each theme.
func members(run *models.ThemeRun) map[string]map[string]bool {
	m := map[string]map[string]bool{}
	for _, p := range run.Placements {
		if m[p.Theme] == nil {
			m[p.Theme] = map[string]bool{}
		}
		m[p.Theme][p.Submission+"-"+p.Question] = true
	}
	return m
}

// live returns the themes that are not merged, most answers first.
func live(run *models.ThemeRun) []models.Theme {
	in := members(run)
	themes := slices.DeleteFunc(slices.Clone(run.Themes), func(t models.Theme) bool { return t.Status == models.ThemeMerged })
	slices.SortStableFunc(themes, func(a, b models.Theme) int { return len(in[b.ID]) - len(in[a.ID]) })
	return themes
}

// faults checks what holds after every run, whatever people decided.
func (k *kit) faults(t testing.TB, c *models.Consultation) (faults []string) {
	t.Helper()
	add := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	run := k.run(t, c)
	themes := byID(run)
	subs := map[string]*models.Submission{}
	for _, s := range k.subs(t, c) {
		subs[s.ID] = s
	}
	in, placed, labels := members(run), map[string]bool{}, map[string]string{}
	for _, p := range run.Placements {
		theme, known := themes[p.Theme]
		if !known || theme.Status == models.ThemeMerged {
			add("an answer is placed in %q, which is %s", p.Theme, theme.Status)
		}
		if subs[p.Submission] == nil {
			add("somebody who no longer counts is placed")
		}
		if p.Score < 0 || p.Score > 1 {
			add("a score of %v", p.Score)
		}
		placed[p.Submission+"-"+p.Question] = true
	}
	for _, theme := range run.Themes {
		if theme.Status == models.ThemeMerged {
			at := theme
			for range run.Themes {
				if at.Status != models.ThemeMerged {
					break
				}
				next, ok := themes[at.MergedInto]
				if !ok {
					add("theme %s was merged into %q, which is gone", theme.ID, at.MergedInto)
					break
				}
				at = next
			}
			continue
		}
		key := strings.ToLower(theme.Label)
		if key == "" {
			add("theme %s has no name", theme.ID)
		}
		decided := func(t models.Theme) bool { return t.Renamed || t.Status == models.ThemeApproved }
		if first, again := labels[key]; again && !(decided(theme) && decided(themes[first])) {
			add("two themes are called %q", theme.Label)
		}
		labels[key] = theme.ID
	}
	for _, q := range run.Quotes {
		s := subs[q.Submission]
		switch {
		case s == nil:
			add("somebody who no longer counts is quoted")
			continue
		case !s.Allows(models.ConsentQuote):
			add("somebody who refused is quoted")
		case !in[q.Theme][q.Submission+"-"+q.Question]:
			add("somebody is quoted in a theme they are not in")
		}
		text := []rune(s.Answer(q.Question).Redacted)
		if q.Start < 0 || q.Start >= q.End || q.End > len(text) {
			add("a quote lies outside its answer")
			continue
		}
		sum := sha256.Sum256([]byte(string(text[q.Start:q.End])))
		if hex.EncodeToString(sum[:]) != q.SHA256 {
			add("a quote is not what stands in the answer")
		}
	}
	review, err := k.Themes(ctx, officer, c, 1)
	noError(t, err)
	once := map[string]bool{}
	for _, e := range review.HeardOnce {
		once[e.Submission.ID+"-"+e.Question] = true
	}
	answers := 0
	for _, s := range subs {
		for _, a := range s.Answers {
			if q := c.Question(a.Question); !q.Themed || strings.TrimSpace(a.Redacted) == "" {
				continue
			}
			answers++
			if id := s.ID + "-" + a.Question; placed[id] == once[id] {
				add("an answer is in a theme: %v, heard once: %v; want one of them", placed[id], once[id])
			}
		}
	}
	if review.Answers != answers || run.Documents != answers {
		add("%d answers in words, %d reviewed, %d read by the run", answers, review.Answers, run.Documents)
	}
	return faults
}

func (k *kit) check(t testing.TB, when string, c *models.Consultation) {
	t.Helper()
	for _, f := range k.faults(t, c) {
		t.Errorf("%s: %s", when, f)
	}
	if _, err := k.DraftReport(ctx, officer, c); err != nil {
		t.Errorf("%s: no report: %v", when, err)
	}
}

func TestDecisionsSurvive(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.themed(t, "lantern-square", 8)
		run := k.refresh(t, c)
		k.check(t, "first run", c)
		themes := live(run)
		if len(themes) < 5 {
			t.Fatalf("%d themes about %d topics: too few for this test", len(themes), len(topics))
		}
		renamed, approved, a, b, cc := themes[0], themes[1], themes[2], themes[3], themes[4]
		noError(t, k.RenameTheme(ctx, officer, c, renamed.ID, renamed.Version, "  What people\tcall it "))
		noError(t, k.ApproveTheme(ctx, analyst, c, approved.ID, approved.Version, true))
		noError(t, k.MergeTheme(ctx, officer, c, a.ID, a.Version, b.ID))
		noError(t, k.MergeTheme(ctx, officer, c, b.ID, b.Version, cc.ID)) // a merged theme goes along
		before := members(k.run(t, c))
		together := members(run)
		maps.Copy(together[cc.ID], together[a.ID])
		maps.Copy(together[cc.ID], together[b.ID])
		if diff := cmp.Diff(together[cc.ID], before[cc.ID]); diff != "" {
			t.Errorf("merging lost somebody (-want +got):\n%s", diff)
		}
		k.drain(t)
		for round := range 3 {
			when := fmt.Sprintf("round %d", round)
			k.say(t, c, 8+2*round, 10+2*round)
			run := k.refresh(t, c)
			k.check(t, when, c)
			now, in := byID(run), members(run)
			if got := now[renamed.ID]; got.Label != "What people call it" || !got.Renamed || got.MachineLabel == got.Label {
				t.Errorf("%s: the renamed theme is %+v", when, got)
			}
			if got := now[approved.ID]; got.Status != models.ThemeApproved || got.Label != approved.Label {
				t.Errorf("%s: the approved theme is %+v, was %+v", when, got, approved)
			}
			for from, to := range map[string]string{a.ID: b.ID, b.ID: cc.ID} {
				if got := now[from]; got.Status != models.ThemeMerged || got.MergedInto != to {
					t.Errorf("%s: the merged theme is %+v", when, got)
				}
			}
			if now[cc.ID].Status != models.ThemeCandidate {
				t.Errorf("%s: the theme that others were merged into is %+v", when, now[cc.ID])
			}
			for _, id := range []string{approved.ID, cc.ID, renamed.ID} {
				for answer := range before[id] {
					if !in[id][answer] {
						t.Errorf("%s: somebody left theme %q", when, now[id].Label)
					}
				}
			}
			before = in
		}
		var actions []string
		trail, err := k.store.AuditTrail(ctx, c.ID, 0)
		noError(t, err)
		for _, e := range trail {
			if strings.HasPrefix(e.Action, "theme.") {
				actions = append(actions, e.Actor+" "+e.Action)
			}
		}
		slices.Sort(actions)
		if diff := cmp.Diff([]string{"u-analyst theme.approved", "u-officer theme.merged", "u-officer theme.merged", "u-officer theme.renamed"}, actions); diff != "" {
			t.Errorf("the record (-want +got):\n%s", diff)
		}
	})
}

// With nothing new, a run changes nothing.
func TestRunningAgainChangesNothing(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		demonstration := k.full(t)
		small := k.themed(t, "lantern-square", 8)
		k.refresh(t, small)
		for _, c := range []*models.Consultation{demonstration, small} {
			before := k.run(t, c)
			if len(before.Themes) == 0 || len(before.Quotes) == 0 {
				t.Fatalf("%s: %d themes and %d quotes: nothing to compare", c.ID, len(before.Themes), len(before.Quotes))
			}
			for range 2 {
				if diff := cmp.Diff(before, k.refresh(t, c)); diff != "" {
					t.Fatalf("%s: another run (-before +after):\n%s", c.ID, diff)
				}
			}
			k.check(t, c.ID, c)
		}
	})
}

// The first runs see a few answers only. What came to light then must not
// swallow what many people say later: in the end there are as many themes as
// when all answers come at once.
func TestThemesGrowWithTheAnswers(t *testing.T) {
	k := one(t)
	c := k.demo(t)
	subs, err := demo.Submissions(c, k.clock.Now())
	noError(t, err)
	for some := range slices.Chunk(subs, 40) {
		noError(t, k.Load(ctx, officer, some))
		k.refresh(t, c)
	}
	k.check(t, "grown", c)
	grown := k.run(t, c)
	for _, table := range []string{"quotes", "placements", "themes"} {
		k.exec(t, "DELETE FROM "+table)
	}
	fresh := k.refresh(t, c)
	k.check(t, "all at once", c)
	sizes := func(run *models.ThemeRun) (n []int) {
		in := members(run)
		for _, theme := range live(run) {
			n = append(n, len(in[theme.ID]))
		}
		return n
	}
	if diff := cmp.Diff(sizes(fresh), sizes(grown)); diff != "" {
		t.Errorf("answers in each theme (-all at once +one after the other):\n%s", diff)
	}
}

func TestOfficersDoNotOverwriteEachOther(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.themed(t, "lantern-square", 5)
		themes := live(k.refresh(t, c))
		a, b := themes[0], themes[1]
		noError(t, k.RenameTheme(ctx, officer, c, a.ID, a.Version, "First"))
		for name, err := range map[string]error{
			"rename":  k.RenameTheme(ctx, analyst, c, a.ID, a.Version, "Second"),
			"approve": k.ApproveTheme(ctx, analyst, c, a.ID, a.Version, true),
			"merge":   k.MergeTheme(ctx, analyst, c, a.ID, a.Version, b.ID),
		} {
			wantKind(t, name+" what somebody else changed", err, models.KindConflict)
		}
		now := byID(k.run(t, c))[a.ID]
		if now.Label != "First" || now.Status != models.ThemeCandidate {
			t.Errorf("the theme is %+v", now)
		}
		for name, label := range map[string]string{"empty": " \t\n", "too long": strings.Repeat("x", consult.MaxLabel+1), "only control characters": "\x00\x01"} {
			wantKind(t, name, k.RenameTheme(ctx, officer, c, a.ID, now.Version, label), models.KindInvalid)
		}
		for name, into := range map[string]string{"itself": a.ID, "nothing": "nowhere"} {
			if err := k.MergeTheme(ctx, officer, c, a.ID, now.Version, into); err == nil {
				t.Errorf("merged into %s", name)
			}
		}
		noError(t, k.MergeTheme(ctx, officer, c, a.ID, now.Version, b.ID))
		// The other way round would go in circles.
		merged := byID(k.run(t, c))[a.ID]
		wantKind(t, "a circle", k.MergeTheme(ctx, officer, c, b.ID, b.Version, a.ID), models.KindInvalid)
		// What was merged is no theme of its own any more.
		for name, err := range map[string]error{
			"approve": k.ApproveTheme(ctx, officer, c, a.ID, merged.Version, true),
			"rename":  k.RenameTheme(ctx, officer, c, a.ID, merged.Version, "Risen"),
			"merge":   k.MergeTheme(ctx, officer, c, a.ID, merged.Version, themes[2].ID),
		} {
			wantKind(t, name+" what was merged", err, models.KindConflict)
		}
		other := k.open(t, storetest.Version("other-square", 1))
		wantKind(t, "a theme of another consultation", k.RenameTheme(ctx, officer, other, b.ID, b.Version, "Mine"), models.KindNotFound)
		frozen := k.move(t, k.move(t, c, models.StatusClosed), models.StatusFrozen)
		b = byID(k.run(t, c))[b.ID]
		for _, stale := range []*models.Consultation{frozen, c} {
			wantKind(t, "after freezing", k.RenameTheme(ctx, officer, stale, b.ID, b.Version, "Late"), models.KindClosed)
			wantKind(t, "a run after freezing", k.RequestThemes(ctx, officer, stale), models.KindClosed)
		}
		before := k.run(t, c)
		if diff := cmp.Diff(before, k.refresh(t, c)); diff != "" {
			t.Errorf("a run changed frozen themes:\n%s", diff)
		}
	})
}

// Somebody who withdraws leaves every theme and is no longer quoted, also in
// an approved one.
func TestWithdrawnLeaveApprovedThemes(t *testing.T) {
	k := one(t)
	c := k.themed(t, "lantern-square", 6)
	for _, theme := range live(k.refresh(t, c)) {
		noError(t, k.ApproveTheme(ctx, officer, c, theme.ID, theme.Version, true))
	}
	for i, s := range k.subs(t, c) {
		if i%2 == 0 {
			noError(t, k.store.MoveSubmission(ctx, s.ID, models.SubmissionLive, models.SubmissionWithdrawn))
			noError(t, k.store.EraseAnswers(ctx, s.ID))
		}
	}
	k.refresh(t, c)
	k.check(t, "after half withdrew", c)
}

// A theme that people approved and the engine no longer finds keeps its people
// and what they are quoted with.
func TestApprovedThemesStay(t *testing.T) {
	k := one(t)
	c := k.themed(t, "lantern-square", 4)
	run := k.refresh(t, c)
	chosen := live(run)[0]
	noError(t, k.ApproveTheme(ctx, officer, c, chosen.ID, chosen.Version, true))
	quotes := 0
	for _, q := range run.Quotes {
		if q.Theme == chosen.ID {
			quotes++
		}
	}
	if quotes == 0 {
		t.Fatal("nothing is quoted")
	}
	// So few are left that the engine groups nothing.
	left := 0
	for _, s := range k.subs(t, c) {
		if in := members(run)[chosen.ID][s.ID+"-C2"]; !in {
			noError(t, k.store.MoveSubmission(ctx, s.ID, models.SubmissionLive, models.SubmissionVoid))
		} else {
			left++
		}
	}
	after := k.refresh(t, c)
	k.check(t, "few are left", c)
	if got := len(members(after)[chosen.ID]); got != left || len(after.Quotes) != quotes {
		t.Errorf("%d of %d people and %d of %d quotes are left in the approved theme", got, left, len(after.Quotes), quotes)
	}
}

// So does one that others were merged into: what people put together does not
// come apart.
func TestMergedThemesStayTogether(t *testing.T) {
	k := one(t)
	c := k.themed(t, "lantern-square", 4)
	run := k.refresh(t, c)
	from, into := live(run)[0], live(run)[1]
	noError(t, k.MergeTheme(ctx, officer, c, from.ID, from.Version, into.ID))
	in := members(k.run(t, c))[into.ID]
	for _, s := range k.subs(t, c) {
		if !in[s.ID+"-C2"] {
			noError(t, k.store.MoveSubmission(ctx, s.ID, models.SubmissionLive, models.SubmissionVoid))
		}
	}
	after := k.refresh(t, c)
	k.check(t, "few are left", c)
	if diff := cmp.Diff(in, members(after)[into.ID]); diff != "" {
		t.Errorf("people in the theme (-before +after):\n%s", diff)
	}
}

// A name that a person gave is not given to another theme by the engine.
func TestNamesAreNotGivenTwice(t *testing.T) {
	k := one(t)
	c := k.themed(t, "lantern-square", 6)
	themes := live(k.refresh(t, c))
	noError(t, k.RenameTheme(ctx, officer, c, themes[0].ID, themes[0].Version, strings.ToUpper(themes[1].Label)))
	now := byID(k.refresh(t, c))
	k.check(t, "renamed", c)
	if got := now[themes[0].ID].Label; got != strings.ToUpper(themes[1].Label) {
		t.Errorf("the name that was given became %q", got)
	}
	if got := now[themes[1].ID]; !strings.HasPrefix(got.Label, got.MachineLabel+", ") {
		t.Errorf("the other theme is called %q", got.Label)
	}
}

// Whatever people decide between runs, it stands, and nobody is lost.
func TestThemesUnderRandomDecisions(t *testing.T) {
	t.Parallel() // beside the other that takes long
	k := one(t)
	serial := 0
	rapid.Check(t, func(r *rapid.T) {
		serial++
		c := k.themed(t, fmt.Sprintf("square-%d", serial), rapid.IntRange(4, 6).Draw(r, "people"))
		k.refresh(t, c)
		names, approved, merged := map[string]string{}, map[string]map[string]bool{}, map[string]string{}
		said := 10
		for step := range rapid.IntRange(1, 6).Draw(r, "steps") {
			run := k.run(t, c)
			themes := live(run)
			act := rapid.SampledFrom([]string{"rename", "approve", "unapprove", "merge", "add", "withdraw", "run"}).Draw(r, "act")
			if len(themes) < 2 && act != "add" && act != "run" {
				continue
			}
			pick := func(name string) models.Theme {
				return themes[rapid.IntRange(0, len(themes)-1).Draw(r, name)]
			}
			switch act {
			case "rename":
				theme, name := pick("theme"), rapid.SampledFrom([]string{"Litter", "Safety", "Fear", themes[0].Label}).Draw(r, "name")
				if slices.ContainsFunc(themes, func(o models.Theme) bool {
					return o.ID != theme.ID && strings.EqualFold(o.Label, name) && (o.Renamed || o.Status == models.ThemeApproved)
				}) {
					wantKind(t, "a name that another has", k.RenameTheme(ctx, officer, c, theme.ID, theme.Version, name), models.KindInvalid)
					continue
				}
				noError(t, k.RenameTheme(ctx, officer, c, theme.ID, theme.Version, name))
				names[theme.ID] = name
			case "approve", "unapprove":
				theme := pick("theme")
				noError(t, k.ApproveTheme(ctx, officer, c, theme.ID, theme.Version, act == "approve"))
				if delete(approved, theme.ID); act == "approve" {
					approved[theme.ID] = members(run)[theme.ID]
				}
			case "merge":
				from, into := pick("from"), pick("into")
				if from.ID == into.ID {
					continue
				}
				noError(t, k.MergeTheme(ctx, officer, c, from.ID, from.Version, into.ID))
				merged[from.ID] = into.ID
				if in := approved[into.ID]; in != nil {
					maps.Copy(in, members(run)[from.ID])
				}
				delete(approved, from.ID)
				delete(names, from.ID)
			case "add":
				n := rapid.IntRange(1, 4).Draw(r, "more")
				k.say(t, c, said, said+n)
				said += n
			case "withdraw":
				subs := k.subs(t, c)
				s := subs[rapid.IntRange(0, len(subs)-1).Draw(r, "who")]
				noError(t, k.store.MoveSubmission(ctx, s.ID, models.SubmissionLive, models.SubmissionWithdrawn))
				noError(t, k.store.EraseAnswers(ctx, s.ID))
			}
			after := k.refresh(t, c)
			if faults := k.faults(t, c); len(faults) > 0 {
				r.Fatalf("step %d, %s: %s", step, act, strings.Join(faults, "; "))
			}
			now, in, gone := byID(after), members(after), map[string]bool{}
			for _, s := range k.subs(t, c) {
				gone[s.ID+"-C2"] = false
			}
			for id, name := range names {
				if now[id].Label != name || !now[id].Renamed {
					r.Fatalf("step %d, %s: a theme named %q is %+v", step, act, name, now[id])
				}
			}
			for from, into := range merged {
				if now[from].Status != models.ThemeMerged || now[from].MergedInto != into {
					r.Fatalf("step %d, %s: a theme merged into %s is %+v", step, act, into, now[from])
				}
			}
			for id, was := range approved {
				if now[id].Status != models.ThemeApproved {
					r.Fatalf("step %d, %s: an approved theme is %+v", step, act, now[id])
				}
				for answer := range was {
					if _, counts := gone[answer]; counts && !in[id][answer] {
						r.Fatalf("step %d, %s: somebody left an approved theme", step, act)
					}
				}
				approved[id] = in[id]
			}
		}
		after := k.run(t, c)
		if diff := cmp.Diff(after, k.refresh(t, c)); diff != "" {
			r.Fatalf("another run changes something:\n%s", diff)
		}
	})
}

// Councillors see the report's figures and none of their own.
func TestThemesForCouncillors(t *testing.T) {
	k := one(t)
	c := k.full(t)
	_, err := k.Themes(ctx, councillor, c, 1)
	wantKind(t, "themes before the end", err, models.KindNotFound)
	c = k.release(t, c)
	r, err := k.DraftReport(ctx, officer, c)
	noError(t, err)
	review, err := k.Themes(ctx, councillor, c, 1)
	noError(t, err)
	full, err := k.Themes(ctx, officer, c, 1)
	noError(t, err)
	if len(review.Themes) != len(full.Themes) || len(review.Themes) == 0 {
		t.Fatalf("%d themes, officers see %d", len(review.Themes), len(full.Themes))
	}
	text := func(f models.Figure) string {
		switch {
		case !f.Masked:
			return fmt.Sprint(f.Value)
		case f.Threshold > 0:
			return fmt.Sprintf("fewer than %d", f.Threshold)
		}
		return "not shown"
	}
	for i, theme := range review.Themes {
		at := slices.IndexFunc(r.Themes, func(t models.ReportTheme) bool { return t.ID == theme.Theme.ID })
		if at < 0 {
			t.Errorf("theme %q is not in the report", theme.Theme.Label)
			continue
		}
		if theme.People != 0 || theme.Count != text(r.Themes[at].Count) {
			t.Errorf("theme %q: %d, %q; the report says %s", theme.Theme.Label, theme.People, theme.Count, text(r.Themes[at].Count))
		}
		want := map[string]string{}
		for _, g := range r.Themes[at].Groups {
			want[g.ID] = text(g.Count)
		}
		if diff := cmp.Diff(want, theme.Groups); diff != "" {
			t.Errorf("theme %q by group (-report +shown):\n%s", theme.Theme.Label, diff)
		}
		if full.Themes[i].People == 0 || full.Themes[i].Count != fmt.Sprint(full.Themes[i].People) {
			t.Errorf("officers see %+v", full.Themes[i])
		}
	}
	for _, e := range review.HeardOnce {
		if !e.Submission.Allows(models.ConsentQuote) && e.Text != "" {
			t.Error("a councillor reads the words of somebody who refused to be quoted")
		}
	}
}

// Whose side's words the engine's name is comes with the name, anew with every
// run, and is told to councillors where the report tells it.
func TestNamesTellWhoseWordsTheyAre(t *testing.T) {
	k := one(t)
	c := k.themed(t, "lantern-square", 20)
	stance := func(of func(i int) string) {
		for i, s := range k.subs(t, c) {
			k.exec(t, "UPDATE submissions SET stance = '"+of(i)+"' WHERE id = '"+s.ID+"'")
		}
	}
	sides := []string{models.StanceFor, models.StanceAgainst}
	stance(func(i int) string { return sides[i%2] })
	named := 0
	for _, theme := range live(k.refresh(t, c)) {
		if theme.NameFrom == models.StanceFor || theme.NameFrom == models.StanceAgainst {
			named++
		}
	}
	if named == 0 {
		t.Error("no name is anybody's words")
	}
	c = k.release(t, c)
	r, err := k.DraftReport(ctx, officer, c)
	noError(t, err)
	told := map[string]string{}
	for _, theme := range r.Themes {
		told[theme.ID] = theme.NameFrom
	}
	review, err := k.Themes(ctx, councillor, c, 1)
	noError(t, err)
	for _, theme := range review.Themes {
		if theme.Theme.NameFrom != told[theme.Theme.ID] {
			t.Errorf("councillors read %q, the report says %q", theme.Theme.NameFrom, told[theme.Theme.ID])
		}
	}
	stance(func(int) string { return models.StanceFor })
	for _, theme := range k.refresh(t, c).Themes {
		if theme.NameFrom != "" {
			t.Errorf("nobody stands opposite, and a name is from %q", theme.NameFrom)
		}
	}
}
