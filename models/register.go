package models

import "slices"

// RegisterKind is what an entry of the register is about.
type RegisterKind string

// The kinds of entry. None of them is a response, and none is counted as one.
const (
	RegisterStatutory RegisterKind = "statutory" // a body that the law says must be consulted or notified
	RegisterCommunity RegisterKind = "community" // a representative of people in the area (2014 Act, s.72)
	RegisterPetition  RegisterKind = "petition"
	RegisterEvent     RegisterKind = "event"
	RegisterPublicity RegisterKind = "publicity"
)

// RegisterKinds lists every kind, in the order of the register.
var RegisterKinds = []RegisterKind{RegisterStatutory, RegisterCommunity, RegisterPetition, RegisterEvent, RegisterPublicity}

// RegisterEntry is who was consulted, what was handed in or what was held beside
// the responses. Which fields are used depends on its kind.
type RegisterEntry struct {
	ID           string
	Consultation string
	Version      int
	Kind         RegisterKind
	Name         string // of the body, the petition, the event, or the notice and where it stood
	Body         string // petition: who organised it
	Why          string // why a body was chosen; the wording of a petition
	Day          string // asked, received, held or published, YYYY-MM-DD
	Answered     string // day a body answered, "" while it has not
	Answer       string // what it answered, in the officer's words; how signatures were checked
	Position     string // of a body, if it stated one: for, against or unsure
	PublicID     string // of the submission that a body sent, "" for none
	Place        string // event: where, in words
	Number       int    // signatures that were counted; about how many people came
	By           string // account that wrote it last
	Written      string // day on which
}

// Consulted reports whether the entry is about a body that was consulted.
func (e *RegisterEntry) Consulted() bool {
	return e.Kind == RegisterStatutory || e.Kind == RegisterCommunity
}

// Validate checks what an officer typed.
func (e *RegisterEntry) Validate() error {
	v := &validation{}
	v.check(slices.Contains(RegisterKinds, e.Kind), "kind", "Choose what the entry is about")
	v.check(e.Name != "", "name", "Enter a name")
	v.check(e.Kind != RegisterCommunity || e.Why != "", "why", "Say why this body was chosen")
	v.check(e.Kind != RegisterPetition || e.Why != "", "why", "Enter the words that people signed")
	v.check(e.Kind != RegisterPetition || e.Answer != "", "answer", "Say how the signatures were checked, or that they were not")
	v.check(e.Day == "" && e.Consulted() || isDay(e.Day), "day", "Enter a day")
	v.check(e.Answered == "" || isDay(e.Answered) && e.Answered >= e.Day, "answered", "Enter a day that is not before they were asked, or nothing")
	v.check(e.Position == "" || slices.Contains([]string{StanceFor, StanceAgainst, StanceUnsure}, e.Position), "position", "Choose a position, or none")
	v.check(e.Number >= 0 && e.Number <= 10_000_000, "number", "Enter a whole number")
	for field, text := range map[string]string{"name": e.Name, "body": e.Body, "place": e.Place} {
		if f := tooLong(text, 300); f.Code != "" {
			v.fault(field, f)
		}
	}
	for field, text := range map[string]string{"why": e.Why, "answer": e.Answer} {
		if f := tooLong(text, MaxEvidenceLength); f.Code != "" {
			v.fault(field, f)
		}
	}
	return v.err("The entry cannot be kept yet.")
}
