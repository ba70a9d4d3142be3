package theme

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

type trialResult struct{ found, prec, rec, spurious, themes, viaOwner float64 }

// planted: n docs, share*n from topic t by group minority; mix: extra share of minority docs on shared topics
func planted(texts []string, labels []int, n int, share, mix float64, trials int, grouped bool, minTopic int) (r trialResult) {
	byLabel := map[int][]int{}
	for i, l := range labels {
		byLabel[l] = append(byLabel[l], i)
	}
	nl := 0
	for l := range byLabel {
		nl = max(nl, l+1)
	}
	for trial := 0; trial < trials; trial++ {
		rng := rand.New(rand.NewPCG(uint64(trial), 99))
		m := max(6, int(share*float64(n)+.5))
		var topic int
		for {
			topic = rng.IntN(nl)
			if len(byLabel[topic]) >= m {
				break
			}
		}
		var docs []Document
		var gold []bool
		tp := byLabel[topic]
		perm := rng.Perm(len(tp))
		for i := 0; i < m; i++ {
			docs = append(docs, Document{Text: texts[tp[perm[i]]], Groups: []string{"minority"}})
			gold = append(gold, true)
		}
		other := rng.Perm(len(texts))
		extra := int(mix * float64(m))
		for _, i := range other {
			if len(docs) >= n {
				break
			}
			if labels[i] == topic {
				continue
			}
			g := "resident"
			if extra > 0 {
				g = "minority"
				extra--
			}
			docs = append(docs, Document{Text: texts[i], Groups: []string{g}})
			gold = append(gold, false)
		}
		rng.Shuffle(len(docs), func(a, b int) { docs[a], docs[b] = docs[b], docs[a]; gold[a], gold[b] = gold[b], gold[a] })
		for i := range docs {
			docs[i].ID = fmt.Sprint(i)
			if !grouped {
				docs[i].Groups = nil
			}
		}
		res := Find(docs, Options{Seed: uint64(trial)})
		size, hit := map[string]int{}, map[string]int{}
		for i, a := range res.Assignments {
			if len(a.Themes) > 0 {
				size[a.Themes[0].Theme]++
				if gold[i] {
					hit[a.Themes[0].Theme]++
				}
			}
		}
		best, bp, br := 0.0, 0., 0.
		for t, h := range hit {
			p, q := float64(h)/float64(size[t]), float64(h)/float64(m)
			if f := 2 * p * q / (p + q); f > best {
				best, bp, br = f, p, q
			}
		}
		r.prec += bp
		r.rec += br
		if bp >= .5 && br >= .5 {
			r.found++
		} else {
			own := false
			for _, t := range res.Themes {
				if t.Size < 3*m && slices.Contains(t.DistinctiveFor, "minority") {
					own = true
				}
			}
			switch {
			case !own:
				r.spurious++
			case bp < .5:
				r.viaOwner++
			}
		}
		r.themes += float64(len(res.Themes))
	}
	f := float64(trials)
	r.found /= f
	r.prec /= f
	r.rec /= f
	r.themes /= f
	return
}

// control: random group
func control(texts []string, n int, share float64, trials int) float64 {
	extra := 0
	for trial := 0; trial < trials; trial++ {
		rng := rand.New(rand.NewPCG(uint64(trial), 77))
		perm := rng.Perm(len(texts))[:min(n, len(texts))]
		var a, b []Document
		for i, p := range perm {
			d := Document{ID: fmt.Sprint(i), Text: texts[p]}
			b = append(b, d)
			if float64(i) < share*float64(n) {
				d.Groups = []string{"minority"}
			}
			a = append(a, d)
		}
		extra += len(Find(a, Options{Seed: 1}).Themes) - len(Find(b, Options{Seed: 1}).Themes)
	}
	return float64(extra) / float64(trials)
}

func argkp(t *testing.T) (byTopic map[string][]string, kp map[string][]int) {
	byTopic, kp = map[string][]string{}, map[string][]int{}
	rows := readRows(t, "argkp2021/arguments.csv")
	best := map[string]string{}
	for _, r := range readRows(t, "argkp2021/labels.csv")[1:] {
		if r[3] == "1" && best[r[0]] == "" {
			best[r[0]] = r[1]
		}
	}
	num := map[string]int{}
	for _, r := range rows[1:] {
		k := best[r[0]]
		if k == "" {
			continue
		}
		if _, ok := num[k]; !ok {
			num[k] = len(num)
		}
		byTopic[r[2]] = append(byTopic[r[2]], r[4])
		kp[r[2]] = append(kp[r[2]], num[k])
	}
	return
}

func TestScratchPlanted(t *testing.T) {
	for _, set := range []struct{ path, text, label string }{
		{"banking77/queries.csv", "text", "label"},
	} {
		texts, labels := loadCSV(t, set.path, set.text, set.label)
		for _, n := range []int{300, 900} {
			fmt.Printf("%s n=%d pure %.2f\n", set.path[:8], n, planted(texts, labels, n, .02, 0, 30, true, 6))
			fmt.Printf("   mix %.2f  ", planted(texts, labels, n, .02, .66, 30, true, 6))
			if false {
				fmt.Printf("   nogroup %.2f  ", planted(texts, labels, n, .02, 0, 4, false, 6))
			}
			fmt.Println("  control", control(texts, n, .02, 3), control(texts, n, .1, 5))
		}
	}
	// ArgKP: every topic with enough; renumber labels per topic
	texts, kps := argkp(t)
	var tot, totm, totn trialResult
	cnt := 0
	var names []string
	for topic := range texts {
		names = append(names, topic)
	}
	sortStrings(names)
	for _, topic := range names {
		num := map[int]int{}
		lab := make([]int, len(kps[topic]))
		for i, k := range kps[topic] {
			if _, ok := num[k]; !ok {
				num[k] = len(num)
			}
			lab[i] = num[k]
		}
		a := planted(texts[topic], lab, 10000, .02*float64(len(lab))/10000, 0, 2, true, 6)
		b := planted(texts[topic], lab, 10000, .02*float64(len(lab))/10000, .66, 2, true, 6)
		c := trialResult{}
		if false {
			c = planted(texts[topic], lab, 10000, .02*float64(len(lab))/10000, 0, 2, false, 6)
		}
		tot.found += a.found
		tot.prec += a.prec
		tot.spurious += a.spurious
		tot.viaOwner += a.viaOwner
		tot.rec += a.rec
		totm.found += b.found
		totm.prec += b.prec
		totm.rec += b.rec
		totn.found += c.found
		cnt++
	}
	f := float64(cnt)
	fmt.Println("argkp", cnt, "pure", tot.found/f, tot.prec/f, tot.rec/f, "noown", tot.spurious/f, "lowprec", tot.viaOwner/f, "mix", totm.found/f, totm.prec/f, totm.rec/f, "nogroup", totn.found/f)
}
