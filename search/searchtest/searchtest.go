// Package searchtest is the contract of search.Engine as a test suite. Both engines pass it; a third would have to.
//
// It asserts what is found and how much, not the order of equally good answers, which is each engine's own affair.
package searchtest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"heard/search"
)

// Run holds an engine to the contract. The function open returns a fresh and empty one, and sees to its closing.
func Run(t *testing.T, open func(t *testing.T) search.Engine) {
	t.Run("Reading", func(t *testing.T) { reading(t, open(t)) })
	t.Run("Access", func(t *testing.T) { access(t, open(t)) })
	t.Run("Tiers", func(t *testing.T) { tiers(t, open(t)) })
	t.Run("Attributes", func(t *testing.T) { attributes(t, open(t)) })
	t.Run("Attachments", func(t *testing.T) { attachments(t, open(t)) })
	t.Run("Several", func(t *testing.T) { several(t, open(t)) })
	t.Run("Values", func(t *testing.T) { values(t, open(t)) })
	t.Run("Pages", func(t *testing.T) { pages(t, open(t)) })
	t.Run("Paging", func(t *testing.T) { paging(t, open(t)) })
	t.Run("Replace", func(t *testing.T) { replace(t, open(t)) })
	t.Run("Delete", func(t *testing.T) { remove(t, open(t)) })
	t.Run("Rebuild", func(t *testing.T) { rebuild(t, open(t)) })
	t.Run("RebuildError", func(t *testing.T) { rebuildError(t, open(t)) })
	t.Run("WritesDuringRebuild", func(t *testing.T) { writesDuringRebuild(t, open(t)) })
	t.Run("InvalidDocument", func(t *testing.T) { invalidDocument(t, open(t)) })
	t.Run("Concurrent", func(t *testing.T) { concurrent(t, open(t)) })
	t.Run("Cancelled", func(t *testing.T) { cancelled(t, open(t)) })
	t.Run("Close", func(t *testing.T) { closed(t, open(t)) })
}

const consultation = "street-safety"

// corpus is a small consultation about an order that would ban street prostitution.
var corpus = []search.Document{
	doc("light", "Better lighting on Canal Walk would make us all safer.", "en", "2025-03-01", "q1", "web", groups("resident"), "safety", "lighting"),
	doc("alley", "The lighting in the alley behind the shops has failed since winter.", "en", "2025-03-02", "q1", "web", groups("resident", "trader"), "lighting"),
	doc("displace", "An order would only cause displacement: we were displaced to darker streets last time.", "en", "2025-03-03", "q2", "paper", groups("sex worker"), "displacement", "safety"),
	doc("fines", "Fines cannot be paid by women who have nothing. A fine is a punishment for being poor.", "en", "2025-03-04", "q2", "web", groups("sex worker"), "fines"),
	doc("bay", "Cars stop in the loading bay and our deliveries cannot get through.", "en", "2025-03-05", "q1", "web", groups("trader"), "traffic"),
	doc("baywords", "The bay window was broken while a van was loading.", "en", "2025-03-06", "q1", "import", groups("resident"), "traffic"),
	doc("complaint", "I made a complaint to the council about kerb crawling.", "en", "2025-03-07", "q1", "web", groups("resident"), "traffic"),
	doc("charity", "Our outreach team meets people who are afraid to report violence to the police.", "en", "2025-03-08", "q3", "web", groups("charity"), "safety"),
	doc("cafe", "The café on the corner lets anyone wait inside when it is cold.", "en", "2025-03-09", "q3", "web", groups("trader"), "help"),
	doc("markup", "They wrote <b>go away</b> & worse on my door. The graffiti stayed for weeks \ue000\ue001 unread.", "", "2025-03-10", "q3", "web", groups("sex worker"), "safety"),
	doc("romanian", "Mi-am schimbat reședința din cauza amenzilor, dar strada rămâne întunecată.", "ro", "2025-03-11", "q2", "web", groups("sex worker"), "displacement"),
	doc("urdu", "رات کو گلی میں روشنی کم ہوتی ہے اور ڈر لگتا ہے۔", "ur", "2025-03-12", "q1", "paper", groups("resident"), "lighting"),
	doc("punjabi", "ਸਾਡੀ ਗਲੀ ਵਿੱਚ ਰੋਸ਼ਨੀ ਬਹੁਤ ਘੱਟ ਹੈ।", "pa", "2025-03-13", "q1", "paper", groups("resident"), "lighting"),
	doc("bengali", "রাতে আমাদের রাস্তায় আলো খুব কম থাকে।", "bn", "2025-03-14", "q1", "web", groups("trader"), "lighting"),
	doc("long", strings.Repeat("We have lived here for many years and we like our neighbours. ", 30)+
		"What troubles us is the broken lantern by the underpass. "+
		strings.Repeat("We would come to a meeting if there was one. ", 30), "en", "2025-03-15", "q3", "web", groups("resident"), "lighting"),
}

func groups(g ...string) []string { return g }

// doc makes a document of a submission of its own.
func doc(id, text, language, day, question, channel string, groups []string, themes ...string) search.Document {
	d := search.Document{
		ID: id, Consultation: consultation, Submission: "s-" + id, Question: question, Text: text, Language: language, Day: day, Tier: search.TierOfficer,
		Labels: search.Labels{
			search.Groups: groups, search.Questions: {question}, search.Languages: {language},
			search.Channels: {channel}, search.Sources: {search.SourceAnswer},
		},
	}
	if len(themes) > 0 {
		d.Labels[search.Themes] = themes
	}
	return d
}

// plain makes a short English document.
func plain(id, text string) search.Document {
	return doc(id, text, "en", "2025-04-01", "q1", "web", groups("resident"))
}

func query(text string) search.Query {
	return search.Query{Consultation: consultation, Tier: search.TierOfficer, Text: text, Filters: search.Labels{}, Facets: search.Attributes,
		PerPage: search.MaxPerPage}
}

func reading(t *testing.T, e search.Engine) {
	put(t, e, corpus...)
	for _, tt := range []struct {
		name, text string
		want       []string
	}{
		{"word", "underpass", ids("long")},
		{"capitals", "UNDERPASS", ids("long")},
		{"two words, both wanted", "lighting winter", ids("alley")},
		{"no document has both", "lighting deliveries", nil},
		{"nothing has it", "helicopter", nil},
		{"a letter missing", "lightng winter", ids("alley")},
		{"a letter wrong", "lughting winter", ids("alley")},
		{"letters swapped", "lihgting winter", ids("alley")},
		{"a letter too many in four", "carss deliveries", ids("bay")},
		{"two letters wrong in a long word", "delivarees cars", ids("bay")},
		{"too many letters wrong", "dalovarees cars", nil},
		{"beginning of the last word", "grass graff", nil},
		{"unfinished word", "graff", ids("markup")},
		{"unfinished last word", "canal lig", ids("light")},
		{"phrase", `"loading bay"`, ids("bay")},
		{"phrase, other order", `"bay loading"`, nil},
		{"phrase with a common word", `"the loading bay"`, ids("bay")},
		{"phrase and word", `"loading bay" deliveries`, ids("bay")},
		{"phrase not closed", `"loading bay`, ids("bay")},
		{"typographic quotation marks", `“loading bay”`, ids("bay")},
		{"both words without quotation marks", `loading bay`, ids("bay", "baywords")},
		{"exclusion", "lighting -alley", ids("light")},
		{"exclusion of a phrase", `loading -"loading bay"`, ids("baywords")},
		{"plural finds singular", "complaints", ids("complaint")},
		{"singular finds plural", "neighbour", ids("long")},
		{"accents left out", "cafe", ids("cafe")},
		{"accents added", "cáfé", ids("cafe")},
		{"Romanian without diacritics", "resedinta", ids("romanian")},
		{"Romanian with diacritics", "reședința", ids("romanian")},
		{"Romanian with cedillas", "reşedinţa", ids("romanian")},
		{"Romanian, two words", "amenzilor strada", ids("romanian")},
		{"Urdu", "روشنی", ids("urdu")},
		{"Urdu, two words", "گلی روشنی", ids("urdu")},
		{"Punjabi", "ਰੋਸ਼ਨੀ", ids("punjabi")},
		{"Punjabi, spelt in parts", "ਰੋਸ\u0a3cਨੀ", ids("punjabi")},
		{"Bengali", "রাস্তায়", ids("bengali")},
		{"Bengali, two words", "রাস্তায় আলো", ids("bengali")},
		{"common words do not bar", "what about the lighting of an alley", ids("alley")},
		{"punctuation", "lighting? (alley)!", ids("alley")},
		{"hyphen inside", "kerb-crawling", ids("complaint")},
		{"lone hyphen", "canal - lighting", ids("light")},
	} {
		t.Run(tt.name, func(t *testing.T) { found(t, e, query(tt.text), tt.want...) })
	}

	t.Run("empty query finds everything", func(t *testing.T) {
		for _, text := range []string{"", "  ", "?!", `""`, "-"} {
			found(t, e, query(text), allIDs(corpus)...)
		}
	})
	t.Run("exclusion alone", func(t *testing.T) {
		want := slices.DeleteFunc(allIDs(corpus), func(id string) bool { return id == "light" || id == "alley" })
		found(t, e, query("-lighting"), want...)
	})
	t.Run("only common words", func(t *testing.T) {
		if res := ask(t, e, query("what about the")); res.Total != len(res.Hits) {
			t.Errorf("total %d, but %d hits", res.Total, len(res.Hits))
		}
	})
	t.Run("long query", func(t *testing.T) {
		// How much of a long query must be there is the engine's affair; a document with all of it is always found.
		res := ask(t, e, query("outreach team meets people afraid to report violence police"))
		if !slices.Contains(hitIDs(res), "charity") || slices.Contains(hitIDs(res), "cafe") {
			t.Errorf("found %v, expected charity among them and not cafe", hitIDs(res))
		}
	})
	t.Run("nothing typed is an operator", func(t *testing.T) {
		for _, text := range []string{
			`lighting) OR (tiers = "officer"`, `text:lighting`, `lighting~2^9`, `* ? lighting [a TO z] {x}`, `\`, `lighting \"`,
			`/.*/`, "lighting\x00alley", "\xff\xfe", `<script>`, `lighting && alley || !x`, strings.Repeat(`"`, 99), strings.Repeat("-", 99),
			strings.Repeat("lighting ", 100), strings.Repeat("ж", 1000),
		} {
			res := ask(t, e, query(text))
			if res.Total != len(res.Hits) {
				t.Errorf("%q: total %d, but %d hits", text, res.Total, len(res.Hits))
			}
		}
	})
	t.Run("document comes back whole", func(t *testing.T) {
		for _, h := range ask(t, e, query("")).Hits {
			i := slices.IndexFunc(corpus, func(d search.Document) bool { return d.ID == h.Document.ID })
			if diff := cmp.Diff(corpus[i], h.Document, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("document changed (-put +found):\n%s", diff)
			}
		}
	})
	t.Run("snippets", func(t *testing.T) { snippets(t, e) })
	t.Run("filters", func(t *testing.T) { filters(t, e) })
	t.Run("sort", func(t *testing.T) { sorting(t, e) })
	t.Run("invalid", func(t *testing.T) { invalid(t, e) })
	t.Run("count and health", func(t *testing.T) {
		count(t, e, len(corpus))
		if err := e.Health(t.Context()); err != nil {
			t.Errorf("Health: %v", err)
		}
	})
}

func snippets(t *testing.T, e search.Engine) {
	for _, tt := range []struct {
		text string
		want map[string][]string // document → the pieces marked
	}{
		{"lighting", map[string][]string{"light": {"lighting"}, "alley": {"lighting"}}},
		{"lihgting alley", map[string][]string{"alley": {"lighting", "alley"}}},
		{"graff", map[string][]string{"markup": {"graffiti"}}},
		{`"loading bay"`, map[string][]string{"bay": {"loading", "bay"}}},
		{"lantern", map[string][]string{"long": {"lantern"}}},
		{"the cafe", map[string][]string{"cafe": {"café"}}},
		{"resedinta", map[string][]string{"romanian": {"reședința"}}},
		{"روشنی", map[string][]string{"urdu": {"روشنی"}}},
		{"ਰੋਸ਼ਨੀ", map[string][]string{"punjabi": {"ਰੋਸ਼ਨੀ"}}},
		{"রাস্তায়", map[string][]string{"bengali": {"রাস্তায়"}}},
		{"", map[string][]string{}},
	} {
		for _, h := range ask(t, e, query(tt.text)).Hits {
			var whole strings.Builder
			var marked []string
			for _, s := range h.Snippet {
				if s.Text == "" {
					t.Errorf("%q: %s has an empty segment", tt.text, h.Document.ID)
				}
				whole.WriteString(s.Text)
				if s.Match {
					marked = append(marked, strings.Fields(s.Text)...)
				}
			}
			if whole.Len() == 0 || !strings.Contains(h.Document.Text, whole.String()) {
				t.Errorf("%q: the snippet of %s is no passage of its text: %q", tt.text, h.Document.ID, whole.String())
			}
			if whole.Len() > 1000 {
				t.Errorf("%q: the snippet of %s is %d bytes long", tt.text, h.Document.ID, whole.Len())
			}
			if diff := cmp.Diff(tt.want[h.Document.ID], marked); diff != "" {
				t.Errorf("%q: marked in %s (-want +got):\n%s", tt.text, h.Document.ID, diff)
			}
		}
	}
}

func filters(t *testing.T, e search.Engine) {
	with := func(change func(*search.Query)) search.Query {
		q := query("")
		change(&q)
		return q
	}
	found(t, e, with(func(q *search.Query) { q.Filters[search.Groups] = groups("charity") }), "charity")
	found(t, e, with(func(q *search.Query) { q.Filters[search.Groups] = groups("charity", "trader") }), "charity", "alley", "bay", "cafe", "bengali")
	found(t, e, with(func(q *search.Query) {
		q.Filters[search.Groups] = groups("trader")
		q.Filters[search.Questions] = groups("q1")
	}), "alley", "bay", "bengali")
	found(t, e, with(func(q *search.Query) {
		q.Filters[search.Groups] = groups("trader")
		q.Filters[search.Themes] = groups("help", "lighting")
	}), "alley", "cafe", "bengali")
	found(t, e, with(func(q *search.Query) { q.Filters[search.Languages] = groups("ur", "pa", "bn") }), "urdu", "punjabi", "bengali")
	found(t, e, with(func(q *search.Query) {
		q.Filters[search.Channels] = groups("paper")
		q.Filters[search.Questions] = groups("q2")
	}), "displace")
	found(t, e, with(func(q *search.Query) { q.Filters[search.Groups] = groups("resident"); q.Text = "lighting" }), "light", "alley")
	found(t, e, with(func(q *search.Query) { q.Filters[search.Groups] = groups("residen") }))
	found(t, e, with(func(q *search.Query) { q.Filters[search.Groups] = groups("") }))
	found(t, e, with(func(q *search.Query) { q.Text = "lighting"; q.Without = ids("light", "nobody") }), "alley")

	res := ask(t, e, with(func(q *search.Query) { q.Filters[search.Groups] = groups("trader"); q.PerPage = 1 }))
	want := search.Facets{
		search.Groups:       counts("trader", 4, "resident", 1),
		search.Questions:    counts("q1", 3, "q3", 1),
		search.Themes:       counts("lighting", 2, "help", 1, "traffic", 1),
		search.Languages:    counts("en", 3, "bn", 1),
		search.Channels:     counts("web", 4),
		search.Sources:      counts("answer", 4),
		search.Stances:      nil,
		search.Restrictions: nil,
		search.Areas:        nil,
	}
	if diff := cmp.Diff(want, res.Facets, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("facets of traders (-want +got):\n%s", diff)
	}
	if res.Total != 4 || len(res.Hits) != 1 {
		t.Errorf("total %d with %d hits, expected 4 and 1", res.Total, len(res.Hits))
	}
	// A document without a language is counted under no language.
	res = ask(t, e, query("graffiti"))
	if len(res.Facets[search.Languages]) != 0 || len(res.Facets[search.Groups]) != 1 {
		t.Errorf("facets of a document without a language: %+v", res.Facets)
	}
}

func sorting(t *testing.T, e search.Engine) {
	q := query("")
	want := allIDs(corpus) // which is in the order of the days
	q.Sort = search.SortOldest
	if diff := cmp.Diff(want, hitIDs(ask(t, e, q))); diff != "" {
		t.Errorf("oldest first (-want +got):\n%s", diff)
	}
	slices.Reverse(want)
	q.Sort = search.SortNewest
	if diff := cmp.Diff(want, hitIDs(ask(t, e, q))); diff != "" {
		t.Errorf("newest first (-want +got):\n%s", diff)
	}
	q.Text = "lighting"
	if diff := cmp.Diff(ids("alley", "light"), hitIDs(ask(t, e, q))); diff != "" {
		t.Errorf("newest first with a word (-want +got):\n%s", diff)
	}
}

func invalid(t *testing.T, e search.Engine) {
	for name, change := range map[string]func(*search.Query){
		"no consultation":      func(q *search.Query) { q.Consultation = "" },
		"no tier":              func(q *search.Query) { q.Tier = "" },
		"unknown tier":         func(q *search.Query) { q.Tier = "everybody" },
		"text of 1,001":        func(q *search.Query) { q.Text = strings.Repeat("é", 1001) },
		"text of 1,000,000":    func(q *search.Query) { q.Text = strings.Repeat("lighting ", 111_112) },
		"negative page":        func(q *search.Query) { q.Page = -1 },
		"negative page length": func(q *search.Query) { q.PerPage = -1 },
		"page too long":        func(q *search.Query) { q.PerPage = 101 },
		"page out of reach":    func(q *search.Query) { q.Page = 1 << 40 },
		"unknown order":        func(q *search.Query) { q.Sort = 99 },
		"unknown filter":       func(q *search.Query) { q.Filters["tier"] = groups("officer") },
		"unknown facet":        func(q *search.Query) { q.Facets = []search.Attribute{"text"} },
		"too many left out":    func(q *search.Query) { q.Without = make([]string, 101) },
		"meaning of nothing":   func(q *search.Query) { q.Meaning, q.Text, q.Facets = true, " ", nil },
		"meaning, counted":     func(q *search.Query) { q.Meaning = true },
		"meaning by day":       func(q *search.Query) { q.Meaning, q.Sort, q.Facets = true, search.SortNewest, nil },
	} {
		q := query("lighting")
		change(&q)
		res, err := e.Search(t.Context(), q)
		if !errors.Is(err, search.ErrInvalidQuery) {
			t.Errorf("%s: error %v, expected ErrInvalidQuery", name, err)
		}
		if len(res) != 0 {
			t.Errorf("%s: answered all the same: %v", name, res)
		}
	}
	q := query(strings.Repeat("é", 1000))
	q.PerPage = 0
	found(t, e, q)
}

// access plants documents with a word of their own beside ordinary ones, and looks for them in every way there is.
func access(t *testing.T, e search.Engine) {
	hidden := func(id string, change func(*search.Document)) search.Document {
		d := doc(id, "A quillwort grows by the lighting on Canal Walk, said secret "+id+".", "xx", "2025-05-01", "q-hidden", "hidden",
			groups("hidden group"), "hidden theme")
		change(&d)
		return d
	}
	var all []search.Document
	for _, tier := range search.Tiers {
		for _, d := range corpus {
			// One tier knows of a document what another may not: its words, and its labels.
			if d.ID == "light" && tier == search.TierOfficer {
				d = hidden(d.ID, func(h *search.Document) { h.Submission = d.Submission })
			}
			d.Tier = tier
			all = append(all, d)
		}
		all = append(all, // of other consultations
			hidden("other-consultation", func(d *search.Document) { d.Consultation, d.Tier = "other", tier }),
			hidden("other-case", func(d *search.Document) { d.Consultation, d.Tier = strings.ToUpper(consultation), tier }),
			hidden("other-spaces", func(d *search.Document) { d.Consultation, d.Tier = consultation+" ", tier }),
			hidden("other-prefix", func(d *search.Document) { d.Consultation, d.Tier = consultation+"-2", tier }),
		)
	}
	all = append(all, hidden("officers", func(d *search.Document) {}), hidden("public", func(d *search.Document) { d.Tier = search.TierPublic }))
	put(t, e, all...)
	for _, text := range []string{
		"", "quillwort", "quillwor", "quilwort", "quil", `"quillwort grows"`, "quillwort lighting", "lighting", "lighting canal",
		"-alley", "secret", `secret -"canal walk"`, "grows by the lighting on Canal Walk quillwort", `quillwort" OR tiers = "officer`,
	} {
		for _, sort := range []search.Sort{search.SortBest, search.SortNewest, search.SortOldest} {
			q := query(text)
			q.Tier, q.Sort = search.TierCouncillor, sort
			res := ask(t, e, q)
			for _, h := range res.Hits {
				if strings.Contains(h.Document.Text, "quillwort") {
					t.Errorf("%q found %s", text, h.Document.ID)
				}
				for _, s := range h.Snippet {
					if strings.Contains(s.Text, "quillwort") {
						t.Errorf("%q shows a passage of %s", text, h.Document.ID)
					}
				}
			}
			if res.Total != len(res.Hits) {
				t.Errorf("%q counts %d, but shows %d", text, res.Total, len(res.Hits))
			}
			for _, f := range res.Facets {
				for _, c := range f {
					if strings.Contains(c.Value, "hidden") || c.Value == "xx" {
						t.Errorf("%q counts the value %q", text, c.Value)
					}
				}
			}
		}
	}
	q := query("")
	q.Tier = search.TierCouncillor
	found(t, e, q, allIDs(corpus)...)
	q.Filters[search.Groups] = groups("hidden group")
	found(t, e, q)
	q.Filters[search.Groups] = groups(`x" OR tiers = "officer`, `hidden group" OR "a" = "a`, `x'] OR tiers = officer`)
	found(t, e, q)

	q = query("quillwort")
	found(t, e, q, "officers", "light")
	q.Tier = search.TierPublic
	found(t, e, q, "public")
	q.Consultation = "other"
	found(t, e, q, "other-consultation")
	q.Consultation = strings.ToUpper(consultation)
	found(t, e, q, "other-case")
	q.Consultation = "*"
	found(t, e, q)
	q.Consultation = `street-safety" OR tiers = "public`
	found(t, e, q)
}

// tiers puts a document into two tiers that each know something of it that the other may not, and other documents into
// one of them. What the other tier finds must be as if they were not there, down to the scores.
func tiers(t *testing.T, e search.Engine) {
	public := plain("shared", "The lamp by the school gate was mended last week.")
	public.Tier, public.Submission = search.TierPublic, "s-1"
	public.Labels = search.Labels{search.Groups: groups("resident"), search.Areas: {"north"}}
	other := plain("other", "A lamp post leans over the school wall.")
	other.Tier = search.TierPublic
	put(t, e, public, other)

	asked := []string{"", "lamp", "lamp school", "la", "lmap", `"school gate"`, "gate -wall", "quillwort", "quil", "quillwrot", "informer", "mended"}
	requests := func() []search.Query {
		var queries []search.Query
		for _, text := range asked {
			for _, sort := range []search.Sort{search.SortBest, search.SortNewest} {
				q := query(text)
				q.Tier, q.Sort = search.TierPublic, sort
				queries = append(queries, q)
				q.Filters = search.Labels{search.Groups: groups("informer"), search.Areas: {"south"}}
				queries = append(queries, q)
			}
		}
		return queries
	}
	asPublic := func() []search.Result {
		res, err := e.Search(t.Context(), requests()...)
		if err != nil {
			t.Fatal(err)
		}
		return res
	}
	before := asPublic()

	officers := public
	officers.Tier, officers.Language = search.TierOfficer, "fr"
	officers.Text = "The lamp by the school gate was broken by quillwort sellers, says an informer."
	officers.Labels = search.Labels{search.Groups: groups("informer"), search.Areas: {"south"}, search.Themes: {"dealing"}}
	put(t, e, public, officers)
	var more []search.Document
	for i := range 40 {
		d := plain(fmt.Sprintf("more-%d", i), "Lamp, lamp, lamp and quillwort.")
		d.Labels[search.Groups] = groups("informer")
		more = append(more, d)
	}
	put(t, e, more...)
	for i, after := range asPublic() {
		if diff := cmp.Diff(before[i], after); diff != "" {
			t.Errorf("%q finds something else for the public since officers have more (-before +after):\n%s", requests()[i].Text, diff)
		}
	}

	q := query("gate")
	for _, d := range []search.Document{public, officers} {
		q.Tier = d.Tier
		if res := ask(t, e, q); res.Total != 1 || cmp.Diff(d, res.Hits[0].Document, cmpopts.EquateEmpty()) != "" {
			t.Errorf("%s find %+v, expected their own document", d.Tier, res.Hits)
		}
	}
	// Replacing it for both audiences, then for one of them, leaves nothing of what it was; deleting the submission takes
	// all of it away.
	public.Text = "The lamp by the school was mended."
	put(t, e, public, officers)
	q.Tier = search.TierOfficer
	found(t, e, q, "shared")
	q.Tier = search.TierPublic
	found(t, e, q)
	put(t, e, officers)
	q.Text = "lamp"
	found(t, e, q, "other")
	q.Text = "gate"
	if err := e.Delete(t.Context(), "s-1"); err != nil {
		t.Fatal(err)
	}
	found(t, e, query("gate"))
	q.Text = "lamp"
	found(t, e, q, "other")
}

// attributes filters and counts by every attribute there is.
func attributes(t *testing.T, e search.Engine) {
	for i, attribute := range search.Attributes {
		one, two, none := plain(fmt.Sprintf("one-%d", i), "A kerb."), plain(fmt.Sprintf("two-%d", i), "A kerb."), plain(fmt.Sprintf("none-%d", i), "A kerb.")
		for _, d := range []*search.Document{&one, &two, &none} {
			d.Consultation = "attributes-" + string(attribute)
			d.Labels = nil
		}
		one.Labels = search.Labels{attribute: {"first", ""}}
		two.Labels = search.Labels{attribute: {"first", "second"}}
		put(t, e, one, two, none)
		q := search.Query{Consultation: one.Consultation, Tier: search.TierOfficer, Facets: search.Attributes}
		res := ask(t, e, q)
		for _, a := range search.Attributes {
			var want []search.FacetCount
			if a == attribute {
				want = counts("first", 2, "second", 1)
			}
			if diff := cmp.Diff(want, res.Facets[a], cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("%s, counted where only %s have values (-want +got):\n%s", a, attribute, diff)
			}
		}
		for value, want := range map[string][]string{"first": ids(one.ID, two.ID), "second": ids(two.ID), "third": nil} {
			q.Filters = search.Labels{attribute: {value}}
			found(t, e, q, want...)
		}
		q.Filters = search.Labels{attribute: {"second", "first"}}
		found(t, e, q, one.ID, two.ID)
		q.Filters[search.Attributes[(i+1)%len(search.Attributes)]] = []string{"first"}
		found(t, e, q)
		q.Filters, q.Facets = search.Labels{attribute: nil}, nil
		found(t, e, q, one.ID, two.ID, none.ID)
		if res := ask(t, e, q); len(res.Facets) != 0 {
			t.Errorf("facets nobody asked for: %v", res.Facets)
		}
	}
}

// attachments finds the pages of a file beside the answer that it came with.
func attachments(t *testing.T, e search.Engine) {
	answer := plain("answer", "Please see my survey of the towpath, which I attach.")
	page := func(n int, text string) search.Document {
		return search.Document{
			ID: fmt.Sprintf("file-%d", n), Tier: search.TierOfficer, Consultation: consultation, Submission: answer.Submission,
			Attachment: "towpath-survey", Page: n, Text: text, Language: "en", Day: answer.Day,
			Labels: search.Labels{search.Groups: groups("resident"), search.Sources: {search.SourceAttachment}},
		}
	}
	docs := []search.Document{answer, page(1, "Survey of the towpath by night."), page(12, "Lamps along the towpath: eleven of forty were lit.")}
	whole := page(0, "A recording of the towpath, written down.")
	whole.ID, whole.Attachment = "file", "recording"
	docs = append(docs, whole)
	put(t, e, docs...)
	for _, h := range ask(t, e, query("towpath")).Hits {
		i := slices.IndexFunc(docs, func(d search.Document) bool { return d.ID == h.Document.ID })
		if diff := cmp.Diff(docs[i], h.Document, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("document changed (-put +found):\n%s", diff)
		}
	}
	found(t, e, query("towpath"), "answer", "file-1", "file-12", "file")
	q := query("towpath lamps")
	found(t, e, q, "file-12")
	q.Text, q.Filters = "towpath", search.Labels{search.Sources: {search.SourceAnswer}}
	found(t, e, q, "answer")
	q.Filters = search.Labels{search.Sources: {search.SourceAttachment}}
	found(t, e, q, "file-1", "file-12", "file")
	if diff := cmp.Diff(counts(search.SourceAttachment, 3, search.SourceAnswer, 1), ask(t, e, query("towpath")).Facets[search.Sources]); diff != "" {
		t.Errorf("sources (-want +got):\n%s", diff)
	}
	if err := e.Delete(t.Context(), answer.Submission); err != nil {
		t.Fatal(err)
	}
	found(t, e, query("towpath"))
}

// several puts more than one query in a request.
func several(t *testing.T, e search.Engine) {
	put(t, e, corpus...)
	elsewhere := plain("elsewhere", "Lighting in another town.")
	elsewhere.Consultation = "other"
	put(t, e, elsewhere)

	newest, filtered, second, away := query("lighting"), query("lighting"), query(""), query("lighting")
	newest.Sort = search.SortNewest
	filtered.Filters[search.Groups], filtered.Facets = groups("trader"), nil
	second.Page, second.PerPage, second.Sort = 2, 4, search.SortOldest
	away.Consultation = "other"
	queries := []search.Query{query("cafe"), newest, filtered, second, away, query("helicopter"), query("cafe")}
	results, err := e.Search(t.Context(), queries...)
	if err != nil {
		t.Fatal(err)
	}
	if len(results) != len(queries) {
		t.Fatalf("%d results for %d queries", len(results), len(queries))
	}
	for i, q := range queries { // each as if it had been asked alone
		if diff := cmp.Diff(ask(t, e, q), results[i], cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("query %d (-alone +with others):\n%s", i, diff)
		}
	}
	for i, want := range [][]string{ids("cafe"), ids("alley", "light"), ids("alley"), ids("bay", "baywords", "complaint", "charity"), ids("elsewhere"), nil, ids("cafe")} {
		if diff := cmp.Diff(want, hitIDs(results[i]), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("query %d (-want +got):\n%s", i, diff)
		}
	}

	if results, err := e.Search(t.Context()); err != nil || len(results) != 0 {
		t.Errorf("no query is answered with %v (%v)", results, err)
	}
	unanswerable, public := query("cafe"), query("cafe")
	unanswerable.PerPage = -1
	public.Tier = search.TierPublic
	for name, last := range map[string]search.Query{"one that cannot be answered": unanswerable, "one of another tier": public} {
		results, err := e.Search(t.Context(), query("cafe"), last)
		if !errors.Is(err, search.ErrInvalidQuery) || len(results) != 0 {
			t.Errorf("%s among others: %v (%v), expected ErrInvalidQuery and no results", name, results, err)
		}
	}
}

// values gives documents facet values that are hard to quote, and more of them than engines list by default.
func values(t *testing.T, e search.Engine) {
	hard := []string{
		`O'Connell "& Sons" (traders)`, `back\slash`, `ends with \`, `"`, `'`, `a" OR groups = "b`, `groups = b OR x`, `[a, b]`,
		`{"a": 1}`, `AND`, `NOT`, `TO`, `a = b`, `*`, `über/наш`, `线`, "two  spaces", "line\nbreak", "_geoRadius(1,2,3)", "<script>", "%41", "-", "0",
	}
	var docs []search.Document
	for i, v := range hard {
		docs = append(docs, doc(fmt.Sprintf("hard-%d", i), "A sign was put up.", v, "2025-06-01", v, v, groups(v, v), v))
	}
	for i := range 150 {
		docs = append(docs, doc(fmt.Sprintf("many-%d", i), "A bench was taken away.", "en", "2025-06-02", "q1", "web", nil, fmt.Sprintf("theme %03d", i)))
	}
	put(t, e, docs...)
	for i, v := range hard {
		for _, change := range []func(*search.Query){
			func(q *search.Query) { q.Filters[search.Groups] = groups(v) },
			func(q *search.Query) { q.Filters[search.Questions] = groups(v) },
			func(q *search.Query) { q.Filters[search.Themes] = groups(v, v) },
			func(q *search.Query) { q.Filters[search.Languages] = groups(v) },
			func(q *search.Query) {
				q.Filters[search.Channels] = groups(v)
				q.Filters[search.Groups] = groups(v, "nobody")
			},
		} {
			q := query("")
			change(&q)
			found(t, e, q, fmt.Sprintf("hard-%d", i))
		}
	}
	q := query("sign")
	res := ask(t, e, q)
	var want []search.FacetCount
	for _, v := range hard {
		want = append(want, search.FacetCount{Value: v, Count: 1})
	}
	search.SortFacet(want)
	if diff := cmp.Diff(want, res.Facets[search.Groups]); diff != "" {
		t.Errorf("hard values (-want +got):\n%s", diff)
	}
	res = ask(t, e, query("bench"))
	if len(res.Facets[search.Themes]) != 150 || res.Facets[search.Themes][149] != (search.FacetCount{Value: "theme 149", Count: 1}) {
		t.Errorf("%d themes listed, expected 150", len(res.Facets[search.Themes]))
	}
}

func paging(t *testing.T, e search.Engine) {
	const n = 1234 // more than engines count, or page through, by default
	docs := make([]search.Document, n)
	for i := range docs {
		docs[i] = plain(fmt.Sprintf("p-%d", (i*7919)%n), "The same words from everybody about the crossing.")
		docs[i].Submission = "s-" + docs[i].ID
		if i%5 == 0 { // some say more, so that there are several scores
			docs[i].Text += " The crossing again."
		}
		docs[i].Day = fmt.Sprintf("2025-06-%02d", 1+i%3)
	}
	put(t, e, docs...)
	count(t, e, n)
	for _, text := range []string{"", "crossing"} {
		for _, sort := range []search.Sort{search.SortBest, search.SortNewest, search.SortOldest} {
			for _, perPage := range []int{97, 100} {
				q := query(text)
				q.Sort, q.PerPage = sort, perPage
				seen := map[string]bool{}
				for q.Page = 1; ; q.Page++ {
					res := ask(t, e, q)
					if res.Total != n {
						t.Fatalf("page %d: total %d, expected %d", q.Page, res.Total, n)
					}
					if len(res.Facets[search.Groups]) != 1 || res.Facets[search.Groups][0].Count != n {
						t.Fatalf("page %d: facet %v, expected %d residents", q.Page, res.Facets[search.Groups], n)
					}
					if want := max(0, min(perPage, n-(q.Page-1)*perPage)); len(res.Hits) != want {
						t.Fatalf("page %d has %d hits, expected %d", q.Page, len(res.Hits), want)
					}
					if len(res.Hits) == 0 {
						break
					}
					for _, id := range hitIDs(res) {
						if seen[id] {
							t.Fatalf("page %d repeats %s", q.Page, id)
						}
						seen[id] = true
					}
				}
				if len(seen) != n {
					t.Errorf("paging found %d documents, expected %d", len(seen), n)
				}
			}
		}
	}
	q := query("")
	q.PerPage, q.Page = 0, 0
	if res := ask(t, e, q); len(res.Hits) != search.DefaultPerPage {
		t.Errorf("%d hits by default, expected %d", len(res.Hits), search.DefaultPerPage)
	}
}

func replace(t *testing.T, e search.Engine) {
	put(t, e, plain("one", "Patrols at midnight."), plain("two", "Patrols at noon."))
	put(t, e, plain("one", "Benches by the river."))
	found(t, e, query("midnight"))
	found(t, e, query("patrols"), "two")
	found(t, e, query("river"), "one")
	count(t, e, 2)

	shown := plain("two", "Benches by the river, in fewer words.")
	shown.Tier = search.TierCouncillor
	put(t, e, shown)
	found(t, e, query("patrols"))
	count(t, e, 2)
	put(t, e, plain("two", "Patrols at noon."), shown)
	found(t, e, query("patrols"), "two")
	count(t, e, 3)
	fewer := plain("two-again", "Patrols at dusk.")
	fewer.Submission = shown.Submission
	put(t, e, fewer)
	found(t, e, query("patrols"), "two-again")
	count(t, e, 2)

	put(t, e, plain("three", "Written first."), plain("three", "Written last."))
	found(t, e, query("written"), "three")
	found(t, e, query("first"))
	put(t, e)
	count(t, e, 3)
}

func remove(t *testing.T, e search.Engine) {
	a, b, c := plain("a", "Shutters closed."), plain("b", "Shutters open."), plain("c", "Shutters painted.")
	a.Submission, b.Submission, c.Submission = "Kx7", "Kx7", "kX7"
	shown := a
	shown.Tier = search.TierPublic
	put(t, e, a, b, c, shown)
	for range 2 {
		if err := e.Delete(t.Context(), "Kx7", `no" such`, ""); err != nil {
			t.Fatalf("Delete: %v", err)
		}
		found(t, e, query("shutters"), "c")
		count(t, e, 1)
	}
	if err := e.Delete(t.Context()); err != nil {
		t.Errorf("Delete of nothing: %v", err)
	}
	put(t, e, a)
	found(t, e, query("shutters"), "a", "c")
}

func rebuild(t *testing.T, e search.Engine) {
	put(t, e, plain("old", "Old words."), plain("both", "Words before."))
	fresh := []search.Document{plain("new", "New words."), plain("both", "Words after.")}
	for range 2 {
		if err := e.Rebuild(t.Context(), sequence(fresh, nil)); err != nil {
			t.Fatalf("Rebuild: %v", err)
		}
		count(t, e, 2)
		found(t, e, query("words"), "new", "both")
		found(t, e, query("old"))
		found(t, e, query("before"))
	}
	put(t, e, plain("later", "Later words."))
	found(t, e, query("words"), "new", "both", "later")
	if err := e.Rebuild(t.Context(), sequence(nil, nil)); err != nil {
		t.Fatalf("Rebuild with nothing: %v", err)
	}
	count(t, e, 0)
	found(t, e, query(""))
}

func rebuildError(t *testing.T, e search.Engine) {
	put(t, e, plain("old", "Old words."))
	failure := errors.New("the database went away")
	if err := e.Rebuild(t.Context(), sequence([]search.Document{plain("new", "New words.")}, failure)); !errors.Is(err, failure) {
		t.Errorf("Rebuild: error %v, expected %v", err, failure)
	}
	if err := e.Rebuild(t.Context(), sequence([]search.Document{plain("not an id", "New words.")}, nil)); !errors.Is(err, search.ErrInvalidDocument) {
		t.Errorf("Rebuild: error %v, expected ErrInvalidDocument", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	err := e.Rebuild(ctx, func(yield func(search.Document, error) bool) {
		cancel()
		yield(plain("new", "New words."), nil)
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Rebuild: error %v, expected context.Canceled", err)
	}
	found(t, e, query("words"), "old")
	put(t, e, plain("later", "Later words."))
	found(t, e, query("words"), "old", "later")
	if err := e.Rebuild(t.Context(), sequence([]search.Document{plain("new", "New words.")}, nil)); err != nil {
		t.Fatalf("Rebuild after a failed one: %v", err)
	}
	found(t, e, query("words"), "new")
}

// writesDuringRebuild writes while a rebuild reads an older state of the database.
func writesDuringRebuild(t *testing.T, e search.Engine) {
	put(t, e, plain("kept", "Kept words."), plain("changed", "Former words."), plain("gone", "Gone words."))
	err := e.Rebuild(t.Context(), func(yield func(search.Document, error) bool) {
		if !yield(plain("kept", "Kept words."), nil) {
			return
		}
		put(t, e, plain("changed", "Latter words."), plain("added", "Added words."))
		if err := e.Delete(t.Context(), "s-gone"); err != nil {
			t.Errorf("Delete: %v", err)
		}
		found(t, e, query("words"), "kept", "changed", "added")
		_ = yield(plain("changed", "Former words."), nil) && yield(plain("gone", "Gone words."), nil)
	})
	if err != nil {
		t.Fatalf("Rebuild: %v", err)
	}
	found(t, e, query("words"), "kept", "changed", "added")
	found(t, e, query("latter"), "changed")
	found(t, e, query("former"))
}

func invalidDocument(t *testing.T, e search.Engine) {
	for name, change := range map[string]func(*search.Document){
		"no ID":            func(d *search.Document) { d.ID = "" },
		"space in ID":      func(d *search.Document) { d.ID = "a b" },
		"accent in ID":     func(d *search.Document) { d.ID = "é" },
		"ID too long":      func(d *search.Document) { d.ID = strings.Repeat("x", 501) },
		"no consultation":  func(d *search.Document) { d.Consultation = "" },
		"no submission":    func(d *search.Document) { d.Submission = "" },
		"text not Unicode": func(d *search.Document) { d.Text = "\xff" },
		"no tier":          func(d *search.Document) { d.Tier = "" },
		"unknown tier":     func(d *search.Document) { d.Tier = "Councillor " },
		"unknown label":    func(d *search.Document) { d.Labels = search.Labels{"ward": {"here"}} },
	} {
		bad := plain("bad", "Words nobody may read in an error.")
		change(&bad)
		err := e.Put(t.Context(), plain("good", "Good words."), bad)
		if !errors.Is(err, search.ErrInvalidDocument) {
			t.Errorf("%s: error %v, expected ErrInvalidDocument", name, err)
		} else if strings.Contains(err.Error(), "nobody") {
			t.Errorf("%s: the error repeats the text: %v", name, err)
		}
	}
	count(t, e, 0)
	put(t, e, plain(strings.Repeat("x", 500), "Longest."), plain("A_b-9", ""), plain("word", strings.Repeat("longest", 20_000)))
	count(t, e, 3)
	found(t, e, query("longest"), strings.Repeat("x", 500))
}

func concurrent(t *testing.T, e search.Engine) {
	const writers, each = 4, 5
	numbers := []string{"alpha", "bravo", "charlie", "delta"}
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			for i := range each {
				id := fmt.Sprintf("w%d-%d", w, i)
				if err := e.Put(t.Context(), plain(id, "Witness "+numbers[w]+".")); err != nil {
					t.Errorf("Put: %v", err)
					return
				}
				res, err := e.Search(t.Context(), query(numbers[w]))
				if err != nil || res[0].Total != i+1 {
					t.Errorf("after putting %d of %s, found %v (%v)", i+1, numbers[w], res, err)
				}
				if _, err := e.Count(t.Context()); err != nil {
					t.Errorf("Count: %v", err)
				}
			}
		})
	}
	group.Go(func() { // and meanwhile somebody withdraws
		for i := range each {
			d := plain(fmt.Sprintf("x-%d", i), "Witness echo.")
			if err := e.Put(t.Context(), d); err != nil {
				t.Errorf("Put: %v", err)
			}
			if err := e.Delete(t.Context(), d.Submission); err != nil {
				t.Errorf("Delete: %v", err)
			}
			if res, err := e.Search(t.Context(), query("echo")); err != nil || res[0].Total != 0 {
				t.Errorf("found %v after deleting (%v)", res, err)
			}
		}
	})
	group.Wait()
	count(t, e, writers*each)
	found(t, e, query("witness bravo"), "w1-0", "w1-1", "w1-2", "w1-3", "w1-4")
}

func cancelled(t *testing.T, e search.Engine) {
	put(t, e, plain("here", "Still here."))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := e.Search(ctx, query("here")); !errors.Is(err, context.Canceled) {
		t.Errorf("Search: error %v, expected context.Canceled", err)
	}
	if err := e.Put(ctx, plain("more", "More.")); !errors.Is(err, context.Canceled) {
		t.Errorf("Put: error %v, expected context.Canceled", err)
	}
	found(t, e, query("here"), "here")
}

func closed(t *testing.T, e search.Engine) {
	for range 2 {
		if err := e.Close(); err != nil {
			t.Fatalf("Close: %v", err)
		}
	}
	_, searchErr := e.Search(t.Context(), query(""))
	_, countErr := e.Count(t.Context())
	for name, err := range map[string]error{
		"Put": e.Put(t.Context(), plain("a", "")), "Delete": e.Delete(t.Context(), "a"), "Search": searchErr, "Count": countErr,
		"Rebuild": e.Rebuild(t.Context(), sequence(nil, nil)), "Health": e.Health(t.Context()),
	} {
		if !errors.Is(err, search.ErrUnavailable) {
			t.Errorf("%s after Close: error %v, expected ErrUnavailable", name, err)
		}
	}
}

func put(t *testing.T, e search.Engine, docs ...search.Document) {
	t.Helper()
	if err := e.Put(t.Context(), docs...); err != nil {
		t.Fatalf("Put: %v", err)
	}
}

func ask(t *testing.T, e search.Engine, q search.Query) search.Result {
	t.Helper()
	res, err := e.Search(t.Context(), q)
	if err != nil {
		t.Fatalf("Search for %.80q: %v", q.Text, err)
	}
	if len(res) != 1 {
		t.Fatalf("Search for %.80q: %d results for one query", q.Text, len(res))
	}
	return res[0]
}

// found checks that q finds exactly the documents want, in any order, and counts them right.
func found(t *testing.T, e search.Engine, q search.Query, want ...string) {
	t.Helper()
	res := ask(t, e, q)
	got := hitIDs(res)
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("found for %.80q (-want +got):\n%s", q.Text, diff)
	}
	if res.Total != len(want) {
		t.Errorf("total for %.80q is %d, expected %d", q.Text, res.Total, len(want))
	}
}

func count(t *testing.T, e search.Engine, want int) {
	t.Helper()
	if n, err := e.Count(t.Context()); err != nil || n != want {
		t.Errorf("Count is %d (%v), expected %d", n, err, want)
	}
}

func hitIDs(res search.Result) []string {
	var ids []string
	for _, h := range res.Hits {
		ids = append(ids, h.Document.ID)
	}
	return ids
}

func allIDs(docs []search.Document) []string {
	var ids []string
	for _, d := range docs {
		ids = append(ids, d.ID)
	}
	return ids
}

func ids(ids ...string) []string { return ids }

// counts makes facet counts from values and numbers in turn.
func counts(pairs ...any) []search.FacetCount {
	var c []search.FacetCount
	for i := 0; i < len(pairs); i += 2 {
		c = append(c, search.FacetCount{Value: pairs[i].(string), Count: pairs[i+1].(int)})
	}
	return c
}

// sequence yields docs and then err, if there is one.
func sequence(docs []search.Document, err error) iter.Seq2[search.Document, error] {
	return func(yield func(search.Document, error) bool) {
		for _, d := range docs {
			if !yield(d, nil) {
				return
			}
		}
		if err != nil {
			yield(search.Document{}, err)
		}
	}
}
