package redact

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestJigsaw(t *testing.T) {
	type told map[Trait][]string
	for _, test := range []struct {
		name, text string
		want       told
	}{
		{"four", "I am 34, a Romanian nurse with a limp — and I drive a red Corsa.", told{
			TraitAge: {"I am 34"}, TraitOrigin: {"Romanian"}, TraitWork: {"nurse"}, TraitAppearance: {"limp"}, TraitVehicle: {"red Corsa"}}},
		{"a child", "My daughter is in year 4 and asthmatic; I was outside the bakery on the corner at 7am.", told{
			TraitSchool: {"in year 4"}, TraitHealth: {"asthmatic"}, TraitPlaceTime: {"outside the bakery on the corner at 7am"}}},
		{"after other letters", "Ştefan 😀: I'm forty two, a widow, and I came from Tunisia.", told{
			TraitAge: {"I'm forty two"}, TraitFamily: {"widow"}, TraitOrigin: {"came from Tunisia"}}},
		{"two traits only", "I am 34 and I have a limp, scars and a walking stick.", nil},
		{"standpoint", "I am a sex worker, a resident, a mother and a Muslim. I trade here and I am a client.", nil},
		{"nothing", "", nil},
	} {
		var got told
		for _, p := range Jigsaw(test.text) {
			if got == nil {
				got = told{}
			}
			got[p.Trait] = append(got[p.Trait], test.text[p.Start:p.End])
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}
