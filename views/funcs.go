package views

import (
	"fmt"
	"html"
	"html/template"
	"image/color"
	"math"
	"net/url"
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
	"asset":        static.Path,
	"figure":       figure,
	"unquoted":     unquoted,
	"sections":     sections,
	"above":        above,
	"stancesShown": stancesShown,
	"tools":        tools,
	"hundredths":   hundredths,
	"columns":      columns,
	"unshown":      unshown,
	"cell":         cell,
	"areasShown":   areasShown,
	"areasUnshown": areasUnshown,
	"add":          func(a, b int) int { return a + b },
	"opening":      opening,
	"minPassword":  func() int { return models.MinPasswordLength },
	"join":         func(list []string) string { return strings.Join(list, ", ") },
	"has":          slices.Contains[[]string],
	"apartQuotes":  apartQuotes,
	"listed":       listed,
	"unlisted":     unlisted,
	"takesSides":   takesSides,
	"languageName": LanguageName,
	"points":       func(n int) string { return strings.Replace(fmt.Sprintf("%+d", n), "-", "−", 1) },
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

// opening returns the first paragraph.
func opening(s string) string {
	first, _, _ := strings.Cut(strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")), "\n\n")
	return first
}

// themeSection is the themes of a report that are in scope, or aside: those that
// are not, with what stands under them.
type themeSection struct {
	Aside  bool
	Themes []models.ReportTheme
}

// sections returns the themes in scope, even if there are none, and those aside
// if there are any: they come last in a report.
func sections(themes []models.ReportTheme) []themeSection {
	at := slices.IndexFunc(themes, func(t models.ReportTheme) bool { return t.OutOfScope != "" })
	if at < 0 {
		return []themeSection{{Themes: themes}}
	}
	return []themeSection{{Themes: themes[:at]}, {Aside: true, Themes: themes[at:]}}
}

// above returns the name of the theme that a theme stands under, or "".
func above(r *models.Report, t models.ReportTheme) string {
	at := slices.IndexFunc(r.Themes, func(o models.ReportTheme) bool { return o.ID == t.Parent })
	if t.Parent == "" || at < 0 {
		return ""
	}
	return r.Themes[at].Label
}

// stancesShown reports whether any figure of people by their own position may be
// shown: a row of dashes would say nothing.
func stancesShown(t models.ReportTheme) bool {
	return slices.ContainsFunc(t.Stances, func(g models.GroupFigure) bool { return !g.Count.Masked })
}

// tools returns what the engine used besides the answers themselves.
func tools(m *models.ReportMethod) []string {
	return slices.DeleteFunc([]string{m.Background, m.Embeddings, m.Chat}, func(s string) bool { return s == "" })
}

// hundredths writes a share between 0 and 1 as a whole number of 100.
func hundredths(share float64) int { return int(math.Round(100 * share)) }

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
func unshown(q models.ReportQuestion) []models.GroupFigure { return others(q.Groups, columns(q)) }

// others returns the entries of a list whose numbers are not among those shown.
func others(all []models.GroupFigure, shown []int) []models.GroupFigure {
	var out []models.GroupFigure
	for i, g := range all {
		if !slices.Contains(shown, i) {
			out = append(out, g)
		}
	}
	return out
}

// areasShown returns the numbers of the areas that have a figure to show in a
// question's table, as columns does for groups; areasUnshown the others.
func areasShown(a models.ReportByArea) []int {
	var out []int
	for j := range a.Areas {
		if slices.ContainsFunc(a.Options, func(o models.ReportAreaOption) bool { return !o.Areas[j].Count.Masked }) {
			out = append(out, j)
		}
	}
	return out
}

func areasUnshown(a models.ReportByArea) []models.GroupFigure { return others(a.Areas, areasShown(a)) }

// cell writes the figure of one group in one row.
func cell(o models.ReportOption, group int) string {
	if group >= len(o.Groups) {
		return figure(models.Figure{Masked: true})
	}
	return figure(o.Groups[group])
}

// Size is how many themes a tree holds.
func (p *ThemesPage) Size(rows []ThemeRow) int {
	n := len(rows)
	for _, r := range rows {
		n += p.Size(r.Children)
	}
	return n
}

// Sections are the parts of the page to jump to, when there are many themes.
func (p *ThemesPage) Sections() (list []Link) {
	const many = 8
	parts := []struct {
		href, text string
		n          int
	}{{"#candidates", "Candidates", p.Size(p.Candidates)}, {"#approved", "Approved", p.Size(p.Approved)}, {"#out", "Out of scope", p.Size(p.OutOfScope)}, {"#once", "Heard once", p.Once}}
	if parts[0].n+parts[1].n+parts[2].n < many {
		return nil
	}
	for _, part := range parts {
		if part.n > 0 {
			list = append(list, Link{Href: part.href, Text: part.text + " (" + strconv.Itoa(part.n) + ")"})
		}
	}
	return list
}

// Elsewhere reports whether a field at fault is one of those that are folded
// away.
func (p *ThemePage) Elsewhere() bool {
	for _, field := range []string{"definition", "parent", "into", "reason"} {
		if p.Problems[field] != "" {
			return true
		}
	}
	return false
}

// Passages are the marked words of a long answer that are folded away, to be
// shown all the same.
func (a *PlacedAnswer) Passages() (list []string) {
	for _, s := range a.Rest {
		if s.Match {
			list = append(list, strings.TrimSpace(s.Text))
		}
	}
	return list
}

// Words is how many words are folded away.
func (a *PlacedAnswer) Words() int {
	var rest strings.Builder
	for _, s := range a.Rest {
		rest.WriteString(s.Text)
	}
	return len(strings.Fields(rest.String()))
}

// Open reports whether a copy of the letter is ticked, so that the copies are
// not folded away.
func (a *PlacedAnswer) Open() bool {
	return a.CopiesTicked || slices.ContainsFunc(a.Copies, func(c PlacedAnswer) bool { return c.Ticked })
}

// CopyKeys is what the form calls all the copies of the letter together: those
// that are on the page, whoever sends it meanwhile.
func (a *PlacedAnswer) CopyKeys() string {
	keys := make([]string, len(a.Copies))
	for i, c := range a.Copies {
		keys[i] = c.Key
	}
	return strings.Join(keys, " ")
}

// T returns the wording of a catalogue entry in the page's language, marked as
// in Say where the catalogue has it only in English. Pairs are the names and
// values that the entry asks for; one named Count chooses the plural form.
func (b *Base) T(id string, pairs ...any) template.HTML {
	return b.marked(b.wording(id, pairs...))
}

// Word is T without marks, for places that cannot carry them, such as the title
// of the document.
func (b *Base) Word(id string, pairs ...any) string {
	wording, _ := b.wording(id, pairs...)
	return wording
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

// To is an address on this portal that keeps the page's language.
func (b *Base) To(path string) string {
	if b.Lang == b.Default {
		return path
	}
	path, fragment, _ := strings.Cut(path, "#")
	sep := "?"
	if strings.Contains(path, "?") {
		sep = "&"
	}
	path += sep + "lang=" + url.QueryEscape(b.Lang)
	if fragment != "" {
		path += "#" + fragment
	}
	return path
}

// Apart writes words that may be in another language than the page, for a
// sentence of the catalogue: on a page that runs from right to left they are set
// apart by Unicode's isolates, so that the full stop after them does not land
// before them.
func (b *Base) Apart(words string) string {
	if b.dir != "rtl" {
		return words
	}
	return "\u2068" + words + "\u2069"
}

// ApartList writes several as Apart does.
func (b *Base) ApartList(list []string) string {
	apart := make([]string, len(list))
	for i, words := range list {
		apart[i] = b.Apart(words)
	}
	return strings.Join(apart, ", ")
}

// Day writes the day of a date (YYYY-MM-DD), or of a date and time, out in the
// page's language: 14 December 2026.
func (b *Base) Day(s string) string {
	date, _, _ := strings.Cut(s, " ")
	t, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return s
	}
	month, _ := b.wording("month." + strconv.Itoa(int(t.Month())))
	wording, _ := b.wording("date", "Day", t.Day(), "Month", month, "Year", strconv.Itoa(t.Year()))
	return wording
}

// Time writes a day with the time of day out (2006-01-02 15:04).
func (b *Base) Time(s string) string {
	date, clock, _ := strings.Cut(s, " ")
	wording, _ := b.wording("date.time", "Day", b.Day(date), "Time", clock)
	return wording
}

// Checked reports whether a person has checked what the page says.
func (b *Base) Checked() bool {
	checked, _ := b.wording("catalogue.checked")
	return checked != "no" && !b.Unchecked
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

// Position names a position on the proposal, "" for none.
func (b *Base) Position(id string) template.HTML {
	switch id {
	case models.StanceFor:
		return b.T("report.position.for")
	case models.StanceAgainst:
		return b.T("report.position.against")
	case models.StanceUnsure:
		return b.T("report.position.unsure")
	}
	return b.T("report.position.none")
}

// Say returns wording in the page's language. Where it has to fall back to
// another language, the words are marked with their own language and
// direction, so that screen readers pronounce them and browsers set them
// rightly.
func (b *Base) Say(t models.Text) template.HTML {
	return b.marked(t.In(b.Lang))
}

// Plain returns wording in the page's language without marks, for places that
// cannot carry them.
func (b *Base) Plain(t models.Text) string {
	wording, _ := t.In(b.Lang)
	return wording
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
	if p.Question != nil && (p.Question.Written() || p.Question.Type == models.TypeDate || p.Question.Type == models.TypeRanking ||
		p.Question.Type == models.TypeFile && p.File != nil && p.File.Limit != "") {
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

// Falls reports whether the question is not in the page's language.
func (p *StepPage) Falls() bool {
	_, in := p.Question.Text.In(p.Lang)
	return in != p.Lang
}

// Instead returns the options that are chosen instead of answering.
func (p *StepPage) Instead() []models.Option {
	if p.Question.Type == models.TypeRanking {
		return slices.DeleteFunc(slices.Clone(p.Question.Options), func(o models.Option) bool { return !o.Alone })
	}
	if p.Question.Closed() {
		return nil
	}
	return p.Question.Options
}

// Many reports whether there are more options than a phone shows at once.
func (p *StepPage) Many() bool {
	return p.Question.Type == models.TypePlace && len(p.Question.Options) > 12 && p.WriteIn() < 0
}

// Places returns the numbers that an option of a ranking can be given.
func (p *StepPage) Places() []string {
	places := make([]string, len(p.Question.Ranked()))
	for i := range places {
		places[i] = strconv.Itoa(i + 1)
	}
	return places
}

// Place returns the number that an option was given, "" for none.
func (p *StepPage) Place(option string) string {
	if p.Ranks != nil {
		return p.Ranks[option]
	}
	if i := slices.Index(p.Given.Options, option); i >= 0 {
		return strconv.Itoa(i + 1)
	}
	return ""
}

// Date returns the day, month or year of what was typed as a date.
func (p *StepPage) Date(part string) string {
	parts := strings.SplitN(p.Given.Text, "-", 3)
	i := slices.Index([]string{"year", "month", "day"}, part)
	if i < 0 || i >= len(parts) {
		return ""
	}
	if part == "year" || len(parts[i]) != 2 {
		return parts[i]
	}
	return strings.TrimPrefix(parts[i], "0")
}

// Field is the id that the error summary leads to: the field at fault, or the
// top of the page where what became of the submission has taken the field away.
func (p *ReceiptCheckPage) Field() string {
	if p.Found == nil {
		return "code"
	}
	live := p.Found.Status == models.SubmissionLive
	if live && (p.At == "message" && len(p.Found.Messages) > 0 || p.At == "sure" && p.Found.Open) {
		return p.At
	}
	return "main"
}

// Lines returns how many lines to leave on paper for a written answer.
func (p *PaperPage) Lines(q *models.Question) []struct{} {
	if q.Type != models.TypeLongText {
		return make([]struct{}, 1)
	}
	return make([]struct{}, min(max(q.Limit()/250, 4), 14))
}

// Only says in words on paper when a question is to be answered, "" for always.
func (p *PaperPage) Only(q *models.Question) template.HTML {
	var rules []string
	for _, rule := range q.OnlyIf {
		var clauses []string
		for _, clause := range rule {
			asked := p.Consultation.Question(clause.Question)
			var options []string
			for _, id := range clause.Options {
				if asked == nil || asked.Option(id) == nil {
					continue
				}
				label, _ := asked.Option(id).Text.In(p.Lang)
				options = append(options, "“"+label+"”")
			}
			key := "paper.if"
			if clause.Not {
				key = "paper.ifnot"
			}
			wording, _ := p.wording(key, "Question", clause.Question, "Answers", strings.Join(options, ", "))
			clauses = append(clauses, wording)
		}
		rules = append(rules, strings.Join(clauses, " "))
	}
	return template.HTML(html.EscapeString(strings.Join(rules, " / ")))
}

// QR draws the receipt's words as a QR code, in SVG with a quiet zone of four
// modules (ISO/IEC 18004), so that a phone can take them in without typing.
// Nothing is asked of another server for it. Text too long for any QR code,
// which twelve words never are, has none.
func (p *ReceiptPage) QR() template.HTML { return drawQR(p.Words) }

// QR draws the words as ReceiptPage.QR does.
func (p *SavedPage) QR() template.HTML { return drawQR(p.Words) }

func drawQR(words []string) template.HTML {
	code, err := qr.Encode(strings.Join(words, " "), qr.M, qr.Auto)
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
