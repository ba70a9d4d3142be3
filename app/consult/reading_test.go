package consult_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"heard/app/consult"
	"heard/models"
	"heard/models/storetest"
)

// withFiles sends an organisation's answers with pictures and returns the code.
func (k *kit) withFiles(t *testing.T, c *models.Consultation, names ...string) string {
	t.Helper()
	key := k.fill(t, c, organisation("What we say stands in the files."))
	for _, name := range names {
		noError(t, k.Attach(ctx, key, c, name, picture(t)))
	}
	noError(t, k.Submit(ctx, key, c, consult.Proof{}))
	list, err := k.receipt(key, c)
	noError(t, err)
	noError(t, k.DestroyDraft(ctx, key))
	return strings.Join(list, " ")
}

func (k *kit) reading(t testing.TB, by consult.Actor, c *models.Consultation, id string) *consult.Reading {
	t.Helper()
	r, err := k.OpenReading(ctx, by, c, id)
	noError(t, err)
	return r
}

// refusedAt returns the fields that a refusal names.
func refusedAt(err error) (fields []string) {
	for _, f := range models.FieldsOf(err) {
		fields = append(fields, f.Field)
	}
	return fields
}

// Nothing is frozen until an officer has read every submission and summarised
// every attachment, and nobody's word but an officer's will do.
func TestEverythingIsReadBeforeFreezing(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		const canary = "Quincemarmalade"
		c := k.demo(t)
		plain := k.behind(t, k.send(t, c, resident("The lamps are out, says "+canary+".", true)))
		code := k.withFiles(t, c, "one.png", "two.png")
		held := k.behind(t, code)
		withdrawn := k.send(t, c, resident("I take this back.", true))
		noError(t, k.Withdraw(ctx, c, withdrawn))
		noError(t, k.SetAside(ctx, officer, c, k.behind(t, k.send(t, c, resident("By a program.", true))).ID, models.AsideOther, "a test"))
		c = k.release(t, c)
		for _, by := range []consult.Actor{officer, analyst, councillor} {
			if _, _, err := k.Submission(ctx, by, c, plain.ID, false); err != nil {
				t.Fatal(err)
			}
		}
		refused := func(want string) {
			t.Helper()
			for _, by := range []consult.Actor{officer, admin, consult.Portal} {
				err := k.Move(ctx, by, c, models.StatusFrozen)
				wantKind(t, "freezing", err, models.KindConflict)
				if !strings.Contains(fmt.Sprint(err), want) {
					t.Errorf("freezing is refused with %q, want %q", err, want)
				}
			}
			if k.reread(t, c).Status != models.StatusClosed {
				t.Fatal("it was frozen")
			}
		}
		refused("2 submissions have not been read, and 2 attachments have no summary.")

		wantKind(t, "reading by an analyst", k.Read(ctx, analyst, c, plain.ID, consult.ReadingWork{Done: true}), models.KindForbidden)
		noError(t, k.Read(ctx, officer, c, plain.ID, consult.ReadingWork{Done: true}))
		refused("1 submission has not been read, and 2 attachments have no summary.")

		// It counts as read once each attachment has a summary.
		first, last := held.Attachments[0].Key, held.Attachments[1].Key
		work := consult.ReadingWork{Done: true, Summaries: []models.Summary{{Attachment: first, Text: " " + canary + " in the first. "}}}
		err := k.Read(ctx, officer, c, held.ID, work)
		wantKind(t, "reading without a summary", err, models.KindInvalid)
		if got := refusedAt(err); !slices.Equal(got, []string{"summary-2"}) {
			t.Errorf("refused at %v", got)
		}
		if n := k.tables(t, "summaries")["summaries"]; n > 0 {
			t.Error("part of what was refused was kept")
		}
		work.Done, work.Rich = false, new(bool)
		*work.Rich = true
		noError(t, k.Read(ctx, officer, c, held.ID, work))
		refused("1 submission has not been read, and 1 attachment has no summary.")
		work = consult.ReadingWork{Done: true, Summaries: []models.Summary{{Attachment: first, Version: 1, Text: canary + " in the first."}, {Attachment: last, Text: "Stairs."}}}
		noError(t, k.Read(ctx, second, c, held.ID, work))

		// An author who answers a message says more, which is to be read, too.
		noError(t, k.Ask(ctx, officer, c, held.ID, "Which stairs do you mean?"))
		noError(t, k.Reply(ctx, c, code, "Those by the canal."))
		refused("1 submission has not been read.")
		wantKind(t, "reading what it said before", k.Read(ctx, second, c, held.ID, consult.ReadingWork{Done: true}), models.KindConflict)
		r := k.reading(t, second, c, held.ID)
		if !r.Unread() || len(r.Readers) != 1 || r.Rich == nil || r.Rich.By != officer.ID {
			t.Errorf("after the reply: %+v", r)
		}
		noError(t, k.Read(ctx, second, c, held.ID, consult.ReadingWork{Done: true, Revision: r.Revision}))
		queue, err := k.ReadingQueue(ctx, officer, c, models.ReadingAll, 1)
		noError(t, err)
		if n := queue.Counts; n.Submissions != 2 || n.Read != 2 || n.Attachments != 2 || n.Summarised != 2 || n.Rich != 1 || len(n.Readers) != 2 {
			t.Errorf("counts %+v", n)
		}
		noError(t, k.Move(ctx, officer, c, models.StatusFrozen))
		c = k.reread(t, c)
		wantKind(t, "reading what is frozen", k.Read(ctx, officer, c, held.ID, consult.ReadingWork{Back: true}), models.KindClosed)
		_, err = k.NextToRead(ctx, officer, c, "")
		wantKind(t, "asking for more", err, models.KindClosed)

		trail, err := k.store.AuditTrail(ctx, c.ID, 0)
		noError(t, err)
		acts := map[string]int{}
		for _, e := range trail {
			if !e.Undone {
				acts[e.Action]++
			}
			if strings.Contains(fmt.Sprint(e), canary) {
				t.Errorf("the record holds words: %+v", e)
			}
		}
		if acts["submission.read"] != 3 || acts["attachment.summarised"] != 2 || acts["submission.rich"] != 1 {
			t.Errorf("on record are %v", acts)
		}
		if strings.Contains(k.log.String(), canary) {
			t.Error("the log holds words")
		}
	})
}

// What an author changes is read again; a file that stays the same keeps its
// summary, and what goes takes its summary along.
func TestCorrectionsAreReadAgain(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		code := k.withFiles(t, c, "one.png", "two.png")
		old := k.behind(t, code)
		var work consult.ReadingWork
		for _, a := range old.Attachments {
			work.Summaries = append(work.Summaries, models.Summary{Attachment: a.Key, Text: "Summary of " + a.Key})
		}
		work.Done = true
		noError(t, k.Read(ctx, officer, c, old.ID, work))

		key := k.correct(t, c, code)
		noError(t, k.Detach(ctx, key, c, 1))
		noError(t, k.Submit(ctx, key, c, consult.Proof{}))
		fresh := k.behind(t, code)
		id, err := k.NextToRead(ctx, officer, c, "")
		noError(t, err)
		r := k.reading(t, officer, c, fresh.ID)
		kept := r.Summaries[old.Attachments[0].Key]
		if id != fresh.ID || !r.Unread() || len(kept) != 1 || kept[0].By != officer.ID || kept[0].Text != "Summary of "+kept[0].Attachment {
			t.Errorf("next is %s, want %s; known is %+v", id, fresh.ID, r)
		}
		if n := k.tables(t, "summaries", "readings"); n["summaries"] != 1 || n["readings"] != 0 {
			t.Errorf("left are %v", n)
		}
		noError(t, k.Withdraw(ctx, c, code))
		if n := k.tables(t, "summaries", "reading_claims"); n["summaries"]+n["reading_claims"] != 0 {
			t.Errorf("after it was taken back, left are %v", n)
		}
		wantKind(t, "reading what was taken back", k.Read(ctx, officer, c, fresh.ID, consult.ReadingWork{Done: true}), models.KindNotFound)
	})
}

// Two officers write about one attachment: neither overwrites the other, and
// what each wrote before stays.
func TestSummariesAreNotOverwritten(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		sub := k.behind(t, k.withFiles(t, c, "one.png"))
		write := func(by consult.Actor, version int, text string) error {
			return k.Read(ctx, by, c, sub.ID, consult.ReadingWork{Summaries: []models.Summary{{Attachment: sub.Attachments[0].Key, Version: version, Text: text}}})
		}
		noError(t, write(officer, 0, "")) // nothing yet
		noError(t, write(officer, 0, "A plan of the steps."))
		err := write(second, 0, "Plan of steps, and a lamp.")
		wantKind(t, "a second summary at once", err, models.KindConflict)
		if got := refusedAt(err); !slices.Equal(got, []string{"summary-1"}) {
			t.Errorf("refused at %v", got)
		}
		noError(t, write(second, 1, "A plan of the steps, and a lamp."))
		noError(t, write(officer, 1, "A plan of the steps.")) // left as it was on the page: nothing of theirs
		noError(t, write(officer, 2, "A plan of the steps, and a lamp.\r\n"))
		wantKind(t, "taking it away", write(officer, 2, " "), models.KindInvalid)
		wantKind(t, "too long", write(officer, 2, strings.Repeat("ä", models.MaxSummary+1)), models.KindInvalid)
		noError(t, write(officer, 2, strings.Repeat("ä", models.MaxSummary)))
		wantKind(t, "another's attachment", k.Read(ctx, officer, c, sub.ID, consult.ReadingWork{Summaries: []models.Summary{{Attachment: "elsewhere", Text: "x"}}}), models.KindNotFound)
		var got []string
		for _, m := range k.reading(t, officer, c, sub.ID).Summaries[sub.Attachments[0].Key] {
			got = append(got, fmt.Sprintf("%d %s %.20s", m.Version, m.By, m.Text))
		}
		want := []string{"3 u-officer " + strings.Repeat("ä", 20), "2 u-second A plan of the steps,", "1 u-officer A plan of the steps."}
		if !slices.Equal(got, want) {
			t.Errorf("kept are %q, want %q", got, want)
		}

		// Who writes first wins, the other is told; nothing is lost between them.
		var writing sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			writing.Go(func() { errs[i] = write(officer, 3, fmt.Sprintf("Version of writer %d.", i)) })
		}
		writing.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else {
				wantKind(t, "writing at once", err, models.KindConflict)
			}
		}
		if won != 1 || k.tables(t, "summaries")["summaries"] != 4 {
			t.Errorf("%d of 4 wrote version 4; %v", won, k.tables(t, "summaries"))
		}
	})
}

// Work is handed out without collisions, comes back when it is abandoned, and
// belongs to one consultation.
func TestReadingIsHandedOut(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		other := k.open(t, []byte(invented))
		storetest.Create(t, k.store, storetest.Submission(other.ID, 0))
		for i := range 3 {
			k.send(t, c, resident(fmt.Sprintf("Lamp %d.", i), true))
			k.clock.Advance(24 * time.Hour)
		}
		next := func(by consult.Actor, after string) string {
			t.Helper()
			id, err := k.NextToRead(ctx, by, c, after)
			noError(t, err)
			return id
		}
		mine, theirs := next(officer, ""), next(second, "")
		if mine == theirs || mine == "" || theirs == "" {
			t.Fatalf("handed out %q and %q", mine, theirs)
		}
		if r := k.reading(t, second, c, mine); r.Held != officer.ID {
			t.Errorf("held by %q", r.Held)
		}
		if r := k.reading(t, officer, c, mine); r.Held != "" || !r.Open {
			t.Errorf("to its reader: %+v", r)
		}
		queue, err := k.ReadingQueue(ctx, second, c, models.ReadingHeld, 9)
		noError(t, err)
		if len(queue.Items) != 1 || queue.Items[0].ID != mine || queue.Items[0].Mine || queue.Page != 1 || queue.Pages != 1 {
			t.Errorf("held by others: %+v", queue)
		}
		// Two may read the same; it is read by both.
		noError(t, k.Read(ctx, second, c, mine, consult.ReadingWork{Done: true}))
		if r := k.reading(t, officer, c, mine); len(r.Readers) != 1 || r.Unread() {
			t.Errorf("read by a second: %+v", r)
		}
		noError(t, k.Read(ctx, second, c, theirs, consult.ReadingWork{Back: true}))
		if got := next(officer, mine); got != theirs {
			t.Errorf("given back was %s, next is %s", theirs, got)
		}
		k.clock.Advance(consult.ReadingLease - time.Minute)
		noError(t, k.Read(ctx, officer, c, theirs, consult.ReadingWork{})) // works on it
		k.clock.Advance(consult.ReadingLease - time.Minute)
		if last := next(second, ""); last == theirs || last == mine {
			t.Error("what is being worked on was handed out")
		}
		if got := next(consult.Actor{ID: "u-third", Role: models.RoleOfficer}, ""); got != "" {
			t.Errorf("a third is given %s", got)
		}
		k.clock.Advance(time.Minute)
		if got := next(consult.Actor{ID: "u-third", Role: models.RoleOfficer}, ""); got != theirs {
			t.Errorf("what was abandoned is %s, handed out is %q", theirs, got)
		}

		id := storetest.Submission(other.ID, 0).Submission.ID
		_, err = k.OpenReading(ctx, officer, c, id)
		wantKind(t, "opening another consultation's", err, models.KindNotFound)
		wantKind(t, "reading another consultation's", k.Read(ctx, officer, c, id, consult.ReadingWork{Done: true}), models.KindNotFound)
		wantKind(t, "nothing", k.Read(ctx, officer, c, "nothing", consult.ReadingWork{}), models.KindNotFound)
	})
}
