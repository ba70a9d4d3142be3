package meili_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"heard/search"
	"heard/search/meili"
)

// embedder makes vectors by subject, in the dialect of OpenAI, and keeps what it was sent.
type embedder struct {
	away  atomic.Bool
	mu    sync.Mutex
	texts []string
	keys  []string
	paths []string
}

// subjects are the directions of the vectors, with words that point there.
var subjects = [][]string{{"lamp", "dark", "light", "night"}, {"bin", "litter", "rubbish"}, {"police", "fine", "court"}}

func (e *embedder) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if e.away.Load() {
		http.Error(w, "not now", http.StatusServiceUnavailable)
		return
	}
	var asked struct {
		Model string   `json:"model"`
		Input []string `json:"input"`
	}
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil || asked.Model != "toy" {
		http.Error(w, "what is that?", http.StatusBadRequest)
		return
	}
	e.mu.Lock()
	e.texts = append(e.texts, asked.Input...)
	e.keys = append(e.keys, r.Header.Get("Authorization"))
	e.paths = append(e.paths, r.URL.Path)
	e.mu.Unlock()
	type vector struct {
		Embedding []float32 `json:"embedding"`
	}
	var answer struct {
		Data []vector `json:"data"`
	}
	for _, text := range asked.Input {
		v := make([]float32, len(subjects)+1)
		v[len(subjects)] = 0.1
		for i, words := range subjects {
			for _, word := range words {
				v[i] += float32(strings.Count(strings.ToLower(text), word))
			}
		}
		answer.Data = append(answer.Data, vector{v})
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer)
}

func (e *embedder) sent() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.texts)
}

// probe is what the server sends to learn how long vectors are.
const probe = "test"

// askMeaning asks until the embedder is set up.
func askMeaning(t *testing.T, e *meili.Engine, q search.Query) search.Result {
	t.Helper()
	for {
		res, err := e.Search(t.Context(), q)
		if err == nil {
			return res[0]
		}
		if !errors.Is(err, search.ErrUnavailable) {
			t.Fatal(err)
		}
		select {
		case <-t.Context().Done():
			t.Fatal(err)
		case <-time.After(20 * time.Millisecond): // between two looks
		}
	}
}

// TestMeaning asks the real server, which asks an embedder here.
func TestMeaning(t *testing.T) {
	s := ownServer(t, "masterkeymasterkey", "MEILI_EXPERIMENTAL_ALLOWED_IP_NETWORKS=127.0.0.0/8")
	toy := new(embedder)
	beside := httptest.NewServer(toy)
	defer beside.Close()
	cfg := s.config(t)
	before := open(t, cfg) // a portal that has used words alone until now
	doc := func(id, text string, tier search.Tier) search.Document {
		return search.Document{ID: id, Tier: tier, Consultation: "c", Submission: "s-" + id, Text: text, Labels: search.Labels{search.Groups: {"resident"}}}
	}
	if err := before.Put(t.Context(),
		doc("lamps", "Every lamp in the alley is broken.", search.TierCouncillor),
		doc("bins", "The bins overflow with litter.", search.TierCouncillor),
		doc("officers", "Only officers may read of the lamp that is dark.", search.TierOfficer),
	); err != nil {
		t.Fatal(err)
	}
	q := search.Query{Consultation: "c", Tier: search.TierCouncillor, Text: "it is dark at night", Meaning: true}
	if _, err := before.Search(t.Context(), q); !errors.Is(err, search.ErrInvalidQuery) {
		t.Errorf("without an embedder: %v", err)
	}
	if err := before.Close(); err != nil {
		t.Error(err)
	}

	cfg.Embedder = meili.Embedder{URL: beside.URL + "/v1", Model: "toy", Key: "toy-key"}
	e := open(t, cfg)
	found := func(want ...string) {
		t.Helper()
		res := askMeaning(t, e, q)
		var got []string
		for _, h := range res.Hits {
			got = append(got, h.Document.ID)
		}
		if !slices.Equal(got, want) || res.Total != len(want) {
			t.Errorf("found %v, %d in all, expected %v", got, res.Total, want)
		}
	}
	found("lamps") // shares no word with the query
	if err := e.Put(t.Context(), doc("torch", "I carry a torch for the dark towpath.", search.TierCouncillor), doc("moon", "Night.", search.TierOfficer)); err != nil {
		t.Fatal(err)
	}
	q.PerPage = 1
	if res := askMeaning(t, e, q); len(res.Hits) != 1 || res.Total != 1 {
		t.Errorf("more than a page: %d hits, total %d", len(res.Hits), res.Total)
	}
	q.PerPage = 0
	q.Without = []string{"lamps"}
	found("torch")
	q.Without, q.Filters = nil, search.Labels{search.Groups: {"trader"}}
	found()
	q.Filters = nil

	// Words are found and counted as ever.
	words := search.Query{Consultation: "c", Tier: search.TierCouncillor, Text: "lamp", Facets: []search.Attribute{search.Groups}}
	res, err := e.Search(t.Context(), q, words)
	if err != nil || len(res) != 2 || res[1].Total != 1 || res[1].Facets[search.Groups][0].Count != 1 {
		t.Errorf("words beside meaning: %+v (%v)", res, err)
	}
	q.Tier = search.TierOfficer
	if _, err := e.Search(t.Context(), q); !errors.Is(err, search.ErrInvalidQuery) {
		t.Errorf("officers: %v", err)
	}
	q.Tier = search.TierCouncillor

	// What officers alone may read went nowhere, and all else to where it should.
	for _, text := range toy.sent() {
		if strings.Contains(text, "officers") || text == "Night." {
			t.Errorf("the embedder was sent %q", text)
		}
	}
	for i := range toy.paths {
		if toy.paths[i] != "/v1/embeddings" || toy.keys[i] != "Bearer toy-key" {
			t.Errorf("asked %s with %q", toy.paths[i], toy.keys[i])
		}
	}

	// Opening again has nothing embedded anew, though the server does not show the key.
	n := len(toy.sent())
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	e = open(t, cfg)
	found("lamps", "torch")
	for _, text := range toy.sent()[n:] {
		if text != q.Text && text != probe {
			t.Errorf("embedded anew: %q", text)
		}
	}
	if err := e.Rebuild(t.Context(), func(yield func(search.Document, error) bool) {
		yield(doc("gone-dark", "The light is gone.", search.TierCouncillor), nil)
	}); err != nil {
		t.Fatal(err)
	}
	found("gone-dark")

	// While the embedder is away, words are found as ever.
	s.Kill()
	if err := s.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	toy.away.Store(true)
	words.Text = "light"
	again(t, func() error {
		res, err := e.Search(t.Context(), words)
		if err == nil && res[0].Total != 1 {
			t.Errorf("words while the embedder is away: %+v", res)
		}
		return err
	})
	toy.away.Store(false)

	// Without an embedder nothing is sent to it any more.
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	n = len(toy.sent())
	cfg.Embedder = meili.Embedder{}
	e = open(t, cfg)
	if err := e.Put(t.Context(), doc("after", "A dark night.", search.TierCouncillor)); err != nil {
		t.Fatal(err)
	}
	for _, text := range toy.sent()[n:] {
		if text != probe {
			t.Errorf("sent although no embedder is configured: %q", text)
		}
	}
}
