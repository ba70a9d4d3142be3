package consult

import (
	"context"
	"errors"

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
	Facets  map[string][]Facet // by attribute: groups, questions, themes, languages, channels
	Themes  map[string]string  // labels by theme id
	Problem string             // why there are no results when search is away
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
	view, err := s.themeView(ctx, c)
	if err != nil {
		return nil, err
	}
	f := &Found{Facets: map[string][]Facet{}, Themes: map[string]string{}}
	for _, t := range view.themes {
		f.Themes[t.ID] = t.Label
	}
	result, err := s.engine.Search(ctx, q)
	switch {
	case errors.Is(err, search.ErrInvalidQuery):
		return nil, invalidQuery(err)
	case err != nil:
		s.log.Error("search failed", "error", err)
		f.Problem = "Search is not answering at the moment. Nothing is lost; try again in a minute."
		return f, nil
	}
	ids := make([]string, 0, len(result.Hits))
	for _, h := range result.Hits {
		ids = append(ids, h.Document.Submission)
	}
	subs, err := s.store.SubmissionsByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	f.Total = result.Total
	for _, h := range result.Hits {
		sub := subs[h.Document.Submission]
		if sub == nil || sub.Status != models.SubmissionLive || sub.Consultation != c.ID ||
			(q.Tier == search.TierCouncillor && !sub.Allows(models.ConsentQuote)) {
			f.Total--
			continue
		}
		f.Hits = append(f.Hits, FoundAnswer{Submission: sub, Question: h.Document.Question, Snippet: h.Snippet,
			Themes: view.ofAnswer(sub.ID, h.Document.Question)})
	}
	gated := by.Role == models.RoleCouncillor
	sensitive := c.Sensitive(q.Groups)
	f.Count = shown(f.Total, sensitive, gated)
	for name, counts := range map[string][]search.FacetCount{
		"groups": result.Facets.Groups, "questions": result.Facets.Questions, "themes": result.Facets.Themes,
		"languages": result.Facets.Languages, "channels": result.Facets.Channels,
	} {
		for _, n := range counts {
			hidden := sensitive || (name == "groups" && c.Sensitive([]string{n.Value}))
			f.Facets[name] = append(f.Facets[name], Facet{Value: n.Value, Count: shown(n.Count, hidden, gated)})
		}
	}
	return f, nil
}

func shown(n int, sensitive, gated bool) string {
	if !gated {
		return disclose.Figure{Shown: true, Value: n}.String()
	}
	return disclose.Count(n, sensitive).String()
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
	sub, err := s.store.Submission(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	if sub.Consultation != c.ID || sub.Status != models.SubmissionLive {
		return nil, nil, models.NewError(models.KindNotFound, "There is no such submission. It may have been withdrawn.")
	}
	view, err := s.themeView(ctx, c)
	if err != nil {
		return nil, nil, err
	}
	themes := map[string][]*models.Theme{}
	hide := by.Role == models.RoleCouncillor && !sub.Allows(models.ConsentQuote)
	for i := range sub.Answers {
		a := &sub.Answers[i]
		themes[a.Question] = view.ofAnswer(sub.ID, a.Question)
		if !original {
			a.Text = a.Redacted
		}
		if hide {
			a.Text, a.Redacted = "", ""
		}
	}
	if original {
		if err := s.record(ctx, s.store, by, "submission.original-read", id, c.ID, ""); err != nil {
			return nil, nil, err
		}
	}
	return sub, themes, nil
}
