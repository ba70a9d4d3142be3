package views

import (
	"strings"
	"testing"

	"heard/models"
)

// What a group at risk said stands in a section of its own, with its quotes and no
// figure that its themes do not show; the other groups have their largest themes.
func TestVoices(t *testing.T) {
	theme := func(id string, walkers, boats models.Figure, quotes ...models.ReportExcerpt) models.ReportTheme {
		return models.ReportTheme{ID: id, Label: id, Quotes: quotes, Groups: []models.GroupFigure{{ID: "walker", Count: walkers}, {ID: "boat", Count: boats}}}
	}
	p := &ReportPage{Report: &models.Report{
		Groups: []models.GroupFigure{{ID: "walker", Name: "Walkers", Count: shown(60)}, {ID: "boat", Name: "People on boats", Sensitive: true, Count: masked(10)}},
		Themes: []models.ReportTheme{
			theme("lamps", shown(20), hidden(), models.ReportExcerpt{Group: "Walkers", Text: "More lamps."}),
			theme("benches", shown(31), masked(10), models.ReportExcerpt{Group: "People on boats", Text: "A bench by the lock."}, models.ReportExcerpt{Text: "Of nobody in particular."}),
			theme("moorings", masked(5), hidden())}}}
	p.Report.Themes[2].DistinctiveFor = []string{"People on boats"}
	if all := p.AtRisk(); len(all) != 1 || len(all[0].Themes) != 2 || all[0].Themes[0].ID != "benches" || len(all[0].Themes[0].Quotes) != 1 || all[0].Themes[1].ID != "moorings" || !all[0].Themes[0].Count.Masked {
		t.Errorf("the group at risk: %+v", all)
	}
	if all := p.OtherGroups(); len(all) != 1 || len(all[0].Themes) != 2 || all[0].Themes[0].ID != "benches" {
		t.Errorf("the other groups: %+v", all)
	}
	p.Report.Questions = []models.ReportQuestion{{ID: "C1", Restriction: "R1"}, {ID: "C2"}}
	p.Report.Findings = []models.ReportFinding{{Number: 1, Restriction: "R1"}, {Number: 2}}
	if r := p.Rule("R1"); len(r.Questions) != 1 || len(r.Findings) != 1 || r.Findings[0].Number != 1 {
		t.Errorf("what bears on the rule: %+v", r)
	}
}

// Every option is held against each part of the test, in a table with as many cells
// in each row as there are options.
func TestOptionsAgainstTheTest(t *testing.T) {
	out := render(t, renderer(t), &ReportPage{Base: base(""), Report: written(besides(report()))})
	_, table, found := strings.Cut(out, "<table class=options")
	table, _, _ = strings.Cut(table, "</table>")
	head, body, _ := strings.Cut(table, "<tbody")
	options, rows := strings.Count(head, "scope=col")-1, strings.Count(body, "scope=row")
	if !found || options < 2 || rows < 2 || strings.Count(body, "<td") != options*rows {
		t.Errorf("%d options, %d parts of the test, %d cells", options, rows, strings.Count(body, "<td"))
	}
}
