package views

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"text/template/parse"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"
	"github.com/jba/templatecheck"
	"golang.org/x/net/html"

	"heard/models"
	"heard/static"
)

var screens = flag.String("screens", "", "write every sample page as .html, with the style sheets, into this directory")

func renderer(t *testing.T) *Renderer {
	t.Helper()
	r, err := New()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func render(t *testing.T, r *Renderer, p Page) string {
	t.Helper()
	var out bytes.Buffer
	if err := r.Render(&out, p); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestTemplatesFitTheirStructs(t *testing.T) {
	r := renderer(t)
	for _, p := range pages {
		if err := templatecheck.CheckHTMLStrict(r.pages[p.file()], p); err != nil {
			t.Errorf("%s: %v", p.file(), err)
		}
	}
	found, err := fs.Glob(templates, "pages/*.html")
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != len(pages) {
		t.Errorf("there are %d files in pages/ and %d pages", len(found), len(pages))
	}
}

func TestEmptyPages(t *testing.T) {
	r := renderer(t)
	for _, p := range pages {
		fresh := reflect.New(reflect.TypeOf(p).Elem()).Interface().(Page)
		t.Run(fresh.file(), func(t *testing.T) {
			checkSafe(t, parsePage(t, render(t, r, fresh)))
		})
	}
}

func TestSamplesCoverEveryPage(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range samples() {
		seen[s.page.file()] = true
	}
	for _, p := range pages {
		if !seen[p.file()] {
			t.Errorf("there is no sample of the page %s", p.file())
		}
	}
}

// A field that is empty in every sample is a face of a page that no test looks
// at.
func TestSamplesShowEveryFace(t *testing.T) {
	filled := map[string]bool{}
	var walk func(v reflect.Value)
	walk = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.Pointer, reflect.Interface:
			if !v.IsNil() {
				walk(v.Elem())
			}
		case reflect.Slice:
			for i := range v.Len() {
				walk(v.Index(i))
			}
		case reflect.Struct:
			if v.Type().PkgPath() != reflect.TypeFor[Base]().PkgPath() {
				return
			}
			for i := range v.NumField() {
				if f := v.Type().Field(i); f.IsExported() {
					name := v.Type().Name() + "." + f.Name
					filled[name] = filled[name] || !v.Field(i).IsZero()
					walk(v.Field(i))
				}
			}
		}
	}
	for _, s := range samples() {
		walk(reflect.ValueOf(s.page))
	}
	for name, ok := range filled {
		if !ok {
			t.Errorf("%s is empty in every sample", name)
		}
	}
}

func TestSamplePages(t *testing.T) {
	r := renderer(t)
	for _, s := range samples() {
		t.Run(s.name, func(t *testing.T) {
			body := render(t, r, s.page)
			doc := parsePage(t, body)
			checkSafe(t, doc)
			checkMarkup(t, body)
			checkStructure(t, r, doc)
			checkForms(t, doc)
			public := s.page.base().Staff == nil
			want := "js/heard.js"
			if !public {
				want = "js/desk.js"
			}
			// Pages that ask for a passkey have its script besides, and so has the public log.
			scripts := 1 + min(1, doc.Find("form[data-passkey], form[data-check]").Length())
			if from := doc.Find("script").AttrOr("src", ""); doc.Find("script").Length() != scripts || from != static.Path(want) {
				t.Errorf("the scripts are %d, the first %s; expected %d and %s", doc.Find("script").Length(), from, scripts, want)
			}
			if public {
				checkNeutral(t, doc)
			}
			if got := doc.Find("a.exit").Length() == 1; got != public {
				t.Errorf("“Exit this page” is on the page: %t, expected %t", got, public)
			}
			if *screens != "" {
				writeScreen(t, s.name, body)
			}
		})
	}
}

func TestHostileText(t *testing.T) {
	r := renderer(t)
	payload := `<script>alert(1)</script>"'><b class=planted onload=x style=x>&amp;{{.}}` + "\u202e\u0627\u0631\u062f\u0648 " + strings.Repeat("x", 5000)
	for _, s := range samples() {
		t.Run(s.name, func(t *testing.T) {
			hostile(reflect.ValueOf(s.page), payload, "javascript:alert(1)")
			body := render(t, r, s.page)
			doc := parsePage(t, body)
			checkSafe(t, doc)
			if n := doc.Find(".planted").Length(); n != 0 {
				t.Errorf("%d planted elements came through", n)
			}
			if !strings.Contains(doc.Find("title").Text(), "<script>") && s.page.base().Title != "" {
				t.Error("the title lost its text: it must be escaped, not dropped")
			}
			if *screens != "" {
				writeScreen(t, "hostile-"+s.name, body)
			}
		})
	}
}

func parsePage(t *testing.T, body string) *goquery.Document {
	t.Helper()
	if strings.Contains(body, "ZgotmplZ") && !strings.Contains(body, "planted") {
		t.Error("a value was refused by the template: it does not fit the place it is put in")
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// checkSafe holds what is true of every page whatever its content: nothing
// that a strict content security policy would refuse, nothing from elsewhere,
// and no script but our own one, which never holds up the page.
func checkSafe(t *testing.T, doc *goquery.Document) {
	t.Helper()
	doc.Find("style, iframe, object, embed, base, meta[http-equiv]").Each(func(_ int, s *goquery.Selection) {
		t.Errorf("unexpected <%s>", goquery.NodeName(s))
	})
	doc.Find("script").Each(func(_ int, s *goquery.Selection) {
		_, deferred := s.Attr("defer")
		if from := s.AttrOr("src", ""); from != static.Path("js/heard.js") && from != static.Path("js/desk.js") && from != static.Path("js/passkey.js") && from != static.Path("js/log.js") || !deferred || s.Text() != "" {
			t.Errorf("the script from %q, deferred %t, holds %q", s.AttrOr("src", ""), deferred, s.Text())
		}
	})
	doc.Find("*").Each(func(_ int, s *goquery.Selection) {
		for _, a := range s.Nodes[0].Attr {
			value := strings.ToLower(strings.TrimSpace(a.Val))
			switch name := goquery.NodeName(s); {
			case a.Key == "style" || strings.HasPrefix(a.Key, "on"):
				t.Errorf("<%s %s>: no style and no script on a page", name, a.Key)
			case strings.HasPrefix(value, "javascript:") && (a.Key == "href" || a.Key == "action" || a.Key == "src"):
				t.Errorf("<%s %s=%q>", name, a.Key, value)
			case (a.Key == "src" || a.Key == "srcset" || a.Key == "action" || a.Key == "formaction" || a.Key == "href" && name == "link") && regexp.MustCompile(`^(https?:)?//`).MatchString(value):
				t.Errorf("<%s %s=%q>: nothing may come from or go to another host", name, a.Key, value)
			}
		}
	})
	doc.Find(`link[rel="stylesheet"], link[rel="icon"]`).Each(func(_ int, s *goquery.Selection) {
		if href, _ := s.Attr("href"); !strings.HasPrefix(href, static.Prefix) {
			t.Errorf("the asset %q is not under %s", href, static.Prefix)
		}
	})
}

func checkStructure(t *testing.T, r *Renderer, doc *goquery.Document) {
	t.Helper()
	if n := doc.Find("h1").Length(); n != 1 {
		t.Errorf("%d h1, expected one", n)
	}
	if strings.TrimSpace(doc.Find("h1").Text()) == "" {
		t.Error("the h1 is empty")
	}
	level := 0
	doc.Find("main").Find("h1,h2,h3,h4,h5,h6").Each(func(_ int, s *goquery.Selection) {
		// The error summary stands above the h1, as a heading of its own.
		if s.AttrOr("id", "") == "problem" {
			return
		}
		next := int(goquery.NodeName(s)[1] - '0')
		if next > level+1 {
			t.Errorf("heading %q is h%d after h%d", s.Text(), next, level)
		}
		level = next
	})
	ids := map[string]bool{}
	doc.Find("[id]").Each(func(_ int, s *goquery.Selection) {
		id := s.AttrOr("id", "")
		if id == "" || strings.ContainsAny(id, " \t\n") || ids[id] {
			t.Errorf("the id %q is empty, has a space or stands twice", id)
		}
		ids[id] = true
	})
	for _, attribute := range []string{"for", "form", "aria-describedby", "aria-labelledby"} {
		doc.Find("[" + attribute + "]").Each(func(_ int, s *goquery.Selection) {
			for _, id := range strings.Fields(s.AttrOr(attribute, "")) {
				if !ids[id] {
					t.Errorf("%s=%q leads nowhere", attribute, id)
				}
			}
		})
	}
	doc.Find(`a[href^="#"]`).Each(func(_ int, s *goquery.Selection) {
		if id := s.AttrOr("href", "")[1:]; id != "" && !ids[id] {
			t.Errorf("the link %q leads nowhere", s.Text())
		}
	})
	doc.Find("a, button, summary, legend, label, th, caption, title").Each(func(_ int, s *goquery.Selection) {
		if strings.TrimSpace(s.Text()) == "" {
			t.Errorf("<%s> without words", goquery.NodeName(s))
		}
	})
	doc.Find("th:not([scope])").Each(func(_ int, s *goquery.Selection) { t.Errorf("th %q has no scope", s.Text()) })
	doc.Find("details").Each(func(_ int, s *goquery.Selection) {
		if s.ChildrenFiltered("summary").Length() != 1 {
			t.Error("details without a summary")
		}
	})
	doc.Find("[tabindex]").Each(func(_ int, s *goquery.Selection) {
		if i := s.AttrOr("tabindex", ""); i != "0" && i != "-1" {
			t.Errorf("tabindex %s changes the order of the page", i)
		}
	})
	// But for whoever keys one form after the other.
	doc.Find("[autofocus]:not(#key *)").Each(func(_ int, s *goquery.Selection) { t.Error("autofocus moves people away from the top of the page") })
	root := doc.Find("html")
	if root.AttrOr("lang", "") == "" || !slices.Contains([]string{"ltr", "rtl"}, root.AttrOr("dir", "")) {
		t.Errorf("html has lang %q and dir %q", root.AttrOr("lang", ""), root.AttrOr("dir", ""))
	}
	if title := doc.Find("head title").Text(); !strings.HasSuffix(title, " – Fairmead Council") || strings.HasPrefix(title, " –") {
		t.Errorf("the title is %q", title)
	}
	prefix := r.Translate(root.AttrOr("lang", ""), "fault.prefix") + " "
	if wrong := doc.Find(".problem[role=alert] a").Length() > 0; wrong != strings.HasPrefix(doc.Find("head title").Text(), prefix) {
		t.Errorf("there is an error: %t, and the title is %q", wrong, doc.Find("head title").Text())
	}
	doc.Find(".fault[id]").Each(func(_ int, s *goquery.Selection) {
		id := s.AttrOr("id", "")
		described := doc.Find("input, textarea, select, fieldset").FilterFunction(func(_ int, f *goquery.Selection) bool {
			return slices.Contains(strings.Fields(f.AttrOr("aria-describedby", "")), id)
		})
		if described.Length() == 0 {
			t.Errorf("the fault %q stands beside no field", s.Text())
		}
	})
	doc.Find(".scroll").Each(func(_ int, s *goquery.Selection) {
		if s.AttrOr("tabindex", "") != "0" || s.AttrOr("role", "") != "region" || s.AttrOr("aria-label", "")+s.AttrOr("aria-labelledby", "") == "" {
			t.Error("a box that scrolls can be reached with the keyboard, and has a name")
		}
	})
	named := map[string]bool{}
	doc.Find("nav, [role=img], [role=region]").Each(func(_ int, s *goquery.Selection) {
		name := s.AttrOr("aria-label", "") + s.AttrOr("aria-labelledby", "")
		if name == "" || named[name] {
			t.Errorf("<%s> has no name, or that of another: %q", goquery.NodeName(s), name)
		}
		named[name] = true
	})
	doc.Find("[aria-hidden=true]").Find("a, button, input, select, textarea, [tabindex]").Each(func(_ int, s *goquery.Selection) {
		if s.AttrOr("tabindex", "") != "-1" {
			t.Errorf("<%s> is hidden from screen readers and can be reached with the keyboard", goquery.NodeName(s))
		}
	})
	doc.Find("dl > *").Each(func(_ int, s *goquery.Selection) {
		if goquery.NodeName(s) == "div" && (s.ChildrenFiltered("dt").Length() == 0 || s.ChildrenFiltered("dd").Length() == 0) {
			t.Error("an entry of a list of terms lacks the term or what it means")
		}
	})
	doc.Find("table svg").Each(func(_ int, s *goquery.Selection) {
		if s.AttrOr("aria-hidden", "") != "true" {
			t.Error("a bar repeats the number beside it: hide it from screen readers")
		}
	})
}

func checkForms(t *testing.T, doc *goquery.Document) {
	t.Helper()
	doc.Find("input, select, textarea").Each(func(_ int, s *goquery.Selection) {
		kind, name := s.AttrOr("type", ""), s.AttrOr("name", "")
		if name == "" {
			t.Error("a control has no name")
		}
		if id, elsewhere := s.Attr("form"); elsewhere != (s.Closest("form").Length() == 0) || elsewhere && doc.Find("form#"+id).Length() != 1 {
			t.Errorf("the control %s is outside a form", name)
		}
		if kind == "hidden" {
			return
		}
		id := s.AttrOr("id", "")
		if id == "" || doc.Find("label").FilterFunction(func(_ int, l *goquery.Selection) bool { return l.AttrOr("for", "") == id }).Length() != 1 {
			t.Errorf("the control %s does not have exactly one label", name)
		}
		if (kind == "radio" || kind == "checkbox") && s.Closest("fieldset").Children().First().Is("legend") == false {
			t.Errorf("the control %s is not in a fieldset with a legend", name)
		}
	})
	doc.Find("button:not([data-scripted] > [type=button])").Each(func(_ int, s *goquery.Selection) { // which a script answers
		if id, elsewhere := s.Attr("form"); elsewhere != (s.Closest("form").Length() == 0) || elsewhere && doc.Find("form#"+id).Length() != 1 {
			t.Errorf("the button %q is outside a form", s.Text())
		}
	})
	// Enter in a field presses the first button of its form: it must be the one
	// that goes on.
	doc.Find("form#step").Each(func(_ int, s *goquery.Selection) {
		if first := s.Find("button").First(); !s.Is("[enctype]") && (first.AttrOr("name", "") == "lang" || slices.Contains([]string{"save", "keep"}, first.AttrOr("value", ""))) {
			t.Errorf("Enter presses %q", first.Text())
		}
	})
	doc.Find("form").Each(func(_ int, s *goquery.Selection) {
		if m := s.AttrOr("method", ""); m != "post" && m != "get" {
			t.Errorf("a form has the method %q", m)
		}
		if id := s.AttrOr("id", ""); s.Find("button").Length() == 0 && s.Find("input:not([type=hidden])").Length() > 0 {
			t.Errorf("the form %s has no button", id)
		}
		if (s.Find("input[type=file]").Length() > 0) != (s.AttrOr("enctype", "") == "multipart/form-data") {
			t.Error("a form with a file must be multipart, and no other")
		}
	})
}

// checkNeutral holds what keeps a browser's history harmless.
func checkNeutral(t *testing.T, doc *goquery.Document) {
	t.Helper()
	taboo := regexp.MustCompile(`(?i)\bsex|prostitut|escort|kerb`)
	if title := doc.Find("title").Text(); taboo.MatchString(title) {
		t.Errorf("the title %q tells what the page is about", title)
	}
	doc.Find("a[href^='/'], form[action]").Each(func(_ int, s *goquery.Selection) {
		if address := s.AttrOr("href", "") + s.AttrOr("action", ""); taboo.MatchString(address) {
			t.Errorf("the address %q tells what the page is about", address)
		}
	})
	if doc.Find("body").Text() == "" {
		t.Error("the page is empty")
	}
}

func TestReceiptSaysNothingAboutTheAnswers(t *testing.T) {
	r := renderer(t)
	for _, s := range samples() {
		if !slices.Contains([]string{"receipt", "receipt-same", "saved", "equality", "begin", "begin-card", "begin-stopped"}, s.name) {
			continue
		}
		if body := render(t, r, s.page); regexp.MustCompile(`(?i)\bsex|prostitut|drop-in`).MatchString(body) {
			t.Errorf("%s tells what the consultation is about", s.name)
		}
	}
}

func TestExitLink(t *testing.T) {
	r := renderer(t)
	for _, exit := range []bool{true, false} {
		doc := parsePage(t, render(t, r, &HomePage{Base: Base{Exit: exit}}))
		link := doc.Find(`a[href="/exit"]`)
		if got := link.Length() == 1; got != exit {
			t.Errorf("Exit %t: link on the page %t", exit, got)
		}
		if exit && link.AttrOr("rel", "") != "nofollow noreferrer" {
			t.Errorf("the exit link has rel=%q", link.AttrOr("rel", ""))
		}
	}
	staff := &HomePage{Base: Base{Exit: true, Staff: &StaffBar{}}}
	if parsePage(t, render(t, r, staff)).Find(`a[href="/exit"]`).Length() != 0 {
		t.Error("a staff page has the exit link")
	}
}

func TestStepKeepsWhatWasTyped(t *testing.T) {
	r := renderer(t)
	q := ticks()
	p := step(q)
	p.Given = models.Given{Options: []string{"work", "other"}, Text: `"dog" & <cat>`}
	doc := parsePage(t, render(t, r, p))
	var ticked []string
	doc.Find("input[checked]").Each(func(_ int, s *goquery.Selection) { ticked = append(ticked, s.AttrOr("value", "")) })
	if diff := cmp.Diff(p.Given.Options, ticked); diff != "" {
		t.Errorf("ticked (-want +got):\n%s", diff)
	}
	if got := doc.Find("input[name=text]").AttrOr("value", ""); got != p.Given.Text {
		t.Errorf("the line to write on has %q", got)
	}
	p = step(words())
	// HTML drops one line feed at the start of a text area, so one more must be sent.
	p.Given.Text = "\n\nfirst\nsecond </textarea> third"
	doc = parsePage(t, render(t, r, p))
	if got := doc.Find("textarea").Text(); got != p.Given.Text {
		t.Errorf("the text area has %q, expected %q", got, p.Given.Text)
	}
}

func TestFaultsLeadToTheField(t *testing.T) {
	kinds := map[string]*models.Question{"long list of places": place(30)}
	for _, kind := range []models.QuestionType{models.TypeChoice, models.TypeTicks, models.TypeText, models.TypeLongText, models.TypeDate, models.TypeNumber, models.TypeRanking, models.TypePlace, models.TypeFile} {
		kinds[string(kind)] = &models.Question{ID: "Q1", Type: kind, Text: text("Why?"), Options: []models.Option{{ID: "a", Text: text("A")}}}
	}
	for kind, q := range kinds {
		p := step(q)
		p.File = &UploadState{}
		p.Fault = "Enter an answer"
		p.Faults = []Fault{{Href: "#answer", Message: p.Fault}}
		doc := parsePage(t, render(t, renderer(t), p))
		field := doc.Find("#answer")
		if field.Length() != 1 || field.AttrOr("name", "") == "" {
			t.Errorf("%s: the field #answer is not on the page", kind)
		}
		described := field.AttrOr("aria-describedby", "") + " " + field.Closest("fieldset").AttrOr("aria-describedby", "")
		for _, id := range []string{"limit", "hint"} {
			if doc.Find("#"+id).Length() > 0 && !slices.Contains(strings.Fields(described), id) {
				t.Errorf("%s: what the page says about the field is not announced with it: #%s", kind, id)
			}
		}
		if !slices.Contains(strings.Fields(described), "fault") {
			t.Errorf("%s: the fault is not announced with the field, only %q", kind, described)
		}
	}
}

func TestLanguages(t *testing.T) {
	r := renderer(t)
	p := step(choice())
	p.Lang = "fa" // written from the right, and no catalogue yet
	doc := parsePage(t, render(t, r, p))
	if got := doc.Find("html").AttrOr("dir", ""); got != "rtl" {
		t.Errorf("a Persian page has dir=%q", got)
	}
	if got := doc.Find("a.exit span").AttrOr("lang", ""); got != "en" {
		t.Errorf("catalogue wording in English on a Persian page has lang=%q", got)
	}
	if got := doc.Find("title").Text(); strings.Contains(got, "<") {
		t.Errorf("the title %q has markup in it", got)
	}
	if h := doc.Find("h1 > span[lang=en][dir=ltr]"); h.Text() != p.Question.Text.Default() {
		t.Errorf("English wording on a Persian page is not marked: %q", h.Text())
	}
	for lang, want := range map[string]string{"en": "ltr", "ro": "ltr", "ar": "rtl", "fa": "rtl", "he": "rtl", "ur-PK": "rtl", "pa": "ltr", "pa-Arab": "rtl", "": "ltr", "not a tag": "ltr"} {
		b := &Base{Lang: lang}
		r.prepare(b)
		if b.Dir() != want {
			t.Errorf("%q is written %s, expected %s", lang, b.Dir(), want)
		}
	}
	b := &Base{Lang: "en"}
	r.prepare(b)
	if got := b.Say(models.Text{"ur": "<b>"}); got != `<span lang="ur" dir="rtl">&lt;b&gt;</span>` {
		t.Errorf("Say: %s", got)
	}
	if got := b.Say(models.Text{"en": "a & b"}); got != "a &amp; b" {
		t.Errorf("Say: %s", got)
	}
	if got := b.Amount(12345); got != "12,345" {
		t.Errorf("Amount: %s", got)
	}
}

func TestParagraphs(t *testing.T) {
	b := &Base{Lang: "en"}
	for in, want := range map[string]string{
		"":                           "",
		"one":                        "<p>one</p>",
		"one\ntwo\n\n\n<three>":      "<p>one\ntwo</p><p>&lt;three&gt;</p>",
		"like:\n\n- a\n- b <i>\n c":  "<p>like:</p><ul><li>a<li>b &lt;i&gt;\n c</ul>",
		"one\r\n\r\ntwo":             "<p>one</p><p>two</p>",
		"not a list - just a dash\n": "<p>not a list - just a dash</p>",
	} {
		if diff := cmp.Diff(want, string(b.Paragraphs(models.Text{"en": in}))); diff != "" {
			t.Errorf("%q (-want +got):\n%s", in, diff)
		}
	}
}

func TestFigures(t *testing.T) {
	b := &Base{}
	renderer(t).prepare(b)
	for _, c := range []struct {
		figure      models.Figure
		short, long string
	}{
		{shown(1234), "1234", "1,234"}, {shown(0), "0", "0"}, {masked(10), "<10", "fewer than 10"}, {hidden(), "–", "a number that is not shown"},
	} {
		if figure(c.figure) != c.short || b.Figure(c.figure) != c.long {
			t.Errorf("%+v is written %q and %q, expected %q and %q", c.figure, figure(c.figure), b.Figure(c.figure), c.short, c.long)
		}
	}
}

// A cheap phone on a slow line: the first page with its style sheet and its
// script, and a long report.
func TestSizes(t *testing.T) {
	r := renderer(t)
	css, err := fs.ReadFile(static.FS(), "css/heard.css")
	if err != nil {
		t.Fatal(err)
	}
	js, err := fs.ReadFile(static.FS(), "js/heard.js")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range samples() {
		if s.page.base().Staff != nil {
			continue
		}
		body := render(t, r, s.page)
		packed := squeezed(t, []byte(body)) + squeezed(t, css) + squeezed(t, js)
		t.Logf("%-20s %6d bytes, %5d compressed with the style sheet and the script", s.name, len(body), packed)
		most := 60 << 10
		if s.name == "report" {
			most = 300 << 10 // it is read at length, and its parts are folded
		}
		if len(body) > most || packed > 30<<10 {
			t.Errorf("%s has %d bytes, %d compressed with the style sheet and the script; expected at most %d and %d", s.name, len(body), packed, most, 30<<10)
		}
	}
}

func squeezed(t *testing.T, b []byte) int {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Len()
}

func TestRenderIsAllOrNothing(t *testing.T) {
	r := renderer(t)
	var out bytes.Buffer
	// A chosen option without a question cannot happen; a broken page must
	// still leave nothing half-written.
	broken := &ReportPage{Report: &models.Report{}}
	delete(r.pages, broken.file())
	if err := r.Render(&out, broken); err == nil || out.Len() != 0 {
		t.Errorf("error %v, %d bytes written", err, out.Len())
	}
}

func TestRenderConcurrently(t *testing.T) {
	r := renderer(t)
	want := render(t, r, step(choice()))
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			var out bytes.Buffer
			if err := r.Render(&out, step(choice())); err != nil || out.String() != want {
				t.Errorf("a page rendered beside others differs (error %v)", err)
			}
		})
	}
	wait.Wait()
}

// use is one place that asks for a catalogue entry, with the names it gives and,
// for a fault that code also words in English, what it says.
type use struct {
	where string
	names []string
	says  string
}

// usesInTemplates finds every call of T and Word in the templates.
func usesInTemplates(t *testing.T) map[string][]use {
	t.Helper()
	uses := map[string][]use{}
	var walk func(where string, n parse.Node)
	walk = func(where string, n parse.Node) {
		if n == nil || reflect.ValueOf(n).IsNil() {
			return
		}
		switch n := n.(type) {
		case *parse.ListNode:
			for _, c := range n.Nodes {
				walk(where, c)
			}
		case *parse.ActionNode:
			walk(where, n.Pipe)
		case *parse.TemplateNode:
			walk(where, n.Pipe)
		case *parse.IfNode:
			walk(where, n.Pipe)
			walk(where, n.List)
			walk(where, n.ElseList)
		case *parse.RangeNode:
			walk(where, n.Pipe)
			walk(where, n.List)
			walk(where, n.ElseList)
		case *parse.WithNode:
			walk(where, n.Pipe)
			walk(where, n.List)
			walk(where, n.ElseList)
		case *parse.PipeNode:
			for _, c := range n.Cmds {
				walk(where, c)
			}
		case *parse.CommandNode:
			for _, a := range n.Args {
				walk(where, a)
			}
			var name string
			switch f := n.Args[0].(type) {
			case *parse.FieldNode:
				name = strings.Join(f.Ident, ".")
			case *parse.VariableNode:
				name = strings.Join(f.Ident, ".")
			}
			if !slices.Contains([]string{"T", "$.T", "Word", "$.Word"}, name) {
				return
			}
			if len(n.Args) < 2 {
				t.Errorf("%s: %s without a key", where, name)
				return
			}
			key, ok := n.Args[1].(*parse.StringNode)
			if !ok {
				t.Errorf("%s: %s has no literal key, so nobody can check it", where, n)
				return
			}
			u := use{where: where}
			for i := 2; i < len(n.Args); i += 2 {
				if s, ok := n.Args[i].(*parse.StringNode); ok {
					u.names = append(u.names, s.Text)
				}
			}
			uses[key.Text] = append(uses[key.Text], u)
		}
	}
	r := renderer(t)
	for page, set := range r.pages {
		for _, one := range set.Templates() {
			if one.Tree != nil {
				walk(page+" "+one.Name(), one.Tree.Root)
			}
		}
	}
	return uses
}

// asks are the functions that take the key of a wording, with its position.
var asks = map[string]int{".T": 0, ".Word": 0, ".wording": 0, ".Translate": 1, "say": 0, "fault": 0, "fileFault": 0}

// faults are the types that carry the key of a wording.
var faults = map[string]bool{"Fault": true, "models.Fault": true, "Error": true, "models.Error": true, "FieldError": true, "models.FieldError": true}

// usesInCode finds the keys that the Go files of a folder ask for: in the calls
// of asks, in faults and errors that carry one as their Code, in the table of
// refusals of files, and as a word with a number after it, such as month.1.
func usesInCode(t *testing.T, folder string, uses map[string][]use) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatalf("there is no code in %s", folder)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		set := token.NewFileSet()
		tree, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			continue // that package's own tests say so
		}
		add := func(at ast.Node, key, says string, with []ast.Expr) {
			u := use{where: fmt.Sprintf("%s:%d", name, set.Position(at.Pos()).Line), says: says}
			for _, e := range with {
				if s := literal(e); s != "" {
					u.names = append(u.names, s)
				}
				if values, ok := e.(*ast.CompositeLit); ok && mapOf(values, "string") {
					for _, v := range values.Elts {
						u.names = append(u.names, literal(v.(*ast.KeyValueExpr).Key))
					}
				}
			}
			uses[key] = append(uses[key], u)
		}
		listed := map[ast.Expr]string{} // the type of an entry of a list that does not state it
		for _, d := range tree.Decls {
			ast.Inspect(d, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.CallExpr:
					at, known := asks[called(n)]
					if !known || len(n.Args) <= at {
						return true
					}
					rest, says := n.Args[at+1:], ""
					if f := called(n); (f == "fault" || f == "fileFault") && len(rest) > 0 {
						says = literal(rest[0])
					}
					switch key := n.Args[at].(type) {
					case *ast.BasicLit:
						add(n, literal(key), says, rest)
					case *ast.Ident:
						for _, s := range assigned(d, key.Name) {
							add(n, s, "", rest)
						}
					case *ast.BinaryExpr:
						for i := 1; i <= 12 && literal(key.X) == "month."; i++ {
							add(n, literal(key.X)+strconv.Itoa(i), "", nil)
						}
					}
				case *ast.CompositeLit:
					if mapOf(n, "evidence.Refusal") {
						for _, v := range n.Elts {
							add(v, literal(v.(*ast.KeyValueExpr).Value), "", nil)
						}
						return true
					}
					if !faults[typeName(n.Type)] && !faults[listed[n]] {
						if list, ok := n.Type.(*ast.ArrayType); ok {
							for _, e := range n.Elts {
								listed[e] = typeName(list.Elt)
							}
						}
						return true
					}
					fields := map[string]ast.Expr{}
					for i, e := range n.Elts {
						if kv, ok := e.(*ast.KeyValueExpr); ok {
							fields[typeName(kv.Key)] = kv.Value
						} else if i < 3 {
							fields[[]string{"Code", "Message", "Values"}[i]] = e
						}
					}
					if key := literal(fields["Code"]); key != "" {
						add(n, key, literal(fields["Message"]), []ast.Expr{fields["Values"]})
					}
				case *ast.AssignStmt:
					for i, left := range n.Lhs {
						if f, ok := left.(*ast.SelectorExpr); ok && f.Sel.Name == "Code" && i < len(n.Rhs) && literal(n.Rhs[i]) != "" {
							add(n, literal(n.Rhs[i]), "", n.Rhs[i+1:])
						}
					}
				}
				return true
			})
		}
	}
}

// literal is the text of a string that is written out, "" for anything else.
func literal(e ast.Expr) string {
	l, ok := e.(*ast.BasicLit)
	if !ok || l.Kind != token.STRING {
		return ""
	}
	s, _ := strconv.Unquote(l.Value)
	return s
}

// called is the name of the function or, with a dot before it, of the method
// that a call is of.
func called(c *ast.CallExpr) string {
	name := typeName(c.Fun)
	return name[max(strings.LastIndex(name, "."), 0):]
}

// typeName writes a name as the code does, with its package.
func typeName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return typeName(e.X) + "." + e.Sel.Name
	}
	return ""
}

func mapOf(c *ast.CompositeLit, key string) bool {
	m, ok := c.Type.(*ast.MapType)
	return ok && typeName(m.Key) == key
}

// assigned returns the texts that a variable is given inside a declaration.
func assigned(d ast.Decl, name string) []string {
	var all []string
	ast.Inspect(d, func(n ast.Node) bool {
		if a, ok := n.(*ast.AssignStmt); ok {
			for i, left := range a.Lhs {
				if typeName(left) == name && i < len(a.Rhs) && literal(a.Rhs[i]) != "" {
					all = append(all, literal(a.Rhs[i]))
				}
			}
		}
		return true
	})
	return all
}

// entries reads a catalogue: the wordings of each entry, by plural form.
func entries(t *testing.T, name string) map[string]map[string]string {
	t.Helper()
	content, err := locales.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var raw map[string]any
	if err := json.Unmarshal(content, &raw); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	out := map[string]map[string]string{}
	for key, v := range raw {
		out[key] = map[string]string{}
		switch v := v.(type) {
		case string:
			out[key]["other"] = v
		case map[string]any:
			for form, s := range v {
				out[key][form] = fmt.Sprint(s)
			}
		}
	}
	return out
}

var placeholder = regexp.MustCompile(`\{\{\.(\w+)\}\}`)

func placeholders(wordings map[string]string) []string {
	names := map[string]bool{}
	for _, s := range wordings {
		for _, m := range placeholder.FindAllStringSubmatch(s, -1) {
			names[m[1]] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

func TestCatalogueHoldsWhatPagesSay(t *testing.T) {
	uses := usesInTemplates(t)
	usesInCode(t, ".", uses)
	for _, folder := range []string{"../app/web", "../app/consult", "../models"} {
		usesInCode(t, filepath.FromSlash(folder), uses)
	}
	english := entries(t, "locales/en.json")
	for key, places := range uses {
		wordings, ok := english[key]
		if !ok {
			t.Errorf("%s: the catalogue has no %q", places[0].where, key)
			continue
		}
		for _, u := range places {
			for _, name := range placeholders(wordings) {
				if !slices.Contains(u.names, name) {
					t.Errorf("%s: %q needs %s", u.where, key, name)
				}
			}
			if len(wordings) > 1 && !slices.Contains(u.names, "Count") {
				t.Errorf("%s: %q has plural forms and needs Count", u.where, key)
			}
			if u.says != "" && len(placeholders(wordings)) == 0 && u.says != wordings["other"] {
				t.Errorf("%s: %q says %q in code, and %q in the catalogue", u.where, key, u.says, wordings["other"])
			}
		}
	}
	for key, wordings := range english {
		if len(uses[key]) == 0 {
			t.Errorf("nothing uses %q", key)
		}
		for form, s := range wordings {
			if strings.TrimSpace(s) == "" || strings.Contains(s, "  ") || strings.ContainsAny(s, `<>"'`) {
				t.Errorf("%q (%s): the wording %q is empty, has two spaces, markup or straight quotes", key, form, s)
			}
		}
	}
}

func TestTranslationsFitTheCatalogue(t *testing.T) {
	english := entries(t, "locales/en.json")
	found, err := fs.Glob(locales, "locales/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range found {
		translated := entries(t, name)
		for key, wordings := range translated {
			if english[key] == nil {
				t.Errorf("%s: English has no %q", name, key)
				continue
			}
			if diff := cmp.Diff(placeholders(english[key]), placeholders(wordings)); diff != "" {
				t.Errorf("%s: %q asks for other values than English (-en +it):\n%s", name, key, diff)
			}
		}
		for key := range english {
			if len(translated[key]) == 0 {
				t.Errorf("%s lacks %q", name, key)
			}
		}
		figures := regexp.MustCompile(`\d+`)
		for key, wordings := range translated {
			for _, n := range figures.FindAllString(english[key]["other"], -1) {
				if !slices.Contains(figures.FindAllString(wordings["other"], -1), n) {
					t.Errorf("%s: %q lacks the figure %s that English states: %q", name, key, n, wordings["other"])
				}
			}
			for form, s := range wordings {
				if s != strings.TrimSpace(s) && key != "respond.left" || s == "" || strings.Contains(s, "  ") || strings.ContainsAny(s, "<>\"\u202a\u202b\u202c\u202d\u202e") {
					t.Errorf("%s: %q (%s): the wording %q is empty, has spaces too many, markup, straight quotes or marks that turn text round", name, key, form, s)
				}
			}
		}
	}
}

func TestPlurals(t *testing.T) {
	r := renderer(t)
	for n, want := range map[int]string{1: "1 entry", 0: "0 entries", 2: "2 entries"} {
		if got := r.Translate("en", "log.entries", "Count", n, "Size", n); got != want {
			t.Errorf("%d: %q, expected %q", n, got, want)
		}
	}
	// Every language has the forms that its grammar needs (CLDR): one that is
	// missing would be shown in English.
	for key, wordings := range entries(t, "locales/en.json") {
		if len(wordings) < 2 {
			continue
		}
		for _, lang := range r.Languages() {
			for _, n := range []int{0, 1, 2, 3, 5, 12, 19, 20, 21, 22, 100, 101} {
				data := map[string]any{"Count": n}
				for _, name := range placeholders(wordings) {
					data[name] = n
				}
				if said, in := r.translator(lang)(key, data); in != lang || strings.Contains(said, "<no value>") {
					t.Errorf("%s: %q for %d is %q, in %q", lang, key, n, said, in)
				}
			}
		}
	}
	for n, want := range map[int]string{1: "1 wpis", 2: "2 wpisy", 5: "5 wpisów", 22: "22 wpisy"} {
		if got := r.Translate("pl", "log.entries", "Count", n, "Size", n); got != want {
			t.Errorf("%d in Polish: %q, expected %q", n, got, want)
		}
	}
	if got := r.Translate("cy", "respond.continue"); got != "Continue" {
		t.Errorf("a language without a catalogue says %q, expected English", got)
	}
	if got := r.Translate("en", "no.such.key"); got != "no.such.key" {
		t.Errorf("an unknown key says %q, expected itself", got)
	}
}

// FuzzSay holds that wording from a consultation file never becomes markup.
func FuzzSay(f *testing.F) {
	f.Add("a <b> c", "ur")
	f.Add("- one\n- </ul><script>", `"><i>`)
	f.Fuzz(func(t *testing.T, wording, lang string) {
		b := &Base{Lang: "en"}
		for _, out := range []string{string(b.Say(models.Text{lang: wording})), string(b.Paragraphs(models.Text{lang: wording}))} {
			z := html.NewTokenizer(strings.NewReader(out))
			for z.Next() != html.ErrorToken {
				token := z.Token()
				if token.Type == html.StartTagToken && !slices.Contains([]string{"span", "p", "ul", "li"}, token.Data) {
					t.Fatalf("%q in %q became <%s>", wording, lang, token.Data)
				}
				for _, a := range token.Attr {
					if a.Key != "lang" && a.Key != "dir" {
						t.Fatalf("%q in %q became the attribute %s", wording, lang, a.Key)
					}
				}
			}
		}
	})
}

func writeScreen(t *testing.T, name, body string) {
	t.Helper()
	for _, asset := range []string{"css/heard.css", "css/report.css", "css/staff.css", "img/icon.svg", "js/heard.js", "js/desk.js"} {
		content, err := fs.ReadFile(static.FS(), asset)
		if err != nil {
			t.Fatal(err)
		}
		file := strings.TrimPrefix(static.Path(asset), static.Prefix)
		body = strings.ReplaceAll(body, static.Path(asset), file)
		if err := os.WriteFile(filepath.Join(*screens, file), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(*screens, name+".html"), []byte(body), 0o644); err != nil {
		t.Fatal(err)
	}
}

// The picture of the code has a quiet zone, a finder pattern in three corners
// and nothing else to follow.
func TestReceiptQR(t *testing.T) {
	page := &ReceiptPage{Words: receiptWords()}
	drawn := page.QR()
	svg := string(drawn)
	for _, want := range []string{`viewBox="0 0 `, `d="M4 4h7v1H4z`, `<path fill="#fff"`} {
		if !strings.Contains(svg, want) {
			t.Errorf("the picture lacks %s:\n%.200s", want, svg)
		}
	}
	for _, never := range []string{"http", "href", "style=", "script"} {
		if strings.Contains(svg, never) {
			t.Errorf("the picture holds %q", never)
		}
	}
	if again := page.QR(); again != drawn {
		t.Error("the same words give another picture")
	}
}
