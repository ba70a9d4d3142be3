package measure

import (
	"fmt"
	"heard/app/redact"
	"os"
	"sort"
	"strings"
	"testing"
	"time"
)

func TestX(t *testing.T) {
	col := "text"
	if c := os.Getenv("COL"); c != "" {
		col = c
	}
	rows, err := read(os.Getenv("FILE"), col)
	if err != nil {
		t.Fatal(err)
	}
	words, n, bytes := 0, 0, 0
	by := map[string]int{}
	ex := map[string]int{}
	st := time.Now()
	for _, r := range rows {
		words += len(strings.Fields(r[0]))
		bytes += len(r[0])
		for _, s := range redact.Suggest(r[0]) {
			n++
			by[string(s.Kind)]++
			ex[string(s.Kind)+" | "+r[0][s.Start:s.End]+" | "+s.Why[:min(len(s.Why), 25)]]++
		}
	}
	fmt.Println(len(rows), "texts", words, "words", bytes, "bytes", n, "sugg", 100*float64(n)/float64(words), "per 100", by, float64(bytes)/1e6/time.Since(st).Seconds(), "MB/s")
	var k []string
	for x := range ex {
		k = append(k, x)
	}
	sort.Slice(k, func(i, j int) bool { return ex[k[i]] > ex[k[j]] || ex[k[i]] == ex[k[j]] && k[i] < k[j] })
	for _, x := range k[:min(len(k), 160)] {
		fmt.Println(ex[x], x)
	}
}
