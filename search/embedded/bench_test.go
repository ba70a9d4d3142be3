package embedded_test

import (
	"testing"

	"heard/search"
	"heard/search/embedded"
	"heard/search/measure"
)

// BenchmarkSearch asks 100,000 answers for two words, one of them misspelt, with facets and passages. It is for
// profiles; the table is printed by "heard bench search".
func BenchmarkSearch(b *testing.B) {
	e, err := embedded.Open(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	if err := e.Rebuild(b.Context(), measure.MadeUp(100_000, "c", search.TierCouncillor)); err != nil {
		b.Fatal(err)
	}
	found := 0
	for words := range measure.Questions(3) {
		if !b.Loop() {
			break
		}
		res, err := e.Search(b.Context(), search.Query{Consultation: "c", Tier: search.TierCouncillor, Text: words, Facets: search.Attributes[:4]})
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
		if err := e.Rebuild(b.Context(), measure.MadeUp(10_000, "c", search.TierCouncillor)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(10_000*float64(b.N)/b.Elapsed().Seconds(), "answers/s")
}
