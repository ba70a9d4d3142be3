package consult

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"heard/models"
	"heard/models/store"
)

// Duties is how a consultation stands with what the council owes.
type Duties struct {
	Standing []models.Standing // every duty, by number
	Timeline models.Timeline   // as it is kept: what is not entered is ""
	Calendar []models.DatedDuty
	Link     string                      // day the secret address of the calendar was made, YYYY-MM-DD; "" for none
	Earlier  map[int][]models.DutyRecord // every version on record, by duty, the latest first
	Names    map[string]string           // address by account
	Gaps     []models.Gap                // in the written part of the report
}

// Owed returns how many duties hold back the step to a state.
func (d *Duties) Owed(to models.Status) (n int) {
	for _, s := range d.Standing {
		if holdsBack(s, to) {
			n++
		}
	}
	return n
}

// Duties returns how every duty stands.
func (s *Service) Duties(ctx context.Context, by Actor, c *models.Consultation) (*Duties, error) {
	if err := by.need(SeeDuties); err != nil {
		return nil, err
	}
	d, err := s.standing(ctx, s.store, c)
	if err != nil {
		return nil, err
	}
	d.Calendar = d.Timeline.Calendar(c)
	if _, d.Link, err = s.store.CalendarLink(ctx, c.ID); err != nil {
		return nil, err
	}
	d.Names, err = s.names(ctx)
	return d, err
}

// standing works out how every duty stands, from what is on record and what else
// the store says. Of Duties it leaves calendar, link and names aside.
func (s *Service) standing(ctx context.Context, from *store.Store, c *models.Consultation) (*Duties, error) {
	d := &Duties{Earlier: map[int][]models.DutyRecord{}}
	records, err := from.DutyRecords(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	for _, r := range records {
		d.Earlier[r.Duty] = append(d.Earlier[r.Duty], r)
	}
	if d.Timeline, err = from.Timeline(ctx, c.ID); err != nil {
		return nil, err
	}
	facts := models.DutyFacts{Consultation: c, Now: s.now(), Timeline: d.Timeline}
	themes, err := from.Themes(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	for _, t := range themes {
		if t.Status == models.ThemeOutOfScope && strings.TrimSpace(t.Reason) == "" {
			facts.NoReason++
		}
	}
	written, answerable, err := writtenOf(ctx, from, c)
	if err != nil {
		return nil, err
	}
	d.Gaps = models.Gaps(c, answerable, written.Findings, written.Sections)
	facts.Gaps = d.Gaps
	coded, err := from.CodedAnswers(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	blind := map[models.AnswerKey]string{}
	for _, a := range coded {
		if a.Blind {
			facts.DoubleCoded = facts.DoubleCoded || blind[a.AnswerKey] != "" && blind[a.AnswerKey] != a.By
			blind[a.AnswerKey] = a.By
		}
	}
	if facts.Unread, err = unread(ctx, from, c); err != nil {
		return nil, err
	}
	if err := afterwards(ctx, from, c, &facts); err != nil {
		return nil, err
	}
	for _, duty := range models.Duties {
		var latest *models.DutyRecord
		if earlier := d.Earlier[duty.Number]; len(earlier) > 0 {
			latest = &earlier[0]
		}
		d.Standing = append(d.Standing, duty.Stand(latest, facts))
	}
	return d, nil
}

// holdsBack reports whether a duty as it stands holds back the step to a state.
func holdsBack(s models.Standing, to models.Status) bool {
	return s.Hard && s.Before == to && !s.Settled()
}

// unmet refuses to take a consultation to a state while a hard duty that comes
// before it is not met. Each is a field of the error, which says what to do. It
// belongs into the transaction that moves the consultation.
func (s *Service) unmet(ctx context.Context, tx *store.Store, c *models.Consultation, to models.Status) error {
	duties, err := s.standing(ctx, tx, c)
	if err != nil {
		return err
	}
	refusal := &models.Error{Kind: models.KindConflict}
	for _, d := range duties.Standing {
		if holdsBack(d, to) {
			refusal.Fields = append(refusal.Fields, models.FieldError{Field: fmt.Sprintf("duty-%d", d.Number), Message: fmt.Sprintf("Duty %d: %s. %s", d.Number, d.Text, d.Said)})
			refusal.Fields = append(refusal.Fields, gapsOf(duties.Gaps, d.Number)...)
		}
	}
	if lacks := duties.Timeline.Lacks(c, to, s.today()); lacks != "" {
		refusal.Fields = append(refusal.Fields, models.FieldError{Field: "days", Message: lacks})
	}
	if len(refusal.Fields) == 0 {
		return nil
	}
	refusal.Message = fmt.Sprintf("The consultation cannot become %s yet. What is still to do is listed below and under “Duties”.", to)
	return refusal
}

// RecordDuty puts a new version on record about a duty; r.Version is one more
// than the version that was seen. The record of acts keeps its words, too.
func (s *Service) RecordDuty(ctx context.Context, by Actor, c *models.Consultation, r models.DutyRecord) error {
	if err := by.need(KeepDuties); err != nil {
		return err
	}
	return s.store.Tx(ctx, func(tx *store.Store) error { return s.recordDuty(ctx, tx, by, c, r) })
}

func (s *Service) recordDuty(ctx context.Context, tx *store.Store, by Actor, c *models.Consultation, r models.DutyRecord) error {
	r.Consultation, r.By, r.Day = c.ID, by.ID, s.today()
	if err := r.Validate(); err != nil {
		return err
	}
	if err := tx.AddDutyRecord(ctx, r); err != nil {
		return err
	}
	reason := string(r.State)
	for _, part := range []string{r.Owner, r.Done, r.Evidence, r.URL} {
		if part != "" {
			reason += " · " + part
		}
	}
	return s.record(ctx, tx, by, "duty.recorded", fmt.Sprintf("duty %d version %d", r.Duty, r.Version), c.ID, reason)
}

// SetTimeline keeps the days of an order's way; t.Version is one more than the
// version that was seen. What was decided cannot be changed once it is public.
func (s *Service) SetTimeline(ctx context.Context, by Actor, c *models.Consultation, t models.Timeline) error {
	if err := by.need(KeepDuties); err != nil {
		return err
	}
	t.Consultation, t.By, t.Day = c.ID, by.ID, s.today()
	if err := t.Validate(); err != nil {
		return err
	}
	return s.store.Tx(ctx, func(tx *store.Store) error {
		now, err := hold(ctx, tx, c)
		if err != nil {
			return err
		}
		if was, err := tx.Timeline(ctx, c.ID); err != nil {
			return err
		} else if now.Status.AtLeast(models.StatusDecided) && (t.Decision != was.Decision || t.Meeting != was.Meeting) {
			return models.NewError(models.KindConflict, "What was decided, and when, is public, so it cannot be changed any more. A new decision needs a consultation of its own.")
		}
		if err := tx.SaveTimeline(ctx, t); err != nil {
			return err
		}
		var days []string
		for _, d := range []struct{ name, day string }{{"expires", t.Expires}, {"notice", t.Notice}, {"papers", t.Papers}, {"meeting", t.Meeting}, {"call-in", t.CallIn}, {"ordered", t.Ordered}, {"in force", t.InForce}, {"decision", t.Decision}, {"record", t.Record}} {
			if d.day != "" {
				days = append(days, d.name+" "+d.day)
			}
		}
		return s.record(ctx, tx, by, "dates.changed", fmt.Sprintf("dates version %d", t.Version), c.ID, strings.Join(days, " · "))
	})
}

// Outcome is what was decided, as everybody may read it.
type Outcome struct {
	Decision, Record string // words; address of the published record, "" for none
	Day              string // of the decision, YYYY-MM-DD
	Ordered, InForce string // the order was made, came into force; "" while it has not
	Challenge        string // last day to challenge the order in the High Court; "" where that cannot be said
}

// Outcome returns what was decided, nil before it is public.
func (s *Service) Outcome(ctx context.Context, c *models.Consultation) (*Outcome, error) {
	if !c.Status.AtLeast(models.StatusDecided) {
		return nil, nil
	}
	kept, err := s.store.Timeline(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	t := kept.On(c)
	o := &Outcome{Decision: t.Decision, Record: t.Record, Day: t.Meeting}
	if c.Status.AtLeast(models.StatusOrdered) {
		o.Ordered = t.Ordered
		for _, d := range t.Calendar(c) {
			if d.Key == "challenge" {
				o.Challenge = d.Day
			}
		}
	}
	if c.Status.AtLeast(models.StatusInForce) {
		o.InForce = t.InForce
	}
	return o, nil
}

// DutyCalendar returns the days that duties lead to as an iCalendar file.
func (s *Service) DutyCalendar(ctx context.Context, by Actor, c *models.Consultation) ([]byte, error) {
	if err := by.need(SeeDuties); err != nil {
		return nil, err
	}
	return s.calendar(ctx, c)
}

// MakeCalendarLink makes a secret address under which the calendar can be
// subscribed to without signing in, and returns its token, which is not kept. An
// address that was made before stops working.
func (s *Service) MakeCalendarLink(ctx context.Context, by Actor, c *models.Consultation) (token string, err error) {
	if err := by.need(KeepDuties); err != nil {
		return "", err
	}
	token, hash := newToken()
	return token, s.setCalendarLink(ctx, by, c, hash, "calendar.shared")
}

// RevokeCalendarLink takes the secret address away.
func (s *Service) RevokeCalendarLink(ctx context.Context, by Actor, c *models.Consultation) error {
	if err := by.need(KeepDuties); err != nil {
		return err
	}
	return s.setCalendarLink(ctx, by, c, nil, "calendar.revoked")
}

func (s *Service) setCalendarLink(ctx context.Context, by Actor, c *models.Consultation, hash []byte, action string) error {
	return s.store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.SaveCalendarLink(ctx, c.ID, hash, s.today(), by.ID); err != nil {
			return err
		}
		return s.record(ctx, tx, by, action, c.ID, c.ID, "")
	})
}

// SharedCalendar returns the calendar of a consultation to whoever holds its
// token, also while the consultation is a draft. Nothing tells a wrong token from
// a consultation that there is not.
func (s *Service) SharedCalendar(ctx context.Context, consultation, token string) ([]byte, error) {
	nothing := models.NewError(models.KindNotFound, "There is no calendar at this address. It may have been replaced: ask for the new one.")
	hash, _, err := s.store.CalendarLink(ctx, consultation)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256([]byte(token))
	if subtle.ConstantTimeCompare(sum[:], hash) != 1 {
		return nil, nothing
	}
	c, err := s.store.Consultation(ctx, consultation)
	if err != nil {
		return nil, err
	}
	return s.calendar(ctx, c)
}

func (s *Service) calendar(ctx context.Context, c *models.Consultation) ([]byte, error) {
	t, err := s.store.Timeline(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	// Only a day stands for when it was written: no time of day is kept.
	stamp := t.Day
	if stamp == "" {
		stamp = s.today()
	}
	return iCalendar(c, t.Calendar(c), c.Version+t.Version, stamp), nil
}

// iCalendar writes days as a calendar (RFC 5545) of events that last a day and
// make nobody busy. stamp is the day the days were last changed.
func iCalendar(c *models.Consultation, days []models.DatedDuty, sequence int, stamp string) []byte {
	var b bytes.Buffer
	line := func(name, value string) { foldLine(&b, name+":"+value) }
	compact := func(day string) string { return strings.ReplaceAll(day, "-", "") }
	title := escapeText(c.Title.Default())
	line("BEGIN", "VCALENDAR")
	line("VERSION", "2.0")
	line("PRODID", "-//Heard//Duties//EN")
	line("CALSCALE", "GREGORIAN")
	line("REFRESH-INTERVAL;VALUE=DURATION", "P1D")
	line("X-WR-CALNAME", title)
	for _, d := range days {
		summary := d.Title
		if d.Duty > 0 {
			summary = fmt.Sprintf("Duty %d: %s", d.Duty, d.Title)
		}
		line("BEGIN", "VEVENT")
		line("UID", d.Key+"."+c.ID+"@heard.invalid")
		line("DTSTAMP", compact(stamp)+"T000000Z")
		line("SEQUENCE", fmt.Sprint(sequence))
		line("DTSTART;VALUE=DATE", compact(d.Day))
		line("DTEND;VALUE=DATE", compact(models.AddDays(d.Day, 1)))
		line("SUMMARY", escapeText(summary))
		line("DESCRIPTION", title)
		line("TRANSP", "TRANSPARENT")
		line("END", "VEVENT")
	}
	line("END", "VCALENDAR")
	return b.Bytes()
}

var textEscapes = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\r\n", `\n`, "\n", `\n`, "\r", `\n`)

// escapeText writes words as the format wants them; marks that only steer old
// printers have no place in it.
func escapeText(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\t' {
			return -1
		}
		return r
	}, textEscapes.Replace(s))
}

// foldLine writes a line in pieces of at most 75 bytes, never within a letter.
func foldLine(b *bytes.Buffer, s string) {
	for limit := 75; len(s) > limit; limit = 74 { // a space begins what goes on
		cut := limit
		for !utf8.RuneStart(s[cut]) {
			cut--
		}
		b.WriteString(s[:cut] + "\r\n ")
		s = s[cut:]
	}
	b.WriteString(s + "\r\n")
}

// elsewhere says why a duty does not apply to responses that were gathered
// elsewhere and imported.
const elsewhere = "The consultation was held elsewhere and only its responses were imported here; this duty belongs to it and is on record there."

// waive puts on record that the duties before a state do not apply.
func (s *Service) waive(ctx context.Context, by Actor, c *models.Consultation, to models.Status, why string) error {
	return s.store.Tx(ctx, func(tx *store.Store) error {
		duties, err := s.standing(ctx, tx, c)
		if err != nil {
			return err
		}
		for _, d := range duties.Standing {
			if d.Hard && d.Before == to && !d.Settled() {
				if err := s.recordDuty(ctx, tx, by, c, models.DutyRecord{Duty: d.Number, Version: 1, State: models.DutyNotApplicable, Evidence: why, Owner: "Whoever imported the responses", Done: s.today()}); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
