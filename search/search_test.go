package search_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"heard/search"
)

func TestParse(t *testing.T) {
	for _, tt := range []struct {
		text string
		want search.Expression
	}{
		{"", search.Expression{}},
		{" \t\n", search.Expression{}},
		{"lighting", search.Expression{Words: []string{"lighting"}, Prefix: true}},
		{"street lighting", search.Expression{Words: []string{"street", "lighting"}, Prefix: true}},
		{"Street street STREET", search.Expression{Words: []string{"Street"}}},
		{"the lighting", search.Expression{Words: []string{"lighting"}, Optional: []string{"the"}, Prefix: true}},
		{"lighting in the", search.Expression{Words: []string{"lighting"}, Optional: []string{"in", "the"}}},
		{"what is this", search.Expression{Words: []string{"what", "is", "this"}, Prefix: true}},
		{"not safe", search.Expression{Words: []string{"not", "safe"}, Prefix: true}},
		{`"loading bay"`, search.Expression{Phrases: [][]string{{"loading", "bay"}}}},
		{`"the bay" in`, search.Expression{Phrases: [][]string{{"the", "bay"}}, Optional: []string{"in"}}},
		{`van "loading bay" cars`, search.Expression{Words: []string{"van", "cars"}, Phrases: [][]string{{"loading", "bay"}}, Prefix: true}},
		{`cars "loading bay"`, search.Expression{Words: []string{"cars"}, Phrases: [][]string{{"loading", "bay"}}}},
		{`"loading bay`, search.Expression{Phrases: [][]string{{"loading", "bay"}}}},
		{`„loading bay” «van»`, search.Expression{Phrases: [][]string{{"loading", "bay"}, {"van"}}}},
		{`bay"loading"van`, search.Expression{Words: []string{"bay", "van"}, Phrases: [][]string{{"loading"}}, Prefix: true}},
		{"-police", search.Expression{Excluded: [][]string{{"police"}}}},
		{"safe -police", search.Expression{Words: []string{"safe"}, Excluded: [][]string{{"police"}}}},
		{"-police safe", search.Expression{Words: []string{"safe"}, Excluded: [][]string{{"police"}}, Prefix: true}},
		{`safe -"police officer"`, search.Expression{Words: []string{"safe"}, Excluded: [][]string{{"police", "officer"}}}},
		{"safe -anti-social", search.Expression{Words: []string{"safe"}, Excluded: [][]string{{"anti", "social"}}}},
		{"the -police", search.Expression{Words: []string{"the"}, Excluded: [][]string{{"police"}}}},
		{"--police", search.Expression{Excluded: [][]string{{"police"}}}},
		{"safe - police -", search.Expression{Words: []string{"safe", "police"}, Prefix: true}},
		{"anti-social", search.Expression{Words: []string{"anti", "social"}, Prefix: true}},
		{"women's don’t", search.Expression{Words: []string{"women's", "don’t"}, Prefix: true}},
		{`a:b (c) OR [d TO e] x* /y/ ~2 ^3 \z`, search.Expression{Words: []string{"b", "c", "d", "e", "x", "y", "2", "3", "z"},
			Optional: []string{"a", "OR", "TO"}, Prefix: true}},
		{"residents AND", search.Expression{Words: []string{"residents"}, Optional: []string{"AND"}}},
		{"住宅", search.Expression{Words: []string{"住", "宅"}, Prefix: true}},
	} {
		if diff := cmp.Diff(tt.want, search.Parse(tt.text), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("Parse(%q) (-want +got):\n%s", tt.text, diff)
		}
	}
}

func TestParseEmpty(t *testing.T) {
	for text, want := range map[string]bool{"": true, `"" - ?`: true, "a": false, "-a": false, `"a"`: false} {
		if got := search.Parse(text).Empty(); got != want {
			t.Errorf("Parse(%q).Empty() is %v, expected %v", text, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{`street "loading bay" -police the`, `-"a b`, `„a” «b»`, "আলো রাস্তায়", "ر\u064Eات", "住宅地", "\xff-\"", "a\u200d", "don't'"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e := search.Parse(text)
		words := slices.Concat(append(append([][]string{e.Words, e.Optional}, e.Phrases...), e.Excluded...)...)
		for _, p := range slices.Concat(e.Phrases, e.Excluded) {
			if len(p) == 0 {
				t.Error("an empty phrase")
			}
		}
		for _, w := range words {
			if !strings.Contains(text, w) {
				t.Errorf("the word %q is not in the text", w)
			}
			// Engines are given words in their own query syntax, so a word must carry none of it.
			if w == "" || strings.ContainsAny(w, "\"-\\ \t\n()[]{}:*~^") || !utf8.ValidString(w) {
				t.Errorf("%q is not a word", w)
			}
			var again []string
			for word := range search.Words(w) {
				again = append(again, word.Text)
			}
			if diff := cmp.Diff([]string{w}, again); diff != "" {
				t.Errorf("the word is not one word when read again:\n%s", diff)
			}
			if f := search.Fold(w); search.Fold(f) != f {
				t.Errorf("folding %q twice gives %q, then %q", w, f, search.Fold(f))
			}
		}
		if e.Prefix && len(e.Words) == 0 {
			t.Error("an unfinished word, but no words")
		}
	})
}

func TestWords(t *testing.T) {
	for text, want := range map[string][]string{
		"Street.The shop, (no.7)!":            {"Street", "The", "shop", "no", "7"},
		"women's 'quoted' residents' don’t":   {"women's", "quoted", "residents", "don’t"},
		"anti-social e-mail a_b":              {"anti", "social", "e", "mail", "a", "b"},
		"reședință şi stradă":                 {"reședință", "şi", "stradă"},
		"رات کو ڈر لگتا ہے۔":                  {"رات", "کو", "ڈر", "لگتا", "ہے"},
		"ਗਲੀ ਵਿੱਚ।":                           {"ਗਲੀ", "ਵਿੱਚ"},
		"রাস্তায় আলো":                        {"রাস্তায়", "আলো"},
		"می\u200cخواهم":                       {"می\u200cخواهم"},
		"住宅abc地":                              {"住", "宅", "abc", "地"},
		"น้ำ":                                 {"น้ำ"},
		"\U0001F6A8 help\u00a0me\xffnow \x00": {"help", "me", "now"},
		"'":                                   nil,
	} {
		var got []string
		for w := range search.Words(text) {
			if text[w.Start:w.End] != w.Text {
				t.Errorf("%q: word %q is not at %d", text, w.Text, w.Start)
			}
			got = append(got, w.Text)
		}
		if text == "น้ำ" { // two characters, one with its marks
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

func TestFold(t *testing.T) {
	for _, same := range [][]string{
		{"Reședință", "RESEDINTA", "reşedinţă", "res\u0326edint\u0326a\u0306"},
		{"Łódź", "lodz"}, {"Straße", "STRASSE"}, {"café", "cafe"}, {"don’t", "don't"}, {"ﬁne", "fine"},
		{"کتاب", "كتاب"}, {"روشنی", "روشني", "رَوشنی"}, {"می\u200cخواهم", "میخواهم"},
		{"ਰੋਸ਼ਨੀ", "ਰੋਸ\u0a3cਨੀ"}, {"রাস্তায়", "রাস্তায\u09bc"},
	} {
		for _, s := range same[1:] {
			if search.Fold(s) != search.Fold(same[0]) {
				t.Errorf("%q folds to %q, but %q to %q", s, search.Fold(s), same[0], search.Fold(same[0]))
			}
		}
	}
	for _, differ := range [][2]string{{"কম", "কাম"}, {"ਘਰ", "ਘੋਰ"}, {"street", "streets"}} {
		if search.Fold(differ[0]) == search.Fold(differ[1]) {
			t.Errorf("%q and %q fold to the same", differ[0], differ[1])
		}
	}
}

func TestTypos(t *testing.T) {
	for word, want := range map[string]int{"": 0, "bay": 0, "lamp": 1, "streets": 1, "lighting": 2, "2025": 0, "flat12bc": 0, "روشنی": 1} {
		if got := search.Typos(word); got != want {
			t.Errorf("Typos(%q) = %d, expected %d", word, got, want)
		}
	}
}

func TestExcerpt(t *testing.T) {
	long := strings.Repeat("we walk home together ", 40) + "past the broken lantern by the canal " + strings.Repeat("and then say goodbye ", 40)
	at := strings.Index(long, "lantern")
	segments := search.Excerpt(long, []search.Span{{Start: at, End: at + 7}})
	if len(segments) != 3 || segments[1] != (search.Segment{Text: "lantern", Match: true}) {
		t.Fatalf("got %v", segments)
	}
	if !strings.HasPrefix(segments[0].Text, "we ") && !strings.HasPrefix(segments[0].Text, "walk ") &&
		!strings.HasPrefix(segments[0].Text, "home ") && !strings.HasPrefix(segments[0].Text, "together ") {
		t.Errorf("begins within a word: %q", segments[0].Text)
	}
	if last := segments[2].Text; strings.HasSuffix(last, " ") || !strings.Contains(long, last+" ") {
		t.Errorf("ends within a word: %q", last)
	}
	if got := search.Excerpt("a bc d", []search.Span{{2, 4}, {3, 4}, {2, 3}, {-1, 2}, {5, 99}, {4, 4}}); !cmp.Equal(got,
		[]search.Segment{{Text: "a "}, {Text: "bc", Match: true}, {Text: " d"}}) {
		t.Errorf("got %v", got)
	}
	if got := search.Excerpt("", nil); got != nil {
		t.Errorf("got %v for no text", got)
	}
}

func TestExcerptIsAPassage(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"street", "é", " ", "  ", "گلی", "\n", "<b>", "rather-long-word", "."}), 0, 300).Draw(t, "text"), "")
		var spans []search.Span
		for range rapid.IntRange(0, 8).Draw(t, "matches") {
			start := rapid.IntRange(-3, len(text)+3).Draw(t, "start")
			spans = append(spans, search.Span{Start: start, End: start + rapid.IntRange(-1, 12).Draw(t, "length")})
		}
		valid := slices.ContainsFunc(spans, func(s search.Span) bool {
			return s.Start >= 0 && s.Start < s.End && s.End <= len(text) && utf8.ValidString(text[s.Start:s.End]) && utf8.ValidString(text[:s.Start])
		})
		var whole string
		matched, before := false, false
		for i, s := range search.Excerpt(text, spans) {
			if s.Text == "" || i > 0 && s.Match == before {
				t.Fatalf("segment %d is empty or should be part of the one before", i)
			}
			whole += s.Text
			matched = matched || s.Match
			before = s.Match
		}
		if !strings.Contains(text, whole) || !utf8.ValidString(whole) || (whole == "") != (text == "") {
			t.Fatalf("%q is no passage of the text", whole)
		}
		if matched != valid {
			t.Fatalf("matches shown: %v, matches there: %v", matched, valid)
		}
		if n := utf8.RuneCountInString(whole); n > 300 {
			t.Fatalf("%d characters long", n)
		}
	})
}

func TestValidateQuotesNobody(t *testing.T) {
	q := search.Query{Consultation: "c", Tier: search.TierPublic, Text: strings.Repeat("secret ", 1000)}
	if err := q.Validate(); !errors.Is(err, search.ErrInvalidQuery) || strings.Contains(err.Error(), "secret") {
		t.Errorf("got %.100v", err)
	}
	d := search.Document{ID: "secret words", Text: "secret"}
	if err := d.Validate(); !errors.Is(err, search.ErrInvalidDocument) || strings.Contains(err.Error(), "secret") {
		t.Errorf("got %v", err)
	}
}

func TestPaging(t *testing.T) {
	for _, tt := range []struct{ page, perPage, wantPage, wantPerPage int }{{0, 0, 1, 20}, {3, 50, 3, 50}} {
		page, perPage := search.Query{Page: tt.page, PerPage: tt.perPage}.Paging()
		if page != tt.wantPage || perPage != tt.wantPerPage {
			t.Errorf("Paging() = %d, %d, expected %d, %d", page, perPage, tt.wantPage, tt.wantPerPage)
		}
	}
}

func TestSortFacet(t *testing.T) {
	got := []search.FacetCount{{"b", 1}, {"c", 5}, {"a", 1}}
	search.SortFacet(got)
	if diff := cmp.Diff([]search.FacetCount{{"c", 5}, {"a", 1}, {"b", 1}}, got); diff != "" {
		t.Error(diff)
	}
}
