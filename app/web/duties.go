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

func dutiesAddress(c *models.Consultation) string { return "/staff/" + c.ID + "/duties" }

// steps are the groups of the page of duties, by the state that waits for them.
var steps = []struct {
	before models.Status
	title  string
}{
	{models.StatusOpen, "Before opening"}, {models.StatusClosed, "Before closing"}, {models.StatusFrozen, "Before the freeze"},
	{models.StatusPublished, "Before the report"}, {models.StatusDecided, "Before the decision"}, {models.StatusOrdered, "Before the order"},
	{models.StatusInForce, "Before it is in force"}, {"", "Throughout and afterwards"},
}

// dutyWords is how a record's state is worded on its form.
var dutyWords = map[models.DutyState]string{
	models.DutyMet:           "It is met. The evidence is below",
	models.DutyNotApplicable: "It does not apply. The reason is below, signed by the officer named",
	models.DutyOverridden:    "The council’s lawyer lets the step be taken all the same. The reason is below",
	models.DutyOpen:          "It is not met, or not any more",
}

func (p *portal) dutiesPage(req *request, c *models.Consultation) (*views.DutiesPage, error) {
	d, err := p.service.Duties(req.Request().Context(), req.by, c)
	if err != nil {
		return nil, err
	}
	page := &views.DutiesPage{Base: p.staffBase(req, c, "duties", "Duties"), Consultation: c.ID, Status: c.Status, CanKeep: req.by.May(consult.KeepDuties),
		Act: dutiesAddress(c), Version: d.Timeline.Version + 1, Fields: timelineFields(d.Timeline, c), Link: p.Views.Day(deskLanguage, d.Link)}
	for i, step := range steps {
		group := views.DutyGroup{ID: fmt.Sprintf("step-%d", i+1), Title: step.title}
		for _, s := range d.Standing {
			if s.Before == step.before {
				group.Rows = append(group.Rows, p.dutyRow(c, s, d.Names))
			}
		}
		switch owed := d.Owed(step.before); {
		case step.before == "":
		case c.Status.AtLeast(step.before):
			group.Note = "this step was taken"
		case owed > 0:
			group.Left, group.Note = owed, fmt.Sprintf("%d still to be met", owed)
		default:
			group.Note = "nothing holds it back"
		}
		page.Groups = append(page.Groups, group)
	}
	for _, day := range d.Calendar {
		page.Dates = append(page.Dates, views.DutyDate{Day: p.Views.Day(deskLanguage, day.Day), Title: day.Title, Duty: day.Duty, Past: day.Day < p.service.Today()})
	}
	return page, nil
}

func (p *portal) dutyRow(c *models.Consultation, s models.Standing, names map[string]string) views.DutyRow {
	row := views.DutyRow{Number: s.Number, Text: s.Text, Basis: s.Basis, Hard: s.Hard, Href: fmt.Sprintf("%s/%d", dutiesAddress(c), s.Number)}
	if s.Record != nil {
		p.sign(&row, s.Record, names)
	}
	row.Said, row.Good = s.Said, s.Settled()
	switch {
	case s.State != models.DutyOpen:
		row.State = capital(string(s.State))
	case s.Hard && !c.Status.AtLeast(s.Before): // after its step it can only warn
		row.State = "Not met"
	case s.Before == "" && s.Computed:
		row.State = "Runs"
	default:
		row.State = "Warns"
	}
	return row
}

// sign puts what one version of a record says into a row.
func (p *portal) sign(row *views.DutyRow, r *models.DutyRecord, names map[string]string) {
	who := names[r.By]
	if who == "" {
		who = "the portal"
	}
	row.State, row.Good = capital(string(r.State)), r.State != models.DutyOpen
	row.Evidence, row.URL, row.Owner, row.Done = r.Evidence, r.URL, r.Owner, p.Views.Day(deskLanguage, r.Done)
	row.Signed = who + " on " + p.Views.Day(deskLanguage, r.Day)
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func timelineFields(t models.Timeline, c *models.Consultation) []views.Field {
	filed := func(day string) string {
		if day == "" {
			return ""
		}
		return " The consultation file says " + day + "; leave this empty to keep to it."
	}
	return []views.Field{
		{ID: "expires", Kind: views.FieldDay, Label: "Last day of the existing order", Hint: "It can be extended up to and including this day." + filed(c.Proposal.Expires), Value: t.Expires},
		{ID: "notice", Kind: views.FieldDay, Label: "Forward-plan notice published", Value: t.Notice},
		{ID: "papers", Kind: views.FieldDay, Label: "Agenda, report and background papers published", Value: t.Papers},
		{ID: "meeting", Kind: views.FieldDay, Label: "Meeting that decides", Hint: strings.TrimSpace(filed(c.Proposal.Decision.When)), Value: t.Meeting},
		{ID: "call-in", Kind: views.FieldDay, Label: "Last day of the call-in", Hint: "Leave it empty for five working days after the meeting.", Value: t.CallIn},
		{ID: "decision", Kind: views.FieldArea, Label: "What was decided", Hint: "Everybody can read this once the decision is published. It cannot be changed after that.", Value: t.Decision},
		{ID: "record", Kind: views.FieldURL, Label: "Address of the record of the decision", Value: t.Record},
		{ID: "ordered", Kind: views.FieldDay, Label: "Order made", Value: t.Ordered},
		{ID: "in-force", Kind: views.FieldDay, Label: "Order comes into force", Value: t.InForce},
	}
}

// wrote returns what was typed into a line of a form.
func wrote(form url.Values, name string) string {
	return strings.TrimSpace(models.CleanText(normalLines(form.Get(name))))
}

// seen is the version that a form says it makes: one more than was seen.
func seen(form url.Values) int {
	n, _ := strconv.Atoi(form.Get("version"))
	return n
}

// problems puts the faults of an error beside the fields they are about and into
// the list above them. A fault in no field stands in the list alone.
func problems(err error, fields []views.Field, others ...string) (faults []views.Fault, ok bool) {
	found, ok := faultsIn(err)
	for _, f := range found {
		at := slices.IndexFunc(fields, func(field views.Field) bool { return field.ID == f.Field })
		if at >= 0 {
			fields[at].Problem = f.Message
		}
		fault := views.Fault{Message: f.Message}
		if at >= 0 || slices.Contains(others, f.Field) {
			fault.Href = "#" + f.Field
		}
		faults = append(faults, fault)
	}
	return faults, ok
}

// refused is the status of a form that was not taken: 409 when somebody else was
// first.
func refused(err error) int { return statusOf[models.KindOf(err)] }

func (p *portal) changeDuties(req *request) error {
	c, form, err := p.posted(req, maxForm)
	if err != nil {
		return err
	}
	ctx := req.Request().Context()
	switch form.Get("do") {
	case "dates":
		t := models.Timeline{Version: seen(form), Expires: wrote(form, "expires"), Notice: wrote(form, "notice"), Papers: wrote(form, "papers"), Meeting: wrote(form, "meeting"), CallIn: wrote(form, "call-in"),
			Ordered: wrote(form, "ordered"), InForce: wrote(form, "in-force"), Decision: wrote(form, "decision"), Record: wrote(form, "record")}
		err := p.service.SetTimeline(ctx, req.by, c, t)
		if err == nil {
			return p.done(req, dutiesAddress(c)+"#days", "The dates were saved.")
		}
		fields := timelineFields(t, c)
		faults, ok := problems(err, fields)
		if !ok {
			return err
		}
		page, failed := p.dutiesPage(req, c)
		if failed != nil {
			return failed
		}
		if models.KindOf(err) == models.KindConflict { // the table of dates above is as it is now
			for i, now := range page.Fields {
				if now.Value != fields[i].Value {
					fields[i].Problem = "On record now: " + nothingFor(now.Value)
				}
			}
		} else {
			page.Version = t.Version
		}
		page.Fields, page.Faults = fields, faults
		return p.render(req.Context, refused(err), page)
	case "share":
		token, err := p.service.MakeCalendarLink(ctx, req.by, c)
		if err != nil {
			return err
		}
		page, err := p.dutiesPage(req, c)
		if err != nil {
			return err
		}
		page.NewLink = p.Address + "/" + c.ID + "/calendar/" + token + ".ics"
		return p.render(req.Context, http.StatusOK, page)
	case "revoke":
		if err := p.service.RevokeCalendarLink(ctx, req.by, c); err != nil {
			return err
		}
		return p.done(req, dutiesAddress(c)+"#days", "The secret address no longer works.")
	}
	return models.NewError(models.KindInvalid, "The page did not say what to do about the duties.")
}

func nothingFor(s string) string {
	if s == "" {
		return "nothing"
	}
	return s
}

const calendarType = "text/calendar; charset=utf-8"

func (p *portal) dutyCalendar(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	file, err := p.service.DutyCalendar(req.Request().Context(), req.by, c)
	if err != nil {
		return err
	}
	return req.download(c.ID+"-duties.ics", calendarType, file)
}

func (p *portal) sharedCalendar(req *request) error {
	file, err := p.service.SharedCalendar(req.Request().Context(), req.Param("consultation"), strings.TrimSuffix(req.Param("token"), ".ics"))
	if err != nil {
		return err
	}
	return req.Blob(http.StatusOK, calendarType, file)
}

// duty returns the number of the duty that the address names.
func (req *request) duty() (models.Duty, error) {
	number, err := strconv.Atoi(req.Param("number"))
	d, ok := models.DutyBy(number)
	if err != nil || !ok || strconv.Itoa(number) != req.Param("number") {
		return d, models.NewError(models.KindNotFound, "There is no such duty.")
	}
	return d, nil
}

func (p *portal) showDuty(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	duty, err := req.duty()
	if err != nil {
		return err
	}
	page, latest, err := p.dutyPage(req, c, duty)
	if err != nil {
		return err
	}
	r := models.DutyRecord{}
	if latest != nil {
		r = *latest
	}
	fillDuty(page, duty, r)
	return p.render(req.Context, http.StatusOK, page)
}

// dutyPage returns the page of one duty with nothing typed in its form, and the
// latest on record.
func (p *portal) dutyPage(req *request, c *models.Consultation, duty models.Duty) (*views.DutyPage, *models.DutyRecord, error) {
	d, err := p.service.Duties(req.Request().Context(), req.by, c)
	if err != nil {
		return nil, nil, err
	}
	s := d.Standing[duty.Number-1]
	page := &views.DutyPage{Base: p.staffBase(req, c, "duties", fmt.Sprintf("Duty %d", duty.Number)), Row: p.dutyRow(c, s, d.Names), Expected: duty.Evidence, CanKeep: req.by.May(consult.KeepDuties),
		Act: fmt.Sprintf("%s/%d", dutiesAddress(c), duty.Number), Back: fmt.Sprintf("%s#duty-%d", dutiesAddress(c), duty.Number), Version: 1}
	for _, r := range d.Earlier[duty.Number] {
		row := views.DutyRow{}
		p.sign(&row, &r, d.Names)
		page.Earlier = append(page.Earlier, row)
	}
	if slices.Contains([]int{1, 2, 24, 28, 31}, duty.Number) {
		page.Days = dutiesAddress(c) + "#days"
	}
	if s.Record != nil {
		page.Version = s.Record.Version + 1
	}
	return page, s.Record, nil
}

// fillDuty puts into the form what is on record, or what was typed.
func fillDuty(page *views.DutyPage, duty models.Duty, r models.DutyRecord) {
	for _, state := range duty.Takes() {
		page.States = append(page.States, views.Choice{Value: string(state), Text: dutyWords[state], Chosen: r.State == state})
	}
	page.Fields = []views.Field{
		{ID: "evidence", Kind: views.FieldArea, Label: "Evidence, or the reason", Value: r.Evidence},
		{ID: "url", Kind: views.FieldURL, Label: "Address of the evidence (optional)", Value: r.URL},
		{ID: "owner", Kind: views.FieldLine, Label: "Name and office of the person who did this or decided on it", Value: r.Owner},
		{ID: "done", Kind: views.FieldDay, Label: "Day on which", Value: r.Done},
	}
}

func (p *portal) recordDuty(req *request) error {
	c, form, err := p.posted(req, maxForm)
	if err != nil {
		return err
	}
	duty, err := req.duty()
	if err != nil {
		return err
	}
	r := models.DutyRecord{Duty: duty.Number, Version: seen(form), State: models.DutyState(form.Get("state")), Evidence: wrote(form, "evidence"), URL: wrote(form, "url"), Owner: wrote(form, "owner"), Done: wrote(form, "done")}
	err = p.service.RecordDuty(req.Request().Context(), req.by, c, r)
	if err == nil {
		return p.done(req, dutiesAddress(c)+fmt.Sprintf("#duty-%d", duty.Number), fmt.Sprintf("Duty %d is on record.", duty.Number))
	}
	page, _, failed := p.dutyPage(req, c, duty)
	if failed != nil {
		return failed
	}
	fillDuty(page, duty, r)
	faults, ok := problems(err, page.Fields, "state")
	if !ok {
		return err
	}
	for _, f := range models.FieldsOf(err) {
		if f.Field == "state" {
			page.Problem = f.Message
		}
	}
	if models.KindOf(err) != models.KindConflict {
		page.Version = r.Version
	}
	page.Faults = faults
	return p.render(req.Context, refused(err), page)
}
