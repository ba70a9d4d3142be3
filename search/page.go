package search

import (
	"context"
	"fmt"
	"maps"
	"slices"
)

// Page answers q as a person reads it: one page of hits, in one request to the engine, or two after the first page of an
// order by voices.
//
// Facets count what choosing another value would add: those of an attribute that q filters by are counted without that
// filter, but with all the others.
//
// Where voices names respondent groups and the order is SortBest, the first page is filled in turns, so that no group
// with a match is missing from its first len(voices) hits. In each round every group gives its best match that is not on
// the page yet, the better score first and then in the order of voices; after them comes the best match of all. A group
// gives no more than its share of the page, so the places that small groups leave free go to the best matches. Hit.Voice
// names the group whose turn it was. The pages that follow hold everything else, best match first, so that the pages
// together hold every document once. Of a filter on Groups, only the groups it names take turns; a single one has nobody
// to take turns with.
//
// The documents that q leaves out by Without and the hits of a page must together be no more than MaxWithout. Errors are
// those of Engine.Search.
func Page(ctx context.Context, engine Engine, q Query, voices []string) (Result, error) {
	chosen := q.Filters[Groups]
	switch {
	case q.Sort != SortBest, q.Meaning, len(chosen) == 1:
		voices = nil
	case len(chosen) > 1:
		voices = slices.DeleteFunc(slices.Clone(voices), func(v string) bool { return !slices.Contains(chosen, v) })
	}

	page, perPage := q.Paging()
	first := q
	if len(voices) > 0 {
		first.Page = 1
	}
	queries := []Query{first}
	var filtered []Attribute
	for _, attribute := range q.Facets {
		if len(q.Filters[attribute]) > 0 {
			filtered = append(filtered, attribute)
			queries = append(queries, widened(q, attribute))
		}
	}
	share := (perPage + len(voices)) / (len(voices) + 1) // of each group and of the best matches, rounded up
	for _, v := range voices {
		queries = append(queries, narrowed(q, v, share))
	}
	results, err := engine.Search(ctx, queries...)
	if err != nil {
		return Result{}, err
	}
	if len(results) != len(queries) {
		return Result{}, fmt.Errorf("%w: %d answers to %d queries", ErrUnavailable, len(results), len(queries))
	}
	result := results[0]
	for i, attribute := range filtered {
		if result.Wider == nil {
			result.Wider = map[Attribute]int{}
		}
		result.Facets[attribute], result.Wider[attribute] = results[1+i].Facets[attribute], results[1+i].Total
	}
	if len(voices) == 0 {
		return result, nil
	}
	turns := takeTurns(result.Hits, results[1+len(filtered):], voices, perPage)
	if page == 1 {
		result.Hits = turns
		return result, nil
	}
	rest := q
	rest.Page, rest.Facets, rest.Without = page-1, nil, slices.Clone(q.Without)
	for _, h := range turns {
		rest.Without = append(rest.Without, h.Document.ID)
	}
	if results, err = engine.Search(ctx, rest); err != nil {
		return Result{}, err
	}
	if len(results) != 1 {
		return Result{}, fmt.Errorf("%w: %d answers to one query", ErrUnavailable, len(results))
	}
	result.Hits = results[0].Hits
	return result, nil
}

// widened asks only for the counts of an attribute, without the filter on it.
func widened(q Query, attribute Attribute) Query {
	q.Filters = maps.Clone(q.Filters)
	delete(q.Filters, attribute)
	q.Facets, q.Page, q.PerPage = []Attribute{attribute}, 1, 1
	return q
}

// narrowed asks only for the n best matches of one group.
func narrowed(q Query, group string, n int) Query {
	q.Filters = maps.Clone(q.Filters)
	if q.Filters == nil {
		q.Filters = Labels{}
	}
	q.Filters[Groups] = []string{group}
	q.Facets, q.Page, q.PerPage = nil, 1, n
	return q
}

// takeTurns fills a page of at most n hits from the best matches of all and those of each group.
func takeTurns(best []Hit, groups []Result, voices []string, n int) []Hit {
	page := make([]Hit, 0, n)
	taken := map[string]bool{}
	// next drops what is on the page from the front of a list.
	next := func(hits []Hit) []Hit {
		for len(hits) > 0 && taken[hits[0].Document.ID] {
			hits = hits[1:]
		}
		return hits
	}
	take := func(h Hit, voice string) {
		taken[h.Document.ID] = true
		h.Voice = voice
		page = append(page, h)
	}
	lists := make([][]Hit, len(groups))
	for i, g := range groups {
		lists[i] = g.Hits
	}
	for len(page) < n {
		before := len(page)
		waiting := slices.Repeat([]bool{true}, len(lists))
		for len(page) < n {
			turn := -1
			for i := range lists {
				if lists[i] = next(lists[i]); !waiting[i] || len(lists[i]) == 0 {
					continue
				}
				if turn < 0 || lists[i][0].Score > lists[turn][0].Score {
					turn = i
				}
			}
			if turn < 0 {
				break
			}
			waiting[turn] = false
			take(lists[turn][0], voices[turn])
		}
		if best = next(best); len(best) > 0 && len(page) < n {
			take(best[0], "")
		}
		if len(page) == before {
			break
		}
	}
	return page
}
