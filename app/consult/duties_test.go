package consult_test

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"heard/app/consult"
	"heard/app/demo"
	"heard/models"
	"heard/models/storetest"
)

// settle puts a duty on record, after whatever is there.
func (k *kit) settle(t testing.TB, c *models.Consultation, number int, state models.DutyState) {
	t.Helper()
	d, err := k.Duties(ctx, officer, c)
	noError(t, err)
	r := models.DutyRecord{Duty: number, Version: 1 + len(d.Earlier[number]), State: state, Evidence: "Made up.", Owner: "Ada Tremlett", Done: k.Today()}
	noError(t, k.RecordDuty(ctx, officer, c, r))
}

// Every step is tried with each hard duty before it unmet, by itself, and is
// refused with that duty's number and what to do; with all of them met it is
// taken. What is worked out is made untrue, not recorded as such.
func TestEveryStepWaitsForEveryDuty(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c, err := k.SaveConsultation(ctx, officer, "x.yaml", []byte(invented)) // names no signposts and no expiry
		noError(t, err)
		for _, e := range k.themes(t, c) { // none: nothing is out of scope
			t.Fatalf("a theme before anybody answered: %s", e.ID)
		}
		dates := models.Timeline{Version: 1, Meeting: "2026-11-20", CallIn: "2026-11-20", Decision: "Kept for three years.", Ordered: "2026-11-21", InForce: "2026-11-22"}
		tried := 0
		step := func(to models.Status) error {
			if to == models.StatusPublished {
				v, err := k.Versions(ctx, officer, c)
				noError(t, err)
				if v.Proposal == nil {
					noError(t, k.ProposeReport(ctx, officer, c, ""))
					v, err = k.Versions(ctx, officer, c)
					noError(t, err)
				}
				return k.PublishReport(ctx, second, c, v.Proposal.Hash)
			}
			return k.Move(ctx, officer, c, to)
		}
		for _, to := range models.Statuses()[1:] {
			if to == models.StatusDecided {
				// Nobody decides on what nobody wrote down.
				storetest.MeetDuties(t, k.store, c.ID)
				refused := step(to)
				wantKind(t, "a decision without words", refused, models.KindConflict)
				if fields := models.FieldsOf(refused); len(fields) != 1 || fields[0].Field != "days" || !strings.Contains(fields[0].Message, "what was decided") {
					t.Errorf("a decision without words: %v", fields)
				}
				noError(t, k.SetTimeline(ctx, officer, c, dates))
			}
			var before []models.Duty
			for _, d := range models.Duties {
				if d.Hard && d.Before == to && d.Number != 17 && d.Number != 20 { // which have tests of their own: TestEverythingIsReadBeforeFreezing, TestVersions
					before = append(before, d)
				}
			}
			for _, unmet := range before {
				if unmet.Number == 18 {
					continue // see TestOutOfScopeNeedsAReason
				}
				for _, d := range models.Duties {
					switch {
					case d.Number == unmet.Number:
						k.settle(t, c, d.Number, models.DutyOpen)
					case d.Before == to:
						k.settle(t, c, d.Number, models.DutyNotApplicable)
					}
				}
				refused := step(to)
				wantKind(t, fmt.Sprintf("%s without duty %d", to, unmet.Number), refused, models.KindConflict)
				fields := slices.DeleteFunc(models.FieldsOf(refused), func(f models.FieldError) bool { return strings.Contains(f.Field, ":") }) // what it waits for
				if len(fields) != 1 || fields[0].Field != fmt.Sprintf("duty-%d", unmet.Number) || !strings.HasPrefix(fields[0].Message, fmt.Sprintf("Duty %d: %s. ", unmet.Number, unmet.Text)) || !strings.HasSuffix(fields[0].Message, ".") {
					t.Errorf("%s without duty %d is refused with %v", to, unmet.Number, fields)
				}
				if now := k.reread(t, c).Status; now != c.Status {
					t.Fatalf("%s without duty %d: the consultation is %s", to, unmet.Number, now)
				}
				d, err := k.Duties(ctx, officer, c)
				noError(t, err)
				if d.Owed(to) != 1 {
					t.Errorf("%s without duty %d: %d are owed", to, unmet.Number, d.Owed(to))
				}
				k.settle(t, c, unmet.Number, models.DutyNotApplicable)
				tried++
			}
			noError(t, step(to))
			c = k.reread(t, c)
			if c.Status != to {
				t.Fatalf("the consultation is %s, expected %s", c.Status, to)
			}
		}
		if tried != 22 {
			t.Errorf("%d hard duties were tried, expected 22: all 25 but 17, 18 and 20", tried)
		}
		// What was decided is public, and stays.
		dates.Version, dates.Decision = 2, "Something else."
		wantKind(t, "another decision", k.SetTimeline(ctx, officer, c, dates), models.KindConflict)
		o, err := k.Outcome(ctx, c)
		noError(t, err)
		if diff := cmp.Diff(&consult.Outcome{Decision: "Kept for three years.", Day: "2026-11-20", Ordered: "2026-11-21", InForce: "2026-11-22"}, o); diff != "" {
			t.Errorf("the outcome of an extension, which s.66 does not name (-want +got):\n%s", diff)
		}
	})
}

func (k *kit) themes(t testing.TB, c *models.Consultation) []models.Theme {
	t.Helper()
	all, err := k.store.Themes(ctx, c.ID)
	noError(t, err)
	return all
}

func TestOutOfScopeNeedsAReason(t *testing.T) {
	k := one(t)
	c := k.full(t)
	// As if a fault of the program had let it through.
	k.exec(t, "DELETE FROM duty_records WHERE duty = 18")
	k.exec(t, "UPDATE themes SET status = 'out_of_scope', reason = '' WHERE id = '"+k.themes(t, c)[0].ID+"'")
	c = func() *models.Consultation {
		noError(t, k.Move(ctx, officer, c, models.StatusClosed))
		return k.reread(t, c)
	}()
	storetest.ReadAll(t, k.store, c.ID, officer.ID)
	storetest.CheckAll(t, k.store, c.ID, officer.ID, second.ID)
	err := k.Move(ctx, officer, c, models.StatusFrozen)
	wantKind(t, "freezing", err, models.KindConflict)
	if fields := models.FieldsOf(err); len(fields) != 1 || fields[0].Field != "duty-18" {
		t.Errorf("freezing with a theme out of scope for no reason is refused with %v", fields)
	}
	k.exec(t, "UPDATE themes SET reason = 'Another council decides.' WHERE status = 'out_of_scope'")
	noError(t, k.Move(ctx, officer, c, models.StatusFrozen))
}

// The demonstration meets its duties by what its invented council did.
func TestDemonstrationMeetsItsDuties(t *testing.T) {
	k := one(t)
	source, err := demo.Source(k.clock.Now())
	noError(t, err)
	c, err := k.SaveConsultation(ctx, officer, "demo.yaml", source)
	noError(t, err)
	wantKind(t, "opening with nothing on record", k.Move(ctx, officer, c, models.StatusOpen), models.KindConflict)
	for _, r := range demo.Duties(c, k.clock.Now()) {
		noError(t, k.RecordDuty(ctx, officer, c, r))
	}
	noError(t, k.SetTimeline(ctx, officer, c, demo.Timeline(c)))
	for _, e := range demo.Register(c, k.clock.Now()) {
		noError(t, k.KeepEntry(ctx, officer, c, e))
	}
	noError(t, k.Move(ctx, officer, c, models.StatusOpen))
	c = k.reread(t, c)
	err = k.Move(ctx, officer, c, models.StatusClosed)
	if fields := models.FieldsOf(err); len(fields) != 1 || fields[0].Field != "duty-16" {
		t.Errorf("closing before people were told: %v", err)
	}
	k.clock.Advance(5 * 7 * 24 * time.Hour)
	noError(t, k.Move(ctx, officer, c, models.StatusClosed))
}

// Two officers at once: the second is told, and every version is kept, on the
// page and in the record of acts.
func TestDutiesAtTheSameTime(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		r := models.DutyRecord{Duty: 7, Version: 2, State: models.DutyMet, Evidence: "Version 2 of the assessment.", Owner: "Ada Tremlett", Done: k.Today()}
		noError(t, k.RecordDuty(ctx, officer, c, r))
		r.Evidence = "Version 3."
		wantKind(t, "the second at once", k.RecordDuty(ctx, officer, c, r), models.KindConflict)
		r.Version = 3
		noError(t, k.RecordDuty(ctx, officer, c, r))
		d, err := k.Duties(ctx, councillor, c)
		noError(t, err)
		if len(d.Earlier[7]) != 3 || d.Earlier[7][1].Evidence != "Version 2 of the assessment." || d.Standing[6].Record.Version != 3 {
			t.Errorf("versions on record: %+v", d.Earlier[7])
		}
		noError(t, k.SetTimeline(ctx, officer, c, models.Timeline{Version: 1, Meeting: "2027-02-15"}))
		wantKind(t, "dates at the same time", k.SetTimeline(ctx, officer, c, models.Timeline{Version: 1, Meeting: "2027-02-16"}), models.KindConflict)
		noError(t, k.KeepEntry(ctx, officer, c, models.RegisterEntry{Kind: models.RegisterEvent, Name: "Drop-in", Day: "2026-11-02", Number: 30}))
		all, err := k.Register(ctx, auditor, c)
		noError(t, err)
		e := all[0]
		e.Version, e.Number = 2, 31
		noError(t, k.KeepEntry(ctx, officer, c, e))
		e.Number = 40
		wantKind(t, "an entry at the same time", k.KeepEntry(ctx, officer, c, e), models.KindConflict)
		wantKind(t, "taking out what was changed", k.TakeOutEntry(ctx, officer, c, e.ID, 1), models.KindConflict)
		noError(t, k.TakeOutEntry(ctx, officer, c, e.ID, 2))

		trail, err := k.AuditTrail(ctx, auditor, models.AuditQuery{Limit: 100})
		noError(t, err)
		var said strings.Builder
		for _, a := range trail.Events {
			fmt.Fprintln(&said, a.Action, a.Object, a.Reason)
		}
		for _, want := range []string{"duty.recorded duty 7 version 2 met · Ada Tremlett · " + k.Today() + " · Version 2 of the assessment.", "dates.changed dates version 1 meeting 2027-02-15", "register.added ", "register.taken-out " + e.ID + " event · Drop-in"} {
			if !strings.Contains(said.String(), want) {
				t.Errorf("the record of acts lacks %q:\n%s", want, &said)
			}
		}
	})
}

// An entry names a submission of its own consultation or none.
func TestRegisterNamesOwnSubmissions(t *testing.T) {
	k := one(t)
	c := k.full(t)
	other := k.themed(t, "lantern-square", 3)
	entry := func(id string) error {
		return k.KeepEntry(ctx, officer, c, models.RegisterEntry{Kind: models.RegisterStatutory, Name: "Penrow Police", PublicID: id})
	}
	noError(t, entry(k.subs(t, c)[0].PublicID))
	for _, id := range []string{"nobody", k.subs(t, other)[0].PublicID} {
		err := entry(id)
		wantKind(t, "a submission of another", err, models.KindInvalid)
		if fields := models.FieldsOf(err); len(fields) != 1 || fields[0].Field != "submission" {
			t.Errorf("a submission of another: %v", fields)
		}
	}
}

// Petitions, events and consultees stand in the report and change none of its
// figures of responses.
func TestRegisterChangesNoTotals(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.full(t)
		without, err := k.DraftReport(ctx, officer, c)
		noError(t, err)
		for _, e := range demo.Register(c, k.clock.Now()) {
			noError(t, k.KeepEntry(ctx, officer, c, e))
		}
		named, unnamed := "", ""
		for _, s := range k.subs(t, c) {
			if s.Allows(models.ConsentName) {
				named = s.PublicID
			} else {
				unnamed = s.PublicID
			}
		}
		for name, id := range map[string]string{"Lets itself be named": named, "Does not": unnamed} {
			noError(t, k.KeepEntry(ctx, officer, c, models.RegisterEntry{Kind: models.RegisterCommunity, Name: name, Why: "A test.", PublicID: id}))
		}
		noError(t, k.KeepEntry(ctx, officer, c, models.RegisterEntry{Kind: models.RegisterEvent, Name: "A small one", Day: "2026-11-02", Number: 3}))
		with, err := k.DraftReport(ctx, officer, c)
		noError(t, err)
		if len(with.Consulted) < 4 || len(with.Petitions) != 1 || with.Petitions[0].Signatures.Value != 412 || len(with.Events) < 2 || len(with.Publicity) != 2 {
			t.Errorf("the report tells of %d bodies, %d petitions, %d events, %d notices", len(with.Consulted), len(with.Petitions), len(with.Events), len(with.Publicity))
		}
		for _, e := range with.Events {
			if small := e.Name == "A small one"; small != e.People.Masked || small && e.People.Value != 0 {
				t.Errorf("%s: %+v came", e.Name, e.People)
			}
		}
		for _, b := range with.Consulted {
			if want := map[string]string{"Lets itself be named": named}[b.Name]; b.PublicID != want {
				t.Errorf("%s is shown beside submission %q, expected %q", b.Name, b.PublicID, want)
			}
		}
		with.Consulted, with.Petitions, with.Events, with.Publicity = nil, nil, nil, nil
		if with.DataHash == without.DataHash {
			t.Error("the register is not in the hash of the data")
		}
		with.DataHash = without.DataHash
		if diff := cmp.Diff(without, with); diff != "" {
			t.Errorf("the register changed figures of responses (-without +with):\n%s", diff)
		}
	})
}

func TestDutyCalendar(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		long := strings.Repeat("Über ", 30)
		noError(t, k.SetTimeline(ctx, officer, c, models.Timeline{Version: 1, Meeting: "2027-02-15", Expires: "2027-03-15", Ordered: "2027-03-01", Decision: long}))
		file, err := k.DutyCalendar(ctx, auditor, c)
		noError(t, err)
		text := string(file)
		if strings.Contains(strings.ReplaceAll(text, "\r\n", ""), "\n") || !strings.HasPrefix(text, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n") || !strings.HasSuffix(text, "END:VEVENT\r\nEND:VCALENDAR\r\n") {
			t.Errorf("not the lines of a calendar:\n%s", text)
		}
		for line := range strings.SplitSeq(text, "\r\n") {
			if len(line) > 75 {
				t.Errorf("a line of %d bytes: %s", len(line), line)
			}
		}
		unfolded := strings.ReplaceAll(text, "\r\n ", "")
		for _, want := range []string{"UID:papers.pspo-renewal@heard.invalid", "DTSTART;VALUE=DATE:20270205", "DTEND;VALUE=DATE:20270206", "SEQUENCE:2", "DTSTAMP:20261123T000000Z",
			`SUMMARY:Duty 28: Judicial review of the decision can be sought until here at the latest\, and must be promptly`, `DESCRIPTION:The rules for Station Parade and Harbour Lane: have your say`,
			"UID:challenge.pspo-renewal@heard.invalid\r\nDTSTAMP:20261123T000000Z\r\nSEQUENCE:2\r\nDTSTART;VALUE=DATE:20270411\r\n"} {
			if !strings.Contains(unfolded, want) {
				t.Errorf("the calendar lacks %q:\n%s", want, unfolded)
			}
		}
		if strings.Contains(unfolded, "Über") {
			t.Error("the calendar says what was decided")
		}
		uids := regexp.MustCompile(`UID:\S+`).FindAllString(unfolded, -1)
		if slices.Sort(uids); len(uids) < 8 || len(slices.Compact(slices.Clone(uids))) != len(uids) {
			t.Errorf("events are not told apart: %v", uids)
		}

		// Whoever holds the address sees the same, until it is replaced or taken away.
		shared := func(token string) error {
			got, err := k.SharedCalendar(ctx, c.ID, token)
			if err == nil && !bytes.Equal(got, file) {
				t.Error("the shared calendar is another")
			}
			return err
		}
		wantKind(t, "before there is an address", shared(""), models.KindNotFound)
		first, err := k.MakeCalendarLink(ctx, officer, c)
		noError(t, err)
		noError(t, shared(first))
		wantKind(t, "no token", shared(""), models.KindNotFound)
		_, elsewhere := k.SharedCalendar(ctx, "nowhere", first)
		if wrong := shared(first + "x"); wrong == nil || elsewhere == nil || wrong.Error() != elsewhere.Error() {
			t.Errorf("a wrong token can be told from nothing: %v, %v", wrong, elsewhere)
		}
		second, err := k.MakeCalendarLink(ctx, officer, c)
		noError(t, err)
		wantKind(t, "the address before", shared(first), models.KindNotFound)
		noError(t, shared(second))
		noError(t, k.RevokeCalendarLink(ctx, officer, c))
		wantKind(t, "an address that was taken away", shared(second), models.KindNotFound)
		if held, _, err := k.store.CalendarLink(ctx, c.ID); err != nil || held != nil {
			t.Errorf("a hash is left: %v (%v)", held, err)
		}
	})
}

// Long words are folded at 75 bytes, never within a letter, and come back whole.
func TestCalendarFolds(t *testing.T) {
	k := one(t)
	title := "Ü" + strings.Repeat("berübergänge; ", 30) + `\ end`
	c := k.open(t, []byte(strings.Replace(invented, "Renewing the Lantern Square order", `"`+strings.ReplaceAll(title, `\`, `\\`)+`"`, 1)))
	file, err := k.DutyCalendar(ctx, officer, c)
	noError(t, err)
	for line := range strings.SplitSeq(string(file), "\r\n") {
		if len(line) > 75 || !utf8.ValidString(line) {
			t.Errorf("a line of %d bytes: %q", len(line), line)
		}
	}
	if want := "DESCRIPTION:" + strings.NewReplacer(`\`, `\\`, ";", `\;`).Replace(title) + "\r\n"; !strings.Contains(strings.ReplaceAll(string(file), "\r\n ", ""), want) {
		t.Errorf("the title does not come back whole:\n%s", file)
	}
}
