package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"heard/models"
	"heard/views"
)

// startConsultation makes a draft of a template.
func (p *portal) startConsultation(req *request, form url.Values) error {
	template := p.Templates[form.Get("template")]
	if template == nil {
		return models.NewError(models.KindInvalid, "There is no such template. Choose one from your desk.")
	}
	id := strings.TrimSpace(form.Get("id"))
	c, err := p.service.StartConsultation(req.Request().Context(), req.by, template, id)
	if faults, ok := faultsIn(err); ok {
		page, err := p.deskPage(req)
		if err != nil {
			return err
		}
		page.Template, page.NewID, page.IDFault = form.Get("template"), id, faults[0].Message
		return p.render(req.Context, http.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	return p.done(req, "/staff/"+c.ID+"/essentials", "The draft was made. Now say what is proposed.")
}

func (p *portal) showEssentials(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	page, err := p.essentialsPage(req, c, c.Essentials())
	if err != nil {
		return err
	}
	page.Version = c.Version
	return p.render(req.Context, http.StatusOK, page)
}

// essentialsPage is the form with what it holds.
func (p *portal) essentialsPage(req *request, c *models.Consultation, e models.Essentials) (*views.EssentialsPage, error) {
	all, err := p.service.Consultations(req.Request().Context(), req.by)
	if err != nil {
		return nil, err
	}
	var alternatives []string
	for _, a := range e.Alternatives {
		alternatives = append(alternatives, a[0]+"\n"+a[1])
	}
	var history []string
	for _, m := range e.History {
		history = append(history, strings.Join(m[:], "\n"))
	}
	field := func(id, label, hint, value string) views.EssentialField {
		return views.EssentialField{Name: id, ID: id, Label: label, Hint: hint, Value: value}
	}
	long := func(id, label, hint, value string) views.EssentialField {
		f := field(id, label, hint, value)
		f.Long = true
		return f
	}
	proposal := []views.EssentialField{long("summary", "In short", "", e.Summary)}
	for i, r := range c.Restrictions {
		f := long("rule-"+r.ID, "Rule "+r.ID, "The exact words of the order.", "")
		if r.Paraphrase {
			f.Hint += " These are still marked as standing in for them, and the consultation cannot open like that."
		}
		if f.Name = "rule"; i < len(e.Rules) {
			f.Value = e.Rules[i]
		}
		proposal = append(proposal, f)
	}
	proposal = append(proposal, long("why", "Why", "", e.Why), long("area", "Where it would apply", "", e.Area),
		long("evidence", "The evidence", "An empty line between one piece and the next. Say where each comes from.", strings.Join(e.Evidence, "\n\n")),
		long("alternatives", "Other options, and why they were not chosen", "For each: the option on one line, why it was not chosen below it, then an empty line.", strings.Join(alternatives, "\n\n")),
		long("history", "What became of the order so far", "For each day: the day on one line, such as 2018-08-21, what happened below it, where that is known from on a third line, then an empty line.", strings.Join(history, "\n\n")),
		long("areas", "Places that people can choose, such as wards", "One on each line.", strings.Join(e.Areas, "\n")))
	page := &views.EssentialsPage{Base: p.staffBase(req, c, "settings", "Fill in the consultation"), Consultation: c, CanEdit: c.Status == models.StatusDraft, Invented: e.Invented,
		Sections: []views.EssentialSection{
			{Title: "The council", Fields: []views.EssentialField{field("title", "Title of the consultation", "", e.Title), field("council", "Name of the council", "", e.Council.Name),
				field("email", "Email", "", e.Council.Email), field("phone", "Phone", "", e.Council.Phone), field("address", "Address for letters", "", e.Council.Address),
				field("dpo", "How to reach the data protection officer", "", e.Council.DPO)}},
			{Title: "When", Fields: []views.EssentialField{field("opens", "Opens", "For example 2026-10-05, or 2026-10-05 09:00.", string(e.Opens)),
				field("closes", "Closes", "For example 2026-12-14 23:59. Eight to twelve weeks are usual; fewer than six need a good reason.", string(e.Closes))}},
			{Title: "What is proposed", Acts: []views.EssentialTick{{ID: "make", Name: "Make a new order"}, {ID: "extend", Name: "Extend the order that is in force"},
				{ID: "vary", Name: "Change the order that is in force"}, {ID: "discharge", Name: "End the order that is in force"}}, Fields: proposal},
			{Title: "Who decides", Fields: []views.EssentialField{field("decided-by", "Who", "", e.DecidedBy), field("decided-on", "When", "For example 2027-02-15.", e.DecidedOn)}},
		}}
	acts := page.Sections[2].Acts
	for i := range acts {
		acts[i].Ticked = slices.Contains(e.Acts, acts[i].ID)
	}
	if earlier := earlierOnes(c, e.Earlier, all); len(earlier) > 0 {
		page.Sections = append(page.Sections, views.EssentialSection{Title: "What it continues", Earlier: earlier})
	}
	return page, nil
}

// earlierOnes are the consultations that c can continue: those that have closed, and
// those that are chosen, whether or not they are here.
func earlierOnes(c *models.Consultation, chosen []string, all []*models.Consultation) (list []views.EssentialTick) {
	for _, o := range all {
		if ticked := slices.Contains(chosen, o.ID); ticked || o.ID != c.ID && o.Status.AtLeast(models.StatusClosed) {
			list = append(list, views.EssentialTick{ID: o.ID, Name: o.Title.Default(), Ticked: ticked})
		}
	}
	for _, id := range chosen {
		if !slices.ContainsFunc(list, func(t views.EssentialTick) bool { return t.ID == id }) {
			list = append(list, views.EssentialTick{ID: id, Name: id + " (not found)", Ticked: true})
		}
	}
	return list
}

// essentialFields are the fields of the form by what a fault in the file calls
// them. The longest that fits is meant.
var essentialFields = map[string]string{"title": "title", "council": "council", "council.email": "email", "council.phone": "phone", "opens": "opens", "closes": "closes",
	"proposal": "summary", "proposal.why": "why", "proposal.area": "area", "proposal.evidence": "evidence", "proposal.alternatives": "alternatives", "proposal.history": "history", "areas": "areas",
	"proposal.decision": "decided-by", "proposal.decision.when": "decided-on", "restrictions": "rule-R1"}

// essentialFault says of a fault in the file where in the form it is.
func essentialFault(f models.FieldError) views.Fault {
	field := "main"
	longest := 0
	for key, id := range essentialFields {
		if strings.HasPrefix(f.Message, key) && len(key) > longest {
			field, longest = id, len(key)
		}
	}
	return views.Fault{Href: "#" + field, Message: f.Message}
}

// blocks parts what was typed at empty lines.
func blocks(s string) []string {
	var out []string
	for block := range strings.SplitSeq(normalLines(s), "\n\n") {
		if block = strings.TrimSpace(block); block != "" {
			out = append(out, block)
		}
	}
	return out
}

// essentialsIn reads the form.
func essentialsIn(form url.Values) models.Essentials {
	line := func(name string) string { return strings.TrimSpace(form.Get(name)) }
	text := func(name string) string { return strings.TrimSpace(normalLines(form.Get(name))) }
	e := models.Essentials{Title: line("title"),
		Council: models.Council{Name: line("council"), Email: line("email"), Phone: line("phone"), Address: line("address"), DPO: line("dpo")},
		Acts:    form["act"], Opens: models.LocalTime(line("opens")), Closes: models.LocalTime(line("closes")),
		Summary: text("summary"), Why: text("why"), Area: text("area"), Evidence: blocks(form.Get("evidence")),
		DecidedBy: text("decided-by"), DecidedOn: line("decided-on"), Earlier: form["earlier"], Invented: form.Get("invented") != ""}
	for _, block := range blocks(form.Get("alternatives")) {
		option, why, _ := strings.Cut(block, "\n")
		e.Alternatives = append(e.Alternatives, [2]string{strings.TrimSpace(option), strings.TrimSpace(why)})
	}
	for _, block := range blocks(form.Get("history")) {
		day, rest, _ := strings.Cut(block, "\n")
		what, source, _ := strings.Cut(strings.TrimSpace(rest), "\n")
		e.History = append(e.History, [3]string{strings.TrimSpace(day), strings.TrimSpace(what), strings.TrimSpace(source)})
	}
	for _, rule := range form["rule"] {
		e.Rules = append(e.Rules, strings.TrimSpace(normalLines(rule)))
	}
	for area := range strings.SplitSeq(normalLines(form.Get("areas")), "\n") {
		if area = strings.TrimSpace(area); area != "" {
			e.Areas = append(e.Areas, area)
		}
	}
	return e
}

func (p *portal) changeEssentials(req *request) error {
	c, form, err := p.posted(req, maxFile)
	if err != nil {
		return err
	}
	e := essentialsIn(form)
	seen, _ := strconv.Atoi(form.Get("version"))
	saved, err := p.service.FillIn(req.Request().Context(), req.by, c, seen, e)
	if faults, ok := faultsIn(err); ok {
		page, fault := p.essentialsPage(req, c, e)
		if fault != nil {
			return fault
		}
		for _, f := range faults {
			page.Faults = append(page.Faults, essentialFault(f))
		}
		page.Version = seen
		return p.render(req.Context, statusOf[models.KindOf(err)], page)
	}
	if err != nil {
		return err
	}
	return p.done(req, "/staff/"+saved.ID+"/essentials", "Saved as version "+strconv.Itoa(saved.Version)+".")
}
