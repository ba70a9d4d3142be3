package theme

import (
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"heard/app/theme/agreement"
)

func loadCSV(t testing.TB, path, text, label string) (texts []string, labels []int) {
	f, err := os.Open("../../../shared/data/" + path)
	if err != nil {
		t.Skip(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord = -1
	r.LazyQuotes = true
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	ti, li := -1, -1
	for i, h := range rows[0] {
		if h == text {
			ti = i
		}
		if h == label {
			li = i
		}
	}
	num := map[string]int{}
	for _, row := range rows[1:] {
		texts = append(texts, row[ti])
		n, ok := num[row[li]]
		if !ok {
			n = len(num)
			num[row[li]] = n
		}
		labels = append(labels, n)
	}
	return
}

func TestScratchOld(t *testing.T) {
	for _, set := range []struct {
		path, text, label string
		k                 int
	}{
		{"short_text_clustering/stackoverflow.csv", "text", "label", 20},
		{"short_text_clustering/searchsnippets.csv", "text", "label", 8},
		{"banking77/queries.csv", "text", "label", 77},
	} {
		texts, labels := loadCSV(t, set.path, set.text, set.label)
		docs := make([]Document, len(texts))
		for i, x := range texts {
			docs[i] = Document{ID: fmt.Sprint(i), Text: x}
		}
		for seed := range uint64(3) {
			t0 := time.Now()
			c := readCorpus(docs)
			t1 := time.Now()
			var all [][]int32
			for i := range docs {
				all = append(all, c.of(i))
			}
			v := newVocabulary(all, len(c.lexicon.stems), c.lexicon.function)
			x := v.tfidf(all)
			t2 := time.Now()
			g := nearest(x, 15, len(docs)/5, nil, 0)
			t3 := time.Now()
			rng := rand.New(rand.NewPCG(seed, 1))
			e := embed(x, newSmoother(g), max(set.k, 20), rng)
			t4 := time.Now()
			group := kmeans(e, set.k, rng)
			t5 := time.Now()
			none := 0
			sc := func() string {
				a := make([]int, len(group))
				none = 0
				for i, g := range group {
					a[i] = int(g)
					if g < 0 {
						none++
					}
				}
				return fmt.Sprintf("%.1f/%.1f/%.1f", 100*agreement.Accuracy(a, labels), 100*agreement.NMI(a, labels), 100*agreement.ARI(a, labels))
			}
			before := sc()
			refine(x, group, set.k)
			t6 := time.Now()
			fmt.Println(set.path, seed, before, sc(), "none", none, "lang", c.languages[0].code, "read", t1.Sub(t0), "tfidf", t2.Sub(t1), "knn", t3.Sub(t2), "svd", t4.Sub(t3), "km", t5.Sub(t4), "ref", t6.Sub(t5))
		}
	}
}

func firstThemes(r Result) []int {
	num := map[string]int{}
	out := make([]int, len(r.Assignments))
	for i, a := range r.Assignments {
		if len(a.Themes) == 0 {
			out[i] = -1
			continue
		}
		n, ok := num[a.Themes[0].Theme]
		if !ok {
			n = len(num)
			num[a.Themes[0].Theme] = n
		}
		out[i] = n
	}
	return out
}

func TestScratch(t *testing.T) {
	for _, set := range []struct {
		path, text, label string
		k                 int
	}{
		{"short_text_clustering/stackoverflow.csv", "text", "label", 20},
		{"short_text_clustering/searchsnippets.csv", "text", "label", 8},
		{"banking77/queries.csv", "text", "label", 77},
	} {
		texts, labels := loadCSV(t, set.path, set.text, set.label)
		docs := make([]Document, len(texts))
		for i, x := range texts {
			docs[i] = Document{ID: fmt.Sprint(i), Text: x, Quotable: true}
		}
		for seed := range uint64(3) {
			t0 := time.Now()
			r := Find(docs, Options{K: set.k, Seed: seed})
			d := time.Since(t0)
			a := firstThemes(r)
			multi := 0
			for _, x := range r.Assignments {
				if len(x.Themes) > 1 {
					multi++
				}
			}
			fmt.Println(set.path, seed, fmt.Sprintf("%.1f/%.1f/%.1f", 100*agreement.Accuracy(a, labels), 100*agreement.NMI(a, labels), 100*agreement.ARI(a, labels)), "themes", len(r.Themes), "unthemed", len(r.Unthemed), "multi", multi, "campaigns", len(r.Campaigns), d)
			if seed == 0 {
				for _, th := range r.Themes {
					fmt.Println("   ", th.Size, th.Label, th.Keywords)
					if set.k < 10 {
						for _, q := range th.Quotes {
							fmt.Println("        ", q.Text)
						}
					}
				}
			}
		}
	}
}

func readRows(t testing.TB, path string) [][]string {
	f, err := os.Open("../../../shared/data/" + path)
	if err != nil {
		t.Skip(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord = -1
	r.LazyQuotes = true
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func sortStrings(s []string) { slices.Sort(s) }
