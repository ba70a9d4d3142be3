package theme

import (
	"math"
	"slices"
)

// A sparse matrix in compressed rows: row i holds val[first[i]:first[i+1]] in
// the columns col[first[i]:first[i+1]], ascending.
type sparse struct {
	rows, cols int
	first      []int
	col        []int32
	val        []float32
}

func (m *sparse) row(i int) ([]int32, []float32) {
	lo, hi := m.first[i], m.first[i+1]
	return m.col[lo:hi], m.val[lo:hi]
}

// transposed gives m with rows and columns exchanged.
func (m *sparse) transposed() *sparse {
	t := &sparse{
		rows: m.cols, cols: m.rows,
		first: make([]int, m.cols+1),
		col:   make([]int32, len(m.col)),
		val:   make([]float32, len(m.val)),
	}
	for _, c := range m.col {
		t.first[c+1]++
	}
	for c := range m.cols {
		t.first[c+1] += t.first[c]
	}
	at := slices.Clone(t.first[:m.cols])
	for i := range m.rows {
		cols, vals := m.row(i)
		for j, c := range cols {
			t.col[at[c]] = int32(i)
			t.val[at[c]] = vals[j]
			at[c]++
		}
	}
	return t
}

// fromRows makes a matrix of rows that were worked out apart from each other.
func fromRows(width int, cols [][]int32, vals [][]float32) *sparse {
	m := &sparse{rows: len(cols), cols: width, first: make([]int, 1, len(cols)+1)}
	for i := range cols {
		m.col = append(m.col, cols[i]...)
		m.val = append(m.val, vals[i]...)
		m.first = append(m.first, len(m.col))
	}
	return m
}

// appendDense adds a row of which every value is kept to the end of the row
// being written.
func (m *sparse) appendDense(row []float32) {
	for j, v := range row {
		m.col = append(m.col, int32(j))
		m.val = append(m.val, v)
	}
}

// normalise scales every row to length 1; empty rows stay empty.
func (m *sparse) normalise() {
	for i := range m.rows {
		_, vals := m.row(i)
		var sum float64
		for _, v := range vals {
			sum += float64(v) * float64(v)
		}
		if sum == 0 {
			continue
		}
		scale := float32(1 / math.Sqrt(sum))
		for j := range vals {
			vals[j] *= scale
		}
	}
}

// Words in fewer than leastTexts texts, or in more than mostTexts of them,
// tell no theme from another.
const (
	leastTexts = 2
	mostTexts  = 0.3
)

// A vocabulary is the set of terms kept as features, with their weight.
type vocabulary struct {
	column []int32   // term → column, or -1
	term   []int32   // column → term
	idf    []float32 // column → inverse document frequency
}

// newVocabulary keeps the terms in at least least and at most mostTexts of the
// texts, each given as its terms.
func newVocabulary(texts [][]int32, terms, least int, skip []bool) *vocabulary {
	frequency := make([]int32, terms)
	seen := make([]int32, terms)
	for i, text := range texts {
		for _, t := range text {
			if seen[t] != int32(i)+1 {
				seen[t] = int32(i) + 1
				frequency[t]++
			}
		}
	}
	n := float64(len(texts))
	v := &vocabulary{column: make([]int32, terms)}
	for t, df := range frequency {
		v.column[t] = -1
		if (skip == nil || !skip[t]) && int(df) >= least && float64(df) <= math.Max(mostTexts*n, leastTexts) {
			v.column[t] = int32(len(v.term))
			v.term = append(v.term, int32(t))
			v.idf = append(v.idf, float32(math.Log((1+n)/(1+float64(df)))+1))
		}
	}
	return v
}

// tfidf gives one row per text over the vocabulary, each of length 1.
func (v *vocabulary) tfidf(texts [][]int32) *sparse {
	m := &sparse{rows: len(texts), cols: len(v.term), first: make([]int, 1, len(texts)+1)}
	count := make([]float32, len(v.term))
	var cols []int32
	for _, text := range texts {
		cols = cols[:0]
		for _, t := range text {
			if c := v.column[t]; c >= 0 {
				if count[c] == 0 {
					cols = append(cols, c)
				}
				count[c]++
			}
		}
		slices.Sort(cols)
		for _, c := range cols {
			m.col = append(m.col, c)
			m.val = append(m.val, float32(1+math.Log(float64(count[c])))*v.idf[c])
			count[c] = 0
		}
		m.first = append(m.first, len(m.col))
	}
	m.normalise()
	return m
}

// beside joins matrices of equally many rows side by side, each scaled by its
// weight, and scales the rows of the whole to length 1.
func beside(weights []float32, parts ...*sparse) *sparse {
	m := &sparse{rows: parts[0].rows, first: make([]int, 1, parts[0].rows+1)}
	for i := range m.rows {
		var offset int32
		for p, part := range parts {
			cols, vals := part.row(i)
			for j, c := range cols {
				m.col = append(m.col, offset+c)
				m.val = append(m.val, vals[j]*weights[p])
			}
			offset += int32(part.cols)
		}
		m.first = append(m.first, len(m.col))
	}
	for _, part := range parts {
		m.cols += part.cols
	}
	m.normalise()
	return m
}

// gramSizes are the lengths of the character n-grams that stand beside words
// in small corpora: they carry compounds, spelling mistakes and languages
// without a stemmer.
var gramSizes = []int{3, 4, 5}

// charGrams numbers the character n-grams of every text's words, each word
// with a space on either side. It returns the texts as gram numbers and how
// many there are.
func charGrams(texts [][]int32, x *lexicon) ([][]int32, int) {
	number := map[string]int32{}
	byTerm := make([][]int32, len(x.stems))
	grams := func(t int32) []int32 {
		if byTerm[t] != nil || x.function[t] {
			return byTerm[t]
		}
		word := []rune(" " + x.stems[t] + " ")
		out := []int32{}
		for _, size := range gramSizes {
			for i := 0; i+size <= len(word); i++ {
				g := string(word[i : i+size])
				n, ok := number[g]
				if !ok {
					n = int32(len(number))
					number[g] = n
				}
				out = append(out, n)
			}
		}
		byTerm[t] = out
		return out
	}
	out := make([][]int32, len(texts))
	for i, text := range texts {
		for _, t := range text {
			out[i] = append(out[i], grams(t)...)
		}
	}
	return out, len(number)
}
