package consult_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"heard/app/consult"
	"heard/models"
)

// sent fills in a form and sends it, and returns the key of its draft.
func (k *kit) sent(t testing.TB, c *models.Consultation, answers models.Answers) consult.DraftKey {
	t.Helper()
	key := k.fill(t, c, answers)
	noError(t, k.Submit(ctx, key, c, consult.Proof{}))
	return key
}

// dump is all that the tables hold but the drafts, which are sealed, and the
// totals themselves.
func (k *kit) dump(t *testing.T) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for _, table := range k.allTables(t) {
		if table == "drafts" || table == "equality" || table == "revision" { // the last is one number for all that is written
			continue
		}
		rows, err := k.sql(t).Query("SELECT * FROM " + table)
		noError(t, err)
		columns, err := rows.Columns()
		noError(t, err)
		for rows.Next() {
			values := make([]any, len(columns))
			for i := range values {
				values[i] = new(any)
			}
			noError(t, rows.Scan(values...))
			line := ""
			for _, v := range values {
				line += fmt.Sprintf("%v|", *v.(*any))
			}
			all[table] = append(all[table], line)
		}
		noError(t, rows.Close())
		slices.Sort(all[table])
	}
	return all
}

// The answers to equality questions are totals. They count a person once, and
// nothing leads from them to what that person said.
func TestEqualityIsCountedOnceAndApart(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		answers, want := map[string]string{"NOSUCH": "yes"}, map[string]map[string]int{}
		for i, q := range c.Equality {
			switch i {
			case 0: // left out
			case 1:
				answers[q.ID] = "no such option"
			default:
				answers[q.ID] = q.Options[i%len(q.Options)].ID
				want[q.ID] = map[string]int{answers[q.ID]: 1}
			}
		}
		if len(want) == 0 {
			t.Fatal("the demonstration has too few equality questions for this test")
		}
		key := k.sent(t, c, resident("The lamps are out.", true))
		unsent := k.fill(t, c, resident("Not sent.", true))
		noError(t, k.AnswerEquality(ctx, unsent, c, answers))
		before := k.dump(t)
		together(8, func(i int) {
			if err := k.AnswerEquality(ctx, key, c, answers); err != nil {
				t.Errorf("%d: %v", i, err)
			}
		})
		noError(t, k.AnswerEquality(ctx, key, c, answers))
		got, err := k.store.EqualityCounts(ctx, c.ID)
		noError(t, err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("posted nine times (-want +got):\n%s", diff)
		}
		// No other table has changed: there is no entry to lay beside a
		// submission.
		if diff := cmp.Diff(before, k.dump(t)); diff != "" {
			t.Errorf("they left something elsewhere (-before +after):\n%s", diff)
		}
		var columns []string
		rows, err := k.sql(t).Query("SELECT * FROM equality")
		noError(t, err)
		columns, err = rows.Columns()
		noError(t, err)
		noError(t, rows.Close())
		if diff := cmp.Diff([]string{"answer", "consultation", "people", "question"}, slices.Sorted(slices.Values(columns))); diff != "" {
			t.Errorf("columns (-want +got):\n%s", diff)
		}
		if sent, err := k.Sent(ctx, key, c); err != nil || sent.Equality || len(sent.Words) != 12 {
			t.Errorf("afterwards: %+v (%v)", sent, err)
		}
		// Sending again does not ask again.
		noError(t, k.Submit(ctx, key, c, consult.Proof{}))
		noError(t, k.AnswerEquality(ctx, key, c, answers))
		got, err = k.store.EqualityCounts(ctx, c.ID)
		if err != nil || !cmp.Equal(want, got) {
			t.Errorf("counted again: %v (%v)", got, err)
		}
		// Answering none is an answer too, and the others are counted as people.
		none := k.sent(t, c, resident("None.", true))
		noError(t, k.AnswerEquality(ctx, none, c, nil))
		noError(t, k.AnswerEquality(ctx, none, c, answers))
		next := k.sent(t, c, resident("Another.", true))
		noError(t, k.AnswerEquality(ctx, next, c, answers))
		for _, counts := range want {
			for option := range counts {
				counts[option] = 2
			}
		}
		got, err = k.store.EqualityCounts(ctx, c.ID)
		noError(t, err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("after another person (-want +got):\n%s", diff)
		}
		wantKind(t, "without a draft", k.AnswerEquality(ctx, consult.NewDraftKey(), c, answers), models.KindNotFound)

		// If it cannot be counted, it can be answered again.
		later := k.sent(t, c, resident("Later.", true))
		mend := k.breakTable(t, "equality")
		err = k.AnswerEquality(ctx, later, c, answers)
		mend()
		if err == nil {
			t.Error("it could not be counted, and nobody said so")
		}
		noError(t, k.AnswerEquality(ctx, later, c, answers))
		got, err = k.store.EqualityCounts(ctx, c.ID)
		noError(t, err)
		for question, counts := range want {
			for option := range counts {
				if got[question][option] != 3 {
					t.Errorf("%s %s: %d, want 3", question, option, got[question][option])
				}
			}
		}
	})
}

// They are asked of people who answer for themselves and are not at risk, once.
func TestEqualityIsNotAskedOfEverybody(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		answers := map[string]string{}
		for _, q := range c.Equality {
			answers[q.ID] = q.Options[0].ID
		}
		helper := func(more models.Answers) models.Answers {
			a := models.Answers{"A1": ticks("helper"), "H1": ticks("own_words"), "H3": ticks("yes_all"), "C1": ticks("agree")}
			maps.Copy(a, more)
			return a
		}
		for name, test := range map[string]struct {
			answers models.Answers
			want    bool
		}{
			"a resident":                 {resident("x", true), true},
			"a helper's own view":        {helper(models.Answers{"H3": ticks("no")}), true},
			"a sex worker":               {quietAnswers, false},
			"a sex worker asked for all": {models.Answers{"A1": ticks("self"), "A2": ticks("sex_work", "live_here"), "M1": ticks("yes"), "S5": words("x")}, false},
			"a helper, for sex workers":  {helper(models.Answers{"H4": ticks("sex_workers")}), false},
			"a helper, for residents":    {helper(models.Answers{"H4": ticks("residents")}), false},
			"an organisation":            {organisation("x"), false},
			"an elected representative":  {models.Answers{"A1": ticks("elected"), "C1": ticks("agree")}, false},
			"somebody who does not say":  {models.Answers{"C1": ticks("agree")}, true},
		} {
			key := k.sent(t, c, test.answers)
			sent, err := k.Sent(ctx, key, c)
			noError(t, err)
			if sent.Equality != test.want {
				t.Errorf("%s: the equality questions are asked: %v", name, sent.Equality)
			}
			if test.want {
				continue
			}
			noError(t, k.AnswerEquality(ctx, key, c, answers))
			if got := k.tables(t, "equality"); got["equality"] != 0 {
				t.Fatalf("%s was counted all the same", name)
			}
		}
		// Nor again of somebody who corrects what they said.
		code := k.send(t, c, resident("x", true))
		key := k.correct(t, c, code)
		k.answer(t, key, c, resident("y", true))
		noError(t, k.Submit(ctx, key, c, consult.Proof{}))
		noError(t, k.AnswerEquality(ctx, key, c, answers))
		if got := k.tables(t, "equality"); got["equality"] != 0 {
			t.Error("a correction was counted")
		}
	})
}
