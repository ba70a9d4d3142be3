package consult_test

import (
	"fmt"
	"strings"
	"testing"

	"heard/app/consult"
	"heard/app/demo"
	"heard/models"
)

// What people write of a report: references resolve or are refused, two never
// overwrite each other, every theme is answered, and what goes stale holds
// publishing back until somebody has looked at it.
func TestFindings(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.themed(t, "lantern-square", 12)
		noError(t, k.RefreshThemes(ctx, c.ID))
		people := len(k.subs(t, c))
		writing := func() *consult.Writing {
			t.Helper()
			w, err := k.Writing(ctx, officer, c)
			noError(t, err)
			return w
		}
		w := writing()
		if len(w.Themes) == 0 || len(w.Gaps) == 0 || w.Gaps[0].Kind != "theme" {
			t.Fatalf("%d themes, gaps %+v", len(w.Themes), w.Gaps)
		}
		var ids []string
		for _, th := range w.Themes {
			ids = append(ids, th.ID)
		}
		prose := func(text string) models.Prose { return models.Prose{Text: text} }
		f := models.Finding{Statement: prose("Of {count all}, so say {count theme:" + ids[0] + "}."), Restriction: "R1", Limb: models.LimbEffect, For: models.FindingSupport{Themes: ids[:1]}}

		for what, wrong := range map[string]func(f *models.Finding){
			"a bare number": func(f *models.Finding) { f.Statement = prose("So say 38 people.") },
			"a bare direction": func(f *models.Finding) {
				f.Will = prose("As most want.")
				f.Considered = prose("It.")
				f.Status = models.FindingAccepted
			},
			"a reference that leads nowhere":  func(f *models.Finding) { f.Statement = prose("{count theme:none}") },
			"no statement":                    func(f *models.Finding) { f.Statement = prose("") },
			"a rule there is not":             func(f *models.Finding) { f.Restriction = "R9" },
			"a limb there is not":             func(f *models.Finding) { f.Limb = "arm" },
			"no evidence":                     func(f *models.Finding) { f.For = models.FindingSupport{} },
			"a theme there is not":            func(f *models.Finding) { f.For.Themes = []string{"none"} },
			"a theme on both sides":           func(f *models.Finding) { f.Against.Themes = ids[:1] },
			"a submission there is not":       func(f *models.Finding) { f.For.Submissions = []string{"none"} },
			"half an answer":                  func(f *models.Finding) { f.Status = models.FindingRefused },
			"nobody signs":                    func(f *models.Finding) { f.NoneAgainst = prose("None.") },
			"the process is about a rule":     func(f *models.Finding) { f.Limb = models.LimbProcess },
			"an answer there is not":          func(f *models.Finding) { f.Status = "perhaps"; f.Considered = prose("It."); f.Will = prose("It.") },
			"longer than anybody should read": func(f *models.Finding) { f.Statement = prose(strings.Repeat("x", models.MaxProseLength+1)) },
		} {
			bad := f
			wrong(&bad)
			err := k.KeepFinding(ctx, officer, c, bad)
			wantKind(t, what, err, models.KindInvalid)
			if len(models.FieldsOf(err)) == 0 || strings.Contains(fmt.Sprint(err), "xxxx") {
				t.Errorf("%s: %v", what, err)
			}
		}
		noError(t, k.KeepFinding(ctx, officer, c, f))
		first := writing().Findings[0]
		if first.Version != 1 || first.By != officer.ID || !strings.HasPrefix(first.Statement.Read, fmt.Sprintf("Of %d, ", people)) {
			t.Errorf("kept is %+v", first)
		}

		// Two officers.
		second := first
		second.Version, second.Against, second.NoneAgainst, second.Signed = 2, models.FindingSupport{}, prose("We looked through all of it."), "Ada Tremlett, officer"
		second.Status, second.Considered, second.Will = models.FindingPartly, prose("The lamps."), prose("More lamps.")
		second.For.Themes = ids
		noError(t, k.KeepFinding(ctx, officer, c, second))
		wantKind(t, "a second officer on the version before", k.KeepFinding(ctx, officer, c, second), models.KindConflict)
		wantKind(t, "taking out what somebody changed", k.TakeOutFinding(ctx, officer, c, first.ID, 1), models.KindConflict)
		wantKind(t, "a finding there is not", k.TakeOutFinding(ctx, officer, c, "none", 1), models.KindNotFound)
		versions, err := k.FindingVersions(ctx, officer, c, first.ID)
		noError(t, err)
		if len(versions) != 2 || versions[1].Statement != first.Statement {
			t.Errorf("versions are %+v", versions)
		}
		for _, g := range writing().Gaps {
			if g.Duty == 21 {
				t.Errorf("with every theme answered there is still a gap: %+v", g)
			}
		}

		// Sections and figures.
		for _, plan := range models.Sections(c) {
			s := models.Section{ID: plan.ID, Version: 1, Parts: map[string]*models.Prose{}}
			for _, part := range plan.Parts {
				s.Parts[part.ID] = &models.Prose{Text: "Weighed against {count all} submissions."}
			}
			if effect := s.Parts[models.PartEffect]; effect != nil {
				wantKind(t, "an effect that there is not", k.KeepSection(ctx, officer, c, s), models.KindInvalid)
				effect.Text = string(models.EffectUnknown)
			}
			noError(t, k.KeepSection(ctx, officer, c, s))
			wantKind(t, "a section kept twice", k.KeepSection(ctx, officer, c, s), models.KindConflict)
		}
		wantKind(t, "a section there is not", k.KeepSection(ctx, officer, c, models.Section{ID: "rights-R9", Version: 1}), models.KindNotFound)
		wantKind(t, "a bare number in a section", k.KeepSection(ctx, officer, c, models.Section{ID: "next", Version: 2, Parts: map[string]*models.Prose{"text": {Text: "38."}}}), models.KindInvalid)
		figure := models.Population{Group: c.Groups[0].ID, Figure: 8120, Source: "Census 2021", Day: "2021-03-21"}
		noError(t, k.KeepPopulation(ctx, officer, c, figure))
		wantKind(t, "a second figure of a group", k.KeepPopulation(ctx, officer, c, figure), models.KindInvalid)
		wantKind(t, "a figure without a source", k.KeepPopulation(ctx, officer, c, models.Population{Label: "Children", Day: "2021-03-21"}), models.KindInvalid)
		kept := writing().Population[0]
		kept.Version, kept.Figure = 2, 8200
		noError(t, k.KeepPopulation(ctx, officer, c, kept))
		wantKind(t, "a figure of the version before", k.KeepPopulation(ctx, officer, c, kept), models.KindConflict)
		if w = writing(); len(w.Gaps) > 0 || len(w.Report.Stale) > 0 || len(w.Report.Missing) != len(c.Groups) || w.Report.Matrix == nil {
			t.Errorf("gaps %+v, stale %+v, missing %+v", w.Gaps, w.Report.Stale, w.Report.Missing)
		}
		d, err := k.Duties(ctx, officer, c)
		noError(t, err)
		for _, number := range []int{21, 22, 23} {
			if s := d.Standing[number-1]; s.State != models.DutyMet {
				t.Errorf("duty %d is %s: %s", number, s.State, s.Said)
			}
		}

		// Somebody is no longer counted.
		noError(t, k.SetAside(ctx, officer, c, k.subs(t, c)[0].ID, models.AsideOther, "A test of ours."))
		if stale := writing().Report.Stale; len(stale) == 0 || stale[0].ID != first.ID || stale[0].Then == stale[0].Now {
			t.Fatalf("stale are %+v", stale)
		}
		c = k.move(t, k.move(t, c, models.StatusClosed), models.StatusFrozen)
		err = k.ProposeReport(ctx, officer, c, "")
		wantKind(t, "proposing what is stale", err, models.KindConflict)
		if fields := models.FieldsOf(err); len(fields) == 0 || fields[0].Field != "finding:"+first.ID {
			t.Errorf("proposing what is stale: %v", err)
		}
		w = writing()
		for _, f := range w.Findings { // somebody reads each again
			f.Version++
			f.For.Themes = nil
			for _, th := range w.Themes { // the engine has looked again
				f.For.Themes = append(f.For.Themes, th.ID)
			}
			noError(t, k.KeepFinding(ctx, officer, c, f))
		}
		for _, s := range w.Sections {
			s.Version++
			noError(t, k.KeepSection(ctx, officer, c, s))
		}
		c = k.publish(t, c, "")
		r, err := k.Report(ctx, c)
		noError(t, err)
		if len(r.Findings) != 1 || !strings.HasPrefix(r.Findings[0].Statement, fmt.Sprintf("Of %d, ", people-1)) || len(r.Sections) == 0 || len(r.Missing) == 0 {
			t.Errorf("published are %+v", r.Findings)
		}
		trail, err := k.store.AuditTrail(ctx, c.ID, 0)
		noError(t, err)
		acts := map[string]int{}
		for _, e := range trail {
			acts[e.Action]++
			if strings.Contains(e.Reason+e.Object, "lamps") {
				t.Errorf("the record holds what was written: %+v", e)
			}
		}
		if acts["finding.kept"] != 3 || acts["population.kept"] != 2 {
			t.Errorf("on record are %v", acts)
		}
	})
}

// The demonstration's report is whole.
func TestDemoFindings(t *testing.T) {
	k := one(t)
	c := k.full(t)
	themes, err := k.store.Themes(ctx, c.ID)
	noError(t, err)
	for _, f := range demo.Findings(themes) {
		noError(t, k.KeepFinding(ctx, consult.Portal, c, f))
	}
	for _, s := range demo.Sections(c) {
		noError(t, k.KeepSection(ctx, consult.Portal, c, s))
	}
	for _, p := range demo.Population() {
		noError(t, k.KeepPopulation(ctx, consult.Portal, c, p))
	}
	w, err := k.Writing(ctx, officer, c)
	noError(t, err)
	if len(w.Gaps)+len(w.Report.Stale) > 0 || len(w.Findings) < 6 || len(w.Findings) > 10 {
		t.Errorf("%d findings, gaps %+v, stale %+v", len(w.Findings), w.Gaps, w.Report.Stale)
	}
	for _, p := range w.Report.Missing {
		if p.Sensitive && p.Count.Masked && p.Missing == models.MissingUnder {
			t.Errorf("a group at risk is compared: %+v", p)
		}
	}
}
