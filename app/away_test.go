package app

import (
	"bytes"
	"errors"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"heard/models"
)

// While files cannot be kept people are told to come back, their other answers are
// safe and can be sent, and nothing half done is left; then it works again by
// itself. A clock that jumps loses nothing that was acknowledged, marks nobody and
// breaks nothing.
func TestFilesAwayAndClockJumps(t *testing.T) {
	cfg := settings(t.TempDir())
	var jump atomic.Int64
	a, err := New(t.Context(), cfg, Options{Now: func() time.Time { return time.Now().Add(time.Duration(jump.Load())) }})
	if err != nil {
		t.Fatal(err)
	}
	defer closePortal(t, a)
	c := openDemonstration(t, a)
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	respond := "/" + c.ID + "/respond"
	upload := func(v *visitor) int {
		t.Helper()
		var body bytes.Buffer
		w := multipart.NewWriter(&body)
		part, _ := w.CreateFormFile("file", "a.txt")
		_, _ = part.Write([]byte("What our members say."))
		_ = w.Close()
		status, _ := v.ask(http.MethodPost, respond+"/F1", w.FormDataContentType(), body.Bytes())
		return status
	}
	begin := func(words string) *visitor {
		t.Helper()
		v := newVisitor(t, a.URL())
		v.post(respond, url.Values{"lang": {"en"}})
		v.post(respond+"/A1", url.Values{"answer": {"organisation"}})
		status, _ := v.post(respond+"/C6", url.Values{"text": {words}})
		v.must("words", status, http.StatusSeeOther)
		return v
	}
	send := func(v *visitor) int {
		t.Helper()
		_, page := v.ask(http.MethodGet, respond+"/check", "", nil)
		form := url.Values{}
		if m := tokenField.FindStringSubmatch(page); m != nil {
			form.Set("token", m[1])
		}
		status, _ := v.post(respond+"/check", form)
		return status
	}
	kept := filepath.Join(cfg.Data, "files")
	files := func() (n int) {
		entries, err := os.ReadDir(kept)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if !e.IsDir() {
				n++
			}
		}
		return n
	}
	v := begin("While files are away.")
	if err := errors.Join(os.Rename(kept, kept+".away"), os.WriteFile(kept, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	if got := upload(v); got != http.StatusServiceUnavailable {
		t.Errorf("a file is answered %d while none can be kept", got)
	}
	without := begin("Without a file.")
	if got := send(without); got != http.StatusSeeOther {
		t.Errorf("what has no file is answered %d", got)
	}
	if err := errors.Join(os.Remove(kept), os.Rename(kept+".away", kept)); err != nil {
		t.Fatal(err)
	}
	if n := files(); n != 0 {
		t.Errorf("%d files are left of what was refused", n)
	}
	if got := upload(v); got != http.StatusSeeOther {
		t.Errorf("files can be kept again, and one is answered %d", got)
	}
	if got := send(v); got != http.StatusSeeOther {
		t.Errorf("sending is answered %d", got)
	}
	if n := files(); n != 2 { // the clean copy and the original
		t.Errorf("%d files are kept", n)
	}

	// The clock is put back an hour while somebody answers, and then on by a day.
	back := begin("While the clock is put back.")
	jump.Store(int64(-time.Hour))
	if got := send(back); got != http.StatusSeeOther {
		t.Errorf("an hour earlier, sending is answered %d", got)
	}
	earlier := begin("An hour earlier.")
	jump.Store(int64(24 * time.Hour))
	if got := send(earlier); got != http.StatusGone && got != http.StatusSeeOther {
		t.Errorf("a day later, sending is answered %d", got)
	}
	later := begin("A day later.")
	if got := send(later); got != http.StatusSeeOther {
		t.Errorf("a day later, sending anew is answered %d", got)
	}
	jump.Store(0)
	if err := a.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	var words []string
	for sub, err := range a.Store.Submissions(t.Context(), c.ID) {
		if err != nil {
			t.Fatal(err)
		}
		words = append(words, sub.Answer("C6").Text)
		if sub.Answer("C6").Text == "While the clock is put back." && slices.Contains(sub.Attention, models.AttentionHurried) {
			t.Error("who answers while the clock is put back is taken for a program")
		}
	}
	for _, want := range []string{"While files are away.", "Without a file.", "While the clock is put back.", "A day later."} {
		if n := len(slices.DeleteFunc(slices.Clone(words), func(s string) bool { return s != want })); n != 1 {
			t.Errorf("%q is stored %d times", want, n)
		}
	}
}
