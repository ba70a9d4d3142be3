package meili_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"heard/search"
	"heard/search/meili"
	"heard/search/searchtest"
)

// server is a Meilisearch that was started for a test.
type server struct {
	url, master string
	dir         string // with its data
	env         []string
	cmd         *exec.Cmd
	ended       chan error
}

var (
	startOnce sync.Once
	shared    *server // by the tests of this package
	whyNot    error
)

func TestMain(m *testing.M) {
	code := m.Run()
	if shared != nil && shared.cmd != nil {
		shared.kill()
		_ = os.RemoveAll(shared.dir)
	}
	os.Exit(code)
}

// realServer returns the server named by HEARD_TEST_MEILI_URL and HEARD_TEST_MEILI_KEY, its master key, or starts the
// program meilisearch when there is one, or skips the test.
func realServer(t *testing.T) *server {
	t.Helper()
	startOnce.Do(func() {
		if url := os.Getenv("HEARD_TEST_MEILI_URL"); url != "" {
			shared = &server{url: url, master: os.Getenv("HEARD_TEST_MEILI_KEY")}
			return
		}
		dir, err := os.MkdirTemp("", "heard-meilisearch-")
		if err == nil {
			shared, err = newServer(dir, rand.Text())
		}
		whyNot = err
	})
	if whyNot != nil {
		t.Skip(whyNot)
	}
	return shared
}

// ownServer starts a server that the test may kill.
func ownServer(t *testing.T, master string, env ...string) *server {
	t.Helper()
	s, err := newServer(t.TempDir(), master, env...)
	if errors.Is(err, exec.ErrNotFound) {
		t.Skip(err)
	} else if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.kill)
	return s
}

func newServer(dir, master string, env ...string) (*server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		return nil, err
	}
	s := &server{url: "http://" + address, master: master, dir: dir, env: env}
	return s, s.start()
}

// start runs the server, on what is in its folder, until it answers.
func (s *server) start() error {
	program, err := exec.LookPath("meilisearch")
	if err != nil {
		return fmt.Errorf("needs a Meilisearch server: set HEARD_TEST_MEILI_URL and HEARD_TEST_MEILI_KEY, or put the program meilisearch on the PATH: %w", err)
	}
	var output bytes.Buffer
	s.cmd = exec.Command(program, "--no-analytics", "--env", "development", "--http-addr", strings.TrimPrefix(s.url, "http://"),
		"--db-path", s.dir+"/data", "--dump-dir", s.dir+"/dumps", "--snapshot-dir", s.dir+"/snapshots", "--max-indexing-memory", "1000MiB")
	s.cmd.Dir = s.dir
	s.cmd.Env = append(os.Environ(), s.env...)
	if s.master != "" {
		s.cmd.Env = append(s.cmd.Env, "MEILI_MASTER_KEY="+s.master)
	}
	s.cmd.Stdout, s.cmd.Stderr = &output, &output
	if err := s.cmd.Start(); err != nil {
		return err
	}
	s.ended = make(chan error, 1)
	go func() { s.ended <- s.cmd.Wait() }()
	deadline := time.After(time.Minute)
	for {
		select {
		case err := <-s.ended:
			s.ended <- err
			return fmt.Errorf("meilisearch did not start: %w\n%s", err, output.String())
		case <-deadline:
			s.kill()
			return errors.New("meilisearch did not answer within a minute")
		case <-time.After(20 * time.Millisecond):
		}
		if res, err := http.Get(s.url + "/health"); err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return nil
			}
		}
	}
}

// kill ends the server as a power cut would.
func (s *server) kill() {
	_ = s.cmd.Process.Kill()
	s.ended <- <-s.ended
}

// config returns how to use indexes of their own on the server.
func (s *server) config(t *testing.T) meili.Config {
	t.Helper()
	cfg := meili.Config{URL: s.url, Index: "test_" + strings.ToLower(rand.Text())}
	if s.master != "" {
		var err error
		if cfg.Keys, err = meili.MakeKeys(t.Context(), s.url, s.master, cfg.Index); err != nil {
			t.Fatal(err)
		}
	}
	return cfg
}

// open opens an engine and sees to its closing.
func open(t *testing.T, cfg meili.Config) *meili.Engine {
	t.Helper()
	e, err := meili.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

func TestContract(t *testing.T) {
	s := realServer(t)
	searchtest.Run(t, func(t *testing.T) search.Engine { return open(t, s.config(t)) })
}
