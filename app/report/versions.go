package report

import (
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"heard/app/disclose"
	"heard/models"
)

// Before is the version of a report that is public already.
type Before struct {
	Report *models.Report
	// Counted are the submissions that are counted in it or in an earlier one.
	Counted map[string]bool
}

// follow makes every figure of a later version follow from the version before, so
// that nobody is exposed by subtracting one from the other: what was published
// stays, and those who came since are added as a report on them alone would show
// them. See disclose.Later. What is written about figures in prose comes after it.
func (b *builder) follow(r *models.Report) error {
	if b.Before == nil {
		return nil
	}
	before := b.Before.Report
	came := b.Input
	came.Before, came.Register, came.Method, came.Late, came.Redacted, came.Objections, came.Equality = nil, nil, nil, nil, nil, nil, nil
	came.Submissions = slices.DeleteFunc(slices.Clone(b.Submissions), func(s *models.Submission) bool { return b.Before.Counted[s.ID] })
	came.Withdrawn, came.Replaced, came.SetAside = 0, 0, 0
	change := &models.Report{}
	if len(came.Submissions) >= disclose.SensitiveThreshold { // which themes fewer are in would tell of each
		var err error
		if b.came, change, err = unchecked(came); err != nil {
			return err
		}
		if err := b.came.attack(change); err != nil {
			return err
		}
	}
	beside := *r
	r.Petitions, r.Events, r.Redactions, r.Late, r.Objections, r.Equality = nil, nil, nil, nil, nil, nil
	carry(reflect.ValueOf(r).Elem(), reflect.ValueOf(before).Elem(), reflect.ValueOf(change).Elem())
	r.Petitions, r.Events, r.Redactions, r.Late, r.Objections = beside.Petitions, beside.Events, beside.Redactions, beside.Late, beside.Objections
	r.Equality = before.Equality // which nobody can tell a change of from somebody's answers
	stay(r, before)
	for i := range r.Questions {
		q := &r.Questions[i]
		for j := range q.Options {
			o := &q.Options[j]
			o.Percent = nil
			if p, ok := disclose.Percent(gated(o.Count), gated(q.Base)); ok {
				o.Percent = &p
			}
		}
		q.Net = net(b.Consultation.Question(q.ID), q)
	}
	r.Earlier = b.earlier(r.Questions)
	order := map[string]int{}
	for i, t := range before.Themes {
		order[t.ID] = i + 1
	}
	for i := range r.Themes {
		t := &r.Themes[i]
		t.OneSided, t.NameFrom, t.DistinctiveFor = "", "", nil
		if at := order[t.ID]; at > 0 {
			was := before.Themes[at-1]
			t.OneSided, t.NameFrom, t.DistinctiveFor = was.OneSided, was.NameFrom, was.DistinctiveFor
		}
	}
	slices.SortStableFunc(r.Themes, func(x, y models.ReportTheme) int {
		last := len(before.Themes) + 1
		return cmp.Compare(cmp.Or(order[x.ID], last), cmp.Or(order[y.ID], last))
	})
	return nil
}

// rolls adds the roll-calls of the version before and of those who came since:
// whoever had their words taken out since stays in the totals.
func (b *builder) rolls(now, before models.RollCall) models.RollCall {
	now.Submissions, now.InThemes, now.HeardOnce, now.ClosedOnly = before.Submissions, before.InThemes, before.HeardOnce, before.ClosedOnly
	for _, e := range now.Entries {
		if b.Before.Counted[e.Submission] {
			continue
		}
		now.Submissions++
		switch {
		case len(e.Themes) > 0:
			now.InThemes++
		case e.HeardOnce:
			now.HeardOnce++
		default:
			now.ClosedOnly++
		}
	}
	now.Uncounted, now.Withdrawn, now.Replaced, now.SetAside, now.Aside = before.Uncounted, before.Withdrawn, before.Replaced, before.SetAside, before.Aside
	return now
}

// keepProse leaves it unsaid, or said, in answer to which question a theme came up
// as long as nothing else of the theme has changed: that could change with one
// person. All else in its paragraph follows from figures that are shown.
func (b *builder) keepProse(r *models.Report) {
	if b.Before == nil {
		return
	}
	asked := func(s models.ReportSentence) bool { return s.Kind == "asked" }
	for i := range r.Themes {
		t := &r.Themes[i]
		at := slices.IndexFunc(b.Before.Report.Themes, func(w models.ReportTheme) bool { return w.ID == t.ID })
		if at < 0 {
			continue
		}
		was, is := b.Before.Report.Themes[at], *t
		said := was.Summary
		was.Summary, is.Summary = nil, nil
		if a, err := json.Marshal(was); err != nil {
			continue
		} else if b, err := json.Marshal(is); err != nil || string(a) != string(b) {
			continue
		}
		end := slices.IndexFunc(t.Summary, func(s models.ReportSentence) bool { return asked(s) || s.Kind == "quoted" || s.Kind == "parts" })
		if end < 0 {
			end = len(t.Summary)
		}
		kept := slices.Clone(t.Summary[:end])
		if then := slices.IndexFunc(said, asked); then >= 0 {
			s := said[then]
			if end < len(t.Summary) && asked(t.Summary[end]) {
				s.Submissions = t.Summary[end].Submissions // for the desk
			}
			kept = append(kept, s)
		}
		t.Summary = append(kept, slices.DeleteFunc(slices.Clone(t.Summary[end:]), asked)...)
	}
}

// gated is a figure as it was before it was written down.
func gated(f models.Figure) disclose.Figure {
	if f.Masked {
		return disclose.Figure{Threshold: f.Threshold, Withheld: f.Threshold == 0}
	}
	return disclose.Figure{Shown: true, Value: f.Value, Threshold: disclose.Threshold}
}

// stay keeps what is counted beside the submissions as it was in the version
// before, unless it changed by enough. How many signed a petition is public anyway.
func stay(r, before *models.Report) {
	for i := range r.Events {
		e := &r.Events[i]
		for _, was := range before.Events {
			if was.Name == e.Name && was.Day == e.Day {
				e.People = steady(was.People, e.People)
			}
		}
	}
	for i := range r.Redactions {
		for _, was := range before.Redactions {
			if g := &r.Redactions[i]; was.ID == g.ID {
				g.Count = steady(was.Count, g.Count)
			}
		}
	}
	if r.Late != nil && before.Late != nil {
		r.Late = &models.ReportLate{Number: steady(before.Late.Number, r.Late.Number), SetAside: r.Late.SetAside}
	}
	// That nobody objected does not stay once somebody did: it would be untrue.
	if o, was := r.Objections, before.Objections; o != nil && was != nil && !was.Nobody() {
		r.Objections = &models.ReportObjections{Made: steady(was.Made, o.Made), Upheld: steady(was.Upheld, o.Upheld)}
	}
}

// steady is a figure that others than the submissions are counted in: it stays
// what it was unless it changed by enough people. That it is small is not said any
// more when it is not.
func steady(was, is models.Figure) models.Figure {
	if was.Masked && was.Threshold > 0 && !is.Masked && is.Value >= was.Threshold {
		return models.Figure{Masked: true}
	}
	if was.Masked || is.Masked || max(was.Value-is.Value, is.Value-was.Value) < disclose.SensitiveThreshold {
		return was
	}
	return is
}

// carry sets every figure that can be reached from now to what follows from the
// same figure of the version before and of those who came since. Entries of lists
// are the same that have the same id, name, title or text; a figure that was not
// there before is masked. before and change may be invalid: there is none.
func carry(now, before, change reflect.Value) {
	part := func(v reflect.Value, get func(reflect.Value) reflect.Value) reflect.Value {
		if !v.IsValid() {
			return v
		}
		return get(v)
	}
	switch now.Kind() {
	case reflect.Pointer:
		if now.IsNil() {
			return
		}
		pointed := func(v reflect.Value) reflect.Value {
			if v.IsNil() {
				return reflect.Value{}
			}
			return v.Elem()
		}
		carry(now.Elem(), part(before, pointed), part(change, pointed))
	case reflect.Struct:
		if now.Type() == figureType {
			later := models.Figure{Masked: true}
			if before.IsValid() {
				came := disclose.Figure{Threshold: disclose.Threshold} // nobody
				if change.IsValid() {
					came = gated(change.Interface().(models.Figure))
				}
				was := before.Interface().(models.Figure)
				later = figure(disclose.Later(gated(was), came))
				if later.Masked && was.Masked && came == (disclose.Figure{Threshold: disclose.Threshold}) {
					later = was
				}
			}
			now.Set(reflect.ValueOf(later))
			return
		}
		// Where few came, the figures within tell of each of them.
		if few := part(change, func(v reflect.Value) reflect.Value { return v.FieldByName("Count") }); few.IsValid() && few.Type() == figureType {
			if f := few.Interface().(models.Figure); f.Masked && f.Threshold > 0 {
				change = reflect.Value{}
			}
		}
		for i := range now.NumField() {
			if now.Type().Field(i).IsExported() {
				field := func(v reflect.Value) reflect.Value { return v.Field(i) }
				carry(now.Field(i), part(before, field), part(change, field))
			}
		}
	case reflect.Slice:
		if !holdsFigures(now.Type().Elem()) {
			return
		}
		was, came := byKey(before), byKey(change)
		for name, entry := range byKey(now) {
			carry(entry, was[name], came[name])
		}
	}
}

// byKey returns the entries of a list by what tells them apart.
func byKey(list reflect.Value) map[string]reflect.Value {
	all, seen := map[string]reflect.Value{}, map[string]int{}
	if list.IsValid() {
		for i := range list.Len() {
			key := keyOf(list.Index(i))
			all[nth(key, seen[key])] = list.Index(i)
			seen[key]++
		}
	}
	return all
}

func nth(key string, n int) string { return key + "\x00" + string(rune(n)) }

// keyOf is what tells an entry of a list from the others; "" where only its place
// does.
func keyOf(v reflect.Value) string {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return ""
		}
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct {
		return ""
	}
	for _, name := range []string{"ID", "Key", "Name", "Title", "Label", "Text"} {
		if f := v.FieldByName(name); f.IsValid() && f.Kind() == reflect.String {
			return f.String()
		}
	}
	return ""
}

// holdsFigures reports whether a figure can be reached from a type.
func holdsFigures(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice:
		return holdsFigures(t.Elem())
	case reflect.Struct:
		if t == figureType {
			return true
		}
		for i := range t.NumField() {
			if f := t.Field(i); f.IsExported() && holdsFigures(f.Type) {
				return true
			}
		}
	}
	return false
}

// Changes says in whole sentences what differs between a report and the version
// before: entries that were added, taken out or changed, section by section, and
// how many came since.
func Changes(before, now *models.Report, came int) []string {
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	if came > 0 && came < disclose.SensitiveThreshold {
		say("A few responses were added since. Their words stand in this version; its figures stay as they were, because a small change could tell who they are from.")
	} else if came > 0 {
		say("%d responses were added since. Figures that changed by too few people stay as they were.", came)
	}
	if before.Total != now.Total && !before.Total.Masked && !now.Total.Masked {
		say("Responses: %d, before %d.", now.Total.Value, before.Total.Value)
	}
	quotes := func(r *models.Report) (all []string) {
		for _, t := range r.Themes {
			for _, q := range t.Quotes {
				all = append(all, q.PublicID+q.Text)
			}
		}
		return all
	}
	counted := func(what string, added, gone, changed int) {
		var parts []string
		for _, part := range []struct {
			n    int
			word string
		}{{added, "added"}, {gone, "taken out"}, {changed, "changed"}} {
			if part.n > 0 {
				parts = append(parts, fmt.Sprintf("%d %s", part.n, part.word))
			}
		}
		if len(parts) > 0 {
			say("%s: %s.", what, strings.Join(parts, ", "))
		}
	}
	lacking := func(a, b []string) (n int) {
		left := map[string]int{}
		for _, s := range b {
			left[s]++
		}
		for _, s := range a {
			if left[s]--; left[s] < 0 {
				n++
			}
		}
		return n
	}
	was, is := reflect.ValueOf(before).Elem(), reflect.ValueOf(now).Elem()
	for i := range is.NumField() {
		field := is.Type().Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if field.Type.Kind() != reflect.Slice || field.Type.Elem().Kind() != reflect.Struct || name == "" || name == "-" {
			continue
		}
		a, b := entriesOf(was.Field(i)), entriesOf(is.Field(i))
		added, gone, changed := 0, 0, 0
		for key, v := range b {
			switch old, there := a[key]; {
			case !there:
				added++
			case old != v:
				changed++
			}
		}
		for key := range a {
			if _, there := b[key]; !there {
				gone++
			}
		}
		if field.Name == "HeardOnce" { // each is its words
			changed = 0
		}
		title := strings.ReplaceAll(name, "_", " ")
		counted(strings.ToUpper(title[:1])+title[1:], added, gone, changed)
	}
	a, b := quotes(before), quotes(now)
	counted("Quotes", lacking(b, a), lacking(a, b), 0)
	return out
}

// entriesOf returns the entries of a list as they are written, by what tells them
// apart. Excerpts are told apart by their words.
func entriesOf(list reflect.Value) map[string]string {
	all, seen := map[string]string{}, map[string]int{}
	for i := range list.Len() {
		v := list.Index(i)
		key := keyOf(v)
		if e, ok := v.Interface().(models.ReportExcerpt); ok {
			key = e.PublicID + "\x00" + e.Question + "\x00" + e.Text
		}
		written, err := json.Marshal(v.Interface())
		if err != nil {
			written = nil // a report is plain data, which can always be written
		}
		all[nth(key, seen[key])] = string(written)
		seen[key]++
	}
	return all
}
