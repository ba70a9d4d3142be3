package consult

import (
	"regexp"
	"slices"
	"strings"

	"heard/app/redact"
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
	kinds := make([]string, len(redact.Kinds))
	for i, k := range redact.Kinds {
		kinds[i] = regexp.QuoteMeta(string(k))
	}
	return regexp.MustCompile(`\[(` + strings.Join(kinds, "|") + `)\]`)
}()

// Mark takes redacted words apart at what a search asked for and at what was
// taken out. found are further forms of the words, as passages of the result
// mark them. The pieces in order are the text, but that what was taken out is
// named without its brackets.
func Mark(text, asked string, found []string) []Piece {
	return cutAt(text, matches(text, asked, found))
}

// pieces takes a passage of a result apart in the same way.
func pieces(snippet []search.Segment) []Piece {
	var text strings.Builder
	var at []search.Span
	for _, s := range snippet {
		start := text.Len()
		text.WriteString(s.Text)
		if s.Match {
			at = append(at, search.Span{Start: start, End: text.Len()})
		}
	}
	return cutAt(text.String(), at)
}

// cutAt takes text apart at spans that are in order and do not overlap. Nothing
// inside what was taken out is a match: nobody wrote it.
func cutAt(text string, spans []search.Span) []Piece {
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

// matches returns where the words and phrases asked for stand in a text, or one
// of the further forms, in order.
func matches(text, asked string, found []string) []search.Span {
	e := search.Parse(asked)
	var sequences [][]string
	for _, phrase := range e.Phrases {
		sequences = append(sequences, folded(phrase))
	}
	for _, word := range slices.Concat(e.Words, found) {
		var words []string
		for w := range search.Words(word) {
			words = append(words, w.Text)
		}
		sequences = append(sequences, folded(words))
	}
	all := slices.Collect(search.Words(text))
	words := make([]string, len(all))
	for i, w := range all {
		words[i] = search.Fold(w.Text)
	}
	var spans []search.Span
	for i := 0; i < len(all); i++ {
		longest := 0
		for _, seq := range sequences {
			if len(seq) > longest && i+len(seq) <= len(words) && slices.Equal(words[i:i+len(seq)], seq) {
				longest = len(seq)
			}
		}
		if longest > 0 {
			spans = append(spans, search.Span{Start: all[i].Start, End: all[i+longest-1].End})
			i += longest - 1
		}
	}
	return spans
}

func folded(words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = search.Fold(w)
	}
	return out
}
