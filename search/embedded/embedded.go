// Package embedded is the search engine that runs inside the portal's own process, on Bleve. It needs no server and
// suits one process on one machine; several processes share a Meilisearch server instead.
//
// Every tier has an index of its own, so that what one audience finds depends on nothing that another may read: not on
// its words, nor on how often they occur. A folder holds one generation, a directory with the indexes of all tiers, and a
// file, current, that names it. Rebuild fills a new generation, renames a new current file into place and removes the old
// generation, so a crash at any moment leaves a whole one behind. One made by another version of this package is
// discarded and Count returns 0, which tells the portal to fill it.
package embedded

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"heard/search"
)

// format names the way documents are indexed. It changes whenever analysis, fields or files do, and is part of the name
// of every generation.
const format = "v4"

// batchSize is the number of documents written at once.
const batchSize = 1000

// pointer is the file that names the generation in service.
const pointer = "current"

// Engine is a search.Engine that keeps its indexes in a folder, or in memory.
type Engine struct {
	dir string // "" in memory

	rebuilding sync.Mutex // one Rebuild at a time
	writing    sync.Mutex // orders writes and the swap; guards journal
	journal    *[]change  // writes since the running Rebuild began; nil when none runs

	serving sync.RWMutex // held for reading while live is in use
	live    *generation  // nil when closed
}

var _ search.Engine = (*Engine)(nil)

// change is one write, kept to be repeated on the generation that a Rebuild is filling.
type change struct {
	put    []search.Document
	remove []string // submissions
}

// Open opens the indexes in the folder dir, or makes one there; with dir "" they live in memory. The error wraps
// search.ErrUnavailable when another process holds the folder.
func Open(dir string) (*Engine, error) {
	e := &Engine{dir: dir}
	if err := e.open(); err != nil {
		return nil, fmt.Errorf("opening the search index: %w", err)
	}
	return e, nil
}

func (e *Engine) open() error {
	if e.dir == "" {
		var err error
		e.live, err = e.createNext()
		return err
	}
	if err := os.MkdirAll(e.dir, 0o700); err != nil {
		return err
	}
	for {
		name, err := e.current()
		if err != nil {
			return err
		}
		if !strings.HasPrefix(name, format+"-") { // none, or of another format: begin afresh
			break
		}
		g, err := openGeneration(e.dir, name)
		if err != nil {
			return err
		}
		// Another process may have swapped the generation while this one waited for its lock.
		if again, err := e.current(); err != nil || again != name {
			if err = errors.Join(err, g.close()); err != nil {
				return err
			}
			continue
		}
		e.live = g
		return e.sweep()
	}
	g, err := e.createNext()
	if err != nil {
		return err
	}
	if err := e.point(g.name); err != nil {
		return errors.Join(err, g.close())
	}
	e.live = g
	return e.sweep()
}

// current returns the name of the generation in service, "" when there is none yet.
func (e *Engine) current() (string, error) {
	b, err := os.ReadFile(filepath.Join(e.dir, pointer))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	name := strings.TrimSpace(string(b))
	if name == "" || name != filepath.Base(name) || !isGeneration(name) {
		return "", fmt.Errorf("%s does not name a directory of indexes; remove it and start again, the index is filled from the database",
			filepath.Join(e.dir, pointer))
	}
	return name, nil
}

// isGeneration reports whether this package, in any version of it, made up the name: v1-ABC….
func isGeneration(name string) bool {
	v, random, ok := strings.Cut(name, "-")
	return ok && strings.HasPrefix(v, "v") && len(random) >= 26
}

// point makes name the generation in service, whole or not at all.
func (e *Engine) point(name string) (err error) {
	f, err := os.CreateTemp(e.dir, pointer+"-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	_, err = f.WriteString(name + "\n")
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), filepath.Join(e.dir, pointer))
}

// sweep removes what a crash left behind: generations and pointer files not in service.
func (e *Engine) sweep() error {
	entries, err := os.ReadDir(e.dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		name := entry.Name()
		if name != e.live.name && isGeneration(name) || strings.HasPrefix(name, pointer+"-") {
			if err := os.RemoveAll(filepath.Join(e.dir, name)); err != nil {
				return err
			}
		}
	}
	return nil
}

// createNext makes an empty generation.
func (e *Engine) createNext() (*generation, error) {
	if e.dir == "" {
		return newGeneration("", "")
	}
	return newGeneration(e.dir, format+"-"+rand.Text())
}

// Put implements search.Engine.
func (e *Engine) Put(ctx context.Context, docs ...search.Document) error {
	for _, d := range docs {
		if err := d.Validate(); err != nil {
			return err
		}
	}
	return e.write(ctx, change{put: slices.Clone(docs)})
}

// Delete implements search.Engine.
func (e *Engine) Delete(ctx context.Context, submissions ...string) error {
	return e.write(ctx, change{remove: slices.Clone(submissions)})
}

func (e *Engine) write(ctx context.Context, c change) error {
	e.writing.Lock()
	defer e.writing.Unlock()
	live, release, err := e.index()
	if err != nil {
		return err
	}
	defer release()
	// Noted first: should it fail half-way, the new generation gets at least as much of it as the old one.
	if e.journal != nil {
		*e.journal = append(*e.journal, c)
	}
	return c.apply(ctx, live)
}

func (c change) apply(ctx context.Context, g *generation) error {
	if err := g.replace(ctx, c.put); err != nil {
		return fmt.Errorf("indexing %d documents: %w", len(c.put), err)
	}
	for submissions := range slices.Chunk(c.remove, batchSize) {
		if err := g.remove(ctx, submissions); err != nil {
			return fmt.Errorf("removing %d submissions from the index: %w", len(submissions), err)
		}
	}
	return nil
}

// Rebuild implements search.Engine.
func (e *Engine) Rebuild(ctx context.Context, docs iter.Seq2[search.Document, error]) error {
	e.rebuilding.Lock()
	defer e.rebuilding.Unlock()

	_, release, err := e.index()
	if err != nil {
		return err
	}
	release()
	e.writing.Lock()
	e.journal = new([]change)
	e.writing.Unlock()

	next, err := e.createNext()
	if err == nil {
		if err = fill(ctx, next, docs); err == nil {
			next, err = e.swap(ctx, next)
		}
		// Whichever is not in service now goes, files and all: an old one may hold words that are to be erased.
		err = errors.Join(err, next.discard())
	}
	e.writing.Lock()
	e.journal = nil
	e.writing.Unlock()
	if err != nil {
		return fmt.Errorf("rebuilding the search index: %w", err)
	}
	return nil
}

func fill(ctx context.Context, next *generation, docs iter.Seq2[search.Document, error]) error {
	batch := make([]search.Document, 0, batchSize)
	for d, err := range docs {
		if err == nil {
			err = errors.Join(d.Validate(), ctx.Err())
		}
		if err != nil {
			return err
		}
		if batch = append(batch, d); len(batch) == batchSize {
			if err := next.put(batch, nil); err != nil {
				return err
			}
			batch = batch[:0]
		}
	}
	return errors.Join(ctx.Err(), next.put(batch, nil))
}

// swap brings next up to date and puts it in service. It returns the generation that is out of service: the old one, or
// next when there is an error.
func (e *Engine) swap(ctx context.Context, next *generation) (*generation, error) {
	e.writing.Lock()
	defer e.writing.Unlock()
	for _, c := range *e.journal {
		if err := c.apply(ctx, next); err != nil {
			return next, err
		}
	}
	e.journal = nil
	e.serving.Lock()
	defer e.serving.Unlock()
	if e.live == nil {
		return next, errClosed
	}
	if e.dir != "" {
		if err := e.point(next.name); err != nil {
			return next, err
		}
	}
	old := e.live
	e.live = next
	return old, nil
}

var errClosed = fmt.Errorf("%w: the engine is closed", search.ErrUnavailable)

// index returns the generation in service, which stays open until release is called.
func (e *Engine) index() (live *generation, release func(), err error) {
	e.serving.RLock()
	if e.live == nil {
		e.serving.RUnlock()
		return nil, nil, errClosed
	}
	return e.live, e.serving.RUnlock, nil
}

// Count implements search.Engine.
func (e *Engine) Count(context.Context) (int, error) {
	live, release, err := e.index()
	if err != nil {
		return 0, err
	}
	defer release()
	return live.count()
}

// Health implements search.Engine.
func (e *Engine) Health(ctx context.Context) error {
	_, err := e.Count(ctx)
	return err
}

// Close implements search.Engine. It waits for running calls; closing twice is harmless.
func (e *Engine) Close() error {
	e.writing.Lock()
	defer e.writing.Unlock()
	e.serving.Lock()
	defer e.serving.Unlock()
	if e.live == nil {
		return nil
	}
	err := e.live.close()
	e.live = nil
	return err
}
