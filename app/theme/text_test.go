package theme

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func tokensOf(s string) []string {
	out := []string{}
	eachToken(s, func(at span) { out = append(out, s[at.start:at.end]) })
	return out
}

func textsAt(s string, spans []span) []string {
	out := []string{}
	for _, at := range spans {
		out = append(out, s[at.start:at.end])
	}
	return out
}

func TestTokens(t *testing.T) {
	tests := []struct {
		text string
		want []string
	}{
		{"", []string{}},
		{" \t\n", []string{}},
		{"Don’t fine us, it's £100.", []string{"Don’t", "fine", "us", "it's", "100"}},
		{"C++, c# and F#; not a++b or #tag", []string{"C++", "c#", "and", "F#", "not", "a", "b", "or", "tag"}},
		{"asp.net 3.5 e.g. this...", []string{"asp.net", "3.5", "e.g", "this"}},
		{"kerb-crawling/24hr", []string{"kerb", "crawling", "24hr"}},
		{"Straße e\u0301te\u0301", []string{"Straße", "e\u0301te\u0301"}},
		{"街道明亮 x", []string{"街道", "道明", "明亮", "x"}},
		{"灯", []string{"灯"}},
		{"a\xffb", []string{"a", "b"}},
		{"🚓 ok 👩‍👩‍👧", []string{"ok"}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, tokensOf(tt.text)); diff != "" {
			t.Errorf("%q: %s", tt.text, diff)
		}
	}
}

func TestSentences(t *testing.T) {
	tests := []struct {
		text string
		want []string
	}{
		{"", []string{}},
		{"One. Two! Three? Four", []string{"One.", "Two!", "Three?", "Four"}},
		{"I saw it at 10.30 p.m. near St. Mary's... Then I left.", []string{"I saw it at 10.30 p.m. near St.", "Mary's...", "Then I left."}},
		{"e.g. this one. J. Smith said \"No.\" Fine", []string{"e.g. this one.", "J. Smith said \"No.\"", "Fine"}},
		{"first line\nsecond line\r\n\r\nthird", []string{"first line", "second line", "third"}},
		{"街道很暗。请修灯！", []string{"街道很暗。", "请修灯！"}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, textsAt(tt.text, sentences(tt.text))); diff != "" {
			t.Errorf("%q: %s", tt.text, diff)
		}
	}
}

func TestClauses(t *testing.T) {
	text := "Fines, of £1,000 at 10:30, hurt (really) - they do; end"
	want := []string{"Fines", "of £1,000 at 10:30", "hurt", "really", "they do", "end"}
	if diff := cmp.Diff(want, textsAt(text, clauses(text, span{0, len(text)}))); diff != "" {
		t.Error(diff)
	}
}

func TestLanguages(t *testing.T) {
	tests := []struct{ text, want string }{
		{"The lights on our street have been broken for months and nobody cares", "en"},
		{"Die Laternen in unserer Straße sind seit Monaten kaputt und niemand kümmert sich", "de"},
		{"Mae angen goleuadau ar y stryd ac nid yw'r cyngor wedi gwneud dim i ni", "cy"},
		{"Les lampadaires de la rue sont cassés depuis des mois et personne ne fait rien", "fr"},
		{"Ulica jest bardzo ciemna i nie ma tam żadnych lamp, ale to się nie zmienia", "pl"},
		{"too short", ""},
		{"turtlesoft goldenseal software reference banktran bank transactions accounting", ""},
	}
	for _, tt := range tests {
		var words []string
		for _, w := range tokensOf(tt.text) {
			words = append(words, fold(w))
		}
		got := ""
		if l := guessLanguage(words); l != nil {
			got = l.code
		}
		if got != tt.want {
			t.Errorf("%q is taken to be in %q, want %q", tt.text, got, tt.want)
		}
	}
	if l := languageOf("pt-BR"); l.code != "pt" {
		t.Errorf("pt-BR is taken for %q", l.code)
	}
	if l := languageOf("tlh"); l != unknown {
		t.Errorf("tlh is taken for %q", l.code)
	}
}

func TestLanguage(t *testing.T) {
	const urdu = "ہماری گلی میں مہینوں سے بتیاں بند ہیں اور کوئی پوچھتا نہیں"
	tests := []struct{ name, text, want string }{
		{"English", "The lights on our street have been broken for months and nobody cares", "en"},
		{"Romanian", "Luminile de pe strada noastră sunt stricate de luni de zile și nu vine nimeni să le repare", "ro"},
		{"Polish", "Ulica jest bardzo ciemna i nie ma tam żadnych lamp, ale to się nie zmienia", "pl"},
		{"Urdu", urdu, "ur"},
		{"Panjabi", "ਸਾਡੀ ਗਲੀ ਦੀਆਂ ਬੱਤੀਆਂ ਮਹੀਨਿਆਂ ਤੋਂ ਖਰਾਬ ਹਨ", "pa"},
		{"Bengali", "আমাদের রাস্তার বাতি অনেক মাস ধরে নষ্ট", "bn"},
		{"Gujarati", "અમારી શેરીની લાઇટો બંધ છે", "gu"},
		{"Tamil", "எங்கள் தெருவில் விளக்குகள் எரியவில்லை", "ta"},
		{"a few words in a script of one language", "ਹਾਂ, ਠੀਕ ਹੈ", "pa"},
		{"Polish in a few words", "Za ciemno, żadnych świateł", "pl"},
		{"Romanian in a few words", "Prea întuneric, fără lumină și poliție", "ro"},
		{"Romanian without its marks", "Nu mai sunt lampi pe strada noastra si nu vine nimeni sa le repare, desi am sunat", "ro"},
		{"a Polish name in English", "We have asked Łukasz from the council for lights and he has not been here since", "en"},
		{"a street's name among them", "আমাদের Station Parade রাস্তার বাতি অনেক মাস ধরে নষ্ট", "bn"},
		{"a few words of another in English", "My neighbour says ਸਤ ਸ੍ਰੀ ਅਕਾਲ to all of us and that is how it should be in this street", "en"},
		{"Arabic is not Urdu", "الأنوار في شارعنا معطلة منذ أشهر ولم يأت أحد من البلدية إلى الآن وهذا غير مقبول على الإطلاق", "ar"},
		{"Persian is not Urdu", "چراغ\u200cهای خیابان ما ماه\u200cهاست که خراب است و هیچ\u200cکس برای تعمیر آن نمی\u200cآید", ""},
		{"too little to tell", "No", ""},
		{"one letter", "ਕ", ""},
		{"no letters", "07700 900123 !!! 🚓", ""},
		{"nothing", "", ""},
		{"names only", "Turtlesoft Goldenseal Banktran Cashmere Wintergreen Applewood", ""},
		{"broken text", "\xff\xfe" + urdu + "\xff", "ur"},
	}
	for _, tt := range tests {
		for range 3 { // the same each time
			if got := Language(tt.text); got != tt.want {
				t.Errorf("%s: taken to be in %q, want %q", tt.name, got, tt.want)
			}
		}
	}
}

// TestMeasureLanguage prints how often Language tells the languages of the
// demonstration. To say nothing is not to be wrong: the note is then left out.
func TestMeasureLanguage(t *testing.T) {
	rows := table(t, "lid_lingua/texts.csv")
	ours := []string{"en", "ro", "ur", "pa", "bn", "pl"}
	type count struct{ all, right, silent int }
	counts := map[string]count{} // by language and kind of text
	taken := map[string]int{}    // sentences of other languages, by the one they were taken for
	for _, row := range rows {
		if strings.Contains(row["text"], "ďż˝") {
			continue // letters that were lost before the data was gathered
		}
		got := Language(row["text"])
		if !slices.Contains(ours, row["lang"]) {
			if row["kind"] == "sentences" && slices.Contains(ours, got) {
				taken[row["lang"]+" for "+got]++
			}
			continue
		}
		key := row["lang"] + " " + row["kind"]
		c := counts[key]
		c.all++
		switch got {
		case row["lang"]:
			c.right++
		case "":
			c.silent++
		}
		counts[key] = c
	}
	for _, kind := range []string{"sentences", "word-pairs", "single-words"} {
		for _, l := range ours {
			c := counts[l+" "+kind]
			if c.all == 0 {
				t.Errorf("the data has no %s in %s", kind, l)
				continue
			}
			percent := func(n int) float64 { return 100 * float64(n) / float64(c.all) }
			wrong := c.all - c.right - c.silent
			t.Logf("%s, %s: right %.1f%%, says nothing %.1f%%, wrong %.1f%% of %d", l, kind, percent(c.right), percent(c.silent), percent(wrong), c.all)
			if percent(wrong) > 3 {
				t.Errorf("%s, %s: wrong in %d of %d", l, kind, wrong, c.all)
			}
			if kind == "sentences" && percent(c.right) < 50 {
				t.Errorf("%s: told in %d of %d sentences only", l, c.right, c.all)
			}
		}
	}
	t.Logf("sentences of other languages taken for one of these: %v", taken)
}

func seeds(f *testing.F) {
	for _, s := range []string{"", "One. Two, three", "c++ c# f#x C++", "a\xff\xfe.b", "街道。明亮！ก่อน", "e.g. 1,000 (x) — y", "👩‍👩‍👧 ﷺ e\u0301", "don’t. \u2028 x", "..'’.a.'"} {
		f.Add(s)
	}
}

func FuzzTokens(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, s string) {
		last := span{}
		eachToken(s, func(at span) {
			if at.start < last.start || at.end <= at.start || at.end > len(s) || at.end < last.end {
				t.Fatalf("token %v after %v in %q", at, last, s)
			}
			last = at
			token := s[at.start:at.end]
			if utf8.ValidString(s) && !utf8.ValidString(token) {
				t.Fatalf("token %q cuts a character of %q", token, s)
			}
			if strings.IndexFunc(token, wordRune) < 0 {
				t.Fatalf("token %q has no letter or digit", token)
			}
			if word := fold(token); len(word) > 8*longestTerm {
				t.Fatalf("%q folds to %d bytes", token, len(word))
			}
			for _, l := range languages {
				stemOf(fold(token), l)
			}
		})
	})
}

func FuzzSplitter(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, s string) {
		inside := func(parts []span, in span) {
			at := in.start
			for _, p := range parts {
				if p.start < at || p.end <= p.start || p.end > in.end {
					t.Fatalf("part %v after %d in %v of %q", p, at, in, s)
				}
				if part := s[p.start:p.end]; strings.TrimSpace(part) != part {
					t.Fatalf("part %q is not trimmed", part)
				}
				at = p.end
			}
		}
		parts := sentences(s)
		inside(parts, span{0, len(s)})
		for _, p := range parts {
			inside(clauses(s, p), p)
		}
		// Nothing but space is lost between sentences.
		kept := strings.Join(textsAt(s, parts), "")
		bare := func(s string) string {
			return strings.Map(func(r rune) rune {
				if unicode.IsSpace(r) {
					return -1
				}
				return r
			}, s)
		}
		if utf8.ValidString(s) && bare(kept) != bare(s) {
			t.Fatalf("of %q the sentences keep %q", s, kept)
		}
	})
}

func FuzzOffsets(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, s string) {
		points := []rune(s)
		for _, at := range sentences(s) {
			start, end, text := codePoints(s, at)
			if start < 0 || end > len(points) || string(points[start:end]) != text {
				t.Fatalf("%v of %q is %d to %d and reads %q", at, s, start, end, text)
			}
		}
		cut := cutAtWord(s, span{0, len(s)}, 10)
		if cut.start != 0 || cut.end > min(len(s), 10) {
			t.Fatalf("the first 10 bytes of %q end at %d", s, cut.end)
		}
	})
}

func FuzzFind(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, s string) {
		var docs []Document
		for i, part := range strings.SplitN(s, " ", 60) {
			docs = append(docs, Document{ID: string(rune('a' + i)), Text: part + " " + s, Groups: []string{s[:len(s)/2]}, Quotable: i%2 == 0})
			docs = append(docs, Document{ID: string(rune('a'+i)) + "2", Text: part})
		}
		if err := check(docs, Find(docs, Options{Seed: 1})); err != nil {
			t.Fatal(err)
		}
	})
}
