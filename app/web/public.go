package web

import (
	"net/http"
	"time"

	"heard/app/consult"
	"heard/models"
	"heard/views"
)

// base is what every public page has.
func (p *portal) base(c *models.Consultation, title string) views.Base {
	b := views.Base{Lang: "en", Title: title, Service: "Heard", Home: "/", Exit: true, Invented: p.Invented}
	if c != nil {
		b.Lang, b.Service, b.Home = c.Languages[0], c.Council.Name, "/"+c.ID
		b.Invented = p.Invented || c.Invented
	}
	return b
}

// longDay writes a day out: 14 December 2026.
func longDay(t time.Time) string { return t.Format("2 January 2006") }

// longTime writes a closing time out: 14 December 2026 at 23:59.
func longTime(t time.Time) string { return t.Format("2 January 2006 at 15:04") }

func writtenDay(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	return longDay(t)
}

func (p *portal) home(req *request) error {
	all, err := p.service.Consultations(req.Request().Context(), req.by)
	if err != nil {
		return err
	}
	page := &views.HomePage{Base: p.base(nil, "Consultations")}
	for _, c := range all {
		opens, _ := c.Window()
		title, _ := c.Title.In(page.Lang)
		summary, _ := c.Proposal.Summary.In(page.Lang)
		ended, _ := c.Ended()
		card := views.ConsultationCard{ID: c.ID, Title: title, Summary: summary, Opens: longDay(opens), Closes: writtenDay(ended),
			Report: c.Status == models.StatusPublished}
		if p.service.Accepting(c) {
			page.Open = append(page.Open, card)
		} else {
			page.Closed = append(page.Closed, card)
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
	page := &views.StartPage{Base: p.base(c, "Consultation"), Consultation: c, State: p.service.State(c),
		Opens: longDay(opens), Closes: longTime(closes), DecisionDay: writtenDay(c.Proposal.Decision.When),
		Report: c.Status == models.StatusPublished}
	if ended, early := c.Ended(); early {
		page.Closes = writtenDay(ended)
	}
	if d, err := p.service.LoadDraft(req.Request().Context(), draftKey(req)); err == nil {
		page.Started = d.Consultation == c.ID && !d.Sent
	}
	return p.render(req.Context, http.StatusOK, page)
}

func (p *portal) privacy(req *request) error { return p.text(req, "Privacy and cookies", "privacy") }

func (p *portal) accessibility(req *request) error {
	return p.text(req, "Accessibility", "accessibility")
}

// text is a page of prose; it tells how to reach the council of the first
// consultation there is.
func (p *portal) text(req *request, title, name string) error {
	all, err := p.service.Consultations(req.Request().Context(), req.by)
	if err != nil {
		return err
	}
	page := &views.TextPage{Base: p.base(nil, title), Page: name}
	if len(all) > 0 {
		page.Council = &all[0].Council
	}
	return p.render(req.Context, http.StatusOK, page)
}

// healthz says that the program runs.
func (p *portal) healthz(req *request) error { return req.String(http.StatusOK, "ok\n") }

// readyz says that answers can be taken: the database answers.
func (p *portal) readyz(req *request) error {
	if err := p.service.Ready(req.Request().Context()); err != nil {
		p.Log.Error("not ready", "error", err)
		return req.String(http.StatusServiceUnavailable, "the database does not answer\n")
	}
	return req.String(http.StatusOK, "ok\n")
}

func (p *portal) showReport(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	r, err := p.service.Report(req.Request().Context(), c)
	if err != nil {
		return err
	}
	return p.render(req.Context, http.StatusOK, &views.ReportPage{Base: p.base(c, "Report"), Report: r, Status: c.Status})
}

func (p *portal) reportCSV(req *request) error {
	return p.reportFile(req, "csv", "text/csv; charset=utf-8")
}

func (p *portal) reportJSON(req *request) error {
	return p.reportFile(req, "json", "application/json")
}

func (p *portal) reportFile(req *request, format, kind string) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	data, err := p.service.ReportFile(req.Request().Context(), c, format)
	if err != nil {
		return err
	}
	return req.Blob(http.StatusOK, kind, data)
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
	return p.render(req.Context, http.StatusOK, &views.LogPage{Base: p.base(c, "Log"), Consultation: c, Size: size, Root: root})
}

func (p *portal) logCheckpoint(req *request) error { return p.logFile(req, consult.LogCheckpoint) }

func (p *portal) logLeaves(req *request) error { return p.logFile(req, consult.LogLeaves) }

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
