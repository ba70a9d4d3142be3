package web

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"heard/app/consult"
	"heard/models"
	"heard/views"
)

func redactAddress(c *models.Consultation, id string, keysOff bool) string {
	at := "/staff/" + c.ID + "/submissions/" + url.PathEscape(id) + "/redact"
	if keysOff {
		at += "?keys=off"
	}
	return at
}

func (p *portal) showRedactions(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	progress, err := p.service.RedactionProgress(req.Request().Context(), req.by, c)
	if err != nil {
		return err
	}
	at := "/staff/" + c.ID + "/redactions"
	page := &views.RedactionsPage{Base: p.staffBase(req, c, "redactions", "Redaction"), Consultation: c.ID, Act: at, CanEdit: !c.Status.AtLeast(models.StatusFrozen),
		Submissions: progress.Submissions, Open: progress.Open, Second: progress.Second, Checked: progress.Checked, Approvable: progress.Approvable}
	for _, name := range slices.Sorted(maps.Keys(progress.Others)) {
		page.Others = append(page.Others, fmt.Sprintf("%s has %d open.", name, progress.Others[name]))
	}
	return p.render(req.Context, http.StatusOK, page)
}

// nextRedaction hands out a submission.
func (p *portal) nextRedaction(req *request) error {
	c, form, err := p.posted(req, maxForm)
	if err != nil {
		return err
	}
	do := form.Get("do")
	if do != "next" && do != "second" {
		return models.NewError(models.KindInvalid, "The page did not say which submission to open.")
	}
	return p.toNextRedaction(req, c, do == "second", "", false, "")
}

// toNextRedaction leads to the next submission after one, with the outcome of the act
// on that.
func (p *portal) toNextRedaction(req *request, c *models.Consultation, second bool, after string, keysOff bool, outcome string) error {
	id, err := p.service.NextRedaction(req.Request().Context(), req.by, c, second, after)
	if err != nil {
		return err
	}
	to := redactAddress(c, id, keysOff)
	if id == "" {
		outcome, to = strings.TrimSpace(outcome+" None is left that nobody else has open."), "/staff/"+c.ID+"/redactions"
	}
	if outcome == "" {
		return req.Redirect(http.StatusSeeOther, to)
	}
	return p.done(req, to, outcome)
}

func (p *portal) showRefused(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	refused, err := p.service.RefusedRedactions(req.Request().Context(), req.by, c)
	if err != nil {
		return err
	}
	page := &views.RefusedPage{Base: p.staffBase(req, c, "refused", "What was left in"), Consultation: c.ID}
	for _, r := range refused {
		row := views.LeftInRow{PublicID: r.PublicID, Question: r.Question, Kind: r.Kind, Reason: r.Reason.Name(), Note: r.Note, By: p.byOn(r.Name, r.Day)}
		if req.by.May(consult.Redact) {
			row.Href = redactAddress(c, r.Submission, false)
		}
		if r.ApprovedBy != "" {
			row.Approved = p.byOn(r.ApprovedBy, r.Approved)
		}
		page.Rows = append(page.Rows, row)
	}
	return p.render(req.Context, http.StatusOK, page)
}

// byOn writes who did something, and on which day.
func (p *portal) byOn(name, day string) string { return name + ", " + p.Views.Day(deskLanguage, day) }

func (p *portal) showRedact(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	page, err := p.redactPage(req, c, -1)
	if err != nil {
		return err
	}
	return p.render(req.Context, http.StatusOK, page)
}

// redactPage is the page of one submission. What was decided after version seen
// is told, unless that is -1.
func (p *portal) redactPage(req *request, c *models.Consultation, seen int) (*views.RedactPage, error) {
	sheet, err := p.service.Redactions(req.Request().Context(), req.by, c, req.Param("id"))
	if err != nil {
		return nil, err
	}
	requests, err := p.openRequests(req, c, req.QueryParam("request"))
	if err != nil {
		return nil, err
	}
	name := func(account string) string { return cmp.Or(sheet.Names[account], account) }
	page := &views.RedactPage{Base: p.staffBase(req, c, "redactions", "What is taken out"), Consultation: c.ID, ID: sheet.Of.ID, PublicID: sheet.Of.PublicID,
		Act: redactAddress(c, sheet.Of.ID, false), Version: sheet.Version, Groups: groupNames(c, sheet.Of.Groups), Sensitive: c.Sensitive(sheet.Of.Groups),
		Second: sheet.Stage == consult.RedactionSecond, Checked: sheet.Stage == consult.RedactionChecked, Mine: sheet.Mine, OpenBy: sheet.OpenBy, CanEdit: !sheet.Frozen || len(requests) > 0, Frozen: sheet.Frozen,
		Requests: requests, Kinds: consult.RedactionKinds(), KeysOff: req.QueryParam("keys") == "off"}
	if sheet.CheckedBy != "" && (page.Second || page.Checked) {
		page.CheckedBy = "By " + p.byOn(name(sheet.CheckedBy), sheet.RedactionSheet.Checked) + "."
		if sheet.ApprovedBy != "" {
			page.CheckedBy += " Approved by " + p.byOn(name(sheet.ApprovedBy), sheet.Approved) + "."
		}
	}
	for _, r := range models.Refusals {
		page.Refusals = append(page.Refusals, views.Link{Key: string(r), Text: r.Name()})
	}
	for _, n := range sheet.Unread {
		page.Unread = append(page.Unread, views.Link{Href: fileAddress(c, sheet.Of.ID, n), Text: fmt.Sprintf("attachment %d", n)})
	}
	for i := range sheet.Answers {
		a := &sheet.Answers[i]
		out := views.RedactAnswer{ID: a.Question, Problems: map[string]string{}, Result: snippet(consult.Mark(a.Redacted, "", a.Language))}
		file, question, translation := consult.TextOf(sheet.Of, a.Question)
		out.Name = consult.TextName(sheet.Of, a.Question)
		switch out.QuestionText, out.Language, _ = wordsOf(c, sheet.Of, question); {
		case file > 0:
			out.QuestionText, out.Language = "What was read in "+out.Name+": "+described(sheet.Of.Attachments)[file-1], ""
		case translation:
			out.QuestionText, out.Language = "Translation of the answer to: "+out.QuestionText, a.Language
		default:
			out.Code = question
		}
		for j, it := range a.Items {
			item := views.RedactItem{ID: fmt.Sprintf("%s-%d-%d", a.Question, it.Start, it.End), Key: fmt.Sprintf("%s:%d-%d", a.Question, it.Start, it.End), Number: j + 1,
				About: a.Text[it.Start:it.End], State: "doubt", Words: a.Text[it.Start:it.End]}
			if it.Sure() {
				item.State = "open"
			}
			if s := it.Suggested; s != nil {
				item.Kind, item.Why = string(s.Kind), s.Why
				item.Into = item.Kind
			}
			if d := it.Decided; d != nil {
				describe(&item, a.Text, d, p.byOn(name(d.By), d.Day))
				if seen >= 0 && d.Version > seen {
					item.Since = item.Decided
					page.Since = append(page.Since, fmt.Sprintf("In %s, number %d: %s", out.Name, item.Number, item.Decided))
				}
			} else if it.Sure() {
				page.Sure++
			} else {
				page.Unsure++
			}
			out.Items = append(out.Items, item)
		}
		out.Add.Kind = "name" // what is missed most often
		out.Text = markedText(a, out.Items)
		for _, piece := range a.Pieces {
			out.Mix = append(out.Mix, fmt.Sprintf("%s: “%s”", piece.Trait, a.Text[piece.Start:piece.End]))
		}
		if d := a.Mix; d != nil {
			out.MixDo, out.MixNote, out.MixDecided = consult.Accept, d.Note, "Taken care of, says "+p.byOn(name(d.By), d.Day)+"."
			if d.State == models.RedactionRefused {
				out.MixDo, out.MixDecided = string(d.Reason), "May stand, says "+p.byOn(name(d.By), d.Day)+"."
			}
			if seen >= 0 && d.Version > seen {
				page.Since = append(page.Since, fmt.Sprintf("In %s, the mix of details: %s", out.Name, out.MixDecided))
			}
		}
		page.Answers = append(page.Answers, out)
	}
	return page, nil
}

// describe fills in what was decided on a part of a text, and by whom.
func describe(item *views.RedactItem, text string, d *models.Redaction, by string) {
	item.Kind, item.Into, item.Do, item.State, item.Note = cmp.Or(item.Kind, d.Kind), d.Kind, consult.Accept, "out", d.Note
	switch d.State {
	case models.RedactionRefused:
		item.Do, item.State, item.Into = string(d.Reason), "in", item.Kind
		item.Decided = "Left in by " + by + ": " + d.Reason.Name() + "."
		item.Open = d.Note != ""
		return
	case models.RedactionAdded:
		item.Decided = "Marked by a person and taken out: " + by + "."
	case models.RedactionChanged:
		item.Decided, item.Open = "Taken out, but not as suggested, by "+by+".", true
	default:
		item.Decided = "Taken out by " + by + "."
	}
	item.Words = text[d.Start:d.End]
	if d.Replacement != "["+d.Kind+"]" {
		item.Replacement, item.Open = strings.Trim(d.Replacement, "[]"), true
	}
}

// markedText cuts an answer where its parts begin and end. Where they overlap, the
// shortest shows.
func markedText(a *consult.RedactionAnswer, items []views.RedactItem) []views.MarkedText {
	cuts := []int{0, len(a.Text)}
	for _, it := range a.Items {
		cuts = append(cuts, it.Start, it.End)
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	var out []views.MarkedText
	for i := 1; i < len(cuts); i++ {
		piece, shortest := views.MarkedText{Text: a.Text[cuts[i-1]:cuts[i]]}, len(a.Text)+1
		for j, it := range a.Items {
			if it.Start <= cuts[i-1] && cuts[i] <= it.End && it.End-it.Start < shortest {
				shortest = it.End - it.Start
				piece.Number, piece.State, piece.First = items[j].Number, items[j].State, it.Start == cuts[i-1]
			}
		}
		out = append(out, piece)
	}
	return out
}

// redact keeps what a person decided on a submission. What cannot be kept stays
// in the form.
func (p *portal) redact(req *request) error {
	c, form, err := p.posted(req, maxForm)
	if err != nil {
		return err
	}
	ctx, id, keysOff := req.Request().Context(), req.Param("id"), form.Get("keys") == "off"
	d := decisionsIn(form)
	do := form.Get("do-all")
	switch do {
	case "save", "leave":
	case "accept-sure":
		d.AcceptSure = true
	case "leave-doubtful":
		d.LeaveDoubtful = true
	case "checked":
		d.Checked = true
	default:
		return models.NewError(models.KindInvalid, "The page did not say what to do with the submission.")
	}
	d.Request = form.Get("request")
	err = p.service.Redact(ctx, req.by, c, id, d)
	if err == nil && d.Request != "" && do != "leave" {
		return p.done(req, requestAddress(c, d.Request), "Kept. What was changed stands below.")
	}
	if err == nil && (d.Checked || do == "leave") {
		outcome := "Kept."
		if do == "leave" {
			outcome = "Left for now. What you decided is kept."
		}
		return p.toNextRedaction(req, c, form.Get("second") != "", id, keysOff, outcome) // whoever approves goes on approving
	}
	if err == nil {
		return p.done(req, redactAddress(c, id, keysOff), "Kept.")
	}
	faults, ok := faultsIn(err)
	if !ok {
		return err
	}
	page, pageErr := p.redactPage(req, c, d.Version)
	if pageErr != nil {
		return pageErr
	}
	page.KeysOff = keysOff
	page.Requests = choosing(page.Requests, d.Request)
	retyped(page, form, faults)
	return p.render(req.Context, statusOf[models.KindOf(err)], page)
}

// nth returns the nth value of a field, "" where there is none.
func nth(form url.Values, field string, n int) string {
	if n < len(form[field]) {
		return normalLines(form[field][n])
	}
	return ""
}

// decisionsIn decodes the form of a submission. Fields that come several times
// belong together by their order.
func decisionsIn(form url.Values) consult.RedactionDecisions {
	d := consult.RedactionDecisions{}
	d.Version, _ = strconv.Atoi(form.Get("version"))
	for i, at := range form["at"] {
		question, span, _ := strings.Cut(at, ":")
		from, to, _ := strings.Cut(span, "-")
		choice := consult.RedactionChoice{Question: question, Do: nth(form, "do", i), Words: nth(form, "words", i), Kind: nth(form, "kind", i), Replacement: nth(form, "replacement", i), Note: nth(form, "note", i)}
		choice.Start, _ = strconv.Atoi(from)
		choice.End, _ = strconv.Atoi(to)
		d.Choices = append(d.Choices, choice)
	}
	for i, question := range form["mix"] {
		d.Mixes = append(d.Mixes, consult.MixChoice{Question: question, Do: nth(form, "mix-do", i), Note: nth(form, "mix-note", i)})
	}
	for i, question := range form["add"] {
		mark := consult.RedactionMark{Question: question, Words: nth(form, "add-words", i), Kind: nth(form, "add-kind", i), Replacement: nth(form, "add-replacement", i)}
		if which := strings.TrimSpace(figures(nth(form, "add-which", i))); which != "" {
			if n, err := strconv.Atoi(which); err == nil {
				mark.Which = n
			} else {
				mark.Which = -1 // no number
			}
		}
		d.Added = append(d.Added, mark)
	}
	return d
}

// retyped puts what a person typed into the form again, with what is wrong.
func retyped(page *views.RedactPage, form url.Values, faults []models.FieldError) {
	at := map[string]int{}
	for i, key := range form["at"] {
		at[key] = i
	}
	problems := map[string]string{}
	for _, f := range faults {
		problems[f.Field] = cmp.Or(problems[f.Field], f.Message)
	}
	placed := map[string]bool{}
	problem := func(field string) string { placed[field] = true; return problems[field] }
	for i := range page.Answers {
		a := &page.Answers[i]
		for j := range a.Items {
			it := &a.Items[j]
			it.Problem = problem(it.ID)
			n, typed := at[it.Key]
			if !typed {
				continue
			}
			it.Open = it.Open || it.Problem != "" || it.Words != nth(form, "words", n) || it.Into != nth(form, "kind", n) || it.Replacement != nth(form, "replacement", n) || it.Note != nth(form, "note", n)
			it.Do, it.Words, it.Into, it.Replacement, it.Note = nth(form, "do", n), nth(form, "words", n), nth(form, "kind", n), nth(form, "replacement", n), nth(form, "note", n)
		}
		if n := slices.Index(form["mix"], a.ID); n >= 0 {
			a.MixDo, a.MixNote = nth(form, "mix-do", n), nth(form, "mix-note", n)
		}
		if n := slices.Index(form["add"], a.ID); n >= 0 {
			a.Add = views.RedactAdd{Words: nth(form, "add-words", n), Which: nth(form, "add-which", n), Kind: nth(form, "add-kind", n), Replacement: nth(form, "add-replacement", n)}
		}
		for _, field := range []string{"answer", "mix", "add"} {
			if text := problem(field + "-" + a.ID); text != "" {
				a.Problems[field] = text
			}
		}
	}
	for _, f := range faults {
		fault := views.Fault{Message: f.Message}
		if placed[f.Field] {
			fault.Href = "#" + f.Field
		}
		page.Faults = append(page.Faults, fault)
	}
}
