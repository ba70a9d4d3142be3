package search

import (
	"strings"
	"unicode"
)

// Expression is the text of a query taken apart. Words are as typed; engines fold and stem them as they do the
// documents.
type Expression struct {
	Words    []string   // every one is wanted
	Optional []string   // words too common to insist on; they may raise a document, never bar it
	Phrases  [][]string // consecutive words, every phrase is wanted
	Excluded [][]string // a document with any of these words or phrases is not wanted
	Prefix   bool       // the last of Words ends the text and may be unfinished
}

// Empty reports whether nothing is asked for, so that every document matches.
func (e Expression) Empty() bool {
	return len(e.Words) == 0 && len(e.Optional) == 0 && len(e.Phrases) == 0 && len(e.Excluded) == 0
}

// lenientWords is the length in words to which a query gets misspellings and beginnings; longer ones are pasted
// sentences, in which each word matters less and the work would grow with all of them.
const lenientWords = 10

// Lenient reports whether the words are also found misspelt and by their beginning.
func (e Expression) Lenient() bool { return len(e.Words) <= lenientWords }

// Parse takes the text of a query apart. Every text means something: brackets, colons and words such as AND have no
// special sense, a quotation mark that is never closed runs to the end, and a lone '-' is punctuation.
//
// Common words ("the", "is") are optional, unless there is nothing else to look for. Words are not repeated.
func Parse(text string) Expression {
	var e Expression
	var common []string
	seen := map[string]bool{}
	rest := []rune(text)
	for len(rest) > 0 {
		if unicode.IsSpace(rest[0]) {
			rest = rest[1:]
			continue
		}
		excluded := false
		for len(rest) > 1 && rest[0] == '-' && !unicode.IsSpace(rest[1]) {
			excluded, rest = true, rest[1:]
		}
		quoted := isQuote(rest[0])
		end := 0
		if quoted {
			rest = rest[1:]
			for end < len(rest) && !isQuote(rest[end]) {
				end++
			}
		} else {
			for end < len(rest) && !unicode.IsSpace(rest[end]) && !isQuote(rest[end]) {
				end++
			}
		}
		words := wordsOf(string(rest[:end]))
		rest = rest[end:]
		if quoted && len(rest) > 0 {
			rest = rest[1:] // the closing mark
		}
		if len(words) == 0 {
			continue
		}
		e.Prefix = false
		switch {
		case excluded:
			e.Excluded = append(e.Excluded, words)
		case quoted:
			e.Phrases = append(e.Phrases, words)
		default:
			for _, w := range words {
				folded := Fold(w)
				if seen[folded] { // finished, since it was typed before
					continue
				}
				seen[folded] = true
				if e.Prefix = !isCommon(folded); e.Prefix {
					e.Words = append(e.Words, w)
				} else {
					common = append(common, w)
				}
			}
		}
	}
	if len(e.Words) == 0 && len(e.Phrases) == 0 {
		e.Words, e.Prefix = common, len(common) > 0 && len(e.Excluded) == 0
	} else {
		e.Optional = common
	}
	return e
}

func wordsOf(s string) []string {
	var words []string
	for w := range Words(s) {
		words = append(words, w.Text)
	}
	return words
}

// isQuote covers the marks that keyboards in the languages of our respondents produce.
func isQuote(r rune) bool { return strings.ContainsRune(`"“”„«»`, r) }

// isCommon reports whether a folded word says too little to insist on. Words that carry a position ("not", "no",
// "against", "never", "without", "only") are deliberately absent: "not safe" must not find "safe". So are words that
// mean something in another of the languages ("care" is common in Romanian), since a query does not say its language.
func isCommon(folded string) bool { return commonWords[folded] }

var commonWords = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(`
		a about am an and any are as at be because been being but by can could did do does doing for from had has
		have having he her hers him his how i if in into is it its it's itself me might more most must my of on or
		our ours s shall she should so some such than that that's the their theirs them then there these they this
		those to too us was we were what when where which while who whom whose why will with would you your yours

		de din in la cu si sa ce un o pe
		اور کا کی کے کو میں سے ہے ہیں پر نے یہ وہ
		ਦਾ ਦੇ ਦੀ ਨੂੰ ਵਿੱਚ ਹੈ ਹਨ ਤੇ ਅਤੇ ਇਹ ਨੇ
		এবং ও এই যে এর একটি তে কে`) {
		m[Fold(w)] = true
	}
	return m
}()
