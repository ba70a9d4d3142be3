package views

// PilePage is where an officer reads a sample of what was most likely sent by
// programs, and sets all of it aside.
type PilePage struct {
	Base
	Consultation, Act string
	Waiting, Aside    int
	Sample            []PileRow
	Frozen            bool
	Faults            []Fault
}

// PileRow is one submission of the sample.
type PileRow struct {
	ID, PublicID, Href string
	Why, Texts         []string
}

func (*PilePage) file() string { return "pile" }
