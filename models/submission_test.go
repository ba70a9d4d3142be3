package models_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"heard/models"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestQuestionCheck(t *testing.T) {
	options := []models.Option{
		{ID: "a", Text: models.Text{"en": "A"}},
		{ID: "b", Text: models.Text{"en": "B"}},
		{ID: "other", Text: models.Text{"en": "Other"}, WriteIn: true},
		{ID: "none", Text: models.Text{"en": "None of these"}, Alone: true},
	}
	choice := models.Question{Type: models.TypeChoice, Options: options}
	ticks := models.Question{Type: models.TypeTicks, Options: options}
	text := models.Question{Type: models.TypeText}
	required := func(q models.Question) models.Question { q.Required = true; return q }
	number := func(least, most int) models.Question {
		return models.Question{Type: models.TypeNumber, Min: &least, Max: &most}
	}
	instead := func(q models.Question) models.Question {
		q.Options = []models.Option{{ID: "not_sure", Text: models.Text{"en": "I'm not sure"}}, {ID: "prefer_not", Text: models.Text{"en": "Prefer not to say"}}}
		return q
	}
	given := func(text string, options ...string) models.Given { return models.Given{Text: text, Options: options} }
	for _, test := range []struct {
		name  string
		q     models.Question
		given models.Given
		want  string // part of the message, "" for none
	}{
		{"nothing", choice, given(""), ""},
		{"nothing, but required", required(choice), given(""), "Choose an answer"},
		{"no words, but required", required(text), given(""), "Enter an answer"},
		{"no ticks, but required", required(ticks), given(""), "Choose an answer"},
		{"one", choice, given("", "a"), ""},
		{"two of a choice", choice, given("", "a", "b"), "Choose one answer"},
		{"one that is not shown", choice, given("", "z"), "Choose from the answers shown"},
		{"an empty one", choice, given("", ""), "Choose from the answers shown"},
		{"the same twice", ticks, given("", "a", "a"), "Choose from the answers shown"},
		{"the same choice twice", choice, given("", "a", "a"), "Choose from the answers shown"},
		{"two ticks", ticks, given("", "a", "b"), ""},
		{"alone", ticks, given("", "none"), ""},
		{"alone and another", ticks, given("", "none", "a"), "“None of these” on its own"},
		{"another and alone", ticks, given("", "a", "none"), "“None of these” on its own"},
		{"words beside the option for them", ticks, given("words", "a", "other"), ""},
		{"words beside another", ticks, given("words", "a"), "that your words belong to"},
		{"words beside none", choice, given("words"), "that your words belong to"},
		{"the option for words without any", choice, given("", "other"), ""},
		{"long words beside an option", choice, given(strings.Repeat("é", 301), "other"), "300 characters or fewer. You have 1 too many"},
		{"just short enough beside an option", choice, given(strings.Repeat("é", 300), "other"), ""},
		{"words", text, given("words"), ""},
		{"an option that words do not have", text, given("words", "a"), "Choose from the answers shown"},
		{"words of the greatest length", text, given(strings.Repeat("é", 300)), ""},
		{"words one too long", text, given(strings.Repeat("é", 301)), "300 characters or fewer. You have 1 too many"},
		{"long text of the greatest length", models.Question{Type: models.TypeLongText}, given(strings.Repeat("x", 20_000)), ""},
		{"long text too long", models.Question{Type: models.TypeLongText}, given(strings.Repeat("x", 20_005)), "You have 5 too many"},
		{"longer than the question allows", models.Question{Type: models.TypeLongText, MaxLength: 3}, given("four"), "3 characters or fewer"},
		{"a longer limit of the question's own", models.Question{Type: models.TypeText, MaxLength: 400}, given(strings.Repeat("x", 400)), ""},
		{"words to an info page", models.Question{Type: models.TypeInfo}, given("words"), "takes no written answer"},
		{"nothing to an info page", models.Question{Type: models.TypeInfo}, given(""), ""},
		{"a date", models.Question{Type: models.TypeDate}, given("2026-02-28"), ""},
		{"no such date", models.Question{Type: models.TypeDate}, given("2026-02-30"), "real date"},
		{"words for a date", models.Question{Type: models.TypeDate}, given("last week"), "real date"},
		{"before the first date", models.Question{Type: models.TypeDate, Earliest: "2026-01-01"}, given("2025-12-31"), "not before 2026-01-01"},
		{"after the last date", models.Question{Type: models.TypeDate, Latest: "2026-01-01"}, given("2026-01-02"), "not after 2026-01-01"},
		{"outside the dates", models.Question{Type: models.TypeDate, Earliest: "2026-01-01", Latest: "2026-01-31"}, given("2026-02-01"), "from 2026-01-01 to 2026-01-31"},
		{"the last date", models.Question{Type: models.TypeDate, Earliest: "2026-01-01", Latest: "2026-01-31"}, given("2026-01-31"), ""},
		{"a number", number(1, 12), given("12"), ""},
		{"too small a number", number(1, 12), given("0"), "1 or more"},
		{"too large a number", number(1, 12), given("13"), "12 or less"},
		{"words for a number", number(1, 12), given("twelve"), "whole number"},
		{"a fraction", number(1, 12), given("1.5"), "whole number"},
		{"digits without end", number(1, 12), given(strings.Repeat("1", 400)), "whole number"},
		{"not sure of a number", instead(number(1, 12)), given("", "not_sure"), ""},
		{"a number and not sure", instead(number(1, 12)), given("3", "not_sure"), "not both"},
		{"not sure twice", instead(number(1, 12)), given("", "not_sure", "prefer_not"), "on its own"},
		{"a ranking", models.Question{Type: models.TypeRanking, Options: options}, given("", "b", "a"), ""},
		{"one place twice", models.Question{Type: models.TypeRanking, Options: options}, given("", "b", "b"), "one answer only"},
		{"ranked and none", models.Question{Type: models.TypeRanking, Options: options}, given("", "b", "none"), "on its own"},
		{"a place", models.Question{Type: models.TypePlace, Options: options}, given("", "b"), ""},
		{"two places", models.Question{Type: models.TypePlace, Options: options}, given("", "a", "b"), "Choose one answer"},
		{"words to a file question", models.Question{Type: models.TypeFile}, given("words"), "takes no written answer"},
	} {
		got := test.q.Check(test.given)
		if (got.Code == "") != (test.want == "") || !strings.Contains(got.Message, test.want) {
			t.Errorf("%s: got %q, expected %q", test.name, got.Message, test.want)
		}
	}
}

func TestCheckNeverRepeatsTheAnswer(t *testing.T) {
	c := parsed(t)
	rapid.Check(t, func(t *rapid.T) {
		q := &c.Questions[rapid.IntRange(0, len(c.Questions)-1).Draw(t, "question")]
		secret := "zqx" + rapid.StringMatching(`[a-z]{5,400}`).Draw(t, "words")
		for _, g := range []models.Given{{Text: secret}, {Options: []string{secret}}, {Text: secret, Options: []string{"walk"}}} {
			if m := fmt.Sprint(q.Check(g)); strings.Contains(m, "zqx") {
				t.Fatalf("the message repeats the answer: %q", m)
			}
		}
	})
}

func TestCheckAnswers(t *testing.T) {
	c := parsed(t, "    about_you: true\n", "    about_you: true\n    required: true\n")
	for _, test := range []struct {
		name    string
		answers models.Answers
		want    []models.FieldError
	}{
		{"nothing at all", models.Answers{}, []models.FieldError{{Field: "A1", Message: "Choose an answer", Code: "answer.choose"}}},
		{"who, but nothing said", models.Answers{"A1": {Options: []string{"row"}}}, []models.FieldError{{Message: "Answer at least one question before you send", Code: "answer.something"}}},
		{"something said", models.Answers{"A1": {Options: []string{"row"}}, "C1": {Options: []string{"agree"}}}, nil},
		{"two faults, in the order of the route", models.Answers{"A1": {Options: []string{"row"}}, "C1": {Options: []string{"z"}}, "D1": {Options: []string{"z"}}},
			[]models.FieldError{{Field: "C1", Message: "Choose from the answers shown", Code: "answer.shown"}, {Field: "D1", Message: "Choose from the answers shown", Code: "answer.shown"}}},
		{"an unknown question", models.Answers{"A1": {Options: []string{"row"}}, "D1": {Text: "words"}, "Z": {Text: "words"}}, []models.FieldError{{Field: "Z", Message: "There is no such question"}}},
		{"an equality question, which is kept apart", models.Answers{"A1": {Options: []string{"row"}}, "D1": {Text: "words"}, "E1": {Options: []string{"over"}}}, []models.FieldError{{Field: "E1", Message: "There is no such question"}}},
	} {
		err := c.CheckAnswers(test.answers, 0)
		if diff := cmp.Diff(test.want, models.FieldsOf(err)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
		if err != nil && models.KindOf(err) != models.KindInvalid {
			t.Errorf("%s: kind %d", test.name, models.KindOf(err))
		}
	}
}

// What survives pruning and checking holds only options that exist.
func TestCheckedAnswersAreOnTheForm(t *testing.T) {
	c := demonstration(t)
	rapid.Check(t, func(t *rapid.T) {
		kept, _ := c.Prune(answersTo(c).Draw(t, "answers"))
		if c.CheckAnswers(kept, 0) != nil {
			return
		}
		for id, g := range kept {
			for _, o := range g.Options {
				if c.Question(id).Option(o) == nil {
					t.Fatalf("%s has no option %s", id, o)
				}
			}
		}
	})
}

func TestCloneSharesNothing(t *testing.T) {
	a := models.Answers{"A1": {Options: []string{"x", "y"}}}
	b := a.Clone()
	b["A1"].Options[0] = "changed"
	b["B1"] = models.Given{Text: "new"}
	if diff := cmp.Diff(models.Answers{"A1": {Options: []string{"x", "y"}}}, a); diff != "" {
		t.Error(diff)
	}
}

func TestCleanText(t *testing.T) {
	for _, test := range []struct{ name, in, want string }{
		{"nothing", "", ""},
		{"plain", "Dear council", "Dear council"},
		{"white space at the ends", " \n\tDear council\u00a0\n", "Dear council"},
		{"paragraphs", "One.\r\n\r\nTwo.\rThree.", "One.\n\nTwo.\nThree."},
		{"invalid UTF-8", "caf\xe9!", "caf\uFFFD!"},
		{"composed", "cafe\u0301", "café"},
		{"control characters", "a\x00b\x07c\x7fd\u0085e", "abcde"},
		{"bidirectional overrides", "a\u202eb\u2066c\u2069d", "abcd"},
		{"marks that Arabic and Hebrew need", "\u05d0\u200f\u200e", "\u05d0\u200f\u200e"},
		{"joiners that emoji and Persian need", "👩\u200d🚒 می\u200cخواهم", "👩\u200d🚒 می\u200cخواهم"},
		{"byte order marks", "\uFEFFa\uFEFFb", "ab"},
		{"tabs stay", "a\tb", "a\tb"},
		{"a form feed between words", "a\fb", "ab"},
		{"only what is left out", "\x00\u202e \uFEFF", ""},
	} {
		if got := models.CleanText(test.in); got != test.want {
			t.Errorf("%s: got %q, expected %q", test.name, got, test.want)
		}
	}
}

func checkClean(t interface{ Fatalf(string, ...any) }, in string) {
	out := models.CleanText(in)
	switch {
	case !utf8.ValidString(out):
		t.Fatalf("%q became %q, which is not UTF-8", in, out)
	case strings.ContainsAny(out, "\x00\r\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\uFEFF"):
		t.Fatalf("%q became %q", in, out)
	case out != strings.TrimSpace(out):
		t.Fatalf("%q became %q, with white space at an end", in, out)
	case models.CleanText(out) != out:
		t.Fatalf("%q became %q, which becomes %q", in, out, models.CleanText(out))
	}
}

// awkward are characters that normalisation, trimming and bidirectional text
// turn on.
var awkward = []rune("ae \u0301\u0300\u0345\u0323\u1100\u1161\u11a8\ud55c\u00c5\u212b\u2000\u2001\u00a0\u2028\u0085\u202a\u202e\u2066\u2069\ufeff\u200b\u200d\r\n\t\x00\x7f\u034f\ufb1d\u0f73\u1e9b\U0001d15e👩")

func TestCleanTextProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.OneOf(
			rapid.String(),
			rapid.StringOf(rapid.SampledFrom(awkward)),
			rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }),
			rapid.Map(rapid.IntRange(0, 99), func(n int) string { return " " + strings.Repeat("\u0301", n) + " \u0345" }),
		).Draw(t, "in")
		checkClean(t, in)
	})
}

// Words come through unchanged: the letters of typed text are the same before
// and after, in the same order.
func TestCleanTextKeepsWords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.StringMatching(`[a-zA-Z0-9£“”’éăț.,;:!?()-]{1,12}`), 1, 30).Draw(t, "words")
		breaks := rapid.SampledFrom([]string{" ", "\n", "\t", "\n\n"}).Draw(t, "breaks")
		text := strings.Join(words, breaks)
		if got := models.CleanText(text); got != text {
			t.Fatalf("got %q, expected %q", got, text)
		}
		if got := models.CleanText("\r\n" + strings.ReplaceAll(text, "\n", "\r\n") + "\x00 "); got != text {
			t.Fatalf("from Windows: got %q, expected %q", got, text)
		}
	})
}

func FuzzCleanText(f *testing.F) {
	for _, s := range []string{"", "Dear council", "caf\xe9", "a\r\nb\rc", "\u202eabc", " \u0301", strings.Repeat("\u0301", 70), "\uFEFF\x00", string(awkward)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) { checkClean(t, in) })
}

func TestTextIn(t *testing.T) {
	for _, test := range []struct {
		name               string
		text               models.Text
		language, want, in string
	}{
		{"the language asked for", models.Text{"en": "Yes", "cy": "Ydw"}, "cy", "Ydw", "cy"},
		{"English when it has none", models.Text{"en": "Yes", "cy": "Ydw"}, "ro", "Yes", "en"},
		{"English when it is empty", models.Text{"en": "Yes", "ro": ""}, "ro", "Yes", "en"},
		{"the first there is, in order", models.Text{"ro": "Da", "cy": "Ydw", "ar": ""}, "pl", "Ydw", "cy"},
		{"nothing at all", nil, "ro", "", "ro"},
	} {
		if got, in := test.text.In(test.language); got != test.want || in != test.in {
			t.Errorf("%s: got %q in %q, expected %q in %q", test.name, got, in, test.want, test.in)
		}
	}
	if !(models.Text{"en": " \n"}).Empty() || (models.Text{"en": "", "cy": "Ydw"}).Empty() {
		t.Error("a text is empty when it has wording in no language")
	}
}

func TestStatusOnlyMovesForward(t *testing.T) {
	order := []models.Status{models.StatusDraft, models.StatusOpen, models.StatusClosed, models.StatusFrozen, models.StatusPublished, models.StatusDecided, models.StatusOrdered, models.StatusInForce}
	for i, s := range order {
		next, more := s.Next()
		if more != (i+1 < len(order)) || more && next != order[i+1] || !more && next != s {
			t.Errorf("%s: got %s, %v", s, next, more)
		}
		for j, other := range order {
			if got := s.AtLeast(other); got != (i >= j) {
				t.Errorf("%s at least %s: got %v", s, other, got)
			}
		}
	}
	if _, more := models.Status("lost").Next(); more {
		t.Error("an unknown state has no next one")
	}
	if models.Status("").AtLeast(models.StatusDraft) {
		t.Error("an unknown state is not even a draft")
	}
}

// The wording of a fault is put together in the language of the page, so what it
// mentions travels beside it.
func TestFaultsSayWhatTheyMention(t *testing.T) {
	least, most := -2, 12
	alone := models.Text{"en": "None of these", "cy": "Dim un"}
	ticks := models.Question{Type: models.TypeTicks, Options: []models.Option{{ID: "a", Text: models.Text{"en": "A"}}, {ID: "none", Text: alone, Alone: true}}}
	number := models.Question{Type: models.TypeNumber, Min: &least, Max: &most}
	for _, test := range []struct {
		name   string
		q      models.Question
		given  models.Given
		code   string
		values map[string]any
	}{
		{"too long", models.Question{Type: models.TypeText, MaxLength: 3}, models.Given{Text: "four"}, "answer.long", map[string]any{"Limit": 3, "Over": 1}},
		{"alone", ticks, models.Given{Options: []string{"a", "none"}}, "answer.alone", map[string]any{"Option": alone}},
		{"from", models.Question{Type: models.TypeDate, Earliest: "2026-01-02"}, models.Given{Text: "2026-01-01"}, "answer.date.from", map[string]any{"Earliest": "2026-01-02"}},
		{"to", models.Question{Type: models.TypeDate, Latest: "2026-01-02"}, models.Given{Text: "2026-01-03"}, "answer.date.to", map[string]any{"Latest": "2026-01-02"}},
		{"between", models.Question{Type: models.TypeDate, Earliest: "2026-01-02", Latest: "2026-01-04"}, models.Given{Text: "2026-01-05"}, "answer.date.between", map[string]any{"Earliest": "2026-01-02", "Latest": "2026-01-04"}},
		{"least", number, models.Given{Text: "-3"}, "answer.number.least", map[string]any{"Min": -2}},
		{"most", number, models.Given{Text: "13"}, "answer.number.most", map[string]any{"Max": 12}},
		{"nothing wrong", number, models.Given{Text: "-2"}, "", nil},
	} {
		f := test.q.Check(test.given)
		if f.Code != test.code {
			t.Errorf("%s: got %q", test.name, f.Code)
		}
		if diff := cmp.Diff(test.values, f.Values); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

func TestDatesNumbersAndRankings(t *testing.T) {
	options := []models.Option{{ID: "a"}, {ID: "b"}, {ID: "c"}, {ID: "none", Alone: true}}
	ranking := models.Question{Type: models.TypeRanking, Options: options}
	must := func(q models.Question) models.Question { q.Required = true; return q }
	instead := func(kind models.QuestionType) models.Question {
		return models.Question{Type: kind, Required: true, Options: []models.Option{{ID: "prefer_not"}}}
	}
	for _, test := range []struct {
		name  string
		q     models.Question
		given models.Given
		code  string
	}{
		{"the leap day", models.Question{Type: models.TypeDate}, models.Given{Text: "2028-02-29"}, ""},
		{"no leap day", models.Question{Type: models.TypeDate}, models.Given{Text: "2026-02-29"}, "answer.date"},
		{"a day without a month", models.Question{Type: models.TypeDate}, models.Given{Text: "2026--12"}, "answer.date"},
		{"a day written otherwise", models.Question{Type: models.TypeDate}, models.Given{Text: "12/03/2026"}, "answer.date"},
		{"the first day", models.Question{Type: models.TypeDate, Earliest: "2026-01-02"}, models.Given{Text: "2026-01-02"}, ""},
		{"no date", must(models.Question{Type: models.TypeDate}), models.Given{}, "answer.enter"},
		{"no number", must(models.Question{Type: models.TypeNumber}), models.Given{}, "answer.enter"},
		{"no order", must(ranking), models.Given{}, "answer.choose"},
		{"no place", must(models.Question{Type: models.TypePlace, Options: options}), models.Given{}, "answer.choose"},
		{"nought", models.Question{Type: models.TypeNumber}, models.Given{Text: "0"}, ""},
		{"a number in hexadecimal", models.Question{Type: models.TypeNumber}, models.Given{Text: "0x10"}, "answer.number"},
		{"a number with an exponent", models.Question{Type: models.TypeNumber}, models.Given{Text: "1e3"}, "answer.number"},
		{"twelve digits", models.Question{Type: models.TypeNumber}, models.Given{Text: "999999999999"}, ""},
		{"thirteen digits", models.Question{Type: models.TypeNumber}, models.Given{Text: "9999999999999"}, "answer.number"},
		{"some of an order", ranking, models.Given{Options: []string{"c"}}, ""},
		{"all of an order", ranking, models.Given{Options: []string{"c", "a", "b"}}, ""},
		{"none instead of an order", ranking, models.Given{Options: []string{"none"}}, ""},
		{"an order that holds none", ranking, models.Given{Options: []string{"none", "a"}}, "answer.alone"},
		{"an order of what is not shown", ranking, models.Given{Options: []string{"a", "z"}}, "answer.shown"},
		{"an order in words", ranking, models.Given{Text: "a, then b"}, "answer.belong"},
		{"instead of a required date", instead(models.TypeDate), models.Given{Options: []string{"prefer_not"}}, ""},
		{"instead of a required number", instead(models.TypeNumber), models.Given{Options: []string{"prefer_not"}}, ""},
		{"instead of required words", instead(models.TypeLongText), models.Given{Options: []string{"prefer_not"}}, ""},
		{"both", instead(models.TypeDate), models.Given{Text: "2026-01-01", Options: []string{"prefer_not"}}, "answer.instead"},
		{"another instead", instead(models.TypeText), models.Given{Options: []string{"z"}}, "answer.shown"},
		{"an option of a page that takes none", models.Question{Type: models.TypeFile}, models.Given{Options: []string{"a"}}, "answer.none"},
	} {
		if f := test.q.Check(test.given); f.Code != test.code {
			t.Errorf("%s: got %+v, expected %q", test.name, f, test.code)
		}
	}
}

// A file that must be there is asked for by its number, not by an answer.
func TestARequiredFile(t *testing.T) {
	c := parsed(t, "    type: long_text\n    text: Why?\n    themed: true\n", "    type: file\n    text: Your plan\n    required: true\n")
	answers := models.Answers{"C1": {Options: []string{"agree"}}}
	want := []models.FieldError{{Field: "D1", Message: "Add a file", Code: "answer.file"}}
	if diff := cmp.Diff(want, models.FieldsOf(c.CheckAnswers(answers, 0))); diff != "" {
		t.Errorf("without a file (-want +got):\n%s", diff)
	}
	if err := c.CheckAnswers(answers, 1); err != nil {
		t.Errorf("with a file: %v", err)
	}
	answers["A1"] = models.Given{Options: []string{"walk"}} // a path that asks for none
	if err := c.CheckAnswers(answers, 0); err != nil {
		t.Errorf("where none is asked for: %v", err)
	}
}

// Grace is for whoever started in time, to the second; a pause is for whoever
// has not started.
// Where somebody belongs is what they said of themselves, and not where they saw
// something.
func TestAreaOf(t *testing.T) {
	c := models.Consultation{
		Areas: []models.Area{{ID: "north"}, {ID: "south"}},
		Questions: []models.Question{{ID: "W1", Type: models.TypePlace}, {ID: "A3", Type: models.TypePlace, AboutYou: true},
			{ID: "D1", Type: models.TypeLongText, Restrictions: []string{"R1", "R2"}}, {ID: "C1", Type: models.TypeChoice, Restriction: "R2"}},
	}
	saw := models.Answer{Question: "W1", Options: []string{"south"}}
	for _, test := range []struct {
		answers []models.Answer
		want    string
	}{
		{nil, ""},
		{[]models.Answer{saw}, ""},
		{[]models.Answer{saw, {Question: "A3", Options: []string{"north"}}}, "north"},
		{[]models.Answer{{Question: "A3", Options: []string{"prefer_not"}}}, ""},
		{[]models.Answer{{Question: "gone", Options: []string{"north"}}}, ""},
	} {
		if got := c.AreaOf(&models.Submission{Answers: test.answers}); got != test.want {
			t.Errorf("%v: %q, want %q", test.answers, got, test.want)
		}
	}
	for id, want := range map[string][]string{"D1": {"R1", "R2"}, "C1": {"R2"}, "A3": nil} {
		if got := c.Question(id).Concerns(); !slices.Equal(got, want) {
			t.Errorf("%s is about %v, want %v", id, got, want)
		}
	}
}

func TestFinishing(t *testing.T) {
	c := parsed(t, "equality:\n", "grace_minutes: 30\nequality:\n")
	c.Status = models.StatusOpen
	opens, closes := c.Window()
	for _, test := range []struct {
		name                 string
		at                   time.Time
		accepting, finishing bool
	}{
		{"a second before it opens", opens.Add(-time.Second), false, false},
		{"as it opens", opens, true, true},
		{"the last second", closes.Add(-time.Second), true, true},
		{"as it closes", closes, false, true},
		{"the last second of the grace", closes.Add(30*time.Minute - time.Second), false, true},
		{"as the grace ends", closes.Add(30 * time.Minute), false, false},
	} {
		for _, paused := range []bool{false, true} {
			c.Paused = paused
			if got := c.Accepting(test.at); got != (test.accepting && !paused) {
				t.Errorf("%s, paused %v: accepting is %v", test.name, paused, got)
			}
			if got := c.Finishing(test.at); got != test.finishing {
				t.Errorf("%s, paused %v: finishing is %v", test.name, paused, got)
			}
		}
	}
	c.Paused = false
	for _, s := range []models.Status{models.StatusDraft, models.StatusClosed, models.StatusFrozen, models.StatusPublished} {
		if c.Status = s; c.Finishing(opens) {
			t.Errorf("a consultation that is %s takes what was started", s)
		}
	}
	c = parsed(t)
	c.Status = models.StatusOpen
	if c.Grace() != 0 || c.Finishing(closes) || !c.Finishing(closes.Add(-time.Second)) {
		t.Error("without grace it does not end as it closes")
	}
}

func TestAttentionIsOpenUntilSomebodyHasLooked(t *testing.T) {
	for _, test := range []struct {
		attention []models.Attention
		want      bool
	}{
		{nil, false},
		{[]models.Attention{models.AttentionMisread}, true},
		{[]models.Attention{models.AttentionHurried, models.AttentionSeen}, false},
		{[]models.Attention{models.AttentionSeen}, false},
	} {
		if got := (&models.Submission{Attention: test.attention}).Open(); got != test.want {
			t.Errorf("%v: open is %v", test.attention, got)
		}
	}
}

func TestAccepting(t *testing.T) {
	c := parsed(t, "opens: 2026-10-05", "opens: 2026-10-25 00:30", "closes: 2026-12-14 23:59", "closes: 2026-10-25 03:00")
	c.Status = models.StatusOpen
	opens, closes := c.Window()
	// The clocks go back that night, so there are three and a half hours.
	if got := closes.Sub(opens).Hours(); got != 3.5 {
		t.Errorf("open for %v hours, expected 3.5", got)
	}
	for _, test := range []struct {
		name string
		at   int // seconds after opening
		want bool
	}{{"a second before", -1, false}, {"as it opens", 0, true}, {"the last second", 12599, true}, {"as it closes", 12600, false}} {
		if got := c.Accepting(opens.Add(time.Duration(test.at) * time.Second)); got != test.want {
			t.Errorf("%s: got %v", test.name, got)
		}
	}
	for _, s := range []models.Status{models.StatusDraft, models.StatusClosed, models.StatusFrozen, models.StatusPublished} {
		c.Status = s
		if c.Accepting(opens) {
			t.Errorf("a consultation that is %s accepts answers", s)
		}
	}
}

func TestUserValidate(t *testing.T) {
	for email, ok := range map[string]bool{
		"ada@example.org": true, "Ada@example.org": false, "Ada <ada@example.org>": false, "ada": false, "": false, "ada@example.org\n": false, "ada@": false,
	} {
		u := models.User{Email: email, Role: models.RoleOfficer}
		if err := u.Validate(); (err == nil) != ok {
			t.Errorf("%q: %v", email, err)
		}
	}
	for _, role := range []models.Role{"", "owner", "Admin"} {
		u := models.User{Email: "ada@example.org", Role: role}
		if fields := models.FieldsOf(u.Validate()); len(fields) != 1 || fields[0].Field != "role" {
			t.Errorf("%q: %v", role, fields)
		}
	}
	if len(models.Roles) != 5 || !slices.Contains(models.Roles, models.RoleAuditor) {
		t.Errorf("roles: %v", models.Roles)
	}
}
