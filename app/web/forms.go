package web

import (
	"errors"
	"mime"
	"net/http"
	"net/url"

	"heard/models"
)

// Limits of what is read from a request, in bytes.
const (
	maxForm     = 512 << 10
	maxFile     = models.MaxConsultationFile*3 + 4096 // a consultation file, percent-encoded
	maxFormKeys = 1000
)

// form reads a posted form. More than limit bytes is refused before it is
// taken in; fields are decoded only, their rules are elsewhere.
func (req *request) form(limit int64) (url.Values, error) {
	r := req.Request()
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); r.ContentLength != 0 && (err != nil || kind != "application/x-www-form-urlencoded") {
		// Anything else would be read as a form without fields, and take an
		// answer away.
		return nil, models.NewError(models.KindInvalid, "This is not a form of this page, so it was not read. Nothing was changed.")
	}
	r.Body = http.MaxBytesReader(req.Response(), r.Body, limit)
	if err := r.ParseForm(); err != nil {
		if e := (*http.MaxBytesError)(nil); errors.As(err, &e) {
			return nil, err
		}
		return nil, models.NewError(models.KindInvalid, "The form could not be read. Go back and send it again.")
	}
	if len(r.PostForm) > maxFormKeys {
		return nil, models.NewError(models.KindTooLarge, "The form has more fields than this page accepts. Nothing was saved.")
	}
	return r.PostForm, nil
}

// given decodes the answer to one question.
func given(form url.Values) models.Given {
	g := models.Given{Text: models.CleanText(form.Get("text"))}
	for _, o := range form["answer"] {
		if o != "" {
			g.Options = append(g.Options, o)
		}
	}
	return g
}
