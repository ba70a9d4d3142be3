package evidence

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestMain lets the program that runs the tests be the one that opens files, or
// one that tries what it must not.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == WorkerCommand {
		if err := Work(os.Stdin, os.Stdout); err != nil {
			os.Exit(1)
		}
		os.Exit(0)
	}
	if os.Getenv("HEARD_TEST_CONFINED") != "" {
		attempts()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// attempts says what a confined process can do that it must not.
func attempts() {
	file := os.Getenv("HEARD_TEST_CONFINED")
	if err := confine(); err != nil {
		fmt.Println("cannot be confined:", err)
		return
	}
	if _, err := os.ReadFile(file); err == nil {
		fmt.Println("read a file")
	}
	if f, err := os.Create(file + ".new"); err == nil {
		fmt.Println("made a file")
		if _, err := f.WriteString("x"); err == nil {
			fmt.Println("wrote a file")
		}
	}
	if err := exec.Command("/bin/true").Run(); err == nil {
		fmt.Println("ran a program")
	}
	if conn, err := net.Dial("tcp", os.Getenv("HEARD_TEST_LISTENER")); err == nil {
		fmt.Println("reached", conn.RemoteAddr())
	}
	if len(os.Environ()) != 2 {
		fmt.Println("knows", os.Environ())
	}
	fmt.Println("tried all")
	// Last, because it ends the process.
	var all [][]byte
	for {
		b := make([]byte, 64<<20)
		if all = append(all, b); len(all)*64 > 8<<10 {
			fmt.Println("took 8 GB")
			return
		}
	}
}

func TestConfined(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	cmd.Env = []string{"HEARD_TEST_CONFINED=" + file, "HEARD_TEST_LISTENER=" + listener.Addr().String()}
	out, err := cmd.Output()
	said := strings.Fields(string(out))
	if err == nil || strings.Contains(string(out), "took 8 GB") {
		t.Errorf("memory has no limit: %v", err)
	}
	if !landlocked() {
		t.Logf("this kernel has no Landlock, so files are held off only by what may be written: %q", said)
		if strings.Contains(string(out), "wrote a file") || !strings.Contains(string(out), "tried all") {
			t.Errorf("the process says: %s", out)
		}
		return
	}
	if string(out) != "tried all\n" {
		t.Errorf("the process says: %s", out)
	}
}

func TestWorker(t *testing.T) {
	w := NewWorker(os.Args[0])
	for _, test := range []struct {
		name string
		data []byte
		want Type
		err  error
	}{
		{"a.docx", docx(t), DOCX, nil},
		{"a.odt", odt(t), ODT, nil},
		{"a.PDF", secretPDF(t), PDF, nil},
		{"a.jpg", withEXIF(photograph(t, 40, 40), 6), JPEG, nil},
		{"secret-name.png", withText(drawing(t, 40, 40)), PNG, nil},
		{"a.txt", []byte("We saw it."), TXT, nil},
		{"a", []byte("We saw it."), TXT, nil},
		{"a.exe", []byte("We saw it."), "", NotAccepted},
		{"a.png", docx(t), "", Mismatch},
		{"a.pdf", []byte("%PDF-1.7\n"), "", Damaged},
		{"a.txt", nil, "", Empty},
	} {
		got, err := w.Take(t.Context(), test.name, test.data)
		if !errors.Is(err, test.err) || got.Type != test.want {
			t.Errorf("%s: %q, %v, expected %q, %v", test.name, got.Type, err, test.want, test.err)
			continue
		}
		if err != nil {
			continue
		}
		f, err := Inspect(test.name, bytes.NewReader(test.data), MaxSize)
		if err != nil {
			t.Fatal(err)
		}
		here, err := Clean(f)
		if err != nil || here.MetadataRemoved != got.MetadataRemoved || !bytes.Equal(here.Data, got.Data) {
			t.Errorf("%s: the copy from the other process is not that of this one (%v)", test.name, err)
		}
		if got.Type == DOCX || got.Type == TXT {
			text, err := w.Text(t.Context(), got.File)
			if mine, wrong := Text(got.File); err != nil || wrong != nil || text != mine {
				t.Errorf("%s: the text is %q, %v", test.name, text, err)
			}
		}
	}
	// A process that does not do what it should is a file that cannot be opened; one
	// that cannot be started is a fault of ours.
	if _, err := NewWorker("/bin/false").Take(t.Context(), "a.txt", []byte("x")); !errors.Is(err, Damaged) {
		t.Errorf("a process that ended: %v", err)
	}
	if _, err := NewWorker("/bin/echo").Take(t.Context(), "a.txt", []byte("x")); !errors.Is(err, Damaged) {
		t.Errorf("a process that says nonsense: %v", err)
	}
	if _, err := NewWorker("/nowhere").Take(t.Context(), "a.txt", []byte("x")); err == nil || errors.As(err, new(Refusal)) {
		t.Errorf("no process: %v", err)
	}
	began := time.Now()
	const n = 10
	for range n {
		if _, err := w.Take(t.Context(), "a.txt", []byte("We saw it.")); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("a file of text takes %v in a process of its own", time.Since(began)/n)
}
