package redact

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// view is a text as the detectors see it: valid UTF-8. low is text in small
// letters, byte for byte.
type view struct {
	text, low string
	at        []extent // by byte of text: what of the original it stands for; nil if text is the original
	digits    []extent // the runs of digits in text
	words     []word
}

// extent is a part of a text, in bytes.
type extent struct{ start, end int32 }

// look folds a text for the detectors: full-width, circled and other
// compatibility forms are made plain (NFKD), Latin letters lose their accents,
// invisible characters go, every dash becomes a hyphen, digits of any script
// become 0 to 9, and letters of other alphabets that pass for Latin ones become
// Latin.
func look(text string) *view {
	v := &view{text: text}
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			v = fold(text)
			break
		}
	}
	v.read()
	return v
}

func fold(text string) *view {
	v := &view{at: make([]extent, 0, len(text))}
	var b strings.Builder
	b.Grow(len(text))
	latin := false // the last letter was
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case r < utf8.RuneSelf:
			b.WriteByte(byte(r))
		case latin && unicode.Is(unicode.Mn, r):
			v.at[len(v.at)-1].end = int32(i + size) // goes where its letter goes
		case unicode.In(r, unicode.Cf, unicode.Variation_Selector, unicode.Me):
		case unicode.Is(unicode.Pd, r), r == '\u2212':
			b.WriteByte('-')
		case r == '’', r == '‘', r == 'ʼ', r == '´':
			b.WriteByte('\'')
		case unicode.IsSpace(r):
			b.WriteByte(' ')
		default:
			foldRune(&b, r)
		}
		for len(v.at) < b.Len() {
			v.at = append(v.at, extent{int32(i), int32(i + size)})
		}
		if !unicode.Is(unicode.Mn, r) {
			latin = len(v.at) > 0 && (r < utf8.RuneSelf || unicode.Is(unicode.Latin, r))
		}
		i += size
	}
	v.text = b.String()
	return v
}

func foldRune(b *strings.Builder, r rune) {
	if d, ok := digit(r); ok {
		b.WriteByte(d)
		return
	}
	if l, ok := lookalikes[r]; ok {
		b.WriteString(l)
		return
	}
	for _, d := range norm.NFKD.String(string(r)) {
		l, ok := lookalikes[d]
		switch {
		case unicode.Is(unicode.Latin, r) && unicode.Is(unicode.Mn, d):
		case ok:
			b.WriteString(l)
		default:
			b.WriteRune(d)
		}
	}
}

// digit returns the value of a decimal digit of any script as one of '0' to '9'.
func digit(r rune) (byte, bool) {
	if !unicode.Is(unicode.Nd, r) {
		return 0, false
	}
	// The digits of a script follow each other from its zero (Unicode 4.6), and
	// mathematical ones, of which several sets do, are known to NFKD.
	if plain := norm.NFKD.String(string(r)); len(plain) == 1 {
		return plain[0], true
	}
	n := byte(0)
	for n < 9 && unicode.Is(unicode.Nd, r-1) {
		r, n = r-1, n+1
	}
	return '0' + n, true
}

// lookalikes are the letters that are drawn as Latin ones, and the Latin ones
// that have no accent to lose.
var lookalikes = map[rune]string{
	'А': "A", 'В': "B", 'Е': "E", 'К': "K", 'М': "M", 'Н': "H", 'О': "O", 'Р': "P", 'С': "C", 'Т': "T", 'Х': "X", 'У': "Y", 'І': "I", 'Ѕ': "S", 'Ј': "J",
	'а': "a", 'е': "e", 'о': "o", 'р': "p", 'с': "c", 'х': "x", 'у': "y", 'і': "i", 'ѕ': "s", 'ј': "j", 'һ': "h", 'ԁ': "d", 'ԛ': "q", 'ԝ': "w", 'ӏ': "l",
	'Α': "A", 'Β': "B", 'Ε': "E", 'Ζ': "Z", 'Η': "H", 'Ι': "I", 'Κ': "K", 'Μ': "M", 'Ν': "N", 'Ο': "O", 'Ρ': "P", 'Τ': "T", 'Υ': "Y", 'Χ': "X",
	'ο': "o", 'ν': "v", 'α': "a", 'ι': "i", 'ρ': "p", 'υ': "u", 'ɡ': "g", 'ı': "i", 'ł': "l", 'Ł': "L", 'ø': "o", 'Ø': "O", 'đ': "d", 'Đ': "D",
	'ß': "ss", 'æ': "ae", 'Æ': "Ae", 'œ': "oe", 'Œ': "Oe", 'þ': "th", 'Þ': "Th", 'ð': "d",
}

// read fills what is found by reading once through text.
func (v *view) read() {
	v.low = lower(v.text)
	for i := 0; i < len(v.low); i++ {
		if isDigit(v.low[i]) {
			start := i
			for i < len(v.low) && isDigit(v.low[i]) {
				i++
			}
			v.digits = append(v.digits, extent{int32(start), int32(i)})
		}
	}
	v.words = words(v.text, v.low)
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isAlnum(c byte) bool {
	return isDigit(c) || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// lower returns s in small letters. A letter whose small form has another length
// stays, so that offsets hold.
func lower(s string) string {
	return strings.Map(func(r rune) rune {
		if r < utf8.RuneSelf {
			if 'A' <= r && r <= 'Z' {
				r += 'a' - 'A'
			}
			return r
		}
		if l := unicode.ToLower(r); utf8.RuneLen(l) == utf8.RuneLen(r) {
			return l
		}
		return r
	}, s)
}

// source returns what of the original text[start:end] stands for.
func (v *view) source(start, end int) extent {
	if v.at == nil {
		return extent{int32(start), int32(end)}
	}
	return extent{v.at[start].start, v.at[end-1].end}
}

// windows returns the parts of the view that reach back bytes before and ahead
// bytes after any of the marks, widened to whole words; overlapping ones are one.
// Searching them costs no more than searching the text.
func (v *view) windows(marks []extent, back, ahead int) []extent {
	var out []extent
	for _, m := range marks {
		floor := 0
		if len(out) > 0 {
			floor = int(out[len(out)-1].end)
			if int(m.end)+ahead <= floor {
				continue
			}
		}
		start, end := max(floor, int(m.start)-back), min(len(v.low), int(m.end)+ahead)
		for start > floor && !isSpace(v.low[start-1]) {
			start--
		}
		for end < len(v.low) && !isSpace(v.low[end]) {
			end++
		}
		if len(out) > 0 && start == floor {
			out[len(out)-1].end = int32(end)
			continue
		}
		out = append(out, extent{int32(start), int32(end)})
	}
	return out
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

// rewriter makes a view with some parts of another spelt differently.
type rewriter struct {
	from *view
	b    strings.Builder
	at   []extent
	done int // of the text of from
}

// keep copies up to byte end.
func (w *rewriter) keep(end int) {
	w.b.WriteString(w.from.text[w.done:end])
	for ; w.done < end; w.done++ {
		w.at = append(w.at, w.from.source(w.done, w.done+1))
	}
}

// put writes s for text[start:end], of which what comes before is kept.
func (w *rewriter) put(s string, start, end int) {
	w.keep(start)
	w.b.WriteString(s)
	for range len(s) {
		w.at = append(w.at, w.from.source(start, end))
	}
	w.done = end
}

func (w *rewriter) view() *view {
	w.keep(len(w.from.text))
	v := &view{text: w.b.String(), at: w.at}
	v.read()
	return v
}

// respell returns the view with letters and digits that were written one by one
// put together ("A B 2 8 X Y Z", "D.a.v.e") and digits in words made digits ("oh
// double seven"), or nil if there are none.
func (v *view) respell() *view {
	joined := v.join()
	if joined != nil {
		v = joined
	}
	if digits := v.spoken(); digits != nil {
		return digits
	}
	return joined
}

// join puts together runs of four or more single characters with a space between
// each two, or of three or more with the same sign.
func (v *view) join() *view {
	s := v.text
	single := func(i int, sep byte) bool {
		return i < len(s) && (isAlnum(s[i]) || sep == ' ' && s[i] > ' ' && s[i] < utf8.RuneSelf)
	}
	runsOn := func(i int) bool { return i < len(s) && (isAlnum(s[i]) || s[i] >= utf8.RuneSelf) }
	w := rewriter{from: v}
	for i := 0; i+4 < len(s); i++ {
		sep := s[i+1]
		// Most texts have none: the separators say so soonest.
		if s[i+3] != sep || strings.IndexByte(" .-_*", sep) < 0 || i > 0 && (runsOn(i-1) || s[i-1] == sep && sep != ' ') || !single(i, sep) {
			continue
		}
		last := i
		for last+2 < len(s) && s[last+1] == sep && single(last+2, sep) && !runsOn(last+3) {
			last += 2
		}
		if last < i+4 || sep == ' ' && last < i+6 {
			continue
		}
		if sep == ' ' && s[last] == 'I' && last+2 < len(s) && s[last+1] == ' ' {
			last -= 2 // "… X Y Z I saw"
		}
		for j := i; j < last; j += 2 {
			w.put(s[j:j+1], j, j+1)
			w.done = j + 2
		}
		w.keep(last + 1)
		i = last
	}
	if w.done == 0 {
		return nil
	}
	return w.view()
}

// spokenDigits are how digits are said, and repeats what says one twice or more.
var (
	spokenDigits = map[string]string{
		"zero": "0", "oh": "0", "o": "0", "nought": "0", "naught": "0", "nil": "0",
		"one": "1", "two": "2", "three": "3", "four": "4", "five": "5",
		"six": "6", "seven": "7", "eight": "8", "nine": "9",
	}
	repeats = map[string]int{"double": 2, "treble": 3, "triple": 3}
)

const longestSpoken = len("double")

// spoken writes digits for the words of digits, where three or more follow each
// other. Digits already written stay apart as they were.
func (v *view) spoken() *view {
	w := rewriter{from: v}
	for i := 0; i < len(v.words); i++ {
		if v.words[i].class&spoken == 0 && !v.words[i].numeric {
			continue
		}
		first, n, said := i, 0, 0
		for ; i < len(v.words); i++ {
			x := &v.words[i]
			if i > first && strings.Trim(v.low[v.words[i-1].end:x.start], " ,.-\t\n") != "" {
				break
			}
			if spokenDigits[x.key] != "" {
				n, said = n+1, said+1
			} else if x.numeric {
				n += x.end - x.start
			} else if repeats[x.key] == 0 {
				break
			}
		}
		if said == 0 || n < 3 {
			i = max(i-1, first)
			continue
		}
		start, times := -1, 1
		for j := first; j < i; j++ {
			x := &v.words[j]
			if start < 0 {
				start = x.start
			}
			switch digits := spokenDigits[x.key]; {
			case repeats[x.key] > 0:
				times = repeats[x.key]
				continue
			case digits != "":
				w.put(strings.Repeat(digits, times), start, x.end)
				if next := j + 1; next < i && !v.words[next].numeric {
					w.done = v.words[next].start // no space between what was said
				}
			case times > 1: // "double 7"
				w.put(strings.Repeat(v.low[x.start:x.end], times), start, x.end)
			}
			start, times = -1, 1
		}
		i--
	}
	if w.done == 0 {
		return nil
	}
	return w.view()
}
