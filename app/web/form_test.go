package web

import (
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"heard/app/consult"
	"heard/models"
	"heard/models/storetest"
)

// There is no cookie before a response is started, one while it is answered,
// and none after the receipt, after leaving it, and after "Exit this page".
func TestCookieOfAResponse(t *testing.T) {
	p := newPortal(t)
	id := "/" + p.demo.ID
	none := func(when string, b *browser) {
		t.Helper()
		if got := b.cookies(); len(got) != 0 {
			t.Errorf("%s: cookies %v", when, got)
		}
	}
	for _, end := range []string{"receipt", "equality", "leave", "exit", "idle"} {
		b := p.browser()
		for _, path := range []string{"/", "/?lang=ro", "/privacy", "/safety", id, id + "?lang=ur", id + "/respond", id + "/respond?lang=pl", id + "/c/" + p.demo.Cards[0].ID, id + "/paper", id + "/paper?form=1", id + "/result", id + "/receipt", id + "/log/"} {
			b.get(path)
			none("after looking at "+path, b)
		}
		b.post(id+"/result", url.Values{"email": {"nobody"}, "do": {"add"}})
		b.post(id+"/receipt", url.Values{"code": {"one two"}})
		b.post(id+"/respond/leave", nil)
		none("after forms that start nothing", b)
		b.answer(resident, func(step *page) {
			if n := len(b.cookies()); n != 1 {
				t.Errorf("at %s: %d cookies, expected one", step.step(), n)
			}
		})
		p.clock.Advance(time.Minute)
		switch end {
		case "receipt":
			b.check().send()
		case "equality":
			b.check().submit("form#step", nil)
			if n := len(b.cookies()); n != 1 {
				t.Errorf("before the receipt: %d cookies, expected one", n)
			}
			b.get(id+"/respond/equality?start=yes").submit("form[method=post]", url.Values{"E1": {"25_44"}})
		case "leave":
			if left := b.post(id+"/respond/leave", nil); left.url.Path != id || left.status != http.StatusOK {
				t.Errorf("leaving leads to %s, %d", left.url, left.status)
			}
		case "exit":
			exit := b.visit("/exit").is(http.StatusSeeOther)
			if got := exit.header.Get("Clear-Site-Data"); got != `"cache", "cookies", "storage"` {
				t.Errorf("Clear-Site-Data is %q", got)
			}
		case "idle":
			p.clock.Advance(consult.DraftLife + time.Minute)
			b.visit(id + "/respond/check").is(http.StatusGone)
			continue // it is of no use, and goes with the browser's session
		}
		none("after "+end, b)
		b.visit(id + "/respond/check").is(http.StatusGone)
		if n := p.count("drafts"); n != 0 {
			t.Errorf("after %s: %d drafts are left", end, n)
		}
	}
}

// The page before the first question tells how to leave, in the language of
// the reader, and starts nothing by itself.
func TestBeforeTheQuestions(t *testing.T) {
	p := newPortal(t)
	b := p.browser()
	begin := b.get("/" + p.demo.ID).follow("main a.go")
	begin.says("main", "Escape key three times").says("main", "Exit this page")
	if begin.doc.Find(`main a[href="/safety"]`).Length() != 1 || begin.doc.Find("main form").Length() != 1 {
		t.Error("there is no way to the page about safety, or none to go on")
	}
	if p.count("drafts") != 0 {
		t.Error("looking at it started a response")
	}
	b.get("/safety").says("main", "private")
	first := begin.submit("form[method=post]", nil)
	if first.step() != "A1" || p.count("drafts") != 1 {
		t.Errorf("going on leads to %s with %d drafts", first.step(), p.count("drafts"))
	}
	// Pressing it twice begins once.
	begin.submit("form[method=post]", nil)
	if n := p.count("drafts"); n != 1 {
		t.Errorf("%d drafts after pressing twice", n)
	}
}

// An outreach card opens the questions that fit, and neither its address nor
// the pages it leads through say which answers it gave.
func TestCard(t *testing.T) {
	p := newPortal(t)
	i := newInspector(p)
	card := "/" + p.demo.ID + "/c/" + p.demo.Cards[0].ID
	before := p.browser()
	before.answer(resident, nil) // somebody else, on the same phone
	b := before
	b.seen = i.look
	begin := b.get(card)
	if words := tellingIn["en"].FindString(begin.doc.Text()); words != "" {
		t.Errorf("the page of the card says %q", words)
	}
	if begin.doc.Find("main a.back, .back").Length() != 0 {
		t.Error("the page of the card leads back to where nobody came from")
	}
	if p.count("drafts") != 1 {
		t.Error("looking at it started or ended a response")
	}
	first := begin.submit("form[method=post]", nil).is(http.StatusOK)
	if first.step() != "S0" {
		t.Errorf("the card leads to %s", first.step())
	}
	if n := p.count("drafts"); n != 1 {
		t.Errorf("%d drafts: what was answered on this phone before is still there", n)
	}
	b.post("/"+p.demo.ID+"/respond/C1", url.Values{"answer": {"disagree"}}).is(http.StatusOK)
	p.clock.Advance(time.Minute)
	check := b.check()
	for _, hidden := range []string{"A1", "A2"} {
		if check.doc.Find("#"+hidden).Length() != 0 {
			t.Errorf("check answers shows %s, which the card answered", hidden)
		}
	}
	if strings.Contains(check.doc.Find("main").Text(), "I sell or have sold sex") {
		t.Error("check answers says what the card answered")
	}
	check.says("main", "The card that you came with")
	// Who wants to look at them can, and change them; they are then shown like
	// all others.
	look := check.follow(`main a[href*="/A1?"]`)
	if _, held := look.filled("form#step"); held.Get("answer") != "self" {
		t.Errorf("A1 holds %v", held)
	}
	again := look.submit("form#step", nil)
	if again.step() != "check" || again.doc.Find("#A1").Length() != 1 || again.doc.Find("#A2").Length() != 0 {
		t.Errorf("after looking at A1 it leads to %s", again.url)
	}
	if receipt := again.send(); receipt.step() != "receipt" {
		t.Errorf("sending leads to %s", receipt.step())
	}
	if got := p.rows("SELECT path || groups || attention FROM submissions"); !slices.Equal(got, []string{`sex_worker["sex_worker"][]`}) {
		t.Errorf("stored as %v", got)
	}
	// A card that nobody printed leads to the form.
	for _, no := range []string{"oak", "..%2foak", "%00", "fern%20"} {
		fresh := p.browser()
		if got := fresh.visit("/" + p.demo.ID + "/c/" + no); got.url.Path != "/"+p.demo.ID+"/respond" || got.status != http.StatusOK || len(fresh.cookies()) != 0 {
			t.Errorf("the card %s leads to %s", no, got.url)
		}
	}
	if got := p.browser().visit("/" + p.demo.ID + "/c/oak?lang=ro"); got.doc.Find("html").AttrOr("lang", "") != "ro" {
		t.Error("a card that nobody printed loses the language")
	}
	// Nor does a form that names one give answers.
	fresh := p.browser()
	if got := fresh.post("/"+p.demo.ID+"/respond", url.Values{"card": {"oak"}, "lang": {"xx"}}); got.step() != "A1" {
		t.Errorf("a card that nobody printed leads to %s", got.step())
	}
}

// A card can answer questions that stand further on; the first that is open is
// asked first.
func TestCardWithGaps(t *testing.T) {
	p := newPortal(t)
	p.kinds()
	b := p.browser()
	first := b.get("/"+p.demo.ID+"/c/wren").submit("form[method=post]", nil).is(http.StatusOK)
	if first.step() != "I1" {
		t.Errorf("it leads to %s", first.step())
	}
	b.post(p.at("X2"), everything["X2"])
	check := b.check()
	if check.doc.Find("#A1").Length()+check.doc.Find("#S1").Length() != 0 {
		t.Error("check answers shows what the card answered")
	}
	check.follow(`main a[href*="change"]`).is(http.StatusOK)
}

// What is typed is kept while it is typed, as it is, and is there after a
// reload; only what is sent is sent.
func TestKeeping(t *testing.T) {
	p := newPortal(t)
	p.kinds()
	b := p.browser()
	b.start()
	keep := func(step string, values url.Values) *page {
		t.Helper()
		values.Set("do", "keep")
		return b.post(p.at(step), values)
	}
	for step, values := range map[string]url.Values{
		"A1": {"answer": {"self"}}, "W1": {"answer": {"other"}, "text": {"Half a sent"}}, "T1": {"answer": {"benches", "none"}}, "X1": {"text": {"Kestrel"}, "answer": {"unsure"}},
		"X2": {"text": {strings.Repeat("too long ", 10)}}, "L1": {"text": {strings.Repeat("é", 600)}}, "D1": {"day": {"31"}, "month": {"2"}, "year": {"20"}}, "N1": {"text": {"a dozen"}},
		"R1": {"rank-quiet": {""}, "rank-light": {"1"}, "rank-shade": {""}}, "P1": {"answer": {"ward_3"}},
	} {
		kept := keep(step, values).is(http.StatusNoContent)
		if kept.body != "" || len(kept.header.Values("Set-Cookie")) != 0 {
			t.Errorf("%s: keeping answers %q", step, kept.body)
		}
		reloaded := b.get(p.at(step))
		_, held := reloaded.filled("form#step")
		delete(values, "do")
		for name, v := range values {
			v = []string{strings.TrimSpace(v[0])}
			if !slices.Equal(held[name], v) && !slices.Equal(held[name], values[name]) {
				t.Errorf("%s: after a reload %s holds %q, expected %q", step, name, held[name], v)
			}
		}
		if reloaded.doc.Find(".fault, .problem").Length() != 0 {
			t.Errorf("%s: a reload complains of what is not finished", step)
		}
	}
	// Its faults are found when it is sent, each with a way to it.
	refused := b.check().submit("form#step", nil).is(http.StatusUnprocessableEntity)
	for _, step := range []string{"T1", "X1", "X2", "L1", "D1", "N1"} {
		if refused.doc.Find(fmt.Sprintf(`.problem a[href=%q]`, p.at(step)+"?change=yes")).Length() != 1 {
			t.Errorf("sending does not complain of %s", step)
		}
	}
	if p.count("submissions") != 0 {
		t.Error("it was sent")
	}
	// Keeping an empty field empties it.
	keep("X1", url.Values{"text": {""}}).is(http.StatusNoContent)
	if held := b.kept("X1"); !held.Empty() {
		t.Errorf("X1 holds %+v", held)
	}
	// There is nothing to keep of a page that asks nothing, of files, of a
	// question that is not asked and of one that there is not.
	for step, status := range map[string]int{"I1": http.StatusNoContent, "F1": http.StatusOK, "E1": http.StatusNotFound, "Z9": http.StatusNotFound} {
		keep(step, url.Values{"text": {"smuggled"}, "answer": {"smuggled"}}).is(status)
	}
	if d := b.draft(); len(d.Answers) != 9 || !d.Answers["I1"].Empty() || !d.Answers["F1"].Empty() {
		t.Errorf("the response holds answers to %d questions: %v", len(d.Answers), d.Answers)
	}
	// A choice that is not offered is shown nowhere and refused when it is sent.
	keep("S1", url.Values{"answer": {"<b>mine</b>"}}).is(http.StatusNoContent)
	plain(b.get(p.at("S1")))
	check := b.check()
	plain(check)
	check.says("#S1", "Not provided")
	if strings.Contains(check.body, "mine") {
		t.Error("check answers shows a choice that is not offered")
	}
	// After sending and leaving there is nothing to keep into.
	b.post(p.at("leave"), nil)
	keep("X1", url.Values{"text": {"late"}}).is(http.StatusGone)
	if n := p.count("drafts"); n != 0 {
		t.Errorf("keeping brought back %d drafts", n)
	}
}

// A button that there is not does what Continue does.
func TestUnknownButton(t *testing.T) {
	p := newPortal(t)
	b := p.browser()
	b.start()
	if got := b.post("/"+p.demo.ID+"/respond/A1", url.Values{"answer": {"self"}, "do": {"destroy"}}); got.step() != "A2" {
		t.Errorf("it leads to %s", got.url)
	}
	if d := b.draft(); d.Code != "" {
		t.Error("it saved the response under a code")
	}
}

// use sends a code from the page for codes, with what to do and further fields.
func (b *browser) use(code, do string, more ...string) *page {
	b.Helper()
	values := url.Values{"code": {code}, "do": {do}}
	for i := 0; i+1 < len(more); i += 2 {
		values.Set(more[i], more[i+1])
	}
	return b.post("/"+b.demo.ID+"/receipt", values)
}

// An answer can be saved under a code, left, opened again anywhere with the
// code, worked on by several people at once, and sent; the code is then the
// receipt.
func TestSavingForLater(t *testing.T) {
	p := newPortal(t)
	p.kinds()
	i := newInspector(p)
	b := p.browser()
	b.seen = i.look
	first := b.start()
	if first.doc.Find("button[value=save]").Length() != 0 {
		t.Error("there is something to save before anything was answered")
	}
	b.post(p.at("A1"), url.Values{"answer": {"organisation"}}).is(http.StatusOK)
	b.get(p.at("saved")) // there is none, so it leads on
	saved := b.get(p.at("S1")).submit("form#step", url.Values{"answer": {"agree"}, "do": {"save"}}).is(http.StatusOK)
	words := saved.words()
	if saved.step() != "saved" || len(words) != 12 {
		t.Fatalf("saving leads to %s with %q", saved.step(), words)
	}
	code := strings.Join(words, " ")
	// The page names the closing time; the grace after it is not to be counted on.
	_, closes := p.demo.Window()
	saved.says("main", renderer().Time("en", closes))
	if saved.doc.Find("nav[aria-label=Language] a, nav.languages").Length() != 0 {
		t.Error("the page with the words is loaded again by choosing a language")
	}
	for _, again := range []*page{b.get(p.at("saved")), b.get(p.at("X2")).submit("form#step", url.Values{"do": {"save"}}), b.check().submit("form#step", url.Values{"do": {"save"}})} {
		if !slices.Equal(again.words(), words) {
			t.Errorf("saving again gives other words")
		}
	}
	if n := len(p.rows("SELECT id FROM drafts")); n != 2 {
		t.Errorf("%d rows are kept, expected the answers and this browser's way to them", n)
	}
	// Nothing of the words or the answers stands in the database.
	for _, row := range p.rows("SELECT hex(id) || ' ' || hex(sealed) || sealed FROM drafts") {
		if strings.Contains(row, words[0]+" "+words[1]) || strings.Contains(row, "organisation") {
			t.Error("a saved response can be read in the database")
		}
	}

	// It stays when this browser leaves, by either way.
	left := saved.submit("form[action$=leave]", nil).is(http.StatusOK)
	if left.url.Path != "/"+p.demo.ID || len(b.cookies()) != 0 {
		t.Errorf("leaving leads to %s with cookies %v", left.url, b.cookies())
	}
	b.visit(p.at("S1")).is(http.StatusGone)
	b.post(p.at("S1"), url.Values{"answer": {"disagree"}}).is(http.StatusGone)

	// A colleague opens it elsewhere, in a hand of their own.
	colleague := p.browser()
	colleague.seen = i.look
	opened := colleague.use("  1. "+strings.ToUpper(strings.Join(words, ",\n")), "check").is(http.StatusOK)
	if opened.step() != "X2" {
		t.Errorf("it opens at %s, expected the first question without an answer", opened.step())
	}
	if _, held := colleague.get(p.at("S1")).filled("form#step"); held.Get("answer") != "agree" {
		t.Errorf("S1 holds %v", held)
	}
	b.use(code, "check").is(http.StatusOK)
	b.post(p.at("L1"), url.Values{"text": {"What one wrote."}}).is(http.StatusOK)
	colleague.post(p.at("N1"), url.Values{"text": {"12"}}).is(http.StatusOK)
	for name, who := range map[string]*browser{"one": b, "other": colleague} {
		check := who.check()
		check.says("#L1", "What one wrote.")
		check.says("#N1", "12")
		if t.Failed() {
			t.Fatalf("%s does not see both", name)
		}
	}
	// The exit of one takes nothing from the other.
	b.visit("/exit").is(http.StatusSeeOther)
	if len(b.cookies()) != 0 {
		t.Error("a cookie is left after the exit")
	}
	colleague.get(p.at("L1")).says("textarea", "What one wrote.")

	// After half an hour without use the browser's hold ends, not the answers.
	p.clock.Advance(consult.DraftLife + time.Minute)
	must(t, p.service.Sweep(t.Context()))
	colleague.visit(p.at("L1")).is(http.StatusGone)
	p.clock.Advance(24 * time.Hour)
	must(t, p.service.Sweep(t.Context()))
	colleague.use(code, "check").is(http.StatusOK)
	b.use(code, "check").is(http.StatusOK)
	b.post(p.at("X2"), everything["X2"])
	receipt := colleague.check().send()
	if !slices.Equal(receipt.words(), words) {
		t.Errorf("the receipt shows %q, expected the same words", receipt.words())
	}
	// Nobody has it any more, and the code tells what became of it.
	for _, step := range []string{"S1", "check", "saved"} {
		b.visit(p.at(step)).is(http.StatusGone)
	}
	b.post(p.at("S1"), url.Values{"answer": {"disagree"}}).is(http.StatusGone)
	b.use(code, "check").is(http.StatusOK).says("main", "held and counted")
	if subs, answers := p.count("submissions"), p.rows("SELECT text FROM answers WHERE question IN ('L1', 'N1') ORDER BY question"); subs != 1 || !slices.Equal(answers, []string{"What one wrote.", "12"}) {
		t.Errorf("%d submissions with %q", subs, answers)
	}
	i.report()
}

// A code opens nothing that it does not belong to, and nothing after the end.
func TestSavedCodesOpenNothingElse(t *testing.T) {
	p := newPortal(t)
	other := p.demo
	p.kinds()
	b := p.browser()
	b.start()
	b.post(p.at("A1"), url.Values{"answer": {"self"}})
	words := b.get(p.at("S1")).submit("form#step", url.Values{"do": {"save"}}).words()
	code := strings.Join(words, " ")
	swapped := slices.Clone(words)
	slices.Reverse(swapped)
	for _, wrong := range []string{strings.Join(swapped, " "), strings.Join(words[:11], " "), ""} {
		p.browser().use(wrong, "check").is(http.StatusUnprocessableEntity)
	}
	stranger := p.browser()
	stranger.post("/"+other.ID+"/receipt", url.Values{"code": {code}, "do": {"check"}}).is(http.StatusUnprocessableEntity)
	if len(stranger.cookies()) != 0 {
		t.Error("a code that was refused gave a cookie")
	}
	// What is not sent cannot be taken back, changed, misread or replied to.
	for _, do := range []string{"withdraw", "correct", "misread", "reply"} {
		b.use(code, do, "sure", "yes", "message", "Hello").is(http.StatusUnprocessableEntity)
	}
	_, closes := p.demo.Window()
	p.clock.Advance(closes.Sub(p.clock.Now()) + p.demo.Grace() - time.Minute)
	p.browser().use(code, "check").is(http.StatusOK)
	p.clock.Advance(2 * time.Minute)
	p.browser().use(code, "check").is(http.StatusUnprocessableEntity).says("main .fault", "do not know this code")
	must(t, p.service.Sweep(t.Context()))
	p.clock.Advance(consult.DraftLife)
	must(t, p.service.Sweep(t.Context()))
	if n := p.count("drafts"); n != 0 {
		t.Errorf("%d drafts are left after the end", n)
	}
}

// Nothing is saved on a quiet path: there is no button, the form of one is
// refused, and what was saved before somebody came onto the path is destroyed.
func TestQuietPathsSaveNothing(t *testing.T) {
	p := newPortal(t)
	p.kinds()
	b := p.browser()
	b.start()
	b.post(p.at("A1"), url.Values{"answer": {"self"}})
	b.post(p.at("L1"), url.Values{"text": {"Words."}})
	code := strings.Join(b.get(p.at("S1")).submit("form#step", url.Values{"do": {"save"}}).words(), " ")
	// What is typed and not yet answered never stands where the code opens it.
	for _, how := range []string{"do=keep", "do=save", "lang=ro", "lang=en"} {
		apart := url.Values{"answer": {"apart"}}
		name, value, _ := strings.Cut(how, "=")
		apart.Set(name, value)
		b.post(p.at("A1"), apart)
		holder := p.browser()
		holder.use(code, "check").is(http.StatusOK)
		if held := holder.kept("A1"); !slices.Equal(held.Options, []string{"self"}) {
			t.Errorf("after %s, whoever has the code reads that A1 is %v", how, held.Options)
		}
		holder.visit("/exit")
	}
	step := b.post(p.at("A1"), url.Values{"answer": {"apart"}}).is(http.StatusOK)
	if d := b.draft(); d.Code != "" || !slices.Equal(d.Answers["A1"].Options, []string{"apart"}) {
		t.Errorf("the response is still saved, with A1 as %v", d.Answers["A1"])
	}
	p.browser().use(code, "check").is(http.StatusUnprocessableEntity)
	if n := p.count("drafts"); n != 1 {
		t.Errorf("%d drafts, expected this browser's own", n)
	}
	step.says("main .note", "no longer works")
	if step.doc.Find("button[value=save]").Length()+b.check().doc.Find("button[value=save]").Length() != 0 {
		t.Error("there is a button to save")
	}
	b.post(p.at("S1"), url.Values{"do": {"save"}}).is(http.StatusConflict)
	_, sending := b.check().filled("form#step")
	sending.Set("do", "save")
	b.post(p.at("check"), sending).is(http.StatusConflict)
	if saved := b.get(p.at("saved")); saved.step() == "saved" {
		t.Error("there is a page with a code")
	}
	// The answers are all there, and half an hour without use ends them.
	b.check().says("#L1", "Words.")
	p.clock.Advance(consult.DraftLife + time.Minute)
	b.visit(p.at("check")).is(http.StatusGone)
	must(t, p.service.Sweep(t.Context()))
	if n := p.count("drafts"); n != 0 {
		t.Errorf("%d drafts are left", n)
	}
}

// Sending from a page of another response, or from none, sends nothing and
// shows the answers as they are.
func TestStalePage(t *testing.T) {
	p := newPortal(t)
	b := p.browser()
	old := b.answer(resident, nil)
	b.visit("/exit").is(http.StatusSeeOther)
	b.answer(sexWorker, nil)
	_, fresh := b.check().filled("form#step")
	stranger := p.browser().answer(resident, nil)
	_, others := stranger.filled("form#step")
	before := p.state()
	for what, token := range map[string]string{"none": "", "of the response before": old.doc.Find("[name=token]").AttrOr("value", ""), "of somebody else": others.Get("token"),
		"with more work": fresh.Get("token") + "0", "nonsense": "\x00<b>.-1", "without an end": strings.TrimSuffix(fresh.Get("token"), ".0"), "long": strings.Repeat("9", 1000) + "." + strings.Repeat("9", 1000)} {
		got := b.post("/"+p.demo.ID+"/respond/check", url.Values{"token": {token}, "do": {"send"}}).is(http.StatusUnprocessableEntity)
		got.says(".problem", "not up to date").says("title", "Error:").says("#S5", workerWords)
		if strings.Contains(got.body, residentWords) {
			t.Errorf("%s: it shows the answers of another response", what)
		}
		if href := got.doc.Find(".problem a").AttrOr("href", ""); got.doc.Find(href).Length() != 1 {
			t.Errorf("%s: the summary leads to %q, which is not there", what, href)
		}
	}
	if p.state() != before {
		t.Error("something was sent or changed")
	}
	got := old.submit("form#step", nil).is(http.StatusUnprocessableEntity)
	if receipt := got.send(); receipt.step() != "receipt" {
		t.Errorf("sending from the page as it is now leads to %s", receipt.step())
	}
	if sent := p.rows("SELECT path FROM submissions"); !slices.Equal(sent, []string{"sex_worker"}) {
		t.Errorf("sent: %v", sent)
	}
}

// What looks as if a program sent it is taken like everything else, receipted
// and counted, and marked for a person to look at; the sender sees nothing of
// it.
func TestMarkedForAPerson(t *testing.T) {
	p := newPortal(t)
	var pages []string
	for _, c := range []struct {
		trap  string
		after time.Duration
		want  string
	}{{"", time.Minute, "[]"}, {"https://example.org", time.Minute, `["honeypot"]`}, {"", 0, `["hurried"]`}, {"x", 4 * time.Second, `["honeypot","hurried"]`}, {"", 5 * time.Second, "[]"}} {
		b := p.browser()
		check := b.answer(sexWorker, nil)
		p.clock.Advance(c.after)
		receipt := check.submit("form#step", url.Values{"website": {c.trap}}).is(http.StatusOK)
		words := receipt.words()
		if receipt.step() != "receipt" || len(words) != 12 {
			t.Fatalf("sending leads to %s", receipt.step())
		}
		receipt.doc.Find("ol.words, p.oneline code, pre").Remove()
		pages = append(pages, receipt.doc.Find("main").Text())
		p.browser().use(strings.Join(words, " "), "check").is(http.StatusOK).says("main", "held and counted")
		id := p.rows("SELECT submission FROM leaves ORDER BY position DESC LIMIT 1")[0]
		if got := p.rows("SELECT status || attention FROM submissions WHERE id = '" + id + "'")[0]; got != "live"+c.want {
			t.Errorf("trap %q, sent after %s: stored as %s, expected %s", c.trap, c.after, got, c.want)
		}
	}
	if slices.ContainsFunc(pages, func(s string) bool { return s != pages[0] }) {
		t.Error("the receipt tells that it was marked")
	}
	for _, row := range p.rows("SELECT text || options FROM answers") {
		if strings.Contains(row, "example.org") {
			t.Error("what was written into the field that people do not see was kept")
		}
	}
}

// While very many come in, the page asks for work. Who has not done it is
// taken all the same.
func TestWorkIsAskedOfMany(t *testing.T) {
	p := newPortal(t)
	for range 61 {
		key, err := p.service.StartDraft(t.Context(), p.demo, "en", "fern")
		must(t, err)
		_, err = p.service.Answer(t.Context(), key, p.demo, "C1", models.Given{Options: []string{"agree"}})
		must(t, err)
		must(t, p.service.Submit(t.Context(), key, p.demo, consult.Proof{}))
	}
	b := p.browser()
	check := b.answer(sexWorker, nil)
	if token := check.doc.Find("form#step").AttrOr("data-token", ""); !strings.HasSuffix(token, ".16") || check.doc.Find("[name=token]").AttrOr("value", "") != token {
		t.Errorf("after 61 in a minute the page asks for %q", token)
	}
	p.clock.Advance(10 * time.Second)
	for _, work := range []string{"", "1", "\x00", strings.Repeat("9", 5000)} {
		b := p.browser()
		check := b.answer(sexWorker, nil)
		p.clock.Advance(10 * time.Second / 4)
		if receipt := check.submit("form#step", url.Values{"work": {work}}); receipt.step() != "receipt" || len(receipt.words()) != 12 {
			t.Errorf("without the work, sending leads to %s", receipt.url)
		}
	}
	if n := len(p.rows(`SELECT 1 FROM submissions WHERE status = 'live' AND attention LIKE '%"unworked"%'`)); n != 4 {
		t.Errorf("%d are marked, expected 4", n)
	}
	if n := len(p.rows("SELECT 1 FROM submissions WHERE status = 'live'")); n != 65 {
		t.Errorf("%d count, expected all 65", n)
	}
}

// The equality questions come after sending, where the path asks them, once,
// and are kept as totals that lead to nobody.
func TestEquality(t *testing.T) {
	p := newPortal(t)
	p.kinds()
	i := newInspector(p)
	answer := func(kind string) *browser {
		b := p.browser()
		b.seen = i.look
		b.start()
		b.post(p.at("A1"), url.Values{"answer": {kind}})
		b.post(p.at("S1"), url.Values{"answer": {"agree"}})
		b.post(p.at("X2"), everything["X2"])
		p.clock.Advance(time.Minute)
		return b
	}
	ask := p.at("equality")
	for _, kind := range []string{"apart", "organisation"} {
		b := answer(kind)
		if sent := b.check().submit("form#step", nil); sent.step() != "receipt" {
			t.Errorf("%s: sending leads to %s, expected the receipt", kind, sent.step())
		}
	}
	b := answer("self")
	// Not before sending.
	if got := b.get(ask); got.step() != "receipt" || len(got.words()) != 0 {
		t.Errorf("before sending it leads to %s", got.url)
	}
	b.post(ask, url.Values{"E1": {"under_25"}}).is(http.StatusOK)
	offer := b.check().submit("form#step", nil).is(http.StatusOK)
	if offer.step() != "equality" || offer.doc.Find("main form").Length() != 0 {
		t.Fatalf("sending leads to %s", offer.step())
	}
	offer.says("h1", "We have your answers").says("main", "kept apart")
	asking := offer.follow("main a.button:not(.quiet)").is(http.StatusOK)
	if n := asking.doc.Find("main fieldset").Length(); n != 2 {
		t.Errorf("%d questions, expected 2", n)
	}
	if asking.doc.Find("nav a[hreflang], nav.languages").Length() != 0 {
		t.Error("choosing a language would lose the ticks")
	}
	copied := b.copy()
	receipt := asking.submit("form[method=post]", url.Values{"E1": {"over_24"}}).is(http.StatusOK)
	if receipt.step() != "receipt" || len(receipt.words()) != 12 {
		t.Errorf("it leads to %s", receipt.url)
	}
	counts := func() []string {
		return p.rows("SELECT question || ' ' || answer || ' ' || people FROM equality ORDER BY question, answer")
	}
	if got := counts(); !slices.Equal(got, []string{"E1 over_24 1"}) {
		t.Errorf("counted: %v", got)
	}
	// Going back and sending again counts nothing.
	asking.submit("form[method=post]", url.Values{"E1": {"under_25"}, "E2": {"much"}}).is(http.StatusOK)
	copied.post(ask, url.Values{"E1": {"under_25"}}).is(http.StatusOK)
	if got := counts(); !slices.Equal(got, []string{"E1 over_24 1"}) {
		t.Errorf("counted after going back: %v", got)
	}
	// Unknown and repeated choices, and questions of the form, count for nothing.
	b = answer("self")
	b.check().submit("form#step", nil)
	b.post(ask, url.Values{"E1": {"<b>"}, "E2": {"little", "much"}, "A1": {"self"}, "E9": {"x"}, "": {"x"}}).is(http.StatusOK)
	if got := counts(); !slices.Equal(got, []string{"E1 over_24 1", "E2 little 1"}) {
		t.Errorf("counted: %v", got)
	}
	// Clicking twice counts once, also before the receipt is shown.
	b = answer("self")
	b.check().submit("form#step", nil)
	impatient := b.copy()
	impatient.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	for range 3 {
		impatient.post(ask, url.Values{"E2": {"much"}}).is(http.StatusSeeOther)
	}
	if got := counts(); !slices.Equal(got, []string{"E1 over_24 1", "E2 little 1", "E2 much 1"}) {
		t.Errorf("counted: %v", got)
	}
	if got := b.get(ask); got.step() != "receipt" || len(got.words()) != 12 {
		t.Errorf("after answering, the questions are asked again at %s", got.url)
	}
	// None at all.
	b = answer("self")
	b.check().submit("form#step", nil)
	twice := b.copy()
	if got := b.post(ask, nil); got.step() != "receipt" || len(got.words()) != 12 {
		t.Errorf("without an answer it leads to %s", got.url)
	}
	twice.post(ask, url.Values{"E1": {"under_25"}})
	if got := counts(); len(got) != 3 {
		t.Errorf("counted: %v", got)
	}
	// Sending a correction does not ask again.
	b = answer("self")
	words := b.check().send().words()
	b.use(strings.Join(words, " "), "correct").is(http.StatusOK)
	b.post(p.at("A1"), url.Values{"answer": {"self"}})
	b.post(p.at("S1"), url.Values{"answer": {"disagree"}})
	b.post(p.at("X2"), everything["X2"])
	if sent := b.check().submit("form#step", nil); sent.step() != "receipt" || len(sent.words()) != 0 {
		t.Errorf("sending a correction leads to %s", sent.url)
	}
	i.report()
}

// An organisation gets a copy of what it sent, and its code opens it again to
// be corrected, documents and all.
func TestOrganisation(t *testing.T) {
	folder := t.TempDir()
	p := newPortal(t, func(w *parts) { w.folder = folder })
	p.kinds()
	kept := func() int { return len(files(t, filepath.Join(folder, "files"))) }
	i := newInspector(p)
	b := p.browser()
	b.seen = i.look
	b.start()
	for _, step := range []string{"S1", "X2", "L1", "D1", "N1", "R1"} {
		if step == "S1" {
			b.post(p.at("A1"), url.Values{"answer": {"organisation"}}).is(http.StatusOK)
		}
		b.post(p.at(step), everything[step]).is(http.StatusOK)
	}
	b.upload("first.txt", strings.NewReader("The first document.")).is(http.StatusOK)
	b.upload("second.txt", strings.NewReader("The second document, which is longer.")).is(http.StatusOK)
	p.clock.Advance(time.Minute)
	receipt := b.check().send()
	words := receipt.words()
	for _, says := range []string{"The people who live there", "The lamps go out.", "7 March 2026", "12", "1. Light", "TXT"} {
		receipt.says("details.copy", says)
	}
	if receipt.doc.Find(`main a[href$="/result"]`).Length() != 1 {
		t.Error("it is not offered to be told the result")
	}
	if strings.Contains(b.get("/"+p.demo.ID+"/receipt").body, "The lamps go out") {
		t.Error("a refresh shows the copy again")
	}
	if n := kept(); n != 4 {
		t.Errorf("%d files are kept, expected 4", n)
	}

	found := p.browser().use(strings.Join(words, " "), "check").is(http.StatusOK)
	if strings.Contains(found.body, "lamps") {
		t.Error("looking at what became of it shows the answers at once")
	}
	colleague := p.browser()
	colleague.seen = i.look
	opened := colleague.use(strings.Join(words, " "), "correct").is(http.StatusOK)
	check := colleague.check()
	check.says("main .note", "take the place").says("#L1", "The lamps go out.").says("#F1", "TXT").says("#D1", "7 March 2026")
	if opened.step() != "check" || check.doc.Find("button[value=save]").Length() != 0 {
		t.Errorf("it opens at %s, and can be saved aside", opened.step())
	}
	colleague.post(p.at("L1"), url.Values{"text": {"The lamps work again."}}).is(http.StatusOK)
	colleague.post(p.at("F1"), url.Values{"remove": {"0"}}).is(http.StatusOK)
	colleague.upload("third.txt", strings.NewReader("A third.")).is(http.StatusOK)
	// Until it is sent, what was sent stays as it is.
	if got := p.rows("SELECT text FROM answers WHERE question = 'L1'"); len(got) != 1 || !strings.Contains(got[0], "go out") {
		t.Errorf("before the correction is sent: %q", got)
	}
	if n := kept(); n != 6 {
		t.Errorf("%d files are kept, expected 6: the earlier ones, and the new one", n)
	}
	p.clock.Advance(time.Minute)
	again := colleague.check().send()
	if len(again.words()) != 0 {
		t.Error("a correction gets another code")
	}
	again.says("main", "code stays the same").says("details.copy", "The lamps work again.")
	if got := p.rows("SELECT status FROM submissions ORDER BY status"); !slices.Equal(got, []string{"live", "replaced"}) {
		t.Errorf("submissions are %v", got)
	}
	if got := p.rows("SELECT a.text FROM answers a WHERE question = 'L1'"); !slices.Equal(got, []string{"The lamps work again."}) {
		t.Errorf("answers are %q", got)
	}
	if n, rows := kept(), p.count("attachments"); n != 4 || rows != 2 {
		t.Errorf("%d files and %d attachments are kept, expected 4 and 2", n, rows)
	}
	if n := p.count("leaves"); n != 2 {
		t.Errorf("the log has %d entries, expected 2", n)
	}
	// The same code goes on, and a correction that is left changes nothing.
	colleague.use(strings.Join(words, " "), "correct").is(http.StatusOK)
	colleague.post(p.at("F1"), url.Values{"remove": {"0"}}).is(http.StatusOK)
	colleague.post(p.at("L1"), nil).is(http.StatusOK)
	colleague.visit("/exit").is(http.StatusSeeOther)
	if n := kept(); n != 4 {
		t.Errorf("leaving a correction deleted documents of what was sent: %d files are kept", n)
	}
	p.browser().use(strings.Join(words, " "), "check").is(http.StatusOK).says("main", "held and counted")
	colleague.use(strings.Join(words, " "), "withdraw", "sure", "yes").is(http.StatusOK)
	if n := kept(); n != 0 {
		t.Errorf("%d files are kept of what was taken back", n)
	}
}

// The copy of somebody's own answers stands on the receipt once, and never
// where somebody else may look over a shoulder.
func TestCopyOfWhatWasSent(t *testing.T) {
	p := newPortal(t)
	b := p.browser()
	b.answer(resident, nil)
	receipt := b.check().send()
	receipt.says("details.copy", residentWords)
	if strings.Contains(receipt.doc.Find("details.copy").Text(), "Not provided") {
		t.Error("the copy lists what was not answered")
	}
	if strings.Contains(b.get("/"+p.demo.ID+"/receipt").body, "needles") {
		t.Error("a refresh shows it again")
	}
	b = p.browser()
	b.answer(sexWorker, nil)
	quiet := b.check()
	if strings.Contains(quiet.text(), "print this page") {
		t.Error("somebody who may be watched is told to print her answers")
	}
	sent := quiet.send()
	if sent.doc.Find("details.copy").Length() != 0 || strings.Contains(sent.body, "cars faster") {
		t.Error("the receipt of a quiet path shows what was sent")
	}
	if sent.doc.Find(`main a[href*="/result"]`).Length() != 0 {
		t.Error("somebody who may be watched is asked for an address")
	}
}

// A helper answers for one person after another; nothing is carried over.
func TestAnotherPerson(t *testing.T) {
	p := newPortal(t)
	b := p.browser()
	b.answer(answers{"A1": {"answer": {"helper"}}, "H1": {"answer": {"own_words"}}, "H3": {"answer": {"yes_all"}}, "H4": {"answer": {"sex_workers"}}, "S5": {"text": {workerWords}}}, nil)
	receipt := b.check().send()
	if channel := p.rows("SELECT channel FROM submissions"); !slices.Equal(channel, []string{"assisted"}) {
		t.Errorf("the channel is %v", channel)
	}
	next := receipt.follow(`main a.button[href$="/respond"]`).submit("form[method=post]", nil)
	if _, held := next.filled("form#step"); next.step() != "A1" || held.Get("answer") != "" {
		t.Errorf("answering for another person begins at %s with %v", next.step(), held)
	}
	// Others are not asked to.
	if receipt := p.browser().answer(resident, nil).send(); receipt.doc.Find(`main a.button[href$="/respond"]`).Length() != 0 {
		t.Error("somebody who answers for herself is asked to answer for another")
	}
}

// Clicking twice on the buttons of a saved response sends once, like any other.
func TestSendingASavedResponseTwiceAtOnce(t *testing.T) {
	p := newPortal(t)
	p.kinds()
	b := p.browser()
	b.start()
	b.post(p.at("A1"), url.Values{"answer": {"organisation"}})
	b.post(p.at("X2"), everything["X2"])
	words := b.get(p.at("S1")).submit("form#step", url.Values{"answer": {"agree"}, "do": {"save"}}).words()
	_, values := b.check().filled("form#step")
	values.Set("do", "send")
	const clicks = 8
	statuses := make(chan int, clicks)
	start := make(chan struct{})
	cookie := b.cookies()[0]
	for range clicks {
		go func() {
			<-start
			r, _ := http.NewRequest(http.MethodPost, p.url+p.at("check"), strings.NewReader(values.Encode()))
			r.Header.Set("Content-Type", formType)
			r.AddCookie(cookie)
			res, err := http.DefaultTransport.RoundTrip(r)
			if err != nil {
				statuses <- 0
				return
			}
			_ = res.Body.Close()
			statuses <- res.StatusCode
		}()
	}
	close(start)
	for range clicks {
		if status := <-statuses; status != http.StatusSeeOther {
			t.Errorf("one click is answered %d", status)
		}
	}
	if n := p.count("submissions"); n != 1 {
		t.Errorf("%d submissions, expected 1", n)
	}
	if got := b.get("/" + p.demo.ID + "/receipt").words(); !slices.Equal(got, words) {
		t.Errorf("the receipt shows %q", got)
	}
}

// Somebody who has started in one consultation is not in the other.
func TestResponsesOfTwoConsultations(t *testing.T) {
	p := newPortal(t)
	first := p.demo
	other := p.open([]byte(storetest.Invented))
	b := p.browser()
	b.start()
	b.post("/"+first.ID+"/respond/A1", url.Values{"answer": {"organisation"}})
	for _, path := range []string{"/respond/saved", "/respond/check", "/respond/A1"} {
		b.visit("/" + other.ID + path).is(http.StatusGone)
	}
	b.get("/"+other.ID).says("main a.go", "Start")
	if begin := b.get("/" + other.ID + "/respond"); begin.step() != "respond" {
		t.Errorf("the other's start leads to %s", begin.url)
	}
	if got := b.get("/" + first.ID + "/respond"); got.step() == "respond" || !strings.HasPrefix(got.url.Path, "/"+first.ID+"/respond/") {
		t.Errorf("going on leads to %s", got.url)
	}
}
