// Package redact finds what in a text could identify somebody, so that an
// officer can take it out before the text is shown to anybody else.
//
// It suggests; people decide. A suggestion may be wrong, and a text without any
// may still identify its writer by what it tells. It looks for what the rules of
// the thing itself can confirm (check digits, allocated prefixes), what a cue
// announces ("my name is"), and names it knows; and it says how sure it is and why,
// because officers stop reading suggestions that are mostly wrong. Who somebody is in the matter (a resident, a sex worker)
// is what a consultation is about and is never suggested.
//
// All matching is linear in the length of the text, whatever the text. What is
// searched for is found in a view of the text that is spelt plainly, and again in
// one with what was spelt letter by letter or in words put together.
package redact

import (
	"slices"
	"strings"
)

// Kind is what a suggestion takes the text to be, in words fit to be shown.
type Kind string

const (
	Phone             Kind = "phone number"
	Email             Kind = "email address"
	URL               Kind = "web address"
	Handle            Kind = "username"
	Postcode          Kind = "postcode"
	NumberPlate       Kind = "number plate"
	NationalInsurance Kind = "National Insurance number"
	NHS               Kind = "NHS number"
	Card              Kind = "card number"
	Account           Kind = "bank account" // a sort code and account number, or an IBAN
	Licence           Kind = "driving licence number"
	Passport          Kind = "passport number"
	Address           Kind = "address" // a house number and street, or a flat
	Name              Kind = "name"
	Age               Kind = "age"  // of somebody named
	Date              Kind = "date" // of birth, or of what happened to somebody, with its time
)

// Kinds lists every kind there is.
var Kinds = []Kind{Phone, Email, URL, Handle, Postcode, NumberPlate, NationalInsurance, NHS, Card, Account, Licence, Passport, Address, Name, Age, Date}

// Suggestion is a part of a text to be replaced.
type Suggestion struct {
	Start, End  int // in bytes of the text, at the edges of whole characters; End is the first byte left alone
	Kind        Kind
	Replacement string  // such as "[phone number]"
	Confidence  float64 // from 0 to 1: a rough guess at how often this rule is right, the same wherever it applies
	Why         string  // the rule, as the end of "Suggested because of …"
}

// rule is why something is suggested.
type rule struct {
	kind       Kind
	confidence float64
	why        string
}

// span is a finding, in bytes of the view searched.
type span struct {
	start, end int
	*rule
}

// Suggest returns what it suggests replacing in text, in order and without
// overlaps. Where two findings overlap it suggests both together, as the longer.
func Suggest(text string) []Suggestion {
	v := look(text)
	found := v.find()
	if r := v.respell(); r != nil {
		found = append(found, r.find()...)
	}
	var out []Suggestion
	for _, s := range merge(found) {
		out = append(out, Suggestion{s.start, s.end, s.kind, "[" + string(s.kind) + "]", s.confidence, s.why})
	}
	return out
}

// find returns what every detector finds, in bytes of the original.
func (v *view) find() []span {
	var found []span
	for _, detect := range []func(*view) []span{
		emails, urls, handles, phones, postcodes, plates, nationalInsurance,
		nhsNumbers, cards, accounts, ibans, licences, passports, addresses, dates, people,
	} {
		found = append(found, detect(v)...)
	}
	for i := range found {
		e := v.source(found[i].start, found[i].end)
		found[i].start, found[i].end = int(e.start), int(e.end)
	}
	return found
}

// Doubtful is the confidence below which a suggestion waits for a person.
const Doubtful = 0.35

// Text returns text as it may be shown until a person has looked at the
// suggestions: with all of them applied but the doubtful ones, which are mostly
// places and things.
func Text(text string) string {
	return Apply(text, slices.DeleteFunc(Suggest(text), func(s Suggestion) bool { return s.Confidence < Doubtful }))
}

// Apply returns text with each suggestion replaced. Suggestions may be in any
// order; one that is empty, reaches outside the text or overlaps one that starts
// before it is left out.
func Apply(text string, suggestions []Suggestion) string {
	inOrder := slices.Clone(suggestions)
	slices.SortStableFunc(inOrder, func(a, b Suggestion) int { return a.Start - b.Start })
	var b strings.Builder
	done := 0
	for _, s := range inOrder {
		if s.Start < done || s.End <= s.Start || s.End > len(text) {
			continue
		}
		b.WriteString(text[done:s.Start])
		b.WriteString(s.Replacement)
		done = s.End
	}
	b.WriteString(text[done:])
	return b.String()
}

// merge puts spans in order and joins those that overlap. What is joined is of
// the kind of the longest, of two as long that of the surer.
func merge(found []span) []span {
	slices.SortStableFunc(found, func(a, b span) int { return a.start - b.start })
	var out []span
	longest := 0 // of the findings joined in the last of out
	for _, s := range found {
		if n := len(out); n > 0 && s.start < out[n-1].end {
			last := &out[n-1]
			last.end = max(last.end, s.end)
			if l := s.end - s.start; l > longest || l == longest && s.confidence > last.confidence {
				last.rule, longest = s.rule, l
			}
			continue
		}
		out, longest = append(out, s), s.end-s.start
	}
	return out
}
