package consult_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"heard/app/consult"
	"heard/models"
)

// everyKind asks one question of every kind.
var everyKind = strings.NewReplacer(
	"id: lantern-square", "id: every-kind",
	"languages: [en]", "languages: [en, ro]\ngrace_minutes: 10",
	"ask: [A1, C1, C2, K1]", "ask: [A1, C1, C2, D1, N1, R1, P1, F1, K1]",
	"  - id: K1\n", `  - {id: D1, type: date, text: When did you last see it?, earliest: 2026-01-01, options: [{id: unsure, text: Not sure}]}
  - {id: N1, type: number, text: How often a month?, min: 0, max: 31, options: [{id: unsure, text: Not sure}]}
  - {id: R1, type: ranking, text: What matters most?, options: [{id: lamps, text: Lamps}, {id: benches, text: Benches}, {id: none, text: None, alone: true}]}
  - {id: P1, type: place, text: Where do you live?, about_you: true, options: [{id: elsewhere, text: Elsewhere}]}
  - {id: F1, type: file, text: A plan or a picture}
  - id: K1
`,
	"equality:\n", "areas: [{id: north, name: North}, {id: south, name: South}]\ncards: [{id: oak, answers: {A1: [visit], P1: [south]}}]\nequality:\n",
).Replace(invented)

// Every kind of answer comes through the form as it was given, and is refused
// at once when it cannot be meant.
func TestEveryKindOfQuestion(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.open(t, []byte(everyKind))
		for name, answers := range map[string]models.Answers{
			"answered": {"A1": ticks("visit"), "C1": ticks("unsure"), "C2": words("The lamps."), "D1": words("2026-02-28"), "N1": words("12"),
				"R1": ticks("benches", "lamps"), "P1": ticks("south")},
			"instead": {"C1": ticks("yes_keep"), "D1": ticks("unsure"), "N1": ticks("unsure"), "R1": ticks("none"), "P1": ticks("elsewhere")},
		} {
			s := k.behind(t, k.send(t, c, answers))
			got := models.Answers{}
			for _, a := range s.Answers {
				got[a.Question] = models.Given{Options: a.Options, Text: a.Text}
			}
			if diff := cmp.Diff(answers, got); diff != "" {
				t.Errorf("%s (-given +kept):\n%s", name, diff)
			}
		}
		key := k.fill(t, c, models.Answers{})
		for name, test := range map[string]struct {
			question string
			given    models.Given
			code     string
		}{
			"no day":             {"D1", words("2026-02-30"), "answer.date"},
			"too early":          {"D1", words("2025-12-31"), "answer.date.from"},
			"a day and unsure":   {"D1", models.Given{Text: "2026-02-28", Options: []string{"unsure"}}, "answer.instead"},
			"no number":          {"N1", words("often"), "answer.number"},
			"too often":          {"N1", words("32"), "answer.number.most"},
			"one place twice":    {"R1", ticks("lamps", "lamps"), "answer.rank"},
			"none and the lamps": {"R1", ticks("none", "lamps"), "answer.alone"},
			"two homes":          {"P1", ticks("north", "south"), "answer.one"},
			"an address":         {"P1", words("12 Weir Street"), "answer.belong"},
			"words for a file":   {"F1", words("a plan"), "answer.none"},
		} {
			_, err := k.Answer(ctx, key, c, test.question, test.given)
			wantKind(t, name, err, models.KindInvalid)
			if f := models.FieldsOf(err); len(f) != 1 || f[0].Code != test.code || f[0].Field != test.question {
				t.Errorf("%s: %v", name, f)
			}
		}
		k.drain(t)
		r, err := k.DraftReport(ctx, officer, c)
		if err != nil || r.RollCall.Submissions != 2 {
			t.Errorf("the report counts %d (%v)", r.RollCall.Submissions, err)
		}
	})
}

// What is typed is kept as it is, however faulty, so that a page that is left
// loses nothing. It is not sent before it is put right.
func TestKeep(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.open(t, []byte(everyKind))
		key := k.fill(t, c, models.Answers{"C1": ticks("unsure")})
		want := models.Answers{"C1": ticks("unsure"), "D1": words("2026-"), "N1": words("1o"), "R1": ticks("lamps", "lamps"), "C2": words("Half a sen")}
		for id, given := range want {
			noError(t, k.Keep(ctx, key, c, id, given))
		}
		noError(t, k.Keep(ctx, key, c, "F1", words("no answer to a file")))
		noError(t, k.Keep(ctx, key, c, "C1", ticks("unsure", "unsure", "yes_keep", "no_keep"))) // more than there are
		noError(t, k.Keep(ctx, key, c, "C2", words(strings.Repeat("x", models.MaxTextLength+50_001))))
		if diff := cmp.Diff(want, k.draft(t, key).Answers); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		err := k.Submit(ctx, key, c, consult.Proof{})
		wantKind(t, "sending half of it", err, models.KindInvalid)
		var faulty []string
		for _, f := range models.FieldsOf(err) {
			faulty = append(faulty, f.Field)
		}
		if diff := cmp.Diff([]string{"D1", "N1", "R1"}, faulty); diff != "" {
			t.Errorf("faults (-want +got):\n%s", diff)
		}
		if got := k.tables(t, "submissions"); got["submissions"] != 0 {
			t.Error("faulty answers were sent")
		}
		for _, id := range []string{"D1", "N1", "R1"} {
			noError(t, k.Keep(ctx, key, c, id, models.Given{}))
		}
		noError(t, k.Submit(ctx, key, c, consult.Proof{}))
		if s := k.subs(t, c)[0]; len(s.Answers) != 2 || s.Answer("C2").Text != "Half a sen" {
			t.Errorf("sent: %+v", s.Answers)
		}
		for what, err := range map[string]error{
			"what was sent":       k.Keep(ctx, key, c, "C2", words("x")),
			"no question":         k.Keep(ctx, k.fill(t, c, models.Answers{}), c, "Z9", words("x")),
			"no draft":            k.Keep(ctx, consult.NewDraftKey(), c, "C2", words("x")),
			"an equality answer":  k.Keep(ctx, k.fill(t, c, models.Answers{}), c, "E1", ticks("under_25")),
			"the language of one": k.Speak(ctx, key, c, "ro"),
		} {
			wantKind(t, "keeping "+what, err, models.KindNotFound)
		}
	})
}

// An outreach card gives the first answers, so that nobody has to tick them on
// a screen that others see. Who answers them anew has the last word.
func TestCard(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.open(t, []byte(everyKind))
		key, err := k.StartDraft(ctx, c, "ro", "oak")
		noError(t, err)
		d := k.draft(t, key)
		want := models.Answers{"A1": ticks("visit"), "P1": ticks("south")}
		if diff := cmp.Diff(want, d.Answers); diff != "" || !slices.Equal(d.Preset, []string{"A1", "P1"}) || d.Language != "ro" {
			t.Errorf("it begins with %+v (-want +got):\n%s", d, diff)
		}
		k.answer(t, key, c, models.Answers{"P1": ticks("north"), "C1": ticks("yes_keep")})
		if d := k.draft(t, key); !slices.Equal(d.Preset, []string{"A1"}) {
			t.Errorf("after answering one of them anew, the card is said to have given %q", d.Preset)
		}
		noError(t, k.Speak(ctx, key, c, "en"))
		noError(t, k.Speak(ctx, key, c, "tlh")) // not a language of it
		noError(t, k.Submit(ctx, key, c, consult.Proof{}))
		s := k.subs(t, c)[0]
		if s.Language != "en" || !slices.Equal(s.Answer("A1").Options, []string{"visit"}) || !slices.Equal(s.Answer("P1").Options, []string{"north"}) {
			t.Errorf("sent: %+v", s)
		}
		for _, a := range s.Answers {
			if strings.Contains(fmt.Sprintf("%+v", a), "oak") {
				t.Error("what was sent shows the card")
			}
		}
		key, err = k.StartDraft(ctx, c, "en", "elm")
		noError(t, err)
		if d := k.draft(t, key); len(d.Answers)+len(d.Preset) > 0 {
			t.Errorf("a card there is not gives %+v", d)
		}
		// Nobody's answers change the card.
		key, err = k.StartDraft(ctx, c, "en", "oak")
		noError(t, err)
		if diff := cmp.Diff(want, k.draft(t, key).Answers); diff != "" {
			t.Errorf("the card now gives (-want +got):\n%s", diff)
		}
	})
}

// A pause is for whoever has not started. Nothing that was written is lost to
// it.
func TestPause(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		draft, err := k.SaveConsultation(ctx, officer, "x.yaml", []byte(everyKind))
		noError(t, err)
		wantKind(t, "pausing a draft", k.Pause(ctx, officer, draft, true), models.KindConflict)
		c := k.move(t, draft, models.StatusOpen)
		started := k.fill(t, c, models.Answers{"C2": words("Begun before.")})
		code := k.save(t, k.fill(t, c, models.Answers{"C2": words("Saved before.")}), c)
		receipt := k.send(t, c, models.Answers{"C2": words("Sent before.")})
		noError(t, k.Pause(ctx, officer, c, true))
		wantKind(t, "pausing twice", k.Pause(ctx, officer, c, true), models.KindConflict)
		c = k.reread(t, c)
		if !c.Paused || k.State(c) != consult.StatePaused || k.Accepting(c) || !c.Finishing(k.clock.Now()) {
			t.Errorf("paused: %v, stands at %q, accepting %v, finishing %v", c.Paused, k.State(c), k.Accepting(c), c.Finishing(k.clock.Now()))
		}
		_, err = k.StartDraft(ctx, c, "en", "")
		wantKind(t, "starting", err, models.KindClosed)
		if codeOf(err) != "error.paused" {
			t.Errorf("refused with %v", err)
		}
		k.answer(t, started, c, models.Answers{"C1": ticks("yes_keep")})
		noError(t, k.Submit(ctx, started, c, consult.Proof{}))
		noError(t, k.Submit(ctx, k.reopen(t, c, code), c, consult.Proof{}))
		key := k.correct(t, c, receipt)
		k.answer(t, key, c, models.Answers{"C2": words("Corrected.")})
		noError(t, k.Submit(ctx, key, c, consult.Proof{}))
		if got := len(k.subs(t, c)); got != 3 {
			t.Errorf("%d submissions, want 3", got)
		}
		noError(t, k.Pause(ctx, officer, c, false))
		c = k.reread(t, c)
		if c.Paused || k.State(c) != consult.StateOpen {
			t.Errorf("it does not go on: %q", k.State(c))
		}
		k.send(t, c, models.Answers{"C2": words("After.")})
		trail, err := k.store.AuditTrail(ctx, c.ID, 0)
		noError(t, err)
		var acts []string
		for _, e := range trail {
			if e.Action == "consultation.paused" || e.Action == "consultation.resumed" {
				acts = append(acts, e.Action+" "+e.Actor)
			}
		}
		if diff := cmp.Diff([]string{"consultation.resumed " + officer.ID, "consultation.paused " + officer.ID}, acts); diff != "" {
			t.Errorf("recorded (-want +got):\n%s", diff)
		}
		noError(t, k.Pause(ctx, officer, c, true))
		closed := k.move(t, k.reread(t, c), models.StatusClosed)
		if got := k.State(closed); got != consult.StateAfter {
			t.Errorf("closed during a pause it stands at %q", got)
		}
	})
}

// What a file holds beside what can be read, such as where a picture was taken,
// is in the store only as long as the file is, and only under the portal's
// secret.
func TestOriginalsAreSealed(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		const canary = "QUINCEBLOSSOM-GPS-51.5"
		original := withComment(t, canary)
		key := k.fill(t, c, organisation("See the picture."))
		noError(t, k.Attach(ctx, key, c, "steps.png", bytes.NewReader(original)))
		a := k.draft(t, key).Files[0]
		if a.Original == "" || a.Original == a.Key {
			t.Fatalf("kept as %+v", a)
		}
		sealed, err := k.files.Get(ctx, a.Original)
		noError(t, err)
		clean, err := k.files.Get(ctx, a.Key)
		noError(t, err)
		for name, b := range map[string][]byte{"the copy": clean, "the original": sealed} {
			if bytes.Contains(b, []byte(canary)) {
				t.Errorf("%s shows what the file holds beside the picture", name)
			}
		}
		for at := 0; at+16 <= len(original); at += 8 {
			if bytes.Contains(sealed, original[at:at+16]) {
				t.Fatalf("the original is kept as it was, from byte %d", at)
			}
		}
		if bytes.HasPrefix(clean, []byte("\x89PNG")) {
			t.Error("the copy is kept as it is read")
		}
		if len(sealed) < len(original) {
			t.Errorf("of %d bytes %d are kept", len(original), len(sealed))
		}
		if bytes.Contains(databaseBytes(t, k), []byte(canary)) {
			t.Error("the database shows it")
		}
		noError(t, k.Attach(ctx, key, c, "steps.png", bytes.NewReader(original)))
		again, err := k.files.Get(ctx, k.draft(t, key).Files[1].Original)
		noError(t, err)
		if bytes.Equal(again, sealed) {
			t.Error("the same file twice is kept alike, so that whoever has one can look for it")
		}
	})
}

// withComment is a picture with something written into it that nobody sees.
func withComment(t *testing.T, text string) []byte {
	t.Helper()
	b, err := io.ReadAll(picture(t))
	noError(t, err)
	const header = 8 + 25 // the signature and the chunk that every picture begins with
	chunk := append([]byte("tEXt"), "Comment\x00"+text...)
	out := binary.BigEndian.AppendUint32(slices.Clone(b[:header]), uint32(len(chunk)-4))
	out = append(out, chunk...)
	out = binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(chunk))
	return append(out, b[header:]...)
}

// An upload that breaks off, is refused or comes too late leaves no file
// behind, however the person goes away.
func TestUploadsThatComeToNothing(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		key := k.fill(t, c, organisation("See the picture."))
		nothing := func(when string, err error) {
			t.Helper()
			if err == nil {
				t.Errorf("%s: the file was taken", when)
			}
			if d, err := k.LoadDraft(ctx, key); err == nil && len(d.Files) > 0 {
				t.Errorf("%s: the draft has a file", when)
			}
			k.clock.Advance(consult.DraftLife)
			noError(t, k.Sweep(ctx))
			if n := k.countFiles(t); n != 0 {
				t.Errorf("%s: %d files are left in the store", when, n)
			}
			if got := k.tables(t, "draft_files"); got["draft_files"] != 0 {
				t.Errorf("%s: %d files are noted", when, got["draft_files"])
			}
			key = k.fill(t, c, organisation("Again."))
		}
		nothing("it breaks off", k.Attach(ctx, key, c, "x.png", io.MultiReader(picture(t), cut{})))
		away, leave := context.WithCancel(ctx)
		nothing("the person goes away", k.Attach(away, key, c, "x.png", &then{picture(t), leave}))
		for _, table := range []string{"drafts", "draft_files"} {
			mend := k.breakTable(t, table)
			err := k.Attach(ctx, key, c, "x.png", picture(t))
			mend()
			nothing(table+" cannot be written", err)
		}
		// Somebody else has just sent it, or it was left.
		nothing("it was left meanwhile", k.Attach(ctx, key, c, "x.png", &then{picture(t), func() { noError(t, k.DestroyDraft(ctx, key)) }}))
		sent := key
		nothing("it was sent meanwhile", k.Attach(ctx, key, c, "x.png", &then{picture(t), func() { noError(t, k.Submit(ctx, sent, c, consult.Proof{})) }}))
	})
}

// cut is a connection that ends.
type cut struct{}

func (cut) Read([]byte) (int, error) { return 0, errors.New("the connection is gone") }

// then does something once all was read.
type then struct {
	io.Reader
	f func()
}

func (r *then) Read(b []byte) (int, error) {
	n, err := r.Reader.Read(b)
	if errors.Is(err, io.EOF) && r.f != nil {
		r.f()
		r.f = nil
	}
	return n, err
}
