package evidence

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// maxText is the most text taken from one file, in bytes.
const maxText = 8 << 20

// Text returns the text of a file from [Inspect] or [Clean] that is a document or
// text, a paragraph to a line. Comments and deleted text in a document are not part
// of it. It is "" for a picture or a PDF: those take a [Reader]. The error is a
// [Refusal].
func Text(f File) (string, error) {
	switch f.Type {
	case TXT:
		return strings.ReplaceAll(decodeText(f.Data), "\r\n", "\n"), nil
	case DOCX:
		return documentText(f.Data, documentPart, wordText)
	case ODT:
		return documentText(f.Data, contentPart, odtText)
	}
	return "", nil
}

// decodeText returns text as UTF-8 without a byte order mark. What is neither
// UTF-8 nor marked as UTF-16 is taken for Windows-1252, which older editors save.
func decodeText(data []byte) string {
	if b, ok := bytes.CutPrefix(data, []byte("\ufeff")); ok {
		data = b
	}
	if utf8.Valid(data) {
		return string(data)
	}
	decoder := charmap.Windows1252.NewDecoder()
	if bytes.HasPrefix(data, []byte{0xFE, 0xFF}) || bytes.HasPrefix(data, []byte{0xFF, 0xFE}) {
		decoder = unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder()
	}
	out, err := decoder.Bytes(data)
	if err != nil {
		return strings.ToValidUTF8(string(data), "\ufffd")
	}
	return string(out)
}

// effect is what an element adds to the text.
type effect struct {
	text   string // at its start
	after  string // at its end
	skip   bool   // nothing in it counts
	counts bool   // what is written directly in it, or in what it holds, is text
}

func documentText(data []byte, part string, effects func(xml.StartElement) effect) (string, error) {
	z, err := openArchive(data)
	if err != nil {
		return "", err
	}
	for _, f := range z.File {
		if f.Name == part {
			content, err := readPart(f)
			if err != nil {
				return "", err
			}
			return elementText(content, effects)
		}
	}
	return "", Damaged
}

func elementText(content []byte, effects func(xml.StartElement) effect) (string, error) {
	d := xml.NewDecoder(bytes.NewReader(content))
	var out strings.Builder
	var open []effect
	for out.Len() < maxText {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", Damaged
		}
		switch t := token.(type) {
		case xml.StartElement:
			if len(open) == maxDepth {
				return "", Damaged
			}
			e := effects(t)
			if n := len(open); n > 0 {
				e.skip = e.skip || open[n-1].skip
				e.counts = e.counts || open[n-1].counts
			}
			if !e.skip {
				out.WriteString(e.text)
			}
			open = append(open, e)
		case xml.EndElement:
			e := open[len(open)-1]
			open = open[:len(open)-1]
			if !e.skip {
				out.WriteString(e.after)
			}
		case xml.CharData:
			if n := len(open); n > 0 && open[n-1].counts && !open[n-1].skip {
				out.Write(t)
			}
		}
	}
	return strings.TrimSpace(out.String()), nil
}

// wordText gives the effects of WordprocessingML (ECMA-376 part 1, 17).
func wordText(e xml.StartElement) effect {
	switch e.Name.Local {
	case "p":
		return effect{after: "\n"}
	case "t":
		return effect{counts: true}
	case "tab":
		if len(e.Attr) == 0 { // a tab, not the definition of a tab stop
			return effect{text: "\t"}
		}
	case "br", "cr":
		return effect{text: "\n"}
	case "noBreakHyphen":
		return effect{text: "-"}
	case "del", "moveFrom", "Fallback": // Fallback repeats what stands before it
		return effect{skip: true}
	}
	return effect{}
}

// odtText gives the effects of OpenDocument 1.3 part 3, 5 and 6.
func odtText(e xml.StartElement) effect {
	switch e.Name.Local {
	case "p", "h":
		return effect{counts: true, after: "\n"}
	case "tab":
		return effect{text: "\t"}
	case "line-break":
		return effect{text: "\n"}
	case "s":
		return effect{text: strings.Repeat(" ", spaces(e))}
	case "annotation", "tracked-changes":
		return effect{skip: true}
	}
	return effect{}
}

// spaces returns how many spaces a text:s element stands for.
func spaces(e xml.StartElement) int {
	for _, a := range e.Attr {
		if a.Name.Local == "c" {
			if n, err := strconv.Atoi(a.Value); err == nil {
				return min(max(n, 1), 100)
			}
		}
	}
	return 1
}
