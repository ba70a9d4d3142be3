package theme

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// dictionary is an invented one in the files of WordNet. It knows that lamps,
// bulbs and lanterns give light, and that rubbish, litter and waste are thrown
// away, and nothing else of use.
func dictionary() fstest.MapFS {
	var noun strings.Builder
	noun.WriteString("  1 This is an invented dictionary in the format of WordNet 9.9\n")
	entry := func(n int, words []string, gloss string) {
		fmt.Fprintf(&noun, "%08d 03 n %02x", n, len(words))
		for _, w := range words {
			fmt.Fprintf(&noun, " %s 0", strings.ReplaceAll(w, " ", "_"))
		}
		fmt.Fprintf(&noun, " 001 @ %08d n 0000 | %s\n", 100+n%2, gloss)
	}
	for i, gloss := range []string{"something that gives light in the dark", "it glows and shines in the dark", "a glowing thing with a bright shine"} {
		entry(2*i, []string{"lamp", "bulb", "lantern"}, gloss)
		entry(2*i+1, []string{"rubbish", "litter", "trash can"}, []string{"waste that is thrown away", "garbage thrown on the ground as waste", "dirty garbage"}[i])
	}
	entry(100, []string{"light"}, "what shines; \"a bright light | in the dark\"")
	entry(101, []string{"waste"}, "dirty garbage that is thrown away")
	for i := range 300 { // so that no word is in too many glosses to tell anything
		entry(200+i, []string{fmt.Sprint("filler", i)}, fmt.Sprintf("kind of filler%d and of filler%d", (i+1)%300, (i+7)%300))
	}
	files := fstest.MapFS{"data.noun": {Data: []byte(noun.String())}}
	files["data.verb"] = &fstest.MapFile{Data: []byte("00000001 29 v 01 glow 0 000 00 | shine with a bright light\n")}
	files["data.adj"] = &fstest.MapFile{Data: []byte("00000001 00 s 01 dirty(a) 0 000 | full of garbage and waste\n")}
	files["data.adv"] = &fstest.MapFile{Data: []byte("\n")[:0]}
	return files
}

func readDictionary(t testing.TB) *Background {
	t.Helper()
	b, err := ReadWordNet(dictionary())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func cosineOf(b *Background, v, w string) float64 {
	english := languageOf("en")
	a, c := b.vectors[stemOf(v, english)], b.vectors[stemOf(w, english)]
	if a == nil || c == nil {
		return math.NaN()
	}
	return float64(dot(a, c))
}

func TestReadWordNet(t *testing.T) {
	b := readDictionary(t)
	if b.Name != "WordNet 9.9" {
		t.Errorf("the dictionary is called %q", b.Name)
	}
	for word, v := range b.vectors {
		if length := float64(dot(v, v)); math.Abs(length-1) > 1e-3 && length != 0 {
			t.Errorf("%s has length %v", word, length)
		}
	}
	for _, akin := range [][3]string{{"lamp", "lantern", "litter"}, {"rubbish", "garbage", "glow"}, {"lamps", "bulbs", "rubbish"}} {
		near, far := cosineOf(b, akin[0], akin[1]), cosineOf(b, akin[0], akin[2])
		if !(near > far) {
			t.Errorf("%s is as %.2f like %s and %.2f like %s", akin[0], near, akin[1], far, akin[2])
		}
	}
	again := readDictionary(t)
	if diff := cmp.Diff(b.vectors, again.vectors); diff != "" {
		t.Errorf("the same files gave other vectors: %s", diff)
	}
}

func TestReadWordNetFaults(t *testing.T) {
	for line, want := range map[string]string{
		"no bar here at all 1 2 3":                      "data.verb, line 2: expected the fields of a sense, a bar and a gloss",
		"00000001 29 v zz glow 0 000 00 | x":            "line 2: expected as many words as the line says",
		"00000001 29 v 09 glow 0 000 00 | x":            "line 2: expected as many words as the line says",
		"00000001 29 v 01 glow 0 007 @ 0001 n 0000 | x": "line 2: expected as many pointers as the line says",
		"00000001 29 v 01 glow 0 -01 00 | x":            "line 2: expected as many pointers as the line says",
	} {
		files := dictionary()
		files["data.verb"] = &fstest.MapFile{Data: []byte("  licence\n" + line + "\n")}
		if _, err := ReadWordNet(files); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", line, err, want)
		}
	}
	files := dictionary()
	delete(files, "data.adv")
	if _, err := ReadWordNet(files); err == nil || !strings.Contains(err.Error(), "data.adv") {
		t.Errorf("a missing file: %v", err)
	}
}

func FuzzParseSense(f *testing.F) {
	for _, file := range dictionary() {
		for _, line := range strings.Split(string(file.Data), "\n") {
			f.Add(line)
		}
	}
	f.Add("00000001 29 v ff")
	f.Add("00000001 29 v 01 glow 0 999999999999 00 | x")
	f.Fuzz(func(t *testing.T, line string) {
		if key, s, err := parseSense(line); err == nil && (key == "" || s == nil) {
			t.Errorf("%q: no sense and no error", line)
		}
	})
}

// Answers that share no word are one theme where a dictionary says that their
// words are akin, and stay apart, listed singly, where nothing does.
func TestAkinByTheDictionary(t *testing.T) {
	lights := []string{"lamp", "bulb", "lantern", "glow", "shine", "bright"}
	litter := []string{"rubbish", "litter", "garbage", "waste", "trash", "dirty"}
	var docs []Document
	for i := range 24 {
		words := lights
		if i%2 == 1 {
			words = litter
		}
		a, b := words[i/2%6], words[(i/2+1+i/12)%6]
		docs = append(docs, Document{ID: fmt.Sprint(i), Text: fmt.Sprintf("%s and %s", a, b), Language: "en", Quotable: true})
	}
	r := Find(docs, Options{K: 2, Seed: 1, Background: readDictionary(t)})
	if r.Background != "WordNet 9.9" {
		t.Errorf("the method says %q", r.Background)
	}
	if err := check(docs, r); err != nil {
		t.Error(err)
	}
	of := map[bool]string{}
	for i, a := range r.Assignments {
		if len(a.Themes) == 0 {
			t.Errorf("%q is in no theme", docs[i].Text)
			continue
		}
		if theme, seen := of[i%2 == 0]; seen && theme != a.Themes[0].Theme {
			t.Errorf("%q is not where its like are", docs[i].Text)
		}
		of[i%2 == 0] = a.Themes[0].Theme
	}
	if of[true] == of[false] {
		t.Error("lights and litter are one theme")
	}
	if r := Find(docs, Options{K: 2, Seed: 1}); r.Background != "" {
		t.Errorf("without one the method says %q", r.Background)
	}
}

// A dictionary that does not know what the texts talk about is not trusted.
func TestForetold(t *testing.T) {
	b := readDictionary(t)
	weigh := func(texts []string) float32 {
		docs := make([]Document, len(texts))
		for i, text := range texts {
			docs[i] = Document{Text: text, Language: "en"}
		}
		c := readCorpus(docs)
		terms := make([][]int32, len(docs))
		for i := range docs {
			terms[i] = c.of(i)
		}
		_, weight := b.meanings(c, terms, c.languages)
		return weight
	}
	var knows, misleads, unknown []string
	for i := range 60 {
		lights, litter := []string{"lamp", "bulb", "lantern"}, []string{"rubbish", "litter", "garbage"}
		words := lights
		if i%2 == 1 {
			words = litter
		}
		name := fmt.Sprintf("name%c%c", 'a'+i%2, 'a'+i/2%10)
		knows = append(knows, name+" "+words[i%3])
		misleads = append(misleads, fmt.Sprintf("name%c %s", 'a'+i/6, [][]string{lights, litter}[i%2][i%3]))
		unknown = append(unknown, name+" quux")
	}
	full, little, none := weigh(knows), weigh(misleads), weigh(unknown)
	if full < 0.9*glossWeight || little > full/2 || none != 0 {
		t.Errorf("weights %v where it foretells, %v where it misleads, %v where it knows no word", full, little, none)
	}
}

// The vectors of a language model bring together answers that share no word,
// and an answer without one is still compared by its words.
func TestVectors(t *testing.T) {
	var docs []Document
	var vectors [][]float32
	for i := range 40 {
		text := fmt.Sprintf("word%da word%db", i, i)
		v := []float32{1, float32(i%5) / 50, 0}
		if i%2 == 1 {
			v = []float32{0, float32(i%7) / 50, 1}
		}
		if i >= 36 { // they share words with one side and have no vector
			text, v = "word1a word3b word5a", nil
		}
		docs = append(docs, Document{ID: fmt.Sprint(i), Text: text, Language: "en", Quotable: true})
		vectors = append(vectors, v)
	}
	r := Find(docs, Options{K: 2, Seed: 1, Vectors: vectors})
	if err := check(docs, r); err != nil {
		t.Error(err)
	}
	first := func(i int) string {
		if len(r.Assignments[i].Themes) == 0 {
			return ""
		}
		return r.Assignments[i].Themes[0].Theme
	}
	for i := range 36 {
		if first(i) == "" || first(i) != first(i%2) {
			t.Errorf("%d is in %q, its like in %q", i, first(i), first(i%2))
		}
	}
	if first(0) == first(1) {
		t.Error("both kinds are one theme")
	}
	for i := 36; i < 40; i++ {
		if first(i) != first(1) {
			t.Errorf("%d, which has no vector, is in %q, not with those it shares words with", i, first(i))
		}
	}
}

// An answer that makes several points is in the theme of each.
func TestPassages(t *testing.T) {
	light := []string{"The street lamps are broken and the path is dark at night.", "Please repair the street lamps, the path is dark.", "Dark path, broken lamps, nobody walks there at night."}
	litter := []string{"There is litter and needles in the park every morning.", "The bins in the park overflow with litter.", "Needles and litter in the park, empty the bins."}
	noise := []string{"Shouting and music keep my children awake.", "The music and the shouting never stop, my children cannot sleep.", "Music and shouting until four."}
	fines := []string{"Fines push women into danger, help them instead.", "Danger grows when women are fined; help works.", "Help women, do not fine them into danger."}
	var docs []Document
	for i := range 30 {
		for topic, texts := range [][]string{light, litter, noise, fines} {
			docs = append(docs, Document{ID: fmt.Sprint(topic, "-", i), Text: texts[i%3], Quotable: true})
		}
	}
	both := Document{ID: "both", Text: strings.Repeat(light[0]+" "+light[1]+" ", 2) + strings.Repeat(litter[0]+" "+litter[1]+" ", 3), Quotable: true}
	docs = append(docs, both)
	r := Find(docs, Options{K: 4, Seed: 1})
	if err := check(docs, r); err != nil {
		t.Error(err)
	}
	a := r.Assignments[len(docs)-1]
	if len(a.Themes) != 2 {
		t.Errorf("an answer on lamps and on litter is in %+v", a.Themes)
	}
}

func TestPassagesKeepEveryWord(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(wording(), 0, 12).Draw(t, "parts")
		c := readCorpus([]Document{{Text: strings.Join(parts, ". ")}})
		var all []int32
		passages := c.passages(0)
		for _, p := range passages {
			all = append(all, p...)
		}
		if diff := cmp.Diff(c.of(0), all); diff != "" && len(c.of(0))+len(all) > 0 {
			t.Fatalf("passages lose or change words: %s", diff)
		}
		if len(passages) > mostPassages+1 {
			t.Fatalf("%d passages", len(passages))
		}
	})
}
