package theme

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"heard/models"
)

const (
	// tooFew is the number of usable answers below which nothing is grouped:
	// they are quicker read than summarised.
	tooFew = 20
	// smallCorpus is the number of texts up to which character n-grams stand
	// beside words; above it the corpus has words enough.
	smallCorpus = 3000
	// largeCorpus is the number of texts above which words held by more than
	// one text in twenty no longer propose neighbours.
	largeCorpus = 20_000

	neighbours     = 15           // in the graph, at most …
	oneNeighbour   = 12           // … and one in so many texts
	steps          = 2            // how often each text is averaged with its neighbours
	smallSteps     = 3            // … in a small corpus
	positionWeight = 0.5          // of the closed answer beside the words
	vectorWeight   = 1.5          // of what a language model says of whole texts beside the words
	vectorColumns  = 64           // directions kept of its vectors
	stream         = 0x7468656d65 // PCG stream; the seed chooses within it
)

// A text is a unit of theming: usually one whole answer; of a long one each
// passage; in a campaign the shared letter, for all its senders, and each
// sender's addition.
type text struct {
	docs  []int // the documents that say it
	terms []int32
	whole bool // all that the first of them says
}

// A finder carries one run of Find from stage to stage.
type finder struct {
	*corpus
	order      []int // place of each document among those given
	texts      []text
	vocabulary *vocabulary
	words      *sparse // texts × words, TF-IDF
	features   *sparse // words, and the characters beside them in small corpora
	space      *sparse // what texts are compared by: features, meanings and closed answers
	group      []int32 // theme of each text, or -1
	k          int
	model      *wordModel
	sharp      float32        // what its evidence is multiplied by to be worth what it says
	owner      map[int]string // theme → the respondent group it was found in
	meant      bool           // space says more than the words themselves
	background string         // name of the Background that was used
}

// Find finds the themes of docs. Their order and their IDs make no difference
// to what is found.
func Find(docs []Document, opt Options) Result {
	order := byContent(docs)
	docs = inOrder(docs, order)
	if len(opt.Vectors) == len(docs) {
		opt.Vectors = inOrder(opt.Vectors, order)
	}
	c := readCorpus(docs)
	campaigns := findCampaigns(c)
	f := &finder{corpus: c, order: order, texts: textsOf(c, campaigns), owner: map[int]string{}}
	f.group = make([]int32, len(f.texts))
	for i := range f.group {
		f.group[i] = -1
	}
	if f.usable() >= tooFew {
		f.cluster(opt)
		f.groupIdentical()
	}
	placed := f.place()
	themes := f.describe(placed)
	return f.result(opt, campaigns, placed, themes)
}

// byContent gives the documents' places in an order that depends on what they
// say and who says it, and on their IDs only where all that is the same.
func byContent(docs []Document) []int {
	order := make([]int, len(docs))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		a, b := &docs[i], &docs[j]
		return cmp.Or(strings.Compare(a.Text, b.Text), strings.Compare(a.Language, b.Language), slices.Compare(a.Groups, b.Groups),
			strings.Compare(a.Stance, b.Stance), strings.Compare(a.ID, b.ID))
	})
	return order
}

func inOrder[T any](list []T, order []int) []T {
	out := make([]T, len(order))
	for to, from := range order {
		out[to] = list[from]
	}
	return out
}

// usable counts the documents that say anything at all.
func (f *finder) usable() int {
	n := 0
	for i := range f.docs {
		if f.first[i+1] > f.first[i] {
			n++
		}
	}
	return n
}

// textsOf splits the corpus into the texts to be themed.
func textsOf(c *corpus, campaigns []campaign) []text {
	in := make([]int, len(c.docs)) // document → its campaign, counted from 1
	for n, g := range campaigns {
		for _, i := range g.members {
			in[i] = n + 1
		}
	}
	var out []text
	for i := range c.docs {
		if in[i] == 0 {
			passages := c.passages(i)
			for _, terms := range passages {
				out = append(out, text{docs: []int{i}, terms: terms, whole: len(passages) == 1})
			}
			continue
		}
		g := campaigns[in[i]-1]
		if i == g.members[0] {
			out = append(out, text{docs: withFirst(g.members, g.template), terms: c.of(g.template), whole: true})
		}
		var added []int32
		for _, at := range g.additions[i] {
			added = append(added, c.termsIn(i, at)...)
		}
		if len(added) > 0 {
			out = append(out, text{docs: []int{i}, terms: added})
		}
	}
	return out
}

// withFirst gives the ids with one of them in front.
func withFirst(ids []int, first int) []int {
	out := []int{first}
	for _, i := range ids {
		if i != first {
			out = append(out, i)
		}
	}
	return out
}

// themeCount is the number of themes to look for among n texts: the rule that
// held up best where people's own number was known, leaning to more, because
// people merge more easily than they split.
func themeCount(n int) int {
	return min(max(int(math.Round(2*math.Cbrt(float64(n)))), 4), 40)
}

// cluster groups the texts: by their smoothed words, then by the words
// themselves, then by respondent group.
func (f *finder) cluster(opt Options) {
	n := len(f.texts)
	terms := make([][]int32, n)
	for i, t := range f.texts {
		terms[i] = t.terms
	}
	f.vocabulary = newVocabulary(terms, len(f.lexicon.stems), leastTexts, f.lexicon.function)
	f.words = f.vocabulary.tfidf(terms)
	f.features = f.words
	if n <= smallCorpus {
		grams, count := charGrams(terms, f.lexicon)
		f.features = beside([]float32{1, 1}, f.words, newVocabulary(grams, count, leastTexts, nil).tfidf(grams))
	}
	f.k = opt.K
	if f.k <= 0 {
		f.k = themeCount(n)
	}
	if n < tooFew {
		f.k = 0
		return
	}
	limit := n
	if n > largeCorpus {
		limit = n / 20
	}
	f.space = f.features
	languages := make([]*language, n)
	for i, t := range f.texts {
		languages[i] = f.languages[t.docs[0]]
	}
	if meanings, weight := opt.Background.meanings(f.corpus, terms, languages); weight > 0 {
		f.space = beside([]float32{1, weight}, f.features, meanings)
		f.background, f.meant = opt.Background.Name, true
	}
	if vectors := f.vectors(opt.Vectors); vectors != nil {
		f.space, f.meant = beside([]float32{1, vectorWeight}, f.space, vectors), true
	}
	graph := nearest(f.space, neighboursOf(n, oneNeighbour), limit, f.positions(), positionWeight*positionWeight)
	rng := rand.New(rand.NewPCG(opt.Seed, stream))
	s := newSmoother(graph, steps)
	if n <= smallCorpus {
		s.steps = smallSteps
	}
	e := embed(f.withPositions(f.space), s, max(f.k, 20), rng)
	f.group = kmeans(e, f.k, rng)
	refine(f.withPositions(f.features), f.group, f.k)
	f.setApart(graph, opt.K <= 0)
	f.lens(graph, rng)
	counts := countWords(f.features, f.group, f.k)
	f.model = counts.model()
	f.sharp = float32(counts.sharpness(f.features, f.group))
	f.release()
}

// islandShare: texts that share no word with the rest are set apart when they
// are fewer than one in this many of an average theme.
const islandShare = 4

// setApart takes small sets of texts that share words with each other but with
// nobody else, directly or through others, out of the themes they were put in
// for want of better. They become themes of their own, or none when the number
// of themes was asked for.
func (f *finder) setApart(graph *sparse, own bool) {
	least := len(f.texts) / (islandShare * f.k)
	reached := make([]bool, len(f.texts))
	for i := range f.texts {
		if reached[i] || f.group[i] < 0 {
			continue
		}
		reached[i] = true
		island := []int{i}
		for at := 0; at < len(island); at++ {
			near, _ := graph.row(island[at])
			for _, j := range near {
				if !reached[j] {
					reached[j] = true
					island = append(island, int(j))
				}
			}
		}
		if len(island) >= max(least, 3) {
			continue
		}
		theme := int32(-1)
		if own && len(island) > 1 {
			theme = int32(f.k)
			f.k++
		}
		for _, j := range island {
			f.group[j] = theme
		}
	}
}

// neighboursOf is the number of neighbours each of n texts has in the graph: one
// in so many of them, or all they may have.
func neighboursOf(n, one int) int {
	return min(max(n/one, 4), neighbours)
}

// positions gives each text's closed answer, or nil when nobody gave one.
func (f *finder) positions() []int8 {
	out := make([]int8, len(f.texts))
	any := false
	for i, t := range f.texts {
		if len(t.docs) == 1 {
			switch f.docs[t.docs[0]].Stance {
			case models.StanceFor:
				out[i] = 1
			case models.StanceAgainst:
				out[i] = -1
			}
			any = any || out[i] != 0
		}
	}
	if !any {
		return nil
	}
	return out
}

// vectors gives a row for every text that is the whole of a document with a
// vector, in the directions that hold most of them all, less what they have in
// common; or nil.
func (f *finder) vectors(of [][]float32) *sparse {
	if len(of) != len(f.docs) {
		return nil
	}
	length := 0
	for _, v := range of {
		length = max(length, len(v))
	}
	mean := make([]float32, length)
	rows, count := make([][]float32, len(f.texts)), 0
	for i, t := range f.texts {
		if v := of[t.docs[0]]; t.whole && length > 0 && len(v) == length {
			rows[i] = slices.Clone(v)
			unit(rows[i])
			addScaled(mean, 1, rows[i])
			count++
		}
	}
	if count < tooFew {
		return nil
	}
	m := &sparse{rows: len(rows), cols: length, first: make([]int, 1, len(rows)+1)}
	for _, v := range rows {
		if v != nil {
			addScaled(v, -1/float32(count), mean)
			m.appendDense(v)
		}
		m.first = append(m.first, len(m.col))
	}
	e := factorise(m, newSmoother(noGraph(m.rows), 0), vectorColumns, 1, rand.New(rand.NewPCG(0, stream)))
	out := &sparse{rows: e.rows, cols: e.cols, first: make([]int, 1, e.rows+1)}
	for i, v := range rows {
		if v != nil {
			out.appendDense(e.row(i))
		}
		out.first = append(out.first, len(out.col))
	}
	out.normalise()
	return out
}

// withPositions puts the closed answer beside the features, so that what is
// said for and against lies apart.
func (f *finder) withPositions(x *sparse) *sparse {
	positions := f.positions()
	if positions == nil {
		return x
	}
	side := &sparse{rows: len(positions), cols: 2, first: make([]int, 1, len(positions)+1)}
	for _, p := range positions {
		if p != 0 {
			column := int32(0)
			if p > 0 {
				column = 1
			}
			side.col = append(side.col, column)
			side.val = append(side.val, 1)
		}
		side.first = append(side.first, len(side.col))
	}
	return beside([]float32{1, positionWeight}, x, side)
}

// leastEvidence is how much the words a text shares with its theme must tell of
// that theme, against all its words; see release. A word held by one theme
// alone counts for 2 to 5, "using" for next to nothing.
const leastEvidence = 0.1

// release takes out of its theme every text that shares no telling word with
// another text in it, nor, where meanings are known, is as like the theme as
// those that do: nothing is forced.
func (f *finder) release() {
	holders := make(map[int64]int) // theme, word → texts
	for i, g := range f.group {
		if g < 0 {
			continue
		}
		cols, _ := f.words.row(i)
		for _, c := range cols {
			holders[int64(g)<<32|int64(c)]++
		}
	}
	shares := func(i int) bool {
		g := f.group[i]
		var told, all float64
		rare := math.Log(float64(len(f.texts)))
		for _, t := range distinctTerms(f.texts[i].terms) {
			if f.lexicon.function[t] {
				continue
			}
			c := f.vocabulary.column[t]
			if c < 0 {
				all += rare * rare
				continue
			}
			idf := float64(f.vocabulary.idf[c])
			all += idf * idf
			if holders[int64(g)<<32|int64(c)] > 1 {
				told += idf * math.Max(0, float64(f.model.weight[int(c)*f.k+int(g)]))
			}
		}
		return told >= leastEvidence*math.Sqrt(all)
	}
	stays := make([]bool, len(f.texts))
	for i, g := range f.group {
		// The senders of one letter share it with each other.
		stays[i] = g < 0 || len(f.texts[i].docs) > 1 || shares(i)
	}
	if f.meant {
		f.akin(stays)
	}
	for i, stay := range stays {
		if !stay {
			f.group[i] = -1
		}
	}
}

// leastLikeness is the cosine with a theme below which nothing is akin to it.
const leastLikeness = 0.05

// akin lets those texts stay that are no less like their theme than every text
// that stays in it for its words.
func (f *finder) akin(stays []bool) {
	sharing := make([]int, f.k)
	for i, g := range f.group {
		if g >= 0 && stays[i] {
			sharing[g]++
		}
	}
	// Where nobody shares a word, those who mean the same are the measure.
	model := func(i int) bool { return stays[i] || sharing[f.group[i]] < 2 }
	centre := make([][]float32, f.k)
	for i, g := range f.group {
		if g < 0 {
			continue
		}
		if centre[g] == nil {
			centre[g] = make([]float32, f.space.cols)
		}
		cols, vals := f.space.row(i)
		for j, c := range cols {
			centre[g][c] += vals[j]
		}
	}
	length := make([]float64, f.k)
	for g, v := range centre {
		for _, x := range v {
			length[g] += float64(x) * float64(x)
		}
	}
	fit := func(i int) float64 { // cosine with the centre of the others
		g := f.group[i]
		var sum float64
		cols, vals := f.space.row(i)
		for j, c := range cols {
			sum += float64(vals[j] * centre[g][c])
		}
		return (sum - 1) / math.Sqrt(max(length[g]-2*sum+1, 1e-9))
	}
	least := make([]float64, f.k)
	members := make([]int, f.k)
	for i, g := range f.group {
		if g >= 0 && model(i) {
			if v := fit(i); members[g] == 0 || v < least[g] {
				least[g] = v
			}
			members[g]++
		}
	}
	for i, g := range f.group {
		if g >= 0 && !stays[i] && members[g] > 1 {
			stays[i] = fit(i) >= max(least[g], leastLikeness)
		}
	}
}

// groupIdentical makes a theme of texts that say the same words but have no
// word of their own to be told by, such as forty times "I agree".
func (f *finder) groupIdentical() {
	same := map[string][]int{}
	var order []string
	for i, t := range f.texts {
		if f.group[i] >= 0 || len(t.terms) == 0 {
			continue
		}
		key := fmt.Sprint(t.terms)
		if same[key] == nil {
			order = append(order, key)
		}
		same[key] = append(same[key], i)
	}
	for _, key := range order {
		people := 0
		for _, i := range same[key] {
			people += len(f.texts[i].docs)
		}
		if people < 2 {
			continue
		}
		for _, i := range same[key] {
			f.group[i] = int32(f.k)
		}
		f.k++
	}
}

// A text may belong to further themes when they have at least this share of
// the evidence, and this much beside its first.
const (
	furtherShare = 0.25
	furtherRatio = 0.6
	mostThemes   = 3
)

// A membership is a document's share in a theme.
type membership struct {
	theme int
	score float64
}

// place gives every document its memberships, best first. A theme that would
// have one document alone is no theme, and is dropped.
func (f *finder) place() [][]membership {
	placed := make([][]membership, len(f.docs))
	weight := make([]float64, len(f.docs))
	shares := f.shares()
	for i, t := range f.texts {
		if len(t.terms) == 0 {
			continue
		}
		w := math.Sqrt(float64(len(t.terms)))
		for _, d := range t.docs {
			weight[d] += w
			for _, m := range shares[i] {
				placed[d] = addShare(placed[d], m.theme, w*m.score)
			}
		}
	}
	size := make([]int, f.k)
	for d, list := range placed {
		for j := range list {
			list[j].score = math.Round(1e4*min(1, list[j].score/weight[d])) / 1e4
			size[list[j].theme]++
		}
		slices.SortFunc(list, func(a, b membership) int {
			return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.theme, b.theme))
		})
	}
	for d := range placed {
		placed[d] = slices.DeleteFunc(placed[d], func(m membership) bool { return size[m.theme] < 2 })
	}
	return placed
}

func addShare(list []membership, theme int, score float64) []membership {
	for i := range list {
		if list[i].theme == theme {
			list[i].score += score
			return list
		}
	}
	return append(list, membership{theme, score})
}

// shares gives the themes of every text with their share of the evidence,
// which adds up to at most 1. The theme the text was put in comes first.
func (f *finder) shares() [][]membership {
	out := make([][]membership, len(f.texts))
	if f.model == nil {
		for i, g := range f.group {
			if g >= 0 {
				out[i] = []membership{{int(g), 1}}
			}
		}
		return out
	}
	inParallel(len(f.texts), 512, func(lo, hi int) {
		scores := make([]float32, f.model.k)
		for i := lo; i < hi; i++ {
			g := int(f.group[i])
			if g < 0 {
				continue
			}
			if g >= f.model.k {
				out[i] = []membership{{g, 1}}
				continue
			}
			cols, vals := f.features.row(i)
			f.model.score(cols, vals, scores)
			for t := range scores {
				scores[t] *= f.sharp
			}
			scores[g] = scores[argmax(scores)]
			out[i] = share(scores, g)
		}
	})
	return out
}

// share turns evidence into shares, keeping first and those close behind it.
func share(scores []float32, first int) []membership {
	var sum float64
	for _, s := range scores {
		sum += math.Exp(float64(s - scores[first]))
	}
	out := []membership{{first, 1 / sum}}
	for t, s := range scores {
		p := math.Exp(float64(s-scores[first])) / sum
		if t != first && p >= furtherShare && p >= furtherRatio/sum {
			out = append(out, membership{t, p})
		}
	}
	slices.SortStableFunc(out[1:], func(a, b membership) int { return cmp.Compare(b.score, a.score) })
	return out[:min(len(out), mostThemes)]
}

// result puts everything together, themes numbered from the largest.
func (f *finder) result(opt Options, campaigns []campaign, placed [][]membership, themes []described) Result {
	r := Result{
		Documents:   len(f.docs),
		Seed:        opt.Seed,
		Background:  f.background,
		TooFew:      f.usable() < tooFew,
		Themes:      []Theme{},
		Assignments: make([]Assignment, len(f.docs)),
		Campaigns:   []Campaign{},
		Unthemed:    []string{},
	}
	id := make([]string, f.k)
	for n, t := range themes {
		t.ID = fmt.Sprintf("t%d", n+1)
		id[t.number] = t.ID
		r.Themes = append(r.Themes, t.Theme)
	}
	for d, list := range placed {
		a := Assignment{Document: f.docs[d].ID, Themes: []Scored{}}
		for _, m := range list {
			a.Themes = append(a.Themes, Scored{id[m.theme], m.score})
		}
		r.Assignments[f.order[d]] = a
	}
	for _, a := range r.Assignments {
		if len(a.Themes) == 0 {
			r.Unthemed = append(r.Unthemed, a.Document)
		}
	}
	for n, g := range campaigns {
		out := Campaign{
			ID:        fmt.Sprintf("c%d", n+1),
			Template:  strings.TrimSpace(f.docs[g.template].Text),
			Additions: map[string]string{},
		}
		members := slices.Clone(g.members)
		slices.SortFunc(members, func(a, b int) int { return cmp.Compare(f.order[a], f.order[b]) })
		for _, i := range members {
			out.Members = append(out.Members, f.docs[i].ID)
			if added := g.additions[i]; len(added) > 0 {
				out.Additions[f.docs[i].ID] = textOf(f.docs[i].Text, added)
			}
		}
		r.Campaigns = append(r.Campaigns, out)
	}
	return r
}
