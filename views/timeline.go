package views

import (
	"html/template"
	"strconv"
	"time"

	"heard/models"
)

// Drawing is a timeline as it is drawn: places across in per cent, so that numbers
// and years are as large on a phone, and down in pixels. What it says stands in a
// list below it.
type Drawing struct {
	From, To            string // first and last day, written out
	Height, Axis, Below int    // Below: where the years stand
	Years               []DrawnYear
	Moments             []DrawnMoment
}

// DrawnYear is a year at its first day.
type DrawnYear struct {
	X    string
	Text int
}

// DrawnMoment is a day: a numbered circle on a stem.
type DrawnMoment struct {
	models.ReportMoment
	Number  int // in the list, from 1
	X       string
	Y, Stem int
}

// How a timeline is drawn: circles nearer than apart per cent stand above one
// another, each level as many pixels, and no more than so many years are named.
const (
	apart    = 8.0
	level    = 26
	mostRead = 6
)

// Drawn draws the order's timeline, nil for none. On a page that runs from right to
// left, so does time.
func (p *ReportPage) Drawn() *Drawing {
	if p.Report.Proposal == nil || len(p.Report.Proposal.Timeline) < 2 {
		return nil
	}
	moments := p.Report.Proposal.Timeline
	at := func(day string) time.Time {
		t, _ := time.Parse(time.DateOnly, day) // the report has days
		return t
	}
	first, last := at(moments[0].Day), at(moments[len(moments)-1].Day)
	from, to := time.Date(first.Year(), 1, 1, 0, 0, 0, 0, time.UTC), time.Date(last.Year()+1, 1, 1, 0, 0, 0, 0, time.UTC)
	place := func(t time.Time) float64 { return 6 + 88*float64(t.Sub(from))/float64(to.Sub(from)) }
	across := func(x float64) string {
		if p.dir == "rtl" {
			x = 100 - x
		}
		return strconv.FormatFloat(x, 'f', 1, 64)
	}
	d := &Drawing{From: p.Day(moments[0].Day), To: p.Day(moments[len(moments)-1].Day)}
	var ends []float64 // of each level, by the last circle on it
	levels := make([]int, len(moments))
	for i, m := range moments {
		x := place(at(m.Day))
		for levels[i] = 0; levels[i] < len(ends) && x-ends[levels[i]] < apart; levels[i]++ {
		}
		if levels[i] == len(ends) {
			ends = append(ends, x)
		}
		ends[levels[i]] = x
		d.Moments = append(d.Moments, DrawnMoment{ReportMoment: m, Number: i + 1, X: across(x)})
	}
	d.Axis = 12 + level*len(ends)
	d.Below, d.Height = d.Axis+22, d.Axis+30
	for i := range d.Moments {
		m := &d.Moments[i]
		m.Y = d.Axis - level*(levels[i]+1) + 4
		m.Stem = d.Axis - m.Y
	}
	years := to.Year() - from.Year()
	for year := from.Year(); year <= to.Year(); year += (years + mostRead - 1) / mostRead {
		d.Years = append(d.Years, DrawnYear{across(place(time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC))), year})
	}
	return d
}

// Moment names a day that follows from the dates of a consultation.
func (b *Base) Moment(m models.ReportMoment) template.HTML {
	switch m.Key {
	case "opens":
		return b.T("timeline.opens")
	case "closes":
		return b.T("timeline.closes")
	case "meeting":
		return b.T("timeline.meeting")
	case "ordered":
		return b.T("timeline.ordered")
	case "in-force":
		return b.T("timeline.in-force")
	case "challenge":
		return b.T("timeline.challenge")
	case "expiry":
		return b.T("timeline.expiry")
	}
	return template.HTML(template.HTMLEscapeString(m.Title)) // of a later version of the program
}
