package theme

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/blas/blas32"
)

const (
	starts         = 5
	startSample    = 20_000 // rows the starts are tried on
	rounds         = 40
	refineRounds   = 20
	themeShrinkage = 3    // pseudo-counts that pull a word's themes towards all words'
	wordSmoothing  = 0.05 // pseudo-count of a word in a theme
)

// kmeans groups the rows of e, each of length 1 or zero, into k groups by
// cosine (spherical k-means with k-means++ starts). It returns the group of
// each row, -1 for rows of zeros.
func kmeans(e *dense, k int, rng *rand.Rand) []int32 {
	rows := make([]int32, 0, e.rows)
	for i := range e.rows {
		if slices.IndexFunc(e.row(i), func(v float32) bool { return v != 0 }) >= 0 {
			rows = append(rows, int32(i))
		}
	}
	out := make([]int32, e.rows)
	for i := range out {
		out[i] = -1
	}
	k = min(k, len(rows))
	if k == 0 {
		return out
	}
	sample := rows
	if len(rows) > startSample {
		sample = slices.Clone(rows)
		rng.Shuffle(len(sample), func(a, b int) { sample[a], sample[b] = sample[b], sample[a] })
		sample = sample[:startSample]
		slices.Sort(sample)
	}
	var best *dense
	var most float64
	for range starts {
		centres := plusPlus(e, sample, k, rng)
		group := make([]int32, len(sample))
		total := lloyd(e, sample, centres, group)
		if best == nil || total > most {
			best, most = centres, total
		}
	}
	group := make([]int32, len(rows))
	lloyd(e, rows, best, group)
	for i, r := range rows {
		out[r] = group[i]
	}
	return out
}

// plusPlus draws k rows as first centres, each with a chance that rises with
// its distance from those drawn before (k-means++, greedy over a few trials).
func plusPlus(e *dense, rows []int32, k int, rng *rand.Rand) *dense {
	centres := newDense(k, e.cols)
	far := make([]float64, len(rows))
	for i := range far {
		far[i] = 1
	}
	trials := 2 + int(math.Log(float64(k)))
	next := make([]float64, len(rows))
	for c := range k {
		var chosen []float64
		var least float64
		var choice int
		for trial := range trials {
			pick := drawBy(far, rng)
			centre := e.row(int(rows[pick]))
			inParallel(len(rows), 4096, func(lo, hi int) {
				for i := lo; i < hi; i++ {
					next[i] = far[i]
					if d := 1 - float64(dot(centre, e.row(int(rows[i])))); c == 0 || d < next[i] {
						next[i] = math.Max(d, 0)
					}
				}
			})
			var sum float64
			for _, d := range next {
				sum += d
			}
			if trial == 0 || sum < least {
				least, choice = sum, pick
				chosen = append(chosen[:0], next...)
			}
			if c == 0 {
				break
			}
		}
		copy(centres.row(c), e.row(int(rows[choice])))
		far = chosen
	}
	return centres
}

// drawBy draws an index with a chance proportional to its weight.
func drawBy(weights []float64, rng *rand.Rand) int {
	var sum float64
	for _, w := range weights {
		sum += w
	}
	at := rng.Float64() * sum
	last := 0
	for i, w := range weights {
		if w <= 0 {
			continue
		}
		last = i
		if at -= w; at < 0 {
			return i
		}
	}
	return last
}

// lloyd moves centres to the mean of their rows until no row changes group. It
// fills group and returns the sum of cosines.
func lloyd(e *dense, rows []int32, centres *dense, group []int32) float64 {
	const size = 1024
	k := centres.rows
	cosines := make([]float32, len(rows))
	for i := range group {
		group[i] = -1
	}
	var total float64
	for range rounds {
		parts := make([]int, (len(rows)+size-1)/size)
		inParallel(len(rows), size, func(lo, hi int) {
			moved := 0
			for i := lo; i < hi; i++ {
				row := e.row(int(rows[i]))
				best, most := int32(0), float32(-2)
				for c := range k {
					if s := dot(row, centres.row(c)); s > most {
						best, most = int32(c), s
					}
				}
				if group[i] != best {
					group[i] = best
					moved++
				}
				cosines[i] = most
			}
			parts[lo/size] = moved
		})
		moved := 0
		for _, m := range parts {
			moved += m
		}
		total = 0
		for _, s := range cosines {
			total += float64(s)
		}
		if moved == 0 || moved*1000 < len(rows) && len(rows) > 2000 {
			break
		}
		sums := make([]float64, k*e.cols)
		counts := make([]int, k)
		for i, r := range rows {
			to := sums[int(group[i])*e.cols:][:e.cols]
			for j, v := range e.row(int(r)) {
				to[j] += float64(v)
			}
			counts[group[i]]++
		}
		for c := range k {
			if counts[c] == 0 { // an empty group takes over the row that fits worst
				worst := 0
				for i := range cosines {
					if cosines[i] < cosines[worst] {
						worst = i
					}
				}
				cosines[worst] = 2
				copy(centres.row(c), e.row(int(rows[worst])))
				continue
			}
			to := centres.row(c)
			for j := range to {
				to[j] = float32(sums[c*e.cols+j] / float64(counts[c]))
			}
			unit(to)
		}
	}
	return total
}

func dot(a, b []float32) float32 {
	return blas32.Implementation().Sdot(len(a), a, 1, b, 1)
}

// A wordModel scores texts against themes: naive Bayes in which a word counts
// by how much it tells of the theme, and large themes have no head start.
type wordModel struct {
	k      int
	weight []float32 // column × theme: information of the word times log p(word|theme)
}

// learnWords fits the model to the rows of x in the given groups.
func learnWords(x *sparse, group []int32, k int) *wordModel {
	return countWords(x, group, k).model()
}

// wordCounts says how much of each word is in each theme.
type wordCounts struct {
	cols, k int
	counts  []float64 // column × theme
	word    []float64 // by column
	theme   []float64
	all     float64
}

func countWords(x *sparse, group []int32, k int) *wordCounts {
	n := &wordCounts{cols: x.cols, k: k, counts: make([]float64, x.cols*k), word: make([]float64, x.cols), theme: make([]float64, k)}
	for i := range x.rows {
		if group[i] >= 0 {
			n.add(x, i, int(group[i]), 1)
		}
	}
	return n
}

// model is what the counts tell.
func (n *wordCounts) model() *wordModel {
	m := &wordModel{n.k, make([]float32, n.cols*n.k)}
	logOf := make([]float64, n.k)
	for c := range n.cols {
		n.weigh(c, logOf, m.weight[c*n.k:(c+1)*n.k])
	}
	return m
}

// add counts row i in theme g, times by.
func (n *wordCounts) add(x *sparse, i, g int, by float64) {
	cols, vals := x.row(i)
	for j, c := range cols {
		v := by * float64(vals[j])
		n.counts[int(c)*n.k+g] += v
		n.word[c] += v
		n.theme[g] += v
		n.all += v
	}
}

// weigh fills to with the weight of a word for every theme; logOf is room for
// as many numbers.
func (n *wordCounts) weigh(c int, logOf []float64, to []float32) {
	row := n.counts[c*n.k : (c+1)*n.k]
	clear(to)
	if n.all <= 0 {
		return
	}
	var information, mean float64
	for t := range n.k {
		base := n.theme[t] / n.all
		if base <= 0 {
			continue
		}
		p := (row[t] + themeShrinkage*base) / (n.word[c] + themeShrinkage)
		information += p * math.Log(p/base)
	}
	information = max(0, information/math.Log(float64(max(n.k, 2))))
	for t := range n.k {
		logOf[t] = math.Log((row[t] + wordSmoothing) / (n.theme[t] + wordSmoothing*float64(n.cols)))
		mean += logOf[t]
	}
	mean /= float64(n.k)
	for t := range n.k {
		to[t] = float32(information * (logOf[t] - mean))
	}
}

// score adds up the evidence of one row for every theme.
func (m *wordModel) score(cols []int32, vals []float32, to []float32) {
	clear(to)
	for j, c := range cols {
		addScaled(to, vals[j], m.weight[int(c)*m.k:][:m.k])
	}
}

// refine lets the words decide: it fits a wordModel to the groups, moves every
// row to the group it fits best, and repeats until few move. Rows without
// evidence keep their group. It returns the model of the last groups.
func refine(x *sparse, group []int32, k int) *wordModel {
	const size = 1024
	for range refineRounds {
		m := learnWords(x, group, k)
		parts := make([]int, (x.rows+size-1)/size)
		inParallel(x.rows, size, func(lo, hi int) {
			scores := make([]float32, k)
			moved := 0
			for i := lo; i < hi; i++ {
				cols, vals := x.row(i)
				if len(cols) == 0 || group[i] < 0 {
					continue
				}
				m.score(cols, vals, scores)
				if best := int32(argmax(scores)); best != group[i] && scores[best] > scores[group[i]] {
					group[i] = best
					moved++
				}
			}
			parts[lo/size] = moved
		})
		moved := 0
		for _, n := range parts {
			moved += n
		}
		if moved*1000 <= x.rows {
			break
		}
	}
	return learnWords(x, group, k)
}

// mostTried is the number of rows that sharpness looks at.
const mostTried = 1000

// sharpness is what evidence must be multiplied by to be worth what it says:
// that a theme has half of the evidence shall mean that one text in two like
// this one would be put there by everybody else's words. It is the factor under
// which each row's theme, scored by the words of all other rows, is most likely
// (temperature scaling: Guo et al., On Calibration of Modern Neural Networks,
// ICML 2017, with the row left out in place of texts held back). The counts are
// those of the rows of x in their groups.
func (n *wordCounts) sharpness(x *sparse, group []int32) float64 {
	var tried [][]float64 // evidence less that for the row's own theme
	step := max(1, x.rows/mostTried)
	logOf, weight := make([]float64, n.k), make([]float32, n.k)
	for i := 0; i < x.rows; i += step {
		g := int(group[i])
		cols, vals := x.row(i)
		if g < 0 || len(cols) == 0 {
			continue
		}
		scores := make([]float32, n.k)
		n.add(x, i, g, -1)
		for j, c := range cols {
			n.weigh(int(c), logOf, weight)
			addScaled(scores, vals[j], weight)
		}
		n.add(x, i, g, 1)
		gaps := make([]float64, n.k)
		for t, s := range scores {
			gaps[t] = float64(s - scores[g])
		}
		tried = append(tried, gaps)
	}
	best, most := 1.0, math.Inf(-1)
	for factor := 1.0; factor <= 64; factor *= math.Sqrt2 {
		var sum float64
		for _, gaps := range tried {
			var z float64
			for _, gap := range gaps {
				z += math.Exp(factor * gap)
			}
			sum -= math.Log(z)
		}
		if sum > most {
			best, most = factor, sum
		}
	}
	return best
}

func argmax(v []float32) int {
	best := 0
	for i := range v {
		if v[i] > v[best] {
			best = i
		}
	}
	return best
}
