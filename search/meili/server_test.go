package meili_test

import (
	"context"
	"crypto/rand"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"

	"heard/search"
	"heard/search/meili"
	"heard/search/meili/local"
	"heard/search/searchtest"
)

// server is a Meilisearch for tests.
type server struct{ *local.Server }

var (
	startOnce sync.Once
	shared    server // by the tests of this package
	whyNot    error
)

func TestMain(m *testing.M) {
	code := m.Run()
	if shared.Server != nil && shared.Dir != "" {
		shared.Kill()
		_ = os.RemoveAll(shared.Dir)
	}
	os.Exit(code)
}

// realServer returns the server named by HEARD_TEST_MEILI_URL and HEARD_TEST_MEILI_KEY, its master key, or starts the
// program meilisearch when there is one, or skips the test.
func realServer(t *testing.T) server {
	t.Helper()
	startOnce.Do(func() {
		if url := os.Getenv("HEARD_TEST_MEILI_URL"); url != "" {
			shared.Server = &local.Server{URL: url, MasterKey: os.Getenv("HEARD_TEST_MEILI_KEY")}
			return
		}
		dir, err := os.MkdirTemp("", "heard-meilisearch-")
		if err == nil {
			shared.Server, err = local.Start(context.Background(), dir, rand.Text())
		}
		whyNot = err
	})
	if whyNot != nil {
		t.Skip("needs a Meilisearch server; HEARD_TEST_MEILI_URL and HEARD_TEST_MEILI_KEY may name one: ", whyNot)
	}
	return shared
}

// ownServer starts a server that the test may kill.
func ownServer(t *testing.T, master string, env ...string) server {
	t.Helper()
	s, err := local.Start(t.Context(), t.TempDir(), master, env...)
	if errors.Is(err, local.ErrNone) {
		t.Skip(err)
	} else if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Kill)
	return server{s}
}

// config returns how to use indexes of their own on the server.
func (s server) config(t *testing.T) meili.Config {
	t.Helper()
	cfg := meili.Config{URL: s.URL, Index: "test_" + strings.ToLower(rand.Text())}
	if s.MasterKey != "" {
		var err error
		if cfg.Keys, err = meili.MakeKeys(t.Context(), s.URL, s.MasterKey, cfg.Index); err != nil {
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
