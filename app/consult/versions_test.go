package consult_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"heard/app/demo"
	"heard/app/disclose"
	"heard/models"
	"heard/search"
)

// propose proposes a version and returns its hash.
func (k *kit) propose(t testing.TB, c *models.Consultation, note string) string {
	t.Helper()
	noError(t, k.ProposeReport(ctx, officer, c, note))
	v, err := k.Versions(ctx, officer, c)
	noError(t, err)
	return v.Proposal.Hash
}

// publish has a version proposed by one officer and published by another.
func (k *kit) publish(t testing.TB, c *models.Consultation, note string) *models.Consultation {
	t.Helper()
	noError(t, k.PublishReport(ctx, second, c, k.propose(t, c, note)))
	return k.reread(t, c)
}

// One proposes, another publishes or sends back, the same inputs give the same
// bytes, and versions are for ever.
func TestVersions(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.themed(t, "lantern-square", 5)
		k.drain(t)
		c = k.move(t, c, models.StatusFrozen)
		k.drain(t)
		_, err := k.PublishedVersion(ctx, c, 0)
		wantKind(t, "a version before any", err, models.KindNotFound)
		first := k.propose(t, c, "")
		wantKind(t, "proposing while one waits", k.ProposeReport(ctx, second, c, ""), models.KindConflict)
		v, err := k.Versions(ctx, officer, c)
		noError(t, err)
		if v.CanCheck || v.Report.Version == nil || v.Report.Version.Number != 1 || v.Report.Version.Form != c.Version || v.Report.Version.Program == "" || v.Report.Version.Seed == "" {
			t.Errorf("what is proposed: %+v, may be checked by whoever proposed it: %v", v.Report.Version, v.CanCheck)
		}
		if v, err = k.Versions(ctx, second, c); err != nil || !v.CanCheck {
			t.Errorf("a second person may not check it (%v)", err)
		}
		if v, err = k.Versions(ctx, auditor, c); err != nil || v.CanCheck {
			t.Errorf("an auditor may publish (%v)", err)
		}
		wantKind(t, "publishing another", k.PublishReport(ctx, second, c, "0000"), models.KindConflict)
		wantKind(t, "sending back without a reason", k.ReturnReport(ctx, second, c, first, " "), models.KindInvalid)
		noError(t, k.ReturnReport(ctx, second, c, first, "A street is named on page 3."))
		wantKind(t, "publishing what was sent back", k.PublishReport(ctx, second, c, first), models.KindConflict)
		if v, err = k.Versions(ctx, officer, c); err != nil || v.Proposal.Reason != "A street is named on page 3." || v.CanCheck {
			t.Errorf("what was sent back: %+v (%v)", v.Proposal, err)
		}
		k.clock.Advance(30 * 60 * 60 * 1e9) // another day
		if again := k.propose(t, c, ""); again != first {
			t.Errorf("the same inputs gave %s and then %s", first, again)
		}

		// What it was made from must not change between.
		theme := k.themes(t, c)[0]
		k.exec(t, "UPDATE themes SET label = 'Another name' WHERE id = '"+theme.ID+"'")
		wantKind(t, "publishing what is not so any more", k.PublishReport(ctx, second, c, first), models.KindConflict)
		k.exec(t, "UPDATE themes SET label = '"+strings.ReplaceAll(theme.Label, "'", "''")+"' WHERE id = '"+theme.ID+"'")
		k.settle(t, c, 20, models.DutyOpen)
		noError(t, k.PublishReport(ctx, second, c, first))
		c = k.reread(t, c)
		k.drain(t)
		duties, err := k.Duties(ctx, officer, c)
		noError(t, err)
		if d := duties.Standing[19]; d.State != models.DutyMet || d.Record.By != second.ID || !strings.Contains(d.Record.Evidence, first) {
			t.Errorf("duty 20 is %s by %+v", d.State, d.Record)
		}

		one, err := k.PublishedVersion(ctx, c, 0)
		noError(t, err)
		if one.Number != 1 || one.Newest != 1 || one.Hash != first || one.PublishedBy != "" || one.Day != k.Today() {
			t.Errorf("the first version is %+v", one.Version)
		}
		wantKind(t, "another without a reason", k.ProposeReport(ctx, officer, c, ""), models.KindInvalid)

		// Somebody's words are taken out, and one response comes in late.
		var quoted string
		for _, theme := range one.Report.Themes {
			for _, q := range theme.Quotes {
				quoted = q.PublicID
			}
		}
		subs := k.subs(t, c)
		gone := subs[slices.IndexFunc(subs, func(s *models.Submission) bool { return s.PublicID == quoted })]
		request := k.ask(t, c, models.RequestErasure)
		noError(t, k.AskErasure(ctx, officer, c, gone.ID, request, "They told us the day."))
		noError(t, k.DecideErasure(ctx, second, c, k.asked(t, c, request).ID, true))
		k.exec(t, "UPDATE submissions SET status = 'withdrawn' WHERE id = '"+gone.ID+"'")
		k.load(t, c, []string{spoken(0, 9)}, func(int) bool { return true })
		k.drain(t)
		c = k.publish(t, c, "Words were taken out, and a letter that was lost in the post was added.")
		two, err := k.PublishedVersion(ctx, c, 0)
		noError(t, err)
		if two.Number != 2 || two.Report.Version.Before != first || len(two.Report.Version.Changes) == 0 || two.Report.Version.Note == "" {
			t.Fatalf("the second version is %+v", two.Report.Version)
		}
		// No figure tells who went or who came: with one of each, none differs.
		figures := func(r *models.Report) string {
			var lines []string
			for _, line := range strings.Split(csvOf(t, k, c, r.Version.Number), "\n") {
				if !strings.HasPrefix(line, "roll-call") && !strings.HasPrefix(line, "campaign") {
					lines = append(lines, line)
				}
			}
			return strings.Join(lines, "\n")
		}
		if a, b := figures(one.Report), figures(two.Report); a != b {
			t.Errorf("figures differ between the versions:\n%s", differing(a, b))
		}
		if a, b := one.Report.RollCall, two.Report.RollCall; b.Submissions != a.Submissions+1 || b.Withdrawn != a.Withdrawn {
			t.Errorf("the roll-call was %+v and is %+v", a, b)
		}
		kept, err := k.PublishedVersion(ctx, c, 1)
		noError(t, err)
		if kept.Struck == "" || kept.Hash != first || kept.Newest != 2 {
			t.Errorf("the first version is %+v now", kept.Version)
		}
		for _, v := range []*models.Report{kept.Report, two.Report} {
			data, err := json.Marshal(v)
			noError(t, err)
			if bytes.Contains(data, []byte(`"id":"`+quoted+`","group"`)) {
				t.Errorf("version %d still quotes who asked for their words to be taken out", v.Version.Number)
			}
		}
		_, err = k.PublishedVersion(ctx, c, 3)
		wantKind(t, "a version there is not", err, models.KindNotFound)
		_, err = k.VersionFile(ctx, c, 1, "exe")
		wantKind(t, "a format there is not", err, models.KindNotFound)
		trace, err := k.store.CountedIn(ctx, subs[0].ID)
		noError(t, err)
		if !slices.Equal(trace, []int{1, 2}) && subs[0].ID != gone.ID {
			t.Errorf("a response is counted in %v", trace)
		}

		news, err := k.News(ctx, c)
		noError(t, err)
		if len(news) != 5 || news[0].Version == 0 || news[4].Status != models.StatusOpen {
			t.Errorf("the feed: %+v", news)
		}
		all, err := k.News(ctx, nil)
		if err != nil || len(all) != len(news) {
			t.Errorf("the feed of the portal has %d entries (%v)", len(all), err)
		}
	})
}

func csvOf(t testing.TB, k *kit, c *models.Consultation, number int) string {
	t.Helper()
	data, err := k.VersionFile(ctx, c, number, "csv")
	noError(t, err)
	return string(data)
}

func differing(a, b string) string {
	was := strings.Split(a, "\n")
	var out []string
	for _, line := range strings.Split(b, "\n") {
		if !slices.Contains(was, line) {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

// Anybody finds what its author agreed to have published, once the report is
// public, and nothing about who wrote it; councillors get a pack from both sides;
// and what was not meant so is decided on.
func TestWhatIsPublicOfAnswers(t *testing.T) {
	k := one(t)
	c := k.full(t)
	open := k.send(t, c, resident("The bullfinches have gone since the lamps went out.", true))
	closed := k.send(t, c, resident("The zeppelins hang over the bridge.", false))
	k.drain(t)
	_, err := k.PublishedAnswers(ctx, c, "", "", 1)
	wantKind(t, "answers before the report", err, models.KindNotFound)
	c = k.move(t, c, models.StatusFrozen)
	k.drain(t)
	_, err = k.PublishedAnswers(ctx, c, "", "", 1)
	wantKind(t, "answers before the report", err, models.KindNotFound)
	_, err = k.Pack(ctx, councillor, c, 0)
	wantKind(t, "a pack before the report", err, models.KindNotFound)
	if err == nil || !strings.Contains(err.Error(), "made when the report is published") {
		t.Errorf("a councillor is not told why there is no pack: %v", err)
	}
	themes, err := k.store.Themes(ctx, c.ID)
	noError(t, err)
	var all []string
	for _, theme := range themes {
		all = append(all, theme.ID)
	}
	noError(t, k.KeepFinding(ctx, officer, c, models.Finding{Version: 1, Limb: models.LimbEffect, Statement: models.Prose{Text: "People say much."}, For: models.FindingSupport{Themes: all}, NoneAgainst: models.Prose{Text: "Nothing."}, Signed: "A. Officer",
		Considered: models.Prose{Text: "We read it."}, Will: models.Prose{Text: "We will answer."}, Status: models.FindingAccepted}))
	noError(t, k.Misread(ctx, c, open, "I meant the birds, not the lamps."))
	c = k.publish(t, c, "")
	k.drain(t)

	may, words := map[string]bool{}, 0
	for _, s := range k.subs(t, c) {
		if s.Allows(models.ConsentQuote) && s.Allows(models.ConsentPublish) {
			for _, a := range s.Answers {
				if q := c.Question(a.Question); q.Themed && a.Redacted != "" {
					may[a.Redacted] = true
					words++
				}
			}
		}
	}
	first, err := k.PublishedAnswers(ctx, c, "", "", 1)
	noError(t, err)
	if first.Total != words || words == 0 {
		t.Errorf("%d answers are published, %d may be", first.Total, words)
	}
	references := map[string]bool{}
	for page := 1; len(references) < first.Total; page++ {
		p, err := k.PublishedAnswers(ctx, c, "", "", page)
		noError(t, err)
		if len(p.Answers) == 0 {
			break
		}
		for _, a := range p.Answers {
			var text strings.Builder
			for _, piece := range a.Text {
				if piece.Redacted {
					text.WriteString("[" + piece.Text + "]")
				} else {
					text.WriteString(piece.Text)
				}
			}
			if references[a.Reference] {
				t.Errorf("%s twice", a.Reference)
			}
			references[a.Reference] = true
			if !may[text.String()] {
				t.Errorf("an answer is published whose author did not agree: %q", text.String())
			}
			if q := c.Question(a.Question); q != nil && q.Sensitive {
				t.Error("a question that only people at risk are asked stands beside an answer")
			}
		}
	}
	if len(references) != first.Total {
		t.Errorf("%d of %d answers are on the pages", len(references), first.Total)
	}
	if p, err := k.PublishedAnswers(ctx, c, "zeppelins", "", 1); err != nil || p.Total != 0 {
		t.Errorf("%d answers of somebody who refused (%v)", p.Total, err)
	}
	// The engine itself holds nothing about people for the public.
	results, err := k.engine.Search(ctx, search.Query{Consultation: c.ID, Tier: search.TierPublic, Facets: search.Attributes, PerPage: 100})
	noError(t, err)
	for name, counts := range results[0].Facets {
		if name != search.Questions && len(counts) > 0 {
			t.Errorf("the public's index can be asked for %s", name)
		}
	}

	// The pack: the same for everybody, from both sides, and every group that can be
	// shown.
	pack, err := k.Pack(ctx, councillor, c, 0)
	noError(t, err)
	other, err := k.Pack(ctx, officer, c, 1)
	noError(t, err)
	if pack.Hash == "" || pack.Hash != other.Hash || len(pack.Reading) != len(other.Reading) {
		t.Errorf("the pack differs by reader: %s, %s", pack.Hash, other.Hash)
	}
	sides, why := map[string]int{}, map[string]int{}
	for _, p := range pack.Reading {
		sides[p.Side]++
		why[p.Why]++
		if len(p.Text) == 0 {
			t.Error("a passage without words")
		}
		if len(p.Groups) > 1 || c.Sensitive(p.Groups) && p.Stance != "" {
			t.Errorf("more is told of somebody than is released: %v %s", p.Groups, p.Stance)
		}
	}
	if sides[models.StanceFor] == 0 || sides[models.StanceAgainst] == 0 || why["theme"] == 0 || why["group"] == 0 {
		t.Errorf("the reading list is not balanced: %v %v", sides, why)
	}
	wantKind(t, "a part there is not", k.ReadPart(ctx, councillor, c, 1, "appendix"), models.KindInvalid)
	wantKind(t, "an officer's reading", k.ReadPart(ctx, officer, c, 1, "summary"), models.KindConflict)
	for i := range disclose.Threshold {
		member := councillor
		member.ID = fmt.Sprint("member-", i)
		noError(t, k.ReadPart(ctx, member, c, 1, "summary"))
		noError(t, k.ReadPart(ctx, member, c, 1, "summary"))
		if i == 0 {
			noError(t, k.ReadPart(ctx, member, c, 1, "reading"))
		}
	}
	pack, err = k.Pack(ctx, officer, c, 1)
	noError(t, err)
	if pack.Readers["summary"] != "5" || pack.Readers["reading"] != "fewer than 5" {
		t.Errorf("readers: %v", pack.Readers)
	}
	var record strings.Builder
	events, err := k.store.AuditTrail(ctx, c.ID, 0)
	noError(t, err)
	write(&record, events)
	if strings.Contains(record.String(), "member-") {
		t.Error("the record tells who read the pack")
	}

	// What was not meant so.
	list, err := k.Objections(ctx, officer, c)
	noError(t, err)
	if len(list) != 1 || list[0].Text != "I meant the birds, not the lamps." || list[0].State != models.ObjectionOpen {
		t.Fatalf("objections: %+v", list)
	}
	o := list[0]
	wantKind(t, "deciding without a reason", k.DecideObjection(ctx, officer, c, o.Submission, o.Version, models.ObjectionUpheld, ""), models.KindInvalid)
	noError(t, k.DecideObjection(ctx, officer, c, o.Submission, o.Version, models.ObjectionUpheld, "It is put under birds."))
	wantKind(t, "deciding what somebody else has decided", k.DecideObjection(ctx, second, c, o.Submission, o.Version, models.ObjectionStands, "No."), models.KindConflict)
	trace, err := k.Trace(ctx, c, open)
	noError(t, err)
	if trace.Objection == nil || trace.Objection.State != models.ObjectionNoted || trace.Objection.Text != "" || !slices.Equal(trace.Versions, []int{1}) || trace.Misread {
		t.Errorf("what the code tells: %+v", trace)
	}
	if want := len(trace.Themes) > 0; (len(trace.Findings) == 1 && trace.Findings[0] == "1") != want {
		t.Errorf("it is in the themes %q and stands in the findings %q", trace.Themes, trace.Findings)
	}
	r, err := k.DraftReport(ctx, officer, c)
	noError(t, err)
	if r.Objections == nil || !r.Objections.Made.Masked {
		t.Errorf("one objection is printed as %+v", r.Objections)
	}
	if trace, err := k.Trace(ctx, c, closed); err != nil || trace.Objection != nil || len(trace.Versions) != 1 {
		t.Errorf("what another code tells: %+v (%v)", trace, err)
	}
}

// Who objects is told against all; what is found right before the freeze is put
// right, and after it only noted.
func TestWhenAnObjectionIsDecided(t *testing.T) {
	k := one(t)
	c := k.demo(t)
	codes := []string{k.send(t, c, resident("The lamps are broken.", true)), k.send(t, c, resident("The lamps are dark.", true))}
	k.drain(t)
	draft := func() *models.ReportObjections {
		t.Helper()
		r, err := k.DraftReport(ctx, officer, c)
		noError(t, err)
		return r.Objections
	}
	if o := draft(); o == nil || !o.Nobody() {
		t.Errorf("nobody objected, and the report has %+v", o)
	}
	decided := func(code string) models.ObjectionState {
		t.Helper()
		noError(t, k.Misread(ctx, c, code, "I meant the birds."))
		list, err := k.Objections(ctx, officer, c)
		noError(t, err)
		noError(t, k.DecideObjection(ctx, officer, c, list[0].Submission, list[0].Version, models.ObjectionUpheld, "It belongs under birds."))
		trace, err := k.Trace(ctx, c, code)
		noError(t, err)
		return trace.Objection.State
	}
	if got := decided(codes[0]); got != models.ObjectionUpheld {
		t.Errorf("before the freeze it is %q", got)
	}
	c = k.move(t, c, models.StatusFrozen)
	if got := decided(codes[1]); got != models.ObjectionNoted {
		t.Errorf("after the freeze it is %q", got)
	}
	if o := draft(); o == nil || !o.Made.Masked {
		t.Errorf("two objected, and the report has %+v", o)
	}
}

// A report is compared with the consultations that an officer names, and with no
// other of the same council.
func TestComparedWithWhatAnOfficerNames(t *testing.T) {
	k := one(t)
	_, source, err := demo.Earlier(k.clock.Now())
	noError(t, err)
	past := k.open(t, source)
	noError(t, k.Load(ctx, officer, demo.EarlierSubmissions(past)))
	k.drain(t)
	past = k.publish(t, k.move(t, past, models.StatusFrozen), "")
	now, err := demo.Source(k.clock.Now())
	noError(t, err)
	compared := func(id, line string) *models.Report {
		t.Helper()
		file := strings.Replace(string(now), "\nid: pspo-renewal\n", "\nid: "+id+"\n", 1) + line
		c := k.open(t, []byte(file))
		k.send(t, c, resident("The lamps are broken.", true))
		k.drain(t)
		r, err := k.DraftReport(ctx, officer, c)
		noError(t, err)
		return r
	}
	if r := compared("not-named", ""); len(r.Earlier) != 0 {
		t.Errorf("compared with what nobody named: %+v", r.Earlier)
	}
	r := compared("named", "\nearlier: [never-held, "+past.ID+"]\n")
	if len(r.Earlier) == 0 || r.Earlier[0].Consultation != past.ID || r.Earlier[0].Question != "C1" {
		t.Errorf("compared with what was named: %+v", r.Earlier)
	}
}

// What is released while a report is on its way to be published is found by
// searching, and its figures were not held against that. It is seen: the release
// comes when the report has been built and waits for the consultation.
func TestReleasedAtTheMomentOfPublishing(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		if !k.onPostgres() {
			t.Skip("SQLite has one writer, and tells nobody who waits to be it; PostgreSQL tells")
		}
		c := k.themed(t, "lantern-square", 5)
		k.drain(t)
		c = k.move(t, c, models.StatusFrozen)
		hash := k.propose(t, c, "")
		db := k.sql(t)
		meanwhile, err := db.Begin()
		noError(t, err)
		defer func() { _ = meanwhile.Rollback() }()
		var me int
		noError(t, meanwhile.QueryRow("SELECT pg_backend_pid() FROM consultations WHERE id = $1 FOR UPDATE", c.ID).Scan(&me))
		published := make(chan error, 1)
		go func() { published <- k.PublishReport(ctx, second, c, hash) }()
		for waits := false; !waits; {
			select {
			case err := <-published:
				t.Fatalf("published while the consultation was held: %v", err)
			default:
				noError(t, db.QueryRow("SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid)))", me).Scan(&waits))
			}
		}
		_, err = meanwhile.Exec("INSERT INTO releases (consultation, number, day, account) SELECT $1, coalesce(max(number), 0) + 1, '2026-11-23', 'portal' FROM releases WHERE consultation = $1", c.ID)
		noError(t, err)
		noError(t, meanwhile.Commit())
		err = <-published
		wantKind(t, "publishing what was released in between", err, models.KindConflict)
		if err == nil || !strings.Contains(err.Error(), "at this very moment") {
			t.Errorf("it was refused because %v", err)
		}
		if got := k.reread(t, c).Status; got != models.StatusFrozen {
			t.Errorf("the consultation is %s", got)
		}
		noError(t, k.PublishReport(ctx, second, c, hash))
	})
}
