package app

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"heard/app/consult"
	"heard/app/demo"
	"heard/models"
	"heard/models/store"
	"heard/search/meili/local"
)

// startMeilisearch runs a search server at an address until the test ends, with
// a master key or without.
func startMeilisearch(t *testing.T, address, master string) {
	t.Helper()
	server := &local.Server{URL: "http://" + address, MasterKey: master, Dir: t.TempDir()}
	err := server.Run(t.Context())
	if errors.Is(err, local.ErrNone) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Kill)
}

// unused returns an address that nobody listens at.
func unused(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return l.Addr().String()
}

// The keys are made with the master key, and the portal works with them and
// never with that.
func TestSearchKeysCommand(t *testing.T) {
	const master = "the master key of a test"
	address := unused(t)
	startMeilisearch(t, address, master)
	t.Setenv("HEARD_DATA", t.TempDir())
	t.Setenv("HEARD_SEARCH", "http://"+address)
	keys := filepath.Join(t.TempDir(), "search-keys.json")
	fails := func(name string, want int, says string, args ...string) {
		t.Helper()
		code, _, stderr := heard(t, args...)
		if code != want || !strings.Contains(stderr, says) || strings.Count(stderr, "\n") != 1 || strings.Contains(stderr, master) {
			t.Errorf("%s: exit code %d, expected %d and %q:\n%s", name, code, want, says, stderr)
		}
	}
	fails("without keys", exitFailed, "Run heard search-keys --search http://"+address+" --out FILE, and name the file with --search-keys", "reindex")
	fails("without the master key", exitUsage, "HEARD_SEARCH_MASTER_KEY", "search-keys", "--out", keys)

	t.Setenv("HEARD_SEARCH_MASTER_KEY", master)
	fails("for the other engine", exitUsage, "needs no keys", "search-keys", "--search", "bleve:x", "--out", keys)
	fails("into no folder", exitFailed, "search keys: ", "search-keys", "--out", filepath.Join(keys, "x"))
	var first []byte
	for range 2 {
		if code, stdout, stderr := heard(t, "search-keys", "--out", keys); code != exitDone || !strings.Contains(stdout, "--search-keys "+keys) {
			t.Fatalf("exit code %d: %s%s", code, stdout, stderr)
		}
		info, err := os.Stat(keys)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Fatalf("mode %v (%v)", info.Mode(), err)
		}
		made, err := os.ReadFile(keys)
		if err != nil || first != nil && string(made) != string(first) {
			t.Fatalf("made again it is\n%s\n(%v), before\n%s", made, err, first)
		}
		first = made
	}
	if names, err := os.ReadDir(filepath.Dir(keys)); len(names) != 1 || err != nil {
		t.Errorf("left behind: %v (%v)", names, err)
	}
	fails("with the master key", exitFailed, "take HEARD_SEARCH_MASTER_KEY out", "reindex", "--search-keys", keys)
	t.Setenv("HEARD_SEARCH_MASTER_KEY", "")
	fails("a file that is not there", exitFailed, "--search-keys", "reindex", "--search-keys", keys+".old")
	fails("another file", exitFailed, "is not a file that heard search-keys has made", "reindex", "--search-keys", file(t, "x", `{"key": "x"}`))
	fails("for other indexes", exitFailed, `not for "other"`, "reindex", "--search-keys", keys, "--search-index", "other")
	var content map[string]any
	if err := json.Unmarshal(first, &content); err != nil {
		t.Fatal(err)
	}
	content["indexing"] = master
	changed, err := json.Marshal(content)
	if err != nil {
		t.Fatal(err)
	}
	fails("the master key in the file", exitFailed, "the portal must not have it. Run heard search-keys", "reindex", "--search-keys", file(t, "x", string(changed)))
	t.Setenv("HEARD_SEARCH_KEYS", keys)
	if code, stdout, stderr := heard(t, "reindex"); code != exitDone {
		t.Errorf("exit code %d: %s%s", code, stdout, stderr)
	}
}

// A portal starts without its search server, takes and keeps what is to be
// indexed, and brings the index up to date when the server answers.
func TestSearchServerComesLate(t *testing.T) {
	ctx, address := t.Context(), unused(t)
	cfg := settings(t.TempDir())
	cfg.Search, cfg.SearchIndex = "http://"+address, "heard"
	now := time.Now()
	a, err := New(ctx, cfg, Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := a.Close(context.WithoutCancel(ctx)); err != nil {
			t.Error(err)
		}
	}()
	source, err := demo.Source(now)
	if err != nil {
		t.Fatal(err)
	}
	c, err := a.Service.SaveConsultation(ctx, consult.Portal, "late.yaml", source)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Service.Load(ctx, consult.Portal, benchCommand{N: 30}.submissions(c)); err != nil {
		t.Fatal(err)
	}
	if err := a.Start(ctx); err != nil {
		t.Fatal(err)
	}
	a.idle() // its background work is done here, step by step
	ready := func() string {
		res, err := http.Get(a.URL() + "/readyz")
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != http.StatusOK {
			t.Fatalf("%s (%v)", res.Status, err)
		}
		return string(body)
	}
	if got := ready(); got != "ok, but search is away\n" {
		t.Errorf("ready: %q", got)
	}
	if a.watchSearch(ctx, true) {
		t.Error("all is well without the server")
	}
	asked, some := 0, ""
	if err := a.Store.Tx(ctx, func(tx *store.Store) error {
		for sub, err := range tx.Submissions(ctx, c.ID) {
			if err != nil {
				return err
			}
			some = sub.ID
			if asked++; asked <= 10 {
				if err := tx.Enqueue(ctx, models.JobIndex, sub.ID, 0); err != nil {
					return err
				}
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	states := func() (pending, dead int) {
		jobs, err := a.Store.CountJobs(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return jobs[models.JobPending], jobs[models.JobDead]
	}
	for range 12 { // longer than any other work would be tried
		if err := a.Drain(ctx); err != nil {
			t.Fatal(err)
		}
		now = now.Add(6 * time.Minute)
	}
	if pending, dead := states(); pending < 10 || dead != 0 {
		t.Errorf("%d jobs wait and %d are given up", pending, dead)
	}

	startMeilisearch(t, address, "")
	if err := a.Drain(ctx); err != nil {
		t.Fatal(err)
	}
	if pending, dead := states(); pending != 0 || dead != 0 {
		t.Errorf("with the server: %d jobs wait and %d are given up", pending, dead)
	}
	holds := func(want int) {
		t.Helper()
		if n, err := a.engine.Count(ctx); n != want || err != nil {
			t.Errorf("%d documents, expected %d (%v)", n, want, err)
		}
	}
	holds(30) // for officers; councillors find nothing before the end
	// Were some lost with the server's data, they would be put back.
	if err := a.engine.Delete(ctx, some); err != nil {
		t.Fatal(err)
	}
	holds(29)
	if !a.watchSearch(ctx, true) {
		t.Error("not all is well with the server")
	}
	holds(29) // nobody has seen it away
	if !a.watchSearch(ctx, false) {
		t.Error("not all is well with the server")
	}
	holds(30)
	if got := ready(); got != "ok\n" {
		t.Errorf("ready: %q", got)
	}
}
