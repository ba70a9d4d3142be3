package measure

import (
	"math/rand/v2"
	"strconv"
	"strings"

	"heard/app/measured"
	"heard/app/theme"
)

const (
	largeThemes = 40
	largeGrowth = 5 // many answers are this many times as many as fewer
)

// manyTexts gives n short texts in random order: those of four bodies of coded
// text and, as there are not enough, crossings of two about the same, word by
// word, which are no letters of one campaign and add no words.
func (c Config) manyTexts(n int) ([]string, error) {
	type key struct {
		body  int
		label string
	}
	var texts []string
	var keys []key
	alike := map[key][]int{}
	for body, from := range []struct{ path, label string }{
		{stackOverflow, "label"}, {searchSnippets, "label"}, {banking77, "label"}, {argArguments, "topic"},
	} {
		rows, err := c.read(from.path, from.label, "text")
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			k := key{body, r[0]}
			alike[k] = append(alike[k], len(texts))
			texts, keys = append(texts, r[1]), append(keys, k)
		}
	}
	rng := rand.New(rand.NewPCG(1, 13))
	for whole := len(texts); whole > 0 && len(texts) < n; {
		i := rng.IntN(whole)
		peers := alike[keys[i]]
		words, others := strings.Fields(texts[i]), strings.Fields(texts[peers[rng.IntN(len(peers))]])
		for j := range words {
			if j < len(others) && rng.IntN(2) == 0 {
				words[j] = others[j]
			}
		}
		texts = append(texts, strings.Join(words, " "))
	}
	rng.Shuffle(len(texts), func(a, b int) { texts[a], texts[b] = texts[b], texts[a] })
	return texts[:min(n, len(texts))], nil
}

// large times many answers, and a fifth of them at the same k.
func large(m *meter) error {
	texts, err := m.manyTexts(m.Many)
	if err != nil {
		return err
	}
	docs := make([]theme.Document, len(texts))
	for i, text := range texts {
		docs[i] = theme.Document{ID: strconv.Itoa(i), Text: text, Quotable: true}
	}
	run := func(docs []theme.Document) (wall, cpu float64, err error) {
		used := measured.CPUTime()
		took, err := m.timed(func() { m.find(docs, largeThemes, 1) })
		return took.Seconds(), (measured.CPUTime() - used).Seconds(), err
	}
	fewWall, fewCPU, err := run(docs[:len(docs)/largeGrowth])
	if err != nil {
		return err
	}
	m.wall, m.cpu, m.row.Runs = 0, 0, 0 // the row's seconds are those of many
	m.row.Answers = len(docs)
	measured.ResetPeak()
	took, used, err := run(docs)
	if err != nil {
		return err
	}
	m.add(wall, took, "s", 1)
	m.add(memory, measured.PeakMB(), "MB", 0)
	m.add(growth, took/fewWall, "×", 1)
	if fewCPU > 0 {
		m.add(growthCPU, used/fewCPU, "×", 1)
	}
	return nil
}
