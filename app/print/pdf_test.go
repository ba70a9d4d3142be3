package print

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// Each program that is installed makes a PDF with tags, asks for nothing that the
// page names, and leaves no file.
func TestPDF(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	asked := make(chan struct{}, 100)
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			asked <- struct{}{}
			_ = c.Close()
		}
	}()
	t.Cleanup(func() { _ = listener.Close() })
	secret := filepath.Join(t.TempDir(), "secret.txt")
	if err := os.WriteFile(secret, []byte("the words of another file"), 0o600); err != nil {
		t.Fatal(err)
	}
	hostile := strings.Replace(page(t), "<main", injected("http://"+listener.Addr().String(), "file://"+filepath.ToSlash(secret))+"<main", 1)
	leaving := strings.Replace(page(t), "<main", `<meta http-equiv="refresh" content="0;url=http://`+listener.Addr().String()+`/refresh"><main`, 1)
	for _, name := range []string{"chromium", "weasyprint"} {
		t.Run(name, func(t *testing.T) {
			p := NewPrinter(name)
			if !p.Found() {
				t.Skipf("%s is not installed", name)
			}
			// Not t.TempDir, whose name is long: a browser's socket is further below it, and the
			// path of a socket may not have more than 107 bytes.
			temp, err := os.MkdirTemp("", "pdf")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = os.RemoveAll(temp) })
			t.Setenv("TMPDIR", temp)
			t.Setenv("HEARD_SECRET", "not for other programs")
			pdf, _, err := p.PDF(t.Context(), []byte(hostile))
			if err != nil {
				t.Fatal(err)
			}
			if text := shownIn(t, pdf); strings.Contains(text, "another file") || !strings.Contains(text, "Fairmead") {
				t.Errorf("the PDF holds another file, or not its own words: %.200q", text)
			}
			root := catalogue(t, pdf)
			for _, want := range []string{"StructTreeRoot", "Lang", "MarkInfo"} { // by which it has tags, and a language
				if _, found := root.Find(want); !found {
					t.Errorf("the PDF has no %s", want)
				}
			}
			// A page that leads away may make no PDF, if the program left before it printed.
			if pdf, _, err := p.PDF(t.Context(), []byte(leaving)); err == nil && !strings.Contains(shownIn(t, pdf), "Fairmead") {
				t.Error("the PDF shows where the page leads, not the page")
			}
			if left, _ := filepath.Glob(filepath.Join(temp, "*")); len(left) > 0 {
				t.Errorf("files are left: %v", left)
			}
			if len(asked) > 0 {
				t.Error("the program asked for what the page names")
			}
		})
	}
}

// injected is what would fetch something or show a file of this machine, if anything
// that somebody wrote became part of the page.
func injected(there, file string) string {
	out := `<base href="` + there + `/">`
	for _, at := range []string{there + "/x", file} {
		out += strings.ReplaceAll(`<img alt="" src="@"><iframe src="@"></iframe><object data="@"></object><embed src="@"><link rel="stylesheet" href="@"><link rel="prefetch" href="@"><link rel="preconnect" href="@">
<style>AT-import url("@"); AT-font-face{font-family:x;src:url("@")} body{font-family:x,serif;background:url("@")}</style><script src="@"></script><script>fetch("@");new Image().src="@";navigator.sendBeacon("@")</script>
<video src="@" autoplay></video><audio src="@" autoplay></audio><svg><image href="@"/><use href="@"/></svg><form action="@"><button formaction="@"></button></form><input type="image" src="@"><body background="@">`, "@", at)
	}
	return strings.ReplaceAll(out, "AT-", "@")
}

// shownIn is the text that a PDF shows, as far as it can be told without its fonts.
func shownIn(t *testing.T, pdf []byte) string {
	t.Helper()
	program, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Skip("pdftotext is not installed")
	}
	cmd := exec.Command(program, "-", "-")
	cmd.Stdin = bytes.NewReader(pdf)
	text, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func catalogue(t *testing.T, pdf []byte) types.Dict {
	t.Helper()
	c, err := pdfcpu.Read(bytes.NewReader(pdf), model.NewDefaultConfiguration())
	if err != nil {
		t.Fatal(err)
	}
	root, err := c.Catalog()
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func TestNoPDF(t *testing.T) {
	if _, _, err := NewPrinter("there is no such program").PDF(t.Context(), nil); !errors.Is(err, ErrNoProgram) {
		t.Errorf("without a program: %v", err)
	}
	// A program that fails, and one that does nothing.
	for name, script := range map[string]string{"fails": "exit 3", "idles": "exit 0"} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		if pdf, _, err := NewPrinter(path).PDF(t.Context(), []byte("x")); err == nil || pdf != nil || !strings.Contains(err.Error(), name) {
			t.Errorf("a program that %s: %d bytes, %v", name, len(pdf), err)
		}
	}
	// Whoever waits for their turn may go, and no more wait than there is room for.
	p := NewPrinter("sh")
	p.turn <- struct{}{}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := p.PDF(gone, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("somebody who went: %v", err)
	}
	for range waiting {
		p.line <- struct{}{}
	}
	if _, _, err := p.PDF(t.Context(), nil); !errors.Is(err, ErrBusy) {
		t.Errorf("one too many: %v", err)
	}
}
