package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"database/sql"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	_ "gocloud.dev/blob/memblob"

	"heard/app/consult"
	"heard/app/demo"
	"heard/app/evidence"
	"heard/models"
	"heard/models/store"
	"heard/models/storetest"
	"heard/search"
	"heard/search/embedded"
	"heard/views"
)

const password = "seven pale lanterns by the quay"

// testPortal is a portal with real parts, served on this machine. Whatever net/http
// has to complain about (a panic, a second status) fails the test.
type testPortal struct {
	testing.TB
	url      string
	handler  http.Handler
	options  Options
	store    *store.Store
	engine   search.Engine
	service  *consult.Service
	clock    *storetest.Clock
	database string  // the file
	beside   *sql.DB // the same, past the store: opening it takes longer than most of what it is used for
	logged   *record // everything logged, at every level
	demo     *models.Consultation
}

// parts are what a test may choose.
type parts struct {
	folder string // everything is kept below it; files and index in memory when empty
	secure bool
	views  *views.Renderer
	now    func() time.Time
}

func newPortal(t testing.TB, choose ...func(*parts)) *testPortal {
	t.Helper()
	w := parts{views: renderer()}
	for _, c := range choose {
		c(&w)
	}
	p := &testPortal{TB: t, logged: &record{}, clock: storetest.NewClock(time.Now().UTC().Format(time.RFC3339))}
	if w.now == nil {
		w.now = p.clock.Now
	}
	logger := slog.New(slog.NewTextHandler(p.logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
	folder, index, files := w.folder, "", "mem://"
	if folder == "" {
		folder = t.TempDir()
	} else {
		index, files = filepath.Join(folder, "index"), "file://"+filepath.ToSlash(filepath.Join(folder, "files"))
	}
	p.database = filepath.Join(folder, "heard.db")
	p.store = storetest.OpenURL(t, "sqlite:"+p.database, store.Options{Now: p.clock.Now, Logger: logger})
	p.beside = p.pastStore()
	t.Cleanup(func() { _ = p.beside.Close() })
	engine, err := embedded.Open(index)
	must(t, err)
	p.engine = engine
	t.Cleanup(func() { must(t, engine.Close()) })
	kept, err := evidence.OpenStore(t.Context(), files)
	must(t, err)
	t.Cleanup(func() { must(t, kept.Close()) })
	reader := evidence.NewReader("")
	t.Cleanup(func() { must(t, reader.Close()) })
	p.service = consult.New(consult.Config{Store: p.store, Search: engine, Files: kept, Reader: reader, Log: logger, Now: w.now, Pepper: []byte(strings.Repeat("p", 32))})
	p.options = Options{Service: p.service, Views: w.views, Sessions: p.store.Sessions(), Log: logger, Secure: w.secure,
		ExitTo: "https://weather.example/", Templates: demo.Templates()}
	p.serve()
	source, err := demo.Source(p.clock.Now())
	must(t, err)
	p.demo = p.open(source)
	return p
}

// serve starts a server over the options as they are now.
func (p *testPortal) serve() {
	p.handler = New(p.options)
	complaints := &record{}
	server := httptest.NewUnstartedServer(p.handler)
	server.Config.ErrorLog = log.New(complaints, "", 0)
	server.Start()
	p.url = server.URL
	p.Cleanup(func() {
		server.Close()
		if said := complaints.String(); said != "" {
			p.Errorf("net/http complains: %s", said)
		}
	})
}

// open saves a consultation and opens it.
func (p *testPortal) open(source []byte) *models.Consultation {
	p.Helper()
	c, err := p.service.SaveConsultation(p.Context(), consult.Portal, "file.yaml", source)
	must(p.TB, err)
	return p.move(c, models.StatusOpen)
}

func (p *testPortal) move(c *models.Consultation, to ...models.Status) *models.Consultation {
	p.Helper()
	storetest.MeetDuties(p.TB, p.store, c.ID)
	for _, s := range to {
		if s == models.StatusFrozen {
			storetest.ReadAll(p.TB, p.store, c.ID, "u-reader")
		}
		if s == models.StatusClosed || s == models.StatusFrozen {
			storetest.CheckAll(p.TB, p.store, c.ID, "u-reader", "u-second")
		}
		must(p.TB, p.service.Move(p.Context(), consult.Portal, c, s))
		var err error
		c, err = p.store.Consultation(p.Context(), c.ID)
		must(p.TB, err)
	}
	return c
}

// publish takes an open consultation to its published report.
func (p *testPortal) publish(c *models.Consultation) *models.Consultation {
	p.Helper()
	c = p.move(c, models.StatusClosed, models.StatusFrozen)
	p.publishVersion(c, "")
	c, err := p.store.Consultation(p.Context(), c.ID)
	must(p.TB, err)
	return c
}

// loadDemo stores the first n invented submissions, all of them when n is 0.
func (p *testPortal) loadDemo(n int) {
	p.Helper()
	subs, err := demo.Submissions(p.demo, p.clock.Now())
	must(p.TB, err)
	if n > 0 {
		subs = subs[:n]
	}
	must(p.TB, p.service.Load(p.Context(), consult.Portal, subs))
	must(p.TB, p.service.RefreshThemes(p.Context(), p.demo.ID))
	_, err = p.service.Reindex(p.Context())
	must(p.TB, err)
}

// signUp makes an account for a role, named after it.
func (p *testPortal) signUp(role models.Role) {
	p.Helper()
	token, err := p.service.Invite(p.Context(), consult.Portal, string(role)+"@penrow.example", role)
	must(p.TB, err)
	_, err = p.service.Accept(p.Context(), token, "", password)
	must(p.TB, err)
}

// staff is a browser in which somebody with the role has signed in; the
// account is made by signUp.
func (p *testPortal) staff(role models.Role) *browser {
	p.Helper()
	b := p.browser()
	if page := b.get("/staff/sign-in").submit("form[method=post]", url.Values{"email": {string(role) + "@penrow.example"}, "password": {password}}); page.url.Path != "/staff" {
		p.Fatalf("signing in as %s leads to %s: %d %s", role, page.url.Path, page.status, page.text())
	}
	return b
}

// pastStore opens the database without the store, one connection at a time, so that
// what is put beside its tables is there for the next query.
func (p *testPortal) pastStore() *sql.DB {
	p.Helper()
	db, err := sql.Open("sqlite", p.database)
	must(p.TB, err)
	db.SetMaxOpenConns(1)
	return db
}

// sealed finds queries for words.
var sealed = regexp.MustCompile(`\b(text|redacted)\b.*FROM (answers|attachments|messages)\b|FROM answers WHERE text\b`)

// unsealed puts tables with what respondents wrote where queries find them before those
// in which it is sealed.
func (p *testPortal) unsealed(db *sql.DB) {
	p.Helper()
	do := func(statement string, args ...any) {
		p.Helper()
		_, err := db.Exec(statement, args...)
		must(p.TB, err)
	}
	for _, table := range []string{"answers", "attachments", "messages"} {
		do("CREATE TEMP TABLE " + table + " AS SELECT * FROM main." + table)
	}
	for _, id := range p.rows("SELECT id FROM submissions") {
		sub, err := p.store.Submission(p.Context(), id)
		must(p.TB, err)
		for _, a := range sub.Answers {
			do("UPDATE answers SET text = ?, redacted = ?, translation = ?, translated = ? WHERE submission = ? AND question = ?", a.Text, a.Redacted, a.Translation, a.Translated, id, a.Question)
		}
		for _, a := range sub.Attachments {
			do("UPDATE attachments SET text = ?, redacted = ? WHERE key = ?", a.Text, a.Redacted, a.Key)
		}
		messages, err := p.store.Messages(p.Context(), id)
		must(p.TB, err)
		for i, m := range messages {
			do("UPDATE messages SET text = ? WHERE submission = ? AND position = ?", m.Text, id, i)
		}
	}
}

// rows are the rows of a table of the database, as text, and what respondents wrote
// as it reads when it is opened.
func (p *testPortal) rows(query string) []string {
	p.Helper()
	db := p.beside
	if sealed.MatchString(query) {
		db = p.pastStore()
		defer func() { _ = db.Close() }()
		p.unsealed(db)
	}
	rows, err := db.QueryContext(context.Background(), query)
	must(p.TB, err)
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	must(p.TB, err)
	var out []string
	for rows.Next() {
		values, at := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			at[i] = &values[i]
		}
		must(p.TB, rows.Scan(at...))
		out = append(out, fmt.Sprint(values...))
	}
	must(p.TB, rows.Err())
	return out
}

func (p *testPortal) count(table string) int { return len(p.rows("SELECT * FROM " + table)) }

// state is everything in the database but the sessions and who has which answer
// open to code it, to see whether a request changed anything.
func (p *testPortal) state() string {
	p.Helper()
	var all []string
	for _, table := range p.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT IN ('sessions', 'staff_sessions', 'sign_in_attempts', 'audit_head', 'coding_claims', 'sqlite_sequence') ORDER BY name") {
		all = append(all, table)
		query := "SELECT * FROM " + table
		if table == "audit" { // that something was begun and taken back is kept, or that original words were shown
			query = "SELECT day, actor, action, object, consultation, reason FROM audit WHERE NOT undone AND action <> 'submission.original-read'"
		}
		rows := p.rows(query)
		slices.Sort(rows)
		all = append(all, rows...)
	}
	return strings.Join(all, "\n")
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var renderer = sync.OnceValue(func() *views.Renderer {
	r, err := views.New()
	if err != nil {
		panic(err)
	}
	return r
})

// record keeps what is written to it.
type record struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (r *record) Write(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.b.Write(b)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.b.String()
}

// browser is somebody at the portal: it keeps cookies, follows redirects
// within the portal, runs no script and says of itself what browsers say.
type browser struct {
	*testPortal
	client *http.Client
	jar    *cookiejar.Jar
	header http.Header // sent with every request
	seen   func(*page) // called with every page, may be nil
}

func (p *testPortal) browser() *browser {
	jar, err := cookiejar.New(nil)
	must(p.TB, err)
	b := &browser{testPortal: p, jar: jar, header: http.Header{"Accept-Encoding": {"gzip"}}}
	b.client = &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if !strings.HasPrefix(r.URL.String(), p.url) {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	p.Cleanup(b.client.CloseIdleConnections)
	return b
}

// copy is another window of the same browser.
func (b *browser) copy() *browser {
	c := b.browser()
	for _, path := range []string{"/", "/staff"} {
		u, _ := url.Parse(b.url + path)
		for _, cookie := range b.jar.Cookies(u) {
			if staff := strings.Contains(cookie.Name, "staff"); staff == (path == "/staff") {
				cookie.Path = path
				c.jar.SetCookies(u, []*http.Cookie{cookie})
			}
		}
	}
	return c
}

func (b *browser) cookies() []*http.Cookie {
	u, _ := url.Parse(b.url + "/staff")
	return b.jar.Cookies(u)
}

// page is an answer of the portal.
type page struct {
	*browser
	url    *url.URL
	status int
	header http.Header
	body   string
	wire   int // bytes of the body as transferred
	doc    *goquery.Document
}

// request makes a request and reads the answer; r's address may lack the host.
func (b *browser) request(method, path string, body io.Reader, header ...string) *page {
	b.Helper()
	r, err := http.NewRequestWithContext(b.Context(), method, b.testPortal.url+path, body)
	must(b.TB, err)
	for k, v := range b.header {
		r.Header[k] = v
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return b.do(r)
}

func (b *browser) do(r *http.Request) *page {
	b.Helper()
	res, err := b.client.Do(r)
	must(b.TB, err)
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	must(b.TB, err)
	p := &page{browser: b, url: res.Request.URL, status: res.StatusCode, header: res.Header, wire: len(raw)}
	if res.Header.Get("Content-Encoding") == "gzip" {
		z, err := gzip.NewReader(bytes.NewReader(raw))
		must(b.TB, err)
		raw, err = io.ReadAll(z)
		must(b.TB, err)
	}
	p.body = string(raw)
	p.doc, err = goquery.NewDocumentFromReader(strings.NewReader(p.body))
	must(b.TB, err)
	if b.seen != nil {
		b.seen(p)
	}
	return p
}

func (b *browser) visit(path string) *page {
	b.Helper()
	return b.request(http.MethodGet, path, nil)
}

// get is visit for a page that must be there.
func (b *browser) get(path string) *page {
	b.Helper()
	return b.visit(path).is(http.StatusOK)
}

const formType = "application/x-www-form-urlencoded"

func (b *browser) post(path string, values url.Values, header ...string) *page {
	b.Helper()
	return b.request(http.MethodPost, path, strings.NewReader(values.Encode()), append([]string{"Content-Type", formType, "Sec-Fetch-Site", "same-origin"}, header...)...)
}

// is checks the status.
func (p *page) is(status int) *page {
	p.Helper()
	if p.status != status {
		p.Fatalf("%s answers %d, expected %d: %s", p.url.Path, p.status, status, p.text())
	}
	return p
}

// says checks the words at a selector.
func (p *page) says(selector, text string) *page {
	p.Helper()
	if found := strings.Join(strings.Fields(p.doc.Find(selector).Text()), " "); !strings.Contains(found, text) {
		p.Errorf("%s: %q says %q, expected %q", p.url.Path, selector, found, text)
	}
	return p
}

func (p *page) text() string {
	text := []rune(strings.Join(strings.Fields(p.doc.Find("main").Text()), " "))
	return string(text[:min(len(text), 600)])
}

func (p *page) title() string { return p.doc.Find("title").Text() }

// step is the last part of the address.
func (p *page) step() string { return p.url.Path[strings.LastIndex(p.url.Path, "/")+1:] }

// follow goes where the link at selector leads.
func (p *page) follow(selector string) *page {
	p.Helper()
	href, ok := p.doc.Find(selector).First().Attr("href")
	if !ok {
		p.Fatalf("%s has no link %q", p.url.Path, selector)
	}
	to, err := p.url.Parse(href)
	must(p.TB, err)
	return p.visit(to.RequestURI())
}

// filled is what the form at selector would send as it stands.
func (p *page) filled(selector string) (action string, values url.Values) {
	p.Helper()
	form := p.doc.Find("main " + selector).First()
	if form.Length() == 0 {
		p.Fatalf("%s has no form %q: %s", p.url.Path, selector, p.text())
	}
	values = url.Values{}
	form.Find("input").Each(func(_ int, s *goquery.Selection) {
		_, checked := s.Attr("checked")
		if kind := s.AttrOr("type", "text"); kind == "file" || ((kind == "radio" || kind == "checkbox") && !checked) {
			return
		}
		values.Add(s.AttrOr("name", ""), s.AttrOr("value", ""))
	})
	form.Find("textarea").Each(func(_ int, s *goquery.Selection) {
		// A browser takes the line break after the tag away, and so does the
		// parser; what is left is what was typed.
		values.Add(s.AttrOr("name", ""), s.Text())
	})
	form.Find("select").Each(func(_ int, s *goquery.Selection) {
		chosen := s.Find("option[selected]")
		if chosen.Length() == 0 {
			chosen = s.Find("option").First()
		}
		values.Add(s.AttrOr("name", ""), chosen.AttrOr("value", strings.TrimSpace(chosen.Text())))
	})
	to, err := p.url.Parse(form.AttrOr("action", ""))
	must(p.TB, err)
	return to.RequestURI(), values
}

// submit sends the form at selector, with fields in place of what it holds, by
// its main button: the last that is not a quiet one, or the last there is.
func (p *page) submit(selector string, fields url.Values) *page {
	p.Helper()
	action, values := p.filled(selector)
	for name, v := range fields {
		if p.doc.Find(fmt.Sprintf(`main %s [name=%q]`, selector, name)).Length() == 0 {
			p.Fatalf("%s: the form has no field %q", p.url.Path, name)
		}
		values[name] = v
	}
	buttons := p.doc.Find("main " + selector).First().Find("button")
	button := buttons.Not(".quiet, .plain").Last()
	if button.Length() == 0 {
		button = buttons.Last()
	}
	if name := button.AttrOr("name", ""); name != "" && values[name] == nil {
		values.Set(name, button.AttrOr("value", ""))
	}
	return p.post(action, values)
}

// speak presses the button of a language below the form of a step, which sends
// what stands in the form, with fields in place of what it holds.
func (p *page) speak(language string, fields url.Values) *page {
	p.Helper()
	if p.doc.Find(fmt.Sprintf(`nav.languages button[form=step][name=lang][value=%q]`, language)).Length() != 1 {
		p.Fatalf("%s has no button for the language %s", p.url.Path, language)
	}
	action, values := p.filled("form#step")
	for name, v := range fields {
		values[name] = v
	}
	values.Set("lang", language)
	return p.post(action, values)
}

// mayContact has an officer ask to open the list of addresses, and another agree.
// It returns the officer's page of it.
func (p *testPortal) mayContact(officer *browser) *page {
	p.Helper()
	at := "/staff/" + p.demo.ID + "/contacts"
	officer.get(at).submit("form:not([action])", url.Values{"reason": {"To tell them."}}).is(http.StatusOK).says("main", "nobody yet")
	must(p.TB, p.service.AgreeToContacts(p.Context(), consult.Actor{ID: "somebody-else", Role: models.RoleOfficer}, p.demo, "To tell them."))
	return officer.get(at).is(http.StatusOK)
}
