package consult_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	bip39 "github.com/tyler-smith/go-bip39"

	"heard/app/consult"
	"heard/app/ledger"
	"heard/models"
	"heard/search"
)

// Whatever part of sending fails, nothing of it stays, and sending again works.
func TestSubmitIsAllOrNothing(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		all := []string{"submissions", "answers", "leaves", "audit_pending", "jobs"}
		for _, broken := range append(slices.Clone(all), "drafts") {
			before := k.tables(t, all...)
			key := k.fill(t, c, resident("The lamps are out again.", true))
			mend := k.breakTable(t, broken)
			err := k.Submit(ctx, key, c, consult.Proof{})
			mend()
			if err == nil {
				t.Fatalf("%s cannot be written and yet it was sent", broken)
			}
			if strings.Contains(err.Error(), "lamps") {
				t.Errorf("%s: the error repeats an answer: %v", broken, err)
			}
			if diff := cmp.Diff(before, k.tables(t, all...)); diff != "" {
				t.Errorf("%s cannot be written, yet rows were left (-before +after):\n%s", broken, diff)
			}
			d, err := k.LoadDraft(ctx, key)
			noError(t, err)
			if d.Sent || d.Answers["C6"].Text == "" {
				t.Errorf("%s cannot be written, yet the draft is %+v", broken, d)
			}
			if _, err := k.receipt(key, c); models.KindOf(err) != models.KindNotFound {
				t.Errorf("%s cannot be written, yet there is a receipt (%v)", broken, err)
			}
			noError(t, k.Submit(ctx, key, c, consult.Proof{}))
			after := k.tables(t, "submissions", "leaves")
			if after["submissions"] != before["submissions"]+1 || after["leaves"] != before["leaves"]+1 {
				t.Errorf("sending again after a fault: %v, before %v", after, before)
			}
		}
	})
}

// A draft that cannot be marked as sent is a whole fault as well: the code
// would be lost.
func TestSubmitOnAClosedStore(t *testing.T) {
	k := one(t)
	c := k.demo(t)
	key := k.fill(t, c, resident("The lamps are out again.", true))
	noError(t, k.store.Close())
	if err := k.Submit(ctx, key, c, consult.Proof{}); err == nil {
		t.Error("sent into a closed store")
	}
}

func TestSubmitTwiceIsOne(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		key := k.fill(t, c, resident("The lamps are out again.", true))
		var senders sync.WaitGroup
		codes := make([]string, 10)
		for i := range codes {
			senders.Go(func() {
				if err := k.Submit(ctx, key, c, consult.Proof{}); err != nil {
					t.Errorf("sender %d: %v", i, err)
					return
				}
				words, err := k.receipt(key, c)
				if err != nil {
					t.Errorf("sender %d: %v", i, err)
				}
				codes[i] = strings.Join(words, " ")
			})
		}
		senders.Wait()
		noError(t, k.Submit(ctx, key, c, consult.Proof{}))
		if first := codes[0]; len(strings.Fields(first)) != 12 || slices.ContainsFunc(codes, func(s string) bool { return s != first }) {
			t.Errorf("codes differ: %q", codes)
		}
		if got := k.tables(t, "submissions", "leaves"); got["submissions"] != 1 || got["leaves"] != 1 {
			t.Errorf("sent 11 times: %v", got)
		}
		k.recorded(t)
		trail, err := k.store.AuditTrail(ctx, c.ID, 0)
		noError(t, err)
		received := 0
		for _, e := range trail {
			if e.Action == "submission.received" {
				received++
				if e.Time != "" || e.Actor != models.ActorRespondent {
					t.Errorf("the record tells when, or who: %+v", e)
				}
			}
		}
		if received != 1 {
			t.Errorf("recorded %d times", received)
		}
		// Also once the consultation is over, and never again as something else.
		k.clock.Advance(20 * time.Minute)
		later := k.move(t, c, models.StatusClosed)
		noError(t, k.Submit(ctx, key, later, consult.Proof{}))
		if _, err := k.Answer(ctx, key, c, "C1", ticks("disagree")); models.KindOf(err) != models.KindNotFound {
			t.Errorf("a sent draft was answered: %v", err)
		}
	})
}

// databaseBytes is all that the database files hold.
func databaseBytes(t *testing.T, k *kit) []byte {
	t.Helper()
	if k.onPostgres() {
		var all bytes.Buffer
		for _, table := range k.allTables(t) {
			rows, err := k.sql(t).Query("SELECT t::text FROM " + table + " AS t")
			noError(t, err)
			for rows.Next() {
				var s string
				noError(t, rows.Scan(&s))
				all.WriteString(s + "\n")
				for _, part := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(`(),"`, r) }) {
					if b, err := hex.DecodeString(strings.TrimLeft(part, `\x`)); err == nil {
						all.Write(b)
					}
				}
			}
			noError(t, rows.Close())
		}
		return all.Bytes()
	}
	files, err := filepath.Glob(strings.TrimPrefix(k.url, "sqlite:") + "*")
	noError(t, err)
	if len(files) < 2 {
		t.Fatalf("expected the database and its write-ahead log, found %v", files)
	}
	var all []byte
	for _, name := range files {
		b, err := os.ReadFile(name)
		noError(t, err)
		all = append(all, b...)
	}
	return all
}

// allTables are the names of the tables.
func (k *kit) allTables(t *testing.T) []string {
	t.Helper()
	query := "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"
	if !k.onPostgres() {
		query = "SELECT name FROM sqlite_schema WHERE type = 'table'"
	}
	rows, err := k.sql(t).Query(query)
	noError(t, err)
	defer func() { _ = rows.Close() }()
	var names []string
	for rows.Next() {
		var name string
		noError(t, rows.Scan(&name))
		names = append(names, name)
	}
	noError(t, rows.Err())
	if len(names) < 20 {
		t.Fatalf("found the tables %q", names)
	}
	return names
}

func TestDraftIsSealed(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		const canary = "QUINCEBLOSSOM"
		key := k.fill(t, c, resident("My canary is "+canary+".", true))
		look := func(when string, secrets ...string) {
			t.Helper()
			all := databaseBytes(t, k)
			for _, secret := range append(secrets, key.String(), string(key), base64.StdEncoding.EncodeToString(key), hex.EncodeToString(key)) {
				if bytes.Contains(all, []byte(secret)) {
					t.Errorf("%s the database shows %q", when, secret)
				}
			}
		}
		look("while it is written", canary)
		if strings.Contains(k.log.String(), canary) {
			t.Error("the log shows the draft")
		}

		other := consult.NewDraftKey()
		if _, err := k.LoadDraft(ctx, other); models.KindOf(err) != models.KindNotFound {
			t.Errorf("another key: %v", err)
		}
		// Somebody who swaps what is stored under two keys opens neither.
		mine := k.fill(t, c, resident("Something else.", true))
		db := k.sql(t)
		rows, err := db.Query("SELECT id, sealed FROM drafts")
		noError(t, err)
		sealed := map[string][]byte{}
		var ids [][]byte
		for rows.Next() {
			var id, s []byte
			noError(t, rows.Scan(&id, &s))
			sealed[string(id)] = s
			ids = append(ids, id)
		}
		noError(t, rows.Close())
		if len(ids) != 2 {
			t.Fatalf("%d drafts, want 2", len(ids))
		}
		put := func(id, sealed []byte) {
			t.Helper()
			_, err := db.Exec("UPDATE drafts SET sealed = $1 WHERE id = $2", sealed, id)
			noError(t, err)
		}
		put(ids[0], sealed[string(ids[1])])
		put(ids[1], sealed[string(ids[0])])
		for _, key := range []consult.DraftKey{key, mine} {
			if d, err := k.LoadDraft(ctx, key); err == nil {
				t.Errorf("a draft was opened with another's key: %+v", d)
			}
		}
		bent := bytes.Clone(sealed[string(ids[0])])
		bent[len(bent)-1] ^= 1
		put(ids[0], bent)
		put(ids[1], []byte("short"))
		for _, key := range []consult.DraftKey{key, mine} {
			if d, err := k.LoadDraft(ctx, key); err == nil {
				t.Errorf("a draft that was altered was opened: %+v", d)
			}
		}
	})
}

func TestDraftKeyForms(t *testing.T) {
	key := consult.NewDraftKey()
	if got := consult.ParseDraftKey(key.String()); !bytes.Equal(got, key) {
		t.Error("a key does not survive being written")
	}
	for _, bad := range []string{"", "x", key.String() + "A", key.String()[1:], strings.Repeat("!", 43)} {
		if consult.ParseDraftKey(bad) != nil {
			t.Errorf("%q was read as a key", bad)
		}
	}
	k := one(t)
	c := k.demo(t)
	for what, err := range map[string]error{
		"submit": k.Submit(ctx, nil, c, consult.Proof{}),
		"answer": func() error { _, err := k.Answer(ctx, nil, c, "C1", ticks("agree")); return err }(),
	} {
		wantKind(t, what+" without a key", err, models.KindNotFound)
	}
	noError(t, k.DestroyDraft(ctx, nil))
}

func picture(t *testing.T) *bytes.Reader {
	t.Helper()
	var b bytes.Buffer
	noError(t, png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 8, 8))))
	return bytes.NewReader(b.Bytes())
}

func TestDraftDies(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		gone := func(when string, key consult.DraftKey) {
			t.Helper()
			_, err := k.LoadDraft(ctx, key)
			wantKind(t, when, err, models.KindNotFound)
			wantKind(t, when+", sending", k.Submit(ctx, key, c, consult.Proof{}), models.KindNotFound)
		}
		// The clock stands at a whole minute.
		idle := k.fill(t, c, resident("Idle.", true))
		k.clock.Advance(consult.DraftLife - time.Second)
		if _, err := k.LoadDraft(ctx, idle); err != nil {
			t.Errorf("a second before its time: %v", err)
		}
		k.answer(t, idle, c, models.Answers{"C7": words("Still here.")})
		k.clock.Advance(consult.DraftLife - time.Minute)
		if _, err := k.LoadDraft(ctx, idle); err != nil {
			t.Errorf("answering does not keep it alive: %v", err)
		}
		k.clock.Advance(time.Minute)
		gone("idle for 30 minutes", idle)

		exit := k.fill(t, c, organisation("Exit."))
		noError(t, k.Attach(ctx, exit, c, "holiday.png", picture(t)))
		d, err := k.LoadDraft(ctx, exit)
		noError(t, err)
		noError(t, k.DestroyDraft(ctx, exit))
		gone("after leaving", exit)
		if _, err := k.files.Get(ctx, d.Files[0].Key); err == nil {
			t.Error("the attachment of a draft that was left is still there")
		}
		noError(t, k.DestroyDraft(ctx, exit))

		sent := k.fill(t, c, organisation("Sent words."))
		noError(t, k.Attach(ctx, sent, c, "holiday.png", picture(t)))
		noError(t, k.Submit(ctx, sent, c, consult.Proof{}))
		d, err = k.LoadDraft(ctx, sent)
		noError(t, err)
		if !d.Sent || d.Answers["C6"].Text != "Sent words." || len(d.Files) != 1 {
			t.Errorf("there is no copy of what was sent to look at once: %+v", d)
		}
		quiet := k.fill(t, c, models.Answers{"A1": ticks("self"), "A2": ticks("sex_work"), "S5": words("Sent quietly.")})
		noError(t, k.Submit(ctx, quiet, c, consult.Proof{}))
		d, err = k.LoadDraft(ctx, quiet)
		noError(t, err)
		if !d.Sent || len(d.Answers)+len(d.Files)+len(d.Preset) > 0 || d.Equality || d.Code != "" {
			t.Errorf("after sending on a quiet path the draft still holds %+v", d)
		}
		// Leaving afterwards takes away the receipt, never what was sent.
		noError(t, k.DestroyDraft(ctx, sent))
		if _, err := k.receipt(sent, c); models.KindOf(err) != models.KindNotFound {
			t.Errorf("the receipt outlives leaving: %v", err)
		}
		s := k.subs(t, c)
		s = slices.DeleteFunc(s, func(s *models.Submission) bool { return s.Path != "organisation" })
		if len(s) != 1 || len(s[0].Attachments) != 1 {
			t.Fatalf("%d submissions, want 1 with its attachment", len(s))
		}
		for _, key := range models.Keys(s[0].Attachments) {
			if _, err := k.files.Get(ctx, key); err != nil {
				t.Errorf("leaving after sending removed an attachment that was sent: %v", err)
			}
		}
	})
}

func TestCodeIsNotInTheDatabase(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		code := k.send(t, c, resident("The lamps are out again.", true))
		bits, err := bip39.EntropyFromMnemonic(code)
		noError(t, err)
		all := databaseBytes(t, k)
		fields := strings.Fields(code)
		for _, secret := range []string{string(bits), hex.EncodeToString(bits), base64.StdEncoding.EncodeToString(bits), code,
			strings.Join(fields[:3], " "), strings.Join(fields[:3], "-"), strings.Join(fields[:3], `","`)} {
			if bytes.Contains(all, []byte(secret)) {
				t.Errorf("the database shows the code as %q", secret)
			}
		}
		if strings.Contains(k.log.String(), fields[0]+" "+fields[1]) {
			t.Error("the log shows the code")
		}
		// A stolen database cannot be searched by code: the hashes are keyed.
		parsed, err := ledger.ParseCode(code)
		noError(t, err)
		if !bytes.Contains(all, parsed.Lookup([]byte(strings.Repeat("p", 32)))) {
			t.Error("the keyed hash of the code is not stored, so this test looks at the wrong place")
		}
		for _, pepper := range []string{"", strings.Repeat("q", 32)} {
			if bytes.Contains(all, parsed.Lookup([]byte(pepper))) {
				t.Errorf("the hash of the code is keyed with %q", pepper)
			}
		}
	})
}

func TestOpenToTheSecond(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		opens, closes := c.Window()
		set := func(at time.Time) { k.clock.Advance(at.Sub(k.clock.Now())) }

		set(opens.Add(-time.Second))
		if _, err := k.StartDraft(ctx, c, "en", ""); models.KindOf(err) != models.KindClosed {
			t.Errorf("a second before opening: %v", err)
		}
		set(opens)
		k.send(t, c, resident("The first.", true))

		set(closes.Add(-time.Minute))
		inTime := k.fill(t, c, resident("In time.", true))
		finishing := k.fill(t, c, resident("Just in time.", true))
		late := k.fill(t, c, organisation("Too late."))
		set(closes.Add(-time.Second))
		noError(t, k.Submit(ctx, inTime, c, consult.Proof{}))
		k.fill(t, c, models.Answers{}) // the last that can be started
		set(closes)
		_, err := k.StartDraft(ctx, c, "en", "")
		wantKind(t, "starting at closing time", err, models.KindClosed)
		if got := k.State(c); got != consult.StateAfter {
			t.Errorf("at closing time the consultation stands at %q", got)
		}

		// Whoever started in time can finish until the grace is over.
		if c.Grace() != consult.DraftLife {
			t.Fatalf("the grace is %v: this test takes it to be as long as a draft lives", c.Grace())
		}
		set(closes.Add(c.Grace() - 2*time.Minute))
		noError(t, k.Attach(ctx, late, c, "x.png", picture(t)))
		k.answer(t, finishing, c, models.Answers{"C7": words("And this.")})
		set(closes.Add(c.Grace() - time.Second))
		noError(t, k.Submit(ctx, finishing, c, consult.Proof{}))
		set(closes.Add(c.Grace()))
		wantKind(t, "sending when the grace is over", k.Submit(ctx, late, c, consult.Proof{}), models.KindClosed)
		_, err = k.Answer(ctx, late, c, "C7", words("x"))
		wantKind(t, "answering when the grace is over", err, models.KindClosed)
		wantKind(t, "keeping when the grace is over", k.Keep(ctx, late, c, "C7", words("x")), models.KindClosed)
		wantKind(t, "attaching when the grace is over", k.Attach(ctx, late, c, "x.png", picture(t)), models.KindClosed)
		wantKind(t, "taking a file out when the grace is over", k.Detach(ctx, late, c, 0), models.KindClosed)
		_, err = k.SaveForLater(ctx, late, c)
		wantKind(t, "saving when the grace is over", err, models.KindClosed)
		noError(t, k.Submit(ctx, finishing, c, consult.Proof{})) // a retry of what was sent in time
		if got := len(k.subs(t, c)); got != 3 {
			t.Errorf("%d submissions, want 3", got)
		}
	})
}

// An officer may close the consultation while a form is being sent: what the
// request read before no longer holds.
func TestSubmitAfterItWasClosedMeanwhile(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		stale := k.demo(t)
		key := k.fill(t, stale, resident("Just then.", true))
		k.move(t, stale, models.StatusClosed)
		wantKind(t, "sending", k.Submit(ctx, key, stale, consult.Proof{}), models.KindClosed)
		if got := k.tables(t, "submissions", "leaves"); got["submissions"]+got["leaves"] != 0 {
			t.Errorf("sent after closing: %v", got)
		}
	})
}

// Answers to questions that are no longer asked are never sent.
func TestOrphansAreNeverSent(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		const orphan = "ORPHANEDWORDS"
		answers := resident(orphan, true)
		answers["A3"], answers["B4"] = ticks("northgate"), ticks("night")
		key := k.fill(t, c, answers)
		k.answer(t, key, c, models.Answers{"A2": ticks("live_here", "sex_work")})
		k.answer(t, key, c, models.Answers{"S5": words("Let us be."), "M1": ticks("no")})
		noError(t, k.Submit(ctx, key, c, consult.Proof{}))
		s := k.subs(t, c)[0]
		asked := map[string]bool{}
		for _, q := range c.Route(models.Answers{"A1": ticks("self"), "A2": ticks("live_here", "sex_work"), "M1": ticks("no")}) {
			asked[q.ID] = true
		}
		for _, a := range s.Answers {
			if !asked[a.Question] {
				t.Errorf("an answer to %s was sent, which is not asked on path %s", a.Question, s.Path)
			}
		}
		if s.Path != "sex_worker" {
			t.Errorf("path %s", s.Path)
		}
		if bytes.Contains(databaseBytes(t, k), []byte(orphan)) {
			t.Error("the database holds words that were never sent")
		}

		// Nor do they put anybody into a group.
		key = k.fill(t, c, models.Answers{"A1": ticks("self"), "A2": ticks("live_here", "sex_work")})
		k.answer(t, key, c, models.Answers{"A1": ticks("organisation"), "C1": ticks("agree")})
		noError(t, k.Submit(ctx, key, c, consult.Proof{}))
		for _, s := range k.subs(t, c) {
			if s.Path == "organisation" && !slices.Equal(s.Groups, []string{"organisation"}) {
				t.Errorf("an organisation is counted among %v", s.Groups)
			}
		}
	})
}

func TestSubmitFaults(t *testing.T) {
	k := one(t)
	c := k.demo(t)
	for name, test := range map[string]struct {
		answers models.Answers
		field   string
	}{
		"nothing":        {models.Answers{}, ""},
		"only about you": {models.Answers{"A1": ticks("self"), "A2": ticks("live_here"), "G1": ticks("yes")}, ""},
	} {
		key := k.fill(t, c, test.answers)
		err := k.Submit(ctx, key, c, consult.Proof{})
		wantKind(t, name, err, models.KindInvalid)
		if fields := models.FieldsOf(err); len(fields) != 1 || fields[0].Field != test.field {
			t.Errorf("%s: faults %v", name, fields)
		}
	}
	key := k.fill(t, c, models.Answers{})
	for name, test := range map[string]struct {
		question string
		given    models.Given
		kind     models.Kind
	}{
		"unknown option":     {"C1", ticks("perhaps"), models.KindInvalid},
		"two of one":         {"C1", ticks("agree", "disagree"), models.KindInvalid},
		"too long":           {"C6", words(strings.Repeat("x", 3001)), models.KindInvalid},
		"unknown question":   {"Z9", words("x"), models.KindNotFound},
		"of another path":    {"S5", words("x"), models.KindNotFound},
		"words for a choice": {"C1", words("agree"), models.KindInvalid},
	} {
		if _, err := k.Answer(ctx, key, c, test.question, test.given); models.KindOf(err) != test.kind {
			t.Errorf("%s: error %v is of kind %d, want %d", name, err, models.KindOf(err), test.kind)
		}
	}
	d, err := k.LoadDraft(ctx, key)
	noError(t, err)
	if len(d.Answers) > 0 {
		t.Errorf("faulty answers were kept: %v", d.Answers)
	}
	other := *c
	other.ID = "another"
	wantKind(t, "sent to another consultation", k.Submit(ctx, key, &other, consult.Proof{}), models.KindNotFound)
}

// What the demonstration's paths make of answers, worked out by hand from its
// questionnaire.
func TestWhoIsHeard(t *testing.T) {
	quote := []models.Consent{models.ConsentQuote}
	tests := []struct {
		name     string
		answers  models.Answers
		path     string
		groups   []string
		consents []models.Consent
		stance   string
	}{
		{"resident", resident("Keep it.", true), "person", []string{"resident"}, quote, models.StanceFor},
		{"resident who refuses quotes", resident("Keep it.", false), "person", []string{"resident"}, nil, models.StanceFor},
		{"somebody who says nothing of themselves", models.Answers{"A1": ticks("self"), "C1": ticks("disagree")}, "person", []string{"other"}, nil, models.StanceAgainst},
		{"not even how", models.Answers{"C1": ticks("dont_know")}, "person", []string{"other"}, nil, models.StanceUnsure},
		{"in several groups", models.Answers{"A1": ticks("self"), "A2": ticks("live_here", "work_here", "support_work"), "C2": ticks("agree")},
			"person", []string{"resident", "business", "support_worker"}, nil, ""},
		{"sex worker", models.Answers{"A1": ticks("self"), "A2": ticks("sex_work"), "S5": words("Listen."), "C1": ticks("strongly_disagree"), "G1": ticks("yes")},
			"sex_worker", []string{"sex_worker"}, quote, models.StanceAgainst},
		{"sex worker who lives there", models.Answers{"A1": ticks("self"), "A2": ticks("live_here", "sex_work"), "S2": ticks("same"), "M1": ticks("no")},
			"sex_worker", []string{"resident", "sex_worker"}, nil, ""},
		{"sex worker who wants all questions", models.Answers{"A1": ticks("self"), "A2": ticks("live_here", "sex_work"), "M1": ticks("yes"), "C6": words("Because.")},
			"sex_worker_both", []string{"resident", "sex_worker"}, nil, ""},
		{"helper, a sex worker's words", models.Answers{"A1": ticks("helper"), "H1": ticks("own_words"), "H3": ticks("yes_all"), "H4": ticks("sex_workers"), "S5": words("Listen."), "G1": ticks("yes")},
			"helper_sex_workers", []string{"sex_worker"}, quote, ""},
		{"helper, a resident's words", models.Answers{"A1": ticks("helper"), "H1": ticks("helper_words"), "H3": ticks("yes_all"), "H4": ticks("residents"), "C1": ticks("agree")},
			"helper", []string{"resident"}, nil, models.StanceFor},
		{"helper, a summary", models.Answers{"A1": ticks("helper"), "H1": ticks("summary"), "H2": ticks("five_to_nine"), "H3": ticks("some"), "H4": ticks("sex_workers"), "S5": words("They say.")},
			"helper_sex_workers", []string{"organisation"}, nil, ""},
		{"helper without agreement", models.Answers{"A1": ticks("helper"), "H1": ticks("own_words"), "H3": ticks("no"), "A2": ticks("support_work"), "C10": words("My own view.")},
			"helper_own", []string{"support_worker"}, nil, ""},
		{"organisation, named", models.Answers{"A1": ticks("organisation"), "O1": words("A society"), "O4": ticks("yes"), "C6": words("We think.")},
			"organisation", []string{"organisation"}, []models.Consent{models.ConsentName, models.ConsentPublish, models.ConsentQuote}, ""},
		{"organisation, without name", models.Answers{"A1": ticks("organisation"), "O4": ticks("without_name"), "C1": ticks("neither")},
			"organisation", []string{"organisation"}, []models.Consent{models.ConsentPublish, models.ConsentQuote}, models.StanceUnsure},
		{"organisation, confidential", models.Answers{"A1": ticks("organisation"), "O4": {Options: []string{"confidential"}, Text: "We would lose our lease."}, "C6": words("We think.")},
			"organisation", []string{"organisation"}, nil, ""},
		{"elected", models.Answers{"A1": ticks("elected"), "C3": ticks("agree_with_changes"), "C1": ticks("strongly_agree"), "G1": ticks("yes")},
			"elected", []string{"elected"}, quote, models.StanceFor},
	}
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		taken := map[string]bool{}
		for _, test := range tests {
			before := map[string]bool{}
			for _, s := range k.subs(t, c) {
				before[s.ID] = true
			}
			k.send(t, c, test.answers)
			for _, s := range k.subs(t, c) {
				if before[s.ID] {
					continue
				}
				taken[s.Path] = true
				got := fmt.Sprint(s.Path, s.Groups, s.Consents, s.Stance)
				if want := fmt.Sprint(test.path, test.groups, test.consents, test.stance); got != want {
					t.Errorf("%s: got %s, want %s", test.name, got, want)
				}
				if s.Day != "2026-11-23" || s.Channel == "" || s.Status != models.SubmissionLive || s.FormVersion != c.Version {
					t.Errorf("%s: %+v", test.name, s)
				}
				for id, given := range test.answers {
					a := s.Answer(id)
					if a == nil || a.Text != given.Text || !slices.Equal(a.Options, given.Options) {
						t.Errorf("%s: the answer to %s became %+v", test.name, id, a)
					}
				}
			}
		}
		for _, p := range c.Paths {
			if !taken[p.ID] {
				t.Errorf("no test takes the path %s", p.ID)
			}
		}
	})
}

// What looks like it could identify somebody does not leave the desk.
func TestSubmitRedacts(t *testing.T) {
	k := one(t)
	c := k.demo(t)
	k.send(t, c, resident("Ring me on 07700 900123 about the lamps.", true))
	a := k.subs(t, c)[0].Answer("C6")
	if !strings.Contains(a.Text, "07700 900123") || strings.Contains(a.Redacted, "900123") || !strings.Contains(a.Redacted, "lamps") {
		t.Errorf("kept %q, to show %q", a.Text, a.Redacted)
	}
	k.drain(t)
	if got := k.find(t, officer, c, "900123"); len(got) > 0 {
		t.Error("the number is found in search")
	}
}

// The receipt and the log can be checked without the portal.
func TestReceiptIsInTheLog(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		code := k.send(t, c, resident("The lamps are out again.", true))
		k.send(t, c, resident("No they are not.", true))
		trace, err := k.Trace(ctx, c, " "+strings.ToUpper(strings.ReplaceAll(code, " ", ",\n2. "))+" ")
		noError(t, err)
		if trace.Size != 0 || trace.Position != -1 || !trace.Open || trace.ClosedOnly || !trace.HeardOnce {
			t.Errorf("trace: %+v", trace)
		}
		receipt, err := ledger.ParseReceipt(trace.Receipt)
		noError(t, err)
		if err := k.published(t, c).CheckReceipt(receipt); !errors.Is(err, ledger.ErrNotInLog) {
			t.Errorf("on the day it came: %v", err)
		}
		k.nextDay(t)
		log := k.published(t, c)
		noError(t, log.CheckReceipt(receipt))
		trace, err = k.Trace(ctx, c, code)
		noError(t, err)
		if again, err := ledger.ParseReceipt(trace.Receipt); err != nil || again != receipt || trace.Position < 0 || trace.Size != 16 {
			t.Errorf("the day after: %+v, %v", trace, err)
		}
		size, root, err := k.Checkpoint(ctx, c)
		if err != nil || size != 16 || root != trace.Root.String() {
			t.Errorf("checkpoint %d %s (%v), trace %+v", size, root, err, trace)
		}
		if _, err := k.LogFile(ctx, c, "../secret"); models.KindOf(err) != models.KindNotFound {
			t.Errorf("a file that is not of the log: %v", err)
		}
		for _, bad := range []string{"", "abandon", strings.Repeat("abandon ", 12), strings.Join(slices.Sorted(slices.Values(strings.Fields(code))), " ")} {
			_, err := k.Trace(ctx, c, bad)
			wantKind(t, "an unknown code", err, models.KindInvalid)
		}
		// The code of another consultation says nothing here.
		other := *c
		other.ID = "another"
		_, err = k.Trace(ctx, &other, code)
		wantKind(t, "a code of another consultation", err, models.KindInvalid)
	})
}

func TestFilesOfDraftsAreNotLeft(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		left := k.fill(t, c, organisation("Left."))
		noError(t, k.Attach(ctx, left, c, "plan.png", picture(t)))
		d, err := k.LoadDraft(ctx, left)
		noError(t, err)
		abandoned := models.Keys(d.Files)
		if len(abandoned) != 2 {
			t.Fatalf("%d files are kept of one, want the copy and the sealed original", len(abandoned))
		}
		k.clock.Advance(consult.DraftLife - time.Minute)
		noError(t, k.Sweep(ctx))
		for _, key := range abandoned {
			if _, err := k.files.Get(ctx, key); err != nil {
				t.Errorf("the file of a live draft was swept away: %v", err)
			}
		}
		k.clock.Advance(2 * time.Minute)
		noError(t, k.Sweep(ctx))
		for _, key := range abandoned {
			if _, err := k.files.Get(ctx, key); err == nil {
				t.Error("the file of an abandoned draft is still there")
			}
		}

		// Somebody attaches as an organisation and then answers for herself.
		changed := k.fill(t, c, organisation("Changed my mind."))
		noError(t, k.Attach(ctx, changed, c, "plan.png", picture(t)))
		d, err = k.LoadDraft(ctx, changed)
		noError(t, err)
		k.answer(t, changed, c, models.Answers{"A1": ticks("self"), "A2": ticks("sex_work"), "S5": words("Listen.")})
		wantKind(t, "attaching where no file is asked for", k.Attach(ctx, changed, c, "x.png", picture(t)), models.KindNotFound)
		noError(t, k.Submit(ctx, changed, c, consult.Proof{}))
		for _, s := range k.subs(t, c) {
			if len(s.Attachments) != 0 {
				t.Error("a file that is no longer asked for was sent")
			}
		}
		for _, key := range models.Keys(d.Files) {
			if _, err := k.files.Get(ctx, key); err == nil {
				t.Error("a file that was not sent is still there")
			}
		}

		// A document alone is an answer.
		only := k.fill(t, c, models.Answers{"A1": ticks("organisation")})
		wantKind(t, "sending nothing", k.Submit(ctx, only, c, consult.Proof{}), models.KindInvalid)
		noError(t, k.Attach(ctx, only, c, "plan.png", picture(t)))
		noError(t, k.Submit(ctx, only, c, consult.Proof{}))
	})
}

func TestAttach(t *testing.T) {
	k := one(t)
	c := k.demo(t)
	key := k.fill(t, c, models.Answers{"A1": ticks("organisation"), "C6": words("See our paper.")})
	for range consult.MaxFiles {
		noError(t, k.Attach(ctx, key, c, "plan.png", picture(t)))
	}
	wantKind(t, "one too many", k.Attach(ctx, key, c, "plan.png", picture(t)), models.KindInvalid)
	d, err := k.LoadDraft(ctx, key)
	noError(t, err)
	gone := d.Files[1]
	noError(t, k.Detach(ctx, key, c, 1))
	noError(t, k.Detach(ctx, key, c, 99))
	noError(t, k.Detach(ctx, key, c, -1))
	for _, key := range models.Keys([]models.Attachment{gone}) {
		if _, err := k.files.Get(ctx, key); err == nil {
			t.Error("a file that was taken out is still there")
		}
	}
	err = k.Attach(ctx, key, c, "plan.exe", strings.NewReader("MZ\x90\x00 this is no picture"))
	wantKind(t, "a program", err, models.KindInvalid)
	if f := models.FieldsOf(err); len(f) != 1 || f[0].Field != "file" || f[0].Message == "" || f[0].Message[0] < 'A' || f[0].Message[0] > 'Z' {
		t.Errorf("refused with %v", f)
	}
	noError(t, k.Submit(ctx, key, c, consult.Proof{}))
	if got := len(k.subs(t, c)[0].Attachments); got != consult.MaxFiles-1 {
		t.Errorf("%d files were sent, want %d", got, consult.MaxFiles-1)
	}
}

func TestIndexFollowsTheStore(t *testing.T) {
	k := one(t)
	c := k.demo(t)
	k.send(t, c, resident("There are needles outside the quincery.", true))
	k.drain(t)
	if got := k.find(t, officer, c, "quincery"); len(got) != 1 {
		t.Fatalf("found %v", got)
	}
	id := k.subs(t, c)[0].ID
	for range 2 { // safe to repeat
		noError(t, k.IndexSubmission(ctx, id))
	}
	noError(t, k.IndexSubmission(ctx, "unknown"))
	n, err := k.Reindex(ctx)
	if err != nil || n != 1 {
		t.Errorf("reindexed %d answers (%v), want 1", n, err)
	}
	noError(t, k.engine.Delete(ctx, id))
	noError(t, k.MendIndex(ctx))
	if got := k.find(t, officer, c, "quincery"); len(got) != 1 {
		t.Errorf("an empty index was not filled: %v", got)
	}
	noError(t, k.MendIndex(ctx))
	var _ search.Engine = k.engine
}
