package print

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// document writes a page as DOCX and returns its parts by name.
func document(t *testing.T, page string) map[string]string {
	t.Helper()
	var file, again bytes.Buffer
	about := About{Footer: "The river walk · 0a1b2c", Day: "2026-12-14"}
	if err := DOCX(&file, strings.NewReader(page), about); err != nil {
		t.Fatal(err)
	}
	if err := DOCX(&again, strings.NewReader(page), about); err != nil || !bytes.Equal(file.Bytes(), again.Bytes()) {
		t.Fatalf("the same page made other bytes, or none: %v", err)
	}
	z, err := zip.NewReader(bytes.NewReader(file.Bytes()), int64(file.Len()))
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		parts[f.Name] = string(b)
		if !strings.HasSuffix(f.Name, ".png") {
			wellFormed(t, f.Name, b)
		}
	}
	return parts
}

func wellFormed(t *testing.T, name string, b []byte) {
	t.Helper()
	for d := xml.NewDecoder(bytes.NewReader(b)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
}

func page(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("testdata/page.html")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestGoldenDocument(t *testing.T) {
	parts := document(t, page(t))
	for _, name := range []string{"word/document.xml", "word/numbering.xml", "word/footer1.xml", "word/_rels/document.xml.rels", "docProps/core.xml"} {
		// One tag a line, so that a difference can be read.
		got := regexp.MustCompile(`(</w:p>|</w:tr>|</w:tblGrid>|</w:abstractNum>|</w:sdtPr>)`).ReplaceAllString(parts[name], "$1\n") + "\n"
		path := filepath.Join("testdata", filepath.Base(name))
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got), write it anew with -update if this is right:\n%s", path, diff)
		}
	}
}

// What Word needs to find must be there, and what it would ask to mend must not.
func TestDocumentHoldsTogether(t *testing.T) {
	parts := document(t, page(t))
	body := parts["word/document.xml"]
	ids := map[string]bool{}
	for _, m := range regexp.MustCompile(`Relationship Id="([^"]+)" Type="[^"]+" Target="([^"]+)"`).FindAllStringSubmatch(parts["word/_rels/document.xml.rels"], -1) {
		ids[m[1]] = true
		if _, inside := parts["word/"+m[2]]; !inside && !strings.HasPrefix(m[2], "https://") {
			t.Errorf("the document leads to %s, which it does not have", m[2])
		}
	}
	for _, m := range regexp.MustCompile(`r:(?:id|embed)="([^"]+)"`).FindAllStringSubmatch(body, -1) {
		if !ids[m[1]] {
			t.Errorf("there is no relationship %q", m[1])
		}
	}
	for _, m := range regexp.MustCompile(`w:(?:pStyle|rStyle|tblStyle) w:val="([^"]+)"`).FindAllStringSubmatch(body+parts["word/footer1.xml"], -1) {
		if !strings.Contains(parts["word/styles.xml"], `w:styleId="`+m[1]+`"`) {
			t.Errorf("there is no style %q", m[1])
		}
	}
	for _, m := range regexp.MustCompile(`w:anchor="([^"]+)"`).FindAllStringSubmatch(body, -1) {
		if strings.Count(body, `bookmarkStart w:id="`) == 0 || !strings.Contains(body, ` w:name="`+m[1]+`"`) {
			t.Errorf("a link leads to the bookmark %q, which there is not", m[1])
		}
	}
	for _, want := range []string{`descr="46 %"`, `descr="fewer than 10"`, `<w:tblHeader/>`, `TOC \o`, `w:lang w:val="ur"`, `<w:tblCaption w:val="Who said what"/>`, `<w:vMerge w:val="restart"/>`, `w:val="Heading1"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the document has no %s", want)
		}
	}
	for _, out := range []string{"Not in the document", "Only on a screen", "Publish", "Skip"} {
		if strings.Contains(body, out) {
			t.Errorf("%q stands in the document", out)
		}
	}
}

// LibreOffice opens the document and prints it.
func TestLibreOfficeOpensIt(t *testing.T) {
	soffice, err := exec.LookPath("soffice")
	if err != nil {
		t.Skip("soffice is not installed")
	}
	dir := t.TempDir()
	in, err := os.Create(filepath.Join(dir, "page.docx"))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(DOCX(in, strings.NewReader(page(t)), About{Footer: "The river walk", Day: "2026-12-14"}), in.Close()); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(soffice, "-env:UserInstallation=file://"+dir+"/home", "--headless", "--convert-to", "pdf", "--outdir", dir, in.Name())
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if b, err := os.ReadFile(filepath.Join(dir, "page.pdf")); err != nil || !bytes.HasPrefix(b, []byte("%PDF-")) {
		t.Fatalf("no PDF came of it: %v", err)
	}
}

// A table that is too wide for the sheet stands on sheets that lie on their side, and
// what comes after it is upright again.
func TestAWideTableLiesOnItsSide(t *testing.T) {
	table := func(columns int) string {
		return "<table><tr>" + strings.Repeat("<th>Organisations", columns) + "</tr></table>"
	}
	for columns, want := range map[int]string{3: "portrait", 7: "portrait landscape portrait"} {
		var file bytes.Buffer
		if err := DOCX(&file, strings.NewReader("<html lang=en><title>Wide</title><main><h1>Wide</h1>"+table(columns)+"<p>After it.</main></html>"), About{}); err != nil {
			t.Fatal(err)
		}
		z, err := zip.NewReader(bytes.NewReader(file.Bytes()), int64(file.Len()))
		if err != nil {
			t.Fatal(err)
		}
		f, err := z.Open("word/document.xml")
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(f)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, section := range strings.SplitAfter(string(text), "<w:sectPr>")[1:] {
			way := "portrait"
			if head, _, _ := strings.Cut(section, "</w:sectPr>"); strings.Contains(head, `w:orient="landscape"`) {
				way = "landscape"
			}
			got = append(got, way)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%d columns: %v, expected %s", columns, got, want)
		}
	}
}
