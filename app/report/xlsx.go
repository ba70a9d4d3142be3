package report

import (
	"archive/zip"
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"heard/models"
)

// WriteXLSX writes the report as a workbook: a sheet for each list of it, those of
// what it says of itself and of its parts, and the dictionary. The sheets are
// written straight through, whatever their length.
//
// A cell is a text or a number: this writer knows no formula, so words that begin
// with = are words. Counts are masked as in the CSV. The same report makes the same
// bytes, which is why it is written here: the streams of excelize come out in
// another order each time.
func WriteXLSX(w io.Writer, r *models.Report) error {
	z := zip.NewWriter(w)
	part := func(name string, write func(*bufio.Writer) error) error {
		f, err := z.Create(name) // with no time of day
		if err != nil {
			return err
		}
		out := bufio.NewWriter(f)
		if err := write(out); err != nil {
			return err
		}
		return out.Flush()
	}
	text := func(name, content string) error {
		return part(name, func(out *bufio.Writer) error { _, err := out.WriteString(prolog + content); return err })
	}
	all := append(tables(r), dictionaryTable())
	var types, names, relations strings.Builder
	for i, t := range all {
		fmt.Fprintf(&types, `<Override PartName="/xl/worksheets/sheet%d.xml" ContentType="%sworksheet+xml"/>`, i+1, spreadsheetType)
		fmt.Fprintf(&names, `<sheet name="%s" sheetId="%d" r:id="rId%d"/>`, escaped(t.name[:min(len(t.name), maxName)]), i+1, i+1)
		fmt.Fprintf(&relations, `<Relationship Id="rId%d" Type="%s/worksheet" Target="worksheets/sheet%d.xml"/>`, i+1, relationship, i+1)
	}
	for _, p := range []struct{ name, content string }{
		{"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>` +
			`<Override PartName="/xl/workbook.xml" ContentType="` + spreadsheetType + `sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="` + spreadsheetType + `styles+xml"/><Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>` + types.String() + `</Types>`},
		{"_rels/.rels", relationsOf(`<Relationship Id="rId1" Type="` + relationship + `/officeDocument" Target="xl/workbook.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/>`)},
		{"docProps/core.xml", `<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>` +
			escaped(r.Title) + `</dc:title><dc:creator>` + escaped(r.Council) + `</dc:creator></cp:coreProperties>`},
		{"xl/workbook.xml", `<workbook xmlns="` + spreadsheet + `" xmlns:r="` + relationship + `"><sheets>` + names.String() + `</sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", relationsOf(relations.String() + `<Relationship Id="styles" Type="` + relationship + `/styles" Target="styles.xml"/>`)},
		{"xl/styles.xml", styles},
	} {
		if err := text(p.name, p.content); err != nil {
			return err
		}
	}
	for i, t := range all {
		if err := part(fmt.Sprintf("xl/worksheets/sheet%d.xml", i+1), func(out *bufio.Writer) error { return writeSheet(out, t) }); err != nil {
			return err
		}
	}
	return z.Close()
}

const (
	prolog          = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	spreadsheet     = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	relationship    = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	spreadsheetType = "application/vnd.openxmlformats-officedocument.spreadsheetml."

	maxName = 31    // letters in the name of a sheet
	maxCell = 32767 // UTF-16 units in a cell

	// The styles of cells by number: 0 as it comes, 1 wrapped, 2 a heading.
	wrapped, heading = 1, 2
	styles           = `<styleSheet xmlns="` + spreadsheet + `"><fonts count="2"><font><sz val="11"/><name val="Arial"/></font><font><b/><sz val="11"/><name val="Arial"/></font></fonts>` +
		`<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>` +
		`<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>` +
		`<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf><xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf></cellXfs>` +
		`<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`
)

func relationsOf(list string) string {
	return `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` + list + `</Relationships>`
}

// sentences are the columns that hold whole sentences.
var sentences = []string{"value", "values", "text", "label", "wording", "definition", "answer", "meaning", "why", "reason", "name", "title", "out_of_scope"}

// writeSheet writes a table as a sheet whose heading stays in view.
func writeSheet(out *bufio.Writer, t table) error {
	out.WriteString(prolog + `<worksheet xmlns="` + spreadsheet + `"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>`)
	head := make([]any, len(t.columns))
	for i, c := range t.columns {
		width := 16
		if slices.Contains(sentences, c) {
			width = 60
		}
		if i == 0 && c == "field" {
			width = 40
		}
		fmt.Fprintf(out, `<col min="%[1]d" max="%[1]d" width="%[2]d" customWidth="1"/>`, i+1, width)
		head[i] = c
	}
	out.WriteString(`</cols><sheetData>`)
	writeRow(out, 1, head, heading)
	n := 1
	for row := range t.rows {
		n++
		writeRow(out, n, row, wrapped)
	}
	_, err := out.WriteString(`</sheetData></worksheet>`) // the writer keeps an earlier error
	return err
}

func writeRow(out *bufio.Writer, n int, row []any, style int) {
	fmt.Fprintf(out, `<row r="%d">`, n)
	for i, v := range row {
		at := columnName(i) + strconv.Itoa(n)
		if f, counted := v.(models.Figure); counted {
			v = any(figureText(f))
			if !f.Masked {
				v = f.Value
			}
		}
		switch x := v.(type) {
		case int:
			fmt.Fprintf(out, `<c r="%s" s="%d"><v>%d</v></c>`, at, style, x)
		case float64:
			fmt.Fprintf(out, `<c r="%s" s="%d"><v>%s</v></c>`, at, style, strconv.FormatFloat(x, 'g', -1, 64))
		case bool:
			writeText(out, at, map[bool]string{true: "yes", false: "no"}[x], style)
		case string:
			writeText(out, at, x, style)
		}
	}
	out.WriteString(`</row>`)
}

func writeText(out *bufio.Writer, at, text string, style int) {
	if text == "" {
		return
	}
	if len(text) > maxCell { // bytes, of which there are never fewer than units
		const cut = " […]"
		if units := utf16.Encode([]rune(text)); len(units) > maxCell {
			text = strings.TrimRight(string(utf16.Decode(units[:maxCell-len(cut)])), "\uFFFD") + cut
		}
	}
	if strings.Contains(text, "_x") {
		text = hexadecimal.ReplaceAllString(text, `_x005F$0`)
	}
	out.WriteString(`<c r="` + at + `" s="` + strconv.Itoa(style) + `" t="inlineStr"><is><t xml:space="preserve">`)
	_ = xml.EscapeText(out, []byte(text)) // the writer keeps an error
	out.WriteString(`</t></is></c>`)
}

// hexadecimal is what spreadsheets take for a letter by number, here where somebody
// wrote just that.
var hexadecimal = regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)

// columnName is the letters of a column, from 0: A, Z, AA.
func columnName(i int) string {
	if i < 26 {
		return string(rune('A' + i))
	}
	return columnName(i/26-1) + string(rune('A'+i%26))
}

// escaped writes text for XML; what XML cannot hold becomes a replacement character.
func escaped(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a builder takes everything
	return b.String()
}
