package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"heard/app/consult"
	"heard/app/demo"
	"heard/models"
)

// Staff walk through every way through the questions, in every language, and
// nothing they put in is kept.
func TestPreview(t *testing.T) {
	p := newPortal(t)
	p.signUp(models.RoleOfficer)
	p.signUp(models.RoleAnalyst)
	officer := p.staff(models.RoleOfficer)
	at := "/staff/" + p.demo.ID + "/preview"
	index := officer.get(at).is(http.StatusOK)
	if n := index.doc.Find("main section a").Length(); n != len(p.demo.Paths)*len(p.demo.Languages) {
		t.Errorf("%d previews, want one for each path in each language", n)
	}
	before := p.count("drafts")
	for _, path := range p.demo.Paths {
		for _, language := range []string{"en", "ur"} {
			page := officer.get(at + "/" + path.ID + "/" + path.Ask[0] + "?lang=" + language).is(http.StatusOK)
			for _, id := range path.Ask {
				if got := page.doc.Find("html").AttrOr("lang", ""); got != language {
					t.Fatalf("%s %s is in %q, want %q", path.ID, id, got, language)
				}
				if !strings.Contains(page.url.Path, "/"+id) {
					t.Fatalf("on the way of %s stands %s, want %s", path.ID, page.url.Path, id)
				}
				page.says("main .note", "Nothing is kept")
				page = page.submit("form#step", nil).is(http.StatusOK)
			}
			if page.url.Path != at {
				t.Errorf("after the last page of %s comes %s", path.ID, page.url.Path)
			}
		}
	}
	officer.post(at+"/"+p.demo.Paths[0].ID+"/"+p.demo.Paths[0].Ask[0], url.Values{"answer": {"anything"}}).is(http.StatusOK)
	if n := p.count("drafts"); n != before {
		t.Errorf("%d drafts were kept", n-before)
	}
	officer.visit(at + "/nobody/A1").is(http.StatusNotFound)
	officer.visit(at + "/" + p.demo.Paths[0].ID + "/Z9").is(http.StatusNotFound)
	p.staff(models.RoleAnalyst).visit(at).is(http.StatusForbidden)
}

// An officer gives people more time; the start page says so.
func TestExtend(t *testing.T) {
	p := newPortal(t)
	p.signUp(models.RoleOfficer)
	officer := p.staff(models.RoleOfficer)
	at := "/staff/" + p.demo.ID + "/settings"
	for closes, fault := range map[string]string{"": "#closes-fault", "2020-01-01": "#closes-fault", "soon": "#closes-fault"} {
		officer.get(at).submit("form:has([value=extend])", url.Values{"closes": {closes}, "notice": {"A week more."}, "do": {"extend"}}).is(http.StatusUnprocessableEntity).says(fault, "Enter")
	}
	officer.get(at).submit("form:has([value=extend])", url.Values{"closes": {"2099-01-01"}, "notice": {" "}, "do": {"extend"}}).is(http.StatusUnprocessableEntity).says("#notice-fault", "Say what changes")
	officer.get(at).submit("form:has([value=extend])", url.Values{"closes": {"2099-01-01 20:00"}, "notice": {"Many of you asked for more time."}, "do": {"extend"}}).is(http.StatusOK).says("main", "Version of the file")
	c, err := p.service.Consultation(t.Context(), consult.Actor{}, p.demo.ID)
	if err != nil || c.Version != p.demo.Version+1 || c.Closes != "2099-01-01 20:00" {
		t.Errorf("version %d closes %s: %v", c.Version, c.Closes, err)
	}
	p.browser().get("/"+p.demo.ID).says("main", "Many of you asked for more time.")
}

// An officer makes a draft of a template and fills it in without seeing a file.
func TestFillIn(t *testing.T) {
	p := newPortal(t)
	p.signUp(models.RoleOfficer)
	officer := p.staff(models.RoleOfficer)
	for _, id := range []string{"", "Not Allowed", "staff", p.demo.ID} {
		officer.get("/staff").submit("form:has([name=template])", url.Values{"id": {id}}).is(http.StatusUnprocessableEntity).says("#new-id-fault", map[bool]string{true: "Choose another", false: "Enter small letters"}[id == p.demo.ID])
	}
	// It can continue what has closed, and nothing else.
	_, source, err := demo.Earlier(p.clock.Now())
	must(t, err)
	past, err := p.service.SaveConsultation(t.Context(), consult.Portal, "earlier.yaml", source)
	must(t, err)
	p.move(past, models.StatusOpen, models.StatusClosed)
	made := officer.get("/staff").submit("form:has([name=template])", url.Values{"id": {"mill-lane"}, "template": {"Renewing a public spaces protection order"}}).is(http.StatusOK)
	if made.url.Path != "/staff/mill-lane/essentials" {
		t.Fatalf("a draft leads to %s", made.url.Path)
	}
	form := "form:has([name=version])"
	if boxes := made.doc.Find("input[name=earlier]"); boxes.Length() != 1 || boxes.AttrOr("value", "") != past.ID || made.doc.Find("input[name=earlier][checked]").Length() != 0 {
		t.Errorf("%d consultations can be ticked as earlier ones, %d are", boxes.Length(), made.doc.Find("input[name=earlier][checked]").Length())
	}
	wrong := made.submit(form, url.Values{"title": {"Mill Lane: have your say"}, "closes": {"some day"}, "evidence": {"One.\r\n\r\nTwo: #2."}, "earlier": {past.ID}}).is(http.StatusUnprocessableEntity).says(".problem", "closes")
	if got := wrong.doc.Find("#title").AttrOr("value", ""); got != "Mill Lane: have your say" {
		t.Errorf("the title typed is now %q", got)
	}
	if wrong.doc.Find(`.problem a[href="#closes"]`).Length() != 1 {
		t.Error("the fault does not lead to its field")
	}
	wrong.submit(form, url.Values{"closes": {"2099-12-14 23:59"}}).is(http.StatusOK).says("[role=status]", "Saved as version 2")
	c, err := p.service.Consultation(t.Context(), consult.Actor{ID: "u", Role: models.RoleOfficer}, "mill-lane")
	must(t, err)
	if e := c.Essentials(); e.Title != "Mill Lane: have your say" || len(e.Evidence) != 2 || e.Evidence[1] != "Two: #2." || e.Invented || !slices.Equal(e.Earlier, []string{past.ID}) || len(e.Alternatives) != len(p.demo.Proposal.Alternatives) {
		t.Errorf("filled in as %+v", e)
	}
	// The page as it was before: somebody else has saved since, and nothing typed is lost.
	late := made.submit(form, url.Values{"title": {"Another title"}}).is(http.StatusConflict).says(".problem", "Somebody else has saved version 2")
	if got := late.doc.Find("#title").AttrOr("value", ""); got != "Another title" {
		t.Errorf("the title typed is now %q", got)
	}
}
