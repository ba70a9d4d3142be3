package models

import (
	"fmt"
	"slices"
	"strings"
)

// RequestKind is what somebody asks about what the council holds.
type RequestKind string

// The kinds of request. The first four are rights over one's own data; the next
// two ask for information; the last is a reason in law to keep things.
const (
	RequestErasure       RequestKind = "erasure"
	RequestAccess        RequestKind = "access"
	RequestObjection     RequestKind = "objection"
	RequestRectification RequestKind = "rectification"
	RequestFOI           RequestKind = "foi"
	RequestEIR           RequestKind = "eir"
	RequestReview        RequestKind = "review"
)

// RequestKinds lists every kind, in the order in which they are offered.
var RequestKinds = []RequestKind{RequestErasure, RequestAccess, RequestObjection, RequestRectification, RequestFOI, RequestEIR, RequestReview}

var requestNames = map[RequestKind]string{
	RequestErasure: "Erasure (UK GDPR Art 17)", RequestAccess: "Access to one’s own data (Art 15)", RequestObjection: "Objection (Art 21)",
	RequestRectification: "Rectification (Art 16)", RequestFOI: "Freedom of information", RequestEIR: "Environmental information", RequestReview: "Judicial review, or another legal hold",
}

// Name is what people call the kind.
func (k RequestKind) Name() string { return requestNames[k] }

// Holds reports whether nothing may be deleted while a request of the kind is
// open: to destroy what was asked for is an offence (Freedom of Information Act
// 2000, s.77; Environmental Information Regulations 2004, reg 19).
func (k RequestKind) Holds() bool {
	return k == RequestFOI || k == RequestEIR || k == RequestReview
}

// Erases reports whether words can be taken out for a request of the kind.
func (k RequestKind) Erases() bool {
	return k == RequestErasure || k == RequestObjection || k == RequestRectification
}

// RequestState is how far a request has come.
type RequestState string

// The states of a request.
const (
	RequestOpen         RequestState = "open"
	RequestAnswered     RequestState = "answered"
	RequestRefused      RequestState = "refused"
	RequestCannotLocate RequestState = "cannot-locate" // UK GDPR Art 11: nothing tells which submission it is about
)

// RequestStates lists every state.
var RequestStates = []RequestState{RequestOpen, RequestAnswered, RequestRefused, RequestCannotLocate}

var requestStateNames = map[RequestState]string{RequestOpen: "Open", RequestAnswered: "Answered", RequestRefused: "Refused", RequestCannotLocate: "Cannot be located"}

// Name is what people call the state.
func (s RequestState) Name() string { return requestStateNames[s] }

// Request is one request about rights or for information, as officers log it. It
// holds nothing that a respondent wrote and needs nobody's name: Reference leads
// to the council's own file.
type Request struct {
	ID           string
	Consultation string
	Version      int
	Kind         RequestKind
	Reference    string // of the council's own file
	Received     string // YYYY-MM-DD
	Came         string // how it came, in a few words
	Extended     string // why more time was taken, "" where none was
	State        RequestState
	Outcome      string // what was answered, or why it was refused or cannot be located
	Done         string // day the outcome was sent, YYYY-MM-DD, "" while it is open
	By           string // account that wrote it last
	Written      string // day on which
}

// How long the law gives. The Acts on information count no bank holiday of any
// part of the United Kingdom; England's alone give the earlier day, never a later
// one.
const (
	informationDays = 20 // working days (FOIA s.10; EIR reg 5), doubled where the time is extended (EIR reg 7)
	rightsMonths    = 1  // calendar months (UK GDPR Art 12), with two further where the time is extended
	furtherMonths   = 2
)

// Due is the last day to answer, YYYY-MM-DD, "" where the law sets none. A month
// that ends on no working day lasts until the next.
func (r *Request) Due() string {
	switch r.Kind {
	case RequestReview:
		return ""
	case RequestFOI, RequestEIR:
		if r.Extended != "" {
			return AddWorkingDays(r.Received, 2*informationDays)
		}
		return AddWorkingDays(r.Received, informationDays)
	}
	months := rightsMonths
	if r.Extended != "" {
		months += furtherMonths
	}
	due := AddMonths(r.Received, months)
	if due != "" && !WorkingDay(due) {
		due = AddWorkingDays(due, 1)
	}
	return due
}

// Overdue reports whether a request should have been answered before today, and
// is not.
func (r *Request) Overdue(today string) bool {
	due := r.Due()
	return r.State == RequestOpen && due != "" && due < today
}

// Holds reports whether nothing may be deleted because of the request.
func (r *Request) Holds() bool { return r.State == RequestOpen && r.Kind.Holds() }

// Validate checks what an officer typed. Written is the day it was.
func (r *Request) Validate() error {
	v := &validation{}
	v.check(slices.Contains(RequestKinds, r.Kind), "kind", "Choose what is asked for")
	v.check(r.Reference != "", "reference", "Enter the reference of your own file")
	v.check(!strings.Contains(r.Reference, "@"), "reference", "Enter a reference of your own, and no address")
	v.check(isDay(r.Received) && r.Received <= r.Written, "received", "Enter the day it came, today or before")
	v.check(slices.Contains(RequestStates, r.State), "state", "Choose how far it has come")
	v.check(r.Extended == "" || r.Kind != RequestReview, "extended", "The law sets no day for this kind, so there is none to extend")
	v.check(r.State != RequestCannotLocate || !r.Kind.Holds(), "state", "Only what a person asks about their own words can be impossible to locate")
	if r.State == RequestOpen {
		v.check(r.Outcome == "" && r.Done == "", "state", "Choose an outcome, or leave its words and its day empty")
	} else {
		v.check(r.Outcome != "", "outcome", "Say what was answered, or why it was refused or cannot be located")
		v.check(isDay(r.Done) && r.Done >= r.Received && r.Done <= r.Written, "done", "Enter the day the answer was sent, today or before and not before the request came")
	}
	for field, text := range map[string]string{"reference": r.Reference, "came": r.Came} {
		if f := tooLong(text, 200); f.Code != "" {
			v.fault(field, f)
		}
	}
	for field, text := range map[string]string{"extended": r.Extended, "outcome": r.Outcome} {
		if f := tooLong(text, MaxEvidenceLength); f.Code != "" {
			v.fault(field, f)
		}
	}
	return v.err("The request cannot be kept yet.")
}

// ActKind is what was done for a request.
type ActKind string

// The kinds of act.
const (
	ActErasure   ActKind = "erasure"
	ActRedaction ActKind = "redaction"
)

// ActState is how far an act has come.
type ActState string

// The states of an act. One that is held took the words out of everything that
// is read; a sealed copy stays until nothing holds it any more.
const (
	ActAsked    ActState = "asked" // waits for a second person
	ActDeclined ActState = "declined"
	ActHeld     ActState = "held"
	ActDone     ActState = "done"
)

// RequestAct is one thing done for a request. Once words are erased Submission is
// "": nothing leads from a request to what stays in the totals.
type RequestAct struct {
	ID           string
	Consultation string
	Request      string
	Kind         ActKind
	State        ActState
	Submission   string
	Reason       string
	Frozen       bool // the analysis was frozen: the totals stayed
	By, Day      string
	SecondBy     string // who confirmed or declined, "" where nobody had to
	SecondDay    string
}

// ErasedWords stands in place of words that were erased after the freeze, when
// the submission stays in every total.
const ErasedWords = "[erased]"

// HeldWords is a sealed copy of what a submission said, kept while something
// holds it. Files are keys in the evidence store.
type HeldWords struct {
	Submission, Consultation string
	Day                      string // it was taken back, YYYY-MM-DD
	Sealed                   []byte
	Files                    []string
}

// Retention is the day on which a consultation's original words are deleted.
type Retention struct {
	Consultation string
	Version      int    // 0 for none set
	Day          string // YYYY-MM-DD
	By, Written  string
	Done         string // day they were deleted, "" while they are not
}

// told works out whether respondents were told the outcome.
func (f *DutyFacts) told() (met bool, said string) {
	switch {
	case f.Decided == "":
		return false, "The decision is not public yet. Publish it, then write to those who left an address."
	case !f.Contacts:
		return true, fmt.Sprintf("The decision has been public since %s, on the page where people answered. Nobody left an address.", dayText(f.Decided))
	case f.Written >= f.Decided:
		return true, fmt.Sprintf("The decision has been public since %s. The addresses of those who asked to be told were taken from the list on %s.", dayText(f.Decided), dayText(f.Written))
	}
	return false, fmt.Sprintf("The decision has been public since %s. Write to those who left an address: their list has not been opened since.", dayText(f.Decided))
}

// requestsAnswered works out whether requests were answered in time.
func (f *DutyFacts) requestsAnswered(today string) (met bool, said string) {
	open, late, holding := 0, 0, 0 // figures alone: their references are for officers and the auditor
	for _, r := range f.Requests {
		if r.State == RequestOpen {
			open++
		}
		if r.Overdue(today) {
			late++
		}
		if r.Holds() {
			holding++
		}
	}
	switch {
	case len(f.Requests) == 0:
		said = "No request is on record. Log each under “Requests” on the day it comes."
	case late > 0:
		said = fmt.Sprintf("Requests that are overdue: %d. Answer them now, and say why they are late.", late)
	default:
		said = fmt.Sprintf("Requests on record: %d, of which open: %d. None is overdue.", len(f.Requests), open)
	}
	if holding > 0 {
		said += fmt.Sprintf(" Nothing is deleted while these are open: requests for information and legal holds, %d.", holding)
	}
	return late == 0, said
}

// deleted works out whether original words are deleted on their day.
func (f *DutyFacts) deleted(today string) (met bool, said string) {
	r := f.Retention
	held := slices.ContainsFunc(f.Requests, func(r Request) bool { return r.Holds() })
	switch {
	case r.Version == 0:
		return false, "Enter under “Requests” the day on which original words are deleted."
	case r.Done != "":
		return true, fmt.Sprintf("The original words were deleted on %s.", dayText(r.Done))
	case r.Day >= today:
		return true, fmt.Sprintf("The original words are deleted on %s.", dayText(r.Day))
	case held:
		return true, fmt.Sprintf("The original words were to be deleted on %s. A request or a case holds them, so they are deleted when it ends.", dayText(r.Day))
	case !f.Consultation.Status.AtLeast(StatusPublished):
		return false, fmt.Sprintf("The original words were to be deleted on %s, but the report that rests on them is not published. Publish it, or move the day under “Requests”.", dayText(r.Day))
	}
	return false, fmt.Sprintf("The original words were to be deleted on %s. The portal does so within minutes; if this stays, look at its log.", dayText(r.Day))
}
