package consult_test

import (
	"encoding/csv"
	"fmt"
	"strings"
	"testing"

	"heard/app/consult"
	"heard/models"
)

// Everybody keeps their own, and nobody is shown what others keep but the notes
// that they share; no record tells what a councillor reads or looks for.
func TestWhatPeopleKeep(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		for i := range 6 {
			k.send(t, c, resident(fmt.Sprintf("Lanterns, %d.", i), true))
		}
		refused := k.send(t, c, resident("Not to be quoted.", false))
		k.drain(t)
		colleague := consult.Actor{ID: "u-colleague", Role: models.RoleCouncillor}
		noError(t, k.store.SaveUser(ctx, models.User{ID: councillor.ID, Email: "councillor@penrow.example", Role: models.RoleCouncillor}))
		kept := func(by consult.Actor) *consult.Kept {
			t.Helper()
			all, err := k.Kept(ctx, by, c, "")
			noError(t, err)
			return all
		}
		var ids []string
		for _, s := range k.subs(t, c) {
			if s.Allows(models.ConsentQuote) {
				ids = append(ids, s.ID)
			}
		}
		wantKind(t, "a councillor lists what is not released", k.List(ctx, councillor, c, ids[0], false), models.KindNotFound)
		wantKind(t, "a councillor notes what is not released", k.WriteNote(ctx, councillor, c, ids[0], "Canary.", false), models.KindNotFound)
		c = k.move(t, c, models.StatusClosed)
		noError(t, k.ReleaseNew(ctx, c.ID))

		// Searches.
		noError(t, k.SaveSearch(ctx, councillor, c, " Canary search ", "q=canary"))
		noError(t, k.SaveSearch(ctx, councillor, c, "Canary search", "q=canary&g=resident"))
		for name, query := range map[string]string{"": "q=x", "x": "", strings.Repeat("x", 121): "q=x", "long": strings.Repeat("x", 8001)} {
			wantKind(t, "saving "+name, k.SaveSearch(ctx, councillor, c, name, query), models.KindInvalid)
		}
		if got := kept(councillor).Searches; len(got) != 1 || got[0].Name != "Canary search" || got[0].Query != "q=canary&g=resident" {
			t.Errorf("saved are %+v", got)
		}
		id := kept(councillor).Searches[0].ID
		wantKind(t, "a colleague deletes it", k.ForgetSearch(ctx, colleague, c, id), models.KindNotFound)

		// The reading list.
		noError(t, k.List(ctx, councillor, c, ids[0], false))
		noError(t, k.List(ctx, councillor, c, ids[1], false))
		noError(t, k.List(ctx, councillor, c, ids[1], true))
		wantKind(t, "nothing", k.List(ctx, councillor, c, "nothing", true), models.KindNotFound)
		all := kept(councillor)
		marks, err := k.Marks(ctx, councillor, c)
		noError(t, err)
		if listed, read := marks.On(ids[1]); !listed || !read || len(all.Reading) != 2 || all.Reading[0].Submission.Answer("C6") == nil {
			t.Errorf("listed %v, read %v, %d in all", listed, read, len(all.Reading))
		}
		if listed, _ := marks.On(ids[2]); listed {
			t.Error("what was never listed is")
		}

		// Notes.
		noError(t, k.WriteNote(ctx, councillor, c, ids[0], " A canary for me. ", false))
		noError(t, k.WriteNote(ctx, councillor, c, ids[0], "A canary for officers.", true))
		noError(t, k.WriteNote(ctx, officer, c, ids[0], "An officer's canary.", false))
		wantKind(t, "an empty note", k.WriteNote(ctx, officer, c, ids[0], " \n", false), models.KindInvalid)
		wantKind(t, "a long note", k.WriteNote(ctx, officer, c, ids[0], strings.Repeat("x", 5001), false), models.KindInvalid)
		for _, shown := range []struct {
			by   consult.Actor
			want []string
		}{
			{councillor, []string{"A canary for me.", "A canary for officers."}},
			{colleague, nil},
			{officer, []string{"A canary for officers. by councillor@penrow.example", "An officer's canary."}},
			{analyst, []string{"A canary for officers. by councillor@penrow.example"}},
		} {
			by, want := shown.by, shown.want
			notes, err := k.Notes(ctx, by, c, ids[0])
			noError(t, err)
			got := map[string]bool{}
			for _, n := range notes {
				text := n.Text
				if n.Author != "" {
					text += " by " + n.Author
				}
				got[text] = true
			}
			if len(got) != len(want) {
				t.Errorf("%s is shown %v, want %v", by.ID, got, want)
			}
			for _, text := range want {
				if !got[text] {
					t.Errorf("%s is not shown %q but %v", by.ID, text, got)
				}
			}
			if other, err := k.Notes(ctx, by, c, ids[1]); err != nil || len(other) > 0 {
				t.Errorf("%s is shown %v beside another submission (%v)", by.ID, other, err)
			}
		}
		if mine := kept(councillor).Notes; len(mine) != 2 || mine[0].PublicID == "" {
			t.Errorf("a councillor keeps the notes %+v", mine)
		}
		if theirs := kept(colleague); len(theirs.Searches)+len(theirs.Reading)+len(theirs.Notes) > 0 {
			t.Errorf("a colleague is shown %+v", theirs)
		}
		own := kept(officer).Notes[0].ID
		wantKind(t, "a councillor deletes an officer's note", k.DeleteNote(ctx, councillor, c, own), models.KindNotFound)
		noError(t, k.DeleteNote(ctx, officer, c, own))

		trail, err := k.store.AuditTrail(ctx, c.ID, 0)
		noError(t, err)
		told := 0
		for _, e := range trail {
			if strings.Contains(strings.ToLower(fmt.Sprint(e)), "canary") {
				t.Errorf("the record holds what was kept: %+v", e)
			}
			if e.Actor == councillor.ID && e.Object != "" {
				if told++; e.Action != "note.written" || e.Object != ids[0] {
					t.Errorf("the record tells what was read: %+v", e)
				}
			}
		}
		if told != 1 {
			t.Errorf("the record tells %d times what a note is about, want once: for the one that is shared", told)
		}
		for action, want := range map[string]int{"search.saved": 2, "note.written": 3, "note.deleted": 1} {
			n := 0
			for _, e := range trail {
				if e.Action == action {
					n++
				}
			}
			if n != want {
				t.Errorf("%s is on record %d times, want %d", action, n, want)
			}
		}
		if strings.Contains(strings.ToLower(k.log.String()), "canary") {
			t.Error("the log holds what was kept")
		}

		// What is set aside is off every list; what is taken back is gone.
		noError(t, k.SetAside(ctx, officer, c, ids[0], models.AsideOther, "A test of ours."))
		if left := kept(councillor); len(left.Reading) != 1 || len(left.Notes) != 0 {
			t.Errorf("of what was set aside a councillor keeps %d and %d notes", len(left.Reading), len(left.Notes))
		}
		noError(t, k.Withdraw(ctx, c, refused))
		noError(t, k.Unlist(ctx, councillor, c, ids[1]))
		noError(t, k.ForgetSearch(ctx, councillor, c, id))
		if left := kept(councillor); len(left.Searches)+len(left.Reading) != 0 {
			t.Errorf("a councillor still keeps %+v", left)
		}
	})
}

// Notes that are shared with those who code the answers are found by their words
// and taken away, harmless to spreadsheets; nobody else's own thoughts are, and the
// record says that, not what was looked for.
func TestSharedNotesAreFoundAndTakenAway(t *testing.T) {
	k := one(t)
	c := k.demo(t)
	code := k.send(t, c, resident("Lanterns.", true))
	gone := k.send(t, c, resident("More lanterns.", true))
	k.drain(t)
	noError(t, k.store.SaveUser(ctx, models.User{ID: analyst.ID, Email: "analyst@penrow.example", Role: models.RoleAnalyst}))
	about, other := k.behind(t, code), k.behind(t, gone)
	noError(t, k.WriteNote(ctx, analyst, c, about.ID, "=Ask which CANARY bridge.", true))
	noError(t, k.WriteNote(ctx, analyst, c, about.ID, "A canary of my own.", false))
	noError(t, k.WriteNote(ctx, officer, c, about.ID, "The canary, “quoted”,\nin two lines.", true))
	noError(t, k.WriteNote(ctx, officer, c, about.ID, "My own canary.", false))
	noError(t, k.WriteNote(ctx, officer, c, other.ID, "Something else.", true))
	noError(t, k.WriteNote(ctx, second, c, other.ID, "The canary of somebody who left.", true))

	for _, want := range []struct {
		by          consult.Actor
		find        string
		own, shared int
	}{{officer, "", 3, 2}, {officer, " Canary ", 2, 2}, {officer, "which canary BRIDGE", 0, 1}, {officer, "nothing", 0, 0}, {analyst, "canary", 2, 2}, {councillor, "", 0, 0}} {
		kept, err := k.Kept(ctx, want.by, c, want.find)
		noError(t, err)
		if len(kept.Notes) != want.own || len(kept.Shared) != want.shared {
			t.Errorf("%s finds %d and %d notes that say %q, want %d and %d", want.by.ID, len(kept.Notes), len(kept.Shared), want.find, want.own, want.shared)
		}
		for _, n := range kept.Shared {
			if n.By == want.by.ID || !n.Note.Shared || n.Author == "" || n.PublicID == "" {
				t.Errorf("%s is shown %+v as what others share", want.by.ID, n)
			}
		}
	}

	taken := func(by consult.Actor, find string) [][]string {
		t.Helper()
		file, err := k.ExportNotes(ctx, by, c, find)
		noError(t, err)
		rows, err := csv.NewReader(strings.NewReader(string(file))).ReadAll()
		noError(t, err)
		return rows[1:]
	}
	rows := taken(officer, "CANARY")
	text := fmt.Sprint(rows)
	if len(rows) != 3 || !strings.Contains(text, "in two lines") || !strings.Contains(text, "who left") || strings.Contains(text, "own") {
		t.Errorf("taken away are %q", rows)
	}
	for _, r := range rows {
		if strings.HasPrefix(r[3], "=") || r[1] != "2026-11-23" || r[2] == "" {
			t.Errorf("a row is %q", r)
		}
		if strings.Contains(r[3], "bridge") && (r[0] != about.PublicID || r[2] != "analyst@penrow.example") {
			t.Errorf("the analyst's note is %q", r)
		}
	}
	noError(t, k.Withdraw(ctx, c, gone))
	if rows := taken(analyst, ""); len(rows) != 2 {
		t.Errorf("once one was taken back, %q are taken away", rows)
	}
	_, err := k.ExportNotes(ctx, councillor, c, "")
	wantKind(t, "a councillor takes notes away", err, models.KindForbidden)
	trail, err := k.store.AuditTrail(ctx, c.ID, 0)
	noError(t, err)
	told := 0
	for _, e := range trail {
		if e.Action == "notes.exported" {
			told++
		}
		if strings.Contains(strings.ToLower(fmt.Sprint(e)), "canary") {
			t.Errorf("the record holds words: %+v", e)
		}
	}
	if told != 2 || strings.Contains(strings.ToLower(k.log.String()), "canary") {
		t.Errorf("on record %d times, want 2; or the log holds words", told)
	}
}

// A note goes with the submission that it is about, however late.
func TestNotesAreWithdrawn(t *testing.T) {
	k := one(t)
	c := k.demo(t)
	code := k.send(t, c, resident("Lanterns.", true))
	id := k.subs(t, c)[0].ID
	noError(t, k.WriteNote(ctx, officer, c, id, "A canary.", true))
	noError(t, k.List(ctx, officer, c, id, true))
	noError(t, k.Withdraw(ctx, c, code))
	if left := k.tables(t, "notes", "reading_list"); left["notes"]+left["reading_list"] != 0 {
		t.Errorf("what was kept of a withdrawn submission stays: %v", left)
	}
	wantKind(t, "a note on what was withdrawn", k.WriteNote(ctx, officer, c, id, "A canary.", true), models.KindNotFound)
	if left := k.tables(t, "notes"); left["notes"] != 0 {
		t.Error("a note was written on what was withdrawn")
	}
}
