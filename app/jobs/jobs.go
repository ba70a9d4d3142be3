// Package jobs does background work: it claims jobs from a queue, hands each
// to the handler of its kind, and tries again later when that fails. A job may
// be done more than once, so handlers bring things in line with what the store
// now says instead of applying a change.
package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"time"

	"heard/models"
)

// Queue is where jobs wait; *store.Store is one. A claimed job is kept from
// others until its lease runs out.
type Queue interface {
	ClaimJobs(ctx context.Context, n int, lease time.Duration) ([]models.Job, error)
	FinishJob(ctx context.Context, job models.Job) error
	FailJob(ctx context.Context, job models.Job, message string, retryAfter time.Duration, dead bool) error
}

// Handler does one kind of work on object, a submission's or consultation's
// id. Its context ends when the job's lease does.
type Handler func(ctx context.Context, object string) error

// MaxAttempts is how often a job may fail before it is set aside as dead.
const MaxAttempts = 8

// Options change how a Runner works; the zero value is fit for use.
type Options struct {
	Workers int           // jobs worked on at the same time; 2 when 0
	Lease   time.Duration // longest that one job may take; 10 minutes when 0
	Poll    time.Duration // how often to look for jobs that are due; 250 ms when 0
	Logger  *slog.Logger  // nothing is logged when nil

	// After is the clock that polling waits by; time.After when nil.
	After func(time.Duration) <-chan time.Time
}

// Runner works on the jobs of one queue.
type Runner struct {
	queue    Queue
	handlers map[models.JobKind]Handler
	opt      Options
	nudged   chan struct{}
}

// New returns a Runner with a handler per kind of job.
func New(queue Queue, handlers map[models.JobKind]Handler, opt Options) *Runner {
	if opt.Workers == 0 {
		opt.Workers = 2
	}
	if opt.Lease == 0 {
		opt.Lease = 10 * time.Minute
	}
	if opt.Poll == 0 {
		opt.Poll = 250 * time.Millisecond
	}
	if opt.Logger == nil {
		opt.Logger = slog.New(slog.DiscardHandler)
	}
	if opt.After == nil {
		opt.After = time.After
	}
	return &Runner{queue: queue, handlers: handlers, opt: opt, nudged: make(chan struct{}, 1)}
}

// Nudge makes Run look for jobs now instead of at the next poll. It never
// waits.
func (r *Runner) Nudge() {
	select {
	case r.nudged <- struct{}{}:
	default:
	}
}

// Run works on jobs until ctx is cancelled. It then claims no more, finishes
// those it is working on, and returns.
func (r *Runner) Run(ctx context.Context) {
	var working sync.WaitGroup
	defer working.Wait()
	free := make(chan struct{}, r.opt.Workers)
	for range r.opt.Workers {
		free <- struct{}{}
	}
	for {
		n := take(ctx, free)
		if ctx.Err() != nil {
			return
		}
		jobs, err := r.queue.ClaimJobs(ctx, n, r.opt.Lease)
		if err != nil && ctx.Err() == nil {
			r.opt.Logger.ErrorContext(ctx, "cannot claim background work", slog.String("reason", reason(err)))
		}
		for range n - len(jobs) {
			free <- struct{}{}
		}
		for _, job := range jobs {
			working.Go(func() {
				r.work(ctx, job)
				free <- struct{}{}
			})
		}
		if len(jobs) > 0 {
			continue
		}
		select {
		case <-ctx.Done():
		case <-r.nudged:
		case <-r.opt.After(r.opt.Poll):
		}
	}
}

// take waits for a free worker and returns how many are free.
func take(ctx context.Context, free <-chan struct{}) (n int) {
	select {
	case <-free:
		n = 1
	case <-ctx.Done():
		return 0
	}
	for {
		select {
		case <-free:
			n++
		default:
			return n
		}
	}
}

// Drain works on jobs until none is due. Jobs that fail are due again later,
// so it does not wait for those. It returns an error only when jobs cannot be
// claimed or ctx is cancelled.
func (r *Runner) Drain(ctx context.Context) error {
	for {
		jobs, err := r.queue.ClaimJobs(ctx, r.opt.Workers, r.opt.Lease)
		if err != nil {
			return fmt.Errorf("cannot claim background work: %w", err)
		}
		if len(jobs) == 0 {
			return nil
		}
		var working sync.WaitGroup
		for _, job := range jobs {
			working.Go(func() { r.work(ctx, job) })
		}
		working.Wait()
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

// work does one job to the end, even when ctx is cancelled meanwhile.
func (r *Runner) work(ctx context.Context, job models.Job) {
	ctx = context.WithoutCancel(ctx)
	// The log names neither the object nor the time it was asked for: together
	// they would tell who answered when.
	log := r.opt.Logger.With(slog.String("kind", string(job.Kind)), slog.Int("attempt", job.Attempts))
	err := r.handle(ctx, job)
	if err == nil {
		if err := r.queue.FinishJob(ctx, job); err != nil {
			log.WarnContext(ctx, "cannot finish background work", slog.String("reason", reason(err)))
		}
		return
	}
	dead := errors.Is(err, errLost) || job.Attempts >= MaxAttempts && models.KindOf(err) != models.KindUnavailable
	attrs := []any{slog.String("reason", reason(err)), slog.Bool("dead", dead)}
	var p *panicked
	if errors.As(err, &p) {
		attrs = append(attrs, slog.String("at", p.at))
	}
	// What only has to wait, for others to finish what they change or for a part
	// that is away to come back, is no fault until it has waited for long.
	level := slog.LevelError
	if kind := models.KindOf(err); job.Attempts < MaxAttempts && (kind == models.KindConflict || kind == models.KindUnavailable) {
		level = slog.LevelWarn
	}
	log.Log(ctx, level, "background work failed", attrs...)
	if err := r.queue.FailJob(ctx, job, reason(err), backOff(job.Attempts), dead); err != nil {
		log.WarnContext(ctx, "cannot give back background work", slog.String("reason", reason(err)))
	}
}

// errLost is the fault of a job that takes the whole program down with it, so
// that it never came to a failure of its own.
var errLost = models.NewError(models.KindInternal, "The program stopped each time it worked on this.")

func (r *Runner) handle(ctx context.Context, job models.Job) (err error) {
	if job.Attempts > MaxAttempts && job.LastError == "" {
		return errLost
	}
	handler := r.handlers[job.Kind]
	if handler == nil {
		return models.NewError(models.KindInternal, "This version of the program does not know this kind of work.")
	}
	ctx, cancel := context.WithTimeout(ctx, r.opt.Lease)
	defer cancel()
	defer func() {
		if v := recover(); v != nil {
			err = &panicked{what: fmt.Sprintf("%T", v), at: callers()}
		}
	}()
	return handler(ctx, job.Object)
}

// panicked is a panic in a handler: the type of its value and where it was,
// because the value itself may hold what somebody answered.
type panicked struct{ what, at string }

func (p *panicked) Error() string { return "panic with a value of type " + p.what }

// callers returns the functions and lines that led to a panic, without
// arguments, innermost first.
func callers() string {
	const most, skipped = 32, 4 // runtime.Callers, callers, the deferred function, panic itself
	pcs := make([]uintptr, most)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(skipped, pcs)])
	var b strings.Builder
	for {
		frame, more := frames.Next()
		fmt.Fprintf(&b, "%s:%d ", frame.Function, frame.Line)
		if !more {
			return strings.TrimSpace(b.String())
		}
	}
}

// reason says what went wrong in words that can be kept: the message meant for
// people, or the type of the error. An error's own text may repeat what
// somebody answered.
func reason(err error) string {
	var e *models.Error
	if errors.As(err, &e) {
		return e.Message
	}
	var p *panicked
	if errors.As(err, &p) {
		return p.Error()
	}
	for next := errors.Unwrap(err); next != nil; next = errors.Unwrap(next) {
		err = next
	}
	return fmt.Sprintf("error of type %T", err)
}

const longestBackOff = 5 * time.Minute

// backOff returns how long to wait after the given number of attempts: 1 s,
// doubled with each, at most 5 minutes.
func backOff(attempts int) time.Duration {
	wait := time.Second
	for i := 1; i < attempts && wait < longestBackOff; i++ {
		wait *= 2
	}
	return min(wait, longestBackOff)
}
