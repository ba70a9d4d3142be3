package consult

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"heard/models"
	"heard/models/store"
)

// places is where answers stand: what the engine found and what people decided,
// read side by side, and what follows from both. Whatever shows or counts who
// is in a theme asks standing, and nothing else works that out.
type places struct {
	themes  []models.Theme // merged ones too
	machine []models.Placement
	codings []models.Coding // the oldest first
	coded   []models.CodedAnswer

	known   map[string]*models.Theme
	found   map[place]float64         // the engine's score
	decided map[place]decision        // what people decided openly, by the theme it counts for
	through map[models.AnswerKey]bool // answers that a person has gone through openly
}

// A place is one answer in one theme.
type place struct {
	theme string
	models.AnswerKey
}

// A decision is what stands of the codings of one answer in one theme.
type decision struct {
	models.Coding
	passages []models.Coding // words that make the point, as they were marked last
}

func keyOf(p models.Placement) models.AnswerKey {
	return models.AnswerKey{Submission: p.Submission, Question: p.Question}
}

// documentKey is the answer that documentID names.
func documentKey(id string) models.AnswerKey {
	submission, question := splitDocumentID(id)
	return models.AnswerKey{Submission: submission, Question: question}
}

func keyID(k models.AnswerKey) string { return documentID(k.Submission, k.Question) }

// readPlaces reads all of a consultation's from a store.
func readPlaces(ctx context.Context, from *store.Store, c *models.Consultation) (*places, error) {
	p := new(places)
	return p, p.read(ctx, from,
		func(ctx context.Context) (err error) { p.machine, err = from.Placements(ctx, c.ID); return err },
		func(ctx context.Context) (err error) { p.themes, err = frameOf(ctx, from, c); return err },
		func(ctx context.Context) (err error) { p.codings, err = from.Codings(ctx, c.ID); return err },
		func(ctx context.Context) (err error) { p.coded, err = from.CodedAnswers(ctx, c.ID); return err })
}

// readPlacesOf reads those of some submissions.
func readPlacesOf(ctx context.Context, from *store.Store, c *models.Consultation, submissions []string) (*places, error) {
	p := new(places)
	return p, p.read(ctx, from,
		func(ctx context.Context) (err error) {
			p.machine, err = from.PlacementsOf(ctx, submissions)
			return err
		},
		func(ctx context.Context) (err error) { p.themes, err = frameOf(ctx, from, c); return err },
		func(ctx context.Context) (err error) { p.codings, err = from.CodingsOf(ctx, submissions); return err },
		func(ctx context.Context) (err error) {
			p.coded, err = from.CodedAnswersOf(ctx, submissions)
			return err
		})
}

// frameOf reads a code frame, merged themes too, without what the language model
// wrote: that is read with its theme alone, as far as it stands; see standingDraft.
func frameOf(ctx context.Context, from *store.Store, c *models.Consultation) ([]models.Theme, error) {
	themes, err := from.Themes(ctx, c.ID)
	for i := range themes {
		themes[i].Draft, themes[i].SuggestedLabel = nil, ""
	}
	return themes, err
}

func (p *places) read(ctx context.Context, from *store.Store, parts ...func(context.Context) error) error {
	if err := from.Together(ctx, parts...); err != nil {
		return err
	}
	p.settle()
	return nil
}

// settle works out what follows from what was read.
//
// Decisions on a theme that was merged count for the one it was merged into, and
// go on pointing at their own, so that a merge can be taken back. Of several
// themes that are one now, an answer is in it when a person put it in any of
// them.
func (p *places) settle() {
	p.known, p.found = map[string]*models.Theme{}, map[place]float64{}
	p.decided, p.through = map[place]decision{}, map[models.AnswerKey]bool{}
	for i := range p.themes {
		p.known[p.themes[i].ID] = &p.themes[i]
	}
	for _, m := range p.machine {
		at := place{p.home(m.Theme), keyOf(m)}
		p.found[at] = max(p.found[at], m.Score)
	}
	for _, c := range p.coded {
		if !c.Blind {
			p.through[c.AnswerKey] = true
		}
	}
	own := map[place]decision{} // by the theme that was decided on
	var order []place
	for _, c := range p.codings {
		if c.Blind {
			continue
		}
		at := place{c.Theme, c.AnswerKey}
		d, again := own[at]
		if !again {
			order = append(order, at)
		}
		// Rows with words belong to the one before them.
		if c.End == 0 || !again || d.Belongs != c.Belongs {
			d.Coding, d.passages = c, nil
		} else {
			d.ID = c.ID
		}
		if c.End > 0 {
			d.passages = append(d.passages, c)
		}
		own[at] = d
	}
	for _, at := range order {
		d, home := own[at], place{p.home(at.theme), at.AnswerKey}
		if other, merged := p.decided[home]; merged {
			switch {
			case other.Belongs && d.Belongs:
				passages := append(slices.Clone(other.passages), d.passages...)
				if other.ID > d.ID {
					d.Coding = other.Coding
				}
				d.passages = passages
			case other.Belongs, other.Belongs == d.Belongs && other.ID > d.ID:
				d = other
			}
		}
		p.decided[home] = d
	}
}

// home is the theme that stands for a theme now: itself, or what it was merged
// into.
func (p *places) home(id string) string {
	for range len(p.themes) {
		t := p.known[id]
		if t == nil || t.Status != models.ThemeMerged {
			return id
		}
		id = t.MergedInto
	}
	return id
}

// stands reports whether an answer is in a theme, and how well it fits. What a
// person decided goes before what the engine found; where a person has gone
// through the whole answer, the engine has no more say.
func (p *places) stands(at place) (score float64, in bool) {
	if d, decided := p.decided[at]; decided {
		if d.Belongs {
			return 1, true
		}
		return 0, false
	}
	score, in = p.found[at]
	if p.through[at.AnswerKey] {
		return 0, false
	}
	return score, in
}

// standing returns which answers are in which themes, by theme, submission and
// question. What people put there has the score 1.
func (p *places) standing() []models.Placement {
	var all []models.Placement
	add := func(at place) {
		if score, in := p.stands(at); in && p.known[at.theme] != nil {
			all = append(all, models.Placement{Theme: at.theme, Submission: at.Submission, Question: at.Question, Score: score})
		}
	}
	for at := range p.found {
		add(at)
	}
	for at := range p.decided {
		if _, found := p.found[at]; !found {
			add(at)
		}
	}
	slices.SortFunc(all, func(a, b models.Placement) int {
		return cmp.Or(strings.Compare(a.Theme, b.Theme), strings.Compare(a.Submission, b.Submission), strings.Compare(a.Question, b.Question))
	})
	return all
}

// quotes reports whether the answer that a quote is from stands in its theme:
// nobody is quoted for a point that a person found they do not make.
func (p *places) quotes(q models.Quote) bool {
	_, in := p.stands(place{q.Theme, models.AnswerKey{Submission: q.Submission, Question: q.Question}})
	return in
}

// quoted returns the words of a quote from a submission, which is nil when there
// is none any more. ok is false from the moment they may not be shown for their theme any more, and
// not only from the next run on: because the submission no longer counts, its
// author does not agree, the words were redacted since, or a person took the
// answer out of the theme.
func (p *places) quoted(q models.Quote, sub *models.Submission) (words string, ok bool) {
	if sub == nil || sub.Status != models.SubmissionLive || !sub.Allows(models.ConsentQuote) || !p.quotes(q) {
		return "", false
	}
	a := sub.Answer(q.Question)
	if a == nil {
		return "", false
	}
	return cut(a.Redacted, q)
}

// decide returns the codings that make an answer belong to a theme, or not, and
// none when a person has decided so already, so that who did and when stays. In
// the theme's place stand all that were merged into it: an answer that is taken
// out of it is taken out of them too.
func (p *places) decide(by Actor, day string, at place, belongs bool) []models.Coding {
	d, decided := p.decided[at]
	if decided && d.Belongs == belongs {
		return nil
	}
	coding := func(id string) models.Coding {
		return models.Coding{Theme: id, AnswerKey: at.AnswerKey, Belongs: belongs, By: by.ID, Day: day}
	}
	out := []models.Coding{coding(at.theme)}
	if !belongs {
		for _, t := range p.themes {
			if t.ID != at.theme && p.home(t.ID) == at.theme && p.says(t.ID, at.AnswerKey) {
				out = append(out, coding(t.ID))
			}
		}
	}
	return out
}

// says reports whether people put an answer in this very theme.
func (p *places) says(id string, key models.AnswerKey) (belongs bool) {
	for _, c := range p.codings {
		if !c.Blind && c.Theme == id && c.AnswerKey == key {
			belongs = c.Belongs
		}
	}
	return belongs
}
