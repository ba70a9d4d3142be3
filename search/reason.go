package search

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// How says in which way a passage has what was asked for.
type How string

// The ways, the closest first.
const (
	HowWord      How = "word"      // it is the word itself, capitals and accents aside
	HowPhrase    How = "phrase"    // the words of the phrase stand there one after the other
	HowForm      How = "form"      // another form of the word, with the same stem
	HowBeginning How = "beginning" // it begins with what was typed
	HowSpelling  How = "spelling"  // it is spelt like it
)

var closeness = []How{HowWord, HowPhrase, HowForm, HowBeginning, HowSpelling}

// Reason says why a passage was found: it has Found where Asked was wanted.
type Reason struct {
	Asked string // the word, or the words of the phrase, as typed
	Found string // as it stands in the passage
	How   How
}

// Reasons explains the passage of a hit: for every word and phrase of the query's text that is marked in it, in their
// order, the closest of what stands there for it. What was asked for and stands elsewhere in the document has none.
func Reasons(text string, h Hit) []Reason {
	var passage strings.Builder
	var marked []Span
	for _, s := range h.Snippet {
		start := passage.Len()
		passage.WriteString(s.Text)
		if s.Match {
			marked = append(marked, Span{start, passage.Len()})
		}
	}
	var reasons []Reason
	m := newMatcher(Parse(text), h.Document.Language)
	m.marked = true
	best := make([]How, len(m.words)+len(m.phrases))
	found := make([]string, len(best))
	for _, match := range m.matches(passage.String()) {
		shown := slices.ContainsFunc(marked, func(s Span) bool { return match.span.Start < s.End && s.Start < match.span.End })
		if shown && (best[match.asked] == "" || closer(match.how, best[match.asked])) {
			best[match.asked], found[match.asked] = match.how, passage.String()[match.span.Start:match.span.End]
		}
	}
	for i, how := range best {
		if how != "" {
			reasons = append(reasons, Reason{m.asked(i), found[i], how})
		}
	}
	return reasons
}

func closer(a, b How) bool { return slices.Index(closeness, a) < slices.Index(closeness, b) }

// Matches returns where a text in a language (BCP 47) has the words and phrases of e, in any order. It is how the
// embedded engine finds them: a document that it finds by a word or phrase has a match of it.
func Matches(e Expression, text, language string) []Span {
	var spans []Span
	for _, match := range newMatcher(e, language).matches(text) {
		spans = append(spans, match.words...)
	}
	return spans
}

// matcher compares the words of texts in one language with what an expression asks for.
type matcher struct {
	words   []wanted
	phrases [][]wanted
	stemmer *Stemmer
	marked  bool // an engine has marked the matches: explain them, however it came to them
}

// wanted is a word asked for.
type wanted struct {
	typed, folded, stem string
	typos               int  // letters that may be wrong
	begins              bool // it may be unfinished
}

// match is a place in a text that has something asked for.
type match struct {
	asked int // index of it among the words, then the phrases
	how   How
	span  Span
	words []Span // of a phrase, each of its words
}

func newMatcher(e Expression, language string) *matcher {
	m := &matcher{stemmer: StemmerFor(language)}
	for i, w := range e.Words {
		word := m.wanted(w)
		if e.Lenient() {
			word.typos = Typos(word.folded)
			word.begins = e.Prefix && i == len(e.Words)-1 && utf8.RuneCountInString(word.folded) > 1
		}
		m.words = append(m.words, word)
	}
	for _, p := range e.Phrases {
		var words []wanted
		for _, w := range p {
			words = append(words, m.wanted(w))
		}
		m.phrases = append(m.phrases, words)
	}
	return m
}

func (m *matcher) wanted(word string) wanted {
	w := wanted{typed: word, folded: Fold(word)}
	if m.stemmer != nil {
		w.stem = m.stemmer.Stem(word)
	}
	return w
}

// asked returns what was typed for a match's index.
func (m *matcher) asked(i int) string {
	if i < len(m.words) {
		return m.words[i].typed
	}
	var typed []string
	for _, w := range m.phrases[i-len(m.words)] {
		typed = append(typed, w.typed)
	}
	return strings.Join(typed, " ")
}

func (m *matcher) matches(text string) []match {
	var found []match
	// The last words read, for the phrases; only as many as the longest needs.
	longest := 0
	for _, p := range m.phrases {
		longest = max(longest, len(p))
	}
	var recent []Word // folded
	for w := range Words(text) {
		if len(w.Text) > MaxWord {
			recent = nil
			continue
		}
		folded := Fold(w.Text)
		span := Span{w.Start, w.End}
		stem := ""
		for i := range m.words {
			if how := m.how(&m.words[i], w.Text, folded, &stem); how != "" {
				found = append(found, match{i, how, span, []Span{span}})
			}
		}
		if longest == 0 {
			continue
		}
		if len(recent) == longest {
			recent = slices.Delete(recent, 0, 1)
		}
		recent = append(recent, Word{folded, w.Start, w.End})
		for i, p := range m.phrases {
			if len(recent) < len(p) {
				continue
			}
			last := recent[len(recent)-len(p):]
			if slices.EqualFunc(last, p, func(w Word, want wanted) bool { return w.Text == want.folded }) {
				spans := make([]Span, len(last))
				for j, w := range last {
					spans[j] = Span{w.Start, w.End}
				}
				found = append(found, match{len(m.words) + i, HowPhrase, Span{last[0].Start, w.End}, spans})
			}
		}
	}
	return found
}

// how compares a word of the text with one asked for; "" means that it is not it. The stem of the word is worked out
// once, when it is first needed.
func (m *matcher) how(want *wanted, word, folded string, stem *string) How {
	if folded == want.folded {
		return HowWord
	}
	// A stem keeps the first letter of its word but in Arabic, whose article it takes off.
	if m.stemmer != nil && want.stem != "" && (sameFirst(folded, want.folded) || m.stemmer.Language == "ar") {
		if *stem == "" {
			*stem = m.stemmer.Stem(word)
		}
		if *stem == want.stem {
			return HowForm
		}
	}
	switch {
	case want.begins && strings.HasPrefix(folded, want.folded):
		return HowBeginning
	case want.typos == 0:
	case m.marked && spelt(want.folded, folded, want.typos, want.begins),
		sameFirst(folded, want.folded) && spelt(want.folded, folded, want.typos, false):
		return HowSpelling
	}
	return ""
}

func sameFirst(a, b string) bool {
	first, _ := utf8.DecodeRuneInString(a)
	other, _ := utf8.DecodeRuneInString(b)
	return first == other
}

// spelt reports whether one word becomes the other, or its beginning if that will do, when at most typos letters are
// changed, added, taken away or swapped with their neighbour (optimal string alignment).
func spelt(word, other string, typos int, beginning bool) bool {
	a, b := []rune(word), []rune(other)
	if len(b) > len(a)+typos {
		if !beginning {
			return false
		}
		b = b[:len(a)+typos]
	}
	if len(a) > len(b)+typos {
		return false
	}
	rows := [3][]int{make([]int, len(a)+1), make([]int, len(a)+1), make([]int, len(a)+1)} // by letters of other, in turn
	for i := range rows[0] {
		rows[0][i] = i
	}
	for j := range b {
		row, last, lastButOne := rows[(j+1)%3], rows[j%3], rows[(j+2)%3]
		row[0] = j + 1
		for i := range a {
			changed := last[i]
			if a[i] != b[j] {
				changed++
			}
			row[i+1] = min(changed, last[i+1]+1, row[i]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[i+1] = min(row[i+1], lastButOne[i-1]+1)
			}
		}
		if beginning && row[len(a)] <= typos {
			return true
		}
	}
	return rows[len(b)%3][len(a)] <= typos
}
