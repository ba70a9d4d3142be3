// Package storetest gives tests a fresh store on every database the portal
// supports, the contract that all of them keep, and things to fill them with.
package storetest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver named "pgx"

	"heard/models/store"
)

// Where PostgreSQL is, and which databases must not be skipped (a comma list).
const (
	PostgresVariable = "HEARD_TEST_POSTGRES_URL"
	RequireVariable  = "HEARD_TEST_REQUIRE"
)

// Secret is the portal's secret in tests that have no other.
var Secret = []byte("a secret of tests")

// Open opens a store on the test's database and closes it with the test.
// Opening again gives another store on the same database. Without options it
// has the system's clock and logs nothing, and its secret is Secret.
type Open func(opt ...store.Options) *store.Store

// Each runs f once per database, each time on a fresh one.
func Each(t *testing.T, f func(t *testing.T, open Open)) {
	EachURL(t, func(t *testing.T, url string) {
		f(t, func(opt ...store.Options) *store.Store {
			t.Helper()
			return OpenURL(t, url, opt...)
		})
	})
}

// EachURL runs f once per database, each time with the address of a fresh one,
// for tests that open the store themselves. PostgreSQL takes part when
// HEARD_TEST_POSTGRES_URL says where it is; otherwise it is skipped, or, when
// HEARD_TEST_REQUIRE names it, the test fails.
func EachURL(t *testing.T, f func(t *testing.T, url string)) {
	t.Run("sqlite", func(t *testing.T) { f(t, SQLiteURL(t)) })
	t.Run("postgres", func(t *testing.T) { f(t, PostgresURL(t)) })
}

// OpenURL opens a store and closes it with the test.
func OpenURL(t testing.TB, url string, opt ...store.Options) *store.Store {
	t.Helper()
	var o store.Options
	if len(opt) > 0 {
		o = opt[0]
	}
	if o.Secret == nil {
		o.Secret = Secret
	}
	s, err := store.Open(context.Background(), url, o)
	if err != nil {
		t.Fatalf("open the store: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close the store: %v", err)
		}
	})
	return s
}

// New returns a store on a fresh SQLite database, for tests that are not about
// the store.
func New(t testing.TB, opt ...store.Options) *store.Store {
	t.Helper()
	return OpenURL(t, SQLiteURL(t), opt...)
}

// SQLiteURL returns the address of a fresh SQLite database.
func SQLiteURL(t testing.TB) string {
	return "sqlite:" + filepath.Join(t.TempDir(), "heard.db")
}

// PostgresURL returns the address of a fresh schema, which is dropped with the
// test. It skips or fails the test when there is no PostgreSQL.
func PostgresURL(t testing.TB) string {
	t.Helper()
	base := os.Getenv(PostgresVariable)
	if base == "" {
		if slices.Contains(strings.Split(os.Getenv(RequireVariable), ","), "postgres") {
			t.Fatalf("%s asks for postgres, but %s is not set", RequireVariable, PostgresVariable)
		}
		t.Skipf("skipped on PostgreSQL: set %s to its address to run it", PostgresVariable)
	}
	address, err := url.Parse(base)
	if err != nil {
		t.Fatalf("%s is not an address: expected postgres://USER@HOST/NAME", PostgresVariable)
	}
	schema := "test_" + strings.ToLower(rand.Text())
	admin(t, base, "CREATE SCHEMA "+schema)
	t.Cleanup(func() { admin(t, base, "DROP SCHEMA "+schema+" CASCADE") })
	query := address.Query()
	query.Set("search_path", schema)
	address.RawQuery = query.Encode()
	return address.String()
}

func admin(t testing.TB, url, statement string) {
	t.Helper()
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if _, err := db.Exec(statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// raw opens the database beneath a store, for what no store would do.
func raw(t testing.TB, address string) *sql.DB {
	t.Helper()
	driver, dsn := "pgx", address
	if path, ok := strings.CutPrefix(address, "sqlite:"); ok {
		driver, dsn = "sqlite", path
	}
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// Clock is a clock that moves when it is told to.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock returns a clock that stands at an instant, written 2026-11-02T09:30:00Z.
func NewClock(at string) *Clock {
	now, err := time.Parse(time.RFC3339, at)
	if err != nil {
		panic(fmt.Sprintf("not an instant: %q", at))
	}
	return &Clock{now: now}
}

// Now returns where the clock stands.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}
