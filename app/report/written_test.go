package report

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"heard/models"
)

// The life of an order is told in the order of its days, from what the consultation
// says of its history to what follows from its dates; without a history it is not.
func TestTimelineOfTheOrder(t *testing.T) {
	c := river()
	c.Proposal = models.Proposal{Summary: words("To keep the order."), Acts: []string{"vary"}, Expires: "2027-03-15", Decision: models.Decision{When: "2027-02-15"}}
	days := func() (all []models.ReportMoment) {
		r := &models.Report{}
		Write(r, c, Written{Timeline: &models.Timeline{Ordered: "2027-03-01"}})
		for _, m := range r.Proposal.Timeline {
			if m.Key != "" {
				m.Title = ""
			}
			all = append(all, m)
		}
		return all
	}
	if got := days(); got != nil {
		t.Errorf("nothing is known of its history: %+v", got)
	}
	c.Proposal.History = []models.Milestone{{Day: "2024-03-16", What: "It was extended.", Source: "minutes"}, {Day: "2021-03-16", What: "It was made.", Source: "minutes"}}
	want := []models.ReportMoment{{Day: "2021-03-16", Title: "It was made.", Source: "minutes"}, {Day: "2024-03-16", Title: "It was extended.", Source: "minutes"},
		{Day: "2026-10-05", Key: "opens"}, {Day: "2026-12-14", Key: "closes"}, {Day: "2027-02-15", Key: "meeting", Ahead: true}, {Day: "2027-03-01", Key: "ordered", Ahead: true},
		{Day: "2027-03-15", Key: "expiry", Ahead: true}, {Day: "2027-04-11", Key: "challenge", Ahead: true}}
	if diff := cmp.Diff(want, days()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	c.ClosedOn = "2026-11-30"
	if got := days(); got[3].Day != "2026-11-30" {
		t.Errorf("it closed earlier than planned: %+v", got[3])
	}
}

// Each right and each protected characteristic is a row, those that nobody has
// considered, too, once anything is written; what officers wrote is resolved and
// looked at again like any other section.
func TestImpactTable(t *testing.T) {
	r, c := told()
	Write(r, c, Written{})
	if r.Impact != nil {
		t.Errorf("nothing is written: %+v", r.Impact)
	}
	id := models.ImpactSection + "race"
	Write(r, c, Written{Sections: map[string]models.Section{id: {ID: id, Parts: map[string]*models.Prose{
		models.PartEffect: {Text: "negative", Read: "negative"}, "evidence": {Text: "Of {count all}.", Read: "Of 99."}, "owner": {Text: "Somebody", Read: "Somebody"}}}}})
	if len(r.Impact) != 12 || len(r.Sections) != 0 {
		t.Fatalf("%d rows, %d sections", len(r.Impact), len(r.Sections))
	}
	gaps := 0
	for _, row := range r.Impact {
		if row.Effect == "" {
			gaps++
		} else if diff := cmp.Diff(models.ReportImpact{ID: "race", Effect: models.EffectNegative, Evidence: "Of 100.", Owner: "Somebody"}, row); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
	if gaps != 11 {
		t.Errorf("%d of 11 gaps", gaps)
	}
	if len(r.Stale) != 1 || r.Stale[0].ID != id || r.Stale[0].Field != "evidence" {
		t.Errorf("a figure has changed: %+v", r.Stale)
	}
}
