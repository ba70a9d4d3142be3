package redact

import (
	"regexp"
	"slices"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// marks returns where any of the substrings stands.
func (v *view) marks(substrings ...string) []extent {
	var out []extent
	for _, sub := range substrings {
		for i := 0; ; {
			n := strings.Index(v.low[i:], sub)
			if n < 0 {
				break
			}
			out = append(out, extent{int32(i + n), int32(i + n + len(sub))})
			i += n + len(sub)
		}
	}
	slices.SortFunc(out, func(a, b extent) int { return int(a.start - b.start) })
	return out
}

// innerDots returns the full stops between two characters of a word.
func (v *view) innerDots() []extent {
	var out []extent
	for i := 1; i+1 < len(v.low); i++ {
		n := strings.IndexByte(v.low[i:], '.')
		if n < 0 {
			break
		}
		i += n
		if i+1 < len(v.low) && isAlnum(v.low[i-1]) && 'a' <= v.low[i+1] && v.low[i+1] <= 'z' {
			out = append(out, extent{int32(i), int32(i + 1)})
		}
	}
	return out
}

// search returns the findings of an expression in windows of the text in small
// letters: the named group "it" if there is one, else the whole match, where ok
// (if given) says so of where the match stands.
func (v *view) search(windows []extent, re *regexp.Regexp, r *rule, ok func(start, end int) bool) []span {
	var out []span
	group := max(0, re.SubexpIndex("it"))
	for _, w := range windows {
		for _, m := range re.FindAllStringSubmatchIndex(v.low[w.start:w.end], -1) {
			start, end := int(w.start)+m[2*group], int(w.start)+m[2*group+1]
			if ok == nil || ok(start, end) {
				out = append(out, span{start, end, r})
			}
		}
	}
	return out
}

// endings are the top-level domains people in Britain write; any other word
// after a full stop is more likely the start of a sentence.
const endings = `(?:com|org|net|uk|info|io|eu|ie|app|shop|online|site|biz|dev|london|scot|wales|cymru|xyz|me|pl|ro|de|fr|bg|lt|ng|pk|in)`

// networks are where people have a name of their own choosing.
const networks = `insta instagram ig snap snapchat telegram tiktok twitter facebook fb kik onlyfans`

var platform = `\b(?:` + strings.Join(strings.Fields(networks), "|") + `)`

const (
	at  = `\s*[(\[{<]?\s*(?:@|\bat\b)\s*[)\]}>]?\s*`
	dot = `\s*[(\[{<]?\s*\bdot\b\s*[)\]}>]?\s*`
)

var (
	byForm    = &rule{Email, 0.98, "the form of an email address"}
	bySpelled = &rule{Email, 0.85, "an email address with its signs in words or set apart"}

	emailRE = regexp.MustCompile(`[\p{L}\p{N}._%+'-]+ ?@ ?[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*\.\p{L}{2,}`)
	// Signs set apart by spaces.
	apartEmailRE = regexp.MustCompile(`[\w%+'-]+(?:(?: \. |\.)[\w%+'-]+){0,4} ?@ ?[\w-]+(?:(?: \. |\.)[\w-]+){0,4}(?: \. |\.)` + endings + `\b`)
	// "at" and "dot" spelt out, bracketed or not.
	spelledEmailRE = regexp.MustCompile(`\b(?:[\w%+-]+` + dot + `){0,3}[\w.%+-]+` + at + `[\w-]+(?:` + dot + `[\w-]+){0,3}` + dot + endings + `\b`)
	// "sam at gmail.com", only with providers of mailboxes: people also write "look
	// at example.com".
	mailboxRE = regexp.MustCompile(`\b[\w.%+-]+` + at + `(?:gmail|googlemail|hotmail|outlook|live|msn|yahoo|ymail|icloud|me|aol|proton|protonmail|btinternet|sky|virginmedia|talktalk)\.(?:com|me|co\.uk|net)\b`)

	byAddress = &rule{URL, 0.9, "the form of a web address"}
	urlRE     = regexp.MustCompile(`\b(?:https?://|www\.)[^\s<>"]+`)
	domainRE  = regexp.MustCompile(`\b(?:[a-z0-9-]+\.)+` + endings + `\b(?:/[^\s<>"]*)?|\b(?:t|wa|fb|m)\.me/[^\s<>"]+`)

	byAtSign      = &rule{Handle, 0.9, "a name after @"}
	byPlatform    = &rule{Handle, 0.8, "a name on a network that is named before it"}
	handleRE      = regexp.MustCompile(`(?:^|[^\w@.])(?P<it>@[a-z0-9_](?:[a-z0-9_.]{0,28}[a-z0-9_]))`)
	namedHandleRE = regexp.MustCompile(platform + `(?: (?:name|handle|username|user|account|id))?(?:\s*:\s*|\s+(?:is|as)\s+)(?P<it>[a-z0-9_][a-z0-9_.]{1,29})`)
	bareHandleRE  = regexp.MustCompile(platform + `(?: (?:name|handle|username|user|account|id))?\s+(?P<it>[a-z0-9_][a-z0-9_.]{1,29})`)
)

func emails(v *view) []span {
	signs := v.windows(v.marks("@"), 72, 72)
	out := v.search(signs, emailRE, byForm, nil)
	out = append(out, v.search(signs, apartEmailRE, bySpelled, nil)...)
	out = append(out, v.search(v.windows(v.marks("dot"), 72, 72), spelledEmailRE, bySpelled, nil)...)
	return append(out, v.search(v.windows(v.innerDots(), 72, 24), mailboxRE, bySpelled, nil)...)
}

func urls(v *view) []span {
	out := v.search(v.windows(v.marks("://", "www."), 8, 8), urlRE, byAddress, nil)
	out = append(out, v.search(v.windows(v.innerDots(), 8, 8), domainRE, byAddress, nil)...)
	for i, s := range out {
		// What ends a sentence does not end an address.
		out[i].end = s.start + len(strings.TrimRight(v.low[s.start:s.end], `.,;:!?)]}'"`))
	}
	return out
}

func handles(v *view) []span {
	out := v.search(v.windows(v.marks("@"), 2, 32), handleRE, byAtSign, nil)
	var named []extent
	for i := range v.words {
		if w := &v.words[i]; w.class&network != 0 {
			named = append(named, extent{int32(w.start), int32(w.end)})
		}
	}
	after := v.windows(named, 2, 56)
	out = append(out, v.search(after, namedHandleRE, byPlatform, func(start, end int) bool {
		return looksMade(v.low[start:end]) || strings.HasSuffix(strings.TrimRight(v.low[:start], " "), ":")
	})...)
	return append(out, v.search(after, bareHandleRE, byPlatform, func(start, end int) bool { return looksMade(v.low[start:end]) })...)
}

// looksMade reports whether a word has what ordinary words have not.
func looksMade(s string) bool {
	return strings.ContainsAny(strings.TrimRight(s, "."), "_.") || strings.ContainsAny(s, "0123456789") && strings.ContainsAny(s, "abcdefghijklmnopqrstuvwxyz")
}

// maxPhone is the most digits a phone number has with its country code (E.164)
// and "00" before it.
const maxPhone = 17

var (
	byPlan   = &rule{Phone, 0.97, "a phone number of the numbering plan"}
	byCalled = &rule{Phone, 0.6, "as many digits as a phone number, beside a word such as “ring”"}

	// An o among digits passes for 0, an l or i for 1.
	asDigit    = strings.NewReplacer("o", "0", "l", "1", "i", "1")
	phoneCueRE = regexp.MustCompile(`\b(?:phone|tel|telephone|telefon\w*|mobile|mob|cell|call|ring|text|txt|whatsapp|fax|dial|reach|numer|contact|desk|answering|messages to|registered)\b`)
	// As in America, with its area code apart.
	byAbroad = &rule{Phone, 0.5, "the form of a phone number abroad"}
	abroadRE = regexp.MustCompile(`(?:\+?\b1[-. ])?(?:\([0-9]{3}\) ?|\b[0-9]{3}[-.])[0-9]{3}[-.][0-9]{4}(?:x[0-9]{1,5})?\b`)
	// As in much of Europe, from within the country: a 0, then groups.
	groupedRE    = regexp.MustCompile(`\b0[0-9]{2,4}[ -](?:[0-9]{3}(?:[ -][0-9]{2,4}){1,3}|[0-9]{2}(?:[ -][0-9]{2}){2}|[0-9]{7})\b`)
	phoneAfterRE = regexp.MustCompile(`^\W{1,2}(?:office|fax|mobile|mob|home|work|tel|phone|cell|landline)\b`)
	dateRE       = regexp.MustCompile(`^[0-9]{1,2}[-./][0-9]{1,2}[-./](?:19|20)[0-9]{2}(?:[^0-9]|$)`)
)

// phoneDigits returns the digits of a word that may be part of a phone number.
func (v *view) phoneDigits(w *word) string {
	s := v.low[w.start:w.end]
	if w.numeric {
		return s
	}
	if w.mixed && strings.Trim(s, "0123456789oli") == "" {
		return asDigit.Replace(s)
	}
	return ""
}

// between reports whether s may stand between two parts of one phone number.
func between(s string) bool { return len(s) <= 4 && strings.Trim(s, " \t().-_*/") == "" }

// phones finds phone numbers however they are spaced.
func phones(v *view) []span {
	signs := v.near(4, 16, 9)
	out := append(v.search(signs, abroadRE, byAbroad, nil), v.search(signs, groupedRE, byAbroad, nil)...)
	for i := 0; i < len(v.words); i++ {
		first := &v.words[i]
		if !first.numeric && !first.mixed || v.phoneDigits(first) == "" {
			continue
		}
		start := first.start
		plus := start > 0 && v.low[start-1] == '+'
		if plus {
			start--
		}
		digits, end, last, read := "", 0, i, i
		var by *rule
		for j := i; j < min(len(v.words), i+2*maxPhone) && len(digits) <= maxPhone; j++ {
			w := &v.words[j]
			d := v.phoneDigits(w)
			if d == "" || j > i && !between(v.low[v.words[j-1].end:w.start]) {
				break
			}
			digits, read = digits+d, j
			if isPhone(digits, plus) {
				end, last, by = w.end, j, byPlan
			}
		}
		if end > 0 && !plus && dateRE.MatchString(v.low[start:min(len(v.low), start+12)]) {
			continue
		}
		if end == 0 && len(digits) >= 7 && len(digits) <= 15 {
			to := v.words[read].end
			if phoneCueRE.MatchString(v.low[max(0, start-40):start]) || phoneAfterRE.MatchString(v.low[to:min(len(v.low), to+12)]) {
				end, last, by = to, read, byCalled
			}
		}
		if end > 0 {
			// "(020) 7946 0123"
			if start > 0 && v.low[start-1] == '(' && strings.Contains(v.low[start:end], ")") {
				start--
			}
			out = append(out, span{start, end, by})
			i = last
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
		// Eleven digits of the National Telephone Numbering Plan are enough: the
		// library leaves out ranges not yet allocated, and those kept for drama.
		if len(national) == 11 && planned(national) {
			return true
		}
		// Parsing is slow, so it is kept for what has the form.
		if len(national) < 10 || len(national) > 11 || strings.IndexByte("123589", national[1]) < 0 {
			return false
		}
		n, err := phonenumbers.Parse(national, "GB")
		return err == nil && phonenumbers.IsValidNumberForRegion(n, "GB")
	}
	if international == "" || international[0] == '0' {
		return false
	}
	n, err := phonenumbers.Parse("+"+international, "GB")
	return err == nil && phonenumbers.IsValidNumber(n)
}

// planned reports whether the first digits of a national number are in use.
func planned(national string) bool {
	third := national[2]
	switch national[1] {
	case '1':
		return third != '0'
	case '2':
		return strings.IndexByte("03489", third) >= 0
	case '3':
		return strings.IndexByte("0347", third) >= 0
	case '5':
		return third == '5' || third == '6'
	case '7':
		return true
	case '8':
		return strings.IndexByte("0478", third) >= 0
	case '9':
		return strings.IndexByte("018", third) >= 0
	}
	return false
}
