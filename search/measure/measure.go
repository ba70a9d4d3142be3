// Package measure judges search engines: how well they find what people expect to be found, and how fast they are on
// much text. It knows engines as search.Engine and reads the clock, which nothing else in search does.
//
//	measure.go    rankings, and how good they are
//	searches.go   searches with what people expect, as a text file anyone can extend
//	cranfield.go  the Cranfield collection, read from a folder
//	fts5.go       SQLite's full-text search, to compare with
//	madeup.go     text that is made up, for speed and size
//	speed.go      time, and how it is told
package measure

import (
	"context"
	"fmt"
	"math"

	"heard/search"
)

// A Search is a query and what people expect of it.
type Search struct {
	Line     int // in the file it was read from; 0 when it comes from no file
	Text     string
	Filters  search.Labels
	Expected []string // IDs of the documents that should be found, in any order
	Unwanted []string // IDs of documents that must not be found
	Nothing  bool     // nothing at all should be found
}

// Ranking returns the IDs of the documents found by s, best first, at most depth of them.
type Ranking func(ctx context.Context, s Search, depth int) ([]string, error)

// Of returns the ranking of an engine as one audience of a consultation sees it, page by page.
func Of(e search.Engine, consultation string, tier search.Tier) Ranking {
	return func(ctx context.Context, s Search, depth int) ([]string, error) {
		var found []string
		for page := 1; len(found) < depth; page++ {
			results, err := e.Search(ctx, search.Query{Consultation: consultation, Tier: tier, Text: s.Text, Filters: s.Filters,
				Page: page, PerPage: search.MaxPerPage})
			if err != nil {
				return nil, err
			}
			for _, h := range results[0].Hits {
				found = append(found, h.Document.ID)
			}
			if len(results[0].Hits) < search.MaxPerPage {
				break
			}
		}
		return found[:min(depth, len(found))], nil
	}
}

// How deep a ranking is looked at.
const (
	depth     = 1000 // for average precision, as trec_eval does
	firstTen  = 10   // for nDCG
	firstPage = search.DefaultPerPage
)

// Quality is how good a ranking is, each figure a mean over searches that expect something, from 0 to 1.
type Quality struct {
	Searches  int     // that expect something
	MAP       float64 // mean average precision over the first 1,000
	NDCG      float64 // normalised discounted cumulative gain over the first 10
	FirstPage float64 // share of what is expected that is on the first page of 20, or of the 20 that fit there
	Misses    []Miss  // where people would be disappointed, in the order of the searches
}

// A Miss is a search that did not give on its first page what people expect, or gave what they do not want anywhere.
type Miss struct {
	Search   Search
	Missing  []string // expected, and not on the first page
	Unwanted []string // found although they must not be
}

// Judge asks every search and compares what is found with what is expected. The error is that of the ranking, or says
// that no search expects anything.
func Judge(ctx context.Context, rank Ranking, searches []Search) (Quality, error) {
	var q Quality
	for _, s := range searches {
		found, err := rank(ctx, s, depth)
		if err != nil {
			return Quality{}, err
		}
		m := Miss{Search: s}
		if s.Nothing {
			m.Unwanted = found
		}
		place := make(map[string]int, len(found))
		for i, id := range found {
			place[id] = i
		}
		for _, id := range s.Unwanted {
			if _, ok := place[id]; ok {
				m.Unwanted = append(m.Unwanted, id)
			}
		}
		for _, id := range s.Expected {
			if i, ok := place[id]; !ok || i >= firstPage {
				m.Missing = append(m.Missing, id)
			}
		}
		if len(s.Expected) > firstPage && len(s.Expected)-len(m.Missing) == firstPage {
			m.Missing = nil // the page is full of what is expected
		}
		if len(m.Missing)+len(m.Unwanted) > 0 {
			q.Misses = append(q.Misses, m)
		}
		if len(s.Expected) == 0 {
			continue
		}
		expected := make(map[string]bool, len(s.Expected))
		for _, id := range s.Expected {
			expected[id] = true
		}
		q.Searches++
		q.MAP += averagePrecision(found, expected)
		q.NDCG += ndcg(found, expected)
		q.FirstPage += share(found, expected)
	}
	if q.Searches == 0 {
		return Quality{}, fmt.Errorf("none of %d searches expects anything to be found", len(searches))
	}
	n := float64(q.Searches)
	q.MAP, q.NDCG, q.FirstPage = q.MAP/n, q.NDCG/n, q.FirstPage/n
	return q, nil
}

// averagePrecision is the mean, over what is expected, of the precision of the ranking down to each; 0 for one that is
// not found.
func averagePrecision(found []string, expected map[string]bool) float64 {
	var hits, sum float64
	for i, id := range found {
		if expected[id] {
			hits++
			sum += hits / float64(i+1)
		}
	}
	return sum / float64(len(expected))
}

func ndcg(found []string, expected map[string]bool) float64 {
	var gain, ideal float64
	for i, id := range found[:min(firstTen, len(found))] {
		if expected[id] {
			gain += 1 / math.Log2(float64(i+2))
		}
	}
	for i := range min(firstTen, len(expected)) {
		ideal += 1 / math.Log2(float64(i+2))
	}
	return gain / ideal
}

func share(found []string, expected map[string]bool) float64 {
	hits := 0
	for _, id := range found[:min(firstPage, len(found))] {
		if expected[id] {
			hits++
		}
	}
	return float64(hits) / float64(min(firstPage, len(expected)))
}
