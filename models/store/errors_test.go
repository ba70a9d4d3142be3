package store

import (
	"bytes"
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"heard/models"
)

const canary = "canary-testimony"

// TestClean: whatever a driver says, no part of a row is left in the error.
func TestClean(t *testing.T) {
	pg := func(code string) error {
		return fmt.Errorf("%s: %w", canary, &pgconn.PgError{Code: code, Message: canary, Detail: canary, Where: canary, Hint: canary, ConstraintName: "users_email_key"})
	}
	var number int
	syntax := json.Unmarshal([]byte(`"`+canary+`"`), &number)
	for name, c := range map[string]struct {
		err  error
		kind models.Kind
		is   error
		want string
	}{
		"taken":              {pg("23505"), models.KindInternal, gorm.ErrDuplicatedKey, "SQLSTATE 23505 (users_email_key)"},
		"leads nowhere":      {pg("23503"), models.KindInternal, gorm.ErrForeignKeyViolated, "SQLSTATE 23503"},
		"cannot be kept":     {pg("22021"), models.KindInvalid, nil, "characters that cannot be kept"},
		"disk full":          {pg("53100"), models.KindUnavailable, nil, "SQLSTATE 53100"},
		"stopping":           {pg("57P01"), models.KindUnavailable, nil, "SQLSTATE 57P01"},
		"deadlock":           {pg("40P01"), models.KindUnavailable, nil, "SQLSTATE 40P01"},
		"other":              {pg("22P02"), models.KindInternal, nil, "SQLSTATE 22P02"},
		"closed connection":  {fmt.Errorf("%s: %w", canary, pgconn.ErrConnClosed), models.KindUnavailable, nil, "connection lost"},
		"closed transaction": {fmt.Errorf("%s: %w", canary, pgx.ErrTxClosed), models.KindUnavailable, nil, "connection lost"},
		"bad connection":     {fmt.Errorf("%s: %w", canary, driver.ErrBadConn), models.KindUnavailable, nil, "connection lost"},
		"cancelled":          {fmt.Errorf("%s: %w", canary, context.Canceled), models.KindInternal, context.Canceled, "context canceled"},
		"out of time":        {fmt.Errorf("%s: %w", canary, context.DeadlineExceeded), models.KindInternal, context.DeadlineExceeded, "deadline exceeded"},
		"transaction over":   {fmt.Errorf("%s: %w", canary, sql.ErrTxDone), models.KindInternal, sql.ErrTxDone, "transaction is over"},
		"column":             {fmt.Errorf("sql: Scan error on column index 3, name %q: %s", "groups", canary), models.KindInternal, nil, "a value cannot be read (column groups)"},
		"column of canaries": {fmt.Errorf("%s: sql: Scan error on column index 3, name %q", canary, canary), models.KindInternal, nil, "of type *errors.errorString"},
		"json":               {fmt.Errorf("%s: %w", canary, syntax), models.KindInternal, nil, "of type *json.UnmarshalTypeError"},
		"anything":           {errors.New(canary), models.KindInternal, nil, "of type *errors.errorString"},
	} {
		t.Run(name, func(t *testing.T) {
			err := failed(c.err, "test")
			if !strings.Contains(err.Error(), c.want) || models.KindOf(err) != c.kind || (c.is != nil && !errors.Is(err, c.is)) {
				t.Errorf("%v of kind %d, want %q of kind %d being %v", err, models.KindOf(err), c.want, c.kind, c.is)
			}
			for chain := error(err); chain != nil; chain = errors.Unwrap(chain) {
				if text := fmt.Sprintf("%v %+v %#v", chain, chain, chain); strings.Contains(text, canary) {
					t.Errorf("repeats the row: %s", text)
				}
			}
			if again := failed(err, "test"); models.KindOf(again) != c.kind {
				t.Errorf("cleaned twice: %v", again)
			}
		})
	}
	if failed(nil, "test") != nil || found(nil, "test", "x") != nil || saved(nil, "test", "x") != nil {
		t.Error("no error became one")
	}
}

// TestQuiet runs statements that gorm would log with their values.
func TestQuiet(t *testing.T) {
	var log bytes.Buffer
	s, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "heard.db"), Options{Secret: []byte("secret"), Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	var into struct{ ID string }
	for name, run := range map[string]func() error{
		"select": func() error {
			return s.db.Raw("SELECT nothing FROM submissions WHERE id = ?", canary).Scan(&into).Error
		},
		"insert": func() error { return s.db.Create(&answerRow{Submission: canary, Text: canary}).Error },
		"update": func() error { return s.db.Model(&jobRow{}).Where("nothing = ?", canary).Update("kind", canary).Error },
		"delete": func() error { return s.db.Where("nothing = ?", canary).Delete(&jobRow{}).Error },
	} {
		log.Reset()
		if run() == nil {
			t.Errorf("%s: no error", name)
		}
		if text := log.String(); !strings.Contains(text, "operation="+name) || !strings.Contains(text, "SQLITE_") || strings.Contains(text, canary) || strings.Contains(text, "submissions") {
			t.Errorf("%s: log %q", name, text)
		}
	}
	log.Reset()
	q := quiet{s.log}
	q.Warn(t.Context(), canary+" %s", canary)
	q.Error(t.Context(), canary+" %s", canary)
	q.LogMode(logger.Info).Info(t.Context(), canary)
	q.Trace(t.Context(), time.Now().Add(-2*time.Second), func() (string, int64) { return "DROP " + canary, 1 }, nil)
	if text := log.String(); strings.Contains(text, canary) || !strings.Contains(text, "operation=other took=\"under 10 s\"") {
		t.Errorf("log %q", text)
	}
	// gorm's Scan writes SQL through a recorder of its own.
	statement, values := logger.RecorderParamsFilter(t.Context(), "SELECT ?", canary)
	if statement != "SELECT ?" || len(values) != 0 {
		t.Errorf("gorm's recorder sees values: %q %v", statement, values)
	}
}

func TestOlderThan(t *testing.T) {
	for version, want := range map[string]bool{
		"3.51.3": false, "3.51.2": true, "3.54.1": false, "3.100.0": false, "3.9.9": true, "4.0.0": false, "2.99.99": true, "": true,
	} {
		if got := olderThan(version, oldestSQLite); got != want {
			t.Errorf("%q is older than %s: %v, want %v", version, oldestSQLite, got, want)
		}
	}
}
