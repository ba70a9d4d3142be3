package consult_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"heard/app/consult"
	"heard/app/demo"
	"heard/app/evidence"
	"heard/app/jobs"
	"heard/models"
	"heard/models/store"
	"heard/models/storetest"
	"heard/search"
	"heard/search/embedded"
)

var ctx = context.Background()

// The actors of the tests, one of each role.
var (
	admin      = consult.Actor{ID: "u-admin", Role: models.RoleAdmin}
	officer    = consult.Actor{ID: "u-officer", Role: models.RoleOfficer}
	analyst    = consult.Actor{ID: "u-analyst", Role: models.RoleAnalyst}
	councillor = consult.Actor{ID: "u-councillor", Role: models.RoleCouncillor}
	auditor    = consult.Actor{ID: "u-auditor", Role: models.RoleAuditor}
	public     = consult.Actor{}
)

var pepper = []byte(strings.Repeat("p", 32))

const began = "2026-11-23T09:30:00Z"

// kit is a whole portal without its web pages, on a clock that stands still.
type kit struct {
	*consult.Service
	url    string
	store  *store.Store
	engine search.Engine
	files  *evidence.Store
	folder string // where the files are
	clock  *storetest.Clock
	log    *bytes.Buffer
	runner *jobs.Runner
}

// each runs f on every database.
func each(t *testing.T, f func(t *testing.T, k *kit)) {
	storetest.EachURL(t, func(t *testing.T, url string) { f(t, newKit(t, url, nil)) })
}

// one returns a kit on SQLite, for what does not depend on the database.
func one(t testing.TB) *kit { return newKit(t, storetest.SQLiteURL(t), nil) }

// newKit opens the parts. wrap may put something around the search engine.
func newKit(t testing.TB, url string, wrap func(search.Engine) search.Engine) *kit {
	t.Helper()
	k := &kit{url: url, clock: storetest.NewClock(began), log: &bytes.Buffer{}}
	log := slog.New(slog.NewTextHandler(&locked{w: k.log}, &slog.HandlerOptions{Level: slog.LevelDebug}))
	k.store = storetest.OpenURL(t, url, store.Options{Now: k.clock.Now, Logger: log})
	engine, err := embedded.Open("")
	noError(t, err)
	k.engine = engine
	if wrap != nil {
		k.engine = wrap(engine)
	}
	k.folder = t.TempDir()
	k.files, err = evidence.OpenStore(ctx, "file://"+k.folder)
	noError(t, err)
	t.Cleanup(func() {
		_ = k.engine.Close()
		_ = k.files.Close()
	})
	k.Service = consult.New(consult.Config{Store: k.store, Search: k.engine, Meaning: wrap != nil, Files: k.files, Reader: evidence.NewReader(""), Log: log, Now: k.clock.Now, Pepper: pepper})
	k.runner = jobs.New(k.store, map[models.JobKind]jobs.Handler{
		models.JobRead: k.ReadAttachments, models.JobIndex: k.IndexSubmission, models.JobThemes: k.RefreshThemes, models.JobPlaces: k.IndexPlaces,
		models.JobRelease: k.ReleaseNew, models.JobErase: k.EraseFromIndex, models.JobDelete: k.DeleteDue,
	}, jobs.Options{Logger: log, Workers: 1})
	return k
}

// locked lets several goroutines write to one buffer.
type locked struct {
	mu sync.Mutex
	w  *bytes.Buffer
}

func (l *locked) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(b)
}

// restart is another process on the same database and files, at the same time.
func (k *kit) restart(t testing.TB) *kit {
	t.Helper()
	again := newKit(t, k.url, nil)
	again.clock.Advance(k.clock.Now().Sub(again.clock.Now()))
	again.files, again.folder = k.files, k.folder
	again.Service = consult.New(consult.Config{Store: again.store, Search: again.engine, Files: k.files, Reader: evidence.NewReader(""), Log: slog.New(slog.NewTextHandler(again.log, nil)), Now: again.clock.Now, Pepper: pepper})
	return again
}

// drain does all background work, also what waits for more to come.
func (k *kit) drain(t testing.TB) {
	t.Helper()
	for range 3 {
		k.clock.Advance(10 * time.Second)
		noError(t, k.runner.Drain(ctx))
	}
	n, err := k.store.CountJobs(ctx)
	noError(t, err)
	if n[models.JobPending]+n[models.JobDead] > 0 {
		t.Fatalf("background work is left over: %v\n%s", n, k.log)
	}
}

// demo opens the demonstration's consultation without submissions.
func (k *kit) demo(t testing.TB) *models.Consultation {
	t.Helper()
	source, err := demo.Source(k.clock.Now())
	noError(t, err)
	return k.open(t, source)
}

// open saves a consultation and opens it.
func (k *kit) open(t testing.TB, source []byte) *models.Consultation {
	t.Helper()
	c, err := k.SaveConsultation(ctx, officer, "test.yaml", source)
	noError(t, err)
	return k.move(t, c, models.StatusOpen)
}

// move takes a consultation to a later state and returns it as it is then. Batches
// are finished and all is read before it is frozen, and checked before it is
// released.
func (k *kit) move(t testing.TB, c *models.Consultation, to models.Status) *models.Consultation {
	t.Helper()
	storetest.MeetDuties(t, k.store, c.ID)
	for c.Status != to {
		next, ok := c.Status.Next()
		if !ok {
			t.Fatalf("%s never becomes %s", c.ID, to)
		}
		if next == models.StatusFrozen {
			k.finish(t, c)
			storetest.ReadAll(t, k.store, c.ID, officer.ID)
		}
		if next == models.StatusClosed || next == models.StatusFrozen {
			storetest.CheckAll(t, k.store, c.ID, officer.ID, second.ID)
		}
		noError(t, k.Move(ctx, officer, c, next))
		c = k.reread(t, c)
	}
	return c
}

// release closes a consultation, so that councillors find what may be released.
func (k *kit) release(t testing.TB, c *models.Consultation) *models.Consultation {
	t.Helper()
	c = k.move(t, c, models.StatusClosed)
	k.drain(t)
	return c
}

func (k *kit) reread(t testing.TB, c *models.Consultation) *models.Consultation {
	t.Helper()
	c, err := k.Consultation(ctx, officer, c.ID)
	noError(t, err)
	return c
}

// full is the demonstration with all its submissions, indexed and themed.
func (k *kit) full(t testing.TB) *models.Consultation {
	t.Helper()
	c := k.demo(t)
	subs, err := demo.Submissions(c, k.clock.Now())
	noError(t, err)
	noError(t, k.Load(ctx, officer, subs))
	k.drain(t)
	return c
}

// fill starts a response and gives the answers along its route, as the form
// would.
func (k *kit) fill(t testing.TB, c *models.Consultation, answers models.Answers) consult.DraftKey {
	t.Helper()
	key, err := k.StartDraft(ctx, c, "en", "")
	noError(t, err)
	k.answer(t, key, c, answers)
	return key
}

func (k *kit) answer(t testing.TB, key consult.DraftKey, c *models.Consultation, answers models.Answers) {
	t.Helper()
	given := map[string]bool{}
	for again := true; again; {
		again = false
		d, err := k.LoadDraft(ctx, key)
		noError(t, err)
		for _, q := range c.Route(d.Answers) {
			if a, ok := answers[q.ID]; ok && !given[q.ID] {
				if _, err := k.Answer(ctx, key, c, q.ID, a); err != nil {
					t.Fatalf("answer to %s: %v", q.ID, err)
				}
				given[q.ID], again = true, true
				break
			}
		}
	}
	for id := range answers {
		if !given[id] {
			t.Fatalf("%s is not asked on this route", id)
		}
	}
}

// send fills in a form and sends it, and returns its receipt code.
func (k *kit) send(t testing.TB, c *models.Consultation, answers models.Answers) string {
	t.Helper()
	key := k.fill(t, c, answers)
	noError(t, k.Submit(ctx, key, c, consult.Proof{}))
	words, err := k.receipt(key, c)
	noError(t, err)
	return strings.Join(words, " ")
}

// receipt returns the words that are shown after sending.
func (k *kit) receipt(key consult.DraftKey, c *models.Consultation) ([]string, error) {
	sent, err := k.Sent(ctx, key, c)
	if err != nil {
		return nil, err
	}
	return sent.Words, nil
}

func ticks(options ...string) models.Given { return models.Given{Options: options} }
func words(text string) models.Given       { return models.Given{Text: text} }

// resident is what somebody who lives in the area answers.
func organisation(text string) models.Answers {
	return models.Answers{"A1": ticks("organisation"), "O4": ticks("yes"), "C6": words(text)}
}

func resident(text string, quote bool) models.Answers {
	may := "no"
	if quote {
		may = "yes"
	}
	return models.Answers{"A1": ticks("self"), "A2": ticks("live_here"), "C1": ticks("agree"), "C6": words(text), "G1": ticks(may)}
}

// subs returns the live submissions.
func (k *kit) subs(t testing.TB, c *models.Consultation) []*models.Submission {
	t.Helper()
	var all []*models.Submission
	for s, err := range k.store.Submissions(ctx, c.ID) {
		noError(t, err)
		all = append(all, s)
	}
	return all
}

// sql opens the database beneath the store, for what no store would do.
func (k *kit) sql(t testing.TB) *sql.DB {
	t.Helper()
	driver, address := "pgx", k.url
	if path, ok := strings.CutPrefix(k.url, "sqlite:"); ok {
		driver, address = "sqlite", path+"?_pragma=busy_timeout(10000)"
	}
	db, err := sql.Open(driver, address)
	noError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func (k *kit) onPostgres() bool { return strings.HasPrefix(k.url, "postgres") }

// exec changes the database behind the store's back, as a program would that counts
// revisions.
func (k *kit) exec(t testing.TB, statement string) {
	t.Helper()
	for _, statement := range []string{statement, "UPDATE revision SET number = number + 1"} {
		if _, err := k.sql(t).Exec(statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// tables counts the rows of tables.
func (k *kit) tables(t testing.TB, names ...string) map[string]int {
	t.Helper()
	db, counts := k.sql(t), map[string]int{}
	for _, name := range names {
		var n int
		noError(t, db.QueryRow("SELECT COUNT(*) FROM "+name).Scan(&n))
		counts[name] = n
	}
	return counts
}

// countFiles counts what is in the evidence store.
func (k *kit) countFiles(t testing.TB) int {
	t.Helper()
	entries, err := os.ReadDir(k.folder)
	noError(t, err)
	return len(entries)
}

// recorded puts on record what respondents did today, which waits for the day after.
func (k *kit) recorded(t testing.TB) {
	t.Helper()
	noError(t, k.store.RecordRespondents(ctx, "9999-12-31"))
}

// breakTable makes every insertion into a table and every change of it fail
// until mend is called.
func (k *kit) breakTable(t testing.TB, table string) (mend func()) {
	t.Helper()
	if !k.onPostgres() {
		for _, act := range []string{"INSERT", "UPDATE"} {
			k.exec(t, "CREATE TRIGGER broken_"+act+" BEFORE "+act+" ON "+table+" BEGIN SELECT RAISE(ABORT, 'broken'); END")
		}
		return func() { k.exec(t, "DROP TRIGGER broken_INSERT"); k.exec(t, "DROP TRIGGER broken_UPDATE") }
	}
	k.exec(t, "CREATE OR REPLACE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'broken'; END $$")
	k.exec(t, "CREATE TRIGGER broken BEFORE INSERT OR UPDATE ON "+table+" FOR EACH ROW EXECUTE FUNCTION broken()")
	return func() { k.exec(t, "DROP TRIGGER broken ON "+table) }
}

// find searches for words and returns the submissions found.
func (k *kit) find(t testing.TB, by consult.Actor, c *models.Consultation, text string) []string {
	t.Helper()
	found, err := k.Search(ctx, by, c, search.Query{Text: text})
	noError(t, err)
	if found.Away {
		t.Fatal("search is away")
	}
	var ids []string
	for _, h := range found.Hits {
		ids = append(ids, h.Submission.ID)
	}
	return ids
}

func noError(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("unexpected error: %v", err)
	}
}

func wantKind(t testing.TB, what string, err error, want models.Kind) {
	t.Helper()
	if err == nil || models.KindOf(err) != want {
		t.Errorf("%s: error %v is of kind %d, want %d", what, err, models.KindOf(err), want)
	}
}

// topics are subjects that share no telling word, so that texts about them
// fall into themes of their own.
var topics = [][]string{
	strings.Fields("needles syringes condoms litter pavement doorstep nursery bins sweeping gutters rubbish wrappers"),
	strings.Fields("wardens fines patrol uniform officers penalty moved chased harassed notice court enforcement"),
	strings.Fields("lighting lamps dark bulbs alley towpath shadows lamppost bright torch bridge canal"),
	strings.Fields("outreach van nurse clinic methadone support worker trust shelter hostel beds charity"),
	strings.Fields("cars circling engines drivers kerb parking horns headlights traffic number speeding junction"),
	strings.Fields("shop customers trade bakery tills takings shutters market counter window deliveries stock"),
}

// spoken is the nth thing to say about a topic.
func spoken(topic, n int) string {
	w := topics[topic]
	pick := func(i int) string { return w[(n*7+i*i+i*n)%len(w)] }
	return fmt.Sprintf("I keep seeing %s and %s here, then %s with %s, and every week more %s beside the %s.", pick(0), pick(1), pick(2), pick(3), pick(4), pick(5))
}

// load stores submissions with one answer in words to the invented
// consultation of the store's own tests.
func (k *kit) load(t testing.TB, c *models.Consultation, texts []string, quotable func(i int) bool) {
	t.Helper()
	var subs []models.Submission
	for i, text := range texts {
		s := storetest.Submission(c.ID, i).Submission
		s.Consents = nil
		if quotable(i) {
			s.Consents = []models.Consent{models.ConsentQuote}
		}
		s.Answers = slices.Clone(s.Answers)
		s.Answers[2] = models.Answer{Question: "C2", Text: text}
		subs = append(subs, s)
	}
	noError(t, k.Load(ctx, officer, subs))
}

const invented = storetest.Invented

var searchAll = search.Query{}
