package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"heard/app/consult"
	"heard/models"
	"heard/views"
)

func registerAddress(c *models.Consultation) string { return "/staff/" + c.ID + "/register" }

// registers is how each kind of entry is called.
var registers = map[models.RegisterKind]struct{ title, one, note string }{
	models.RegisterStatutory: {"Statutory consultees", "Statutory consultee", "Bodies that the law says must be consulted or notified: the chief officer of police, the local policing body, parish and county councils."},
	models.RegisterCommunity: {"Community representatives", "Community representative", "Whoever the council thinks it right to consult of those who represent people who live in, work in or visit the area."},
	models.RegisterPetition:  {"Petitions", "Petition", "Signatures are never added to responses."},
	models.RegisterEvent:     {"Events", "Event", "How many came is never added to responses."},
	models.RegisterPublicity: {"Publicity", "Publicity", "How people were told that they can answer."},
}

var positions = map[string]string{models.StanceFor: "For the proposal", models.StanceAgainst: "Against the proposal", models.StanceUnsure: "Neither, or partly", "": "None stated"}

func (p *portal) showRegister(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	all, err := p.service.Register(req.Request().Context(), req.by, c)
	if err != nil {
		return err
	}
	page := &views.RegisterPage{Base: p.staffBase(req, c, "register", "Register"), CanKeep: req.by.May(consult.KeepDuties)}
	for _, kind := range models.RegisterKinds {
		words := registers[kind]
		section := views.RegisterSection{ID: string(kind), Title: words.title, Note: words.note, Add: registerAddress(c) + "/new?kind=" + string(kind)}
		for _, e := range all {
			if e.Kind == kind {
				section.Rows = append(section.Rows, *p.registerRow(req, c, &e))
			}
		}
		page.Sections = append(page.Sections, section)
	}
	return p.render(req.Context, http.StatusOK, page)
}

func (p *portal) registerRow(req *request, c *models.Consultation, e *models.RegisterEntry) *views.RegisterRow {
	row := &views.RegisterRow{ID: e.ID, Name: e.Name, Href: registerAddress(c) + "/" + e.ID}
	pair := func(name, text string) {
		if text != "" {
			row.Pairs = append(row.Pairs, views.Pair{Name: name, Text: text})
		}
	}
	day := p.Views.Day(deskLanguage, e.Day)
	switch e.Kind {
	case models.RegisterPetition:
		pair("Handed in by", e.Body)
		pair("Received", day)
		pair("Signatures", strconv.Itoa(e.Number))
		pair("How they were checked", e.Answer)
		pair("Wording", e.Why)
	case models.RegisterEvent:
		pair("Where", e.Place)
		pair("Day", day)
		pair("About how many came", strconv.Itoa(e.Number))
	case models.RegisterPublicity:
		pair("Day", day)
	default:
		pair("Why chosen", e.Why)
		if day == "" {
			day = "not yet"
		}
		pair("Asked", day)
		answered := p.Views.Day(deskLanguage, e.Answered)
		if answered == "" {
			answered = "not yet"
		}
		pair("Answered", answered)
		pair("Answer", e.Answer)
		if e.Answered != "" {
			pair("Position", positions[e.Position])
		}
		if e.PublicID != "" {
			sent := views.Pair{Name: "Submission", Text: e.PublicID}
			if req.by.May(consult.SearchText) {
				sent.Href = "/staff/" + c.ID + "/search?q=" + queryEscape(e.PublicID)
			}
			row.Pairs = append(row.Pairs, sent)
		}
	}
	return row
}

func entryFields(e *models.RegisterEntry) []views.Field {
	line := func(id, label, hint, value string) views.Field {
		return views.Field{ID: id, Kind: views.FieldLine, Label: label, Hint: hint, Value: value}
	}
	area := func(id, label, hint, value string) views.Field {
		return views.Field{ID: id, Kind: views.FieldArea, Label: label, Hint: hint, Value: value}
	}
	day := func(id, label, value string) views.Field {
		return views.Field{ID: id, Kind: views.FieldDay, Label: label, Value: value}
	}
	number := func(label, hint string) views.Field {
		f := views.Field{ID: "number", Kind: views.FieldNumber, Label: label, Hint: hint}
		if e.Version > 0 || e.Number != 0 {
			f.Value = strconv.Itoa(max(e.Number, 0))
		}
		return f
	}
	switch e.Kind {
	case models.RegisterPetition:
		return []views.Field{line("name", "Title of the petition", "", e.Name), line("body", "Body that organised it", "A body, not a person.", e.Body), day("day", "Received on", e.Day),
			number("Signatures counted", ""), area("answer", "How they were checked", "For example how many addresses were looked up, or that none were.", e.Answer), area("why", "Wording that people signed", "", e.Why)}
	case models.RegisterEvent:
		return []views.Field{line("name", "What it was", "", e.Name), line("place", "Where, in words", "", e.Place), day("day", "Day", e.Day), number("About how many people came", "The report shows numbers below 10 as “fewer than 10”.")}
	case models.RegisterPublicity:
		return []views.Field{line("name", "What it was and where it stood", "", e.Name), day("day", "From which day", e.Day)}
	}
	why := area("why", "Why it is consulted", "", e.Why)
	return []views.Field{line("name", "Name of the body", "The report names it. Do not name a person.", e.Name), why, day("day", "Asked on", e.Day), day("answered", "Answered on", e.Answered),
		area("answer", "What it answered", "A summary in your words. It stands in the report.", e.Answer), line("submission", "Id of the submission it sent (optional)", "The report shows it only if the submission lets the body be named.", e.PublicID)}
}

// entry returns the entry that the address names: a new one of the kind asked
// for where it says "new".
func (p *portal) entry(req *request, c *models.Consultation, kind string) (*models.RegisterEntry, error) {
	if id := req.Param("id"); id != "new" {
		return p.service.RegisterEntry(req.Request().Context(), req.by, c, id)
	}
	e := &models.RegisterEntry{Kind: models.RegisterKind(kind)}
	if !slices.Contains(models.RegisterKinds, e.Kind) {
		e.Kind = models.RegisterStatutory
	}
	return e, nil
}

// entryPage shows an entry as it is kept, nil for a new one, and a form with
// what typed holds.
func (p *portal) entryPage(req *request, c *models.Consultation, kept, typed *models.RegisterEntry) *views.EntryPage {
	page := &views.EntryPage{Base: p.staffBase(req, c, "register", "Register"), Heading: registers[typed.Kind].one, Kind: typed.Kind, Back: registerAddress(c) + "#" + string(typed.Kind),
		Act: registerAddress(c) + "/new", Version: 1, Fields: entryFields(typed), CanKeep: req.by.May(consult.KeepDuties)}
	if kept != nil && kept.ID != "" {
		page.Act, page.Version, page.CanRemove, page.Row = registerAddress(c)+"/"+kept.ID, kept.Version+1, true, p.registerRow(req, c, kept)
	}
	if typed.Consulted() {
		for _, position := range []string{models.StanceFor, models.StanceAgainst, models.StanceUnsure, ""} {
			page.Positions = append(page.Positions, views.Choice{Value: position, Text: positions[position], Chosen: position == typed.Position})
		}
	}
	return page
}

func (p *portal) showEntry(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	e, err := p.entry(req, c, req.QueryParam("kind"))
	if err != nil {
		return err
	}
	return p.render(req.Context, http.StatusOK, p.entryPage(req, c, e, e))
}

func (p *portal) changeEntry(req *request) error {
	c, form, err := p.posted(req, maxForm)
	if err != nil {
		return err
	}
	kept, err := p.entry(req, c, form.Get("kind"))
	if err != nil {
		return err
	}
	ctx, back := req.Request().Context(), registerAddress(c)+"#"+string(kept.Kind)
	e := entryTyped(form)
	e.ID, e.Kind = kept.ID, kept.Kind
	if form.Get("do") == "remove" && kept.ID != "" {
		if err := p.service.TakeOutEntry(ctx, req.by, c, kept.ID, e.Version-1); err != nil {
			return err
		}
		return p.done(req, back, "The entry was taken out. The record of acts keeps what it said.")
	}
	err = p.service.KeepEntry(ctx, req.by, c, e)
	if err == nil {
		return p.done(req, back, "The entry is kept.")
	}
	page := p.entryPage(req, c, kept, &e)
	faults, ok := problems(err, page.Fields, "position")
	if !ok {
		return err
	}
	for i := range page.Fields {
		if f := &page.Fields[i]; f.ID == "number" {
			f.Value = wrote(form, "number")
		}
	}
	if models.KindOf(err) != models.KindConflict {
		page.Version = max(e.Version, 1)
	}
	page.Faults = faults
	return p.render(req.Context, refused(err), page)
}

func entryTyped(form url.Values) models.RegisterEntry {
	e := models.RegisterEntry{Version: seen(form), Name: wrote(form, "name"), Body: wrote(form, "body"), Why: wrote(form, "why"), Day: wrote(form, "day"), Answered: wrote(form, "answered"),
		Answer: wrote(form, "answer"), Position: wrote(form, "position"), PublicID: wrote(form, "submission"), Place: wrote(form, "place")}
	if n := number(form.Get("number")); n != "" {
		var err error
		if e.Number, err = strconv.Atoi(n); err != nil {
			e.Number = -1 // which no entry may have
		}
	}
	return e
}
