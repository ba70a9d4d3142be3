package models

// Erasure is a submission whose words and choices were erased, and what became
// of it.
type Erasure struct {
	Submission string
	Status     SubmissionStatus
}
