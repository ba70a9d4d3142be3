package embedded

import (
	"unicode/utf8"

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

// required returns how many of the words of a query a document must hold: every word of a short query, any three of a
// longer one and, since a whole question names much that no answer repeats, any two of more than six. The ranking puts
// what is found in order.
func required(words int) int {
	switch {
	case words > 6:
		return 2
	case words > 3:
		return 3
	}
	return words
}

// newQuery asks for expr among the documents of one consultation that have the labels of filters. Both are part of the
// query itself, so a document outside them is not even scored.
func newQuery(consultation string, filters search.Labels, expr search.Expression, languages []*search.Stemmer) query.Query {
	among := []query.Query{term(fieldConsultation, consultation)}
	for attribute, values := range filters {
		labels := make([]string, len(values))
		for i, v := range values {
			labels[i] = label(attribute, v)
		}
		among = append(among, oneOf(fieldLabels, labels))
	}
	b := query.NewBooleanQuery(nil, nil, nil)

	var words []clause
	for i, w := range expr.Words {
		unfinished := expr.Prefix && i == len(expr.Words)-1
		words = append(words, clause{query: wordQuery(w, languages, expr.Lenient(), unfinished), weight: 1})
	}
	if n := required(len(words)); n < len(words) {
		b.AddMust(&union{clauses: words, min: n})
	} else { // the same as a union of them all, and quicker: the rarest word leads
		for _, w := range words {
			b.AddMust(w.query)
		}
	}
	for _, p := range expr.Phrases {
		b.AddMust(weighed(phraseQuery(p), weightPhrase))
	}
	if len(words) == 0 && len(expr.Phrases) == 0 {
		b.AddMust(weighed(query.NewConjunctionQuery(among), 0))
	} else {
		b.AddFilter(query.NewConjunctionQuery(among))
	}
	for _, w := range expr.Optional {
		b.AddShould(weighed(bm25{fieldText, search.Fold(w)}, weightCommon))
	}
	for _, p := range expr.Excluded {
		b.AddMustNot(phraseQuery(p))
	}
	return b
}

// wordQuery finds a word as it is, in its inflections, with typing mistakes and, where it may be unfinished, by its
// beginning.
func wordQuery(word string, languages []*search.Stemmer, lenient, unfinished bool) query.Query {
	folded := search.Fold(word)
	ways := []clause{{query: bm25{fieldText, folded}, base: baseWord, weight: weightWord}}
	for _, s := range languages {
		ways = append(ways, clause{query: bm25{fieldStems, stemTerm(s, word)}, base: baseStem, weight: weightStem})
	}
	if n := search.Typos(folded); lenient && n > 0 {
		fuzzy := query.NewFuzzyQuery(folded)
		fuzzy.SetField(fieldText)
		fuzzy.SetFuzziness(n)
		fuzzy.SetPrefix(1)
		ways = append(ways, clause{query: fuzzy, base: baseTypo})
	}
	// One letter begins too many words to be worth looking for.
	if lenient && unfinished && utf8.RuneCountInString(folded) > 1 {
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
		return bm25{fieldText, folded[0]}
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
