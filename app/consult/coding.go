package consult

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"heard/app/theme/agreement"
	"heard/models"
	"heard/models/store"
)

// What people decide about the code frame and about single answers. The
// engine's placements stay as they are beside it; see models.Coding, and places
// for what follows from both.

// What people write about a theme, in code points.
const (
	MaxDefinition = 1000
	MaxReason     = 500
)

// AddTheme adds a theme that people found: an entry of the code frame with a
// name and a definition, under another theme or at the top. Answers are placed
// in it by the next run. It returns the new theme's id.
func (s *Service) AddTheme(ctx context.Context, by Actor, c *models.Consultation, label, definition, parent string) (string, error) {
	if err := by.need(EditThemes); err != nil {
		return "", err
	}
	const not = "The theme was not added."
	label, err := cleanLabel(not, label)
	if err != nil {
		return "", err
	}
	definition, err = cleanWords(not, "definition", definition, MaxDefinition)
	if err != nil {
		return "", err
	}
	t := models.Theme{ID: newID(10), Consultation: c.ID, Label: label, MachineLabel: label, Renamed: true, Definition: definition, Parent: parent,
		MadeBy: by.ID, Status: models.ThemeCandidate}
	err = s.changeFrame(ctx, by, c, "theme.added", t.ID, func(tx *store.Store) error {
		if err := freeLabel(ctx, tx, c, not, label, "", false); err != nil {
			return err
		}
		if parent != "" {
			if err := liveTheme(ctx, tx, c, not, "parent", parent); err != nil {
				return err
			}
		}
		if err := tx.CreateTheme(ctx, t); err != nil {
			return err
		}
		return tx.Enqueue(ctx, models.JobThemes, c.ID, 0)
	})
	if err != nil {
		return "", err
	}
	return t.ID, nil
}

// DefineTheme says what belongs in a theme.
func (s *Service) DefineTheme(ctx context.Context, by Actor, c *models.Consultation, id string, version int, definition string) error {
	if err := by.need(EditThemes); err != nil {
		return err
	}
	definition, err := cleanWords("The definition was not saved.", "definition", definition, MaxDefinition)
	if err != nil {
		return err
	}
	return s.changeTheme(ctx, by, c, id, version, "theme.defined", func(_ *store.Store, t *models.Theme) error {
		t.Definition = definition
		return nil
	})
}

// PutThemeUnder moves a theme under another, or to the top when parent is "".
// A theme cannot stand under itself or under one that stands under it.
func (s *Service) PutThemeUnder(ctx context.Context, by Actor, c *models.Consultation, id string, version int, parent string) error {
	return s.changeTheme(ctx, by, c, id, version, "theme.put-under", func(tx *store.Store, t *models.Theme) error {
		const not = "The theme was not moved."
		t.Parent = parent
		if parent == "" {
			return nil
		}
		if err := liveTheme(ctx, tx, c, not, "parent", parent); err != nil {
			return err
		}
		p, err := readPlacesOf(ctx, tx, c, nil)
		if err != nil {
			return err
		}
		if p.under(parent, id) {
			return refused(not, "parent", "Choose a theme that does not stand under this one")
		}
		return nil
	})
}

// SetThemeScope takes a theme out of scope, for a reason that is printed in the
// report, or back in (as a candidate).
func (s *Service) SetThemeScope(ctx context.Context, by Actor, c *models.Consultation, id string, version int, out bool, reason string) error {
	if err := by.need(EditThemes); err != nil {
		return err
	}
	action, status := "theme.out-of-scope", models.ThemeOutOfScope
	if out {
		var err error
		const not = "The theme was not put out of scope."
		if reason, err = cleanWords(not, "reason", reason, MaxReason); err != nil {
			return err
		}
		if reason == "" {
			return refused(not, "reason", "Say why the consultation cannot decide on it. The reason is printed in the report")
		}
	} else {
		action, status, reason = "theme.in-scope", models.ThemeCandidate, ""
	}
	return s.changeTheme(ctx, by, c, id, version, action, func(_ *store.Store, t *models.Theme) error {
		if !out && t.Status != models.ThemeOutOfScope {
			return models.NewError(models.KindConflict, "This theme is in scope already.")
		}
		t.Status, t.Reason = status, reason
		return nil
	})
}

// UnmergeTheme takes back a merge: the theme is a candidate again, and the next
// run places answers in it.
func (s *Service) UnmergeTheme(ctx context.Context, by Actor, c *models.Consultation, id string, version int) error {
	return s.changeFrame(ctx, by, c, "theme.unmerged", id, func(tx *store.Store) error {
		t, err := themeOf(ctx, tx, c, id)
		if err != nil {
			return err
		}
		if t.Version != version || t.Status != models.ThemeMerged {
			return models.NewError(models.KindConflict, changedSince)
		}
		if t.Renamed { // else the next run names it
			if err := freeLabel(ctx, tx, c, "", t.Label, id, true); err != nil {
				if models.KindOf(err) == models.KindInvalid {
					return models.NewError(models.KindConflict, "Another theme has this theme's name by now. Give that one another name, then take the merge back.")
				}
				return err
			}
		}
		p, err := readPlacesOf(ctx, tx, c, nil)
		if err != nil {
			return err
		}
		if above := p.known[t.Parent]; above == nil || above.Status == models.ThemeMerged || p.under(t.Parent, id) {
			t.Parent = ""
		}
		t.Status, t.MergedInto, t.Reason = models.ThemeCandidate, "", ""
		if err := tx.UpdateTheme(ctx, *t); err != nil {
			return err
		}
		// What people decided on answers of this theme counts for it again at once.
		if err := tx.Enqueue(ctx, models.JobPlaces, c.ID, 0); err != nil {
			return err
		}
		return tx.Enqueue(ctx, models.JobThemes, c.ID, 0)
	})
}

// SplitTheme makes a new theme of some answers of a theme and takes them out of
// the old one. It returns the new theme's id.
func (s *Service) SplitTheme(ctx context.Context, by Actor, c *models.Consultation, id string, version int, label string, answers []models.AnswerKey) (string, error) {
	if err := by.need(EditThemes); err != nil {
		return "", err
	}
	const not = "The theme was not split."
	label, err := cleanLabel(not, label)
	if err != nil {
		return "", err
	}
	made := models.Theme{ID: newID(10), Consultation: c.ID, Label: label, MachineLabel: label, Renamed: true, MadeBy: by.ID, Status: models.ThemeCandidate}
	err = s.changeTheme(ctx, by, c, id, version, "theme.split", func(tx *store.Store, t *models.Theme) error {
		if err := freeLabel(ctx, tx, c, not, label, "", false); err != nil {
			return err
		}
		made.Parent = t.Parent
		if err := tx.CreateTheme(ctx, made); err != nil {
			return err
		}
		if err := s.record(ctx, tx, by, "theme.added", made.ID, c.ID, ""); err != nil {
			return err
		}
		if err := s.moveAnswers(ctx, tx, by, c, not, t.ID, made.ID, answers); err != nil {
			return err
		}
		return tx.Enqueue(ctx, models.JobThemes, c.ID, 0)
	})
	if err != nil {
		return "", err
	}
	return made.ID, nil
}

// MoveAnswers takes answers out of one theme and puts them in another; with
// from == "" they are only put in, with to == "" only taken out.
func (s *Service) MoveAnswers(ctx context.Context, by Actor, c *models.Consultation, from, to string, answers []models.AnswerKey) error {
	const not = "The answers were not moved."
	return s.changeFrame(ctx, by, c, "answers.moved", strings.TrimSpace(from+" "+to), func(tx *store.Store) error {
		if from == to {
			return refused(not, "to", "Choose another theme")
		}
		for field, id := range map[string]string{"from": from, "to": to} {
			if id != "" {
				if err := liveTheme(ctx, tx, c, not, field, id); err != nil {
					return err
				}
			}
		}
		return s.moveAnswers(ctx, tx, by, c, not, from, to, answers)
	})
}

// A Way is how a person codes answers.
type Way string

// The ways.
const (
	Openly Way = ""      // with the places in sight that the answer has by now
	Blind  Way = "blind" // without, to measure how far people and the engine agree
	// Settling is deciding openly on an answer of the blind sample that two people
	// or more saw differently, with what each said in sight.
	Settling Way = "settle"
)

// A Decision is what a person decides on one answer.
type Decision struct {
	Answer models.AnswerKey
	Themes []string // all the themes it belongs in; none is a decision too
	// Passages are words of the answer that make a theme's point. Each must
	// occur in the answer as it stands there, but for white space.
	Passages []Passage
	Way      Way
	Seen     string // ToCode.Seen of the page that it was decided on; no matter when Blind
}

// Passage is words of an answer, attached to a theme.
type Passage struct {
	Theme string
	Words string
}

// CodeAnswer keeps a person's decision on all that one answer says. It is a
// Conflict, which names who coded it, when people have decided otherwise on the
// answer, or settled it otherwise, since the page that the decision was made on.
func (s *Service) CodeAnswer(ctx context.Context, by Actor, c *models.Consultation, d Decision) error {
	if err := by.need(EditThemes); err != nil {
		return err
	}
	drawn := true
	if d.Way == Blind { // asked before anybody has to wait
		var err error
		if drawn, err = s.inSample(ctx, c, d.Answer); err != nil {
			return err
		}
	}
	err := s.store.Tx(ctx, func(tx *store.Store) error {
		if err := holdOpen(ctx, tx, c, frozen("The analysis has been frozen, so answers can no longer be coded.")); err != nil {
			return err
		}
		subs, err := answered(ctx, tx, c, d.Answer)
		if err != nil {
			return err
		}
		sub := subs[d.Answer.Submission]
		p, err := readPlacesOf(ctx, tx, c, []string{sub.ID})
		if err != nil {
			return err
		}
		for _, id := range d.Themes {
			if t := p.known[id]; t == nil || t.Status == models.ThemeMerged {
				return models.NewError(models.KindConflict, "Somebody changed the themes since you opened the page. Look at the answer again, then decide.")
			}
		}
		passages, err := s.passages(by, d, sub.Answer(d.Answer.Question).Redacted)
		if err != nil {
			return err
		}
		action, object := "answer.coded", keyID(d.Answer)
		var codings []models.Coding
		switch d.Way {
		case Blind:
			action = "answer.coded-blind"
			if !drawn {
				return models.NewError(models.KindConflict, "This answer is not among those drawn for coding blind.")
			}
			if p.seenBy(by)[d.Answer] {
				return models.NewError(models.KindConflict, "You have decided on this answer with its places in sight, so you cannot code it blind.")
			}
			codings = p.decideBlind(by, s.today(), d, passages)
		default:
			if d.Way == Settling {
				action = "answer.settled"
				if !differ(p.blindSets(d.Answer)) {
					return models.NewError(models.KindConflict, "The people who coded this answer blind agree on it by now, so there is nothing to settle.")
				}
			}
			codings = p.decideAll(by, s.today(), d, passages)
			// Who decides the same as what stands by now, or sends a form twice, undoes nothing.
			if seen, accounts := p.openly(d.Answer); d.Seen != seen && len(codings) > 0 {
				return codedMeanwhile(ctx, tx, accounts)
			}
			if err := tx.ReleaseCoding(ctx, d.Answer, by.ID); err != nil {
				return err
			}
			if err := tx.Enqueue(ctx, models.JobIndex, sub.ID, 0); err != nil {
				return err
			}
		}
		if err := tx.AddCodings(ctx, codings); err != nil {
			return err
		}
		frame, err := tx.FrameVersion(ctx, c.ID)
		if err != nil {
			return err
		}
		if err := tx.SaveCoded(ctx, models.CodedAnswer{AnswerKey: d.Answer, By: by.ID, Day: s.today(), Blind: d.Way == Blind,
			Frame: frame.Number, Settles: d.Way == Settling}); err != nil {
			return err
		}
		return s.record(ctx, tx, by, action, object, c.ID, "")
	})
	s.wake()
	return err
}

// codedMeanwhile is the Conflict of two who code one answer.
func codedMeanwhile(ctx context.Context, tx *store.Store, accounts []string) error {
	names, err := namesIn(ctx, tx)
	if err != nil {
		return err
	}
	for i, account := range accounts {
		accounts[i] = named(names, account)
	}
	return models.NewError(models.KindConflict, "What stands on this answer has changed since you opened it. By now it has been decided on by "+strings.Join(accounts, " and ")+
		". Nothing of yours was saved yet: look at both, then save again.")
}

// CodingLease is how long an answer is kept for the person it was given to after
// they opened it last.
const CodingLease = 30 * time.Minute

// ToCode is one answer with what is known of its places.
type ToCode struct {
	Submission *models.Submission // with redacted words only
	Question   string
	Text       string       // the redacted answer
	Themes     []CodedTheme // the whole code frame but merged themes, parents first
	Left       int          // answers that nobody has coded yet; when Blind, of the sample that this person has not; when Settling, that people still see differently
	Way        Way
	Next       *models.AnswerKey    // another that waits and nobody else has open, nil for none
	Seen       string               // names what people have decided openly by now, "" for nothing and when Blind
	Held       string               // who else has it open, by name of the account, "" for nobody and when Blind
	Coded      []models.CodedAnswer // who has coded it, by name of the account; empty when Blind
	Coders     []string             // who coded it blind, by name of the account; only when Settling
}

// CodedTheme is one theme of the code frame as it applies to one answer.
type CodedTheme struct {
	Theme    models.Theme
	Depth    int      // 0 at the top of the code frame
	Machine  bool     // the engine put the answer in it; false when Blind
	Score    float64  // the engine's; 0 when Blind
	Stands   bool     // the answer is in it: a person's decision, else the engine's; false when Blind
	Belongs  bool     // what is ticked: what stands; when Blind, this person's own earlier blind decision; when Settling, what all who coded it blind say
	Said     []string // who put it here blind, by name of the account; only when Settling
	By       string   // who decided what stands, by name of the account; "" for the engine and when Blind
	Day      string   // of that decision
	Passages []string
}

// AnswerToCode returns one answer for coding. One that waits to be coded openly or
// settled is kept for the actor from now on, unless somebody else has it open.
func (s *Service) AnswerToCode(ctx context.Context, by Actor, c *models.Consultation, key models.AnswerKey, way Way) (*ToCode, error) {
	d, err := s.readQueue(ctx, by, c, way)
	if err != nil {
		return nil, err
	}
	return s.toCode(ctx, by, c, d, d.toCode(by, way, key), key, way)
}

// NextToCode returns the next answer for coding and keeps it for the actor; nil
// when none is left that nobody else has open. First come answers from every part
// of the material, then those the engine is least sure of; when blind, where each
// person codes for themselves and nothing is kept for one, those of the sample
// that this person has not coded; when settling, those that people saw differently.
// After an answer, which is given back, comes the one that follows it, and round
// again.
func (s *Service) NextToCode(ctx context.Context, by Actor, c *models.Consultation, after models.AnswerKey, way Way) (*ToCode, error) {
	d, err := s.readQueue(ctx, by, c, way)
	if err != nil {
		return nil, err
	}
	if slices.Contains(d.answers, after) && way != Blind {
		if err := s.store.ReleaseCoding(ctx, after, by.ID); err != nil {
			return nil, err
		}
	}
	order := d.toCode(by, way, after)
	for _, key := range order {
		if !d.held[key] {
			out, err := s.toCode(ctx, by, c, d, order, key, way)
			if err != nil || out.Held == "" {
				return out, err
			} // somebody else was faster
		}
	}
	return nil, nil
}

// readQueue reads the desk, and what others have open where answers are handed
// out to one person each.
func (s *Service) readQueue(ctx context.Context, by Actor, c *models.Consultation, way Way) (*desk, error) {
	if err := by.need(EditThemes); err != nil {
		return nil, err
	}
	d, err := s.readDesk(ctx, c)
	if err == nil && way != Blind {
		d.held, err = s.store.HeldCodings(ctx, c.ID, by.ID)
	}
	if err != nil {
		return nil, err
	}
	return d, nil
}

// toCode returns the page of one answer, of which order waits.
func (s *Service) toCode(ctx context.Context, by Actor, c *models.Consultation, d *desk, order []models.AnswerKey, key models.AnswerKey, way Way) (*ToCode, error) {
	all := d.answers
	if way == Blind {
		all = d.sample()
	}
	if !slices.Contains(all, key) {
		return nil, noAnswer
	}
	subs, err := answered(ctx, s.store, c, key)
	if err != nil {
		return nil, err
	}
	text := subs[key.Submission].Answer(key.Question).Redacted
	out := &ToCode{Submission: readableBy(by, c, subs[key.Submission], models.Released{}), Question: key.Question, Text: text, Left: len(order), Way: way}
	at := slices.Index(order, key)
	for _, next := range slices.Concat(order[at+1:], order[:max(at, 0)]) {
		if !d.held[next] {
			out.Next = &next
			break
		}
	}
	names, err := s.names(ctx)
	if err != nil {
		return nil, err
	}
	if way != Blind {
		for _, coded := range d.coded {
			if coded.AnswerKey == key && !coded.Blind {
				coded.By = named(names, coded.By)
				out.Coded = append(out.Coded, coded)
			}
		}
		out.Seen, _ = d.openly(key)
		if at >= 0 && !c.Status.AtLeast(models.StatusFrozen) {
			holder, err := s.store.HoldCoding(ctx, key, by.ID, s.now().Add(CodingLease))
			if err != nil {
				return nil, err
			}
			if holder != by.ID {
				out.Held = named(names, holder)
			}
		}
	}
	said := d.blindSets(key)
	coders := slices.Sorted(maps.Keys(said))
	if way == Settling {
		for _, account := range coders {
			out.Coders = append(out.Coders, named(names, account))
		}
	}
	for _, t := range d.frame() {
		at := place{t.Theme.ID, key}
		switch way {
		case Blind:
			t.Belongs, t.Passages = d.saidBlind(by.ID, at, text)
		case Settling:
			d.describe(&t, at, text, names)
			for _, account := range coders {
				if said[account][t.Theme.ID] {
					t.Said = append(t.Said, named(names, account))
				}
			}
			if _, settled := d.settledBy(key, said); !settled {
				t.Belongs = len(t.Said) == len(coders)
			}
		default:
			d.describe(&t, at, text, names)
		}
		out.Themes = append(out.Themes, t)
	}
	return out, nil
}

// CodingProgress is how far the people at the desk have come.
type CodingProgress struct {
	Answers     int // in words
	Read        int // opened or coded by at least one person
	Coded       int // by at least one person
	DoubleCoded int // by two people, blind
	Sample      int // answers drawn for blind coding
	BlindCoded  int // of the sample, by at least one person
	Differ      int // of those coded by two people blind, that they saw differently
	Settled     int // of those, that somebody has settled since
	Third       int // of those, by somebody who had not coded them blind
	Left        int // Answers - Coded
	Frame       int // version of the code frame, 0 while nobody has changed it
	Earlier     int // answers last coded under an earlier version
	Changed     int // placements of the engine that people changed
	// Agreement of the engine with people, and of people with each other, on the
	// blind sample; nil while fewer than 10 of it are coded (twice, for People).
	Machine, People *Agreement
}

// Agreement is micro-F1 with its 95 % interval (bootstrap over answers), each
// between 0 and 1.
type Agreement struct {
	F1, Low, High float64
	Kappa         float64 // Cohen's, over every theme that an answer could have been given
	Answers       int
}

// CodingProgress returns how far coding has come.
func (s *Service) CodingProgress(ctx context.Context, by Actor, c *models.Consultation) (*CodingProgress, error) {
	if err := by.need(EditThemes); err != nil {
		return nil, err
	}
	d, err := s.readDesk(ctx, c)
	if err != nil {
		return nil, err
	}
	readings, err := s.store.Readings(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	return s.progress(ctx, c, d, readings)
}

func (s *Service) progress(ctx context.Context, c *models.Consultation, d *desk, readings []models.Reading) (*CodingProgress, error) {
	frame, err := s.store.FrameVersion(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	out := d.progress(frame.Number)
	out.Read = d.read(readings)
	return out, nil
}

// ThemePage is one theme with the answers in it.
type ThemePage struct {
	Theme   models.Theme
	Count   string // people, as it may be shown
	Answers []ThemeAnswer
	Total   int // answers in the theme
	First   int // of them, the number of the first on this page, from 1
	Last    int
	Page    int // from 1
	Pages   int
}

// ThemeAnswer is one answer in a theme.
type ThemeAnswer struct {
	Submission *models.Submission // with redacted words only
	Question   string
	Text       string
	Machine    bool // the engine put it here
	Score      float64
	By         string // who put or kept it here, by name of the account; "" for the engine
	Day        string
	Passages   []string
	Copies     []ThemeAnswer // other people's answers that are the same letter
}

// ThemeAnswers returns one theme with a page of its answers, those the engine
// is least sure of last. A letter that several people sent stands there once, the
// others' copies under it.
func (s *Service) ThemeAnswers(ctx context.Context, by Actor, c *models.Consultation, id string, page int) (*ThemePage, error) {
	if err := by.need(EditThemes); err != nil {
		return nil, err
	}
	d, err := s.readDesk(ctx, c)
	if err != nil {
		return nil, err
	}
	t, err := themeOf(ctx, s.store, c, id)
	if err != nil {
		return nil, err
	}
	quotes, err := s.store.Quotes(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	in := slices.DeleteFunc(slices.Clone(d.answers), func(key models.AnswerKey) bool { _, stands := d.stands(place{id, key}); return !stands })
	ids := quotedIn(quotes, id)
	for _, key := range in {
		ids = append(ids, key.Submission)
	}
	slices.Sort(ids)
	subs, err := s.store.SubmissionsByID(ctx, slices.Compact(ids))
	if err != nil {
		return nil, err
	}
	d.standingDraft(t, quotes, subs)
	names, err := s.names(ctx)
	if err != nil {
		return nil, err
	}
	campaigns, err := s.store.Campaigns(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	var all []ThemeAnswer
	rank := map[models.AnswerKey]float64{}
	people := map[string]bool{}
	for _, key := range in {
		sub := subs[key.Submission]
		if sub == nil || sub.Answer(key.Question) == nil {
			continue // it went meanwhile
		}
		at, text := place{id, key}, sub.Answer(key.Question).Redacted
		var coded CodedTheme
		d.describe(&coded, at, text, names)
		all = append(all, ThemeAnswer{Submission: sub, Question: key.Question, Text: text, Machine: coded.Machine, Score: coded.Score,
			By: coded.By, Day: coded.Day, Passages: coded.Passages})
		rank[key], _ = d.stands(at)
		people[key.Submission] = true
	}
	slices.SortStableFunc(all, func(a, b ThemeAnswer) int { return cmp.Compare(rank[b.key()], rank[a.key()]) })
	letters := newLetters(campaigns)
	pages := turned(gathered(all, func(a ThemeAnswer) int { return letters.letter(a.key(), a.Text) }))
	out := &ThemePage{Theme: *t, Count: strconv.Itoa(len(people)), Total: len(all), Page: min(max(page, 1), len(pages)), Pages: len(pages)}
	for i, answers := range pages[:out.Page] {
		out.First = out.Last + 1
		for _, a := range answers {
			out.Last += 1 + len(a.Copies)
		}
		if i == out.Page-1 {
			out.Answers = answers
		}
	}
	readable := func(list []ThemeAnswer) {
		for i := range list {
			list[i].Submission = readableBy(by, c, list[i].Submission, models.Released{})
		}
	}
	readable(out.Answers)
	for _, a := range out.Answers {
		readable(a.Copies)
	}
	return out, nil
}

func (a ThemeAnswer) key() models.AnswerKey {
	return models.AnswerKey{Submission: a.Submission.ID, Question: a.Question}
}

var noAnswer = models.NewError(models.KindNotFound, "There is no such answer. It may have been withdrawn.")

// cleanWords returns what an officer wrote about a theme as it is kept.
func cleanWords(message, field, words string, most int) (string, error) {
	words = strings.TrimSpace(models.CleanText(words))
	if len([]rune(words)) > most {
		return "", refused(message, field, fmt.Sprintf("Enter at most %d characters", most))
	}
	return words, nil
}

// liveTheme refuses what is no theme of this consultation, or was merged.
func liveTheme(ctx context.Context, tx *store.Store, c *models.Consultation, message, field, id string) error {
	t, err := themeOf(ctx, tx, c, id)
	if models.KindOf(err) == models.KindNotFound || err == nil && t.Status == models.ThemeMerged {
		return refused(message, field, "Choose a theme of this consultation that was not merged into another")
	}
	return err
}

// under reports whether a theme stands under another in the code frame, or is
// the same.
func (p *places) under(id, above string) bool {
	for range len(p.themes) + 1 {
		if id == above {
			return true
		}
		t := p.known[id]
		if t == nil || t.Parent == "" {
			return false
		}
		id = t.Parent
	}
	return true // in circles: as good as under anything
}

// answered returns the live submissions that answers in words belong to, by id.
func answered(ctx context.Context, tx *store.Store, c *models.Consultation, keys ...models.AnswerKey) (map[string]*models.Submission, error) {
	ids := make([]string, len(keys))
	for i, key := range keys {
		ids[i] = key.Submission
	}
	slices.Sort(ids)
	subs, err := tx.SubmissionsByID(ctx, slices.Compact(ids))
	if err != nil {
		return nil, err
	}
	for _, key := range keys {
		sub := subs[key.Submission]
		if sub == nil || sub.Consultation != c.ID || sub.Status != models.SubmissionLive ||
			!slices.ContainsFunc(c.InWords(sub), func(a models.Answer) bool { return a.Question == key.Question }) {
			return nil, noAnswer
		}
	}
	return subs, nil
}

// fewMoved is how many submissions are brought in line in the index one by one.
const fewMoved = 20

// moveAnswers writes down that answers do not belong in one theme and do in
// another. It refuses when one of them no longer stands where the officer saw it.
func (s *Service) moveAnswers(ctx context.Context, tx *store.Store, by Actor, c *models.Consultation, not, from, to string, answers []models.AnswerKey) error {
	if len(answers) == 0 {
		return refused(not, "answers", "Choose at least one answer")
	}
	found, err := answered(ctx, tx, c, answers...)
	if err != nil {
		return err
	}
	subs := slices.Sorted(maps.Keys(found))
	p, err := readPlacesOf(ctx, tx, c, subs)
	if err != nil {
		return err
	}
	var codings []models.Coding
	done := map[models.AnswerKey]bool{}
	for _, key := range answers {
		if done[key] {
			continue
		}
		done[key] = true
		if from != "" {
			if _, in := p.stands(place{from, key}); !in {
				return models.NewError(models.KindConflict, "Somebody else has taken one of these answers out of the theme since you opened the page. Look at it as it is now, then decide again.")
			}
			codings = append(codings, p.decide(by, s.today(), place{from, key}, false)...)
		}
		if to != "" {
			codings = append(codings, p.decide(by, s.today(), place{to, key}, true)...)
		}
	}
	if err := tx.AddCodings(ctx, codings); err != nil {
		return err
	}
	if len(subs) > fewMoved {
		return tx.Enqueue(ctx, models.JobPlaces, c.ID, 0)
	}
	for _, id := range subs {
		if err := tx.Enqueue(ctx, models.JobIndex, id, 0); err != nil {
			return err
		}
	}
	return nil
}

// passages finds the words that a coder marked in the answer, by theme, without
// their IDs.
func (s *Service) passages(by Actor, d Decision, text string) (map[string][]models.Coding, error) {
	out := map[string][]models.Coding{}
	for i, p := range d.Passages {
		const not = "What you decided on this answer was not saved."
		field := fmt.Sprintf("passages[%d]", i)
		if !slices.Contains(d.Themes, p.Theme) {
			return nil, refused(not, field, "Tick the theme too that the words are for, or clear the words")
		}
		start, end, found := locate(text, p.Words)
		if !found {
			return nil, refused(not, field, "Copy the words from the answer as they stand there")
		}
		c := models.Coding{Theme: p.Theme, AnswerKey: d.Answer, Belongs: true, Start: start, End: end,
			SHA256: hashOf(string([]rune(text)[start:end])), By: by.ID, Day: s.today(), Blind: d.Way == Blind}
		if !slices.Contains(out[p.Theme], c) {
			out[p.Theme] = append(out[p.Theme], c)
		}
	}
	return out, nil
}

// locate finds words in a text, whatever the white space between them. Both
// ends count code points; the words must not be empty.
func locate(text, words string) (start, end int, found bool) {
	runes, wanted := []rune(text), []rune(strings.Join(strings.Fields(words), " "))
	if len(wanted) == 0 {
		return 0, 0, false
	}
	for start := range runes {
		at := start
		matched := true
		for _, w := range wanted {
			if w == ' ' {
				first := at
				for at < len(runes) && unicode.IsSpace(runes[at]) {
					at++
				}
				matched = at > first
			} else {
				matched = at < len(runes) && runes[at] == w
				at++
			}
			if !matched {
				break
			}
		}
		if matched {
			return start, at, true
		}
	}
	return 0, 0, false
}

// decideAll returns the codings that make an answer stand in the themes of a
// decision and in no others. Where that is decided already nothing is written.
func (p *places) decideAll(by Actor, day string, d Decision, passages map[string][]models.Coding) []models.Coding {
	var out []models.Coding
	for _, t := range p.themes {
		at := place{t.ID, d.Answer}
		was := p.decided[at]
		_, found := p.found[at]
		switch {
		case t.Status == models.ThemeMerged:
		case slices.Contains(d.Themes, t.ID):
			codings := p.decide(by, day, at, true)
			if len(codings) == 0 && !sameWords(was.passages, passages[t.ID]) {
				codings = []models.Coding{{Theme: t.ID, AnswerKey: d.Answer, Belongs: true, By: by.ID, Day: day}}
			}
			if len(codings) > 0 {
				out = append(append(out, codings...), passages[t.ID]...)
			}
		case was.Belongs || found:
			out = append(out, p.decide(by, day, at, false)...)
		}
	}
	return out
}

func sameWords(a, b []models.Coding) bool {
	return slices.EqualFunc(a, b, func(a, b models.Coding) bool { return a.Start == b.Start && a.End == b.End && a.SHA256 == b.SHA256 })
}

// decideBlind returns the codings of a blind decision, which stand beside all
// others and take back only what the same person decided blind before.
func (p *places) decideBlind(by Actor, day string, d Decision, passages map[string][]models.Coding) []models.Coding {
	var out []models.Coding
	said := p.blindSets(d.Answer)[by.ID]
	for _, t := range p.themes {
		belongs := slices.Contains(d.Themes, t.ID)
		if belongs || said[t.ID] {
			out = append(out, models.Coding{Theme: t.ID, AnswerKey: d.Answer, Belongs: belongs, By: by.ID, Day: day, Blind: true})
		}
		if belongs {
			out = append(out, passages[t.ID]...)
		}
	}
	return out
}

// seenBy returns the answers that a person has decided on openly, and so with
// their places in sight.
func (p *places) seenBy(by Actor) map[models.AnswerKey]bool {
	seen := map[models.AnswerKey]bool{}
	for _, c := range p.codings {
		if !c.Blind && c.By == by.ID {
			seen[c.AnswerKey] = true
		}
	}
	for _, c := range p.coded {
		if !c.Blind && c.By == by.ID {
			seen[c.AnswerKey] = true
		}
	}
	return seen
}

// openly names what people have decided openly on an answer, so that nobody undoes
// what they were not shown, "" for nothing; and returns the accounts of those who
// decided it, or went through the answer.
func (p *places) openly(key models.AnswerKey) (seen string, accounts []string) {
	var parts []string
	for at, d := range p.decided {
		if at.AnswerKey == key {
			parts, accounts = append(parts, fmt.Sprint(at.theme, " ", d.ID)), append(accounts, d.By)
		}
	}
	for _, c := range p.coded {
		if c.AnswerKey == key && !c.Blind {
			parts, accounts = append(parts, fmt.Sprint(c.By, " ", c.Settles)), append(accounts, c.By)
		}
	}
	if len(parts) == 0 {
		return "", nil
	}
	slices.Sort(parts)
	slices.Sort(accounts)
	return fingerprint(parts...), slices.Compact(accounts)
}

// blindSets returns, by account, the themes that each person who coded an answer
// blind put it in. What was merged since counts for what it was merged into.
func (p *places) blindSets(key models.AnswerKey) map[string]map[string]bool {
	sets := map[string]map[string]bool{}
	for _, c := range p.coded {
		if c.Blind && c.AnswerKey == key {
			sets[c.By] = map[string]bool{}
		}
	}
	own := map[string]map[string]bool{}
	for _, c := range p.codings {
		if c.Blind && c.AnswerKey == key {
			if own[c.By] == nil {
				own[c.By] = map[string]bool{}
			}
			own[c.By][c.Theme] = c.Belongs
		}
	}
	for by, themes := range own {
		if sets[by] == nil {
			sets[by] = map[string]bool{}
		}
		for id, belongs := range themes {
			if belongs {
				sets[by][p.home(id)] = true
			}
		}
	}
	return sets
}

// differ reports whether people who coded an answer blind put it in different
// themes; see blindSets.
func differ(sets map[string]map[string]bool) bool {
	var first map[string]bool
	for _, set := range sets {
		if first == nil {
			first = set
		} else if !maps.Equal(first, set) {
			return true
		}
	}
	return false
}

// settledBy reports whether an answer is settled, and whether somebody other
// than those who coded it blind did.
func (p *places) settledBy(key models.AnswerKey, coders map[string]map[string]bool) (third, settled bool) {
	for _, c := range p.coded {
		if c.Settles && c.AnswerKey == key {
			settled = true
			third = third || coders[c.By] == nil
		}
	}
	return third, settled
}

// desk is everything that people code, with where it stands.
type desk struct {
	*places
	seed    uint64
	answers []models.AnswerKey        // in an order that tells nothing of when they came
	held    map[models.AnswerKey]bool // that others have open to code them; see readQueue
}

// readDesk reads no words: a page reads those that it shows.
func (s *Service) readDesk(ctx context.Context, c *models.Consultation) (*desk, error) {
	d := &desk{seed: seedOf(c.ID)}
	return d, s.store.Together(ctx,
		func(ctx context.Context) (err error) { d.places, err = readPlaces(ctx, s.store, c); return err },
		func(ctx context.Context) error {
			answers, err := s.store.AnswersInWords(ctx, c.ID, themed(c))
			d.answers = drawn(c, answers)
			return err
		})
}

// drawn returns the answers in words in the order in which they are drawn: by a
// hash of each, so that the order is nobody's choice and stays when more come.
func drawn(c *models.Consultation, answers []models.AnswerKey) []models.AnswerKey {
	ticket := make(map[models.AnswerKey]string, len(answers))
	for _, key := range answers {
		ticket[key] = lot(c.ID, key)
	}
	slices.SortFunc(answers, func(a, b models.AnswerKey) int { return strings.Compare(ticket[a], ticket[b]) })
	return answers
}

// answersOf returns the answers in words of some submissions.
func answersOf(c *models.Consultation, subs []*models.Submission) (keys []models.AnswerKey) {
	for _, sub := range subs {
		for _, a := range c.InWords(sub) {
			keys = append(keys, models.AnswerKey{Submission: sub.ID, Question: a.Question})
		}
	}
	return keys
}

func lot(consultation string, key models.AnswerKey) string {
	sum := sha256.Sum256(append(binary.BigEndian.AppendUint64(nil, seedOf(consultation)), keyID(key)...))
	return string(sum[:])
}

// sampleSize is how many answers are drawn for blind coding.
const sampleSize = 100

func (d *desk) sample() []models.AnswerKey { return d.answers[:min(sampleSize, len(d.answers))] }

func (s *Service) inSample(ctx context.Context, c *models.Consultation, key models.AnswerKey) (bool, error) {
	answers, err := s.store.AnswersInWords(ctx, c.ID, themed(c))
	d := desk{answers: drawn(c, answers)}
	return slices.Contains(d.sample(), key), err
}

// toCode returns the answers that are to be coded, in the order in which they
// are handed out, from what follows one of them and round again to that. Blind, it
// is the sample but for what this person has seen already, blind or not; settling,
// what people saw differently. Else it is what nobody has coded: first the answer
// that the engine is surest of in each theme, so that every part of the material
// is taught early; then those it is least sure of.
func (d *desk) toCode(by Actor, way Way, after models.AnswerKey) []models.AnswerKey {
	var order []models.AnswerKey
	done := func(a models.AnswerKey) bool { return d.through[a] }
	switch way {
	case Settling:
		order = d.sample()
		done = func(a models.AnswerKey) bool {
			_, settled := d.settledBy(a, nil)
			return settled || !differ(d.blindSets(a))
		}
	case Blind:
		order = d.sample()
		seen := d.seenBy(by)
		for _, c := range d.coded {
			if c.By == by.ID {
				seen[c.AnswerKey] = true
			}
		}
		done = func(a models.AnswerKey) bool { return seen[a] }
	default:
		order = d.byNeed()
	}
	at := slices.Index(order, after) + 1
	return slices.DeleteFunc(slices.Concat(order[at:], order[:at]), done)
}

// byNeed returns all answers in the order in which they are coded openly.
func (d *desk) byNeed() []models.AnswerKey {
	var order []models.AnswerKey
	best := map[string]models.AnswerKey{}
	highest := map[models.AnswerKey]float64{}
	picked := map[models.AnswerKey]bool{}
	frame := d.frame()
	for _, a := range d.answers {
		for _, t := range frame {
			highest[a] = max(highest[a], d.found[place{t.Theme.ID, a}])
		}
	}
	for _, t := range frame {
		score := 0.0
		for _, a := range d.answers {
			if found := d.found[place{t.Theme.ID, a}]; found > score && !picked[a] {
				best[t.Theme.ID], score = a, found
			}
		}
		if key, any := best[t.Theme.ID]; any {
			picked[key] = true
			order = append(order, key)
		}
	}
	var rest []models.AnswerKey
	for _, a := range d.answers {
		if !picked[a] {
			rest = append(rest, a)
		}
	}
	slices.SortStableFunc(rest, func(a, b models.AnswerKey) int { return cmp.Compare(highest[a], highest[b]) })
	return append(order, rest...)
}

// frame returns the code frame but merged themes, each above those that stand
// under it.
func (d *desk) frame() []CodedTheme {
	var out []CodedTheme
	live := func(id string) bool { return d.known[id] != nil && d.known[id].Status != models.ThemeMerged }
	var add func(parent string, depth int)
	add = func(parent string, depth int) {
		for _, t := range d.themes {
			above := t.Parent
			if !live(above) {
				above = ""
			}
			if t.Status != models.ThemeMerged && above == parent && depth <= len(d.themes) {
				out = append(out, CodedTheme{Theme: t, Depth: depth})
				add(t.ID, depth+1)
			}
		}
	}
	add("", 0)
	return out
}

// describe fills in how a theme applies to an answer.
func (d *desk) describe(t *CodedTheme, at place, text string, names map[string]string) {
	t.Score, t.Machine = d.found[at]
	_, t.Stands = d.stands(at)
	t.Belongs = t.Stands
	if decision, decided := d.decided[at]; decided {
		t.By, t.Day = named(names, decision.By), decision.Day
		if decision.Belongs {
			t.Passages = wordsOf(text, decision.passages)
		}
	}
}

// saidBlind is what a person decided blind before on an answer in a theme.
func (d *desk) saidBlind(account string, at place, text string) (belongs bool, passages []string) {
	var marked []models.Coding
	for _, c := range d.codings {
		if c.Blind && c.By == account && c.AnswerKey == at.AnswerKey && d.home(c.Theme) == at.theme {
			belongs = c.Belongs
			if c.End == 0 {
				marked = nil
			} else {
				marked = append(marked, c)
			}
		}
	}
	return belongs, wordsOf(text, marked)
}

// wordsOf cuts passages out of the answer they stand in. One that the answer no
// longer holds is left out.
func wordsOf(text string, passages []models.Coding) []string {
	var out []string
	for _, p := range passages {
		if words, ok := cut(text, models.Quote{Start: p.Start, End: p.End, SHA256: p.SHA256}); ok {
			out = append(out, words)
		}
	}
	return out
}

// names returns the accounts' addresses by id.
func (s *Service) names(ctx context.Context) (map[string]string, error) { return namesIn(ctx, s.store) }

func namesIn(ctx context.Context, from *store.Store) (map[string]string, error) {
	users, err := from.Users(ctx)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, u := range users {
		names[u.ID] = u.Email
	}
	return names, nil
}

func named(names map[string]string, account string) string { return cmp.Or(names[account], account) }

// read counts the answers that somebody has read: the submission as it is now, or
// the answer in coding it, blind or not.
func (d *desk) read(readings []models.Reading) int {
	whole, coded := map[string]bool{}, map[models.AnswerKey]bool{}
	for _, r := range readings {
		whole[r.Submission] = true
	}
	for _, c := range d.coded {
		coded[c.AnswerKey] = true
	}
	n := 0
	for _, a := range d.answers {
		if whole[a.Submission] || coded[a] {
			n++
		}
	}
	return n
}

// leastAgreement is the number of answers below which no agreement is told.
const leastAgreement = 10

// progress counts how far coding has come, and measures agreement on the sample:
// of what the engine says itself, without what people decided openly.
func (d *desk) progress(frame int) *CodingProgress {
	out := &CodingProgress{Answers: len(d.answers), Sample: len(d.sample()), Frame: frame}
	there := map[models.AnswerKey]bool{}
	latest := map[models.AnswerKey]int{}
	for _, c := range d.coded {
		if !c.Blind {
			latest[c.AnswerKey] = max(latest[c.AnswerKey], c.Frame)
		}
	}
	for _, a := range d.answers {
		there[a] = true
		if d.through[a] {
			out.Coded++
			if latest[a] < frame {
				out.Earlier++
			}
		}
	}
	out.Left = out.Answers - out.Coded
	for at, decision := range d.decided {
		if _, found := d.found[at]; there[at.AnswerKey] && found != decision.Belongs {
			out.Changed++
		}
	}
	engine := map[models.AnswerKey]map[string]bool{}
	for at := range d.found {
		if engine[at.AnswerKey] == nil {
			engine[at.AnswerKey] = map[string]bool{}
		}
		engine[at.AnswerKey][at.theme] = true
	}
	var machine, people []agreement.Overlap
	for _, a := range d.sample() {
		sets := d.blindSets(a)
		var coders []map[string]bool
		for _, by := range slices.Sorted(maps.Keys(sets)) {
			coders = append(coders, sets[by])
		}
		if len(coders) == 0 {
			continue
		}
		out.BlindCoded++
		var with []agreement.Overlap
		for _, set := range coders {
			with = append(with, agreement.Of(engine[a], set))
		}
		machine = append(machine, agreement.Mean(with))
		if len(coders) < 2 {
			continue
		}
		out.DoubleCoded++
		if differ(sets) {
			out.Differ++
			if third, settled := d.settledBy(a, sets); settled {
				out.Settled++
				if third {
					out.Third++
				}
			}
		}
		with = nil
		for i := range coders {
			for j := range i {
				with = append(with, agreement.Of(coders[j], coders[i]))
			}
		}
		people = append(people, agreement.Mean(with))
	}
	out.Machine, out.People = d.agreement(machine), d.agreement(people)
	return out
}

func (d *desk) agreement(answers []agreement.Overlap) *Agreement {
	if len(answers) < leastAgreement {
		return nil
	}
	f1, low, high := agreement.F1(answers, d.seed)
	return &Agreement{F1: f1, Low: low, High: high, Kappa: agreement.Kappa(answers, len(d.frame())), Answers: len(answers)}
}
