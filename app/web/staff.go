package web

import (
	"maps"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"heard/app/consult"
	"heard/models"
	"heard/views"
)

// sessionNotice is the key of an outcome to show once, on the next page.
const sessionNotice = "notice"

// deskLanguage is the language of the signed-in side.
const deskLanguage = "en"

// staffBase is what every page of the signed-in side has.
func (p *portal) staffBase(req *request, c *models.Consultation, here, title string) views.Base {
	b := views.Base{Lang: deskLanguage, Title: title, Service: "Heard", Home: "/staff", Invented: p.Invented}
	if req.user == nil {
		return b
	}
	bar := &views.StaffBar{Email: req.user.Email, Role: req.user.Role, Here: here}
	bar.Links = permitted(req, here, []deskLink{
		{consult.SeeDesk, "home", "/staff", "All consultations"},
		{consult.SeeUsers, "users", "/staff/users", "Accounts"},
		{consult.ReadAudit, "audit", "/staff/audit", "Record"},
		{consult.OwnAccount, "account", accountAddress, "Your account"},
	})
	if c != nil {
		bar.Consultation, bar.Title = c.ID, c.Title.Default()
		b.Invented = p.Invented || c.Invented
		bar.Areas, bar.Pages = areas(req, c, here)
	}
	bar.Notice = p.sessions.PopString(req.Request().Context(), sessionNotice)
	b.Staff = bar
	return b
}

// deskLink is an entry of the navigation with the permission it needs.
type deskLink struct {
	need            consult.Permission
	key, href, text string
}

func permitted(req *request, here string, all []deskLink) []views.Link {
	var links []views.Link
	for _, l := range all {
		if req.by.May(l.need) {
			links = append(links, views.Link{Key: l.key, Href: l.href, Text: l.text, Current: l.key == here})
		}
	}
	return links
}

// areas leads to the pages of one consultation: to the first page of each area
// of work, and within the area of the page here to the others. An area of which
// only one page may be opened is called as that page is.
func areas(req *request, c *models.Consultation, here string) (areas, pages []views.Link) {
	at := "/staff/" + c.ID
	settings := []deskLink{{consult.Configure, "settings", at + "/settings", "Settings"}}
	if c.OfferResult {
		settings = append(settings, deskLink{consult.SeeContacts, "contacts", at + "/contacts", "Who wants to be told"})
	}
	leftIn := deskLink{consult.SeeRefusals, "refused", at + "/redactions/refused", "What was left in"}
	if req.by.May(consult.Redact) { // they come to it from there
		leftIn = deskLink{consult.Redact, "redactions", at + "/redactions", "Redaction"}
	}
	for _, area := range []struct {
		name  string
		pages []deskLink
	}{
		{"Answers", []deskLink{
			{consult.SearchText, "search", at + "/search", "Search"},
			{consult.KeepOwn, "kept", at + "/kept", "My list"},
			{consult.ReadAll, "reading", at + "/reading", "Reading"},
			{consult.LookAgain, "attention", at + "/attention", "To look at again"},
		}},
		{"Keying", []deskLink{{consult.KeyIn, "keying", at + "/keying", "Keying"}}},
		{"Protection", []deskLink{
			leftIn,
			{consult.SeeRequests, "requests", at + "/requests", "Requests"},
		}},
		{"Analysis", []deskLink{
			{consult.SeeThemes, "themes", at + "/themes", "Themes"},
			{consult.EditThemes, "code", at + "/code", "Code answers"},
		}},
		{"Report", []deskLink{
			{consult.SeeDraft, "report", at + "/report", "Report"},
			{consult.SeeDraft, "findings", at + "/findings", "Findings"},
			packLink(c),
		}},
		{"Duties", []deskLink{
			{consult.SeeDuties, "duties", at + "/duties", "Duties"},
			{consult.SeeDuties, "register", at + "/register", "Register"},
		}},
		{"Settings", settings},
	} {
		open := permitted(req, here, area.pages)
		if len(open) == 0 {
			continue
		}
		lead := open[0]
		if len(open) > 1 {
			lead.Text = area.name
			if slices.ContainsFunc(open, func(l views.Link) bool { return l.Current }) {
				lead.Current, pages = true, open
			}
		}
		areas = append(areas, lead)
	}
	return areas, pages
}

// packLink leads to the councillors' pack where there is one.
func packLink(c *models.Consultation) deskLink {
	if !c.Status.AtLeast(models.StatusPublished) {
		return deskLink{} // nobody has the permission that has no name
	}
	return deskLink{consult.ReadPack, "pack", packAddress(c), "Councillors’ pack"}
}

// done leads back to a page after an act, with its outcome.
func (p *portal) done(req *request, to, notice string) error {
	p.sessions.Put(req.Request().Context(), sessionNotice, notice)
	return req.Redirect(http.StatusSeeOther, to)
}

// ownAddress keeps a redirect on this portal's staff pages.
func ownAddress(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.IsAbs() || u.Host != "" || strings.ContainsAny(next, "\\\r\n") {
		return "/staff"
	}
	if at := path.Clean(u.Path); at == "/staff" || strings.HasPrefix(at, "/staff/") {
		return (&url.URL{Path: at, RawQuery: u.RawQuery}).RequestURI()
	}
	return "/staff"
}

func (p *portal) showSignIn(req *request) error {
	page := p.signInPage(req, ownAddress(req.QueryParam("next")))
	if req.user != nil {
		return req.Redirect(http.StatusSeeOther, page.Next)
	}
	return p.render(req.Context, http.StatusOK, page)
}

func (p *portal) signIn(req *request) error {
	form, err := req.signInForm()
	if err != nil {
		return err
	}
	ctx := req.Request().Context()
	page := p.signInPage(req, ownAddress(form.Get("next")))
	page.Email, page.Unsent = form.Get("email"), form.Get("unsent")
	if form.Get("do") == "go-on" { // they signed in elsewhere in this browser
		if req.user == nil {
			page.Fault = "You are not signed in yet. Sign in first, here or in another tab."
			return p.render(req.Context, http.StatusUnprocessableEntity, page)
		}
		return p.afterSignIn(req, req.user.ID, page.Next, page.Unsent)
	}
	u, err := p.service.SignIn(ctx, page.Email, form.Get("password"), form.Get("code"))
	if err != nil && models.KindOf(err) == models.KindInvalid {
		page.Fault = err.Error()
		return p.render(req.Context, http.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	if err := p.enter(req, u, true); err != nil {
		return err
	}
	return p.afterSignIn(req, u.ID, page.Next, page.Unsent)
}

func (p *portal) signOut(req *request) error {
	if ctx := req.Request().Context(); req.user != nil {
		if err := p.service.Leave(ctx, req.by, p.sessions.GetString(ctx, sessionID)); err != nil {
			return err
		}
	}
	if err := p.sessions.Destroy(req.Request().Context()); err != nil {
		return err
	}
	req.Response().Header().Set("Clear-Site-Data", `"cache", "cookies", "storage"`)
	return req.Redirect(http.StatusSeeOther, "/staff/sign-in")
}

func (p *portal) showWelcome(req *request) error {
	u, first, err := p.service.Invited(req.Request().Context(), req.QueryParam("token"))
	if err != nil {
		return err
	}
	page := p.welcomePage(req, u, first, req.QueryParam("token"))
	return p.render(req.Context, http.StatusOK, page)
}

func (p *portal) welcomePage(req *request, u *models.User, first bool, token string) *views.WelcomePage {
	page := &views.WelcomePage{Base: p.staffBase(req, nil, "", "Choose a password"), Token: token, First: first, Role: u.Role, Problems: map[string]string{}}
	if !first {
		page.Email = u.Email
	}
	return page
}

func (p *portal) welcome(req *request) error {
	form, err := req.form(maxForm)
	if err != nil {
		return err
	}
	ctx, token := req.Request().Context(), form.Get("token")
	u, first, err := p.service.Invited(ctx, token)
	if err != nil {
		return err
	}
	page := p.welcomePage(req, u, first, token)
	accepted, err := p.service.Accept(ctx, token, form.Get("email"), form.Get("password"))
	if err != nil && models.KindOf(err) == models.KindInvalid {
		if first {
			page.Email = form.Get("email")
		}
		for _, f := range models.FieldsOf(err) {
			page.Problems[f.Field] = f.Message
			page.Faults = append(page.Faults, views.Fault{Href: "#" + f.Field, Message: f.Message})
		}
		return p.render(req.Context, http.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	if err := p.enter(req, accepted, true); err != nil {
		return err
	}
	return req.Redirect(http.StatusSeeOther, "/staff")
}

func (p *portal) desk(req *request) error {
	page, err := p.deskPage(req)
	if err != nil {
		return err
	}
	return p.render(req.Context, http.StatusOK, page)
}

func (p *portal) deskPage(req *request) (*views.StaffHomePage, error) {
	ctx := req.Request().Context()
	all, err := p.service.Consultations(ctx, req.by)
	if err != nil {
		return nil, err
	}
	page := &views.StaffHomePage{Base: p.staffBase(req, nil, "home", "Consultations"), CanCreate: req.by.MayStart()}
	for _, c := range all {
		opens, closes := c.Window()
		card := views.StaffCard{ID: c.ID, Title: c.Title.Default(), Status: c.Status, Opens: p.Views.Day(deskLanguage, opens.Format(dayForm)), Closes: p.Views.Day(deskLanguage, closes.Format(dayForm)),
			ShowCounts: req.by.May(consult.SeeDraft)}
		card.Links, _ = areas(req, c, "")
		if card.ShowCounts {
			if card.Live, err = p.service.Live(ctx, req.by, c); err != nil {
				return nil, err
			}
		}
		page.Consultations = append(page.Consultations, card)
	}
	if page.CanCreate {
		if name := req.QueryParam("template"); p.Templates[name] != nil {
			page.Source = string(p.Templates[name])
		}
		for _, name := range slices.Sorted(maps.Keys(p.Templates)) {
			page.Templates = append(page.Templates, views.Link{Href: "/staff?template=" + queryEscape(name), Text: name})
		}
	}
	page.PendingJobs, page.DeadJobs, err = p.service.Jobs(ctx, req.by)
	return page, err
}

func (p *portal) createConsultation(req *request) error {
	form, err := req.form(maxFile)
	if err != nil {
		return err
	}
	if form.Get("template") != "" {
		return p.startConsultation(req, form)
	}
	source := normalLines(form.Get("source"))
	c, err := p.service.SaveConsultation(req.Request().Context(), req.by, "consultation.yaml", []byte(source))
	if faults, ok := faultsIn(err); ok {
		page, err := p.deskPage(req)
		if err != nil {
			return err
		}
		page.Source, page.Faults = source, faults
		return p.render(req.Context, http.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	return p.done(req, "/staff/"+c.ID+"/settings", "The consultation was saved as a draft.")
}

// normalLines undoes what browsers do to the line ends of a text area.
func normalLines(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }

// faultsIn returns the faults of something typed that the person can mend
// where they typed it.
func faultsIn(err error) ([]models.FieldError, bool) {
	switch models.KindOf(err) {
	case models.KindInvalid, models.KindConflict, models.KindTooLarge:
		if err == nil {
			return nil, false
		}
		if fields := models.FieldsOf(err); len(fields) > 0 {
			return fields, true
		}
		return []models.FieldError{{Message: err.Error()}}, true
	}
	return nil, false
}

// moves is how the step to each state is worded.
var moves = map[models.Status]string{
	models.StatusOpen:   "Open the consultation",
	models.StatusClosed: "Close the consultation",
	models.StatusFrozen: "Freeze the analysis",

	models.StatusDecided: "Publish the decision",
	models.StatusOrdered: "Record that the order was made",
	models.StatusInForce: "Record that the order is in force",
}

func (p *portal) settingsPage(req *request, c *models.Consultation) (*views.SettingsPage, error) {
	ctx := req.Request().Context()
	source, err := p.service.ConsultationSource(ctx, req.by, c)
	if err != nil {
		return nil, err
	}
	opens, closes := c.Window()
	page := &views.SettingsPage{Base: p.staffBase(req, c, "settings", "Settings"), Consultation: c, Source: string(source),
		Opens: p.Views.Time(deskLanguage, opens), Closes: p.Views.Time(deskLanguage, closes)}
	all := len(c.Wordings())
	for _, l := range c.Languages[min(1, len(c.Languages)):] {
		page.Translations = append(page.Translations, views.TranslationRow{Language: languageName(l), Missing: c.Untranslated(l), Of: all,
			Checked: !c.Unchecked(l), Pages: p.Views.Translate(l, "catalogue.checked") == "yes"})
	}
	if next, ok := c.Status.Next(); ok && moves[next] != "" {
		page.Next, page.NextText = next, moves[next]
		d, err := p.service.Duties(ctx, req.by, c)
		if err != nil {
			return nil, err
		}
		page.Owed = d.Owed(next)
	}
	if req.by.May(consult.SeeDraft) {
		if page.Live, err = p.service.Live(ctx, req.by, c); err != nil {
			return nil, err
		}
	}
	if page.MayRelease = req.by.May(consult.Publish) && c.Status.AtLeast(models.StatusClosed); page.MayRelease {
		if page.Released, _, err = p.service.Released(ctx, req.by, c); err != nil {
			return nil, err
		}
	}
	return page, nil
}

func (p *portal) changeSettings(req *request) error {
	c, form, err := p.posted(req, maxFile)
	if err != nil {
		return err
	}
	ctx, here := req.Request().Context(), "/staff/"+c.ID+"/settings"
	if form.Get("do") == "move" {
		to := models.Status(form.Get("to"))
		err := p.service.Move(ctx, req.by, c, to)
		if owed := models.FieldsOf(err); len(owed) > 0 {
			page, failed := p.settingsPage(req, c)
			if failed != nil {
				return failed
			}
			for _, f := range owed {
				page.Refused = append(page.Refused, waitsFor(c.ID, f))
			}
			return p.render(req.Context, refused(err), page)
		}
		if err != nil {
			return err
		}
		return p.done(req, here, "Done. The consultation is now "+string(to)+".")
	}
	if do := form.Get("do"); do == "pause" || do == "resume" {
		if err := p.service.Pause(ctx, req.by, c, do == "pause"); err != nil {
			return err
		}
		if do == "pause" {
			return p.done(req, here, "Done. Nobody can start a response until you go on.")
		}
		return p.done(req, here, "Done. People can answer again.")
	}
	if form.Get("do") == "release" {
		switch people, err := p.service.Release(ctx, req.by, c); {
		case err != nil:
			return err
		case people == 0:
			return p.done(req, here, "Nothing came since the last release that may be released.")
		}
		return p.done(req, here, "Done. In a moment councillors find what came since the last release.")
	}
	if form.Get("do") == "extend" {
		later := models.LocalTime(strings.TrimSpace(form.Get("closes")))
		_, err := p.service.Extend(ctx, req.by, c, later, normalLines(form.Get("notice")))
		if faults, ok := faultsIn(err); ok {
			page, pageErr := p.settingsPage(req, c)
			if pageErr != nil {
				return pageErr
			}
			page.Later, page.Notice = string(later), normalLines(form.Get("notice"))
			if _, page.Problems = linked(faults, "source", "closes", "notice"); page.Problems["source"] != "" {
				page.Faults = faults
			}
			return p.render(req.Context, statusOf[models.KindOf(err)], page)
		}
		if err != nil {
			return err
		}
		return p.done(req, here, "Done. The consultation closes later, and everybody is shown the notice.")
	}
	source := normalLines(form.Get("source"))
	_, err = p.service.SaveConsultation(ctx, req.by, c.ID+".yaml", []byte(source))
	if faults, ok := faultsIn(err); ok {
		page, err := p.settingsPage(req, c)
		if err != nil {
			return err
		}
		page.Source, page.Faults = source, faults
		return p.render(req.Context, http.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	return p.done(req, here, "The consultation file was saved.")
}

// actsPerPage is how many acts of the record stand on one page.
const actsPerPage = 500

func (p *portal) showAudit(req *request) error {
	ctx := req.Request().Context()
	before, _ := strconv.ParseInt(req.QueryParam("before"), 10, 64) // nothing else are the newest
	q := models.AuditQuery{Consultation: models.CleanText(req.QueryParam("consultation")), About: models.CleanText(req.QueryParam("about")), Before: before, Limit: actsPerPage}
	record, err := p.service.AuditTrail(ctx, req.by, q)
	if err != nil {
		return err
	}
	all, err := p.service.Consultations(ctx, req.by)
	if err != nil {
		return err
	}
	page := &views.AuditPage{Base: p.staffBase(req, nil, "audit", "Record"), About: q.About, Some: q.Consultation != "" || q.About != "",
		Events: record.Events, Names: record.Names, Acts: record.Acts, Head: record.Head, Broken: record.Broken}
	for _, c := range all {
		page.Consultations = append(page.Consultations, views.Link{Key: c.ID, Text: c.Title.Default(), Current: c.ID == q.Consultation})
	}
	at := url.Values{}
	if q.Consultation != "" {
		at.Set("consultation", q.Consultation)
	}
	if q.About != "" {
		at.Set("about", q.About)
	}
	if before > 0 {
		page.Newest = auditAddress(at)
	}
	if record.Older {
		at.Set("before", strconv.FormatInt(record.Events[len(record.Events)-1].Sequence, 10))
		page.Older = auditAddress(at)
	}
	return p.render(req.Context, http.StatusOK, page)
}

func auditAddress(asked url.Values) string {
	if len(asked) == 0 {
		return "/staff/audit"
	}
	return "/staff/audit?" + asked.Encode()
}

// exportAudit hands the whole record over as a spreadsheet.
func (p *portal) exportAudit(req *request) error {
	file, err := p.service.ExportAudit(req.Request().Context(), req.by)
	if err != nil {
		return err
	}
	return req.download("record-of-acts.csv", csvType, file)
}

func (p *portal) showUsers(req *request) error {
	page, err := p.usersPage(req)
	if err != nil {
		return err
	}
	return p.render(req.Context, http.StatusOK, page)
}

func (p *portal) usersPage(req *request) (*views.UsersPage, error) {
	users, err := p.service.Users(req.Request().Context(), req.by)
	if err != nil {
		return nil, err
	}
	all, err := p.service.Consultations(req.Request().Context(), req.by)
	if err != nil {
		return nil, err
	}
	waiting, err := p.waitingFor(req, users)
	return &views.UsersPage{Base: p.staffBase(req, nil, "users", "Accounts"), Users: users, Roles: models.Roles, Consultations: all, Waiting: waiting, Me: req.by.ID}, err
}

func (p *portal) changeUsers(req *request) error {
	form, err := req.form(maxForm)
	if err != nil {
		return err
	}
	ctx := req.Request().Context()
	if form.Get("do") == "disable" {
		if err := p.service.Disable(ctx, req.by, form.Get("id")); err != nil {
			return err
		}
		return p.done(req, "/staff/users", "The account was closed.")
	}
	if do := form.Get("do"); do == "recover" || do == "drop" || do == "confirm" {
		token, notice, err := p.recoverAccount(req, do, form.Get("id"), form.Get("as"))
		if err != nil {
			return err
		}
		if token == "" {
			return p.done(req, "/staff/users", notice)
		}
		page, err := p.usersPage(req)
		if err != nil {
			return err
		}
		for _, u := range page.Users {
			if u.ID == form.Get("id") {
				page.For, page.Invite = u.Email, p.welcomeLink(token)
			}
		}
		return p.render(req.Context, http.StatusOK, page)
	}
	email, role, only := form.Get("email"), models.Role(form.Get("role")), form["only"]
	token, err := p.service.Invite(ctx, req.by, email, role, only...)
	if err == nil && token == "" {
		return p.done(req, "/staff/users", "Done. The row of the account says what it may do now, and what waits for another administrator.")
	}
	page, pageErr := p.usersPage(req)
	if pageErr != nil {
		return pageErr
	}
	if faults, ok := faultsIn(err); ok {
		page.Email, page.Role, page.Only = email, role, only
		for _, f := range faults {
			page.Faults = append(page.Faults, views.Fault{Href: "#" + f.Field, Message: f.Message})
		}
		return p.render(req.Context, http.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	page.For, page.Invite = email, p.welcomeLink(token)
	return p.render(req.Context, http.StatusOK, page)
}

func (p *portal) welcomeLink(token string) string {
	return p.Address + "/staff/welcome?token=" + token
}
