package disclose

import (
	"errors"
	"fmt"
)

// A later version of a table must not tell by subtraction what neither tells
// alone. People who were counted in the earlier one are never counted again: those
// who came since are a table of their own, which [Protect] makes safe by itself,
// and [Later] adds the two as they are shown. The two tables are about different
// people, so whatever can be worked out of both together can be worked out of one
// of them. People who left since stay in the totals, which do not say who they
// were.

// Later returns the figure of a later version of a report: what the earlier one
// shows and what is shown of those who came since.
//
//   - A figure whose change is below its threshold, or nothing, stays what it was.
//   - A figure that changed by what may be shown changes by that.
//   - What was masked stays masked; and what changed by a figure that is withheld
//     is withheld.
func Later(earlier, change Figure) Figure {
	small := !change.Shown && !change.Withheld && change.Threshold > 0
	switch {
	case small:
		return earlier
	case earlier.Shown && change.Shown:
		earlier.Value += change.Value
		return earlier
	case earlier.Shown:
		return Figure{Threshold: earlier.Threshold, Withheld: true}
	}
	return Figure{} // "fewer than" may not be so any more
}

// LaterTable returns the later version of a whole table. Both must have the same
// rows and columns.
func LaterTable(earlier, change Shown) Shown {
	out := earlier
	figures := func(a, b []Figure) []Figure {
		sum := make([]Figure, len(a))
		for i := range a {
			sum[i] = Later(a[i], b[i])
		}
		return sum
	}
	sums := func(a, b []Sum) []Sum {
		both := make([]Sum, len(a))
		for i := range a {
			if both[i] = a[i]; a[i] == Adds {
				both[i] = b[i]
			}
		}
		return both
	}
	out.Cells = make([][]Figure, len(earlier.Cells))
	for i := range out.Cells {
		out.Cells[i] = figures(earlier.Cells[i], change.Cells[i])
	}
	out.RowTotals, out.ColumnTotals = figures(earlier.RowTotals, change.RowTotals), figures(earlier.ColumnTotals, change.ColumnTotals)
	out.Total = Later(earlier.Total, change.Total)
	out.RowSums, out.ColumnSums = sums(earlier.RowSums, change.RowSums), sums(earlier.ColumnSums, change.ColumnSums)
	return out
}

// Between reports why two versions of a table must not both be published, nil when
// they may. It knows the two and nothing else, so anybody can check it:
//
//   - a figure that is masked in the earlier one is masked in the later;
//   - a figure that both show is the same in both or has grown by at least its
//     threshold;
//   - on every line whose parts add up in both, a change that is not shown can
//     still be any of at least as many numbers as its threshold, whatever the other
//     changes on the line are.
//
// It fails, too, for tables of another shape, and never repeats a count.
func Between(earlier, later Shown) error {
	a, err := gridOf(earlier)
	if err != nil {
		return err
	}
	b, err := gridOf(later)
	if err != nil {
		return err
	}
	if a.rows != b.rows || a.columns != b.columns {
		return errors.New("the two versions are not of the same rows and columns")
	}
	v := make([][]interval, a.rows+1) // of changes
	shown := make([][]bool, a.rows+1)
	for i := range v {
		v[i], shown[i] = make([]interval, a.columns+1), make([]bool, a.columns+1)
		for j := range v[i] {
			was, is, least := a.figures[i][j], b.figures[i][j], a.thresholds[j]
			v[i][j] = interval{0, Unbounded}
			switch change := is.Value - was.Value; {
			case !was.Shown && is.Shown:
				return fmt.Errorf("row %d, column %d is masked in the earlier version and shown in the later", i, j)
			case !was.Shown || !is.Shown:
			case change == 0: // or less than what is shown
				v[i][j] = interval{0, least - 1}
			case change < least:
				return fmt.Errorf("row %d, column %d changed by less than its threshold, or fell", i, j)
			default:
				v[i][j], shown[i][j] = interval{change, change}, true
			}
		}
	}
	line := func(places []place) error {
		whole := places[len(places)-1]
		for _, p := range places {
			if shown[p.i][p.j] {
				continue
			}
			in := v[p.i][p.j]
			low, high := v[whole.i][whole.j].low, v[whole.i][whole.j].high // of p, by the others
			if p == whole {
				low, high = 0, 0
			}
			for _, o := range places[:len(places)-1] {
				switch {
				case p == whole:
					low, high = low+v[o.i][o.j].low, add(high, v[o.i][o.j].high)
				case o != p:
					high -= min(high, v[o.i][o.j].low)
					low = max(0, low-v[o.i][o.j].high)
				}
			}
			if high = min(high, in.high); high-max(low, in.low) < a.thresholds[p.j]-1 {
				return fmt.Errorf("the change in row %d, column %d could be worked out", p.i, p.j)
			}
		}
		return nil
	}
	for i := range a.rows + 1 {
		if a.rowSums[i] != Adds || b.rowSums[i] != Adds {
			continue
		}
		var places []place
		for j := range a.columns + 1 {
			places = append(places, place{i, j})
		}
		if err := line(places); err != nil {
			return err
		}
	}
	for j := range a.columns + 1 {
		if a.columnSums[j] != Adds || b.columnSums[j] != Adds {
			continue
		}
		var places []place
		for i := range a.rows + 1 {
			places = append(places, place{i, j})
		}
		if err := line(places); err != nil {
			return err
		}
	}
	return nil
}

// add adds without going beyond Unbounded.
func add(a, b int) int { return min(a+b, Unbounded) }
