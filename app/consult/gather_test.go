package consult

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"

	"heard/search"
	"heard/search/embedded"
)

// slow is an engine that waits twice before it writes documents, and counts how often it does.
type slow struct {
	search.Engine
	gate chan struct{}
	mu   sync.Mutex
	puts int
}

func (e *slow) Put(ctx context.Context, docs ...search.Document) error {
	<-e.gate
	<-e.gate
	e.mu.Lock()
	e.puts++
	e.mu.Unlock()
	return e.Engine.Put(ctx, docs...)
}

// What is asked for while the index is being written is written together, and
// a document that cannot be indexed is nobody's fault but its own.
func TestGather(t *testing.T) {
	inner, err := embedded.Open("")
	if err != nil {
		t.Fatal(err)
	}
	defer inner.Close()
	e := &slow{Engine: inner, gate: make(chan struct{})}
	g := &gatherer{engine: e}
	errs := make([]error, 20)
	ask := func(i int) {
		id := fmt.Sprintf("s%d", i)
		d := search.Document{ID: id + "-C6", Tier: search.TierOfficer, Consultation: "c", Submission: id, Text: "lighting", Language: "en"}
		if i == 7 {
			d.Text = "\xff"
		}
		errs[i] = g.replace(t.Context(), id, []search.Document{d})
	}
	var group sync.WaitGroup
	group.Go(func() { ask(0) })
	e.gate <- struct{}{} // it is in the engine, and lets nobody else in
	for i := 1; i < len(errs); i++ {
		group.Go(func() { ask(i) })
	}
	for joined := 0; joined < len(errs)-1; runtime.Gosched() {
		g.joining.Lock()
		if joined = 0; g.next != nil {
			joined = len(g.next.parts)
		}
		g.joining.Unlock()
	}
	close(e.gate)
	group.Wait()
	for i, err := range errs {
		if (i == 7) != errors.Is(err, search.ErrInvalidDocument) || i != 7 && err != nil {
			t.Errorf("submission %d: %v", i, err)
		}
	}
	// The first alone, then the others together, which is refused, and then each of them.
	if e.puts != 1+1+19 {
		t.Errorf("written %d times", e.puts)
	}
	e.puts = 0
	for i := range errs {
		group.Go(func() { errs[i] = g.replace(t.Context(), fmt.Sprintf("s%d", i), nil) })
	}
	group.Wait()
	if err := errors.Join(errs...); err != nil || e.puts != 0 {
		t.Errorf("%v, written %d times", err, e.puts)
	}
	if n, err := inner.Count(t.Context()); err != nil || n != 0 {
		t.Errorf("%d documents left, %v", n, err)
	}
}
