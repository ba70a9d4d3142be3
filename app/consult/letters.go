package consult

import (
	"strings"
	"unicode"

	"heard/models"
)

// An answer of somebody who sent a campaign letter is that letter when it has at
// least letterPairs pairs of adjacent words, letterShare of which it has in
// common with the letter; or the other way round, when it is the longer. The
// engine's measure for joining letters (app/theme), so that an answer to another
// question is never taken for one.
const (
	letterPairs = 20
	letterShare = 0.2
)

// letters tells which letter an answer is.
type letters struct {
	of    map[string][]int // submission → campaigns it is in
	pairs []map[[2]string]bool
}

func newLetters(campaigns []models.Campaign) *letters {
	l := &letters{of: map[string][]int{}}
	for i, c := range campaigns {
		l.pairs = append(l.pairs, wordPairs(c.Template))
		for _, m := range c.Members {
			l.of[m] = append(l.of[m], i)
		}
	}
	return l
}

// letter returns the number of the letter that an answer is, -1 for none.
func (l *letters) letter(a models.AnswerKey, text string) int {
	in := l.of[a.Submission]
	if len(in) == 0 {
		return -1
	}
	own := wordPairs(text)
	for _, n := range in {
		small, large := own, l.pairs[n]
		if len(small) > len(large) {
			small, large = large, small
		}
		common := 0
		for pair := range small {
			if large[pair] {
				common++
			}
		}
		if len(small) >= letterPairs && float64(common) >= letterShare*float64(len(small)) {
			return n
		}
	}
	return -1
}

func wordPairs(text string) map[[2]string]bool {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsNumber(r) })
	pairs := map[[2]string]bool{}
	for i := 1; i < len(words); i++ {
		pairs[[2]string{words[i-1], words[i]}] = true
	}
	return pairs
}

// mostOnPage is how many answers a page of a theme holds at most, with the
// copies of letters that stand folded under the first.
const mostOnPage = 100

// gathered puts the copies of a letter under the first of them, which keeps its
// place. A letter of more than mostOnPage copies begins again after so many.
func gathered(in []ThemeAnswer, letter func(ThemeAnswer) int) []ThemeAnswer {
	var out []ThemeAnswer
	first := map[int]int{} // letter → where it stands in out
	for _, a := range in {
		n := letter(a)
		at, there := first[n]
		if n >= 0 && there && 1+len(out[at].Copies) < mostOnPage {
			out[at].Copies = append(out[at].Copies, a)
			continue
		}
		first[n] = len(out)
		out = append(out, a)
	}
	return out
}

// turned cuts a list of answers into pages of SearchPage, or of fewer where many
// copies stand under them.
func turned(all []ThemeAnswer) [][]ThemeAnswer {
	pages := [][]ThemeAnswer{nil}
	on := 0
	for _, a := range all {
		last := len(pages) - 1
		if n := len(pages[last]); n > 0 && (n == SearchPage || on+1+len(a.Copies) > mostOnPage) {
			pages, last, on = append(pages, nil), last+1, 0
		}
		pages[last] = append(pages[last], a)
		on += 1 + len(a.Copies)
	}
	return pages
}
