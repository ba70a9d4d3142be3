package models_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"heard/models"
)

// What is filled in is what the file then says, whatever the words are;
// everything else stays, but for translations of what has changed.
func TestFill(t *testing.T) {
	source, _ := renewal(t, "languages: [en, ro, ur, pa, bn, pl]", "languages: [en, ro]")
	source = source[:strings.Index(string(source), "\n  ur:\n")+1] // one translation tells as much as five
	template, err := models.ParseConsultation("template.yaml", source)
	if err != nil {
		t.Fatal(err, models.FieldsOf(err))
	}
	had := template.Essentials()
	same, err := models.Fill(source, template.ID, template.Version, had)
	if err != nil {
		t.Fatal(err)
	}
	again, err := models.ParseConsultation("same.yaml", same)
	if err != nil {
		t.Fatal(err, models.FieldsOf(err))
	}
	if diff := cmp.Diff(template, again); diff != "" {
		t.Errorf("filling in what is there changes something (-was +is):\n%s", diff)
	}
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SampledFrom([]string{"Plain words.", "Two\n\nparagraphs: with \"quotes\" and # a mark.", "- like a list", "yes", "12", "سڑک پر روشنی", "{braces}", "  spaces inside  kept", "'", "a: b", "| bar\n  indented", "End with colon:"})
		e := had
		for _, field := range []*string{&e.Title, &e.Summary, &e.Why, &e.Area, &e.DecidedBy, &e.Council.Name, &e.Council.Address, &e.Council.Phone} {
			if rapid.Bool().Draw(t, "change it") {
				*field = words.Draw(t, "words")
			}
		}
		e.Rules = []string{rapid.SampledFrom([]string{had.Rules[0], "Nobody may: buy."}).Draw(t, "rule"), had.Rules[1]}
		e.Evidence = rapid.SliceOfN(words, 0, 3).Draw(t, "evidence")
		if rapid.Bool().Draw(t, "other areas") {
			e.Areas = []string{"St Anne's", "Northgate", "New Ward", "New-Ward"}
		}
		e.Alternatives = append(e.Alternatives[:1:1], [2]string{words.Draw(t, "option"), words.Draw(t, "why not")})
		e.History = append(e.History[:2:2], [3]string{"2025-01-31", words.Draw(t, "what"), words.Draw(t, "source")})
		e.Earlier = rapid.SampledFrom([][]string{nil, {"our-order-2021", "2018-order"}}).Draw(t, "earlier")
		e.Closes, e.Invented = "2027-03-01 17:00", false
		filled, err := models.Fill(source, "our-order", 4, e)
		if err != nil {
			t.Fatal(err)
		}
		c, err := models.ParseConsultation("filled.yaml", filled)
		if err != nil {
			t.Fatalf("%v %v\n", err, models.FieldsOf(err))
		}
		if diff := cmp.Diff(e, c.Essentials(), cmpopts.EquateEmpty()); diff != "" || c.ID != "our-order" || c.Version != 4 {
			t.Errorf("%s version %d (-filled in +read):\n%s", c.ID, c.Version, diff)
		}
		if c.Restrictions[0].Paraphrase != (e.Rules[0] == had.Rules[0]) || !c.Restrictions[1].Paraphrase {
			t.Errorf("paraphrases: %v", c.Restrictions)
		}
		was, is := template.Wordings(), c.Wordings()
		for key, text := range is {
			_, translated := (*text)["ro"]
			if unchanged := was[key] != nil && was[key].Default() == text.Default(); translated != unchanged {
				t.Errorf("%s: unchanged %v, has a translation %v", key, unchanged, translated)
			}
		}
		if diff := cmp.Diff(template.Questions[0], c.Questions[0]); diff != "" {
			t.Errorf("a question changed:\n%s", diff)
		}
	})
}
