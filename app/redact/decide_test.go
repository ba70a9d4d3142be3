package redact

import (
	"math/rand"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"heard/models"
)

// decided draws what a person could decide on a text.
func decided(t *rapid.T, text string, suggestions []Suggestion) []models.Redaction {
	edges := []int{}
	for i := range text {
		edges = append(edges, i)
	}
	edges = append(edges, len(text))
	span := func(label string) (int, int) {
		a, b := rapid.SampledFrom(edges).Draw(t, label), rapid.SampledFrom(edges).Draw(t, label)
		return min(a, b), max(a, b)
	}
	taken := map[[2]int]bool{}
	var out []models.Redaction
	add := func(r models.Redaction) {
		if of := [2]int{r.OfStart, r.OfEnd}; r.OfStart < r.OfEnd && r.Start < r.End && !taken[of] {
			taken[of] = true
			out = append(out, r)
		}
	}
	for _, s := range suggestions {
		r := models.Redaction{OfStart: s.Start, OfEnd: s.End, Start: s.Start, End: s.End, Kind: string(s.Kind), Replacement: s.Replacement}
		switch rapid.IntRange(0, 3).Draw(t, "decision") {
		case 1:
			r.State = models.RedactionAccepted
		case 2:
			r.State = models.RedactionRefused
		case 3:
			r.State, r.Replacement = models.RedactionChanged, "[somebody]"
			r.Start, r.End = span("change")
		default:
			continue
		}
		add(r)
	}
	for range rapid.IntRange(0, 3).Draw(t, "added") {
		r := models.Redaction{State: models.RedactionAdded, Kind: string(Detail), Replacement: "[detail]"}
		r.OfStart, r.OfEnd = span("added")
		r.Start, r.End = r.OfStart, r.OfEnd
		add(r)
	}
	return out
}

// Whatever people decide: what nothing takes out stays byte for byte, what is
// taken out is gone, and the order of deciding changes nothing.
func TestDecidedProperties(t *testing.T) {
	words := []string{"Anna Smith", "07700 900123", "Ştefan", "at 12 Wexcombe Lane", "the lamps,", "\n", "😀", "sam@example.com", "on the Corner", "a resident", "Bramley", "2021"}
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 0, 12).Draw(t, "words"), " ")
		suggestions := Suggest(text)
		decisions := decided(t, text, suggestions)
		items := Items(text, suggestions, decisions)
		got := Decided(text, items)

		hidden := make([]bool, len(text)) // worked out the plain way, byte by byte
		for _, d := range decisions {
			if d.State != models.RedactionRefused {
				for i := d.Start; i < d.End; i++ {
					hidden[i] = true
				}
			}
		}
		for _, s := range suggestions {
			open := !slices.ContainsFunc(decisions, func(d models.Redaction) bool { return d.OfStart <= s.Start && s.End <= d.OfEnd })
			for i := s.Start; i < s.End && open && s.Confidence >= Doubtful; i++ {
				hidden[i] = true
			}
		}
		// What is left must stand in the result, in order, with one replacement
		// for each stretch between, or for each of two that touch.
		rest, at := got, 0
		for at < len(text) {
			end := at
			for end < len(text) && hidden[end] == hidden[at] {
				end++
			}
			if hidden[at] {
				n := 0
				for strings.HasPrefix(rest, "[") {
					close := strings.IndexByte(rest, ']')
					rest, n = rest[close+1:], n+1
				}
				if n == 0 {
					t.Fatalf("%q[%d:%d] is taken out and nothing stands for it in %q", text, at, end, got)
				}
			} else if !strings.HasPrefix(rest, text[at:end]) {
				t.Fatalf("%q stands no longer in %q, of %q", text[at:end], got, text)
			} else {
				rest = rest[end-at:]
			}
			at = end
		}
		if rest != "" || !utf8.ValidString(got) {
			t.Fatalf("%q stands at the end of %q", rest, got)
		}

		mixed := slices.Clone(decisions)
		rand.New(rand.NewSource(rapid.Int64().Draw(t, "order"))).Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		if other := Decided(text, Items(text, suggestions, mixed)); other != got {
			t.Fatalf("in another order %q became %q, not %q", text, other, got)
		}
		if plain := Decided(text, Items(text, suggestions, nil)); plain != Text(text) {
			t.Fatalf("without decisions %q, want %q", plain, Text(text))
		}
	})
}

// What people decided holds when other things are suggested later.
func TestDecisionsOutliveSuggestions(t *testing.T) {
	const text = "Ask Anna Smith of Bramley House."
	of := func(words string) (int, int) { i := strings.Index(text, words); return i, i + len(words) }
	refusal := func(words string) models.Redaction {
		a, b := of(words)
		return models.Redaction{OfStart: a, OfEnd: b, Start: a, End: b, State: models.RedactionRefused}
	}
	suggest := func(words string, sure float64) Suggestion {
		a, b := of(words)
		return Suggestion{a, b, Name, "[name]", sure, ""}
	}
	for _, test := range []struct {
		name        string
		suggestions []Suggestion
		decisions   []models.Redaction
		want        string
		open        int
	}{
		{"the same words", []Suggestion{suggest("Anna Smith", 0.9)}, []models.Redaction{refusal("Anna Smith")}, text, 0},
		{"fewer", []Suggestion{suggest("Smith", 0.9)}, []models.Redaction{refusal("Anna Smith")}, text, 0},
		{"none", nil, []models.Redaction{refusal("Anna Smith")}, text, 0},
		{"more, which nobody has seen", []Suggestion{suggest("Anna Smith of Bramley", 0.9)}, []models.Redaction{refusal("Anna Smith")}, "Ask [name] House.", 1},
		{"other words", []Suggestion{suggest("Bramley", 0.9)}, []models.Redaction{refusal("Anna Smith")}, "Ask Anna Smith of [name] House.", 1},
		{"doubtful words", []Suggestion{suggest("Bramley", 0.3)}, nil, text, 1},
		{"a decision on another text", nil, []models.Redaction{{OfStart: 30, OfEnd: 90, Start: 30, End: 90, State: models.RedactionAccepted}, {Kind: models.MixOfDetails}}, text, 0},
	} {
		items := Items(text, test.suggestions, test.decisions)
		open := 0
		for _, it := range items {
			if it.Decided == nil {
				open++
			}
		}
		if got := Decided(text, items); got != test.want || open != test.open {
			t.Errorf("%s: %q with %d open, want %q with %d", test.name, got, open, test.want, test.open)
		}
	}
}

func TestLetsThrough(t *testing.T) {
	sure, doubtful := &Suggestion{Confidence: 0.9}, &Suggestion{Confidence: 0.3}
	refused := &models.Redaction{State: models.RedactionRefused, OfEnd: 9, End: 9}
	shorter := &models.Redaction{State: models.RedactionChanged, OfEnd: 9, Start: 2, End: 9}
	longer := &models.Redaction{State: models.RedactionChanged, OfStart: 2, OfEnd: 9, End: 12}
	for _, test := range []struct {
		name string
		item Item
		want bool
	}{
		{"open", Item{Suggested: sure}, false}, {"refused", Item{Suggested: sure, Decided: refused}, true}, {"refused in doubt", Item{Suggested: doubtful, Decided: refused}, false},
		{"refused, found by a person", Item{Decided: refused}, true}, {"shortened", Item{Suggested: sure, Decided: shorter}, true}, {"lengthened", Item{Suggested: sure, Decided: longer}, false},
	} {
		if got := test.item.LetsThrough(); got != test.want {
			t.Errorf("%s: lets through %v, want %v", test.name, got, test.want)
		}
	}
}

func TestOccurrences(t *testing.T) {
	for _, test := range []struct {
		text, words string
		want        [][2]int
	}{
		{"Anna and Anna", "Anna", [][2]int{{0, 4}, {9, 13}}}, {"Anna  \nSmith, AnnaSmith", " Anna Smith ", [][2]int{{0, 12}}},
		{"Ştefan", "tefan", [][2]int{{2, 7}}}, {"aaa", "aa", [][2]int{{0, 2}}}, {"a a b", "a b", [][2]int{{2, 5}}}, {"anna", "Anna", nil}, {"Anna", "  ", nil}, {"", "a", nil},
	} {
		if got := Occurrences(test.text, test.words); !slices.Equal(got, test.want) {
			t.Errorf("%q in %q: %v, want %v", test.words, test.text, got, test.want)
		}
	}
}

func TestStandpoint(t *testing.T) {
	for _, words := range []string{"sex worker", "I am a sex worker", "a resident", "Mother", "mothers", "trans women", "I'm a street-based sex worker", "a local shop owner", "a black woman", "lucrătoare sexuală"} {
		if !Standpoint(words) {
			t.Errorf("%q is a standpoint", words)
		}
	}
	for _, words := range []string{"", "Anna", "the", "the sex worker at the bakery", "Dr Brown", "Black", "mother of twins", "07700 900123"} {
		if Standpoint(words) {
			t.Errorf("%q is more, or less, than a standpoint", words)
		}
	}
}
