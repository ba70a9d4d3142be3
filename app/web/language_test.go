package web

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"heard/app/consult"
	"heard/models"
)

// tellingIn are the words of each language that a title on a shared phone must
// not hold.
var tellingIn = map[string]*regexp.Regexp{
	"en": regexp.MustCompile(`(?i)sex|prostit|police|escort|brothel|kerb|client|pimp`),
	"ro": regexp.MustCompile(`(?i)sex|prostitu|poli[țţt]i|escort|bordel|client`),
	"pl": regexp.MustCompile(`(?i)seks|prostyt|policj|klient|burdel`),
	"ur": regexp.MustCompile(`سیکس|جنسی|جسم فروش|طوائف|پولیس|گاہک`),
	"pa": regexp.MustCompile(`ਸੈਕਸ|ਜਿਨਸੀ|ਵੇਸਵਾ|ਜਿਸਮ|ਪੁਲਿਸ|ਪੁਲੀਸ|ਗਾਹਕ`),
	"bn": regexp.MustCompile(`যৌন|সেক্স|পতিতা|বেশ্যা|দেহব্যবসা|পুলিশ|খদ্দের`),
}

// In every language, no page of the public side tells in its title or its
// address what it is about, and each is in that language.
func TestTitlesTellNothingInAnyLanguage(t *testing.T) {
	p := newPortal(t)
	for _, lang := range p.demo.Languages {
		words := tellingIn[lang]
		if words == nil {
			t.Errorf("say which words of %s a title must not hold", lang)
			continue
		}
		t.Run(lang, func(t *testing.T) {
			i := newInspector(p)
			b := p.browser()
			told := false
			look := func(got *page) {
				t.Helper()
				i.look(got)
				address, _ := url.QueryUnescape(got.url.RequestURI())
				for _, s := range []string{got.title(), address} {
					for in, words := range tellingIn {
						if found := words.FindString(s); found != "" {
							t.Errorf("%s: %q stands in %q, in %s", got.url, found, s, in)
						}
					}
				}
				if in := got.doc.Find("html").AttrOr("lang", ""); in != lang {
					t.Errorf("%s is in %s, expected %s", got.url, in, lang)
				}
				if want := map[bool]string{true: "rtl", false: "ltr"}[lang == "ur"]; got.doc.Find("html").AttrOr("dir", "") != want {
					t.Errorf("%s is not written %s", got.url, want)
				}
				if note := got.doc.Find("p.invented").Text(); strings.Contains(note, p.wording(lang, "layout.unchecked")) != (lang != "en") {
					t.Errorf("%s says of its translation: %q", got.url, note)
				}
				told = told || words.MatchString(got.doc.Find("main").Text())
			}
			b.seen = look
			id := "/" + p.demo.ID
			for _, path := range []string{"/", "/privacy", "/accessibility", "/safety", id, id + "/receipt", id + "/result", id + "/log/", id + "/c/" + p.demo.Cards[0].ID, id + "/paper", id + "/respond"} {
				b.get(path + "?lang=" + lang)
			}
			for n := range p.demo.Paths {
				b.get(fmt.Sprintf("%s/paper?form=%d&lang=%s", id, n+1, lang))
			}
			b.visit(id + "/respond/A1?lang=" + lang).is(http.StatusGone)
			b.post(id+"/result?lang="+lang, url.Values{"email": {"no"}}).is(http.StatusUnprocessableEntity)
			b.post(id+"/receipt?lang="+lang, url.Values{"code": {"no"}}).is(http.StatusUnprocessableEntity)

			// Every question that residents are asked.
			neighbour := p.browser()
			neighbour.seen = look
			neighbour.get(id+"/respond?lang="+lang).submit("form[method=post]", nil)
			neighbour.post(id+"/respond/A1", url.Values{"answer": {"self"}})
			neighbour.post(id+"/respond/A2", url.Values{"answer": {"live_here"}})
			for _, step := range residentRoute {
				neighbour.get(id + "/respond/" + step)
			}

			// A whole response on the path of those who may be watched.
			on := b.get(id+"?lang="+lang).follow("main a.go").submit("form[method=post]", nil)
			for range 40 {
				if on.step() == "check" {
					break
				}
				on = on.submit("form#step", sexWorker[on.step()])
			}
			b.visit("/nowhere/at/all?lang=" + lang).is(http.StatusNotFound)
			b.visit(id + "/report?lang=" + lang).is(http.StatusNotFound)
			b.post(id+"/respond/A2", url.Values{"answer": {"sex_work", "prefer_not"}}).is(http.StatusUnprocessableEntity)
			b.visit(id + "/respond/A2?change=yes")
			p.clock.Advance(time.Minute)
			words := b.check().send().words()
			b.seen = func(got *page) {
				if got.step() == "receipt" { // it is read in the language of whoever has the code
					look(got)
				}
			}
			code := strings.Join(words, " ")
			for _, do := range []string{"check", "misread", "withdraw"} {
				b.post(id+"/receipt?lang="+lang, url.Values{"code": {code}, "do": {do}})
			}
			if !told {
				t.Errorf("no page at all holds one of the words: this test looks for the wrong ones in %s", lang)
			}
		})
	}
}

// The language is the one that the address asks for, else the one that the
// browser prefers, else the first of the consultation.
func TestChoiceOfLanguage(t *testing.T) {
	p := newPortal(t)
	id := "/" + p.demo.ID
	for _, c := range []struct{ header, query, want string }{
		{"", "", "en"},
		{"ro", "", "ro"},
		{"ro-RO,ro;q=0.9,en;q=0.8", "", "ro"},
		{"de-DE,de;q=0.9,ur;q=0.5", "", "ur"},
		{"en-GB,en;q=0.9,pl;q=0.8", "", "en"},
		{"en;q=0.1, pl", "", "pl"},
		{"pa-Guru-IN", "", "pa"},
		{"bn-BD", "", "bn"},
		{"de,fr;q=0.5", "", "en"},
		{"fa", "", "en"}, // Persian is not Urdu
		{"*", "", "en"},
		{"pl;q=nonsense", "", "en"},
		{";;;,,,", "", "en"},
		{"<b>\"", "", "en"},
		{strings.Repeat("de-", 3000), "", "en"},
		{strings.Repeat("de,", 5000) + "ro", "", ""}, // as long as it is answered
		{"ro", "?lang=pl", "pl"},
		{"ro", "?lang=en", "en"},
		{"ro", "?lang=de", "ro"},
		{"", "?lang=", "en"},
		{"", "?lang=RO", "en"},
		{"", "?lang=ur&lang=ro", "ur"},
		{"", "?lang=" + url.QueryEscape(`"><script>`), "en"},
		{"", "?lang=en-x-easy", "en"},
	} {
		for _, path := range []string{"/", id, id + "/respond", "/safety", id + "/receipt", "/nowhere"} {
			b := p.browser()
			b.header.Set("Accept-Language", c.header)
			got := b.visit(path + c.query)
			lang := got.doc.Find("html").AttrOr("lang", "")
			if lang != c.want && c.want != "" || got.status >= 500 || got.header.Get("Set-Cookie") != "" {
				t.Errorf("%s%s with %.40q is in %q, expected %q; it answers %d", path, c.query, c.header, lang, c.want, got.status)
			}
			if c.want == "" || path == "/nowhere" {
				continue
			}
			// The page leads on in the same language, also when the browser would
			// get another.
			got.doc.Find(`main a[href^="/"], header a[href^="/"]`).Each(func(_ int, s *goquery.Selection) {
				to := b.visit(s.AttrOr("href", ""))
				if in := to.doc.Find("html").AttrOr("lang", ""); in != lang && strings.HasPrefix(to.header.Get("Content-Type"), "text/html") && to.status == http.StatusOK && path != "/" {
					t.Errorf("%s%s with %q leads to %s in %s", path, c.query, c.header, to.url, in)
				}
			})
		}
	}
}

// Every page that can be read in several languages offers each by its own
// name, and repeats nothing else of its address.
func TestLanguagesAreOffered(t *testing.T) {
	p := newPortal(t)
	b := p.browser()
	names := map[string]string{"en": "English", "ro": "română", "ur": "اردو", "pa": "ਪੰਜਾਬੀ", "bn": "বাংলা", "pl": "polski"}
	for _, path := range []string{"/", "/privacy", "/" + p.demo.ID, "/" + p.demo.ID + "/respond", "/" + p.demo.ID + "/paper?form=3&x=canary"} {
		got := b.get(path)
		links := got.doc.Find("header nav a[hreflang], header nav [aria-current]")
		if links.Length() != len(names) {
			t.Errorf("%s offers %d languages, expected %d", path, links.Length(), len(names))
		}
		links.Each(func(_ int, s *goquery.Selection) {
			lang := s.AttrOr("lang", "")
			if strings.TrimSpace(s.Text()) != names[lang] {
				t.Errorf("%s is called %q", lang, s.Text())
			}
			href := s.AttrOr("href", "")
			if strings.Contains(href, "canary") {
				t.Errorf("%s: the link %q repeats what stood in the address", path, href)
			}
			if strings.Contains(path, "form=3") && href != "" && !strings.Contains(href, "form=3") {
				t.Errorf("%s: choosing a language leads to another form: %q", path, href)
			}
		})
	}
	if got := b.get("/?" + strings.Repeat("a&", 10_000)); len(got.body) > 50_000 {
		t.Errorf("an address of 20 kB makes a page of %d kB", len(got.body)>>10)
	}
}

// Choosing another language in the middle keeps what is typed on the page, of
// every kind, also what is not right yet, and every page after it is in that
// language.
func TestSwitchingKeepsWhatIsTyped(t *testing.T) {
	p := newPortal(t)
	p.kinds()
	b := p.browser()
	b.start()
	b.post(p.at("A1"), url.Values{"answer": {"self"}})
	b.post(p.at("X2"), everything["X2"])
	for step, values := range map[string]url.Values{
		"W1": {"answer": {"other"}, "text": {"Flying a ki"}}, "T1": {"answer": {"benches", "none"}, "text": {""}}, "X1": {"text": {"<b>=1+1"}}, "X2": {"text": {strings.Repeat("é", 60)}},
		"L1": {"text": {"One\r\n\r\n  two " + strings.Repeat("x", 600)}}, "D1": {"day": {"31"}, "month": {"2"}, "year": {""}}, "N1": {"text": {"1,5"}}, "P1": {"answer": {"ward_3"}},
		"R1": {"rank-quiet": {"2"}, "rank-light": {"1"}, "rank-shade": {""}}, "S1": {"answer": {"neither"}},
	} {
		page := b.get(p.at(step) + "?change=yes")
		for _, to := range []string{"ro", "ur", "en"} {
			fields := url.Values{}
			if to == "ro" {
				fields = values
			}
			page = page.speak(to, fields).is(http.StatusOK)
			if page.step() != step || page.url.RawQuery != "change=yes" {
				t.Errorf("%s: choosing %s leads to %s", step, to, page.url)
			}
			if in := page.doc.Find("html").AttrOr("lang", ""); in != to {
				t.Errorf("%s: the page is in %s, expected %s", step, in, to)
			}
			_, held := page.filled("form#step")
			for name, v := range values {
				if got := strings.Join(held[name], ","); got != strings.ReplaceAll(strings.Join(v, ","), "\r\n", "\n") {
					t.Errorf("%s in %s: %s holds %q, expected %q", step, to, name, got, v)
				}
			}
			if page.doc.Find(".problem").Length() != 0 {
				t.Errorf("%s: choosing a language complains of what is not finished", step)
			}
		}
	}
	// Pages that ask nothing, documents and check answers turn too.
	for _, step := range []string{"I1", "check"} {
		for _, to := range []string{"ur", "ro"} {
			if got := b.get(p.at(step)).speak(to, nil); got.step() != step || got.doc.Find("html").AttrOr("lang", "") != to {
				t.Errorf("%s turns into %s", step, got.url)
			}
		}
	}
	if n := p.count("submissions"); n != 0 {
		t.Error("choosing a language on check answers sent them")
	}
	// A language that is not offered changes nothing.
	for _, to := range []string{"de", "RO", "<b>", "\x00"} {
		if got := b.post(p.at("X1"), url.Values{"text": {"Kestrel Row"}, "lang": {to}}).is(http.StatusOK); got.doc.Find("html").AttrOr("lang", "") != "ro" {
			t.Errorf("choosing %q leads to %s", to, got.doc.Find("html").AttrOr("lang", ""))
		}
	}
	// So are those that the pages of the response lead back to.
	for what, got := range map[string]*page{"Back": b.get(p.at("I1")).follow("a.back"), "the header": b.get(p.at("A1")).follow("header a"), "the footer": b.get(p.at("A1")).follow("footer a")} {
		if in := got.is(http.StatusOK).doc.Find("html").AttrOr("lang", ""); in != "ro" {
			t.Errorf("%s leads to %s in %s", what, got.url, in)
		}
	}
	// The language is that of the response on its pages, whatever the browser
	// prefers or the address says, and it is kept with what is sent.
	b.header.Set("Accept-Language", "ur")
	if in := b.get(p.at("X1")+"?lang=ur").doc.Find("html").AttrOr("lang", ""); in != "ro" {
		t.Errorf("a page of the response is in %s", in)
	}
	for _, step := range []string{"T1", "X2", "L1", "D1", "N1"} {
		b.post(p.at(step), everything[step]).is(http.StatusOK)
	}
	if in := b.check().send().doc.Find("html").AttrOr("lang", ""); in != "ro" {
		t.Errorf("the receipt is in %s", in)
	}
	if got := p.rows("SELECT language FROM submissions"); !slices.Equal(got, []string{"ro"}) {
		t.Errorf("the language is kept as %v", got)
	}
}

// A document step turns into another language without losing the documents.
func TestSwitchingKeepsDocuments(t *testing.T) {
	p := newPortal(t)
	b := p.organisation()
	b.upload("notes.txt", strings.NewReader("What the members said.")).is(http.StatusOK)
	got := b.get("/"+p.demo.ID+"/respond/F1").speak("ur", nil).is(http.StatusOK)
	if got.step() != "F1" || got.doc.Find("html").AttrOr("dir", "") != "rtl" || got.doc.Find("ol.attached li").Length() != 1 {
		t.Errorf("it turns into %s with %d documents", got.url, got.doc.Find("ol.attached li").Length())
	}
	// A fault of a document is told in the same language.
	refused := b.upload("prices.exe", strings.NewReader("MZ\x90\x00 not a document")).is(http.StatusUnprocessableEntity)
	if fault := refused.doc.Find("main .fault").Text(); !strings.Contains(fault, p.wording("ur", "file.type")) {
		t.Errorf("the fault is %q", fault)
	}
	saved := refused.submit("form#step", url.Values{"do": {"save"}}).is(http.StatusOK)
	if len(saved.words()) != 12 || saved.doc.Find("html").AttrOr("lang", "") != "ur" {
		t.Errorf("saving from the page of documents leads to %s", saved.url)
	}
	again := p.browser()
	again.use(strings.Join(saved.words(), " "), "check").is(http.StatusOK)
	if n := again.get("/" + p.demo.ID + "/respond/F1").doc.Find("ol.attached li").Length(); n != 1 {
		t.Errorf("%d documents are attached to what was saved", n)
	}
	// Leaving leads to the first page in the same language.
	if left := saved.submit("form[action$=leave]", nil).is(http.StatusOK); left.doc.Find("html").AttrOr("lang", "") != "ur" {
		t.Errorf("leaving leads to %s", left.url)
	}
}

func (p *testPortal) wording(lang, id string, pairs ...any) string {
	return p.options.Views.Translate(lang, id, pairs...)
}

// What has no translation is in English, marked as English for those who hear
// the page, with a note; and every page says when nobody has checked the
// translation.
func TestFallingBack(t *testing.T) {
	p := newPortal(t)
	p.kinds()
	b := p.browser()
	b.get("/"+p.demo.ID+"?lang=ur").says("main .note", p.wording("ur", "start.partly"))
	if note := b.get("/" + p.demo.ID).doc.Find("main .note").Text(); note != "" {
		t.Errorf("in English the start page says %q", note)
	}
	b.get("/"+p.demo.ID+"/respond?lang=ro").submit("form[method=post]", nil)
	b.post(p.at("A1"), url.Values{"answer": {"self"}})
	if note := b.get(p.at("X1")).doc.Find("main .note").Text(); note != "" {
		t.Errorf("a question that is translated says %q", note)
	}
	step := b.get(p.at("X9")).says("main .note", p.wording("ro", "respond.falls"))
	if marked := step.doc.Find(`h1 [lang=en][dir=ltr]`).Text(); marked != "Anything that nobody has translated?" {
		t.Errorf("what is in English is not marked as such: %q", marked)
	}
	// In Urdu, from right to left, the English stays from left to right.
	urdu := b.get(p.at("X9")).speak("ur", nil)
	if urdu.doc.Find("html[dir=rtl][lang=ur]").Length() != 1 || urdu.doc.Find(`h1 [lang=en][dir=ltr]`).Length() != 1 {
		t.Error("the directions are mixed up")
	}
	if got := b.get(p.at("A1")); got.doc.Find(`label [lang=en]`).Length() != 2 || got.doc.Find("h1 [lang]").Length() != 0 {
		t.Errorf("%d of the choices are marked as English, expected the two that are", got.doc.Find(`label [lang=en]`).Length())
	}
	// What people write is neither: it finds its own direction.
	b.post(p.at("L1"), url.Values{"text": {"بتیاں بجھ جاتی ہیں"}}).is(http.StatusOK)
	if b.get(p.at("L1")).doc.Find("textarea[dir=auto]").Length() != 1 || b.check().doc.Find("#L1 p[dir=auto]").Length() != 1 {
		t.Error("what is written has a direction that is not its own")
	}

	unchecked := func(got *page, lang string) bool {
		return strings.Contains(got.doc.Find("p.invented").Text(), p.wording(lang, "layout.unchecked"))
	}
	for _, path := range []string{"/", "/privacy", "/" + p.demo.ID, "/" + p.demo.ID + "/paper?form=1", "/" + p.demo.ID + "/receipt"} {
		for _, lang := range []string{"en", "ro", "ur"} {
			sep := map[bool]string{true: "&", false: "?"}[strings.Contains(path, "?")]
			if got := unchecked(b.get(path+sep+"lang="+lang), lang); got != (lang != "en") {
				t.Errorf("%s in %s says that nobody has checked it: %v", path, lang, got)
			}
		}
	}
	if !unchecked(b.get(p.at("A1")), "ur") {
		t.Error("a question in Urdu does not say that nobody has checked it")
	}
}

// A consultation in one language offers no other, whatever the browser prefers.
func TestOneLanguage(t *testing.T) {
	p := newPortal(t)
	c := p.open([]byte(strings.Replace(kindsOneLanguage, "DAY", p.clock.Now().AddDate(0, 0, 7).Format(time.DateOnly), 1)))
	b := p.browser()
	b.header.Set("Accept-Language", "en")
	for _, path := range []string{"", "/respond", "/receipt", "/log/", "/paper"} {
		got := b.get("/" + c.ID + path + "?lang=ro")
		if got.doc.Find("html").AttrOr("lang", "") != "pl" || got.doc.Find("header nav, nav.languages").Length() != 0 {
			t.Errorf("%q is in %s", path, got.doc.Find("html").AttrOr("lang", ""))
		}
	}
}

const kindsOneLanguage = `heard: 1
id: mostek
version: 1
title: Mostek
council: {name: Penrow Borough Council}
languages: [pl]
opens: 2026-01-01
closes: DAY
proposal: {summary: Mostek}
groups: [{id: other, name: Inni}]
questions: [{id: A1, type: text, text: Co dalej?}]
paths: [{id: all, name: Wszyscy, ask: [A1]}]
`

// Whatever goes wrong while answering is said in the language of the answer.
func TestFaultsInTheLanguage(t *testing.T) {
	p := newPortal(t)
	for _, lang := range p.demo.Languages[1:] {
		t.Run(lang, func(t *testing.T) {
			id := "/" + p.demo.ID
			b := p.browser()
			b.get(id+"/respond?lang="+lang).submit("form[method=post]", nil)
			says := func(got *page, selector, code string, pairs ...any) {
				t.Helper()
				want := p.wording(lang, code, pairs...)
				if want == code || want == p.wording("en", code, pairs...) {
					t.Errorf("there is no wording of %s in %s", code, lang)
				}
				if text := squeezed(got.doc.Find(selector).Text()); !strings.Contains(text, squeezed(want)) {
					t.Errorf("%s says %q, expected %q", got.url.Path, text, want)
				}
				if got.doc.Find("html").AttrOr("lang", "") != lang {
					t.Errorf("%s is in another language", got.url.Path)
				}
			}
			for _, c := range []struct {
				step   string
				values url.Values
				code   string
				pairs  []any
			}{
				{"A1", url.Values{"answer": {"self", "elected"}}, "answer.one", nil},
				{"A1", url.Values{"answer": {"nobody"}}, "answer.shown", nil},
				{"A2", url.Values{"text": {"loose"}}, "answer.belong", nil},
				{"A2", url.Values{"answer": {"live_here", "prefer_not"}}, "answer.alone", []any{"Option", p.demo.Question("A2").Option("prefer_not").Text[lang]}},
				{"C6", url.Values{"text": {strings.Repeat("x", 3005)}}, "answer.long", []any{"Limit", 3000, "Over", 5}},
			} {
				got := b.post(id+"/respond/"+c.step, c.values).is(http.StatusUnprocessableEntity)
				says(got, "main p.fault", c.code, c.pairs...)
				says(got, ".problem", c.code, c.pairs...)
				says(got, ".problem h2", "fault.title")
			}
			says(b.check().submit("form#step", nil), ".problem", "answer.something")
			says(b.post(id+"/respond/check", nil), ".problem", "check.stale")
			says(b.visit(id+"/respond/E1").is(http.StatusNotFound), "main", "error.step")
			says(b.visit(id+"/respond/E1").is(http.StatusNotFound), "h1", "error.404")
			says(b.request(post, id+"/respond/C6", strings.NewReader("text="+strings.Repeat("a", maxForm)), "Content-Type", formType).is(http.StatusRequestEntityTooLarge), "main", "error.large")
			b.post(id+"/respond/A2", url.Values{"answer": {"sex_work"}})
			b.post(id+"/respond/A1", url.Values{"answer": {"self"}})
			says(b.post(id+"/respond/C1", url.Values{"do": {"save"}}).is(http.StatusConflict), "main", "error.nosave")
			b.visit("/exit")

			stranger := p.browser()
			stranger.header.Set("Accept-Language", lang)
			says(stranger.visit(id+"/respond/check").is(http.StatusGone), "main", "error.gone.text")
			says(stranger.visit("/no-such").is(http.StatusNotFound), "main", "error.404.text")
			says(stranger.visit("/no/such/page").is(http.StatusNotFound), "main", "error.404.text")
			says(stranger.post(id+"/receipt", url.Values{"code": {"one two"}}), "main p.fault", "code.form")
			says(stranger.post(id+"/receipt", url.Values{"code": {strings.Repeat("abandon ", 11) + "about"}}), "main p.fault", "code.unknown")
			says(stranger.post(id+"/result", url.Values{"email": {"nobody"}}), "main p.fault", "result.email.wrong")
		})
	}
	// What stops everybody.
	p.signUp(models.RoleOfficer)
	p.staff(models.RoleOfficer).post("/staff/"+p.demo.ID+"/settings", url.Values{"do": {"pause"}}).is(http.StatusOK)
	polish := p.browser()
	polish.header.Set("Accept-Language", "pl")
	if got := polish.post("/"+p.demo.ID+"/respond", nil).is(http.StatusConflict); !strings.Contains(got.text(), p.wording("pl", "error.paused")) {
		t.Errorf("starting while it is paused says %q", got.text())
	}
}

// Every fault that has a code says in the English catalogue what its message
// says, and has wording in every language.
func TestWordingOfFaults(t *testing.T) {
	p := newPortal(t)
	demonstration := p.demo
	c := p.kinds()
	ctx := t.Context()
	at := func(id string) *models.Question { return c.Question(id) }
	option := func(ids ...string) models.Given { return models.Given{Options: ids} }
	text := func(s string) models.Given { return models.Given{Text: s} }
	var made []models.Fault
	made = append(made, at("X2").Check(models.Given{}), at("I1").Check(text("x")), at("A1").Check(option("x")), at("A1").Check(option("self", "apart")), at("R1").Check(option("quiet", "quiet")),
		at("T1").Check(option("none", "lamps")), at("A1").Check(text("x")), at("X1").Check(models.Given{Options: []string{"unsure"}, Text: "x"}), at("X2").Check(text(strings.Repeat("x", 1041))),
		at("D1").Check(text("2026-02-31")), at("D1").Check(text("2019-12-31")), at("D3").Check(text("2027-03-31")), at("D4").Check(text("2026-07-01")), at("N1").Check(text("x")), at("N1").Check(text("0")), at("N1").Check(text("51")))
	required := models.Question{Type: models.TypeChoice, Required: true, Options: at("A1").Options}
	made = append(made, required.Check(models.Given{}))
	failed := func(err error) {
		t.Helper()
		if err == nil {
			t.Error("expected a fault")
			return
		}
		for _, f := range models.FieldsOf(err) {
			made = append(made, models.Fault{Code: f.Code, Message: f.Message, Values: f.Values})
		}
		if e := (*models.Error)(nil); errors.As(err, &e) && e.Code != "" {
			made = append(made, models.Fault{Code: e.Code, Message: e.Message})
		}
	}
	failed(c.CheckAnswers(models.Answers{"A1": option("apart")}, 0)) // said nothing but who
	failed(c.CheckAnswers(models.Answers{}, 0))
	key, err := p.service.StartDraft(ctx, c, "en", "")
	must(t, err)
	failed(p.service.Attach(ctx, key, c, "a.exe", strings.NewReader("MZ\x90\x00")))
	failed(p.service.Attach(ctx, key, c, "a.txt", strings.NewReader("")))
	failed(p.service.Attach(ctx, key, c, "a.pdf", strings.NewReader("words")))
	for range consult.MaxFiles {
		must(t, p.service.Attach(ctx, key, c, "a.txt", strings.NewReader("words")))
	}
	failed(p.service.Attach(ctx, key, c, "a.txt", strings.NewReader("words")))
	_, err = p.service.Answer(ctx, key, c, "Z9", models.Given{})
	failed(err)
	failed(p.service.TellResult(ctx, c, "x"))
	_, err = p.service.Trace(ctx, c, "one")
	failed(err)
	_, err = p.service.Trace(ctx, c, strings.Repeat("abandon ", 11)+"about")
	failed(err)
	b := p.browser()
	b.start()
	b.post(p.at("A1"), url.Values{"answer": {"apart"}})
	b.post(p.at("S1"), url.Values{"answer": {"agree"}})
	code := strings.Join(b.check().send().words(), " ")
	failed(p.service.Reply(ctx, c, code, ""))
	failed(p.service.Reply(ctx, c, code, strings.Repeat("x", models.MaxMessage+3)))
	quiet, err := p.service.StartDraft(ctx, c, "en", "heron")
	must(t, err)
	_, err = p.service.SaveForLater(ctx, quiet, c)
	failed(err)
	// A correction that comes too late, in each way.
	change, err := p.service.Correct(ctx, c, code)
	must(t, err)
	_, err = p.service.Answer(ctx, change, c, "S1", option("disagree"))
	must(t, err)
	must(t, p.service.Withdraw(ctx, c, code))
	failed(p.service.Submit(ctx, change, c, consult.Proof{}))
	_, err = p.service.Correct(ctx, c, code)
	failed(err)
	failed(p.service.Misread(ctx, c, code, ""))
	p.demo = demonstration
	kept := strings.Join(p.respond(p.browser(), sexWorker), " ")
	opens, _ := demonstration.Window()
	p.clock.Advance(opens.Sub(p.clock.Now()) - time.Hour)
	_, err = p.service.StartDraft(ctx, demonstration, "en", "")
	failed(err)
	p.clock.Advance(-opens.Sub(p.clock.Now()) + 2*time.Hour)
	paused := *demonstration
	paused.Paused = true
	_, err = p.service.StartDraft(ctx, &paused, "en", "")
	failed(err)
	frozen := p.move(demonstration, models.StatusClosed, models.StatusFrozen)
	_, err = p.service.StartDraft(ctx, frozen, "en", "")
	failed(err)
	failed(p.service.Withdraw(ctx, frozen, kept))

	// What the portal itself refuses over HTTP.
	tied := url.Values{"rank-quiet": {"1"}, "rank-light": {"1"}}
	for _, form := range []url.Values{tied, {"rank-quiet": {"x"}}} {
		_, _, f := given(form, at("R1"))
		made = append(made, f)
	}

	words := &portal{Options: p.options}
	seen := map[string]bool{}
	dates := regexp.MustCompile(`\d{4}-\d{2}-\d{2}`)
	for _, f := range made {
		if f.Code == "" {
			t.Errorf("the fault %q has no code", f.Message)
			continue
		}
		seen[f.Code] = true
		want := sameQuotes(dates.ReplaceAllStringFunc(f.Message, func(day string) string { return words.Views.Day("en", day) }))
		if got := sameQuotes(words.word("en", f.Code, "", f.Values)); got != want {
			t.Errorf("%s: the catalogue says %q, the message %q", f.Code, got, want)
		}
	}
	// Every code that stands in the source is among them, or stands beside its
	// message there.
	said := codesOf(t, "../../models", "../consult", ".")
	if len(said) < 30 {
		t.Fatalf("only %d codes were found in the source: this test looks in the wrong way", len(said))
	}
	for _, code := range slices.Sorted(maps.Keys(said)) {
		message := said[code]
		if message == "" && !seen[code] {
			t.Errorf("%s is made in the source and not tried here", code)
		}
		if message != "" {
			if got := p.wording("en", code); sameQuotes(got) != sameQuotes(message) {
				t.Errorf("%s: the catalogue says %q, the message %q", code, got, message)
			}
		}
		for _, lang := range p.options.Views.Languages()[1:] {
			if got := p.wording(lang, code); got == code || got == p.wording("en", code) {
				t.Errorf("%s has no wording in %s", code, lang)
			}
		}
	}
}

// sources are the files of a package, without its tests.
func sources(t *testing.T, folder string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(folder, "*.go"))
	must(t, err)
	return slices.DeleteFunc(names, func(name string) bool { return strings.HasSuffix(name, "_test.go") })
}

// sameQuotes writes apostrophes one way.
func sameQuotes(s string) string { return strings.ReplaceAll(s, "'", "’") }

// codesOf returns the codes of faults and errors in the source of packages with
// the message that stands beside each, "" when that is put together.
func codesOf(t *testing.T, folders ...string) map[string]string {
	t.Helper()
	found := map[string]string{}
	codes := regexp.MustCompile(`^(answer|error|file|code|result)(\.[a-z]+)+$`)
	literal := func(e ast.Expr) string {
		if l, ok := e.(*ast.BasicLit); ok && l.Kind == token.STRING {
			s, err := strconv.Unquote(l.Value)
			must(t, err)
			return s
		}
		return ""
	}
	add := func(code string, message ast.Expr) {
		if codes.MatchString(code) {
			said := literal(message)
			if had, ok := found[code]; ok && had != said {
				said = ""
			}
			found[code] = said
		}
	}
	// Why files are refused, by the name of the reason.
	refusals := map[string]string{}
	for _, name := range sources(t, "../evidence") {
		parsed, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		must(t, err)
		ast.Inspect(parsed, func(n ast.Node) bool {
			if v, ok := n.(*ast.ValueSpec); ok && fmt.Sprint(v.Type) == "Refusal" {
				said := literal(v.Values[0])
				refusals[v.Names[0].Name] = strings.ToUpper(said[:1]) + said[1:]
			}
			return true
		})
	}
	for _, folder := range folders {
		for _, name := range sources(t, folder) {
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
			must(t, err)
			ast.Inspect(file, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.CompositeLit:
					var code string
					var message ast.Expr
					for i, e := range n.Elts {
						kv, ok := e.(*ast.KeyValueExpr)
						switch {
						case !ok && i == 0:
							code = literal(e)
						case !ok && i == 1:
							message = e
						case ok && fmt.Sprint(kv.Key) == "Code":
							code = literal(kv.Value)
						case ok && fmt.Sprint(kv.Key) == "Message":
							message = kv.Value
						case ok && codes.MatchString(literal(kv.Value)): // the table of why files are refused
							why, _ := kv.Key.(*ast.SelectorExpr)
							if why == nil || refusals[why.Sel.Name] == "" {
								t.Errorf("%s: %s belongs to no known refusal", name, literal(kv.Value))
								continue
							}
							found[literal(kv.Value)] = refusals[why.Sel.Name]
						}
					}
					add(code, message)
				case *ast.CallExpr:
					if name := fmt.Sprint(n.Fun); len(n.Args) >= 2 && (name == "fault" || name == "fileFault") {
						add(literal(n.Args[0]), n.Args[1])
					}
				}
				return true
			})
		}
	}
	return found
}
