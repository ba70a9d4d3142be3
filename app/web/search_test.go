package web

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"heard/models"
)

// released is a portal with the demonstration closed and released.
func released(t *testing.T) *testPortal {
	t.Helper()
	p := newPortal(t)
	p.loadDemo(0)
	for _, role := range []models.Role{models.RoleOfficer, models.RoleCouncillor} {
		p.signUp(role)
	}
	p.demo = p.move(p.demo, models.StatusClosed)
	must(t, p.service.ReleaseNew(t.Context(), p.demo.ID))
	if _, err := p.service.Reindex(t.Context()); err != nil {
		t.Fatal(err)
	}
	return p
}

// Councillors are told from when they can search, and what is refused leads to
// each side of it.
func TestWhatACouncillorIsTold(t *testing.T) {
	p := newPortal(t)
	p.signUp(models.RoleCouncillor)
	at := "/staff/" + p.demo.ID
	b := p.staff(models.RoleCouncillor)
	b.get(at+"/search?q=lamps").says("main .note", "once the consultation has closed")
	p.move(p.demo, models.StatusClosed)
	b.get(at+"/search").says("main .note", "being made ready")
	must(t, p.service.ReleaseNew(t.Context(), p.demo.ID))
	if got := b.get(at + "/search"); got.doc.Find("#find").Length() != 1 {
		t.Errorf("after the release: %s", got.text())
	}

	refused := b.visit(at+"/search?q=lamps&g=sex_worker&w=northgate").is(http.StatusUnprocessableEntity).says(".problem", "Not shown together, to protect people")
	var links []string
	for _, a := range refused.doc.Find(".problem a").EachIter() {
		links = append(links, a.AttrOr("href", ""))
	}
	want := []url.Values{{"g": {"sex_worker"}, "q": {"lamps"}, "order": {"voices"}}, {"w": {"northgate"}, "q": {"lamps"}, "order": {"voices"}}}
	if len(links) != len(want) {
		t.Fatalf("the refusal leads to %v", links)
	}
	for i, link := range links {
		if link != at+"/search?"+want[i].Encode() {
			t.Errorf("the refusal leads to %s, want %s", link, want[i].Encode())
		}
		b.get(link).is(http.StatusOK)
	}
	b.get(at+"/search?g=sex_worker").says("main", "without saying whose they are")
}

// A script that asks for the results alone is given those of the page, letter for
// letter.
func TestResultsAlone(t *testing.T) {
	p := released(t)
	for _, role := range []models.Role{models.RoleOfficer, models.RoleCouncillor} {
		b := p.staff(role)
		for _, query := range []string{"", "?q=light", "?q=zyxwv", "?g=sex_worker&w=northgate", "?q=light&page=2", "?q=light&g=resident&order=best"} {
			at := "/staff/" + p.demo.ID + "/search" + query
			whole := b.visit(at)
			part := b.request("GET", at, nil, fragment, "results")
			if part.status != whole.status || part.header.Get("Vary") == "" {
				t.Errorf("%s %s: %d in part, %d whole", role, query, part.status, whole.status)
			}
			inner, err := whole.doc.Find("#results").Html()
			must(t, err)
			body, err := part.doc.Find("body").Html()
			must(t, err)
			if strings.TrimSpace(inner) != strings.TrimSpace(body) || inner == "" {
				t.Errorf("%s %s: the results alone are not those of the page", role, query)
			}
			if part.doc.Find("h1, header, script").Length() > 0 {
				t.Errorf("%s %s: more than the results", role, query)
			}
		}
	}
}

// Every state of a search is in its address, and is all that is saved.
func TestSearchesAreAddresses(t *testing.T) {
	p := released(t)
	b, at := p.staff(models.RoleOfficer), "/staff/"+p.demo.ID
	page := b.get(at + "/search?q=light&g=resident&g=resident&st=for&order=newest&junk=x&page=2&t=")
	state := page.doc.Find("[name=query]").AttrOr("value", "")
	if want := "g=resident&order=newest&q=light&st=for"; state != want {
		t.Errorf("the state is %s, want %s", state, want)
	}
	form := url.Values{"do": {"save"}, "name": {"Lights"}, "query": {state + "&junk=x#y"}, "back": {at + "/search?" + state}}
	b.post(at+"/kept", form).is(http.StatusOK).says(".notice", "saved").says("#saved + ul", "Lights")
	link := b.get(at+"/kept").doc.Find("main .merged a").AttrOr("href", "")
	if link != at+"/search?"+state {
		t.Errorf("what was saved leads to %s", link)
	}
	// Back leads nowhere else.
	form.Set("back", "https://elsewhere.example/")
	if got := b.post(at+"/kept", form); got.url.Path != "/staff" {
		t.Errorf("led to %s", got.url)
	}
	for _, bad := range []url.Values{{"do": {"save"}, "name": {"x"}, "query": {""}}, {"do": {"save"}, "name": {"x"}, "query": {"%zz"}}, {"do": {"save"}, "query": {state}}, {"do": {"note"}, "submission": {"x"}}, {"forget": {"x"}}, {"delete": {"x"}}} {
		if got := b.post(at+"/kept", bad); got.status != http.StatusUnprocessableEntity && got.status != http.StatusNotFound {
			t.Errorf("%v answers %d", bad, got.status)
		}
	}
}

// A result is taken away as a file that a spreadsheet program can read.
func TestResultsAreTakenAway(t *testing.T) {
	p := released(t)
	at := "/staff/" + p.demo.ID
	for _, role := range []models.Role{models.RoleOfficer, models.RoleCouncillor} {
		b := p.staff(role)
		link := b.get(at+"/search?q=light").doc.Find("a[download]").AttrOr("href", "")
		file := b.visit(link)
		if got := file.header.Get("Content-Disposition"); got != `attachment; filename="`+p.demo.ID+`-answers.csv"` || !strings.HasPrefix(file.header.Get("Content-Type"), "text/csv") {
			t.Errorf("the file is %s, %s", got, file.header.Get("Content-Type"))
		}
		rows, err := csv.NewReader(strings.NewReader(file.body)).ReadAll()
		must(t, err)
		if len(rows) < 3 || rows[0][0] != "submission" {
			t.Errorf("%s is given %d rows", role, len(rows))
		}
	}
	p.engine.Close()
	officer := p.staff(models.RoleOfficer)
	officer.visit(at + "/search.csv?q=light").is(http.StatusServiceUnavailable)
	officer.get(at+"/search?q=light&t=x").says(".problem", "Search is not answering").says(".problem", "Theme").says(".hits", "for")
}

// Notes are looked through on one's own page, and those that are shared are taken
// away by whoever has just shown who they are; councillors find their own alone.
func TestNotesAreTakenAway(t *testing.T) {
	p := released(t)
	p.signUp(models.RoleAnalyst)
	at := "/staff/" + p.demo.ID
	officer, analyst, councillor := p.staff(models.RoleOfficer), p.staff(models.RoleAnalyst), p.staff(models.RoleCouncillor)
	about := strings.Split(councillor.get(at+"/search?q=light").doc.Find(".hits h3 a").First().AttrOr("href", ""), "?")[0]
	id := about[strings.LastIndex(about, "/")+1:]
	for who, notes := range map[*browser][2]string{analyst: {"Ask the bridge trust.", "1"}, councillor: {"Bridge, for me.", ""}, officer: {"=Bridge(1)", "1"}} {
		who.post(at+"/kept", url.Values{"do": {"note"}, "submission": {id}, "text": {notes[0]}, "shared": {notes[1]}}).is(http.StatusOK)
	}
	if to, fields := officer.get(at + "/kept").filled("form[role=search][method=get]"); to != at+"/kept" || !fields.Has("find") {
		t.Errorf("notes are looked for at %s with %v", to, fields)
	}
	page := officer.get(at + "/kept?find=BRIDGE")
	if page.doc.Find("#find").AttrOr("value", "") != "BRIDGE" || page.doc.Find("main .note").Length() != 2 {
		t.Errorf("found is %s", page.text())
	}
	page.says("main", "analyst@penrow.example, shared with officers").says("main", "Ask the bridge trust.")
	if none := officer.get(at+"/kept?find=zyxwv").says("main", "None says that."); none.doc.Find("main .note").Length() != 0 {
		t.Errorf("found is %s", none.text())
	}
	own := councillor.get(at+"/kept?find=bridge").says("main", "Bridge, for me.")
	if own.doc.Find("main .note").Length() != 1 || own.doc.Find("a[download]").Length() != 0 {
		t.Errorf("a councillor is shown %s", own.text())
	}
	link := page.doc.Find("a[download]").AttrOr("href", "")
	file := officer.visit(link)
	rows, err := csv.NewReader(strings.NewReader(file.body)).ReadAll()
	must(t, err)
	if got := file.header.Get("Content-Disposition"); got != `attachment; filename="`+p.demo.ID+`-notes.csv"` || len(rows) != 3 || strings.Contains(file.body, "for me") || strings.Contains(file.body, ",=") {
		t.Errorf("the file is %s, %q", got, rows)
	}
	p.clock.Advance(6 * time.Minute)
	if asked := officer.get(link); asked.url.Path != "/staff/prove" {
		t.Errorf("notes are given to somebody stale, at %s", asked.url)
	}
}

// The words searched for, and what was taken out, are marked in the whole
// submission, and its page leads to the next one and back.
func TestASubmissionOutOfAResult(t *testing.T) {
	p := released(t)
	b := p.staff(models.RoleCouncillor)
	found := b.get("/staff/" + p.demo.ID + "/search?q=police")
	hit := found.doc.Find(".hits h3 a").Eq(1)
	page := b.get(strings.SplitN(hit.AttrOr("href", ""), "#", 2)[0])
	if got := strings.ToLower(page.doc.Find(".rows mark").First().Text()); !strings.HasPrefix(got, "polic") {
		t.Errorf("marked is %q", got)
	}
	for _, rel := range []string{"next", "prev"} {
		if n := page.doc.Find("main a[rel=" + rel + "]").Length(); n != 2 {
			t.Errorf("%d ways to the %s", n, rel)
		}
	}
	if back := page.doc.Find("a.back").AttrOr("href", ""); !strings.HasSuffix(back, "#hit-2") || !strings.Contains(back, "q=police") {
		t.Errorf("back is %s", back)
	}
	if again := page.follow("main a[rel=prev]").follow("main a[rel=next]"); again.doc.Find("h1").Text() != page.doc.Find("h1").Text() {
		t.Error("before and after the same is another")
	}
}
