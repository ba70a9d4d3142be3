package report

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"

	"heard/app/disclose"
	"heard/models"
)

// attack reads the finished report as a stranger would, all of its tables at
// once, and returns what could be worked out of it that must not be. It trusts
// nothing that was done to make the report: it takes the figures out of r. The
// stranger is given, besides, which lines add up and which figures that read "–"
// are large: see disclose.System.
//
// Of a later version the stranger has the one before, too, and takes one from the
// other: what is left is a report on those who came since.
//
// Quotes are no figures. That somebody in a group said what is quoted is told by
// whoever agreed to be quoted, and is not held against the group's figure: cells
// are suppressed, voices are not.
func (b *builder) attack(r *models.Report) error {
	if b.Before == nil {
		if err := b.tables(r, false); err != nil {
			return err
		}
	} else if since, err := difference(b.Before.Report, r); err != nil {
		return err
	} else if b.came != nil {
		if err := b.came.tables(since, true); err != nil {
			return fmt.Errorf("held against the version before: %w", err)
		}
	} else if changed(since) {
		return leak("a figure that changed although too few came")
	}
	return b.prose(r)
}

// tables attacks the figures of r, which may be a difference of two versions: then
// what a report on those who came shows may be known, whoever works it out.
func (b *builder) tables(r *models.Report, difference bool) error {
	stranger := disclose.NewSystem(len(b.Submissions))
	gated, tables := map[string]disclose.Linked{}, b.gate.Linked()
	for _, l := range b.gate.Linked() {
		gated[l.Name] = l
	}
	for i := range tables {
		b.take(r, &tables[i], difference)
	}
	found, err := stranger.Publish(tables...)
	if err != nil {
		return err
	}
	for _, f := range found {
		gate := gated[f.Table].Shown
		if at := gate.At(f.Row, f.Column); !difference || !at.Shown || at.Value < f.Low || f.High < at.Value {
			return leak(f.String())
		}
	}
	return nil
}

// prose attacks what is worked out of figures and said of them.
func (b *builder) prose(r *models.Report) error {
	for _, q := range r.Questions {
		for _, o := range q.Options {
			if o.Percent != nil && (o.Count.Masked || q.Base.Masked) {
				return leak("a percentage of question " + q.ID)
			}
		}
		if q.Net != nil && slices.ContainsFunc(q.Options, func(o models.ReportOption) bool {
			given := b.Consultation.Question(q.ID).Option(o.ID)
			return o.Count.Masked && given != nil && (given.Stance == models.StanceFor && !given.WithChanges() || given.Stance == models.StanceAgainst ||
				given.WithChanges() && !q.Net.ChangesHidden || given.DontKnow() && !q.Net.UnknownIn)
		}) {
			return leak("the net agreement of question " + q.ID)
		}
		if q.Net != nil && len(q.Net.Groups) > 0 {
			if again := net(b.Consultation.Question(q.ID), &q); again == nil || !slices.Equal(again.Groups, q.Net.Groups) {
				return leak("the sides by group of question " + q.ID)
			}
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

// take puts the figures of a report in the place of those of a table. Those that
// read "–" may say that they are large, except in a difference of two versions.
func (b *builder) take(r *models.Report, l *disclose.Linked, difference bool) {
	s := &l.Shown
	put := func(i, j int, f models.Figure) {
		if i < 0 { // nobody is in it
			return
		}
		at := s.At(i, j)
		switch {
		case f == few:
			*at = disclose.Figure{Threshold: s.Threshold(j)}
		case !f.Masked:
			*at = disclose.Figure{Shown: true, Value: f.Value, Threshold: at.Threshold}
		case f.Threshold > 0:
			*at = disclose.Figure{Threshold: f.Threshold}
		case at.Shown || difference:
			*at = disclose.Figure{}
		}
	}
	// A table of one row or one column holds each figure twice; what is said of it
	// once stands in its total.
	again := func(i, j int, f models.Figure) {
		if i >= 0 && (!f.Masked || s.At(i, j).Shown || difference) {
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
	case channelsTable, languagesTable:
		list := r.Channels
		if l.Name == languagesTable {
			list = r.Languages
		}
		for _, g := range list {
			i := slices.Index(s.Rows, g.ID)
			again(i, 0, g.Count)
			put(i, columns, g.Count)
		}
	case themesTable:
		for j, g := range r.Groups {
			put(rows, j, g.Count)
		}
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
		if len(q.Groups) == 0 {
			again(rows, 0, q.Base)
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
		again(0, columns, t.Count)
		put(1, columns, t.Count)
	}
	for _, a := range r.ByArea {
		if l.Name != byArea(a.Question) {
			continue
		}
		for j, g := range a.Areas {
			put(rows, j, g.Count)
		}
		for i, o := range a.Options {
			for j, g := range o.Areas {
				put(i, j, g.Count)
			}
		}
		for _, q := range r.Questions { // which has the totals of the rows
			if q.ID == a.Question {
				put(rows, columns, q.Base)
				for i, o := range q.Options {
					put(i, columns, o.Count)
				}
			}
		}
	}
	for _, w := range r.Without {
		if l.Name != letters(w.Question) {
			continue
		}
		// The letters are what is left.
		line := func(i int, with, without models.Figure) {
			put(i, 0, without)
			put(i, 2, with)
			letters := models.Figure{Masked: true}
			if !with.Masked && !without.Masked {
				letters = models.Figure{Value: with.Value - without.Value}
			}
			put(i, 1, letters)
		}
		line(rows, w.With, w.Without)
		for i, o := range w.Options {
			line(i, o.With, o.Without)
		}
	}
}

// Stranger returns what attacks a report of in that has been read from a page or a
// file, of which nothing but the figures is used. It returns nil if it finds
// nothing. in tells it no figure, only what can be told of the tables, and the
// version before, if there is one.
func Stranger(in Input) (attack func(read *models.Report) error, err error) {
	b, _, err := unchecked(in)
	if err != nil {
		return nil, err
	}
	return b.attack, nil
}

// few is what a stranger makes of a figure that has not changed: that of nobody who
// came, or of fewer than would be shown.
var few = models.Figure{Masked: true, Threshold: -1}

// difference takes the figures of one version from those of the next: what a
// stranger knows of those who came between them, and nothing else. It fails where a
// figure was masked, or was not there, and is shown now, and where one fell.
func difference(before, now *models.Report) (*models.Report, error) {
	written, err := json.Marshal(now)
	if err != nil {
		return nil, err
	}
	var all models.Report // which shares nothing with now
	if err := json.Unmarshal(written, &all); err != nil {
		return nil, err
	}
	since := &models.Report{Total: all.Total, Groups: all.Groups, Channels: all.Channels, Languages: all.Languages, Questions: all.Questions, Themes: all.Themes, ByArea: all.ByArea, Without: all.Without, RollCall: all.RollCall}
	for i := range since.Themes {
		since.Themes[i].Summary = nil
	}
	return since, subtract(reflect.ValueOf(since).Elem(), reflect.ValueOf(before).Elem())
}

// subtract takes every figure that can be reached from before from the same one in now.
func subtract(now, before reflect.Value) error {
	switch now.Kind() {
	case reflect.Pointer:
		if now.IsNil() {
			return nil
		}
		if before.IsValid() {
			before = before.Elem() // not valid where it is nil
		}
		return subtract(now.Elem(), before)
	case reflect.Struct:
		if now.Type() == figureType {
			is, was := now.Interface().(models.Figure), models.Figure{Masked: true}
			if before.IsValid() {
				was = before.Interface().(models.Figure)
			}
			switch {
			case is.Masked:
				is = models.Figure{Masked: true}
			case was.Masked:
				return leak("a figure that the version before masks or does not have")
			case is.Value < was.Value:
				return leak("a figure that is less than in the version before")
			case is == was:
				is = few
			default:
				is.Value -= was.Value
			}
			now.Set(reflect.ValueOf(is))
			return nil
		}
		for i := range now.NumField() {
			var was reflect.Value
			if before.IsValid() {
				was = before.Field(i)
			}
			if err := subtract(now.Field(i), was); err != nil {
				return err
			}
		}
		// Where few came, nothing within was added, which may be more than few of a
		// group with a lower threshold.
		if count := now.FieldByName("Count"); count.IsValid() && count.Type() == figureType && count.Interface().(models.Figure).Masked {
			is := count.Interface()
			eachFigure(now, func(f reflect.Value) {
				if f.Interface() == few {
					f.Set(reflect.ValueOf(models.Figure{Masked: true}))
				}
			})
			count.Set(reflect.ValueOf(is))
		}
	case reflect.Slice:
		if !holdsFigures(now.Type().Elem()) {
			return nil
		}
		was := byKey(before)
		for name, entry := range byKey(now) {
			if err := subtract(entry, was[name]); err != nil {
				return err
			}
		}
	}
	return nil
}

// changed reports whether a figure of a difference tells that somebody came.
func changed(since *models.Report) bool {
	told := false
	eachFigure(reflect.ValueOf(since).Elem(), func(f reflect.Value) { told = told || !f.Interface().(models.Figure).Masked })
	return told
}

func eachFigure(v reflect.Value, visit func(reflect.Value)) {
	switch {
	case v.Type() == figureType:
		visit(v)
	case v.Kind() == reflect.Pointer && !v.IsNil():
		eachFigure(v.Elem(), visit)
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			eachFigure(v.Field(i), visit)
		}
	case v.Kind() == reflect.Slice && holdsFigures(v.Type().Elem()):
		for i := range v.Len() {
			eachFigure(v.Index(i), visit)
		}
	}
}
