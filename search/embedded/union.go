package embedded

import (
	"context"
	"errors"

	"github.com/blevesearch/bleve/v2/mapping"
	blevesearch "github.com/blevesearch/bleve/v2/search"
	"github.com/blevesearch/bleve/v2/search/query"
	index "github.com/blevesearch/bleve_index_api"
)

// union finds the documents that at least min of its clauses find. It is Bleve's disjunction with another score: the sum
// of the clauses, or the best one, as each clause says what it is worth. Bleve would multiply the sum by the share of
// clauses that match and weigh each by its rarity, so that a rare misspelling outscores the word itself.
type union struct {
	clauses []clause
	min     int
	best    bool // score the best clause instead of the sum
}

// clause is a way of being found. It scores base + weight × the score of its query.
type clause struct {
	query        query.Query
	base, weight float64 // with a weight of 0 the query is not scored at all
}

// Searcher implements query.Query.
func (u *union) Searcher(ctx context.Context, reader index.IndexReader, m mapping.IndexMapping, options blevesearch.SearcherOptions) (
	blevesearch.Searcher, error) {
	s := &unionSearcher{union: u, current: make([]*blevesearch.DocumentMatch, len(u.clauses))}
	for _, c := range u.clauses {
		options := options
		if c.weight == 0 {
			options.Score = "none"
		}
		child, err := c.query.Searcher(ctx, reader, m, options)
		if err != nil {
			return nil, errors.Join(err, s.Close())
		}
		s.children = append(s.children, child)
	}
	return s, nil
}

// unionSearcher walks through the children side by side, in the order of the documents.
type unionSearcher struct {
	*union
	children []blevesearch.Searcher
	current  []*blevesearch.DocumentMatch // where each child stands, nil at its end
	started  bool
}

// Next implements blevesearch.Searcher.
func (s *unionSearcher) Next(ctx *blevesearch.SearchContext) (*blevesearch.DocumentMatch, error) {
	if !s.started {
		s.started = true
		for i := range s.children {
			if err := s.step(ctx, i); err != nil {
				return nil, err
			}
		}
	}
	for {
		var first index.IndexInternalID
		for _, d := range s.current {
			if d != nil && (first == nil || d.IndexInternalID.Compare(first) < 0) {
				first = d.IndexInternalID
			}
		}
		if first == nil {
			return nil, nil
		}
		match, err := s.merge(ctx, first)
		if match != nil || err != nil {
			return match, err
		}
	}
}

// merge moves every child that stands at the document id on, and returns the document when enough of them do.
func (s *unionSearcher) merge(ctx *blevesearch.SearchContext, id index.IndexInternalID) (*blevesearch.DocumentMatch, error) {
	var match *blevesearch.DocumentMatch
	var score float64
	found := 0
	for i, d := range s.current {
		// The id belongs to a document match, which is kept whole until the loop is over.
		if d == nil || d.IndexInternalID.Compare(id) != 0 {
			continue
		}
		found++
		value := s.clauses[i].base + s.clauses[i].weight*d.Score
		if !s.best {
			score += value
		} else if value > score {
			score = value
		}
		if match == nil {
			match = d
		} else {
			match.FieldTermLocations = blevesearch.MergeFieldTermLocationsFromMatch(match.FieldTermLocations, d)
		}
	}
	enough := found >= s.min
	for i, d := range s.current {
		if d == nil || d == match || d.IndexInternalID.Compare(id) != 0 {
			continue
		}
		ctx.DocumentMatchPool.Put(d)
		if err := s.step(ctx, i); err != nil {
			return nil, err
		}
	}
	for i, d := range s.current {
		if d == match {
			if err := s.step(ctx, i); err != nil {
				return nil, err
			}
			break
		}
	}
	if !enough {
		ctx.DocumentMatchPool.Put(match)
		return nil, nil
	}
	match.Score = score
	return match, nil
}

func (s *unionSearcher) step(ctx *blevesearch.SearchContext, i int) (err error) {
	s.current[i], err = s.children[i].Next(ctx)
	return err
}

// Advance implements blevesearch.Searcher.
func (s *unionSearcher) Advance(ctx *blevesearch.SearchContext, id index.IndexInternalID) (*blevesearch.DocumentMatch, error) {
	for i, d := range s.current {
		if d != nil && d.IndexInternalID.Compare(id) >= 0 || d == nil && s.started {
			continue
		}
		if d != nil {
			ctx.DocumentMatchPool.Put(d)
		}
		var err error
		if s.current[i], err = s.children[i].Advance(ctx, id); err != nil {
			return nil, err
		}
	}
	s.started = true
	return s.Next(ctx)
}

// Close implements blevesearch.Searcher.
func (s *unionSearcher) Close() error {
	var errs []error
	for _, child := range s.children {
		errs = append(errs, child.Close())
	}
	return errors.Join(errs...)
}

// Weight implements blevesearch.Searcher. A union takes no part in Bleve's normalising of scores.
func (s *unionSearcher) Weight() float64 { return 0 }

// SetQueryNorm implements blevesearch.Searcher. Children keep their plain scores.
func (s *unionSearcher) SetQueryNorm(float64) {}

// Count implements blevesearch.Searcher.
func (s *unionSearcher) Count() uint64 {
	var n uint64
	for _, child := range s.children {
		n += child.Count()
	}
	return n
}

// Min implements blevesearch.Searcher.
func (s *unionSearcher) Min() int { return s.min }

// Size implements blevesearch.Searcher.
func (s *unionSearcher) Size() int {
	n := 0
	for _, child := range s.children {
		n += child.Size()
	}
	return n
}

// DocumentMatchPoolSize implements blevesearch.Searcher.
func (s *unionSearcher) DocumentMatchPoolSize() int {
	n := len(s.children)
	for _, child := range s.children {
		n += child.DocumentMatchPoolSize()
	}
	return n
}
