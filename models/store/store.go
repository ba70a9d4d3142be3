// Package store keeps the models in SQLite or PostgreSQL. It is the only
// package that knows a database: rows stay inside it, callers see models.
//
// Nothing it returns or logs ever repeats what is in a row: database errors
// are reduced to their code and the constraint's name (see fault), and the
// log is told the kind of operation only.
package store

import (
	"context"
	"crypto/cipher"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"golang.org/x/sync/errgroup"
	"gorm.io/driver/postgres"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"
	_ "modernc.org/sqlite" // the driver named "sqlite"

	"heard/models"
)

// Store keeps the models in one database. It is safe for use by several
// goroutines; the one handed to a Tx function is for that function only.
type Store struct {
	db      *gorm.DB
	now     func() time.Time
	log     *slog.Logger
	erased  func(ctx context.Context, ids []string)
	wrap    cipher.AEAD // seals the keys of submissions
	backend string
	parsed  *parsed
	unit    *unit // nil outside Tx
}

// Options are what a Store needs besides the database.
type Options struct {
	// Secret is the portal's, from which the key is made that opens the keys of
	// what respondents wrote. The database does not hold it.
	Secret []byte

	Now    func() time.Time // the clock; time.Now when nil
	Logger *slog.Logger     // nothing is logged when nil

	// Erased is told which submissions were erased, as soon as they are for good
	// and before whoever asked for it hears of it; may be nil.
	Erased func(ctx context.Context, submissions []string)
}

// Open connects to the database at url, brings its tables up to date and
// checks that it keeps what it is given. url is "sqlite:" and the path of a
// file, which is made when it does not exist, or a "postgres://" address. A
// database written by a newer version of the program is refused, and one that a
// newer version changes later is not written any more: every Tx is unavailable.
func Open(ctx context.Context, url string, opt Options) (*Store, error) {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Logger == nil {
		opt.Logger = slog.New(slog.DiscardHandler)
	}
	open, dialect := openSQLite, "sqlite"
	switch {
	case strings.HasPrefix(url, "sqlite:"):
	case strings.HasPrefix(url, "postgres://"), strings.HasPrefix(url, "postgresql://"):
		open, dialect = openPostgres, "postgres"
	default:
		return nil, errors.New("unknown kind of database: expected sqlite:PATH or postgres://USER@HOST/NAME")
	}
	pool, dialector, err := open(url)
	if err != nil {
		return nil, err
	}
	s, err := start(ctx, pool, dialect, dialector, opt)
	if err != nil {
		_ = pool.Close()
		return nil, err
	}
	return s, nil
}

// silenceRecorder keeps gorm from writing values into SQL text, even in
// memory. gorm has this one setting for the whole process.
var silenceRecorder = sync.OnceFunc(func() {
	logger.RecorderParamsFilter = func(_ context.Context, sql string, _ ...any) (string, []any) { return sql, nil }
})

func start(ctx context.Context, pool *pool, dialect string, dialector gorm.Dialector, opt Options) (*Store, error) {
	silenceRecorder()
	wrap, err := wrapping(opt.Secret)
	if err != nil {
		return nil, err
	}
	if err := reach(ctx, pool.DB); err != nil {
		return nil, err
	}
	if err := migrate(ctx, pool, dialect, migrations); err != nil {
		return nil, err
	}
	g, err := gorm.Open(dialector, &gorm.Config{
		Logger:                 quiet{opt.Logger},
		NowFunc:                func() time.Time { return opt.Now().UTC().Truncate(time.Microsecond) },
		TranslateError:         true,
		SkipDefaultTransaction: true, // one statement is atomic by itself; several are put in a Tx
	})
	if err != nil {
		return nil, fmt.Errorf("cannot open the database: %w", clean(err))
	}
	s := &Store{db: g, now: opt.Now, log: opt.Logger, erased: opt.Erased, wrap: wrap, parsed: &parsed{}}
	if dialect == "sqlite" {
		s.backend, err = checkSQLite(ctx, pool.DB)
	} else {
		s.backend, err = checkPostgres(ctx, pool.DB)
	}
	if err == nil {
		err = s.claimSecret(ctx, opt.Secret)
	}
	if err == nil {
		err = s.sealEarlier(ctx)
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

// reach makes the first connection. Two processes that do so at once on a
// fresh SQLite file both switch it to write-ahead logging, and then SQLite
// turns one away without the wait it otherwise grants.
func reach(ctx context.Context, db *sql.DB) error {
	patience := time.After(longestWait)
	for {
		err := clean(db.PingContext(ctx))
		var f *fault
		if !errors.As(err, &f) || !strings.HasPrefix(f.code, "SQLITE_BUSY") {
			return failed(err, "reach the database")
		}
		select {
		case <-patience:
			return failed(err, "reach the database")
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// oldestSQLite is the first version in which resetting the write-ahead log
// cannot corrupt the database (https://sqlite.org/releaselog/3_51_3.html).
const oldestSQLite = "3.51.3"

// pragmas are set on every connection and checked at the start. A commit is
// on disk when it returns (synchronous), and deleted bytes are overwritten.
var pragmas = []struct{ name, set, want string }{
	{"busy_timeout", "10000", "10000"}, // first, because the next one may have to wait
	{"journal_mode", "WAL", "wal"},
	{"synchronous", "FULL", "2"},
	{"foreign_keys", "1", "1"},
	{"secure_delete", "1", "1"},
}

func openSQLite(address string) (*pool, gorm.Dialector, error) {
	path := strings.TrimPrefix(address, "sqlite:")
	if path == "" || strings.HasPrefix(path, ":memory:") {
		return nil, nil, errors.New("expected sqlite: and the path of a file")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, nil, fmt.Errorf("cannot find the database file: %w", err)
	}
	// SQLite gives its write-ahead log the rights of this file.
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("cannot create the database file: the folder %s does not exist", filepath.Dir(path))
	}
	if err != nil {
		return nil, nil, fmt.Errorf("cannot open the database file: %w", err)
	}
	if err := file.Close(); err != nil {
		return nil, nil, fmt.Errorf("cannot open the database file: %w", err)
	}
	settings := url.Values{"_txlock": {"immediate"}}
	for _, p := range pragmas {
		settings.Add("_pragma", fmt.Sprintf("%s(%s)", p.name, p.set))
	}
	dsn := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: settings.Encode()}
	db, err := sql.Open("sqlite", dsn.String())
	if err != nil {
		return nil, nil, fmt.Errorf("cannot open the database file: %w", clean(err))
	}
	// Each connection has a cache of pages of its own, and opening one takes longer
	// than most of what it is used for.
	db.SetMaxOpenConns(64)
	db.SetMaxIdleConns(16)
	pool := &pool{DB: db, writer: make(chan struct{}, 1)}
	return pool, sqliteDialector{&sqlite.Dialector{DriverName: "sqlite", Conn: pool}}, nil
}

func checkSQLite(ctx context.Context, db *sql.DB) (backend string, err error) {
	var version string
	if err := db.QueryRowContext(ctx, "SELECT sqlite_version()").Scan(&version); err != nil {
		return "", fmt.Errorf("cannot read SQLite's version: %w", clean(err))
	}
	if olderThan(version, oldestSQLite) {
		return "", fmt.Errorf("SQLite %s can corrupt the database: expected %s or later; build with a newer modernc.org/sqlite", version, oldestSQLite)
	}
	for _, p := range pragmas {
		var got string
		if err := db.QueryRowContext(ctx, "PRAGMA "+p.name).Scan(&got); err != nil {
			return "", fmt.Errorf("cannot read SQLite's %s: %w", p.name, clean(err))
		}
		if got != p.want {
			return "", fmt.Errorf("SQLite's %s is %s: expected %s; keep the database file on a local disk", p.name, got, p.want)
		}
	}
	return "SQLite " + version, nil
}

// olderThan compares versions such as 3.51.3 number by number.
func olderThan(version, other string) bool {
	var a, b [3]int
	_, _ = fmt.Sscanf(version, "%d.%d.%d", &a[0], &a[1], &a[2])
	_, _ = fmt.Sscanf(other, "%d.%d.%d", &b[0], &b[1], &b[2])
	for i := range a {
		if a[i] != b[i] {
			return a[i] < b[i]
		}
	}
	return false
}

func openPostgres(address string) (*pool, gorm.Dialector, error) {
	config, err := pgx.ParseConfig(address)
	if err != nil {
		// The driver's own message would repeat parts of the address.
		return nil, nil, errors.New("cannot read the address of the database: expected postgres://USER:PASSWORD@HOST:PORT/NAME?sslmode=verify-full")
	}
	config.RuntimeParams["timezone"] = "UTC"
	config.RuntimeParams["synchronous_commit"] = "on" // a commit is on disk when it returns
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "heard"
	}
	db := stdlib.OpenDB(*config)
	db.SetMaxOpenConns(32) // PostgreSQL allows 100 in all unless told otherwise
	db.SetMaxIdleConns(8)
	pool := &pool{DB: db}
	return pool, postgresDialector{&postgres.Dialector{Config: &postgres.Config{Conn: pool}}}, nil
}

// safePostgres are settings without which PostgreSQL can lose what it has
// confirmed, or writes whole rows into its own log when it refuses one.
var safePostgres = []struct {
	name  string
	fit   []string
	cause string
}{
	{"fsync", []string{"on"}, "it can lose what it has confirmed"},
	{"full_page_writes", []string{"on"}, "it can lose what it has confirmed"},
	{"synchronous_commit", []string{"on", "remote_write", "remote_apply"}, "it can lose what it has confirmed"},
	{"log_error_verbosity", []string{"terse"}, "it writes what people answered into its own log"},
}

func checkPostgres(ctx context.Context, db *sql.DB) (backend string, err error) {
	show := func(name string) (value string, err error) {
		if err = db.QueryRowContext(ctx, "SHOW "+name).Scan(&value); err != nil {
			err = fmt.Errorf("cannot read PostgreSQL's %s: %w", name, clean(err))
		}
		return value, err
	}
	encoding, err := show("server_encoding")
	if err == nil && encoding != "UTF8" {
		err = fmt.Errorf("the database's encoding is %s: create it with ENCODING 'UTF8'", encoding)
	}
	if err != nil {
		return "", err
	}
	for _, setting := range safePostgres {
		value, err := show(setting.name)
		if err != nil {
			return "", err
		}
		if !slices.Contains(setting.fit, value) {
			return "", fmt.Errorf("PostgreSQL's %s is %s, so %s: as its administrator run ALTER SYSTEM SET %s = '%s'; SELECT pg_reload_conf();", setting.name, value, setting.cause, setting.name, setting.fit[0])
		}
	}
	version, err := show("server_version")
	version, _, _ = strings.Cut(version, " ")
	return "PostgreSQL " + version, err
}

// Close waits for what is being written, empties SQLite's write-ahead log into
// the database file, and closes the database.
func (s *Store) Close() error {
	if s.dialect() == "sqlite" {
		s.wipe(context.Background())
	}
	db, err := s.db.DB()
	if err != nil {
		return fmt.Errorf("cannot close the database: %w", clean(err))
	}
	if err := db.Close(); err != nil {
		return fmt.Errorf("cannot close the database: %w", clean(err))
	}
	return nil
}

// Ping reports whether the database answers, and is of this version of the program.
func (s *Store) Ping(ctx context.Context) error {
	var has int64
	err := s.db.WithContext(ctx).Raw(tablesVersion).Scan(&has).Error
	if pool := s.db.Statement.ConnPool.(*pool); err == nil && has > pool.knows {
		err = errNewer
	}
	return failed(err, "reach the database")
}

// Backend names the database and its version, for messages: "SQLite 3.54.1"
// or "PostgreSQL 15.18".
func (s *Store) Backend() string { return s.backend }

// Tx runs f in one transaction: when f returns an error or panics, nothing it
// wrote through tx stays. Inside another Tx only f's own part is taken back.
// f must use tx, not s.
func (s *Store) Tx(ctx context.Context, f func(tx *Store) error) error {
	outermost := s.unit == nil
	tx := *s
	if outermost {
		tx.unit = new(unit)
		// Also when f panics.
		defer func() { s.recordUndone(context.WithoutCancel(ctx), tx.unit.undone) }()
	}
	err := s.transact(ctx, &tx, f)
	if errors.Is(err, sql.ErrTxDone) && ctx.Err() != nil {
		return ctx.Err() // the transaction was taken back because of it
	}
	if err == nil && outermost && tx.unit.erased {
		if len(tx.unit.gone) > 0 && s.erased != nil {
			s.erased(context.WithoutCancel(ctx), tx.unit.gone)
		}
		s.wipe(context.WithoutCancel(ctx))
	}
	return err
}

// unit is what a transaction has done beside its statements.
type unit struct {
	erased bool                // it erased something
	gone   []string            // the submissions that it erased whole
	acts   []models.AuditEvent // to be recorded when it ends
	undone []models.AuditEvent // taken back with the part of it that did them
}

func (s *Store) transact(ctx context.Context, tx *Store, f func(tx *Store) error) error {
	acts, stays := len(tx.unit.acts), false
	defer func() {
		if !stays { // whether by an error or a panic
			tx.unit.undone = append(tx.unit.undone, tx.unit.acts[acts:]...)
			tx.unit.acts = tx.unit.acts[:acts]
		}
	}()
	err := s.db.WithContext(ctx).Transaction(func(db *gorm.DB) error {
		tx.db = db
		err := f(tx)
		if err == nil && s.unit == nil {
			err = tx.keepActs(ctx, tx.unit.acts)
		}
		return err
	})
	stays = err == nil
	return err
}

// wipe removes what was erased from the disk, as far as the database lets it:
// SQLite's write-ahead log otherwise holds it until it is overwritten, and
// PostgreSQL keeps deleted rows until a vacuum.
func (s *Store) wipe(ctx context.Context) {
	pool, ok := s.db.Statement.ConnPool.(*pool)
	if !ok {
		return
	}
	what, run := "what was erased stays in the write-ahead log until it is next emptied", pool.emptyLog
	if pool.writer == nil {
		what, run = "what was erased stays in the tables until they are next vacuumed", pool.vacuum
	}
	if err := run(ctx); err != nil {
		s.log.WarnContext(ctx, what, slog.String("code", code(clean(err))))
	}
}

// Lock makes others that lock the same consultation wait until this
// transaction ends. It belongs inside Tx.
func (s *Store) Lock(ctx context.Context, consultation string) error {
	if s.unit == nil {
		return errors.New("cannot lock a consultation outside a transaction")
	}
	// SQLite has one writer at a time and gorm leaves the clause out there. NO
	// KEY lets others insert rows that point at the consultation meanwhile.
	var row consultationRow
	err := s.db.WithContext(ctx).Clauses(clause.Locking{Strength: "NO KEY UPDATE"}).Take(&row, "id = ?", consultation).Error
	return found(err, "lock the consultation", noConsultation)
}

// Together reads several parts of what one page or report needs: two at the same
// time where the store may, which is not inside Tx and in a Snapshot. The first
// error ends it.
func (s *Store) Together(ctx context.Context, parts ...func(ctx context.Context) error) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(2)
	if _, many := s.db.Statement.ConnPool.(*pool); !many {
		g.SetLimit(1)
	}
	for _, part := range parts {
		g.Go(func() error { return part(ctx) })
	}
	return g.Wait()
}

// readRows reads the rows of a query into columns, which point at variables, and calls f
// after each. It takes half of the time of gorm's own reading, which tells where a
// page counts on all there is.
func readRows(query *gorm.DB, f func(), columns ...any) error {
	rows, err := query.Rows()
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(columns...); err != nil {
			return err
		}
		f()
	}
	return rows.Err()
}

// chunk is how many rows are read or written by one statement: few enough for
// both databases' limit on parameters.
const chunk = 500
