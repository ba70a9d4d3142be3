package web

import (
	"net/http"
	"net/url"
	"slices"

	"heard/models"
	"heard/views"
)

// showPreview lists the ways through the questions and their languages.
func (p *portal) showPreview(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	page := &views.PreviewPage{Base: p.staffBase(req, c, "settings", "Preview"), Consultation: c, Back: "/staff/" + c.ID + "/settings"}
	for i := range c.Paths {
		path := &c.Paths[i]
		row := views.PreviewRow{Name: path.Name.Default(), When: path.When.String(), Pages: len(path.Ask)}
		for _, l := range c.Languages {
			row.Languages = append(row.Languages, views.Link{Key: l, Text: views.LanguageName(l), Href: previewAddress(c, path, path.Ask[0], l)})
		}
		page.Paths = append(page.Paths, row)
	}
	for _, l := range c.Languages {
		page.Start = append(page.Start, views.Link{Key: l, Text: views.LanguageName(l), Href: "/" + c.ID + "?" + url.Values{"lang": {l}}.Encode()})
	}
	return p.render(req.Context, http.StatusOK, page)
}

func previewAddress(c *models.Consultation, path *models.Path, question, language string) string {
	return "/staff/" + c.ID + "/preview/" + path.ID + "/" + question + "?" + url.Values{"lang": {language}}.Encode()
}

// previewed is the path and the step that a preview shows.
func (p *portal) previewed(req *request) (c *models.Consultation, path *models.Path, at int, err error) {
	if c, err = p.consultation(req); err != nil {
		return nil, nil, 0, err
	}
	i := slices.IndexFunc(c.Paths, func(path models.Path) bool { return path.ID == req.Param("path") })
	if i >= 0 {
		path = &c.Paths[i]
		at = slices.Index(path.Ask, req.Param("step"))
	}
	if i < 0 || at < 0 {
		return nil, nil, 0, models.NewError(models.KindNotFound, "There is no such page in this consultation. Choose one from the preview.")
	}
	return c, path, at, nil
}

// showPreviewStep shows a question as those on a path see it, in a language.
// Nothing that is put in is kept.
func (p *portal) showPreviewStep(req *request) error {
	c, path, at, err := p.previewed(req)
	if err != nil {
		return err
	}
	q := c.Question(path.Ask[at])
	page := &views.StepPage{Base: p.base(req, c), Consultation: c.ID, Question: q, Number: at + 1, Optional: !q.Required && q.Type != models.TypeInfo,
		Restriction: c.Restriction(q.Restriction), Preview: &views.PreviewNote{Path: path.Name.Default(), Of: len(path.Ask), OnlyIf: q.OnlyIf.String(), All: "/staff/" + c.ID + "/preview"}}
	page.Form, page.Exit = true, false
	page.Action = previewAddress(c, path, q.ID, page.Lang)
	page.Back = page.Preview.All
	if at > 0 {
		page.Back = previewAddress(c, path, path.Ask[at-1], page.Lang)
	}
	if q.Type == models.TypeFile {
		page.File = &views.UploadState{}
	}
	return p.render(req.Context, http.StatusOK, page)
}

// previewStep goes on to the next page of a preview, or shows this one in another
// language. What was put in is left aside unread.
func (p *portal) previewStep(req *request) error {
	c, path, at, err := p.previewed(req)
	if err != nil {
		return err
	}
	form, err := req.form(maxForm)
	if err != nil {
		return err
	}
	language := p.base(req, c).Lang
	if wanted := form.Get("lang"); slices.Contains(c.Languages, wanted) {
		return req.Redirect(http.StatusSeeOther, previewAddress(c, path, path.Ask[at], wanted))
	}
	if at+1 < len(path.Ask) {
		return req.Redirect(http.StatusSeeOther, previewAddress(c, path, path.Ask[at+1], language))
	}
	return req.Redirect(http.StatusSeeOther, "/staff/"+c.ID+"/preview")
}
