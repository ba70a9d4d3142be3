package consult

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"strings"

	"heard/models"
	"heard/search"
)

// documentID names one answer in the index and for the theming engine.
func documentID(submission, question string) string { return submission + "-" + question }

// splitDocumentID is the inverse of documentID; ids hold no hyphens.
func splitDocumentID(id string) (submission, question string) {
	submission, question, _ = strings.Cut(id, "-")
	return submission, question
}

// themedAnswers returns the answers in words that are searched and themed.
func themedAnswers(c *models.Consultation, sub *models.Submission) []models.Answer {
	var out []models.Answer
	for _, a := range sub.Answers {
		if q := c.Question(a.Question); q != nil && q.Themed && strings.TrimSpace(a.Redacted) != "" {
			out = append(out, a)
		}
	}
	return out
}

// documents returns what the index should hold of a submission: redacted words
// only. Councillors find the words of people who agreed to be quoted; officers
// and analysts find all.
func documents(c *models.Consultation, sub *models.Submission, view *themeView) []search.Document {
	if sub.Status != models.SubmissionLive {
		return nil
	}
	tiers := []search.Tier{search.TierOfficer}
	if sub.Allows(models.ConsentQuote) {
		tiers = append(tiers, search.TierCouncillor)
	}
	var docs []search.Document
	for _, a := range themedAnswers(c, sub) {
		language := cmp.Or(a.Language, sub.Language)
		doc := search.Document{
			ID: documentID(sub.ID, a.Question), Consultation: c.ID, Submission: sub.ID, Question: a.Question,
			Text: a.Redacted, Language: language, Day: sub.Day,
			Labels: search.Labels{search.Groups: sub.Groups, search.Questions: {a.Question}, search.Languages: {language},
				search.Channels: {string(sub.Channel)}, search.Sources: {search.SourceAnswer}},
		}
		for _, t := range view.ofAnswer(sub.ID, a.Question) {
			doc.Labels[search.Themes] = append(doc.Labels[search.Themes], t.ID)
		}
		for _, doc.Tier = range tiers {
			docs = append(docs, doc)
		}
	}
	return docs
}

// IndexSubmission makes the index equal to what the store says of one
// submission. It is safe to repeat.
func (s *Service) IndexSubmission(ctx context.Context, id string) error {
	sub, err := s.store.Submission(ctx, id)
	if models.KindOf(err) == models.KindNotFound {
		return s.engine.Delete(ctx, id)
	}
	if err != nil {
		return err
	}
	c, err := s.store.Consultation(ctx, sub.Consultation)
	if err != nil {
		return err
	}
	view, err := s.themesOf(ctx, c, id)
	if err != nil {
		return err
	}
	return s.gather.replace(ctx, id, documents(c, sub, view))
}

// Reindex builds the whole index again from the store and swaps it in. It
// returns how many answers it holds.
func (s *Service) Reindex(ctx context.Context) (int, error) {
	answers := 0
	err := s.engine.Rebuild(ctx, func(yield func(search.Document, error) bool) {
		for d, err := range s.allDocuments(ctx) {
			if err == nil && d.Tier == search.TierOfficer { // who finds every one
				answers++
			}
			if !yield(d, err) {
				return
			}
		}
	})
	return answers, err
}

// MendIndex reindexes when the index holds another number of documents than the
// store says, as after a fresh start beside a full database, or when a search
// server lost its data while answers came in.
func (s *Service) MendIndex(ctx context.Context) error {
	have, err := s.engine.Count(ctx)
	if err != nil {
		return err
	}
	want := 0
	for _, err := range s.allDocuments(ctx) {
		if err != nil {
			return err
		}
		want++
	}
	if have == want {
		return nil
	}
	_, err = s.Reindex(ctx)
	return err
}

func (s *Service) allDocuments(ctx context.Context) iter.Seq2[search.Document, error] {
	return func(yield func(search.Document, error) bool) {
		all, err := s.store.Consultations(ctx)
		if err != nil {
			yield(search.Document{}, err)
			return
		}
		for _, c := range all {
			view, err := s.themeView(ctx, c)
			if err != nil {
				yield(search.Document{}, err)
				return
			}
			for sub, err := range s.store.Submissions(ctx, c.ID) {
				if err != nil {
					yield(search.Document{}, err)
					return
				}
				for _, doc := range documents(c, sub, view) {
					if !yield(doc, nil) {
						return
					}
				}
			}
		}
	}
}

// IndexPlaces brings the index in line with the themes of a consultation.
func (s *Service) IndexPlaces(ctx context.Context, consultation string) error {
	c, err := s.store.Consultation(ctx, consultation)
	if err != nil {
		return err
	}
	view, err := s.themeView(ctx, c)
	if err != nil {
		return err
	}
	const batch = 1000
	var docs []search.Document
	for sub, err := range s.store.Submissions(ctx, c.ID) {
		if err != nil {
			return err
		}
		docs = append(docs, documents(c, sub, view)...)
		if len(docs) >= batch {
			if err := s.putLive(ctx, docs); err != nil {
				return err
			}
			docs = docs[:0]
		}
	}
	return s.putLive(ctx, docs)
}

// putLive adds documents to the index, and takes those out again whose authors
// withdrew after the documents were made: the job that withdrawing asked for
// may have been there already.
func (s *Service) putLive(ctx context.Context, docs []search.Document) error {
	if len(docs) == 0 {
		return nil
	}
	if err := s.engine.Put(ctx, docs...); err != nil {
		return err
	}
	ids := make([]string, len(docs))
	for i, d := range docs {
		ids[i] = d.Submission
	}
	now, err := s.store.SubmissionsByID(ctx, ids)
	if err != nil {
		return err
	}
	gone := slices.DeleteFunc(ids, func(id string) bool { return now[id] != nil && now[id].Status == models.SubmissionLive })
	if len(gone) == 0 {
		return nil
	}
	return s.engine.Delete(ctx, gone...)
}
