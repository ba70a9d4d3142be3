package evidence

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/enums"
	pdfiumerrors "github.com/klippa-app/go-pdfium/errors"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/responses"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
	"golang.org/x/text/unicode/norm"
)

// Limits on reading.
const (
	// maxPages is how many pages of a PDF are read.
	maxPages = 1000
	// maxScans is how many pages of a PDF are read as pictures.
	maxScans = 20
	// fewLetters is how many letters a page has at most for it to be read as a picture
	// too: a scan often has a line of text from the program that made it.
	fewLetters = 40
	// scanDPI is how many dots an inch a page is drawn with for that. Recognition is
	// best with letters about 30 dots high.
	scanDPI = 200
	// maxDots is how many dots a picture has at most for recognition: two A4 pages
	// at 300 an inch.
	maxDots = 16_000_000
	// pdfiumMemory is how much memory one PDF may take while it is read, in pages of
	// 64 KB: 768 MB.
	pdfiumMemory = 768 << 4
)

// ErrNotAllRead is in the error for a file of which only a part of the text could be
// read, or none: it takes too long, has too many pages, or has a page that cannot be
// shown. The text that was read comes with it.
var ErrNotAllRead = errors.New("only a part of the text of this file could be read")

// Reader reads the text of files of every type. It reads two files at once; others
// wait. Close it after use.
type Reader struct {
	// Worker reads documents and text, if it is set before use; PDFs are read in a
	// WebAssembly module and pictures by a program of their own in any case.
	Worker *Worker

	tesseract tesseract
	slots     chan struct{}
	pdfTime   time.Duration // for the text of one PDF
	scanTime  time.Duration // for recognising one picture or page

	mu     sync.Mutex
	pool   pdfium.Pool // once there was a PDF
	closed bool
}

// readers is how many files are read at once.
const readers = 2

// NewReader returns a Reader that recognises text in pictures with a program called
// or at the path of tesseract, usually "tesseract". If there is none, or it is "",
// pictures have no text. NewReader does nothing that takes time: what reads PDFs
// takes about four seconds to start, with the first PDF.
func NewReader(tesseract string) *Reader {
	return &Reader{tesseract: findTesseract(tesseract), slots: make(chan struct{}, readers), pdfTime: 30 * time.Second, scanTime: time.Minute}
}

// Close ends the Reader when it has read what it is reading.
func (r *Reader) Close() error {
	for range readers {
		r.slots <- struct{}{}
		defer func() { <-r.slots }()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	if r.pool == nil {
		return nil
	}
	pool := r.pool
	r.pool = nil
	return pool.Close()
}

// Text returns the text of a file from [Inspect] or [Clean], as the function [Text]
// does, and also:
//
//   - of a PDF, page by page, with what is filled into forms and written in
//     annotations that are seen on the page. Between two pages stands "\n\f", so the
//     number of form feeds before a place is the number of pages before its own.
//   - of a picture, or of a page of a PDF that is one, as far as it can be recognised.
//
// Letters of both are in their plain form (NFKC), so that a ligature is found by its
// letters. The error is a [Refusal] if the file is damaged, that of ctx if it ended,
// or has [ErrNotAllRead] in it, in which case there may be text all the same.
func (r *Reader) Text(ctx context.Context, f File) (string, error) {
	if f.Type != PDF && f.Type != JPEG && f.Type != PNG {
		if r.Worker != nil {
			return r.Worker.Text(ctx, f)
		}
		return Text(f)
	}
	select {
	case r.slots <- struct{}{}:
		defer func() { <-r.slots }()
	case <-ctx.Done():
		return "", fmt.Errorf("read the text of a file: %w", ctx.Err())
	}
	read := r.pictureText
	if f.Type == PDF {
		read = r.pdfText
	}
	text, err := read(ctx, f.Data)
	if ctx.Err() != nil {
		return "", fmt.Errorf("read the text of a file: %w", ctx.Err())
	}
	return plain(text), err
}

// plain returns text in its plain form. A hyphen that was put in to break a line has
// a character of its own, and goes with the break.
func plain(text string) string {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\x00", "", "\x02", "\ufffe").Replace(text)
	text = strings.NewReplacer("\ufffe\n", "", "\ufffe", "").Replace(text)
	return norm.NFKC.String(strings.ToValidUTF8(text, "\ufffd"))
}

// pdfiumCalls are the calls of PDFium that are needed here. They are made past the
// instance itself, which may be killed at any time and is not safe for that.
type pdfiumCalls interface {
	OpenDocument(*requests.OpenDocument) (*responses.OpenDocument, error)
	FPDF_GetPageCount(*requests.FPDF_GetPageCount) (*responses.FPDF_GetPageCount, error)
	FPDF_LoadPage(*requests.FPDF_LoadPage) (*responses.FPDF_LoadPage, error)
	FPDF_ClosePage(*requests.FPDF_ClosePage) (*responses.FPDF_ClosePage, error)
	FPDF_GetPageSizeByIndex(*requests.FPDF_GetPageSizeByIndex) (*responses.FPDF_GetPageSizeByIndex, error)
	FPDFPage_Flatten(*requests.FPDFPage_Flatten) (*responses.FPDFPage_Flatten, error)
	GetPageText(*requests.GetPageText) (*responses.GetPageText, error)
	RenderPageInDPI(*requests.RenderPageInDPI) (*responses.RenderPageInDPI, error)
}

// start returns what PDFs are read with: PDFium, as a WebAssembly module that sees
// no files and no network and has a limit on its memory. Each PDF gets an instance
// of its own, so nothing of one is left for the next.
func (r *Reader) start() (pdfium.Pool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, errors.New("the reader is closed")
	}
	if r.pool != nil {
		return r.pool, nil
	}
	pool, err := webassembly.Init(webassembly.Config{
		MaxTotal: readers,
		FSConfig: wazero.NewFSConfig(),
		Stdout:   io.Discard,
		Stderr:   io.Discard,
		RuntimeConfig: wazero.NewRuntimeConfig().
			WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesExceptionHandling).
			WithCloseOnContextDone(true). // without it an instance cannot be killed
			WithMemoryLimitPages(pdfiumMemory),
	})
	if err != nil {
		return nil, fmt.Errorf("start PDFium: %w", err)
	}
	r.pool = pool
	return pool, nil
}

func (r *Reader) pdfText(ctx context.Context, data []byte) (text string, err error) {
	pool, err := r.start()
	if err != nil {
		return "", err
	}
	instance, err := pool.GetInstanceWithContext(ctx)
	if err != nil {
		return "", fmt.Errorf("start reading a PDF: %w", err)
	}
	p := &pdfReader{instance: instance, calls: instance.GetImplementation().(pdfiumCalls)}
	defer p.close()
	var pages []string
	err = p.within(ctx, r.pdfTime, func() error {
		pages, err = p.texts(data)
		return err
	})
	if err == nil || errors.Is(err, ErrNotAllRead) {
		err = errors.Join(err, r.scans(ctx, p, pages))
	}
	for i := range pages { // a form feed is the end of a page and nothing else
		pages[i] = strings.ReplaceAll(pages[i], "\f", "\n")
	}
	return strings.Join(pages, "\n\f"), err
}

// scans reads the pages that have hardly any text as pictures, into pages.
func (r *Reader) scans(ctx context.Context, p *pdfReader, pages []string) error {
	if !r.tesseract.found() {
		return nil
	}
	scanned := 0
	for i, text := range pages {
		if p.killed || ctx.Err() != nil {
			return ErrNotAllRead
		}
		if letters(text) > fewLetters {
			continue
		}
		if scanned++; scanned > maxScans {
			return ErrNotAllRead
		}
		var drawn *image.Gray
		err := p.within(ctx, r.pdfTime, func() (err error) {
			drawn, err = p.draw(i)
			return err
		})
		if err != nil {
			return ErrNotAllRead
		}
		recognised, err := r.tesseract.read(ctx, r.scanTime, drawn, scanDPI)
		if err != nil {
			return ErrNotAllRead
		}
		if letters(recognised) > 2*letters(text) {
			pages[i] = recognised
		}
	}
	return nil
}

func letters(text string) int {
	n := 0
	for _, c := range text {
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			n++
		}
	}
	return n
}

// pdfReader reads one PDF.
type pdfReader struct {
	instance pdfium.Pdfium
	calls    pdfiumCalls
	document references.FPDF_DOCUMENT
	killed   bool
}

func (p *pdfReader) close() {
	if !p.killed {
		// What it could complain of is gone with it.
		_ = p.instance.Close()
	}
}

// within calls f and kills the instance if that takes longer than limit or ctx ends.
func (p *pdfReader) within(ctx context.Context, limit time.Duration, f func() error) (err error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	done := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(done)
		// The instance is given up, whatever it says.
		_ = p.instance.Kill()
	})
	defer func() {
		// A killed instance may panic.
		if recover() != nil {
			err = ErrNotAllRead
		}
		if !stop() {
			<-done
			p.killed = true
			err = ErrNotAllRead
		}
	}()
	return f()
}

// texts returns the text of each page.
func (p *pdfReader) texts(data []byte) ([]string, error) {
	opened, err := p.calls.OpenDocument(&requests.OpenDocument{File: &data})
	switch {
	case errors.Is(err, pdfiumerrors.ErrPassword), errors.Is(err, pdfiumerrors.ErrSecurity):
		return nil, Protected
	case err != nil:
		return nil, Damaged
	}
	p.document = opened.Document
	count, err := p.calls.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: p.document})
	if err != nil {
		return nil, Damaged
	}
	var pages []string
	var part error
	if count.PageCount > maxPages {
		part = ErrNotAllRead
	}
	size := 0
	for i := range min(count.PageCount, maxPages) {
		text, err := p.text(i)
		if size += len(text); err != nil || size > maxText {
			part = ErrNotAllRead
			text = ""
		}
		pages = append(pages, strings.TrimSpace(text))
	}
	return pages, part
}

// text returns the text of a page, numbered from 0.
func (p *pdfReader) text(index int) (string, error) {
	// Flattening makes forms and annotations part of the page, from its next loading.
	page, err := p.load(index)
	if err != nil {
		return "", err
	}
	_, err = p.calls.FPDFPage_Flatten(&requests.FPDFPage_Flatten{Page: requests.Page{ByReference: &page}})
	if err := errors.Join(err, p.unload(page)); err != nil {
		return "", err
	}
	if page, err = p.load(index); err != nil {
		return "", err
	}
	got, err := p.calls.GetPageText(&requests.GetPageText{Page: requests.Page{ByReference: &page}})
	if err := errors.Join(err, p.unload(page)); err != nil {
		return "", err
	}
	return got.Text, nil
}

func (p *pdfReader) load(index int) (references.FPDF_PAGE, error) {
	loaded, err := p.calls.FPDF_LoadPage(&requests.FPDF_LoadPage{Document: p.document, Index: index})
	if err != nil {
		return "", err
	}
	return loaded.Page, nil
}

func (p *pdfReader) unload(page references.FPDF_PAGE) error {
	_, err := p.calls.FPDF_ClosePage(&requests.FPDF_ClosePage{Page: page})
	return err
}

// draw returns a page, numbered from 0, as a picture of at most maxDots.
func (p *pdfReader) draw(index int) (*image.Gray, error) {
	size, err := p.calls.FPDF_GetPageSizeByIndex(&requests.FPDF_GetPageSizeByIndex{Document: p.document, Index: index})
	if err != nil {
		return nil, err
	}
	dpi := scanDPI
	// The size is in points, of which an inch has 72.
	for dpi > 1 && size.Width/72*size.Height/72*float64(dpi*dpi) > maxDots {
		dpi /= 2
	}
	drawn, err := p.calls.RenderPageInDPI(&requests.RenderPageInDPI{
		Page:        requests.Page{ByIndex: &requests.PageByIndex{Document: p.document, Index: index}},
		DPI:         dpi,
		RenderFlags: enums.FPDF_RENDER_FLAG_ANNOT,
		ImageFormat: requests.RenderImageFormatGrayscale,
	})
	if err != nil {
		return nil, err
	}
	defer drawn.Cleanup()
	gray, ok := drawn.Result.RenderedImage.(*image.Gray)
	if !ok {
		return nil, errors.New("PDFium drew a page in colour")
	}
	// Its memory is the instance's.
	return &image.Gray{Pix: bytes.Clone(gray.Pix), Stride: gray.Stride, Rect: gray.Rect}, nil
}

// pictureText returns the text recognised in a picture.
func (r *Reader) pictureText(ctx context.Context, data []byte) (string, error) {
	if !r.tesseract.found() {
		return "", nil
	}
	if err := checkPicture(data); err != nil {
		return "", err
	}
	m, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return "", Damaged
	}
	text, err := r.tesseract.read(ctx, r.scanTime, shrunk(upright(m, orientation(data))), 0)
	return strings.TrimSpace(text), err
}
