package embedded

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/search/query"

	"heard/search"
)

// What the ways of finding a word are worth. The word itself and its inflections score by how rare they are (BM25),
// from a base that keeps them above words that merely begin or look like it, however rare those are.
const (
	baseWord     = 0.15
	baseStem     = 0.1
	baseBegins   = 0.04
	baseTypo     = 0.02
	weightWord   = 0.3
	weightStem   = 1.0
	weightPhrase = 2.0
	weightCommon = 0.2 // words that are optional
)

// wordTerms is the length in words to which a query gets misspellings and prefixes; longer ones are pasted sentences,
// in which each word matters less and the work would grow with all of them.
const wordTerms = 10

// maxRequired is how many of the words of a query a document must hold: every word of a short query, and any three of
// a longer one, which the ranking then puts in order.
const maxRequired = 3

// Search implements search.Engine. It refuses to find by meaning, for which there is no embedder here.
func (e *Engine) Search(ctx context.Context, queries ...search.Query) ([]search.Result, error) {
	if err := search.Validate(queries); err != nil {
		return nil, err
	}
	if slices.ContainsFunc(queries, func(q search.Query) bool { return q.Meaning }) {
		return nil, fmt.Errorf("%w: the embedded engine finds words, not meanings", search.ErrInvalidQuery)
	}
	index, release, err := e.index()
	if err != nil {
		return nil, err
	}
	defer release()
	results := make([]search.Result, len(queries))
	for i, q := range queries {
		if results[i], err = answer(ctx, index, q); err != nil {
			return nil, err
		}
	}
	return results, nil
}

func answer(ctx context.Context, index bleve.Index, q search.Query) (search.Result, error) {
	expr := search.Parse(q.Text)
	languages, err := stemmersIn(index)
	if err != nil {
		return search.Result{}, fmt.Errorf("reading the languages of the search index: %w", err)
	}
	page, perPage := q.Paging()
	req := bleve.NewSearchRequestOptions(newQuery(q, expr, languages), perPage, (page-1)*perPage, false)
	req.Fields = []string{fieldSource}
	req.IncludeLocations = !expr.Empty()
	switch q.Sort {
	case search.SortNewest:
		req.SortBy([]string{"-" + fieldDay, "_id"})
	case search.SortOldest:
		req.SortBy([]string{fieldDay, "_id"})
	default:
		req.SortBy([]string{"-_score", "_id"})
	}
	for _, attribute := range q.Facets {
		req.AddFacet(string(attribute), bleve.NewFacetRequest(string(attribute), search.MaxFacetValues))
	}
	res, err := index.SearchInContext(ctx, req)
	if err != nil {
		if ctxErr := ctx.Err(); ctxErr != nil {
			return search.Result{}, fmt.Errorf("searching: %w", ctxErr)
		}
		return search.Result{}, fmt.Errorf("searching: %w", err)
	}
	return newResult(res, q, expr)
}

// stemmersIn returns the stemmers of the languages that documents in the index are in.
func stemmersIn(index bleve.Index) (found []*stemmer, err error) {
	dict, err := index.FieldDict(fieldLanguage)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, dict.Close()) }()
	found = append(found, stemmerFor(""))
	seen := map[*stemmer]bool{nil: true, found[0]: true}
	for {
		entry, err := dict.Next()
		if err != nil || entry == nil {
			return found, err
		}
		if s := stemmerFor(entry.Term); !seen[s] {
			seen[s] = true
			found = append(found, s)
		}
	}
}

// newQuery asks for expr among what q's tier may find. Consultation, tier and filters are part of the query itself,
// so a document outside them is neither scored, counted nor highlighted.
func newQuery(q search.Query, expr search.Expression, languages []*stemmer) query.Query {
	filters := []query.Query{
		term(fieldConsultation, q.Consultation),
		term(fieldTier, string(q.Tier)),
	}
	for attribute, values := range q.Filters {
		if len(values) > 0 {
			filters = append(filters, oneOf(string(attribute), values))
		}
	}

	b := query.NewBooleanQuery(nil, nil, nil)
	b.AddFilter(query.NewConjunctionQuery(filters))

	short := len(expr.Words) <= wordTerms
	var words []clause
	for i, w := range expr.Words {
		unfinished := short && expr.Prefix && i == len(expr.Words)-1
		words = append(words, clause{query: wordQuery(w, languages, short, unfinished), weight: 1})
	}
	if len(words) > maxRequired {
		b.AddMust(&union{clauses: words, min: maxRequired})
	} else { // the same as a union of them all, and quicker: the rarest word leads
		for _, w := range words {
			b.AddMust(w.query)
		}
	}
	for _, p := range expr.Phrases {
		b.AddMust(weighed(phraseQuery(p), weightPhrase))
	}
	if len(words) == 0 && len(expr.Phrases) == 0 {
		b.AddMust(query.NewMatchAllQuery())
	}
	for _, w := range expr.Optional {
		b.AddShould(weighed(bm25(search.Fold(w)), weightCommon))
	}
	for _, p := range expr.Excluded {
		b.AddMustNot(phraseQuery(p))
	}
	if len(q.Without) > 0 {
		without := make([]string, len(q.Without))
		for i, id := range q.Without {
			without[i] = key(search.Document{Tier: q.Tier, ID: id})
		}
		b.AddMustNot(query.NewDocIDQuery(without))
	}
	return b
}

// wordQuery finds a word as it is, in its inflections, with typing mistakes and, where it may be unfinished, by its
// beginning.
func wordQuery(word string, languages []*stemmer, typos, unfinished bool) query.Query {
	folded := search.Fold(word)
	ways := []clause{{query: bm25(folded), base: baseWord, weight: weightWord}}
	for _, s := range languages {
		ways = append(ways, clause{query: bm25(s.term(word)), base: baseStem, weight: weightStem})
	}
	if n := search.Typos(folded); typos && n > 0 {
		fuzzy := query.NewFuzzyQuery(folded)
		fuzzy.SetField(fieldText)
		fuzzy.SetFuzziness(n)
		fuzzy.SetPrefix(1)
		ways = append(ways, clause{query: fuzzy, base: baseTypo})
	}
	// One letter begins too many words to be worth looking for.
	if unfinished && utf8.RuneCountInString(folded) > 1 {
		begins := query.NewPrefixQuery(folded)
		begins.SetField(fieldText)
		ways = append(ways, clause{query: begins, base: baseBegins})
	}
	return &union{clauses: ways, min: 1, best: true}
}

// phraseQuery finds consecutive words as they are.
func phraseQuery(words []string) query.Query {
	folded := make([]string, len(words))
	for i, w := range words {
		folded[i] = search.Fold(w)
	}
	if len(folded) == 1 {
		return bm25(folded[0])
	}
	return query.NewPhraseQuery(folded, fieldText)
}

// weighed makes the score of q count weight times.
func weighed(q query.Query, weight float64) query.Query {
	return &union{clauses: []clause{{query: q, weight: weight}}, min: 1}
}

func term(field, value string) *query.TermQuery {
	t := query.NewTermQuery(value)
	t.SetField(field)
	return t
}

func oneOf(field string, values []string) query.Query {
	terms := make([]query.Query, len(values))
	for i, v := range values {
		terms[i] = term(field, v)
	}
	return query.NewDisjunctionQuery(terms)
}

func newResult(res *bleve.SearchResult, q search.Query, expr search.Expression) (search.Result, error) {
	result := search.Result{Total: int(res.Total), Hits: make([]search.Hit, len(res.Hits))}
	optional := map[string]bool{}
	for _, w := range expr.Optional {
		optional[search.Fold(w)] = true
	}
	for i, match := range res.Hits {
		source, _ := match.Fields[fieldSource].(string)
		var d search.Document
		if err := json.Unmarshal([]byte(source), &d); err != nil {
			return search.Result{}, fmt.Errorf("reading document %s from the search index: %w", match.ID, err)
		}
		var spans []search.Span
		for found, places := range match.Locations[fieldText] {
			if optional[found] {
				continue // every "the" marked would hide what matched
			}
			for _, p := range places {
				spans = append(spans, search.Span{Start: int(p.Start), End: int(p.End)})
			}
		}
		result.Hits[i] = search.Hit{Document: d, Snippet: search.Excerpt(d.Text, spans), Score: match.Score}
	}
	result.Facets = search.Facets{}
	for _, attribute := range q.Facets {
		result.Facets[attribute] = facet(res, string(attribute))
	}
	return result, nil
}

func facet(res *bleve.SearchResult, field string) []search.FacetCount {
	var counts []search.FacetCount
	if f := res.Facets[field]; f != nil && f.Terms != nil {
		for _, t := range f.Terms.Terms() {
			counts = append(counts, search.FacetCount{Value: strings.Clone(t.Term), Count: t.Count})
		}
	}
	search.SortFacet(counts)
	return counts
}
