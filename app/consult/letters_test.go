package consult

import (
	"fmt"
	"strings"
	"testing"

	"heard/models"
)

func TestLetters(t *testing.T) {
	letter := "I write to ask the council not to renew this order. It moves people on to darker streets, it costs money that outreach could use, and nobody I know feels any safer for it. Please pay for lamps instead."
	l := newLetters([]models.Campaign{{Template: "Another letter altogether."}, {Template: letter, Members: []string{"a", "b", "c", "d"}}})
	for _, c := range []struct {
		name, submission, text string
		want                   int
	}{
		{"the letter", "a", letter, 1},
		{"with words of one's own before it", "b", strings.Repeat("My own street is another matter and I have lived in it for years. ", 6) + letter, 1},
		{"in other case and white space", "c", strings.ToUpper(strings.ReplaceAll(letter, " ", "\n ")), 1},
		{"an answer to another question by a sender", "d", "We were followed to the bus stop twice last winter and the driver of the second car asked my daughter for a price, which nobody should have to hear on the way to school.", -1},
		{"a short answer by a sender", "d", "Please pay for lamps instead.", -1},
		{"by somebody who is no sender", "z", letter, -1},
		{"nothing", "a", "", -1},
	} {
		if got := l.letter(models.AnswerKey{Submission: c.submission, Question: "C6"}, c.text); got != c.want {
			t.Errorf("%s: letter %d, expected %d", c.name, got, c.want)
		}
	}
}

// Whatever is in a theme, each answer stands on one page, in the order in which
// they come but for the copies of a letter, and no page is endless.
func TestLettersOnPages(t *testing.T) {
	for name, letter := range map[string]func(int) int{
		"no letters":     func(int) int { return -1 },
		"one letter":     func(int) int { return 0 },
		"many letters":   func(i int) int { return i % 7 },
		"now and then":   func(i int) int { return i%3 - 1 },
		"two among some": func(i int) int { return max(-1, i/50-2) },
	} {
		for _, n := range []int{0, 1, 19, 20, 21, 45, 100, 101, 2000} {
			var in []ThemeAnswer
			for i := range n {
				in = append(in, ThemeAnswer{Submission: &models.Submission{ID: fmt.Sprint(i)}, Score: float64(i)})
			}
			pages := turned(gathered(in, func(a ThemeAnswer) int { return letter(int(a.Score)) }))
			seen, before := map[string]bool{}, -1.0
			for p, page := range pages {
				on := 0
				for _, a := range page {
					if a.Score <= before {
						t.Errorf("%s of %d: %v comes after %v", name, n, a.Score, before)
					}
					before = a.Score
					for _, each := range append([]ThemeAnswer{a}, a.Copies...) {
						if seen[each.Submission.ID] || letter(int(each.Score)) != letter(int(a.Score)) {
							t.Errorf("%s of %d: %s stands twice or under another letter", name, n, each.Submission.ID)
						}
						seen[each.Submission.ID] = true
						on++
					}
				}
				if len(page) > SearchPage || on > mostOnPage || on == 0 && n > 0 || p < len(pages)-1 && len(page) < SearchPage && on <= mostOnPage/2 && name == "no letters" {
					t.Errorf("%s of %d: page %d has %d entries, %d answers", name, n, p+1, len(page), on)
				}
			}
			if len(seen) != n {
				t.Errorf("%s of %d: %d answers are shown", name, n, len(seen))
			}
		}
	}
}
