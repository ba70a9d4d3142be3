package web

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2"

	"heard/models"
)

// Those who took their time go before the rest, who get every fourth place; when
// too many wait, the next is told so; who goes away gives the place back.
func TestLine(t *testing.T) {
	l := &line{places: 1}
	leave, ok := l.enter(t.Context(), false, 10)
	if !ok || !l.full() {
		t.Fatal("an empty line has no place")
	}
	var mu sync.Mutex
	var order []string
	var group sync.WaitGroup
	wait := func(name string, person bool) {
		before := len(l.people) + len(l.others)
		group.Go(func() {
			leave, ok := l.enter(context.Background(), person, 10)
			if !ok {
				t.Errorf("%s was turned away", name)
				return
			}
			mu.Lock()
			order = append(order, name)
			mu.Unlock()
			leave()
		})
		for {
			l.mu.Lock()
			now := len(l.people) + len(l.others)
			l.mu.Unlock()
			if now > before {
				return
			}
		}
	}
	for i := range 3 {
		wait(fmt.Sprint("other ", i), false)
	}
	for i := range 6 {
		wait(fmt.Sprint("person ", i), true)
	}
	if _, ok := l.enter(t.Context(), false, 3); ok {
		t.Error("a fourth waits where three may")
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, ok := l.enter(gone, true, 10); ok {
		t.Error("somebody who has gone away has a place")
	}
	leave()
	group.Wait()
	want := []string{"person 0", "person 1", "person 2", "other 0", "person 3", "person 4", "person 5", "other 1", "other 2"}
	if !slices.Equal(order, want) {
		t.Errorf("in the order %q, expected %q", order, want)
	}
	if l.full() || len(l.people)+len(l.others) != 0 || l.taken != 0 {
		t.Errorf("%d places are taken at the end", l.taken)
	}
	done, ok := l.arrive(false, 1)
	if _, second := l.arrive(false, 1); !ok || second {
		t.Error("two bodies arrive where one may")
	}
	done()
	// What shows that time was taken has two places, and another again once one is free.
	first, ok := l.hold("a page")
	_, twice := l.hold("a page")
	if _, third := l.hold("a page"); !ok || !twice || third {
		t.Error("one page has not two places")
	}
	if _, ok := l.hold("another page"); !ok {
		t.Error("a page has no place because another has two")
	}
	if first(); len(l.held) != 2 {
		t.Errorf("%v is held", l.held)
	}
	second, ok := l.hold("a page")
	if !ok {
		t.Error("a place that was given back is not free")
	}
	second()
}

// While all places are taken and others wait, a form is refused before it is read,
// with the time to come back; somebody who took their time is not, nor is the desk,
// nor who leaves. A cookie that is called as that of staff opens nothing, and what
// shows that somebody took their time serves one person. Nothing of that needs an
// address.
func TestCrowd(t *testing.T) {
	p := newPortal(t)
	p.signUp(models.RoleOfficer)
	officer := p.staff(models.RoleOfficer)
	unhurried, hasty := p.browser(), p.browser()
	unhurried.start()
	p.clock.Advance(10 * time.Second)
	hasty.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	hasty.post("/"+p.demo.ID+"/respond", nil).is(http.StatusSeeOther)
	action := func(path, form string) string {
		at := p.browser().get(path).doc.Find(form).AttrOr("action", "")
		address, err := url.Parse(at)
		must(t, err)
		if address.Query().Get("opened") == "" {
			t.Fatalf("%s does not know when it was opened: %s", path, at)
		}
		return address.RequestURI()
	}
	begins, another, signsIn := action("/"+p.demo.ID+"/respond", "main form"), action("/"+p.demo.ID+"/respond", "main form"), action("/staff/sign-in", "main form")
	if begins == another {
		t.Error("two pages that were opened at once cannot be told apart")
	}
	_, opened, _ := strings.Cut(begins, "?")
	nobody := p.browser()
	nobody.post("/staff/passkey", url.Values{"do": {"begin"}}).is(http.StatusOK)
	if len(nobody.cookies()) != 1 {
		t.Fatalf("asking for a passkey leaves %v", nobody.cookies())
	}
	p.clock.Advance(3 * time.Second)

	// A portal of which all places are taken, and the line of the rest is full.
	busy := &portal{Options: p.options, service: p.service, pages: &line{places: 1, taken: 1, others: make([]chan struct{}, pagesWait)}, intake: &line{places: 1, taken: 1, others: make([]chan struct{}, formsWait)}}
	busy.sessions = scs.New()
	busy.sessions.Store, busy.sessions.HashTokenInStore = p.options.Sessions, true
	busy.sessions.Cookie.Name = "heard-staff"
	madeUp := []*http.Cookie{{Name: "heard-staff", Value: "made-up"}}
	desk := "/staff/" + p.demo.ID + "/attention"
	let := false
	busyHandler := busy.headers(busy.inTurn(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { let = true; w.WriteHeader(http.StatusTeapot) })))
	try := func(method, path, kind string, cookies []*http.Cookie) (status int, read int64, retry string) {
		let = false
		body := &endless{head: "text=words", fill: 'a', read: 1<<30 - 1000}
		r, w := httptest.NewRequest(method, path, body), httptest.NewRecorder()
		if kind != "" {
			r.Header.Set("Content-Type", kind)
		}
		for _, c := range cookies {
			r.AddCookie(c)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond) // people would wait
		defer cancel()
		busyHandler.ServeHTTP(w, r.WithContext(ctx))
		return w.Code, body.read - (1<<30 - 1000), w.Header().Get("Retry-After")
	}
	respond := "/" + p.demo.ID + "/respond"
	for _, test := range []struct {
		name, method, path, kind string
		cookies                  []*http.Cookie
		refusedUnread, let       bool
	}{
		{"a form from nowhere", post, respond, formType, nil, true, false},
		{"a form with a made-up token", post, respond + "?opened=69.00", formType, nil, true, false},
		{"an answer within seconds", post, respond + "/A1", formType, hasty.cookies(), true, false},
		{"files within seconds", post, respond + "/F1", "multipart/form-data; boundary=x", hasty.cookies(), true, false},
		{"a page", get, respond, "", nil, true, false},
		{"a sign-in", post, "/staff/sign-in", formType, nil, true, false},
		{"a sign-in with a cookie that is called as that of staff", post, "/staff/sign-in", formType, madeUp, true, false},
		{"another try of somebody who is signed in", post, "/staff/sign-in", formType, officer.cookies(), true, false},
		{"a question for a passkey", post, "/staff/passkey", formType, officer.cookies(), true, false},
		{"an invitation", post, "/staff/welcome", formType, officer.cookies(), true, false},
		{"something for the desk with such a cookie", post, desk, formType, madeUp, true, false},
		{"something for the desk of somebody who asked for a passkey", post, desk, formType, nobody.cookies(), true, false},
		{"an answer with when another page was opened", post, respond + "/A1?" + opened, formType, nil, true, false},
		{"something for the desk", post, desk, formType, officer.cookies(), false, true},
		{"a sign-in after a while", post, signsIn, formType, nil, false, false},
		{"an answer after a while", post, respond + "/A1", formType, unhurried.cookies(), false, false},
		{"a beginning after a while", post, begins, formType, nil, false, false},
		{"the desk", get, "/staff", "", officer.cookies(), false, true},
		{"leaving", get, "/exit", "", hasty.cookies(), false, true},
		{"whether it runs", get, "/healthz", "", nil, false, true},
	} {
		status, read, retry := try(test.method, test.path, test.kind, test.cookies)
		if test.let != let {
			t.Errorf("%s: let through %v", test.name, let)
		}
		if !test.let && (status != http.StatusServiceUnavailable || retry == "") {
			t.Errorf("%s: %d, come back after %q", test.name, status, retry)
		}
		if test.refusedUnread && read > 0 {
			t.Errorf("%s: %d bytes were read in vain", test.name, read)
		}
		if !test.refusedUnread && !test.let && read == 0 {
			t.Errorf("%s: was not even read", test.name)
		}
	}
	// Of many requests that share one page, or one response, two are among people.
	for name, all := range map[string]struct {
		path    string
		cookies []*http.Cookie
	}{"page": {begins, nil}, "response": {respond + "/A1", unhurried.cookies()}} {
		waiting, leave := context.WithCancel(t.Context())
		var group sync.WaitGroup
		for range apiece {
			group.Go(func() {
				r := httptest.NewRequest(post, all.path, strings.NewReader(""))
				for _, c := range all.cookies {
					r.AddCookie(c)
				}
				busyHandler.ServeHTTP(httptest.NewRecorder(), r.WithContext(waiting))
			})
		}
		for people := 0; people < apiece; {
			busy.pages.mu.Lock()
			people = len(busy.pages.people)
			busy.pages.mu.Unlock()
		}
		if _, read, _ := try(post, all.path, formType, all.cookies); read > 0 {
			t.Errorf("a third request of one %s is among people", name)
		}
		if _, read, _ := try(post, another, formType, nil); read == 0 {
			t.Errorf("somebody else is turned away because of those of one %s", name)
		}
		leave()
		group.Wait()
		if _, read, _ := try(post, all.path, formType, all.cookies); read == 0 {
			t.Errorf("the next request of one %s is turned away once those before are gone", name)
		}
	}
	if kept := strings.Count(strings.Join(p.rows("SELECT * FROM drafts"), " "), "opened"); kept > 0 {
		t.Error("when the page was opened is kept")
	}
}

// slow is a connection that tells until when it is waited for more.
type slow struct {
	http.ResponseWriter
	until []time.Duration // since it began, by each reading
	begun time.Time
}

func (s *slow) SetReadDeadline(at time.Time) error {
	s.until = append(s.until, at.Sub(s.begun))
	return nil
}

// A file keeps its place while it arrives, and loses it when it hardly does.
func TestFilesArriveSteadily(t *testing.T) {
	connection := &slow{begun: time.Now()}
	body := &steady{ReadCloser: io.NopCloser(&endless{}), connection: http.NewResponseController(connection), begun: connection.begun}
	for _, n := range []int{1, 40 * slowest, 1 << 22} {
		_, err := io.CopyN(io.Discard, body, int64(n))
		must(t, err)
	}
	until := connection.until
	if until[0] != formTime || until[len(until)-1] != fileTime || !slices.IsSorted(until) || !slices.ContainsFunc(until, func(d time.Duration) bool { return d > formTime && d < fileTime }) {
		t.Errorf("waited for %v to %v", until[0], until[len(until)-1])
	}
}
