package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"heard/app/consult"
	"heard/models"
	"heard/search"
	"heard/views"
)

// filters are the attributes a search can be narrowed by: the name in the
// address, the attribute, and the heading on the page.
var filters = []struct {
	key   string
	facet search.Attribute
	name  string
}{
	{"g", search.Groups, "Respondent group"},
	{"qn", search.Questions, "Question"},
	{"t", search.Themes, "Theme"},
	{"l", search.Languages, "Language"},
	{"ch", search.Channels, "Channel"},
}

// orders is how the orders of hits are called in addresses.
var orders = map[string]search.Sort{"": search.SortBest, "best": search.SortBest, "newest": search.SortNewest, "oldest": search.SortOldest}

func (p *portal) showSearch(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	address := req.QueryParams()
	q := search.Query{Text: address.Get("q"), Filters: search.Labels{}, Sort: orders[address.Get("sort")], Page: pageNumber(address)}
	for _, f := range filters {
		q.Filters[f.facet] = address[f.key]
	}
	page := &views.SearchPage{Base: p.staffBase(req, c, "search", "Search"), Consultation: c.ID, Text: q.Text, Sort: address.Get("sort")}
	found, err := p.service.Search(req.Request().Context(), req.by, c, q)
	if err != nil && models.KindOf(err) == models.KindInvalid {
		page.Problem = models.FieldsOf(err)[0].Message
		return p.render(req.Context, http.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	page.Problem, page.Total, page.TotalText = found.Problem, found.Total, found.Count
	for _, h := range found.Hits {
		page.Hits = append(page.Hits, p.searchHit(c, h))
	}
	for _, f := range filters {
		filter := views.Filter{Key: f.key, Name: f.name}
		for _, v := range found.Facets[f.facet] {
			value := views.FilterValue{Value: v.Value, Count: v.Count, Name: valueName(c, found, f.facet, v.Value), Chosen: slices.Contains(address[f.key], v.Value)}
			filter.Values = append(filter.Values, value)
		}
		for _, chosen := range address[f.key] {
			rest := cloneValues(address)
			rest[f.key] = slices.DeleteFunc(slices.Clone(rest[f.key]), func(v string) bool { return v == chosen })
			rest.Del("page")
			page.Chosen = append(page.Chosen, views.Link{Text: f.name + ": " + valueName(c, found, f.facet, chosen), Href: "?" + rest.Encode()})
		}
		if len(filter.Values) > 0 {
			page.Filters = append(page.Filters, filter)
		}
	}
	at := max(q.Page, 1)
	page.First, page.Last = (at-1)*consult.SearchPage+1, (at-1)*consult.SearchPage+len(page.Hits)
	turn := func(to int) string {
		next := cloneValues(address)
		next.Set("page", strconv.Itoa(to))
		return "?" + next.Encode()
	}
	if at > 1 {
		page.Previous = turn(at - 1)
	}
	if at*consult.SearchPage < found.Total {
		page.Next = turn(at + 1)
	}
	return p.render(req.Context, http.StatusOK, page)
}

func pageNumber(address url.Values) int {
	n, err := strconv.Atoi(address.Get("page"))
	if err != nil || n < 1 {
		return 1
	}
	return n
}

func cloneValues(v url.Values) url.Values {
	out := url.Values{}
	for k, values := range v {
		out[k] = slices.Clone(values)
	}
	return out
}

// valueName is what people call a value of an attribute.
func valueName(c *models.Consultation, found *consult.Found, facet search.Attribute, value string) string {
	switch facet {
	case search.Groups:
		if g := c.Group(value); g != nil {
			return g.Name.Default()
		}
	case search.Questions:
		if q := c.Question(value); q != nil {
			return q.ID + " " + q.Text.Default()
		}
	case search.Themes:
		if label := found.Themes[value]; label != "" {
			return label
		}
	case search.Languages:
		return languageName(value)
	case search.Channels:
		return models.Channel(value).Name()
	}
	return value
}

func languageName(tag string) string {
	if tag == "" {
		return ""
	}
	t, err := language.Parse(tag)
	if err != nil {
		return "Not known"
	}
	return display.English.Languages().Name(t)
}

func groupNames(c *models.Consultation, ids []string) []string {
	var names []string
	for _, id := range ids {
		if g := c.Group(id); g != nil {
			names = append(names, g.Name.Default())
		}
	}
	return names
}

func (p *portal) searchHit(c *models.Consultation, h consult.FoundAnswer) views.SearchHit {
	hit := views.SearchHit{Submission: h.Submission.ID, Question: h.Question, Groups: groupNames(c, h.Submission.Groups),
		Day: p.Views.Day(deskLanguage, h.Submission.Day), Language: h.Submission.Language, Href: "/staff/" + c.ID + "/submissions/" + h.Submission.ID}
	if q := c.Question(h.Question); q != nil {
		hit.QuestionText = q.Text.Default()
	}
	for _, t := range h.Themes {
		hit.Themes = append(hit.Themes, t.Label)
	}
	for _, s := range h.Snippet {
		hit.Snippet = append(hit.Snippet, views.Snippet{Text: s.Text, Match: s.Match})
	}
	return hit
}

func (p *portal) showSubmission(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	original := req.QueryParam("original") != "" && req.by.May(consult.ReadOriginal)
	sub, themes, err := p.service.Submission(req.Request().Context(), req.by, c, req.Param("id"), original)
	if err != nil {
		return err
	}
	here := "/staff/" + c.ID + "/submissions/" + sub.ID
	var places map[string][]consult.CodedTheme
	if req.by.May(consult.EditThemes) {
		if places, err = p.service.Places(req.Request().Context(), req.by, c, sub.ID); err != nil {
			return err
		}
	}
	page := &views.SubmissionPage{Base: p.staffBase(req, c, "search", "Submission"), Consultation: c.ID, ID: sub.ID, PublicID: sub.PublicID,
		Received: p.Views.Day(deskLanguage, sub.Day), Channel: sub.Channel.Name(), Language: languageName(sub.Language), Groups: groupNames(c, sub.Groups),
		Status: sub.Status, Original: original, Back: "/staff/" + c.ID + "/search"}
	if req.by.May(consult.ReadOriginal) && !original {
		page.ShowOriginal = here + "?original=yes"
	}
	for _, consent := range sub.Consents {
		page.Consents = append(page.Consents, consentNames[consent])
	}
	for _, a := range sub.Answers {
		row := views.SubmissionRow{ID: a.Question, Question: a.Question, Text: a.Text, Language: sub.Language, Redacted: a.Redacted != a.Text, Translation: a.Translation}
		if a.Language != "" && a.Language != sub.Language {
			row.Language, row.LanguageName = a.Language, languageName(a.Language)
		}
		if q := c.Question(a.Question); q != nil {
			row.Question = q.Text.Default()
			row.Options = chosen(q, a.Options, deskLanguage)
		}
		found, coded := places[a.Question]
		for _, t := range found {
			row.Themes = append(row.Themes, views.PlacedTheme{Label: t.Theme.Label, How: p.placed(t.Machine, t.Score, t.By, t.Day)})
		}
		if coded && sub.Status == models.SubmissionLive && !c.Status.AtLeast(models.StatusFrozen) {
			row.Code = codeAddress(c, models.AnswerKey{Submission: sub.ID, Question: a.Question}, false, false)
		}
		if places == nil {
			for _, t := range themes[a.Question] {
				row.Themes = append(row.Themes, views.PlacedTheme{Label: t.Label})
			}
		}
		page.Rows = append(page.Rows, row)
	}
	page.Attachments = described(sub.Attachments)
	if req.by.May(consult.LookAgain) {
		page.Why, page.Seen = reasons(sub), len(sub.Attention) > 0 && !sub.Open()
		page.CanAct, page.Act = !c.Status.AtLeast(models.StatusFrozen), here
		if page.Messages, err = p.service.Messages(req.Request().Context(), req.by, sub.ID); err != nil {
			return err
		}
	}
	return p.render(req.Context, http.StatusOK, page)
}

// whys is how the reasons to look at a submission are worded.
var whys = map[models.Attention]string{
	models.AttentionMisread:  "Its author says: that is not what I meant",
	models.AttentionReply:    "Its author has answered your message",
	models.AttentionHoneypot: "Filled in a field that people do not see, as programs do",
	models.AttentionHurried:  "Sent within seconds of starting",
	models.AttentionUnworked: "Sent while very many came, by a browser without scripts or by a program",
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
	page := &views.AttentionPage{Base: p.staffBase(req, c, "attention", "To look at again"), Consultation: c.ID, Frozen: c.Status.AtLeast(models.StatusFrozen)}
	for _, sub := range subs {
		row := views.AttentionRow{ID: sub.ID, PublicID: sub.PublicID, Day: p.Views.Day(deskLanguage, sub.Day), Why: reasons(sub), Href: "/staff/" + c.ID + "/submissions/" + sub.ID}
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

// lookAgain does what an officer decides about one submission.
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
	case "ask":
		notice, err = "The message can be read with the receipt code.", p.service.Ask(ctx, req.by, c, id, form.Get("message"))
	case "aside":
		here, notice, err = list, "Set aside. It no longer counts, and the reason is on record.", p.service.SetAside(ctx, req.by, c, id, form.Get("reason"))
	case "translate":
		notice, err = "The translation stands beside the answer.", p.service.Translate(ctx, req.by, c, id, form.Get("question"), form.Get("text"))
	case "count":
		notice, err = "It counts again.", p.service.CountAgain(ctx, req.by, c, id)
	default:
		err = models.NewError(models.KindInvalid, "The page did not say what to do with the submission.")
	}
	if err != nil {
		return err
	}
	return p.done(req, here, notice)
}

func (p *portal) showContacts(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	return p.render(req.Context, http.StatusOK, &views.ContactsPage{Base: p.staffBase(req, c, "contacts", "Who wants to be told"), Consultation: c.ID})
}

func (p *portal) readContacts(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	addresses, err := p.service.Contacts(req.Request().Context(), req.by, c)
	if err != nil {
		return err
	}
	return p.render(req.Context, http.StatusOK, &views.ContactsPage{Base: p.staffBase(req, c, "contacts", "Who wants to be told"),
		Consultation: c.ID, Addresses: addresses, Asked: true})
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
	page := &views.ReportPage{Base: p.staffBase(req, c, "report", "Report"), Draft: c.Status != models.StatusPublished, Status: c.Status,
		CanPublish: req.by.May(consult.Publish) && c.Status == models.StatusFrozen, PublishTo: "/staff/" + c.ID + "/report"}
	ctx := req.Request().Context()
	if page.Draft {
		page.Report, err = p.service.DraftReport(ctx, req.by, c)
	} else {
		page.Report, err = p.service.Report(ctx, c)
	}
	if err != nil {
		p.Log.Error("a report cannot be built", "consultation", c.ID, "error", err)
		page.Refusal = "The report cannot be built from this data: " + err.Error()
		page.CanPublish = false
	}
	return p.render(req.Context, http.StatusOK, page)
}

func (p *portal) publish(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	if err := p.service.PublishReport(req.Request().Context(), req.by, c); err != nil {
		return err
	}
	return p.done(req, "/staff/"+c.ID+"/report", "The report is public now.")
}
