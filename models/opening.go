package models

import "time"

// ContactOpening is one officer's wish to open the list of addresses of those who
// want to be told the outcome, and another's leave: nobody opens it alone.
type ContactOpening struct {
	Consultation string
	By           string // account of who asked, "" while nobody has
	Reason       string
	Day          string // YYYY-MM-DD
	AgreedBy     string // account of another officer, "" until then
	Agreed       string // YYYY-MM-DD
}

// Open reports whether the list may be opened on a day, by either of the two: on the
// day that they agreed, and on the next.
func (o ContactOpening) Open(day string) bool {
	agreed, err := time.Parse(time.DateOnly, o.Agreed)
	return err == nil && o.AgreedBy != "" && o.Agreed <= day && day <= agreed.AddDate(0, 0, 1).Format(time.DateOnly)
}

// Waits reports whether it is for another officer to agree.
func (o ContactOpening) Waits() bool { return o.By != "" && o.AgreedBy == "" }
