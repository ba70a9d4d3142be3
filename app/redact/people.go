package redact

import (
	"regexp"
	"slices"
	"strings"
)

var (
	byTitle     = &rule{Name, 0.95, "a name after a title"}
	byOwnName   = &rule{Name, 0.95, "the name that somebody says is theirs"}
	byCall      = &rule{Name, 0.9, "a name after “called”, “named” or the like"}
	byRelation  = &rule{Name, 0.9, "somebody the writer speaks of, by relation and name"}
	bySignature = &rule{Name, 0.85, "a signature"}
	byFullName  = &rule{Name, 0.9, "a first name with what follows it"}
	byGiven     = &rule{Name, 0.75, "a first name"}
	byWord      = &rule{Name, 0.55, "a first name that is a word, too, with a capital letter inside a sentence"}
	bySmall     = &rule{Name, 0.5, "a first name in small letters"}
	byFamily    = &rule{Name, 0.6, "a family name"}
	byAgain     = &rule{Name, 0.7, "a name that is found elsewhere in the text"}
	byCompany   = &rule{Name, 0.6, "a word beside a name, or that somebody said or was told"}
	byCapitals  = &rule{Name, 0.4, "words written as a name is"}
	byCapital   = &rule{Name, 0.3, "a word in no list with a capital letter inside a sentence"}
	byOpening   = &rule{Name, 0.3, "a word in no list that opens a sentence as a name does"}
	byAge       = &rule{Age, 0.85, "the age of somebody named"}
)

// people finds the names of people, and the ages that follow them.
func people(v *view) []span {
	f := &finder{view: v, taken: make([]bool, len(v.words)), sure: make([]bool, len(v.words)), lists: lexicon(), headings: inHeadings(v.words) || nounsInCapitals(v.words)}
	f.titled()
	f.cued()
	f.signed()
	f.known()
	f.beside()
	f.again()
	for _, s := range slices.Clone(f.found) {
		if start, end, ok := ageAfter(v.low, s.end); ok {
			f.found = append(f.found, span{start, end, byAge})
		}
	}
	return f.found
}

// finder collects the names in a view.
type finder struct {
	*view
	taken    []bool // by word: part of a name already
	sure     []bool // by word: and not a doubtful one
	lists    map[string]class
	headings bool // a capital letter says nothing here
	found    []span
}

// take notes that words[from:to] are a name.
func (f *finder) take(from, to int, by *rule) {
	for i := from; i < to; i++ {
		if f.taken[i] {
			return
		}
	}
	last := &f.words[to-1]
	end := last.end
	if len(last.key) > 2 && last.end-last.start > len(last.key) {
		end = last.start + len(last.key) // without "'s"
	}
	if last.end-last.start == 1 && end < len(f.low) && f.low[end] == '.' {
		end++ // the full stop of an initial
	}
	for i := from; i < to; i++ {
		f.taken[i] = true
		f.sure[i] = by.confidence >= Doubtful
	}
	f.found = append(f.found, span{f.words[from].start, end, by})
}

// inHeadings reports whether most of the little words inside sentences begin with
// a capital letter.
func inHeadings(words []word) bool {
	capital, all := 0, 0
	for i := range words {
		if w := &words[i]; w.class&little != 0 && !w.opens && len(w.key) > 1 {
			all++
			if w.capital {
				capital++
			}
		}
	}
	return capital > 1 && capital*2 > all
}

// nounsInCapitals reports whether a text is in German, where every noun has a
// capital letter.
func nounsInCapitals(words []word) bool {
	de, en := 0, 0
	for i := range words {
		switch c := words[i].class; {
		case c&german != 0:
			de++
		case c&english != 0:
			en++
		}
	}
	return de > en
}

// proper reports whether a word is written as a name is.
func (w *word) proper() bool {
	if !w.capital || w.mixed || w.class&little != 0 {
		return false
	}
	return !w.shouted || w.class&(given|family) != 0
}

// patronymic are the endings of family names that few other words have.
var patronymic = []string{"sson", "owski", "owska", "ewski", "ewska", "insky", "escu", "ovic", "evic", "ovich", "evich", "wicz", "enko", "chuk", "czyk", "dottir", "poulos", "akis", "shvili", "oglu", "mann"}

// madeAsFamilyName reports whether a word in no list ends as family names do.
func madeAsFamilyName(key string) bool {
	return len(key) > 6 && slices.ContainsFunc(patronymic, func(end string) bool { return strings.HasSuffix(key, end) })
}

// certain reports whether a word is a name and nothing else.
func (w *word) certain() bool { return w.class&(given|family) != 0 && w.class&(ordinary|common) == 0 }

// nameless reports whether a word is known not to be a name.
func (w *word) nameless() bool {
	return w.class&little != 0 || w.class&(ordinary|head) != 0 && w.class&(given|family) == 0
}

var particles = set(`de da van von der den bin bint ibn al el ul ur di du dos del la le st mac singh kaur`)

// run returns the end of the name that begins with words[i]: up to four words
// written as names are, particles between them included.
func (f *finder) run(i int) int {
	j := i
	for j < len(f.words) && j < i+4 {
		w := &f.words[j]
		if j > i && !w.joined || f.taken[j] {
			break
		}
		if j > i && w.capital && w.end-w.start == 1 && j+1 < len(f.words) && f.words[j+1].joined && f.words[j+1].proper() {
			j++ // "Anna I. Example", but no name begins with I or A
			continue
		}
		if !w.proper() && !(w.uncased() && w.class&(given|family) != 0) {
			if j > i && particles[w.key] && j+1 < len(f.words) && f.words[j+1].joined && f.words[j+1].proper() {
				j++
				continue
			}
			break
		}
		j++
	}
	return j
}

// uncased reports whether a word is in a script without capital letters.
func (w *word) uncased() bool { return len(w.key) > 0 && w.key[0] >= 0xD6 && !w.capital }

// within shortens a run to where a word begins that is no part of a name.
func (f *finder) within(from, to int) int {
	for i := from; i < to; i++ {
		if i > from && f.words[i].nameless() && f.words[i].class&head == 0 && f.words[i].end-f.words[i].start > 1 && !surnames[f.words[i].key] {
			return i
		}
	}
	return to
}

// surnames are words of English that stand after a first name as a surname more
// often than as themselves.
var surnames = set(`green brown black white wood woods hill king young price cook baker taylor turner cooper carter walker porter
	parker mason potter fisher shepherd hunter knight bishop pope abbot bell banks rice day field fields park lane church hall house
	west north east long short little good love may june sharp rich strong wise bush stone waters rivers lake brook brooks marsh moor
	forest ford bridge bridges gates poole pool cross moon star summers winters frost snow rose lily cole english french german scott
	welsh ireland england london york lancaster bolton bradford burton preston kent lincoln sutton washington wells hastings chester
	swift fox wolf lamb bird crow nightingale partridge drake bull hart page noble power day best major miles grant marks mark grace
	hope joy faith chase rush bowen butler clerk dean earl gardener judge miller singer smith tanner weaver archer`)

// articles come before words and not before names.
var articles = set(`a an the this that these those no every each our your its`)

var abbreviations = set(`ms dr prof cllr pc sgt rev`)

// titled finds names after a title: "Mrs Okonkwo", "PC 4471 Barnes".
func (f *finder) titled() {
	for i := 0; i+1 < len(f.words); i++ {
		t := &f.words[i]
		if t.class&title == 0 || f.taken[i] {
			continue
		}
		civil := t.key == "mr" || t.key == "mrs"
		if !t.capital && !civil && !abbreviations[t.key] {
			continue
		}
		j := i + 1
		for j < len(f.words) && f.words[j].joined && f.words[j].class&title != 0 && f.words[j].capital {
			j++ // "Detective Constable"
		}
		if j < len(f.words) && f.words[j].numeric && strings.HasPrefix(t.key, "p") {
			j++
		}
		if j >= len(f.words) || !f.words[j].joined {
			continue
		}
		first := &f.words[j]
		end := f.run(j)
		switch {
		case !t.capital && !civil && !first.capital:
			continue // "pc broken"
		case end == j && civil && !first.capital && !first.numeric && !first.mixed && !first.nameless():
			end = j + 1 // "mr khan"
		case end == j && first.shouted && !first.mixed && first.class&little == 0:
			end = j + 1 // "MR OKOYE"
		case end == j, first.nameless() && !(surnames[first.key] || civil || t.key == "miss"):
			continue
		}
		end = f.within(j, end)
		if end > j {
			f.take(i, end, byTitle)
			i = end - 1
		}
	}
}

var (
	// What is called something and is not a person.
	notPeople = set(`place places charity road street shop pub group company service scheme app site website town area estate school
		church project programme it order campaign model building park hotel organisation they act law centre policy drug street's`)
	possessives = set(`my his her our their your mea meu moj moja mojego mojej`)
	pronouns    = set(`me him her them`)
	callings    = set(`call calls called named name`)
	// The last of two words that come before somebody's own name in other languages, with the first.
	ownCues = map[string]string{"numesc": "ma", "cheama": "ma", "este": "meu", "sie": "nazywam", "imie": "na", "llamo": "me", "chiamo": "mi"}
	// "name" where a name follows and "is" comes last or not at all.
	nameWords = set(`نام নাম नाम ਨਾਮ ਨਾਂ`)
)

// cued finds names that the words before them announce.
func (f *finder) cued() {
	for i := 1; i < len(f.words); i++ {
		w := &f.words[i]
		if f.taken[i] || w.numeric || w.mixed || w.class&little != 0 {
			continue
		}
		by := f.cue(i)
		if by == nil {
			continue
		}
		end := i
		switch {
		case w.capital:
			end = f.run(i)
			// "called Ilford": a place. What somebody says their own name is, it is.
			if end > i && by != byOwnName && w.nameless() {
				continue
			}
			for j := i + 1; j < end; j++ {
				if f.words[j].class&head != 0 && !surnames[f.words[j].key] {
					end = i // "called Osric Road"
				}
			}
			end = f.within(i, max(i, end))
		case w.uncased() && (by == byOwnName || w.class&given != 0), w.certain(), by == byOwnName && (w.class == 0 || w.class&given != 0):
			end = i + 1
			for end < len(f.words) && end < i+3 && f.words[end].joined && f.words[end].certain() {
				end++
			}
		}
		if end > i {
			f.take(i, end, by)
			i = end - 1
		}
	}
}

// cue returns the rule by which the words before words[i] announce a name.
func (f *finder) cue(i int) *rule {
	key := func(back int) string {
		if i-back < 0 {
			return ""
		}
		return f.words[i-back].key
	}
	one, two, three := &f.words[i-1], key(2), key(3)
	gap := strings.TrimSpace(f.low[one.end:f.words[i].start])
	joined := f.words[i].joined
	switch {
	case !joined && !slices.Contains([]string{"", ",", ":", "?", "\"", "'", "("}, gap):
		return nil
	case joined && (one.key == "is" || one.key == "was") && two == "name",
		one.key == "name" && (strings.HasSuffix(f.low[one.start:one.end], "'s") || gap == ":" || gap == "?" && f.words[i].capital),
		joined && nameWords[one.key],
		joined && ownCues[one.key] == two && two != "":
		return byOwnName
	case joined && one.key == "name" && f.words[i].capital && !f.words[i].nameless():
		return byCall
	case one.key == "called" || one.key == "named":
		if notPeople[two] || gap == "," || gap == "?" || gap == "" && !joined {
			return nil
		}
		return byCall
	case joined && (pronouns[one.key] && callings[two] || one.key == "as" && two == "known" || one.key == "by" && (two == "goes" || two == "go")):
		return byCall
	case one.class&relation != 0 && (joined || gap != ":" && gap != "?" && gap != ""):
		if one.key == "law" && two != "in" || one.key == "door" && two != "next" || one.key == "ex" && two == "" {
			return nil
		}
		if gap == "," && !possessives[two] && !possessives[three] && one.key != "door" {
			return nil
		}
		return byRelation
	}
	return nil
}

// signed finds names after "Kind regards" and the like that end their line.
func (f *finder) signed() {
	for i := 0; i+1 < len(f.words); i++ {
		if f.words[i].class&signoff == 0 || f.words[i+1].class&signoff != 0 {
			continue
		}
		from := i + 1
		gap := f.low[f.words[i].end:f.words[from].start]
		if strings.Trim(gap, " \t\r\n,.;:-") != "" || gap == " " && f.words[i].key == "best" || f.words[from].nameless() {
			continue
		}
		end := f.run(from)
		if end == from {
			continue
		}
		last := &f.words[end-1]
		rest := strings.TrimLeft(f.low[last.end:], " \t.,")
		if rest != "" && rest[0] != '\n' && rest[0] != '\r' {
			continue
		}
		for j := from; j < end; j++ {
			if f.words[j].class&head != 0 && !surnames[f.words[j].key] {
				end = from
			}
		}
		if end > from {
			f.take(from, end, bySignature)
			i = end - 1
		}
	}
}

// known finds names by the lists, and by two words in a row that are written as
// names are and are in no list.
func (f *finder) known() {
	for i := 0; i < len(f.words); i++ {
		w := &f.words[i]
		if next := f.next(i); next > 0 && w.small() && f.words[next].small() {
			f.take(i, i+1, byCompany) // "dave, karen and kevin"
			f.take(next, next+1, byCompany)
		}
		if f.taken[i] {
			continue
		}
		if w.mixed && len(w.key) > 3 {
			if plain := leet.Replace(w.key); f.lists[plain]&given != 0 && f.lists[plain]&(ordinary|common) == 0 {
				f.take(i, i+1, byGiven) // "D4ve"
			}
			continue
		}
		if w.small() && i+1 < len(f.words) && f.words[i+1].joined && !f.taken[i+1] &&
			f.words[i+1].class&family != 0 && f.words[i+1].certain() {
			f.take(i, i+2, byFullName) // "dave khan"
			i++
			continue
		}
		if w.small() && len(w.key) > 3 && !f.headings {
			f.take(i, i+1, bySmall)
			continue
		}
		end := f.run(i)
		if end == i {
			continue
		}
		f.judge(i, end)
		i = end - 1
	}
}

// leet puts letters for the digits that are written for them.
var leet = strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t")

// small reports whether a word is a first name in small letters.
func (w *word) small() bool { return !w.capital && w.class&given != 0 && w.certain() }

// next returns the index of the word that a comma or "and" parts from words[i], or 0.
func (f *finder) next(i int) int {
	if f.series(i) {
		return i + 1
	}
	if i+2 < len(f.words) && f.words[i+1].key == "and" && f.words[i+1].joined && f.words[i+2].joined {
		return i + 2
	}
	return 0
}

// series reports whether nothing but a comma stands between words[i] and the next.
func (f *finder) series(i int) bool {
	return i+1 < len(f.words) && strings.TrimSpace(f.low[f.words[i].end:f.words[i+1].start]) == ","
}

// alone reports whether words[from:to] are all there is in their line.
func (f *finder) alone(from, to int) bool {
	if to-from > 4 || !f.words[from].line {
		return false
	}
	rest := strings.TrimLeft(f.low[f.words[to-1].end:], " \t.,")
	return rest == "" || rest[0] == '\n' || rest[0] == '\r'
}

// verseRE is what follows the name of a book of the Bible.
var verseRE = regexp.MustCompile(`^\s[0-9]{1,3}:[0-9]`)

// judge decides whether words[from:to], a run of words written as names are, is
// one, and takes it.
func (f *finder) judge(from, to int) {
	for i := from; i < to; i++ {
		w := &f.words[i]
		if w.class&head != 0 && !(i == to-1 && i > from && surnames[w.key] && f.words[i-1].class&given != 0 && f.words[i-1].certain()) {
			return // a street, a body, a building
		}
	}
	for from < to && f.words[from].nameless() && !f.initial(from) {
		from++ // "Dear Sandra"
	}
	if from == to {
		return
	}
	to = f.within(from, to)
	n := to - from
	var certain, doubtful, kin, unknown, initials int
	for i := from; i < to; i++ {
		if f.initial(i) {
			initials++
		}
		switch w := &f.words[i]; {
		case w.class&given != 0 && w.certain():
			certain++
		case w.class&family != 0 && w.certain():
			kin++
		case w.class&given != 0:
			doubtful++
		case w.class == 0 && madeAsFamilyName(w.key):
			kin++
		case w.class&^(told|relation|title) == 0 || f.initial(i) || particles[w.key]:
			unknown++
		}
	}
	first := &f.words[from]
	switch {
	case from > 0 && f.words[from-1].key == "prophet":
	case n == 1 && to < len(f.words) && f.words[to].joined && f.words[to].class&head != 0 && from > 0 && articles[f.words[from-1].key]:
		// "the Elizabeth line"
	case n == 1 && verseRE.MatchString(f.low[f.words[from].end:min(len(f.low), f.words[from].end+8)]):
	case n > 1 && certain > 0:
		f.take(from, to, byFullName)
	case n == 1 && certain > 0 && !(f.headings && len(first.key) < 4):
		f.take(from, to, byGiven)
	case n > 1 && (kin > 0 && (doubtful > 0 || unknown > 0) || kin > 1):
		f.take(from, to, byFullName)
	case kin > 0:
		for i := from; i < to; i++ {
			if f.words[i].opens && len(f.words[i].key) < 4 {
				continue // "Das", "Sen"
			}
			if f.words[i].class&family != 0 && f.words[i].certain() || madeAsFamilyName(f.words[i].key) {
				f.take(i, i+1, byFamily)
			}
		}
	case f.headings && !f.alone(from, to) && !(to < len(f.words) && f.words[to].joined && f.words[to].class&told != 0):
	case n == 1 && first.class&common != 0 && first.class&ordinary == 0 && !first.opens && !first.shouted && !(from > 0 && articles[f.words[from-1].key]):
		f.take(from, to, byWord)
	case n > 1 && doubtful > 0 && unknown > 0 && !(first.opens && first.class&given == 0):
		f.take(from, to, byFullName)
	case n > 1 && n == unknown && n > initials && !bodies[f.words[to-1].key]:
		f.take(from, to, byCapitals)
	}
}

// initial reports whether words[i] is a single capital letter.
func (f *finder) initial(i int) bool {
	w := &f.words[i]
	return w.end-w.start == 1 && w.capital
}

// beside finds single words in no list, or that are words of English too, that
// stand in a row with a name, own something, or are said to have spoken or been
// spoken to.
func (f *finder) beside() {
	if f.headings {
		return
	}
	for i := range f.words {
		w := &f.words[i]
		if f.taken[i] || !w.proper() || w.nameless() || f.initial(i) {
			continue
		}
		before, after := &word{}, &word{} // what stands on either side in the sentence
		if i > 0 && w.joined {
			before = &f.words[i-1]
		}
		if i+1 < len(f.words) && f.words[i+1].joined {
			after = &f.words[i+1]
		}
		if before.proper() && !before.nameless() || after.proper() && !after.nameless() {
			continue // a run that was judged already
		}
		if after.capital && bodies[after.key] {
			continue // "to ask Fairmead Council"
		}
		owns := w.class == 0 && !w.opens && w.end-w.start > len(w.key) && after.start > 0
		speaks := after.class&told != 0 && !after.capital && !(w.opens && w.class != 0)
		switch {
		case w.class&ordinary == 0 && (before.class&told != 0 || speaks || owns || f.listed(i)):
			f.take(i, i+1, byCompany)
		case w.class != 0 || w.shouted:
		case before.end > 0 && !before.capital && !placing[before.key], i > 0 && f.series(i-1) && f.series(i) && !f.words[i-1].capital:
			f.take(i, i+1, byCapital)
		case w.opens && !after.capital && verbs[after.key] && !madeAsWord(w.key):
			f.take(i, i+1, byOpening)
		}
	}
}

// bodies are what is called after a place or a founder.
var bodies = set(`council borough city town village parish ward district county park road street lane avenue close square market
	school college university hospital surgery clinic library station centre center house church mosque temple gurdwara
	police collective trust association society federation forum group project partnership charity foundation agency`)

// verbs are what somebody who is named at the beginning of a sentence does.
var verbs = set(`is was has had lives lived works worked froze began went goes came comes runs ran owns knows knew sees saw died`)

// madeAsWord reports whether a word in no list ends as nouns of English do and
// names do not.
func madeAsWord(key string) bool {
	return slices.ContainsFunc([]string{"ing", "s", "tion", "sion", "ness", "ment", "ity", "ism", "ed", "er", "or", "age", "ance", "ence", "al", "ure", "ship", "ty", "ly"},
		func(end string) bool { return strings.HasSuffix(key, end) })
}

// placing are the words that come before places and things rather than people.
var placing = set(`in at near from to of around through outside along by on towards across between behind off past into over down up round
	the a an this that our your their its every each some any no via under inside opposite beyond within called named like and or`)

// listed reports whether words[i] stands in a row with a name, or with another
// word in no list: "Dave and Torvald", "Torvald and Sigrun".
func (f *finder) listed(i int) bool {
	peer := func(j int) bool {
		return j >= 0 && j < len(f.words) && (f.taken[j] || f.words[i].class == 0 && f.words[j].class == 0 && f.words[j].proper() && !f.headings)
	}
	name := func(j int) bool { return j >= 0 && j < len(f.words) && f.taken[j] }
	w := &f.words[i]
	switch {
	case i > 1 && w.joined && f.words[i-1].key == "and" && f.words[i-1].joined:
		return peer(i - 2)
	case i+2 < len(f.words) && f.words[i+1].key == "and" && f.words[i+1].joined && f.words[i+2].joined:
		return peer(i + 2)
	}
	return i > 0 && f.series(i-1) && name(i-1) || f.series(i) && name(i+1) && !w.opens
}

// again finds names that were found elsewhere in the text for a better reason.
func (f *finder) again() {
	seen := map[string]bool{}
	for i := range f.words {
		if w := &f.words[i]; f.sure[i] && w.proper() && !w.nameless() && len(w.key) > 2 {
			seen[w.key] = true
		}
	}
	if len(seen) == 0 {
		return
	}
	for i := range f.words {
		if w := &f.words[i]; !f.taken[i] && w.proper() && seen[w.key] && !(w.opens && w.class&ordinary != 0) {
			f.take(i, i+1, byAgain)
		}
	}
}

// ageAfterRE is an age that follows a name: "(34)", ", aged 7", ", 9, walks", " is 9
// years old".
var ageAfterRE = regexp.MustCompile(`^(?:'s)?(?:,?\s\(?(?:who is|who was|who's)?\s?(?:aged?|only|just|now)\s(1?[0-9]{1,2})\b` +
	`|\s?\((1?[0-9]{1,2})\)` +
	`|,\s(1?[0-9]{1,2})(?:\s(?:ani|lat|years?\sold|yrs))?(?:[,.;)]|$)` +
	`|,?\s(?:who\s)?(?:is|was)\s(1?[0-9]{1,2})(?:\s(?:years?\sold|and)\b|[,.;]|$))`)

// ageAfter returns where the age of a name that ends at end stands.
func ageAfter(low string, end int) (int, int, bool) {
	m := ageAfterRE.FindStringSubmatchIndex(low[end:min(len(low), end+40)])
	for g := 2; g < len(m); g += 2 {
		if m[g] >= 0 {
			return end + m[g], end + m[g+1], true
		}
	}
	return 0, 0, false
}
