package consult

import (
	"context"
	"errors"
	"sync"

	"heard/search"
)

// A gatherer brings submissions up to date in the index, those that several
// ask for at the same time in one go: an engine takes about as long to write
// one as to write a hundred.
type gatherer struct {
	engine  search.Engine
	writing sync.Mutex // one round at a time

	joining sync.Mutex // guards next
	next    *round     // the round that can still be joined; nil for none
}

// A round is what is written together.
type round struct {
	parts []*part
	done  chan struct{}
}

// A part is one submission of a round, with all that the index should hold of it.
type part struct {
	submission string
	docs       []search.Document
	err        error
}

// replace makes docs all that the index holds of a submission, and returns when
// it does. Whoever finds no round to join begins one, and writes it when the
// round before is written.
func (g *gatherer) replace(ctx context.Context, submission string, docs []search.Document) error {
	p := &part{submission: submission, docs: docs}
	g.joining.Lock()
	r := g.next
	begins := r == nil
	if begins {
		r = &round{done: make(chan struct{})}
		g.next = r
	}
	r.parts = append(r.parts, p)
	g.joining.Unlock()
	if !begins {
		<-r.done
		return p.err
	}
	defer close(r.done)
	g.writing.Lock()
	defer g.writing.Unlock()
	g.joining.Lock()
	g.next = nil
	g.joining.Unlock()
	g.write(ctx, r.parts)
	return p.err
}

// write writes parts together. What makes a document invalid is the fault of
// one of them, so the others are then written without it.
func (g *gatherer) write(ctx context.Context, parts []*part) {
	var docs []search.Document
	var empty []string
	for _, p := range parts {
		docs = append(docs, p.docs...)
		if len(p.docs) == 0 {
			empty = append(empty, p.submission)
		}
	}
	var err error
	if len(empty) > 0 {
		err = g.engine.Delete(ctx, empty...)
	}
	if err == nil && len(docs) > 0 {
		err = g.engine.Put(ctx, docs...)
	}
	if len(parts) > 1 && errors.Is(err, search.ErrInvalidDocument) {
		for i := range parts {
			g.write(ctx, parts[i:i+1])
		}
		return
	}
	for _, p := range parts {
		p.err = err
	}
}
