package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"heard/app/consult"
	"heard/app/demo"
	"heard/app/measured"
	"heard/app/redact"
	"heard/models"
	"heard/search"
	"heard/search/embedded"
	"heard/search/measure"
	"heard/search/meili/local"
)

// Names of engines, as floors and --engine write them.
const (
	engineEmbedded    = "embedded"
	engineMeilisearch = "meilisearch"
)

// The sizes of the measurements of search.
const (
	searchAnswers  = 100_000               // made-up answers in the index when --n does not say
	searchAsked    = 500                   // questions that are timed, fewer where answers are
	sentEvery      = time.Second / 50      // between two submissions
	sentAtMost     = 1000                  // submissions
	sentInto       = 10_000                // answers that the portal holds already
	lookedFor      = 5                     // one of so many submissions is looked for: looking takes the portal's time too
	findableWithin = time.Minute           // after which an answer counts as not findable
	lookAgain      = 50 * time.Millisecond // looking takes time that the portal lacks
)

// benchConsultation is what made-up answers are answers to.
const benchConsultation = "bench"

// A benched engine is one that search is measured on.
type benched struct {
	name   string
	whyNot string // it cannot be measured here
	// open returns an empty one, which is removed with what it holds by closing.
	open func(ctx context.Context) (e search.Engine, remove func() error, err error)
	size func() (bytes int64, err error) // of its files; nil when they are elsewhere
	// settings are those of a portal that uses such an engine.
	settings Config
	server   *local.Server // that was started for this; nil when there is none
}

// search measures both engines: how well they find what people expect, how fast
// they are on many answers, and how soon an answer can be found.
func (cmd benchCommand) search(r *run, data string, n int) error {
	dir, err := os.MkdirTemp("", "heard-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	engines, stop, err := cmd.engines(r, dir)
	defer stop()
	if err != nil {
		return err
	}
	return cmd.table(r, "", func(report func(measured.Row) error) error {
		type part struct {
			id, name string
			do       func(*measured.Row) error
		}
		parts := []part{
			{"cranfield", "Cranfield, queries 1–150", func(row *measured.Row) error { return cranfield(r.ctx, row, engines, data) }},
			{"demonstration", "The demonstration, searches of its own", func(row *measured.Row) error { return demonstration(r.ctx, row, engines) }},
		}
		for _, b := range engines {
			parts = append(parts,
				part{"large-" + b.name, fmt.Sprintf("Made-up answers, %s", b.name), func(row *measured.Row) error { return b.large(r.ctx, row, n) }},
				part{"findable-" + b.name, fmt.Sprintf("50 submissions a second, %s", b.name), func(row *measured.Row) error { return b.findable(r, row, n) }})
		}
		for _, p := range parts {
			if !strings.HasPrefix(p.id, cmd.Only) {
				continue
			}
			row, err := measured.Once(measured.Row{ID: p.id, Name: p.name}, p.do)
			if err != nil {
				return err
			}
			if err := report(row); err != nil {
				return err
			}
		}
		return nil
	})
}

// engines returns the engines to measure. Meilisearch is the server that
// --search names or one that is started in dir; where there is neither, it says
// why it is not measured.
func (cmd benchCommand) engines(r *run, dir string) (all []*benched, stop func(), err error) {
	stop = func() {}
	if cmd.Engine != engineMeilisearch {
		all = append(all, inProcess(r.cfg, dir))
	}
	if cmd.Engine == engineEmbedded {
		return all, stop, nil
	}
	b := &benched{name: engineMeilisearch, settings: r.cfg}
	b.settings.ModelURL, b.settings.ModelEmbed, b.settings.ModelChat, b.settings.ModelKey = "", "", "", "" // words alone
	if !hasPrefix(r.cfg.Search, "http://", "https://") {
		home := filepath.Join(dir, "meilisearch")
		if err := os.Mkdir(home, 0o700); err != nil {
			return nil, stop, err
		}
		switch b.server, err = local.Start(r.ctx, home, ""); {
		case errors.Is(err, local.ErrNone):
			b.whyNot = "there is no program meilisearch on the PATH, and --search names no server"
			return append(all, b), stop, nil
		case err != nil:
			return nil, stop, err
		}
		stop = b.server.Kill
		b.settings.Search, b.settings.SearchKeys = b.server.URL, ""
		b.size = func() (int64, error) { return sizeOf(filepath.Join(home, "data", "indexes")) }
	}
	b.open = func(ctx context.Context) (search.Engine, func() error, error) {
		e, err := openSearch(ctx, b.settings)
		if err != nil {
			return nil, nil, err
		}
		held, err := e.Count(ctx)
		if err == nil && held > 0 {
			err = usageError{fmt.Errorf("--search-index: %s holds answers: measure with an index of another name", b.settings.SearchIndex)}
		}
		if err != nil {
			return nil, nil, errors.Join(err, e.Close())
		}
		return e, func() error { return errors.Join(b.empty(ctx, e), e.Close()) }, nil
	}
	return append(all, b), stop, nil
}

// empty takes everything out of an engine.
func (b *benched) empty(ctx context.Context, e search.Engine) error {
	return e.Rebuild(ctx, func(func(search.Document, error) bool) {})
}

// inProcess is the engine that needs no server, with its files below dir.
func inProcess(cfg Config, dir string) *benched {
	home := filepath.Join(dir, "embedded")
	cfg.Search = ""
	return &benched{
		name:     engineEmbedded,
		settings: cfg,
		open: func(context.Context) (search.Engine, func() error, error) {
			e, err := embedded.Open(home)
			if err != nil {
				return nil, nil, err
			}
			return e, func() error { return errors.Join(e.Close(), os.RemoveAll(home)) }, nil
		},
		size: func() (int64, error) { return sizeOf(home) },
	}
}

// sizeOf is the size of the files below dir.
func sizeOf(dir string) (size int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			size += info.Size()
		}
		return err
	})
	return size, err
}

// filled opens an engine, puts docs into it, does something and removes it.
func (b *benched) filled(ctx context.Context, docs []search.Document, do func(search.Engine) error) (err error) {
	e, remove, err := b.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()
	if err := e.Put(ctx, docs...); err != nil {
		return err
	}
	return do(e)
}

// judge adds how good an engine's ranking is to a row.
func judge(ctx context.Context, row *measured.Row, name string, rank measure.Ranking, searches []measure.Search) (measure.Quality, error) {
	q, err := measure.Judge(ctx, rank, searches)
	if err != nil {
		return q, err
	}
	for _, figure := range []string{measure.FigureMAP, measure.FigureNDCG, measure.FigureFirstPage} {
		row.Add(figure+", "+name, measure.Floor{Figure: figure}.Of(q), "", 3)
	}
	return q, nil
}

// judgeAll adds how good the ranking of every engine that is here is to a row.
func judgeAll(ctx context.Context, row *measured.Row, engines []*benched, docs []search.Document, searches []measure.Search) error {
	row.Answers = len(docs)
	for _, b := range engines {
		if b.whyNot != "" {
			continue
		}
		if err := b.filled(ctx, docs, func(e search.Engine) error {
			_, err := judge(ctx, row, b.name, measure.Of(e, docs[0].Consultation, docs[0].Tier), searches)
			return err
		}); err != nil {
			return fmt.Errorf("%s: %w", b.name, err)
		}
	}
	return nil
}

// cranfield judges the engines, and SQLite's full-text search beside them, on
// the Cranfield collection in the folder data.
func cranfield(ctx context.Context, row *measured.Row, engines []*benched, data string) error {
	if data == "" {
		row.Skipped = "--data names no folder with " + measure.CranfieldFiles[0]
		return nil
	}
	docs, searches, err := measure.Cranfield(data, benchConsultation, search.TierOfficer)
	if errors.Is(err, fs.ErrNotExist) {
		row.Skipped = measure.CranfieldFiles[0] + " is not here"
		return nil
	} else if err != nil {
		return err
	}
	if err := judgeAll(ctx, row, engines, docs, searches); err != nil {
		return err
	}
	row.Judge(measured.Least(measure.FigureMAP+", "+engineEmbedded, 0.33))
	return measure.WithFTS5(ctx, docs, func(rank measure.Ranking) error {
		_, err := judge(ctx, row, "SQLite FTS5 with Porter stems", rank, searches)
		return err
	})
}

// demonstration judges the engines on the searches that come with the
// demonstration, whose floors are the goals.
func demonstration(ctx context.Context, row *measured.Row, engines []*benched) error {
	docs, file, searches, err := demoSearches()
	if err != nil {
		return err
	}
	if err := judgeAll(ctx, row, engines, docs, searches); err != nil {
		return err
	}
	for _, f := range file.Floors {
		row.Judge(measured.Least(f.Figure+", "+f.Engine, f.Least))
	}
	return nil
}

// demoSearches returns the answers of the demonstration as officers find them,
// and what people expect of searches among them.
func demoSearches() (docs []search.Document, file *measure.File, searches []measure.Search, err error) {
	now := time.Now()
	c, _, err := demo.Consultation(now)
	if err != nil {
		return nil, nil, nil, err
	}
	subs, err := demo.Submissions(c, now)
	if err != nil {
		return nil, nil, nil, err
	}
	for i, s := range subs {
		for _, a := range s.Answers {
			if q := c.Question(a.Question); !q.Themed || a.Text == "" {
				continue
			}
			submission := fmt.Sprint(i + 1)
			docs = append(docs, search.Document{
				ID: submission + "-" + a.Question, Tier: search.TierOfficer, Consultation: c.ID, Submission: submission, Question: a.Question,
				Text: redact.Text(a.Text), Language: s.Language, Day: s.Day,
				Labels: search.Labels{search.Groups: s.Groups, search.Questions: {a.Question}, search.Languages: {s.Language},
					search.Stances: {string(s.Stance)}, search.Channels: {string(s.Channel)}, search.Sources: {search.SourceAnswer}},
			})
		}
	}
	name, source := demo.Searches()
	if file, err = measure.ReadSearches(name, bytes.NewReader(source)); err != nil {
		return nil, nil, nil, err
	}
	searches, err = file.Searches(docs)
	return docs, file, searches, err
}

// large fills an engine with n made-up answers and times it: a list of hits with
// four facets, and a page as a councillor gets it.
func (b *benched) large(ctx context.Context, row *measured.Row, n int) (err error) {
	if row.Skipped = b.whyNot; row.Skipped != "" {
		return nil
	}
	row.Answers = n
	e, remove, err := b.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()
	const tier = search.TierCouncillor
	var text int64
	start := time.Now()
	if err := e.Rebuild(ctx, func(yield func(search.Document, error) bool) {
		for d, err := range measure.MadeUp(n, benchConsultation, tier) {
			text += int64(len(d.Text))
			if !yield(d, err) {
				return
			}
		}
	}); err != nil {
		return err
	}
	row.Add("indexing", float64(n)/time.Since(start).Seconds(), "a second", 0)

	var queries []search.Query
	for words := range measure.Questions(3) {
		queries = append(queries, search.Query{Consultation: benchConsultation, Tier: tier, Text: words, Facets: search.Attributes[:4]})
		if len(queries) == min(n, searchAsked) {
			break
		}
	}
	hits := 0
	list := func(ctx context.Context, i int) error {
		results, err := e.Search(ctx, queries[i])
		if err == nil {
			hits += results[0].Total
		}
		return err
	}
	page := func(ctx context.Context, i int) error {
		_, err := search.Page(ctx, e, queries[i], measure.Voices())
		return err
	}
	took, err := measure.Time(ctx, len(queries), list, page)
	if err != nil {
		return err
	}
	row.Add("answers found, mean", float64(hits)/float64(len(queries)), "", 0)
	times(row, "two words, one misspelt", took[0])
	times(row, "page, all voices", took[1])
	if b.size != nil {
		size, err := b.size()
		if err != nil {
			return err
		}
		row.Add("index ÷ text", float64(size)/float64(text), "×", 2)
	}
	if b.name == engineEmbedded {
		row.Judge(measured.Least("indexing", 3000), measured.Most("index ÷ text", 3),
			measured.Most("two words, one misspelt, p50", 15), measured.Most("two words, one misspelt, p99", 60))
		return nil
	}
	if b.server == nil {
		return nil
	}
	raw, err := rawRequests(ctx, b.settings, queries)
	if err != nil {
		return err
	}
	if took, err = measure.Time(ctx, len(queries), page, raw); err != nil {
		return err
	}
	times(row, "page, asked again", took[0])
	times(row, "page, its raw request", took[1])
	row.Add("p99 of page ÷ raw request", took[0].Quantile(0.99).Seconds()/took[1].Quantile(0.99).Seconds(), "×", 2)
	row.Add("memory of the server", measured.PeakOf(b.server.PID()), "MB", 0)
	row.Judge(measured.Most("p99 of page ÷ raw request", 1.3))
	return nil
}

// times adds the median and the 99th percentile to a row.
func times(row *measured.Row, name string, took measure.Times) {
	for _, q := range []struct {
		name  string
		share float64
	}{{"p50", 0.5}, {"p99", 0.99}} {
		row.Add(name+", "+q.name, float64(took.Quantile(q.share))/float64(time.Millisecond), "ms", 1)
	}
}

// rawRequests notes what the engine asks of the server for the page of each
// query, and returns what sends the same again, without the engine.
func rawRequests(ctx context.Context, cfg Config, queries []search.Query) (func(ctx context.Context, i int) error, error) {
	server := cfg.Search
	target, err := url.Parse(server)
	if err != nil {
		return nil, err
	}
	type request struct {
		method, path string
		header       http.Header
		body         []byte
	}
	var mu sync.Mutex
	var seen []request
	proxy := &httputil.ReverseProxy{Rewrite: func(p *httputil.ProxyRequest) {
		body, err := io.ReadAll(p.In.Body)
		if err == nil {
			mu.Lock()
			seen = append(seen, request{p.In.Method, p.In.URL.RequestURI(), p.In.Header.Clone(), body})
			mu.Unlock()
		}
		p.Out.Body = io.NopCloser(bytes.NewReader(body))
		p.SetURL(target)
	}}
	noting := httptest.NewServer(proxy)
	defer noting.Close()
	cfg.Search = noting.URL
	e, err := openSearch(ctx, cfg)
	if err != nil {
		return nil, err
	}
	defer e.Close()
	asked := make([][]request, len(queries))
	for i, q := range queries {
		seen = nil
		if _, err := search.Page(ctx, e, q, measure.Voices()); err != nil {
			return nil, err
		}
		asked[i] = seen
	}
	client := &http.Client{Transport: &http.Transport{}}
	return func(ctx context.Context, i int) error {
		for _, r := range asked[i] {
			req, err := http.NewRequestWithContext(ctx, r.method, server+r.path, bytes.NewReader(r.body))
			if err != nil {
				return err
			}
			req.Header = r.header
			res, err := client.Do(req)
			if err != nil {
				return err
			}
			_, err = io.Copy(io.Discard, res.Body)
			if err = errors.Join(err, res.Body.Close()); err != nil {
				return err
			}
			if res.StatusCode != http.StatusOK {
				return fmt.Errorf("the same request, sent again, got status %d", res.StatusCode)
			}
		}
		return nil
	}, nil
}

// findable runs a portal with answers in it, sends it more at a steady rate, as
// the form does, and waits for staff to find each by a word that no other has.
func (b *benched) findable(r *run, row *measured.Row, n int) error {
	if row.Skipped = b.whyNot; row.Skipped != "" {
		return nil
	}
	row.Answers = min(n, sentInto)
	portal := *r
	portal.cfg = b.settings
	portal.cfg.Addr = "127.0.0.1:0"
	return portal.scratch(b.settings.Search, func(a *App, c *models.Consultation) (err error) {
		if err := a.Service.Load(r.ctx, consult.Portal, benchCommand{N: row.Answers}.submissions(c)); err != nil {
			return err
		}
		if err := a.Drain(r.ctx); err != nil {
			return err
		}
		if _, err := a.Service.Reindex(r.ctx); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, b.empty(r.ctx, a.engine)) }()
		if err := a.Start(r.ctx); err != nil {
			return err
		}
		took, total, err := sendAndFind(r.ctx, a, c, min(n, sentAtMost))
		if err != nil {
			return err
		}
		row.Add("submissions", float64(min(n, sentAtMost)), "", 0)
		row.Add("looked for, and found", float64(len(took)), "", 0)
		row.Add("until all were found", total.Seconds(), "s", 1)
		times(row, "sent → found by staff", took)
		row.Judge(measured.Most("sent → found by staff, p99", 2000))
		return nil
	})
}

// sendAndFind sends n submissions and returns how long after it was sent each
// that is looked for was found, and how long all of it took. They are looked for
// one after the other, so one that could be found before its turn counts as
// found at its turn.
func sendAndFind(ctx context.Context, a *App, c *models.Consultation, n int) (measure.Times, time.Duration, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	texts := madeUp(n, 5)
	sent := make([]time.Time, n)
	accepted := make([]chan struct{}, n)
	for i := range accepted {
		accepted[i] = make(chan struct{})
	}
	start := time.Now()
	var group sync.WaitGroup
	defer group.Wait()
	group.Go(func() {
		steady := time.NewTicker(sentEvery)
		defer steady.Stop()
		for i := range n {
			select {
			case <-ctx.Done():
				return
			case <-steady.C:
			}
			sent[i] = time.Now()
			group.Go(func() {
				key := consult.NewDraftKey()
				err := a.Service.SaveDraft(ctx, key, &consult.Draft{Consultation: c.ID, Language: "en", Answers: models.Answers{
					"A1": {Options: []string{"self"}}, "A2": {Options: []string{"live_here"}}, "C6": {Text: texts[i] + " " + sign(i)}}})
				if err == nil {
					err = a.Service.Submit(ctx, key, c, consult.Proof{})
				}
				if err != nil {
					cancel(err)
				}
				close(accepted[i])
			})
		}
	})
	officer := consult.Actor{ID: "bench", Role: models.RoleOfficer}
	var took measure.Times
	again := time.NewTicker(lookAgain)
	defer again.Stop()
	for i := 0; i < n; i += lookedFor {
		select {
		case <-accepted[i]:
		case <-ctx.Done():
			return nil, 0, context.Cause(ctx)
		}
		for {
			found, err := a.Service.Search(ctx, officer, c, search.Query{Text: `"` + sign(i) + `"`})
			switch {
			case context.Cause(ctx) != nil:
				return nil, 0, context.Cause(ctx)
			case err != nil:
				return nil, 0, err
			case found.Away:
				return nil, 0, search.ErrUnavailable
			}
			if found.Total > 0 {
				break
			}
			if time.Since(sent[i]) > findableWithin {
				return nil, 0, fmt.Errorf("submission %d of %d could not be found within %v", i+1, n, findableWithin)
			}
			select {
			case <-again.C:
			case <-ctx.Done():
			}
		}
		took = append(took, time.Since(sent[i]))
	}
	return took, time.Since(start), nil
}

// sign is a word that only the submission i has.
func sign(i int) string { return measure.Word(measure.Vocabulary + uint64(i)) }
