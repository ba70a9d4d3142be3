package consult

import (
	"slices"

	"heard/models"
)

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

// Spoil changes the figures that were built last, as a mistake in the program would.
func (s *Service) Spoil(consultation string, edit func(*models.Report)) {
	d := s.drafts.get(consultation)
	d.Lock()
	defer d.Unlock()
	spoilt := *d.figures
	spoilt.RollCall.Entries = slices.Clone(spoilt.RollCall.Entries)
	edit(&spoilt)
	d.figures, d.counted = &spoilt, false
}
