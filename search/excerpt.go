package search

import (
	"cmp"
	"slices"
	"unicode"
	"unicode/utf8"
)

// Span is a stretch of a text, in bytes.
type Span struct{ Start, End int }

// excerptLength is the length in characters that a passage is cut to.
const excerptLength = 280

// Excerpt cuts the passage of text that holds most of the matches and takes it apart at them. The segments in order
// are a substring of text; without matches it is the beginning. Matches may overlap and come in any order; those that
// do not lie inside text are ignored.
func Excerpt(text string, matches []Span) []Segment {
	if text == "" {
		return nil
	}
	matches = mergeSpans(text, matches)
	start, end := window(text, matches)
	var segments []Segment
	add := func(s string, match bool) {
		if s != "" {
			segments = append(segments, Segment{s, match})
		}
	}
	at := start
	for _, m := range matches {
		if m.End <= start || m.Start >= end {
			continue
		}
		from, to := max(m.Start, start), min(m.End, end)
		add(text[at:from], false)
		add(text[from:to], true)
		at = to
	}
	add(text[at:end], false)
	return segments
}

// mergeSpans sorts matches, drops the impossible ones and joins those that touch.
func mergeSpans(text string, matches []Span) []Span {
	matches = slices.DeleteFunc(slices.Clone(matches), func(m Span) bool {
		return m.Start < 0 || m.End > len(text) || m.Start >= m.End ||
			!utf8.RuneStart(text[m.Start]) || m.End < len(text) && !utf8.RuneStart(text[m.End])
	})
	slices.SortFunc(matches, func(a, b Span) int { return cmp.Compare(a.Start, b.Start) })
	merged := matches[:0]
	for _, m := range matches {
		if n := len(merged); n > 0 && m.Start <= merged[n-1].End {
			merged[n-1].End = max(merged[n-1].End, m.End)
			continue
		}
		merged = append(merged, m)
	}
	return merged
}

// window returns the stretch of text to show: excerptLength characters at most, unless a match is longer, beginning
// and ending between words, a little before the first of its matches.
func window(text string, matches []Span) (start, end int) {
	if utf8.RuneCountInString(text) <= excerptLength {
		return 0, len(text)
	}
	const lead = excerptLength / 5
	best, most := 0, 0
	for i, m := range matches {
		limit := forward(text, m.Start, excerptLength-lead)
		count := 0
		for _, later := range matches[i:] {
			if later.End > limit {
				break
			}
			count++
		}
		if count > most {
			best, most = i, count
		}
	}
	if len(matches) > 0 {
		m := matches[best]
		start = wordStart(text, back(text, m.Start, lead), m.Start)
		end = max(forward(text, start, excerptLength), m.End)
	} else {
		end = forward(text, 0, excerptLength)
	}
	if end < len(text) {
		floor := start + 1
		for _, m := range matches { // never cut inside or before a match that the window holds whole
			if m.End <= end {
				floor = max(floor, m.End)
			}
		}
		end = wordEnd(text, end, floor)
	}
	return start, end
}

// forward returns the offset n characters after from, or the end of text.
func forward(text string, from, n int) int {
	for range n {
		if from >= len(text) {
			return len(text)
		}
		_, size := utf8.DecodeRuneInString(text[from:])
		from += size
	}
	return from
}

// back returns the offset n characters before from, or 0.
func back(text string, from, n int) int {
	for range n {
		if from == 0 {
			return 0
		}
		_, size := utf8.DecodeLastRuneInString(text[:from])
		from -= size
	}
	return from
}

// wordStart returns the first offset in [at, limit] that follows a space, or at when there is none.
func wordStart(text string, at, limit int) int {
	if at == 0 {
		return 0
	}
	for i, r := range text[at:limit] {
		if unicode.IsSpace(r) {
			return at + i + utf8.RuneLen(r)
		}
	}
	return at
}

// wordEnd returns the last offset in [floor, at] that precedes a space, or at when there is none.
func wordEnd(text string, at, floor int) int {
	for i := at; i >= floor; {
		r, size := utf8.DecodeLastRuneInString(text[:i])
		if unicode.IsSpace(r) && i-size >= floor {
			return i - size
		}
		i -= size
	}
	return at
}
