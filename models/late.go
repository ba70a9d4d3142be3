package models

// ReportLate is how many responses came after the end, and whether they count.
type ReportLate struct {
	Number   Figure `json:"number"`
	SetAside bool   `json:"set_aside,omitempty"` // kept, and not counted; the same for all
}
