package embedded

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/mapping"
	blevesearch "github.com/blevesearch/bleve/v2/search"
	index "github.com/blevesearch/bleve_index_api"

	"heard/search"
)

// Search implements search.Engine. It refuses to find by meaning, for which there is no embedder here.
//
// Queries with the same text, such as those of a search.Page, are answered in one walk through the documents that it
// finds, so that each costs little more than one alone. Bleve's own collecting would find and score them anew for each,
// and read the places of every word in every document although only those on the page are shown.
func (e *Engine) Search(ctx context.Context, queries ...search.Query) ([]search.Result, error) {
	if err := search.Validate(queries); err != nil {
		return nil, err
	}
	if slices.ContainsFunc(queries, func(q search.Query) bool { return q.Meaning }) {
		return nil, fmt.Errorf("%w: the embedded engine finds words, not meanings", search.ErrInvalidQuery)
	}
	live, release, err := e.index()
	if err != nil {
		return nil, err
	}
	defer release()
	if len(queries) == 0 {
		return nil, nil
	}
	results, err := answer(ctx, live.tiers[queries[0].Tier], queries)
	if err != nil {
		return nil, fmt.Errorf("searching: %w", cmp.Or(ctx.Err(), err))
	}
	return results, nil
}

// answer answers queries of one tier from its index, as it is at one moment.
func answer(ctx context.Context, tier bleve.Index, queries []search.Query) (_ []search.Result, err error) {
	advanced, err := tier.Advanced()
	if err != nil {
		return nil, err
	}
	reader, err := advanced.Reader()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, reader.Close()) }()

	results := make([]search.Result, len(queries))
	for _, same := range together(queries) {
		w := &walk{reader: reader, mapping: tier.Mapping(), numbers: map[string]int{}}
		for _, i := range same {
			w.tallies = append(w.tallies, &tally{query: queries[i]})
		}
		q := queries[same[0]]
		expr := search.Parse(q.Text)
		if err := w.run(ctx, q.Consultation, expr); err != nil {
			return nil, err
		}
		for n, i := range same {
			if results[i], err = w.result(w.tallies[n], expr); err != nil {
				return nil, err
			}
		}
	}
	return results, nil
}

// together returns the places of the queries that one walk can answer: those with the same consultation and text.
func together(queries []search.Query) [][]int {
	type question struct{ consultation, text string }
	var walks [][]int
	walkOf := map[question]int{}
	for i, q := range queries {
		asked := question{q.Consultation, q.Text}
		n, ok := walkOf[asked]
		if !ok {
			n = len(walks)
			walkOf[asked] = n
			walks = append(walks, nil)
		}
		walks[n] = append(walks[n], i)
	}
	return walks
}

// walk goes once through the documents that a text finds in a consultation, for every query that asks for it.
type walk struct {
	reader  index.IndexReader
	mapping mapping.IndexMapping
	tallies []*tally
	numbers map[string]int // of labels, as they are met
	labels  []string       // by number
	here    []int          // the labels of the document at hand
	err     error          // of reading an ID in the middle of a comparison
}

// number returns the number of a label, which is as the index holds it.
func (w *walk) number(label []byte) int {
	n, ok := w.numbers[string(label)]
	if !ok {
		n = len(w.labels)
		w.labels = append(w.labels, string(label))
		w.numbers[w.labels[n]] = n
	}
	return n
}

// tally is the answer to one query as it adds up.
type tally struct {
	query   search.Query
	filters [][]int         // by attribute: the numbers of the labels of which a document must have one
	without map[uint64]bool // numbers of documents in the index
	total   int
	counts  []int // of documents, by label; kept when there are facets
	reach   int   // hits up to the end of the page
	best    []*match
	cut     bool // best has been cut to reach and is in order, but for what came after
}

// match is a document found.
type match struct {
	number uint64 // in the index, until it is next written to
	score  float64
	day    string
	id     string // "" until it is needed
}

func (w *walk) run(ctx context.Context, consultation string, expr search.Expression) (err error) {
	common := maps.Clone(w.tallies[0].query.Filters)
	maps.DeleteFunc(common, func(attribute search.Attribute, values []string) bool {
		return len(values) == 0 || slices.ContainsFunc(w.tallies, func(t *tally) bool { return !slices.Equal(t.query.Filters[attribute], values) })
	})
	for _, t := range w.tallies {
		if err := w.prepare(t, common); err != nil {
			return err
		}
	}
	languages, err := stemmersIn(w.reader)
	if err != nil {
		return err
	}
	searcher, err := newQuery(consultation, common, expr, languages).Searcher(ctx, w.reader, w.mapping, blevesearch.SearcherOptions{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, searcher.Close()) }()

	labels, err := w.reader.DocValueReader([]string{fieldLabels})
	if err != nil {
		return err
	}
	see := func(_ string, label []byte) { w.here = append(w.here, w.number(label)) }
	needed := slices.ContainsFunc(w.tallies, func(t *tally) bool {
		return len(t.filters) > 0 || len(t.query.Facets) > 0 || t.query.Sort != search.SortBest
	})
	const checkEvery = 1024 // documents between two looks at whether anybody still waits
	memory := &blevesearch.SearchContext{
		DocumentMatchPool: blevesearch.NewDocumentMatchPool(searcher.DocumentMatchPoolSize()+1, 0),
		IndexReader:       w.reader,
	}
	for n := 0; ; n++ {
		if n%checkEvery == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		found, err := searcher.Next(memory)
		if err != nil {
			return err
		}
		if found == nil {
			break
		}
		if w.here = w.here[:0]; needed {
			if err := labels.VisitDocValues(found.IndexInternalID, see); err != nil {
				return err
			}
		}
		m := match{number: found.IndexInternalID.Value(), score: found.Score}
		for _, t := range w.tallies {
			w.add(t, &m)
		}
		memory.DocumentMatchPool.Put(found)
	}
	return w.err
}

// prepare turns what t asks for, beyond the filters that the searcher already sees to, into numbers.
func (w *walk) prepare(t *tally, common search.Labels) error {
	page, perPage := t.query.Paging()
	t.reach = page * perPage
	for attribute, values := range t.query.Filters {
		if _, ok := common[attribute]; ok || len(values) == 0 {
			continue
		}
		var wanted []int
		for _, v := range values {
			wanted = append(wanted, w.number([]byte(label(attribute, v))))
		}
		t.filters = append(t.filters, wanted)
	}
	t.without = map[uint64]bool{}
	for _, id := range t.query.Without {
		internal, err := w.reader.InternalID(id)
		if err != nil {
			return err
		}
		if internal != nil {
			t.without[internal.Value()] = true
		}
	}
	return nil
}

// add takes the document at hand into t, if it is one of those that t asks for.
func (w *walk) add(t *tally, m *match) {
	for _, wanted := range t.filters {
		if !slices.ContainsFunc(w.here, func(n int) bool { return slices.Contains(wanted, n) }) {
			return
		}
	}
	if t.without[m.number] {
		return
	}
	t.total++
	if len(t.query.Facets) > 0 {
		if missing := len(w.labels) - len(t.counts); missing > 0 {
			t.counts = append(t.counts, make([]int, missing)...)
		}
		for _, n := range w.here {
			t.counts[n]++
		}
	}
	if t.query.Sort != search.SortBest {
		for _, n := range w.here {
			if day, ok := strings.CutPrefix(w.labels[n], dayLabel); ok {
				m.day = day
			}
		}
	}
	// Twice what is needed is gathered before the worse half goes, which costs less than keeping all in order.
	if t.cut && w.compare(t, m, t.best[t.reach-1]) > 0 {
		return
	}
	kept := *m
	if t.best = append(t.best, &kept); len(t.best) >= 2*t.reach {
		w.order(t)
	}
}

// order puts the best matches in order and cuts them to those up to the end of the page.
func (w *walk) order(t *tally) {
	slices.SortFunc(t.best, func(a, b *match) int { return w.compare(t, a, b) })
	if len(t.best) >= t.reach {
		t.best, t.cut = t.best[:t.reach], true
	}
}

// compare puts a before b when it is to be shown first. What is equal goes by the ID, which stays the same when the
// index renumbers its documents, so that pages never overlap.
func (w *walk) compare(t *tally, a, b *match) int {
	var c int
	switch t.query.Sort {
	case search.SortNewest:
		c = strings.Compare(b.day, a.day)
	case search.SortOldest:
		c = strings.Compare(a.day, b.day)
	default:
		c = cmp.Compare(b.score, a.score)
	}
	if c != 0 {
		return c
	}
	return strings.Compare(w.id(a), w.id(b))
}

func (w *walk) id(m *match) string {
	if m.id == "" {
		var err error
		if m.id, err = w.reader.ExternalID(index.NewIndexInternalID(nil, m.number)); err != nil {
			w.err = cmp.Or(w.err, err)
		}
	}
	return m.id
}

// result gathers the answer to t, reading what is shown of the best matches.
func (w *walk) result(t *tally, expr search.Expression) (search.Result, error) {
	page, perPage := t.query.Paging()
	result := search.Result{Total: t.total, Hits: []search.Hit{}, Facets: search.Facets{}}
	w.order(t)
	for _, m := range t.best[min((page-1)*perPage, len(t.best)):] {
		d, err := read(w.reader, t.query.Tier, w.id(m))
		if err != nil {
			return search.Result{}, err
		}
		snippet := search.Excerpt(d.Text, search.Matches(expr, d.Text, d.Language))
		result.Hits = append(result.Hits, search.Hit{Document: d, Snippet: snippet, Score: m.score})
	}
	for _, attribute := range t.query.Facets {
		result.Facets[attribute] = []search.FacetCount{}
	}
	for n, count := range t.counts {
		attribute, value := unlabel(w.labels[n])
		if counts, asked := result.Facets[attribute]; asked && count > 0 {
			result.Facets[attribute] = append(counts, search.FacetCount{Value: value, Count: count})
		}
	}
	for attribute, counts := range result.Facets {
		search.SortFacet(counts)
		result.Facets[attribute] = counts[:min(len(counts), search.MaxFacetValues)]
	}
	return result, w.err
}

// read returns a document as it was put.
func read(reader index.IndexReader, tier search.Tier, id string) (search.Document, error) {
	var s source
	stored, err := reader.Document(id)
	if err == nil && stored == nil {
		err = errors.New("it is gone")
	}
	if err == nil {
		var kept []byte
		stored.VisitFields(func(f index.Field) {
			if f.Name() == fieldSource {
				kept = f.Value()
			}
		})
		err = json.Unmarshal(kept, &s)
	}
	if err != nil {
		return search.Document{}, fmt.Errorf("reading document %s from the search index: %w", id, err)
	}
	return s.document(tier, id), nil
}

// stemmersIn returns the stemmers of the languages that documents in the index are in.
func stemmersIn(reader index.IndexReader) (found []*search.Stemmer, err error) {
	dict, err := reader.FieldDict(fieldLanguage)
	if err != nil {
		return nil, fmt.Errorf("reading the languages of the search index: %w", err)
	}
	defer func() { err = errors.Join(err, dict.Close()) }()
	found = append(found, search.StemmerFor(""))
	for {
		entry, err := dict.Next()
		if err != nil || entry == nil {
			return found, err
		}
		if s := search.StemmerFor(entry.Term); s != nil && !slices.Contains(found, s) {
			found = append(found, s)
		}
	}
}
