package web

import (
	"strings"

	"heard/models"
	"heard/views"
)

// waitsFor is what a step of a consultation has to wait for, with the page where
// it is done; other faults lead nowhere.
func waitsFor(consultation string, f models.FieldError) views.Fault {
	out, at := views.Fault{Message: f.Message}, "/staff/"+consultation+"/"
	switch {
	case f.Field == "reading" || f.Field == "redactions":
		out.Href = at + f.Field
	case f.Field == "days" || strings.HasPrefix(f.Field, "duty-"):
		out.Href = at + "duties#" + f.Field
	}
	return out
}
