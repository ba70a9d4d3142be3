// Package meili is the search engine for real deployments: a Meilisearch server, reached through meilisearch-go. Its
// settings are declared here and applied when the engine opens; nothing has to be set up on the server by hand.
//
// It differs from the embedded engine where Meilisearch does:
//   - Meilisearch knows no stems. Plurals are found as misspellings and beginnings; "policing" does not find "policed".
//   - It looks at the first ten words and phrases of a query. Common words are taken out first, so that ten are left
//     that say something.
//   - Of a query of more than three words, the most frequent may be missing from a document that is found.
//   - Values of a filter are compared without regard to capitals and to spaces at either end. Consultations, tiers and
//     submissions are compared exactly, by their digest.
//
// Only one process may rebuild and write: what another writes during a Rebuild is lost at the swap.
package meili

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/meilisearch/meilisearch-go"

	"heard/search"
)

// Config says which server to use. The engine talks to URL and nothing else: it follows no redirect and uses no proxy.
type Config struct {
	URL   string // http://127.0.0.1:7700
	Key   string // an API key that may do everything with the indexes below
	Index string // prefix of the names of the indexes: letters, digits, '-' and '_'; "heard" when empty
}

// oldest is the first minor version of Meilisearch 1 that has all that is used here.
const oldest = 13

const (
	taskDeadline = 10 * time.Minute      // for one task, including those queued before it
	taskInterval = 10 * time.Millisecond // between two looks at a task
	batchSize    = 5000                  // documents sent at once
	batchBytes   = 16 << 20              // of their text, well below the 100 MB that the server takes
	filterSize   = 1000                  // submissions in one filter
)

// Engine is a search.Engine that keeps its index on a Meilisearch server.
type Engine struct {
	server     meilisearch.ServiceManager
	uid        string     // of the index in service
	next       string     // of the index that a Rebuild fills
	rebuilding sync.Mutex // one Rebuild at a time

	writing sync.RWMutex // held for reading by writes, for writing by the swap
	noting  sync.Mutex   // guards journal and closed
	journal *[]change    // writes since the running Rebuild began; nil when none runs
	closed  bool
}

var _ search.Engine = (*Engine)(nil)

// change is one write, kept to be repeated on the index that a Rebuild is filling.
type change struct {
	put    []search.Document
	remove []string // submissions
}

// Open connects to the server, checks its version and brings the index and its settings into being. The error wraps
// search.ErrUnavailable when the server cannot be reached or does not take the key.
func Open(ctx context.Context, cfg Config) (*Engine, error) {
	address, err := url.Parse(cfg.URL)
	if err != nil || address.Scheme != "http" && address.Scheme != "https" || address.Host == "" || address.User != nil ||
		address.RawQuery != "" || address.Fragment != "" {
		return nil, errors.New("the Meilisearch URL must look like http://127.0.0.1:7700, without a password or a query")
	}
	prefix := cfg.Index
	if prefix == "" {
		prefix = "heard"
	}
	if !isIndexName(prefix) {
		return nil, fmt.Errorf("the Meilisearch index prefix %q must be 1 to 100 letters, digits, '-' and '_'", prefix)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.Proxy = nil
	transport.MaxIdleConnsPerHost = 16
	client := &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       2 * time.Minute,
	}
	e := &Engine{
		server: meilisearch.New(strings.TrimSuffix(cfg.URL, "/"), meilisearch.WithAPIKey(cfg.Key),
			meilisearch.WithCustomClient(client), meilisearch.DisableRetries()),
		uid:  prefix + "_documents",
		next: prefix + "_documents_next",
	}
	if err := e.checkVersion(ctx); err != nil {
		return nil, err
	}
	if _, err := e.server.GetIndexWithContext(ctx, e.uid); isCode(err, "index_not_found") {
		err = e.create(ctx, e.uid)
		if err != nil {
			return nil, err
		}
	} else if err != nil {
		return nil, explain(ctx, "looking for the index", err)
	}
	if err := e.applySettings(ctx, e.uid); err != nil {
		return nil, err
	}
	return e, nil
}

func isIndexName(s string) bool {
	return len(s) <= 100 && strings.IndexFunc(s, func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '-' || r == '_')
	}) < 0
}

func (e *Engine) checkVersion(ctx context.Context) error {
	v, err := e.server.VersionWithContext(ctx)
	if err != nil {
		return explain(ctx, "asking for the version", err)
	}
	major, rest, _ := strings.Cut(v.PkgVersion, ".")
	minor, _, _ := strings.Cut(rest, ".")
	if n, err := strconv.Atoi(minor); err != nil || major != "1" || n < oldest {
		return fmt.Errorf("%w: Meilisearch is version %q, expected 1.%d or a later 1.x", search.ErrUnavailable, v.PkgVersion, oldest)
	}
	return nil
}

// create makes an empty index; one that somebody else made meanwhile is as good.
func (e *Engine) create(ctx context.Context, uid string) error {
	err := e.await(ctx, "creating the index", func() (*meilisearch.TaskInfo, error) {
		return e.server.CreateIndexWithContext(ctx, &meilisearch.IndexConfig{Uid: uid, PrimaryKey: attrID})
	})
	if isCode(err, "index_already_exists") {
		return nil
	}
	return err
}

// drop deletes an index, files and all; one that does not exist is as good.
func (e *Engine) drop(ctx context.Context, uid string) error {
	err := e.await(ctx, "deleting an index that is out of service", func() (*meilisearch.TaskInfo, error) {
		return e.server.DeleteIndexWithContext(ctx, uid)
	})
	if isCode(err, "index_not_found") {
		return nil
	}
	return err
}

// await starts a task and waits for its end. A task that failed is an error, which the client library alone would not
// tell.
func (e *Engine) await(ctx context.Context, doing string, start func() (*meilisearch.TaskInfo, error)) error {
	info, err := start()
	if err != nil {
		return explain(ctx, doing, err)
	}
	waiting, cancel := context.WithTimeout(ctx, taskDeadline)
	defer cancel()
	task, err := e.server.WaitForTaskWithContext(waiting, info.TaskUID, taskInterval)
	if err != nil {
		if ctx.Err() == nil && waiting.Err() != nil {
			return fmt.Errorf("%w: %s with Meilisearch: task %d did not end within %v", search.ErrUnavailable, doing, info.TaskUID, taskDeadline)
		}
		return explain(ctx, doing, err)
	}
	if task.Status != meilisearch.TaskStatusSucceeded {
		return &serverError{doing, fmt.Sprintf("task %d %s", info.TaskUID, task.Status), task.Error.Code}
	}
	return nil
}

// serverError is a refusal by the server. It carries the server's code and not its message, which can quote what
// people wrote.
type serverError struct {
	doing   string
	outcome string
	code    string // https://www.meilisearch.com/docs/reference/errors/error_codes
}

func (e *serverError) Error() string {
	return fmt.Sprintf("%s with Meilisearch: %s (%s)", e.doing, e.outcome, e.code)
}

// isCode reports whether err is the server's refusal with this code.
func isCode(err error, code string) bool {
	var refused *serverError
	if errors.As(err, &refused) {
		return refused.code == code
	}
	var api *meilisearch.Error
	return errors.As(err, &api) && api.MeilisearchApiError.Code == code
}

// explain turns an error of the client library into one that says what to do and quotes nobody: the library's own
// repeats the request and the response.
func explain(ctx context.Context, doing string, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%s with Meilisearch: %w", doing, ctx.Err())
	}
	var api *meilisearch.Error
	if !errors.As(err, &api) {
		return fmt.Errorf("%w: %s with Meilisearch: unexpected answer", search.ErrUnavailable, doing)
	}
	switch {
	case api.ErrCode == meilisearch.MeilisearchCommunicationError, api.ErrCode == meilisearch.MeilisearchTimeoutError:
		return fmt.Errorf("%w: %s with Meilisearch: no answer; check that it runs at the configured address", search.ErrUnavailable, doing)
	case api.StatusCode == http.StatusUnauthorized, api.StatusCode == http.StatusForbidden:
		return fmt.Errorf("%w: %s with Meilisearch: it does not accept the key", search.ErrUnavailable, doing)
	case api.StatusCode >= 500, api.StatusCode == http.StatusTooManyRequests, api.MeilisearchApiError.Code == "":
		return fmt.Errorf("%w: %s with Meilisearch: status %d", search.ErrUnavailable, doing, api.StatusCode)
	}
	return &serverError{doing, fmt.Sprintf("status %d", api.StatusCode), api.MeilisearchApiError.Code}
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
	e.writing.RLock()
	defer e.writing.RUnlock()
	e.noting.Lock()
	if e.closed {
		e.noting.Unlock()
		return errClosed
	}
	// Noted first: should it fail half-way, the new index gets at least as much of it as the old one.
	if e.journal != nil {
		*e.journal = append(*e.journal, c)
	}
	e.noting.Unlock()
	return e.apply(ctx, e.uid, c)
}

func (e *Engine) apply(ctx context.Context, uid string, c change) error {
	if err := e.fill(ctx, uid, func(yield func(search.Document, error) bool) {
		for _, d := range c.put {
			if !yield(d, nil) {
				return
			}
		}
	}); err != nil {
		return err
	}
	for submissions := range slices.Chunk(c.remove, filterSize) {
		digests := make([]string, len(submissions))
		for i, s := range submissions {
			digests[i] = submissionDigest(s)
		}
		if err := e.await(ctx, "removing submissions", func() (*meilisearch.TaskInfo, error) {
			return e.server.Index(uid).DeleteDocumentsByFilterWithContext(ctx, anyOf(attrSubmissionDigest, digests), nil)
		}); err != nil {
			return err
		}
	}
	return nil
}

// fill sends documents in batches, each when the one before is indexed, so that a rebuild never floods the server.
func (e *Engine) fill(ctx context.Context, uid string, docs iter.Seq2[search.Document, error]) error {
	var batch []record
	size := 0
	flush := func() error {
		if len(batch) == 0 {
			return nil
		}
		err := e.await(ctx, "adding documents", func() (*meilisearch.TaskInfo, error) {
			return e.server.Index(uid).AddDocumentsWithContext(ctx, batch, nil)
		})
		batch, size = batch[:0], 0
		return err
	}
	for d, err := range docs {
		if err == nil {
			err = errors.Join(d.Validate(), ctx.Err())
		}
		if err != nil {
			return err
		}
		batch = append(batch, newRecord(d))
		if size += len(d.Text); len(batch) == batchSize || size >= batchBytes {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return flush()
}

// Rebuild implements search.Engine.
func (e *Engine) Rebuild(ctx context.Context, docs iter.Seq2[search.Document, error]) error {
	e.rebuilding.Lock()
	defer e.rebuilding.Unlock()
	if err := e.open(); err != nil {
		return err
	}
	e.keepJournal(new([]change))
	defer e.keepJournal(nil)

	err := e.drop(ctx, e.next) // left over from a rebuild that was cut short
	if err == nil {
		err = e.create(ctx, e.next)
	}
	if err == nil {
		err = e.applySettings(ctx, e.next)
	}
	if err == nil {
		err = e.fill(ctx, e.next, docs)
	}
	if err == nil {
		err = e.swap(ctx)
	}
	// What is out of service now goes, files and all: an old index may hold words that are to be erased. This is not
	// left undone because the caller gave up.
	err = errors.Join(err, e.drop(context.WithoutCancel(ctx), e.next))
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

// swap brings the next index up to date and puts it in service.
func (e *Engine) swap(ctx context.Context) error {
	e.writing.Lock()
	defer e.writing.Unlock()
	for _, c := range *e.journal {
		if err := e.apply(ctx, e.next, c); err != nil {
			return err
		}
	}
	return e.await(ctx, "swapping the indexes", func() (*meilisearch.TaskInfo, error) {
		return e.server.SwapIndexesWithContext(ctx, []*meilisearch.SwapIndexesParams{{Indexes: []string{e.uid, e.next}}})
	})
}

// Count implements search.Engine.
func (e *Engine) Count(ctx context.Context) (int, error) {
	if err := e.open(); err != nil {
		return 0, err
	}
	stats, err := e.server.Index(e.uid).GetStatsWithContext(ctx, nil)
	if err != nil {
		return 0, explain(ctx, "counting documents", err)
	}
	return int(stats.NumberOfDocuments), nil
}

// Health implements search.Engine. It asks for the index, so it fails as well when the key is wrong.
func (e *Engine) Health(ctx context.Context) error {
	_, err := e.Count(ctx)
	return err
}

// Close implements search.Engine. The index stays on the server. Closing twice is harmless.
func (e *Engine) Close() error {
	e.noting.Lock()
	defer e.noting.Unlock()
	if !e.closed {
		e.closed = true
		e.server.Close()
	}
	return nil
}
