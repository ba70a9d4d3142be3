package report

import (
	"cmp"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"heard/models"
)

// WriteJSON writes the report as JSON: the same figures as on the page.
func WriteJSON(w io.Writer, r *models.Report) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

var csvColumns = []string{"section", "id", "wording", "group", "count"}

// WriteCSV writes every figure of the report as one table: section, item,
// wording, group, count. A masked count reads "<10", one that is withheld to
// protect another "x".
func WriteCSV(w io.Writer, r *models.Report) error {
	out := csv.NewWriter(w)
	row := func(section, id, wording, group string, f models.Figure) {
		_ = out.Write([]string{section, SafeCell(id), SafeCell(wording), SafeCell(group), figureText(f)}) // kept by the writer, see Error below
	}
	_ = out.Write(csvColumns)
	row("responses", "", "All responses", "", r.Total)
	for _, g := range r.Groups {
		row("responses", g.ID, g.Name, g.Name, g.Count)
	}
	for _, ch := range r.Channels {
		row("channel", ch.ID, ch.Name, "", ch.Count)
	}
	for _, l := range r.Languages {
		row("language", l.ID, l.Name, "", l.Count)
	}
	for _, q := range r.Questions {
		row("question", q.ID, q.Text, "", q.Base)
		for i := range q.Groups {
			row("question", q.ID, q.Text, q.Groups[i].Name, q.Groups[i].Count)
		}
		counted := "option"
		if q.Type == models.TypeRanking {
			counted = "first place"
		}
		for _, o := range q.Options {
			row(counted, q.ID+"."+o.ID, o.Text, "", o.Count)
			for i := range o.Groups {
				row(counted, q.ID+"."+o.ID, o.Text, q.Groups[i].Name, o.Groups[i])
			}
		}
	}
	for _, t := range r.Themes {
		row("theme", t.ID, t.Label, "", t.Count)
		for _, g := range t.Groups {
			row("theme", t.ID, t.Label, g.Name, g.Count)
		}
		for _, g := range t.Stances {
			row("theme by position", t.ID, t.Label, cmp.Or(g.ID, "not given"), g.Count)
		}
	}
	if m := r.Method; m != nil {
		row("method", "taught", "Answers coded by people that the mapper learnt from", "", m.Taught)
		row("method", "coded", "Answers that people went through one by one", "", m.Coded)
		row("method", "changed", "Places of answers in themes that people changed", "", m.Changed)
		row("method", "double-coded", "Answers that two people coded blind", "", m.DoubleCoded)
		row("method", "differ", "Answers that two people saw differently", "", m.Differ)
		row("method", "settled", "Answers seen differently that were settled since", "", m.Settled)
	}
	if o := r.Objections; o != nil {
		row("objections", "made", "People who said that they did not mean what became of their words", "", o.Made)
		row("objections", "upheld", "Of them, those who were found to be right", "", o.Upheld)
	}
	for i, c := range r.Campaigns {
		row("campaign", strconv.Itoa(i+1), c.Text, "", c.Letters)
	}
	for _, a := range r.ByArea {
		for _, g := range a.Areas {
			row("question by area", a.Question, a.Text, g.Name, g.Count)
		}
		for _, o := range a.Options {
			for _, g := range o.Areas {
				row("option by area", a.Question+"."+o.ID, o.Text, g.Name, g.Count)
			}
		}
	}
	for _, w := range r.Without {
		row("with letters", w.Question, w.Text, "", w.With)
		row("without letters", w.Question, w.Text, "", w.Without)
		for _, o := range w.Options {
			row("with letters", w.Question+"."+o.ID, o.Text, "", o.With)
			row("without letters", w.Question+"."+o.ID, o.Text, "", o.Without)
		}
	}
	for _, q := range r.Equality {
		row("equality", q.ID, q.Text, "", q.Base)
		for _, o := range q.Options {
			row("equality", q.ID+"."+o.ID, o.Text, "", o.Count)
		}
	}
	for _, e := range r.Earlier {
		row("earlier", e.Question, e.Title, "", e.Then)
		row("now", e.Question, e.Text, "", e.Now)
		for _, o := range e.Options {
			switch id := e.Question + "." + o.ID; {
			case o.NotThen:
				_ = out.Write([]string{"not offered then", SafeCell(id), SafeCell(o.Text), "", ""})
			case o.NotNow:
				_ = out.Write([]string{"not offered now", SafeCell(id), SafeCell(o.Text), "", ""})
			}
		}
	}
	for _, g := range r.Redactions {
		row("taken out", g.ID, g.Name, "", g.Count)
	}
	if l := r.Late; l != nil {
		row("late", "", "Responses that came after the end", "", l.Number)
	}
	for i, c := range r.Consulted {
		_ = out.Write([]string{"consulted", strconv.Itoa(i + 1), SafeCell(c.Name), "", ""})
	}
	for i, p := range r.Petitions {
		row("petition signatures", strconv.Itoa(i+1), p.Title, "", p.Signatures)
	}
	for i, e := range r.Events {
		row("event", strconv.Itoa(i+1), e.Name, "", e.People)
	}
	for _, f := range r.Findings {
		_ = out.Write([]string{"finding", strconv.Itoa(f.Number), SafeCell(f.Statement), "", ""})
		for _, t := range f.Said {
			row("finding rests on", fmt.Sprintf("%d.%s", f.Number, t.Theme), t.Label, "", t.Count)
		}
		for _, t := range f.Against {
			row("finding against", fmt.Sprintf("%d.%s", f.Number, t.Theme), t.Label, "", t.Count)
		}
	}
	for i, p := range r.Missing {
		if p.Population != nil {
			row("population", strconv.Itoa(i+1), p.Name, "", *p.Population)
		}
		if p.Count != nil {
			row("answered", strconv.Itoa(i+1), p.Name, "", *p.Count)
		}
	}
	for _, n := range []struct {
		id, wording string
		count       int
	}{
		{"in-themes", "Responses in at least one theme", r.RollCall.InThemes},
		{"heard-once", "Responses listed singly", r.RollCall.HeardOnce},
		{"closed-only", "Responses without words in a themed question, such as choices, dates, numbers and files", r.RollCall.ClosedOnly},
		{"uncounted", "Responses that came in and are not counted", r.RollCall.Uncounted},
	} {
		_ = out.Write([]string{"roll-call", n.id, n.wording, "", strconv.Itoa(n.count)})
	}
	row("roll-call", "withdrawn", "Not counted: taken back by whoever sent them", "", r.RollCall.Withdrawn)
	row("roll-call", "replaced", "Not counted: replaced by whoever sent them", "", r.RollCall.Replaced)
	row("roll-call", "set-aside", "Not counted: set aside by an officer", "", r.RollCall.SetAside)
	for _, g := range r.RollCall.Aside {
		row("set aside", g.ID, g.Name, "", g.Count)
	}
	out.Flush()
	return out.Error()
}

func figureText(f models.Figure) string {
	switch {
	case !f.Masked:
		return strconv.Itoa(f.Value)
	case f.Threshold == 0:
		return "x"
	}
	return fmt.Sprintf("<%d", f.Threshold)
}

// SafeCell keeps a spreadsheet program from taking words for a formula (OWASP,
// CSV injection): such a cell begins with an apostrophe.
func SafeCell(s string) string {
	if s != "" && strings.ContainsAny(s[:1], "=+-@\t\r") {
		return "'" + s
	}
	return s
}
