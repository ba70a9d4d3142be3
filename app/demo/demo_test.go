package demo

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"heard/models"
)

var now = time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC)

func load(t *testing.T) (*models.Consultation, []models.Submission) {
	t.Helper()
	c, _, err := Consultation(now)
	if err != nil {
		t.Fatal(err)
	}
	all, err := Submissions(c, now)
	if err != nil {
		t.Fatal(err)
	}
	return c, all
}

func TestShippedFileParses(t *testing.T) {
	c, err := models.ParseConsultation(consultationFile, consultationSource)
	if err != nil {
		t.Fatal(err)
	}
	if !c.Invented {
		t.Error("the demonstration does not say that it is invented")
	}
	for _, r := range c.Restrictions {
		if !r.Paraphrase {
			t.Errorf("restriction %s is not marked as a paraphrase", r.ID)
		}
	}
}

// TestTemplates: each can be started from, and whoever answers is asked what they
// think and why, and whether they may be quoted, whichever way they go.
func TestTemplates(t *testing.T) {
	for name, source := range Templates() {
		c, err := models.ParseConsultation("template.yaml", source)
		if err != nil {
			t.Fatalf("%s: %v %v", name, err, models.FieldsOf(err))
		}
		for _, p := range c.Paths {
			var position, themed, quoted bool
			for _, id := range p.Ask {
				q := c.Question(id)
				position, themed = position || q.Position, themed || q.Themed
				for _, o := range q.Options {
					quoted = quoted || slices.Contains(o.Grants, models.ConsentQuote)
				}
			}
			if !position || !themed || !quoted {
				t.Errorf("%s, path %s: asks for a position %t, for words %t, whether they may be quoted %t", name, p.ID, position, themed, quoted)
			}
		}
	}
}

func TestDatesMove(t *testing.T) {
	// The days around both changes of the clocks, and minutes when the day in
	// London is not the day in UTC.
	for _, test := range []struct {
		now                   string
		opens, closes, decide string
	}{
		{"2026-11-23T09:30:00Z", "2026-09-28", "2026-12-21 23:59", "2027-02-15"},
		{"2027-03-28T00:30:00Z", "2027-01-31", "2027-04-25 23:59", "2027-06-20"},
		{"2027-07-01T23:30:00Z", "2027-05-07", "2027-07-30 23:59", "2027-09-24"},
	} {
		at, err := time.Parse(time.RFC3339, test.now)
		if err != nil {
			t.Fatal(err)
		}
		c, source, err := Consultation(at)
		if err != nil {
			t.Fatal(err)
		}
		got := []string{string(c.Opens), string(c.Closes), c.Proposal.Decision.When}
		if diff := cmp.Diff([]string{test.opens, test.closes, test.decide}, got); diff != "" {
			t.Errorf("%s: dates (-want +got):\n%s", test.now, diff)
		}
		c.Status = models.StatusOpen
		if !c.Accepting(at) {
			t.Errorf("%s: not accepting answers", test.now)
		}
		again, err := models.ParseConsultation(consultationFile, source)
		if err != nil {
			t.Fatal(err)
		}
		again.Status = c.Status
		if diff := cmp.Diff(c, again); diff != "" {
			t.Errorf("%s: the source returned says something else (-consultation +source):\n%s", test.now, diff)
		}
		if bytes.Count(source, []byte("\n")) != bytes.Count(consultationSource, []byte("\n"))+1 {
			t.Errorf("%s: lines of the source were lost", test.now)
		}
		if past, _, err := Earlier(at); err != nil || !slices.Equal(c.Earlier, []string{past.ID}) {
			t.Errorf("%s: it continues %q: %v", test.now, c.Earlier, err)
		}
		all, err := Submissions(c, at)
		if err != nil {
			t.Fatal(err)
		}
		zone, err := c.Zone()
		if err != nil {
			t.Fatal(err)
		}
		today := at.In(zone).Format(time.DateOnly)
		for _, s := range all {
			if s.Day < test.opens || s.Day >= today {
				t.Errorf("%s: a submission was received on %s", test.now, s.Day)
			}
		}
	}
}

// TestRoutes checks who is asked what, for one person of every kind.
func TestRoutes(t *testing.T) {
	c, _, err := Consultation(now)
	if err != nil {
		t.Fatal(err)
	}
	one := func(options ...string) models.Given { return models.Given{Options: options} }
	person := "B1 B2 B3 B4 B5 B6 C1 C2 C3 C4 C5 C6 C7 C8 C9 C10"
	last := " F1 G1 G2"
	short := "S0 S1 S2 S3 S4 S5 C1 C2 C3 C8"
	for _, test := range []struct {
		name    string
		answers models.Answers
		path    string
		groups  []string
		route   string
	}{
		{"nothing answered", nil, "person", []string{"other"}, "A1 A2 A3 " + person + last},
		{"resident and trader", models.Answers{"A1": one("self"), "A2": one("live_here", "work_here")}, "person", []string{"resident", "business"}, "A1 A2 A3 " + person + last},
		{"sex worker", models.Answers{"A1": one("self"), "A2": one("sex_work")}, "sex_worker", []string{"sex_worker"}, "A1 A2 " + short + " G1"},
		{"sex worker who lives here, before the offer", models.Answers{"A1": one("self"), "A2": one("sex_work", "live_here")}, "sex_worker", []string{"resident", "sex_worker"}, "A1 A2 " + short + " M1 G1"},
		{"sex worker who lives here and declines", models.Answers{"A1": one("self"), "A2": one("sex_work", "live_here"), "M1": one("no")}, "sex_worker", []string{"resident", "sex_worker"}, "A1 A2 " + short + " M1 G1"},
		{"sex worker who lives here and accepts", models.Answers{"A1": one("self"), "A2": one("sex_work", "live_here"), "M1": one("yes")}, "sex_worker_both", []string{"resident", "sex_worker"}, "A1 A2 " + short + " M1 B1 B2 B5 B6 C4 C5 C6 C7 C9 C10 G1"},
		{"helper for one sex worker", models.Answers{"A1": one("helper"), "H1": one("own_words"), "H3": one("yes_all"), "H4": one("sex_workers"), "H5": one("english")}, "helper_sex_workers", []string{"sex_worker"}, "A1 H1 H3 H4 H5 " + short + " G1"},
		{"helper's summary of several sex workers", models.Answers{"A1": one("helper"), "H1": one("summary"), "H3": one("yes_all"), "H4": one("sex_workers"), "H5": one("romanian")}, "helper_sex_workers", []string{"organisation"}, "A1 H1 H2 H3 H4 H5 H5b " + short + " G1"},
		{"helper whose people do not agree", models.Answers{"A1": one("helper"), "H1": one("summary"), "H3": one("no"), "A2": one("support_work")}, "helper_own", []string{"support_worker"}, "A1 H1 H2 H3 H6 A2 A3 " + person + last},
		{"helper for a resident", models.Answers{"A1": one("helper"), "H1": one("own_words"), "H4": one("residents")}, "helper", []string{"resident"}, "A1 H1 H3 H4 H5 A3 " + person + " G1 G2"},
		{"organisation", models.Answers{"A1": one("organisation")}, "organisation", []string{"organisation"}, "A1 O1 O2 O3 O4 B1 B3 B5 B6 C1 C2 C3 C4 C5 C6 C7 C8 C9 C10 F1"},
		{"councillor", models.Answers{"A1": one("elected")}, "elected", []string{"elected"}, "A1 A3 " + person + last},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, dropped := c.Prune(test.answers); len(dropped) > 0 {
				t.Errorf("the route drops the answers that led to it: %v", dropped)
			}
			if got := c.PathFor(test.answers).ID; got != test.path {
				t.Errorf("path %s, want %s", got, test.path)
			}
			if diff := cmp.Diff(test.groups, c.GroupsFor(test.answers)); diff != "" {
				t.Errorf("groups (-want +got):\n%s", diff)
			}
			var route []string
			for _, q := range c.Route(test.answers) {
				route = append(route, q.ID)
			}
			if diff := cmp.Diff(strings.Fields(test.route), route); diff != "" {
				t.Errorf("route (-want +got):\n%s", diff)
			}
		})
	}
}

// TestPaths checks what each kind of person is spared and offered. What is
// asked of people at risk leaves nothing that somebody else could find.
func TestPaths(t *testing.T) {
	c, _, err := Consultation(now)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range c.Paths {
		sensitive := slices.ContainsFunc(p.Ask, func(id string) bool { return c.Question(id).Sensitive })
		if p.Quiet != sensitive {
			t.Errorf("path %s asks what only people at risk are asked: %t, quiet: %t", p.ID, sensitive, p.Quiet)
		}
		for _, id := range p.Ask {
			q := c.Question(id)
			if p.Quiet && (q.Type == models.TypeFile || id == "A3" || id == "B3" || id == "B4" || id == "G2") {
				t.Errorf("path %s asks %s: where, when, for a file, or to publish all of it", p.ID, id)
			}
		}
		want := map[string][3]bool{ // organisation, assisted, equality
			"organisation": {true, false, false}, "helper": {false, true, false}, "helper_sex_workers": {false, true, false},
			"person": {false, false, true}, "helper_own": {false, false, true},
		}[p.ID]
		if got := [3]bool{p.Organisation, p.Assisted, p.Equality}; got != want {
			t.Errorf("path %s: organisation, assisted, equality are %v, expected %v", p.ID, got, want)
		}
	}
	if len(c.Equality) == 0 {
		t.Error("there are no equality questions")
	}
	for _, q := range c.Equality {
		if q.Type != models.TypeChoice || q.Required || q.Option("prefer_not") == nil {
			t.Errorf("%s can not be left unsaid", q.ID)
		}
	}
}

// TestCard checks the card for outreach workers: it opens the questions for sex
// workers, and neither its name nor its address tells anybody that.
func TestCard(t *testing.T) {
	c, _, err := Consultation(now)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Cards) != 1 || c.Card("fern") == nil || c.Card("no such card") != nil {
		t.Fatalf("cards: %+v", c.Cards)
	}
	given := c.Card("fern").Given()
	if kept, dropped := c.Prune(given); len(dropped) > 0 || len(kept) != len(given) || len(given) == 0 {
		t.Errorf("of the answers %v the route drops %v", given, dropped)
	}
	if path := c.PathFor(given); path.ID != "sex_worker" || !path.Quiet {
		t.Errorf("the card leads to the path %s", path.ID)
	}
	if diff := cmp.Diff([]string{"sex_worker"}, c.GroupsFor(given)); diff != "" {
		t.Errorf("groups (-want +got):\n%s", diff)
	}
	var left []string
	for _, q := range c.Route(given) {
		if given[q.ID].Empty() {
			left = append(left, q.ID)
		}
	}
	if diff := cmp.Diff(strings.Fields("S0 S1 S2 S3 S4 S5 C1 C2 C3 C8 G1"), left); diff != "" {
		t.Errorf("what is left to answer (-want +got):\n%s", diff)
	}
	// A card alone is no answer: it cannot be sent as one.
	if err := c.CheckAnswers(given, 0); err == nil {
		t.Error("what the card says counts as somebody's answer to the consultation")
	}
	if regexp.MustCompile(`(?i)sex|work|street|order|help|outreach`).MatchString(c.Cards[0].ID) {
		t.Errorf("the address of the card says %q", c.Cards[0].ID)
	}
	// Whoever holds a phone after somebody else starts from the card again.
	given["A2"].Options[0] = "live_here"
	if c.Card("fern").Answers["A2"][0] != "sex_work" {
		t.Error("an answer in a response has changed the card")
	}
}

func TestPlaceQuestion(t *testing.T) {
	c, _, err := Consultation(now)
	if err != nil {
		t.Fatal(err)
	}
	q := c.Question("A3")
	var ids []string
	for _, o := range q.Options {
		ids = append(ids, o.ID)
	}
	if diff := cmp.Diff(strings.Fields("northgate millbrook canal_side st_annes eastfield another outside prefer_not"), ids); diff != "" || q.Type != models.TypePlace || !q.Single() {
		t.Errorf("type %s, options (-want +got):\n%s", q.Type, diff)
	}
	if f := q.Check(models.Given{Options: []string{"northgate", "millbrook"}}); f.Code != "answer.one" {
		t.Errorf("two places at once: %+v", f)
	}
	if f := q.Check(models.Given{Options: []string{"14 Mill Row"}}); f.Code != "answer.shown" {
		t.Errorf("a place finer than a ward: %+v", f)
	}
	if q.Options[0].Text["ur"] == "" {
		t.Error("the names of the places are not in the languages of the form")
	}
}

// TestConsents checks what each answer allows. Silence allows nothing.
func TestConsents(t *testing.T) {
	c, _, err := Consultation(now)
	if err != nil {
		t.Fatal(err)
	}
	one := func(options ...string) models.Given { return models.Given{Options: options} }
	self, body := one("self"), one("organisation")
	for _, test := range []struct {
		name    string
		answers models.Answers
		want    []models.Consent
	}{
		{"nothing said", models.Answers{"A1": self}, nil},
		{"neither", models.Answers{"A1": self, "G1": one("no"), "G2": one("no")}, nil},
		{"quoted", models.Answers{"A1": self, "G1": one("yes"), "G2": one("no")}, []models.Consent{models.ConsentQuote}},
		{"published", models.Answers{"A1": self, "G1": one("no"), "G2": one("yes")}, []models.Consent{models.ConsentPublish}},
		{"both", models.Answers{"A1": self, "G1": one("yes"), "G2": one("yes")}, []models.Consent{models.ConsentPublish, models.ConsentQuote}},
		{"a sex worker is not asked for more than words", models.Answers{"A1": self, "A2": one("sex_work"), "G1": one("yes"), "G2": one("yes")}, []models.Consent{models.ConsentQuote}},
		{"an organisation with its name", models.Answers{"A1": body, "O4": one("yes")}, []models.Consent{models.ConsentName, models.ConsentPublish, models.ConsentQuote}},
		{"an organisation without its name", models.Answers{"A1": body, "O4": one("without_name")}, []models.Consent{models.ConsentPublish, models.ConsentQuote}},
		{"an organisation in confidence", models.Answers{"A1": body, "O4": one("confidential")}, nil},
		{"an organisation that says nothing", models.Answers{"A1": body}, nil},
	} {
		if diff := cmp.Diff(test.want, c.ConsentsFor(test.answers)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
	if len(c.DefaultConsents) != 0 {
		t.Errorf("allowed without asking: %v", c.DefaultConsents)
	}
}

// numbers writes the numbers in a wording in figures of one script, sorted.
func numbers(s string) []string {
	s = strings.Map(func(r rune) rune {
		for _, digits := range unicode.Nd.R16 {
			if rune(digits.Lo) <= r && r <= rune(digits.Hi) {
				return '0' + (r-rune(digits.Lo))%10
			}
		}
		return r
	}, s)
	found := regexp.MustCompile(`[0-9]+(?:[.,][0-9]+)*`).FindAllString(s, -1)
	slices.Sort(found)
	return found
}

// TestTranslations: nothing is missing in any language, no draft passes for
// checked, no figure or phone number has changed, and what people read has as
// many paragraphs and points as the council wrote.
func TestTranslations(t *testing.T) {
	c, _, err := Consultation(now)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Fields("en ro ur pa bn pl"), c.Languages); diff != "" {
		t.Errorf("languages (-want +got):\n%s", diff)
	}
	if c.Unchecked("en") {
		t.Error("the council's own wording is said to be unchecked")
	}
	all := c.Wordings()
	for _, lang := range c.Languages[1:] {
		if missing := c.Untranslated(lang); len(missing) > 0 {
			t.Errorf("%s lacks %d of %d wordings: %v", lang, len(missing), len(all), missing)
		}
		if !c.Unchecked(lang) {
			t.Errorf("%s is said to have been checked by a person", lang)
		}
		for key, wording := range all {
			english, theirs := (*wording)["en"], (*wording)[lang]
			if diff := cmp.Diff(numbers(english), numbers(theirs)); diff != "" {
				t.Errorf("%s, %s: numbers (-en +%s):\n%s", lang, key, lang, diff)
			}
			for _, mark := range []string{"\n\n", "\n- "} {
				if e, n := strings.Count(english, mark), strings.Count(theirs, mark); e != n {
					t.Errorf("%s, %s: %d of %q, expected %d", lang, key, n, mark, e)
				}
			}
			if theirs == english && len(strings.Fields(english)) > 3 {
				t.Errorf("%s, %s: is still in English", lang, key)
			}
			if strings.ContainsAny(theirs, "<>\u202a\u202b\u202c\u202d\u202e") || theirs != strings.TrimSpace(theirs) {
				t.Errorf("%s, %s: has markup, marks that turn text round, or space at its ends", lang, key)
			}
		}
	}
}

func TestGraceAndFormats(t *testing.T) {
	c, _, err := Consultation(now)
	if err != nil {
		t.Fatal(err)
	}
	c.Status = models.StatusOpen
	_, closes := c.Window()
	for _, test := range []struct {
		minutes            int
		accepts, finishing bool
	}{{-1, true, true}, {0, false, true}, {29, false, true}, {30, false, false}} {
		at := closes.Add(time.Duration(test.minutes) * time.Minute)
		if c.Accepting(at) != test.accepts || c.Finishing(at) != test.finishing {
			t.Errorf("%d minutes after closing: can be started %t, sent %t", test.minutes, c.Accepting(at), c.Finishing(at))
		}
	}
	if !c.OfferResult || len(c.Formats) == 0 {
		t.Error("people cannot ask to be told, or for another form")
	}
	for _, s := range c.Help {
		if s.What["ur"] == "" {
			t.Errorf("what %s does is not in the languages of the form", s.Name)
		}
	}
}

// TestSubmissionCounts keeps the mix that the pages are shown with.
func TestSubmissionCounts(t *testing.T) {
	c, all := load(t)
	got := map[string]int{}
	for _, s := range all {
		got["all"]++
		got["path "+s.Path]++
		got["channel "+string(s.Channel)]++
		got["language "+s.Language]++
		got["stance "+s.Stance]++
		for _, g := range s.Groups {
			got["group "+g]++
		}
		if !s.Allows(models.ConsentQuote) {
			got["not to be quoted"]++
		}
		if !slices.ContainsFunc(s.Answers, func(a models.Answer) bool { return c.Question(a.Question).Themed }) {
			got["no words"]++
		}
	}
	want := map[string]int{
		"all":         198,
		"channel web": 152, "channel email": 27, "channel paper": 12, "channel assisted": 7,
		"language en": 185, "language ro": 5, "language ur": 4, "language pa": 4,
		"group resident": 122, "group business": 21, "group visitor": 37, "group sex_worker": 12,
		"group support_worker": 2, "group organisation": 9, "group elected": 2, "group other": 4,
		"path person": 173, "path sex_worker": 6, "path sex_worker_both": 2, "path helper_sex_workers": 5,
		"path helper": 1, "path helper_own": 1, "path organisation": 8, "path elected": 2,
		"stance for": 101, "stance against": 71, "stance unsure": 23, "stance ": 3,
		"not to be quoted": 55, "no words": 26,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
}

const campaign = "to ask Fairmead Council not to extend this order"

func TestNoWordsRepeat(t *testing.T) {
	c, all := load(t)
	seen := map[string]bool{}
	var letters, personal int
	bare := map[string]bool{}
	for _, s := range all {
		for _, a := range s.Answers {
			if !c.Question(a.Question).Themed || a.Text == "" {
				continue
			}
			if strings.Contains(a.Text, campaign) {
				letters++
				if !strings.Contains(a.Text, "\n\n") {
					bare[a.Text] = true
					continue
				}
				personal++
				for _, part := range strings.Split(a.Text, "\n\n") {
					if strings.Contains(part, campaign) {
						continue
					}
					if seen[part] {
						t.Errorf("two people add the same words to the campaign letter: %q", part)
					}
					seen[part] = true
				}
				continue
			}
			// Sentences, so that no part of one answer is another's either.
			for _, sentence := range strings.FieldsFunc(strings.ToLower(a.Text), func(r rune) bool { return strings.ContainsRune(".?!\n۔।", r) }) {
				if sentence = strings.TrimSpace(sentence); len(strings.Fields(sentence)) < 3 {
					continue
				}
				if seen[sentence] {
					t.Errorf("written twice: %q", sentence)
				}
				seen[sentence] = true
			}
		}
	}
	if letters != 25 || personal != 14 || len(bare) < 3 {
		t.Errorf("campaign letter sent by %d, %d with words of their own, %d wordings without; want 25, 14 and a few", letters, personal, len(bare))
	}
}

// TestLoneIdeas keeps points that exactly one person makes: a report that
// drops them has not listened.
func TestLoneIdeas(t *testing.T) {
	_, all := load(t)
	for _, words := range []string{
		"taught by survivors", "move the bus stop", "women's night shelter", "traducere la tribunal",
		"sharps bin", "walking bus", "rising bollard", "gate the alley", "rooms by the hour",
		"direct line to the outreach van", "trading estate", "licensed drivers", "switching it off for six months",
		"patrol times a week ahead", "in an envelope with the council crest", "just in term time",
		"small card in her own language", "body-worn cameras", "hall at northgate",
	} {
		n := 0
		for _, s := range all {
			if slices.ContainsFunc(s.Answers, func(a models.Answer) bool { return strings.Contains(strings.ToLower(a.Text), words) }) {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%q is said by %d people, want 1", words, n)
		}
	}
}

// TestIdentifiersArePlanted: redaction must have something to find, and none
// of it may reach anybody.
func TestIdentifiersArePlanted(t *testing.T) {
	_, all := load(t)
	for _, words := range []string{"Jean Marlowe", "07700 900417", "020 7946 0318", "r.oakden@example.org", "XX99 ZZZ", "14 Mill Row"} {
		if !slices.ContainsFunc(all, func(s models.Submission) bool {
			return slices.ContainsFunc(s.Answers, func(a models.Answer) bool { return strings.Contains(a.Text, words) })
		}) {
			t.Errorf("nobody wrote %q", words)
		}
	}
}

func TestEntryIsRefused(t *testing.T) {
	c, _, err := Consultation(now)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		entry
		want string
	}{
		{"day", entry{56, "web", "en", map[string]any{"C1": "agree"}}, "expected 0 to 55"},
		{"channel", entry{1, "fax", "en", map[string]any{"C1": "agree"}}, "expected one of"},
		{"language", entry{1, "web", "", map[string]any{"C1": "agree"}}, "language"},
		{"question", entry{1, "web", "en", map[string]any{"Z9": "agree"}}, "no question Z9"},
		{"off its route", entry{1, "web", "en", map[string]any{"C1": "agree", "S2": "same"}}, "[S2]"},
		{"option", entry{1, "web", "en", map[string]any{"C1": "perhaps"}}, "Choose from the answers shown"},
		{"shape", entry{1, "web", "en", map[string]any{"C1": 4}}, "expected text"},
		{"nothing", entry{1, "web", "en", map[string]any{"A1": "self"}}, "at least one question"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := test.submission(c, now)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
		})
	}
}
