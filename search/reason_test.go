package search_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"heard/search"
)

// hit marks words of a text as an engine would.
func hit(language, text string, marked ...string) search.Hit {
	var spans []search.Span
	for _, m := range marked {
		at := strings.Index(text, m)
		spans = append(spans, search.Span{Start: at, End: at + len(m)})
	}
	return search.Hit{Document: search.Document{Text: text, Language: language}, Snippet: search.Excerpt(text, spans)}
}

func TestReasons(t *testing.T) {
	for _, tt := range []struct {
		text string
		hit  search.Hit
		want []search.Reason
	}{
		{"police", hit("en", "The Police came.", "Police"), []search.Reason{{"police", "Police", search.HowWord}}},
		{"policing", hit("en", "The police came.", "police"), []search.Reason{{"policing", "police", search.HowForm}}},
		{"policing", hit("en-GB", "We are policed.", "policed"), []search.Reason{{"policing", "policed", search.HowForm}}},
		{"shouts", hit("", "Shouting at night.", "Shouting"), []search.Reason{{"shouts", "Shouting", search.HowForm}}},
		{"lihgting", hit("en", "Better lighting.", "lighting"), []search.Reason{{"lihgting", "lighting", search.HowSpelling}}},
		{"graff", hit("en", "The graffiti stayed.", "graffiti"), []search.Reason{{"graff", "graffiti", search.HowBeginning}}},
		{"grafi", hit("en", "The graffiti stayed.", "graffiti"), []search.Reason{{"grafi", "graffiti", search.HowSpelling}}},
		{"wighting", hit("en", "Better lighting.", "lighting"), []search.Reason{{"wighting", "lighting", search.HowSpelling}}},
		{`"loading bay"`, hit("en", "In the Loading Bay we wait.", "Loading", "Bay"), []search.Reason{{"loading bay", "Loading Bay", search.HowPhrase}}},
		{`"loading bay" cars`, hit("en", "Cars in the loading bay.", "Cars", "loading", "bay"),
			[]search.Reason{{"cars", "Cars", search.HowWord}, {"loading bay", "loading bay", search.HowPhrase}}},
		{"lamps street", hit("en", "The lamp in our streets, the lamps, the street.", "lamp", "streets", "lamps", "street,"),
			[]search.Reason{{"lamps", "lamps", search.HowWord}, {"street", "streets", search.HowForm}}},
		{"the lamp", hit("en", "the lamp", "lamp"), []search.Reason{{"lamp", "lamp", search.HowWord}}},
		{"cafe", hit("en", "The café.", "café"), []search.Reason{{"cafe", "café", search.HowWord}}},
		{"resedinta", hit("ro", "Mi-am schimbat reședința.", "reședința"), []search.Reason{{"resedinta", "reședința", search.HowWord}}},
		{"amenzilor", hit("ro", "Amenzile ne-au alungat.", "Amenzile"), []search.Reason{{"amenzilor", "Amenzile", search.HowForm}}},
		{"iluminado", hit("es", "Queremos calles iluminadas.", "iluminadas"), []search.Reason{{"iluminado", "iluminadas", search.HowForm}}},
		{"straße", hit("de", "Auf den Straßen ist es dunkel.", "Straßen"), []search.Reason{{"straße", "Straßen", search.HowForm}}},
		{"روشنی", hit("ur", "رات کو روشنی کم ہے۔", "روشنی"), []search.Reason{{"روشنی", "روشنی", search.HowWord}}},
		{"ਰੋਸ\u0a3cਨੀ", hit("pa", "ਸਾਡੀ ਗਲੀ ਵਿੱਚ ਰੋਸ਼ਨੀ ਘੱਟ ਹੈ।", "ਰੋਸ਼ਨੀ"), []search.Reason{{"ਰੋਸ\u0a3cਨੀ", "ਰੋਸ਼ਨੀ", search.HowWord}}},
		{"রাস্তা", hit("bn", "আমাদের রাস্তায় আলো কম।", "রাস্তায়"), []search.Reason{{"রাস্তা", "রাস্তায়", search.HowBeginning}}},
		{"مشرد", hit("ar", "يساعدون المشردين", "المشردين"), []search.Reason{{"مشرد", "المشردين", search.HowForm}}},
		// Only what the passage marks is explained.
		{"police officers", hit("en", "The police came, officers too.", "police"), []search.Reason{{"police", "police", search.HowWord}}},
		{"police", hit("en", "The police came."), nil},
		{"", hit("en", "The police came."), nil},
		{"lamp -police", hit("en", "The lamp.", "lamp"), []search.Reason{{"lamp", "lamp", search.HowWord}}},
		{"helicopter", hit("en", "The lamp.", "lamp"), nil},
		{"lamp", search.Hit{}, nil},
	} {
		if diff := cmp.Diff(tt.want, search.Reasons(tt.text, tt.hit), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%q in %q (-want +got):\n%s", tt.text, tt.hit.Document.Text, diff)
		}
	}
}

func TestMatches(t *testing.T) {
	for _, tt := range []struct {
		asked, language, text string
		want                  []string
	}{
		{"lighting", "en", "Lighting, lights, lightning, lighter, LIGHTING", []string{"Lighting", "lights", "lightning", "LIGHTING"}},
		{"lamp", "en", "lamp lamps lump damp lampshade clamp", []string{"lamp", "lamps", "lump", "lampshade"}},
		{"lamp street", "en", "lampshade streetlamp streets", []string{"streetlamp", "streets"}}, // only the last word is unfinished
		{"bay", "en", "bay bays buy by", []string{"bay", "bays"}},                                // too short to be misspelt
		{"route 42", "en", "route 43, 42, 421", []string{"route", "42", "421"}},
		{"lihgt", "en", "light", []string{"light"}}, // two letters swapped are one mistake
		{`"the bay"`, "en", "the bay, the old bay, The Bay", []string{"the", "bay", "The", "Bay"}},
		{"the bay", "en", "the bay", []string{"bay"}},
		{"bay -lamp", "en", "bay lamp", []string{"bay"}},
		{"policing", "ur", "police policing", []string{"policing"}},                                                 // no stems in this language
		{"one two three four five six seven eight nine ten eleven", "en", "tan seven elevenses", []string{"seven"}}, // a pasted sentence
	} {
		spans := search.Matches(search.Parse(tt.asked), tt.text, tt.language)
		slices.SortFunc(spans, func(a, b search.Span) int { return a.Start - b.Start })
		var got []string
		for _, s := range slices.Compact(spans) {
			got = append(got, tt.text[s.Start:s.End])
		}
		if diff := cmp.Diff(tt.want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%q in %q (-want +got):\n%s", tt.asked, tt.text, diff)
		}
	}
}

func FuzzReasons(f *testing.F) {
	f.Add(`policing "loading bay" lam`, "en", "police in the loading bay, lamps")
	f.Add("آلو", "ar", "الآلو والضوء")
	f.Add("a’b 'c", "ro", "ŞŢ a'b")
	f.Add("İI ıi", "tr", "i̇ı")
	f.Fuzz(func(t *testing.T, text, language, passage string) {
		e := search.Parse(text)
		spans := search.Matches(e, passage, language)
		for _, s := range spans {
			if s.Start < 0 || s.Start >= s.End || s.End > len(passage) {
				t.Fatalf("the match %v is not in a text of %d bytes", s, len(passage))
			}
		}
		h := search.Hit{Document: search.Document{Text: passage, Language: language}, Snippet: search.Excerpt(passage, spans)}
		reasons := search.Reasons(text, h)
		for _, r := range reasons {
			if r.Asked == "" || r.Found == "" || r.How == "" || !strings.Contains(passage, r.Found) {
				t.Errorf("%+v explains nothing", r)
			}
		}
		shown := slices.ContainsFunc(h.Snippet, func(s search.Segment) bool { return s.Match })
		if len(reasons) == 0 && shown && len(e.Phrases) == 0 {
			t.Error("a marked word has no reason")
		}
		if len(reasons) > len(e.Words)+len(e.Phrases) {
			t.Errorf("%d reasons for %d things asked", len(reasons), len(e.Words)+len(e.Phrases))
		}
	})
}
