package web

import (
	"archive/zip"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"heard/app/print"
	"heard/models"
)

// part reads one part of a document.
func part(t *testing.T, file, name string) string {
	t.Helper()
	z, err := zip.NewReader(strings.NewReader(file), int64(len(file)))
	must(t, err)
	f, err := z.Open(name)
	must(t, err)
	b, err := io.ReadAll(f)
	must(t, err)
	return string(b)
}

// Anybody takes the published report away in every format, and those who see the
// draft take it away before.
func TestReportInEveryFormat(t *testing.T) {
	p := newPortal(t)
	p.loadDemo(60)
	p.signUp(models.RoleOfficer)
	officer, anybody := p.staff(models.RoleOfficer), p.browser()
	at := "/" + p.demo.ID
	fetch := func(b *browser, path, name, begins string) *page {
		t.Helper()
		file := b.visit(path).is(http.StatusOK)
		for header, want := range map[string]string{"Content-Disposition": `attachment; filename="` + name + `"`, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"} {
			if got := file.header.Get(header); got != want {
				t.Errorf("%s: %s is %q, expected %q", path, header, got, want)
			}
		}
		if !strings.HasPrefix(file.body, begins) {
			t.Errorf("%s begins %.20q, expected %q", path, file.body, begins)
		}
		return file
	}

	draft := officer.get("/staff" + at + "/report")
	for _, name := range []string{"report.docx", "report.xlsx", "report.csv", "report.json", "report-dictionary.csv"} {
		if draft.doc.Find(`a[href="/staff`+at+`/`+name+`"]`).Length() != 1 {
			t.Errorf("the draft page does not lead to its %s", name)
		}
		anybody.visit(at + "/" + name).is(http.StatusNotFound)
	}
	if draft.doc.Find(`a[href$="report.pdf"]`).Length() != 0 {
		t.Error("the page leads to a PDF, and nothing can make it")
	}
	word := fetch(officer, "/staff"+at+"/report.docx", p.demo.ID+"-draft-report.docx", "PK")
	if body := part(t, word.body, "word/document.xml"); !strings.Contains(body, "Only staff see this page") || strings.Contains(body, "Publish the report") {
		t.Error("the draft as a document does not say that it is one, or holds the form to publish it")
	}
	if foot := part(t, word.body, "word/footer1.xml"); !strings.Contains(foot, "Draft, not published") {
		t.Errorf("the foot of the draft is %s", foot)
	}
	fetch(officer, "/staff"+at+"/report.csv", p.demo.ID+"-draft-report.csv", "section,id")

	p.demo = p.publish(p.demo)
	polish := p.browser().get(at + "/report?lang=pl")
	for name, begins := range map[string]string{"report.docx": "PK", "report.xlsx": "PK", "report.csv": "section,id", "report.json": "{", "report-dictionary.csv": "field,values,meaning"} {
		fetch(anybody, at+"/"+name, p.demo.ID+"-"+name, begins)
		link := polish.doc.Find(`a[href^="` + at + `/` + name + `"]`)
		if link.Length() != 1 || !strings.Contains(link.Parent().Text(), "kB)") {
			t.Errorf("the page leads to %s in words: %q", name, link.Parent().Text())
		}
	}
	word = fetch(anybody, at+"/report.docx?lang=pl", p.demo.ID+"-report.docx", "PK")
	if body := part(t, word.body, "word/document.xml"); !strings.Contains(body, polish.doc.Find("#method").Text()) {
		t.Error("the Polish document has no Polish headings")
	}
	if !strings.Contains(part(t, word.body, "word/styles.xml"), `w:lang w:val="pl"`) {
		t.Error("the Polish document is not said to be Polish")
	}

	// Whatever the page says on paper, the document says.
	whole := strings.Join(strings.Fields(regexp.MustCompile(`<[^>]+>`).ReplaceAllString(strings.ReplaceAll(part(t, fetch(anybody, at+"/report.docx", p.demo.ID+"-report.docx", "PK").body, "word/document.xml"), "</w:p>", " "), "")), " ")
	english := anybody.get(at + "/report").doc.Find("main")
	english.Find(".screen, svg").Remove()
	english.Find("h1, h2, h3, caption, th, td, p, li, dt, dd, blockquote").Each(func(_ int, s *goquery.Selection) {
		for _, said := range strings.Split(strings.TrimSpace(s.Text()), "\n") {
			if said = html.UnescapeString(strings.Join(strings.Fields(said), " ")); s.Children().Length() == 0 && !strings.Contains(html.UnescapeString(whole), said) {
				t.Errorf("the document does not say: %s", said)
			}
		}
	})

	// Without a program there is no PDF, and it is said what to do.
	if said := p.browser().visit(at + "/report.pdf?lang=ro").is(http.StatusConflict).text(); !strings.Contains(said, "Tipăriți pagina din browser") {
		t.Errorf("without a program: %s", said)
	}
	// With one, it is made once for everybody.
	runs := filepath.Join(t.TempDir(), "runs")
	program, made := filepath.Join(t.TempDir(), "chromium"), filepath.Join(t.TempDir(), "made.pdf")
	must(t, os.WriteFile(made, []byte("%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\nxref\n0 3\n0000000000 65535 f \n0000000009 00000 n \n0000000054 00000 n \ntrailer\n<</Size 3/Root 1 0 R>>\nstartxref\n101\n%%EOF\n"), 0o600))
	must(t, os.WriteFile(program, []byte("#!/bin/sh\nfor a; do case $a in --print-to-pdf=*) cat "+made+" > \"${a#--print-to-pdf=}\";; file://*) cat \"${a#file://}\" >> "+runs+";; esac; done\n"), 0o755))
	p.options.Printer = print.NewPrinter(program)
	p.serve()
	anybody = p.browser()
	if size := anybody.get(at + "/report").doc.Find(`a[href="` + at + `/report.pdf"]`).Parent().Text(); strings.Contains(size, "kB") {
		t.Errorf("the size of a PDF is told before there is one: %s", size)
	}
	fetch(anybody, at+"/report.pdf", p.demo.ID+"-report.pdf", "%PDF-1.7")
	fetch(p.browser(), at+"/report.pdf", p.demo.ID+"-report.pdf", "%PDF-1.7")
	given, err := os.ReadFile(runs)
	must(t, err)
	printed := html.UnescapeString(string(given))
	if n := strings.Count(printed, "<!DOCTYPE html>"); n != 1 || !strings.Contains(printed, `content="default-src 'none'; style-src 'unsafe-inline'"`) {
		t.Errorf("the program was run %d times, or on a page without a policy", n)
	}
	if size := anybody.get(at + "/report").doc.Find(`a[href="` + at + `/report.pdf"]`).Parent().Text(); !strings.Contains(size, "1 kB") {
		t.Errorf("the size of the PDF is not told: %s", size)
	}
}

// The published report is PDF/UA-1 where Chromium prints it, from the left and from
// the right; veraPDF says so, too, where it is installed.
func TestPublishedReportIsAccessiblePDF(t *testing.T) {
	printer := print.NewPrinter("chromium")
	if !printer.Found() {
		t.Skip("chromium is not installed")
	}
	p := newPortal(t)
	p.loadDemo(0)
	p.demo = p.publish(p.demo)
	p.options.Printer = printer
	p.serve()
	for _, lang := range []string{"en", "ur"} {
		pdf := p.browser().visit("/" + p.demo.ID + "/report.pdf?lang=" + lang).is(http.StatusOK).body
		// The metadata of a PDF is not packed.
		if !strings.Contains(pdf, "<pdfuaid:part>1</pdfuaid:part>") || !strings.Contains(pdf, "<dc:language><rdf:Bag><rdf:li>"+lang+"<") {
			t.Errorf("%s: the file does not say that it is PDF/UA in this language", lang)
		}
		t.Run("verapdf/"+lang, func(t *testing.T) {
			program, err := exec.LookPath("verapdf")
			if err != nil {
				t.Skip("verapdf is not installed")
			}
			path := filepath.Join(t.TempDir(), "report.pdf")
			must(t, os.WriteFile(path, []byte(pdf), 0o600))
			if said, err := exec.Command(program, "--flavour", "ua1", "--format", "text", "--verbose", path).Output(); err != nil || !strings.HasPrefix(string(said), "PASS") {
				t.Errorf("%v: %s", err, said)
			}
		})
	}
}

// The shelf makes a file once for all who ask at the same time, tries again after a
// failure, and stays small.
func TestShelf(t *testing.T) {
	var s shelf
	var made atomic.Int32
	var all sync.WaitGroup
	let := make(chan struct{})
	for range 20 {
		all.Go(func() {
			if file, err := s.get("a", func() ([]byte, error) { made.Add(1); <-let; return []byte("a"), nil }); err != nil || string(file) != "a" {
				t.Errorf("%q, %v", file, err)
			}
		})
	}
	close(let)
	all.Wait()
	if made.Load() != 1 {
		t.Errorf("made %d times", made.Load())
	}
	failed := errors.New("failed")
	if _, err := s.get("b", func() ([]byte, error) { return nil, failed }); !errors.Is(err, failed) {
		t.Errorf("a failure: %v", err)
	}
	if file, err := s.get("b", func() ([]byte, error) { return []byte("b"), nil }); err != nil || string(file) != "b" {
		t.Errorf("after a failure: %q, %v", file, err)
	}
	for i := range 5 {
		if _, err := s.get(fmt.Sprint(i), func() ([]byte, error) { return make([]byte, shelfSize/2), nil }); err != nil {
			t.Fatal(err)
		}
	}
	if len(s.files) != 2 || len(s.order) != 2 || s.size != shelfSize || s.look("4") == nil {
		t.Errorf("%d files of %d bytes are kept", len(s.files), s.size)
	}
}
