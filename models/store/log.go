package store

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

// quiet is gorm's logger. It never sees SQL with values and never repeats a
// message, because gorm and the drivers put values into theirs.
type quiet struct{ log *slog.Logger }

// LogMode returns the logger as it is: how much is logged is the handler's to
// decide.
func (q quiet) LogMode(logger.LogLevel) logger.Interface { return q }

// Info is left out: gorm says nothing at this level that an operator needs.
func (q quiet) Info(context.Context, string, ...any) {}

// Warn tells that there was a warning.
func (q quiet) Warn(ctx context.Context, _ string, _ ...any) {
	q.log.WarnContext(ctx, "warning from the database library")
}

// Error tells that there was an error; whoever called gets the error itself.
func (q quiet) Error(ctx context.Context, _ string, _ ...any) {
	q.log.ErrorContext(ctx, "error in the database library")
}

// ParamsFilter keeps values out of the SQL that gorm writes for a log.
func (q quiet) ParamsFilter(_ context.Context, sql string, _ ...any) (string, []any) { return sql, nil }

// slow is how long an operation may take without being mentioned.
const slow = time.Second

// Trace tells of operations that failed or were slow: their kind, how long
// they took, roughly, and the error's code.
func (q quiet) Trace(ctx context.Context, begin time.Time, statement func() (string, int64), err error) {
	took := time.Since(begin)
	err = clean(err) // gorm translates most errors, but not those of Scan
	expected := err == nil || errors.Is(err, gorm.ErrRecordNotFound) || errors.Is(err, gorm.ErrDuplicatedKey) || errors.Is(err, context.Canceled)
	if expected && took < slow {
		return
	}
	sql, _ := statement()
	attrs := []any{slog.String("operation", operation(sql)), slog.String("took", roughly(took))}
	if expected {
		q.log.WarnContext(ctx, "slow database operation", attrs...)
		return
	}
	q.log.ErrorContext(ctx, "database operation failed", append(attrs, slog.String("code", code(err)))...)
}

// operation returns the kind of a statement, which is its first word.
func operation(sql string) string {
	word, _, _ := strings.Cut(strings.TrimSpace(sql), " ")
	switch word = strings.ToLower(word); word {
	case "select", "insert", "update", "delete":
		return word
	}
	return "other"
}

func roughly(d time.Duration) string {
	switch {
	case d < 10*time.Millisecond:
		return "under 10 ms"
	case d < 100*time.Millisecond:
		return "under 100 ms"
	case d < time.Second:
		return "under 1 s"
	case d < 10*time.Second:
		return "under 10 s"
	}
	return "10 s or more"
}
