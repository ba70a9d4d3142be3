package measure

import (
	"math/rand/v2"

	"heard/app/theme"
	"heard/app/theme/agreement"
)

// firstThemes numbers the best theme of every document; -1 for none.
func firstThemes(r theme.Result) []int {
	number := map[string]int{}
	for i, t := range r.Themes {
		number[t.ID] = i
	}
	out := make([]int, len(r.Assignments))
	for i, a := range r.Assignments {
		out[i] = -1
		if len(a.Themes) > 0 {
			out[i] = number[a.Themes[0].Theme]
		}
	}
	return out
}

// accuracyOf is the share of answers in the theme that stands for their own.
// An answer listed singly is in none, so it counts as wrong.
func accuracyOf(found, gold []int) float64 {
	var f, g []int
	for i := range found {
		if found[i] >= 0 {
			f, g = append(f, found[i]), append(g, gold[i])
		}
	}
	if len(f) == 0 {
		return 0
	}
	return agreement.Accuracy(f, g) * float64(len(f)) / float64(len(found))
}

func shareOf(found []int, value int) float64 {
	n := 0
	for _, v := range found {
		if v == value {
			n++
		}
	}
	return float64(n) / float64(max(1, len(found)))
}

// themesOf finds k themes in the whole of a file, with each seed.
func themesOf(path string, k int) func(*meter) error {
	return func(m *meter) error {
		texts, err := m.labelled(path)
		if err != nil {
			return err
		}
		docs, gold := documents(texts), labels(texts)
		m.row.Answers = len(docs)
		var acc, information, single, seconds []float64
		for _, seed := range m.Seeds {
			var r theme.Result
			took, err := m.timed(func() { r = m.find(docs, k, seed) })
			if err != nil {
				return err
			}
			found := firstThemes(r)
			acc = append(acc, 100*accuracyOf(found, gold))
			information = append(information, 100*agreement.NMI(found, gold))
			single = append(single, 100*shareOf(found, -1))
			seconds = append(seconds, took.Seconds())
		}
		m.add(accuracy, mean(acc), "%", 1)
		m.add(nmi, mean(information), "%", 1)
		m.add(singly, mean(single), "%", 1)
		m.add(wall, mean(seconds), "s", 1)
		return nil
	}
}

// smallSize is how many answers a small consultation has.
const smallSize = 300

// smallDraws finds themes in small draws from a file, as many as people gave
// the answers drawn.
func smallDraws(path string) func(*meter) error {
	return func(m *meter) error {
		all, err := m.labelled(path)
		if err != nil {
			return err
		}
		m.row.Answers = min(smallSize, len(all))
		var information, adjusted, single []float64
		for draw := range uint64(m.Draws) {
			var texts []labelled
			for _, i := range rand.New(rand.NewPCG(draw, 11)).Perm(len(all))[:m.row.Answers] {
				texts = append(texts, all[i])
			}
			var r theme.Result
			if _, err := m.timed(func() { r = m.find(documents(texts), distinct(texts), draw) }); err != nil {
				return err
			}
			found, gold := firstThemes(r), labels(texts)
			information = append(information, 100*agreement.NMI(found, gold))
			adjusted = append(adjusted, 100*agreement.AMI(found, gold))
			single = append(single, 100*shareOf(found, -1))
		}
		m.add(nmi, mean(information), "%", 1)
		m.add(ami, mean(adjusted), "%", 1)
		m.add(singly, mean(single), "%", 1)
		return nil
	}
}

// campaigns asks of pairs of letters that people judged whether they are found
// in one campaign.
func campaigns(m *meter) error {
	letters, err := m.read(regsComments, "id", "text")
	if err != nil {
		return err
	}
	pairs, err := m.read(regsPairs, "id_a", "id_b", "same_campaign")
	if err != nil {
		return err
	}
	docs := make([]theme.Document, len(letters))
	for i, r := range letters {
		docs[i] = theme.Document{ID: r[0], Text: r[1]}
	}
	m.row.Answers = len(docs)
	in := map[string]string{}
	if _, err := m.timed(func() {
		for _, c := range m.find(docs, 0, 1).Campaigns {
			for _, id := range c.Members {
				in[id] = c.ID
			}
		}
	}); err != nil {
		return err
	}
	var t tally
	for _, r := range pairs {
		found, gold := in[r[0]] != "" && in[r[0]] == in[r[1]], r[2] == "1"
		t.count(found, gold)
	}
	m.add(pairsF1, t.f1(), "", 3)
	return nil
}

// A tally counts what was found, what should have been, and what is in both.
type tally struct{ right, found, wanted float64 }

func (t *tally) count(found, wanted bool) {
	if found {
		t.found++
	}
	if wanted {
		t.wanted++
	}
	if found && wanted {
		t.right++
	}
}

func (t tally) f1() float64 {
	if t.found+t.wanted == 0 {
		return 0
	}
	return 2 * t.right / (t.found + t.wanted)
}
