package storetest

import (
	"testing"

	"heard/models"
)

// testVersions keeps proposed and published versions of a report, objections and
// how many read a pack.
func testVersions(t *testing.T, url string) {
	s := OpenURL(t, url)
	subs := Seed(t, s, 3)
	one, two := subs[0].ID, subs[1].ID
	none := must[*models.ReportProposal](t)(s.Proposal(ctx, square))
	if none != nil {
		t.Errorf("a proposal before any: %+v", none)
	}
	p := models.ReportProposal{Consultation: square, Number: 1, Data: []byte{0, 0xff}, Hash: "h1", Members: []string{one}, Pack: []byte("{}"), Day: "2026-11-23", By: "u1"}
	noError(t, s.SaveProposal(ctx, p))
	p.Members = []string{one, two}
	noError(t, s.SaveProposal(ctx, p))
	wantSame(t, "the proposal", must[*models.ReportProposal](t)(s.Proposal(ctx, square)), &p)
	back := p
	back.Reason, back.ReturnedBy, back.ReturnedDay = "A name stands in it.", "u2", "2026-11-24"
	noError(t, s.SaveProposal(ctx, back))
	wantSame(t, "what was sent back", must[*models.ReportProposal](t)(s.Proposal(ctx, square)), &back)
	noError(t, s.PublishVersion(ctx, &p, "2026-11-25", "u2"))
	wantKind(t, s.PublishVersion(ctx, &p, "2026-11-25", "u2"), models.KindConflict)
	if left := must[*models.ReportProposal](t)(s.Proposal(ctx, square)); left != nil {
		t.Error("what is published is still proposed")
	}
	later := models.ReportProposal{Consultation: square, Number: 2, Data: []byte("two"), Hash: "h2", Members: []string{one, two, subs[2].ID}, Pack: []byte("{}"), Day: "2026-12-01", By: "u2"}
	noError(t, s.PublishVersion(ctx, &later, "2026-12-02", "u1"))
	first := models.Version{Consultation: square, Number: 1, Hash: "h1", Day: "2026-11-25", ProposedBy: "u1", PublishedBy: "u2"}
	second := models.Version{Consultation: square, Number: 2, Hash: "h2", Day: "2026-12-02", ProposedBy: "u2", PublishedBy: "u1"}
	wantSame(t, "versions", must[[]models.Version](t)(s.Versions(ctx, square)), []models.Version{second, first})
	wantSame(t, "who is counted", must[map[string]int](t)(s.Counted(ctx, square)), map[string]int{one: 1, two: 1, subs[2].ID: 2})
	wantSame(t, "where one is counted", must[[]int](t)(s.CountedIn(ctx, two)), []int{1, 2})
	noError(t, s.StrikeReport(ctx, square, 1, []byte{0, 0xff}, "2026-12-03"))
	noError(t, s.StrikeReport(ctx, square, 2, []byte("to"), "2026-12-03"))
	wantKind(t, s.StrikeReport(ctx, square, 3, nil, "2026-12-03"), models.KindNotFound)
	second.Struck = "2026-12-03"
	for want, data := range map[*models.Version]string{&first: "\x00\xff", &second: "to"} {
		v, got, pack, err := s.ReportVersion(ctx, square, want.Number)
		noError(t, err)
		wantSame(t, "a version", v, *want)
		if string(got) != data || string(pack) != "{}" {
			t.Errorf("version %d holds %q and %q", v.Number, got, pack)
		}
	}
	_, _, _, err := s.ReportVersion(ctx, square, 3)
	wantKind(t, err, models.KindNotFound)

	if o := must[*models.Objection](t)(s.Objection(ctx, one)); o != nil {
		t.Errorf("an objection before any: %+v", o)
	}
	o := models.Objection{Submission: one, Day: "2026-12-04", Text: "I meant the lamps.", Version: 1}
	noError(t, s.SaveObjection(ctx, o))
	wantKind(t, s.SaveObjection(ctx, o), models.KindConflict)
	decided := o
	decided.State, decided.Reason, decided.By, decided.Decided, decided.Version = models.ObjectionUpheld, "Moved.", "u1", "2026-12-05", 2
	noError(t, s.SaveObjection(ctx, decided))
	wantKind(t, s.SaveObjection(ctx, decided), models.KindConflict)
	open := models.Objection{Submission: two, Day: "2026-12-06", Version: 1}
	noError(t, s.SaveObjection(ctx, open))
	wantSame(t, "objections", must[[]models.Objection](t)(s.Objections(ctx, square)), []models.Objection{open, decided})
	wantSame(t, "an objection", must[*models.Objection](t)(s.Objection(ctx, one)), &decided)
	noError(t, s.EraseAnswers(ctx, one))
	if kept := must[*models.Objection](t)(s.Objection(ctx, one)); kept != nil {
		t.Error("an objection outlives what it was about")
	}

	for _, r := range [][2]string{{"summary", "a"}, {"summary", "b"}, {"summary", "a"}, {"reading", "b"}} {
		noError(t, s.ReadPack(ctx, square, 2, r[0], r[1]))
	}
	parts, own, err := s.PackReads(ctx, square, 2, "a")
	noError(t, err)
	wantSame(t, "readers", parts, map[string]int{"summary": 2, "reading": 1})
	if !own["summary"] || own["reading"] {
		t.Errorf("one's own: %v", own)
	}

	for _, action := range []string{"consultation.open", "consultation.paused", "report.published"} {
		noError(t, s.Audit(ctx, models.AuditEvent{Actor: "u1", Action: action, Object: square, Consultation: square}))
	}
	days := must[[]models.AuditEvent](t)(s.StatusDays(ctx, square))
	if len(days) != 2 || days[0].Action != "consultation.open" || days[1].Action != "report.published" || days[0].Actor != "" || days[0].Time != "" {
		t.Errorf("what is public of the record: %+v", days)
	}
}
