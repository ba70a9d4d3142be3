package consult_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"heard/app/report"
	"heard/models"
	"heard/search"
)

// known is what councillors can put together of one person: from the results of
// searches, the page of the submission and what they take away.
type known struct {
	groups, themes []string
	chosen         map[string][]string // options by question
}

// lookedUp is everybody whom councillors find.
func (k *kit) lookedUp(t *testing.T, c *models.Consultation) map[string]*known {
	t.Helper()
	people := map[string]*known{}
	for page := 1; ; page++ {
		results, err := k.engine.Search(ctx, search.Query{Consultation: c.ID, Tier: search.TierCouncillor, Page: page, PerPage: 100})
		noError(t, err)
		for _, h := range results[0].Hits {
			id := h.Document.Submission
			p := people[id]
			if p == nil {
				p = &known{chosen: map[string][]string{}}
				people[id] = p
				sub, _, err := k.Submission(ctx, councillor, c, id, false)
				noError(t, err)
				for _, a := range sub.Answers {
					p.chosen[a.Question] = append(p.chosen[a.Question], a.Options...)
				}
				p.groups = append(p.groups, sub.Groups...)
			}
			p.groups = append(p.groups, h.Document.Labels[search.Groups]...)
			p.themes = append(p.themes, h.Document.Labels[search.Themes]...)
		}
		if page*100 >= results[0].Total {
			break
		}
	}
	return people
}

// cell is one masked figure of the report about people at risk, and what follows
// of it from all that is known.
type cell struct {
	what      string
	threshold int
	low, high int
}

// together attacks a consultation of which the report is public and councillors
// search what is released, with all of that at once: the figures of the report as
// they are served, everybody who is found with all that is shown of them, what is
// exported, and the size of the public log. It returns the masked figures about
// people at risk, what was learnt of each, and how many figures that are shown
// leave less than ten people of a group at risk once those are taken off whom
// searching shows.
func (k *kit) together(t *testing.T, c *models.Consultation) (cells []cell, remainders int) {
	t.Helper()
	draft, err := k.DraftReport(ctx, officer, c)
	noError(t, err)
	var served bytes.Buffer
	noError(t, report.WriteJSON(&served, draft))
	var r models.Report
	noError(t, json.Unmarshal(served.Bytes(), &r))
	people := k.lookedUp(t, c)
	// Whether people are in one group each a reader may guess, and be right.
	single := !slices.ContainsFunc(k.subs(t, c), func(s *models.Submission) bool { return len(s.Groups) > 1 })

	// What is taken away tells no more than what is found, and the log no more than
	// the roll-call.
	file, err := k.ExportSearch(ctx, councillor, c, search.Query{})
	noError(t, err)
	rows, err := csv.NewReader(bytes.NewReader(file)).ReadAll()
	noError(t, err)
	head := rows[0]
	for _, g := range c.Groups {
		name, _ := g.Name.In("en")
		found, exported := 0, 0
		results, err := k.engine.Search(ctx, search.Query{Consultation: c.ID, Tier: search.TierCouncillor, Filters: labels(search.Groups, g.ID)})
		noError(t, err)
		found = results[0].Total
		for _, row := range rows[1:] {
			for i, value := range row {
				if strings.Contains(strings.ToLower(head[i]), "group") && slices.Contains(strings.Split(value, "; "), name) {
					exported++
				}
			}
		}
		if exported > found {
			t.Errorf("%d answers are exported as of %s, and %d are found", exported, g.ID, found)
		}
	}
	size, _, err := k.Checkpoint(ctx, c)
	noError(t, err)
	leaves, err := k.store.Leaves(ctx, c.ID)
	noError(t, err)
	if all := r.RollCall.Submissions + r.RollCall.Uncounted; len(leaves) != all || size%16 != 0 {
		t.Errorf("%d leaves, %d entries of the log, and the roll-call accounts for %d", len(leaves), size, all)
	}

	count := func(group string, also func(*known) bool) (n int) {
		for _, p := range people {
			if slices.Contains(p.groups, group) && also(p) {
				n++
			}
		}
		return n
	}
	// bounds of one figure: shown, or what its mask says and what is found.
	bounds := func(f models.Figure, found int) (low, high int) {
		if !f.Masked {
			return f.Value, f.Value
		}
		if f.Threshold > 0 {
			return found, f.Threshold - 1
		}
		return found, r.RollCall.Submissions
	}
	// line is a row of figures by group, of which the total is told.
	line := func(what string, total models.Figure, groups []models.GroupFigure, figures []models.Figure, also func(*known) bool) {
		least := 0
		for j, g := range groups {
			low, _ := bounds(figures[j], count(g.ID, also))
			least += low
		}
		for j, g := range groups {
			if !c.Sensitive([]string{g.ID}) {
				continue
			}
			found := count(g.ID, also)
			f := figures[j]
			if !f.Masked {
				if left := f.Value - found; found > 0 && left > 0 && left < 10 {
					remainders++
				}
				continue
			}
			low, high := bounds(f, found)
			own := low
			if !total.Masked && single { // the others are at least what is known of them
				high = min(high, total.Value-(least-own))
			}
			if !g.Count.Masked { // nobody is in a part and not in the whole
				high = min(high, g.Count.Value)
			}
			cells = append(cells, cell{what + " × " + g.ID, max(f.Threshold, 10), low, high})
		}
	}
	for _, q := range r.Questions {
		for _, o := range q.Options {
			line(q.ID+"."+o.ID, o.Count, q.Groups, o.Groups, func(p *known) bool { return slices.Contains(p.chosen[q.ID], o.ID) })
		}
	}
	for _, th := range r.Themes {
		figures := make([]models.Figure, len(th.Groups))
		for j := range th.Groups {
			figures[j] = th.Groups[j].Count
		}
		groups := slices.Clone(r.Groups)
		for i := range groups {
			groups[i].Sensitive = false
		}
		line("theme "+th.ID, th.Count, groups, figures, func(p *known) bool { return slices.Contains(p.themes, th.ID) })
	}
	return cells, remainders
}

// width is how many numbers a masked figure could be at least, whatever follows
// from elsewhere.
const width = 5

// All that is published, searched, taken away and logged, together, must not give
// away how many people at risk said something, where the report keeps it from
// being known. HEARD_TEST_ATTACK looks at the demonstration and twenty populations,
// and not only at one. The report alone, in each of its formats, is attacked harder
// in app.
func TestAttackedTogether(t *testing.T) {
	seeds, whole := 1, os.Getenv("HEARD_TEST_ATTACK") != ""
	if whole {
		seeds = 20
	}
	masked, pinned, lowered, voices, left := 0, 0, 0, 0, 0
	attack := func(name string, k *kit, c *models.Consultation) {
		cells, remainders := k.together(t, c)
		if len(cells) == 0 {
			t.Errorf("%s: nothing about people at risk is masked, so nothing was shown", name)
		}
		for _, f := range cells {
			masked++
			switch {
			case f.low == f.high, f.high < width-1:
				pinned++
				t.Errorf("%s: %s is %d to %d", name, f.what, f.low, f.high)
			case f.high < f.threshold-1: // by a few, where much is known of all others
				lowered++
			case f.low > 0: // so many have let their words be shown as of their group
				voices++
			}
		}
		left += remainders
	}
	if whole {
		k := one(t)
		attack("the demonstration", k, k.release(t, k.full(t)))
	}
	for seed := range seeds {
		k := one(t)
		c := k.demo(t)
		k.population(t, c, 60+11*seed, uint64(seed))
		attack(fmt.Sprintf("population %d", seed), k, k.release(t, c))
	}
	t.Logf("%d populations at random, and the demonstration if asked for: of %d masked figures about people at risk %d are worked out to one of fewer than 5 numbers and %d are narrowed less; of %d the released words tell the least number; %d figures that are shown leave fewer than ten whose words are not released",
		seeds, masked, pinned, lowered, voices, left)
}
