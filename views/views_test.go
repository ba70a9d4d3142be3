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

func TestSamplePages(t *testing.T) {
	r := renderer(t)
	for _, s := range samples() {
		t.Run(s.name, func(t *testing.T) {
			body := render(t, r, s.page)
			doc := parsePage(t, body)
			checkSafe(t, doc)
			checkStructure(t, doc)
			checkForms(t, doc)
			public := s.page.base().Staff == nil
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
// that a strict content security policy would refuse, nothing from elsewhere.
func checkSafe(t *testing.T, doc *goquery.Document) {
	t.Helper()
	doc.Find("script, style, iframe, object, embed, base, meta[http-equiv]").Each(func(_ int, s *goquery.Selection) {
		t.Errorf("unexpected <%s>", goquery.NodeName(s))
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

func checkStructure(t *testing.T, doc *goquery.Document) {
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
	for _, attribute := range []string{"for", "aria-describedby", "aria-labelledby"} {
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
	doc.Find("[autofocus]").Each(func(_ int, s *goquery.Selection) { t.Error("autofocus moves people away from the top of the page") })
	root := doc.Find("html")
	if root.AttrOr("lang", "") == "" || !slices.Contains([]string{"ltr", "rtl"}, root.AttrOr("dir", "")) {
		t.Errorf("html has lang %q and dir %q", root.AttrOr("lang", ""), root.AttrOr("dir", ""))
	}
	if title := doc.Find("head title").Text(); !strings.HasSuffix(title, " – Fairmead Council") || strings.HasPrefix(title, " –") {
		t.Errorf("the title is %q", title)
	}
	if wrong := doc.Find(".problem[role=alert] a").Length() > 0; wrong && !strings.HasPrefix(doc.Find("head title").Text(), "Error: ") {
		t.Error("the title does not say that there is an error")
	}
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
		if s.Closest("form").Length() == 0 {
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
	doc.Find("button").Each(func(_ int, s *goquery.Selection) {
		if s.Closest("form").Length() == 0 {
			t.Errorf("the button %q is outside a form", s.Text())
		}
	})
	doc.Find("form").Each(func(_ int, s *goquery.Selection) {
		if m := s.AttrOr("method", ""); m != "post" && m != "get" {
			t.Errorf("a form has the method %q", m)
		}
		if s.Find("button").Length() == 0 {
			t.Error("a form has no button")
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
		if s.name != "receipt" {
			continue
		}
		if body := render(t, r, s.page); regexp.MustCompile(`(?i)\bsex|prostitut|drop-in`).MatchString(body) {
			t.Error("the receipt tells what the consultation is about")
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
	for _, kind := range []models.QuestionType{models.TypeChoice, models.TypeTicks, models.TypeText, models.TypeLongText, models.TypeFile} {
		p := step(&models.Question{ID: "Q1", Type: kind, Text: text("Why?"), Options: []models.Option{{ID: "a", Text: text("A")}}})
		p.File = &UploadState{}
		p.Fault = "Enter an answer"
		p.Faults = []Fault{{Href: "#answer", Message: p.Fault}}
		doc := parsePage(t, render(t, renderer(t), p))
		field := doc.Find("#answer")
		if field.Length() != 1 || field.AttrOr("name", "") == "" {
			t.Errorf("%s: the field #answer is not on the page", kind)
		}
		described := field.AttrOr("aria-describedby", "") + " " + field.Closest("fieldset").AttrOr("aria-describedby", "")
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

// A cheap phone on a slow line: the first page with its style sheet, and a
// long report.
func TestSizes(t *testing.T) {
	r := renderer(t)
	css, err := fs.ReadFile(static.FS(), "css/heard.css")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range samples() {
		if s.page.base().Staff != nil {
			continue
		}
		body := render(t, r, s.page)
		packed := squeezed(t, []byte(body)) + squeezed(t, css)
		t.Logf("%-20s %6d bytes, %5d compressed with the style sheet", s.name, len(body), packed)
		if len(body) > 60<<10 || packed > 30<<10 {
			t.Errorf("%s has %d bytes, %d compressed with the style sheet; expected at most %d and %d", s.name, len(body), packed, 60<<10, 30<<10)
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

// use is one place that asks for a catalogue entry, with the names it gives.
type use struct {
	where string
	names []string
}

// usesInTemplates finds every call of T in the templates.
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
			if name != "T" && name != "$.T" {
				return
			}
			if len(n.Args) < 2 {
				t.Errorf("%s: T without a key", where)
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

// usesInCode finds the calls of T, wording and Translate with a literal key in the Go
// files of a folder.
func usesInCode(t *testing.T, folder string, uses map[string][]use) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			continue // that package's own tests say so
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			f, ok := call.Fun.(*ast.SelectorExpr)
			first, known := map[string]int{"T": 0, "wording": 0, "Translate": 1}[selectorName(f, ok)]
			if !known || len(call.Args) <= first {
				return true
			}
			u := use{where: name}
			var literals []string
			for _, a := range call.Args[first:] {
				if l, ok := a.(*ast.BasicLit); ok && l.Kind == token.STRING {
					s, _ := strconv.Unquote(l.Value)
					literals = append(literals, s)
				}
			}
			if len(literals) > 0 {
				u.names = literals[1:]
				uses[literals[0]] = append(uses[literals[0]], u)
			}
			return true
		})
	}
}

func selectorName(f *ast.SelectorExpr, ok bool) string {
	if !ok {
		return ""
	}
	return f.Sel.Name
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
	usesInCode(t, filepath.Join("..", "app", "web"), uses)
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
		t.Logf("%s: %d of %d entries", name, len(translated), len(english))
	}
}

func TestPlurals(t *testing.T) {
	r := renderer(t)
	for n, want := range map[int]string{1: "1 entry", 0: "0 entries", 2: "2 entries"} {
		if got := r.Translate("en", "log.entries", "Count", n, "Size", n); got != want {
			t.Errorf("%d: %q, expected %q", n, got, want)
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
	for _, asset := range []string{"css/heard.css", "css/staff.css", "img/icon.svg"} {
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
