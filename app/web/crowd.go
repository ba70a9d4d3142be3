package web

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"heard/app/consult"
	"heard/views"
)

// A flood of made-up requests must not keep people from answering. Nobody is
// asked who they are or where they come from for that: while more arrives than
// can be dealt with at once, it waits in two lines. In one are those who have
// taken the time that reading takes, in the other all the rest, who are told to
// come back when their line is full, before anything of what they send is read.
const (
	peopleWait  = 256 // of those who took their time, at most; each may hold a form in memory
	formsWait   = 64  // forms of the rest
	pagesWait   = 512 // pages for the rest
	filesAtOnce = 8   // uploads that are taken in together; each file is in memory
	apiece      = 2   // places that one page or one response has among people; the second is for who asks again

	fileTime = 5 * time.Minute  // and what is larger
	formTime = 20 * time.Second // how long a form may take to arrive
	waitTime = 30 * time.Second // how long anything waits

	slowest = 4 << 10 // bytes a second, that a file must arrive at after the time of a form
)

// pagesAtOnce is how many requests are dealt with together. What they need is
// processors and a database with one writer, so more would only wait elsewhere,
// and in no order.
var pagesAtOnce = 4 * runtime.GOMAXPROCS(0)

// line is where requests wait for one of a number of places.
type line struct {
	places         int
	mu             sync.Mutex
	taken          int
	people, others []chan struct{} // that wait, longest first
	row            int             // of people that were let in one after the other
	arriving       int             // forms that are being read
	held           map[string]int  // places among people, by what shows that time was taken
}

func (l *line) full() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.taken >= l.places
}

// hold counts one more place among people for whatever shows that time was taken,
// so that many requests do not share it, until free is called; ok is false where it
// has enough.
func (l *line) hold(shown string) (free func(), ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held[shown] >= apiece {
		return nil, false
	}
	if l.held == nil {
		l.held = map[string]int{}
	}
	l.held[shown]++
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.held[shown]--; l.held[shown] == 0 {
			delete(l.held, shown)
		}
	}, true
}

// arrive makes room for one that is not read yet, as long as no more than most of
// its kind arrive or wait, and done gives it back.
func (l *line) arrive(person bool, most int) (done func(), ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	waiting := len(l.others)
	if person {
		waiting = len(l.people)
	}
	if l.arriving+waiting >= most {
		return nil, false
	}
	l.arriving++
	return func() {
		l.mu.Lock()
		l.arriving--
		l.mu.Unlock()
	}, true
}

// enter waits for a place, which leave gives to the next; ok is false where too
// many wait.
func (l *line) enter(ctx context.Context, person bool, most int) (leave func(), ok bool) {
	l.mu.Lock()
	if l.taken < l.places {
		l.taken++
		l.mu.Unlock()
		return l.leave, true
	}
	waiting := &l.others
	if person {
		waiting = &l.people
	}
	if len(*waiting) >= most {
		l.mu.Unlock()
		return nil, false
	}
	turn := make(chan struct{})
	*waiting = append(*waiting, turn)
	l.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, waitTime)
	defer cancel()
	select {
	case <-turn:
		return l.leave, true
	case <-ctx.Done():
	}
	l.mu.Lock()
	at := slices.Index(*waiting, turn)
	if at >= 0 {
		*waiting = slices.Delete(*waiting, at, at+1)
	}
	l.mu.Unlock()
	if at < 0 { // it was its turn at the same moment
		l.leave()
	}
	return nil, false
}

// leave gives a place to the next: to the rest every fourth time, so that a
// flood of those who take their time does not close the door.
func (l *line) leave() {
	l.mu.Lock()
	defer l.mu.Unlock()
	next := &l.people
	if len(l.people) == 0 || l.row >= 3 && len(l.others) > 0 {
		next = &l.others
	}
	if len(*next) == 0 {
		l.taken--
		return
	}
	if l.row++; next == &l.others {
		l.row = 0
	}
	close((*next)[0])
	*next = slices.Delete(*next, 0, 1)
}

// doors are where people come in. Whoever is at one waits in line, signed in or not:
// a password takes long to check, and each try is kept.
var doors = []string{"/staff/sign-in", "/staff/passkey", "/staff/welcome"}

// inTurn has requests answered a few at a time. Pages of the desk and what is sent by
// those who are signed in, files of ours and what must always work do not wait.
func (p *portal) inTurn(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		at := r.URL.Path
		desk := (route{path: at}).staff() && (r.Method != http.MethodPost || !slices.Contains(doors, at) && p.signedIn(r))
		if desk || strings.HasPrefix(at, "/static/") || at == "/exit" || at == "/healthz" || at == "/readyz" {
			next.ServeHTTP(w, r)
			return
		}
		l, most, person := p.pages, pagesWait, false
		sent, file := r.Method == http.MethodPost, strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/")
		if sent {
			if most = formsWait; file {
				l = p.intake
			}
		}
		if l.full() {
			if shown := p.unhurried(r); shown != "" {
				if free, ok := l.hold(shown); ok {
					defer free()
					person, most = true, peopleWait
				}
			}
		}
		arrived, ok := l.arrive(person, most)
		if !ok {
			p.comeBack(w, r)
			return
		}
		// A form is read before its turn, so that a slow connection takes no place.
		// One that is too large is refused by its page, and all of them before they
		// are read while nothing can be kept. Those who leave are not read at all.
		leaves := strings.HasSuffix(at, "/respond/leave") || at == "/staff/sign-out"
		if sent && !file && !leaves && !p.doubtful.Load() {
			_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(formTime))
			var form bytes.Buffer
			_, err := form.ReadFrom(io.LimitReader(r.Body, maxForm+1))
			_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(fileTime))
			r.Body = struct {
				io.Reader
				io.Closer
			}{io.MultiReader(&form, broken{err}, r.Body), r.Body}
		}
		arrived()
		leave, ok := l.enter(r.Context(), person, most)
		if !ok {
			p.comeBack(w, r)
			return
		}
		defer leave()
		if file {
			r.Body = &steady{ReadCloser: r.Body, connection: http.NewResponseController(w), begun: time.Now()}
		}
		next.ServeHTTP(w, r)
	})
}

// steady is a file that arrives, and is given up when it hardly does: it holds one
// of few places.
type steady struct {
	io.ReadCloser
	connection *http.ResponseController
	begun      time.Time
	read       int64
}

func (s *steady) Read(b []byte) (int, error) {
	due := min(fileTime, formTime+time.Duration(s.read)*time.Second/slowest)
	_ = s.connection.SetReadDeadline(s.begun.Add(due)) // which every connection of ours can
	n, err := s.ReadCloser.Read(b)
	s.read += int64(n)
	return n, err
}

// broken is the end of a body that did not arrive whole.
type broken struct{ err error }

func (b broken) Read([]byte) (int, error) {
	if b.err == nil {
		return 0, io.EOF
	}
	return 0, b.err
}

// signedIn reports whether the cookie of staff leads to somebody who is signed in. A
// few rows are read for that, less than refusing takes.
func (p *portal) signedIn(r *http.Request) bool {
	resume := func() (err error) {
		defer caught(&err) // nothing else does here
		cookie, err := r.Cookie(p.sessions.Cookie.Name)
		if err != nil {
			return err
		}
		ctx, err := p.sessions.Load(r.Context(), cookie.Value)
		if err != nil {
			return err
		}
		_, err = p.service.Resume(ctx, p.sessions.GetString(ctx, sessionID))
		return err
	}
	return resume() == nil
}

// unhurried returns what shows that whoever asks has taken the time that people take:
// the page that they begin or sign in from, or the response that they write; "" where
// nothing does.
func (p *portal) unhurried(r *http.Request) string {
	if opened := r.URL.Query().Get("opened"); opened != "" {
		at := r.URL.Path
		if r.Method == http.MethodPost && (strings.HasSuffix(at, "/respond") || slices.Contains(doors, at)) && p.service.OpenedEarlier(opened) {
			return opened
		}
		return ""
	}
	cookie, err := r.Cookie(draftCookie)
	if err != nil {
		return ""
	}
	key := consult.ParseDraftKey(cookie.Value)
	if d, err := p.service.LoadDraft(r.Context(), key); err != nil || !p.service.Unhurried(d) {
		return ""
	}
	return string(key) // the cookie can be written in more than one way
}

// comeBack says that too many are here at once, at the least expense.
func (p *portal) comeBack(w http.ResponseWriter, r *http.Request) {
	lang := r.URL.Query().Get("lang")
	if offered := p.Views.Languages(); !slices.Contains(offered, lang) {
		lang = preferred(r.Header.Get("Accept-Language"), offered)
	}
	kept, ok := p.sorry.Load(lang)
	if !ok {
		page := &views.ErrorPage{Base: views.Base{Lang: lang, Service: "Heard", Home: "/", Exit: true, Invented: p.Invented}, Retry: "/", Status: http.StatusServiceUnavailable,
			Heading: p.Views.Translate(lang, "error.503"), Message: p.Views.Translate(lang, "error.503.text")}
		page.Title = page.Heading
		var b bytes.Buffer
		if err := p.Views.Render(&b, page); err != nil {
			p.Log.Error("the error page cannot be rendered", "error", err)
		}
		kept, _ = p.sorry.LoadOrStore(lang, b.Bytes())
	}
	h := w.Header()
	h.Set("Retry-After", "30")
	h.Set("Content-Type", "text/html; charset=UTF-8")
	h.Set("Content-Length", strconv.Itoa(len(kept.([]byte))))
	w.WriteHeader(http.StatusServiceUnavailable)
	if r.Method != http.MethodHead {
		_, _ = w.Write(kept.([]byte)) // whoever asked may be gone
	}
}
