package theme

import (
	"encoding/csv"
	"fmt"
	"os"
	"testing"
	"time"
)

func TestScratchCamp(t *testing.T) {
	texts, _ := loadCSV(t, "banking77/queries.csv", "text", "label")
	docs := make([]Document, len(texts))
	for i, x := range texts {
		docs[i] = Document{ID: fmt.Sprint(i), Text: x}
	}
	c := readCorpus(docs)
	for i, g := range findCampaigns(c) {
		if i%9 == 0 {
			fmt.Println("--", len(g.members))
			for _, m := range g.members[:min(4, len(g.members))] {
				fmt.Println("   ", texts[m])
			}
		}
	}
	texts, _ = loadCSV(t, "regs_gov_near_duplicates/comments.csv", "text", "docket")
	ids, _ := loadCSV(t, "regs_gov_near_duplicates/comments.csv", "id", "docket")
	docs = make([]Document, len(texts))
	for i, x := range texts {
		docs[i] = Document{ID: ids[i], Text: x}
	}
	t0 := time.Now()
	c = readCorpus(docs)
	t1 := time.Now()
	in := map[string]int{}
	at := map[string]int{}
	for i := range docs {
		at[ids[i]] = i
	}
	gs := findCampaigns(c)
	for n, g := range gs {
		for _, m := range g.members {
			in[ids[m]] = n + 1
		}
		if n < 8 {
			fmt.Println(len(g.members), len(g.additions))
		}
	}
	fmt.Println("docs", len(docs), "campaigns", len(gs), t1.Sub(t0), time.Since(t1))
	f, _ := os.Open("../../../shared/data/regs_gov_near_duplicates/pairs_labelled.csv")
	rows, _ := csv.NewReader(f).ReadAll()
	tp, fp, fn := 0, 0, 0
	for _, r := range rows[1:] {
		_, ok1 := at[r[0]]
		_, ok2 := at[r[1]]
		if !ok1 || !ok2 {
			fmt.Println("missing")
			continue
		}
		same := in[r[0]] != 0 && in[r[0]] == in[r[1]]
		a, b := shingles(c.of(at[r[0]])), shingles(c.of(at[r[1]]))
		if same != (r[4] == "1") {
			fmt.Println(r[3:], same, len(a), len(b), containment(a, b))
		}
		switch {
		case same && r[4] == "1":
			tp++
		case same:
			fp++
		case r[4] == "1":
			fn++
		}
	}
	fmt.Println(tp, fp, fn, 2*float64(tp)/float64(2*tp+fp+fn))
}
func TestScratchW(t *testing.T) {
	texts, _ := loadCSV(t, "regs_gov_near_duplicates/comments.csv", "text", "docket")
	ids, _ := loadCSV(t, "regs_gov_near_duplicates/comments.csv", "id", "docket")
	docs := make([]Document, len(texts))
	at := map[string]int{}
	for i, x := range texts {
		docs[i] = Document{ID: ids[i], Text: x}
		at[ids[i]] = i
	}
	c := readCorpus(docs)
	df := map[uint32]int{}
	for i := range docs {
		for _, s := range shingles(c.of(i)) {
			df[s]++
		}
	}
	f, _ := os.Open("../../../shared/data/regs_gov_near_duplicates/pairs_labelled.csv")
	rows, _ := csv.NewReader(f).ReadAll()
	for _, r := range rows[1:] {
		a, b := shingles(c.of(at[r[0]])), shingles(c.of(at[r[1]]))
		in := map[uint32]bool{}
		for _, s := range b {
			in[s] = true
		}
		cn := containment(a, b)
		// content shingles: shingle having no function word pair
		cont := func(i int) map[uint64]bool {
			m := map[uint64]bool{}
			tt := c.of(i)
			for j := 0; j+1 < len(tt); j++ {
				if c.lexicon.function[tt[j]] && c.lexicon.function[tt[j+1]] {
					continue
				}
				m[uint64(tt[j])<<32|uint64(tt[j+1])] = true
			}
			return m
		}
		ca, cb := cont(at[r[0]]), cont(at[r[1]])
		sh := 0
		for s := range ca {
			if cb[s] {
				sh++
			}
		}
		dfc := 0
		for _, s := range a {
			if in[s] && df[s] >= 3 && df[s] < len(docs)/4 {
				dfc++
			}
		}
		// longest common run of terms
		ta, tb := c.of(at[r[0]]), c.of(at[r[1]])
		prev := make([]int, len(tb)+1)
		best := 0
		runs := 0
		for i := range ta {
			cur := make([]int, len(tb)+1)
			for j := range tb {
				if ta[i] == tb[j] {
					cur[j+1] = prev[j] + 1
					if cur[j+1] > best {
						best = cur[j+1]
					}
					if cur[j+1] == 4 {
						runs++
					}
				}
			}
			prev = cur
		}
		fmt.Printf("%s %.3f content %.3f  df %d lcs %d runs4 %d len %d %d\n", r[4:], cn, float64(sh)/float64(min(len(ca), len(cb))), dfc, best, runs, len(a), len(b))
	}
}
