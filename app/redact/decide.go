package redact

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"heard/models"
)

// Detail is the kind of what only a person would take out: a thing that tells who
// somebody is and has no form of its own. It is never suggested.
const Detail Kind = "detail"

// Item is a part of a text to decide on: suggested, decided, or both.
type Item struct {
	Start, End int               // in bytes of the text, of the words that it is about
	Suggested  *Suggestion       // nil where a person marked them, or they are suggested no longer
	Decided    *models.Redaction // nil while nobody has decided
}

// Sure reports whether the words are taken out until somebody decides.
func (i Item) Sure() bool { return i.Suggested != nil && i.Suggested.Confidence >= Doubtful }

// LetsThrough reports whether a person decided to show words that were taken out
// without them.
func (i Item) LetsThrough() bool {
	d := i.Decided
	if d == nil || i.Suggested != nil && !i.Sure() {
		return false
	}
	return d.State == models.RedactionRefused || d.Start > d.OfStart || d.End < d.OfEnd
}

// hides returns what the item replaces, if it does.
func (i Item) hides() (s Suggestion, hides bool) {
	switch d := i.Decided; {
	case d != nil:
		return Suggestion{Start: d.Start, End: d.End, Kind: Kind(d.Kind), Replacement: d.Replacement}, d.State != models.RedactionRefused
	case i.Sure():
		return *i.Suggested, true
	}
	return Suggestion{}, false
}

// Items puts suggestions on a text and what people decided on it side by side, in
// the order of the text. A suggestion is decided when a person decided on the
// same words or on more, or when they are taken out anyway; so decisions outlive
// what is suggested later. Decisions outside the text, and those on no words, are
// left out.
func Items(text string, suggestions []Suggestion, decisions []models.Redaction) []Item {
	var items []Item
	for i := range decisions {
		d := &decisions[i]
		if !within(text, d.OfStart, d.OfEnd) || d.State != models.RedactionRefused && !within(text, d.Start, d.End) {
			continue
		}
		items = append(items, Item{Start: d.OfStart, End: d.OfEnd, Decided: d})
	}
	decided := len(items)
	for i := range suggestions {
		s := &suggestions[i]
		same := slices.IndexFunc(items[:decided], func(it Item) bool { return it.Start == s.Start && it.End == s.End })
		answered := slices.ContainsFunc(items[:decided], func(it Item) bool {
			h, hides := it.hides()
			return it.Start <= s.Start && s.End <= it.End || hides && h.Start <= s.Start && s.End <= h.End
		})
		switch {
		case same >= 0:
			items[same].Suggested = s
		case !answered:
			items = append(items, Item{Start: s.Start, End: s.End, Suggested: s})
		}
	}
	slices.SortStableFunc(items, func(a, b Item) int { return cmp.Or(a.Start-b.Start, a.End-b.End) })
	return items
}

// within reports whether a span lies in a text, at the edges of whole characters.
func within(text string, start, end int) bool {
	return 0 <= start && start < end && end <= len(text) && utf8.RuneStart(text[start]) && (end == len(text) || utf8.RuneStart(text[end]))
}

// Decided returns text with what its items take out replaced: what a person
// decided, and what is suggested surely and still open. Of two that overlap both
// go, as the longer says. It is the same in whichever order people decided, and
// without decisions it is Text.
func Decided(text string, items []Item) string {
	var out []Suggestion
	for _, it := range items {
		if s, hides := it.hides(); hides {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b Suggestion) int {
		return cmp.Or(a.Start-b.Start, b.End-a.End, cmp.Compare(a.Replacement, b.Replacement))
	})
	joined, longest := out[:0], 0
	for _, s := range out {
		if n := len(joined); n > 0 && s.Start < joined[n-1].End {
			last := &joined[n-1]
			last.End = max(last.End, s.End)
			if s.End-s.Start > longest {
				last.Replacement, longest = s.Replacement, s.End-s.Start
			}
			continue
		}
		joined, longest = append(joined, s), s.End-s.Start
	}
	return Apply(text, joined)
}

// Occurrences returns where words stand in a text, each as start and end in
// bytes, whatever the white space between them; nil where they stand nowhere.
func Occurrences(text, words string) [][2]int {
	wanted := strings.Fields(words)
	if len(wanted) == 0 {
		return nil
	}
	var out [][2]int
	for at := 0; at < len(text); {
		start := strings.Index(text[at:], wanted[0])
		if start < 0 {
			break
		}
		start += at
		end, found := start+len(wanted[0]), true
		for _, w := range wanted[1:] {
			rest := strings.TrimLeftFunc(text[end:], unicode.IsSpace)
			next := len(text) - len(rest)
			if found = next > end && strings.HasPrefix(rest, w); !found {
				break
			}
			end = next + len(w)
		}
		if at = start + len(wanted[0]); found {
			out, at = append(out, [2]int{start, end}), end
		}
	}
	return out
}

// Standpoint reports whether words say nothing but what somebody is in the matter:
// a resident, a sex worker, a mother, a trader. That is what a consultation is
// about, and is never taken out.
func Standpoint(words string) bool {
	said := false
	for _, w := range strings.FieldsFunc(lower(words), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) }) {
		switch {
		case standpoints[w] || standpoints[strings.TrimSuffix(w, "s")]:
			said = true
		case !besideStandpoints[w]:
			return false
		}
	}
	return said
}

var (
	standpoints = set(`resident neighbour neighbor tenant leaseholder homeowner landlord local visitor commuter passer passerby pedestrian driver cyclist
		worker sexworker prostitute escort stripper client punter customer buyer dancer
		mother mum mam mummy father dad parent grandmother gran nan grandad grandfather grandparent carer guardian child daughter son wife husband partner widow sister brother
		trader shopkeeper shop business owner employer employee employed unemployed retired pensioner student volunteer outreach support charity
		woman women man men girl boy trans transgender nonbinary lesbian gay bisexual straight queer disabled deaf blind homeless migrant refugee asylum seeker
		muslim christian jewish jew hindu sikh buddhist catholic atheist believer religious
		asian roma romani gypsy traveller survivor victim user addict
		locuitor locuitoare vecin vecina lucratoare lucrătoare sexuala sexuală mama mamă tata tată`)
	besideStandpoints = set(`a an the i m am is was were be been being as who we re are and or of in here there my our one both former ex old young older single new black white
		sex street based working work local long term small just only also not de o un sunt ca și si`)
)
