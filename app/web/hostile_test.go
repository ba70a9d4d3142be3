package web

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"heard/app/consult"
	"heard/models"
	"heard/static"
)

// upload sends a file to the file step, as a browser would.
func (b *browser) upload(name string, content io.Reader) *page {
	b.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, err := w.CreateFormFile("file", name)
	must(b.TB, err)
	_, err = io.Copy(part, content)
	must(b.TB, err)
	must(b.TB, w.WriteField("do", "upload"))
	must(b.TB, w.Close())
	return b.request(post, "/"+b.demo.ID+"/respond/F1", &body, "Content-Type", w.FormDataContentType())
}

// organisation has started a response on whose way documents can be added.
func (p *testPortal) organisation() *browser {
	p.Helper()
	b := p.browser()
	b.start()
	b.post("/"+p.demo.ID+"/respond/A1", url.Values{"answer": {"organisation"}}).is(http.StatusOK)
	return b
}

// raw sends bytes as they are and reads one answer.
func (p *testPortal) raw(request string) *http.Response {
	p.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
	must(p.TB, err)
	defer func() { _ = conn.Close() }()
	must(p.TB, conn.SetDeadline(time.Now().Add(time.Minute)))
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		_, _ = io.WriteString(conn, request) // the portal may hang up first
	}()
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		p.Errorf("no answer to %.60q: %v", request, err)
		return nil
	}
	_ = res.Body.Close()
	_ = conn.Close()
	<-sent
	return res
}

// refused checks that a request was refused as the sender's mistake.
func (p *testPortal) refused(what string, status int) {
	p.Helper()
	if status < 400 || status >= 500 {
		p.Errorf("%s answers %d, expected a 4xx", what, status)
	}
}

// endless is a body that never ends; it counts what is read of it.
type endless struct {
	head string
	fill byte
	read int64
}

func (e *endless) Read(b []byte) (int, error) {
	n := copy(b, e.head[min(int(e.read), len(e.head)):])
	for i := n; i < len(b); i++ {
		b[i] = e.fill
	}
	e.read += int64(len(b))
	if e.read > 1<<30 {
		return 0, io.ErrUnexpectedEOF
	}
	return len(b), nil
}

func TestEndlessBodies(t *testing.T) {
	p := filledPortal(t)
	officer, admin := p.staff(models.RoleOfficer), p.staff(models.RoleAdmin)
	for _, r := range routes {
		if r.method != post {
			continue
		}
		for _, claimed := range []int64{-1, 10, 1 << 30} {
			by := p.organisation()
			at := p.address(r.path)
			if r.staff() && r.need != consult.Public {
				if by = officer; r.need == consult.ManageUsers {
					by = admin
				}
			}
			body := &endless{head: "answer=", fill: 'a'}
			req := httptest.NewRequest(post, at, body)
			req.ContentLength = claimed
			req.Header.Set("Content-Type", formType)
			for _, c := range by.cookies() {
				req.AddCookie(c)
			}
			res := httptest.NewRecorder()
			p.handler.ServeHTTP(res, req)
			most := int64(maxFile)
			switch {
			case strings.HasPrefix(r.path, "/staff/:consultation/keying/:batch/"): // letters are taken whole
				most = maxKeyed
			case r.path == proveAddress: // it carries another form
				most = maxUnsent
			}
			if body.read > most+64<<10 {
				t.Errorf("%s read %d bytes", r.path, body.read)
			}
			if body.read > 0 && res.Code != http.StatusRequestEntityTooLarge {
				t.Errorf("%s answers %d to a body without end", r.path, res.Code)
			}
			if res.Code >= 500 {
				t.Errorf("%s answers %d", r.path, res.Code)
			}
		}
	}
	// A file without end.
	by := p.organisation()
	body := &endless{head: "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\n%PDF-1.7\n", fill: 'a'}
	req := httptest.NewRequest(post, "/"+p.demo.ID+"/respond/F1", body)
	req.ContentLength = -1
	req.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	req.AddCookie(by.cookies()[0])
	res := httptest.NewRecorder()
	p.handler.ServeHTTP(res, req)
	if res.Code != http.StatusRequestEntityTooLarge || body.read > 60<<20 {
		t.Errorf("a file without end is answered %d after %d bytes", res.Code, body.read)
	}
}

// What comes over the wire may lie about how much it is, or break off.
func TestLyingLengths(t *testing.T) {
	p := newPortal(t)
	b := p.organisation()
	cookie := "Cookie: heard=" + b.cookies()[0].Value + "\r\n"
	head := func(step, kind string) string {
		return "POST /" + p.demo.ID + "/respond/" + step + " HTTP/1.1\r\nHost: here\r\nConnection: close\r\n" + cookie + "Content-Type: " + kind + "\r\n"
	}
	const form, parts = formType, "multipart/form-data; boundary=x"
	file := "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nwords"
	for what, request := range map[string]string{
		"a gigabyte announced and sent":  head("C1", form) + "Content-Length: 1073741824\r\n\r\n" + strings.Repeat("answer=agree&", 200_000),
		"a gigabyte in chunks":           head("C1", form) + "Transfer-Encoding: chunked\r\n\r\n" + strings.Repeat("10000\r\n"+strings.Repeat("a", 0x10000)+"\r\n", 64),
		"a negative length":              head("C1", form) + "Content-Length: -1\r\n\r\n",
		"two lengths":                    head("C1", form) + "Content-Length: 3\r\nContent-Length: 30\r\n\r\na=b",
		"chunks that are not":            head("C1", form) + "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
		"a chunk without end":            head("C1", form) + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n" + strings.Repeat("a", maxForm+1),
		"a part without end":             head("F1", parts) + fmt.Sprintf("Content-Length: %d\r\n\r\n", len(file)) + file,
		"parts without a beginning":      head("F1", parts) + "Content-Length: 5\r\n\r\nwords",
		"parts in broken chunks":         head("F1", parts) + "Transfer-Encoding: chunked\r\n\r\n" + fmt.Sprintf("%x\r\n%s\r\nzz\r\n", len(file), file),
		"parts without a boundary":       head("F1", "multipart/form-data") + "Content-Length: 5\r\n\r\nwords",
		"a header of two megabytes":      "GET / HTTP/1.1\r\nHost: here\r\nX-Much: " + strings.Repeat("a", 2<<20) + "\r\n\r\n",
		"a hundred thousand headers":     "GET / HTTP/1.1\r\nHost: here\r\n" + strings.Repeat("X-Many: aaaaaaaaaaaaaa\r\n", 100_000) + "\r\n",
		"an address of two megabytes":    "GET /" + strings.Repeat("a", 2<<20) + " HTTP/1.1\r\nHost: here\r\n\r\n",
		"no host":                        "GET / HTTP/1.1\r\n\r\n",
		"a NUL in the address":           "GET /\x00 HTTP/1.1\r\nHost: here\r\n\r\n",
		"a method that is none":          "A\x01B / HTTP/1.1\r\nHost: here\r\n\r\n",
		"an encoding that is unfinished": "GET /%f HTTP/1.1\r\nHost: here\r\n\r\n",
	} {
		if res := p.raw(request); res != nil {
			p.refused(what, res.StatusCode)
		}
	}
	if _, held := b.get("/" + p.demo.ID + "/respond/C1").filled("form"); len(held["answer"]) > 0 {
		t.Errorf("something of it was kept: %v", held)
	}
	// A phone that loses its connection half-way leaves no trace.
	conn, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
	must(t, err)
	_, err = io.WriteString(conn, head("F1", parts)+"Content-Length: 1000000\r\n\r\n"+file)
	must(t, err)
	must(t, conn.Close())
	if n := b.get("/" + p.demo.ID + "/respond/F1").doc.Find("ol.attached li").Length(); n != 0 {
		t.Errorf("%d files are attached of an upload that broke off", n)
	}
}

func TestManyFields(t *testing.T) {
	p := newPortal(t)
	b := p.organisation()
	at := "/" + p.demo.ID + "/respond/C6"
	for what, body := range map[string]string{
		"a million fields":       strings.Repeat("a&", 1_000_000),
		"ten thousand names":     manyNames(10_000),
		"two thousand names":     manyNames(2_000),
		"a hundred thousand = &": strings.Repeat("=&", 100_000),
	} {
		before := p.state()
		p.refused(what, b.request(post, at, strings.NewReader(body), "Content-Type", formType).status)
		if p.state() != before {
			t.Errorf("%s changed something", what)
		}
	}
	for _, path := range []string{"/", "/staff/sign-in", "/" + p.demo.ID, "/" + p.demo.ID + "/paper", "/" + p.demo.ID + "/respond/C1"} {
		if got := b.visit(path + "?" + strings.Repeat("a&", 400_000)).is(http.StatusOK); len(got.body) > 100_000 {
			t.Errorf("%s repeats a long address: %d bytes", path, len(got.body))
		}
	}
}

// deaf are the routes that look at no field of the form.
var deaf = []string{"/:consultation/respond/leave", "/staff/sign-out", "/staff/:consultation/report"}

// Every form that is too much or broken is refused in words, by whoever it is
// sent, and changes nothing.
func TestBrokenFormsOnEveryRoute(t *testing.T) {
	p := filledPortal(t)
	officer, admin := p.staff(models.RoleOfficer), p.staff(models.RoleAdmin)
	whole := strings.Repeat("a=b&", maxFile/4+1)
	for _, r := range routes {
		if r.method != post || slices.Contains(deaf, r.path) {
			continue
		}
		by := p.organisation()
		if r.staff() && r.need != consult.Public {
			if by = officer; r.need == consult.ManageUsers {
				by = admin
			}
		}
		at, before := p.address(r.path), p.state()
		for what, body := range map[string]string{
			"a million fields": strings.Repeat("a&", 1_000_000), "more than the largest form": whole, "ten thousand names": manyNames(10_000), "a field of a megabyte": "message=" + strings.Repeat("%00", 400_000),
			"an unfinished escape": "code=%", "an escape that is none": "answer=%zz&do=%zz", "semicolons": "do=seen;message=x", "a bare byte": "email=\xff%", "NUL escapes that break": "reason=%0",
		} {
			got := by.request(post, at, strings.NewReader(body), "Content-Type", formType)
			p.refused(r.path+": "+what, got.status)
			plain(got)
			if !strings.HasPrefix(got.header.Get("Content-Type"), "text/html") || strings.TrimSpace(got.doc.Find("main").Text()) == "" {
				t.Errorf("%s: %s is refused without a word", r.path, what)
			}
		}
		for _, kind := range []string{"", "application/json", "multipart/form-data; boundary=x", "text/plain"} {
			p.refused(r.path+" as "+kind, by.request(post, at, strings.NewReader("do=add&email=marta@example.org"), "Content-Type", kind).status)
		}
		if p.state() != before {
			t.Errorf("%s changed something", r.path)
		}
	}
}

// Nasty words in every field there is are refused or harmless: nothing fails,
// and nothing of them becomes part of a page, a header or an address.
func TestNastyFieldsOnEveryRoute(t *testing.T) {
	p := filledPortal(t)
	officer, admin := p.staff(models.RoleOfficer), p.staff(models.RoleAdmin)
	answering := p.organisation()
	fields := strings.Fields("answer text day month year rank-quiet lang do card token work website code sure message email reason remove E1 E2 source to version label into id as role next password form change definition parent name answer theme words speaks page from blind keys")
	for i, text := range nasty {
		form := url.Values{}
		for _, name := range fields {
			form.Set(name, text)
		}
		form.Set(text, text)
		for _, r := range routes {
			if r.method != post || r.path == "/staff/sign-out" {
				continue
			}
			by, acts := p.browser(), []string{text}
			switch {
			case r.need == consult.ManageUsers:
				by = admin
			case r.need != consult.Public:
				by = officer
			case strings.Contains(r.path, "/respond"):
				if len(answering.cookies()) == 0 {
					answering = p.organisation()
				}
				by = answering
			}
			if i%12 == 0 && !slices.Contains([]string{"/staff", "/staff/users", "/staff/welcome", "/staff/sign-in"}, r.path) {
				acts = append(acts, "reply", "misread", "correct", "withdraw", "keep", "save", "send", "continue", "ask", "aside", "pause", "resume", "add", "remove", "rename", "define", "under", "merge", "unmerge", "out", "in", "take-out", "move", "split", "code")
			}
			for _, do := range acts {
				form.Set("do", do)
				got := by.post(p.address(r.path), form)
				plain(got)
				if to := got.url; to.Host != strings.TrimPrefix(p.url, "http://") {
					t.Errorf("%s leads to %s", r.path, to)
				}
			}
		}
		for _, path := range []string{"?lang=", "/respond?lang=", "/receipt?lang=", "/result?lang=", "/paper?form=", "/respond/equality?start=", "/respond/A1?change="} {
			plain(answering.visit("/" + p.demo.ID + path + url.QueryEscape(text)))
		}
	}
}

// Nasty words that officers and authors write to each other are kept as text
// and shown as text.
func TestNastyMessages(t *testing.T) {
	p := newPortal(t)
	for _, role := range models.Roles {
		p.signUp(role)
	}
	officer, auditor := p.staff(models.RoleOfficer), p.staff(models.RoleAuditor)
	code := strings.Join(p.respond(p.browser(), resident), " ")
	at := "/staff/" + p.demo.ID + "/submissions/" + p.rows("SELECT id FROM submissions")[0]
	author := p.browser()
	said := 0
	for _, text := range nasty {
		if utf8.RuneCountInString(models.CleanText(text)) > models.MaxMessage {
			author.use(code, "reply", "message", text).is(http.StatusUnprocessableEntity)
			continue
		}
		plain(officer.post(at, url.Values{"do": {"ask"}, "message": {text}}).is(http.StatusOK))
		plain(author.use(code, "reply", "message", text).is(http.StatusOK))
		said += 2
		if reason := text[:min(len(text), 400)]; models.CleanText(reason) != "" {
			officer.post(at, url.Values{"do": {"aside"}, "why": {"other"}, "reason": {reason}}).is(http.StatusOK)
			officer.post(at, url.Values{"do": {"count"}}).is(http.StatusOK)
		}
	}
	for _, row := range p.rows("SELECT text FROM messages UNION ALL SELECT reason FROM audit") {
		if !utf8.ValidString(row) || strings.ContainsAny(row, "\x00\x1b\x07\u202E\u2066\uFEFF\r") {
			t.Errorf("kept as %q", row)
		}
	}
	if n := officer.get(at).doc.Find("main blockquote").Length(); n != said {
		t.Errorf("%d messages are shown, expected %d", n, said)
	}
	plain(officer.get(at))
	plain(author.use(code, "check").is(http.StatusOK))
	plain(officer.get("/staff/" + p.demo.ID + "/attention"))
	plain(auditor.get("/staff/audit"))
}

func manyNames(n int) string {
	var s strings.Builder
	for i := range n {
		fmt.Fprintf(&s, "n%d=&", i)
	}
	return s.String()
}

// nasty is text that has broken forms, pages and spreadsheets before.
var nasty = []string{
	"<script>alert(1)</script><img src=x onerror=alert(1)>", `"><svg/onload=alert(1)>`, "</textarea></title><h1>mine</h1>", "javascript:alert(1)",
	"=cmd|'/c calc'!A1", "+1+1", "-2+3", "@SUM(A1:A9)", "\t=1+1", "'; DROP TABLE submissions; --", "{{.Service}} ${7*7} #{7*7} <%= 7*7 %>",
	"\x00null\x00", "broken \xff\xfe\xc3\x28 bytes", "\u202Eright to left\u202C \u2066isolated\u2069", "\uFEFFmark", "\x1b[31mred\x07", "zero\u200Bwidth",
	strings.Repeat("\u0301", 2000), strings.Repeat("𝒳", 1500), "%s%n%d %00 ..%2f", "../../../../etc/passwd", "CON", "\r\nSet-Cookie: a=b\r\n\r\n<html>", "null", "NaN", "-1", "99999999999999999999",
}

// Whatever is written in the fields is refused in words or kept as harmless
// text, and shown as text wherever it is shown.
func TestNastyText(t *testing.T) {
	p := newPortal(t)
	for _, role := range models.Roles {
		p.signUp(role)
	}
	sent := 0
	for _, text := range nasty {
		for who, given := range map[string]answers{
			"resident": {"A1": {"answer": {"self"}}, "A2": {"answer": {"live_here", "other"}, "text": {text}}, "B6": {"text": {text}}, "C6": {"text": {text}}, "C8": {"answer": {"other"}, "text": {text}}, "G1": {"answer": {"yes"}}},
			"organisation": {"A1": {"answer": {"organisation"}}, "O1": {"text": {text}}, "O3": {"text": {text[:min(len(text), 900)]}}, "C7": {"text": {text}}, "C10": {"text": {text}},
				"O4": {"answer": {"yes"}}},
		} {
			b := p.browser()
			page := b.start()
			for range 60 {
				if page.step() == "check" {
					break
				}
				step := page.step()
				page = page.submit("form[method=post]", given[step])
				if page.status == http.StatusUnprocessableEntity { // too long for a line
					page.says("main .fault", "characters or fewer")
					page = b.post("/"+p.demo.ID+"/respond/"+step, url.Values{})
				}
				page.is(http.StatusOK)
				plain(page)
			}
			plain(page)
			if receipt := page.send(); receipt.step() == "receipt" {
				sent++
				plain(receipt)
			} else {
				t.Errorf("%s cannot send %.30q: %s", who, text, receipt.text())
			}
		}
	}
	for _, row := range p.rows("SELECT text || redacted FROM answers") {
		if !utf8.ValidString(row) || strings.ContainsAny(row, "\x00\x1b\x07\u202E\u2066\uFEFF\r") {
			t.Errorf("kept as %q", row)
		}
	}
	for _, id := range p.rows("SELECT id FROM submissions") {
		must(t, p.service.IndexSubmission(t.Context(), id))
	}
	must(t, p.service.RefreshThemes(t.Context(), p.demo.ID))
	officer := p.staff(models.RoleOfficer)
	for _, id := range p.rows("SELECT id FROM submissions") {
		for _, original := range []string{"", "?original=yes"} {
			plain(officer.get("/staff/" + p.demo.ID + "/submissions/" + id + original))
		}
	}
	for _, text := range nasty {
		for _, field := range []string{"q", "g", "qn", "t", "l", "ch", "sort", "page"} {
			got := officer.visit("/staff/" + p.demo.ID + "/search?" + url.Values{field: {text}}.Encode())
			if got.status != http.StatusOK && (got.status < 400 || got.status >= 500) {
				t.Errorf("searching with %s=%.30q answers %d", field, text, got.status)
			}
			plain(got)
		}
		for _, field := range []string{"submission", "question", "blind", "keys"} {
			got := officer.visit("/staff/" + p.demo.ID + "/code?" + url.Values{field: {text}}.Encode())
			if got.status != http.StatusOK && (got.status < 400 || got.status >= 500) {
				t.Errorf("coding with %s=%.30q answers %d", field, text, got.status)
			}
			plain(got)
		}
		plain(officer.visit("/staff?template=" + url.QueryEscape(text)))
		plain(p.browser().visit("/staff/sign-in?next=" + url.QueryEscape(text)))
		plain(p.browser().visit("/staff/welcome?token=" + url.QueryEscape(text)))
		plain(p.browser().post("/staff/sign-in", url.Values{"email": {text}, "password": {text}, "next": {text}}).is(http.StatusUnprocessableEntity))
		plain(p.browser().post("/"+p.demo.ID+"/receipt", url.Values{"code": {text}, "do": {text}}).is(http.StatusUnprocessableEntity))
		plain(officer.post("/staff", url.Values{"source": {text}}).is(http.StatusUnprocessableEntity))
	}
	for _, path := range []string{"/themes", "/report", "/code", "/code?blind=1"} {
		plain(officer.get("/staff/" + p.demo.ID + path))
	}
	p.demo = p.publish(p.demo)
	plain(p.browser().get("/" + p.demo.ID + "/report"))
	p.browser().get("/" + p.demo.ID + "/report.csv")
	if want := 2 * len(nasty); sent != want {
		t.Errorf("%d were sent, expected %d", sent, want)
	}
}

// plain checks that nothing somebody wrote became part of the page.
func plain(p *page) {
	p.Helper()
	if p.status >= 500 {
		p.Errorf("%s answers %d", p.url.Path, p.status)
	}
	if n := p.doc.Find("script").Length(); n > 1+min(1, p.doc.Find("form[data-passkey]").Length()) { // which have a script of their own
		p.Errorf("%s has %d scripts", p.url.RequestURI(), n)
	}
	if n := p.doc.Find("script:not([src^='" + static.Prefix + "']), img, main svg:not([aria-hidden], .timeline[role=img]), [onload], [onerror], iframe").Length(); n > 0 || p.doc.Find("h1").Length() > 1 {
		p.Errorf("%s: what was written became part of the page", p.url.RequestURI())
	}
	for name, values := range p.header {
		if name != "Set-Cookie" && strings.Contains(strings.Join(values, " "), "a=b") {
			p.Errorf("%s: what was written became part of the header %s", p.url.Path, name)
		}
	}
	if staff := strings.HasPrefix(p.url.Path, "/staff"); !staff && !utf8.ValidString(p.body) || strings.Contains(p.body, "\x00") {
		p.Errorf("%s: the page is not text", p.url.Path)
	}
}

func TestHostileAddresses(t *testing.T) {
	p := filledPortal(t)
	officer := p.staff(models.RoleOfficer)
	draft := p.organisation()
	cookies := ""
	for _, c := range append(officer.cookies(), draft.cookies()...) {
		cookies += c.Name + "=" + c.Value + "; "
	}
	before := p.state()
	for _, part := range []string{"%00", "..%2f..%2fetc%2fpasswd", "..", "../..", "%2e%2e", "....//", "%5c..%5c", "%ff%fe", "%C3%28", "%E2%80%AE", "%0d%0aSet-Cookie:%20a=b", "%25%30%30", "%3Cscript%3E", "'%20OR%201=1--",
		":step", "*", "A1%00", "A1;x", "a%20b", "%F0%9F%92%A9", strings.Repeat("a", 20_000), strings.Repeat("../", 2000), strings.Repeat("%2f", 2000), "-1", "~root", "con", ".git"} {
		for _, pattern := range []string{"/X", "/X/respond", "/X/respond/A1", "/D/respond/X", "/D/X", "/X/report.csv", "/X/log/leaves", "/D/log/X", "/static/X", "/X/respond/equality", "/X/respond/saved", "/D/c/X", "/X/c/X", "/X/paper", "/X/result", "/X/receipt", "/staff/X/attention", "/staff/X/contacts", "/static/../X", "/staff/X/search", "/staff/D/submissions/X", "/staff/D/themes/X", "/staff/X/code", "/staff/D/code/X", "/staff/X", "/X/X/X/X/X"} {
			path := strings.NewReplacer("X", part, "D", p.demo.ID).Replace(pattern)
			for _, method := range []string{get, post} {
				res := p.raw(method + " " + path + " HTTP/1.1\r\nHost: here\r\nConnection: close\r\nCookie: " + cookies + "\r\nContent-Type: " + formType + "\r\nContent-Length: 0\r\n\r\n")
				if res == nil {
					continue
				}
				if res.StatusCode >= 500 || (res.StatusCode < 400 && method == post) {
					t.Errorf("%s %.80q answers %d", method, path, res.StatusCode)
				}
				if slices.ContainsFunc(res.Header.Values("Set-Cookie"), func(s string) bool { return strings.Contains(s, "a=b") }) {
					t.Errorf("%s %.80q sets a cookie", method, path)
				}
			}
		}
	}
	if p.state() != before {
		t.Error("something changed")
	}
}

// Leaving leads to the page of the consultation and nowhere else, whatever the
// address says, and it always leaves.
func TestLeavingLeadsNowhereElse(t *testing.T) {
	p := newPortal(t)
	for _, id := range []string{p.demo.ID, "%2Fevil.example", "%2F%2Fevil.example", "%5Cevil.example", "https:%2F%2Fevil.example", "%0d%0aSet-Cookie:%20a=b", "..", "none", "%00", strings.Repeat("a", 3000)} {
		b := p.organisation()
		b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		got := b.post("/"+id+"/respond/leave", nil)
		plain(got)
		if to := got.header.Get("Location"); id == p.demo.ID && to != "/"+id || id != p.demo.ID && to != "" {
			t.Errorf("leaving %.40q leads to %q", id, to)
		}
		if id != p.demo.ID {
			p.refused("leaving "+id[:min(len(id), 40)], got.status)
		}
		if strings.Contains(id, ".") || len(b.cookies()) == 0 {
			continue
		}
		t.Errorf("leaving %.40q leaves a cookie", id)
	}
}

func TestOtherMethods(t *testing.T) {
	p := filledPortal(t)
	officer, answering := p.staff(models.RoleOfficer), p.organisation()
	officer.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	addresses := map[string]string{} // some are of what has to be made first
	for _, r := range routes {
		addresses[r.path] = p.address(r.path)
	}
	before, drafts := p.state(), p.count("drafts")
	for _, r := range routes {
		for _, method := range []string{"HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "BREW", "get"} {
			b := answering
			if r.staff() {
				b = officer
			}
			got := b.request(method, addresses[r.path], strings.NewReader("answer=self"), "Content-Type", formType)
			if got.status >= 500 || (got.status < 400 && got.status != http.StatusNoContent && method != "HEAD") {
				t.Errorf("%s %s answers %d", method, r.path, got.status)
			}
			if got.status == http.StatusMethodNotAllowed && got.header.Get("Allow") == "" {
				t.Errorf("%s %s does not say what is allowed", method, r.path)
			}
		}
	}
	if p.state() != before || p.count("drafts") != drafts {
		t.Error("something changed")
	}
}

func TestAnswersOffTheRoute(t *testing.T) {
	p := newPortal(t)
	b := p.browser()
	b.start()
	b.post("/"+p.demo.ID+"/respond/A2", url.Values{"answer": {"sex_work"}}).is(http.StatusOK)
	b.post("/"+p.demo.ID+"/respond/A1", url.Values{"answer": {"self"}}).is(http.StatusOK)
	for _, q := range []string{"A3", "B1", "B3", "B4", "F1", "M1", "H3", "O1", "E1", "E7", "check%2fB1", "a1", ""} {
		page := b.post("/"+p.demo.ID+"/respond/"+q, url.Values{"answer": {"northgate"}, "text": {"smuggled"}})
		if page.status != http.StatusNotFound && page.status != http.StatusMethodNotAllowed {
			t.Errorf("answering %q is answered %d", q, page.status)
		}
		if page := b.visit("/" + p.demo.ID + "/respond/" + q); page.status != http.StatusNotFound && q != "" {
			t.Errorf("looking at %q is answered %d", q, page.status)
		}
	}
	for _, given := range []url.Values{{"answer": {"no_such"}}, {"answer": {"agree", "disagree"}}, {"answer": {"agree", "agree"}}, {"answer": {"\x00"}}, {"answer": {"agree"}, "text": {"nowhere to write"}}, {"text": {"only words"}}} {
		b.post("/"+p.demo.ID+"/respond/C1", given).is(http.StatusUnprocessableEntity)
	}
	// An info page takes nothing.
	p.refused("an answer to a page of information", b.post("/"+p.demo.ID+"/respond/S0", url.Values{"text": {"smuggled"}}).status)
	b.post("/"+p.demo.ID+"/respond/C1", url.Values{"answer": {"agree"}, "A3": {"northgate"}, "Status": {"void"}, "groups": {"resident"}}).is(http.StatusOK)
	_, held := b.check().filled("form#step")
	b.post("/"+p.demo.ID+"/respond/check", url.Values{"token": held["token"], "answer": {"x"}, "Consents": {"publish"}}).is(http.StatusOK)
	if got := strings.Join(p.rows("SELECT question FROM answers ORDER BY position"), " "); got != "A1 A2 C1" {
		t.Errorf("kept answers to %s", got)
	}
	if got := p.rows("SELECT status, groups, consents FROM submissions")[0]; strings.Contains(got, "void") || strings.Contains(got, "resident") || strings.Contains(got, "publish") {
		t.Errorf("the form set what only the portal sets: %s", got)
	}
}

// A form of another type is not taken for one without fields, which would take
// an answer away.
func TestWrongContentTypes(t *testing.T) {
	p := newPortal(t)
	b := p.organisation()
	b.post("/"+p.demo.ID+"/respond/C6", url.Values{"text": {"What we said."}}).is(http.StatusOK)
	for _, kind := range []string{"", "application/json", "text/plain", "multipart/form-data; boundary=x", "multipart/form-data", "application/xml", "x", "application/x-www-form-urlencoded; charset=\"", "multipart/mixed; boundary=x", strings.Repeat("a", 5000)} {
		for _, step := range []string{"C6", "F1"} {
			got := b.request(post, "/"+p.demo.ID+"/respond/"+step, strings.NewReader("text=mine&do=continue"), "Content-Type", kind)
			p.refused(fmt.Sprintf("%s as %.40q", step, kind), got.status)
		}
	}
	if _, held := b.get("/" + p.demo.ID + "/respond/C6").filled("form"); held.Get("text") != "What we said." {
		t.Errorf("the answer is now %v", held)
	}
	b.request(post, "/"+p.demo.ID+"/respond/C6", strings.NewReader("text=Again."), "Content-Type", "application/x-www-form-urlencoded; charset=UTF-8").is(http.StatusOK)
}

func TestHostileUploads(t *testing.T) {
	folder := t.TempDir()
	p := newPortal(t, func(w *parts) { w.folder = folder })
	b := p.organisation()
	send := func(what string, build func(*multipart.Writer)) *page {
		t.Helper()
		var body bytes.Buffer
		w := multipart.NewWriter(&body)
		build(w)
		must(t, w.Close())
		got := b.request(post, "/"+p.demo.ID+"/respond/F1", &body, "Content-Type", w.FormDataContentType())
		if got.status >= 500 {
			t.Errorf("%s answers %d", what, got.status)
		}
		return got
	}
	file := func(w *multipart.Writer, name, content string) {
		part, err := w.CreateFormFile("file", name)
		must(t, err)
		_, err = io.WriteString(part, content)
		must(t, err)
	}
	p.refused("ten thousand parts", send("ten thousand parts", func(w *multipart.Writer) {
		for i := range 10_000 {
			must(t, w.WriteField(fmt.Sprintf("f%d", i), "x"))
		}
	}).status)
	p.refused("ten thousand files", send("ten thousand files", func(w *multipart.Writer) {
		for range 10_000 {
			file(w, "", "x")
		}
	}).status)
	p.refused("a huge field", send("a huge field", func(w *multipart.Writer) {
		must(t, w.WriteField("do", strings.Repeat("a", 60<<20)))
	}).status)
	p.refused("a file that is too big", send("a file that is too big", func(w *multipart.Writer) { file(w, "a.txt", strings.Repeat("a", consult.MaxFileSize+1)) }).status)
	p.refused("an empty file", send("an empty file", func(w *multipart.Writer) { file(w, "a.txt", "") }).status)
	if left := files(t, filepath.Join(folder, "files")); len(left) != 0 {
		t.Errorf("refused files were kept: %v", left)
	}
	for _, name := range []string{"../../x.txt", `..\..\x.txt`, "/etc/passwd.txt", "x\x00.txt", "\u202Etxt.exe.txt", strings.Repeat("n", 3000) + ".txt"} {
		got := send(name, func(w *multipart.Writer) { file(w, name, "What our members say.") })
		if got.status == http.StatusOK {
			got = b.post("/"+p.demo.ID+"/respond/F1", url.Values{"remove": {"0"}}).is(http.StatusOK)
		}
		for _, kept := range files(t, folder) {
			if strings.Contains(kept, "x.txt") || strings.Contains(kept, "passwd") || strings.Contains(kept, "nnnn") {
				t.Errorf("a file is named by its sender: %s", kept)
			}
		}
		if strings.Contains(got.body, "passwd") {
			t.Error("the page shows the name of a file")
		}
	}
	if _, err := os.Stat(filepath.Join(filepath.Dir(filepath.Dir(folder)), "x.txt")); err == nil {
		t.Error("a file was written outside the folder")
	}
	// No more than five, however they come, and odd numbers to remove harm
	// nothing.
	many := send("eight files", func(w *multipart.Writer) {
		for i := range 8 {
			file(w, "a.txt", fmt.Sprintf("Document %d.", i))
		}
	})
	many.is(http.StatusUnprocessableEntity).says("main .fault", "up to 5 files")
	if n := many.doc.Find("ol.attached li").Length(); n != consult.MaxFiles {
		t.Errorf("%d files are attached", n)
	}
	for _, n := range []string{"-1", "5", "99999999999999999999", "0x0", "", "\x00"} {
		b.post("/"+p.demo.ID+"/respond/F1", url.Values{"remove": {n}}).is(http.StatusOK)
	}
	// Of each, the cleaned file and the sealed original.
	if n := len(files(t, filepath.Join(folder, "files"))); n != 2*consult.MaxFiles {
		t.Errorf("%d files are kept, expected %d", n, 2*consult.MaxFiles)
	}
}

// Nothing of an upload lands in the folder for temporary files: it works where
// there is none.
func TestUploadsNeedNoTemporaryFolder(t *testing.T) {
	p := newPortal(t)
	b := p.organisation()
	none := filepath.Join(t.TempDir(), "none")
	t.Setenv("TMPDIR", none)
	if _, err := os.CreateTemp("", "x"); err == nil {
		t.Fatal("temporary files can still be made: this test shows nothing")
	}
	big := strings.Repeat("What our members say, at some length. ", consult.MaxFileSize/40)
	b.upload("big.txt", strings.NewReader(big)).is(http.StatusOK).says("main", "TXT")
	b.upload("too-big.txt", strings.NewReader(big+big)).is(http.StatusUnprocessableEntity)
	for _, step := range []string{"C6", "C1"} {
		p.refused("a large form", b.request(post, "/"+p.demo.ID+"/respond/"+step, strings.NewReader("text="+big), "Content-Type", formType).status)
	}
	if _, err := os.Stat(none); err == nil {
		t.Error("the folder was made")
	}
}

// A search far down, or odd, is a page without results.
func TestOddSearches(t *testing.T) {
	p := filledPortal(t)
	officer := p.staff(models.RoleOfficer)
	for _, query := range []string{"page=9223372036854775807", "page=4611686018427387904", "page=-5", "page=1e9", "sort=nonsense", "q=" + strings.Repeat("a+", 600), "q=" + strings.Repeat("(", 900), "q=%22", "q=-", "q=*", "q=a*b?c~3^9",
		"q=text:secret+OR+_id:x", "t=" + strings.Repeat("x", 5000), strings.Repeat("g=sex_worker&", 500), "q=%00", "q=%ff"} {
		got := officer.visit("/staff/" + p.demo.ID + "/search?" + query)
		if got.status != http.StatusOK && (got.status < 400 || got.status >= 500) {
			t.Errorf("%.60s answers %d", query, got.status)
		}
		plain(got)
	}
}

func FuzzAnswerStep(f *testing.F) {
	p := newPortal(f)
	f.Add("C6", formType, "text=Words")
	f.Add("A2", formType, "answer=sex_work&answer=live_here")
	f.Add("F1", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nwords\r\n--x--\r\n")
	f.Add("F1", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"remove\"\r\n\r\n0\r\n--x--\r\n")
	f.Add("check", formType, "")
	f.Add("S0", "text/plain", "\x00\xff")
	f.Add("A1", formType, "answer=self&answer=helper&lang=ur")
	f.Add("C6", formType, "text=Words+so+far&do=keep")
	f.Add("C1", formType, "answer=nothing&do=save")
	f.Add("check", formType, "token=00.0&work=1&website=spam&do=send")
	f.Add("saved", formType, "")
	f.Add("leave", formType, "")
	f.Add("equality", formType, "E1=under_18&E9=x")
	f.Fuzz(func(t *testing.T, step, kind, body string) {
		key, err := p.service.StartDraft(t.Context(), p.demo, "en", "")
		must(t, err)
		draft := &consult.Draft{Consultation: p.demo.ID, Answers: models.Answers{"A1": {Options: []string{"organisation"}}, "C1": {Options: []string{"agree"}}}, Language: "en"}
		must(t, p.service.SaveDraft(t.Context(), key, draft))
		r := httptest.NewRequest(post, "/", strings.NewReader(body))
		r.URL = &url.URL{Path: "/" + p.demo.ID + "/respond/" + step}
		r.Header.Set("Content-Type", kind)
		r.AddCookie(&http.Cookie{Name: draftCookie, Value: key.String()})
		w := httptest.NewRecorder()
		p.handler.ServeHTTP(w, r)
		if w.Code != http.StatusSeeOther && w.Code != http.StatusNoContent && (w.Code < 400 || w.Code >= 500) {
			t.Errorf("answers %d", w.Code)
		}
		now, err := p.service.LoadDraft(t.Context(), key)
		if step == "leave" && models.KindOf(err) == models.KindNotFound {
			return
		}
		must(t, err)
		form, _ := url.ParseQuery(body)
		soFar := form.Get("do") == "keep" || form.Get("do") == "save" || form.Get("lang") != "" // what is typed is kept as it is
		for id, g := range now.Answers {
			if q := p.demo.Question(id); q == nil || q.Check(g).Code != "" && !(soFar && id == step) {
				t.Errorf("the draft holds a faulty answer to %s", id)
			}
		}
		must(t, p.service.DestroyDraft(t.Context(), key))
	})
}
