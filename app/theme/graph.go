package theme

import (
	"cmp"
	"slices"
)

// nearest gives, as a matrix, each row's most similar other rows by cosine, at
// most k of them, then made symmetric by keeping the larger of both directions.
//
// Candidates come through an inverted index. Columns held by more than limit
// rows give none and add nothing: they cost the square of their length and
// tell least. agree, when not nil, adds to the similarity of rows with the
// same non-zero sign.
func nearest(x *sparse, k, limit int, agree []int8, weight float32) *sparse {
	index := x.transposed()
	n := x.rows
	ids := make([]int32, n*k)
	sims := make([]float32, n*k)
	counts := make([]int32, n)
	inParallel(n, 256, func(lo, hi int) {
		sum := make([]float32, n)
		seen := make([]bool, n)
		var touched []int32
		for i := lo; i < hi; i++ {
			cols, vals := x.row(i)
			for j, c := range cols {
				rows, others := index.row(int(c))
				if len(rows) > limit {
					continue
				}
				v := vals[j]
				for r, other := range rows {
					if !seen[other] {
						seen[other] = true
						touched = append(touched, other)
					}
					sum[other] += v * others[r]
				}
			}
			best := ids[i*k : i*k : (i+1)*k]
			scores := sims[i*k : i*k : (i+1)*k]
			for _, other := range touched {
				s := sum[other]
				sum[other], seen[other] = 0, false
				if int(other) == i || s <= 0 {
					continue
				}
				if agree != nil && agree[i] != 0 && agree[i] == agree[other] {
					s += weight
				}
				best, scores = keepBest(best, scores, k, other, s)
			}
			touched = touched[:0]
			counts[i] = int32(len(best))
		}
	})
	return symmetric(n, k, ids, sims, counts)
}

// keepBest inserts id into the list of the best k, sorted by falling score and
// rising id.
func keepBest(ids []int32, scores []float32, k int, id int32, score float32) ([]int32, []float32) {
	n := len(ids)
	worse := func(i int) bool { return scores[i] < score || scores[i] == score && ids[i] > id }
	if n == k {
		if !worse(n - 1) {
			return ids, scores
		}
		n--
	} else {
		ids, scores = append(ids, 0), append(scores, 0)
	}
	for n > 0 && worse(n-1) {
		ids[n], scores[n] = ids[n-1], scores[n-1]
		n--
	}
	ids[n], scores[n] = id, score
	return ids, scores
}

// symmetric turns lists of neighbours into a matrix that holds every edge in
// both directions, with the larger weight.
func symmetric(n, k int, ids []int32, sims []float32, counts []int32) *sparse {
	degree := make([]int, n+1)
	for i := range n {
		for _, j := range ids[i*k : i*k+int(counts[i])] {
			degree[i+1]++
			degree[j+1]++
		}
	}
	for i := range n {
		degree[i+1] += degree[i]
	}
	type edge struct {
		to     int32
		weight float32
	}
	edges := make([]edge, degree[n])
	at := slices.Clone(degree[:n])
	put := func(from, to int32, w float32) {
		edges[at[from]] = edge{to, w}
		at[from]++
	}
	for i := range n {
		for e, j := range ids[i*k : i*k+int(counts[i])] {
			w := sims[i*k+e]
			put(int32(i), j, w)
			put(j, int32(i), w)
		}
	}
	m := &sparse{rows: n, cols: n, first: make([]int, 1, n+1)}
	for i := range n {
		row := edges[degree[i]:degree[i+1]]
		slices.SortFunc(row, func(a, b edge) int {
			if a.to != b.to {
				return cmp.Compare(a.to, b.to)
			}
			return cmp.Compare(b.weight, a.weight)
		})
		for e := range row {
			if e > 0 && row[e].to == row[e-1].to {
				continue
			}
			m.col = append(m.col, row[e].to)
			m.val = append(m.val, row[e].weight)
		}
		m.first = append(m.first, len(m.col))
	}
	return m
}
