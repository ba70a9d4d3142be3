package consult

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"heard/search"
)

// Piece is a stretch of redacted words as a page shows them. Redacted means that
// it stands for something that was taken out to protect people, and says what;
// Match that a search asked for it.
type Piece struct {
	Text     string
	Match    bool
	Redacted bool
}

// taken finds what stands for something that was taken out.
var taken = func() *regexp.Regexp {
	kinds := RedactionKinds()
	for i, k := range kinds {
		kinds[i] = regexp.QuoteMeta(k)
	}
	return regexp.MustCompile(`\[(` + strings.Join(kinds, "|") + `)\]`)
}()

// Mark takes redacted words in a language (BCP 47) apart at what a search asked
// for and at what was taken out. The pieces in order are the text, but that what
// was taken out is named without its brackets.
func Mark(text, asked, language string) []Piece {
	spans := search.Matches(search.Parse(asked), text, language)
	slices.SortFunc(spans, func(a, b search.Span) int { return cmp.Compare(a.Start, b.Start) })
	return takeApart(text, spans)
}

// excerpt takes a passage of a text apart in the same way. Where words of the
// text stand before or after it, it says so.
func excerpt(snippet []search.Segment, whole string) []Piece {
	var text strings.Builder
	var at []search.Span
	for _, s := range snippet {
		start := text.Len()
		text.WriteString(s.Text)
		if s.Match {
			at = append(at, search.Span{Start: start, End: text.Len()})
		}
	}
	passage, out := text.String(), takeApart(text.String(), at)
	if !strings.HasPrefix(whole, passage) {
		out = slices.Insert(out, 0, Piece{Text: "… "})
	}
	if !strings.HasSuffix(whole, passage) {
		out = append(out, Piece{Text: " …"})
	}
	return out
}

// takeApart takes text apart at spans in order of their beginning. Nothing
// inside what was taken out is a match: nobody wrote it.
func takeApart(text string, spans []search.Span) []Piece {
	var out []Piece
	add := func(s string, match, redacted bool) {
		if s != "" {
			out = append(out, Piece{s, match, redacted})
		}
	}
	between := func(start, end int) {
		for _, m := range spans {
			from, to := max(m.Start, start), min(m.End, end)
			if from < to {
				add(text[start:from], false, false)
				add(text[from:to], true, false)
				start = to
			}
		}
		add(text[start:end], false, false)
	}
	at := 0
	for _, m := range taken.FindAllStringSubmatchIndex(text, -1) {
		between(at, m[0])
		add(text[m[2]:m[3]], false, true)
		at = m[1]
	}
	between(at, len(text))
	return out
}
