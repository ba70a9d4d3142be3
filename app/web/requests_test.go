package web

import (
	"net/http"
	"net/url"
	"testing"
	"time"

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

// The day on which original words are deleted is set by somebody who has just shown
// who they are, and the page says by whom.
func TestDayOfDeletion(t *testing.T) {
	p := newPortal(t)
	p.signUp(models.RoleOfficer)
	b := p.staff(models.RoleOfficer)
	at := "/staff/" + p.demo.ID + "/requests"
	day := func(days int) string { return p.clock.Now().UTC().AddDate(0, 0, days).Format(time.DateOnly) }
	b.post(at, url.Values{"version": {"1"}, "retention": {day(400)}}).is(http.StatusOK).says("main", "Set by officer@penrow.example")
	p.clock.Advance(6 * time.Minute)
	b.post(at, url.Values{"version": {"2"}, "retention": {day(30)}}).is(http.StatusForbidden).says("main", "Nothing has been done yet")
}
