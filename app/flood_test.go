package app

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"math/bits"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"heard/app/consult"
	"heard/app/demo"
	"heard/app/measured"
	"heard/models"
)

// bot is a program that sends junk. It keeps its connection, and paces itself
// with all the others.
type bot struct {
	flood  *flood
	client *http.Client
	cookie string // name=value
	random *rand.Rand
}

// flood is what all bots share.
type flood struct {
	base, form string
	shared     shared
	turn       chan struct{} // one for each request that may be sent
	sent       atomic.Int64
	whole      atomic.Int64 // junk submissions that were acknowledged
	later      atomic.Int64 // answers that say to come back later
	broken     atomic.Int64 // requests without an answer
	statuses   sync.Map
	picture    []byte
}

// shared is what shows that somebody took their time, in the hands of every bot.
type shared struct {
	opened string // address to begin at, with when its page was opened
	cookie string // of a response that is being written
}

// share has somebody open the form, and begin a response, as people do.
func (f *flood) share(t *testing.T) {
	t.Helper()
	who := newPerson(func() string { return f.base })
	at := "/" + f.form + "/respond"
	_, page, err := who.ask(t.Context(), at, nil)
	if err != nil {
		t.Fatal(err)
	}
	begin := beginAction.FindStringSubmatch(page)
	if begin == nil {
		t.Fatal("the page has no way to begin")
	}
	f.shared.opened = "/" + f.form + begin[1]
	if status, _, err := who.ask(t.Context(), at, url.Values{"lang": {"en"}}); err != nil || status != http.StatusSeeOther {
		t.Fatalf("a response cannot be begun: %d, %v", status, err)
	}
	base, err := url.Parse(f.base + at)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range who.client.Jar.Cookies(base) {
		f.shared.cookie = c.String()
	}
}

// send sends one request when it is its turn, and returns the answer's status, its
// body if it is asked for, and where it leads.
func (b *bot) send(ctx context.Context, method, path, kind string, body []byte, read bool) (status int, text string) {
	select {
	case <-b.flood.turn:
	case <-ctx.Done():
		return 0, ""
	}
	req, err := http.NewRequestWithContext(ctx, method, b.flood.base+path, bytes.NewReader(body))
	if err != nil {
		panic(err)
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	if b.cookie != "" {
		req.Header.Set("Cookie", b.cookie)
	}
	b.flood.sent.Add(1)
	res, err := b.client.Do(req)
	if err != nil {
		if ctx.Err() == nil {
			b.flood.broken.Add(1)
		}
		return 0, ""
	}
	defer res.Body.Close()
	n, _ := b.flood.statuses.LoadOrStore(res.StatusCode, new(atomic.Int64))
	n.(*atomic.Int64).Add(1)
	if res.StatusCode == http.StatusServiceUnavailable {
		b.flood.later.Add(1)
	}
	for _, c := range res.Cookies() {
		if c.Name == "heard" {
			b.cookie = "heard=" + c.Value
		}
	}
	out := io.Discard
	var kept strings.Builder
	if read {
		out = &kept
	}
	_, _ = io.Copy(out, res.Body)
	return res.StatusCode, kept.String()
}

const formType = "application/x-www-form-urlencoded"

func (b *bot) post(ctx context.Context, path string, form url.Values) int {
	status, _ := b.send(ctx, http.MethodPost, path, formType, []byte(form.Encode()), false)
	return status
}

// run sends junk of every kind until ctx ends.
func (b *bot) run(ctx context.Context) {
	respond := "/" + b.flood.form + "/respond"
	begin := func(as string) bool {
		b.cookie = ""
		return b.post(ctx, respond, url.Values{"lang": {"en"}}) == http.StatusSeeOther &&
			b.post(ctx, respond+"/A1", url.Values{"answer": {as}}) == http.StatusSeeOther
	}
	for ctx.Err() == nil {
		switch n := b.random.IntN(100); {
		case n < 25: // a whole submission: five requests
			if !begin("self") {
				continue
			}
			words := fmt.Sprintf("Junk %d says that %d of these are made up.", b.random.Int(), b.random.IntN(1000))
			if b.post(ctx, respond+"/C6", url.Values{"text": {words}}) != http.StatusSeeOther {
				continue
			}
			if b.random.IntN(3) == 0 { // some are patient
				select {
				case <-ctx.Done():
				case <-time.After(6 * time.Second):
				}
			}
			_, page := b.send(ctx, http.MethodGet, respond+"/check", "", nil, true)
			form := url.Values{}
			if m := tokenField.FindStringSubmatch(page); m != nil {
				form.Set("token", m[1])
			}
			if b.random.IntN(3) == 0 {
				form.Set("website", "https://junk.example")
			}
			if b.post(ctx, respond+"/check", form) == http.StatusSeeOther {
				b.flood.whole.Add(1)
			}
		case n < 45: // a form that is begun and left
			begin("self")
		case n < 52: // passwords, and questions for a passkey, with a cookie that is called as that of staff
			b.cookie = "heard-staff=" + strconv.Itoa(b.random.Int())
			if b.random.IntN(3) == 0 {
				b.post(ctx, "/staff/passkey", url.Values{"do": {"begin"}})
				continue
			}
			b.post(ctx, "/staff/sign-in", url.Values{"email": {fmt.Sprintf("junk%d@example.org", b.random.Int())}, "password": {"a password of nobody"}})
		case n < 59: // what shows that one took their time, in everybody's hands
			b.cookie = b.flood.shared.cookie
			if b.random.IntN(2) == 0 {
				b.cookie = ""
				b.post(ctx, b.flood.shared.opened, url.Values{"lang": {"en"}})
				continue
			}
			b.post(ctx, respond+"/A1", url.Values{"answer": {"self"}})
		case n < 70: // garbage
			garbage := make([]byte, 10+b.random.IntN(2000))
			for i := range garbage {
				garbage[i] = byte(b.random.IntN(256))
			}
			at := []string{respond, respond + "/C6", respond + "/check", "/" + b.flood.form + "/receipt", "/staff/sign-in", "/nowhere", "/" + b.flood.form + "/result"}
			b.cookie = ""
			b.send(ctx, http.MethodPost, at[b.random.IntN(len(at))], formType, garbage, false)
		case n < 75: // large bodies
			b.send(ctx, http.MethodPost, respond+"/C6", formType, append([]byte("text="), bytes.Repeat([]byte("junk+"), 300_000)...), false)
		case n < 80: // files
			if !begin("organisation") {
				continue
			}
			var body bytes.Buffer
			w := multipart.NewWriter(&body)
			part, _ := w.CreateFormFile("file", []string{"a.png", "a.txt"}[b.random.IntN(2)])
			_, _ = part.Write(b.flood.picture)
			_ = w.Close()
			b.send(ctx, http.MethodPost, respond+"/F1", w.FormDataContentType(), body.Bytes(), false)
		default: // pages
			at := []string{"/", "/" + b.flood.form, respond, "/" + b.flood.form + "/receipt", "/privacy"}
			b.send(ctx, http.MethodGet, at[b.random.IntN(len(at))], "", nil, false)
		}
	}
}

var beginAction = regexp.MustCompile(`action="/[^/"]+(/respond\?opened=[^"]+)"`)

// honest is somebody who reads, thinks and answers, while the flood goes on.
type honest struct {
	*person
	form   string
	script bool // the browser does the work that is asked of it
	took   []time.Duration
	failed error
	words  string
}

func (h *honest) step(ctx context.Context, path string, form url.Values, want int) (string, error) {
	at := time.Now()
	status, body, err := h.ask(ctx, "/"+h.form+path, form)
	h.took = append(h.took, time.Since(at))
	if err != nil {
		err = fmt.Errorf("%s: %w", path, err)
	}
	if err == nil && status != want {
		err = fmt.Errorf("%s: status %d, expected %d", path, status, want)
	}
	return body, err
}

// answer goes through the form once, with pauses for reading.
func (h *honest) answer(ctx context.Context, random *rand.Rand) error {
	think := func() {
		<-time.After(2000*time.Millisecond + time.Duration(random.IntN(1000))*time.Millisecond)
	}
	if _, err := h.step(ctx, "", nil, http.StatusOK); err != nil {
		return err
	}
	page, err := h.step(ctx, "/respond", nil, http.StatusOK)
	if err != nil {
		return err
	}
	begin := beginAction.FindStringSubmatch(page)
	if begin == nil {
		return errors.New("the page has no way to begin")
	}
	think()
	if _, err := h.step(ctx, begin[1], url.Values{"lang": {"en"}}, http.StatusSeeOther); err != nil {
		return err
	}
	for _, q := range []struct{ step, name, value string }{{"A1", "answer", "self"}, {"A2", "answer", "live_here"}, {"C6", "text", h.words}} {
		if _, err := h.step(ctx, "/respond/"+q.step, nil, http.StatusOK); err != nil {
			return err
		}
		think()
		if _, err := h.step(ctx, "/respond/"+q.step, url.Values{q.name: {q.value}}, http.StatusSeeOther); err != nil {
			return err
		}
	}
	page, err = h.step(ctx, "/respond/check", nil, http.StatusOK)
	if err != nil {
		return err
	}
	m := tokenField.FindStringSubmatch(page)
	if m == nil {
		return errors.New("the last page has no token")
	}
	form := url.Values{"token": {m[1]}}
	if h.script {
		form.Set("work", worked(m[1]))
	}
	think()
	if _, err := h.step(ctx, "/respond/check", form, http.StatusSeeOther); err != nil {
		return err
	}
	_, err = h.step(ctx, "/receipt", nil, http.StatusOK)
	return err
}

// worked does what the page's script does.
func worked(token string) string {
	_, end, _ := strings.Cut(token, ".")
	asked, _ := strconv.Atoi(end)
	for n := 0; ; n++ {
		sum := sha256.Sum256([]byte(token + ":" + strconv.Itoa(n)))
		zeros := 0
		for _, b := range sum {
			zeros += bits.LeadingZeros8(b)
			if b != 0 {
				break
			}
		}
		if zeros >= asked {
			return strconv.Itoa(n)
		}
	}
}

// What people may have to wait in a flood, and how many MB the portal may take.
const (
	floodedWait   = 2 * time.Second
	floodedMemory = 500
)

// TestFlood sends junk at a portal while people answer, some of it made to get past
// the line or among people: nobody of them is turned away or kept waiting, memory stays
// bounded, and what the junk leaves is one pile that one act empties. HEARD_TEST_FLOOD
// is for how many seconds a thousand requests a second are sent; make flood does it for
// a minute, with the real program.
func TestFlood(t *testing.T) {
	seconds, _ := strconv.Atoi(os.Getenv("HEARD_TEST_FLOOD"))
	rate, people, bots := 1000, 20, 400
	if seconds == 0 {
		seconds, rate, people, bots = 1, 40, 2, 10
	}
	cfg := settings(t.TempDir())
	a := openPortal(t, cfg)
	c := openDemonstration(t, a)
	closePortal(t, a)
	p := startPortal(t, cfg)
	defer p.kill()
	<-p.ready
	atRest := measured.PeakOf(p.cmd.Process.Pid)

	f := &flood{base: p.url, form: c.ID, turn: make(chan struct{})}
	var drawn bytes.Buffer
	if err := png.Encode(&drawn, image.NewGray(image.Rect(0, 0, 600, 400))); err != nil {
		t.Fatal(err)
	}
	f.picture = drawn.Bytes()
	f.share(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var sending sync.WaitGroup
	for n := range bots {
		sending.Go(func() {
			(&bot{flood: f, random: rand.New(rand.NewPCG(uint64(n), 17)), client: &http.Client{Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: 1},
				CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}).run(ctx)
		})
	}
	began := time.Now()
	ended := began.Add(time.Duration(seconds) * time.Second)
	missed := 0
	sending.Go(func() { // the pace of all of them
		every := time.NewTicker(10 * time.Millisecond)
		defer every.Stop()
		for due := 0; ; {
			select {
			case <-ctx.Done():
				return
			case now := <-every.C:
				for want := int(now.Sub(began).Seconds() * float64(rate)); due < want; due++ {
					select {
					case f.turn <- struct{}{}:
					default: // every bot waits for an answer
						missed++
					}
				}
			}
		}
	})
	var mu sync.Mutex
	var all []*honest
	var answering sync.WaitGroup
	for who := range people {
		answering.Go(func() {
			random := rand.New(rand.NewPCG(uint64(who), 71))
			for n := 0; n == 0 || time.Now().Before(ended.Add(-12*time.Second)); n++ {
				h := &honest{person: newPerson(func() string { return p.url }), form: c.ID, script: who%4 != 3, words: fmt.Sprintf("What person %d says for the %d. time.", who, n)}
				h.failed = h.answer(t.Context(), random)
				mu.Lock()
				all = append(all, h)
				mu.Unlock()
			}
		})
	}
	answering.Wait()
	if rest := time.Until(ended); rest > 0 {
		<-time.After(rest)
	}
	lasted := time.Since(began)
	stop()
	sending.Wait()
	inFlood := measured.PeakOf(p.cmd.Process.Pid)

	// Everything is stopped in good order, and what was sent is there.
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Wait(); err != nil {
		t.Errorf("stopped with %v", err)
	}
	used := p.cmd.ProcessState.UserTime() + p.cmd.ProcessState.SystemTime()
	a = openPortal(t, cfg)
	defer closePortal(t, a)
	stored := map[string]*models.Submission{}
	live := 0
	for sub, err := range a.Store.Submissions(t.Context(), c.ID) {
		if err != nil {
			t.Fatal(err)
		}
		live++
		stored[sub.Answer("C6").Text] = sub
	}
	var took []time.Duration
	refused, lost, marked := 0, 0, 0
	for _, h := range all {
		took = append(took, h.took...)
		if h.failed != nil {
			refused++
			t.Errorf("somebody was turned away: %v", h.failed)
			continue
		}
		switch sub := stored[h.words]; {
		case sub == nil:
			lost++
		case sub.LikelyAutomated():
			marked++
		}
	}
	slices.Sort(took)
	at := func(q float64) time.Duration {
		return took[int(q*float64(len(took)-1))].Round(time.Millisecond)
	}
	statuses := map[int]int64{}
	f.statuses.Range(func(k, v any) bool { statuses[k.(int)] = v.(*atomic.Int64).Load(); return true })
	t.Logf("junk: %d requests in %.0f s, %.0f a second of %d asked for (%d missed because all %d bots waited), answered %v, %d told to come back later, %d without an answer",
		f.sent.Load(), lasted.Seconds(), float64(f.sent.Load())/lasted.Seconds(), rate, missed, bots, statuses, f.later.Load(), f.broken.Load())
	t.Logf("honest: %d people answered whole, %d turned away, %d lost, %d in the pile; %d requests, p50 %v, p99 %v, longest %v", len(all), refused, lost, marked, len(took), at(0.5), at(0.99), took[len(took)-1].Round(time.Millisecond))
	t.Logf("portal: %.0f MB at rest, %.0f MB at most in the flood, %.1f s of CPU time; %d submissions stored, %d of them junk that was acknowledged", atRest, inFlood, used.Seconds(), live, f.whole.Load())
	if lost > 0 || marked > 0 {
		t.Error("what people said is lost or lies among the junk")
	}
	// What is measured of a second tells nothing.
	if os.Getenv("HEARD_TEST_FLOOD") != "" && (at(0.99) > floodedWait || inFlood > floodedMemory) {
		t.Errorf("99 %% of the requests of people took up to %v, and the portal %.0f MB; expected %v and %d MB at most", at(0.99), inFlood, floodedWait, floodedMemory)
	}
	if live < int(f.whole.Load())+len(all)-refused {
		t.Error("something that was acknowledged is not stored")
	}
}

// openDemonstration saves the demonstration's consultation and opens it.
func openDemonstration(t *testing.T, a *App) *models.Consultation {
	t.Helper()
	c, source, err := demo.Consultation(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if c, err = a.Service.SaveConsultation(t.Context(), consult.Portal, c.ID+".yaml", source); err != nil {
		t.Fatal(err)
	}
	if err := a.meetDuties(t.Context(), c, time.Now()); err != nil {
		t.Fatal(err)
	}
	if err := a.Service.Move(t.Context(), consult.Portal, c, models.StatusOpen); err != nil {
		t.Fatal(err)
	}
	c.Status = models.StatusOpen
	return c
}
