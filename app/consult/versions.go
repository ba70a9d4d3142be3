package consult

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"heard/app/disclose"
	"heard/app/report"
	"heard/models"
	"heard/models/store"
)

// A report is published in versions, each for ever: one person proposes a version,
// whose bytes are fixed from then on, and another checks and publishes it or sends
// it back. That check is duty 20.

// secondPerson is the duty that is met by checking what somebody else proposed.
const secondPerson = 20

// ReportVersion is one version of a report as everybody may read it.
type ReportVersion struct {
	models.Version
	Report *models.Report
	Newest int // number of the newest version
	data   []byte
}

// Versions is every published version of a report and what is proposed.
type Versions struct {
	Published []models.Version // the newest first
	Proposal  *models.ReportProposal
	Report    *models.Report // that is proposed; nil for none
	// CanCheck says that whoever asks may publish what is proposed: they did not
	// propose it.
	CanCheck bool
	Names    map[string]string // address by account
}

// Versions returns the published versions of a report with who answers for them,
// and what is proposed.
func (s *Service) Versions(ctx context.Context, by Actor, c *models.Consultation) (*Versions, error) {
	if err := by.need(SeeDraft); err != nil {
		return nil, err
	}
	v := &Versions{}
	var err error
	if v.Published, err = s.store.Versions(ctx, c.ID); err != nil {
		return nil, err
	}
	if v.Proposal, err = s.store.Proposal(ctx, c.ID); err != nil {
		return nil, err
	}
	if p := v.Proposal; p != nil {
		if v.Report, err = reportOf(p.Data); err != nil {
			return nil, err
		}
		v.CanCheck = p.Waits() && by.May(Publish) && p.By != by.ID
	}
	v.Names, err = s.names(ctx)
	return v, err
}

func reportOf(data []byte) (*models.Report, error) {
	var r models.Report
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, fmt.Errorf("a kept report: %w", err)
	}
	return &r, nil
}

// toPublish refuses what is said of reports before the analysis is frozen.
func toPublish(c *models.Consultation) error {
	if !c.Status.AtLeast(models.StatusFrozen) {
		return models.NewError(models.KindConflict, fmt.Sprintf("The report can be published once the analysis is frozen; the consultation is %s.", c.Status))
	}
	return nil
}

// ProposeReport builds the next version of the report and fixes its bytes, for a
// second person to check. note says why there is a new version; the first needs
// none.
func (s *Service) ProposeReport(ctx context.Context, by Actor, c *models.Consultation, note string) error {
	if err := by.need(Publish); err != nil {
		return err
	}
	if err := toPublish(c); err != nil {
		return err
	}
	const not = "The version was not proposed."
	note, err := cleanWords(not, "note", note, models.MaxVersionNote)
	if err != nil {
		return err
	}
	err = s.store.Tx(ctx, func(tx *store.Store) error {
		if _, err := hold(ctx, tx, c); err != nil {
			return err
		}
		if waits, err := tx.Proposal(ctx, c.ID); err != nil || waits != nil && waits.Waits() {
			return err // which is refused below
		}
		return s.callRoll(ctx, tx, c)
	})
	if err != nil {
		return err
	}
	p, err := s.version(ctx, c, note, nil)
	if err != nil {
		return err
	}
	if p.Number > 1 && note == "" {
		return refused(not, "note", "Say why there is a new version. Everybody can read it, so do not say whom it is about")
	}
	p.Day, p.By = s.today(), by.ID
	return s.store.Tx(ctx, func(tx *store.Store) error {
		if _, err := hold(ctx, tx, c); err != nil {
			return err
		}
		if waits, err := tx.Proposal(ctx, c.ID); err != nil {
			return err
		} else if waits != nil && waits.Waits() {
			return models.NewError(models.KindConflict, "A version waits to be checked already. It is published or sent back before another one is proposed.")
		}
		if err := tx.SaveProposal(ctx, *p); err != nil {
			return err
		}
		return s.record(ctx, tx, by, "report.proposed", fmt.Sprintf("version %d %s", p.Number, p.Hash), c.ID, note)
	})
}

// version builds the next version of a report. The same data, settings, program
// and note give the same bytes. Of again, which may be nil, it takes what changes
// by the day.
func (s *Service) version(ctx context.Context, c *models.Consultation, note string, again *models.Report) (*models.ReportProposal, error) {
	published, err := s.store.Versions(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	frame, err := s.store.FrameVersion(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	made := &models.ReportVersion{Number: 1, Program: cmp.Or(s.program, "unknown"), Form: c.Version, Frame: frame.Number, Seed: strconv.FormatUint(seedOf(c.ID), 16), Note: note}
	var before *report.Before
	if len(published) > 0 {
		made.Number, made.Before = published[0].Number+1, published[0].Hash
		if before, err = s.before(ctx, c, published[0].Number); err != nil {
			return nil, err
		}
	}
	in, err := s.reportInput(ctx, c)
	if err != nil {
		return nil, err
	}
	in.Before = before
	if again != nil {
		in.Objections = again.Objections
	}
	r, err := report.Build(in)
	if err != nil {
		return nil, err
	}
	if err := recount(ctx, s.store, c, ofNow(r)); err != nil {
		return nil, err
	}
	written, _, err := writtenOf(ctx, s.store, c)
	if err != nil {
		return nil, err
	}
	if before != nil {
		written.Before = before.Report
	}
	if report.Write(r, c, written); again == nil {
		if err := lookedAt(r); err != nil {
			return nil, err
		}
	}
	p := &models.ReportProposal{Consultation: c.ID, Number: made.Number}
	came := 0
	for _, sub := range in.Submissions {
		p.Members = append(p.Members, sub.ID)
		if before != nil && !before.Counted[sub.ID] {
			came++
		}
	}
	slices.Sort(p.Members)
	if before != nil {
		made.Changes = report.Changes(before.Report, r, came)
	}
	r.Published, r.Version = true, made
	if p.Data, err = json.Marshal(r); err != nil {
		return nil, err
	}
	p.Hash = hashOf(string(p.Data))
	if err := attacked(in, p.Data); err != nil {
		return nil, err
	}
	p.Pack, err = s.pack(ctx, c, r, p.Hash, in)
	return p, err
}

// attacked has a stranger try the very bytes that are to be published.
func attacked(in report.Input, data []byte) error {
	r, err := reportOf(data)
	if err != nil {
		return err
	}
	attack, err := report.Stranger(in)
	if err != nil {
		return err
	}
	return attack(r)
}

// ofNow is a report with the roll-call of those who count now: a later version
// counts those, too, who had their words taken out since.
func ofNow(r *models.Report) *models.Report {
	now := models.RollCall{Entries: r.RollCall.Entries, Submissions: len(r.RollCall.Entries)}
	for _, e := range now.Entries {
		switch {
		case len(e.Themes) > 0:
			now.InThemes++
		case e.HeardOnce:
			now.HeardOnce++
		default:
			now.ClosedOnly++
		}
	}
	out := *r
	out.RollCall = now
	return &out
}

func (s *Service) before(ctx context.Context, c *models.Consultation, number int) (*report.Before, error) {
	_, data, _, err := s.store.ReportVersion(ctx, c.ID, number)
	if err != nil {
		return nil, err
	}
	r, err := reportOf(data)
	if err != nil {
		return nil, err
	}
	counted, err := s.store.Counted(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	b := &report.Before{Report: r, Counted: map[string]bool{}}
	for id := range counted {
		b.Counted[id] = true
	}
	if len(counted) > 0 {
		return b, nil
	}
	// A report from before there were members counted everybody there was.
	for sub, err := range s.store.Submissions(ctx, c.ID) {
		if err != nil {
			return nil, err
		}
		b.Counted[sub.ID] = true
	}
	return b, nil
}

// seen returns the proposal that whoever asks has seen, and refuses when it is
// another by now.
func seen(ctx context.Context, tx *store.Store, c *models.Consultation, hash string) (*models.ReportProposal, error) {
	p, err := tx.Proposal(ctx, c.ID)
	switch {
	case err != nil:
		return nil, err
	case p == nil || !p.Waits():
		return nil, models.NewError(models.KindConflict, "No version waits to be checked. Somebody else may have published it or sent it back.")
	case p.Hash != hash:
		return nil, models.NewError(models.KindConflict, "Another version was proposed since you opened the page. Read that one, then decide.")
	}
	return p, nil
}

// PublishReport publishes what is proposed, whose hash is that of what was read:
// for good, and by somebody who did not propose it, who answers with that for duty
// 20. It is refused when the data is not what it was made from any more.
func (s *Service) PublishReport(ctx context.Context, by Actor, c *models.Consultation, hash string) error {
	if err := by.need(Publish); err != nil {
		return err
	}
	if err := toPublish(c); err != nil {
		return err
	}
	p, err := seen(ctx, s.store, c, hash)
	if err != nil {
		return err
	}
	if p.By == by.ID && !by.isPortal() {
		return models.NewError(models.KindConflict, "You proposed this version yourself. A second person checks it and publishes it, or sends it back.")
	}
	r, err := reportOf(p.Data)
	if err != nil {
		return err
	}
	releases, err := s.store.Releases(ctx, c.ID)
	if err != nil {
		return err
	}
	now, err := s.version(ctx, c, r.Version.Note, r)
	if err != nil {
		return err
	}
	if now.Hash != p.Hash {
		return models.NewError(models.KindConflict, "What this version was made from has changed since it was proposed, so it cannot be published. Send it back, and propose it anew.")
	}
	err = s.store.Tx(ctx, func(tx *store.Store) error {
		at, err := hold(ctx, tx, c)
		if err != nil {
			return err
		}
		if p, err = seen(ctx, tx, c, hash); err != nil {
			return err
		}
		if since, err := tx.Releases(ctx, c.ID); err != nil {
			return err
		} else if len(since) != len(releases) { // which its figures were not held against
			return models.NewError(models.KindConflict, "Answers were released to councillors at this very moment. Publish the report again.")
		}
		p.Pack = now.Pack // with what was released since
		if err := s.signSecond(ctx, tx, by, c, p); err != nil {
			return err
		}
		if at.Status == models.StatusFrozen {
			if err := s.unmet(ctx, tx, c, models.StatusPublished); err != nil {
				return err
			}
			if err := tx.MoveStatus(ctx, c.ID, models.StatusFrozen, models.StatusPublished); err != nil {
				return err
			}
		}
		if err := tx.PublishVersion(ctx, p, s.today(), by.ID); err != nil {
			return err
		}
		if at, err = tx.Consultation(ctx, c.ID); err != nil {
			return err
		}
		if err := s.publishLog(ctx, tx, at, r, p.Hash); err != nil {
			return err
		}
		if err := tx.Enqueue(ctx, models.JobPlaces, c.ID, 0); err != nil { // published answers can be searched from now on
			return err
		}
		return s.record(ctx, tx, by, "report.published", fmt.Sprintf("version %d %s", p.Number, p.Hash), c.ID, "")
	})
	if err == nil {
		s.wake()
	}
	return err
}

// signSecond puts on record that duty 20 is met by whoever checked a version.
func (s *Service) signSecond(ctx context.Context, tx *store.Store, by Actor, c *models.Consultation, p *models.ReportProposal) error {
	records, err := tx.DutyRecords(ctx, c.ID)
	if err != nil {
		return err
	}
	next := 1
	for _, r := range records {
		if r.Duty == secondPerson {
			next = max(next, r.Version+1)
		}
	}
	names, err := s.names(ctx)
	if err != nil {
		return err
	}
	return s.recordDuty(ctx, tx, by, c, models.DutyRecord{Duty: secondPerson, Version: next, State: models.DutyMet, Owner: named(names, by.ID), Done: s.today(),
		Evidence: fmt.Sprintf("Version %d of the report was read and published by a second person. SHA-256: %s", p.Number, p.Hash)})
}

// ReturnReport sends back what is proposed, with the reason. Whoever proposed it
// may take it back in the same way.
func (s *Service) ReturnReport(ctx context.Context, by Actor, c *models.Consultation, hash, reason string) error {
	if err := by.need(Publish); err != nil {
		return err
	}
	const not = "The version was not sent back."
	reason, err := cleanWords(not, "reason", reason, models.MaxVersionNote)
	if err != nil {
		return err
	}
	if reason == "" {
		return refused(not, "reason", "Say what has to change. Whoever proposed it reads it")
	}
	return s.store.Tx(ctx, func(tx *store.Store) error {
		if _, err := hold(ctx, tx, c); err != nil {
			return err
		}
		p, err := seen(ctx, tx, c, hash)
		if err != nil {
			return err
		}
		p.Reason, p.ReturnedBy, p.ReturnedDay = reason, by.ID, s.today()
		if err := tx.SaveProposal(ctx, *p); err != nil {
			return err
		}
		return s.record(ctx, tx, by, "report.sent-back", fmt.Sprintf("version %d %s", p.Number, p.Hash), c.ID, reason)
	})
}

// PublishedVersion returns a version of the published report; the newest for 0.
func (s *Service) PublishedVersion(ctx context.Context, c *models.Consultation, number int) (*ReportVersion, error) {
	all, err := s.PublishedVersions(ctx, c)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 || number < 0 || number > all[0].Number {
		return nil, models.NewError(models.KindNotFound, "There is no such version of the report.")
	}
	v := &ReportVersion{Newest: all[0].Number}
	var data []byte
	if v.Version, data, _, err = s.store.ReportVersion(ctx, c.ID, cmp.Or(number, v.Newest)); err != nil {
		return nil, err
	}
	v.ProposedBy, v.PublishedBy = "", "" // who that was is for the desk
	v.data = data
	v.Report, err = reportOf(data)
	return v, err
}

// PublishedVersions returns the versions of the published report, the newest
// first, without who published them.
func (s *Service) PublishedVersions(ctx context.Context, c *models.Consultation) ([]models.Version, error) {
	if !c.Status.AtLeast(models.StatusPublished) {
		return nil, models.NewError(models.KindNotFound, "The report of this consultation has not been published yet.")
	}
	all, err := s.store.Versions(ctx, c.ID)
	for i := range all {
		all[i].ProposedBy, all[i].PublishedBy = "", ""
	}
	return all, err
}

// VersionFile returns a version of the published report in a format; the newest
// for 0.
func (s *Service) VersionFile(ctx context.Context, c *models.Consultation, number int, format string) ([]byte, error) {
	v, err := s.PublishedVersion(ctx, c, number)
	if err != nil {
		return nil, err
	}
	if format == "json" { // as it was published, whatever this version of the program would write
		var b bytes.Buffer
		err = json.Indent(&b, v.data, "", "  ")
		return append(b.Bytes(), '\n'), err
	}
	return reportAs(v.Report, format)
}

// strike has words taken out of every published version and of what is proposed,
// in a transaction. The record does not say whose words they were.
func (s *Service) strike(ctx context.Context, tx *store.Store, by Actor, c *models.Consultation, take func(data []byte) ([]byte, bool, error)) error {
	all, err := tx.Versions(ctx, c.ID)
	if err != nil {
		return err
	}
	for _, v := range all {
		_, data, _, err := tx.ReportVersion(ctx, c.ID, v.Number)
		if err != nil {
			return err
		}
		data, struck, err := take(data)
		if err != nil {
			return fmt.Errorf("version %d of the report: %w", v.Number, err)
		}
		if !struck {
			continue
		}
		if err := tx.StrikeReport(ctx, c.ID, v.Number, data, s.today()); err != nil {
			return err
		}
		if err := s.record(ctx, tx, by, "report.struck", fmt.Sprintf("version %d", v.Number), c.ID, ""); err != nil {
			return err
		}
	}
	p, err := tx.Proposal(ctx, c.ID)
	if err != nil || p == nil {
		return err
	}
	if p.Data, _, err = take(p.Data); err != nil {
		return err
	}
	if p.Waits() {
		p.Reason, p.ReturnedBy, p.ReturnedDay = "Words were taken out of it, because somebody asked for it. Propose it anew.", models.ActorPortal, s.today()
	}
	return tx.SaveProposal(ctx, *p)
}

// News is an entry of the public feed of a consultation.
type News struct {
	Consultation *models.Consultation
	Key          string // names it for ever
	Status       models.Status
	Version      int    // of the report that was published, 0 for none
	Day          string // YYYY-MM-DD
	Hash         string // of the version
	Note         string // why there is a new version, in an officer's words
}

// News returns what became known about a consultation, the newest first; about
// all that the public knows of when c is nil.
func (s *Service) News(ctx context.Context, c *models.Consultation) ([]News, error) {
	of := []*models.Consultation{c}
	if c == nil {
		var err error
		if of, err = s.Consultations(ctx, Actor{}); err != nil {
			return nil, err
		}
	}
	var all []News
	for _, c := range of {
		acts, err := s.store.StatusDays(ctx, c.ID)
		if err != nil {
			return nil, err
		}
		for _, a := range acts {
			if status, moved := strings.CutPrefix(a.Action, "consultation."); moved && models.Status(status) != models.StatusDraft {
				all = append(all, News{Consultation: c, Key: strings.ReplaceAll(status, " ", "-"), Status: models.Status(status), Day: a.Day})
			}
		}
		if !c.Status.AtLeast(models.StatusPublished) {
			continue
		}
		versions, err := s.store.Versions(ctx, c.ID)
		if err != nil {
			return nil, err
		}
		for _, v := range slices.Backward(versions) {
			_, data, _, err := s.store.ReportVersion(ctx, c.ID, v.Number)
			if err != nil {
				return nil, err
			}
			n := News{Consultation: c, Key: fmt.Sprintf("report-%d", v.Number), Status: models.StatusPublished, Version: v.Number, Day: v.Day, Hash: v.Hash}
			if r, err := reportOf(data); err != nil {
				return nil, err
			} else if r.Version != nil {
				n.Note = r.Version.Note
			}
			all = append(all, n)
		}
	}
	slices.Reverse(all)
	slices.SortStableFunc(all, func(x, y News) int { return cmp.Compare(y.Day, x.Day) })
	return all, nil
}

// objected counts the objections as they may be shown, nil where nobody could
// object: all of subs were brought in, so that nobody has a code. That nobody
// objected is said: it is a fact about everybody.
func objected(ctx context.Context, from *store.Store, c *models.Consultation, subs []*models.Submission) (*models.ReportObjections, error) {
	all, err := from.Objections(ctx, c.ID)
	switch {
	case err != nil:
		return nil, err
	case len(all) == 0 && !slices.ContainsFunc(subs, func(s *models.Submission) bool { return s.Channel != models.ChannelImport }):
		return nil, nil
	case len(all) == 0:
		return &models.ReportObjections{}, nil
	}
	upheld := 0
	for _, o := range all {
		if o.State == models.ObjectionUpheld || o.State == models.ObjectionNoted {
			upheld++
		}
	}
	shown := disclose.Protect(disclose.OneRow([]string{"upheld", "other"}, []int{upheld, len(all) - upheld}, []bool{false, false}, len(all)))
	say := func(f disclose.Figure) models.Figure {
		switch {
		case f.Shown:
			return models.Figure{Value: f.Value}
		case f.Withheld:
			return models.Figure{Masked: true}
		}
		return models.Figure{Masked: true, Threshold: f.Threshold}
	}
	return &models.ReportObjections{Made: say(shown.Total), Upheld: say(shown.Cells[0][0])}, nil
}
