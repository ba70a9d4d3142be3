package web

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"

	"heard/app/sso"
	"heard/models"
	"heard/views"
)

// Addresses of the organisation's own sign-in.
const (
	ssoPath     = "/staff/sso"
	ssoBackPath = ssoPath + "/callback"
)

// ssoAddress is where the organisation's own sign-in begins, "" without one.
func (p *portal) ssoAddress(next string) string {
	if p.SSO == nil {
		return ""
	}
	return ssoPath + "?next=" + queryEscape(next)
}

// pendingSSO is what the browser keeps until it comes back. The cookie of staff
// is not sent with a request that another website began, so it is one of its
// own, for these addresses alone and a few minutes.
type pendingSSO struct {
	sso.Pending
	Next string
}

func (p *portal) ssoCookie() *http.Cookie {
	c := &http.Cookie{Name: "heard-sso", Path: ssoPath, HttpOnly: true, Secure: p.Secure, SameSite: http.SameSiteLaxMode, MaxAge: 600}
	if p.Secure {
		c.Name = "__Secure-heard-sso"
	}
	return c
}

var noSSO = models.NewError(models.KindNotFound, "This portal has no sign-in of an organisation.")

func (p *portal) beginSSO(req *request) error {
	if p.SSO == nil {
		return noSSO
	}
	to, pending, err := p.SSO.Begin(req.Request().Context(), p.Address+ssoBackPath)
	if err != nil {
		return p.ssoFault(err)
	}
	b, err := json.Marshal(pendingSSO{pending, ownAddress(req.QueryParam("next"))})
	if err != nil {
		return err
	}
	c := p.ssoCookie()
	c.Value = base64.RawURLEncoding.EncodeToString(b)
	http.SetCookie(req.Response(), c)
	return req.Redirect(http.StatusSeeOther, to)
}

func (p *portal) finishSSO(req *request) error {
	if p.SSO == nil {
		return noSSO
	}
	r, c := req.Request(), p.ssoCookie()
	var pending pendingSSO
	if sent, err := r.Cookie(c.Name); err == nil {
		b, err := base64.RawURLEncoding.DecodeString(sent.Value)
		if err != nil || json.Unmarshal(b, &pending) != nil {
			pending = pendingSSO{}
		}
	}
	c.MaxAge = -1
	http.SetCookie(req.Response(), c)
	who, err := p.SSO.Finish(r.Context(), p.Address+ssoBackPath, pending.Pending, r.URL.Query())
	if err != nil {
		return p.ssoFault(err)
	}
	u, err := p.service.SignInFrom(r.Context(), who.Issuer, who.Subject, who.Email, who.Verified, who.Strong)
	if err != nil {
		return err
	}
	if err := p.enter(req, u, p.service.Fresh(who.Shown)); err != nil {
		return err
	}
	// A redirect would still count as begun by the other website, and browsers
	// would not send the cookie of the new session along.
	next := ownAddress(pending.Next)
	req.Response().Header().Set("Refresh", "0; url="+next)
	return p.render(req.Context, http.StatusOK, &views.GoOnPage{Base: views.Base{Lang: deskLanguage, Title: "Go on", Service: "Heard", Home: "/staff", Invented: p.Invented}, Next: next, Refresh: true})
}

// ssoFault words a fault of the organisation's sign-in.
func (p *portal) ssoFault(err error) error {
	p.Log.Warn("nobody was signed in by the organisation's sign-in", "error", err)
	if errors.Is(err, sso.ErrAway) {
		return &models.Error{Kind: models.KindUnavailable, Message: "Your organisation’s sign-in does not answer. Try again in a minute, or sign in with your password or a passkey."}
	}
	return models.NewError(models.KindForbidden, "Your organisation’s sign-in did not say who you are, or it took too long. Go back to the sign-in page and try again.")
}
