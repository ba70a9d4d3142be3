package theme

import (
	"slices"
	"testing"
)

func TestStems(t *testing.T) {
	for _, test := range []struct {
		text, tag string
		want      []string
	}{
		{"The needles were swept, and a needle isn't.", "en-GB", []string{"needl", "swept", "needl"}},
		{"Don’t close the ALLEYS", "en", []string{"close", "alley"}},
		{"Mae nodwyddau yn y parc", "cy", []string{"nodwyddau", "parc"}},
		{"Needles there", "", []string{"needles", "there"}},
		{"", "en", nil},
		{"\xff—\x00", "en", nil},
	} {
		if got := Stems(test.text, test.tag); !slices.Equal(got, test.want) {
			t.Errorf("%q in %q: %q, want %q", test.text, test.tag, got, test.want)
		}
	}
}
