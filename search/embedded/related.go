package embedded

import (
	"cmp"
	"context"
	"maps"
	"slices"

	index "github.com/blevesearch/bleve_index_api"

	"heard/search"
)

// How the words of the documents that answer a long query best help to order the rest (pseudo-relevance feedback;
// J. Rocchio, 1971). A query in sentences has words that say little and lacks others for the same thing.
const (
	relatedDocuments = 8   // that words are taken from
	relatedWords     = 30  // that are taken, of those that tell these documents best apart
	weightRelated    = 3.0 // of the first of them; the others weigh less
)

// related returns stems that raise a document above others that a query finds, although nobody asked for them, with
// the weight of each. best are the documents that answer the query best, in their order.
func related(ctx context.Context, reader index.IndexReader, best []search.Hit) (map[string]float64, error) {
	documents, err := reader.DocCount()
	if err != nil {
		return nil, err
	}
	telling := map[string]float64{}
	for _, h := range best {
		stemmer := search.StemmerFor(h.Document.Language)
		if stemmer == nil {
			continue
		}
		frequency, length := map[string]float64{}, 0.0
		for w := range search.Words(h.Document.Text) {
			length++
			frequency[stemTerm(stemmer, w.Text)]++
		}
		for term, n := range frequency {
			telling[term] += h.Score / best[0].Score * saturate(n, length)
		}
	}
	for term := range telling {
		postings, err := reader.TermFieldReader(ctx, []byte(term), fieldStems, false, false, false)
		if err != nil {
			return nil, err
		}
		n := postings.Count()
		if err := postings.Close(); err != nil {
			return nil, err
		}
		telling[term] *= rarity(documents, n)
		if n < 2 { // it is in no other document
			delete(telling, term)
		}
	}
	terms := slices.SortedFunc(maps.Keys(telling), func(a, b string) int {
		return cmp.Or(cmp.Compare(telling[b], telling[a]), cmp.Compare(a, b))
	})
	weights := map[string]float64{}
	for _, term := range terms[:min(relatedWords, len(terms))] {
		weights[term] = weightRelated * telling[term] / telling[terms[0]]
	}
	return weights, nil
}
