package web

import (
	"heard/app/consult"
	"heard/models"
)

// publishVersion has the next version of a report proposed and published.
func (p *testPortal) publishVersion(c *models.Consultation, note string) {
	p.Helper()
	must(p.TB, p.service.ProposeReport(p.Context(), consult.Portal, c, note))
	v, err := p.service.Versions(p.Context(), consult.Portal, c)
	must(p.TB, err)
	must(p.TB, p.service.PublishReport(p.Context(), consult.Portal, c, v.Proposal.Hash))
}
