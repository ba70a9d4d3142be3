package meili_test

import (
	"bytes"
	"crypto/rand"
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

// server is the Meilisearch that the tests of this package share.
type server struct{ url, key string }

var (
	startOnce sync.Once
	started   server
	whyNot    string
	stop      = func() {}
)

func TestMain(m *testing.M) {
	code := m.Run()
	stop()
	os.Exit(code)
}

// realServer returns the server named by HEARD_TEST_MEILI_URL and HEARD_TEST_MEILI_KEY, or starts the program
// meilisearch when there is one, or skips the test.
func realServer(t *testing.T) server {
	t.Helper()
	startOnce.Do(start)
	if whyNot != "" {
		t.Skip(whyNot)
	}
	return started
}

func start() {
	if url := os.Getenv("HEARD_TEST_MEILI_URL"); url != "" {
		started = server{url, os.Getenv("HEARD_TEST_MEILI_KEY")}
		return
	}
	program, err := exec.LookPath("meilisearch")
	if err != nil {
		whyNot = "needs a Meilisearch server: set HEARD_TEST_MEILI_URL and HEARD_TEST_MEILI_KEY, or put the program meilisearch on the PATH"
		return
	}
	dir, err := os.MkdirTemp("", "heard-meilisearch-")
	if err != nil {
		whyNot = err.Error()
		return
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		whyNot = err.Error()
		return
	}
	address := listener.Addr().String()
	listener.Close()

	var output bytes.Buffer
	key := rand.Text()
	cmd := exec.Command(program, "--no-analytics", "--env", "development", "--http-addr", address, "--db-path", dir+"/data",
		"--dump-dir", dir+"/dumps", "--snapshot-dir", dir+"/snapshots")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "MEILI_MASTER_KEY="+key)
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Start(); err != nil {
		whyNot = err.Error()
		return
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	stop = func() {
		_ = cmd.Process.Kill()
		<-ended
		_ = os.RemoveAll(dir)
	}
	deadline := time.After(time.Minute)
	for {
		select {
		case err := <-ended:
			ended <- err
			whyNot = fmt.Sprintf("meilisearch did not start: %v\n%s", err, output.String())
			return
		case <-deadline:
			whyNot = "meilisearch did not answer within a minute"
			return
		case <-time.After(20 * time.Millisecond):
		}
		if res, err := http.Get("http://" + address + "/health"); err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				started = server{"http://" + address, key}
				return
			}
		}
	}
}

func open(t *testing.T) *meili.Engine {
	t.Helper()
	s := realServer(t)
	e, err := meili.Open(t.Context(), meili.Config{URL: s.url, Key: s.key, Index: "test_" + strings.ToLower(rand.Text())})
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
	realServer(t)
	searchtest.Run(t, func(t *testing.T) search.Engine { return open(t) })
}
