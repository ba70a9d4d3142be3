package web

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"sync"

	"github.com/labstack/echo/v5"
)

// policy allows our own stylesheets, images, forms and scripts, which may
// talk to us alone, and nothing else: nothing inline, no frame, no other host.
const policy = "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// headers sets what every answer carries. Nothing is kept by browsers or
// proxies unless a handler says so.
func (p *portal) headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		// No other website learns anything from this. With no-referrer, browsers
		// would also hide from us that a form is our own: they then send it with
		// "Origin: null", which the protection against forged forms refuses
		// wherever Sec-Fetch-Site is missing (old browsers, plain HTTP).
		h.Set("Referrer-Policy", "same-origin")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), browsing-topics=()")
		h.Set("Cache-Control", "no-store")
		if p.Secure {
			h.Set("Strict-Transport-Security", "max-age=63072000")
		}
		if p.Onion != "" && !(route{path: r.URL.Path}).staff() {
			h.Set("Onion-Location", strings.TrimSuffix(p.Onion, "/")+r.URL.RequestURI())
		}
		next.ServeHTTP(w, r)
	})
}

// recover turns a panic of a handler into an error.
func (p *portal) recover(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c *echo.Context) (err error) {
		defer caught(&err)
		return next(c)
	}
}

// caught is deferred to turn a panic into an error. The value of the panic may
// hold what somebody wrote, so only its type and the place are told.
func caught(err *error) {
	switch v := recover(); v {
	case nil:
	case http.ErrAbortHandler:
		panic(v)
	default:
		*err = fmt.Errorf("panic of type %T at %s", v, place())
	}
}

// place is the function of ours that panicked.
func place() string {
	var pcs [32]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs[:])])
	for {
		f, more := frames.Next()
		if strings.HasPrefix(f.Function, "heard/") && !strings.Contains(f.Function, ".caught") {
			return fmt.Sprintf("%s:%d", f.Function, f.Line)
		}
		if !more {
			return "an unknown place"
		}
	}
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func getBuffer() *bytes.Buffer { return buffers.Get().(*bytes.Buffer) }

func putBuffer(b *bytes.Buffer) {
	b.Reset()
	buffers.Put(b)
}

func queryEscape(s string) string { return url.QueryEscape(s) }
