// Package views turns what the portal has to say into HTML. Each page is one
// typed struct (pages.go) with one template (pages/*.html) inside one layout;
// the wording of public pages comes from a catalogue per language (locales/).
//
// Pages work without scripts, carry no script or style of their own and ask for
// nothing from another host, so a strict content security policy holds for all
// of them.
package views

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
	"golang.org/x/text/message"

	"heard/static"
)

//go:embed layouts partials pages
var templates embed.FS

//go:embed locales
var locales embed.FS

// Page is one page of the portal: a pointer to one of the structs in this
// package.
type Page interface {
	base() *Base
	// file is the name of the template in pages/, without extension.
	file() string
}

// pages lists every kind of page, so that each template is parsed, and
// checked against its struct in the tests, before anybody asks for it.
var pages = []Page{
	&HomePage{}, &StartPage{}, &BeginPage{}, &StepPage{}, &CheckPage{}, &SavedPage{}, &EqualityPage{},
	&ReceiptPage{}, &ReceiptCheckPage{}, &ResultPage{}, &PaperPage{},
	&KeyingPage{}, &BatchPage{}, &KeyPage{}, &KeyedPage{}, &SlipPage{}, &ImportPage{},
	&TextPage{}, &LogPage{}, &ReportPage{}, &ErrorPage{},
	&SignInPage{}, &WelcomePage{}, &StaffHomePage{}, &SearchPage{}, &SubmissionPage{}, &KeptPage{},
	&ThemesPage{}, &ThemePage{}, &CodePage{}, &FramePage{}, &PreviewPage{}, &EssentialsPage{}, &SettingsPage{}, &AttentionPage{}, &PilePage{}, &ReadingPage{}, &ContactsPage{}, &AuditPage{}, &UsersPage{},
	&WritingPage{}, &WritePage{},
	&OncePage{}, &RequestsPage{}, &RequestPage{}, &ErasePage{},
	&RedactPage{}, &RedactionsPage{}, &RefusedPage{}, &DutiesPage{}, &DutyPage{}, &RegisterPage{}, &EntryPage{}, &EvidencePage{},
	&AccountPage{}, &CodeAppPage{}, &PasskeyPage{}, &ProvePage{}, &GoOnPage{},
}

func (*HomePage) file() string         { return "home" }
func (*StartPage) file() string        { return "start" }
func (*BeginPage) file() string        { return "begin" }
func (*StepPage) file() string         { return "step" }
func (*CheckPage) file() string        { return "check" }
func (*SavedPage) file() string        { return "saved" }
func (*EqualityPage) file() string     { return "equality" }
func (*ReceiptPage) file() string      { return "receipt" }
func (*ReceiptCheckPage) file() string { return "receipt-check" }
func (*ResultPage) file() string       { return "result" }
func (*PaperPage) file() string        { return "paper" }
func (*TextPage) file() string         { return "text" }
func (*LogPage) file() string          { return "log" }
func (*ReportPage) file() string       { return "report" }
func (*ErrorPage) file() string        { return "error" }
func (*SignInPage) file() string       { return "sign-in" }
func (*WelcomePage) file() string      { return "welcome" }
func (*StaffHomePage) file() string    { return "staff-home" }
func (*SearchPage) file() string       { return "search" }
func (*SubmissionPage) file() string   { return "submission" }
func (*KeptPage) file() string         { return "kept" }
func (*ThemesPage) file() string       { return "themes" }
func (*ThemePage) file() string        { return "theme" }
func (*CodePage) file() string         { return "coding" }
func (*FramePage) file() string        { return "frame" }
func (*PreviewPage) file() string      { return "preview" }
func (*EssentialsPage) file() string   { return "essentials" }
func (*SettingsPage) file() string     { return "settings" }
func (*AttentionPage) file() string    { return "attention" }
func (*ReadingPage) file() string      { return "reading" }
func (*ContactsPage) file() string     { return "contacts" }
func (*AuditPage) file() string        { return "audit" }
func (*UsersPage) file() string        { return "users" }

func (b *Base) base() *Base { return b }

// Renderer renders pages. It is safe for concurrent use.
type Renderer struct {
	pages     map[string]*template.Template
	catalogue *i18n.Bundle
}

// New parses every template and every catalogue. An error is a mistake in the
// embedded files.
func New() (*Renderer, error) {
	r := &Renderer{pages: map[string]*template.Template{}, catalogue: i18n.NewBundle(language.English)}
	r.catalogue.RegisterUnmarshalFunc("json", json.Unmarshal)
	found, err := fs.Glob(locales, "locales/*.json")
	if err != nil {
		return nil, err
	}
	for _, name := range found {
		if _, err := r.catalogue.LoadMessageFileFS(locales, name); err != nil {
			return nil, fmt.Errorf("read the catalogue %s: %w", name, err)
		}
	}

	shared, err := template.New("").Funcs(functions).ParseFS(templates, "layouts/*.html", "partials/*.html")
	if err != nil {
		return nil, fmt.Errorf("read the layout: %w", err)
	}
	for _, p := range pages {
		t, err := shared.Clone()
		if err != nil {
			return nil, err
		}
		if _, err := t.ParseFS(templates, path.Join("pages", p.file()+".html")); err != nil {
			return nil, fmt.Errorf("read the page %s: %w", p.file(), err)
		}
		r.pages[p.file()] = t.Lookup("page")
	}
	return r, nil
}

// Render writes the page to w: all of it, or nothing when it cannot be
// rendered. It fills in what every page needs, so a page belongs to one
// request.
func (r *Renderer) Render(w io.Writer, p Page) error { return r.render(w, p, "page") }

// RenderPart writes one template of a page, for a script that has the rest.
func (r *Renderer) RenderPart(w io.Writer, p Page, part string) error { return r.render(w, p, part) }

func (r *Renderer) render(w io.Writer, p Page, part string) error {
	t, ok := r.pages[p.file()]
	if ok {
		t = t.Lookup(part)
	}
	if t == nil {
		return fmt.Errorf("render: there is no page %q with a part %q", p.file(), part)
	}
	r.prepare(p.base())
	var out bytes.Buffer
	if err := t.Execute(&out, p); err != nil {
		return fmt.Errorf("render the page %s: %w", p.file(), err)
	}
	_, err := out.WriteTo(w)
	return err
}

func (r *Renderer) prepare(b *Base) {
	if b.Lang == "" {
		b.Lang = "en"
	}
	if b.Default == "" {
		b.Default = "en"
	}
	if b.Service == "" {
		b.Service = "Heard"
	}
	if b.Home == "" {
		b.Home = "/"
	}
	b.dir = direction(b.Lang)
	b.numbers = message.NewPrinter(language.Make(b.Lang))
	b.translate = r.translator(b.Lang)
}

// Translate returns the wording of a catalogue entry in a language, for the
// few words that are not on a page. Pairs are the names and values that the
// entry asks for; one named Count chooses the plural form.
func (r *Renderer) Translate(lang, id string, pairs ...any) string {
	wording, _ := r.translator(lang)(id, dataOf(pairs))
	return wording
}

// Languages returns the tags of the catalogues, English first.
func (r *Renderer) Languages() []string {
	tags := []string{"en"}
	for _, t := range r.catalogue.LanguageTags() {
		if s := t.String(); s != "en" {
			tags = append(tags, s)
		}
	}
	slices.Sort(tags[1:])
	return tags
}

// LanguageName is what a language calls itself.
func LanguageName(tag string) string {
	base, easy := strings.CutSuffix(tag, "-x-easy")
	name := display.Self.Name(language.Make(base))
	if easy {
		name += " (Easy Read)"
	}
	return name
}

// Day writes a day (YYYY-MM-DD) out in a language.
func (r *Renderer) Day(lang, day string) string {
	b := &Base{Lang: lang}
	r.prepare(b)
	return b.Day(day)
}

// Time writes a time of day out in a language.
func (r *Renderer) Time(lang string, t time.Time) string {
	b := &Base{Lang: lang}
	r.prepare(b)
	return b.Time(t.Format("2006-01-02 15:04"))
}

// translator returns wording in lang together with the language it is in:
// English where the catalogue has nothing else.
func (r *Renderer) translator(lang string) func(string, map[string]any) (wording, in string) {
	wanted, _ := language.Make(lang).Base()
	// Language matching would give a reader of Persian the Urdu catalogue, as
	// the nearest there is; a language without a catalogue is English here.
	in := "en"
	for _, tag := range r.catalogue.LanguageTags() {
		if base, _ := tag.Base(); base == wanted {
			in = lang
		}
	}
	localizer := i18n.NewLocalizer(r.catalogue, in)
	return func(id string, data map[string]any) (string, string) {
		// An entry that a translation lacks comes back in English together with
		// an error; one that English lacks shows its id, and fails the tests.
		wording, tag, _ := localizer.LocalizeWithTag(&i18n.LocalizeConfig{MessageID: id, TemplateData: data, PluralCount: data["Count"]})
		if wording == "" {
			return id, lang
		}
		if found, _ := tag.Base(); found == wanted {
			return wording, lang
		}
		return wording, tag.String()
	}
}

// RenderFile writes a page to be kept as a file: its style stands in it, and it
// leads nowhere that needs the portal.
func (r *Renderer) RenderFile(w io.Writer, p Page) error {
	for _, name := range []string{"css/heard.css", "css/report.css"} {
		style, err := fs.ReadFile(static.FS(), name)
		if err != nil {
			return err
		}
		p.base().inline += template.CSS(style)
	}
	return r.Render(w, p)
}
