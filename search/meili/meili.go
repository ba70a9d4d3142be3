// Package meili is the search engine for real deployments: a Meilisearch server, reached through meilisearch-go. Its
// settings are declared here and applied when the server first answers; nothing has to be set up on it by hand.
//
// Each tier has an index of its own, so that what one audience may find is never beside what another may, and a key that
// searches that index and no other.
//
// The server may be away, when a portal starts or later: every method then returns search.ErrUnavailable, and the first
// that finds it again looks at its version, its indexes and their settings anew.
//
// It differs from the embedded engine where Meilisearch does:
//   - Meilisearch knows no stems. Plurals are found as misspellings and beginnings; "policing" does not find "policed".
//   - It looks at the first ten words and phrases of a query. Common words are taken out first, so that ten are left
//     that say something.
//   - Of a query of more than three words, the most frequent may be missing from a document that is found.
//   - Values of a filter are compared without regard to capitals and to spaces at either end. Consultations, submissions
//     and documents are compared exactly, by their digest.
//   - With an embedder it answers Query.Meaning; see Embedder.
//
// Only one process may rebuild and write: what another writes during a Rebuild is lost at the swap.
package meili

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/meilisearch/meilisearch-go"
	"golang.org/x/sync/singleflight"

	"heard/search"
)

// Config says which server to use. The engine talks to URL and nothing else: it follows no redirect and uses no proxy.
type Config struct {
	URL      string   // http://127.0.0.1:7700
	Keys     Keys     // zero for a server that asks for none
	Index    string   // prefix of the names of the indexes: letters, digits, '-' and '_'; DefaultIndex when empty
	Embedder Embedder // zero for none
}

// DefaultIndex is the prefix of the names of the indexes when none is given.
const DefaultIndex = "heard"

// oldest is the first minor version of Meilisearch 1 that has all that is used here.
const oldest = 13

const (
	batchSize      = 20_000           // documents sent at once: the server takes nearly as long for few, the more it holds
	batchBytes     = 16 << 20         // of their text, well below the 100 MB that the server takes
	filterSize     = 1000             // submissions in one filter
	searchDeadline = 10 * time.Second // for the answer to a search: somebody is waiting for it
	openDeadline   = 10 * time.Second // for a server to be found as it must be at the start; it goes on to be made so
)

// Engine is a search.Engine that keeps its indexes on a Meilisearch server.
type Engine struct {
	url        string
	prefix     string // of the names of the indexes
	keys       Keys
	embedder   Embedder
	client     *http.Client
	status     meilisearch.ServiceManager                 // reads the version and tasks
	indexing   meilisearch.ServiceManager                 // writes
	searching  map[search.Tier]meilisearch.ServiceManager // searches
	rebuilding sync.Mutex                                 // one Rebuild at a time

	looking singleflight.Group
	ready   atomic.Bool // the server is as it must be, as far as is known

	writing sync.RWMutex // held for reading by writes, for writing by the swap
	noting  sync.Mutex   // guards what follows
	journal *[]change    // writes since the running Rebuild began; nil when none runs
	closed  bool

	embedding  bool  // the embedders are being seen to
	unembedded error // why nothing can be found by meaning

	life       context.Context // of what goes on in the background
	stop       func()
	background sync.WaitGroup
}

var _ search.Engine = (*Engine)(nil)

// change is one write, kept to be repeated on the indexes that a Rebuild is filling.
type change struct {
	put    []search.Document
	remove []string // submissions
}

// Open connects to the server, checks its version and the keys, and brings the indexes and their settings into being. A
// server that does not answer, or that is busy with new settings, is no error: it is looked at when it is needed. What has to be set differently is an
// error at once: an address or keys that cannot work, keys that the server does not take (ErrKey), or its version.
func Open(ctx context.Context, cfg Config) (*Engine, error) {
	if err := checkURL(cfg.URL); err != nil {
		return nil, err
	}
	if cfg.Index == "" {
		cfg.Index = DefaultIndex
	}
	if err := errors.Join(checkPrefix(cfg.Index), cfg.Keys.check(cfg.Index)); err != nil {
		return nil, err
	}
	client := newClient()
	e := &Engine{
		url: cfg.URL, prefix: cfg.Index, keys: cfg.Keys, embedder: cfg.Embedder, client: client,
		status:    connect(client, cfg.URL, cfg.Keys.Status),
		indexing:  connect(client, cfg.URL, cfg.Keys.Indexing),
		searching: map[search.Tier]meilisearch.ServiceManager{},
	}
	e.life, e.stop = context.WithCancel(context.WithoutCancel(ctx))
	for _, tier := range search.Tiers {
		e.searching[tier] = connect(client, cfg.URL, cfg.Keys.Search[tier])
	}
	waiting, cancel := context.WithTimeout(ctx, openDeadline)
	defer cancel()
	if err := e.prepared(waiting); err != nil && !isAway(err) {
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
}

func isAway(err error) bool { return errors.Is(err, errAway) }

func checkPrefix(s string) error {
	if s == "" || len(s) > 100 || strings.ContainsFunc(s, func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '-' || r == '_')
	}) {
		return fmt.Errorf("the Meilisearch index prefix %q must be 1 to 100 letters, digits, '-' and '_'", s)
	}
	return nil
}

// indexName is the name of the index of a tier, and nextName of the one that a Rebuild fills.
func indexName(prefix string, tier search.Tier) string { return prefix + "_" + string(tier) }
func nextName(prefix string, tier search.Tier) string  { return indexName(prefix, tier) + "_next" }

// names gives the indexes of the tiers names.
type names func(prefix string, tier search.Tier) string

// index is one index, as the key for indexing may use it.
func (e *Engine) index(name names, tier search.Tier) meilisearch.IndexManager {
	return e.indexing.Index(name(e.prefix, tier))
}

// prepared makes sure that the server is as it must be. It asks nothing of a server that was found so and has answered
// ever since. What is to be done is done once for all who wait for it, and to the end although they may give up: new
// settings can take the server minutes.
func (e *Engine) prepared(ctx context.Context) error {
	if err := e.open(); err != nil || e.ready.Load() {
		return err
	}
	looking := e.looking.DoChan("", func() (any, error) {
		if e.ready.Load() {
			return nil, nil
		}
		if err := e.prepare(e.life); err != nil {
			return nil, err
		}
		e.ready.Store(true)
		e.embed()
		return nil, nil
	})
	select {
	case looked := <-looking:
		return looked.Err
	case <-ctx.Done():
		return gaveUp(ctx, "waiting for the server to be ready")
	}
}

func (e *Engine) prepare(ctx context.Context) error {
	if err := e.checkVersion(ctx); err != nil {
		return err
	}
	if err := e.checkRights(ctx); err != nil {
		return err
	}
	if err := e.create(ctx, indexName); err != nil {
		return err
	}
	if err := e.applySettings(ctx, indexName); err != nil {
		return err
	}
	for _, tier := range search.Tiers {
		_, err := e.searching[tier].MultiSearchWithContext(ctx, &meilisearch.MultiSearchRequest{
			Queries: []*meilisearch.SearchRequest{{IndexUID: indexName(e.prefix, tier), Limit: 1}},
		})
		if err != nil {
			return e.explain(ctx, "searching with the key for the tier "+string(tier), err)
		}
	}
	return nil
}

func (e *Engine) checkVersion(ctx context.Context) error {
	v, err := e.status.VersionWithContext(ctx)
	if err != nil {
		return e.explain(ctx, "asking for the version", err)
	}
	major, rest, _ := strings.Cut(v.PkgVersion, ".")
	minor, _, _ := strings.Cut(rest, ".")
	if n, err := strconv.Atoi(minor); err != nil || major != "1" || n < oldest {
		return fmt.Errorf("%w: Meilisearch is version %q, expected 1.%d or a later 1.x", search.ErrUnavailable, v.PkgVersion, oldest)
	}
	return nil
}

// create makes the index of each tier that is not there yet; one that somebody else makes meanwhile is as good.
func (e *Engine) create(ctx context.Context, name names) error {
	var tasks []task
	for _, tier := range search.Tiers {
		there, err := e.exists(ctx, name, tier)
		if err != nil {
			return err
		}
		if !there {
			tasks = append(tasks, func() (*meilisearch.TaskInfo, error) {
				return e.indexing.CreateIndexWithContext(ctx, &meilisearch.IndexConfig{Uid: name(e.prefix, tier), PrimaryKey: attrID})
			})
		}
	}
	err := e.await(ctx, "creating an index", tasks...)
	if isCode(err, "index_already_exists") {
		return nil
	}
	return err
}

// drop deletes the index of each tier that is there, files and all.
func (e *Engine) drop(ctx context.Context, name names) error {
	var tasks []task
	for _, tier := range search.Tiers {
		there, err := e.exists(ctx, name, tier)
		if err != nil {
			return err
		}
		if there {
			tasks = append(tasks, func() (*meilisearch.TaskInfo, error) {
				return e.indexing.DeleteIndexWithContext(ctx, name(e.prefix, tier))
			})
		}
	}
	return e.await(ctx, "deleting an index that is out of service", tasks...)
}

func (e *Engine) exists(ctx context.Context, name names, tier search.Tier) (bool, error) {
	_, err := e.index(name, tier).FetchInfoWithContext(ctx)
	switch {
	case isCode(err, codeNoIndex):
		return false, nil
	case err != nil:
		return false, e.explain(ctx, "looking for the indexes", err)
	}
	return true, nil
}

var errClosed = fmt.Errorf("%w: the engine is closed", search.ErrUnavailable)

func (e *Engine) open() error {
	e.noting.Lock()
	defer e.noting.Unlock()
	if e.closed {
		return errClosed
	}
	return nil
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
	if err := e.prepared(ctx); err != nil {
		return err
	}
	e.writing.RLock()
	defer e.writing.RUnlock()
	e.noting.Lock()
	if e.closed {
		e.noting.Unlock()
		return errClosed
	}
	// Noted first: should it fail half-way, the new indexes get at least as much of it as the old ones.
	if e.journal != nil {
		*e.journal = append(*e.journal, c)
	}
	e.noting.Unlock()
	return e.apply(ctx, indexName, c)
}

func (e *Engine) apply(ctx context.Context, name names, c change) error {
	if err := e.removeOthers(ctx, name, c.put); err != nil {
		return err
	}
	if err := e.fill(ctx, name, func(yield func(search.Document, error) bool) {
		for _, d := range c.put {
			if !yield(d, nil) {
				return
			}
		}
	}); err != nil {
		return err
	}
	for submissions := range slices.Chunk(c.remove, filterSize) {
		if err := e.remove(ctx, name, submissions); err != nil {
			return err
		}
	}
	return nil
}

// remove deletes submissions. By filter and not by what is there now: what was sent before and is not indexed yet goes
// as well, because the server does one task after the other.
func (e *Engine) remove(ctx context.Context, name names, submissions []string) error {
	var tasks []task
	for _, tier := range search.Tiers {
		tasks = append(tasks, func() (*meilisearch.TaskInfo, error) {
			return e.index(name, tier).DeleteDocumentsByFilterWithContext(ctx, ofSubmissions(submissions), nil)
		})
	}
	return e.await(ctx, "removing submissions", tasks...)
}

// removeOthers deletes what the indexes hold of the submissions of docs and is not among docs. That is looked up first
// where it can be, because most submissions are new and a task that removes nothing takes the server as long as any.
// The keys search the indexes in service and not those that a Rebuild fills.
func (e *Engine) removeOthers(ctx context.Context, name names, docs []search.Document) error {
	kept := map[string]bool{}
	for _, d := range docs {
		kept[string(d.Tier)+"/"+d.ID] = true
	}
	for some := range slices.Chunk(search.Submissions(docs), filterSize) {
		if name(e.prefix, search.TierOfficer) != indexName(e.prefix, search.TierOfficer) {
			if err := e.remove(ctx, name, some); err != nil {
				return err
			}
			continue
		}
		var tasks []task
		for _, tier := range search.Tiers {
			held, err := e.heldOf(ctx, tier, some)
			if err != nil {
				return err
			}
			others := slices.DeleteFunc(held, func(id string) bool { return kept[string(tier)+"/"+id] })
			if len(others) > 0 {
				tasks = append(tasks, func() (*meilisearch.TaskInfo, error) {
					return e.index(name, tier).DeleteDocumentsWithContext(ctx, others, nil)
				})
			}
		}
		if err := e.await(ctx, "removing documents", tasks...); err != nil {
			return err
		}
	}
	return nil
}

// heldOf returns the IDs of the documents that a tier holds of submissions.
func (e *Engine) heldOf(ctx context.Context, tier search.Tier, submissions []string) ([]string, error) {
	res, err := e.searching[tier].Index(indexName(e.prefix, tier)).SearchWithContext(ctx, "", &meilisearch.SearchRequest{
		Filter: ofSubmissions(submissions), AttributesToRetrieve: []string{attrID}, Limit: search.MaxReach,
	})
	if err != nil {
		return nil, e.explain(ctx, "looking for what is there of submissions", err)
	}
	var held []record
	if err := res.Hits.DecodeInto(&held); err != nil {
		return nil, fmt.Errorf("%w: looking for what is there of submissions with Meilisearch: unexpected answer", errAway)
	}
	ids := make([]string, len(held))
	for i, r := range held {
		ids[i] = r.ID
	}
	return ids, nil
}

// fill sends documents in batches, each when the one before is indexed, so that the server is never flooded.
func (e *Engine) fill(ctx context.Context, name names, docs iter.Seq2[search.Document, error]) error {
	batch := map[search.Tier][]record{}
	n, size := 0, 0
	flush := func() error {
		var tasks []task
		for tier, records := range batch {
			tasks = append(tasks, func() (*meilisearch.TaskInfo, error) {
				return e.index(name, tier).AddDocumentsWithContext(ctx, records, nil)
			})
		}
		err := e.await(ctx, "adding documents", tasks...)
		clear(batch)
		n, size = 0, 0
		return err
	}
	for d, err := range docs {
		if err == nil {
			err = d.Validate()
		}
		if err == nil && ctx.Err() != nil {
			err = gaveUp(ctx, "adding documents")
		}
		if err != nil {
			return err
		}
		batch[d.Tier] = append(batch[d.Tier], newRecord(d))
		n, size = n+1, size+len(d.Text)
		if n == batchSize || size >= batchBytes {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if ctx.Err() != nil {
		return gaveUp(ctx, "adding documents")
	}
	return flush()
}

// Rebuild implements search.Engine. The indexes of all tiers are swapped in one task.
func (e *Engine) Rebuild(ctx context.Context, docs iter.Seq2[search.Document, error]) error {
	e.rebuilding.Lock()
	defer e.rebuilding.Unlock()
	if err := e.prepared(ctx); err != nil {
		return fmt.Errorf("rebuilding the search index: %w", err)
	}
	e.keepJournal(new([]change))
	defer e.keepJournal(nil)

	err := e.drop(ctx, nextName) // left over from a rebuild that was cut short
	if err == nil {
		err = e.create(ctx, nextName)
	}
	if err == nil {
		err = e.applySettings(ctx, nextName)
	}
	if err == nil {
		err = e.fill(ctx, nextName, docs)
	}
	if err == nil {
		err = e.swap(ctx)
	}
	if err == nil {
		e.embed()
	}
	// What is out of service now goes, files and all: an old index may hold words that are to be erased. This is not
	// left undone because the caller gave up.
	err = errors.Join(err, e.drop(context.WithoutCancel(ctx), nextName))
	if err != nil {
		return fmt.Errorf("rebuilding the search index: %w", err)
	}
	return nil
}

// keepJournal waits for the writes under way, so that each is either before the journal begins or in it.
func (e *Engine) keepJournal(journal *[]change) {
	e.writing.Lock()
	defer e.writing.Unlock()
	e.noting.Lock()
	defer e.noting.Unlock()
	e.journal = journal
}

// swap brings the next indexes up to date and puts them in service.
func (e *Engine) swap(ctx context.Context) error {
	e.writing.Lock()
	defer e.writing.Unlock()
	for _, c := range *e.journal {
		if err := e.apply(ctx, nextName, c); err != nil {
			return err
		}
	}
	var pairs []*meilisearch.SwapIndexesParams
	for _, tier := range search.Tiers {
		pairs = append(pairs, &meilisearch.SwapIndexesParams{Indexes: []string{indexName(e.prefix, tier), nextName(e.prefix, tier)}})
	}
	return e.await(ctx, "swapping the indexes", func() (*meilisearch.TaskInfo, error) {
		return e.indexing.SwapIndexesWithContext(ctx, pairs)
	})
}

// Count implements search.Engine.
func (e *Engine) Count(ctx context.Context) (int, error) {
	if err := e.prepared(ctx); err != nil {
		return 0, err
	}
	stats, err := e.indexing.GetStatsWithContext(ctx, nil)
	if err != nil {
		return 0, e.explain(ctx, "counting documents", err)
	}
	n := 0
	for _, tier := range search.Tiers {
		of, there := stats.Indexes[indexName(e.prefix, tier)]
		if !there {
			e.ready.Store(false)
			return 0, fmt.Errorf("%w: counting documents with Meilisearch: an index is not there", errAway)
		}
		n += int(of.NumberOfDocuments)
	}
	return n, nil
}

// Health implements search.Engine. It asks for the indexes, so it fails as well when a key is wrong.
func (e *Engine) Health(ctx context.Context) error {
	_, err := e.Count(ctx)
	return err
}

// Close implements search.Engine. The indexes stay on the server. Closing twice is harmless.
func (e *Engine) Close() error {
	e.noting.Lock()
	e.closed = true
	e.noting.Unlock()
	e.stop()
	e.background.Wait()
	e.client.CloseIdleConnections()
	return nil
}
