package redact

import (
	"regexp"
	"strings"
)

const months = `january jan february feb march mar april apr may june jun july jul august aug september sept sep october oct november nov
	december dec ianuarie februarie martie aprilie mai iunie iulie septembrie octombrie noiembrie decembrie
	stycznia lutego marca kwietnia maja czerwca lipca sierpnia wrzesnia pazdziernika listopada grudnia`

var month = `(?:` + strings.Join(strings.Fields(months), "|") + `)`

const (
	weekday = `(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s+)?(?:the\s+)?`
	year    = `(?:,?\s+(?:19|20)[0-9]{2})?`
	clock   = `(?:[0-2]?[0-9](?:[:.][0-5][0-9])?\s?(?:am\b|pm\b|a\.m\.|p\.m\.)|[0-2]?[0-9]:[0-5][0-9]\b|midnight\b|noon\b|(?:half|quarter) past [a-z]+|[a-z]+ o'clock)`
	about   = `(?:about\s+|around\s+|roughly\s+)?`
)

var (
	byBirth  = &rule{Date, 0.95, "a date of birth"}
	byMoment = &rule{Date, 0.7, "a day with its time"}
	byEvent  = &rule{Date, 0.6, "the day on which something happened to somebody"}

	dayRE = regexp.MustCompile(`\b` + weekday + `(?:[0-3]?[0-9](?:st|nd|rd|th)?\s+(?:of\s+)?` + month + `\b` + year +
		`|` + month + `\s+[0-3]?[0-9](?:st|nd|rd|th)?\b` + year +
		`|[0-3]?[0-9][/.-][01]?[0-9][/.-](?:19|20)?[0-9]{2}\b)`)
	timeBeforeRE = regexp.MustCompile(`\b(?:at\s+)?` + about + clock + `,?\s+(?:on\s+)?$`)
	timeAfterRE  = regexp.MustCompile(`^,?\s+(?:at\s+|@\s*)?` + about + clock)

	birthRE    = regexp.MustCompile(`\b(?:born|birthday|birth|dob|d\.o\.b\.?|nascut\w*|urodzi\w*)\b`)
	officialRE = regexp.MustCompile(`\b(?:meetings?|consultation|survey|orders?|pspo|deadline|committee|cabinet|closes?|closing|expires?|expiry|hearing|drop-in|election|court|act|published|notices?|renewed|renewal|introduced|begins?|runs?)\b`)
	someoneRE  = regexp.MustCompile(`\b(?:i|me|my|we|us|he|she|him|her)\b`)
	happenedRE = regexp.MustCompile(`\b(?:attacked|assaulted|raped|robbed|mugged|beaten|beat|hit|punched|kicked|stabbed|threatened|followed|chased|grabbed|spat|stopped|searched|arrested|detained|fined|evicted|moved in|moved here|died|killed|buried|diagnosed|admitted|miscarried|gave birth|married|divorced|lost my|burgled|crashed|knocked down|harassed|abused)\b`)
)

// dates finds dates of birth, and days on which something happened to somebody. A
// date of the consultation, an order or a meeting is nobody's.
func dates(v *view) []span {
	var out []span
	// A number is looked at if a month is beside it, or it is one of several with
	// nothing but a sign between them.
	numbers := v.numbers(func(i int) bool {
		w := &v.words[i]
		if w.end+1 < len(v.low) && strings.IndexByte("/.-", v.low[w.end]) >= 0 && isDigit(v.low[w.end+1]) {
			return true
		}
		for j := max(0, i-2); j < min(len(v.words), i+3); j++ {
			if v.words[j].class&inMonth != 0 {
				return true
			}
		}
		return false
	})
	for _, w := range v.windows(numbers, 24, 48) {
		for _, m := range dayRE.FindAllStringIndex(v.low[w.start:w.end], -1) {
			start, end := int(w.start)+m[0], int(w.start)+m[1]
			timed := false
			from := max(0, start-32)
			if t := timeBeforeRE.FindStringIndex(v.low[from:start]); t != nil {
				start, timed = from+t[0], true
			}
			if t := timeAfterRE.FindStringIndex(v.low[end:min(len(v.low), end+32)]); t != nil {
				end, timed = end+t[1], true
			}
			s := v.sentence(start, end)
			switch {
			case birthRE.MatchString(s):
				out = append(out, span{start, end, byBirth})
			case officialRE.MatchString(s) && !happenedRE.MatchString(s):
			case !someoneRE.MatchString(s):
			case timed:
				out = append(out, span{start, end, byMoment})
			case happenedRE.MatchString(s):
				out = append(out, span{start, end, byEvent})
			}
		}
	}
	return out
}

// sentence returns the sentence around text[start:end] in small letters, 200 bytes
// to each side at most.
func (v *view) sentence(start, end int) string {
	from, to := max(0, start-200), min(len(v.low), end+200)
	const ends = ".!?\n"
	if i := strings.LastIndexAny(v.low[from:start], ends); i >= 0 {
		from += i + 1
	}
	if i := strings.IndexAny(v.low[end:to], ends); i >= 0 {
		to = end + i
	}
	return v.low[from:to]
}
