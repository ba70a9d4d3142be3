package theme

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A Background knows which English words are akin, learnt from the definitions
// of a dictionary: most consultations have too few answers to learn it from
// those alone. It is read-only and may be used by several runs at once.
type Background struct {
	Name    string               // for the report's method section, such as "WordNet 3.0"
	vectors map[string][]float32 // stem → direction, of length 1
}

// BackgroundTexts is the number of texts up to which a [Background] is used;
// larger bodies say more about their words than a dictionary does.
const BackgroundTexts = smallCorpus

const (
	backgroundDimensions = 100
	leastGlosses         = 3      // glosses a word must occur in
	mostGlosses          = 0.02   // share of the glosses in which a word tells nothing
	contextPower         = 0.75   // raises rare contexts a little (Levy, Goldberg and Dagan 2015)
	glossSeed            = 0x6e65 // the vectors are the same in every run

	// glossWeight is that of the meanings beside the words in a body of up to
	// glossTexts texts, where the dictionary can be trusted.
	glossWeight = 0.7
	glossTexts  = 600
)

// WordNetFiles are the files that [ReadWordNet] reads.
var WordNetFiles = []string{"data.noun", "data.verb", "data.adj", "data.adv"}

// ReadWordNet learns word vectors from the glosses of a WordNet database:
// [WordNetFiles] in the format of wndb(5) (Fellbaum 1998). Each sense is one text, of its words, its definition with
// examples, and the words of the sense above it; words that occur in the same
// texts more often than by chance get vectors alike (positive pointwise mutual
// information, then a truncated SVD; Levy, Goldberg and Dagan 2015). It takes
// some seconds.
func ReadWordNet(files fs.FS) (*Background, error) {
	name := "WordNet"
	senses := map[string]*sense{}
	var order []*sense
	for _, file := range WordNetFiles {
		f, err := files.Open(file)
		if err != nil {
			return nil, fmt.Errorf("WordNet cannot be read: %w", err)
		}
		lines := bufio.NewScanner(f)
		lines.Buffer(nil, 1<<20)
		for n := 1; lines.Scan(); n++ {
			line := lines.Text()
			if strings.HasPrefix(line, "  ") { // the licence
				if version := wordNetVersion.FindString(line); version != "" {
					name = version
				}
				continue
			}
			key, s, err := parseSense(line)
			if err != nil {
				f.Close()
				return nil, fmt.Errorf("WordNet cannot be read: %s, line %d: %w", file, n, err)
			}
			senses[key] = s
			order = append(order, s)
		}
		if err := errors.Join(lines.Err(), f.Close()); err != nil {
			return nil, fmt.Errorf("WordNet cannot be read: %s: %w", file, err)
		}
	}
	texts := make([]string, len(order))
	for i, s := range order {
		parts := append(slices.Clone(s.words), s.gloss)
		for _, key := range s.above {
			if above := senses[key]; above != nil {
				parts = append(parts, above.words...)
			}
		}
		texts[i] = strings.Join(parts, ". ")
	}
	return learnBackground(name, texts), nil
}

var wordNetVersion = regexp.MustCompile(`WordNet \d+\.\d+`)

// A sense is one entry of the dictionary.
type sense struct {
	words []string
	above []string // keys of the senses it is a kind of
	gloss string
}

// parseSense reads one line and gives the key other lines know it by: offset,
// file, type, the number of words (hex) and each with an id, the number of
// pointers and four fields for each, then, after a bar, the gloss.
func parseSense(line string) (string, *sense, error) {
	data, gloss, barred := strings.Cut(line, " | ")
	fields := strings.Fields(data)
	if !barred || len(fields) < 6 {
		return "", nil, errors.New("expected the fields of a sense, a bar and a gloss")
	}
	count, err := strconv.ParseUint(fields[3], 16, 8)
	at := 4 + 2*int(count)
	if err != nil || len(fields) <= at {
		return "", nil, errors.New("expected as many words as the line says")
	}
	s := &sense{gloss: gloss}
	for i := 4; i < at; i += 2 {
		word, _, _ := strings.Cut(fields[i], "(") // "galore(ip)": where an adjective stands
		s.words = append(s.words, strings.ReplaceAll(word, "_", " "))
	}
	pointers, err := strconv.Atoi(fields[at])
	if err != nil || pointers < 0 || pointers > len(fields) || len(fields) < at+1+4*pointers {
		return "", nil, errors.New("expected as many pointers as the line says")
	}
	for i := range pointers {
		p := fields[at+1+4*i:]
		if p[0] == "@" || p[0] == "@i" {
			s.above = append(s.above, senseKey(p[2], p[1]))
		}
	}
	return senseKey(fields[2], fields[0]), s, nil
}

// senseKey names a sense. Satellites stand in the file of adjectives.
func senseKey(kind, offset string) string {
	if kind == "s" {
		kind = "a"
	}
	return kind + offset
}

// learnBackground learns vectors from texts in English.
func learnBackground(name string, texts []string) *Background {
	docs := make([]Document, len(texts))
	for i, text := range texts {
		docs[i] = Document{Text: text, Language: "en"}
	}
	c := readCorpus(docs)
	frequency := make([]int, len(c.lexicon.stems))
	terms := make([][]int32, len(docs))
	for i := range docs {
		terms[i] = distinctTerms(c.of(i))
		for _, t := range terms[i] {
			frequency[t]++
		}
	}
	number := make([]int32, len(frequency)) // term → word, or -1
	var words []int32
	for t, n := range frequency {
		number[t] = -1
		if n >= leastGlosses && float64(n) <= max(mostGlosses*float64(len(docs)), leastGlosses) && !c.lexicon.function[t] {
			number[t] = int32(len(words))
			words = append(words, int32(t))
		}
	}
	// Each text has weight 1 per word, spread over its other words.
	holds := &sparse{rows: len(docs), cols: len(words), first: make([]int, 1, len(docs)+1)}
	sum := make([]float64, len(words))
	for i := range docs {
		for _, t := range terms[i] {
			if number[t] >= 0 {
				holds.col = append(holds.col, number[t])
			}
		}
		kept := holds.col[holds.first[i]:]
		for _, w := range kept {
			holds.val = append(holds.val, 1/float32(max(len(kept)-1, 1)))
			if len(kept) > 1 {
				sum[w]++
			}
		}
		holds.first = append(holds.first, len(holds.col))
	}
	e := factorise(information(holds, sum), newSmoother(noGraph(len(words)), 0), backgroundDimensions+1, 0.5, rand.New(rand.NewPCG(glossSeed, stream)))
	b := &Background{Name: name, vectors: make(map[string][]float32, len(words))}
	for w, t := range words {
		if e.cols > 1 {
			v := make([]float32, backgroundDimensions)
			copy(v, e.row(w)[1:]) // the first direction is how common a word is
			unit(v)
			b.vectors[c.lexicon.stems[t]] = v
		}
	}
	return b
}

// information gives the positive pointwise mutual information of every two
// words that occur in one text. holds gives the words of each text, sum the
// weight of each word in all.
func information(holds *sparse, sum []float64) *sparse {
	texts := holds.transposed()
	n := len(sum)
	var total, contexts float64
	for _, s := range sum {
		total += s
		contexts += math.Pow(s, contextPower)
	}
	cols := make([][]int32, n)
	vals := make([][]float32, n)
	inParallel(n, 256, func(lo, hi int) {
		with := newTally(n)
		for w := lo; w < hi; w++ {
			rows, _ := texts.row(w)
			for _, r := range rows {
				others, weights := holds.row(int(r))
				for j, o := range others {
					if int(o) != w {
						with.add(o, weights[j])
					}
				}
			}
			slices.Sort(with.ids)
			for _, o := range with.ids {
				chance := sum[w] / total * math.Pow(sum[o], contextPower) / contexts
				if pmi := math.Log(float64(with.sum[o]) / total / chance); pmi > 0 {
					cols[w] = append(cols[w], o)
					vals[w] = append(vals[w], float32(pmi))
				}
			}
			with.clear()
		}
	})
	return fromRows(n, cols, vals)
}

// noGraph is a graph of n rows without neighbours.
func noGraph(n int) *sparse { return &sparse{rows: n, cols: n, first: make([]int, n+1)} }

// meanings gives one row per text, given as its terms: the mean of its English
// words' vectors, the rarer the heavier, less what all texts have in common. It
// also gives the weight at which rows are to stand beside the words': less the
// more texts there are to learn from, and the less the dictionary knows of what
// they talk about.
func (b *Background) meanings(c *corpus, terms [][]int32, languages []*language) (*sparse, float32) {
	if b == nil || len(terms) > BackgroundTexts {
		return nil, 0
	}
	english := languageOf("en")
	holders := map[int32][]int32{} // word → texts, ascending
	for i, list := range terms {
		for _, t := range distinctTerms(list) {
			if languages[i] == english && !c.lexicon.function[t] {
				holders[t] = append(holders[t], int32(i))
			}
		}
	}
	known := make([]int32, 0, len(holders))
	for t := range holders {
		if b.vectors[c.lexicon.stems[t]] != nil {
			known = append(known, t)
		}
	}
	if len(known) == 0 {
		return nil, 0
	}
	slices.Sort(known)
	sums := newDense(len(terms), backgroundDimensions)
	rarity := func(t int32) float32 {
		return float32(math.Log(float64(1+len(terms))/float64(1+len(holders[t]))) + 1)
	}
	for _, t := range known {
		for _, i := range holders[t] {
			addScaled(sums.row(int(i)), rarity(t), b.vectors[c.lexicon.stems[t]])
		}
	}
	rows := newDense(len(terms), backgroundDimensions)
	copy(rows.val, sums.val)
	mean := make([]float32, backgroundDimensions)
	for i := range rows.rows {
		unit(rows.row(i))
		addScaled(mean, 1/float32(len(terms)), rows.row(i))
	}
	// direction is the row of text i as it would be without word t.
	direction := func(to []float32, i, t int32) {
		copy(to, sums.row(int(i)))
		if v := b.vectors[c.lexicon.stems[t]]; v != nil {
			addScaled(to, -rarity(t), v)
		}
		unit(to)
		addScaled(to, -1, mean)
		unit(to)
	}
	trust := foretold(holders, len(terms), direction)
	m := &sparse{rows: len(terms), cols: backgroundDimensions, first: make([]int, 1, len(terms)+1)}
	for i := range rows.rows {
		if row := rows.row(i); slices.IndexFunc(row, func(v float32) bool { return v != 0 }) >= 0 {
			addScaled(row, -1, mean)
			m.appendDense(row)
		}
		m.first = append(m.first, len(m.col))
	}
	m.normalise()
	return m, float32(glossWeight * trust * math.Min(1, math.Sqrt(glossTexts/float64(len(terms)))))
}

const (
	// Words held by so few texts are evidence that those texts are akin.
	mostHolders = 8
	// fullTrust is how much more alike such texts must be, by the rest of their
	// words, than texts at random, for the dictionary to be trusted fully. It is
	// 0.10 to 0.13 where people talk of everyday things, 0.03 where they talk of
	// programming.
	fullTrust = 0.1
	// priorPairs is how many pairs it takes to bring that trust into doubt.
	priorPairs = 50
)

// foretold is how far the dictionary can be trusted in this body of texts,
// between 0 and 1: how well it tells, from the rest of their words, which texts
// share a rare one.
func foretold(holders map[int32][]int32, texts int, direction func(to []float32, i, t int32)) float64 {
	words := make([]int32, 0, len(holders))
	for t, list := range holders {
		if len(list) >= 2 && len(list) <= mostHolders {
			words = append(words, t)
		}
	}
	slices.Sort(words)
	a, b := make([]float32, backgroundDimensions), make([]float32, backgroundDimensions)
	var more float64
	pairs := 0
	for _, t := range words {
		for n, i := range holders[t] {
			for _, j := range holders[t][:n] {
				direction(a, i, t)
				direction(b, j, t)
				more += float64(dot(a, b))
				other := int32(mix(uint64(pairs)) % uint64(texts)) // any
				direction(b, other, t)
				more -= float64(dot(a, b))
				pairs++
			}
		}
	}
	return min(max((more/fullTrust+priorPairs)/float64(pairs+priorPairs), 0), 1)
}
