package consult

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"heard/app/disclose"
	"heard/app/theme"
	"heard/models"
	"heard/models/store"
)

// themeDelay gathers submissions that arrive together into one run.
const themeDelay = 30 * time.Second

// themeView is the themes of a consultation with who is in them.
type themeView struct {
	*places
	live  []models.Theme // without the merged ones
	byID  map[string]*models.Theme
	bySub map[string][]models.Placement
}

// themeView reads all of them.
func (s *Service) themeView(ctx context.Context, c *models.Consultation) (*themeView, error) {
	p, err := readPlaces(ctx, s.store, c)
	if err != nil {
		return nil, err
	}
	return viewOf(p), nil
}

// themesOf reads the themes with the places of some submissions only, for
// pages and jobs about a few.
func (s *Service) themesOf(ctx context.Context, c *models.Consultation, submissions ...string) (*themeView, error) {
	p, err := readPlacesOf(ctx, s.store, c, submissions)
	if err != nil {
		return nil, err
	}
	return viewOf(p), nil
}

func viewOf(p *places) *themeView {
	v := &themeView{places: p, byID: map[string]*models.Theme{}, bySub: map[string][]models.Placement{}}
	for _, t := range p.themes {
		if t.Status != models.ThemeMerged {
			v.live = append(v.live, t)
		}
	}
	for i := range v.live {
		v.byID[v.live[i].ID] = &v.live[i]
	}
	for _, at := range p.standing() {
		v.bySub[at.Submission] = append(v.bySub[at.Submission], at)
	}
	return v
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

// refreshTries is how often a run begins again because people decided
// something while it was working.
const refreshTries = 4

// RefreshThemes reads every answer in words again and proposes themes. It
// keeps what people decided: a theme found again keeps its name and approval,
// merged themes stay merged, what they touched stays, and nobody is taken out of
// an approved theme by what the engine finds. Themes that people made or taught
// are then filled by what their examples have in common; see mapTaught.
func (s *Service) RefreshThemes(ctx context.Context, consultation string) error {
	_, err := s.refreshThemes(ctx, consultation)
	return err
}

// refreshThemes also returns who no longer counted when the themes were saved.
func (s *Service) refreshThemes(ctx context.Context, consultation string) (gone, error) {
	defer s.wake()
	for range refreshTries {
		c, err := s.store.Consultation(ctx, consultation)
		if err != nil {
			return nil, err
		}
		left, err := goneFrom(ctx, s.store, c)
		if err != nil || c.Status.AtLeast(models.StatusFrozen) { // then the report's data is fixed
			return left, err
		}
		if saved, err := s.runThemes(ctx, c, left); err != nil || saved {
			return left, err
		}
	}
	return nil, models.NewError(models.KindConflict, "Submissions were taken out of the count again and again while answers were read. Try again in a minute.")
}

// gone is how many submissions do not count, by status, and how often words were
// taken out of answers or put back.
type gone map[models.SubmissionStatus]int

const rewrites models.SubmissionStatus = "rewrites"

func goneFrom(ctx context.Context, from *store.Store, c *models.Consultation) (gone, error) {
	counts, err := from.CountSubmissions(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	delete(counts, models.SubmissionLive)
	counts[rewrites], err = from.Rewrites(ctx, c.ID)
	return counts, err
}

// runThemes is one run. It saves nothing, and says so, when others than left no
// longer count at its end: their words may be in the names that it found.
func (s *Service) runThemes(ctx context.Context, c *models.Consultation, left gone) (saved bool, err error) {
	var docs []theme.Document
	for sub, err := range s.store.Submissions(ctx, c.ID) {
		if err != nil {
			return false, err
		}
		for _, a := range c.InWords(sub) {
			docs = append(docs, theme.Document{ID: documentID(sub.ID, a.Question), Text: a.Redacted, Groups: sub.Groups,
				Stance: sub.Stance, Quotable: sub.Allows(models.ConsentQuote) && c.Question(a.Question).Themed}) // see quotable
		}
	}
	seed := seedOf(c.ID)
	background := s.background(len(docs))
	vectors, note := s.embeddings(ctx, c.ID, docs)
	found := theme.Find(docs, theme.Options{Seed: seed, Background: background, Vectors: vectors})
	words, err := s.describeThemes(ctx, c.ID, docs, found)
	if err != nil {
		return false, err
	}
	// What takes long is done without holding others up. If people decide
	// something meanwhile, it is done again with that.
	for range refreshTries {
		before, err := s.earlier(ctx, s.store, c)
		if err != nil {
			return false, err
		}
		run := carryOver(c.ID, docs, found, before)
		run.Seed = seed
		run.Method.Background, run.Method.TooFew = found.Background, found.TooFew
		mapTaught(&run, docs, before.places, background)
		s.noteVectors(&run, vectors, note)
		words.apply(&run)
		stale := false
		err = s.store.Tx(ctx, func(tx *store.Store) error {
			held, err := hold(ctx, tx, c)
			if err != nil {
				return err
			}
			if held.Status.AtLeast(models.StatusFrozen) {
				saved = true // meanwhile
				return nil
			}
			now, err := goneFrom(ctx, tx, c)
			if stale = !maps.Equal(now, left); err != nil || stale {
				return err
			}
			again, err := s.earlier(ctx, tx, c)
			if err != nil || !again.same(before) {
				return err
			}
			if err := tx.SaveThemes(ctx, run); err != nil {
				return err
			}
			saved = true
			return tx.Enqueue(ctx, models.JobPlaces, c.ID, 0)
		})
		if err != nil || saved || stale {
			return saved, err
		}
	}
	return false, models.NewError(models.KindConflict, "The themes were changed again and again while answers were placed. Try again in a minute.")
}

// background is the dictionary for a body of so many answers, or nil: large ones
// do without, and so do all when it cannot be read.
func (s *Service) background(answers int) *theme.Background {
	if s.akin == nil || answers > theme.BackgroundTexts {
		return nil
	}
	b, err := s.akin()
	if err != nil {
		s.log.Warn("the dictionary could not be read; answers are compared by their words alone", "reason", err)
		return nil
	}
	return b
}

// seedOf gives each consultation its own seed, so that the same answers always
// give the same themes.
func seedOf(consultation string) uint64 {
	sum := sha256.Sum256([]byte("heard/themes/" + consultation))
	return binary.BigEndian.Uint64(sum[:8])
}

// earlier is what a consultation's themes were before a run.
type earlier struct {
	*places
	quotes []models.Quote
}

func (s *Service) earlier(ctx context.Context, from *store.Store, c *models.Consultation) (earlier, error) {
	p, err := readPlaces(ctx, from, c)
	if err != nil {
		return earlier{}, err
	}
	quotes, err := from.Quotes(ctx, c.ID)
	return earlier{p, quotes}, err
}

// same reports whether nobody has decided anything in between.
func (e earlier) same(other earlier) bool {
	return reflect.DeepEqual(e.themes, other.themes) && slices.Equal(e.codings, other.codings) && slices.Equal(e.coded, other.coded)
}

// carryOver turns what the engine found in docs into a run that keeps people's
// decisions. A found theme takes the place of the earlier one it resembles
// most; what it shares with a theme that was merged since goes to the theme
// that was merged into.
func carryOver(consultation string, docs []theme.Document, found theme.Result, before earlier) models.ThemeRun {
	run := models.ThemeRun{Consultation: consultation, Documents: found.Documents}
	texts := map[string]theme.Document{}
	for _, d := range docs {
		texts[d.ID] = d
	}
	known, home := before.known, before.home
	standsFor := map[string]int{} // by theme: how many found themes it stands for
	byPeople := map[string]bool{} // themes that people coded in or put others under
	for _, t := range before.themes {
		standsFor[home(t.ID)]++
		byPeople[t.Parent] = true
	}
	for _, coding := range before.codings {
		byPeople[coding.Theme] = true
	}
	// A person has touched a theme who approved or named it, made or defined it,
	// gave it a place in the code frame, put it out of scope, merged another into
	// it, or decided on an answer in it.
	touched := func(t *models.Theme) bool {
		return t.Status == models.ThemeApproved || t.Status == models.ThemeOutOfScope || t.Renamed || t.MadeBy != "" ||
			t.Definition != "" || t.Parent != "" || byPeople[t.ID] || standsFor[t.ID] > 1
	}
	was := map[string]map[string]bool{} // earlier theme → documents that are still there
	for _, p := range before.machine {
		id, document := home(p.Theme), documentID(p.Submission, p.Question)
		if _, still := texts[document]; !still {
			continue
		}
		if was[id] == nil {
			was[id] = map[string]bool{}
		}
		was[id][document] = true
	}
	members := map[string][]placed{} // by found theme
	for _, a := range found.Assignments {
		for _, t := range a.Themes {
			members[t.Theme] = append(members[t.Theme], placed{a.Document, t.Score})
		}
	}
	// A theme whose merge was taken back has no answers yet, only its keywords. It
	// stays until the engine has had a chance to find it.
	empty := map[string][]string{}
	for _, t := range before.themes {
		if t.Status != models.ThemeMerged && len(was[t.ID]) == 0 && (touched(&t) || t.Version > 0) {
			empty[t.ID] = t.Keywords
		}
	}
	// What people made is filled by what they taught: no found theme takes its place,
	// but for those that were merged into it, which are known again by their keywords
	// alone, because its answers tell nothing of them.
	takes, tells := maps.Clone(standsFor), maps.Clone(was)
	var worded []earlierWords
	for id, keywords := range empty {
		worded = append(worded, earlierWords{id, keywords})
	}
	for _, t := range before.themes {
		at := home(t.ID)
		if t.MadeBy != "" {
			takes[at]--
		}
		if known[at] != nil && known[at].MadeBy != "" {
			delete(tells, at)
			if t.Status == models.ThemeMerged {
				worded = append(worded, earlierWords{at, t.Keywords})
			}
		}
	}
	same := matchThemes(found.Themes, members, tells, takes, worded)
	// What goes back to such a theme does not stay in the one it was merged into:
	// the one that held most of it.
	returned := map[string]map[string]bool{} // earlier theme → documents
	for _, f := range found.Themes {
		if _, back := empty[same[f.ID]]; !back {
			continue
		}
		from, most := "", 0
		for _, t := range before.themes {
			n := 0
			for _, m := range members[f.ID] {
				if was[t.ID][m.document] {
					n++
				}
			}
			if n > most {
				from, most = t.ID, n
			}
		}
		if returned[from] == nil {
			returned[from] = map[string]bool{}
		}
		for _, m := range members[f.ID] {
			returned[from][m.document] = true
		}
	}
	used := map[string]int{} // theme id → index in run.Themes
	target := map[string]string{}
	for _, f := range found.Themes {
		t := known[same[f.ID]]
		if t == nil {
			t = &models.Theme{ID: newID(10), Consultation: consultation, Status: models.ThemeCandidate}
		}
		target[f.ID] = t.ID
		if at, again := used[t.ID]; again {
			// Two found themes belong to one that people merged.
			run.Themes[at].Keywords = union(run.Themes[at].Keywords, f.Keywords)
			run.Themes[at].DistinctiveFor = union(run.Themes[at].DistinctiveFor, f.DistinctiveFor)
			continue
		}
		next := *t
		next.MachineLabel, next.NameFrom, next.Keywords, next.DistinctiveFor = f.Label, f.NameFrom, f.Keywords, f.DistinctiveFor
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
			place(target[f.ID], m.document, m.score)
		}
	}
	for _, f := range found.Themes {
		for _, q := range f.Quotes {
			sub, question := splitDocumentID(q.Document)
			run.Quotes = append(run.Quotes, models.Quote{Theme: target[f.ID], Submission: sub, Question: question,
				Group: q.Group, Start: q.Start, End: q.End, SHA256: q.SHA256})
		}
	}
	// What people touched stays, also when the engine no longer finds it, and
	// keeps whoever was in it.
	missed := map[string]bool{}
	for i := range before.themes {
		t := &before.themes[i]
		_, foundAgain := used[t.ID]
		if _, waits := empty[t.ID]; foundAgain || t.Status != models.ThemeMerged && !touched(t) && !waits {
			continue
		}
		missed[t.ID] = true
		used[t.ID] = len(run.Themes)
		run.Themes = append(run.Themes, *t)
	}
	for _, p := range before.machine {
		id, document := home(p.Theme), documentID(p.Submission, p.Question)
		if t := known[id]; t != nil && touched(t) && was[id][document] && !returned[id][document] {
			place(id, document, p.Score)
		}
	}
	for _, q := range before.quotes {
		d := texts[documentID(q.Submission, q.Question)]
		if _, unchanged := cut(d.Text, q); missed[q.Theme] && unchanged && d.Quotable {
			run.Quotes = append(run.Quotes, q)
		}
	}
	nameCandidates(run.Themes)
	for _, f := range found.Campaigns {
		campaign := models.Campaign{Consultation: consultation, Template: f.Template}
		for _, m := range f.Members {
			sub, _ := splitDocumentID(m)
			if !slices.Contains(campaign.Members, sub) {
				campaign.Members = append(campaign.Members, sub)
			}
		}
		campaign.ID = fingerprint(append([]string{"campaign", f.Template}, campaign.Members...)...)
		run.Campaigns = append(run.Campaigns, campaign)
	}
	return run
}

// placed is a document in a theme.
type placed struct {
	document string
	score    float64
}

// matchThemes returns, by found theme, the earlier theme whose place it takes.
// It must hold most of the documents that the found one shares with earlier
// themes, and each is taken as often as standsFor says, by those most like it: an
// early theme of a few answers does not swallow all that comes later.
// A theme without answers goes first, to the found one with most of the same
// keywords.
func matchThemes(found []theme.Theme, members map[string][]placed, was map[string]map[string]bool, standsFor map[string]int, worded []earlierWords) map[string]string {
	type pair struct {
		found, earlier string
		likeness       float64
	}
	same, taken := map[string]string{}, map[string]int{}
	match := func(pairs []pair) {
		slices.SortFunc(pairs, func(a, b pair) int {
			return cmp.Or(cmp.Compare(b.likeness, a.likeness), cmp.Compare(a.found, b.found), cmp.Compare(a.earlier, b.earlier))
		})
		for _, p := range pairs {
			if _, matched := same[p.found]; !matched && taken[p.earlier] < standsFor[p.earlier] {
				same[p.found] = p.earlier
				taken[p.earlier]++
			}
		}
	}
	var pairs []pair
	for _, e := range worded {
		for _, f := range found {
			all := union(e.keywords, f.Keywords)
			if both := len(e.keywords) + len(f.Keywords) - len(all); 2*both > len(all) {
				pairs = append(pairs, pair{f.ID, e.theme, float64(both) / float64(len(all))})
			}
		}
	}
	match(pairs)
	pairs = nil
	for _, f := range found {
		known := 0
		shared := map[string]int{}
		for _, m := range members[f.ID] {
			anywhere := false
			for id, in := range was {
				if in[m.document] {
					shared[id]++
					anywhere = true
				}
			}
			if anywhere {
				known++
			}
		}
		for id, n := range shared {
			if 2*n > known {
				pairs = append(pairs, pair{f.ID, id, float64(n) / float64(len(members[f.ID])+len(was[id])-n)})
			}
		}
	}
	match(pairs)
	return same
}

// earlierWords are the keywords by which an earlier theme is known again where
// its answers do not tell.
type earlierWords struct {
	theme    string
	keywords []string
}

// nameCandidates gives the themes that nobody has named or approved the
// engine's names, and adds a keyword to one that is taken already.
func nameCandidates(themes []models.Theme) {
	ours := func(t *models.Theme) bool { return t.Status == models.ThemeCandidate && !t.Renamed }
	taken := map[string]bool{}
	for i := range themes {
		if t := &themes[i]; t.Status != models.ThemeMerged && !ours(t) {
			taken[strings.ToLower(t.Label)] = true
		}
	}
	for i := range themes {
		t := &themes[i]
		if !ours(t) {
			continue
		}
		t.Label = t.MachineLabel
		for _, w := range t.Keywords {
			if !taken[strings.ToLower(t.Label)] {
				break
			}
			t.Label = t.MachineLabel + ", " + w
		}
		for n := 2; taken[strings.ToLower(t.Label)]; n++ {
			t.Label = fmt.Sprintf("%s (%d)", t.MachineLabel, n)
		}
		taken[strings.ToLower(t.Label)] = true
	}
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
	HeardOnce    []Excerpt // those on this page
	Once         int       // how many there are on all pages
	Page, Pages  int       // from 1
	Answers      int
	TooFew       bool            // too few answers to group
	Progress     *CodingProgress // of coding; nil for those who do not code
}

// ReviewedTheme is one theme with its people and quotes.
type ReviewedTheme struct {
	Theme  models.Theme
	People int               // 0 for those who see only what may be shown
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

// OncePerPage is how many answers that are in no theme a page lists.
const OncePerPage = 100

// Themes returns the themes of a consultation for review, largest first, and a page
// of the answers that are in none. A page past the last is the last.
func (s *Service) Themes(ctx context.Context, by Actor, c *models.Consultation, page int) (*ThemeReview, error) {
	if err := by.need(SeeThemes); err != nil {
		return nil, err
	}
	// Nobody decides on running totals.
	if by.Role == models.RoleCouncillor {
		if _, ok, err := s.Released(ctx, by, c); err != nil || !ok {
			return nil, cmp.Or(err, error(models.NewError(models.KindNotFound, "There are no themes to read before the consultation has closed.")))
		}
	}
	var view *themeView
	var answers []models.AnswerKey
	var groupsOf map[string][]string
	var readings []models.Reading // for those who see how far coding has come
	err := s.store.Together(ctx,
		func(ctx context.Context) (err error) { view, err = s.themeView(ctx, c); return err },
		func(ctx context.Context) (err error) {
			answers, err = s.store.AnswersInWords(ctx, c.ID, themed(c))
			return err
		},
		func(ctx context.Context) (err error) { groupsOf, err = s.store.LiveGroups(ctx, c.ID); return err },
		func(ctx context.Context) (err error) {
			if by.May(EditThemes) {
				readings, err = s.store.Readings(ctx, c.ID)
			}
			return err
		})
	if err != nil {
		return nil, err
	}
	quotes, err := s.store.Quotes(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	method, err := s.store.ThemeMethod(ctx, c.ID)
	if err != nil && models.KindOf(err) != models.KindNotFound { // else no run yet
		return nil, err
	}
	review := &ThemeReview{Consultation: c, TooFew: method.TooFew, Answers: len(answers)}
	if by.May(EditThemes) {
		if review.Progress, err = s.progress(ctx, c, &desk{places: view.places, seed: seedOf(c.ID), answers: drawn(c, slices.Clone(answers))}, readings); err != nil {
			return nil, err
		}
	}
	people := map[string]int{}
	groups := map[string]map[string]int{}
	for id, own := range groupsOf {
		for _, t := range view.of(id) {
			if people[t.ID]++; groups[t.ID] == nil {
				groups[t.ID] = map[string]int{}
			}
			for _, g := range own {
				groups[t.ID][g]++
			}
		}
	}
	once := slices.DeleteFunc(answers, func(key models.AnswerKey) bool { return len(view.ofAnswer(key.Submission, key.Question)) > 0 })
	review.Once, review.Pages = len(once), max(1, (len(once)+OncePerPage-1)/OncePerPage)
	review.Page = min(max(page, 1), review.Pages)
	once = once[(review.Page-1)*OncePerPage : min(review.Page*OncePerPage, len(once))]
	ids := quotedIn(quotes, "")
	for _, key := range once {
		ids = append(ids, key.Submission)
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	subs, err := s.store.SubmissionsByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	released, err := s.store.ReleasedOf(ctx, ids...)
	if err != nil {
		return nil, err
	}
	for _, key := range once {
		sub := subs[key.Submission]
		if sub == nil || sub.Answer(key.Question) == nil {
			continue // it went meanwhile
		}
		e := Excerpt{Submission: readableBy(by, c, sub, released[sub.ID]), Question: key.Question}
		if by.May(EditThemes) || sub.Allows(models.ConsentQuote) && released[sub.ID].Submission != "" {
			e.Text = sub.Answer(key.Question).Redacted
		}
		review.HeardOnce = append(review.HeardOnce, e)
	}
	said := map[string][]string{} // by theme
	for _, q := range quotes {
		if words, ok := view.quoted(q, subs[q.Submission]); ok {
			said[q.Theme] = append(said[q.Theme], words)
		}
	}
	for _, t := range view.live {
		r := ReviewedTheme{Theme: t, People: people[t.ID], Count: strconv.Itoa(people[t.ID]), Groups: map[string]string{}, Quotes: said[t.ID]}
		for g, n := range groups[t.ID] {
			r.Groups[g] = strconv.Itoa(n)
		}
		review.Themes = append(review.Themes, r)
	}
	slices.SortStableFunc(review.Themes, func(a, b ReviewedTheme) int { return cmp.Compare(b.People, a.People) })
	if by.Role == models.RoleCouncillor {
		return review, s.gateThemes(ctx, c, review)
	}
	return review, nil
}

// gateThemes puts the report's figures in place of the true ones, so that the
// two can never be compared to learn more.
func (s *Service) gateThemes(ctx context.Context, c *models.Consultation, review *ThemeReview) error {
	r, err := s.buildReport(ctx, c)
	if err != nil {
		return err
	}
	figures, order := map[string]models.ReportTheme{}, map[string]int{}
	for i, t := range r.Themes {
		figures[t.ID], order[t.ID] = t, i+1
	}
	slices.SortStableFunc(review.Themes, func(x, y ReviewedTheme) int {
		last := len(r.Themes) + 1
		return cmp.Compare(cmp.Or(order[x.Theme.ID], last), cmp.Or(order[y.Theme.ID], last))
	})
	for i := range review.Themes {
		t := &review.Themes[i]
		figure, reported := figures[t.Theme.ID]
		t.People, t.Groups, t.Theme.NameFrom = 0, map[string]string{}, figure.NameFrom
		t.Count = disclose.Count(0, true).String()
		if reported {
			t.Count = written(figure.Count)
		}
		for _, g := range figure.Groups {
			t.Groups[g.ID] = written(g.Count)
		}
	}
	return nil
}

// written is a figure of the report as text.
func written(f models.Figure) string {
	return disclose.Figure{Shown: !f.Masked, Value: f.Value, Threshold: f.Threshold, Withheld: f.Masked && f.Threshold == 0}.String()
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
	err := s.store.Tx(ctx, func(tx *store.Store) error {
		if err := holdOpen(ctx, tx, c, frozen("The analysis has been frozen, so themes are no longer looked for.")); err != nil {
			return err
		}
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

// refused is one fault in what an officer entered.
func refused(message, field, fault string) *models.Error {
	return &models.Error{Kind: models.KindInvalid, Message: message, Fields: []models.FieldError{{Field: field, Message: fault}}}
}

// cleanLabel returns a theme's name as it is kept.
func cleanLabel(message, label string) (string, error) {
	label = strings.Join(strings.Fields(models.CleanText(label)), " ")
	if n := len([]rune(label)); n == 0 || n > MaxLabel {
		return "", refused(message, "label", fmt.Sprintf("Enter a name of 1 to %d characters", MaxLabel))
	}
	return label, nil
}

// freeLabel refuses a name that another theme has. Where the engine gives way
// (it names its own candidates anew) only the names count that people gave.
func freeLabel(ctx context.Context, tx *store.Store, c *models.Consultation, message, label, except string, engineGivesWay bool) error {
	themes, err := tx.Themes(ctx, c.ID)
	if err != nil {
		return err
	}
	for _, t := range themes {
		engines := t.Status == models.ThemeCandidate && !t.Renamed
		if t.ID != except && t.Status != models.ThemeMerged && strings.EqualFold(t.Label, label) && !(engines && engineGivesWay) {
			return refused(message, "label", "Another theme has this name. Choose another name, or merge the two if they make the same point")
		}
	}
	return nil
}

// RenameTheme gives a theme the name that people will read. version is the one
// the officer saw: a theme that somebody else changed since is refused.
func (s *Service) RenameTheme(ctx context.Context, by Actor, c *models.Consultation, id string, version int, label string) error {
	if err := by.need(EditThemes); err != nil {
		return err
	}
	const not = "The theme was not renamed."
	label, err := cleanLabel(not, label)
	if err != nil {
		return err
	}
	return s.changeTheme(ctx, by, c, id, version, "theme.renamed", func(tx *store.Store, t *models.Theme) error {
		t.Label, t.Renamed = label, true
		return freeLabel(ctx, tx, c, not, label, id, true)
	})
}

// ApproveTheme marks a theme as looked at by a person, or takes that back.
func (s *Service) ApproveTheme(ctx context.Context, by Actor, c *models.Consultation, id string, version int, approved bool) error {
	action, status := "theme.approved", models.ThemeApproved
	if !approved {
		action, status = "theme.unapproved", models.ThemeCandidate
	}
	return s.changeTheme(ctx, by, c, id, version, action, func(_ *store.Store, t *models.Theme) error {
		if t.Status == models.ThemeOutOfScope {
			return models.NewError(models.KindConflict, "This theme is out of scope. Put it back in scope before you approve it.")
		}
		t.Status = status
		return nil
	})
}

// MergeTheme puts everybody in theme id into theme into, and the themes under it
// under that one. Later runs keep to it. What people decided on answers goes on
// pointing at the theme they decided on, so that the merge can be taken back.
func (s *Service) MergeTheme(ctx context.Context, by Actor, c *models.Consultation, id string, version int, into string) error {
	return s.changeTheme(ctx, by, c, id, version, "theme.merged", func(tx *store.Store, t *models.Theme) error {
		const not = "The themes were not merged."
		if err := liveTheme(ctx, tx, c, not, "into", into); err != nil {
			return err
		}
		if into == t.ID {
			return refused(not, "into", "Choose another theme to merge this one into")
		}
		before, err := readPlaces(ctx, tx, c)
		if err != nil {
			return err
		}
		t.Status, t.MergedInto = models.ThemeMerged, into
		if err := moveChildren(ctx, tx, before, t, into); err != nil {
			return err
		}
		if err := tx.MovePlacements(ctx, t.ID, into); err != nil {
			return err
		}
		if err := tx.Enqueue(ctx, models.JobPlaces, c.ID, 0); err != nil {
			return err
		}
		return s.keepTogether(ctx, tx, by, before, *t)
	})
}

// moveChildren puts what stands under a theme that is merged under the theme it
// was merged into. If that stands under the merged one itself, it takes its place.
func moveChildren(ctx context.Context, tx *store.Store, before *places, merged *models.Theme, into string) error {
	for _, t := range before.themes {
		switch {
		case t.ID == into && before.under(t.ID, merged.ID):
			t.Parent = merged.Parent
		case t.ID != into && t.Parent == merged.ID:
			t.Parent = into
		default:
			continue
		}
		if err := tx.UpdateTheme(ctx, t); err != nil {
			return err
		}
	}
	return nil
}

// keepTogether writes down that answers belong which stood in one of two themes
// that are merged, and would not stand in what they are merged into: somebody
// said they do not make the other's point. A merge loses nobody.
func (s *Service) keepTogether(ctx context.Context, tx *store.Store, by Actor, before *places, merged models.Theme) error {
	after := *before
	after.themes = slices.Clone(before.themes)
	for i := range after.themes {
		if after.themes[i].ID == merged.ID {
			after.themes[i] = merged
		}
	}
	after.settle()
	var codings []models.Coding
	for _, p := range before.standing() {
		if p.Theme != merged.ID && p.Theme != merged.MergedInto {
			continue
		}
		if _, in := after.stands(place{merged.MergedInto, keyOf(p)}); !in {
			codings = append(codings, models.Coding{Theme: p.Theme, AnswerKey: keyOf(p), Belongs: true, By: by.ID, Day: s.today()})
		}
	}
	return tx.AddCodings(ctx, codings)
}

const changedSince = "Somebody else changed this theme since you opened the page. Look at it as it is now, then decide again."

func (s *Service) changeTheme(ctx context.Context, by Actor, c *models.Consultation, id string, version int, action string, change func(tx *store.Store, t *models.Theme) error) error {
	return s.changeFrame(ctx, by, c, action, id, func(tx *store.Store) error {
		t, err := themeOf(ctx, tx, c, id)
		if err != nil {
			return err
		}
		if t.Version != version || t.Status == models.ThemeMerged {
			return models.NewError(models.KindConflict, changedSince)
		}
		if err := change(tx, t); err != nil {
			return err
		}
		return tx.UpdateTheme(ctx, *t)
	})
}

// changeFrame does something to the code frame that is recorded as action on
// object, unless the analysis is frozen.
func (s *Service) changeFrame(ctx context.Context, by Actor, c *models.Consultation, action, object string, change func(tx *store.Store) error) error {
	if err := by.need(EditThemes); err != nil {
		return err
	}
	err := s.store.Tx(ctx, func(tx *store.Store) error {
		if err := holdOpen(ctx, tx, c, frozen("The analysis has been frozen, so themes can no longer be changed.")); err != nil {
			return err
		}
		if err := change(tx); err != nil {
			return err
		}
		if err := s.keepFrame(ctx, tx, by, c); err != nil {
			return err
		}
		return s.record(ctx, tx, by, action, object, c.ID, "")
	})
	s.wake()
	return err
}

// themeOf returns a theme of this consultation.
func themeOf(ctx context.Context, tx *store.Store, c *models.Consultation, id string) (*models.Theme, error) {
	t, err := tx.Theme(ctx, id)
	if err != nil {
		return nil, err
	}
	if t.Consultation != c.ID {
		return nil, models.NewError(models.KindNotFound, "There is no such theme.")
	}
	return t, nil
}
