// Package web is the portal over HTTP, and the only package that knows the web
// framework. A handler decodes what was posted, calls one method of
// consult.Service and renders one page; rules live in consult and models.
package web

import (
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/labstack/echo/v5"
	"github.com/labstack/echo/v5/middleware"

	"heard/app/consult"
	"heard/app/print"
	"heard/app/sso"
	"heard/models"
	"heard/static"
	"heard/views"
)

// Options are the settings of the portal over HTTP.
type Options struct {
	Service  *consult.Service
	Views    *views.Renderer
	Sessions scs.Store // where staff sessions are kept
	Log      *slog.Logger
	// Secure says that people reach the portal over HTTPS, so cookies are kept
	// off plain connections.
	Secure bool
	// ExitTo is the neutral page that "Exit this page" leads to.
	ExitTo string
	// Onion is the portal's onion address, "" for none.
	Onion string
	// Address is where people reach the portal, for links to hand over.
	Address string
	// Invented says on every page that the submissions are made up.
	Invented bool
	// Templates are consultation files to start from, by name.
	Templates map[string][]byte
	// SSO is the organisation's own sign-in, nil for none.
	SSO *sso.Client
	// Printer makes PDFs, if there is a program for it.
	Printer *print.Printer
}

// portal holds what the handlers share.
type portal struct {
	Options
	service  *consult.Service
	sessions *scs.SessionManager
	origin   string // at which passkeys work
	// doubtful is set when something could not be kept, until something can be
	// again.
	doubtful atomic.Bool
	shelf    shelf
	pages    *line    // of who is not signed in
	intake   *line    // of files
	sorry    sync.Map // language → the page that says to come back
}

// New returns the portal as a handler.
func New(o Options) http.Handler {
	p := &portal{Options: o, service: o.Service, sessions: scs.New(), origin: consult.PasskeyOrigin(o.Address),
		pages: &line{places: pagesAtOnce}, intake: &line{places: filesAtOnce}}
	p.sessions.Store = o.Sessions
	p.sessions.HashTokenInStore = true
	// The end of those that are idle is told by models.StaffSession. With IdleTimeout
	// every view of a page would be written to the disk.
	// They open nothing for longer than it says; until the next day they tell whose
	// a form is that comes after their end.
	p.sessions.Lifetime = 24 * time.Hour
	p.sessions.Cookie.Name = "heard-staff"
	p.sessions.Cookie.Path = "/staff"
	p.sessions.Cookie.HttpOnly = true
	p.sessions.Cookie.SameSite = http.SameSiteStrictMode
	p.sessions.Cookie.Persist = false
	p.sessions.Cookie.Secure = o.Secure
	if o.Secure {
		p.sessions.Cookie.Name = "__Secure-heard-staff"
	}
	p.sessions.ErrorFunc = func(w http.ResponseWriter, r *http.Request, err error) {
		o.Log.Error("staff sessions are away", "error", err)
		http.Error(w, "The portal cannot reach its database. Try again in a minute.", http.StatusServiceUnavailable)
	}

	e := echo.NewWithConfig(echo.Config{
		Logger:           o.Log,
		HTTPErrorHandler: p.fail,
		// Nobody's address is ever asked for.
		IPExtractor: func(*http.Request) string { return "" },
	})
	// People on slow connections get what compresses well compressed.
	e.Use(p.recover, middleware.GzipWithConfig(middleware.GzipConfig{MinLength: 1024}))
	for _, r := range routes {
		e.Add(r.method, r.path, p.handle(r))
	}
	e.GET("/static/*", echo.WrapHandler(static.Handler()))

	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "This form was sent from another website, so it was refused. Nothing was saved. Open the page again here and try once more.", http.StatusForbidden)
	}))
	return p.headers(p.guard(protection.Handler(p.inTurn(e))))
}

// request is one request with who makes it.
type request struct {
	*echo.Context
	by   consult.Actor
	user *models.User
	bare bool   // the account needs a second factor and has none
	was  string // the account whose session has ended, if nobody is signed in
	lang string // the language of the pages, once it is known
}

// speak says which language the pages are in, also that of an error.
func (req *request) speak(lang string) {
	req.lang = lang
	req.Set(spoken, lang)
}

// spoken is the key of the language in a request's values.
const spoken = "language"

// handler answers one request.
type handler func(*portal, *request) error

// shows is the handler that shows what page makes of a consultation.
func shows[P views.Page](page func(*portal, *request, *models.Consultation) (P, error)) handler {
	return func(p *portal, req *request) error {
		c, err := p.consultation(req)
		if err != nil {
			return err
		}
		made, err := page(p, req, c)
		if err != nil {
			return err
		}
		return p.render(req.Context, http.StatusOK, made)
	}
}

// handle wraps a route: who is it, may they, then the handler.
func (p *portal) handle(r route) echo.HandlerFunc {
	answer := func(c *echo.Context) error {
		req := &request{Context: c}
		// Nobody sends a long answer or a file in vain.
		if req.Request().Method == http.MethodPost {
			if err := p.keeps(req); err != nil {
				return err
			}
		}
		if r.staff() {
			if err := p.identify(req); err != nil {
				return err
			}
			if r.need != consult.Public && !req.by.May(r.need) {
				if req.user == nil {
					return p.toSignIn(req, r)
				}
				return models.NewError(models.KindForbidden, "Your role does not allow this. Ask an administrator if you need it.")
			}
			if req.bare && !r.open() {
				return p.toAccount(req)
			}
		}
		err := r.handle(p, req)
		if models.KindOf(err) == models.KindStale {
			return p.toProve(req)
		}
		return err
	}
	if !r.staff() {
		return answer
	}
	return echo.WrapMiddleware(p.sessions.LoadAndSave)(answer)
}

// keeps reports whether what people send can be kept, if that is in doubt. It is
// tried each time, so the portal resumes by itself.
func (p *portal) keeps(req *request) error {
	if !p.doubtful.Load() {
		return nil
	}
	err := p.service.TakesWrites(req.Request().Context())
	p.doubtful.CompareAndSwap(true, err != nil)
	return err
}

// consultation returns the consultation that the address names.
func (p *portal) consultation(req *request) (*models.Consultation, error) {
	return p.service.Consultation(req.Request().Context(), req.by, req.Param("consultation"))
}

// render writes a page. It is rendered whole before the first byte goes out,
// so a fault in it is an error page and never half a page.
func (p *portal) render(c *echo.Context, status int, page views.Page) (err error) {
	defer caught(&err)
	buffer := getBuffer()
	defer putBuffer(buffer)
	if err := p.Views.Render(buffer, page); err != nil {
		return err
	}
	return c.HTMLBlob(status, buffer.Bytes())
}
