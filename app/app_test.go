package app

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"heard/app/consult"
	"heard/app/demo"
	"heard/app/measured"
	"heard/app/theme"
	"heard/models"
	"heard/models/storetest"
)

// heard runs the program and returns its exit code and what it wrote.
func heard(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	return heardUntil(t, t.Context(), args...)
}

func heardUntil(t *testing.T, ctx context.Context, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	for _, name := range secrets { // a run sets what it reads from files
		t.Setenv(name, os.Getenv(name))
	}
	if os.Getenv("HEARD_WORDNET") == "" {
		t.Setenv("HEARD_WORDNET", "none") // the same themes on every machine
	}
	var out, err bytes.Buffer
	code = Main(ctx, args, &out, &err)
	return code, out.String(), err.String()
}

func file(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// sayings is a CSV file with n answers about each of three subjects.
func sayings(n int) string {
	subjects := [][]string{
		strings.Fields("needles syringes condoms litter pavement doorstep nursery bins sweeping gutters"),
		strings.Fields("wardens fines patrol uniform officers penalty moved chased harassed court"),
		strings.Fields("lighting lamps bulbs alley towpath shadows lamppost torch bridge canal"),
	}
	var b strings.Builder
	b.WriteString("id,group,words\n")
	for i := range n {
		for s, w := range subjects {
			pick := func(j int) string { return w[(i*7+j*j+i*j)%len(w)] }
			fmt.Fprintf(&b, "p%d-%d,%s,\"I keep seeing %s and %s here, then %s with %s, and more %s.\"\n", s, i, []string{"Residents", "Traders"}[i%2], pick(0), pick(1), pick(2), pick(3), pick(4))
		}
	}
	return b.String()
}

// Faults in the settings stop the start with one clear line.
func TestFaultsInSettings(t *testing.T) {
	empty, short := file(t, "empty", " \n"), file(t, "short", "too short\n")
	good := file(t, "good", strings.Repeat("s", 32)+"\n")
	missing := filepath.Join(t.TempDir(), "missing")
	for name, test := range map[string]struct {
		env  map[string]string
		args []string
		says string
	}{
		"database":                  {nil, []string{"--database", "mysql://x"}, "--database: expected sqlite:FILE"},
		"database without a file":   {nil, []string{"--database", "sqlite:"}, "--database"},
		"an address with a fault":   {nil, []string{"--database", "postgres://heard:too short%zz@localhost/x"}, "--database: expected sqlite:FILE"},
		"search":                    {nil, []string{"--search", "elastic"}, "--search: expected bleve:FOLDER"},
		"files":                     {nil, []string{"--files", "/srv/files"}, "--files: expected file:///FOLDER"},
		"url":                       {nil, []string{"--url", "consult.example"}, "--url: expected an address"},
		"virus scanner":             {nil, []string{"--clamd", "localhost"}, "--clamd: expected unix:/SOCKET or tcp:HOST:PORT"},
		"onion":                     {nil, []string{"--onion", "https://consult.example"}, "--onion: expected an address such as http"},
		"model without a scheme":    {nil, []string{"--model-url", "localhost:11434", "--model-embed", "m"}, "--model-url: expected an address such as http://127.0.0.1:11434/v1"},
		"model with a fault":        {nil, []string{"--model-url", "http://u:too short%zz@localhost/v1", "--model-chat", "m"}, "--model-url: expected an address such as"},
		"model with a password":     {map[string]string{"HEARD_MODEL_URL": "http://u:too%20short@localhost/v1", "HEARD_MODEL_CHAT": "m"}, nil, "--model-url: expected an address such as"},
		"model asked for nothing":   {nil, []string{"--model-url", "http://localhost:11434/v1"}, "--model-url: also set --model-embed, --model-chat or both"},
		"model without an address":  {nil, []string{"--model-embed", "m"}, "--model-url: expected the address"},
		"key without an address":    {map[string]string{"HEARD_MODEL_KEY_FILE": short}, nil, "--model-url: expected the address"},
		"empty key of a model":      {map[string]string{"HEARD_MODEL_KEY_FILE": empty}, nil, "HEARD_MODEL_KEY_FILE"},
		"no dictionary there":       {nil, []string{"--wordnet", t.TempDir()}, "--wordnet: expected a folder with data.noun, data.verb, data.adj and data.adv"},
		"exit":                      {nil, []string{"--exit-to", "http://example.org"}, "--exit-to: expected an address"},
		"secret":                    {nil, []string{"--secret", "short"}, "--secret: expected at least 32"},
		"secret in the environment": {map[string]string{"HEARD_SECRET": "short"}, nil, "--secret: expected at least 32"},
		"secret from a file":        {map[string]string{"HEARD_SECRET_FILE": short}, nil, "--secret: expected at least 32"},
		"both":                      {map[string]string{"HEARD_SECRET": strings.Repeat("s", 32), "HEARD_SECRET_FILE": good}, nil, "HEARD_SECRET and HEARD_SECRET_FILE are both set"},
		"missing file":              {map[string]string{"HEARD_SECRET_FILE": missing}, nil, "HEARD_SECRET_FILE"},
		"empty file":                {map[string]string{"HEARD_SECRET_FILE": empty}, nil, "HEARD_SECRET_FILE"},
		"empty database file":       {map[string]string{"HEARD_DATABASE_FILE": empty}, nil, "HEARD_DATABASE_FILE"},
		"unknown flag":              {nil, []string{"--colour", "red"}, "--colour"},
		"unknown command":           {nil, []string{"dance"}, "dance"},
		"missing argument":          {nil, []string{"import", "x", "--text", "words"}, "<file>"},
		"missing input":             {nil, []string{"themes", missing, "--text", "words"}, "missing"},
		"missing flag":              {nil, []string{"themes", good}, "--text"},
		"unknown format":            {nil, []string{"report", "x", "--format", "exe", "--out", "y"}, "--format"},
		"unknown role":              {nil, []string{"user", "add", "a@example.org", "--role", "mayor"}, "--role"},
		"receipt without its log":   {nil, []string{"verify", good}, "--log"},
		"verify what is not there":  {nil, []string{"verify", missing}, "missing"},
	} {
		t.Run(name, func(t *testing.T) {
			for k, v := range test.env {
				t.Setenv(k, v)
			}
			t.Setenv("HEARD_DATA", t.TempDir())
			code, _, stderr := heard(t, append([]string{"migrate"}, test.args...)...)
			if len(test.args) > 0 && !strings.HasPrefix(test.args[0], "--") {
				code, _, stderr = heard(t, test.args...)
			}
			if code != exitUsage {
				t.Errorf("exit code %d, want %d: %s", code, exitUsage, stderr)
			}
			if !strings.HasPrefix(stderr, "heard: ") || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, test.says) {
				t.Errorf("expected one line with %q, got:\n%s", test.says, stderr)
			}
			if strings.Contains(stderr, "too short") {
				t.Error("the secret is shown")
			}
		})
	}
}

func TestHelp(t *testing.T) {
	code, stdout, stderr := heard(t, "--help")
	if code != exitDone || stderr != "" || !strings.Contains(stdout, "HEARD_DATABASE") {
		t.Errorf("exit code %d:\n%s%s", code, stdout, stderr)
	}
	for _, command := range []string{"serve", "demo", "import", "themes", "code", "report", "verify", "user add", "migrate", "reindex", "bench"} {
		if !strings.Contains(stdout, "\n  "+command) {
			t.Errorf("help does not name %q", command)
		}
	}
}

func TestThemesCommand(t *testing.T) {
	in := file(t, "in.csv", sayings(20)+"p0-0,Residents,The same id again.\nbroken\n")
	code, stdout, stderr := heard(t, "themes", in, "--text", "words", "--id", "id", "--group", "group")
	if code != exitDone {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	var result theme.Result
	if err := json.Unmarshal([]byte(stdout), &result); err != nil {
		t.Fatal(err)
	}
	if result.Documents != 60 || result.Seed != 1 || len(result.Assignments) != 60 || len(result.Themes) == 0 {
		t.Errorf("%d documents, seed %d, %d assignments, %d themes", result.Documents, result.Seed, len(result.Assignments), len(result.Themes))
	}
	if !strings.Contains(stderr, "line 62: the id \"p0-0\" is already on line 2") || !strings.Contains(stderr, "line 63: expected 3 columns") {
		t.Errorf("refused rows:\n%s", stderr)
	}
	out := filepath.Join(t.TempDir(), "themes.json")
	if code, silent, stderr := heard(t, "themes", in, "--text", "words", "--id", "id", "--group", "group", "--out", out); code != exitDone || silent != "" {
		t.Errorf("exit code %d, wrote %q (%s)", code, silent, stderr)
	}
	if b, err := os.ReadFile(out); err != nil || string(b) != stdout {
		t.Errorf("the file differs from what is written to the terminal (%v)", err)
	}
	code, _, stderr = heard(t, "themes", in, "--text", "answer")
	if code == exitDone || !strings.Contains(stderr, "id, group, words") || strings.Count(stderr, "\n") != 1 {
		t.Errorf("exit code %d, the columns that there are should be listed:\n%s", code, stderr)
	}
	if code, _, _ := heard(t, "themes", in, "--text", "words", "--out", filepath.Join(t.TempDir(), "no", "such", "folder")); code != exitFailed {
		t.Errorf("exit code %d, want %d", code, exitFailed)
	}
}

func TestCodeCommand(t *testing.T) {
	in := file(t, "in.csv", sayings(10))
	frame := file(t, "frame.csv", "\ufefftheme,name,definition\nlitter,Litter,\"needles, condoms and rubbish on pavements\"\nfines,Fines,wardens who fine people and move them on\nlight,Lighting,lamps and bulbs that are out\n")
	examples := file(t, "examples.csv", "text,theme\nSyringes in the gutters,litter\nThe bulbs on the towpath are gone,light\n")
	code, stdout, stderr := heard(t, "code", in, "--text", "words", "--id", "id", "--frame", frame, "--examples", examples)
	if code != exitDone {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	rows, err := csv.NewReader(strings.NewReader(stdout)).ReadAll()
	if err != nil || len(rows) < 20 || strings.Join(rows[0], ",") != "document,theme,score" {
		t.Fatalf("%d rows (%v), first %v", len(rows), err, rows[:1])
	}
	form := regexp.MustCompile(`^[01]\.\d{4}$`)
	for _, row := range rows[1:] {
		if !form.MatchString(row[2]) || !strings.Contains("litter fines light", row[1]) {
			t.Errorf("row %v", row)
		}
	}
	for name, test := range map[string]struct{ frame, examples, says string }{
		"no such column": {file(t, "f.csv", "theme,title\nx,y\n"), examples, `no column "name": expected theme, name, definition`},
		"empty":          {file(t, "f.csv", ""), examples, "is empty"},
		"unknown theme":  {frame, file(t, "e.csv", "text,theme\nx,nothing\n"), `no theme "nothing"`},
		"broken":         {file(t, "f.csv", "theme,name,definition\n\"x\n"), examples, "cannot be read"},
	} {
		code, stdout, stderr := heard(t, "code", in, "--text", "words", "--frame", test.frame, "--examples", test.examples)
		if code == exitDone || stdout != "" || !strings.Contains(stderr, test.says) {
			t.Errorf("%s: exit code %d, %q does not say %q", name, code, stderr, test.says)
		}
	}
}

// From a spreadsheet to a report, on the command line only.
func TestImportAndReportCommands(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, database string) {
		t.Setenv("HEARD_DATA", t.TempDir())
		t.Setenv("HEARD_DATABASE", database)
		in := file(t, "in.csv", sayings(10)+"x,Residents,\n")
		flags := []string{"--text", "words", "--id", "id", "--group", "group"}
		code, stdout, stderr := heard(t, append([]string{"import", "gathered", in}, flags...)...)
		if code != exitDone || !strings.Contains(stdout, "31 rows: 30 taken, 0 already there, 1 refused") || !strings.Contains(stdout, "line 32: ") || !strings.Contains(stdout, "Made the consultation") {
			t.Fatalf("exit code %d:\n%s%s", code, stdout, stderr)
		}
		code, stdout, stderr = heard(t, append([]string{"import", "gathered", in}, flags...)...)
		if code != exitDone || !strings.Contains(stdout, "31 rows: 0 taken, 30 already there, 1 refused") || strings.Contains(stdout, "Made the consultation") {
			t.Errorf("again: exit code %d:\n%s%s", code, stdout, stderr)
		}
		if code, _, stderr := heard(t, "import", "gathered", in, "--text", "answer"); code == exitDone || !strings.Contains(stderr, "id, group, words") {
			t.Errorf("no such column: exit code %d:\n%s", code, stderr)
		}

		code, stdout, stderr = heard(t, "report", "gathered", "--format", "json", "--out", "-")
		var report models.Report
		if err := json.Unmarshal([]byte(stdout), &report); code != exitDone || err != nil {
			t.Fatalf("report to the terminal: exit code %d, %v:\n%s%s", code, err, stdout, stderr)
		}
		if report.Published || report.RollCall.Submissions != 30 || !strings.Contains(stderr, "30 submissions: ") {
			t.Errorf("report of %d submissions, published %v:\n%s", report.RollCall.Submissions, report.Published, stderr)
		}
		dir := t.TempDir()
		for _, format := range []string{"html", "csv", "json", "docx", "xlsx", "dictionary"} {
			out := filepath.Join(dir, "report."+format)
			code, stdout, stderr := heard(t, "report", "gathered", "--format", format, "--out", out)
			if code != exitDone || !strings.Contains(stdout, "30 submissions: ") {
				t.Errorf("%s: exit code %d:\n%s%s", format, code, stdout, stderr)
			}
			b, err := os.ReadFile(out)
			if err != nil || len(b) == 0 {
				t.Fatalf("%s: %d bytes (%v)", format, len(b), err)
			}
			switch format {
			case "csv":
				if _, err := csv.NewReader(bytes.NewReader(b)).ReadAll(); err != nil {
					t.Errorf("csv: %v", err)
				}
			case "html":
				if !bytes.Contains(b, []byte("</html>")) {
					t.Error("the page does not end")
				}
			}
		}
		t.Setenv("PATH", dir) // where no program is
		out := filepath.Join(dir, "report.pdf")
		if code, _, stderr := heard(t, "report", "gathered", "--format", "pdf", "--out", out); code != exitFailed || !strings.Contains(stderr, "heard: no program that makes PDFs is installed: install Chromium or WeasyPrint\n") {
			t.Errorf("a PDF without a program: exit code %d: %s", code, stderr)
		}
		if _, err := os.Stat(out); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("a PDF that could not be made: %v", err)
		}
		if code, _, stderr := heard(t, "report", "nowhere", "--format", "json", "--out", "-"); code != exitFailed || !strings.Contains(stderr, "There is no such consultation.") {
			t.Errorf("no such consultation: exit code %d: %s", code, stderr)
		}
		if code, stdout, stderr := heard(t, "reindex"); code != exitDone || !strings.HasPrefix(stdout, "30 answers indexed") {
			t.Errorf("reindex: exit code %d: %s%s", code, stdout, stderr)
		}
		if code, stdout, stderr := heard(t, "migrate"); code != exitDone || !strings.Contains(stdout, "at this version") {
			t.Errorf("migrate: exit code %d: %s%s", code, stdout, stderr)
		}
	})
}

// modelServer is a language model that makes vectors, or only errors; it keeps
// what it was sent.
func modelServer(t *testing.T, broken bool) (url string, sent *bytes.Buffer) {
	t.Helper()
	sent = &bytes.Buffer{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(sent, "%s %s\n%s\n", r.URL.Path, r.Header.Get("Authorization"), body)
		if broken {
			http.Error(w, "no room for needles "+r.Header.Get("Authorization"), http.StatusNotFound)
			return
		}
		var request struct{ Input []string }
		_ = json.Unmarshal(body, &request)
		var data []any
		for i, text := range request.Input {
			data = append(data, map[string]any{"index": i, "embedding": []int{len(text), 1}})
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"data": data})
	}))
	t.Cleanup(s.Close)
	return s.URL + "/v1", sent
}

// The optional model gets words without contact details, and its key from a
// file; what it cannot do is told in one line, without words.
func TestModelOnTheCommandLine(t *testing.T) {
	url, sent := modelServer(t, false)
	t.Setenv("HEARD_MODEL_KEY_FILE", file(t, "key", "sk-from-a-file\n"))
	t.Setenv("HEARD_MODEL_KEY", "") // unset again when the test ends
	docs := []theme.Document{{ID: "a", Text: "Needles by the nursery, ring 020 7946 0123 or write to ada@example.org.", Quotable: true}, {ID: "b", Text: " "}, {ID: "c", Text: "Lamps"}}
	asking := func(url string) (*run, *bytes.Buffer) {
		_, cfg, err := parse([]string{"migrate", "--data", t.TempDir(), "--model-url", url, "--model-embed", "nomic"}, io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Unsetenv("HEARD_MODEL_KEY"); err != nil { // the next reads the file again
			t.Fatal(err)
		}
		said := &bytes.Buffer{}
		return &run{ctx: t.Context(), cfg: *cfg, out: io.Discard, err: said}, said
	}
	r, said := asking(url)
	vectors := r.vectors(docs)
	if len(vectors) != 3 || len(vectors[0]) != 2 || vectors[1] != nil || math.Abs(float64(vectors[2][0]/vectors[2][1])-5) > 0.01 || said.Len() != 0 {
		t.Errorf("%v, said %q", vectors, said)
	}
	if got := sent.String(); !strings.HasPrefix(got, "/v1/embeddings Bearer sk-from-a-file\n") || !strings.Contains(got, "Needles by the nursery") || strings.Contains(got, "7946") || strings.Contains(got, "ada@") {
		t.Errorf("sent %s", got)
	}
	url, _ = modelServer(t, true)
	r, said = asking(url)
	if vectors := r.vectors(docs); vectors != nil || said.String() != "The language model at --model-url could not be used, because it answered with status 404. The texts are grouped by their words alone.\n" {
		t.Errorf("%v, said %q", vectors, said)
	}
	if vectors := (&run{ctx: t.Context()}).vectors(docs); vectors != nil {
		t.Errorf("%v without a model", vectors)
	}
}

// A model that is away does not stop the start.
func TestModelIsAway(t *testing.T) {
	cfg := settings(t.TempDir())
	cfg.ModelURL, cfg.ModelEmbed, cfg.ModelChat = "http://127.0.0.1:1/v1", "nomic", "llama"
	a, err := New(t.Context(), cfg, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(a.Start(t.Context()), a.Close(context.Background())); err != nil {
		t.Error(err)
	}
}

// A command that was interrupted has not done what it was asked for.
func TestInterrupted(t *testing.T) {
	t.Setenv("HEARD_DATA", t.TempDir())
	ctx, stop := context.WithCancel(t.Context())
	stop()
	code, _, stderr := heardUntil(t, ctx, "import", "gathered", file(t, "in.csv", sayings(2)), "--text", "words")
	if code != exitFailed || strings.Count(stderr, "heard: ") != 1 {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}

// settings is how a portal is set up in a folder.
func settings(dir string) Config {
	return Config{Addr: "127.0.0.1:0", Data: dir, Database: "sqlite:" + filepath.Join(dir, "heard.db"), Search: "bleve:" + filepath.Join(dir, "index"),
		Files: "file://" + filepath.ToSlash(filepath.Join(dir, "files")), ExitTo: "https://example.org/weather", WordNet: "none"}
}

func TestVerifyCommand(t *testing.T) {
	dir := t.TempDir()
	now := time.Now()
	a, err := New(t.Context(), settings(dir), Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := a.Close(context.Background()); err != nil {
			t.Error(err)
		}
	}()
	c, err := a.fillDemo(t.Context(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if c, err = a.Service.Consultation(t.Context(), consult.Portal, c.ID); err != nil {
		t.Fatal(err)
	}
	key, err := a.Service.StartDraft(t.Context(), c, "en", "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Service.Answer(t.Context(), key, c, "C1", models.Given{Options: []string{"agree"}}); err != nil {
		t.Fatal(err)
	}
	if err := a.Service.Submit(t.Context(), key, c, consult.Proof{}); err != nil {
		t.Fatal(err)
	}
	sent, err := a.Service.Sent(t.Context(), key, c)
	if err != nil {
		t.Fatal(err)
	}
	early, log := t.TempDir(), t.TempDir()
	for _, folder := range []string{early, log} {
		if err := a.Service.LogDaily(t.Context()); err != nil {
			t.Fatal(err)
		}
		writeLog(t, a, c, folder)
		now = now.AddDate(0, 0, 1)
	}
	receipt, since := file(t, "receipt.txt", sent.Receipt), filepath.Join(early, consult.LogCheckpoint)
	for _, test := range []struct {
		args []string
		says string
	}{
		{[]string{log}, "The log is whole: "},
		{[]string{log, "--since", since}, "The log grew out of the earlier one"},
		{[]string{log, "--key", a.Service.LogKey(c)}, "signed with " + a.Service.LogKey(c)},
		{[]string{receipt, "--log", log}, "is in the log of " + c.ID},
	} {
		if code, stdout, stderr := heard(t, append([]string{"verify"}, test.args...)...); code != exitDone || !strings.Contains(stdout, test.says) {
			t.Errorf("verify %v: exit code %d: %s%s", test.args, code, stdout, stderr)
		}
	}
	for _, args := range [][]string{
		{file(t, "not.txt", "hello"), "--log", log},
		{receipt, "--log", early},
		{log, "--key", strings.Replace(a.Service.LogKey(c), "+A", "+B", 1)},
		{early, "--since", filepath.Join(log, consult.LogCheckpoint)},
	} {
		if code, stdout, stderr := heard(t, append([]string{"verify"}, args...)...); code != exitFailed || stdout != "" || stderr == "" {
			t.Errorf("verify %v: exit code %d: %s%s", args, code, stdout, stderr)
		}
	}

	// A report that is not as it was published fails, unless somebody says that words
	// were taken out.
	officers, err := a.demoOfficers(t.Context())
	if err == nil {
		err = a.earlierDemo(t.Context(), now, officers)
	}
	if err != nil {
		t.Fatal(err)
	}
	earlier, _, err := demo.Earlier(demo.Over(now))
	if err == nil {
		earlier, err = a.Service.Consultation(t.Context(), consult.Portal, earlier.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	was := t.TempDir()
	writeLog(t, a, earlier, was)
	data, err := a.Service.ReportFile(t.Context(), earlier, "json")
	if err != nil {
		t.Fatal(err)
	}
	published, altered := file(t, "report.json", string(data)), file(t, "altered.json", strings.Replace(string(data), `"title": "`, `"title": "x`, 1))
	for _, test := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{published}, exitDone, "It is the report that was published"},
		{[]string{altered}, exitFailed, "not those that were published"},
		{[]string{altered, "--struck"}, exitDone, "It is not the report that was published"},
	} {
		if code, stdout, stderr := heard(t, append([]string{"verify", was, "--report"}, test.args...)...); code != test.code || !strings.Contains(stdout+stderr, test.says) {
			t.Errorf("the report %v: exit code %d: %s%s", test.args, code, stdout, stderr)
		}
	}
	t.Setenv("HEARD_DATA", dir)
	if code, stdout, stderr := heard(t, "log-keys"); code != exitDone || !strings.Contains(stdout, a.Service.LogKey(c)+"\n") {
		t.Errorf("the keys: exit code %d: %s%s", code, stdout, stderr)
	}
	leaves := filepath.Join(log, consult.LogLeaves)
	b, err := os.ReadFile(leaves)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(leaves, b[45:], 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"verify", log}, {"verify", receipt, "--log", log}} {
		if code, stdout, stderr := heard(t, args...); code != exitFailed || stdout != "" || stderr == "" {
			t.Errorf("%v with a leaf gone: exit code %d: %s%s", args, code, stdout, stderr)
		}
	}
}

// People change their answers, take them back, and send a file and nothing else;
// officers set one aside. The report holds those that count, each once, and the
// log holds a line for every one that ever came.
func TestReportOfWhatCounts(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, database string) {
		ctx, dir := t.Context(), t.TempDir()
		cfg := settings(dir)
		cfg.Database = database
		a, err := New(ctx, cfg, Options{})
		if err != nil {
			t.Fatal(err)
		}
		open := true
		stop := func() {
			if open {
				open = false
				if err := a.Close(context.Background()); err != nil {
					t.Error(err)
				}
			}
		}
		defer stop()
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		c, source, err := demo.Consultation(time.Now())
		must(err)
		c, err = a.Service.SaveConsultation(ctx, consult.Portal, "c.yaml", source)
		must(err)
		again := func() { // as it is now
			t.Helper()
			c, err = a.Service.Consultation(ctx, consult.Portal, c.ID)
			must(err)
		}
		storetest.MeetDuties(t, a.Store, c.ID)
		must(a.Service.Move(ctx, consult.Portal, c, models.StatusOpen))
		again()

		fill := func(key consult.DraftKey, position, words string) string {
			t.Helper()
			for id, given := range map[string]models.Given{"A1": {Options: []string{"self"}}, "C1": {Options: []string{position}}, "C6": {Text: words}} {
				_, err := a.Service.Answer(ctx, key, c, id, given)
				must(err)
			}
			must(a.Service.Submit(ctx, key, c, consult.Proof{Token: a.Service.Challenge(key)}))
			sent, err := a.Service.Sent(ctx, key, c)
			must(err)
			return strings.Join(sent.Words, " ")
		}
		start := func() consult.DraftKey {
			t.Helper()
			key, err := a.Service.StartDraft(ctx, c, "en", "")
			must(err)
			return key
		}
		stays := fill(start(), "agree", "The lamps by the canal are out.")
		changed := fill(start(), "agree", "Keep the first wording, marmalade.")
		back := fill(start(), "disagree", "I take this back, tangerine.")
		fill(start(), "disagree", "Sent by a program, persimmon.")
		file := start()
		must(a.Service.Attach(ctx, file, c, "notes.txt", strings.NewReader("What I would like to say stands here.")))
		must(a.Service.Submit(ctx, file, c, consult.Proof{Token: a.Service.Challenge(file)}))

		// One is corrected, one taken back, one set aside.
		key, err := a.Service.Correct(ctx, c, changed)
		must(err)
		fill(key, "disagree", "On second thoughts, quince.")
		must(a.Service.Withdraw(ctx, c, back))
		officer := consult.Actor{ID: "officer", Role: models.RoleOfficer}
		for sub, err := range a.Store.Submissions(ctx, c.ID) {
			must(err)
			if answer := sub.Answer("C6"); answer != nil && strings.Contains(answer.Text, "persimmon") {
				must(a.Service.SetAside(ctx, officer, c, sub.ID, models.AsideOther, "sent forty times by a program"))
			}
		}
		must(a.Drain(ctx))

		check := func(r *models.Report, err error) {
			t.Helper()
			must(err)
			if roll := r.RollCall; roll.Submissions != 3 || roll.InThemes+roll.HeardOnce != 2 || roll.ClosedOnly != 1 || roll.Uncounted != 3 {
				t.Errorf("the roll-call has %+v, expected the one that stays, the one that was changed and the file", roll)
			}
			written, err := json.Marshal(r)
			must(err)
			for _, words := range []string{"marmalade", "tangerine", "persimmon"} {
				if bytes.Contains(written, []byte(words)) {
					t.Errorf("%q stands in the report and no longer counts", words)
				}
			}
		}
		check(a.Service.DraftReport(ctx, consult.Portal, c))
		for words, want := range map[string]models.SubmissionStatus{stays: models.SubmissionLive, changed: models.SubmissionLive, back: models.SubmissionWithdrawn} {
			trace, err := a.Service.Trace(ctx, c, words)
			must(err)
			if trace.Status != want || !strings.Contains(trace.Receipt, "leaf: ") {
				t.Errorf("the code leads to a submission that is %s, expected %s, with the receipt %s", trace.Status, want, trace.Receipt)
			}
		}

		must(a.Service.Move(ctx, consult.Portal, c, models.StatusClosed))
		again()
		storetest.ReadAll(t, a.Store, c.ID, officer.ID)
		storetest.CheckAll(t, a.Store, c.ID, officer.ID, "second")
		must(a.Service.Move(ctx, consult.Portal, c, models.StatusFrozen))
		again()
		must(a.Service.ProposeReport(ctx, officer, c, ""))
		again()
		proposed, err := a.Service.Versions(ctx, officer, c)
		must(err)
		must(a.Service.PublishReport(ctx, consult.Actor{ID: "another", Role: models.RoleOfficer}, c, proposed.Proposal.Hash))
		again()
		check(a.Service.Report(ctx, c))

		stop()
		t.Setenv("HEARD_DATA", dir)
		t.Setenv("HEARD_DATABASE", database)
		code, stdout, stderr := heard(t, "report", c.ID, "--format", "csv", "--out", filepath.Join(dir, "report.csv"))
		if code != exitDone || !strings.HasPrefix(stdout, "3 submissions: ") {
			t.Errorf("exit code %d:\n%s%s", code, stdout, stderr)
		}
	})
}

// The demonstration comes up whole, says where it is, and leaves nothing.
func TestDemoCommand(t *testing.T) {
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	t.Setenv("HEARD_ADDR", "127.0.0.1:0")
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	out := &waiting{text: "Stop with Ctrl-C.", then: stop}
	var stderr bytes.Buffer
	if code := Main(ctx, []string{"demo"}, out, &stderr); code != exitDone {
		t.Fatalf("exit code %d: %s", code, stderr.String())
	}
	said := out.String()
	for _, want := range []string{"198 invented submissions", "which has closed", "read all but 7 of them", "Councillors can search the words of the 143", "http://127.0.0.1:", "/pspo-renewal", "/try-the-form", "officer@demo.example"} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q:\n%s", want, said)
		}
	}
	if left, err := os.ReadDir(temporary); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v (%v)", left, err)
	}
}

// waiting is a writer that does something once a text was written to it.
type waiting struct {
	bytes.Buffer
	text string
	then func()
}

func (w *waiting) Write(b []byte) (int, error) {
	n, err := w.Buffer.Write(b)
	if strings.Contains(w.Buffer.String(), w.text) {
		w.then()
	}
	return n, err
}

// Each measurement runs through, with few answers.
func TestBenchCommand(t *testing.T) {
	t.Setenv("HEARD_DATABASE", "")
	t.Setenv("HEARD_SEARCH", "")
	for part, wants := range map[string]string{"intake": "stored and receipted", "themes": "listed singly"} {
		code, stdout, stderr := heard(t, "bench", part, "--n", "40", "--json")
		var result struct {
			Part    string
			Figures []struct {
				Name  string
				Value float64
			}
		}
		if err := json.Unmarshal([]byte(stdout), &result); code != exitDone || err != nil || result.Part != part {
			t.Errorf("%s: exit code %d, %v: %s%s", part, code, err, stdout, stderr)
			continue
		}
		if !strings.Contains(stdout, `"name":"`+wants+`"`) || result.Figures[0].Value != 40 {
			t.Errorf("%s: %s", part, stdout)
		}
	}
}

// A report is measured in every format, each figure held to its goal.
func TestBenchReport(t *testing.T) {
	t.Setenv("HEARD_DATABASE", "")
	t.Setenv("HEARD_SEARCH", "")
	code, stdout, stderr := heard(t, "bench", "report", "--n", "40", "--json")
	var result struct{ Rows []measured.Row }
	if err := json.Unmarshal([]byte(stdout), &result); code != exitDone || err != nil || len(result.Rows) != 3 {
		t.Fatalf("exit code %d, %v: %s%s", code, err, stdout, stderr)
	}
	names := []string{"built", "page", "size of the page", "most memory"}
	for _, f := range reportFormats {
		names = append(names, strings.ToUpper(f))
	}
	for _, f := range result.Rows[2].Figures {
		if f.Pass != nil {
			names = slices.DeleteFunc(names, func(name string) bool { return name == f.Name })
		}
	}
	if len(names) > 0 {
		t.Errorf("no goal for %v: %s", names, stdout)
	}
}

// With --data, themes are measured on coded text; where there is none, every
// row says so. The portal's own folder, named by HEARD_DATA, is not meant.
func TestBenchOnCodedText(t *testing.T) {
	empty := t.TempDir()
	code, stdout, stderr := heard(t, "bench", "themes", "--data", empty)
	if code != exitDone || strings.Count(stdout, "SKIPPED: ") < 10 || !strings.Contains(stdout, "banking77/queries.csv is not here") {
		t.Errorf("exit code %d: %s%s", code, stdout, stderr)
	}
	code, stdout, stderr = heard(t, "bench", "themes", "--data", empty, "--only", "minority", "--json")
	var result struct {
		Part, Go string
		CPUs     int
		Rows     []struct{ ID, Name, Skipped string }
	}
	if err := json.Unmarshal([]byte(stdout), &result); code != exitDone || err != nil || result.CPUs < 1 || len(result.Rows) != 3 || result.Rows[0].Skipped == "" {
		t.Errorf("exit code %d, %v: %s%s", code, err, stdout, stderr)
	}
	for _, args := range [][]string{{"themes", "--data", empty, "--only", "nothing"}, {"themes", "--only", "names"}, {"report", "--data", empty, "--only", "names"}} {
		if code, stdout, stderr := heard(t, append([]string{"bench"}, args...)...); code != exitUsage || !strings.Contains(stderr, "--only") {
			t.Errorf("%v: exit code %d: %s%s", args, code, stdout, stderr)
		}
	}
	t.Setenv("HEARD_DATA", empty)
	if code, stdout, stderr := heard(t, "bench", "themes", "--n", "40"); code != exitDone || !strings.Contains(stdout, "listed singly") {
		t.Errorf("exit code %d: %s%s", code, stdout, stderr)
	}
}

// Redaction is measured on the program's own set; with --data on Presidio's, too,
// or it says that it is not there.
func TestBenchRedact(t *testing.T) {
	code, stdout, stderr := heard(t, "bench", "redact", "--data", t.TempDir())
	for _, want := range []string{"speed, ordinary answers", "UK, held back", "obfuscated spellings", "false alarms per 100 words", "SKIPPED: "} {
		if code != exitDone || !strings.Contains(stdout, want) {
			t.Fatalf("exit code %d, no %q: %s%s", code, want, stdout, stderr)
		}
	}
	code, stdout, stderr = heard(t, "bench", "redact", "--json")
	var result struct {
		Part string
		Sets []struct {
			Set  string
			Rows []struct{ Marked, Found int }
		}
	}
	if err := json.Unmarshal([]byte(stdout), &result); code != exitDone || err != nil || result.Part != "redact" || len(result.Sets) != 3 || len(result.Sets[0].Rows) < 10 {
		t.Errorf("exit code %d, %v: %s%s", code, err, stdout, stderr)
	}
}

func TestUserAddCommand(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("HEARD_DATA", dir)
	code, stdout, stderr := heard(t, "user", "add", "Ines@Example.org", "--role", "analyst", "--url", "https://consult.example/")
	link := regexp.MustCompile(`https://consult\.example/staff/welcome\?token=(\S+)`).FindStringSubmatch(stdout)
	if code != exitDone || link == nil {
		t.Fatalf("exit code %d:\n%s%s", code, stdout, stderr)
	}
	a, err := New(t.Context(), settings(dir), Options{})
	if err != nil {
		t.Fatal(err)
	}
	u, err := a.Service.Accept(t.Context(), link[1], "", "a long enough password")
	if err != nil || u.Email != "ines@example.org" || u.Role != models.RoleAnalyst {
		t.Errorf("accepted as %+v (%v)", u, err)
	}
	if err := a.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if code, _, stderr := heard(t, "user", "add", "not an address", "--role", "analyst"); code == exitDone || !strings.Contains(stderr, "email") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}

// A second process on the same folder is told so and does not hang.
func TestTwoOnOneFolder(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("HEARD_DATA", dir)
	a, err := New(t.Context(), settings(dir), Options{})
	if err != nil {
		t.Fatal(err)
	}
	code, _, stderr := heard(t, "reindex")
	if code != exitFailed || !strings.Contains(stderr, "in use by another process") || strings.Count(stderr, "heard: ") != 1 {
		t.Errorf("exit code %d:\n%s", code, stderr)
	}
	if err := a.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if code, _, stderr := heard(t, "reindex"); code != exitDone {
		t.Errorf("after the first has ended: exit code %d:\n%s", code, stderr)
	}
}

// A search server that is away stops a command with one line.
func TestSearchIsAway(t *testing.T) {
	t.Setenv("HEARD_DATA", t.TempDir())
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := nobody.Addr().String()
	if err := nobody.Close(); err != nil {
		t.Fatal(err)
	}
	code, _, stderr := heard(t, "reindex", "--search", "http://"+address)
	if code != exitFailed || strings.Count(stderr, "heard: ") != 1 || !strings.Contains(stderr, "search") {
		t.Errorf("exit code %d:\n%s", code, stderr)
	}
}

// The secret is made once, is for its owner alone, and is not replaced when it
// is broken: receipt codes cannot be found without it.
func TestSecretInTheDataFolder(t *testing.T) {
	cfg := Config{Data: t.TempDir()}
	first, err := cfg.pepper()
	if err != nil || len(first) < 32 {
		t.Fatalf("%d bytes (%v)", len(first), err)
	}
	again, err := cfg.pepper()
	if err != nil || !bytes.Equal(first, again) {
		t.Errorf("another secret at the second start (%v)", err)
	}
	name := filepath.Join(cfg.Data, "secret")
	info, err := os.Stat(name)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if err := os.WriteFile(name, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := cfg.pepper(); err == nil || !strings.Contains(err.Error(), "restore it from a backup") {
		t.Errorf("an empty secret: %v", err)
	}
	cfg.Secret = strings.Repeat("s", 32)
	if got, err := cfg.pepper(); err != nil || string(got) != cfg.Secret {
		t.Errorf("a secret from the settings: %q, %v", got, err)
	}
}

// Beside an exact time, an event could be matched with somebody's visit.
func TestLoggerTellsDaysOnly(t *testing.T) {
	var b bytes.Buffer
	log := (&run{err: &b}).logger()
	log.Info("something happened", "n", 1)
	log.WithGroup("g").With("a", 1).Error("and again")
	today := time.Now().UTC().Format(time.DateOnly)
	for line := range strings.Lines(b.String()) {
		if !strings.HasPrefix(line, "day="+today) {
			t.Errorf("the line begins otherwise: %s", line)
		}
		if strings.Contains(line, "time=") || regexp.MustCompile(`\d{1,2}:\d{2}`).MatchString(line) {
			t.Errorf("the line tells a time: %s", line)
		}
	}
	if n := strings.Count(b.String(), "\n"); n != 2 {
		t.Errorf("%d lines, want 2", n)
	}
}

// A portal serves, says that it is ready, and stops when told to.
func TestStartAndStop(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	a, err := New(ctx, settings(t.TempDir()), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Start(ctx); err != nil {
		t.Fatal(err)
	}
	addr := strings.TrimPrefix(a.URL(), "http://")
	if code, _, stderr := heard(t, "healthy", "--addr", addr); code != exitDone {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	// Somebody else has the address.
	other, err := New(ctx, settings(t.TempDir()), Options{})
	if err != nil {
		t.Fatal(err)
	}
	other.Config.Addr = addr
	if err := other.Start(ctx); err == nil || !strings.Contains(err.Error(), "listen on "+addr) {
		t.Errorf("two on one address: %v", err)
	}
	if err := other.Close(ctx); err != nil {
		t.Error(err)
	}
	stop()
	if err := a.Run(ctx); err != nil {
		t.Errorf("stopped with %v", err)
	}
	if err := a.Close(ctx); err != nil {
		t.Errorf("close: %v", err)
	}
	if code, _, _ := heard(t, "healthy", "--addr", addr); code != exitFailed {
		t.Errorf("stopped, yet healthy: exit code %d", code)
	}
}

// Drafts that died are not only closed but gone from the database.
func TestDeadDraftsAreRemoved(t *testing.T) {
	cfg := settings(t.TempDir())
	clock := storetest.NewClock("2026-11-23T09:30:00Z")
	a, err := New(t.Context(), cfg, Options{Now: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := a.Close(context.Background()); err != nil {
			t.Error(err)
		}
	}()
	c, err := a.fillDemo(t.Context(), clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", strings.TrimPrefix(cfg.Database, "sqlite:"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	drafts := func() (n int) {
		if err := db.QueryRow("SELECT COUNT(*) FROM drafts").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if c, err = a.Service.Consultation(t.Context(), consult.Portal, c.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Service.StartDraft(t.Context(), c, "en", ""); err != nil {
		t.Fatal(err)
	}
	clock.Advance(consult.DraftLife - time.Minute)
	if _, err := a.Service.StartDraft(t.Context(), c, "en", ""); err != nil {
		t.Fatal(err)
	}
	if drafts() != 2 {
		t.Fatalf("%d drafts, want 2", drafts())
	}
	clock.Advance(time.Minute)
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if drafts() != 1 {
		t.Errorf("%d drafts are kept, want the one that is alive", drafts())
	}
}
