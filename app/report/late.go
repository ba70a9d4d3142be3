package report

import (
	"heard/app/disclose"
	"heard/models"
)

// late tells how many responses came after the end, and what the consultation said
// before anybody answered would become of them.
func (b *builder) late(r *models.Report) {
	if b.Late != nil {
		r.Late = &models.ReportLate{Number: figure(disclose.Count(*b.Late, false)), SetAside: b.Consultation.Late == models.LateSetAside}
	}
}
