package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"heard/app/consult"
	"heard/models"
)

// people are one of every kind that answers for themselves or for others, with
// words that stand nowhere else in each answer that takes any.
func people() map[string]answers {
	return map[string]answers{
		"resident": {"A1": {"answer": {"self"}}, "A2": {"answer": {"live_here", "other"}, "text": {"sayingone"}}, "A3": {"answer": {"northgate"}}, "B1": {"answer": {"every_day"}}, "B6": {"text": {"sayingtwo sayingtwo"}},
			"C1": {"answer": {"strongly_agree"}}, "C2": {"answer": {"agree_with_changes"}, "text": {"sayingthree"}}, "C6": {"text": {"The sayingfour at the corner of the lane."}}, "G1": {"answer": {"yes"}}, "G2": {"answer": {"yes"}}},
		"sex worker": {"A1": {"answer": {"self"}}, "A2": {"answer": {"sex_work"}}, "S1": {"answer": {"less_time", "other"}, "text": {"sayingone"}}, "S5": {"text": {"The sayingtwo that nobody sees."}}, "C1": {"answer": {"strongly_disagree"}}, "G1": {"answer": {"yes"}}},
		"helper": {"A1": {"answer": {"helper"}}, "H1": {"answer": {"own_words"}}, "H3": {"answer": {"yes_all"}}, "H4": {"answer": {"sex_workers", "other"}, "text": {"sayingone"}}, "H5": {"answer": {"other"}, "text": {"sayingtwo"}},
			"S5": {"text": {"The sayingthree that she told me."}}, "C1": {"answer": {"disagree"}}, "G1": {"answer": {"no"}}},
		"elected": {"A1": {"answer": {"elected"}}, "A3": {"answer": {"millbrook"}}, "B6": {"text": {"sayingone"}}, "C6": {"text": {"sayingtwo"}}, "C1": {"answer": {"agree"}}, "G1": {"answer": {"yes"}}},
	}
}

// A person's code never shows an answer, whatever is done with it: somebody
// else may hold it, or make its owner use it.
func TestCodesOfPeopleShowNoAnswers(t *testing.T) {
	for who, given := range people() {
		t.Run(who, func(t *testing.T) {
			p := newPortal(t)
			p.signUp(models.RoleOfficer)
			b := p.browser()
			b.answer(given, nil)
			p.clock.Advance(time.Minute)
			code := strings.Join(b.check().send().words(), " ")
			id := p.rows("SELECT id FROM submissions")[0]
			must(t, p.service.IndexSubmission(t.Context(), id))
			must(t, p.service.RefreshThemes(t.Context(), p.demo.ID))
			officer := p.staff(models.RoleOfficer)
			officer.post("/staff/"+p.demo.ID+"/submissions/"+id, url.Values{"do": {"ask"}, "message": {"Which evening do you mean?"}}).is(http.StatusOK)

			// Whoever holds the code.
			holder := p.browser()
			seen := 0
			holder.seen = func(got *page) {
				t.Helper()
				seen++
				if strings.Contains(got.body, "saying") {
					t.Errorf("%s shows what was written: %s", got.url, got.text())
				}
				if strings.HasPrefix(got.url.Path, "/"+p.demo.ID+"/respond") && got.doc.Find("#step").Length() == 1 {
					if got.doc.Find("main [checked], main option[selected], main textarea:not(:empty), main ol.attached li").Length() != 0 {
						t.Errorf("%s shows what was chosen", got.url)
					}
				}
				if got.step() != "receipt" {
					return
				}
				main := got.doc.Find("main").Text()
				for question, values := range given {
					q := p.demo.Question(question)
					if strings.Contains(main, q.Text.Default()) {
						t.Errorf("the page of the code tells that %s was asked", question)
					}
					for _, id := range values["answer"] {
						if label := q.Option(id).Text.Default(); len(label) > 4 && strings.Contains(main, label) {
							t.Errorf("the page of the code says %q", label)
						}
					}
				}
				for _, path := range p.demo.Paths {
					if strings.Contains(got.body, path.ID+`"`) || strings.Contains(main, path.Name.Default()) {
						t.Errorf("the page of the code tells the path %s", path.ID)
					}
				}
			}
			holder.use(code, "check").is(http.StatusOK).says("main blockquote", "Which evening do you mean?")
			holder.use(code, "misread").is(http.StatusOK).says("[role=status]", "read your answers again")
			holder.use(code, "withdraw").is(http.StatusUnprocessableEntity)
			holder.use(code, "reply", "message", "").is(http.StatusUnprocessableEntity)
			begins := holder.use(code, "correct").is(http.StatusOK)
			if begins.step() != p.demo.Questions[0].ID {
				t.Errorf("changing the answers begins at %s", begins.step())
			}
			for step := begins; step.step() != "check"; step = step.submit("form#step", nil) {
				if seen > 200 {
					t.Fatal("no end to the questions")
				}
			}
			holder.check().doc.Find("dl.rows dd:not(.act)").Each(func(_ int, s *goquery.Selection) {
				if said := strings.TrimSpace(s.Text()); said != "Not provided" {
					t.Errorf("check answers of a change says %q before anything was answered", said)
				}
			})
			holder.visit("/exit")

			// The reply that its author writes is an answer too.
			author := p.browser()
			author.use(code, "reply", "message", "It was the sayingnine.").is(http.StatusOK).says("[role=status]", "was sent")
			again := holder.use(code, "check").is(http.StatusOK)
			if again.doc.Find("main blockquote").Length() != 1 {
				t.Errorf("%d messages are shown, expected the council's alone", again.doc.Find("main blockquote").Length())
			}
			officer.get("/staff/"+p.demo.ID+"/submissions/"+id).says("main blockquote", "It was the sayingnine.")
			holder.use(code, "withdraw", "sure", "yes").is(http.StatusOK)
			holder.use(code, "check").is(http.StatusOK)
			if seen < 10 {
				t.Errorf("only %d pages were looked at", seen)
			}
			for _, table := range []string{"answers", "messages", "attachments"} {
				if n := p.count(table); n != 0 {
					t.Errorf("%d %s are left after taking the answers back", n, table)
				}
			}
		})
	}
}

// Changing the answers sends others in their place, under the same code, and
// until they are sent nothing changes.
func TestChangingWhatWasSent(t *testing.T) {
	p := newPortal(t)
	i := newInspector(p)
	code := strings.Join(p.respond(p.browser(), resident), " ")
	first := p.rows("SELECT id FROM submissions")[0]
	b := p.browser()
	b.seen = i.look
	found := b.use(code, "check").is(http.StatusOK)
	found.says("main", "You answer again, from the beginning")
	p.clock.Advance(24 * time.Hour)

	// Left half-way.
	found.submit("form:has([value=correct])", nil).is(http.StatusOK)
	b.post("/"+p.demo.ID+"/respond/A1", url.Values{"answer": {"elected"}})
	b.visit("/exit")
	b.use(code, "check").is(http.StatusOK).says("main", "held and counted")
	if got := p.rows("SELECT status FROM submissions"); !slices.Equal(got, []string{"live"}) || p.count("answers") == 0 {
		t.Errorf("a change that was left changed what was sent: %v", got)
	}

	// Sent with nothing said.
	found.submit("form:has([value=correct])", nil).is(http.StatusOK)
	b.check().submit("form#step", nil).is(http.StatusUnprocessableEntity)

	// Sent, on another path than before.
	b.post("/"+p.demo.ID+"/respond/A1", url.Values{"answer": {"self"}})
	b.post("/"+p.demo.ID+"/respond/A2", url.Values{"answer": {"sex_work"}})
	b.post("/"+p.demo.ID+"/respond/S5", url.Values{"text": {workerWords}})
	check := b.check().says("main .note", "take the place")
	p.clock.Advance(time.Minute)
	receipt := check.submit("form#step", nil).is(http.StatusOK)
	if receipt.step() != "receipt" || len(receipt.words()) != 0 || len(b.cookies()) != 0 {
		t.Errorf("it leads to %s with words %q", receipt.url, receipt.words())
	}
	receipt.says("main", "same as before")
	if got := p.rows("SELECT status || path FROM submissions ORDER BY status"); !slices.Equal(got, []string{"livesex_worker", "replacedperson"}) {
		t.Errorf("submissions are %v", got)
	}
	if texts := strings.Join(p.rows("SELECT text FROM answers"), "\n"); strings.Contains(texts, "needles") || !strings.Contains(texts, workerWords) {
		t.Errorf("answers are %s", texts)
	}
	if rows := p.rows("SELECT length(salt) FROM leaves WHERE submission = '" + first + "'"); p.count("leaves") != 2 || !slices.Equal(rows, []string{"0"}) {
		t.Errorf("the log has %d entries; the salt of the old one has %v bytes", p.count("leaves"), rows)
	}
	if got := p.rows("SELECT action FROM audit_pending ORDER BY action"); !slices.Equal(got, []string{"submission.received", "submission.received", "submission.replaced"}) {
		t.Errorf("on record: %v", got)
	}
	again := b.use(code, "check").is(http.StatusOK).says("main", "held and counted").says("dl.pairs", "will be in the log from tomorrow")

	// Two windows change it at once: the first that is sent counts, and the
	// other is told.
	other := p.browser()
	for _, who := range []*browser{b, other} {
		who.use(code, "correct").is(http.StatusOK)
		who.post("/"+p.demo.ID+"/respond/A1", url.Values{"answer": {"elected"}})
		who.post("/"+p.demo.ID+"/respond/C1", url.Values{"answer": {"agree"}})
		p.clock.Advance(time.Minute)
	}
	b.check().submit("form#step", nil).is(http.StatusOK)
	other.check().submit("form#step", nil).is(http.StatusConflict).says("main", "nothing was sent")
	if got := len(p.rows("SELECT 1 FROM submissions WHERE status = 'live'")); got != 1 {
		t.Errorf("%d submissions count, expected 1", got)
	}

	// Taken back in between.
	again.use(code, "correct").is(http.StatusOK)
	again.post("/"+p.demo.ID+"/respond/C1", url.Values{"answer": {"agree"}})
	p.browser().use(code, "withdraw", "sure", "yes").is(http.StatusOK)
	again.check().submit("form#step", nil).is(http.StatusConflict).says("main", "nothing was sent")
	for do, status := range map[string]int{"correct": http.StatusConflict, "misread": http.StatusConflict, "reply": http.StatusConflict, "withdraw": http.StatusOK, "check": http.StatusOK} {
		p.browser().use(code, do, "sure", "yes", "message", "Hello").is(status)
	}
	if got := len(p.rows("SELECT 1 FROM submissions WHERE status = 'live'")); got != 0 {
		t.Errorf("%d submissions count, expected none", got)
	}
	i.report()
}

// Answers can be changed and taken back after closing, until the analysis is
// frozen; from then on the code tells who to ask.
func TestCodesAfterClosing(t *testing.T) {
	p := newPortal(t)
	code := strings.Join(p.respond(p.browser(), resident), " ")
	other := strings.Join(p.respond(p.browser(), sexWorker), " ")
	_, closes := p.demo.Window()
	p.clock.Advance(closes.Sub(p.clock.Now()) + p.demo.Grace() + time.Hour)
	p.demo = p.move(p.demo, models.StatusClosed)
	b := p.browser()
	b.use(code, "correct").is(http.StatusOK)
	b.post("/"+p.demo.ID+"/respond/A1", url.Values{"answer": {"elected"}}).is(http.StatusOK)
	b.post("/"+p.demo.ID+"/respond/C1", url.Values{"answer": {"disagree"}}).is(http.StatusOK)
	p.clock.Advance(time.Minute)
	if receipt := b.check().submit("form#step", nil); receipt.step() != "receipt" || len(receipt.words()) != 0 {
		t.Errorf("changing the answers after closing leads to %s: %s", receipt.url, receipt.text())
	}
	if got := p.rows("SELECT status || path FROM submissions ORDER BY status, path"); !slices.Equal(got, []string{"liveelected", "livesex_worker", "replacedperson"}) {
		t.Errorf("submissions are %v", got)
	}
	late := p.browser()
	late.use(code, "correct").is(http.StatusOK)
	p.demo = p.move(p.demo, models.StatusFrozen)
	before := p.state()
	found := p.browser().use(other, "check").is(http.StatusOK)
	found.says("main", "can no longer be changed").says("main", "What stays").says("main", "What goes").says("main", p.demo.Council.Email)
	if found.doc.Find("[value=correct], [value=withdraw]").Length() != 0 {
		t.Error("it can still be changed")
	}
	for _, do := range []string{"correct", "withdraw"} {
		p.browser().use(other, do, "sure", "yes").is(http.StatusConflict).says("main", "has been frozen")
	}
	late.post("/"+p.demo.ID+"/respond/C1", url.Values{"answer": {"agree"}}).is(http.StatusConflict)
	late.check().submit("form#step", nil).is(http.StatusConflict).says("main", "has been frozen")
	if p.state() != before {
		t.Error("something changed after freezing")
	}
}

// What is wrong is said beside the field that it is about.
func TestFaultsOfACode(t *testing.T) {
	p := newPortal(t)
	code := strings.Join(p.respond(p.browser(), resident), " ")
	wrong := strings.Repeat("abandon ", 11) + "about"
	b := p.browser()
	for _, c := range []struct {
		code, do, message, at, fault string
	}{
		{"", "check", "", "code", "twelve words"},
		{"one two", "correct", "", "code", "twelve words"},
		{wrong, "misread", "", "code", "do not know this code"},
		{wrong, "withdraw", "", "code", "do not know this code"},
		{wrong, "reply", "Hello", "code", "do not know this code"},
		{"<b>", "reply", "Hello", "code", "twelve words"},
		{code, "withdraw", "", "sure", "Tick the box"},
		{code, "reply", " \n ", "message", "Enter an answer"},
		{code, "reply", strings.Repeat("é", models.MaxMessage+7), "message", "7 too many"},
	} {
		got := b.use(c.code, c.do, "message", c.message).is(http.StatusUnprocessableEntity)
		what := fmt.Sprintf("%.20q %s", c.code, c.do)
		if c.at == "message" && got.doc.Find("#message").Length() == 0 {
			// There is no message to answer, so there is no field; the summary says it.
			got.says(".problem", c.fault)
			continue
		}
		got.says("main p.fault", c.fault).says(".problem a", c.fault).says("title", "Error:")
		if href := got.doc.Find(".problem a").AttrOr("href", ""); href != "#"+c.at || got.doc.Find("main "+href).Length() != 1 {
			t.Errorf("%s: the summary leads to %q", what, href)
		}
		if got.doc.Find("[aria-describedby~=fault]").Length() != 1 {
			t.Errorf("%s: no field is described by the fault", what)
		}
	}
	if p.count("messages") != 0 {
		t.Error("something was kept")
	}
	// A reply that is too long is not lost.
	p.signUp(models.RoleOfficer)
	id := p.rows("SELECT id FROM submissions")[0]
	p.staff(models.RoleOfficer).post("/staff/"+p.demo.ID+"/submissions/"+id, url.Values{"do": {"ask"}, "message": {"Which evening?"}}).is(http.StatusOK)
	long := strings.Repeat("é<b>\n", models.MaxMessage/5+1) + "end"
	got := b.use(code, "reply", "message", long).is(http.StatusUnprocessableEntity)
	plain(got)
	if _, held := got.filled("form:has(#message)"); held.Get("message") != long || held.Get("code") != code {
		t.Error("what was typed is lost")
	}
	got.says("main p.fault", "too many")
	if href := got.doc.Find(".problem a").AttrOr("href", ""); href != "#message" || got.doc.Find("main "+href+"[aria-describedby~=fault]").Length() != 1 {
		t.Errorf("the summary leads to %q", href)
	}
}

// A code that was sent from a page that was opened before goes on working after
// a second click, and no double is stored.
func TestSayingItTwice(t *testing.T) {
	p := newPortal(t)
	code := strings.Join(p.respond(p.browser(), resident), " ")
	b := p.browser()
	for range 2 {
		b.use(code, "misread").is(http.StatusOK)
	}
	if got := p.rows("SELECT attention FROM submissions WHERE attention LIKE '%misread%'"); len(got) != 1 || strings.Count(got[0], "misread") != 1 {
		t.Errorf("marked as %v", got)
	}
	if got := b.use(code, "check"); got.doc.Find("[value=misread]").Length() != 0 {
		t.Error("it can be said again")
	}
	for range 2 {
		b.use(code, "withdraw", "sure", "yes").is(http.StatusOK)
	}
	if got := p.rows("SELECT 1 FROM audit_pending WHERE action = 'submission.withdrawn'"); len(got) != 1 {
		t.Errorf("%d entries on record", len(got))
	}
}

// Whoever wants to be told the outcome leaves an address on a list of its own,
// which leads to no submission and is read by officers alone, on record.
func TestTellingTheOutcome(t *testing.T) {
	p := newPortal(t)
	i := newInspector(p)
	for _, role := range models.Roles {
		p.signUp(role)
	}
	b := p.browser()
	b.seen = i.look
	at := "/" + p.demo.ID + "/result"
	leave := func(email, do string) *page {
		t.Helper()
		return b.get(at).submit("form[method=post]", url.Values{"email": {email}, "do": {do}})
	}
	for _, email := range []string{"marta@example.org", "  Marta@Example.org ", "ada@example.org", "marta@example.org"} {
		leave(email, "add").is(http.StatusOK).says("h1", "on the list")
	}
	if n := p.count("contacts"); n != 2 {
		t.Errorf("%d addresses are kept, expected 2", n)
	}
	for _, row := range p.rows("SELECT hex(id) || ' ' || hex(sealed) || sealed FROM contacts") {
		if strings.Contains(strings.ToLower(row), "marta") || strings.Contains(row, "example.org") {
			t.Error("an address can be read in the database")
		}
	}
	for _, email := range []string{"", " ", "marta", "marta@", "@example.org", "a b@example.org", "Marta <marta@example.org>", "marta@example.org, ada@example.org", "marta@example.org\r\nBcc: all@example.org",
		strings.Repeat("a", 300) + "@example.org", "<script>@example.org", "\x00@example.org", "=cmd@"} {
		got := leave(email, "add").is(http.StatusUnprocessableEntity)
		plain(got)
		got.says("main p.fault", "Enter an email address").says("title", "Error:")
		if href := got.doc.Find(".problem a").AttrOr("href", ""); got.doc.Find("main "+href+"[aria-describedby~=fault]").Length() != 1 {
			t.Errorf("the summary leads to %q", href)
		}
	}
	if got := leave("marta@", "add").doc.Find("#email").AttrOr("value", ""); got != "marta@" {
		t.Errorf("what was typed is shown again as %q", got)
	}
	// Taking off says the same for an address that was never on it.
	on, never := leave("ada@example.org", "remove").is(http.StatusOK), leave("nobody@example.org", "remove").is(http.StatusOK)
	if on.body != never.body || p.count("contacts") != 1 {
		t.Errorf("it can be told if an address was on the list; %d are kept", p.count("contacts"))
	}
	// The officer sees the list when asking for it, which goes on record.
	officer := p.staff(models.RoleOfficer)
	list := "/staff/" + p.demo.ID + "/contacts"
	ask := officer.get("/staff/" + p.demo.ID + "/settings").follow(`nav.areas a[href$="/contacts"]`).is(http.StatusOK)
	if strings.Contains(ask.body, "marta") || len(p.rows("SELECT 1 FROM audit WHERE action = 'contacts.read'")) != 0 {
		t.Error("the list is shown before it was asked for")
	}
	agreed := p.mayContact(officer)
	agreed.submit("form:not([action])", url.Values{"do": {"read"}}).is(http.StatusOK).says("main pre", "marta@example.org")
	if len(p.rows("SELECT 1 FROM audit WHERE action = 'contacts.read'")) != 1 {
		t.Error("reading the list is not on record")
	}
	for _, role := range []models.Role{models.RoleAdmin, models.RoleAnalyst, models.RoleAuditor, models.RoleCouncillor} {
		who := p.staff(role)
		who.visit(list).is(http.StatusForbidden)
		who.post(list, nil).is(http.StatusForbidden)
	}
	// Not where it is not offered.
	other := p.open([]byte(kindsFileWithoutList()))
	if got := p.browser().visit("/" + other.ID + "/result"); got.status != http.StatusNotFound {
		t.Errorf("a consultation without a list answers %d", got.status)
	}
	p.browser().post("/"+other.ID+"/result", url.Values{"email": {"marta@example.org"}}).is(http.StatusNotFound)
	if p.browser().get("/"+other.ID).doc.Find(`a[href$="/result"]`).Length() != 0 {
		t.Error("a list that there is not is offered")
	}
	i.report()
}

// kindsFileWithoutList is a consultation that keeps no list of addresses.
func kindsFileWithoutList() string {
	return strings.Replace(kindsOneLanguage, "DAY", time.Now().AddDate(0, 0, 7).Format(time.DateOnly), 1)
}

// What an officer decides about a submission: that it was looked at, a question
// to its author, that it does not count, that it does again.
func TestLookingAgain(t *testing.T) {
	p := newPortal(t)
	for _, role := range models.Roles {
		p.signUp(role)
	}
	officer := p.staff(models.RoleOfficer)
	attention := "/staff/" + p.demo.ID + "/attention"
	officer.get(attention).says("main", "Nothing is waiting.")

	b := p.browser()
	b.answer(resident, nil)
	p.clock.Advance(time.Minute)
	code := strings.Join(b.check().send().words(), " ")
	program := p.browser().answer(resident, nil)
	program.submit("form#step", url.Values{"website": {"https://example.org"}})
	p.browser().use(code, "misread").is(http.StatusOK)

	waiting := officer.get("/staff/" + p.demo.ID + "/search").follow(`nav a[href$="/attention"]`).is(http.StatusOK)
	waiting.says("tbody", "that is not what I meant").says("tbody", "people do not see").says("tbody", "within seconds")
	if n := waiting.doc.Find("tbody tr").Length(); n != 2 {
		t.Fatalf("%d are waiting, expected 2", n)
	}
	if strings.Contains(waiting.body, "needles") {
		t.Error("the list shows what people wrote")
	}
	id := func(like string) string {
		return p.rows("SELECT id FROM submissions WHERE attention LIKE '%" + like + "%'")[0]
	}
	mine, machine := id("misread"), id("honeypot")
	at := func(id string) string { return "/staff/" + p.demo.ID + "/submissions/" + id }
	act := func(id string, values url.Values) *page { return officer.post(at(id), values) }

	// The page of the submission says why, and every role that may not decide
	// sees nothing of it.
	whole := officer.get(at(mine)).says("main", "that is not what I meant")
	for _, do := range []string{"seen", "ask", "aside"} {
		if whole.doc.Find("main button[value="+do+"]").Length() != 1 {
			t.Errorf("there is no way to %s", do)
		}
	}
	for _, role := range []models.Role{models.RoleAnalyst, models.RoleCouncillor} {
		who := p.staff(role)
		if got := who.visit(at(mine)); got.doc.Find("main form[action='"+at(mine)+"']").Length() != 0 || strings.Contains(got.text(), "not what I meant") {
			t.Errorf("%s can decide", role)
		}
		who.post(at(mine), url.Values{"do": {"seen"}}).is(http.StatusForbidden)
		who.visit(attention).is(http.StatusForbidden)
	}

	if got := whole.submit("form:has([value=seen])", url.Values{"do": {"seen"}}); got.url.Path != attention || got.doc.Find("tbody").First().Find("tr").Length() != 1 {
		t.Errorf("after looking at it, it leads to %s", got.url)
	}
	if n := officer.get(attention).doc.Find("tbody tr").Length(); n != 2 {
		t.Errorf("%d are listed, expected the one that is waiting and the one that was looked at", n)
	}
	act(mine, url.Values{"do": {"seen"}}).is(http.StatusOK)
	if got := p.rows("SELECT attention FROM submissions WHERE id = '" + mine + "'")[0]; got != `["misread","seen"]` {
		t.Errorf("marked as %s", got)
	}

	// Its author is asked, reads it with the code, answers, and it waits again.
	whole.submit("form:has(#message)", url.Values{"message": {"Which <b>evening</b>?"}}).is(http.StatusOK).says("main blockquote", "Which <b>evening</b>?")
	for _, wrong := range []string{"", " ", strings.Repeat("x", models.MaxMessage+1)} {
		got := act(mine, url.Values{"do": {"ask"}, "message": {wrong}}).is(http.StatusUnprocessableEntity)
		if typed := got.doc.Find("details[open] #message").Text(); typed != wrong || got.doc.Find("#message-fault").Length() != 1 || got.doc.Find(`.problem a[href="#message"]`).Length() != 1 {
			t.Errorf("the page that refuses a message holds %d of its letters: %s", len(typed), got.text())
		}
	}
	asked := p.browser().use(code, "check").says("main blockquote", "Which <b>evening</b>?")
	asked.submit("form:has(#message)", url.Values{"message": {"Every Friday."}}).is(http.StatusOK)
	again := officer.get(attention)
	again.says("tbody", "answered your message")
	if n := again.doc.Find("tbody").First().Find("tr").Length(); n != 2 {
		t.Errorf("%d are waiting after the answer, expected 2", n)
	}
	officer.get(at(mine)).says("main", "Every Friday.")

	// Nothing is set aside without a reason, and the reason goes on record.
	for _, wrong := range []string{"", " \t", strings.Repeat("x", 501)} {
		got := act(machine, url.Values{"do": {"aside"}, "why": {"other"}, "reason": {wrong}}).is(http.StatusUnprocessableEntity)
		if typed := got.doc.Find("details[open] #reason").AttrOr("value", ""); typed != wrong || got.doc.Find("#why [selected]").AttrOr("value", "") != "other" || got.doc.Find("#reason-fault").Length() != 1 {
			t.Errorf("the page that refuses a reason holds %d of its letters: %s", len(typed), got.text())
		}
	}
	unchosen := act(machine, url.Values{"do": {"aside"}, "why": {""}, "reason": {"The same text, forty times."}}).is(http.StatusUnprocessableEntity)
	if typed := unchosen.doc.Find("details[open] #reason").AttrOr("value", ""); typed != "The same text, forty times." || unchosen.doc.Find("#why-fault").Length() != 1 || unchosen.doc.Find("#reason-fault").Length() != 0 || unchosen.title() == "" {
		t.Errorf("with nothing chosen the page holds %q: %s", typed, unchosen.text())
	}
	if got := p.rows("SELECT DISTINCT status FROM submissions"); !slices.Equal(got, []string{"live"}) {
		t.Errorf("submissions are %v", got)
	}
	officer.get(at(machine)).submit("form:has(#reason)", url.Values{"why": {"other"}, "reason": {"The same text, forty times, by a program."}}).is(http.StatusOK).says("[role=status]", "no longer counts")
	if got := p.rows("SELECT status FROM submissions WHERE id = '" + machine + "'"); !slices.Equal(got, []string{"void"}) {
		t.Errorf("it is %v", got)
	}
	if got := p.rows("SELECT reason FROM audit WHERE action = 'submission.set-aside'"); !slices.Equal(got, []string{"The same text, forty times, by a program."}) {
		t.Errorf("on record: %q", got)
	}
	aside := officer.get(at(machine)).says("main .note", "Set aside")
	if aside.doc.Find("main button[value=aside], main button[value=ask]").Length() != 0 {
		t.Error("it can be set aside twice, or its author asked")
	}
	act(machine, url.Values{"do": {"ask"}, "message": {"Hello?"}}).is(http.StatusConflict)
	act(machine, url.Values{"do": {"aside"}, "why": {"other"}, "reason": {"Again."}}).is(http.StatusConflict)
	aside.submit("form:has([value=count])", url.Values{"do": {"count"}}).is(http.StatusOK).says("[role=status]", "counts again")
	act(machine, url.Values{"do": {"count"}}).is(http.StatusConflict)
	if got := p.rows("SELECT DISTINCT status FROM submissions"); !slices.Equal(got, []string{"live"}) {
		t.Errorf("submissions are %v", got)
	}

	// What nobody can do.
	before := p.state()
	for _, values := range []url.Values{nil, {"do": {"erase"}}, {"do": {"\x00"}}} {
		act(mine, values).is(http.StatusUnprocessableEntity)
	}
	for _, nowhere := range []string{"none", "<b>", "..", "%00"} {
		p.refused("a submission that there is not", officer.post("/staff/"+p.demo.ID+"/submissions/"+nowhere, url.Values{"do": {"seen"}}).status)
	}
	if p.state() != before {
		t.Error("something changed")
	}
	// Frozen is frozen, and says so in words about what was tried.
	p.demo = p.move(p.demo, models.StatusClosed, models.StatusFrozen)
	before = p.state()
	for _, values := range []url.Values{{"do": {"seen"}}, {"do": {"ask"}, "message": {"Hello?"}}, {"do": {"aside"}, "why": {"other"}, "reason": {"Late."}}, {"do": {"count"}}} {
		act(mine, values).is(http.StatusConflict).says("main", "this cannot be changed any more")
	}
	if p.state() != before {
		t.Error("something changed after freezing")
	}
	if got := officer.get(at(mine)); got.doc.Find("main form[action='"+at(mine)+"']").Length() != 0 {
		t.Error("there is something to decide after freezing")
	}
	officer.get(attention).says("main .note", "frozen")
}

// Two officers translate one answer: the second is shown what the first made, as it
// was made, beside what they typed.
func TestTranslationsAreNotOverwritten(t *testing.T) {
	p := newPortal(t)
	p.signUp(models.RoleOfficer)
	must(t, p.service.Load(t.Context(), consult.Portal, []models.Submission{{Consultation: p.demo.ID, FormVersion: 1, Day: "2026-11-02", Channel: models.ChannelWeb, Language: "en", Status: models.SubmissionLive,
		Answers: []models.Answer{{Question: "C6", Text: "Nu mai sunt lămpi pe scări, spune Anna Smith, și noaptea nu se vede nimic de la pod până la gară.", Language: "ro"}}}}))
	id := p.rows("SELECT id FROM submissions")[0]
	at := "/staff/" + p.demo.ID + "/submissions/" + id
	officer := p.staff(models.RoleOfficer)
	plain := officer.get(at)
	if plain.doc.Find("[value=translate]").Length() != 0 {
		t.Error("a translation can be changed where it is shown as others read it")
	}
	first := plain.follow(`a[href$="#a-C6"]`).is(http.StatusOK)
	second := officer.get(at + "?original=yes")
	const form = "form:has(#translation-C6)"
	first.submit(form, url.Values{"text": {"No lamps, says Anna Smith."}}).is(http.StatusOK).says(".notice", "translation").says("main", "says [name].")

	late := second.submit(form, url.Values{"text": {"No lights <b>."}}).is(http.StatusConflict).says(".problem", "Somebody else").says("main .rows .lines", "No lamps, says Anna Smith.")
	if typed := late.doc.Find("details[open] #translation-C6").Text(); typed != "No lights <b>." || late.doc.Find("#translation-C6-fault").Length() != 1 {
		t.Errorf("the field holds %q: %s", typed, late.text())
	}
	late.submit(form, url.Values{"text": {"No lamps or lights, says Anna Smith."}}).is(http.StatusOK).says("main", "No lamps or lights, says [name].")

	// Saved as it stands in the field, it is what was made.
	again := officer.get(at+"?original=yes").submit(form, nil).is(http.StatusOK).says("main", "No lamps or lights, says [name].")
	if sub, err := p.store.Submission(t.Context(), id); err != nil || sub.Answer("C6").Made() != "No lamps or lights, says Anna Smith." {
		t.Errorf("made is %+v (%v)", sub.Answer("C6"), err)
	}
	if strings.Contains(again.body, "Anna") {
		t.Error("the page that others read shows the translation as it was made")
	}
}

// The author of what was set aside is told, and by the code alone.
func TestSetAsideIsTold(t *testing.T) {
	p := newPortal(t)
	code := strings.Join(p.respond(p.browser(), resident), " ")
	officer := consult.Actor{ID: "officer", Role: models.RoleOfficer}
	must(t, p.service.SetAside(t.Context(), officer, p.demo, p.rows("SELECT id FROM submissions")[0], models.AsideOther, "A secret reason."))
	got := p.browser().use(code, "check").is(http.StatusOK).says("main .note", "set aside by an officer")
	if strings.Contains(got.body, "secret reason") || got.doc.Find("[value=correct], [value=withdraw]").Length() != 0 {
		t.Errorf("it says %s", got.text())
	}
}
