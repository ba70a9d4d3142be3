package app

import (
	"bytes"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"heard/app/consult"
	"heard/models"
	"heard/models/storetest"
)

// Marks that stand nowhere else. What is in marksLost tells who somebody is, where
// they came from or what they did not send; the rest is testimony.
const (
	markHeader, markQuery, markPath, markName, markField, markSecret, markDevice = "zqheaderqz", "zqqueryqz", "zqpathqz", "zqfilenameqz", "zqfieldqz", "zqpasswordqz", "zqdeviceqz"
	markAuthor                                                                   = "zqauthorqz" // in a file, of who made it
	markAddress                                                                  = "203.0.113.77"
	markUnsent                                                                   = "zqunsentqz" // written and never sent
	markSent, markFile                                                           = "zqsentqz", "zqinfileqz"
	markTakenOut                                                                 = "07700 900461" // in the words, and taken out of what leaves the desk
)

var marksLost = []string{markHeader, markQuery, markPath, markName, markField, markSecret, markDevice, markAuthor, markAddress, markUnsent}

// written is how a mark may look on the disk.
func written(mark string) []string {
	return []string{mark, strings.ToUpper(mark), base64.StdEncoding.EncodeToString([]byte(mark))[:len(mark)], hex.EncodeToString([]byte(mark)), url.QueryEscape(mark)}
}

var routeLine = regexp.MustCompile(`(?m)^\t\{(get|post), "?([^",]+)"?,`)

// served are the addresses in the table of routes, with what they are of filled in.
func served(t *testing.T, consultation, submission string) (paths []string) {
	t.Helper()
	source, err := os.ReadFile("web/routes.go")
	if err != nil {
		t.Fatal(err)
	}
	fill := strings.NewReplacer(":consultation", consultation, ":id", submission, ":step", "C2", ":card", "none", ":version", "1", ":file", "1", ":batch", "none", ":form", "1", ":path", "everybody", ":number", "1", ":token", "none", "accountAddress", "/staff/account", "proveAddress", "/staff/prove", "ssoPath", "/staff/sso", "ssoBackPath", "/staff/sso/back")
	for _, m := range routeLine.FindAllStringSubmatch(string(source), -1) {
		if p := fill.Replace(m[2]); !slices.Contains(paths, p) {
			paths = append(paths, p)
		}
	}
	if len(paths) < 100 {
		t.Fatalf("only %d addresses were found", len(paths))
	}
	// Those that end what was begun come last.
	slices.SortStableFunc(paths, func(a, b string) int {
		ends := func(p string) int {
			if p == "/exit" || p == "/staff/sign-out" || strings.HasSuffix(p, "/leave") {
				return 1
			}
			return 0
		}
		return ends(a) - ends(b)
	})
	return paths
}

// visitor sends marks in every header.
type visitor struct {
	t      *testing.T
	base   string
	client *http.Client
	asked  int
}

func newVisitor(t *testing.T, base string) *visitor {
	jar, _ := cookiejar.New(nil) // which never fails without options
	return &visitor{t: t, base: base, client: &http.Client{Jar: jar, Timeout: time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

func (v *visitor) ask(method, path, kind string, body []byte) (int, string) {
	v.t.Helper()
	req, err := http.NewRequest(method, v.base+path, bytes.NewReader(body))
	if err != nil {
		v.t.Fatal(err)
	}
	for name, value := range map[string]string{"User-Agent": "Browser/1.0 (" + markDevice + ")", "X-Forwarded-For": markAddress, "Forwarded": "for=" + markAddress, "X-Real-Ip": markAddress, "Cf-Connecting-Ip": markAddress, "True-Client-Ip": markAddress,
		"Via": "1.1 " + markHeader, "Referer": "https://" + markHeader + ".example/x", "Accept-Language": "en-x-" + markHeader[:8], "X-Request-Id": markHeader, "Sec-Ch-Ua": markHeader, "Sec-Ch-Ua-Model": markDevice, "From": markHeader + "@example.org",
		"Authorization": "Basic " + markHeader, "X-Forwarded-Host": markHeader + ".example", "Traceparent": markHeader, "If-None-Match": markHeader, "Range": "bytes=0-" + markHeader, "Expect-Ct": markHeader, "Dnt": markHeader} {
		req.Header.Set(name, value)
	}
	req.AddCookie(&http.Cookie{Name: "other", Value: markHeader})
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	res, err := v.client.Do(req)
	if err != nil {
		v.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	v.asked++
	text, _ := io.ReadAll(res.Body)
	return res.StatusCode, string(text)
}

func (v *visitor) post(path string, form url.Values) (int, string) {
	v.t.Helper()
	return v.ask(http.MethodPost, path, formType, []byte(form.Encode()))
}

func (v *visitor) must(what string, status, want int) {
	v.t.Helper()
	if status != want {
		v.t.Fatalf("%s is answered %d, expected %d", what, status, want)
	}
}

// everywhere sends marks to every address, in all that is sent.
func (v *visitor) everywhere(paths []string, consultation string, whole bool) {
	form := url.Values{"password": {markSecret}}
	for _, name := range []string{"answer", "text", "code", "email", "label", "source", "to", "id", "token", "role", "version", "into", "next", "lang", "card", "work", "message", "reason", "E1", "day", "name", "theme", "words", "remove", "person", "sampled", "statement", "title"} {
		form.Set(name, markField)
	}
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, _ := w.CreateFormFile("file", markName+".exe")
	_, _ = part.Write([]byte("\x7fELF" + markField))
	_ = w.Close()
	for _, at := range paths {
		query := "?" + url.Values{"q": {markQuery}, "next": {"/staff/" + markQuery}, "token": {markQuery}, "opened": {markQuery}, "lang": {markQuery}, markQuery: {markQuery}}.Encode()
		v.ask(http.MethodGet, at+query, "", nil)
		v.post(at, form)
		v.ask(http.MethodPost, at, w.FormDataContentType(), body.Bytes())
		if !whole {
			continue
		}
		v.ask(http.MethodPut, at+query, "", nil)
		v.ask(http.MethodGet, strings.Replace(at, consultation, markPath, 1)+"/"+markPath, "", nil)
		for _, do := range []string{"keep", "save", "check", "withdraw", "reply"} {
			form.Set("do", do)
			if strings.Contains(at, "/respond") || strings.Contains(at, "/receipt") {
				v.post(at, form)
			}
		}
		form.Del("do")
		v.ask(http.MethodPost, at, "application/json", []byte(`{"x":"`+markField+`"}`))
		v.ask(http.MethodPost, at, w.FormDataContentType(), body.Bytes()[:body.Len()/2])
	}
}

// dump returns every row of every table, a column to each value.
func dump(t *testing.T, address string) map[string][]string {
	t.Helper()
	driver, source := "sqlite", strings.TrimPrefix(address, "sqlite:")
	tables := "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
	if strings.HasPrefix(address, "postgres") {
		driver, source, tables = "pgx", address, "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	read := func(query string, each func(columns []string, values []any)) {
		rows, err := db.QueryContext(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		columns, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			values, at := make([]any, len(columns)), make([]any, len(columns))
			for i := range values {
				at[i] = &values[i]
			}
			if err := rows.Scan(at...); err != nil {
				t.Fatal(err)
			}
			each(columns, values)
		}
	}
	var names []string
	read(tables, func(_ []string, v []any) { names = append(names, fmt.Sprintf("%s", v[0])) })
	all := map[string][]string{}
	for _, table := range names {
		read("SELECT * FROM "+table, func(columns []string, values []any) {
			for i, v := range values {
				if b, ok := v.([]byte); ok {
					v = string(b)
				}
				key := table + "." + columns[i]
				all[key] = append(all[key], fmt.Sprint(v))
			}
		})
	}
	return all
}

var clockTime = regexp.MustCompile(`\d\d:\d\d:\d\d`)

// exact reports whether a value is an exact time of about now, in any of the ways
// that such a time is kept.
func exact(value string) bool {
	if clockTime.MatchString(value) {
		return true
	}
	var n float64
	if _, err := fmt.Sscanf(value, "%g", &n); err != nil || strings.Trim(value, "0123456789.e+") != "" {
		return false
	}
	now := float64(time.Now().Unix())
	for _, unit := range []float64{1. / 60, 1, 1e3, 1e6, 1e9} {
		if at := n / unit; at > now-86400 && at < now+40*86400 {
			return true
		}
	}
	return false
}

// TestCanaries sends marks through every route of the real program, as a stranger,
// as somebody who answers and as an officer, on both databases, and looks for them
// in every file, every table and all that the program says. What panics, and a
// database that is away, TestNothingAboutThePerson in app/web adds. With
// HEARD_TEST_CANARIES marks are sent in more ways, and on PostgreSQL too.
func TestCanaries(t *testing.T) {
	whole := os.Getenv("HEARD_TEST_CANARIES") != ""
	t.Run("sqlite", func(t *testing.T) { canariesIn(t, settings(t.TempDir()), whole) })
	t.Run("postgres", func(t *testing.T) {
		if !whole {
			t.Skip("SKIPPED: make canaries looks at PostgreSQL too")
		}
		cfg := settings(t.TempDir())
		cfg.Database = storetest.PostgresURL(t)
		canariesIn(t, cfg, whole)
	})
}

func canariesIn(t *testing.T, cfg Config, whole bool) {
	outside := t.TempDir() // whatever is put beside the data
	for _, name := range []string{"TMPDIR", "HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"} {
		t.Setenv(name, outside)
	}
	logs := filepath.Join(t.TempDir(), "log")
	t.Setenv("HEARD_TEST_LOG", logs)
	a := openPortal(t, cfg)
	openSquare(t, a)
	c := openDemonstration(t, a)
	token, err := a.Service.Invite(t.Context(), consult.Portal, "officer@penrow.example", models.RoleOfficer)
	if err == nil {
		_, err = a.Service.Accept(t.Context(), token, "", "seven pale lanterns by the quay")
	}
	if err != nil {
		t.Fatal(err)
	}
	closePortal(t, a)
	p := startPortal(t, cfg)
	defer p.kill()
	<-p.ready

	// Somebody answers, with a file that says who made it, and looks at their receipt.
	respond := "/" + c.ID + "/respond"
	somebody := newVisitor(t, p.url)
	status, _ := somebody.post(respond, url.Values{"lang": {"en"}})
	somebody.must("beginning", status, http.StatusSeeOther)
	status, _ = somebody.post(respond+"/A1", url.Values{"answer": {"organisation"}})
	somebody.must("an answer", status, http.StatusSeeOther)
	status, _ = somebody.post(respond+"/C6", url.Values{"text": {"We said " + markSent + " and can be called on " + markTakenOut + "."}})
	somebody.must("words", status, http.StatusSeeOther)
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, _ := w.CreateFormFile("file", markName+".pdf")
	_, _ = fmt.Fprintf(part, "%%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>\nendobj\n4 0 obj\n<</Author(%s)>>\nendobj\nxref\n0 1\n0000000000 65535 f \ntrailer\n<</Size 5/Root 1 0 R/Info 4 0 R>>\nstartxref\n9\n%%%%EOF\n", markAuthor)
	part, _ = w.CreateFormFile("file", markName+".txt")
	_, _ = io.WriteString(part, "Our paper says "+markFile+".")
	_ = w.Close()
	status, _ = somebody.ask(http.MethodPost, respond+"/F1", w.FormDataContentType(), body.Bytes())
	somebody.must("files", status, http.StatusSeeOther)
	_, page := somebody.ask(http.MethodGet, respond+"/check", "", nil)
	form := url.Values{"website": {markField}, "work": {markField}}
	if m := tokenField.FindStringSubmatch(page); m != nil {
		form.Set("token", m[1])
	}
	status, _ = somebody.post(respond+"/check", form)
	somebody.must("sending", status, http.StatusSeeOther)

	// Somebody leaves in the middle.
	leaving := newVisitor(t, p.url)
	leaving.post(respond, url.Values{"lang": {"en"}})
	status, _ = leaving.post(respond+"/C6", url.Values{"text": {"I wrote " + markUnsent}})
	leaving.must("words that are not sent", status, http.StatusSeeOther)

	stranger, answering, officer := newVisitor(t, p.url), newVisitor(t, p.url), newVisitor(t, p.url)
	answering.post(respond, url.Values{"lang": {"en"}})
	status, _ = officer.post("/staff/sign-in", url.Values{"email": {"officer@penrow.example"}, "password": {"seven pale lanterns by the quay"}})
	officer.must("signing in", status, http.StatusSeeOther)
	paths := served(t, c.ID, "none")
	public := slices.DeleteFunc(slices.Clone(paths), func(p string) bool { return strings.HasPrefix(p, "/staff") })
	stranger.everywhere(paths, c.ID, whole)
	answering.everywhere(public, c.ID, whole)
	officer.everywhere(slices.DeleteFunc(slices.Clone(paths), func(p string) bool { return slices.Contains(public, p) }), c.ID, whole)
	asked := stranger.asked + answering.asked + officer.asked

	files := map[string][]byte{}
	look := func(when string) (searched int) {
		t.Helper()
		clear(files)
		for _, folder := range []string{cfg.Data, outside, filepath.Dir(logs)} {
			err := filepath.WalkDir(folder, func(name string, d fs.DirEntry, err error) error {
				if err != nil || d.IsDir() {
					return nil // it may be gone since
				}
				if files[name], err = os.ReadFile(name); err != nil {
					delete(files, name)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		tables := dump(t, cfg.Database)
		for column, values := range tables {
			files["table "+column] = []byte(strings.Join(values, "\n"))
		}
		for name, content := range files {
			searched += len(content)
			for _, mark := range marksLost {
				for _, as := range written(mark) {
					if bytes.Contains(content, []byte(as)) || strings.Contains(name, as) {
						t.Errorf("%s: %q is in %s", when, mark, filepath.Base(name))
					}
				}
			}
		}
		return searched
	}
	searched := look("while it runs")
	// The words that were sent are where they belong and nowhere else.
	wait(t, func() bool { // until they can be searched
		return len(holds(t, filepath.Join(cfg.Data, "index"), markSent)) > 0
	})
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Wait(); err != nil {
		said, _ := os.ReadFile(logs)
		t.Logf("stopped with %v, as where background work takes long: %s", err, said)
	}
	searched += look("after it has stopped")
	inWords := 0
	for name, content := range files {
		base := strings.TrimPrefix(name, "table ")
		database := strings.HasPrefix(filepath.Base(name), "heard.db")
		index := strings.HasPrefix(name, filepath.Join(cfg.Data, "index"))
		if bytes.Contains(content, []byte(markSent)) {
			if inWords++; !database && !index && !strings.HasPrefix(name, "table answers.") {
				t.Errorf("words that were sent are in %s", base)
			}
		}
		if bytes.Contains(content, []byte(markTakenOut)) && !database && !strings.HasPrefix(name, "table answers.text") {
			t.Errorf("what is taken out of words is in %s", base)
		}
		if bytes.Contains(content, []byte(markFile)) && !database && !index && !strings.HasPrefix(name, "table attachments.") && !strings.HasPrefix(name, filepath.Join(cfg.Data, "files")) {
			t.Errorf("words of a file are in %s", base)
		}
	}
	if inWords == 0 {
		t.Error("the words that were sent are nowhere: this test looks in the wrong place")
	}
	// Exact times are kept of what ends by itself, and of nobody's answers.
	short := map[string]bool{"drafts.expires": true, "draft_files.expires": true, "jobs.run_at": true, "jobs.leased_until": true, "goose_db_version.tstamp": true,
		"sessions.expiry": true, "staff_sessions.idle": true, "staff_sessions.ends": true, "staff_sessions.proved": true, "sign_in_attempts.until": true, "reading_claims.until": true, "coding_claims.until": true, "redaction_sheets.open_until": true}
	for column, values := range dump(t, cfg.Database) {
		if i := slices.IndexFunc(values, exact); i >= 0 && !short[column] {
			t.Errorf("%s holds an exact time: %.60q", column, values[i])
		}
	}
	attached := 0
	for name := range files {
		if info, err := os.Stat(name); err == nil && strings.HasPrefix(name, filepath.Join(cfg.Data, "files")) {
			if attached++; exact(fmt.Sprint(info.ModTime().Unix())) {
				t.Errorf("an attached file is of %v", info.ModTime())
			}
		}
	}
	if attached == 0 {
		t.Error("there is no attached file: this test looks in the wrong place")
	}
	said, err := os.ReadFile(logs)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(said)) {
		if clockTime.MatchString(line) || strings.Contains(line, "127.0.0.1") {
			t.Errorf("the log tells a time or an address: %s", line)
		}
	}
	t.Logf("%d requests to %d addresses with %d marks each way; %d files and columns, %.1f MB searched, %d lines of log", asked, len(paths), len(marksLost), len(files), float64(searched)/1e6, bytes.Count(said, []byte("\n")))
}
