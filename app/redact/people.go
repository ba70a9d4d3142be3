package redact

import (
	"regexp"
	"strings"
)

var (
	// A house number, one to three capitalised words and a kind of street.
	addressRE = regexp.MustCompile(`(?:\b(?:[Ff]lat|[Uu]nit|[Rr]oom|[Aa]partment|[Aa]pt)\.?\s*[0-9]{1,4}[A-Za-z]?,?\s+)?` +
		`\b(?P<number>[0-9]{1,4}[A-Za-z]?(?:\s?-\s?[0-9]{1,4}[A-Za-z]?)?),?\s+` +
		`(?:\p{Lu}[\p{L}'’.]*\s+){1,3}` +
		`(?:Road|Rd|Street|St|Avenue|Ave|Lane|Ln|Close|Drive|Crescent|Gardens|Gdns|Grove|Way|Court|Terrace|Place|Square|Hill|Mews|Row|Walk|Parade|Broadway|Rise)\b`)
	// The same in small letters, with one or two words that could be a street's.
	smallAddressRE = regexp.MustCompile(`\b(?P<number>[0-9]{1,3}[a-z]?)\s+(?P<words>[a-z']{3,}(?:\s+[a-z']{3,})?)\s+(?:road|rd|street|avenue|ave|lane|close|crescent|drive|terrace|gardens|grove)\b`)
	yearRE         = regexp.MustCompile(`^(?:19|20)[0-9]{2}$`)
	routeCueRE     = regexp.MustCompile(`(?i)(?:\b(?:route|routes|bus|buses|junction|zone|phase|pspo|section|question)|[:./£$€,-])\s*$`)
	notStreets     = set(`the and for from with per off off-peak into near down along across year years month months week weeks day days
		night nights hour hours minute minutes mile miles metre metres meter meters yard yards feet people person women woman
		men man girls boys residents workers cars car van vans buses lights shops houses homes main busy quiet other more side
		whole this that our their same different residential public incidents complaints times streets on in of`)
)

func addresses(text string) []span {
	var out []span
	for _, re := range []*regexp.Regexp{addressRE, smallAddressRE} {
		number, words := re.SubexpIndex("number"), re.SubexpIndex("words")
		for _, m := range re.FindAllStringSubmatchIndex(text, -1) {
			if yearRE.MatchString(text[m[2*number]:m[2*number+1]]) || cued(routeCueRE, text, m[0]) {
				continue
			}
			street := true
			if words >= 0 {
				for _, w := range strings.Fields(text[m[2*words]:m[2*words+1]]) {
					street = street && !notStreets[w]
				}
			}
			if street {
				out = append(out, span{m[0], m[1], Address})
			}
		}
	}
	return out
}

// capital is a word as names are written.
const capital = `\p{Lu}[\p{L}'’-]+`

var nameREs = []*regexp.Regexp{
	regexp.MustCompile(`(?i:\bmy (?:full |real |first |last |work |working |street )?name(?:['’]?s| is| was)\s+)(?P<it>` + capital + `(?:\s+` + capital + `){0,3})`),
	regexp.MustCompile(`(?i:\bmy (?:full |real |first |last |work |working |street )?name(?:['’]?s| is| was)\s+)(?P<it>\p{Ll}[\p{L}'’-]+)`),
	regexp.MustCompile(`(?i:\b(?:call me|known as|i am called|i'm called|i’m called)\s+)(?P<it>` + capital + `(?:\s+` + capital + `)?)`),
	regexp.MustCompile(`(?i:\b(?:man|woman|lady|girl|boy|guy|bloke|lad|friend|mate|someone|somebody|person|neighbour|son|daughter|child|husband|wife|partner|boyfriend|girlfriend|brother|sister|worker|officer|client|customer|punter|landlord|manager|he is|she is|he's|she's|is)\s+(?:called|named)\s+)(?P<it>` + capital + `(?:\s+` + capital + `)?)`),
	regexp.MustCompile(`\b(?P<it>(?:Mr|MR|Mrs|MRS|Ms|MS|Miss|MISS|Mx|Dr|DR|Prof|Professor|PC|WPC|PCSO|DC|DS|Sgt|Sergeant|Cllr|Councillor|Rev|Reverend)\.?\s+` + capital + `(?:\s+` + capital + `)?)`),
	regexp.MustCompile(`\b(?P<it>(?:mr|mrs)\.?\s+\p{L}[\p{L}'’-]+)`),
	// A signature, alone at the end of a line.
	regexp.MustCompile(`(?mi:\b(?:regards|sincerely|faithfully|signed|yours|thanks)\b[,.]?\s+)(?P<it>` + capital + `(?:[ \t]+` + capital + `){0,2})(?m:[ \t.]*$)`),
}

// notNames are what follow a cue without being a name: what people are in the
// matter, institutions, and the words of "my name is not important".
var notNames = set(`resident residents sex worker workers business trader client clients organisation charity helper volunteer anonymous
	not on in at no known withheld private important being used mud never already unknown irrelevant the a an my to going
	council police hospital school parliament world word office comics universal sincerely faithfully and but it this that so
	none nobody none-of-your-business`)

// names finds names that a strong cue announces, with the title if there is one.
func names(text string) []span {
	var out []span
	for _, re := range nameREs {
		out = append(out, all(re, Name, text, func(s string) bool {
			words := strings.Fields(strings.ToLower(s))
			for _, w := range words {
				if notNames[w] {
					return false
				}
			}
			return true
		})...)
	}
	return out
}
