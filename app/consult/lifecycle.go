package consult

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"heard/models"
	"heard/models/store"
)

// SaveConsultation checks a consultation file and keeps it: a new consultation
// as a draft, or a higher version of one. Once people can answer, what they are
// asked is locked, and a version that changes wordings says so in a notice; see
// models.Consultation.Revises. When it has closed nothing changes any more.
func (s *Service) SaveConsultation(ctx context.Context, by Actor, name string, source []byte) (*models.Consultation, error) {
	if err := by.need(Configure); err != nil {
		return nil, err
	}
	c, err := models.ParseConsultation(name, source)
	if err != nil {
		return nil, err
	}
	if !by.sees(c.ID) {
		return nil, errOnlySome
	}
	err = s.store.Tx(ctx, func(tx *store.Store) error {
		now, err := tx.Consultation(ctx, c.ID)
		switch {
		case err == nil && now.Status.AtLeast(models.StatusClosed):
			return models.NewError(models.KindConflict, "The consultation has closed, so its file is locked.")
		case err == nil && now.Status == models.StatusOpen && c.Version != now.Version:
			if err := c.Revises(now); err != nil {
				return err
			}
		}
		if err != nil && models.KindOf(err) != models.KindNotFound {
			return err
		}
		if err := tx.SaveConsultation(ctx, c, source); err != nil {
			return err
		}
		return s.record(ctx, tx, by, "consultation.saved", fmt.Sprintf("%s version %d", c.ID, c.Version), c.ID, "")
	})
	if err != nil {
		return nil, err
	}
	return s.store.Consultation(ctx, c.ID)
}

var errOnlySome = models.NewError(models.KindForbidden, "You work on some consultations alone, so you cannot set up another. Ask an administrator.")

// StartConsultation makes a draft of a template under an address of its own. What
// the template says of its own council is filled in next; see FillIn.
func (s *Service) StartConsultation(ctx context.Context, by Actor, template []byte, id string) (*models.Consultation, error) {
	if err := by.need(Configure); err != nil {
		return nil, err
	}
	c, err := models.ParseConsultation("template.yaml", template)
	if err != nil {
		return nil, err
	}
	if !by.MayStart() {
		return nil, errOnlySome
	}
	if _, err := s.store.Consultation(ctx, id); err == nil {
		return nil, refused("The consultation was not made.", "id", "Another consultation has this address. Choose another")
	}
	e := c.Essentials()
	e.Invented, e.Earlier = false, nil
	source, err := models.Fill(template, id, 1, e)
	if err != nil {
		return nil, err
	}
	made, err := s.SaveConsultation(ctx, by, id+".yaml", source)
	if models.KindOf(err) == models.KindInvalid { // the address, as all else is the template's
		return nil, refused("The consultation was not made.", "id", "Enter small letters, digits and hyphens, such as station-road-order; some words are taken by pages of the portal")
	}
	return made, err
}

// FillIn gives a draft other essentials, as the version after the one that was
// seen. It is a Conflict when there is a later one.
func (s *Service) FillIn(ctx context.Context, by Actor, c *models.Consultation, seen int, e models.Essentials) (*models.Consultation, error) {
	if err := by.need(Configure); err != nil {
		return nil, err
	}
	if c.Status != models.StatusDraft {
		return nil, models.NewError(models.KindConflict, "The consultation has opened. From now on its wording is changed in the file, with a notice.")
	}
	if c.Version != seen {
		return nil, models.NewError(models.KindConflict, fmt.Sprintf("Somebody else has saved version %d since you opened the page. What you typed is still here: compare the two, then save again.", c.Version))
	}
	source, err := s.store.ConsultationSource(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	if source, err = models.Fill(source, c.ID, c.Version+1, e); err != nil {
		return nil, err
	}
	return s.SaveConsultation(ctx, by, c.ID+".yaml", source)
}

// MaxNotice is the longest notice of a change, in code points.
const MaxNotice = 500

// Extend gives an open consultation a later closing time, as a new version of
// its file with a notice that everybody is shown.
func (s *Service) Extend(ctx context.Context, by Actor, c *models.Consultation, closes models.LocalTime, notice string) (*models.Consultation, error) {
	if err := by.need(Configure); err != nil {
		return nil, err
	}
	const not = "The consultation was not extended."
	if c.Status != models.StatusOpen {
		return nil, models.NewError(models.KindConflict, not+" Only one that is open can be.")
	}
	zone, err := c.Zone()
	if err != nil {
		return nil, err
	}
	at, err := closes.In(zone)
	_, was := c.Window()
	switch {
	case err != nil:
		return nil, refused(not, "closes", "Enter a day, or a day and a time, such as 2026-12-14 23:59")
	case !at.After(was) || !at.After(s.now()):
		return nil, refused(not, "closes", "Enter a later time than "+string(c.Closes)+", and one that is still to come")
	}
	notice, err = cleanWords(not, "notice", notice, MaxNotice)
	if err != nil {
		return nil, err
	}
	if notice == "" {
		return nil, refused(not, "notice", "Say what changes and why. Everybody is shown it")
	}
	source, err := s.store.ConsultationSource(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	source, err = models.Amend(source, closes, models.Change{Version: c.Version + 1, Day: s.now().In(zone).Format(time.DateOnly), Text: models.Text{c.Languages[0]: notice}})
	if err != nil {
		return nil, err
	}
	return s.SaveConsultation(ctx, by, c.ID+".yaml", source)
}

// ConsultationSource returns the file a consultation was read from.
func (s *Service) ConsultationSource(ctx context.Context, by Actor, c *models.Consultation) ([]byte, error) {
	if err := by.need(Configure); err != nil {
		return nil, err
	}
	return s.store.ConsultationSource(ctx, c.ID)
}

// Move takes a consultation to the state that follows the one it is in. It is a
// Conflict, with a field for each, when duties that come before are not met. The
// report is published with ProposeReport and PublishReport, which is a step of its own.
func (s *Service) Move(ctx context.Context, by Actor, c *models.Consultation, to models.Status) error {
	if err := by.need(Configure); err != nil {
		return err
	}
	next, ok := c.Status.Next()
	if !ok || next != to || to == models.StatusPublished {
		return models.NewError(models.KindConflict, fmt.Sprintf("The consultation is %s, so it cannot become %s now.", c.Status, to))
	}
	if to == models.StatusOpen && !c.Invented {
		for _, r := range c.Restrictions {
			if r.Paraphrase {
				return models.NewError(models.KindConflict, fmt.Sprintf("Rule %s is still marked as a paraphrase. Put the exact text of the order into the consultation file before opening.", r.ID))
			}
		}
	}
	var left gone
	if to == models.StatusFrozen {
		if err := freezable(ctx, s.store, c); err != nil {
			return err
		}
		// What came after the last run is placed before the data is fixed.
		var err error
		if left, err = s.refreshThemes(ctx, c.ID); err != nil {
			return err
		}
	}
	return s.store.Tx(ctx, func(tx *store.Store) error {
		// What is on record about duties is held as it is until the move is made.
		if _, err := hold(ctx, tx, c); err != nil {
			return err
		}
		if err := s.unmet(ctx, tx, c, to); err != nil {
			return err
		}
		if to == models.StatusFrozen {
			if err := freezable(ctx, tx, c); err != nil { // since
				return err
			}
			// A theme may be named in the words of somebody who has taken them back since.
			if now, err := goneFrom(ctx, tx, c); err != nil {
				return err
			} else if !maps.Equal(now, left) {
				return models.NewError(models.KindConflict, "A submission was taken out of the count, or put back, or words were taken out of one, while the analysis was being frozen. Freeze it again.")
			}
		}
		if err := tx.MoveStatus(ctx, c.ID, c.Status, to); err != nil {
			return err
		}
		if to == models.StatusFrozen {
			if err := s.callRoll(ctx, tx, c); err != nil {
				return err
			}
		}
		if to == models.StatusClosed || to == models.StatusFrozen { // later: with what came in since
			if err := tx.Enqueue(ctx, models.JobRelease, c.ID, 0); err != nil {
				return err
			}
		}
		return s.record(ctx, tx, by, "consultation."+string(to), c.ID, c.ID, "")
	})
}

// Pause stops an open consultation for a while: nobody can start a response, and
// pages say so. What was started can be sent. Going on again is the same with
// pause false.
func (s *Service) Pause(ctx context.Context, by Actor, c *models.Consultation, pause bool) error {
	if err := by.need(Configure); err != nil {
		return err
	}
	action := "consultation.paused"
	if !pause {
		action = "consultation.resumed"
	}
	return s.store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.SetPaused(ctx, c.ID, pause); err != nil {
			return err
		}
		return s.record(ctx, tx, by, action, c.ID, c.ID, "")
	})
}

// Live returns how many submissions count.
func (s *Service) Live(ctx context.Context, by Actor, c *models.Consultation) (int, error) {
	if err := by.need(SeeDraft); err != nil {
		return 0, err
	}
	n, err := s.store.CountSubmissions(ctx, c.ID)
	return n[models.SubmissionLive], err
}

// Jobs returns how many jobs wait and how many failed for good.
func (s *Service) Jobs(ctx context.Context, by Actor) (pending, dead int, err error) {
	if err := by.need(SeeDesk); err != nil {
		return 0, 0, err
	}
	n, err := s.store.CountJobs(ctx)
	return n[models.JobPending], n[models.JobDead], err
}

// FindingThemes reports whether the themes of a consultation are being worked
// out, or will be in a moment.
func (s *Service) FindingThemes(ctx context.Context, by Actor, c *models.Consultation) (bool, error) {
	if err := by.need(SeeThemes); err != nil {
		return false, err
	}
	return s.store.JobWaits(ctx, models.JobThemes, c.ID)
}

// Record is the record of acts, or a part of it.
type Record struct {
	Events []models.AuditEvent // newest first
	Older  bool                // there are more before them
	Names  map[string]string   // address by account
	Acts   int                 // how many there are in all
	Head   string              // hash of the last, hex; whoever keeps it sees later whether anything was taken out
	Broken string              // where the chain of hashes breaks; "" when it is whole
}

// AuditTrail returns the acts of the record that are asked for, and whether the
// whole of it is as it was written. An account may be asked for by its address.
func (s *Service) AuditTrail(ctx context.Context, by Actor, q models.AuditQuery) (*Record, error) {
	if err := by.need(ReadAudit); err != nil {
		return nil, err
	}
	r := &Record{Names: map[string]string{}}
	var err error
	var broken *models.Error
	if r.Acts, r.Head, err = s.store.VerifyAudit(ctx); errors.As(err, &broken) && broken.Kind == models.KindConflict {
		r.Broken = broken.Message
	} else if err != nil {
		return nil, err
	}
	if logged, err := s.headsLogged(ctx); err != nil {
		return nil, err
	} else if !logged && r.Broken == "" {
		r.Broken = "The public log says that the record once ended otherwise: acts were changed or taken out since."
	}
	users, err := s.store.Users(ctx)
	if err != nil {
		return nil, err
	}
	for _, u := range users {
		r.Names[u.ID] = u.Email
		if u.Email == address(q.About) {
			q.About = u.ID
		}
	}
	most := q.Limit
	if most > 0 {
		q.Limit++ // one more tells whether there are older ones
	}
	if r.Events, err = s.store.AuditPart(ctx, q); err != nil {
		return nil, err
	}
	if r.Older = most > 0 && len(r.Events) > most; r.Older {
		r.Events = r.Events[:most]
	}
	return r, nil
}

// ExportAudit returns the whole record of acts as CSV, oldest first, so that the
// chain of hashes can be followed down the file. That it was taken away is put on
// record.
func (s *Service) ExportAudit(ctx context.Context, by Actor) ([]byte, error) {
	if err := by.need(ReadAudit); err != nil {
		return nil, err
	}
	events, err := s.store.AuditPart(ctx, models.AuditQuery{})
	if err != nil {
		return nil, err
	}
	names, err := s.names(ctx)
	if err != nil {
		return nil, err
	}
	rows := [][]string{{"number", "day", "time", "account", "address", "act", "undone", "consultation", "object", "reason", "hash"}}
	for _, e := range slices.Backward(events) {
		rows = append(rows, []string{strconv.FormatInt(e.Sequence, 10), e.Day, e.Time, e.Actor, names[e.Actor], e.Action, strconv.FormatBool(e.Undone), e.Consultation, e.Object, e.Reason, e.Hash})
	}
	file, err := spreadsheet(rows)
	if err != nil {
		return nil, err
	}
	if err := s.record(ctx, s.store, by, "audit.exported", "", "", ""); err != nil {
		return nil, err
	}
	return file, nil
}
