package models

// SavedSearch is a search that a person keeps for themselves. Query is the
// query part of its address as the portal writes it: words, filters and order.
type SavedSearch struct {
	ID           string
	By           string // account
	Consultation string
	Name         string
	Query        string
	Day          string // YYYY-MM-DD
}

// Listed is a submission on a person's reading list. Read is what that person
// says of themselves; nobody else is told either.
type Listed struct {
	Submission string
	By         string // account
	Day        string // YYYY-MM-DD, of the first time
	Read       bool
}

// Note is what a person wrote about a submission: for themselves, or Shared
// with those who code the answers. It goes when the submission is withdrawn.
type Note struct {
	ID         string
	Submission string
	By         string // account
	Day        string // YYYY-MM-DD
	Shared     bool
	Text       string
}

// Limits on what a person keeps, in code points.
const (
	MaxNameLength  = 120
	MaxNoteLength  = 5000
	MaxQueryLength = 8000 // of a saved search, in bytes of its address
)

// Validate checks the name and the address.
func (s *SavedSearch) Validate() error {
	v := &validation{}
	v.check(s.Name != "", "name", "Give the search a name")
	if f := tooLong(s.Name, MaxNameLength); f.Code != "" {
		v.fault("name", f)
	}
	v.check(s.Query != "", "query", "There is no search to save. Search for something first")
	v.check(len(s.Query) <= MaxQueryLength, "query", "The search is too long to be kept. Take away some words or filters")
	return v.err("The search cannot be saved.")
}

// Validate checks the text.
func (n *Note) Validate() error {
	v := &validation{}
	v.check(n.Text != "", "note", "Write something first")
	if f := tooLong(n.Text, MaxNoteLength); f.Code != "" {
		v.fault("note", f)
	}
	return v.err("The note cannot be kept.")
}
