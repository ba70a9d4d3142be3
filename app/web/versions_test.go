package web

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"heard/app/consult"
	"heard/models"
	"heard/views"
)

// publishVersion has the next version of a report proposed and published.
func (p *testPortal) publishVersion(c *models.Consultation, note string) {
	p.Helper()
	must(p.TB, p.service.ProposeReport(p.Context(), consult.Portal, c, note))
	v, err := p.service.Versions(p.Context(), consult.Portal, c)
	must(p.TB, err)
	must(p.TB, p.service.PublishReport(p.Context(), consult.Portal, c, v.Proposal.Hash))
}

// From the proposal to what everybody can read, follow and check.
func TestVersionsPages(t *testing.T) {
	p := newPortal(t)
	p.loadDemo(80)
	code := strings.Join(p.respond(p.browser(), resident), " ")
	first, second := p.officers()
	p.signUp(models.RoleCouncillor)
	councillor := p.staff(models.RoleCouncillor)
	c := p.move(p.demo, models.StatusClosed, models.StatusFrozen)
	must(t, p.service.ReleaseNew(t.Context(), c.ID))
	at, public := "/staff/"+c.ID, p.browser()

	// The same person cannot do both; what was typed stays.
	first.get(at+"/report").is(http.StatusOK).says("main", "Propose, check and publish versions")
	first.get(at+"/versions").submitBy("form", "propose", nil).says("main", "somebody else has to check it")
	own := first.get(at + "/versions")
	if own.doc.Find("button[value=publish]").Length() != 0 {
		t.Error("whoever proposed it is offered to publish it")
	}
	hash := own.doc.Find("code.hash").First().Text()
	first.post(at+"/versions", url.Values{"do": {"publish"}, "hash": {hash}}).is(http.StatusConflict).says("main", "A second person")
	second.get(at+"/versions/proposed").is(http.StatusOK).says("main", "Draft")
	second.post(at+"/versions", url.Values{"do": {"return"}, "hash": {hash}, "reason": {""}}).is(http.StatusUnprocessableEntity).says(".problem", "Say what has to change")
	second.get(at+"/versions").submitBy("form:has([name=reason])", "return", url.Values{"reason": {"Name no street."}})
	first.get(at+"/versions").says("main", "Name no street.").submitBy("form:has([name=note])", "propose", nil)
	public.visit("/" + c.ID + "/report").is(http.StatusNotFound)
	second.get(at+"/versions").submitBy("form:has([value=publish])", "publish", nil).says("main", "Version 1")
	must(t, p.service.IndexPlaces(t.Context(), c.ID))

	public.get("/"+c.ID+"/report").is(http.StatusOK).says("#version", "version 1").says("main", hash)
	p.publishVersion(c, "A date was wrong in the register.")
	public.get("/"+c.ID+"/report").says("#version", "version 2").says("#version", "A date was wrong")
	old := public.get("/"+c.ID+"/report/1").is(http.StatusOK).says("#version", "There is a newer version")
	if file := old.doc.Find(`main a[href="/` + c.ID + `/report/1/report.csv"]`); file.Length() == 0 {
		t.Error("an earlier version does not lead to its own files")
	}
	public.visit("/" + c.ID + "/report/1/report.csv").is(http.StatusOK)
	for _, wrong := range []string{"/report/0", "/report/3", "/report/01", "/report/x", "/report/1/report.exe", "/report/1/x", "/report/3/report.csv"} {
		public.visit("/" + c.ID + wrong).is(http.StatusNotFound)
	}
	public.get("/"+c.ID+"/summary").is(http.StatusOK).says("main", "Who answered").says("main", "has not published what it will do yet")

	// What everybody finds of the answers.
	list := public.get("/" + c.ID + "/answers").is(http.StatusOK)
	if list.doc.Find("article").Length() == 0 {
		t.Error("no answer is published")
	}
	// The longest word, for short ones may be too common to look for.
	word := slices.MaxFunc(regexp.MustCompile(`[A-Za-z]+`).FindAllString(list.doc.Find("article blockquote").First().Text(), -1), func(x, y string) int { return cmp.Compare(len(x), len(y)) })
	found := public.get("/" + c.ID + "/answers?q=" + word)
	if found.doc.Find("article mark:not(.taken)").Length() == 0 {
		t.Error("the word is not marked")
	}
	public.get("/"+c.ID+"/answers?q=xylophone").says("main", "No published answer matches")
	public.visit("/" + c.ID + "/answers?q=" + strings.Repeat("lamp+", 400)).is(http.StatusUnprocessableEntity)
	if list.doc.Find("article").Text() == "" || regexp.MustCompile(`(?i)people who sell sex|group:`).MatchString(list.doc.Find("article .meta").Text()) {
		t.Error("something about who wrote stands beside an answer")
	}

	// Feeds tell days, and nothing finer.
	for path, want := range map[string]string{"/feed": "Heard", "/" + c.ID + "/feed": c.Title.Default()} {
		got := public.visit(path).is(http.StatusOK)
		var feed struct {
			Title   string `xml:"title"`
			Entries []struct {
				Title   string `xml:"title"`
				Updated string `xml:"updated"`
			} `xml:"entry"`
		}
		must(t, xml.Unmarshal([]byte(got.body), &feed))
		if feed.Title != want || len(feed.Entries) != 5 || !strings.Contains(feed.Entries[0].Title, "version 2") {
			t.Errorf("%s: %+v", path, feed)
		}
		for _, e := range feed.Entries {
			if !strings.HasSuffix(e.Updated, "T00:00:00Z") {
				t.Errorf("%s tells a time of day", path)
			}
		}
		if strings.Contains(got.body, "penrow.example\"") || strings.Contains(got.body, "officer@") {
			t.Errorf("%s tells who did it", path)
		}
	}
	public.get("/"+c.ID).says("main", "Follow this consultation")

	// The code says where the words went, and takes an objection.
	public.use(code, "check").says("main", "version 1, 2").says("main", "In the published report")
	public.use(code, "misread", "objection", strings.Repeat("x", 501)).is(http.StatusUnprocessableEntity).says(".fault", "500")
	told := public.use(code, "misread", "objection", "I meant the lamps.")
	if strings.Contains(told.text(), "I meant the lamps") {
		t.Error("the code shows what its author wrote")
	}
	queue := first.get(at+"/objections").is(http.StatusOK).says("main", "I meant the lamps.")
	queue.submitBy("article form", "", url.Values{"decision": {"upheld"}, "reason": {""}}).is(http.StatusUnprocessableEntity).says(".problem", "Give the reason")
	queue.submitBy("article form", "", url.Values{"decision": {"upheld"}, "reason": {"It is under lighting now."}}).says("main", "Upheld")
	queue.submitBy("article form", "", url.Values{"decision": {"refused"}, "reason": {"No."}}).is(http.StatusConflict)
	public.use(code, "check").says("main", "It is under lighting now.")

	// The pack is the same for all, and counts readers without saying who.
	pack := councillor.get(at+"/pack").is(http.StatusOK).says("main", "from version 2").says("main", "For the proposal").says("main", "Against the proposal")
	if a, b := pack.doc.Find("code.hash").First().Text(), first.get(at+"/pack").doc.Find("code.hash").First().Text(); a == "" || a != b {
		t.Errorf("two people are given packs %s and %s", a, b)
	}
	councillor.get(at+"/pack?version=1").says("main", "There is a newer version")
	councillor.visit(at + "/pack?version=9").is(http.StatusNotFound)
	before := p.rows("SELECT * FROM audit")
	councillor.post(at+"/pack", url.Values{"part": {"summary"}, "version": {"2"}}).says("main", "You have said that you read this part").says("main", "fewer than 5")
	if len(p.rows("SELECT * FROM audit")) != len(before) {
		t.Error("reading goes on record")
	}
	first.post(at+"/pack", url.Values{"part": {"summary"}, "version": {"2"}}).is(http.StatusConflict)
	councillor.post(at+"/pack", url.Values{"part": {"x"}, "version": {"2"}}).is(http.StatusUnprocessableEntity)
}

// The report on two pages puts nothing into the mouth of a side that may not have
// said it.
func TestSummaryOf(t *testing.T) {
	n := func(v int) models.Figure { return models.Figure{Value: v} }
	theme := func(label string, all, with, against models.Figure, side, from string) models.ReportTheme {
		return models.ReportTheme{ID: label, Label: label, Count: all, OneSided: side, NameFrom: from, Quotes: []models.ReportExcerpt{{Text: "Said on " + label + "."}},
			Stances: []models.GroupFigure{{ID: models.StanceFor, Count: with}, {ID: models.StanceAgainst, Count: against}}}
	}
	promise := "We will clean the steps. " + strings.Repeat("We will come again on every day of the week. ", 12) + "And we will say when."
	r := &models.Report{Themes: []models.ReportTheme{
		theme("Split", n(70), n(31), n(30), "", ""),
		theme("Lamps", n(50), n(40), n(2), models.StanceFor, ""),
		theme("Fines", n(44), models.Figure{Masked: true}, n(36), models.StanceAgainst, ""),
		theme("Hidden", n(43), models.Figure{Masked: true}, n(2), models.StanceFor, ""),
		theme("Named", n(42), n(38), n(2), models.StanceFor, models.StanceAgainst),
	}, Questions: []models.ReportQuestion{{ID: "C1", Text: "Keep it?", Net: &models.ReportNet{Agree: 90, Disagree: 40, Base: 150, Points: 33}}, {ID: "B1", Text: "How often?"}},
		Sections: []models.ReportSection{{ID: models.SectionRecommendation, Parts: []models.ReportPart{{ID: "text", Text: "Keep it for the smaller area."}}}},
		Findings: []models.ReportFinding{{Number: 1, Statement: "People ask for lamps.", Will: promise}}}
	s := summaryOf(r, nil)
	told := func(list []views.SummaryPoint) (all []string) {
		for _, p := range list {
			all = append(all, fmt.Sprintf("%s %d %s", p.Label, p.Figure.Value, p.Quote))
		}
		return all
	}
	for what, test := range map[string]struct{ got, want []string }{
		"for":     {told(s.For), []string{"Lamps 40 "}},
		"against": {told(s.Against), []string{"Fines 36 "}},
		"others":  {told(s.Others), []string{"Split 70 Said on Split.", "Hidden 43 Said on Hidden.", "Named 42 Said on Named."}},
	} {
		if !slices.Equal(test.got, test.want) {
			t.Errorf("%s: %q, want %q", what, test.got, test.want)
		}
	}
	if len(s.Rules) != 1 || s.Rules[0].ID != "C1" || s.Advice != "Keep it for the smaller area." {
		t.Errorf("rules %+v, recommended %q", s.Rules, s.Advice)
	}
	if len(s.Council) != 1 || !strings.HasPrefix(s.Council[0].Quote, "We will clean the steps. We will") || !strings.HasSuffix(s.Council[0].Quote, " on every day of the week. …") {
		t.Errorf("the council says %+v", s.Council)
	}
	for text, want := range map[string]string{
		"Short, under s. 59.":                       "Short, under s. 59.",
		"One sentence that is longer than allowed.": "One sentence that is longer than allowed.",
		"Under s. 59 of the Act it stays. More.":    "Under s. 59 of the Act it stays. …",
		"Why so? “So it is.” And more of it yet":    "Why so? “So it is.” …",
	} {
		if got := whole(text, 30); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}
