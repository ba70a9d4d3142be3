package consult

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"heard/models"
	"heard/models/store"
)

// Kept is what a person at the desk keeps for themselves about a consultation.
// Nobody else is shown it, and the record of acts does not say what councillors
// read: members of a council must be able to read in their own way.
type Kept struct {
	Searches []models.SavedSearch
	Reading  []KeptSubmission
	Notes    []KeptNote // their own
	Shared   []KeptNote // those that others share with the people who code the answers, for them
}

// KeptSubmission is a submission on a reading list, as the person may read it.
type KeptSubmission struct {
	models.Listed
	Submission *models.Submission
}

// KeptNote is a note with what it is about.
type KeptNote struct {
	models.Note
	PublicID string // of the submission
	Author   string // the address of the account, "" for one's own
}

// Marks is as much of what somebody keeps as pages about something else show of
// it.
type Marks struct {
	Searches []models.SavedSearch
	read     map[string]bool // by submission on the reading list
}

// On reports whether a submission is on the reading list, and marked as read.
func (m *Marks) On(submission string) (listed, read bool) {
	read, listed = m.read[submission]
	return listed, read
}

// Marks returns what of Kept stands on other pages, which are asked for at every
// letter typed: no submission is read for it.
func (s *Service) Marks(ctx context.Context, by Actor, c *models.Consultation) (*Marks, error) {
	if err := by.need(KeepOwn); err != nil {
		return nil, err
	}
	searches, err := s.store.SavedSearches(ctx, by.ID, c.ID)
	if err != nil {
		return nil, err
	}
	list, err := s.store.ReadingList(ctx, by.ID, c.ID)
	if err != nil {
		return nil, err
	}
	m := &Marks{Searches: searches, read: map[string]bool{}}
	for _, l := range list {
		m.read[l.Submission] = l.Read
	}
	return m, nil
}

// Kept returns what somebody keeps, of notes those that say what is looked for,
// in small or capital letters; "" leaves out none. What was withdrawn or set aside
// since is left out.
func (s *Service) Kept(ctx context.Context, by Actor, c *models.Consultation, find string) (*Kept, error) {
	if err := by.need(KeepOwn); err != nil {
		return nil, err
	}
	k := &Kept{}
	var err error
	if k.Searches, err = s.store.SavedSearches(ctx, by.ID, c.ID); err != nil {
		return nil, err
	}
	list, err := s.store.ReadingList(ctx, by.ID, c.ID)
	if err != nil {
		return nil, err
	}
	notes, err := s.store.Notes(ctx, by.ID, c.ID, by.May(EditThemes))
	if err != nil {
		return nil, err
	}
	find = strings.ToLower(strings.TrimSpace(find))
	notes = slices.DeleteFunc(notes, func(n models.Note) bool { return !strings.Contains(strings.ToLower(n.Text), find) })
	names, err := s.names(ctx)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, l := range list {
		ids = append(ids, l.Submission)
	}
	for _, n := range notes {
		ids = append(ids, n.Submission)
	}
	subs, err := s.store.SubmissionsByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	released, err := s.store.ReleasedOf(ctx, ids...)
	if err != nil {
		return nil, err
	}
	for _, l := range list {
		if sub := subs[l.Submission]; sub != nil && mayOpen(by, c, sub, released[sub.ID]) {
			k.Reading = append(k.Reading, KeptSubmission{Listed: l, Submission: readableBy(by, c, sub, released[sub.ID])})
		}
	}
	for _, n := range notes {
		if sub := subs[n.Submission]; sub != nil && mayOpen(by, c, sub, released[sub.ID]) {
			note := noteFor(by, n, names)
			note.PublicID = sub.PublicID
			if n.By == by.ID {
				k.Notes = append(k.Notes, note)
			} else {
				k.Shared = append(k.Shared, note)
			}
		}
	}
	return k, nil
}

// ExportNotes returns as CSV the notes that people share with those who code the
// answers, one's own among them, that say what is looked for; see Kept. It is put
// on record that notes were taken away, not what was looked for.
func (s *Service) ExportNotes(ctx context.Context, by Actor, c *models.Consultation, find string) ([]byte, error) {
	if err := by.need(EditThemes); err != nil {
		return nil, err
	}
	if err := by.need(TakeAway); err != nil {
		return nil, err
	}
	kept, err := s.Kept(ctx, by, c, find)
	if err != nil {
		return nil, err
	}
	names, err := s.names(ctx)
	if err != nil {
		return nil, err
	}
	notes := append(slices.DeleteFunc(kept.Notes, func(n KeptNote) bool { return !n.Shared }), kept.Shared...)
	slices.SortFunc(notes, func(a, b KeptNote) int { return cmp.Or(strings.Compare(a.Day, b.Day), strings.Compare(a.ID, b.ID)) })
	rows := [][]string{{"submission", "day", "author", "note"}}
	for _, n := range notes {
		rows = append(rows, []string{n.PublicID, n.Day, cmp.Or(n.Author, named(names, n.By)), n.Text})
	}
	file, err := spreadsheet(rows)
	if err != nil {
		return nil, err
	}
	if err := s.record(ctx, s.store, by, "notes.exported", "", c.ID, ""); err != nil {
		return nil, err
	}
	return file, nil
}

// noteFor is a note as somebody is shown it.
func noteFor(by Actor, n models.Note, names map[string]string) KeptNote {
	note := KeptNote{Note: n}
	if n.By != by.ID {
		note.Author = cmp.Or(names[n.By], "Somebody else at the desk")
	}
	return note
}

// SaveSearch keeps a search under a name, in place of an earlier one of that
// name. query is the query part of its address.
func (s *Service) SaveSearch(ctx context.Context, by Actor, c *models.Consultation, name, query string) error {
	if err := by.need(KeepOwn); err != nil {
		return err
	}
	m := models.SavedSearch{ID: newID(10), By: by.ID, Consultation: c.ID, Name: strings.TrimSpace(name), Query: query, Day: s.today()}
	if err := m.Validate(); err != nil {
		return err
	}
	return s.store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.SaveSearch(ctx, m); err != nil {
			return err
		}
		return s.record(ctx, tx, by, "search.saved", "", c.ID, "")
	})
}

// ForgetSearch deletes a search of one's own.
func (s *Service) ForgetSearch(ctx context.Context, by Actor, c *models.Consultation, id string) error {
	if err := by.need(KeepOwn); err != nil {
		return err
	}
	return s.store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.DeleteSearch(ctx, by.ID, id); err != nil {
			return err
		}
		return s.record(ctx, tx, by, "search.forgotten", "", c.ID, "")
	})
}

// List puts a submission on one's reading list, or says that one has read it.
// This is on no record: who reads what is for nobody else to know.
func (s *Service) List(ctx context.Context, by Actor, c *models.Consultation, submission string, read bool) error {
	if err := by.need(KeepOwn); err != nil {
		return err
	}
	if _, _, err := s.openSubmission(ctx, s.store, by, c, submission); err != nil {
		return err
	}
	return s.store.SaveListed(ctx, models.Listed{Submission: submission, By: by.ID, Day: s.today(), Read: read})
}

// Unlist takes a submission off one's reading list.
func (s *Service) Unlist(ctx context.Context, by Actor, c *models.Consultation, submission string) error {
	if err := by.need(KeepOwn); err != nil {
		return err
	}
	return s.store.Unlist(ctx, by.ID, submission)
}

// Notes returns one's notes on a submission, and those that others share with
// the people who code the answers, for them.
func (s *Service) Notes(ctx context.Context, by Actor, c *models.Consultation, submission string) ([]KeptNote, error) {
	if err := by.need(KeepOwn); err != nil {
		return nil, err
	}
	all, err := s.store.Notes(ctx, by.ID, c.ID, by.May(EditThemes))
	if err != nil {
		return nil, err
	}
	names, err := s.names(ctx)
	if err != nil {
		return nil, err
	}
	var notes []KeptNote
	for _, n := range all {
		if n.Submission == submission {
			notes = append(notes, noteFor(by, n, names))
		}
	}
	return notes, nil
}

// WriteNote keeps a note on a submission. The record says that a note was
// written; on what only where it is shared.
func (s *Service) WriteNote(ctx context.Context, by Actor, c *models.Consultation, submission, text string, shared bool) error {
	if err := by.need(KeepOwn); err != nil {
		return err
	}
	n := models.Note{ID: newID(10), Submission: submission, By: by.ID, Day: s.today(), Shared: shared, Text: strings.TrimSpace(text)}
	if err := n.Validate(); err != nil {
		return err
	}
	about := ""
	if shared {
		about = submission
	}
	return s.store.Tx(ctx, func(tx *store.Store) error {
		// Held against a withdrawal at the same time, which deletes its notes.
		if _, err := hold(ctx, tx, c); err != nil {
			return err
		}
		if _, _, err := s.openSubmission(ctx, tx, by, c, submission); err != nil {
			return err
		}
		if err := tx.SaveNote(ctx, n); err != nil {
			return err
		}
		return s.record(ctx, tx, by, "note.written", about, c.ID, "")
	})
}

// DeleteNote deletes a note of one's own, for good.
func (s *Service) DeleteNote(ctx context.Context, by Actor, c *models.Consultation, id string) error {
	if err := by.need(KeepOwn); err != nil {
		return err
	}
	return s.store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.DeleteNote(ctx, by.ID, id); err != nil {
			return err
		}
		return s.record(ctx, tx, by, "note.deleted", "", c.ID, "")
	})
}
