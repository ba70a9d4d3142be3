package consult

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"heard/app/disclose"
	"heard/models"
	"heard/models/store"
	"heard/search"
)

// SearchPage is how many answers one page of results holds.
const SearchPage = 20

// Found is a page of search results. Counts have passed the disclosure gate
// for those who see only what may be shown.
type Found struct {
	Total  int    // as it is, to turn pages by; Count is what may be shown of it
	Count  string // Total as it may be shown
	Hits   []FoundAnswer
	Facets map[search.Attribute][]Facet
	Themes map[string]string // labels by theme id
	Voices bool              // the hits take turns by respondent group
	Others []OtherSide       // what is said from the other side on the themes of the hits
	Akin   []FoundAnswer     // near in meaning and without any of the words; never counted
	// Away says that the search engine does not answer. The hits are then what the
	// database lists, whatever the words asked for, and nothing is counted by
	// attribute. Unused are the filters that could not be kept to.
	Away   bool
	Unused []search.Attribute
}

// FoundAnswer is one answer that matches, or one page of an attachment.
type FoundAnswer struct {
	Submission *models.Submission // as far as whoever asks may read it
	Question   string             // "" for a page of an attachment
	Attachment int                // which of the submission's attachments, from 1; 0 for an answer
	Page       int                // of the attachment, from 1; 0 where it has none
	Snippet    []Piece
	Reasons    []search.Reason
	Themes     []*models.Theme
	Voice      string // the group whose turn it was in all-voices order, "" for none
}

// Facet is one value of an attribute with how many of the answers found have
// it, as it may be shown.
type Facet struct {
	Value string
	Count string
}

// tierOf returns what an actor's searches may find. Officers and analysts find
// every redacted answer, councillors those whose authors agreed to be quoted.
func tierOf(by Actor) search.Tier {
	if by.Role == models.RoleCouncillor {
		return search.TierCouncillor
	}
	return search.TierOfficer
}

// Search finds answers in words. The store is asked about every hit before it
// is shown, so a withdrawn submission is never found however old the index.
// Counts of an attribute that is filtered are those without its own filter.
// While the engine is away, the answers come from the database; see Found.Away.
func (s *Service) Search(ctx context.Context, by Actor, c *models.Consultation, q search.Query) (*Found, error) {
	return s.search(ctx, by, c, q, false)
}

// SearchVoices does the same in an order in which the respondent groups take
// turns, so that the first page holds every group that has a match.
func (s *Service) SearchVoices(ctx context.Context, by Actor, c *models.Consultation, q search.Query) (*Found, error) {
	return s.search(ctx, by, c, q, true)
}

func (s *Service) search(ctx context.Context, by Actor, c *models.Consultation, q search.Query, voices bool) (*Found, error) {
	q, err := ask(by, c, q)
	if err != nil {
		return nil, err
	}
	q.PerPage, q.Facets = SearchPage, search.Attributes
	f, result, err := s.find(ctx, by, c, q, voices)
	switch {
	case errors.Is(err, errAway):
		return s.list(ctx, by, c, q)
	case err != nil:
		return nil, err
	}
	if f.Others, err = s.otherSides(ctx, by, c, q, f); err != nil && !errors.Is(err, errAway) {
		return nil, err
	}
	f.Akin = s.nearInMeaning(ctx, by, c, q)
	if q.Tier == search.TierCouncillor {
		f.gate(c, q, result)
		return f, nil
	}
	f.Count = strconv.Itoa(f.Total)
	for name, counts := range result.Facets {
		for _, n := range counts {
			f.Facets[name] = append(f.Facets[name], Facet{Value: n.Value, Count: strconv.Itoa(n.Count)})
		}
	}
	return f, nil
}

// mostAkin is how many answers are shown that are near in meaning alone.
const mostAkin = 5

// nearInMeaning finds answers that are near in meaning to what was asked and hold none of
// its words. There are none where there is no embedder, which reads only what
// councillors may find, nor while it does not answer.
func (s *Service) nearInMeaning(ctx context.Context, by Actor, c *models.Consultation, q search.Query) []FoundAnswer {
	if !s.meaning || q.Tier != search.TierCouncillor || strings.TrimSpace(q.Text) == "" || q.Page > 1 {
		return nil
	}
	q.Meaning, q.Sort, q.Facets = true, search.SortBest, nil
	near, _, err := s.find(ctx, by, c, q, false)
	if err != nil {
		return nil
	}
	words := search.Parse(q.Text)
	others := slices.DeleteFunc(near.Hits, func(h FoundAnswer) bool {
		var text strings.Builder
		for _, p := range h.Snippet {
			text.WriteString(p.Text)
		}
		if h.Question != "" { // all of it, not the passage shown
			text.WriteString(" " + h.Submission.Answer(h.Question).Text)
		}
		return len(search.Matches(words, text.String(), h.Submission.Language)) > 0
	})
	return others[:min(len(others), mostAkin)]
}

// ask makes q the question of somebody who may search: about this consultation,
// within what they may find. What must not be looked at together is refused.
func ask(by Actor, c *models.Consultation, q search.Query) (search.Query, error) {
	if err := by.need(SearchText); err != nil {
		return q, err
	}
	q.Consultation, q.Tier, q.PerPage, q.Facets = c.ID, tierOf(by), SearchPage, nil
	if err := q.Validate(); err != nil {
		return q, invalidQuery(err)
	}
	filters := 0
	for _, values := range q.Filters {
		filters += len(values)
	}
	if q.Tier == search.TierCouncillor && filters > 1 && c.Sensitive(q.Filters[search.Groups]) {
		return q, &models.Error{Kind: models.KindInvalid, Code: NotTogether, Message: "The search could not be made.",
			Fields: []models.FieldError{{Field: "q", Message: "Not shown together, to protect people. Few people are in this group, so what else is said of them could tell who they are"}}}
	}
	return q, nil
}

// NotTogether is the Code of the refusal to show a group at risk together with
// anything else about the same people.
const NotTogether = "search.together"

// errAway means that the search engine does not answer.
var errAway = errors.New("search is away")

// find puts a question to the engine. The counts in the result are true ones.
func (s *Service) find(ctx context.Context, by Actor, c *models.Consultation, q search.Query, voices bool) (*Found, search.Result, error) {
	f := &Found{Facets: map[search.Attribute][]Facet{}, Voices: voices && q.Sort == search.SortBest && len(q.Filters[search.Groups]) != 1}
	var turns []string
	if f.Voices {
		for _, g := range c.Groups {
			turns = append(turns, g.ID)
		}
	}
	result, err := search.Page(ctx, s.engine, q, turns)
	switch {
	case errors.Is(err, search.ErrInvalidQuery):
		return nil, search.Result{}, invalidQuery(err)
	case ctx.Err() != nil:
		return nil, search.Result{}, ctx.Err()
	case err != nil:
		s.log.Error("search failed", "error", err)
		return nil, search.Result{}, errAway
	}
	f.Total = result.Total
	ids := make([]string, 0, len(result.Hits))
	for _, h := range result.Hits {
		ids = append(ids, h.Document.Submission)
	}
	known, err := s.known(ctx, c, f, ids)
	if err != nil {
		return nil, search.Result{}, err
	}
	for _, h := range result.Hits {
		sub, may := known.mayFind(by, c, h.Document.Submission)
		hit := FoundAnswer{Submission: sub, Question: h.Document.Question, Page: h.Document.Page, Snippet: excerpt(h.Snippet, h.Document.Text), Voice: h.Voice}
		if h.Document.Attachment != "" && may {
			i := slices.IndexFunc(sub.Attachments, func(a models.Attachment) bool { return a.Key == h.Document.Attachment })
			hit.Attachment, may = i+1, i >= 0
		}
		if !may {
			f.Total--
			continue
		}
		hit.Reasons = search.Reasons(q.Text, h)
		if hit.Question != "" {
			hit.Themes = known.view.ofAnswer(sub.ID, hit.Question)
		}
		f.Hits = append(f.Hits, hit)
	}
	return f, result, nil
}

// known is what the store knows of submissions that were found.
type known struct {
	subs     map[string]*models.Submission
	released map[string]models.Released
	view     *themeView
}

func (s *Service) known(ctx context.Context, c *models.Consultation, f *Found, ids []string) (k known, err error) {
	if k.subs, err = s.store.SubmissionsByID(ctx, ids); err != nil {
		return k, err
	}
	if k.released, err = s.store.ReleasedOf(ctx, ids...); err != nil {
		return k, err
	}
	if k.view, err = s.themesOf(ctx, c, ids...); err != nil {
		return k, err
	}
	f.Themes = map[string]string{}
	for _, t := range k.view.live {
		f.Themes[t.ID] = t.Label
	}
	return k, nil
}

// mayFind returns a submission as somebody may read it in a result, and false
// where they may not find it.
func (k known) mayFind(by Actor, c *models.Consultation, id string) (*models.Submission, bool) {
	sub, released := k.subs[id], k.released[id]
	if sub == nil || !sub.Readable() || !mayOpen(by, c, sub, released) ||
		tierOf(by) == search.TierCouncillor && !sub.Allows(models.ConsentQuote) {
		return nil, false
	}
	return readableBy(by, c, sub, released), true
}

// list is what the database can say while the search engine is away: answers,
// the newest first, narrowed by what it knows of them. Words and themes are the
// engine's to look for. For councillors it narrows by question alone: what may be
// told of people is not what the database knows of them.
func (s *Service) list(ctx context.Context, by Actor, c *models.Consultation, q search.Query) (*Found, error) {
	f := &Found{Away: true, Facets: map[search.Attribute][]Facet{}}
	page, perPage := q.Paging()
	filter := store.AnswerFilter{Page: page, PerPage: perPage}
	used := []search.Attribute{search.Questions}
	wanted := q.Filters[search.Questions]
	if q.Tier == search.TierCouncillor {
		filter.Released = true // which holds those alone who agreed to be quoted
		// Who answers a question that only people at risk are asked is one of them.
		if slices.ContainsFunc(wanted, func(id string) bool { q := c.Question(id); return q != nil && q.Sensitive }) {
			wanted, used = nil, nil
		}
	} else {
		filter.Groups, filter.Stances, filter.Channels, filter.Languages = q.Filters[search.Groups], q.Filters[search.Stances], q.Filters[search.Channels], q.Filters[search.Languages]
		used = append(used, search.Groups, search.Stances, search.Channels, search.Languages)
	}
	for i := range c.Questions {
		if id := c.Questions[i].ID; (c.Questions[i].Themed || !filter.Released && c.Questions[i].InWords()) && (len(wanted) == 0 || slices.Contains(wanted, id)) {
			filter.Questions = append(filter.Questions, id)
		}
	}
	for _, name := range search.Attributes {
		if len(q.Filters[name]) > 0 && !slices.Contains(used, name) {
			f.Unused = append(f.Unused, name)
		}
	}
	keys, total, err := s.store.ListAnswers(ctx, c.ID, filter)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(keys))
	for i, k := range keys {
		ids[i] = k.Submission
	}
	known, err := s.known(ctx, c, f, ids)
	if err != nil {
		return nil, err
	}
	f.Total, f.Count = total, strconv.Itoa(total)
	if q.Tier == search.TierCouncillor {
		f.Count = disclose.Count(total, true).String()
	}
	for _, k := range keys {
		if sub, may := known.mayFind(by, c, k.Submission); may {
			f.Hits = append(f.Hits, FoundAnswer{Submission: sub, Question: k.Question, Themes: known.view.ofAnswer(sub.ID, k.Question),
				Snippet: excerpt(search.Excerpt(sub.Answer(k.Question).Text, nil), sub.Answer(k.Question).Text)})
		}
	}
	return f, nil
}

// gate fills in the counts as those may see them who do not see true ones.
// Every group is listed, so that one with nobody in it looks like one with a
// few; a group at risk is broken down by nothing else. The values of a filtered
// attribute are counted over what is found without its filter, and get the
// figures that they have on the page without it.
func (f *Found) gate(c *models.Consultation, q search.Query, result search.Result) {
	sensitive := c.Sensitive(q.Filters[search.Groups])
	counts := map[search.Attribute][]search.FacetCount{}
	if !sensitive {
		for name, list := range result.Facets {
			counts[name] = list
		}
	}
	counts[search.Groups] = make([]search.FacetCount, len(c.Groups))
	for i, g := range c.Groups {
		n := search.FacetCount{Value: g.ID}
		if j := slices.IndexFunc(result.Facets[search.Groups], func(n search.FacetCount) bool { return n.Value == g.ID }); j >= 0 {
			n.Count = result.Facets[search.Groups][j].Count
		}
		counts[search.Groups][i] = n
	}
	protect := func(name search.Attribute) disclose.Shown {
		total := f.Total
		if n, narrowed := result.Wider[name]; narrowed {
			total = n
		}
		var values []string
		var parts []int
		var sensitive []bool
		for _, n := range counts[name] {
			asked := c.Question(n.Value)
			values = append(values, n.Value)
			sensitive = append(sensitive, name == search.Groups && c.Sensitive([]string{n.Value}) || name == search.Questions && asked != nil && asked.Sensitive)
			parts = append(parts, min(n.Count, total)) // the index may be older than the store
		}
		return disclose.Protect(disclose.OneRow(values, parts, sensitive, total))
	}
	figures := map[search.Attribute][]disclose.Figure{}
	total := disclose.Count(f.Total, true)
	for name := range counts {
		shown := protect(name)
		figures[name] = shown.ColumnTotals
		if len(q.Filters[search.Groups]) == 0 && name == search.Groups {
			total = shown.Total
		}
	}
	// What was found is counted by the values chosen, too: either all of these
	// figures can be shown, or none.
	whole := total.Shown
	chosen := func(name search.Attribute, i int) bool {
		return slices.Contains(q.Filters[name], counts[name][i].Value)
	}
	for name, list := range figures {
		for i := range list {
			whole = whole && (list[i].Shown || !chosen(name, i))
		}
	}
	if total.Shown && !whole {
		total = disclose.Figure{Withheld: true}
	}
	f.Count = total.String()
	for name, list := range figures {
		narrowed := len(q.Filters[name]) > 0
		for i, figure := range list {
			// Parts may add up to a total that is not shown.
			if !whole && figure.Shown && (name != search.Groups && !narrowed || chosen(name, i)) {
				figure = disclose.Figure{Withheld: true}
			}
			f.Facets[name] = append(f.Facets[name], Facet{Value: counts[name][i].Value, Count: figure.String()})
		}
	}
}

// redactedOnly returns a copy of a submission that holds nothing but redacted
// text, and no text at all unless words is true.
func redactedOnly(sub *models.Submission, words bool) *models.Submission {
	out := *sub
	out.Answers = slices.Clone(sub.Answers)
	for i := range out.Answers {
		a := &out.Answers[i]
		if !words {
			a.Redacted, a.Translation = "", ""
		}
		a.Text, a.Translated = a.Redacted, ""
	}
	out.Attachments = slices.Clone(sub.Attachments)
	for i := range out.Attachments {
		a := &out.Attachments[i]
		if words {
			a.Text = shownText(*a)
		} else {
			a.Text = ""
		}
	}
	return &out
}

// readableBy returns a copy of a submission that holds what somebody may read
// of it, redacted words only. Councillors read no words of people who did not
// agree to be quoted, and the name of an organisation only where it agreed. Of
// people in a group at risk they read the words and that group alone: with
// other groups, a day, a language or their choices beside them, the words could
// tell who it was. Of everybody they read what is released, and nothing before.
func readableBy(by Actor, c *models.Consultation, sub *models.Submission, released models.Released) *models.Submission {
	if by.Role != models.RoleCouncillor {
		return redactedOnly(sub, true)
	}
	out := redactedOnly(sub, sub.Allows(models.ConsentQuote) && released.Submission == sub.ID)
	out.Attention = nil
	out.Answers = slices.DeleteFunc(out.Answers, func(a models.Answer) bool {
		q := c.Question(a.Question)
		return q == nil || q.Written() && !q.Themed && !sub.Allows(models.ConsentName)
	})
	asReleased(c, out, released)
	return out
}

// Unnamed reports whether the question that an answer is to must not be told
// beside it: only people at risk are asked it, and that its author is one of them
// is not released; or it was written beside a choice that is not. sub is the
// submission as the reader may read it.
func Unnamed(by Actor, c *models.Consultation, sub *models.Submission, question string) bool {
	q := c.Question(question)
	return by.Role == models.RoleCouncillor && q != nil &&
		(q.Sensitive && !c.Sensitive(sub.Groups) || q.Closed() && sub.Answer(question) == nil)
}

func invalidQuery(err error) error {
	return &models.Error{Kind: models.KindInvalid, Message: "The search could not be read.", Err: err,
		Fields: []models.FieldError{{Field: "q", Message: "Use fewer words: a search can be up to 1,000 characters"}}}
}

// Submission returns one whole submission for reading, with the themes of each
// answer. original asks for the words as they were written, which only
// officers may read and which is put on record.
func (s *Service) Submission(ctx context.Context, by Actor, c *models.Consultation, id string, original bool) (*models.Submission, map[string][]*models.Theme, error) {
	if err := by.need(SearchText); err != nil {
		return nil, nil, err
	}
	if original {
		if err := by.need(ReadOriginal); err != nil {
			return nil, nil, err
		}
	}
	sub, released, err := s.openSubmission(ctx, s.store, by, c, id)
	if err != nil {
		return nil, nil, err
	}
	view, err := s.themesOf(ctx, c, id)
	if err != nil {
		return nil, nil, err
	}
	themes := map[string][]*models.Theme{}
	for _, a := range sub.Answers {
		themes[a.Question] = view.ofAnswer(sub.ID, a.Question)
	}
	if !original {
		sub = readableBy(by, c, sub, released)
	} else {
		if err := s.record(ctx, s.store, by, "submission.original-read", id, c.ID, ""); err != nil {
			return nil, nil, err
		}
	}
	return sub, themes, nil
}

// openSubmission returns a submission that somebody may open, whole, with what
// is released of it.
func (s *Service) openSubmission(ctx context.Context, from *store.Store, by Actor, c *models.Consultation, id string) (*models.Submission, models.Released, error) {
	sub, err := from.Submission(ctx, id)
	if err != nil {
		return nil, models.Released{}, err
	}
	released, err := from.ReleasedOf(ctx, id)
	if err != nil {
		return nil, models.Released{}, err
	}
	if !mayOpen(by, c, sub, released[id]) {
		return nil, models.Released{}, models.NewError(models.KindNotFound, "There is no such submission. It may have been withdrawn, or is not released yet.")
	}
	return sub, released[id], nil
}

// mayOpen reports whether somebody may open a submission: councillors what is
// released. What was set aside stays open to those who can count it again.
func mayOpen(by Actor, c *models.Consultation, sub *models.Submission, released models.Released) bool {
	return sub.Consultation == c.ID && (sub.Status == models.SubmissionLive || sub.Status == models.SubmissionVoid && by.May(LookAgain)) &&
		(by.Role != models.RoleCouncillor || released.Submission == sub.ID)
}
