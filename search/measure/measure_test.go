package measure

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"heard/search"
)

var answers = []search.Document{
	{ID: "a1", Text: "The lamps on  Albion\nTerrace are out."},
	{ID: "a2", Text: "The lamps on Albion Terrace are out. Mend them."},
	{ID: "a3", Text: "A “quoted” word."},
}

func TestReadSearches(t *testing.T) {
	f, err := ReadSearches("searches.txt", strings.NewReader("\ufeff# For readers.\nfloor: embedded, nDCG@10 0.5\n\nsearch: dark: street\nonly groups: resident, business\n"+
		"find: “Albion Terrace are out”\nnot: a3\n\nsearch: helicopter\nfind: nothing\n\nsearch: word\nfind: \"A “quoted” word\"\n"))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(f.Floors, []Floor{{"embedded", FigureNDCG, 0.5}}) {
		t.Errorf("floors %v", f.Floors)
	}
	got, err := f.Searches(answers)
	if err != nil {
		t.Fatal(err)
	}
	// A passage stands for every answer that has it, however its lines are broken.
	if s := got[0]; s.Line != 4 || s.Text != "dark: street" || !slices.Equal(s.Filters[search.Groups], []string{"resident", "business"}) ||
		!slices.Equal(s.Expected, []string{"a1", "a2"}) || !slices.Equal(s.Unwanted, []string{"a3"}) {
		t.Errorf("%+v", s)
	}
	if !got[1].Nothing || !slices.Equal(got[2].Expected, []string{"a3"}) {
		t.Errorf("%+v", got[1:])
	}
}

func TestFaults(t *testing.T) {
	for source, want := range map[string]string{
		"":                                               "f:1: expected at least one search",
		"search: a\n":                                    `f:1: expected a line "find:"`,
		"\nwhat is this\n":                               "f:2: expected a word, a colon",
		"find: a1\n":                                     `f:1: expected a line "search:" above`,
		"search: a\nsearch: b\n":                         "f:2: expected an empty line between",
		"search: a\nfind: two words\n":                   "f:2: expected a passage",
		"search: a\nfind: “half\n":                       "f:2: expected a passage",
		"search: a\nfind: \"\n":                          "f:2: expected a passage",
		"search: a\nfind: “”\n":                          "f:2: expected a passage",
		"search: a\nfind: nothing\nfind: b":              "f:3: expected either",
		"search: a\nonly colours: red\n":                 `f:2: expected "only" and one of`,
		"search: a\nonly groups: b,,c\n":                 "f:2: expected values",
		"search: a\nperhaps: b\n":                        "f:2: expected one of",
		"search: a\nfind: b\n\nfloor: embedded, MAP 0.5": "f:4: expected floors above",
		"floor: embedded, MAP 1.5\n":                     "f:1: expected an engine",
		"floor: embedded, MAP NaN\n":                     "f:1: expected an engine",
		"floor: embedded, beauty 0.5\n":                  "f:1: expected an engine",
		"search: \xff\n":                                 "f:1: expected text in UTF-8",
		"search: " + strings.Repeat("a", longestLine):    "f:1: expected lines of at most",
	} {
		if _, err := ReadSearches("f", strings.NewReader(source)); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%.40q: %v, expected %q", source, err, want)
		}
	}
	for source, want := range map[string]string{
		"search: a\nfind: a1\nfind: “not there”\n": "f:3: expected a passage that stands in an answer",
		"search: a\nfind: a1\nnot: “on Albion”\n":  "f:1: expected each answer under",
	} {
		f, err := ReadSearches("f", strings.NewReader(source))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Searches(answers); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v, expected %q", source, err, want)
		}
	}
}

func FuzzReadSearches(f *testing.F) {
	f.Add("floor: embedded, MAP 0.5\nsearch: a\nonly groups: b\nfind: “c”\nnot: d\n")
	f.Add("search: a\nfind: nothing")
	f.Fuzz(func(t *testing.T, source string) {
		file, err := ReadSearches("f", strings.NewReader(source))
		if err != nil {
			if !strings.HasPrefix(err.Error(), "f:") {
				t.Errorf("%v names no line", err)
			}
			return
		}
		if searches, err := file.Searches(answers); err == nil && len(searches) == 0 {
			t.Error("no search and no error")
		}
	})
}

func TestJudge(t *testing.T) {
	found := map[string][]string{"a": {"x", "1", "y", "2"}, "b": {"bad"}, "c": {"anything"}}
	rank := func(_ context.Context, s Search, depth int) ([]string, error) { return found[s.Text], nil }
	q, err := Judge(t.Context(), rank, []Search{
		{Text: "a", Expected: []string{"1", "2", "3"}},
		{Text: "b", Unwanted: []string{"bad"}},
		{Text: "c", Nothing: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	// 1 is at place 2 and 2 at place 4; 3 is nowhere.
	discount := func(place float64) float64 { return 1 / math.Log2(place+1) }
	for name, pair := range map[string][2]float64{
		"MAP":        {q.MAP, (1.0/2 + 2.0/4) / 3},
		"nDCG":       {q.NDCG, (discount(2) + discount(4)) / (discount(1) + discount(2) + discount(3))},
		"first page": {q.FirstPage, 2.0 / 3},
	} {
		if math.Abs(pair[0]-pair[1]) > 1e-12 {
			t.Errorf("%s is %v, expected %v", name, pair[0], pair[1])
		}
	}
	if q.Searches != 1 || len(q.Misses) != 3 || !slices.Equal(q.Misses[0].Missing, []string{"3"}) ||
		!slices.Equal(q.Misses[1].Unwanted, []string{"bad"}) || !slices.Equal(q.Misses[2].Unwanted, []string{"anything"}) {
		t.Errorf("%+v", q)
	}
	if _, err := Judge(t.Context(), rank, []Search{{Text: "c", Nothing: true}}); err == nil {
		t.Error("judged by nothing")
	}
}

func TestFTS5(t *testing.T) {
	if err := WithFTS5(t.Context(), answers, func(rank Ranking) error {
		found, err := rank(t.Context(), Search{Text: `mending "lamps" -out`}, 10)
		if !slices.Equal(found, []string{"a2", "a1"}) {
			t.Errorf("found %v", found)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func TestCranfieldFiles(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "cranfield"), 0o700); err != nil {
		t.Fatal(err)
	}
	for i, content := range []string{"doc_id,text\nd1,wings\nd2,tails\n", "query_id,text\n1,which wings\n2,nobody knows\n151,kept aside\n",
		"query_id,doc_id,relevance\n1,d1,1\n1,d2,0\n2,d2,0\n151,d2,1\n"} {
		if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(CranfieldFiles[i])), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	docs, searches, err := Cranfield(dir, "c", search.TierOfficer)
	if err != nil || len(docs) != 2 || docs[0].Validate() != nil || len(searches) != 1 || !slices.Equal(searches[0].Expected, []string{"d1"}) {
		t.Errorf("%v, %v, %v", docs, searches, err)
	}
}

func TestQuantile(t *testing.T) {
	times := Times{3 * time.Second, time.Second, 2 * time.Second}
	if p50, p100 := times.Quantile(0.5), times.Quantile(1); p50 != 2*time.Second || p100 != 3*time.Second || Times(nil).Quantile(0.5) != 0 {
		t.Errorf("%v, %v", p50, p100)
	}
}

func TestMadeUp(t *testing.T) {
	seen := 0
	for d, err := range MadeUp(50, "c", search.TierCouncillor) {
		if n := len(strings.Fields(d.Text)); err != nil || d.Validate() != nil || n < 20 || n > 89 {
			t.Errorf("%d words, %v, %v", n, err, d.Validate())
		}
		seen++
	}
	if seen != 50 {
		t.Errorf("%d answers", seen)
	}
	for words := range Questions(1) {
		if len(strings.Fields(words)) != 2 {
			t.Errorf("asked %q", words)
		}
		break
	}
}
