package views

import (
	"bytes"
	"fmt"
	"image/color"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/boombuler/barcode/qr"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"heard/models"
	"heard/static"
)

// shared is the renderer of the tests that do not change it.
var shared = sync.OnceValues(New)

// page renders a page and parses it.
func page(t *testing.T, p Page) *goquery.Document {
	t.Helper()
	return parsePage(t, body(t, p))
}

func body(t *testing.T, p Page) string {
	t.Helper()
	r, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return render(t, r, p)
}

// sampleOf returns a sample by name.
func sampleOf[P Page](t *testing.T, name string) P {
	t.Helper()
	for _, s := range samples() {
		if s.name == name {
			return s.page.(P)
		}
	}
	t.Fatalf("there is no sample %q", name)
	panic("unreachable")
}

// has checks that wording of the catalogue stands in the main part of a page,
// or that it does not.
func has(t *testing.T, doc *goquery.Document, expected bool, keys ...string) {
	t.Helper()
	r, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	said := doc.Find("main").Text()
	for _, key := range keys {
		wording := r.Translate("en", key)
		if wording == key {
			t.Fatalf("the catalogue has no %q", key)
		}
		if strings.Contains(said, wording) != expected {
			t.Errorf("%q is on the page: %t, expected %t", key, !expected, expected)
		}
	}
}

// values are the values of what a selection finds, in order.
func values(doc *goquery.Document, selector string) []string {
	var all []string
	doc.Find(selector).Each(func(_ int, s *goquery.Selection) { all = append(all, s.AttrOr("value", "")) })
	return all
}

func TestStepDate(t *testing.T) {
	for _, test := range []struct{ given, day, month, year string }{
		{"2026-03-27", "27", "3", "2026"},
		{"2026-13-41", "41", "13", "2026"},
		{"next week--", "", "", "next week"},
		{"2026--", "", "", "2026"},
		{"", "", "", ""},
	} {
		p := step(date())
		p.Given.Text = test.given
		doc := page(t, p)
		for id, want := range map[string]string{"answer": test.day, "month": test.month, "year": test.year} {
			if got := doc.Find("input#"+id).AttrOr("value", "missing"); got != want {
				t.Errorf("%q: the field %s has %q, expected %q", test.given, id, got, want)
			}
		}
	}
	doc := page(t, step(date()))
	names := []string{}
	doc.Find(".date input").Each(func(_ int, s *goquery.Selection) { names = append(names, s.AttrOr("name", "")) })
	if diff := cmp.Diff([]string{"day", "month", "year"}, names); diff != "" {
		t.Errorf("in the order in which people say a date (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"unsure", "prefer_not"}, values(doc, "input[type=checkbox][name=answer]")); diff != "" {
		t.Errorf("what can be chosen instead (-want +got):\n%s", diff)
	}
}

func TestStepNumber(t *testing.T) {
	p := step(number())
	p.Given.Text = "3 or so"
	field := page(t, p).Find("input#answer")
	// A field of the type number drops what it does not take for one, and turns
	// with the wheel of a mouse.
	if field.AttrOr("type", "") != "text" || field.AttrOr("inputmode", "") != "numeric" || field.AttrOr("name", "") != "text" || field.AttrOr("value", "") != "3 or so" {
		html, _ := goquery.OuterHtml(field)
		t.Errorf("got %s", html)
	}
}

func TestStepRanking(t *testing.T) {
	p := step(ranking())
	p.Given.Options = []string{"clean", "light"}
	doc := page(t, p)
	chosen := func(doc *goquery.Document) map[string]string {
		places := map[string]string{}
		doc.Find("select").Each(func(_ int, s *goquery.Selection) {
			places[s.AttrOr("name", "")] = s.Find("option[selected]").Text()
		})
		return places
	}
	if diff := cmp.Diff(map[string]string{"rank-light": "2", "rank-outreach": "", "rank-clean": "1"}, chosen(doc)); diff != "" {
		t.Errorf("places (-want +got):\n%s", diff)
	}
	var offered []string
	doc.Find("select").First().Find("option").Each(func(_ int, s *goquery.Selection) { offered = append(offered, s.Text()) })
	if diff := cmp.Diff([]string{"–", "1", "2", "3"}, offered); diff != "" {
		t.Errorf("as many places as there are options to rank (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"none"}, values(doc, "input[type=checkbox][name=answer]")); diff != "" {
		t.Errorf("what is chosen instead is not ranked (-want +got):\n%s", diff)
	}
	// What was refused stands there as it was typed.
	p = wrong(step(ranking()), "Give each place to one answer only")
	p.Ranks = map[string]string{"light": "1", "outreach": "1"}
	if diff := cmp.Diff(map[string]string{"rank-light": "1", "rank-outreach": "1", "rank-clean": ""}, chosen(page(t, p))); diff != "" {
		t.Errorf("places that were refused (-want +got):\n%s", diff)
	}
	p = step(ranking())
	p.Given.Options = []string{"none"}
	if doc := page(t, p); !doc.Find("input[value=none]").Is("[checked]") || doc.Find("select option[selected]").Length() != 0 {
		t.Error("what was chosen instead of ranking is not kept")
	}
}

func TestStepPlace(t *testing.T) {
	few := step(place(5))
	few.Given.Options = []string{"ward_2"}
	doc := page(t, few)
	if got := values(doc, "input[type=radio][checked]"); doc.Find("input[type=radio][name=answer]").Length() != 7 || !slices.Equal(got, []string{"ward_2"}) {
		t.Errorf("few places: %d to choose from, chosen %v", doc.Find("input[type=radio]").Length(), got)
	}
	many := step(place(30))
	many.Given.Options = []string{"ward_17"}
	doc = page(t, many)
	if got := values(doc, "select[name=answer] option[selected]"); doc.Find("select[name=answer] option").Length() != 33 || !slices.Equal(got, []string{"ward_17"}) {
		t.Errorf("many places: %d to choose from, chosen %v", doc.Find("option").Length(), got)
	}
	if first := doc.Find("select option").First(); first.AttrOr("value", "missing") != "" || page(t, step(place(30))).Find("option[selected]").Length() != 0 {
		t.Error("a place is chosen before anybody chose one")
	}
	// A list cannot offer a line to write on.
	written := step(place(30))
	written.Question.Options[30].WriteIn = true
	if doc := page(t, written); doc.Find("input[name=text]").Length() != 1 || doc.Find("select").Length() != 0 {
		t.Error("the line to write on is missing beside a place that offers one")
	}
}

func TestStepInstead(t *testing.T) {
	for _, kind := range []models.QuestionType{models.TypeText, models.TypeLongText, models.TypeNumber, models.TypeDate} {
		p := step(&models.Question{ID: "Q1", Type: kind, Text: text("Why?"), Options: unsaid()})
		p.Given.Options = []string{"prefer_not"}
		doc := page(t, p)
		if got := values(doc, "input[type=checkbox][name=answer]"); !slices.Equal(got, []string{"unsure", "prefer_not"}) {
			t.Errorf("%s: can be chosen instead: %v", kind, got)
		}
		if got := values(doc, "input[checked]"); !slices.Equal(got, []string{"prefer_not"}) {
			t.Errorf("%s: chosen %v", kind, got)
		}
		has(t, doc, true, "respond.or")
		p = step(&models.Question{ID: "Q1", Type: kind, Text: text("Why?")})
		if doc := page(t, p); doc.Find("input[type=checkbox]").Length() != 0 {
			t.Errorf("%s: there is something to choose, and the question offers nothing", kind)
		}
	}
	p := sampleOf[*StepPage](t, "step-instead-wrong")
	doc := page(t, p)
	if doc.Find("textarea").Text() != "It depends" || !slices.Equal(values(doc, "input[checked]"), []string{"unsure"}) {
		t.Error("of two answers that do not go together one was thrown away")
	}
}

func TestStepSaysWhatHappens(t *testing.T) {
	p := step(words())
	has(t, page(t, p), false, "respond.unsaved", "respond.falls", "respond.save")
	p.CanSave, p.Unsaved = true, true
	doc := page(t, p)
	has(t, doc, true, "respond.unsaved", "respond.save")
	if got := values(doc, "form#step button[name=do]"); !slices.Equal(got, []string{"save"}) {
		t.Errorf("buttons: %v", got)
	}
	if step := (&StepPage{Question: words()}); page(t, step).Find("button[value=save]").Length() != 0 {
		t.Error("saving is offered where nothing may be saved")
	}

	for lang, falls := range map[string]bool{"en": false, "ro": true, "ur": true} {
		p := step(choice())
		p.Lang = lang
		r := renderer(t)
		doc := parsePage(t, render(t, r, p))
		note := strings.Contains(doc.Find("main").Text(), r.Translate(lang, "respond.falls"))
		if note != falls {
			t.Errorf("%s: says that the question is in English: %t, expected %t", lang, note, falls)
		}
		if marked := doc.Find("h1 [lang=en]").Length() == 1; marked != falls {
			t.Errorf("%s: the question is marked as English: %t, expected %t", lang, marked, falls)
		}
		p.Question.Text["ro"], p.Question.Text["ur"] = "Sunteți de acord?", "کیا آپ متفق ہیں؟"
		if doc := parsePage(t, render(t, r, p)); strings.Contains(doc.Find("main").Text(), r.Translate(lang, "respond.falls")) {
			t.Errorf("%s: says that a translated question is in English", lang)
		}
	}
}

// What somebody has typed is not lost when the page turns into another
// language, so the languages are buttons of the form.
func TestLanguagesOfAForm(t *testing.T) {
	for _, p := range []Page{step(words()), sampleOf[*StepPage](t, "step-info"), sampleOf[*StepPage](t, "step-file"), sampleOf[*CheckPage](t, "check")} {
		doc := page(t, p)
		if got := values(doc, "nav#languages button[name=lang][form=step]"); !slices.Equal(got, []string{"ro", "ur"}) {
			t.Errorf("%s: buttons for %v", p.file(), got)
		}
		if current := doc.Find("nav#languages [aria-current=true]"); current.Text() != "English" || current.Is("button, a") {
			t.Errorf("%s: the page's own language is %q", p.file(), current.Text())
		}
		if doc.Find("a[hreflang]").Length() != 0 {
			t.Errorf("%s: a link to another language would lose what is typed", p.file())
		}
		if link := doc.Find(`header a[href="#languages"]`); link.Text() != "Language: English" {
			t.Errorf("%s: the header leads to the languages with %q", p.file(), link.Text())
		}
	}
	doc := page(t, sampleOf[*StartPage](t, "start"))
	if doc.Find("a[hreflang=ro][lang=ro]").Length() != 1 || doc.Find("button[name=lang]").Length() != 0 {
		t.Error("a page without a form leads to the other languages with links")
	}
}

// Only what people typed into a question is kept while they type.
func TestWhatIsKeptWhileTyping(t *testing.T) {
	for _, s := range samples() {
		doc := page(t, s.page)
		kept := doc.Find("form[data-keep]").Length() == 1
		p, isStep := s.page.(*StepPage)
		if expected := isStep && p.Question.Type != models.TypeFile && p.Question.Type != models.TypeInfo; kept != expected {
			t.Errorf("%s: the form is kept while it is filled in: %t, expected %t", s.name, kept, expected)
		}
		if n := doc.Find("textarea[data-limit]").Length(); n > 0 && (doc.Find("#left[role=status][hidden]").Length() != n || !isStep) {
			t.Errorf("%s: characters are counted with nowhere to tell it", s.name)
		}
	}
}

func TestCheckFaces(t *testing.T) {
	doc := page(t, sampleOf[*CheckPage](t, "check"))
	has(t, doc, false, "check.card", "check.replaces")
	has(t, doc, true, "check.print", "check.none", "respond.save")
	if diff := cmp.Diff([]string{"send", "save"}, values(doc, "form#step button[name=do]")); diff != "" {
		t.Errorf("buttons (-want +got):\n%s", diff)
	}
	if doc.Find("input[name=token]").AttrOr("value", "") != "3f2a9c.0" || doc.Find("form#step").AttrOr("data-token", "") != "3f2a9c.0" || doc.Find("input[name=work][type=hidden]").AttrOr("value", "missing") != "" {
		t.Error("the page is not tied to its draft")
	}
	// The field for programs: no person comes upon it, by eye, ear or keyboard.
	trap := doc.Find("input[name=website]")
	if trap.Length() != 1 || trap.AttrOr("tabindex", "") != "-1" || trap.AttrOr("autocomplete", "") != "off" || trap.AttrOr("value", "") != "" || trap.Closest(".trap[aria-hidden=true]").Length() != 1 {
		t.Error("people can come upon the field for programs")
	}
	if trap.AttrOr("type", "") == "hidden" {
		t.Error("programs know hidden fields for what they are")
	}

	doc = page(t, sampleOf[*CheckPage](t, "check-card"))
	has(t, doc, true, "check.card", "check.card.change")
	has(t, doc, false, "check.print", "respond.save", "check.replaces")
	if link := doc.Find(`main a[href="/c/A1"]`); link.Length() != 1 || strings.Contains(doc.Find("main").Text(), "How are you answering?") {
		t.Error("what the card answered is on the page, or cannot be looked at")
	}

	has(t, page(t, sampleOf[*CheckPage](t, "check-replaces")), true, "check.replaces")
	doc = page(t, sampleOf[*CheckPage](t, "check-stale"))
	if link := doc.Find(".problem a"); link.AttrOr("href", "") != "#main" {
		t.Errorf("the fault of the whole page leads to %q", link.AttrOr("href", ""))
	}
}

func TestStartFaces(t *testing.T) {
	for name, test := range map[string]struct{ begins, goesOn, paused bool }{
		"start": {true, false, false}, "start-started": {false, true, false}, "start-paused": {false, false, true}, "start-paused-started": {false, true, true},
		"start-before": {}, "start-after": {}, "start-draft": {},
	} {
		doc := page(t, sampleOf[*StartPage](t, name))
		var buttons []string
		doc.Find("a.go").Each(func(_ int, s *goquery.Selection) { buttons = append(buttons, s.Text()) })
		if got := slices.Contains(buttons, "Start"); got != test.begins {
			t.Errorf("%s: can be started: %t", name, got)
		}
		if got := slices.Contains(buttons, "Continue your answers"); got != test.goesOn {
			t.Errorf("%s: can be gone on with: %t", name, got)
		}
		if got := strings.Contains(doc.Find("main").Text(), "This consultation is paused at the moment"); got != test.paused {
			t.Errorf("%s: says that it is paused: %t", name, got)
		}
	}
	doc := page(t, sampleOf[*StartPage](t, "start"))
	if doc.Find(`a[href="/station-quarter/paper"]`).Length() != 1 || doc.Find(`a[href="/station-quarter/result"]`).Length() != 1 {
		t.Error("the page does not lead to the paper form and the list of those who want to be told")
	}
	if link := doc.Find(`a[href="https://fairmead.example.org/easy-read"]`); link.AttrOr("rel", "") != "noreferrer" {
		t.Errorf("another website is told where people came from: rel=%q", link.AttrOr("rel", ""))
	}
	has(t, doc, false, "start.partly")
	p := sampleOf[*StartPage](t, "start")
	p.Consultation.OfferResult, p.Partly = false, true
	doc = page(t, p)
	has(t, doc, true, "start.partly")
	if doc.Find(`a[href="/station-quarter/result"]`).Length() != 0 {
		t.Error("the page leads to a list that there is not")
	}
}

func TestBeginFaces(t *testing.T) {
	doc := page(t, sampleOf[*BeginPage](t, "begin"))
	form := doc.Find(`main form[method=post][action="/station-quarter/respond?opened=6746f0a1.00"]`)
	if form.Find("input[name=lang]").AttrOr("value", "") != "en" || form.Find("input[name=card]").Length() != 0 || doc.Find("a.back").Length() != 1 {
		t.Error("the form does not start a response in the page's language")
	}
	doc = page(t, sampleOf[*BeginPage](t, "begin-card"))
	if doc.Find("input[name=card]").AttrOr("value", "") != "fern" || doc.Find("a.back").Length() != 0 {
		t.Error("the card is lost, or the page leads back to where nobody came from")
	}
	doc = page(t, sampleOf[*BeginPage](t, "begin-stopped"))
	if doc.Find("main form").Length() != 0 || !strings.Contains(doc.Find(".note").Text(), "paused") {
		t.Error("a response can be started that will be refused")
	}
	// Somebody is told how to leave before they are asked anything.
	for _, name := range []string{"begin", "begin-card", "begin-stopped"} {
		doc := page(t, sampleOf[*BeginPage](t, name))
		has(t, doc, true, "begin.exit", "begin.keys", "begin.history", "begin.idle")
		if doc.Find(`a[href="/safety"]`).Length() == 0 {
			t.Errorf("%s: no way to the page about staying safe", name)
		}
		if telling := regexp.MustCompile(`(?i)street|rule|order|quarter`); telling.MatchString(doc.Find("main").Text()) {
			t.Errorf("%s tells whoever looks on what the consultation is about", name)
		}
	}
}

func TestReceiptFaces(t *testing.T) {
	doc := page(t, sampleOf[*ReceiptPage](t, "receipt"))
	if got := strings.Fields(doc.Find(".oneline code").Text()); !slices.Equal(got, receiptWords()) || doc.Find("ol.words li").Length() != 12 || doc.Find("svg.qr").Length() != 1 {
		t.Errorf("the words are %v", got)
	}
	has(t, doc, false, "receipt.same", "receipt.copy", "receipt.result", "receipt.another")
	doc = page(t, sampleOf[*ReceiptPage](t, "receipt-same"))
	has(t, doc, true, "receipt.same")
	has(t, doc, false, "receipt.once", "receipt.lost")
	if doc.Find(".words, svg, .oneline").Length() != 0 {
		t.Error("there is a code on a page that has none to show")
	}
	doc = page(t, sampleOf[*ReceiptPage](t, "receipt-copy"))
	has(t, doc, true, "receipt.copy", "receipt.copy.text", "receipt.result", "receipt.another", "receipt.another.text")
	copied := doc.Find("details.copy")
	if copied.Find("dt").Length() != 5 || !strings.Contains(copied.Text(), "I walk my dog here") || copied.Find("a").Length() != 0 {
		t.Error("the copy does not hold what was sent, or offers to change it")
	}
	if _, open := copied.Attr("open"); open {
		t.Error("the copy is open before anybody asked for it")
	}
}

func TestSavedPage(t *testing.T) {
	doc := page(t, sampleOf[*SavedPage](t, "saved"))
	if got := strings.Fields(doc.Find(".oneline code").Text()); !slices.Equal(got, receiptWords()) || doc.Find("svg.qr").Length() != 1 {
		t.Errorf("the words are %v", got)
	}
	has(t, doc, true, "saved.text", "saved.several", "saved.same")
	if !strings.Contains(doc.Find("main").Text(), "until 14 December 2026 at 23:59") {
		t.Error("the page does not say how long")
	}
	if doc.Find(`a.button[href="/station-quarter/respond/C6"]`).Length() != 1 || doc.Find(`form[method=post][action="/station-quarter/respond/leave"] button`).Length() != 1 {
		t.Error("the page does not lead on, or cannot be closed")
	}
	// What to do with the words is said before them.
	if body := body(t, sampleOf[*SavedPage](t, "saved")); strings.Index(body, "Write them down") > strings.Index(body, "harvest") {
		t.Error("that the words must be written down stands after them")
	}
}

func TestEqualityPage(t *testing.T) {
	doc := page(t, sampleOf[*EqualityPage](t, "equality"))
	has(t, doc, true, "equality.text", "equality.apart", "equality.code")
	if doc.Find("main form").Length() != 0 || doc.Find(`a[href="/station-quarter/respond/equality?start=yes"]`).Length() != 1 || doc.Find(`a[href="/station-quarter/receipt"]`).Length() != 1 {
		t.Error("the page asks at once, or does not let people go on without")
	}
	doc = page(t, sampleOf[*EqualityPage](t, "equality-asking"))
	names := map[string]int{}
	doc.Find("main input").Each(func(_ int, s *goquery.Selection) {
		names[s.AttrOr("name", "")]++
		if s.AttrOr("type", "") != "radio" || s.Is("[required], [checked]") {
			t.Error("an answer is demanded, or given beforehand")
		}
	})
	if diff := cmp.Diff(map[string]int{"E1": 3, "E2": 3}, names); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
	// Nothing on the page ties the answers to what was sent.
	if doc.Find("input[type=hidden]").Length() != 0 {
		t.Error("the form carries something hidden")
	}
	if doc.Find("fieldset").Last().AttrOr("aria-describedby", "") != "E2-hint" {
		t.Error("the hint is not announced with its question")
	}
}

func TestReceiptCheckFaces(t *testing.T) {
	forms := func(doc *goquery.Document) []string { return values(doc, "main form button[name=do]") }
	for name, want := range map[string][]string{
		"code": {"check"}, "code-wrong": {"check"}, "code-found": {"misread", "correct", "withdraw"}, "code-asked": {"reply", "misread", "correct", "withdraw"},
		"code-misread": {"correct", "withdraw"}, "code-shown": {"misread", "correct", "withdraw"}, "code-frozen": {"misread"},
		"code-gone": nil, "code-void": nil, "code-replaced": nil, "code-done": nil,
	} {
		doc := page(t, sampleOf[*ReceiptCheckPage](t, name))
		if diff := cmp.Diff(want, forms(doc)); diff != "" {
			t.Errorf("%s: what can be done (-want +got):\n%s", name, diff)
		}
		// Every act is tied to the code that was typed, and none by the address.
		doc.Find("main form").Each(func(_ int, s *goquery.Selection) {
			if s.AttrOr("method", "") != "post" || s.Find("[name=code]").Length() != 1 || s.AttrOr("action", "") != "" {
				t.Errorf("%s: a form without the code", name)
			}
		})
	}
	is := func(name string) *goquery.Document { return page(t, sampleOf[*ReceiptCheckPage](t, name)) }
	has(t, is("code-found"), true, "code.status.live", "code.correct.text", "code.misread.text")
	has(t, is("code-found"), false, "code.correct.shown", "code.frozen", "code.messages")
	has(t, is("code-shown"), true, "code.correct.shown")
	has(t, is("code-shown"), false, "code.correct.text")
	has(t, is("code-frozen"), true, "code.frozen", "code.frozen.stays", "code.frozen.goes")
	has(t, is("code-frozen"), false, "code.withdraw", "code.correct")
	has(t, is("code-void"), true, "code.status.void")
	has(t, is("code-gone"), true, "code.status.withdrawn")
	has(t, is("code-replaced"), true, "code.status.replaced")
	has(t, is("code-misread"), true, "code.misread.thanks", "code.misread.done")
	has(t, is("code-replied"), true, "code.reply.done")
	has(t, is("code-done"), true, "code.withdrawn", "code.withdrawn.text")
	has(t, is("code"), true, "code.private")

	doc := is("code-asked")
	has(t, doc, true, "code.messages", "code.reply.hint")
	for i, want := range []string{"The council asked, 20 November 2026:", "You answered, 21 November 2026:"} {
		if got := doc.Find("p.meta").Eq(i).Text(); got != want {
			t.Errorf("message %d: %q, expected %q", i, got, want)
		}
	}
	if got := doc.Find("blockquote").First().Text(); got != "Which of the two crossings do you mean?\n\nYou do not have to answer." {
		t.Errorf("the message reads %q", got)
	}
	doc = is("code-reply-wrong")
	if got := doc.Find("textarea#message").Text(); got != sentence(21, 300) || !strings.Contains(doc.Find("#message").AttrOr("aria-describedby", ""), "fault") {
		t.Error("what was typed as a reply is lost, or its fault is not said beside it")
	}
	for name, want := range map[string]string{"code-wrong": "#code", "code-unsure": "#sure", "code-reply-wrong": "#message",
		"code-reply-nowhere": "#main", "code-reply-unknown": "#code", "code-unsure-frozen": "#main", "code-unsure-gone": "#main"} {
		if got := is(name).Find(".problem a").AttrOr("href", ""); got != want {
			t.Errorf("%s: the summary leads to %q, expected %q", name, got, want)
		}
	}
}

// A page that nothing was found on never says what the code could have led to.
func TestNothingIsShownBesideACode(t *testing.T) {
	for _, s := range samples() {
		p, ok := s.page.(*ReceiptCheckPage)
		if !ok || p.Found != nil {
			continue
		}
		if doc := page(t, p); doc.Find("dl, details, .hash").Length() != 0 {
			t.Errorf("%s shows more than the form", s.name)
		}
	}
}

func TestResultPage(t *testing.T) {
	doc := page(t, sampleOf[*ResultPage](t, "result"))
	if diff := cmp.Diff([]string{"add", "remove"}, values(doc, "form button[name=do]")); diff != "" {
		t.Errorf("buttons (-want +got):\n%s", diff)
	}
	if field := doc.Find("input#email"); field.AttrOr("type", "") != "email" || field.AttrOr("autocomplete", "") != "email" {
		t.Error("the field does not say what it is for")
	}
	for _, name := range []string{"result-added", "result-removed"} {
		p := sampleOf[*ResultPage](t, name)
		p.Email = "somebody@example.org"
		if body := body(t, p); strings.Contains(body, p.Email) || parsePage(t, body).Find("main form").Length() != 0 {
			t.Errorf("%s shows the address to whoever looks next", name)
		}
	}
}

func TestPaperForm(t *testing.T) {
	doc := page(t, sampleOf[*PaperPage](t, "paper"))
	if doc.Find("main ol a").Length() != 2 {
		t.Error("the forms cannot be chosen")
	}
	p := sampleOf[*PaperPage](t, "paper-form")
	doc = page(t, p)
	if doc.Find("main").Find("input, select, textarea, button, form").Length() != 0 {
		t.Error("a paper form has something to click")
	}
	if n := doc.Find(".ask h2").Length(); n != len(p.Questions) {
		t.Errorf("%d of %d questions are on the form", n, len(p.Questions))
	}
	for i, q := range p.Questions {
		ask := doc.Find(".ask").Eq(i)
		if id := ask.Find(".qid").Text(); q.Type != models.TypeInfo && id != q.ID {
			t.Errorf("%s is called %q, which nobody could type in", q.ID, id)
		}
		if n := ask.Find(".box").Length(); n != len(q.Options) {
			t.Errorf("%s: %d boxes for %d options", q.ID, n, len(q.Options))
		}
		lines := map[models.QuestionType]int{models.TypeLongText: 12, models.TypeText: 1, models.TypeDate: 1, models.TypeNumber: 1}[q.Type]
		if q.ID == "Z1" {
			lines = 14 // the longest there are
		}
		if n := ask.Find(".ruled").Length(); n != lines {
			t.Errorf("%s: %d lines to write on, expected %d", q.ID, n, lines)
		}
		if round := ask.Find(".round").Length() > 0; round != q.Single() {
			t.Errorf("%s: takes one answer: %t", q.ID, round)
		}
	}
	if got, want := doc.Find(".ask").Last().Find(".meta").Text(), "Answer this only if in A2 you chose “I live in the proposed area”, “I work or run a business here”. Answer this only if in C2 you did not choose “Agree”."; got != want {
		t.Errorf("the rule reads %q, expected %q", got, want)
	}
	if !strings.Contains(doc.Find("main").Text(), "Nobody may stop or slow a vehicle") {
		t.Error("the rule that a question is about is not on paper")
	}
	if !strings.Contains(doc.Find("main").Text(), "14 December 2026 at 23:59") || !strings.Contains(doc.Find("main").Text(), "Town Hall") {
		t.Error("when and where to send it is not on paper")
	}
}

func TestSafetyPage(t *testing.T) {
	doc := page(t, sampleOf[*TextPage](t, "safety"))
	if n := doc.Find("main h2").Length(); n != 6 {
		t.Errorf("%d headings, expected 6", n)
	}
	has(t, doc, true, "safety.exit.text", "safety.private.text", "safety.history.text", "safety.code.text")
	// Every public page leads to it, wherever people have come to.
	for _, s := range samples() {
		if s.page.base().Staff == nil && page(t, s.page).Find(`footer a[href^="/safety"]`).Length() != 1 {
			t.Errorf("%s does not lead to it", s.name)
		}
	}
}

func TestContactsAreShownWhenAskedFor(t *testing.T) {
	hidden := sampleOf[*ContactsPage](t, "contacts")
	hidden.Addresses = []string{"a@example.org"}
	if body := body(t, hidden); strings.Contains(body, "a@example.org") || parsePage(t, body).Find("main form[method=post] button").Length() != 1 {
		t.Error("the addresses are shown before it is on record that somebody asked")
	}
	if got := strings.Fields(page(t, sampleOf[*ContactsPage](t, "contacts-shown")).Find("pre").Text()); !slices.Equal(got, []string{"a@example.org", "b@example.org"}) {
		t.Errorf("addresses: %v", got)
	}
}

func TestWhatOfficersCanDoWithASubmission(t *testing.T) {
	for name, want := range map[string][]string{
		"submission": {"note"}, "submission-look": {"seen", "ask", "aside"}, "submission-wrong": {"translate", "ask", "aside"}, "reading-submission": nil, "submission-seen": {"ask", "aside"}, "submission-aside": {"count"}, "submission-replaced": nil,
	} {
		doc := page(t, sampleOf[*SubmissionPage](t, name))
		if diff := cmp.Diff(want, values(doc, "main form button[name=do]")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	wrong := page(t, sampleOf[*SubmissionPage](t, "submission-wrong"))
	if got := wrong.Find("#translation-C6").Text() + wrong.Find("#message").Text() + wrong.Find("#why [selected]").Text() + wrong.Find("#reason").AttrOr("value", ""); got != "At night we fear.Which night?Somebody of ours tried the formShe is ours." {
		t.Errorf("typed was %q", got)
	}
	if n, open := wrong.Find("main .fault").Length(), wrong.Find("main details[open] .fault").Length(); n != 4 || open != n {
		t.Errorf("%d faults stand beside their fields, %d where they can be seen, expected 4", n, open)
	}
	if note := page(t, sampleOf[*SubmissionPage](t, "submission-replaced")).Find(".note").Text(); !strings.Contains(note, "does not count") {
		t.Errorf("a submission that was replaced looks as if it counted: %q", note)
	}
	if got := page(t, sampleOf[*SubmissionPage](t, "submission-look")).Find("blockquote").Length(); got != 2 {
		t.Errorf("%d messages, expected 2", got)
	}
}

func TestSettingsTellHowFarTranslationsAre(t *testing.T) {
	doc := page(t, sampleOf[*SettingsPage](t, "settings-paused"))
	var cells []string
	doc.Find("table tbody td").Each(func(_ int, s *goquery.Selection) { cells = append(cells, s.Contents().First().Text()) })
	if diff := cmp.Diff([]string{"2 of 120", "not yet", "not yet", "0 of 120", "yes", "yes"}, cells); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := values(doc, "button[name=do]"); !slices.Contains(got, "resume") || slices.Contains(got, "pause") {
		t.Errorf("a consultation that is paused can be %v", got)
	}
	if doc.Find("code:contains('/station-quarter/c/fern')").Length() != 1 {
		t.Error("the address of the card is not on the page")
	}
}

func TestTo(t *testing.T) {
	for _, test := range []struct{ lang, standard, path, want string }{
		{"en", "en", "/x", "/x"},
		{"en", "en", "/x?form=2#a", "/x?form=2#a"},
		{"ur", "ur", "/x", "/x"},
		{"ur", "en", "/", "/?lang=ur"},
		{"en", "ur", "/x", "/x?lang=en"},
		{"ur", "en", "/x?form=2", "/x?form=2&lang=ur"},
		{"ur", "en", "/x#help", "/x?lang=ur#help"},
		{"ur", "en", "/x?form=2#help", "/x?form=2&lang=ur#help"},
		{"en-x-easy", "en", "/x", "/x?lang=en-x-easy"},
		{"a&b", "en", "/x", "/x?lang=a%26b"},
	} {
		b := &Base{Lang: test.lang, Default: test.standard}
		if got := b.To(test.path); got != test.want {
			t.Errorf("%s, usually %s: %s leads to %s, expected %s", test.lang, test.standard, test.path, got, test.want)
		}
	}
}

// Whoever has chosen a language keeps it from page to page. Inside a response
// the draft knows it, so its addresses do not say it.
func TestLinksKeepTheLanguage(t *testing.T) {
	same := regexp.MustCompile(`^/exit$|^/static/|/log/(checkpoint|leaves|key|manifests|openings|texts)$|\.(csv|json)$|/respond/|^/[bc](/|$)`)
	for _, s := range samples() {
		b := s.page.base()
		switch s.page.(type) {
		case *StepPage, *CheckPage, *SavedPage, *EqualityPage, *SignInPage, *WelcomePage, *GoOnPage:
			continue
		case *PaperPage:
			s.page.(*PaperPage).Forms = nil // made by the handler
		}
		if b.Staff != nil {
			continue
		}
		b.Lang = "ur"
		page(t, s.page).Find(`a[href^="/"]`).Each(func(_ int, a *goquery.Selection) {
			if href := a.AttrOr("href", ""); !same.MatchString(href) && !strings.Contains(href, "lang=ur") {
				t.Errorf("%s: %s (%q) leads back to English", s.name, href, a.Text())
			}
		})
	}
}

func TestDaysInEachLanguage(t *testing.T) {
	r := renderer(t)
	for lang, want := range map[string][2]string{
		"en":        {"14 December 2026", "14 December 2026 at 23:59"},
		"ro":        {"14 decembrie 2026", "14 decembrie 2026, ora 23:59"},
		"pl":        {"14 grudnia 2026", "14 grudnia 2026, godz. 23:59"},
		"ur":        {"14 دسمبر 2026", "14 دسمبر 2026، 23:59 بجے"},
		"pa":        {"14 ਦਸੰਬਰ 2026", "14 ਦਸੰਬਰ 2026 ਨੂੰ 23:59 ਵਜੇ"},
		"bn":        {"14 ডিসেম্বর 2026", "14 ডিসেম্বর 2026, সময় 23:59"},
		"en-x-easy": {"14 December 2026", "14 December 2026 at 23:59"},
		"fa":        {"14 December 2026", "14 December 2026 at 23:59"}, // no catalogue
	} {
		b := &Base{Lang: lang}
		r.prepare(b)
		if got := [2]string{r.Day(lang, "2026-12-14"), b.Time("2026-12-14 23:59")}; got != want {
			t.Errorf("%s: %q, expected %q", lang, got, want)
		}
		months := map[string]bool{}
		for m := 1; m <= 12; m++ {
			name := r.Translate(lang, "month."+strconv.Itoa(m))
			months[name] = true
			if got, want := r.Day(lang, fmt.Sprintf("2026-%02d-03", m)), fmt.Sprintf("3 %s 2026", name); got != want {
				t.Errorf("%s: %q, expected %q", lang, got, want)
			}
		}
		if len(months) != 12 {
			t.Errorf("%s: %d names for twelve months", lang, len(months))
		}
	}
	for in, want := range map[string]string{"": "", "soon": "soon", "2026-02-30": "2026-02-30", "2026-12-14 23:59": "14 December 2026"} {
		if got := r.Day("en", in); got != want {
			t.Errorf("%q is written %q, expected %q", in, got, want)
		}
	}
}

func TestLanguageNames(t *testing.T) {
	for tag, want := range map[string]string{"en": "English", "ro": "română", "ur": "اردو", "pa": "ਪੰਜਾਬੀ", "bn": "বাংলা", "pl": "polski", "cy": "Cymraeg", "en-x-easy": "English (Easy Read)", "ur-x-easy": "اردو (Easy Read)"} {
		if got := LanguageName(tag); got != want {
			t.Errorf("%s calls itself %q, expected %q", tag, got, want)
		}
	}
	if diff := cmp.Diff([]string{"en", "bn", "pa", "pl", "ro", "ur"}, renderer(t).Languages()); diff != "" {
		t.Errorf("languages of the pages (-want +got):\n%s", diff)
	}
}

// Every page stands in every language: the same structure, its direction, and
// the note that nobody has checked the translation.
func TestEveryLanguage(t *testing.T) {
	r := renderer(t)
	for _, lang := range append(r.Languages(), "en-x-easy", "fa") {
		for _, s := range samples() {
			b := s.page.base()
			switch s.page.(type) {
			case *SignInPage, *WelcomePage, *GoOnPage: // for staff, and in English
				continue
			}
			if b.Staff != nil {
				continue
			}
			t.Run(lang+" "+s.name, func(t *testing.T) {
				b.Lang, b.Title = lang, ""
				body := render(t, r, s.page)
				doc := parsePage(t, body)
				checkSafe(t, doc)
				checkStructure(t, r, doc)
				checkForms(t, doc)
				checkNeutral(t, doc)
				if got := doc.Find("html").AttrOr("dir", ""); got != direction(lang) {
					t.Errorf("dir=%q", got)
				}
				if title := doc.Find("head title").Text(); strings.ContainsAny(title, "<>") {
					t.Errorf("the title has markup in it: %q", title)
				}
				// The dot of an entry that turns the other way stands outside the
				// list, and the page scrolls sideways.
				doc.Find("li[dir]").Each(func(_ int, e *goquery.Selection) {
					t.Errorf("an entry of a list has dir=%q: %q", e.AttrOr("dir", ""), e.Text())
				})
				unchecked := !strings.HasPrefix(lang, "en") && lang != "fa"
				if got := strings.Contains(doc.Find(".invented").Text(), r.Translate(lang, "layout.unchecked")); got != (unchecked || b.Unchecked) {
					t.Errorf("says that nobody has checked it: %t", got)
				}
				doc.Find("*").Each(func(_ int, e *goquery.Selection) {
					for _, a := range e.Nodes[0].Attr {
						if strings.ContainsAny(a.Val, "<>") && (a.Key == "aria-label" || a.Key == "title") {
							t.Errorf("<%s %s=%q>", goquery.NodeName(e), a.Key, a.Val)
						}
					}
				})
				// What the catalogue has is not shown in English.
				if unchecked {
					doc.Find("a.exit [lang=en], footer [lang=en], .skip [lang=en]").Each(func(_ int, e *goquery.Selection) {
						t.Errorf("%q is in English", e.Text())
					})
				}
				if *screens != "" && lang == "ur" {
					writeScreen(t, "ur-"+s.name, body)
				}
			})
		}
	}
}

func TestUncheckedWording(t *testing.T) {
	for name, test := range map[string]struct {
		lang      string
		unchecked bool
		staff     bool
		want      bool
	}{
		"English":                            {"en", false, false, false},
		"English that the council has added": {"en", true, false, true},
		"drafted pages":                      {"pl", false, false, true},
		"staff":                              {"en", true, true, false},
	} {
		p := &HomePage{Base: Base{Lang: test.lang, Unchecked: test.unchecked}}
		if test.staff {
			p.Staff = &StaffBar{}
		}
		r := renderer(t)
		doc := parsePage(t, render(t, r, p))
		if got := strings.Contains(doc.Find("body").Text(), r.Translate(test.lang, "layout.unchecked")); got != test.want {
			t.Errorf("%s: the note is on the page: %t", name, got)
		}
	}
}

// The picture is the words and nothing else: every dark module of the code is
// drawn, and none besides.
func TestQRIsTheWords(t *testing.T) {
	saved, receipt := &SavedPage{Words: receiptWords()}, &ReceiptPage{Words: receiptWords()}
	if saved.QR() != receipt.QR() {
		t.Error("the same words are drawn in two ways")
	}
	code, err := qr.Encode(strings.Join(receiptWords(), " "), qr.M, qr.Auto)
	if err != nil {
		t.Fatal(err)
	}
	size := code.Bounds().Dx()
	drawn := map[[2]int]bool{}
	for _, m := range regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1H(\d+)z`).FindAllStringSubmatch(string(saved.QR()), -1) {
		var n [5]int
		for i := 1; i < 5; i++ {
			n[i], _ = strconv.Atoi(m[i])
		}
		if n[4] != n[1] {
			t.Errorf("%s does not go back to where it began", m[0])
		}
		for x := range n[3] {
			drawn[[2]int{n[1] + x - 4, n[2] - 4}] = true
		}
	}
	for y := range size {
		for x := range size {
			if drawn[[2]int{x, y}] != (code.At(x, y) == color.Black) {
				t.Fatalf("the module at %d, %d is drawn %t", x, y, drawn[[2]int{x, y}])
			}
		}
	}
	if got := (&SavedPage{Words: []string{strings.Repeat("x", 5000)}}).QR(); got != "" {
		t.Errorf("too much for a code is drawn all the same: %.60s", got)
	}
}

// A report that is written to a file stands alone: its style in it, no script,
// and no way that needs the portal.
func TestRenderFile(t *testing.T) {
	var out bytes.Buffer
	p := &ReportPage{Base: Base{Title: "Report", Service: "Fairmead Council"}, Report: report()}
	if err := renderer(t).RenderFile(&out, p); err != nil {
		t.Fatal(err)
	}
	doc := parsePage(t, out.String())
	doc.Find("script, link, img, form, button").Each(func(_ int, s *goquery.Selection) { t.Errorf("a file with <%s>", goquery.NodeName(s)) })
	doc.Find("a").Each(func(_ int, s *goquery.Selection) {
		if href := s.AttrOr("href", ""); !strings.HasPrefix(href, "#") {
			t.Errorf("%q leads to %s, and there is no portal", s.Text(), href)
		}
	})
	if style := doc.Find("head style"); style.Length() != 1 || !strings.Contains(style.Text(), ":root{") {
		t.Error("the style does not stand in the file")
	}
	if strings.Contains(out.String(), static.Prefix) {
		t.Error("the file asks for something from the portal")
	}
}

// Text that people wrote runs in its own direction on every page.
func TestWordsRunInTheirOwnDirection(t *testing.T) {
	for _, s := range samples() {
		doc := page(t, s.page)
		doc.Find("textarea, input[name=text]").Each(func(_ int, f *goquery.Selection) {
			if dir := f.AttrOr("dir", ""); dir == "" && s.page.base().Staff == nil && f.AttrOr("inputmode", "") == "" {
				t.Errorf("%s: the field %s runs in the direction of the page, whatever is typed", s.name, f.AttrOr("name", ""))
			}
		})
		doc.Find("blockquote p, dd p.lines:not(:has(strong))").Each(func(_ int, f *goquery.Selection) {
			if f.AttrOr("dir", "")+f.Closest("blockquote").AttrOr("dir", "") == "" {
				t.Errorf("%s: what somebody wrote runs in the direction of the page: %.40q", s.name, f.Text())
			}
		})
	}
	// So do questions and titles, which may not be in the page's language.
	for _, s := range samples() {
		if s.page.base().Staff == nil {
			page(t, s.page).Find("dl.rows dt, .card h3 a").Each(func(_ int, e *goquery.Selection) {
				if e.Find("bdi").Text() == "" {
					t.Errorf("%s: the question or title %.40q takes its direction from the page", s.name, e.Text())
				}
			})
		}
	}
	for _, address := range []string{`input[type=email]`, `a[href^="tel:"]`, `textarea[name=code]`} {
		for _, s := range samples() {
			s.page.base().Lang = "ur"
			if s.page.base().Staff != nil {
				continue
			}
			page(t, s.page).Find("main").Find(address).Each(func(_ int, f *goquery.Selection) {
				if _, signIn := s.page.(*SignInPage); signIn || f.AttrOr("dir", "") == "ltr" {
					return
				}
				if _, welcome := s.page.(*WelcomePage); !welcome {
					t.Errorf("%s: %s would be turned round on a page that is written from the right", s.name, address)
				}
			})
		}
	}
}

// A long word or address must not push a page off a phone, and nothing is cut.
func TestLongTextIsKeptWhole(t *testing.T) {
	p := sampleOf[*StepPage](t, "step-long-urdu")
	want := p.Given.Text
	if got := page(t, p).Find("textarea").Text(); got != want {
		t.Errorf("%d of %d bytes are in the field", len(got), len(want))
	}
	c := sampleOf[*CheckPage](t, "check")
	long := strings.Repeat("ڈ", 300) + "\n\n" + sentence(1, 20_000)
	c.Rows[0].Answers = []string{long}
	if got := page(t, c).Find("dd p").First().Text(); got != long {
		t.Errorf("%d of %d bytes are on the page", len(got), len(long))
	}
}

// Names from a consultation file never become names of forms or scripts.
func TestNamesOfFields(t *testing.T) {
	for _, s := range samples() {
		doc := page(t, s.page)
		doc.Find("main [id]").Each(func(_ int, e *goquery.Selection) {
			if slices.Contains([]string{"languages", "main"}, e.AttrOr("id", "")) {
				t.Errorf("%s: an id of the layout stands in the page", s.name)
			}
		})
		z := html.NewTokenizer(strings.NewReader(body(t, s.page)))
		for z.Next() != html.ErrorToken {
			token := z.Token()
			seen := map[string]bool{}
			for _, a := range token.Attr {
				if seen[a.Key] {
					t.Errorf("%s: <%s> has %s twice", s.name, token.Data, a.Key)
				}
				seen[a.Key] = true
			}
		}
	}
}

// In a report that runs from right to left, words from the council and from
// people that run from left to right keep their punctuation.
func TestReportSetsForeignWordsApart(t *testing.T) {
	r := report()
	r.Themes[0].Definition, r.Themes[0].DistinctiveFor = "Wants lamps. Not: benches.", []string{"Residents (all)", "Visitors"}
	for lang, want := range map[string]string{"en": "Residents (all), Visitors", "ur": "\u2068Residents (all)\u2069, \u2068Visitors\u2069"} {
		p := &ReportPage{Base: base(""), Report: r}
		p.Lang = lang
		doc := page(t, p)
		if text := doc.Find("#theme-" + r.Themes[0].ID).Text(); !strings.Contains(text, want) {
			t.Errorf("%s: %q says nothing of %q", lang, text, want)
		}
		if figures := doc.Find("article p").Text(); strings.Contains(figures, "<") && strings.Contains(figures, "\u2068<") != (lang == "ur") {
			t.Errorf("%s: the sign before a figure may land behind it", lang)
		}
		set := func(text string) bool { return strings.HasPrefix(text, "\u2068") && strings.HasSuffix(text, "\u2069") }
		doc.Find("#results ~ h3, article p:contains('Not: benches')").Each(func(_ int, s *goquery.Selection) {
			if set(s.Text()) != (lang == "ur") {
				t.Errorf("%s: %q is set apart: %t", lang, s.Text(), set(s.Text()))
			}
		})
		if n, m := doc.Find("#results ~ h3").Length(), doc.Find("article h3 bdi").Length(); n == 0 || m != len(r.Themes) {
			t.Errorf("%s: %d questions, %d names of themes", lang, n, m)
		}
	}
}
