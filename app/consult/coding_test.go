package consult_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"heard/app/consult"
	"heard/models"
	"heard/models/storetest"
	"heard/search"
)

func answerOf(submission string) models.AnswerKey {
	return models.AnswerKey{Submission: submission, Question: "C2"}
}

// keys returns answers named as members names them, in order.
func keys(in map[string]bool) []models.AnswerKey {
	var out []models.AnswerKey
	for _, id := range slices.Sorted(maps.Keys(in)) {
		submission, question, _ := strings.Cut(strings.Replace(id, "-C2", "\x00C2", 1), "\x00")
		out = append(out, models.AnswerKey{Submission: submission, Question: question})
	}
	return out
}

// standing returns the answers in each theme as the report has them. Everybody
// in these tests answers one question in words.
func (k *kit) standing(t testing.TB, c *models.Consultation) map[string]map[string]bool {
	t.Helper()
	r, err := k.DraftReport(ctx, officer, c)
	noError(t, err)
	ids := map[string]string{}
	for _, theme := range r.Themes {
		if ids[theme.Label] != "" {
			t.Fatalf("two themes are called %q", theme.Label)
		}
		ids[theme.Label] = theme.ID
	}
	all := map[string]map[string]bool{}
	for _, e := range r.RollCall.Entries {
		for _, label := range e.Themes {
			if all[ids[label]] == nil {
				all[ids[label]] = map[string]bool{}
			}
			all[ids[label]][e.Submission+"-C2"] = true
		}
	}
	return all
}

// listed returns the answers in one theme as its own page lists them.
func (k *kit) listed(t testing.TB, c *models.Consultation, id string) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	for page := 1; ; page++ {
		p, err := k.ThemeAnswers(ctx, officer, c, id, page)
		noError(t, err)
		for _, a := range p.Answers {
			for _, each := range append([]consult.ThemeAnswer{a}, a.Copies...) {
				all[each.Submission.ID+"-"+each.Question] = true
			}
		}
		if page >= p.Pages {
			if len(all) != p.Total || p.Count != fmt.Sprint(len(all)) || p.Theme.ID != id {
				t.Errorf("theme %q: %d answers listed of %d, of %s people", p.Theme.Label, len(all), p.Total, p.Count)
			}
			return all
		}
	}
}

func (k *kit) theme(t testing.TB, id string) models.Theme {
	t.Helper()
	theme, err := k.store.Theme(ctx, id)
	noError(t, err)
	return *theme
}

func (k *kit) code(t testing.TB, by consult.Actor, c *models.Consultation, key models.AnswerKey, themes ...string) {
	t.Helper()
	noError(t, k.CodeAnswer(ctx, by, c, consult.Decision{Answer: key, Themes: themes, Seen: k.toCode(t, by, c, key, consult.Openly).Seen}))
}

// applies is one theme as it applies to one answer.
func (k *kit) applies(t testing.TB, by consult.Actor, c *models.Consultation, key models.AnswerKey, theme string) consult.CodedTheme {
	t.Helper()
	a, err := k.AnswerToCode(ctx, by, c, key, consult.Openly)
	noError(t, err)
	at := slices.IndexFunc(a.Themes, func(t consult.CodedTheme) bool { return t.Theme.ID == theme })
	if at < 0 {
		t.Fatalf("theme %s is not in the frame", theme)
	}
	return a.Themes[at]
}

// What the engine found and what people decided are kept apart, with who and
// when, and everything that shows who is in a theme shows what people decided.
func TestPeopleAndEngineAreKeptApart(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.themed(t, "lantern-square", 8)
		before := k.refresh(t, c)
		k.drain(t)
		themes := live(before)
		a, b := themes[0].ID, themes[1].ID
		answer := keys(members(before)[a])[0]
		k.code(t, officer, c, answer, b)
		if diff := cmp.Diff(before, k.run(t, c)); diff != "" {
			t.Errorf("coding changed what the engine found:\n%s", diff)
		}
		got := k.applies(t, officer, c, answer, a)
		if !got.Machine || got.Score == 0 || got.Belongs || got.By != "u-officer" || got.Day != "2026-11-23" {
			t.Errorf("taken out: %+v", got)
		}
		got = k.applies(t, officer, c, answer, b)
		if got.Machine || !got.Belongs || got.By != "u-officer" {
			t.Errorf("put in: %+v", got)
		}
		other := keys(members(before)[a])[1]
		if got = k.applies(t, officer, c, other, a); !got.Machine || !got.Belongs || got.By != "" || got.Day != "" {
			t.Errorf("nobody decided: %+v", got)
		}

		// Search, the reader's page, the review, the report and the receipt agree.
		k.drain(t)
		for id, want := range map[string]bool{a: false, b: true} {
			found, err := k.Search(ctx, officer, c, search.Query{Filters: search.Labels{search.Themes: {id}}})
			noError(t, err)
			in := k.standing(t, c)[id]
			if diff := cmp.Diff(in, k.listed(t, c, id)); diff != "" {
				t.Errorf("the page lists others than the report (-report +page):\n%s", diff)
			}
			if in[answer.Submission+"-C2"] != want || found.Total != len(in) {
				t.Errorf("theme %s: standing %v, want %v; %d found, %d stand", id, !want, want, found.Total, len(in))
			}
		}
		_, placed, err := k.Submission(ctx, officer, c, answer.Submission, false)
		noError(t, err)
		if len(placed["C2"]) != 1 || placed["C2"][0].ID != b {
			t.Errorf("the reader sees %v", placed["C2"])
		}
		k.code(t, officer, c, answer) // belongs in none
		k.drain(t)
		review, err := k.Themes(ctx, officer, c, 1)
		noError(t, err)
		if !slices.ContainsFunc(review.HeardOnce, func(e consult.Excerpt) bool { return e.Submission.ID == answer.Submission }) {
			t.Error("an answer in no theme is not listed singly")
		}
		r, err := k.DraftReport(ctx, officer, c)
		noError(t, err)
		at := slices.IndexFunc(r.RollCall.Entries, func(e models.RollCallEntry) bool { return e.Submission == answer.Submission })
		if e := r.RollCall.Entries[at]; len(e.Themes) > 0 || !e.HeardOnce {
			t.Errorf("the report has it in %v", e.Themes)
		}
		// Somebody who is in no theme is quoted for none.
		for _, theme := range review.Themes {
			for _, q := range k.run(t, c).Quotes {
				if q.Submission == answer.Submission && len(theme.Quotes) > 0 && q.Theme == theme.Theme.ID {
					sub, _, err := k.Submission(ctx, officer, c, answer.Submission, false)
					noError(t, err)
					for _, words := range theme.Quotes {
						if strings.Contains(sub.Answer("C2").Redacted, words) {
							t.Error("somebody is quoted for a point that they do not make")
						}
					}
				}
			}
		}
		// What was decided the same way keeps who and when.
		k.clock.Advance(48 * 3600e9)
		k.code(t, analyst, c, answer)
		rows, err := k.store.Codings(ctx, c.ID)
		noError(t, err)
		for _, row := range rows {
			if row.By != "u-officer" {
				t.Errorf("agreeing wrote %+v", row)
			}
		}
		// The engine has no say on an answer that a person has gone through, though
		// it goes on having an opinion.
		again := k.run(t, c)
		again.Placements = append(again.Placements, models.Placement{Theme: themes[2].ID, Submission: answer.Submission, Question: "C2", Score: 1})
		noError(t, k.store.SaveThemes(ctx, *again))
		if got = k.applies(t, officer, c, answer, themes[2].ID); !got.Machine || got.Belongs || k.standing(t, c)[themes[2].ID][answer.Submission+"-C2"] {
			t.Errorf("the engine goes before a person: %+v", got)
		}
		page, err := k.AnswerToCode(ctx, officer, c, answer, consult.Openly)
		noError(t, err)
		want := []models.CodedAnswer{{AnswerKey: answer, By: "u-analyst", Day: "2026-11-25"}, {AnswerKey: answer, By: "u-officer", Day: "2026-11-23"}}
		if diff := cmp.Diff(want, page.Coded); diff != "" {
			t.Errorf("who has gone through it (-want +got):\n%s", diff)
		}
	})
}

// Whatever people decide in whatever order, no run undoes it.
func TestRunsNeverUndoPeople(t *testing.T) {
	t.Parallel() // beside the other that takes long
	k := one(t)
	serial := 0
	rapid.Check(t, func(r *rapid.T) {
		serial++
		c := k.themed(t, fmt.Sprintf("plaza-%d", serial), rapid.IntRange(4, 5).Draw(r, "people"))
		k.refresh(t, c)
		type at struct {
			theme string
			models.AnswerKey
		}
		decided := map[at]bool{}
		in := k.standing(t, c)
		home := map[string]string{}
		final := func(id string) string {
			for home[id] != "" {
				id = home[id]
			}
			return id
		}
		for step := range rapid.IntRange(1, 3).Draw(r, "steps") {
			themes := live(k.run(t, c))
			if len(themes) < 3 {
				break
			}
			subs := k.subs(t, c)
			pick := func(name string) models.Theme { return themes[rapid.IntRange(0, len(themes)-1).Draw(r, name)] }
			answer := answerOf(subs[rapid.IntRange(0, len(subs)-1).Draw(r, "answer")].ID)
			switch act := rapid.SampledFrom([]string{"code", "code", "move", "split", "merge", "add", "define", "scope", "blind", "say"}).Draw(r, "act"); act {
			case "code":
				var chosen []string
				for _, theme := range themes {
					if rapid.IntRange(0, 3).Draw(r, "in") == 0 {
						chosen = append(chosen, theme.ID)
					}
				}
				k.code(t, officer, c, answer, chosen...)
				for _, theme := range themes {
					decided[at{theme.ID, answer}] = slices.Contains(chosen, theme.ID)
				}
			case "move":
				from, to := pick("from"), pick("to")
				err := k.MoveAnswers(ctx, analyst, c, from.ID, to.ID, []models.AnswerKey{answer})
				if from.ID == to.ID {
					wantKind(t, "moving nowhere", err, models.KindInvalid)
				} else if !in[from.ID][answer.Submission+"-C2"] {
					wantKind(t, "moving what is not there", err, models.KindConflict)
				} else {
					noError(t, err)
					decided[at{from.ID, answer}], decided[at{to.ID, answer}] = false, true
				}
			case "split":
				from := pick("from")
				some := keys(in[from.ID])
				some = some[:min(len(some), 2)]
				if len(some) == 0 {
					continue
				}
				id, err := k.SplitTheme(ctx, officer, c, from.ID, from.Version, fmt.Sprintf("Split %d", step), some)
				noError(t, err)
				for _, key := range some {
					decided[at{from.ID, key}], decided[at{id, key}] = false, true
				}
			case "merge":
				from, into := pick("from"), pick("into")
				if from.ID == into.ID {
					continue
				}
				noError(t, k.MergeTheme(ctx, officer, c, from.ID, from.Version, into.ID))
				home[from.ID] = into.ID
				together := k.standing(t, c)[into.ID]
				want := maps.Clone(in[from.ID])
				if want == nil {
					want = map[string]bool{}
				}
				maps.Copy(want, in[into.ID])
				if len(want) > 0 || len(together) > 0 {
					if diff := cmp.Diff(want, together); diff != "" {
						r.Fatalf("step %d: merging lost or added somebody (-want +got):\n%s", step, diff)
					}
				}
				for key := range maps.Clone(decided) {
					if key.theme == from.ID || key.theme == into.ID {
						delete(decided, key)
						decided[at{into.ID, key.AnswerKey}] = together[key.Submission+"-C2"]
					}
				}
			case "add":
				_, err := k.AddTheme(ctx, officer, c, fmt.Sprintf("Added %d", step), strings.Join(topics[step%len(topics)], " "), "")
				noError(t, err)
			case "define":
				theme := pick("theme")
				noError(t, k.DefineTheme(ctx, officer, c, theme.ID, theme.Version, "What belongs here."))
			case "scope":
				theme := pick("theme")
				noError(t, k.SetThemeScope(ctx, officer, c, theme.ID, theme.Version, true, "Not ours."))
			case "blind":
				// Somebody who has decided nothing openly.
				err := k.CodeAnswer(ctx, consult.Actor{ID: "u-second", Role: models.RoleAnalyst}, c, consult.Decision{Answer: answer, Themes: []string{pick("theme").ID}, Way: consult.Blind})
				noError(t, err)
				if diff := cmp.Diff(in, k.standing(t, c)); diff != "" {
					r.Fatalf("step %d: a blind decision changed something:\n%s", step, diff)
				}
			case "say":
				k.say(t, c, 10+step, 11+step)
			}
			k.refresh(t, c)
			in = k.standing(t, c)
			if faults := k.codedFaults(t, c, in); len(faults) > 0 {
				r.Fatalf("step %d: %s", step, strings.Join(faults, "; "))
			}
			for key, belongs := range decided {
				if in[final(key.theme)][key.Submission+"-C2"] != belongs {
					r.Fatalf("step %d: somebody decided %v on an answer, and the run undid it", step, belongs)
				}
			}
		}
		after := k.run(t, c)
		if diff := cmp.Diff(after, k.refresh(t, c)); diff != "" {
			r.Fatalf("another run changes something:\n%s", diff)
		}
	})
}

// codedFaults checks what holds whatever people coded: every answer stands in a
// theme of the report or is listed singly.
func (k *kit) codedFaults(t testing.TB, c *models.Consultation, standing map[string]map[string]bool) (faults []string) {
	t.Helper()
	in := map[string]bool{}
	for _, answers := range standing {
		maps.Copy(in, answers)
	}
	review, err := k.Themes(ctx, officer, c, 1)
	noError(t, err)
	for _, e := range review.HeardOnce {
		id := e.Submission.ID + "-" + e.Question
		if in[id] {
			faults = append(faults, "an answer in a theme is listed singly")
		}
		in[id] = true
	}
	if len(in) != review.Answers {
		faults = append(faults, fmt.Sprintf("%d answers in themes or listed, of %d", len(in), review.Answers))
	}
	return faults
}

// Taking a merge back brings back the theme, and what people decided in it.
func TestUnmerge(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.themed(t, "lantern-square", 8)
		themes := live(k.refresh(t, c))
		a, b := themes[0], themes[1]
		before := k.standing(t, c)
		mine, theirs := keys(before[a.ID]), keys(before[b.ID])
		k.code(t, officer, c, theirs[0], a.ID)
		noError(t, k.MoveAnswers(ctx, officer, c, a.ID, "", mine[:1]))
		coded := k.standing(t, c)
		noError(t, k.MergeTheme(ctx, officer, c, a.ID, a.Version, b.ID))
		if got := k.standing(t, c)[b.ID]; !got[theirs[0].Submission+"-C2"] || got[mine[0].Submission+"-C2"] || !got[mine[1].Submission+"-C2"] {
			t.Errorf("merged: %v", got)
		}
		k.drain(t)
		wantKind(t, "an old version", k.UnmergeTheme(ctx, officer, c, a.ID, a.Version), models.KindConflict)
		wantKind(t, "what was not merged", k.UnmergeTheme(ctx, officer, c, b.ID, k.theme(t, b.ID).Version), models.KindConflict)
		noError(t, k.UnmergeTheme(ctx, officer, c, a.ID, k.theme(t, a.ID).Version))
		k.drain(t)
		now := k.theme(t, a.ID)
		if now.Status != models.ThemeCandidate || now.MergedInto != "" || now.Label != a.Label {
			t.Errorf("taken back: %+v", now)
		}
		if diff := cmp.Diff(coded[a.ID], k.standing(t, c)[a.ID]); diff != "" {
			t.Errorf("in the theme (-before +after):\n%s", diff)
		}
		if diff := cmp.Diff(coded[b.ID], k.standing(t, c)[b.ID]); diff != "" {
			t.Errorf("in the other (-before +after):\n%s", diff)
		}
	})
}

// A theme that was out of scope when it was merged comes back in scope, and says
// nothing of a reason.
func TestUnmergedIsInScope(t *testing.T) {
	k := one(t)
	c := k.themed(t, "lantern-square", 4)
	themes := live(k.refresh(t, c))
	a, b := themes[0].ID, themes[1].ID
	noError(t, k.SetThemeScope(ctx, officer, c, a, k.theme(t, a).Version, true, "The county decides on it."))
	noError(t, k.MergeTheme(ctx, officer, c, a, k.theme(t, a).Version, b))
	noError(t, k.UnmergeTheme(ctx, officer, c, a, k.theme(t, a).Version))
	if got := k.theme(t, a); got.Status != models.ThemeCandidate || got.Reason != "" {
		t.Errorf("taken back: %+v", got)
	}
}

// A merge loses nobody whom people or the engine put in either theme, and who is
// taken out of what came of it is out of both.
func TestMergeKeepsWhatPeopleDecided(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.themed(t, "lantern-square", 8)
		themes := live(k.refresh(t, c))
		a, b := themes[0], themes[1]
		theirs := keys(k.standing(t, c)[b.ID])
		stays, goes := theirs[0], outside(k.standing(t, c)[b.ID], k.subs(t, c))
		move := func(from, to string, key models.AnswerKey) {
			t.Helper()
			noError(t, k.MoveAnswers(ctx, officer, c, from, to, []models.AnswerKey{key}))
		}
		move("", a.ID, stays)
		move(a.ID, "", stays) // not the one's point, but still the other's
		if !k.standing(t, c)[a.ID][goes.Submission+"-C2"] {
			move("", a.ID, goes)
		} else {
			k.code(t, officer, c, goes, a.ID)
		}
		noError(t, k.MergeTheme(ctx, officer, c, a.ID, a.Version, b.ID))
		if !k.standing(t, c)[b.ID][stays.Submission+"-C2"] || !k.standing(t, c)[b.ID][goes.Submission+"-C2"] {
			t.Error("the merge lost somebody")
		}
		move(b.ID, "", goes)
		k.refresh(t, c)
		if in := k.standing(t, c)[b.ID]; in[goes.Submission+"-C2"] || !in[stays.Submission+"-C2"] {
			t.Error("who was taken out is in, or who was not is out")
		}
	})
}

// A theme that people made is filled by the next run, one that is split keeps
// the answers that were chosen, and neither is lost when the engine finds nothing
// like it.
func TestThemesThatPeopleMake(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.themed(t, "lantern-square", 12)
		k.refresh(t, c)
		about := func(topic int) func(answer models.AnswerKey) bool {
			return func(answer models.AnswerKey) bool {
				sub, err := k.store.Submission(ctx, answer.Submission)
				noError(t, err)
				n := 0
				for _, w := range topics[topic] {
					if strings.Contains(sub.Answer("C2").Text, w) {
						n++
					}
				}
				return n >= 3
			}
		}
		id, err := k.AddTheme(ctx, analyst, c, " Dark  paths ", "No lamps, dark towpath, bulbs, torch and canal bridge.", "")
		noError(t, err)
		if got := k.theme(t, id); got.Label != "Dark paths" || !got.Renamed || got.MadeBy != "u-analyst" || got.Status != models.ThemeCandidate || got.Definition == "" {
			t.Errorf("added %+v", got)
		}
		k.drain(t) // the run that it asked for
		in := keys(k.standing(t, c)[id])
		if len(in) == 0 || !slices.ContainsFunc(in, about(2)) {
			t.Errorf("%d answers are placed in it", len(in))
		}
		// Teaching gives more of them.
		taught, subs := 0, k.subs(t, c)
		slices.SortFunc(subs, func(a, b *models.Submission) int { return strings.Compare(a.Answer("C2").Text, b.Answer("C2").Text) }) // ids are random
		for _, s := range subs {
			if key := answerOf(s.ID); about(2)(key) && taught < 5 {
				k.code(t, officer, c, key, id)
				taught++
			}
		}
		p, err := k.CodingProgress(ctx, officer, c)
		noError(t, err)
		run := k.refresh(t, c)
		if after, err := k.CodingProgress(ctx, officer, c); err != nil || p.Changed == 0 || after.Changed != p.Changed {
			t.Errorf("people changed %d places, %d after a run that learnt from them (%v)", p.Changed, after.Changed, err)
		}
		after := keys(k.standing(t, c)[id])
		right := 0
		for _, key := range after {
			if about(2)(key) {
				right++
			}
		}
		if right <= 5 || 4*right < 3*len(after) || run.Method.Taught != 5 {
			t.Errorf("%d of %d answers in the taught theme are about it; taught by %d", right, len(after), run.Method.Taught)
		}

		big := live(k.run(t, c))[0]
		some := keys(k.standing(t, c)[big.ID])[:4]
		for name, test := range map[string]struct {
			answers []models.AnswerKey
			label   string
			want    models.Kind
		}{
			"no answers":               {nil, "Some", models.KindInvalid},
			"a name that is taken":     {some, "dark PATHS", models.KindInvalid},
			"an answer that is not in": {[]models.AnswerKey{outside(k.standing(t, c)[big.ID], k.subs(t, c))}, "Some", models.KindConflict},
			"an answer there is not":   {[]models.AnswerKey{answerOf("nobody")}, "Some", models.KindNotFound},
		} {
			_, err := k.SplitTheme(ctx, officer, c, big.ID, big.Version, test.label, test.answers)
			wantKind(t, name, err, test.want)
		}
		part, err := k.SplitTheme(ctx, officer, c, big.ID, big.Version, "Some of them", some)
		noError(t, err)
		_, err = k.SplitTheme(ctx, officer, c, big.ID, big.Version, "Again", some)
		wantKind(t, "splitting what was split", err, models.KindConflict)
		k.drain(t)
		for _, key := range some {
			standing := k.standing(t, c)
			if standing[big.ID][key.Submission+"-C2"] || !standing[part][key.Submission+"-C2"] {
				t.Error("an answer did not go with the split")
			}
		}
		// So few are left that the engine groups nothing.
		for _, s := range k.subs(t, c) {
			if !slices.Contains(some, answerOf(s.ID)) {
				noError(t, k.store.MoveSubmission(ctx, s.ID, models.SubmissionLive, models.SubmissionVoid))
			}
		}
		k.refresh(t, c)
		if got := len(k.standing(t, c)[part]); got != len(some) || k.theme(t, id).Status != models.ThemeCandidate {
			t.Errorf("%d of %d answers are left in what people split off", got, len(some))
		}
	})
}

// outside returns an answer that is not among some.
func outside(in map[string]bool, subs []*models.Submission) models.AnswerKey {
	for _, s := range subs {
		if !in[s.ID+"-C2"] {
			return answerOf(s.ID)
		}
	}
	panic("all are in")
}

func TestCodeFrame(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.themed(t, "lantern-square", 6)
		themes := live(k.refresh(t, c))
		a, b, d := themes[0].ID, themes[1].ID, themes[2].ID
		field := func(what string, err error, want string) {
			t.Helper()
			wantKind(t, what, err, models.KindInvalid)
			if f := models.FieldsOf(err); len(f) != 1 || f[0].Field != want || f[0].Message == "" {
				t.Errorf("%s: %v, want a fault in %s", what, err, want)
			}
		}
		under := func(id, parent string) error {
			return k.PutThemeUnder(ctx, officer, c, id, k.theme(t, id).Version, parent)
		}
		noError(t, under(b, a))
		noError(t, under(d, b))
		field("under itself", under(a, a), "parent")
		field("in a circle", under(a, d), "parent")
		field("under nothing", under(a, "nowhere"), "parent")
		page, err := k.NextToCode(ctx, officer, c, models.AnswerKey{}, consult.Openly)
		noError(t, err)
		depth := map[string]int{}
		var order []string
		for _, theme := range page.Themes {
			depth[theme.Theme.ID] = theme.Depth
			order = append(order, theme.Theme.ID)
		}
		if depth[a] != 0 || depth[b] != 1 || depth[d] != 2 || slices.Index(order, d) != slices.Index(order, a)+2 {
			t.Errorf("the frame: %v, depth %v", order, depth)
		}
		// Merging moves what stands under a theme; into one that stands under it, it
		// takes its place.
		noError(t, k.MergeTheme(ctx, officer, c, a, k.theme(t, a).Version, d))
		if k.theme(t, b).Parent != d || k.theme(t, d).Parent != "" {
			t.Errorf("merged into what stands under it: %q under %q", k.theme(t, b).Parent, k.theme(t, d).Parent)
		}
		field("under what was merged", under(b, a), "parent")
		noError(t, under(b, ""))

		for name, define := range map[string]string{"too long": strings.Repeat("é", consult.MaxDefinition+1)} {
			field(name, k.DefineTheme(ctx, officer, c, b, k.theme(t, b).Version, define), "definition")
		}
		noError(t, k.DefineTheme(ctx, officer, c, b, k.theme(t, b).Version, " "+strings.Repeat("é", consult.MaxDefinition)))
		wantKind(t, "an old version", k.DefineTheme(ctx, officer, c, b, themes[1].Version, "Other"), models.KindConflict)

		scope := func(out bool, reason string) error {
			return k.SetThemeScope(ctx, officer, c, b, k.theme(t, b).Version, out, reason)
		}
		field("no reason", scope(true, " \n"), "reason")
		field("a long reason", scope(true, strings.Repeat("x", consult.MaxReason+1)), "reason")
		wantKind(t, "in scope already", scope(false, ""), models.KindConflict)
		noError(t, scope(true, "The county decides on it."))
		wantKind(t, "approving what is out of scope", k.ApproveTheme(ctx, officer, c, b, k.theme(t, b).Version, true), models.KindConflict)
		in := k.standing(t, c)[b]
		k.drain(t)
		r, err := k.DraftReport(ctx, officer, c)
		noError(t, err)
		at := slices.IndexFunc(r.Themes, func(t models.ReportTheme) bool { return t.ID == b })
		if at != len(r.Themes)-1 || r.Themes[at].OutOfScope != "The county decides on it." || r.Themes[at].Definition == "" {
			t.Errorf("the report has it at %d of %d: %+v", at, len(r.Themes), r.Themes[at])
		}
		if diff := cmp.Diff(in, k.standing(t, c)[b]); diff != "" {
			t.Errorf("out of scope, somebody left:\n%s", diff)
		}
		noError(t, scope(false, ""))
		if got := k.theme(t, b); got.Status != models.ThemeCandidate || got.Reason != "" {
			t.Errorf("back in scope: %+v", got)
		}

		for name, label := range map[string]string{"empty": " ", "too long": strings.Repeat("x", consult.MaxLabel+1), "another's": strings.ToUpper(k.theme(t, b).Label)} {
			_, err := k.AddTheme(ctx, officer, c, label, "", "")
			field(name, err, "label")
		}
		_, err = k.AddTheme(ctx, officer, c, "Under nothing", "", "nowhere")
		field("a parent there is not", err, "parent")
		_, err = k.AddTheme(ctx, officer, c, "Long", strings.Repeat("x", consult.MaxDefinition+1), "")
		field("a long definition", err, "definition")
		child, err := k.AddTheme(ctx, officer, c, "Child", "", b)
		noError(t, err)
		if k.theme(t, child).Parent != b {
			t.Error("it does not stand under its parent")
		}
		noError(t, k.RenameTheme(ctx, officer, c, child, k.theme(t, child).Version, "The child"))
		field("a name that a person gave", k.RenameTheme(ctx, officer, c, d, k.theme(t, d).Version, "the CHILD"), "label")

		other := k.open(t, storetest.Version("other-square", 1))
		wantKind(t, "from elsewhere", k.DefineTheme(ctx, officer, other, b, k.theme(t, b).Version, "Mine"), models.KindNotFound)
		trail, err := k.store.AuditTrail(ctx, c.ID, 0)
		noError(t, err)
		seen := map[string]bool{}
		for _, e := range trail {
			seen[e.Action] = true
			if strings.Contains(e.Reason+e.Object, "county") || strings.Contains(e.Object, "é") {
				t.Errorf("the record holds words: %+v", e)
			}
		}
		for _, action := range []string{"theme.added", "theme.defined", "theme.put-under", "theme.out-of-scope", "theme.in-scope", "theme.merged"} {
			if !seen[action] {
				t.Errorf("%s is not on record", action)
			}
		}
	})
}

func TestMoveAnswers(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.themed(t, "lantern-square", 8)
		themes := live(k.refresh(t, c))
		k.drain(t)
		a, b := themes[0].ID, themes[1].ID
		some := keys(k.standing(t, c)[a])[:2]
		for name, err := range map[string]error{
			"nowhere":  k.MoveAnswers(ctx, officer, c, "", "", some),
			"no theme": k.MoveAnswers(ctx, officer, c, a, "nothing", some),
			"none":     k.MoveAnswers(ctx, officer, c, a, b, nil),
		} {
			wantKind(t, name, err, models.KindInvalid)
		}
		noError(t, k.MoveAnswers(ctx, officer, c, a, b, append(some, some...)))
		wantKind(t, "from a page that is old", k.MoveAnswers(ctx, analyst, c, a, b, some), models.KindConflict)
		noError(t, k.MoveAnswers(ctx, officer, c, "", a, some[:1]))
		noError(t, k.MoveAnswers(ctx, officer, c, b, "", some[1:]))
		in := k.standing(t, c)
		if id := some[0].Submission + "-C2"; !in[a][id] || !in[b][id] {
			t.Error("put in: not in both")
		}
		if id := some[1].Submission + "-C2"; in[a][id] || in[b][id] {
			t.Error("taken out: still in one")
		}
		k.drain(t)
		for _, id := range []string{a, b} {
			found, err := k.Search(ctx, officer, c, search.Query{Filters: search.Labels{search.Themes: {id}}})
			noError(t, err)
			if found.Total != len(in[id]) {
				t.Errorf("the index has %d answers in a theme, %d stand", found.Total, len(in[id]))
			}
		}
	})
}

// keyOfOther is the submission that is not the answer's.
func keyOfOther(t *testing.T, k *kit, c *models.Consultation, answer models.AnswerKey) string {
	t.Helper()
	for _, sub := range k.subs(t, c) {
		if sub.ID != answer.Submission {
			return sub.ID
		}
	}
	t.Fatal("there is no other")
	return ""
}

// What people decided on somebody's answers goes when that person withdraws.
func TestWithdrawingTakesCodings(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		code := k.send(t, c, resident("The lamps by the canal are out.", true))
		k.send(t, c, resident("There are needles on the path.", true))
		k.drain(t)
		id, err := k.AddTheme(ctx, officer, c, "Lamps", "", "")
		noError(t, err)
		answer := models.AnswerKey{Submission: k.behind(t, code).ID, Question: "C6"}
		noError(t, k.CodeAnswer(ctx, officer, c, consult.Decision{Answer: answer, Themes: []string{id}, Passages: []consult.Passage{{Theme: id, Words: "lamps by  the canal"}}}))
		noError(t, k.CodeAnswer(ctx, analyst, c, consult.Decision{Answer: answer, Themes: []string{id}, Way: consult.Blind}))
		c = k.release(t, c)
		for range 2 { // reading twice counts once
			noError(t, k.Read(ctx, officer, c, answer.Submission, consult.ReadingWork{Done: true}))
		}
		if got := k.tables(t, "codings", "coded_answers", "readings"); got["codings"] != 3 || got["coded_answers"] != 2 || got["readings"] != 1 {
			t.Fatalf("rows: %v", got)
		}
		other := keyOfOther(t, k, c, answer)
		progress, err := k.CodingProgress(ctx, officer, c)
		noError(t, err)
		if progress.Answers != 2 || progress.Read != 1 {
			t.Errorf("progress %+v", progress)
		}
		noError(t, k.Read(ctx, officer, c, other, consult.ReadingWork{Done: true}))
		if progress, err = k.CodingProgress(ctx, officer, c); err != nil || progress.Read != 2 || progress.Coded != 1 {
			t.Errorf("after reading the other: %+v, %v", progress, err)
		}
		trace, err := k.Trace(ctx, c, code)
		noError(t, err)
		if !slices.Equal(trace.Themes, []string{"Lamps"}) || trace.HeardOnce {
			t.Errorf("its author sees %+v", trace)
		}
		noError(t, k.Withdraw(ctx, c, code))
		if got := k.tables(t, "codings", "coded_answers", "readings"); got["codings"]+got["coded_answers"] > 0 || got["readings"] != 1 {
			t.Errorf("rows that stay: %v", got)
		}
		k.drain(t)
		err = k.CodeAnswer(ctx, officer, c, consult.Decision{Answer: answer, Themes: []string{id}})
		wantKind(t, "coding what was withdrawn", err, models.KindNotFound)
		_, err = k.AnswerToCode(ctx, officer, c, answer, consult.Openly)
		wantKind(t, "reading it", err, models.KindNotFound)
		p, err := k.CodingProgress(ctx, officer, c)
		noError(t, err)
		if p.Answers != 1 || p.Coded != 0 || p.BlindCoded != 0 || p.Left != 1 {
			t.Errorf("progress %+v", p)
		}
	})
}

// The words that make a point are found as they stand in the answer, whatever
// its white space, and are there again on the next visit.
func TestPassages(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.open(t, storetest.Version("lantern-square", 1))
		k.load(t, c, []string{"Das Café\n ist laut.  And the lamps are out, the lamps are out."}, func(int) bool { return true })
		k.drain(t)
		id, err := k.AddTheme(ctx, officer, c, "Noise", "", "")
		noError(t, err)
		answer := answerOf(k.subs(t, c)[0].ID)
		mark := func(words ...string) error {
			d := consult.Decision{Answer: answer, Themes: []string{id}, Seen: k.toCode(t, officer, c, answer, consult.Openly).Seen}
			for _, w := range words {
				d.Passages = append(d.Passages, consult.Passage{Theme: id, Words: w})
			}
			return k.CodeAnswer(ctx, officer, c, d)
		}
		for _, wrong := range []string{"", " ", "the café", "Das Café ist laut. And the lamp s"} {
			err := mark(wrong)
			wantKind(t, fmt.Sprintf("%q", wrong), err, models.KindInvalid)
			if wrong != "" && wrong != " " && strings.Contains(err.Error(), wrong) {
				t.Errorf("the refusal repeats the words: %v", err)
			}
		}
		wantKind(t, "for a theme it is not in", k.CodeAnswer(ctx, officer, c, consult.Decision{Answer: answer, Passages: []consult.Passage{{Theme: id, Words: "Das"}}}), models.KindInvalid)
		noError(t, mark("Café ist\tlaut.", " the lamps are out "))
		want := []string{"Café\n ist laut.", "the lamps are out"}
		if got := k.applies(t, officer, c, answer, id).Passages; !slices.Equal(got, want) {
			t.Errorf("marked %q", got)
		}
		rows := k.tables(t, "codings")["codings"]
		noError(t, mark("Café ist laut.", "the lamps are out"))
		if got := k.tables(t, "codings")["codings"]; got != rows {
			t.Errorf("the same again wrote %d rows", got-rows)
		}
		noError(t, mark("laut"))
		if got := k.applies(t, officer, c, answer, id).Passages; !slices.Equal(got, []string{"laut"}) {
			t.Errorf("marked anew: %q", got)
		}
	})
}

// Blind codings change nothing that stands and teach nothing.
func TestBlindCodings(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.themed(t, "lantern-square", 8)
		before := k.refresh(t, c)
		k.drain(t)
		themes := live(before)
		standing := k.standing(t, c)
		coded := 0
		for {
			page, err := k.NextToCode(ctx, officer, c, models.AnswerKey{}, consult.Blind)
			noError(t, err)
			if page == nil {
				break
			}
			if page.Left != 48-coded || page.Way != consult.Blind || len(page.Coded) > 0 || (page.Next == nil) != (page.Left == 1) {
				t.Fatalf("%d left, next %v, after %d", page.Left, page.Next, coded)
			}
			for _, theme := range page.Themes {
				if theme.Machine || theme.Score > 0 || theme.Belongs || theme.By != "" {
					t.Fatalf("it shows %+v", theme)
				}
			}
			d := consult.Decision{Answer: answerOf(page.Submission.ID), Themes: []string{themes[coded%2].ID}, Way: consult.Blind}
			noError(t, k.CodeAnswer(ctx, officer, c, d))
			if coded < 12 {
				d.Themes = d.Themes[:coded%4/2]
				noError(t, k.CodeAnswer(ctx, analyst, c, d))
			}
			coded++
		}
		if coded != 48 {
			t.Errorf("%d drawn, want all 48", coded)
		}
		again, err := k.AnswerToCode(ctx, officer, c, keys(standing[themes[0].ID])[0], consult.Blind)
		noError(t, err)
		if n := len(slices.DeleteFunc(again.Themes, func(t consult.CodedTheme) bool { return !t.Belongs })); n != 1 {
			t.Errorf("their own decision is shown in %d themes", n)
		}
		if diff := cmp.Diff(standing, k.standing(t, c)); diff != "" {
			t.Errorf("something moved:\n%s", diff)
		}
		after := k.refresh(t, c)
		if diff := cmp.Diff(before, after); diff != "" {
			t.Errorf("a run learnt from blind codings:\n%s", diff)
		}
		p, err := k.CodingProgress(ctx, analyst, c)
		noError(t, err)
		if p.Coded != 0 || p.Left != 48 || p.Sample != 48 || p.BlindCoded != 48 || p.DoubleCoded != 12 || p.Changed != 0 {
			t.Errorf("progress %+v", p)
		}
		if p.Machine == nil || p.Machine.Answers != 48 || p.People == nil || p.People.Answers != 12 {
			t.Fatalf("agreement %+v, %+v", p.Machine, p.People)
		}
		// Of 12 the analyst left 6 in none: 6 shared, 12 and 6 given.
		if f := 2.0 * 6 / 18; p.People.F1 < f-1e-9 || p.People.F1 > f+1e-9 || p.People.Low > p.People.F1 || p.People.High < p.People.F1 || p.People.Low >= p.People.High {
			t.Errorf("people agree by %+v, want %v", p.People, f)
		}
		r, err := k.DraftReport(ctx, officer, c)
		noError(t, err)
		if r.Method == nil || r.Method.Machine == nil || r.Method.Machine.F1 != p.Machine.F1 || !r.Method.Coded.Masked {
			t.Errorf("the report's method: %+v", r.Method)
		}
		// Coded openly too, they still teach nothing.
		noError(t, k.RenameTheme(ctx, officer, c, themes[1].ID, k.theme(t, themes[1].ID).Version, "Zebra crossings"))
		k.code(t, analyst, c, keys(standing[themes[0].ID])[0], themes[1].ID)
		for _, key := range keys(standing[themes[0].ID])[1:5] {
			k.code(t, analyst, c, key, themes[1].ID)
		}
		run := k.refresh(t, c)
		if run.Method.Taught != 0 {
			t.Errorf("taught by %d answers that were coded blind", run.Method.Taught)
		}
		if diff := cmp.Diff(members(before), members(run)); diff != "" {
			t.Errorf("answers that were coded blind moved others (-before +after):\n%s", diff)
		}

		// What the two saw differently is settled, five answers by a third person and one by one of the two.
		third := consult.Actor{ID: "u-third", Role: models.RoleOfficer}
		if p, err = k.CodingProgress(ctx, officer, c); err != nil || p.Differ != 6 || p.Settled != 0 {
			t.Fatalf("before settling: %+v, %v", p, err)
		}
		for left := 6; left > 0; left-- {
			by := third
			if left == 1 {
				by = analyst
			}
			page, err := k.NextToCode(ctx, by, c, models.AnswerKey{}, consult.Settling)
			noError(t, err)
			if page == nil || page.Left != left || len(page.Coders) != 2 {
				t.Fatalf("with %d left: %+v", left, page)
			}
			said, ticked := 0, 0
			var theme string
			for _, t := range page.Themes {
				if len(t.Said) > 0 {
					said, theme = said+len(t.Said), t.Theme.ID
				}
				if t.Belongs {
					ticked++
				}
			}
			if said != 1 || ticked != 0 {
				t.Errorf("one of the two named a theme: %d did, and %d are ticked", said, ticked)
			}
			d := consult.Decision{Answer: answerOf(page.Submission.ID), Themes: []string{theme}, Way: consult.Settling, Seen: page.Seen}
			noError(t, k.CodeAnswer(ctx, by, c, d))
			if !slices.Contains(keys(k.standing(t, c)[theme]), d.Answer) {
				t.Error("what was settled does not stand")
			}
		}
		if page, err := k.NextToCode(ctx, third, c, models.AnswerKey{}, consult.Settling); err != nil || page != nil {
			t.Errorf("left to settle: %+v, %v", page, err)
		}
		if p, err = k.CodingProgress(ctx, officer, c); err != nil || p.Differ != 6 || p.Settled != 6 || p.Third != 5 {
			t.Errorf("after settling: %+v, %v", p, err)
		}
		if r, err = k.DraftReport(ctx, officer, c); err != nil || r.Method.DoubleCoded.Value != 12 || r.Method.Differ.Value != 6 || r.Method.Settled.Value != 6 || r.Method.Frame != p.Frame {
			t.Errorf("the report's method: %+v, %v", r.Method, err)
		}
		agreed := answerOf(k.subs(t, c)[0].ID)
		for _, s := range k.subs(t, c) {
			if page, err := k.AnswerToCode(ctx, third, c, answerOf(s.ID), consult.Settling); err == nil && page != nil && len(page.Coders) == 1 {
				agreed = answerOf(s.ID)
			}
		}
		wantKind(t, "settling what one person coded", k.CodeAnswer(ctx, third, c, consult.Decision{Answer: agreed, Way: consult.Settling}), models.KindConflict)
	})
}

// Nobody codes blind what they have decided on with its places in sight.
func TestBlindIsBlind(t *testing.T) {
	k := one(t)
	c := k.themed(t, "lantern-square", 4)
	themes := live(k.refresh(t, c))
	a := themes[0].ID
	in := keys(k.standing(t, c)[a])
	k.code(t, officer, c, in[0], a)
	noError(t, k.MoveAnswers(ctx, officer, c, a, "", in[1:2]))
	for i, key := range in[:3] {
		for _, by := range []consult.Actor{officer, analyst} {
			want := by.ID == analyst.ID || i == 2
			page, err := k.NextToCode(ctx, by, c, models.AnswerKey{}, consult.Blind)
			noError(t, err)
			handed := false
			for left := page.Left; left > 0 && !handed; left-- {
				handed = answerOf(page.Submission.ID) == key
				page, err = k.NextToCode(ctx, by, c, answerOf(page.Submission.ID), consult.Blind)
				noError(t, err)
			}
			if handed != want {
				t.Errorf("answer %d is handed to %s: %v", i, by.ID, handed)
			}
			err = k.CodeAnswer(ctx, by, c, consult.Decision{Answer: key, Themes: []string{a}, Way: consult.Blind})
			if want {
				noError(t, err)
			} else {
				wantKind(t, "blind after an open decision", err, models.KindConflict)
			}
		}
	}
}

// What nobody has coded is handed out: one answer from each theme first, then
// what the engine is least sure of. Nobody reads what was not redacted.
func TestAnswersToCode(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.themed(t, "lantern-square", 8)
		run := k.refresh(t, c)
		in := members(run)
		themes := live(run)
		k.exec(t, "UPDATE answers SET text = 'unredacted'")
		met := map[string]bool{}
		for i := range 12 {
			page, err := k.NextToCode(ctx, analyst, c, models.AnswerKey{}, consult.Openly)
			noError(t, err)
			if page.Left != 48-i || page.Text == "" || page.Text == "unredacted" || page.Submission.Answer("C2").Text != page.Text {
				t.Fatalf("%d left, %q", page.Left, page.Text)
			}
			id := page.Submission.ID + "-C2"
			if i < len(themes) {
				for _, theme := range themes {
					if in[theme.ID][id] {
						met[theme.ID] = true
					}
				}
				if len(met) < i+1 {
					t.Errorf("after %d answers, %d themes were met", i+1, len(met))
				}
			}
			var next models.AnswerKey
			if page.Next != nil {
				next = *page.Next
			}
			k.code(t, analyst, c, answerOf(page.Submission.ID))
			after, err := k.NextToCode(ctx, analyst, c, models.AnswerKey{}, consult.Openly)
			noError(t, err)
			if answerOf(after.Submission.ID) != next {
				t.Errorf("next was %v, and it is %v", next, after.Submission.ID)
			}
		}
		p, err := k.CodingProgress(ctx, officer, c)
		noError(t, err)
		changed := 0
		for _, theme := range themes {
			changed += len(in[theme.ID]) - len(k.standing(t, c)[theme.ID])
		}
		if p.Coded != 12 || p.Left != 36 || p.Changed != changed || p.Machine != nil || p.People != nil {
			t.Errorf("progress %+v, changed %d", p, changed)
		}
		_, err = k.AnswerToCode(ctx, officer, c, answerOf("nobody"), consult.Openly)
		wantKind(t, "an answer there is not", err, models.KindNotFound)
		wantKind(t, "a theme there is not", k.CodeAnswer(ctx, officer, c, consult.Decision{Answer: answerOf(k.subs(t, c)[0].ID), Themes: []string{"nowhere"}}), models.KindConflict)
	})
}

// Once the data is fixed, people decide nothing more, also from an old page.
func TestFrozenRefusesCoding(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.themed(t, "lantern-square", 6)
		themes := live(k.refresh(t, c))
		noError(t, k.MergeTheme(ctx, officer, c, themes[2].ID, themes[2].Version, themes[3].ID))
		k.drain(t)
		frozen := k.move(t, k.move(t, c, models.StatusClosed), models.StatusFrozen)
		a, b, merged := k.theme(t, themes[0].ID), k.theme(t, themes[1].ID), k.theme(t, themes[2].ID)
		some := keys(k.standing(t, c)[a.ID])[:1]
		before := k.tables(t, "audit", "codings", "coded_answers", "themes", "jobs")
		for _, stale := range []*models.Consultation{frozen, c} {
			_, add := k.AddTheme(ctx, officer, stale, "New", "", "")
			_, split := k.SplitTheme(ctx, officer, stale, a.ID, a.Version, "New", some)
			for name, err := range map[string]error{
				"add": add, "split": split,
				"define":  k.DefineTheme(ctx, officer, stale, a.ID, a.Version, "x"),
				"under":   k.PutThemeUnder(ctx, officer, stale, a.ID, a.Version, b.ID),
				"scope":   k.SetThemeScope(ctx, officer, stale, a.ID, a.Version, true, "x"),
				"unmerge": k.UnmergeTheme(ctx, officer, stale, merged.ID, merged.Version),
				"move":    k.MoveAnswers(ctx, officer, stale, a.ID, b.ID, some),
				"code":    k.CodeAnswer(ctx, officer, stale, consult.Decision{Answer: some[0]}),
				"blind":   k.CodeAnswer(ctx, officer, stale, consult.Decision{Answer: some[0], Way: consult.Blind}),
			} {
				wantKind(t, name, err, models.KindClosed)
			}
		}
		if diff := cmp.Diff(before, k.tables(t, "audit", "codings", "coded_answers", "themes", "jobs")); diff != "" {
			t.Errorf("what was refused left something:\n%s", diff)
		}
	})
}

// What people decide while a run works is not lost to it.
func TestCodingWhileARunWorks(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.themed(t, "lantern-square", 6)
		k.refresh(t, c)
		id, err := k.AddTheme(ctx, officer, c, "Added", "lamps", "")
		noError(t, err)
		subs := k.subs(t, c)
		done := make(chan error)
		go func() {
			for range 4 {
				// It gives up when people are quicker than it; the job tries again.
				if err := k.RefreshThemes(ctx, c.ID); err != nil && models.KindOf(err) != models.KindConflict {
					done <- err
					return
				}
			}
			done <- nil
		}()
		for i, s := range subs {
			themes := []string{id}
			k.code(t, officer, c, answerOf(s.ID), themes[:i%2]...)
		}
		noError(t, <-done)
		k.refresh(t, c)
		in := k.standing(t, c)
		for i, s := range subs {
			if in[id][s.ID+"-C2"] != (i%2 == 1) {
				t.Errorf("answer %d: in the theme %v", i, i%2 == 0)
			}
		}
		if rows, err := k.store.CodedAnswers(ctx, c.ID); err != nil || len(rows) != len(subs) {
			t.Errorf("%d of %d are coded (%v)", len(rows), len(subs), err)
		}
	})
}

// A merge that is taken back does not make an engine's name a person's: the code
// of somebody whose words it is goes on hiding it.
func TestUnmergedNamesStayTheEngines(t *testing.T) {
	k := one(t)
	c := k.themed(t, "lantern-square", 6)
	themes := live(k.refresh(t, c))
	a, b := themes[0], themes[1]
	noError(t, k.MergeTheme(ctx, officer, c, a.ID, a.Version, b.ID))
	noError(t, k.UnmergeTheme(ctx, officer, c, a.ID, k.theme(t, a.ID).Version))
	if k.theme(t, a.ID).Renamed {
		t.Error("nobody named it")
	}
	k.refresh(t, c)
	if got := len(k.standing(t, c)[a.ID]); got == 0 {
		t.Error("nobody came back")
	}

	// A name that a person gave meanwhile is not given twice.
	noError(t, k.RenameTheme(ctx, officer, c, a.ID, k.theme(t, a.ID).Version, "Litter"))
	noError(t, k.MergeTheme(ctx, officer, c, a.ID, k.theme(t, a.ID).Version, b.ID))
	noError(t, k.RenameTheme(ctx, officer, c, b.ID, k.theme(t, b.ID).Version, "litter"))
	wantKind(t, "two of one name", k.UnmergeTheme(ctx, officer, c, a.ID, k.theme(t, a.ID).Version), models.KindConflict)
}

// The sample is drawn by lot, stays when more answers come but for those that
// draw a lower number, and only what is in it is coded blind.
func TestBlindSample(t *testing.T) {
	k := one(t)
	c := k.themed(t, "lantern-square", 20)
	sample := func() map[string]bool {
		in := map[string]bool{}
		for _, s := range k.subs(t, c) {
			page, err := k.AnswerToCode(ctx, officer, c, answerOf(s.ID), consult.Blind)
			if err == nil && page != nil {
				in[s.ID] = true
			} else {
				wantKind(t, "not drawn", err, models.KindNotFound)
				wantKind(t, "coding what is not drawn", k.CodeAnswer(ctx, officer, c, consult.Decision{Answer: answerOf(s.ID), Way: consult.Blind}), models.KindConflict)
			}
		}
		return in
	}
	first := sample()
	k.say(t, c, 20, 22)
	second := sample()
	stay := 0
	for id := range first {
		if second[id] {
			stay++
		}
	}
	if len(first) != 100 || len(second) != 100 || stay < 80 {
		t.Errorf("%d and then %d drawn of 120 and 132, of whom %d stay", len(first), len(second), stay)
	}
	if diff := cmp.Diff(second, sample()); diff != "" {
		t.Errorf("drawn otherwise:\n%s", diff)
	}
}

// Nobody is taken out of an approved theme but by a person: what people teach
// about it only adds.
func TestTeachingOnlyAddsToApprovedThemes(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.themed(t, "lantern-square", 8)
		themes := live(k.refresh(t, c))
		a, b := themes[0], themes[1]
		noError(t, k.ApproveTheme(ctx, officer, c, a.ID, a.Version, true))
		before := k.standing(t, c)
		// What they teach is all about something else.
		other := keys(before[b.ID])
		noError(t, k.MoveAnswers(ctx, officer, c, b.ID, a.ID, other[:4]))
		out := keys(before[a.ID])[:1]
		noError(t, k.MoveAnswers(ctx, officer, c, a.ID, "", out))
		k.refresh(t, c)
		now := k.standing(t, c)[a.ID]
		if now[keyName(out[0])] {
			t.Error("a run put somebody back whom a person took out")
		}
		for name := range before[a.ID] {
			if name != keyName(out[0]) && !now[name] {
				t.Error("teaching took somebody out of an approved theme")
			}
		}
		if faults := k.codedFaults(t, c, k.standing(t, c)); len(faults) > 0 {
			t.Error(faults)
		}
		if diff := cmp.Diff(k.run(t, c), k.refresh(t, c)); diff != "" {
			t.Errorf("another run changes something:\n%s", diff)
		}

		// One that people made is filled, and what it holds when it is approved stays.
		c = k.themed(t, "other-square", 8)
		b = live(k.refresh(t, c))[0]
		id, err := k.AddTheme(ctx, officer, c, "Dark paths", "No lamps, dark towpath, bulbs, torch and canal bridge.", "")
		noError(t, err)
		noError(t, k.ApproveTheme(ctx, officer, c, id, k.theme(t, id).Version, true))
		k.refresh(t, c)
		filled := k.standing(t, c)[id]
		some := keys(k.standing(t, c)[b.ID])
		some = slices.DeleteFunc(some, func(key models.AnswerKey) bool { return filled[keyName(key)] })[:4]
		noError(t, k.MoveAnswers(ctx, officer, c, b.ID, id, some))
		k.refresh(t, c)
		now = k.standing(t, c)[id]
		if len(filled) == 0 || len(now) < len(filled)+4 {
			t.Errorf("%d and then %d in an approved theme that people made", len(filled), len(now))
		}
		for name := range filled {
			if !now[name] {
				t.Error("teaching took somebody out of an approved theme that people made")
			}
		}
	})
}

// From the moment that somebody's words may not be shown for a theme any more,
// they are neither quoted nor counted there, and nothing that the language model
// wrote rests on them, although no run has been since.
func TestWordsGoAtOnce(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		for name, act := range map[string]struct {
			gone bool // it no longer counts
			do   func(c *models.Consultation, sub *models.Submission, theme string)
		}{
			"withdrawn": {true, func(_ *models.Consultation, sub *models.Submission, _ string) {
				noError(t, k.store.MoveSubmission(ctx, sub.ID, models.SubmissionLive, models.SubmissionWithdrawn))
				noError(t, k.store.EraseAnswers(ctx, sub.ID))
			}},
			"replaced": {true, func(_ *models.Consultation, sub *models.Submission, _ string) {
				noError(t, k.store.ReplaceSubmission(ctx, sub.ID))
			}},
			"set aside": {true, func(c *models.Consultation, sub *models.Submission, _ string) {
				noError(t, k.SetAside(ctx, officer, c, sub.ID, models.AsideOther, "Sent by a program."))
			}},
			"taken out": {true, func(c *models.Consultation, sub *models.Submission, theme string) {
				noError(t, k.MoveAnswers(ctx, officer, c, theme, "", []models.AnswerKey{answerOf(sub.ID)}))
			}},
			"not agreed": {false, func(_ *models.Consultation, sub *models.Submission, _ string) {
				k.exec(t, "UPDATE submissions SET consents = '[]' WHERE id = '"+sub.ID+"'")
			}},
			"redacted": {false, func(_ *models.Consultation, sub *models.Submission, _ string) {
				k.exec(t, "UPDATE answers SET redacted = 'xx' || redacted WHERE submission = '"+sub.ID+"' AND question = 'C2'")
			}},
		} {
			c := k.themed(t, "square-"+strings.ReplaceAll(name, " ", "-"), 6)
			run := k.refresh(t, c)
			theme := live(run)[0].ID
			var quoted []*models.Submission
			for _, q := range run.Quotes {
				sub, err := k.store.Submission(ctx, q.Submission)
				noError(t, err)
				if q.Theme == theme && !slices.ContainsFunc(quoted, func(s *models.Submission) bool { return s.ID == sub.ID }) {
					quoted = append(quoted, sub)
				}
			}
			if len(quoted) < 2 {
				t.Fatal("too few are quoted")
			}
			drafted := []models.Sentence{
				{Text: "Of the first.", Cites: []string{quoted[0].ID}},
				{Text: "Of both.", Cites: []string{quoted[1].ID, quoted[0].ID}},
				{Text: "Of the second.", Cites: []string{quoted[1].ID}},
				{Text: "Of somebody who is not quoted.", Cites: []string{"nobody"}},
				{Text: "Of nobody."},
			}
			for i := range run.Themes {
				run.Themes[i].Draft, run.Themes[i].SuggestedLabel = drafted, "Suggested"
			}
			noError(t, k.store.SaveThemes(ctx, *run))
			shown := func() (texts string, label string, review consult.ReviewedTheme) {
				p, err := k.ThemeAnswers(ctx, officer, c, theme, 1)
				noError(t, err)
				for _, s := range p.Theme.Draft {
					texts += s.Text
				}
				all, err := k.Themes(ctx, officer, c, 1)
				noError(t, err)
				frame, err := k.CodeFrame(ctx, officer, c)
				noError(t, err)
				toCode, err := k.NextToCode(ctx, officer, c, models.AnswerKey{}, consult.Blind)
				noError(t, err)
				for _, r := range all.Themes {
					if len(r.Theme.Draft) > 0 || r.Theme.SuggestedLabel != "" {
						t.Errorf("%s: the review has a draft", name)
					}
					if r.Theme.ID == theme {
						review = r
					}
				}
				for _, th := range append(frame.Themes, toCode.Themes[0].Theme) {
					if len(th.Draft) > 0 || th.SuggestedLabel != "" {
						t.Errorf("%s: the frame has a draft", name)
					}
				}
				return texts, p.Theme.SuggestedLabel, review
			}
			texts, label, before := shown()
			if texts != "Of the first.Of both.Of the second." || label != "Suggested" {
				t.Fatalf("%s: before, %q and %q", name, texts, label)
			}
			in := k.standing(t, c)[theme]
			act.do(c, quoted[0], theme)
			texts, label, after := shown()
			if texts != "Of the second." || label != "" {
				t.Errorf("%s: drafted %q, named %q", name, texts, label)
			}
			said := quoted[0].Answer("C2").Redacted
			if len(after.Quotes) >= len(before.Quotes) || len(after.Quotes) == 0 || slices.ContainsFunc(after.Quotes, func(w string) bool { return strings.Contains(said, w) }) {
				t.Errorf("%s: %d of %d quotes stay", name, len(after.Quotes), len(before.Quotes))
			}
			r, err := k.DraftReport(ctx, officer, c)
			if !act.gone {
				// Nothing in the portal does this, so somebody tampered with it.
				if err == nil {
					t.Errorf("%s: the report quotes it", name)
				}
				continue
			}
			noError(t, err)
			for _, th := range r.Themes {
				for _, q := range th.Quotes {
					if q.PublicID == quoted[0].PublicID && th.ID == theme {
						t.Errorf("%s: the report quotes it", name)
					}
				}
			}
			delete(in, quoted[0].ID+"-C2")
			if diff := cmp.Diff(in, k.standing(t, c)[theme]); diff != "" {
				t.Errorf("%s: in the report (-want +got):\n%s", name, diff)
			}
			if diff := cmp.Diff(in, k.listed(t, c, theme)); diff != "" || after.People != len(in) || after.Count != fmt.Sprint(len(in)) {
				t.Errorf("%s: %s people counted (-want +listed):\n%s", name, after.Count, diff)
			}
			groups := 0
			for _, n := range after.Groups {
				var count int
				_, err := fmt.Sscan(n, &count)
				noError(t, err)
				groups += count
			}
			was := 0
			for _, n := range before.Groups {
				var count int
				_, err := fmt.Sscan(n, &count)
				noError(t, err)
				was += count
			}
			if was-groups != len(quoted[0].Groups) {
				t.Errorf("%s: by group %v, and before %v", name, after.Groups, before.Groups)
			}
		}
	})
}

func keyName(key models.AnswerKey) string { return key.Submission + "-" + key.Question }
