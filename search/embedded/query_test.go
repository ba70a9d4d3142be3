package embedded_test

import (
	"slices"
	"strings"
	"testing"

	"heard/search"
)

// TestInflections holds what the contract cannot ask of every engine: words found by their stem.
func TestInflections(t *testing.T) {
	e := open(t, "")
	put(t, e,
		document("en", "en", "They policed the women's refuges."),
		document("gb", "en-GB", "The harassing stopped."),
		document("unknown", "", "Everybody was shouting."),
		document("ro", "ro", "Amenzile ne-au alungat din străzile luminate."),
		document("es", "es", "Queremos calles iluminadas."),
		document("ur", "ur", "گلیوں میں روشنی"),
	)
	for text, want := range map[string][]string{
		"policing":   {"en"},
		"women":      {"en"},
		"harassment": {"gb"},
		"shouts":     {"unknown"},
		"amendă":     nil,
		"amenzilor":  {"ro"},
		"strazilor":  {"ro"},
		"iluminado":  {"es"},
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

// FuzzSearch looks for panics in the stemmers and for answers that point outside the text.
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
		for _, h := range res[0].Hits {
			var whole strings.Builder
			for _, s := range h.Snippet {
				whole.WriteString(s.Text)
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
