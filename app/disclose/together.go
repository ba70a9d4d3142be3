package disclose

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
)

// The tables of one report tell of the same people, so a figure that one of them
// masks may follow from another: a theme's figures are held against the groups'
// totals, a question's base against the group's, one edition of a report against
// the one before. A [System] is all that is published together. It protects each
// table with all that stands already in sight, and knows what a reader of the
// whole could work out.

// Link holds a place of one table against a place of another: what is here is
// what is there plus Least to Most people. Places are as in [Bounds].
type Link struct {
	Row, Column     int
	Of              string // name of the other table
	OfRow, OfColumn int
	Least, Most     int
}

// Same links a place to one that counts the same people, PartOf to one that
// counts them and maybe others.
func Same(row, column int, of string, ofRow, ofColumn int) Link {
	return Link{row, column, of, ofRow, ofColumn, 0, 0}
}

// PartOf is told in Same.
func PartOf(row, column int, of string, ofRow, ofColumn int) Link {
	return Link{row, column, of, ofRow, ofColumn, -Unbounded, 0}
}

// Linked is a table of a system. One that is not published itself, whose figures
// all say nothing, can tie others together by what a reader knows of its lines.
type Linked struct {
	Name  string
	Shown Shown
	Links []Link
	// Within is how many people are in any of its rows where that is told, such as
	// by the roll-call; 0 where it is not.
	Within int
}

// Recovered is a masked figure that a reader can narrow to fewer numbers than its
// threshold.
type Recovered struct {
	Table string
	Bounds
}

func (r Recovered) String() string {
	return fmt.Sprintf("table %s, row %d, column %d", r.Table, r.Row, r.Column)
}

// System is tables that are published together.
type System struct {
	everybody int
	names     []string // in order of adding
	tables    map[string]*member
	// searched is the same to somebody who finds people besides; nil while nobody is
	// found. searches is set in it.
	searched *System
	searches bool
	apart    int // people who are found to be in no sensitive column anywhere
}

type member struct {
	Linked
	g *grid
	v [][]interval // what is known of each figure by now
}

// Root is the name of the table that every system begins with: one figure, of
// everybody, at row 0 and column 0.
const Root = "everybody"

// NewSystem returns a system in which nothing is known but how many people there
// are in all: the roll-call of a report says so.
func NewSystem(everybody int) *System {
	s := &System{everybody: everybody, tables: map[string]*member{}}
	all := Figure{Shown: true, Value: everybody}
	one := Shown{Rows: []string{Root}, Columns: []string{"people"}, Cells: [][]Figure{{all}}, RowTotals: []Figure{all}, ColumnTotals: []Figure{all}, Total: all,
		Sensitive: []bool{false}, RowSums: make([]Sum, 2), ColumnSums: make([]Sum, 2)}
	if _, err := s.Publish(Linked{Name: Root, Shown: one}); err != nil {
		panic(err) // it is a table
	}
	return s
}

// Protect masks t until nothing that the system holds, t and the ties can be
// narrowed, publishes it with them, and returns it. A place that is linked as the
// same as another is shown as it is there, or not at all. What it has to mask
// beyond [Protect] it masks by whole columns of t, then altogether, and is then
// silent rather than "fewer than".
//
// Ties are tables that are not published themselves. None may be called like
// another table.
func (s *System) Protect(name string, t Table, links []Link, ties ...Linked) Shown {
	return s.ProtectWithin(name, t, links, 0, ties...)
}

// ProtectWithin is Protect of a table of which it is told how many people are in
// any of its rows.
func (s *System) ProtectWithin(name string, t Table, links []Link, within int, ties ...Linked) Shown {
	elsewhere := slices.ContainsFunc(links, func(l Link) bool { return l.Row == len(t.Rows) && l.Column < len(t.Columns) })
	shown := protect(t, elsewhere)
	if t.Check() != nil {
		return shown
	}
	shown.guess(t)
	fixed := map[place]bool{}
	for _, l := range links {
		if other := s.tables[l.Of]; other != nil && l.Least == 0 && l.Most == 0 {
			fixed[place{l.Row, l.Column}] = true
			// One that is small stays masked here, wherever else it stands.
			if f := *other.Shown.At(l.OfRow, l.OfColumn); !f.Shown || f.Value >= thresholds(t.Sensitive)[l.Column] {
				*shown.At(l.Row, l.Column) = f
			}
		}
	}
	silence := func(p place) {
		if !fixed[p] {
			*shown.At(p.i, p.j) = Figure{}
		}
	}
	rows, columns := len(t.Rows), len(t.Columns)
	// Each step takes away more than the one before; after the last, the table
	// says nothing.
	var steps []func(found []Recovered)
	own := func(found []Recovered) {
		for _, r := range found {
			if r.Table == name {
				silence(place{r.Row, r.Column})
			}
		}
	}
	steps = append(steps, own)
	if t.Rest {
		// What is left of a row tells of that row elsewhere: the others may stay.
		tied := func(found []Recovered) {
			own(found)
			for _, r := range found {
				for _, l := range links {
					if r.Table == l.Of && r.Row == l.OfRow && l.Column == columns {
						for j := range columns {
							silence(place{l.Row, j})
						}
					}
				}
			}
		}
		steps = append(steps, func(found []Recovered) {
			own(found)
			for i := range rows + 1 {
				silence(place{i, columns - 1})
			}
		}, tied, tied, tied)
	}
	steps = append(steps, func([]Recovered) {
		for i := range rows + 1 {
			for j := range columns + 1 {
				if !shown.At(i, j).Shown {
					silence(place{i, j})
				}
			}
		}
	})
	for _, j := range s.columns(t, links) {
		steps = append(steps, func([]Recovered) {
			for i := range rows + 1 {
				silence(place{i, j})
			}
		})
	}
	steps = append(steps, func([]Recovered) {
		for i := range rows {
			silence(place{i, columns})
		}
	}, func([]Recovered) { silence(place{rows, columns}) })
	for _, step := range steps {
		if found := s.try(append([]Linked{{name, shown, links, within}}, ties...)); len(found) > 0 {
			step(found)
			continue
		}
		break
	}
	if _, err := s.Publish(append([]Linked{{name, shown, links, within}}, ties...)...); err != nil {
		return outline(t)
	}
	return shown
}

// columns returns the columns of a table, first the rest, then those whose total is
// part of one that is masked, then the smallest.
func (s *System) columns(t Table, links []Link) []int {
	order := make([]int, len(t.Columns))
	masked := make([]int, len(t.Columns))
	for j := range order {
		order[j], masked[j] = j, 1
	}
	for _, l := range links {
		if other := s.tables[l.Of]; other != nil && l.Row == len(t.Rows) && l.Column < len(t.Columns) && !other.Shown.At(l.OfRow, l.OfColumn).Shown {
			masked[l.Column] = 0
		}
	}
	if t.Rest {
		masked[len(masked)-1] = -1
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(masked[a]-masked[b], t.ColumnTotals[a]-t.ColumnTotals[b])
	})
	return order
}

// Publish adds tables as they are, and returns what can be recovered now of all
// that the system holds. It fails if one is not a table.
func (s *System) Publish(tables ...Linked) ([]Recovered, error) {
	if !s.searches && s.searched == nil && slices.ContainsFunc(tables, func(l Linked) bool { return l.Shown.Found != nil }) {
		s.searched = s.clone()
		s.searched.searches = true
	}
	if s.searched != nil {
		if _, err := s.searched.Publish(tables...); err != nil {
			return nil, err
		}
	}
	var changed []string
	for _, l := range tables {
		g, err := gridOf(l.Shown)
		if err != nil {
			return nil, fmt.Errorf("table %s: %w", l.Name, err)
		}
		g.together, g.searches = true, s.searches
		s.apart = max(s.apart, g.foundApart(g.rows))
		s.tables[l.Name] = &member{Linked: l, g: g, v: g.claims()}
		s.names = append(s.names, l.Name)
		changed = append(changed, l.Name)
	}
	s.learn(changed)
	return s.Recovered(), nil
}

// try returns what could be recovered if tables were published, and leaves the
// system as it is.
func (s *System) try(tables []Linked) []Recovered {
	found, err := s.clone().Publish(tables...)
	if err != nil {
		return []Recovered{{}}
	}
	return found
}

func (s *System) clone() *System {
	t := &System{everybody: s.everybody, names: slices.Clone(s.names), tables: maps.Clone(s.tables), searches: s.searches, apart: s.apart}
	for name, was := range t.tables {
		now := *was
		now.v = make([][]interval, len(was.v))
		for i := range was.v {
			now.v[i] = slices.Clone(was.v[i])
		}
		t.tables[name] = &now
	}
	if s.searched != nil {
		t.searched = s.searched.clone()
	}
	return t
}

// Linked returns the tables in the order in which they were published, without
// the root. They share nothing with the system.
func (s *System) Linked() []Linked {
	var out []Linked
	for _, name := range s.names[1:] {
		l := s.tables[name].Linked
		l.Shown = l.Shown.clone()
		out = append(out, l)
	}
	return out
}

// Recovered returns the masked figures that can be narrowed to fewer numbers than
// their threshold, table by table, and those that are shown below it. A figure is
// safe, too, if all that is known is that it is not more than everybody, without
// those who are found to be somewhere else. Where
// everybody is fewer than the threshold of a place, no figure of its kind is
// shown, and nothing follows.
func (s *System) Recovered() []Recovered {
	var out []Recovered
	for _, name := range s.names {
		t := s.tables[name]
		for i, row := range t.g.figures {
			for j, f := range row {
				b := Bounds{i, j, t.v[i][j].low, t.v[i][j].high, t.g.thresholds[j]}
				most := s.everybody - s.apart
				if t.Within > 0 {
					most = min(most, t.Within-t.g.foundApart(i))
				}
				safe := t.g.safe(b) || s.everybody < b.Threshold || b.Low <= t.g.least(i, j) && b.High >= most
				if f.Shown {
					safe = f.Value >= b.Threshold
				}
				// A table of one row or column holds each figure twice.
				twice := i < t.g.rows && j < t.g.columns && (t.g.rows == 1 || t.g.columns == 1)
				if !safe && !twice && name != Root && !t.tie() && !s.told(t, i, j) {
					out = append(out, Recovered{name, b})
				}
			}
		}
	}
	if s.searched != nil {
		out = append(out, s.searched.Recovered()...)
	}
	return out
}

// tie reports whether a table says nothing: what it ties together is judged
// where it is published.
func (t *member) tie() bool {
	for i := range len(t.g.figures) {
		for j := range len(t.g.figures[i]) {
			if f := t.g.figures[i][j]; f != (Figure{}) && (i < t.g.rows || j < t.g.columns) {
				return false
			}
		}
	}
	return true
}

// told reports whether a place is the same as one that is shown: it is masked
// here because nobody had to say it twice.
func (s *System) told(t *member, i, j int) bool {
	return slices.ContainsFunc(t.Links, func(l Link) bool {
		other := s.tables[l.Of]
		return other != nil && l.Row == i && l.Column == j && l.Least == 0 && l.Most == 0 &&
			(other.Shown.At(l.OfRow, l.OfColumn).Shown || s.told(other, l.OfRow, l.OfColumn))
	})
}

// learn works out what follows from tables that changed, for them and for all
// that are linked to them.
func (s *System) learn(changed []string) {
	for range rounds {
		if len(changed) == 0 {
			return
		}
		next := map[string]bool{}
		for _, name := range changed {
			s.tables[name].learn()
		}
		for again := true; again; {
			again = false
			for _, name := range s.names {
				t := s.tables[name]
				for _, l := range t.Links {
					other := s.tables[l.Of]
					if other == nil {
						continue
					}
					here, there := &t.v[l.Row][l.Column], &other.v[l.OfRow][l.OfColumn]
					if limit(here, plus(there.low, l.Least), plus(there.high, l.Most)) {
						next[name], again = true, true
					}
					if limit(there, plus(here.low, -l.Most), plus(here.high, -l.Least)) {
						next[l.Of], again = true, true
					}
				}
			}
		}
		changed = slices.Sorted(maps.Keys(next))
	}
}

func plus(n, d int) int {
	switch {
	case n >= Unbounded || d >= Unbounded:
		return Unbounded
	case d <= -Unbounded:
		return 0
	}
	return max(n+d, 0)
}

// limit narrows an interval, and reports whether that changed it. One that would
// become empty stays: what was supposed does not fit together, so nothing follows.
func limit(in *interval, low, high int) bool {
	low, high = max(in.low, low), min(in.high, high)
	if low > high || low == in.low && high == in.high {
		return false
	}
	in.low, in.high = low, high
	return true
}

// learn narrows what is known of a table by its own lines.
func (t *member) learn() {
	for range rounds {
		was := make([][]interval, len(t.v))
		for i := range t.v {
			was[i] = slices.Clone(t.v[i])
		}
		for n := 0; n < rounds && t.g.narrow(t.v); n++ {
		}
		if t.empty() || !t.g.fit(t.v) {
			t.v = was
			return
		}
		n := t.g.network(t.v)
		changed := false
		for i, row := range t.g.figures {
			for j := range row {
				if arc := n.arcOf[i][j]; arc >= 0 {
					in := n.extent(arc)
					changed = limit(&t.v[i][j], in.low, in.high) || changed
				}
			}
		}
		if !changed {
			return
		}
	}
}

func (t *member) empty() bool {
	return slices.ContainsFunc(t.v, func(row []interval) bool {
		return slices.ContainsFunc(row, func(in interval) bool { return in.low > in.high })
	})
}

func (s Shown) clone() Shown {
	cells := make([][]Figure, len(s.Cells))
	for i, row := range s.Cells {
		cells[i] = slices.Clone(row)
	}
	s.Cells, s.RowTotals, s.ColumnTotals = cells, slices.Clone(s.RowTotals), slices.Clone(s.ColumnTotals)
	return s
}

// At is the figure at a place, as in [Bounds].
func (s *Shown) At(i, j int) *Figure {
	switch {
	case i < len(s.Rows) && j < len(s.Columns):
		return &s.Cells[i][j]
	case i < len(s.Rows):
		return &s.RowTotals[i]
	case j < len(s.Columns):
		return &s.ColumnTotals[j]
	}
	return &s.Total
}

// Silent returns a table of which nothing is shown but what a reader may know of
// the lines of t: a tie.
func Silent(t Table) Shown {
	s := outline(t)
	s.guess(t)
	return s
}

// Threshold is the threshold of a column, that of the totals for len(Columns).
func (s *Shown) Threshold(j int) int { return thresholds(s.Sensitive)[j] }

// guess says of each line what a reader may know of it.
func (s *Shown) guess(t Table) {
	s.RowSums = slices.Repeat([]Sum{t.Across}, len(t.Rows)+1)
	s.ColumnSums = slices.Repeat([]Sum{t.Down}, len(t.Columns)+1)
}
