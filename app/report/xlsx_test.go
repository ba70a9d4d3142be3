package report

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"heard/models"
)

func workbook(t testing.TB, r *models.Report) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := WriteXLSX(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// sheets are the parts of a workbook by name.
func sheets(t testing.TB, file []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		parts[f.Name] = string(b)
	}
	return parts
}

// cellsOf reads what stands in the cells of a workbook.
func cellsOf(t testing.TB, file []byte) (list []string) {
	t.Helper()
	for name, part := range sheets(t, file) {
		if !strings.HasPrefix(name, "xl/worksheets/") {
			continue
		}
		var sheet struct {
			Rows []struct {
				Cells []struct {
					Type  string `xml:"t,attr"`
					Value string `xml:"v"`
					Text  string `xml:"is>t"`
				} `xml:"c"`
			} `xml:"sheetData>row"`
		}
		if err := xml.Unmarshal([]byte(part), &sheet); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, r := range sheet.Rows {
			for _, c := range r.Cells {
				list = append(list, c.Value+c.Text)
			}
		}
	}
	return list
}

func TestGoldenWorkbook(t *testing.T) {
	r := build(t, example())
	r.DataHash = "0a1b2c" // it changes with what is hashed, which is no matter of formats
	file := workbook(t, r)
	if !bytes.Equal(file, workbook(t, r)) {
		t.Error("the same report made other bytes")
	}
	parts := sheets(t, file)
	var all strings.Builder
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		// One row a line, so that a difference can be read. The dictionary has a
		// golden file of its own.
		if text := parts[name]; !strings.Contains(text, "report.csv: section") && name != "xl/styles.xml" {
			fmt.Fprintf(&all, "== %s\n%s\n", name, regexp.MustCompile(`(</row>|</sheetViews>|</cols>|/>)`).ReplaceAllString(text, "$1\n"))
		}
	}
	var dictionary bytes.Buffer
	if err := WriteDictionary(&dictionary); err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string]string{"report.xlsx.txt": all.String(), "report-dictionary.csv": dictionary.String()} {
		path := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got), write it anew with -update if this is right:\n%s", name, diff)
		}
	}
}

// fill gives every field of a report a value of its own: every list two entries,
// every text what a spreadsheet would take for a formula, every count a number.
func fill(v reflect.Value, n *int, texts *[]string, counts *[]int) {
	switch {
	case v.Type() == figureType:
		*n++
		v.Set(reflect.ValueOf(models.Figure{Value: 100000 + *n}))
		*counts = append(*counts, 100000+*n)
		return
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n, texts, counts)
		return
	}
	switch v.Kind() {
	case reflect.String:
		*n++
		text := string("=+-@\t\r"[*n%6]) + fmt.Sprintf("cmd|%d!A0", *n)
		v.SetString(text)
		*texts = append(*texts, text)
	case reflect.Int:
		*n++
		v.SetInt(int64(100000 + *n))
		*counts = append(*counts, 100000+*n)
	case reflect.Float64:
		*n++
		v.SetFloat(float64(*n) / 100000)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			fill(v.Index(i), n, texts, counts)
		}
	case reflect.Struct:
		for _, f := range fieldsOf(v.Type()) {
			fill(v.FieldByIndex(f.index), n, texts, counts)
		}
	}
}

// Whatever people wrote, and in whatever field, it is no formula in a spreadsheet;
// and nothing of a report is left out of the workbook, and no count out of the CSV.
func TestNothingIsAFormulaOrLeftOut(t *testing.T) {
	var r models.Report
	var n int
	var texts []string
	var counts []int
	fill(reflect.ValueOf(&r).Elem(), &n, &texts, &counts)
	file := workbook(t, &r)
	for name, part := range sheets(t, file) {
		if regexp.MustCompile(`<f[ >/]`).MatchString(part) {
			t.Errorf("%s holds a formula", name)
		}
	}
	all := map[string]bool{}
	for _, c := range cellsOf(t, file) {
		for _, text := range append(strings.Split(c, "; "), c) {
			all[text] = true
		}
	}
	for _, text := range texts {
		if !all[text] {
			t.Errorf("the workbook leaves %q out", text)
		}
	}
	for _, count := range counts {
		if !all[fmt.Sprint(count)] {
			t.Errorf("the workbook leaves the count %d out", count)
		}
	}

	_, asCSV := written(t, &r)
	rows, err := csv.NewReader(bytes.NewReader(asCSV)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		for _, c := range row {
			if c != "" && strings.ContainsAny(c[:1], "=+-@\t\r") {
				t.Errorf("a spreadsheet takes %q for a formula", c)
			}
		}
	}
	var each func(v reflect.Value, path string)
	each = func(v reflect.Value, path string) {
		switch {
		case v.Type() == reflect.TypeFor[models.ReportSentence](): // states figures of its theme again
		case v.Type() == figureType:
			if want := fmt.Sprint(v.Interface().(models.Figure).Value); !strings.Contains(string(asCSV), ","+want+"\n") {
				t.Errorf("the CSV leaves the count at %s out", path)
			}
		case v.Kind() == reflect.Pointer:
			each(v.Elem(), path)
		case v.Kind() == reflect.Slice:
			for i := range v.Len() {
				each(v.Index(i), path+"[]")
			}
		case v.Kind() == reflect.Struct:
			for _, f := range fieldsOf(v.Type()) {
				each(v.FieldByIndex(f.index), path+"."+f.name)
			}
		}
	}
	each(reflect.ValueOf(r), "")
}

// The dictionary says of every field what it means, and of nothing else.
func TestDictionaryIsWhole(t *testing.T) {
	left := map[string]bool{}
	for name := range entries() {
		left[name] = true
	}
	for _, column := range csvColumns {
		delete(left, "csv."+column)
	}
	delete(left, "Figure")
	eachField(reflect.TypeFor[models.Report](), "", func(path, name string) bool {
		if e := entries()[name]; e.values == "" || e.meaning == "" {
			t.Errorf("dictionary.csv does not say what %s means (%s)", name, path)
		}
		delete(left, name)
		return true
	})
	for name := range left {
		t.Errorf("dictionary.csv describes %s, which is not in a report", name)
	}
}

// What would stop a spreadsheet from opening the file, or change what it shows.
func TestCellsOfAnyLength(t *testing.T) {
	r := build(t, example())
	r.Campaigns = []models.ReportCampaign{{Text: strings.Repeat("é😀", maxCell)}, {Text: "_x0041_\x00 <b>"}}
	all := cellsOf(t, workbook(t, r))
	if !slices.Contains(all, "_x005F_x0041_\uFFFD <b>") {
		t.Error("words were taken for letters by number")
	}
	i := slices.IndexFunc(all, func(s string) bool { return strings.HasPrefix(s, "é😀") })
	if n := len(utf16.Encode([]rune(all[i]))); n > maxCell || n < maxCell-10 || !strings.HasSuffix(all[i], " […]") {
		t.Errorf("a cell of %d units", n)
	}
	for i, want := range map[int]string{0: "A", 25: "Z", 26: "AA", 701: "ZZ", 702: "AAA"} {
		if got := columnName(i); got != want {
			t.Errorf("column %d is %s, expected %s", i, got, want)
		}
	}
}
