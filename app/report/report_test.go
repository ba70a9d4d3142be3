package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"heard/models"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write the golden files anew")

func words(s string) models.Text { return models.Text{"en": s} }

// river is a small consultation: two ordinary groups and a sensitive one.
func river() *models.Consultation {
	return &models.Consultation{
		Format: 1, ID: "river-walk", Version: 2, Title: words("The river walk"), Languages: []string{"en"},
		Council: models.Council{Name: "Fairmead Council"}, Opens: "2026-10-05", Closes: "2026-12-14 23:59", Invented: true,
		Restrictions: []models.Restriction{{ID: "R1", Text: words("No cycling."), Paraphrase: true}},
		Groups: []models.Group{
			{ID: "walker", Name: words("Walkers")},
			{ID: "rower", Name: words("Rowers")},
			{ID: "boat", Name: words("People who live on boats"), Sensitive: true},
		},
		Questions: []models.Question{
			{ID: "A1", Type: models.TypeTicks, Text: words("How do you use the river?"), Options: []models.Option{{ID: "walk", Text: words("I walk")}, {ID: "row", Text: words("I row")}}},
			{ID: "C1", Type: models.TypeChoice, Text: words("Do you agree?"), Restriction: "R1", Options: []models.Option{{ID: "yes", Text: words("Yes")}, {ID: "no", Text: words("No")}}},
			{ID: "S1", Type: models.TypeTicks, Text: words("Are you safe?"), Sensitive: true, Options: []models.Option{{ID: "safe", Text: words("Safe")}, {ID: "unsafe", Text: words("Unsafe")}}},
			{ID: "D1", Type: models.TypeLongText, Text: words("Why?"), Themed: true},
			{ID: "D2", Type: models.TypeLongText, Text: words("What would help you on your boat?"), Themed: true, Sensitive: true},
			{ID: "O1", Type: models.TypeText, Text: words("Name of your club")},
		},
	}
}

// person is a submission by number. Its ids sort in the order of the numbers,
// its public ids the other way.
func person(n int, group string, answers ...models.Answer) *models.Submission {
	return &models.Submission{
		ID: fmt.Sprintf("s%04d", n), PublicID: fmt.Sprintf("p%04d", 9999-n), Consultation: "river-walk", FormVersion: 2, Day: "2026-10-06",
		Channel: models.ChannelWeb, Language: "en", Path: "all", Groups: []string{group}, Status: models.SubmissionLive,
		Consents: []models.Consent{models.ConsentQuote}, Answers: answers,
	}
}

func chose(question string, options ...string) models.Answer {
	return models.Answer{Question: question, Options: options}
}

func wrote(question, text string) models.Answer {
	return models.Answer{Question: question, Text: text, Redacted: text}
}

func quoteOf(theme string, s *models.Submission, question, passage string) models.Quote {
	before, _, found := strings.Cut(s.Answer(question).Redacted, passage)
	if !found {
		panic("the passage does not stand in the answer")
	}
	sum := sha256.Sum256([]byte(passage))
	start := len([]rune(before))
	return models.Quote{Theme: theme, Submission: s.ID, Question: question, Group: s.Groups[0],
		Start: start, End: start + len([]rune(passage)), SHA256: hex.EncodeToString(sum[:])}
}

const letter = "Keep the path open to everybody."

// example is an input with something of everything.
func example() Input {
	in := Input{Consultation: river(), Withdrawn: 2, Checkpoint: "0a1b2c", Method: &Method{Method: models.Method{Taught: 20}, Coded: 30, Changed: 3, Frame: 21, DoubleCoded: 40, Differ: 12, Settled: 2,
		Machine: &models.ReportAgreement{F1: 0.7, Low: 0.6, High: 0.8, Kappa: 0.66, Answers: 50}}}
	for i := range 40 {
		s := person(i, "walker", chose("A1", "walk"), chose("C1", []string{"yes", "no"}[i%2]))
		s.Stance = []string{models.StanceFor, models.StanceAgainst}[i%2]
		if i < 12 {
			s.Answers = append(s.Answers, wrote("D1", fmt.Sprintf("The café path is dark, day %d. I fell.", i)))
			in.Placements = append(in.Placements, models.Placement{Theme: "t1", Submission: s.ID, Question: "D1"})
		}
		in.Submissions = append(in.Submissions, s)
	}
	for i := 40; i < 52; i++ {
		s := person(i, "rower", chose("A1", "row", "walk"), chose("C1", "no"), wrote("D1", letter))
		s.Stance = models.StanceAgainst
		s.Channel = models.ChannelPaper
		if i != 45 {
			s.Consents = nil
		}
		in.Submissions = append(in.Submissions, s)
		in.Placements = append(in.Placements, models.Placement{Theme: "t2", Submission: s.ID, Question: "D1"})
	}
	for i := 52; i < 59; i++ {
		s := person(i, "boat", chose("C1", "yes"), chose("S1", "unsafe"))
		in.Submissions = append(in.Submissions, s)
	}
	single := in.Submissions[58]
	single.Answers = append(single.Answers, wrote("D2", "A tap."))
	silent := in.Submissions[39]
	silent.Consents = nil
	silent.Answers = append(silent.Answers, wrote("D1", "Nobody may print this."))

	in.Themes = []models.Theme{
		{ID: "t2", Label: "Open to all", Keywords: []string{"path", "open"}, Status: models.ThemeApproved, DistinctiveFor: []string{"rower", "nobody"}},
		{ID: "t1", Label: "=Dark at night", Keywords: []string{"dark"}, Status: models.ThemeCandidate, Definition: "Paths that are not lit."},
		{ID: "t3", Label: "Merged away", Status: models.ThemeMerged, MergedInto: "t1"},
		{ID: "t4", Label: "Nobody any more", Status: models.ThemeApproved},
	}
	in.Placements = append(in.Placements,
		models.Placement{Theme: "t3", Submission: "s0000", Question: "D1"},
		models.Placement{Theme: "t1", Submission: "withdrawn", Question: "D1"},
		models.Placement{Theme: "t4", Submission: "withdrawn", Question: "D1"},
		models.Placement{Theme: "no such theme", Submission: "s0001", Question: "D1"})
	in.Quotes = []models.Quote{
		quoteOf("t1", in.Submissions[3], "D1", "path is dark, day 3."),
		quoteOf("t2", in.Submissions[45], "D1", "open to everybody"),
		{Theme: "t1", Submission: "withdrawn", Question: "D1", Start: 0, End: 3, SHA256: "00"},
		{Theme: "t3", Submission: "s0000", Question: "D1", Start: 0, End: 3, SHA256: "00"},
	}
	in.Campaigns = []models.Campaign{
		{ID: "c1", Template: letter, Members: []string{"s0040", "s0041", "s0042", "s0043", "s0044", "s0045", "withdrawn"}},
		{ID: "c2", Template: "Only one is left.", Members: []string{"s0001", "withdrawn"}},
	}
	return in
}

func build(t testing.TB, in Input) *models.Report {
	t.Helper()
	r, err := Build(in)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func written(t testing.TB, r *models.Report) (asJSON, asCSV []byte) {
	t.Helper()
	var j, c bytes.Buffer
	if err := WriteJSON(&j, r); err != nil {
		t.Fatal(err)
	}
	if err := WriteCSV(&c, r); err != nil {
		t.Fatal(err)
	}
	return j.Bytes(), c.Bytes()
}

func TestGolden(t *testing.T) {
	asJSON, asCSV := written(t, build(t, example()))
	for name, got := range map[string][]byte{"report.json": asJSON, "report.csv": asCSV} {
		path := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s (-want +got), write it anew with -update if this is right:\n%s", name, diff)
		}
	}
}

func TestReportOfTheExample(t *testing.T) {
	r := build(t, example())
	if r.Total != (models.Figure{Value: 59}) {
		t.Errorf("total: %+v", r.Total)
	}
	var labels []string
	for _, theme := range r.Themes {
		labels = append(labels, theme.Label)
	}
	if diff := cmp.Diff([]string{"=Dark at night", "Open to all"}, labels); diff != "" {
		t.Errorf("merged and empty themes are left out, the largest is first (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"Rowers"}, r.Themes[1].DistinctiveFor); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]models.ReportExcerpt{{PublicID: "p9996", Group: "Walkers", Question: "Why?", Text: "path is dark, day 3.", Language: "en"}}, r.Themes[0].Quotes); diff != "" {
		t.Errorf("the quote, whose offsets count code points (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]models.ReportCampaign{{Letters: models.Figure{Masked: true, Threshold: 10}, Text: letter}}, r.Campaigns); diff != "" {
		t.Errorf("campaigns (-want +got):\n%s", diff)
	}
	few := models.Figure{Masked: true, Threshold: 10}
	want := models.RollCall{Submissions: 59, InThemes: 24, HeardOnce: 2, ClosedOnly: 33, Uncounted: 2, Withdrawn: few, Replaced: few, SetAside: few}
	got := r.RollCall
	got.Entries, got.Aside = nil, nil
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("roll-call (-want +got):\n%s", diff)
	}
}

// groups once passed a table without rows to the gate, which masks everything.
func TestGroupFigures(t *testing.T) {
	r := build(t, example())
	want := []models.GroupFigure{
		{ID: "walker", Name: "Walkers", Count: models.Figure{Value: 40}},
		{ID: "rower", Name: "Rowers", Count: models.Figure{Value: 12}},
		{ID: "boat", Name: "People who live on boats", Sensitive: true, Count: models.Figure{Masked: true, Threshold: 10}},
	}
	// The total and two groups would give the third away, so one more goes.
	if r.Groups[0].Count.Masked == r.Groups[1].Count.Masked {
		t.Errorf("expected one ordinary group to be withheld beside the sensitive one: %+v", r.Groups)
	}
	for i := range want {
		if r.Groups[i].Count.Masked && !want[i].Count.Masked {
			want[i].Count = models.Figure{Masked: true}
		}
	}
	if diff := cmp.Diff(want, r.Groups); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}

	in := example()
	in.Submissions = in.Submissions[:52] // without the people on boats
	in.Consultation.Groups = in.Consultation.Groups[:2]
	for i, n := range []int{40, 12} {
		if got := build(t, in).Groups[i].Count; got != (models.Figure{Value: n}) {
			t.Errorf("group %d: got %+v, expected %d", i, got, n)
		}
	}
}

// count adds up the roll-call once more, from the input alone.
func count(in Input) (inThemes, heardOnce, closedOnly int) {
	live := map[string]bool{}
	for _, t := range in.Themes {
		live[t.ID] = t.Status != models.ThemeMerged
	}
	themed := map[string]bool{}
	for _, p := range in.Placements {
		if live[p.Theme] {
			themed[p.Submission] = true
		}
	}
	for _, s := range in.Submissions {
		wordy := false
		for _, a := range s.Answers {
			for _, q := range in.Consultation.Questions {
				wordy = wordy || q.ID == a.Question && q.Themed && strings.TrimSpace(a.Redacted) != ""
			}
		}
		switch {
		case themed[s.ID]:
			inThemes++
		case wordy:
			heardOnce++
		default:
			closedOnly++
		}
	}
	return inThemes, heardOnce, closedOnly
}

func inputs(t *rapid.T) Input {
	in := Input{Consultation: river(), Withdrawn: rapid.IntRange(0, 3).Draw(t, "withdrawn")}
	for i := range rapid.IntRange(0, 3).Draw(t, "themes") {
		in.Themes = append(in.Themes, models.Theme{ID: fmt.Sprintf("t%d", i), Label: rapid.SampledFrom([]string{"One", "Two"}).Draw(t, "label"), Reason: "Not ours.",
			Parent: rapid.SampledFrom([]string{"", "t0", "t1", "t2"}).Draw(t, "parent"),
			Status: rapid.SampledFrom([]models.ThemeStatus{models.ThemeCandidate, models.ThemeApproved, models.ThemeMerged, models.ThemeOutOfScope}).Draw(t, "status")})
	}
	for i := range rapid.IntRange(0, 60).Draw(t, "submissions") {
		s := person(i, rapid.SampledFrom([]string{"walker", "rower", "boat", "gone"}).Draw(t, "group"))
		if rapid.Bool().Draw(t, "in two groups") && s.Groups[0] != "boat" {
			s.Groups = append(s.Groups, "boat")
		}
		s.Stance = rapid.SampledFrom(stanceIDs).Draw(t, "stance")
		s.Channel = rapid.SampledFrom([]models.Channel{models.ChannelWeb, models.ChannelPaper}).Draw(t, "channel")
		if rapid.Bool().Draw(t, "refuses") {
			s.Consents = nil
		}
		for _, a := range []models.Answer{chose("A1", "walk", "row"), chose("C1", "yes"), chose("S1", "safe"), wrote("D1", "words"), wrote("D2", "more words"),
			{Question: "D1", Text: "named somebody", Redacted: " "}, {Question: "retired", Text: "old", Redacted: "old"}, wrote("O1", "A club")} {
			if rapid.IntRange(0, 2).Draw(t, "answers "+a.Question) == 0 && s.Answer(a.Question) == nil {
				s.Answers = append(s.Answers, a)
			}
		}
		if len(s.Answers) == 0 {
			s.Answers = []models.Answer{chose("C1", "no")}
		}
		if s.Answer("D1") != nil && len(in.Themes) > 0 && rapid.Bool().Draw(t, "placed") {
			theme := rapid.SampledFrom(in.Themes).Draw(t, "theme")
			in.Placements = append(in.Placements, models.Placement{Theme: theme.ID, Submission: s.ID, Question: "D1"})
		}
		in.Submissions = append(in.Submissions, s)
	}
	in.Placements = append(in.Placements, models.Placement{Theme: "t0", Submission: "withdrawn", Question: "D1"})
	return in
}

func TestRollCallIsComplete(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := inputs(t)
		r, err := Build(in)
		if err != nil {
			t.Fatal(err)
		}
		inThemes, heardOnce, closedOnly := count(in)
		roll := r.RollCall
		if roll.InThemes != inThemes || roll.HeardOnce != heardOnce || roll.ClosedOnly != closedOnly || roll.Submissions != len(in.Submissions) || roll.Uncounted != in.Withdrawn {
			t.Fatalf("got %+v, counted %d, %d, %d", roll, inThemes, heardOnce, closedOnly)
		}
		if inThemes+heardOnce+closedOnly != len(in.Submissions) || len(roll.Entries) != len(in.Submissions) {
			t.Fatalf("%d of %d submissions in the roll-call", len(roll.Entries), len(in.Submissions))
		}
		seen := map[string]bool{}
		for _, e := range roll.Entries {
			ways := 0
			for _, way := range []bool{len(e.Themes) > 0, e.HeardOnce, e.ClosedOnly} {
				if way {
					ways++
				}
			}
			if seen[e.Submission] || ways != 1 {
				t.Fatalf("entry %+v", e)
			}
			seen[e.Submission] = true
		}
		// Each answer in words is in a theme or is listed.
		listed := map[string]int{}
		for _, e := range r.HeardOnce {
			listed[e.PublicID]++
		}
		for _, e := range roll.Entries {
			if e.HeardOnce && listed[e.PublicID] == 0 {
				t.Fatalf("%s is said to be listed and is not", e.Submission)
			}
		}
	})
}

func TestRollCallFailsRatherThanLosingSomebody(t *testing.T) {
	empty := example()
	empty.Submissions = append(empty.Submissions, person(100, "walker"))
	twice := example()
	twice.Submissions = append(twice.Submissions, twice.Submissions[7])
	for name, test := range map[string]struct {
		in   Input
		want string
	}{"no answers": {empty, "s0100 has no answer"}, "the same twice": {twice, "does not add up"}} {
		r, err := Build(test.in)
		if r != nil || err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, %v", name, r, err)
		}
	}
}

func TestQuotes(t *testing.T) {
	quote := func(in *Input) *models.Quote { return &in.Quotes[0] }
	answer := func(in *Input) *models.Answer { return in.Submissions[3].Answer("D1") }
	for _, test := range []struct {
		name  string
		edit  func(in *Input)
		wrong string // part of the error; "" when the quote is left out
	}{
		{"the answer changed by one character", func(in *Input) {
			answer(in).Redacted = strings.Replace(answer(in).Redacted, "dark", "Dark", 1)
		}, "differs from the words"},
		{"a look-alike character", func(in *Input) {
			answer(in).Redacted = strings.Replace(answer(in).Redacted, "dark", "d\u0430rk", 1)
		}, "differs from the words"},
		{"a space more", func(in *Input) { answer(in).Redacted = strings.Replace(answer(in).Redacted, "is dark", "is  dark", 1) }, "differs from the words"},
		{"one character redacted", func(in *Input) { answer(in).Redacted = strings.Replace(answer(in).Redacted, "y 3", "y █", 1) }, "differs from the words"},
		{"shifted by one", func(in *Input) { quote(in).Start++; quote(in).End++ }, "differs from the words"},
		{"one character more", func(in *Input) { quote(in).End++ }, "differs from the words"},
		{"one character less", func(in *Input) { quote(in).Start++ }, "differs from the words"},
		{"bytes instead of code points", func(in *Input) { quote(in).Start += len("é") - 1; quote(in).End += len("é") - 1 }, "differs from the words"},
		{"before the beginning", func(in *Input) { quote(in).Start = -1 }, "lies outside the answer"},
		{"beyond the end", func(in *Input) { quote(in).End = 1000 }, "lies outside the answer"},
		{"backwards", func(in *Input) { quote(in).Start, quote(in).End = quote(in).End, quote(in).Start }, "lies outside the answer"},
		{"of nothing", func(in *Input) { quote(in).Start = quote(in).End }, "lies outside the answer"},
		{"another hash", func(in *Input) { quote(in).SHA256 = strings.Repeat("0", 64) }, "differs from the words"},
		{"no hash", func(in *Input) { quote(in).SHA256 = "" }, "differs from the words"},
		{"of a question that was not answered", func(in *Input) { quote(in).Question = "D2" }, "has no answer"},
		{"of text that was redacted away", func(in *Input) { answer(in).Redacted = "" }, "lies outside the answer"},
		{"without consent", func(in *Input) { in.Submissions[3].Consents = nil }, "did not agree to be quoted"},
		{"with consent to something else", func(in *Input) {
			in.Submissions[3].Consents = []models.Consent{models.ConsentPublish, models.ConsentName}
		}, "did not agree to be quoted"},
		{"of a submission that was withdrawn", func(in *Input) { in.Submissions = slices.Delete(in.Submissions, 3, 4) }, ""},
		{"of a theme that was merged", func(in *Input) { quote(in).Theme = "t3" }, ""},
		{"of a theme that nobody holds any more", func(in *Input) { quote(in).Theme = "t4" }, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			in := example()
			test.edit(&in)
			r, err := Build(in)
			if test.wrong == "" {
				if err != nil {
					t.Fatal(err)
				}
				if asJSON, _ := written(t, r); bytes.Contains(asJSON, []byte("path is dark")) {
					t.Error("expected a report without the quote")
				}
				return
			}
			if r != nil || err == nil || !strings.Contains(err.Error(), test.wrong) {
				t.Fatalf("got %v: expected …%s…", err, test.wrong)
			}
			if strings.Contains(err.Error(), "path is") {
				t.Errorf("the error holds testimony: %v", err)
			}
		})
	}
}

// A quote is of the words that may leave the desk, not of those that may not.
func TestQuotesNeverShowWhatWasRedacted(t *testing.T) {
	in := example()
	a := in.Submissions[3].Answer("D1")
	a.Text = strings.Replace(a.Text, "I fell", "Ms Invented fell", 1)
	asJSON, asCSV := written(t, build(t, in))
	if bytes.Contains(asJSON, []byte("Invented fell")) || bytes.Contains(asCSV, []byte("Invented fell")) {
		t.Error("the report holds words that were redacted")
	}
}

func TestAQuoteIsOfAGroupItsAuthorIsIn(t *testing.T) {
	for _, group := range []string{"rower", "boat", "", "gone"} {
		in := example()
		in.Quotes[0].Group = group
		if got := build(t, in).Themes[0].Quotes[0].Group; got != "Walkers" {
			t.Errorf("%q: got %q", group, got)
		}
	}
}

func TestNothingIsPrintedWithoutConsent(t *testing.T) {
	in := example()
	for _, s := range in.Submissions {
		s.Consents = []models.Consent{models.ConsentPublish, models.ConsentName}
	}
	in.Quotes = nil
	r := build(t, in)
	asJSON, asCSV := written(t, r)
	for _, out := range [][]byte{asJSON, asCSV} {
		for _, words := range []string{"fell", "everybody", "A tap", "Nobody may print"} {
			if bytes.Contains(out, []byte(words)) {
				t.Errorf("%q is printed, and nobody agreed", words)
			}
		}
	}
	if len(r.HeardOnce) != 2 || r.HeardOnce[0].PublicID == "" {
		t.Errorf("that it was read is still said: %+v", r.HeardOnce)
	}
}

func TestCampaigns(t *testing.T) {
	few := models.Figure{Masked: true, Threshold: 10} // somebody at risk may have sent it
	for _, test := range []struct {
		name string
		edit func(in *Input)
		want []models.ReportCampaign
	}{
		{"one sender agreed", func(*Input) {}, []models.ReportCampaign{{Letters: few, Text: letter}}},
		{"nobody agreed", func(in *Input) { in.Submissions[45].Consents = nil }, []models.ReportCampaign{{Letters: few}}},
		// The common letter is the wording of one sender. It may be printed only
		// if one who agreed wrote those very words.
		{"the wording is that of a sender who did not agree", func(in *Input) { in.Submissions[45].Answers[2] = wrote("D1", "Keep the path open to all.") }, []models.ReportCampaign{{Letters: few}}},
		{"one who agreed added a line", func(in *Input) { in.Submissions[45].Answers[2] = wrote("D1", "I row. "+letter) }, []models.ReportCampaign{{Letters: few, Text: letter}}},
		{"the words were redacted", func(in *Input) { in.Submissions[45].Answers[2].Redacted = "Keep the [place] open to everybody." }, []models.ReportCampaign{{Letters: few}}},
		{"the one who agreed withdrew", func(in *Input) { in.Submissions = slices.Delete(in.Submissions, 45, 46) }, []models.ReportCampaign{{Letters: few}}},
		{"few are left", func(in *Input) { in.Campaigns[0].Members = []string{"s0040", "s0045"} }, []models.ReportCampaign{{Letters: few, Text: letter}}},
		{"nobody is at risk", func(in *Input) {
			for i := range in.Consultation.Groups {
				in.Consultation.Groups[i].Sensitive = false
			}
		}, []models.ReportCampaign{{Letters: models.Figure{Value: 6}, Text: letter}}},
		{"one is left", func(in *Input) { in.Campaigns[0].Members = []string{"s0045"} }, nil},
	} {
		in := example()
		in.Quotes = nil
		test.edit(&in)
		if diff := cmp.Diff(test.want, build(t, in).Campaigns); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

// The list of what was heard once is complete, so counting its entries gives a
// figure. It must not be one that the gate masks.
func TestHeardOnceCannotBeCountedByGroup(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := inputs(t)
		risky := rapid.Bool().Draw(t, "somebody may be at risk")
		for i := range in.Consultation.Groups {
			in.Consultation.Groups[i].Sensitive = in.Consultation.Groups[i].Sensitive && risky
		}
		r, err := Build(in)
		if err != nil {
			t.Fatal(err)
		}
		named := map[string]int{}
		for _, e := range r.HeardOnce {
			named[e.Group]++
			if risky && (e.Group != "" || e.Question != "") {
				t.Fatalf("where some live on boats, an entry without what this one tells is one of theirs: %+v", e)
			}
		}
		for group, n := range named {
			if group != "" && n < 5 {
				t.Fatalf("%s can be counted: %d", group, n)
			}
		}
	})
}

// What somebody writes beside a choice is a point like any other, whatever else
// they wrote. Beside a choice about who they are it is none.
func TestWordsBesideAChoiceAreHeard(t *testing.T) {
	in := example()
	for i := range in.Consultation.Questions {
		q := &in.Consultation.Questions[i]
		if q.ID == "C1" || q.AboutYou && q.Type == models.TypeTicks {
			q.Options = append(q.Options, models.Option{ID: "other", Text: models.Text{"en": "Something else"}, WriteIn: true})
		}
	}
	beside := func(id string) models.Answer {
		return models.Answer{Question: id, Options: []string{"other"}, Text: "Only with a gate.", Redacted: "Only with a gate."}
	}
	before := build(t, in)
	in.Submissions = append(in.Submissions, person(900, "walker", beside("C1")), person(901, "walker", beside("A1")))
	r := build(t, in)
	if r.RollCall.HeardOnce != before.RollCall.HeardOnce+1 || r.RollCall.ClosedOnly != before.RollCall.ClosedOnly+1 {
		t.Errorf("the roll-call: %+v, before %+v", r.RollCall, before.RollCall)
	}
	var said []models.ReportExcerpt
	for _, e := range r.HeardOnce {
		if e.Text == "Only with a gate." {
			said = append(said, e)
		}
	}
	if len(said) != 1 || said[0].Question != "" {
		t.Errorf("listed once, and without the choice that it stood beside: %+v", said)
	}
}

// Themes stand in the order of what is shown of them: that of the true counts
// would narrow down the masked ones.
func TestTheOrderOfThemesTellsNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, err := Build(inputs(t))
		if err != nil {
			t.Fatal(err)
		}
		for i := 1; i < len(r.Themes); i++ {
			x, y := r.Themes[i-1], r.Themes[i]
			if x.Parent != y.Parent || (x.OutOfScope == "") != (y.OutOfScope == "") {
				continue
			}
			if x.Count.Masked && y.Count.Masked && x.Label > y.Label {
				t.Fatalf("%q (%+v) stands before %q (%+v)", x.Label, x.Count, y.Label, y.Count)
			}
		}
	})
}

// The true count of a sensitive cell is planted as a number that stands
// nowhere else, and searched for in everything that is written.
func TestSmallSensitiveCountsAreNowhere(t *testing.T) {
	for n := range 10 {
		in := Input{Consultation: river(), Checkpoint: "00"}
		for i := range 200 {
			in.Submissions = append(in.Submissions, person(i, "walker", chose("C1", "yes"), chose("A1", "walk")))
		}
		for i := 200; i < 211+n; i++ {
			option := "no"
			if i < 200+n {
				option = "yes"
			}
			in.Submissions = append(in.Submissions, person(i, "boat", chose("C1", option)))
		}
		r := build(t, in)
		q := r.Questions[slices.IndexFunc(r.Questions, func(q models.ReportQuestion) bool { return q.ID == "C1" })]
		if cell := q.Options[0].Groups[2]; !cell.Masked || cell.Value != 0 {
			t.Errorf("%d people on boats said yes, and the cell is %+v", n, cell)
		}
		// Nor by subtraction from the group, or from the row.
		if !q.Options[1].Groups[2].Masked && !q.Groups[2].Count.Masked {
			t.Errorf("%d: the column gives the cell away: %+v", n, q)
		}
		if !q.Options[0].Groups[0].Masked && !q.Options[0].Count.Masked {
			t.Errorf("%d: the row gives the cell away: %+v", n, q)
		}
	}

	in := example() // seven people on boats
	asJSON, asCSV := written(t, build(t, in))
	rows, err := csv.NewReader(bytes.NewReader(asCSV)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if row[4] == "7" {
			t.Errorf("the true count stands in the CSV: %v", row)
		}
		if row[3] == "People who live on boats" && strings.Trim(row[4], "0123456789") == "" {
			t.Errorf("a count of a group of seven: %v", row)
		}
	}
	var tree any
	if err := json.Unmarshal(asJSON, &tree); err != nil {
		t.Fatal(err)
	}
	walk(tree, func(path string, v any) {
		if n, ok := v.(float64); ok && n == 7 {
			t.Errorf("the true count stands in the JSON at %s", path)
		}
	}, "")
}

func walk(v any, visit func(path string, v any), path string) {
	visit(path, v)
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			walk(e, visit, path+"."+k)
		}
	case []any:
		for i, e := range v {
			walk(e, visit, fmt.Sprintf("%s[%d]", path, i))
		}
	}
}

// A masked figure carries no value, and nothing shown of a sensitive group is
// below ten, whatever the input.
func TestFiguresPassTheGate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, err := Build(inputs(t))
		if err != nil {
			t.Fatal(err)
		}
		check := func(f models.Figure, least int, of string) {
			if f.Masked && f.Value != 0 || !f.Masked && (f.Value < least || f.Threshold != 0) {
				t.Fatalf("%s: %+v", of, f)
			}
		}
		groups := func(gs []models.GroupFigure, of string) {
			for _, g := range gs {
				least := 5
				if g.Sensitive {
					least = 10
				}
				check(g.Count, least, of+" "+g.ID)
			}
		}
		check(r.Total, 5, "total")
		groups(r.Groups, "groups")
		groups(r.Channels, "channels")
		for _, q := range r.Questions {
			check(q.Base, 10, q.ID)
			groups(q.Groups, q.ID)
			for _, o := range q.Options {
				check(o.Count, 10, q.ID+"."+o.ID)
				for j, f := range o.Groups {
					least := 5
					if q.Groups[j].Sensitive {
						least = 10
					}
					check(f, least, q.ID+"."+o.ID)
				}
				if o.Percent != nil && (q.Base.Masked || q.Base.Value < 30 || o.Count.Masked) {
					t.Fatalf("%s.%s: %d %% of %+v", q.ID, o.ID, *o.Percent, q.Base)
				}
			}
		}
		for _, theme := range r.Themes {
			check(theme.Count, 10, theme.ID)
			groups(theme.Groups, theme.ID)
			for _, g := range theme.Stances {
				check(g.Count, 10, theme.ID+" "+g.ID)
			}
		}
	})
}

// A reader who adds up what is shown of the people in a theme by their position
// learns nothing about a small figure: each that is masked could still be any of
// as many numbers as its threshold, small ones and others.
func TestStancesCannotBeSubtracted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := Input{Consultation: river(), Themes: []models.Theme{{ID: "t1", Label: "One", MachineLabel: "One", NameFrom: models.StanceFor}}}
		least := 10
		if rapid.Bool().Draw(t, "nobody at risk") {
			in.Consultation.Groups, least = in.Consultation.Groups[:2], 5
		}
		truth := map[string]int{}
		for _, stance := range stanceIDs {
			truth[stance] = rapid.OneOf(rapid.IntRange(0, 12), rapid.IntRange(0, 60)).Draw(t, "people "+stance)
			for range truth[stance] {
				s := person(len(in.Submissions), rapid.SampledFrom([]string{"walker", "rower"}).Draw(t, "group"), wrote("D1", "words"))
				s.Stance = stance
				in.Submissions = append(in.Submissions, s)
				in.Placements = append(in.Placements, models.Placement{Theme: "t1", Submission: s.ID, Question: "D1"})
			}
		}
		for range rapid.IntRange(0, 30).Draw(t, "others") {
			s := person(len(in.Submissions), "walker", chose("C1", "no"))
			s.Stance = models.StanceAgainst
			in.Submissions = append(in.Submissions, s)
		}
		r, err := Build(in)
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Themes) == 0 || len(r.Themes[0].Stances) == 0 {
			return
		}
		theme := r.Themes[0]
		hidden, sum := 0, 0
		for _, g := range theme.Stances {
			switch {
			case g.Count.Masked && g.Count != (models.Figure{Masked: true}):
				t.Fatalf("a masked figure says something: %+v", g)
			case g.Count.Masked:
				hidden++
			case g.Count.Value != truth[g.ID] || g.Count.Value < least:
				t.Fatalf("%q is %+v, and %d people", g.ID, g.Count, truth[g.ID])
			default:
				sum += g.Count.Value
			}
		}
		if theme.Count.Masked {
			if hidden < len(theme.Stances) {
				t.Fatalf("the theme's count is masked, and %+v shown", theme.Stances)
			}
			return
		}
		left := theme.Count.Value - sum
		if hidden == 1 {
			t.Fatalf("one figure is masked, and %d is what is left of %d", left, theme.Count.Value)
		}
		// Each of several masked figures can be from 0 to what is left.
		if hidden > 1 && left < least-1 {
			t.Fatalf("%d masked figures come to %d: %+v", hidden, left, theme)
		}
		if theme.NameFrom != "" && (theme.Stances[0].Count.Masked || theme.Stances[1].Count.Masked) {
			t.Fatalf("a name tells that somebody stands where no figure says so: %+v", theme)
		}
		if side := theme.OneSided; side != "" {
			// Whatever the masked figures are, it is true.
			at := func(stance string) models.Figure {
				return theme.Stances[slices.Index(stanceIDs, stance)].Count
			}
			n, other := at(side), at(map[string]string{models.StanceFor: models.StanceAgainst, models.StanceAgainst: models.StanceFor}[side])
			most := other.Value
			if other.Masked {
				most = left
			}
			if n.Masked || n.Value < oneSidedBase || 10*n.Value < 9*(n.Value+most) {
				t.Fatalf("called one-sided: %+v", theme)
			}
		}
	})
}

func TestStances(t *testing.T) {
	in := example()
	in.Consultation.Groups = in.Consultation.Groups[:2]
	themes := func() map[string]models.ReportTheme {
		m := map[string]models.ReportTheme{}
		for _, theme := range build(t, in).Themes {
			m[theme.ID] = theme
		}
		return m
	}
	stances := func(theme models.ReportTheme) (got []string) {
		for _, g := range theme.Stances {
			got = append(got, g.ID+" "+figureText(g.Count))
		}
		return got
	}
	// Six walkers each way; the rowers are all against, which would tell that
	// nobody is for, so not even that is shown.
	if diff := cmp.Diff([]string{"for 6", "against 6", "unsure x", " x"}, stances(themes()["t1"])); diff == "" {
		t.Error("two zeros could be worked out")
	}
	for i := 60; i < 80; i++ {
		for _, theme := range []string{"t1", "t2"} {
			s := person(i, "walker", wrote("D1", "More."))
			if theme == "t2" {
				s = person(100+i, "walker", wrote("D1", "More."))
			}
			s.Stance = []string{models.StanceUnsure, ""}[i%2]
			in.Submissions = append(in.Submissions, s)
			in.Placements = append(in.Placements, models.Placement{Theme: theme, Submission: s.ID, Question: "D1"})
		}
	}
	if diff := cmp.Diff([]string{"for 6", "against 6", "unsure 10", " 10"}, stances(themes()["t1"])); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := themes()["t1"].OneSided; got != "" {
		t.Errorf("half and half is called %s", got)
	}
	for i := range 60 {
		s := person(300+i, "walker", wrote("D1", "Against."))
		s.Stance = models.StanceAgainst
		if i < 6 {
			s.Stance = models.StanceFor
		}
		in.Submissions = append(in.Submissions, s)
		in.Placements = append(in.Placements, models.Placement{Theme: "t2", Submission: s.ID, Question: "D1"})
	}
	if got := themes()["t2"]; got.OneSided != models.StanceAgainst {
		t.Errorf("66 of 72 are against: %+v", got)
	}
}

// A theme that is called by the words of one side says so, as long as the name is
// still the engine's, nothing masked is told by it, and the words do not stand
// beside their author's group as well.
func TestNamedInTheWordsOfOneSide(t *testing.T) {
	for name, test := range map[string]struct {
		edit func(*Input)
		want string
	}{
		"both sides are shown":    {func(*Input) {}, models.StanceFor},
		"told from another theme": {func(in *Input) { in.Themes[0].Label = "Keep the lamps on, path" }, models.StanceFor},
		"a person named it":       {func(in *Input) { in.Themes[0].Renamed = true }, ""},
		"a person made it":        {func(in *Input) { in.Themes[0].MadeBy = "u1" }, ""},
		"an earlier name":         {func(in *Input) { in.Themes[0].Label = "Lamps" }, ""},
		"one side is masked":      {func(in *Input) { in.Submissions = in.Submissions[4:] }, ""},
		"quoted with a group": {func(in *Input) {
			in.Quotes = []models.Quote{quoteOf("t1", in.Submissions[0], "D1", "keep the lamps on")}
		}, ""},
	} {
		in := Input{Consultation: river(), Themes: []models.Theme{{ID: "t1", Label: "Keep the lamps on", MachineLabel: "Keep the lamps on", NameFrom: models.StanceFor}}}
		in.Consultation.Groups = in.Consultation.Groups[:2]
		for i := range 48 {
			s := person(i, "walker", wrote("D1", "Please keep the lamps on."))
			s.Stance = stanceIDs[i/12]
			if i < 12 {
				s.Stance = stanceIDs[i/6]
			}
			in.Submissions = append(in.Submissions, s)
			in.Placements = append(in.Placements, models.Placement{Theme: "t1", Submission: s.ID, Question: "D1"})
		}
		test.edit(&in)
		if got := build(t, in).Themes[0]; got.NameFrom != test.want {
			t.Errorf("%s: %q, want %q: %+v", name, got.NameFrom, test.want, got.Stances)
		}
	}
}

// Themes stand under their parents, and what is out of scope last, with its
// reason and everybody who said it.
func TestTheCodeFrame(t *testing.T) {
	in := example()
	in.Themes[1].Parent = "t2"
	in.Themes[0].Status, in.Themes[0].Reason = models.ThemeOutOfScope, "Another council decides."
	in.Themes = append(in.Themes, models.Theme{ID: "t5", Label: "Boats", Status: models.ThemeApproved, Parent: "t4"})
	single := in.Submissions[58]
	in.Placements = append(in.Placements, models.Placement{Theme: "t5", Submission: single.ID, Question: "D2"})
	r := build(t, in)
	var got []string
	for _, theme := range r.Themes {
		got = append(got, theme.ID+" under "+theme.Parent+": "+theme.OutOfScope)
	}
	// t4 holds nobody, so t5 stands at the top.
	if diff := cmp.Diff([]string{"t5 under : ", "t2 under : Another council decides.", "t1 under t2: "}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if r.RollCall.InThemes != 25 {
		t.Errorf("somebody who made a point out of scope is not counted: %d in themes", r.RollCall.InThemes)
	}
	// A circle, which nobody can make, loses no theme.
	in.Themes[0].Parent = "t1"
	if r := build(t, in); len(r.Themes) != 3 {
		t.Errorf("%d themes", len(r.Themes))
	}
}

func TestPercentages(t *testing.T) {
	for _, test := range []struct {
		yes, no int
		want    int // -1 for none
	}{{15, 14, -1}, {15, 15, 50}, {20, 10, 67}, {29, 0, -1}, {299, 0, -1}, {4, 56, -1}, {299, 10, 97}} {
		in := Input{Consultation: river()}
		in.Consultation.Groups = in.Consultation.Groups[:1]
		for i := range test.yes + test.no {
			option := "yes"
			if i >= test.yes {
				option = "no"
			}
			in.Submissions = append(in.Submissions, person(i, "walker", chose("C1", option)))
		}
		option := build(t, in).Questions[0].Options[0]
		got := -1
		if option.Percent != nil {
			got = *option.Percent
		}
		// A zero is a small count too, and hides its neighbour.
		if test.no == 0 || test.yes < 5 {
			if option.Percent != nil {
				t.Errorf("%d and %d: %d %%, beside a count that is masked", test.yes, test.no, got)
			}
			continue
		}
		if got != test.want {
			t.Errorf("%d and %d: got %d, expected %d", test.yes, test.no, got, test.want)
		}
	}
}

func TestASensitiveQuestionIsNotBrokenDown(t *testing.T) {
	in := example()
	for i := 60; i < 80; i++ {
		s := person(i, "boat", chose("S1", []string{"safe", "unsafe"}[i%2]))
		s.Groups = []string{"walker", "boat"}
		in.Submissions = append(in.Submissions, s)
	}
	r := build(t, in)
	q := r.Questions[slices.IndexFunc(r.Questions, func(q models.ReportQuestion) bool { return q.ID == "S1" })]
	if len(q.Groups) > 0 || len(q.Options[0].Groups) > 0 {
		t.Errorf("broken down by %v", q.Groups)
	}
	if q.Base != (models.Figure{Value: 27}) || q.Options[0].Count != (models.Figure{Value: 10}) || q.Options[1].Count != (models.Figure{Value: 17}) {
		t.Errorf("got %+v", q)
	}
	written(t, r)
	if q := build(t, example()).Questions[2]; q.ID != "S1" || !q.Base.Masked || !q.Options[0].Count.Masked || !q.Options[1].Count.Masked {
		t.Errorf("seven answered, and it shows: %+v", q)
	}
}

// Most people number every option, so counting the options that are in a
// ranking says nothing. What counts is the first place, and what was chosen
// instead of ranking.
func TestARankingCountsFirstPlaces(t *testing.T) {
	in := Input{Consultation: river()}
	in.Consultation.Groups = in.Consultation.Groups[:1]
	in.Consultation.Questions = append(in.Consultation.Questions, models.Question{ID: "R9", Type: models.TypeRanking, Text: words("What matters most?"),
		Options: []models.Option{{ID: "light", Text: words("Light")}, {ID: "bins", Text: words("Bins")}, {ID: "seats", Text: words("Seats")}, {ID: "none", Text: words("None of these"), Alone: true}}})
	for i := range 60 {
		order := []string{"bins", "light", "seats"}
		switch {
		case i < 20:
			order = []string{"light", "bins", "seats"}
		case i < 34:
			order = []string{"seats"}
		case i < 40:
			order = []string{"none"}
		}
		in.Submissions = append(in.Submissions, person(i, "walker", chose("R9", order...)))
	}
	r := build(t, in)
	if len(r.Questions) != 1 || r.Questions[0].Type != models.TypeRanking || r.Questions[0].Base != (models.Figure{Value: 60}) {
		t.Fatalf("expected the ranking, answered by 60: %+v", r.Questions)
	}
	sum := 0
	for i, want := range []int{20, 20, 14, 6} {
		o := r.Questions[0].Options[i]
		if o.Count != (models.Figure{Value: want}) || o.Groups[0] != (models.Figure{Value: want}) || o.Percent == nil || *o.Percent != []int{33, 33, 23, 10}[i] {
			t.Errorf("%s: got %+v, expected %d", o.ID, o, want)
		}
		sum += o.Count.Value
	}
	if sum != 60 {
		t.Errorf("%d first places of 60 people", sum)
	}
	_, asCSV := written(t, r)
	if !strings.Contains(string(asCSV), "\nfirst place,R9.bins,Bins,,20\n") || strings.Contains(string(asCSV), "\noption,R9") {
		t.Errorf("the table does not say that first places are counted:\n%s", asCSV)
	}

	// A small first place is masked like any other small count.
	in.Submissions = append(in.Submissions[:34], in.Submissions[36:]...)
	if o := build(t, in).Questions[0].Options[3]; !o.Count.Masked || o.Count.Value != 0 || o.Percent != nil {
		t.Errorf("four people, and the figure is %+v", o)
	}
}

// A place is one answer, as in any other choice.
func TestAPlaceIsCountedOnce(t *testing.T) {
	in := Input{Consultation: river()}
	in.Consultation.Groups = in.Consultation.Groups[:1]
	in.Consultation.Questions = append(in.Consultation.Questions, models.Question{ID: "P1", Type: models.TypePlace, Text: words("Where do you live?"),
		Options: []models.Option{{ID: "north", Text: words("North")}, {ID: "south", Text: words("South")}}})
	for i := range 40 {
		in.Submissions = append(in.Submissions, person(i, "walker", chose("P1", []string{"north", "south"}[i/25])))
	}
	q := build(t, in).Questions[0]
	if q.ID != "P1" || q.Options[0].Count.Value != 25 || q.Options[1].Count.Value != 15 {
		t.Errorf("got %+v", q)
	}
}

// A day or a number that somebody typed could point to them, and what was
// chosen instead says nothing about the proposal: neither is broken down. The
// people who gave no other answer are accounted for all the same, and so is
// somebody who only sent a file.
func TestDatesNumbersAndFilesAreAccountedForAndNotBrokenDown(t *testing.T) {
	in := Input{Consultation: river()}
	instead := []models.Option{{ID: "unsure", Text: words("Not sure")}}
	in.Consultation.Questions = append(in.Consultation.Questions,
		models.Question{ID: "W1", Type: models.TypeDate, Text: words("When was it?"), Options: instead},
		models.Question{ID: "N1", Type: models.TypeNumber, Text: words("How often?"), Options: instead},
		models.Question{ID: "F1", Type: models.TypeFile, Text: words("Add a document")})
	in.Consultation.Questions[3].Options = instead // D1, in words
	for i := range 12 {
		in.Submissions = append(in.Submissions, person(i, "walker", wrote("W1", "2026-03-27"), chose("N1", "unsure")),
			person(100+i, "walker", chose("W1", "unsure"), wrote("N1", "41")), person(200+i, "walker", chose("D1", "unsure")))
	}
	file := person(300, "walker")
	file.Attachments = []models.Attachment{{Key: "k", Kind: "PDF", Size: 12, Text: "What stands in the file."}}
	in.Submissions = append(in.Submissions, file)
	r := build(t, in)
	if len(r.Questions) != 0 || len(r.HeardOnce) != 0 {
		t.Errorf("broken down: %+v, listed: %+v", r.Questions, r.HeardOnce)
	}
	if r.RollCall.ClosedOnly != 37 || r.RollCall.Submissions != 37 {
		t.Errorf("the roll-call has %+v, expected all 37", r.RollCall)
	}
	asJSON, asCSV := written(t, r)
	for _, words := range []string{"2026-03-27", "\"41\"", "What stands in the file"} {
		if bytes.Contains(asJSON, []byte(words)) || bytes.Contains(asCSV, []byte(words)) {
			t.Errorf("%q stands in the report", words)
		}
	}
}

// What follows from a submission that was replaced, set aside or taken back is
// left out with it, wherever it is still listed.
func TestWhatNoLongerCountsLeavesNothing(t *testing.T) {
	in := example()
	gone := in.Submissions[3]
	in.Submissions = slices.Delete(in.Submissions, 3, 4)
	in.Campaigns[0].Members = append(in.Campaigns[0].Members, gone.ID)
	r := build(t, in)
	if r.RollCall.Submissions != 58 || r.RollCall.InThemes != 23 || r.Total != (models.Figure{Value: 58}) {
		t.Errorf("counted: %+v of %+v", r.RollCall, r.Total)
	}
	asJSON, _ := written(t, r)
	if bytes.Contains(asJSON, []byte(gone.PublicID)) || bytes.Contains(asJSON, []byte("day 3")) {
		t.Error("its words or its number stand in the report")
	}
	if diff := cmp.Diff([]models.ReportCampaign{{Letters: models.Figure{Masked: true, Threshold: 10}, Text: letter}}, r.Campaigns); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// The order of the submissions is the order in which they came. It makes no
// difference to the report.
func TestTheOrderOfSubmissionsDoesNotShow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := inputs(t)
		first, err := Build(in)
		if err != nil {
			t.Fatal(err)
		}
		in.Submissions = rapid.Permutation(in.Submissions).Draw(t, "order")
		second, err := Build(in)
		if err != nil {
			t.Fatal(err)
		}
		for _, write := range []func(*bytes.Buffer, *models.Report) error{
			func(b *bytes.Buffer, r *models.Report) error { return WriteJSON(b, r) },
			func(b *bytes.Buffer, r *models.Report) error { return WriteCSV(b, r) },
		} {
			var a, b bytes.Buffer
			if err := errors.Join(write(&a, first), write(&b, second)); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(a.String(), b.String()); diff != "" {
				t.Fatalf("(-first +second):\n%s", diff)
			}
		}
		if diff := cmp.Diff(first.RollCall.Entries, second.RollCall.Entries); diff != "" {
			t.Fatalf("(-first +second):\n%s", diff)
		}
	})
}

func TestDataHash(t *testing.T) {
	first := build(t, example()).DataHash
	if len(first) != 64 || build(t, example()).DataHash != first {
		t.Errorf("the same data gives other hashes: %s", first)
	}
	for name, edit := range map[string]func(in *Input){
		"a word":       func(in *Input) { in.Submissions[3].Answers[2].Text += "." },
		"a consent":    func(in *Input) { in.Submissions[0].Consents = nil },
		"a theme":      func(in *Input) { in.Themes[0].Label = "Other" },
		"a placement":  func(in *Input) { in.Placements = in.Placements[1:] },
		"a quote":      func(in *Input) { in.Quotes = in.Quotes[1:] },
		"a letter":     func(in *Input) { in.Campaigns[0].Template = "Other" },
		"a submission": func(in *Input) { in.Submissions = in.Submissions[1:] },
		"the form":     func(in *Input) { in.Consultation.Version++ },
		"the method":   func(in *Input) { in.Method.Changed++ },
	} {
		in := example()
		edit(&in)
		if build(t, in).DataHash == first {
			t.Errorf("%s has changed, and the hash has not", name)
		}
	}
}

func TestBuildChangesNothing(t *testing.T) {
	in := example()
	build(t, in)
	if diff := cmp.Diff(example(), in); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
}

func TestAnEmptyReport(t *testing.T) {
	r := build(t, Input{Consultation: river()})
	if !r.Total.Masked || len(r.Questions)+len(r.Themes)+len(r.HeardOnce)+len(r.Campaigns) > 0 {
		t.Errorf("got %+v", r)
	}
	written(t, r)
}

func TestCellsAreNoFormulas(t *testing.T) {
	in := example()
	starts := []string{"=", "+", "-", "@", "\t", "\r"}
	for i, start := range starts {
		in.Themes[1].Label = start + `HYPERLINK("https://example.org","click")`
		in.Consultation.Groups[0].Name = words(start + "cmd")
		in.Consultation.Questions[1].Text = words(start + "1+1")
		in.Consultation.Questions[1].Options[0].Text = words(start + "2+2")
		in.Campaigns[0].Template = ""
		_, asCSV := written(t, build(t, in))
		rows, err := csv.NewReader(bytes.NewReader(asCSV)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		neutral := 0
		for _, row := range rows {
			if len(row) != 5 {
				t.Errorf("%d cells: %v", len(row), row)
			}
			for _, cell := range row {
				if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r") {
					t.Errorf("a cell begins with %q", starts[i])
				}
				if strings.HasPrefix(cell, "'"+start) {
					neutral++
				}
			}
		}
		if neutral < 4 {
			t.Errorf("%q: expected at least four cells with an apostrophe, got %d", start, neutral)
		}
	}
}

// The CSV holds every figure of the JSON: as many rows as there are figures.
func TestCSVHoldsEveryFigure(t *testing.T) {
	r := build(t, example())
	_, asCSV := written(t, r)
	want := 0
	if r.Late != nil {
		want++
	}
	for _, w := range r.Without {
		want += 2 + 2*len(w.Options)
	}
	want += 1 + 1 + len(r.Groups) + len(r.Channels) + len(r.Languages) + len(r.Campaigns) + 7 + len(r.RollCall.Aside)
	for _, q := range r.Questions {
		want += 1 + len(q.Groups) + len(q.Options)
		for _, o := range q.Options {
			want += len(o.Groups)
		}
	}
	for _, theme := range r.Themes {
		want += 1 + len(theme.Groups) + len(theme.Stances)
	}
	if r.Method != nil {
		want += 6
	}
	rows, err := csv.NewReader(bytes.NewReader(asCSV)).ReadAll()
	if err != nil || len(rows) != want {
		t.Errorf("%d rows, expected %d: %v", len(rows), want, err)
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestWritersReportAFullDisk(t *testing.T) {
	r := build(t, example())
	for name, err := range map[string]error{"json": WriteJSON(full{}, r), "csv": WriteCSV(full{}, r)} {
		if err == nil || !strings.Contains(err.Error(), "disk full") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
