package meili_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/meilisearch/meilisearch-go"

	"heard/search"
	"heard/search/meili"
)

// status sends a request to the server with a key and returns the status of the answer and its body.
func (s server) status(t *testing.T, key, method, path string, body any) (int, string) {
	t.Helper()
	sent, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, bytes.NewReader(sent))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+key)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	got, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(got)
}

// TestWhatKeysMayDo tries every key at what it is for, and at what it must not do.
func TestWhatKeysMayDo(t *testing.T) {
	s := realServer(t)
	cfg, other := s.config(t), s.config(t)
	e := open(t, cfg)
	open(t, other)
	secret := search.Document{ID: "a", Tier: search.TierOfficer, Consultation: "c", Submission: "s", Text: testimony}
	if err := e.Put(t.Context(), secret); err != nil {
		t.Fatal(err)
	}
	type request struct {
		method, path string
		body         any
	}
	index := func(tier search.Tier) string { return "/indexes/" + cfg.Index + "_" + string(tier) }
	record := []map[string]string{{"id": "x", "text": "planted"}}
	reads := map[search.Tier][]request{}
	var writes []request
	for _, tier := range search.Tiers {
		reads[tier] = []request{
			{"POST", index(tier) + "/search", map[string]string{"q": ""}},
			{"POST", "/multi-search", map[string]any{"queries": []any{map[string]string{"indexUid": cfg.Index + "_" + string(tier), "q": ""}}}},
			{"GET", index(tier) + "/search?q=", nil},
		}
		writes = append(writes,
			request{"POST", index(tier) + "/documents", record}, request{"PUT", index(tier) + "/documents", record},
			request{"DELETE", index(tier) + "/documents", nil}, request{"POST", index(tier) + "/documents/delete", map[string]string{"filter": "id = a"}},
			request{"PATCH", index(tier) + "/settings", map[string]any{"stopWords": []string{"the"}}}, request{"DELETE", index(tier), nil},
			request{"POST", "/swap-indexes", []any{map[string]any{"indexes": []string{cfg.Index + "_officer", cfg.Index + "_" + string(tier)}}}},
		)
	}
	everybody := []request{ // must not
		{"GET", "/keys", nil}, {"POST", "/keys", map[string]any{"actions": []string{"*"}, "indexes": []string{"*"}, "expiresAt": nil}},
		{"POST", "/dumps", nil}, {"POST", "/snapshots", nil}, {"GET", index("officer") + "/documents", nil}, {"GET", index("officer") + "/documents/a", nil},
		{"POST", index("officer") + "/documents/fetch", map[string]any{}},
		{"POST", "/indexes/" + other.Index + "_officer/search", map[string]string{"q": ""}}, {"POST", "/indexes/" + other.Index + "_officer/documents", record},
		{"GET", "/indexes/" + other.Index + "_officer/settings", nil}, {"DELETE", "/tasks?statuses=succeeded", nil}, {"POST", "/tasks/cancel?statuses=enqueued", nil},
		{"PATCH", "/experimental-features", map[string]bool{"metrics": true}}, {"GET", "/metrics", nil},
	}
	looks := []request{{"GET", index("officer") + "/settings", nil}, {"GET", index("officer") + "/stats", nil}, {"GET", "/stats", nil}, {"GET", index("officer"), nil}}
	tasks := []request{{"GET", "/tasks", nil}, {"GET", "/version", nil}}

	refused := func(who, key string, requests ...request) {
		t.Helper()
		for _, r := range requests {
			if status, body := s.status(t, key, r.method, r.path, r.body); status != http.StatusForbidden && status != http.StatusUnauthorized {
				t.Errorf("the key for %s may %s %s: status %d, %.200s", who, r.method, r.path, status, body)
			}
		}
	}
	allowed := func(who, key string, requests ...request) {
		t.Helper()
		for _, r := range requests {
			if status, body := s.status(t, key, r.method, r.path, r.body); status != http.StatusOK {
				t.Errorf("the key for %s may not %s %s: status %d, %.200s", who, r.method, r.path, status, body)
			}
		}
	}
	for _, tier := range search.Tiers {
		key := cfg.Keys.Search[tier]
		for _, of := range search.Tiers {
			if of == tier {
				allowed(string(tier), key, reads[of]...)
			} else {
				refused(string(tier), key, reads[of]...)
			}
		}
		refused(string(tier), key, writes...)
		refused(string(tier), key, everybody...)
		refused(string(tier), key, looks...)
		refused(string(tier), key, tasks...)
	}
	for _, tier := range search.Tiers {
		refused("indexing", cfg.Keys.Indexing, reads[tier]...)
		refused("status", cfg.Keys.Status, reads[tier]...)
	}
	refused("indexing", cfg.Keys.Indexing, everybody...)
	refused("status", cfg.Keys.Status, everybody...)
	refused("status", cfg.Keys.Status, writes...)
	refused("status", cfg.Keys.Status, looks...)
	allowed("indexing", cfg.Keys.Indexing, looks...)
	allowed("status", cfg.Keys.Status, tasks...)

	// The words that one tier may find are in no other's index.
	if n, err := e.Count(t.Context()); n != 1 || err != nil {
		t.Errorf("%d documents (%v)", n, err)
	}
	for tier, want := range map[search.Tier]bool{search.TierOfficer: true, search.TierCouncillor: false, search.TierPublic: false} {
		if _, body := s.status(t, s.MasterKey, "GET", index(tier)+"/documents", nil); strings.Contains(body, "quillwort") != want {
			t.Errorf("the index for the tier %s: %s", tier, body)
		}
	}
}

// TestMakingKeysAgain: the same keys come of it, whoever has taken some away or given them other rights meanwhile.
func TestMakingKeysAgain(t *testing.T) {
	s := realServer(t)
	cfg := s.config(t)
	master := meilisearch.New(s.URL, meilisearch.WithAPIKey(s.MasterKey))
	ours := func() map[string]string {
		found := map[string]string{}
		keys, err := master.GetKeysWithContext(t.Context(), &meilisearch.KeysQuery{Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range keys.Results {
			if strings.Contains(k.Name, cfg.Index) {
				found[k.UID] = strings.Join(k.Actions, " ") + " on " + strings.Join(k.Indexes, " ") + " " + k.UpdatedAt.String()
			}
		}
		return found
	}
	before := ours()
	if len(before) != len(search.Tiers)+2 {
		t.Errorf("made %v", before)
	}
	again := func() {
		t.Helper()
		keys, err := meili.MakeKeys(t.Context(), s.URL, s.MasterKey, cfg.Index)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(cfg.Keys, keys); diff != "" {
			t.Errorf("other keys (-first +again):\n%s", diff)
		}
	}
	again()
	if diff := cmp.Diff(before, ours()); diff != "" {
		t.Errorf("changed on the server (-before +after):\n%s", diff)
	}
	public, err := master.GetKeyWithContext(t.Context(), cfg.Keys.Search[search.TierPublic])
	if err != nil {
		t.Fatal(err)
	}
	if _, err := master.DeleteKeyWithContext(t.Context(), public.UID); err != nil {
		t.Fatal(err)
	}
	if _, err := meili.Open(t.Context(), cfg); !errors.Is(err, meili.ErrKey) || !strings.Contains(err.Error(), "tier public") {
		t.Errorf("without one of the keys: %v", err)
	}
	public.Actions = []string{"*"}
	if _, err := master.CreateKeyWithContext(t.Context(), public); err != nil {
		t.Fatal(err)
	}
	again()
	if status, body := s.status(t, public.Key, "POST", "/indexes/"+cfg.Index+"_public/documents", []any{}); status != http.StatusForbidden {
		t.Errorf("rights that it should not have are left to it: %d, %s", status, body)
	}
	open(t, cfg)
}

// TestKeysThatAreNotRight stop the start, and say so without repeating a key.
func TestKeysThatAreNotRight(t *testing.T) {
	s := realServer(t)
	cfg := s.config(t)
	with := func(change func(*meili.Config)) meili.Config {
		c := cfg
		c.Keys.Search = map[search.Tier]string{}
		for tier, key := range cfg.Keys.Search {
			c.Keys.Search[tier] = key
		}
		change(&c)
		return c
	}
	for name, c := range map[string]struct {
		cfg  meili.Config
		says string
	}{
		"none":               {with(func(c *meili.Config) { c.Keys = meili.Keys{} }), "it asks for keys and there are none"},
		"one is missing":     {with(func(c *meili.Config) { delete(c.Keys.Search, search.TierPublic) }), "missing"},
		"of other indexes":   {with(func(c *meili.Config) { c.Index = "elsewhere" }), `not for "elsewhere"`},
		"wrong":              {with(func(c *meili.Config) { c.Keys.Status = "wrongwrong" }), "does not accept the key"},
		"wrong for a tier":   {with(func(c *meili.Config) { c.Keys.Search[search.TierCouncillor] = c.Keys.Indexing }), "tier councillor"},
		"master for status":  {with(func(c *meili.Config) { c.Keys.Status = s.MasterKey }), "master key"},
		"master for writing": {with(func(c *meili.Config) { c.Keys.Indexing = s.MasterKey }), "master key"},
		"master for a tier":  {with(func(c *meili.Config) { c.Keys.Search[search.TierOfficer] = s.MasterKey }), "master key"},
	} {
		e, err := meili.Open(t.Context(), c.cfg)
		if !errors.Is(err, meili.ErrKey) || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), s.MasterKey) || strings.Contains(err.Error(), "wrongwrong") {
			t.Errorf("%s: %v", name, err)
		}
		if e != nil {
			t.Errorf("%s: opened", name)
		}
	}
	if _, err := meili.MakeKeys(t.Context(), s.URL, "not the master key", cfg.Index); !errors.Is(err, meili.ErrKey) {
		t.Errorf("making keys without the master key: %v", err)
	}
}

// TestServerWithoutKeys: a developer's server asks for none.
func TestServerWithoutKeys(t *testing.T) {
	s := ownServer(t, "")
	e := open(t, s.config(t))
	if err := e.Put(t.Context(), answer); err != nil {
		t.Fatal(err)
	}
	if res, err := e.Search(t.Context(), question, question); err != nil || len(res) != 2 || res[0].Total != 1 {
		t.Errorf("%v (%v)", res, err)
	}
	if _, err := meili.MakeKeys(t.Context(), s.URL, "any", "heard"); !errors.Is(err, meili.ErrKey) {
		t.Errorf("making keys on it: %v", err)
	}
}
