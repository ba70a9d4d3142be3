package models

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"sort"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// MaxConsultationFile is the largest consultation file accepted, in bytes.
const MaxConsultationFile = 1 << 20

// ParseConsultation reads a consultation file and checks everything in it.
// name is what to call the file in errors. Every fault is reported at once as
// a FieldError whose Field reads "file.yaml:12" and whose Message names the
// key and says what was expected.
func ParseConsultation(name string, source []byte) (*Consultation, error) {
	if len(source) > MaxConsultationFile {
		return nil, NewError(KindTooLarge, fmt.Sprintf("%s: the file is larger than 1 MB.", name))
	}
	refuse := func(line int, message string) error {
		return &Error{Kind: KindInvalid, Message: "The consultation file cannot be read.",
			Fields: []FieldError{{Field: fmt.Sprintf("%s:%d", name, line), Message: message}}}
	}
	file, err := parser.ParseBytes(source, 0)
	if err != nil {
		line, message := yamlFault(err)
		return nil, refuse(line, message)
	}
	if len(file.Docs) == 0 || file.Docs[0].Body == nil {
		return nil, refuse(1, "the file is empty: expected a consultation")
	}
	if len(file.Docs) > 1 {
		return nil, refuse(lineOf(file.Docs[1].Body), "expected one document in the file")
	}
	var c Consultation
	if err := yaml.NewDecoder(bytes.NewReader(source), yaml.DisallowUnknownField()).Decode(&c); err != nil {
		line, message := yamlFault(err)
		return nil, refuse(line, message)
	}
	if err := c.expand(); err != nil {
		return nil, locate(err, name, file)
	}
	if err := c.Validate(); err != nil {
		return nil, locate(err, name, file)
	}
	return &c, nil
}

// expand resolves the file's shorthands: wording without a language is in the
// first language, and questions with a scale take its options.
func (c *Consultation) expand() error {
	if len(c.Languages) > 0 {
		eachText(reflect.ValueOf(c).Elem(), func(t Text) {
			if s, ok := t[plain]; ok {
				delete(t, plain)
				if _, taken := t[c.Languages[0]]; !taken {
					t[c.Languages[0]] = s
				}
			}
		})
	}
	v := &validation{}
	resolve := func(list string, questions []Question) {
		for i := range questions {
			q := &questions[i]
			if q.Scale == "" {
				continue
			}
			scale, ok := c.Scales[q.Scale]
			v.check(ok, at(list, i)+".scale", fmt.Sprintf("there is no scale %q", q.Scale))
			v.check(len(q.Options) == 0, at(list, i)+".options", "a question has either options or a scale")
			q.Options = append([]Option(nil), scale...)
		}
	}
	resolve("questions", c.Questions)
	resolve("equality", c.Equality)
	return v.err("The consultation file has faults.")
}

var textType = reflect.TypeOf(Text{})

// eachText calls f for every Text in v, however deep.
func eachText(v reflect.Value, f func(Text)) {
	switch {
	case v.Type() == textType:
		if !v.IsNil() {
			f(v.Interface().(Text))
		}
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			eachText(v.Field(i), f)
		}
	case v.Kind() == reflect.Slice:
		for i := range v.Len() {
			eachText(v.Index(i), f)
		}
	case v.Kind() == reflect.Map:
		for _, k := range v.MapKeys() {
			eachText(v.MapIndex(k), f)
		}
	}
}

// locate turns the paths in a validation error into lines of the file.
func locate(err error, name string, file *ast.File) error {
	var e *Error
	if !errors.As(err, &e) {
		return err
	}
	type fault struct {
		line int
		FieldError
	}
	faults := make([]fault, 0, len(e.Fields))
	for _, f := range e.Fields {
		line := lineAt(file, f.Field)
		faults = append(faults, fault{line, FieldError{
			Field:   fmt.Sprintf("%s:%d", name, line),
			Message: f.Field + ": " + f.Message,
		}})
	}
	sort.SliceStable(faults, func(i, j int) bool { return faults[i].line < faults[j].line })
	out := &Error{Kind: e.Kind, Message: e.Message}
	for _, f := range faults {
		out.Fields = append(out.Fields, f.FieldError)
	}
	return out
}

// lineAt returns the line of the key at path, or of its nearest parent that is
// in the file (a missing key is reported where it should have stood).
func lineAt(file *ast.File, path string) int {
	for path != "" {
		if p, err := yaml.PathString("$." + path); err == nil {
			if node, err := p.FilterFile(file); err == nil && node != nil {
				return lineOf(node)
			}
		}
		cut := len(path) - 1
		for cut > 0 && path[cut] != '.' && path[cut] != '[' {
			cut--
		}
		path = path[:cut]
	}
	return lineOf(file.Docs[0].Body)
}

func lineOf(node ast.Node) int {
	// A mapping's own token is the colon after its first key, so look at the key.
	if m, ok := node.(*ast.MappingNode); ok && len(m.Values) > 0 {
		node = m.Values[0].Key
	}
	if m, ok := node.(*ast.MappingValueNode); ok {
		node = m.Key
	}
	if t := node.GetToken(); t != nil && t.Position != nil {
		return t.Position.Line
	}
	return 1
}

// yamlFault takes the line and a one-line message out of a YAML error.
func yamlFault(err error) (line int, message string) {
	var y yaml.Error
	if errors.As(err, &y) {
		line = 1
		if t := y.GetToken(); t != nil && t.Position != nil {
			line = t.Position.Line
		}
		return line, y.GetMessage()
	}
	return 1, err.Error()
}
