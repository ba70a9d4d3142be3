package redact

import (
	"math/big"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// joins reports whether text[start:end] runs on into a letter or digit.
func joins(text string, start, end int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:start])
	after, _ := utf8.DecodeRuneInString(text[end:])
	return alphanumeric(before) || alphanumeric(after)
}

func alphanumeric(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// compact returns the ASCII letters and digits of s, in capitals.
func compact(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9', r >= 'A' && r <= 'Z':
			return r
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		}
		return -1
	}, s)
}

// cued reports whether cue matches in the 40 bytes before start.
func cued(cue *regexp.Regexp, text string, start int) bool {
	return cue.MatchString(text[max(0, start-40):start])
}

var (
	postcodeRE = regexp.MustCompile(`(?i)\b([a-z]{1,2})[0-9][0-9a-z]?[\s.-]{0,2}(?P<inward>[0-9][abd-hjlnp-uw-z]{2})\b`)
	ordinalRE  = regexp.MustCompile(`^(?:1st|2nd|3rd|[0-9]th)$`)
	// The areas of the postcode, as the Royal Mail allocates them.
	areas = set(`AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX
		FK FY G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP
		NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA
		WC WD WF WN WR WS WV YO ZE`)
)

func set(words string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(words) {
		out[w] = true
	}
	return out
}

// postcodes finds full postcodes. A district alone ("IG1") is left: it names no
// household.
func postcodes(text string) []span {
	var out []span
	for _, m := range postcodeRE.FindAllStringSubmatchIndex(text, -1) {
		// "the W19 4th in line"
		if areas[compact(text[m[2]:m[3]])] && !ordinalRE.MatchString(text[m[4]:m[5]]) {
			out = append(out, span{m[0], m[1], Postcode})
		}
	}
	return out
}

var (
	// Two letters, the age (02 to 29 for March, 51 to 79 for September), three
	// letters. I and Q are not used, nor Z before the age.
	currentPlateRE = regexp.MustCompile(`(?i)\b[a-hj-pr-y]{2}(?:0[2-9]|[12][0-9]|5[1-9]|[67][0-9])[ -]?[a-hj-pr-z]{3}\b`)
	// 1983 to 2001: a letter for the year, up to three digits, three letters.
	prefixPlateRE = regexp.MustCompile(`(?i)\b[a-hj-npr-tv-y][0-9]{1,3}[ -]?[a-hj-pr-z]{3}\b`)
	// 1963 to 1983: the other way round.
	suffixPlateRE = regexp.MustCompile(`(?i)\b[a-hj-pr-z]{3}[ -]?[0-9]{1,3}[a-hj-npr-tv-y]\b`)
	plateCueRE    = regexp.MustCompile(`(?i)\b(?:reg|registration|plates?|vrm|vehicle|car|van|lorry|taxi|cab)\b`)
	plateWords    = set(`ADD AGE ALL AND ANY ARE ATE BAD BAN BAR BED BIG BUS BUT BUY BYE CAB CAN CAR CUT DAY DID END EVE FAR FEW FLY FOR
		GET GOT GUN HAD HAS HER HOW HUB JAM JOB LAW LAY LED LET LOT MAN MAP MAY MEN NEW NOR NOT NOW OFF OLD ONE OUR OUT OWN
		PAY PER PUB PUT RAN RED ROW RUN SAT SAW SAY SEA SEE SET SHE SOT TAX TEA TEN THE TOO TOP TWO USE VAN WAR WAS WAY WET
		WHO WHY YES YET YOU FLAT ROAD`)
)

// plates finds registration marks. One in small letters must follow a word such
// as "reg": otherwise "no10 and" would be one. One whose letters spell a word
// ("A12 THE") must have no space.
func plates(text string) []span {
	var out []span
	for _, re := range []*regexp.Regexp{currentPlateRE, prefixPlateRE, suffixPlateRE} {
		for _, s := range all(re, NumberPlate, text, nil) {
			mark := text[s.start:s.end]
			parts := strings.FieldsFunc(mark, func(r rune) bool { return r == ' ' || r == '-' })
			spells := len(parts) == 2 && slices.ContainsFunc(parts, func(p string) bool { return plateWords[strings.ToUpper(p)] })
			capitals := strings.ToUpper(mark) == mark
			if cued(plateCueRE, text, s.start) || capitals && !spells {
				out = append(out, s)
			}
		}
	}
	return out
}

var niRE = regexp.MustCompile(`(?i)\b[a-ceghj-prstw-z][a-ceghj-nprstw-z][ -]?[0-9]{2}[ -]?[0-9]{2}[ -]?[0-9]{2}[ -]?[a-d]\b`)

// nationalInsurance finds National Insurance numbers by the rules HMRC publishes
// for the prefix (NIM39110).
func nationalInsurance(text string) []span {
	return all(niRE, NationalInsurance, text, func(s string) bool {
		switch compact(s)[:2] {
		case "BG", "GB", "KN", "NK", "NT", "TN", "ZZ":
			return false
		}
		return true
	})
}

var (
	nhsRE    = regexp.MustCompile(`\b[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}\b`)
	nhsCueRE = regexp.MustCompile(`(?i)\bnhs\b`)
)

// nhsNumbers finds NHS numbers by their check digit. One in ten or so of all
// ten-digit numbers passes, so it must be spaced as NHS numbers are or follow
// "NHS".
func nhsNumbers(text string) []span {
	var out []span
	for _, s := range all(nhsRE, NHS, text, isNHS) {
		if s.end-s.start == 12 || cued(nhsCueRE, text, s.start) {
			out = append(out, s)
		}
	}
	return out
}

// isNHS reports whether the ten digits, weighted 10 down to 1, come to a multiple
// of 11.
func isNHS(s string) bool {
	sum := 0
	for i, d := range compact(s) {
		sum += int(d-'0') * (10 - i)
	}
	return sum%11 == 0
}

var cardRE = regexp.MustCompile(`\b[2-6](?:[ -]?[0-9]){12,18}\b`)

func cards(text string) []span {
	return all(cardRE, Card, text, func(s string) bool { return isLuhn(compact(s)) })
}

// isLuhn reports whether digits pass the check of ISO/IEC 7812-1.
func isLuhn(digits string) bool {
	sum := 0
	for i, d := range digits {
		n := int(d - '0')
		if (len(digits)-i)%2 == 0 {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return sum%10 == 0
}

const (
	sortCode      = `\b[0-9]{2}([ -]?)[0-9]{2}[ -]?[0-9]{2}\b`
	accountNumber = `\b[0-9]{4} ?[0-9]{4}\b`
)

var accountREs = []*regexp.Regexp{
	// A sort code and an account number near each other, either first.
	regexp.MustCompile(`\b[0-9]{2}-[0-9]{2}-[0-9]{2}\b[^0-9\n]{1,30}` + accountNumber),
	regexp.MustCompile(accountNumber + `[^0-9\n]{1,30}\b[0-9]{2}-[0-9]{2}-[0-9]{2}\b`),
	// Either alone, when it is named.
	regexp.MustCompile(`(?i)\bsort ?code\b[^0-9\n]{0,10}(?P<it>` + sortCode + `)`),
	regexp.MustCompile(`(?i)\b(?:account|acc|a/c)(?: ?(?:number|no|num|n[o°]))?\b[^0-9\n]{0,10}(?P<it>` + accountNumber + `)`),
}

func accounts(text string) []span {
	var out []span
	for _, re := range accountREs {
		out = append(out, all(re, Account, text, nil)...)
	}
	return out
}

var ibanRE = regexp.MustCompile(`(?i)\b[a-z]{2}[0-9]{2}(?: ?[a-z0-9]{4}){2,7}(?: ?[a-z0-9]{1,4})?\b`)

// ibans finds IBANs by their check digits. A match may run on into the words that
// follow, so its last words are dropped until the check passes.
func ibans(text string) []span {
	var out []span
	for _, s := range all(ibanRE, Account, text, nil) {
		for it := text[s.start:s.end]; ; {
			if isIBAN(compact(it)) {
				out = append(out, span{s.start, s.start + len(it), Account})
				break
			}
			last := strings.LastIndexByte(it, ' ')
			if last < 0 {
				break
			}
			it = it[:last]
		}
	}
	return out
}

// isIBAN reports whether s leaves 1 by 97 with its first four characters moved to
// the end and A to Z counted as 10 to 35 (ISO 13616).
func isIBAN(s string) bool {
	if len(s) < 15 || len(s) > 34 {
		return false
	}
	var digits strings.Builder
	for _, r := range s[4:] + s[:4] {
		if r >= 'A' {
			digits.WriteString(big.NewInt(int64(r - 'A' + 10)).String())
		} else {
			digits.WriteRune(r)
		}
	}
	n, ok := new(big.Int).SetString(digits.String(), 10)
	return ok && n.Mod(n, big.NewInt(97)).Int64() == 1
}
