package disclose

import (
	"errors"
	"fmt"
	"math"
)

// Unbounded is the High of a bound with no limit above.
const Unbounded = math.MaxInt32

// Bounds is what an attacker can work out about one masked figure: its true
// count is one of Low to High.
type Bounds struct {
	// Row and Column place the figure in Shown.Cells. Row len(Rows) is the row of
	// column totals, Column len(Columns) the column of row totals.
	Row, Column int
	Low, High   int
	Threshold   int // the threshold of the place
}

// Safe reports whether the figure could still be any of at least Threshold
// numbers. For one shown as "fewer than 10" these are 0 to 9, so it is safe only
// if nothing was learnt at all.
func (b Bounds) Safe() bool { return b.High-b.Low >= b.Threshold-1 }

func gridOf(s Shown) (*grid, error) {
	rows, columns := len(s.Rows), len(s.Columns)
	if rows == 0 || columns == 0 {
		return nil, errors.New("a table needs at least one row and one column")
	}
	if len(s.Cells) != rows || len(s.RowTotals) != rows || len(s.RowSums) != rows+1 {
		return nil, fmt.Errorf("a table of %d rows needs as many rows of cells and row totals, and one more row sum: got %d, %d and %d", rows, len(s.Cells), len(s.RowTotals), len(s.RowSums))
	}
	if len(s.ColumnTotals) != columns || len(s.Sensitive) != columns || len(s.ColumnSums) != columns+1 {
		return nil, fmt.Errorf("a table of %d columns needs as many column totals and sensitive marks, and one more column sum: got %d, %d and %d", columns, len(s.ColumnTotals), len(s.Sensitive), len(s.ColumnSums))
	}
	g := &grid{
		rows: rows, columns: columns,
		thresholds: thresholds(s.Sensitive),
		rowSums:    s.RowSums, columnSums: s.ColumnSums,
		found: s.Found,
	}
	for i, cells := range s.Cells {
		if len(cells) != columns {
			return nil, fmt.Errorf("row %d has %d cells: expected %d", i, len(cells), columns)
		}
		g.figures = append(g.figures, append(append([]Figure(nil), cells...), s.RowTotals[i]))
	}
	g.figures = append(g.figures, append(append([]Figure(nil), s.ColumnTotals...), s.Total))
	for _, figures := range g.figures {
		counts := make([]int, len(figures))
		for j, f := range figures {
			counts[j] = f.Value
		}
		g.counts = append(g.counts, counts)
	}
	return g, nil
}

// The attacker of one table is given everything shown, the thresholds, the rules of
// this package and the sums of lines, and knows that counts are whole numbers from 0,
// that no part is greater than its whole, and that two parts of a whole that together
// exceed it must share the excess. Where people are in several columns or none, a
// line is an inequality and tells less than an equation; a table says which lines are
// which because a reader may well guess it ("hardly anybody ticks two boxes") and be
// right. One who searches knows whom they find, too.
//
// The counts of a table that satisfy its lines are the flows of a network, with
// an arc per figure between its row and its column, so the bounds the lines give
// are exact: no combination of rows and columns gives better. The two rules about
// parts are applied figure by figure between rounds of that.

// interval is a range of counts, both ends included.
type interval struct{ low, high int }

// claims returns what each figure says of itself.
func (g *grid) claims() [][]interval {
	out := make([][]interval, len(g.figures))
	for i, row := range g.figures {
		out[i] = make([]interval, len(row))
		for j, f := range row {
			switch {
			case f.Shown:
				out[i][j] = interval{f.Value, f.Value}
			case f.Withheld:
				out[i][j] = interval{f.Threshold, Unbounded}
			case f.Threshold > 0:
				out[i][j] = interval{0, f.Threshold - 1}
			default:
				out[i][j] = interval{0, Unbounded}
			}
			out[i][j].low = max(out[i][j].low, g.least(i, j))
		}
	}
	return out
}

// least is how many the attacker finds in a place, foundApart how many in a row who
// are in no sensitive column: see Found.
func (g *grid) least(i, j int) int {
	if !g.searches || g.found == nil {
		return 0
	}
	return g.found.Least[i][j]
}

func (g *grid) foundApart(i int) int {
	if !g.searches || g.found == nil {
		return 0
	}
	return g.found.Apart[i]
}

// narrow applies the rules about parts: each is no greater than its whole, and
// two that together exceed it share the excess. It reports whether any interval
// changed.
func (g *grid) narrow(v [][]interval) bool {
	changed := false
	atLeast := func(x *interval, n int) {
		if n > x.low {
			x.low, changed = n, true
		}
	}
	atMost := func(x *interval, n int) {
		if n < x.high {
			x.high, changed = n, true
		}
	}
	part := func(p, whole *interval) {
		atMost(p, whole.high)
		atLeast(whole, p.low)
	}
	all := &v[g.rows][g.columns]
	for i := range v { // those who are apart are in the row, and not in the cell
		for j := range g.columns {
			if apart := g.foundApart(i); apart > 0 && g.thresholds[j] == SensitiveThreshold {
				atMost(&v[i][j], v[i][g.columns].high-apart)
				atLeast(&v[i][g.columns], v[i][j].low+apart)
			}
		}
	}
	for i := range g.rows {
		row := &v[i][g.columns]
		part(row, all)
		for j := range g.columns {
			cell, column := &v[i][j], &v[g.rows][j]
			part(column, all)
			part(cell, row)
			part(cell, column)
			// row + column - cell people are in one or the other.
			atLeast(cell, row.low+column.low-all.high)
			atMost(row, all.high+cell.high-column.low)
			atMost(column, all.high+cell.high-row.low)
			atLeast(all, row.low+column.low-cell.high)
		}
	}
	return changed
}

// rounds limits how often attack goes round. Every round's bounds are true, and
// two or three rounds reach the last of them in all but contrived tables.
const rounds = 16

// attack returns the bounds of every masked figure. g.counts must fit.
func (g *grid) attack() []Bounds {
	v := g.claims()
	for range rounds {
		for g.narrow(v) {
		}
		n := g.network(v)
		changed := false
		for i, row := range g.figures {
			for j := range row {
				if arc := n.arcOf[i][j]; arc >= 0 {
					if in := n.extent(arc); in != v[i][j] {
						v[i][j], changed = in, true
					}
				}
			}
		}
		if !changed {
			break
		}
	}
	var out []Bounds
	for i, row := range g.figures {
		for j, f := range row {
			if !f.Shown {
				out = append(out, Bounds{i, j, v[i][j].low, v[i][j].high, g.thresholds[j]})
			}
		}
	}
	return out
}

// attackOne returns the bounds of the figure at i, j after one round.
func (g *grid) attackOne(i, j int) Bounds {
	v := g.claims()
	for g.narrow(v) {
	}
	n := g.network(v)
	in := n.extent(n.arcOf[i][j])
	return Bounds{i, j, in.low, in.high, g.thresholds[j]}
}

// fit sets the masked counts to some within v that fit, and reports whether there
// are any.
func (g *grid) fit(v [][]interval) bool {
	for i, row := range g.figures {
		for j, f := range row {
			if !f.Shown {
				g.counts[i][j] = v[i][j].low
			}
		}
	}
	n := g.network(v)
	if !n.balance() {
		return false
	}
	for i, row := range g.figures {
		for j := range row {
			if arc := n.arcOf[i][j]; arc >= 0 {
				g.counts[i][j] = n.arcs[arc].flow
			}
		}
	}
	return true
}
