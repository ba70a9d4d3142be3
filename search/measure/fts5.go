package measure

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	_ "modernc.org/sqlite" // the database behind the driver named sqlite

	"heard/search"
)

// WithFTS5 fills SQLite's full-text search with the texts of docs, in memory and with Porter's stems, and hands its
// ranking to do: BM25 of any of the words, as one gets it without further work, to compare with. Filters and operators
// mean nothing to it.
func WithFTS5(ctx context.Context, docs []search.Document, do func(Ranking) error) (err error) {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1) // each would be an empty database of its own
	if _, err := db.ExecContext(ctx, `CREATE VIRTUAL TABLE docs USING fts5(id UNINDEXED, text, tokenize = 'porter unicode61')`); err != nil {
		return fmt.Errorf("SQLite's full-text search: %w", err)
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	for _, d := range docs {
		if _, err := tx.ExecContext(ctx, `INSERT INTO docs (id, text) VALUES (?, ?)`, d.ID, d.Text); err != nil {
			return errors.Join(err, tx.Rollback())
		}
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	return do(func(ctx context.Context, s Search, depth int) (found []string, err error) {
		var words []string
		for w := range search.Words(s.Text) {
			words = append(words, `"`+w.Text+`"`)
		}
		rows, err := db.QueryContext(ctx, `SELECT id FROM docs WHERE docs MATCH ? ORDER BY rank LIMIT ?`, strings.Join(words, " OR "), depth)
		if err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, rows.Close()) }()
		for rows.Next() {
			var id string
			if err := rows.Scan(&id); err != nil {
				return nil, err
			}
			found = append(found, id)
		}
		return found, rows.Err()
	})
}
