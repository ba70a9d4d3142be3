package web

import (
	"net/http"
	"slices"

	"heard/app/consult"
	"heard/models"
	"heard/views"
)

// draftCookie holds the key of a response that is being written. There is no
// cookie before one is started and none after it was sent or left.
const draftCookie = "heard"

func draftKey(req *request) consult.DraftKey {
	cookie, err := req.Cookie(draftCookie)
	if err != nil {
		return nil
	}
	return consult.ParseDraftKey(cookie.Value)
}

func (p *portal) setDraftCookie(req *request, value string, maxAge int) {
	req.SetCookie(&http.Cookie{Name: draftCookie, Value: value, Path: "/", HttpOnly: true, Secure: p.Secure,
		SameSite: http.SameSiteLaxMode, MaxAge: maxAge})
}

// forget destroys the draft and takes the cookie away.
func (p *portal) forget(req *request) error {
	key := draftKey(req)
	if _, err := req.Cookie(draftCookie); err == nil {
		p.setDraftCookie(req, "", -1)
	}
	return p.service.DestroyDraft(req.Request().Context(), key)
}

// exit is "Exit this page": it destroys the draft, tells the browser to forget
// us and leads to a neutral page. It needs no script.
func (p *portal) exit(req *request) error {
	if err := p.forget(req); err != nil {
		p.Log.Error("a draft could not be destroyed at exit; it ends by itself", "error", err)
	}
	req.Response().Header().Set("Clear-Site-Data", `"cache", "cookies", "storage"`)
	return req.Redirect(http.StatusSeeOther, p.ExitTo)
}

// respond starts a response, or goes on with the one under way.
func (p *portal) respond(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	ctx := req.Request().Context()
	if d, err := p.service.LoadDraft(ctx, draftKey(req)); err == nil && d.Consultation == c.ID && !d.Sent {
		return req.Redirect(http.StatusSeeOther, resume(c, d))
	}
	key, err := p.service.StartDraft(ctx, c.ID, c.Languages[0])
	if err != nil {
		return err
	}
	p.setDraftCookie(req, key.String(), 0)
	return req.Redirect(http.StatusSeeOther, stepAddress(c, c.Route(nil)[0].ID, noChange))
}

// resume is the first step of the route that has no answer.
func resume(c *models.Consultation, d *consult.Draft) string {
	for _, q := range c.Route(d.Answers) {
		if d.Answers[q.ID].Empty() && q.Type != models.TypeInfo && q.Type != models.TypeFile {
			return stepAddress(c, q.ID, noChange)
		}
	}
	return stepAddress(c, "check", noChange)
}

// change is how somebody who had reached check answers came back to a
// question; its value stands in the address of the step.
type change string

const (
	noChange change = ""    // on the way to check answers for the first time
	toChange change = "yes" // to change this answer
	opened   change = "new" // because a changed answer opened this question
)

func stepAddress(c *models.Consultation, step string, why change) string {
	to := "/" + c.ID + "/respond/" + step
	if why != noChange {
		to += "?change=" + string(why)
	}
	return to
}

func changeOf(req *request) change {
	switch why := change(req.QueryParam("change")); why {
	case toChange, opened:
		return why
	}
	return noChange
}

// response returns the consultation and draft of a step. Where there is no
// draft (any more), the error is an ended.
func (p *portal) response(req *request) (*models.Consultation, *consult.Draft, error) {
	c, err := p.consultation(req)
	if err != nil {
		return nil, nil, err
	}
	d, err := p.service.LoadDraft(req.Request().Context(), draftKey(req))
	if models.KindOf(err) == models.KindNotFound || (err == nil && (d.Consultation != c.ID || d.Sent)) {
		return nil, nil, ended{c}
	}
	return c, d, err
}

// ended says that there is no response under way in this browser.
type ended struct{ consultation *models.Consultation }

func (ended) Error() string { return "no response is under way in this browser" }

// page tells the person so.
func (e ended) page(p *portal) *views.ErrorPage {
	return &views.ErrorPage{Base: p.base(e.consultation, "Start again"), Status: http.StatusGone, Heading: "Your answers are no longer here",
		Message: "To keep you safe, answers that have not been sent are deleted after 30 minutes without use, and when you leave. You can start again.",
		Retry:   "/" + e.consultation.ID}
}

func (p *portal) showStep(req *request) error {
	c, d, err := p.response(req)
	if err != nil {
		return err
	}
	page, err := p.stepPage(req, c, d)
	if err != nil {
		return err
	}
	page.Given = d.Answers[page.Question.ID]
	return p.render(req.Context, http.StatusOK, page)
}

func (p *portal) stepPage(req *request, c *models.Consultation, d *consult.Draft) (*views.StepPage, error) {
	q := c.Question(req.Param("step"))
	route := c.Route(d.Answers)
	at := slices.Index(route, q)
	if q == nil || at < 0 {
		return nil, models.NewError(models.KindNotFound, "There is no such question on your way through this form.")
	}
	why := changeOf(req)
	page := &views.StepPage{Base: p.base(c, "Question"), Consultation: c.ID, Question: q, Change: why != noChange,
		Number: at + 1, Optional: !q.Required && q.Type != models.TypeInfo,
		Action: stepAddress(c, q.ID, why), Back: "/" + c.ID, Restriction: c.Restriction(q.Restriction)}
	switch {
	case page.Change:
		page.Back = stepAddress(c, "check", noChange)
	case at > 0:
		page.Back = stepAddress(c, route[at-1].ID, noChange)
	}
	if q.Type == models.TypeFile {
		page.File = uploads(d)
	}
	return page, nil
}

func (p *portal) answerStep(req *request) error {
	c, d, err := p.response(req)
	if err != nil {
		return err
	}
	page, err := p.stepPage(req, c, d)
	if err != nil {
		return err
	}
	if page.Question.Type == models.TypeFile {
		return p.answerFile(req, c, page)
	}
	form, err := req.form(maxForm)
	if err != nil {
		return err
	}
	page.Given = given(form)
	next, err := p.service.Answer(req.Request().Context(), draftKey(req), c, page.Question.ID, page.Given)
	if models.KindOf(err) == models.KindInvalid && err != nil {
		for _, f := range models.FieldsOf(err) {
			page.Fault = f.Message
			page.Faults = append(page.Faults, views.Fault{Href: "#answer", Message: f.Message})
		}
		return p.render(req.Context, http.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	return req.Redirect(http.StatusSeeOther, p.after(req, c, page, d, next))
}

// after is the step to go to next. Somebody who is changing one answer goes
// back to check answers, by way of the questions that the change opened.
func (p *portal) after(req *request, c *models.Consultation, page *views.StepPage, before *consult.Draft, next string) string {
	why := changeOf(req)
	if why == noChange {
		if next == "" {
			next = "check"
		}
		return stepAddress(c, next, noChange)
	}
	now, err := p.service.LoadDraft(req.Request().Context(), draftKey(req))
	if err != nil {
		return stepAddress(c, "check", noChange)
	}
	seen, route := c.Route(before.Answers), c.Route(now.Answers)
	at := slices.Index(route, page.Question)
	for i, q := range route {
		if !now.Answers[q.ID].Empty() {
			continue
		}
		if !slices.Contains(seen, q) || (why == opened && i > at) {
			return stepAddress(c, q.ID, opened)
		}
	}
	return stepAddress(c, "check", noChange)
}

func (p *portal) showCheck(req *request) error {
	c, d, err := p.response(req)
	if err != nil {
		return err
	}
	return p.render(req.Context, http.StatusOK, p.checkPage(c, d))
}

func (p *portal) checkPage(c *models.Consultation, d *consult.Draft) *views.CheckPage {
	page := &views.CheckPage{Base: p.base(c, "Check your answers"), Consultation: c.ID, Action: stepAddress(c, "check", noChange)}
	kept, dropped := c.Prune(d.Answers)
	route := c.Route(kept)
	for _, q := range route {
		if q.Type == models.TypeInfo {
			continue
		}
		text, _ := q.Text.In(page.Lang)
		row := views.CheckRow{ID: q.ID, Question: text, Change: stepAddress(c, q.ID, toChange)}
		g := kept[q.ID]
		for _, id := range g.Options {
			if o := q.Option(id); o != nil {
				label, _ := o.Text.In(page.Lang)
				row.Answers = append(row.Answers, label)
			}
		}
		if g.Text != "" {
			row.Answers = append(row.Answers, g.Text)
		}
		if q.Type == models.TypeFile {
			row.Answers = uploads(d).Attached
		}
		page.Rows = append(page.Rows, row)
	}
	for _, id := range dropped {
		if q := c.Question(id); q != nil {
			text, _ := q.Text.In(page.Lang)
			page.Dropped = append(page.Dropped, text)
		}
	}
	page.Back = stepAddress(c, route[len(route)-1].ID, noChange)
	return page
}

func (p *portal) send(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	ctx, key := req.Request().Context(), draftKey(req)
	err = p.service.Submit(ctx, key, c)
	switch {
	case err == nil:
		return req.Redirect(http.StatusSeeOther, "/"+c.ID+"/receipt")
	case models.KindOf(err) == models.KindNotFound:
		return ended{c}
	case models.KindOf(err) != models.KindInvalid:
		return err
	}
	d, loadErr := p.service.LoadDraft(ctx, key)
	if loadErr != nil {
		return loadErr
	}
	page := p.checkPage(c, d)
	for _, f := range models.FieldsOf(err) {
		href := "#main"
		if f.Field != "" {
			href = stepAddress(c, f.Field, toChange)
		}
		page.Faults = append(page.Faults, views.Fault{Href: href, Message: f.Message})
	}
	return p.render(req.Context, http.StatusUnprocessableEntity, page)
}

func (p *portal) showReceipt(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	words, err := p.service.Receipt(req.Request().Context(), draftKey(req), c)
	if models.KindOf(err) == models.KindNotFound && err != nil {
		return p.render(req.Context, http.StatusOK, p.receiptCheckPage(c))
	}
	if err != nil {
		return err
	}
	_, closes := c.Window()
	page := &views.ReceiptPage{Base: p.base(c, "Answers sent"), Consultation: c, Words: words,
		Closes: longDay(closes), DecisionDay: writtenDay(c.Proposal.Decision.When)}
	if err := p.forget(req); err != nil {
		p.Log.Error("a sent draft could not be destroyed; it ends by itself", "error", err)
	}
	return p.render(req.Context, http.StatusOK, page)
}

func (p *portal) receiptCheckPage(c *models.Consultation) *views.ReceiptCheckPage {
	return &views.ReceiptCheckPage{Base: p.base(c, "Check a code"), Consultation: c}
}

func (p *portal) useReceipt(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	form, err := req.form(maxForm)
	if err != nil {
		return err
	}
	ctx := req.Request().Context()
	page := p.receiptCheckPage(c)
	page.Code = models.CleanText(form.Get("code"))
	refuse := func(message string) error {
		page.Fault = message
		return p.render(req.Context, http.StatusUnprocessableEntity, page)
	}
	if form.Get("do") == "withdraw" {
		if form.Get("sure") != "yes" {
			page.Found = p.receiptState(req, c, page.Code)
			return refuse("Tick the box to confirm that you want to take your answers back")
		}
		switch err := p.service.Withdraw(ctx, c, page.Code); models.KindOf(err) {
		case models.KindInvalid:
			return refuse(models.FieldsOf(err)[0].Message)
		default:
			if err != nil {
				return err
			}
		}
		page.Done = "withdrawn"
		return p.render(req.Context, http.StatusOK, page)
	}
	trace, err := p.service.Trace(ctx, c, page.Code)
	if err != nil && models.KindOf(err) == models.KindInvalid {
		return refuse(models.FieldsOf(err)[0].Message)
	}
	if err != nil {
		return err
	}
	page.Found = stateOf(trace)
	return p.render(req.Context, http.StatusOK, page)
}

func (p *portal) receiptState(req *request, c *models.Consultation, code string) *views.ReceiptState {
	trace, err := p.service.Trace(req.Request().Context(), c, code)
	if err != nil {
		return nil
	}
	return stateOf(trace)
}

func stateOf(t *consult.Trace) *views.ReceiptState {
	return &views.ReceiptState{Day: writtenDay(t.Day), Status: t.Status, Themes: t.Themes, HeardOnce: t.HeardOnce, ClosedOnly: t.ClosedOnly,
		Quoted: t.Quoted, CanWithdraw: t.CanWithdraw, LogPosition: t.Position, LogSize: t.Size, Root: t.Root.String(), ReceiptFile: t.Receipt}
}
