package theme

import (
	"encoding/csv"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// table reads a CSV file of coded text as one map per row. It skips unless
// HEARD_TEST_MEASURE names the folder, or is "yes" for shared/data beside the
// project. How good the themes are is measured in the package measure, which
// cannot be imported from here.
func table(t testing.TB, path string) []map[string]string {
	t.Helper()
	dir := os.Getenv("HEARD_TEST_MEASURE")
	switch dir {
	case "":
		t.Skip("set HEARD_TEST_MEASURE to measure on coded text")
	case "yes":
		dir = filepath.Join("..", "..", "..", "shared", "data")
	}
	f, err := os.Open(filepath.Join(dir, filepath.FromSlash(path)))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the data is not here: ", path)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, row := range rows[1:] {
		m := map[string]string{}
		for i, name := range rows[0] {
			m[name] = row[i]
		}
		out = append(out, m)
	}
	return out
}

// The promises hold on what people really wrote, too.
func TestPromisesOnRealText(t *testing.T) {
	for _, set := range []struct {
		path, group string // group is the column that stands for a respondent group
		k           int
	}{
		{"short_text_clustering/stackoverflow.csv", "", 20},
		{"banking77/queries.csv", "", 20},
		{"nhs_fft_themes/responses.csv", "fft_score", 0},
		{"regs_gov_near_duplicates/comments.csv", "docket", 0},
		{"argkp2021/arguments.csv", "topic", 0},
	} {
		t.Run(set.path, func(t *testing.T) {
			var docs []Document
			for i, r := range table(t, set.path) {
				d := Document{ID: strconv.Itoa(i), Text: r["text"], Quotable: i%3 > 0}
				if g := r[set.group]; g != "" {
					d.Groups = []string{g}
				}
				docs = append(docs, d)
			}
			if err := check(docs, Find(docs, Options{K: set.k, Seed: 1})); err != nil {
				t.Error(err)
			}
		})
	}
}
