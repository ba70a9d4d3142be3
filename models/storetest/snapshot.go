package storetest

import (
	"context"
	"iter"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"heard/models"
	"heard/models/store"
)

// testSnapshot takes a snapshot while others write, restores it on every
// database, and finds the same in each.
func testSnapshot(t *testing.T, url string) {
	ctx := context.Background()
	var told []string
	s := OpenURL(t, url, store.Options{Erased: func(_ context.Context, ids []string) { told = append(told, ids...) }})
	subs := Seed(t, s, 620)
	for i, claim := range []string{"", "the list", "another"} {
		list, err := s.ClaimPortal(ctx, claim)
		check(t, err)
		if want := []string{"", "the list", "the list"}[i]; list != want {
			t.Errorf("after claiming %q: %q", claim, list)
		}
	}
	check(t, s.Audit(ctx, models.AuditEvent{Actor: models.ActorPortal, Action: "tested"}))
	check(t, s.Enqueue(ctx, models.JobIndex, "something", 0))
	if _, err := s.ClaimJobs(ctx, 1, 1e9); err != nil {
		t.Fatal(err)
	}
	gone := subs[3]
	check(t, s.Tx(ctx, func(tx *store.Store) error {
		if err := tx.MoveSubmission(ctx, gone.ID, models.SubmissionLive, models.SubmissionWithdrawn); err != nil {
			return err
		}
		if err := tx.EraseAnswers(ctx, gone.ID); err != nil {
			return err
		}
		if len(told) != 0 {
			t.Error("told of an erasure before it is for good")
		}
		return nil
	}))
	if want := []models.Erasure{{Submission: gone.ID, Status: models.SubmissionWithdrawn}}; !slices.Equal(told, []string{gone.ID}) {
		t.Errorf("told of the erasure of %v", told)
	} else if all, err := s.Erased(ctx); err != nil || !slices.Equal(all, want) {
		t.Errorf("erased: %v, %v", all, err)
	} else if some, err := s.Erased(ctx, subs[4].ID, gone.ID); err != nil || !slices.Equal(some, want) {
		t.Errorf("erased of two: %v, %v", some, err)
	}
	if there, err := s.Unerased(ctx, []string{gone.ID, subs[4].ID, "nobody"}); err != nil || !slices.Equal(there, []string{subs[4].ID}) {
		t.Errorf("not erased: %v, %v", there, err)
	}

	n, err := s.Snapshot(ctx)
	if err != nil {
		t.Fatal(err)
	}
	Create(t, s, Submission(subs[0].Consultation, 7000)) // while the snapshot is read
	if in, out := len(leaves(t, n.Store, subs[0].Consultation)), len(leaves(t, s, subs[0].Consultation)); in != len(subs) || out != in+1 {
		t.Errorf("%d leaves in the snapshot, %d outside", in, out)
	}
	parts := partsOf(t, n)
	check(t, n.Close())

	replay := func(yield func(store.Part, error) bool) {
		for _, p := range parts {
			if !yield(p, nil) {
				return
			}
		}
	}
	EachURL(t, func(t *testing.T, other string) {
		// A part that cannot be read leaves nothing behind.
		broken := slices.Clone(parts)
		broken[len(broken)-1].Lines = append(slices.Clone(broken[len(broken)-1].Lines), "[1"...)
		err := store.Restore(ctx, other, n.Version, func(yield func(store.Part, error) bool) {
			for _, p := range broken {
				if !yield(p, nil) {
					return
				}
			}
		}, store.Options{Secret: Secret})
		if models.KindOf(err) != models.KindInvalid {
			t.Errorf("a broken part: %v", err)
		}
		if path, lite := strings.CutPrefix(other, "sqlite:"); lite {
			for _, name := range []string{path, path + ".restoring"} {
				if _, err := os.Stat(name); err == nil {
					t.Errorf("%s is left behind", name)
				}
			}
		}
		if err := store.Restore(ctx, other, n.Version+1, replay, store.Options{Secret: Secret}); err == nil || !strings.Contains(err.Error(), "newer version") {
			t.Errorf("of a newer version: %v", err)
		}
		check(t, store.Restore(ctx, other, n.Version, replay, store.Options{Secret: Secret}))
		if err := store.Restore(ctx, other, n.Version, replay, store.Options{Secret: Secret}); models.KindOf(err) != models.KindConflict {
			t.Errorf("restored onto what is there: %v", err)
		}
		again := OpenURL(t, other)
		m, err := again.Snapshot(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(sortedLines(parts), sortedLines(partsOf(t, m))); diff != "" {
			t.Errorf("restored otherwise (-was +is):\n%s", diff)
		}
		check(t, m.Close())
		// It goes on: acts are numbered after the last, the log after its leaves.
		check(t, again.Audit(ctx, models.AuditEvent{Actor: models.ActorPortal, Action: "went on"}))
		Create(t, again, Submission(subs[0].Consultation, 8000))
		jobs, err := again.ClaimJobs(ctx, 1, 1e9)
		if err != nil || len(jobs) != 1 {
			t.Errorf("what was being worked on is not due: %v, %v", jobs, err)
		}
	})
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func leaves(t *testing.T, s *store.Store, consultation string) [][]byte {
	t.Helper()
	all, err := s.Leaves(t.Context(), consultation)
	check(t, err)
	return all
}

func partsOf(t *testing.T, n *store.Snapshot) (parts []store.Part) {
	t.Helper()
	for p, err := range both(n.Parts(t.Context()), n.Keys(t.Context())) {
		check(t, err)
		p.Lines = slices.Clone(p.Lines)
		parts = append(parts, p)
	}
	return parts
}

// sortedLines are the rows of each table in no order of the database's, with the
// lease of jobs left out.
func sortedLines(parts []store.Part) map[string][]string {
	all := map[string][]string{}
	for _, p := range parts {
		lines := strings.Split(strings.TrimSuffix(string(p.Lines), "\n"), "\n")
		all[p.Table] = append(all[p.Table], lines...)
	}
	for table, lines := range all {
		slices.Sort(lines)
		all[table] = slices.Compact(lines)
		if table == "jobs" {
			all[table] = []string{strings.Join(lines[len(lines)-1:], "")[:10]}
		}
	}
	return all
}

// both goes through two sequences, one after the other.
func both[K, V any](some, more iter.Seq2[K, V]) iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		for _, seq := range []iter.Seq2[K, V]{some, more} {
			for k, v := range seq {
				if !yield(k, v) {
					return
				}
			}
		}
	}
}
