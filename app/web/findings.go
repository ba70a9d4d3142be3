package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"heard/app/consult"
	"heard/models"
	"heard/views"
)

func findingsAddress(c *models.Consultation) string { return "/staff/" + c.ID + "/findings" }

// findingAnswers is how what the council answers to a finding is worded for staff.
var findingAnswers = map[models.FindingStatus]string{
	models.FindingAccepted: "Accepted", models.FindingPartly: "Accepted in part", models.FindingRefused: "Not accepted",
	models.FindingOutside: "Outside our power", models.FindingOpen: "To be decided",
}

// writtenAt is where a part of the report that is named in an error or a list is
// written.
func writtenAt(consultation, kind, id string) string {
	at := "/staff/" + consultation
	switch kind {
	case "theme":
		return at + "/findings/new?theme=" + url.QueryEscape(id)
	case "finding":
		return at + "/findings/" + url.PathEscape(id)
	case "section":
		return at + "/sections/" + url.PathEscape(id)
	}
	return ""
}

func (p *portal) writingPage(req *request, c *models.Consultation) (*views.WritingPage, error) {
	w, err := p.service.Writing(req.Request().Context(), req.by, c)
	if err != nil {
		return nil, err
	}
	page := &views.WritingPage{Base: p.staffBase(req, c, "findings", "Findings"), Consultation: c.ID, CanWrite: req.by.May(consult.WriteReport), Stale: staleTexts(c, w.Report.Stale, "", "")}
	for _, g := range w.Gaps {
		page.Gaps = append(page.Gaps, views.Fault{Href: writtenAt(c.ID, g.Kind, g.ID), Message: g.Message})
	}
	for i, f := range w.Findings {
		page.Findings = append(page.Findings, views.FindingRow{Number: i + 1, ID: f.ID, Text: f.Statement.Read, About: bearsOn(f), Answer: findingAnswers[f.Status],
			Href: writtenAt(c.ID, "finding", f.ID), Signed: p.signedBy(w.Names, f.By, f.Day)})
	}
	for _, plan := range models.Sections(c) {
		s := w.Sections[plan.ID]
		row := views.WrittenRow{ID: plan.ID, Name: plan.Title, Href: writtenAt(c.ID, "section", plan.ID), State: "Written"}
		switch missing := len(s.Missing(&plan)); {
		case missing == 0:
			row.Good = true
		case missing < len(plan.Parts):
			row.State = "Begun"
		case strings.HasPrefix(plan.ID, models.ImpactSection):
			row.State = models.Effect("").Title()
		case plan.Required == 0:
			row.State, row.Good = "Optional", true
		default:
			row.State = "Not written"
		}
		page.Sections = append(page.Sections, row)
	}
	for _, f := range w.Population {
		page.Population = append(page.Population, views.PopulationRow{ID: f.ID, Name: populationName(c, f), Figure: strconv.Itoa(f.Figure), Source: f.Source, Day: p.Views.Day(deskLanguage, f.Day), Href: "/staff/" + c.ID + "/population/" + f.ID})
	}
	return page, nil
}

func populationName(c *models.Consultation, p models.Population) string {
	if g := c.Group(p.Group); g != nil {
		return g.Name.Default()
	}
	if name, ok := c.EqualityAnswer(p.Group); ok {
		return name.Default()
	}
	return p.Label
}

func (p *portal) signedBy(names map[string]string, account, day string) string {
	who := names[account]
	if who == "" {
		who = "the portal"
	}
	return who + " on " + p.Views.Day(deskLanguage, day)
}

func bearsOn(f models.Finding) string {
	if f.Restriction == "" {
		return "The order as a whole · " + f.Limb.Title()
	}
	return "Rule " + f.Restriction + " · " + f.Limb.Title()
}

// staleTexts are the texts to be looked at again: all, or those of one finding or
// section.
func staleTexts(c *models.Consultation, all []models.Stale, kind, id string) (out []views.StaleText) {
	for _, s := range all {
		if kind == "" || s.Kind == kind && s.ID == id {
			out = append(out, views.StaleText{Name: s.Title + ", " + strings.ReplaceAll(s.Field, "-", " "), Href: writtenAt(c.ID, s.Kind, s.ID), Then: s.Then, Now: s.Now, Problem: s.Problem})
		}
	}
	return out
}

// references are what a text may refer to, and how each reads now.
func references(r *models.Report) (pairs []views.Pair) {
	tell := func(ref string, f models.Figure, what string) {
		read := strconv.Itoa(f.Value)
		if f.Masked {
			if read = "not shown"; f.Threshold > 0 {
				read = fmt.Sprintf("fewer than %d", f.Threshold)
			}
		}
		pairs = append(pairs, views.Pair{Name: "{" + ref + "}", Text: read + ": " + what})
	}
	tell("count all", r.Total, "submissions")
	for _, g := range r.Groups {
		tell("count group:"+g.ID, g.Count, g.Name)
	}
	for _, t := range r.Themes {
		tell("count theme:"+t.ID, t.Count, "people in “"+t.Label+"”")
	}
	for _, q := range r.Questions {
		for _, o := range q.Options {
			tell("count question:"+q.ID+" option:"+o.ID, o.Count, o.Text)
		}
	}
	return pairs
}

func writeArea(id, label, hint, value string) views.Control {
	return views.Control{Field: views.Field{ID: id, Kind: views.FieldArea, Label: label, Hint: hint, Value: value}}
}

func writeLine(id, label, hint, value string) views.Control {
	return views.Control{Field: views.Field{ID: id, Kind: views.FieldLine, Label: label, Hint: hint, Value: value}}
}

func findingControls(c *models.Consultation, w *consult.Writing, f models.Finding, place string) []views.Control {
	rules := []views.Choice{{Value: "", Text: "The order as a whole", Chosen: f.Restriction == ""}}
	for _, r := range c.Restrictions {
		rules = append(rules, views.Choice{Value: r.ID, Text: "Rule " + r.ID + ": " + r.Text.Default(), Chosen: f.Restriction == r.ID})
	}
	var limbs, statuses []views.Choice
	for _, l := range models.Limbs {
		limbs = append(limbs, views.Choice{Value: string(l), Text: l.Title(), Chosen: f.Limb == l})
	}
	for _, s := range models.FindingStatuses {
		statuses = append(statuses, views.Choice{Value: string(s), Text: findingAnswers[s], Chosen: f.Status == s})
	}
	statuses = append(statuses, views.Choice{Value: "", Text: "No answer yet", Chosen: f.Status == ""})
	themes := func(id, label, hint string, ticked []string) views.Control {
		control := views.Control{Field: views.Field{ID: id, Label: label, Hint: hint}, Many: true, Folded: fmt.Sprintf("Themes (%d ticked)", len(ticked))}
		for _, t := range w.Themes {
			control.Choices = append(control.Choices, views.Choice{Value: t.ID, Text: t.Label, Chosen: slices.Contains(ticked, t.ID)})
		}
		return control
	}
	ids := func(list []string) string { return strings.Join(list, ", ") }
	return []views.Control{
		writeArea("statement", "What was found", "One claim, in a sentence or two. Numbers and words such as “most” or “agree” are references: see below the form.", f.Statement.Text),
		{Field: views.Field{ID: "restriction", Label: "Which rule it bears on"}, Choices: rules},
		{Field: views.Field{ID: "limb", Label: "Which part of the legal test it bears on"}, Choices: limbs},
		themes("themes", "Themes that it rests on", "", f.For.Themes),
		writeLine("submissions", "Submissions that it rests on (optional)", "Ids of submissions of organisations or with documents, with commas between them.", ids(f.For.Submissions)),
		themes("against", "Themes that speak against it", "", f.Against.Themes),
		writeLine("submissions-against", "Submissions that speak against it (optional)", "", ids(f.Against.Submissions)),
		writeArea("none-against", "Or: no counter-evidence was found, because …", "Only where nothing is named above.", f.NoneAgainst.Text),
		writeLine("signed", "Name and office of the person who looked for it", "", f.Signed),
		writeArea("considered", "We considered …", "What the council weighed.", f.Considered.Text),
		writeArea("will", "We will …", "What the council will do, also where that is nothing.", f.Will.Text),
		{Field: views.Field{ID: "status", Label: "What the council answers"}, Choices: statuses},
		{Field: views.Field{ID: "place", Kind: views.FieldNumber, Label: "Place among the findings (optional)", Hint: "The report prints findings with smaller numbers first.", Value: place}},
	}
}

func findingTyped(form url.Values) models.Finding {
	ids := func(name string) []string {
		return strings.FieldsFunc(wrote(form, name), func(r rune) bool { return r == ',' || r == ' ' || r == ';' || r == '\n' })
	}
	text := func(name string) models.Prose { return models.Prose{Text: wrote(form, name)} }
	f := models.Finding{Version: seen(form), Statement: text("statement"), Restriction: form.Get("restriction"), Limb: models.Limb(form.Get("limb")),
		For: models.FindingSupport{Themes: form["themes"], Submissions: ids("submissions")}, Against: models.FindingSupport{Themes: form["against"], Submissions: ids("submissions-against")},
		NoneAgainst: text("none-against"), Signed: wrote(form, "signed"), Considered: text("considered"), Will: text("will"), Status: models.FindingStatus(form.Get("status"))}
	if n := number(form.Get("place")); n != "" {
		var err error
		if f.Place, err = strconv.Atoi(n); err != nil {
			f.Place = -1 // which no finding may have
		}
	}
	return f
}

// findingPage shows one finding, "new" for one that is not there yet, with what
// typed holds in its form; nil for what is kept.
func (p *portal) findingPage(req *request, c *models.Consultation, form url.Values) (*views.WritePage, error) {
	ctx, id := req.Request().Context(), req.Param("id")
	w, err := p.service.Writing(ctx, req.by, c)
	if err != nil {
		return nil, err
	}
	page := &views.WritePage{Base: p.staffBase(req, c, "findings", "Findings"), Heading: "A new finding", Act: findingsAddress(c) + "/" + id, Back: findingsAddress(c), Version: 1,
		CanWrite: req.by.May(consult.WriteReport), References: references(w.Report)}
	f := models.Finding{}
	if theme := req.QueryParam("theme"); theme != "" {
		f.For.Themes = []string{theme}
	}
	if id != "new" {
		versions, err := p.service.FindingVersions(ctx, req.by, c, id)
		if err != nil {
			return nil, err
		}
		f = versions[0]
		page.Heading, page.Version, page.CanRemove = "A finding", f.Version+1, page.CanWrite
		page.Stale = staleTexts(c, w.Report.Stale, "finding", id)
		if i := slices.IndexFunc(w.Findings, func(o models.Finding) bool { return o.ID == id }); i >= 0 {
			f, page.Heading = w.Findings[i], fmt.Sprintf("Finding %d", i+1)
		}
		for _, v := range versions {
			page.Earlier = append(page.Earlier, views.EarlierText{Version: v.Version, Signed: p.signedBy(w.Names, v.By, v.Day), Pairs: findingPairs(v)})
		}
	}
	place := ""
	if f.Place > 0 {
		place = strconv.Itoa(f.Place)
	}
	if form != nil {
		f, place = findingTyped(form), wrote(form, "place")
	}
	page.Controls = findingControls(c, w, f, place)
	return page, nil
}

func findingPairs(f models.Finding) (pairs []views.Pair) {
	pair := func(name, text string) {
		if text != "" {
			pairs = append(pairs, views.Pair{Name: name, Text: text})
		}
	}
	pair("What was found", f.Statement.Read)
	pair("Bears on", bearsOn(f))
	pair("No counter-evidence, because", f.NoneAgainst.Read)
	pair("Looked for by", f.Signed)
	pair("We considered", f.Considered.Read)
	pair("We will", f.Will.Read)
	pair("Answer", findingAnswers[f.Status])
	return pairs
}

func (p *portal) showFinding(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	page, err := p.findingPage(req, c, nil)
	if err != nil {
		return err
	}
	return p.render(req.Context, http.StatusOK, page)
}

func (p *portal) changeFinding(req *request) error {
	c, form, err := p.posted(req, maxForm)
	if err != nil {
		return err
	}
	ctx, f := req.Request().Context(), findingTyped(form)
	if f.ID = req.Param("id"); f.ID == "new" {
		f.ID = ""
	}
	switch {
	case form.Get("do") == "remove" && f.ID != "":
		if err := p.service.TakeOutFinding(ctx, req.by, c, f.ID, f.Version-1); err != nil {
			return err
		}
		return p.done(req, findingsAddress(c), "The finding was taken out of the report.")
	default:
		err = p.service.KeepFinding(ctx, req.by, c, f)
	}
	if err == nil {
		return p.done(req, findingsAddress(c), "The finding is kept.")
	}
	return p.notKept(req, c, err, f.Version, form, p.findingPage)
}

// notKept shows a form again with what was typed, what is wrong with it, and,
// where somebody else was first, what is kept now.
func (p *portal) notKept(req *request, c *models.Consultation, err error, version int, form url.Values, show func(*request, *models.Consultation, url.Values) (*views.WritePage, error)) error {
	conflict := models.KindOf(err) == models.KindConflict
	if !conflict && len(models.FieldsOf(err)) == 0 {
		return err
	}
	page, failed := show(req, c, form)
	if failed != nil {
		return failed
	}
	kept := page
	if conflict {
		if kept, failed = show(req, c, nil); failed != nil {
			return failed
		}
	}
	fields := make([]views.Field, len(page.Controls))
	for i, control := range page.Controls {
		fields[i] = control.Field
	}
	faults, ok := problems(err, fields)
	if !ok {
		return err
	}
	for i := range page.Controls {
		var said []string
		for _, f := range models.FieldsOf(err) {
			if f.Field == fields[i].ID {
				said = append(said, strings.TrimSuffix(f.Message, ".")+".")
			}
		}
		if len(said) > 0 {
			fields[i].Problem = strings.Join(said, " ")
		}
		if now := kept.Controls[i].Value; conflict && len(page.Controls[i].Choices) == 0 && now != fields[i].Value {
			fields[i].Problem = "On record now: " + nothingFor(now)
		}
		page.Controls[i].Field = fields[i]
	}
	if !conflict {
		page.Version = max(version, 1)
	}
	page.Faults = faults
	return p.render(req.Context, refused(err), page)
}

func (p *portal) sectionPage(req *request, c *models.Consultation, form url.Values) (*views.WritePage, error) {
	ctx, id := req.Request().Context(), req.Param("id")
	versions, err := p.service.SectionVersions(ctx, req.by, c, id)
	if err != nil {
		return nil, err
	}
	w, err := p.service.Writing(ctx, req.by, c)
	if err != nil {
		return nil, err
	}
	plan := models.SectionBy(c, id)
	page := &views.WritePage{Base: p.staffBase(req, c, "findings", "Findings"), Heading: plan.Title, Intro: plan.Hint, Act: writtenAt(c.ID, "section", id), Back: findingsAddress(c) + "#sections",
		Version: 1, CanWrite: req.by.May(consult.WriteReport), References: references(w.Report), Stale: staleTexts(c, w.Report.Stale, "section", id)}
	now := models.Section{}
	for _, v := range versions {
		earlier := views.EarlierText{Version: v.Version, Signed: p.signedBy(w.Names, v.By, v.Day)}
		for _, part := range plan.Parts {
			if text := v.Parts[part.ID]; text != nil {
				earlier.Pairs = append(earlier.Pairs, views.Pair{Name: part.Title, Text: text.Read})
			}
		}
		page.Earlier = append(page.Earlier, earlier)
	}
	if len(versions) > 0 {
		now, page.Version = versions[0], versions[0].Version+1
	}
	if form != nil {
		now = sectionTyped(plan, form)
	}
	for _, part := range plan.Parts {
		text := ""
		if prose := now.Parts[part.ID]; prose != nil {
			text = prose.Text
		}
		if part.ID == models.PartEffect {
			choices := []views.Choice{{Value: "", Text: models.Effect("").Title(), Chosen: text == ""}}
			for _, e := range models.Effects {
				choices = append(choices, views.Choice{Value: string(e), Text: e.Title(), Chosen: text == string(e)})
			}
			page.Controls = append(page.Controls, views.Control{Field: views.Field{ID: part.ID, Label: part.Title, Value: text}, Choices: choices})
		} else {
			page.Controls = append(page.Controls, writeArea(part.ID, part.Title, "", text))
		}
	}
	return page, nil
}

func sectionTyped(plan *models.SectionPlan, form url.Values) models.Section {
	s := models.Section{ID: plan.ID, Version: seen(form), Parts: map[string]*models.Prose{}}
	for _, part := range plan.Parts {
		if text := wrote(form, part.ID); text != "" {
			s.Parts[part.ID] = &models.Prose{Text: text}
		}
	}
	return s
}

func (p *portal) showSection(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	page, err := p.sectionPage(req, c, nil)
	if err != nil {
		return err
	}
	return p.render(req.Context, http.StatusOK, page)
}

func (p *portal) changeSection(req *request) error {
	c, form, err := p.posted(req, maxForm)
	if err != nil {
		return err
	}
	plan := models.SectionBy(c, req.Param("id"))
	if plan == nil {
		return models.NewError(models.KindNotFound, "There is no such section of the report.")
	}
	w := sectionTyped(plan, form)
	if err = p.service.KeepSection(req.Request().Context(), req.by, c, w); err == nil {
		return p.done(req, findingsAddress(c)+"#sections", "The section is kept.")
	}
	return p.notKept(req, c, err, w.Version, form, p.sectionPage)
}

func (p *portal) populationPage(req *request, c *models.Consultation, form url.Values) (*views.WritePage, error) {
	w, err := p.service.Writing(req.Request().Context(), req.by, c)
	if err != nil {
		return nil, err
	}
	id := req.Param("id")
	page := &views.WritePage{Base: p.staffBase(req, c, "findings", "Findings"), Heading: "How many people there are", Act: "/staff/" + c.ID + "/population/" + id, Back: findingsAddress(c) + "#population", Version: 1,
		CanWrite: req.by.May(consult.WriteReport), Intro: "The report shows this figure and its source beside how many of them answered. Figures of groups at risk are shown from 10, others from 5."}
	f, figure := models.Population{}, ""
	if id != "new" {
		at := slices.IndexFunc(w.Population, func(o models.Population) bool { return o.ID == id })
		if at < 0 {
			return nil, models.NewError(models.KindNotFound, "There is no such figure. It may have been taken out.")
		}
		f = w.Population[at]
		figure, page.Version, page.CanRemove = strconv.Itoa(f.Figure), f.Version+1, page.CanWrite
	}
	if form != nil {
		f, figure = populationTyped(form), wrote(form, "figure")
	}
	groups := []views.Choice{{Value: "", Text: "None of these", Chosen: f.Group == ""}}
	for _, g := range c.Groups {
		groups = append(groups, views.Choice{Value: g.ID, Text: g.Name.Default(), Chosen: f.Group == g.ID})
	}
	for _, q := range c.Equality {
		for _, o := range q.Options {
			id := q.ID + "." + o.ID
			groups = append(groups, views.Choice{Value: id, Text: q.Text.Default() + " " + o.Text.Default(), Chosen: f.Group == id})
		}
	}
	page.Controls = []views.Control{
		{Field: views.Field{ID: "group", Label: "Which group of respondents, or answer to an equality question"}, Choices: groups},
		writeLine("label", "Who they are, where it is no group", "For instance: people under 18.", f.Label),
		{Field: views.Field{ID: "figure", Kind: views.FieldNumber, Label: "How many there are", Value: figure}},
		writeLine("source", "Source", "Who counted, and what exactly: for instance the census, its table and the wards.", f.Source),
		{Field: views.Field{ID: "day", Kind: views.FieldDay, Label: "Day that the figure is of", Value: f.Day}},
	}
	return page, nil
}

func populationTyped(form url.Values) models.Population {
	f := models.Population{Version: seen(form), Group: form.Get("group"), Label: wrote(form, "label"), Figure: -1, Source: wrote(form, "source"), Day: wrote(form, "day")}
	if n, err := strconv.Atoi(number(form.Get("figure"))); err == nil {
		f.Figure = n
	}
	return f
}

func (p *portal) showPopulation(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	page, err := p.populationPage(req, c, nil)
	if err != nil {
		return err
	}
	return p.render(req.Context, http.StatusOK, page)
}

func (p *portal) changePopulation(req *request) error {
	c, form, err := p.posted(req, maxForm)
	if err != nil {
		return err
	}
	ctx, f := req.Request().Context(), populationTyped(form)
	if f.ID = req.Param("id"); f.ID == "new" {
		f.ID = ""
	}
	back := findingsAddress(c) + "#population"
	if form.Get("do") == "remove" && f.ID != "" {
		if err := p.service.TakeOutPopulation(ctx, req.by, c, f.ID, f.Version-1); err != nil {
			return err
		}
		return p.done(req, back, "The figure was taken out. The record of acts keeps it.")
	}
	if err = p.service.KeepPopulation(ctx, req.by, c, f); err == nil {
		return p.done(req, back, "The figure is kept.")
	}
	return p.notKept(req, c, err, f.Version, form, p.populationPage)
}
