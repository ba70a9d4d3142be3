package embedded

import (
	"strings"

	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/arabic"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/french"
	"github.com/blevesearch/snowballstem/german"
	"github.com/blevesearch/snowballstem/hungarian"
	"github.com/blevesearch/snowballstem/italian"
	"github.com/blevesearch/snowballstem/portuguese"
	"github.com/blevesearch/snowballstem/romanian"
	"github.com/blevesearch/snowballstem/russian"
	"github.com/blevesearch/snowballstem/spanish"
	"github.com/blevesearch/snowballstem/tamil"
	"github.com/blevesearch/snowballstem/turkish"
	"golang.org/x/text/unicode/norm"

	"heard/search"
)

// stemmer brings the inflections of a word in one language to one form. Its results are marked with the language, so
// that the stem of one language is never taken for a word, or for the stem of another.
type stemmer struct {
	language string
	stem     func(*snowballstem.Env) bool
}

var stemmers = map[string]*stemmer{}

func init() {
	for language, stem := range map[string]func(*snowballstem.Env) bool{
		"ar": arabic.Stem, "en": english.Stem, "fr": french.Stem, "de": german.Stem, "hu": hungarian.Stem,
		"it": italian.Stem, "pt": portuguese.Stem, "ro": romanian.Stem, "ru": russian.Stem, "es": spanish.Stem,
		"ta": tamil.Stem, "tr": turkish.Stem,
	} {
		stemmers[language] = &stemmer{language, stem}
	}
}

// stemmerFor returns the stemmer of a BCP 47 language, nil when there is none. An unknown language is taken for
// English, which most answers are in.
func stemmerFor(language string) *stemmer {
	if language == "" {
		return stemmers["en"]
	}
	base, _, _ := strings.Cut(strings.ToLower(language), "-")
	return stemmers[base]
}

// stemMark begins every stem in the index. No word begins with it, so neither prefixes nor misspellings reach a stem.
const stemMark = "\x01"

// cedillas writes the Romanian letters as the stemmer knows them.
var cedillas = strings.NewReplacer("ș", "ş", "ț", "ţ")

// term returns the stem of a word as the index holds it.
func (s *stemmer) term(word string) string {
	word = strings.ToLower(norm.NFC.String(strings.ReplaceAll(word, "’", "'")))
	if s.language == "ro" {
		word = cedillas.Replace(word)
	}
	env := snowballstem.NewEnv(word)
	s.stem(env)
	return stemMark + s.language + stemMark + search.Fold(env.Current())
}

// analyzer turns a text into the folded words it holds and, at the same places, their stems.
type analyzer struct{ stemmer *stemmer }

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
			add(a.stemmer.term(w.Text))
		}
	}
	return tokens
}
