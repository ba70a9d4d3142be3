package models

// Release is one edition of what councillors may search. It never changes; what
// comes later is added in a later one.
type Release struct {
	Consultation string
	Number       int    // 1, 2, 3 …
	Day          string // YYYY-MM-DD
	By           string // account, or ActorPortal
}

// Released is one person's part in a release: the labels that may be shown and
// counted beside their words, which are never more than their own and mostly
// fewer. No labels means that the words are released and nothing about who
// wrote them.
type Released struct {
	Submission string
	Release    int                 // its number
	Day        string              // of the release, YYYY-MM-DD
	Labels     map[string][]string // values by attribute (search.Attribute)
}
