package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"golang.org/x/text/language"

	"heard/app/consult"
	"heard/models"
	"heard/views"
)

// base is what every public page has. Its language is that of the response
// under way, else the one the address asks for, else the one the browser
// prefers, else the consultation's first.
func (p *portal) base(req *request, c *models.Consultation) views.Base {
	b := views.Base{Service: "Heard", Home: "/", Exit: true, Invented: p.Invented}
	offered := p.Views.Languages()
	if c != nil {
		offered = c.Languages
		b.Service, b.Home = c.Council.Name, "/"+c.ID
		b.Invented = p.Invented || c.Invented
	}
	b.Default = preferred(req.Request().Header.Get("Accept-Language"), offered)
	b.Lang = b.Default
	if wanted := req.QueryParam("lang"); slices.Contains(offered, wanted) {
		b.Lang = wanted
	}
	if slices.Contains(offered, req.lang) {
		b.Lang = req.lang
	}
	req.speak(b.Lang)
	if c != nil {
		b.Unchecked = c.Unchecked(b.Lang)
	}
	if len(offered) > 1 {
		query := url.Values{}
		if form := req.QueryParam("form"); form != "" {
			query.Set("form", form) // which paper form; nothing else of an address is repeated
		}
		for _, l := range offered {
			query.Set("lang", l)
			b.Languages = append(b.Languages, views.Link{Key: l, Text: views.LanguageName(l), Href: "?" + query.Encode(), Current: l == b.Lang})
		}
	}
	return b
}

// preferred returns the language that fits best what a browser says its reader
// prefers, the first when nothing fits.
func preferred(header string, offered []string) string {
	wanted, _, err := language.ParseAcceptLanguage(header)
	if err != nil || len(wanted) == 0 || len(offered) == 0 {
		return first(offered)
	}
	for _, w := range wanted {
		base, _ := w.Base()
		for _, o := range offered {
			if of, _ := language.Make(o).Base(); of == base {
				return o
			}
		}
	}
	return first(offered)
}

func first(list []string) string {
	if len(list) == 0 {
		return "en"
	}
	return list[0]
}

// word is the wording of a fault in a language; message where the catalogues
// do not have it.
func (p *portal) word(lang, code, message string, values map[string]any) string {
	if code == "" {
		return message
	}
	var pairs []any
	for name, v := range values {
		switch v := v.(type) {
		case models.Text:
			text, _ := v.In(lang)
			pairs = append(pairs, name, text)
		case string:
			pairs = append(pairs, name, p.Views.Day(lang, v))
		default:
			pairs = append(pairs, name, v)
		}
	}
	return p.Views.Translate(lang, code, pairs...)
}

// dayForm is how days are kept.
const dayForm = time.DateOnly

func (p *portal) home(req *request) error {
	all, err := p.service.Consultations(req.Request().Context(), req.by)
	if err != nil {
		return err
	}
	page := &views.HomePage{Base: p.base(req, nil)}
	for _, c := range all {
		opens, _ := c.Window()
		title, _ := c.Title.In(page.Lang)
		summary, _ := c.Proposal.Summary.In(page.Lang)
		ended, _ := c.Ended()
		card := views.ConsultationCard{ID: c.ID, Title: title, Summary: summary, Opens: p.Views.Day(page.Lang, opens.Format(dayForm)), Closes: p.Views.Day(page.Lang, ended),
			Report: c.Status.AtLeast(models.StatusPublished)}
		switch p.service.State(c) {
		case consult.StateAfter:
			page.Closed = append(page.Closed, card)
		case consult.StateOpen:
			page.Open = append(page.Open, card)
		default: // it has not ended, so it does not stand among those that have
			card.Note = p.refusal(page.Lang, c)
			page.Open = append(page.Open, card)
		}
		page.Invented = page.Invented || c.Invented
	}
	return p.render(req.Context, http.StatusOK, page)
}

func (p *portal) start(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	opens, closes := c.Window()
	base := p.base(req, c)
	page := &views.StartPage{Base: base, Consultation: c, State: p.service.State(c), Opens: p.Views.Time(base.Lang, opens),
		Closes: p.Views.Time(base.Lang, closes), DecisionDay: p.Views.Day(base.Lang, c.Proposal.Decision.When),
		Report: c.Status.AtLeast(models.StatusPublished), Feed: c.Status != models.StatusDraft, Partly: len(c.Untranslated(base.Lang)) > 0}
	if ended, early := c.Ended(); early {
		page.Closes = p.Views.Day(base.Lang, ended)
	}
	o, err := p.service.Outcome(req.Request().Context(), c)
	if err != nil {
		return err
	}
	if o != nil {
		say := func(day string) string { return p.Views.Day(base.Lang, day) }
		page.Outcome = &views.Outcome{Decision: o.Decision, Record: o.Record, Day: say(o.Day), Ordered: say(o.Ordered), InForce: say(o.InForce), Challenge: say(o.Challenge)}
	}
	if d, err := p.service.LoadDraft(req.Request().Context(), draftKey(req)); err == nil {
		page.Started = d.Consultation == c.ID && !d.Sent
	}
	return p.render(req.Context, http.StatusOK, page)
}

func (p *portal) privacy(req *request) error { return p.text(req, "privacy") }

func (p *portal) accessibility(req *request) error { return p.text(req, "accessibility") }

func (p *portal) safety(req *request) error { return p.text(req, "safety") }

// text is a page of prose; it tells how to reach the council of the first
// consultation there is.
func (p *portal) text(req *request, name string) error {
	all, err := p.service.Consultations(req.Request().Context(), req.by)
	if err != nil {
		return err
	}
	page := &views.TextPage{Base: p.base(req, nil), Page: name}
	if len(all) > 0 {
		page.Council = &all[0].Council
	}
	return p.render(req.Context, http.StatusOK, page)
}

// showPaper is the questionnaire to print, one form for each path.
func (p *portal) showPaper(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	page := &views.PaperPage{Base: p.base(req, c), Consultation: c}
	if n, err := strconv.Atoi(req.QueryParam("form")); err == nil && n >= 1 && n <= len(c.Paths) {
		page.Path, page.Number = &c.Paths[n-1], n
		for _, id := range page.Path.Ask {
			page.Questions = append(page.Questions, c.Question(id))
		}
		_, closes := c.Window()
		page.Closes = p.Views.Time(page.Lang, closes)
		return p.render(req.Context, http.StatusOK, page)
	}
	for i := range c.Paths {
		name, _ := c.Paths[i].Name.In(page.Lang)
		if name == "" {
			name = p.Views.Translate(page.Lang, "paper.form", "Number", i+1)
		}
		// The number says nothing in the history of a browser.
		page.Forms = append(page.Forms, views.Link{Href: page.To("/" + c.ID + "/paper?form=" + strconv.Itoa(i+1)), Text: name})
	}
	return p.render(req.Context, http.StatusOK, page)
}

func (p *portal) showResult(req *request) error { return p.result(req, nil) }

// changeResult puts an address on the list of those who want to be told the
// outcome, or takes it off.
func (p *portal) changeResult(req *request) error {
	form, err := req.form(maxForm)
	if err != nil {
		return err
	}
	return p.result(req, form)
}

func (p *portal) result(req *request, form url.Values) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	if !c.OfferResult {
		return models.NewError(models.KindNotFound, "")
	}
	page := &views.ResultPage{Base: p.base(req, c), Consultation: c}
	if form == nil {
		return p.render(req.Context, http.StatusOK, page)
	}
	page.Email = models.CleanText(form.Get("email"))
	act, done := p.service.TellResult, "added"
	if form.Get("do") == "remove" {
		act, done = p.service.ForgetContact, "removed"
	}
	err = act(req.Request().Context(), c, page.Email)
	if fields := models.FieldsOf(err); len(fields) > 0 {
		page.Fault = p.word(page.Lang, fields[0].Code, fields[0].Message, fields[0].Values)
		return p.render(req.Context, http.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	page.Done, page.Languages = done, nil
	return p.render(req.Context, http.StatusOK, page)
}

// healthz says that the program runs.
func (p *portal) healthz(req *request) error { return req.String(http.StatusOK, "ok\n") }

// readyz says that answers can be taken: the database answers, and keeps what it
// is given if that was in doubt. That search is
// away is said and stops nobody.
func (p *portal) readyz(req *request) error {
	if err := p.service.Ready(req.Request().Context()); err != nil {
		p.Log.Error("not ready", "error", err)
		return req.String(http.StatusServiceUnavailable, "the database does not answer\n")
	}
	if err := p.keeps(req); err != nil {
		p.Log.Error("not ready", "error", err)
		return req.String(http.StatusServiceUnavailable, "the database cannot keep anything\n")
	}
	ctx, cancel := context.WithTimeout(req.Request().Context(), time.Second) // whoever asks waits for three
	defer cancel()
	if p.service.SearchReady(ctx) != nil {
		return req.String(http.StatusOK, "ok, but search is away\n")
	}
	return req.String(http.StatusOK, "ok\n")
}

func (p *portal) showReport(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	base := p.base(req, c)
	v, box, err := p.publishedVersion(req, c, base.Lang, 0)
	if err != nil {
		return err
	}
	return p.render(req.Context, http.StatusOK, &views.ReportPage{Base: base, Report: v.Report, Status: c.Status, Version: box, Files: p.files(req.Request().Context(), c, v.Report, base.Lang, false)})
}

func (p *portal) showLog(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	size, root, err := p.service.Checkpoint(req.Request().Context(), c)
	if err != nil {
		return err
	}
	return p.render(req.Context, http.StatusOK, &views.LogPage{Base: p.base(req, c), Consultation: c, Size: size, Root: root, Key: p.service.LogKey(c)})
}

func (p *portal) logCheckpoint(req *request) error { return p.logFile(req, consult.LogCheckpoint) }

func (p *portal) logLeaves(req *request) error { return p.logFile(req, consult.LogLeaves) }

func (p *portal) logKey(req *request) error { return p.logFile(req, consult.LogKey) }

func (p *portal) logManifests(req *request) error { return p.logFile(req, consult.LogManifests) }

func (p *portal) logOpenings(req *request) error { return p.logFile(req, consult.LogOpenings) }

func (p *portal) logTexts(req *request) error { return p.logFile(req, consult.LogTexts) }

// logFile serves a file of the public log, for anybody to check.
func (p *portal) logFile(req *request, name string) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	data, err := p.service.LogFile(req.Request().Context(), c, name)
	if err != nil {
		return err
	}
	return req.Blob(http.StatusOK, "text/plain; charset=utf-8", data)
}
