package disclose

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestCount(t *testing.T) {
	for _, test := range []struct {
		n         int
		sensitive bool
		want      Figure
		text      string
	}{
		{0, false, Figure{Threshold: 5}, "fewer than 5"},
		{4, false, Figure{Threshold: 5}, "fewer than 5"},
		{5, false, Figure{Shown: true, Value: 5, Threshold: 5}, "5"},
		{0, true, Figure{Threshold: 10}, "fewer than 10"},
		{9, true, Figure{Threshold: 10}, "fewer than 10"},
		{10, true, Figure{Shown: true, Value: 10, Threshold: 10}, "10"},
		{-3, true, Figure{Threshold: 10}, "fewer than 10"},
	} {
		got := Count(test.n, test.sensitive)
		if got != test.want || got.String() != test.text {
			t.Errorf("Count(%d, %t) = %+v, %q: want %+v, %q", test.n, test.sensitive, got, got, test.want, test.text)
		}
	}
	for _, f := range []Figure{{}, {Threshold: 10, Withheld: true}} {
		if got := f.String(); got != "not shown" {
			t.Errorf("%+v is %q: want not shown", f, got)
		}
	}
}

func TestPercent(t *testing.T) {
	shown := func(n int) Figure { return Figure{Shown: true, Value: n} }
	for _, test := range []struct {
		f, base Figure
		want    int
		ok      bool
	}{
		{shown(10), shown(29), 0, false}, // base below 30
		{shown(10), shown(30), 33, true},
		{shown(0), shown(40), 0, true},
		{shown(40), shown(40), 100, true},
		{shown(199), shown(200), 99, true}, // not everybody
		{shown(1), shown(1000), 1, true},   // not nobody
		{shown(41), shown(40), 0, false},   // not a part of it
		{Figure{Threshold: 10}, shown(400), 0, false},
		{shown(10), Figure{Threshold: 10, Withheld: true}, 0, false},
	} {
		if got, ok := Percent(test.f, test.base); got != test.want || ok != test.ok {
			t.Errorf("Percent(%v, %v) = %d, %t: want %d, %t", test.f, test.base, got, ok, test.want, test.ok)
		}
	}
}

// draw lays a table out as text: a row a line, the totals last.
func draw(s Shown) string {
	var b strings.Builder
	line := func(cells []Figure, total Figure) {
		for _, f := range append(append([]Figure(nil), cells...), total) {
			text := f.String()
			switch {
			case f.Shown:
			case f.Withheld:
				text = "x"
			case f.Threshold > 0:
				text = fmt.Sprintf("<%d", f.Threshold)
			default:
				text = "-"
			}
			fmt.Fprintf(&b, "%5s", text)
		}
		b.WriteByte('\n')
	}
	for i, cells := range s.Cells {
		line(cells, s.RowTotals[i])
	}
	line(s.ColumnTotals, s.Total)
	return b.String()
}

// table returns a table of people who are each in one row and one column.
func table(sensitive []bool, counts ...[]int) Table {
	t := Table{Counts: counts, Sensitive: sensitive, ColumnTotals: make([]int, len(sensitive))}
	for j := range sensitive {
		t.Columns = append(t.Columns, fmt.Sprintf("group %d", j))
	}
	for i, row := range counts {
		t.Rows = append(t.Rows, fmt.Sprintf("option %d", i))
		sum := 0
		for j, n := range row {
			sum += n
			t.ColumnTotals[j] += n
		}
		t.RowTotals = append(t.RowTotals, sum)
		t.Total += sum
	}
	return t
}

func TestProtect(t *testing.T) {
	for _, test := range []struct {
		name  string
		table Table
		want  string
	}{
		{
			"nothing to hide",
			table([]bool{false, true}, []int{60, 25}, []int{40, 31}),
			`
   60   25   85
   40   31   71
  100   56  156
`,
		},
		{
			// The 3 would be 63-60 and 28-25. Hiding one more in its row and one more
			// in its column is not enough: the four would be tied together.
			"one small cell",
			table([]bool{false, true}, []int{60, 3}, []int{40, 25}),
			`
    x  <10   63
    x    x   65
  100   28  128
`,
		},
		{
			"a sensitive group of fewer than ten",
			table([]bool{false, true}, []int{60, 3}, []int{40, 4}),
			`
    x  <10   63
    x  <10   44
    x  <10  107
`,
		},
		{
			"everybody in a sensitive group says the same",
			table([]bool{false, true}, []int{60, 38}, []int{40, 0}),
			`
    x    x   98
    x  <10   40
  100   38  138
`,
		},
		{
			"nobody",
			table([]bool{false, true}, []int{0, 0}, []int{0, 0}),
			`
   <5  <10  <10
   <5  <10  <10
   <5  <10  <10
`,
		},
		{
			"one row cannot set people apart by what they said",
			table([]bool{false, true}, []int{60, 38}),
			`
   60   38   98
   60   38   98
`,
		},
		{
			"one ordinary column",
			table([]bool{false}, []int{60}, []int{2}, []int{30}, []int{9}),
			`
   60   60
   <5   <5
   30   30
    x    x
  101  101
`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := Protect(test.table)
			if diff := cmp.Diff(test.want, "\n"+draw(got)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			checkSafe(t, test.table, got)
		})
	}
}

// What is known of each person found bounds a masked cell, from above if they are
// not at risk. Then the row's total goes, and another, or it would follow.
func TestProtectKnowsWhoIsFound(t *testing.T) {
	of := func(apart ...int) Table {
		t := table([]bool{false, true}, []int{40, 2}, []int{60, 3}, []int{80, 25})
		t.Found = NewFound(3, 2)
		for i, n := range apart {
			t.Found.Apart[i], t.Found.Least[i][2] = n, n
			t.Found.Apart[3], t.Found.Least[3][2] = t.Found.Apart[3]+n, t.Found.Least[3][2]+n
		}
		return t
	}
	for _, test := range []struct {
		name  string
		apart []int
		want  string
	}{
		{"few of each", []int{20, 20, 40}, `
    x  <10   42
    x  <10   63
    x    x  105
  180   30  210
`},
		{"all but three of a row", []int{39, 20, 40}, `
    x  <10    x
    x  <10    x
    x    x  105
  180   30  210
`},
	} {
		table := of(test.apart...)
		got := Protect(table)
		if diff := cmp.Diff(test.want, "\n"+draw(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
		checkSafe(t, table, got)
	}
}

func TestProtectRefusesWhatIsNotATable(t *testing.T) {
	good := func() Table { return table([]bool{false, true}, []int{60, 25}, []int{40, 31}) }
	for name, spoil := range map[string]func(*Table){
		"no columns":        func(t *Table) { *t = table(nil) },
		"ragged":            func(t *Table) { t.Counts[1] = t.Counts[1][:1] },
		"no row totals":     func(t *Table) { t.RowTotals = nil },
		"no sensitive mark": func(t *Table) { t.Sensitive = t.Sensitive[:1] },
		"negative":          func(t *Table) { t.Counts[0][0] = -1 },
		"part over whole":   func(t *Table) { t.Counts[0][1] = 57 },
		"column over total": func(t *Table) { t.Total = 99 },
	} {
		t.Run(name, func(t *testing.T) {
			spoilt := good()
			spoil(&spoilt)
			if spoilt.Check() == nil {
				t.Error("Check passed")
			}
			for i, row := range Protect(spoilt).Cells {
				for j, f := range row {
					if f != (Figure{}) {
						t.Errorf("figure %d, %d is %v: want not shown", i, j, f)
					}
				}
			}
		})
	}
	if err := good().Check(); err != nil {
		t.Error(err)
	}
}

// people draws a table at random, person by person. Where several is set, a
// person may be in more than one row or column, and where none is set in none. As
// many in ten as found are found, of people at risk with nothing but their groups at
// risk, of others sometimes without a group.
func people(rows, columns, n, found int, several, none bool, sensitive []bool, r *rand.Rand) Table {
	t := Table{
		Rows: make([]string, rows), Columns: make([]string, columns),
		Counts: make([][]int, rows), RowTotals: make([]int, rows), ColumnTotals: make([]int, columns),
		Total: n, Sensitive: sensitive,
	}
	if found > 0 {
		t.Found = NewFound(rows, columns)
	}
	for i := range t.Counts {
		t.Counts[i] = make([]int, columns)
	}
	pick := func(of int) []int {
		if none && r.IntN(10) == 0 {
			return nil
		}
		// Low numbers are likelier, as a real table has large groups and small.
		in := []int{min(r.IntN(of), r.IntN(of))}
		if other := r.IntN(of); several && r.IntN(4) == 0 && other != in[0] {
			in = append(in, other)
		}
		return in
	}
	for range n {
		is, js := pick(rows), pick(columns)
		for _, i := range is {
			t.RowTotals[i]++
			for _, j := range js {
				t.Counts[i][j]++
			}
		}
		for _, j := range js {
			t.ColumnTotals[j]++
		}
		if r.IntN(10) >= found {
			continue
		}
		atRisk := slices.ContainsFunc(js, func(j int) bool { return sensitive[j] })
		if !atRisk && r.IntN(4) == 0 {
			js = nil
		}
		for _, i := range append(is, rows) {
			t.Found.Least[i][columns]++
			if !atRisk {
				t.Found.Apart[i]++
			}
			for _, j := range js {
				if !atRisk || sensitive[j] {
					t.Found.Least[i][j]++
				}
			}
		}
	}
	return t
}

func anyTable(t *rapid.T) Table {
	rows := rapid.IntRange(1, 6).Draw(t, "rows")
	columns := rapid.IntRange(1, 5).Draw(t, "columns")
	sensitive := rapid.SliceOfN(rapid.Bool(), columns, columns).Draw(t, "sensitive")
	n := rapid.SampledFrom([]int{0, 3, 12, 40, 150, 600}).Draw(t, "people")
	several := rapid.Bool().Draw(t, "several")
	none := rapid.Bool().Draw(t, "none")
	found := rapid.IntRange(0, 10).Draw(t, "found")
	seed := rapid.Uint64().Draw(t, "seed")
	return people(rows, columns, n, found, several, none, sensitive, rand.New(rand.NewPCG(seed, 0)))
}

// Attack returns what a reader of s can work out about each masked figure, in
// reading order with the totals last on each line. It fails if s is not a table
// or if no counts of people fit it, which cannot be of a table from [Protect].
func Attack(s Shown) ([]Bounds, error) {
	g, err := gridOf(s)
	if err != nil {
		return nil, err
	}
	if !g.findCounts() {
		return nil, errors.New("no counts of people fit the figures shown: expected a table made by Protect")
	}
	return g.attack(), nil
}

// findCounts sets the masked counts to some that fit, and reports whether there
// are any.
func (g *grid) findCounts() bool {
	v := g.claims()
	for g.narrow(v) {
		for _, row := range v {
			for _, in := range row {
				if in.low > in.high {
					return false
				}
			}
		}
	}
	return g.fit(v)
}

type failer interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// checkSafe checks that s tells the truth about t and no more than it may.
func checkSafe(t failer, table Table, s Shown) {
	t.Helper()
	true_ := newGrid(table).counts
	got, err := gridOf(s)
	if err != nil {
		t.Fatalf("%v", err)
	}
	for i, row := range got.figures {
		for j, f := range row {
			n := true_[i][j]
			switch {
			case f.Shown && f.Value != n:
				t.Errorf("figure %d, %d is shown as %d: it is %d", i, j, f.Value, n)
			case f.Shown && n < got.thresholds[j]:
				t.Errorf("figure %d, %d is shown, below its threshold", i, j)
			case !f.Shown && f.Value != 0:
				t.Errorf("figure %d, %d is masked but carries a value", i, j)
			case !f.Shown && f.Threshold > 0 && f.Withheld == (n < f.Threshold):
				t.Errorf("figure %d, %d says %+v: it is %d", i, j, f, n)
			}
		}
	}
	for _, got.searches = range []bool{false, true} {
		if !got.findCounts() {
			t.Fatalf("no counts fit what is shown and, %t, what is found", got.searches)
		}
		for _, b := range got.attack() {
			if n := true_[b.Row][b.Column]; n < b.Low || n > b.High {
				t.Errorf("the attacker is wrong: %+v is %d", b, n)
			}
			if !got.safe(b) {
				t.Errorf("the attacker succeeds, who searches, %t: %+v", got.searches, b)
			}
		}
	}
}

func TestNoMaskedFigureCanBeRecovered(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table := anyTable(t)
		if err := table.Check(); err != nil {
			t.Fatal(err)
		}
		shown := Protect(table)
		checkSafe(t, table, shown)
		if diff := cmp.Diff(shown, Protect(table)); diff != "" {
			t.Errorf("not deterministic:\n%s", diff)
		}
	})
}

// TestAttackFindsEveryCombination sets Attack against a search of every table of
// one-row-one-column people that fits.
func TestAttackFindsEveryCombination(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.IntRange(1, 3).Draw(t, "rows")
		columns := rapid.IntRange(1, 2).Draw(t, "columns")
		n := rapid.IntRange(0, 5).Draw(t, "people")
		seed := rapid.Uint64().Draw(t, "seed")
		g := newGrid(people(rows, columns, n, 0, false, false, make([]bool, columns), rand.New(rand.NewPCG(seed, 0))))
		want := map[[2]int]interval{}
		for i, row := range g.counts {
			for j, count := range row {
				last := i == rows && j == columns
				if !last && rapid.Bool().Draw(t, "masked") {
					want[[2]int{i, j}] = interval{Unbounded, 0}
				} else {
					g.figures[i][j] = Figure{Shown: true, Value: count}
				}
			}
		}
		every(rows, columns, n, func(counts [][]int) {
			for i, row := range counts {
				for j, count := range row {
					if f := g.figures[i][j]; f.Shown && f.Value != count {
						return
					}
				}
			}
			for at, in := range want {
				count := counts[at[0]][at[1]]
				want[at] = interval{min(in.low, count), max(in.high, count)}
			}
		})
		s := outline(Table{Rows: make([]string, rows), Columns: make([]string, columns)})
		got, err := Attack(g.fill(s))
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != len(want) {
			t.Fatalf("%d bounds: want %d", len(got), len(want))
		}
		for _, b := range got {
			if w := want[[2]int{b.Row, b.Column}]; w != (interval{b.Low, b.High}) {
				t.Errorf("%+v: want %+v", b, w)
			}
		}
	})
}

// every calls f with each table of n people, totals included.
func every(rows, columns, n int, f func([][]int)) {
	counts := make([][]int, rows+1)
	for i := range counts {
		counts[i] = make([]int, columns+1)
	}
	var put func(cell, left int)
	put = func(cell, left int) {
		i, j := cell/columns, cell%columns
		if i == rows {
			if left == 0 {
				f(counts)
			}
			return
		}
		for k := 0; k <= left; k++ {
			for _, at := range [][2]int{{i, j}, {i, columns}, {rows, j}, {rows, columns}} {
				counts[at[0]][at[1]] += k
			}
			put(cell+1, left-k)
			for _, at := range [][2]int{{i, j}, {i, columns}, {rows, j}, {rows, columns}} {
				counts[at[0]][at[1]] -= k
			}
		}
	}
	put(0, n)
}

// A masked cell that no single row or column gives away: only the sum of the
// first two rows less the sum of the first two columns does.
func TestAttackCombinesLines(t *testing.T) {
	g := newGrid(table(make([]bool, 5),
		[]int{20, 20, 7, 20, 20},
		[]int{20, 20, 20, 20, 20},
		[]int{20, 20, 20, 20, 20},
		[]int{20, 20, 20, 20, 20},
	))
	for i, row := range g.figures {
		for j := range row {
			g.figures[i][j] = figure(g.counts[i][j], Threshold)
		}
	}
	for _, at := range [][2]int{{0, 0}, {0, 1}, {1, 0}, {1, 1}, {0, 2}, {2, 2}, {2, 3}, {2, 4}, {3, 3}, {3, 4}} {
		g.withhold(at[0], at[1])
	}
	s := outline(Table{Rows: make([]string, 4), Columns: make([]string, 5)})
	bounds, err := Attack(g.fill(s))
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range bounds {
		pinned := b.Low == b.High
		if want := b.Column == 2; pinned != want {
			t.Errorf("%+v: pinned is %t, want %t", b, pinned, want)
		}
	}
}

func TestAttackRefuses(t *testing.T) {
	good := func() Shown { return Protect(table([]bool{false, true}, []int{60, 3}, []int{40, 25})) }
	for name, spoil := range map[string]func(*Shown){
		"ragged":         func(s *Shown) { s.Cells[1] = s.Cells[1][:1] },
		"no row sums":    func(s *Shown) { s.RowSums = nil },
		"no mark":        func(s *Shown) { s.Sensitive = nil },
		"parts too many": func(s *Shown) { s.RowTotals[0].Value = 0 },
		"does not add":   func(s *Shown) { s.ColumnTotals[1].Value = 40 },
	} {
		s := good()
		spoil(&s)
		if bounds, err := Attack(s); err == nil {
			t.Errorf("%s: Attack returned %v: want an error", name, bounds)
		}
	}
}

func BenchmarkProtect(b *testing.B) {
	table := people(30, 10, 900, 0, true, true, []bool{9: true}, rand.New(rand.NewPCG(1, 1)))
	for b.Loop() {
		Protect(table)
	}
}

// The rules about parts and about lines that do not add up, on one cell of a
// table of one row and two columns. Each column leaves somebody out.
func TestAttackKnowsPartsAndDifferences(t *testing.T) {
	shown := func(n int) Figure { return Figure{Shown: true, Value: n, Threshold: 5} }
	for _, test := range []struct {
		name      string
		other     Figure // the other cell
		row       Figure // its total
		column    Figure // the column's
		row0      Sum
		low, high int
	}{
		{"a part is no more than its row", Figure{}, shown(25), Figure{}, Leaves, 0, 24},
		{"nor than its column", Figure{}, Figure{}, shown(40), Leaves, 0, 39},
		{"two parts share their excess", Figure{}, shown(80), shown(70), Leaves, 50, 69},
		{"overlapping parts come to more", shown(20), shown(25), Figure{}, Overlaps, 6, 25},
		{"parts that leave some out come to less", shown(20), shown(25), Figure{}, Leaves, 0, 4},
		{"parts that add up", shown(20), shown(25), Figure{}, Adds, 5, 5},
		{"fewer than", Figure{Threshold: 5}, shown(25), Figure{}, Adds, 21, 25},
		{"withheld", Figure{Threshold: 5, Withheld: true}, shown(25), Figure{}, Adds, 0, 20},
	} {
		t.Run(test.name, func(t *testing.T) {
			bounds, err := Attack(Shown{
				Rows: make([]string, 1), Columns: make([]string, 2), Sensitive: make([]bool, 2),
				Cells:        [][]Figure{{{}, test.other}},
				RowTotals:    []Figure{test.row},
				ColumnTotals: []Figure{test.column, {}},
				Total:        shown(100),
				RowSums:      []Sum{test.row0, Overlaps},
				ColumnSums:   []Sum{Leaves, Leaves, Leaves},
			})
			if err != nil {
				t.Fatal(err)
			}
			if got := bounds[0]; got.Low != test.low || got.High != test.high {
				t.Errorf("%+v: want %d to %d", got, test.low, test.high)
			}
		})
	}
}
