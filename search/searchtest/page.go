package searchtest

import (
	stdcmp "cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"heard/search"
)

// counting is an engine that counts the requests made to it.
type counting struct {
	search.Engine
	requests int
}

func (c *counting) Search(ctx context.Context, queries ...search.Query) ([]search.Result, error) {
	c.requests++
	return c.Engine.Search(ctx, queries...)
}

// pageWords are so far apart in spelling and stems that each finds only itself.
var pageWords = []string{"lantern", "crossing", "underpass", "bollard", "nightbus"}

var pageVoices = []string{"residents", "traders", "sex workers", "charities", "visitors", "police", "students", "drivers"}

// pageCorpora makes consultations of invented answers, each of its own proportions: one group writes nearly all of them
// and some hardly any, an answer can be of two groups or of none.
func pageCorpora(consultations, answers int) map[string][]search.Document {
	r := rand.New(rand.NewPCG(6, 10))
	corpora := map[string][]search.Document{}
	for c := range consultations {
		name := fmt.Sprintf("pages-%d", c)
		loud, share := r.IntN(len(pageVoices)), r.Float64()
		for i := range answers {
			var words []string
			for range 1 + r.IntN(12) {
				words = append(words, pageWords[r.IntN(len(pageWords))*r.IntN(2)])
			}
			d := doc(fmt.Sprintf("%s-%d", name, i), strings.Join(words, " and "), "en", "2025-07-01", "q1", "web", nil)
			d.Consultation = name
			switch {
			case r.Float64() < share:
				d.Labels[search.Groups] = groups(pageVoices[loud])
			case r.IntN(3) > 0:
				d.Labels[search.Groups] = slices.Compact(groups(pageVoices[r.IntN(len(pageVoices))], pageVoices[r.IntN(len(pageVoices))]))
			}
			d.Labels[search.Questions] = []string{[]string{"q1", "q2", "q3"}[r.IntN(3)]}
			d.Labels[search.Stances] = []string{[]string{"for", "against", ""}[r.IntN(3)]}
			corpora[name] = append(corpora[name], d)
		}
	}
	return corpora
}

// matches is what q must find in a corpus, told without an engine.
func matches(docs []search.Document, q search.Query) []search.Document {
	return slices.DeleteFunc(slices.Clone(docs), func(d search.Document) bool {
		if slices.Contains(q.Without, d.ID) || !strings.Contains(d.Text, q.Text) {
			return true
		}
		for attribute, values := range q.Filters {
			if len(values) > 0 && !slices.ContainsFunc(values, func(v string) bool { return slices.Contains(d.Labels[attribute], v) }) {
				return true
			}
		}
		return false
	})
}

// counted is the facet of an attribute over documents, told without an engine.
func counted(docs []search.Document, attribute search.Attribute) []search.FacetCount {
	of := map[string]int{}
	for _, d := range docs {
		for _, v := range d.Labels[attribute] {
			if v != "" {
				of[v]++
			}
		}
	}
	var facet []search.FacetCount
	for v, n := range of {
		facet = append(facet, search.FacetCount{Value: v, Count: n})
	}
	search.SortFacet(facet)
	return facet
}

// pages holds search.Page to its promises over invented consultations, whatever is asked.
func pages(t *testing.T, engine search.Engine) {
	corpora := pageCorpora(6, 90)
	for _, docs := range corpora {
		put(t, engine, docs...)
	}
	names := slices.Sorted(maps.Keys(corpora))
	t.Run("Property", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			some := func(name string, from []string) []string {
				return rapid.SliceOfNDistinct(rapid.SampledFrom(from), 1, len(from), rapid.ID).Draw(t, name)
			}
			q := search.Query{
				Consultation: rapid.SampledFrom(names).Draw(t, "consultation"), Tier: search.TierOfficer,
				Text:    rapid.SampledFrom(append([]string{""}, pageWords...)).Draw(t, "text"),
				Filters: search.Labels{},
				Facets:  []search.Attribute{search.Groups, search.Questions, search.Stances, search.Channels},
				Sort:    rapid.SampledFrom([]search.Sort{search.SortBest, search.SortBest, search.SortNewest}).Draw(t, "sort"),
				PerPage: rapid.SampledFrom([]int{7, 10, 20, 37}).Draw(t, "per page"),
			}
			docs := corpora[q.Consultation]
			if rapid.Bool().Draw(t, "by group") {
				q.Filters[search.Groups] = some("groups", pageVoices)
			}
			if rapid.Bool().Draw(t, "by question") {
				q.Filters[search.Questions] = some("questions", []string{"q1", "q2", "q3"})
			}
			if rapid.Bool().Draw(t, "without") {
				q.Without = []string{docs[0].ID, docs[7].ID}
			}
			var voices []string
			if rapid.Bool().Draw(t, "voices") {
				voices = some("taking turns", pageVoices)
			}
			checkPages(t, engine, q, voices, docs)
		})
	})

	q := query("lantern")
	q.Consultation, q.Facets, q.PerPage = names[0], nil, 20
	t.Run("one group, or another order, has no turns", func(t *testing.T) {
		alone, newest := q, q
		alone.Filters = search.Labels{search.Groups: groups("residents")}
		newest.Sort = search.SortNewest
		for _, q := range []search.Query{alone, newest} {
			got, err := search.Page(t.Context(), engine, q, pageVoices)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(ask(t, engine, q), got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("Page differs from Search (-want +got):\n%s", diff)
			}
		}
	})
	t.Run("each gives its best", func(t *testing.T) {
		voiced := func(id, group string, lanterns int) search.Document {
			d := doc("turns-"+id, strings.Repeat("lantern ", lanterns)+strings.Repeat("is what we speak of ", 12-lanterns), "en", "2025-07-02", "q1", "web", groups(group))
			d.Consultation = "turns"
			return d
		}
		for i := range 9 {
			put(t, engine, voiced(fmt.Sprint("a", i), "residents", 10-i))
		}
		put(t, engine, voiced("b0", "traders", 1), voiced("b1", "traders", 2), voiced("c", "sex workers", 1))
		q := q
		q.Consultation, q.PerPage = "turns", 8
		got, err := search.Page(t.Context(), engine, q, []string{"sex workers", "traders", "residents", "nobody"})
		if err != nil {
			t.Fatal(err)
		}
		var turns []string
		for _, h := range got.Hits {
			turns = append(turns, h.Voice)
			if h.Voice != "" && !slices.Contains(h.Document.Labels[search.Groups], h.Voice) {
				t.Errorf("%s has the turn of %q", h.Document.ID, h.Voice)
			}
		}
		// Four groups and the best of all share eight places, two for each. The best of all are the residents' own.
		inRounds := [][]string{{"residents", "sex workers", "traders"}, {""}, {"traders"}, {""}, {""}, {""}}
		for i, round := range inRounds {
			n := min(len(round), len(turns))
			slices.Sort(turns[:n])
			if !slices.Equal(turns[:n], round) {
				t.Errorf("round %d has the turns %q, expected %q", i, turns[:n], round)
			}
			turns = turns[n:]
		}
		if first := got.Hits[:3]; !slices.IsSortedFunc(first, func(a, b search.Hit) int { return stdcmp.Compare(b.Score, a.Score) }) {
			t.Error("the first round does not begin with the better scores")
		}
		groupBest := map[string]float64{}
		for _, h := range got.Hits {
			if before, ok := groupBest[h.Voice]; ok && h.Score > before {
				t.Errorf("%q gives %s after a worse one", h.Voice, h.Document.ID)
			}
			groupBest[h.Voice] = h.Score
		}
	})
	t.Run("invalid", func(t *testing.T) {
		wrong := q
		wrong.Facets = []search.Attribute{"text"}
		if _, err := search.Page(t.Context(), engine, wrong, pageVoices); !errors.Is(err, search.ErrInvalidQuery) {
			t.Errorf("error %v, expected ErrInvalidQuery", err)
		}
	})
}

// checkPages reads every page of q and compares them with what the documents say themselves.
func checkPages(t *rapid.T, engine search.Engine, q search.Query, voices []string, docs []search.Document) {
	want := matches(docs, q)
	byTurns := len(voices) > 0 && q.Sort == search.SortBest && len(q.Filters[search.Groups]) != 1
	seen := map[string]bool{}
	for q.Page = 1; ; q.Page++ {
		e := &counting{Engine: engine}
		res, err := search.Page(context.Background(), e, q, voices)
		if err != nil {
			t.Fatal(err)
		}
		if allowed := 1 + min(1, q.Page-1); e.requests > allowed {
			t.Fatalf("page %d took %d requests, expected at most %d", q.Page, e.requests, allowed)
		}
		if res.Total != len(want) {
			t.Fatalf("page %d: total %d, expected %d", q.Page, res.Total, len(want))
		}
		for _, attribute := range q.Facets {
			wide := q
			wide.Filters = maps.Clone(q.Filters)
			delete(wide.Filters, attribute)
			if _, filtered := q.Filters[attribute]; filtered && res.Wider[attribute] != len(matches(docs, wide)) {
				t.Errorf("%d documents without the filter on %s, expected %d", res.Wider[attribute], attribute, len(matches(docs, wide)))
			}
			if diff := cmp.Diff(counted(matches(docs, wide), attribute), res.Facets[attribute], cmpopts.EquateEmpty()); diff != "" {
				t.Fatalf("page %d: %s (-want +got):\n%s", q.Page, attribute, diff)
			}
		}
		if n := min(q.PerPage, max(0, len(want)-(q.Page-1)*q.PerPage)); len(res.Hits) != n {
			t.Fatalf("page %d has %d hits, expected %d", q.Page, len(res.Hits), n)
		}
		for _, h := range res.Hits {
			if seen[h.Document.ID] {
				t.Fatalf("page %d repeats %s", q.Page, h.Document.ID)
			}
			seen[h.Document.ID] = true
			if h.Voice != "" && (q.Page > 1 || !byTurns) {
				t.Fatalf("page %d gives a turn to %q", q.Page, h.Voice)
			}
		}
		if byTurns && q.Page == 1 && q.PerPage >= 10 {
			heard := map[string]bool{}
			for _, h := range res.Hits[:min(10, len(res.Hits))] {
				for _, g := range h.Document.Labels[search.Groups] {
					heard[g] = true
				}
			}
			for _, v := range voices {
				chosen := q.Filters[search.Groups]
				if len(chosen) > 0 && !slices.Contains(chosen, v) {
					continue
				}
				if !heard[v] && slices.ContainsFunc(want, func(d search.Document) bool { return slices.Contains(d.Labels[search.Groups], v) }) {
					t.Fatalf("%s have matches, but none among the first ten hits", v)
				}
			}
		}
		if len(res.Hits) == 0 {
			break
		}
	}
	for _, d := range want {
		if !seen[d.ID] {
			t.Fatalf("no page shows %s", d.ID)
		}
	}
}
