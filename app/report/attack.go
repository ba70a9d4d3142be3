package report

import (
	"fmt"
	"slices"

	"heard/app/disclose"
	"heard/models"
)

// attack reads the finished report as a stranger would, all of its tables at
// once, and returns what could be worked out of it that must not be. It trusts
// nothing that was done to make the report: it takes the figures out of r. The
// stranger is given, besides, which lines add up and which figures that read "–"
// are large: see disclose.Attack.
//
// Quotes are no figures. That somebody in a group said what is quoted is told by
// whoever agreed to be quoted, and is not held against the group's figure: cells
// are suppressed, voices are not.
func (b *builder) attack(r *models.Report) error {
	stranger := disclose.NewSystem(len(b.Submissions))
	tables := b.gate.Linked()
	for i := range tables {
		b.take(r, &tables[i])
	}
	found, err := stranger.Publish(tables...)
	switch {
	case err != nil:
		return err
	case len(found) > 0:
		return leak(found[0].String())
	}
	for _, q := range r.Questions {
		for _, o := range q.Options {
			if o.Percent != nil && (o.Count.Masked || q.Base.Masked) {
				return leak("a percentage of question " + q.ID)
			}
		}
		if q.Net != nil && slices.ContainsFunc(q.Options, func(o models.ReportOption) bool {
			given := b.Consultation.Question(q.ID).Option(o.ID)
			return o.Count.Masked && given != nil && (given.Stance == models.StanceFor || given.Stance == models.StanceAgainst || given.DontKnow())
		}) {
			return leak("the net agreement of question " + q.ID)
		}
	}
	for _, t := range r.Themes {
		for _, s := range t.Summary {
			for _, f := range []*models.Figure{s.Number, s.Other, s.Others} {
				if f != nil && !f.Masked && !stands(r, &t, f.Value) && f != s.Others {
					return leak("the summary of theme " + t.ID)
				}
			}
			if s.Others != nil && (s.Others.Masked != t.Count.Masked || !s.Others.Masked && s.Others.Value != max(0, t.Count.Value-len(s.Quoted))) {
				return leak("the summary of theme " + t.ID)
			}
			if slices.ContainsFunc(s.Quoted, func(id string) bool {
				return !slices.ContainsFunc(t.Quotes, func(e models.ReportExcerpt) bool { return e.PublicID == id })
			}) {
				return fmt.Errorf("the summary of theme %s names a submission that is not quoted there", t.ID)
			}
		}
	}
	return nil
}

func leak(where string) error {
	return fmt.Errorf("a small number stands in the report or could be worked out from it (%s), so it cannot be published", where)
}

// stands reports whether a number of a theme's summary is a figure of its own
// that is shown, or that of everybody.
func stands(r *models.Report, t *models.ReportTheme, n int) bool {
	shown := func(f models.Figure) bool { return !f.Masked && f.Value == n }
	has := func(list []models.GroupFigure) bool {
		return slices.ContainsFunc(list, func(g models.GroupFigure) bool { return shown(g.Count) })
	}
	return shown(t.Count) || n == r.RollCall.Submissions || has(t.Groups) || has(t.Stances)
}

// take puts the figures of a report in the place of those of a table.
func (b *builder) take(r *models.Report, l *disclose.Linked) {
	s := &l.Shown
	put := func(i, j int, f models.Figure) {
		at := s.At(i, j)
		switch {
		case !f.Masked:
			*at = disclose.Figure{Shown: true, Value: f.Value, Threshold: at.Threshold}
		case f.Threshold > 0:
			*at = disclose.Figure{Threshold: f.Threshold}
		case at.Shown:
			*at = disclose.Figure{}
		}
	}
	// A table of one row or one column holds each figure twice; what is said of it
	// once stands in its total.
	again := func(i, j int, f models.Figure) {
		if !f.Masked || s.At(i, j).Shown {
			put(i, j, models.Figure{Value: f.Value, Masked: f.Masked})
		}
	}
	rows, columns := len(s.Rows), len(s.Columns)
	switch l.Name {
	case groupsTable:
		for j, g := range r.Groups {
			again(0, j, g.Count)
			put(1, j, g.Count)
		}
	case channelsTable:
		for i, g := range r.Channels {
			again(i, 0, g.Count)
			put(i, columns, g.Count)
		}
	case themesTable:
		for _, t := range r.Themes {
			i := slices.Index(s.Rows, t.ID)
			put(i, columns, t.Count)
			for j, g := range t.Groups {
				put(i, j, g.Count)
			}
		}
	}
	for _, q := range r.Questions {
		if l.Name != question(q.ID) {
			continue
		}
		put(rows, columns, q.Base)
		for j, g := range q.Groups {
			put(rows, j, g.Count)
		}
		for i, o := range q.Options {
			put(i, columns, o.Count)
			for j, f := range o.Groups {
				put(i, j, f)
			}
			if len(q.Groups) == 0 { // one column, of everybody
				again(i, 0, o.Count)
			}
		}
	}
	for _, t := range r.Themes {
		if l.Name != positions(t.ID) {
			continue
		}
		for j, g := range t.Stances {
			again(0, j, g.Count)
			put(1, j, g.Count)
		}
	}
	for _, w := range r.Without {
		if l.Name != letters(w.Question) {
			continue
		}
		put(rows, 0, w.Without)
		for i, o := range w.Options {
			put(i, 0, o.Without)
		}
	}
}

// Stranger returns what attacks a report of in that has been read from a page or a
// file, of which nothing but the figures is used. It returns nil if it finds
// nothing. in tells it no figure, only what can be told of the tables.
func Stranger(in Input) (attack func(read *models.Report) error, err error) {
	b, _, err := unchecked(in)
	if err != nil {
		return nil, err
	}
	return b.attack, nil
}
