// Package app puts the parts together: settings, commands, and the App that
// starts everything in order and stops it in reverse. It is the only package
// that imports them all.
package app

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	_ "gocloud.dev/blob/s3blob" // files at s3://; a hundred packages that nothing but the program needs

	"heard/app/consult"
	"heard/app/demo"
	"heard/app/evidence"
	"heard/app/jobs"
	"heard/app/print"
	"heard/app/web"
	"heard/models"
	"heard/models/store"
	"heard/search"
	"heard/search/embedded"
	"heard/search/meili"
	"heard/views"
)

// App is a portal: its parts, and the server once it is started.
type App struct {
	Config  Config
	Service *consult.Service
	Store   *store.Store
	Views   *views.Renderer
	// Invented says on every page that the submissions are made up. Set it
	// before Start.
	Invented bool

	log      *slog.Logger
	erasures *erasures
	noted    string // the sizes of the logs that were last noted
	engine   search.Engine
	files    *evidence.Store
	reader   *evidence.Reader
	printer  *print.Printer
	runner   *jobs.Runner
	server   *http.Server
	stopped  chan error  // the server's end
	idle     func() bool // stops the background work and reports whether it came to an end in time
	url      string
}

// Options are what a caller of New may choose besides the settings.
type Options struct {
	Log *slog.Logger     // where to log; discarded when nil
	Now func() time.Time // the clock; time.Now when nil

	// beside leaves out the search index, which only one process can open, for
	// what is done beside a portal that serves.
	beside bool
}

// workers is how many pieces of background work are done at the same time. Most
// bring a submission up to date in the search index, which takes about as long
// for all of them together as for one.
const workers = 256

// New opens every part of a portal. Close it when done.
func New(ctx context.Context, cfg Config, o Options) (a *App, err error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	a = &App{Config: cfg, log: o.Log}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.Close(ctx))
			a = nil
		}
	}()
	if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
		return a, fmt.Errorf("data folder: %w", err)
	}
	pepper, err := cfg.pepper()
	if err != nil {
		return a, err
	}
	if a.Views, err = views.New(); err != nil {
		return a, err
	}
	// First, so that a folder in use is left before the database in it is changed.
	if !o.beside {
		if a.engine, err = openSearch(ctx, cfg); err != nil {
			return a, fmt.Errorf("search: %w", err)
		}
	}
	if a.Store, err = store.Open(ctx, cfg.Database, store.Options{Secret: pepper, Now: o.Now, Logger: o.Log, Erased: a.noteErased}); err != nil {
		return a, fmt.Errorf("database: %w", err)
	}
	if a.erasures, err = attachErasures(ctx, a.Store, cfg.erasuresFile()); err != nil {
		return a, err
	}
	if a.files, err = openFiles(ctx, cfg.Files); err != nil {
		return a, fmt.Errorf("evidence files: %w", err)
	}
	var scanner *evidence.Scanner
	if cfg.Clamd != "" {
		if scanner, err = evidence.NewScanner(cfg.Clamd); err != nil {
			return a, fmt.Errorf("virus scanner: %w", err)
		}
	}
	language, err := cfg.model()
	if err != nil {
		return a, err
	}
	background, err := cfg.background()
	if err != nil {
		return a, err
	}
	officers, err := consult.OfficersKeys(cfg.OfficersKey)
	if err != nil {
		return a, err
	}
	program, err := os.Executable()
	if err != nil {
		return a, fmt.Errorf("find this program: %w", err)
	}
	worker := evidence.NewWorker(program)
	a.reader = evidence.NewReader("tesseract")
	a.reader.Worker = worker
	a.printer = print.NewPrinter(print.Programs...)
	a.Service = consult.New(consult.Config{Store: a.Store, Search: a.engine, Meaning: cfg.embeds(), Files: a.files, Scanner: scanner, Reader: a.reader, Worker: worker, Model: language, Background: background, Log: o.Log, Now: o.Now, Pepper: pepper, SecondFactor: cfg.SecondFactor == "required", Officers: officers, Program: programVersion(),
		Wake: func() { a.runner.Nudge() }})
	a.runner = jobs.New(a.Store, map[models.JobKind]jobs.Handler{
		models.JobRead:    outlasting(a.Service.ReadAttachments),
		models.JobIndex:   outlasting(a.Service.IndexSubmission),
		models.JobThemes:  outlasting(a.Service.RefreshThemes),
		models.JobPlaces:  outlasting(a.Service.IndexPlaces),
		models.JobRelease: outlasting(a.Service.ReleaseNew),
		models.JobErase:   outlasting(a.Service.EraseFromIndex),
		models.JobDelete:  a.Service.DeleteDue,
	}, jobs.Options{Logger: o.Log, Workers: workers})
	if err = a.replayErasures(ctx); err != nil {
		return a, err
	}
	return a, a.checkKeys(ctx)
}

// outlasting makes background work that fails because search is away wait until
// it is back, however long that takes, instead of being given up after a while.
func outlasting(work jobs.Handler) jobs.Handler {
	return func(ctx context.Context, object string) error {
		err := work(ctx, object)
		if errors.Is(err, search.ErrUnavailable) {
			return &models.Error{Kind: models.KindUnavailable, Message: "Search is away.", Err: err}
		}
		return err
	}
}

// pepper returns the secret that keys receipt codes, from the settings or from
// a file in the data folder that is made at the first start.
func (c *Config) pepper() ([]byte, error) {
	if c.Secret != "" {
		return []byte(c.Secret), nil
	}
	name := c.secretFile()
	b, err := os.ReadFile(name)
	switch {
	case err == nil:
		text := strings.TrimSpace(string(b))
		if len(text) < 32 {
			return nil, fmt.Errorf("%s holds no secret: expected at least 32 characters; restore it from a backup, because receipt codes cannot be found without it", name)
		}
		return []byte(text), nil
	case !errors.Is(err, os.ErrNotExist):
		return nil, fmt.Errorf("secret: %w", err)
	}
	fresh := make([]byte, 32)
	if _, err := rand.Read(fresh); err != nil {
		return nil, err
	}
	text := hex.EncodeToString(fresh)
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("secret: %w", err)
	}
	_, err = f.WriteString(text + "\n")
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return nil, fmt.Errorf("secret: %w", err)
	}
	return []byte(text), nil
}

// secretFile is where the secret is when the settings do not say it.
func (c *Config) secretFile() string { return filepath.Join(c.Data, "secret") }

// searchServer reports whether search is a server and not in this process.
func (c *Config) searchServer() bool { return !strings.HasPrefix(c.Search, "bleve:") }

// embeds reports whether the search server asks a language model what answers
// mean. The engine in this process does not.
func (c *Config) embeds() bool {
	return c.ModelURL != "" && c.ModelEmbed != "" && c.searchServer()
}

func openSearch(ctx context.Context, cfg Config) (search.Engine, error) {
	// An engine that could not be opened must not become an interface that is
	// not nil.
	if dir, ok := strings.CutPrefix(cfg.Search, "bleve:"); ok {
		e, err := embedded.Open(dir)
		if err != nil {
			return nil, err
		}
		return e, nil
	}
	if os.Getenv("HEARD_SEARCH_MASTER_KEY") != "" {
		return nil, errors.New("the portal must not have the search server's master key: take HEARD_SEARCH_MASTER_KEY out of its environment")
	}
	keys, err := readSearchKeys(cfg.SearchKeys)
	if err != nil {
		return nil, err
	}
	engine := meili.Config{URL: cfg.Search, Keys: keys, Index: cfg.SearchIndex}
	if cfg.embeds() {
		engine.Embedder = meili.Embedder{URL: cfg.ModelURL, Model: cfg.ModelEmbed, Key: cfg.ModelKey}
	}
	e, err := meili.Open(ctx, engine)
	if errors.Is(err, meili.ErrKey) {
		return nil, fmt.Errorf("%w. Run heard search-keys --search %s --out FILE, and name the file with --search-keys", err, cfg.Search)
	}
	if err != nil {
		return nil, err
	}
	return e, nil
}

func openFiles(ctx context.Context, url string) (*evidence.Store, error) {
	if dir, ok := strings.CutPrefix(url, "file://"); ok {
		if err := os.MkdirAll(filepath.FromSlash(dir), 0o700); err != nil {
			return nil, err
		}
	}
	return evidence.OpenStore(ctx, url)
}

// Start listens and serves, and starts the background work. It returns once
// the portal can be reached at URL.
func (a *App) Start(ctx context.Context) error {
	if err := a.selfCheck(ctx); err != nil {
		return err
	}
	// The index in this process is filled before anybody searches. A search server
	// may be away or busy, and nobody waits for it.
	searchable, remote := true, a.Config.searchServer()
	if !remote {
		searchable = a.watchSearch(ctx, true)
	}
	if err := a.Service.ReleaseOverdue(ctx); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", a.Config.Addr)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", a.Config.Addr, err)
	}
	a.url = "http://" + listener.Addr().String()
	a.server = &http.Server{
		Handler: web.New(web.Options{Service: a.Service, Views: a.Views, Sessions: a.Store.Sessions(), Log: a.log,
			Secure: strings.HasPrefix(a.Config.URL, "https://"), ExitTo: a.Config.ExitTo, Onion: a.Config.Onion, Address: a.address(), Invented: a.Invented, Templates: demo.Templates(), Printer: a.printer, SSO: a.Config.sso()}),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       5 * time.Minute, // a large file over a slow phone
		WriteTimeout:      6 * time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		// net/http writes the addresses of clients into this log.
		ErrorLog: log.New(connectionErrors{a.log}, "", 0),
	}
	a.stopped = make(chan error, 1)
	go func() { a.stopped <- a.server.Serve(listener) }()
	a.sweep(ctx)
	working, stop := context.WithCancel(context.WithoutCancel(ctx))
	var background sync.WaitGroup
	background.Go(func() { a.runner.Run(working) })
	background.Go(func() {
		if remote {
			searchable = a.watchSearch(working, true)
		}
		minute := time.NewTicker(time.Minute)
		defer minute.Stop()
		for {
			select {
			case <-working.Done():
				return
			case <-minute.C:
				a.sweep(working)
				searchable = a.watchSearch(working, searchable)
			}
		}
	})
	a.idle = func() bool {
		stop()
		done := make(chan struct{})
		go func() { background.Wait(); close(done) }()
		select {
		case <-done:
			return true
		case <-time.After(grace):
			return false
		}
	}
	return nil
}

// sweep removes what died of itself: drafts that were left, with their files. It
// also notes what is kept outside the database.
func (a *App) sweep(ctx context.Context) {
	if err := errors.Join(a.keepErasures(ctx), a.noteLogs(ctx)); err != nil && ctx.Err() == nil {
		a.log.Error("the list of erasures and the roots of the logs could not be brought up to date; this is tried again every minute", "error", err)
	}
	if err := a.Service.LogDaily(ctx); err != nil && ctx.Err() == nil {
		a.log.Error("the day's entries could not be added to the public logs; this is tried again every minute", "error", err)
	}
	if err := a.Service.Sweep(ctx); err != nil && ctx.Err() == nil {
		a.log.Error("old drafts could not be removed; this is tried again every minute", "error", err)
	}
}

// watchSearch notes whether search is there. A search server may come back
// without its data, so after it was away, and when its index is empty, the
// index is compared with the store and built again where they differ. It
// returns whether all is well; last is what it returned the last time.
func (a *App) watchSearch(ctx context.Context, last bool) bool {
	n, err := a.engine.Count(ctx)
	if err == nil && (n == 0 || !last) {
		err = a.Service.MendIndex(ctx)
	}
	switch {
	case err != nil && last && ctx.Err() == nil:
		a.log.Error("search does not work; its index will be brought up to date when it does", "error", err)
	case err == nil && !last:
		a.log.Info("search works again")
	}
	return err == nil
}

// connectionErrors notes that a connection failed, without saying whose.
type connectionErrors struct{ log *slog.Logger }

func (c connectionErrors) Write(b []byte) (int, error) {
	c.log.Debug("a connection failed")
	return len(b), nil
}

// URL is where the portal can be reached.
func (a *App) URL() string { return a.url }

// Run serves until ctx ends, then stops: no new requests, what is in flight
// finishes, background work stops between items.
func (a *App) Run(ctx context.Context) error {
	select {
	case <-ctx.Done():
	case err := <-a.stopped:
		if !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve: %w", err)
		}
	}
	return nil
}

// Drain does the background work that is due, and returns when none is left.
func (a *App) Drain(ctx context.Context) error { return a.runner.Drain(ctx) }

// grace is how long Close waits for requests in flight, and then as long again
// for background work to come to an end.
const grace = 25 * time.Second

// Close stops everything, in the reverse order of New and Start: no new requests,
// what is in flight is answered, background work stops between items, and the
// database is put in order. It is safe on an App that was opened only in part.
func (a *App) Close(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx)
	var errs []error
	if a.server != nil {
		stop, cancel := context.WithTimeout(ctx, grace)
		defer cancel()
		if err := a.server.Shutdown(stop); err != nil {
			errs = append(errs, err, a.server.Close())
		}
		if err := a.noteLogs(ctx); err != nil {
			errs = append(errs, err)
		}
	}
	if a.idle != nil && !a.idle() {
		// It is taken up by the next start, as after a crash: what it works with is
		// left as it is.
		return errors.Join(append(errs, errors.New("background work did not come to an end; it is done by the next start"))...)
	}
	if a.reader != nil {
		errs = append(errs, a.reader.Close())
	}
	if a.files != nil {
		errs = append(errs, a.files.Close())
	}
	if a.engine != nil {
		errs = append(errs, a.engine.Close())
	}
	if a.Store != nil {
		errs = append(errs, a.Store.Close())
	}
	return errors.Join(errs...)
}
