package views

import (
	"strconv"
	"strings"

	"heard/models"
)

// ReportFile is the report in another format. Size is written out, "" where it is
// not known.
type ReportFile struct{ Format, Href, Size string }

// Size writes a number of bytes out.
func Size(bytes int) string {
	switch {
	case bytes >= 1<<20:
		return strconv.FormatFloat(float64(bytes)/(1<<20), 'f', 1, 64) + " MB"
	default:
		return strconv.Itoa(max(1, (bytes+512)>>10)) + " kB"
	}
}

// Bar is one bar of a chart: Width in per cent of everybody counted. Where the
// figure is masked, the bar is striped and as long as the figure could be, and Says
// says so.
type Bar struct {
	Width  int
	Masked bool
	Says   string
}

// Bar is the bar of a count of people among base, nil where nothing may be drawn.
func (b *Base) Bar(count models.Figure, percent *int, base models.Figure) *Bar {
	switch {
	case percent != nil:
		return &Bar{Width: *percent}
	case count.Masked && count.Threshold > 0 && !base.Masked && base.Value > count.Threshold:
		return &Bar{Width: max(1, 100*count.Threshold/base.Value), Masked: true, Says: b.Figure(count)}
	}
	return nil
}

// BarOf is the bar of a count of people among all, none where they are too few for
// a share to mean something.
func (b *Base) BarOf(count, all models.Figure) *Bar {
	if all.Masked || all.Value < 30 || count.Value > all.Value {
		return nil
	}
	if count.Masked {
		return b.Bar(count, nil, all)
	}
	percent := (100*count.Value + all.Value/2) / all.Value
	return b.Bar(count, &percent, all)
}

// Once returns the points heard once, with words, that stand in the report itself:
// all of them where it stands alone, with nowhere to lead to the rest.
func (p *ReportPage) Once() []models.ReportExcerpt {
	if p.inline != "" {
		return worded(p.Report.HeardOnce)
	}
	return firstOnce(p.Report.HeardOnce)
}

// MoreOnce reports whether there are more of them, on pages of their own.
func (p *ReportPage) MoreOnce() bool { return p.inline == "" && moreOnce(p.Report.HeardOnce) }

// Foot is what stands at the foot of each sheet of a document: what it is, and of
// which data.
func (p *ReportPage) Foot() string {
	parts := []string{p.Report.Title}
	if p.Draft {
		parts = append(parts, "Draft, not published")
	}
	if v := p.Report.Version; v != nil {
		parts = append(parts, "Version "+strconv.Itoa(v.Number))
	}
	if hash := p.Report.DataHash; hash != "" {
		parts = append(parts, "SHA-256 "+hash[:min(len(hash), 16)])
	}
	return strings.Join(parts, " · ")
}
