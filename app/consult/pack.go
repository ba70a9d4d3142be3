package consult

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"heard/app/disclose"
	"heard/app/report"
	"heard/models"
	"heard/search"
)

// PackParts are the parts of a councillors' pack that somebody can say they read.
var PackParts = []string{"summary", "reading", "once"}

// CouncillorPack is what councillors are given before they decide: one version of
// the report, and passages that speak for every theme, side and group. It is the
// same for everybody, and never changes.
type CouncillorPack struct {
	Version *ReportVersion
	Hash    string // SHA-256 of the pack, hex
	Reading []PackPassage
	// Readers says how many say that they read each part, as it may be shown; Read
	// which of them whoever asks did.
	Readers map[string]string
	Read    map[string]bool
}

// PackPassage is a passage of the reading list with its words as councillors may
// read them; no Text when they were taken out since.
type PackPassage struct {
	models.ReadingPassage
	Groups   []string // ids, as released
	Stance   string   // as released
	Language string
	Text     []Piece
	Unnamed  bool // the question must not be told beside it
}

// mostOnce is how many points heard once stand on a reading list.
const mostOnce = 10

// pack makes the councillors' pack of a version: for each theme one passage from
// each side, for each group one, and some of the points heard once. Which ones goes
// by a hash, so that it is nobody's choice and the same every time. They are
// passages that are released, with the labels that are.
func (s *Service) pack(ctx context.Context, c *models.Consultation, r *models.Report, hash string, in report.Input) ([]byte, error) {
	released, err := s.store.Released(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	type candidate struct {
		sub    *models.Submission
		answer models.Answer
		label  models.Released
		order  string
	}
	var all []candidate
	for _, sub := range in.Submissions {
		label, ok := released[sub.ID]
		if !ok || !sub.Allows(models.ConsentQuote) {
			continue
		}
		for _, a := range c.InWords(sub) {
			if !c.Question(a.Question).Themed { // nothing beside a choice, see quotable
				continue
			}
			all = append(all, candidate{sub, a, label, hashOf(fmt.Sprintf("heard/pack/%x/%s", seedOf(c.ID), documentID(sub.ID, a.Question)))})
		}
	}
	slices.SortFunc(all, func(x, y candidate) int { return cmp.Compare(x.order, y.order) })
	placed := map[models.AnswerKey]map[string]bool{}
	for _, p := range in.Placements {
		key := keyOf(p)
		if placed[key] == nil {
			placed[key] = map[string]bool{}
		}
		placed[key][p.Theme] = true
	}
	pack := models.Pack{Consultation: c.ID, Version: r.Version.Number, Report: hash}
	taken := map[models.AnswerKey]bool{}
	// pick adds the first that fits, one that is on the list already only if there is
	// no other.
	pick := func(why, name, side string, fits func(candidate) bool) bool {
		for _, again := range []bool{false, true} {
			for _, x := range all {
				key := models.AnswerKey{Submission: x.sub.ID, Question: x.answer.Question}
				if taken[key] == again && fits(x) {
					taken[key] = true
					pack.Reading = append(pack.Reading, models.ReadingPassage{Why: why, Name: name, Side: side, Submission: x.sub.ID, Question: x.answer.Question, SHA256: hashOf(x.answer.Redacted)})
					return true
				}
			}
		}
		return false
	}
	for _, t := range r.Themes {
		in := func(x candidate) bool {
			return placed[models.AnswerKey{Submission: x.sub.ID, Question: x.answer.Question}][t.ID]
		}
		found := false
		for _, side := range []string{models.StanceFor, models.StanceAgainst} {
			found = pick("theme", t.Label, side, func(x candidate) bool { return in(x) && slices.Contains(x.label.Labels[string(search.Stances)], side) }) || found
		}
		if !found {
			pick("theme", t.Label, "", in)
		}
	}
	for _, g := range c.Groups {
		pick("group", g.ID, "", func(x candidate) bool { return slices.Contains(x.label.Labels[string(search.Groups)], g.ID) })
	}
	once := 0
	for _, x := range all {
		key := models.AnswerKey{Submission: x.sub.ID, Question: x.answer.Question}
		if len(placed[key]) == 0 && !taken[key] && once < mostOnce {
			once++
			pack.Reading = append(pack.Reading, models.ReadingPassage{Why: "once", Submission: x.sub.ID, Question: x.answer.Question, SHA256: hashOf(x.answer.Redacted)})
		}
	}
	return json.Marshal(pack)
}

// Pack returns the councillors' pack of a version of the report; that of the
// newest for 0. Everybody is shown the same.
func (s *Service) Pack(ctx context.Context, by Actor, c *models.Consultation, number int) (*CouncillorPack, error) {
	if err := by.need(ReadPack); err != nil {
		return nil, err
	}
	if !c.Status.AtLeast(models.StatusPublished) {
		return nil, models.NewError(models.KindNotFound, fmt.Sprintf("The councillors’ pack is made when the report is published, and fixed with it. The consultation is %s. Until the report is published, what was answered can be searched.", c.Status))
	}
	v, err := s.PublishedVersion(ctx, c, number)
	if err != nil {
		return nil, err
	}
	_, _, data, err := s.store.ReportVersion(ctx, c.ID, v.Number)
	if err != nil {
		return nil, err
	}
	p := &CouncillorPack{Version: v, Hash: hashOf(string(data)), Readers: map[string]string{}}
	var pack models.Pack
	if len(data) > 0 {
		if err := json.Unmarshal(data, &pack); err != nil {
			return nil, fmt.Errorf("a kept pack: %w", err)
		}
	}
	var ids []string
	for _, e := range pack.Reading {
		ids = append(ids, e.Submission)
	}
	subs, err := s.store.SubmissionsByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	released, err := s.store.ReleasedOf(ctx, ids...)
	if err != nil {
		return nil, err
	}
	member := Actor{Role: models.RoleCouncillor} // whoever asks reads what councillors may
	for _, e := range pack.Reading {
		passage := PackPassage{ReadingPassage: e}
		if sub := subs[e.Submission]; sub != nil && sub.Status == models.SubmissionLive && sub.Allows(models.ConsentQuote) && mayOpen(member, c, sub, released[sub.ID]) {
			if a := sub.Answer(e.Question); a != nil && hashOf(a.Redacted) == e.SHA256 {
				as := readableBy(member, c, sub, released[sub.ID])
				passage.Groups, passage.Stance, passage.Language = as.Groups, as.Stance, cmp.Or(a.Language, as.Language)
				passage.Text, passage.Unnamed = Mark(a.Redacted, "", passage.Language), Unnamed(member, c, as, e.Question)
			}
		}
		p.Reading = append(p.Reading, passage)
	}
	counts, own, err := s.store.PackReads(ctx, c.ID, v.Number, s.readerOf(by, c, v.Number))
	if err != nil {
		return nil, err
	}
	p.Read = own
	for _, part := range PackParts {
		p.Readers[part] = disclose.Count(counts[part], false).String()
	}
	return p, nil
}

// ReadPart counts a councillor who says that they read a part of the pack. Only
// the number is kept, and nothing of it goes on record: who reads what is for
// nobody else to know.
func (s *Service) ReadPart(ctx context.Context, by Actor, c *models.Consultation, number int, part string) error {
	if err := by.need(ReadPack); err != nil {
		return err
	}
	if by.Role != models.RoleCouncillor {
		return models.NewError(models.KindConflict, "Only councillors are counted as readers of the pack.")
	}
	if !slices.Contains(PackParts, part) {
		return models.NewError(models.KindInvalid, "The page did not say which part was read.")
	}
	if v, err := s.PublishedVersion(ctx, c, number); err != nil {
		return err
	} else if v.Number != number {
		return models.NewError(models.KindNotFound, "There is no such version of the report.")
	}
	return s.store.ReadPack(ctx, c.ID, number, part, s.readerOf(by, c, number))
}

// readerOf is what keeps somebody from being counted twice. Who it is cannot be told
// from it without the pepper, which is not in the database; and it is another one
// for each pack.
func (s *Service) readerOf(by Actor, c *models.Consultation, number int) string {
	mac := hmac.New(sha256.New, s.pepper)
	fmt.Fprintf(mac, "heard/pack/%s/%d/%s", c.ID, number, by.ID)
	return hex.EncodeToString(mac.Sum(nil)[:16])
}
