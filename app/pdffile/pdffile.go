// Package pdffile writes the objects of a PDF as a file, the same objects as the same
// bytes. They are those of pdfcpu, which reads such files; what it writes itself
// has the time in it.
package pdffile

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/pdfcpu/pdfcpu/pkg/filter"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// Deflated returns content as a stream with the filter FlateDecode holds it.
func Deflated(content []byte) []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	// A bytes.Buffer does not fail.
	_, _ = w.Write(content)
	_ = w.Close()
	return b.Bytes()
}

// Writer writes a PDF file whole: one revision, and nothing in it that it is not
// told to write.
type Writer struct {
	file   bytes.Buffer
	places []place // of objects, by number
	// Objects that are no streams are packed in groups.
	group   []byte
	members []member
}

// place is where an object is: at an offset of the file, or in a group.
type place struct {
	packed bool
	at     int // the offset, or the number of the group
	index  int // in the group
}

type member struct{ number, offset int }

// groupSize is how many objects are packed together.
const groupSize = 200

// NewWriter returns a writer that has begun a file.
func NewWriter() *Writer {
	w := &Writer{places: []place{{}}}
	// The comment is for programs that tell text from other files by its bytes.
	w.file.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	return w
}

// Number gives out the number of one more object.
func (w *Writer) Number() int {
	w.places = append(w.places, place{})
	return len(w.places) - 1
}

// Object writes an object, which is no stream, under a number that was given out.
func (w *Writer) Object(number int, o types.Object) {
	if d, ok := o.(types.Dict); ok && d["Length"] != nil {
		// In a group it would be taken for a stream, which must not be there.
		w.places[number] = place{at: w.file.Len()}
		fmt.Fprintf(&w.file, "%d 0 obj\n%s\nendobj\n", number, appendObject(nil, o))
		return
	}
	w.members = append(w.members, member{number, len(w.group)})
	w.group = append(appendObject(w.group, o), '\n')
	if len(w.members) == groupSize {
		w.flush()
	}
}

// flush writes the group.
func (w *Writer) flush() {
	if len(w.members) == 0 {
		return
	}
	number := w.Number()
	var head []byte
	for i, m := range w.members {
		w.places[m.number] = place{packed: true, at: number, index: i}
		head = fmt.Appendf(head, "%d %d ", m.number, m.offset)
	}
	d := types.Dict{"Type": types.Name("ObjStm"), "N": types.Integer(len(w.members)), "First": types.Integer(len(head)),
		"Filter": types.Name(filter.Flate)}
	content := Deflated(append(head, w.group...))
	w.group, w.members = nil, nil
	w.Stream(number, d, content)
}

// Stream writes a stream of content that is packed already as its dictionary says.
func (w *Writer) Stream(number int, d types.Dict, content []byte) {
	w.places[number] = place{at: w.file.Len()}
	d["Length"] = types.Integer(len(content))
	fmt.Fprintf(&w.file, "%d 0 obj\n%s\nstream\n", number, appendObject(nil, d))
	w.file.Write(content)
	w.file.WriteString("\nendstream\nendobj\n")
}

// Finish writes the table of objects and returns the file. The trailer says which
// object is the Root, the catalogue.
func (w *Writer) Finish(trailer types.Dict) []byte {
	w.flush()
	number := w.Number()
	w.places[number] = place{at: w.file.Len()}
	// A row: what it is in one byte, where in four, the place in a group in two.
	var table []byte
	for i, p := range w.places {
		what := byte(1)
		switch {
		case i == 0:
			what = 0
		case p.packed:
			what = 2
		}
		table = append(table, what, byte(p.at>>24), byte(p.at>>16), byte(p.at>>8), byte(p.at), byte(p.index>>8), byte(p.index))
	}
	at := w.file.Len()
	d := maps.Clone(trailer)
	d["Type"], d["Size"], d["Filter"] = types.Name("XRef"), types.Integer(len(w.places)), types.Name(filter.Flate)
	d["W"] = types.Array{types.Integer(1), types.Integer(4), types.Integer(2)}
	w.Stream(number, d, Deflated(table))
	fmt.Fprintf(&w.file, "startxref\n%d\n%%%%EOF\n", at)
	return w.file.Bytes()
}

// appendObject appends an object as it is written in a PDF. Dictionaries have their
// keys in order, so that the same file comes out the same.
func appendObject(b []byte, o types.Object) []byte {
	switch o := o.(type) {
	case types.Dict:
		b = append(b, "<<"...)
		for _, key := range slices.Sorted(maps.Keys(o)) {
			b = append(b, '/')
			b = append(b, types.EncodeName(key)...)
			b = append(b, ' ')
			b = appendObject(b, o[key])
		}
		return append(b, ">>"...)
	case types.Array:
		b = append(b, '[')
		for i, item := range o {
			if i > 0 {
				b = append(b, ' ')
			}
			b = appendObject(b, item)
		}
		return append(b, ']')
	case types.Name:
		return append(append(b, '/'), types.EncodeName(o.Value())...)
	case types.StringLiteral: // as it was written, with its escapes
		return append(append(append(b, '('), o.Value()...), ')')
	case types.HexLiteral:
		return append(append(append(b, '<'), o.Value()...), '>')
	case types.Integer:
		return strconv.AppendInt(b, int64(o), 10)
	case types.Float:
		f := o.Value()
		if math.IsNaN(f) || math.IsInf(f, 0) {
			f = 0
		}
		s := strings.TrimSuffix(strings.TrimRight(strconv.FormatFloat(f, 'f', 12, 64), "0"), ".")
		if s == "-0" {
			s = "0"
		}
		return append(b, s...)
	case types.Boolean:
		return strconv.AppendBool(b, o.Value())
	case types.IndirectRef:
		return fmt.Appendf(b, "%d %d R", o.ObjectNumber, o.GenerationNumber)
	}
	return append(b, "null"...)
}
