package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"heard/models"
)

// A form for a finding that is refused keeps what was typed, says by name what
// stands bare, and shows whoever comes second what is kept now.
func TestFindingForm(t *testing.T) {
	p := newPortal(t)
	p.loadDemo(100)
	p.signUp(models.RoleOfficer)
	officer := p.staff(models.RoleOfficer)
	at, theme := "/staff/"+p.demo.ID+"/findings", p.themes()[0]
	typed := url.Values{"version": {"1"}, "statement": {"Lamps, say 38 of them."}, "limb": {"effect"}, "restriction": {"R1"}, "themes": {theme.ID}}
	got := officer.post(at+"/new", typed).is(http.StatusUnprocessableEntity)
	if box := got.doc.Find("textarea#statement"); strings.TrimSpace(box.Text()) != "Lamps, say 38 of them." || box.AttrOr("aria-invalid", "") != "true" || !strings.Contains(got.doc.Find("#statement-fault").Text(), "38") {
		t.Errorf("the refused form: %s", got.text())
	}
	if got.doc.Find("input[name=themes][checked]").AttrOr("value", "") != theme.ID || got.doc.Find("input[name=limb][checked]").AttrOr("value", "") != "effect" {
		t.Error("what was chosen is lost")
	}
	typed.Set("statement", "Lamps, say {count theme:"+theme.ID+"}.")
	officer.post(at+"/new", typed).is(http.StatusOK)
	href := officer.get(at).doc.Find("#findings ~ ol h3 a").First().AttrOr("href", "")
	typed.Set("version", "2")
	typed.Set("will", "Light them.")
	typed.Set("considered", "The dark.")
	typed.Set("status", "accepted")
	officer.post(href, typed).is(http.StatusOK)
	typed.Set("will", "Leave them dark.")
	got = officer.post(href, typed).is(http.StatusConflict)
	if strings.TrimSpace(got.doc.Find("textarea#will").Text()) != "Leave them dark." || !strings.Contains(got.doc.Find("#will-fault").Text(), "Light them.") || got.doc.Find("input[name=version]").AttrOr("value", "") != "3" {
		t.Errorf("the second officer is shown %s", got.text())
	}
	if said := officer.get("/staff/" + p.demo.ID + "/report").doc.Find("#finding-1").Text(); !strings.Contains(said, "Light them.") || strings.Contains(said, "{count") {
		t.Errorf("the draft report does not print the finding: %s", said)
	}
	officer.post(href, url.Values{"version": {"3"}, "do": {"remove"}}).is(http.StatusOK)
	officer.visit(href).is(http.StatusNotFound)
}
