package models

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// MaxConsultationFile is the largest consultation file accepted, in bytes.
const MaxConsultationFile = 1 << 20

// The YAML parser takes time that grows with the square of both, so a file of
// brackets could keep it busy for hours. The format itself needs six levels
// and a long questionnaire some ten thousand tokens.
const (
	maxYAMLDepth  = 32
	maxYAMLTokens = 50_000
)

// ParseConsultation reads a consultation file and checks everything in it.
// name is what to call the file in errors. A fault is reported as a FieldError
// whose Field reads "file.yaml:12" and whose Message names the key and says
// what was expected: the first one when the file is not YAML of the right
// form, and otherwise every one at once, in the order of their lines.
func ParseConsultation(name string, source []byte) (*Consultation, error) {
	if len(source) > MaxConsultationFile {
		return nil, NewError(KindTooLarge, fmt.Sprintf("%s: the file is larger than 1 MB.", name))
	}
	refuse := func(line int, message string) error {
		return &Error{Kind: KindInvalid, Message: "The consultation file cannot be read.",
			Fields: []FieldError{{Field: fmt.Sprintf("%s:%d", name, line), Message: message}}}
	}
	source = bytes.TrimPrefix(source, []byte("\uFEFF"))
	if i := badByte(source); i >= 0 {
		return nil, refuse(1+bytes.Count(source[:i], []byte("\n")), "the line is not text in UTF-8: save the file again as UTF-8")
	}
	tokens := lexer.Tokenize(string(source))
	if line, message := tooMuch(tokens); message != "" {
		return nil, refuse(line, message)
	}
	file, err := parser.Parse(tokens, 0)
	if err != nil {
		line, message := yamlFault(err, nil)
		return nil, refuse(line, message)
	}
	if len(file.Docs) == 0 || file.Docs[0].Body == nil {
		return nil, refuse(1, "the file is empty: expected a consultation")
	}
	if len(file.Docs) > 1 {
		line := 1
		if start := file.Docs[1].Start; start != nil {
			line = start.Position.Line
		}
		return nil, refuse(line, "expected one document in the file")
	}
	var c Consultation
	if err := yaml.NodeToValue(file.Docs[0].Body, &c, yaml.DisallowUnknownField()); err != nil {
		line, message := yamlFault(err, file.Docs[0].Body)
		return nil, refuse(line, message)
	}
	v := &validation{}
	v.fields = append(FieldsOf(c.expand()), FieldsOf(c.Validate())...)
	if err := v.err("The consultation file has faults."); err != nil {
		return nil, locate(err, name, file)
	}
	return &c, nil
}

// badByte returns where the source stops being text, -1 when all of it is.
func badByte(source []byte) int {
	for i := 0; i < len(source); {
		r, size := utf8.DecodeRune(source[i:])
		if r == utf8.RuneError && size == 1 || r == 0 {
			return i
		}
		i += size
	}
	return -1
}

// tooMuch finds what could make a small file expensive to read: deep nesting,
// very many tokens, and aliases, which repeat what an anchor marks.
func tooMuch(tokens token.Tokens) (line int, message string) {
	flow := 0         // brackets open here
	var columns []int // of the lists and mappings that are open outside brackets
	open := func(column int) {
		for len(columns) > 0 && columns[len(columns)-1] >= column {
			columns = columns[:len(columns)-1]
		}
		columns = append(columns, column)
	}
	for i, t := range tokens {
		switch t.Type {
		case token.AnchorType, token.AliasType:
			return t.Position.Line, fmt.Sprintf("expected no %q: anchors and aliases are not taken here, write the words out", t.Value)
		case token.SequenceStartType, token.MappingStartType:
			flow++
		case token.SequenceEndType, token.MappingEndType:
			flow--
		case token.SequenceEntryType, token.MappingKeyType:
			open(t.Position.Column)
		case token.MappingValueType:
			if flow <= 0 && i > 0 {
				open(tokens[i-1].Position.Column)
			}
		}
		if len(columns)+flow > maxYAMLDepth {
			return t.Position.Line, fmt.Sprintf("expected at most %d lists and mappings inside one another", maxYAMLDepth)
		}
		if i >= maxYAMLTokens {
			return t.Position.Line, fmt.Sprintf("expected at most %d keys, values and marks in the file", maxYAMLTokens)
		}
	}
	return 0, ""
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
	c.translate()
	resolve := func(list string, questions []Question) {
		for i := range questions {
			q := &questions[i]
			if q.Type == TypePlace {
				places := make([]Option, len(c.Areas), len(c.Areas)+len(q.Options))
				for j, a := range c.Areas {
					places[j] = Option{ID: a.ID, Text: a.Name}
				}
				q.Options = append(places, q.Options...)
			}
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
		cut := max(strings.LastIndexAny(path, ".["), 0)
		if strings.HasSuffix(path, "]") {
			if node := nodeAt(file, path); node != nil {
				return lineOf(node)
			}
		} else if in, ok := nodeAt(file, path[:cut]).(*ast.MappingNode); ok {
			for _, entry := range in.Values {
				if entry.Key.GetToken().Value == strings.TrimPrefix(path[cut:], ".") {
					return lineOf(entry)
				}
			}
		}
		path = path[:cut]
	}
	return lineOf(file.Docs[0].Body)
}

// nodeAt returns what stands at path, nil when nothing does.
func nodeAt(file *ast.File, path string) ast.Node {
	if path == "" {
		return file.Docs[0].Body
	}
	p, err := yaml.PathString("$." + path)
	if err != nil {
		return nil
	}
	node, err := p.FilterFile(file)
	if err != nil {
		return nil
	}
	return node
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

// yamlFault takes the line and a one-line message out of a YAML error. body is
// what could be parsed, nil when nothing could.
func yamlFault(err error, body ast.Node) (line int, message string) {
	var y yaml.Error
	if !errors.As(err, &y) {
		return 1, err.Error()
	}
	line, message = 1, y.GetMessage()
	var mistyped *yaml.TypeError
	var misplaced *yaml.UnexpectedNodeTypeError
	var unknown *yaml.UnknownFieldError
	var overflow *yaml.OverflowError
	switch {
	case errors.As(err, &mistyped):
		message = "expected " + wanted(mistyped.DstType)
	case errors.As(err, &overflow):
		message = "expected a smaller number"
	case errors.As(err, &misplaced) && misplaced.Expected == ast.SequenceType:
		message = "expected a list"
	case errors.As(err, &misplaced):
		message = "expected keys and their values"
	case errors.As(err, &unknown):
		message = "there is no such key in this file format: expected one that it knows, in its place and spelt as in the format"
	}
	t := y.GetToken()
	if t == nil || t.Position == nil {
		return line, message
	}
	if key := keyAt(body, t); key != "" {
		message = key + ": " + message
	}
	return t.Position.Line, message
}

// wanted names what the format takes where a value has the wrong type.
func wanted(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Int:
		return "a whole number"
	case reflect.Bool:
		return "true or false"
	}
	return "text"
}

// keyAt returns the path of the key whose value begins with the token, "" when
// there is none.
func keyAt(body ast.Node, t *token.Token) string {
	if body == nil {
		return ""
	}
	f := &tokenFinder{token: t}
	ast.Walk(f, body)
	return f.path
}

type tokenFinder struct {
	token *token.Token
	path  string
}

func (f *tokenFinder) Visit(n ast.Node) ast.Visitor {
	if f.path != "" {
		return nil
	}
	if n.GetToken() == f.token {
		if path, ok := strings.CutPrefix(n.GetPath(), "$."); ok {
			f.path = path
		}
	}
	return f
}

// misread is the fault of a value that does not have the form it should.
func misread(node ast.Node, message string) error {
	return &yaml.SyntaxError{Message: message, Token: node.GetToken()}
}
