package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gorm.io/gorm"

	"heard/models"
)

// Snapshot is everything the database held at one moment, while others go on
// writing. It reads like a Store. Close it soon: SQLite's write-ahead log cannot
// be emptied meanwhile.
type Snapshot struct {
	*Store
	// Version is the number of the last migration that the tables have seen.
	Version int64

	tx   *sql.Tx
	from *Store
}

// Part is some rows of one table, as lines of JSON: first the columns, each with
// its kind, then the values of each row in that order. Neither database can be
// told from it, so what comes from one goes into the other.
type Part struct {
	Table string
	Lines []byte
}

// partSize is about how much a Part holds, in bytes, so that reading and writing
// snapshots takes little memory, however large they are.
const partSize = 1 << 20

// leftOut are the tables that no snapshot has: goose's own, and sessions and the
// revision, which end with the portal that granted and counted them.
var leftOut = []string{"goose_db_version", "sessions", "revision"}

// Snapshot takes a snapshot of the database.
func (s *Store) Snapshot(ctx context.Context) (*Snapshot, error) {
	const doing = "take a snapshot of the database"
	db, err := s.db.DB()
	if err != nil {
		return nil, failed(err, doing)
	}
	opt := sql.TxOptions{ReadOnly: true}
	if s.dialect() == "postgres" {
		opt.Isolation = sql.LevelRepeatableRead
	}
	tx, err := db.BeginTx(ctx, &opt)
	if err != nil {
		return nil, failed(err, doing)
	}
	n := &Snapshot{tx: tx, from: s}
	// The first read is the moment of the snapshot.
	if err := tx.QueryRowContext(ctx, "SELECT MAX(version_id) FROM goose_db_version WHERE is_applied").Scan(&n.Version); err != nil {
		return nil, errors.Join(failed(err, doing), tx.Rollback())
	}
	within := *s
	within.db = s.db.Session(&gorm.Session{NewDB: true, Context: ctx})
	within.db.Statement.ConnPool = tx
	n.Store = &within
	return n, nil
}

// Close lets the snapshot go.
func (n *Snapshot) Close() error {
	err := n.tx.Rollback()
	// What was erased meanwhile could not be wiped.
	n.from.wipe(context.Background())
	return failed(err, "close the snapshot")
}

// Parts returns every table but the keys, those first that others point at; also
// one without rows is a part. What a part holds is good until the next.
func (n *Snapshot) Parts(ctx context.Context) iter.Seq2[Part, error] {
	return n.parts(ctx, func(table string) bool { return table != keysTable && !slices.Contains(leftOut, table) })
}

// Keys returns the keys of what respondents wrote. Kept apart from the parts, and
// no longer than the next ones, they make what was erased unreadable in parts of
// earlier days.
func (n *Snapshot) Keys(ctx context.Context) iter.Seq2[Part, error] {
	return n.parts(ctx, func(table string) bool { return table == keysTable })
}

func (n *Snapshot) parts(ctx context.Context, take func(table string) bool) iter.Seq2[Part, error] {
	return func(yield func(Part, error) bool) {
		tables, err := tablesOf(ctx, n.tx, n.dialect())
		for _, t := range tables {
			if err == nil && take(t.name) {
				err = n.partsOf(ctx, t, yield)
			}
		}
		if err != nil && !errors.Is(err, errEnough) {
			yield(Part{}, failed(err, "read the whole database"))
		}
	}
}

var errEnough = errors.New("enough")

func (n *Snapshot) partsOf(ctx context.Context, t table, yield func(Part, error) bool) error {
	rows, err := n.tx.QueryContext(ctx, "SELECT "+t.list()+" FROM "+quoted(t.name))
	if err != nil {
		return err
	}
	defer rows.Close()
	head := make([]string, len(t.columns))
	values, into := make([]any, len(t.columns)), make([]any, len(t.columns))
	for i, c := range t.columns {
		head[i] = c.kind + " " + c.name
		into[i] = &values[i]
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	begin := func() error { b.Reset(); return e.Encode(head) }
	if err := begin(); err != nil {
		return err
	}
	whole := false
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		for i, c := range t.columns {
			values[i] = c.plain(values[i])
		}
		if err := e.Encode(values); err != nil {
			return err
		}
		if whole = b.Len() >= partSize; whole {
			if !yield(Part{t.name, b.Bytes()}, nil) {
				return errEnough
			}
			if err := begin(); err != nil {
				return err
			}
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if !whole && !yield(Part{t.name, b.Bytes()}, nil) {
		return errEnough
	}
	return nil
}

// Rows returns the values of each row of a part by column: nil, bool, int64,
// float64, string or []byte.
func (p Part) Rows() iter.Seq2[map[string]any, error] {
	return func(yield func(map[string]any, error) bool) {
		columns, rows, err := p.decode()
		if err != nil {
			yield(nil, err)
			return
		}
		for values, err := range rows {
			row := make(map[string]any, len(columns))
			for i, v := range values {
				row[columns[i].name] = v
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
}

var errPart = models.NewError(models.KindInvalid, "The backup holds a table that cannot be read.")

func (p Part) decode() (columns []column, rows iter.Seq2[[]any, error], err error) {
	d := json.NewDecoder(bytes.NewReader(p.Lines))
	d.UseNumber()
	var head []string
	if err := d.Decode(&head); err != nil {
		return nil, nil, errPart
	}
	for _, h := range head {
		kind, name, _ := strings.Cut(h, " ")
		columns = append(columns, column{name, kind})
	}
	return columns, func(yield func([]any, error) bool) {
		for {
			var values []any
			err := d.Decode(&values)
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil || len(values) != len(columns) {
				yield(nil, errPart)
				return
			}
			for i, c := range columns {
				if values[i], err = c.value(values[i]); err != nil {
					yield(nil, errPart)
					return
				}
			}
			if !yield(values, nil) {
				return
			}
		}
	}, nil
}

// table is a table of the database as it is.
type table struct {
	name    string
	columns []column
	after   []string // the tables that it points at
}

func (t table) list() string {
	names := make([]string, len(t.columns))
	for i, c := range t.columns {
		names[i] = quoted(c.name)
	}
	return strings.Join(names, ", ")
}

func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// column is a column with what it holds, whatever the database calls it: int,
// real, bool, text or bytes.
type column struct{ name, kind string }

var kinds = map[string]string{
	"integer": "int", "bigint": "int", "real": "real", "double precision": "real", "boolean": "bool", "text": "text", "blob": "bytes", "bytea": "bytes",
}

// plain returns what JSON keeps of a value as the database gave it.
func (c column) plain(v any) any {
	switch was := v.(type) {
	case []byte:
		if c.kind == "text" || len(was) == 0 { // nil would be NULL
			return string(was)
		}
	case int64:
		if c.kind == "bool" {
			return was != 0
		}
	}
	return v // json makes base64 of bytes
}

// value is the inverse of plain.
func (c column) value(v any) (any, error) {
	text, isText := v.(string)
	number, isNumber := v.(json.Number)
	_, isBool := v.(bool)
	switch {
	case v == nil, c.kind == "text" && isText, c.kind == "bool" && isBool:
		return v, nil
	case c.kind == "bytes" && isText:
		return base64.StdEncoding.DecodeString(text)
	case c.kind == "int" && isNumber:
		return number.Int64()
	case c.kind == "real" && isNumber:
		return number.Float64()
	}
	return nil, errPart
}

// dialect is sqlite or postgres.
func (s *Store) dialect() string { return s.db.Name() }

// tablesOf returns the tables of the database, those first that others point at.
func tablesOf(ctx context.Context, db interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}, dialect string) ([]table, error) {
	columns, points := `SELECT t.name, c.name, lower(c.type) FROM sqlite_schema t, pragma_table_info(t.name) c
		WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY t.name, c.cid`,
		`SELECT t.name, f."table" FROM sqlite_schema t, pragma_foreign_key_list(t.name) f WHERE t.type = 'table'`
	if dialect == "postgres" {
		columns = `SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
			WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE' ORDER BY c.table_name, c.ordinal_position`
		points = `SELECT a.relname, b.relname FROM pg_constraint f JOIN pg_class a ON a.oid = f.conrelid JOIN pg_class b ON b.oid = f.confrelid
			WHERE f.contype = 'f' AND a.relnamespace = current_schema()::regnamespace`
	}
	var all []table
	err := each(ctx, db, columns, func(scan func(...any) error) error {
		var name, kind string
		var c column
		if err := scan(&name, &c.name, &kind); err != nil {
			return err
		}
		if c.kind = kinds[kind]; c.kind == "" && !slices.Contains(leftOut, name) {
			return &fault{code: "a column of an unknown type", constraint: name + "." + c.name}
		}
		if len(all) == 0 || all[len(all)-1].name != name {
			all = append(all, table{name: name})
		}
		last := &all[len(all)-1]
		last.columns = append(last.columns, c)
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = each(ctx, db, points, func(scan func(...any) error) error {
		var from, to string
		if err := scan(&from, &to); err != nil {
			return err
		}
		if i := slices.IndexFunc(all, func(t table) bool { return t.name == from }); i >= 0 && from != to {
			all[i].after = append(all[i].after, to)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var sorted []table
	for len(all) > 0 {
		ready := slices.IndexFunc(all, func(t table) bool {
			return !slices.ContainsFunc(t.after, func(name string) bool {
				return slices.ContainsFunc(all, func(other table) bool { return other.name == name })
			})
		})
		if ready < 0 {
			return nil, &fault{code: "tables point at each other in a circle"}
		}
		sorted, all = append(sorted, all[ready]), slices.Delete(all, ready, ready+1)
	}
	return sorted, nil
}

// each reads the rows of a query one by one.
func each(ctx context.Context, db interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}, query string, row func(scan func(...any) error) error) error {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := row(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Restore fills the empty database at url from the parts of a snapshot: its
// tables are made as they were at that version, filled in one transaction, and
// brought up to date. A file must not be there yet; a database on a server may
// have tables, but no consultation, account or submission. Whatever is wrong,
// nothing of it stays.
func Restore(ctx context.Context, address string, version int64, parts iter.Seq2[Part, error], opt Options) (err error) {
	const doing = "restore the database"
	file, lite := strings.CutPrefix(address, "sqlite:")
	open, dialect, target := openPostgres, "postgres", address
	if lite {
		if info, err := os.Stat(file); err == nil && info.Size() > 0 {
			return models.NewError(models.KindConflict, "There is a database at "+file+" already: move it and the files beside it that begin with its name away first.")
		}
		target = address + ".restoring"
		clear := func() error {
			var errs []error
			for _, suffix := range []string{"", "-wal", "-shm"} {
				if err := os.Remove(file + ".restoring" + suffix); !errors.Is(err, os.ErrNotExist) {
					errs = append(errs, err)
				}
			}
			return errors.Join(errs...)
		}
		if err := clear(); err != nil {
			return err
		}
		defer func() {
			if err != nil {
				err = errors.Join(err, clear())
			}
		}()
		open, dialect = openSQLite, "sqlite"
	}
	db, _, err := open(target)
	if err != nil {
		return err
	}
	err = fill(ctx, db.DB, dialect, version, parts)
	if err = errors.Join(failed(err, doing), failed(db.Close(), doing)); err != nil {
		return err
	}
	s, err := Open(ctx, target, opt) // also brings it up to date
	if err != nil {
		return err
	}
	if err := errors.Join(s.whole(ctx), s.Close()); err != nil || !lite {
		return err
	}
	return publish(file+".restoring", file)
}

// publish gives a file its name, for good.
func publish(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return err
	}
	folder, err := os.Open(filepath.Dir(to))
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// whole reports whether the database is sound in itself.
func (s *Store) whole(ctx context.Context) error {
	if s.dialect() != "sqlite" {
		return nil
	}
	for _, check := range []string{"integrity_check", "foreign_key_check"} {
		var found []string
		if err := s.db.WithContext(ctx).Raw("SELECT * FROM pragma_" + check).Scan(&found).Error; err != nil {
			return failed(err, "check the database")
		}
		if len(found) > 0 && !slices.Equal(found, []string{"ok"}) {
			return fmt.Errorf("the restored database is not sound: %s finds %d faults", check, len(found))
		}
	}
	return nil
}

func fill(ctx context.Context, db *sql.DB, dialect string, version int64, parts iter.Seq2[Part, error]) error {
	if err := reach(ctx, db); err != nil {
		return err
	}
	provider, err := migrator(db, dialect, migrations)
	if err != nil {
		return err
	}
	has, knows, err := provider.GetVersions(ctx)
	switch {
	case err != nil:
		return err
	case version > knows:
		return models.NewError(models.KindConflict, fmt.Sprintf("The backup was written by a newer version of this program (its tables are at %d, this program knows %d): install that version.", version, knows))
	case has > version:
		return models.NewError(models.KindConflict, "The database has tables of a later version than the backup: make an empty one.")
	}
	if _, err := provider.UpTo(ctx, version); err != nil {
		return err
	}
	tables, err := tablesOf(ctx, db, dialect)
	if err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // which does nothing once it is committed
	for _, name := range []string{"consultations", "submissions", "users"} {
		var n int
		if err := tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM "+quoted(name)).Scan(&n); err != nil {
			return err
		}
		if n > 0 {
			return models.NewError(models.KindConflict, "The database is not empty, so nothing was restored: make an empty one.")
		}
	}
	for _, t := range slices.Backward(tables) {
		if !slices.Contains(leftOut, t.name) {
			if _, err := tx.ExecContext(ctx, "DELETE FROM "+quoted(t.name)); err != nil {
				return err
			}
		}
	}
	for part, err := range parts {
		if err != nil {
			return err
		}
		if err := fillPart(ctx, tx, dialect, tables, part); err != nil {
			return err
		}
	}
	// Nobody works on anything yet.
	if _, err := tx.ExecContext(ctx, "UPDATE jobs SET leased_until = 0"); err != nil {
		return err
	}
	if dialect == "postgres" {
		// What is numbered by the database goes on after the last.
		var next []string
		err := each(ctx, tx, `SELECT format('SELECT setval(pg_get_serial_sequence(%L, %L), (SELECT COALESCE(MAX(%I), 0) + 1 FROM %I), false)', quote_ident(table_name), column_name, column_name, table_name)
			FROM information_schema.columns WHERE table_schema = current_schema() AND is_identity = 'YES'`, func(scan func(...any) error) error {
			next = append(next, "")
			return scan(&next[len(next)-1])
		})
		for _, statement := range next {
			if err == nil {
				_, err = tx.ExecContext(ctx, statement)
			}
		}
		if err != nil {
			return err
		}
	}
	return tx.Commit()
}

// fillPart puts the rows of a part into its table.
func fillPart(ctx context.Context, tx *sql.Tx, dialect string, tables []table, part Part) error {
	at := slices.IndexFunc(tables, func(t table) bool { return t.name == part.Table })
	columns, rows, err := part.decode()
	if err != nil || at < 0 || slices.Contains(leftOut, part.Table) {
		return errors.Join(err, errPart)
	}
	for _, c := range columns {
		if !slices.Contains(tables[at].columns, c) {
			return errPart
		}
	}
	into := "INSERT INTO " + quoted(part.Table) + " (" + table{columns: columns}.list() + ") VALUES "
	placeholder := "?%d"
	if dialect == "postgres" {
		placeholder = "$%d"
	}
	var args []any
	flush := func() error {
		if len(args) == 0 {
			return nil
		}
		var b strings.Builder
		for i := range args {
			switch {
			case i == 0:
				b.WriteByte('(')
			case i%len(columns) == 0:
				b.WriteString("), (")
			default:
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, placeholder, i+1)
		}
		_, err := tx.ExecContext(ctx, into+b.String()+")", args...)
		args = args[:0]
		return err
	}
	for values, err := range rows {
		if err != nil {
			return err
		}
		if args = append(args, values...); len(args)/len(columns) == chunk || len(args)+len(columns) > 30_000 {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}
