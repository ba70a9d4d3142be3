package web

import (
	"bytes"
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"heard/app/consult"
	"heard/app/sso"
	"heard/models"
	"heard/models/storetest"
)

// Before something grave people show again who they are, and lose nothing that
// they had typed.
func TestSignInStepUp(t *testing.T) {
	p := newPortal(t)
	p.signUp(models.RoleOfficer)
	b := p.staff(models.RoleOfficer)
	contacts, export := "/staff/"+p.demo.ID+"/contacts", "/staff/"+p.demo.ID+"/search.csv?q=lamps"
	p.mayContact(b)
	b.post(contacts, url.Values{"do": {"read"}}).is(http.StatusOK) // they have just signed in
	b.get(export)

	p.clock.Advance(6 * time.Minute)
	old, reads := b.cookies()[0].Value, p.count("audit")
	asked := b.post(contacts, url.Values{"do": {"read"}, "why": {"a & b", "=c\nd"}}).is(http.StatusForbidden).says("main", "Nothing has been done yet")
	if _, held := asked.filled("form"); held.Get("unsent") == "" || strings.Contains(held.Encode()+held.Get("unsent"), "why=") {
		t.Error("who comes by reads what was typed")
	}
	wrong := asked.submit("form", url.Values{"password": {"a wrong password"}}).is(http.StatusUnprocessableEntity).says(".problem", "not right")
	wrong.submit("form", url.Values{"password": {"a wrong password"}}).is(http.StatusUnprocessableEntity)
	b.post(contacts, url.Values{"do": {"read"}}).is(http.StatusForbidden)
	if got := p.count("audit"); got != reads+2 {
		t.Errorf("%d acts on record, expected two refusals", got-reads)
	}
	on := wrong.submit("form", url.Values{"password": {password}}).is(http.StatusOK).says("h1", "Thank you")
	if action, fields := on.filled("form"); action != contacts || fmt.Sprint(fields["why"]) != fmt.Sprint([]string{"a & b", "=c\nd"}) {
		t.Errorf("what was typed comes back as %s %q", action, fields)
	}
	on.submit("form", nil).is(http.StatusOK)
	if b.cookies()[0].Value == old {
		t.Error("the token is the one from before the proof")
	}

	p.clock.Advance(6 * time.Minute)
	asked = b.get(export)
	if asked.url.Path != "/staff/prove" {
		t.Fatalf("a file is given to somebody stale, at %s", asked.url)
	}
	file := asked.submit("form", url.Values{"password": {password}}).is(http.StatusOK).follow("main a")
	if !strings.HasPrefix(file.header.Get("Content-Type"), "text/csv") {
		t.Errorf("the proof leads to %s", file.url)
	}
	p.clock.Advance(6 * time.Minute)
	if page := b.get("/staff/account/app").submit("form", url.Values{"password": {password}}); page.url.Path != "/staff/account/app" {
		t.Errorf("the proof leads to %s", page.url)
	}
	// Somewhere else it never leads.
	got := b.post("/staff/prove", url.Values{"password": {password}, "next": {"https://evil.example/"}})
	if got.url.Path != "/staff" {
		t.Errorf("the proof leads to %s", got.url)
	}
	if got := b.post("/staff/prove", url.Values{"password": {password}, "next": {"//evil.example/x"}}); got.url.Path != "/staff" {
		t.Errorf("the proof leads to %s", got.url)
	}
	// What waits is sent by its author alone, and as it was.
	p.clock.Advance(6 * time.Minute)
	_, fields := b.post(contacts, url.Values{"do": {"read"}}).is(http.StatusForbidden).filled("form")
	sealed := fields.Get("unsent")
	b.post("/staff/prove", url.Values{"password": {password}, "unsent": {sealed[:len(sealed)-4]}}).says("body", "could not be read, so nothing was saved")
	p.signUp(models.RoleAnalyst)
	p.staff(models.RoleAnalyst).post("/staff/prove", url.Values{"password": {password}, "unsent": {sealed}}).says("body", "sent by somebody else")
}

// Whoever's session ended while they typed signs in again on the page that keeps
// what they had typed, and sends it then. Nobody else can.
func TestSignInKeepsWhatWasTyped(t *testing.T) {
	p := newPortal(t)
	p.loadDemo(100)
	officer, other := p.officers()
	signIn := func(page *page, email string) *page {
		t.Helper()
		return page.submit("form[novalidate]", url.Values{"email": {email}, "password": {password}})
	}
	const mine, theirs = "officer@penrow.example", "other@penrow.example"
	late := func(b *browser, at string, typed url.Values) *page {
		t.Helper()
		b.get("/staff")
		p.clock.Advance(21 * time.Minute)
		before := p.state()
		asked := b.post(at, typed).is(http.StatusUnauthorized).says("#unsent", "nothing has been saved yet")
		if p.state() != before {
			t.Errorf("%s: somebody whose session has ended changed something", at)
		}
		for _, v := range typed {
			if strings.Contains(asked.body, v[0]) && len(v[0]) > 9 {
				t.Errorf("%s: who comes by reads %q", at, v[0])
			}
		}
		return asked
	}
	// again is the same, once signed in: by a wrong password first, and to the page
	// that comes after sending.
	again := func(at string, typed url.Values) *page {
		t.Helper()
		asked := late(officer, at, typed)
		wrong := asked.submit("form[novalidate]", url.Values{"email": {mine}, "password": {"a wrong password"}}).is(http.StatusUnprocessableEntity)
		on := signIn(wrong, mine).is(http.StatusOK).says("main", "has not been done yet")
		action, fields := on.filled("form")
		if action != at || fields.Encode() != typed.Encode() {
			t.Errorf("%s is sent %q, expected %s %q", action, fields.Encode(), at, typed.Encode())
		}
		return on.submit("form", nil)
	}

	section := "/staff/" + p.demo.ID + "/sections/" + models.SectionProposal
	again(section, url.Values{"version": {"1"}, "text": {"Lamps & <b>benches</b>,\n= two lines."}}).is(http.StatusOK)
	if kept := officer.get(section).doc.Find("textarea").First().Text(); strings.TrimSpace(kept) != "Lamps & <b>benches</b>,\n= two lines." {
		t.Errorf("kept is %q", kept)
	}
	theme := p.themes()[0].ID
	again("/staff/"+p.demo.ID+"/findings/new", url.Values{"version": {"1"}, "statement": {"Lamps are wanted."}, "limb": {"effect"}, "restriction": {"R1"}, "themes": {theme}}).is(http.StatusOK)
	officer.get("/staff/"+p.demo.ID+"/findings").says("main", "Lamps are wanted.")
	id, redact := p.told("Told: my neighbour Anna Smith waits.")
	again(redact, url.Values{"version": {"0"}, "add": {"C6"}, "add-words": {"waits"}, "add-which": {""}, "add-kind": {"detail"}, "add-replacement": {"does something"}, "do-all": {"save"}}).is(http.StatusOK)
	if got := p.rows("SELECT redacted FROM answers WHERE submission = '" + id + "'")[0]; !strings.Contains(got, "[does something]") {
		t.Errorf("it reads %q", got)
	}
	elsewhere := p.open([]byte(storetest.Invented))
	sub := storetest.Submission(elsewhere.ID, 0)
	sub.Submission.Attachments = []models.Attachment{{Key: "k1", Kind: "PDF", Size: 9, SHA256: "aa", Text: "The steps."}}
	storetest.Create(t, p.store, sub)
	reading := "/staff/" + elsewhere.ID + "/reading/" + sub.Submission.ID
	again(reading, url.Values{"do": {"rich"}, "revision": {"0"}, "attachment": {"k1"}, "version": {"0"}, "summary": {"A plan of the steps."}}).is(http.StatusOK)
	officer.get(reading).says(".summary", "A plan of the steps.")
	// What somebody else did meanwhile is told as with every form.
	again(section, url.Values{"version": {"1"}, "text": {"Something else."}}).is(http.StatusConflict).says("main", "Something else.")

	// A file is chosen again.
	batch, _ := p.keyed(true)
	form := officer.get("/staff/" + p.demo.ID + "/keying/" + batch + "/new")
	action, values := form.filled("#key")
	values.Set("text-C6", "They are out.")
	values.Set("do", "save")
	p.clock.Advance(21 * time.Minute)
	body, kind := multipartOf(t, values, "scan.txt", "They are out.")
	asked := officer.request(http.MethodPost, action, body, "Content-Type", kind, "Sec-Fetch-Site", "same-origin").is(http.StatusUnauthorized)
	on := signIn(asked, mine).is(http.StatusOK).says("#file-hint", "Choose it again")
	if kind := on.doc.Find("main form").AttrOr("enctype", ""); kind != "multipart/form-data" {
		t.Errorf("the file would be sent as %q", kind)
	}
	action, values = on.filled("form")
	body, kind = multipartOf(t, values, "scan.txt", "They are out.")
	officer.request(http.MethodPost, action, body, "Content-Type", kind, "Sec-Fetch-Site", "same-origin").is(http.StatusOK).says(".notice", "is saved")

	// Somebody else who signs in there sends nothing of it, nor where the session
	// is theirs by now; nor does who has none.
	asked = late(officer, section, url.Values{"version": {"2"}, "text": {"Not theirs."}})
	before := p.rows("SELECT * FROM sections")
	for range 2 {
		if got := signIn(asked, theirs).is(http.StatusOK).says("body", "by somebody else"); strings.Contains(got.body, "Not theirs.") {
			t.Errorf("another account is shown what was typed: %s", got.text())
		}
	}
	other.get("/staff")
	asked = late(other, section, url.Values{"version": {"2"}, "text": {"Theirs."}})
	_, sealed := asked.filled("form[novalidate]")
	for what, unsent := range map[string]string{"cut": sealed.Get("unsent")[4:], "nothing": "x", "no text": "%%"} {
		got := p.browser().post("/staff/sign-in", url.Values{"email": {theirs}, "password": {password}, "unsent": {unsent}, "next": {section}}).is(http.StatusOK).says("body", "could not be read")
		if got.url.Path != "/staff" {
			t.Errorf("%s leads to %s", what, got.url)
		}
	}
	p.browser().post(section, url.Values{"version": {"2"}, "text": {"Nobody's."}}).is(http.StatusUnauthorized).says("main", "nothing was saved")
	if got := p.rows("SELECT * FROM sections"); len(got) != len(before) {
		t.Error("somebody sent what another account had typed")
	}
	// Who signs in in another tab, as by their organisation, goes on from there.
	inAnotherTab := url.Values{"do": {"go-on"}, "unsent": {sealed.Get("unsent")}, "next": {section}}
	other.post("/staff/sign-in", inAnotherTab).is(http.StatusUnprocessableEntity).says(".problem", "not signed in yet")
	signIn(other.get("/staff/sign-in"), theirs)
	if _, fields := other.post("/staff/sign-in", inAnotherTab).is(http.StatusOK).filled("form"); fields.Get("text") != "Theirs." {
		t.Errorf("what waits after signing in in another tab is %q", fields)
	}
	p.clock.Advance(21 * time.Minute)
	// Nor is it sent by itself, or from another website.
	values = url.Values{"version": {"2"}, "text": {"Theirs."}}
	for _, forged := range forgeries {
		if got := other.post(section, values, forged...); got.status != http.StatusForbidden || strings.Contains(got.body, "unsent") {
			t.Errorf("with %v a form of another website waits: %d", forged, got.status)
		}
	}
}

// What waits for a proof when the session ends waits on; passwords and codes never do.
func TestSignInKeepsNoSecrets(t *testing.T) {
	p := newPortal(t)
	p.signUp(models.RoleOfficer)
	b := p.staff(models.RoleOfficer)
	contacts := "/staff/" + p.demo.ID + "/contacts"
	p.mayContact(b)
	p.clock.Advance(6 * time.Minute)
	prove := b.post(contacts, url.Values{"do": {"read"}, "why": {"a & b"}, "password": {"a secret of mine"}, "code": {"123456"}}).is(http.StatusForbidden)
	p.clock.Advance(21 * time.Minute)
	on := prove.submit("form[novalidate]", url.Values{"password": {password}}).is(http.StatusUnauthorized).
		submit("form[novalidate]", url.Values{"email": {"officer@penrow.example"}, "password": {password}}).is(http.StatusOK)
	if action, fields := on.filled("form"); action != contacts || fields.Encode() != "do=read&why=a+%26+b" {
		t.Errorf("what waited is sent to %s as %q", action, fields.Encode())
	}
	on.submit("form", nil).is(http.StatusOK)

	p.clock.Advance(21 * time.Minute)
	if got := b.post("/staff/account", url.Values{"do": {"password"}, "password": {"another long password"}}).is(http.StatusUnauthorized); got.doc.Find("[name=unsent]").Length() > 0 {
		t.Error("a new password waits on a page")
	}
	if got := b.post("/staff/prove", url.Values{"password": {password}, "next": {contacts}}); got.url.Path != "/staff/sign-in" || got.url.Query().Get("next") != contacts {
		t.Errorf("a proof for a page that comes too late leads to %s", got.url)
	}
}

// multipartOf is a form with a file, as browsers send it.
func multipartOf(t *testing.T, values url.Values, name, content string) (body *bytes.Buffer, kind string) {
	t.Helper()
	body = &bytes.Buffer{}
	w := multipart.NewWriter(body)
	for field, all := range values {
		for _, v := range all {
			must(t, w.WriteField(field, v))
		}
	}
	part, err := w.CreateFormFile("file", name)
	must(t, err)
	_, err = part.Write([]byte(content))
	must(t, err)
	must(t, w.Close())
	return body, w.FormDataContentType()
}

// An account of a role that needs a second factor opens no page until it has
// one, and the account page does what it says.
func TestSignInNeedsSecondFactor(t *testing.T) {
	p := newPortal(t)
	for _, role := range models.Roles {
		p.signUp(role)
	}
	p.options.Service = consult.New(consult.Config{Store: p.store, Search: p.engine, Log: p.options.Log, Now: p.clock.Now, Pepper: []byte(strings.Repeat("p", 32)), SecondFactor: true})
	p.options.Address = "https://consult.penrow.example"
	p.serve()
	p.staff(models.RoleCouncillor).get("/staff").says("h1", "Your desk")
	b := p.browser()
	in := func(code string) *page {
		return b.get("/staff/sign-in").submit("form[method=post]", url.Values{"email": {"admin@penrow.example"}, "password": {password}, "code": {code}})
	}
	if page := in(""); page.url.Path != "/staff/account" {
		t.Fatalf("an administrator without a second factor is at %s", page.url)
	}
	for _, r := range routes {
		if !r.staff() || r.open() {
			continue
		}
		got := b.request(r.method, strings.NewReplacer(":consultation", p.demo.ID).Replace(r.path), nil, "Sec-Fetch-Site", "same-origin")
		role := consult.Actor{ID: "x", Role: models.RoleAdmin}
		if r.method == get && role.May(r.need) && got.url.Path != "/staff/account" || r.method == post && got.status != http.StatusForbidden {
			t.Errorf("%s %s opens without a second factor: %d at %s", r.method, r.path, got.status, got.url)
		}
	}
	b.get("/staff/account").says("#needs", "Your role needs more than a password")
	set := b.get("/staff/account/app").says("main", "Enter the code")
	if set.doc.Find("svg.qr").Length() != 1 {
		t.Error("there is no QR code")
	}
	_, values := set.filled("form")
	again := set.submit("form", url.Values{"code": {"12"}}).is(http.StatusUnprocessableEntity).says(".fault", "six digits")
	if _, kept := again.filled("form"); kept.Get("app") != values.Get("app") {
		t.Error("a wrong code changes the secret, and the app would have to be set up again")
	}
	secret := []byte(decoded(t, strings.ReplaceAll(set.doc.Find("main ol code").Text(), " ", "")))
	done := again.submit("form", url.Values{"code": {codeOf(secret, p.clock.Now())}})
	if done.url.Path != "/staff/account" {
		t.Fatalf("the app was not set up: %s", done.text())
	}
	codes := done.submit("form:has(button[value=codes])", nil).doc.Find(".note code")
	if codes.Length() != 10 {
		t.Errorf("%d recovery codes", codes.Length())
	}
	b.get("/staff/users")
	done.submit("form:has(button[value=remove-app])", nil).is(http.StatusConflict)
	b.post("/staff/sign-out", nil)
	in("").is(http.StatusUnprocessableEntity)
	if page := in(codes.First().Text()); page.url.Path != "/staff" {
		t.Errorf("a recovery code leads to %s", page.url)
	}
	b.post("/staff/account", url.Values{"do": {"name"}, "name": {"Office"}}).is(http.StatusOK).says(".sessions", "Office")
	one := b.copy()
	b.get("/staff/account").submit("form:has(button[value=password])", url.Values{"password": {"short"}}).is(http.StatusUnprocessableEntity).says("#password-fault", "at least")
	other := p.browser()
	other.get("/staff/sign-in").submit("form[method=post]", url.Values{"email": {"admin@penrow.example"}, "password": {password}, "code": {codes.Last().Text()}})
	b.get("/staff/account").submit("form:has(button[value=end])", nil).is(http.StatusOK)
	if page := other.visit("/staff"); page.step() != "sign-in" {
		t.Errorf("a session that was ended sees %s", page.url)
	}
	one.post("/staff/sign-out", nil)
	if page := b.visit("/staff"); page.step() != "sign-in" {
		t.Errorf("a copy of the session outlives it at %s", page.url)
	}
	if rows := strings.Join(p.rows("SELECT * FROM staff_sessions"), " "); strings.Contains(rows, "Go-http") || strings.Contains(rows, "127.0.0.1") {
		t.Errorf("a session keeps more than it says: %s", rows)
	}
}

func decoded(t *testing.T, secret string) string {
	t.Helper()
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	var out []byte
	var held, n uint
	for _, c := range secret {
		held, n = held<<5|uint(strings.IndexRune(letters, c)), n+5
		if n >= 8 {
			n -= 8
			out = append(out, byte(held>>n))
		}
	}
	return string(out)
}

// Two administrators let somebody in anew, each on the page of accounts.
func TestSignInRecovery(t *testing.T) {
	p := newPortal(t)
	p.signUp(models.RoleAdmin)
	p.signUp(models.RoleOfficer)
	token, err := p.service.Invite(t.Context(), consult.Portal, "second@penrow.example", models.RoleAdmin)
	must(t, err)
	_, err = p.service.Accept(t.Context(), token, "", password)
	must(t, err)
	one, two := p.staff(models.RoleAdmin), p.browser()
	two.get("/staff/sign-in").submit("form[method=post]", url.Values{"email": {"second@penrow.example"}, "password": {password}})
	const row = "tr:contains('officer@penrow.example') form"
	asked := one.get("/staff/users").submit(row+":has(button[value=recover])", nil).is(http.StatusOK).says(row, "Another administrator confirms it")
	if asked.doc.Find("button[value=confirm]").Length() != 0 || asked.doc.Find("button[value=recover]").Length() != 1 {
		t.Error("who asked may confirm, or others were asked for, too")
	}
	if own := two.get("/staff/users").doc.Find("tr:contains('second@penrow.example') button[value=recover]"); own.Length() != 0 {
		t.Error("somebody may ask for their own account")
	}
	confirmed := two.get("/staff/users").says(row, "admin@penrow.example asked")
	action, values := confirmed.filled(row + ":has(button[value=confirm])")
	values.Set("do", "confirm")
	link := strings.TrimPrefix(two.post(action, values).is(http.StatusOK).doc.Find(".note code").Text(), p.options.Address)
	if page := p.browser().get(link).submit("form", url.Values{"password": {"another long password"}}); page.url.Path != "/staff" {
		t.Errorf("the link leads to %s", page.url)
	}
	p.browser().visit(link).is(http.StatusNotFound)
	// An officer is made by two as well, and the second sees of what.
	const newcomer = "tr:contains('new@penrow.example')"
	invited := one.post("/staff/users", url.Values{"do": {"invite"}, "email": {"new@penrow.example"}, "role": {"officer"}}).is(http.StatusOK).says(newcomer, "to let them in as officer. Another administrator confirms it")
	if invited.doc.Find(".note code, "+newcomer+" button[value=confirm]").Length() != 0 {
		t.Error("one administrator makes an officer")
	}
	action, values = two.get("/staff/users").says(newcomer, "admin@penrow.example asked").filled(newcomer + " form:has(button[value=confirm])")
	values.Set("do", "confirm")
	p.clock.Advance(6 * time.Minute)
	two.post(action, values).is(http.StatusForbidden).submit("form", url.Values{"password": {password}}).submit("form", nil).is(http.StatusOK).says(".note", "new@penrow.example")
	one.post("/staff/users", url.Values{"do": {"disable"}, "id": {values.Get("id")}}).is(http.StatusForbidden).says("main", "Nothing has been done yet").submit("form", url.Values{"password": {password}})
	got := one.post("/staff/users", url.Values{"do": {"invite"}, "email": {"officer@penrow.example"}, "role": {"analyst"}}).is(http.StatusOK)
	if got.doc.Find(".note code").Length() != 0 {
		t.Error("changing a role makes a link")
	}
}

// What the answer of a passkey is checked against is not kept for longer than the
// answer is taken: anybody can ask for it as often as they like.
func TestSignInQuestionsEnd(t *testing.T) {
	p := newPortal(t)
	ask := func() {
		p.browser().post("/staff/passkey", url.Values{"do": {"begin"}}).is(http.StatusOK)
	}
	ask()
	ask()
	p.clock.Advance(6 * time.Minute)
	ask()
	if n := p.count("sessions"); n != 1 {
		t.Errorf("%d are kept", n)
	}
}

// codeOf is what an app shows at an instant (RFC 6238).
func codeOf(secret []byte, at time.Time) string {
	m := hmac.New(sha1.New, secret)
	_ = binary.Write(m, binary.BigEndian, at.Unix()/30)
	sum := m.Sum(nil)
	from := sum[19] & 0xf
	return fmt.Sprintf("%06d", (binary.BigEndian.Uint32(sum[from:from+4])&0x7fffffff)%1_000_000)
}

// Pages for staff answer no other website, not even a question, but for the few
// that people come to by a link.
func TestSignInFetchMetadata(t *testing.T) {
	p := newPortal(t)
	p.signUp(models.RoleOfficer)
	b := p.staff(models.RoleOfficer)
	elsewhere := map[string]bool{"/staff": true, "/staff/sign-in": true, "/staff/welcome": true, ssoBackPath: true}
	for _, r := range routes {
		if r.method != get {
			continue
		}
		at := strings.NewReplacer(":consultation", p.demo.ID, ":step", "A1", ":card", p.demo.Cards[0].ID, ":path", p.demo.Paths[0].ID).Replace(r.path)
		for _, site := range []string{"cross-site", "same-site"} {
			for how, header := range map[string][]string{
				"an image":   {"Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "image"},
				"a script":   {"Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty"},
				"a frame":    {"Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "iframe"},
				"navigating": {"Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"},
			} {
				got := b.request(get, at, nil, append(header, "Sec-Fetch-Site", site)...)
				refused := got.status == http.StatusForbidden && strings.Contains(got.body, "another website")
				if want := r.staff() && (how != "navigating" || !elsewhere[r.path]); refused != want {
					t.Errorf("%s by %s, %s: %d, want it refused: %v", r.path, how, site, got.status, want)
				}
				if refused && len(got.header.Values("Set-Cookie")) > 0 {
					t.Errorf("%s by %s sets a cookie", r.path, how)
				}
			}
		}
	}
	for _, site := range []string{"none", "same-origin"} {
		b.request(get, "/staff", nil, "Sec-Fetch-Site", site).is(http.StatusOK)
	}
}

// issuer is an organisation's sign-in on this machine: whoever comes is who says.
type issuer struct {
	*httptest.Server
	key   *rsa.PrivateKey
	who   map[string]any // claims of the next token
	spoil func(claims map[string]any, header map[string]any)
	asked map[string]url.Values // by code
	spent map[string]bool
}

func newIssuer(t *testing.T) *issuer {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	must(t, err)
	i := &issuer{key: key, asked: map[string]url.Values{}, spent: map[string]bool{}, spoil: func(_, _ map[string]any) {}}
	reply := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, map[string]any{"issuer": i.URL, "authorization_endpoint": i.URL + "/authorize", "token_endpoint": i.URL + "/token", "jwks_uri": i.URL + "/keys", "id_token_signing_alg_values_supported": []string{"RS256"}})
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, map[string]any{"keys": []any{map[string]any{"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "1", "n": raw64(key.N.Bytes()), "e": "AQAB"}}})
	})
	mux.HandleFunc("/authorize", func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		code := rand.Text()
		i.asked[code] = q
		http.Redirect(w, r, q.Get("redirect_uri")+"?"+url.Values{"code": {code}, "state": {q.Get("state")}}.Encode(), http.StatusSeeOther)
	})
	mux.HandleFunc("/token", func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		code := r.PostForm.Get("code")
		asked, ok := i.asked[code]
		proof := sha256.Sum256([]byte(r.PostForm.Get("code_verifier")))
		id, secret, _ := r.BasicAuth()
		if !ok || i.spent[code] || raw64(proof[:]) != asked.Get("code_challenge") || asked.Get("code_challenge_method") != "S256" || id != "heard" || secret != "between-us" {
			w.WriteHeader(http.StatusBadRequest)
			reply(w, map[string]any{"error": "invalid_grant"})
			return
		}
		i.spent[code] = true
		now := time.Now()
		claims := map[string]any{"iss": i.URL, "aud": "heard", "iat": now.Unix(), "exp": now.Add(time.Minute).Unix(), "nonce": asked.Get("nonce")}
		for k, v := range i.who {
			claims[k] = v
		}
		header := map[string]any{"alg": "RS256", "kid": "1"}
		i.spoil(claims, header)
		reply(w, map[string]any{"access_token": "x", "token_type": "Bearer", "id_token": i.sign(header, claims)})
	})
	i.Server = httptest.NewServer(mux)
	t.Cleanup(i.Close)
	return i
}

func raw64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func (i *issuer) sign(header, claims map[string]any) string {
	h, _ := json.Marshal(header)
	c, _ := json.Marshal(claims)
	text := raw64(h) + "." + raw64(c)
	sum := sha256.Sum256([]byte(text))
	s, err := rsa.SignPKCS1v15(rand.Reader, i.key, crypto.SHA256, sum[:])
	if err != nil {
		panic(err)
	}
	return text + "." + raw64(s)
}

func TestSignInFromOrganisation(t *testing.T) {
	p := newPortal(t)
	p.signUp(models.RoleOfficer)
	at := newIssuer(t)
	p.options.SSO = sso.New(sso.Config{Issuer: at.URL, ClientID: "heard", ClientSecret: "between-us"})
	var handler http.Handler // which knows its address, so it is made after the server
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	p.url, p.options.Address = server.URL, server.URL
	handler = New(p.options)

	arrive := func() *browser {
		b := p.browser()
		b.client.CheckRedirect = nil // through the issuer and back
		return b
	}
	at.who = map[string]any{"sub": "s1", "email": "Officer@Penrow.example", "email_verified": true, "auth_time": time.Now().Unix()}
	b := arrive()
	page := b.get("/staff/sign-in?next=/staff/account").follow("main a.button").is(http.StatusOK).says("h1", "Thank you")
	if got := page.header.Get("Refresh"); got != "0; url=/staff/account" {
		t.Errorf("it leads to %q", got)
	}
	page.follow("main a.go").is(http.StatusOK).says("h1", "Your account")
	b.get("/staff/account/app").says("h1", "Set up an app") // they have just shown who they are
	if set := setCookies(page); len(set) != 2 {
		t.Errorf("coming back sets %v", set)
	}
	// The answer works once, in the browser that asked.
	code := ""
	for c := range at.asked {
		code = c
	}
	back := ssoBackPath + "?" + url.Values{"code": {code}, "state": {at.asked[code].Get("state")}}.Encode()
	b.visit(back).is(http.StatusForbidden)
	p.browser().visit(back).is(http.StatusForbidden)

	at.who["auth_time"] = time.Now().Add(-time.Hour).Unix()
	b = arrive()
	b.get("/staff/sso")
	if page := b.get("/staff/account/app"); page.url.Path != "/staff/prove" {
		t.Errorf("who showed the organisation who they are an hour ago counts as fresh, at %s", page.url)
	}
	for what, breaks := range map[string]func(claims, header map[string]any){
		"another nonce":       func(c, _ map[string]any) { c["nonce"] = "x" },
		"another audience":    func(c, _ map[string]any) { c["aud"] = "somebody" },
		"another issuer":      func(c, _ map[string]any) { c["iss"] = "https://evil.example" },
		"too old":             func(c, _ map[string]any) { c["exp"] = time.Now().Add(-time.Hour).Unix() },
		"unsigned":            func(_, h map[string]any) { h["alg"] = "none" },
		"nobody":              func(c, _ map[string]any) { c["sub"] = "" },
		"unknown here":        func(c, _ map[string]any) { c["sub"], c["email"] = "s9", "nobody@penrow.example" },
		"an address only":     func(c, _ map[string]any) { c["sub"], c["email_verified"] = "s9", false },
		"another's address":   func(c, _ map[string]any) { c["sub"] = "s9" },
		"no address at all":   func(c, _ map[string]any) { c["sub"] = "s9"; delete(c, "email") },
		"verified in letters": func(c, _ map[string]any) { c["sub"], c["email_verified"] = "s9", "true" },
	} {
		at.spoil = breaks
		b := arrive()
		if page := b.visit("/staff/sso"); page.status != http.StatusForbidden && page.status != http.StatusConflict {
			t.Errorf("%s: %d at %s", what, page.status, page.url)
		}
		if page := b.visit("/staff"); page.step() != "sign-in" {
			t.Errorf("%s: somebody is signed in, at %s", what, page.url)
		}
	}
	at.Close()
	p.options.SSO = sso.New(sso.Config{Issuer: at.URL, ClientID: "heard"})
	p.serve()
	p.browser().visit("/staff/sso").is(http.StatusServiceUnavailable).says("main", "does not answer")
	if said := p.logged.String(); strings.Contains(said, "s9") || strings.Contains(strings.ToLower(said), "penrow.example") {
		t.Error("the log says who came from the organisation")
	}
}
