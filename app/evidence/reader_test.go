package evidence

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/klippa-app/go-pdfium"
)

// startedOnce starts PDFium, which takes seconds, for all tests but that of starting.
var startedOnce = sync.OnceValues(func() (pdfium.Pool, error) { return NewReader("").start() })

// reader returns a Reader that has started, and is not to be closed.
func reader(t testing.TB, program string) *Reader {
	t.Helper()
	r := NewReader(program)
	var err error
	if r.pool, err = startedOnce(); err != nil {
		t.Fatal(err)
	}
	return r
}

// A Reader starts with its first PDF, and reads nothing once it is closed.
func TestReaderStarts(t *testing.T) {
	r := NewReader("")
	if r.pool != nil {
		t.Error("it starts before there is a PDF")
	}
	if got, err := r.Text(t.Context(), inspect(t, "a.pdf", textPDF("We saw it."))); err != nil || got != "We saw it." {
		t.Errorf("got %q, %v", got, err)
	}
	for range 2 {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := r.Text(t.Context(), inspect(t, "a.pdf", []byte(pdf))); err == nil {
		t.Error("a closed reader reads")
	}
	if err := NewReader("").Close(); err != nil {
		t.Error(err)
	}
}

func TestReaderReadsPDFs(t *testing.T) {
	r := reader(t, "")
	// A form filled in, something typed on the page, a ligature, a word broken at the
	// end of a line, and a page from which the text of a form is drawn twice.
	look := func(text string) string {
		return rawStream("/Type/XObject/Subtype/Form/BBox[0 0 300 30]/Resources<</Font<</F1 3 0 R>>>>", "BT /F1 12 Tf 5 5 Td ("+text+") Tj ET")
	}
	rich := pdfFile("", "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[7 0 R]>>>>", "<</Type/Pages/Kids[4 0 R 5 0 R]/Count 2>>",
		"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding<</Type/Encoding/BaseEncoding/WinAnsiEncoding/Differences[1/fi]>>>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>/Contents 6 0 R/Annots[7 0 R 8 0 R]>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>/Contents 6 0 R>>",
		stream("", textPage("We \\001nd the lamps were out in consul-", "tation week.")),
		"<</Type/Annot/Subtype/Widget/Rect[50 400 350 430]/F 4/FT/Tx/T(street)/V(Mill Lane)/AP<</N 9 0 R>>>>",
		"<</Type/Annot/Subtype/FreeText/Rect[50 300 350 330]/F 4/Contents(Typed here)/AP<</N 10 0 R>>>>",
		look("Mill Lane"), look("Typed here"))
	for _, test := range []struct {
		name string
		data []byte
		want string
	}{
		{"pages", textPDF("We saw it.", "", "It was dark."), "We saw it.\n\f\n\fIt was dark."},
		{"one page", textPDF("We saw it."), "We saw it."},
		{"empty", []byte(pdf), ""},
		{"rich", rich, "We find the lamps were out in consultation week.\nMill Lane\nTyped here\n\fWe find the lamps were out in consultation week."},
		{"clean", cleanedPDF(t, rich), "We find the lamps were out in consultation week.\nMill Lane\nTyped here\n\fWe find the lamps were out in consultation week."},
		{"secrets", secretPDF(t), "What we saw."},
	} {
		got, err := r.Text(t.Context(), inspect(t, "a.pdf", test.data))
		if err != nil || strings.Join(strings.Fields(got), " ") != strings.Join(strings.Fields(test.want), " ") || strings.Count(got, "\n\f") != strings.Count(test.want, "\n\f") {
			t.Errorf("%s: got %q, %v, want %q", test.name, got, err, test.want)
		}
	}
	for name, want := range map[string]error{"%PDF-1.7\nstartxref\n0\n%%EOF": Damaged} {
		if got, err := r.Text(t.Context(), File{PDF, []byte(name)}); err != want || got != "" {
			t.Errorf("%q: got %q, %v, want %v", name, got, err, want)
		}
	}
	// The other types are read as the function does.
	if got, err := r.Text(t.Context(), inspect(t, "a.docx", docx(t))); err != nil || !strings.HasPrefix(got, "The order pushed") {
		t.Errorf("docx: got %q, %v", got, err)
	}
	if got, err := r.Text(t.Context(), inspect(t, "a.jpg", photograph(t, 8, 8))); err != nil || got != "" {
		t.Errorf("without a program for it a picture has the text %q, %v", got, err)
	}
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Text(stopped, inspect(t, "a.pdf", []byte(pdf))); !errors.Is(err, context.Canceled) {
		t.Errorf("after the context ended: %v", err)
	}
}

// endlessPDF returns a PDF with a page of text and one whose drawing would take
// longer than the universe is old: each form draws the next ten times.
func endlessPDF() []byte {
	objects := []string{"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 6 0 R>>>>/Contents 5 0 R>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</XObject<</X 8 0 R>>>>/Contents 7 0 R>>",
		stream("", textPage("We saw it.")), "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"}
	ten := strings.Repeat("/X Do ", 10)
	objects = append(objects, stream("", ten))
	for n := 8; n < 40; n++ {
		objects = append(objects, stream(fmt.Sprintf("/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X %d 0 R>>>>", n+1), ten))
	}
	return pdfFile("", append(objects, stream("/Type/XObject/Subtype/Form/BBox[0 0 9 9]", "0 0 m 9 9 l S"))...)
}

// A PDF that takes too long is given up, and with it nothing but what it took.
func TestReaderGivesUp(t *testing.T) {
	r := reader(t, "")
	r.pdfTime = 2 * time.Second
	long := inspect(t, "a.pdf", endlessPDF())
	var wait sync.WaitGroup
	for range 3 {
		wait.Go(func() {
			got, err := r.Text(t.Context(), long)
			if !errors.Is(err, ErrNotAllRead) || got != "We saw it.\n\f" {
				t.Errorf("got %q, %v, want the first page and ErrNotAllRead", got, err)
			}
		})
	}
	wait.Wait()
	if got, err := r.Text(t.Context(), inspect(t, "a.pdf", textPDF("Next."))); err != nil || got != "Next." {
		t.Errorf("the next PDF: got %q, %v", got, err)
	}
}

// drawn returns a page with text as a picture: a letter, photographed.
func drawn(t *testing.T, r *Reader, lines ...string) *image.Gray {
	t.Helper()
	pool, err := r.start()
	if err != nil {
		t.Fatal(err)
	}
	instance, err := pool.GetInstanceWithContext(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p := &pdfReader{instance: instance, calls: instance.GetImplementation().(pdfiumCalls)}
	defer p.close()
	if _, err := p.texts(textPDF(strings.Join(lines, ") Tj T* ("))); err != nil {
		t.Fatal(err)
	}
	m, err := p.draw(0)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func encoded(t *testing.T, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func requireTesseract(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("tesseract"); err != nil {
		t.Skip("tesseract is not installed")
	}
}

func TestReaderRecognisesText(t *testing.T) {
	requireTesseract(t)
	r := reader(t, "tesseract")
	m := drawn(t, r, "The street lamps were out", "and nobody came.")
	const want = "The street lamps were out\nand nobody came."
	picture := encoded(t, m)
	turned := image.NewGray(image.Rect(0, 0, m.Rect.Dy(), m.Rect.Dx()))
	for y := range m.Rect.Dy() {
		for x := range m.Rect.Dx() { // as a camera held on its side sees it
			turned.SetGray(y, m.Rect.Dx()-1-x, m.GrayAt(x, y))
		}
	}
	var drawing bytes.Buffer
	if err := png.Encode(&drawing, m); err != nil {
		t.Fatal(err)
	}
	scan := func(pages int) []byte {
		kids := strings.Repeat("3 0 R ", pages)
		return pdfFile("", "<</Type/Catalog/Pages 2 0 R>>", fmt.Sprintf("<</Type/Pages/Kids[%s]/Count %d>>", kids, pages),
			"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</XObject<</X 4 0 R>>/Font<</F1 6 0 R>>>>/Contents 5 0 R>>",
			rawStream(fmt.Sprintf("/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 8/Filter/DCTDecode", m.Rect.Dx(), m.Rect.Dy()), string(picture)),
			stream("", "q 595 0 0 842 0 0 cm /X Do Q BT /F1 6 Tf 50 20 Td (Scanned by X) Tj ET"), "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
	}
	for name, data := range map[string][]byte{"a.jpg": picture, "b.jpg": withEXIF(encoded(t, turned), 6), "c.png": drawing.Bytes(), "d.pdf": scan(1)} {
		got, err := r.Text(t.Context(), inspect(t, name, data))
		if err != nil || !strings.Contains(strings.ReplaceAll(got, "\n\n", "\n"), want) {
			t.Errorf("%s: got %q, %v, want %q", name, got, err, want)
		}
	}
	got, err := r.Text(t.Context(), inspect(t, "a.pdf", textPDF("A page with enough letters on it that it needs no recognising.", "")))
	if err != nil || got != "A page with enough letters on it that it needs no recognising.\n\f" {
		t.Errorf("got %q, %v", got, err)
	}
	// What takes too long is left out, with a word.
	r.scanTime = 1
	for name, data := range map[string][]byte{"a.jpg": picture, "d.pdf": scan(2)} {
		if got, err := r.Text(t.Context(), inspect(t, name, data)); !errors.Is(err, ErrNotAllRead) || strings.Contains(got, "lamps") {
			t.Errorf("%s in no time: got %q, %v", name, got, err)
		}
	}
}

// Without the program, or with another of its name, pictures have no text.
func TestReaderWithoutTesseract(t *testing.T) {
	for _, program := range []string{"", "no-such-program", "true"} {
		r := NewReader(program)
		if got, err := r.Text(t.Context(), inspect(t, "a.jpg", photograph(t, 8, 8))); err != nil || got != "" {
			t.Errorf("%q: got %q, %v", program, got, err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := NewReader("").Text(t.Context(), File{JPEG, photograph(t, 8, 8)[:20]}); err != nil {
		t.Error(err)
	}
}

func TestShrunk(t *testing.T) {
	m := image.NewGray(image.Rect(10, 10, 10+8001, 10+4001))
	m.SetGray(10, 10, color.Gray{Y: 200})
	got := shrunk(m)
	if got.Rect != image.Rect(0, 0, 4000, 2000) || got.GrayAt(0, 0).Y != 50 || got.GrayAt(1, 0).Y != 0 {
		t.Errorf("got %v, %v", got.Rect, got.GrayAt(0, 0))
	}
	small := image.NewGray(image.Rect(0, 0, 2, 1))
	small.SetGray(1, 0, color.Gray{Y: 7})
	if got := pgm(shrunk(small)); string(got) != "P5\n2 1\n255\n\x00\x07" {
		t.Errorf("got %q", got)
	}
}

func TestLimitedBuffer(t *testing.T) {
	var b limitedBuffer
	for range 3 {
		if n, err := b.Write(make([]byte, maxText/2+1)); n != maxText/2+1 || err != nil {
			t.Fatal(n, err)
		}
	}
	if b.Len() != maxText {
		t.Errorf("it kept %d bytes, want %d", b.Len(), maxText)
	}
}
