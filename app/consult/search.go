package consult

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"heard/app/disclose"
	"heard/models"
	"heard/search"
)

// SearchPage is how many answers one page of results holds.
const SearchPage = 20

// Found is a page of search results. Counts have passed the disclosure gate
// for those who see only what may be shown.
type Found struct {
	Total   int
	Count   string // Total as it may be shown
	Hits    []FoundAnswer
	Facets  map[search.Attribute][]Facet
	Themes  map[string]string // labels by theme id
	Problem string            // why there are no results when search is away
}

// FoundAnswer is one answer that matches.
type FoundAnswer struct {
	Submission *models.Submission
	Question   string
	Snippet    []search.Segment
	Themes     []*models.Theme
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
func (s *Service) Search(ctx context.Context, by Actor, c *models.Consultation, q search.Query) (*Found, error) {
	if err := by.need(SearchText); err != nil {
		return nil, err
	}
	q.Consultation, q.Tier, q.PerPage = c.ID, tierOf(by), SearchPage
	if err := q.Validate(); err != nil {
		return nil, invalidQuery(err)
	}
	gated := by.Role == models.RoleCouncillor
	sensitive := c.Sensitive(q.Filters[search.Groups])
	filters := 0
	for _, values := range q.Filters {
		filters += len(values)
	}
	if gated && sensitive && filters > 1 {
		return nil, &models.Error{Kind: models.KindInvalid, Message: "The search could not be made.",
			Fields: []models.FieldError{{Field: "q", Message: "Not shown together, to protect people. Take away every filter but the one for the group"}}}
	}
	f := &Found{Facets: map[search.Attribute][]Facet{}, Themes: map[string]string{}}
	q.Facets = search.Attributes
	results, err := s.engine.Search(ctx, q)
	switch {
	case errors.Is(err, search.ErrInvalidQuery):
		return nil, invalidQuery(err)
	case err != nil:
		s.log.Error("search failed", "error", err)
		f.Problem = "Search is not answering at the moment. Nothing is lost; try again in a minute."
		return f, nil
	}
	result := results[0]
	ids := make([]string, 0, len(result.Hits))
	for _, h := range result.Hits {
		ids = append(ids, h.Document.Submission)
	}
	subs, err := s.store.SubmissionsByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	view, err := s.themesOf(ctx, c, ids...)
	if err != nil {
		return nil, err
	}
	released, err := s.store.ReleasedOf(ctx, ids...)
	if err != nil {
		return nil, err
	}
	for _, t := range view.live {
		f.Themes[t.ID] = t.Label
	}
	f.Total = result.Total
	for _, h := range result.Hits {
		sub := subs[h.Document.Submission]
		if sub == nil || sub.Status != models.SubmissionLive || sub.Consultation != c.ID ||
			(q.Tier == search.TierCouncillor && (!sub.Allows(models.ConsentQuote) || released[sub.ID].Submission == "")) {
			f.Total--
			continue
		}
		f.Hits = append(f.Hits, FoundAnswer{Submission: readableBy(by, c, sub, released[sub.ID]), Question: h.Document.Question, Snippet: h.Snippet,
			Themes: view.ofAnswer(sub.ID, h.Document.Question)})
	}
	if gated {
		f.gate(c, result.Facets, sensitive)
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

// gate fills in the counts as those may see them who do not see true ones.
// Every group is listed, so that one with nobody in it looks like one with a
// few; a group at risk is broken down by nothing else.
func (f *Found) gate(c *models.Consultation, facets search.Facets, sensitive bool) {
	inGroup := map[string]int{}
	for _, n := range facets[search.Groups] {
		inGroup[n.Value] = n.Count
	}
	groups := make([]search.FacetCount, len(c.Groups))
	for i, g := range c.Groups {
		groups[i] = search.FacetCount{Value: g.ID, Count: inGroup[g.ID]}
	}
	isSensitive := func(name search.Attribute, value string) bool {
		q := c.Question(value)
		return sensitive || name == search.Groups && c.Sensitive([]string{value}) || name == search.Questions && q != nil && q.Sensitive
	}
	protect := func(name search.Attribute, counts []search.FacetCount) disclose.Shown {
		t := disclose.Table{Rows: []string{string(name)}, RowTotals: []int{f.Total}, Total: f.Total, Counts: make([][]int, 1)}
		for _, n := range counts {
			t.Columns = append(t.Columns, n.Value)
			t.Sensitive = append(t.Sensitive, isSensitive(name, n.Value))
			t.Counts[0] = append(t.Counts[0], min(n.Count, f.Total)) // the index may be older than the store
		}
		t.ColumnTotals = t.Counts[0]
		return disclose.Protect(t)
	}
	all := protect(search.Groups, groups)
	f.Count = all.Total.String()
	for i, n := range groups {
		f.Facets[search.Groups] = append(f.Facets[search.Groups], Facet{Value: n.Value, Count: all.ColumnTotals[i].String()})
	}
	if sensitive {
		return
	}
	for name, counts := range facets {
		if name == search.Groups {
			continue
		}
		shown := protect(name, counts)
		for i, n := range counts {
			figure := shown.ColumnTotals[i]
			if !all.Total.Shown || !shown.Total.Shown {
				// These parts may add up to a total that is not shown.
				figure = disclose.Figure{Withheld: true}
			}
			f.Facets[name] = append(f.Facets[name], Facet{Value: n.Value, Count: figure.String()})
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
		a.Text = a.Redacted
	}
	out.Attachments = slices.Clone(sub.Attachments)
	for i := range out.Attachments {
		a := &out.Attachments[i]
		if words {
			a.Text = redacted(a.Text)
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

func invalidQuery(err error) error {
	return &models.Error{Kind: models.KindInvalid, Message: "The search could not be read.", Err: err,
		Fields: []models.FieldError{{Field: "q", Message: "Use fewer words: a search can be up to 1,000 characters"}}}
}

// Submission returns one whole submission for reading, with the themes of each
// answer. original asks for the words as they were written, which only
// officers may read and which is put on record. That somebody who codes has
// opened it is kept.
func (s *Service) Submission(ctx context.Context, by Actor, c *models.Consultation, id string, original bool) (*models.Submission, map[string][]*models.Theme, error) {
	if err := by.need(SearchText); err != nil {
		return nil, nil, err
	}
	if original {
		if err := by.need(ReadOriginal); err != nil {
			return nil, nil, err
		}
	}
	sub, err := s.store.Submission(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	// What was set aside stays open to those who can count it again.
	open := sub.Status == models.SubmissionLive || sub.Status == models.SubmissionVoid && by.May(LookAgain)
	if sub.Consultation != c.ID || !open {
		return nil, nil, models.NewError(models.KindNotFound, "There is no such submission. It may have been withdrawn.")
	}
	released, err := s.store.ReleasedOf(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	if by.Role == models.RoleCouncillor && released[id].Submission == "" {
		return nil, nil, models.NewError(models.KindNotFound, "There is no such submission, or it has not been released yet.")
	}
	view, err := s.themesOf(ctx, c, id)
	if err != nil {
		return nil, nil, err
	}
	themes := map[string][]*models.Theme{}
	for _, a := range sub.Answers {
		themes[a.Question] = view.ofAnswer(sub.ID, a.Question)
	}
	if by.May(EditThemes) && sub.Status == models.SubmissionLive {
		if err := s.store.SaveReading(ctx, models.Reading{Submission: id, By: by.ID, Day: s.today()}); err != nil {
			return nil, nil, err
		}
	}
	if !original {
		sub = readableBy(by, c, sub, released[id])
	} else {
		if err := s.record(ctx, s.store, by, "submission.original-read", id, c.ID, ""); err != nil {
			return nil, nil, err
		}
	}
	return sub, themes, nil
}
