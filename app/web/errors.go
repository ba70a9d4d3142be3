package web

import (
	"errors"
	"net/http"
	"slices"

	"github.com/labstack/echo/v5"

	"heard/models"
	"heard/views"
)

// statusOf is the HTTP status for each kind of failure.
var statusOf = map[models.Kind]int{
	models.KindInternal:    http.StatusInternalServerError,
	models.KindInvalid:     http.StatusUnprocessableEntity,
	models.KindNotFound:    http.StatusNotFound,
	models.KindSignedOut:   http.StatusUnauthorized,
	models.KindForbidden:   http.StatusForbidden,
	models.KindConflict:    http.StatusConflict,
	models.KindClosed:      http.StatusConflict,
	models.KindTooLarge:    http.StatusRequestEntityTooLarge,
	models.KindUnavailable: http.StatusServiceUnavailable,
	models.KindStale:       http.StatusForbidden,
	models.KindBusy:        http.StatusServiceUnavailable,
}

// fail answers a request that went wrong with the one error page. What people
// may be told is in a *models.Error; anything else is logged by its kind and
// shown as a fault of ours.
func (p *portal) fail(c *echo.Context, err error) {
	if r, _ := echo.UnwrapResponse(c.Response()); r != nil && r.Committed {
		return
	}
	if err := p.tell(c, err); err != nil {
		p.Log.Error("the error page cannot be rendered", "error", err)
		_ = c.String(http.StatusInternalServerError, "Something went wrong on our side. Try again in a minute.")
	}
}

// tell writes the error page. Nothing catches what panics here but itself.
func (p *portal) tell(c *echo.Context, err error) (failed error) {
	defer caught(&failed)
	lang, _ := c.Get(spoken).(string)
	if offered := p.Views.Languages(); lang == "" {
		if lang = c.QueryParam("lang"); !slices.Contains(offered, lang) {
			lang = preferred(c.Request().Header.Get("Accept-Language"), offered)
		}
	}
	page := &views.ErrorPage{Base: views.Base{Lang: lang, Service: "Heard", Home: "/", Exit: true, Invented: p.Invented}, Retry: "/"}
	if (route{path: c.Path()}).staff() {
		lang = "en"
		page.Lang, page.Home, page.Retry, page.Exit = lang, "/staff", "/staff", false
	}
	say := func(id string) string { return p.Views.Translate(lang, id) }
	var over ended
	var known *models.Error
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &over):
		page.Status, page.Heading, page.Message = http.StatusGone, say("error.gone"), say("error.gone.text")
		page.Service, page.Home, page.Retry = over.consultation.Council.Name, "/"+over.consultation.ID, "/"+over.consultation.ID
		page.Invented = p.Invented || over.consultation.Invented
	case errors.As(err, &tooLarge):
		page.Status = http.StatusRequestEntityTooLarge
		page.Message = say("error.large")
	case errors.As(err, &known):
		page.Status = statusOf[known.Kind]
		page.Message = p.word(lang, known.Code, known.Message, nil)
		for _, f := range known.Fields {
			f.Message = p.word(lang, f.Code, f.Message, f.Values)
			page.Faults = append(page.Faults, waitsFor(c.Param("consultation"), f))
		}
		if known.Code == "" && lang != "en" && (page.Status == http.StatusNotFound || page.Status == http.StatusServiceUnavailable) {
			page.Message = "" // the general wording is there in every language
		}
	default:
		page.Status = echo.StatusCode(err)
		if page.Status == 0 {
			page.Status = http.StatusInternalServerError
		}
	}
	switch page.Status {
	case http.StatusGone:
	case http.StatusNotFound:
		page.Heading = say("error.404")
		if page.Message == "" {
			page.Message = say("error.404.text")
		}
	case http.StatusMethodNotAllowed:
		page.Heading, page.Message = "This cannot be done here", "Go back to the page you came from and try again."
	case http.StatusForbidden, http.StatusUnauthorized:
		page.Heading = "You cannot open this"
	case http.StatusInternalServerError:
		page.Heading, page.Message = say("error.500"), say("error.500.text")
		if c.Request().Context().Err() == nil { // nobody is left to tell otherwise
			p.Log.Error("request failed", "route", c.Path(), "error", err)
		}
	case http.StatusServiceUnavailable:
		page.Heading = say("error.503")
		if page.Message == "" {
			page.Message = say("error.503.text")
		}
		c.Response().Header().Set("Retry-After", "30")
		if c.Request().Method == http.MethodPost && models.KindOf(err) != models.KindBusy {
			p.doubtful.Store(true)
		}
	default:
		page.Heading = say("error.refused")
	}
	page.Title = page.Heading
	if c.Request().Method == http.MethodHead {
		return c.NoContent(page.Status)
	}
	return p.render(c, page.Status, page)
}
