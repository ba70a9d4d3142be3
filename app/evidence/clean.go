package evidence

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
)

// Cleaned is a copy of a file without the metadata that could identify somebody.
type Cleaned struct {
	File
	// MetadataRemoved is false if there may still be some: always in a PDF, and in a
	// document that holds something other than text, JPEG and PNG pictures.
	MetadataRemoved bool
}

// Clean returns a copy of a file from [Inspect] with the metadata removed:
//
//   - A picture is decoded, turned as its EXIF orientation asks, and encoded anew,
//     so it holds its pixels alone: no place, time, camera or thumbnail.
//   - A document loses its properties, comments, thumbnails and template, and the
//     names and dates of tracked changes. The changes stay. Pictures in it are
//     cleaned as above.
//   - Text becomes UTF-8.
//   - A PDF is returned as it is.
//
// The error is a [Refusal] if the file turns out to be damaged.
func Clean(f File) (Cleaned, error) {
	switch f.Type {
	case JPEG, PNG:
		data, err := cleanPicture(f.Type, f.Data)
		if err != nil {
			return Cleaned{}, err
		}
		return Cleaned{File{f.Type, data}, true}, nil
	case DOCX, ODT:
		return cleanDocument(f)
	case TXT:
		return Cleaned{File{TXT, []byte(decodeText(f.Data))}, true}, nil
	case PDF:
		return Cleaned{File{PDF, bytes.Clone(f.Data)}, false}, nil
	}
	return Cleaned{}, fmt.Errorf("clean a file of type %q: expected one from Inspect", f.Type)
}

// The parts of documents that have a meaning here.
const (
	documentPart  = "word/document.xml"
	contentPart   = "content.xml"
	manifestPart  = "META-INF/manifest.xml"
	mimetypePart  = "mimetype"
	contentTypes  = "[Content_Types].xml"
	relationships = ".rels"
)

// dropped reports whether a part is left out of a clean document: properties,
// comments and who made them, signatures, thumbnails, data bound to the template,
// and, in an ODT, its settings, which name the printer.
func dropped(t Type, part string) bool {
	if t == ODT {
		return part == "meta.xml" || part == "settings.xml" || part == "layout-cache" || part == "manifest.rdf" ||
			part == "META-INF/documentsignatures.xml" ||
			strings.HasPrefix(part, "Thumbnails/") || strings.HasPrefix(part, "Configurations2/")
	}
	return strings.HasPrefix(part, "docProps/") || strings.HasPrefix(part, "customXml/") ||
		strings.HasPrefix(part, "_xmlsignatures/") || strings.HasPrefix(part, "word/comments") || part == "word/people.xml"
}

func cleanDocument(f File) (Cleaned, error) {
	z, err := openArchive(f.Data)
	if err != nil {
		return Cleaned{}, err
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	removed := true
	for _, part := range z.File {
		if dropped(f.Type, part.Name) || strings.HasSuffix(part.Name, "/") {
			continue
		}
		data, err := readPart(part)
		if err != nil {
			return Cleaned{}, err
		}
		data, clean, err := cleanPart(f.Type, part.Name, data)
		if err != nil {
			return Cleaned{}, err
		}
		removed = removed && clean
		// A new header: no times, no owner, no comment. OpenDocument wants its first
		// part unpacked.
		h := &zip.FileHeader{Name: part.Name, Method: zip.Deflate}
		if part.Name == mimetypePart {
			h.Method = zip.Store
		}
		out, err := w.CreateHeader(h)
		if err == nil {
			_, err = out.Write(data)
		}
		if err != nil {
			return Cleaned{}, fmt.Errorf("write a clean document: %w", err)
		}
	}
	if err := w.Close(); err != nil {
		return Cleaned{}, fmt.Errorf("write a clean document: %w", err)
	}
	return Cleaned{File{f.Type, b.Bytes()}, removed}, nil
}

// cleanPart returns a part without its metadata, and whether all of it is gone.
func cleanPart(t Type, name string, data []byte) ([]byte, bool, error) {
	switch ext := strings.ToLower(path.Ext(name)); {
	case name == mimetypePart:
		return data, true, nil
	case ext == ".xml" || ext == relationships || ext == ".rdf":
		edit := editDOCX(name)
		if t == ODT {
			edit = editODT
		}
		data, err := rewrite(data, edit)
		return data, true, err
	case endings[ext] == JPEG || endings[ext] == PNG:
		if checkPicture(data) != nil {
			return data, false, nil
		}
		clean, err := cleanPicture(endings[ext], data)
		if err != nil {
			return data, false, nil // whatever it is, it is not a picture
		}
		return clean, true, nil
	}
	return data, false, nil
}

// edit is what is to become of an element.
type edit int

const (
	keep  edit = iota
	drop       // the element with all it holds
	empty      // what it holds
)

// editDOCX returns the edits for a part of a Word document: what refers to
// dropped parts goes with them, and tracked changes become nobody's.
func editDOCX(name string) func(*xml.StartElement) edit {
	return func(e *xml.StartElement) edit {
		switch e.Name.Local {
		case "commentRangeStart", "commentRangeEnd", "commentReference", "attachedTemplate", "rsids":
			return drop
		case "Relationship":
			// The target is relative to the folder that holds the _rels folder.
			target := attribute(e, "Target")
			folder := path.Dir(path.Dir(name))
			if strings.HasPrefix(target, "/") {
				folder = ""
			}
			full := strings.TrimPrefix(path.Join(folder, target), "/")
			if dropped(DOCX, full) || strings.HasSuffix(attribute(e, "Type"), "/attachedTemplate") {
				return drop
			}
		case "Override":
			if name == contentTypes && dropped(DOCX, strings.TrimPrefix(attribute(e, "PartName"), "/")) {
				return drop
			}
		}
		// Revision marks tell which parts were written at one sitting.
		e.Attr = slices.DeleteFunc(e.Attr, func(a xml.Attr) bool { return strings.HasPrefix(a.Name.Local, "rsid") })
		for i, a := range e.Attr {
			switch a.Name.Local {
			case "author", "initials", "userId", "providerId":
				e.Attr[i].Value = "anonymous"
			case "date", "dateUtc":
				e.Attr[i].Value = "2000-01-01T00:00:00Z"
			}
		}
		return keep
	}
}

// editODT is editDOCX for OpenDocument.
func editODT(e *xml.StartElement) edit {
	switch e.Name.Space + ":" + e.Name.Local {
	case "office:annotation", "office:annotation-end", "office:meta":
		return drop
	case "dc:creator", "meta:creator-initials", "text:author-name", "text:author-initials", "text:creator", "text:initial-creator":
		return empty
	case "manifest:file-entry":
		if dropped(ODT, attribute(e, "full-path")) {
			return drop
		}
	}
	return keep
}

func attribute(e *xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// maxDepth is how deep the elements of a document may be nested.
const maxDepth = 1000

// rewrite returns an XML document with each element edited. Names have their
// prefix as their Space. What is not edited stays as it is, to the byte, so that
// prefixes and spaces are safe.
func rewrite(data []byte, f func(*xml.StartElement) edit) ([]byte, error) {
	// A byte order mark is not part of the document.
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	d := xml.NewDecoder(bytes.NewReader(data))
	var out bytes.Buffer
	depth := 0     // of elements
	skipping := 0  // the depth of the element being skipped, if above 0
	inner := false // only what it holds is skipped
	for {
		start := d.InputOffset()
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			if depth != 0 {
				return nil, Damaged
			}
			return out.Bytes(), nil
		}
		if err != nil {
			return nil, Damaged
		}
		raw := data[start:d.InputOffset()]
		switch t := token.(type) {
		case xml.StartElement:
			if depth++; depth > maxDepth {
				return nil, Damaged
			}
			if skipping > 0 {
				continue
			}
			before := t.Copy()
			switch f(&t) {
			case drop:
				skipping, inner = depth, false
				continue
			case empty:
				skipping, inner = depth, true
			}
			raw = changed(raw, before, t)
		case xml.EndElement:
			depth--
			if depth < 0 {
				return nil, Damaged
			}
			if skipping > 0 {
				if depth >= skipping {
					continue
				}
				skipping = 0
				if !inner {
					continue
				}
			}
		default:
			if skipping > 0 {
				continue
			}
		}
		out.Write(raw)
	}
}

// changed returns the bytes of a start tag that was raw and before, and is now t.
func changed(raw []byte, before, t xml.StartElement) []byte {
	if slices.Equal(before.Attr, t.Attr) {
		return raw
	}
	var b bytes.Buffer
	b.WriteString("<" + qualified(t.Name))
	for _, a := range t.Attr {
		b.WriteString(" " + qualified(a.Name) + `="`)
		// A bytes.Buffer does not fail.
		_ = xml.EscapeText(&b, []byte(a.Value))
		b.WriteByte('"')
	}
	if bytes.HasSuffix(raw, []byte("/>")) {
		b.WriteByte('/')
	}
	b.WriteByte('>')
	return b.Bytes()
}

func qualified(n xml.Name) string {
	if n.Space == "" {
		return n.Local
	}
	return n.Space + ":" + n.Local
}
