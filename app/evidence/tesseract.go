package evidence

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// tesseractLanguages are the languages of people's files here that are recognised if
// they are installed: English, Romanian, Urdu, Punjabi, Bengali and Polish.
var tesseractLanguages = []string{"eng", "ron", "urd", "pan", "ben", "pol"}

// tesseract is a program that recognises text in pictures. It is given pictures and
// gives back text through pipes, so nothing is written to the disk.
type tesseract struct {
	path      string          // "" if there is none
	languages func() []string // that are installed
}

func findTesseract(name string) tesseract {
	if name == "" {
		return tesseract{}
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return tesseract{}
	}
	return tesseract{path, sync.OnceValue(func() []string { return installedLanguages(path) })}
}

// found reports whether there is a program and a language for it.
func (t tesseract) found() bool { return t.path != "" && len(t.languages()) > 0 }

func installedLanguages(path string) []string {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, "--list-langs")
	cmd.Env = tesseractEnvironment()
	out, err := cmd.Output()
	if err != nil {
		return nil
	}
	installed := strings.Fields(string(out))
	return slices.DeleteFunc(slices.Clone(tesseractLanguages), func(l string) bool { return !slices.Contains(installed, l) })
}

// tesseractEnvironment is all that the program gets of ours: none of the secrets that
// may be in it.
func tesseractEnvironment() []string {
	// With more threads it is not much faster, and takes the place of others.
	env := []string{"OMP_THREAD_LIMIT=1"}
	if folder, ok := os.LookupEnv("TESSDATA_PREFIX"); ok {
		env = append(env, "TESSDATA_PREFIX="+folder)
	}
	return env
}

// read returns the text in a picture, with dpi dots an inch or 0 if that is not known.
// The error has ErrNotAllRead in it if that takes longer than limit, or fails.
func (t tesseract) read(ctx context.Context, limit time.Duration, m *image.Gray, dpi int) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	arguments := []string{"stdin", "stdout", "-l", strings.Join(t.languages(), "+")}
	if dpi > 0 {
		arguments = append(arguments, "--dpi", strconv.Itoa(dpi))
	}
	cmd := exec.CommandContext(ctx, t.path, arguments...)
	cmd.Env = tesseractEnvironment()
	cmd.Stdin = bytes.NewReader(pgm(m))
	var out limitedBuffer
	cmd.Stdout = &out
	cmd.WaitDelay = time.Second // after which its pipes are closed
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("recognise text: %w", ErrNotAllRead)
	}
	return strings.TrimSpace(out.String()), nil
}

// limitedBuffer keeps the first maxText bytes written to it.
type limitedBuffer struct{ bytes.Buffer }

func (b *limitedBuffer) Write(p []byte) (int, error) {
	b.Buffer.Write(p[:min(len(p), maxText-b.Len())])
	return len(p), nil
}

// pgm returns a picture as a file of the simplest format there is (portable
// greymap), so that the other program has nothing to decode.
func pgm(m *image.Gray) []byte {
	width, height := m.Rect.Dx(), m.Rect.Dy()
	out := make([]byte, 0, 32+width*height)
	out = fmt.Appendf(out, "P5\n%d %d\n255\n", width, height)
	for y := range height {
		out = append(out, m.Pix[y*m.Stride:][:width]...)
	}
	return out
}

// shrunk returns a picture in grey with at most maxDots, each the middle of a square
// of those of m.
func shrunk(m image.Image) *image.Gray {
	b := m.Bounds()
	n := 1
	for (b.Dx()/n)*(b.Dy()/n) > maxDots {
		n++
	}
	out := image.NewGray(image.Rect(0, 0, max(1, b.Dx()/n), max(1, b.Dy()/n)))
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			sum, count := 0, 0
			for sy := b.Min.Y + y*n; sy < min(b.Min.Y+y*n+n, b.Max.Y); sy++ {
				for sx := b.Min.X + x*n; sx < min(b.Min.X+x*n+n, b.Max.X); sx++ {
					sum += int(color.GrayModel.Convert(m.At(sx, sy)).(color.Gray).Y)
					count++
				}
			}
			out.Pix[y*out.Stride+x] = byte(sum / count)
		}
	}
	return out
}
