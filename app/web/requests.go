package web

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"heard/app/consult"
	"heard/models"
	"heard/views"
)

func requestsAddress(c *models.Consultation) string { return "/staff/" + c.ID + "/requests" }

func requestAddress(c *models.Consultation, id string) string {
	return requestsAddress(c) + "/" + url.PathEscape(id)
}

func (p *portal) showRequests(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	page, err := p.requestsPage(req, c)
	if err != nil {
		return err
	}
	return p.render(req.Context, http.StatusOK, page)
}

func (p *portal) requestsPage(req *request, c *models.Consultation) (*views.RequestsPage, error) {
	l, err := p.service.Requests(req.Request().Context(), req.by, c)
	if err != nil {
		return nil, err
	}
	page := &views.RequestsPage{Base: p.staffBase(req, c, "requests", "Requests"), CanKeep: req.by.May(consult.KeepRequests), New: requestAddress(c, "new"), Act: requestsAddress(c),
		Version: l.Retention.Version + 1, Deleted: p.Views.Day(deskLanguage, l.Retention.Done),
		Retention: views.Field{ID: "retention", Kind: views.FieldDay, Label: "Delete original words on", Hint: "The day in the council’s retention schedule. It can be moved until it has come; to an earlier day, a week ahead at least.", Value: l.Retention.Day}}
	if l.Retention.By != "" {
		page.SetBy = "Set by " + p.byOn(cmp.Or(l.Names[l.Retention.By], "the portal"), l.Retention.Written) + "."
	}
	if holding := l.Holding(); len(holding) > 0 {
		var names []string
		for _, r := range holding {
			names = append(names, r.Reference)
		}
		page.Hold = fmt.Sprintf("Nothing is deleted while this is open: %s. Words that are taken back leave everything that is read at once; a sealed copy stays until the hold ends and then goes by itself. Sealed so far: %d.", strings.Join(names, ", "), l.Held)
	}
	for i := range l.Requests {
		row := p.requestRow(c, &l.Requests[i], l.Names)
		if n := len(l.Acts[row.ID]); n > 0 {
			row.Pairs = append(row.Pairs, views.Pair{Name: "Done for it", Text: fmt.Sprintf("%d", n)})
		}
		page.Rows = append(page.Rows, *row)
	}
	return page, nil
}

func (p *portal) requestRow(c *models.Consultation, r *models.Request, names map[string]string) *views.RequestRow {
	row := &views.RequestRow{ID: r.ID, Reference: r.Reference, Href: requestAddress(c, r.ID), State: r.State.Name(), Good: r.State != models.RequestOpen, Late: r.Overdue(p.service.Today())}
	pair := func(name, text string) {
		if text != "" {
			row.Pairs = append(row.Pairs, views.Pair{Name: name, Text: text})
		}
	}
	pair("Asked for", r.Kind.Name())
	pair("Received", p.Views.Day(deskLanguage, r.Received))
	pair("Came by", r.Came)
	pair("Due", cmp.Or(p.Views.Day(deskLanguage, r.Due()), "the law sets no day"))
	pair("More time", r.Extended)
	pair("Outcome", r.Outcome)
	pair("Sent", p.Views.Day(deskLanguage, r.Done))
	pair("Last written by", p.byOn(cmp.Or(names[r.By], "the portal"), r.Written))
	return row
}

// setRetention keeps the day on which original words are deleted.
func (p *portal) setRetention(req *request) error {
	c, form, err := p.posted(req, maxForm)
	if err != nil {
		return err
	}
	day := wrote(form, "retention")
	err = p.service.SetRetention(req.Request().Context(), req.by, c, models.Retention{Version: seen(form), Day: day})
	if err == nil {
		return p.done(req, requestsAddress(c)+"#originals", "The day is kept.")
	}
	page, pageErr := p.requestsPage(req, c)
	if pageErr != nil {
		return pageErr
	}
	page.Retention.Value = day
	fields := []views.Field{page.Retention}
	faults, ok := problems(err, fields)
	if !ok {
		return err
	}
	page.Retention, page.Faults = fields[0], faults
	return p.render(req.Context, refused(err), page)
}

func requestFields(r *models.Request) []views.Field {
	fields := []views.Field{
		{ID: "reference", Kind: views.FieldLine, Label: "Reference", Hint: "Of the council’s own file. Write no name and no address here.", Value: r.Reference},
		{ID: "came", Kind: views.FieldLine, Label: "How it came (optional)", Hint: "For example by letter, by phone, through the council’s form.", Value: r.Came}}
	if r.Version == 0 {
		return slices.Insert(fields, 1, views.Field{ID: "received", Kind: views.FieldDay, Label: "Received on", Value: r.Received})
	}
	return append(fields,
		views.Field{ID: "extended", Kind: views.FieldArea, Label: "Why more time was taken (optional)", Hint: "The person has to be told within the first term. Two further months about rights; twenty further working days about information.", Value: r.Extended},
		views.Field{ID: "outcome", Kind: views.FieldArea, Label: "Outcome, with the reason", Hint: "What was answered, or why it was refused or cannot be located. Do not repeat what anybody wrote.", Value: r.Outcome},
		views.Field{ID: "done", Kind: views.FieldDay, Label: "Answer sent on", Value: r.Done})
}

// requestPage shows a request as it is kept, nil for a new one, and a form with
// what typed holds.
func (p *portal) requestPage(req *request, c *models.Consultation, typed *models.Request) (*views.RequestPage, error) {
	l, err := p.service.Requests(req.Request().Context(), req.by, c)
	if err != nil {
		return nil, err
	}
	id := req.Param("id")
	page := &views.RequestPage{Base: p.staffBase(req, c, "requests", "Request"), CanKeep: req.by.May(consult.KeepRequests), Heading: "Log a request", Back: requestsAddress(c), Act: requestAddress(c, id),
		Version: 1, Search: "/staff/" + c.ID + "/search", Hold: len(l.Holding()) > 0, Frozen: c.Status.AtLeast(models.StatusFrozen)}
	if id == "new" {
		if typed == nil {
			typed = &models.Request{}
		}
		for _, k := range models.RequestKinds {
			page.Kinds = append(page.Kinds, views.Choice{Value: string(k), Text: k.Name(), Chosen: k == typed.Kind})
		}
		page.Fields = requestFields(&models.Request{Reference: typed.Reference, Received: typed.Received, Came: typed.Came})
		return page, nil
	}
	i := slices.IndexFunc(l.Requests, func(r models.Request) bool { return r.ID == id })
	if i < 0 {
		return nil, models.NewError(models.KindNotFound, "There is no such request.")
	}
	kept := &l.Requests[i]
	if typed == nil {
		typed = kept
	}
	page.Row, page.Heading, page.Version = p.requestRow(c, kept, l.Names), kept.Reference, kept.Version+1
	form := *typed
	form.Version = kept.Version
	page.Fields = requestFields(&form)
	for _, state := range models.RequestStates {
		if state != models.RequestCannotLocate || !kept.Kind.Holds() {
			page.States = append(page.States, views.Choice{Value: string(state), Text: state.Name(), Chosen: state == typed.State})
		}
	}
	if page.CanKeep && kept.State == models.RequestOpen && kept.Kind.Erases() {
		page.CodeFields = []views.Field{
			{ID: "code", Kind: views.FieldLine, Label: "Code", Hint: "Twelve words. They are not kept."},
			{ID: "reason", Kind: views.FieldArea, Label: "Why", Hint: "The decision goes on record. Do not repeat what was written."}}
	}
	for _, a := range l.Acts[kept.ID] {
		row, err := p.actRow(req, c, &a, l.Names)
		if err != nil {
			return nil, err
		}
		page.Acts = append(page.Acts, row)
	}
	return page, nil
}

func (p *portal) actRow(req *request, c *models.Consultation, a *models.RequestAct, names map[string]string) (views.RequestActRow, error) {
	name := func(account string) string { return cmp.Or(names[account], "the portal") }
	row := views.RequestActRow{ID: a.ID, Reason: a.Reason, By: "By " + p.byOn(name(a.By), a.Day) + ".", Waits: a.State == models.ActAsked, Mine: a.By == req.by.ID}
	switch {
	case a.State == models.ActAsked:
		row.Text = "Erasure asked for. It waits for a second officer."
	case a.State == models.ActDeclined:
		row.Text = "An erasure was declined."
	case a.Kind == models.ActRedaction:
		row.Text = "Words were taken out."
	case a.State == models.ActHeld && a.Frozen:
		row.Text = "The words of a submission were taken out; every total stays. A sealed copy is held until the hold ends."
	case a.State == models.ActHeld:
		row.Text = "A submission was taken out. A sealed copy is held until the hold ends."
	case a.Frozen:
		row.Text = "The words of a submission were erased; every total stays."
	default:
		row.Text = "A submission was erased."
	}
	if a.SecondBy != "" {
		row.By = "Asked for by " + p.byOn(name(a.By), a.Day) + "; decided by " + p.byOn(name(a.SecondBy), a.SecondDay) + "."
	}
	if a.Submission != "" {
		sub, err := p.service.PublicID(req.Request().Context(), req.by, c, a.Submission)
		if err != nil {
			return row, err
		}
		row.About = sub
		if req.by.May(consult.SearchText) {
			row.Href = "/staff/" + c.ID + "/submissions/" + a.Submission
		}
	}
	return row, nil
}

func (p *portal) showRequest(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	page, err := p.requestPage(req, c, nil)
	if err != nil {
		return err
	}
	return p.render(req.Context, http.StatusOK, page)
}

func (p *portal) changeRequest(req *request) error {
	c, form, err := p.posted(req, maxForm)
	if err != nil {
		return err
	}
	ctx, id := req.Request().Context(), req.Param("id")
	if id == "new" {
		id = ""
	}
	typed := &models.Request{ID: id, Version: seen(form), Kind: models.RequestKind(form.Get("kind")), Reference: wrote(form, "reference"), Received: wrote(form, "received"), Came: wrote(form, "came"),
		Extended: wrote(form, "extended"), State: models.RequestState(form.Get("state")), Outcome: wrote(form, "outcome"), Done: wrote(form, "done")}
	notice := ""
	switch do := form.Get("do"); {
	case do == "keep":
		notice = "The request is kept."
		id, err = p.service.KeepRequest(ctx, req.by, c, *typed)
	case id == "":
		err = models.NewError(models.KindInvalid, "The page did not say what to do with the request.")
	case do == "code":
		notice, typed = "What the code led to was erased. It was not shown to anybody.", nil
		err = p.service.EraseByCode(ctx, req.by, c, id, form.Get("code"), wrote(form, "reason"))
	case do == "confirm" || do == "decline":
		notice, typed = "The erasure was declined.", nil
		if do == "confirm" {
			notice = "It was erased."
		}
		err = p.service.DecideErasure(ctx, req.by, c, form.Get("act"), do == "confirm")
	default:
		err, typed = models.NewError(models.KindInvalid, "The page did not say what to do with the request."), nil
	}
	if err == nil {
		return p.done(req, requestAddress(c, id), notice)
	}
	page, pageErr := p.requestPage(req, c, typed)
	if pageErr != nil {
		return pageErr
	}
	if len(page.CodeFields) > 0 && form.Get("do") == "code" {
		page.CodeFields[0].Value, page.CodeFields[1].Value = models.CleanText(form.Get("code")), wrote(form, "reason")
	}
	faults, ok := problems(err, page.Fields, "kind", "state")
	if !ok {
		return err
	}
	if form.Get("do") == "code" {
		faults, _ = problems(err, page.CodeFields)
	}
	page.Faults = faults
	return p.render(req.Context, refused(err), page)
}

// openRequests lists the requests for which words can be taken out.
func (p *portal) openRequests(req *request, c *models.Consultation, choice string) ([]views.Choice, error) {
	open, err := p.service.OpenRequests(req.Request().Context(), req.by, c)
	if err != nil {
		return nil, err
	}
	var all []views.Choice
	for _, r := range open {
		all = append(all, views.Choice{Value: r.ID, Text: r.Reference + ": " + r.Kind.Name()})
	}
	return choosing(all, choice), nil
}

// choosing marks the choice of a value.
func choosing(all []views.Choice, value string) []views.Choice {
	for i := range all {
		all[i].Chosen = all[i].Value == value
	}
	return all
}

func (p *portal) erasePage(req *request, c *models.Consultation, request, reason string) (*views.ErasePage, error) {
	id := req.Param("id")
	publicID, err := p.service.PublicID(req.Request().Context(), req.by, c, id)
	if err != nil {
		return nil, err
	}
	page := &views.ErasePage{Base: p.staffBase(req, c, "requests", "Erasure"), PublicID: publicID, Back: "/staff/" + c.ID + "/submissions/" + id, Act: "/staff/" + c.ID + "/submissions/" + id + "/erase",
		New: requestAddress(c, "new"), Frozen: c.Status.AtLeast(models.StatusFrozen),
		Reason: views.Field{ID: "reason", Kind: views.FieldArea, Label: "How you know that it is theirs", Hint: "For example: they told us the day and the opening words. Do not repeat what was written, and name nobody.", Value: reason}}
	page.Requests, err = p.openRequests(req, c, request)
	return page, err
}

func (p *portal) showErase(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	page, err := p.erasePage(req, c, req.QueryParam("request"), "")
	if err != nil {
		return err
	}
	return p.render(req.Context, http.StatusOK, page)
}

func (p *portal) askErasure(req *request) error {
	c, form, err := p.posted(req, maxForm)
	if err != nil {
		return err
	}
	request, reason := form.Get("request"), wrote(form, "reason")
	err = p.service.AskErasure(req.Request().Context(), req.by, c, req.Param("id"), request, reason)
	if err == nil {
		return p.done(req, requestAddress(c, request), "A second officer has to confirm the erasure, on this page.")
	}
	page, pageErr := p.erasePage(req, c, request, reason)
	if pageErr != nil {
		return pageErr
	}
	fields := []views.Field{page.Reason}
	faults, ok := problems(err, fields)
	if !ok {
		return err
	}
	page.Reason, page.Faults = fields[0], faults
	return p.render(req.Context, refused(err), page)
}
