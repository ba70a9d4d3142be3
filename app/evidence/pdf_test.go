package evidence

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"image/jpeg"
	"io"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"

	"heard/app/pdffile"
)

// pdfFile returns a PDF with the given objects, numbered from 1, the first of which
// is the catalogue. What is in trailer is added to the trailer.
func pdfFile(trailer string, objects ...string) []byte {
	numbered := map[int]string{}
	for i, o := range objects {
		numbered[i+1] = o
	}
	return appendRevision([]byte("%PDF-1.7\n"), fmt.Sprintf("/Size %d/Root 1 0 R", len(objects)+1)+trailer, numbered)
}

// appendRevision adds objects to a PDF as an editor does that saves changes only.
func appendRevision(file []byte, trailer string, objects map[int]string) []byte {
	offsets := map[int]int{}
	numbers := []int{}
	for n := range objects {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	for _, n := range numbers {
		offsets[n] = len(file)
		file = fmt.Appendf(file, "%d 0 obj\n%s\nendobj\n", n, objects[n])
	}
	at := len(file)
	file = append(file, "xref\n0 1\n0000000000 65535 f \n"...)
	for _, n := range numbers {
		file = fmt.Appendf(file, "%d 1\n%010d 00000 n \n", n, offsets[n])
	}
	return fmt.Appendf(file, "trailer\n<<%s>>\nstartxref\n%d\n%%%%EOF\n", trailer, at)
}

// stream returns a stream object with the content packed as it is in most files, and
// what is in dict.
func stream(dict, content string) string {
	return rawStream(dict+"/Filter/FlateDecode", string(pdffile.Deflated([]byte(content))))
}

func rawStream(dict, content string) string {
	return fmt.Sprintf("<<%s/Length %d>>\nstream\n%s\nendstream", dict, len(content), content)
}

// textPage returns the content of a page with lines of text.
func textPage(lines ...string) string {
	return "BT /F1 18 Tf 50 800 Td 24 TL (" + strings.Join(lines, ") Tj T* (") + ") Tj ET"
}

// textPDF returns a PDF with the given pages of text, a line each.
func textPDF(pages ...string) []byte {
	objects := []string{"<</Type/Catalog/Pages 2 0 R>>", "", "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"}
	kids := ""
	for _, text := range pages {
		n := len(objects)
		kids += fmt.Sprintf("%d 0 R ", n+1)
		objects = append(objects,
			fmt.Sprintf("<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>/Contents %d 0 R>>", n+2),
			stream("", textPage(text)))
	}
	objects[1] = fmt.Sprintf("<</Type/Pages/Kids[%s]/Count %d>>", kids, len(pages))
	return pdfFile("", objects...)
}

var streamRE = regexp.MustCompile(`stream\r?\n`)

// unpacked returns a PDF with everything in it that is packed, unpacked. It knows
// nothing of objects, so nothing can hide from it.
func unpacked(data []byte) string {
	var out strings.Builder
	out.Write(data)
	for _, at := range streamRE.FindAllIndex(data, -1) {
		if r, err := zlib.NewReader(bytes.NewReader(data[at[1]:])); err == nil {
			// What can be read is what matters.
			_, _ = io.Copy(&out, io.LimitReader(r, 64<<20))
		}
	}
	// Strings may be written in hexadecimal.
	for _, m := range regexp.MustCompile(`<([0-9a-fA-F]+)>`).FindAllStringSubmatch(out.String(), -1) {
		for i := 0; i+1 < len(m[1]); i += 2 {
			b, _ := strconv.ParseUint(m[1][i:i+2], 16, 8)
			out.WriteByte(byte(b))
		}
	}
	return out.String()
}

// segment returns a segment of a JPEG picture.
func segment(marker byte, content string) []byte {
	return append([]byte{0xFF, marker, byte((len(content) + 2) >> 8), byte(len(content) + 2)}, content...)
}

// marked returns the secret with a number, so that a test can say which was left.
func marked(n int) string { return fmt.Sprintf("%s %d.", secret, n) }

// A PDF with a secret in every place that tells who made it, when and how.
func secretPDF(t testing.TB) []byte {
	n := 0
	s := func() string { n++; return marked(n) }
	photo := photograph(t, 16, 16)
	photo = slices.Concat(photo[:2], segment(0xE1, "Exif\x00\x00"+s()), segment(0xFE, s()), photo[2:], []byte(s()))
	xmp := func() string {
		return stream("/Type/Metadata/Subtype/XML", "<x:xmpmeta><dc:creator>"+s()+"</dc:creator></x:xmpmeta>")
	}
	objects := []string{
		// 1
		"<</Type/Catalog/Pages 2 0 R/Lang(en-GB)/MarkInfo<</Marked true>>/StructTreeRoot 20 0 R/Metadata 30 0 R/OpenAction 31 0 R" +
			"/AA<</WC 31 0 R>>/Names<</EmbeddedFiles<</Names[(" + s() + ")32 0 R]>>/JavaScript<</Names[(a)31 0 R]>>/Dests<</Names[(here)[3 0 R/Fit]]>>>>" +
			"/AF[32 0 R]/Collection<</D(" + s() + ")>>/PageMode/UseAttachments/AcroForm 25 0 R/PieceInfo<</App<</Private(" + s() + ")>>>>" +
			"/OCProperties<</OCGs[29 0 R]/D<</Creator(" + s() + ")/Order[29 0 R]>>>>/Threads[<</I<</Author(" + s() + ")>>>>]/Outlines 23 0 R/Company(" + s() + ")>>",
		"<</Type/Pages/Kids[3 0 R]/Count 1>>",
		// 3
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources 4 0 R/Contents 5 0 R/Metadata 30 0 R/PieceInfo<</A(" + s() + ")>>" +
			"/LastModified(D:2026" + s() + ")/Thumb 33 0 R/AA<</O 31 0 R>>/StructParents 0/Tabs/S/B[1 0 R]/VP[<</Name(" + s() + ")>>]/MyKey(" + s() + ")" +
			"/Annots[10 0 R 11 0 R 12 0 R 13 0 R 14 0 R 15 0 R 16 0 R 17 0 R 19 0 R]>>",
		"<</Font<</AA 6 0 R>>/XObject<</Metadata 7 0 R/Thumb 8 0 R/JS 9 0 R>>/Properties<</AF 29 0 R>>>>",
		stream("", "/P<</MCID 0>>BDC BT /AA 18 Tf 50 800 Td (What we saw.) Tj ET EMC q 100 0 0 100 50 500 cm /Metadata Do Q q 100 0 0 100 200 500 cm /Thumb Do Q /JS Do"),
		"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
		// 7: pictures
		rawStream("/Type/XObject/Subtype/Image/Width 16/Height 16/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/DCTDecode/Metadata 30 0 R/ID("+s()+")", string(photo)),
		stream("/Type/XObject/Subtype/Image/Width 16/Height 16/ColorSpace/DeviceRGB/BitsPerComponent 8/Old/x", string(photo)),
		stream("/Type/XObject/Subtype/Form/BBox[0 0 99 99]/PTEX.FileName("+s()+")/PTEX.InfoDict<</Title("+s()+")>>/Ref<</F("+s()+")>>/LastModified("+s()+")/PieceInfo<</A<</LastModified("+s()+")>>>>", "0 0 m 9 9 l S"),
		// 10: annotations
		"<</Type/Annot/Subtype/Text/Rect[0 0 20 20]/Contents(See page 4.)/T(" + s() + ")/M(D:20260304" + s() + ")/CreationDate(" + s() + ")/NM(" + s() + ")/Subj(" + s() + ")/RC(" + s() + ")/Popup 11 0 R>>",
		"<</Type/Annot/Subtype/Popup/Rect[0 0 20 20]/Parent 10 0 R/Contents(" + s() + ")>>",
		"<</Type/Annot/Subtype/FileAttachment/Rect[0 0 20 20]/FS 32 0 R/Contents(" + s() + ")>>",
		"<</Type/Annot/Subtype/Link/Rect[0 0 20 20]/A<</S/URI/URI(https://council.example/order)>>>>",
		"<</Type/Annot/Subtype/Link/Rect[0 0 20 20]/A<</S/GoToR/F(/home/" + s() + "/plan.pdf)>>/PA<</S/URI/URI(file:///home/" + s() + ")>>>>",
		"<</Subtype/Text/Rect[0 0 20 20]/StateModel(Review)/State(Accepted)/Contents(Accepted set by " + s() + ")/IRT 10 0 R>>",
		"<</Type/Annot/Subtype/Widget/Rect[0 0 20 20]/FT/Tx/T(your street)/V(Mill Lane)/M(" + s() + ")/NM(" + s() + ")/AA<</K 31 0 R>>>>",
		"<</Type/Annot/Subtype/Widget/Rect[0 0 20 20]/FT/Sig/T(signature)/V 18 0 R>>",
		"<</Type/Sig/Name(" + s() + ")/M(D:2026)/Reason(" + s() + ")/ByteRange[0 1 2 3]/Contents<53616d20427269656e>>>",
		"<</Type/Annot/Subtype/Widget/Rect[0 0 20 20]/FT/Sig/T(another)/V<</Filter/X/Name(" + s() + ")>>>>",
		// 20: tags
		"<</Type/StructTreeRoot/K 21 0 R/ParentTree<</Nums[0[21 0 R]]>>/RoleMap<</Metadata/P>>>>",
		"<</Type/StructElem/S/P/P 20 0 R/Pg 3 0 R/K[0 22 0 R]/Alt(A lamp)/Lang(cy)/A<</O/Layout/Placement/Block>>/AF[32 0 R]>>",
		"<</Type/OBJR/Obj 12 0 R/Pg 3 0 R>>",
		"<</Type/Outlines/First 24 0 R/Last 24 0 R/Count 1>>",
		"<</Title(Beginning)/Parent 23 0 R/Dest[3 0 R/Fit]/A<</S/Launch/F(" + s() + ")>>>>",
		"<</Fields[16 0 R 17 0 R 19 0 R]/XFA[(a)34 0 R]/SigFlags 3/DR<</Font<</AA 6 0 R>>>>>>",
		"null", "null", "null",
		"<</Type/OCG/Name(Plan)/Usage<</CreatorInfo<</Creator(" + s() + ")>>>>>>",
		// 30: what goes whole
		xmp(),
		"<</Type/Action/S/JavaScript/JS(app.alert\\('" + s() + "'\\))>>",
		"<</Type/Filespec/F(" + s() + ")/EF<</F 35 0 R>>>>",
		stream("/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8", s()),
		stream("", s()),
		stream("/Type/EmbeddedFile/Params<</ModDate("+s()+")>>", s()),
		"<</Title(" + s() + ")/Author(" + s() + ")/CreationDate(D:2026" + s() + ")>>",
	}
	objects[7] = strings.Replace(objects[7], "/Old/x/Filter/FlateDecode", "/Filter[/FlateDecode/DCTDecode]", 1)
	data := pdfFile("/Info 36 0 R/ID[("+s()+")("+s()+")]", objects...)
	everything := unpacked(data)
	for i := range n {
		if !strings.Contains(everything, marked(i+1)) {
			t.Fatalf("%q is nowhere: the test is void", marked(i+1))
		}
	}
	return data
}

func cleanedPDF(t testing.TB, data []byte) []byte {
	t.Helper()
	got, err := Clean(inspect(t, "a.pdf", data))
	if err != nil {
		t.Fatal(err)
	}
	if !got.MetadataRemoved {
		t.Error("MetadataRemoved is false")
	}
	inspect(t, "a.pdf", got.Data)
	return got.Data
}

// No secret is left, in any form; what the pages show and what makes them
// accessible is.
func TestCleanPDF(t *testing.T) {
	data := secretPDF(t)
	clean := cleanedPDF(t, data)
	everything := unpacked(clean)
	for _, left := range regexp.MustCompile(`.{0,80}Sam Brien.{0,20}`).FindAllString(everything, -1) {
		t.Errorf("left: %q", left)
	}
	for _, gone := range []string{"JavaScript", "EmbeddedFile", "Filespec", "Popup", "UseAttachments", "LastModified", "PieceInfo", "/Info", "/ID", "OpenAction", "XFA", "/Sig ", "file:"} {
		if strings.Contains(everything, gone) {
			t.Errorf("%q is left", gone)
		}
	}
	for _, want := range []string{
		"/Lang (en-GB)", "/Lang (cy)", "/Alt (A lamp)", "/StructTreeRoot ", "/ParentTree ", "/MarkInfo <</Marked true>>", // accessible
		"/T (your street)", "/V (Mill Lane)", "/T (signature)", "(See page 4.)", "(https://council.example/order)", "(here)", "(Beginning)", "(Plan)",
		"/Font <</AA ", "/Metadata ", "/Thumb ", "/JS ", "/AF ", "/Metadata /P", // names that somebody chose
		"/O /Layout",
	} {
		if !strings.Contains(everything, want) {
			t.Errorf("%q is lost", want)
		}
	}
	if again := cleanedPDF(t, clean); !bytes.Equal(again, clean) {
		t.Error("cleaning a clean file changes it")
	}
	// Both pictures are there, to the pixel.
	m, err := jpeg.Decode(bytes.NewReader(photograph(t, 16, 16)))
	if err != nil {
		t.Fatal(err)
	}
	pictures := 0
	for rest := everything; strings.Contains(rest, "\xff\xd8"); pictures++ {
		rest = rest[strings.Index(rest, "\xff\xd8"):]
		got, err := jpeg.Decode(strings.NewReader(rest))
		if err != nil {
			t.Fatal(err)
		}
		rest = rest[2:]
		for y := range 16 {
			for x := range 16 {
				if got.At(x, y) != m.At(x, y) {
					t.Fatalf("a pixel changed")
				}
			}
		}
	}
	if pictures != 2 {
		t.Errorf("%d pictures, want 2", pictures)
	}
}

// Each key and each kind of annotation that tells something goes, wherever it is.
func TestCleanPDFKeys(t *testing.T) {
	n := 0
	secrets := func(keys string) string {
		out := ""
		for _, key := range strings.Fields(keys) {
			n++
			out += "/" + key + "(" + marked(n) + ")"
		}
		return out
	}
	const everywhere = "Metadata PieceInfo LastModified AA OpenAction AF Thumb JavaScript JS RF EmbeddedFiles XFA SigFlags OPI " +
		"Author Creator Producer CreationDate ModDate CreatorInfo Perms SpiderInfo Measure PtData ABC_Key PTEX.FileName A:b"
	annotations := []string{"<</Type/Annot/Subtype/Square/Rect[0 0 9 9]" + secrets("T M CreationDate NM Subj RC IRT RT State Popup") + ">>"}
	for _, kind := range strings.Fields("Popup FileAttachment Sound Movie Screen 3D RichMedia TrapNet PrinterMark Projection") {
		annotations = append(annotations, "<</Subtype/"+kind+"/Rect[0 0 9 9]"+secrets("Contents")+">>")
	}
	annotations = append(annotations, "<</Subtype/Text/Rect[0 0 9 9]/StateModel/Review"+secrets("Contents")+">>")
	data := pdfFile("", "<</Type/Catalog/Pages 2 0 R/Names<<"+secrets("Renditions Templates IDS")+">>"+secrets("Other")+">>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources 4 0 R/Contents 5 0 R/Annots["+strings.Join(annotations, " ")+"]"+secrets("Other")+">>",
		"<</Font<</F1 6 0 R>>"+secrets(everywhere)+">>",
		stream(secrets(everywhere+" F FFilter FDecodeParms Ref ID DL"), "0 0 m 9 9 l S"),
		"<</Type/Font/Subtype/Type1/BaseFont/Helvetica"+secrets(everywhere)+"/X<<"+secrets(everywhere)+"/EF("+secret+")>>/Y<</ByteRange[0 1]"+secrets("Reason")+">>>>")
	everything := unpacked(cleanedPDF(t, data))
	for _, left := range regexp.MustCompile(`.{0,80}Sam Brien.{0,20}`).FindAllString(everything, -1) {
		t.Errorf("left: %q", left)
	}
	if !strings.Contains(everything, "/Subtype /Square") || !strings.Contains(everything, "/Helvetica") || !strings.Contains(everything, "9 9 l S") {
		t.Error("too much is gone")
	}
}

// Earlier versions are gone, however the file is built.
func TestCleanPDFRevisions(t *testing.T) {
	old := textPDF("We think that " + secret + " did it.")
	changed := func(size int) (string, map[int]string) {
		return fmt.Sprintf("/Size %d/Root 1 0 R/Prev ", size), map[int]string{
			5: rawStream("", textPage("We think that it was not done.")), 9: "<</Author(" + secret + ")>>"}
	}
	prev := func(file []byte) string {
		all := regexp.MustCompile(`startxref\n(\d+)`).FindAllSubmatch(file, -1)
		return string(all[len(all)-1][1])
	}
	trailer, objects := changed(10)
	plainTable := appendRevision(bytes.Clone(old), trailer+prev(old), objects)
	// The same on top of a file that has its objects packed: what Clean writes.
	packed, err := cleanPDF(old, pdfTime)
	if err != nil {
		t.Fatal(err)
	}
	// Its page's content, the last object it comes to.
	number := regexp.MustCompile(`(\d+) 0 obj\n<</Filter /FlateDecode/Length \d+>>`).FindSubmatch(packed)
	n, err := strconv.Atoi(string(number[1]))
	if err != nil {
		t.Fatal(err)
	}
	root := regexp.MustCompile(`/Root (\d+) 0 R`).FindSubmatch(packed)[1]
	packedTable := appendRevision(bytes.Clone(packed), "/Size 20/Root "+string(root)+" 0 R/Prev "+prev(packed), map[int]string{n: objects[5]})
	for name, data := range map[string][]byte{"a table": plainTable, "packed": packedTable} {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(unpacked(data), secret) {
				t.Fatal("there is no old version: the test is void")
			}
			everything := unpacked(cleanedPDF(t, data))
			if strings.Contains(everything, secret) {
				t.Error("the old version is left")
			}
			if !strings.Contains(everything, "it was not done") {
				t.Errorf("the new version is lost: %q", everything)
			}
		})
	}
}

// What stands behind the end of a stream's content is not part of it, although the
// stream says so.
func TestCleanPDFBehindStreams(t *testing.T) {
	hidden := "\nendstream\nendobj\n8 0 obj\n(" + secret + ")\nendobj"
	picture := string(photograph(t, 16, 16))
	page := func(content string) []byte {
		return pdfFile("", "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>", content)
	}
	long := func(dict, content string) string {
		s := rawStream(dict, content+hidden)
		return strings.TrimSuffix(s, "\nendstream")
	}
	for name, data := range map[string][]byte{
		"plain":  page(long("", "0 0 m 9 9 l S")),
		"packed": page(long("/Filter/FlateDecode", string(pdffile.Deflated([]byte("0 0 m 9 9 l S"))))),
		"JPEG":   page(long("/Filter/DCTDecode", picture)),
		"hex":    page(long("/Filter/ASCIIHexDecode", "30203020>")),
	} {
		if everything := unpacked(cleanedPDF(t, data)); strings.Contains(everything, secret) {
			t.Errorf("%s: %q", name, everything)
		}
	}
}

// Unusual packings are read and written in the usual one.
func TestCleanPDFPackings(t *testing.T) {
	page := func(content string) []byte {
		return pdfFile("", "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>", content)
	}
	const drawn = "0 0 m 9 9 l S"
	whole := string(pdffile.Deflated([]byte(drawn + strings.Repeat(" ", 100))))
	for name, content := range map[string]string{
		"hexadecimal":        rawStream("/Filter/ASCIIHexDecode", fmt.Sprintf("%x>", drawn)),
		"hexadecimal, short": rawStream("/Filter/AHx", fmt.Sprintf("%x>", drawn)),
		"twice":              rawStream("/Filter[/ASCIIHexDecode/FlateDecode]", fmt.Sprintf("%x>", pdffile.Deflated([]byte(drawn)))),
		"run lengths":        rawStream("/Filter/RunLengthDecode", string(rune(len(drawn)-1))+drawn+"\x80"),
		"cut short":          rawStream("/Filter/FlateDecode", whole[:len(whole)-5]),
		"wrong checksum":     rawStream("/Filter/FlateDecode", whole[:len(whole)-1]+"!"),
		"length elsewhere":   strings.Replace(stream("", drawn), "/Length ", "/Length 3 0 R/L ", 1),
	} {
		data := page(content)
		if name == "length elsewhere" {
			data = bytes.Replace(data, []byte("/Length 3 0 R"), []byte("/Length 5 0 R"), 1)
		}
		if everything := unpacked(cleanedPDF(t, data)); !strings.Contains(everything, drawn) {
			t.Errorf("%s: %q", name, everything)
		}
	}
}

func TestCleanPDFRefuses(t *testing.T) {
	pages := "<</Type/Pages/Kids[3 0 R]/Count 1>>"
	page := "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>"
	nested := "<</Type/Pages/Kids[3 0 R]/Count 1/X " + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + ">>"
	bomb := rawStream("/Filter/FlateDecode", string(pdffile.Deflated(make([]byte, maxStream+1))))
	// Enough of them together.
	many := []string{"<</Type/Catalog/Pages 2 0 R>>", pages, ""}
	for range maxStreams/maxStream + 1 {
		many[2] += fmt.Sprintf(" %d 0 R", len(many)+1)
		many = append(many, bomb)
	}
	many[2] = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents[" + many[2] + "]>>"
	sound := []byte(pdf)
	for _, test := range []struct {
		name string
		data []byte
		want error
	}{
		{"no pages", pdfFile("", "<</Type/Catalog>>"), Damaged},
		{"no catalogue", pdfFile("", "(nothing)"), Damaged},
		{"nothing but a word", []byte("%PDF-1.4\nstartxref\n%%EOF"), Damaged},
		{"many objects", bytes.Replace(sound, []byte("/Size 4"), []byte("/Size 4000000000"), 1), Damaged},
		{"many objects, spelt otherwise", bytes.Replace(sound, []byte("/Size 4"), []byte("/S#69ze 4000000000"), 1), Damaged},
		{"encrypted, spelt otherwise", bytes.Replace(sound, []byte("/Size 4"), []byte("/Size 4/#45ncrypt 3 0 R"), 1), Damaged},
		{"deep", pdfFile("", "<</Type/Catalog/Pages 2 0 R>>", nested, page), Damaged},
		{"no zlib", pdfFile("", "<</Type/Catalog/Pages 2 0 R>>", pages, page, rawStream("/Filter/FlateDecode", "0 0 m 9 9 l S")), Damaged},
		{"no JPEG", pdfFile("", "<</Type/Catalog/Pages 2 0 R>>", pages, page, rawStream("/Filter/DCTDecode", "0 0 m 9 9 l S")), Damaged},
		{"bombs", pdfFile("", many...), Unpacks},
		{"bomb in two packings", pdfFile("", "<</Type/Catalog/Pages 2 0 R>>", pages, page,
			rawStream("/Filter[/FlateDecode/FlateDecode]", string(pdffile.Deflated(pdffile.Deflated(make([]byte, maxStream+1)))))), Unpacks},
		{"many words", append([]byte(pdf), strings.Repeat("1 ", maxMarks)+pdf...), Unpacks},
		{"many objects packed", packedPDF(maxPacked), Unpacks},
		{"many objects packed apart", packedPDF(maxPacked * 2 / 3), Unpacks},
		{"packed", packedPDF(100), nil},
		{"page that cannot be read", bytes.Replace(sound, []byte("<</Type/Page/"), []byte("<<(Type/Page/"), 1), Damaged},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := Clean(File{PDF, test.data})
			if err != test.want {
				t.Errorf("got %d bytes, %v: want %v", len(got.Data), err, test.want)
			}
		})
	}
}

// A file that the library would work on for hours is given up.
func TestCleanPDFGivesUp(t *testing.T) {
	slow := append([]byte(pdf), strings.Repeat("1 0 obj\n", 500_000)+"startxref\n5\n%%EOF\n"...)
	if _, err := cleanPDF(slow, 50*time.Millisecond); err != Damaged {
		t.Errorf("got %v, want Damaged", err)
	}
}

// packedPDF returns a PDF with an object in each of two groups, which have as much
// space beside it as given, in bytes.
func packedPDF(space int) []byte {
	w := pdffile.NewWriter()
	blank := types.StringLiteral(strings.Repeat(" ", space))
	root, pages := w.Number(), w.Number()
	w.Object(root, types.Dict{"Type": types.Name("Catalog"), "Pages": *types.NewIndirectRef(pages, 0), "X": blank})
	for range 200 { // by when the first group is full
		w.Object(w.Number(), nil)
	}
	w.Object(pages, types.Dict{"Type": types.Name("Pages"), "Kids": types.Array{}, "Count": types.Integer(0), "X": blank})
	return w.Finish(types.Dict{"Root": *types.NewIndirectRef(root, 0)})
}

// Nothing is written to the disk: no configuration, no temporary file.
func TestCleanPDFLeavesTheDiskAlone(t *testing.T) {
	home := t.TempDir()
	for _, name := range []string{"HOME", "XDG_CONFIG_HOME", "TMPDIR"} {
		t.Setenv(name, home)
	}
	cleanedPDF(t, secretPDF(t))
	if files, err := os.ReadDir(home); err != nil || len(files) != 0 {
		t.Errorf("%d files, %v", len(files), err)
	}
}

func TestStripJPEG(t *testing.T) {
	picture := photograph(t, 16, 16)
	with := func(segments ...[]byte) []byte {
		return slices.Concat(picture[:2], slices.Concat(segments...), picture[2:])
	}
	jfif := "JFIF\x00\x01\x02\x00\x00\x01\x00\x01"
	for _, test := range []struct {
		name       string
		data, want []byte
	}{
		{"as it is", picture, picture},
		{"something before and behind", slices.Concat([]byte("x"), picture, []byte(secret)), picture},
		{"all kinds", with(segment(0xE1, secret), segment(0xE2, secret), segment(0xED, secret), segment(0xEF, secret), segment(0xFE, secret)), picture},
		{"JFIF with a thumbnail", with(segment(0xE0, jfif+"\x01\x01abc"), segment(0xE0, "JFXX\x00"+secret)), with(segment(0xE0, jfif+"\x00\x00"))},
		{"Adobe with more", with(segment(0xEE, "Adobe\x00\x64\x00\x00\x00\x00\x01"+secret)), with(segment(0xEE, "Adobe\x00\x64\x00\x00\x00\x00\x01"))},
		{"fill bytes", slices.Concat(picture[:2], []byte{0xFF, 0xFF}, picture[2:]), picture},
		{"a comment behind the pixels", slices.Concat(picture[:len(picture)-2], segment(0xFE, secret), picture[len(picture)-2:]), picture},
		{"cut short", picture[:len(picture)-9], picture[:len(picture)-9]},
		{"nothing", nil, nil},
		{"no picture", []byte("abc"), nil},
		{"cut in its tables", picture[:20], nil},
	} {
		got, err := stripJPEG(test.data)
		if (err == Damaged) != (test.want == nil) || !bytes.Equal(got, test.want) {
			t.Errorf("%s: %d bytes, %v: want %d", test.name, len(got), err, len(test.want))
		}
	}
}

func TestStripJPX(t *testing.T) {
	const start = "\x00\x00\x00\x0cjP  \r\n\x87\n"
	const pixels = "\x00\x00\x00\x00jp2c\xff\x4f\xff\x51"
	box := func(name string) string { return "\x00\x00\x00\x11" + name + secret }
	for in, want := range map[string]string{
		start + box("xml ") + box("uuid") + box("jp2h") + pixels:                  start + box("jp2h") + pixels,
		start + "\x00\x00\x00\x01uuid\x00\x00\x00\x00\x00\x00\x00\x12ab" + pixels: start + pixels,
		start + "\x00\x00\xff\xffxml ":                                            start + "\x00\x00\xff\xffxml ",
		start + box("ftbl") + box("xml "):                                         start + box("ftbl") + box("xml "),
		"\xff\x4f\xff\x51":                                                        "\xff\x4f\xff\x51",
		"":                                                                        "",
	} {
		if got := string(stripJPX([]byte(in))); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}
