package meili_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/meilisearch/meilisearch-go"

	"heard/search"
	"heard/search/meili"
)

// many makes the documents of n submissions, for one tier or two.
func many(n int) []search.Document {
	var docs []search.Document
	for i := range n {
		d := search.Document{
			ID: fmt.Sprintf("d%05d", i), Tier: search.TierOfficer, Consultation: "c", Submission: fmt.Sprintf("s%05d", i), Day: "2025-06-01",
			Text:   fmt.Sprintf("Submission %d says that the street is dark and that nobody has asked us about number %d.", i, i*7919%n),
			Labels: search.Labels{search.Groups: {[]string{"resident", "trader", "sex worker"}[i%3]}},
		}
		docs = append(docs, d)
		if i%2 == 0 {
			d.Tier, d.Text = search.TierCouncillor, strings.Replace(d.Text, "Submission", "Somebody", 1)
			docs = append(docs, d)
		}
	}
	return docs
}

// texts are the texts of documents by tier and id.
func texts(docs []search.Document) map[string]string {
	m := map[string]string{}
	for _, d := range docs {
		m[string(d.Tier)+" "+d.ID] = d.Text
	}
	return m
}

// held are the texts that the server holds, by tier and id, as whoever runs it can see them.
func (s server) held(t *testing.T, prefix string) map[string]string {
	t.Helper()
	m := map[string]string{}
	master := meilisearch.New(s.URL, meilisearch.WithAPIKey(s.MasterKey))
	for _, tier := range search.Tiers {
		var all meilisearch.DocumentsResult
		if err := master.Index(prefix+"_"+string(tier)).GetDocumentsWithContext(t.Context(), &meilisearch.DocumentsQuery{Limit: 1_000_000}, &all); err != nil {
			t.Fatal(err)
		}
		for _, hit := range all.Results {
			var d struct {
				ID   string `json:"id"`
				Text string `json:"text"`
			}
			if err := hit.DecodeInto(&d); err != nil {
				t.Fatal(err)
			}
			m[string(tier)+" "+d.ID] = d.Text
		}
	}
	return m
}

// same compares the index with its source, and lists a few differences.
func same(t *testing.T, when string, want, got map[string]string) {
	t.Helper()
	if maps.Equal(want, got) {
		return
	}
	lost, left := 0, 0
	for id, text := range want {
		if got[id] != text {
			lost++
		}
	}
	for id := range got {
		if _, ok := want[id]; !ok {
			left++
		}
	}
	t.Errorf("%s: of %d documents %d are lost or other, and %d are left behind", when, len(want), lost, left)
}

// again does something until the server is there to do it, as background work is tried again.
func again(t *testing.T, do func() error) {
	for {
		err := do()
		if err == nil {
			return
		}
		if !errors.Is(err, search.ErrUnavailable) {
			t.Errorf("not a fault that passes: %v", err)
			return
		}
		select {
		case <-t.Context().Done():
			t.Error(err)
			return
		case <-time.After(50 * time.Millisecond): // the back-off
		}
	}
}

// TestServerIsKilled kills the server in the middle of indexing 10,000 submissions and of withdrawing some of them, again
// and again, and then in the middle of a rebuild.
func TestServerIsKilled(t *testing.T) {
	s := ownServer(t, "masterkeymasterkey")
	cfg := s.config(t)
	e := open(t, cfg)
	docs := many(10_000)
	want := texts(docs)

	type work struct {
		put    []search.Document
		remove []string
	}
	var queue []work
	for chunk := range slices.Chunk(docs, 999) { // which parts no submission
		var w work
		for _, d := range chunk {
			w.remove = append(w.remove, d.Submission)
		}
		w.put = chunk
		queue = append(queue, w)
	}
	jobs, done := make(chan work), make(chan struct{}, len(queue))
	var workers sync.WaitGroup
	for range 2 {
		workers.Go(func() {
			for w := range jobs {
				again(t, func() error { return errors.Join(e.Delete(t.Context(), w.remove...), e.Put(t.Context(), w.put...)) })
				done <- struct{}{}
			}
		})
	}
	kills := 0
	workers.Go(func() { // kill it when some are done, and others are under way
		for n := 1; n <= len(queue)-2; n++ {
			<-done
			if n%5 == 2 {
				s.Kill()
				if err := s.Run(t.Context()); err != nil {
					t.Error(err)
				}
				kills++
			}
		}
	})
	for _, w := range queue {
		jobs <- w
	}
	close(jobs)
	workers.Wait()
	if kills < 3 {
		t.Errorf("killed %d times only", kills)
	}
	same(t, "after putting", want, s.held(t, cfg.Index))
	if n, err := e.Count(t.Context()); n != len(want) || err != nil {
		t.Errorf("counts %d (%v), expected %d", n, err, len(want))
	}

	var gone []string
	for i := 0; i < 10_000; i += 9 {
		gone = append(gone, fmt.Sprintf("s%05d", i))
	}
	docs = slices.DeleteFunc(docs, func(d search.Document) bool { return slices.Contains(gone, d.Submission) })
	want = texts(docs)
	removing := make(chan struct{})
	workers.Go(func() {
		close(removing)
		again(t, func() error { return e.Delete(t.Context(), gone...) })
	})
	<-removing
	s.Kill()
	if err := s.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	workers.Wait()
	same(t, "after withdrawing", want, s.held(t, cfg.Index))

	err := e.Rebuild(t.Context(), func(yield func(search.Document, error) bool) {
		for i, d := range docs {
			if i == 6000 { // of which 5,000 are sent
				s.Kill()
			}
			if !yield(d, nil) {
				return
			}
		}
	})
	if !errors.Is(err, search.ErrUnavailable) {
		t.Errorf("rebuilding on a server that was killed: %v", err)
	}
	if err := s.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	same(t, "after a rebuild that failed", want, s.held(t, cfg.Index))
	docs = docs[:len(docs)/2]
	again(t, func() error {
		return e.Rebuild(t.Context(), func(yield func(search.Document, error) bool) {
			for _, d := range docs {
				if !yield(d, nil) {
					return
				}
			}
		})
	})
	same(t, "after rebuilding", texts(docs), s.held(t, cfg.Index))
	indexes, err := meilisearch.New(s.URL, meilisearch.WithAPIKey(s.MasterKey)).ListIndexesWithContext(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, index := range indexes.Results {
		names = append(names, index.UID)
	}
	slices.Sort(names)
	if diff := cmp.Diff([]string{cfg.Index + "_councillor", cfg.Index + "_officer", cfg.Index + "_public"}, names); diff != "" {
		t.Errorf("indexes on the server (-want +got):\n%s", diff)
	}
}

// TestServerComesBackWithoutItsData: the indexes are set up again before anything is put into them.
func TestServerComesBackWithoutItsData(t *testing.T) {
	s := ownServer(t, "masterkeymasterkey")
	cfg := s.config(t)
	e := open(t, cfg)
	if err := e.Put(t.Context(), answer); err != nil {
		t.Fatal(err)
	}
	s.Kill()
	if _, err := e.Search(t.Context(), question); !errors.Is(err, search.ErrUnavailable) {
		t.Errorf("while it is away: %v", err)
	}
	s.Dir = t.TempDir()
	if err := s.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := e.Health(t.Context()); !errors.Is(err, meili.ErrKey) || !errors.Is(err, search.ErrUnavailable) {
		t.Errorf("its keys are gone as well: %v", err)
	}
	keys, err := meili.MakeKeys(t.Context(), s.URL, s.MasterKey, cfg.Index)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(cfg.Keys, keys); diff != "" {
		t.Errorf("the same master key makes other keys (-before +after):\n%s", diff)
	}
	if n, err := e.Count(t.Context()); n != 0 || err != nil {
		t.Errorf("%d documents (%v)", n, err)
	}
	if err := e.Put(t.Context(), answer); err != nil {
		t.Error(err)
	}
	if res, err := e.Search(t.Context(), question); err != nil || res[0].Total != 1 {
		t.Errorf("found %v (%v)", res, err)
	}
	// One index goes missing while nobody looks.
	task, err := meilisearch.New(s.URL, meilisearch.WithAPIKey(s.MasterKey)).DeleteIndexWithContext(t.Context(), cfg.Index+"_public")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := meilisearch.New(s.URL, meilisearch.WithAPIKey(s.MasterKey)).WaitForTaskWithContext(t.Context(), task.TaskUID, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Search(t.Context(), question); !errors.Is(err, search.ErrUnavailable) {
		t.Errorf("without its index: %v", err)
	}
	if res, err := e.Search(t.Context(), question); err != nil || res[0].Total != 0 {
		t.Errorf("with its index set up again: found %v (%v)", res, err)
	}
}
