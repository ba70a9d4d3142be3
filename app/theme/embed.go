package theme

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// A dense matrix by rows.
type dense struct {
	rows, cols int
	val        []float32
}

func newDense(rows, cols int) *dense {
	return &dense{rows, cols, make([]float32, rows*cols)}
}

func (m *dense) row(i int) []float32 { return m.val[i*m.cols : (i+1)*m.cols] }

// times gives m·y.
func (m *sparse) times(y *dense) *dense {
	out := newDense(m.rows, y.cols)
	inParallel(m.rows, 512, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			to := out.row(i)
			cols, vals := m.row(i)
			for j, c := range cols {
				addScaled(to, vals[j], y.row(int(c)))
			}
		}
	})
	return out
}

func addScaled(to []float32, by float32, from []float32) {
	blas32.Implementation().Saxpy(len(to), by, from, 1, to, 1)
}

// A smoother averages each row with the rows of its neighbours, a number of
// times: S = (½I + ½D⁻¹A)ⁿ, never formed.
type smoother struct {
	graph   *sparse
	inverse []float32 // 1 / degree; 0 for a row without neighbours
	steps   int
}

func newSmoother(graph *sparse, steps int) *smoother {
	s := &smoother{graph, make([]float32, graph.rows), steps}
	for i := range s.inverse {
		var sum float64
		_, vals := graph.row(i)
		for _, v := range vals {
			sum += float64(v)
		}
		if sum > 0 {
			s.inverse[i] = float32(1 / sum)
		}
	}
	return s
}

// apply gives S·y.
func (s *smoother) apply(y *dense) *dense {
	for range s.steps {
		z := s.graph.times(y)
		for i, inverse := range s.inverse {
			half(z.row(i), inverse, y.row(i))
		}
		y = z
	}
	return y
}

// applyTransposed gives Sᵀ·y.
func (s *smoother) applyTransposed(y *dense) *dense {
	for range s.steps {
		scaled := newDense(y.rows, y.cols)
		for i, inverse := range s.inverse {
			to := scaled.row(i)
			for j, v := range y.row(i) {
				to[j] = v * inverse
			}
		}
		z := s.graph.times(scaled)
		for i, inverse := range s.inverse {
			own := float32(0.5)
			if inverse == 0 {
				own = 1
			}
			to := z.row(i)
			for j, v := range y.row(i) {
				to[j] = 0.5*to[j] + own*v
			}
		}
		y = z
	}
	return y
}

// half sets sum to the mean of own and of sum·inverse, or to own where there
// is no neighbour.
func half(sum []float32, inverse float32, own []float32) {
	if inverse == 0 {
		copy(sum, own)
		return
	}
	inverse *= 0.5
	for j, v := range own {
		sum[j] = inverse*sum[j] + 0.5*v
	}
}

const (
	spareDimensions = 10
	powerIterations = 3
)

// embed gives the rows of S·x in the d directions that hold most of it. Rows
// are scaled to length 1; a row of zeros has nothing in common with any other.
func embed(x *sparse, s *smoother, d int, rng *rand.Rand) *dense {
	out := factorise(x, s, d, 1, rng)
	for i := range out.rows {
		unit(out.row(i))
	}
	return out
}

// factorise gives the rows of S·x in the d directions that hold most of it, the
// most first, by randomised SVD (Halko, Martinsson and Tropp 2011): its left
// singular vectors, each times its singular value to the given power.
func factorise(x *sparse, s *smoother, d int, power float64, rng *rand.Rand) *dense {
	wide := min(d+spareDimensions, x.rows, x.cols)
	if wide == 0 {
		return newDense(x.rows, 0)
	}
	d = min(d, wide)
	transposed := x.transposed()
	draw := newDense(x.cols, wide)
	for i := range draw.val {
		draw.val[i] = float32(rng.NormFloat64())
	}
	y := s.apply(x.times(draw))
	orthonormalise(y)
	for range powerIterations {
		z := transposed.times(s.applyTransposed(y))
		orthonormalise(z)
		y = s.apply(x.times(z))
		orthonormalise(y)
	}
	w := transposed.times(s.applyTransposed(y))
	values, vectors := eigen(w.gram())
	turn := newDense(wide, d)
	for j := range d {
		from := wide - 1 - j // values ascend
		scale := math.Pow(math.Max(values[from], 0), power/2)
		for i := range wide {
			turn.row(i)[j] = float32(vectors.At(i, from) * scale)
		}
	}
	return y.timesSmall(turn)
}

// unit scales v to length 1, or to zero when next to nothing of it is there.
func unit(v []float32) {
	var sum float64
	for _, e := range v {
		sum += float64(e) * float64(e)
	}
	if sum < 1e-12 {
		clear(v)
		return
	}
	scale := float32(1 / math.Sqrt(sum))
	for j := range v {
		v[j] *= scale
	}
}

// orthonormalise makes the columns of y orthonormal, in place. Columns that
// depend on the others become zero.
func orthonormalise(y *dense) {
	for range 2 { // the second pass repairs what rounding lost in the first
		values, vectors := eigen(y.gram())
		n := y.cols
		turn := newDense(n, n)
		for j := range n {
			if values[j] <= 1e-9*values[n-1] || values[j] <= 0 {
				continue
			}
			scale := 1 / math.Sqrt(values[j])
			for i := range n {
				turn.row(i)[j] = float32(vectors.At(i, j) * scale)
			}
		}
		y.val = y.timesSmall(turn).val
	}
}

// gram gives mᵀ·m.
func (m *dense) gram() *mat.SymDense {
	const size = 2048
	n := m.cols
	parts := make([][]float64, (m.rows+size-1)/size)
	inParallel(m.rows, size, func(lo, hi int) {
		rows := make([]float64, (hi-lo)*n)
		for i, v := range m.val[lo*n : hi*n] {
			rows[i] = float64(v)
		}
		part := make([]float64, n*n)
		blas64.Implementation().Dsyrk(blas.Upper, blas.Trans, n, hi-lo, 1, rows, n, 0, part, n)
		parts[lo/size] = part
	})
	sum := make([]float64, n*n)
	for _, part := range parts {
		for i, v := range part {
			sum[i] += v
		}
	}
	return mat.NewSymDense(n, sum)
}

// timesSmall gives m·b for a small b.
func (m *dense) timesSmall(b *dense) *dense {
	out := newDense(m.rows, b.cols)
	inParallel(m.rows, 512, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			to := out.row(i)
			for j, v := range m.row(i) {
				addScaled(to, v, b.row(j))
			}
		}
	})
	return out
}

// eigen gives the eigenvalues of g, ascending, and their vectors as columns.
// A matrix that is not finite gives zeros.
func eigen(g *mat.SymDense) ([]float64, *mat.Dense) {
	n := g.SymmetricDim()
	var e mat.EigenSym
	if !e.Factorize(g, true) {
		return make([]float64, n), mat.NewDense(n, n, nil)
	}
	var vectors mat.Dense
	e.VectorsTo(&vectors)
	return e.Values(nil), &vectors
}
