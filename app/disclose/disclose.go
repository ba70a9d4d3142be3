// Package disclose is the one gate from true counts to counts that may be
// shown. Screens, exports, search counts and the report all pass through it, so
// that the same figure is masked everywhere or nowhere. Where people can ask
// questions of their own, no gate on single tables is enough: there, [Release]
// decides beforehand what may be known of each person.
//
// Three rules make a figure unsafe on its own account:
//
//   - It is below its threshold: 10 where a sensitive group is counted, 5
//     elsewhere. Zero is treated as a small count everywhere: "nobody in this
//     group said so" is a statement about each member of the group, and a zero
//     shown beside masked neighbours tells which of them is empty.
//   - It says that everybody in a sensitive group is alike: one cell holds the
//     whole of the group.
//   - It would give one of those away by subtraction. [Protect] withholds
//     further figures until an attacker, who knows every rule written here,
//     cannot narrow any masked figure to fewer values than its threshold; nor, of
//     people at risk, to fewer than [Threshold] values with whom they find by
//     searching. See [Found].
//
// People may be in several columns (a resident who also sells sex) and in
// several rows (a question that takes several answers), or in none. So a total
// counts people, and need not equal the sum of its parts. See [Sum].
package disclose

import (
	"errors"
	"fmt"
	"math"
	"strconv"
)

const (
	// Threshold is the smallest count that may be shown of an ordinary group.
	Threshold = 5
	// SensitiveThreshold is the smallest count that may be shown of a sensitive
	// group, and of any total in a table that has a sensitive column: a total
	// known to be below 5 would put the sensitive count beside it below 5 too.
	SensitiveThreshold = 10
	// PercentBase is the smallest base a percentage may be worked out on.
	PercentBase = 30
)

// Figure is a count as it may be shown. The zero Figure is masked and says
// nothing.
type Figure struct {
	Shown bool
	// Value is the true count if Shown and 0 otherwise, so that a masked count
	// cannot leak by way of a template or an export that forgets to look.
	Value int
	// Threshold is the threshold the count was held against, or 0 in a masked
	// figure of which nothing at all is said.
	Threshold int
	// Withheld is set in a masked figure that is at least Threshold and is masked
	// to protect others. It is clear in one that is below Threshold.
	Withheld bool
}

// String returns the figure as a reader sees it: "38", "fewer than 10" or
// "not shown".
func (f Figure) String() string {
	switch {
	case f.Shown:
		return strconv.Itoa(f.Value)
	case f.Withheld || f.Threshold == 0:
		return "not shown"
	default:
		return "fewer than " + strconv.Itoa(f.Threshold)
	}
}

// Count returns the figure for a count that stands alone. Counts that add up to
// one another, or that readers could subtract, belong in a [Table].
func Count(n int, sensitive bool) Figure {
	return figure(n, threshold(sensitive))
}

// Percent returns f as a whole percentage of base, and false if there is none to
// show: because either figure is masked, or the base is below [PercentBase] (show
// the counts instead), or f is not a part of base. It is 0 or 100 only when that
// is exactly so; 199 of 200 is 99, since "100 %" would be taken to mean everybody.
func Percent(f, base Figure) (int, bool) {
	if !f.Shown || !base.Shown || base.Value < PercentBase || f.Value < 0 || f.Value > base.Value {
		return 0, false
	}
	switch f.Value {
	case 0:
		return 0, true
	case base.Value:
		return 100, true
	}
	p := math.Round(100 * float64(f.Value) / float64(base.Value))
	return int(min(max(p, 1), 99)), true
}

func threshold(sensitive bool) int {
	if sensitive {
		return SensitiveThreshold
	}
	return Threshold
}

// figure applies the threshold and nothing else.
func figure(n, threshold int) Figure {
	if n < threshold {
		return Figure{Threshold: threshold}
	}
	return Figure{Shown: true, Value: n, Threshold: threshold}
}

// Table is a table of true counts of people, such as options by respondent
// group. It never leaves the service: only the [Shown] made from it does.
type Table struct {
	Rows, Columns []string
	Counts        [][]int // Counts[row][column]
	RowTotals     []int   // people in each row, in whatever column
	ColumnTotals  []int   // people in each column, in whatever row
	Total         int     // people in the table
	Sensitive     []bool  // by column: does it count a sensitive group?
	// Across and Down are what a reader may know of every row and of every column:
	// that its parts add up, overlap, leave somebody out, or neither. Only a System
	// asks; Protect gives the reader what is so of each line.
	Across, Down Sum
	Found        *Found // nil if readers find nobody
	// Rest says that the last column is whoever is in no other. A System withholds it
	// before any of them, and then the rows that tell of a figure elsewhere.
	Rest bool
}

// Found is whom readers of a table find for themselves, because what people said
// is released with something of who they are. Nobody's words are held back for it:
// figures are. It tells of people who are in the table, and nothing that is not so.
type Found struct {
	Least [][]int // by row and column, the totals' last: how many are found to be in both
	Apart []int   // by row, the totals' last: how many are found to be in it and in no sensitive column
}

// NewFound returns a Found of nobody yet in a table of so many rows and columns.
func NewFound(rows, columns int) *Found {
	f := &Found{Least: make([][]int, rows+1), Apart: make([]int, rows+1)}
	for i := range f.Least {
		f.Least[i] = make([]int, columns+1)
	}
	return f
}

// OneRow returns the table that breaks a total down by one attribute. Whoever is
// counted in a column is counted in the total, and may be in several columns or
// in none.
func OneRow(columns []string, counts []int, sensitive []bool, total int) Table {
	return Table{Rows: []string{"all"}, Columns: columns, Counts: [][]int{counts}, RowTotals: []int{total}, ColumnTotals: counts, Total: total, Sensitive: sensitive}
}

// Check reports why t is not a table of counts of people: no rows or no columns, a
// part missing or of the wrong length, a negative count, or a cell greater than one of its totals.
// Its errors name positions and never counts.
func (t Table) Check() error {
	rows, columns := len(t.Rows), len(t.Columns)
	if rows == 0 || columns == 0 {
		return errors.New("a table needs at least one row and one column")
	}
	if len(t.Counts) != rows || len(t.RowTotals) != rows {
		return fmt.Errorf("a table of %d rows needs as many rows of counts and row totals: got %d and %d", rows, len(t.Counts), len(t.RowTotals))
	}
	if len(t.ColumnTotals) != columns || len(t.Sensitive) != columns {
		return fmt.Errorf("a table of %d columns needs as many column totals and sensitive marks: got %d and %d", columns, len(t.ColumnTotals), len(t.Sensitive))
	}
	if t.Total < 0 {
		return errors.New("the total is negative")
	}
	for j, n := range t.ColumnTotals {
		if n < 0 || n > t.Total {
			return fmt.Errorf("the total of column %d is negative or greater than the total of the table", j)
		}
	}
	for i, row := range t.Counts {
		if len(row) != columns {
			return fmt.Errorf("row %d has %d counts: expected %d", i, len(row), columns)
		}
		if n := t.RowTotals[i]; n < 0 || n > t.Total {
			return fmt.Errorf("the total of row %d is negative or greater than the total of the table", i)
		}
		for j, n := range row {
			if n < 0 || n > t.RowTotals[i] || n > t.ColumnTotals[j] {
				return fmt.Errorf("the count in row %d, column %d is negative or greater than one of its totals", i, j)
			}
		}
	}
	return nil
}

// Sum says how a line of a table (a row or a column) compares with its total. It
// is published with the table, so the attacker is taken to know it.
type Sum int

const (
	Adds     Sum = iota // the parts add up to the total
	Overlaps            // the parts come to more: somebody is in several
	Leaves              // the parts come to less: somebody is in none
	Unsaid              // they may come to more or to less
)

// Shown is a table of counts that may be shown. A Shown that did not come from
// [Protect] is safe only if a [System] that publishes it recovers nothing.
type Shown struct {
	Rows, Columns []string
	Cells         [][]Figure // Cells[row][column]
	RowTotals     []Figure
	ColumnTotals  []Figure
	Total         Figure
	Sensitive     []bool // by column
	// RowSums and ColumnSums say how each row and column compares with its total.
	// The last of RowSums is the row of column totals, the last of ColumnSums the
	// column of row totals.
	RowSums, ColumnSums []Sum
	Found               *Found // as in the table
}
