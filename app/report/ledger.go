package report

import (
	"encoding/csv"
	"io"
	"slices"
	"strings"

	"heard/models"
)

// The ledger says of every submission in which themes and in which sections of
// the report it stands. It is printed whole for the desk, by internal id. In
// public it is the roll-call's totals: themes beside public ids, put together with
// the quotes, which stand with a group, would tell what else somebody in that group
// said. The ids of those quoted stand beside their words, and those of points heard
// once in their list.

// sections returns the parts of the report in which a submission counts or
// stands, by their anchors on the page, in the order of the page.
func (b *builder) sections(s *models.Submission) []string {
	var in []string
	add := func(section string, there bool) {
		if there && !slices.Contains(in, section) {
			in = append(in, section)
		}
	}
	add("who", true)
	add("results", slices.ContainsFunc(s.Answers, func(a models.Answer) bool {
		q := b.Consultation.Question(a.Question)
		return q != nil && q.Closed() && len(a.Options) > 0
	}))
	for _, i := range b.standsIn[s.ID] {
		add("themes", b.live[i].Status != models.ThemeOutOfScope)
	}
	for _, i := range b.standsIn[s.ID] {
		add("scope", b.live[i].Status == models.ThemeOutOfScope)
	}
	for _, a := range b.Consultation.InWords(s) {
		add("once", !b.placed[s.ID+"-"+a.Question])
	}
	add("campaigns", b.sent[s.ID])
	return in
}

// WriteLedger writes where each submission stands as CSV, for the desk alone:
// internal id, public id, themes, and sections by their anchors. Several are
// parted by semicolons.
func WriteLedger(w io.Writer, r *models.Report) error {
	out := csv.NewWriter(w)
	_ = out.Write([]string{"submission", "public_id", "themes", "sections"}) // kept by the writer, see Error below
	for _, e := range r.RollCall.Entries {
		_ = out.Write([]string{SafeCell(e.Submission), SafeCell(e.PublicID), SafeCell(strings.Join(e.Themes, "; ")), strings.Join(e.Sections, "; ")})
	}
	out.Flush()
	return out.Error()
}
