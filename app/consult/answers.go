package consult

import (
	"context"
	"errors"
	"maps"
	"slices"

	"heard/app/theme"
	"heard/models"
	"heard/search"
)

// Published is a page of the answers that anybody may read.
type Published struct {
	Total   int // of the answers that match, all of which can be read
	Answers []PublishedAnswer
	Away    bool // the search engine does not answer
}

// PublishedAnswer is one answer as everybody may read it: redacted words, what was
// asked, and a reference. Nothing tells who wrote it.
type PublishedAnswer struct {
	Reference string
	Question  string // id; "" where only people at risk are asked it
	Language  string
	Text      []Piece
}

// reference names one published answer for ever. It is not the public id of the
// submission: by that, the answers of one person could be put together again, and
// put beside a quote that names a group.
func reference(c *models.Consultation, sub *models.Submission, question string) string {
	return hashOf("heard/answer/" + c.ID + "/" + sub.PublicID + "/" + question)[:10]
}

// openAnswers returns the documents of a submission that the public finds: of
// answers in words whose author agreed to be quoted and to have them published
// whole, once the report is public, as far as councillors find them. They have no
// label but the question. Nobody finds an attachment.
func openAnswers(c *models.Consultation, sub *models.Submission, docs []search.Document, r models.Released) []search.Document {
	if !c.Status.AtLeast(models.StatusPublished) || !sub.Allows(models.ConsentPublish) {
		return nil
	}
	var open []search.Document
	for _, doc := range quotable(c, sub, docs) {
		if doc.Attachment != "" {
			continue
		}
		doc.ID, doc.Tier, doc.Day = reference(c, sub, doc.Question), search.TierPublic, r.Day
		doc.Labels = search.Labels{}
		if q := c.Question(doc.Question); q != nil && !q.Sensitive {
			doc.Labels[search.Questions] = []string{doc.Question}
		}
		open = append(open, doc)
	}
	return open
}

// PublishedAnswers finds published answers by their words, page by page from 1;
// all of them for none. The store is asked about each before it is shown.
func (s *Service) PublishedAnswers(ctx context.Context, c *models.Consultation, text, question string, page int) (*Published, error) {
	if !c.Status.AtLeast(models.StatusPublished) {
		return nil, models.NewError(models.KindNotFound, "The answers to this consultation are published with its report, which is not public yet.")
	}
	q := search.Query{Consultation: c.ID, Tier: search.TierPublic, Text: text, Page: page, PerPage: SearchPage}
	if question != "" {
		q.Filters = search.Labels{search.Questions: {question}}
	}
	if err := q.Validate(); err != nil {
		return nil, invalidQuery(err)
	}
	results, err := s.engine.Search(ctx, q)
	switch {
	case errors.Is(err, search.ErrInvalidQuery):
		return nil, invalidQuery(err)
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		s.log.Error("search failed", "error", err)
		return &Published{Away: true}, nil
	}
	ids := map[string]bool{}
	for _, h := range results[0].Hits {
		ids[h.Document.Submission] = true
	}
	list := slices.Sorted(maps.Keys(ids))
	subs, err := s.store.SubmissionsByID(ctx, list)
	if err != nil {
		return nil, err
	}
	released, err := s.store.ReleasedOf(ctx, list...)
	if err != nil {
		return nil, err
	}
	p := &Published{Total: results[0].Total}
	for _, h := range results[0].Hits {
		sub := subs[h.Document.Submission]
		if sub == nil || sub.Status != models.SubmissionLive || sub.Consultation != c.ID || released[sub.ID].Submission != sub.ID ||
			!sub.Allows(models.ConsentQuote) || !sub.Allows(models.ConsentPublish) {
			p.Total--
			continue
		}
		a := sub.Answer(h.Document.Question)
		if a == nil || a.Redacted == "" {
			p.Total--
			continue
		}
		// By the words alone: the language of the form would tell more of a person.
		language := theme.Language(a.Redacted)
		answer := PublishedAnswer{Reference: reference(c, sub, a.Question), Language: language, Text: Mark(a.Redacted, text, language)}
		if q := c.Question(a.Question); q != nil && !q.Sensitive {
			answer.Question = a.Question
		}
		p.Answers = append(p.Answers, answer)
	}
	return p, nil
}
