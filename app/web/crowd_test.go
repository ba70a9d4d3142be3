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
}

// While all places are taken and others wait, a form is refused before it is read,
// with the time to come back; somebody who took their time is not, nor is the desk,
// nor who leaves. Nothing of that needs an address.
func TestCrowd(t *testing.T) {
	p := newPortal(t)
	p.signUp(models.RoleOfficer)
	officer := p.staff(models.RoleOfficer)
	unhurried, hasty, stranger := p.browser(), p.browser(), p.browser()
	unhurried.start()
	p.clock.Advance(10 * time.Second)
	hasty.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	hasty.post("/"+p.demo.ID+"/respond", nil).is(http.StatusSeeOther)
	opened := stranger.get("/"+p.demo.ID+"/respond").doc.Find("main form").AttrOr("action", "")
	p.clock.Advance(3 * time.Second)
	address, err := url.Parse(opened)
	must(t, err)

	// A portal of which all places are taken, and the line of the rest is full.
	busy := &portal{Options: p.options, service: p.service, pages: &line{places: 1, taken: 1, others: make([]chan struct{}, pagesWait)}, intake: &line{places: 1, taken: 1, others: make([]chan struct{}, formsWait)}}
	busy.sessions = scs.New()
	busy.sessions.Cookie.Name = "heard-staff"
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
		{"an answer after a while", post, respond + "/A1", formType, unhurried.cookies(), false, false},
		{"a beginning after a while", post, address.RequestURI(), formType, nil, false, false},
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
