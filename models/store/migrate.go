package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"

	"github.com/pressly/goose/v3"
)

// Every change of the tables is a numbered file, one per database. A file that
// has been released is never changed.
//
//go:embed migrations
var migrations embed.FS

// migrator returns what makes and changes the tables.
func migrator(db *sql.DB, dialect string, files fs.FS) (*goose.Provider, error) {
	kind := goose.DialectSQLite3
	if dialect == "postgres" {
		kind = goose.DialectPostgres
	}
	files, err := fs.Sub(files, "migrations/"+dialect)
	if err != nil {
		return nil, fmt.Errorf("cannot read the migrations: %w", err)
	}
	provider, err := goose.NewProvider(kind, db, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return nil, fmt.Errorf("cannot read the migrations: %w", err)
	}
	return provider, nil
}

// migrate brings the tables up to date, and has pool refuse to write once they are
// newer.
func migrate(ctx context.Context, pool *pool, dialect string, files fs.FS) error {
	provider, err := migrator(pool.DB, dialect, files)
	if err != nil {
		return err
	}
	if dialect == "postgres" {
		if pool.tables, err = tablesLock(ctx, pool.DB); err != nil {
			return err
		}
	}
	if err := bringUp(ctx, pool, provider); err != nil {
		return err
	}
	has, knows, err := provider.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("cannot read the version of the database: %w", clean(err))
	}
	if has > knows {
		return fmt.Errorf("the database was written by a newer version of this program (its tables are at %d, this program knows %d): install that version, or restore a backup from before", has, knows)
	}
	pool.knows = knows
	return nil
}

// bringUp changes the tables while nobody writes: those who do in PostgreSQL hold
// the lock together, and wait while it is wanted here. Programs that start together
// come one after the other.
func bringUp(ctx context.Context, pool *pool, provider *goose.Provider) (err error) {
	pending, err := provider.HasPending(ctx)
	if err == nil && pool.tables != 0 && pending {
		var held *sql.Conn
		if held, err = pool.Conn(ctx); err == nil {
			_, err = held.ExecContext(ctx, "SELECT pg_advisory_lock($1)", pool.tables)
			defer func() {
				_, unlocked := held.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", pool.tables)
				_ = errors.Join(unlocked, held.Close()) // the lock ends with the connection
			}()
		}
	}
	if err == nil {
		_, err = provider.Up(ctx)
	}
	for range provider.ListSources() {
		if err == nil || pool.tables != 0 {
			break
		}
		// SQLite has no lock to wait for before looking at what is to be done:
		// another process may have done it since, so look again.
		_, err = provider.Up(ctx)
	}
	if err != nil {
		return fmt.Errorf("cannot bring the database up to date%s: %w", file(err), clean(err))
	}
	return nil
}

// file names the migration that failed.
func file(err error) string {
	var partial *goose.PartialError
	if errors.As(err, &partial) && partial.Failed != nil && partial.Failed.Source != nil {
		return " with " + partial.Failed.Source.Path
	}
	return ""
}

// tablesLock returns PostgreSQL's lock on the tables of this schema.
func tablesLock(ctx context.Context, db *sql.DB) (int64, error) {
	var schema sql.NullString
	if err := db.QueryRowContext(ctx, "SELECT current_schema()").Scan(&schema); err != nil {
		return 0, fmt.Errorf("cannot reach the database: %w", clean(err))
	}
	if !schema.Valid {
		return 0, errors.New("the database has no schema to keep tables in: create one, or set search_path in the address")
	}
	id := fnv.New64a()
	_, _ = id.Write([]byte("heard migrations " + schema.String))
	return int64(id.Sum64()), nil
}
