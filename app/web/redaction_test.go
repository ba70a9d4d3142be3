package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"heard/app/consult"
	"heard/models"
	"heard/models/storetest"
)

// told puts a submission into the demonstration and returns its id and the
// address at which it is redacted.
func (p *testPortal) told(text string) (id, at string) {
	p.Helper()
	must(p.TB, p.service.Load(p.Context(), consult.Portal, []models.Submission{{Consultation: p.demo.ID, FormVersion: 1, Day: "2026-11-02", Channel: models.ChannelWeb, Language: "en", Status: models.SubmissionLive,
		Answers: []models.Answer{{Question: "C6", Text: text}}}}))
	id = p.rows("SELECT submission FROM answers WHERE text LIKE 'Told: %' ORDER BY submission LIMIT 1")[0]
	return id, "/staff/" + p.demo.ID + "/submissions/" + id + "/redact"
}

// What is refused, or was decided by somebody else meanwhile, leaves what was
// typed in the form, and says so.
func TestRedactingKeepsWhatIsTyped(t *testing.T) {
	p := newPortal(t)
	p.signUp(models.RoleOfficer)
	id, at := p.told("Told: my neighbour Anna Smith rings 07700 900123, and bluehat waits.")
	mine, theirs := p.staff(models.RoleOfficer), p.staff(models.RoleOfficer)
	opened := mine.get(at)
	if n := opened.doc.Find(".item").Length(); n != 2 || !strings.Contains(opened.doc.Find(".original").Text(), "Anna Smith") {
		t.Fatalf("%d parts to decide on, expected 2: %s", n, opened.text())
	}
	key := opened.doc.Find(".item [name=at]").First().AttrOr("value", "")
	typed := url.Values{"version": {"0"}, "at": {key}, "do": {"other"}, "words": {"Anna Smith"}, "kind": {"name"}, "replacement": {""}, "note": {""},
		"add": {"C6"}, "add-words": {"nobody"}, "add-which": {"x"}, "add-kind": {"detail"}, "add-replacement": {"a man"}, "do-all": {"save"}}
	wrong := mine.post(at, typed)
	if wrong.is(http.StatusUnprocessableEntity); wrong.doc.Find(".problem[role=alert] a").Length() != 2 {
		t.Errorf("two things are wrong: %s", wrong.text())
	}
	wrong.doc.Find(".problem[role=alert] a").Each(func(_ int, a *goquery.Selection) {
		if wrong.doc.Find(a.AttrOr("href", "")).Length() != 1 {
			t.Errorf("a fault leads to %s, which is not there", a.AttrOr("href", ""))
		}
	})
	kept := func(p *page) {
		t.Helper()
		if got := p.doc.Find("[name=add-words]").Text() + p.doc.Find("[name=add-replacement]").AttrOr("value", "") + p.doc.Find(".item [name=do] [selected]").First().AttrOr("value", ""); strings.Join(strings.Fields(got), "") != "nobodyamanother" {
			t.Errorf("what was typed is not kept: %q", got)
		}
	}
	kept(wrong)

	theirs.post(at, url.Values{"version": {"0"}, "do-all": {"accept-sure"}}).is(http.StatusOK)
	late := mine.post(at, typed)
	late.is(http.StatusConflict)
	kept(late)
	if told := late.doc.Find("#since").Text(); !strings.Contains(told, "In answer C6, number 1: Taken out by officer@penrow.example") || !strings.Contains(told, "number 2") {
		t.Errorf("what the other decided is not told: %q", told)
	}
	typed.Set("note", "She is the mayor.")
	typed.Set("add-words", "bluehat")
	typed.Set("add-which", "")
	typed.Set("version", late.doc.Find("[name=version]").AttrOr("value", ""))
	mine.post(at, typed).is(http.StatusOK)
	if got := p.rows("SELECT redacted FROM answers WHERE submission = '" + id + "'")[0]; got != "Told: my neighbour Anna Smith rings [phone number], and [a man] waits." {
		t.Errorf("it reads %q", got)
	}
	if strings.Contains(p.logged.String(), "Anna") {
		t.Error("the log repeats words")
	}

	// The list of what was left in repeats none.
	p.signUp(models.RoleAuditor)
	list := p.staff(models.RoleAuditor).get("/staff/" + p.demo.ID + "/redactions/refused")
	if text := list.text(); !strings.Contains(text, "She is the mayor.") || strings.Contains(text, "Anna") || list.doc.Find("main a").Length() > 0 {
		t.Errorf("the auditor is shown %s", text)
	}

	// What is left for now keeps what was decided, and leads on.
	next, queue := mine.get(at), "/staff/"+p.demo.ID+"/redactions"
	typed = url.Values{"version": {next.doc.Find("[name=version]").AttrOr("value", "")}, "at": {key}, "do": {"accept"}, "kind": {"name"}, "words": {"Anna Smith"}, "replacement": {""}, "note": {""}, "do-all": {"leave"}}
	if got := mine.post(at, typed).is(http.StatusOK).says(".notice", "Left for now"); got.url.Path != queue {
		t.Errorf("when no other is left it leads to %s", got.url)
	}
	if got := p.rows("SELECT redacted FROM answers WHERE submission = '" + id + "'")[0]; strings.Contains(got, "Anna") {
		t.Errorf("what was decided before it was left is not kept: %q", got)
	}
	if counts, err := p.store.CountRedactions(t.Context(), p.demo.ID, "somebody-else", nil); err != nil || len(counts.Others) > 0 {
		t.Errorf("still open are %v (%v)", counts, err)
	}
	must(t, p.service.Load(t.Context(), consult.Portal, []models.Submission{{Consultation: p.demo.ID, FormVersion: 1, Day: "2026-11-02", Channel: models.ChannelWeb, Language: "en", Status: models.SubmissionLive, Answers: []models.Answer{{Question: "C6", Text: "Another."}}}}))
	first := mine.get(queue).submit("form:has([value=next])", url.Values{"do": {"next"}})
	second := first.submit("form#redact", url.Values{"do-all": {"leave"}})
	if second.url.Path == first.url.Path || second.step() != "redact" {
		t.Errorf("left, %s leads to %s", first.url, second.url)
	}
	if third := second.submit("form#redact", url.Values{"do-all": {"leave"}}); third.url.Path != first.url.Path {
		t.Errorf("after the last comes %s, expected the first again, %s", third.url, first.url)
	}

	other := p.open([]byte(storetest.Invented))
	elsewhere := strings.Replace(at, p.demo.ID, other.ID, 1)
	mine.visit(elsewhere).is(http.StatusNotFound)
	mine.post(elsewhere, url.Values{"do-all": {"save"}}).is(http.StatusNotFound)
}
