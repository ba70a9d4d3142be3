package theme

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

const (
	// lensTexts bounds the texts of a group that are compared with each other;
	// larger groups show in the whole body by themselves.
	lensTexts = 600
	// lensKept is how many values are kept of a text averaged with its neighbours.
	lensKept = 256
	// lensShare: a group with more of the texts than this needs no lens.
	lensShare = 0.5
	// oneTheme: two sets of texts are one theme when they are this much as alike
	// across as either is in itself.
	oneTheme = 0.15
	// drawnGroups is how many random sets of people a group is compared with,
	// and byChance the share of them that may look as much of one mind. Large
	// groups are compared with fewer, within comparisons pairs of texts.
	drawnGroups = 60
	byChance    = 0.45
	comparisons = 500_000
	// leastDeviation keeps sizes at which random sets are all alike from making
	// much of little.
	leastDeviation = 0.005
	// ownOdds: what a group says is its own when the odds that somebody who says
	// it is of the group are this many times those of anybody.
	ownOdds = 2.0
)

// lens looks for themes inside each respondent group and keeps those that are
// the group's own, however small, as themes beside the others. Whoever outside
// the group says the same joins. A group theme that others share at the common
// rate is already part of a theme of the whole body.
func (f *finder) lens(graph *sparse, rng *rand.Rand) {
	var groups [][]int
	var names []string
	for _, g := range f.groupNames() {
		members := f.textsOfGroup(g)
		if len(members) >= 2 && len(members) <= lensTexts && float64(len(members)) <= lensShare*float64(len(f.texts)) {
			groups, names = append(groups, members), append(names, g)
		}
	}
	if len(groups) == 0 {
		return
	}
	l := &lens{x: f.space, index: f.space.transposed(), z: smoothed(f.space, graph, 1, lensKept)}
	for i := range l.x.rows {
		if cols, _ := l.x.row(i); len(cols) > 0 {
			l.all = append(l.all, i)
		}
	}
	for n, members := range groups {
		for _, found := range l.own(members, rng) {
			if f.people(found) < leastOfGroup {
				continue // one person's long answer
			}
			for _, i := range found {
				f.group[i] = int32(f.k)
			}
			f.owner[f.k] = names[n]
			f.k++
		}
	}
}

// people counts the documents that say any of the given texts.
func (f *finder) people(texts []int) int {
	docs := map[int]bool{}
	for _, i := range texts {
		for _, d := range f.texts[i].docs {
			docs[d] = true
		}
	}
	return len(docs)
}

// groupNames gives the respondent groups in alphabetical order.
func (f *finder) groupNames() []string {
	seen := map[string]bool{}
	var out []string
	for _, d := range f.docs {
		for _, g := range d.Groups {
			if !seen[g] {
				seen[g] = true
				out = append(out, g)
			}
		}
	}
	slices.Sort(out)
	return out
}

// textsOfGroup gives the texts that mostly people of group g say.
func (f *finder) textsOfGroup(g string) []int {
	var out []int
	for i, t := range f.texts {
		n := 0
		for _, d := range t.docs {
			if slices.Contains(f.docs[d].Groups, g) {
				n++
			}
		}
		if cols, _ := f.features.row(i); 2*n > len(t.docs) && len(cols) > 0 {
			out = append(out, i)
		}
	}
	return out
}

// A lens looks at the texts of one group after the other.
type lens struct {
	x     *sparse // features of all texts
	index *sparse // x transposed
	z     *sparse // x averaged once with the neighbours', so that texts can be alike without sharing a word
	all   []int   // texts that have any features
}

// own gives the themes that are a group's own, as texts of the whole body: the
// highest nodes of the tree of its texts that are one theme, are more of one
// mind than random people are, and are said by others far less.
func (l *lens) own(members []int, rng *rand.Rand) [][]int {
	tree := l.link(members)
	unlikely := l.chance(len(members), rng)
	inside := make([]bool, l.x.rows)
	for _, i := range members {
		inside[i] = true
	}
	var out [][]int
	var visit func(node int)
	visit = func(node int) {
		if tree.size(node) < 2 {
			return
		}
		n := tree.nodes[node]
		one := n.across >= oneTheme*max(tree.nodes[n.left].within, tree.nodes[n.right].within)
		if one && unlikely(n) {
			if texts := l.distinct(tree.leaves(node, members), inside, len(members)); texts != nil {
				out = append(out, texts)
				return
			}
		}
		visit(n.left)
		visit(n.right)
	}
	visit(len(tree.nodes) - 1)
	slices.SortStableFunc(out, func(a, b []int) int { return cmp.Compare(len(b), len(a)) })
	return out
}

// chance learns from random sets of n texts how alike the texts of a node are
// by chance, and returns whether those of a given node are more alike than
// that: measured in standard deviations for its size, against the most extreme
// node of each random set.
func (l *lens) chance(n int, rng *rand.Rand) func(linked) bool {
	draws := min(max(comparisons/(n*n/2+1), 20), drawnGroups)
	densest := make([][]float64, draws) // by size: of the nodes at least so large, the most alike
	for d := range draws {
		sample := make([]int, n)
		for i := range sample {
			sample[i] = l.all[rng.IntN(len(l.all))]
		}
		slices.Sort(sample)
		sample = slices.Compact(sample)
		most := make([]float64, n+1)
		for _, node := range l.link(sample).nodes {
			most[node.size] = max(most[node.size], node.within)
		}
		for size := n - 1; size >= 2; size-- {
			most[size] = max(most[size], most[size+1])
		}
		densest[d] = most
	}
	// The deviation of a value at a size from those of the random sets, or from
	// the others of them.
	sum, squares := make([]float64, n+1), make([]float64, n+1)
	for size := 2; size <= n; size++ {
		for _, most := range densest {
			sum[size] += most[size]
			squares[size] += most[size] * most[size]
		}
	}
	deviates := func(v float64, size int, without []float64) float64 {
		count, s, q := float64(draws), sum[size], squares[size]
		if without != nil {
			count, s, q = count-1, s-without[size], q-without[size]*without[size]
		}
		mean := s / count
		return (v - mean) / (math.Sqrt(max(q/count-mean*mean, 0)) + leastDeviation)
	}
	extreme := make([]float64, draws)
	for d, most := range densest {
		for size := 2; size <= n; size++ {
			extreme[d] = max(extreme[d], deviates(most[size], size, most))
		}
	}
	slices.Sort(extreme)
	level := extreme[draws-1-int(byChance*float64(draws))]
	return func(node linked) bool { return deviates(node.within, node.size, nil) > level }
}

// distinct gives the texts that belong with the given texts of a group, when
// what they say is the group's own; else nil.
func (l *lens) distinct(texts []int, inside []bool, groupSize int) []int {
	centre := map[int32]float64{}
	for _, i := range texts {
		cols, vals := l.x.row(i)
		for j, c := range cols {
			centre[c] += float64(vals[j])
		}
	}
	columns := make([]int32, 0, len(centre))
	for c := range centre {
		columns = append(columns, c)
	}
	slices.Sort(columns)
	var length float64
	near := map[int]float64{}
	for _, c := range columns {
		length += centre[c] * centre[c]
		rows, vals := l.index.row(int(c))
		for j, r := range rows {
			near[int(r)] += centre[c] * float64(vals[j])
		}
	}
	member := map[int]bool{}
	for _, i := range texts {
		member[i] = true
	}
	fit := func(i int) float64 { // cosine with the centre of the (other) members
		s := near[i]
		if member[i] {
			return max(s-1, 0) / math.Sqrt(max(length-2*s+1, 1e-12))
		}
		return s / math.Sqrt(length)
	}
	fits := make([]float64, 0, len(texts))
	for _, i := range texts {
		fits = append(fits, fit(i))
	}
	slices.Sort(fits)
	median, upper := fits[len(fits)/2], fits[len(fits)*3/4]
	if median <= 0 {
		return nil
	}
	var in, out float64
	var belong, join []int
	for _, i := range l.all {
		s := fit(i)
		if s >= median && inside[i] {
			in++
		} else if s >= median {
			out++
		}
		switch {
		case member[i]:
			belong = append(belong, i)
		case s >= upper: // nearer than three in four members
			join = append(join, i)
		}
	}
	rest := float64(len(l.all) - groupSize)
	if len(texts) < 2 || in*rest < ownOdds*out*float64(groupSize) {
		return nil
	}
	// Others join, but not so many that the theme would no longer be the group's:
	// then what its members share is too vague to tell who else shares it.
	if len(join) <= len(belong) {
		belong = append(belong, join...)
		slices.Sort(belong)
	}
	return belong
}

// A linked node of a tree of texts.
type linked struct {
	left, right int
	size        int
	across      float64 // mean similarity between the texts of both halves
	within      float64 // … and between all texts of the node
}

// A tree links texts that are alike. Its first nodes are the texts themselves;
// the last is the root.
type tree struct{ nodes []linked }

func (t *tree) size(node int) int { return t.nodes[node].size }

func (t *tree) leaves(node int, texts []int) []int {
	n := t.nodes[node]
	if n.size == 1 {
		return []int{texts[node]}
	}
	return append(t.leaves(n.left, texts), t.leaves(n.right, texts)...)
}

// link builds the tree of the given texts by average linkage: at every step
// two nodes are joined that are each other's most similar.
func (l *lens) link(texts []int) *tree {
	n := len(texts)
	t := &tree{nodes: make([]linked, n, 2*n)}
	sim := make([][]float32, n)
	inParallel(n, 8, func(lo, hi int) {
		for a := lo; a < hi; a++ {
			sim[a] = make([]float32, n)
			ac, av := l.z.row(texts[a])
			for b := range a {
				bc, bv := l.z.row(texts[b])
				sim[a][b] = sparseDot(ac, av, bc, bv)
			}
		}
	})
	for a := range n {
		for b := range a {
			sim[b][a] = sim[a][b]
		}
	}
	at := make([]int, n) // row of sim → its node, or -1
	for i := range n {
		t.nodes[i].size = 1
		at[i] = i
	}
	var chain []int
	for len(t.nodes) < 2*n-1 {
		if len(chain) == 0 {
			chain = append(chain, slices.IndexFunc(at, func(node int) bool { return node >= 0 }))
		}
		a := chain[len(chain)-1]
		best := -1
		if len(chain) > 1 {
			best = chain[len(chain)-2] // a draw goes back along the chain, or it never ends
		}
		for b := range n {
			if b != a && at[b] >= 0 && (best < 0 || sim[a][b] > sim[a][best]) {
				best = b
			}
		}
		if len(chain) < 2 || best != chain[len(chain)-2] {
			chain = append(chain, best)
			continue
		}
		chain = chain[:len(chain)-2]
		t.nodes = append(t.nodes, join(t.nodes, at[a], at[best], float64(sim[a][best])))
		wa, wb := float32(t.size(at[a])), float32(t.size(at[best]))
		for b := range n {
			if at[b] >= 0 && b != a && b != best {
				s := (wa*sim[a][b] + wb*sim[best][b]) / (wa + wb)
				sim[best][b], sim[b][best] = s, s
			}
		}
		at[a], at[best] = -1, len(t.nodes)-1
	}
	return t
}

// join makes a node of two.
func join(nodes []linked, left, right int, across float64) linked {
	pairs := func(n int) float64 { return float64(n*(n-1)) / 2 }
	a, b := nodes[left], nodes[right]
	return linked{
		left: left, right: right, size: a.size + b.size, across: across,
		within: (across*float64(a.size*b.size) + a.within*pairs(a.size) + b.within*pairs(b.size)) / pairs(a.size+b.size),
	}
}

func sparseDot(ac []int32, av []float32, bc []int32, bv []float32) float32 {
	var sum float32
	for i, j := 0, 0; i < len(ac) && j < len(bc); {
		switch {
		case ac[i] < bc[j]:
			i++
		case ac[i] > bc[j]:
			j++
		default:
			sum += av[i] * bv[j]
			i++
			j++
		}
	}
	return sum
}

// Log-odds of a theme in a group against everybody else, with a Dirichlet
// prior in the proportions of the whole body (Monroe, Colaresi and Quinn 2008).
const (
	priorThemes  = 50   // weight of the prior, in assignments
	distinctiveZ = 1.96 // standard errors above which a theme is distinctive
	leastOfGroup = 2    // people of the group who must have said it
)

// logOdds gives the log-odds ratio of a theme in a group against the rest, in
// standard errors: y of n assignments in the group, all of total in the body.
func logOdds(y, n, all, total int) float64 {
	prior := priorThemes * float64(all) / float64(total)
	in, group := float64(y)+prior, float64(n)+priorThemes
	out, rest := float64(all-y)+prior, float64(total-n)+priorThemes
	if in >= group || out >= rest {
		return 0 // everybody says it
	}
	delta := math.Log(in/(group-in)) - math.Log(out/(rest-out))
	return delta / math.Sqrt(1/in+1/out)
}
