package consult

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"heard/app/theme"
	"heard/models"
	"heard/models/store"
)

// themeDelay gathers submissions that arrive together into one run.
const themeDelay = 5 * time.Second

// themeView is the themes of a consultation with who is in them.
type themeView struct {
	themes     []models.Theme // without the merged ones
	byID       map[string]*models.Theme
	placements []models.Placement
	quotes     []models.Quote
	bySub      map[string][]models.Placement
}

func (s *Service) themeView(ctx context.Context, c *models.Consultation) (*themeView, error) {
	themes, err := s.store.Themes(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	v := &themeView{byID: map[string]*models.Theme{}, bySub: map[string][]models.Placement{}}
	if v.placements, err = s.store.Placements(ctx, c.ID); err != nil {
		return nil, err
	}
	if v.quotes, err = s.store.Quotes(ctx, c.ID); err != nil {
		return nil, err
	}
	for _, t := range themes {
		if t.Status != models.ThemeMerged {
			v.themes = append(v.themes, t)
		}
	}
	for i := range v.themes {
		v.byID[v.themes[i].ID] = &v.themes[i]
	}
	for _, p := range v.placements {
		v.bySub[p.Submission] = append(v.bySub[p.Submission], p)
	}
	return v, nil
}

// of returns the themes a submission's answers are in, best first.
func (v *themeView) of(submission string) []*models.Theme {
	return v.pick(v.bySub[submission], "")
}

// ofAnswer returns the themes one answer is in, best first.
func (v *themeView) ofAnswer(submission, question string) []*models.Theme {
	return v.pick(v.bySub[submission], question)
}

func (v *themeView) pick(placements []models.Placement, question string) []*models.Theme {
	placements = slices.Clone(placements)
	slices.SortStableFunc(placements, func(a, b models.Placement) int { return cmp.Compare(b.Score, a.Score) })
	var out []*models.Theme
	for _, p := range placements {
		t := v.byID[p.Theme]
		if t != nil && (question == "" || p.Question == question) && !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return out
}

// RefreshThemes reads every answer in words again and proposes themes. It
// keeps what people decided: a theme found again keeps its name and approval,
// merged themes stay merged, and nobody is taken out of an approved theme.
func (s *Service) RefreshThemes(ctx context.Context, consultation string) error {
	c, err := s.store.Consultation(ctx, consultation)
	if err != nil {
		return err
	}
	if c.Status.AtLeast(models.StatusFrozen) {
		return nil // the report's data is fixed
	}
	var docs []theme.Document
	texts := map[string]string{}
	for sub, err := range s.store.Submissions(ctx, c.ID) {
		if err != nil {
			return err
		}
		for _, a := range themedAnswers(c, sub) {
			id := documentID(sub.ID, a.Question)
			texts[id] = a.Redacted
			docs = append(docs, theme.Document{ID: id, Text: a.Redacted, Groups: sub.Groups,
				Position: position(sub.Stance), Quotable: sub.Allows(models.ConsentQuote)})
		}
	}
	seed := seedOf(c.ID)
	found := theme.Find(docs, theme.Options{Seed: seed})
	err = s.store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.Lock(ctx, c.ID); err != nil {
			return err
		}
		before, err := tx.Themes(ctx, c.ID)
		if err != nil {
			return err
		}
		placed, err := tx.Placements(ctx, c.ID)
		if err != nil {
			return err
		}
		run := carryOver(c.ID, found, before, placed, texts)
		run.Seed = seed
		if err := tx.SaveThemes(ctx, run); err != nil {
			return err
		}
		return tx.Enqueue(ctx, models.JobPlaces, c.ID, 0)
	})
	s.wake()
	return err
}

func position(stance string) int8 {
	switch stance {
	case models.StanceFor:
		return 1
	case models.StanceAgainst:
		return -1
	}
	return 0
}

// seedOf gives each consultation its own seed, so that the same answers always
// give the same themes.
func seedOf(consultation string) uint64 {
	sum := sha256.Sum256([]byte("heard/themes/" + consultation))
	return binary.BigEndian.Uint64(sum[:8])
}

// carryOver turns what the engine found into a run that keeps people's
// decisions. A found theme is the same as an earlier one when most of the
// answers it shares with earlier runs were there; the earlier theme may since
// have been merged into another, and then the answers go there.
func carryOver(consultation string, found theme.Result, before []models.Theme, placed []models.Placement, texts map[string]string) models.ThemeRun {
	run := models.ThemeRun{Consultation: consultation, Documents: found.Documents}
	earlier := map[string]*models.Theme{}
	for i := range before {
		earlier[before[i].ID] = &before[i]
	}
	// home is the theme that an earlier theme's answers are in now.
	home := func(id string) string {
		for range len(before) {
			t := earlier[id]
			if t == nil || t.Status != models.ThemeMerged {
				return id
			}
			id = t.MergedInto
		}
		return id
	}
	was := map[string][]string{} // document → earlier themes
	for _, p := range placed {
		id := documentID(p.Submission, p.Question)
		was[id] = append(was[id], home(p.Theme))
	}
	members := map[string][]theme.Scored{} // found theme → documents, as Scored{document, score}
	for _, a := range found.Assignments {
		for _, t := range a.Themes {
			members[t.Theme] = append(members[t.Theme], theme.Scored{Theme: a.Document, Score: t.Score})
		}
	}
	used := map[string]int{} // theme id → index in run.Themes
	target := map[string]string{}
	for _, f := range found.Themes {
		id := sameAs(members[f.ID], was)
		t := earlier[id]
		if t == nil {
			t = &models.Theme{ID: newID(10), Consultation: consultation, Label: f.Label, Status: models.ThemeCandidate}
		}
		target[f.ID] = t.ID
		if at, again := used[t.ID]; again {
			// Two found themes belong to one that people merged.
			run.Themes[at].Keywords = union(run.Themes[at].Keywords, f.Keywords)
			run.Themes[at].DistinctiveFor = union(run.Themes[at].DistinctiveFor, f.DistinctiveFor)
			continue
		}
		next := *t
		next.MachineLabel, next.Keywords, next.DistinctiveFor = f.Label, f.Keywords, f.DistinctiveFor
		if !next.Renamed && next.Status == models.ThemeCandidate {
			next.Label = f.Label
		}
		used[next.ID] = len(run.Themes)
		run.Themes = append(run.Themes, next)
	}
	in := map[string]bool{}
	place := func(themeID, document string, score float64) {
		if in[themeID+"\x00"+document] {
			return
		}
		in[themeID+"\x00"+document] = true
		sub, q := splitDocumentID(document)
		run.Placements = append(run.Placements, models.Placement{Theme: themeID, Submission: sub, Question: q, Score: score})
	}
	for _, f := range found.Themes {
		for _, m := range members[f.ID] {
			place(target[f.ID], m.Theme, m.Score)
		}
	}
	// What people touched stays, also when the engine no longer finds it, and
	// keeps whoever was in it.
	for _, t := range before {
		_, foundAgain := used[t.ID]
		switch {
		case t.Status == models.ThemeMerged:
			run.Themes = append(run.Themes, t)
		case foundAgain:
		case t.Status == models.ThemeApproved || t.Renamed:
			used[t.ID] = len(run.Themes)
			run.Themes = append(run.Themes, t)
		}
	}
	for _, p := range placed {
		id := home(p.Theme)
		t := earlier[id]
		document := documentID(p.Submission, p.Question)
		if _, kept := used[id]; !kept || t == nil || (t.Status != models.ThemeApproved && !t.Renamed) {
			continue
		}
		if _, still := texts[document]; still {
			place(id, document, p.Score)
		}
	}
	for _, f := range found.Themes {
		for _, q := range f.Quotes {
			sub, question := splitDocumentID(q.Document)
			run.Quotes = append(run.Quotes, models.Quote{Theme: target[f.ID], Submission: sub, Question: question,
				Group: q.Group, Start: q.Start, End: q.End, SHA256: hashOf(q.Text)})
		}
	}
	for _, f := range found.Campaigns {
		campaign := models.Campaign{ID: newID(10), Consultation: consultation, Template: f.Template}
		for _, m := range f.Members {
			sub, _ := splitDocumentID(m)
			if !slices.Contains(campaign.Members, sub) {
				campaign.Members = append(campaign.Members, sub)
			}
		}
		run.Campaigns = append(run.Campaigns, campaign)
	}
	return run
}

// sameAs returns the earlier theme that holds more than half of the documents
// that were placed before, "" when there is none.
func sameAs(members []theme.Scored, was map[string][]string) string {
	votes, known := map[string]int{}, 0
	for _, m := range members {
		if homes := was[m.Theme]; len(homes) > 0 {
			known++
			for _, h := range slices.Compact(slices.Sorted(slices.Values(homes))) {
				votes[h]++
			}
		}
	}
	best := ""
	for _, id := range slices.Sorted(maps.Keys(votes)) {
		if votes[id]*2 > known && (best == "" || votes[id] > votes[best]) {
			best = id
		}
	}
	return best
}

func union(a, b []string) []string {
	out := slices.Clone(a)
	for _, s := range b {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

func hashOf(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// ThemeReview is everything the review of themes needs.
type ThemeReview struct {
	Consultation *models.Consultation
	Themes       []ReviewedTheme
	HeardOnce    []Excerpt
	Answers      int
}

// ReviewedTheme is one theme with its people and quotes.
type ReviewedTheme struct {
	Theme  models.Theme
	People int
	Count  string            // People as it may be shown
	Groups map[string]string // people by group, as it may be shown
	Quotes []string
}

// Excerpt is redacted words with where they stand.
type Excerpt struct {
	Submission *models.Submission
	Question   string
	Text       string
}

// Themes returns the themes of a consultation for review, largest first.
func (s *Service) Themes(ctx context.Context, by Actor, c *models.Consultation) (*ThemeReview, error) {
	if err := by.need(SeeThemes); err != nil {
		return nil, err
	}
	view, err := s.themeView(ctx, c)
	if err != nil {
		return nil, err
	}
	review := &ThemeReview{Consultation: c}
	people := map[string]map[string]bool{}
	groups := map[string]map[string]int{}
	texts := map[string]string{}
	for sub, err := range s.store.Submissions(ctx, c.ID) {
		if err != nil {
			return nil, err
		}
		words := themedAnswers(c, sub)
		review.Answers += len(words)
		in := view.of(sub.ID)
		for _, t := range in {
			if people[t.ID] == nil {
				people[t.ID], groups[t.ID] = map[string]bool{}, map[string]int{}
			}
			people[t.ID][sub.ID] = true
			for _, g := range sub.Groups {
				groups[t.ID][g]++
			}
		}
		quotable := sub.Allows(models.ConsentQuote)
		for _, a := range words {
			if quotable || by.May(ReadOriginal) {
				texts[documentID(sub.ID, a.Question)] = a.Redacted
			}
			if len(in) == 0 {
				e := Excerpt{Submission: sub, Question: a.Question}
				if quotable || by.May(EditThemes) {
					e.Text = a.Redacted
				}
				review.HeardOnce = append(review.HeardOnce, e)
			}
		}
	}
	for _, t := range view.themes {
		gated := by.Role == models.RoleCouncillor
		r := ReviewedTheme{Theme: t, People: len(people[t.ID]), Count: shown(len(people[t.ID]), false, gated), Groups: map[string]string{}}
		for g, n := range groups[t.ID] {
			r.Groups[g] = shown(n, c.Sensitive([]string{g}), gated)
		}
		for _, q := range view.quotes {
			if q.Theme != t.ID {
				continue
			}
			if words, ok := cut(texts[documentID(q.Submission, q.Question)], q); ok {
				r.Quotes = append(r.Quotes, words)
			}
		}
		review.Themes = append(review.Themes, r)
	}
	slices.SortStableFunc(review.Themes, func(a, b ReviewedTheme) int { return cmp.Compare(b.People, a.People) })
	return review, nil
}

// cut takes a quote out of the text it stands in and checks it against its
// hash.
func cut(text string, q models.Quote) (string, bool) {
	runes := []rune(text)
	if q.Start < 0 || q.End > len(runes) || q.Start >= q.End {
		return "", false
	}
	words := string(runes[q.Start:q.End])
	return words, hashOf(words) == q.SHA256
}

// RequestThemes asks for a new run.
func (s *Service) RequestThemes(ctx context.Context, by Actor, c *models.Consultation) error {
	if err := by.need(EditThemes); err != nil {
		return err
	}
	if c.Status.AtLeast(models.StatusFrozen) {
		return models.NewError(models.KindClosed, "The analysis has been frozen, so themes are no longer looked for.")
	}
	err := s.store.Tx(ctx, func(tx *store.Store) error {
		if err := s.record(ctx, tx, by, "themes.requested", c.ID, c.ID, ""); err != nil {
			return err
		}
		return tx.Enqueue(ctx, models.JobThemes, c.ID, 0)
	})
	s.wake()
	return err
}

// MaxLabel is the longest name of a theme, in code points.
const MaxLabel = 120

// RenameTheme gives a theme the name that people will read. version is the one
// the officer saw: a theme that somebody else changed since is refused.
func (s *Service) RenameTheme(ctx context.Context, by Actor, c *models.Consultation, id string, version int, label string) error {
	label = strings.Join(strings.Fields(models.CleanText(label)), " ")
	if n := len([]rune(label)); n == 0 || n > MaxLabel {
		return &models.Error{Kind: models.KindInvalid, Message: "The theme was not renamed.",
			Fields: []models.FieldError{{Field: "label", Message: fmt.Sprintf("Enter a name of 1 to %d characters", MaxLabel)}}}
	}
	return s.changeTheme(ctx, by, c, id, version, "theme.renamed", func(_ *store.Store, t *models.Theme) error {
		t.Label, t.Renamed = label, true
		return nil
	})
}

// ApproveTheme marks a theme as looked at by a person, or takes that back.
func (s *Service) ApproveTheme(ctx context.Context, by Actor, c *models.Consultation, id string, version int, approved bool) error {
	action, status := "theme.approved", models.ThemeApproved
	if !approved {
		action, status = "theme.unapproved", models.ThemeCandidate
	}
	return s.changeTheme(ctx, by, c, id, version, action, func(_ *store.Store, t *models.Theme) error {
		t.Status = status
		return nil
	})
}

// MergeTheme puts everybody in theme id into theme into. A re-run follows.
func (s *Service) MergeTheme(ctx context.Context, by Actor, c *models.Consultation, id string, version int, into string) error {
	return s.changeTheme(ctx, by, c, id, version, "theme.merged", func(tx *store.Store, t *models.Theme) error {
		target, err := tx.Theme(ctx, into)
		if err != nil {
			return err
		}
		if target.Consultation != c.ID || target.ID == t.ID || target.Status == models.ThemeMerged {
			return models.NewError(models.KindInvalid, "Choose another theme to merge this one into.")
		}
		t.Status, t.MergedInto = models.ThemeMerged, target.ID
		return tx.MovePlacements(ctx, t.ID, target.ID)
	})
}

func (s *Service) changeTheme(ctx context.Context, by Actor, c *models.Consultation, id string, version int, action string, change func(tx *store.Store, t *models.Theme) error) error {
	if err := by.need(EditThemes); err != nil {
		return err
	}
	if c.Status.AtLeast(models.StatusFrozen) {
		return models.NewError(models.KindClosed, "The analysis has been frozen, so themes can no longer be changed.")
	}
	err := s.store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.Lock(ctx, c.ID); err != nil {
			return err
		}
		t, err := tx.Theme(ctx, id)
		if err != nil {
			return err
		}
		if t.Consultation != c.ID {
			return models.NewError(models.KindNotFound, "There is no such theme.")
		}
		if t.Version != version {
			return models.NewError(models.KindConflict, "Somebody else changed this theme since you opened the page. Look at it as it is now, then decide again.")
		}
		if err := change(tx, t); err != nil {
			return err
		}
		if err := tx.UpdateTheme(ctx, *t); err != nil {
			return err
		}
		if err := s.record(ctx, tx, by, action, id, c.ID, ""); err != nil {
			return err
		}
		if t.Status == models.ThemeMerged {
			return tx.Enqueue(ctx, models.JobPlaces, c.ID, 0)
		}
		return nil
	})
	s.wake()
	return err
}
