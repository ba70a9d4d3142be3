package measure

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode"
)

const nmfIterations = 60

// nmf groups texts by plain non-negative matrix factorisation of their TF-IDF,
// as theming tools commonly do: random start, hierarchical alternating least
// squares (Cichocki and Phan 2009), and every text put where its weight is
// largest. It gives the group of each text, -1 for a text without words. It is
// here to compare with and for nothing else.
func nmf(texts []string, k int, seed uint64) []int {
	x, terms := tfidf(texts)
	rng := rand.New(rand.NewPCG(seed, 17))
	start := func(rows int) [][]float64 {
		out := make([][]float64, rows)
		for i := range out {
			out[i] = make([]float64, k)
			for j := range out[i] {
				out[i][j] = rng.Float64()
			}
		}
		return out
	}
	w, h := start(len(texts)), start(terms)
	columns := transpose(x, terms)
	for range nmfIterations {
		improve(w, h, x)
		improve(h, w, columns)
	}
	out := make([]int, len(texts))
	for i := range w {
		out[i] = -1
		for j, v := range w[i] {
			if v > 1e-12 && (out[i] < 0 || v > w[i][out[i]]) {
				out[i] = j
			}
		}
	}
	return out
}

// A cell is a value of a sparse row.
type cell struct {
	at    int
	value float64
}

// improve makes the rows of w the non-negative ones whose products with h are
// nearest to x, one coordinate at a time.
func improve(w, h [][]float64, x [][]cell) {
	if len(w) == 0 {
		return
	}
	k := len(w[0])
	gram := make([]float64, k*k)
	for _, row := range h {
		for a, v := range row {
			if v != 0 {
				for b := range k {
					gram[a*k+b] += v * row[b]
				}
			}
		}
	}
	toward := make([]float64, k)
	for i, row := range w {
		clear(toward)
		for _, c := range x[i] {
			for j, v := range h[c.at] {
				toward[j] += c.value * v
			}
		}
		for j := range k {
			if gram[j*k+j] < 1e-12 {
				continue
			}
			now := 0.0
			for b := range k {
				now += row[b] * gram[b*k+j]
			}
			row[j] = math.Max(0, row[j]+(toward[j]-now)/gram[j*k+j])
		}
	}
}

func transpose(x [][]cell, columns int) [][]cell {
	out := make([][]cell, columns)
	for i, row := range x {
		for _, c := range row {
			out[c.at] = append(out[c.at], cell{i, c.value})
		}
	}
	return out
}

// tfidf weighs the words in at least two and at most three in ten of the
// texts, function words left out; rows have length 1.
func tfidf(texts []string) (x [][]cell, terms int) {
	words := make([]map[string]float64, len(texts))
	frequency := map[string]int{}
	for i, text := range texts {
		words[i] = map[string]float64{}
		for _, w := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			if len(w) > 1 && !slices.Contains(functionWords, w) {
				words[i][w]++
			}
		}
		for w := range words[i] {
			frequency[w]++
		}
	}
	n := float64(len(texts))
	var kept []string
	for w, f := range frequency {
		if f >= 2 && float64(f) <= max(2, 0.3*n) {
			kept = append(kept, w)
		}
	}
	slices.Sort(kept) // the order of a map is not the same twice
	x = make([][]cell, len(texts))
	for at, w := range kept {
		idf := math.Log((1+n)/float64(1+frequency[w])) + 1
		for i := range words {
			if count := words[i][w]; count > 0 {
				x[i] = append(x[i], cell{at, count * idf})
			}
		}
	}
	for _, row := range x {
		var sum float64
		for _, c := range row {
			sum += c.value * c.value
		}
		for j := range row {
			row[j].value /= math.Sqrt(sum)
		}
	}
	return x, len(kept)
}

var functionWords = strings.Fields(`a an the and or but if of to in on at by for with from as is are was were be been it its this that these
	those i me my we our you your he his she her they their not no do does did can could will would should may have has had so than then
	there what which who how when where why all any more most some such only also about into over up out`)
