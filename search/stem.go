package search

import (
	"strings"

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
)

// Stemmer brings the inflections of a word in one language to one form.
type Stemmer struct {
	Language string // its two letters
	stem     func(*snowballstem.Env) bool
}

var stemmers = map[string]*Stemmer{}

func init() {
	for language, stem := range map[string]func(*snowballstem.Env) bool{
		"ar": arabic.Stem, "en": english.Stem, "fr": french.Stem, "de": german.Stem, "hu": hungarian.Stem,
		"it": italian.Stem, "pt": portuguese.Stem, "ro": romanian.Stem, "ru": russian.Stem, "es": spanish.Stem,
		"ta": tamil.Stem, "tr": turkish.Stem,
	} {
		stemmers[language] = &Stemmer{language, stem}
	}
}

// StemmerFor returns the stemmer of a BCP 47 language, nil when there is none. An unknown language, "", is taken for
// English, which most answers are in.
func StemmerFor(language string) *Stemmer {
	if language == "" {
		return stemmers["en"]
	}
	base, _, _ := strings.Cut(strings.ToLower(language), "-")
	return stemmers[base]
}

// cedillas writes the Romanian letters as the stemmer knows them.
var cedillas = strings.NewReplacer("ș", "ş", "ț", "ţ")

// Stem returns the folded stem of a word as typed.
func (s *Stemmer) Stem(word string) string {
	word = strings.ToLower(norm.NFC.String(strings.ReplaceAll(word, "’", "'")))
	if s.Language == "ro" {
		word = cedillas.Replace(word)
	}
	env := snowballstem.NewEnv(word)
	s.stem(env)
	return Fold(env.Current())
}
