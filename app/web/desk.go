package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"heard/app/consult"
	"heard/models"
	"heard/views"
)

func (p *portal) showSubmission(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	return p.renderSubmission(req, c, nil, nil)
}

// renderSubmission shows a submission, with what was typed about it when that was
// refused.
func (p *portal) renderSubmission(req *request, c *models.Consultation, form url.Values, refused error) error {
	page, _, err := p.submissionPage(req, c, "search")
	if err != nil {
		return err
	}
	if req.by.May(consult.ReadAll) {
		page.ReadAt = readingAddress(c, page.ID, page.KeysOff)
	}
	if refused == nil {
		return p.render(req.Context, http.StatusOK, page)
	}
	typed := func(field string) string { return normalLines(form.Get(field)) }
	page.Message, page.AsideWhy, page.AsideReason = typed("message"), typed("why"), typed("reason")
	fields, translation := []string{"message", "why", "reason"}, translationField(form.Get("question"))
	for i := range page.Rows {
		if row := &page.Rows[i]; translationField(row.ID) == translation {
			row.Translating, fields = typed("text"), append(fields, translation)
		}
	}
	faults, _ := faultsIn(refused)
	for i := range faults {
		if faults[i].Field == "translation" {
			faults[i].Field = translation
		}
	}
	page.Faults, page.Problems = linked(faults, "main", fields...)
	return p.render(req.Context, statusOf[models.KindOf(refused)], page)
}

func translationField(question string) string { return "translation-" + question }

// submissionPage is the page of the submission that the address names, with the
// submission as its reader may read it.
func (p *portal) submissionPage(req *request, c *models.Consultation, here string) (*views.SubmissionPage, *models.Submission, error) {
	ctx := req.Request().Context()
	original := req.QueryParam("original") != "" && req.by.May(consult.ReadOriginal)
	sub, themes, err := p.service.Submission(ctx, req.by, c, req.Param("id"), original)
	if err != nil {
		return nil, nil, err
	}
	at := "/staff/" + c.ID + "/submissions/" + sub.ID
	var places map[string][]consult.CodedTheme
	if req.by.May(consult.EditThemes) {
		if places, err = p.service.Places(ctx, req.by, c, sub.ID); err != nil {
			return nil, nil, err
		}
	}
	page := &views.SubmissionPage{Base: p.staffBase(req, c, here, "Submission"), Consultation: c.ID, ID: sub.ID, PublicID: sub.PublicID,
		Received: p.Views.Day(deskLanguage, sub.Day), Language: languageName(sub.Language), Groups: groupNames(c, sub.Groups),
		Status: sub.Status, Original: original, Here: req.Request().URL.RequestURI(), Keep: keepAddress(c), CanShare: true}
	if req.by.Role == models.RoleCouncillor {
		page.Received, page.Released = "", page.Received
	}
	if sub.Channel != "" {
		page.Channel = sub.Channel.Name()
	}
	if req.by.May(consult.ReadOriginal) && !original {
		page.ShowOriginal = at + "?original=yes"
	}
	if req.by.May(consult.Redact) && sub.Status == models.SubmissionLive {
		page.Redact = redactAddress(c, sub.ID, false)
	}
	if req.by.May(consult.KeepRequests) && (sub.Readable() || sub.Status == models.SubmissionVoid) {
		page.Erase = at + "/erase"
	}
	page.Erased = p.Views.Day(deskLanguage, sub.Erased)
	for _, consent := range sub.Consents {
		page.Consents = append(page.Consents, consentNames[consent])
	}
	if err := p.inResult(req, c, page); err != nil {
		return nil, nil, err
	}
	pieces := func(text, language string) []views.Snippet {
		if original {
			return []views.Snippet{{Text: text}}
		}
		return snippet(consult.Mark(text, page.Searched, language))
	}
	for _, a := range sub.Answers {
		row := views.SubmissionRow{ID: a.Question, Question: a.Question, Language: sub.Language, Translation: a.Translation}
		if original {
			row.Translation, row.Translating, row.Seen = a.Made(), a.Made(), consult.TranslationSeen(&a)
		}
		if a.Text != "" {
			row.Text = pieces(a.Text, cmp.Or(a.Language, sub.Language))
			row.Redacted = slices.ContainsFunc(row.Text, func(s views.Snippet) bool { return s.Redacted })
		}
		if a.Language != "" && a.Language != sub.Language {
			row.Language, row.LanguageName = a.Language, languageName(a.Language)
		}
		if q := c.Question(a.Question); q != nil {
			row.Question = q.Text.Default()
			row.Options = chosen(q, a.Options, deskLanguage)
		}
		if consult.Unnamed(req.by, c, sub, a.Question) {
			row.ID, row.Question = "", unnamed
		}
		found, coded := places[a.Question]
		for _, t := range found {
			row.Themes = append(row.Themes, views.PlacedTheme{Label: t.Theme.Label, How: p.placed(t.Machine, t.Score, t.By, t.Day)})
		}
		if coded && sub.Status == models.SubmissionLive && !c.Status.AtLeast(models.StatusFrozen) {
			row.Code = codeAddress(c, models.AnswerKey{Submission: sub.ID, Question: a.Question}, consult.Openly, false)
		}
		if places == nil {
			for _, t := range themes[a.Question] {
				row.Themes = append(row.Themes, views.PlacedTheme{Label: t.Label})
			}
		}
		page.Rows = append(page.Rows, row)
	}
	for i, about := range described(sub.Attachments) {
		file := views.AttachedText{Number: i + 1, About: about, Open: page.Searched != ""}
		pages := consult.Pages(sub.Attachments[i].Text)
		for j, text := range pages {
			if strings.TrimSpace(text) == "" {
				continue
			}
			at := views.AttachedPage{Text: pieces(text, "")}
			if len(pages) > 1 {
				at.Number = j + 1
			}
			file.Pages = append(file.Pages, at)
		}
		page.Attachments = append(page.Attachments, file)
	}
	if err := p.attached(req, c, page); err != nil {
		return nil, nil, err
	}
	if req.by.May(consult.LookAgain) {
		page.Why, page.Seen = reasons(sub), len(sub.Attention) > 0 && !sub.Open()
		if page.CanAct, page.Act = !c.Status.AtLeast(models.StatusFrozen), at; original {
			page.Act += "?original=yes"
		}
		page.Confidential, page.Reason, page.DPO = slices.Contains(sub.Attention, models.AttentionConfidence), consult.ConfidenceReason(c, sub), c.Council.DPO
		if page.Messages, err = p.service.Messages(ctx, req.by, sub.ID); err != nil {
			return nil, nil, err
		}
	}
	kept, err := p.service.Marks(ctx, req.by, c)
	if err != nil {
		return nil, nil, err
	}
	page.Listed, page.Read = kept.On(sub.ID)
	notes, err := p.service.Notes(ctx, req.by, c, sub.ID)
	if err != nil {
		return nil, nil, err
	}
	for _, n := range notes {
		page.Notes = append(page.Notes, p.noteRow(n))
	}
	return page, sub, nil
}

// inResult fills in what a submission's page says of the result that it was
// opened from: the words, the way back, the submissions before and after.
func (p *portal) inResult(req *request, c *models.Consultation, page *views.SubmissionPage) error {
	a := askedFor(req.by, req.QueryParams())
	at, _ := strconv.Atoi(req.QueryParam("at"))
	page.Searched, page.KeysOff, page.Back = a.query.Text, a.keysOff, searchAddress(c, a.state, 0)
	page.KeysSwitch = "?" + switched(req.QueryParams(), a.keysOff)
	if at < 1 {
		return nil
	}
	page.Back = searchAddress(c, a.state, (at-1)/consult.SearchPage+1) + "#hit-" + strconv.Itoa(at)
	before, after, err := p.service.InResult(req.Request().Context(), req.by, c, a.query, a.order == orderVoices, at, page.ID)
	if err != nil && models.KindOf(err) == models.KindInvalid {
		return nil // no search has this address
	}
	if before.At > 0 {
		page.Before = hitAddress(c, before.Submission, a.state, before.At)
	}
	if after.At > 0 {
		page.After = hitAddress(c, after.Submission, a.state, after.At)
	}
	return err
}

// whys is how the reasons to look at a submission are worded.
var whys = map[models.Attention]string{
	models.AttentionConfidence: "Asks to be treated as confidential: its words and files go to nobody outside the desk",
	models.AttentionMisread:    "Its author says: that is not what I meant",
	models.AttentionReply:      "Its author has answered your message",
	models.AttentionHoneypot:   "Filled in a field that people do not see, as programs do",
	models.AttentionHurried:    "Sent within seconds of starting",
	models.AttentionUnworked:   "Sent while very many came, by a browser without scripts or by a program",
	models.AsideRepeated:       "Set aside: the same answers sent again",
	models.AsideMadeUp:         "Set aside: it looked made up",
	models.AsideElsewhere:      "Set aside: about something else",
	models.AsideTrial:          "Set aside: the council trying the form",
	models.AsideOther:          "Set aside: another reason, on record",
}

func reasons(sub *models.Submission) []string {
	var list []string
	for _, a := range sub.Attention {
		if w := whys[a]; w != "" {
			list = append(list, w)
		}
	}
	return list
}

func (p *portal) showAttention(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	subs, err := p.service.ToLookAt(req.Request().Context(), req.by, c)
	if err != nil {
		return err
	}
	pile, err := p.service.Pile(req.Request().Context(), req.by, c)
	if err != nil {
		return err
	}
	page := &views.AttentionPage{Pile: pile.Waiting, Base: p.staffBase(req, c, "attention", "To look at again"), Consultation: c.ID, Frozen: c.Status.AtLeast(models.StatusFrozen)}
	for _, sub := range subs {
		row := views.AttentionRow{ID: sub.ID, PublicID: sub.PublicID, Day: p.Views.Day(deskLanguage, sub.Day), Why: reasons(sub), Reason: consult.ConfidenceReason(c, sub), Href: "/staff/" + c.ID + "/submissions/" + sub.ID}
		switch {
		case sub.Status == models.SubmissionVoid:
			page.Aside = append(page.Aside, row)
		case sub.Open():
			page.Open = append(page.Open, row)
		default:
			page.Seen = append(page.Seen, row)
		}
	}
	return p.render(req.Context, http.StatusOK, page)
}

// lookAgain does what an officer decides about one submission. What cannot be done
// stays on its page as it was typed.
func (p *portal) lookAgain(req *request) error {
	c, form, err := p.posted(req, maxForm)
	if err != nil {
		return err
	}
	ctx, id := req.Request().Context(), req.Param("id")
	list := "/staff/" + c.ID + "/attention"
	here, notice := "/staff/"+c.ID+"/submissions/"+id, ""
	switch form.Get("do") {
	case "seen":
		here, notice, err = list, "Marked as looked at.", p.service.Seen(ctx, req.by, c, id)
	case "passed-on":
		here, notice, err = list, "It is on record that the data protection officer has the reason.", p.service.PassedOn(ctx, req.by, c, id)
	case "ask":
		notice, err = "The message can be read with the receipt code.", p.service.Ask(ctx, req.by, c, id, form.Get("message"))
	case "aside":
		here, notice, err = list, "Set aside. It no longer counts, and the reason is on record.", p.service.SetAside(ctx, req.by, c, id, models.Attention(form.Get("why")), form.Get("reason"))
	case "translate":
		notice, err = "The translation stands beside the answer.", p.service.Translate(ctx, req.by, c, id, form.Get("question"), form.Get("seen"), form.Get("text"))
	case "count":
		notice, err = "It counts again.", p.service.CountAgain(ctx, req.by, c, id)
	default:
		return models.NewError(models.KindInvalid, "The page did not say what to do with the submission.")
	}
	if _, mendable := faultsIn(err); mendable {
		return p.renderSubmission(req, c, form, err)
	}
	if err != nil {
		return err
	}
	return p.done(req, here, notice)
}

func (p *portal) contactsPage(req *request, c *models.Consultation) (*views.ContactsPage, error) {
	page := &views.ContactsPage{Base: p.staffBase(req, c, "contacts", "Who wants to be told"), Consultation: c.ID, Sealed: p.service.SealedToOfficers()}
	o, asked, open, err := p.service.ContactOpening(req.Request().Context(), req.by, c)
	page.Opening, page.Mine, page.MayOpen = o, asked, open
	page.Opening.Day, page.Opening.Agreed = p.Views.Day(deskLanguage, o.Day), p.Views.Day(deskLanguage, o.Agreed)
	return page, err
}

func (p *portal) changeContacts(req *request) error {
	c, form, err := p.posted(req, maxForm)
	if err != nil {
		return err
	}
	ctx, here := req.Request().Context(), "/staff/"+c.ID+"/contacts"
	var addresses []string
	switch form.Get("do") {
	case "ask":
		if err = p.service.AskForContacts(ctx, req.by, c, normalLines(form.Get("reason"))); err == nil {
			return p.done(req, here, "Other officers find on this page what you ask for.")
		}
	case "agree":
		if err = p.service.AgreeToContacts(ctx, req.by, c, normalLines(form.Get("seen"))); err == nil {
			return p.done(req, here, "Both of you can open the list, today and tomorrow.")
		}
	case "read":
		addresses, err = p.service.Contacts(ctx, req.by, c, form.Get("key"))
	default:
		err = models.NewError(models.KindInvalid, "The page did not say what to do with the list.")
	}
	faults, ok := faultsIn(err)
	if err != nil && !ok {
		return err
	}
	page, pageErr := p.contactsPage(req, c)
	if pageErr != nil {
		return pageErr
	}
	status := http.StatusOK
	if page.Addresses, page.Asked = addresses, err == nil; err != nil {
		page.Typed, status = normalLines(form.Get("reason")), statusOf[models.KindOf(err)]
		page.Faults, page.Problems = linked(faults, "main", "reason", "key")
	}
	return p.render(req.Context, status, page)
}

var consentNames = map[models.Consent]string{
	models.ConsentQuote: "Words may be quoted without a name", models.ConsentPublish: "Redacted answer may be published",
	models.ConsentName: "Organisation may be named",
}

func (p *portal) showDraft(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	page := &views.ReportPage{Base: p.staffBase(req, c, "report", "Report"), Draft: !c.Status.AtLeast(models.StatusPublished), Status: c.Status,
		CanPublish: req.by.May(consult.Publish) && c.Status.AtLeast(models.StatusFrozen), PublishTo: versionsAddress(c)}
	ctx := req.Request().Context()
	if page.Draft {
		page.Report, err = p.service.DraftReport(ctx, req.by, c)
	} else {
		var v *consult.ReportVersion
		if v, page.Version, err = p.publishedVersion(req, c, deskLanguage, 0); err == nil {
			page.Report = v.Report
		}
	}
	if err != nil {
		p.Log.Error("a report cannot be built", "consultation", c.ID, "error", err)
		page.Refusal = "The report cannot be built from this data: " + err.Error()
		page.CanPublish = false
	} else {
		page.Files = p.files(ctx, c, page.Report, "", true)
	}
	return p.render(req.Context, http.StatusOK, page)
}
