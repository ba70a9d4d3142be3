// Package print turns a page of the portal that stands alone, as views.RenderFile
// writes it, into a document: DOCX by itself, PDF through a program that is
// installed. Whatever the page says, in whatever language, is in the document,
// in the same order.
package print

import (
	"archive/zip"
	"bytes"
	"cmp"
	"embed"
	"encoding/xml"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/text/unicode/bidi"
)

// The parts of a document that are the same for all, but for their {lang}.
//
//go:embed docx
var parts embed.FS

// About is what a document says besides the page.
type About struct {
	Footer string // at the foot of each sheet, before its number
	Day    string // YYYY-MM-DD, which the document is dated; any day when it is none
}

// DOCX writes a page as a document that Word and LibreOffice edit: headings,
// lists, quotes and tables are styles of theirs, a nav.contents is a field that
// they bring up to date, and a bar drawn in SVG is a picture with the words of its
// <title>. The same page makes the same bytes.
//
// It is WordprocessingML written here, because no library for Go with a licence we
// can take writes header rows, alternative text, languages and right-to-left text.
func DOCX(w io.Writer, page io.Reader, about About) error {
	root, err := html.Parse(page)
	if err != nil {
		return fmt.Errorf("read the page: %w", err)
	}
	d := &docx{pictures: map[string][]byte{}, bookmarks: map[string]string{}}
	var title string
	var content []*html.Node
	for n := range root.Descendants() {
		switch {
		case n.Type != html.ElementNode:
		case n.Data == "html":
			d.lang, d.dir = cmp.Or(attr(n, "lang"), "en"), attr(n, "dir")
		case n.Data == "title" && title == "":
			title = words(n)
		case n.Data == "main" || n.Data == "p" && hasClass(n, "invented"):
			content = append(content, n)
		case n.Data == "a":
			if id, ok := strings.CutPrefix(attr(n, "href"), "#"); ok && d.bookmarks[id] == "" {
				d.bookmarks[id] = "to" + strconv.Itoa(1+len(d.bookmarks))
			}
		}
	}
	here := place{style: "Normal", lang: d.lang, dir: d.dir}
	for _, n := range content {
		d.block(n, here)
	}
	return d.write(w, title, about)
}

// docx is a document that is being written.
type docx struct {
	lang, dir string
	body      strings.Builder
	headings  []heading
	pictures  map[string][]byte // PNG by name
	addresses []string          // that links lead to
	bookmarks map[string]string // by id of an element that a link leads to
	begun     []string          // bookmarks that the next paragraph carries
	headed    bool              // the last paragraph was a heading: what follows it leads on to what comes next
	placed    int               // bookmarks placed
	contents  int               // where in the body the list of contents belongs
	listTitle string            // its heading
	lists     int               // numbered lists
	drawn     int               // pictures
}

type heading struct {
	level          int
	text, bookmark string
}

// place is where in the page something stands, and so what its paragraphs look
// like.
type place struct {
	style     string
	lang, dir string
	list, num int   // level of a list, from 1, and its numbering; 0 outside
	sign      *bool // the next paragraph carries the sign of the list's item
	end, bold bool
	keep      bool // on one sheet with what comes next
	lines     bool // line breaks count
}

// of is the place inside an element: its language, direction and line breaks.
func (p place) of(n *html.Node) place {
	p.lang = cmp.Or(attr(n, "lang"), p.lang)
	switch dir := attr(n, "dir"); dir {
	case "auto":
		p.dir = direction(textOf(n), p.dir)
	case "ltr", "rtl":
		p.dir = dir
	}
	p.lines = p.lines || hasClass(n, "lines")
	return p
}

// inline elements stand in a paragraph with the text around them.
var inline = []string{"a", "abbr", "b", "bdi", "bdo", "br", "cite", "code", "data", "em", "i", "kbd", "mark", "q", "s", "small", "span", "strong", "sub", "sup", "time", "u", "var", "wbr"}

// flow writes what is in an element: text and inline elements as paragraphs, and
// the blocks between them.
func (d *docx) flow(n *html.Node, p place) {
	r := runs{docx: d, start: true}
	for c := range n.ChildNodes() {
		switch {
		case c.Type == html.TextNode, c.Type == html.ElementNode && slices.Contains(inline, c.Data):
			r.add(c, p, look{bold: p.bold})
		case c.Type == html.ElementNode:
			r.end(p)
			d.block(c, p)
		}
	}
	r.end(p)
}

// block writes an element that stands by itself.
func (d *docx) block(n *html.Node, p place) {
	if hasClass(n, "screen") {
		return
	}
	p = p.of(n)
	if name := d.bookmarks[attr(n, "id")]; name != "" {
		d.begun = append(d.begun, name)
	}
	switch n.Data {
	case "h1":
		p.style = "Title"
		d.flow(n, p)
	case "h2", "h3", "h4", "h5", "h6":
		d.heading(n, p)
	case "nav":
		if hasClass(n, "contents") {
			d.contents = d.body.Len()
			for c := range n.Descendants() {
				if c.Data == "h2" {
					d.listTitle = words(c)
				}
			}
		}
		d.begun = nil
	case "ul":
		p.list, p.num, p.style = p.list+1, 1, "ListBullet"
		d.flow(n, p)
	case "ol":
		d.lists++
		p.list, p.num, p.style = p.list+1, 1+d.lists, "ListNumber"
		d.flow(n, p)
	case "li":
		p.sign = new(true)
		d.flow(n, p)
	case "dt", "summary":
		p.style = "Term"
		d.flow(n, p)
	case "dd":
		p.style = "Definition"
		d.flow(n, p)
	case "blockquote":
		p.style = "Quote"
		d.flow(n, p)
	case "footer":
		if p.style == "Quote" {
			p.style = "QuoteSource"
		}
		d.flow(n, p)
	case "table":
		d.table(n, p)
	case "svg":
		// In a cell a column is too narrow for a bar, and its figure stands beside it; of
		// any other drawing what it says stands below it.
		if n.Parent.Data != "td" && attr(n, "role") != "img" {
			d.picture(n, p)
		}
	case "script", "style", "form", "button", "template", "noscript":
	default:
		switch {
		case hasClass(n, "note") || hasClass(n, "invented"):
			p.style = "Note"
		case hasClass(n, "meta") && p.style == "Normal":
			p.style = "Meta"
		case hasClass(n, "lead"):
			p.style = "Subtitle"
		}
		d.flow(n, p)
	}
}

// heading writes a heading. The page's h2 is the first level below the title.
func (d *docx) heading(n *html.Node, p place) {
	level := min(int(n.Data[1]-'1'), 3)
	name := "_Toc" + strconv.Itoa(1001+len(d.headings))
	d.begun = append(d.begun, name)
	d.headings = append(d.headings, heading{level, words(n), name})
	p.style = "Heading" + strconv.Itoa(level)
	d.flow(n, p)
}

// paragraph writes a paragraph of runs.
func (d *docx) paragraph(runs string, p place) {
	b := &d.body
	b.WriteString(`<w:p><w:pPr><w:pStyle w:val="` + p.style + `"/>`)
	if d.headed || p.keep {
		b.WriteString(`<w:keepNext/>`)
	}
	d.headed = strings.HasPrefix(p.style, "Heading")
	if p.sign != nil && *p.sign {
		*p.sign = false
		fmt.Fprintf(b, `<w:numPr><w:ilvl w:val="%d"/><w:numId w:val="%d"/></w:numPr>`, min(p.list, levels)-1, p.num)
		p.sign = nil
	}
	if p.dir == "rtl" {
		b.WriteString(`<w:bidi/>`)
	}
	if p.sign != nil { // a further paragraph of an item
		fmt.Fprintf(b, `<w:ind w:left="%d"/>`, 360*min(p.list, levels))
	}
	if p.end {
		b.WriteString(`<w:jc w:val="right"/>`)
	}
	b.WriteString(`</w:pPr>`)
	for _, name := range d.begun {
		b.WriteString(d.bookmark(name))
	}
	d.begun = nil
	b.WriteString(runs + `</w:p>`)
}

func (d *docx) bookmark(name string) string {
	d.placed++
	return fmt.Sprintf(`<w:bookmarkStart w:id="%[1]d" w:name="%[2]s"/><w:bookmarkEnd w:id="%[1]d"/>`, d.placed, name)
}

// runs is the text of a paragraph in the making.
type runs struct {
	docx  *docx
	xml   strings.Builder
	start bool // at the start, or after a space: another one is not written
}

// look is what letters look like.
type look struct{ bold, italic, struck, code, link, small, above, below bool }

// end writes the paragraph, if there is anything in it, and begins another.
func (r *runs) end(p place) {
	if r.xml.Len() > 0 {
		r.docx.paragraph(r.xml.String(), p)
	}
	*r = runs{docx: r.docx, start: true}
}

// add adds text or an inline element.
func (r *runs) add(n *html.Node, p place, l look) {
	if n.Type == html.TextNode {
		r.text(n.Data, p, l)
		return
	}
	if n.Type != html.ElementNode || hasClass(n, "screen") {
		return
	}
	p = p.of(n)
	if name := r.docx.bookmarks[attr(n, "id")]; name != "" {
		r.xml.WriteString(r.docx.bookmark(name))
	}
	before, after := "", ""
	switch n.Data {
	case "br":
		r.xml.WriteString(`<w:r><w:br/></w:r>`)
		r.start = true
		return
	case "b", "strong":
		l.bold = true
	case "i", "em", "cite", "var":
		l.italic = true
	case "s":
		l.struck = true
	case "code", "kbd":
		l.code = true
	case "small":
		l.small = true
	case "sup":
		l.above = true
	case "sub":
		l.below = true
	case "q": // whose marks a browser adds
		r.text("“", p, l)
		r.start = true
		for c := range n.ChildNodes() {
			r.add(c, p, l)
		}
		r.start = false
		r.text("”", p, l)
		return
	case "a":
		if before = r.docx.link(attr(n, "href")); before != "" {
			l.link, after = true, `</w:hyperlink>`
		}
	}
	r.xml.WriteString(before)
	for c := range n.ChildNodes() {
		r.add(c, p, l)
	}
	r.xml.WriteString(after)
}

// outward reports whether an address means something outside the portal.
func outward(href string) bool {
	return strings.HasPrefix(href, "https://") || strings.HasPrefix(href, "http://") || strings.HasPrefix(href, "mailto:")
}

// link opens a link to a place in the document or to another website; "" for an
// address that means nothing outside the portal.
func (d *docx) link(href string) string {
	if id, ok := strings.CutPrefix(href, "#"); ok {
		return `<w:hyperlink w:anchor="` + d.bookmarks[id] + `">`
	}
	if !outward(href) {
		return ""
	}
	d.addresses = append(d.addresses, href)
	return `<w:hyperlink r:id="link` + strconv.Itoa(len(d.addresses)) + `">`
}

func (r *runs) text(s string, p place, l look) {
	for i, line := range strings.Split(s, "\n") {
		if i > 0 && p.lines {
			r.xml.WriteString(`<w:r><w:br/></w:r>`)
			r.start = true
		}
		if !p.lines {
			line = s
		}
		if kept := r.collapse(line); kept != "" {
			r.xml.WriteString(`<w:r>` + l.properties(kept, p, r.docx) + `<w:t xml:space="preserve">` + escaped(kept) + `</w:t></w:r>`)
		}
		if !p.lines {
			return
		}
	}
}

// collapse writes white space as one space, and none at the start of a line.
func (r *runs) collapse(s string) string {
	var out strings.Builder
	for _, c := range s {
		space := c == ' ' || c == '\n' || c == '\t' || c == '\r'
		switch {
		case !space:
			out.WriteRune(c)
		case !r.start:
			out.WriteByte(' ')
		}
		r.start = space
	}
	return out.String()
}

// properties says what a run of text looks like and which language it is in.
func (l look) properties(text string, p place, d *docx) string {
	var b strings.Builder
	switch {
	case l.link:
		b.WriteString(`<w:rStyle w:val="Hyperlink"/>`)
	case l.code:
		b.WriteString(`<w:rStyle w:val="Code"/>`)
	}
	for _, t := range []struct {
		on  bool
		xml string
	}{
		{l.bold, `<w:b/><w:bCs/>`}, {l.italic, `<w:i/><w:iCs/>`}, {l.struck, `<w:strike/>`}, {l.small, `<w:sz w:val="19"/><w:szCs w:val="19"/>`},
		{l.above, `<w:vertAlign w:val="superscript"/>`}, {l.below, `<w:vertAlign w:val="subscript"/>`},
		{direction(text, "ltr") == "rtl", `<w:rtl/>`},
		{p.lang != d.lang, `<w:lang w:val="` + escaped(p.lang) + `" w:bidi="` + escaped(p.lang) + `"/>`},
	} {
		if t.on {
			b.WriteString(t.xml)
		}
	}
	if b.Len() == 0 {
		return ""
	}
	return `<w:rPr>` + b.String() + `</w:rPr>`
}

// A sheet of A4 with margins of an inch, in twentieths of a point.
const (
	sheetWidth, sheetHeight, margin = 11906, 16838, 1440
	textWidth                       = sheetWidth - 2*margin
)

// cell is one cell of a table: a child of a row, or, below one that reaches over
// several rows, nil.
type cell struct {
	node  *html.Node
	span  int
	opens bool // it reaches over rows below
}

// table writes a table. Rows of its thead are printed again on each sheet.
func (d *docx) table(n *html.Node, p place) {
	var rows [][]cell
	var head []bool
	name := ""
	type below struct{ rows, span int }
	open := map[int]below{} // by column: cells from above that reach further down
	for tr := range n.Descendants() {
		if tr.Data == "caption" && tr.Parent == n {
			name = words(tr)
			caption := p.of(tr)
			caption.style = "Caption"
			d.flow(tr, caption)
		}
		if tr.Data != "tr" || tr.Parent.Parent != n {
			continue
		}
		var row []cell
		column := 0
		above := func() {
			for open[column].rows > 0 {
				o := open[column]
				row = append(row, cell{span: o.span})
				open[column] = below{o.rows - 1, o.span}
				column += o.span
			}
		}
		for c := range tr.ChildNodes() {
			if c.Data != "td" && c.Data != "th" {
				continue
			}
			above()
			span, reach := max(1, number(attr(c, "colspan"))), number(attr(c, "rowspan"))
			row = append(row, cell{c, span, reach > 1})
			if reach > 1 {
				open[column] = below{reach - 1, span}
			}
			column += span
		}
		above()
		rows, head = append(rows, row), append(head, tr.Parent.Data == "thead")
	}
	least, want := columnNeeds(rows)
	if len(least) == 0 {
		return
	}
	room, needs := textWidth, 0
	for _, w := range least {
		needs += w
	}
	across := needs > textWidth // then it stands on sheets of its own that lie on their side
	if across {
		room = sheetHeight - 2*margin
		fmt.Fprintf(&d.body, `<w:p><w:pPr>%s</w:pPr></w:p>`, d.sheet(false))
	}
	widths := columnWidths(least, want, room)
	if name == "" && len(d.headings) > 0 {
		name = d.headings[len(d.headings)-1].text
	}
	b := &d.body
	b.WriteString(`<w:tbl><w:tblPr><w:tblStyle w:val="Figures"/>`)
	if d.dir == "rtl" {
		b.WriteString(`<w:bidiVisual/>`)
	}
	b.WriteString(`<w:tblW w:w="5000" w:type="pct"/><w:tblLook w:val="0420" w:firstRow="1" w:lastRow="0" w:firstColumn="0" w:lastColumn="0" w:noHBand="0" w:noVBand="1"/>`)
	if name != "" {
		b.WriteString(`<w:tblCaption w:val="` + escaped(name) + `"/>`)
	}
	b.WriteString(`</w:tblPr><w:tblGrid>`)
	for _, w := range widths {
		fmt.Fprintf(b, `<w:gridCol w:w="%d"/>`, w)
	}
	b.WriteString(`</w:tblGrid>`)
	figures := hasClass(n, "figures")
	for i, row := range rows {
		b.WriteString(`<w:tr><w:trPr><w:cantSplit/>`)
		if head[i] {
			b.WriteString(`<w:tblHeader/>`)
		}
		b.WriteString(`</w:trPr>`)
		column := 0
		for _, c := range row {
			width := 0
			for _, w := range widths[column:min(column+c.span, len(widths))] {
				width += w
			}
			fmt.Fprintf(b, `<w:tc><w:tcPr><w:tcW w:w="%d" w:type="dxa"/>`, width)
			if c.span > 1 {
				fmt.Fprintf(b, `<w:gridSpan w:val="%d"/>`, c.span)
			}
			switch {
			case c.opens:
				b.WriteString(`<w:vMerge w:val="restart"/>`)
			case c.node == nil:
				b.WriteString(`<w:vMerge/>`)
			}
			b.WriteString(`</w:tcPr>`)
			empty := b.Len()
			in := p
			in.style, in.list, in.sign = "Cell", 0, nil
			if c.node != nil {
				in = in.of(c.node)
				in.end = figures && !hasClass(c.node, "prose") && (c.node.Data == "td" || head[i] && column > 0)
				in.keep = head[i]
				in.bold = head[i] && c.node.Data == "th"
				d.flow(c.node, in)
			}
			if b.Len() == empty {
				d.paragraph("", in)
			}
			b.WriteString(`</w:tc>`)
			column += c.span
		}
		b.WriteString(`</w:tr>`)
	}
	// Without a paragraph between them, two tables would be one.
	section := ""
	if across {
		section = d.sheet(true)
	}
	b.WriteString(`</w:tbl><w:p><w:pPr><w:spacing w:after="0"/>` + section + `</w:pPr></w:p>`)
}

// Twentieths of a point that a letter of a table takes, and the space beside it in
// its cell.
const letterWidth, cellMargin = 125, 260

// columnNeeds returns how much room each column needs for its longest word, and how
// long its texts are.
func columnNeeds(rows [][]cell) (least, want []int) {
	for _, row := range rows {
		column := 0
		for _, c := range row {
			for len(least) < column+c.span {
				least, want = append(least, 0), append(want, 1)
			}
			if c.node != nil && c.span == 1 {
				text := words(c.node)
				want[column] = max(want[column], min(utf8.RuneCountInString(text), 60))
				for word := range strings.FieldsSeq(text) {
					least[column] = max(least[column], cellMargin+letterWidth*min(utf8.RuneCountInString(word), 20))
				}
				for n := range c.node.Descendants() {
					if n.Data == "svg" && c.node.Data == "th" {
						least[column] = max(least[column], cellMargin+barAcross/635) // English Metric Units in a twentieth of a point
					}
				}
			}
			column += c.span
		}
	}
	return least, want
}

// columnWidths gives each column the room it needs, and shares what is left out by
// how long their texts are.
func columnWidths(least, want []int, room int) []int {
	left, sum := room, 0
	for i := range least {
		left, sum = left-least[i], sum+want[i]
	}
	widths := make([]int, len(least))
	for i := range widths {
		widths[i] = least[i] + max(left, 0)*want[i]/sum
	}
	return widths
}

// A bar as a picture: in points of its own, and as large as it stands in the text
// (English Metric Units, 36,000 to a millimetre).
const (
	barWidth, barHeight = 300, 10
	barAcross, barDown  = 55 * 36000, 2 * 36000
)

// picture draws the bars of an SVG: each rect from x to x + width in per cent of
// the whole, solid, and each line from x1 to x2, striped. The words of its title
// say what is to be seen, or else how much of the whole is solid.
func (d *docx) picture(n *html.Node, p place) {
	m := image.NewPaletted(image.Rect(0, 0, barWidth, barHeight), color.Palette{color.Gray{0xe6}, color.Gray{0x26}, color.Gray{0xff}})
	name, alt, solid := "bar", "", 0
	for c := range n.Descendants() {
		var from, to int
		switch c.Data {
		case "title":
			alt = words(c)
			continue
		case "rect":
			from = number(attr(c, "x"))
			to = from + number(attr(c, "width"))
			solid += to - from
		case "line":
			from, to = number(attr(c, "x1")), number(attr(c, "x2"))
		default:
			continue
		}
		from, to = min(max(from, 0), 100)*barWidth/100, min(max(to, 0), 100)*barWidth/100
		name += fmt.Sprintf("-%s%d-%d", c.Data[:1], from, to)
		for x := from; x < to; x++ {
			for y := range barHeight {
				ink := uint8(1)
				if c.Data == "line" && (x+y)%6 < 3 {
					ink = 2
				}
				m.SetColorIndex(x, y, ink)
			}
		}
	}
	if alt == "" {
		alt = strconv.Itoa(solid) + " %"
	}
	var file bytes.Buffer
	if err := png.Encode(&file, m); err != nil {
		return // a picture in memory can be written
	}
	d.pictures[name] = file.Bytes()
	d.drawn++
	d.paragraph(fmt.Sprintf(`<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="%[1]d" cy="%[2]d"/><wp:docPr id="%[3]d" name="%[4]s" descr="%[5]s"/>`+
		`<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr><pic:cNvPr id="%[3]d" name="%[4]s" descr="%[5]s"/><pic:cNvPicPr/></pic:nvPicPr>`+
		`<pic:blipFill><a:blip r:embed="%[4]s"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="%[1]d" cy="%[2]d"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>`,
		barAcross, barDown, d.drawn, name, escaped(alt)), p)
}

// levels is how deep lists are told apart.
const levels = 3

const (
	prolog        = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	mainNamespace = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"`
	relationship  = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
)

// write writes the parts of the document.
func (d *docx) write(w io.Writer, title string, about About) error {
	day, err := time.Parse(time.DateOnly, about.Day)
	if err != nil || day.Year() < 1980 { // where the dates of a ZIP file begin
		day = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	body := d.body.String()
	z := zip.NewWriter(w)
	for _, part := range []struct {
		name string
		text []string
	}{
		{"[Content_Types].xml", []string{d.fixed("content_types.xml")}},
		{"_rels/.rels", []string{d.fixed("rels.xml")}},
		{"docProps/core.xml", []string{prolog, `<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>`,
			escaped(title), `</dc:title><dc:language>`, escaped(d.lang), `</dc:language><dcterms:created xsi:type="dcterms:W3CDTF">`, day.Format(time.RFC3339), `</dcterms:created></cp:coreProperties>`}},
		{"word/document.xml", []string{prolog, `<w:document `, mainNamespace, ` xmlns:r="` + relationship[:len(relationship)-1] + `" xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"><w:body>`,
			body[:d.contents], d.list(), body[d.contents:], d.sheet(false), `</w:body></w:document>`}},
		{"word/styles.xml", []string{d.fixed("styles.xml")}},
		{"word/settings.xml", []string{d.fixed("settings.xml")}},
		{"word/numbering.xml", []string{d.numbering()}},
		{"word/footer1.xml", []string{prolog, `<w:ftr `, mainNamespace, `><w:p><w:pPr><w:pStyle w:val="Footer"/>`, d.bidi(), `</w:pPr><w:r><w:t xml:space="preserve">`, escaped(about.Footer), `</w:t></w:r></w:p><w:p><w:pPr><w:pStyle w:val="Footer"/>`, d.bidi(), `<w:jc w:val="right"/></w:pPr>`,
			field("PAGE"), `<w:r><w:t xml:space="preserve"> / </w:t></w:r>`, field("NUMPAGES"), `</w:p></w:ftr>`}},
		{"word/_rels/document.xml.rels", []string{d.relationships()}},
	} {
		if err := add(z, part.name, day, part.text...); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(d.pictures)) {
		if err := add(z, "word/media/"+name+".png", day, string(d.pictures[name])); err != nil {
			return err
		}
	}
	return z.Close()
}

func add(z *zip.Writer, name string, day time.Time, text ...string) error {
	f, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: day})
	for _, s := range text {
		if err == nil {
			_, err = io.WriteString(f, s)
		}
	}
	return err
}

// fixed is one of the embedded parts in the document's language.
func (d *docx) fixed(name string) string {
	b, err := parts.ReadFile("docx/" + name)
	if err != nil {
		panic(err) // it is embedded
	}
	return strings.ReplaceAll(string(b), "{lang}", escaped(d.lang))
}

func (d *docx) bidi() string {
	if d.dir == "rtl" {
		return `<w:bidi/>`
	}
	return ""
}

// list is the list of contents: a field that is filled in, and to which a word
// processor adds the numbers of the sheets when somebody asks it to. It does not ask
// for that by itself, because Word then warns whoever opens the document.
func (d *docx) list() string {
	if d.contents == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString(`<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/><w:docPartUnique/></w:docPartObj></w:sdtPr><w:sdtContent>` +
		`<w:p><w:pPr><w:pStyle w:val="TOCHeading"/>` + d.bidi() + `</w:pPr><w:r><w:t>` + escaped(d.listTitle) + `</w:t></w:r></w:p>`)
	begin := `<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> TOC \o "1-2" \h \z \u </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>`
	for _, h := range d.headings {
		if h.level > 2 {
			continue
		}
		fmt.Fprintf(&b, `<w:p><w:pPr><w:pStyle w:val="TOC%d"/>%s</w:pPr>%s<w:hyperlink w:anchor="%s" w:history="1"><w:r><w:t>%s</w:t></w:r></w:hyperlink></w:p>`, h.level, d.bidi(), begin, h.bookmark, escaped(h.text))
		begin = ""
	}
	b.WriteString(`<w:p>` + begin + `<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p></w:sdtContent></w:sdt>`)
	return b.String()
}

// sheet is what each sheet of paper looks like, upright or on its side.
func (d *docx) sheet(across bool) string {
	size := fmt.Sprintf(`w:w="%d" w:h="%d"`, sheetWidth, sheetHeight)
	if across {
		size = fmt.Sprintf(`w:w="%d" w:h="%d" w:orient="landscape"`, sheetHeight, sheetWidth)
	}
	return fmt.Sprintf(`<w:sectPr><w:footerReference w:type="default" r:id="footer"/><w:pgSz %s/><w:pgMar w:top="%[2]d" w:right="%[2]d" w:bottom="%[2]d" w:left="%[2]d" w:header="708" w:footer="708" w:gutter="0"/>%[3]s</w:sectPr>`,
		size, margin, d.bidi())
}

// numbering says how lists are marked: bullets, and each numbered list from 1.
func (d *docx) numbering() string {
	var b strings.Builder
	b.WriteString(prolog + `<w:numbering ` + mainNamespace + `>`)
	for id, format := range []string{"bullet", "decimal"} {
		fmt.Fprintf(&b, `<w:abstractNum w:abstractNumId="%d"><w:multiLevelType w:val="hybridMultilevel"/>`, id)
		for level := range levels {
			text := "•"
			if format == "decimal" {
				text = fmt.Sprintf("%%%d.", level+1)
			}
			fmt.Fprintf(&b, `<w:lvl w:ilvl="%d"><w:start w:val="1"/><w:numFmt w:val="%s"/><w:lvlText w:val="%s"/><w:lvlJc w:val="left"/><w:pPr><w:ind w:left="%d" w:hanging="360"/></w:pPr></w:lvl>`, level, format, text, 360*(level+1))
		}
		b.WriteString(`</w:abstractNum>`)
	}
	b.WriteString(`<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>`)
	for i := range d.lists {
		fmt.Fprintf(&b, `<w:num w:numId="%d"><w:abstractNumId w:val="1"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>`, 2+i)
	}
	b.WriteString(`</w:numbering>`)
	return b.String()
}

// relationships says where the document finds its other parts.
func (d *docx) relationships() string {
	var b strings.Builder
	b.WriteString(prolog + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`)
	to := func(id, kind, target string) {
		b.WriteString(`<Relationship Id="` + id + `" Type="` + relationship + kind + `" Target="` + escaped(target) + `"`)
		if kind == "hyperlink" {
			b.WriteString(` TargetMode="External"`)
		}
		b.WriteString(`/>`)
	}
	to("styles", "styles", "styles.xml")
	to("settings", "settings", "settings.xml")
	to("numbering", "numbering", "numbering.xml")
	to("footer", "footer", "footer1.xml")
	for i, address := range d.addresses {
		to("link"+strconv.Itoa(i+1), "hyperlink", address)
	}
	for _, name := range slices.Sorted(maps.Keys(d.pictures)) {
		to(name, "image", "media/"+name+".png")
	}
	b.WriteString(`</Relationships>`)
	return b.String()
}

// field is a number that the word processor works out.
func field(name string) string {
	return `<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> ` + name + ` </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>1</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>`
}

// escaped writes text for XML, in elements and attributes; what XML cannot hold
// becomes a replacement character.
func escaped(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a builder takes everything
	return b.String()
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func hasClass(n *html.Node, class string) bool {
	return slices.Contains(strings.Fields(attr(n, "class")), class)
}

// number reads the number that a value begins with: 62 of "62%".
func number(s string) int {
	n, _ := strconv.Atoi(s[:len(s)-len(strings.TrimLeft(s, "0123456789"))])
	return n
}

// words is the text in an element with its white space collapsed.
func words(n *html.Node) string { return strings.Join(strings.Fields(textOf(n)), " ") }

func textOf(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode && c.Parent.Data != "title" {
			b.WriteString(c.Data)
		}
	}
	if n.Data == "title" && n.FirstChild != nil {
		return n.FirstChild.Data
	}
	return b.String()
}

// direction is that of the first letter that has one; otherwise is for text
// without any.
func direction(s, otherwise string) string {
	for _, c := range s {
		switch p, _ := bidi.LookupRune(c); p.Class() {
		case bidi.L:
			return "ltr"
		case bidi.R, bidi.AL:
			return "rtl"
		}
	}
	return otherwise
}
