package disclose

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// drawTable makes a table of made-up people, of a given shape: each is in up to
// two columns and one row, or none.
func drawTable(t *rapid.T, name string, rows, columns int, sensitive []bool, most int) Table {
	table := Table{Rows: make([]string, rows), Columns: make([]string, columns), Sensitive: sensitive, Counts: make([][]int, rows), RowTotals: make([]int, rows), ColumnTotals: make([]int, columns)}
	for i := range table.Counts {
		table.Counts[i] = make([]int, columns)
	}
	for n := rapid.IntRange(0, most).Draw(t, name+" people"); n > 0; n-- {
		table.Total++
		row := rapid.IntRange(-1, rows-1).Draw(t, "row")
		if row >= 0 {
			table.RowTotals[row]++
		}
		in := map[int]bool{rapid.IntRange(0, columns-1).Draw(t, "column"): true}
		if rapid.IntRange(0, 9).Draw(t, "another") == 0 {
			in[rapid.IntRange(0, columns-1).Draw(t, "second")] = true
		}
		for j := range in {
			table.ColumnTotals[j]++
			if row >= 0 {
				table.Counts[row][j]++
			}
		}
	}
	return table
}

func together(a, b Table) Table {
	sum := a
	plus := func(a, b []int) []int {
		out := make([]int, len(a))
		for i := range a {
			out[i] = a[i] + b[i]
		}
		return out
	}
	sum.Counts = make([][]int, len(a.Counts))
	for i := range a.Counts {
		sum.Counts[i] = plus(a.Counts[i], b.Counts[i])
	}
	sum.RowTotals, sum.ColumnTotals, sum.Total = plus(a.RowTotals, b.RowTotals), plus(a.ColumnTotals, b.ColumnTotals), a.Total+b.Total
	return sum
}

// Two versions of any table, with whoever came between them, expose nobody by
// subtraction: both pass the check, and what the difference tells is never more
// than the table of those who came shows by itself, which has no figure that can
// be worked out.
func TestVersionsCannotBeSubtracted(t *testing.T) {
	naive := 0
	rapid.Check(t, func(t *rapid.T) {
		rows, columns := rapid.IntRange(1, 4).Draw(t, "rows"), rapid.IntRange(1, 4).Draw(t, "columns")
		sensitive := rapid.SliceOfN(rapid.Bool(), columns, columns).Draw(t, "sensitive")
		first := drawTable(t, "first", rows, columns, sensitive, 120)
		came := drawTable(t, "came", rows, columns, sensitive, 60)
		earlier, change := Protect(first), Protect(came)
		later := LaterTable(earlier, change)
		if err := Between(earlier, later); err != nil {
			t.Fatalf("%v\nearlier %+v\nchange %+v\nlater %+v", err, earlier, change, later)
		}
		for _, table := range []Shown{earlier, change} {
			bounds, err := Attack(table)
			if err != nil {
				t.Fatal(err)
			}
			for _, b := range bounds {
				if !b.Safe() {
					t.Fatalf("row %d, column %d can be worked out", b.Row, b.Column)
				}
			}
		}
		// Function of what is shown of each: nobody who knows both and computes it
		// learns anything from the later one.
		places := func(s Shown, visit func(name string, f Figure)) {
			for i := range s.Cells {
				for j := range s.Cells[i] {
					visit(fmt.Sprint(i, j), s.Cells[i][j])
				}
				visit(fmt.Sprint("row ", i), s.RowTotals[i])
			}
			for j := range s.ColumnTotals {
				visit(fmt.Sprint("column ", j), s.ColumnTotals[j])
			}
			visit("total", s.Total)
		}
		was, came2 := map[string]Figure{}, map[string]Figure{}
		places(earlier, func(n string, f Figure) { was[n] = f })
		places(change, func(n string, f Figure) { came2[n] = f })
		places(later, func(n string, f Figure) {
			if f.Shown && f.Value != was[n].Value && f.Value-was[n].Value != came2[n].Value {
				t.Fatalf("%s is neither what it was nor what may be shown of those who came", n)
			}
			if f.Shown && !was[n].Shown {
				t.Fatalf("%s is shown only later", n)
			}
		})
		if Between(earlier, Protect(together(first, came))) != nil {
			naive++
		}
	})
	if naive == 0 {
		t.Error("protecting each version by itself always passed: the check finds nothing")
	}
}

// What each rule is for.
func TestBetween(t *testing.T) {
	table := func(counts ...int) Shown {
		total := 0
		sensitive := make([]bool, len(counts))
		for _, n := range counts {
			total += n
		}
		return Protect(OneRow(make([]string, len(counts)), counts, sensitive, total))
	}
	first := table(40, 30, 20)
	for _, test := range []struct {
		name  string
		later Shown
		says  string
	}{
		{"the same", table(40, 30, 20), ""},
		{"one more", table(41, 30, 20), "by less than its threshold"},
		{"one fewer", table(40, 30, 19), "fell"},
		{"many more of two, so that nobody of the third came", table(50, 42, 20), "could be worked out"},
		{"many more of each", table(50, 42, 28), ""},
		{"another shape", table(40, 30), "same rows"},
	} {
		err := Between(first, test.later)
		if (err == nil) != (test.says == "") || err != nil && !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	if err := Between(table(40, 3, 20), table(40, 9, 20)); err == nil || !strings.Contains(err.Error(), "shown in the later") {
		t.Errorf("a figure that was masked: %v", err)
	}
	// The total tells what one masked part changed by.
	a, b := table(40, 30), table(50, 31)
	b.Cells[0][1], b.ColumnTotals[1] = Figure{Threshold: Threshold, Withheld: true}, Figure{Threshold: Threshold, Withheld: true}
	if err := Between(a, b); err == nil {
		t.Error("a change that follows from the total passes")
	}
}
