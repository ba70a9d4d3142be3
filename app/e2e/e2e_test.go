//go:build browser

package e2e_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"heard/app"
	"heard/app/consult"
	"heard/app/demo"
	"heard/app/web"
	"heard/models"
	"heard/models/storetest"
)

var screens = flag.String("screens", "", "write pictures of every page into this `folder` instead of following the journeys")

// exitTo is the neutral page of these tests. It exists nowhere: the journeys
// answer for it themselves.
const exitTo = "https://weather.example/"

// TestJourneys gives each journey a portal of its own, so that none sees what
// another did.
func TestJourneys(t *testing.T) {
	if *screens != "" {
		t.Skip("taking pictures instead, because of -screens")
	}
	journeys, err := filepath.Glob("*.test.mjs")
	if err != nil || len(journeys) == 0 {
		t.Fatalf("found no journeys beside this test: %v", err)
	}
	for _, journey := range journeys {
		t.Run(strings.TrimSuffix(journey, ".test.mjs"), func(t *testing.T) {
			t.Parallel()
			node(t, journey, "--test", "--test-reporter=spec", journey)
		})
	}
}

// TestScreens takes pictures of every page.
func TestScreens(t *testing.T) {
	if *screens == "" {
		t.Skip("no pictures are taken without -screens FOLDER")
	}
	folder, err := filepath.Abs(*screens)
	if err != nil {
		t.Fatal(err)
	}
	node(t, "screens.mjs", "screens.mjs", folder)
}

// node runs a script against a portal with the demonstration and the small
// consultations of testdata. The script finds in its environment where the
// portal is (E2E_URL), the demonstration (E2E_ID) and what each of its paths
// asks (E2E_PATHS), where "Exit this page" leads (E2E_EXIT), who can sign in
// (E2E_ACCOUNTS) and the addresses that staff open (E2E_STAFF). At its end the
// record of acts has to hold those of the journey, in an unbroken chain.
func node(t *testing.T, script string, args ...string) {
	ctx := t.Context()
	var logged bytes.Buffer
	dir := t.TempDir()
	signIn, second := strings.HasPrefix(script, "sign-in"), "offered"
	if signIn { // as in a real portal
		second = "required"
	}
	modelURL, modelChat := "", ""
	if strings.HasPrefix(script, "drafted") {
		modelURL, modelChat = drafter(t), "invented"
	}
	a, err := app.New(ctx, app.Config{SecondFactor: second, ModelURL: modelURL, ModelChat: modelChat,
		Addr: "127.0.0.1:0", Data: dir, Database: "sqlite:" + filepath.Join(dir, "heard.db"), Search: "bleve:" + filepath.Join(dir, "index"),
		Files: "file://" + filepath.ToSlash(filepath.Join(dir, "files")), Secret: strings.Repeat("k", 32), ExitTo: exitTo, WordNet: "none",
	}, app.Options{Log: slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelError}))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(context.WithoutCancel(ctx)); err != nil {
			t.Error(err)
		}
		if logged.Len() > 0 {
			t.Errorf("the portal complained:\n%s", &logged)
		}
	})
	c := openDemo(t, a)
	openOthers(t, a)
	if strings.HasPrefix(script, "helper") { // which counts who answered
		source, err := demo.Source(time.Now())
		if err != nil {
			t.Fatal(err)
		}
		openFile(t, a, "night-van.yaml", regexp.MustCompile(`(?m)^id: .*$`).ReplaceAll(source, []byte("id: night-van")))
	}
	paths, err := json.Marshal(asked(c))
	if err != nil {
		t.Fatal(err)
	}
	everybody := signUp(t, a)
	accounts, err := json.Marshal(everybody)
	if err != nil {
		t.Fatal(err)
	}
	if readIn.MatchString(script) {
		officer, err := a.Store.UserByEmail(ctx, everybody[models.RoleOfficer].Email)
		if err != nil {
			t.Fatal(err)
		}
		storetest.ReadAll(t, a.Store, c.ID, officer.ID)
	}
	if !strings.HasPrefix(script, "redaction") { // which is about what has not been checked
		storetest.CheckAll(t, a.Store, c.ID, "first", "second")
	}
	if err := a.Start(ctx); err != nil {
		t.Fatal(err)
	}

	address := a.URL()
	if signIn { // passkeys belong to a name
		address = strings.Replace(address, "127.0.0.1", "localhost", 1)
	}
	cmd := exec.CommandContext(ctx, "node", args...)
	cmd.Env = append(os.Environ(), "E2E_URL="+address, "E2E_ID="+c.ID, "E2E_PATHS="+string(paths), "E2E_EXIT="+exitTo, "E2E_ACCOUNTS="+string(accounts), "E2E_STAFF="+strings.Join(web.StaffPages(), " "))
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	// The script closes its browser when it is asked to end.
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	if err := cmd.Run(); err != nil {
		t.Errorf("node %s: %v", strings.Join(args, " "), err)
		return
	}
	if err := a.Store.RecordRespondents(ctx, "9999-12-31"); err != nil { // of today
		t.Fatal(err)
	}
	if _, _, err := a.Store.VerifyAudit(ctx); err != nil {
		t.Errorf("the record of acts: %v", err)
	}
	trail, err := a.Store.AuditTrail(ctx, "", 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	done := map[string]int{}
	for _, e := range trail {
		done[e.Action]++
	}
	t.Logf("acts on record: %v", done)
	for _, act := range strings.Fields(recorded[strings.TrimSuffix(script, ".test.mjs")]) {
		if done[act] == 0 {
			t.Errorf("the journey did %s, which is not on record", act)
		}
	}
}

// drafter is a language model of sorts, on loopback: what it says of passages is a
// sentence that stands in one of them.
func drafter(t *testing.T) (url string) {
	plain := regexp.MustCompile(`^[A-Z][a-z’' ,-]{40,160}$`)
	speaks := regexp.MustCompile(`(?i)\b(i|i'm|me|my|we|us|our|you|your|they're|not)\b`)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var request struct{ Messages []struct{ Content string } }
		var passages []struct {
			Number int
			Text   string
		}
		if err := json.NewDecoder(r.Body).Decode(&request); err != nil || len(request.Messages) != 2 {
			http.Error(w, "expected two messages", http.StatusBadRequest)
			return
		}
		_ = json.Unmarshal([]byte(request.Messages[1].Content), &passages)
		type sentence struct {
			Text  string `json:"text"`
			Cites []int  `json:"cites"`
		}
		said := []sentence{}
		for _, p := range passages {
			for _, s := range strings.Split(strings.TrimSuffix(p.Text, "."), ". ") {
				if plain.MatchString(s) && !speaks.MatchString(s) {
					said = append(said, sentence{s + ".", []int{p.Number}})
				}
			}
		}
		answer, _ := json.Marshal(map[string]any{"name": "", "sentences": said[:min(len(said), 3)]})
		_ = json.NewEncoder(w).Encode(map[string]any{"choices": []any{map[string]any{"message": map[string]any{"role": "assistant", "content": string(answer)}}}})
	}))
	t.Cleanup(s.Close)
	return s.URL + "/v1"
}

// readIn are the journeys to begin with everything read, which another is about.
var readIn = regexp.MustCompile(`^(report|public-report|earlier|drafted|organisation|erasure|every-page|log|screens)\b`)

// recorded is what has to be on record at the end of a journey.
var recorded = map[string]string{
	"helper":    "submission.received submission.read redactions.checked redactions.approved report.proposed report.published",
	"reading":   "submission.read attachment.summarised submission.rich consultation.closed consultation.frozen",
	"duties":    "consultation.saved consultation.open consultation.paused consultation.resumed consultation.closed duty.recorded dates.changed calendar.shared calendar.revoked register.added",
	"erasure":   "request.logged request.answered erasure.asked erasure.done erasure.words request.redacted redactions.decided report.struck submission.withdrawn held.deleted",
	"redaction": "redactions.decided redactions.checked redactions.approved submission.original-read",
	"keying":    "keying.batch-opened submission.keyed keying.batch-finished keying.checked keying.settled keying.corrected keying.slip-printed-again scan.opened import.columns-kept submissions.imported",
	"coding":    "answer.coded answer.coded-blind answers.moved theme.added theme.approved theme.defined theme.merged theme.out-of-scope theme.put-under theme.renamed theme.split theme.unmerged"}

// openDemo stores the demonstration, opens it, and brings its index and themes
// up to date.
func openDemo(t *testing.T, a *app.App) *models.Consultation {
	t.Helper()
	ctx, now := t.Context(), time.Now()
	c, source, err := demo.Consultation(now)
	if err != nil {
		t.Fatal(err)
	}
	subs, err := demo.Submissions(c, now)
	if err != nil {
		t.Fatal(err)
	}
	if c, err = a.Service.SaveConsultation(ctx, consult.Portal, c.ID+".yaml", source); err != nil {
		t.Fatal(err)
	}
	for _, r := range demo.Duties(c, now) {
		if err := a.Service.RecordDuty(ctx, consult.Portal, c, r); err != nil {
			t.Fatal(err)
		}
	}
	for _, e := range demo.Register(c, now) {
		if err := a.Service.KeepEntry(ctx, consult.Portal, c, e); err != nil {
			t.Fatal(err)
		}
	}
	storetest.MeetDuties(t, a.Store, c.ID)
	if err := a.Service.Move(ctx, consult.Portal, c, models.StatusOpen); err != nil {
		t.Fatal(err)
	}
	if err := a.Service.Load(ctx, consult.Portal, subs); err != nil {
		t.Fatal(err)
	}
	for _, answers := range demo.Equality(c) {
		if err := a.Store.SaveEquality(ctx, c.ID, answers); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Drain(ctx); err != nil {
		t.Fatal(err)
	}
	return c
}

// openOthers stores and opens the consultations of testdata: one that asks every
// kind of question, one that is not open yet and one that is over.
func openOthers(t *testing.T, a *app.App) {
	t.Helper()
	names, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(names) == 0 {
		t.Fatalf("found no consultations in testdata: %v", err)
	}
	for _, name := range names {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		openFile(t, a, filepath.Base(name), source)
	}
}

// openFile opens the consultation of a file.
func openFile(t *testing.T, a *app.App, name string, source []byte) {
	t.Helper()
	c, err := a.Service.SaveConsultation(t.Context(), consult.Portal, name, source)
	if err != nil {
		t.Fatalf("%v: %v", err, models.FieldsOf(err))
	}
	storetest.MeetDuties(t, a.Store, c.ID)
	if err := a.Service.Move(t.Context(), consult.Portal, c, models.StatusOpen); err != nil {
		t.Fatal(err)
	}
}

// asked lists the questions of each path, in order, without the pages that ask
// nothing.
func asked(c *models.Consultation) [][]string {
	paths := make([][]string, len(c.Paths))
	for i, p := range c.Paths {
		for _, id := range p.Ask {
			if c.Question(id).Type != models.TypeInfo {
				paths[i] = append(paths[i], id)
			}
		}
	}
	return paths
}

type account struct {
	Email    string `json:"email"`
	Password string `json:"password"`
}

// signUp makes one account for each role, and one more for a second officer.
func signUp(t *testing.T, a *app.App) map[models.Role]account {
	t.Helper()
	accounts := map[models.Role]account{}
	for _, name := range append(slices.Clone(models.Roles), "second") {
		role, u := name, account{Email: string(name) + "@demo.example", Password: "a long enough password"}
		if name == "second" {
			role = models.RoleOfficer
		}
		token, err := a.Service.Invite(t.Context(), consult.Portal, u.Email, role)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.Service.Accept(t.Context(), token, "", u.Password); err != nil {
			t.Fatal(err)
		}
		accounts[name] = u
	}
	return accounts
}
