package evidence

import (
	"bytes"
	"context"
	"crypto/md5"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// virus is the test file that all virus scanners know (EICAR). It stands here in
// pieces, so that they do not find it in this file.
func virus() []byte {
	return []byte(`X5O!P%@AP[4\PZX54(P^)7CC)7}$` + "EICAR-STANDARD-" + "ANTIVIRUS-TEST-FILE" + "!$H+H*")
}

// startClamd starts the real virus scanner with one signature of its own, and
// returns its address.
func startClamd(t *testing.T) string {
	t.Helper()
	program, err := exec.LookPath("clamd")
	if err != nil {
		program = "/usr/sbin/clamd" // not on everybody's path
		if _, err := os.Stat(program); err != nil {
			t.Skip("clamd is not installed (Debian: clamav-daemon)")
		}
	}
	folder, err := os.MkdirTemp("", "clamd") // its path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	signature := fmt.Sprintf("%x:%d:Heard.Test\n", md5.Sum(virus()), len(virus()))
	socket := filepath.Join(folder, "socket")
	settings := fmt.Sprintf("Foreground yes\nLocalSocket %s\nDatabaseDirectory %s\nTemporaryDirectory %s\nLogFile %s\n"+
		"StreamMaxLength 1M\nMaxFileSize 1M\nAlertExceedsMax yes\nMaxThreads 2\nSelfCheck 3600\n", socket, folder, folder, filepath.Join(folder, "log"))
	for name, content := range map[string]string{"heard.hdb": signature, "clamd.conf": settings} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(program, "--config-file="+filepath.Join(folder, "clamd.conf"))
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() {
		if err := cmd.Process.Signal(syscall.SIGTERM); err == nil {
			<-ended
		}
	})
	for {
		c, err := net.Dial("unix", socket)
		if err == nil {
			c.Close()
			return "unix:" + socket
		}
		select {
		case err := <-ended:
			ended <- err
			t.Fatalf("clamd ended: %v\n%s", err, said.String())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func TestScanner(t *testing.T) {
	address := startClamd(t)
	s, err := NewScanner(address)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		data []byte
		want error
	}{
		{"text", []byte("The street lamps were out."), nil},
		{"nothing", nil, nil},
		{"a document", docx(t), nil},
		{"a PDF", secretPDF(t), nil},
		{"a virus", virus(), Infected},
		{"a virus in a document", archive(t, append(docxParts(t), part{"word/x.bin", string(virus())})...), Infected},
	} {
		if err := s.Scan(t.Context(), test.data); err != test.want {
			t.Errorf("%s: got %v, want %v", test.name, err, test.want)
		}
	}
	// What it cannot tell is no verdict.
	var refusal Refusal
	if err := s.Scan(t.Context(), bytes.Repeat([]byte("a"), 4<<20)); err == nil || errors.As(err, &refusal) {
		t.Errorf("more than it takes: got %v", err)
	}
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Scan(stopped, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("after the context ended: got %v", err)
	}
}

func TestScannerAway(t *testing.T) {
	var refusal Refusal
	for _, address := range []string{"", "/run/clamav/clamd.ctl", "unix:", "udp:127.0.0.1:3310"} {
		if _, err := NewScanner(address); err == nil {
			t.Errorf("the address %q was taken", address)
		}
	}
	s, err := NewScanner("unix:" + filepath.Join(t.TempDir(), "none"))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Scan(t.Context(), nil); err == nil || errors.As(err, &refusal) {
		t.Errorf("got %v", err)
	}
	// Something else listens there, and says what a scanner does not, or nothing.
	for _, reply := range []string{"", "stream: OK", "stream: OK\n\x00", "INSTREAM size limit exceeded. ERROR\x00", "PONG\x00", "stream: x\x00", strings.Repeat("a", 9999)} {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			if c, err := listener.Accept(); err == nil {
				c.Write([]byte(reply))
				c.Close()
			}
		}()
		s, err := NewScanner("tcp:" + listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Scan(t.Context(), virus()); err == nil || errors.As(err, &refusal) {
			t.Errorf("%q: got %v", reply, err)
		}
		listener.Close()
	}
	// It says nothing at all: the wait ends with the context.
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	if s, err = NewScanner("tcp:" + listener.Addr().String()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := s.Scan(ctx, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want that the time was over", err)
	}
}
