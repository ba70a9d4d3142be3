package web

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"heard/app/consult"
	"heard/models"
	"heard/views"
)

// maxParts is the most fields and files one upload may have.
const maxParts = 50

// uploads is what a file step shows of the draft.
func (p *portal) uploads(lang string, d *consult.Draft) *views.UploadState {
	limit := p.Views.Translate(lang, "upload.accept", "Files", consult.MaxFiles, "Size", fmt.Sprintf("%d MB", consult.MaxFileSize>>20))
	return &views.UploadState{Limit: limit, Attached: described(d.Files)}
}

func fileSize(n int64) string {
	if n < 1<<20 {
		return fmt.Sprintf("%d KB", max(1, n>>10))
	}
	return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
}

// answerFile takes uploads. They are read part by part from the connection and
// never written to a temporary folder.
func (p *portal) answerFile(req *request, c *models.Consultation, page *views.StepPage) error {
	r := req.Request()
	ctx, key := r.Context(), draftKey(req)
	r.Body = http.MaxBytesReader(req.Response(), r.Body, consult.MaxFiles*(consult.MaxFileSize+64<<10))
	form := map[string]string{}
	parts, err := r.MultipartReader()
	if errors.Is(err, http.ErrNotMultipart) {
		posted, err := req.form(maxForm)
		if err != nil {
			return err
		}
		for _, name := range []string{"do", "remove", "of", "lang"} {
			form[name] = posted.Get(name)
		}
	} else if err != nil {
		return models.NewError(models.KindInvalid, "The form could not be read. Go back and send it again.")
	}
	for n := 0; parts != nil; n++ {
		part, err := parts.NextPart()
		if n > 0 && errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return uploadError(err)
		}
		if n == maxParts {
			return models.NewError(models.KindTooLarge, "The form has more fields and files than this page accepts.")
		}
		if part.FormName() != "file" {
			value, err := io.ReadAll(io.LimitReader(part, 100))
			if err != nil {
				return uploadError(err)
			}
			form[part.FormName()] = string(value)
			continue
		}
		if part.FileName() == "" {
			continue
		}
		file := &reading{Reader: part}
		if err := p.service.Attach(ctx, key, c, part.FileName(), file); err != nil {
			fields := models.FieldsOf(err)
			switch {
			case file.err != nil:
				return uploadError(file.err)
			case len(fields) == 0:
				return err
			}
			page.Fault = p.word(page.Lang, fields[0].Code, fields[0].Message, fields[0].Values)
			page.Faults = append(page.Faults, views.Fault{Href: "#answer", Message: page.Fault})
		}
	}
	d, err := p.service.LoadDraft(ctx, key)
	if err != nil {
		return err
	}
	// A second click on "Remove" finds fewer files than the page showed, and
	// takes nothing more out.
	if index, err := strconv.Atoi(form["remove"]); err == nil && (form["of"] == "" || form["of"] == strconv.Itoa(len(d.Files))) {
		if err := p.service.Detach(ctx, key, c, index); err != nil {
			return err
		}
		if d, err = p.service.LoadDraft(ctx, key); err != nil {
			return err
		}
	}
	if len(page.Faults) > 0 {
		page.File = p.uploads(page.Lang, d)
		return p.render(req.Context, http.StatusUnprocessableEntity, page)
	}
	if form["do"] == "save" || form["lang"] != "" {
		return p.turn(req, c, form["lang"], page.Action)
	}
	if form["do"] != "continue" {
		return req.Redirect(http.StatusSeeOther, page.Action)
	}
	next, err := p.service.Answer(ctx, key, c, page.Question.ID, models.Given{})
	if err != nil {
		return err
	}
	return req.Redirect(http.StatusSeeOther, p.after(req, c, page, d, next))
}

// reading remembers why an upload could not be read to its end, so that a
// connection that broke can be told apart from a fault of ours.
type reading struct {
	io.Reader
	err error
}

func (r *reading) Read(b []byte) (int, error) {
	n, err := r.Reader.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		r.err = err
	}
	return n, err
}

// uploadError words an upload that broke off or was not what it said it is.
func uploadError(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return err
	}
	return &models.Error{Kind: models.KindInvalid, Message: "The file did not arrive whole. Send it again.", Err: err}
}
