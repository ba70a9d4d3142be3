package theme

import (
	"fmt"
	"math"
	"sort"
	"testing"
)

func TestScratchEv(t *testing.T) {
	show := func(name string, docs []Document, k int) {
		c := readCorpus(docs)
		f := &finder{corpus: c, texts: textsOf(c, findCampaigns(c)), owner: map[int]string{}}
		f.group = make([]int32, len(f.texts))
		f.cluster(Options{K: k, Seed: 1})
		holders := map[int64]int{}
		for i, g := range f.group {
			cols, _ := f.words.row(i)
			for _, c := range cols {
				holders[int64(g)<<32|int64(c)]++
			}
		}
		type ev struct {
			e, p float64
			s    string
		}
		var all []ev
		sc := make([]float32, f.k)
		for i, g := range f.group {
			if g < 0 {
				continue
			}
			// norm over all content terms
			var norm float64
			for _, tm := range distinctTerms(f.texts[i].terms) {
				if f.lexicon.function[tm] {
					continue
				}
				w := math.Log(float64(len(f.texts)))
				if cc := f.vocabulary.column[tm]; cc >= 0 {
					w = float64(f.vocabulary.idf[cc])
				}
				norm += w * w
			}
			var e float64
			cols, _ := f.words.row(i)
			for _, c := range cols {
				if holders[int64(g)<<32|int64(c)] > 1 {
					e += float64(f.vocabulary.idf[c]) / math.Sqrt(norm) * max(0, float64(f.model.weight[int(c)*f.k+int(g)]))
				}
			}
			cols, vals := f.features.row(i)
			f.model.score(cols, vals, sc)
			p := share(sc, argmax(sc))[0].score
			all = append(all, ev{e, p, docs[f.texts[i].docs[0]].Text})
		}
		sort.Slice(all, func(a, b int) bool { return all[a].e < all[b].e })
		fmt.Println(name, len(all))
		for q := 0; q < 100; q += 5 {
			fmt.Printf("%d%%: %.3f ", q, all[q*len(all)/100].e)
		}
		fmt.Println()
		for _, a := range all[:min(len(all), 25)] {
			fmt.Printf("  %.3f %.3f %.100s\n", a.e, a.p, a.s)
		}
		fmt.Println(" ...")
		for i := 0; i < 15; i++ {
			a := all[len(all)*5/100+i]
			fmt.Printf("  %.3f %.3f %.100s\n", a.e, a.p, a.s)
		}
	}
	show("pspo", consultation(t), 0)
	texts, _ := loadCSV(t, "short_text_clustering/stackoverflow.csv", "text", "label")
	docs := make([]Document, len(texts))
	for i, x := range texts {
		docs[i] = Document{ID: fmt.Sprint(i), Text: x, Quotable: true}
	}
	show("so", docs, 20)
}
