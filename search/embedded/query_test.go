package embedded_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"heard/search"
)

// TestInflections holds what the contract cannot ask of every engine: words found by their stem, in every language that
// has a stemmer. None of them is a misspelling or a beginning of what it finds.
func TestInflections(t *testing.T) {
	e := open(t, "")
	put(t, e,
		document("en", "en", "They policed the women's refuges."),
		document("gb", "en-GB", "The harassing stopped."),
		document("unknown", "", "Everybody was shouting."),
		document("ro", "ro", "Amenzile ne-au alungat din străzile luminate."),
		document("es", "es", "Queremos calles iluminadas."),
		document("fr", "fr", "Les rues sont mal éclairées."),
		document("de", "de", "Wir fürchten die Verdrängungen."),
		document("hu", "hu", "A házainkban félünk."),
		document("it", "it", "Le strade illuminate aiutano."),
		document("pt", "pt", "As multas puniram-nos."),
		document("ru", "ru", "Нужны фонари на улицах."),
		document("tr", "tr", "Evlerimizden korkuyoruz."),
		document("ar", "ar", "يساعدون المشردين"),
		document("ta", "ta", "தெருக்களில் விளக்குகள் இல்லை"),
		document("ur", "ur", "گلیوں میں روشنی"),
	)
	for text, want := range map[string][]string{
		"policing":    {"en"},
		"women":       {"en"},
		"harassment":  {"gb"},
		"shouts":      {"unknown"},
		"amendă":      nil,
		"amenzilor":   {"ro"},
		"strazilor":   {"ro"},
		"iluminado":   {"es"},
		"éclairaient": {"fr"},
		"Verdrängung": {"de"},
		"háznak":      {"hu"},
		"illuminando": {"it"},
		"punirem":     {"pt"},
		"улицей":      {"ru"},
		"evlerin":     {"tr"},
		"مشرد":        {"ar"},
		"விளக்குகளை":  {"ta"},
	} {
		if got := find(t, e, text); !slices.Equal(got, want) {
			t.Errorf("%q found %v, expected %v", text, got, want)
		}
	}
}

func TestExactRanksFirst(t *testing.T) {
	e := open(t, "")
	docs := []search.Document{
		document("a-typo", "en", "We were displaecd."),
		document("b-prefix", "en", "We fear displacedness."),
		document("c-exact", "en", "We were displaced by the order to another part of the town, and that part has fewer lamps."),
	}
	for i := range 50 {
		docs = append(docs, document("common-"+string(rune('A'+i%26))+string(rune('A'+i/26)), "en", "We were displaced by it, and we say so at length here."))
	}
	put(t, e, docs...)
	res, err := e.Search(t.Context(), search.Query{Consultation: "c", Tier: search.TierOfficer, Text: "displaced", PerPage: 100})
	if err != nil {
		t.Fatal(err)
	}
	if res[0].Total != len(docs) {
		t.Fatalf("found %d, expected all %d", res[0].Total, len(docs))
	}
	for i, h := range res[0].Hits {
		if exact := strings.Contains(h.Document.Text, "displaced "); exact != (i < 51) {
			t.Errorf("%s is at place %d", h.Document.ID, i+1)
		}
	}
}

func TestPhraseAndOptionalWordsRaise(t *testing.T) {
	e := open(t, "")
	put(t, e,
		document("a", "en", "We are for safety and an order now."),
		document("b", "en", "Safety of the order matters now."),
	)
	if got := find(t, e, "safety of order"); !slices.Equal(got, []string{"b", "a"}) {
		t.Errorf("found %v", got)
	}
}

func TestLongQueryNeedsSomeWords(t *testing.T) {
	e := open(t, "")
	put(t, e,
		document("all", "en", "alpha bravo charlie delta echo foxtrot"),
		document("three", "en", "bravo charlie echo"),
		document("two", "en", "alpha bravo"),
		document("one", "en", "alpha golf"),
	)
	for text, want := range map[string][]string{
		"alpha bravo charlie":                        {"all"},
		"alpha bravo charlie delta echo foxtrot":     {"all", "three"},
		"alpha bravo charlie delta echo foxtrot yes": {"all", "three", "two"},
	} {
		if got := find(t, e, text); !slices.Equal(got, want) {
			t.Errorf("%q found %v, expected %v", text, got, want)
		}
	}
}

// TestMeaningIsRefused: there is no embedder in this process.
func TestMeaningIsRefused(t *testing.T) {
	e := open(t, "")
	res, err := e.Search(t.Context(), search.Query{Consultation: "c", Tier: search.TierOfficer, Text: "lighting", Meaning: true})
	if !errors.Is(err, search.ErrInvalidQuery) || len(res) != 0 {
		t.Errorf("answered %v (%v), expected ErrInvalidQuery", res, err)
	}
}

// TestFoundIsMarked holds the index and search.Matches, which marks what is found, to the same answer: a word finds a text
// when, and only when, something in it is marked for it.
func TestFoundIsMarked(t *testing.T) {
	words := []string{
		"police", "policing", "policed", "women's", "lighting", "lights", "bay", "bays", "skies", "dying", "42", "flat12", "kerb", "crawling",
		"reședința", "străzilor", "străzi", "amendă", "amenzilor", "Straße", "Straßen", "éclairées", "iluminadas", "улицах", "улицей", "evlerimizden",
		"المشردين", "مشرد", "روشنی", "گلیوں", "ਰੋਸ਼ਨੀ", "রাস্তায়", "রাস্তা", "விளக்குகள்", "住宅",
	}
	e := open(t, "")
	rapid.Check(t, func(r *rapid.T) {
		d := document("a", rapid.SampledFrom([]string{"en", "", "ro", "de", "fr", "es", "ru", "tr", "ar", "ur", "ta", "xx"}).Draw(r, "language"),
			strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 1, 3).Draw(r, "text"), ", "))
		if err := e.Put(t.Context(), d); err != nil {
			r.Fatal(err)
		}
		asked := []rune(rapid.SampledFrom(words).Draw(r, "word"))
		for range rapid.IntRange(0, 3).Draw(r, "mistakes") {
			i := rapid.IntRange(0, len(asked)-1).Draw(r, "at")
			switch rapid.IntRange(0, 3).Draw(r, "mistake") {
			case 0:
				asked[i] = 'x'
			case 1:
				asked = slices.Insert(asked, i, 'l')
			case 2:
				asked[i], asked[0] = asked[0], asked[i]
			case 3:
				asked = asked[:i+1]
			}
		}
		text := string(asked) + rapid.SampledFrom([]string{"", " -nothing"}).Draw(r, "end")
		if len(search.Parse(text).Words) != 1 {
			r.Skip("this is not one word")
		}
		res, err := e.Search(t.Context(), search.Query{Consultation: "c", Tier: search.TierOfficer, Text: text})
		if err != nil {
			r.Fatal(err)
		}
		if marked := len(search.Matches(search.Parse(text), d.Text, d.Language)) > 0; marked != (res[0].Total == 1) {
			r.Fatalf("%q in %q (%s): found %d, marked %v", text, d.Text, d.Language, res[0].Total, marked)
		}
	})
}

// FuzzSearch looks for panics in the stemmers, for answers that point outside the text, and for documents found by words
// that are then not marked, which would mean that search.Matches and the index disagree.
func FuzzSearch(f *testing.F) {
	f.Add("Reședința străzilor", "strada", "ro")
	f.Add("ﬁrst İstanbul ẞtraße", "istanbul", "tr")
	f.Add("'s ’ 'a'", "\"'s", "en")
	f.Add("المشردون", "مشرد", "ar")
	f.Fuzz(func(t *testing.T, text, query, language string) {
		d := document("a", language, text)
		if d.Validate() != nil {
			t.Skip()
		}
		e := open(t, "")
		put(t, e, d)
		res, err := e.Search(t.Context(), search.Query{Consultation: "c", Tier: search.TierOfficer, Text: query})
		if (search.Query{Consultation: "c", Tier: search.TierOfficer, Text: query}).Validate() != nil {
			t.Skip()
		}
		if err != nil {
			t.Fatal(err)
		}
		asked := search.Parse(query)
		for _, h := range res[0].Hits {
			var whole strings.Builder
			marked := false
			for _, s := range h.Snippet {
				whole.WriteString(s.Text)
				marked = marked || s.Match
			}
			if wanted := len(asked.Words)+len(asked.Phrases) > 0; marked != wanted {
				t.Errorf("%q in %q: marked %v, expected %v", query, text, marked, wanted)
			}
			if h.Document.Text != text || !strings.Contains(text, whole.String()) {
				t.Errorf("text %q came back as %q with the passage %q", text, h.Document.Text, whole.String())
			}
		}
		// A text is found by its own first word.
		for w := range search.Words(text) {
			if len(w.Text) <= 100 && len(find(t, e, w.Text)) != 1 {
				t.Errorf("%q is not found by %q", text, w.Text)
			}
			break
		}
	})
}
