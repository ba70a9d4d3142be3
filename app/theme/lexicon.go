package theme

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/snowballstem"
	"golang.org/x/text/unicode/norm"
)

// A lexicon numbers terms: stems of the words of one body of text. A term has
// the same number however its word is spelt ("Closes", "closing"), and numbers
// follow the order in which terms are first met.
type lexicon struct {
	number   map[string]int32               // stem → term
	stems    []string                       // term → stem
	function []bool                         // term → mostly used as a function word; see settle
	words    map[*language]map[string]int32 // lower-case word → term
	uses     []int32                        // term → uses as a function word less other uses
}

func newLexicon() *lexicon {
	return &lexicon{number: map[string]int32{}, words: map[*language]map[string]int32{}}
}

// use is term, and keeps count of what the term is used as.
func (x *lexicon) use(word string, l *language) int32 {
	t := x.term(word, l)
	if l.function[word] {
		x.uses[t]++
	} else {
		x.uses[t]--
	}
	return t
}

// settle decides which terms are function words, once all words are read: a
// few texts taken to be in another language do not make "not" a content word.
func (x *lexicon) settle() {
	x.function = make([]bool, len(x.uses))
	for t, n := range x.uses {
		x.function[t] = n > 0
	}
}

// longestTerm bounds the bytes of a token that are looked at, so that one
// endless run of letters costs no more than a word.
const longestTerm = 64

// fold gives a token the form in which words are compared: lower case, one
// kind of apostrophe, composed accents.
func fold(token string) string {
	if len(token) > longestTerm {
		cut := longestTerm
		for cut > longestTerm-utf8.UTFMax && !utf8.RuneStart(token[cut]) {
			cut--
		}
		token = token[:cut]
	}
	ascii, lower := true, true
	for i := 0; i < len(token); i++ {
		c := token[i]
		ascii = ascii && c < utf8.RuneSelf
		lower = lower && (c < 'A' || c > 'Z')
	}
	if ascii {
		if lower {
			return token
		}
		return strings.ToLower(token)
	}
	return norm.NFKC.String(strings.ToLower(strings.ReplaceAll(token, "’", "'")))
}

// term numbers a folded word in the given language, learning it when new.
func (x *lexicon) term(word string, l *language) int32 {
	words := x.words[l]
	if words == nil {
		words = map[string]int32{}
		x.words[l] = words
	}
	if t, ok := words[word]; ok {
		return t
	}
	stem := stemOf(word, l)
	t, ok := x.number[stem]
	if !ok {
		t = int32(len(x.stems))
		stem = strings.Clone(stem) // do not keep a whole answer alive for one word
		x.number[stem] = t
		x.stems = append(x.stems, stem)
		x.uses = append(x.uses, 0)
	}
	words[strings.Clone(word)] = t
	return t
}

// lookup is term for a lexicon that may no longer grow.
func (x *lexicon) lookup(word string, l *language) (int32, bool) {
	if t, ok := x.words[l][word]; ok {
		return t, true
	}
	t, ok := x.number[stemOf(word, l)]
	return t, ok
}

func stemOf(word string, l *language) string {
	if l.stem == nil || strings.IndexFunc(word, unicode.IsLetter) < 0 {
		return word
	}
	env := snowballstem.NewEnv(word)
	l.stem(env)
	if stem := env.Current(); stem != "" {
		return stem
	}
	return word
}
