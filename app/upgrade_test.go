package app

import (
	"database/sql"
	"errors"
	"net/http"
	"net/url"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"heard/models/storetest"
)

// Eight people answer while a newer version of the program changes the tables and
// takes the place of the older one, which runs on for a while. Whoever still reaches
// the older one is told to come back before they have sent anything; nothing that
// was acknowledged is lost or there twice.
//
// make upgrade does it with two programs, of which HEARD_TEST_NEXT names the newer
// one. Without it the database is marked as a newer one would.
func TestNewerVersionBeside(t *testing.T) {
	cfg := settings(t.TempDir())
	cfg.Database = storetest.PostgresURL(t)
	a := openPortal(t, cfg)
	c := openSquare(t, a)
	closePortal(t, a)

	older := startPortal(t, cfg)
	defer older.kill()
	<-older.ready
	people := answering(t.Context(), 8, older.url)
	people.more(t, 40)

	db, err := sql.Open("pgx", cfg.Database)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	mark := func(statement string) {
		t.Helper()
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	var newer *portal
	if program := os.Getenv("HEARD_TEST_NEXT"); program != "" {
		t.Setenv("HEARD_TEST_BINARY", program)
		t.Setenv("HEARD_SEARCH", "bleve:"+t.TempDir()+"/index") // only one process can open an index
		newer = startPortal(t, cfg)
		defer newer.kill()
		<-newer.ready
	} else {
		mark("INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, true)")
	}

	// The older one takes nothing any more.
	late := newPerson(func() string { return older.url })
	_, _, err = late.ask(t.Context(), "/"+square+"/respond", url.Values{"lang": {"en"}})
	if told := (away{}); !errors.As(err, &told) || told.retryAfter != "30" {
		t.Errorf("who begins with the older one is told %v", err)
	}
	conn, answer := by(t, older.url, "/"+square+"/respond/C2", "", 900_000)
	if res, err := http.ReadResponse(answer, nil); err != nil || res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Retry-After") == "" {
		t.Errorf("somebody who has not sent anything yet is told %v, %v", res, err)
	}
	_ = conn.Close()
	if status, body, _ := late.ask(t.Context(), "/readyz", nil); status != http.StatusServiceUnavailable {
		t.Errorf("ready: %d %s", status, body)
	}

	before, two := people.count.Load(), newer != nil
	if !two {
		older.kill()
		mark("DELETE FROM goose_db_version WHERE version_id = 9999")
		newer = startPortal(t, cfg)
		defer newer.kill()
		<-newer.ready
	}
	people.base.Store(newer.url)
	people.more(t, 40)
	people.end(t)
	older.kill()
	newer.kill()

	// This program, which is the older one, looks at what they have stored.
	mark("DELETE FROM goose_db_version WHERE version_id = 9999")
	a = openPortal(t, cfg)
	defer closePortal(t, a)
	stored := map[string]int{}
	for sub, err := range a.Store.Submissions(t.Context(), c.ID) {
		if err != nil {
			t.Fatal(err)
		}
		stored[sub.Answers[0].Text]++
	}
	if diff := cmp.Diff(people.acknowledged, stored); diff != "" {
		t.Errorf("what was acknowledged is not what is stored (-acknowledged +stored):\n%s", diff)
	}
	t.Logf("%s, two programs: %t: %d acknowledged, %d of them by the newer one, %d stored", a.Store.Backend(), two, len(people.acknowledged), int64(len(people.acknowledged))-before, len(stored))
}
