package report

import (
	"slices"

	"heard/app/disclose"
	"heard/models"
)

// What is linked to what among the tables of a report, so that the gate sees what
// a reader of all of them could work out.

const (
	groupsTable    = "groups"
	channelsTable  = "channels"
	languagesTable = "languages"
	themesTable    = "themes"
)

func question(id string) string  { return "question " + id }
func positions(id string) string { return "positions on theme " + id }
func letters(id string) string   { return "letters in question " + id }
func byArea(id string) string    { return "question " + id + " by area" }

// everybody links the total of a table of one column or one row to that of all.
func everybody(t disclose.Table) []disclose.Link {
	rows, columns := len(t.Rows), len(t.Columns)
	links := []disclose.Link{disclose.Same(rows, columns, disclose.Root, 0, 0)}
	if rows == 1 {
		links = append(links, disclose.Same(0, columns, disclose.Root, 0, 0))
	}
	return links
}

// ofGroups says that a table by group is of everybody.
func (b *builder) ofGroups(t disclose.Table) []disclose.Link {
	links := []disclose.Link{disclose.Same(len(t.Rows), len(t.Columns), disclose.Root, 0, 0)}
	for j := range t.Columns {
		links = append(links, disclose.Same(len(t.Rows), j, groupsTable, 1, j))
	}
	return links
}

// partOfGroups says that a table by group is of some of everybody.
func (b *builder) partOfGroups(t disclose.Table) []disclose.Link {
	links := []disclose.Link{disclose.PartOf(len(t.Rows), len(t.Columns), disclose.Root, 0, 0)}
	for j := range t.Columns {
		links = append(links, disclose.PartOf(len(t.Rows), j, groupsTable, 1, j))
	}
	return links
}

// ofRow says that a table of one row breaks a row of another down.
func (b *builder) ofRow(t disclose.Table, of string, row int) []disclose.Link {
	columns := len(b.Consultation.Groups)
	return []disclose.Link{disclose.Same(1, len(t.Columns), of, row, columns), disclose.Same(0, len(t.Columns), of, row, columns)}
}

// answeredOrNot ties a question's table to the groups': who did not answer is
// whoever is left.
func (b *builder) answeredOrNot(id string, t disclose.Table, answered []*models.Submission) disclose.Linked {
	in := map[*models.Submission]bool{}
	for _, s := range answered {
		in[s] = true
	}
	yes, no := []int{0}, []int{1}
	tie := b.count([]string{"answered", "not"}, b.Submissions, func(s *models.Submission) []int {
		if in[s] {
			return yes
		}
		return no
	})
	columns := len(tie.Columns)
	links := append(b.ofGroups(tie), disclose.Same(0, columns, question(id), len(t.Rows), columns))
	for j := range columns {
		links = append(links, disclose.Same(0, j, question(id), len(t.Rows), j))
	}
	return disclose.Linked{Name: question(id) + ", answered or not", Shown: disclose.Silent(tie), Links: links}
}

// ofEverybodyElse ties the answers of those whom no area counts to the question's
// table. Everybody at risk is among them, so that what is left of an answer when the
// areas are taken from it tells how many of them can have given it.
func (b *builder) ofEverybodyElse(q *models.Question, rows []string, rest []*models.Submission, chosen func(*models.Submission) []int) disclose.Linked {
	tie := b.count(rows, rest, chosen)
	b.found(&tie, rest, chosen, func(f Found) bool { return slices.Contains(f.Chosen, q.ID) })
	column, groups := len(b.Consultation.Areas), b.Consultation.Groups
	var links []disclose.Link
	for i := range len(rows) + 1 {
		links = append(links, disclose.Same(i, len(groups), byArea(q.ID), i, column))
		for j, g := range groups {
			if g.Sensitive {
				links = append(links, disclose.Same(i, j, question(q.ID), i, j))
			} else {
				links = append(links, disclose.PartOf(i, j, question(q.ID), i, j))
			}
		}
	}
	return disclose.Linked{Name: byArea(q.ID) + ", of everybody else", Shown: disclose.Silent(tie), Links: links}
}

// inAnyTheme ties the counts of the themes to how many are in any, which the
// roll-call says.
func (b *builder) inAnyTheme(rows []string) disclose.Linked {
	var in []*models.Submission
	for _, s := range b.Submissions {
		if len(b.standsIn[s.ID]) > 0 {
			in = append(in, s)
		}
	}
	t := alone(rows, false, in, func(s *models.Submission) []int { return b.standsIn[s.ID] })
	shown := disclose.Silent(t)
	shown.Total = disclose.Figure{Shown: true, Value: len(in)}
	var links []disclose.Link
	for i := range rows {
		links = append(links, disclose.Same(i, 1, themesTable, i, len(b.Consultation.Groups)))
	}
	return disclose.Linked{Name: "in any theme", Shown: shown, Links: links}
}

// across is what a reader may know of groups: whether everybody is in one, in
// one or more, or in one at most.
func (b *builder) across() disclose.Sum {
	if b.inGroup == nil { // every table asks
		sum := lines(len(b.Submissions), func(i int) (n int) {
			for _, g := range b.Submissions[i].Groups {
				if b.Consultation.Group(g) != nil {
					n++
				}
			}
			return n
		})
		b.inGroup = &sum
	}
	return *b.inGroup
}

// lines is how parts compare with their total where each of so many people is in
// that many of them.
func lines(people int, in func(i int) int) disclose.Sum {
	several, none := false, false
	for i := range people {
		n := in(i)
		several, none = several || n > 1, none || n == 0
	}
	switch {
	case several && none:
		return disclose.Unsaid
	case several:
		return disclose.Overlaps
	case none:
		return disclose.Leaves
	}
	return disclose.Adds
}
