package models

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Duty is one of the things that law and fairness ask of a council that
// consults on an order.
type Duty struct {
	Number   int
	Text     string // what has to be done
	Basis    string // where the duty comes from
	Evidence string // what is expected to show that it was done
	// Before is the state that waits for it, "" for what belongs to no step.
	Before Status
	Hard   bool // the step is refused without it; a soft one warns
	// Computed says that the portal works out by itself whether it is met.
	Computed bool
}

// Duties lists every duty, by number.
var Duties = []Duty{
	{1, "The legal act is chosen and the expiry of the existing order entered", "Anti-social Behaviour, Crime and Policing Act 2014 (the 2014 Act), ss.59–61", "proposal.acts in the consultation file; the expiry there or under “Dates”", StatusOpen, true, true},
	{2, "An extension can be made before the order expires", "2014 Act, s.60", "the dates of the decision and its call-in, held against the expiry", StatusOpen, true, true},
	{3, "The draft text of the order, or the proposal, is published", "2014 Act, s.72", "the address of the page, the day and the version", StatusOpen, true, false},
	{4, "Reasons, evidence and the rejected alternatives are published", "Gunning 2; R (Moseley) v Haringey [2014] UKSC 56", "the documents", StatusOpen, true, false},
	{5, "No decision has been taken; the options are open", "Gunning 1", "a sign-off by whoever leads on the proposal", StatusOpen, true, false},
	{6, "The length of the consultation is justified", "Gunning 3", "8 to 12 weeks are usual; below 6 weeks, or over holidays or an election, the reason", StatusOpen, false, true},
	{7, "Data protection impact assessment, privacy notice and appropriate policy document are done", "UK GDPR Art 35; Data Protection Act 2018 Sch 1", "the documents and the sign-off of the data protection officer", StatusOpen, true, false},
	{8, "The equality impact assessment has begun, with a plan to reach those most affected", "Equality Act 2010, s.149", "the document", StatusOpen, true, false},
	{9, "The chief officer of police and the local policing body were consulted", "2014 Act, s.72", "the days and the replies; see the register", StatusPublished, true, false},
	{10, "Community representatives are chosen with reasons; sex workers' organisations and outreach services are among them", "2014 Act, s.72", "the list with reasons; see the register", StatusOpen, true, false},
	{11, "Owners and occupiers of land were consulted where practicable", "2014 Act, s.72", "how they were reached", StatusPublished, true, false},
	{12, "Parish and county councils were notified", "2014 Act, s.72", "the day, or why there are none", StatusPublished, true, false},
	{13, "Accessibility statement, WCAG 2.2 AA test, checked translations and a paper route are in place", "Public Sector Bodies Accessibility Regulations 2018; Equality Act 2010", "the results, and that “Exit this page” was tried on a phone", StatusOpen, true, false},
	{14, "Signposts to help were checked within 30 days", "safety of respondents", "the day beside each entry in the consultation file", StatusOpen, true, true},
	{15, "Retention dates are set", "UK GDPR Art 5", "the schedule", StatusOpen, true, false},
	{16, "The consultation closes at the time it stated, for everybody", "fairness", "the closing time in the consultation file", StatusClosed, true, true},
	{17, "Every response is read by a person and every attachment has a summary", "Gunning 4; West Dulwich v Lambeth [2025] EWHC 1111 (Admin)", "the reading queue", StatusFrozen, true, true},
	{18, "Whatever was put out of scope has a reason", "R (CDE) v Bournemouth, Christchurch and Poole [2023] EWHC 194 (Admin)", "the themes out of scope", StatusFrozen, true, true},
	{19, "A sample was coded twice and differences were settled", "quality", "the agreement between two people", StatusFrozen, false, true},
	{20, "A second person checked that the report identifies nobody", "UK GDPR", "a sign-off by somebody who did not write it", StatusPublished, true, false},
	{21, "Each finding has a response of the council", "Gunning 4", "worked out from the findings: every theme is answered, with counter-evidence", StatusPublished, true, true},
	{22, "Particular regard to Articles 10 and 11; the test of s.59 for each restriction; proportionality", "2014 Act, ss.59 and 72; Human Rights Act 1998", "the sections on rights, on each option and on the recommendation", StatusPublished, true, true},
	{23, "The equality impact assessment is brought up to date with what people said", "Equality Act 2010, s.149", "the section on equality", StatusPublished, true, true},
	{24, "Forward-plan notice of 28 clear days; agenda and background papers out five clear working days before the meeting", "Local Authorities (Executive Arrangements) (Meetings and Access to Information) (England) Regulations 2012", "the days under “Dates”", StatusDecided, true, true},
	{25, "The decision comes after the freeze, and its terms lie within what was consulted on", "R (Silus) v Hounslow; common-law fairness", "a comparison of the terms", StatusDecided, true, false},
	{26, "The decision is recorded with reasons, alternatives and interests, and its call-in has ended", "2012 Regulations, as above", "the address of the record", StatusOrdered, true, false},
	{27, "The order is on the website and notices are up at the place", "SI 2014/2591", "the days and photographs", StatusInForce, true, false},
	{28, "The time to challenge the order in court is known", "2014 Act, s.66; Civil Procedure Rules 54.5", "worked out from the dates", "", false, true},
	{29, "Respondents are told the outcome", "good practice", "the decision is public and whoever left an address was written to; another notice and its day", "", false, true},
	{30, "Requests about rights and for information are logged and answered in time; nothing is deleted while one is live", "Data Protection Act 2018; Freedom of Information Act 2000", "the register under “Requests”", "", false, true},
	{31, "The expiry is in the diary 12 and 6 months before, and raw text is deleted on schedule", "UK GDPR Art 5; 2014 Act, s.60", "worked out from the dates and from the day under “Requests”; the schedule is duty 15", "", false, true},
}

// DutyBy returns the duty with the given number, and whether there is one.
func DutyBy(number int) (Duty, bool) {
	if number < 1 || number > len(Duties) {
		return Duty{}, false
	}
	return Duties[number-1], true
}

// DutyState is what an officer has put on record about a duty.
type DutyState string

// The states of a record.
const (
	DutyOpen          DutyState = "open"           // not met, or not any more
	DutyMet           DutyState = "met"            // with evidence
	DutyNotApplicable DutyState = "not applicable" // with the reason
	DutyOverridden    DutyState = "overridden"     // by the council's lawyer, with the reason
)

// MayOverride reports whether the council's lawyer may let the step be taken
// although the duty is not met.
func (d Duty) MayOverride() bool { return d.Number == 2 }

// Takes lists what can be put on record about the duty. What the portal works
// out is not typed, but for the reason of a short consultation and another way
// in which people were told.
func (d Duty) Takes() []DutyState {
	if d.Number == 17 { // whoever wrote is read, whatever anybody signs
		return nil
	}
	states := []DutyState{DutyNotApplicable, DutyOpen}
	if d.MayOverride() {
		states = slices.Insert(states, 0, DutyOverridden)
	}
	if !d.Computed || d.Number == 6 || d.Number == 29 {
		states = slices.Insert(states, 0, DutyMet)
	}
	return states
}

// DutyRecord is one version of what is on record about a duty. Earlier versions
// are kept.
type DutyRecord struct {
	Consultation string
	Duty         int
	Version      int // 1, 2, 3 …
	State        DutyState
	Evidence     string // or the reason
	URL          string // where the evidence is, https; may be ""
	Owner        string // the person who did it or decided on it
	Done         string // day on which, YYYY-MM-DD
	Day          string // it was recorded
	By           string // account that recorded it
}

// MaxEvidenceLength is the longest evidence or reason, in code points.
const MaxEvidenceLength = 5000

// Validate checks what an officer typed.
func (r *DutyRecord) Validate() error {
	v := &validation{}
	d, known := DutyBy(r.Duty)
	v.check(known, "state", "There is no such duty")
	v.check(!known || slices.Contains(d.Takes(), r.State), "state", "Choose what is true of this duty")
	switch r.State {
	case DutyOpen:
	case DutyMet:
		v.check(r.Evidence != "" || r.URL != "", "evidence", "Say what shows that it was done, or give the address where that is")
	default:
		v.check(r.Evidence != "", "evidence", "Give the reason")
	}
	if f := tooLong(r.Evidence, MaxEvidenceLength); f.Code != "" {
		v.fault("evidence", f)
	}
	v.check(r.URL == "" || isWebAddress(r.URL) && len(r.URL) <= 2000, "url", "Enter an address that begins with https://")
	v.check(r.Owner != "" || r.State == DutyOpen, "owner", "Name the person who did this or decided on it")
	if f := tooLong(r.Owner, MaxNameLength); f.Code != "" {
		v.fault("owner", f)
	}
	v.check(isDay(r.Done) && r.Done <= r.Day || r.Done == "" && r.State == DutyOpen, "done", "Enter the day on which it was done, today or before")
	return v.err("This cannot be put on record yet.")
}

// Timeline is the days of an order's way from the notice to force, each
// YYYY-MM-DD, "" while it is not known.
type Timeline struct {
	Consultation string
	Version      int
	Expires      string // last day of the existing order; "" for the one in the consultation file
	Notice       string // the forward-plan notice was published
	Papers       string // agenda, report and background papers were published
	Meeting      string // the decision is taken; "" for the day in the consultation file
	CallIn       string // last day of the call-in; "" for five working days after the meeting
	Ordered      string // the order is made
	InForce      string // the order comes into force
	Decision     string // what was decided, for everybody to read
	Record       string // address of the published record of the decision
	Day          string // it was last changed
	By           string // account that did
}

// MaxDecisionLength is the longest wording of a decision, in code points.
const MaxDecisionLength = 5000

// Validate checks what an officer typed.
func (t *Timeline) Validate() error {
	v := &validation{}
	for field, day := range map[string]string{"expires": t.Expires, "notice": t.Notice, "papers": t.Papers, "meeting": t.Meeting, "call-in": t.CallIn, "ordered": t.Ordered, "in-force": t.InForce} {
		v.check(day == "" || isDay(day), field, "Enter a day, or nothing")
	}
	after := func(later, earlier, field, message string) {
		v.check(later == "" || earlier == "" || later >= earlier, field, message)
	}
	after(t.CallIn, t.Meeting, "call-in", "Enter a day that is not before the meeting")
	after(t.Ordered, t.Meeting, "ordered", "Enter a day that is not before the meeting")
	after(t.InForce, t.Ordered, "in-force", "Enter a day that is not before the order is made")
	if f := tooLong(t.Decision, MaxDecisionLength); f.Code != "" {
		v.fault("decision", f)
	}
	v.check(t.Record == "" || isWebAddress(t.Record) && len(t.Record) <= 2000, "record", "Enter an address that begins with https://")
	slices.SortFunc(v.fields, func(a, b FieldError) int { return strings.Compare(a.Field, b.Field) })
	return v.err("The dates cannot be saved.")
}

// On fills in what the consultation file says and what follows from the days
// that are known.
func (t Timeline) On(c *Consultation) Timeline {
	if t.Expires == "" {
		t.Expires = c.Proposal.Expires
	}
	if t.Meeting == "" {
		t.Meeting = c.Proposal.Decision.When
	}
	if t.CallIn == "" {
		t.CallIn = AddWorkingDays(t.Meeting, callInDays)
	}
	return t
}

// How long things take. The law sets all but the call-in, for which five
// working days are usual; a council's constitution may say otherwise.
const (
	noticeDays    = 28 // clear days, of any kind
	papersDays    = 5  // clear working days
	callInDays    = 5  // working days after the meeting
	challengeDays = 6 * 7
	reviewMonths  = 3 // at the latest: judicial review must be sought promptly
	signpostDays  = 30
	shortWeeks    = 6
)

// DatedDuty is a day that a duty leads to.
type DatedDuty struct {
	Key   string // names it for ever: a calendar knows it again by this
	Duty  int    // 0 for none
	Title string
	Day   string // YYYY-MM-DD
}

// Calendar returns the days that follow from the timeline and the consultation's
// own, in order.
func (t Timeline) Calendar(c *Consultation) []DatedDuty {
	t = t.On(c)
	opens, closes := c.Window()
	var all []DatedDuty
	add := func(key string, duty int, day, title string) {
		if day != "" {
			all = append(all, DatedDuty{key, duty, title, day})
		}
	}
	add("opens", 0, opens.Format(time.DateOnly), "The consultation opens")
	add("closes", 16, closes.Format(time.DateOnly), "The consultation closes")
	add("signposts", 14, AddDays(c.signpostsChecked(), signpostDays), "Signposts to help have to be checked again")
	if t.Meeting != "" {
		add("notice", 24, AddDays(t.Meeting, -noticeDays-1), "Last day for the forward-plan notice (28 clear days)")
		add("papers", 24, BeforeClear(t.Meeting, papersDays), "Last day to publish agenda and papers (five clear working days)")
		add("meeting", 25, t.Meeting, "The decision is taken")
		add("call-in", 26, t.CallIn, "The call-in ends")
		add("review", 28, AddMonths(t.Meeting, reviewMonths), "Judicial review of the decision can be sought until here at the latest, and must be promptly")
	}
	add("ordered", 26, t.Ordered, "The order is made")
	add("in-force", 27, t.InForce, "The order comes into force")
	if t.Ordered != "" && t.challengeable(c) {
		add("challenge", 28, AddDays(t.Ordered, challengeDays-1), "Last day to challenge the order in the High Court (six weeks)")
	}
	add("expiry-12", 31, AddMonths(t.Expires, -12), "The order expires in 12 months")
	add("expiry-6", 31, AddMonths(t.Expires, -6), "The order expires in 6 months")
	add("expiry", 2, t.Expires, "The order expires: it can be extended until here")
	slices.SortStableFunc(all, func(a, b DatedDuty) int { return strings.Compare(a.Day, b.Day) })
	return all
}

// challengeable reports whether s.66 gives a right to challenge: it names orders
// and variations, not extensions or discharges. Without an act it may.
func (Timeline) challengeable(c *Consultation) bool {
	acts := c.Proposal.Acts
	return len(acts) == 0 || slices.Contains(acts, "make") || slices.Contains(acts, "vary")
}

// Lacks says what of the timeline has to be entered before a consultation can
// reach a state, "" when nothing has.
func (t Timeline) Lacks(c *Consultation, to Status, today string) string {
	t = t.On(c)
	switch {
	case to == StatusDecided && strings.TrimSpace(t.Decision) == "":
		return "Write down under “Dates” what was decided: everybody can read it from then on."
	case to == StatusDecided && (t.Meeting == "" || t.Meeting > today):
		return "Enter under “Dates” the day of the meeting, which must have come."
	case to == StatusOrdered && (t.Ordered == "" || t.Ordered > today):
		return "Enter under “Dates” the day the order was made, which must have come."
	case to == StatusInForce && (t.InForce == "" || t.InForce > today):
		return "Enter under “Dates” the day the order came into force, which must have come."
	}
	return ""
}

// DutyFacts is what the portal works duties out from.
type DutyFacts struct {
	Consultation *Consultation
	Timeline     Timeline
	Now          time.Time
	Unread       string // why not everything is read and summarised; "" when it is
	NoReason     int    // themes out of scope without a reason
	DoubleCoded  bool   // two people coded the same answers blind
	Gaps         []Gap  // in the written part of the report
	Decided      string // day the decision was published, YYYY-MM-DD
	Contacts     bool   // somebody left an address to be told
	Written      string // day on which the addresses were last read, YYYY-MM-DD
	Requests     []Request
	Retention    Retention
}

// computed works out a duty that is computed: whether it is met, and the whole
// sentence that says so or what to do.
func (d Duty) computed(f DutyFacts) (met bool, said string) {
	c, t, today := f.Consultation, f.Timeline.On(f.Consultation), f.Now.UTC().Format(time.DateOnly)
	acts := c.Proposal.Acts
	switch d.Number {
	case 1:
		existing := slices.ContainsFunc(acts, func(a string) bool { return a != "make" })
		switch {
		case len(acts) == 0:
			return false, "Name the legal act under proposal.acts in the consultation file: make, extend, vary or discharge."
		case existing && t.Expires == "":
			return false, "Enter the last day of the existing order under “Dates”, or as proposal.expires in the consultation file."
		case existing:
			return true, fmt.Sprintf("The proposal is to %s; the existing order runs until %s.", strings.Join(acts, " and "), dayText(t.Expires))
		}
		return true, "The proposal is to make an order, so there is none that expires."
	case 2:
		switch able := AddDays(t.CallIn, 1); {
		case !slices.Contains(acts, "extend"):
			return true, "The proposal does not extend an order."
		case t.Expires == "" || t.Meeting == "":
			return false, "Enter the last day of the existing order and the day of the decision under “Dates”."
		case t.Expires < today:
			return false, fmt.Sprintf("The order expired on %s, so it can no longer be extended: a new one would have to be made.", dayText(t.Expires))
		case able > t.Expires:
			return false, fmt.Sprintf("With a decision on %s and its call-in until %s, the order could be extended from %s at the earliest. It expires on %s. Bring the decision forward.", dayText(t.Meeting), dayText(t.CallIn), dayText(able), dayText(t.Expires))
		default:
			return true, fmt.Sprintf("The decision is on %s and its call-in ends on %s, so the order can be extended from %s. It expires on %s.", dayText(t.Meeting), dayText(t.CallIn), dayText(able), dayText(t.Expires))
		}
	case 6:
		opens, closes := c.Window()
		days := int(closes.Sub(opens).Hours()/24 + 0.5)
		if weeks := days / 7; days < shortWeeks*7 {
			return false, fmt.Sprintf("The consultation lasts %d days, which is less than %d weeks. Give it longer, or record why this is enough.", days, shortWeeks)
		} else {
			return true, fmt.Sprintf("The consultation lasts %d weeks.", weeks)
		}
	case 14:
		switch oldest := c.signpostsChecked(); {
		case oldest == "":
			return false, "The consultation file names nowhere to get help. Add signposts under help."
		case AddDays(oldest, signpostDays) < today:
			return false, fmt.Sprintf("A signpost was last checked on %s. Call each number and open each address, and put the day into the consultation file.", dayText(oldest))
		default:
			return true, fmt.Sprintf("Every signpost was checked on %s or later.", dayText(oldest))
		}
	case 16:
		_, closes := c.Window()
		planned := dayText(closes.Format(time.DateOnly))
		switch ended, early := c.Ended(); {
		case early:
			return false, fmt.Sprintf("It was closed on %s, before the day that people were told: %s.", dayText(ended), planned)
		case c.ClosedOn == "" && f.Now.Before(closes):
			return false, fmt.Sprintf("People were told that they can answer until %s. Close it then.", planned)
		case c.GraceMinutes > 0:
			return true, fmt.Sprintf("No response could be begun after %s. What was begun by then could be sent for %d minutes more, whoever sent it.", planned, c.GraceMinutes)
		}
		return true, fmt.Sprintf("No response could be sent after %s, whoever sent it.", planned)
	case 17:
		if f.Unread != "" {
			return false, f.Unread
		}
		return true, "Every response is read and every attachment has a summary."
	case 18:
		if f.NoReason > 0 {
			return false, fmt.Sprintf("Give a reason under “Themes” for each theme that is out of scope. Without one so far: %d.", f.NoReason)
		}
		return true, "Every theme out of scope has a reason, stays counted and stands in the report."
	case 19:
		if !f.DoubleCoded {
			return false, "No two people have coded the same answers yet. Code the blind sample under “Code answers”."
		}
		return true, "Two people coded the same answers blind; their agreement stands in the report."
	case 21, 22, 23:
		return written(f.Gaps, d.Number)
	case 24:
		var todo []string
		switch {
		case t.Meeting == "":
			return false, "Enter the day of the meeting under “Dates”."
		case t.Notice == "":
			todo = append(todo, fmt.Sprintf("Publish the forward-plan notice by %s and enter the day.", dayText(AddDays(t.Meeting, -noticeDays-1))))
		case ClearDays(t.Notice, t.Meeting) < noticeDays:
			todo = append(todo, fmt.Sprintf("The notice leaves %d clear days before the meeting; %d are needed. Move the meeting.", ClearDays(t.Notice, t.Meeting), noticeDays))
		}
		switch {
		case t.Papers == "":
			todo = append(todo, fmt.Sprintf("Publish agenda and papers by %s and enter the day.", dayText(BeforeClear(t.Meeting, papersDays))))
		case ClearWorkingDays(t.Papers, t.Meeting) < papersDays:
			todo = append(todo, fmt.Sprintf("The papers leave %d clear working days before the meeting; %d are needed. Move the meeting.", ClearWorkingDays(t.Papers, t.Meeting), papersDays))
		}
		if len(todo) > 0 {
			return false, strings.Join(todo, " ")
		}
		return true, fmt.Sprintf("%d clear days of notice, and the papers were out %d clear working days before the meeting on %s.", ClearDays(t.Notice, t.Meeting), ClearWorkingDays(t.Papers, t.Meeting), dayText(t.Meeting))
	case 28:
		review := ""
		if t.Meeting != "" {
			review = fmt.Sprintf(" Judicial review of the decision must be sought promptly, and by %s at the latest.", dayText(AddMonths(t.Meeting, reviewMonths)))
		}
		switch last := AddDays(t.Ordered, challengeDays-1); {
		case !t.challengeable(c):
			return true, "The right to challenge within six weeks names orders and variations, which this is not." + review
		case t.Ordered == "":
			return false, "The six weeks begin with the day the order is made, which is not entered yet." + review
		case last < today:
			return true, fmt.Sprintf("The order could be challenged until %s.%s", dayText(last), review)
		default:
			return false, fmt.Sprintf("The order can be challenged in the High Court until %s, six weeks beginning with the day it was made.%s", dayText(last), review)
		}
	case 29:
		return f.told()
	case 30:
		return f.requestsAnswered(today)
	case 31:
		if t.Expires == "" {
			return false, "Enter the last day of the order under “Dates”."
		}
		done, said := f.deleted(today)
		return done, fmt.Sprintf("The order expires on %s. The calendar reminds of it on %s and %s. ", dayText(t.Expires), dayText(AddMonths(t.Expires, -12)), dayText(AddMonths(t.Expires, -6))) + said
	}
	return false, ""
}

// signpostsChecked returns the day on which the signpost that has waited longest
// was checked, "" where there is none.
func (c *Consultation) signpostsChecked() (oldest string) {
	for _, s := range c.Help {
		if oldest == "" || s.Checked < oldest {
			oldest = s.Checked
		}
	}
	return oldest
}

// dayText writes a day out as 14 December 2026.
func dayText(day string) string { return parseDay(day).Format("2 January 2006") }

// Standing is how a duty stands.
type Standing struct {
	Duty
	State  DutyState
	Said   string      // what was worked out, or what to do; "" when the record says it all
	Record *DutyRecord // the latest on record; nil for none
}

// Settled reports whether no step has to wait for the duty.
func (s Standing) Settled() bool { return s.State != DutyOpen }

// Stand returns how the duty stands by its latest record, nil for none, and by
// what can be worked out.
func (d Duty) Stand(record *DutyRecord, f DutyFacts) Standing {
	s := Standing{Duty: d, State: DutyOpen, Record: record}
	if d.Computed {
		met, said := d.computed(f)
		if s.Said = said; met {
			s.State = DutyMet
		}
	} else {
		s.Said = "Record the evidence: " + d.Evidence + "."
	}
	switch {
	case record == nil || record.State == DutyOpen || d.Computed && s.State == DutyMet:
		return s
	case !d.Computed:
		s.Said = ""
	}
	s.State = record.State
	if t, today := f.Timeline.On(f.Consultation), f.Now.UTC().Format(time.DateOnly); d.Number == 26 && s.State == DutyMet && t.CallIn >= today {
		s.State, s.Said = DutyOpen, fmt.Sprintf("The call-in runs until %s; the order can be made after it.", dayText(t.CallIn))
	}
	return s
}

// Short cuts a text to n code points for a line of the record of acts.
func Short(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}
