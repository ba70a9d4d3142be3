package web

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

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

// enterDraft puts this browser into a draft, and out of one that it was in.
func (p *portal) enterDraft(req *request, key consult.DraftKey) error {
	if err := p.service.DestroyDraft(req.Request().Context(), draftKey(req)); err != nil {
		return err
	}
	p.setDraftCookie(req, key.String(), 0)
	return nil
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

// leave closes the response in this browser, in no hurry.
func (p *portal) leave(req *request) error {
	if d, err := p.service.LoadDraft(req.Request().Context(), draftKey(req)); err == nil {
		req.speak(d.Language)
	}
	if err := p.forget(req); err != nil {
		return err
	}
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	base := p.base(req, c)
	return req.Redirect(http.StatusSeeOther, base.To("/"+c.ID))
}

// begin stands before the first question, or goes on with the response under
// way.
func (p *portal) begin(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	if d, err := p.service.LoadDraft(req.Request().Context(), draftKey(req)); err == nil && d.Consultation == c.ID && !d.Sent {
		return req.Redirect(http.StatusSeeOther, resume(c, d))
	}
	return p.renderBegin(req, c, "")
}

// card is where an outreach card leads. It begins afresh, whoever held the
// phone before.
func (p *portal) card(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	if c.Card(req.Param("card")) == nil {
		base := p.base(req, c)
		return req.Redirect(http.StatusSeeOther, base.To("/"+c.ID+"/respond"))
	}
	return p.renderBegin(req, c, req.Param("card"))
}

func (p *portal) renderBegin(req *request, c *models.Consultation, card string) error {
	page := &views.BeginPage{Base: p.base(req, c), Consultation: c, Card: card, Opened: p.service.Opened()}
	if !p.service.Accepting(c) {
		page.Refusal = p.refusal(page.Lang, c)
	}
	return p.render(req.Context, http.StatusOK, page)
}

// refusal says why nobody can start a response now, with the dates.
func (p *portal) refusal(lang string, c *models.Consultation) string {
	opens, closes := c.Window()
	switch p.service.State(c) {
	case consult.StatePaused:
		return p.Views.Translate(lang, "start.paused", "Closes", p.Views.Time(lang, closes))
	case consult.StateAfter:
		day, _ := c.Ended()
		return p.Views.Translate(lang, "start.after", "Closes", p.Views.Day(lang, day))
	}
	return p.Views.Translate(lang, "start.before", "Opens", p.Views.Time(lang, opens))
}

// respond starts a response.
func (p *portal) respond(req *request) error {
	c, form, err := p.posted(req, maxForm)
	if err != nil {
		return err
	}
	language := p.base(req, c).Lang
	if wanted := form.Get("lang"); slices.Contains(c.Languages, wanted) {
		language = wanted
	}
	key, err := p.service.Begin(req.Request().Context(), c, language, form.Get("card"), req.QueryParam("opened"))
	if err != nil {
		return err
	}
	if err := p.enterDraft(req, key); err != nil {
		return err
	}
	var given models.Answers
	if k := c.Card(form.Get("card")); k != nil {
		given = k.Given()
	}
	for _, q := range c.Route(given) {
		if given[q.ID].Empty() {
			return req.Redirect(http.StatusSeeOther, stepAddress(c, q.ID, noChange))
		}
	}
	return req.Redirect(http.StatusSeeOther, stepAddress(c, "check", noChange))
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
		p.base(req, c)
		return nil, nil, ended{c}
	}
	if err == nil {
		req.speak(d.Language)
	}
	return c, d, err
}

// ended says that there is no response under way in this browser.
type ended struct{ consultation *models.Consultation }

func (ended) Error() string { return "no response is under way in this browser" }

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
		return nil, consult.NotOnRoute
	}
	why := changeOf(req)
	page := &views.StepPage{Base: p.base(req, c), Consultation: c.ID, Question: q, Change: why != noChange,
		Number: at + 1, Optional: !q.Required && q.Type != models.TypeInfo,
		Action: stepAddress(c, q.ID, why), Restriction: c.Restriction(q.Restriction),
		CanSave: at > 0 && consult.CanSave(c, d), Unsaved: d.Unsaved}
	page.Form = true
	page.Back = page.To("/" + c.ID)
	switch {
	case page.Change:
		page.Back = stepAddress(c, "check", noChange)
	case at > 0 && !slices.Contains(d.Preset, route[at-1].ID): // what a card answered is not shown on the way
		page.Back = stepAddress(c, route[at-1].ID, noChange)
	}
	if q.Type == models.TypeFile {
		page.File = p.uploads(page.Lang, d)
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
	ctx, key, q := req.Request().Context(), draftKey(req), page.Question
	var fault models.Fault
	page.Given, page.Ranks, fault = given(form, q)
	if do := form.Get("do"); do == "keep" || do == "save" || form.Get("lang") != "" {
		// What is typed so far is kept as it is; faults wait until it is answered.
		// Two answers in one place have no order to be kept in but one that the
		// page shows at once.
		if fault.Code == "" || form.Get("lang") != "" {
			if err := p.service.Keep(ctx, key, c, q.ID, page.Given); err != nil {
				return err
			}
		}
		if do == "keep" {
			return req.NoContent(http.StatusNoContent)
		}
		return p.turn(req, c, form.Get("lang"), page.Action)
	}
	next := ""
	if fault.Code != "" {
		err = fault.In(q.ID, "There is a problem with your answer.")
	} else {
		next, err = p.service.Answer(ctx, key, c, q.ID, page.Given)
	}
	if err != nil && models.KindOf(err) == models.KindInvalid {
		for _, f := range models.FieldsOf(err) {
			page.Fault = p.word(page.Lang, f.Code, f.Message, f.Values)
			page.Faults = append(page.Faults, views.Fault{Href: "#answer", Message: page.Fault})
		}
		return p.render(req.Context, http.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	return req.Redirect(http.StatusSeeOther, p.after(req, c, page, d, next))
}

// turn shows the page again in another language, or, without one, saves the
// response for later.
func (p *portal) turn(req *request, c *models.Consultation, language, here string) error {
	ctx, key := req.Request().Context(), draftKey(req)
	if language != "" {
		if err := p.service.Speak(ctx, key, c, language); err != nil {
			return err
		}
		return req.Redirect(http.StatusSeeOther, here)
	}
	if _, err := p.service.SaveForLater(ctx, key, c); err != nil {
		return err
	}
	return req.Redirect(http.StatusSeeOther, stepAddress(c, "saved", noChange))
}

func (p *portal) showSaved(req *request) error {
	c, d, err := p.response(req)
	if err != nil {
		return err
	}
	if d.Code == "" {
		return req.Redirect(http.StatusSeeOther, resume(c, d))
	}
	page := &views.SavedPage{Base: p.base(req, c), Consultation: c.ID, Words: strings.Fields(d.Code), Resume: resume(c, d)}
	page.Languages = nil    // the words stand on this page, so it is not loaded again
	_, closes := c.Window() // what is kept a little longer is grace, not to be counted on
	page.Until = p.Views.Time(page.Lang, closes)
	return p.render(req.Context, http.StatusOK, page)
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
	return p.render(req.Context, http.StatusOK, p.checkPage(req, c, d))
}

func (p *portal) checkPage(req *request, c *models.Consultation, d *consult.Draft) *views.CheckPage {
	page := &views.CheckPage{Base: p.base(req, c), Consultation: c.ID, Action: stepAddress(c, "check", noChange),
		Token: p.service.Challenge(draftKey(req)), CanSave: consult.CanSave(c, d), Replaces: d.Replaces != ""}
	page.Form = true
	kept, dropped := c.Prune(d.Answers)
	page.Quiet = c.PathFor(kept).Quiet
	route := c.Route(kept)
	for _, row := range p.rows(page.Lang, c, route, kept, d.Files) {
		if slices.Contains(d.Preset, row.ID) {
			if page.Preset == "" {
				page.Preset = stepAddress(c, row.ID, toChange)
			}
			continue
		}
		row.Change = stepAddress(c, row.ID, toChange)
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

// rows writes answers out, question by question.
func (p *portal) rows(lang string, c *models.Consultation, route []*models.Question, answers models.Answers, files []models.Attachment) []views.CheckRow {
	var rows []views.CheckRow
	for _, q := range route {
		if q.Type == models.TypeInfo {
			continue
		}
		text, _ := q.Text.In(lang)
		g := answers[q.ID]
		row := views.CheckRow{ID: q.ID, Question: text, Answers: chosen(q, g.Options, lang)}
		switch {
		case q.Type == models.TypeDate && g.Text != "":
			row.Answers = append(row.Answers, p.Views.Day(lang, g.Text))
		case g.Text != "":
			row.Answers = append(row.Answers, g.Text)
		case q.Type == models.TypeFile:
			row.Answers = described(files)
		}
		rows = append(rows, row)
	}
	return rows
}

// chosen names the options chosen in a question; those of a ranking have their
// place before them.
func chosen(q *models.Question, options []string, lang string) []string {
	var labels []string
	for i, id := range options {
		o := q.Option(id)
		if o == nil {
			continue
		}
		label, _ := o.Text.In(lang)
		if q.Type == models.TypeRanking && !o.Alone {
			label = strconv.Itoa(i+1) + ". " + label
		}
		labels = append(labels, label)
	}
	return labels
}

func (p *portal) send(req *request) error {
	c, form, err := p.posted(req, maxForm)
	if err != nil {
		return err
	}
	ctx, key := req.Request().Context(), draftKey(req)
	d, err := p.service.LoadDraft(ctx, key)
	switch {
	case models.KindOf(err) == models.KindNotFound:
		p.base(req, c)
		return ended{c}
	case err != nil:
		return err
	}
	req.speak(d.Language)
	if d.Consultation == c.ID && !d.Sent {
		if form.Get("do") == "save" || form.Get("lang") != "" {
			return p.turn(req, c, form.Get("lang"), stepAddress(c, "check", noChange))
		}
		if !p.service.Belongs(key, form.Get("token")) {
			page := p.checkPage(req, c, d)
			page.Faults = []views.Fault{{Href: "#main", Message: p.Views.Translate(page.Lang, "check.stale")}}
			return p.render(req.Context, http.StatusUnprocessableEntity, page)
		}
	}
	err = p.service.Submit(ctx, key, c, consult.Proof{Token: form.Get("token"), Work: form.Get("work"), Trap: form.Get("website")})
	switch {
	case err == nil:
		return req.Redirect(http.StatusSeeOther, stepAddress(c, "equality", noChange))
	case models.KindOf(err) == models.KindNotFound:
		return ended{c}
	case models.KindOf(err) != models.KindInvalid:
		return err
	}
	page := p.checkPage(req, c, d)
	for _, f := range models.FieldsOf(err) {
		href := "#main"
		if f.Field != "" {
			href = stepAddress(c, f.Field, toChange)
		}
		page.Faults = append(page.Faults, views.Fault{Href: href, Message: p.word(page.Lang, f.Code, f.Message, f.Values)})
	}
	return p.render(req.Context, http.StatusUnprocessableEntity, page)
}

// sent returns what there is to show after sending, nil when there is nothing.
func (p *portal) sent(req *request, c *models.Consultation) (*consult.Sending, error) {
	s, err := p.service.Sent(req.Request().Context(), draftKey(req), c)
	if err != nil && models.KindOf(err) == models.KindNotFound {
		return nil, nil
	}
	if err == nil {
		req.speak(s.Language)
	}
	return s, err
}

func (p *portal) showEquality(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	s, err := p.sent(req, c)
	if err != nil {
		return err
	}
	if s == nil || !s.Equality {
		return req.Redirect(http.StatusSeeOther, "/"+c.ID+"/receipt")
	}
	page := &views.EqualityPage{Base: p.base(req, c), Consultation: c, Asking: req.QueryParam("start") != ""}
	page.Languages = nil
	return p.render(req.Context, http.StatusOK, page)
}

func (p *portal) answerEquality(req *request) error {
	c, form, err := p.posted(req, maxForm)
	if err != nil {
		return err
	}
	answers := map[string]string{}
	for _, q := range c.Equality {
		if o := form.Get(q.ID); o != "" {
			answers[q.ID] = o
		}
	}
	err = p.service.AnswerEquality(req.Request().Context(), draftKey(req), c, answers)
	if err != nil && models.KindOf(err) != models.KindNotFound {
		return err
	}
	return req.Redirect(http.StatusSeeOther, "/"+c.ID+"/receipt")
}

func (p *portal) showReceipt(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	s, err := p.sent(req, c)
	if err != nil {
		return err
	}
	if s == nil {
		return p.render(req.Context, http.StatusOK, p.receiptCheckPage(req, c))
	}
	_, closes := c.Window()
	base := p.base(req, c)
	base.Languages = nil // the words are shown once, so the page is not loaded again
	page := &views.ReceiptPage{Base: base, Consultation: c, Words: s.Words, ReceiptFile: s.Receipt,
		DecisionDay: p.Views.Day(base.Lang, c.Proposal.Decision.When)}
	if p.service.State(c) != consult.StateAfter {
		page.Closes = p.Views.Day(base.Lang, closes.Format(dayForm))
	}
	if s.Answers != nil {
		for _, row := range p.rows(base.Lang, c, c.Route(s.Answers), s.Answers, s.Files) {
			if len(row.Answers) > 0 {
				page.Copy = append(page.Copy, row)
			}
		}
		page.Result = c.OfferResult
	}
	page.Another = s.Assisted
	if err := p.forget(req); err != nil {
		p.Log.Error("a sent draft could not be destroyed; it ends by itself", "error", err)
	}
	return p.render(req.Context, http.StatusOK, page)
}

func (p *portal) receiptCheckPage(req *request, c *models.Consultation) *views.ReceiptCheckPage {
	return &views.ReceiptCheckPage{Base: p.base(req, c), Consultation: c}
}

// useReceipt does what the person behind a code asks for.
func (p *portal) useReceipt(req *request) error {
	c, form, err := p.posted(req, maxForm)
	if err != nil {
		return err
	}
	ctx := req.Request().Context()
	page := p.receiptCheckPage(req, c)
	page.Code, page.Languages = models.CleanText(form.Get("code")), nil
	refuse := func(err error) error {
		fields := models.FieldsOf(err)
		if models.KindOf(err) != models.KindInvalid || len(fields) == 0 {
			return err
		}
		page.At, page.Fault = fields[0].Field, p.word(page.Lang, fields[0].Code, fields[0].Message, fields[0].Values)
		return p.render(req.Context, http.StatusUnprocessableEntity, page)
	}
	switch form.Get("do") {
	case "withdraw":
		if form.Get("sure") != "yes" {
			trace, err := p.service.Trace(ctx, c, page.Code)
			if err != nil {
				return refuse(err)
			}
			page.Found, page.At, page.Fault = stateOf(trace), "sure", p.Views.Translate(page.Lang, "code.sure.tick")
			return p.render(req.Context, http.StatusUnprocessableEntity, page)
		}
		if err := p.service.Withdraw(ctx, c, page.Code); err != nil {
			return refuse(err)
		}
		trace, err := p.service.Trace(ctx, c, page.Code)
		if err != nil {
			return refuse(err)
		}
		page.Done, page.Held = "withdrawn", trace.Held
	case "correct":
		key, err := p.service.Correct(ctx, c, page.Code)
		if err != nil {
			return refuse(err)
		}
		return p.goOn(req, c, key)
	case "misread":
		page.Objection = form.Get("objection")
		if err := p.service.Misread(ctx, c, page.Code, page.Objection); err != nil {
			page.Found = p.receiptState(req, c, page.Code)
			return refuse(err)
		}
		page.Objection = ""
		page.Done, page.Found = "misread", p.receiptState(req, c, page.Code)
	case "reply":
		page.Message = form.Get("message")
		if err := p.service.Reply(ctx, c, page.Code, page.Message); err != nil {
			page.Found = p.receiptState(req, c, page.Code)
			return refuse(err)
		}
		page.Message = ""
		page.Done, page.Found = "replied", p.receiptState(req, c, page.Code)
	default:
		trace, err := p.service.Trace(ctx, c, page.Code)
		if err != nil && models.KindOf(err) == models.KindInvalid {
			// It may be the code of answers that were saved to be finished later.
			if key, err := p.service.Reopen(ctx, c, page.Code); err == nil {
				return p.goOn(req, c, key)
			} else if models.KindOf(err) != models.KindInvalid {
				return err
			}
			return refuse(err)
		}
		if err != nil {
			return err
		}
		page.Found = stateOf(trace)
	}
	return p.render(req.Context, http.StatusOK, page)
}

// goOn leads into a response that was opened with a code.
func (p *portal) goOn(req *request, c *models.Consultation, key consult.DraftKey) error {
	if err := p.enterDraft(req, key); err != nil {
		return err
	}
	d, err := p.service.LoadDraft(req.Request().Context(), key)
	if err != nil {
		return err
	}
	return req.Redirect(http.StatusSeeOther, resume(c, d))
}

func (p *portal) receiptState(req *request, c *models.Consultation, code string) *views.ReceiptState {
	trace, err := p.service.Trace(req.Request().Context(), c, code)
	if err != nil {
		return nil
	}
	return stateOf(trace)
}

func stateOf(t *consult.Trace) *views.ReceiptState {
	return &views.ReceiptState{Day: t.Day, Status: t.Status, Held: t.Held, Themes: t.Themes, HeardOnce: t.HeardOnce, ClosedOnly: t.ClosedOnly,
		Quoted: t.Quoted, Open: t.Open, Shown: t.Shown, Misread: t.Misread, Messages: t.Messages,
		Objection: t.Objection, Letter: t.Letter, Findings: t.Findings, Versions: numbered(t.Versions),
		LogPosition: t.Position, LogSize: t.Size, Root: t.Root.String(), ReceiptFile: t.Receipt}
}

// numbered writes numbers as a list.
func numbered(list []int) string {
	var out []string
	for _, n := range list {
		out = append(out, strconv.Itoa(n))
	}
	return strings.Join(out, ", ")
}

// described names files by what they are; their own names are not kept.
func described(files []models.Attachment) []string {
	var list []string
	for _, f := range files {
		list = append(list, fmt.Sprintf("%s, %s", f.Kind, fileSize(f.Size)))
	}
	return list
}
