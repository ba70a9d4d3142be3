package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

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
	{"st", search.Stances, "For or against"},
	{"r", search.Restrictions, "Rule of the order"},
	{"w", search.Areas, "Ward"},
	{"l", search.Languages, "Language"},
	{"ch", search.Channels, "Channel"},
	{"so", search.Sources, "Answers or attachments"},
}

// mostValues is how many values of an attribute are listed, those that are
// chosen aside.
const mostValues = 40

// The orders of hits, as addresses call them.
const (
	orderVoices = "voices"
	orderBest   = "best"
	orderNewest = "newest"
	orderOldest = "oldest"
)

// order is an order of hits with its name on the page.
type order struct {
	key, name string
	sort      search.Sort
}

// orders are those that somebody can choose from; the first is theirs unless
// they choose. All that councillors find has the day of its release, so there
// is nothing newer or older for them.
func orders(by consult.Actor) []order {
	voices, best := order{orderVoices, "Groups in turn", search.SortBest}, order{orderBest, "Best match", search.SortBest}
	if by.Role == models.RoleCouncillor {
		return []order{voices, best}
	}
	return []order{best, voices, {orderNewest, "Newest first", search.SortNewest}, {orderOldest, "Oldest first", search.SortOldest}}
}

// asked is what an address asks for.
type asked struct {
	query   search.Query
	order   string
	keysOff bool
	// state is all of it but the page, as an address says it: whoever opens that
	// address asks for the same.
	state url.Values
}

func askedFor(by consult.Actor, address url.Values) asked {
	all := orders(by)
	chosen := all[max(0, slices.IndexFunc(all, func(o order) bool { return o.key == address.Get("order") }))]
	a := asked{order: chosen.key, keysOff: address.Get("keys") == "off", state: url.Values{"order": {chosen.key}}}
	a.query = search.Query{Text: address.Get("q"), Filters: search.Labels{}, Sort: chosen.sort, Page: pageNumber(address)}
	if a.query.Text != "" {
		a.state.Set("q", a.query.Text)
	}
	for _, f := range filters {
		for _, value := range address[f.key] {
			if value != "" && !slices.Contains(a.query.Filters[f.facet], value) {
				a.query.Filters[f.facet] = append(a.query.Filters[f.facet], value)
			}
		}
		if len(a.query.Filters[f.facet]) > 0 {
			a.state[f.key] = a.query.Filters[f.facet]
		}
	}
	if a.keysOff {
		a.state.Set("keys", "off")
	}
	return a
}

func pageNumber(address url.Values) int {
	n, err := strconv.Atoi(address.Get("page"))
	if err != nil || n < 1 {
		return 1
	}
	return n
}

// with returns a state changed.
func with(state url.Values, change func(url.Values)) url.Values {
	out := url.Values{}
	for k, values := range state {
		out[k] = slices.Clone(values)
	}
	change(out)
	return out
}

// switched is an address's query with single keys the other way.
func switched(address url.Values, off bool) string {
	return with(address, func(v url.Values) {
		v.Del("keys")
		if !off {
			v.Set("keys", "off")
		}
	}).Encode()
}

// searchAddress is the address of a page of results; the first where page is 0.
func searchAddress(c *models.Consultation, state url.Values, page int) string {
	if page > 1 {
		state = with(state, func(v url.Values) { v.Set("page", strconv.Itoa(page)) })
	}
	return "/staff/" + c.ID + "/search?" + state.Encode()
}

// hitAddress is the address of a submission as it is opened from a result.
func hitAddress(c *models.Consultation, submission string, state url.Values, at int) string {
	return "/staff/" + c.ID + "/submissions/" + submission + "?" + with(state, func(v url.Values) { v.Set("at", strconv.Itoa(at)) }).Encode()
}

// fragment is the header by which a script asks for the results alone.
const fragment = "Heard-Fragment"

func (p *portal) showSearch(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	ctx := req.Request().Context()
	a := askedFor(req.by, req.QueryParams())
	page := &views.SearchPage{Base: p.staffBase(req, c, "search", "Search"), Consultation: c.ID, Text: a.query.Text, Order: a.order,
		State: a.state.Encode(), Here: searchAddress(c, a.state, a.query.Page), KeysOff: a.keysOff, KeysSwitch: "?" + switched(a.state, a.keysOff), Keep: keepAddress(c)}
	page.Address = p.Address + page.Here
	if page.Waiting, err = p.waiting(req, c); err != nil {
		return err
	}
	if page.Waiting != "" {
		return p.render(req.Context, http.StatusOK, page)
	}
	for _, o := range orders(req.by) {
		page.Orders = append(page.Orders, views.Link{Key: o.key, Text: o.name, Current: o.key == a.order})
	}
	kept, err := p.service.Marks(ctx, req.by, c)
	if err != nil {
		return err
	}
	for _, saved := range kept.Searches {
		page.Saved = append(page.Saved, views.Link{Text: saved.Name, Href: "/staff/" + c.ID + "/search?" + saved.Query})
	}
	ask := p.service.Search
	if a.order == orderVoices {
		ask = p.service.SearchVoices
	}
	found, err := ask(ctx, req.by, c, a.query)
	if err != nil && models.KindOf(err) == models.KindInvalid {
		page.Problem = models.FieldsOf(err)[0].Message
		if together(err) {
			page.Instead = apart(c, a)
		}
		p.namedFilters(page, c, a, nil)
		return p.showResults(req, http.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	page.Total, page.TotalText, page.Away, page.Number = found.Total, found.Count, found.Away, a.query.Page
	councillor := req.by.Role == models.RoleCouncillor
	page.Few = councillor && !found.Away && len(found.Hits) == 0 && c.Sensitive(a.query.Filters[search.Groups])
	for i, h := range found.Hits {
		hit := p.searchHit(req.by, c, h)
		hit.Number = (a.query.Page-1)*consult.SearchPage + i + 1
		hit.Href = hitAddress(c, hit.Submission, a.state, hit.Number) + anchor(req.by, c, h)
		hit.Listed, hit.Read = kept.On(hit.Submission)
		if councillor {
			hit.Day = "" // that of the release, which all share
		}
		page.Hits = append(page.Hits, hit)
	}
	for _, f := range filters {
		if slices.Contains(found.Unused, f.facet) {
			page.Unused = append(page.Unused, f.name)
		}
	}
	p.namedFilters(page, c, a, found)
	page.First, page.Last = (a.query.Page-1)*consult.SearchPage+1, (a.query.Page-1)*consult.SearchPage+len(page.Hits)
	if a.query.Page > 1 {
		page.Previous = searchAddress(c, a.state, a.query.Page-1)
	}
	if a.query.Page*consult.SearchPage < found.Total {
		page.Next = searchAddress(c, a.state, a.query.Page+1)
	}
	if found.Voices && !found.Away {
		page.Best = searchAddress(c, with(a.state, func(v url.Values) { v.Set("order", orderBest) }), 0)
	}
	for _, h := range found.Akin {
		near := p.searchHit(req.by, c, h)
		near.Href = "/staff/" + c.ID + "/submissions/" + near.Submission + anchor(req.by, c, h)
		page.Akin = append(page.Akin, near)
	}
	for _, o := range found.Others {
		other := views.OtherSide{Theme: o.Theme.Label}
		for _, side := range o.Sides {
			state := url.Values{"t": {o.Theme.ID}, "st": {side.Stance}, "order": {a.order}}
			other.Sides = append(other.Sides, views.SideLink{Text: stanceNames[side.Stance], Href: searchAddress(c, state, 0), Count: side.Count, None: side.None})
		}
		page.Others = append(page.Others, other)
	}
	if len(page.Hits) == 0 {
		page.Instead = instead(c, a)
	} else if !found.Away && req.by.May(consult.TakeAway) {
		page.Export = "/staff/" + c.ID + "/search.csv?" + page.State
	}
	return p.showResults(req, http.StatusOK, page)
}

// waiting says from when there is anything to search for councillors, "" where
// there is.
func (p *portal) waiting(req *request, c *models.Consultation) (string, error) {
	if req.by.Role != models.RoleCouncillor {
		return "", nil
	}
	_, released, err := p.service.Released(req.Request().Context(), req.by, c)
	_, closes := c.Window()
	switch {
	case err != nil || released:
		return "", err
	case c.Status.AtLeast(models.StatusClosed):
		return "The consultation has closed, and the answers are being made ready to be read. Come back in a few minutes.", nil
	}
	return "The answers can be read once the consultation has closed. It closes on " + p.Views.Time(deskLanguage, closes) + ".", nil
}

// showResults writes the page, or to a script that has the rest of it the
// results alone.
func (p *portal) showResults(req *request, status int, page *views.SearchPage) (err error) {
	page.Printed.Day, page.Printed.Words = p.Views.Day(deskLanguage, p.service.Today()), page.Text
	for _, o := range page.Orders {
		if o.Current {
			page.Printed.Order = o.Text
		}
	}
	for _, chosen := range page.Chosen {
		page.Printed.Filters = append(page.Printed.Filters, chosen.Text)
	}
	req.Response().Header().Set("Vary", fragment)
	if req.Request().Header.Get(fragment) != "results" {
		return p.render(req.Context, status, page)
	}
	defer caught(&err)
	buffer := getBuffer()
	defer putBuffer(buffer)
	if err := p.Views.RenderPart(buffer, page, "results"); err != nil {
		return err
	}
	return req.HTMLBlob(status, buffer.Bytes())
}

// namedFilters fills in the filters with their values, and those in force.
func (p *portal) namedFilters(page *views.SearchPage, c *models.Consultation, a asked, found *consult.Found) {
	for _, f := range filters {
		filter := views.Filter{Key: f.key, Name: f.name}
		wanted := a.query.Filters[f.facet]
		if found != nil {
			for _, v := range found.Facets[f.facet] {
				value := views.FilterValue{Value: v.Value, Count: v.Count, Name: valueName(c, found, f.facet, v.Value), Chosen: slices.Contains(wanted, v.Value)}
				if len(filter.Values) >= mostValues && !value.Chosen {
					filter.More++
					continue
				}
				filter.Values = append(filter.Values, value)
			}
		}
		for _, chosen := range wanted {
			name := valueName(c, found, f.facet, chosen)
			if !slices.ContainsFunc(filter.Values, func(v views.FilterValue) bool { return v.Value == chosen }) && found != nil {
				filter.Values = append(filter.Values, views.FilterValue{Value: chosen, Name: name, Chosen: true})
			}
			rest := with(a.state, func(v url.Values) {
				v[f.key] = slices.DeleteFunc(v[f.key], func(v string) bool { return v == chosen })
			})
			page.Chosen = append(page.Chosen, views.Link{Text: f.name + ": " + name, Href: searchAddress(c, rest, 0)})
		}
		if len(filter.Values) > 0 {
			page.Filters = append(page.Filters, filter)
		}
	}
	if len(page.Chosen) > 1 {
		page.Clear = searchAddress(c, unfiltered(a.state), 0)
	}
}

func unfiltered(state url.Values) url.Values {
	return with(state, func(v url.Values) {
		for _, f := range filters {
			v.Del(f.key)
		}
	})
}

// apart leads to each side of what must not be shown together: the group at
// risk alone, and everything else without it.
func apart(c *models.Consultation, a asked) []views.Link {
	var links []views.Link
	for _, id := range a.query.Filters[search.Groups] {
		if !c.Sensitive([]string{id}) {
			continue
		}
		alone := with(unfiltered(a.state), func(v url.Values) { v.Set("g", id) })
		links = append(links, views.Link{Text: "Only the group: " + c.Group(id).Name.Default(), Href: searchAddress(c, alone, 0)})
	}
	without := with(a.state, func(v url.Values) {
		v["g"] = slices.DeleteFunc(v["g"], func(id string) bool { return c.Sensitive([]string{id}) })
	})
	return append(links, views.Link{Text: "Only the other filters", Href: searchAddress(c, without, 0)})
}

// together reports whether a search was refused because its filters must not be
// looked at together.
func together(err error) bool {
	known, ok := err.(*models.Error)
	return ok && known.Code == consult.NotTogether
}

// instead leads to wider searches where nothing matches.
func instead(c *models.Consultation, a asked) []views.Link {
	var links []views.Link
	add := func(text string, state url.Values) {
		links = append(links, views.Link{Text: text, Href: searchAddress(c, state, 0)})
	}
	words := strings.TrimSpace(a.query.Text)
	if len(a.query.Filters) > 0 && words != "" {
		add("the same words without any filter", unfiltered(a.state))
	}
	e := search.Parse(words)
	if bare := slices.Concat(e.Words, slices.Concat(e.Phrases...)); len(e.Phrases) > 0 {
		add("the same words, but not as a phrase", with(a.state, func(v url.Values) { v.Set("q", strings.Join(bare, " ")) }))
	}
	if single := slices.Concat(e.Words, slices.Concat(e.Phrases...)); len(single) > 1 {
		const most = 5
		for _, w := range single[:min(len(single), most)] {
			add("“"+w+"” alone", with(a.state, func(v url.Values) { v.Set("q", w) }))
		}
	}
	if words != "" {
		add("everything, without words", with(a.state, func(v url.Values) { v.Del("q") }))
	}
	return links
}

// exportSearch hands the result over as a spreadsheet.
func (p *portal) exportSearch(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	file, err := p.service.ExportSearch(req.Request().Context(), req.by, c, askedFor(req.by, req.QueryParams()).query)
	if err != nil {
		return err
	}
	return req.download(c.ID+"-answers.csv", csvType, file)
}

// stanceNames is what the sides are called.
var stanceNames = map[string]string{models.StanceFor: "For the proposal", models.StanceAgainst: "Against the proposal", models.StanceUnsure: "Not sure"}

var sourceNames = map[string]string{search.SourceAnswer: "Answers in words", search.SourceAttachment: "Attachments"}

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
		if found != nil && found.Themes[value] != "" {
			return found.Themes[value]
		}
	case search.Restrictions:
		if r := c.Restriction(value); r != nil {
			return r.ID + " " + r.Text.Default()
		}
	case search.Areas:
		for _, area := range c.Areas {
			if area.ID == value {
				return area.Name.Default()
			}
		}
	case search.Stances:
		return cmp.Or(stanceNames[value], value)
	case search.Sources:
		return cmp.Or(sourceNames[value], value)
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

// anchor is where on a submission's page a hit stands.
func anchor(by consult.Actor, c *models.Consultation, h consult.FoundAnswer) string {
	if consult.Unnamed(by, c, h.Submission, h.Question) {
		return ""
	}
	if h.Attachment > 0 {
		return "#f-" + strconv.Itoa(h.Attachment) + "-" + strconv.Itoa(h.Page)
	}
	return "#a-" + h.Question
}

// unnamed is what stands in place of a question that must not be told.
const unnamed = "An answer in words"

func snippet(pieces []consult.Piece) []views.Snippet {
	var out []views.Snippet
	for _, p := range pieces {
		out = append(out, views.Snippet(p))
	}
	return out
}

func (p *portal) searchHit(by consult.Actor, c *models.Consultation, h consult.FoundAnswer) views.SearchHit {
	hit := views.SearchHit{Submission: h.Submission.ID, Question: h.Question, Groups: groupNames(c, h.Submission.Groups), Snippet: snippet(h.Snippet),
		Day: p.Views.Day(deskLanguage, h.Submission.Day), Language: h.Submission.Language, Href: "/staff/" + c.ID + "/submissions/" + h.Submission.ID}
	if a := h.Submission.Answer(h.Question); a != nil && a.Language != "" {
		hit.Language = a.Language
	}
	if hit.Language != "" && hit.Language != deskLanguage {
		hit.LanguageName = languageName(hit.Language)
	}
	if q := c.Question(h.Question); q != nil {
		hit.QuestionText = q.Text.Default()
	}
	if consult.Unnamed(by, c, h.Submission, h.Question) {
		hit.Question, hit.QuestionText = "", unnamed
	}
	if h.Attachment > 0 {
		hit.QuestionText = "In an attachment"
		hit.Where = "Attachment " + strconv.Itoa(h.Attachment)
		hit.File = fileAddress(c, h.Submission.ID, h.Attachment)
		if h.Page > 0 {
			hit.Where += ", page " + strconv.Itoa(h.Page)
		}
	}
	for _, t := range h.Themes {
		hit.Themes = append(hit.Themes, t.Label)
	}
	for _, r := range h.Reasons {
		hit.Why = append(hit.Why, why(r))
	}
	if g := c.Group(h.Voice); g != nil {
		hit.Voice = g.Name.Default()
	}
	return hit
}

// why is a reason in words.
func why(r search.Reason) string {
	switch r.How {
	case search.HowPhrase:
		return "the phrase “" + r.Found + "”"
	case search.HowForm:
		return "“" + r.Found + "”, another form of “" + r.Asked + "”"
	case search.HowBeginning:
		return "“" + r.Found + "”, which begins with “" + r.Asked + "”"
	case search.HowSpelling:
		return "“" + r.Found + "”, spelt like “" + r.Asked + "”"
	}
	return "“" + r.Found + "”"
}
