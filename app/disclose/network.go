package disclose

// network is a table as a flow network. Its nodes are the rows and the columns,
// the totals' included, and one outside. Each figure is an arc whose flow is the
// count: from the total to the column totals' row, on to the columns, through
// the cells to the rows, through the row totals back to the total. A node
// balances exactly when its line adds up. A line whose parts come to more or less
// than its total has one more arc, for the difference, to or from outside.
//
// Shown figures cannot change, so they are left out: what is left carries the
// difference between one set of counts that fits and another.
type network struct {
	nodes int
	arcs  []arc
	leave [][]int // by node: arcs with this end, either way round
	arcOf [][]int // by row and column: the figure's arc, or -1 if it is shown
	// surplus is what flows into each node less what flows out. It is zero
	// throughout if the counts fit.
	surplus []int

	// Room to work in, since paths are looked for again and again: the arc each node
	// was reached by, plus one, the nodes reached, the path, and arcs to go back to.
	by, queue, way []int
	was            []arc
}

type arc struct {
	from, to   int
	flow       int
	least, cap int
}

func (g *grid) rowNode(i int) int    { return i }
func (g *grid) columnNode(j int) int { return g.rows + 1 + j }

// ends returns the nodes that the figure at i, j flows from and to.
func (g *grid) ends(i, j int) (from, to int) {
	if (i == g.rows) != (j == g.columns) {
		return g.rowNode(i), g.columnNode(j)
	}
	return g.columnNode(j), g.rowNode(i)
}

// network returns the network of g.counts under the given limits.
func (g *grid) network(limits [][]interval) *network {
	outside := g.rows + g.columns + 2

	n := &network{nodes: outside + 1}
	n.leave = make([][]int, n.nodes)
	n.surplus = make([]int, n.nodes)
	n.arcOf = make([][]int, g.rows+1)
	for i, figures := range g.figures {
		n.arcOf[i] = make([]int, g.columns+1)
		for j, f := range figures {
			from, to := g.ends(i, j)
			n.surplus[from] -= g.counts[i][j]
			n.surplus[to] += g.counts[i][j]
			n.arcOf[i][j] = -1
			if !f.Shown {
				n.arcOf[i][j] = n.add(arc{from, to, g.counts[i][j], limits[i][j].low, limits[i][j].high})
			}
		}
	}
	// The parts flow into a row's node and out of a column's, except on the two
	// lines of totals, where it is the other way round.
	for i, sum := range g.rowSums {
		n.difference(g.rowNode(i), outside, sum, i < g.rows, g.apart())
	}
	for j, sum := range g.columnSums {
		n.difference(g.columnNode(j), outside, sum, j == g.columns, g.apart())
	}
	return n
}

func (n *network) add(a arc) int {
	n.arcs = append(n.arcs, a)
	k := len(n.arcs) - 1
	n.leave[a.from] = append(n.leave[a.from], k)
	n.leave[a.to] = append(n.leave[a.to], k)
	return k
}

// difference adds the arc for what a line's parts come to above or below its
// total, at its present size, or least if that is not of the right sign.
func (n *network) difference(node, outside int, sum Sum, partsFlowIn bool, least int) {
	switch sum {
	case Adds:
		return
	case Unsaid:
		n.difference(node, outside, Overlaps, partsFlowIn, least)
		n.difference(node, outside, Leaves, partsFlowIn, least)
		return
	}
	from, to, flow := node, outside, n.surplus[node]
	if (sum == Overlaps) != partsFlowIn {
		from, to, flow = outside, node, -n.surplus[node]
	}
	flow = max(flow, least)
	n.surplus[from] -= flow
	n.surplus[to] += flow
	n.add(arc{from, to, flow, least, Unbounded})
}

// apart is the least by which a line that does not add up differs from its total.
func (g *grid) apart() int {
	if g.together {
		return 0
	}
	return 1
}

// extent returns the least and the greatest flow an arc can have. The flow it
// starts from must balance, and is left as it was.
func (n *network) extent(k int) interval {
	a := n.arcs[k]
	return interval{
		low:  a.flow - n.tryPush(a.from, a.to, a.flow-a.least, k),
		high: a.flow + n.tryPush(a.to, a.from, a.cap-a.flow, k),
	}
}

func (n *network) tryPush(from, to, limit, skip int) int {
	n.was = append(n.was[:0], n.arcs...)
	pushed := n.push(from, to, limit, skip)
	n.arcs, n.was = n.was, n.arcs
	return pushed
}

// push sends up to limit more from one node to another without arc skip, and
// returns how much went.
func (n *network) push(from, to, limit, skip int) int {
	total := 0
	for total < limit {
		path := n.path(from, to, skip)
		if path == nil {
			break
		}
		amount := limit - total
		for at, i := to, len(path)-1; i >= 0; i-- {
			a := n.arcs[path[i]]
			if a.to == at {
				amount, at = min(amount, a.cap-a.flow), a.from
			} else {
				amount, at = min(amount, a.flow-a.least), a.to
			}
		}
		for at, i := to, len(path)-1; i >= 0; i-- {
			a := &n.arcs[path[i]]
			if a.to == at {
				a.flow += amount
				at = a.from
			} else {
				a.flow -= amount
				at = a.to
			}
		}
		total += amount
	}
	return total
}

// path returns the arcs of a shortest path with room to send more along it, or
// nil if there is none.
func (n *network) path(from, to, skip int) []int {
	n.by = append(n.by[:0], make([]int, n.nodes)...)
	by, queue := n.by, append(n.queue[:0], from)
	for head := 0; head < len(queue) && by[to] == 0; head++ {
		at := queue[head]
		for _, k := range n.leave[at] {
			a := n.arcs[k]
			next, room := a.to, a.cap-a.flow
			if a.to == at {
				next, room = a.from, a.flow-a.least
			}
			if k != skip && room > 0 && next != from && by[next] == 0 {
				by[next] = k + 1
				queue = append(queue, next)
			}
		}
	}
	n.queue = queue
	if by[to] == 0 {
		return nil
	}
	path := n.way[:0]
	for at := to; at != from; {
		k := by[at] - 1
		path = append(path, k)
		if at = n.arcs[k].from + n.arcs[k].to - at; at == from {
			break
		}
	}
	for i, j := 0, len(path)-1; i < j; i, j = i+1, j-1 {
		path[i], path[j] = path[j], path[i]
	}
	n.way = path
	return path
}

// balance finds a flow with no surplus anywhere, and reports whether there is
// one.
func (n *network) balance() bool {
	source, sink := n.nodes, n.nodes+1
	n.nodes += 2
	n.leave = append(n.leave, nil, nil)
	wanted := 0
	for node, surplus := range n.surplus {
		if surplus > 0 {
			n.add(arc{from: source, to: node, cap: surplus})
			wanted += surplus
		} else if surplus < 0 {
			n.add(arc{from: node, to: sink, cap: -surplus})
		}
	}
	return n.push(source, sink, wanted, -1) == wanted
}
