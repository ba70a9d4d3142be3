package web

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"heard/app/consult"
	"heard/models"
	"heard/views"
)

func importAddress(c *models.Consultation, key string) string {
	at := "/staff/" + c.ID + "/import"
	if key != "" {
		at += "?file=" + queryEscape(key)
	}
	return at
}

func (p *portal) showImport(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	page, err := p.importPage(req, c, req.QueryParam("file"), nil)
	if err != nil {
		return err
	}
	return p.render(req.Context, http.StatusOK, page)
}

// importPage shows what there is to choose from in the file held under key, with
// the columns chosen; when they are nil, those of the mapping that the address
// names, or what the names of the columns suggest. Where there is no such file,
// it asks for one.
func (p *portal) importPage(req *request, c *models.Consultation, key string, chosen map[string]string) (*views.ImportPage, error) {
	ctx := req.Request().Context()
	page := &views.ImportPage{Base: p.staffBase(req, c, "keying", "Import a spreadsheet"), Consultation: c.ID, Act: importAddress(c, ""), Most: fmt.Sprintf("%d MB", consult.MaxSheet>>20),
		Closed: c.Status == models.StatusDraft || c.Status.AtLeast(models.StatusFrozen), Problems: map[string]string{}}
	mappings, err := p.service.Mappings(ctx, req.by, c)
	if err != nil || key == "" {
		return page, err
	}
	held, err := p.service.Sheet(ctx, req.by, c, key)
	if faults, ok := faultsIn(err); ok {
		page.Faults = faultLinks(faults, page.Problems)
		return page, nil
	}
	if err != nil {
		return nil, err
	}
	page.File, page.Rows, page.Header, page.Wording = key, held.Rows, held.Header, held.Wording
	for _, m := range mappings {
		current := m.ID == req.QueryParam("mapping")
		if current && chosen == nil {
			chosen, page.Name = m.Columns, m.Name
		}
		page.Mappings = append(page.Mappings, views.Link{Href: importAddress(c, key) + "&mapping=" + m.ID, Text: m.Name, Current: current})
	}
	if chosen == nil {
		chosen = held.Guess
	}
	add := func(key, text string, boxes ...views.ImportTarget) {
		page.Targets = append(page.Targets, views.ImportTarget{Key: key, Text: text, Column: chosen[key], Boxes: boxes})
	}
	add(models.ColumnID, "The response’s id in the other tool, by which a second import knows it again")
	add(models.ColumnDay, "Day it was received")
	add(models.ColumnChannel, "How it came")
	add(models.ColumnGroup, "Respondent group, in place of what the answers say")
	for i := range c.Questions {
		q := &c.Questions[i]
		if q.Type == models.TypeInfo || q.Type == models.TypeFile {
			continue
		}
		var boxes []views.ImportTarget
		for _, o := range q.Options {
			if key := models.BoxOf(q.ID, o.ID); q.Type == models.TypeTicks {
				boxes = append(boxes, views.ImportTarget{Key: key, Text: q.ID + ": " + o.Text.Default(), Column: chosen[key]})
			}
		}
		add(q.ID, q.ID+" "+q.Text.Default(), boxes...)
	}
	return page, nil
}

// changeImport takes a file in, tries or imports what was chosen, keeps the
// choice, or deletes the file.
func (p *portal) changeImport(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	ctx := req.Request().Context()
	form, err := req.sheet(func(file io.Reader) (string, error) { return p.service.HoldSheet(ctx, req.by, c, file) })
	key, chosen := form.Get("file"), map[string]string{}
	for name, v := range form {
		if to, ok := strings.CutPrefix(name, "col-"); ok && len(v) > 0 && v[0] != "" {
			chosen[to] = v[0]
		}
	}
	var tried *consult.Tried
	if err == nil {
		switch form.Get("do") {
		case "take":
			if key == "" {
				_, err = p.service.HoldSheet(ctx, req.by, c, nil)
				break
			}
			return req.Redirect(http.StatusSeeOther, importAddress(c, key))
		case "try":
			tried, err = p.service.TryImport(ctx, req.by, c, key, chosen)
		case "keep":
			if err = p.service.SaveMapping(ctx, req.by, c, form.Get("name"), chosen); err == nil {
				tried, err = p.service.TryImport(ctx, req.by, c, key, chosen)
			}
		case "import":
			if tried, err = p.service.ImportSheet(ctx, req.by, c, key, chosen); err == nil {
				page, err := p.importPage(req, c, "", nil)
				if err != nil {
					return err
				}
				page.Tried, page.Done = triedRows(tried), true
				return p.render(req.Context, http.StatusOK, page)
			}
		case "forget":
			if err = p.service.ForgetSheet(ctx, req.by, c, key); err == nil {
				return p.done(req, importAddress(c, ""), "The file was deleted. Nothing was imported.")
			}
		default:
			err = models.NewError(models.KindInvalid, "The page did not say what to do with the file.")
		}
	}
	faults, ok := faultsIn(err)
	if err != nil && !ok {
		return err
	}
	page, err := p.importPage(req, c, key, chosen)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if page.Name = form.Get("name"); ok && len(page.Faults) == 0 {
		page.Faults, status = faultLinks(faults, page.Problems), http.StatusUnprocessableEntity
	}
	if tried != nil {
		page.Tried = triedRows(tried)
	}
	return p.render(req.Context, status, page)
}

// mostRefused is how many refused rows one page lists.
const mostRefused = 200

func triedRows(t *consult.Tried) *views.Tried {
	out := &views.Tried{Rows: t.Rows, Taken: t.Taken, Known: t.Known, Late: t.Late, Refused: len(t.Refused)}
	for _, r := range t.Refused[:min(len(t.Refused), mostRefused)] {
		out.Why = append(out.Why, views.RefusedRow{Line: r.Line, Why: r.Reason})
	}
	return out
}

// sheet reads a form that may come with a spreadsheet, which is handed to hold;
// the key it returns is the form's field “file”.
func (req *request) sheet(hold func(io.Reader) (string, error)) (url.Values, error) {
	r := req.Request()
	r.Body = http.MaxBytesReader(req.Response(), r.Body, consult.MaxSheet+maxForm)
	form, file, err := req.parts()
	if err != nil || file == nil {
		return form, err
	}
	key, err := hold(file.Reader)
	form.Set("file", key)
	return form, err
}
