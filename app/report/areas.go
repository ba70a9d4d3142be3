package report

import (
	"slices"

	"heard/app/disclose"
	"heard/models"
)

// byArea breaks the results of the questions that ask for it down by where people
// say they belong, which those in a group at risk are never counted by. Whoever is
// counted in no area is one more column: its figures are what is left of the
// question's own when the areas are taken from them, so all pass the gate together,
// those with the threshold of a group at risk. See ofEverybodyElse.
func (b *builder) byArea(questions []models.ReportQuestion) (all []models.ReportByArea) {
	c := b.Consultation
	where := c.AreaQuestion()
	if where == nil || where.Sensitive {
		return nil
	}
	column, named := map[*models.Submission]int{}, false
	for _, s := range b.Submissions {
		column[s] = len(c.Areas)
		if area := c.AreaOf(s); area != "" && !c.Sensitive(s.Groups) {
			column[s], named = slices.IndexFunc(c.Areas, func(a models.Area) bool { return a.ID == area }), true
		}
	}
	if !named {
		return nil
	}
	for i := range questions {
		rq := &questions[i]
		if q := c.Question(rq.ID); q.ByArea && !q.Sensitive {
			all = append(all, b.areas(q, where, rq, column))
		}
	}
	return all
}

// areas is one of them. column is where each submission is counted.
func (b *builder) areas(q, where *models.Question, rq *models.ReportQuestion, column map[*models.Submission]int) models.ReportByArea {
	c, answered := b.Consultation, b.answered(q)
	rows, chosen := optionsOf(q)
	columns := len(c.Areas) + 1
	t := disclose.Table{Rows: rows, RowTotals: make([]int, len(rows)), ColumnTotals: make([]int, columns), Total: len(answered), Sensitive: make([]bool, columns), Rest: true,
		Down: lines(len(answered), func(i int) int { return len(chosen(answered[i])) })}
	t.Sensitive[columns-1] = b.atRisk()
	for _, a := range c.Areas {
		t.Columns = append(t.Columns, a.ID)
	}
	t.Columns = append(t.Columns, "")
	for range rows {
		t.Counts = append(t.Counts, make([]int, columns))
	}
	if len(b.Found) > 0 {
		t.Found = disclose.NewFound(len(rows), columns)
	}
	var rest []*models.Submission
	for _, s := range answered {
		in, at := chosen(s), column[s]
		t.ColumnTotals[at]++
		for _, i := range in {
			t.RowTotals[i]++
			t.Counts[i][at]++
		}
		if at == columns-1 {
			rest = append(rest, s)
		}
		if f, ok := b.Found[s.ID]; ok && slices.Contains(f.Chosen, q.ID) { // and their area may be shown, too
			for _, i := range append(in, len(rows)) {
				t.Found.Least[i][at]++
				t.Found.Least[i][columns]++
				if at < columns-1 {
					t.Found.Apart[i]++
				}
			}
		}
	}
	var links []disclose.Link
	for i := range len(rows) + 1 {
		links = append(links, disclose.Same(i, columns, question(q.ID), i, len(c.Groups)))
	}
	for j, a := range c.Areas {
		if i := slices.IndexFunc(where.Options, func(o models.Option) bool { return o.ID == a.ID }); i >= 0 {
			links = append(links, disclose.PartOf(len(rows), j, question(where.ID), i, len(c.Groups)))
		}
	}
	shown := b.gate.Protect(byArea(q.ID), t, links, b.ofEverybodyElse(q, rows, rest, chosen))
	line := func(figures []disclose.Figure) (out []models.GroupFigure) {
		for j, a := range c.Areas {
			out = append(out, models.GroupFigure{ID: a.ID, Name: b.text(a.Name), Count: figure(figures[j])})
		}
		return append(out, models.GroupFigure{Name: everybodyElse, Count: figure(figures[columns-1])})
	}
	out := models.ReportByArea{Question: q.ID, Text: rq.Text, Areas: line(shown.ColumnTotals)}
	for i, o := range rq.Options {
		out.Options = append(out.Options, models.ReportAreaOption{ID: o.ID, Text: o.Text, Areas: line(shown.Cells[i])})
	}
	return out
}

// everybodyElse names those whom no area counts, in files that are written in
// English alone.
const everybodyElse = "Everybody else"
