package measure

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"heard/app/measured"
	"heard/app/theme"
	"heard/app/theme/agreement"
)

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-9 {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

func TestAveragePrecision(t *testing.T) {
	yes := func(score float64) match { return match{score, true, true} }
	no := func(score float64) match { return match{score, true, false} }
	none := match{}
	for _, tt := range []struct {
		name    string
		matches []match
		want    float64
	}{
		// The better half is right, wrong, right: (1/1 + 2/3) / 3.
		{"by hand", []match{no(.1), yes(.9), yes(.7), no(.8), yes(.2), no(.3)}, (1 + 2.0/3) / 3},
		// Wrong matches count in the size of the half, so one right of four at the top is a quarter.
		{"one right", []match{yes(.9), no(.8), no(.7), no(.6), yes(.1), yes(.1), yes(.1), yes(.1)}, 0.25},
		{"an odd one is left out of the half", []match{yes(.9), yes(.8), yes(.7)}, 1},
		// Two of one score share their precision: 2 of 3 are right at .5, and 1 of 1 above.
		{"one score", []match{yes(.9), no(.5), yes(.5), no(.1), no(.1), no(.1)}, (1 + 2.0/3) / 3},
		// Only one argument was given a key point; two without come into the half, before it.
		{"no key point", []match{yes(.4), none, none, none, none, none}, (1.0 / 3) / 3},
		{"all wrong", []match{no(.5), no(.4)}, 0},
		{"nothing", nil, 0},
	} {
		near(t, tt.name, averagePrecision(tt.matches), tt.want)
	}
}

func TestF1(t *testing.T) {
	// a: right 1, found 2, wanted 2: 1/2. b: right 1, found 1, wanted 2: 2/3. c: found once, never wanted: 0.
	near(t, "macro-F1", macroF1([]string{"a", "a", "b", "c"}, []string{"a", "b", "b", "a"}), (0.5+2.0/3)/3)
	near(t, "macro-F1 of texts placed nowhere", macroF1([]string{"", ""}, []string{"a", "b"}), 0)
	near(t, "macro-F1 of nothing", macroF1(nil, nil), 0)
	each := []agreement.Overlap{{Both: 1, One: 2, Other: 1}, {Both: 0, One: 1, Other: 1}, {Both: 2, One: 2, Other: 3}}
	f1, low, high := agreement.F1(each, 1)
	near(t, "micro-F1", f1, 2.0*3/(5+5))
	if _, again, _ := agreement.F1(each, 1); low > 0.6 || high < 0.6 || low >= high || again != low {
		t.Errorf("interval %v to %v, then from %v", low, high, again)
	}
	perfect := []agreement.Overlap{{Both: 1, One: 1, Other: 1}, {Both: 2, One: 2, Other: 2}}
	if _, low, high := agreement.F1(perfect, 1); low != 1 || high != 1 {
		t.Errorf("interval %v to %v without a mistake", low, high)
	}
}

func TestAnswersListedSinglyAreWrong(t *testing.T) {
	near(t, "accuracy", accuracyOf([]int{0, 0, 1, -1, -1, -1}, []int{5, 5, 6, 7, 7, 7}), 0.5)
	near(t, "accuracy of nothing found", accuracyOf([]int{-1}, []int{0}), 0)
}

func TestFoundAsTheme(t *testing.T) {
	planted := []bool{true, true, true, true, false, false, false, false}
	for _, tt := range []struct {
		found []int
		want  bool
	}{
		{[]int{1, 1, 1, 1, 0, 0, 0, 0}, true},
		{[]int{1, 1, 0, 0, 1, 1, 0, 0}, true}, // half of them, and half theirs
		{[]int{1, 0, 2, 3, 0, 0, 0, 0}, false},
		{[]int{0, 0, 0, 0, 0, 0, 0, 0}, true},
		{[]int{1, 1, 1, 1, 1, 1, 1, 1}, true},
		{[]int{-1, -1, -1, -1, 0, 0, 0, 0}, false}, // listed singly is no theme
	} {
		if got := foundAsTheme(tt.found, planted); got != tt.want {
			t.Errorf("%v: %v", tt.found, got)
		}
	}
	if foundAsTheme([]int{0, 0, 0, 0, 0}, []bool{true, true, false, false, false}) {
		t.Error("a theme that is mostly others' counts as theirs")
	}
}

// invented gives n texts on two subjects that have no word in common.
func invented(n int) []labelled {
	subjects := [][]string{strings.Fields("lamp street dark light bulb night"), strings.Fields("swim pool lane water lesson ticket")}
	rng := rand.New(rand.NewPCG(1, 1))
	var out []labelled
	for i := range n {
		var words []string
		for range 5 {
			words = append(words, subjects[i%2][rng.IntN(6)])
		}
		out = append(out, labelled{fmt.Sprintf("The %s.", strings.Join(words, " ")), i % 2})
	}
	return out
}

func TestNMFSeparatesTwoSubjects(t *testing.T) {
	texts := invented(60)
	var words []string
	for _, x := range texts {
		words = append(words, x.text)
	}
	found := nmf(append(words, "", "of the"), 2, 1)
	if a := accuracyOf(found[:60], labels(texts)); a < 0.95 {
		t.Errorf("accuracy %.2f", a)
	}
	if found[60] != -1 || found[61] != -1 {
		t.Errorf("texts without words are in %v", found[60:])
	}
	if again := nmf(append(words, "", "of the"), 2, 1); fmt.Sprint(again) != fmt.Sprint(found) {
		t.Error("the same seed gave another grouping")
	}
	if got := nmf(nil, 4, 1); len(got) != 0 {
		t.Errorf("nothing gave %v", got)
	}
}

func TestPlant(t *testing.T) {
	texts := append(invented(200), invented(200)...)
	for i := range texts {
		texts[i].label = i % 20
	}
	docs, planted := plant(texts, 100, 0.02, 0.66, rand.New(rand.NewPCG(1, 1)))
	count := map[string]int{}
	label := -1
	for i, d := range docs {
		var at int
		fmt.Sscan(d.ID, &at)
		if planted[i] {
			if label >= 0 && texts[at].label != label {
				t.Error("two subjects are planted")
			}
			label = texts[at].label
			count["planted"]++
			if d.Groups[0] != "minority" {
				t.Errorf("a planted text is of %v", d.Groups)
			}
		}
		count[d.Groups[0]]++
	}
	for i, d := range docs {
		var at int
		fmt.Sscan(d.ID, &at)
		if !planted[i] && texts[at].label == label {
			t.Error("somebody else raises the planted subject")
		}
	}
	if len(docs) != 100 || count["planted"] != minorityLeast || count["minority"] != minorityLeast+3 {
		t.Errorf("%d texts: %v", len(docs), count)
	}
	if docs, _ := plant(invented(8), 100, 0.02, 0, rand.New(rand.NewPCG(1, 1))); docs != nil {
		t.Error("a subject of four texts was planted")
	}
}

// folder writes a small invented copy of every file that is read.
func folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	write := func(path string, rows ...string) {
		path = filepath.Join(dir, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(strings.Join(rows, "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	texts := invented(120)
	rows := []string{"\ufeffid,label,text"}
	nhs := []string{"trust,usable,themes,text", "NEAS,0,,nothing", "other,1,light,lamp"}
	letters := []string{"id,text"}
	for i, x := range texts {
		rows = append(rows, fmt.Sprintf("%d,l%d,%s", i, x.label, x.text))
		nhs = append(nhs, fmt.Sprintf("NEAS,1,%s,%s", []string{"light", "water; light | air"}[x.label], x.text))
	}
	for i := range 4 {
		var words []string
		for j := range 40 {
			words = append(words, fmt.Sprintf("word%d", j+100*(i/2)))
		}
		letters = append(letters, fmt.Sprintf("c%d,%s", i, strings.Join(words, " ")))
	}
	write(stackOverflow, rows...)
	write(searchSnippets, rows...)
	write(banking77, rows...)
	write(nhsResponses, nhs...)
	write(regsComments, letters...)
	write(regsPairs, "id_a,id_b,same_campaign", "c0,c1,1", "c2,c3,1", "c0,c2,0")
	arguments, points, pairs := []string{"arg_id,split,topic,stance,text"}, []string{"key_point_id,split,topic,stance,text"}, []string{"arg_id,key_point_id,split,label"}
	for _, split := range []string{"train", "dev"} { // the same ids in both
		points = append(points, "k0,"+split+",A topic,1,Light in every street", "k1,"+split+",A topic,1,Lessons in the pool")
		for i, x := range texts {
			arguments = append(arguments, fmt.Sprintf("a%d,%s,A topic,1,%s", i, split, x.text))
			right := x.label
			if split == "dev" {
				right = 1 - right // people there mean the opposite
			}
			if i%10 != 9 { // the tenth is undecided
				pairs = append(pairs, fmt.Sprintf("a%d,k%d,%s,1", i, right, split), fmt.Sprintf("a%d,k%d,%s,0", i, 1-right, split))
			}
		}
	}
	write(argArguments, arguments...)
	write(argKeyPoints, points...)
	write(argLabels, pairs...)
	return dir
}

func table(t *testing.T, c Config) map[string]measured.Row {
	t.Helper()
	out := map[string]measured.Row{}
	var printed strings.Builder
	err := Run(t.Context(), c, func(r measured.Row) error {
		out[r.ID] = r
		return r.Print(&printed)
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + printed.String())
	return out
}

// Every row runs through on a small invented folder.
func TestTable(t *testing.T) {
	got := table(t, Config{Data: folder(t), Seeds: []uint64{1}, Draws: 2, Trials: 2, Groups: 1, Many: 500})
	if len(got) != len(rows) {
		t.Errorf("%d rows, want %d", len(got), len(rows))
	}
	for id, r := range got {
		if r.Skipped != "" || len(r.Figures) == 0 || r.Answers == 0 || r.Runs == 0 || r.Seconds <= 0 || r.PeakMB <= 0 {
			t.Errorf("%s: %+v", id, r)
		}
		for _, f := range r.Figures {
			if math.IsNaN(f.Value) || math.IsInf(f.Value, 0) {
				t.Errorf("%s: %s is %v", id, f.Name, f.Value)
			}
		}
	}
	for _, r := range rows { // a goal that no figure is called after would never be missed
		for _, g := range r.goals {
			if math.IsNaN(got[r.id].Value(g.Figure)) {
				t.Errorf("%s has a goal for %q, which it does not measure", r.id, g.Figure)
			}
		}
	}
	near(t, "F1 of campaigns", got["campaigns"].Value(pairsF1), 1)
	train, dev := got["names-train"], got["names-dev"]
	if train.Value(mapStrict) < 0.5 || dev.Value(mapStrict) > 0.2 {
		t.Errorf("mAP %.2f and %.2f: one split was judged by the other's labels", train.Value(mapStrict), dev.Value(mapStrict))
	}
	if train.Value(mapRelaxed) <= train.Value(mapStrict) {
		t.Error("what people were undecided about is not right in the relaxed measure")
	}
}

func TestMissingText(t *testing.T) {
	got := table(t, Config{Data: t.TempDir()})
	if len(got) != len(rows) {
		t.Errorf("%d rows, want %d", len(got), len(rows))
	}
	for id, r := range got {
		if !strings.HasSuffix(r.Skipped, " is not here") || len(r.Figures) > 0 {
			t.Errorf("%s: %+v", id, r)
		}
	}
	var out strings.Builder
	if err := got["place-nhs"].Print(&out); err != nil || !strings.Contains(out.String(), "SKIPPED: nhs_fft_themes/responses.csv is not here") {
		t.Errorf("%v: %s", err, out.String())
	}
}

func TestTextThatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, filepath.FromSlash(banking77))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	for content, want := range map[string]string{
		"":                         "no header row",
		"id,text\n1,a\n":           `no column "label"`,
		"label,text\na,b\na,b,c\n": "wrong number of fields",
	} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		err := Run(t.Context(), Config{Data: dir, Only: "themes-banking"}, func(measured.Row) error { return nil })
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", content, err, want)
		}
	}
}

func TestRunStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c := Config{Data: folder(t), Seeds: []uint64{1}}
	if err := Run(ctx, c, func(measured.Row) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("after cancelling: %v", err)
	}
	full := errors.New("the disk is full")
	if err := Run(t.Context(), c, func(measured.Row) error { return full }); !errors.Is(err, full) {
		t.Errorf("report failed: %v", err)
	}
}

// coded is the folder of coded text to measure on, and skips where there is
// none: HEARD_TEST_MEASURE names it, or is "yes" for shared/data beside the
// project.
func coded(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("HEARD_TEST_MEASURE")
	switch dir {
	case "":
		t.Skip("set HEARD_TEST_MEASURE to measure on coded text")
	case "yes":
		dir = filepath.Join("..", "..", "..", "..", "shared", "data")
	}
	return dir
}

// What was reached on coded text is not lost again. The bounds are what fewer
// runs than in the whole table must reach, a little below what they do.
func TestCodedText(t *testing.T) {
	dir := coded(t)
	background, err := theme.ReadWordNet(os.DirFS("/usr/share/wordnet"))
	if err != nil {
		t.Skip("the bounds are with a dictionary: ", err)
	}
	rows := map[string]*measured.Row{} // a row with several bounds is measured once
	for _, tt := range []struct {
		id     string
		figure string
		bound  measured.Goal
		cfg    Config
	}{
		{"themes-stackoverflow", accuracy, measured.Least("", 84), Config{Seeds: []uint64{0, 1, 2}}},
		{"themes-stackoverflow", nmi, measured.Least("", 74), Config{}},
		{"themes-searchsnippets", accuracy, measured.Least("", 77.5), Config{Seeds: []uint64{0, 1, 2}}},
		{"themes-searchsnippets", nmi, measured.Least("", 66), Config{}},
		{"themes-banking77", nmi, measured.Least("", 64.5), Config{Seeds: []uint64{0}}},
		{"place-nhs", microF1, measured.Least("", 0.72), Config{}},
		{"place-10", macro, measured.Least("", 80), Config{Seeds: []uint64{0}}},
		{"place-50", macro, measured.Least("", 83), Config{Seeds: []uint64{0}}},
		{"names-train", mapStrict, measured.Least("", 0.445), Config{}},
		{"names-dev", mapStrict, measured.Least("", 0.46), Config{}},
		{"campaigns", pairsF1, measured.Least("", 0.95), Config{}},
		{"minority-stackoverflow", oneMind, measured.Least("", 86), Config{Trials: 15}},
		{"minority-banking77", oneMind, measured.Least("", 86), Config{Trials: 15}},
		{"minority-argkp", oneMind, measured.Least("", 86), Config{Trials: 50}},
		{"minority-stackoverflow", twoMinds, measured.Least("", 86), Config{}},
		{"minority-banking77", twoMinds, measured.Least("", 86), Config{}},
		{"minority-argkp", twoMinds, measured.Least("", 50), Config{}},
		{"small-searchsnippets", nmi, measured.Least("", 48), Config{Draws: 3}},
		{"small-banking77", nmi, measured.Least("", 72), Config{Draws: 3}},
		{"random-group", added, measured.Most("", 0.5), Config{Groups: 40}},
	} {
		done := rows[tt.id]
		if done == nil {
			tt.cfg.Data, tt.cfg.Only, tt.cfg.Background = dir, tt.id, background
			r := table(t, tt.cfg)[tt.id]
			done = &r
			rows[tt.id] = done
		}
		if done.Skipped != "" {
			t.Logf("%s: %s", tt.id, done.Skipped)
			continue
		}
		f := measured.Figure{Value: done.Value(tt.figure), Digits: 3}
		if f.Judge(tt.bound); !*f.Pass {
			t.Errorf("%s: %s is %.3f, the bound is %v", tt.id, tt.figure, f.Value, tt.bound.Value)
		}
	}
}

// BenchmarkFind is for profiles; the table is printed by "heard bench themes".
func BenchmarkFind(b *testing.B) {
	c := Config{Data: coded(b)}
	texts, err := c.manyTexts(100_000)
	if err != nil {
		b.Skip(err)
	}
	for _, n := range []int{1_000, 20_000, 100_000} {
		docs := make([]theme.Document, n)
		for i := range docs {
			docs[i] = theme.Document{ID: fmt.Sprint(i), Text: texts[i], Quotable: true}
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				c.find(docs, largeThemes, 1)
			}
		})
	}
}
