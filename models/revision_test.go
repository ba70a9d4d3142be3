package models_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"heard/models"
)

func renewal(t *testing.T, change ...string) ([]byte, *models.Consultation) {
	t.Helper()
	source, err := os.ReadFile("../app/demo/pspo-renewal.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(change); i += 2 {
		if strings.Count(string(source), change[i]) != 1 {
			t.Fatalf("%q stands in the file %d times", change[i], strings.Count(string(source), change[i]))
		}
		source = []byte(strings.Replace(string(source), change[i], change[i+1], 1))
	}
	c, err := models.ParseConsultation("renewal.yaml", source)
	if err != nil && len(change) == 0 {
		t.Fatalf("%v %v", err, models.FieldsOf(err))
	}
	return source, c
}

// While people answer, words may change and what they are asked may not.
func TestRevises(t *testing.T) {
	const notice = "\nchanges:\n  - {version: 2, day: 2026-10-09, text: We say it more clearly.}\n"
	_, before := renewal(t)
	for name, test := range map[string]struct {
		change []string
		fault  string // place and beginning of the message; "" for none
	}{
		"a wording":      {[]string{"version: 1\n", "version: 2\n", "\nareas:\n", notice + "\nareas:\n", "text: Trying to buy sexual services from someone in a public place.", "text: Trying to buy sex in a public place."}, ""},
		"a later end":    {[]string{"version: 1\n", "version: 2\n", "\nareas:\n", notice + "\nareas:\n", `closes: "2026-12-21 23:59"`, `closes: "2027-01-11 23:59"`}, ""},
		"an earlier end": {[]string{"version: 1\n", "version: 2\n", "\nareas:\n", notice + "\nareas:\n", `closes: "2026-12-21 23:59"`, `closes: "2026-12-01 23:59"`}, "closes: expected no earlier time"},
		"no notice":      {[]string{"version: 1\n", "version: 2\n"}, "changes: expected a notice"},
		"areas that move": {[]string{"version: 1\n", "version: 2\n", "\nareas:\n", notice + "\nareas:\n",
			"  - {id: northgate, name: Northgate}\n  - {id: millbrook, name: Millbrook}\n", "  - {id: millbrook, name: Millbrook}\n  - {id: northgate, name: Northgate}\n", "when: 2027-02-15", "when: 2027-02-16"}, "areas[0].id: people are answering"},
		"a beginning that moves": {[]string{"version: 1\n", "version: 2\n", "\nareas:\n", notice + "\nareas:\n", "opens: 2026-09-28", "opens: 2026-09-29"}, "opens: people are answering"},
	} {
		t.Run(name, func(t *testing.T) {
			_, after := renewal(t, test.change...)
			if after == nil {
				t.Fatal("the file has faults")
			}
			var faults []string
			for _, f := range models.FieldsOf(after.Revises(before)) {
				faults = append(faults, f.Field+": "+f.Message)
			}
			switch {
			case test.fault == "" && len(faults) > 0:
				t.Errorf("refused: %q", faults)
			case test.fault != "" && (len(faults) == 0 || !strings.HasPrefix(faults[0], test.fault)):
				t.Errorf("faults %q, expected the first to begin with %q", faults, test.fault)
			}
		})
	}
}

// Amend changes the three things it is for, keeps comments, and can be done again.
func TestAmend(t *testing.T) {
	source, before := renewal(t)
	for n := 2; n < 4; n++ {
		words := fmt.Sprintf("Longer by a week: \"%d\" # not a comment\nSecond line.", n)
		closes := models.LocalTime(fmt.Sprintf("2027-01-%02d 23:59", 10+n))
		amended, err := models.Amend(source, closes, models.Change{Version: n, Day: "2026-12-01", Text: models.Text{"en": words}})
		if err != nil {
			t.Fatal(err)
		}
		after, err := models.ParseConsultation("renewal.yaml", amended)
		if err != nil {
			t.Fatalf("%v %v", err, models.FieldsOf(err))
		}
		if err := after.Revises(before); err != nil {
			t.Errorf("%v %v", err, models.FieldsOf(err))
		}
		if after.Version != n || after.Closes != closes || len(after.Changes) != n-1 || after.Changes[n-2].Text["en"] != words {
			t.Errorf("version %d closes %s with the notices %v", after.Version, after.Closes, after.Changes)
		}
		if !strings.Contains(string(amended), "# for a response that was started before closing") {
			t.Error("a comment is gone")
		}
		source, before = amended, after
	}
}
