package theme

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"heard/app/theme/agreement"
)

// Measurements on text that people have coded. They take minutes, so they run
// only when HEARD_TEST_MEASURE is set, and where the text is at hand.

// table reads a CSV file of the shared data as one map per row.
func table(t testing.TB, path string) []map[string]string {
	t.Helper()
	if os.Getenv("HEARD_TEST_MEASURE") == "" {
		t.Skip("set HEARD_TEST_MEASURE to measure on coded text")
	}
	f, err := os.Open(filepath.Join("..", "..", "..", "shared", "data", filepath.FromSlash(path)))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the data is not here: ", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, row := range rows[1:] {
		m := map[string]string{}
		for i, name := range rows[0] {
			m[name] = row[i]
		}
		out = append(out, m)
	}
	return out
}

// A labelled text has one theme given by people.
type labelled struct {
	text  string
	label int
}

func labelledBy(rows []map[string]string, column string) []labelled {
	number := map[string]int{}
	var out []labelled
	for _, r := range rows {
		l := r[column]
		if _, ok := number[l]; !ok {
			number[l] = len(number)
		}
		out = append(out, labelled{r["text"], number[l]})
	}
	return out
}

func documents(texts []labelled) []Document {
	docs := make([]Document, len(texts))
	for i, x := range texts {
		docs[i] = Document{ID: strconv.Itoa(i), Text: x.text, Quotable: true}
	}
	return docs
}

// firstThemes numbers the best theme of every document; -1 for none.
func firstThemes(r Result) []int {
	number := map[string]int{}
	for i, t := range r.Themes {
		number[t.ID] = i
	}
	out := make([]int, len(r.Assignments))
	for i, a := range r.Assignments {
		out[i] = -1
		if len(a.Themes) > 0 {
			out[i] = number[a.Themes[0].Theme]
		}
	}
	return out
}

func median[T cmp.Ordered](v []T) T {
	v = slices.Sorted(slices.Values(v))
	return v[len(v)/2]
}

func TestMeasureThemes(t *testing.T) {
	for _, set := range []struct {
		path, label   string
		k             int
		accuracy, nmi float64 // least mean over the seeds, in per cent
	}{
		{"short_text_clustering/stackoverflow.csv", "label", 20, 84, 74},
		{"short_text_clustering/searchsnippets.csv", "label", 8, 76, 66},
		{"banking77/queries.csv", "label", 77, 45, 65},
	} {
		t.Run(filepath.Dir(set.path)+"/"+filepath.Base(set.path), func(t *testing.T) {
			texts := labelledBy(table(t, set.path), set.label)
			gold := make([]int, len(texts))
			for i, x := range texts {
				gold[i] = x.label
			}
			docs := documents(texts)
			var acc, nmi, ari []float64
			var took []time.Duration
			var sumAcc, sumNMI float64
			for seed := range uint64(3) {
				start := time.Now()
				r := Find(docs, Options{K: set.k, Seed: seed})
				took = append(took, time.Since(start))
				if err := check(docs, r); err != nil {
					t.Error(err)
				}
				found := firstThemes(r)
				acc = append(acc, 100*agreement.Accuracy(found, gold))
				nmi = append(nmi, 100*agreement.NMI(found, gold))
				ari = append(ari, 100*agreement.ARI(found, gold))
				sumAcc, sumNMI = sumAcc+acc[seed], sumNMI+nmi[seed]
			}
			t.Logf("n=%d k=%d: accuracy %.1f, NMI %.1f, ARI %.1f, %v (medians of 3)", len(docs), set.k, median(acc), median(nmi), median(ari), median(took).Round(10*time.Millisecond))
			if sumAcc/3 < set.accuracy || sumNMI/3 < set.nmi {
				t.Errorf("mean accuracy %.1f and NMI %.1f, want %.0f and %.0f", sumAcc/3, sumNMI/3, set.accuracy, set.nmi)
			}
		})
	}
}

func TestMeasureCampaigns(t *testing.T) {
	var docs []Document
	for _, r := range table(t, "regs_gov_near_duplicates/comments.csv") {
		docs = append(docs, Document{ID: r["id"], Text: r["text"]})
	}
	in := map[string]int{}
	for n, g := range findCampaigns(readCorpus(docs)) {
		for _, i := range g.members {
			in[docs[i].ID] = n + 1
		}
	}
	var hits, wrong, missed float64
	for _, r := range table(t, "regs_gov_near_duplicates/pairs_labelled.csv") {
		same := in[r["id_a"]] != 0 && in[r["id_a"]] == in[r["id_b"]]
		switch gold := r["same_campaign"] == "1"; {
		case same && gold:
			hits++
		case same:
			wrong++
		case gold:
			missed++
		}
	}
	f1 := 2 * hits / (2*hits + wrong + missed)
	t.Logf("%d letters: pairs found %.0f, wrong %.0f, missed %.0f, F1 %.3f", len(docs), hits, wrong, missed, f1)
	if f1 < 0.95 {
		t.Errorf("F1 %.3f, want 0.95", f1)
	}
}

// plant makes a body of n texts in which one topic is held only by share of
// the people, at least six, all of one group; others of that group, as many as
// mixed times those, say what everybody says. It returns which are planted.
func plant(texts []labelled, n int, share, mixed float64, rng *rand.Rand) ([]Document, []bool) {
	n = min(n, len(texts))
	held := max(6, int(share*float64(n)+0.5))
	size := map[int]int{}
	for _, x := range texts {
		size[x.label]++
	}
	order := rng.Perm(len(texts))
	topic := -1
	for _, i := range order {
		if size[texts[i].label] >= held {
			topic = texts[i].label
			break
		}
	}
	if topic < 0 {
		return nil, nil
	}
	others := int(mixed * float64(held))
	var docs []Document
	var planted []bool
	add := func(i int, group string, is bool) {
		docs = append(docs, Document{ID: strconv.Itoa(i), Text: texts[i].text, Groups: []string{group}})
		planted = append(planted, is)
	}
	kept := 0
	for _, i := range order {
		switch {
		case texts[i].label == topic && kept < held:
			add(i, "minority", true)
			kept++
		case texts[i].label == topic || len(docs)-kept >= n-held:
		case others > 0:
			add(i, "minority", false)
			others--
		default:
			add(i, "resident", false)
		}
	}
	return docs, planted
}

// foundAsTheme reports whether one theme holds at least half the planted texts
// and consists of them at least by half.
func foundAsTheme(r Result, planted []bool) bool {
	size, hits, all := map[int]int{}, map[int]int{}, 0
	for i, t := range firstThemes(r) {
		size[t]++
		if planted[i] {
			all++
			hits[t]++
		}
	}
	for t, n := range hits {
		if t >= 0 && 2*n >= size[t] && 2*n >= all {
			return true
		}
	}
	return false
}

func TestMeasureMinority(t *testing.T) {
	trial := func(t *testing.T, sets [][]labelled, n int, least float64) {
		for _, mixed := range []float64{0, 0.66} {
			var found, trials float64
			for i := range 50 {
				docs, planted := plant(sets[i%len(sets)], n, 0.02, mixed, rand.New(rand.NewPCG(uint64(i), 9)))
				if docs == nil {
					continue
				}
				trials++
				if foundAsTheme(Find(docs, Options{Seed: uint64(i)}), planted) {
					found++
				}
			}
			t.Logf("n≤%d, %.0f%% of the group on other subjects: found in %.0f%% of %.0f trials", n, 100*mixed/(1+mixed), 100*found/trials, trials)
			if found < least*trials {
				t.Errorf("found in %.0f of %.0f trials, want %.0f%%", found, trials, 100*least)
			}
		}
	}
	t.Run("stackoverflow", func(t *testing.T) {
		trial(t, [][]labelled{labelledBy(table(t, "short_text_clustering/stackoverflow.csv"), "label")}, 900, 0.9)
	})
	t.Run("banking77", func(t *testing.T) {
		trial(t, [][]labelled{labelledBy(table(t, "banking77/queries.csv"), "label")}, 900, 0.8)
	})
	t.Run("argkp2021", func(t *testing.T) { trial(t, argKP(t), 900, 0.5) })
}

// argKP gives the arguments of each topic with the key point they were matched
// with.
func argKP(t *testing.T) [][]labelled {
	match := map[string]string{}
	for _, r := range table(t, "argkp2021/labels.csv") {
		if r["label"] == "1" && match[r["arg_id"]] == "" {
			match[r["arg_id"]] = r["key_point_id"]
		}
	}
	byTopic := map[string][]map[string]string{}
	var topics []string
	for _, r := range table(t, "argkp2021/arguments.csv") {
		if r["key_point"] = match[r["arg_id"]]; r["key_point"] == "" {
			continue
		}
		if byTopic[r["topic"]] == nil {
			topics = append(topics, r["topic"])
		}
		byTopic[r["topic"]] = append(byTopic[r["topic"]], r)
	}
	var out [][]labelled
	for _, topic := range topics {
		out = append(out, labelledBy(byTopic[topic], "key_point"))
	}
	return out
}

// A random set of people has no theme of its own.
func TestMeasureRandomGroup(t *testing.T) {
	texts := labelledBy(table(t, "banking77/queries.csv"), "label")
	added := 0
	const trials = 20
	for i := range trials {
		order := rand.New(rand.NewPCG(uint64(i), 3)).Perm(len(texts))[:600]
		var docs []Document
		for n, at := range order {
			d := Document{ID: strconv.Itoa(at), Text: texts[at].text}
			if n < 30 {
				d.Groups = []string{"drawn"}
			}
			docs = append(docs, d)
		}
		with := len(Find(docs, Options{Seed: 1}).Themes)
		for n := range docs {
			docs[n].Groups = nil
		}
		added += with - len(Find(docs, Options{Seed: 1}).Themes)
	}
	t.Logf("%.2f themes added for a random group", float64(added)/trials)
	if 2*added > trials {
		t.Errorf("%d themes added in %d trials, want at most half as many", added, trials)
	}
}

func TestMeasurePlace(t *testing.T) {
	texts := labelledBy(table(t, "short_text_clustering/stackoverflow.csv"), "label")
	for per, least := range map[int]float64{10: 0.78, 50: 0.83} {
		taught := map[int]int{}
		var examples []Example
		var docs []Document
		var gold []int
		var frame []Code
		for _, i := range rand.New(rand.NewPCG(1, 5)).Perm(len(texts)) {
			x := texts[i]
			if taught[x.label] == 0 {
				frame = append(frame, Code{ID: strconv.Itoa(x.label)})
			}
			if taught[x.label] < per {
				taught[x.label]++
				examples = append(examples, Example{x.text, strconv.Itoa(x.label)})
			} else {
				docs, gold = append(docs, Document{Text: x.text}), append(gold, x.label)
			}
		}
		start := time.Now()
		placed := Place(docs, frame, examples, nil)
		took := time.Since(start)
		right, given, wanted := map[string]float64{}, map[string]float64{}, map[string]float64{}
		for i, a := range placed {
			want := strconv.Itoa(gold[i])
			wanted[want]++
			if len(a.Themes) > 0 {
				given[a.Themes[0].Theme]++
				if a.Themes[0].Theme == want {
					right[want]++
				}
			}
		}
		var f1 float64
		for _, c := range frame {
			f1 += 2 * right[c.ID] / (given[c.ID] + wanted[c.ID]) / float64(len(frame))
		}
		t.Logf("StackOverflow, %d examples a theme: macro-F1 %.3f, %v", per, f1, took.Round(10*time.Millisecond))
		if f1 < least {
			t.Errorf("macro-F1 %.3f, want %.2f", f1, least)
		}
	}
}

func TestMeasurePlaceSeveral(t *testing.T) {
	var rows []map[string]string
	for _, r := range table(t, "nhs_fft_themes/responses.csv") {
		if r["trust"] == "NEAS" && r["usable"] == "1" {
			rows = append(rows, r)
		}
	}
	themes := func(r map[string]string) []string {
		var out []string
		for _, x := range strings.FieldsFunc(r["themes"], func(c rune) bool { return c == ';' || c == '|' }) {
			out = append(out, strings.TrimSpace(x))
		}
		return out
	}
	rand.New(rand.NewPCG(1, 5)).Shuffle(len(rows), func(a, b int) { rows[a], rows[b] = rows[b], rows[a] })
	var frame []Code
	for _, r := range rows {
		for _, x := range themes(r) {
			if !slices.ContainsFunc(frame, func(c Code) bool { return c.Name == x }) {
				frame = append(frame, Code{Name: x})
			}
		}
	}
	const folds = 5
	var right, given, wanted float64
	for fold := range folds {
		var docs []Document
		var gold [][]string
		var examples []Example
		for i, r := range rows {
			if i%folds == fold {
				docs, gold = append(docs, Document{Text: r["text"]}), append(gold, themes(r))
				continue
			}
			for _, x := range themes(r) {
				examples = append(examples, Example{r["text"], x})
			}
		}
		for i, a := range Place(docs, frame, examples, nil) {
			given += float64(len(a.Themes))
			wanted += float64(len(gold[i]))
			for _, s := range a.Themes {
				if slices.Contains(gold[i], s.Theme) {
					right++
				}
			}
		}
	}
	f1 := 2 * right / (given + wanted)
	t.Logf("NHS answers, %d in %d folds: micro-F1 %.3f", len(rows), folds, f1)
	if f1 < 0.70 {
		t.Errorf("micro-F1 %.3f, want 0.70", f1)
	}
}

// Names alone: mean average precision of arguments placed at key points, over
// the better half of each topic and side, as the shared task scored it.
func TestMeasurePlaceByName(t *testing.T) {
	label := map[string]string{}
	for _, r := range table(t, "argkp2021/labels.csv") {
		label[r["arg_id"]+" "+r["key_point_id"]] = r["label"]
	}
	for _, split := range []string{"train", "dev"} {
		frames := map[string][]Code{}
		side := func(r map[string]string) string { return r["topic"] + "\n" + r["stance"] }
		for _, r := range table(t, "argkp2021/key_points.csv") {
			if r["split"] == split {
				frames[side(r)] = append(frames[side(r)], Code{ID: r["key_point_id"], Name: r["text"]})
			}
		}
		docs := map[string][]Document{}
		for _, r := range table(t, "argkp2021/arguments.csv") {
			if r["split"] == split {
				docs[side(r)] = append(docs[side(r)], Document{ID: r["arg_id"], Text: r["text"]})
			}
		}
		var sum, sides float64
		for key, frame := range frames {
			placed := slices.DeleteFunc(Place(docs[key], frame, nil, nil), func(a Assignment) bool { return len(a.Themes) == 0 })
			slices.SortStableFunc(placed, func(a, b Assignment) int { return cmp.Compare(b.Themes[0].Score, a.Themes[0].Score) })
			placed = placed[:min(len(placed), len(docs[key])/2)]
			var hits, precision float64
			for i, a := range placed {
				if label[a.Document+" "+a.Themes[0].Theme] == "1" {
					hits++
					precision += hits / float64(i+1)
				}
			}
			sum += precision / float64(max(1, len(placed)))
			sides++
		}
		t.Logf("ArgKP %s, key points' names alone: mAP %.3f over %.0f sides", split, sum/sides, sides)
		if sum/sides < 0.38 {
			t.Errorf("mAP %.3f, want 0.38", sum/sides)
		}
	}
}

func BenchmarkFind(b *testing.B) {
	texts := labelledBy(table(b, "short_text_clustering/stackoverflow.csv"), "label")
	for _, n := range []int{1_000, 20_000, 100_000} {
		docs := make([]Document, n)
		for i := range docs {
			docs[i] = Document{ID: strconv.Itoa(i), Text: texts[i%len(texts)].text, Quotable: true}
			if i >= len(texts) { // another title's end makes another title
				docs[i].Text += " " + texts[i*7919%len(texts)].text
			}
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				Find(docs, Options{K: 40, Seed: 1})
			}
		})
	}
}
