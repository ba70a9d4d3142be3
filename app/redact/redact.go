// Package redact finds what in a text could identify somebody, so that an
// officer can take it out before the text is shown to anybody else.
//
// It suggests; people decide. A suggestion may be wrong, and a text without any
// may still identify its writer by what it tells. It looks for what the rules of
// the thing itself can confirm (check digits, allocated prefixes) or what a
// strong cue announces ("my name is"), because officers stop reading suggestions
// that are mostly wrong. Who somebody is in the matter (a resident, a sex worker)
// is what a consultation is about and is never suggested.
//
// All matching is linear in the length of the text, whatever the text.
package redact

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Kind is what a suggestion takes the text to be, in words fit to be shown.
type Kind string

const (
	Phone             Kind = "phone number"
	Email             Kind = "email address"
	URL               Kind = "web address"
	Handle            Kind = "username"
	Postcode          Kind = "postcode"
	NumberPlate       Kind = "number plate"
	NationalInsurance Kind = "National Insurance number"
	NHS               Kind = "NHS number"
	Card              Kind = "card number"
	Account           Kind = "bank account" // a sort code and account number, or an IBAN
	Address           Kind = "address"      // a house number and street
	Name              Kind = "name"
)

// Kinds lists every kind.
var Kinds = []Kind{Phone, Email, URL, Handle, Postcode, NumberPlate, NationalInsurance, NHS, Card, Account, Address, Name}

// Suggestion is a part of a text to be replaced.
type Suggestion struct {
	Start, End  int // in Unicode code points; End is the first one left alone
	Kind        Kind
	Replacement string // such as "[phone number]"
}

// Suggest returns what it suggests replacing in text, in order and without
// overlaps. Where two findings overlap it suggests both together, as the longer.
func Suggest(text string) []Suggestion {
	f := fold(text)
	var found []span
	for _, detect := range []func(string) []span{
		emails, urls, handles, phones, postcodes, plates, nationalInsurance,
		nhsNumbers, cards, accounts, ibans, addresses, names,
	} {
		found = append(found, detect(f.text)...)
	}
	var out []Suggestion
	for _, s := range merge(found) {
		start, end := f.original(s)
		out = append(out, Suggestion{start, end, s.kind, "[" + string(s.kind) + "]"})
	}
	return out
}

// Apply returns text with each suggestion replaced. Suggestions may be in any
// order; one that is empty, reaches outside the text or overlaps one that starts
// before it is left out.
func Apply(text string, suggestions []Suggestion) string {
	inOrder := slices.Clone(suggestions)
	slices.SortStableFunc(inOrder, func(a, b Suggestion) int { return a.Start - b.Start })
	// starts holds where each code point starts, and where the last ends.
	var starts []int
	for i := range text {
		starts = append(starts, i)
	}
	starts = append(starts, len(text))

	var b strings.Builder
	done := 0
	for _, s := range inOrder {
		if s.Start < done || s.End <= s.Start || s.End >= len(starts) {
			continue
		}
		b.WriteString(text[starts[done]:starts[s.Start]])
		b.WriteString(s.Replacement)
		done = s.End
	}
	b.WriteString(text[starts[done]:])
	return b.String()
}

// span is a finding, in bytes of the text searched.
type span struct {
	start, end int
	kind       Kind
}

// merge puts spans in order and joins those that overlap.
func merge(found []span) []span {
	slices.SortStableFunc(found, func(a, b span) int { return a.start - b.start })
	var out []span
	longest := 0 // of the findings joined in the last of out
	for _, s := range found {
		if n := len(out); n > 0 && s.start < out[n-1].end {
			last := &out[n-1]
			last.end = max(last.end, s.end)
			if s.end-s.start > longest {
				last.kind, longest = s.kind, s.end-s.start
			}
			continue
		}
		out, longest = append(out, s), s.end-s.start
	}
	return out
}

// folded is a text as the detectors see it: full-width, circled and other
// compatibility forms made plain (NFKC), invisible characters gone, every dash a
// hyphen, and letters of other alphabets that pass for Latin ones made Latin.
type folded struct {
	text string
	at   []int // by byte of text: the code point of the original it came from
}

func fold(text string) folded {
	var b strings.Builder
	var at []int
	i := 0
	for _, r := range text {
		before := b.Len()
		switch {
		case r < unicode.MaxASCII:
			b.WriteRune(r)
		case unicode.Is(unicode.Cf, r), unicode.Is(unicode.Variation_Selector, r):
		case unicode.Is(unicode.Pd, r), r == '\u2212':
			b.WriteByte('-')
		default:
			if latin, ok := lookalikes[r]; ok {
				r = latin
			}
			b.WriteString(norm.NFKC.String(string(r)))
		}
		for range b.Len() - before {
			at = append(at, i)
		}
		i++
	}
	return folded{b.String(), at}
}

// original returns where s is in the original, in code points.
func (f folded) original(s span) (start, end int) {
	return f.at[s.start], f.at[s.end-1] + 1
}

// lookalikes are the Cyrillic and Greek letters that are drawn as Latin ones.
var lookalikes = map[rune]rune{
	'А': 'A', 'В': 'B', 'Е': 'E', 'К': 'K', 'М': 'M', 'Н': 'H', 'О': 'O', 'Р': 'P', 'С': 'C', 'Т': 'T', 'Х': 'X', 'У': 'Y',
	'а': 'a', 'е': 'e', 'о': 'o', 'р': 'p', 'с': 'c', 'х': 'x', 'у': 'y', 'і': 'i', 'ѕ': 's', 'ј': 'j',
	'Α': 'A', 'Β': 'B', 'Ε': 'E', 'Ζ': 'Z', 'Η': 'H', 'Ι': 'I', 'Κ': 'K', 'Μ': 'M', 'Ν': 'N', 'Ο': 'O', 'Ρ': 'P', 'Τ': 'T', 'Υ': 'Y', 'Χ': 'X',
	'ο': 'o', 'ν': 'v',
}
