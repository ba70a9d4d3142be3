package consult

import (
	"cmp"
	"slices"
	"strings"

	"heard/app/theme"
	"heard/models"
)

// taughtBy is how many answers people must have put in a theme for the mapper to
// decide on it: most of what examples teach is in the first three
// (theming.md, section 4).
const taughtBy = 3

// mapTaught fills the themes that people made, or put at least taughtBy answers
// in, with the answers that the mapper places there. It learns from the answers
// that people went through or put in a theme, and reads the names and definitions
// of all themes. Answers that were coded blind teach it nothing: they are there to
// tell how well it does. What it says of those that people went through openly is
// not asked, so that the engine's own places stay to compare theirs with. To a
// theme that a person approved it only adds.
func mapTaught(run *models.ThemeRun, docs []theme.Document, before *places, background *theme.Background) {
	there := map[models.AnswerKey]bool{}
	for _, d := range docs {
		there[documentKey(d.ID)] = true
	}
	put := map[string]int{}
	putIn := map[models.AnswerKey][]string{}
	for at, d := range before.decided {
		if d.Belongs && there[at.AnswerKey] {
			put[at.theme]++
			putIn[at.AnswerKey] = append(putIn[at.AnswerKey], at.theme)
		}
	}
	mapped, approved := map[string]bool{}, map[string]bool{}
	var frame []theme.Code
	for _, t := range run.Themes {
		if t.Status == models.ThemeMerged {
			continue
		}
		frame = append(frame, theme.Code{ID: t.ID, Name: t.Label, Definition: t.Definition})
		if t.MadeBy != "" || put[t.ID] >= taughtBy {
			mapped[t.ID], approved[t.ID] = true, t.Status == models.ThemeApproved
		}
	}
	if len(mapped) == 0 {
		return
	}
	blind := map[models.AnswerKey]bool{}
	for _, c := range before.coded {
		if c.Blind {
			blind[c.AnswerKey] = true
		}
	}
	engine := map[models.AnswerKey][]string{} // themes that the engine alone decides on
	for _, p := range run.Placements {
		if !mapped[p.Theme] {
			engine[keyOf(p)] = append(engine[keyOf(p)], p.Theme)
		}
	}
	var examples []theme.Example
	of := map[string]int{} // examples by theme
	for _, d := range docs {
		key := documentKey(d.ID)
		in := slices.Clone(putIn[key])
		if blind[key] || len(in) == 0 && !before.through[key] {
			continue
		}
		if !before.through[key] {
			// Somebody put it in a theme and left the others as they are.
			for _, id := range engine[key] {
				if _, decided := before.decided[place{id, key}]; !decided {
					in = append(in, id)
				}
			}
		}
		slices.Sort(in)
		run.Method.Taught++
		if len(in) == 0 {
			examples = append(examples, theme.Example{Text: d.Text}) // in none of them
		}
		for _, id := range in {
			examples = append(examples, theme.Example{Text: d.Text, Theme: id})
			of[id]++
		}
	}
	examples = append(examples, standIns(run, docs, before, mapped, blind, of)...)
	keeps := func(key models.AnswerKey) bool { return before.through[key] && !blind[key] }
	run.Placements = slices.DeleteFunc(run.Placements, func(p models.Placement) bool {
		return mapped[p.Theme] && !approved[p.Theme] && !keeps(keyOf(p))
	})
	in := map[place]bool{}
	for _, p := range run.Placements {
		in[place{p.Theme, keyOf(p)}] = true
	}
	for _, a := range theme.Place(docs, frame, examples, background) {
		key := documentKey(a.Document)
		if keeps(key) {
			continue
		}
		for _, t := range a.Themes {
			if mapped[t.Theme] && !in[place{t.Theme, key}] {
				run.Placements = append(run.Placements, models.Placement{Theme: t.Theme, Submission: key.Submission, Question: key.Question, Score: t.Score})
			}
		}
	}
	now := *before
	now.themes, now.machine = run.Themes, run.Placements
	now.settle()
	run.Quotes = slices.DeleteFunc(run.Quotes, func(q models.Quote) bool { return !now.quotes(q) })
}

// mostStandIns is the largest number of answers that stand in for examples.
const mostStandIns = 20

// standIns returns examples of the themes that people have taught nothing yet:
// the answers that the engine is surest of, as many as the best taught theme has.
// Beside bare names a few examples of one theme would draw half of all answers
// to it, because answers are more like answers than like names.
func standIns(run *models.ThemeRun, docs []theme.Document, before *places, mapped map[string]bool, blind map[models.AnswerKey]bool, of map[string]int) []theme.Example {
	most := 0
	for _, n := range of {
		most = max(most, n)
	}
	if most == 0 {
		return nil
	}
	texts := map[models.AnswerKey]string{}
	for _, d := range docs {
		texts[documentKey(d.ID)] = d.Text
	}
	byTheme := map[string][]models.Placement{}
	for _, p := range run.Placements {
		_, decided := before.decided[place{p.Theme, keyOf(p)}]
		if !mapped[p.Theme] && !decided && !before.through[keyOf(p)] && !blind[keyOf(p)] && texts[keyOf(p)] != "" {
			byTheme[p.Theme] = append(byTheme[p.Theme], p)
		}
	}
	var out []theme.Example
	for _, t := range run.Themes {
		surest := byTheme[t.ID]
		slices.SortStableFunc(surest, func(a, b models.Placement) int {
			return cmp.Or(cmp.Compare(b.Score, a.Score), strings.Compare(a.Submission, b.Submission), strings.Compare(a.Question, b.Question))
		})
		wanted := min(max(most, taughtBy), mostStandIns) - of[t.ID]
		for _, p := range surest[:min(max(wanted, 0), len(surest))] {
			out = append(out, theme.Example{Text: texts[keyOf(p)], Theme: t.ID})
		}
	}
	return out
}
