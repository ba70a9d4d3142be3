package measure

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"strings"

	"heard/search"
)

// Vocabulary is how many words made-up text has. Their frequencies fall as in ordinary text (Zipf, Mandelbrot).
const Vocabulary = 20_000

// The groups that made-up answers are from, and how many of the rest there are.
var madeUpGroups = []string{"resident", "trader", "sex worker", "charity", "visitor"}

const (
	madeUpThemes    = 40
	madeUpQuestions = 7
)

// MadeUp yields n answers that nobody gave, of 20 to 89 words, three to a submission: by one in five groups, to one of
// seven questions, with two of forty themes. They are the same for the same arguments.
func MadeUp(n int, consultation string, tier search.Tier) iter.Seq2[search.Document, error] {
	return func(yield func(search.Document, error) bool) {
		r := rand.New(rand.NewPCG(1, 2))
		frequency := rand.NewZipf(r, 1.07, 4, Vocabulary-1)
		var text strings.Builder
		for i := range n {
			text.Reset()
			for j := range 20 + r.IntN(70) {
				if j > 0 {
					text.WriteByte(' ')
				}
				text.WriteString(Word(frequency.Uint64()))
			}
			d := search.Document{
				ID: fmt.Sprintf("d-%d", i), Tier: tier, Consultation: consultation, Submission: fmt.Sprintf("s-%d", i/3),
				Question: fmt.Sprintf("q%d", i%madeUpQuestions), Text: text.String(), Language: "en",
				Day: fmt.Sprintf("2026-%02d-%02d", 1+r.IntN(3), 1+r.IntN(28)),
				Labels: search.Labels{
					search.Groups:    {madeUpGroups[r.IntN(len(madeUpGroups))]},
					search.Questions: {fmt.Sprintf("q%d", i%madeUpQuestions)},
					search.Themes:    {fmt.Sprintf("t%d", r.IntN(madeUpThemes)), fmt.Sprintf("t%d", r.IntN(madeUpThemes))},
					search.Stances:   {[]string{"for", "against", "unsure"}[r.IntN(3)]},
					search.Channels:  {"web"}, search.Languages: {"en"}, search.Sources: {search.SourceAnswer},
				},
			}
			if !yield(d, nil) {
				return
			}
		}
	}
}

// Voices are the groups of MadeUp, as search.Page takes them.
func Voices() []string { return madeUpGroups }

// Word is the nth most frequent word of made-up text, counted from 0. It can be said, and is no word of any language.
func Word(n uint64) string {
	const consonants, vowels = "bdfgklmnprstvz", "aeiou"
	var b strings.Builder
	for n += 14 * 5; n > 0; n /= 14 * 5 {
		b.WriteByte(consonants[n%14])
		b.WriteByte(vowels[n/14%5])
	}
	return b.String() + "ner"
}

// often is how far down the vocabulary the words lie that are asked for: each is in enough answers to be worth asking.
const often = 2000

// Questions yields queries of two words each, of which the second has a letter wrong, without end. They are the same
// for the same seed.
func Questions(seed uint64) iter.Seq[string] {
	return func(yield func(string) bool) {
		r := rand.New(rand.NewPCG(seed, 4))
		for {
			first, second := Word(r.Uint64N(often)), []byte(Word(r.Uint64N(often)))
			second[1+r.IntN(len(second)-1)] = 'x'
			if !yield(first + " " + string(second)) {
				return
			}
		}
	}
}
