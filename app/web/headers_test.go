package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"heard/models"
	"heard/static"
)

// promised is what every answer carries, whatever it answers.
var promised = map[string]string{
	"Content-Security-Policy":      policy,
	"Referrer-Policy":              "same-origin",
	"X-Content-Type-Options":       "nosniff",
	"X-Frame-Options":              "DENY",
	"Cross-Origin-Opener-Policy":   "same-origin",
	"Cross-Origin-Resource-Policy": "same-origin",
	"Permissions-Policy":           "camera=(), geolocation=(), microphone=(), browsing-topics=()",
}

func checkHeaders(t *testing.T, p *page, what string) {
	t.Helper()
	for name, want := range promised {
		if got := p.header.Get(name); got != want {
			t.Errorf("%s answers %d with %s: %q, expected %q", what, p.status, name, got, want)
		}
	}
	if store := strings.Join(p.header.Values("Cache-Control"), ", "); !strings.Contains(store, "no-store") && !(p.status == http.StatusOK && strings.HasPrefix(p.url.Path, static.Prefix)) {
		t.Errorf("%s answers %d with Cache-Control: %q, expected no-store", what, p.status, store)
	}
	for _, name := range []string{"Server", "X-Powered-By", "Access-Control-Allow-Origin", "Etag", "Last-Modified"} {
		if got := p.header.Get(name); got != "" {
			t.Errorf("%s answers %d with %s: %q", what, p.status, name, got)
		}
	}
	if got := p.header.Get("Strict-Transport-Security"); (got != "") != p.options.Secure {
		t.Errorf("%s: Strict-Transport-Security is %q", what, got)
	}
	if kind := p.header.Get("Content-Type"); p.body != "" && (kind == "" || strings.HasPrefix(kind, "text/") && !strings.Contains(strings.ToLower(kind), "utf-8")) {
		t.Errorf("%s answers %d with Content-Type: %q", what, p.status, kind)
	}
}

func TestPolicyAllowsNothingUnsafe(t *testing.T) {
	directives := map[string]string{}
	for d := range strings.SplitSeq(policy, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(d), " ")
		directives[name] = value
	}
	for name, want := range map[string]string{"default-src": "'none'", "base-uri": "'none'", "frame-ancestors": "'none'", "form-action": "'self'"} {
		if directives[name] != want {
			t.Errorf("%s is %q, expected %q", name, directives[name], want)
		}
	}
	// Scripts are files of ours and talk to nobody else; nothing stands inline.
	for _, name := range []string{"script-src", "connect-src", "style-src", "img-src"} {
		if directives[name] != "'self'" {
			t.Errorf("%s is %q, expected 'self'", name, directives[name])
		}
	}
	for name, value := range directives {
		if value != "'none'" && value != "'self'" {
			t.Errorf("%s allows %s", name, value)
		}
	}
}

func TestHeadersOnEveryAnswer(t *testing.T) {
	p := filledPortal(t)
	seen := map[int]bool{}
	whole := strings.Repeat("a", maxFile+1)
	people := map[string]*browser{"nobody": p.browser(), "officer": p.staff(models.RoleOfficer), "admin": p.staff(models.RoleAdmin)}
	for name, b := range people {
		b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		if name == "nobody" {
			b.post("/"+p.demo.ID+"/respond", nil).is(http.StatusSeeOther)
		}
	}
	look := func(what string, got *page) {
		t.Helper()
		seen[got.status] = true
		checkHeaders(t, got, what)
	}
	addresses := map[string]string{}
	for _, r := range routes {
		addresses[r.path] = p.address(r.path)
	}
	round := func(when string) {
		for _, r := range routes {
			for name, b := range people {
				if r.path == "/staff/sign-out" || r.path == "/exit" {
					b = p.browser()
					b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
				}
				what, at := when+name+" "+r.method+" "+r.path, addresses[r.path]
				look(what+" by PUT", b.request(http.MethodPut, at, nil))
				look(what+" by HEAD", b.request(http.MethodHead, at, nil))
				if r.method == get {
					look(what, b.visit(at))
					continue
				}
				look(what+" too large", b.request(post, at, strings.NewReader(whole), "Content-Type", formType))
				look(what+" forged", b.post(at, nil, "Sec-Fetch-Site", "cross-site"))
				look(what, b.post(at, nil))
			}
		}
		look(when+"an unknown page", p.browser().visit("/no/such/page"))
		look(when+"an unknown file", p.browser().visit("/static/no-such.css"))
		look(when+"a style", p.browser().visit(static.Path("css/heard.css")))
	}
	round("")
	must(t, p.store.Close())
	round("without a database, ")
	for _, status := range []int{200, 303, 401, 403, 404, 405, 409, 413, 422, 500, 503} {
		if !seen[status] {
			t.Errorf("nothing answered %d, so its headers were not looked at", status)
		}
	}
}

func TestStylesMayBeKept(t *testing.T) {
	p := newPortal(t)
	style := p.browser().get(static.Path("css/heard.css"))
	if kept := style.header.Get("Cache-Control"); !strings.Contains(kept, "immutable") {
		t.Errorf("Cache-Control of a style is %q", kept)
	}
}

// There is no cookie before a response is started, whatever is looked at.
func TestNoCookieBeforeStart(t *testing.T) {
	p := filledPortal(t)
	p.demo = p.publish(p.demo)
	for _, r := range routes {
		if r.staff() {
			continue
		}
		b := p.browser()
		var got *page
		if r.method == post {
			got = b.post(p.address(r.path), url.Values{"code": {"one two"}})
		} else {
			got = b.visit(p.address(r.path))
		}
		if set := got.header.Values("Set-Cookie"); len(set) > 0 {
			t.Errorf("%s %s sets %q", r.method, r.path, set)
		}
	}
	b := p.browser()
	for _, path := range []string{"/nowhere", "/staff", "/staff/sign-in", "/static/nothing.css"} {
		if set := b.visit(path).header.Values("Set-Cookie"); len(set) > 0 || len(b.cookies()) > 0 {
			t.Errorf("%s sets %q", path, set)
		}
	}
}

func setCookies(p *page) []*http.Cookie { return (&http.Response{Header: p.header}).Cookies() }

func TestCookies(t *testing.T) {
	for _, secure := range []bool{false, true} {
		p := newPortal(t, func(w *parts) { w.secure = secure })
		p.signUp(models.RoleOfficer)
		b := p.browser()
		b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		started := b.post("/"+p.demo.ID+"/respond", nil).is(http.StatusSeeOther)
		checkHeaders(t, started, "starting")
		signed := b.post("/staff/sign-in", url.Values{"email": {"officer@penrow.example"}, "password": {password}}).is(http.StatusSeeOther)
		checkHeaders(t, signed, "signing in")
		names := map[bool][]string{false: {"heard", "heard-staff"}, true: {"heard", "__Secure-heard-staff"}}[secure]
		for i, want := range []http.Cookie{{Path: "/", SameSite: http.SameSiteLaxMode}, {Path: "/staff", SameSite: http.SameSiteStrictMode}} {
			set := setCookies([]*page{started, signed}[i])
			if len(set) != 1 {
				t.Fatalf("%d cookies, expected one", len(set))
			}
			c := set[0]
			// Without an expiry it goes when the browser is closed.
			if c.Name != names[i] || !c.HttpOnly || c.Secure != secure || c.SameSite != want.SameSite || c.Path != want.Path || c.Domain != "" || c.MaxAge != 0 || !c.Expires.IsZero() {
				t.Errorf("secure %v: the cookie is %s", secure, c)
			}
		}
		out := b.request(post, "/staff/sign-out", nil, "Cookie", names[1]+"="+setCookies(signed)[0].Value)
		if set := setCookies(out); len(set) != 1 || set[0].MaxAge >= 0 || out.header.Get("Clear-Site-Data") == "" {
			t.Errorf("signing out sets %v", set)
		}
		exit := b.request(get, "/exit", nil, "Cookie", "heard="+setCookies(started)[0].Value)
		if set := setCookies(exit); len(set) != 1 || set[0].MaxAge >= 0 || set[0].Name != "heard" || set[0].Path != "/" {
			t.Errorf("leaving sets %v", set)
		}
	}
}

// The staff cookie never goes to the public pages, and the one of a response
// in no way names the person.
func TestCookieValues(t *testing.T) {
	p := newPortal(t)
	p.signUp(models.RoleOfficer)
	b := p.staff(models.RoleOfficer)
	root, _ := url.Parse(p.url)
	if slices.ContainsFunc(b.jar.Cookies(root), func(c *http.Cookie) bool { return strings.Contains(c.Name, "staff") }) {
		t.Error("the public pages are sent the staff cookie")
	}
	values := map[string]bool{}
	for range 5 {
		one := p.browser()
		one.start()
		values[one.cookies()[0].Value] = true
	}
	if len(values) != 5 {
		t.Errorf("5 people got %d keys", len(values))
	}
	for v := range values {
		if slices.ContainsFunc(p.rows("SELECT hex(id) || hex(sealed) FROM drafts"), func(row string) bool { return strings.Contains(row, v) }) {
			t.Error("the key of a response stands in the database")
		}
	}
}
