// Package evidence takes in the files people attach: it finds out what a file
// really is, refuses what cannot be taken with the reason, asks a virus scanner,
// makes a copy without what could identify somebody, reads the text, and keeps files
// under names that say nothing.
//
// The way of a file: [Inspect], then [Scanner.Scan] if there is a scanner, [Clean],
// [Store.Put] and [Reader.Text], both of the clean copy.
//
// What [Clean] takes out:
//
//   - of pictures, all but the pixels;
//   - of documents (DOCX, ODT), properties, comments, earlier versions, thumbnails and
//     templates; tracked changes are accepted, so text that was taken out is not in
//     the copy in any form;
//   - of PDFs, which are written anew, all that the pages do not need: information
//     about the document and any object, earlier versions, attached files, scripts,
//     thumbnails, signatures, and who made annotations and when.
//
// It does not look at what a file shows: a face, a number plate, a name in the text or
// in a note on a page are for people to see to, and so is what lies under a black bar
// or outside the part of a page that is seen. Nor does it change fonts, colour
// profiles, or sheets and other things put into documents ([Cleaned] says so of the
// last).
//
// A file is at most 10 MB and stays in memory throughout; nothing is written to a
// temporary directory, and the programs that files are handed to get them through
// pipes and sockets. Whatever is unpacked is held to limits first, so a small file
// cannot become a large one.
package evidence

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // register for DecodeConfig
	_ "image/png"  // register for DecodeConfig
	"io"
	"path"
	"regexp"
	"strings"

	"github.com/gabriel-vasile/mimetype"
)

// MaxSize is the usual limit on a file, in bytes.
const MaxSize = 10 << 20

// MaxPixels is the most a picture may have: about 160 MB when decoded.
const MaxPixels = 40_000_000

// Type is a type of file that is accepted, as its usual ending.
type Type string

const (
	PDF  Type = "pdf"
	DOCX Type = "docx"
	ODT  Type = "odt"
	TXT  Type = "txt"
	JPEG Type = "jpg"
	PNG  Type = "png"
)

// MediaType returns the type's MIME type.
func (t Type) MediaType() string {
	switch t {
	case PDF:
		return "application/pdf"
	case DOCX:
		return "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	case ODT:
		return "application/vnd.oasis.opendocument.text"
	case TXT:
		return "text/plain; charset=utf-8"
	case JPEG:
		return "image/jpeg"
	case PNG:
		return "image/png"
	}
	return "application/octet-stream"
}

// endings are the name endings of the types accepted.
var endings = map[string]Type{
	".pdf": PDF, ".docx": DOCX, ".odt": ODT, ".txt": TXT, ".text": TXT,
	".jpg": JPEG, ".jpeg": JPEG, ".jpe": JPEG, ".png": PNG,
}

// Refusal is an error for a file that cannot be taken, in words for the person
// who sent it. It never repeats the file's name or any of its content.
type Refusal string

const (
	TooBig      Refusal = "this file is too big: send one of 10 MB or less"
	Empty       Refusal = "this file is empty: check that it is the right one"
	NotAccepted Refusal = "this type of file cannot be accepted: send a PDF, Word (.docx), OpenDocument (.odt), text, JPEG or PNG file"
	Mismatch    Refusal = "the ending of this file's name does not match what is in it: save it again with the right ending"
	Protected   Refusal = "this file is protected with a password: remove the password and send it again"
	Damaged     Refusal = "this file is damaged and cannot be opened: save it again and send the new file"
	Unpacks     Refusal = "this file holds far more than its size allows for: save it again with fewer or smaller pictures"
	Dimensions  Refusal = "this picture has too many pixels: make it smaller, to 40 megapixels or less"
)

func (r Refusal) Error() string { return string(r) }

// Refusals are those of this package's own; [Infected] is the scanner's.
var Refusals = []Refusal{TooBig, Empty, NotAccepted, Mismatch, Protected, Damaged, Unpacks, Dimensions}

// File is a file that was accepted.
type File struct {
	Type Type
	Data []byte
}

// Inspect reads a file of at most limit bytes (usually [MaxSize]) and returns it
// if it is of an accepted type by content and by name. A name without an ending is
// no objection. If the file is refused the error is a [Refusal]; any other error is
// r's.
func Inspect(name string, r io.Reader, limit int64) (File, error) {
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return File{}, fmt.Errorf("read an attachment: %w", err)
	}
	if int64(len(data)) > limit {
		return File{}, TooBig
	}
	if len(data) == 0 {
		return File{}, Empty
	}
	named, known := endings[strings.ToLower(path.Ext(name))]
	found, err := detect(data)
	switch {
	case err != nil:
		return File{}, err
	case path.Ext(name) == "":
	case found == TXT && !known:
		// Web pages, tables and programs are all text.
		return File{}, NotAccepted
	case named != found:
		return File{}, Mismatch
	}
	if err := check(found, data); err != nil {
		return File{}, err
	}
	return File{found, data}, nil
}

// detect returns the type of a file by its content.
func detect(data []byte) (Type, error) {
	m := mimetype.Detect(data)
	for t := m; t != nil; t = t.Parent() {
		switch {
		case t.Is("application/pdf"):
			return PDF, nil
		case t.Is(DOCX.MediaType()):
			return DOCX, nil
		case t.Is(ODT.MediaType()):
			return ODT, nil
		case t.Is("image/jpeg"):
			return JPEG, nil
		case t.Is("image/png"):
			return PNG, nil
		case t.Is("text/plain"):
			return TXT, nil
		case t.Is("application/x-ole-storage") && bytes.Contains(data, encryptedPackage):
			return "", Protected
		case t.Is("application/zip"):
			return archiveType(data)
		}
	}
	return "", NotAccepted
}

// encryptedPackage is the name, in UTF-16, of the stream that a Word document with
// a password is kept in.
var encryptedPackage = []byte("E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00")

// archiveType tells documents by their parts where the order of these has misled
// detection.
func archiveType(data []byte) (Type, error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return "", Damaged
	}
	for _, f := range z.File {
		switch f.Name {
		case documentPart:
			return DOCX, nil
		case contentPart:
			return ODT, nil
		}
	}
	return "", NotAccepted
}

// check opens a file as far as it takes to know that it is whole, open to all and
// within limits.
func check(t Type, data []byte) error {
	switch t {
	case PDF:
		return checkPDF(data)
	case DOCX, ODT:
		return checkDocument(t, data)
	case JPEG, PNG:
		return checkPicture(data)
	}
	return nil
}

// A PDF that is encrypted says so in its trailer, which is never itself encrypted
// or compressed.
var encryptRE = regexp.MustCompile(`/Encrypt\s*(?:[0-9]+\s+[0-9]+\s+R|<<)`)

func checkPDF(data []byte) error {
	if encryptRE.Match(data) {
		return Protected
	}
	// Readers look for the end in the last 1024 bytes, and so does this.
	tail := data[max(0, len(data)-1024):]
	if !bytes.Contains(tail, []byte("%%EOF")) || !bytes.Contains(data, []byte("startxref")) {
		return Damaged
	}
	return nil
}

func checkPicture(data []byte) error {
	c, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || c.Width <= 0 || c.Height <= 0 {
		return Damaged
	}
	if c.Width > MaxPixels/c.Height {
		return Dimensions
	}
	return nil
}

func checkDocument(t Type, data []byte) error {
	z, err := openArchive(data)
	if err != nil {
		return err
	}
	main := documentPart
	if t == ODT {
		main = contentPart
	}
	found := false
	for _, f := range z.File {
		part, err := readPart(f)
		if err != nil {
			return err
		}
		found = found || f.Name == main
		if f.Name == manifestPart && bytes.Contains(part, []byte("encryption-data")) {
			return Protected
		}
	}
	if !found {
		return Damaged
	}
	return nil
}

// Limits on what a document may unpack to.
const (
	maxParts    = 2000
	maxUnpacked = 64 << 20
	// maxRatio is how many times its packed size a part may have, once it is over
	// freeSize. Long tables of XML reach 50; deflate itself stops at 1032.
	maxRatio = 200
	freeSize = 1 << 20
)

// openArchive opens the zip file of a document and holds what it says of its
// parts to the limits. Every part must then be read with readPart, which holds
// the parts to what was said.
func openArchive(data []byte) (*zip.Reader, error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, Damaged
	}
	if len(z.File) > maxParts {
		return nil, Unpacks
	}
	var total uint64
	seen := map[string]bool{}
	for _, f := range z.File {
		if f.Flags&1 != 0 {
			return nil, Protected
		}
		if seen[f.Name] {
			return nil, Damaged
		}
		seen[f.Name] = true
		size := f.UncompressedSize64
		if size > maxUnpacked || size > freeSize && size/maxRatio > f.CompressedSize64 {
			return nil, Unpacks
		}
		if total += size; total > maxUnpacked {
			return nil, Unpacks
		}
	}
	return z, nil
}

// readPart returns the content of a part of an archive from openArchive.
func readPart(f *zip.File) ([]byte, error) {
	if strings.HasSuffix(f.Name, "/") {
		return nil, nil
	}
	r, err := f.Open()
	if err != nil {
		return nil, Damaged
	}
	// A part that is longer than it says fails here, as one that is shorter does.
	part, err := io.ReadAll(io.LimitReader(r, int64(f.UncompressedSize64)+1))
	err = errors.Join(err, r.Close())
	if err != nil || uint64(len(part)) != f.UncompressedSize64 {
		return nil, Damaged
	}
	return part, nil
}
