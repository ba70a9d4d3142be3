package embedded_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"heard/search"
	"heard/search/embedded"
)

// answers yields n invented answers of about 55 words from a vocabulary of 20,000 whose frequencies fall as in
// ordinary text.
func answers(n int) func(yield func(search.Document, error) bool) {
	return func(yield func(search.Document, error) bool) {
		r := rand.New(rand.NewPCG(1, 2))
		frequency := rand.NewZipf(r, 1.07, 4, 19_999)
		groups := []string{"resident", "trader", "sex worker", "charity", "visitor"}
		for i := range n {
			words := make([]string, 20+r.IntN(70))
			for j := range words {
				words[j] = invented(frequency.Uint64())
			}
			d := document(fmt.Sprintf("d-%d", i), "en", strings.Join(words, " "))
			d.Submission = fmt.Sprintf("s-%d", i/3)
			d.Labels = search.Labels{
				search.Groups: {groups[r.IntN(5)]}, search.Questions: {fmt.Sprintf("q%d", i%7)}, search.Channels: {"web"},
				search.Themes: {fmt.Sprintf("t%d", r.IntN(40)), fmt.Sprintf("t%d", r.IntN(40))},
			}
			d.Tier = search.TierCouncillor
			if !yield(d, nil) {
				return
			}
		}
	}
}

// invented makes a word that can be said out of a number.
func invented(n uint64) string {
	const consonants, vowels = "bdfgklmnprstvz", "aeiou"
	var b strings.Builder
	for n += 14 * 5; n > 0; n /= 14 * 5 {
		b.WriteByte(consonants[n%14])
		b.WriteByte(vowels[n/14%5])
	}
	return b.String() + "ner"
}

// BenchmarkSearch asks 100,000 answers for two words, one of them misspelt, with facets and passages.
func BenchmarkSearch(b *testing.B) {
	e, err := embedded.Open(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	if err := e.Rebuild(b.Context(), answers(100_000)); err != nil {
		b.Fatal(err)
	}
	r := rand.New(rand.NewPCG(3, 4))
	found := 0
	for b.Loop() {
		first, second := invented(r.Uint64N(2000)), []byte(invented(r.Uint64N(2000)))
		i := 1 + r.IntN(len(second)-1)
		second[i] = 'x'
		res, err := e.Search(b.Context(), search.Query{Consultation: "c", Tier: search.TierCouncillor, Text: first + " " + string(second), Facets: search.Attributes[:4]})
		if err != nil {
			b.Fatal(err)
		}
		found += res[0].Total
	}
	b.ReportMetric(float64(found)/float64(b.N), "hits/op")
}

// BenchmarkRebuild indexes 10,000 answers into files.
func BenchmarkRebuild(b *testing.B) {
	e, err := embedded.Open(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	for b.Loop() {
		if err := e.Rebuild(b.Context(), answers(10_000)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(10_000*float64(b.N)/b.Elapsed().Seconds(), "answers/s")
}
