package models

// LogEntry is one entry of a consultation's public log.
type LogEntry struct {
	Position   int    // from 0, set by the store
	Hash       []byte // 32 bytes, unlike any other of the consultation
	Kind       string // as the log's openings name it; see app/ledger
	Submission string // whose state it tells; "" for every other kind
	Detail     string // what it says: a state, a manifest, the head of the record
	Roll       int    // number of the roll-call that it was appended with, 0 for none
	Day        string // YYYY-MM-DD; "" for those from before there were batches
}

// Leaf is a submission as the log knows it.
type Leaf struct {
	Submission string
	Hash       []byte
	Status     SubmissionStatus
	Erased     string // day its words were erased while it goes on to count, "" for none
	Logged     bool   // it is in the public log
}
