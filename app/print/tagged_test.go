package print

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
	"golang.org/x/net/html"
)

// opened reads a PDF as a reader finds it.
func opened(t *testing.T, file []byte) *tagged {
	t.Helper()
	doc, err := pdfcpu.Read(bytes.NewReader(file), model.NewDefaultConfiguration())
	if err != nil {
		t.Fatal(err)
	}
	r := &tagged{doc: doc, marked: map[int][]marked{}}
	if r.root, err = doc.Catalog(); err != nil {
		t.Fatal(err)
	}
	r.read()
	return r
}

// claimed reports whether a PDF says that it is PDF/UA.
func claimed(r *tagged) bool {
	s, _, _ := r.doc.DereferenceStreamDict(r.root["Metadata"])
	return s != nil && bytes.Contains(s.Raw, []byte("<pdfuaid:part>1</pdfuaid:part>"))
}

// validated has veraPDF, an independent program, judge a PDF by PDF/UA-1.
func validated(t *testing.T, file []byte) {
	t.Helper()
	t.Run("verapdf", func(t *testing.T) {
		program, err := exec.LookPath("verapdf")
		if err != nil {
			t.Skip("verapdf is not installed")
		}
		path := filepath.Join(t.TempDir(), "page.pdf")
		if err := os.WriteFile(path, file, 0o600); err != nil {
			t.Fatal(err)
		}
		said, err := exec.Command(program, "--flavour", "ua1", "--format", "text", "--verbose", path).Output()
		if err != nil || !bytes.HasPrefix(said, []byte("PASS")) {
			t.Errorf("%v: %s", err, said)
		}
	})
}

// What Chromium prints is PDF/UA-1, in both directions, with the headings, tables,
// lists and links of the page, and the same page makes the same bytes. What another
// program prints says that it is only if it is.
func TestAccessiblePDF(t *testing.T) {
	for _, name := range []string{"chromium", "weasyprint"} {
		for _, file := range []string{"page.html", "urdu.html"} {
			t.Run(name+"/"+file, func(t *testing.T) {
				p := NewPrinter(name)
				if !p.Found() {
					t.Skipf("%s is not installed", name)
				}
				page, err := os.ReadFile(filepath.Join("testdata", file))
				if err != nil {
					t.Fatal(err)
				}
				pdf, wanting, err := p.PDF(t.Context(), page)
				if err != nil {
					t.Fatal(err)
				}
				r := opened(t, pdf)
				if claimed(r) != (len(wanting) == 0) {
					t.Fatalf("it says that it is PDF/UA: %v, and wants %q", claimed(r), wanting)
				}
				if claimed(r) {
					validated(t, pdf)
				} else if name == "chromium" {
					t.Fatalf("it is no PDF/UA: %q", wanting)
				}
				root, err := html.Parse(bytes.NewReader(page))
				if err != nil {
					t.Fatal(err)
				}
				lang, title := "", ""
				for n := range root.Descendants() {
					switch n.Data {
					case "html":
						lang = attr(n, "lang")
					case "title":
						title = cmp.Or(title, words(n))
					}
				}
				if got := r.text(r.root["Lang"]); got != lang {
					t.Errorf("its language is %q, expected %q", got, lang)
				}
				if got := r.text(r.dict(*r.doc.Info)["Title"]); got != title {
					t.Errorf("its title is %q, expected %q", got, title)
				}
				if !claimed(r) {
					t.Skipf("it makes no claim: %q", wanting)
				}
				if diff := gocmp.Diff(outlineOf(root), outlineIn(r)); diff != "" {
					t.Errorf("what readers find is not what stands on the page (-page +PDF):\n%s", diff)
				}
				for _, page := range r.pages() {
					content := r.unpacked(page["Contents"])
					if out, _, _ := markRest(content); !bytes.Equal(out, content) {
						t.Error("what is drawn on a page is neither marked as content nor as decoration")
					}
				}
				if again, _, err := p.PDF(t.Context(), page); err != nil || !bytes.Equal(again, pdf) {
					t.Errorf("the same page makes another file: %v", err)
				}
			})
		}
	}
}

// outlineOf is what a page has that a reader steers by: headings, the cells of
// tables, lists, and the words of links.
func outlineOf(root *html.Node) []string {
	var out []string
	for n := range root.Descendants() {
		switch n.Data {
		case "h1", "h2", "h3", "h4", "table", "caption", "th", "td", "ul", "ol", "li":
			out = append(out, n.Data)
		case "a":
			if !strings.HasPrefix(attr(n, "href"), "/") { // which leads nowhere outside the portal
				out = append(out, "a "+words(n))
			}
		}
	}
	return out
}

func outlineIn(r *tagged) []string {
	var out []string
	names := map[string]string{"Table": "table", "Caption": "caption", "TH": "th", "TD": "td", "LI": "li"}
	for _, e := range r.tree {
		switch e.kind {
		case "H1", "H2", "H3", "H4":
			out = append(out, strings.ToLower(e.kind))
		case "L":
			list := "ul"
			if numbering, _ := r.attribute(e, "ListNumbering").(types.Name); numbering == "Decimal" {
				list = "ol"
			}
			out = append(out, list)
		case "Link":
			said := ""
			for _, ref := range e.annots {
				said = r.text(r.dict(ref)["Contents"])
			}
			out = append(out, "a "+said)
		default:
			if names[e.kind] != "" {
				out = append(out, names[e.kind])
			}
		}
	}
	return out
}

// tiny returns a PDF of one page with the given content and elements: the first is
// the document's only one, object 7, and the others come after it.
func tiny(content string, elements ...string) []byte {
	objects := append([]string{
		"<</Type/Catalog/Pages 2 0 R/StructTreeRoot 5 0 R/Lang(en)>>",
		"<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R/StructParents 0>>",
		fmt.Sprintf("<</Length %d>>\nstream\n%s\nendstream", len(content), content),
		"<</Type/StructTreeRoot/K 6 0 R>>",
		"<</Type/StructElem/S/Document/P 5 0 R/K[7 0 R]>>",
	}, elements...)
	b := []byte("%PDF-1.7\n")
	var at []int
	for i, o := range objects {
		at = append(at, len(b))
		b = fmt.Appendf(b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	table := len(b)
	b = fmt.Appendf(b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, n := range at {
		b = fmt.Appendf(b, "%010d 00000 n \n", n)
	}
	return fmt.Appendf(b, "trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, table)
}

// A file in which something is wanting does not say that it is PDF/UA, and why is
// told.
func TestWantingInPDF(t *testing.T) {
	const said = "/P <</MCID 0>> BDC BT (x) Tj ET EMC"
	row := func(cells ...string) string { return "<</S/TR/K[" + strings.Join(cells, " ") + "]>>" }
	const (
		th  = "<</S/TH/A<</O/Table/Scope/Column>>>>"
		td  = "<</S/TD>>"
		two = "<</S/TD/A<</O/Table/ColSpan 2>>>>"
	)
	for name, test := range map[string]struct {
		content  string
		elements []string
		want     string // "" for nothing
	}{
		"a heading":                      {"", []string{"<</S/H1/P 6 0 R>>"}, ""},
		"words of an element":            {said, []string{"<</S/P/Pg 3 0 R/K 0>>"}, ""},
		"words of no element":            {said, []string{"<</S/P>>"}, "content belongs to no element"},
		"words that are decoration":      {"BT (1 / 2) Tj ET 0 0 m 9 9 l S", []string{"<</S/P>>"}, ""},
		"words within words":             {"/P <</MCID 0>> BDC /P <</MCID 1>> BDC BT (x) Tj ET EMC EMC", []string{"<</S/P/Pg 3 0 R/K[0 1]>>"}, "read twice"},
		"words of two elements":          {said, []string{"<</S/Div/K[<</S/P/Pg 3 0 R/K 0>> <</S/P/Pg 3 0 R/K 0>>]>>"}, "two elements"},
		"marks that do not end":          {"/P <</MCID 0>> BDC", []string{"<</S/P/Pg 3 0 R/K 0>>"}, "do not end"},
		"words in a row":                 {said, []string{"<</S/Table/K[<</S/TR/Pg 3 0 R/K[0 " + th + "]>>]>>"}, "words stand in TR"},
		"a picture":                      {"", []string{"<</S/Figure/Alt(A map)>>"}, ""},
		"a picture without a text":       {"", []string{"<</S/Figure>>"}, "a picture has no description"},
		"a level left out":               {"", []string{"<</S/Div/K[<</S/H1>> <</S/H3>>]>>"}, "H3 after H1"},
		"a tag of its own":               {"", []string{"<</S/Strong>>"}, ""},
		"a tag nobody knows":             {"", []string{"<</S/Shout>>"}, `none of PDF 1.7: "Shout"`},
		"a table":                        {"", []string{"<</S/Table/K[" + row(th, th) + row(td, td) + row(two) + "]>>"}, ""},
		"a table without headings":       {"", []string{"<</S/Table/K[" + row(td) + "]>>"}, "a table has no headings"},
		"a heading of nothing":           {"", []string{"<</S/Table/K[" + row("<</S/TH>>") + "]>>"}, "what it is the heading of"},
		"a row that is too short":        {"", []string{"<</S/Table/K[" + row(th, th) + row(td) + "]>>"}, "the same columns"},
		"a row below a tall cell":        {"", []string{"<</S/Table/K[" + row("<</S/TH/A<</O/Table/Scope/Row/RowSpan 2>>>>", th) + row(td) + "]>>"}, ""},
		"a cell outside of a row":        {"", []string{"<</S/Table/K[" + row(th) + td + "]>>"}, "TD stands in Table"},
		"an item outside of a list":      {"", []string{"<</S/LI>>"}, "LI stands outside"},
		"an item with words beside sign": {"", []string{"<</S/L/K[8 0 R]>>", "<</S/LI/K[9 0 R 10 0 R]>>", "<</S/Lbl>>", "<</S/P>>"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			pdf, wanting, err := accessible(tiny(test.content, test.elements...), []byte("<title>Tiny</title>"))
			if err != nil {
				t.Fatal(err)
			}
			if test.want == "" && len(wanting) > 0 || test.want != "" && (len(wanting) != 1 || !strings.Contains(wanting[0], test.want)) {
				t.Errorf("wanting %q, expected %q", wanting, test.want)
			}
			if r := opened(t, pdf); claimed(r) != (test.want == "") {
				t.Errorf("it says that it is PDF/UA: %v", claimed(r))
			}
			if again, _, err := accessible(pdf, []byte("<title>Tiny</title>")); err != nil || bytes.Contains(again, []byte("pdfuaid:part")) != (test.want == "") {
				t.Errorf("mended again it says otherwise: %v", err)
			}
		})
	}
	if _, wanting, err := accessible(tiny("", "<</S/P>>"), nil); err != nil || !slices.Contains(wanting, "the document has no title") {
		t.Errorf("without a title: %q, %v", wanting, err)
	}
	for _, broken := range [][]byte{nil, []byte("%PDF-1.7")} {
		if pdf, _, err := accessible(broken, nil); err == nil || pdf != nil || !strings.Contains(err.Error(), "the PDF") {
			t.Errorf("a broken file: %v", err)
		}
	}
}

// What belongs to no element is marked as no content, and nothing else changes.
func TestMarkRest(t *testing.T) {
	for content, want := range map[string]string{
		"":                                     "",
		"0 0 9 9 re W n":                       "0 0 9 9 re W n",
		"q 0 0 9 9 re f Q":                     "q /Artifact BMC\n0 0 9 9 re f\nEMC Q",
		"BT /F1 9 Tf (a\\)b) Tj [(c)3]TJ ET":   "BT /F1 9 Tf /Artifact BMC\n(a\\)b) Tj\nEMC /Artifact BMC\n[(c)3]TJ\nEMC ET",
		"BT <0A 4F> Tj ET":                     "BT /Artifact BMC\n<0A 4F> Tj\nEMC ET",
		"/P <</MCID 3 >>BDC (a) Tj EMC /X1 Do": "/P <</MCID 3 >>BDC (a) Tj EMC /Artifact BMC\n/X1 Do\nEMC",
		"/Artifact BMC (a) Tj EMC":             "/Artifact BMC (a) Tj EMC",
		"/Span <</ActualText (f)>> BDC (a) Tj EMC": "/Span <</ActualText (f)>> BDC /Artifact BMC\n(a) Tj\nEMC EMC",
		"% (a) Tj\n(b(c)) Tj":                      "% (a) Tj\n/Artifact BMC\n(b(c)) Tj\nEMC",
	} {
		if got, _, wanting := markRest([]byte(content)); string(got) != want || wanting != nil {
			t.Errorf("%q became %q, %q, expected %q", content, got, wanting, want)
		}
	}
}
