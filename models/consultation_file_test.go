package models_test

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"heard/models"

	"github.com/google/go-cmp/cmp"
)

// sound is a small consultation file without faults, for tests to break.
const sound = `heard: 1
id: river-walk
version: 3
title: The river walk
council:
  name: Fairmead Council
languages: [en, cy]
time_zone: Europe/London
opens: 2026-10-05
closes: 2026-12-14 23:59
proposal:
  acts: [make]
  summary: A walk along the river.
  evidence:
    - Many people walk there.
  alternatives:
    - option: Do nothing
      why_not: The bank is washing away.
  decision:
    body: The Cabinet
    when: 2027-02-15
restrictions:
  - id: R1
    text: No cycling.
groups:
  - id: walker
    name: Walkers
    when: A1 is walk
  - id: other
    name: Everybody else
scales:
  agree:
    - {id: agree, text: Agree, stance: for}
    - {id: disagree, text: Disagree, stance: against}
paths:
  - id: walker
    when: A1 is walk
    ask: [A1, B1, B2, C1]
  - id: everybody
    ask: [A1, C1, D1]
questions:
  - id: A1
    type: choice
    text: How do you use the river?
    about_you: true
    options:
      - {id: walk, text: I walk}
      - {id: row, text: I row}
  - id: B1
    type: ticks
    text:
      en: When?
      cy: Pryd?
    options:
      - {id: day, text: By day}
      - {id: never, text: Never, alone: true}
  - id: B2
    type: text
    text: Where?
    only_if: B1 is day
    max_length: 80
  - id: C1
    type: choice
    text: Do you agree?
    scale: agree
    position: true
    restriction: R1
  - id: D1
    type: long_text
    text: Why?
    themed: true
equality:
  - id: E1
    type: choice
    text: How old are you?
    options:
      - {id: under_18, text: Under 18}
      - {id: over, text: 18 or over}
default_consents: [quote]
help:
  - name: River rescue
    url: https://rescue.example.org
    source: rescue.example.org
    checked: 2026-11-23
`

func TestParseConsultationTakesASoundFile(t *testing.T) {
	for name, source := range map[string]string{
		"as written":          sound,
		"Windows line ends":   strings.ReplaceAll(sound, "\n", "\r\n"),
		"byte order mark":     "\uFEFF" + sound,
		"a document mark":     "---\n" + sound,
		"comments everywhere": strings.ReplaceAll(sound, "\n", " # so\n"),
	} {
		t.Run(name, func(t *testing.T) {
			c, err := models.ParseConsultation("f.yaml", []byte(source))
			if err != nil {
				t.Fatal(err)
			}
			if got := c.Title["en"]; got != "The river walk" {
				t.Errorf("title: got %q", got)
			}
			if got := c.Question("C1").Option("disagree"); got == nil || got.Stance != models.StanceAgainst {
				t.Errorf("the scale's options did not reach question C1: %v", got)
			}
			if got := c.Question("B1").Text["cy"]; got != "Pryd?" {
				t.Errorf("wording in the second language: got %q", got)
			}
		})
	}
}

func TestParseConsultationTakesTheDemonstration(t *testing.T) {
	c := demonstration(t)
	if len(c.Questions) < 30 || len(c.Paths) < 5 || len(c.Equality) == 0 {
		t.Errorf("expected a whole questionnaire, got %d questions, %d paths, %d equality questions", len(c.Questions), len(c.Paths), len(c.Equality))
	}
}

// broken edits the sound file. The lines on which faults are expected end in a
// comment with their number, such as "#1"; messages are what each says, in
// order.
type broken struct {
	name     string
	old, new string
	messages []string
}

var brokenFiles = []broken{
	// What the YAML itself cannot carry.
	{"unknown key at the top", "version: 3\n", "version: 3\nwibble: 1 #1\n", []string{"wibble: there is no such key in this file format"}},
	{"unknown key in a question", "    max_length: 80\n", "    max_length: 80\n    requierd: true #1\n", []string{"questions[2].requierd: there is no such key"}},
	{"unknown key in an option", "{id: row, text: I row}", "{id: row, text: I row, grant: [quote]} #1", []string{"questions[0].options[1].grant: there is no such key"}},
	{"the same key twice", "version: 3\n", "version: 3\nid: other #1\n", []string{`mapping key "id" already defined`}},
	{"a tab for indentation", "  name: Fairmead Council", "\tname: Fairmead Council #1", []string{"cannot start any token"}},
	{"a quotation mark that is not closed", "title: The river walk", `title: "The river walk #1`, []string{"could not find end character"}},
	{"a bracket that is not closed", "acts: [make]\n  summary: A walk along the river.", "acts: [make\n  summary: A walk along the river. #1", []string{"must be specified"}},
	{"a colon in a title", "title: The river walk", "title: The river: a walk #1", []string{"mapping value is not allowed"}},
	{"two documents", "help:\n", "--- #1\nhelp:\n", []string{"expected one document"}},
	{"an anchor", "title: The river walk", "title: &walk The river walk #1", []string{`expected no "&"`}},
	{"an alias", "title: The river walk", "title: *walk #1", []string{`expected no "*"`}},
	{"a line that is not UTF-8", "title: The river walk", "title: The river \xe9 #1", []string{"not text in UTF-8"}},
	{"a NUL byte", "title: The river walk", "title: The\x00river #1", []string{"not text in UTF-8"}},
	{"text for a number", "version: 3", "version: three #1", []string{"version: expected a whole number"}},
	{"a number that is too large", "version: 3", "version: 99999999999999999999 #1", []string{"version: expected a smaller number"}},
	{"text for true or false", "    themed: true", "    themed: perhaps #1", []string{"questions[4].themed: expected true or false"}},
	{"a list for text", "id: river-walk", "id: [river-walk] #1", []string{"id: expected text"}},
	{"text for a list", "languages: [en, cy]", "languages: en #1", []string{"languages: expected a list"}},
	{"text for a mapping", "council:\n  name: Fairmead Council", "council: Fairmead Council #1", []string{"council: expected keys and their values"}},
	{"a mapping for a list", "  - id: R1\n    text: No cycling.", "  id: R1 #1\n  text: No cycling.", []string{"restrictions: expected a list"}},
	{"a list for wording", "text: Where?", "text: [Where?] #1", []string{"questions[2].text: expected wording as text, or as a map"}},
	{"a mapping in wording", "cy: Pryd?", "cy: {a: b}", nil}, // see below: the wording begins a line above
	{"a condition that cannot be read", "when: A1 is walk\n  - id: other", "when: A1 = walk #1\n  - id: other", []string{`groups[0].when: cannot read the condition "A1 = walk"`}},
	{"the second condition of a list", "    when: A1 is walk\n    ask", "    when:\n      - A1 is walk\n      - A1 walks #1\n    ask", []string{`paths[0].when[1]: cannot read the condition "A1 walks"`}},
	{"a mapping for a condition", "only_if: B1 is day", "only_if: {B1: day} #1", []string{"questions[2].only_if: expected a condition such as"}},

	// What is well formed and means nothing.
	{"another format", "heard: 1", "heard: 2 #1", []string{"heard: expected 1"}},
	{"an id that is no slug", "id: river-walk", "id: River Walk #1", []string{"id: expected lower-case letters"}},
	{"an id that is an address of the portal", "id: river-walk", "id: staff #1", []string{`id: "staff" is the address of a page`}},
	{"version nought", "version: 3", "version: 0 #1", []string{"version: expected a whole number from 1"}},
	{"no title", "title: The river walk", "title: #1", []string{"title: expected some wording"}},
	{"a title of spaces", "title: The river walk", `title: "  " #1`, []string{"title: expected some wording"}},
	{"no council name", "council:\n  name: Fairmead Council", "council: #1\n  email: a@example.org", []string{"council.name: expected the name of the council"}},
	{"no languages", "languages: [en, cy]\n", "languages: [] #1\n", []string{"languages: expected at least one language"}},
	{"a language that is none", "languages: [en, cy]", "languages: [en, cy, English] #1", []string{`languages[2]: "English" is not a language tag`}},
	{"wording in a language not listed", "      cy: Pryd?\n", "      cy: Pryd?\n      ro: Când? #1\n", []string{`questions[1].text.ro: wording in "ro", which is not among the languages`}},
	{"wording not in the first language", "    text:\n      en: When?\n", "    text: #1\n", []string{"questions[1].text: expected wording in en, the first language"}},
	{"an unknown time zone", "time_zone: Europe/London", "time_zone: Europe/Fairmead #1", []string{`time_zone: unknown time zone "Europe/Fairmead"`}},
	{"a bad date", "opens: 2026-10-05", "opens: 5 October 2026 #1", []string{`opens: cannot read the date "5 October 2026"`}},
	{"a day that does not exist", "opens: 2026-10-05", "opens: 2026-02-30 #1", []string{`opens: cannot read the date "2026-02-30"`}},
	{"closes before it opens", "closes: 2026-12-14 23:59", "closes: 2026-10-04 #1", []string{"closes: expected a time after opens"}},
	{"closes as it opens", "closes: 2026-12-14 23:59", "closes: 2026-10-05 00:00 #1", []string{"closes: expected a time after opens"}},
	{"a bad day of expiry", "    when: 2027-02-15", "    when: 2027-02-15\n  expires: next spring #1", []string{"proposal.expires: expected the last day of the order"}},
	{"a bad day of decision", "when: 2027-02-15", "when: in spring #1", []string{"proposal.decision.when: expected a day"}},
	{"an unknown act", "acts: [make]", "acts: [make, renew] #1", []string{`proposal.acts[1]: unknown act "renew"`}},
	{"no summary", "proposal:\n  acts: [make]\n  summary: A walk along the river.\n", "proposal: #1\n  acts: [make]\n", []string{"proposal.summary: expected some wording"}},
	{"empty evidence", "    - Many people walk there.", `    - "" #1`, []string{"proposal.evidence[0]: expected some wording"}},
	{"an alternative without its reason", "    - option: Do nothing\n      why_not: The bank is washing away.", "    - option: Do nothing #1", []string{"proposal.alternatives[0].why_not: expected some wording"}},
	{"a restriction twice", "    text: No cycling.\n", "    text: No cycling.\n  - id: R1 #1\n    text: No running.\n", []string{"restrictions[1].id: R1 is already used at restrictions[0].id"}},
	{"a group twice", "  - id: other\n", "  - id: walker #1\n", []string{"groups[1].id: walker is already used at groups[0].id"}},
	{"a group without a name", "  - id: other\n    name: Everybody else\n", "  - id: other #1\n", []string{"groups[1].name: expected some wording"}},
	{"a group that looks at an unknown question", "    when: A1 is walk\n  - id: other", "    when: A9 is walk #1\n  - id: other", []string{`groups[0].when: there is no question "A9"`}},
	{"a scale of one option", "    - {id: disagree, text: Disagree, stance: against}\n", "", nil}, // see below
	{"a scale option without text", "{id: disagree, text: Disagree, stance: against}", "{id: disagree, stance: against} #1", []string{"scales.agree[1].text: expected some wording"}},
	{"a path twice", "  - id: everybody", "  - id: walker #1", []string{"paths[1].id: walker is already used at paths[0].id"}},
	{"a path asking an unknown question", "ask: [A1, C1, D1]", "ask: [A1, C1, D1, Z9] #1", []string{`paths[1].ask[3]: there is no question "Z9"`}},
	{"a path asking an equality question", "ask: [A1, C1, D1]", "ask: [A1, C1, D1, E1] #1", []string{`paths[1].ask[3]: there is no question "E1"`}},
	{"a path asking twice", "ask: [A1, C1, D1]", "ask: [A1, C1, D1, C1] #1", []string{"paths[1].ask[3]: C1 is asked twice on this path"}},
	{"a path that asks too late", "ask: [A1, B1, B2, C1]", "ask: [A1, B2, B1, C1] #1", []string{"paths[0].ask[1]: B2 depends on B1, which this path does not ask before it"}},
	{"a path that asks nothing", "    ask: [A1, C1, D1]", "    ask: [] #1", nil}, // see below: D1 is then on no path
	{"the last path with a condition", "  - id: everybody\n", "  - id: everybody\n    when: A1 is row #1\n", []string{"paths[1].when: the last path is for everybody else"}},
	{"an earlier path without a condition", "  - id: walker\n    when: A1 is walk\n    ask", "  - id: walker #1\n    ask", []string{"paths[0].when: only the last path may go without a condition"}},
	{"a path that does not ask what its condition looks at", "ask: [A1, B1, B2, C1]", "ask: [B1, B2, C1]", nil}, // see below
	{"a condition on an unknown option", "    when: A1 is walk\n    ask", "    when: A1 is walk, swim #1\n    ask", []string{`paths[0].when: question A1 has no option "swim"`}},
	{"a condition on words", "only_if: B1 is day", "only_if: D1 is day", nil}, // see below
	{"a question on no path", "ask: [A1, C1, D1]", "ask: [A1, C1]", nil},      // see below
	{"a question twice", "  - id: D1\n", "  - id: C1 #1\n", nil},              // see below
	{"an unknown type", "    type: long_text", "    type: essay #1", nil},     // see below
	{"an option without text", "{id: row, text: I row}", "{id: row} #1", []string{"questions[0].options[1].text: expected some wording"}},
	{"an option twice", "{id: row, text: I row}", "{id: walk, text: I row} #1", []string{"questions[0].options[1].id: walk is used twice"}},
	{"an option id in capitals", "{id: row, text: I row}", "{id: ROW, text: I row} #1", []string{"questions[0].options[1].id: expected lower-case letters"}},
	{"an unknown stance", "stance: against}", "stance: maybe} #1", []string{"scales.agree[1].stance: expected for, against or unsure"}},
	{"an unknown consent", "{id: row, text: I row}", "{id: row, text: I row, grants: [sell]} #1", []string{`questions[0].options[1].grants: unknown consent "sell"`}},
	{"an option that stands alone in a choice", "{id: row, text: I row}", "{id: row, text: I row, alone: true} #1", []string{"questions[0].options[1].alone: only an option of a ticks question"}},
	{"one option only", "      - {id: day, text: By day}\n      - {id: never, text: Never, alone: true}\n", "      - {id: day, text: By day}\n", nil}, // see below
	{"a scale that is not there", "scale: agree", "scale: disagree #1", []string{`questions[3].scale: there is no scale "disagree"`}},
	{"options and a scale", "    scale: agree\n", "    scale: agree\n    options: [{id: a, text: A}, {id: b, text: B}] #1\n", []string{"questions[3].options: a question has either options or a scale"}},
	{"an option of a text question to write beside", "    max_length: 80\n", "    max_length: 80\n    options: [{id: a, text: A, write_in: true}] #1\n", []string{"questions[2].options[0].write_in: this option is chosen instead of answering"}},
	{"an option of a text question that stands alone", "    max_length: 80\n", "    max_length: 80\n    options: [{id: a, text: A, alone: true}] #1\n", []string{"questions[2].options[0].alone: only an option of a ticks question"}},
	{"options of an info page", "    type: long_text\n    text: Why?\n    themed: true\n", "    type: info\n    text: Why?\n    options: [{id: a, text: A}] #1\n", []string{"questions[4].options: a question of type info has no options"}},
	{"options of a file question", "    type: long_text\n    text: Why?\n    themed: true\n", "    type: file\n    text: Why?\n    options: [{id: a, text: A}] #1\n", []string{"questions[4].options: a question of type file has no options"}},
	{"a smallest number of words", "    max_length: 80\n", "    max_length: 80\n    min: 1 #1\n", []string{"questions[2].min: only a number has a smallest and a largest"}},
	{"a smallest number above the largest", "    type: long_text\n    text: Why?\n    themed: true\n", "    type: number\n    text: Why?\n    min: 3\n    max: 2 #1\n", []string{"questions[4].max: expected no less than min"}},
	{"a first day of words", "    max_length: 80\n", "    max_length: 80\n    earliest: 2026-01-01 #1\n", []string{"questions[2].earliest: only a date has a first and a last day"}},
	{"a first day that is none", "    type: long_text\n    text: Why?\n    themed: true\n", "    type: date\n    text: Why?\n    earliest: 2026-02-30 #1\n", []string{"questions[4].earliest: expected a day as YYYY-MM-DD"}},
	{"a last day that is none", "    type: long_text\n    text: Why?\n    themed: true\n", "    type: date\n    text: Why?\n    latest: soon #1\n", []string{"questions[4].latest: expected a day as YYYY-MM-DD"}},
	{"a last day before the first", "    type: long_text\n    text: Why?\n    themed: true\n", "    type: date\n    text: Why?\n    earliest: 2026-01-02\n    latest: 2026-01-01 #1\n", []string{"questions[4].latest: expected no day before earliest"}},
	{"a themed date", "    type: long_text", "    type: date", nil}, // see below
	{"a ranking of one", "    type: long_text\n    text: Why?\n    themed: true\n", "    type: ranking\n    text: Why?\n    options: [{id: a, text: A}, {id: none, text: None, alone: true}] #1\n", []string{"questions[4].options: expected at least two options to put in order"}},
	{"a position in a ranking", "    type: long_text\n    text: Why?\n    themed: true\n", "    type: ranking\n    text: Why?\n    position: true\n    options: [{id: a, text: A}, {id: b, text: B}]\n", nil}, // see below
	{"a place without areas", "    type: long_text\n    text: Why?\n    themed: true\n", "    type: place #1\n    text: Why?\n", []string{"questions[4].type: expected areas in the consultation to choose from"}},
	{"an area twice", "equality:\n", "areas:\n  - {id: north, name: North}\n  - {id: north, name: South} #1\nequality:\n", []string{"areas[1].id: north is already used at areas[0].id"}},
	{"an area without a name", "equality:\n", "areas:\n  - {id: north} #1\nequality:\n", []string{"areas[0].name: expected some wording"}},
	{"an area id in capitals", "equality:\n", "areas:\n  - {id: North, name: North} #1\nequality:\n", []string{"areas[0].id: expected lower-case letters"}},
	{"a format without a name", "equality:\n", "formats:\n  - {url: https://a.example.org} #1\nequality:\n", []string{"formats[0].name: expected some wording"}},
	{"a format over plain HTTP", "equality:\n", "formats:\n  - {name: Audio, url: http://a.example.org} #1\nequality:\n", []string{"formats[0].url: expected an address that begins with https://"}},
	{"a grace below nought", "equality:\n", "grace_minutes: -1 #1\nequality:\n", []string{"grace_minutes: expected minutes, from 0 to 1440"}},
	{"a grace of more than a day", "equality:\n", "grace_minutes: 1441 #1\nequality:\n", []string{"grace_minutes: expected minutes, from 0 to 1440"}},
	{"a card that answers nothing", "equality:\n", "cards:\n  - {id: fern} #1\nequality:\n", []string{"cards[0].answers: expected the answers that the card gives"}},
	{"a card that answers no question", "equality:\n", "cards:\n  - {id: fern, answers: {Z9: [a]}} #1\nequality:\n", []string{`cards[0].answers: there is no question "Z9"`}},
	{"a card with an unknown option", "equality:\n", "cards:\n  - {id: fern, answers: {A1: [swim]}} #1\nequality:\n", []string{"cards[0].answers: A1: expected options of this question"}},
	{"a card with two answers to a choice", "equality:\n", "cards:\n  - {id: fern, answers: {A1: [walk, row]}} #1\nequality:\n", []string{"cards[0].answers: A1: expected options of this question"}},
	{"a card with an empty answer", "equality:\n", "cards:\n  - {id: fern, answers: {A1: []}} #1\nequality:\n", []string{"cards[0].answers: A1: expected options of this question"}},
	{"a card that answers what its answers do not lead to", "equality:\n", "cards:\n  - {id: fern, answers: {A1: [row], B1: [day]}} #1\nequality:\n", []string{"cards[0].answers: B1 is not asked of somebody with these answers"}},
	{"a card that answers an equality question", "equality:\n", "cards:\n  - {id: fern, answers: {E1: [over]}} #1\nequality:\n", []string{`cards[0].answers: there is no question "E1"`}},
	{"a card twice", "equality:\n", "cards:\n  - {id: fern, answers: {A1: [walk]}}\n  - {id: fern, answers: {A1: [row]}} #1\nequality:\n", []string{"cards[1].id: fern is already used at cards[0].id"}},
	{"a card id that is no slug", "equality:\n", "cards:\n  - {id: Fern Card, answers: {A1: [walk]}} #1\nequality:\n", []string{"cards[0].id: expected lower-case letters, digits and hyphens"}},
	{"a question at an address of the form", "  - id: B1\n", "  - id: equality #1\n", nil}, // see below
	{"a quiet path of organisations", "  - id: walker\n    when: A1 is walk\n    ask", "  - id: walker\n    quiet: true\n    organisation: true #1\n    when: A1 is walk\n    ask", []string{"paths[0].organisation: a quiet path is for people"}},
	{"a quiet path with equality questions", "  - id: walker\n    when: A1 is walk\n    ask", "  - id: walker\n    quiet: true\n    equality: true #1\n    when: A1 is walk\n    ask", []string{"paths[0].equality: a quiet path asks no equality questions"}},
	{"a wording that nothing has", "equality:\n", "translations:\n  cy:\n    wording:\n      title: Y llwybr\n      question B9: Pryd? #1\nequality:\n", []string{`translations.cy.wording.question B9: there is no wording "question B9" to translate`}},
	{"two wordings that nothing has", "equality:\n", "translations:\n  cy:\n    wording:\n      question B9 hint: Pryd? #1\n      question D1: Pam?\n      question D1 hint: Pam? #1\nequality:\n", []string{`"question B9 hint"`, `"question D1 hint"`}},
	{"one wording alone that nothing has", "equality:\n", "translations:\n  cy:\n    wording:\n      titel: Y llwybr #1\nequality:\n", []string{`translations.cy.wording.titel: there is no wording "titel" to translate`}},
	{"wordings of a scale's options in its question", "equality:\n", "translations:\n  cy:\n    wording:\n      scale agree agree: Cytuno\n      question C1 option agree: Cytuno #1\nequality:\n", []string{`"question C1 option agree"`}},
	{"a translation into a language not listed", "equality:\n", "translations:\n  ro: #1\n    wording:\n      title: Aleea\nequality:\n", []string{`translations.ro: "ro" is not among the languages`}},
	{"a translation into the first language", "equality:\n", "translations:\n  en: #1\n    wording:\n      title: The walk\nequality:\n", []string{"translations.en: the first language is what the file itself is written in"}},
	{"an unknown key in a translation", "equality:\n", "translations:\n  cy:\n    reviewed: true #1\nequality:\n", []string{"translations.cy.reviewed: there is no such key"}},
	{"a consent to be written to", "default_consents: [quote]", "default_consents: [quote, contact] #1", []string{`default_consents[1]: unknown consent "contact"`}},
	{"a length below nought", "max_length: 80", "max_length: -1 #1", []string{"questions[2].max_length: expected at most"}},
	{"too great a length", "max_length: 80", "max_length: 200001 #1", []string{"questions[2].max_length: expected at most 200000"}},
	{"a length of a choice", "    about_you: true\n", "    about_you: true\n    max_length: 5 #1\n", []string{"questions[0].max_length: only text and long_text have a length"}},
	{"a themed choice", "    about_you: true\n", "    about_you: true\n    themed: true #1\n", []string{"questions[0].themed: only text and long_text can be themed"}},
	{"two positions", "    about_you: true\n", "    position: true\n", nil}, // see below
	{"words about an unknown restriction", "    themed: true\n", "    themed: true\n    restrictions: [R1, R9] #1\n", []string{`questions[4].restrictions[1]: there is no restriction "R9"`}},
	{"words about a restriction twice", "    themed: true\n", "    themed: true\n    restrictions: [R1, R1] #1\n", []string{"questions[4].restrictions[1]: R1 is named twice"}},
	{"one restriction and several", "    themed: true\n", "    themed: true\n    restriction: R1\n    restrictions: [R1] #1\n", []string{"questions[4].restrictions: expected either restriction or restrictions"}},
	{"a choice about several restrictions", "    restriction: R1\n", "    restrictions: [R1] #1\n", []string{"questions[3].restrictions: only text and long_text can be about several"}},
	{"a history after the opening", "  acts: [make]\n", "  acts: [make]\n  history:\n    - {day: 2026-10-06, what: It was made., source: minutes} #1\n", []string{"proposal.history[0].day: expected no day after the consultation opens"}},
	{"a history without a source", "  acts: [make]\n", "  acts: [make]\n  history:\n    - {day: 2021-03-16, what: It was made.} #1\n", []string{"proposal.history[0].source: expected where this is known from"}},
	{"words by area", "    themed: true\n", "    by_area: true #1\n    themed: true\nareas:\n  - {id: north, name: North}\n", []string{"questions[4].by_area: only a question that is answered by choosing"}},
	{"a choice by area, and nobody says where they belong", "    restriction: R1\n", "    restriction: R1\n    by_area: true #1\n", []string{"questions[3].by_area: expected a question of type place with about_you"}},
	{"a quiet path that asks where people belong", "    ask: [A1, C1, D1]\nquestions:\n", "    quiet: true\n    ask: [A1, C1, D1, P1] #1\nareas:\n  - {id: north, name: North}\nquestions:\n  - {id: P1, type: place, text: Where?, about_you: true}\n", []string{"paths[1].ask[3]: a quiet path is for people who may be watched"}},
	{"an unknown restriction", "restriction: R1", "restriction: R9 #1", []string{`questions[3].restriction: there is no restriction "R9"`}},
	{"an equality question that takes ticks", "  - id: E1\n    type: choice", "  - id: E1\n    type: ticks #1", []string{"equality[0].type: expected choice"}},
	{"an equality question with a condition", "    text: How old are you?\n", "    text: How old are you?\n    only_if: A1 is walk #1\n", []string{"equality[0].only_if: equality questions are kept apart"}},
	{"an equality question with a taken id", "  - id: E1", "  - id: A1 #1", []string{"equality[0].id: A1 is already used at questions[0].id"}},
	{"an earlier consultation that is no id", "default_consents: [quote]", "earlier: [Canal Road] #1\ndefault_consents: [quote]", []string{"earlier[0]: expected the id of another consultation"}},
	{"an earlier consultation twice", "default_consents: [quote]", "earlier: [canal-2021, canal-2021] #1\ndefault_consents: [quote]", []string{"earlier[1]: expected the id of another consultation"}},
	{"an unknown default consent", "default_consents: [quote]", "default_consents: [quote, all] #1", []string{`default_consents[1]: unknown consent "all"`}},
	{"help without a source", "    source: rescue.example.org\n", "", nil}, // see below
	{"help over plain HTTP", "url: https://rescue", "url: http://rescue", nil},
	{"help without a day", "checked: 2026-11-23", "checked: lately #1", []string{"help[0].checked: expected the day it was last checked"}},
}

// elsewhere are the broken files whose fault stands on a line that the edit
// does not touch: where, by the text of that line, and what is said.
var elsewhere = map[string][][2]string{
	"a mapping in wording":     {{"en: When?", "questions[1].text: expected wording as text, or as a map"}},
	"a scale of one option":    {{"  agree:", "scales.agree: expected at least two options"}},
	"a path that asks nothing": {{"    ask: []", "paths[1].ask: expected the ids of the questions"}, {"  - id: D1", "questions[4].id: D1 is on no path"}},
	"a question on no path":    {{"  - id: D1", "questions[4].id: D1 is on no path"}},
	"a condition on words":     {{"ask: [A1, B1, B2, C1]", "paths[0].ask[2]: B2 depends on D1"}, {"only_if: D1 is day", "questions[2].only_if: D1 has no options to compare with"}},
	"a question twice":         {{"ask: [A1, C1, D1]", `paths[1].ask[2]: there is no question "D1"`}, {"  - id: C1 #1", "questions[4].id: C1 is already used at questions[3].id"}},
	"a themed date":            {{"    themed: true", "questions[4].themed: only text and long_text can be themed"}},
	"a position in a ranking":  {{"    position: true\n    options", "questions[4].position: expected a question of type choice"}, {"    position: true\n    options", "questions[4].position: only one question"}},
	"a question at an address of the form": {
		{"ask: [A1, B1, B2, C1]", `paths[0].ask[1]: there is no question "B1"`}, {"ask: [A1, B1, B2, C1]", "paths[0].ask[2]: B2 depends on B1"},
		{"  - id: equality #1", `questions[1].id: "equality" is the address of a page of the form`}, {"  - id: equality #1", "questions[1].id: equality is on no path"},
		{"only_if: B1 is day", `questions[2].only_if: there is no question "B1"`}},
	"an unknown type":       {{"    type: essay", `questions[4].type: unknown type "essay"`}, {"    themed: true", "questions[4].themed: only text and long_text can be themed"}},
	"one option only":       {{"    options:\n      - {id: day", "questions[1].options: expected at least two options"}},
	"two positions":         {{"    position: true\n    restriction", "questions[3].position: only one question"}},
	"help without a source": {{"  - name: River rescue", "help[0].source: expected where the entry comes from"}},
	"help over plain HTTP":  {{"    url: http:", "help[0].url: expected an address that begins with https://"}},
	"a path that does not ask what its condition looks at": {
		{"    when: A1 is walk\n    ask", "paths[0].when: the path must ask A1"}},
}

var marked = regexp.MustCompile(`#[1-9]`)

// want returns what should be said and the lines it should be said of.
func (b broken) want(t *testing.T, source string) (fields, messages []string) {
	t.Helper()
	if others, ok := elsewhere[b.name]; ok {
		for _, o := range others {
			at := strings.Index(source, o[0])
			if at < 0 {
				t.Fatalf("the broken file does not hold %q", o[0])
			}
			fields = append(fields, fmt.Sprintf("f.yaml:%d", 1+strings.Count(source[:at], "\n")))
			messages = append(messages, o[1])
		}
		return fields, messages
	}
	for i, line := range strings.Split(source, "\n") {
		if m := marked.FindString(line); m != "" {
			for range m[1] - '0' {
				fields = append(fields, fmt.Sprintf("f.yaml:%d", i+1))
			}
		}
	}
	return fields, b.messages
}

func TestParseConsultationNamesTheLine(t *testing.T) {
	for _, b := range brokenFiles {
		t.Run(b.name, func(t *testing.T) {
			if strings.Count(sound, b.old) != 1 {
				t.Fatalf("%q stands %d times in the sound file: expected once", b.old, strings.Count(sound, b.old))
			}
			source := strings.Replace(sound, b.old, b.new, 1)
			c, err := models.ParseConsultation("f.yaml", []byte(source))
			if c != nil || models.KindOf(err) != models.KindInvalid {
				t.Fatalf("got %v, %v: expected the file to be refused", c, err)
			}
			fields, messages := b.want(t, source)
			got := models.FieldsOf(err)
			if len(got) != len(fields) {
				t.Fatalf("got %d faults, expected %d:\n%v", len(got), len(fields), err)
			}
			for i, f := range got {
				if f.Field != fields[i] || !strings.Contains(f.Message, messages[i]) {
					t.Errorf("fault %d: got %s: %s\nexpected %s: …%s…", i, f.Field, f.Message, fields[i], messages[i])
				}
				if strings.Contains(f.Message, "\n") || strings.Contains(f.Message, "Go ") {
					t.Errorf("the message is not worded for the person who wrote the file: %q", f.Message)
				}
			}
		})
	}
}

func TestParseConsultationRefusesWhatIsNoConsultation(t *testing.T) {
	for _, test := range []struct{ name, source, field, message string }{
		{"nothing", "", "f.yaml:1", "the file is empty"},
		{"white space", "\n\n  \n", "f.yaml:1", "the file is empty"},
		{"a comment", "# to do\n", "f.yaml:1", "the file is empty"},
		{"an empty document", "---\n", "f.yaml:1", "the file is empty"},
		{"null", "null\n", "f.yaml:1", "expected keys and their values"},
		{"text", "Dear council\n", "f.yaml:1", "expected keys and their values"},
		{"a list", "- a\n- b\n", "f.yaml:1", "expected keys and their values"},
		{"a second document that is empty", sound + "---\n", fmt.Sprintf("f.yaml:%d", 1+strings.Count(sound, "\n")), "expected one document"},
		{"a second document", sound + "---\n" + sound, fmt.Sprintf("f.yaml:%d", 1+strings.Count(sound, "\n")), "expected one document"},
		{"an alias of itself", "title: &t [*t]\n", "f.yaml:1", "aliases are not taken"},
		{"a bomb of aliases", "heard: 1\na: &a [x, x, x]\nb: &b [*a, *a, *a]\n", "f.yaml:2", "aliases are not taken"},
		{"brackets", "title: " + strings.Repeat("[", 400_000), "f.yaml:1", "inside one another"},
		{"closed brackets", "title: " + strings.Repeat("[", 400_000) + strings.Repeat("]", 400_000), "f.yaml:1", "inside one another"},
		{"braces", "title:\n" + strings.Repeat(" {a:", 200_000), "f.yaml:2", "inside one another"},
		{"dashes", strings.Repeat("- ", 400_000) + "a\n", "f.yaml:1", "inside one another"},
		{"question marks", strings.Repeat("? ", 400_000) + "a\n", "f.yaml:1", "inside one another"},
		{"steps", steps(1300), "f.yaml:33", "inside one another"},
		{"very many keys", "a: 1\n" + strings.Repeat("b: 1\n", 100_000), "f.yaml:16667", "at most 50000"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := models.ParseConsultation("f.yaml", []byte(test.source))
			got := models.FieldsOf(err)
			if models.KindOf(err) != models.KindInvalid || len(got) != 1 || got[0].Field != test.field || !strings.Contains(got[0].Message, test.message) {
				t.Errorf("got %v\nexpected %s: …%s…", err, test.field, test.message)
			}
		})
	}
}

func steps(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

func TestParseConsultationRefusesALargeFile(t *testing.T) {
	padding := func(n int) []byte {
		return append([]byte(sound), bytes.Repeat([]byte("#"), n-len(sound))...)
	}
	if _, err := models.ParseConsultation("f.yaml", padding(models.MaxConsultationFile)); err != nil {
		t.Errorf("a file of exactly the greatest size: %v", err)
	}
	for _, size := range []int{models.MaxConsultationFile + 1, 2 << 20} {
		_, err := models.ParseConsultation("f.yaml", padding(size))
		if models.KindOf(err) != models.KindTooLarge || !strings.Contains(err.Error(), "f.yaml") {
			t.Errorf("%d bytes: got %v, expected KindTooLarge with the name of the file", size, err)
		}
	}
}

// Every fault that can be found is reported, and in the order of the lines.
func TestParseConsultationReportsEveryFaultAtOnce(t *testing.T) {
	source := sound
	var messages int
	for _, edit := range [][2]string{
		{"heard: 1", "heard: 7 #1"},
		{"id: river-walk", "id: River #1"},
		{"title: The river walk", `title: "" #1`},
		{"opens: 2026-10-05", "opens: soon #1"},
		{"acts: [make]", "acts: [unmake] #1"},
		{"    - Many people walk there.", "    - {cy: Llawer} #1"},
		{"  - id: R1\n", "  - id: 1R #1\n"},
		{"    when: A1 is walk\n  - id: other", "    when: A1 is swim #1\n  - id: other"},
		{"{id: disagree, text: Disagree, stance: against}", "{id: disagree, text: Disagree, stance: against, grants: [all]} #1"},
		{"ask: [A1, B1, B2, C1]", "ask: [A1, B1, B2, C1, Y1] #1"},
		{"ask: [A1, C1, D1]", "ask: [A1, C1, D1, Z1] #1"},
		{"{id: row, text: I row}", "{id: row} #1"},
		{"max_length: 80", "max_length: 9999999 #1"},
		{"scale: agree", "scale: missing #1"},
		{"restriction: R1", "restriction: R2 #1"},
		{"{id: over, text: 18 or over}", "{id: under_18, text: 18 or over} #1"},
		{"default_consents: [quote]", "default_consents: [everything] #1"},
		{"checked: 2026-11-23", "checked: never #1"},
	} {
		if strings.Count(source, edit[0]) != 1 {
			t.Fatalf("%q stands %d times: expected once", edit[0], strings.Count(source, edit[0]))
		}
		source = strings.Replace(source, edit[0], edit[1], 1)
		messages++
	}
	_, err := models.ParseConsultation("f.yaml", []byte(source))
	var got []string
	for _, f := range models.FieldsOf(err) {
		got = append(got, f.Field)
	}
	want, _ := broken{}.want(t, source)
	if len(want) != messages {
		t.Fatalf("%d lines are marked, expected %d", len(want), messages)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("lines (-want +got):\n%s\n%v", diff, err)
	}
	_, again := models.ParseConsultation("f.yaml", []byte(source))
	if diff := cmp.Diff(models.FieldsOf(err), models.FieldsOf(again)); diff != "" {
		t.Errorf("the same file gives other errors the second time:\n%s", diff)
	}
}

func FuzzParseConsultation(f *testing.F) {
	demo, err := os.ReadFile("../app/demo/pspo-renewal.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(demo)
	f.Add([]byte(sound))
	for _, b := range brokenFiles {
		f.Add([]byte(strings.Replace(sound, b.old, b.new, 1)))
	}
	for _, s := range []string{"", "---\n---\n", "a: &a [*a]", "? ? a", "title: !!binary zz", "<<: {a: b}", "\xff\xfe", "a: |\n", "- - -", "%YAML 1.2\n---\n", "{", "\"", "a:\r b", "...\n"} {
		f.Add([]byte(s))
	}
	line := regexp.MustCompile(`^f\.yaml:([1-9][0-9]*)$`)
	f.Fuzz(func(t *testing.T, source []byte) {
		c, err := models.ParseConsultation("f.yaml", source)
		if (c == nil) == (err == nil) {
			t.Fatalf("got %v and %v: expected one of them", c, err)
		}
		if err != nil {
			if kind := models.KindOf(err); kind != models.KindInvalid && kind != models.KindTooLarge {
				t.Fatalf("kind %d: %v", kind, err)
			}
			lines := 1 + bytes.Count(source, []byte("\n")) + bytes.Count(source, []byte("\r"))
			last := 0
			for _, field := range models.FieldsOf(err) {
				m := line.FindStringSubmatch(field.Field)
				if m == nil {
					t.Fatalf("%q is no file and line", field.Field)
				}
				var n int
				_, _ = fmt.Sscan(m[1], &n)
				if n < last || n > lines+1 {
					t.Fatalf("line %d after line %d, in a file of %d lines", n, last, lines)
				}
				last = n
			}
			return
		}
		if err := c.Validate(); err != nil {
			t.Fatalf("taken, and yet not valid: %v", err)
		}
		answers := models.Answers{}
		for i := range c.Questions {
			if q := &c.Questions[i]; len(q.Options) > 0 {
				answers[q.ID] = models.Given{Options: []string{q.Options[len(q.Options)-1].ID}}
			}
		}
		kept, _ := c.Prune(answers)
		checkRouted(t, c, kept)
		c.GroupsFor(kept)
		c.ConsentsFor(kept)
		opens, closes := c.Window()
		if !opens.Before(closes) {
			t.Fatal("taken, and yet it closes before it opens")
		}
	})
}

// demonstration is the consultation that the portal ships with.
func demonstration(t testing.TB) *models.Consultation {
	t.Helper()
	source, err := os.ReadFile("../app/demo/pspo-renewal.yaml")
	if err != nil {
		t.Fatal(err)
	}
	c, err := models.ParseConsultation("pspo-renewal.yaml", source)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// parsed is a sound file after some edits, old text and new in turn.
func parsed(t testing.TB, edits ...string) *models.Consultation {
	t.Helper()
	source := sound
	for pair := range slices.Chunk(edits, 2) {
		if !strings.Contains(source, pair[0]) {
			t.Fatalf("the file does not hold %q", pair[0])
		}
		source = strings.Replace(source, pair[0], pair[1], 1)
	}
	c, err := models.ParseConsultation("f.yaml", []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	return c
}
