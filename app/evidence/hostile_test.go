package evidence

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"heard/app/pdffile"
)

// hostile makes up files that are damaged or were made to do harm, each from a
// number. Every one holds the secret.
type hostile struct {
	names []string
	seeds [][]byte
	made  []func(*rand.Rand) (string, []byte)
}

func newHostile(t testing.TB) *hostile {
	h := &hostile{}
	add := func(name string, data []byte) {
		h.names, h.seeds = append(h.names, name), append(h.seeds, data)
	}
	add("a.docx", docx(t))
	add("a.odt", odt(t))
	add("a.pdf", secretPDF(t))
	add("b.pdf", textPDF("We saw it. "+secret, "It was dark."))
	add("a.jpg", withEXIF(photograph(t, 40, 30), 6))
	add("a.png", withText(drawing(t, 40, 30)))
	add("a.txt", []byte("it\x92s late, says "+secret))
	parts := func(change func([]part) []part) []byte { return archive(t, change(docxParts(t))...) }
	body := func(xml string) []byte {
		return parts(func(p []part) []part {
			for i := range p {
				if p[i].name == documentPart {
					p[i].content = xml
				}
			}
			return p
		})
	}
	always := func(name string, data []byte) {
		h.made = append(h.made, func(*rand.Rand) (string, []byte) { return name, data })
	}
	bomb := strings.Repeat(secret+" ", 4<<20)
	always("bomb.docx", parts(func(p []part) []part { return append(p, part{"word/x.xml", bomb}) }))
	always("laughs.docx", body(`<!DOCTYPE x [<!ENTITY a "`+secret+`"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]><w:document><w:t>&d;</w:t></w:document>`))
	always("entity.docx", body(`<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><w:document><w:t>&e; `+secret+`</w:t></w:document>`))
	always("deep.docx", body(strings.Repeat("<w:p>", 200_000)+secret))
	always("wide.docx", body("<w:document "+strings.Repeat(`a="b" `, 100_000)+">"+secret))
	always("many.docx", parts(func(p []part) []part {
		for i := range 3000 {
			p = append(p, part{fmt.Sprintf("word/%d.xml", i), "<x/>"})
		}
		return p
	}))
	for _, name := range []string{"../../../../tmp/heard-escaped.xml", "/tmp/heard-escaped.xml", `..\..\x.xml`, "word/\x00.xml", strings.Repeat("n", 60_000) + ".xml"} {
		always("path.docx", parts(func(p []part) []part { return append(p, part{name, "<x>" + secret + "</x>"}) }))
	}
	always("twice.odt", archive(t, append(odtParts(), odtParts()...)...))
	always("nested.docx", parts(func(p []part) []part { return append(p, part{"word/embeddings/x.docx", string(docx(t))}) }))
	for _, size := range [][2]uint32{{1 << 31, 1 << 31}, {1, 1<<31 - 1}, {65535, 65535}, {0, 1}, {6000, 6000}} {
		always("huge.png", append(huge(t, size[0], size[1]), secret...))
	}
	always("cycle.pdf", pdfFile("/Info 1 0 R", "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[2 0 R 2 0 R]/Parent 2 0 R/Count 99999999>>", "("+secret+")"))
	always("deep.pdf", pdfFile("", "<</Type/Catalog/Pages 2 0 R/X "+strings.Repeat("[", 100_000)+"("+secret+")>>"))
	always("size.pdf", pdfFile("/Size 99999999", "<</Type/Catalog/Pages 2 0 R/X("+secret+")>>"))
	always("prev.pdf", []byte(strings.Replace(string(secretPDF(t)), "trailer\n<<", "trailer\n<</Prev 9/XRefStm 9", 1)))
	always("packed.pdf", append(packedPDF(30<<20), secret...))
	always("script.pdf", pdfFile("", "<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.launchURL\\(\"http://"+secret+"\"\\))>>/AA<</WC<</S/Launch/F(/bin/sh)>>>>>>", "<</Type/Pages/Kids[]/Count 0>>"))
	always("page.txt", []byte("<html><script>alert('"+secret+"')</script>"))
	always("virus.txt", append(virus(), secret...))
	always("old.docx", append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"+strings.Repeat("\x00", 4096)+secret), encryptedPackage...))
	always("run.pdf", []byte("\x7fELF"+secret))
	always("both.pdf", slices.Concat([]byte("%PDF-1.7\n"), docx(t), []byte(secret+"\nstartxref\n0\n%%EOF")))
	always("wide.txt", append([]byte("\xff\xfe"), strings.Repeat("S\x00a\x00m\x00", 1000)...))
	always("half.txt", []byte("\xff\xfe\x00"+secret))
	always("empty.txt", nil)
	always("large.txt", append(bytes.Repeat([]byte("words "), MaxSize/6+1), secret...))
	return h
}

// file makes the file of a number: first those made by hand, then damage done to
// good ones at random.
func (h *hostile) file(n int) (string, []byte) {
	random := rand.New(rand.NewPCG(uint64(n), 9))
	if n < len(h.made) {
		return h.made[n](random)
	}
	at := random.IntN(len(h.seeds))
	name, data := h.names[at], slices.Clone(h.seeds[at])
	for range 1 + random.IntN(4) {
		if len(data) == 0 {
			break
		}
		i := random.IntN(len(data))
		j := min(len(data), i+1+random.IntN(64))
		switch random.IntN(9) {
		case 0: // cut off
			data = data[:i]
		case 1: // some bits
			for range 1 + random.IntN(20) {
				data[random.IntN(len(data))] ^= 1 << random.IntN(8)
			}
		case 2: // something left out
			data = slices.Delete(data, i, j)
		case 3: // something again and again
			data = slices.Insert(data, i, bytes.Repeat(data[i:j], 1+random.IntN(200))...)
		case 4: // something in between
			junk := make([]byte, random.IntN(300))
			for k := range junk {
				junk[k] = byte(random.IntN(256))
			}
			data = slices.Insert(data, i, junk...)
		case 5: // a number that is larger
			if k := bytes.IndexAny(data[i:], "123456789"); k >= 0 {
				data = slices.Insert(data, i+k, []byte("99999")...)
			}
		case 6: // large where a length may stand
			for k := i; k < min(len(data), i+4); k++ {
				data[k] = 0xFF
			}
		case 7: // parts of another kind
			other := h.seeds[random.IntN(len(h.seeds))]
			k := random.IntN(len(other))
			data = slices.Insert(data, i, other[k:min(len(other), k+500)]...)
		case 8: // another name
			name = h.names[random.IntN(len(h.names))]
		}
	}
	return name, append(data, secret...)
}

// TestHostileFiles opens files that are damaged or were made to do harm, and
// expects each to be refused in words or to be cleaned, and nothing of it on the
// disk. HEARD_TEST_FILES is how many are opened, each in a process of its own;
// without it three hundred are, and one in thirty so.
func TestHostileFiles(t *testing.T) {
	whole, _ := strconv.Atoi(os.Getenv("HEARD_TEST_FILES"))
	n, apart := whole, 1
	if whole == 0 {
		n, apart = 300, 30
	}
	home := t.TempDir()
	t.Setenv("TMPDIR", home)
	t.Setenv("HOME", home)
	t.Chdir(home)
	h, w := newHostile(t), NewWorker(os.Args[0])
	var cleaned, refused atomic.Int64
	var mu sync.Mutex
	var took []time.Duration
	next := make(chan int)
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for i := range next {
				name, data := h.file(i)
				began := time.Now()
				var clean Cleaned
				var err error
				if i%apart == 0 {
					clean, err = w.Take(t.Context(), name, data)
				} else {
					var f File
					if f, err = Inspect(name, bytes.NewReader(data), MaxSize); err == nil {
						clean, err = Clean(f)
					}
				}
				mu.Lock()
				took = append(took, time.Since(began))
				mu.Unlock()
				switch {
				case err == nil:
					cleaned.Add(1)
					if clean.Type == "" {
						t.Errorf("file %d, %s: of no type", i, name)
					}
				case errors.As(err, new(Refusal)):
					refused.Add(1)
				default:
					t.Errorf("file %d, %s: %v is not a refusal", i, name, err)
				}
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	group.Wait()
	left := 0
	for _, folder := range []string{home, "/tmp/heard-escaped.xml"} {
		err := filepath.WalkDir(folder, func(name string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				left++
				t.Errorf("left on the disk: %s", name)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_CHILDREN, &used); err != nil {
		t.Fatal(err)
	}
	slices.Sort(took)
	at := func(q float64) time.Duration { return took[int(q*float64(n-1))].Round(time.Millisecond) }
	t.Logf("%d files, %d in a process of their own: %d cleaned, %d refused, 0 crashes, %d left on the disk; p50 %v, p99 %v, longest %v; the largest process took %d MB, all of them %.1f s of processor time",
		n, (n+apart-1)/apart, cleaned.Load(), refused.Load(), left, at(0.5), at(0.99), took[n-1].Round(time.Millisecond), used.Maxrss>>10, time.Duration(used.Utime.Nano()+used.Stime.Nano()).Seconds())
	if cleaned.Load() == 0 || refused.Load() == 0 {
		t.Error("all files end alike, so nothing was shown")
	}
}

// canaries makes files with the mark of a number in one place where programs say
// who made a file, when, where or with what.
func canaries(t testing.TB) (places []string, file func(place int, mark string) (string, []byte)) {
	type made struct {
		place string
		file  func(mark string) (string, []byte)
	}
	var all []made
	add := func(place string, file func(string) (string, []byte)) { all = append(all, made{place, file}) }
	photo, picture := photograph(t, 16, 16), drawing(t, 16, 16)
	jpegWith := func(segments ...[]byte) []byte {
		return slices.Concat(photo[:2], slices.Concat(segments...), photo[2:])
	}
	tiff := func(tag uint16, text string) string { // one entry of text
		b := []byte("II*\x00\x08\x00\x00\x00\x01\x00")
		b = binary.LittleEndian.AppendUint16(b, tag)
		b = binary.LittleEndian.AppendUint16(b, 2)
		b = binary.LittleEndian.AppendUint32(b, uint32(len(text)))
		b = binary.LittleEndian.AppendUint32(b, 26)
		return string(b) + "\x00\x00\x00\x00" + text
	}
	for name, tag := range map[string]uint16{"ImageDescription": 0x010E, "Make": 0x010F, "Model": 0x0110, "Software": 0x0131, "DateTime": 0x0132, "Artist": 0x013B, "HostComputer": 0x013C, "Copyright": 0x8298,
		"DateTimeOriginal": 0x9003, "MakerNote": 0x927C, "UserComment": 0x9286, "OwnerName": 0xA430, "BodySerialNumber": 0xA431, "LensSerialNumber": 0xA435, "XPAuthor": 0x9C9D, "GPSInfo": 0x8825, "ImageUniqueID": 0xA420} {
		add("JPEG EXIF "+name, func(m string) (string, []byte) { return "a.jpg", jpegWith(segment(0xE1, "Exif\x00\x00"+tiff(tag, m))) })
		add("DOCX picture EXIF "+name, func(m string) (string, []byte) {
			return "a.docx", archive(t, append(docxParts(t), part{"word/media/image2.jpg", string(jpegWith(segment(0xE1, "Exif\x00\x00"+tiff(tag, m))))})...)
		})
	}
	xmp := func(field, m string) string {
		return `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description><` + field + `>` + m + `</` + field + `></rdf:Description></rdf:RDF></x:xmpmeta>`
	}
	fields := []string{"dc:creator", "dc:title", "dc:rights", "xmp:CreatorTool", "xmp:CreateDate", "xmpMM:DocumentID", "photoshop:Credit", "exif:GPSLatitude", "Iptc4xmpCore:Location", "pdf:Producer"}
	for _, field := range fields {
		add("JPEG XMP "+field, func(m string) (string, []byte) {
			return "a.jpg", jpegWith(segment(0xE1, "http://ns.adobe.com/xap/1.0/\x00"+xmp(field, m)))
		})
		add("PNG XMP "+field, func(m string) (string, []byte) {
			return "a.png", withChunk(picture, "iTXt", "XML:com.adobe.xmp\x00\x00\x00\x00\x00"+xmp(field, m))
		})
		add("PDF XMP "+field, func(m string) (string, []byte) {
			return "a.pdf", pdfFile("", "<</Type/Catalog/Pages 2 0 R/Metadata 4 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Metadata 4 0 R>>", stream("/Type/Metadata/Subtype/XML", xmp(field, m)))
		})
	}
	for name, record := range map[string]byte{"By-line": 80, "Caption": 120, "City": 90, "Credit": 110, "Writer": 122, "Date": 55} {
		add("JPEG IPTC "+name, func(m string) (string, []byte) {
			return "a.jpg", jpegWith(segment(0xED, "Photoshop 3.0\x008BIM\x04\x04\x00\x00\x00\x00\x00"+string(rune(5+len(m)))+"\x1c\x02"+string(rune(record))+"\x00"+string(rune(len(m)))+m))
		})
	}
	for marker := byte(0xE0); marker <= 0xEF; marker++ {
		add(fmt.Sprintf("JPEG APP%d", marker-0xE0), func(m string) (string, []byte) { return "a.jpg", jpegWith(segment(marker, "Any\x00"+m)) })
	}
	add("JPEG comment", func(m string) (string, []byte) { return "a.jpg", jpegWith(segment(0xFE, m)) })
	add("JPEG after its end", func(m string) (string, []byte) { return "a.jpg", append(slices.Clone(photo), m...) })
	for _, key := range []string{"Title", "Author", "Description", "Copyright", "Creation Time", "Software", "Disclaimer", "Warning", "Source", "Comment"} {
		add("PNG text "+key, func(m string) (string, []byte) { return "a.png", withChunk(picture, "tEXt", key+"\x00"+m) })
		add("PNG packed text "+key, func(m string) (string, []byte) {
			return "a.png", withChunk(picture, "zTXt", key+"\x00\x00"+string(pdffile.Deflated([]byte(m))))
		})
		add("PNG international text "+key, func(m string) (string, []byte) {
			return "a.png", withChunk(picture, "iTXt", key+"\x00\x00\x00en\x00"+key+"\x00"+m)
		})
	}
	for _, kind := range []string{"eXIf", "iCCP", "sPLT", "prVt", "vpAg"} {
		add("PNG chunk "+kind, func(m string) (string, []byte) { return "a.png", withChunk(picture, kind, m) })
	}
	add("PNG after its end", func(m string) (string, []byte) { return "a.png", append(slices.Clone(picture), m...) })
	for _, key := range []string{"Title", "Author", "Subject", "Keywords", "Creator", "Producer", "CreationDate", "ModDate", "Company", "Manager", "SourceModified"} {
		add("PDF Info "+key, func(m string) (string, []byte) {
			return "a.pdf", pdfFile("/Info 4 0 R", "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>", "<</"+key+"("+m+")>>")
		})
	}
	for _, key := range []string{"PieceInfo<</App<</Private(%s)>>>>", "LastModified(%s)", "MyKey(%s)", "AA<</O<</S/JavaScript/JS(%s)>>>>", "Annots[<</Type/Annot/Subtype/Text/Rect[0 0 9 9]/T(%s)/Contents(x)>>]", "Annots[<</Type/Annot/Subtype/Text/Rect[0 0 9 9]/M(%s)/Contents(x)>>]",
		"Annots[<</Type/Annot/Subtype/FileAttachment/Rect[0 0 9 9]/FS<</F(%s)>>>>]", "VP[<</Name(%s)>>]"} {
		add("PDF page "+key, func(m string) (string, []byte) {
			return "a.pdf", pdfFile("", "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/"+fmt.Sprintf(key, m)+">>")
		})
		add("PDF catalogue "+key, func(m string) (string, []byte) {
			return "a.pdf", pdfFile("", "<</Type/Catalog/Pages 2 0 R/"+fmt.Sprintf(key, m)+">>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>")
		})
	}
	add("PDF attached file", func(m string) (string, []byte) {
		return "a.pdf", pdfFile("", "<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[(a)<</Type/Filespec/F(a)/EF<</F 4 0 R>>>>]>>>>>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>", stream("/Type/EmbeddedFile", m))
	})
	add("PDF trailer", func(m string) (string, []byte) {
		return "a.pdf", pdfFile("/ID[("+m+")("+m+")]", "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>")
	})
	add("PDF comment", func(m string) (string, []byte) { return "a.pdf", []byte(pdf + "%" + m + "\n%%EOF\n") })
	add("PDF earlier version", func(m string) (string, []byte) {
		first := pdfFile("", "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R>>", stream("", textPage(m)))
		return "a.pdf", appendRevision(first, "/Size 5/Root 1 0 R/Prev "+strconv.Itoa(bytes.LastIndex(first, []byte("xref\n0 1"))), map[int]string{4: stream("", textPage("Nothing."))})
	})
	for _, name := range []string{"dc:creator", "cp:lastModifiedBy", "dc:title", "dc:subject", "dc:description", "cp:keywords", "cp:category", "dcterms:created", "dcterms:modified", "cp:lastPrinted", "cp:contentStatus"} {
		add("DOCX core "+name, func(m string) (string, []byte) {
			return "a.docx", archive(t, append(docxParts(t)[:7], part{"docProps/core.xml", "<cp><" + name + ">" + m + "</" + name + "></cp>"})...)
		})
	}
	for _, name := range []string{"Company", "Manager", "Template", "Application", "HyperlinkBase", "TotalTime"} {
		add("DOCX app "+name, func(m string) (string, []byte) {
			return "a.docx", archive(t, append(docxParts(t), part{"docProps/app.xml", "<Properties><" + name + ">" + m + "</" + name + "></Properties>"})...)
		})
	}
	for _, name := range []string{"docProps/custom.xml", "docProps/thumbnail.jpeg", "docMetadata/LabelInfo.xml", "customXml/item9.xml", "word/people.xml", "word/commentsExtended.xml", "word/documenttasks/1.xml", "_xmlsignatures/sig1.xml"} {
		add("DOCX part "+name, func(m string) (string, []byte) {
			return "a.docx", archive(t, append(docxParts(t), part{name, "<x>" + m + "</x>"})...)
		})
	}
	workbook := func(m string) string {
		return string(archive(t, part{"docProps/core.xml", "<cp><dc:creator>" + m + "</dc:creator></cp>"}, part{"xl/workbook.xml", "<workbook/>"}))
	}
	add("DOCX embedded workbook", func(m string) (string, []byte) {
		return "a.docx", archive(t, append(docxParts(t), part{"word/embeddings/Microsoft_Excel_Worksheet.xlsx", workbook(m)})...)
	})
	for _, name := range []string{"word/vbaProject.bin", "word/activeX/activeX1.bin", "word/printerSettings/printerSettings1.bin", "word/fonts/font1.odttf"} {
		add("DOCX part "+name, func(m string) (string, []byte) { return "a.docx", archive(t, append(docxParts(t), part{name, m})...) })
	}
	for _, kind := range []string{"image", "oleObject", "aFChunk", "subDocument", "frame", "video"} {
		add("DOCX outside "+kind, func(m string) (string, []byte) {
			p := docxParts(t)
			p[3].content = `<Relationships xmlns="r"><Relationship Id="rId9" Type="x/` + kind + `" Target="https://x.example/` + m + `" TargetMode="External"/></Relationships>`
			return "a.docx", archive(t, p...)
		})
	}
	add("DOCX link to a file", func(m string) (string, []byte) {
		p := docxParts(t)
		p[3].content = `<Relationships xmlns="r"><Relationship Id="rId9" Type="x/hyperlink" Target="file:///C:/Users/` + m + `/a.docx" TargetMode="External"/></Relationships>`
		return "a.docx", archive(t, p...)
	})
	for _, change := range []string{`<w:ins w:id="1" w:author="%s"><w:r><w:t>x</w:t></w:r></w:ins>`, `<w:del w:id="1" w:author="%s"><w:r><w:delText>x</w:delText></w:r></w:del>`, `<w:del w:id="1"><w:r><w:delText>%s</w:delText></w:r></w:del>`,
		`<w:rPr><w:rPrChange w:id="1" w:author="%s"/></w:rPr>`, `<w:moveFrom w:id="1" w:author="%s"><w:r><w:t>x</w:t></w:r></w:moveFrom>`, `<w:moveFrom><w:r><w:t>%s</w:t></w:r></w:moveFrom>`} {
		add("DOCX change "+change, func(m string) (string, []byte) {
			p := docxParts(t)
			p[2].content = `<w:document xmlns:w="w"><w:body><w:p>` + fmt.Sprintf(change, m) + `<w:r><w:t>Words.</w:t></w:r></w:p></w:body></w:document>`
			return "a.docx", archive(t, p...)
		})
	}
	for _, name := range []string{"meta:initial-creator", "dc:creator", "dc:date", "meta:printed-by", "meta:generator", "meta:keyword", "meta:user-defined", "meta:editing-duration"} {
		add("ODT "+name, func(m string) (string, []byte) {
			p := odtParts()
			p[2].content = "<office:document-meta><office:meta><" + name + ">" + m + "</" + name + "></office:meta></office:document-meta>"
			return "a.odt", archive(t, p...)
		})
	}
	for _, name := range []string{"Basic/Standard/Module1.xml", "Scripts/python/hello.py", "Dialogs/Standard/Dialog1.xml", "Object 1/settings.xml", "Object 2"} {
		add("ODT part "+name, func(m string) (string, []byte) {
			return "a.odt", archive(t, append(odtParts(), part{name, "<x>" + m + "</x>"})...)
		})
	}
	for _, name := range []string{"draw:image", "draw:object", "text:section-source", "text:a"} {
		add("ODT outside "+name, func(m string) (string, []byte) {
			p := odtParts()
			p[1].content = `<office:document-content><office:body><office:text><` + name + ` xlink:href="file://x.example/` + m + `"/></office:text></office:body></office:document-content>`
			return "a.odt", archive(t, p...)
		})
	}
	for _, name := range []string{"settings.xml", "Thumbnails/thumbnail.png", "Configurations2/x.xml", "Versions/Version1", "VersionList.xml", "layout-cache", "manifest.rdf", "META-INF/documentsignatures.xml"} {
		add("ODT part "+name, func(m string) (string, []byte) {
			p := slices.DeleteFunc(odtParts(), func(p part) bool { return p.name == name })
			return "a.odt", archive(t, append(p, part{name, m})...)
		})
	}
	for _, p := range all {
		places = append(places, p.place)
	}
	slices.Sort(places)
	slices.SortFunc(all, func(a, b made) int { return strings.Compare(a.place, b.place) })
	return places, func(i int, mark string) (string, []byte) { return all[i].file(mark) }
}

// withChunk puts a chunk into a PNG, after its head.
func withChunk(picture []byte, kind, content string) []byte {
	const head = 8 + 25
	chunk := []byte(kind + content)
	out := binary.BigEndian.AppendUint32(slices.Clone(picture[:head]), uint32(len(content)))
	out = append(out, chunk...)
	out = binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(chunk))
	return append(out, picture[head:]...)
}

// Five hundred marks, in every place that there is for what tells who made a file:
// none is left in the clean copy, however it is packed there.
func TestMetadataCanaries(t *testing.T) {
	places, file := canaries(t)
	const marks = 500
	survived, refused := 0, 0
	for n := range marks {
		i := n % len(places)
		mark := fmt.Sprintf("Zq%dCanary%dzQ", n*7919, n)
		name, data := file(i, mark)
		f, err := Inspect(name, bytes.NewReader(data), MaxSize)
		if err != nil {
			refused++
			t.Errorf("%s: refused before it could be cleaned: %v", places[i], err)
			continue
		}
		clean, err := Clean(f)
		if err != nil {
			refused++
			t.Errorf("%s: %v", places[i], err)
			continue
		}
		text := unpacked(clean.Data)
		for name, content := range unpack(t, clean.File) {
			text += name + content + unpacked([]byte(content))
			if z, err := openArchive([]byte(content)); err == nil { // a document in it
				for _, inner := range z.File {
					if data, err := readPart(inner); err == nil {
						text += string(data)
					}
				}
			}
		}
		if strings.Contains(text, mark) || strings.Contains(text, mark[2:]) {
			survived++
			t.Errorf("%s: the mark is left", places[i])
		}
	}
	t.Logf("%d marks in %d places: %d left after cleaning, %d files refused", marks, len(places), survived, refused)
}
