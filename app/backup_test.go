package app

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"heard/app/consult"
	"heard/app/demo"
	"heard/models"
	"heard/models/storetest"
)

// openPortal opens a portal in a folder.
func openPortal(t *testing.T, cfg Config) *App {
	t.Helper()
	a, err := New(t.Context(), cfg, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func closePortal(t *testing.T, a *App) {
	t.Helper()
	if err := a.Close(context.WithoutCancel(t.Context())); err != nil {
		t.Error(err)
	}
}

// sendWords sends a response and returns its receipt code.
func sendWords(t *testing.T, a *App, c *models.Consultation, words string) string {
	t.Helper()
	key := consult.NewDraftKey()
	d := &consult.Draft{Consultation: c.ID, Language: "en", Answers: models.Answers{"A1": {Options: []string{"self"}}, "A2": {Options: []string{"live_here"}}, "C6": {Text: words}}}
	if err := a.Service.SaveDraft(t.Context(), key, d); err != nil {
		t.Fatal(err)
	}
	if err := a.Service.Submit(t.Context(), key, c, consult.Proof{}); err != nil {
		t.Fatal(err)
	}
	sent, err := a.Service.Sent(t.Context(), key, c)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Service.DestroyDraft(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	return strings.Join(sent.Words, " ")
}

// holds reports which files below a folder hold some bytes.
func holds(t *testing.T, dir, what string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		if bytes.Contains(data, []byte(what)) {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// A portal that serves is backed up, people take words back afterwards, and the
// backup is put back on an empty machine, on either database: everything is there
// again, every log has its root, and what was taken back stays gone.
func TestBackupAndRestore(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	cfg := settings(dir)
	a := openPortal(t, cfg)
	c, err := a.openDemo(ctx, demo.Consultation, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	const before, after, kept = "zebracanary was taken back before the backup", "quokkacanary was taken back after the backup", "wombatcanary stays"
	const objected = "dingocanary is not what I meant"
	gone := sendWords(t, a, c, before)
	back := sendWords(t, a, c, after)
	stays := sendWords(t, a, c, kept)
	for words, text := range map[string]string{back: objected + ", said the quokkacanary", stays: objected} {
		if err := a.Service.Misread(ctx, c, words, text); err != nil {
			t.Fatal(err)
		}
	}
	picture, original := bytes.Repeat([]byte("picture"), 1000), bytes.Repeat([]byte("sealed"), 1000)
	var keys []string
	for _, data := range [][]byte{picture, original} {
		key, err := a.files.Put(ctx, data)
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, key)
	}
	subs := benchCommand{N: 50}.submissions(c)
	subs[0].Attachments = []models.Attachment{{Key: keys[0], Original: keys[1], Kind: "PNG", Size: int64(len(picture)), SHA256: strings.Repeat("0", 64)}}
	if err := a.Service.Load(ctx, consult.Portal, subs); err != nil {
		t.Fatal(err)
	}
	if err := a.Service.Withdraw(ctx, c, gone); err != nil {
		t.Fatal(err)
	}
	if err := a.Start(ctx); err != nil {
		t.Fatal(err)
	}
	t.Setenv("HEARD_DATA", dir)
	file := filepath.Join(t.TempDir(), "heard.backup")
	var sending sync.WaitGroup
	sending.Go(func() {
		for range 20 {
			sendWords(t, a, c, "sent while it is backed up")
		}
	})
	code, said, stderr := heard(t, "backup", file)
	sending.Wait()
	if code != exitDone || !strings.Contains(said, "secret is not in it") || stderr != "" {
		t.Fatalf("exit code %d: %s%s", code, said, stderr)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}

	// A run that fails leaves the last good one as it is, and nothing else.
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	stopped, stop := context.WithCancel(ctx)
	stop()
	if code, _, _ := heardUntil(t, stopped, "backup", file); code != exitFailed {
		t.Errorf("stopped: exit code %d", code)
	}
	if now, err := os.ReadFile(file); err != nil || !bytes.Equal(now, good) {
		t.Errorf("a failed run changed the last good backup (%v)", err)
	}
	if all, err := os.ReadDir(filepath.Dir(file)); err != nil || len(all) != 2 {
		t.Errorf("a failed run left something behind: %v, %v", all, err)
	}

	// What is not whole is not used.
	for name, spoil := range map[string]func([]byte) []byte{
		"cut off":           func(b []byte) []byte { return b[:len(b)*2/3] },
		"without its end":   func(b []byte) []byte { return b[:len(b)-4] },
		"a byte is flipped": func(b []byte) []byte { b[len(b)/2] ^= 1; return b },
		"something else":    func([]byte) []byte { return []byte("something else") },
	} {
		spoilt := filepath.Join(t.TempDir(), "spoilt")
		if err := os.WriteFile(spoilt, spoil(slices.Clone(good)), 0o600); err != nil {
			t.Fatal(err)
		}
		if code, said, stderr := heard(t, "restore", "--check", spoilt); code != exitUsage || !strings.Contains(stderr, "no whole backup") || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%s: exit code %d: %s%s", name, code, said, stderr)
		}
	}
	if code, said, stderr := heard(t, "restore", "--check", file); code != exitDone || !strings.Contains(said, "The backup is whole") {
		t.Errorf("exit code %d: %s%s", code, said, stderr)
	}
	if code, _, stderr := heard(t, "restore", file); code == exitDone || !strings.Contains(stderr, "There is a database at") {
		t.Errorf("restored onto a portal that is there: exit code %d: %s", code, stderr)
	}

	// Somebody takes words back afterwards, at the council's desk.
	if code, said, stderr := heard(t, append([]string{"erase"}, strings.Fields(back)...)...); code != exitDone || !strings.Contains(said, "no longer counted") {
		t.Fatalf("exit code %d: %s%s", code, said, stderr)
	}
	// From now on the newest keys open older backups, but for those words.
	later := filepath.Join(t.TempDir(), "later.backup")
	if code, said, stderr := heard(t, "backup", later); code != exitDone {
		t.Fatalf("exit code %d: %s%s", code, said, stderr)
	}
	for e, err := range entries(file) {
		if err != nil || bytes.Contains(e.data, []byte("canary")) {
			t.Errorf("words can be read in %s of the backup (%v)", e.name, err)
		}
	}
	zip, err := gzip.NewReader(bytes.NewReader(good))
	if err != nil {
		t.Fatal(err)
	}
	members := 0
	for archive := tar.NewReader(zip); ; members++ {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if h.ModTime.Unix() != 0 {
			t.Errorf("%s of the backup is of %v", h.Name, h.ModTime)
		}
	}
	if members < 5 {
		t.Errorf("the backup has %d entries", members)
	}
	closePortal(t, a)
	if names := holds(t, dir, "quokkacanary"); len(names) > 0 && !slices.ContainsFunc(names, func(n string) bool { return strings.Contains(n, "index") }) {
		t.Errorf("erased words are in %v", names)
	}

	storetest.EachURL(t, func(t *testing.T, database string) {
		empty := t.TempDir()
		t.Setenv("HEARD_DATA", empty)
		t.Setenv("HEARD_DATABASE", database)
		refused := func(says string) {
			t.Helper()
			code, said, stderr := heard(t, "restore", file)
			if code == exitDone || !strings.Contains(stderr, says) {
				t.Errorf("expected to be refused with %q: exit code %d: %s%s", says, code, said, stderr)
			}
		}
		refused("does not hold the portal's secret")
		if code, said, stderr := heard(t, "restore", "--keys", file+".away", file); code == exitDone || !strings.Contains(stderr, "say with --keys where they are") {
			t.Errorf("restored without keys: exit code %d: %s%s", code, said, stderr)
		}
		if err := os.WriteFile(filepath.Join(empty, "secret"), []byte(strings.Repeat("x", 64)), 0o600); err != nil {
			t.Fatal(err)
		}
		refused("the secret is not the one")
		copyFile(t, filepath.Join(dir, "secret"), filepath.Join(empty, "secret"))
		refused("there is no list of erasures")
		copyFile(t, filepath.Join(dir, "erasures"), filepath.Join(empty, "erasures"))
		code, said, stderr := heard(t, "restore", file)
		if code != exitDone || !strings.Contains(said, "every log with its root") || !strings.Contains(stderr, "erased again") {
			t.Fatalf("exit code %d: %s%s", code, said, stderr)
		}
		restored := settings(empty)
		restored.Database = database
		b := openPortal(t, restored)
		defer func() { closePortal(t, b) }()
		if err := b.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		for words, want := range map[string]models.SubmissionStatus{gone: models.SubmissionWithdrawn, back: models.SubmissionWithdrawn, stays: models.SubmissionLive} {
			trace, err := b.Service.Trace(t.Context(), c, words)
			if err != nil || trace.Status != want {
				t.Errorf("%v, %v: expected %s", trace, err, want)
			}
		}
		found := map[string]int{}
		for sub, err := range b.Store.Submissions(t.Context(), c.ID) {
			if err != nil {
				t.Fatal(err)
			}
			for _, answer := range sub.Answers {
				for _, words := range []string{before, after, kept} {
					if answer.Text == words {
						found[words]++
					}
				}
			}
			if len(sub.Attachments) > 0 {
				for i, key := range []string{sub.Attachments[0].Key, sub.Attachments[0].Original} {
					if data, err := b.files.Get(t.Context(), key); err != nil || !bytes.Equal(data, [][]byte{picture, original}[i]) {
						t.Errorf("a file is otherwise: %d bytes, %v", len(data), err)
					}
				}
				found["files"]++
			}
		}
		objections, err := b.Store.Objections(t.Context(), c.ID)
		if err != nil || len(objections) != 1 || objections[0].Text != objected {
			t.Errorf("objected is %+v, %v", objections, err)
		}
		if found[before] != 0 || found[after] != 0 || found[kept] != 1 || found["files"] != 1 {
			t.Errorf("found %v", found)
		}
		if names := holds(t, empty, "quokkacanary"); len(names) > 0 {
			t.Errorf("what was taken back after the backup is in %v", names)
		}
		// It goes on where it was.
		sendWords(t, b, c, "sent after it was restored")

		// Without its list of erasures it does nothing.
		list := filepath.Join(empty, "erasures")
		if err := os.Rename(list, list+".away"); err != nil {
			t.Fatal(err)
		}
		if _, err := New(t.Context(), restored, Options{beside: true}); err == nil || !strings.Contains(err.Error(), "list of erasures that belongs to this database is not at") {
			t.Errorf("opened without its list of erasures: %v", err)
		}
		if err := os.WriteFile(list, []byte(erasuresHead+"ANOTHER\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := New(t.Context(), restored, Options{beside: true}); err == nil || !strings.Contains(err.Error(), "belongs to another database") {
			t.Errorf("opened with another list of erasures: %v", err)
		}
		if err := os.Remove(list); err != nil {
			t.Fatal(err)
		}
		if code, said, stderr := heard(t, "erasures", "--begin-again"); code != exitDone || !strings.HasPrefix(said, "2 submissions on the list") {
			t.Errorf("exit code %d: %s%s", code, said, stderr)
		}
		if code, said, _ := heard(t, "erasures"); code != exitDone || !strings.Contains(said, "0 of them to be erased again") {
			t.Errorf("exit code %d: %s", code, said)
		}
	})

	// Where the list of erasures is lost, what was erased has no key any more.
	t.Setenv("HEARD_DATA", t.TempDir())
	copyFile(t, filepath.Join(dir, "secret"), filepath.Join(os.Getenv("HEARD_DATA"), "secret"))
	if code, said, stderr := heard(t, "restore", "--lost-erasures", "--keys", keysBeside(later), file); code != exitDone {
		t.Fatalf("exit code %d: %s%s", code, said, stderr)
	}
	b := openPortal(t, settings(os.Getenv("HEARD_DATA")))
	defer func() { closePortal(t, b) }()
	for words, want := range map[string]models.SubmissionStatus{back: models.SubmissionWithdrawn, stays: models.SubmissionLive} {
		if trace, err := b.Service.Trace(t.Context(), c, words); err != nil || trace.Status != want {
			t.Errorf("%v, %v: expected %s", trace, err, want)
		}
	}
}

// The list of erasures can be cut off at any byte, and goes on.
func TestErasuresAreCutOff(t *testing.T) {
	name := filepath.Join(t.TempDir(), "erasures")
	e, err := newErasures(name)
	if err != nil {
		t.Fatal(err)
	}
	first := models.Erasure{Submission: "abc", Status: models.SubmissionWithdrawn}
	second := models.Erasure{Submission: "def", Status: models.SubmissionReplaced}
	if err := errors.Join(e.add([]models.Erasure{first}), e.add([]models.Erasure{first, second})); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(whole), "\n"); n != 3 {
		t.Errorf("%d lines, want 3", n)
	}
	for cut := strings.Index(string(whole), "\n") + 1; cut < len(whole); cut++ {
		if err := os.WriteFile(name, whole[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		again, err := readErasures(name)
		if err != nil {
			t.Fatalf("cut off after %d bytes: %v", cut, err)
		}
		if err := again.add([]models.Erasure{first, second}); err != nil {
			t.Fatal(err)
		}
		if again, err = readErasures(name); err != nil || len(again.known) != 2 || again.known["abc"] != first.Status || again.known["def"] != second.Status {
			t.Errorf("cut off after %d bytes: %v, %v", cut, again, err)
		}
	}
}
