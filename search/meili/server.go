package meili

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/meilisearch/meilisearch-go"
	"github.com/sethvargo/go-retry"

	"heard/search"
)

// ErrKey means that the server does not take the keys it is given, that it asks for keys and there are none, or that a
// key may do more than it should.
var ErrKey = errors.New("the keys are not right")

// errAway is the search.ErrUnavailable of a server that does not answer, for now: what was asked can be asked again.
var errAway = fmt.Errorf("%w", search.ErrUnavailable)

const (
	taskDeadline   = 10 * time.Minute       // for one task, including those queued before it
	firstLook      = 2 * time.Millisecond   // at a task, after it was asked for
	longestLook    = 200 * time.Millisecond // between two looks at a task
	requestTimeout = 2 * time.Minute        // for one request; batches are large
	dialTimeout    = 2 * time.Second        // to a server that is near
)

// newClient returns how the server is reached: directly, and nowhere else.
func newClient() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.Proxy = nil
	transport.DialContext = (&net.Dialer{Timeout: dialTimeout}).DialContext
	transport.MaxIdleConnsPerHost = 16
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       requestTimeout,
	}
}

// connect returns the server as somebody with this key may use it.
func connect(client *http.Client, address, key string) meilisearch.ServiceManager {
	return meilisearch.New(strings.TrimSuffix(address, "/"), meilisearch.WithAPIKey(key), meilisearch.WithCustomClient(client),
		meilisearch.DisableRetries())
}

func checkURL(s string) error {
	address, err := url.Parse(s)
	if err != nil || address.Scheme != "http" && address.Scheme != "https" || address.Host == "" || address.User != nil ||
		address.RawQuery != "" || address.Fragment != "" {
		return errors.New("the Meilisearch URL must look like http://127.0.0.1:7700, without a password or a query")
	}
	return nil
}

// task is something that the server is asked to do after it has answered.
type task func() (*meilisearch.TaskInfo, error)

// await starts tasks in their order and waits for the end of all. A task that failed is an error, which the client
// library alone would not tell.
func (e *Engine) await(ctx context.Context, doing string, tasks ...task) error {
	var started []int64
	for _, start := range tasks {
		info, err := start()
		if err != nil {
			return e.explain(ctx, doing, err)
		}
		started = append(started, info.TaskUID)
	}
	waiting, cancel := context.WithTimeout(ctx, taskDeadline)
	defer cancel()
	var failures []error
	for _, uid := range started {
		failures = append(failures, e.awaitTask(waiting, ctx, doing, uid))
	}
	return errors.Join(failures...)
}

var errPending = errors.New("the task has not ended")

func (e *Engine) awaitTask(waiting, ctx context.Context, doing string, uid int64) error {
	var ended *meilisearch.Task
	err := retry.Do(waiting, retry.WithCappedDuration(longestLook, retry.NewFibonacci(firstLook)), func(context.Context) error {
		var err error
		ended, err = e.status.GetTaskWithContext(waiting, uid)
		if err == nil && (ended.Status == meilisearch.TaskStatusEnqueued || ended.Status == meilisearch.TaskStatusProcessing) {
			return retry.RetryableError(errPending)
		}
		return err
	})
	switch {
	case err != nil && ctx.Err() == nil && waiting.Err() != nil:
		return fmt.Errorf("%w: %s with Meilisearch: task %d did not end within %v", errAway, doing, uid, taskDeadline)
	case err != nil:
		return e.explain(ctx, doing, err)
	case ended.Status != meilisearch.TaskStatusSucceeded:
		err := &serverError{doing, fmt.Sprintf("task %d %s", uid, ended.Status), ended.Error.Code}
		e.lookAgainIfAway(err)
		return err
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

// passing are the codes of refusals that end by themselves, and whether the server has to be looked at again for it.
var passing = map[string]bool{
	// Its disk is full or fails, or what makes vectors is away.
	"no_space_left_on_device": false, "io_error": false, "internal": false, "vector_embedding_error": false,
	// It came back without its data: the indexes are not there, or are not those that were set up.
	codeNoIndex: true, "invalid_search_embedder": true, "invalid_search_filter": true, "invalid_search_facets": true, "invalid_search_sort": true,
	"invalid_document_filter": true,
}

const codeNoIndex = "index_not_found"

// Unwrap makes a refusal that ends by itself search.ErrUnavailable, so that it is tried again.
func (e *serverError) Unwrap() error {
	if _, ok := passing[e.code]; ok {
		return errAway
	}
	return nil
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

// explain is explain for an engine: what is away is looked at anew when it is next asked, because it can come back
// as another version or without its data.
func (e *Engine) explain(ctx context.Context, doing string, err error) error {
	err = explain(ctx, doing, err)
	e.lookAgainIfAway(err)
	return err
}

func (e *Engine) lookAgainIfAway(err error) {
	var refused *serverError
	if isAway(err) && (!errors.As(err, &refused) || passing[refused.code]) {
		e.ready.Store(false)
	}
}

// gaveUp is the error of a caller who no longer waits. One who has waited long enough may ask again.
func gaveUp(ctx context.Context, doing string) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("%w: %s with Meilisearch: %w", errAway, doing, ctx.Err())
	}
	return fmt.Errorf("%s with Meilisearch: %w", doing, ctx.Err())
}

// explain turns an error of the client library into one that says what to do and quotes nobody: the library's own
// repeats the request and the response.
func explain(ctx context.Context, doing string, err error) error {
	if ctx.Err() != nil {
		return gaveUp(ctx, doing)
	}
	var api *meilisearch.Error
	if !errors.As(err, &api) {
		return fmt.Errorf("%w: %s with Meilisearch: unexpected answer", errAway, doing)
	}
	switch code := api.MeilisearchApiError.Code; {
	case api.ErrCode == meilisearch.MeilisearchCommunicationError, api.ErrCode == meilisearch.MeilisearchTimeoutError:
		return fmt.Errorf("%w: %s with Meilisearch: no answer; check that it runs at the configured address", errAway, doing)
	case code == "missing_authorization_header":
		return fmt.Errorf("%w: %w: %s with Meilisearch: it asks for keys and there are none", search.ErrUnavailable, ErrKey, doing)
	case api.StatusCode == http.StatusUnauthorized, api.StatusCode == http.StatusForbidden:
		return fmt.Errorf("%w: %w: %s with Meilisearch: it does not accept the key", search.ErrUnavailable, ErrKey, doing)
	case api.StatusCode >= 500, api.StatusCode == http.StatusTooManyRequests:
		return fmt.Errorf("%w: %s with Meilisearch: status %d", errAway, doing, api.StatusCode)
	case code == "":
		return fmt.Errorf("%w: %s with Meilisearch: status %d, which is not how Meilisearch answers; check the address", search.ErrUnavailable, doing, api.StatusCode)
	default:
		return &serverError{doing, fmt.Sprintf("status %d", api.StatusCode), code}
	}
}
