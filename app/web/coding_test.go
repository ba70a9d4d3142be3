package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/PuerkitoBio/goquery"

	"heard/app/consult"
	"heard/models"
	"heard/views"
)

// theme reads a theme of the demonstration.
func (p *testPortal) theme(id string) models.Theme {
	p.Helper()
	t, err := p.store.Theme(p.Context(), id)
	must(p.TB, err)
	return *t
}

// decide posts an act on a theme, with the version it has now.
func (b *browser) decide(id, do string, more url.Values) *page {
	b.Helper()
	form := url.Values{"do": {do}, "version": {strconv.Itoa(b.theme(id).Version)}}
	for name, values := range more {
		form[name] = values
	}
	return b.post(themeAddress(b.demo, id), form)
}

// refusedAt checks that a form was refused: a fault beside the field that the
// error summary leads to, what was typed still in it, and nothing changed.
func (p *page) refusedAt(field, typed, before string) *page {
	p.Helper()
	p.is(http.StatusUnprocessableEntity)
	if p.doc.Find(`.problem[role=alert] a[href="#`+field+`"]`).Length() != 1 {
		p.Errorf("the error summary does not lead to #%s: %s", field, p.doc.Find(".problem").Text())
	}
	at := p.doc.Find("#" + field)
	if at.Length() != 1 || p.doc.Find("#"+field+"-fault").Length() != 1 {
		p.Errorf("there is no fault beside #%s", field)
	}
	if held := at.AttrOr("value", at.Find("option[selected]").AttrOr("value", strings.TrimSpace(at.Text()))); typed != "" && held != typed {
		p.Errorf("#%s holds %q, expected %q", field, held, typed)
	}
	if !strings.HasPrefix(p.title(), "Error: ") {
		p.Errorf("the title is %q", p.title())
	}
	if p.state() != before {
		p.Error("something changed although it was refused")
	}
	return p
}

// keys are the answers that the page of a theme shows.
func (p *page) keys() (keys []string) {
	p.doc.Find("main [name=answer]").Each(func(_ int, s *goquery.Selection) { keys = append(keys, s.AttrOr("value", "")) })
	return keys
}

func TestOfficerReviewsThemes(t *testing.T) {
	p := filledPortal(t)
	officer := p.staff(models.RoleOfficer)
	list := "/staff/" + p.demo.ID + "/themes"
	page := officer.get(list)
	themes := p.themes()
	if n := page.doc.Find("main article.theme").Length(); n != len(themes) {
		t.Fatalf("%d themes are listed, expected %d", n, len(themes))
	}
	first, second := page.doc.Find("article.theme").Eq(0).AttrOr("id", "")[len("theme-"):], page.doc.Find("article.theme").Eq(1).AttrOr("id", "")[len("theme-"):]
	page.says("#progress + dl", "Coded by a person")

	// Approving leads back to the list, where the theme stands under Approved.
	page = page.submit("#theme-"+first+" form", nil).is(http.StatusOK)
	if page.url.Path != list {
		t.Errorf("approving leads to %s", page.url.Path)
	}
	page.says("[role=status]", "approved").says("h2#approved + ul", p.theme(first).Label)

	at := officer.get(themeAddress(p.demo, first))
	at.says("h1", p.theme(first).Label).says("main .tag", "approved").says("main .hits", "placed by the computer, ")
	officer.decide(first, "rename", url.Values{"label": {"Clean the steps"}}).is(http.StatusOK).says("h1", "Clean the steps")
	officer.decide(first, "define", url.Values{"definition": {"Wants the steps cleaned.\r\nNot the lamps."}}).is(http.StatusOK).says("#definition", "Not the lamps.")
	if got := p.theme(first).Definition; got != "Wants the steps cleaned.\nNot the lamps." {
		t.Errorf("the definition is %q", got)
	}
	officer.decide(second, "under", url.Values{"parent": {first}}).is(http.StatusOK).says("main", "Stands under Clean the steps")
	if p.theme(second).Parent != first {
		t.Error("it stands under no theme")
	}
	before := p.state()
	officer.decide(first, "under", url.Values{"parent": {second}}).refusedAt("parent", "", before)
	if officer.get(themeAddress(p.demo, first)).doc.Find("#parent option[value='"+second+"']").Length() != 0 {
		t.Error("a theme is offered to stand under one that stands under it")
	}
	// A parent in another list is named; in the same list it stands above.
	officer.get(list).says("#theme-"+second, "Stands under: Clean the steps")
	officer.decide(second, "approve", nil).is(http.StatusOK)
	if officer.get(list).doc.Find("#theme-"+first).Parent().Find("#theme-"+second).Length() != 1 {
		t.Error("the theme does not stand under its parent")
	}
	officer.decide(first, "unapprove", nil).is(http.StatusOK).says("main .tag", "candidate")

	// Out of scope asks for a reason, and prints it.
	before = p.state()
	officer.decide(second, "out", url.Values{"reason": {" "}}).refusedAt("reason", "", before)
	officer.decide(second, "out", url.Values{"reason": {"The railway decides on that."}}).is(http.StatusOK).says("main", "Out of scope because: The railway decides on that.")
	officer.get(list).says("h2#out + p + ul", "The railway decides on that.")
	officer.decide(second, "in", nil).is(http.StatusOK).says("main .tag", "candidate")

	// Merging leads to the theme that both are now; it can be taken back.
	officer.decide(second, "under", url.Values{"parent": {""}}).is(http.StatusOK)
	merged := officer.decide(second, "merge", url.Values{"into": {first}}).is(http.StatusOK)
	merged.says("h1", "Clean the steps").says("[role=status]", "merged")
	page = officer.get(list)
	if page.doc.Find("#theme-"+second).Length() != 0 || page.doc.Find("ul.merged").Closest("details[open]").Length() != 0 {
		t.Error("the merged theme stands in the open")
	}
	officer.get(themeAddress(p.demo, second)).says("main .note", "merged into Clean the steps")
	page.submit("ul.merged form", nil).is(http.StatusOK)
	if got := p.theme(second).Status; got != models.ThemeCandidate {
		t.Errorf("after the merge was taken back the theme is %s", got)
	}

	// A name that says nothing, a merge into nothing, an act of another page.
	before = p.state()
	officer.decide(first, "rename", url.Values{"label": {" "}}).refusedAt("label", " ", before)
	long := strings.Repeat("long ", 40)
	officer.decide(first, "rename", url.Values{"label": {long}}).refusedAt("label", long, before)
	officer.decide(first, "merge", url.Values{"into": {""}}).refusedAt("into", "", before)
	officer.decide(first, "merge", url.Values{"into": {"no-such"}})
	officer.decide(first, "explode", nil).is(http.StatusUnprocessableEntity).says(".problem", "did not say what to do")
	if p.state() != before {
		t.Error("something changed")
	}

	// Somebody else was faster: what was typed is still there, beside what the
	// theme is now.
	stale := officer.post(themeAddress(p.demo, first), url.Values{"do": {"rename"}, "version": {"0"}, "label": {"Mine"}}).is(http.StatusConflict)
	stale.says(".problem", "Somebody else changed this theme")
	if _, typed := stale.filled("form:has(#label)"); typed.Get("label") != "Mine" || typed.Get("version") != strconv.Itoa(p.theme(first).Version) {
		t.Errorf("the form holds %v", typed)
	}

	// A theme of our own, under another; refused ones keep what was typed.
	page = officer.get(list).submit("form:has(#label)", url.Values{"label": {"Benches by the canal"}, "definition": {"Wants somewhere to sit."}, "parent": {first}}).is(http.StatusOK)
	page.says("h1", "Benches by the canal").says("main", "Stands under Clean the steps").says("main", "No answer is in it")
	before = p.state()
	refused := officer.post(list, url.Values{"do": {"add"}, "label": {""}, "definition": {"Typed here"}, "parent": {first}}).refusedAt("label", "", before)
	refused.says("#definition", "Typed here")
	if refused.doc.Find("details[open] form:has(#label)").Length() != 1 {
		t.Error("the form that was refused is closed")
	}
}

func TestOfficerSortsAnswers(t *testing.T) {
	p := filledPortal(t)
	officer := p.staff(models.RoleOfficer)
	themes := p.themes()
	from, to := themes[0].ID, themes[1].ID
	at := officer.get(themeAddress(p.demo, from))
	all := at.keys()
	if len(all) < 3 {
		t.Fatalf("the theme has %d answers, too few to try", len(all))
	}
	if at.doc.Find("main .hits [dir=auto]").Length() < len(all) {
		t.Error("answers do not say that they may run from right to left")
	}
	// Nothing ticked, nowhere to go.
	before := p.state()
	for do, field := range map[string]string{"take-out": "answers", "move": "answers", "split": "answers"} {
		got := officer.decide(from, do, url.Values{"to": {to}, "name": {"Split"}}).is(http.StatusUnprocessableEntity)
		if got.doc.Find(`.problem a[href="#`+field+`"]`).Length() != 1 {
			t.Errorf("%s with nothing ticked: %s", do, got.doc.Find(".problem").Text())
		}
	}
	officer.decide(from, "move", url.Values{"answer": all[:1], "to": {""}}).refusedAt("to", "", before)
	refused := officer.decide(from, "split", url.Values{"answer": all[:2], "name": {" "}}).refusedAt("name", " ", before)
	if n := refused.doc.Find("[name=answer][checked]").Length(); n != 2 {
		t.Errorf("%d answers are still ticked, expected 2", n)
	}

	has := func(id, key string, want bool) {
		t.Helper()
		if got := slices.Contains(officer.get(themeAddress(p.demo, id)).keys(), key); got != want {
			t.Errorf("%s is in %s: %t, expected %t", key, id, got, want)
		}
	}
	officer.decide(from, "take-out", url.Values{"answer": all[:1]}).is(http.StatusOK).says("[role=status]", "taken out")
	has(from, all[0], false)
	officer.decide(from, "move", url.Values{"answer": all[1:2], "to": {to}}).is(http.StatusOK).says("[role=status]", "moved")
	has(from, all[1], false)
	made := officer.decide(from, "split", url.Values{"answer": all[2:3], "name": {"By the steps"}}).is(http.StatusOK)
	made.says("h1", "By the steps").says("main .hits", "placed by officer@penrow.example on ")
	if got := made.keys(); !slices.Equal(got, all[2:3]) {
		t.Errorf("the new theme holds %v, expected %v", got, all[2:3])
	}
	has(from, all[2], false)
}

func TestCodingAnAnswer(t *testing.T) {
	p := filledPortal(t)
	officer := p.staff(models.RoleOfficer)
	at := "/staff/" + p.demo.ID + "/code"
	page := officer.get(at)
	_, form := page.filled("form#code")
	key := form.Get("answer")
	if key == "" || page.doc.Find("#text[dir=auto]").Length() != 1 {
		t.Fatalf("no answer to code: %s", page.text())
	}
	words := strings.Join(strings.Fields(page.doc.Find("#text").Text())[:3], " ")
	theme := p.themes()[0].ID
	page.says("main", "answers that nobody has coded yet")

	// Refused: words that do not stand there, words for no theme, a theme
	// without words. Ticks and words stay.
	before := p.state()
	for _, row := range [][2]string{{"words that nobody wrote here", theme}, {words, ""}, {"", theme}} {
		got := officer.post(at, url.Values{"answer": {key}, "theme": {theme}, "words": {"", row[0]}, "speaks": {"", row[1]}, "do": {"code"}}).refusedAt("words-2", row[0], before)
		if got.doc.Find("[name=theme][checked]").Length() != 1 || got.doc.Find("#speaks-2 option[selected][value='"+row[1]+"']").Length() != len(strings.Fields(row[1])) {
			t.Errorf("with %v, what was chosen is lost", row)
		}
	}
	officer.post(at, url.Values{"answer": {key}, "theme": {"no-such-theme"}, "do": {"code"}})
	if p.state() != before {
		t.Error("an answer was put in a theme that is not there")
	}

	next := page.submit("form#code", url.Values{"theme": {theme}, "words": {words, "", ""}, "speaks": {theme, "", ""}}).is(http.StatusOK)
	next.says("main [role=status]", "Kept.")
	if _, after := next.filled("form#code"); after.Get("answer") == key {
		t.Error("saving leads to the same answer again")
	}
	again := officer.get(codeAddress(p.demo, answerKey(key), consult.Openly, false))
	again.says("main", "Coded by officer@penrow.example on ").says("label[for=in-"+theme+"]", "officer@penrow.example")
	if again.doc.Find("[name=theme][checked]").Length() != 1 {
		t.Error("another theme is ticked than was chosen")
	}
	if _, held := again.filled("form#code"); held["words"][0] != words || held["speaks"][0] != theme {
		t.Errorf("the passage is lost: %v", held)
	}
	// The page of the theme marks the words, and the submission says who
	// placed it.
	marks := ""
	for page := officer.get(themeAddress(p.demo, theme)); ; page = page.follow("nav.pages a[rel=next]") {
		marks += page.doc.Find("mark").Text()
		if page.doc.Find("nav.pages a[rel=next]").Length() == 0 {
			break
		}
	}
	if marks != words {
		t.Errorf("the page of the theme marks %q, expected %q", marks, words)
	}
	submission := officer.get("/staff/" + p.demo.ID + "/submissions/" + answerKey(key).Submission)
	submission.says("main", "by officer@penrow.example on ")
	submission.follow(`main a[href*="/code?"]`).is(http.StatusOK)

	// Skipping leaves it, and goes on from there.
	skip := next.follow("main section.text a[href*='/code?']").is(http.StatusOK)
	if _, after := skip.filled("form#code"); after.Get("answer") == key || after.Get("answer") == "" {
		t.Errorf("leaving an answer for now leads to %q", after.Get("answer"))
	}
	// No theme at all is a decision.
	_, values := skip.filled("form#code")
	officer.post(at, url.Values{"answer": {values.Get("answer")}, "do": {"code"}}).is(http.StatusOK)
	officer.get(codeAddress(p.demo, answerKey(values.Get("answer")), consult.Openly, false)).says("main", "Coded by officer@penrow.example")
	// Keys that are off stay off.
	_, values = officer.get(at).filled("form#code")
	if got := officer.post(at, url.Values{"answer": {values.Get("answer")}, "keys": {"off"}}).is(http.StatusOK); got.doc.Find("#keys[checked]").Length() != 1 {
		t.Error("the keys are on again with the next answer")
	}
	// What the address asks for in vain.
	for _, query := range []string{"?submission=none&question=C6", "?submission=none", "?question=C6", "?submission=%00&question=%ff", "?way=blind&submission=none&question=C6"} {
		p.refused(query, officer.visit(at+query).status)
	}
}

// Two who have one answer open: the second to save is shown what the first
// ticked beside what they ticked, which stays in the form, and nothing is undone.
func TestCodingOneAnswerTwice(t *testing.T) {
	p := filledPortal(t)
	mine, theirs := p.staff(models.RoleOfficer), p.staff(models.RoleAnalyst)
	at := "/staff/" + p.demo.ID + "/code"
	opened := mine.get(at)
	_, form := opened.filled("form#code")
	key := form.Get("answer")
	here := codeAddress(p.demo, answerKey(key), consult.Openly, false)
	if strings.Contains(opened.doc.Find("main .note").Text(), "has this open") {
		t.Errorf("nobody else has it open: %s", opened.text())
	}
	both := theirs.get(here).says("main .note", "officer@penrow.example has this open, too")
	if _, other := theirs.get(at).filled("form#code"); other.Get("answer") == key || other.Get("answer") == "" {
		t.Errorf("the analyst is handed out %q, which the officer has open", other.Get("answer"))
	}
	words := strings.Fields(opened.doc.Find("#text").Text())
	first, last := strings.Join(words[:3], " "), strings.Join(words[len(words)-2:], " ")
	a, b := p.themes()[0], p.themes()[1]
	both.submit("form#code", url.Values{"theme": {a.ID}, "words": {first, "", ""}, "speaks": {a.ID, "", ""}}).is(http.StatusOK).says("main [role=status]", "Kept.")

	before := p.state()
	late := opened.submit("form#code", url.Values{"theme": {b.ID}, "words": {last, "", ""}, "speaks": {b.ID, "", ""}}).is(http.StatusConflict)
	late.says(".problem[role=alert]", "decided on by analyst@penrow.example").says("#themes-fault", "Nothing of yours was saved yet")
	for _, told := range []string{a.Label + ": ticked by analyst@penrow.example", "; not ticked by you " + first, b.Label + ": ", "; ticked by you"} {
		late.says("#since", told)
	}
	_, held := late.filled("form#code")
	if !slices.Equal(held["theme"], []string{b.ID}) || held["words"][0] != last || held["speaks"][0] != b.ID {
		t.Errorf("what was chosen is lost: %v", held)
	}
	if p.state() != before {
		t.Error("something changed although it was refused")
	}
	if strings.Contains(p.logged.String(), first) || strings.Contains(p.logged.String(), last) {
		t.Error("the log repeats words")
	}
	// Who was shown both decides, and both are on the page.
	late.submit("form#code", nil).is(http.StatusOK).says("main [role=status]", "Kept.")
	again := theirs.get(here).says("main", "Coded by officer@penrow.example").says("main", "Coded by analyst@penrow.example")
	if _, held := again.filled("form#code"); !slices.Equal(held["theme"], []string{b.ID}) || held["words"][0] != last {
		t.Errorf("after both, the page holds %v", held)
	}
	if again.doc.Find("#since").Length() != 0 {
		t.Error("a page that was opened anew tells of a conflict")
	}
}

// Two who settle one answer at the same time, and what is said when others have
// open all that is left.
func TestSettlingOneAnswerTwice(t *testing.T) {
	p := filledPortal(t)
	officer, analyst := p.staff(models.RoleOfficer), p.staff(models.RoleAnalyst)
	at := "/staff/" + p.demo.ID + "/code"
	a, b := p.themes()[0], p.themes()[1]
	_, form := officer.get(at + "?way=blind").filled("form#code")
	key := form.Get("answer")
	for who, theme := range map[*browser]string{officer: a.ID, analyst: b.ID} {
		who.post(at, url.Values{"answer": {key}, "way": {"blind"}, "theme": {theme}}).is(http.StatusOK)
	}
	opened := officer.get(at + "?way=settle").is(http.StatusOK)
	if _, form := opened.filled("form#code"); form.Get("answer") != key {
		t.Fatalf("to settle is %q, expected %q", form.Get("answer"), key)
	}
	analyst.get(at+"?way=settle").says("main [role=status]", "Others are at work on all that is left")
	here := codeAddress(p.demo, answerKey(key), consult.Settling, false)
	analyst.get(here).says("main .note", "officer@penrow.example has this open, too").submit("form#code", url.Values{"theme": {b.ID}}).is(http.StatusOK).says("main [role=status]", "Nothing waits to be settled")
	before := p.state()
	late := opened.submit("form#code", url.Values{"theme": {a.ID}}).is(http.StatusConflict)
	late.says("#since", b.Label+": ticked by analyst@penrow.example").says("#since", a.Label+": ").says("label[for=in-"+b.ID+"]", "blind: analyst@penrow.example")
	if _, held := late.filled("form#code"); !slices.Equal(held["theme"], []string{a.ID}) || held.Get("way") != "settle" || p.state() != before {
		t.Errorf("what was chosen is lost, or something changed: %v", held)
	}
	late.submit("form#code", nil).is(http.StatusOK)
}

// Whoever codes blind sees nothing of what the computer or anybody else
// decided.
func TestCodingBlind(t *testing.T) {
	p := filledPortal(t)
	officer, analyst := p.staff(models.RoleOfficer), p.staff(models.RoleAnalyst)
	at := "/staff/" + p.demo.ID + "/code"
	looked := 0
	leaks := func(page *page, who string) {
		t.Helper()
		looked++
		form := page.doc.Find("main").Clone()
		if n := form.Find("[checked]").Length(); n != 0 {
			t.Errorf("%d themes are ticked for the %s", n, who)
		}
		markup, err := form.Html()
		must(t, err)
		for _, word := range []string{"computer, 0", "computer, 1", "officer@", "analyst@", "Coded by", "taken out", "/submissions/"} {
			if strings.Contains(markup, word) {
				t.Errorf("the page tells the %s: %q", who, word)
			}
		}
		form.Find("[name=words]").Each(func(_ int, s *goquery.Selection) {
			if strings.TrimSpace(s.Text()) != "" {
				t.Errorf("the page shows the %s another's passage", who)
			}
		})
	}
	first := officer.get(at + "?way=blind")
	leaks(first, "officer")
	_, form := first.filled("form#code")
	key := form.Get("answer")
	words := strings.Join(strings.Fields(first.doc.Find("#text").Text())[:3], " ")
	theme := p.themes()[0].ID
	// The same answer coded by somebody in sight, and blind: neither shows the other.
	analyst.post(at, url.Values{"answer": {key}, "theme": {theme}, "words": {words}, "speaks": {theme}}).is(http.StatusOK)
	leaks(officer.get(codeAddress(p.demo, answerKey(key), consult.Blind, false)), "officer")
	next := first.submit("form#code", url.Values{"theme": {theme}, "words": {words, "", ""}, "speaks": {theme, "", ""}}).is(http.StatusOK)
	if next.url.Query().Get("way") == "" || next.doc.Find("form#code [name=way]").Length() != 1 {
		t.Fatalf("after one answer coded blind comes %s", next.url)
	}
	leaks(next, "officer")
	leaks(analyst.get(codeAddress(p.demo, answerKey(key), consult.Blind, false)), "analyst")
	// And what was coded blind is not shown where all see it.
	if text := analyst.get(codeAddress(p.demo, answerKey(key), consult.Openly, false)).doc.Find("main").Text(); strings.Count(text, "Coded by analyst") != 1 || strings.Contains(text, "Coded by officer") {
		t.Errorf("in sight, the answer says: %s", squeezed(text))
	}
	// To the end of the sample.
	for range 500 {
		_, form := next.filled("form#code")
		next = officer.post(at, url.Values{"answer": {form.Get("answer")}, "way": {"blind"}}).is(http.StatusOK)
		if next.doc.Find("form#code").Length() == 0 {
			break
		}
		if next.doc.Find("[name=theme][checked]").Length() > 0 {
			t.Fatal("a theme is ticked")
		}
	}
	officer.get(at+"?way=blind").says("main", "every answer of the blind sample")
	progress := squeezed(officer.get("/staff/" + p.demo.ID + "/themes").doc.Find("section.progress").Text())
	if !strings.Contains(progress, "F1 0.") && !strings.Contains(progress, "F1 1.") {
		t.Errorf("the agreement is not shown: %s", progress)
	}
	if looked != 4 {
		t.Errorf("%d pages were looked at", looked)
	}
}

// Councillors read the themes, with the counts that may be shown, and nothing
// there can be pressed or followed to where people decide.
func TestCouncillorsReadThemes(t *testing.T) {
	p := filledPortal(t)
	run, err := p.store.ThemeRun(t.Context(), p.demo.ID)
	must(t, err)
	for i := range run.Themes {
		at := slices.IndexFunc(run.Quotes, func(q models.Quote) bool { return q.Theme == run.Themes[i].ID })
		if at < 0 {
			continue // nobody in it may be quoted
		}
		quoted := run.Quotes[at]
		run.Themes[i].SuggestedLabel, run.Themes[i].Draft = "Suggestedcanary", []models.Sentence{{Text: "Draftedcanary", Cites: []string{quoted.Submission}}}
	}
	run.Method.Notes = []string{"Notedcanary"}
	must(t, p.store.SaveThemes(t.Context(), *run))
	theme := p.themes()[0].ID
	p.staff(models.RoleOfficer).get("/staff/"+p.demo.ID+"/themes").says("main .note", "Notedcanary").follow("article.theme h3 a").is(http.StatusOK).says("section.draft", "Draftedcanary").
		follow("section.draft a").is(http.StatusOK)
	taken := p.staff(models.RoleOfficer).get(themeAddress(p.demo, theme)).submit("form:has([type=hidden][name=label])", nil).is(http.StatusOK)
	taken.says("h1", "Suggestedcanary")
	p.staff(models.RoleOfficer).decide(theme, "rename", url.Values{"label": {"Another name"}}).is(http.StatusOK)
	before := p.staff(models.RoleCouncillor).get("/staff/"+p.demo.ID+"/themes").says("main .note", "once the consultation has closed")
	if n := before.doc.Find("main article, main .hits").Length(); n != 0 {
		t.Errorf("%d themes are shown before the end", n)
	}
	p.demo = p.move(p.demo, models.StatusClosed)
	must(t, p.service.ReleaseNew(t.Context(), p.demo.ID))
	page := p.staff(models.RoleCouncillor).get("/staff/" + p.demo.ID + "/themes")
	if n := page.doc.Find("main form, main button, main input, main section.progress, main .merged").Length(); n != 0 {
		t.Errorf("%d things to decide with", n)
	}
	page.doc.Find("main a").Each(func(_ int, s *goquery.Selection) {
		if href := s.AttrOr("href", ""); strings.Contains(href, "/code") || strings.Contains(href, "/themes/") {
			t.Errorf("a link leads to %s", href)
		}
	})
	if text := page.doc.Find("main").Text(); strings.Contains(text, "canary") {
		t.Error("councillors read what the language model wrote")
	}
	review, err := p.service.Themes(t.Context(), consult.Actor{ID: "x", Role: models.RoleCouncillor}, p.demo, 1)
	must(t, err)
	for _, r := range review.Themes {
		if r.Count != "not shown" {
			page.says("#theme-"+r.Theme.ID+" .meta strong", r.Count)
		}
		for id, count := range r.Groups {
			page.says("#theme-"+r.Theme.ID+" .meta", p.demo.Group(id).Name.Default())
			page.says("#theme-"+r.Theme.ID+" .meta", ": "+count)
		}
	}
	if page.doc.Find("article.theme").Length() == 0 {
		t.Error("no theme is shown")
	}
}

// With too few answers to group there are no themes, and every answer can be
// read and coded all the same.
func TestFewAnswers(t *testing.T) {
	p := newPortal(t)
	p.signUp(models.RoleOfficer)
	officer := p.staff(models.RoleOfficer)
	at := "/staff/" + p.demo.ID
	officer.get(at+"/themes").says("main", "There are no themes yet").says("main", "0 of 0 are")
	officer.get(at+"/code").says("main [role=status]", "nothing to code")
	officer.get(at+"/code?way=blind").says("main [role=status]", "nothing to code")
	p.respond(p.browser(), resident)
	p.respond(p.browser(), sexWorker)
	must(t, p.store.SaveThemes(t.Context(), models.ThemeRun{Consultation: p.demo.ID, Documents: 2, Method: models.Method{TooFew: true}}))
	page := officer.get(at + "/themes")
	page.says("main .note", "Too few answers to group").says("details[open] .hits", residentWords).says("details[open] .hits", workerWords)
	code := page.follow("details[open] .hits a[href*='/code?']").is(http.StatusOK)
	code.says("#code", "There are no themes yet")
	code.submit("form#code", nil).is(http.StatusOK).says("main [role=status]", "Kept.")
	p.demo = p.move(p.demo, models.StatusClosed)
	must(t, p.service.ReleaseNew(t.Context(), p.demo.ID))
	p.signUp(models.RoleCouncillor)
	p.staff(models.RoleCouncillor).get(at+"/themes").says("main .note", "Too few answers to group").says("details[open] .hits", "did not allow these words to be shown")
}

// A letter that several people sent stands on the page of a theme once, and
// every copy can be ticked, moved and found again. Long answers are folded.
func TestCopiesOfALetter(t *testing.T) {
	p := filledPortal(t)
	officer := p.staff(models.RoleOfficer)
	campaigns, err := p.store.Campaigns(t.Context(), p.demo.ID)
	must(t, err)
	if len(campaigns) == 0 {
		t.Fatal("the demonstration has no campaign")
	}
	theme, most := "", 0
	for _, at := range p.themes() {
		if n := officer.get(themeAddress(p.demo, at.ID)).doc.Find(".hits details:not(.rest) [name=answer]").Length(); n > most {
			theme, most = at.ID, n
		}
	}
	if most < 2 {
		t.Fatalf("no theme holds copies of a letter, of %d people", len(campaigns[0].Members))
	}
	page := officer.get(themeAddress(p.demo, theme))
	fold := page.doc.Find(".hits > li > details:not(.rest)").First()
	page.says(".hits > li > details > summary", "more who sent this letter")
	if _, open := fold.Attr("open"); open {
		t.Error("the copies are not folded away")
	}
	if n := fold.Find(".choice [name=answer]").Length(); n != fold.Find("ol > li").Length() {
		t.Errorf("%d copies can be ticked", n)
	}
	// The list is numbered through, over all of its pages, and shows each once.
	next, seen := 1, map[string]bool{}
	for page := page; ; page = page.follow("nav.pages a[rel=next]") {
		page.doc.Find(".hits li[value]").Each(func(_ int, s *goquery.Selection) {
			if got := s.AttrOr("value", ""); got != strconv.Itoa(next) {
				t.Fatalf("number %d is %s", next, got)
			}
			next++
		})
		for _, key := range page.keys() {
			if seen[key] {
				t.Errorf("%s is shown twice", key)
			}
			seen[key] = true
		}
		if page.doc.Find("nav.pages a[rel=next]").Length() == 0 {
			break
		}
	}
	page.says("main", strconv.Itoa(len(seen))+" answers")
	// One ticked and refused is in sight again.
	key := fold.Find("[name=answer]").Last().AttrOr("value", "")
	refused := officer.decide(theme, "move", url.Values{"answer": {key}, "to": {""}}).is(http.StatusUnprocessableEntity)
	if refused.doc.Find(".hits > li > details[open] [name=answer][checked]").Length() != 1 {
		t.Error("the copy that was ticked is folded away")
	}
	officer.decide(theme, "take-out", url.Values{"answer": {key}}).is(http.StatusOK)
	if slices.Contains(officer.get(themeAddress(p.demo, theme)).keys(), key) {
		t.Error("the copy was not taken out")
	}
	// All copies at once, beside one of them that is ticked by itself.
	page = officer.get(themeAddress(p.demo, theme))
	all := page.doc.Find("[name=copies]").First().AttrOr("value", "")
	keys := strings.Fields(all)
	if len(keys) != most-1 {
		t.Fatalf("%d copies can be ticked at once, expected %d", len(keys), most-1)
	}
	refused = officer.decide(theme, "move", url.Values{"copies": {all}, "to": {""}}).is(http.StatusUnprocessableEntity)
	if refused.doc.Find("details[open] [name=copies][checked]").Length() != 1 {
		t.Error("the tick on all copies is lost")
	}
	moved := officer.decide(theme, "split", url.Values{"copies": {all}, "answer": keys[:1], "name": {"The letter"}}).is(http.StatusOK)
	if got := moved.keys(); len(got) != len(keys) {
		t.Errorf("%d copies were split off, expected %d", len(got), len(keys))
	}
}

// Whoever names themes is told where the machine's name speaks from one side,
// until a person has named the theme.
func TestNamedFromOneSide(t *testing.T) {
	p := filledPortal(t)
	run, err := p.store.ThemeRun(t.Context(), p.demo.ID)
	must(t, err)
	for i := range run.Themes {
		run.Themes[i].NameFrom = ""
	}
	run.Themes[0].NameFrom = models.StanceAgainst
	must(t, p.store.SaveThemes(t.Context(), *run))
	id := run.Themes[0].ID
	officer, list, code := p.staff(models.RoleOfficer), "/staff/"+p.demo.ID+"/themes", "/staff/"+p.demo.ID+"/code"
	const flag = "named in the words of one side (against)"
	told := func(b *browser, path string) int { return strings.Count(b.get(path).doc.Find("main").Text(), flag) }
	for path, want := range map[string]int{list: 1, themeAddress(p.demo, id): 1, themeAddress(p.demo, run.Themes[1].ID): 0, code: 1, code + "?way=blind": 1} {
		if n := told(officer, path); n != want {
			t.Errorf("%s is flagged %d times, expected %d", path, n, want)
		}
	}
	officer.get(list).follow("#theme-"+id+" .meta a[href$='#label']").is(http.StatusOK).says("#label", "")
	p.demo = p.move(p.demo, models.StatusClosed)
	must(t, p.service.ReleaseNew(t.Context(), p.demo.ID))
	if n := told(p.staff(models.RoleCouncillor), list); n != 0 {
		t.Error("councillors are told on which side somebody is who wrote the words")
	}
	officer.decide(id, "rename", url.Values{"label": {"A name that both would give it"}}).is(http.StatusOK)
	for _, path := range []string{list, themeAddress(p.demo, id), code} {
		if told(officer, path) != 0 {
			t.Errorf("%s still says that the computer named it from one side", path)
		}
	}
}

// Pages say that themes are worked out again when they are, and only then.
func TestThemesAreWorkedOut(t *testing.T) {
	p := filledPortal(t)
	officer := p.staff(models.RoleOfficer)
	paths := []string{"/staff/" + p.demo.ID + "/themes", themeAddress(p.demo, p.themes()[0].ID), "/staff/" + p.demo.ID + "/code"}
	told := func() (n int) {
		for _, path := range paths {
			n += strings.Count(squeezed(officer.get(path).doc.Find("main .note").Text()), "Themes are being worked out again")
		}
		return n
	}
	for jobs := []models.Job{{}}; len(jobs) > 0; { // what the demonstration left
		var err error
		jobs, err = p.store.ClaimJobs(t.Context(), 100, time.Minute)
		must(t, err)
		for _, j := range jobs {
			must(t, p.store.FinishJob(t.Context(), j))
		}
	}
	must(t, p.store.Enqueue(t.Context(), models.JobIndex, "anything", time.Hour))
	must(t, p.store.Enqueue(t.Context(), models.JobThemes, "another", time.Hour))
	if n := told(); n != 0 {
		t.Errorf("%d pages say that themes are worked out while other work waits", n)
	}
	must(t, p.store.Enqueue(t.Context(), models.JobThemes, p.demo.ID, time.Hour))
	if n := told(); n != len(paths) {
		t.Errorf("%d of %d pages say that themes are worked out", n, len(paths))
	}
}

func TestFolded(t *testing.T) {
	word := func(n int) string { return strings.TrimSpace(strings.Repeat("word ", n)) }
	for name, c := range map[string]struct {
		text        []views.Snippet
		shown, rest int // words
		passages    []string
	}{
		"short":    {[]views.Snippet{{Text: word(90)}}, 90, 0, nil},
		"long":     {[]views.Snippet{{Text: word(200)}}, 80, 120, nil},
		"passages": {[]views.Snippet{{Text: "one", Match: true}, {Text: " " + word(100) + " "}, {Text: "two three", Match: true}}, 80, 23, []string{"two three"}},
		"across":   {[]views.Snippet{{Text: word(79) + " "}, {Text: word(41), Match: true}}, 80, 40, []string{word(40)}},
		"one word": {[]views.Snippet{{Text: strings.Repeat("字", 2000)}}, 1, 1, nil},
		"nothing":  {nil, 0, 0, nil},
	} {
		shown, rest := folded(c.text)
		all := func(list []views.Snippet) (s string) {
			for _, part := range list {
				s += part.Text
			}
			return s
		}
		if all(shown)+all(rest) != all(c.text) || !utf8.ValidString(all(shown)) {
			t.Errorf("%s: the halves are not the answer", name)
		}
		if n, m := len(strings.Fields(all(shown))), len(strings.Fields(all(rest))); n != c.shown || m != c.rest {
			t.Errorf("%s: %d words shown and %d folded away, expected %d and %d", name, n, m, c.shown, c.rest)
		}
		if got := (&views.PlacedAnswer{Rest: rest}).Passages(); !slices.Equal(got, c.passages) {
			t.Errorf("%s: the passages %q stay in sight, expected %q", name, got, c.passages)
		}
	}
}

// Once the analysis is frozen, pages can be read and nothing can be decided.
func TestFrozenThemes(t *testing.T) {
	p := filledPortal(t)
	officer := p.staff(models.RoleOfficer)
	theme := p.themes()[0].ID
	_, form := officer.get("/staff/" + p.demo.ID + "/code").filled("form#code")
	p.demo = p.move(p.demo, models.StatusClosed, models.StatusFrozen)
	for _, path := range []string{"/themes", "/themes/" + theme, "/code"} {
		page := officer.get("/staff/" + p.demo.ID + path)
		if n := page.doc.Find("main button:not([hidden] *)").Length(); n != 0 {
			t.Errorf("%s has %d buttons", path, n)
		}
		page.says("main .note", "frozen")
	}
	before := p.state()
	officer.decide(theme, "rename", url.Values{"label": {"Late"}}).is(http.StatusConflict)
	officer.post("/staff/"+p.demo.ID+"/themes", url.Values{"do": {"add"}, "label": {"Late"}}).is(http.StatusConflict)
	officer.post("/staff/"+p.demo.ID+"/code", url.Values{"answer": {form.Get("answer")}}).is(http.StatusConflict)
	if p.state() != before {
		t.Error("something changed")
	}
}

func TestHighlighted(t *testing.T) {
	for _, c := range []struct {
		text     string
		passages []string
		want     string
	}{
		{"plain", nil, "plain"},
		{"one two three", []string{"two"}, "one [two] three"},
		{"one two three", []string{"one two", "two three"}, "[one two three]"},
		{"ہم رات کو", []string{"رات"}, "ہم [رات] کو"},
		{"one", []string{"gone", ""}, "one"},
		{"", []string{"x"}, ""},
	} {
		got := ""
		for _, s := range highlighted(c.text, c.passages) {
			if s.Match {
				got += "[" + s.Text + "]"
			} else {
				got += s.Text
			}
		}
		if got != c.want {
			t.Errorf("%q with %q: %s, expected %s", c.text, c.passages, got, c.want)
		}
	}
}
