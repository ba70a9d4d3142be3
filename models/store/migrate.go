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
	"github.com/pressly/goose/v3/lock"
)

// Every change of the tables is a numbered file, one per database. A file that
// has been released is never changed.
//
//go:embed migrations
var migrations embed.FS

// migrator returns what makes and changes the tables. Replicas that start
// together do so one after the other.
func migrator(ctx context.Context, db *sql.DB, dialect string) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations/"+dialect)
	if err != nil {
		return nil, fmt.Errorf("cannot read the migrations: %w", err)
	}
	kind := goose.DialectSQLite3
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	if dialect == "postgres" {
		kind = goose.DialectPostgres
		lock, err := schemaLock(ctx, db)
		if err != nil {
			return nil, err
		}
		options = append(options, goose.WithSessionLocker(lock))
	}
	provider, err := goose.NewProvider(kind, db, files, options...)
	if err != nil {
		return nil, fmt.Errorf("cannot read the migrations: %w", err)
	}
	return provider, nil
}

// migrate brings the tables up to date.
func migrate(ctx context.Context, db *sql.DB, dialect string) error {
	provider, err := migrator(ctx, db, dialect)
	if err != nil {
		return err
	}
	_, err = provider.Up(ctx)
	for range provider.ListSources() {
		if err == nil || dialect != "sqlite" {
			break
		}
		// SQLite has no lock to wait for before looking at what is to be done:
		// another process may have done it since, so look again.
		_, err = provider.Up(ctx)
	}
	if err != nil {
		return fmt.Errorf("cannot bring the database up to date%s: %w", file(err), clean(err))
	}
	has, knows, err := provider.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("cannot read the version of the database: %w", clean(err))
	}
	if has > knows {
		return fmt.Errorf("the database was written by a newer version of this program (its tables are at %d, this program knows %d): install that version, or restore a backup from before", has, knows)
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

// schemaLock returns a lock that replicas using the same schema share.
func schemaLock(ctx context.Context, db *sql.DB) (lock.SessionLocker, error) {
	var schema sql.NullString
	if err := db.QueryRowContext(ctx, "SELECT current_schema()").Scan(&schema); err != nil {
		return nil, fmt.Errorf("cannot reach the database: %w", clean(err))
	}
	if !schema.Valid {
		return nil, errors.New("the database has no schema to keep tables in: create one, or set search_path in the address")
	}
	id := fnv.New64a()
	_, _ = id.Write([]byte("heard migrations " + schema.String))
	const every, times = 1, 300 // seconds, and how often to ask
	l, err := lock.NewPostgresSessionLocker(lock.WithLockID(int64(id.Sum64())), lock.WithLockTimeout(every, times), lock.WithUnlockTimeout(every, 60))
	if err != nil {
		return nil, fmt.Errorf("cannot make the lock for migrations: %w", err)
	}
	return l, nil
}
