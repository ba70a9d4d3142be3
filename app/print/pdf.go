package print

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html"
)

// Programs are the names of programs that make PDFs, best first: browsers that
// tag what they print, with headings to jump to, and WeasyPrint.
var Programs = []string{"chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "weasyprint"}

// ErrNoProgram says that no program is installed that makes PDFs, ErrBusy that
// too many people wait for one already.
var (
	ErrNoProgram = errors.New("no program that makes PDFs is installed: install Chromium or WeasyPrint")
	ErrBusy      = errors.New("too many documents are being made already")
)

const (
	limit   = 2 * time.Minute // for one document
	waiting = 8               // documents that may wait, with the one that is being made
	maxPDF  = 64 << 20        // bytes
)

// Printer makes PDFs with a program that is installed, one at a time.
type Printer struct {
	path string // "" if there is none
	line chan struct{}
	turn chan struct{}
}

// NewPrinter returns a printer that uses the first of the programs that is
// installed.
func NewPrinter(programs ...string) *Printer {
	p := &Printer{line: make(chan struct{}, waiting), turn: make(chan struct{}, 1)}
	for _, name := range programs {
		if path, err := exec.LookPath(name); err == nil {
			p.path = path
			break
		}
	}
	return p
}

// Found reports whether there is a program.
func (p *Printer) Found() bool { return p != nil && p.path != "" }

// PDF returns a page that stands alone as a PDF with tags, by which screen readers
// know headings, tables and languages. It says of itself that it is PDF/UA-1
// (ISO 14289-1) if that can be told from the file; otherwise wanting says what is
// not as that asks, in words that repeat none of the page. The error may be
// ErrNoProgram or ErrBusy.
//
// The program is given the page as a file in a folder that is removed afterwards,
// nothing of our environment, and no network: the page asks for nothing, its policy
// allows nothing, and if it did, nothing would answer.
func (p *Printer) PDF(ctx context.Context, page []byte) (pdf []byte, wanting []string, err error) {
	if !p.Found() {
		return nil, nil, ErrNoProgram
	}
	select {
	case p.line <- struct{}{}:
		defer func() { <-p.line }()
	default:
		return nil, nil, ErrBusy
	}
	select {
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	}
	dir, err := os.MkdirTemp("", "heard-print-")
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	in, out := filepath.Join(dir, "page.html"), filepath.Join(dir, "page.pdf")
	given, err := forPaper(page)
	if err != nil {
		return nil, nil, err
	}
	if err := os.WriteFile(in, given, 0o600); err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, p.path, p.arguments(dir, in, out)...)
	cmd.Dir = dir
	// Nothing listens where the proxy is said to be.
	const nowhere = "http://127.0.0.1:9"
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "TMPDIR=" + dir, "LANG=C.UTF-8", "http_proxy=" + nowhere, "https_proxy=" + nowhere, "ftp_proxy=" + nowhere}
	cmd.WaitDelay = time.Second
	if err := cmd.Run(); err != nil {
		// What it says may repeat the page.
		return nil, nil, fmt.Errorf("%s made no PDF: %w", filepath.Base(p.path), errors.Join(err, ctx.Err()))
	}
	info, err := os.Stat(out)
	switch {
	case err != nil:
		return nil, nil, fmt.Errorf("%s made no PDF: %w", filepath.Base(p.path), err)
	case info.Size() > maxPDF:
		return nil, nil, fmt.Errorf("the PDF has %d bytes, more than %d", info.Size(), maxPDF)
	}
	if pdf, err = os.ReadFile(out); err != nil {
		return nil, nil, err
	}
	return accessible(pdf, given)
}

// alone holds the program to what is in the page itself, should something that
// somebody wrote become part of it: no other file of this machine is shown, and
// nothing is fetched or run.
const alone = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'">`

// forPaper returns a page as the program is given it: alone, without links to pages
// of the portal, which would lead to files of whoever reads it, and with something in
// each cell of a table. Chromium gives no tag to a cell in which nothing stands, and
// then the cells after it would be read as those of the wrong columns.
func forPaper(page []byte) ([]byte, error) {
	root, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		return nil, fmt.Errorf("read the page: %w", err)
	}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		switch href := attr(n, "href"); {
		case (n.Data == "td" || n.Data == "th") && words(n) == "":
			n.AppendChild(&html.Node{Type: html.TextNode, Data: "\u00a0"})
		case n.Data == "a" && !strings.HasPrefix(href, "#") && !outward(href):
			n.Attr = slices.DeleteFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "href" })
		}
	}
	var out bytes.Buffer
	if err := html.Render(&out, root); err != nil {
		return nil, fmt.Errorf("write the page: %w", err)
	}
	return bytes.Replace(out.Bytes(), []byte("<head>"), []byte("<head>"+alone), 1), nil
}

func (p *Printer) arguments(dir, in, out string) []string {
	if strings.Contains(filepath.Base(p.path), "weasyprint") {
		return []string{"--quiet", "--pdf-variant", "pdf/ua-1", in, out}
	}
	arguments := []string{"--headless", "--print-to-pdf=" + out, "--no-pdf-header-footer", "--generate-pdf-document-outline",
		"--user-data-dir=" + filepath.Join(dir, "profile"), "--no-first-run", "--disable-gpu", "--disable-dev-shm-usage", "--disable-extensions",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=127.0.0.1:9"}
	if os.Geteuid() == 0 { // for whom the browser has no sandbox
		arguments = append(arguments, "--no-sandbox")
	}
	return append(arguments, "file://"+filepath.ToSlash(in))
}
