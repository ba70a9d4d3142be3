package web

import (
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"heard/app/consult"
	"heard/app/demo"
	"heard/models"
	"heard/models/storetest"
)

// access is what every route answers to everybody: to a plain GET, or to an
// empty form. "sign" is a redirect to the sign-in page. 409 and 422 mean that
// the actor may, and that the empty form says too little. To councillors an
// open consultation has released nobody's words, so there is no submission.
const access = `
                                            nobody councillor analyst officer auditor admin
GET  /                                      200    200        200     200     200     200
GET  /healthz                               200    200        200     200     200     200
GET  /readyz                                200    200        200     200     200     200
GET  /exit                                  303    303        303     303     303     303
GET  /privacy                               200    200        200     200     200     200
GET  /accessibility                         200    200        200     200     200     200
GET  /safety                                200    200        200     200     200     200

GET  /:consultation                         200    200        200     200     200     200
GET  /:consultation/c/:card                 200    200        200     200     200     200
GET  /:consultation/paper                   200    200        200     200     200     200
GET  /:consultation/result                  200    200        200     200     200     200
POST /:consultation/result                  422    422        422     422     422     422
GET  /:consultation/respond                 200    200        200     200     200     200
POST /:consultation/respond                 303    303        303     303     303     303
GET  /:consultation/respond/saved           410    410        410     410     410     410
POST /:consultation/respond/leave           303    303        303     303     303     303
GET  /:consultation/respond/equality        303    303        303     303     303     303
POST /:consultation/respond/equality        303    303        303     303     303     303
GET  /:consultation/respond/check           410    410        410     410     410     410
POST /:consultation/respond/check           410    410        410     410     410     410
GET  /:consultation/respond/:step           410    410        410     410     410     410
POST /:consultation/respond/:step           410    410        410     410     410     410
GET  /:consultation/receipt                 200    200        200     200     200     200
POST /:consultation/receipt                 422    422        422     422     422     422
GET  /:consultation/report                  404    404        404     404     404     404
GET  /:consultation/report.docx             404    404        404     404     404     404
GET  /:consultation/report.pdf              404    404        404     404     404     404
GET  /:consultation/report.xlsx             404    404        404     404     404     404
GET  /:consultation/report-dictionary.csv   404    404        404     404     404     404
GET  /:consultation/report/heard-once       404    404        404     404     404     404
GET  /:consultation/report.csv              404    404        404     404     404     404
GET  /:consultation/report.json             404    404        404     404     404     404
GET  /feed                                  200    200        200     200     200     200
GET  /:consultation/feed                    200    200        200     200     200     200
GET  /:consultation/report/:version         404    404        404     404     404     404
GET  /:consultation/report/:version/:file   404    404        404     404     404     404
GET  /:consultation/summary                 404    404        404     404     404     404
GET  /:consultation/answers                 404    404        404     404     404     404
GET  /:consultation/log/                    200    200        200     200     200     200
GET  /:consultation/log/checkpoint          200    200        200     200     200     200
GET  /:consultation/log/leaves              200    200        200     200     200     200
GET  /:consultation/log/key                 200    200        200     200     200     200
GET  /:consultation/log/manifests           200    200        200     200     200     200
GET  /:consultation/log/openings            200    200        200     200     200     200
GET  /:consultation/log/texts               200    200        200     200     200     200

GET  /staff/sign-in                         200    303        303     303     303     303
POST /staff/sign-in                         422    422        422     422     422     422
POST /staff/sign-out                        303    303        303     303     303     303
GET  /staff/welcome                         404    404        404     404     404     404
POST /staff/welcome                         404    404        404     404     404     404
POST /staff/passkey                         422    422        422     422     422     422
GET  /staff/sso                             404    404        404     404     404     404
GET  /staff/sso/callback                    404    404        404     404     404     404
GET  /staff/prove                           sign   200        200     200     200     200
POST /staff/prove                           401    422        422     422     422     422
GET  /staff/account                         sign   200        200     200     200     200
POST /staff/account                         401    422        422     422     422     422
GET  /staff/account/app                     sign   200        200     200     200     200
POST /staff/account/app                     401    422        422     422     422     422
GET  /staff/account/passkey                 sign   200        200     200     200     200
POST /staff/account/passkey                 401    422        422     422     422     422

GET  /staff                                 sign   200        200     200     200     200
POST /staff                                 401    403        403     422     403     422
GET  /staff/audit                           sign   403        403     403     200     403
GET  /staff/audit.csv                       sign   403        403     403     200     403
GET  /staff/users                           sign   403        403     403     403     200
POST /staff/users                           401    403        403     403     403     422
GET  /staff/:consultation/search            sign   200        200     200     403     403
GET  /staff/:consultation/search.csv        sign   200        200     200     403     403
GET  /staff/:consultation/kept              sign   200        200     200     403     403
POST /staff/:consultation/kept              401    422        422     422     403     403
GET  /staff/:consultation/notes.csv         sign   403        200     200     403     403
GET  /staff/:consultation/submissions/:id   sign   404        200     200     403     403
POST /staff/:consultation/submissions/:id   401    403        403     422     403     403
GET  /staff/:consultation/submissions/:id/files/:file sign 404 404      404     403     403
POST /staff/:consultation/submissions/:id/files/:file 401 403  403      422     403     403
GET  /staff/:consultation/submissions/:id/files/:file/download sign 404 404 404 403     403
GET  /staff/:consultation/reading           sign   403        403     200     403     403
POST /staff/:consultation/reading           401    403        403     422     403     403
GET  /staff/:consultation/reading/:id       sign   403        403     200     403     403
POST /staff/:consultation/reading/:id       401    403        403     422     403     403
GET  /staff/:consultation/redactions        sign   403        403     200     403     403
POST /staff/:consultation/redactions        401    403        403     422     403     403
GET  /staff/:consultation/redactions/refused sign  403        403     200     200     403
GET  /staff/:consultation/submissions/:id/redact sign 403     403     200     403     403
POST /staff/:consultation/submissions/:id/redact 401 403      403     422     403     403
GET  /staff/:consultation/attention         sign   403        403     200     403     403
GET  /staff/:consultation/attention/pile    sign   403        403     200     403     403
POST /staff/:consultation/attention/pile    401    403        403     422     403     403
GET  /staff/:consultation/keying            sign   403        403     200     403     403
POST /staff/:consultation/keying            401    403        403     422     403     403
POST /staff/:consultation/keying/:batch/forms/:form/slip 401 403 403 200      403     403
GET  /staff/:consultation/keying/:batch     sign   403        403     200     403     403
POST /staff/:consultation/keying/:batch     401    403        403     422     403     403
POST /staff/:consultation/keying/:batch/days 401   403        403     422     403     403
GET  /staff/:consultation/keying/:batch/new sign   403        403     200     403     403
POST /staff/:consultation/keying/:batch/new 401    403        403     422     403     403
GET  /staff/:consultation/keying/:batch/check sign 403        403     303     403     403
POST /staff/:consultation/keying/:batch/check 401  403        403     404     403     403
GET  /staff/:consultation/keying/:batch/forms/:form sign 403  403     200     403     403
POST /staff/:consultation/keying/:batch/forms/:form 401 403   403     422     403     403
GET  /staff/:consultation/keying/:batch/forms/:form/correct sign 403 403 200  403     403
POST /staff/:consultation/keying/:batch/forms/:form/correct 401 403 403 422   403     403
GET  /staff/:consultation/import            sign   403        403     200     403     403
POST /staff/:consultation/import            401    403        403     422     403     403
GET  /staff/:consultation/contacts          sign   403        403     200     403     403
POST /staff/:consultation/contacts          401    403        403     422     403     403
GET  /staff/:consultation/themes            sign   200        200     200     403     403
POST /staff/:consultation/themes            401    403        422     422     403     403
GET  /staff/:consultation/themes/:id        sign   403        200     200     403     403
POST /staff/:consultation/themes/:id        401    403        422     422     403     403
GET  /staff/:consultation/frame             sign   403        200     200     403     403
GET  /staff/:consultation/essentials        sign   403        403     200     403     200
POST /staff/:consultation/essentials        401    403        403     409     403     409
GET  /staff/:consultation/preview           sign   403        403     200     403     200
GET  /staff/:consultation/preview/:path/:step sign 403        403     200     403     200
POST /staff/:consultation/preview/:path/:step 401  403        403     303     403     303
GET  /staff/:consultation/code              sign   403        200     200     403     403
POST /staff/:consultation/code              401    403        422     422     403     403
GET  /staff/:consultation/report            sign   403        200     200     200     403
GET  /staff/:consultation/report.docx       sign   403        200     200     200     403
GET  /staff/:consultation/report.pdf        sign   403        409     409     409     403
GET  /staff/:consultation/report.xlsx       sign   403        200     200     200     403
GET  /staff/:consultation/report.csv        sign   403        200     200     200     403
GET  /staff/:consultation/report.json       sign   403        200     200     200     403
GET  /staff/:consultation/report-dictionary.csv sign 403      200     200     200     403
GET  /staff/:consultation/report/heard-once sign   403        200     200     200     403
GET  /staff/:consultation/report/ledger.csv sign   403        200     200     200     403
GET  /staff/:consultation/versions          sign   403        200     200     200     403
POST /staff/:consultation/versions          401    403        403     422     403     403
GET  /staff/:consultation/versions/proposed sign   403        404     404     404     403
GET  /staff/:consultation/pack              sign   404        404     404     403     403
POST /staff/:consultation/pack              401    422        422     422     403     403
GET  /staff/:consultation/objections        sign   403        403     200     403     403
POST /staff/:consultation/objections        401    403        403     404     403     403
GET  /staff/:consultation/settings          sign   403        403     200     403     200
POST /staff/:consultation/settings          401    403        403     422     403     422

GET  /staff/:consultation/findings          sign   403        200     200     200     403
GET  /staff/:consultation/findings/:id      sign   403        200     200     200     403
POST /staff/:consultation/findings/:id      401    403        403     422     403     403
GET  /staff/:consultation/sections/:id      sign   403        200     200     200     403
POST /staff/:consultation/sections/:id      401    403        403     409     403     403
GET  /staff/:consultation/population/:id    sign   403        200     200     200     403
POST /staff/:consultation/population/:id    401    403        403     422     403     403
GET  /staff/:consultation/duties            sign   200        200     200     200     200
POST /staff/:consultation/duties            401    403        403     422     403     403
GET  /staff/:consultation/duties.ics        sign   200        200     200     200     200
GET  /staff/:consultation/duties/:number    sign   200        200     200     200     200
POST /staff/:consultation/duties/:number    401    403        403     422     403     403
GET  /staff/:consultation/register          sign   200        200     200     200     200
GET  /staff/:consultation/register/:id      sign   200        200     200     200     200
POST /staff/:consultation/register/:id      401    403        403     422     403     403
GET  /staff/:consultation/requests          sign   403        403     200     200     403
POST /staff/:consultation/requests          401    403        403     422     403     403
GET  /staff/:consultation/requests/:id      sign   403        403     200     200     403
POST /staff/:consultation/requests/:id      401    403        403     422     403     403
GET  /staff/:consultation/submissions/:id/erase sign 403      403     200     403     403
POST /staff/:consultation/submissions/:id/erase 401 403       403     422     403     403
GET  /:consultation/calendar/:token         404    404        404     404     404     404
`

// accessTable reads the table: answers by route, by actor.
func accessTable(t *testing.T) (actors []string, rows map[string][]string) {
	t.Helper()
	rows = map[string][]string{}
	for line := range strings.Lines(access) {
		switch f := strings.Fields(line); {
		case len(f) == 0:
		case actors == nil:
			actors = f
		case len(f) != 2+len(actors):
			t.Fatalf("the table has a crooked line: %s", line)
		default:
			rows[f[0]+" "+f[1]] = f[2:]
		}
	}
	return actors, rows
}

// filledPortal has submissions, themes, accounts and a second consultation.
func filledPortal(t testing.TB, choose ...func(*parts)) *testPortal {
	t.Helper()
	p := newPortal(t, choose...)
	p.loadDemo(100)
	for _, role := range models.Roles {
		p.signUp(role)
	}
	for _, e := range demo.Register(p.demo, p.clock.Now()) {
		must(t, p.service.KeepEntry(t.Context(), consult.Portal, p.demo, e))
	}
	other := p.open([]byte(storetest.Invented))
	for i := range 12 {
		storetest.Create(t, p.store, storetest.Submission(other.ID, i))
	}
	must(t, p.store.SaveThemes(t.Context(), models.ThemeRun{Consultation: other.ID, Documents: 12,
		Themes:     []models.Theme{{ID: "otherstheme", Consultation: other.ID, Label: "Lamps", MachineLabel: "Lamps", Status: models.ThemeCandidate}},
		Placements: []models.Placement{{Theme: "otherstheme", Submission: other.ID + "-s00000", Question: "C2", Score: 1}}}))
	return p
}

// address is a route's address with things of the demonstration in it.
func (p *testPortal) address(path string) string {
	p.Helper()
	id := "none"
	switch {
	case strings.Contains(path, "/submissions/"), strings.Contains(path, "/reading/"):
		id = p.rows("SELECT id FROM submissions WHERE consultation = '" + p.demo.ID + "' AND status = 'live' ORDER BY id LIMIT 1")[0]
	case strings.Contains(path, "/requests/"):
		id = "new"
	case strings.Contains(path, "/register/"):
		id = "new"
		if rows := p.rows("SELECT id FROM register WHERE consultation = '" + p.demo.ID + "' LIMIT 1"); len(rows) > 0 {
			id = rows[0]
		}
	case strings.Contains(path, "/themes/"):
		id = p.themes()[0].ID
	case strings.Contains(path, "/findings/"), strings.Contains(path, "/population/"):
		id = "new"
	case strings.Contains(path, "/sections/"):
		id = models.SectionProposal
	}
	batch, form := "none", "none"
	if strings.Contains(path, ":batch") {
		batch, form = p.keyed(strings.HasSuffix(path, "/new"))
	}
	return strings.NewReplacer(":batch", batch, ":form", form, ":consultation", p.demo.ID, ":step", "A1", ":card", p.demo.Cards[0].ID, ":path", p.demo.Paths[0].ID, ":number", "3", ":token", "none", ":file", "1", ":id", id).Replace(path)
}

func (p *testPortal) themes() []models.Theme {
	p.Helper()
	all, err := p.store.Themes(p.Context(), p.demo.ID)
	must(p.TB, err)
	all = slices.DeleteFunc(all, func(t models.Theme) bool { return t.Status == models.ThemeMerged })
	if len(all) < 2 {
		p.Fatalf("the demonstration has %d themes, expected at least 2", len(all))
	}
	return all
}

func TestEveryRouteAndActor(t *testing.T) {
	p := filledPortal(t)
	actors, table := accessTable(t)
	if !slices.Equal(slices.Sorted(slices.Values(actors[1:])), slices.Sorted(slices.Values(roleNames()))) {
		t.Fatalf("the table has columns %v, expected nobody and %v", actors, models.Roles)
	}
	who := map[string]*browser{}
	for _, r := range routes {
		name := r.method + " " + r.path
		want, ok := table[name]
		if !ok {
			t.Errorf("%s is not in the table: say who may open it", name)
			continue
		}
		delete(table, name)
		if r.staff() != (want[0] == "sign" || want[0] == "401") && r.need != consult.Public {
			t.Errorf("%s needs %q but is open to nobody", name, r.need)
		}
		for i, actor := range actors {
			t.Run(name+" "+actor, func(t *testing.T) {
				b := who[actor]
				if b == nil {
					b = p.browser()
					if i > 0 {
						b = p.staff(models.Role(actor))
					}
					b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
					who[actor] = b
				}
				if name == "POST /:consultation/respond" || r.path == "/staff/sign-in" || r.path == "/staff/sign-out" {
					delete(who, actor) // this one has other cookies now
				}
				var got *page
				before := ""
				if r.method == post {
					before = p.state()
					got = b.post(p.address(r.path), nil)
				} else {
					got = b.visit(p.address(r.path))
				}
				to, said := got.header.Get("Location"), strconv.Itoa(got.status)
				if got.status == http.StatusSeeOther && strings.HasPrefix(to, "/staff/sign-in") && r.path != "/staff/sign-out" {
					said = "sign"
				}
				if said != want[i] {
					t.Errorf("answers %s, the table says %s: %s", said, want[i], got.text())
				}
				if slices.Contains([]string{"sign", "401", "403", "404"}, said) && r.method == post && p.state() != before {
					t.Error("something changed although it was refused")
				}
				if said == "sign" && r.method == get && to != "/staff/sign-in?next="+url.QueryEscape(p.address(r.path)) {
					t.Errorf("signing in would lead elsewhere: %s", to)
				}
			})
		}
	}
	for name := range table {
		t.Errorf("%s is in the table but is not a route", name)
	}
}

func roleNames() (names []string) {
	for _, r := range models.Roles {
		names = append(names, string(r))
	}
	return names
}

// Administrators run the portal and never see what people wrote, on any page
// they can open.
func TestAdministratorsReadNoTestimony(t *testing.T) {
	p := filledPortal(t)
	var said []string
	for _, row := range p.rows("SELECT text FROM answers WHERE length(text) > 40") {
		said = append(said, squeezed(row)[:40])
	}
	if len(said) < 50 {
		t.Fatalf("only %d texts to look for", len(said))
	}
	read := func(role models.Role) bool {
		b := p.staff(role)
		return slices.ContainsFunc(routes, func(r route) bool {
			if r.method != get || !r.staff() {
				return false
			}
			body := squeezed(b.visit(p.address(r.path)).doc.Text())
			return slices.ContainsFunc(said, func(s string) bool { return strings.Contains(body, s) })
		})
	}
	if read(models.RoleAdmin) {
		t.Error("an administrator can read testimony")
	}
	if !read(models.RoleOfficer) {
		t.Error("not even an officer reads it: this test looks for the wrong words")
	}
}

func squeezed(s string) string { return strings.Join(strings.Fields(s), " ") }

func TestOriginalWordsAreForOfficers(t *testing.T) {
	p := filledPortal(t)
	p.move(p.demo, models.StatusClosed)
	must(t, p.service.ReleaseNew(t.Context(), p.demo.ID))
	id := p.rows("SELECT submission FROM released LIMIT 1")[0]
	for _, role := range []models.Role{models.RoleOfficer, models.RoleAnalyst, models.RoleCouncillor} {
		before := p.count("audit")
		p.staff(role).get("/staff/" + p.demo.ID + "/submissions/" + id + "?original=yes")
		read := slices.ContainsFunc(p.rows("SELECT action FROM audit"), func(a string) bool { return a == "submission.original-read" })
		switch {
		case role == models.RoleOfficer && !read:
			t.Error("an officer read the original and it is not on record")
		case role != models.RoleOfficer && p.count("audit") != before+1: // the sign-in
			t.Errorf("%s asked for the original and it was put on record as read", role)
		}
	}
}

// What belongs to another consultation is not there under this one's address.
func TestThingsOfAnotherConsultation(t *testing.T) {
	p := filledPortal(t)
	officer := p.staff(models.RoleOfficer)
	const other = "lantern-square"
	officer.get("/staff/" + other + "/submissions/" + other + "-s00000")
	before := p.state()
	officer.visit("/staff/" + p.demo.ID + "/submissions/" + other + "-s00000").is(http.StatusNotFound)
	officer.visit("/staff/" + p.demo.ID + "/submissions/" + other + "-s00000?original=yes").is(http.StatusNotFound)
	officer.visit("/staff/" + p.demo.ID + "/reading/" + other + "-s00000").is(http.StatusNotFound)
	for _, do := range []string{"read", "next", "back", "keep", "rich", "not-rich"} {
		officer.post("/staff/"+p.demo.ID+"/reading/"+other+"-s00000", url.Values{"do": {do}, "revision": {"0"}}).is(http.StatusNotFound)
	}
	for _, part := range []string{"/findings/none", "/sections/none", "/population/none"} {
		officer.visit("/staff/" + p.demo.ID + part).is(http.StatusNotFound)
		officer.post("/staff/"+p.demo.ID+part, url.Values{"version": {"2"}, "do": {"remove"}}).is(http.StatusNotFound)
	}
	officer.visit("/staff/no-such/submissions/" + other + "-s00000").is(http.StatusNotFound)
	mine, others := p.themes()[0], other+"-s00000:C2"
	officer.visit("/staff/" + p.demo.ID + "/themes/otherstheme").is(http.StatusNotFound)
	for _, do := range slices.Sorted(maps.Keys(themeActs)) {
		got := officer.post("/staff/"+p.demo.ID+"/themes/otherstheme", url.Values{"do": {do}, "version": {"1"}, "label": {"Mine now"}, "name": {"Mine now"}, "definition": {"Mine now"}, "reason": {"Mine now"},
			"parent": {mine.ID}, "into": {mine.ID}, "to": {mine.ID}, "answer": {others}})
		if got.status != http.StatusNotFound {
			t.Errorf("%s with another consultation's theme answers %d", do, got.status)
		}
	}
	for _, do := range []string{"take-out", "move", "split"} {
		p.refused(do+" of another consultation's answer", officer.post("/staff/"+p.demo.ID+"/themes/"+mine.ID, url.Values{"do": {do}, "version": {strconv.Itoa(mine.Version)}, "name": {"Mine now"}, "to": {p.themes()[1].ID}, "answer": {others}}).status)
	}
	p.refused("a move into another consultation's theme", officer.post("/staff/"+p.demo.ID+"/themes/"+mine.ID, url.Values{"do": {"move"}, "to": {"otherstheme"}, "answer": {p.anAnswer()}}).status)
	p.refused("a parent of another consultation", officer.post("/staff/"+p.demo.ID+"/themes/"+mine.ID, url.Values{"do": {"under"}, "version": {strconv.Itoa(mine.Version)}, "parent": {"otherstheme"}}).status)
	p.refused("a new theme under another consultation's", officer.post("/staff/"+p.demo.ID+"/themes", url.Values{"do": {"add"}, "label": {"Mine now"}, "parent": {"otherstheme"}}).status)
	for _, blind := range []string{"", "1"} {
		p.refused("another consultation's answer", officer.visit("/staff/"+p.demo.ID+"/code?"+url.Values{"submission": {other + "-s00000"}, "question": {"C2"}, "blind": {blind}}.Encode()).status)
		p.refused("coding another consultation's answer", officer.post("/staff/"+p.demo.ID+"/code", url.Values{"answer": {others}, "theme": {mine.ID}, "blind": {blind}}).status)
		p.refused("coding for another consultation's theme", officer.post("/staff/"+p.demo.ID+"/code", url.Values{"answer": {p.anAnswer()}, "theme": {"otherstheme"}, "blind": {blind}}).status)
	}
	if page := officer.post("/staff/"+p.demo.ID+"/themes/"+mine.ID, url.Values{"do": {"merge"}, "version": {strconv.Itoa(mine.Version)}, "into": {"otherstheme"}}); page.status < 400 {
		t.Errorf("a theme was merged into another consultation's: %d", page.status)
	}
	if p.state() != before {
		t.Error("something changed")
	}

	// Nor does a response started for one go on in the other, and nor does a
	// receipt of one open the other.
	b := p.browser()
	b.start()
	b.visit("/" + other + "/respond/A1").is(http.StatusGone)
	b.post("/"+other+"/respond/A1", url.Values{"answer": {"visit"}}).is(http.StatusGone)
	b.post("/"+other+"/respond/check", nil).is(http.StatusGone)
	words := strings.Join(p.respond(p.browser(), sexWorker), " ")
	b.post("/"+other+"/receipt", url.Values{"code": {words}, "do": {"check"}}).is(http.StatusUnprocessableEntity)
	b.post("/"+p.demo.ID+"/receipt", url.Values{"code": {words}, "do": {"check"}}).is(http.StatusOK)
}

// For whoever works on some consultations alone, all others do not exist, whatever
// they ask for there.
func TestWhoSeesSomeConsultations(t *testing.T) {
	p := filledPortal(t)
	const own = "lantern-square"
	addresses := map[string]string{}
	for _, r := range routes {
		if strings.HasPrefix(r.path, "/staff/:consultation") {
			if addresses[r.path] = p.address(r.path); !strings.HasPrefix(addresses[r.path], "/staff/"+p.demo.ID) {
				t.Fatalf("%s is not about the demonstration", addresses[r.path])
			}
		}
	}
	admin := p.staff(models.RoleAdmin)
	admin.get("/staff/users").submit("form[novalidate]", url.Values{"email": {"auditor@penrow.example"}, "role": {"auditor"}, "only": {own}}).
		is(http.StatusUnprocessableEntity).says("#only-fault", "Tick none")
	for _, role := range []models.Role{models.RoleOfficer, models.RoleAnalyst, models.RoleCouncillor} {
		admin.get("/staff/users").submit("form[novalidate]", url.Values{"email": {string(role) + "@penrow.example"}, "role": {string(role)}, "only": {own}}).
			is(http.StatusOK).says("body", "what it may do now")
		b := p.staff(role)
		home := b.get("/staff")
		if text := home.text(); strings.Contains(text, p.demo.Title.Default()) || !strings.Contains(text, "Lantern Square") || home.doc.Find("[name=source]").Length() > 0 {
			t.Errorf("%s is led to %s", role, text)
		}
		b.visit("/staff/" + own + "/duties").is(http.StatusOK)
		before, asked := p.state(), 0
		for _, r := range routes {
			address, ok := addresses[r.path]
			if !ok {
				continue
			}
			want := http.StatusNotFound
			if !(consult.Actor{Role: role}).May(r.need) {
				want = http.StatusForbidden
			}
			got := 0
			if r.method == post {
				got = b.post(address, nil).status
			} else {
				got = b.visit(address).status
			}
			if asked++; got != want {
				t.Errorf("%s: %s %s answers %d, want %d", role, r.method, r.path, got, want)
			}
		}
		if asked < 80 || p.state() != before {
			t.Errorf("%s: %d pages were asked for, and something changed: %v", role, asked, p.state() != before)
		}
		if role == models.RoleOfficer {
			b.post("/staff", url.Values{"source": {string(storetest.Version("canal-road", 1))}}).is(http.StatusForbidden)
			b.post("/staff", url.Values{"template": {slices.Sorted(maps.Keys(demo.Templates()))[0]}, "id": {"canal-road"}}).is(http.StatusForbidden)
			b.post("/staff/"+own+"/settings", url.Values{"do": {"save"}, "source": {string(storetest.Version("canal-road", 1))}})
			if p.count("consultations") != 2 {
				t.Error("somebody who works on one consultation alone set up another")
			}
		}
	}
}

// A draft is not there for the public, only for staff.
func TestDraftConsultationIsHidden(t *testing.T) {
	p := newPortal(t)
	_, err := p.service.SaveConsultation(t.Context(), consult.Portal, "x.yaml", []byte(storetest.Invented))
	must(t, err)
	b := p.browser()
	for _, r := range routes {
		if !strings.HasPrefix(r.path, "/:consultation") {
			continue
		}
		path := strings.NewReplacer(":consultation", "lantern-square", ":step", "A1", ":card", "fern", ":token", "none").Replace(r.path)
		if r.method == post {
			b.post(path, nil).is(http.StatusNotFound)
		} else {
			b.visit(path).is(http.StatusNotFound)
		}
	}
	if strings.Contains(b.get("/").body, "Lantern") {
		t.Error("the home page lists a draft")
	}
}

// forgeries are ways in which browsers tell that a form stands on another
// website.
var forgeries = [][]string{
	{"Sec-Fetch-Site", "cross-site"},
	{"Sec-Fetch-Site", "same-site"},
	{"Sec-Fetch-Site", "", "Origin", "https://evil.example"},
	{"Sec-Fetch-Site", "", "Origin", "null"},
	{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"},
}

// anAnswer is what forms call an answer in words of the demonstration.
func (p *testPortal) anAnswer() string {
	p.Helper()
	return p.rows("SELECT submission || ':' || question FROM placements WHERE theme = '" + p.themes()[0].ID + "' ORDER BY submission LIMIT 1")[0]
}

// forms is one good form for every route that takes one.
func (p *testPortal) forms(who map[string]*browser) map[string]form {
	p.Helper()
	answering := func() *browser {
		b := p.browser()
		b.start()
		b.post("/"+p.demo.ID+"/respond/C1", url.Values{"answer": {"agree"}}).is(http.StatusOK)
		return b
	}
	sending := answering()
	_, ready := sending.check().filled("form#step")
	sent := answering()
	sent.check().submit("form#step", nil).is(http.StatusOK)
	words := strings.Join(p.respond(p.browser(), sexWorker), " ")
	token, err := p.service.Invite(p.Context(), consult.Portal, "new@penrow.example", models.RoleAnalyst)
	must(p.TB, err)
	theme := p.themes()[0]
	return map[string]form{
		"/:consultation/respond/:step":         {answering(), url.Values{"answer": {"elected"}}},
		"/:consultation/respond":               {p.browser(), nil},
		"/:consultation/respond/check":         {sending, ready},
		"/:consultation/respond/equality":      {sent, url.Values{p.demo.Equality[0].ID: {p.demo.Equality[0].Options[0].ID}}},
		"/:consultation/respond/leave":         {answering(), nil},
		"/:consultation/result":                {p.browser(), url.Values{"email": {"marta@example.org"}, "do": {"add"}}},
		"/:consultation/receipt":               {p.browser(), url.Values{"code": {words}, "do": {"withdraw"}, "sure": {"yes"}}},
		"/staff/sign-in":                       {p.browser(), url.Values{"email": {"officer@penrow.example"}, "password": {password}}},
		"/staff/sign-out":                      {p.staff(models.RoleAnalyst), nil},
		"/staff/welcome":                       {p.browser(), url.Values{"token": {token}, "password": {password}}},
		"/staff/passkey":                       {p.browser(), url.Values{"do": {"begin"}}},
		"/staff/prove":                         {who["officer"], url.Values{"password": {password}, "next": {"/staff"}}},
		"/staff/account":                       {who["officer"], url.Values{"do": {"name"}, "name": {"Office"}}},
		"/staff/account/app":                   {who["officer"], url.Values{"code": {"123456"}}},
		"/staff/account/passkey":               {who["officer"], url.Values{"response": {"{}"}}},
		"/staff":                               {who["officer"], url.Values{"source": {string(storetest.Version("brook-green", 1))}}},
		"/staff/users":                         {who["admin"], url.Values{"do": {"invite"}, "email": {"another@penrow.example"}, "role": {"officer"}}},
		"/staff/:consultation/contacts":        {who["officer"], url.Values{"do": {"ask"}, "reason": {"To tell them."}}},
		"/staff/:consultation/kept":            {who["officer"], url.Values{"do": {"save"}, "name": {"Lamps"}, "query": {"q=lamps"}}},
		"/staff/:consultation/submissions/:id": {who["officer"], url.Values{"do": {"ask"}, "message": {"Which evening do you mean?"}}},
		"/staff/:consultation/attention/pile":  {who["officer"], url.Values{"do": {"restore"}}},
		"/staff/:consultation/reading":         {who["officer"], url.Values{"do": {"next"}}},
		"/staff/:consultation/reading/:id":     {who["officer"], url.Values{"do": {"read"}, "revision": {"0"}}},
		"/staff/:consultation/redactions":      {who["officer"], url.Values{"do": {"next"}}},
		"/staff/:consultation/themes":          {who["officer"], url.Values{"do": {"run"}}},

		"/staff/:consultation/submissions/:id/files/:file": {who["officer"], url.Values{"do": {"shut"}}},

		"/staff/:consultation/submissions/:id/redact": {who["officer"], url.Values{"version": {"0"}, "do-all": {"accept-sure"}}},
		"/staff/:consultation/essentials":             {who["officer"], url.Values{"title": {"Ours"}}},
		"/staff/:consultation/preview/:path/:step":    {who["officer"], nil},
		"/staff/:consultation/themes/:id":             {who["officer"], url.Values{"do": {"rename"}, "version": {strconv.Itoa(theme.Version)}, "label": {"A name of ours"}}},
		"/staff/:consultation/code":                   {who["officer"], url.Values{"answer": {p.anAnswer()}, "theme": {theme.ID}, "do": {"code"}}},
		"/staff/:consultation/versions":               {who["officer"], url.Values{"do": {"propose"}}},
		"/staff/:consultation/pack":                   {who["officer"], url.Values{"part": {"summary"}, "version": {"1"}}},
		"/staff/:consultation/objections":             {who["officer"], url.Values{"submission": {"none"}, "decision": {"upheld"}, "reason": {"Moved."}, "version": {"1"}}},
		"/staff/:consultation/settings":               {who["officer"], url.Values{"do": {"move"}, "to": {"closed"}}},

		"/staff/:consultation/duties":                {who["officer"], url.Values{"do": {"share"}}},
		"/staff/:consultation/duties/:number":        {who["officer"], url.Values{"version": {"2"}, "state": {"met"}, "evidence": {"On the website."}, "owner": {"Ada Tremlett"}, "done": {"2026-10-01"}}},
		"/staff/:consultation/findings/:id":          {who["officer"], url.Values{"version": {"1"}, "statement": {"Lamps are wanted."}, "limb": {"effect"}, "themes": {theme.ID}}},
		"/staff/:consultation/sections/:id":          {who["officer"], url.Values{"version": {"1"}, "text": {"More lamps."}}},
		"/staff/:consultation/population/:id":        {who["officer"], url.Values{"version": {"1"}, "group": {p.demo.Groups[0].ID}, "figure": {"8120"}, "source": {"Census"}, "day": {"2021-03-21"}}},
		"/staff/:consultation/register/:id":          {who["officer"], url.Values{"do": {"remove"}, "version": {"2"}}},
		"/staff/:consultation/requests":              {who["officer"], url.Values{"version": {"1"}, "retention": {"2027-12-01"}}},
		"/staff/:consultation/requests/:id":          {who["officer"], url.Values{"do": {"keep"}, "kind": {"foi"}, "reference": {"FOI 12"}, "received": {"2026-11-02"}}},
		"/staff/:consultation/submissions/:id/erase": {who["officer"], url.Values{"request": {p.aRequest()}, "reason": {"She told us the day and the opening words."}}},
	}
}

type form struct {
	by     *browser
	values url.Values
}

func TestFormsOfOtherWebsitesAreRefused(t *testing.T) {
	p := filledPortal(t)
	forms := p.forms(map[string]*browser{"officer": p.staff(models.RoleOfficer), "admin": p.staff(models.RoleAdmin)})
	maps.Copy(forms, p.keyingForms())
	for _, r := range routes {
		if r.method != post {
			continue
		}
		f, ok := forms[r.path]
		if !ok {
			t.Errorf("%s: there is no form to try", r.path)
			continue
		}
		before, sessions := p.state(), p.count("sessions")
		for _, forged := range forgeries {
			got := f.by.post(p.address(r.path), f.values, forged...)
			if got.status != http.StatusForbidden || !strings.Contains(got.body, "another website") {
				t.Errorf("%s with %v answers %d", r.path, forged, got.status)
			}
			if len(got.header.Values("Set-Cookie")) > 0 || p.state() != before || p.count("sessions") != sessions {
				t.Errorf("%s with %v changed something", r.path, forged)
			}
		}
		// The same form from our own page works, so it was the website that was
		// refused.
		switch r.path {
		case "/staff/:consultation/versions", // only once the analysis is frozen
			"/staff/passkey", "/staff/account/app", "/staff/account/passkey", // only with a device
			"/staff/:consultation/submissions/:id/files/:file", // where there is a file
			"/staff/:consultation/pack",                        // only once the report is public
			"/staff/:consultation/objections",                  // where somebody objects
			"/staff/:consultation/attention/pile",              // where there is one
			"/staff/:consultation/essentials",                  // only of a draft
			"/staff/:consultation/preview/:path/:step",         // keeps nothing
			"/staff/:consultation/submissions/:id/redact":      // where there is something to take out
			continue
		}
		if got := f.by.post(p.address(r.path), f.values); got.status >= 400 {
			t.Errorf("%s from our own page answers %d: %s", r.path, got.status, got.text())
		} else if p.state() == before && r.path != "/staff/sign-out" {
			t.Errorf("%s from our own page changed nothing", r.path)
		}
	}
}

// Signing in leads only to pages of the desk.
func TestSignInLeadsNowhereElse(t *testing.T) {
	p := newPortal(t)
	p.signUp(models.RoleOfficer)
	for _, next := range []string{"https://evil.example", "//evil.example", "/staff//evil.example", `/staff\evil.example`, "/staffroom", "/exit", "/staff/../exit", "/staff/%2e%2e/exit", "javascript:alert(1)", "/staff\r\nSet-Cookie: a=b", ""} {
		b := p.browser()
		b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		got := b.post("/staff/sign-in", url.Values{"email": {"officer@penrow.example"}, "password": {password}, "next": {next}}).is(http.StatusSeeOther)
		to, err := got.url.Parse(got.header.Get("Location"))
		must(t, err)
		if !strings.HasPrefix(to.String(), p.url+"/staff") || (to.Path != "/staff" && !strings.HasPrefix(to.Path, "/staff/")) {
			t.Errorf("next=%q leads to %s", next, got.header.Get("Location"))
		}
	}
}

// A closed account, or one whose role changed, is told so by its next request.
func TestAccountChangesHoldAtOnce(t *testing.T) {
	p := filledPortal(t)
	officer, analyst := p.staff(models.RoleOfficer), p.staff(models.RoleAnalyst)
	id := p.rows("SELECT id FROM users WHERE email = 'officer@penrow.example'")[0]
	must(t, p.service.Disable(t.Context(), consult.Portal, id))
	if page := officer.visit("/staff"); page.step() != "sign-in" {
		t.Errorf("a closed account sees %s", page.url)
	}
	admin := consult.Actor{ID: p.rows("SELECT id FROM users WHERE email = 'admin@penrow.example'")[0], Role: models.RoleAdmin}
	_, err := p.service.Invite(t.Context(), admin, "analyst@penrow.example", models.RoleAuditor)
	must(t, err)
	if page := analyst.visit("/staff/" + p.demo.ID + "/search"); page.step() != "sign-in" {
		t.Errorf("an account whose role changed sees %s", page.url)
	}
	p.staff(models.RoleAnalyst).visit("/staff/" + p.demo.ID + "/search").is(http.StatusForbidden)
	// What their cookie still tells, whose a form is, opens nothing.
	officer.post("/staff/"+p.demo.ID+"/themes", url.Values{"do": {"run"}}).is(http.StatusUnauthorized).
		submit("form[method=post]", url.Values{"email": {"officer@penrow.example"}, "password": {password}}).is(http.StatusUnprocessableEntity)
	if page := officer.visit("/staff"); page.step() != "sign-in" {
		t.Errorf("a closed account sees %s", page.url)
	}
}

// The token of a session is not the one from before signing in, and signing
// out ends it in the database too.
func TestSessionsAreRenewedAndEnd(t *testing.T) {
	p := newPortal(t)
	p.signUp(models.RoleOfficer)
	planted := p.browser()
	planted.get("/staff/sign-in")
	if p.count("sessions") != 0 {
		t.Error("looking at the sign-in page made a session")
	}
	b := p.staff(models.RoleOfficer)
	token := b.cookies()[0].Value
	if slices.ContainsFunc(p.rows("SELECT token FROM sessions"), func(s string) bool { return s == token }) {
		t.Error("the token stands in the database as it is")
	}
	again := b.copy()
	again.post("/staff/sign-in", url.Values{"email": {"officer@penrow.example"}, "password": {password}})
	if again.cookies()[0].Value == token {
		t.Error("signing in again kept the token")
	}
	if page := b.visit("/staff"); page.step() != "sign-in" {
		t.Error("the token from before signing in again still works")
	}
	copied := again.copy()
	again.post("/staff/sign-out", nil)
	if page := copied.visit("/staff"); page.step() != "sign-in" || p.count("sessions") != 0 {
		t.Errorf("a copied cookie works after signing out; %d sessions", p.count("sessions"))
	}
}

// whenOpened is in the address of a form, another for every page.
var whenOpened = regexp.MustCompile(`opened=[^"]+`)

// An error says the same for an unknown address and a wrong password.
func TestSignInTellsNothing(t *testing.T) {
	p := newPortal(t)
	p.signUp(models.RoleOfficer)
	var bodies []string
	for _, email := range []string{"officer@penrow.example", "nobody12@penrow.example"} {
		page := p.browser().post("/staff/sign-in", url.Values{"email": {email}, "password": {"not the right password"}}).is(http.StatusUnprocessableEntity)
		bodies = append(bodies, whenOpened.ReplaceAllString(strings.ReplaceAll(page.body, email, "X"), ""))
	}
	if bodies[0] != bodies[1] {
		t.Error("a wrong password and an unknown address can be told apart")
	}
}
