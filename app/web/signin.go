package web

import (
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"heard/app/consult"
	"heard/models"
	"heard/views"
)

// Keys of a session.
const (
	sessionID       = "session"  // of the session as the portal keeps it
	sessionAccount  = "account"  // whose it is, which is still told when it has ended
	sessionCeremony = "ceremony" // what the answer of a passkey is checked against, once
)

// maxCarried is how long a form may be that waits until somebody has shown who they are,
// in bytes. Every form that waits is far shorter.
const maxCarried = maxFile

// maxUnsent is how long a form may be that carries one that waits, in bytes. That one is
// sealed, and encoded once more.
const maxUnsent = 2 * maxCarried

// accountAddress is where people keep their own account.
const accountAddress = "/staff/account"

// proveAddress is where people show again who they are.
const proveAddress = "/staff/prove"

// enter starts a session for somebody who has shown who they are.
func (p *portal) enter(req *request, u *models.User, fresh bool) error {
	ctx := req.Request().Context()
	if req.user != nil { // in this browser, as whoever
		if err := p.service.Leave(ctx, req.by, p.sessions.GetString(ctx, sessionID)); err != nil {
			return err
		}
	}
	session, err := p.service.Enter(ctx, u, fresh)
	if err != nil {
		return err
	}
	if err := p.sessions.RenewToken(ctx); err != nil {
		return err
	}
	p.sessions.Put(ctx, sessionID, session)
	p.sessions.Put(ctx, sessionAccount, u.ID)
	return nil
}

// identify finds out whose session the request belongs to. One that has ended,
// or whose account was closed or has another role since, is signed out; whose it was
// is still told, for a form that comes too late.
func (p *portal) identify(req *request) error {
	ctx := req.Request().Context()
	id := p.sessions.GetString(ctx, sessionID)
	if id == "" {
		return nil
	}
	who, err := p.service.Resume(ctx, id)
	switch {
	case models.KindOf(err) == models.KindNotFound:
		req.was = p.sessions.GetString(ctx, sessionAccount)
		return nil
	case err != nil:
		return err
	}
	req.user, req.by, req.bare = who.User, who.Actor, who.Bare
	return nil
}

// open reports whether a page opens for an account that still needs a second
// factor: its own, so that it can add one, and the way out.
func (r route) open() bool {
	return r.need == consult.Public || r.need == consult.OwnAccount || r.need == consult.ChangeSignIn
}

// toAccount leads somebody whose role needs a second factor to where they add
// one.
func (p *portal) toAccount(req *request) error {
	if req.Request().Method != http.MethodGet {
		return models.NewError(models.KindForbidden, "Your role needs more than a password, so nothing was saved. Add a passkey or an app for codes under “Your account”, then do it again.")
	}
	return req.Redirect(http.StatusSeeOther, accountAddress)
}

// toSignIn leads somebody who is not signed in to the page for it and back. What a
// form had in it is kept on that page if the session that sent it has ended, so that
// nothing typed is lost.
//
// It is sealed to the account of that session: whoever else signs in there can neither
// read nor send it. Which session it was tells a cookie that browsers send with forms
// of our own pages alone, so what another website has them post never waits there. And
// nothing is sent by itself: once signed in, its author presses a button, and what they
// may do and what they change is checked then as with every form.
//
// Without such a session nobody can tell whose the form is. It is refused in words, so
// that nobody takes it for saved; and so are the forms for one's own account, in which
// there is little but passwords and codes.
func (p *portal) toSignIn(req *request, to route) error {
	r := req.Request()
	if r.Method == http.MethodGet {
		return req.Redirect(http.StatusSeeOther, signInAddress(r.URL.RequestURI()))
	}
	if req.was == "" || to.open() && to.path != proveAddress {
		return models.NewError(models.KindSignedOut, "You are not signed in, so nothing was saved. Sign in and do it again.")
	}
	form, file, err := req.unread()
	if err != nil {
		return err
	}
	next := ownAddress(r.URL.RequestURI())
	if to.path == proveAddress { // one waits there already
		if form.Get("unsent") == "" {
			return req.Redirect(http.StatusSeeOther, signInAddress(ownAddress(form.Get("next"))))
		}
		if next, form, file, err = p.unsent(req.was, form.Get("unsent")); err != nil {
			return err
		}
	}
	for _, secret := range []string{"password", "code"} { // which are asked for anew
		form.Del(secret)
	}
	page := p.signInPage(req, next)
	page.Unsent, err = p.service.SealUnsent(consult.Unsent{Account: req.was, Address: next, Form: form.Encode(), File: file})
	if err != nil {
		return err
	}
	return p.render(req.Context, http.StatusUnauthorized, page)
}

func signInAddress(next string) string { return "/staff/sign-in?next=" + queryEscape(next) }

// unread reads a form that its page did not get to read, and reports whether a file
// came with it, which is not kept.
func (req *request) unread() (form url.Values, file bool, err error) {
	if kind, _, _ := mime.ParseMediaType(req.Request().Header.Get("Content-Type")); kind != "multipart/form-data" {
		form, err = req.form(maxCarried)
		return form, false, err
	}
	form, err = req.sheet(func(io.Reader) (string, error) {
		file = true
		return "", nil
	})
	form.Del("file")
	return form, file, err
}

// signInForm reads the form by which somebody signs in. It carries another where
// they had been signed in, and nobody else sends a long one.
func (req *request) signInForm() (url.Values, error) {
	if req.was == "" && req.user == nil {
		return req.form(maxForm)
	}
	return req.form(maxUnsent)
}

// unsent opens a form that waits for the account whose it is: where it was sent, what
// was in it, and whether a file came with it.
func (p *portal) unsent(account, sealed string) (to string, form url.Values, file bool, err error) {
	f, err := p.service.OpenUnsent(account, sealed)
	if err != nil {
		return "", nil, false, err
	}
	form, err = url.ParseQuery(f.Form)
	return f.Address, form, f.File, err
}

// afterSignIn leads somebody who has shown who they are to where they wanted to go, or lets
// them send what they had sent before.
func (p *portal) afterSignIn(req *request, account, next, unsent string) error {
	if unsent == "" {
		return req.Redirect(http.StatusSeeOther, next)
	}
	to, form, file, err := p.unsent(account, unsent)
	if err != nil {
		return p.done(req, "/staff", err.Error())
	}
	if err := p.identify(req); err != nil { // as whoever has just signed in
		return err
	}
	page := &views.GoOnPage{Base: p.staffBase(req, nil, "", "Go on"), Next: to, Posts: true, File: file}
	for _, name := range slices.Sorted(maps.Keys(form)) {
		for _, value := range form[name] {
			page.Fields = append(page.Fields, views.FormField{Name: name, Value: value})
		}
	}
	return p.render(req.Context, http.StatusOK, page)
}

// toProve asks somebody to show again who they are, and leads back. What a form
// had in it waits on the page, sealed, so that nothing typed is lost.
func (p *portal) toProve(req *request) error {
	r := req.Request()
	if r.Method == http.MethodGet {
		return req.Redirect(http.StatusSeeOther, proveAddress+"?next="+queryEscape(r.URL.RequestURI()))
	}
	if r.PostForm == nil { // the handler had no need of it
		if _, err := req.form(maxCarried); err != nil {
			return err
		}
	}
	page, err := p.provePage(req, ownAddress(r.URL.RequestURI()))
	if err != nil {
		return err
	}
	page.Unsent, err = p.service.SealUnsent(consult.Unsent{Account: req.by.ID, Address: page.Next, Form: r.PostForm.Encode()})
	if err != nil {
		return err
	}
	return p.render(req.Context, http.StatusForbidden, page)
}

func (p *portal) provePage(req *request, next string) (*views.ProvePage, error) {
	ctx := req.Request().Context()
	account, err := p.service.Account(ctx, req.by)
	if err != nil {
		return nil, err
	}
	page := &views.ProvePage{Base: p.staffBase(req, nil, "", "Show that it is you"), Next: next, SSO: p.ssoAddress(next),
		Code: account.App != nil || len(account.Passkeys) > 0}
	if len(account.Passkeys) > 0 {
		if page.Options, err = p.ask(req, func() (*consult.Ceremony, error) { return p.service.AskPasskey(p.origin) }); err != nil {
			return nil, err
		}
	}
	return page, nil
}

// ceremonyLasts is how long what the answer of a passkey is checked against is kept
// for somebody who is not signed in, of whom there may be very many. It is as long as
// the answer is accepted.
const ceremonyLasts = 5 * time.Minute

// ask begins to ask for a passkey and keeps what its answer is checked against.
func (p *portal) ask(req *request, begin func() (*consult.Ceremony, error)) (options string, err error) {
	c, err := begin()
	if err != nil {
		return "", err
	}
	ctx := req.Request().Context()
	if p.sessions.Put(ctx, sessionCeremony, c.Session); req.user == nil {
		p.sessions.SetDeadline(ctx, time.Now().Add(ceremonyLasts))
	}
	return string(c.Options), nil
}

func (p *portal) asked(req *request) []byte {
	return p.sessions.PopBytes(req.Request().Context(), sessionCeremony)
}

func (p *portal) showProve(req *request) error {
	page, err := p.provePage(req, ownAddress(req.QueryParam("next")))
	if err != nil {
		return err
	}
	return p.render(req.Context, http.StatusOK, page)
}

func (p *portal) prove(req *request) error {
	form, err := req.form(maxUnsent)
	if err != nil {
		return err
	}
	ctx, next := req.Request().Context(), ownAddress(form.Get("next"))
	session, unsent := p.sessions.GetString(ctx, sessionID), form.Get("unsent")
	if response := form.Get("response"); response != "" {
		err = p.service.ProveByPasskey(ctx, req.by, session, p.origin, p.asked(req), response)
	} else {
		err = p.service.Prove(ctx, req.by, session, form.Get("password"), form.Get("code"))
	}
	if models.KindOf(err) == models.KindInvalid {
		page, failed := p.provePage(req, next)
		if failed != nil {
			return failed
		}
		page.Unsent, page.Fault = unsent, err.Error()
		return p.render(req.Context, http.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	if err := p.sessions.RenewToken(ctx); err != nil {
		return err
	}
	if at, _, _ := strings.Cut(next, "?"); unsent == "" && path.Ext(at) != "" { // a file, which leaves the page where it is
		return p.render(req.Context, http.StatusOK, &views.GoOnPage{Base: p.staffBase(req, nil, "", "Go on"), Next: next})
	}
	return p.afterSignIn(req, req.by.ID, next, unsent)
}

// passkey signs somebody in by a passkey.
func (p *portal) passkey(req *request) error {
	form, err := req.signInForm()
	if err != nil {
		return err
	}
	if form.Get("do") == "begin" {
		options, err := p.ask(req, func() (*consult.Ceremony, error) { return p.service.AskPasskey(p.origin) })
		if err != nil {
			return err
		}
		return req.JSONBlob(http.StatusOK, []byte(options))
	}
	u, err := p.service.SignInByPasskey(req.Request().Context(), p.origin, p.asked(req), form.Get("response"))
	if models.KindOf(err) == models.KindInvalid {
		page := p.signInPage(req, ownAddress(form.Get("next")))
		page.Fault, page.Unsent = err.Error(), form.Get("unsent")
		return p.render(req.Context, http.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	if err := p.enter(req, u, true); err != nil {
		return err
	}
	return p.afterSignIn(req, u.ID, ownAddress(form.Get("next")), form.Get("unsent"))
}

func (p *portal) signInPage(req *request, next string) *views.SignInPage {
	return &views.SignInPage{Base: p.staffBase(req, nil, "", "Sign in"), Next: next, Opened: p.service.Opened(), SSO: p.ssoAddress(next)}
}

func (p *portal) accountPage(req *request) (*views.AccountPage, error) {
	ctx := req.Request().Context()
	a, err := p.service.Account(ctx, req.by)
	if err != nil {
		return nil, err
	}
	day := func(d string) string { return p.Views.Day(deskLanguage, d) }
	page := &views.AccountPage{Base: p.staffBase(req, nil, "account", "Your account"), Needs: req.bare, Left: a.Codes, Most: consult.MaxSessions, Problems: map[string]string{}}
	for _, k := range a.Passkeys {
		page.Passkeys = append(page.Passkeys, views.FactorRow{ID: k.ID, Name: k.Name, Day: day(k.Day)})
	}
	if a.App != nil {
		page.App = day(a.App.Day)
	}
	here := p.sessions.GetString(ctx, sessionID)
	for _, s := range a.Sessions {
		page.Sessions = append(page.Sessions, views.SessionRow{ID: s.ID, Name: s.Name, Day: day(s.Day), Here: s.ID == here})
	}
	return page, nil
}

func (p *portal) showAccount(req *request) error {
	page, err := p.accountPage(req)
	if err != nil {
		return err
	}
	return p.render(req.Context, http.StatusOK, page)
}

func (p *portal) changeAccount(req *request) error {
	form, err := req.form(maxForm)
	if err != nil {
		return err
	}
	ctx, id, notice := req.Request().Context(), form.Get("id"), ""
	here := p.sessions.GetString(ctx, sessionID)
	var codes []string
	switch form.Get("do") {
	case "remove-passkey":
		notice, err = "The passkey was removed.", p.service.RemovePasskey(ctx, req.by, id)
	case "remove-app":
		notice, err = "The app for codes was removed.", p.service.RemoveApp(ctx, req.by)
	case "codes":
		codes, err = p.service.MakeCodes(ctx, req.by)
	case "password":
		notice, err = "The password was changed, and you are signed out everywhere else.", p.service.ChangePassword(ctx, req.by, here, form.Get("password"))
	case "name":
		notice, err = "The name was kept.", p.service.NameSession(ctx, req.by, here, form.Get("name"))
	case "end":
		notice, err = "You are signed out there.", p.service.EndSession(ctx, req.by, id)
	case "end-others":
		notice, err = "You are signed out everywhere else.", p.service.EndOthers(ctx, req.by, here)
	default:
		err = models.NewError(models.KindInvalid, "The page did not say what to change.")
	}
	if faults := models.FieldsOf(err); len(faults) > 0 || codes != nil {
		page, failed := p.accountPage(req)
		if failed != nil {
			return failed
		}
		if codes != nil {
			page.Codes = codes
			return p.render(req.Context, http.StatusOK, page)
		}
		page.Faults, page.Problems = linked(faults, "main", "password", "name")
		return p.render(req.Context, http.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	return p.done(req, accountAddress, notice)
}

func (p *portal) showCodeApp(req *request) error {
	app, err := p.service.NewApp(req.Request().Context(), req.by)
	if err != nil {
		return err
	}
	return p.render(req.Context, http.StatusOK, p.codeAppPage(req, app))
}

func (p *portal) codeAppPage(req *request, app *consult.NewApp) *views.CodeAppPage {
	var groups []string
	for s := app.Secret; s != ""; s = s[min(4, len(s)):] {
		groups = append(groups, s[:min(4, len(s))])
	}
	return &views.CodeAppPage{Base: p.staffBase(req, nil, "account", "Set up an app for codes"), Secret: strings.Join(groups, " "), URI: app.URI, Sealed: app.Sealed}
}

func (p *portal) addCodeApp(req *request) error {
	form, err := req.form(maxForm)
	if err != nil {
		return err
	}
	app, err := p.service.ConfirmApp(req.Request().Context(), req.by, form.Get("app"), form.Get("code"))
	if app != nil {
		page := p.codeAppPage(req, app)
		page.Faults, page.Problems = linked(models.FieldsOf(err), "main", "code")
		return p.render(req.Context, http.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	return p.done(req, accountAddress, "The app was set up. From now on its code is asked for with your password. Now make recovery codes, in case you lose the phone.")
}

func (p *portal) passkeyPage(req *request) (*views.PasskeyPage, error) {
	options, err := p.ask(req, func() (*consult.Ceremony, error) {
		return p.service.BeginPasskey(req.Request().Context(), req.by, p.origin)
	})
	return &views.PasskeyPage{Base: p.staffBase(req, nil, "account", "Add a passkey"), Options: options}, err
}

func (p *portal) showPasskey(req *request) error {
	page, err := p.passkeyPage(req)
	if err != nil {
		return err
	}
	return p.render(req.Context, http.StatusOK, page)
}

func (p *portal) addPasskey(req *request) error {
	form, err := req.form(maxForm)
	if err != nil {
		return err
	}
	err = p.service.AddPasskey(req.Request().Context(), req.by, p.origin, p.asked(req), form.Get("response"), form.Get("name"))
	if faults, ok := faultsIn(err); ok {
		page, failed := p.passkeyPage(req)
		if failed != nil {
			return failed
		}
		page.Name = form.Get("name")
		page.Faults, page.Problems = linked(faults, "main", "name")
		return p.render(req.Context, http.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	return p.done(req, accountAddress, "The passkey was added. You can sign in with it from now on. If you have no recovery codes, make some, in case you lose it.")
}

// recoverAccount does what administrators do to let somebody in anew, and returns the
// one-time link, "" until there is one.
func (p *portal) recoverAccount(req *request, do, id, as string) (token, notice string, err error) {
	ctx := req.Request().Context()
	switch do {
	case "recover":
		return "", "Asked. Another administrator confirms it on this page.", p.service.AskRecovery(ctx, req.by, id)
	case "drop":
		return "", "The request was taken back.", p.service.DropRecovery(ctx, req.by, id)
	}
	token, err = p.service.ConfirmRecovery(ctx, req.by, id, as)
	return token, "", err
}

// waitingFor is what the page of accounts tells of recoveries.
func (p *portal) waitingFor(req *request, users []models.User) (map[string]*views.RecoveryRow, error) {
	all, err := p.service.Recoveries(req.Request().Context(), req.by)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, u := range users {
		names[u.ID] = u.Email
	}
	rows := map[string]*views.RecoveryRow{}
	for _, r := range all {
		rows[r.Account] = &views.RecoveryRow{By: names[r.AskedBy], Day: p.Views.Day(deskLanguage, r.Day), Mine: r.AskedBy == req.by.ID, As: r.May()}
	}
	return rows, nil
}
