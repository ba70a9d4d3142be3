package evidence

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/hex"
	"errors"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/pdfcpu/pdfcpu/pkg/filter"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"

	"heard/app/pdffile"
)

func init() {
	// Unless told not to before its first use, pdfcpu keeps a folder in the home of
	// whoever runs the program. This is what its api.DisableConfigDir does; the rest of
	// that package, and what it needs, is not used.
	model.ConfigPath = "disable"
}

// Limits on what a PDF may hold.
const (
	// maxObjects is how many objects a PDF may have. A long report has 50,000.
	maxObjects = 500_000
	// maxStreams is what all streams of a PDF may unpack to, in bytes. They are
	// measured and not kept, but for those of an unusual kind. A page scanned in
	// colour takes 25 MB.
	maxStreams = 512 << 20
	// maxStream is what one stream that has to be kept may unpack to, in bytes.
	maxStream = 64 << 20
	// maxPacked is what the streams that hold objects may unpack to together, in
	// bytes.
	maxPacked = 32 << 20
	// maxMarks is how many words and numbers a file, and what is packed in it, may each
	// have at most, as told by what sets them apart. In memory each can take 100 bytes.
	// A long report has a million.
	maxMarks = 5_000_000
	// maxNesting is how deep arrays and dictionaries may be nested.
	maxNesting = 100
	// pdfTime is how long cleaning may take. Large files take a second.
	pdfTime = 10 * time.Second
)

// cleaning lets two PDFs be cleaned at once, which bounds the memory that files
// made to use a lot of it can take together.
var cleaning = make(chan struct{}, 2)

// cleanPDF writes a PDF anew with only what can be reached from its pages and is
// needed to read them. It is Damaged if that takes longer than limit.
func cleanPDF(data []byte, limit time.Duration) (clean []byte, err error) {
	cleaning <- struct{}{}
	defer func() { <-cleaning }()
	defer func() {
		// The library is careful, but it reads what anybody may send.
		if recover() != nil {
			clean, err = nil, Damaged
		}
	}()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	doc, err := readPDF(ctx, data)
	if err != nil {
		return nil, err
	}
	c := &pdfCleaner{ctx: ctx, doc: doc, data: data, numbers: map[int]int{}, left: maxStreams, out: pdffile.NewWriter()}
	top, ok := c.refer(*doc.Root, root)
	if !ok {
		return nil, Damaged
	}
	// The queue grows as objects that refer to others are written.
	for i := 0; i < len(c.queue); i++ {
		if err := c.write(c.queue[i]); err != nil {
			return nil, err
		}
	}
	if len(c.queue) > maxObjects {
		return nil, Unpacks
	}
	return c.out.Finish(types.Dict{"Root": top}), nil
}

// sizeRE matches a number of objects, in a trailer, of eight digits or more, which
// no file of this size has and the library would make room for. Any letter of a
// name may be written as its code.
var sizeRE = regexp.MustCompile(`(?i)/(?:S|#53)(?:i|#69)(?:z|#7a)(?:e|#65)\s*\+?0*[1-9][0-9]{7}`)

// readPDF reads the objects of a PDF, but not yet those that are packed in streams.
func readPDF(ctx context.Context, data []byte) (*model.Context, error) {
	if sizeRE.Match(data) {
		return nil, Damaged
	}
	if marks(data) > maxMarks {
		return nil, Unpacks
	}
	conf := model.NewDefaultConfiguration()
	conf.Offline = true
	conf.ValidationMode = model.ValidationRelaxed
	conf.Limits = model.ResourceLimits{
		MaxStreamBytes:       int64(len(data)),
		MaxDecodeBytes:       maxPacked,
		MaxImagePixels:       MaxPixels,
		MaxImageBytes:        maxStream,
		MaxObjectCount:       maxObjects,
		MaxXRefEntries:       maxObjects,
		MaxObjectStreamCount: maxObjects,
		MaxObjectStreamFirst: maxPacked / 4,
		MaxRecursionDepth:    maxNesting,
	}
	doc, err := pdfcpu.ReadWithContext(ctx, timedReader{ctx, bytes.NewReader(data)}, conf)
	switch {
	case errors.Is(err, pdfcpu.ErrWrongPassword), err == nil && doc.Encrypt != nil:
		return nil, Protected
	case errors.Is(err, filter.ErrDecodeLimitExceeded):
		return nil, Unpacks
	case err != nil, doc.Root == nil, len(doc.Table) > maxObjects:
		return nil, Damaged
	}
	var total int64
	count := 0
	for _, entry := range doc.Table {
		packed, ok := entry.Object.(types.ObjectStreamDict)
		if !ok {
			continue
		}
		// A copy, so what it unpacks to is not kept.
		if err := packed.DecodeWithLimit(maxPacked - total); err != nil {
			if errors.Is(err, filter.ErrDecodeLimitExceeded) {
				return nil, Unpacks
			}
			return nil, Damaged
		}
		total += int64(len(packed.Content))
		if count += marks(packed.Content); count > maxMarks {
			return nil, Unpacks
		}
	}
	return doc, nil
}

// marks counts what sets words and numbers apart: brackets and the like, and spaces,
// any number of them as one.
func marks(data []byte) int {
	n, space := 0, false
	for _, b := range data {
		switch b {
		case 0, '\t', '\n', '\v', '\f', '\r', ' ':
			if !space {
				n++
			}
			space = true
			continue
		case '(', ')', '<', '>', '[', ']', '/':
			n++
		}
		space = false
	}
	return n
}

// timedReader fails once ctx has ended. The library reads more often than it looks at
// ctx.
type timedReader struct {
	ctx context.Context
	io.ReadSeeker
}

func (r timedReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.ReadSeeker.Read(p)
}

// A kind is what an object is for its owner, where that decides what is taken out
// of it.
type kind int

const (
	anything   kind = iota
	root            // the catalogue, where reading starts
	nameTrees       // its trees of names
	named           // a dictionary whose keys are names somebody chose: nothing is taken out
	appearance      // the appearances of an annotation: streams, or dictionaries of states
	list            // an array whose items have no fixed places: what is dropped leaves no gap
)

// inside returns the kind of what a dictionary of kind k has under a key.
func inside(k kind, key string) kind {
	switch {
	case k == named:
		return anything
	case k == appearance:
		return named
	case k == root && key == "Names":
		return nameTrees
	}
	switch key {
	case "Font", "XObject", "ExtGState", "ColorSpace", "Pattern", "Shading", "Properties",
		"CharProcs", "Colorants", "RoleMap", "ClassMap", "Dests":
		return named
	case "AP":
		return appearance
	case "Annots", "K", "Kids", "Fields", "Next":
		return list
	}
	return anything
}

// Keys that are kept in the dictionaries where all others go.
var (
	rootKeys = keySet("Type Pages PageLabels Names Dests ViewerPreferences PageLayout PageMode Outlines " +
		"StructTreeRoot MarkInfo Lang OutputIntents OCProperties AcroForm")
	pageKeys = keySet("Type Parent Resources MediaBox CropBox BleedBox TrimBox ArtBox Contents Rotate Group " +
		"Annots StructParents Tabs UserUnit")
)

// Keys that go wherever they are.
var (
	droppedKeys = keySet("Metadata PieceInfo LastModified AA OpenAction AF Thumb JavaScript JS RF EmbeddedFiles " +
		"XFA SigFlags OPI Author Creator Producer CreationDate ModDate CreatorInfo Perms SpiderInfo Measure PtData")
	// Of annotations: who made them and when, and what they said before.
	annotationKeys = keySet("M NM Subj RC IRT RT State Popup")
	// Of streams: what is in another file, where a page was copied from, and what is
	// written anew.
	streamKeys = keySet("F FFilter FDecodeParms Ref ID DL Length")
)

// droppedAnnotations are the kinds of annotation that hold a file, play something,
// or show what another says.
var droppedAnnotations = keySet("Popup FileAttachment Sound Movie Screen 3D RichMedia TrapNet PrinterMark Projection")

func keySet(words string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(words) {
		set[w] = true
	}
	return set
}

// pdfCleaner writes the objects of a document anew.
type pdfCleaner struct {
	ctx     context.Context
	doc     *model.Context
	data    []byte      // the file
	numbers map[int]int // of objects, old to new
	queue   []queued
	left    int64 // how many bytes streams may still unpack to
	err     error // the first
	out     *pdffile.Writer
}

// queued is an object that has its new number and is not yet written.
type queued struct {
	number int
	object types.Object
	kind   kind
}

// refer returns a reference to the new copy of the object that ref refers to, or
// false if there is to be none.
func (c *pdfCleaner) refer(ref types.IndirectRef, k kind) (types.IndirectRef, bool) {
	old := ref.ObjectNumber.Value()
	number, known := c.numbers[old]
	if !known {
		object := c.resolve(ref)
		if object == nil || c.unwanted(object) {
			c.numbers[old] = 0
			return ref, false
		}
		number = c.out.Number()
		c.numbers[old] = number
		c.queue = append(c.queue, queued{number, object, k})
	}
	return *types.NewIndirectRef(number, 0), number != 0
}

// resolve returns what o refers to, or o itself if it is no reference. It is nil
// for an object that is nowhere, as the standard has it, but an object that is
// there and cannot be read is an error, kept in c: nothing may be lost without a
// word.
func (c *pdfCleaner) resolve(o types.Object) types.Object {
	for range maxNesting {
		ref, ok := o.(types.IndirectRef)
		if !ok {
			return o
		}
		entry, ok := c.doc.FindTableEntryForIndRef(&ref)
		if !ok || entry.Free {
			return nil
		}
		o = entry.Object
		if packed, ok := o.(types.LazyObjectStreamObject); ok {
			unpacked, err := packed.DecodedObject(c.ctx)
			if err != nil {
				c.err = Damaged
				return nil
			}
			o, entry.Object = unpacked, unpacked
		}
		if o == nil && entry.Offset != nil && entry.Generation != nil {
			// It is nothing, or could not be read.
			if _, err := pdfcpu.ParseObjectWithContext(c.ctx, c.doc, *entry.Offset, ref.ObjectNumber.Value(), *entry.Generation); err != nil {
				c.err = Damaged
			}
		}
	}
	return nil
}

// dict returns what o refers to if it is a dictionary or the dictionary of a
// stream, otherwise an empty one.
func (c *pdfCleaner) dict(o types.Object) types.Dict {
	switch o := c.resolve(o).(type) {
	case types.Dict:
		return o
	case types.StreamDict:
		return o.Dict
	}
	return nil
}

// name returns the name that d has under key, or "".
func (c *pdfCleaner) name(d types.Dict, key string) string {
	n, _ := c.resolve(d[key]).(types.Name)
	return n.Value()
}

// unwanted reports whether an object is to go, wherever it is.
func (c *pdfCleaner) unwanted(o types.Object) bool {
	switch o.(type) {
	case types.Dict, types.StreamDict:
	case types.ObjectStreamDict, types.XRefStreamDict:
		return true
	default:
		return false
	}
	d := c.dict(o)
	if d["EF"] != nil || d["ByteRange"] != nil {
		return true // an embedded file, a signature
	}
	switch c.name(d, "Type") {
	case "Metadata", "EmbeddedFile", "Filespec", "Sig", "DocTimeStamp", "ObjStm", "XRef":
		return true
	case "Action":
		return !c.harmless(d)
	case "OBJR":
		// Of the tag tree, pointing at an annotation.
		target := c.dict(d["Obj"])
		return target == nil || c.droppedAnnotation(target)
	}
	return c.droppedAnnotation(d)
}

// isAnnotation reports whether d is an annotation.
func (c *pdfCleaner) isAnnotation(d types.Dict) bool {
	return c.name(d, "Type") == "Annot" || c.name(d, "Type") == "" && d["Subtype"] != nil && d["Rect"] != nil
}

func (c *pdfCleaner) droppedAnnotation(d types.Dict) bool {
	if !c.isAnnotation(d) {
		return false
	}
	// A note with a state model is not a note: it says who set a state.
	return droppedAnnotations[c.name(d, "Subtype")] || d["StateModel"] != nil
}

// harmless reports whether an action only shows another place: in the document,
// or on the web.
func (c *pdfCleaner) harmless(action types.Dict) bool {
	switch c.name(action, "S") {
	case "GoTo", "Named", "SetOCGState", "":
		return true
	case "URI":
		address := strings.ToLower(c.text(action["URI"]))
		return slices.ContainsFunc([]string{"http:", "https:", "mailto:", "tel:"}, func(scheme string) bool {
			return strings.HasPrefix(address, scheme)
		})
	}
	return false // JavaScript, files on somebody's disk
}

// text returns a string of plain letters as it is, which is how addresses are
// written.
func (c *pdfCleaner) text(o types.Object) string {
	switch o := c.resolve(o).(type) {
	case types.StringLiteral:
		return o.Value()
	case types.HexLiteral:
		b, _ := hex.DecodeString(o.Value())
		return string(b)
	}
	return ""
}

// clean returns o without what is to go, or false if that is all of it.
func (c *pdfCleaner) clean(o types.Object, k kind) (types.Object, bool) {
	switch o := o.(type) {
	case nil:
		return nil, false
	case types.IndirectRef:
		return c.refer(o, k)
	case types.Dict:
		if c.unwanted(o) {
			return nil, false
		}
		return c.cleanDict(o, k), true
	case types.Array:
		clean := types.Array{}
		for _, item := range o {
			item, ok := c.clean(item, anything)
			if !ok && k == list {
				continue
			}
			if !ok {
				item = nil
			}
			clean = append(clean, item)
		}
		return clean, true
	case types.Name, types.StringLiteral, types.HexLiteral, types.Integer, types.Float, types.Boolean:
		return o, true
	}
	return nil, false
}

func (c *pdfCleaner) cleanDict(d types.Dict, k kind) types.Dict {
	annotation := c.isAnnotation(d)
	widget := c.name(d, "Subtype") == "Widget"
	page := (k == anything || k == list) && c.name(d, "Type") == "Page"
	clean := types.Dict{}
	// In order, so that the same file comes out the same.
	for _, key := range slices.Sorted(maps.Keys(d)) {
		value := d[key]
		switch {
		case k == named, k == appearance:
		case droppedKeys[key],
			strings.ContainsAny(key, "_:."), // a program's own, such as where it found a picture
			k == root && !rootKeys[key],
			k == nameTrees && key != "Dests",
			page && !pageKeys[key],
			annotation && annotationKeys[key],
			annotation && key == "T" && !widget,    // of a widget it is the name of the field
			key == "V" && c.name(d, "FT") == "Sig", // a signature
			(key == "A" || key == "PA" || key == "Next") && !c.harmlessAll(value),
			key == "PageMode" && c.name(d, key) == "UseAttachments":
			continue
		}
		if value, ok := c.clean(value, inside(k, key)); ok {
			clean[key] = value
		}
	}
	return clean
}

// harmlessAll reports whether an action, or each of several, is harmless. What is
// no action is too, such as the attributes of a tag.
func (c *pdfCleaner) harmlessAll(o types.Object) bool {
	switch o := c.resolve(o).(type) {
	case types.Dict:
		return c.harmless(o)
	case types.Array:
		return !slices.ContainsFunc(o, func(item types.Object) bool { return !c.harmless(c.dict(item)) })
	}
	return true
}

// write writes one object.
func (c *pdfCleaner) write(q queued) error {
	if c.ctx.Err() != nil {
		return Damaged
	}
	if stream, ok := q.object.(types.StreamDict); ok && q.kind != root {
		d, content, err := c.cleanStream(stream)
		if err != nil {
			return err
		}
		c.out.Stream(q.number, d, content)
		return c.err
	}
	o, _ := c.clean(q.object, q.kind)
	if d, ok := o.(types.Dict); q.kind == root && (!ok || d["Pages"] == nil) {
		return Damaged
	}
	c.out.Object(q.number, o)
	return c.err
}

// cleanStream returns the dictionary and the content of a stream. What is packed
// in the usual way stays so. Other packings are undone as far as the picture
// inside, and whatever stands behind the end of the packed content goes.
func (c *pdfCleaner) cleanStream(s types.StreamDict) (types.Dict, []byte, error) {
	d := types.Dict{}
	for key, value := range s.Dict {
		if !streamKeys[key] {
			d[key] = value
		}
	}
	// The packings that can be undone here, and what is left then: a picture.
	n := slices.IndexFunc(s.FilterPipeline, func(f types.PDFFilter) bool { return !undone[f.Name] })
	if n < 0 {
		n = len(s.FilterPipeline)
	}
	packings, picture := s.FilterPipeline[:n], s.FilterPipeline[n:]
	content, repack := s.Raw, false
	var err error
	switch {
	case len(s.FilterPipeline) == 0:
		content = c.trim(s)
	case len(packings) == 1 && len(picture) == 0 && packings[0].Name == filter.Flate:
		content, err = c.trimFlate(content)
	case len(packings) > 0:
		content, err = c.unpack(content, packings, picture, d)
		repack = true
	}
	if err == nil && len(picture) > 0 {
		switch picture[0].Name {
		case filter.DCT:
			content, err = stripJPEG(content)
		case filter.JPX:
			content = stripJPX(content)
		}
	}
	if err != nil {
		return nil, nil, err
	}
	if repack {
		content = pdffile.Deflated(content)
	}
	return c.cleanDict(d, anything), content, nil
}

// unpack returns what is packed in an unusual way, and says in d that it is packed
// in the usual one.
func (c *pdfCleaner) unpack(packed []byte, packings, picture []types.PDFFilter, d types.Dict) ([]byte, error) {
	names, parameters := types.Array{types.Name(filter.Flate)}, types.Array{nil}
	last := &packings[len(packings)-1]
	if len(picture) == 0 && len(last.DecodeParms) > 0 {
		// How pixels are told by their neighbours is said alike of every packing, so it
		// need not be undone.
		parameters[0] = last.DecodeParms
		early := c.resolve(last.DecodeParms["EarlyChange"])
		last.DecodeParms = types.Dict{"EarlyChange": early}
	}
	for _, f := range picture {
		names = append(names, types.Name(f.Name))
		if f.DecodeParms == nil {
			parameters = append(parameters, nil)
		} else {
			parameters = append(parameters, f.DecodeParms)
		}
	}
	d["Filter"], d["DecodeParms"] = names, parameters
	stream := types.StreamDict{FilterPipeline: packings, Raw: packed}
	err := stream.DecodeWithLimit(min(c.left, maxStream))
	if errors.Is(err, filter.ErrDecodeLimitExceeded) {
		return nil, Unpacks
	}
	if err != nil {
		return nil, Damaged
	}
	c.left -= int64(len(stream.Content))
	return stream.Content, nil
}

// undone are the packings that can be undone without touching a picture.
var undone = map[string]bool{filter.Flate: true, filter.LZW: true, filter.ASCII85: true, filter.ASCIIHex: true, filter.RunLength: true}

// trim returns the content of a stream that is not packed. If its end is not where
// the stream says, what follows in the file, such as an older object, has been
// taken for content.
func (c *pdfCleaner) trim(s types.StreamDict) []byte {
	end := s.StreamOffset + int64(len(s.Raw))
	if end >= 0 && end <= int64(len(c.data)) && bytes.HasPrefix(bytes.TrimLeft(c.data[end:], "\r\n\t "), []byte("endstream")) {
		return s.Raw
	}
	content, _, _ := bytes.Cut(s.Raw, []byte("endstream"))
	return content
}

// trimFlate measures a packed stream and returns it without what stands behind its
// end. One that is broken is packed anew as far as it can be read.
func (c *pdfCleaner) trimFlate(packed []byte) ([]byte, error) {
	size, used, err := inflated(packed, c.left)
	c.left -= size
	if err == nil || errors.Is(err, Unpacks) {
		return packed[:used], err
	}
	if size > maxStream {
		return nil, Unpacks
	}
	r, err := zlib.NewReader(bytes.NewReader(packed))
	if err != nil {
		if len(packed) == 0 {
			return nil, nil
		}
		return nil, Damaged
	}
	// It ends in the error known.
	content, _ := io.ReadAll(io.LimitReader(r, size))
	return pdffile.Deflated(content), nil
}

// inflated returns how many bytes a packed stream unpacks to and how many it takes
// up. The error is Unpacks if there are more than limit, or that of the packing.
func inflated(packed []byte, limit int64) (size int64, used int, err error) {
	r := bytes.NewReader(packed)
	z, err := zlib.NewReader(r)
	if err != nil {
		return 0, 0, err
	}
	size, err = io.Copy(io.Discard, io.LimitReader(z, limit+1))
	if size > limit {
		return size, len(packed), Unpacks
	}
	// The reader is one of single bytes, so nothing was taken in advance.
	return size, len(packed) - r.Len(), err
}
