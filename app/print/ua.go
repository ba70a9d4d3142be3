package print

import (
	"regexp"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// words as PDF 1.7 has them (ISO 32000-1, 14.8.4).
var standard = set("Document", "Part", "Art", "Sect", "Div", "BlockQuote", "Caption", "TOC", "TOCI", "Index", "NonStruct", "Private",
	"P", "H", "H1", "H2", "H3", "H4", "H5", "H6", "L", "LI", "Lbl", "LBody", "Table", "TR", "TH", "TD", "THead", "TBody", "TFoot",
	"Span", "Quote", "Note", "Reference", "BibEntry", "Code", "Link", "Annot", "Ruby", "RB", "RT", "RP", "Warichu", "WT", "WP", "Figure", "Formula", "Form")

// within says what may stand directly in some elements, and holds where it is listed.
var within = map[string]map[string]bool{
	"L":     set("L", "LI", "Caption"),
	"LI":    set("Lbl", "LBody"),
	"Table": set("TR", "THead", "TBody", "TFoot", "Caption"),
	"THead": set("TR"),
	"TBody": set("TR"),
	"TFoot": set("TR"),
	"TR":    set("TH", "TD"),
}

// only says what some elements may stand in.
var only = map[string]map[string]bool{
	"LI":    set("L"),
	"LBody": set("LI"),
	"TR":    set("Table", "THead", "TBody", "TFoot"),
	"THead": set("Table"),
	"TBody": set("Table"),
	"TFoot": set("Table"),
	"TH":    set("TR"),
	"TD":    set("TR"),
}

func set(names ...string) map[string]bool {
	m := map[string]bool{}
	for _, name := range names {
		m[name] = true
	}
	return m
}

// check notes what PDF/UA-1 asks for and the file has not, as far as a program can
// tell from the file: whether an order or a description makes sense is for people.
func (t *tagged) check() {
	for says, missing := range map[string]bool{
		"the document has no tags":            len(t.tree) == 0,
		"the document has no language":        t.text(t.root["Lang"]) == "",
		"the document is said to be doubtful": t.get(t.dict(t.root["MarkInfo"])["Suspects"]) == types.Boolean(true),
		"the document has a form":             t.root["AcroForm"] != nil,
	} {
		if missing {
			t.want("%s", says)
		}
	}
	linked := map[int]bool{} // annotations that are in the structure
	belongs := map[mark]*element{}
	level := 0
	for _, e := range t.tree {
		in := ""
		if e.parent != nil {
			in = e.parent.kind
		}
		switch {
		case !standard[e.kind]:
			t.want("a tag is none of PDF 1.7: %.40q", e.kind)
		case within[in] != nil && !within[in][e.kind]:
			t.want("%s stands in %s", e.kind, in)
		case only[e.kind] != nil && !only[e.kind][in]:
			t.want("%s stands outside of what it belongs in", e.kind)
		}
		switch e.kind {
		case "Figure", "Formula":
			if t.text(e.dict["Alt"]) == "" && t.text(e.dict["ActualText"]) == "" {
				t.want("a picture has no description")
			}
		case "TH":
			if t.attribute(e, "Scope") == nil {
				t.want("a heading of a table does not say what it is the heading of")
			}
		case "Table":
			t.checkTable(e)
		case "H1", "H2", "H3", "H4", "H5", "H6":
			now := int(e.kind[1] - '0')
			if now > level+1 {
				t.want("a level of headings is left out: H%d after H%d", now, level)
			}
			level = now
		case "Note":
			if t.text(e.dict["ID"]) == "" {
				t.want("a note has no identifier")
			}
		}
		for _, m := range e.marks {
			if belongs[m] != nil {
				t.want("content belongs to two elements")
			}
			belongs[m] = e
		}
		for _, ref := range e.annots {
			linked[ref.ObjectNumber.Value()] = true
			if t.name(t.dict(ref)["Subtype"]) == "Link" && e.kind != "Link" {
				t.want("a link stands outside of a tag of a link")
			}
		}
	}
	for number, page := range t.pages() {
		for _, o := range t.array(page["Annots"]) {
			ref, _ := o.(types.IndirectRef)
			annot := t.dict(o)
			if t.text(annot["Contents"]) == "" {
				t.want("a link has no description")
			}
			if !linked[ref.ObjectNumber.Value()] || annot["StructParent"] == nil {
				t.want("a link belongs to no tag")
			}
		}
		seen := map[int]bool{}
		for _, m := range t.marked[number] {
			e := belongs[mark{number, m.id}]
			switch {
			case seen[m.id]:
				t.want("two pieces of content have one mark")
			case e == nil:
				t.want("content belongs to no element")
			case m.words && within[e.kind] != nil:
				t.want("words stand in %s without a tag of their own", e.kind)
			}
			seen[m.id] = true
		}
	}
	t.checkFonts()
}

// attribute is what an element's attributes say of it.
func (t *tagged) attribute(e *element, name string) types.Object {
	list, ok := t.get(e.dict["A"]).(types.Array)
	if !ok {
		list = types.Array{e.dict["A"]}
	}
	for _, o := range list {
		if a := t.get(t.dict(o)[name]); a != nil {
			return a
		}
	}
	return nil
}

// checkTable notes a table whose rows do not have the same columns, or that has no
// headings.
func (t *tagged) checkTable(table *element) {
	var rows []*element
	parts := map[string]int{}
	for _, kid := range table.kids {
		parts[kid.kind]++
		if kid.kind == "TR" {
			rows = append(rows, kid)
		}
		for _, row := range kid.kids {
			if row.kind == "TR" {
				rows = append(rows, row)
			}
		}
	}
	if parts["THead"] > 1 || parts["TFoot"] > 1 || parts["THead"]+parts["TFoot"] > 0 && parts["TBody"] == 0 {
		t.want("a table has a head or a foot without a body, or two of them")
	}
	headed := false
	var below []int // by column: in how many further rows it is taken by a cell from above
	width := -1
	for _, row := range rows {
		column := 0
		skip := func() {
			for column < len(below) && below[column] > 0 {
				below[column]--
				column++
			}
		}
		for _, cell := range row.kids {
			skip()
			span := func(name string) int {
				n, _ := t.attribute(cell, name).(types.Integer)
				return max(1, n.Value())
			}
			headed = headed || cell.kind == "TH"
			rows := span("RowSpan")
			for range span("ColSpan") {
				for len(below) <= column {
					below = append(below, 0)
				}
				below[column] = rows - 1
				column++
			}
		}
		skip()
		if width < 0 {
			width = column
		}
		if column != width {
			t.want("the rows of a table do not have the same columns")
		}
	}
	if !headed {
		t.want("a table has no headings")
	}
}

var readAsNone = regexp.MustCompile(`(?m)<(?:0000|(?i:feff|fffe))>\s*$`)

// checkFonts notes fonts that are not in the file, or whose letters cannot be read.
func (t *tagged) checkFonts() {
	for _, entry := range t.doc.Table {
		font, ok := entry.Object.(types.Dict)
		if !ok || t.name(font["Type"]) != "Font" {
			continue
		}
		drawn := font
		switch t.name(font["Subtype"]) {
		case "CIDFontType0", "CIDFontType2":
			continue // part of a Type0 one
		case "Type0":
			if of := t.array(font["DescendantFonts"]); len(of) > 0 {
				drawn = t.dict(of[0])
			}
		}
		if t.name(font["Subtype"]) != "Type3" {
			about := t.dict(drawn["FontDescriptor"])
			if about["FontFile"] == nil && about["FontFile2"] == nil && about["FontFile3"] == nil {
				t.want("a font is not in the file")
			}
		}
		if font["ToUnicode"] == nil {
			t.want("the letters of a font cannot be read")
		} else if readAsNone.Match(t.unpacked(font["ToUnicode"])) {
			t.want("a letter of a font is read as none")
		}
	}
}
