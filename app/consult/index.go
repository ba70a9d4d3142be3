package consult

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"heard/app/theme"
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

// passages returns what there is to find of a submission, as officers and
// analysts find it: redacted words, with every label true.
func passages(c *models.Consultation, sub *models.Submission, view *themeView) []search.Document {
	if !sub.Readable() {
		return nil
	}
	var docs []search.Document
	add := func(doc search.Document, source string) {
		doc.Tier, doc.Consultation, doc.Submission, doc.Day = search.TierOfficer, c.ID, sub.ID, sub.Day
		doc.Language = cmp.Or(doc.Language, sub.Language)
		doc.Labels = search.Labels{search.Groups: sub.Groups, search.Stances: {sub.Stance}, search.Areas: {c.AreaOf(sub)},
			search.Languages: {doc.Language}, search.Channels: {string(sub.Channel)}, search.Sources: {source}}
		docs = append(docs, doc)
	}
	for _, a := range c.InWords(sub) {
		add(search.Document{ID: documentID(sub.ID, a.Question), Question: a.Question, Text: a.Redacted, Language: a.Language}, search.SourceAnswer)
		labels := docs[len(docs)-1].Labels
		labels[search.Questions] = []string{a.Question}
		labels[search.Restrictions] = c.Question(a.Question).Concerns()
		for _, t := range view.ofAnswer(sub.ID, a.Question) {
			labels[search.Themes] = append(labels[search.Themes], t.ID)
		}
	}
	for i, file := range sub.Attachments {
		for j, p := range attachedPassages(shownText(file)) {
			add(search.Document{ID: fmt.Sprintf("%s-file-%d-%d", sub.ID, i+1, j+1), Attachment: file.Key, Page: p.page, Text: p.text, Language: theme.Language(p.text)}, search.SourceAttachment)
		}
	}
	return docs
}

// documents returns what the index should hold of a submission, for every
// audience. Officers and analysts find all. Councillors find what is released,
// of people who agreed to be quoted. The public finds the answers of those among
// them who agreed to have them published, once the report is.
func documents(c *models.Consultation, sub *models.Submission, view *themeView, released models.Released) []search.Document {
	all := passages(c, sub, view)
	if released.Submission != sub.ID {
		return all
	}
	quoted := quotable(c, sub, all)
	for _, doc := range quoted {
		all = append(all, forCouncillors(c, doc, released))
	}
	return append(all, openAnswers(c, sub, quoted, released)...)
}

// IndexSubmission makes the index equal to what the store says of one
// submission. It is safe to repeat.
func (s *Service) IndexSubmission(ctx context.Context, id string) error {
	sub, err := s.store.Submission(ctx, id)
	if models.KindOf(err) == models.KindNotFound {
		return s.forget(ctx, id)
	}
	if err != nil {
		return err
	}
	if !sub.Readable() {
		return s.forget(ctx, id)
	}
	c, err := s.store.Consultation(ctx, sub.Consultation)
	if err != nil {
		return err
	}
	view, err := s.themesOf(ctx, c, id)
	if err != nil {
		return err
	}
	released, err := s.store.ReleasedOf(ctx, id)
	if err != nil {
		return err
	}
	return s.gather.replace(ctx, id, documents(c, sub, view, released[id]))
}

// eraseDelay gathers what is taken back at about the same time into one writing
// of the index. With the writing itself it stays within a minute.
const eraseDelay = 10 * time.Second

// forget takes submissions out of the index and asks for the index to be written
// afresh, because its files keep words that are no longer found. It asks when
// they are out, so that the writing cannot come too soon.
func (s *Service) forget(ctx context.Context, submissions ...string) error {
	if err := s.engine.Delete(ctx, submissions...); err != nil {
		return err
	}
	return s.store.Enqueue(ctx, models.JobErase, models.EveryIndex, eraseDelay)
}

// EraseFromIndex writes the index afresh, so that no file of it holds what was
// taken back.
func (s *Service) EraseFromIndex(ctx context.Context, _ string) error {
	_, err := s.Reindex(ctx)
	return err
}

// Reindex builds the whole index again from the store and swaps it in. It
// returns how many answers and pages of files it holds.
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
			released, err := s.store.Released(ctx, c.ID)
			if err != nil {
				yield(search.Document{}, err)
				return
			}
			for sub, err := range s.store.Submissions(ctx, c.ID) {
				if err != nil {
					yield(search.Document{}, err)
					return
				}
				for _, doc := range documents(c, sub, view, released[sub.ID]) {
					if !yield(doc, nil) {
						return
					}
				}
			}
		}
	}
}

// IndexPlaces brings the index in line with the themes and releases of a
// consultation.
func (s *Service) IndexPlaces(ctx context.Context, consultation string) error {
	c, err := s.store.Consultation(ctx, consultation)
	if err != nil {
		return err
	}
	view, err := s.themeView(ctx, c)
	if err != nil {
		return err
	}
	released, err := s.store.Released(ctx, c.ID)
	if err != nil {
		return err
	}
	const batch = 1000
	var docs []search.Document
	for sub, err := range s.store.Submissions(ctx, c.ID) {
		if err != nil {
			return err
		}
		docs = append(docs, documents(c, sub, view, released[sub.ID])...)
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
	ids := search.Submissions(docs)
	now, err := s.store.SubmissionsByID(ctx, ids)
	if err != nil {
		return err
	}
	gone := slices.DeleteFunc(ids, func(id string) bool { return now[id] != nil && now[id].Readable() })
	if len(gone) == 0 {
		return nil
	}
	return s.forget(ctx, gone...)
}
