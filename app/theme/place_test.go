package theme

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var frame = []Code{
	{ID: "light", Name: "Street lighting", Definition: "Lamps, dark streets and paths, lights that are broken."},
	{ID: "litter", Name: "Litter and needles", Definition: "Rubbish, bottles, needles, bins and street cleaning."},
	{ID: "fines", Name: "Fines do not help", Definition: "Fining poor people, debt; support and housing instead."},
}

func TestPlaceByNames(t *testing.T) {
	docs := []Document{
		{ID: "a", Text: "The lamps on our street are broken and it is dark."},
		{ID: "b", Text: "Needles and bottles everywhere, and the bins are full."},
		{ID: "c", Text: "A fine only puts people in debt. Support them with housing."},
		{ID: "d", Text: "Zebras"},
		{ID: "e", Text: ""},
	}
	want := []string{"light", "litter", "fines", "", ""}
	for i, a := range Place(docs, frame, nil, nil) {
		got := ""
		if len(a.Themes) > 0 {
			got = a.Themes[0].Theme
		}
		if a.Document != docs[i].ID || got != want[i] {
			t.Errorf("%q placed in %v, want %s", docs[i].Text, a.Themes, want[i])
		}
	}
}

func TestPlaceLearnsFromExamples(t *testing.T) {
	// "Hedgehogs" is in no name or definition; only examples can teach it.
	docs := []Document{{ID: "a", Text: "Think of the hedgehogs"}}
	examples := []Example{
		{"The hedgehogs need gaps in fences", "litter"}, {"Hedgehogs again", "Litter and needles"},
		{"It is dark by four", "light"}, {"Mend the lamps", "light"}, {"No more debt", "fines"}, {"Housing first", "fines"},
		{"Nobody knows this code", "other"},
	}
	got := Place(docs, frame, examples, nil)
	if len(got[0].Themes) != 1 || got[0].Themes[0].Theme != "litter" {
		t.Errorf("placed in %v, want litter alone", got[0].Themes)
	}
	// Examples with several themes allow several.
	both := append(slices.Clone(examples), Example{"Bins in the dark, dark litter", "litter"}, Example{"Bins in the dark, dark litter", "light"})
	got = Place([]Document{{ID: "a", Text: "Bins in the dark and litter"}}, frame, both, nil)
	if len(got[0].Themes) != 2 {
		t.Errorf("placed in %v, want two themes", got[0].Themes)
	}
}

func TestPlacePromises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.SliceOfN(wording(), 0, 30).Draw(t, "texts")
		docs := make([]Document, len(texts))
		for i, text := range texts {
			docs[i] = Document{ID: fmt.Sprint(i), Text: text}
		}
		codes := frame[:rapid.IntRange(0, len(frame)).Draw(t, "codes")]
		var examples []Example
		for _, text := range rapid.SliceOfN(wording(), 0, 12).Draw(t, "examples") {
			examples = append(examples, Example{text, rapid.SampledFrom([]string{"light", "litter", "fines", "none"}).Draw(t, "theme")})
		}
		got := Place(docs, codes, examples, nil)
		if len(got) != len(docs) {
			t.Fatalf("%d assignments for %d documents", len(got), len(docs))
		}
		for i, a := range got {
			if a.Document != docs[i].ID || a.Themes == nil {
				t.Fatalf("assignment %d is %+v", i, a)
			}
			last := 1.0
			for _, s := range a.Themes {
				if s.Score > last || s.Score < 0 || !slices.ContainsFunc(codes, func(c Code) bool { return c.ID == s.Theme }) {
					t.Fatalf("assignment %d is %+v", i, a)
				}
				last = s.Score
			}
		}
		if diff := cmp.Diff(got, Place(docs, codes, examples, nil)); diff != "" {
			t.Fatal(diff)
		}
	})
}
