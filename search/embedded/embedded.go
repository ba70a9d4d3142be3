// Package embedded is the search engine that runs inside the portal's own process, on Bleve. It needs no server and
// suits one process on one machine; several processes share a Meilisearch server instead.
//
// A folder holds one index directory and a file, current, that names it. Rebuild fills a new directory, renames a new
// current file into place and removes the old directory, so a crash at any moment leaves a whole index behind. An
// index made by another version of this package is discarded and Count returns 0, which tells the portal to fill it.
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

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"

	"heard/search"
)

// format names the way documents are indexed. It changes whenever analysis or fields do, and is part of the name of
// every index directory.
const format = "v2"

// batchSize is the number of documents written at once.
const batchSize = 1000

// pointer is the file that names the index directory in service.
const pointer = "current"

// Engine is a search.Engine that keeps its index in a folder, or in memory.
type Engine struct {
	dir string // "" in memory

	rebuilding sync.Mutex // one Rebuild at a time
	writing    sync.Mutex // orders writes and the swap; guards journal
	journal    *[]change  // writes since the running Rebuild began; nil when none runs

	serving sync.RWMutex // held for reading while live is in use
	live    bleve.Index  // nil when closed
	name    string       // directory of live below dir
}

var _ search.Engine = (*Engine)(nil)

// change is one write, kept to be repeated on the index that a Rebuild is filling.
type change struct {
	put    []search.Document
	remove []string // submissions
}

// Open opens the index in the folder dir, or makes one there; with dir "" the index lives in memory. The error wraps
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
		e.live, err = create("")
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
		if name == "" {
			break
		}
		index, err := bleve.OpenUsing(filepath.Join(e.dir, name), lockTimeout())
		if err != nil {
			return explain(filepath.Join(e.dir, name), err)
		}
		// Another process may have swapped the index while this one waited for its lock.
		if again, err := e.current(); err != nil || again != name {
			if err = errors.Join(err, index.Close()); err != nil {
				return err
			}
			continue
		}
		if strings.HasPrefix(name, format+"-") {
			e.live, e.name = index, name
			return e.sweep()
		}
		if err := index.Close(); err != nil { // another format: begin afresh
			return err
		}
		break
	}
	index, name, err := e.createNext()
	if err != nil {
		return err
	}
	if err := e.point(name); err != nil {
		return errors.Join(err, index.Close())
	}
	e.live, e.name = index, name
	return e.sweep()
}

// lockTimeout makes a second process fail instead of waiting for the first to end.
func lockTimeout() map[string]any { return map[string]any{"bolt_timeout": "1s"} }

func explain(path string, err error) error {
	if strings.Contains(err.Error(), "timeout") {
		return fmt.Errorf("%w: %s is in use by another process; stop it, or use Meilisearch to share an index", search.ErrUnavailable, path)
	}
	return fmt.Errorf("%w: %s cannot be read (%w); remove it and start again, the index is filled from the database", search.ErrUnavailable, path, err)
}

// current returns the name of the index directory in service, "" when there is none yet.
func (e *Engine) current() (string, error) {
	b, err := os.ReadFile(filepath.Join(e.dir, pointer))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	name := strings.TrimSpace(string(b))
	if name == "" || name != filepath.Base(name) || !isIndexName(name) {
		return "", fmt.Errorf("%s does not name an index directory; remove it and start again, the index is filled from the database",
			filepath.Join(e.dir, pointer))
	}
	return name, nil
}

// isIndexName reports whether this package, in any version of it, made up the name: v1-ABC….
func isIndexName(name string) bool {
	v, random, ok := strings.Cut(name, "-")
	return ok && strings.HasPrefix(v, "v") && len(random) >= 26
}

// point makes name the index in service, whole or not at all.
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

// sweep removes what a crash left behind: index directories and pointer files not in service.
func (e *Engine) sweep() error {
	entries, err := os.ReadDir(e.dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		name := entry.Name()
		if name != e.name && isIndexName(name) || strings.HasPrefix(name, pointer+"-") {
			if err := os.RemoveAll(filepath.Join(e.dir, name)); err != nil {
				return err
			}
		}
	}
	return nil
}

// create makes an empty index at path, or in memory.
func create(path string) (bleve.Index, error) {
	return bleve.NewUsing(path, newMapping(), scorch.Name, bleve.Config.DefaultMemKVStore, lockTimeout())
}

func (e *Engine) createNext() (bleve.Index, string, error) {
	if e.dir == "" {
		index, err := create("")
		return index, "", err
	}
	name := format + "-" + rand.Text()
	index, err := create(filepath.Join(e.dir, name))
	return index, name, err
}

// discard closes an index that is no longer, or not yet, in service and removes its files.
func (e *Engine) discard(index bleve.Index, name string) error {
	err := index.Close()
	if e.dir != "" {
		err = errors.Join(err, os.RemoveAll(filepath.Join(e.dir, name)))
	}
	return err
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
	index, release, err := e.index()
	if err != nil {
		return err
	}
	defer release()
	// Noted first: should it fail half-way, the new index gets at least as much of it as the old one.
	if e.journal != nil {
		*e.journal = append(*e.journal, c)
	}
	return c.apply(ctx, index)
}

func (c change) apply(ctx context.Context, index bleve.Index) error {
	for docs := range slices.Chunk(c.put, batchSize) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := put(index, docs); err != nil {
			return fmt.Errorf("indexing %d documents: %w", len(docs), err)
		}
	}
	for submissions := range slices.Chunk(c.remove, batchSize) {
		if err := remove(ctx, index, submissions); err != nil {
			return fmt.Errorf("removing %d submissions from the index: %w", len(submissions), err)
		}
	}
	return nil
}

func put(index bleve.Index, docs []search.Document) error {
	batch := index.NewBatch()
	for _, d := range docs {
		doc, err := newDocument(d)
		if err != nil {
			return err
		}
		if err := batch.IndexAdvanced(doc); err != nil {
			return err
		}
	}
	return index.Batch(batch)
}

func remove(ctx context.Context, index bleve.Index, submissions []string) error {
	for {
		req := bleve.NewSearchRequestOptions(oneOf(fieldSubmission, submissions), batchSize, 0, false)
		req.Score = "none"
		res, err := index.SearchInContext(ctx, req)
		if err != nil {
			return err
		}
		if len(res.Hits) == 0 {
			return nil
		}
		batch := index.NewBatch()
		for _, hit := range res.Hits {
			batch.Delete(hit.ID)
		}
		if err := index.Batch(batch); err != nil {
			return err
		}
	}
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

	next, name, err := e.createNext()
	if err == nil {
		if err = fill(ctx, next, docs); err == nil {
			next, name, err = e.swap(ctx, next, name)
		}
		// Whichever index is not in service now goes, files and all: an old one may hold words that are to be erased.
		err = errors.Join(err, e.discard(next, name))
	}
	e.writing.Lock()
	e.journal = nil
	e.writing.Unlock()
	if err != nil {
		return fmt.Errorf("rebuilding the search index: %w", err)
	}
	return nil
}

func fill(ctx context.Context, index bleve.Index, docs iter.Seq2[search.Document, error]) error {
	batch := make([]search.Document, 0, batchSize)
	for d, err := range docs {
		if err == nil {
			err = errors.Join(d.Validate(), ctx.Err())
		}
		if err != nil {
			return err
		}
		if batch = append(batch, d); len(batch) == batchSize {
			if err := put(index, batch); err != nil {
				return err
			}
			batch = batch[:0]
		}
	}
	return errors.Join(ctx.Err(), put(index, batch))
}

// swap brings next up to date and puts it in service. It returns the index that is out of service: the old one, or next
// when there is an error.
func (e *Engine) swap(ctx context.Context, next bleve.Index, name string) (bleve.Index, string, error) {
	e.writing.Lock()
	defer e.writing.Unlock()
	for _, c := range *e.journal {
		if err := c.apply(ctx, next); err != nil {
			return next, name, err
		}
	}
	e.journal = nil
	e.serving.Lock()
	defer e.serving.Unlock()
	if e.live == nil {
		return next, name, errClosed
	}
	if e.dir != "" {
		if err := e.point(name); err != nil {
			return next, name, err
		}
	}
	old, oldName := e.live, e.name
	e.live, e.name = next, name
	return old, oldName, nil
}

var errClosed = fmt.Errorf("%w: the engine is closed", search.ErrUnavailable)

// index returns the index in service, which stays open until release is called.
func (e *Engine) index() (index bleve.Index, release func(), err error) {
	e.serving.RLock()
	if e.live == nil {
		e.serving.RUnlock()
		return nil, nil, errClosed
	}
	return e.live, e.serving.RUnlock, nil
}

// Count implements search.Engine.
func (e *Engine) Count(context.Context) (int, error) {
	index, release, err := e.index()
	if err != nil {
		return 0, err
	}
	defer release()
	n, err := index.DocCount()
	return int(n), err
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
	err := e.live.Close()
	e.live = nil
	return err
}
