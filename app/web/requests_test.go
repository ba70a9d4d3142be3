package web

import (
	"testing"

	"heard/app/consult"
	"heard/models"
)

// aRequest is an open request of erasure about the demonstration.
func (p *testPortal) aRequest() string {
	p.Helper()
	if rows := p.rows("SELECT id FROM requests WHERE consultation = '" + p.demo.ID + "' AND state = 'open' AND kind = 'erasure'"); len(rows) > 0 {
		return rows[0]
	}
	id, err := p.service.KeepRequest(p.Context(), consult.Portal, p.demo, models.Request{Kind: models.RequestErasure, Reference: "DPO 31", Received: p.service.Today()})
	must(p.TB, err)
	return id
}

var _ testing.TB
