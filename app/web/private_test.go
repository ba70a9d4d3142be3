package web

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"image"
	"image/png"
	"io/fs"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"heard/app/consult"
	"heard/models"
)

// files are the files below a folder.
func files(t testing.TB, folder string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, name)
		}
		return err
	})
	must(t, err)
	return names
}

// Canaries: words that stand nowhere else, so that they can be looked for.
const (
	inHeader = "canaryheaderzq"
	inQuery  = "canaryqueryzq"
	inPath   = "canarypathzq"
	inName   = "canaryfilenamezq"
	inSent   = "canarysentzq"   // words that are sent
	inUnsent = "canaryunsentzq" // words that are written and never sent
	inRefuse = "canaryrefusedzq"
	inFile   = "canaryfilewordszq"
	inSecret = "canarypasswordzq"

	inSaved    = "canarysavedzq"     // words of a response that is saved under a code
	inContact  = "canarycontactzq"   // the address of somebody who wants to be told the outcome
	inMessage  = "canarymessagezq"   // what an officer and an author write to each other
	inReason   = "canaryreasonzq"    // why an officer set something aside
	inOriginal = "canaryoriginalzq"  // who made a file, which is taken out of it
	inTrap     = "canarytrapzq"      // in the field that people do not see
	inWork     = "canaryworkzq"      // beside the token of the last page
	inAccept   = "canaryal"          // in what the browser says of its languages: a part of a tag has 8 letters
	inEquality = "canaryequalityzq"  // in the equality questions
	inFrame    = "canaryframezq"     // what an officer writes about a theme
	inReplaced = "canaryreplacedzq"  // words that were replaced by others
	inWithdraw = "canarywithdrawnzq" // words that were taken back
)

// marked are the headers by which people and their devices can be known.
func marked() http.Header {
	h := http.Header{"Accept-Encoding": {"gzip"}}
	for name, value := range map[string]string{
		"User-Agent": "X/1.0 (X; X)", "X-Forwarded-For": "203.0.113.77, X", "Forwarded": "for=203.0.113.77;by=X;host=X", "X-Real-Ip": "203.0.113.77", "Cf-Connecting-Ip": "203.0.113.77",
		"True-Client-Ip": "203.0.113.77", "X-Client-Ip": "203.0.113.77", "Via": "1.1 X", "Referer": "https://X.example/X", "Accept-Language": "en-x-" + inAccept + ", en;q=0.9, ro-x-" + inAccept + ";q=0.5", "X-Request-Id": "X",
		"Dnt": "X", "Sec-Ch-Ua": "X", "Sec-Ch-Ua-Model": "X", "From": "X@X.example", "Authorization": "Basic X", "X-Forwarded-Host": "X.example", "Traceparent": "X", "Cookie": "other=X",
	} {
		h.Set(name, strings.ReplaceAll(value, "X", inHeader))
	}
	return h
}

// tracks is what must not be found of a word: itself, and what it looks like
// written otherwise.
func tracks(word string) []string {
	return []string{word, strings.ToUpper(word), base64.StdEncoding.EncodeToString([]byte(word))[:len(word)], hex.EncodeToString([]byte(word))}
}

// found are the files below a folder in which a word stands.
func found(t *testing.T, folder, word string) (in []string) {
	t.Helper()
	for _, name := range files(t, folder) {
		content, err := os.ReadFile(name)
		must(t, err)
		if slices.ContainsFunc(tracks(word), func(s string) bool { return bytes.Contains(content, []byte(s)) || strings.Contains(name, s) }) {
			in = append(in, filepath.Base(name))
		}
	}
	return in
}

// everywhere sends canaries to every route, in every place that there is.
func everywhere(p *testPortal, who []*browser, addresses map[string]string) {
	p.Helper()
	// Those that end what was begun come last.
	ends := func(r route) bool { return r.path == "/exit" || r.path == "/staff/sign-out" }
	inOrder := slices.Clone(routes)
	slices.SortStableFunc(inOrder, func(a, b route) int { return cmp.Compare(fmt.Sprint(ends(a)), fmt.Sprint(ends(b))) })
	for _, b := range who {
		for _, r := range inOrder {
			at := addresses[r.path]
			query := "?" + url.Values{"q": {inQuery}, "next": {"/staff/" + inQuery}, "token": {inQuery}, "template": {inQuery}, "change": {inQuery}, "g": {inQuery}, "submission": {inQuery}, "question": {inQuery}, "page": {inQuery}, "way": {inQuery}, "keys": {inQuery}, inQuery: {inQuery}}.Encode()
			for _, method := range []string{get, post, http.MethodPut} {
				b.request(method, at+query, nil)
			}
			b.visit(strings.ReplaceAll(at, p.demo.ID, inPath))
			b.visit(at + "/" + inPath)
			form := url.Values{}
			for _, name := range []string{"answer", "code", "email", "label", "source", "do", "to", "id", "token", "role", "version", "into", "next",
				"lang", "card", "work", "website", "message", "reason", "sure", "E1", "E2", "day", "month", "year", "rank-quiet", "remove",
				"definition", "parent", "name", "theme", "words", "speaks", "from", "page", "way", "keys", "submission", "question"} {
				form.Set(name, inRefuse)
			}
			form.Set("password", inSecret)
			b.post(at, form)
			for _, do := range []string{"check", "correct", "misread", "reply", "withdraw", "keep", "save"} {
				form.Set("do", do)
				b.post(at, form)
			}
			b.request(post, at, strings.NewReader(inRefuse), "Content-Type", "text/plain; x="+inHeader)
			b.request(post, at, strings.NewReader("text="+strings.Repeat(inRefuse, maxForm/len(inRefuse)+1)), "Content-Type", formType)
			b.post(at, form, "Sec-Fetch-Site", "cross-site", "Origin", "https://"+inHeader+".example")
			var body bytes.Buffer
			w := multipart.NewWriter(&body)
			part, err := w.CreateFormFile("file", inName+".exe")
			must(p.TB, err)
			_, err = part.Write([]byte("\x7fELF" + inRefuse))
			must(p.TB, err)
			must(p.TB, w.Close())
			b.request(post, at, bytes.NewReader(body.Bytes()), "Content-Type", w.FormDataContentType())
			b.request(post, at, bytes.NewReader(body.Bytes()[:body.Len()/2]), "Content-Type", w.FormDataContentType())
		}
	}
}

// signedPicture is a picture that says who made it.
func signedPicture(t *testing.T) []byte {
	t.Helper()
	var plain bytes.Buffer
	must(t, png.Encode(&plain, image.NewGray(image.Rect(0, 0, 8, 8))))
	const head = 8 + 25 // the signature and the first chunk
	text := []byte("tEXtAuthor\x00" + inOriginal)
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(text)-4))
	chunk = binary.BigEndian.AppendUint32(append(chunk, text...), crc32.ChecksumIEEE(text))
	return slices.Concat(plain.Bytes()[:head], chunk, plain.Bytes()[head:])
}

// Nothing that tells who somebody is comes into the log or onto the disk,
// whatever they do and whatever goes wrong; and no word that anybody wrote
// comes into the log.
func TestNothingAboutThePerson(t *testing.T) {
	folder := t.TempDir()
	p := newPortal(t, func(w *parts) { w.folder = folder })
	p.loadDemo(100)
	for _, role := range models.Roles {
		p.signUp(role)
	}
	addresses := map[string]string{}
	for _, r := range routes {
		addresses[r.path] = p.address(r.path)
	}
	named := func(b *browser) *browser {
		b.header = marked()
		return b
	}

	// A response that is sent, with a file; one that is left; one that is idle.
	sent := named(p.browser())
	sent.start()
	sent.post("/"+p.demo.ID+"/respond/A1", url.Values{"answer": {"organisation"}}).is(http.StatusOK)
	sent.post("/"+p.demo.ID+"/respond/C6", url.Values{"text": {"We " + inSent + " often."}}).is(http.StatusOK)
	sent.upload(inName+".txt", strings.NewReader("Our "+inFile+" here.")).is(http.StatusOK)
	sent.upload(inName+".png", bytes.NewReader(signedPicture(t))).is(http.StatusOK)
	words := sent.check().send().words()

	// One that is saved under a code; one that came by a card, with the field
	// that people do not see filled in, and is then replaced; one that is taken
	// back; an address; words between an officer and an author.
	saving := named(p.browser())
	saving.start()
	saving.post("/"+p.demo.ID+"/respond/A1", url.Values{"answer": {"organisation"}}).is(http.StatusOK)
	saved := saving.post("/"+p.demo.ID+"/respond/C6", url.Values{"text": {"We " + inSaved + " often."}, "do": {"save"}}).is(http.StatusOK).words()
	named(p.browser()).use(strings.Join(saved, " "), "check").is(http.StatusOK)
	carded := named(p.browser())
	carded.get("/"+p.demo.ID+"/c/"+p.demo.Cards[0].ID).submit("form[method=post]", nil).is(http.StatusOK)
	carded.post("/"+p.demo.ID+"/respond/S5", url.Values{"text": {"I " + inReplaced + " often."}, "do": {"keep"}}).is(http.StatusNoContent)
	byCard := carded.check().submit("form#step", url.Values{"website": {inTrap}, "work": {inWork}}).is(http.StatusOK).words()
	carded.use(strings.Join(byCard, " "), "correct").is(http.StatusOK)
	carded.post("/"+p.demo.ID+"/respond/C1", url.Values{"answer": {"agree"}}).is(http.StatusOK)
	carded.check().send()
	taken := named(p.browser())
	taken.start()
	taken.post("/"+p.demo.ID+"/respond/C6", url.Values{"text": {"I " + inWithdraw + " often."}}).is(http.StatusOK)
	taken.check().submit("form#step", nil).is(http.StatusOK)
	back := taken.get("/"+p.demo.ID+"/respond/equality?start=yes").submit("form[method=post]", url.Values{"E1": {inEquality}, "E2": {"no"}}).words()
	taken.use(strings.Join(back, " "), "withdraw", "sure", "yes").is(http.StatusOK)
	named(p.browser()).post("/"+p.demo.ID+"/result", url.Values{"email": {inContact + "@example.org"}}).is(http.StatusOK)
	codes := [][]string{words, saved, byCard, back}

	for _, leave := range []bool{true, false} {
		b := named(p.browser())
		b.start()
		b.post("/"+p.demo.ID+"/respond/C6", url.Values{"text": {"I " + inUnsent + " often."}}).is(http.StatusOK)
		if leave {
			b.visit("/exit").is(http.StatusSeeOther)
		}
	}
	id := p.rows("SELECT submission FROM answers WHERE text LIKE '%" + inSent + "%'")[0]
	must(t, p.service.IndexSubmission(t.Context(), id))
	must(t, p.service.RefreshThemes(t.Context(), p.demo.ID))
	officer := named(p.staff(models.RoleOfficer))
	officer.get("/staff/"+p.demo.ID+"/search?q="+inSent).says("main mark", inSent)
	officer.get("/staff/"+p.demo.ID+"/submissions/"+id+"?original=yes").says("main", inSent)
	decide := func(values url.Values) {
		t.Helper()
		officer.post("/staff/"+p.demo.ID+"/submissions/"+id, values).is(http.StatusOK)
	}
	decide(url.Values{"do": {"ask"}, "message": {"Do you mean " + inMessage + "?"}})
	named(p.browser()).use(strings.Join(words, " "), "reply", "message", "Yes, "+inMessage+".").is(http.StatusOK)
	named(p.browser()).use(strings.Join(words, " "), "misread").is(http.StatusOK)
	decide(url.Values{"do": {"aside"}, "why": {"other"}, "reason": {"Because of " + inReason + "."}})
	decide(url.Values{"do": {"count"}})
	p.mayContact(officer)
	officer.post("/staff/"+p.demo.ID+"/contacts", url.Values{"do": {"read"}}).is(http.StatusOK).says("main pre", inContact)
	added := officer.post("/staff/"+p.demo.ID+"/themes", url.Values{"do": {"add"}, "label": {"Names of " + inFrame}, "definition": {"What " + inFrame + " means."}}).is(http.StatusOK).says("h1", inFrame)
	added.submit("form:has(#reason)", url.Values{"reason": {"Because of " + inFrame + "."}}).is(http.StatusOK).says("main", "Because of "+inFrame)
	code, framed := "/staff/"+p.demo.ID+"/code", added.step()
	for _, way := range []string{"", "blind"} {
		key := officer.get(code+"?way="+way).doc.Find("form#code [name=answer]").AttrOr("value", "")
		officer.post(code, url.Values{"answer": {key}, "theme": {framed}, "words": {"Nobody said " + inFrame}, "speaks": {framed}, "way": {way}}).is(http.StatusUnprocessableEntity).says("#words-1", inFrame)
	}
	officer.post(code, url.Values{"answer": {id + ":C6"}, "theme": {framed}, "words": {inSent}, "speaks": {framed}}).is(http.StatusOK)
	officer.get("/staff/"+p.demo.ID+"/themes/"+framed).says("mark", inSent)
	must(t, p.service.Sweep(t.Context()))

	// who is a stranger, somebody who is answering, and an officer.
	var keys []string
	who := func(at *testPortal) (all []*browser) {
		p.clock.Advance(2 * time.Minute) // wrong passwords were tried for the officer, too
		answering, officer := p.browser(), p.staff(models.RoleOfficer)
		answering.start()
		for _, from := range []*browser{p.browser(), answering, officer} {
			for _, c := range from.cookies() {
				keys = append(keys, c.Value)
			}
			b := from.copy()
			b.testPortal = at
			all = append(all, named(b))
		}
		return all
	}
	everywhere(p, append(who(p), named(p.staff(models.RoleAdmin))), addresses)

	lost := []string{inHeader, inQuery, inPath, inName, inUnsent, inRefuse, inSecret, "203.0.113.77", "127.0.0.1", sent.header.Get("User-Agent"),
		inSaved, inContact, inOriginal, inTrap, inWork, inAccept, inEquality}
	for _, words := range codes {
		lost = append(lost, strings.Join(words[:3], " "))
	}
	for _, word := range lost {
		if in := found(t, folder, word); len(in) > 0 {
			t.Errorf("%q is on the disk, in %v", word, in)
		}
	}
	kept := files(t, filepath.Join(folder, "files"))
	for _, name := range kept {
		if info, err := os.Stat(name); err != nil || info.ModTime().Unix() != 0 {
			t.Errorf("an attached file is of %v, %v", info.ModTime(), err)
		}
	}
	if len(kept) == 0 {
		t.Error("there is no attached file: this test looks in the wrong place")
	}
	if in := found(t, folder, p.demo.ID); !slices.Contains(in, "heard.db") {
		t.Errorf("the consultation is only in %v: this test looks in the wrong place", in)
	}
	if in := found(t, folder, inSent); slices.ContainsFunc(in, func(name string) bool { return strings.HasPrefix(name, "heard.db") }) {
		t.Errorf("the words that were sent can be read in the database, in %v", in)
	}

	// What was replaced and taken back stands in no row any more, nor in what the
	// rows left behind.
	for _, word := range []string{inReplaced, inWithdraw} {
		if in := found(t, folder, word); slices.ContainsFunc(in, func(name string) bool { return name != "heard.db-wal" }) {
			t.Errorf("%q is on the disk, in %v", word, in)
		}
	}
	for _, row := range p.rows("SELECT text || redacted FROM answers UNION ALL SELECT text FROM messages UNION ALL SELECT text FROM attachments") {
		if strings.Contains(row, inReplaced) || strings.Contains(row, inWithdraw) {
			t.Errorf("what was taken back is kept: %q", row)
		}
	}
	// The card that somebody came with is not kept: it tells which van they met.
	for _, table := range p.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT IN ('consultation_versions')") {
		for _, row := range p.rows("SELECT * FROM " + table) {
			if strings.Contains(row, p.demo.Cards[0].ID+"]") || strings.Contains(row, "\""+p.demo.Cards[0].ID+"\"") || strings.TrimSpace(row) == p.demo.Cards[0].ID {
				t.Errorf("the card is kept in %s: %s", table, row)
			}
		}
	}

	// The same when everything fails: nothing can be rendered, the clock and the
	// sessions panic with words in their mouths, the database is away.
	broken := *p
	for name, spoil := range map[string]func(*Options){
		"no pages":    func(o *Options) { o.Views = nil },
		"no sessions": func(o *Options) { o.Sessions = panicking{} },
		"no clock": func(o *Options) {
			o.Service = consult.New(consult.Config{Store: p.store, Search: p.engine, Log: o.Log, Now: func() time.Time { panic("it was " + inSent + " who") }, Pepper: []byte("p")})
		},
	} {
		before := p.logged.String()
		broken.options = p.options
		people := who(&broken)
		spoil(&broken.options)
		broken.serve()
		everywhere(&broken, people, addresses)
		if said := strings.TrimPrefix(p.logged.String(), before); !strings.Contains(said, "panic of type") {
			t.Errorf("%s: nothing panicked, so nothing was shown", name)
		}
	}
	people, before := who(p), len(p.logged.String())
	must(t, p.store.Close())
	everywhere(p, people, addresses)
	if len(p.logged.String()) == before {
		t.Error("nothing is logged when the database is away")
	}

	log := p.logged.String()
	for _, words := range codes {
		keys = append(keys, words[0]+" "+words[1])
	}
	for _, word := range slices.Concat(lost, keys, []string{inSent, inFile, inReplaced, inWithdraw, inMessage, inReason, inFrame, "officer@penrow.example", "/c/" + p.demo.Cards[0].ID}) {
		for _, track := range tracks(word) {
			if at := strings.Index(log, track); at >= 0 {
				t.Errorf("the log holds %q: %s", word, log[max(0, at-200):min(len(log), at+100)])
			}
		}
	}
	for _, word := range lost {
		if in := found(t, folder, word); len(in) > 0 {
			t.Errorf("after the failures, %q is on the disk, in %v", word, in)
		}
	}
}

// panicking are sessions that panic with what they were given.
type panicking struct{}

func (panicking) Delete(token string) error                        { panic("session " + token) }
func (panicking) Find(token string) ([]byte, bool, error)          { panic("session " + token + inSent) }
func (panicking) Commit(token string, _ []byte, _ time.Time) error { panic("session " + token) }

// A failure tells the person nothing about the inside, and says what to do.
func TestFailuresTellNothing(t *testing.T) {
	p := filledPortal(t)
	officer := p.staff(models.RoleOfficer)
	answering := p.browser()
	answering.start()
	leaving := answering.copy()
	addresses := map[string]string{}
	for _, r := range routes {
		addresses[r.path] = p.address(r.path)
	}
	must(t, p.store.Close())
	failed := 0
	for _, r := range routes {
		for _, b := range []*browser{answering, officer} {
			b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
			got := b.visit(addresses[r.path])
			if r.method == post {
				got = b.post(addresses[r.path], url.Values{"text": {inSent}})
			}
			if got.status < 500 {
				continue
			}
			failed++
			for _, inside := range []string{"database", "sql", "SQL", "goroutine", ".go:", "panic", "heard/", "cannot read", "gorm"} {
				if strings.Contains(got.doc.Find("main").Text(), inside) {
					t.Errorf("%s %s tells %q: %s", r.method, r.path, inside, got.text())
				}
			}
			if got.body == "" || (!strings.Contains(got.body, "Try again") && !strings.Contains(got.body, "does not answer")) {
				t.Errorf("%s %s does not say what to do: %q", r.method, r.path, got.body)
			}
		}
	}
	if failed < len(routes) {
		t.Errorf("only %d requests failed without a database", failed)
	}
	// Leaving still leaves.
	exit := leaving.visit("/exit").is(http.StatusSeeOther)
	if exit.header.Get("Location") != p.options.ExitTo || len(setCookies(exit)) != 1 {
		t.Error("without a database, nobody can leave")
	}
	p.browser().visit("/healthz").is(http.StatusOK)
	p.browser().visit("/readyz").is(http.StatusServiceUnavailable)
}

// What the handler is told of the connection goes nowhere: the portal works
// the same without an address.
func TestNoAddressNeeded(t *testing.T) {
	p := newPortal(t)
	r := httptest.NewRequest(get, "/"+p.demo.ID, nil)
	r.RemoteAddr = ""
	w := httptest.NewRecorder()
	p.handler.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		t.Errorf("answers %d", w.Code)
	}
}
