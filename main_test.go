package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"heard/app"
	"heard/app/consult"
	"heard/app/demo"
	"heard/models"
	"heard/models/storetest"
)

// TestJourney follows one response from the form to the published report, in
// the real program, on every database there is.
func TestJourney(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, database string) {
		ctx := t.Context()
		var logged bytes.Buffer
		dir := t.TempDir()
		cfg := app.Config{Addr: "127.0.0.1:0", Data: dir, Database: database, Search: "bleve:" + filepath.Join(dir, "index"),
			Files: "file://" + filepath.ToSlash(filepath.Join(dir, "files")), Secret: strings.Repeat("k", 32), ExitTo: "https://example.org/weather", WordNet: "none"}
		a, err := app.New(ctx, cfg, app.Options{Log: slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := a.Close(context.WithoutCancel(ctx)); err != nil {
				t.Error(err)
			}
		})
		c := openDemo(t, a)
		if err := a.Start(ctx); err != nil {
			t.Fatal(err)
		}

		// A resident answers on her phone.
		const said = "There are used needles and condoms outside the nursery gate on Kestrelwick Row every single morning and I have to walk my daughter past them."
		resident := newBrowser(t, a.URL())
		resident.see("/"+c.ID, "Start")
		if n := len(resident.cookies()); n != 0 {
			t.Errorf("%d cookies before a response was started", n)
		}
		page := resident.get("/" + c.ID + "/respond")
		page.must("a.exit", "Exit this page")
		if n := len(resident.cookies()); n != 0 {
			t.Errorf("%d cookies on the page before the questions", n)
		}
		page = page.submit("form[method=post]", nil)
		if n := len(resident.cookies()); n != 1 {
			t.Errorf("%d cookies while answering, expected one", n)
		}
		answers := map[string]url.Values{
			"A1": {"answer": {"self"}}, "A2": {"answer": {"live_here"}},
			"C1": {"answer": {"strongly_agree"}}, "C6": {"text": {said}}, "G1": {"answer": {"yes"}},
		}
		steps := 0
		for !strings.HasSuffix(page.url.Path, "/respond/check") {
			if steps++; steps > 60 {
				t.Fatalf("no end to the questions: at %s", page.url.Path)
			}
			step := page.url.Path[strings.LastIndex(page.url.Path, "/")+1:]
			page = page.submit("form[method=post]", answers[step])
		}
		page.must("#main", said)
		page.must("#main", "Not provided")
		page = page.submit("form[method=post]", nil)
		page.must("h1", "We have your answers")
		page = resident.get("/"+c.ID+"/respond/equality?start=yes").submit("form[method=post]", url.Values{c.Equality[0].ID: {c.Equality[0].Options[0].ID}})
		if page.url.Path != "/"+c.ID+"/receipt" {
			t.Fatalf("sent to %s, not to the receipt:\n%s", page.url.Path, page.text())
		}
		words := wordsOf(page)
		if len(words) != 12 {
			t.Fatalf("receipt shows %d words: %q", len(words), words)
		}
		if n := len(resident.cookies()); n != 0 {
			t.Errorf("%d cookies after sending", n)
		}

		// Whoever has the code can change what it leads to and never reads it.
		found := newBrowser(t, a.URL()).get("/"+c.ID+"/receipt").submit(`form:has([name="code"])`, url.Values{"code": {strings.Join(words, " ")}, "do": {"check"}})
		found.must("#main", "held and counted")
		if strings.Contains(found.body, "nursery") {
			t.Error("the code shows what was answered")
		}

		// An officer finds it, with a spelling mistake, and reads the whole.
		officer := newBrowser(t, a.URL())
		officer.signIn(signUp(t, a, models.RoleOfficer))
		var hit *browserPage
		eventually(t, "the response to be found", func() bool {
			hit = officer.get("/staff/" + c.ID + "/search?q=Kestrelwik")
			return hit.doc.Find("mark").Length() > 0
		})
		hit.must("mark", "Kestrelwick")
		href, _ := hit.doc.Find(`a[href*="/submissions/"]`).First().Attr("href")
		whole := officer.get(href)
		whole.must("#main", said)

		// It is in a theme, once the run that sending it asked for is done.
		href, _, _ = strings.Cut(href, "?") // which says what was searched for
		id := href[strings.LastIndex(href, "/")+1:]
		eventually(t, "the response to be placed", func() bool {
			trace, err := a.Service.Trace(ctx, c, strings.Join(words, " "))
			if err != nil {
				t.Fatal(err)
			}
			return len(trace.Themes) > 0
		})

		// It is in the draft report's roll-call, and the report is published.
		report, err := a.Service.DraftReport(ctx, consult.Portal, c)
		if err != nil {
			t.Fatal(err)
		}
		at := slices.IndexFunc(report.RollCall.Entries, func(e models.RollCallEntry) bool { return e.Submission == id })
		if at < 0 || len(report.RollCall.Entries[at].Themes) == 0 {
			t.Fatalf("the response is not in a theme of the roll-call: %+v", report.RollCall)
		}
		if sum := report.RollCall.InThemes + report.RollCall.HeardOnce + report.RollCall.ClosedOnly; sum != report.RollCall.Submissions {
			t.Errorf("the roll-call does not add up: %+v", report.RollCall)
		}
		public := newBrowser(t, a.URL())
		public.status("/"+c.ID+"/report", http.StatusNotFound)
		read := officer.get("/staff/"+c.ID+"/reading/"+id).submit("form#reading", url.Values{"do": {"read"}})
		read.must("[role=status]", "Read.") // and nobody is left out
		storetest.ReadAll(t, a.Store, c.ID, "another officer")
		storetest.CheckAll(t, a.Store, c.ID, "another officer", "a second officer")
		for _, to := range []string{"closed", "frozen"} {
			officer.get("/staff/"+c.ID+"/settings").submit(`form:has([name="to"])`, url.Values{"do": {"move"}, "to": {to}})
		}
		// One proposes it, another checks and publishes it.
		officer.get("/staff/"+c.ID+"/versions").submit(`form:has([value="propose"])`, url.Values{"do": {"propose"}})
		token, err := a.Service.Invite(ctx, consult.Portal, "second@demo.example", models.RoleOfficer)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.Service.Accept(ctx, token, "", "a long enough password"); err != nil {
			t.Fatal(err)
		}
		second := newBrowser(t, a.URL())
		second.signIn("second@demo.example", "a long enough password")
		second.get("/staff/"+c.ID+"/versions").submit(`form:has([value="publish"])`, url.Values{"do": {"publish"}})
		public.see("/"+c.ID+"/report", fmt.Sprint(report.RollCall.Submissions))

		// The receipt says where the words went, and the log holds it.
		traced := public.get("/"+c.ID+"/receipt").submit(`form:has([name="code"])`, url.Values{"code": {strings.Join(words, " ")}, "do": {"check"}})
		traced.must("#main", report.RollCall.Entries[at].Themes[0])
		public.see("/"+c.ID+"/log/checkpoint", "heard/"+c.ID)
		public.see("/"+c.ID+"/log/manifests", fmt.Sprintf("counted: %d\n", report.RollCall.Submissions))

		for _, secret := range []string{"Kestrelwick", "127.0.0.1", "Go-http-client", words[0] + " " + words[1]} {
			if strings.Contains(logged.String(), secret) {
				t.Errorf("the log holds %q", secret)
			}
		}
	})
}

// openDemo stores the demonstration and opens it.
func openDemo(t *testing.T, a *app.App) *models.Consultation {
	t.Helper()
	c, source, err := demo.Consultation(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	subs, err := demo.Submissions(c, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if c, err = a.Service.SaveConsultation(t.Context(), consult.Portal, "demo.yaml", source); err != nil {
		t.Fatal(err)
	}
	storetest.MeetDuties(t, a.Store, c.ID)
	if err := a.Service.Move(t.Context(), consult.Portal, c, models.StatusOpen); err != nil {
		t.Fatal(err)
	}
	c.Status = models.StatusOpen
	if err := a.Service.Load(t.Context(), consult.Portal, subs); err != nil {
		t.Fatal(err)
	}
	return c
}

// signUp makes an account and returns its address and password.
func signUp(t *testing.T, a *app.App, role models.Role) (email, password string) {
	t.Helper()
	email, password = string(role)+"@example.org", "a long enough password"
	token, err := a.Service.Invite(t.Context(), consult.Portal, email, role)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Service.Accept(t.Context(), token, "", password); err != nil {
		t.Fatal(err)
	}
	return email, password
}

// eventually waits until something that happens in the background has
// happened.
func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	deadline, tick := time.After(time.Minute), time.Tick(50*time.Millisecond)
	for !done() {
		select {
		case <-deadline:
			t.Fatalf("waited a minute for %s", what)
		case <-tick:
		}
	}
}

func wordsOf(p *browserPage) (words []string) {
	p.doc.Find("#main ol").First().Find("li").Each(func(_ int, s *goquery.Selection) { words = append(words, strings.TrimSpace(s.Text())) })
	return words
}

// browser is somebody at the portal, without scripts.
type browser struct {
	t      *testing.T
	base   string
	client *http.Client
}

func newBrowser(t *testing.T, base string) *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t: t, base: base, client: &http.Client{Jar: jar, Timeout: 30 * time.Second}}
}

type browserPage struct {
	*browser
	url    *url.URL
	status int
	body   string
	doc    *goquery.Document
}

func (b *browser) cookies() []*http.Cookie {
	u, _ := url.Parse(b.base)
	return b.client.Jar.Cookies(u)
}

func (b *browser) read(res *http.Response, err error) *browserPage {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	return &browserPage{b, res.Request.URL, res.StatusCode, string(body), doc}
}

func (b *browser) get(path string) *browserPage {
	b.t.Helper()
	p := b.read(b.client.Get(b.base + path))
	if p.status != http.StatusOK {
		b.t.Fatalf("GET %s answers %d:\n%s", path, p.status, p.text())
	}
	return p
}

func (b *browser) status(path string, want int) {
	b.t.Helper()
	if p := b.read(b.client.Get(b.base + path)); p.status != want {
		b.t.Errorf("GET %s answers %d, expected %d", path, p.status, want)
	}
}

func (b *browser) see(path, text string) {
	b.t.Helper()
	if p := b.get(path); !strings.Contains(p.body, text) {
		b.t.Errorf("%s does not say %q", path, text)
	}
}

func (b *browser) signIn(email, password string) {
	b.t.Helper()
	p := b.get("/staff/sign-in").submit("form[method=post]", url.Values{"email": {email}, "password": {password}})
	if p.url.Path != "/staff" {
		b.t.Fatalf("signing in leads to %s", p.url.Path)
	}
}

// text is how the page begins, for messages.
func (p *browserPage) text() string {
	text := []rune(strings.Join(strings.Fields(p.doc.Find("main").Text()), " "))
	return string(text[:min(len(text), 600)])
}

func (p *browserPage) must(selector, text string) {
	p.t.Helper()
	if found := p.doc.Find(selector).Text(); !strings.Contains(found, text) {
		p.t.Errorf("%s: %q does not say %q but %q", p.url.Path, selector, text, strings.Join(strings.Fields(found), " "))
	}
}

// submit fills in the form at selector and sends it, with its hidden fields, as
// a browser would.
func (p *browserPage) submit(selector string, fields url.Values) *browserPage {
	p.t.Helper()
	form := p.doc.Find("main " + selector).First()
	if form.Length() == 0 {
		p.t.Fatalf("%s has no form %q:\n%s", p.url.Path, selector, p.text())
	}
	parts := form.Find("[name]").AddSelection(p.doc.Find(fmt.Sprintf("[form=%q]", form.AttrOr("id", "-")))) // also those that stand outside
	values := url.Values{}
	parts.Filter(`input[type="hidden"]`).Each(func(_ int, s *goquery.Selection) {
		values.Set(s.AttrOr("name", ""), s.AttrOr("value", ""))
	})
	for name, v := range fields {
		if parts.Filter(fmt.Sprintf(`[name=%q]`, name)).Length() == 0 {
			p.t.Fatalf("%s: the form has no field %q", p.url.Path, name)
		}
		values[name] = v
	}
	to, err := p.url.Parse(form.AttrOr("action", ""))
	if err != nil {
		p.t.Fatal(err)
	}
	if form.AttrOr("enctype", "") != "" {
		values["do"] = []string{"continue"}
	}
	next := p.read(p.client.PostForm(to.String(), values))
	if next.status >= 400 {
		p.t.Fatalf("POST %s answers %d:\n%s", to.Path, next.status, next.text())
	}
	return next
}
