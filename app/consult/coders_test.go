package consult_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"heard/app/consult"
	"heard/models"
)

func (k *kit) toCode(t testing.TB, by consult.Actor, c *models.Consultation, key models.AnswerKey, way consult.Way) *consult.ToCode {
	t.Helper()
	page, err := k.AnswerToCode(ctx, by, c, key, way)
	noError(t, err)
	return page
}

// standsIn returns the themes that an answer is in, as its page has it.
func standsIn(page *consult.ToCode) (ids []string) {
	for _, th := range page.Themes {
		if th.Stands {
			ids = append(ids, th.Theme.ID)
		}
	}
	return ids
}

// Two who have the same answer open: the second to save is told by whom it was
// coded and undoes nothing, whatever the first decided.
func TestNobodyUndoesWhatTheyWereNotShown(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.themed(t, "lantern-square", 4)
		themes := live(k.refresh(t, c))
		a, b := themes[0].ID, themes[1].ID
		subs := k.subs(t, c)
		word := func(key models.AnswerKey) consult.Passage {
			return consult.Passage{Theme: a, Words: strings.Fields(k.toCode(t, second, c, key, consult.Openly).Text)[0]}
		}
		first := consult.Decision{Answer: answerOf(subs[0].ID), Themes: []string{a}, Passages: []consult.Passage{word(answerOf(subs[0].ID))}}
		first.Seen = k.toCode(t, officer, c, first.Answer, consult.Openly).Seen
		late := consult.Decision{Answer: first.Answer, Themes: []string{b}, Seen: k.toCode(t, second, c, first.Answer, consult.Openly).Seen}
		conflict := func(what string, by consult.Actor, d consult.Decision, named ...string) {
			t.Helper()
			before := k.tables(t, "audit", "codings", "coded_answers", "jobs")
			err := k.CodeAnswer(ctx, by, c, d)
			wantKind(t, what, err, models.KindConflict)
			for _, name := range named {
				if !strings.Contains(fmt.Sprint(err), name) {
					t.Errorf("%s: %v does not name %s", what, err, name)
				}
			}
			if after := k.tables(t, "audit", "codings", "coded_answers", "jobs"); after["codings"] != before["codings"] || after["coded_answers"] != before["coded_answers"] || after["jobs"] != before["jobs"] {
				t.Errorf("%s was refused and left something: %v, %v", what, before, after)
			}
		}
		noError(t, k.CodeAnswer(ctx, officer, c, first))
		conflict("another decision", second, late, officer.ID)
		if page := k.toCode(t, second, c, first.Answer, consult.Openly); !slices.Equal(standsIn(page), []string{a}) || len(k.applies(t, second, c, first.Answer, a).Passages) != 1 {
			t.Errorf("it stands in %v", standsIn(page))
		}
		// The same again undoes nothing: a form that is sent twice, or two who agree.
		noError(t, k.CodeAnswer(ctx, officer, c, first))
		noError(t, k.CodeAnswer(ctx, second, c, first))
		conflict("the same without the words", second, consult.Decision{Answer: first.Answer, Themes: []string{a}}, officer.ID, second.ID)
		late.Seen = k.toCode(t, second, c, first.Answer, consult.Openly).Seen
		noError(t, k.CodeAnswer(ctx, second, c, late))
		if page := k.toCode(t, officer, c, first.Answer, consult.Openly); !slices.Equal(standsIn(page), []string{b}) {
			t.Errorf("whoever was shown it decides otherwise, and it stands in %v", standsIn(page))
		}

		// No theme at all is a decision, too, be it written down or not.
		none := consult.Decision{Answer: answerOf(subs[1].ID)}
		noError(t, k.store.SaveThemes(ctx, models.ThemeRun{Consultation: c.ID, Documents: len(subs), Themes: k.run(t, c).Themes})) // the computer finds nothing
		noError(t, k.CodeAnswer(ctx, officer, c, none))
		conflict("a theme after none", second, consult.Decision{Answer: none.Answer, Themes: []string{a}}, officer.ID)
		// So is what was done on the page of a theme.
		moved := answerOf(subs[2].ID)
		noError(t, k.MoveAnswers(ctx, officer, c, "", b, []models.AnswerKey{moved}))
		conflict("after it was moved", second, consult.Decision{Answer: moved, Themes: []string{a}}, officer.ID)
		// And what stood in a theme that was merged away and is there again.
		noError(t, k.MergeTheme(ctx, officer, c, b, k.theme(t, b).Version, a))
		kept := consult.Decision{Answer: moved, Themes: []string{a}, Seen: k.toCode(t, second, c, moved, consult.Openly).Seen}
		noError(t, k.UnmergeTheme(ctx, officer, c, b, k.theme(t, b).Version))
		conflict("after a merge was taken back", second, kept)

		// Of many at once one decides, and the others are told.
		raced := answerOf(subs[3].ID)
		var coding sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			coding.Go(func() {
				errs[i] = k.CodeAnswer(ctx, officer, c, consult.Decision{Answer: raced, Themes: []string{themes[i].ID}})
			})
		}
		coding.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else {
				wantKind(t, "coding at once", err, models.KindConflict)
			}
		}
		if page := k.toCode(t, officer, c, raced, consult.Openly); won != 1 || len(standsIn(page)) != 1 {
			t.Errorf("%d of 4 coded it, and it stands in %v", won, standsIn(page))
		}
	})
}

// An answer is settled once: a second person who settles it otherwise is told.
// Those who code it blind go on without hearing of one another.
func TestAnAnswerIsSettledOnce(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.themed(t, "lantern-square", 4)
		themes := live(k.refresh(t, c))
		a, b := themes[0].ID, themes[1].ID
		key := answerOf(k.subs(t, c)[0].ID)
		blind := func(by consult.Actor, theme string) {
			t.Helper()
			if page := k.toCode(t, by, c, key, consult.Blind); page.Seen != "" || page.Held != "" {
				t.Errorf("blind, %s is told %q, %q", by.ID, page.Seen, page.Held)
			}
			noError(t, k.CodeAnswer(ctx, by, c, consult.Decision{Answer: key, Themes: []string{theme}, Way: consult.Blind}))
		}
		third := consult.Actor{ID: "u-third", Role: models.RoleOfficer}
		blind(analyst, a)
		blind(second, b)
		page := k.toCode(t, officer, c, key, consult.Settling)
		settled := consult.Decision{Answer: key, Themes: []string{a}, Way: consult.Settling, Seen: page.Seen}
		late := consult.Decision{Answer: key, Themes: []string{b}, Way: consult.Settling, Seen: k.toCode(t, third, c, key, consult.Settling).Seen}
		noError(t, k.CodeAnswer(ctx, officer, c, settled))
		before := k.tables(t, "codings", "coded_answers")
		err := k.CodeAnswer(ctx, third, c, late)
		wantKind(t, "settling it otherwise", err, models.KindConflict)
		if !strings.Contains(fmt.Sprint(err), officer.ID) {
			t.Errorf("%v does not name who settled it", err)
		}
		if after := k.tables(t, "codings", "coded_answers"); after["codings"] != before["codings"] || after["coded_answers"] != before["coded_answers"] {
			t.Errorf("it was refused and left something: %v, %v", before, after)
		}
		noError(t, k.CodeAnswer(ctx, third, c, settled)) // and the same way
		late.Seen = k.toCode(t, third, c, key, consult.Settling).Seen
		noError(t, k.CodeAnswer(ctx, third, c, late))
		if got := standsIn(k.toCode(t, officer, c, key, consult.Settling)); !slices.Equal(got, []string{b}) {
			t.Errorf("it stands in %v", got)
		}
		blind(analyst, b) // nobody else's decision changes theirs
	})
}

// Answers are handed out without collisions, come back when they are left, and
// each codes blind for themselves.
func TestCodingIsHandedOut(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		for _, words := range []string{"The lamps are out.", "Needles on the path.", "Too loud at night."} {
			k.send(t, c, resident(words, true))
		}
		k.drain(t)
		nobody := models.AnswerKey{}
		next := func(by consult.Actor, after models.AnswerKey, way consult.Way) (key models.AnswerKey) {
			t.Helper()
			page, err := k.NextToCode(ctx, by, c, after, way)
			noError(t, err)
			if page != nil {
				key = models.AnswerKey{Submission: page.Submission.ID, Question: page.Question}
				if page.Held != "" {
					t.Errorf("%s is given what %s has open", by.ID, page.Held)
				}
			}
			return key
		}
		held := func(by consult.Actor, key models.AnswerKey, way consult.Way, want string) {
			t.Helper()
			if page := k.toCode(t, by, c, key, way); page.Held != want {
				t.Errorf("%s sees it held by %q, want %q", by.ID, page.Held, want)
			}
		}
		mine, theirs := next(officer, nobody, consult.Openly), next(second, nobody, consult.Openly)
		if mine == theirs || mine == nobody || theirs == nobody || next(officer, nobody, consult.Openly) != mine {
			t.Fatalf("handed out %v and %v", mine, theirs)
		}
		held(second, mine, consult.Openly, officer.ID)
		held(officer, mine, consult.Openly, "")
		held(second, mine, consult.Blind, "")
		last := next(analyst, nobody, consult.Openly)
		third := consult.Actor{ID: "u-third", Role: models.RoleAnalyst}
		if got := next(third, nobody, consult.Openly); got != nobody {
			t.Errorf("a fourth is given %v, which somebody has open", got)
		}
		if page := k.toCode(t, officer, c, mine, consult.Openly); page.Next != nil || page.Left != 3 {
			t.Errorf("after it comes %v, of %d", page.Next, page.Left)
		}
		// What is left for now is free, and comes again when nothing else waits.
		if got := next(officer, mine, consult.Openly); got != mine {
			t.Errorf("when others have the rest, what was left comes again, not %v", got)
		}
		noError(t, k.CodeAnswer(ctx, second, c, consult.Decision{Answer: theirs}))
		if got := next(analyst, last, consult.Openly); got != last {
			t.Errorf("the analyst is given %v", got)
		}
		noError(t, k.CodeAnswer(ctx, officer, c, consult.Decision{Answer: mine}))
		if n := k.tables(t, "coding_claims")["coding_claims"]; n != 1 {
			t.Errorf("%d answers are kept for somebody, want the one that waits", n)
		}
		// What nobody works on comes back.
		k.clock.Advance(consult.CodingLease - time.Minute)
		if got := next(second, nobody, consult.Openly); got != nobody {
			t.Errorf("%v is handed out, which somebody has open", got)
		}
		k.clock.Advance(2 * time.Minute)
		if got := next(second, nobody, consult.Openly); got != last {
			t.Errorf("handed out is %v, want what nobody works on any more", got)
		}

		// Blind, everybody is given the same, and nothing is kept for one.
		before := k.tables(t, "coding_claims")["coding_claims"]
		one, other := next(third, nobody, consult.Blind), next(consult.Actor{ID: "u-fourth", Role: models.RoleOfficer}, nobody, consult.Blind)
		if one != other || one == nobody || k.tables(t, "coding_claims")["coding_claims"] != before {
			t.Errorf("blind, handed out are %v and %v", one, other)
		}

		// Settling is handed out like coding openly.
		lamps, err := k.AddTheme(ctx, officer, c, "Lamps", "", "")
		noError(t, err)
		for i, s := range k.subs(t, c) {
			for j, by := range []consult.Actor{third, {ID: "u-fourth", Role: models.RoleOfficer}} {
				if i < 2 {
					noError(t, k.CodeAnswer(ctx, by, c, consult.Decision{Answer: models.AnswerKey{Submission: s.ID, Question: "C6"}, Themes: []string{lamps}[:j], Way: consult.Blind}))
				}
			}
		}
		k.clock.Advance(2 * consult.CodingLease)
		mine, theirs = next(officer, nobody, consult.Settling), next(second, nobody, consult.Settling)
		if mine == theirs || mine == nobody || theirs == nobody {
			t.Fatalf("to settle, handed out are %v and %v", mine, theirs)
		}
		held(second, mine, consult.Settling, officer.ID)
		if got := next(analyst, nobody, consult.Settling); got != nobody {
			t.Errorf("a third is given %v to settle", got)
		}

		// An answer that goes takes along who has it open; nothing is kept once the
		// analysis is frozen.
		k.exec(t, "DELETE FROM coding_claims")
		frozen := *c
		frozen.Status = models.StatusFrozen
		if page, err := k.NextToCode(ctx, officer, &frozen, nobody, consult.Openly); err != nil || page == nil || k.tables(t, "coding_claims")["coding_claims"] != 0 {
			t.Errorf("frozen, handed out is %+v (%v)", page, err)
		}
		noError(t, k.SetAside(ctx, officer, c, next(officer, nobody, consult.Settling).Submission, models.AsideOther, "A test."))
		if got := next(officer, nobody, consult.Settling); got == mine {
			t.Errorf("%v is handed out, which was set aside", got)
		}
	})
}
