// Package measure judges redact on text in which people have marked what must be
// found.
package measure

import (
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"heard/app/measured"
	"heard/app/redact"
)

// Text is a text with what must be found in it.
type Text struct {
	Words string
	Marks []Mark
}

// Mark is a marked part of a text.
type Mark struct {
	Start, End int         // in bytes
	Kind       redact.Kind // "" if it tells something that redact is not asked to find: it is counted neither as found nor as missed
	Obfuscated bool        // spelt so as to be missed
	Free       bool        // with no Kind: a suggestion here is no false alarm either
}

// Set is texts measured together.
type Set struct {
	Name  string
	Texts []Text
	Aside map[string]int // by the set's own name of it: marks that redact is not asked to find
}

//go:embed uk.txt
var uk string

// kinds are the kinds by their names in uk.txt.
var kinds = map[string]redact.Kind{
	"name": redact.Name, "phone": redact.Phone, "email": redact.Email, "url": redact.URL, "handle": redact.Handle,
	"postcode": redact.Postcode, "address": redact.Address, "plate": redact.NumberPlate, "ni": redact.NationalInsurance,
	"nhs": redact.NHS, "card": redact.Card, "account": redact.Account, "licence": redact.Licence, "passport": redact.Passport,
	"date": redact.Date, "age": redact.Age,
}

// UK returns the program's own sets of invented answers by what they are for:
// "development", for which detectors may be changed; "held back"; and "written
// afterwards".
func UK() ([]Set, error) {
	sets := []Set{{Name: "UK, development"}, {Name: "UK, held back"}, {Name: "UK, written afterwards"}}
	part := &sets[0]
	for block := range strings.SplitSeq(uk, "\n\n") {
		block = strings.Trim(block, "\n")
		switch {
		case block == "" || strings.HasPrefix(block, "#"):
		case strings.HasPrefix(block, "="):
			name, _, _ := strings.Cut(strings.TrimPrefix(block, "= "), ":")
			i := slices.IndexFunc(sets, func(s Set) bool { return s.Name == "UK, "+name })
			if i < 0 {
				return nil, fmt.Errorf("no part is called %q", name)
			}
			part = &sets[i]
		default:
			t, err := parse(block)
			if err != nil {
				return nil, fmt.Errorf("text %d of %q: %w", len(part.Texts)+1, part.Name, err)
			}
			part.Texts = append(part.Texts, t)
		}
	}
	return sets, nil
}

var (
	markRE   = regexp.MustCompile(`\{\{(\w+)(!?):([^{}]*)\}\}`)
	escapeRE = regexp.MustCompile(`\\u[0-9a-f]{4}`)
)

// parse reads a text whose marks are written {{kind:words}}.
func parse(block string) (Text, error) {
	block = escapeRE.ReplaceAllStringFunc(block, func(s string) string {
		n, _ := strconv.ParseUint(s[2:], 16, 32) // four hexadecimal digits
		return string(rune(n))
	})
	var t Text
	var b strings.Builder
	done := 0
	for _, m := range markRE.FindAllStringSubmatchIndex(block, -1) {
		b.WriteString(block[done:m[0]])
		kind, ok := kinds[block[m[2]:m[3]]]
		if !ok {
			return Text{}, fmt.Errorf("no kind is called %q", block[m[2]:m[3]])
		}
		start := b.Len()
		b.WriteString(block[m[6]:m[7]])
		t.Marks = append(t.Marks, Mark{Start: start, End: b.Len(), Kind: kind, Obfuscated: m[4] < m[5]})
		done = m[1]
	}
	b.WriteString(block[done:])
	t.Words = b.String()
	if strings.Contains(t.Words, "{{") || strings.Contains(t.Words, "}}") {
		return Text{}, fmt.Errorf("a mark is not closed")
	}
	return t, nil
}

// presidio are the types of the set of the Presidio project that redact is asked
// to find.
var presidio = map[string]redact.Kind{
	"PERSON": redact.Name, "PHONE_NUMBER": redact.Phone, "EMAIL_ADDRESS": redact.Email, "CREDIT_CARD": redact.Card,
	"IBAN_CODE": redact.Account, "DOMAIN_NAME": redact.URL,
}

// identifying are the types of that set that identify somebody, but not in a form
// that is used in Britain, or only beside a name: redact is not asked for them,
// and a suggestion there is no false alarm. What is left tells of bodies, places
// and what people are: a suggestion there is one.
var identifying = map[string]bool{
	"STREET_ADDRESS": true, "ZIP_CODE": true, "US_SSN": true, "US_DRIVER_LICENSE": true, "IP_ADDRESS": true, "AGE": true, "DATE_TIME": true,
}

// Presidio reads texts.csv (id, text) and spans.csv (id, start, end in code
// points, entity_type) of the folder pii_presidio in data.
func Presidio(data string) (Set, error) {
	s := Set{Name: "Presidio", Aside: map[string]int{}}
	texts, err := measured.Read(data, "pii_presidio/texts.csv", "id", "text")
	if err != nil {
		return s, err
	}
	spans, err := measured.Read(data, "pii_presidio/spans.csv", "id", "start", "end", "entity_type")
	if err != nil {
		return s, err
	}
	at := make(map[string]int, len(texts))
	for i, row := range texts {
		at[row[0]] = i
		s.Texts = append(s.Texts, Text{Words: row[1]})
	}
	for _, row := range spans {
		i, ok := at[row[0]]
		if !ok {
			continue // of a text that is not in this part of the set
		}
		t := &s.Texts[i]
		from, err1 := strconv.Atoi(row[1])
		to, err2 := strconv.Atoi(row[2])
		if err1 != nil || err2 != nil || from < 0 || to < from || to > utf8.RuneCountInString(t.Words) {
			return s, fmt.Errorf("spans.csv: a span of %s lies outside its text", row[0])
		}
		m := Mark{Start: offset(t.Words, from), End: offset(t.Words, to), Kind: presidio[row[3]], Free: identifying[row[3]]}
		if m.Kind == "" {
			s.Aside[row[3]]++
		}
		t.Marks = append(t.Marks, m)
	}
	return s, nil
}

// offset returns where the n-th code point of s begins.
func offset(s string, n int) int {
	for i := range s {
		if n == 0 {
			return i
		}
		n--
	}
	return len(s)
}
