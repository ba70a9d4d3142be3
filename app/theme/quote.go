package theme

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"math"
	"slices"
	"unicode/utf8"
)

const (
	quotesPerTheme  = 6
	quotesPerGroup  = 2
	quoteCandidates = 60 // documents of a group considered for quotation
	quoteLeast      = 5  // words below which a quotation says little
	quoteMost       = 45 // words above which it is cut to a clause

	// sameWording: spans that share this much of their words say one thing in
	// the same words, as the senders of a letter do who changed a word or two.
	sameWording = 0.75
)

// A candidate is a span that may be quoted.
type candidate struct {
	doc     int
	at      span
	terms   []int32 // distinct, ascending
	quality float64
}

// quotes chooses what to quote of a theme: for every group in it up to two
// spans, the smallest group first, each the one that adds most to what the
// quotations so far say of the members' answers. Nobody is quoted twice in a
// theme; who is quoted elsewhere already is quoted only when the theme would
// else have nobody.
func (f *finder) quotes(t *described, heard map[int]bool) []Quote {
	members := t.members[:min(len(t.members), readTexts)]
	voices := make([][]int32, len(members))
	for i, d := range members {
		voices[i] = distinctTerms(f.of(d))
	}
	groups := make([]string, 0, len(t.Groups)+1)
	for g := range t.Groups {
		groups = append(groups, g)
	}
	slices.SortFunc(groups, func(a, b string) int {
		return cmp.Or(cmp.Compare(t.Groups[a], t.Groups[b]), cmp.Compare(a, b))
	})
	byGroup := map[string][]candidate{}
	anyone := false
	for _, unheard := range []bool{true, false} {
		if anyone {
			break
		}
		for _, d := range t.members {
			if !f.docs[d].Quotable || unheard == heard[d] {
				continue
			}
			in := groupsOf(f.docs[d])
			if len(in) == 0 {
				in = []string{""}
			}
			var c candidate
			for _, g := range in {
				if len(byGroup[g]) >= quoteCandidates {
					continue
				}
				if c.terms == nil {
					c = f.candidate(t, d)
				}
				if len(c.terms) > 0 {
					byGroup[g] = append(byGroup[g], c)
					anyone = true
				}
			}
		}
	}
	if len(byGroup[""]) > 0 && !slices.Contains(groups, "") {
		groups = append(groups, "")
	}
	each := quotesPerGroup
	if len(groups) == 1 {
		each = quotesPerTheme / 2
	}
	chosen := []Quote{}
	quoted := map[int]bool{}
	var said [][]int32 // a campaign letter's sentence is quoted once
	stances := map[string]bool{}
	covered := make([]float64, len(voices))
	for range each {
		for _, g := range groups {
			if len(chosen) == quotesPerTheme {
				break
			}
			best, most := -1, 0.0
			for i, c := range byGroup[g] {
				if quoted[c.doc] || slices.ContainsFunc(said, func(terms []int32) bool { return shareOfTerms(terms, c.terms) >= sameWording }) {
					continue
				}
				gain := 1e-6
				for v, terms := range voices {
					if s := f.likeness(t, c.terms, terms); s > covered[v] {
						gain += s - covered[v]
					}
				}
				gain *= c.quality
				if p := f.docs[c.doc].Stance; p != "" && len(stances) > 0 && !stances[p] {
					gain *= 1.5 // the other side of the argument is still unheard here
				}
				if gain > most {
					best, most = i, gain
				}
			}
			if best < 0 {
				continue
			}
			c := byGroup[g][best]
			quoted[c.doc], heard[c.doc] = true, true
			said = append(said, c.terms)
			if p := f.docs[c.doc].Stance; p != "" {
				stances[p] = true
			}
			for v, terms := range voices {
				covered[v] = math.Max(covered[v], f.likeness(t, c.terms, terms))
			}
			start, end, text := codePoints(f.docs[c.doc].Text, c.at)
			sum := sha256.Sum256([]byte(text))
			chosen = append(chosen, Quote{Document: f.docs[c.doc].ID, Group: g, Start: start, End: end, Text: text,
				SHA256: hex.EncodeToString(sum[:]), Stance: f.docs[c.doc].Stance})
		}
	}
	return chosen
}

// candidate picks the sentence of document d, or a clause of it where it is
// long, that says most of the theme.
func (f *finder) candidate(t *described, d int) candidate {
	text := f.docs[d].Text
	best := candidate{doc: d}
	consider := func(at span) {
		var terms []int32
		words := 0
		told := 0.0
		for _, term := range f.termsIn(d, at) {
			words++
			if !slices.Contains(terms, term) {
				terms = append(terms, term)
				told += t.tells[term]
			}
		}
		if words == 0 {
			return
		}
		quality := (told + 1e-3) / math.Sqrt(float64(len(terms)))
		if words < quoteLeast {
			quality *= float64(words) / quoteLeast
		}
		if words > quoteMost {
			quality *= float64(quoteMost) / float64(words) / 2
		}
		if quality > best.quality {
			slices.Sort(terms)
			best.at, best.terms, best.quality = at, terms, quality
		}
	}
	for n, sent := range sentences(text) {
		if n == sentencesRead {
			break
		}
		if sent.end-sent.start > 12*quoteMost {
			for _, at := range clauses(text, sent) {
				if at.end-at.start <= 12*quoteMost {
					consider(at)
				}
			}
			if best.terms != nil {
				continue
			}
			sent = cutAtWord(text, sent, 12*quoteMost)
		}
		consider(sent)
	}
	return best
}

// sentencesRead bounds the sentences of one answer read for quotation.
const sentencesRead = 400

// cutAtWord shortens a span to the tokens that end within its first bytes.
func cutAtWord(s string, at span, bytes int) span {
	limit := min(at.end, at.start+bytes)
	end := at.start
	eachToken(s[at.start:min(at.end, limit+longestTerm)], func(t span) {
		if at.start+t.end <= limit {
			end = at.start + t.end
		}
	})
	if end == at.start { // one endless word
		for end = limit; end > at.start && end < at.end && !utf8.RuneStart(s[end]); end-- {
		}
	}
	return span{at.start, end}
}

// shareOfTerms is how many of the terms in either of two ascending sets are in
// both (Jaccard), between 0 and 1.
func shareOfTerms(a, b []int32) float64 {
	both := 0
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] < b[j]:
			i++
		case a[i] > b[j]:
			j++
		default:
			both++
			i++
			j++
		}
	}
	if either := len(a) + len(b) - both; either > 0 {
		return float64(both) / float64(either)
	}
	return 1
}

// likeness is the cosine of two sets of terms, each weighted by how much it
// tells of the theme.
func (f *finder) likeness(t *described, a, b []int32) float64 {
	var both, left, right float64
	for i, j := 0, 0; i < len(a) || j < len(b); {
		switch {
		case j == len(b) || i < len(a) && a[i] < b[j]:
			w := t.tells[a[i]]
			left += w * w
			i++
		case i == len(a) || a[i] > b[j]:
			w := t.tells[b[j]]
			right += w * w
			j++
		default:
			w := t.tells[a[i]]
			both += w * w
			left += w * w
			right += w * w
			i++
			j++
		}
	}
	if both == 0 {
		return 0
	}
	return both / math.Sqrt(left*right)
}
