package embedded

import (
	"github.com/blevesearch/bleve/v2/analysis"

	"heard/search"
)

// analyzer turns a text into the terms of its words. It keeps their order, for phrases, but not where they stand in the
// text: that is worked out again for the few texts that are shown.
type analyzer func(word string) string

// folded makes the terms of fieldText.
func folded() analyzer { return search.Fold }

// stemmed makes the terms of fieldStems.
func stemmed(s *search.Stemmer) analyzer {
	return func(word string) string { return stemTerm(s, word) }
}

// stemTerm returns the stem of a word as the index holds it: with its language, so that the stem of one language is never
// taken for that of another.
func stemTerm(s *search.Stemmer, word string) string { return s.Language + "\x00" + s.Stem(word) }

// Analyze implements analysis.Analyzer.
func (term analyzer) Analyze(text []byte) analysis.TokenStream {
	tokens := make(analysis.TokenStream, 0, len(text)/5)
	position := 0
	for w := range search.Words(string(text)) {
		position++
		if len(w.Text) <= search.MaxWord {
			tokens = append(tokens, &analysis.Token{Term: []byte(term(w.Text)), Position: position})
		}
	}
	return tokens
}
