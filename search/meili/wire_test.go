package meili_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/meilisearch/meilisearch-go"

	"heard/search"
	"heard/search/meili"
)

// fake answers like a Meilisearch server on which every task ends as told, and keeps what it was asked.
type fake struct {
	version   string
	task      string // what a task looks like when it has ended
	hits      string // answer to a search
	status    int    // of every answer, 0 for what is usual
	mu        sync.Mutex
	requested []string // method, path and body
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	f.mu.Lock()
	f.requested = append(f.requested, r.Method+" "+r.URL.Path+" "+string(body))
	f.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	switch {
	case f.status != 0:
		w.WriteHeader(f.status)
		fmt.Fprintf(w, `{"message": "about %s", "code": "some_code", "type": "t"}`, testimony)
	case r.URL.Path == "/version":
		fmt.Fprintf(w, `{"pkgVersion": %q}`, f.version)
	case strings.HasPrefix(r.URL.Path, "/tasks/"):
		io.WriteString(w, f.task)
	case r.URL.Path == "/keys":
		w.WriteHeader(http.StatusUnauthorized)
		io.WriteString(w, `{"code": "missing_master_key"}`)
	case r.URL.Path == "/stats":
		io.WriteString(w, `{"indexes": {"heard_officer": {}, "heard_councillor": {}, "heard_public": {}}}`)
	case r.Method == http.MethodGet:
		io.WriteString(w, `{}`)
	case strings.HasSuffix(r.URL.Path, "/search"):
		io.WriteString(w, noHits)
	case r.URL.Path == "/multi-search":
		io.WriteString(w, `{"results": [`+f.hits+`]}`)
	default:
		w.WriteHeader(http.StatusAccepted)
		io.WriteString(w, `{"taskUid": 7, "status": "enqueued"}`)
	}
}

const (
	testimony = "the quillwort grows by my door"
	succeeded = `{"uid": 7, "status": "succeeded"}`
	failed    = `{"uid": 7, "status": "failed", "error": {"message": "about ` + testimony + `", "code": "invalid_document_id"}}`
	canceled  = `{"uid": 7, "status": "canceled"}`
	noHits    = `{"hits": [], "totalHits": 0, "facetDistribution": {}}`
)

func newFake(t *testing.T) (*fake, string) {
	t.Helper()
	f := &fake{version: "1.50.0", task: succeeded, hits: noHits}
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	return f, s.URL
}

func openFake(t *testing.T) (*fake, *meili.Engine) {
	t.Helper()
	f, url := newFake(t)
	e, err := meili.Open(t.Context(), meili.Config{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return f, e
}

func (f *fake) last(t *testing.T, suffix string) map[string]any {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, request := range slices.Backward(f.requested) {
		method, rest, _ := strings.Cut(request, " ")
		path, body, _ := strings.Cut(rest, " ")
		if strings.HasSuffix(method+" "+path, suffix) {
			var m map[string]any
			if err := json.Unmarshal([]byte(body), &m); err != nil {
				t.Fatal(err)
			}
			return m
		}
	}
	t.Fatalf("no request to %s among %d", suffix, len(f.requested))
	return nil
}

var question = search.Query{Consultation: "c", Tier: search.TierPublic, Facets: search.Attributes}

var answer = search.Document{ID: "a", Consultation: "c", Submission: "s", Text: testimony, Tier: search.TierPublic}

// TestFailedTask: the client library returns no error for a task that failed.
func TestFailedTask(t *testing.T) {
	for name, task := range map[string]string{"failed": failed, "canceled": canceled} {
		f, url := newFake(t)
		f.task = task
		if e, err := meili.Open(t.Context(), meili.Config{URL: url}); err == nil {
			t.Errorf("%s: opened %v although the settings were not applied", name, e)
		}
		f, e := openFake(t)
		f.task = task
		for call, err := range map[string]error{
			"Put":    e.Put(t.Context(), answer),
			"Delete": e.Delete(t.Context(), "s"),
			"Rebuild": e.Rebuild(t.Context(), func(yield func(search.Document, error) bool) {
				yield(answer, nil)
			}),
		} {
			if err == nil || !strings.Contains(err.Error(), name) {
				t.Errorf("%s: a task that %s gives the error %v", call, name, err)
			}
			if err != nil && strings.Contains(err.Error(), "quillwort") {
				t.Errorf("%s: the error repeats what somebody wrote: %v", call, err)
			}
		}
	}
}

func TestTaskThatNeverEnds(t *testing.T) {
	f, e := openFake(t)
	f.task = `{"uid": 7, "status": "processing"}`
	ctx, cancel := context.WithCancel(t.Context())
	go cancel()
	if err := e.Put(ctx, answer); !errors.Is(err, context.Canceled) || errors.Is(err, search.ErrUnavailable) {
		t.Errorf("somebody who gave up: %v", err)
	}
	ctx, cancel = context.WithTimeout(t.Context(), 0)
	defer cancel()
	if err := e.Put(ctx, answer); !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, search.ErrUnavailable) {
		t.Errorf("somebody who has waited long enough: %v", err)
	}
}

func TestErrorsQuoteNobody(t *testing.T) {
	for status, unavailable := range map[int]bool{400: false, 401: true, 403: true, 404: false, 429: true, 500: true, 503: true, 302: false} {
		f, e := openFake(t)
		f.status = status
		_, err := e.Search(t.Context(), search.Query{Consultation: "c", Tier: search.TierPublic, Text: testimony})
		for call, err := range map[string]error{"Search": err, "Put": e.Put(t.Context(), answer), "Health": e.Health(t.Context())} {
			if err == nil {
				t.Errorf("%d: %s gives no error", status, call)
				continue
			}
			if errors.Is(err, search.ErrUnavailable) != unavailable {
				t.Errorf("%d: %s gives %v; unavailable should be %v", status, call, err, unavailable)
			}
			if strings.Contains(err.Error(), "quillwort") || strings.Contains(err.Error(), "key\"") {
				t.Errorf("%d: %s repeats what somebody wrote: %v", status, call, err)
			}
		}
	}
}

// TestNoServer: a server that is away is no fault of the settings. Everything says that it is away, and works as soon as
// it answers.
func TestNoServer(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	e := open(t, meili.Config{URL: "http://" + address})
	_, searchErr := e.Search(t.Context(), question)
	_, countErr := e.Count(t.Context())
	for call, err := range map[string]error{
		"Search": searchErr, "Count": countErr, "Put": e.Put(t.Context(), answer), "Delete": e.Delete(t.Context(), "s"), "Health": e.Health(t.Context()),
		"Rebuild": e.Rebuild(t.Context(), func(func(search.Document, error) bool) {}),
	} {
		if !errors.Is(err, search.ErrUnavailable) || !strings.Contains(err.Error(), "no answer") {
			t.Errorf("%s while the server is away: %v", call, err)
		}
	}
	f := &fake{version: "1.50.0", task: succeeded, hits: noHits}
	if listener, err = net.Listen("tcp", address); err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(f)
	s.Listener.Close()
	s.Listener = listener
	s.Start()
	defer s.Close()
	if err := e.Put(t.Context(), answer); err != nil {
		t.Errorf("when it answers: %v", err)
	}
	f.last(t, "PATCH /indexes/heard_officer/settings") // before the documents

	_, e = openFake(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := e.Search(ctx, question); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// TestRedirect: the key and the answers go to the configured server and to no other.
func TestRedirect(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("the redirect was followed")
	}))
	defer elsewhere.Close()
	s := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect))
	defer s.Close()
	if _, err := meili.Open(t.Context(), meili.Config{URL: s.URL}); err == nil {
		t.Error("opened")
	}
}

func TestConfig(t *testing.T) {
	_, url := newFake(t)
	for _, cfg := range []meili.Config{
		{}, {URL: "127.0.0.1:7700"}, {URL: "ftp://127.0.0.1"}, {URL: "http://me:secret@127.0.0.1:7700"}, {URL: "http://"},
		{URL: "http://127.0.0.1:7700?x=y"}, {URL: url, Index: "a/b"}, {URL: url, Index: strings.Repeat("a", 101)},
	} {
		if _, err := meili.Open(t.Context(), cfg); err == nil || errors.Is(err, search.ErrUnavailable) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%+v: got %v", cfg, err)
		}
	}
}

func TestVersion(t *testing.T) {
	for version, ok := range map[string]bool{"1.50.0": true, "1.13.3": true, "1.12.0": false, "0.30.1": false, "2.0.0": false, "": false} {
		f, url := newFake(t)
		f.version = version
		e, err := meili.Open(t.Context(), meili.Config{URL: url})
		if (err == nil) != ok {
			t.Errorf("version %q: error %v", version, err)
		}
		if e != nil {
			e.Close()
		}
	}
}

func TestFilter(t *testing.T) {
	f, e := openFake(t)
	q := question
	q.Text = `van "loading bay" -police -"at night" the`
	q.Filters = search.Labels{search.Groups: {`a" OR tiers = "officer`, `back\slash`, `ends \`, `it's`}, search.Themes: {"[x, y]"}}
	if _, err := e.Search(t.Context(), q); err != nil {
		t.Fatal(err)
	}
	sent := f.last(t, "POST /multi-search")["queries"].([]any)[0].(map[string]any)
	filters := sent["filter"].([]any)
	want := []any{
		`labels.groups IN ["a\" OR tiers = \"officer", "back\\slash", "ends \\", "it's"]`,
		`labels.themes IN ["[x, y]"]`,
	}
	if diff := cmp.Diff(want, filters[1:]); diff != "" {
		t.Errorf("filter (-want +got):\n%s", diff)
	}
	if own, ok := filters[0].(string); !ok || !strings.HasPrefix(own, `consultationDigest = "`) {
		t.Errorf("the first filter is %v, expected the one for the consultation", filters[0])
	}
	if got, want := sent["q"], `"loading bay" -police -"at night" van `; got != want {
		t.Errorf("q is %q, expected %q", got, want)
	}

	// Who may see a document is told apart exactly, whatever the consultation is called, by index and filter.
	seen := map[string]search.Query{}
	for _, q := range []search.Query{
		{Consultation: "c", Tier: search.TierPublic}, {Consultation: "c", Tier: search.TierOfficer}, {Consultation: "C", Tier: search.TierPublic},
		{Consultation: "c ", Tier: search.TierPublic}, {Consultation: `c" OR "a" = "a`, Tier: search.TierPublic},
	} {
		if _, err := e.Search(t.Context(), q); err != nil {
			t.Fatal(err)
		}
		sent := f.last(t, "POST /multi-search")["queries"].([]any)[0].(map[string]any)
		access := fmt.Sprint(sent["indexUid"], sent["filter"].([]any)[0])
		if other, ok := seen[access]; ok {
			t.Errorf("%+v and %+v ask the same", q, other)
		}
		seen[access] = q
	}
}

func TestSettings(t *testing.T) {
	f, _ := openFake(t)
	sent := f.last(t, "PATCH /indexes/heard_councillor/settings")
	for key, want := range map[string]any{
		"searchableAttributes": []any{"text"},
		"pagination":           map[string]any{"maxTotalHits": float64(search.MaxReach)},
		"faceting":             map[string]any{"maxValuesPerFacet": float64(search.MaxFacetValues), "sortFacetValuesBy": map[string]any{"*": "count"}},
	} {
		if diff := cmp.Diff(want, sent[key]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", key, diff)
		}
	}
	for _, hidden := range []string{"digest", "consultationDigest", "submissionDigest"} {
		if slices.Contains(sent["displayedAttributes"].([]any), any(hidden)) || !slices.Contains(sent["filterableAttributes"].([]any), any(hidden)) {
			t.Errorf("%s must be filterable and not displayed", hidden)
		}
	}
}

// TestSettingsAreSentWhereTheyDiffer opens the indexes of a real server again and again, and counts what is sent to it.
func TestSettingsAreSentWhereTheyDiffer(t *testing.T) {
	s := realServer(t)
	target, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	sent := map[string]string{}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		if strings.Contains(r.In.URL.Path, "/settings") && r.In.Method != http.MethodGet {
			body, _ := io.ReadAll(r.In.Body)
			r.Out.Body = io.NopCloser(bytes.NewReader(body))
			mu.Lock()
			sent[r.In.Method+" "+r.In.URL.Path] += string(body)
			mu.Unlock()
		}
		r.SetURL(target)
	}}
	through := httptest.NewServer(proxy)
	defer through.Close()
	cfg := s.config(t)
	direct := cfg.URL
	cfg.URL = through.URL
	reopen := func() map[string]string {
		sent = map[string]string{}
		e, err := meili.Open(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Close(); err != nil {
			t.Error(err)
		}
		return sent
	}
	if first := reopen(); len(first) != 2*len(search.Tiers) {
		t.Errorf("new indexes: sent %v, expected all settings once for each tier, one of them by itself", first)
	}
	if again := reopen(); len(again) != 0 {
		t.Errorf("nothing has changed: sent %v", again)
	}
	master := meilisearch.New(direct, meilisearch.WithAPIKey(s.MasterKey))
	officer := master.Index(cfg.Index + "_officer")
	task, err := officer.UpdateSettingsWithContext(t.Context(), &meilisearch.Settings{
		Pagination: &meilisearch.Pagination{MaxTotalHits: 7}, SortableAttributes: []string{"text", "day"}, StopWords: []string{"the"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := officer.WaitForTaskWithContext(t.Context(), task.TaskUID, 0); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"PATCH /indexes/" + cfg.Index + "_officer/settings": `{"sortableAttributes":["day"],"pagination":{"maxTotalHits":10000000}}`}
	if diff := cmp.Diff(want, reopen()); diff != "" {
		t.Errorf("two settings of one tier were changed by hand: sent (-want +got):\n%s", diff)
	}
	if again := reopen(); len(again) != 0 {
		t.Errorf("mended before: sent %v", again)
	}
}

func TestMarks(t *testing.T) {
	f, e := openFake(t)
	for _, tt := range []struct {
		text, marked string
		want         []string
	}{
		{"the displaced ones", "the \ue000displ\ue001aced ones", []string{"displaced"}},
		{"a b", "\ue000a\ue001 \ue000b\ue001", []string{"a", "b"}},
		{"x \ue000 y", "x \ue000 \ue000y\ue001", []string{"y"}},
		{"plain", "plain", nil},
		{"another", "something else", nil},
		{"open", "\ue000open", nil},
		{"<b>bold</b>", "<b>\ue000bold\ue001</b>", []string{"bold"}},
	} {
		hit, err := json.Marshal(map[string]any{"id": "a", "text": tt.text, "_formatted": map[string]any{"text": tt.marked}})
		if err != nil {
			t.Fatal(err)
		}
		f.hits = `{"hits": [` + string(hit) + `], "totalHits": 1, "facetDistribution": {}}`
		res, err := e.Search(t.Context(), question)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		var whole string
		for _, s := range res[0].Hits[0].Snippet {
			whole += s.Text
			if s.Match {
				got = append(got, s.Text)
			}
		}
		if !slices.Equal(got, tt.want) || whole != tt.text {
			t.Errorf("%q: marked %q in %q, expected %q", tt.marked, got, whole, tt.want)
		}
	}
}

func TestUnexpectedAnswers(t *testing.T) {
	for _, hits := range []string{``, `{}`, `[]`, `{"hits": [{"id": 5}], "facetDistribution": {}}`, `{"hits": [], "facetDistribution": [1]}`} {
		f, e := openFake(t)
		f.hits = hits
		if _, err := e.Search(t.Context(), question); !errors.Is(err, search.ErrUnavailable) {
			t.Errorf("%q: error %v", hits, err)
		}
	}
}
