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
	// MetadataRemoved is false if there may still be some: in a document that holds
	// pictures other than JPEG and PNG, or that cannot be read.
	MetadataRemoved bool
}

// Clean returns a copy of a file from [Inspect] with the metadata removed:
//
//   - A picture is decoded, turned as its EXIF orientation asks, and encoded anew,
//     so it holds its pixels alone: no place, time, camera or thumbnail.
//   - A document loses its properties, comments, earlier versions, thumbnails and
//     template, and whatever in it is neither text nor a picture: embedded files,
//     macros, controls, fonts, settings of printers. Nothing in it is fetched from
//     outside. Tracked changes are accepted: what was put in stays as plain
//     text, what was taken out is gone. Pictures in it are cleaned as above.
//   - Text becomes UTF-8.
//   - A PDF is written anew with only what its pages need: no information about the
//     document or any object of it, no earlier versions, attached files, scripts,
//     actions on opening, thumbnails or signatures, and no names and dates of
//     annotations. What the pages show stays, with the tags that screen readers
//     follow, the language, links and what is filled into forms. JPEG pictures in it
//     lose what was added to them, and no pixel.
//
// The error is a [Refusal] if the file turns out to be damaged, or to hold far more
// than its size allows for.
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
		data := []byte(decodeText(f.Data))
		// In another encoding it may have hidden what it is.
		if found, err := detect(data); len(data) > 0 && (err != nil || found != TXT) {
			return Cleaned{}, NotAccepted
		}
		return Cleaned{File{TXT, data}, true}, nil
	case PDF:
		data, err := cleanPDF(f.Data, pdfTime)
		if err != nil {
			return Cleaned{}, err
		}
		return Cleaned{File{PDF, data}, true}, nil
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
// comments and who made them, tasks, signatures, thumbnails, data bound to the
// template, programs and what they are started with, embedded files, and, in an ODT,
// its earlier versions and its settings, which name the printer; and whatever is
// neither XML nor a picture.
func dropped(t Type, part string) bool {
	if t == ODT {
		base := path.Base(part) // objects in the document have parts of the same names
		return base == "meta.xml" || base == "settings.xml" || part == "layout-cache" || part == "manifest.rdf" ||
			part == "META-INF/documentsignatures.xml" || part == "META-INF/macrosignatures.xml" || part == "VersionList.xml" ||
			within(part, "Versions/", "Thumbnails/", "Configurations2/", "Basic/", "Scripts/", "Dialogs/", "Database/") ||
			part != mimetypePart && !strings.HasSuffix(part, "/") && !isXML(part) && !isPicture(part)
	}
	part = strings.ToLower(part)
	return within(part, "docprops/", "docmetadata/", "customxml/", "customui/", "_xmlsignatures/", "word/comments", "word/documenttasks",
		"word/embeddings/", "word/activex/", "word/webextensions/", "word/vba") || part == "word/people.xml" || part == "word/recipientdata.xml" ||
		!strings.HasSuffix(part, "/") && !isXML(part) && !isPicture(part)
}

// within reports whether a part's name begins with one of these.
func within(part string, beginnings ...string) bool {
	return slices.ContainsFunc(beginnings, func(b string) bool { return strings.HasPrefix(part, b) })
}

func isXML(part string) bool {
	ext := strings.ToLower(path.Ext(part))
	return ext == ".xml" || ext == relationships || ext == ".rdf"
}

// isPicture reports whether a part is a picture by its name. Those of a kind that
// cannot be cleaned stay, because they are what somebody wants to show.
func isPicture(part string) bool {
	switch ext := strings.ToLower(path.Ext(part)); ext {
	case ".jfif", ".gif", ".bmp", ".dib", ".tif", ".tiff", ".emf", ".wmf", ".emz", ".wmz", ".webp", ".svm":
		return true
	default:
		return endings[ext] == JPEG || endings[ext] == PNG || strings.HasPrefix(part, "ObjectReplacements/") // which have no ending
	}
}

func cleanDocument(f File) (Cleaned, error) {
	z, err := openArchive(f.Data)
	if err != nil {
		return Cleaned{}, err
	}
	lost := map[string]map[string]bool{}
	if f.Type == DOCX {
		if lost, err = lostRelationships(z); err != nil {
			return Cleaned{}, err
		}
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
		data, clean, err := cleanPart(f.Type, part.Name, data, lost[strings.ToLower(part.Name)])
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

// lostRelationships returns, by part of a Word document in lower case, the ids of its relationships
// that do not stand in a clean one.
func lostRelationships(z *zip.Reader) (map[string]map[string]bool, error) {
	lost := map[string]map[string]bool{}
	for _, part := range z.File {
		if dropped(DOCX, part.Name) || strings.ToLower(path.Ext(part.Name)) != relationships {
			continue
		}
		data, err := readPart(part)
		if err != nil {
			return nil, err
		}
		of := strings.ToLower(path.Join(path.Dir(path.Dir(part.Name)), strings.TrimSuffix(path.Base(part.Name), path.Ext(part.Name))))
		lost[of] = map[string]bool{}
		_, err = rewrite(withoutMark(data), func(_ int64, e *xml.StartElement) edit {
			if e.Name.Local == "Relationship" && !relationshipStands(part.Name, e) {
				lost[of][attribute(e, "Id")] = true
			}
			return keep
		})
		if err != nil {
			return nil, err
		}
	}
	return lost, nil
}

// relationshipStands reports whether a relationship, of the part with this name,
// stands in a clean document: to another part that does, or as a link. Anything else
// outside is fetched without anybody following it.
func relationshipStands(name string, e *xml.StartElement) bool {
	target, kind := attribute(e, "Target"), path.Base(attribute(e, "Type"))
	outside := strings.EqualFold(attribute(e, "TargetMode"), "External") || strings.ContainsAny(target, `:\`) || strings.HasPrefix(target, "//")
	switch {
	case kind == "hyperlink":
		return followed(target)
	case outside || kind == "attachedTemplate":
		return false
	}
	// The target is relative to the folder that holds the _rels folder.
	folder := path.Dir(path.Dir(name))
	if strings.HasPrefix(target, "/") {
		folder = ""
	}
	return !dropped(DOCX, strings.TrimPrefix(path.Join(folder, target), "/"))
}

// followed reports whether an address is one that people follow: on the web, of
// somebody's mail or telephone, or in the document. Those of files name whoever has
// the folder, and have the program sign in at the machine.
func followed(address string) bool {
	scheme, _, _ := strings.Cut(strings.ToLower(address), ":")
	return strings.HasPrefix(address, "#") || slices.Contains([]string{"http", "https", "mailto", "tel"}, scheme) && strings.Contains(address, ":")
}

// withoutMark returns XML without the byte order mark, which is not part of it.
func withoutMark(data []byte) []byte { return bytes.TrimPrefix(data, []byte("\ufeff")) }

// cleanPart returns a part without its metadata, and whether all of it is gone. lost
// are the ids of its relationships that do not stand any more.
func cleanPart(t Type, name string, data []byte, lost map[string]bool) ([]byte, bool, error) {
	switch {
	case name == mimetypePart:
		return data, true, nil
	case isXML(name):
		data = withoutMark(data)
		if t == ODT {
			data, err := rewrite(data, editODT)
			return data, true, err
		}
		changes, err := trackedChanges(data)
		if err != nil {
			return nil, false, err
		}
		if err := fetchingFields(data, changes); err != nil {
			return nil, false, err
		}
		data, err = rewrite(data, editDOCX(name, changes, lost))
		return data, true, err
	}
	// A picture, by its name: whatever is not, was dropped.
	kind, err := detect(data)
	if err != nil || kind != JPEG && kind != PNG || checkPicture(data) != nil {
		return data, false, nil
	}
	clean, err := cleanPicture(kind, data)
	if err != nil {
		return data, false, nil // whatever it is, it cannot be read
	}
	return clean, true, nil
}

// fetching are the fields of Word that fetch something from elsewhere.
var fetching = []string{"INCLUDEPICTURE", "INCLUDETEXT", "INCLUDE", "IMPORT", "LINK", "DDE", "DDEAUTO", "DATABASE", "RD"}

// fetches reports whether a field of Word with this instruction fetches something from
// elsewhere, or links to what nobody else has.
func fetches(instruction string) bool {
	words := strings.Fields(instruction)
	if len(words) == 0 {
		return false
	}
	if kind := strings.ToUpper(words[0]); kind != "HYPERLINK" {
		return slices.Contains(fetching, kind)
	}
	return slices.ContainsFunc(words[1:], func(word string) bool {
		word = strings.Trim(word, `"“”`)
		switched := len(word) == 2 && word[0] == '\\' // what comes next is a place in the document, or how it is shown
		return strings.ContainsAny(word, `:\`) && !switched && !followed(word)
	})
}

// fetchingFields adds to the edits of a Word document those that take the instructions
// out of fields that fetch something. What they show stays.
func fetchingFields(data []byte, changes map[int64]edit) error {
	type field struct {
		instruction strings.Builder
		parts       []int64 // offsets of the elements that hold it
	}
	var open []*field // one may stand in the instruction of another
	instructs := false
	ended := func(f *field) {
		if fetches(f.instruction.String()) {
			for _, at := range f.parts {
				changes[at] = drop
			}
		}
		f.parts = nil
	}
	d := xml.NewDecoder(bytes.NewReader(data))
	for {
		at := d.InputOffset()
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return Damaged
		}
		switch t := token.(type) {
		case xml.StartElement:
			kind := attribute(&t, "fldCharType")
			switch {
			case t.Name.Local == "fldSimple" && fetches(attribute(&t, "instr")):
				changes[at] = unwrap
			case t.Name.Local == "fldChar" && kind == "begin":
				open = append(open, &field{})
			case t.Name.Local == "fldChar" && len(open) > 0:
				ended(open[len(open)-1])
				if kind == "end" {
					open = open[:len(open)-1]
				}
			case t.Name.Local == "instrText" && len(open) > 0:
				instructs = true
				open[len(open)-1].parts = append(open[len(open)-1].parts, at)
			}
		case xml.EndElement:
			instructs = instructs && t.Name.Local != "instrText"
		case xml.CharData:
			if instructs && len(open) > 0 {
				open[len(open)-1].instruction.Write(t)
			}
		}
	}
}

// edit is what is to become of an element.
type edit int

const (
	keep    edit = iota
	drop         // the element with all it holds
	empty        // what it holds
	unwrap       // its tags
	noStart      // its start tag
	noEnd        // its end tag
)

// edits tells what is to become of the element that starts at an offset of the
// document, and may change its attributes.
type edits func(at int64, e *xml.StartElement) edit

// editsDOCX are the edits for elements of a Word document by name. What was put in is
// unwrapped; what was taken out is dropped, with how things were before and the marks
// of all that; and so is what refers to dropped parts or tells documents apart.
var editsDOCX = map[string]edit{
	"ins": unwrap, "moveTo": unwrap, "conflictIns": unwrap,
	"del": drop, "moveFrom": drop, "conflictDel": drop, "delText": drop, "delInstrText": drop,
	"rPrChange": drop, "pPrChange": drop, "sectPrChange": drop, "numberingChange": drop, "tblPrChange": drop,
	"tblPrExChange": drop, "trPrChange": drop, "tcPrChange": drop, "tblGridChange": drop,
	"cellIns": drop, "cellDel": drop, "cellMerge": drop,
	"moveFromRangeStart": drop, "moveFromRangeEnd": drop, "moveToRangeStart": drop, "moveToRangeEnd": drop,
	"customXmlInsRangeStart": drop, "customXmlInsRangeEnd": drop, "customXmlDelRangeStart": drop, "customXmlDelRangeEnd": drop,
	"customXmlMoveFromRangeStart": drop, "customXmlMoveFromRangeEnd": drop, "customXmlMoveToRangeStart": drop, "customXmlMoveToRangeEnd": drop,
	"customXmlConflictInsRangeStart": drop, "customXmlConflictInsRangeEnd": drop, "customXmlConflictDelRangeStart": drop, "customXmlConflictDelRangeEnd": drop,
	"trackRevisions":    drop,
	"commentRangeStart": drop, "commentRangeEnd": drop, "commentReference": drop,
	"attachedTemplate": drop, "rsids": drop, "docId": drop, "docVars": drop, "mailMerge": drop, "webVideoPr": drop,
}

// fetched are elements of drawings in a Word document that can have a picture by its
// address.
var fetched = []string{"imagedata", "fill", "stroke"}

// editDOCX returns the edits for a part of a Word document: those for elements by
// name, those of tracked changes, and what leads only to lost relationships goes with
// them, because Word takes a document for damaged that refers to one that is missing.
func editDOCX(name string, changes map[int64]edit, lost map[string]bool) edits {
	refers := map[string]bool{"r": true} // the prefixes of attributes that refer to a relationship
	return func(at int64, e *xml.StartElement) edit {
		if edit := editsDOCX[e.Name.Local]; edit != keep {
			return edit
		}
		switch e.Name.Local {
		case "Relationship":
			if !relationshipStands(name, e) {
				return drop
			}
		case "Override":
			if name == contentTypes && dropped(DOCX, strings.TrimPrefix(attribute(e, "PartName"), "/")) {
				return drop
			}
		}
		for _, a := range e.Attr {
			if a.Name.Space == "xmlns" && strings.HasSuffix(a.Value, "/relationships") {
				refers[a.Name.Local] = true
			}
		}
		var leads, led int // how many attributes lead somewhere, and did
		e.Attr = slices.DeleteFunc(e.Attr, func(a xml.Attr) bool {
			switch {
			case refers[a.Name.Space]:
				if led++; lost[a.Value] {
					return true
				}
				leads++
			case slices.Contains(fetched, e.Name.Local): // what a drawing is filled with, by its address
				return a.Name.Local == "src" || a.Name.Local == "href" || a.Name.Local == "althref"
			case a.Name.Local == "href":
				return !followed(a.Value)
			}
			return false
		})
		switch {
		case leads > 0 || led == 0 || e.Name.Local == "blip": // which may lead nowhere
		case e.Name.Local == "hyperlink": // its words stay
			return unwrap
		default:
			return drop
		}
		// Revision marks tell which parts were written at one sitting, and the numbers of
		// paragraphs which documents have them in common.
		e.Attr = slices.DeleteFunc(e.Attr, func(a xml.Attr) bool {
			return strings.HasPrefix(a.Name.Local, "rsid") || a.Name.Local == "paraId" || a.Name.Local == "textId" || a.Name.Local == "invalidUrl"
		})
		for i, a := range e.Attr {
			switch a.Name.Local {
			case "author", "initials", "userId", "providerId":
				e.Attr[i].Value = "anonymous"
			case "date", "dateUtc":
				e.Attr[i].Value = "2000-01-01T00:00:00Z"
			}
		}
		return changes[at]
	}
}

// editODT is editDOCX for OpenDocument, where what was taken out stands apart from
// the text, with who did it. Its addresses lead nowhere but to parts and to links.
func editODT(_ int64, e *xml.StartElement) edit {
	switch e.Name.Local {
	case "tracked-changes", "change", "change-start", "change-end":
		return drop
	}
	switch e.Name.Space + ":" + e.Name.Local {
	case "office:annotation", "office:annotation-end", "office:meta",
		"office:scripts", "office:event-listeners", "office:dde-source", "text:dde-connection-decls", "draw:object-ole", "svg:font-face-src":
		return drop
	case "dc:creator", "meta:creator-initials", "text:author-name", "text:author-initials", "text:creator", "text:initial-creator":
		return empty
	case "manifest:file-entry":
		if dropped(ODT, attribute(e, "full-path")) {
			return drop
		}
	}
	for i, a := range e.Attr {
		if a.Name.Local != "href" {
			continue
		}
		inside := !strings.Contains(a.Value, ":") && !strings.HasPrefix(a.Value, "/") && !strings.HasPrefix(a.Value, "..") && !strings.Contains(a.Value, `\`)
		if link := e.Name.Local == "a"; !inside && !(link && followed(a.Value)) {
			e.Attr[i].Value = "" // fetched without anybody following it, or the folder of whoever wrote it
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
func rewrite(data []byte, f edits) ([]byte, error) {
	d := xml.NewDecoder(bytes.NewReader(data))
	var out bytes.Buffer
	var open []edit // of the elements around
	skipping := 0   // how many elements are around the one being skipped, and it, if any
	for {
		start := d.InputOffset()
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			if len(open) != 0 {
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
			if len(open) == maxDepth {
				return nil, Damaged
			}
			if skipping > 0 {
				open = append(open, drop)
				continue
			}
			before := t.Copy()
			edit := f(start, &t)
			open = append(open, edit)
			if edit == drop || edit == empty {
				skipping = len(open)
			}
			if edit == drop || edit == unwrap || edit == noStart {
				continue
			}
			raw = changed(raw, before, t)
		case xml.EndElement:
			if len(open) == 0 {
				return nil, Damaged
			}
			edit := open[len(open)-1]
			if skipping == len(open) {
				skipping = 0
			}
			open = open[:len(open)-1]
			if edit == drop || edit == unwrap || edit == noEnd {
				continue
			}
			if edit == noStart && len(raw) == 0 { // it was start and end in one
				raw = []byte("</" + qualified(t.Name) + ">")
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
