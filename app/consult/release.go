package consult

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"heard/app/disclose"
	"heard/app/report"
	"heard/models"
	"heard/models/store"
	"heard/search"
)

// What councillors may search is released: nothing before the consultation has
// closed, so that nobody decides on running totals, and then in editions that do
// not change, so that nobody learns who somebody is by looking before and after
// they came. Labels of the text (its question, themes, rules and source) are the
// text's own. Labels of the person are released only as far as enough people
// share them; see disclose.Release. What is searched, filtered, counted, sorted
// and shown to councillors holds nothing else about anybody.

// personal are the attributes of a person, first the one that is given up first.
// The ward outlives the stance, which people mostly say in their own words.
var personal = []disclose.Rung{
	{Attribute: string(search.Channels)},
	{Attribute: string(search.Languages)},
	{Attribute: string(search.Groups), Further: true},
	{Attribute: string(search.Stances)},
	{Attribute: string(search.Areas)},
	{Attribute: string(search.Groups)},
}

// recoded returns what may be released of people, in their order.
func recoded(c *models.Consultation, people []disclose.Record) []disclose.Record {
	return disclose.Release(people, disclose.Ladder{Rungs: personal, Groups: string(search.Groups),
		Sensitive: func(group string) bool { return c.Sensitive([]string{group}) }})
}

// recordOf returns all that is known of the author of a submission, of which
// docs are the passages.
func recordOf(c *models.Consultation, sub *models.Submission, docs []search.Document) disclose.Record {
	r := disclose.Record{AtRisk: c.Sensitive(sub.Groups), Labels: map[string][]string{}}
	add := func(attribute string, value string) {
		if value != "" && !slices.Contains(r.Labels[attribute], value) {
			r.Labels[attribute] = append(r.Labels[attribute], value)
		}
	}
	for _, doc := range docs {
		for _, rung := range personal {
			for _, value := range doc.Labels[search.Attribute(rung.Attribute)] {
				add(rung.Attribute, value)
			}
		}
	}
	return r
}

// quotable returns those passages of a submission that may be released: none of
// people who did not agree to be quoted, no file of people at risk, in which too
// much else may stand, and nothing that was written beside a choice, which the words
// would tell.
func quotable(c *models.Consultation, sub *models.Submission, docs []search.Document) []search.Document {
	if !sub.Allows(models.ConsentQuote) {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(docs), func(d search.Document) bool {
		if d.Attachment != "" {
			return !filesQuotable(c, sub)
		}
		return !c.Question(d.Question).Themed
	})
}

// forCouncillors returns a passage as councillors find it: of the person, what is
// released and no more, on the day of the release.
func forCouncillors(c *models.Consultation, doc search.Document, r models.Released) search.Document {
	labels := maps.Clone(doc.Labels)
	for _, rung := range personal {
		attribute := search.Attribute(rung.Attribute)
		labels[attribute] = slices.DeleteFunc(slices.Clone(doc.Labels[attribute]), func(value string) bool {
			return !slices.Contains(r.Labels[rung.Attribute], value)
		})
	}
	// A question that only people at risk are asked says that somebody is one.
	if q := c.Question(doc.Question); q != nil && q.Sensitive && !c.Sensitive(r.Labels[string(search.Groups)]) {
		delete(labels, search.Questions)
		delete(labels, search.Restrictions)
	}
	doc.Tier, doc.Day, doc.Labels = search.TierCouncillor, r.Day, labels
	return doc
}

// bare reports whether words are released with nothing beside them but a group
// at risk: those of people at risk, and of everybody of whom no label is released,
// or what they chose would tell them from people at risk.
func bare(c *models.Consultation, sub *models.Submission, r models.Released) bool {
	return c.Sensitive(sub.Groups) || len(r.Labels) == 0
}

// byName reports whether somebody is named with what is released of them: an
// organisation that agreed to it, which the report names, too.
func byName(c *models.Consultation, sub *models.Submission) bool {
	return sub.Allows(models.ConsentName) && !c.Sensitive(sub.Groups)
}

// tells reports whether what was answered to a question is released with the words.
func tells(q *models.Question, bare, named bool, r models.Released) bool {
	return q != nil && (q.Themed || !bare || named && q.Written()) && !(q.AboutYou && q.Closed()) && !(q.Position && len(r.Labels[string(search.Stances)]) == 0)
}

// foundBySearching is what councillors find of people who are released: the figures
// of a report are held against it.
func foundBySearching(c *models.Consultation, subs []*models.Submission, released map[string]models.Released) map[string]report.Found {
	all := make(map[string]report.Found, len(released))
	for _, sub := range subs {
		r, ok := released[sub.ID]
		if !ok {
			continue
		}
		bare, named := bare(c, sub, r), byName(c, sub)
		f := report.Found{Groups: r.Labels[string(search.Groups)], Apart: !bare || named || filesQuotable(c, sub) && len(sub.Attachments) > 0}
		for i := range c.Questions {
			if q := &c.Questions[i]; q.Closed() && tells(q, bare, named, r) {
				f.Chosen = append(f.Chosen, q.ID)
			}
		}
		all[sub.ID] = f
	}
	return all
}

// asReleased takes out of a copy of a submission what is not released of its
// author: who they are and, for people at risk, whatever they chose.
func asReleased(c *models.Consultation, sub *models.Submission, r models.Released) {
	first := func(attribute search.Attribute) string {
		if values := r.Labels[string(attribute)]; len(values) > 0 {
			return values[0]
		}
		return ""
	}
	bare, named := bare(c, sub, r), byName(c, sub)
	sub.Answers = slices.DeleteFunc(sub.Answers, func(a models.Answer) bool { return !tells(c.Question(a.Question), bare, named, r) })
	for i := range sub.Answers {
		if len(r.Labels[string(search.Languages)]) == 0 {
			sub.Answers[i].Language = ""
		}
	}
	if !filesQuotable(c, sub) || r.Submission == "" {
		sub.Attachments = nil
	}
	sub.Groups = slices.Clone(r.Labels[string(search.Groups)])
	if bare {
		r.Day = ""
	}
	sub.Day, sub.Language, sub.Channel, sub.Stance, sub.Path = r.Day, first(search.Languages), models.Channel(first(search.Channels)), first(search.Stances), ""
}

// Released returns the day of the last release to councillors, and false while
// there has been none: until the consultation has closed they find nothing.
func (s *Service) Released(ctx context.Context, by Actor, c *models.Consultation) (day string, ok bool, err error) {
	if err := by.need(SearchText); err != nil {
		return "", false, err
	}
	releases, err := s.store.Releases(ctx, c.ID)
	if err != nil || len(releases) == 0 {
		return "", false, err
	}
	return releases[len(releases)-1].Day, true, nil
}

// Release releases to councillors what came after the last release, such as
// paper that was typed in late, and returns how many people's words that are.
func (s *Service) Release(ctx context.Context, by Actor, c *models.Consultation) (people int, err error) {
	if err := by.need(Publish); err != nil {
		return 0, err
	}
	err = s.store.Tx(ctx, func(tx *store.Store) error {
		now, err := hold(ctx, tx, c)
		if err != nil {
			return err
		}
		if !now.Status.AtLeast(models.StatusClosed) {
			return models.NewError(models.KindConflict, "Nothing is released to councillors before the consultation has closed.")
		}
		people, err = s.release(ctx, tx, by, now)
		return err
	})
	if err == nil {
		s.wake()
	}
	return people, err
}

// ReleaseNew is the portal's own release, of a consultation that has closed. It
// is safe to repeat.
func (s *Service) ReleaseNew(ctx context.Context, consultation string) error {
	c, err := s.store.Consultation(ctx, consultation)
	if err != nil || !c.Status.AtLeast(models.StatusClosed) {
		return err
	}
	_, err = s.Release(ctx, Portal, c)
	return err
}

// ReleaseOverdue asks for the first release of consultations that have closed
// without one: those that closed before there were releases.
func (s *Service) ReleaseOverdue(ctx context.Context) error {
	all, err := s.store.Consultations(ctx)
	if err != nil {
		return err
	}
	for _, c := range all {
		if !c.Status.AtLeast(models.StatusClosed) {
			continue
		}
		releases, err := s.store.Releases(ctx, c.ID)
		if err != nil {
			return err
		}
		if len(releases) > 0 {
			continue
		}
		if err := s.store.Enqueue(ctx, models.JobRelease, c.ID, 0); err != nil {
			return err
		}
	}
	return nil
}

// release makes a release of those who are in none yet and whose words people
// have checked, recoded among themselves: what is released already does not change.
// Those of them who are too few to have labels are released without, and so are
// those who are counted in a report that is public: labels of theirs could tell what
// its figures mask. There is no release without anybody in it but the first, which
// says that there was nothing to release.
func (s *Service) release(ctx context.Context, tx *store.Store, by Actor, c *models.Consultation) (people int, err error) {
	earlier, err := tx.Releases(ctx, c.ID)
	if err != nil {
		return 0, err
	}
	released, err := tx.InRelease(ctx, c.ID)
	if err != nil {
		return 0, err
	}
	// Figures of a report that is public were held against what was released by then.
	counted, err := tx.Counted(ctx, c.ID)
	if err != nil {
		return 0, err
	}
	public := c.Status.AtLeast(models.StatusPublished)
	var records []disclose.Record
	var rows []models.Released
	for sub, err := range tx.Submissions(ctx, c.ID) {
		if err != nil {
			return 0, err
		}
		if _, already := released[sub.ID]; already {
			continue
		}
		docs := quotable(c, sub, passages(c, sub, &themeView{}))
		if len(docs) == 0 && (len(unreadable(sub)) == 0 || !filesQuotable(c, sub)) { // a file without words has a summary
			continue
		}
		if sheet, err := tx.RedactionSheet(ctx, sub.ID); err != nil {
			return 0, err
		} else if sheet.Done() { // nothing leaves the desk by the program's decision alone
			r := recordOf(c, sub, docs)
			if public && (counted[sub.ID] > 0 || len(counted) == 0) { // a report from before there were members counted everybody
				r.Labels = nil
			}
			records, rows = append(records, r), append(rows, models.Released{Submission: sub.ID})
		}
	}
	if len(rows) == 0 && len(earlier) > 0 {
		return 0, nil
	}
	for i, r := range recoded(c, records) {
		rows[i].Labels = r.Labels
	}
	number, err := tx.AddRelease(ctx, models.Release{Consultation: c.ID, Day: s.today(), By: by.ID}, rows)
	if err != nil {
		return 0, err
	}
	if err := s.record(ctx, tx, by, "consultation.released", fmt.Sprintf("%s release %d", c.ID, number), c.ID, ""); err != nil {
		return 0, err
	}
	return len(rows), tx.Enqueue(ctx, models.JobPlaces, c.ID, 0)
}

// unrelease takes submissions that no longer count out of their releases. Where
// too few are left who share their labels, those of them that too few share are
// withheld from now on.
func (s *Service) unrelease(ctx context.Context, tx *store.Store, c *models.Consultation, ids ...string) error {
	of, err := tx.ReleasedOf(ctx, ids...)
	if err != nil || len(of) == 0 {
		return err
	}
	from := map[int]bool{}
	for id, r := range of {
		from[r.Release] = true
		if err := tx.Unrelease(ctx, id); err != nil {
			return err
		}
	}
	for _, number := range slices.Sorted(maps.Keys(from)) {
		if err := s.coarsen(ctx, tx, c, number); err != nil {
			return err
		}
	}
	return nil
}

// coarsen withholds the labels in a release that too few share by now.
func (s *Service) coarsen(ctx context.Context, tx *store.Store, c *models.Consultation, release int) error {
	left, err := tx.InRelease(ctx, c.ID)
	if err != nil {
		return err
	}
	maps.DeleteFunc(left, func(_ string, r models.Released) bool { return r.Release != release })
	rows := make([]models.Released, 0, len(left))
	for _, id := range slices.Sorted(maps.Keys(left)) {
		rows = append(rows, left[id])
	}
	records := make([]disclose.Record, len(rows))
	for i, r := range rows {
		records[i] = disclose.Record{AtRisk: c.Sensitive(r.Labels[string(search.Groups)]), Labels: r.Labels}
	}
	for i, r := range recoded(c, records) {
		if maps.EqualFunc(r.Labels, rows[i].Labels, slices.Equal[[]string]) {
			continue
		}
		rows[i].Labels = r.Labels
		if err := tx.SetReleased(ctx, rows[i]); err != nil {
			return err
		}
		if err := tx.Enqueue(ctx, models.JobIndex, rows[i].Submission, 0); err != nil {
			return err
		}
	}
	return nil
}
