package print

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/pdfcpu/pdfcpu/pkg/filter"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
	"golang.org/x/net/html"

	"heard/app/pdffile"
)

func init() {
	// Unless told not to before its first use, pdfcpu keeps a folder in the home of
	// whoever runs the program.
	model.ConfigPath = "disable"
}

// accessible writes a PDF that a program made of a page anew, so that it meets
// PDF/UA-1 (ISO 14289-1), as far as that can be mended in the file: what the program
// left out is added (a title, descriptions of links, roles of its own tags), and what
// is no content, such as page numbers, is marked as that. Nothing that is seen
// changes. Only if nothing is found wanting does the file say that it is PDF/UA;
// otherwise wanting says why it does not, in words that repeat none of the page.
//
// The file has no time in it: the same file and page make the same bytes.
func accessible(file, page []byte) (out []byte, wanting []string, err error) {
	defer func() {
		// The library reads what another program wrote.
		if r := recover(); r != nil {
			out, wanting, err = nil, nil, fmt.Errorf("the PDF cannot be read: %v", r)
		}
	}()
	doc, err := pdfcpu.Read(bytes.NewReader(file), model.NewDefaultConfiguration())
	if err != nil {
		return nil, nil, fmt.Errorf("the PDF cannot be read: %w", err)
	}
	root, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		return nil, nil, fmt.Errorf("read the page: %w", err)
	}
	t := &tagged{doc: doc, marked: map[int][]marked{}}
	if t.root, err = doc.Catalog(); err != nil {
		return nil, nil, fmt.Errorf("the PDF has no catalogue: %w", err)
	}
	t.read()
	t.mendRoles()
	t.mendLists()
	t.mendLinks(linkTexts(root))
	t.mendPages()
	t.mendFonts()
	title := ""
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && n.Data == "title" && title == "" {
			title = words(n)
		}
	}
	if title == "" {
		t.want("the document has no title")
	}
	t.root["MarkInfo"] = types.Dict{"Marked": types.Boolean(true)}
	t.root["ViewerPreferences"] = types.Dict{"DisplayDocTitle": types.Boolean(true)}
	t.check()
	if err := errors.Join(t.errs...); err != nil {
		return nil, nil, fmt.Errorf("the PDF cannot be read: %w", err)
	}
	producer := "Heard"
	if t.doc.Info != nil {
		if by := t.text(t.dict(*t.doc.Info)["Producer"]); by != "" {
			producer += ", " + by
		}
	}
	slices.Sort(t.wanting)
	wanting = slices.Compact(t.wanting)
	return t.write(title, producer, len(wanting) == 0), wanting, nil
}

// tagged is a PDF that is being mended.
type tagged struct {
	doc     *model.Context
	root    types.Dict
	tree    []*element       // all elements of the structure, in the order of reading
	marked  map[int][]marked // by object number of a page: content that is marked as an element's
	wanting []string
	errs    []error
}

// element is an element of the structure.
type element struct {
	dict   types.Dict
	ref    types.IndirectRef
	kind   string // Table, TR, …: one of the standard ones, or what the program calls it
	parent *element
	kids   []*element
	marks  []mark              // content of its own
	annots []types.IndirectRef // annotations, such as links
	order  []types.Object      // its K, as an array
}

// mark says which content of a page an element has.
type mark struct{ page, id int }

func (t *tagged) want(format string, a ...any) {
	t.wanting = append(t.wanting, fmt.Sprintf(format, a...))
}

// get returns what o refers to. What cannot be read is an error, kept in t.
func (t *tagged) get(o types.Object) types.Object {
	o, err := t.doc.Dereference(o)
	if err != nil {
		t.errs = append(t.errs, err)
	}
	return o
}

func (t *tagged) dict(o types.Object) types.Dict {
	switch o := t.get(o).(type) {
	case types.Dict:
		return o
	case types.StreamDict:
		return o.Dict
	case *types.StreamDict:
		return o.Dict
	}
	return types.Dict{}
}

func (t *tagged) array(o types.Object) types.Array {
	a, _ := t.get(o).(types.Array)
	return a
}

func (t *tagged) name(o types.Object) string {
	n, _ := t.get(o).(types.Name)
	return n.Value()
}

func (t *tagged) number(o types.Object, otherwise int) int {
	if n, ok := t.get(o).(types.Integer); ok {
		return n.Value()
	}
	return otherwise
}

func (t *tagged) text(o types.Object) string {
	if o = t.get(o); o == nil {
		return ""
	}
	s, _ := model.Text(o)
	return s
}

// add gives an object a number.
func (t *tagged) add(o types.Object) types.IndirectRef {
	ref, err := t.doc.IndRefForNewObject(o)
	if err != nil {
		t.errs = append(t.errs, err)
		return types.IndirectRef{}
	}
	return *ref
}

// read reads the structure.
func (t *tagged) read() {
	top := t.dict(t.root["StructTreeRoot"])
	roles := t.dict(top["RoleMap"])
	seen := map[int]bool{}
	var walk func(o types.Object, parent *element, page int)
	walk = func(o types.Object, parent *element, page int) {
		d, ref := t.dict(o), types.IndirectRef{}
		if r, ok := o.(types.IndirectRef); ok {
			if ref = r; seen[ref.ObjectNumber.Value()] {
				t.want("an element of the structure stands in two places")
				return
			}
			seen[ref.ObjectNumber.Value()] = true
		}
		if pg, ok := d["Pg"].(types.IndirectRef); ok {
			page = pg.ObjectNumber.Value()
		}
		e := &element{dict: d, ref: ref, kind: t.name(d["S"]), parent: parent}
		for range 10 {
			if as := t.name(roles[e.kind]); as != "" && !standard[e.kind] {
				e.kind = as
			}
		}
		t.tree = append(t.tree, e)
		if parent != nil {
			parent.kids = append(parent.kids, e)
		}
		kids, ok := t.get(d["K"]).(types.Array)
		if !ok && d["K"] != nil {
			kids = types.Array{d["K"]}
		}
		e.order = kids
		for _, k := range kids {
			switch kid := t.get(k).(type) {
			case types.Integer:
				e.marks = append(e.marks, mark{page, kid.Value()})
			case types.Dict:
				switch t.name(kid["Type"]) {
				case "MCR":
					in := page
					if pg, ok := kid["Pg"].(types.IndirectRef); ok {
						in = pg.ObjectNumber.Value()
					}
					e.marks = append(e.marks, mark{in, t.number(kid["MCID"], -1)})
				case "OBJR":
					if annot, ok := kid["Obj"].(types.IndirectRef); ok {
						e.annots = append(e.annots, annot)
					}
				default:
					walk(k, e, page)
				}
			}
		}
	}
	first := t.get(top["K"])
	if list, ok := first.(types.Array); ok {
		for _, k := range list {
			walk(k, nil, 0)
		}
	} else if first != nil {
		walk(top["K"], nil, 0)
	}
}

// mendRoles says which standard tag a tag stands for that is none. Programs take some
// from PDF 2.0, which PDF/UA-1 does not know.
func (t *tagged) mendRoles() {
	if t.root["StructTreeRoot"] == nil {
		return
	}
	top := t.dict(t.root["StructTreeRoot"])
	roles := t.dict(top["RoleMap"])
	for _, e := range t.tree {
		if as := map[string]string{"Strong": "Span", "Em": "Span", "Sub": "Span", "Title": "H1", "Aside": "Sect", "FENote": "Note", "DocumentFragment": "Div"}[e.kind]; as != "" {
			roles[e.kind], e.kind = types.Name(as), as
		}
	}
	if len(roles) > 0 {
		top["RoleMap"] = roles
	}
}

// mendLists puts what an item of a list has beside its sign into a body.
func (t *tagged) mendLists() {
	for _, e := range slices.Clone(t.tree) {
		if e.kind != "LI" || len(e.marks)+len(e.annots) > 0 || !slices.ContainsFunc(e.kids, func(k *element) bool { return k.kind != "Lbl" && k.kind != "LBody" }) {
			continue
		}
		body := &element{dict: types.Dict{"Type": types.Name("StructElem"), "S": types.Name("LBody"), "P": e.ref}, kind: "LBody", parent: e}
		body.ref = t.add(body.dict)
		var order, inside types.Array
		var kids []*element
		for i, kid := range e.kids {
			if kid.kind == "Lbl" {
				order, kids = append(order, e.order[i]), append(kids, kid)
				continue
			}
			into := kid.kids
			if kid.kind == "LBody" && len(kid.marks)+len(kid.annots) == 0 { // one body, not several
				inside = append(inside, kid.order...)
			} else {
				into = []*element{kid}
				inside = append(inside, e.order[i])
			}
			for _, k := range into {
				k.parent, k.dict["P"] = body, body.ref
			}
			body.kids = append(body.kids, into...)
		}
		body.dict["K"], body.order = inside, inside
		e.kids, e.order = append(kids, body), append(order, body.ref)
		e.dict["K"] = types.Array(e.order)
		t.tree = append(t.tree, body)
	}
}

// linkTexts returns the words of each link of a page, by where it leads, in order.
func linkTexts(root *html.Node) map[string][]string {
	texts := map[string][]string{}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && n.Data == "a" {
			href := attr(n, "href")
			texts[href] = append(texts[href], cmp.Or(attr(n, "aria-label"), words(n)))
		}
	}
	return texts
}

// mendLinks describes each link by its words, for readers that go from one to the
// next. Links to the same place stand in the order of the page.
func (t *tagged) mendLinks(texts map[string][]string) {
	for _, e := range t.tree {
		if e.kind != "Link" {
			continue
		}
		words := ""
		for i, ref := range e.annots {
			annot := t.dict(ref)
			if t.name(annot["Subtype"]) != "Link" || t.text(annot["Contents"]) != "" {
				continue
			}
			if i == 0 { // the others are of the same link, on further lines
				to := t.leadsTo(annot)
				if left := texts[to]; len(left) > 0 {
					words = left[0]
					if len(left) > 1 {
						texts[to] = left[1:]
					}
				}
				words = cmp.Or(words, to)
			}
			if words != "" {
				annot["Contents"] = textString(words)
			}
		}
	}
}

// leadsTo is the address that a link leads to, as the page has it.
func (t *tagged) leadsTo(annot types.Dict) string {
	dest := annot["Dest"]
	if action := t.dict(annot["A"]); len(action) > 0 {
		if uri := t.text(action["URI"]); uri != "" {
			return uri
		}
		dest = action["D"]
	}
	switch to := t.get(dest).(type) {
	case types.Name:
		return "#" + to.Value()
	case types.StringLiteral, types.HexLiteral:
		return "#" + t.text(to)
	}
	return ""
}

// pages returns the pages with their numbers.
func (t *tagged) pages() map[int]types.Dict {
	pages := map[int]types.Dict{}
	var walk func(o types.Object)
	walk = func(o types.Object) {
		ref, ok := o.(types.IndirectRef)
		if d := t.dict(o); ok && pages[ref.ObjectNumber.Value()] == nil {
			if t.name(d["Type"]) == "Page" {
				pages[ref.ObjectNumber.Value()] = d
			}
			for _, kid := range t.array(d["Kids"]) {
				walk(kid)
			}
		}
	}
	walk(t.root["Pages"])
	return pages
}

// mendPages marks what is drawn on a page and belongs to no element as no content.
func (t *tagged) mendPages() {
	for number, page := range t.pages() {
		if t.array(page["Annots"]) != nil {
			page["Tabs"] = types.Name("S") // from one link to the next in the order of reading
		}
		var content []byte
		parts, ok := t.get(page["Contents"]).(types.Array)
		if !ok {
			parts = types.Array{page["Contents"]}
		}
		for _, part := range parts {
			content = append(append(content, t.unpacked(part)...), '\n')
		}
		out, ids, wanting := markRest(content)
		t.wanting = append(t.wanting, wanting...)
		t.marked[number] = ids
		page["Contents"] = t.add(packed(types.Dict{}, out))
		for _, o := range t.dict(t.dict(page["Resources"])["XObject"]) {
			if t.dict(o)["StructParents"] != nil {
				t.want("content of elements is in a drawing that stands apart")
			}
		}
	}
}

func (t *tagged) unpacked(o types.Object) []byte {
	s, _, err := t.doc.DereferenceStreamDict(o)
	if err == nil && s != nil {
		if err = s.DecodeWithLimit(maxPDF); err == nil {
			return s.Content
		}
	}
	t.errs = append(t.errs, err)
	return nil
}

func packed(d types.Dict, content []byte) types.StreamDict {
	d["Filter"] = types.Name(filter.Flate)
	return types.StreamDict{Dict: d, Raw: pdffile.Deflated(content)}
}

// A glyph that is part of a letter, beside one that stands for all of it, has nothing
// to be read as. Programs then write the character 0, which is none.
var noCharacter = regexp.MustCompile(`(?m)^(<[0-9A-Fa-f]{4}> (?:<[0-9A-Fa-f]{4}> )?)<0000>`)

// mendFonts has such glyphs read as a joiner of words, which is silent.
func (t *tagged) mendFonts() {
	for _, entry := range t.doc.Table {
		font, ok := entry.Object.(types.Dict)
		if !ok || t.name(font["Type"]) != "Font" || font["ToUnicode"] == nil {
			continue
		}
		if table := t.unpacked(font["ToUnicode"]); noCharacter.Match(table) {
			font["ToUnicode"] = t.add(packed(types.Dict{}, noCharacter.ReplaceAll(table, []byte("${1}<2060>"))))
		}
	}
}

// write writes what the catalogue leads to.
func (t *tagged) write(title, producer string, claims bool) []byte {
	lang := t.text(t.root["Lang"])
	t.root["Metadata"] = t.add(types.StreamDict{Dict: types.Dict{"Type": types.Name("Metadata"), "Subtype": types.Name("XML")}, Raw: metadata(title, lang, producer, claims)})
	for _, key := range []string{"OpenAction", "AA", "Version", "Extensions"} {
		delete(t.root, key)
	}
	w := pdffile.NewWriter()
	numbers := map[int]types.IndirectRef{}
	var queue []types.IndirectRef
	refer := func(ref types.IndirectRef) types.IndirectRef {
		old := ref.ObjectNumber.Value()
		if _, known := numbers[old]; !known {
			numbers[old] = *types.NewIndirectRef(w.Number(), 0)
			queue = append(queue, ref)
		}
		return numbers[old]
	}
	var copied func(o types.Object) types.Object
	copied = func(o types.Object) types.Object {
		switch o := o.(type) {
		case types.IndirectRef:
			return refer(o)
		case types.Dict:
			d := types.Dict{}
			for _, key := range slices.Sorted(maps.Keys(o)) { // numbers are given out as references are met
				d[key] = copied(o[key])
			}
			return d
		case types.Array:
			a := make(types.Array, len(o))
			for i, item := range o {
				a[i] = copied(item)
			}
			return a
		}
		return o
	}
	top := refer(t.add(t.root))
	info := *types.NewIndirectRef(w.Number(), 0)
	w.Object(info.ObjectNumber.Value(), types.Dict{"Title": textString(title), "Producer": textString(producer)})
	for i := 0; i < len(queue); i++ {
		number := numbers[queue[i].ObjectNumber.Value()].ObjectNumber.Value()
		switch o := t.get(queue[i]).(type) {
		case types.StreamDict:
			delete(o.Dict, "Length")
			w.Stream(number, copied(o.Dict).(types.Dict), o.Raw)
		default:
			w.Object(number, copied(o))
		}
	}
	return w.Finish(types.Dict{"Root": top, "Info": info})
}

// textString is a text as PDF has it, in any script.
func textString(s string) types.HexLiteral {
	b := []byte{0xfe, 0xff}
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u>>8), byte(u))
	}
	return types.NewHexLiteral(b)
}

// metadata is what a document says of itself (XMP, ISO 16684-1), with the mark of
// PDF/UA-1 if it claims that.
func metadata(title, lang, producer string, claims bool) []byte {
	var b strings.Builder
	text := func(s string) string {
		var x bytes.Buffer
		_ = xml.EscapeText(&x, []byte(s)) // a buffer does not fail
		return x.String()
	}
	io.WriteString(&b, "<?xpacket begin=\"\ufeff\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">"+
		"<rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\" xmlns:pdfuaid=\"http://www.aiim.org/pdfua/ns/id/\">")
	fmt.Fprintf(&b, `<dc:title><rdf:Alt><rdf:li xml:lang="x-default">%s</rdf:li></rdf:Alt></dc:title><dc:language><rdf:Bag><rdf:li>%s</rdf:li></rdf:Bag></dc:language><pdf:Producer>%s</pdf:Producer>`, text(title), text(lang), text(producer))
	if claims {
		b.WriteString(`<pdfuaid:part>1</pdfuaid:part>`)
	}
	b.WriteString("</rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end=\"r\"?>")
	return []byte(b.String())
}
