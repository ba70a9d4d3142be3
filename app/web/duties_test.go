package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"heard/app/consult"
	"heard/app/demo"
	"heard/models"
	"heard/models/storetest"
)

// A step that is refused says what to do, with the way there.
func TestRefusedStepLeadsToItsDuties(t *testing.T) {
	p := newPortal(t)
	p.signUp(models.RoleOfficer)
	officer := p.staff(models.RoleOfficer)
	_, err := p.service.SaveConsultation(t.Context(), consult.Portal, "x.yaml", []byte(storetest.Invented))
	must(t, err)
	const at = "/staff/lantern-square"
	refused := officer.post(at+"/settings", url.Values{"do": {"move"}, "to": {"open"}})
	refused.is(http.StatusConflict)
	for _, number := range []string{"1", "2", "3", "14", "15"} {
		if refused.doc.Find(`[role=alert] a[href="`+at+`/duties#duty-`+number+`"]`).Length() != 1 {
			t.Errorf("nothing leads to duty %s", number)
		}
	}
	officer.visit(at + "/duties/32").is(http.StatusNotFound)
	officer.visit(at + "/duties/03").is(http.StatusNotFound)
	officer.post(at+"/duties/0", nil).is(http.StatusNotFound)
}

// The address of a calendar is on no other page and in no log, and opens nothing
// but days and titles.
func TestCalendarAddress(t *testing.T) {
	p := newPortal(t)
	p.signUp(models.RoleOfficer)
	officer := p.staff(models.RoleOfficer)
	at := "/staff/" + p.demo.ID + "/duties"
	shown := officer.post(at, url.Values{"do": {"share"}})
	shown.is(http.StatusOK)
	_, token, ok := strings.Cut(strings.TrimSpace(shown.doc.Find(".note code").Text()), "/"+p.demo.ID+"/calendar/")
	if !ok || len(token) < 30 {
		t.Fatalf("the address is %q", shown.doc.Find(".note code").Text())
	}
	anybody := p.browser()
	feed := anybody.visit("/" + p.demo.ID + "/calendar/" + token)
	feed.is(http.StatusOK)
	if feed.header.Get("Content-Type") != calendarType || feed.header.Get("Cache-Control") != "no-store" || !strings.Contains(feed.body, "BEGIN:VEVENT") {
		t.Errorf("the calendar comes as %v:\n%s", feed.header, feed.body)
	}
	anybody.visit("/lantern-square/calendar/" + token).is(http.StatusNotFound)
	anybody.visit("/" + p.demo.ID + "/calendar/x" + token).is(http.StatusNotFound)
	secret := strings.TrimSuffix(token, ".ics")
	if strings.Contains(p.logged.String(), secret) || strings.Contains(strings.Join(p.rows("SELECT reason || object FROM audit"), " "), secret) || strings.Contains(officer.get(at).body, secret) {
		t.Error("the token stands somewhere else, too")
	}
	if file := officer.get(at + ".ics"); !strings.Contains(file.header.Get("Content-Disposition"), p.demo.ID+"-duties.ics") {
		t.Errorf("the file comes as %v", file.header)
	}
}

// Entries belong to their consultation, and the second of two officers is told.
func TestRegisterEntries(t *testing.T) {
	p := newPortal(t)
	p.signUp(models.RoleOfficer)
	officer := p.staff(models.RoleOfficer)
	p.open([]byte(storetest.Invented))
	for _, e := range demo.Register(p.demo, p.clock.Now()) {
		must(t, p.service.KeepEntry(t.Context(), consult.Portal, p.demo, e))
	}
	id := p.rows("SELECT id FROM register WHERE kind = 'petition'")[0]
	mine, others := "/staff/"+p.demo.ID+"/register/"+id, "/staff/lantern-square/register/"+id
	before := p.state()
	officer.visit(others).is(http.StatusNotFound)
	for _, do := range []string{"keep", "remove"} {
		officer.post(others, url.Values{"do": {do}, "version": {"2"}, "name": {"Mine now"}}).is(http.StatusNotFound)
	}
	if p.state() != before {
		t.Error("another consultation's entry was changed")
	}
	form := url.Values{"do": {"keep"}, "version": {"2"}, "kind": {"event"}, "name": {"Keep Harbour Lane safe"}, "body": {"Residents"}, "why": {"We ask."}, "answer": {"By address."}, "day": {"2026-11-09"}, "number": {"many"}}
	wrong := officer.post(mine, form)
	wrong.is(http.StatusUnprocessableEntity)
	if got := wrong.doc.Find("#number").AttrOr("value", ""); got != "many" {
		t.Errorf("what was typed is now %q", got)
	}
	form.Set("number", "1,500")
	officer.post(mine, form)
	form.Set("number", "1,600")
	late := officer.post(mine, form)
	late.is(http.StatusConflict)
	if !strings.Contains(late.text(), "1500") || late.doc.Find("#number").AttrOr("value", "") != "1,600" {
		t.Errorf("the second officer is shown: %s", late.text())
	}
	if rows := p.rows("SELECT kind || ' ' || number FROM register WHERE id = '" + id + "'"); rows[0] != "petition 1500" {
		t.Errorf("the entry is now %s", rows[0])
	}
}

// What was decided can be read by everybody, and only once it is decided.
func TestDecisionIsPublic(t *testing.T) {
	p := newPortal(t)
	anybody := p.browser()
	today := p.service.Today()
	yesterday := models.AddDays(today, -1)
	must(t, p.service.SetTimeline(t.Context(), consult.Portal, p.demo, models.Timeline{Version: 1, Meeting: yesterday, CallIn: yesterday, Ordered: today, InForce: today, Decision: "Extended, with both rules.", Record: "https://fairmead.example.org/decisions/1"}))
	c := p.publish(p.demo)
	if strings.Contains(anybody.get("/"+c.ID).body, "Extended, with both rules") {
		t.Error("the decision is public before it is")
	}
	for i, want := range []string{"Extended, with both rules.", "can challenge the order in the High Court until", "It came into force on"} {
		c = p.move(c, models.Statuses()[5+i])
		page := anybody.get("/" + c.ID)
		if !strings.Contains(page.body, want) {
			t.Errorf("when %s the page lacks %q", c.Status, want)
		}
		anybody.visit("/" + c.ID + "/report").is(http.StatusOK)
		anybody.visit("/" + c.ID + "/report.csv").is(http.StatusOK)
	}
}
