package views

import (
	"strconv"
	"testing"

	"heard/models"
)

// Circles never lie upon one another, not on the smallest phone, and time runs the
// way that the page does.
func TestTimelineIsDrawnApart(t *testing.T) {
	p := &ReportPage{Report: &models.Report{Proposal: &models.ReportProposed{}}}
	if p.Drawn() != nil || (&ReportPage{Report: &models.Report{}}).Drawn() != nil {
		t.Error("something is drawn of nothing")
	}
	for _, day := range []string{"2018-08-21", "2021-05-07", "2021-08-20", "2026-10-05", "2026-12-14", "2027-02-15", "2027-02-15", "2027-03-01"} {
		p.Report.Proposal.Timeline = append(p.Report.Proposal.Timeline, models.ReportMoment{Day: day})
	}
	for _, dir := range []string{"ltr", "rtl"} {
		p.dir = dir
		d := p.Drawn()
		before := -1.0
		for i, m := range d.Moments {
			x, err := strconv.ParseFloat(m.X, 64)
			if dir == "rtl" {
				x = 100 - x
			}
			if err != nil || x < before || x < 3 || x > 97 || m.Y < 12 || m.Y+m.Stem != d.Axis || m.Number != i+1 {
				t.Errorf("%s: %+v", dir, m)
			}
			before = x
			for _, o := range d.Moments[:i] {
				other, _ := strconv.ParseFloat(o.X, 64)
				if dir == "rtl" {
					other = 100 - other
				}
				if m.Y == o.Y && x-other < 7 { // of 320 pixels, the breadth of a circle
					t.Errorf("%s: %d lies upon %d", dir, m.Number, o.Number)
				}
			}
		}
		if len(d.Years) < 4 || len(d.Years) > mostRead+1 {
			t.Errorf("%d years: %+v", len(d.Years), d.Years)
		}
	}
}
