package report

import (
	"slices"

	"heard/models"
)

// approvedDraft returns as much of an approved draft as still stands: a sentence
// as long as everybody it cites is quoted with the theme. nil if none does.
func (b *builder) approvedDraft(t *models.ReportTheme) *models.ReportDraft {
	approved, ok := b.Drafts[t.ID]
	if !ok {
		return nil
	}
	quoted := ids(t.Quotes)
	d := &models.ReportDraft{Approved: approved.Day}
	for _, s := range approved.Sentences {
		rests := models.ReportDraftSentence{Text: s.Text}
		for _, cite := range s.Cites {
			sub := b.subs[cite]
			if sub == nil {
				continue
			}
			if id := QuotedAs(b.Consultation, sub, t.ID); slices.Contains(quoted, id) {
				rests.Quoted = append(rests.Quoted, id)
			}
		}
		if len(s.Cites) > 0 && len(rests.Quoted) == len(s.Cites) {
			d.Sentences = append(d.Sentences, rests)
		}
	}
	if len(d.Sentences) == 0 {
		return nil
	}
	return d
}
