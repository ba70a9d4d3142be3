package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"heard/app/consult"
	"heard/app/ledger"
	"heard/models"
	"heard/models/storetest"
)

// square is the id of storetest.Invented, which takes answers at any time here.
const square = "lantern-square"

// openSquare saves the invented consultation and opens it.
func openSquare(t *testing.T, a *App) *models.Consultation {
	t.Helper()
	day := func(days int) string { return time.Now().AddDate(0, 0, days).Format(time.DateOnly) }
	source := strings.NewReplacer("opens: 2026-10-05", "opens: "+day(-1), "closes: 2026-12-14", "closes: "+day(30)).Replace(storetest.Invented)
	c, err := a.Service.SaveConsultation(t.Context(), consult.Portal, "square.yaml", []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	storetest.MeetDuties(t, a.Store, c.ID)
	if err := a.Service.Move(t.Context(), consult.Portal, c, models.StatusOpen); err != nil {
		t.Fatal(err)
	}
	c.Status = models.StatusOpen
	return c
}

// writeLog writes the public log of a consultation into a folder.
func writeLog(t *testing.T, a *App, c *models.Consultation, folder string) {
	t.Helper()
	for _, name := range consult.LogFiles {
		data, err := a.Service.LogFile(t.Context(), c, name)
		if err == nil {
			err = os.WriteFile(filepath.Join(folder, name), data, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// openLog checks the public log of a consultation.
func openLog(t *testing.T, a *App, c *models.Consultation) *ledger.Log {
	t.Helper()
	folder := t.TempDir()
	writeLog(t, a, c, folder)
	log, err := ledger.OpenLog(os.DirFS(folder), "")
	if err != nil {
		t.Fatal(err)
	}
	return log
}

// person is somebody who answers over HTTP and does not give up: what is not
// acknowledged is sent again, with the same cookie.
type person struct {
	base   func() string // where the portal is now
	client *http.Client
}

func newPerson(base func() string) *person {
	jar, _ := cookiejar.New(nil) // which never fails without options
	return &person{base: base, client: &http.Client{Jar: jar, Timeout: 30 * time.Second, Transport: &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// away is an answer that says to come back later.
type away struct{ retryAfter string }

func (a away) Error() string { return "the portal says that it is away" }

// ask sends one request and returns the answer's status and body.
func (p *person) ask(ctx context.Context, path string, form url.Values) (int, string, error) {
	method, body := http.MethodGet, io.Reader(nil)
	if form != nil {
		method, body = http.MethodPost, strings.NewReader(form.Encode())
	}
	base, err := url.Parse(p.base())
	if err != nil {
		return 0, "", err
	}
	// Cookies are kept by name of the host, and the port changes.
	req, err := http.NewRequestWithContext(ctx, method, base.String()+path, body)
	if err != nil {
		return 0, "", err
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := p.client.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode == http.StatusServiceUnavailable {
		err = away{res.Header.Get("Retry-After")}
	}
	return res.StatusCode, string(text), err
}

// crowd is people who answer one after the other, each a new one, until there are
// enough.
type crowd struct {
	base    atomic.Value // where the portal is now
	count   atomic.Int64 // acknowledged
	enough  atomic.Bool
	sending sync.WaitGroup
	failed  chan error

	mu           sync.Mutex
	acknowledged map[string]int // how often, by words
	tried        map[string]bool
}

// answering has so many people answer at once.
func answering(ctx context.Context, people int, base string) *crowd {
	c := &crowd{failed: make(chan error, people), acknowledged: map[string]int{}, tried: map[string]bool{}}
	c.base.Store(base)
	for who := range people {
		c.sending.Go(func() {
			for n := 0; !c.enough.Load(); n++ {
				words := fmt.Sprintf("canary %d of person %d", n, who)
				err := newPerson(c.where).answer(ctx, words, func() {
					c.mu.Lock()
					defer c.mu.Unlock()
					c.tried[words] = true
				})
				if err != nil {
					if ctx.Err() == nil {
						c.failed <- err
					}
					return
				}
				c.mu.Lock()
				c.acknowledged[words]++
				c.mu.Unlock()
				c.count.Add(1)
			}
		})
	}
	return c
}

func (c *crowd) where() string { return c.base.Load().(string) }

// more waits until n more are acknowledged, or somebody gave up.
func (c *crowd) more(t *testing.T, n int64) {
	t.Helper()
	n += c.count.Load()
	wait(t, func() bool { return c.count.Load() >= n || len(c.failed) > 0 })
}

// end waits for those who are still answering, and reports who gave up.
func (c *crowd) end(t *testing.T) {
	t.Helper()
	c.enough.Store(true)
	c.sending.Wait()
	close(c.failed)
	for err := range c.failed {
		t.Error(err)
	}
}

var tokenField = regexp.MustCompile(`name="token" value="([^"]+)"`)

// answer answers with the given words until it is acknowledged. tried is called
// before each request that may store it.
func (p *person) answer(ctx context.Context, words string, tried func()) error {
	steps := []func() (int, string, error){
		func() (int, string, error) { return p.ask(ctx, "/"+square+"/respond", url.Values{"lang": {"en"}}) },
		func() (int, string, error) {
			return p.ask(ctx, "/"+square+"/respond/C2", url.Values{"text": {words}})
		},
		func() (int, string, error) {
			_, page, err := p.ask(ctx, "/"+square+"/respond/check", nil)
			if err != nil {
				return 0, "", err
			}
			token := ""
			if m := tokenField.FindStringSubmatch(page); m != nil {
				token = m[1]
			}
			tried()
			return p.ask(ctx, "/"+square+"/respond/check", url.Values{"token": {token}})
		},
	}
	for i, step := range steps {
		for {
			status, body, err := step()
			if err == nil && status == http.StatusSeeOther {
				break
			}
			if later := (away{}); errors.As(err, &later) && later.retryAfter == "" {
				return errors.New("a 503 does not say when to come back")
			}
			if err == nil {
				return fmt.Errorf("step %d: status %d: %.300s", i, status, body)
			}
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(5 * time.Millisecond): // before the next try
			}
		}
	}
	return nil
}

// server is a PostgreSQL of this test's own, which can be stopped as a power cut
// would.
type server struct {
	t        *testing.T
	bin, dir string
	port     int
}

func startServer(t *testing.T) *server {
	t.Helper()
	bins, _ := filepath.Glob("/usr/lib/postgresql/*/bin") // the pattern is sound
	if len(bins) == 0 {
		t.Skip("SKIPPED: PostgreSQL's programs are not below /usr/lib/postgresql")
	}
	dir, err := os.MkdirTemp("", "heard-crash-")
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &server{t: t, bin: slices.Max(bins), dir: dir, port: l.Addr().(*net.TCPAddr).Port}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() == 0 { // PostgreSQL does not run as root
		if out, err := exec.Command("chown", "postgres", dir).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	t.Cleanup(func() {
		_ = s.run("pg_ctl", "-D", s.data(), "-m", "immediate", "stop")
		_ = os.RemoveAll(dir)
	})
	if err := s.run("initdb", "-D", s.data(), "-A", "trust", "-U", "heard", "--no-locale", "-E", "UTF8"); err != nil {
		t.Fatal(err)
	}
	s.start()
	return s
}

func (s *server) data() string { return filepath.Join(s.dir, "data") }

func (s *server) url() string {
	return fmt.Sprintf("postgres://heard@127.0.0.1:%d/postgres?sslmode=disable", s.port)
}

func (s *server) run(name string, args ...string) error {
	cmd := exec.Command(filepath.Join(s.bin, name), args...)
	if os.Geteuid() == 0 {
		cmd = exec.Command("runuser", append([]string{"-u", "postgres", "--", filepath.Join(s.bin, name)}, args...)...)
	}
	cmd.Dir = s.dir
	if err := cmd.Run(); err != nil { // its output is in the log
		return fmt.Errorf("%s %s: %w", name, args[len(args)-1], err)
	}
	return nil
}

func (s *server) start() {
	options := fmt.Sprintf("-p %d -c listen_addresses=127.0.0.1 -c unix_socket_directories=%s -c log_error_verbosity=terse -c log_min_error_statement=panic", s.port, s.dir)
	if err := s.run("pg_ctl", "-D", s.data(), "-w", "-l", filepath.Join(s.dir, "log"), "-o", options, "start"); err != nil {
		s.t.Fatal(err)
	}
}

func (s *server) stopHard() {
	if err := s.run("pg_ctl", "-D", s.data(), "-m", "immediate", "stop"); err != nil {
		s.t.Fatal(err)
	}
}

// TestCrash kills the portal again and again while eight people answer, and, with
// a PostgreSQL of its own, stops that as hard. Nothing that was acknowledged is
// lost or there twice. HEARD_TEST_CRASH is how often; make crash does it 200
// times, with the real program.
func TestCrash(t *testing.T) {
	kills, _ := strconv.Atoi(os.Getenv("HEARD_TEST_CRASH"))
	whole := kills > 0
	kills = cmp.Or(kills, 3)
	t.Run("sqlite", func(t *testing.T) { crash(t, settings(t.TempDir()), kills, nil) })
	t.Run("postgres", func(t *testing.T) {
		cfg := settings(t.TempDir())
		if !whole {
			cfg.Database = storetest.PostgresURL(t)
			crash(t, cfg, kills, nil)
			return
		}
		s := startServer(t)
		cfg.Database = s.url()
		crash(t, cfg, kills, s)
	})
}

func crash(t *testing.T, cfg Config, kills int, database *server) {
	const people, between = 8, 60 // answers between two kills, on average
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	a := openPortal(t, cfg)
	c := openSquare(t, a)
	closePortal(t, a)

	all := answering(ctx, people, "http://127.0.0.1:9") // nobody is there yet

	random := rand.New(rand.NewPCG(7, 7))
	var p *portal
	stops, killed := 0, 0
	for i := range kills {
		p = startPortal(t, cfg)
		if i%20 == 19 { // while it starts
			<-time.After(time.Duration(random.IntN(400)) * time.Millisecond)
			p.kill()
			killed++
			continue
		}
		<-p.ready
		all.base.Store(p.url)
		more := 1 + int64(random.IntN(2*between))
		if database != nil && i%10 == 4 { // the portal outlives its database
			all.more(t, between/2)
			database.stopHard()
			wait(t, func() bool { // and says so
				_, _, err := newPerson(all.where).ask(ctx, "/"+square+"/respond", url.Values{"lang": {"en"}})
				return errors.As(err, new(away))
			})
			database.start()
			stops++
			more = between / 2
		}
		all.more(t, more)
		p.kill()
		killed++
		if len(all.failed) > 0 {
			break
		}
	}
	p = startPortal(t, cfg)
	<-p.ready
	all.base.Store(p.url)
	all.end(t)
	p.kill() // once more, when all is acknowledged
	killed++

	a = openPortal(t, cfg)
	defer closePortal(t, a)
	stored := map[string]int{}
	var live int
	for sub, err := range a.Store.Submissions(t.Context(), c.ID) {
		if err != nil {
			t.Fatal(err)
		}
		live++
		for _, answer := range sub.Answers {
			stored[answer.Text]++
		}
		if so, err := a.Service.Committed(t.Context(), sub); err != nil || !so {
			t.Errorf("a submission is not what its leaf commits to (%v)", err)
		}
	}
	lost, twice, strange := 0, 0, 0
	for words := range all.acknowledged {
		switch n := stored[words]; {
		case n == 0:
			lost++
		case n > 1:
			twice++
		}
	}
	for words := range stored {
		if !all.tried[words] {
			strange++
		}
	}
	raw, err := a.Store.Leaves(t.Context(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	if len(raw) != live {
		t.Errorf("%d submissions, %d leaves", live, len(raw))
	}
	if lost > 0 || twice > 0 || strange > 0 || live != len(all.acknowledged) {
		t.Error("what was acknowledged is not what is stored")
	}
	// What was to be done in the background is, also what the kills cut off.
	late, err := New(t.Context(), func() Config { cfg := cfg; cfg.Search = "bleve:" + t.TempDir() + "/index"; return cfg }(), Options{Now: func() time.Time { return time.Now().Add(24 * time.Hour) }})
	if err != nil {
		t.Fatal(err)
	}
	// The day after, all that was acknowledged is in the public log, whatever the kills cut off.
	if err := late.Service.LogDaily(t.Context()); err != nil {
		t.Error(err)
	}
	if acts, _, err := late.Store.VerifyAudit(t.Context()); err != nil || acts < live {
		t.Errorf("the record of %d acts: %v", acts, err)
	}
	log := openLog(t, late, c)
	for _, leaf := range raw {
		if !log.Has(ledger.Hash(leaf)) {
			t.Error("a leaf is not in the public log")
		}
	}
	t.Logf("%s: %d kills, %d hard stops of the database, %d acknowledged, %d stored, %d lost, %d twice, %d never sent, all in a public log of %d with its root",
		a.Store.Backend(), killed, stops, len(all.acknowledged), live, lost, twice, strange, log.Size)
	if err := errors.Join(late.Drain(t.Context()), late.Close(t.Context())); err != nil {
		t.Error(err)
	}
}

// putOnDisk is a call for the database, as strace -y writes it; those for the
// search index do not count.
var putOnDisk = regexp.MustCompile(`(?:fsync|fdatasync)\(\d+<[^>]*heard\.db(?:-wal)?>`)

// Every acknowledgement is on the disk: a kill cannot show that, because what a
// killed process had written the system writes in the end. So the calls that put
// it there are counted.
func TestOnDiskBeforeAcknowledged(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("SKIPPED: strace is not installed, so nothing counts what is put on the disk")
	}
	cfg := settings(t.TempDir())
	a := openPortal(t, cfg)
	openSquare(t, a)
	closePortal(t, a)
	p := startPortal(t, cfg)
	defer p.kill()
	<-p.ready
	calls := filepath.Join(t.TempDir(), "calls")
	watch := exec.Command(strace, "-f", "-qq", "-y", "-e", "trace=fsync,fdatasync", "-o", calls, "-p", strconv.Itoa(p.cmd.Process.Pid))
	if err := watch.Start(); err != nil {
		t.Fatal(err)
	}
	count := func() int {
		text, _ := os.ReadFile(calls) // which is not there before the first
		return len(putOnDisk.FindAll(text, -1))
	}
	somebody := func() *person { return newPerson(func() string { return p.url }) }
	ended := make(chan error, 1)
	go func() { ended <- watch.Wait() }()
	// One answer after the other until the first call is seen.
	for count() == 0 {
		select {
		case err := <-ended:
			t.Skipf("SKIPPED: strace may not look at a process here (%v)", err)
		default:
		}
		if err := somebody().answer(t.Context(), "to begin with", func() {}); err != nil {
			t.Fatal(err)
		}
	}
	const n, kept = 40, 3 // the draft, the answer, the submission
	before := count()
	for i := range n {
		if err := somebody().answer(t.Context(), fmt.Sprintf("answer %d", i), func() {}); err != nil {
			t.Fatal(err)
		}
	}
	got := count() - before
	t.Logf("%d calls to put on the disk for %d acknowledged writes, %d of them submissions", got, kept*n, n)
	if got < kept*n {
		t.Errorf("%d calls to put on the disk for %d acknowledged writes", got, kept*n)
	}
	_ = watch.Process.Signal(syscall.SIGTERM)
	<-ended
}
