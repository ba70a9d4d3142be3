package web

import (
	"errors"
	"net/http"

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
}

// fail answers a request that went wrong with the one error page. What people
// may be told is in a *models.Error; anything else is logged by its kind and
// shown as a fault of ours.
func (p *portal) fail(c *echo.Context, err error) {
	if r, _ := echo.UnwrapResponse(c.Response()); r != nil && r.Committed {
		return
	}
	var over ended
	if errors.As(err, &over) {
		p.answer(c, over.page(p))
		return
	}
	page := &views.ErrorPage{Base: views.Base{Lang: "en", Service: "Heard", Home: "/", Invented: p.Invented}, Retry: "/"}
	if (route{path: c.Path()}).staff() {
		page.Home, page.Retry = "/staff", "/staff"
	}
	var known *models.Error
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		page.Status = http.StatusRequestEntityTooLarge
		page.Message = "What you sent is larger than this page accepts. Nothing was saved."
	case errors.As(err, &known):
		page.Status = statusOf[known.Kind]
		page.Message = known.Message
		page.Fields = known.Fields
	default:
		page.Status = echo.StatusCode(err)
		if page.Status == 0 {
			page.Status = http.StatusInternalServerError
		}
	}
	switch page.Status {
	case http.StatusNotFound:
		page.Heading = "Page not found"
		if page.Message == "" {
			page.Message = "There is no page at this address. Check that it was typed or copied whole."
		}
	case http.StatusMethodNotAllowed:
		page.Heading, page.Message = "This cannot be done here", "Go back to the page you came from and try again."
	case http.StatusForbidden, http.StatusUnauthorized:
		page.Heading = "You cannot open this"
	case http.StatusInternalServerError:
		page.Heading, page.Message = "Something went wrong on our side", "Nothing you sent before was lost. Try again in a minute."
		if c.Request().Context().Err() == nil { // nobody is left to tell otherwise
			p.Log.Error("request failed", "route", c.Path(), "error", err)
		}
	case http.StatusServiceUnavailable:
		page.Heading = "We cannot answer at the moment"
		c.Response().Header().Set("Retry-After", "30")
	default:
		page.Heading = "This could not be done"
	}
	page.Title = page.Heading
	// Whoever has a response under way can leave from here too.
	_, noDraft := c.Cookie(draftCookie)
	page.Exit = noDraft == nil
	p.answer(c, page)
}

// answer writes an error page.
func (p *portal) answer(c *echo.Context, page *views.ErrorPage) {
	if c.Request().Method == http.MethodHead {
		_ = c.NoContent(page.Status)
		return
	}
	if err := p.render(c, page.Status, page); err != nil {
		p.Log.Error("the error page cannot be rendered", "error", err)
		_ = c.String(http.StatusInternalServerError, "Something went wrong on our side. Try again in a minute.")
	}
}
