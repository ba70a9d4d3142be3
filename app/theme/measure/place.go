package measure

import (
	"cmp"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"heard/app/theme"
	"heard/app/theme/agreement"
)

// macroF1 is the mean over the themes wanted or given of the F1 of each.
func macroF1(found, gold []string) float64 {
	tallies := map[string]*tally{}
	of := func(name string) *tally {
		if tallies[name] == nil {
			tallies[name] = &tally{}
		}
		return tallies[name]
	}
	for i := range gold {
		of(gold[i]).wanted++
		if found[i] == "" {
			continue
		}
		of(found[i]).found++
		if found[i] == gold[i] {
			of(gold[i]).right++
		}
	}
	var sum float64
	for _, name := range slices.Sorted(maps.Keys(tallies)) {
		sum += tallies[name].f1()
	}
	return sum / float64(max(1, len(tallies)))
}

// placeTaught places StackOverflow titles by so many examples of each theme;
// which titles are examples is drawn anew for each seed. The themes have no
// names.
func placeTaught(per int) func(*meter) error {
	return func(m *meter) error {
		texts, err := m.labelled(stackOverflow)
		if err != nil {
			return err
		}
		var scores []float64
		for _, seed := range m.Seeds {
			taught := map[int]int{}
			var examples []theme.Example
			var docs []theme.Document
			var frame []theme.Code
			var found, gold []string
			for _, i := range rand.New(rand.NewPCG(1+seed, 5)).Perm(len(texts)) {
				x := texts[i]
				id := strconv.Itoa(x.label)
				if taught[x.label] == 0 {
					frame = append(frame, theme.Code{ID: id})
				}
				if taught[x.label] < per {
					taught[x.label]++
					examples = append(examples, theme.Example{Text: x.text, Theme: id})
				} else {
					docs, gold = append(docs, theme.Document{Text: x.text}), append(gold, id)
				}
			}
			m.row.Answers = len(docs)
			var placed []theme.Assignment
			if _, err := m.timed(func() { placed = m.place(docs, frame, examples) }); err != nil {
				return err
			}
			for _, a := range placed {
				first := ""
				if len(a.Themes) > 0 {
					first = a.Themes[0].Theme
				}
				found = append(found, first)
			}
			scores = append(scores, 100*macroF1(found, gold))
		}
		m.add(macro, mean(scores), "%", 1)
		return nil
	}
}

// placeSeveral places what patients wrote, several themes each, a fifth of the
// answers at a time by the others as examples.
func placeSeveral(m *meter) error {
	all, err := m.read(nhsResponses, "trust", "usable", "themes", "text")
	if err != nil {
		return err
	}
	type answer struct {
		text   string
		themes []string
	}
	var answers []answer
	for _, r := range all {
		if r[0] != "NEAS" || r[1] != "1" {
			continue
		}
		a := answer{text: r[3]}
		for _, x := range strings.FieldsFunc(r[2], func(c rune) bool { return c == ';' || c == '|' }) {
			a.themes = append(a.themes, strings.TrimSpace(x))
		}
		answers = append(answers, a)
	}
	m.row.Answers = len(answers)
	rand.New(rand.NewPCG(1, 5)).Shuffle(len(answers), func(a, b int) { answers[a], answers[b] = answers[b], answers[a] })
	var frame []theme.Code
	for _, a := range answers {
		for _, x := range a.themes {
			if !slices.ContainsFunc(frame, func(c theme.Code) bool { return c.Name == x }) {
				frame = append(frame, theme.Code{Name: x})
			}
		}
	}
	const folds = 5
	var each []agreement.Overlap // one per answer
	for fold := range folds {
		var docs []theme.Document
		var gold [][]string
		var examples []theme.Example
		for i, a := range answers {
			if i%folds == fold {
				docs, gold = append(docs, theme.Document{Text: a.text}), append(gold, a.themes)
				continue
			}
			for _, x := range a.themes {
				examples = append(examples, theme.Example{Text: a.text, Theme: x})
			}
		}
		var placed []theme.Assignment
		if _, err := m.timed(func() { placed = m.place(docs, frame, examples) }); err != nil {
			return err
		}
		for i, a := range placed {
			o := agreement.Overlap{One: float64(len(a.Themes)), Other: float64(len(gold[i]))}
			for _, s := range a.Themes {
				if slices.Contains(gold[i], s.Theme) {
					o.Both++
				}
			}
			each = append(each, o)
		}
	}
	f1, low, high := agreement.F1(each, 1)
	f := m.add(microF1, f1, "", 3)
	f.Low, f.High = &low, &high
	return nil
}

// placeByName matches the arguments of every side of a split of ArgKP with its
// key points by the key points' words alone, and scores as the released script
// of the shared task does.
func placeByName(split string) func(*meter) error {
	return func(m *meter) error {
		sides, matched, err := m.sides()
		if err != nil {
			return err
		}
		var strict, relaxed []float64
		for _, s := range sides {
			if s.split != split || len(s.keyPoints) == 0 || len(s.arguments) == 0 {
				continue
			}
			m.row.Answers += len(s.arguments)
			var placed []theme.Assignment
			if _, err := m.timed(func() { placed = m.place(s.arguments, s.keyPoints, nil) }); err != nil {
				return err
			}
			hits, likely := make([]match, len(placed)), make([]match, len(placed))
			for i, a := range placed {
				if len(a.Themes) == 0 {
					continue
				}
				yes, judged := matched[[2]string{a.Document, a.Themes[0].Theme}]
				hits[i] = match{a.Themes[0].Score, true, yes}
				likely[i] = match{a.Themes[0].Score, true, yes || !judged}
			}
			strict, relaxed = append(strict, averagePrecision(hits)), append(relaxed, averagePrecision(likely))
		}
		m.row.Answers /= max(1, m.row.Runs)
		m.add(mapStrict, mean(strict), "", 3)
		m.add(mapRelaxed, mean(relaxed), "", 3)
		return nil
	}
}

// A match is the best key point of one argument.
type match struct {
	score float64
	given bool // false: no key point was found for it
	right bool
}

// averagePrecision scores the matches of one side as the shared task does: the
// better half by score is kept; each right match among it adds the precision
// down to it, matches of one score counting together; and the sum is divided
// by the size of the half, so that a wrong match costs its full share. An
// argument without a key point that comes into the half counts as a wrong
// match of the highest score.
func averagePrecision(matches []match) float64 {
	best := func(a, b match) int { return cmp.Compare(b.score, a.score) }
	half := slices.Clone(matches)
	slices.SortStableFunc(half, best)
	half = half[:len(half)/2]
	for i := range half {
		if !half[i].given {
			half[i] = match{score: 0.99}
		}
	}
	slices.SortStableFunc(half, best)
	var hits, precision float64
	for i := 0; i < len(half); {
		end, now := i, 0.0
		for ; end < len(half) && half[end].score == half[i].score; end++ {
			if half[end].right {
				now++
			}
		}
		hits += now
		precision += now * hits / float64(end)
		i = end
	}
	return precision / float64(max(1, len(half)))
}
