package models

import "testing"

func asked(kind RequestKind, received string) Request {
	return Request{Kind: kind, Reference: "DPO 31", Received: received, State: RequestOpen, Written: "2026-11-23"}
}

func TestRequestsAreDue(t *testing.T) {
	for _, test := range []struct {
		what     string
		kind     RequestKind
		received string
		extended string
		due      string
	}{
		{"the same day a month on", RequestErasure, "2026-10-14", "", "2026-11-16"}, // the 14th is a Saturday
		{"a month without that day", RequestAccess, "2027-01-31", "", "2027-03-01"}, // 28 February is a Sunday
		{"a bank holiday", RequestObjection, "2026-11-28", "", "2026-12-29"},        // 28 December stands for Boxing Day
		{"three months", RequestRectification, "2026-10-14", "It is long.", "2027-01-14"},
		{"twenty working days over Christmas", RequestFOI, "2026-12-10", "", "2027-01-12"},
		{"forty", RequestEIR, "2026-10-01", "It is long.", "2026-11-26"},
		{"no day in law", RequestReview, "2026-10-14", "", ""},
	} {
		if r := (Request{Kind: test.kind, Received: test.received, Extended: test.extended}); r.Due() != test.due {
			t.Errorf("%s: due %s, want %s", test.what, r.Due(), test.due)
		}
	}
}

func TestRequestsAreChecked(t *testing.T) {
	for what, alter := range map[string]func(*Request){
		"no kind": func(r *Request) { r.Kind = "wish" }, "no reference": func(r *Request) { r.Reference = "" }, "an address": func(r *Request) { r.Reference = "ada@example.org" },
		"a day to come": func(r *Request) { r.Received = "2026-11-24" }, "no such state": func(r *Request) { r.State = "lost" },
		"an outcome while open":   func(r *Request) { r.Outcome = "Sent." },
		"no outcome":              func(r *Request) { r.State, r.Done = RequestRefused, "2026-11-20" },
		"answered before it came": func(r *Request) { r.State, r.Outcome, r.Done = RequestAnswered, "Sent.", "2026-10-01" },
		"a hold that cannot be located": func(r *Request) {
			r.Kind, r.State, r.Outcome, r.Done = RequestFOI, RequestCannotLocate, "No.", "2026-11-20"
		},
		"more time than there is": func(r *Request) { r.Kind, r.Extended = RequestReview, "It is long." },
	} {
		r := asked(RequestErasure, "2026-11-02")
		if err := r.Validate(); err != nil {
			t.Fatal(err)
		}
		if alter(&r); KindOf(r.Validate()) != KindInvalid {
			t.Errorf("%s is taken", what)
		}
	}
}
