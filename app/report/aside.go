package report

import (
	"cmp"
	"slices"

	"heard/app/disclose"
	"heard/models"
)

// Gone passes how many submissions went each way through the gate. A small number
// of people who took something back could show whoever made somebody do it that she
// did, and a zero that she did not. The manifest of the log says the same figures.
func Gone(withdrawn, replaced, setAside int) (w, r, a models.Figure) {
	t := disclose.OneRow([]string{"replaced", "set aside", "withdrawn"}, []int{replaced, setAside, withdrawn}, []bool{true, true, true}, replaced+setAside+withdrawn)
	cells := disclose.Protect(t).Cells[0]
	return figure(cells[2]), figure(cells[0]), figure(cells[1])
}

var asideNames = map[models.Attention]string{models.AttentionSpam: "Sent by a program", models.AsideRepeated: "The same answers sent again", models.AsideMadeUp: "It looked made up",
	models.AsideElsewhere: "About something else", models.AsideTrial: "The council trying the form", models.AsideOther: "Another reason on record, or one of few"}

// aside says why submissions were set aside, the most frequent reason first. A
// reason of few is told together with the others on record, so that each number is
// at least the threshold of groups at risk and all add up. Where how many were set
// aside is not shown, neither is this.
func (b *builder) aside(all models.Figure) (out []models.GroupFigure) {
	if all.Masked {
		return nil
	}
	say := func(why models.Attention, n int) {
		out = append(out, models.GroupFigure{ID: string(why), Name: asideNames[why], Count: figure(disclose.Count(n, true))})
	}
	left := b.SetAside
	for _, why := range models.AsideMarks {
		if n := b.Aside[why]; why != models.AsideOther && n >= disclose.SensitiveThreshold {
			say(why, n)
			left -= n
		}
	}
	slices.SortStableFunc(out, func(x, y models.GroupFigure) int { return cmp.Compare(y.Count.Value, x.Count.Value) })
	for left > 0 && left < disclose.SensitiveThreshold && len(out) > 0 {
		left += out[len(out)-1].Count.Value
		out = out[:len(out)-1]
	}
	if left > 0 {
		say(models.AsideOther, left)
	}
	return out
}

// equality is how many people gave each answer to the equality questions. They are
// totals from the start: no answer leads to a submission, so nothing else in the
// report can be held against them. Each question is a table of its own at the
// threshold of groups at risk.
func (b *builder) equality() (out []models.ReportEquality) {
	for i := range b.Consultation.Equality {
		q := &b.Consultation.Equality[i]
		counts, ids, all := make([]int, len(q.Options)), make([]string, len(q.Options)), 0
		for j, o := range q.Options {
			ids[j], counts[j] = o.ID, b.Equality[q.ID][o.ID]
			all += counts[j]
		}
		if len(b.Equality) == 0 || len(ids) == 0 {
			continue
		}
		shown := disclose.Protect(disclose.OneRow(ids, counts, slices.Repeat([]bool{true}, len(ids)), all))
		e := models.ReportEquality{ID: q.ID, Text: b.text(q.Text), Base: figure(shown.RowTotals[0])}
		for j, o := range q.Options {
			eo := models.ReportEqualityOption{ID: o.ID, Text: b.text(o.Text), Count: figure(shown.Cells[0][j])}
			if p, ok := disclose.Percent(shown.Cells[0][j], shown.RowTotals[0]); ok {
				eo.Percent = &p
			}
			e.Options = append(e.Options, eo)
		}
		out = append(out, e)
	}
	return out
}

// asked lists the questions in the order of the consultation, as they were worded.
func (b *builder) asked() (out []models.ReportAsked) {
	for i := range b.Consultation.Questions {
		q := &b.Consultation.Questions[i]
		if q.Type == models.TypeInfo {
			continue
		}
		a := models.ReportAsked{ID: q.ID, Text: b.text(q.Text), Type: q.Type}
		for _, o := range q.Options {
			if q.Type != models.TypePlace {
				a.Options = append(a.Options, b.text(o.Text))
			}
		}
		out = append(out, a)
	}
	return out
}
