package theme

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"heard/models"
)

const (
	keywordCount = 6
	labelWords   = 7.0 // the length of a good label …
	labelSpread  = 3.5 // … and how far from it is still good
	labelMost    = 14  // words; longer is a quotation, not a name
	readTexts    = 300 // documents of a theme that are read for names and quotes
)

// described is a theme of the result with the number it had on the way.
type described struct {
	Theme
	number  int
	members []int // documents, best first
	tells   map[int32]float64
}

// describe names, counts and quotes every theme that has members, largest
// first.
func (f *finder) describe(placed [][]membership) []described {
	members := make([][]int, f.k)
	scores := make([]map[int]float64, f.k)
	assignments := 0
	for d, list := range placed {
		for _, m := range list {
			if scores[m.theme] == nil {
				scores[m.theme] = map[int]float64{}
			}
			members[m.theme] = append(members[m.theme], d)
			scores[m.theme][d] = m.score
			assignments++
		}
	}
	var themes []described
	for number, list := range members {
		if len(list) == 0 {
			continue
		}
		slices.SortStableFunc(list, func(a, b int) int {
			return cmp.Compare(scores[number][b], scores[number][a])
		})
		t := described{number: number, members: list}
		t.Size = len(list)
		t.Groups, t.Stances = map[string]int{}, map[string]int{}
		for _, d := range list {
			if s := f.docs[d].Stance; s != "" {
				t.Stances[s]++
			}
			for _, g := range groupsOf(f.docs[d]) {
				t.Groups[g]++
			}
		}
		themes = append(themes, t)
	}
	slices.SortStableFunc(themes, func(a, b described) int { return cmp.Compare(b.Size, a.Size) })
	f.compareGroups(themes, assignments)
	f.weighWords(themes)
	taken := map[string]bool{}
	heard := map[int]bool{}
	for i := range themes {
		t := &themes[i]
		t.Keywords = f.keywords(t)
		var from int
		t.Label, from = f.label(t, taken)
		t.NameFrom = f.side(t, from)
		taken[strings.ToLower(t.Label)] = true
	}
	// The smallest themes choose their quotations first: they have the fewest
	// people to choose from.
	for i := len(themes) - 1; i >= 0; i-- {
		themes[i].Quotes = f.quotes(&themes[i], heard)
	}
	return themes
}

// groupsOf gives a document's groups without repetitions.
func groupsOf(d Document) []string {
	var out []string
	for _, g := range d.Groups {
		if !slices.Contains(out, g) {
			out = append(out, g)
		}
	}
	return out
}

// compareGroups fills in for which groups each theme is distinctive.
func (f *finder) compareGroups(themes []described, total int) {
	ofGroup := map[string]int{}
	for _, t := range themes {
		for g, n := range t.Groups {
			ofGroup[g] += n
		}
	}
	for i := range themes {
		t := &themes[i]
		t.DistinctiveFor = []string{}
		for _, g := range f.groupNames() {
			n := t.Groups[g]
			if n == 0 {
				continue
			}
			own := f.owner[t.number] == g && g != ""
			if own || n >= leastOfGroup && logOdds(n, ofGroup[g], t.Size, total) >= distinctiveZ {
				t.DistinctiveFor = append(t.DistinctiveFor, g)
			}
		}
	}
}

// weighWords gives each theme the terms that tell it from the others: the
// share of its documents that use a term, times the logarithm of how much
// larger that is than in the whole body.
func (f *finder) weighWords(themes []described) {
	whole := make([]int, len(f.lexicon.stems))
	for i := range f.docs {
		for _, t := range distinctTerms(f.of(i)) {
			whole[t]++
		}
	}
	n := float64(len(f.docs))
	for i := range themes {
		t := &themes[i]
		within := map[int32]int{}
		for _, d := range t.members {
			for _, term := range distinctTerms(f.of(d)) {
				within[term]++
			}
		}
		t.tells = map[int32]float64{}
		for term, count := range within {
			if count < 2 || f.lexicon.function[term] {
				continue
			}
			here := float64(count) / float64(t.Size)
			if lift := math.Log((here + 1/n) / (float64(whole[term])/n + 1/n)); lift > 0 {
				t.tells[term] = here * lift
			} else if t.Size == len(f.docs) {
				t.tells[term] = here // a theme of everybody is told by what everybody says
			}
		}
	}
}

func distinctTerms(terms []int32) []int32 {
	out := slices.Clone(terms)
	slices.Sort(out)
	return slices.Compact(out)
}

// keywords gives the terms that tell most, in their commonest spelling.
func (f *finder) keywords(t *described) []string {
	terms := make([]int32, 0, len(t.tells))
	for term := range t.tells {
		if utf8.RuneCountInString(f.lexicon.stems[term]) > 1 && strings.IndexFunc(f.lexicon.stems[term], unicode.IsLetter) >= 0 {
			terms = append(terms, term)
		}
	}
	slices.SortFunc(terms, func(a, b int32) int {
		return cmp.Or(cmp.Compare(t.tells[b], t.tells[a]), cmp.Compare(a, b))
	})
	terms = terms[:min(len(terms), keywordCount)]
	spellings := map[int32]map[string]int{}
	for _, term := range terms {
		spellings[term] = map[string]int{}
	}
	for _, d := range t.members[:min(len(t.members), readTexts)] {
		text := f.docs[d].Text
		eachToken(text, func(at span) {
			word := text[at.start:at.end]
			if term, ok := f.lexicon.lookup(fold(word), f.languages[d]); ok && spellings[term] != nil {
				spellings[term][plainCase(word)]++
			}
		})
	}
	out := []string{}
	for _, term := range terms {
		best, most := "", 0
		for word, n := range spellings[term] {
			if n > most || n == most && word < best {
				best, most = word, n
			}
		}
		if best != "" && !slices.Contains(out, best) {
			out = append(out, strings.ToValidUTF8(best, "\uFFFD"))
		}
	}
	return out
}

// plainCase lowers a word that only opens with a capital; abbreviations such
// as PSPO keep theirs.
func plainCase(word string) string {
	first, size := utf8.DecodeRuneInString(word)
	if rest := word[size:]; unicode.IsUpper(first) && strings.ToLower(rest) == rest {
		return strings.ToLower(word)
	}
	return word
}

// label names a theme: the clause that says best what its members say, if one
// who said it may be quoted; else a phrase several of them used; else its
// keywords. No two themes have the same label, and none is empty.
func (f *finder) label(t *described, taken map[string]bool) (label string, from int) {
	type candidate struct {
		text  string
		doc   int
		score float64
	}
	var found []candidate
	phrases := map[string]*phrase{}
	for _, d := range t.members[:min(len(t.members), readTexts)] {
		text := opening(f.docs[d].Text)
		for _, sent := range sentences(text) {
			f.eachPhrase(phrases, d, sent)
			if !f.docs[d].Quotable {
				continue
			}
			for _, at := range clauses(text, sent) {
				if label, score := f.nameFrom(t, d, at); score > 0 {
					found = append(found, candidate{label, d, score})
				}
			}
		}
	}
	slices.SortStableFunc(found, func(a, b candidate) int { return cmp.Compare(b.score, a.score) })
	for _, c := range found {
		if !taken[strings.ToLower(c.text)] {
			return c.text, c.doc
		}
	}
	keys := make([]string, 0, len(phrases))
	for key, p := range phrases {
		if len(p.speakers) > 1 {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	best, most := "", 0.0
	for _, key := range keys {
		p := phrases[key]
		label, score := f.nameFrom(t, p.doc, p.at)
		score *= math.Log(1 + float64(len(p.speakers)))
		if score > most && !taken[strings.ToLower(label)] {
			best, most = label, score
		}
	}
	if best != "" {
		return best, -1
	}
	base := "Theme"
	if words := t.Keywords[:min(len(t.Keywords), 3)]; len(words) > 0 {
		base = sentenceCase(strings.Join(words, ", "))
		if i := strings.LastIndex(base, ", "); i >= 0 {
			base = base[:i] + " and " + base[i+2:]
		}
	}
	label = base
	for n := 2; taken[strings.ToLower(label)]; n++ {
		label = base + " " + strconv.Itoa(n)
	}
	return label, -1
}

// side gives the stance of document d, whose words name a theme, when others in
// it hold the opposite one; else "".
func (f *finder) side(t *described, d int) string {
	if d < 0 {
		return ""
	}
	opposite := map[string]string{models.StanceFor: models.StanceAgainst, models.StanceAgainst: models.StanceFor}
	stance := f.docs[d].Stance
	if other, sided := opposite[stance]; !sided || t.Stances[other] == 0 {
		return ""
	}
	return stance
}

// A phrase is a run of words and the people who used it.
type phrase struct {
	doc      int // who used it first, and where
	at       span
	speakers map[int]bool
}

// eachPhrase collects the runs of two to four words in a sentence of d that
// neither open nor close with a function word.
func (f *finder) eachPhrase(into map[string]*phrase, d int, sent span) {
	text := f.docs[d].Text
	var words []span
	eachToken(text[sent.start:sent.end], func(at span) {
		words = append(words, span{sent.start + at.start, sent.start + at.end})
	})
	content := make([]bool, len(words))
	for i, at := range words {
		content[i] = !f.languages[d].function[fold(text[at.start:at.end])]
	}
	for size := 2; size <= 4; size++ {
		for i := 0; i+size <= len(words); i++ {
			if !content[i] || !content[i+size-1] {
				continue
			}
			at := span{words[i].start, words[i+size-1].end}
			key := strings.ToLower(text[at.start:at.end])
			p := into[key]
			if p == nil {
				p = &phrase{doc: d, at: at, speakers: map[int]bool{}}
				into[key] = p
			}
			p.speakers[d] = true
		}
	}
}

// Words that make a poor start, and persons that make a name one person's.
var (
	openers = map[string]bool{"and": true, "but": true, "so": true, "because": true, "also": true, "or": true, "then": true,
		"however": true, "therefore": true, "as": true, "which": true, "who": true, "that": true, "if": true, "when": true,
		"although": true, "please": true, "maybe": true, "perhaps": true, "just": true, "even": true, "though": true, "since": true, "while": true, "whilst": true, "where": true, "plus": true}
	weakOpeners = map[string]bool{"whatever": true, "what": true, "how": true, "why": true, "until": true, "unless": true, "never": true, "only": true, "it": true, "this": true, "they": true, "these": true, "those": true, "he": true, "she": true,
		"would": true, "could": true, "should": true, "can": true, "is": true, "are": true, "was": true, "were": true, "will": true, "has": true, "have": true,
		"to": true, "of": true, "for": true, "with": true, "by": true, "in": true, "on": true, "at": true, "from": true, "than": true, "not": true, "it's": true, "its": true}
	persons = map[string]bool{"i": true, "me": true, "my": true, "mine": true, "i'm": true, "i've": true, "i'd": true, "i'll": true,
		"we": true, "our": true, "us": true, "you": true, "your": true, "he": true, "she": true, "his": true, "her": true}
)

// nameFrom makes a label of the span at of document d, without the connectives
// it opens with, and scores it: how much its words tell of the theme, by how
// good a name it makes. The score is 0 when it cannot be a name.
func (f *finder) nameFrom(t *described, d int, at span) (string, float64) {
	text, l := f.docs[d].Text, f.languages[d]
	var words []string
	var spans []span
	eachToken(text[at.start:at.end], func(s span) {
		spans = append(spans, span{at.start + s.start, at.start + s.end})
		words = append(words, fold(text[at.start+s.start:at.start+s.end]))
	})
	for len(words) > 0 && openers[words[0]] {
		words, spans = words[1:], spans[1:]
	}
	if len(words) == 0 || len(words) > labelMost {
		return "", 0
	}
	label := text[spans[0].start:spans[len(spans)-1].end]
	if !utf8.ValidString(label) || private(label) || strings.ContainsAny(label, "\n\r\t\"“”‘„«»") { // no quotations in a name, and no halves of them
		return "", 0
	}
	var told, length float64
	seen := map[int32]bool{}
	for _, w := range words {
		term, ok := f.lexicon.lookup(w, l)
		if !ok || seen[term] || f.lexicon.function[term] {
			continue
		}
		seen[term] = true
		told += t.tells[term]
		length++
	}
	if told == 0 {
		return "", 0
	}
	score := told / math.Sqrt(length)
	off := (float64(len(words)) - labelWords) / labelSpread
	score *= math.Exp(-off * off / 2)
	if weakOpeners[words[0]] {
		score *= 0.7
	}
	if l.function[words[len(words)-1]] {
		score *= 0.5
	}
	// One or two words are seldom what people would call a point, and what is
	// told of "I" and "my" is a story that stands for itself.
	if len(words) < 3 || length < 2 {
		score *= 0.3
	}
	for _, w := range words {
		if persons[w] {
			score *= 0.5
		}
	}
	return sentenceCase(label), score
}

// private reports what should not head a theme: addresses and long numbers.
func private(s string) bool {
	digits := 0
	for _, r := range s {
		if unicode.IsDigit(r) {
			digits++
		}
	}
	return digits > 5 || strings.ContainsAny(s, "@<>{}") || strings.Contains(s, "://") || strings.Contains(strings.ToLower(s), "www.")
}

// sentenceCase gives s a capital at its start; text all in capitals is
// lowered first.
func sentenceCase(s string) string {
	if s == strings.ToUpper(s) && len(strings.Fields(s)) > 1 {
		s = strings.ToLower(s)
	}
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}
