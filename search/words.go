package search

import (
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// MaxWord is the length in bytes to which a run of letters is a word that engines need to find.
const MaxWord = 256

// Word is one word of a text and where it stands, in bytes.
type Word struct {
	Text       string
	Start, End int
}

// Words yields the words of a text in order: runs of letters, marks and digits, in any script. An apostrophe between
// letters belongs to the word, as do the joiners that Urdu and Bengali spelling need; every other sign parts words, so
// that "area.The" is two and "anti-social" is two. Scripts written without spaces yield a word per character.
func Words(text string) iter.Seq[Word] {
	return func(yield func(Word) bool) {
		start := -1
		for i, r := range text {
			switch {
			case isWordRune(r):
				if start >= 0 && isUnspaced(r) && !unicode.IsMark(r) {
					if !yield(Word{text[start:i], start, i}) {
						return
					}
					start = -1
				}
				if start < 0 {
					start = i
				}
				if !isUnspaced(r) {
					continue
				}
				// A character of its own takes the marks that follow it.
				end := i + utf8.RuneLen(r)
				if next, _ := utf8.DecodeRuneInString(text[end:]); unicode.IsMark(next) {
					continue
				}
				if !yield(Word{text[start:end], start, end}) {
					return
				}
				start = -1
			case start >= 0 && isJoiner(r) && letterFollows(text[i+utf8.RuneLen(r):]):
			case start >= 0:
				if !yield(Word{text[start:i], start, i}) {
					return
				}
				start = -1
			}
		}
		if start >= 0 {
			yield(Word{text[start:], start, len(text)})
		}
	}
}

func isWordRune(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
	}
	return unicode.In(r, unicode.L, unicode.M, unicode.N)
}

func isUnspaced(r rune) bool {
	return r > 0x0E00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao,
		unicode.Khmer, unicode.Myanmar)
}

func isJoiner(r rune) bool {
	switch r {
	case '\'', '’', '\u200c', '\u200d', '\u00ad':
		return true
	}
	return false
}

func letterFollows(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return isWordRune(r)
}

// Fold brings spellings of a word that a reader takes for the same to one form: small letters, no accents
// ("reședință" → "resedinta"), no Arabic vowel signs, Persian and Arabic letter forms as one. The vowel signs of
// Bengali and Punjabi are letters in all but name and stay.
func Fold(word string) string {
	if ascii(word) {
		return strings.ToLower(word)
	}
	var b strings.Builder
	for _, r := range norm.NFKD.String(word) {
		switch {
		case 0x0300 <= r && r <= 0x036F, // accents of Latin, Greek and Cyrillic
			0x064B <= r && r <= 0x065F, r == 0x0670, r == 0x0640, // vowel signs and lengthening of Arabic script
			r == 0x200C, r == 0x200D, r == 0x00AD: // joiners and soft hyphen
			continue
		}
		r = unicode.ToLower(r)
		if s, ok := foldings[r]; ok {
			b.WriteString(s)
			continue
		}
		b.WriteRune(r)
	}
	return norm.NFC.String(b.String())
}

// foldings are the letters that have no decomposition in Unicode.
var foldings = map[rune]string{
	'ł': "l", 'ø': "o", 'đ': "d", 'ı': "i", 'ß': "ss", 'æ': "ae", 'œ': "oe", 'ð': "d", 'þ': "th", '’': "'",
	'ي': "ی", 'ى': "ی", 'ك': "ک", 'ه': "ہ", 'ة': "ہ",
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// The lengths, in letters, from which a word is found with one and with two letters wrong, missing, added or swapped.
// The first letter is taken to be right, and words with a digit are taken as they are.
const (
	OneTypoFrom  = 4
	TwoTyposFrom = 8
)

// Typos returns the number of wrong letters that a folded word is found with.
func Typos(folded string) int {
	n := 0
	for _, r := range folded {
		if unicode.IsDigit(r) {
			return 0
		}
		n++
	}
	switch {
	case n >= TwoTyposFrom:
		return 2
	case n >= OneTypoFrom:
		return 1
	}
	return 0
}
