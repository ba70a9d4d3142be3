package views

import "heard/models"

// FieldKind is the control a field is typed into.
type FieldKind string

// The kinds of field.
const (
	FieldLine   FieldKind = "text"
	FieldArea   FieldKind = "area"
	FieldDay    FieldKind = "date"
	FieldURL    FieldKind = "url"
	FieldNumber FieldKind = "number"
)

// Field is one field of a form with what is typed in it.
type Field struct {
	ID, Label, Hint string
	Kind            FieldKind
	Value           string
	Problem         string // what is wrong with it, "" for nothing
}

// Choice is one of several that a form offers.
type Choice struct {
	Value, Text string
	Chosen      bool
}

// Outcome is what was decided, with its days written out.
type Outcome struct {
	Decision, Record                 string // Record: address, "" for none
	Day, Ordered, InForce, Challenge string // "" for what has not come or does not apply
}

// DutiesPage is what the council owes, by the step that waits for it.
type DutiesPage struct {
	Base
	Consultation string
	Status       models.Status
	CanKeep      bool
	Groups       []DutyGroup
	Dates        []DutyDate
	Act          string // address that dates and the calendar's address are posted to
	Version      int    // of the dates, as it will be
	Fields       []Field
	Faults       []Fault
	Link         string // day the secret address of the calendar was made, written out
	NewLink      string // that address, shown once
}

// DutyGroup is the duties that come before one step.
type DutyGroup struct {
	ID, Title, Note string // Note: whether the step was taken, or what is left
	Left            int    // duties that hold the step back
	Rows            []DutyRow
}

// DutyRow is how one duty stands.
type DutyRow struct {
	Number                       int
	Text, Basis                  string
	State                        string // Met, Not met, Not applicable, Overridden, Warns or Runs
	Good                         bool
	Hard                         bool
	Said                         string // what was worked out, or what to do
	Evidence, URL, Owner, Signed string // Signed: who recorded it and when
	Done                         string // written out
	Href                         string
}

// DutyDate is a day that a duty leads to.
type DutyDate struct {
	Day, Title string
	Duty       int
	Past       bool
}

// DutyPage records one duty.
type DutyPage struct {
	Base
	Row      DutyRow
	Expected string
	Days     string // address of the days that it is worked out from, "" for none
	CanKeep  bool
	Act      string
	Back     string
	Version  int
	States   []Choice
	Fields   []Field
	Problem  string // with the state
	Faults   []Fault
	Earlier  []DutyRow // every version on record, the latest first
}

// RegisterPage lists who was consulted, what was handed in and what was held.
type RegisterPage struct {
	Base
	CanKeep  bool
	Sections []RegisterSection
}

// RegisterSection is the entries of one kind.
type RegisterSection struct {
	ID, Title, Note, Add string // Add: address of the form for one more
	Rows                 []RegisterRow
}

// RegisterRow is one entry.
type RegisterRow struct {
	ID, Name, Href string
	Pairs          []Pair
}

// Pair is a name and what belongs to it.
type Pair struct {
	Name, Text, Href string
}

// EntryPage writes one entry of the register.
type EntryPage struct {
	Base
	Heading   string
	Act, Back string
	Kind      models.RegisterKind
	Version   int
	Fields    []Field
	Positions []Choice // of a body that was consulted; none for others
	Faults    []Fault
	CanRemove bool
	Row       *RegisterRow // as it is kept; nil for a new one
	CanKeep   bool
}

func (*DutiesPage) file() string   { return "duties" }
func (*DutyPage) file() string     { return "duty" }
func (*RegisterPage) file() string { return "register" }
func (*EntryPage) file() string    { return "entry" }
