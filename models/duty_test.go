package models

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Bank holidays as published at gov.uk/bank-holidays for England and Wales.
func TestBankHolidays(t *testing.T) {
	for year, want := range map[int]string{
		2020: "01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-28",
		2021: "01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28",
		2022: "01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27",
		2023: "01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26",
		2024: "01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26",
		2025: "01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26",
		2026: "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28",
		2027: "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28",
		2028: "01-03 04-14 04-17 05-01 05-29 08-28 12-25 12-26",
	} {
		var days []string
		for _, d := range strings.Fields(want) {
			days = append(days, fmt.Sprintf("%d-%s", year, d))
		}
		if diff := cmp.Diff(days, BankHolidays(year)); diff != "" {
			t.Errorf("%d (-want +got):\n%s", year, diff)
		}
	}
}

func TestDays(t *testing.T) {
	for _, test := range []struct{ what, got, want string }{
		{"five clear working days before a Monday", BeforeClear("2027-02-15", 5), "2027-02-05"},
		{"five clear working days over Christmas", BeforeClear("2026-12-30", 5), "2026-12-18"},
		{"five working days after, over Easter", AddWorkingDays("2027-03-24", 5), "2027-04-02"},
		{"the month before March", AddMonths("2027-03-31", -1), "2027-02-28"},
		{"a leap day a year on", AddMonths("2028-02-29", 12), "2029-02-28"},
		{"across the year", AddMonths("2027-01-15", -6), "2026-07-15"},
		{"no day", AddDays("", 3) + AddMonths("", 1) + AddWorkingDays("", 2) + BeforeClear("", 5), ""},
		{"clear days of any kind", fmt.Sprint(ClearDays("2027-01-17", "2027-02-15"), ClearDays("2027-02-14", "2027-02-15"), ClearDays("2027-02-16", "2027-02-15")), "28 0 0"},
		{"clear working days", fmt.Sprint(ClearWorkingDays("2027-02-05", "2027-02-15"), ClearWorkingDays("2027-02-12", "2027-02-15")), "5 0"},
	} {
		if test.got != test.want {
			t.Errorf("%s: %s, expected %s", test.what, test.got, test.want)
		}
	}
}

func TestDutiesAreNumbered(t *testing.T) {
	if len(Duties) != 31 {
		t.Fatalf("there are %d duties", len(Duties))
	}
	for i, d := range Duties {
		if d.Number != i+1 || d.Text == "" || d.Basis == "" || d.Evidence == "" || d.Before != "" && !slices.Contains(Statuses(), d.Before) || d.Hard && d.Before == "" {
			t.Errorf("duty %d: %+v", i+1, d)
		}
	}
	for _, number := range []int{-1, 0, 32} {
		if _, ok := DutyBy(number); ok {
			t.Errorf("there is a duty %d", number)
		}
	}
}

// The worked-out duties, each at its boundary.
func TestComputedDuties(t *testing.T) {
	at := func(s string) time.Time { now, _ := time.Parse(time.RFC3339, s); return now }
	base := func() DutyFacts {
		return DutyFacts{Now: at("2026-11-23T09:30:00Z"), Timeline: Timeline{}, Retention: Retention{Version: 1, Day: "2027-12-01"}, Consultation: &Consultation{Opens: "2026-10-05", Closes: "2026-12-14 23:59", TimeZone: "Europe/London",
			Proposal: Proposal{Acts: []string{"extend"}, Expires: "2027-03-15", Decision: Decision{When: "2027-02-15"}}, Help: []Signpost{{Checked: "2026-11-20"}, {Checked: "2026-10-24"}}}}
	}
	for _, test := range []struct {
		duty  int
		what  string
		met   bool
		says  string
		alter func(*DutyFacts)
	}{
		{1, "act and expiry known", true, "extend", nil},
		{1, "no act", false, "proposal.acts", func(f *DutyFacts) { f.Consultation.Proposal.Acts = nil }},
		{1, "no expiry", false, "proposal.expires", func(f *DutyFacts) { f.Consultation.Proposal.Expires = "" }},
		{1, "expiry entered as a date", true, "31 March 2027", func(f *DutyFacts) { f.Consultation.Proposal.Expires, f.Timeline.Expires = "", "2027-03-31" }},
		{1, "a new order expires none", true, "none that expires", func(f *DutyFacts) {
			f.Consultation.Proposal.Acts, f.Consultation.Proposal.Expires = []string{"make"}, ""
		}},
		{2, "in time", true, "23 February 2027", nil},
		{2, "the last day", true, "", func(f *DutyFacts) { f.Timeline.Expires = "2027-02-23" }},
		{2, "a day too late", false, "Bring the decision forward", func(f *DutyFacts) { f.Timeline.Expires = "2027-02-22" }},
		{2, "a longer call-in", false, "", func(f *DutyFacts) { f.Timeline.CallIn = "2027-03-15" }},
		{2, "lapsed", false, "no longer be extended", func(f *DutyFacts) { f.Timeline.Expires = "2026-11-22" }},
		{2, "no decision day", false, "Enter", func(f *DutyFacts) { f.Consultation.Proposal.Decision.When = "" }},
		{2, "no extension", true, "", func(f *DutyFacts) {
			f.Consultation.Proposal.Acts, f.Consultation.Proposal.Expires = []string{"vary"}, "2020-01-01"
		}},
		{6, "ten weeks", true, "10 weeks", nil},
		{6, "six weeks", true, "6 weeks", func(f *DutyFacts) { f.Consultation.Closes = "2026-11-16" }},
		{6, "a day less", false, "41 days", func(f *DutyFacts) { f.Consultation.Closes = "2026-11-15" }},
		{14, "thirty days", true, "", nil},
		{14, "thirty-one days", false, "24 October 2026", func(f *DutyFacts) { f.Now = at("2026-11-24T00:00:00Z") }},
		{14, "no signposts", false, "help", func(f *DutyFacts) { f.Consultation.Help = nil }},
		{16, "too early", false, "14 December 2026", nil},
		{16, "to the minute", true, "", func(f *DutyFacts) { f.Now = at("2026-12-14T23:59:00Z") }},
		{16, "grace for everybody", true, "30 minutes", func(f *DutyFacts) { f.Now, f.Consultation.GraceMinutes = at("2026-12-15T00:00:00Z"), 30 }},
		{16, "closed early", false, "1 December 2026", func(f *DutyFacts) {
			f.Now, f.Consultation.ClosedOn, f.Consultation.Status = at("2027-01-15T00:00:00Z"), "2026-12-01", StatusClosed
		}},
		{17, "unread", false, "queue", func(f *DutyFacts) { f.Unread = "See the queue." }},
		{17, "read", true, "", nil},
		{18, "a theme without a reason", false, "1", func(f *DutyFacts) { f.NoReason = 1 }},
		{18, "reasons", true, "", nil},
		{19, "coded once", false, "blind", nil},
		{19, "coded twice", true, "", func(f *DutyFacts) { f.DoubleCoded = true }},
		{24, "nothing published", false, "17 January 2027", nil},
		{24, "in time", true, "28 clear days", func(f *DutyFacts) { f.Timeline.Notice, f.Timeline.Papers = "2027-01-17", "2027-02-05" }},
		{24, "notice a day late", false, "27 clear days", func(f *DutyFacts) { f.Timeline.Notice, f.Timeline.Papers = "2027-01-18", "2027-02-05" }},
		{24, "papers a day late", false, "4 clear working days", func(f *DutyFacts) { f.Timeline.Notice, f.Timeline.Papers = "2027-01-17", "2027-02-08" }},
		{24, "no meeting", false, "day of the meeting", func(f *DutyFacts) { f.Consultation.Proposal.Decision.When = "" }},
		{28, "an extension", true, "names orders and variations", nil},
		{28, "not made yet", false, "begin with the day", func(f *DutyFacts) { f.Consultation.Proposal.Acts = []string{"vary"} }},
		{28, "the last day", false, "23 November 2026", func(f *DutyFacts) {
			f.Consultation.Proposal.Acts, f.Timeline.Ordered = []string{"make"}, "2026-10-13"
		}},
		{28, "the day after", true, "22 November 2026", func(f *DutyFacts) {
			f.Consultation.Proposal.Acts, f.Timeline.Ordered = []string{"make"}, "2026-10-12"
		}},
		{29, "not decided", false, "not public yet", nil},
		{29, "nobody asked to be told", true, "Nobody left", func(f *DutyFacts) { f.Decided = "2026-11-20" }},
		{29, "not written to since", false, "has not been opened", func(f *DutyFacts) { f.Decided, f.Contacts, f.Written = "2026-11-20", true, "2026-11-19" }},
		{29, "written to", true, "taken from the list on 20 November", func(f *DutyFacts) { f.Decided, f.Contacts, f.Written = "2026-11-20", true, "2026-11-20" }},
		{30, "none", true, "No request is on record", nil},
		{30, "in time on the last day", true, "None is overdue", func(f *DutyFacts) { f.Requests = []Request{asked(RequestErasure, "2026-10-23")} }},
		{30, "a day late", false, "overdue: 1", func(f *DutyFacts) { f.Requests = []Request{asked(RequestErasure, "2026-10-20")} }},
		{30, "a hold", true, "legal holds, 1", func(f *DutyFacts) { f.Requests = []Request{asked(RequestReview, "2026-01-20")} }},
		{31, "no day of deletion", false, "Enter under “Requests”", func(f *DutyFacts) { f.Retention = Retention{} }},
		{31, "deleted", true, "were deleted on 22 November 2026", func(f *DutyFacts) { f.Retention.Day, f.Retention.Done = "2026-11-22", "2026-11-22" }},
		{31, "held", true, "holds them", func(f *DutyFacts) {
			f.Retention.Day, f.Requests = "2026-11-22", []Request{asked(RequestFOI, "2026-11-20")}
		}},
		{31, "not published", false, "not published", func(f *DutyFacts) { f.Retention.Day = "2026-11-22" }},
		{31, "overdue", false, "within minutes", func(f *DutyFacts) { f.Retention.Day, f.Consultation.Status = "2026-11-22", StatusPublished }},
		{31, "reminders", true, "15 September 2026", nil},
		{31, "no expiry", false, "Enter", func(f *DutyFacts) { f.Consultation.Proposal.Expires = "" }},
	} {
		f := base()
		if test.alter != nil {
			test.alter(&f)
		}
		d, _ := DutyBy(test.duty)
		s := d.Stand(nil, f)
		if s.Settled() != test.met || !strings.Contains(s.Said, test.says) || !strings.HasSuffix(s.Said, ".") {
			t.Errorf("duty %d, %s: met %v, says %q; expected %v and %q", test.duty, test.what, s.Settled(), s.Said, test.met, test.says)
		}
	}
}

// A record settles what is typed, overrides what may be, and waits for the end
// of the call-in.
func TestStand(t *testing.T) {
	f := DutyFacts{Now: time.Date(2027, 2, 22, 12, 0, 0, 0, time.UTC), Consultation: &Consultation{Opens: "2026-10-05", Closes: "2026-11-01", Proposal: Proposal{Decision: Decision{When: "2027-02-15"}}}}
	stand := func(number int, state DutyState) DutyState {
		d, _ := DutyBy(number)
		return d.Stand(&DutyRecord{State: state}, f).State
	}
	for _, test := range []struct {
		duty        int
		state, want DutyState
	}{
		{3, DutyMet, DutyMet}, {3, DutyOpen, DutyOpen}, {3, DutyNotApplicable, DutyNotApplicable}, {2, DutyOverridden, DutyMet}, {1, DutyNotApplicable, DutyNotApplicable},
		{6, DutyMet, DutyMet}, {26, DutyMet, DutyOpen}, {26, DutyNotApplicable, DutyNotApplicable},
	} {
		if got := stand(test.duty, test.state); got != test.want {
			t.Errorf("duty %d recorded as %s is %s, expected %s", test.duty, test.state, got, test.want)
		}
	}
	f.Consultation.Proposal.Acts = []string{"extend"}
	if got := stand(2, DutyOverridden); got != DutyOverridden {
		t.Errorf("an extension that comes too late and is overridden is %s", got)
	}
	if f.Now = f.Now.AddDate(0, 0, 1); stand(26, DutyMet) != DutyMet {
		t.Error("the order cannot be made after the call-in")
	}
}

func TestDutyRecordIsChecked(t *testing.T) {
	good := DutyRecord{Duty: 3, Version: 1, State: DutyMet, Evidence: "On the website.", Owner: "Ada Tremlett", Done: "2026-10-01", Day: "2026-10-01"}
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	for field, alter := range map[string]func(*DutyRecord){
		"evidence": func(r *DutyRecord) { r.Evidence = "" },
		"url":      func(r *DutyRecord) { r.URL = "http://penrow.example" },
		"owner":    func(r *DutyRecord) { r.Owner = "" },
		"done":     func(r *DutyRecord) { r.Done = "2026-10-02" },
		"state":    func(r *DutyRecord) { r.State = DutyOverridden },
	} {
		r := good
		alter(&r)
		if fields := FieldsOf(r.Validate()); len(fields) != 1 || fields[0].Field != field {
			t.Errorf("%s: %v", field, fields)
		}
	}
	for _, d := range Duties {
		r := good
		r.Duty = d.Number
		if typed := r.Validate() == nil; typed == (d.Computed && d.Number != 6 && d.Number != 29) {
			t.Errorf("duty %d can be typed as met: %v", d.Number, typed)
		}
	}
}
