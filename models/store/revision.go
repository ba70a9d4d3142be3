package store

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
)

// Revision tells one state of the database from another: as long as it stays the
// same, nobody has written anything, in this process or another. It is one small
// query, and belongs outside Tx. What is read after it may be newer, never older.
func (s *Store) Revision(ctx context.Context) (revision string, err error) {
	const doing = "see whether anything was written"
	if s.watch != nil {
		revision, err = s.watch.revision(ctx)
		return revision, failed(err, doing)
	}
	// Two that see the same transactions see the same rows.
	err = s.db.WithContext(ctx).Raw("SELECT pg_current_snapshot()::text").Scan(&revision).Error
	return revision, failed(err, doing)
}

// watch is a connection to SQLite by which nobody writes. Such a one is told
// whenever any other has written (https://sqlite.org/pragma.html#pragma_data_version).
type watch struct {
	db *sql.DB

	mu     sync.Mutex
	conn   *sql.Conn
	opened int // how often: what one connection is told says nothing to another
}

func (w *watch) revision(ctx context.Context) (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.conn == nil {
		conn, err := w.db.Conn(ctx)
		if err != nil {
			return "", err
		}
		w.conn = conn
		w.opened++
	}
	var version int64
	if err := w.conn.QueryRowContext(ctx, "PRAGMA data_version").Scan(&version); err != nil {
		w.end()
		return "", err
	}
	return fmt.Sprint(w.opened, "/", version), nil
}

// end gives the connection back.
func (w *watch) end() {
	if w.conn != nil {
		_ = w.conn.Close()
		w.conn = nil
	}
}
