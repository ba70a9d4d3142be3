package web

import (
	"net/http"
	"strconv"

	"heard/models"
	"heard/views"
)

func (p *portal) heardOnce(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	r, err := p.service.Report(req.Request().Context(), c)
	if err != nil {
		return err
	}
	page := &views.OncePage{Base: p.base(req, c)}
	return p.showOnce(req, page, r, "/"+c.ID+"/report/heard-once")
}

func (p *portal) heardOnceDraft(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	r, err := p.service.DraftReport(req.Request().Context(), req.by, c)
	if err != nil {
		return err
	}
	page := &views.OncePage{Base: p.staffBase(req, c, "report", "Points heard once")}
	return p.showOnce(req, page, r, "/staff/"+c.ID+"/report/heard-once")
}

func (p *portal) showOnce(req *request, page *views.OncePage, r *models.Report, at string) error {
	n, _ := strconv.Atoi(req.QueryParam("page")) // nothing else is the first
	page.ShowOnce(r, n)
	if page.Page > 1 {
		page.Before = page.To(at + "?page=" + strconv.Itoa(page.Page-1))
	}
	if page.Page < page.Pages {
		page.Next = page.To(at + "?page=" + strconv.Itoa(page.Page+1))
	}
	return p.render(req.Context, http.StatusOK, page)
}

func (p *portal) ledger(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	data, err := p.service.Ledger(req.Request().Context(), req.by, c)
	if err != nil {
		return err
	}
	return req.Blob(http.StatusOK, csvType, data)
}
