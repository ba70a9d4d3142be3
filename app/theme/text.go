package theme

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A span is a half-open range of bytes in a text.
type span struct{ start, end int }

// eachToken calls f with the span of every token of s, in order.
//
// A token is a run of letters, marks and digits. Apostrophes and full stops
// join two such runs ("don't", "asp.net", "3.5"); a trailing "#", "+" or "++"
// stays on a word of one or two letters, so that c#, f# and c++ survive.
// Scripts written without spaces give overlapping pairs of characters.
func eachToken(s string, f func(span)) {
	for i := 0; i < len(s); {
		r, size := decode(s, i)
		if !wordRune(r) {
			i += size
			continue
		}
		if unspaced(r) {
			i = eachPair(s, i, f)
			continue
		}
		start := i
		letters := 0
		for i < len(s) {
			r, size = decode(s, i)
			if wordRune(r) && !unspaced(r) {
				i += size
				letters++
				continue
			}
			if joiner(r) {
				if next, _ := decode(s, i+size); wordRune(next) && !unspaced(next) {
					i += size
					continue
				}
			}
			break
		}
		if letters <= 2 && i < len(s) {
			i = markedEnd(s, start, i)
		}
		f(span{start, i})
	}
}

// eachPair calls f for the overlapping character pairs of the run of unspaced
// script that starts at i, and returns where the run ends. A run of one
// character is a token by itself.
func eachPair(s string, i int, f func(span)) int {
	start, chars := i, 0
	previous := i // start of the last complete character
	for i < len(s) {
		r, size := decode(s, i)
		if unicode.Is(unicode.M, r) && chars > 0 {
			i += size
			continue
		}
		if !unspaced(r) {
			break
		}
		if chars >= 2 {
			f(span{start, i})
			start = previous
		}
		previous = i
		i += size
		chars++
	}
	f(span{start, i})
	return i
}

// markedEnd extends a short word ending at end over the signs of c#, c++ and
// their like, when nothing else follows them.
func markedEnd(s string, start, end int) int {
	if !unicode.IsLetter(rune(s[start])) || s[start] >= utf8.RuneSelf {
		return end
	}
	i := end
	for i < len(s) && i < end+2 && (s[i] == '+' || s[i] == '#' && i == end) {
		i++
		if s[i-1] == '#' {
			break
		}
	}
	if i == end {
		return end
	}
	if r, _ := decode(s, i); wordRune(r) {
		return end
	}
	return i
}

// decode is utf8.DecodeRuneInString at offset i, giving a space past the end.
func decode(s string, i int) (rune, int) {
	if i >= len(s) {
		return ' ', 0
	}
	if c := s[i]; c < utf8.RuneSelf {
		return rune(c), 1
	}
	return utf8.DecodeRuneInString(s[i:])
}

func wordRune(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
	}
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.M, r))
}

func joiner(r rune) bool { return r == '\'' || r == '’' || r == '.' }

var unspacedScripts = []*unicode.RangeTable{
	unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao,
	unicode.Khmer, unicode.Myanmar, unicode.Tibetan,
}

// unspaced reports whether r belongs to a script written without spaces
// between words. Its digits and marks count as the script's own.
func unspaced(r rune) bool {
	return r >= 0x0e00 && unicode.IsOneOf(unspacedScripts, r)
}

// sentences returns the sentences of s: trimmed, non-empty, in order. A
// sentence ends at ".", "!", "?", "…" or their like in other scripts followed
// by space, or at a line break. A full stop after a single letter or before a
// lower-case letter ends nothing ("e.g. this", "J. Smith").
func sentences(s string) []span {
	var out []span
	start := 0
	for i := 0; i < len(s); {
		r, size := decode(s, i)
		i += size
		switch {
		case r == '\n' || r == '\r' || r == '\u2028' || r == '\u2029':
		case fullStop(r):
			// No space follows a full stop in the scripts that use these.
		case r == '.' || r == '!' || r == '?' || r == '…' || r == '।' || r == '؟' || r == '۔' || r == '።':
			for i < len(s) { // closing quotes and further marks belong to the sentence
				next, n := decode(s, i)
				if next != '.' && next != '!' && next != '?' && next != '"' && next != '”' && next != '’' && next != ')' {
					break
				}
				i += n
			}
			next, _ := decode(s, i)
			if i < len(s) && !unicode.IsSpace(next) {
				continue
			}
			if r == '.' && abbreviation(s, start, i) {
				continue
			}
		default:
			continue
		}
		out = appendTrimmed(out, s, start, i)
		start = i
	}
	return appendTrimmed(out, s, start, len(s))
}

func fullStop(r rune) bool { return r == '。' || r == '！' || r == '？' || r == '｡' }

// abbreviation reports whether the full stop that ends at end follows a single
// letter, or precedes a word that does not open with a capital.
func abbreviation(s string, start, end int) bool {
	word := s[start : end-1]
	if i := strings.LastIndexAny(word, " \t.("); i >= 0 {
		word = word[i+1:]
	}
	if utf8.RuneCountInString(word) == 1 && !strings.ContainsAny(word, "0123456789") && word != "I" {
		return true
	}
	rest := strings.TrimLeft(s[end:min(len(s), end+16)], " \t")
	next, _ := decode(rest, 0)
	return unicode.IsLower(next) && rest != "" && len(word) <= 3
}

// clauses returns the clauses of the sentence at sent in s: parts between
// commas, semicolons, colons, brackets and dashes, trimmed and in order.
func clauses(s string, sent span) []span {
	var out []span
	start := sent.start
	for i := sent.start; i < sent.end; {
		r, size := decode(s, i)
		at := i
		i += size
		switch r {
		case ',', ':':
			if next, _ := decode(s, i); i < sent.end && !unicode.IsSpace(next) {
				continue // 1,000 and 10:30
			}
		case ';', '(', ')', '[', ']', '–', '—', '،', '，', '、', '；', '：', '؛':
		case '-':
			before, _ := utf8.DecodeLastRuneInString(s[:at])
			after, _ := decode(s, i)
			if !unicode.IsSpace(before) || !unicode.IsSpace(after) {
				continue
			}
		default:
			continue
		}
		out = appendTrimmed(out, s, start, at)
		start = i
	}
	return appendTrimmed(out, s, start, sent.end)
}

// appendTrimmed appends the span without white space at its ends, unless
// nothing is left of it.
func appendTrimmed(spans []span, s string, start, end int) []span {
	for start < end {
		r, size := decode(s, start)
		if !unicode.IsSpace(r) {
			break
		}
		start += size
	}
	for start < end {
		r, size := utf8.DecodeLastRuneInString(s[start:end])
		if !unicode.IsSpace(r) {
			break
		}
		end -= size
	}
	if start == end {
		return spans
	}
	return append(spans, span{start, end})
}

// codePoints gives the span of bytes in s as code points, and its text with
// each invalid byte read as U+FFFD.
func codePoints(s string, at span) (start, end int, text string) {
	start = utf8.RuneCountInString(s[:at.start])
	text = s[at.start:at.end]
	end = start + utf8.RuneCountInString(text)
	if !utf8.ValidString(text) {
		text = string([]rune(text))
	}
	return start, end, text
}
