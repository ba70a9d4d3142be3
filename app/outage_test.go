package app

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// by sends the head of a form by hand and returns the connection.
func by(t *testing.T, base, path, cookie string, length int) (net.Conn, *bufio.Reader) {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: portal\r\nCookie: %s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n", path, cookie, length)
	return conn, bufio.NewReader(conn)
}

// The disk is full and has room again, and then the portal is told to stop while
// somebody is sending: people are told when to come back, before they have sent
// anything in vain, and nothing that was acknowledged is lost.
func TestDiskFullAndStop(t *testing.T) {
	limit, err := exec.LookPath("prlimit")
	if err != nil {
		t.Skip("SKIPPED: prlimit is not installed, so no disk can be full")
	}
	cfg := settings(t.TempDir())
	a := openPortal(t, cfg)
	c := openSquare(t, a)
	closePortal(t, a)
	file := strings.TrimPrefix(cfg.Database, "sqlite:")
	earlier, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	p := startPortal(t, cfg)
	defer p.kill()
	<-p.ready
	room := func(bytes string) { // how large a file of the portal may become
		t.Helper()
		if out, err := exec.Command(limit, "--pid", strconv.Itoa(p.cmd.Process.Pid), "--fsize="+bytes+":unlimited").CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	where := func() string { return p.url }
	get := func(path string) (int, string) {
		t.Helper()
		status, body, err := newPerson(where).ask(t.Context(), path, nil)
		if err != nil && !errors.As(err, new(away)) {
			t.Fatal(err)
		}
		return status, body
	}
	acknowledged := map[string]bool{}
	say := func(ctx context.Context, words string) error {
		err := newPerson(where).answer(ctx, words, func() {})
		if err == nil {
			acknowledged[words] = true
		}
		return err
	}
	if err := say(t.Context(), "before"); err != nil {
		t.Fatal(err)
	}
	started := newPerson(where) // has begun, and will send later
	if status, _, err := started.ask(t.Context(), "/"+square+"/respond", url.Values{"lang": {"en"}}); err != nil || status != http.StatusSeeOther {
		t.Fatalf("%d, %v", status, err)
	}

	info, err := os.Stat(file + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	room(strconv.FormatInt(info.Size()+64<<10, 10))
	refused := ""
	for n := 0; refused == ""; n++ {
		who := newPerson(where)
		status, _, err := who.ask(t.Context(), "/"+square+"/respond", url.Values{"lang": {"en"}})
		switch later := (away{}); {
		case errors.As(err, &later):
			refused = later.retryAfter
		case err != nil || status != http.StatusSeeOther || n > 1000:
			t.Fatalf("%d people began: %d, %v", n, status, err)
		}
	}
	if refused != "30" {
		t.Errorf("told to come back after %q seconds", refused)
	}
	cookies := func(who *person) string {
		u, _ := url.Parse(p.url)
		var all []string
		for _, c := range who.client.Jar.Cookies(u) {
			all = append(all, c.String())
		}
		return strings.Join(all, "; ")
	}
	conn, answer := by(t, p.url, "/"+square+"/respond/C2", cookies(started), 900_000)
	res, err := http.ReadResponse(answer, nil)
	if err != nil || res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Retry-After") == "" {
		t.Errorf("somebody who has not sent anything yet is told %v, %v", res, err)
	}
	_ = conn.Close()
	if status, _ := get("/healthz"); status != http.StatusOK {
		t.Errorf("the program runs, and says %d", status)
	}
	if status, body := get("/readyz"); status != http.StatusServiceUnavailable || !strings.Contains(body, "cannot keep") {
		t.Errorf("ready with a full disk: %d %s", status, body)
	}

	room("unlimited")
	if err := say(t.Context(), "after"); err != nil {
		t.Fatalf("the disk has room again: %v", err)
	}
	if status, body := get("/readyz"); status != http.StatusOK {
		t.Errorf("%d %s", status, body)
	}

	// Told to stop while somebody is sending.
	const words = "sent while the portal stops"
	form := url.Values{"text": {words}}.Encode()
	conn, answer = by(t, p.url, "/"+square+"/respond/C2", cookies(started), len(form))
	if line, err := answer.ReadString('\n'); err != nil || !strings.Contains(line, "100 Continue") {
		t.Fatalf("%q, %v", line, err)
	}
	_, _ = answer.ReadString('\n')
	_, _ = io.WriteString(conn, form[:5])
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	wait(t, func() bool {
		conn, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
		if err == nil {
			_ = conn.Close()
		}
		return err != nil
	})
	_, _ = io.WriteString(conn, form[5:])
	if res, err := http.ReadResponse(answer, nil); err != nil || res.StatusCode != http.StatusSeeOther {
		t.Errorf("what was in flight was answered with %v, %v", res, err)
	}
	_ = conn.Close()
	if err := p.cmd.Wait(); err != nil {
		t.Errorf("stopped with %v", err)
	}
	if _, err := os.Stat(file + "-wal"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the write-ahead log is left (%v)", err)
	}

	// What was answered in the last moment is there, and can still be sent.
	p = startPortal(t, cfg)
	defer p.kill()
	<-p.ready
	_, page, err := started.ask(t.Context(), "/"+square+"/respond/check", nil)
	if err != nil || !strings.Contains(page, words) {
		t.Errorf("what was in flight is lost (%v)", err)
	}
	p.kill()
	a = openPortal(t, cfg)
	stored := map[string]int{}
	for sub, err := range a.Store.Submissions(t.Context(), c.ID) {
		if err != nil {
			t.Fatal(err)
		}
		stored[sub.Answers[0].Text]++
	}
	closePortal(t, a)
	if len(stored) != len(acknowledged) || stored["before"] != 1 || stored["after"] != 1 {
		t.Errorf("stored %v, acknowledged %v", stored, acknowledged)
	}

	// A copy from earlier in its place is refused, and so is a secret for all to read.
	refuses := func(says string) {
		t.Helper()
		a := openPortal(t, cfg)
		defer closePortal(t, a)
		if err := a.Start(t.Context()); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("expected %q: %v", says, err)
		}
	}
	if err := os.WriteFile(file, earlier, 0o600); err != nil {
		t.Fatal(err)
	}
	refuses("put back from an earlier copy")
	if err := os.Remove(cfg.checkpointsFile()); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(cfg.secretFile(), 0o604); err != nil {
		t.Fatal(err)
	}
	refuses("everybody on this machine can read")
	if err := os.Chmod(cfg.secretFile(), 0o600); err != nil {
		t.Fatal(err)
	}
	other := bytes.Repeat([]byte("z"), 64)
	if err := os.WriteFile(cfg.secretFile(), other, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := New(t.Context(), cfg, Options{beside: true}); err == nil || !strings.Contains(err.Error(), "the secret is not the one") {
		t.Errorf("another secret: %v", err)
	}
}
