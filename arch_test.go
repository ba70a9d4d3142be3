package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// arrows is which package may import which others of this module. It is the
// twin of the picture in CONTRIBUTING.md: change both, or neither.
var arrows = map[string][]string{
	"heard":                     {"heard/app"},
	"heard/app":                 {"*"}, // puts the parts together
	"heard/app/web":             {"heard/app/consult", "heard/app/print", "heard/app/sso", "heard/models", "heard/search", "heard/static", "heard/views"},
	"heard/app/consult":         {"heard/app/disclose", "heard/app/evidence", "heard/app/ledger", "heard/app/model", "heard/app/redact", "heard/app/report", "heard/app/sheet", "heard/app/theme", "heard/app/theme/agreement", "heard/models", "heard/models/store", "heard/search"},
	"heard/app/report":          {"heard/app/disclose", "heard/models"},
	"heard/app/demo":            {"heard/models"},
	"heard/app/disclose":        {"heard/models"},
	"heard/app/evidence":        {"heard/app/pdffile", "heard/models"},
	"heard/app/e2e":             {},
	"heard/app/jobs":            {"heard/models"},
	"heard/app/ledger":          {"heard/models"},
	"heard/app/measured":        {},
	"heard/app/model":           {"heard/app/theme", "heard/models"},
	"heard/app/pdffile":         {},
	"heard/app/print":           {"heard/app/pdffile"},
	"heard/app/redact":          {"heard/models"},
	"heard/app/redact/measure":  {"heard/app/measured", "heard/app/redact"},
	"heard/app/sheet":           {"heard/models"},
	"heard/app/sso":             {},
	"heard/app/theme":           {"heard/models"},
	"heard/app/theme/agreement": {},
	"heard/app/theme/measure":   {"heard/app/measured", "heard/app/theme", "heard/app/theme/agreement"},
	"heard/models":              {},
	"heard/models/store":        {"heard/models"},
	"heard/models/storetest":    {"heard/models", "heard/models/store"},
	"heard/search":              {},
	"heard/search/embedded":     {"heard/search"},
	"heard/search/measure":      {"heard/app/measured", "heard/search"},
	"heard/search/meili":        {"heard/search"},
	"heard/search/meili/local":  {},
	"heard/search/searchtest":   {"heard/search"},
	"heard/static":              {},
	"heard/views":               {"heard/models", "heard/static"},
}

// only is which package alone may import a library, so that the rest of the
// house does not know it.
var only = map[string][]string{
	"github.com/labstack/echo":              {"heard/app/web"},
	"gorm.io/":                              {"heard/models/store"},
	"github.com/blevesearch/bleve":          {"heard/search/embedded"},
	"github.com/meilisearch/meilisearch-go": {"heard/search/meili"},
	"gocloud.dev":                           {"heard/app/evidence", "heard/app"}, // app links S3 in, which the rest is built without
	"github.com/sashabaranov/go-openai":     {"heard/app/model"},
	"github.com/go-webauthn/webauthn":       {"heard/app/consult"},
	"github.com/coreos/go-oidc":             {"heard/app/sso"},
}

// pure packages take no clock and do no input or output.
var pure = map[string][]string{
	"heard/app/theme":    {"os", "net/http", "database/sql", "log", "log/slog"},
	"heard/app/report":   {"os", "net/http", "database/sql", "log", "log/slog", "time"},
	"heard/app/disclose": {"os", "net/http", "database/sql", "log", "log/slog", "time"},
	"heard/app/redact":   {"os", "net/http", "database/sql", "log", "log/slog", "time"},
	"heard/app/sheet":    {"os", "net/http", "database/sql", "log", "log/slog"},
	"heard/models":       {"os", "net/http", "database/sql", "log", "log/slog"},
}

func TestArrows(t *testing.T) {
	type listed struct {
		ImportPath string
		Imports    []string
	}
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	decoder := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p listed
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
		may, known := arrows[p.ImportPath]
		if !known {
			t.Errorf("%s has no place in the house: give it a line in arrows and in CONTRIBUTING.md", p.ImportPath)
			continue
		}
		for _, i := range p.Imports {
			if (i == "heard" || strings.HasPrefix(i, "heard/")) && !slices.Contains(may, i) && !slices.Contains(may, "*") {
				t.Errorf("%s imports %s, which points the wrong way", p.ImportPath, i)
			}
			if slices.Contains(pure[p.ImportPath], i) {
				t.Errorf("%s imports %s, but it is pure", p.ImportPath, i)
			}
			for library, by := range only {
				if strings.HasPrefix(i, library) && !slices.Contains(by, p.ImportPath) {
					t.Errorf("%s imports %s, which only %s may", p.ImportPath, i, strings.Join(by, ", "))
				}
			}
		}
	}
}
