package views

import (
	"fmt"
	"html"
	"html/template"
	"image/color"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/boombuler/barcode/qr"
	"golang.org/x/text/language"

	"heard/models"
	"heard/static"
)

// functions are what templates can call besides the methods of their page.
var functions = template.FuncMap{
	"asset":       static.Path,
	"figure":      figure,
	"unquoted":    unquoted,
	"columns":     columns,
	"unshown":     unshown,
	"cell":        cell,
	"add":         func(a, b int) int { return a + b },
	"opening":     opening,
	"day":         day,
	"minPassword": func() int { return models.MinPasswordLength },
	"join":        func(list []string) string { return strings.Join(list, ", ") },
	"has":         slices.Contains[[]string],
}

// figure writes a count the short way, for table cells: 38, <10, or – where
// nothing may be said. The page explains the signs once.
func figure(f models.Figure) string {
	switch {
	case !f.Masked:
		return strconv.Itoa(f.Value)
	case f.Threshold > 0:
		return "<" + strconv.Itoa(f.Threshold)
	}
	return "–"
}

// day writes the day of a date, or date and time, out: 14 December 2026.
func day(s string) string {
	date, _, _ := strings.Cut(s, " ")
	t, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return s
	}
	return t.Format("2 January 2006")
}

// opening returns the first paragraph.
func opening(s string) string {
	first, _, _ := strings.Cut(strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")), "\n\n")
	return first
}

// unquoted returns the public ids of the excerpts whose words may not stand in
// the report.
func unquoted(list []models.ReportExcerpt) []string {
	var ids []string
	for _, e := range list {
		if e.Text == "" {
			ids = append(ids, e.PublicID)
		}
	}
	return ids
}

// columns returns the numbers of the groups that have a figure to show in a
// question's table. A column of signs only would push the others off a phone.
func columns(q models.ReportQuestion) []int {
	var out []int
	for i := range q.Groups {
		if slices.ContainsFunc(q.Options, func(o models.ReportOption) bool { return i < len(o.Groups) && !o.Groups[i].Masked }) {
			out = append(out, i)
		}
	}
	return out
}

// unshown returns the groups that columns leaves out, to be named below the
// table: a group that took part is never passed over in silence.
func unshown(q models.ReportQuestion) []models.GroupFigure {
	shown := columns(q)
	var out []models.GroupFigure
	for i, g := range q.Groups {
		if !slices.Contains(shown, i) {
			out = append(out, g)
		}
	}
	return out
}

// cell writes the figure of one group in one row.
func cell(o models.ReportOption, group int) string {
	if group >= len(o.Groups) {
		return figure(models.Figure{Masked: true})
	}
	return figure(o.Groups[group])
}

// T returns the wording of a catalogue entry in the page's language, marked as
// in Say where the catalogue has it only in English. Pairs are the names and
// values that the entry asks for; one named Count chooses the plural form.
func (b *Base) T(id string, pairs ...any) template.HTML {
	return b.marked(b.wording(id, pairs...))
}

func (b *Base) wording(id string, pairs ...any) (wording, in string) {
	if b.translate == nil {
		return id, b.Lang
	}
	return b.translate(id, dataOf(pairs))
}

func dataOf(pairs []any) map[string]any {
	data := make(map[string]any, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		data[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return data
}

// Inline is the style of a page that stands alone, "" for a page of the portal.
func (b *Base) Inline() template.CSS { return b.inline }

// Dir returns the page's writing direction, ltr or rtl.
func (b *Base) Dir() string { return b.dir }

// Amount writes n with the thousands separators of the page's language.
func (b *Base) Amount(n int) string {
	if b.numbers == nil {
		return strconv.Itoa(n)
	}
	return b.numbers.Sprint(n)
}

// Figure writes a count in words for running text: 38, "fewer than 10" or
// "not shown".
func (b *Base) Figure(f models.Figure) string {
	switch {
	case !f.Masked:
		return b.Amount(f.Value)
	case f.Threshold > 0:
		wording, _ := b.wording("figure.fewer", "Threshold", f.Threshold)
		return wording
	}
	wording, _ := b.wording("figure.hidden")
	return wording
}

// Say returns wording in the page's language. Where it has to fall back to
// another language, the words are marked with their own language and
// direction, so that screen readers pronounce them and browsers set them
// rightly.
func (b *Base) Say(t models.Text) template.HTML {
	return b.marked(t.In(b.Lang))
}

func (b *Base) marked(wording, in string) template.HTML {
	escaped := html.EscapeString(wording)
	if marks := b.marks(in); marks != "" && wording != "" {
		return template.HTML("<span" + marks + ">" + escaped + "</span>")
	}
	return template.HTML(escaped)
}

// Paragraphs returns wording as in Say, one paragraph for each that the text
// has: blank lines part them, and lines that begin with "- " make a list.
func (b *Base) Paragraphs(t models.Text) template.HTML {
	wording, in := t.In(b.Lang)
	marks := b.marks(in)
	var out strings.Builder
	for _, block := range strings.Split(strings.ReplaceAll(wording, "\r\n", "\n"), "\n\n") {
		lines := strings.Split(strings.TrimSpace(block), "\n")
		list := strings.HasPrefix(lines[0], "- ")
		switch {
		case lines[0] == "":
			continue
		case list:
			out.WriteString("<ul" + marks + ">")
		default:
			out.WriteString("<p" + marks + ">")
		}
		for i, line := range lines {
			item, starts := strings.CutPrefix(line, "- ")
			switch {
			case list && starts:
				out.WriteString("<li>")
			case i > 0:
				out.WriteString("\n")
			}
			if !list {
				item = line
			}
			out.WriteString(html.EscapeString(item))
		}
		if list {
			out.WriteString("</ul>")
		} else {
			out.WriteString("</p>")
		}
	}
	return template.HTML(out.String())
}

// marks returns the attributes for words in another language than the page's.
func (b *Base) marks(lang string) string {
	if lang == "" || lang == b.Lang {
		return ""
	}
	return ` lang="` + html.EscapeString(lang) + `" dir="` + direction(lang) + `"`
}

// rightToLeft are the scripts in use that are written from right to left.
var rightToLeft = map[string]bool{"Arab": true, "Hebr": true, "Thaa": true, "Syrc": true, "Nkoo": true, "Adlm": true}

func direction(lang string) string {
	script, _ := language.Make(lang).Script()
	if rightToLeft[script.String()] {
		return "rtl"
	}
	return "ltr"
}

// Described lists the ids of what describes the field: the rule it asks about,
// the hint, the limit and the fault, whichever there are.
func (p *StepPage) Described() string {
	var ids []string
	if p.Restriction != nil {
		ids = append(ids, "rule")
	}
	if p.Question != nil && !p.Question.Hint.Empty() {
		ids = append(ids, "hint")
	}
	if p.Question != nil && (p.Question.Type == models.TypeLongText || p.Question.Type == models.TypeFile && p.File != nil && p.File.Limit != "") {
		ids = append(ids, "limit")
	}
	if p.Fault != "" {
		ids = append(ids, "fault")
	}
	return strings.Join(ids, " ")
}

// WriteIn is the number of the option that the line to write on stands under,
// -1 when no option offers one. The form has one such line, under the last
// option that offers it.
func (p *StepPage) WriteIn() int {
	last := -1
	for i, o := range p.Question.Options {
		if o.WriteIn {
			last = i
		}
	}
	return last
}

// QR draws the receipt's words as a QR code, in SVG with a quiet zone of four
// modules (ISO/IEC 18004), so that a phone can take them in without typing.
// Nothing is asked of another server for it. Text too long for any QR code,
// which twelve words never are, has none.
func (p *ReceiptPage) QR() template.HTML {
	code, err := qr.Encode(strings.Join(p.Words, " "), qr.M, qr.Auto)
	if err != nil {
		return ""
	}
	const quiet = 4
	size := code.Bounds().Dx()
	var path strings.Builder
	for y := range size {
		for x := 0; x < size; x++ {
			start := x
			for x < size && code.At(x, y) == color.Black {
				x++
			}
			if x > start {
				fmt.Fprintf(&path, "M%d %dh%dv1H%dz", start+quiet, y+quiet, x-start, start+quiet)
			}
		}
	}
	all := size + 2*quiet
	return template.HTML(fmt.Sprintf(`<svg class="qr" viewBox="0 0 %d %d" width="%d" height="%d" aria-hidden="true" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h%dv%dH0z"/><path d="%s"/></svg>`,
		all, all, 4*all, 4*all, all, all, path.String()))
}
