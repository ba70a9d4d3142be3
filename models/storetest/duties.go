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

func testDuties(t *testing.T, url string) {
	s := OpenURL(t, url)
	Save(t, s, []byte(Invented))
	Save(t, s, Version("a-park", 1))

	first := models.DutyRecord{Consultation: square, Duty: 7, Version: 1, State: models.DutyMet, Evidence: "Impact assessment, with “quotes”.", URL: "https://penrow.example/dpia", Owner: "Ada Tremlett", Done: "2026-10-01", Day: "2026-10-02", By: "u1"}
	second := first
	second.Version, second.State, second.By = 2, models.DutyOpen, "u2"
	other := models.DutyRecord{Consultation: square, Duty: 3, Version: 1, State: models.DutyNotApplicable, Evidence: "None.", Day: "2026-10-02", By: "u1"}
	for _, r := range []models.DutyRecord{first, second, other} {
		noError(t, s.AddDutyRecord(ctx, r))
	}
	wantKind(t, s.AddDutyRecord(ctx, second), models.KindConflict)
	skips := second
	skips.Version = 4
	wantKind(t, s.AddDutyRecord(ctx, skips), models.KindConflict)
	nowhere := first
	nowhere.Consultation = "nowhere"
	wantKind(t, s.AddDutyRecord(ctx, nowhere), models.KindNotFound)
	wantSame(t, "records of duties", must[[]models.DutyRecord](t)(s.DutyRecords(ctx, square)), []models.DutyRecord{other, second, first})
	if none := must[[]models.DutyRecord](t)(s.DutyRecords(ctx, "a-park")); len(none) > 0 {
		t.Errorf("duties of another consultation: %v", none)
	}

	wantSame(t, "no dates", must[models.Timeline](t)(s.Timeline(ctx, square)), models.Timeline{Consultation: square})
	dates := models.Timeline{Consultation: square, Version: 1, Expires: "2027-03-15", Meeting: "2027-02-15", Day: "2026-10-02", By: "u1"}
	noError(t, s.SaveTimeline(ctx, dates))
	wantKind(t, s.SaveTimeline(ctx, dates), models.KindConflict)
	dates = models.Timeline{Consultation: square, Version: 2, Notice: "2027-01-04", Papers: "2027-02-01", CallIn: "2027-02-22", Ordered: "2027-02-25", InForce: "2027-03-01", Decision: "Extended.", Record: "https://penrow.example/d", Day: "2026-10-03", By: "u2"}
	noError(t, s.SaveTimeline(ctx, dates)) // and what was taken back is gone
	wantKind(t, s.SaveTimeline(ctx, dates), models.KindConflict)
	wantSame(t, "dates", must[models.Timeline](t)(s.Timeline(ctx, square)), dates)

	link := func(want []byte, wantDay string) {
		t.Helper()
		hash, day, err := s.CalendarLink(ctx, square)
		noError(t, err)
		wantSame(t, "the address of the calendar", string(hash)+day, string(want)+wantDay)
	}
	link(nil, "")
	for i := range 2 {
		noError(t, s.SaveCalendarLink(ctx, square, Hash(square, "calendar", i), "2026-10-02", "u1"))
		link(Hash(square, "calendar", i), "2026-10-02")
	}
	noError(t, s.SaveCalendarLink(ctx, square, nil, "2026-10-03", "u1"))
	link(nil, "")

	petition := models.RegisterEntry{ID: "e1", Consultation: square, Version: 1, Kind: models.RegisterPetition, Name: "Lamps", Body: "Friends of the Square", Why: "We want lamps.", Day: "2026-11-02", Answer: "By address.", Number: 412, By: "u1", Written: "2026-11-03"}
	body := models.RegisterEntry{ID: "e2", Consultation: square, Version: 1, Kind: models.RegisterStatutory, Name: "Penrow Police", Day: "2026-10-06", Answered: "2026-11-01", Answer: "Agrees.", Position: models.StanceFor, PublicID: "P00001", Place: "-", By: "u1", Written: "2026-11-03"}
	for _, e := range []models.RegisterEntry{petition, body} {
		noError(t, s.SaveRegisterEntry(ctx, e))
	}
	petition.Version, petition.Number, petition.Body, petition.By = 2, 0, "", "u2"
	noError(t, s.SaveRegisterEntry(ctx, petition))
	wantKind(t, s.SaveRegisterEntry(ctx, petition), models.KindConflict)
	wantSame(t, "register", must[[]models.RegisterEntry](t)(s.Register(ctx, square)), []models.RegisterEntry{body, petition})
	wantSame(t, "an entry", must[*models.RegisterEntry](t)(s.RegisterEntry(ctx, square, "e1")), &petition)
	_, err := s.RegisterEntry(ctx, "a-park", "e1")
	wantKind(t, err, models.KindNotFound)
	moved := petition
	moved.Consultation, moved.Version = "a-park", 3
	wantKind(t, s.SaveRegisterEntry(ctx, moved), models.KindConflict)
	wantKind(t, s.DeleteRegisterEntry(ctx, "a-park", "e1", 2), models.KindNotFound)
	wantKind(t, s.DeleteRegisterEntry(ctx, square, "e1", 1), models.KindConflict)
	noError(t, s.DeleteRegisterEntry(ctx, square, "e1", 2))
	wantKind(t, s.DeleteRegisterEntry(ctx, square, "e1", 2), models.KindNotFound)
}
