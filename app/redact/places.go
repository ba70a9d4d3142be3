package redact

import (
	"regexp"
	"strings"
)

const (
	streets   = `(?:Road|Rd|Street|St|Avenue|Ave|Lane|Ln|Close|Drive|Crescent|Gardens|Gdns|Grove|Way|Court|Terrace|Place|Square|Hill|Mews|Row|Walk|Parade|Broadway|Rise)`
	buildings = `(?:House|Court|Tower|Towers|Lodge|Mansions|Heights|Point|Buildings|Place)`
	flat      = `(?:[Ff]lat|[Uu]nit|[Rr]oom|[Aa]partment|[Aa]pt)\.?\s*(?:[0-9]{1,4}[A-Za-z]?|[A-Z])`
	// One to three capitalised words.
	proper = `(?:\p{Lu}[\p{L}'.]*\s+){1,3}`
)

var (
	byHouse = &rule{Address, 0.9, "a house number and a street"}
	byFlat  = &rule{Address, 0.85, "a flat and a building"}

	addressRE = regexp.MustCompile(`(?:\b` + flat + `,?\s+)?\b(?P<number>[0-9]{1,4}[A-Za-z]?(?:\s?-\s?[0-9]{1,4}[A-Za-z]?)?),?\s+` + proper + streets + `\b`)
	flatRE    = regexp.MustCompile(`\b(?P<number>` + flat + `),?\s+` + proper + buildings + `\b`)
	// The same in small letters, with one or two words that could be a street's.
	smallAddressRE = regexp.MustCompile(`\b(?P<number>[0-9]{1,3}[a-z]?)\s+(?P<words>[a-z']{3,}(?:\s+[a-z']{3,})?)\s+(?:road|rd|street|avenue|ave|lane|close|crescent|drive|terrace|gardens|grove)\b`)
	yearRE         = regexp.MustCompile(`^(?:19|20)[0-9]{2}$`)
	routeCueRE     = regexp.MustCompile(`(?:\b(?:route|routes|bus|buses|junction|zone|phase|pspo|section|question)|[0-9][:.,]|[./£$€-])\s*$`)
	notStreets     = set(`the and for from with per off off-peak into near down along across year years month months week weeks day days
		night nights hour hours minute minutes mile miles metre metres meter meters yard yards feet people person women woman
		men man girls boys residents workers cars car van vans buses lights shops houses homes main busy quiet other more side
		whole this that our their same different residential public incidents complaints times streets on in of`)
)

// addresses finds a house number with its street, or a flat with its building. A
// street alone is a place, not an address.
func addresses(v *view) []span {
	var out []span
	// A number is looked at if the last word of a street or building comes after it.
	numbers := v.numbers(func(i int) bool {
		for j := i + 1; j < min(len(v.words), i+6); j++ {
			if v.words[j].class&head != 0 {
				return true
			}
		}
		return false
	})
	for _, w := range v.windows(numbers, 24, 72) {
		for _, x := range []struct {
			re *regexp.Regexp
			by *rule
		}{{addressRE, byHouse}, {flatRE, byFlat}, {smallAddressRE, byHouse}} {
			number, words := x.re.SubexpIndex("number"), x.re.SubexpIndex("words")
			for _, m := range x.re.FindAllStringSubmatchIndex(v.text[w.start:w.end], -1) {
				for i := range m {
					if m[i] >= 0 {
						m[i] += int(w.start)
					}
				}
				if yearRE.MatchString(v.text[m[2*number]:m[2*number+1]]) || v.cued(routeCueRE, m[0]) {
					continue
				}
				street := true
				if words >= 0 {
					for _, word := range strings.Fields(v.text[m[2*words]:m[2*words+1]]) {
						street = street && !notStreets[word]
					}
				}
				if street {
					out = append(out, span{m[0], m[1], x.by})
				}
			}
		}
	}
	return out
}
