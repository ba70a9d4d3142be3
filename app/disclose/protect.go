package disclose

import (
	"cmp"
	"slices"
)

// Protect returns t with every unsafe figure masked, and with as many others as
// it takes for the masked ones to stay unknown. It withholds cells before totals
// and small figures before large ones, and is deterministic. However much it
// has to mask, the result is a whole table; at worst it says "not shown"
// throughout, which is also what a table that fails [Table.Check] becomes, so
// that no mistake in the counts can put them on show.
func Protect(t Table) Shown { return protect(t, false) }

// protect is Protect of a table whose column totals stand elsewhere too if
// elsewhere is set: then even in a table of one row, a cell that holds its whole
// column tells that everybody is alike.
func protect(t Table, elsewhere bool) Shown {
	s := outline(t)
	if t.Check() != nil {
		return s
	}
	g := newGrid(t)
	g.found = t.Found
	g.maskUnsafe(elsewhere)
	g.withholdUntilSafe()
	return g.fill(s)
}

// outline returns the shape of t with every figure masked.
func outline(t Table) Shown {
	s := Shown{
		Rows:         slices.Clone(t.Rows),
		Columns:      slices.Clone(t.Columns),
		Cells:        make([][]Figure, len(t.Rows)),
		RowTotals:    make([]Figure, len(t.Rows)),
		ColumnTotals: make([]Figure, len(t.Columns)),
		Sensitive:    make([]bool, len(t.Columns)),
		RowSums:      make([]Sum, len(t.Rows)+1),
		ColumnSums:   make([]Sum, len(t.Columns)+1),
		Found:        t.Found,
	}
	copy(s.Sensitive, t.Sensitive)
	for i := range s.Cells {
		s.Cells[i] = make([]Figure, len(t.Columns))
	}
	return s
}

// grid is a table with its totals as one more row and one more column, so that
// every figure lies on one row line and one column line. In Protect it holds the
// true counts; in Attack some counts that fit what is shown.
type grid struct {
	rows, columns int // without the totals
	figures       [][]Figure
	counts        [][]int
	thresholds    []int // by column, the totals' last
	rowSums       []Sum
	columnSums    []Sum
	// together is set in a System, where a reader is not told that a line of masked
	// figures differs from its total, only which way it may.
	together bool
	// found is whom readers find who search, and searches is set while it is held
	// against one who does.
	found    *Found
	searches bool
}

func newGrid(t Table) *grid {
	g := &grid{rows: len(t.Rows), columns: len(t.Columns), thresholds: thresholds(t.Sensitive)}
	for i, row := range t.Counts {
		g.counts = append(g.counts, append(slices.Clone(row), t.RowTotals[i]))
	}
	g.counts = append(g.counts, append(slices.Clone(t.ColumnTotals), t.Total))
	g.figures = make([][]Figure, g.rows+1)
	for i := range g.figures {
		g.figures[i] = make([]Figure, g.columns+1)
		parts := g.counts[i][:g.columns]
		g.rowSums = append(g.rowSums, compare(parts, g.counts[i][g.columns]))
	}
	for j := range g.columns + 1 {
		var parts []int
		for i := range g.rows {
			parts = append(parts, g.counts[i][j])
		}
		g.columnSums = append(g.columnSums, compare(parts, g.counts[g.rows][j]))
	}
	return g
}

func thresholds(sensitive []bool) []int {
	var out []int
	for _, s := range sensitive {
		out = append(out, threshold(s))
	}
	return append(out, threshold(slices.Contains(sensitive, true)))
}

func compare(parts []int, total int) Sum {
	sum := 0
	for _, n := range parts {
		sum += n
	}
	switch {
	case sum > total:
		return Overlaps
	case sum < total:
		return Leaves
	default:
		return Adds
	}
}

// maskUnsafe masks what is unsafe on its own account.
func (g *grid) maskUnsafe(elsewhere bool) {
	for i, row := range g.figures {
		for j := range row {
			row[j] = figure(g.counts[i][j], g.thresholds[j])
			// In a table of one row, a cell that holds its whole column says nothing.
			everybody := (g.rows > 1 || elsewhere) && i < g.rows && g.counts[i][j] == g.counts[g.rows][j]
			if everybody && j < g.columns && g.thresholds[j] == SensitiveThreshold && row[j].Shown {
				g.withhold(i, j)
			}
		}
	}
}

func (g *grid) withhold(i, j int) {
	g.figures[i][j] = Figure{Threshold: g.thresholds[j], Withheld: true}
}

// withholdUntilSafe masks further figures until the attacker fails on every one,
// and then one who searches as well. Each step takes something away from what is
// shown, and a table of which nothing is shown is safe, so it ends.
func (g *grid) withholdUntilSafe() {
	for {
		g.searches = false
		unsafe, found := g.firstUnsafe()
		if !found && g.found != nil {
			g.searches = true
			unsafe, found = g.firstUnsafe()
		}
		if !found {
			return
		}
		g.withholdFor(unsafe)
	}
}

// firstUnsafe returns the narrowest of the attacker's unsafe bounds, the first
// of them if there are several.
func (g *grid) firstUnsafe() (Bounds, bool) {
	var worst Bounds
	found := false
	for _, b := range g.attack() {
		if !g.safe(b) && (!found || b.High-b.Low < worst.High-worst.Low) {
			worst, found = b, true
		}
	}
	return worst, found
}

// withholdFor takes something away in order to widen b. Where lines of the table
// tie the figure down it withholds the smallest figures that free it; where a
// rule about parts does, whichever figure on its lines helps most. Failing that,
// what masked figures say goes as well ("fewer than 10" becomes "not shown"), and
// last the rest of the table.
func (g *grid) withholdFor(b Bounds) {
	if release := g.release(b); len(release) > 0 {
		for _, p := range release {
			g.withhold(p.i, p.j)
		}
		return
	}
	if p, ok := g.best(b); ok {
		g.withhold(p.i, p.j)
		return
	}
	speaking := func(f Figure) bool { return f != Figure{} }
	if speaking(g.figures[b.Row][b.Column]) {
		g.figures[b.Row][b.Column] = Figure{}
		return
	}
	p := append(g.onLines(b, speaking), g.everywhere(speaking)...)[0]
	g.figures[p.i][p.j] = Figure{}
}

// safe reports whether what the attacker knows of a masked figure is little enough.
// One who searches is kept from telling people at risk to fewer than [Threshold]
// numbers, unless it takes no more than whom they find and how many there are in the
// group at all.
func (g *grid) safe(b Bounds) bool {
	if !g.searches {
		return b.Safe()
	}
	if b.Column == g.columns || b.Threshold < SensitiveThreshold {
		return true
	}
	group := g.figures[g.rows][b.Column]
	return b.High-b.Low >= Threshold-1 || b.Row < g.rows && group.Shown && b.High >= group.Value && b.Low <= g.least(b.Row, b.Column)
}

type place struct{ i, j int }

// release returns the shown figures to withhold for b's figure to move further
// in the direction it needs: those on the cheapest way round the network back to
// it, a figure costing its count, and a total more than any cell.
func (g *grid) release(b Bounds) []place {
	v := g.claims()
	for g.narrow(v) {
	}
	n := g.network(v)
	k := n.arcOf[b.Row][b.Column]
	a := n.arcs[k]
	down := g.cheapest(n, k, a.from, a.to, a.flow-a.least)
	up := g.cheapest(n, k, a.to, a.from, a.cap-a.flow)
	switch f := g.figures[b.Row][b.Column]; {
	case !f.Withheld && f.Threshold > 0 && b.Low > 0:
		return down.places
	case !f.Withheld && f.Threshold > 0, len(down.places) == 0:
		return up.places
	case len(up.places) > 0 && up.cost < down.cost:
		return up.places
	default:
		return down.places
	}
}

// way is a set of shown figures that would let a masked one move if withheld.
type way struct {
	places []place
	cost   int
}

// cheapest returns the way for more than what the masked figures allow to flow
// between two nodes, without arc skip. There is none if limit can flow already.
func (g *grid) cheapest(n *network, skip, from, to, limit int) way {
	was := slices.Clone(n.arcs)
	defer func() { n.arcs = was }()
	if n.push(from, to, limit, skip) == limit {
		return way{}
	}
	// Dijkstra's algorithm, over what is left of the masked figures at no cost and
	// over the shown figures.
	type step struct {
		cost, from int
		by         place
		withholds  bool
		done       bool
	}
	const far = int(^uint(0) >> 1)
	steps := make([]step, n.nodes)
	for i := range steps {
		steps[i].cost = far
	}
	steps[from].cost = 0
	for {
		at := -1
		for node, s := range steps {
			if !s.done && s.cost < far && (at < 0 || s.cost < steps[at].cost) {
				at = node
			}
		}
		if at < 0 {
			return way{}
		}
		if at == to {
			break
		}
		steps[at].done = true
		reach := func(next int, s step) {
			if s.cost += steps[at].cost; s.cost < steps[next].cost {
				s.from = at
				steps[next] = s
			}
		}
		for _, k := range n.leave[at] {
			if a := n.arcs[k]; k != skip && a.from == at && a.flow < a.cap {
				reach(a.to, step{})
			} else if k != skip && a.to == at && a.flow > a.least {
				reach(a.from, step{})
			}
		}
		for i, row := range g.figures {
			for j, f := range row {
				if !f.Shown {
					continue
				}
				s := step{cost: 1 + g.counts[i][j], by: place{i, j}, withholds: true}
				if i == g.rows || j == g.columns {
					s.cost += 1 + g.counts[g.rows][g.columns]
				}
				switch start, end := g.ends(i, j); {
				case start == at:
					reach(end, s)
				case end == at && g.counts[i][j] > g.thresholds[j]:
					reach(start, s)
				}
			}
		}
	}
	out := way{cost: steps[to].cost}
	for at := to; at != from; at = steps[at].from {
		if steps[at].withholds {
			out.places = append(out.places, steps[at].by)
		}
	}
	return out
}

// best returns the shown figure on b's lines that widens b most when withheld,
// the smallest of them if several do, and false if none widens it.
func (g *grid) best(b Bounds) (place, bool) {
	var best place
	width, found := b.High-b.Low, false
	for _, p := range g.onLines(b, func(f Figure) bool { return f.Shown }) {
		was := g.figures[p.i][p.j]
		g.withhold(p.i, p.j)
		try := g.attackOne(b.Row, b.Column)
		g.figures[p.i][p.j] = was
		if try.High-try.Low > width {
			best, width, found = p, try.High-try.Low, true
		}
	}
	return best, found
}

// onLines returns the places on b's row and column whose figure satisfies keep:
// cells before totals, then small counts before large, then in reading order.
func (g *grid) onLines(b Bounds, keep func(Figure) bool) []place {
	out := slices.DeleteFunc(g.everywhere(keep), func(p place) bool {
		return (p.i == b.Row) == (p.j == b.Column)
	})
	total := func(p place) int {
		if p.i == g.rows || p.j == g.columns {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(out, func(a, b place) int {
		return cmp.Or(total(a)-total(b), g.counts[a.i][a.j]-g.counts[b.i][b.j])
	})
	return out
}

// everywhere returns the places whose figure satisfies keep, in reading order.
func (g *grid) everywhere(keep func(Figure) bool) []place {
	var out []place
	for i, row := range g.figures {
		for j, f := range row {
			if keep(f) {
				out = append(out, place{i, j})
			}
		}
	}
	return out
}

// fill returns s with the figures of g.
func (g *grid) fill(s Shown) Shown {
	for i := range g.rows {
		copy(s.Cells[i], g.figures[i])
		s.RowTotals[i] = g.figures[i][g.columns]
	}
	copy(s.ColumnTotals, g.figures[g.rows])
	s.Total = g.figures[g.rows][g.columns]
	s.RowSums, s.ColumnSums = g.rowSums, g.columnSums
	return s
}
