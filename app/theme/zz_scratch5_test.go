package theme

import (
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

func rss() string {
	b, _ := os.ReadFile("/proc/self/status")
	for _, l := range strings.Split(string(b), "\n") {
		if strings.HasPrefix(l, "VmHWM") {
			return l
		}
	}
	return ""
}

func TestScratchBig(t *testing.T) {
	so, _ := loadCSV(t, "short_text_clustering/stackoverflow.csv", "text", "label")
	ss, _ := loadCSV(t, "short_text_clustering/searchsnippets.csv", "text", "label")
	bk, _ := loadCSV(t, "banking77/queries.csv", "text", "label")
	all := append(append(so, ss...), bk...)
	for _, r := range readRows(t, "argkp2021/arguments.csv")[1:] {
		all = append(all, r[4])
	}
	rng := rand.New(rand.NewPCG(1, 2))
	mk := func(n int) []Document {
		docs := make([]Document, n)
		for i := range docs {
			w := strings.Fields(all[rng.IntN(len(all))])
			if i >= len(all) { // vary: drop a word, add words of another
				v := strings.Fields(all[rng.IntN(len(all))])
				w = append(w[:len(w)*3/4], v[:min(len(v), 2)]...)
			}
			docs[i] = Document{ID: fmt.Sprint(i), Text: strings.Join(w, " "), Quotable: true, Groups: []string{[]string{"a", "b"}[min(1, rng.IntN(100))]}}
		}
		return docs
	}
	for _, n := range []int{20000} {
		docs := mk(n)
		runtime.GC()
		t0 := time.Now()
		r := Find(docs, Options{K: 40, Seed: 1})
		for _, th := range r.Themes {
			if slices.Contains(th.DistinctiveFor, "b") {
				fmt.Println("   ", th.Size, th.Groups, th.Label)
			}
		}
		fmt.Println(n, len(r.Themes), len(r.Campaigns), len(r.Unthemed), time.Since(t0), rss())
	}
}
