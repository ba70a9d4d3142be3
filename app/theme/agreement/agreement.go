// Package agreement measures how well a grouping found by a machine agrees
// with one made by people: the figures by which theming is judged.
//
// Both groupings are given as one number per item; the numbers themselves mean
// nothing. All figures are 1 for perfect agreement.
package agreement

import "math"

// A table counts the items in every pair of groups.
type table struct {
	n          int
	cell       [][]int
	rows, cols []int
}

func newTable(a, b []int) *table {
	if len(a) != len(b) {
		panic("agreement: groupings of different lengths")
	}
	ra, na := renumber(a)
	rb, nb := renumber(b)
	t := &table{n: len(a), cell: make([][]int, na), rows: make([]int, na), cols: make([]int, nb)}
	for i := range t.cell {
		t.cell[i] = make([]int, nb)
	}
	for i := range ra {
		t.cell[ra[i]][rb[i]]++
		t.rows[ra[i]]++
		t.cols[rb[i]]++
	}
	return t
}

func renumber(a []int) ([]int, int) {
	number := map[int]int{}
	out := make([]int, len(a))
	for i, v := range a {
		n, ok := number[v]
		if !ok {
			n = len(number)
			number[v] = n
		}
		out[i] = n
	}
	return out, len(number)
}

func entropy(counts []int, n int) float64 {
	var h float64
	for _, c := range counts {
		if c > 0 {
			p := float64(c) / float64(n)
			h -= p * math.Log(p)
		}
	}
	return h
}

func (t *table) information() float64 {
	var mi float64
	for i, row := range t.cell {
		for j, c := range row {
			if c > 0 {
				mi += float64(c) / float64(t.n) * math.Log(float64(c)*float64(t.n)/(float64(t.rows[i])*float64(t.cols[j])))
			}
		}
	}
	return mi
}

// NMI is the normalised mutual information, by the arithmetic mean of both
// entropies. Two groupings of a single group agree.
func NMI(a, b []int) float64 {
	t := newTable(a, b)
	mean := (entropy(t.rows, t.n) + entropy(t.cols, t.n)) / 2
	if mean == 0 {
		return 1
	}
	return t.information() / mean
}

// AMI is the mutual information adjusted for chance (Vinh, Epps and Bailey
// 2010), by the arithmetic mean of both entropies. Use it for small n, where
// NMI flatters.
func AMI(a, b []int) float64 {
	t := newTable(a, b)
	mean := (entropy(t.rows, t.n) + entropy(t.cols, t.n)) / 2
	expected := t.expectedInformation()
	if math.Abs(mean-expected) < 1e-12 {
		return 1
	}
	return (t.information() - expected) / (mean - expected)
}

func (t *table) expectedInformation() float64 {
	log := make([]float64, t.n+1) // log of factorials
	for i := 2; i <= t.n; i++ {
		log[i] = log[i-1] + math.Log(float64(i))
	}
	n := float64(t.n)
	var sum float64
	for _, a := range t.rows {
		for _, b := range t.cols {
			for c := max(1, a+b-t.n); c <= min(a, b); c++ {
				p := log[a] + log[b] + log[t.n-a] + log[t.n-b] -
					log[t.n] - log[c] - log[a-c] - log[b-c] - log[t.n-a-b+c]
				sum += float64(c) / n * math.Log(n*float64(c)/(float64(a)*float64(b))) * math.Exp(p)
			}
		}
	}
	return sum
}

// ARI is the adjusted Rand index (Hubert and Arabie 1985).
func ARI(a, b []int) float64 {
	t := newTable(a, b)
	pairs := func(n int) float64 { return float64(n) * float64(n-1) / 2 }
	var both, left, right float64
	for i, row := range t.cell {
		left += pairs(t.rows[i])
		for _, c := range row {
			both += pairs(c)
		}
	}
	for _, c := range t.cols {
		right += pairs(c)
	}
	all := pairs(t.n)
	if all == 0 {
		return 1
	}
	expected := left * right / all
	most := (left + right) / 2
	if most == expected {
		return 1
	}
	return (both - expected) / (most - expected)
}

// Accuracy is the share of items in the group that stands for their own, when
// groups are paired one to one as well as they can be.
func Accuracy(a, b []int) float64 {
	t := newTable(a, b)
	if t.n == 0 {
		return 1
	}
	size := max(len(t.rows), len(t.cols))
	cost := make([][]float64, size)
	for i := range cost {
		cost[i] = make([]float64, size)
		for j := range cost[i] {
			if i < len(t.rows) && j < len(t.cols) {
				cost[i][j] = -float64(t.cell[i][j])
			}
		}
	}
	hits := 0
	for i, j := range pairUp(cost) {
		if i < len(t.rows) && j < len(t.cols) {
			hits += t.cell[i][j]
		}
	}
	return float64(hits) / float64(t.n)
}

// pairUp gives every row its own column at the least total cost: the Hungarian
// method with potentials, one shortest augmenting path per row.
func pairUp(cost [][]float64) []int {
	n := len(cost)
	rowPotential := make([]float64, n+1)
	colPotential := make([]float64, n+1)
	owner := make([]int, n+1) // column → row, both counted from 1; 0 is none
	for row := 1; row <= n; row++ {
		owner[0] = row
		slack := make([]float64, n+1)
		came := make([]int, n+1)
		done := make([]bool, n+1)
		for j := range slack {
			slack[j] = math.Inf(1)
		}
		at := 0
		for owner[at] != 0 {
			done[at] = true
			i, next, step := owner[at], 0, math.Inf(1)
			for j := 1; j <= n; j++ {
				if done[j] {
					continue
				}
				if c := cost[i-1][j-1] - rowPotential[i] - colPotential[j]; c < slack[j] {
					slack[j], came[j] = c, at
				}
				if slack[j] < step {
					step, next = slack[j], j
				}
			}
			for j := 0; j <= n; j++ {
				if done[j] {
					rowPotential[owner[j]] += step
					colPotential[j] -= step
				} else {
					slack[j] -= step
				}
			}
			at = next
		}
		for at != 0 {
			owner[at] = owner[came[at]]
			at = came[at]
		}
	}
	out := make([]int, n)
	for j := 1; j <= n; j++ {
		out[owner[j]-1] = j - 1
	}
	return out
}
