package evidence

import (
	"strings"
	"testing"
)

// Each change is accepted: what was put in stays, and what was taken out is nowhere
// in the file.
func TestTrackedChanges(t *testing.T) {
	const who = ` w:id="1" w:author="` + secret + `" w:date="2026-03-04T05:06:07Z"`
	run := func(text string) string { return "<w:r><w:t>" + text + "</w:t></w:r>" }
	put := func(inside string) string { return "<w:ins" + who + ">" + inside + "</w:ins>" }
	out := func(inside string) string { return "<w:del" + who + ">" + inside + "</w:del>" }
	gone := out("<w:r><w:delText>" + secret + "</w:delText></w:r>")
	noEnd := "<w:pPr><w:rPr><w:del" + who + "/></w:rPr></w:pPr>" // the end of the paragraph was taken out
	p := func(inside string) string { return "<w:p>" + inside + "</w:p>" }
	row := func(properties, inside string) string {
		return "<w:tr>" + properties + "<w:tc>" + p(inside) + "</w:tc></w:tr>"
	}
	outRow := "<w:trPr><w:del" + who + "/></w:trPr>"
	for _, test := range []struct{ name, body, want string }{
		{"put in", p(run("a") + put(run("b"))), p(run("a") + run("b"))},
		{"taken out", p(run("a") + gone), p(run("a"))},
		{"moved", p("<w:moveFromRangeStart"+who+` w:name="move1"/><w:moveFrom`+who+">"+run(secret)+"</w:moveFrom><w:moveFromRangeEnd w:id=\"1\"/>") +
			p("<w:moveToRangeStart"+who+"/><w:moveTo"+who+">"+run("a")+"</w:moveTo><w:moveToRangeEnd/>"), p("") + p(run("a"))},
		{"put in and taken out again", p(put(gone) + run("a")), p(run("a"))},
		{"a field taken out", p(out("<w:r><w:fldChar/></w:r><w:r><w:delInstrText>" + secret + "</w:delInstrText></w:r>")), p("")},
		{"looks", p("<w:pPr><w:jc/><w:pPrChange" + who + "><w:pPr><w:pStyle w:val=\"" + secret + "\"/></w:pPr></w:pPrChange></w:pPr>" +
			"<w:r><w:rPr><w:b/><w:rPrChange" + who + "><w:rPr><w:i/></w:rPr></w:rPrChange></w:rPr><w:t>a</w:t></w:r>"),
			p("<w:pPr><w:jc/></w:pPr><w:r><w:rPr><w:b/></w:rPr><w:t>a</w:t></w:r>")},
		{"a section", p("") + "<w:sectPr><w:cols/><w:sectPrChange" + who + "><w:sectPr/></w:sectPrChange></w:sectPr>", p("") + "<w:sectPr><w:cols/></w:sectPr>"},
		{"a paragraph put in", p("<w:pPr><w:rPr><w:ins"+who+"/></w:rPr></w:pPr>"+put(run("a"))) + p(run("b")),
			p("<w:pPr><w:rPr></w:rPr></w:pPr>"+run("a")) + p(run("b"))},
		{"a paragraph taken out", p(run("a")) + p(noEnd+gone) + p(run("b")), p(run("a")) + p(run("b"))},
		{"two paragraphs made one", p(noEnd+run("a")) + `<w:bookmarkStart w:id="3"/>` + p("<w:pPr><w:jc/></w:pPr>"+run("b")),
			`<w:p><w:pPr><w:rPr></w:rPr></w:pPr>` + run("a") + `<w:bookmarkStart w:id="3"/>` + run("b") + "</w:p>"},
		{"three made one", p(noEnd+run("a")) + p(noEnd+gone) + p(noEnd+run("b")) + "<w:p/>",
			"<w:p><w:pPr><w:rPr></w:rPr></w:pPr>" + run("a") + run("b") + "</w:p>"},
		{"the last of a cell", "<w:tc>" + p(noEnd+run("a")) + "</w:tc>" + p(run("b")), "<w:tc>" + p("<w:pPr><w:rPr></w:rPr></w:pPr>"+run("a")) + "</w:tc>" + p(run("b"))},
		{"one that ends a section", p("<w:pPr><w:rPr><w:del"+who+"/></w:rPr><w:sectPr/></w:pPr>"+gone) + p(run("b")), p("<w:pPr><w:rPr></w:rPr><w:sectPr/></w:pPr>") + p(run("b"))},
		{"a row", "<w:tbl>" + row("", run("a")) + row(outRow, run(secret)) + row("<w:trPr><w:ins"+who+"/></w:trPr>", run("b")) + "</w:tbl>",
			"<w:tbl>" + row("", run("a")) + row("<w:trPr></w:trPr>", run("b")) + "</w:tbl>"},
		{"a table", p("") + "<w:tbl><w:tblPr/>" + row(outRow, gone) + row(outRow, run(secret)) + "</w:tbl>" + p(""), p("") + p("")},
		{"a cell", "<w:tbl><w:tr><w:tc><w:tcPr><w:cellDel" + who + "/></w:tcPr>" + p(run(secret)) + "</w:tc><w:tc><w:tcPr><w:cellIns" + who + "/></w:tcPr>" + p(run("a")) + "</w:tc></w:tr></w:tbl>",
			"<w:tbl><w:tr><w:tc><w:tcPr></w:tcPr>" + p(run("a")) + "</w:tc></w:tr></w:tbl>"},
		{"a table in a table", "<w:tbl>" + row("", "<w:tbl>"+row(outRow, run(secret))+"</w:tbl>"+run("a")) + "</w:tbl>", "<w:tbl>" + row("", run("a")) + "</w:tbl>"},
		{"settings", `<w:trackRevisions/><w:rsids><w:rsid w:val="00AB12CD"/></w:rsids><w14:docId w14:val="1"/>`, ""},
		{"numbers of paragraphs", `<w:p w14:paraId="1A2B" w14:textId="3C4D" w:rsidR="00AB12CD"/>`, "<w:p/>"},
	} {
		t.Run(test.name, func(t *testing.T) {
			wrap := func(body string) string { return "<w:document><w:body>" + body + "</w:body></w:document>" }
			got, clean, err := cleanPart(DOCX, documentPart, []byte(wrap(test.body)), nil)
			if err != nil || !clean {
				t.Fatal(err)
			}
			if string(got) != wrap(test.want) {
				t.Errorf("got\n%s\nwant\n%s", got, wrap(test.want))
			}
		})
	}
}

// Nothing that was taken out of a document, no comment and no earlier version can be
// found in what is left of it.
func TestCleanDocumentHistory(t *testing.T) {
	const story = "the lamp was " + secret
	for name, data := range map[string][]byte{
		"a.docx": archive(t, append(docxParts(t)[:2],
			part{documentPart, `<w:document><w:body><w:p><w:del w:author="x"><w:r><w:delText>` + story + `</w:delText></w:r></w:del><w:r><w:t>kept</w:t></w:r></w:p></w:body></w:document>`},
			part{"word/footnotes.xml", `<w:footnotes><w:footnote><w:p><w:moveFrom w:author="x"><w:r><w:t>` + story + `</w:t></w:r></w:moveFrom></w:p></w:footnote></w:footnotes>`},
			part{"word/header1.xml", `<w:hdr><w:p><w:del w:author="x"><w:r><w:delText>` + story + `</w:delText></w:r></w:del></w:p></w:hdr>`},
			part{"word/commentsExtended.xml", story},
			part{"word/documenttasks/documenttasks1.xml", story},
			part{"docMetadata/LabelInfo.xml", story})...),
		"a.odt": archive(t,
			part{mimetypePart, ODT.MediaType()},
			part{contentPart, `<office:document-content xmlns:office="o" xmlns:text="t"><office:body><office:text>` +
				`<text:tracked-changes text:track-changes="true"><text:changed-region text:id="ct1"><text:deletion><office:change-info><dc:creator>` + secret + `</dc:creator><dc:date>2026-03-04T05:06:07</dc:date></office:change-info><text:p>` + story + `</text:p></text:deletion></text:changed-region>` +
				`<text:changed-region text:id="ct2"><text:insertion><office:change-info><dc:creator>` + secret + `</dc:creator></office:change-info></text:insertion></text:changed-region></text:tracked-changes>` +
				`<text:p>k<text:change text:change-id="ct1"/>e<text:change-start text:change-id="ct2"/>p<text:change-end text:change-id="ct2"/>t</text:p></office:text></office:body></office:document-content>`},
			part{"styles.xml", `<office:document-styles xmlns:office="o" xmlns:text="t"><style:header><text:tracked-changes><text:p>` + story + `</text:p></text:tracked-changes></style:header></office:document-styles>`},
			part{"VersionList.xml", `<VL:version-list><VL:version-entry dc:creator="` + secret + `"/></VL:version-list>`},
			part{"Versions/Version1", story},
			part{manifestPart, `<manifest:manifest/>`}),
	} {
		f := inspect(t, name, data)
		if !holds(t, f) {
			t.Fatalf("%s: there is nothing to remove: the test is void", name)
		}
		got, err := Clean(f)
		if err != nil || !got.MetadataRemoved {
			t.Fatalf("%s: MetadataRemoved is %t, %v", name, got.MetadataRemoved, err)
		}
		for part, content := range unpack(t, got.File) {
			for _, trace := range []string{secret, "lamp", "2026", "ct1", "ct2"} {
				if strings.Contains(content, trace) {
					t.Errorf("%s: %s holds %q: %s", name, part, trace, content)
				}
			}
		}
		if text, err := Text(got.File); err != nil || text != "kept" {
			t.Errorf("%s: the text is %q, %v", name, text, err)
		}
	}
}
