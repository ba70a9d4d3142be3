package consult

import (
	"context"
	"fmt"
	"slices"

	"heard/models"
	"heard/models/store"
)

// recount goes through the store once more and works out, by nothing that made
// the report, where each submission must stand in it. It fails when the ledger
// says otherwise of a single one. What decides is said again here on purpose: of
// several open decisions on an answer in a theme the latest, by a person; where a
// person has gone through the answer, nothing else; otherwise what the engine
// found. Merged themes are the one they were merged into.
func recount(ctx context.Context, from *store.Store, c *models.Consultation, r *models.Report) error {
	themes, err := from.Themes(ctx, c.ID)
	if err != nil {
		return err
	}
	into, labels := map[string]string{}, map[string]string{}
	for _, t := range themes {
		labels[t.ID] = t.Label
		if t.Status == models.ThemeMerged {
			into[t.ID] = t.MergedInto
		}
	}
	root := func(id string) string {
		for n := 0; into[id] != "" && n <= len(themes); n++ {
			id = into[id]
		}
		return id
	}
	type spot struct {
		models.AnswerKey
		theme string
	}
	// Each theme's own decisions first, then those of themes that are one now: yes
	// if any of them says so.
	own := map[spot]bool{}
	codings, err := from.Codings(ctx, c.ID)
	if err != nil {
		return err
	}
	for _, d := range codings { // the oldest first
		if !d.Blind {
			own[spot{d.AnswerKey, d.Theme}] = d.Belongs
		}
	}
	decided := map[spot]bool{}
	for at, belongs := range own {
		home := spot{at.AnswerKey, root(at.theme)}
		decided[home] = decided[home] || belongs
	}
	through := map[models.AnswerKey]bool{}
	coded, err := from.CodedAnswers(ctx, c.ID)
	if err != nil {
		return err
	}
	for _, a := range coded {
		through[a.AnswerKey] = through[a.AnswerKey] || !a.Blind
	}
	in := map[string]map[string]bool{} // submission → themes
	put := func(at spot) {
		if labels[at.theme] == "" {
			return
		}
		if in[at.Submission] == nil {
			in[at.Submission] = map[string]bool{}
		}
		in[at.Submission][at.theme] = true
	}
	found, err := from.Placements(ctx, c.ID)
	if err != nil {
		return err
	}
	for _, p := range found {
		at := spot{models.AnswerKey{Submission: p.Submission, Question: p.Question}, root(p.Theme)}
		if _, said := decided[at]; !said && !through[at.AnswerKey] {
			put(at)
		}
	}
	for at, belongs := range decided {
		if belongs {
			put(at)
		}
	}

	ledger := map[string]models.RollCallEntry{}
	for _, e := range r.RollCall.Entries {
		if _, twice := ledger[e.Submission]; twice {
			return fmt.Errorf("the roll-call names submission %s twice", e.Submission)
		}
		ledger[e.Submission] = e
	}
	// Who counts, and who of them said something in words: without the words, which
	// change nothing of it.
	live, err := from.LiveGroups(ctx, c.ID)
	if err != nil {
		return err
	}
	said, err := from.AnswersInWords(ctx, c.ID, themed(c))
	if err != nil {
		return err
	}
	words := map[string]bool{}
	for _, a := range said {
		words[a.Submission] = true
	}
	counted := models.RollCall{Submissions: len(live)}
	for id := range live {
		var stands []string
		for theme := range in[id] {
			stands = append(stands, labels[theme])
		}
		e, called := ledger[id]
		if !called {
			return fmt.Errorf("submission %s is counted and is not in the roll-call", id)
		}
		slices.Sort(stands)
		once := len(stands) == 0 && words[id]
		switch {
		case len(stands) > 0:
			counted.InThemes++
		case once:
			counted.HeardOnce++
		default:
			counted.ClosedOnly++
		}
		if !slices.Equal(stands, slices.Sorted(slices.Values(e.Themes))) || e.HeardOnce != once || e.ClosedOnly != (len(stands) == 0 && !once) {
			return fmt.Errorf("submission %s stands elsewhere in the report than in the store", id)
		}
	}
	roll := r.RollCall
	if counted.Submissions != len(ledger) || counted.Submissions != roll.Submissions || counted.InThemes != roll.InThemes || counted.HeardOnce != roll.HeardOnce || counted.ClosedOnly != roll.ClosedOnly {
		return fmt.Errorf("the roll-call does not add up when it is counted again: %d submissions in the store, %d in the report", counted.Submissions, roll.Submissions)
	}
	return nil
}
