package jobs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"heard/models"
)

var ctx = context.Background()

// queue is a Queue in memory. Every job in due is claimed once; what becomes
// of it is written down.
type queue struct {
	mu       sync.Mutex
	due      []models.Job
	broken   error
	claims   chan int // receives n of every claim, when not nil
	finished []string
	failed   []string
}

func (q *queue) ClaimJobs(_ context.Context, n int, _ time.Duration) ([]models.Job, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.claims != nil {
		q.claims <- n
	}
	if q.broken != nil {
		return nil, q.broken
	}
	n = min(n, len(q.due))
	jobs := q.due[:n:n]
	q.due = q.due[n:]
	for i := range jobs {
		jobs[i].Attempts++
	}
	return jobs, nil
}

func (q *queue) FinishJob(ctx context.Context, job models.Job) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.finished = append(q.finished, job.Object)
	return ctx.Err()
}

func (q *queue) FailJob(ctx context.Context, job models.Job, message string, retryAfter time.Duration, dead bool) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.failed = append(q.failed, fmt.Sprintf("%s: %s in %v dead %v", job.Object, message, retryAfter, dead))
	return ctx.Err()
}

func job(object string, attempts int) models.Job {
	return models.Job{Kind: models.JobIndex, Object: object, State: models.JobPending, Attempts: attempts}
}

func TestBackOff(t *testing.T) {
	for attempts, want := range map[int]time.Duration{
		0: time.Second, 1: time.Second, 2: 2 * time.Second, 3: 4 * time.Second, 8: 128 * time.Second,
		9: 256 * time.Second, 10: 5 * time.Minute, 1000000: 5 * time.Minute,
	} {
		if got := backOff(attempts); got != want {
			t.Errorf("after %d attempts %v, want %v", attempts, got, want)
		}
	}
}

// TestOutcomes: what becomes of a job, and that nothing an error or panic says
// is kept or logged unless it was meant for people.
func TestOutcomes(t *testing.T) {
	const canary = "canary-testimony"
	away := &models.Error{Kind: models.KindUnavailable, Message: "The search engine is away.", Err: errors.New(canary)}
	changed := &models.Error{Kind: models.KindConflict, Message: "The themes were changed meanwhile.", Err: errors.New(canary)}
	crashed := job("x", MaxAttempts)
	failedBefore := crashed
	failedBefore.LastError = "The search engine is away."
	unknown := job("x", 0)
	unknown.Kind = "unknown"
	for name, c := range map[string]struct {
		job     models.Job
		handler func() error
		want    string // "" when it is finished
		log     string
	}{
		"done":                         {job: job("x", 0), handler: func() error { return nil }},
		"for people":                   {job: job("x", 0), handler: func() error { return away }, want: "x: The search engine is away. in 1s dead false", log: "level=WARN"},
		"others were at it":            {job: job("x", 0), handler: func() error { return changed }, want: "x: The themes were changed meanwhile. in 1s dead false", log: "level=WARN"},
		"others are always at it":      {job: job("x", MaxAttempts-1), handler: func() error { return changed }, want: "x: The themes were changed meanwhile. in 2m8s dead true", log: "level=ERROR"},
		"wrapped":                      {job: job("x", 2), handler: func() error { return fmt.Errorf("%s: %w", canary, away) }, want: "x: The search engine is away. in 4s dead false"},
		"not for people":               {job: job("x", 1), handler: func() error { return fmt.Errorf("%s: %w", canary, errors.New(canary)) }, want: "x: error of type *errors.errorString in 2s dead false", log: "level=ERROR"},
		"out of time":                  {job: job("x", 0), handler: func() error { return context.DeadlineExceeded }, want: "x: error of type context.deadlineExceededError in 1s dead false"},
		"once too often":               {job: job("x", MaxAttempts-1), handler: func() error { return errors.New(canary) }, want: "x: error of type *errors.errorString in 2m8s dead true", log: "dead=true"},
		"it stopped the program often": {job: job("x", MaxAttempts+20), handler: func() error { return away }, want: "x: The program stopped each time it worked on this. in 5m0s dead true"},
		"what it needs is still away":  {job: failedBefore, handler: func() error { return away }, want: "x: The search engine is away. in 4m16s dead false", log: "level=ERROR"},
		"it stops the program":         {job: crashed, handler: func() error { panic("not reached") }, want: "x: The program stopped each time it worked on this. in 4m16s dead true"},
		"panic with text":              {job: job("x", 0), handler: func() error { panic(canary) }, want: "x: panic with a value of type string in 1s dead false", log: `at="heard/app/jobs.TestOutcomes`},
		"panic with an error":          {job: job("x", 0), handler: func() error { panic(errors.New(canary)) }, want: "x: panic with a value of type *errors.errorString in 1s dead false"},
		"panic of the runtime":         {job: job("x", 0), handler: func() error { return map[string]error{}["a"].(*models.Error) }, want: "x: panic with a value of type *runtime.TypeAssertionError in 1s dead false"},
		"no handler":                   {job: unknown, want: "x: This version of the program does not know this kind of work. in 1s dead false"},
	} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			q := &queue{due: []models.Job{c.job}}
			handlers := map[models.JobKind]Handler{models.JobIndex: func(_ context.Context, object string) error {
				if object != "x" {
					t.Errorf("called for %q", object)
				}
				return c.handler()
			}}
			logger := slog.New(slog.NewTextHandler(&log, nil))
			if err := New(q, handlers, Options{Logger: logger}).Drain(ctx); err != nil {
				t.Fatal(err)
			}
			want := &queue{finished: []string{"x"}}
			if c.want != "" {
				want = &queue{failed: []string{c.want}}
			}
			if diff := cmp.Diff(append(want.finished, want.failed...), append(q.finished, q.failed...)); diff != "" {
				t.Errorf("outcome (-want +got):\n%s", diff)
			}
			if strings.Contains(log.String(), canary) || strings.Contains(log.String(), "object") {
				t.Errorf("the log tells too much: %s", &log)
			}
			if !strings.Contains(log.String(), c.log) || (c.want == "") != (log.Len() == 0) {
				t.Errorf("the log says %q, want %q", &log, c.log)
			}
		})
	}
}

func TestDrain(t *testing.T) {
	q := &queue{}
	for i := range 10 {
		q.due = append(q.due, job(fmt.Sprint(i), 0))
	}
	var mu sync.Mutex
	atOnce, most := 0, 0
	meet := make(chan struct{})
	r := New(q, map[models.JobKind]Handler{models.JobIndex: func(_ context.Context, object string) error {
		mu.Lock()
		if atOnce++; atOnce > most {
			most = atOnce
		}
		if object == "9" { // work can ask for more work
			q.mu.Lock()
			q.due = append(q.due, job("10", 0))
			q.mu.Unlock()
		}
		mu.Unlock()
		if object == "0" || object == "1" { // two workers, or this never ends
			select {
			case meet <- struct{}{}:
			case <-meet:
			}
		}
		mu.Lock()
		atOnce--
		mu.Unlock()
		return nil
	}}, Options{Workers: 2})
	if err := r.Drain(ctx); err != nil {
		t.Fatal(err)
	}
	if len(q.finished) != 11 || most > 2 {
		t.Errorf("finished %v with up to %d at once, want 11 with 2", q.finished, most)
	}
	q.broken = errors.New("broken")
	if err := r.Drain(ctx); !errors.Is(err, q.broken) {
		t.Errorf("a queue that is broken: %v", err)
	}
}

func TestDrainStopsWhenCancelled(t *testing.T) {
	q := &queue{due: []models.Job{job("a", 0), job("b", 0)}}
	stopping, stop := context.WithCancel(ctx)
	r := New(q, map[models.JobKind]Handler{models.JobIndex: func(ctx context.Context, _ string) error {
		stop()
		return ctx.Err() // what is in flight is not interrupted
	}}, Options{Workers: 1})
	if err := r.Drain(stopping); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want cancelled", err)
	}
	if diff := cmp.Diff([]string{"a"}, q.finished); diff != "" {
		t.Errorf("finished (-want +got):\n%s", diff)
	}
}

func TestRun(t *testing.T) {
	q := &queue{claims: make(chan int)}
	tick := make(chan time.Time)
	started, release := make(chan string), make(chan struct{})
	var log bytes.Buffer
	r := New(q, map[models.JobKind]Handler{models.JobIndex: func(ctx context.Context, object string) error {
		started <- object
		<-release
		return ctx.Err()
	}}, Options{
		Workers: 2, Logger: slog.New(slog.NewTextHandler(&log, nil)),
		After: func(d time.Duration) <-chan time.Time {
			if d != 250*time.Millisecond {
				t.Errorf("polls every %v", d)
			}
			return tick
		},
	})
	running, stop := context.WithCancel(ctx)
	stopped := make(chan struct{})
	go func() { r.Run(running); close(stopped) }()
	claimed := func(want int) {
		t.Helper()
		if n := <-q.claims; n != want {
			t.Fatalf("claimed up to %d jobs, want %d", n, want)
		}
	}
	add := func(objects ...string) {
		q.mu.Lock()
		defer q.mu.Unlock()
		for _, o := range objects {
			q.due = append(q.due, job(o, 0))
		}
	}

	claimed(2) // nothing is there
	add("a")
	tick <- time.Time{} // the poll finds it
	claimed(2)
	if object := <-started; object != "a" {
		t.Fatalf("started %s", object)
	}
	claimed(1) // one worker is free: nothing is there
	add("b", "c")
	r.Nudge()
	r.Nudge() // never waits
	claimed(1)
	if object := <-started; object != "b" {
		t.Fatalf("started %s", object)
	}
	release <- struct{}{} // one of them is done, so a worker is free for c
	claimed(1)
	if object := <-started; object != "c" {
		t.Fatalf("started %s", object)
	}
	stop() // c and the other one are in flight
	select {
	case <-stopped:
		t.Fatal("stopped before what was in flight was done")
	default:
	}
	release <- struct{}{}
	release <- struct{}{}
	for done := false; !done; {
		select {
		case <-q.claims: // the loop may have been about to claim
		case <-stopped:
			done = true
		}
	}
	if len(q.finished) != 3 || len(q.failed) != 0 || log.Len() > 0 {
		t.Errorf("finished %v, failed %v, log %s", q.finished, q.failed, &log)
	}
}

func TestRunOutlivesABrokenQueue(t *testing.T) {
	q := &queue{claims: make(chan int), broken: errors.New("canary-testimony")}
	tick := make(chan time.Time)
	var log bytes.Buffer
	r := New(q, nil, Options{Logger: slog.New(slog.NewTextHandler(&log, nil)), After: func(time.Duration) <-chan time.Time { return tick }})
	running, stop := context.WithCancel(ctx)
	stopped := make(chan struct{})
	go func() { r.Run(running); close(stopped) }()
	<-q.claims
	tick <- time.Time{} // it does not hurry
	<-q.claims
	stop()
	<-stopped
	if text := log.String(); strings.Contains(text, "canary") || !strings.Contains(text, "cannot claim background work") {
		t.Errorf("log: %s", text)
	}
}
