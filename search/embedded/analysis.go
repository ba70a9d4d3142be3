package embedded

import (
	"github.com/blevesearch/bleve/v2/analysis"

	"heard/search"
)

// stemMark begins every stem in the index. No word begins with it, so neither prefixes nor misspellings reach a stem.
const stemMark = "\x01"

// stemTerm returns the stem of a word as the index holds it: marked with its language, so that the stem of one language
// is never taken for a word, or for the stem of another.
func stemTerm(s *search.Stemmer, word string) string {
	return stemMark + s.Language + stemMark + s.Stem(word)
}

// analyzer turns a text into the folded words it holds and, at the same places, their stems.
type analyzer struct{ stemmer *search.Stemmer }

// maxTerm is the longest word, in bytes, that is indexed: longer ones are no words.
const maxTerm = 256

// Analyze implements analysis.Analyzer.
func (a analyzer) Analyze(text []byte) analysis.TokenStream {
	tokens := make(analysis.TokenStream, 0, len(text)/3)
	position := 0
	for w := range search.Words(string(text)) {
		position++
		if len(w.Text) > maxTerm {
			continue
		}
		add := func(term string) {
			tokens = append(tokens, &analysis.Token{Term: []byte(term), Start: w.Start, End: w.End, Position: position})
		}
		add(search.Fold(w.Text))
		if a.stemmer != nil {
			add(stemTerm(a.stemmer, w.Text))
		}
	}
	return tokens
}
