package models

import "time"

// JobKind names background work.
type JobKind string

// The kinds of background work.
const (
	JobRead   JobKind = "read"   // read the text out of the files of one submission
	JobIndex  JobKind = "index"  // bring the search index in line with one submission
	JobThemes JobKind = "themes" // find the themes of one consultation again
	JobPlaces JobKind = "places" // bring the search index in line with the themes of one consultation
	// release what may be searched of one consultation to councillors
	JobRelease JobKind = "release"
	// write the search index afresh, without what was taken back; its object is
	// EveryIndex
	JobErase JobKind = "erase"
	// delete what nothing holds any more, and original words whose day has come, of one consultation
	JobDelete JobKind = "delete"
)

// EveryIndex is the object of work on the whole search index.
const EveryIndex = "index"

// JobState is how far a job has come.
type JobState string

// A dead job failed too often; it is shown to staff and never dropped.
const (
	JobPending JobState = "pending"
	JobDead    JobState = "dead"
)

// Job is work that was asked for in the same transaction as the change that
// needs it. It holds an id only, never content.
type Job struct {
	ID          int64
	Kind        JobKind
	Object      string // what to work on: a submission or a consultation
	State       JobState
	Attempts    int
	RunAt       time.Time
	LeasedUntil time.Time
	LastError   string // never contains what somebody answered
}
