package views

// EvidencePage is one attachment: what an officer wrote about it, and the file.
type EvidencePage struct {
	Base
	Consultation, Submission, PublicID string
	Number                             int    // from 1
	About                              string // such as "PDF, 1.2 MB"
	SHA256                             string // of the file, hex
	Scan                               bool   // of a form that was keyed
	Said, SaidBy                       string // "" where nobody has summarised it; who did, and when, for staff
	File                               string // address of the file, "" for those who may not open it
	Act                                string // address of the form that lets others open it, "" for those who may not say so
	Let                                string // address of the account that let them, "" for nobody
	Unreadable                         bool   // nothing could be read out of it
	Unclean                            bool   // it may still tell who made it
	Faults                             []Fault
	Problems                           map[string]string // by field: reason
}

func (*EvidencePage) file() string { return "attached" }
