package app

import (
	"bufio"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"heard/app/consult"
	"heard/app/demo"
	"heard/models"
	"heard/models/store"
	"heard/search"
)

// TestServeUntilKilled is no test of its own but the portal that
// TestPortalIsKilled kills.
func TestServeUntilKilled(t *testing.T) {
	dir := os.Getenv("HEARD_TEST_SERVE")
	if dir == "" {
		t.Skip("is run by TestPortalIsKilled")
	}
	signal.Ignore(syscall.SIGXFSZ) // Go would stop at a full disk that is none
	ctx, stop := signal.NotifyContext(t.Context(), syscall.SIGTERM)
	defer stop()
	os.Exit(Main(ctx, []string{"serve", "--addr", "127.0.0.1:0", "--data", dir, "--wordnet", "none"}, os.Stdout, os.Stderr))
}

// portal is one run of TestServeUntilKilled.
type portal struct {
	cmd   *exec.Cmd
	ready chan struct{} // closed when it serves
	url   string        // where, then
}

// startPortal starts the portal, as another run of this test program or, when
// HEARD_TEST_BINARY names it, the real one.
func startPortal(t *testing.T, cfg Config) *portal {
	t.Helper()
	p := &portal{cmd: exec.Command(os.Args[0], "-test.run=^TestServeUntilKilled$"), ready: make(chan struct{})}
	if binary := os.Getenv("HEARD_TEST_BINARY"); binary != "" {
		p.cmd = exec.Command(binary, "serve", "--addr", "127.0.0.1:0", "--data", cfg.Data, "--wordnet", "none")
	}
	p.cmd.Env = append(os.Environ(), "HEARD_TEST_SERVE="+cfg.Data, "HEARD_DATABASE="+cfg.Database)
	if said := os.Getenv("HEARD_TEST_LOG"); said != "" {
		log, err := os.OpenFile(said, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		defer log.Close()
		p.cmd.Stderr = log
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if at, ready := strings.CutPrefix(lines.Text(), "Heard is ready at "); ready {
				p.url, _, _ = strings.Cut(at, " ")
				close(p.ready)
			}
		}
	}()
	return p
}

func (p *portal) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}

// wait looks again and again until something is so.
func wait(t *testing.T, so func() bool) {
	t.Helper()
	for !so() {
		select {
		case <-t.Context().Done():
			t.Fatal(t.Context().Err())
		case <-time.After(2 * time.Millisecond): // between two looks
		}
	}
}

// TestPortalIsKilled kills the portal while it fills the index with 10,000
// submissions, and then while it indexes them again as background work. The
// next one to start has them all, each once.
func TestPortalIsKilled(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	cfg := settings(dir)
	a, err := New(ctx, cfg, Options{})
	if err != nil {
		t.Fatal(err)
	}
	source, err := demo.Source(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	c, err := a.Service.SaveConsultation(ctx, consult.Portal, "killed.yaml", source)
	if err != nil {
		t.Fatal(err)
	}
	const n = 10_000
	if err := a.Service.Load(ctx, consult.Portal, benchCommand{N: n}.submissions(c)); err != nil {
		t.Fatal(err)
	}
	asked, err := a.Store.ClaimJobs(ctx, n, time.Minute) // for themes, which are not what this is about
	if err != nil {
		t.Fatal(err)
	}
	for _, job := range asked {
		if err := a.Store.FinishJob(ctx, job); err != nil {
			t.Fatal(err)
		}
	}
	want := map[string]string{}
	var ids []string
	for sub, err := range a.Store.Submissions(ctx, c.ID) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, sub.ID)
		for _, answer := range sub.Answers {
			if q := c.Question(answer.Question); q.Themed && answer.Redacted != "" {
				want[sub.ID+" "+answer.Question] = answer.Redacted
			}
		}
	}
	if len(ids) != n || len(want) < n {
		t.Fatalf("%d submissions with %d answers", len(ids), len(want))
	}
	if err := a.Close(ctx); err != nil {
		t.Fatal(err)
	}

	// The index is empty, so the first thing that a portal does is to fill it.
	p := startPortal(t, cfg)
	wait(t, func() bool {
		files := 0
		_ = filepath.WalkDir(filepath.Join(dir, "index"), func(path string, _ fs.DirEntry, _ error) error {
			if strings.HasSuffix(path, ".zap") {
				files++
			}
			return nil
		})
		return files >= 2
	})
	p.kill()
	select {
	case <-p.ready:
		t.Error("the index was filled before the portal was killed")
	default:
	}

	secret, err := cfg.pepper()
	if err != nil {
		t.Fatal(err)
	}
	beside, err := store.Open(ctx, cfg.Database, store.Options{Secret: secret})
	if err != nil {
		t.Fatal(err)
	}
	defer beside.Close()
	waiting := func() int {
		jobs, err := beside.CountJobs(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return jobs[models.JobPending]
	}
	for range 2 {
		p = startPortal(t, cfg)
		<-p.ready
		if err := beside.Tx(ctx, func(tx *store.Store) error {
			for _, id := range ids[:200] {
				if err := tx.Enqueue(ctx, models.JobIndex, id, 0); err != nil {
					return err
				}
			}
			return tx.Enqueue(ctx, models.JobPlaces, c.ID, 0)
		}); err != nil {
			t.Fatal(err)
		}
		wait(t, func() bool { return waiting() < 180 })
		p.kill()
	}
	if waiting() == 0 {
		t.Error("all was done before the portal was killed")
	}

	// What was being done when the portal was killed is taken up when its lease
	// is over.
	if a, err = New(ctx, cfg, Options{Now: func() time.Time { return time.Now().Add(15 * time.Minute) }}); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := a.Close(ctx); err != nil {
			t.Error(err)
		}
	}()
	if err := a.Service.MendIndex(ctx); err != nil {
		t.Fatal(err)
	}
	if err := a.Drain(ctx); err != nil {
		t.Fatal(err)
	}
	if left := waiting(); left != 0 {
		t.Errorf("%d jobs are left", left)
	}
	got, found := map[string]string{}, 0
	for page := 1; ; page++ {
		res, err := a.engine.Search(ctx, search.Query{Consultation: c.ID, Tier: search.TierOfficer, Page: page, PerPage: search.MaxPerPage})
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range res[0].Hits {
			got[h.Document.Submission+" "+h.Document.Question] = h.Document.Text
			found++
		}
		if len(res[0].Hits) == 0 {
			break
		}
	}
	if !maps.Equal(want, got) || found != len(want) {
		t.Errorf("%d answers are in the index, %d of them different, expected %d", found, len(got), len(want))
	}
	before := fmt.Sprint(os.ReadDir(filepath.Join(dir, "index")))
	if err := a.Service.MendIndex(ctx); err != nil {
		t.Error(err)
	}
	if after := fmt.Sprint(os.ReadDir(filepath.Join(dir, "index"))); after != before {
		t.Errorf("an index that is whole was built again: %s, now %s", before, after)
	}
}
