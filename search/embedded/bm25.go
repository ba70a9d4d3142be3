package embedded

import (
	"context"
	"math"

	"github.com/blevesearch/bleve/v2/mapping"
	blevesearch "github.com/blevesearch/bleve/v2/search"
	"github.com/blevesearch/bleve/v2/search/query"
	index "github.com/blevesearch/bleve_index_api"
)

// The parameters of BM25 (S. Robertson, H. Zaragoza: The Probabilistic Relevance Framework, 2009): how soon repeating
// a word stops counting, how much length counts against a text, and the length at which it counts neither way.
const (
	saturation    = 2.0
	lengthPenalty = 0.75
	usualLength   = 100 // in words
)

// bm25 finds the texts that hold a term and scores them by BM25. Bleve's own scoring takes the root of the frequency,
// counts rarity twice and has the size of the vocabulary for the length of the texts.
type bm25 struct{ field, term string }

var _ query.Query = bm25{}

// Searcher implements query.Query.
func (t bm25) Searcher(ctx context.Context, reader index.IndexReader, _ mapping.IndexMapping, _ blevesearch.SearcherOptions) (
	blevesearch.Searcher, error) {
	documents, err := reader.DocCount()
	if err != nil {
		return nil, err
	}
	postings, err := reader.TermFieldReader(ctx, []byte(t.term), t.field, true, true, false)
	if err != nil {
		return nil, err
	}
	// Deleted documents can still be among the postings, never among the documents.
	n := float64(postings.Count())
	all := max(float64(documents), n)
	return &bm25Searcher{postings: postings, rarity: math.Log(1 + (all-n+0.5)/(n+0.5))}, nil
}

type bm25Searcher struct {
	postings index.TermFieldReader
	rarity   float64
	posting  index.TermFieldDoc // reused from one document to the next
}

// Next implements blevesearch.Searcher.
func (s *bm25Searcher) Next(ctx *blevesearch.SearchContext) (*blevesearch.DocumentMatch, error) {
	posting, err := s.postings.Next(s.posting.Reset())
	return s.match(ctx, posting), err
}

// Advance implements blevesearch.Searcher.
func (s *bm25Searcher) Advance(ctx *blevesearch.SearchContext, id index.IndexInternalID) (*blevesearch.DocumentMatch, error) {
	posting, err := s.postings.Advance(id, s.posting.Reset())
	return s.match(ctx, posting), err
}

func (s *bm25Searcher) match(ctx *blevesearch.SearchContext, posting *index.TermFieldDoc) *blevesearch.DocumentMatch {
	if posting == nil {
		return nil
	}
	m := ctx.DocumentMatchPool.Get()
	m.IndexInternalID = index.NewIndexInternalIDFrom(m.IndexInternalID, posting.ID)
	frequency, length := float64(posting.Freq), 1/(posting.Norm*posting.Norm)
	m.Score = s.rarity * frequency * (saturation + 1) /
		(frequency + saturation*(1-lengthPenalty+lengthPenalty*length/usualLength))
	return m
}

// Close implements blevesearch.Searcher.
func (s *bm25Searcher) Close() error { return s.postings.Close() }

// Weight implements blevesearch.Searcher. The score takes no part in Bleve's normalising.
func (s *bm25Searcher) Weight() float64 { return 0 }

// SetQueryNorm implements blevesearch.Searcher.
func (s *bm25Searcher) SetQueryNorm(float64) {}

// Count implements blevesearch.Searcher.
func (s *bm25Searcher) Count() uint64 { return s.postings.Count() }

// Min implements blevesearch.Searcher.
func (s *bm25Searcher) Min() int { return 0 }

// Size implements blevesearch.Searcher.
func (s *bm25Searcher) Size() int { return s.postings.Size() + s.posting.Size() }

// DocumentMatchPoolSize implements blevesearch.Searcher.
func (s *bm25Searcher) DocumentMatchPoolSize() int { return 1 }
