package web

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"heard/app/consult"
	"heard/models"
)

// keyed returns a batch of the demonstration with one form, or an empty one, and
// the form. They are keyed by nobody who can sign in.
func (p *testPortal) keyed(empty bool) (batch, form string) {
	p.Helper()
	ctx, c := p.Context(), p.demo
	if p.count("keying_batches") == 0 {
		for range 2 {
			_, err := p.service.OpenBatch(ctx, consult.Portal, c, models.Batch{Channel: models.ChannelPaper, Received: p.service.Today(), Expected: 1, Form: len(c.Paths)})
			must(p.TB, err)
		}
		first := p.rows("SELECT id FROM keying_batches WHERE number = 1")[0]
		_, err := p.service.KeyForm(ctx, consult.Portal, c, first, consult.FormKeyed{Form: len(c.Paths), Key: consult.NewDraftKey(),
			Answers: models.KeyedAnswers{"C6": {Given: models.Given{Text: "The lamps by the steps are out."}}}})
		must(p.TB, err)
	}
	number := 1
	if empty {
		number = 2
	}
	return p.rows(fmt.Sprintf("SELECT id FROM keying_batches WHERE number = %d", number))[0], p.rows("SELECT submission FROM keyed_forms WHERE batch = (SELECT id FROM keying_batches WHERE number = 1) ORDER BY number LIMIT 1")[0]
}

// keyingForms is one good form for each page on which something is keyed or
// imported, sent in the order of the routes.
func (p *testPortal) keyingForms() map[string]form {
	p.Helper()
	_, keyed := p.keyed(false)
	held, err := p.service.HoldSheet(p.Context(), consult.Portal, p.demo, strings.NewReader("Words\nThe lamps are out.\n"))
	must(p.TB, err)
	const at = "/staff/:consultation/keying"
	officer := p.staff(models.RoleOfficer)
	return map[string]form{
		at:                                 {officer, url.Values{"channel": {"paper"}, "received": {p.service.Today()}, "expected": {"3"}, "form": {"1"}}},
		at + "/:batch":                     {officer, url.Values{"forms": {"1"}}},
		at + "/:batch/days":                {officer, url.Values{"received": {p.service.Today()}, "posted": {p.service.Today()}}},
		at + "/:batch/new":                 {officer, url.Values{"text-C6": {"They are out."}, "key": {consult.NewDraftKey().String()}}},
		at + "/:batch/check":               {officer, url.Values{"of": {keyed}, "text-C6": {"Something else stands there."}}},
		at + "/:batch/forms/:form/slip":    {officer, nil},
		at + "/:batch/forms/:form":         {officer, url.Values{"seen": {"2"}, "right-C6": {"second"}}},
		at + "/:batch/forms/:form/correct": {officer, url.Values{"text-C6": {"The lamps are off."}, "seen": {"3"}, "reason": {"misread"}}},
		"/staff/:consultation/import":      {officer, url.Values{"do": {"forget"}, "file": {held}}},
	}
}

// officers are two who can sign in.
func (p *testPortal) officers() (first, second *browser) {
	p.Helper()
	p.signUp(models.RoleOfficer)
	token, err := p.service.Invite(p.Context(), consult.Portal, "other@penrow.example", models.RoleOfficer)
	must(p.TB, err)
	_, err = p.service.Accept(p.Context(), token, "", password)
	must(p.TB, err)
	second = p.browser()
	second.get("/staff/sign-in").submit("form[method=post]", url.Values{"email": {"other@penrow.example"}, "password": {password}})
	return p.staff(models.RoleOfficer), second
}

// What is keyed into the fields of each kind of question, and what it is taken
// for.
func TestKeyedAnswers(t *testing.T) {
	p := newPortal(t)
	c := p.kinds()
	for _, test := range []struct {
		question, box, text string
		want                models.KeyedAnswer
		fault               bool
	}{
		{"S1", "2", "", models.KeyedAnswer{Given: models.Given{Options: []string{"disagree"}}}, false},
		{"S1", " B ", "", models.KeyedAnswer{Given: models.Given{Options: []string{"disagree"}}}, false},
		{"S1", "۲", "", models.KeyedAnswer{Given: models.Given{Options: []string{"disagree"}}}, false},
		{"S1", "?", "", models.KeyedAnswer{Mark: models.MarkIllegible}, false},
		{"S1", "!", "", models.KeyedAnswer{Mark: models.MarkSpoilt}, false},
		{"S1", "4", "", models.KeyedAnswer{}, true},
		{"S1", "0", "", models.KeyedAnswer{}, true},
		{"S1", "12", "", models.KeyedAnswer{}, true},
		{"S1", "yes", "", models.KeyedAnswer{}, true},
		{"T1", "2 1", "", models.KeyedAnswer{Given: models.Given{Options: []string{"benches", "lamps"}}}, false},
		{"T1", "1,3", "a\r\nfountain", models.KeyedAnswer{Given: models.Given{Options: []string{"benches", "other"}, Text: "a fountain"}}, false},
		{"R1", "c, a", "", models.KeyedAnswer{Given: models.Given{Options: []string{"shade", "quiet"}}}, false},
		{"D1", "", "5 10 2026", models.KeyedAnswer{Given: models.Given{Text: "2026-10-05"}}, false},
		{"D1", "", "05/10/2026", models.KeyedAnswer{Given: models.Given{Text: "2026-10-05"}}, false},
		{"D1", "", "2026-10-05", models.KeyedAnswer{Given: models.Given{Text: "2026-10-05"}}, false},
		{"D1", "", "May", models.KeyedAnswer{Given: models.Given{Text: "May"}}, false}, // refused by the question
		{"N1", "", "1,200", models.KeyedAnswer{Given: models.Given{Text: "1200"}}, false},
		{"L1", "", "Two\r\nlines", models.KeyedAnswer{Given: models.Given{Text: "Two\nlines"}}, false},
		{"L1", "", "The [?] lamps", models.KeyedAnswer{Given: models.Given{Text: "The [?] lamps"}, Mark: models.MarkIllegible}, false},
		{"L1", "", "?", models.KeyedAnswer{Mark: models.MarkIllegible}, false},
		{"L1", "1", "", models.KeyedAnswer{Given: models.Given{Options: []string{"unsure"}}}, false},
		{"P1", "14", "", models.KeyedAnswer{Given: models.Given{Options: []string{"ward_14"}}}, false},
	} {
		q := c.Question(test.question)
		got, fault := keyedAnswer(url.Values{"box-" + q.ID: {test.box}, "text-" + q.ID: {test.text}}, q)
		if (fault != "") != test.fault || !test.fault && !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s with %q and %q: %+v, %q, expected %+v", q.ID, test.box, test.text, got, fault, test.want)
		}
		if test.fault || len(got.Options) == 0 && got.Mark == "" {
			continue
		}
		// What is shown again to be corrected is taken for the same.
		box, text := typedAgain(q, got)
		if again, _ := keyedAnswer(url.Values{"box-" + q.ID: {box}, "text-" + q.ID: {text}}, q); !reflect.DeepEqual(again, got) {
			t.Errorf("%s with %q and %q, shown again: %+v, expected %+v", q.ID, box, text, again, got)
		}
	}
}

// What is refused comes back as it was typed, with the question that is wrong;
// who corrects at the same time as somebody else is told, and loses nothing.
func TestKeyingKeepsWhatIsTyped(t *testing.T) {
	p := newPortal(t)
	officer, other := p.officers()
	at := "/staff/" + p.demo.ID + "/keying"
	batch := officer.get(at).submit("form", url.Values{"expected": {"1"}, "received": {"1 1 2020"}}).is(http.StatusOK)
	batch.says(".notice", "Batch 1 is open")
	address := batch.url.Path
	form := officer.get(address + "/new")
	typed := url.Values{"box-A1": {"99"}, "box-C1": {"1 2"}, "text-C6": {"<b>The lamps</b> are out."}, "box-B1": {"?"}}
	refused := form.submit("#key", typed).is(http.StatusUnprocessableEntity)
	refused.says("#fault-A1", "Key the numbers").says("main", "A1: Key the numbers")
	for name, v := range typed {
		if f := refused.doc.Find("#" + name); f.AttrOr("value", f.Text()) != v[0] {
			t.Errorf("%s holds %q", name, f.AttrOr("value", f.Text()))
		}
	}
	if refused.doc.Find("[autofocus]").AttrOr("id", "") != "box-A1" {
		t.Error("the field at fault has not got the focus")
	}
	saved := refused.submit("#key", url.Values{"box-A1": {"1"}, "box-C1": {"1"}}).is(http.StatusOK)
	saved.says(".notice", "Form 1 is saved")
	if p.count("keyed_forms") != 1 || saved.doc.Find("#text-C6").Text() != "" {
		t.Errorf("after saving: %d forms, %q", p.count("keyed_forms"), saved.doc.Find("#text-C6").Text())
	}
	// The same page sent again, as by Back, saves nothing.
	action, values := refused.filled("#key")
	values.Set("box-A1", "1")
	values.Set("box-C1", "2")
	officer.post(action, values).is(http.StatusOK).says(".notice", "had been saved before")

	one := officer.get(address).follow("table tbody a")
	one.says("main", "First keyed").says("main", "The lamps</b> are out.")
	mine, theirs := officer.get(one.url.Path+"/correct"), other.get(one.url.Path+"/correct")
	mine.submit("#key", url.Values{"text-C6": {"The lamps are on."}}).is(http.StatusUnprocessableEntity).says("#reason-fault", "Choose why")
	mine.submit("#key", url.Values{"text-C6": {"The lamps are on."}, "reason": {"misread"}}).is(http.StatusOK).says(".notice", "Corrected")
	told := theirs.submit("#key", url.Values{"text-C6": {"The lambs are out."}, "reason": {"slip"}}).is(http.StatusUnprocessableEntity)
	told.says(".note", "differs from theirs in C6").says("#text-C6", "The lambs are out.")
	told.submit("#key", nil).is(http.StatusOK).says("main", "The lamps are on.").says("main", "The lambs are out.")
	if p.count("keyed_versions") != 3 {
		t.Errorf("%d versions, expected 3", p.count("keyed_versions"))
	}
}

// A freeze that waits for paper leads to the page where it is keyed; what is wrong
// with a batch is mended there, and a number that is not given is no 0.
func TestFreezeLeadsToKeying(t *testing.T) {
	p := newPortal(t)
	officer, _ := p.officers()
	at := "/staff/" + p.demo.ID
	p.move(p.demo, models.StatusClosed)
	batch := officer.get(at+"/keying").submit("form", url.Values{"expected": {"2"}}).is(http.StatusOK)
	refused := officer.post(at+"/settings", url.Values{"do": {"move"}, "to": {"frozen"}})
	if href := refused.says(".problem", "1 batch is not finished").doc.Find(".problem a").AttrOr("href", ""); href != at+"/keying" {
		t.Errorf("it leads to %q", href)
	}
	wrong := batch.submit("form[action$=days]", url.Values{"received": {"1 1 2020"}, "posted": {"soon"}}).is(http.StatusUnprocessableEntity).says("#posted-fault", "no later than the day")
	if wrong.doc.Find("#received").AttrOr("value", "") != "1 1 2020" || wrong.doc.Find("#posted").AttrOr("value", "") != "soon" {
		t.Error("the days that were typed are lost")
	}
	mended := wrong.submit("form[action$=days]", url.Values{"posted": {"31/12/2019"}}).is(http.StatusOK).says(".notice", "corrected")
	mended.says(".meta", "1 January 2020").says(".meta", "31 December 2019")
	for _, number := range []string{"", "none", "2"} {
		mended.submit("form:has(#forms)", url.Values{"forms": {number}}).is(http.StatusUnprocessableEntity).says("#forms-fault", "0 forms")
	}
	mended.submit("form:has(#forms)", url.Values{"forms": {"0"}}).is(http.StatusOK).says(".notice", "finished")
	officer.post(at+"/settings", url.Values{"do": {"move"}, "to": {"frozen"}}).is(http.StatusOK).says(".notice", "frozen")
}

// The file of a spreadsheet goes from the page to the trial and is gone after the
// import.
func TestImportPage(t *testing.T) {
	p := newPortal(t)
	officer, _ := p.officers()
	at := "/staff/" + p.demo.ID + "/import"
	officer.get(at).submit("form", nil).is(http.StatusUnprocessableEntity).says("#file-fault", "Choose a file")
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, err := w.CreateFormFile("file", "export.csv")
	must(t, err)
	_, err = part.Write([]byte("Ref,C6,C1\nr1,\"<b>The lamps</b> are out.\",Agree\nr2,They are on.,Perhaps\n"))
	must(t, err)
	must(t, w.WriteField("do", "take"))
	must(t, w.Close())
	columns := officer.request(http.MethodPost, at, &body, "Content-Type", w.FormDataContentType(), "Sec-Fetch-Site", "same-origin").is(http.StatusOK)
	if !strings.Contains(columns.url.RawQuery, "file=") || columns.doc.Find("#C6 option[selected]").Text() != "C6" {
		t.Errorf("after choosing the file: %s", columns.url)
	}
	nothing := columns.submit("#columns", url.Values{"col-C6": {""}, "col-C1": {""}, "do": {"try"}}).is(http.StatusUnprocessableEntity)
	nothing.says(".problem", "Choose at least one column")
	tried := columns.submitBy("#columns", "try", url.Values{"col--id": {"Ref"}}).is(http.StatusOK)
	tried.says(".tally", "1").says("table", "column “C1”: expected")
	if strings.Contains(tried.body, "Perhaps") || strings.Contains(tried.body, "The lamps") {
		t.Error("the page repeats what stands in the file")
	}
	kept := tried.submitBy("#columns", "keep", url.Values{"name": {"Our tool"}}).is(http.StatusOK)
	kept.says("ul li", "Our tool")
	before := p.count("submissions")
	done := kept.submitBy("#columns", "import", nil).is(http.StatusOK)
	done.says(".notice", "Imported").says(".tally", "1")
	if p.count("submissions") != before+1 {
		t.Errorf("%d submissions, expected one more than %d", p.count("submissions"), before)
	}
	officer.get(at+"?"+columns.url.RawQuery).says(".problem", "Choose it again")
}

// submitBy sends a form by one of its buttons, named do.
func (p *page) submitBy(selector, do string, fields url.Values) *page {
	p.Helper()
	action, values := p.filled(selector)
	for name, v := range fields {
		values[name] = v
	}
	values.Set("do", do)
	return p.post(action, values)
}
