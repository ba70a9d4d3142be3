package redact

import (
	"regexp"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// all returns the findings of one expression: the named group "it" if there is
// one, else the whole match, where ok (if given) says so of the match's text.
func all(re *regexp.Regexp, kind Kind, text string, ok func(string) bool) []span {
	var out []span
	group := max(0, re.SubexpIndex("it"))
	for _, m := range re.FindAllStringSubmatchIndex(text, -1) {
		start, end := m[2*group], m[2*group+1]
		if ok == nil || ok(text[start:end]) {
			out = append(out, span{start, end, kind})
		}
	}
	return out
}

// endings are the top-level domains people in Britain write; any other word
// after a full stop is more likely the start of a sentence.
const endings = `(?:com|org|net|uk|info|io|eu|ie|app|shop|online|site|biz|dev|london|scot|wales|cymru|xyz)`

var (
	emailRE = regexp.MustCompile(`(?i)[\p{L}\p{N}._%+'-]+ ?@ ?[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*\.\p{L}{2,}`)
	// "at" and "dot" spelt out, bracketed or not.
	spelledEmailRE = regexp.MustCompile(`(?i)\b(?:[\w%+-]+\s*[(\[{<]?\s*\bdot\b\s*[)\]}>]?\s*)?[\w.%+-]+\s*[(\[{<]?\s*(?:@|\bat\b)\s*[)\]}>]?\s*[\w-]+(?:\s*[(\[{<]?\s*\bdot\b\s*[)\]}>]?\s*[\w-]+){0,3}\s*[(\[{<]?\s*\bdot\b\s*[)\]}>]?\s*` + endings + `\b`)
	// "sam at gmail.com", only with providers of mailboxes: people also write "look
	// at example.com".
	mailboxRE = regexp.MustCompile(`(?i)\b[\w.%+-]+\s*[(\[{<]?\s*\bat\b\s*[)\]}>]?\s*(?:gmail|googlemail|hotmail|outlook|live|msn|yahoo|ymail|icloud|me|aol|proton|protonmail|btinternet|sky|virginmedia|talktalk)\.(?:com|me|co\.uk|net)\b`)

	urlRE    = regexp.MustCompile(`(?i)\b(?:https?://|www\.)[^\s<>"]+`)
	domainRE = regexp.MustCompile(`(?i)\b(?:[a-z0-9-]+\.)+` + endings + `\b(?:/[^\s<>"]*)?|\b(?:t|wa|fb|m)\.me/[^\s<>"]+`)

	handleRE      = regexp.MustCompile(`(?i)(?:^|[^\w@.])(?P<it>@[a-z0-9_](?:[a-z0-9_.]{0,28}[a-z0-9_]))`)
	namedHandleRE = regexp.MustCompile(`(?i)\b(?:insta|instagram|ig|snap|snapchat|telegram|tiktok|twitter|facebook|kik|onlyfans)(?: (?:name|handle|username))?\s*:\s*(?P<it>[a-z0-9_][a-z0-9_.]{1,29})`)
)

func emails(text string) []span {
	out := all(emailRE, Email, text, nil)
	out = append(out, all(spelledEmailRE, Email, text, nil)...)
	return append(out, all(mailboxRE, Email, text, nil)...)
}

func urls(text string) []span {
	out := append(all(urlRE, URL, text, nil), all(domainRE, URL, text, nil)...)
	for i, s := range out {
		// What ends a sentence does not end an address.
		out[i].end = s.start + len(strings.TrimRight(text[s.start:s.end], `.,;:!?)]}'"`))
	}
	return out
}

func handles(text string) []span {
	return append(all(handleRE, Handle, text, nil), all(namedHandleRE, Handle, text, nil)...)
}

// numeral is a word or a run of digits that may be part of a phone number.
type numeral struct {
	start, end int
	digits     string // "" if it is not a numeral after all
	times      int    // 2 for "double", 3 for "triple", which apply to the next
}

var (
	// An o among digits passes for 0, an l or i for 1.
	numeralRE = regexp.MustCompile(`[oOlI]?[0-9][0-9oOlI]*|\p{L}+`)
	spoken    = map[string]string{
		"zero": "0", "oh": "0", "o": "0", "nought": "0", "naught": "0", "nil": "0",
		"one": "1", "two": "2", "three": "3", "four": "4", "five": "5",
		"six": "6", "seven": "7", "eight": "8", "nine": "9",
	}
	repeats = map[string]int{"double": 2, "treble": 3, "triple": 3}
	asDigit = strings.NewReplacer("o", "0", "O", "0", "l", "1", "I", "1")
	// What may stand between the parts of one number.
	gapRE = regexp.MustCompile(`^[ \t().\-_*]{0,4}$`)
)

// maxPhone is the most digits a phone number has with its country code (E.164)
// and "00" before it.
const maxPhone = 17

// phones finds phone numbers however they are spaced and whether they are written
// in digits, in words ("oh seven double seven") or in both.
func phones(text string) []span {
	var out []span
	parts := numerals(text)
	for i := 0; i < len(parts); i++ {
		if parts[i].digits == "" && parts[i].times == 0 {
			continue
		}
		start := parts[i].start
		plus := start > 0 && text[start-1] == '+'
		if plus {
			start--
		}
		digits, end, last := "", 0, i
		times := 1
		for j := i; j < min(len(parts), i+2*maxPhone) && len(digits) <= maxPhone; j++ {
			p := parts[j]
			if p.digits == "" && p.times == 0 || j > i && !gapRE.MatchString(text[parts[j-1].end:p.start]) {
				break
			}
			if p.times > 0 {
				times = p.times
				continue
			}
			digits += strings.Repeat(p.digits, times)
			times = 1
			if isPhone(digits, plus) {
				end, last = p.end, j
			}
		}
		if end > 0 {
			// "(020) 7946 0123"
			if start > 0 && text[start-1] == '(' && strings.Contains(text[start:end], ")") {
				start--
			}
			out = append(out, span{start, end, Phone})
			i = last
		}
	}
	return out
}

func numerals(text string) []numeral {
	matches := numeralRE.FindAllStringIndex(text, -1)
	out := make([]numeral, len(matches))
	for i, m := range matches {
		out[i] = numeral{start: m[0], end: m[1]}
		word := strings.ToLower(text[m[0]:m[1]])
		switch {
		case strings.ContainsAny(word, "0123456789"):
			// Not "W19" or "10th": digits next to other letters.
			if !joins(text, m[0], m[1]) {
				out[i].digits = asDigit.Replace(word)
			}
		default:
			out[i].digits, out[i].times = spoken[word], repeats[word]
		}
	}
	return out
}

// isPhone reports whether digits are a phone number as written in Britain: with
// a leading 0, or a country code after a plus, after 00 or (44 only) bare.
func isPhone(digits string, plus bool) bool {
	if len(digits) < 9 || len(digits) > maxPhone {
		return false
	}
	national, international := "", ""
	switch {
	case plus:
		international = digits
	case strings.HasPrefix(digits, "00"):
		international = digits[2:]
	case strings.HasPrefix(digits, "44") && len(digits) >= 12:
		international = digits
	case digits[0] == '0':
		national = digits
	default:
		return false
	}
	if rest, ok := strings.CutPrefix(international, "44"); ok {
		national = "0" + strings.TrimPrefix(rest, "0") // +44 (0)20
	}
	if national != "" {
		// Any mobile number will do: the library leaves out ranges not yet allocated,
		// and those kept for drama.
		if len(national) == 11 && strings.HasPrefix(national, "07") {
			return true
		}
		// Parsing is slow, so it is kept for what has the form.
		if len(national) < 10 || len(national) > 11 || strings.IndexByte("123589", national[1]) < 0 {
			return false
		}
		n, err := phonenumbers.Parse(national, "GB")
		return err == nil && phonenumbers.IsValidNumberForRegion(n, "GB")
	}
	if international[0] == '0' {
		return false
	}
	n, err := phonenumbers.Parse("+"+international, "GB")
	return err == nil && phonenumbers.IsValidNumber(n)
}
