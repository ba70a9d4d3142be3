package measure

import (
	"math"
	"math/rand/v2"
	"strconv"

	"heard/app/theme"
)

const (
	minorityShare = 0.02
	minorityLeast = 6
	minoritySize  = 900  // answers of one trial
	othersShare   = 0.66 // members who say what everybody says, for each who does not
)

// plant makes a body of n texts in which one subject is raised only by share of
// the people, at least minorityLeast, all of one group; others of that group,
// as many as mixed times those, say what everybody says. It returns which are
// planted; nothing when no subject is large enough.
func plant(texts []labelled, n int, share, mixed float64, rng *rand.Rand) ([]theme.Document, []bool) {
	n = min(n, len(texts))
	held := max(minorityLeast, int(share*float64(n)+0.5))
	size := map[int]int{}
	for _, x := range texts {
		size[x.label]++
	}
	order := rng.Perm(len(texts))
	topic := -1
	for _, i := range order {
		if size[texts[i].label] >= held {
			topic = texts[i].label
			break
		}
	}
	if topic < 0 {
		return nil, nil
	}
	others := int(mixed * float64(held))
	var docs []theme.Document
	var planted []bool
	add := func(i int, group string, is bool) {
		docs = append(docs, theme.Document{ID: strconv.Itoa(i), Text: texts[i].text, Groups: []string{group}})
		planted = append(planted, is)
	}
	kept := 0
	for _, i := range order {
		switch {
		case texts[i].label == topic && kept < held:
			add(i, "minority", true)
			kept++
		case texts[i].label == topic || len(docs)-kept >= n-held:
		case others > 0:
			add(i, "minority", false)
			others--
		default:
			add(i, "resident", false)
		}
	}
	return docs, planted
}

// foundAsTheme reports whether one theme holds at least half the planted texts
// and consists of them at least by half.
func foundAsTheme(found []int, planted []bool) bool {
	size, hits, all := map[int]int{}, map[int]int{}, 0
	for i, t := range found {
		size[t]++
		if planted[i] {
			all++
			hits[t]++
		}
	}
	for t, n := range hits {
		if t >= 0 && 2*n >= size[t] && 2*n >= all {
			return true
		}
	}
	return false
}

func minorityOf(path string) func(*meter) error {
	return func(m *meter) error {
		texts, err := m.labelled(path)
		if err != nil {
			return err
		}
		return m.minority([][]labelled{texts})
	}
}

func minorityOfTopics(m *meter) error {
	topics, err := m.topics()
	if err != nil {
		return err
	}
	return m.minority(topics)
}

// minority plants a subject in one body of texts after the other, and asks
// the engine and plain NMF whether it is a theme.
func (m *meter) minority(bodies [][]labelled) error {
	var rate, plain [2]float64
	var sizes []float64
	for kind, mixed := range []float64{0, othersShare} {
		var trials float64
		for i := range m.Trials {
			docs, planted := plant(bodies[i%len(bodies)], minoritySize, minorityShare, mixed, rand.New(rand.NewPCG(uint64(i), 9)))
			if docs == nil {
				continue
			}
			sizes = append(sizes, float64(len(docs)))
			trials++
			var r theme.Result
			if _, err := m.timed(func() { r = m.find(docs, 0, uint64(i)) }); err != nil {
				return err
			}
			if foundAsTheme(firstThemes(r), planted) {
				rate[kind]++
			}
			texts := make([]string, len(docs))
			for j, d := range docs {
				texts[j] = d.Text
			}
			if foundAsTheme(nmf(texts, plainCount(len(texts)), uint64(i)), planted) {
				plain[kind]++
			}
		}
		rate[kind], plain[kind] = 100*rate[kind]/max(1, trials), 100*plain[kind]/max(1, trials)
	}
	m.row.Answers = int(math.Round(mean(sizes)))
	m.add(oneMind, rate[0], "%", 0)
	m.add(twoMinds, rate[1], "%", 0)
	m.add(nmfOneMind, plain[0], "%", 0)
	m.add(nmfTwoMinds, plain[1], "%", 0)
	return nil
}

// plainCount is the number of themes looked for among n texts when nobody says:
// the engine's rule, for the comparison.
func plainCount(n int) int {
	return min(max(int(math.Round(1.5*math.Cbrt(float64(n)))), 4), 40)
}

// randomGroup counts the themes that are found only because people drawn at
// random are called a group. They have nothing of their own to say.
func randomGroup(m *meter) error {
	texts, err := m.labelled(banking77)
	if err != nil {
		return err
	}
	const people, drawn = 600, 30
	more := 0
	for i := range m.Groups {
		order := rand.New(rand.NewPCG(uint64(i), 3)).Perm(len(texts))
		order = order[:min(people, len(order))]
		var docs []theme.Document
		for n, at := range order {
			d := theme.Document{ID: strconv.Itoa(at), Text: texts[at].text}
			if n < drawn {
				d.Groups = []string{"drawn"}
			}
			docs = append(docs, d)
		}
		m.row.Answers = len(docs)
		if _, err := m.timed(func() { more += len(m.find(docs, 0, 1).Themes) }); err != nil {
			return err
		}
		for n := range docs {
			docs[n].Groups = nil
		}
		more -= len(m.find(docs, 0, 1).Themes)
	}
	m.add(added, float64(more)/float64(max(1, m.Groups)), "a group", 2)
	return nil
}
