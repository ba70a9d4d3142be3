package theme

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"heard/models"
)

var update = flag.Bool("update", false, "write the golden files anew")

// consultation reads the invented answers of a PSPO consultation.
func consultation(t testing.TB) []Document {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "pspo.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	stances := map[string]string{"for": models.StanceFor, "against": models.StanceAgainst}
	var docs []Document
	for _, row := range rows[1:] { // id, groups, position, quotable, text
		d := Document{ID: row[0], Stance: stances[row[2]], Quotable: row[3] == "yes", Text: row[4]}
		if row[1] != "" {
			d.Groups = strings.Split(row[1], "|")
		}
		docs = append(docs, d)
	}
	return docs
}

func marshal(t testing.TB, v any) []byte {
	t.Helper()
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestGolden(t *testing.T) {
	got := marshal(t, Find(consultation(t), Options{Seed: 1}))
	path := filepath.Join("testdata", "pspo.json")
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("run with -update if the change is wanted (-want +got):\n%s", diff)
	}
}

func TestSameBytesOnAnyNumberOfProcessors(t *testing.T) {
	docs := consultation(t)
	want := marshal(t, Find(docs, Options{Seed: 7}))
	for _, processors := range []int{1, 2, 5} {
		before := runtime.GOMAXPROCS(processors)
		got := marshal(t, Find(docs, Options{Seed: 7}))
		runtime.GOMAXPROCS(before)
		if !bytes.Equal(want, got) {
			t.Errorf("with %d processors: %s", processors, cmp.Diff(string(want), string(got)))
		}
	}
}

// check reports every broken promise of a result.
func check(docs []Document, r Result) error {
	if r.Documents != len(docs) || len(r.Assignments) != len(docs) {
		return fmt.Errorf("%d documents in, %d counted, %d assigned", len(docs), r.Documents, len(r.Assignments))
	}
	unthemed := map[string]int{}
	for _, id := range r.Unthemed {
		unthemed[id]++
	}
	themes := map[string]int{}
	for i, t := range r.Themes {
		if want := fmt.Sprintf("t%d", i+1); t.ID != want {
			return fmt.Errorf("theme %d is called %s", i+1, t.ID)
		}
		if i > 0 && t.Size > r.Themes[i-1].Size {
			return fmt.Errorf("%s is larger than the theme before it", t.ID)
		}
		themes[t.ID] = i
	}
	size := map[string]int{}
	groups, stances := map[string]map[string]int{}, map[string]map[string]int{}
	members := map[string]map[string]bool{}
	byID := map[string]Document{}
	for i, a := range r.Assignments {
		d := docs[i]
		byID[d.ID] = d
		if a.Document != d.ID {
			return fmt.Errorf("assignment %d is of %s, not %s", i, a.Document, d.ID)
		}
		if a.Themes == nil {
			return fmt.Errorf("%s has no list of themes", d.ID)
		}
		if (len(a.Themes) == 0) != (unthemed[d.ID] == 1) {
			return fmt.Errorf("%s has %d themes and is listed as unthemed %d times", d.ID, len(a.Themes), unthemed[d.ID])
		}
		last := 1.0
		for _, s := range a.Themes {
			if _, ok := themes[s.Theme]; !ok || members[s.Theme][d.ID] {
				return fmt.Errorf("%s is placed in %s, which is unknown or said twice", d.ID, s.Theme)
			}
			if s.Score > last || s.Score < 0 || s.Score != math.Round(s.Score*1e4)/1e4 {
				return fmt.Errorf("%s scores %v in %s after %v", d.ID, s.Score, s.Theme, last)
			}
			last = s.Score
			size[s.Theme]++
			if members[s.Theme] == nil {
				members[s.Theme], groups[s.Theme], stances[s.Theme] = map[string]bool{}, map[string]int{}, map[string]int{}
			}
			if d.Stance != "" {
				stances[s.Theme][d.Stance]++
			}
			members[s.Theme][d.ID] = true
			for _, g := range groupsOf(d) {
				groups[s.Theme][g]++
			}
		}
	}
	labels := map[string]bool{}
	for _, t := range r.Themes {
		if t.Size != size[t.ID] || t.Size < 2 {
			return fmt.Errorf("%s has size %d and %d members", t.ID, t.Size, size[t.ID])
		}
		if diff := cmp.Diff(stances[t.ID], t.Stances); diff != "" {
			return fmt.Errorf("stances of %s: %s", t.ID, diff)
		}
		if t.NameFrom != "" && (t.Stances[models.StanceFor] == 0 || t.Stances[models.StanceAgainst] == 0) {
			return fmt.Errorf("%s is named from one side, and has no other: %v", t.ID, t.Stances)
		}
		if diff := cmp.Diff(groups[t.ID], t.Groups); diff != "" {
			return fmt.Errorf("groups of %s: %s", t.ID, diff)
		}
		key := strings.ToLower(t.Label)
		if strings.TrimSpace(t.Label) == "" || labels[key] || !utf8.ValidString(t.Label) {
			return fmt.Errorf("label %q of %s is empty, broken or taken", t.Label, t.ID)
		}
		labels[key] = true
		if t.Keywords == nil || t.DistinctiveFor == nil || t.Quotes == nil || len(t.Quotes) > quotesPerTheme {
			return fmt.Errorf("%s lacks a list, or has %d quotes", t.ID, len(t.Quotes))
		}
		quoted := map[string]bool{}
		for _, q := range t.Quotes {
			d := byID[q.Document]
			if !d.Quotable || !members[t.ID][d.ID] || quoted[d.ID] {
				return fmt.Errorf("%s must not be quoted in %s, or not again", q.Document, t.ID)
			}
			quoted[d.ID] = true
			if q.Group != "" && !slices.Contains(d.Groups, q.Group) || q.Group == "" && len(d.Groups) > 0 {
				return fmt.Errorf("%s does not speak for %q", d.ID, q.Group)
			}
			if points := []rune(d.Text); q.Start < 0 || q.End <= q.Start || q.End > len(points) || string(points[q.Start:q.End]) != q.Text {
				return fmt.Errorf("quote of %s is not its text at %d to %d", d.ID, q.Start, q.End)
			}
			if sum := sha256.Sum256([]byte(q.Text)); q.SHA256 != hex.EncodeToString(sum[:]) || q.Stance != d.Stance {
				return fmt.Errorf("quote of %s has the hash %s and the stance %q", d.ID, q.SHA256, q.Stance)
			}
		}
	}
	in := map[string]bool{}
	for _, c := range r.Campaigns {
		if len(c.Members) < 2 || c.Additions == nil || c.Template == "" {
			return fmt.Errorf("campaign %s lacks members, additions or template", c.ID)
		}
		for _, m := range c.Members {
			if _, ok := byID[m]; !ok || in[m] {
				return fmt.Errorf("%s is unknown or in two campaigns", m)
			}
			in[m] = true
		}
		for m := range c.Additions {
			if !slices.Contains(c.Members, m) {
				return fmt.Errorf("%s adds to a campaign it is not in", m)
			}
		}
	}
	return fair(r, byID, members)
}

// fair reports a person quoted again while another in the same theme, who said
// something and may be quoted, has not been heard. Small themes choose first.
func fair(r Result, byID map[string]Document, members map[string]map[string]bool) error {
	heard := map[string]bool{}
	for _, t := range slices.Backward(r.Themes) {
		for _, q := range t.Quotes {
			if !heard[q.Document] {
				continue
			}
			for m := range members[t.ID] {
				if byID[m].Quotable && !heard[m] && len(tokensOf(byID[m].Text)) > 0 {
					return fmt.Errorf("%s quotes %s again before %s", t.ID, q.Document, m)
				}
			}
		}
		for _, q := range t.Quotes {
			heard[q.Document] = true
		}
	}
	return nil
}

func TestConsultation(t *testing.T) {
	docs := consultation(t)
	r := Find(docs, Options{Seed: 1})
	if err := check(docs, r); err != nil {
		t.Error(err)
	}
	if len(r.Campaigns) != 1 || len(r.Campaigns[0].Members) != 8 {
		t.Errorf("want the one campaign of eight letters, got %+v", r.Campaigns)
	} else if len(r.Campaigns[0].Additions) != 3 {
		t.Errorf("want what three senders added, got %v", r.Campaigns[0].Additions)
	}
	// What only sex workers say is a theme, and is known to be theirs.
	theirs := 0
	for _, th := range r.Themes {
		if slices.Contains(th.DistinctiveFor, "sex worker") && th.Groups["sex worker"] > th.Size/2 {
			theirs++
		}
	}
	if theirs == 0 {
		t.Error("no theme is mostly, and known to be, that of sex workers")
	}
	for _, id := range []string{"p100", "p101", "p102"} { // a lone subject, blank, only signs
		if !slices.Contains(r.Unthemed, id) {
			t.Errorf("%s shares no theme but is not listed singly", id)
		}
	}
}

// wording draws answers from a small set of words, so that they do share some.
func wording() *rapid.Generator[string] {
	word := rapid.SampledFrom(strings.Fields(`street lighting bins litter police dispersal kerb crawling safety women night
		workers harassment support order renew noise drinking park school children zone fines c++ don't 24/7 PSPO Straße 街道 ไฟฟ้า`))
	words := rapid.SliceOfN(word, 0, 40)
	return rapid.OneOf(
		rapid.Map(words, func(w []string) string { return strings.Join(w, " ") }),
		rapid.Map(words, func(w []string) string { return strings.Join(w, ". ") }),
		rapid.String(),
		rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }),
		rapid.Just("I want the order to be renewed because the street is safer at night for my children and for the women who walk home from the station after work"),
	)
}

func TestPromises(t *testing.T) {
	words := readDictionary(t)
	rapid.Check(t, func(t *rapid.T) {
		least := rapid.SampledFrom([]int{0, 30, 60}).Draw(t, "least") // short lists are drawn most, and group nothing
		texts := rapid.SliceOfN(wording(), least, 120).Draw(t, "texts")
		docs := make([]Document, len(texts))
		for i, text := range texts {
			docs[i] = Document{
				ID:       fmt.Sprint("d", i),
				Text:     text,
				Language: rapid.SampledFrom([]string{"", "", "en", "de-DE", "cy", "xx"}).Draw(t, "language"),
				Groups:   rapid.SliceOfN(rapid.SampledFrom([]string{"resident", "sex worker", "business"}), 0, 3).Draw(t, "groups"),
				Stance:   rapid.SampledFrom([]string{"", models.StanceFor, models.StanceAgainst, models.StanceUnsure}).Draw(t, "stance"),
				Quotable: rapid.Bool().Draw(t, "quotable"),
			}
		}
		var background *Background
		if rapid.Bool().Draw(t, "dictionary") {
			background = words
		}
		vectors := make([][]float32, len(docs))
		for i := range vectors {
			if rapid.Bool().Draw(t, "vector") {
				vectors[i] = []float32{float32(i % 3), float32(i % 5), rapid.Float32Range(-1, 1).Draw(t, "value")}
			}
		}
		opt := Options{Background: background, Vectors: vectors, K: rapid.IntRange(0, 12).Draw(t, "k"), Seed: rapid.Uint64().Draw(t, "seed")}
		r := Find(docs, opt)
		if err := check(docs, r); err != nil {
			t.Fatal(err)
		}
		if a, b := mustJSON(r), mustJSON(Find(docs, opt)); a != b {
			t.Fatalf("the same seed gave other bytes: %s", cmp.Diff(a, b))
		}
	})
}

func mustJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func TestExtremes(t *testing.T) {
	repeat := func(n int, text ...string) []Document {
		var docs []Document
		for i := range n {
			docs = append(docs, Document{ID: fmt.Sprint(i), Text: text[i%len(text)], Quotable: true})
		}
		return docs
	}
	letter := "Please renew the order, because since it was made the streets around our school have been calm, clean and safe for every child who walks there."
	scripts := []string{"Hello street 🚓", "街道需要更多照明", "通りにもっと街灯を", "거리 조명이 필요합니다", "ถนนต้องการไฟ", "الشارع يحتاج إلى إنارة", "הרחוב צריך תאורה",
		"Улице нужно освещение", "Вулиці потрібне освітлення", "Ο δρόμος χρειάζεται φώτα", "सड़क को रोशनी चाहिए", "রাস্তায় আলো দরকার", "ਸੜਕ ਨੂੰ ਰੌਸ਼ਨੀ ਚਾਹੀਦੀ ਹੈ",
		"શેરીને પ્રકાશની જરૂર છે", "தெருவுக்கு விளக்கு தேவை", "వీధికి దీపాలు కావాలి", "ಬೀದಿಗೆ ದೀಪ ಬೇಕು", "തെരുവിന് വെളിച്ചം വേണം", "වීදියට ආලෝකය අවශ්\u200dයයි",
		"လမ်းမီးလိုသည်", "ផ្លូវត្រូវការភ្លើង", "ຖະໜົນຕ້ອງການໄຟ", "ქუჩას განათება სჭირდება", "Փողոցին լույս է պետք", "ጎዳናው መብራት ይፈልጋል", "སྲང་ལམ་ལ་གློག་དགོས",
		"ᏍᎩᎾᎾ ᎤᏲᎢ", "ᐊᖅᑯᑎ ᖁᓪᓕᖅ", "ⵜⴰⵙⵓⴽⵜ ⵜⴰⵙⵉⴷⵉⵔⵜ", "ߛߌߟߊ ߞߊ߲߬ߘߎ߬", "ꆈꌠꁱꂷ", "Mae angen goleuadau ar y stryd", "Tá soilse ag teastáil ón tsráid", "Đường phố cần đèn",
		"🚧🚓🚑", "👩\u200d👩\u200d👧\u200d👦", "\ufdfa", "𝔖𝔱𝔯𝔢𝔢𝔱 𝔩𝔦𝔤𝔥𝔱", "e\u0301clairage de la rue", "\u200b\u200e\u202e", "ⅷ ½ ①", "a\xffb street \xc3\x28 light"}
	tests := []struct {
		name             string
		docs             []Document
		themes, unthemed int // -1: any
	}{
		{"nobody", nil, 0, 0},
		{"one", repeat(1, letter), 0, 1},
		{"two", repeat(2, letter, "More bins"), 0, 2},
		{"nineteen", repeat(19, "street lights are broken", "too much litter in the park"), 0, 19},
		{"all identical and short", repeat(100, "Keep the order"), 1, 0},
		{"all identical letters", repeat(100, letter), 1, 0},
		{"all empty", repeat(50, "", " \n\t", "\u00a0"), 0, 50},
		{"only signs", repeat(50, "!!!", "🚓", "—"), 0, 50},
		{"two answers many times", repeat(60, "Keep the order", "Scrap this rule"), 2, 0},
		{"forty scripts", repeat(len(scripts), scripts...), -1, -1},
		{"forty scripts three times", repeat(3*len(scripts), scripts...), -1, -1},
		{"invalid UTF-8", repeat(40, "\xff\xfe\xfd", "street \xff light", "\xc3\x28 lights on the street", "litter\xf0\x28\x8c\xbc everywhere"), -1, -1},
		{"the same id throughout", slices.Repeat([]Document{{ID: "same"}}, 3), 0, 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, k := range []int{0, 1, 3, 500} {
				r := Find(tt.docs, Options{K: k, Seed: 3})
				if tt.name != "the same id throughout" {
					if err := check(tt.docs, r); err != nil {
						t.Errorf("k=%d: %v", k, err)
					}
				}
				if tt.themes >= 0 && len(r.Themes) != tt.themes {
					t.Errorf("k=%d: %d themes, want %d: %+v", k, len(r.Themes), tt.themes, r.Themes)
				}
				if tt.unthemed >= 0 && len(r.Unthemed) != tt.unthemed {
					t.Errorf("k=%d: %d unthemed, want %d", k, len(r.Unthemed), tt.unthemed)
				}
			}
		})
	}
}

func TestOneHugeAnswer(t *testing.T) {
	if testing.Short() {
		t.Skip("long")
	}
	docs := consultation(t)
	var b strings.Builder
	for i := 0; b.Len() < 5<<20; i++ {
		fmt.Fprintf(&b, "%s and then %d. ", docs[i%len(docs)].Text, i)
	}
	for _, text := range []string{b.String(), strings.Repeat("a", 5<<20), strings.Repeat("x.", 5<<19), strings.Repeat("街", 5<<18), strings.Repeat("a. ", 5<<18), strings.Repeat("\xff", 5<<20)} {
		with := append(slices.Clone(docs), Document{ID: "huge", Text: text, Quotable: true})
		if err := check(with, Find(with, Options{})); err != nil {
			t.Error(err)
		}
		alone := with[len(with)-1:]
		if err := check(alone, Find(alone, Options{})); err != nil {
			t.Error(err)
		}
	}
}

func TestThemeCount(t *testing.T) {
	for n, want := range map[int]int{0: 4, 20: 5, 60: 8, 233: 12, 1000: 20, 20_000: 40, 200_000: 40} {
		if got := themeCount(n); got != want {
			t.Errorf("themeCount(%d) = %d, want %d", n, got, want)
		}
	}
}

// A letter that several people sent, some with a word changed, is quoted once
// in a theme.
func TestALetterIsQuotedOnce(t *testing.T) {
	docs := consultation(t)
	letter := "We ask the council to let the order end and to spend the money on outreach, housing and drug treatment for everybody who needs it. " +
		"Fines have never given anyone a home, and the towpath is no safer than the street was before the patrols came."
	for i, opening := range []string{"", "", "Dear sir. ", "Good evening. ", "", "Please read this. "} {
		text := opening + letter
		if i%2 == 1 {
			text = strings.Replace(text, "everybody who needs", "anybody who needs", 1)
		}
		docs = append(docs, Document{ID: fmt.Sprintf("letter%d", i), Text: text, Groups: []string{"visitor"}, Quotable: true})
	}
	for _, theme := range Find(docs, Options{Seed: 1}).Themes {
		quoted := 0
		for _, q := range theme.Quotes {
			if strings.Contains(q.Text, "who needs it") {
				quoted++
			}
		}
		if quoted > 1 {
			t.Errorf("%q quotes one sentence of the letter %d times", theme.Label, quoted)
		}
	}
}

// A clause that quotes somebody, or half of a quotation, is no name.
func TestNamesQuoteNobody(t *testing.T) {
	var docs []Document
	for i := range 30 {
		docs = append(docs, Document{ID: fmt.Sprint(i), Text: []string{"He shouted ‘lamps are out’ at the towpath gate", "Lamps are out at the towpath gate", "More bins in the park please", "The park bins overflow each week"}[i%4], Quotable: true})
	}
	for _, theme := range Find(docs, Options{K: 4, Seed: 1}).Themes {
		if strings.ContainsAny(theme.Label, "‘\"“”") {
			t.Errorf("a theme is named %q", theme.Label)
		}
	}
}

// What is found depends on what people wrote and who they are, not on the order
// in which it arrived, nor on the random IDs it was given.
func TestOrderAndIDsMakeNoDifference(t *testing.T) {
	docs := consultation(t)
	want := Find(docs, Options{Seed: 1})
	for _, theme := range want.Themes {
		for i := range theme.Quotes {
			theme.Quotes[i].Document = ""
		}
	}
	for seed := range uint64(3) {
		random := rand.New(rand.NewPCG(seed, 1))
		shuffled := slices.Clone(docs)
		random.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		was := map[string]string{} // new ID → old
		for i := range shuffled {
			id := fmt.Sprintf("%016x", random.Uint64())
			was[id], shuffled[i].ID = shuffled[i].ID, id
		}
		got := Find(shuffled, Options{Seed: 1})
		for i, a := range got.Assignments {
			if a.Document != shuffled[i].ID {
				t.Fatalf("assignment %d is of %s, expected them in the order given", i, a.Document)
			}
			got.Assignments[i].Document = was[a.Document]
		}
		for i := range got.Unthemed {
			got.Unthemed[i] = was[got.Unthemed[i]]
		}
		for _, theme := range got.Themes {
			for i := range theme.Quotes {
				theme.Quotes[i].Document = "" // of several who wrote the same, any may be quoted
			}
		}
		for i, c := range got.Campaigns {
			for j := range c.Members {
				c.Members[j] = was[c.Members[j]]
			}
			slices.Sort(c.Members)
			added := map[string]string{}
			for id, text := range c.Additions {
				added[was[id]] = text
			}
			got.Campaigns[i].Additions = added
		}
		byID := func(a, b Assignment) int { return strings.Compare(a.Document, b.Document) }
		for _, r := range []*Result{&want, &got} {
			slices.SortFunc(r.Assignments, byID)
			slices.Sort(r.Unthemed)
			for _, c := range r.Campaigns {
				slices.Sort(c.Members)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("in another order (-want +got):\n%s", diff)
		}
	}
}
