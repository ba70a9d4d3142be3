package storetest

import (
	"context"
	"testing"
	"time"

	"heard/models"
	"heard/models/store"
)

// MeetDuties puts on record whatever a consultation still owes, so that a test
// that is about something else can take it to any state: what people do is met,
// what the portal works out does not apply. What is on record already stays.
func MeetDuties(t testing.TB, s *store.Store, consultation string) {
	t.Helper()
	records, err := s.DutyRecords(context.Background(), consultation)
	if err != nil {
		t.Fatalf("read the duties: %v", err)
	}
	known := map[int]bool{}
	for _, r := range records {
		known[r.Duty] = true
	}
	for _, d := range models.Duties {
		if known[d.Number] {
			continue
		}
		today := time.Now().UTC().Format(time.DateOnly)
		r := models.DutyRecord{Consultation: consultation, Duty: d.Number, Version: 1, State: models.DutyMet, Evidence: "Made up for a test.", Owner: "Somebody invented", Done: today, Day: today, By: models.ActorPortal}
		if d.Computed {
			r.State = models.DutyNotApplicable
		}
		if err := s.AddDutyRecord(context.Background(), r); err != nil {
			t.Fatalf("put duty %d on record: %v", d.Number, err)
		}
	}
}
