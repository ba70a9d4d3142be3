package theme

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// A Code is one theme of an existing code frame.
type Code struct {
	ID         string // as it stands in assignments; Name when empty
	Name       string
	Definition string
}

// An Example is a text a person has placed. A text with several themes comes
// once for each; a text that belongs in none comes once, without a theme.
type Example struct {
	Text  string
	Theme string // the ID or the name of a Code; examples of other themes are left out
}

// placeRatio: without examples, a text is placed in every theme it is nearly
// as like as the likest.
const placeRatio = 0.8

// placeGrams is the number of texts up to which character n-grams stand beside
// words. It is higher than in Find: spelling mistakes matter more in single
// placements than in the mass.
const placeGrams = 6000

// With examples a text's score is a mean of what its own words and its
// neighbours' say. Of few examples the latter make more, and they are best not
// taken too literally: the former have their share of ownShare, and faults cost
// mostCost, from fullExamples examples a theme.
const (
	ownShare     = 0.7
	mostCost     = 0.5
	leastCost    = 0.1
	fullExamples = 20
	// Each theme is taught once more with the surest texts placed in it,
	// teachMore times as many as it has examples but no more than half of them.
	teachMore      = 3
	placeNeighbour = 8   // one in so many texts is a neighbour, at most as many as in Find
	placeSteps     = 2   // how often a row is averaged with its neighbours
	placeKept      = 128 // values that are kept of it
)

// Place puts texts into a code frame: without examples by how like they are to
// the names and definitions, with examples by what those have in common. Both
// read a text together with its nearest neighbours, so that a text can be
// placed by words only its neighbours share with the frame. A text that has
// nothing in common with any theme is placed in none.
//
// With examples that have one theme each, texts are given one theme; when some
// have several, as many as clear a threshold fitted to the examples, but one at
// least unless some examples have none.
//
// background, nil for none, tells which words are akin.
func Place(docs []Document, frame []Code, examples []Example, background *Background) []Assignment {
	out := make([]Assignment, len(docs))
	for i, d := range docs {
		out[i] = Assignment{Document: d.ID, Themes: []Scored{}}
	}
	if len(docs) == 0 || len(frame) == 0 {
		return out
	}
	p := newPlacer(docs, frame, examples, background)
	if len(p.taught) == 0 {
		p.byLikeness(out)
	} else {
		p.byExample(out)
	}
	return out
}

// A placer holds documents, example texts and codes as rows of one matrix, in
// this order.
type placer struct {
	docs, taughtRows int
	ids              []string       // of codes
	taught           []map[int]bool // codes of each example text
	x                *sparse        // features
	full             *sparse        // features and function words
	z                *sparse        // features averaged with the neighbours'
}

func newPlacer(docs []Document, frame []Code, examples []Example, background *Background) *placer {
	p := &placer{docs: len(docs)}
	code := map[string]int{}
	for i, c := range frame {
		id := c.ID
		if id == "" {
			id = c.Name
		}
		p.ids = append(p.ids, id)
		for _, name := range []string{strings.ToLower(c.Name), id} {
			if _, ok := code[name]; !ok {
				code[name] = i
			}
		}
	}
	all := slices.Clone(docs)
	row := map[string]int{}
	for _, e := range examples {
		c, ok := code[e.Theme]
		if !ok && e.Theme != "" {
			if c, ok = code[strings.ToLower(e.Theme)]; !ok {
				continue
			}
		}
		r, ok := row[e.Text]
		if !ok {
			r = len(p.taught)
			row[e.Text] = r
			p.taught = append(p.taught, map[int]bool{})
			all = append(all, Document{Text: e.Text})
		}
		if e.Theme != "" {
			p.taught[r][c] = true
		}
	}
	p.taughtRows = len(p.taught)
	for _, c := range frame {
		all = append(all, Document{Text: c.Name + ". " + c.Definition})
	}
	c := readCorpus(all)
	terms := make([][]int32, len(all))
	for i := range all {
		terms[i] = c.of(i)
	}
	// A word that nobody else uses makes a text less like a name, but does not
	// make it less like an example.
	least := 1
	if p.taughtRows > 0 {
		least = leastTexts
	}
	// Function words say nothing of a theme to a comparison, but "not" and "no"
	// can to what learns.
	p.x = newVocabulary(terms, len(c.lexicon.stems), least, c.lexicon.function).tfidf(terms)
	p.full = newVocabulary(terms, len(c.lexicon.stems), leastTexts, nil).tfidf(terms)
	if len(all) <= placeGrams {
		grams, count := charGrams(terms, c.lexicon)
		letters := newVocabulary(grams, count, leastTexts, nil).tfidf(grams)
		p.x = beside([]float32{1, 1}, p.x, letters)
		p.full = beside([]float32{1, 1}, p.full, letters)
	}
	if meanings, weight := background.meanings(c, terms, c.languages); weight > 0 {
		p.x = beside([]float32{1, weight}, p.x, meanings)
	}
	limit := len(all)
	if len(all) > largeCorpus {
		limit = len(all) / 20
	}
	p.z = smoothed(p.x, nearest(p.x, neighboursOf(len(all), placeNeighbour), limit, nil, 0), placeSteps, placeKept)
	return p
}

// byLikeness places by the cosine of texts, read with their neighbours, and
// codes, read alone and with theirs.
func (p *placer) byLikeness(out []Assignment) {
	for i := range out {
		zc, zv := p.z.row(i)
		scores := make([]float64, len(p.ids))
		for c := range p.ids {
			r := p.docs + p.taughtRows + c
			cc, cv := p.x.row(r)
			nc, nv := p.z.row(r)
			scores[c] = float64(sparseDot(zc, zv, cc, cv)+sparseDot(zc, zv, nc, nv)) / 2
		}
		best := slices.Max(scores)
		if best <= 0 {
			continue
		}
		out[i].Themes = p.above(scores, placeRatio*best)
	}
}

// above gives the codes that score at least least, best first.
func (p *placer) above(scores []float64, least float64) []Scored {
	out := []Scored{}
	for c, s := range scores {
		if s >= least {
			out = append(out, Scored{p.ids[c], math.Round(1e4*min(max(s, 0), 1)) / 1e4})
		}
	}
	slices.SortStableFunc(out, func(a, b Scored) int { return cmp.Compare(b.Score, a.Score) })
	return out
}

// byExample places by linear classifiers, one for each code, learnt from the
// examples and, as one example more, the code's own words.
func (p *placer) byExample(out []Assignment) {
	rows := make([]int, 0, p.taughtRows+len(p.ids))
	labels := make([]map[int]bool, 0, cap(rows))
	several, none := 0, 0
	for r, codes := range p.taught {
		rows = append(rows, p.docs+r)
		labels = append(labels, codes)
		switch len(codes) {
		case 0:
			none++
		case 1:
		default:
			several++
		}
	}
	level := math.Inf(1) // one theme each: only the best
	if (several+none)*severalShare >= len(p.taught) {
		level = p.threshold(rows, labels)
	}
	for c := range p.ids {
		rows = append(rows, p.docs+p.taughtRows+c)
		labels = append(labels, map[int]bool{c: true})
	}
	known := make([]int, 0, p.docs)
	for i := range out {
		if cols, _ := p.z.row(i); len(cols) > 0 {
			known = append(known, i)
		}
	}
	scores := p.classify(rows, labels, known)
	if math.IsInf(level, 1) {
		surest := p.surest(scores, len(p.taught)/len(p.ids)+1)
		for _, s := range surest {
			rows = append(rows, known[s.ask])
			labels = append(labels, map[int]bool{s.code: true})
		}
		scores = p.classify(rows, labels, known)
	}
	for n, i := range known {
		least := level
		if none == 0 {
			least = min(level, slices.Max(scores[n]))
		}
		out[i].Themes = p.above(scores[n], least)
		if math.IsInf(level, 1) {
			out[i].Themes = out[i].Themes[:1]
		}
	}
}

// A guess puts one of the texts that were asked about in a code.
type guess struct {
	ask, code int
	lead      float64 // of the code's score before the next best
}

// surest gives for each code the texts whose first it is by most, teachMore
// times as many as there are examples a theme, half of those it is first for at
// most.
func (p *placer) surest(scores [][]float64, examples int) []guess {
	byCode := make([][]guess, len(p.ids))
	for n, row := range scores {
		g := guess{ask: n, lead: math.Inf(1)}
		for c, s := range row {
			if s > row[g.code] {
				g.code = c
			}
		}
		for c, s := range row {
			if c != g.code {
				g.lead = min(g.lead, row[g.code]-s)
			}
		}
		byCode[g.code] = append(byCode[g.code], g)
	}
	var out []guess
	for _, list := range byCode {
		slices.SortStableFunc(list, func(a, b guess) int { return cmp.Compare(b.lead, a.lead) })
		out = append(out, list[:min(teachMore*examples, len(list)/2)]...)
	}
	return out
}

// severalShare: when one example text in this many has several themes, or none,
// texts are given several, or none.
const severalShare = 50

// threshold finds the score from which a code is given, at which themes given
// to the examples agree best with people's (micro-F1), each fifth of them
// scored by what the others teach.
func (p *placer) threshold(rows []int, labels []map[int]bool) float64 {
	const folds = 5
	type given struct {
		score float64
		right bool
	}
	var all []given
	wanted := 0
	for fold := range folds {
		var teach, ask []int
		var taught, asked []map[int]bool
		for n, r := range rows {
			if n%folds == fold {
				ask, asked = append(ask, r), append(asked, labels[n])
			} else {
				teach, taught = append(teach, r), append(taught, labels[n])
			}
		}
		if len(teach) == 0 {
			continue
		}
		for n, scores := range p.classify(teach, taught, ask) {
			wanted += len(asked[n])
			for c, s := range scores {
				all = append(all, given{s, asked[n][c]})
			}
		}
	}
	slices.SortFunc(all, func(a, b given) int { return cmp.Compare(b.score, a.score) })
	best, level := 0.0, 0.5
	hits := 0
	for n, g := range all {
		if g.right {
			hits++
		}
		if n+1 < len(all) && all[n+1].score == g.score {
			continue
		}
		if f := 2 * float64(hits) / float64(n+1+wanted); f > best {
			best, level = f, g.score
		}
	}
	return level
}

// classify teaches a classifier per code on the given rows and scores others,
// between 0 and 1.
func (p *placer) classify(rows []int, labels []map[int]bool, ask []int) [][]float64 {
	placed := 0
	for _, codes := range labels {
		placed += len(codes)
	}
	known := min(1, float64(placed)/float64(fullExamples*len(p.ids)))
	own, cost := ownShare*known, max(leastCost, mostCost*known*known)
	out := make([][]float64, len(ask))
	for i := range out {
		out[i] = make([]float64, len(p.ids))
	}
	inParallel(len(p.ids), 1, func(c, _ int) {
		sign := make([]float64, len(rows))
		any := false
		for n := range rows {
			sign[n] = -1
			if labels[n][c] {
				sign[n] = 1
				any = true
			}
		}
		if !any {
			return
		}
		byX := learnLine(p.full, rows, sign, cost)
		byZ := learnLine(p.z, rows, sign, cost)
		for n, r := range ask {
			margin := own*byX.margin(p.full, r) + (1-own)*byZ.margin(p.z, r)
			out[n][c] = 1 / (1 + math.Exp(-2*margin))
		}
	})
	return out
}

// A line separates two classes of rows.
type line struct {
	weight []float64
	bias   float64
}

const (
	linePasses = 60
)

// learnLine fits a linear support-vector machine with squared hinge loss by
// coordinate descent in the dual (Hsieh et al. 2008); cost is that of a row on
// the wrong side. Rows are visited in a
// fixed order, so the same rows give the same line.
func learnLine(x *sparse, rows []int, sign []float64, cost float64) *line {
	l := &line{weight: make([]float64, x.cols)}
	alpha := make([]float64, len(rows))
	square := make([]float64, len(rows))
	for n, r := range rows {
		_, vals := x.row(r)
		square[n] = 1 + 1/(2*cost) // the bias is one more feature
		for _, v := range vals {
			square[n] += float64(v) * float64(v)
		}
	}
	order := make([]int, len(rows))
	for i := range order {
		order[i] = i
	}
	for pass := range linePasses {
		slices.SortFunc(order, func(a, b int) int {
			return cmp.Compare(mix(uint64(pass)<<32|uint64(a)), mix(uint64(pass)<<32|uint64(b)))
		})
		largest := 0.0
		for _, n := range order {
			gradient := sign[n]*l.margin(x, rows[n]) - 1 + alpha[n]/(2*cost)
			before := alpha[n]
			alpha[n] = math.Max(0, before-gradient/square[n])
			step := (alpha[n] - before) * sign[n]
			if step == 0 {
				continue
			}
			largest = math.Max(largest, math.Abs(step))
			cols, vals := x.row(rows[n])
			for j, c := range cols {
				l.weight[c] += step * float64(vals[j])
			}
			l.bias += step
		}
		if largest < 1e-2 {
			break
		}
	}
	return l
}

// margin is the signed distance of row r from the line.
func (l *line) margin(x *sparse, r int) float64 {
	sum := l.bias
	cols, vals := x.row(r)
	for j, c := range cols {
		sum += l.weight[c] * float64(vals[j])
	}
	return sum
}
