package consult_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"heard/app/consult"
	"heard/models"
	"heard/search"
)

// told is an answer with something sure (a name, a number), something doubtful
// (a word with a capital letter), a standpoint, and a nickname that no program
// knows.
const told = "I am a resident. My neighbour Anna Smith rings 07700 900123, and old bluehat waits for Quibblewick each night."

// redacting is a consultation with one resident's answer in words.
func redacting(t testing.TB, k *kit, texts ...string) (*models.Consultation, []*models.Submission) {
	t.Helper()
	c := k.open(t, []byte(invented))
	k.load(t, c, texts, func(int) bool { return true })
	subs := k.subs(t, c)
	slices.SortFunc(subs, func(a, b *models.Submission) int { // as they were loaded
		return slices.Index(texts, a.Answer("C2").Text) - slices.Index(texts, b.Answer("C2").Text)
	})
	return c, subs
}

func (k *kit) sheet(t testing.TB, by consult.Actor, c *models.Consultation, id string) *consult.RedactionSheet {
	t.Helper()
	sheet, err := k.Redactions(ctx, by, c, id)
	noError(t, err)
	return sheet
}

// choose is a choice for the part of an answer that is about words.
func choose(t testing.TB, sheet *consult.RedactionSheet, about, do string) consult.RedactionChoice {
	t.Helper()
	for _, a := range sheet.Answers {
		for _, it := range a.Items {
			if a.Text[it.Start:it.End] == about {
				return consult.RedactionChoice{Question: a.Question, Start: it.Start, End: it.End, Do: do}
			}
		}
	}
	t.Fatalf("nothing is about %q", about)
	return consult.RedactionChoice{}
}

func (k *kit) redactedText(t testing.TB, id string) string {
	t.Helper()
	sub, err := k.store.Submission(ctx, id)
	noError(t, err)
	return sub.Answer("C2").Redacted
}

func TestRedaction(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c, subs := redacting(t, k, told)
		id := subs[0].ID
		k.drain(t)
		unchecked := func(want int) {
			t.Helper()
			if n, err := consult.UncheckedRedactions(ctx, k.Service, c); err != nil || n != want {
				t.Errorf("%d unchecked (%v), want %d", n, err, want)
			}
		}
		unchecked(1)
		sheet := k.sheet(t, officer, c, id)
		before := k.redactedText(t, id)
		if sheet.Stage != consult.RedactionOpen || strings.Contains(before, "Anna") || strings.Contains(before, "900123") || !strings.Contains(before, "Quibblewick") {
			t.Fatalf("at first %s, %q", sheet.Stage, before)
		}

		// What is sure goes with one button; what it leaves is still to be decided.
		noError(t, k.Redact(ctx, officer, c, id, consult.RedactionDecisions{AcceptSure: true}))
		sheet = k.sheet(t, officer, c, id)
		if got := k.redactedText(t, id); got != before {
			t.Errorf("accepting changed the text to %q", got)
		}
		err := k.Redact(ctx, officer, c, id, consult.RedactionDecisions{Version: sheet.Version, Checked: true})
		wantKind(t, "checked with something open", err, models.KindInvalid)

		// A nickname is added, wherever it stands, and no standpoint.
		mark := func(words, replacement string) error {
			return k.Redact(ctx, officer, c, id, consult.RedactionDecisions{Version: sheet.Version, Added: []consult.RedactionMark{{Question: "C2", Words: words, Kind: "name", Replacement: replacement}}})
		}
		for name, words := range map[string]string{"a standpoint": "a resident", "nowhere": "Bob", "nothing": ""} {
			replacement := ""
			if words == "" {
				replacement = "x"
			}
			wantKind(t, name, mark(words, replacement), models.KindInvalid)
		}
		wantKind(t, "a replacement that repeats it", mark("bluehat", "Old Bluehat"), models.KindInvalid)
		wantKind(t, "a replacement that names somebody", mark("bluehat", "call 07700 900123"), models.KindInvalid)
		noError(t, mark("old bluehat", "a man"))
		if got := k.redactedText(t, id); !strings.Contains(got, "and [a man] waits") || strings.Contains(got, "bluehat") {
			t.Errorf("with the nickname out: %q", got)
		}
		for _, job := range []models.JobKind{models.JobIndex, models.JobThemes, models.JobErase} {
			var n int
			if noError(t, k.sql(t).QueryRow("SELECT COUNT(*) FROM jobs WHERE kind = '"+string(job)+"' AND state = 'pending'").Scan(&n)); n != 1 {
				t.Errorf("%d jobs of kind %s wait, want 1", n, job)
			}
		}
		k.drain(t)
		for _, words := range []string{"bluehat", "Anna"} {
			if found := k.find(t, officer, c, words); len(found) > 0 {
				t.Errorf("%s is still found", words)
			}
		}

		// Refusing lets something through, and needs a second person.
		wantKind(t, "an old version", k.Redact(ctx, second, c, id, consult.RedactionDecisions{Version: sheet.Version, AcceptSure: true}), models.KindConflict)
		sheet = k.sheet(t, officer, c, id)
		wantKind(t, "no reason", k.Redact(ctx, officer, c, id, consult.RedactionDecisions{Version: sheet.Version, Choices: []consult.RedactionChoice{choose(t, sheet, "Anna Smith", "because")}}), models.KindInvalid)
		wantKind(t, "no note", k.Redact(ctx, officer, c, id, consult.RedactionDecisions{Version: sheet.Version, Choices: []consult.RedactionChoice{choose(t, sheet, "Anna Smith", "other")}}), models.KindInvalid)
		refuse := consult.RedactionDecisions{Version: sheet.Version, Choices: []consult.RedactionChoice{choose(t, sheet, "Anna Smith", "public_figure")}, LeaveDoubtful: true, Checked: true}
		noError(t, k.Redact(ctx, officer, c, id, refuse))
		if got := k.redactedText(t, id); !strings.Contains(got, "neighbour Anna Smith rings [phone number]") {
			t.Errorf("after a refusal: %q", got)
		}
		sheet = k.sheet(t, second, c, id)
		if sheet.Stage != consult.RedactionSecond || sheet.Mine {
			t.Errorf("after a refusal it is %s, of mine %v", sheet.Stage, sheet.Mine)
		}
		unchecked(1)
		wantKind(t, "approving one's own", k.Redact(ctx, officer, c, id, consult.RedactionDecisions{Version: sheet.Version, Checked: true}), models.KindConflict)
		noError(t, k.Redact(ctx, second, c, id, consult.RedactionDecisions{Version: sheet.Version, Checked: true}))
		unchecked(0)
		log, err := k.RefusedRedactions(ctx, auditor, c)
		noError(t, err)
		var lines []string
		for _, r := range log {
			lines = append(lines, fmt.Sprint(r.Kind, ", ", r.Reason.Name(), ", ", r.Name, ", ", r.ApprovedBy))
		}
		if want := "name, already public, about a public figure, u-officer, u-second"; !slices.Contains(lines, want) || len(lines) != 2 {
			t.Errorf("the log of refusals is %q", lines)
		}

		// Who changes it later reopens it.
		sheet = k.sheet(t, second, c, id)
		noError(t, k.Redact(ctx, second, c, id, consult.RedactionDecisions{Version: sheet.Version, Choices: []consult.RedactionChoice{choose(t, sheet, "Anna Smith", consult.Accept)}, Checked: true}))
		unchecked(0) // nothing that is sure is let through any more
		if strings.Contains(k.redactedText(t, id), "Anna") {
			t.Error("what is taken out after all is there")
		}

		// Everything is on record, and none of it in words.
		trail, err := k.store.AuditTrail(ctx, c.ID, 0)
		noError(t, err)
		acts := map[string]int{}
		for _, e := range trail {
			if acts[e.Action]++; e.Undone {
				continue
			}
			for _, word := range []string{"Anna", "Smith", "bluehat", "900123", "Quibblewick"} {
				if strings.Contains(fmt.Sprint(e), word) {
					t.Errorf("the record repeats words: %+v", e)
				}
			}
		}
		if acts["redactions.decided"] < 2 || acts["redactions.checked"] != 2 || acts["redactions.approved"] < 1 || acts["submission.original-read"] == 0 {
			t.Errorf("on record are %v", acts)
		}
		if trail := fmt.Sprint(trail); !strings.Contains(trail, "1 name refused (already public, about a public figure)") || !strings.Contains(trail, "1 name added") {
			t.Error("the record does not say what was decided")
		}
		if strings.Contains(k.log.String(), "bluehat") {
			t.Error("the log repeats words")
		}

		// Frozen, nothing changes.
		c = k.move(t, c, models.StatusFrozen)
		err = k.Redact(ctx, officer, c, id, consult.RedactionDecisions{Version: 9, AcceptSure: true})
		wantKind(t, "frozen", err, models.KindClosed)
		if !k.sheet(t, officer, c, id).Frozen {
			t.Error("the sheet does not say that it is frozen")
		}
	})
}

// Two people at once: the second is refused and loses nothing, because nothing
// is overwritten.
func TestRedactionVersions(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c, subs := redacting(t, k, told)
		id := subs[0].ID
		mine, theirs := k.sheet(t, officer, c, id), k.sheet(t, second, c, id)
		if mine.OpenBy != "" || theirs.OpenBy != officer.ID {
			t.Errorf("open by %q to the first and %q to the second", mine.OpenBy, theirs.OpenBy)
		}
		results := make(chan error, 2)
		for _, by := range []consult.Actor{officer, second} {
			go func() { results <- k.Redact(ctx, by, c, id, consult.RedactionDecisions{Version: 0, AcceptSure: true}) }()
		}
		conflicts := 0
		for range 2 {
			if err := <-results; models.KindOf(err) == models.KindConflict {
				conflicts++
			} else {
				noError(t, err)
			}
		}
		if sheet := k.sheet(t, officer, c, id); conflicts != 1 || sheet.Version != 1 {
			t.Errorf("%d conflicts, version %d", conflicts, sheet.Version)
		}
	})
}

// People at risk are always read by two.
func TestRedactionOfPeopleAtRisk(t *testing.T) {
	k := one(t)
	c, subs := redacting(t, k, "The lamps are out.", "The bins are full.", "They move us on.")
	for _, sub := range subs {
		sheet := k.sheet(t, officer, c, sub.ID)
		noError(t, k.Redact(ctx, officer, c, sub.ID, consult.RedactionDecisions{Version: sheet.Version, LeaveDoubtful: true, Checked: true}))
	}
	p, err := k.RedactionProgress(ctx, officer, c)
	noError(t, err)
	if p.Submissions != 3 || p.Checked != 2 || p.Second != 1 || p.Approvable != 0 {
		t.Errorf("progress is %+v", p)
	}
	if next, err := k.NextRedaction(ctx, officer, c, true, ""); next != "" || err != nil {
		t.Errorf("whoever checked it is handed %q to approve (%v)", next, err)
	}
	if next, err := k.NextRedaction(ctx, second, c, true, ""); next != subs[2].ID || err != nil {
		t.Errorf("a second person is handed %q (%v)", next, err)
	}
	noError(t, k.Redact(ctx, second, c, subs[2].ID, consult.RedactionDecisions{Version: 1, Checked: true}))
	if n, err := consult.UncheckedRedactions(ctx, k.Service, c); n != 0 || err != nil {
		t.Errorf("%d unchecked (%v)", n, err)
	}
}

// A submission is handed to one person at a time, until the lease is over.
func TestRedactionIsHandedOutOnce(t *testing.T) {
	k := one(t)
	c, _ := redacting(t, k, "One.", "Two.")
	handed := map[string]bool{}
	for _, by := range []consult.Actor{officer, second} {
		next, err := k.NextRedaction(ctx, by, c, false, "")
		noError(t, err)
		handed[next] = true
		if again, err := k.NextRedaction(ctx, by, c, false, ""); again != next || err != nil {
			t.Errorf("whoever has one open is handed %q after %q (%v)", again, next, err)
		}
	}
	p, err := k.RedactionProgress(ctx, officer, c)
	if noError(t, err); len(p.Others) != 1 || p.Others[second.ID] != 1 {
		t.Errorf("others have open %v", p.Others)
	}
	third := consult.Actor{ID: "u-third", Role: models.RoleOfficer}
	if next, err := k.NextRedaction(ctx, third, c, false, ""); len(handed) != 2 || next != "" || err != nil {
		t.Errorf("handed out %v, then %q (%v)", handed, next, err)
	}
	k.clock.Advance(21 * time.Minute)
	if next, err := k.NextRedaction(ctx, third, c, false, ""); next == "" || err != nil {
		t.Errorf("never handed out again (%v)", err)
	}
}

// One that somebody leaves for now is free for others, and is handed out again after
// all that follow it: to who checks, and to who approves.
func TestRedactionIsLeftForNow(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c, subs := redacting(t, k, "Ring 07700 900121.", "Ring 07700 900122.", "Ring 07700 900123.")
		next := func(by consult.Actor, second bool, after string) string {
			t.Helper()
			id, err := k.NextRedaction(ctx, by, c, second, after)
			noError(t, err)
			return id
		}
		third := consult.Actor{ID: "u-third", Role: models.RoleOfficer}
		round := func(by, other consult.Actor, second bool) {
			t.Helper()
			var seen []string
			for id := next(by, second, ""); len(seen) < 3; id = next(by, second, id) {
				seen = append(seen, id)
			}
			first := seen[0]
			if slices.Sort(seen); len(slices.Compact(seen)) != 3 {
				t.Errorf("left one by one, handed out are %v", seen)
			}
			if again := next(by, second, ""); again != first {
				t.Errorf("after the last comes %s, the first was %s", again, first)
			}
			if left := next(by, second, first); left == first || next(other, second, "") != first {
				t.Errorf("what was left is not handed to somebody else: %s", first)
			}
		}
		round(officer, third, false)
		k.clock.Advance(21 * time.Minute)
		for _, sub := range subs { // let through, so that a second person has to approve
			sheet := k.sheet(t, officer, c, sub.ID)
			number := strings.TrimSuffix(strings.TrimPrefix(sub.Answer("C2").Text, "Ring "), ".")
			refuse := []consult.RedactionChoice{choose(t, sheet, number, string(models.RefusalNotIdentifier))}
			noError(t, k.Redact(ctx, officer, c, sub.ID, consult.RedactionDecisions{Version: sheet.Version, Choices: refuse, Checked: true}))
		}
		round(second, third, true)
	})
}

// A mix of details is a warning that must be answered.
func TestMixOfDetails(t *testing.T) {
	k := one(t)
	c, subs := redacting(t, k, "I am 34, a Romanian nurse with a limp, and I drive a red Corsa.")
	id := subs[0].ID
	sheet := k.sheet(t, officer, c, id)
	if len(sheet.Answers[0].Pieces) != 5 {
		t.Fatalf("the pieces are %v", sheet.Answers[0].Pieces)
	}
	save := func(do, note string, marks ...consult.RedactionMark) error {
		version := k.sheet(t, officer, c, id).Version
		return k.Redact(ctx, officer, c, id, consult.RedactionDecisions{Version: version, Mixes: []consult.MixChoice{{Question: "C2", Do: do, Note: note}}, Added: marks, AcceptSure: true, LeaveDoubtful: true, Checked: true})
	}
	wantKind(t, "unanswered", save("", ""), models.KindInvalid)
	wantKind(t, "said to be taken care of", save(consult.Accept, ""), models.KindInvalid)
	wantKind(t, "without a reason", save("other", ""), models.KindInvalid)
	noError(t, save("other", "Known to all: she says so in the paper."))
	if got := k.sheet(t, officer, c, id).Stage; got != consult.RedactionSecond {
		t.Errorf("let through, it is %s", got)
	}
	noError(t, save(consult.Accept, "", consult.RedactionMark{Question: "C2", Words: "with a limp", Kind: "detail"}, consult.RedactionMark{Question: "C2", Words: "a red Corsa", Kind: "detail", Replacement: "a car"},
		consult.RedactionMark{Question: "C2", Words: "Romanian nurse", Kind: "detail"}))
	if got := k.sheet(t, officer, c, id).Stage; got != consult.RedactionChecked {
		t.Errorf("taken care of, it is %s", got)
	}
	if got, want := k.redactedText(t, id), "I am 34, a [detail] [detail], and I drive [a car]."; got != want {
		t.Errorf("it reads %q", got)
	}
}

// What is quoted and holds words that are taken out now is gone at once; what
// does not, stays; and the report can be built all the while.
func TestRedactionAndQuotes(t *testing.T) {
	k := one(t)
	var texts []string
	for topic := range topics {
		for n := range 5 {
			texts = append(texts, spoken(topic, n)+" Zorblax did it.")
		}
	}
	c, subs := redacting(t, k, texts...)
	k.drain(t)
	noError(t, k.Move(ctx, officer, c, models.StatusClosed))
	c = k.reread(t, c)
	quotes, err := k.store.Quotes(ctx, c.ID)
	noError(t, err)
	if len(quotes) < 2 {
		t.Fatalf("%d quotes", len(quotes))
	}
	of := quotes[0]
	sub := subs[slices.IndexFunc(subs, func(s *models.Submission) bool { return s.ID == of.Submission })]
	quoted := string([]rune(sub.Answer("C2").Redacted)[of.Start:of.End])
	first := strings.Fields(strings.Trim(quoted, "."))
	inside := first[len(first)-1]
	noError(t, k.Redact(ctx, officer, c, sub.ID, consult.RedactionDecisions{Added: []consult.RedactionMark{{Question: "C2", Words: inside, Kind: "detail"}}}))
	after, err := k.store.Quotes(ctx, c.ID)
	noError(t, err)
	for _, q := range after {
		if q.Submission == sub.ID && q.SHA256 == of.SHA256 {
			t.Errorf("the quote %q stays although %q is taken out", quoted, inside)
		}
	}
	if _, err := k.DraftReport(ctx, officer, c); err != nil {
		t.Errorf("the report cannot be built: %v", err)
	}
	// Words taken out before a quote move it.
	moved := after[0]
	sub, err = k.store.Submission(ctx, moved.Submission)
	noError(t, err)
	sheet := k.sheet(t, officer, c, sub.ID)
	noError(t, k.Redact(ctx, officer, c, sub.ID, consult.RedactionDecisions{Version: sheet.Version, Added: []consult.RedactionMark{{Question: "C2", Words: "Zorblax", Kind: "name", Which: 1}}}))
	if _, err := k.DraftReport(ctx, officer, c); err != nil {
		t.Errorf("the report cannot be built: %v", err)
	}
	k.drain(t)
	found, err := k.Search(ctx, officer, c, search.Query{Text: "Zorblax"})
	noError(t, err)
	if slices.ContainsFunc(found.Hits, func(h consult.FoundAnswer) bool { return h.Submission.ID == sub.ID }) {
		t.Error("what is taken out is still found")
	}
	k.move(t, c, models.StatusFrozen)
}

// Whoever sends answers in place of others keeps what was taken out of those that
// stay the same; what was decided on others is void, and all comes up again.
func TestRedactionOfCorrectedAnswers(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"Old bluehat waits here.", "[name] waits here."}, {"Old bluehat waits there.", "Old bluehat waits there."},
	} {
		k := one(t)
		c := k.demo(t)
		code := k.send(t, c, resident("Old bluehat waits here.", true))
		id := k.subs(t, c)[0].ID
		noError(t, k.Redact(ctx, officer, c, id, consult.RedactionDecisions{Added: []consult.RedactionMark{{Question: "C6", Words: "Old bluehat", Kind: "name"}}, LeaveDoubtful: true, Checked: true}))
		key, err := k.Correct(ctx, c, code)
		noError(t, err)
		k.answer(t, key, c, resident(test.text, true))
		noError(t, k.Submit(ctx, key, c, consult.Proof{}))
		sub := k.subs(t, c)[0]
		if got := sub.Answer("C6").Redacted; sub.ID == id || got != test.want {
			t.Errorf("corrected to %q it reads %q, want %q", test.text, got, test.want)
		}
		if n, err := consult.UncheckedRedactions(ctx, k.Service, c); n != 1 || err != nil {
			t.Errorf("%d unchecked (%v), want it to come up again", n, err)
		}
		if left, err := k.store.RedactionsOf(ctx, id); err != nil || len(left) > 0 {
			t.Errorf("of the one before are left %v (%v)", left, err)
		}
	}
}

// What was decided on words that were changed since is void.
func TestRedactionOfChangedWords(t *testing.T) {
	k := one(t)
	c, subs := redacting(t, k, told)
	id := subs[0].ID
	mark := consult.RedactionMark{Question: "C2", Words: "bluehat", Kind: "name"}
	noError(t, k.Redact(ctx, officer, c, id, consult.RedactionDecisions{Added: []consult.RedactionMark{mark}, AcceptSure: true, LeaveDoubtful: true, Checked: true}))
	refused := func() int {
		t.Helper()
		log, err := k.RefusedRedactions(ctx, officer, c)
		noError(t, err)
		return len(log)
	}
	if n, err := consult.UncheckedRedactions(ctx, k.Service, c); n != 0 || err != nil || refused() != 1 {
		t.Fatalf("%d unchecked (%v), %d refused", n, err, refused())
	}
	now := k.subs(t, c)[0]
	now.Answer("C2").Text = "Now: " + now.Answer("C2").Text
	noError(t, k.store.CorrectAnswers(ctx, now, []string{"C2"}))
	sheet := k.sheet(t, officer, c, id)
	for _, it := range sheet.Answers[0].Items {
		if it.Decided != nil {
			t.Errorf("decided is still %+v", it.Decided)
		}
	}
	if n, err := consult.UncheckedRedactions(ctx, k.Service, c); n != 1 || err != nil || refused() != 0 || sheet.Stage != consult.RedactionOpen {
		t.Errorf("%d unchecked (%v), %d refused, %s", n, err, refused(), sheet.Stage)
	}
}

// Things of another consultation are not there, and what does not count is left
// alone.
func TestRedactionElsewhere(t *testing.T) {
	k := one(t)
	c, subs := redacting(t, k, told)
	other := k.demo(t)
	wantKind(t, "another consultation's", k.Redact(ctx, officer, other, subs[0].ID, consult.RedactionDecisions{}), models.KindNotFound)
	_, err := k.Redactions(ctx, officer, other, subs[0].ID)
	wantKind(t, "another consultation's sheet", err, models.KindNotFound)
	for _, choice := range []consult.RedactionChoice{{Question: "C2", Start: 1, End: 3, Do: consult.Accept}, {Question: "ZZ", Do: consult.Accept}} {
		wantKind(t, "a part that is not there", k.Redact(ctx, officer, c, subs[0].ID, consult.RedactionDecisions{Choices: []consult.RedactionChoice{choice}}), models.KindConflict)
	}
	noError(t, k.SetAside(ctx, officer, c, subs[0].ID, models.AsideOther, "A test of ours."))
	_, err = k.Redactions(ctx, officer, c, subs[0].ID)
	wantKind(t, "set aside", err, models.KindConflict)
}
