package theme

import (
	"cmp"
	"slices"
)

// smoothed gives the rows of x averaged with their neighbours' a number of
// times, each of length 1 and with only its largest values kept. Unlike a
// smoother it forms the rows, for comparing them one by one.
func smoothed(x, graph *sparse, steps, kept int) *sparse {
	s := newSmoother(graph, 1)
	cols := make([][]int32, x.rows)
	vals := make([][]float32, x.rows)
	inParallel(x.rows, 256, func(lo, hi int) {
		near, next := newTally(x.rows), newTally(x.rows)
		sum := newTally(x.cols)
		for i := lo; i < hi; i++ {
			near.add(int32(i), 1)
			for range steps {
				for _, j := range near.ids {
					s.step(int(j), near.sum[j], next)
				}
				near.clear()
				near, next = next, near
			}
			for _, j := range near.ids {
				c, v := x.row(int(j))
				for e := range c {
					sum.add(c[e], near.sum[j]*v[e])
				}
			}
			cols[i], vals[i] = sum.largest(kept)
			near.clear()
			sum.clear()
		}
	})
	m := fromRows(x.cols, cols, vals)
	m.normalise()
	return m
}

// step adds one row of ½I + ½D⁻¹A, times by, to t.
func (s *smoother) step(i int, by float32, t *tally) {
	if s.inverse[i] == 0 {
		t.add(int32(i), by)
		return
	}
	t.add(int32(i), by/2)
	cols, vals := s.graph.row(i)
	for e, c := range cols {
		t.add(c, by/2*s.inverse[i]*vals[e])
	}
}

// A tally adds up numbers by id.
type tally struct {
	sum []float32
	ids []int32
}

func newTally(n int) *tally { return &tally{sum: make([]float32, n)} }

func (t *tally) add(id int32, v float32) {
	if t.sum[id] == 0 {
		t.ids = append(t.ids, id)
	}
	t.sum[id] += v
}

func (t *tally) clear() {
	for _, id := range t.ids {
		t.sum[id] = 0
	}
	t.ids = t.ids[:0]
}

// largest gives at most n entries, those furthest from zero, by id.
func (t *tally) largest(n int) ([]int32, []float32) {
	ids := slices.Clone(t.ids)
	slices.Sort(ids)
	ids = slices.Compact(ids) // a sum that was zero on the way is there twice
	if len(ids) > n {
		slices.SortFunc(ids, func(a, b int32) int {
			return cmp.Or(cmp.Compare(max(t.sum[b], -t.sum[b]), max(t.sum[a], -t.sum[a])), cmp.Compare(a, b))
		})
		ids = ids[:n]
		slices.Sort(ids)
	}
	vals := make([]float32, len(ids))
	for i, id := range ids {
		vals[i] = t.sum[id]
	}
	return ids, vals
}
