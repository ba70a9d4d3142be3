package report

import (
	"fmt"
	"iter"
	"reflect"
	"slices"
	"strings"
	"sync"

	"heard/models"
)

// A report as tables, worked out from its type, so that what is added to it is in
// them, too. Each list of it is a table: its fields, named as in JSON, after what
// tells the thing that the list belongs to. What stands in no list is in a table of
// fields and values.

// table is one table of a report.
type table struct {
	name    string // the path of the list, such as themes.quotes
	columns []string
	rows    iter.Seq[[]any] // of string, int, float64, bool, models.Figure, or nil for a field that is empty
}

var figureType = reflect.TypeFor[models.Figure]()

// field is one field of a struct as JSON has it.
type field struct {
	name  string
	index []int
	kind  reflect.Type
}

// fieldsOf returns the fields of a struct that JSON has, those of embedded structs
// among them.
func fieldsOf(t reflect.Type) []field {
	known, ok := fieldsKnown.Load(t)
	if !ok {
		known, _ = fieldsKnown.LoadOrStore(t, readFields(t))
	}
	return known.([]field)
}

var fieldsKnown sync.Map // by type: they are asked for once a row

func readFields(t reflect.Type) (list []field) {
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous || name == "-" || !f.IsExported() || len(f.Index) > 1 && shadowed(t, name) {
			continue
		}
		list = append(list, field{name, f.Index, f.Type})
	}
	return list
}

// shadowed reports whether a struct has a field of that name itself, which JSON
// takes in place of one of an embedded struct.
func shadowed(t reflect.Type, name string) bool {
	for f := range t.Fields() {
		if own, _, _ := strings.Cut(f.Tag.Get("json"), ","); own == name && !f.Anonymous {
			return true
		}
	}
	return false
}

// The shapes that a field can have.
const (
	isValue = iota // a cell
	isGroup        // a struct, whose fields stand beside those around it
	isList         // of structs or figures: a table of its own
)

func shapeOf(t reflect.Type) int {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t == figureType:
		return isValue
	case t.Kind() == reflect.Struct:
		return isGroup
	case t.Kind() == reflect.Slice && (t.Elem().Kind() == reflect.Struct || t.Elem().Kind() == reflect.Slice):
		return isList
	}
	return isValue
}

// cells are the columns that a struct fills, those of structs in it with a prefix.
func cells(t reflect.Type, prefix string) (names []string) {
	if t == figureType {
		return []string{prefix + "count"}
	}
	for _, f := range fieldsOf(t) {
		switch shapeOf(f.kind) {
		case isValue:
			names = append(names, prefix+f.name)
		case isGroup:
			names = append(names, cells(pointed(f.kind), prefix+f.name+".")...)
		}
	}
	return names
}

func pointed(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

// values are what stands in those columns.
func values(v reflect.Value) (row []any) {
	if v.Type() == figureType {
		return []any{v.Interface()}
	}
	for _, f := range fieldsOf(v.Type()) {
		x := v.FieldByIndex(f.index)
		for x.Kind() == reflect.Pointer && !x.IsNil() {
			x = x.Elem()
		}
		switch shape := shapeOf(f.kind); {
		case shape == isGroup && x.Kind() == reflect.Pointer: // nil
			row = append(row, make([]any, len(cells(pointed(f.kind), "")))...)
		case shape == isGroup:
			row = append(row, values(x)...)
		case shape == isValue:
			row = append(row, value(x))
		}
	}
	return row
}

func value(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Pointer: // nil
		return nil
	case reflect.String:
		return v.String()
	case reflect.Int:
		return int(v.Int())
	case reflect.Float64:
		return v.Float()
	case reflect.Slice:
		list := make([]string, v.Len())
		for i := range list {
			list[i] = fmt.Sprint(v.Index(i))
		}
		return strings.Join(list, "; ")
	}
	return v.Interface() // a figure, or yes or no
}

// listsIn are the lists in a struct, and in the structs that stand in it.
func listsIn(t reflect.Type) (list []field) {
	for _, f := range fieldsOf(t) {
		switch shapeOf(f.kind) {
		case isList:
			list = append(list, f)
		case isGroup:
			for _, in := range listsIn(pointed(f.kind)) {
				list = append(list, field{f.name + "." + in.name, slices.Concat(f.index, in.index), in.kind})
			}
		}
	}
	return list
}

// at is a field of a struct, which is not valid where a struct on the way to it is
// not there.
func at(v reflect.Value, f field) reflect.Value {
	in, err := v.FieldByIndexErr(f.index)
	if err != nil {
		return reflect.Value{}
	}
	return in
}

// tables are the tables of a report, in the order of its fields: first what it says
// of itself.
func tables(r *models.Report) []table {
	v := reflect.ValueOf(r).Elem()
	list := []table{facts("about", v, "")}
	for _, f := range fieldsOf(v.Type()) {
		switch shapeOf(f.kind) {
		case isList:
			list = append(list, lists(f.name, f.kind, nil, func(yield func(keyed) bool) { yield(keyed{list: at(v, f)}) })...)
		case isGroup:
			list = append(list, facts(f.name, v, f.name+"."))
			for _, in := range listsIn(pointed(f.kind)) {
				in.index = slices.Concat(f.index, in.index)
				list = append(list, lists(f.name+"."+in.name, in.kind, nil, func(yield func(keyed) bool) { yield(keyed{list: at(v, in)}) })...)
			}
		}
	}
	return list
}

// facts is the table of the fields that stand in no list: those of the report
// itself, or with the prefix those of a struct in it.
func facts(name string, v reflect.Value, prefix string) table {
	return table{name, []string{"field", "value"}, func(yield func([]any) bool) {
		row := values(v)
		for i, column := range cells(v.Type(), "") {
			column, in := strings.CutPrefix(column, prefix)
			if in && (prefix != "" || !strings.Contains(column, ".")) && row[i] != nil && !yield([]any{column, row[i]}) {
				return
			}
		}
	}}
}

// keyed is a list in a report with what tells whose it is.
type keyed struct {
	list     reflect.Value
	key      []any
	question *models.ReportQuestion // that it belongs to, if it is of one
}

// lists are the table of all the lists at one path, and of those in them. Columns
// that tell whose a list is come first: the place in the list above, and the id.
func lists(name string, t reflect.Type, keys []string, all iter.Seq[keyed]) []table {
	of := pointed(t.Elem())
	own := cells(of, "")
	if of == figureType {
		own = []string{"group", "count"} // a row of figures by respondent group
	}
	out := []table{{name, slices.Concat(keys, own), func(yield func([]any) bool) {
		for l := range all {
			for i := range length(l.list) {
				row := slices.Clone(l.key)
				if of == figureType {
					row = append(row, l.group(i))
				}
				if !yield(append(row, values(reflect.Indirect(l.list.Index(i)))...)) {
					return
				}
			}
		}
	}}}
	if of == figureType {
		return out
	}
	naming := name[strings.LastIndexByte(name, '.')+1:]
	id := slices.IndexFunc(fieldsOf(of), func(f field) bool { return f.name == "id" })
	keys = append(slices.Clone(keys), naming)
	if id >= 0 {
		keys = append(keys, naming+".id")
	}
	for _, f := range listsIn(of) {
		out = append(out, lists(name+"."+f.name, f.kind, keys, func(yield func(keyed) bool) {
			for l := range all {
				for i := range length(l.list) {
					v := reflect.Indirect(l.list.Index(i))
					in := keyed{at(v, f), append(slices.Clone(l.key), i+1), l.question}
					if id >= 0 {
						in.key = append(in.key, value(at(v, fieldsOf(of)[id])))
					}
					if q, ok := v.Interface().(models.ReportQuestion); ok {
						in.question = &q
					}
					if !yield(in) {
						return
					}
				}
			}
		})...)
	}
	return out
}

func length(list reflect.Value) int {
	if !list.IsValid() {
		return 0
	}
	return list.Len()
}

// group names the respondent group of a figure in a row of a question's table.
func (l keyed) group(i int) any {
	if l.question == nil || i >= len(l.question.Groups) {
		return i + 1
	}
	return l.question.Groups[i].Name
}
