package consult

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"heard/models"
	"heard/search"
)

// Place is a hit of a result, and where it stands in it.
type Place struct {
	Submission string
	At         int // from 1
}

// InResult returns the submissions before and after the hit at place at (from
// 1) in the result of q, so that people can turn over from one to the next; their
// At is 0 where there is none. voices is whether the result was in all-voices
// order. There are none where the result has another submission at that place
// by now, or cannot be asked for.
func (s *Service) InResult(ctx context.Context, by Actor, c *models.Consultation, q search.Query, voices bool, at int, submission string) (before, after Place, err error) {
	q.Page = 1
	if q, err = ask(by, c, q); err != nil || at < 1 {
		return before, after, err
	}
	pages := map[int]*Found{}
	// hit returns the submission of the hit at a place, "" where the result has none.
	hit := func(at int) (string, error) {
		page, i := (at-1)/SearchPage+1, (at-1)%SearchPage
		if at < 1 {
			return "", nil
		}
		if pages[page] == nil {
			q.Page = page
			f, _, err := s.find(ctx, by, c, q, voices)
			if err != nil {
				return "", err
			}
			pages[page] = f
		}
		if i >= len(pages[page].Hits) {
			return "", nil
		}
		return pages[page].Hits[i].Submission.ID, nil
	}
	// turn looks for another submission in one direction. Answers and pages of one
	// submission mostly stand together.
	turn := func(step int) (Place, error) {
		for i := at + step; ; i += step {
			id, err := hit(i)
			if err != nil || id == "" {
				return Place{}, err
			}
			if id != submission {
				return Place{Submission: id, At: i}, nil
			}
		}
	}
	here, err := hit(at)
	if err == nil && here == submission {
		before, err = turn(-1)
	}
	if err == nil && here == submission {
		after, err = turn(1)
	}
	if errors.Is(err, errAway) {
		err = nil
	}
	return before, after, err
}

// ExportLimit is how many answers of a result are written out at most.
const ExportLimit = 10_000

// ExportSearch returns what q finds as CSV: a row for each answer or page of an
// attachment, with what whoever asks may read of it, at most ExportLimit of
// them. Nothing is counted. It is put on record that a result was taken away,
// not what was searched for.
func (s *Service) ExportSearch(ctx context.Context, by Actor, c *models.Consultation, q search.Query) ([]byte, error) {
	if err := by.need(TakeAway); err != nil {
		return nil, err
	}
	q.Page = 1
	q, err := ask(by, c, q)
	if err != nil {
		return nil, err
	}
	q.PerPage = search.MaxPerPage
	kept, err := s.store.Notes(ctx, by.ID, c.ID, by.May(EditThemes))
	if err != nil {
		return nil, err
	}
	notes := map[string][]string{} // that they may read, by submission
	for _, n := range kept {
		notes[n.Submission] = append(notes[n.Submission], n.Text)
	}
	rows := [][]string{{"submission", "question", "attachment", "page", "text", "groups", "themes", "position", "language", "channel", "day", "notes"}}
	for read := 0; read < ExportLimit; q.Page++ {
		f, _, err := s.find(ctx, by, c, q, false)
		if errors.Is(err, errAway) {
			return nil, &models.Error{Kind: models.KindUnavailable, Message: "Search is not answering at the moment, so the result cannot be written out. Try again in a minute."}
		}
		if err != nil {
			return nil, err
		}
		for _, h := range f.Hits {
			rows = append(rows, append(exported(by, c, h), strings.Join(notes[h.Submission.ID], "\n")))
		}
		if read += q.PerPage; read >= f.Total {
			break
		}
	}
	file, err := spreadsheet(rows)
	if err != nil {
		return nil, err
	}
	if err := s.record(ctx, s.store, by, "search.exported", "", c.ID, ""); err != nil {
		return nil, err
	}
	return file, nil
}

// exported is one hit as a row.
func exported(by Actor, c *models.Consultation, h FoundAnswer) []string {
	sub := h.Submission
	text, language, number := "", sub.Language, func(n int) string {
		if n == 0 {
			return ""
		}
		return strconv.Itoa(n)
	}
	if a := sub.Answer(h.Question); a != nil {
		text = a.Text
		if a.Language != "" {
			language = a.Language
		}
	} else if h.Attachment > 0 {
		text = pageOf(sub.Attachments[h.Attachment-1].Text, h.Page)
	}
	var groups, themes []string
	for _, id := range sub.Groups {
		if g := c.Group(id); g != nil {
			groups = append(groups, g.Name.Default())
		}
	}
	for _, t := range h.Themes {
		themes = append(themes, t.Label)
	}
	channel := ""
	if sub.Channel != "" {
		channel = sub.Channel.Name()
	}
	question := h.Question
	if Unnamed(by, c, sub, question) {
		question = ""
	}
	return []string{sub.PublicID, question, number(h.Attachment), number(h.Page), text, strings.Join(groups, "; "), strings.Join(themes, "; "), sub.Stance, language, channel, sub.Day}
}

// pageOf returns a page of an attachment's text, all of it where it has none.
func pageOf(text string, page int) string {
	pages := Pages(text)
	if page < 1 || page > len(pages) {
		return text
	}
	return pages[page-1]
}

// Pages takes the text of an attachment apart into its pages.
func Pages(text string) []string { return strings.Split(text, "\f") }
