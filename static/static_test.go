package static

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func get(t *testing.T, method, address string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, httptest.NewRequest(method, address, nil))
	return w
}

func TestEveryFileIsServedUnderItsHashedNameOnly(t *testing.T) {
	types := map[string]string{".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".js": "text/javascript; charset=utf-8"}
	seen := map[string]string{}
	err := fs.WalkDir(FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		address := Path(name)
		if !regexp.MustCompile(`^/static/[a-z-]+\.[0-9a-f]{16}\.[a-z]+$`).MatchString(address) {
			t.Errorf("Path(%q) = %q, expected a flat name with a hash", name, address)
		}
		if other, taken := seen[address]; taken {
			t.Errorf("%s and %s have the same address %s", name, other, address)
		}
		seen[address] = name
		want, err := fs.ReadFile(FS(), name)
		if err != nil {
			return err
		}
		w := get(t, http.MethodGet, address)
		if w.Code != http.StatusOK || w.Body.String() != string(want) {
			t.Errorf("GET %s: status %d, %d bytes; expected 200 and the %d bytes of %s", address, w.Code, w.Body.Len(), len(want), name)
		}
		if got := w.Header().Get("Cache-Control"); !strings.Contains(got, "immutable") {
			t.Errorf("GET %s: Cache-Control %q, expected immutable", address, got)
		}
		if got := w.Header().Get("Content-Type"); got != types[address[strings.LastIndex(address, "."):]] {
			t.Errorf("GET %s: Content-Type %q", address, got)
		}
		if w := get(t, http.MethodGet, "/static/"+name); w.Code != http.StatusNotFound {
			t.Errorf("GET /static/%s: status %d, expected 404: only hashed names are served", name, w.Code)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(seen) == 0 {
		t.Fatal("there are no files")
	}
}

func TestHandlerRefuses(t *testing.T) {
	for _, c := range []struct {
		method, address string
		status          int
	}{
		{http.MethodGet, "/static/", http.StatusNotFound},
		{http.MethodGet, "/static/heard.0000000000000000.css", http.StatusNotFound},
		{http.MethodGet, "/static/../go.mod", http.StatusNotFound},
		{http.MethodPost, Path("css/heard.css"), http.StatusMethodNotAllowed},
		{http.MethodHead, Path("css/heard.css"), http.StatusOK},
	} {
		w := get(t, c.method, c.address)
		if w.Code != c.status {
			t.Errorf("%s %s: status %d, expected %d", c.method, c.address, w.Code, c.status)
		}
		if c.status != http.StatusOK && w.Header().Get("Cache-Control") != "" {
			t.Errorf("%s %s: a refusal must not be kept by caches", c.method, c.address)
		}
	}
}

func TestPathPanicsForUnknownFile(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("expected a panic for a file that does not exist")
		}
	}()
	Path("css/none.css")
}

// The style sheet comes with the first page somebody opens on a slow
// connection, and must ask for nothing else.
func TestStyleSheets(t *testing.T) {
	for name, limit := range map[string]int{"css/heard.css": 14 << 10, "css/report.css": 6 << 10, "css/staff.css": 12 << 10} {
		content, err := fs.ReadFile(FS(), name)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d bytes", name, len(content))
		if len(content) > limit {
			t.Errorf("%s has %d bytes, expected at most %d", name, len(content), limit)
		}
		for _, banned := range []string{"@import", "url(", "http:", "https:"} {
			if strings.Contains(string(content), banned) {
				t.Errorf("%s contains %s: a style sheet may not ask for anything", name, banned)
			}
		}
		physical := regexp.MustCompile(`(?m)(margin|padding|border)-(left|right)|text-align:\s*(left|right)|float:\s*(left|right)|[;{\s](left|right):`)
		if m := physical.FindString(string(content)); m != "" {
			t.Errorf("%s contains %q: use the logical property, so that right-to-left pages work", name, m)
		}
	}
}

// The scripts run beside what people write, under a policy that allows nothing
// inline. Each makes no code out of text, puts no text into a page as markup,
// keeps nothing in the browser, and asks nobody but the portal.
func TestScripts(t *testing.T) {
	found, err := fs.Glob(FS(), "js/*")
	if err != nil || !slices.Equal(found, []string{"js/desk.js", "js/heard.js", "js/log.js", "js/passkey.js"}) {
		t.Fatalf("expected one script for the public, one for staff, one for passkeys and one for the log: %v (%v)", found, err)
	}
	read := func(name string) string {
		content, err := fs.ReadFile(FS(), name)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d bytes", name, len(content))
		return string(content)
	}
	for _, name := range found {
		script := read(name)
		if limit := map[string]int{"js/desk.js": 12 << 10, "js/heard.js": 6 << 10, "js/log.js": 6 << 10, "js/passkey.js": 4 << 10}[name]; len(script) > limit {
			t.Errorf("%s has %d bytes, expected at most %d", name, len(script), limit)
		}
		for _, banned := range []string{
			"eval(", "Function(", "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "createContextualFragment", ".srcdoc",
			"localStorage", "sessionStorage", "indexedDB", "caches", "document.cookie", "serviceWorker", "sendBeacon", "WebSocket", "XMLHttpRequest", "EventSource",
			"import(", "http:", "https:", "'//", "\"//", "navigator.", "screen.", "Date", "performance.", "console.", "window.open", ".style",
			"setAttribute", "createElement", "javascript:", "setTimeout('", "setTimeout(\"",
		} {
			// Only navigator has passkeys.
			if strings.Contains(strings.ReplaceAll(script, "navigator.credentials", ""), banned) {
				t.Errorf("%s has %s", name, banned)
			}
		}
		if !strings.Contains(script, "\n(function () {\n  'use strict';\n") || !strings.HasSuffix(script, "\n})();\n") {
			t.Errorf("%s leaves names behind on the page", name)
		}
	}
	// The one request of the staff's is what the search form would ask for anyway.
	if desk := read("js/desk.js"); strings.Count(desk, "fetch(") != 1 || !strings.Contains(desk, "fetch(to = address(),") || strings.Count(desk, "find.action") != 1 ||
		!strings.Contains(desk, "credentials: 'same-origin', redirect: 'error'") || strings.Contains(desk, "location") {
		t.Error("the script of the staff's pages asks for something else than results, or leads somewhere")
	}
	// Whoever checks a receipt takes the files of the log, whole and without cookies.
	if log := read("js/log.js"); strings.Count(log, "fetch(") != 1 || !strings.Contains(log, "fetch(box.dataset.check + name, { credentials: 'omit', redirect: 'error' })") ||
		strings.Count(log, "file(") != 6 || strings.Contains(log, "location") || strings.Contains(log, ".value =") {
		t.Error("the script of the public log asks for something else than its files")
	}
	// The one request of the public's is to where the form goes anyway.
	script := read("js/heard.js")
	if n := strings.Count(script, "fetch("); n != 1 || !strings.Contains(script, "fetch(form.action,") || !strings.Contains(script, "credentials: 'same-origin'") {
		t.Errorf("%d requests, expected one, to the address of the form", n)
	}
	// Leaving replaces the page, so that Back does not lead to it.
	if !strings.Contains(script, "location.replace(exit.href)") || strings.Contains(script, "location.href =") || strings.Contains(script, "location.assign") {
		t.Error("leaving keeps the page in the browser's history")
	}
}
