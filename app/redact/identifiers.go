package redact

import (
	"math/big"
	"regexp"
	"slices"
	"strings"
)

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
func (v *view) cued(cue *regexp.Regexp, start int) bool {
	return cue.MatchString(v.low[max(0, start-40):start])
}

// near returns windows around the digits, for codes that are written close
// together; those with fewer than least digits are left out.
func (v *view) near(back, ahead, least int) []extent {
	all := v.windows(v.digits, back, ahead)
	if least <= 1 {
		return all
	}
	out := all[:0]
	for _, w := range all {
		n := 0
		for i := w.start; i < w.end && n < least; i++ {
			if isDigit(v.low[i]) {
				n++
			}
		}
		if n == least {
			out = append(out, w)
		}
	}
	return out
}

// numbers returns where the numbers are, and the words of letters and digits, of
// which ok says so.
func (v *view) numbers(ok func(i int) bool) []extent {
	var out []extent
	for i := range v.words {
		if w := &v.words[i]; (w.numeric || w.mixed) && ok(i) {
			out = append(out, extent{int32(w.start), int32(w.end)})
		}
	}
	return out
}

// codes returns windows around the words of letters and digits.
func (v *view) codes(reach int) []extent {
	return v.windows(v.numbers(func(i int) bool { return v.words[i].mixed }), reach, reach)
}

var (
	byPostcode = &rule{Postcode, 0.97, "a full postcode in an area that Royal Mail has"}
	byDistrict = &rule{Postcode, 0.6, "a postcode district that the writer says is theirs"}

	postcodeRE = regexp.MustCompile(`\b([a-z]{1,2})[0-9][0-9a-z]?[\s.-]{0,2}(?P<inward>[0-9][abd-hjlnp-uw-z]{2})\b`)
	districtRE = regexp.MustCompile(`\b(?:post ?code(?: (?:is|area|district|of))*\W{1,3}|(?:i|we) (?:live|lived|am|are|stay) (?:here )?in (?:the )?)(?P<it>([a-z]{1,2})[0-9][0-9a-z]?)\b`)
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

// postcodes finds full postcodes. A district alone ("IG1") names no household, so
// it must be said to be the writer's.
func postcodes(v *view) []span {
	windows := v.codes(8)
	out := v.search(windows, postcodeRE, byPostcode, func(start, end int) bool {
		code := v.low[start:end]
		// "the W19 4th in line"
		return areas[area(code)] && !ordinalRE.MatchString(code[len(code)-3:])
	})
	return append(out, v.search(v.codes(40), districtRE, byDistrict, func(start, end int) bool {
		return areas[area(v.low[start:end])]
	})...)
}

// area returns the letters a postcode begins with, in capitals.
func area(code string) string {
	i := strings.IndexAny(code, "0123456789")
	return strings.ToUpper(code[:i])
}

var (
	byPlate     = &rule{NumberPlate, 0.9, "the form of a number plate"}
	byCuedPlate = &rule{NumberPlate, 0.9, "the form of a number plate, after a word such as “reg”"}

	plateREs = []*regexp.Regexp{
		// Two letters, the age (02 to 29 for March, 51 to 79 for September), three
		// letters. I and Q are not used, nor Z before the age.
		regexp.MustCompile(`\b[a-hj-pr-y]{2}(?:0[2-9]|[12][0-9]|5[1-9]|[67][0-9])[ -]?[a-hj-pr-z]{3}\b`),
		regexp.MustCompile(`\b[a-hj-pr-y]{2}[ -](?:0[2-9]|[12][0-9]|5[1-9]|[67][0-9])[ -]?[a-hj-pr-z]{3}\b`),
		// 1983 to 2001: a letter for the year, up to three digits, three letters.
		regexp.MustCompile(`\b[a-hj-npr-tv-y][0-9]{1,3}[ -]?[a-hj-pr-z]{3}\b`),
		// 1963 to 1983: the other way round.
		regexp.MustCompile(`\b[a-hj-pr-z]{3}[ -]?[0-9]{1,3}[a-hj-npr-tv-y]\b`),
	}
	// Before 1963, in Northern Ireland and bought ones: any letters and digits.
	datelessRE = regexp.MustCompile(`\b(?:reg|registration|number ?plate|licence plate|plate|vrm)(?: (?:no|number|mark|is|was|the)\b\.?)*\W{0,3}(?P<it>[a-z]{1,3}[ -]?[0-9]{1,4}|[0-9]{1,4}[ -]?[a-z]{1,3})\b`)
	plateCueRE = regexp.MustCompile(`\b(?:reg|registration|plates?|vrm|vehicle|car|van|lorry|taxi|cab)\b`)
	plateWords = set(`ADD AGE ALL AND ANY ARE ATE BAD BAN BAR BED BIG BUS BUT BUY BYE CAB CAN CAR CUT DAY DID END EVE FAR FEW FLY FOR
		GET GOT GUN HAD HAS HER HOW HUB JAM JOB LAW LAY LED LET LOT MAN MAP MAY MEN NEW NOR NOT NOW OFF OLD ONE OUR OUT OWN
		PAY PER PUB PUT RAN RED ROW RUN SAT SAW SAY SEA SEE SET SHE SOT TAX TEA TEN THE TOO TOP TWO USE VAN WAR WAS WAY WET
		WHO WHY YES YET YOU FLAT ROAD AT IN ON OF TO BY AM PM IS IT AS OR SO NO UP WE X`)
)

// plates finds registration marks. One in small letters must follow a word such
// as "reg": otherwise "no10 and" would be one. One whose letters spell a word
// ("A12 THE") must have no space, but for the present form, of which no road or
// route is called.
func plates(v *view) []span {
	var out []span
	windows := v.codes(8)
	spells := func(mark string) bool {
		parts := strings.FieldsFunc(mark, func(r rune) bool { return r == ' ' || r == '-' })
		return len(parts) > 1 && slices.ContainsFunc(parts, func(p string) bool { return plateWords[strings.ToUpper(p)] })
	}
	capitals := func(start, end int) bool { return strings.ToUpper(v.text[start:end]) == v.text[start:end] }
	for i, re := range plateREs {
		for _, s := range v.search(windows, re, byPlate, nil) {
			if v.cued(plateCueRE, s.start) {
				s.rule = byCuedPlate
				out = append(out, s)
			} else if capitals(s.start, s.end) && (i == 0 || !spells(v.text[s.start:s.end])) {
				out = append(out, s)
			}
		}
	}
	return append(out, v.search(v.windows(v.marks("reg", "plate", "vrm"), 16, 40), datelessRE, byCuedPlate, func(start, end int) bool {
		return capitals(start, end) && !spells(v.text[start:end])
	})...)
}

var (
	byNI = &rule{NationalInsurance, 0.97, "the form of a National Insurance number, with a prefix that is given out"}
	niRE = regexp.MustCompile(`\b[a-ceghj-prstw-z] ?[a-ceghj-nprstw-z][ .-]{0,2}[0-9]{2}[ .-]?[0-9]{2}[ .-]?[0-9]{2}[ .-]{0,2}[a-d]\b`)
)

// nationalInsurance finds National Insurance numbers by the rules HMRC publishes
// for the prefix (NIM39110).
func nationalInsurance(v *view) []span {
	return v.search(v.near(6, 6, 6), niRE, byNI, func(start, end int) bool {
		switch compact(v.low[start:end])[:2] {
		case "BG", "GB", "KN", "NK", "NT", "TN", "ZZ":
			return false
		}
		return true
	})
}

var (
	byNHS    = &rule{NHS, 0.95, "ten digits with the check digit of an NHS number"}
	nhsRE    = regexp.MustCompile(`\b[0-9]{3}[ .-]?[0-9]{3}[ .-]?[0-9]{4}\b`)
	nhsCueRE = regexp.MustCompile(`\bnhs\b`)
)

// nhsNumbers finds NHS numbers by their check digit. One in ten or so of all
// ten-digit numbers passes, so it must be spaced as NHS numbers are or follow
// "NHS".
func nhsNumbers(v *view) []span {
	return v.search(v.near(10, 10, 10), nhsRE, byNHS, func(start, end int) bool {
		return isNHS(v.low[start:end]) && (end-start == 12 || nhsCueRE.MatchString(v.sentence(start, end)))
	})
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

var (
	byLuhn = &rule{Card, 0.95, "the digits of a payment card, with their check digit"}
	cardRE = regexp.MustCompile(`\b(?:[2-6]|1800)(?:[ .-]?[0-9]){11,18}\b`)
)

// cards finds card numbers.
func cards(v *view) []span {
	return v.longest(v.search(v.near(24, 24, 12), cardRE, byLuhn, nil), " .-", func(digits string) bool {
		// Twelve digits are Maestro's only.
		return len(digits) >= 12 && (len(digits) > 12 || digits[0] >= '5') && isLuhn(digits)
	})
}

// longest keeps of each of found the longest beginning that passes, without the
// separators in it, and nothing where none does: a match may run on into the
// digits or words that follow, so it is cut at its separators, the last first.
func (v *view) longest(found []span, separators string, passes func(compact string) bool) []span {
	var out []span
	for _, s := range found {
		for end := s.end - s.start; end >= 0; end = strings.LastIndexAny(v.low[s.start:s.start+end], separators) {
			if passes(compact(v.low[s.start : s.start+end])) {
				out = append(out, span{s.start, s.start + end, s.rule})
				break
			}
		}
	}
	return out
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

var byAccount = &rule{Account, 0.85, "a sort code or an account number, together or named"}

var accountREs = []*regexp.Regexp{
	// A sort code and an account number near each other, either first.
	regexp.MustCompile(`\b[0-9]{2}-[0-9]{2}-[0-9]{2}\b[^0-9\n]{1,30}` + accountNumber),
	regexp.MustCompile(accountNumber + `[^0-9\n]{1,30}\b[0-9]{2}-[0-9]{2}-[0-9]{2}\b`),
	// Either alone, when it is named.
	regexp.MustCompile(`\bsort ?code\b[^0-9\n]{0,24}(?P<it>` + sortCode + `)`),
	regexp.MustCompile(`\b(?:account|acc|a/c)(?: ?(?:number|no|num|n[o°]))?\b[^0-9\n]{0,24}(?P<it>` + accountNumber + `)`),
}

func accounts(v *view) []span {
	var out []span
	windows := v.near(40, 40, 6)
	for _, re := range accountREs {
		out = append(out, v.search(windows, re, byAccount, nil)...)
	}
	return out
}

var (
	byIBAN = &rule{Account, 0.98, "the form and the check digits of an IBAN"}
	ibanRE = regexp.MustCompile(`\b[a-z]{2}[0-9]{2}(?: ?[a-z0-9]{4}){2,7}(?: ?[a-z0-9]{1,4})?\b`)
)

// ibans finds IBANs by their check digits.
func ibans(v *view) []span {
	return v.longest(v.search(v.near(4, 32, 8), ibanRE, byIBAN, nil), " ", isIBAN)
}

var (
	byLicence  = &rule{Licence, 0.95, "the form of a driving licence number"}
	byPassport = &rule{Passport, 0.9, "as many digits as a passport number, after “passport”"}

	// Five letters of the name filled up with 9, the date of birth in another order
	// (5 is added to the month for women), two initials, three more.
	licenceRE  = regexp.MustCompile(`\b[a-z9]{5}[ -]?[0-9](?:0[1-9]|1[0-2]|5[1-9]|6[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9][ -]?[a-z9]{2}[a-z0-9][a-z]{2}(?: ?[0-9]{2})?\b`)
	passportRE = regexp.MustCompile(`\bpassport[^0-9\n]{0,24}\b(?P<it>[a-z]{0,2} ?[0-9]{3} ?[0-9]{3} ?[0-9]{1,3})\b`)
)

func licences(v *view) []span { return v.search(v.near(6, 12, 6), licenceRE, byLicence, nil) }

func passports(v *view) []span {
	return v.search(v.windows(v.marks("passport"), 0, 40), passportRE, byPassport, nil)
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
