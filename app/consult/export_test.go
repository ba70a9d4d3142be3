package consult

// What the tests outside call although it is no act of the portal.
var (
	Embeddings     = (*Service).embeddings
	NoteVectors    = (*Service).noteVectors
	DescribeThemes = (*Service).describeThemes
	ApplyDrafts    = (*drafted).apply
	EarlierDrafts  = earlierDrafts
	Recount        = recount
	PassageKey     = func(passages ...string) string { return passageKey(passages) }
)
