// Package model asks a language model for vectors of texts and for words about
// a theme, from a server that speaks the dialect of OpenAI: a council's own
// Ollama, vLLM or llama.cpp, or a service. It is off unless somebody sets it up.
//
// What a model writes is not trusted. Every sentence and every name passes
// check.go, which is pure, or is dropped. What a model is asked with is data
// that strangers wrote, so an answer may be anything at all.
//
// No error of this package holds words: neither those that were sent nor those
// that came back.
package model

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/sashabaranov/go-openai"
	"github.com/sethvargo/go-retry"
)

// Config says which server to ask and for what. The client talks to URL and
// nothing else: it follows no redirect and uses no proxy.
type Config struct {
	URL   string // http://127.0.0.1:11434/v1
	Key   string // sent as a bearer token; "" for servers that ask for none
	Embed string // model that makes vectors; "" for none
	Chat  string // model that writes; "" for none

	Timeout time.Duration // longest that one request may take; 60 s when 0
	Budget  time.Duration // longest that all requests of one call may take; 4 minutes when 0
	// Wait replaces the pauses before asking again, for tests; nil keeps them.
	Wait func(time.Duration) time.Duration
}

const (
	timeout     = 60 * time.Second
	budget      = 4 * time.Minute // two of these and the engine fit into the lease of a job
	retries     = 2
	firstPause  = time.Second
	longestWait = time.Minute // a server that wants to be left alone for longer is

	chatBytes  = 1 << 20
	embedBytes = 8 << 20 // 64 vectors of 4,096 numbers with all their digits
)

// Client asks one server. It is safe for concurrent use.
type Client struct {
	cfg   Config
	api   *openai.Client
	http  *http.Client
	plain plainly
}

// New returns a client, or says what is wrong with its settings. It asks the
// server nothing yet: one that is away does not stop a start.
func New(cfg Config) (*Client, error) {
	// The address is not repeated: it may hold a password.
	u, err := url.Parse(cfg.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("expected an address such as http://127.0.0.1:11434/v1, without a password or a query")
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = timeout
	}
	if cfg.Budget == 0 {
		cfg.Budget = budget
	}
	if cfg.Wait == nil {
		cfg.Wait = func(d time.Duration) time.Duration { return d }
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.Proxy = nil
	c := &Client{cfg: cfg, http: &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	api := openai.DefaultConfig(cfg.Key)
	api.BaseURL = cfg.URL
	api.HTTPClient = c
	c.api = openai.NewClientWithConfig(api)
	return c, nil
}

// EmbedName is the name of the model that makes vectors, "" when there is none.
func (c *Client) EmbedName() string { return c.cfg.Embed }

// ChatName is the name of the model that writes, "" when there is none.
func (c *Client) ChatName() string { return c.cfg.Chat }

// A Failure is why the server could not be used, as a clause that goes on from
// "because". It holds no words that anybody wrote.
type Failure struct {
	Why    string
	Status int // of the answer; 0 when there was none
}

func (f *Failure) Error() string { return f.Why }

var (
	errAway       = &Failure{Why: "it could not be reached"}
	errSlow       = &Failure{Why: "it did not answer in time"}
	errTooLarge   = &Failure{Why: "its answer was too large"}
	errRedirect   = &Failure{Why: "it sent us on to another address"}
	errUnreadable = &Failure{Why: "its answer could not be read"}
	errStopped    = &Failure{Why: "we were stopped"}
)

func statusFailure(status int) *Failure {
	f := &Failure{Why: fmt.Sprintf("it answered with status %d", status), Status: status}
	if status == http.StatusUnauthorized || status == http.StatusForbidden {
		f.Why = fmt.Sprintf("it did not take our key (status %d)", status)
	}
	return f
}

// failure makes a Failure of any error, without its text: an error of the
// library or of a decoder may quote the answer.
func failure(ctx context.Context, err error) *Failure {
	var f *Failure
	switch {
	case errors.As(err, &f):
		return f
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return errSlow
	case ctx.Err() != nil:
		return errStopped
	}
	return errUnreadable
}

// within bounds all requests of one call.
func (c *Client) within(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, c.cfg.Budget)
}

// sizeKey is the key of a context that says how large an answer may be.
type sizeKey struct{}

// Do sends a request and asks again when the server is busy, broken or away.
// The library calls it. What it returns has been read whole.
func (c *Client) Do(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	var answer *http.Response
	var hint time.Duration // what the server asked for
	pauses := retry.WithJitterPercent(20, retry.NewExponential(firstPause))
	pause := retry.WithMaxRetries(retries, retry.BackoffFunc(func() (time.Duration, bool) {
		next, stop := pauses.Next()
		return c.cfg.Wait(max(next, hint)), stop || hint > longestWait
	}))
	err := retry.Do(ctx, pause, func(ctx context.Context) error {
		resp, err := c.once(ctx, req)
		if err != nil {
			if err == errAway {
				return retry.RetryableError(err)
			}
			return err
		}
		hint = retryAfter(resp.Header.Get("Retry-After"))
		switch s := resp.StatusCode; {
		case s == http.StatusTooManyRequests || s >= 500:
			return retry.RetryableError(statusFailure(s))
		case s >= 300 && s < 400:
			return errRedirect
		case s < 200 || s >= 400:
			return statusFailure(s)
		}
		answer = resp
		return nil
	})
	if err != nil {
		return nil, failure(ctx, err)
	}
	return answer, nil
}

// once sends a request and reads the answer.
func (c *Client) once(ctx context.Context, req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	again := req.Clone(ctx)
	if req.GetBody != nil {
		body, err := req.GetBody()
		if err != nil {
			return nil, err
		}
		again.Body = body
	}
	resp, err := c.http.Do(again)
	if err == nil {
		defer resp.Body.Close()
		limit, _ := ctx.Value(sizeKey{}).(int64)
		var b []byte
		if b, err = io.ReadAll(io.LimitReader(resp.Body, limit+1)); int64(len(b)) > limit {
			return nil, errTooLarge
		}
		resp.Body = io.NopCloser(bytes.NewReader(b))
	}
	switch {
	case err == nil:
		return resp, nil
	case ctx.Err() != nil:
		return nil, failure(ctx, ctx.Err())
	}
	return nil, errAway
}

// retryAfter reads the header of that name: seconds, or a date.
func retryAfter(header string) time.Duration {
	if seconds, err := strconv.Atoi(header); err == nil && seconds > 0 {
		return time.Duration(min(seconds, 1e6)) * time.Second
	}
	if at, err := http.ParseTime(header); err == nil {
		return max(0, time.Until(at))
	}
	return 0
}
