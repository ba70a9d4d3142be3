package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"

	"heard/models"
)

// pool is the connections as gorm uses them. It refuses text that one of the
// databases could not keep, and makes SQLite's writers wait in line.
type pool struct {
	*sql.DB
	// writer holds one token while somebody writes; nil for PostgreSQL, which
	// has many writers. SQLite's own waiting is a poll without an order, in
	// which a writer can starve when many come at once.
	writer chan struct{}

	// Tables of a later version than it knows are written by a newer program, which
	// may run beside this one while it takes its place.
	knows  int64
	tables int64 // PostgreSQL's lock that writers share, and whoever changes tables has alone

	// Vacuums of PostgreSQL: how many were asked for, and up to which of them they were
	// done by one that began later.
	asked     atomic.Int64
	vacuuming sync.Mutex
	vacuumed  int64
}

// emptyLog empties SQLite's write-ahead log.
func (p *pool) emptyLog(ctx context.Context) error {
	end, err := p.begin(ctx)
	if err != nil {
		return err
	}
	defer end()
	var busy, pages, moved int
	err = p.DB.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &moved)
	if err == nil && busy != 0 {
		err = &fault{code: "somebody is still reading"}
	}
	return err
}

// withWords are the tables in which something is erased: keys first, without which the
// rest of what respondents wrote does not open.
var withWords = []string{keysTable, "answers", "attachments", "messages", "keyed_versions", "objections", "redactions", "held_words", "submissions", "leaves",
	"quotes", "codings", "themes", "campaigns", "approved_drafts", "notes", "summaries", "released", "reports", "report_proposals"}

// vacuum has PostgreSQL give up the rows that were erased, which nobody can run in
// a transaction. Of those who ask at once one does it for all.
func (p *pool) vacuum(ctx context.Context) error {
	asked := p.asked.Add(1)
	p.vacuuming.Lock()
	defer p.vacuuming.Unlock()
	if p.vacuumed >= asked {
		return nil
	}
	upTo := p.asked.Load()
	_, err := p.DB.ExecContext(ctx, "VACUUM "+strings.Join(withWords, ", "))
	if err == nil {
		p.vacuumed = upTo
	}
	return err
}

const tablesVersion = "SELECT MAX(version_id) FROM goose_db_version"

var errNewer = unavailable(errors.New("a newer version of the program has changed the tables: stop this one"))

// longestWait is how long a writer stands in line before it is told to come
// back later.
const longestWait = 10 * time.Second

func (p *pool) begin(ctx context.Context) (end func(), err error) {
	if p.writer == nil {
		return func() {}, nil
	}
	timer := time.NewTimer(longestWait)
	defer timer.Stop()
	select {
	case p.writer <- struct{}{}:
		return sync.OnceFunc(func() { <-p.writer }), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-timer.C:
		return nil, unavailable(errors.New("waited too long to write"))
	}
}

// BeginTx starts a transaction; it makes pool a gorm.ConnPoolBeginner.
func (p *pool) BeginTx(ctx context.Context, opts *sql.TxOptions) (gorm.ConnPool, error) {
	t, err := p.open(ctx, opts)
	if err != nil {
		return nil, err
	}
	return t, nil
}

func (p *pool) open(ctx context.Context, opts *sql.TxOptions) (*transaction, error) {
	end, err := p.begin(ctx)
	if err != nil {
		return nil, err
	}
	tx, err := p.DB.BeginTx(ctx, opts)
	if err != nil {
		end()
		return nil, err
	}
	t := &transaction{Tx: tx, ctx: ctx, end: end}
	if err := p.current(ctx, tx); err != nil {
		_ = t.Rollback()
		return nil, err
	}
	return t, nil
}

// current refuses tables that are newer than the program, and keeps them as they
// are until the transaction ends; SQLite has one writer anyway.
func (p *pool) current(ctx context.Context, tx *sql.Tx) error {
	if p.tables != 0 {
		if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock_shared($1)", p.tables); err != nil {
			return err
		}
	}
	var has int64
	if err := tx.QueryRowContext(ctx, tablesVersion).Scan(&has); err != nil {
		return err
	}
	if has > p.knows {
		return errNewer
	}
	return nil
}

// GetDBConn returns the pool itself; it makes pool a gorm.GetDBConnector.
func (p *pool) GetDBConn() (*sql.DB, error) { return p.DB, nil }

func (p *pool) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	t, err := p.open(ctx, nil)
	if err != nil {
		return nil, err
	}
	result, err := t.ExecContext(ctx, query, args...)
	if err != nil {
		return nil, errors.Join(err, t.Rollback())
	}
	return result, t.Commit()
}

func (p *pool) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := checkText(args); err != nil {
		return nil, err
	}
	if !reads(query) {
		return nil, errors.New("a write that returns rows outside a transaction: expected a statement that reads")
	}
	return p.DB.QueryContext(ctx, query, args...)
}

// transaction is one transaction as gorm uses it.
type transaction struct {
	*sql.Tx
	ctx     context.Context // of the transaction
	end     func()
	counted bool // it wrote what figures are counted from
}

func (t *transaction) Commit() error {
	defer t.end()
	if t.counted {
		if err := t.count(t.ctx); err != nil {
			return errors.Join(err, t.Tx.Rollback())
		}
	}
	return t.Tx.Commit()
}

func (t *transaction) Rollback() error {
	defer t.end()
	return t.Tx.Rollback()
}

func (t *transaction) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := checkText(args); err != nil {
		return nil, err
	}
	t.counted = t.counted || counts(query)
	return t.Tx.ExecContext(ctx, query, args...)
}

func (t *transaction) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := checkText(args); err != nil {
		return nil, err
	}
	t.counted = t.counted || counts(query) // that it returns rows does not say that it writes none
	return t.Tx.QueryContext(ctx, query, args...)
}

// checkText refuses text that PostgreSQL cannot keep, so that both databases
// hold the same.
func checkText(args []any) error {
	for _, arg := range args {
		switch v := arg.(type) {
		case nil, []byte:
		case list:
			for _, s := range v {
				if !keepable(s) {
					return errUnkeepable
				}
			}
		default:
			if r := reflect.ValueOf(v); r.Kind() == reflect.String && !keepable(r.String()) {
				return errUnkeepable
			}
		}
	}
	return nil
}

func keepable(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

var errUnkeepable = models.NewError(models.KindInvalid, "The text contains characters that cannot be kept, such as a null character. Remove them and try again.")

// list is a short list of words in a text column, as JSON. None and nil are
// the same.
type list []string

// Value returns the list as JSON.
func (l list) Value() (driver.Value, error) {
	if len(l) == 0 {
		return "[]", nil
	}
	b, err := json.Marshal([]string(l))
	return string(b), err
}

// Scan reads the list from JSON.
func (l *list) Scan(value any) error {
	text, _ := value.(string)
	if b, ok := value.([]byte); ok {
		text = string(b)
	}
	*l = nil
	// Most are of none or of one, and plain.
	if text == "[]" {
		return nil
	}
	if word, one := strings.CutPrefix(text, `["`); one {
		if word, one = strings.CutSuffix(word, `"]`); one && !strings.ContainsAny(word, `"\`) {
			*l = list{word}
			return nil
		}
	}
	var words []string
	if err := json.Unmarshal([]byte(text), &words); err != nil {
		return errors.New("a column that holds a list does not")
	}
	if len(words) > 0 {
		*l = words
	}
	return nil
}

// listOf makes a list of named strings.
func listOf[T ~string](in []T) list {
	out := make(list, len(in))
	for i, s := range in {
		out[i] = string(s)
	}
	return out
}

// value is anything else that is kept as JSON.
type value[T any] struct{ of T }

// Value returns it as JSON, and what is empty as its migration does: lists as [].
func (v value[T]) Value() (driver.Value, error) {
	b, err := json.Marshal(v.of)
	if string(b) == "null" {
		return "[]", err
	}
	return string(b), err
}

// Scan reads it from JSON.
func (v *value[T]) Scan(from any) error {
	var b []byte
	switch from := from.(type) {
	case string:
		b = []byte(from)
	case []byte:
		b = from
	}
	var of T
	if string(b) != "[]" {
		if err := json.Unmarshal(b, &of); err != nil {
			return errors.New("a column that holds JSON does not")
		}
	}
	v.of = of
	return nil
}
