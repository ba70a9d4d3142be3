package model

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"heard/app/theme"
)

// The check is what stands between a model and the desk. It is meant for a
// model that makes things up and for passages that tell it what to write, so it
// allows little and drops the rest: plain English in the third person, close to
// the passages it cites, without any number, quotation or side taken. Numbers,
// quotations and directions of opinion come from what people sent, not from
// here. It cannot see a statement turned into its opposite; that is why a draft
// is labelled and cites.

const (
	leastWords, mostWords = 5, 40
	leastName, mostName   = 2, 8
	longestWord           = 30 // letters
	leastGrounded         = 2  // content words that a sentence shares with what it cites; also seven of ten of all it has
)

// A fault is why words were dropped.
type fault string

const (
	noCitation  fault = "cites nothing"
	notGiven    fault = "cites a passage that was not given"
	strange     fault = "has characters that a sentence does not need"
	notSentence fault = "is not one sentence"
	badQuote    fault = "quotes what is not in a cited passage"
	badLength   fault = "is too short or too long"
	aNumber     fault = "has a number or an amount"
	aStance     fault = "says who is for or against"
	aPerson     fault = "speaks for or to somebody"
	unknownName fault = "names what no cited passage names"
	notEnglish  fault = "is not in English"
	ungrounded  fault = "says what no cited passage says"
)

// sentenceFault returns why a sentence that cites these passages, counted from
// one, must be dropped, or "".
func (t Theme) sentenceFault(text string, cites []int) fault {
	if len(cites) == 0 {
		return noCitation
	}
	var cited []string
	for _, n := range cites {
		if n < 1 || n > len(t.Passages) {
			return notGiven
		}
		cited = append(cited, t.Passages[n-1].Text)
	}
	if !plainText(text) {
		return strange
	}
	outside, ok := outsideQuotes(text, cited)
	if !ok {
		return badQuote
	}
	if !oneSentence(text) {
		return notSentence
	}
	said := gather(strings.Join(cited, "\n"))
	words := wordsOf(text)
	if len(words) < leastWords || len(words) > mostWords {
		return badLength
	}
	if f := wordFault(words, wordsOf(outside), said, true); f != "" {
		return f
	}
	// Twice the text, because a short one does not tell its language.
	if theme.Language(text+" "+text) != "en" {
		return notEnglish
	}
	if share, all := said.share(text); share < leastGrounded || 10*share < 7*all {
		return ungrounded
	}
	return ""
}

// nameFault returns why a name must be dropped, or "".
func (t Theme) nameFault(name string) fault {
	if !plainText(name) || strings.ContainsAny(name, `".();:“”„‟«»‹›`) || strings.TrimSpace(name) == "" {
		return strange
	}
	if _, ok := outsideQuotes(name, nil); !ok {
		return badQuote
	}
	words := wordsOf(name)
	if len(words) < leastName || len(words) > mostName {
		return badLength
	}
	if first, _ := utf8.DecodeRuneInString(name); !unicode.IsUpper(first) {
		return notSentence
	}
	said := t.said()
	if f := wordFault(words, words, said, false); f != "" {
		return f
	}
	if share, all := said.share(name); share < 1 || 2*share < all {
		return ungrounded
	}
	return ""
}

// sentenceCase takes capitals out of a name that is written in title case,
// where the passages have the word without one.
func (t Theme) sentenceCase(name string) string {
	name = strings.TrimSuffix(strings.Join(strings.Fields(name), " "), ".")
	said := t.said()
	words := strings.Split(name, " ")
	for i, w := range words {
		if lower := strings.ToLower(w); i > 0 && (said.lower[lower] || said.has(lower) && !said.capital[lower] || joining[lower] || len(theme.Stems(lower, "en")) == 0) {
			words[i] = lower
		}
	}
	if first, size := utf8.DecodeRuneInString(words[0]); size > 0 {
		words[0] = string(unicode.ToUpper(first)) + words[0][size:]
	}
	return strings.Join(words, " ")
}

// said is what all passages and keywords say.
func (t Theme) said() *said {
	texts := make([]string, 0, len(t.Passages)+len(t.Keywords))
	for _, p := range t.Passages {
		texts = append(texts, p.Text)
	}
	return gather(strings.Join(append(texts, t.Keywords...), "\n"))
}

// said is what passages say, to compare words with.
type said struct {
	stems   map[string]bool
	words   map[string]bool // lower case
	lower   map[string]bool // written without a capital
	capital map[string]bool // written with one, in lower case
}

func gather(text string) *said {
	s := &said{stems: map[string]bool{}, words: map[string]bool{}, lower: map[string]bool{}, capital: map[string]bool{}}
	for _, stem := range theme.Stems(text, "en") {
		s.stems[stem] = true
	}
	for _, w := range wordsOf(norm.NFKC.String(text)) {
		lower := strings.ToLower(w)
		s.words[lower] = true
		if w == lower {
			s.lower[lower] = true
		} else {
			s.capital[lower] = true
		}
	}
	return s
}

// has reports whether the passages have a word, in any form of it.
func (s *said) has(word string) bool {
	if s.words[word] {
		return true
	}
	for _, stem := range theme.Stems(word, "en") {
		if !s.stems[stem] {
			return false
		}
	}
	return true
}

// share counts the content words of a text, and how many of them the passages
// have. Words that only report or join are neither.
func (s *said) share(text string) (shared, all int) {
	for _, w := range wordsOf(text) {
		stems := theme.Stems(w, "en")
		if len(stems) == 0 || reporting[strings.ToLower(w)] || joining[strings.ToLower(w)] {
			continue
		}
		all++
		if s.has(strings.ToLower(w)) {
			shared++
		}
	}
	return shared, all
}

// wordFault looks at the words of a text one by one; outside are those that
// stand outside quotations.
func wordFault(words, outside []string, said *said, isSentence bool) fault {
	lower := make([]string, len(words))
	for i, w := range words {
		lower[i] = strings.ToLower(w)
		if utf8.RuneCountInString(w) > longestWord {
			return badLength
		}
	}
	for i, w := range lower {
		switch {
		case amounts[w] || strings.HasSuffix(w, "teen") && amounts[strings.TrimSuffix(w, "teen")] || strings.HasSuffix(w, "fold") && amounts[strings.TrimSuffix(w, "fold")]:
			return aNumber
		case stances[w] && !otherSense(lower, i):
			return aStance
		}
	}
	for _, w := range outside {
		if persons[strings.ToLower(w)] {
			return aPerson
		}
	}
	for i, w := range words {
		first, _ := utf8.DecodeRuneInString(w)
		ascii := strings.IndexFunc(w, func(r rune) bool { return r >= utf8.RuneSelf && r != '’' }) < 0
		named := strings.ToLower(w) != w && (i > 0 || !unicode.IsUpper(first) || strings.ToLower(w[1:]) != w[1:])
		if (!ascii || named) && !said.words[lower[i]] && !said.words[strings.TrimSuffix(strings.TrimSuffix(lower[i], "'s"), "’s")] {
			return unknownName
		}
		// A sentence that opens with a word from nowhere may open with a name.
		if i == 0 && isSentence && !reporting[lower[i]] && !openers[lower[i]] && len(theme.Stems(lower[i], "en")) > 0 && !said.has(lower[i]) {
			return unknownName
		}
	}
	return ""
}

const punctuation = `,.()'’‘"“”„‟«»‹›-–—`

// plainText allows letters of western European languages, single spaces and the
// punctuation of a sentence. It so keeps out digits of every kind, control and
// invisible characters, look-alike letters, markup, links and addresses.
func plainText(s string) bool {
	if !utf8.ValidString(s) || !norm.NFKC.IsNormalString(s) || strings.Contains(s, "  ") || strings.TrimSpace(s) != s {
		return false
	}
	for _, r := range s {
		switch {
		case r == ' ' || strings.ContainsRune(punctuation, r):
		case r < 0x180 && unicode.Is(unicode.Latin, r) && unicode.IsLetter(r) && r != 'ı' && r != 'ſ':
		default:
			return false
		}
	}
	return true
}

// oneSentence reports whether a text begins with a capital, ends with a full
// stop and has no other.
func oneSentence(s string) bool {
	body := strings.TrimRight(s, `"'”’»`)
	closers := s[len(body):]
	switch {
	case strings.HasSuffix(body, "."): // … said so." or … said so.
		body = strings.TrimSuffix(body, ".")
	default:
		return false
	}
	if utf8.RuneCountInString(closers) > 2 || strings.Contains(body, ".") {
		return false
	}
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(s, `"'“‘«`))
	return unicode.IsUpper(first)
}

const (
	doubleMarks = `"“”„‟«»‹›`
	singleMarks = `'’‘`
)

// outsideQuotes returns a text without its quotations, and false where one is
// left open or is not in a cited passage, byte by byte. A single mark opens a
// quotation at the beginning of a word and closes it at the end of one;
// elsewhere it is an apostrophe.
func outsideQuotes(text string, cited []string) (outside string, ok bool) {
	var b strings.Builder
	runes := []rune(text)
	letter := func(i int) bool { return i >= 0 && i < len(runes) && unicode.IsLetter(runes[i]) }
	isDouble := func(r rune) bool { return strings.ContainsRune(doubleMarks, r) }
	isSingle := func(r rune) bool { return strings.ContainsRune(singleMarks, r) }
	for i := 0; i < len(runes); i++ {
		r := runes[i]
		closes := isDouble
		switch {
		case isDouble(r):
		case isSingle(r) && !letter(i-1):
			closes = isSingle
		default:
			b.WriteRune(r)
			continue
		}
		end := -1
		for j := i + 1; j < len(runes); j++ {
			if closes(runes[j]) && (isDouble(runes[j]) || !letter(j+1)) {
				end = j
				break
			}
		}
		if end < 0 || !quoted(string(runes[i+1:end]), cited) {
			return "", false
		}
		b.WriteByte(' ')
		i = end
	}
	return b.String(), true
}

func quoted(words string, cited []string) bool {
	words = strings.TrimRight(words, ".,") // in some styles the sentence's own stop stands inside
	if strings.TrimSpace(words) == "" {
		return false
	}
	for _, passage := range cited {
		if strings.Contains(passage, words) {
			return true
		}
	}
	return false
}

// wordsOf returns the words of a text: letters, marks and digits, with
// apostrophes inside.
func wordsOf(text string) []string {
	fields := strings.FieldsFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) && r != '\'' && r != '’'
	})
	words := fields[:0]
	for _, w := range fields {
		if w = strings.Trim(w, `'’`); w != "" {
			words = append(words, w)
		}
	}
	return words
}

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

var (
	// amounts are numbers in words, and words that say how many without saying
	// so.
	amounts = set(`zero nought nil one two three four five six seven eight nine ten eleven twelve thir four fif six seven eigh nine
		thirteen fifteen eighteen twenty thirty forty fourty fifty sixty seventy eighty ninety hundred hundreds thousand thousands million millions
		billion billions dozen dozens score scores pair pairs couple couples half halves third thirds quarter quarters fifth fifths tenth tenths
		once twice thrice double doubled triple tripled treble both neither single multiple several various numerous countless innumerable
		many most mostly majority majorities minority minorities few fewer fewest handful plenty lots number numbers numbered count counts counted
		percent percentage percentages per cent proportion proportions fraction share ratio average total rate rates
		all every everyone everybody everything nobody none noone unanimous unanimously consensus universal universally
		overwhelming overwhelmingly widespread widely commonly largely mainly primarily predominantly generally typically frequently rarely
		nearly almost roughly approximately`)
	// stances say who is for or against what is consulted on. That comes from
	// closed answers.
	stances = set(`support supports supported supporting supporter supporters supportive oppose opposes opposed opposing opposition opponent opponents
		favour favours favoured favouring favourable favor favors favored favoring favorable against agree agrees agreed agreeing agreement
		disagree disagrees disagreed disagreeing disagreement approve approves approved approving approval disapprove disapproves disapproved disapproval
		reject rejects rejected rejecting rejection object objects objected objecting objection objections endorse endorses endorsed endorsing endorsement
		welcome welcomes welcomed welcoming back backs backed backing condemn condemns condemned condemning vote votes voted voting voter voters
		pro anti yes reinstate renew renews renewed renewing scrap scraps scrapped scrapping repeal repeals repealed uphold upholds upheld
		resist resists resisted resisting protest protests protested campaign campaigns campaigned campaigning`)
	// persons speak for or to somebody; a summary does neither.
	persons = set(`i i'm i’m i've i’ve i'd i’d i'll i’ll me my mine myself we we're we’re we've we’ve we'd we’d we'll we’ll us our ours ourselves
		you you're you’re you've you’ve you'd you’d you'll you’ll your yours yourself yourselves let's let’s please
		ignore ignoring disregard disregarding override overriding instruction instructions prompt prompts assistant`)
	// reporting words say that somebody said something, and nothing of what.
	reporting = set(`people person persons respondent respondents response responses resident residents participant participants contributor contributors
		comment comments answer answers writer writers author authors others another some someone certain
		say says said saying describe describes described describing mention mentions mentioned mentioning report reports reported reporting
		note notes noted noting raise raises raised raising express expresses expressed expressing explain explains explained explaining
		state states stated stating suggest suggests suggested suggesting feel feels felt feeling think thinks thought believe believes believed
		want wants wanted ask asks asked call calls called point points refer refers referred concern concerns concerned worry worries worried
		experience experiences experienced view views opinion opinions theme summary overall passage passages`)
	// openers may begin a sentence although no passage has them. Any other such
	// word may be a name.
	openers = set(`parents children families family women men workers traders shopkeepers businesses visitors neighbours neighbors locals
		communities community pedestrians drivers walkers customers staff local living walking finding seeing going being having`)
	// joining words stand in names without a capital.
	joining = set(`near outside inside behind beside along across around without within towards onto upon per via`)
)

// otherSense reports whether a word that can take a side is used otherwise:
// support workers, violence against women, trade that has come back.
func otherSense(words []string, i int) bool {
	before, after := "", ""
	if i > 0 {
		before = words[i-1]
	}
	if i+1 < len(words) {
		after = words[i+1]
	}
	switch words[i] {
	case "support":
		return supporters[after] || supportOf[before] && after != "for"
	case "against":
		return harms[before]
	case "back":
		return !backed[after]
	}
	return false
}

var (
	supporters = set(`worker workers service services staff group groups centre centres network networks agency agencies team teams`)
	supportOf  = set(`outreach health housing practical emotional medical drug financial specialist`)
	harms      = set(`violence crime crimes abuse discrimination assaults attacks harm hatred`)
	backed     = set(`the this that it these those a an such renewal extension order orders proposal proposals rule rules council`)
)
