package app

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"heard/app/consult"
	"heard/app/sheet"
	"heard/models"
)

// Whatever is imported ends in a report of the whole shape, in every format: text
// that people really wrote, in German and Chinese, of two words and of forty pages,
// with markup, control characters and letters that many sent. HEARD_TEST_REAL
// names the folder with it, or is "yes" for shared/data beside the repository.
func TestReportsOfRealText(t *testing.T) {
	dir := os.Getenv("HEARD_TEST_REAL")
	switch dir {
	case "":
		t.Skip("set HEARD_TEST_REAL to import text that people wrote, and report on it")
	case "yes":
		dir = filepath.Join("..", "..", "shared", "data")
	}
	home := t.TempDir()
	a, err := New(t.Context(), settings(home), Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := a.Close(context.Background()); err != nil {
			t.Error(err)
		}
	}()
	for _, set := range []struct{ id, file, group, key string }{
		{"argkp", "argkp2021/arguments.csv", "topic", "arg_id"},
		{"banking", "banking77/queries.csv", "split", "id"},
		{"cranfield", "cranfield/docs.csv", "", "doc_id"},
		{"cycling", "cycling_dialogues_de/proposals.csv", "city", "id"},
		{"languages", "lid_lingua/texts.csv", "kind", "id"},
		{"newsgroups", "newsgroups20/posts.csv", "label", "id"},
		{"hospitals", "nhs_fft_themes/responses.csv", "service_type_1", "id"},
		{"perspectives", "perspectrum/perspectives.csv", "stance", ""},
		{"identifying", "pii_presidio/texts.csv", "set", "id"},
		{"conversations", "polis_opendata/comments.csv", "lang", "id"},
		{"letters", "regs_gov_near_duplicates/comments.csv", "docket", ""},
		{"snippets", "short_text_clustering/searchsnippets.csv", "label_name", "id"},
		{"overflow", "short_text_clustering/stackoverflow.csv", "label_name", "id"},
		{"gambling", "themefinder_gambling_SYNTHETIC/responses.csv", "question", "id"},
	} {
		t.Run(set.id, func(t *testing.T) {
			f, err := os.Open(filepath.Join(dir, filepath.FromSlash(set.file)))
			if errors.Is(err, fs.ErrNotExist) {
				t.Skipf("%s is not here", set.file)
			}
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			imported, err := a.Service.Import(t.Context(), consult.Portal, set.id, f, consult.ImportOptions{Columns: sheet.Columns{Text: "text", Group: set.group, ID: set.key}})
			if err != nil {
				t.Fatal(err)
			}
			c := imported.Consultation
			if err := a.Service.RefreshThemes(t.Context(), c.ID); err != nil {
				t.Fatal(err)
			}
			a.writeFinding(t, c)
			r, err := a.Service.DraftReport(t.Context(), consult.Portal, c)
			if err != nil {
				t.Fatal(err)
			}
			roll := r.RollCall
			t.Logf("%d rows, %d taken: %d themes of %d, %d heard once, %d campaigns", imported.Rows, imported.Taken, len(r.Themes), roll.InThemes, roll.HeardOnce, len(r.Campaigns))
			if roll.Submissions != imported.Taken || len(roll.Entries) != imported.Taken || roll.InThemes+roll.HeardOnce+roll.ClosedOnly != imported.Taken {
				t.Errorf("%d rows were taken, and the roll-call is %+v", imported.Taken, roll)
			}
			if len(r.Themes) == 0 || len(r.Findings) == 0 || r.Matrix == nil || len(r.Missing) == 0 || len(r.Sections) == 0 || r.Method == nil {
				t.Error("a section is missing")
			}
			files := map[string][]byte{}
			for _, format := range reportFormats {
				var file bytes.Buffer
				if err := a.writeReport(t.Context(), &file, c, r, format); err != nil {
					t.Fatalf("%s: %v", format, err)
				}
				files[format] = file.Bytes()
			}
			wholeShape(t, r, files)
		})
	}
}

// writeFinding writes what an officer writes of a consultation at the least: a
// finding, what the council answers, a section, and how many people there are.
func (a *App) writeFinding(t *testing.T, c *models.Consultation) {
	t.Helper()
	themes, err := a.Store.Themes(t.Context(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	f := models.Finding{Version: 1, Limb: models.LimbEffect, Statement: models.Prose{Text: "{count all} answered."}, Considered: models.Prose{Text: "It was considered."}, Will: models.Prose{Text: "It will be answered."},
		Status: models.FindingAccepted, NoneAgainst: models.Prose{Text: "Nothing speaks against it."}, Signed: "An officer"}
	for _, theme := range themes {
		if theme.Status != models.ThemeMerged {
			f.For.Themes = append(f.For.Themes, theme.ID)
		}
	}
	if err := a.Service.KeepFinding(t.Context(), consult.Portal, c, f); err != nil {
		t.Fatal(err)
	}
	s := models.Section{ID: models.SectionNext, Version: 1, Parts: map[string]*models.Prose{"text": {Text: "The council decides."}}}
	if err := a.Service.KeepSection(t.Context(), consult.Portal, c, s); err != nil {
		t.Fatal(err)
	}
	p := models.Population{Label: "Everybody", Figure: 100_000, Source: "A census", Day: "2021-03-21"}
	if err := a.Service.KeepPopulation(t.Context(), consult.Portal, c, p); err != nil {
		t.Fatal(err)
	}
}

// wholeShape checks that every format can be read and holds what the report does.
func wholeShape(t *testing.T, r *models.Report, files map[string][]byte) {
	t.Helper()
	page, err := goquery.NewDocumentFromReader(bytes.NewReader(files["html"]))
	if err != nil {
		t.Fatal(err)
	}
	for _, section := range []string{"summary", "how", "who", "missing", "themes", "findings", "matrix", "next", "roll-call", "method"} {
		if page.Find("h2#"+section).Length() != 1 {
			t.Errorf("the page has no section %s", section)
		}
	}
	if n := page.Find("article[id^=theme-]").Length(); n != len(r.Themes) {
		t.Errorf("%d themes, %d of them on the page", len(r.Themes), n)
	}
	var back models.Report
	if err := json.Unmarshal(files["json"], &back); err != nil || len(back.Themes) != len(r.Themes) {
		t.Errorf("JSON: %v, %d themes", err, len(back.Themes))
	}
	rows, err := csv.NewReader(bytes.NewReader(files["csv"])).ReadAll()
	if err != nil || !slices.ContainsFunc(rows, func(row []string) bool { return row[0] == "roll-call" }) {
		t.Errorf("CSV: %v, %d rows", err, len(rows))
	}
	for format, part := range map[string]string{"docx": "word/document.xml", "xlsx": "xl/worksheets/sheet1.xml"} {
		z, err := zip.NewReader(bytes.NewReader(files[format]), int64(len(files[format])))
		if err != nil {
			t.Errorf("%s: %v", format, err)
			continue
		}
		if !slices.ContainsFunc(z.File, func(f *zip.File) bool { return f.Name == part }) {
			t.Errorf("%s has no %s", format, part)
		}
		for _, f := range z.File {
			if strings.HasSuffix(f.Name, ".xml") {
				wellFormed(t, f)
			}
		}
	}
}

// wellFormed checks that a part of a document is XML throughout.
func wellFormed(t *testing.T, f *zip.File) {
	t.Helper()
	in, err := f.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	d := xml.NewDecoder(in)
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
	}
}
