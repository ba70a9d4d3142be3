package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/driver/postgres"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	driversqlite "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"heard/models"
)

// The dialectors differ from gorm's in how they translate errors: those of
// statements pass through clean before anybody sees them. gorm forgets to
// translate those of Scan, so whatever leaves the store goes through failed,
// found or saved, which clean once more.
type (
	sqliteDialector   struct{ *sqlite.Dialector }
	postgresDialector struct{ *postgres.Dialector }
)

// Translate makes an error safe to show; gorm calls it for every error.
func (sqliteDialector) Translate(err error) error { return clean(err) }

// Translate makes an error safe to show; gorm calls it for every error.
func (postgresDialector) Translate(err error) error { return clean(err) }

// fault is a database error without anything that could repeat a row: drivers
// put values into messages and details.
type fault struct {
	code       string // SQLSTATE, SQLite's name for the error, or the type of the driver's error
	constraint string // the constraint or columns it is about, if any
	is         error  // what it is for errors.Is, may be nil
}

func (f *fault) Error() string {
	if f.constraint != "" {
		return fmt.Sprintf("database error: %s (%s)", f.code, f.constraint)
	}
	return "database error: " + f.code
}

func (f *fault) Unwrap() error { return f.is }

var (
	violated = regexp.MustCompile(`(?:UNIQUE|NOT NULL) constraint failed: (\w+\.\w+(?:, \w+\.\w+)*)`)
	unread   = regexp.MustCompile(`^sql: Scan error on column index \d+, name "(\w+)"`)
	codeName = regexp.MustCompile(`SQLITE_\w+`)
)

// clean reduces an error to what is safe to show and log.
func clean(err error) error {
	var (
		known   *fault
		own     *models.Error
		pg      *pgconn.PgError
		connect *pgconn.ConnectError
		lite    *driversqlite.Error
		network net.Error
	)
	switch {
	case err == nil, errors.As(err, &known), errors.As(err, &own), errors.Is(err, gorm.ErrRecordNotFound):
		return err
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, os.ErrDeadlineExceeded):
		return context.DeadlineExceeded
	case errors.As(err, &connect):
		// It names the server and the user, which the operator chose.
		return unavailable(errors.New(connect.Error()))
	case errors.As(err, &pg):
		f := &fault{code: "SQLSTATE " + pg.Code, constraint: pg.ConstraintName}
		switch {
		case pg.Code == "23505":
			f.is = gorm.ErrDuplicatedKey
		case pg.Code == "23503":
			f.is = gorm.ErrForeignKeyViolated
		case pg.Code == "22021": // text it cannot keep
			return errUnkeepable
		case strings.HasPrefix(pg.Code, "08"), strings.HasPrefix(pg.Code, "53"), strings.HasPrefix(pg.Code, "57P"), // away, out of room, stopping
			pg.Code == "40001", pg.Code == "40P01", pg.Code == "55P03", pg.Code == "25006": // somebody else was first, or read-only
			return unavailable(f)
		}
		return f
	case errors.As(err, &lite):
		f := &fault{code: fmt.Sprintf("%s %d", codeName.FindString(driversqlite.ErrorCodeString[lite.Code()&0xff]), lite.Code())}
		if m := violated.FindStringSubmatch(lite.Error()); m != nil {
			f.constraint = m[1]
		}
		switch lite.Code() {
		case sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_ROWID:
			f.is = gorm.ErrDuplicatedKey
		case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
			f.is = gorm.ErrForeignKeyViolated
		}
		switch lite.Code() & 0xff {
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN:
			return unavailable(f)
		case sqlite3.SQLITE_INTERRUPT:
			f.is = context.Canceled
		}
		return f
	case errors.Is(err, sql.ErrConnDone), errors.Is(err, driver.ErrBadConn), errors.Is(err, pgconn.ErrConnClosed), errors.Is(err, pgx.ErrTxClosed), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &network):
		return unavailable(&fault{code: "connection lost"})
	case errors.Is(err, sql.ErrTxDone):
		return &fault{code: "transaction is over", is: sql.ErrTxDone}
	case errors.Is(err, pgx.ErrTxCommitRollback):
		return &fault{code: "rolled back at commit, because a statement in the transaction had failed"}
	}
	if m := unread.FindStringSubmatch(err.Error()); m != nil {
		return &fault{code: "a value cannot be read", constraint: "column " + m[1]}
	}
	root := err
	for next := errors.Unwrap(root); next != nil; next = errors.Unwrap(next) {
		root = next
	}
	return &fault{code: fmt.Sprintf("of type %T", root)}
}

// code returns what a log may say about an error.
func code(err error) string {
	var f *fault
	if errors.As(err, &f) {
		return f.code
	}
	var own *models.Error
	switch {
	case errors.As(err, &own):
		return "refused"
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return "cancelled"
	}
	return fmt.Sprintf("%T", err)
}

func unavailable(err error) error {
	return &models.Error{Kind: models.KindUnavailable, Message: "The portal cannot reach its records at the moment. Try again in a few minutes.", Err: err}
}

// What was not found, for the person who looked for it.
const (
	noConsultation = "There is no such consultation."
	noSubmission   = "There is no such submission."
	noTheme        = "There is no such theme."
	noUser         = "There is no such account."
	noDraft        = "The saved answers are gone: they were sent, removed or kept for too long."
	noReport       = "There is no report yet."
)

// found gives an error its place and turns "no row" into NotFound.
func found(err error, doing, missing string) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, gorm.ErrRecordNotFound):
		return models.NewError(models.KindNotFound, missing)
	}
	return failed(err, doing)
}

// saved gives an error its place and turns "already there" into Conflict.
func saved(err error, doing, taken string) error {
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return &models.Error{Kind: models.KindConflict, Message: taken, Err: err}
	}
	return failed(err, doing)
}

// failed gives an error its place.
func failed(err error, doing string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("cannot %s: %w", doing, clean(err))
}
