package web

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"

	"heard/app/consult"
	"heard/models"
	"heard/views"
)

// waitsFor is what a step of a consultation has to wait for, with the page where
// it is done; other faults lead nowhere.
func waitsFor(consultation string, f models.FieldError) views.Fault {
	out, at := views.Fault{Message: f.Message}, "/staff/"+consultation+"/"
	switch {
	case f.Field == "keying" || f.Field == "reading" || f.Field == "redactions":
		out.Href = at + f.Field
	case strings.Contains(f.Field, ":"): // a part of the report that is missing or stale
		kind, id, _ := strings.Cut(f.Field, ":")
		out.Href = writtenAt(consultation, kind, id)
	case f.Field == "days" || strings.HasPrefix(f.Field, "duty-"):
		out.Href = at + "duties#" + f.Field
	}
	return out
}

// fileAddress is the page of an attachment, by its number.
func fileAddress(c *models.Consultation, submission string, number int) string {
	return "/staff/" + c.ID + "/submissions/" + submission + "/files/" + strconv.Itoa(number)
}

// attached fills in what is known of the attachments on a submission's page.
func (p *portal) attached(req *request, c *models.Consultation, page *views.SubmissionPage) error {
	if len(page.Attachments) == 0 {
		return nil
	}
	all, err := p.service.Attached(req.Request().Context(), req.by, c, page.ID)
	if err != nil {
		return err
	}
	known := map[int]*consult.Attached{}
	for i := range all {
		known[all[i].Number] = &all[i]
	}
	kept := page.Attachments[:0]
	for _, file := range page.Attachments {
		a := known[file.Number]
		if a == nil {
			continue // a scan, for those who key
		}
		file.Href = fileAddress(c, page.ID, a.Number)
		if a.MayOpen {
			file.File = file.Href + "/download"
		}
		if a.Summary != nil {
			file.Said = a.Summary.Text
		}
		kept = append(kept, file)
	}
	page.Attachments = kept
	return nil
}

func (p *portal) showAttached(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	number, _ := strconv.Atoi(req.Param("file"))
	return p.attachedPage(req, c, number, nil)
}

// attachedPage shows an attachment, with what was wrong with what somebody decided on
// it.
func (p *portal) attachedPage(req *request, c *models.Consultation, number int, faults []models.FieldError) error {
	ctx, id := req.Request().Context(), req.Param("id")
	all, err := p.service.Attached(ctx, req.by, c, id)
	if err != nil {
		return err
	}
	sub, _, err := p.service.Submission(ctx, req.by, c, id, false)
	if err != nil {
		return err
	}
	for i, a := range all {
		if a.Number != number {
			continue
		}
		page := &views.EvidencePage{Base: p.staffBase(req, c, "search", "Attachment "+strconv.Itoa(a.Number)), Consultation: c.ID, Submission: id, PublicID: cmp.Or(sub.PublicID, id),
			Number: a.Number, About: described([]models.Attachment{all[i].Attachment})[0], SHA256: a.SHA256, Scan: a.Scan, Unclean: a.Unclean}
		if a.MayOpen {
			page.File = fileAddress(c, id, a.Number) + "/download"
		}
		if a.Summary != nil {
			page.Said = a.Summary.Text
			if req.by.Role != models.RoleCouncillor {
				page.SaidBy = p.byOn(a.Summary.By, a.Summary.Day)
			}
		}
		if a.MayLet {
			page.Act, page.Let, page.Unreadable = fileAddress(c, id, a.Number), a.Let, strings.TrimSpace(a.Text) == ""
		}
		status := http.StatusOK
		if faults != nil {
			status = http.StatusUnprocessableEntity
			page.Faults, page.Problems = linked(faults, "reason", "reason")
		}
		return p.render(req.Context, status, page)
	}
	return models.NewError(models.KindNotFound, "There is no such attachment, or it is not released.")
}

func (p *portal) letOpen(req *request) error {
	c, form, err := p.posted(req, maxForm)
	if err != nil {
		return err
	}
	number, _ := strconv.Atoi(req.Param("file"))
	do, notice := form.Get("do"), "Councillors and analysts may open the file from now on."
	switch do {
	case "let":
	case "shut":
		notice = "Only officers may open the file from now on."
	default:
		return models.NewError(models.KindInvalid, "The page did not say what to do with the file.")
	}
	err = p.service.LetOpen(req.Request().Context(), req.by, c, req.Param("id"), number, do == "let", normalLines(form.Get("reason")))
	if fields := models.FieldsOf(err); len(fields) > 0 {
		return p.attachedPage(req, c, number, fields)
	}
	if err != nil {
		return err
	}
	return p.done(req, fileAddress(c, req.Param("id"), number), notice)
}

// openFile sends an attachment as a file to keep, which no browser shows by
// itself.
func (p *portal) openFile(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	number, _ := strconv.Atoi(req.Param("file"))
	data, mediaType, ending, err := p.service.OpenFile(req.Request().Context(), req.by, c, req.Param("id"), number)
	if err != nil {
		return err
	}
	req.Response().Header().Set("Cache-Control", "no-store")
	return req.download(c.ID+"-attachment-"+strconv.Itoa(number)+"."+ending, mediaType, data)
}

// scanOf is the address of the scan that came with a keyed form, or of the letter;
// "" for none. That it is opened goes on record.
func (p *portal) scanOf(req *request, c *models.Consultation, submission string) (string, error) {
	all, err := p.service.Attached(req.Request().Context(), req.by, c, submission)
	if err != nil || len(all) == 0 {
		return "", err
	}
	return fileAddress(c, submission, all[0].Number) + "/download", nil
}

// slip prints a slip again, with a new code.
func (p *portal) slip(req *request) error {
	c, _, err := p.posted(req, maxForm)
	if err != nil {
		return err
	}
	ctx, batch, id := req.Request().Context(), req.Param("batch"), req.Param("form")
	b, _, err := p.service.Batch(ctx, req.by, c, batch)
	if err != nil {
		return err
	}
	saved, err := p.service.Slip(ctx, req.by, c, batch, id)
	if err != nil {
		return err
	}
	return p.render(req.Context, http.StatusOK, &views.SlipPage{Base: p.staffBase(req, c, "keying", "Code slip"), Consultation: c, Number: saved.Number, Batch: b.Number, Words: saved.Words,
		Again: keyingAddress(c, batch, "forms", id), Address: p.Address + "/" + c.ID + "/receipt", Notice: "A code that was printed for this form before is worth nothing any more."})
}
