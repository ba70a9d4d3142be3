package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"golang.org/x/sync/singleflight"

	"heard/app/print"
	"heard/models"
	"heard/views"
)

// formats are those that a report can be taken away in, in the order in which a
// page names them.
var formats = []struct{ name, file, kind string }{
	{"docx", "report.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
	{"pdf", "report.pdf", "application/pdf"},
	{"xlsx", "report.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
	{"csv", "report.csv", csvType},
	{"json", "report.json", "application/json"},
	{"dictionary", "report-dictionary.csv", csvType},
}

// document says whether a format is the report's page in another shape, and not its
// data.
func document(format string) bool { return format == "docx" || format == "pdf" }

// reportIn serves the published report in a format.
func reportIn(format string) handler {
	return func(p *portal, req *request) error {
		c, err := p.consultation(req)
		if err != nil {
			return err
		}
		lang := p.base(req, c).Lang
		r, err := p.service.Report(req.Request().Context(), c)
		if err != nil {
			return err
		}
		data, err := p.published(req.Request().Context(), c, r, lang, format)
		if err != nil {
			return err
		}
		return p.attachment(req, c, format, data, false)
	}
}

// draftIn serves the draft to staff in a format, or what was published after it.
func draftIn(format string) handler {
	return func(p *portal, req *request) error {
		c, err := p.consultation(req)
		if err != nil {
			return err
		}
		if c.Status.AtLeast(models.StatusPublished) {
			return reportIn(format)(p, req)
		}
		ctx := req.Request().Context()
		var data []byte
		if document(format) {
			var r *models.Report
			if r, err = p.service.DraftDocument(ctx, req.by, c); err == nil {
				data, err = p.document(ctx, c, &views.ReportPage{Report: r, Draft: true, Status: c.Status}, format)
			}
		} else {
			data, err = p.service.DraftFile(ctx, req.by, c, format)
		}
		if err != nil {
			return err
		}
		return p.attachment(req, c, format, data, true)
	}
}

// download sends data as a file to be kept under a name.
func (req *request) download(name, kind string, data []byte) error {
	req.Response().Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", name))
	return req.Blob(http.StatusOK, kind, data)
}

// csvType is what spreadsheets as text are sent as.
const csvType = "text/csv; charset=utf-8"

// attachment sends a report to be kept.
func (p *portal) attachment(req *request, c *models.Consultation, format string, data []byte, draft bool) error {
	for _, f := range formats {
		if f.name == format {
			name := c.ID + "-" + f.file
			if draft {
				name = c.ID + "-draft-" + f.file
			}
			return req.download(name, f.kind, data)
		}
	}
	return models.NewError(models.KindNotFound, "")
}

// files are the links to the formats of a report. Sizes are given of what is
// published, and of a PDF once somebody has asked for it, since that takes seconds.
func (p *portal) files(ctx context.Context, c *models.Consultation, r *models.Report, lang string, draft bool) []views.ReportFile {
	var list []views.ReportFile
	for _, f := range formats {
		if f.name == "pdf" && !p.Printer.Found() {
			continue
		}
		file := views.ReportFile{Format: f.name, Href: "/" + c.ID + "/" + f.file}
		if draft {
			file.Href = "/staff" + file.Href
		} else if data, err := p.published(ctx, c, r, lang, f.name, f.name == "pdf"); err != nil {
			p.Log.Error("a format of the report cannot be written", "format", f.name, "error", err)
		} else if data != nil {
			file.Size = views.Size(len(data))
		}
		list = append(list, file)
	}
	return list
}

// published returns the published report in a format, which is made once for each
// version, and for a document in each language. When it is only wanted if it is
// made already, it may be nil.
func (p *portal) published(ctx context.Context, c *models.Consultation, r *models.Report, lang, format string, ifMade ...bool) ([]byte, error) {
	content, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	if !document(format) {
		lang = ""
	}
	key := fmt.Sprintf("%x %s %s %v", sha256.Sum256(content), format, lang, p.Invented || c.Invented)
	if len(ifMade) > 0 && ifMade[0] {
		return p.shelf.look(key), nil
	}
	return p.shelf.get(key, func() ([]byte, error) {
		ctx := context.WithoutCancel(ctx) // others may wait for it
		if document(format) {
			return p.document(ctx, c, &views.ReportPage{Base: views.Base{Lang: lang}, Report: r, Status: c.Status, Version: p.boxOf(ctx, c, r, lang)}, format)
		}
		number := 0
		if r.Version != nil {
			number = r.Version.Number
		}
		return p.service.VersionFile(ctx, c, number, format)
	})
}

// document turns the page of a report into a document.
func (p *portal) document(ctx context.Context, c *models.Consultation, page *views.ReportPage, format string) ([]byte, error) {
	if page.Lang == "" {
		page.Lang = first(c.Languages)
	}
	page.Title, page.Service, page.Invented, page.Unchecked = page.Report.Title, c.Council.Name, p.Invented || c.Invented, c.Unchecked(page.Lang)
	var alone bytes.Buffer
	if err := p.Views.RenderFile(&alone, page); err != nil {
		return nil, err
	}
	if format == "pdf" {
		pdf, wanting, err := p.Printer.PDF(ctx, alone.Bytes())
		switch {
		case errors.Is(err, print.ErrNoProgram):
			return nil, &models.Error{Kind: models.KindConflict, Code: "error.nopdf",
				Message: "No PDF can be made here, because no program for it is installed. Print the web page from your browser instead, or take the Word document."}
		case errors.Is(err, print.ErrBusy):
			return nil, &models.Error{Kind: models.KindUnavailable, Message: "Too many documents are being made at the moment.", Err: err}
		}
		if len(wanting) > 0 {
			p.Log.Warn("a PDF does not say that it is PDF/UA, because it is not", "wanting", strings.Join(wanting, "; "))
		}
		return pdf, err
	}
	var document bytes.Buffer
	err := print.DOCX(&document, &alone, print.About{Footer: page.Foot(), Day: page.Report.Closed})
	return document.Bytes(), err
}

// shelf keeps files that were made, the latest ones up to a size, and makes each
// once however many ask for it at the same time.
type shelf struct {
	flight singleflight.Group
	mu     sync.Mutex
	files  map[string][]byte
	order  []string // oldest first
	size   int
}

const shelfSize = 128 << 20 // bytes

func (s *shelf) look(key string) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.files[key]
}

func (s *shelf) get(key string, make func() ([]byte, error)) ([]byte, error) {
	if file := s.look(key); file != nil {
		return file, nil
	}
	v, err, _ := s.flight.Do(key, func() (any, error) {
		if file := s.look(key); file != nil {
			return file, nil
		}
		file, err := make()
		if err == nil {
			s.put(key, file)
		}
		return file, err
	})
	if err != nil {
		return nil, err
	}
	return v.([]byte), nil
}

func (s *shelf) put(key string, file []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.files == nil {
		s.files = map[string][]byte{}
	}
	s.files[key] = file
	s.order, s.size = append(s.order, key), s.size+len(file)
	for s.size > shelfSize && len(s.order) > 1 {
		s.size -= len(s.files[s.order[0]])
		delete(s.files, s.order[0])
		s.order = s.order[1:]
	}
}
