package web

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"heard/app/consult"
	"heard/models"
	"heard/models/storetest"
	"heard/static"
)

// answers is what somebody answers, by question.
type answers map[string]url.Values

const (
	residentWords = "There are used needles outside the nursery gate on Kestrelwick Row every single morning."
	workerWords   = "Since the patrols I get into cars faster than I want to, and nobody sees where they take me."
)

// resident and sexWorker are the people of the stories.
var (
	resident = answers{
		"A1": {"answer": {"self"}}, "A2": {"answer": {"live_here", "other"}, "text": {"I grew up here"}}, "A3": {"answer": {"northgate"}},
		"B1": {"answer": {"every_day"}}, "B2": {"answer": {"litter", "noise"}}, "B4": {"answer": {"night"}},
		"C1": {"answer": {"agree"}}, "C2": {"answer": {"agree_with_changes"}}, "C6": {"text": {residentWords}}, "G1": {"answer": {"yes"}},
	}
	sexWorker = answers{
		"A1": {"answer": {"self"}}, "A2": {"answer": {"sex_work"}}, "S1": {"answer": {"less_time", "other"}, "text": {"I go further out"}},
		"S5": {"text": {workerWords}}, "C1": {"answer": {"strongly_disagree"}}, "G1": {"answer": {"no"}},
	}
)

// What each of them is asked, in order.
var (
	residentRoute  = strings.Fields("A1 A2 A3 B1 B2 B3 B4 B5 B6 C1 C2 C3 C4 C5 C6 C7 C8 C9 C10 F1 G1 G2")
	sexWorkerRoute = strings.Fields("A1 A2 S0 S1 S2 S3 S4 S5 C1 C2 C3 C8 G1")
)

// start opens the start page, presses Start and goes on from the page that
// tells how to leave. With a response under way it goes on with that.
func (b *browser) start() *page {
	b.Helper()
	p := b.get("/" + b.demo.ID).follow("main a.go").is(http.StatusOK)
	if p.step() == "respond" {
		p = p.submit("form[method=post]", nil).is(http.StatusOK)
	}
	return p
}

// send sends the answers from check answers and passes the equality questions
// by.
func (p *page) send() *page {
	p.Helper()
	sent := p.submit("form#step", nil).is(http.StatusOK)
	if sent.step() == "equality" {
		sent = sent.follow("main a.quiet").is(http.StatusOK)
	}
	return sent
}

// check is check answers of the response under way in this browser.
func (b *browser) check() *page {
	b.Helper()
	return b.get("/" + b.demo.ID + "/respond/check")
}

// answer answers every question as given, skipping the rest, and returns check
// answers. Each step is looked at before it is answered.
func (b *browser) answer(given answers, look func(*page)) (check *page) {
	b.Helper()
	p := b.start()
	for range 100 {
		if p.step() == "check" {
			return p.is(http.StatusOK)
		}
		p.is(http.StatusOK)
		if look != nil {
			look(p)
		}
		p = p.submit("form[method=post]", given[p.step()])
	}
	b.Fatalf("no end to the questions: at %s", p.url.Path)
	return nil
}

// respond sends a whole response and returns the words of its receipt.
func (p *testPortal) respond(b *browser, given answers) []string {
	p.Helper()
	receipt := b.answer(given, nil).send()
	words := receipt.words()
	if receipt.step() != "receipt" || len(words) != 12 {
		p.Fatalf("sending leads to %s with %d words: %s", receipt.url.Path, len(words), receipt.text())
	}
	return words
}

func (p *page) words() (words []string) {
	p.doc.Find("main ol.words li").Each(func(_ int, s *goquery.Selection) { words = append(words, strings.TrimSpace(s.Text())) })
	return words
}

// telling are words that a title or an address on a shared phone must not
// hold.
var telling = regexp.MustCompile(`(?i)sex|prostit|street|escort|brothel|kerb|client|pimp|redlight|red-light`)

// inspector looks at every page of the public side for what all of them
// promise.
type inspector struct {
	*browser // fetches styles, apart from the person's own
	styles   map[string]int
	sizes    map[string][3]int // gzipped with styles, gzipped page, raw page
}

func newInspector(p *testPortal) *inspector {
	return &inspector{browser: p.browser(), styles: map[string]int{}, sizes: map[string][3]int{}}
}

// What a page may weigh on the way, with its styles and script, in bytes.
const (
	maxTransfer = 30 << 10
	maxReport   = 40 << 10
)

func (i *inspector) look(p *page) {
	i.Helper()
	if !strings.HasPrefix(p.header.Get("Content-Type"), "text/html") || p.body == "" {
		return
	}
	fail := func(format string, args ...any) {
		i.Helper()
		i.Errorf("%s: %s", p.url.RequestURI(), fmt.Sprintf(format, args...))
	}
	total := p.wire
	p.doc.Find("link[rel~=stylesheet], link[rel~=icon], img, script[src]").Each(func(_ int, s *goquery.Selection) {
		from := s.AttrOr("href", s.AttrOr("src", ""))
		if _, known := i.styles[from]; !known {
			i.styles[from] = i.get(from).wire
		}
		total += i.styles[from]
	})
	if had := i.sizes[p.url.Path]; total > had[0] {
		i.sizes[p.url.Path] = [3]int{total, p.wire, len(p.body)}
	}
	most := maxTransfer
	if strings.HasSuffix(p.url.Path, "/report") { // which is read at length, not at night on the street
		most = maxReport
	}
	if total > most {
		fail("%d bytes are transferred, expected at most %d", total, most)
	}
	// One script, a file of ours that waits for the page, and another where the log is
	// checked; nothing stands inline.
	scripts, want := p.doc.Find("script"), 1
	if strings.HasSuffix(p.url.Path, "/log/") {
		want = 2
	}
	ours := scripts.Filter(`script[defer][src^="` + static.Prefix + `"]`)
	if scripts.Length() != want || ours.Length() != want || scripts.Text() != "" {
		fail("%d scripts, %d of them ours, with %q in them", scripts.Length(), ours.Length(), scripts.Text())
	}
	if n := p.doc.Find("style, iframe, frame, object, embed, base, meta[http-equiv], meta[name=referrer], template, video, audio").Length(); n > 0 {
		fail("%d elements that no page may have", n)
	}
	p.doc.Find("*").Each(func(_ int, s *goquery.Selection) {
		for _, a := range s.Nodes[0].Attr {
			element, name := s.Nodes[0].Data, strings.ToLower(a.Key)
			if name == "style" || strings.HasPrefix(name, "on") {
				fail("<%s> has the attribute %s", element, a.Key)
			}
			if !slices.Contains([]string{"href", "src", "action", "formaction", "srcset", "data", "poster", "background", "cite", "ping", "manifest"}, name) {
				continue
			}
			to, err := url.Parse(strings.TrimSpace(a.Val))
			if err != nil {
				fail("%s=%q is not an address", name, a.Val)
				continue
			}
			outward := to.Host != ""
			inHelp := element == "a" && s.ParentsFiltered("dl.pairs dt").Length() > 0 && strings.Contains(s.AttrOr("rel", ""), "noreferrer")
			if outward && !inHelp {
				fail("<%s %s> leads to another host: %s", element, name, a.Val)
			}
			if !slices.Contains([]string{"", "https", "tel", "mailto"}, to.Scheme) {
				fail("<%s %s> has the scheme %s", element, name, to.Scheme)
			}
			if !outward && to.Scheme == "" && telling.MatchString(a.Val) {
				fail("the address %s tells what this is about", a.Val)
			}
		}
	})
	if telling.MatchString(p.title()) || telling.MatchString(p.url.RequestURI()) {
		fail("the title %q or the address tells what this is about", p.title())
	}
	if p.doc.Find(`a.exit[href="/exit"]`).Length() != 1 {
		fail("there is no way to leave at once")
	}
	if p.doc.Find("html[lang]").Length() != 1 || p.doc.Find("h1").Length() != 1 || strings.TrimSpace(p.title()) == "" {
		fail("expected a language, one h1 and a title")
	}
}

// report tells what the pages weigh.
func (i *inspector) report() {
	for _, path := range slices.Sorted(maps.Keys(i.sizes)) {
		s := i.sizes[path]
		i.Logf("%-40s %6d bytes with styles, %6d the page (gzip), %6d raw", path, s[0], s[1], s[2])
	}
}

func TestPublicPages(t *testing.T) {
	p := newPortal(t)
	p.loadDemo(0)
	i := newInspector(p)
	b := p.browser()
	b.seen = i.look
	public := []string{"/", "/privacy", "/accessibility", "/safety", "/" + p.demo.ID, "/" + p.demo.ID + "/receipt", "/" + p.demo.ID + "/log/", "/" + p.demo.ID + "/c/" + p.demo.Cards[0].ID,
		"/" + p.demo.ID + "/paper", "/" + p.demo.ID + "/paper?form=2", "/" + p.demo.ID + "/result"}
	for _, path := range append(public, "/"+p.demo.ID+"/respond") {
		b.get(path)
	}
	b.visit("/" + p.demo.ID + "/respond/A1").is(http.StatusGone)
	b.start()
	// Half-way through, every page still has the way out.
	for _, path := range public {
		b.get(path)
	}
	b.visit("/" + p.demo.ID + "/respond/NOPE").is(http.StatusNotFound)
	b.visit("/nowhere/at/all").is(http.StatusNotFound)
	p.demo = p.publish(p.demo)
	for _, path := range []string{"/", "/" + p.demo.ID, "/" + p.demo.ID + "/report"} {
		b.get(path)
	}
	for path, kind := range map[string]string{"/report.csv": "text/csv; charset=utf-8", "/report.json": "application/json", "/log/checkpoint": "text/plain; charset=utf-8", "/log/leaves": "text/plain; charset=utf-8"} {
		if page := b.get("/" + p.demo.ID + path); page.header.Get("Content-Type") != kind || page.body == "" {
			t.Errorf("%s is %q with %d bytes", path, page.header.Get("Content-Type"), len(page.body))
		}
	}
	i.report()
}

// The two journeys, step by step: what is asked, the way back, what stays.
func TestJourneys(t *testing.T) {
	for _, person := range []struct {
		name  string
		given answers
		route []string
		words string
	}{
		{"resident", resident, residentRoute, residentWords},
		{"sex worker", sexWorker, sexWorkerRoute, workerWords},
	} {
		t.Run(person.name, func(t *testing.T) {
			p := newPortal(t)
			i := newInspector(p)
			b := p.browser()
			b.seen = i.look
			var asked []string
			check := b.answer(person.given, func(step *page) {
				step.says("title", "Question")
				if len(b.cookies()) != 1 {
					t.Errorf("%d cookies, expected one", len(b.cookies()))
				}
				// Back is the question before, with what was answered.
				back := step.follow("a.back").is(http.StatusOK)
				if len(asked) == 0 {
					if back.url.Path != "/"+p.demo.ID {
						t.Errorf("Back from the first question leads to %s", back.url.Path)
					}
					back.says("main a.go", "Continue your answers")
				} else {
					last := asked[len(asked)-1]
					if back.step() != last {
						t.Errorf("Back from %s leads to %s, expected %s", step.step(), back.step(), last)
					}
					if _, held := back.filled("form"); !sameGiven(held, person.given[last]) {
						t.Errorf("%s holds %v, expected %v", last, held, person.given[last])
					}
				}
				asked = append(asked, step.step())
			})
			if !slices.Equal(asked, person.route) {
				t.Errorf("asked %v\nexpected %v", asked, person.route)
			}
			check.says("main", person.words)
			check.says("main dl", "Not provided")
			if back := check.follow("a.back"); back.step() != asked[len(asked)-1] {
				t.Errorf("Back from check answers leads to %s", back.step())
			}
			// "Change" from every row leads there, shows what is there, and back.
			var changes []string
			check.doc.Find("dd.act a").Each(func(_ int, s *goquery.Selection) { changes = append(changes, s.AttrOr("href", "")) })
			if len(changes) < len(asked)-1 {
				t.Errorf("%d answers can be changed, expected about %d", len(changes), len(asked))
			}
			for _, href := range changes {
				step := b.get(href)
				if back := step.follow("a.back"); back.step() != "check" {
					t.Errorf("Back from changing %s leads to %s", step.step(), back.url)
				}
				_, held := step.filled("form")
				if after := step.submit("form[method=post]", held); after.step() != "check" {
					t.Errorf("changing %s leads to %s, expected check answers", step.step(), after.url)
				}
			}
			b.get(check.url.Path).says("main", person.words)
			if n := p.count("submissions"); n != 0 {
				t.Fatalf("%d submissions before sending", n)
			}
			receipt := check.send()
			words := receipt.words()
			if len(words) != 12 {
				t.Fatalf("the receipt shows %q", words)
			}
			if n := len(b.cookies()); n != 0 {
				t.Errorf("%d cookies after sending", n)
			}
			if drafts, subs := p.count("drafts"), p.count("submissions"); drafts != 0 || subs != 1 {
				t.Errorf("%d drafts and %d submissions after sending", drafts, subs)
			}
			// A refresh does not show the code again; nor do Back and the form.
			again := b.visit("/" + p.demo.ID + "/receipt").is(http.StatusOK)
			if len(again.words()) != 0 || strings.Contains(again.body, words[0]+" "+words[1]) {
				t.Error("a refresh shows the code again")
			}
			b.visit("/" + p.demo.ID + "/respond/check").is(http.StatusGone)
			b.visit("/" + p.demo.ID + "/respond/C1").is(http.StatusGone)
			b.post("/"+p.demo.ID+"/respond/check", nil).is(http.StatusGone)
			if n := p.count("submissions"); n != 1 {
				t.Errorf("%d submissions", n)
			}
			i.report()
		})
	}
}

// sameGiven reports whether a form holds what was answered.
func sameGiven(held, given url.Values) bool {
	sorted := func(v []string) []string { return slices.Sorted(slices.Values(v)) }
	return slices.Equal(sorted(held["answer"]), sorted(given["answer"])) && held.Get("text") == given.Get("text")
}

// The row in the database is all there is about a sex worker, and it has no
// place for who she is.
func TestSexWorkersRow(t *testing.T) {
	p := newPortal(t)
	p.respond(p.browser(), sexWorker)
	sub, err := p.store.Submission(t.Context(), p.rows("SELECT id FROM submissions")[0])
	must(t, err)
	if sub.Path != "sex_worker" || !slices.Equal(sub.Groups, []string{"sex_worker"}) || sub.Allows(models.ConsentQuote) || sub.Stance != models.StanceAgainst {
		t.Errorf("stored as %+v", sub)
	}
	for _, a := range sub.Answers {
		if !slices.Contains(sexWorkerRoute, a.Question) {
			t.Errorf("an answer to %s, which she was not asked", a.Question)
		}
	}
	if a := sub.Answer("S5"); a == nil || a.Text != workerWords {
		t.Errorf("her words are %+v", a)
	}
}

func TestChangingALinkDropsOrphans(t *testing.T) {
	p := newPortal(t)
	b := p.browser()
	check := b.answer(resident, nil)
	if check.doc.Find(".note").Length() != 0 {
		t.Error("it speaks of answers that were removed")
	}
	step := check.follow(`a[href*="/A2?change"]`).submit("form[method=post]", url.Values{"answer": {"sex_work"}, "text": {""}})
	// The questions this opened are asked, each of them, and what was skipped
	// after them; then it is back to check answers.
	var opened []string
	for step.step() != "check" {
		if len(opened) > 20 {
			t.Fatalf("no way back to check answers: %v", opened)
		}
		opened = append(opened, step.step())
		given := url.Values{}
		if step.step() == "S5" {
			given.Set("text", workerWords)
		}
		step = step.submit("form[method=post]", given)
	}
	if want := strings.Fields("S0 S1 S2 S3 S4 S5 C3 C8"); !slices.Equal(opened, want) {
		t.Errorf("the change asks %v, expected %v", opened, want)
	}
	note := step.doc.Find(".note").Text()
	for _, q := range []string{"A3", "B1", "B2", "B4", "C6"} {
		text := p.demo.Question(q).Text.Default()
		if !strings.Contains(note, text) {
			t.Errorf("it does not say that %q no longer applies: %s", text, note)
		}
	}
	if strings.Contains(step.doc.Find("dl.rows").Text(), residentWords) {
		t.Error("the words that no longer apply are among the answers")
	}
	step.send()
	if stored := strings.Join(p.rows("SELECT question, text FROM answers"), "\n"); strings.Contains(stored, "needles") || !strings.Contains(stored, workerWords) {
		t.Errorf("stored:\n%s", stored)
	}
}

// Changing how one answers from check answers to something shorter leads back
// at once.
func TestChangeThatOpensNothing(t *testing.T) {
	p := newPortal(t)
	check := p.browser().answer(resident, nil)
	if after := check.follow(`a[href*="/A1?change"]`).submit("form[method=post]", url.Values{"answer": {"elected"}}); after.step() != "check" {
		t.Errorf("it leads to %s", after.url)
	}
}

func TestBadInputIsKept(t *testing.T) {
	p := newPortal(t)
	b := p.browser()
	b.start()
	long := strings.Repeat("é<b>", 1000) // 4000 code points
	for _, c := range []struct {
		step   string
		values url.Values
		fault  string
	}{
		{"B6", url.Values{"text": {long}}, "1000 too many"},
		{"A2", url.Values{"answer": {"live_here", "prefer_not"}}, "on its own"},
		{"A2", url.Values{"answer": {"live_here"}, "text": {"which belongs nowhere"}}, "belong"},
		{"A1", url.Values{"answer": {"self", "elected"}}, "one answer"},
		{"A1", url.Values{"answer": {"nobody"}}, "answers shown"},
	} {
		got := b.post("/"+p.demo.ID+"/respond/"+c.step, c.values).is(http.StatusUnprocessableEntity)
		got.says("main .fault", c.fault)
		got.says(".problem", c.fault)
		got.says("title", "Error:")
		if got.doc.Find(".problem a[href='#answer']").Length() == 0 || got.doc.Find("#answer").Length() != 1 {
			t.Errorf("%s: the summary does not lead to the field", c.step)
		}
		if described := got.doc.Find("[aria-describedby~=fault]").Length(); described != 1 {
			t.Errorf("%s: %d fields are described by the fault", c.step, described)
		}
		_, held := got.filled("form")
		for _, o := range c.values["answer"] {
			if o != "nobody" && c.step != "A1" && !slices.Contains(held["answer"], o) {
				t.Errorf("%s: the choice %s is lost", c.step, o)
			}
		}
		if c.step == "B6" && held.Get("text") != long {
			t.Errorf("%s: the words are lost", c.step)
		}
		// The faulty answer is not kept.
		if _, now := b.get("/" + p.demo.ID + "/respond/" + c.step).filled("form"); len(now["answer"]) > 0 || now.Get("text") != "" {
			t.Errorf("%s: the faulty answer was kept: %v", c.step, now)
		}
	}
	// Sending nothing at all.
	got := b.check().submit("form#step", nil).is(http.StatusUnprocessableEntity)
	got.says(".problem", "Answer at least one question")
	if p.count("submissions") != 0 {
		t.Error("it was sent")
	}
}

func TestExit(t *testing.T) {
	p := newPortal(t)
	b := p.browser()
	window := p.browser()
	b.answer(sexWorker, func(step *page) {
		if step.step() == "C2" {
			window = b.copy()
		}
	})
	if p.count("drafts") != 1 {
		t.Fatal("there is no draft to leave")
	}
	exit := b.get("/" + p.demo.ID + "/respond/S5").follow("a.exit").is(http.StatusSeeOther)
	if to := exit.header.Get("Location"); to != p.options.ExitTo {
		t.Errorf("it leads to %s", to)
	}
	if clear := exit.header.Get("Clear-Site-Data"); !strings.Contains(clear, `"cookies"`) || !strings.Contains(clear, `"cache"`) || !strings.Contains(clear, `"storage"`) {
		t.Errorf("Clear-Site-Data is %q", clear)
	}
	if strings.Contains(exit.body, "respond") || strings.TrimSpace(exit.body) != "" {
		t.Errorf("it says %q", exit.body)
	}
	if n := p.count("drafts"); n != 0 {
		t.Errorf("%d drafts are left", n)
	}
	if len(b.cookies()) != 0 {
		t.Errorf("cookies are left: %v", b.cookies())
	}
	// Back and a window that still has the cookie show no answers.
	for _, who := range []*browser{b, window} {
		for _, step := range []string{"S5", "S1", "A2", "check"} {
			gone := who.visit("/" + p.demo.ID + "/respond/" + step).is(http.StatusGone)
			if strings.Contains(gone.body, "cars faster") || gone.header.Get("Cache-Control") != "no-store" {
				t.Errorf("Back to %s shows answers", step)
			}
		}
		if len(who.cookies()) != 0 && who == b {
			t.Error("there is a cookie again")
		}
		who.post("/"+p.demo.ID+"/respond/check", nil).is(http.StatusGone)
	}
	if p.count("submissions") != 0 || p.count("drafts") != 0 {
		t.Error("leaving sent something")
	}
	// It works twice, and without anything to leave.
	b.visit("/exit").is(http.StatusSeeOther)
	p.browser().visit("/exit").is(http.StatusSeeOther)
	// She comes back and finishes.
	p.respond(b, sexWorker)
}

// Attachments of a response that is left are destroyed with it.
func TestExitDestroysFiles(t *testing.T) {
	folder := t.TempDir()
	p := newPortal(t, func(w *parts) { w.folder = folder })
	b := p.browser()
	b.start()
	b.post("/"+p.demo.ID+"/respond/A1", url.Values{"answer": {"organisation"}})
	b.upload("notes.txt", strings.NewReader("What the members said about the lane.")).is(http.StatusOK).says("main", "TXT")
	// The cleaned file and the sealed original.
	if n := len(files(t, folder+"/files")); n != 2 {
		t.Fatalf("%d files are kept, expected 2", n)
	}
	b.visit("/exit")
	if left := files(t, folder+"/files"); len(left) != 0 {
		t.Errorf("files are left: %v", left)
	}
}

// An unsent response that is not touched for half an hour is gone.
func TestDraftsEnd(t *testing.T) {
	p := newPortal(t)
	b := p.browser()
	b.answer(sexWorker, nil)
	p.clock.Advance(consult.DraftLife - 2*time.Minute)
	b.get("/"+p.demo.ID+"/respond/S5").says("textarea", workerWords)
	p.clock.Advance(3 * time.Minute)
	b.visit("/" + p.demo.ID + "/respond/S5").is(http.StatusGone)
	b.visit("/" + p.demo.ID + "/respond/check").is(http.StatusGone)
}

func TestSendingTwiceAtOnce(t *testing.T) {
	p := newPortal(t)
	b := p.browser()
	_, values := b.answer(resident, nil).filled("form#step")
	form, cookie := values.Encode(), b.cookies()[0]
	const clicks = 10
	var ready, done sync.WaitGroup
	start := make(chan struct{})
	answers := make([]*http.Response, clicks)
	for i := range clicks {
		ready.Add(1)
		done.Go(func() {
			r, _ := http.NewRequest(http.MethodPost, p.url+"/"+p.demo.ID+"/respond/check", strings.NewReader(form))
			r.Header.Set("Content-Type", formType)
			r.AddCookie(cookie)
			ready.Done()
			<-start
			res, err := http.DefaultTransport.RoundTrip(r)
			if err != nil {
				t.Error(err)
				return
			}
			_, _ = io.Copy(io.Discard, res.Body)
			_ = res.Body.Close()
			answers[i] = res
		})
	}
	ready.Wait()
	close(start)
	done.Wait()
	for _, res := range answers {
		if res == nil || res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/"+p.demo.ID+"/respond/equality" {
			t.Errorf("one click is answered %+v", res)
		}
	}
	if subs, leaves, received := p.count("submissions"), p.count("leaves"), len(p.rows("SELECT 1 FROM audit_pending WHERE action = 'submission.received'")); subs != 1 || leaves != 1 || received != 1 {
		t.Errorf("%d submissions, %d leaves and %d entries on record, expected one of each", subs, leaves, received)
	}
	if words := b.get("/" + p.demo.ID + "/receipt").words(); len(words) != 12 {
		t.Errorf("the receipt shows %q", words)
	}
}

func TestReceipt(t *testing.T) {
	p := newPortal(t)
	i := newInspector(p)
	words := p.respond(p.browser(), resident)
	at := "/" + p.demo.ID + "/receipt"
	b := p.browser()
	b.seen = i.look
	use := func(code, do, sure string) *page {
		t.Helper()
		values := url.Values{"code": {code}, "do": {do}}
		if sure != "" {
			values.Set("sure", sure)
		}
		return b.post(at, values)
	}
	code := strings.Join(words, " ")
	swapped := slices.Clone(words)
	swapped[0], swapped[11] = swapped[11], swapped[0]
	for _, wrong := range []string{"", "one", strings.Join(words[:11], " "), strings.Join(swapped, " "), strings.Repeat("abandon ", 11) + "about",
		strings.Repeat("word ", 500), "<script>alert(1)</script>", "\x00\xff", code + " extra"} {
		got := use(wrong, "check", "").is(http.StatusUnprocessableEntity)
		got.says("main .fault", "")
		if got.doc.Find("main .fault").Length() != 1 || got.doc.Find("textarea#code").Length() != 1 {
			t.Errorf("the wrong code %.20q is refused without a fault beside the field", wrong)
		}
	}
	if _, held := use("one two three", "check", "").filled("form"); held.Get("code") != "one two three" {
		t.Errorf("what was typed is lost: %v", held)
	}
	found := use("  1. "+strings.ToUpper(strings.Join(words, ",\n"))+" ", "check", "").is(http.StatusOK)
	found.says("main", "held and counted")
	if strings.Contains(found.body, "needles") || strings.Contains(found.body, "Strongly") {
		t.Error("the page of a receipt shows answers")
	}
	// Withdrawing asks first.
	use(code, "withdraw", "").is(http.StatusUnprocessableEntity).says("main .fault", "Tick the box")
	if live := p.rows("SELECT status FROM submissions")[0]; live != "live" {
		t.Fatalf("it is %s although nobody confirmed", live)
	}
	use(strings.Join(swapped, " "), "withdraw", "yes").is(http.StatusUnprocessableEntity)
	found.submit("form:has([name=sure])", url.Values{"sure": {"yes"}}).is(http.StatusOK).says("h1", "taken back")
	if n := p.count("answers"); n != 0 {
		t.Errorf("%d answers are left after withdrawing", n)
	}
	gone := use(code, "check", "").is(http.StatusOK).says("main", "taken back")
	if gone.doc.Find("[value=withdraw]").Length() != 0 {
		t.Error("it can be withdrawn again")
	}
	use(code, "withdraw", "yes").is(http.StatusOK)
	if p.count("leaves") != 1 {
		t.Error("withdrawing changed the log")
	}
	// Another consultation does not know the code.
	other := p.open([]byte(storetest.Invented))
	b.post("/"+other.ID+"/receipt", url.Values{"code": {code}, "do": {"check"}}).is(http.StatusUnprocessableEntity)
	i.report()
}

func TestAfterClosing(t *testing.T) {
	for _, how := range []string{"the day passed", "an officer closed it"} {
		t.Run(how, func(t *testing.T) {
			p := newPortal(t)
			i := newInspector(p)
			b := p.browser()
			b.seen = i.look
			b.answer(resident, nil)
			words := p.respond(p.browser(), sexWorker)
			if how == "the day passed" {
				// To the last minutes, in which a response is begun; it is touched
				// once more in the time that the consultation gives after closing.
				_, closes := p.demo.Window()
				p.clock.Advance(closes.Sub(p.clock.Now()) - 10*time.Minute)
				b = p.browser()
				b.seen = i.look
				b.answer(resident, nil)
				for range 2 {
					p.clock.Advance(5*time.Minute + p.demo.Grace()/2 - time.Minute)
					b.post("/"+p.demo.ID+"/respond/C7", url.Values{"text": {"Just in time."}}).is(http.StatusOK)
				}
				p.clock.Advance(3 * time.Minute)
			} else {
				p.demo = p.move(p.demo, models.StatusClosed)
			}
			before := p.count("submissions")
			start := p.browser().get("/" + p.demo.ID)
			if start.doc.Find("a.go, a[href$='/respond']").Length() != 0 {
				t.Error("there is a way to start")
			}
			start.says("main", "closed on")
			p.cannotStart("closed on", "has closed")
			b.post("/"+p.demo.ID+"/respond/C6", url.Values{"text": {"late"}}).is(http.StatusConflict).says("main", "has closed")
			b.check().submit("form#step", nil).is(http.StatusConflict).says("main", "No more answers can be sent")
			if n := p.count("submissions"); n != before {
				t.Errorf("%d submissions, expected %d", n, before)
			}
			p.browser().post("/"+p.demo.ID+"/receipt", url.Values{"code": {strings.Join(words, " ")}, "do": {"check"}}).is(http.StatusOK)
		})
	}
}

// cannotStart checks that nobody can start a response, by the page or past it,
// and is told why, in the words given for each.
func (p *testPortal) cannotStart(page, post string) {
	p.Helper()
	drafts := p.count("drafts")
	for _, path := range []string{"/respond", "/c/" + p.demo.Cards[0].ID} {
		fresh := p.browser()
		begin := fresh.get("/"+p.demo.ID+path).says("main .note", page)
		if begin.doc.Find("main form").Length() != 0 {
			p.Errorf("%s has a form to start", path)
		}
	}
	for _, values := range []url.Values{nil, {"card": {p.demo.Cards[0].ID}}} {
		fresh := p.browser()
		fresh.post("/"+p.demo.ID+"/respond", values).is(http.StatusConflict).says("main", post)
		if len(fresh.cookies()) != 0 {
			p.Error("a cookie although nothing was started")
		}
	}
	if n := p.count("drafts"); n != drafts {
		p.Errorf("%d drafts, expected %d", n, drafts)
	}
}

// What was started before closing can be sent until the grace is over.
func TestGrace(t *testing.T) {
	p := newPortal(t)
	_, closes := p.demo.Window()
	p.clock.Advance(closes.Sub(p.clock.Now()) - time.Minute)
	b := p.browser()
	b.answer(resident, nil)
	p.clock.Advance(p.demo.Grace() - time.Minute)
	p.cannotStart("closed on", "has closed")
	// Answers can be changed, and the page for the start leads back to them.
	if on := b.get("/" + p.demo.ID + "/respond"); !strings.Contains(on.url.Path, "/respond/") {
		t.Errorf("going on leads to %s", on.url)
	}
	b.check().follow(`a[href*="/C7?change"]`).submit("form#step", url.Values{"text": {"One more thing."}}).says("main", "One more thing.")
	p.clock.Advance(time.Minute)
	if receipt := b.check().send(); receipt.step() != "receipt" || len(receipt.words()) != 12 {
		t.Errorf("sending in the last minute leads to %s: %s", receipt.step(), receipt.text())
	}
	p.clock.Advance(time.Minute)
	p.cannotStart("closed on", "has closed")
	if n := p.count("submissions"); n != 1 {
		t.Errorf("%d submissions, expected 1", n)
	}
}

func TestNotOpenYet(t *testing.T) {
	p := newPortal(t)
	opens, _ := p.demo.Window()
	p.clock.Advance(opens.Sub(p.clock.Now()) - time.Hour)
	b := p.browser()
	start := b.get("/" + p.demo.ID)
	if start.doc.Find("a.go, a[href$='/respond']").Length() != 0 {
		t.Error("there is a way to start")
	}
	p.cannotStart("opens on", "not open yet")
	if home := p.browser().get("/").says("main article", "opens on"); strings.Contains(home.text(), "Closed on") {
		t.Errorf("the first page says that a consultation that has not begun has closed: %s", home.text())
	}
}

// Once a consultation has closed an officer can release to councillors what came
// later; others who set up consultations cannot.
func TestReleasingWhatCameLater(t *testing.T) {
	p := newPortal(t)
	p.signUp(models.RoleOfficer)
	p.signUp(models.RoleAdmin)
	settings := "/staff/" + p.demo.ID + "/settings"
	officer, admin := p.staff(models.RoleOfficer), p.staff(models.RoleAdmin)
	if officer.get(settings).doc.Find("[value=release]").Length() != 0 {
		t.Error("an open consultation can be released")
	}
	officer.post(settings, url.Values{"do": {"release"}}).is(http.StatusConflict)
	p.respond(p.browser(), resident)
	p.demo = p.move(p.demo, models.StatusClosed)
	officer.get(settings).says("main", "being made ready")
	must(t, p.service.ReleaseNew(t.Context(), p.demo.ID))
	officer.get(settings).submit("form:has([value=release])", url.Values{"do": {"release"}}).is(http.StatusOK).says("[role=status]", "Nothing came since")
	if admin.get(settings).doc.Find("[value=release]").Length() != 0 {
		t.Error("an administrator is offered what they may not do")
	}
	admin.post(settings, url.Values{"do": {"release"}}).is(http.StatusForbidden)
}

// An officer can stop a consultation for a while: nobody starts, everybody who
// has started goes on and sends, and the words stay open to be read.
func TestPaused(t *testing.T) {
	p := newPortal(t)
	p.signUp(models.RoleOfficer)
	officer, b := p.staff(models.RoleOfficer), p.browser()
	b.answer(resident, nil)
	aside := p.browser()
	aside.start()
	aside.post("/"+p.demo.ID+"/respond/A1", url.Values{"answer": {"elected"}})
	code := strings.Join(aside.get("/"+p.demo.ID+"/respond/A3").submit("form#step", url.Values{"do": {"save"}}).words(), " ")
	aside.visit("/exit")
	settings := officer.get("/staff/" + p.demo.ID + "/settings")
	if settings.doc.Find("button[value=resume]").Length() != 0 {
		t.Error("it can be resumed although it runs")
	}
	settings.submit("form:has([value=pause])", url.Values{"do": {"pause"}}).is(http.StatusOK).says("[role=status]", "Nobody can start")
	start := p.browser().get("/"+p.demo.ID).says("main .note", "paused")
	if start.doc.Find("a.go, a[href$='/respond']").Length() != 0 {
		t.Error("there is a way to start")
	}
	p.cannotStart("paused", "paused")
	home := p.browser().get("/").says("main article", "paused")
	if strings.Contains(home.text(), "Closed on") {
		t.Errorf("the first page says that a consultation that is paused has closed: %s", home.text())
	}
	// A second click on either changes nothing.
	officer.post("/staff/"+p.demo.ID+"/settings", url.Values{"do": {"pause"}}).is(http.StatusConflict)
	b.get("/"+p.demo.ID).says("main a.go", "Continue")
	if receipt := b.check().send(); receipt.step() != "receipt" {
		t.Errorf("what was started cannot be sent: %s", receipt.text())
	}
	if opened := aside.use(code, "check").is(http.StatusOK); !strings.Contains(opened.url.Path, "/respond/") {
		t.Errorf("what was saved cannot be opened: %s", opened.text())
	}
	officer.get("/staff/"+p.demo.ID+"/settings").submit("form:has([value=resume])", url.Values{"do": {"resume"}}).is(http.StatusOK).says("[role=status]", "can answer again")
	officer.post("/staff/"+p.demo.ID+"/settings", url.Values{"do": {"resume"}}).is(http.StatusConflict)
	p.respond(p.browser(), sexWorker)
	if got := p.rows("SELECT action FROM audit WHERE action LIKE 'consultation.%' ORDER BY sequence"); !slices.Equal(got[len(got)-2:], []string{"consultation.paused", "consultation.resumed"}) {
		t.Errorf("on record: %v", got)
	}
}

// Somebody who comes back to the start goes on where she was.
func TestGoingOn(t *testing.T) {
	p := newPortal(t)
	b := p.browser()
	first := b.start()
	first.submit("form[method=post]", url.Values{"answer": {"self"}})
	if again := b.start(); again.step() != "A2" || len(b.cookies()) != 1 || p.count("drafts") != 1 {
		t.Errorf("going on leads to %s with %d drafts", again.step(), p.count("drafts"))
	}
}

// An organisation's document goes with what it says.
func TestDocument(t *testing.T) {
	p := newPortal(t)
	i := newInspector(p)
	b := p.browser()
	b.seen = i.look
	b.start()
	b.post("/"+p.demo.ID+"/respond/A1", url.Values{"answer": {"organisation"}})
	b.post("/"+p.demo.ID+"/respond/C1", url.Values{"answer": {"disagree"}})
	refused := b.upload("prices.exe", strings.NewReader("MZ\x90\x00 not a document")).is(http.StatusUnprocessableEntity)
	refused.says("main .fault", "type of file")
	refused.says("title", "Error:")
	if href := refused.doc.Find(".problem a").AttrOr("href", ""); refused.doc.Find(href).Length() != 1 {
		t.Errorf("the summary leads to %q, which is not on the page", href)
	}
	b.upload("position.txt", strings.NewReader("Our members want outreach, not fines.")).is(http.StatusOK).says("ol.attached", "TXT")
	taken := b.upload("second.txt", strings.NewReader("A second document.")).is(http.StatusOK)
	if n := taken.doc.Find("ol.attached li").Length(); n != 2 {
		t.Fatalf("%d files are attached, expected 2", n)
	}
	if strings.Contains(taken.body, "position.txt") {
		t.Error("the page shows the name of a file")
	}
	b.post("/"+p.demo.ID+"/respond/F1", url.Values{"remove": {"1"}}).is(http.StatusOK)
	check := b.post("/"+p.demo.ID+"/respond/F1", url.Values{"do": {"continue"}}).is(http.StatusOK)
	if check.step() != "check" {
		t.Fatalf("it leads to %s", check.url)
	}
	check.says("main dl", "TXT")
	check.send()
	must(t, p.service.ReadAttachments(t.Context(), p.rows("SELECT id FROM submissions")[0]))
	if got := p.rows("SELECT kind, text FROM attachments"); len(got) != 1 || !strings.Contains(got[0], "outreach") {
		t.Errorf("attached: %q", got)
	}
}

// Sixty people behind one address all get through, at the same time, and
// nobody among them is taken for a program: they are many, and that is all.
func TestSixtyPeopleBehindOneAddress(t *testing.T) {
	p := newPortal(t)
	const people = 60
	browsers := make([]*browser, people)
	together := func(do func(n int)) {
		var all sync.WaitGroup
		for n := range people {
			all.Go(func() { do(n) })
		}
		all.Wait()
	}
	checks, codes := make([]*goquery.Document, people), make([]string, people)
	for n := range people {
		browsers[n] = p.browser()
		browsers[n].header.Set("X-Forwarded-For", "203.0.113.7")
	}
	together(func(n int) { checks[n] = browsers[n].hurry([]answers{resident, sexWorker}[n%2]) })
	p.clock.Advance(time.Minute) // they have read what they were asked
	together(func(n int) { codes[n] = browsers[n].hurryOff(checks[n]) })
	slices.Sort(codes)
	if unique := slices.Compact(codes); len(unique) != people || unique[0] == "" {
		t.Errorf("%d different receipts, expected %d", len(unique), people)
	}
	if subs, leaves, drafts := p.count("submissions"), p.count("leaves"), p.count("drafts"); subs != people || leaves != people || drafts != 0 {
		t.Errorf("%d submissions, %d leaves, %d drafts", subs, leaves, drafts)
	}
	if got := p.rows("SELECT DISTINCT status || ' ' || attention FROM submissions"); !slices.Equal(got, []string{"live []"}) {
		t.Errorf("they are stored as %v: somebody was marked for being one of many", got)
	}
}

// swift is request for a goroutine: it reports faults without ending the test.
func (b *browser) swift(method, path string, values url.Values) (*http.Response, *goquery.Document) {
	r, _ := http.NewRequest(method, b.testPortal.url+path, strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", formType)
	res, err := b.client.Do(r)
	if err != nil {
		b.Error(err)
		return nil, nil
	}
	defer func() { _ = res.Body.Close() }()
	doc, err := goquery.NewDocumentFromReader(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		b.Errorf("%s %s answers %d, error %v", method, path, res.StatusCode, err)
		return nil, nil
	}
	return res, doc
}

// hurry goes from the start to check answers.
func (b *browser) hurry(given answers) (check *goquery.Document) {
	res, doc := b.swift(post, "/"+b.demo.ID+"/respond", nil)
	for range 40 {
		if res == nil {
			return nil
		}
		path := res.Request.URL.Path
		step := path[strings.LastIndex(path, "/")+1:]
		if step == "check" {
			return doc
		}
		values := given[step]
		if step == "F1" {
			values = url.Values{"do": {"continue"}}
		}
		res, doc = b.swift(post, path, values)
	}
	return nil
}

// hurryOff sends what check answers shows and returns the words of the receipt.
func (b *browser) hurryOff(check *goquery.Document) string {
	if check == nil {
		return ""
	}
	values := url.Values{"do": {"send"}}
	check.Find("form#step input").Each(func(_ int, s *goquery.Selection) { values.Set(s.AttrOr("name", ""), s.AttrOr("value", "")) })
	res, doc := b.swift(post, "/"+b.demo.ID+"/respond/check", values)
	if res != nil && strings.HasSuffix(res.Request.URL.Path, "/equality") {
		_, doc = b.swift(get, "/"+b.demo.ID+"/receipt", nil)
	}
	if doc == nil {
		return ""
	}
	return strings.TrimSpace(doc.Find("p.oneline code").Text())
}

// Every page of the demonstration says that the submissions are invented.
func TestInvented(t *testing.T) {
	p := newPortal(t)
	p.loadDemo(40)
	p.options.Invented = true
	p.serve()
	id := p.demo.ID
	public := []string{"/", "/privacy", "/accessibility", "/nothing-here", "/" + id, "/" + id + "/receipt", "/" + id + "/report", "/" + id + "/log/", "/staff/sign-in", "/" + id + "/respond/A1"}
	for _, path := range public {
		says(t, p.browser().visit(path))
	}
	check := p.browser().start()
	says(t, check)
	for _, role := range models.Roles {
		p.signUp(role)
		b := p.staff(role)
		for _, path := range []string{"/staff", "/staff/audit", "/staff/users", "/staff/" + id + "/search", "/staff/" + id + "/themes", "/staff/" + id + "/report", "/staff/" + id + "/settings"} {
			says(t, b.visit(path))
		}
	}
}

func says(t *testing.T, p *page) {
	t.Helper()
	if text := p.doc.Find("body").Text(); !strings.Contains(text, "every submission here is invented") {
		t.Errorf("%s does not say that the submissions are invented", p.url.Path)
	}
}
