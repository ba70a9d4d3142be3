package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Revision tells one state of what reports are counted from from another: as long
// as it stays the same, no program has written any of it, in this process or
// another. What is read after it may be newer, never older.
func (s *Store) Revision(ctx context.Context) (number int64, err error) {
	err = s.db.WithContext(ctx).Raw("SELECT number FROM revision").Scan(&number).Error
	return number, failed(err, "see whether anything was written")
}

// Uncounted are the tables from which no figure of a report is counted: what people
// write into it beside the figures, and what has to do with who works here and what
// they did. Of every other one a write is a new revision.
var Uncounted = []string{
	"findings", "sections", "population", "timelines",
	"audit", "audit_head", "notes", "saved_searches", "reading_claims", "coding_claims", "readings", "pack_reads",
	"users", "sessions", "staff_sessions", "sign_in_attempts", "passkeys", "recoveries", "recovery_codes", "code_apps",
	"drafts", "draft_files", "jobs",
}

// counts reports whether a statement may write something that figures are counted
// from: whatever is not known to write nothing, or an uncounted table alone, does.
func counts(statement string) bool {
	if reads(statement) {
		return false
	}
	words := strings.Fields(statement[:min(len(statement), 200)])
	at := 2 // INSERT INTO, DELETE FROM
	switch strings.ToUpper(words[0]) {
	case "INSERT", "DELETE":
	case "UPDATE":
		at = 1
	default:
		return true
	}
	if len(words) <= at {
		return true
	}
	table, _, _ := strings.Cut(words[at], "(")
	return !slices.Contains(Uncounted, strings.Trim(table, "`\""))
}

// reads reports whether a statement writes nothing, by its first word.
func reads(statement string) bool {
	words := strings.Fields(statement[:min(len(statement), 20)])
	return len(words) == 0 || slices.Contains([]string{"SELECT", "PRAGMA", "SAVEPOINT", "RELEASE", "ROLLBACK"}, strings.ToUpper(words[0]))
}

// count makes a new revision. It is the last thing that a transaction does, so that
// whoever waits for another to count holds up nobody else.
func (t *transaction) count(ctx context.Context) error {
	done, err := t.Tx.ExecContext(ctx, "UPDATE revision SET number = number + 1")
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n != 1 {
		return fmt.Errorf("the table of the revision has %d rows: expected one", n)
	}
	return nil
}
