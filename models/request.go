package models

import (
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
