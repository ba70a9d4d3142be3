package web

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/PuerkitoBio/goquery"

	"heard/app/consult"
	"heard/models"
)

// kindsFile is a small consultation about an invented place with every kind of
// question, a quiet path, one for organisations, a card and three languages:
// the Romanian has been checked by a person and is whole but for one question,
// the Urdu is a draft of a few words.
const kindsFile = `heard: 1
id: rope-walk
version: 1
title: What should the Rope Walk become
council: {name: Penrow Borough Council, email: consultation@penrow.example, phone: 020 7946 0123, address: "Town Hall, Penrow"}
languages: [en, ro, ur]
opens: OPENS
closes: CLOSES
grace_minutes: 30
offer_result: true
invented: true
proposal:
  summary: The council wants to know what to do with the Rope Walk.
  decision: {body: The Cabinet, when: 2027-02-15}
groups:
  - {id: organisation, name: Organisations, when: A1 is organisation}
  - {id: apart, name: People who answer apart, sensitive: true, when: A1 is apart}
  - {id: other, name: Other people}
areas:
AREAS
scales:
  agree:
    - {id: agree, text: Agree}
    - {id: disagree, text: Disagree}
    - {id: neither, text: Neither}
cards:
  - {id: heron, answers: {A1: [apart]}}
  - {id: wren, answers: {A1: [self], S1: [agree]}}
questions:
  - {id: I1, type: info, text: Before the questions, body: "Some words.\n\n- One\n- Two"}
  - id: A1
    type: choice
    text: How are you answering?
    about_you: true
    options:
      - {id: self, text: For myself}
      - {id: apart, text: For myself and with care}
      - {id: organisation, text: For a group}
  - {id: S1, type: choice, scale: agree, text: The Rope Walk should be kept as it is.}
  - id: W1
    type: choice
    text: What do you use it for?
    options:
      - {id: walking, text: Walking}
      - {id: playing, text: Playing}
      - {id: other, text: Something else, write_in: true}
  - id: T1
    type: ticks
    text: What would you add?
    options:
      - {id: benches, text: Benches}
      - {id: lamps, text: Lamps}
      - {id: other, text: Something else, write_in: true}
      - {id: none, text: Nothing of this, alone: true}
  - id: X1
    type: text
    text: What should it be called?
    options:
      - {id: unsure, text: I am not sure}
  - {id: X2, type: text, text: Who should look after it?, required: true, max_length: 40}
  - id: L1
    type: long_text
    text: What do you want the council to know?
    themed: true
    max_length: 500
    options:
      - {id: unsure, text: I am not sure}
      - {id: prefer_not, text: Prefer not to say}
  - id: D1
    type: date
    text: When did you last walk there?
    earliest: "2020-01-01"
    latest: "2026-12-31"
    options:
      - {id: unsure, text: I am not sure}
      - {id: prefer_not, text: Prefer not to say}
  - {id: D2, type: date, text: When did you first walk there?}
  - {id: D3, type: date, text: From when should it be open?, earliest: "2027-04-01"}
  - {id: D4, type: date, text: Until when did it work well?, latest: "2026-06-30"}
  - id: N1
    type: number
    text: How many benches are enough?
    min: 1
    max: 50
    options:
      - {id: unsure, text: I am not sure}
  - {id: N2, type: number, text: How many people pass there in a week?}
  - id: R1
    type: ranking
    text: What matters most?
    options:
      - {id: quiet, text: Quiet}
      - {id: light, text: Light}
      - {id: shade, text: Shade}
      - {id: unsure, text: I am not sure, alone: true}
  - id: P1
    type: place
    text: Where do you live?
    about_you: true
    options:
      - {id: outside, text: Outside Penrow}
      - {id: prefer_not, text: Prefer not to say}
  - {id: F1, type: file, text: Add a document}
  - {id: X9, type: text, text: Anything that nobody has translated?}
paths:
  - {id: apart, name: Apart, quiet: true, when: A1 is apart, ask: [A1, S1, L1]}
  - id: organisation
    name: Organisations
    organisation: true
    when: A1 is organisation
    ask: [A1, S1, X2, L1, D1, N1, R1, F1]
  - id: person
    name: Everybody else
    equality: true
    ask: [I1, A1, S1, W1, T1, X1, X2, L1, D1, D2, D3, D4, N1, N2, R1, P1, F1, X9]
equality:
  - {id: E1, type: choice, text: How old are you?, options: [{id: under_25, text: Under 25}, {id: over_24, text: 25 or older}]}
  - {id: E2, type: choice, text: What do you believe?, options: [{id: much, text: Much}, {id: little, text: Little}]}
help:
  - {name: Samaritans, what: Somebody who listens., phone: "116 123", source: samaritans.org, checked: 2026-11-02}
translations:
  ro:
    checked: true
    wording:
ROMANIAN
  ur:
    wording:
      title: "رسی والی گلی کا کیا ہو"
      question A1: "آپ کس کی طرف سے جواب دے رہے ہیں؟"
      question A1 option self: "اپنی طرف سے"
`

// kinds is the consultation of kindsFile, opened a week ago and open for two
// more.
func (p *testPortal) kinds() *models.Consultation {
	p.Helper()
	now := p.clock.Now()
	var areas strings.Builder
	for i := range 14 {
		fmt.Fprintf(&areas, "  - {id: ward_%d, name: Ward %d}\n", i+1, i+1)
	}
	source := strings.NewReplacer("OPENS", now.AddDate(0, 0, -7).Format(time.DateOnly), "CLOSES", `"`+now.AddDate(0, 0, 14).Format(time.DateOnly)+` 23:59"`,
		"AREAS\n", areas.String()).Replace(kindsFile)
	// Every wording in the Romanian of somebody who repeats what is said, but
	// for one question.
	c, err := models.ParseConsultation("kinds.yaml", []byte(strings.Replace(source, "ROMANIAN", `      title: x`, 1)))
	must(p.TB, err)
	var wordings strings.Builder
	all := c.Wordings()
	for _, key := range slices.Sorted(maps.Keys(all)) {
		if key != "question X9" {
			fmt.Fprintf(&wordings, "      %s: %q\n", key, "ro: "+(*all[key])["en"])
		}
	}
	p.demo = p.open([]byte(strings.Replace(source, "ROMANIAN\n", wordings.String(), 1)))
	return p.demo
}

// at is the address of a step of the response under way.
func (p *testPortal) at(step string) string { return "/" + p.demo.ID + "/respond/" + step }

// everything is a good answer to every question of kindsFile.
var everything = answers{
	"A1": {"answer": {"self"}}, "S1": {"answer": {"agree"}}, "W1": {"answer": {"other"}, "text": {"Flying a kite"}},
	"T1": {"answer": {"benches", "other"}, "text": {"A tap"}}, "X1": {"text": {"Kestrel Row"}}, "X2": {"text": {"The people who live there"}},
	"L1": {"text": {"The lamps go out.\nAt nine.\n\n- All of them"}}, "D1": {"day": {"7"}, "month": {"3"}, "year": {"2026"}}, "D2": {"day": {"29"}, "month": {"02"}, "year": {"2024"}},
	"D3": {"day": {"1"}, "month": {"4"}, "year": {"2027"}}, "D4": {"day": {"30"}, "month": {"6"}, "year": {"2026"}},
	"N1": {"text": {"12"}}, "N2": {"text": {"1,200"}}, "R1": {"rank-quiet": {"2"}, "rank-light": {"1"}, "rank-shade": {"3"}}, "P1": {"answer": {"ward_7"}}, "X9": {"text": {"No"}},
}

// Every kind of question is asked, kept, shown again on its own page and on
// check answers, and sent.
func TestEveryKindOfQuestion(t *testing.T) {
	p := newPortal(t)
	p.kinds()
	i := newInspector(p)
	b := p.browser()
	b.seen = i.look
	var asked []string
	check := b.answer(everything, func(step *page) { asked = append(asked, step.step()) })
	if want := p.demo.Paths[2].Ask; !slices.Equal(asked, want) {
		t.Errorf("asked %v, expected %v", asked, want)
	}
	for _, q := range p.demo.Questions {
		if q.Type == models.TypeInfo || q.Type == models.TypeFile {
			continue
		}
		_, held := b.get(p.at(q.ID)).filled("form#step")
		for name, values := range everything[q.ID] {
			want := slices.Clone(values)
			switch q.ID + " " + name {
			case "D2 month":
				want = []string{"2"}
			case "N2 text":
				want = []string{"1200"}
			}
			if got := held[name]; !slices.Equal(slices.DeleteFunc(got, func(s string) bool { return s == "" }), want) {
				t.Errorf("%s: %s holds %q, expected %q", q.ID, name, got, want)
			}
		}
	}
	for question, shown := range map[string][]string{
		"A1": {"For myself"}, "S1": {"Agree"}, "W1": {"Something else", "Flying a kite"}, "T1": {"Benches", "Something else", "A tap"}, "X1": {"Kestrel Row"}, "X2": {"The people who live there"},
		"L1": {"The lamps go out."}, "D1": {"7 March 2026"}, "D2": {"29 February 2024"}, "D3": {"1 April 2027"}, "D4": {"30 June 2026"}, "N1": {"12"}, "N2": {"1200"},
		"R1": {"1. Light", "2. Quiet", "3. Shade"}, "P1": {"Ward 7"}, "F1": {"Not provided"}, "X9": {"No"},
	} {
		row := check.doc.Find("#" + question)
		var got []string
		row.Find("dd p").Each(func(_ int, s *goquery.Selection) { got = append(got, strings.TrimSpace(s.Text())) })
		if question == "L1" {
			got = []string{strings.Split(got[0], "\n")[0]}
		}
		if !slices.Equal(got, shown) {
			t.Errorf("check answers shows %q for %s, expected %q", got, question, shown)
		}
		if href := row.Find("dd.act a").AttrOr("href", ""); href != p.at(question)+"?change=yes" {
			t.Errorf("%s is changed at %q", question, href)
		}
	}
	if check.doc.Find("#I1").Length() != 0 {
		t.Error("a page that asks nothing is among the answers")
	}
	check.send()
	got := map[string]string{}
	for _, row := range p.rows("SELECT question || ' ' || options || ' ' || text FROM answers") {
		question, rest, _ := strings.Cut(row, " ")
		got[question] = rest
	}
	for question, want := range map[string]string{
		"A1": `["self"] `, "W1": `["other"] Flying a kite`, "T1": `["benches","other"] A tap`, "L1": "[] The lamps go out.\nAt nine.\n\n- All of them", "D1": "[] 2026-03-07", "D2": "[] 2024-02-29",
		"N1": "[] 12", "N2": "[] 1200", "R1": `["light","quiet","shade"] `, "P1": `["ward_7"] `,
	} {
		if got[question] != want {
			t.Errorf("%s is stored as %q, expected %q", question, got[question], want)
		}
	}
	if len(got) != len(everything) {
		t.Errorf("%d answers are stored, expected %d", len(got), len(everything))
	}
	i.report()
}

// A question answered in words, a date or a number, and a ranking, can be
// answered by one of the boxes below it instead, and not by both.
func TestInstead(t *testing.T) {
	p := newPortal(t)
	p.kinds()
	b := p.browser()
	b.start()
	for _, step := range []string{"X1", "L1", "D1", "N1", "R1"} {
		b.post(p.at(step), url.Values{"answer": {"unsure"}}).is(http.StatusOK)
		if _, held := b.get(p.at(step)).filled("form#step"); !slices.Contains(held["answer"], "unsure") {
			t.Errorf("%s holds %v", step, held)
		}
		both := maps.Clone(everything[step])
		both.Set("answer", "unsure")
		got := b.post(p.at(step), both).is(http.StatusUnprocessableEntity)
		want := "but not both"
		if step == "R1" {
			want = "on its own"
		}
		got.says("main .fault", want)
		// Both are still there to choose from.
		_, held := got.filled("form#step")
		for name, values := range both {
			if !slices.Equal(held[name], values) {
				t.Errorf("%s: %s holds %q after the refusal, expected %q", step, name, held[name], values)
			}
		}
	}
	b.check().says("#D1", "I am not sure")
	for _, step := range []string{"L1", "D1"} {
		b.post(p.at(step), url.Values{"answer": {"unsure", "prefer_not"}}).is(http.StatusUnprocessableEntity).says("main .fault", "on its own")
	}
}

// typed is what somebody typed, what is kept of it, and otherwise the fault and
// what the page shows again.
type typed struct {
	step   string
	values url.Values
	kept   string
	fault  string
	again  url.Values
}

func day(d, m, y string) url.Values {
	return url.Values{"day": {d}, "month": {m}, "year": {y}}
}

func figure(s string) url.Values { return url.Values{"text": {s}} }

// Dates and numbers are read in the figures of every script, and what is none
// is shown again as it was typed, with the fault beside it.
func TestDatesAndNumbers(t *testing.T) {
	p := newPortal(t)
	p.kinds()
	b := p.browser()
	b.start()
	for _, c := range []typed{
		{step: "D2", values: day("27", "3", "2026"), kept: "2026-03-27"},
		{step: "D2", values: day(" 07 ", "03", "2026"), kept: "2026-03-07"},
		{step: "D2", values: day("۲۷", "۳", "۲۰۲۶"), kept: "2026-03-27"}, // Urdu
		{step: "D2", values: day("২৭", "৩", "২০২৬"), kept: "2026-03-27"}, // Bengali
		{step: "D2", values: day("੨੭", "੩", "੨੦੨੬"), kept: "2026-03-27"}, // Punjabi
		{step: "D2", values: day("٢٧", "٣", "٢٠٢٦"), kept: "2026-03-27"}, // Arabic
		{step: "D2", values: day("𑄸𑄽", "𑄹", "𑄸𑄶𑄸𑄼"), kept: "2026-03-27"}, // Chakma, beyond the 16-bit range
		{step: "D2", values: day("", "", ""), kept: ""},
		{step: "D2", values: day("31", "2", "2026"), fault: "real date", again: day("31", "2", "2026")},
		{step: "D2", values: day("0", "3", "2026"), fault: "real date", again: day("0", "3", "2026")},
		{step: "D2", values: day("29", "2", "2025"), fault: "real date", again: day("29", "2", "2025")},
		{step: "D2", values: day("3", "27", "2026"), fault: "real date", again: day("3", "27", "2026")},
		{step: "D2", values: day("27", "March", "2026"), fault: "real date", again: day("27", "March", "2026")},
		{step: "D2", values: day("27", "3", "26"), fault: "real date", again: day("27", "3", "26")},
		{step: "D2", values: day("27", "3", ""), fault: "real date", again: day("27", "3", "")},
		{step: "D2", values: day("", "3", "2026"), fault: "real date", again: day("", "3", "2026")},
		{step: "D2", values: day("", "", "2026"), fault: "real date", again: day("", "", "2026")},
		{step: "D2", values: day("7th", "3", "2026"), fault: "real date", again: day("7th", "3", "2026")},
		{step: "D2", values: day("<b>", `"`, "{{.}}"), fault: "real date", again: day("<b>", `"`, "{{.}}")},
		{step: "D2", values: day("00", "00", "0000"), fault: "real date"},
		{step: "D2", values: day(strings.Repeat("9", 5000), "3", "2026"), fault: "real date", again: day(strings.Repeat("9", 5000), "3", "2026")},
		{step: "D1", values: day("31", "12", "2019"), fault: "from 1 January 2020 to 31 December 2026", again: day("31", "12", "2019")},
		{step: "D1", values: day("1", "1", "2027"), fault: "from 1 January 2020 to 31 December 2026", again: day("1", "1", "2027")},
		{step: "D1", values: day("1", "1", "2020"), kept: "2020-01-01"},
		{step: "D1", values: day("31", "12", "2026"), kept: "2026-12-31"},
		{step: "D3", values: day("31", "3", "2027"), fault: "not before 1 April 2027", again: day("31", "3", "2027")},
		{step: "D4", values: day("1", "7", "2026"), fault: "not after 30 June 2026", again: day("1", "7", "2026")},

		{step: "N2", values: figure("12"), kept: "12"},
		{step: "N2", values: figure(" -3 "), kept: "-3"},
		{step: "N2", values: figure("۲۷"), kept: "27"},
		{step: "N2", values: figure("২৭"), kept: "27"},
		{step: "N2", values: figure("੨੭"), kept: "27"},
		{step: "N2", values: figure("12,000"), kept: "12000"},
		{step: "N2", values: figure("12 000"), kept: "12000"},
		{step: "N2", values: figure("12\u00a0000"), kept: "12000"},
		{step: "N2", values: figure("12\u202f000"), kept: "12000"},
		{step: "N2", values: figure("1,20,000"), kept: "120000"}, // as it is written in Urdu, Punjabi and Bengali
		{step: "N2", values: figure("۱٬۲۰۰"), kept: "1200"},
		{step: "N2", values: figure(""), kept: ""},
		// A fraction is not another number.
		{step: "N2", values: figure("1,5"), fault: "whole number", again: figure("1,5")},
		{step: "N2", values: figure("1.5"), fault: "whole number", again: figure("1.5")},
		{step: "N2", values: figure("12,50"), fault: "whole number", again: figure("12,50")},
		{step: "N2", values: figure("1 5"), fault: "whole number", again: figure("1 5")},
		{step: "N2", values: figure("about 5"), fault: "whole number", again: figure("about 5")},
		{step: "N2", values: figure("=1+1"), fault: "whole number", again: figure("=1+1")},
		{step: "N2", values: figure("1e3"), fault: "whole number", again: figure("1e3")},
		{step: "N2", values: figure("0x10"), fault: "whole number", again: figure("0x10")},
		{step: "N2", values: figure(strings.Repeat("9", 30)), fault: "whole number", again: figure(strings.Repeat("9", 30))},
		{step: "N1", values: figure("0"), fault: "1 or more", again: figure("0")},
		{step: "N1", values: figure("51"), fault: "50 or less", again: figure("51")},
		{step: "N1", values: figure("1"), kept: "1"},
		{step: "N1", values: figure("50"), kept: "50"},
	} {
		t.Run(fmt.Sprintf("%s %.40v", c.step, c.values), func(t *testing.T) {
			b.post(p.at(c.step), nil).is(http.StatusOK)
			got := b.post(p.at(c.step), c.values)
			if c.fault == "" {
				got.is(http.StatusOK)
				want := 1
				if c.kept == "" {
					want = 0
				}
				if held := b.kept(c.step); held.Text != c.kept || len(b.check().doc.Find("#"+c.step+" dd p.lines").Nodes) != want {
					t.Errorf("kept as %q, expected %q", held.Text, c.kept)
				}
				return
			}
			plain(got)
			got.is(http.StatusUnprocessableEntity).says("main .fault", c.fault).says(".problem a[href='#answer']", c.fault)
			if got.doc.Find("#answer").Length() != 1 {
				t.Error("the summary does not lead to the field")
			}
			_, held := got.filled("form#step")
			for name, values := range c.again {
				if !slices.Equal(held[name], values) {
					t.Errorf("%s shows %q, expected what was typed: %q", name, held[name], values)
				}
			}
			if now := b.kept(c.step); !now.Empty() {
				t.Errorf("the faulty answer was kept: %+v", now)
			}
		})
	}
}

// kept is what the response of this browser holds as the answer to a question.
func (b *browser) kept(question string) models.Given {
	b.Helper()
	d := b.draft()
	return d.Answers[question]
}

// draft is the response under way in this browser.
func (b *browser) draft() *consult.Draft {
	b.Helper()
	root, _ := url.Parse(b.testPortal.url)
	cookies := b.jar.Cookies(root)
	if len(cookies) != 1 {
		b.Fatalf("%d cookies, expected that of a response", len(cookies))
	}
	d, err := b.service.LoadDraft(b.Context(), consult.ParseDraftKey(cookies[0].Value))
	must(b.TB, err)
	return d
}

// A ranking keeps the order of the numbers, and two answers in one place are
// shown again as they were given.
func TestRanking(t *testing.T) {
	p := newPortal(t)
	p.kinds()
	b := p.browser()
	b.start()
	ranks := func(quiet, light, shade string) url.Values {
		return url.Values{"rank-quiet": {quiet}, "rank-light": {light}, "rank-shade": {shade}, "answer": nil}
	}
	for _, c := range []struct {
		values url.Values
		order  []string
		fault  string
	}{
		{values: ranks("3", "1", "2"), order: []string{"light", "shade", "quiet"}},
		{values: ranks("", "", "1"), order: []string{"shade"}},
		{values: ranks("3", "", "1"), order: []string{"shade", "quiet"}},
		{values: ranks("", "", ""), order: nil},
		{values: ranks("1", "1", "2"), fault: "one answer only"},
		{values: ranks("2", "2", "2"), fault: "one answer only"},
		{values: ranks("4", "1", "2"), fault: "answers shown"}, // there are three places
		{values: ranks("0", "1", "2"), fault: "answers shown"},
		{values: ranks("-1", "1", "2"), fault: "answers shown"},
		{values: ranks("first", "1", "2"), fault: "answers shown"},
		{values: ranks("99999999999999999999", "1", "2"), fault: "answers shown"},
		{values: url.Values{"answer": {"quiet", "quiet"}}, fault: "one answer only"},
		{values: url.Values{"answer": {"unsure"}, "rank-quiet": {"1"}}, fault: "on its own"},
		{values: url.Values{"answer": {"peace"}}, fault: "answers shown"},
	} {
		t.Run(fmt.Sprint(c.values), func(t *testing.T) {
			b.post(p.at("R1"), nil).is(http.StatusOK)
			got := b.post(p.at("R1"), c.values)
			if c.fault == "" {
				got.is(http.StatusOK)
				if held := b.kept("R1"); !slices.Equal(held.Options, c.order) {
					t.Errorf("kept as %v, expected %v", held.Options, c.order)
				}
				return
			}
			got.is(http.StatusUnprocessableEntity).says("main .fault", c.fault)
			_, held := got.filled("form#step")
			for name, values := range c.values {
				if strings.HasPrefix(name, "rank-") && slices.Contains([]string{"", "1", "2", "3"}, values[0]) && !slices.Equal(held[name], values) {
					t.Errorf("%s shows %q, expected %q as it was given", name, held[name], values)
				}
			}
			if now := b.kept("R1"); !now.Empty() {
				t.Errorf("the faulty answer was kept: %+v", now)
			}
		})
	}
	// What cannot be put in order is not put in one behind the person's back.
	b.post(p.at("R1"), ranks("3", "1", "2")).is(http.StatusOK)
	tied := ranks("1", "1", "2")
	tied.Set("do", "keep")
	b.post(p.at("R1"), tied).is(http.StatusNoContent)
	if held := b.kept("R1"); !slices.Equal(held.Options, []string{"light", "shade", "quiet"}) {
		t.Errorf("two answers in one place were kept as %v", held.Options)
	}
}

// Places are chosen from a list when there are many.
func TestPlaces(t *testing.T) {
	p := newPortal(t)
	few := p.browser().start().browser
	few.post(p.at("A1"), url.Values{"answer": {"self"}}).is(http.StatusOK)
	step := few.get(p.at("A3"))
	if radios, selects := step.doc.Find("main input[type=radio]").Length(), step.doc.Find("main select").Length(); radios != 8 || selects != 0 {
		t.Errorf("eight places are shown as %d radios and %d lists", radios, selects)
	}
	p.kinds()
	b := p.browser()
	b.start()
	list := b.get(p.at("P1"))
	if radios, options := list.doc.Find("main input[type=radio]").Length(), list.doc.Find("main select#answer option").Length(); radios != 0 || options != 17 {
		t.Errorf("sixteen places are shown as %d radios and %d entries of a list", radios, options)
	}
	if list.doc.Find("label[for=answer]").Length() != 1 {
		t.Error("the list has no label")
	}
	for _, c := range []struct {
		answer []string
		status int
	}{{[]string{"ward_14"}, http.StatusOK}, {[]string{"outside"}, http.StatusOK}, {[]string{""}, http.StatusOK}, {[]string{"ward_15"}, 422}, {[]string{"ward_1", "ward_2"}, 422}, {[]string{"Ward 1"}, 422}} {
		b.post(p.at("P1"), nil).is(http.StatusOK)
		got := b.post(p.at("P1"), url.Values{"answer": c.answer}).is(c.status)
		want := slices.DeleteFunc(c.answer, func(s string) bool { return s == "" || c.status != http.StatusOK })
		if held := b.kept("P1"); !slices.Equal(held.Options, want) {
			t.Errorf("%q is kept as %q", c.answer, held.Options)
		}
		if c.status != http.StatusOK {
			got.says("main .fault", "")
		}
	}
	// Words beside a place belong nowhere.
	b.post(p.at("P1"), url.Values{"answer": {"ward_1"}, "text": {"14 Kestrelwick Row"}}).is(http.StatusUnprocessableEntity)
}

// A required question is asked for on its page and again when sending.
func TestRequired(t *testing.T) {
	p := newPortal(t)
	p.kinds()
	b := p.browser()
	b.start()
	b.post(p.at("A1"), url.Values{"answer": {"self"}})
	b.post(p.at("S1"), url.Values{"answer": {"agree"}})
	step := b.get(p.at("X2"))
	if strings.Contains(step.doc.Find("h1").Text(), "optional") {
		t.Error("it is called optional")
	}
	step.submit("form#step", nil).is(http.StatusUnprocessableEntity).says("main .fault", "Enter an answer")
	refused := b.check().submit("form#step", nil).is(http.StatusUnprocessableEntity).says("title", "Error:")
	back := refused.follow(".problem a").is(http.StatusOK)
	if back.step() != "X2" || back.url.Query().Get("change") != "yes" {
		t.Errorf("the fault leads to %s", back.url)
	}
	back.submit("form#step", url.Values{"text": {"All of us"}}).send()
	if n := p.count("submissions"); n != 1 {
		t.Errorf("%d submissions, expected 1", n)
	}
}

// formOf is what a browser would send of the answer on the page of a step:
// a line to write on has no line breaks.
func formOf(t *testing.T, body string) url.Values {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(body))
	must(t, err)
	p := &page{browser: &browser{testPortal: &testPortal{TB: t}}, url: &url.URL{Path: "/"}, doc: doc}
	_, values := p.filled("form#step")
	doc.Find("form#step input[type=text]").Each(func(_ int, s *goquery.Selection) {
		values.Set(s.AttrOr("name", ""), strings.NewReplacer("\n", "", "\r", "").Replace(s.AttrOr("value", "")))
	})
	doc.Find("form#step textarea").Each(func(_ int, s *goquery.Selection) {
		values.Set(s.AttrOr("name", ""), strings.ReplaceAll(s.Text(), "\n", "\r\n")) // as browsers send it
	})
	return values
}

// FuzzGiven decodes any form as the answer to every kind of question. What a
// question accepts is clean, has only choices that it offers, and comes back the
// same from the page that shows it.
func FuzzGiven(f *testing.F) {
	p := newPortal(f)
	c := p.kinds()
	for _, text := range nasty {
		f.Add("answer=" + url.QueryEscape(text) + "&text=" + url.QueryEscape(text) + "&day=" + url.QueryEscape(text) + "&rank-quiet=" + url.QueryEscape(text))
	}
	for _, given := range everything {
		f.Add(given.Encode())
	}
	f.Add("answer=agree&answer=agree&text=")
	f.Add("text=%E0%A4%A")
	f.Add("answer&answer&text;answer=1")
	f.Add("answer=other&text=one%0Atwo")
	f.Add("text=%0A%0A++one%0D%0Atwo%0D%0A%0D%0A")
	f.Add("day=%DB%B2%DB%B7&month=%DB%B3&year=%DB%B2%DB%B0%DB%B2%DB%B6")
	f.Add("day=1&month=1&year=0026")
	f.Add("day=27-3&month=-&year=20-26")
	f.Add("text=%2B007&answer=unsure")
	f.Add("text=1%2C20%2C000")
	f.Add("rank-quiet=1&rank-light=1&rank-shade=3&answer=unsure")
	f.Add("rank-quiet=%D9%A1&rank-light=+2&rank-unsure=1")
	f.Fuzz(func(t *testing.T, body string) {
		form, _ := url.ParseQuery(body)
		accepted := models.Answers{"A1": {Options: []string{"self"}}}
		for i := range c.Questions {
			q := &c.Questions[i]
			g, ranks, fault := given(form, q)
			if !utf8.ValidString(g.Text) || strings.ContainsAny(g.Text, "\x00\r\u202E") || strings.TrimSpace(g.Text) != g.Text {
				t.Errorf("%s: the words are %q", q.ID, g.Text)
			}
			if slices.Contains(g.Options, "") {
				t.Errorf("%s: an empty choice was kept", q.ID)
			}
			if (q.Type != models.TypeRanking) && (ranks != nil || fault.Code != "") {
				t.Errorf("%s: ranks %v and the fault %q of a question that is no ranking", q.ID, ranks, fault.Code)
			}
			if fault.Code != "" || q.Check(g).Code != "" || g.Empty() {
				continue
			}
			for _, o := range g.Options {
				if q.Option(o) == nil {
					t.Errorf("%s accepts the choice %q", q.ID, o)
				}
			}
			if n := utf8.RuneCountInString(g.Text); n > 500 {
				t.Errorf("%s accepts %d characters", q.ID, n)
			}
			if q.ID != "A1" {
				accepted[q.ID] = g
			}
		}
		if len(accepted) == 1 {
			return
		}
		key := consult.NewDraftKey()
		must(t, p.service.SaveDraft(t.Context(), key, &consult.Draft{Consultation: c.ID, Answers: accepted, Language: "en"}))
		fetch := func(step string) string {
			r := httptest.NewRequest(get, p.at(step), nil)
			r.AddCookie(&http.Cookie{Name: draftCookie, Value: key.String()})
			w := httptest.NewRecorder()
			p.handler.ServeHTTP(w, r)
			if w.Code != http.StatusOK {
				t.Fatalf("%s answers %d", step, w.Code)
			}
			return w.Body.String()
		}
		for id, g := range accepted {
			again, _, fault := given(formOf(t, fetch(id)), c.Question(id))
			if fault.Code != "" || again.Text != g.Text || !slices.Equal(again.Options, g.Options) {
				t.Errorf("%s: %+q comes back from its page as %+q, fault %q", id, g, again, fault.Code)
			}
		}
		fetch("check")
		must(t, p.service.DestroyDraft(t.Context(), key))
	})
}
