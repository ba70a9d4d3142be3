package measure

import (
	"heard/app/redact"
	"testing"
)

func BenchmarkNHS(b *testing.B) {
	rows, _ := read("/work/shared/data/nhs_fft_themes/responses.csv", "text")
	n := 0
	for _, r := range rows {
		n += len(r[0])
	}
	b.SetBytes(int64(n))
	for b.Loop() {
		for _, r := range rows {
			redact.Suggest(r[0])
		}
	}
}
func BenchmarkUK(b *testing.B) {
	d, _, _ := UK()
	n := 0
	for _, r := range d.Texts {
		n += len(r.Words)
	}
	b.SetBytes(int64(n))
	for b.Loop() {
		for _, r := range d.Texts {
			redact.Suggest(r.Words)
		}
	}
}
