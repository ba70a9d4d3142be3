package report

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"io"
	"reflect"
	"strings"
	"sync"

	"heard/models"
)

// What each field of the report's types means: type and field, values, meaning.
//
//go:embed dictionary.csv
var meanings string

// entry is what is known of one field.
type entry struct{ values, meaning string }

var entries = sync.OnceValue(func() map[string]entry {
	rows, err := csv.NewReader(strings.NewReader(meanings)).ReadAll()
	if err != nil {
		panic(err) // it is embedded
	}
	known := map[string]entry{}
	for _, row := range rows[1:] {
		known[row[0]] = entry{row[1], row[2]}
	}
	return known
})

// WriteDictionary writes the data dictionary of the open data as CSV: for each
// field, where it is, what values it has, and what it means.
func WriteDictionary(w io.Writer) error {
	out := csv.NewWriter(w)
	t := dictionaryTable()
	_ = out.Write(t.columns) // kept by the writer, see Error below
	for row := range t.rows {
		cells := make([]string, len(row))
		for i, v := range row {
			cells[i] = fmt.Sprint(v)
		}
		_ = out.Write(cells)
	}
	out.Flush()
	return out.Error()
}

// dictionaryTable describes the columns of the CSV, then the fields of the JSON by
// path, [] standing for each entry of a list. The sheets of the workbook are those
// lists, and their columns those fields.
func dictionaryTable() table {
	return table{"dictionary", []string{"field", "values", "meaning"}, func(yield func([]any) bool) {
		for _, column := range csvColumns {
			e := entries()["csv."+column]
			if !yield([]any{"report.csv: " + column, e.values, e.meaning}) {
				return
			}
		}
		if e := entries()["Figure"]; !yield([]any{"any count", e.values, e.meaning}) {
			return
		}
		eachField(reflect.TypeFor[models.Report](), "", func(path, name string) bool {
			e := entries()[name]
			return yield([]any{path, e.values, e.meaning})
		})
	}}
}

// eachField calls yield with the path of each field and its name among the
// meanings, until yield says that it is enough.
func eachField(t reflect.Type, prefix string, yield func(path, name string) bool) bool {
	for _, f := range fieldsOf(t) {
		path := prefix + f.name
		if !yield(path, t.Name()+"."+f.name) {
			return false
		}
		of := pointed(f.kind)
		for of.Kind() == reflect.Slice {
			of, path = pointed(of.Elem()), path+"[]"
		}
		if of.Kind() == reflect.Struct && of != figureType && !eachField(of, path+".", yield) {
			return false
		}
	}
	return true
}
