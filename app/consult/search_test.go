package consult_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"heard/app/consult"
	"heard/models"
	"heard/models/storetest"
	"heard/search"
)

func sexWorker(text string, quote bool) models.Answers {
	may := "no"
	if quote {
		may = "yes"
	}
	return models.Answers{"A1": ticks("self"), "A2": ticks("sex_work"), "S5": words(text), "G1": ticks(may)}
}

func (k *kit) search(t *testing.T, c *models.Consultation, q search.Query, as models.Role) (total int, count string, facets map[string]string) {
	t.Helper()
	actor := officer
	if as == models.RoleCouncillor {
		actor = councillor
	}
	found, err := k.Search(ctx, actor, c, q)
	noError(t, err)
	facets = map[string]string{}
	for name, list := range found.Facets {
		for _, f := range list {
			facets[string(name)+" "+f.Value] = f.Count
		}
	}
	return found.Total, found.Count, facets
}

// Councillors neither find nor count what its author did not agree to have
// quoted; officers and analysts find all.
func TestCouncillorsFindWhatMayBeQuoted(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		for i := range 12 {
			k.send(t, c, resident(fmt.Sprintf("Lanterns number %d.", i), true))
			k.send(t, c, resident(fmt.Sprintf("Lanterns and refusal number %d.", i), false))
		}
		c = k.release(t, c)
		for _, text := range []string{"", "lanterns", "refusal", `"refusal number"`, "lanterns -refusal", "refusl"} {
			found, err := k.Search(ctx, councillor, c, search.Query{Text: text})
			noError(t, err)
			for _, h := range found.Hits {
				if !h.Submission.Allows(models.ConsentQuote) {
					t.Errorf("%q: a councillor found the words of somebody who refused", text)
				}
			}
			if found.Total > 12 || text == "lanterns" && found.Total < 12 {
				t.Errorf("%q: a councillor counts %d answers, there are 12 that may be quoted", text, found.Total)
			}
		}
		if total, _, _ := k.search(t, c, search.Query{Text: "refusal"}, models.RoleCouncillor); total != 0 {
			t.Errorf("a councillor counts %d refusals", total)
		}
		if total, count, facets := k.search(t, c, search.Query{Text: "lanterns"}, models.RoleOfficer); total != 24 || count != "24" || facets["groups resident"] != "24" {
			t.Errorf("an officer counts %d (%s): %v", total, count, facets)
		}
		if got := len(k.find(t, analyst, c, "refusal")); got != 12 {
			t.Errorf("an analyst finds %d, want 12", got)
		}
	})
}

// The index may be older than the store: consent in the store decides.
func TestSearchAsksTheStore(t *testing.T) {
	k := one(t)
	c := k.demo(t)
	k.send(t, c, resident("Lanterns.", true))
	c = k.release(t, c)
	if got := k.find(t, councillor, c, "lanterns"); len(got) != 1 {
		t.Fatalf("a councillor finds %d answers, want 1", len(got))
	}
	k.exec(t, "UPDATE submissions SET consents = '[]'")
	if got := k.find(t, councillor, c, "lanterns"); len(got) > 0 {
		t.Error("the index decided who may be quoted")
	}
	k.exec(t, "UPDATE submissions SET status = 'void'")
	if got := k.find(t, officer, c, "lanterns"); len(got) > 0 {
		t.Error("a submission that was set aside is found")
	}
	noError(t, k.engine.Close())
	found, err := k.Search(ctx, officer, c, search.Query{Text: "lanterns"})
	if err != nil || !found.Away || len(found.Hits) > 0 { // what was set aside is not listed either
		t.Errorf("search is away: %+v, %v", found, err)
	}
}

func TestNobodyFindsAnotherConsultation(t *testing.T) {
	k := one(t)
	here := k.demo(t)
	there := k.open(t, storetest.Version("other-square", 1))
	k.send(t, here, resident("Lanterns here.", true))
	k.send(t, there, models.Answers{"C2": words("Lanterns there."), "K1": ticks("quote")})
	here, there = k.release(t, here), k.release(t, there)
	for _, c := range []*models.Consultation{here, there} {
		for _, by := range []struct {
			name string
			run  func() []string
		}{
			{"officer", func() []string { return k.find(t, officer, c, "lanterns") }},
			{"councillor", func() []string { return k.find(t, councillor, c, "lanterns") }},
		} {
			ids := by.run()
			if len(ids) != 1 {
				t.Errorf("%s finds %d in %s, want 1", by.name, len(ids), c.ID)
				continue
			}
			sub, err := k.store.Submission(ctx, ids[0])
			noError(t, err)
			if sub.Consultation != c.ID {
				t.Errorf("%s found words of %s in %s", by.name, sub.Consultation, c.ID)
			}
		}
		// A query that names another consultation or tier is not taken at its word.
		found, err := k.Search(ctx, councillor, c, search.Query{Consultation: "other-square", Tier: search.TierOfficer, PerPage: 100, Text: "there"})
		noError(t, err)
		if c == here && found.Total > 0 {
			t.Error("the query chose its consultation")
		}
		all, err := k.Search(ctx, officer, c, search.Query{Consultation: "other-square"})
		noError(t, err)
		if q := all.Facets["questions"]; len(q) != 1 || c.Question(q[0].Value) == nil || q[0].Value != map[string]string{here.ID: "C6", there.ID: "C2"}[c.ID] {
			t.Errorf("questions counted in %s: %v", c.ID, q)
		}
	}
	id := k.subs(t, there)[0].ID
	if _, _, err := k.Submission(ctx, officer, here, id, true); models.KindOf(err) != models.KindNotFound {
		t.Errorf("opened a submission of another consultation: %v", err)
	}
}

// Counts that councillors see pass the gate: small ones and those about a
// group at risk are masked, and no masked one follows from those shown.
func TestCouncillorsCountsPassTheGate(t *testing.T) {
	k := one(t)
	c := k.demo(t)
	for i := range 25 {
		k.send(t, c, resident(fmt.Sprintf("Lanterns, %d.", i), true))
	}
	for i := range 3 {
		k.send(t, c, sexWorker(fmt.Sprintf("Lanterns, said %d.", i), true))
	}
	c = k.release(t, c)
	total, count, facets := k.search(t, c, search.Query{Text: "lanterns"}, models.RoleOfficer)
	if total != 28 || count != "28" || facets["groups sex_worker"] != "3" || facets["groups resident"] != "25" {
		t.Errorf("an officer sees %s: %v", count, facets)
	}
	_, count, facets = k.search(t, c, search.Query{Text: "lanterns"}, models.RoleCouncillor)
	if got := facets["groups sex_worker"]; strings.ContainsAny(got, "3") || got == "" {
		t.Errorf("a councillor sees %q sex workers", got)
	}
	if count == "28" && facets["groups resident"] == "25" {
		t.Errorf("28 less 25 gives away how many sex workers there are: %s, %v", count, facets)
	}
	if got := facets["questions S5"]; got == "3" {
		t.Errorf("the question that only sex workers are asked counts them: %q", got)
	}
	// Groups that nobody is in look like groups that few are in.
	if facets["groups elected"] != "" && facets["groups elected"] == "0" {
		t.Errorf("a zero is shown: %v", facets)
	}

	// A group at risk is not combined with another attribute.
	for name, q := range map[string]search.Query{
		"question": {Filters: search.Labels{search.Groups: {"sex_worker"}, search.Questions: {"S5"}}},
		"channel":  {Filters: search.Labels{search.Groups: {"sex_worker"}, search.Channels: {"web"}}},
		"language": {Filters: search.Labels{search.Groups: {"sex_worker"}, search.Languages: {"en"}}},
		"theme":    {Filters: search.Labels{search.Groups: {"sex_worker"}, search.Themes: {"x"}}},
		"group":    {Filters: search.Labels{search.Groups: {"resident", "sex_worker"}}},
	} {
		_, err := k.Search(ctx, councillor, c, q)
		wantKind(t, "a group at risk with a "+name, err, models.KindInvalid)
		if f := models.FieldsOf(err); len(f) != 1 || !strings.Contains(f[0].Message, "Not shown together") {
			t.Errorf("%s: %v", name, f)
		}
		if _, err := k.Search(ctx, officer, c, q); err != nil {
			t.Errorf("an officer cannot combine a group at risk with a %s: %v", name, err)
		}
	}
	_, count, facets = k.search(t, c, search.Query{Filters: search.Labels{search.Groups: {"sex_worker"}}}, models.RoleCouncillor)
	if count == "3" {
		t.Error("a councillor counts 3 sex workers")
	}
	for name, n := range facets {
		if !strings.HasPrefix(name, "groups ") {
			t.Errorf("sex workers are broken down by %s: %s", name, n)
		}
	}
	if got := len(k.find(t, councillor, c, "said")); got != 3 {
		t.Errorf("a councillor finds %d of 3 answers that may be quoted: cells are masked, not voices", got)
	}
}

// What a search or a page of themes hands on holds no original words, whoever
// looks.
func TestOnlyRedactedWordsAreHandedOn(t *testing.T) {
	k := one(t)
	c := k.demo(t)
	const phone = "07700 900123"
	key := k.fill(t, c, models.Answers{"A1": ticks("organisation"), "O1": words("The Lantern Society"), "O4": ticks("without_name"), "C6": words("Lanterns: ring " + phone + ".")})
	noError(t, k.Attach(ctx, key, c, "plan.png", picture(t)))
	noError(t, k.Submit(ctx, key, c, consult.Proof{}))
	k.send(t, c, resident("Lanterns and refusal: ring "+phone+".", false))
	k.drain(t)
	k.exec(t, "UPDATE attachments SET text = 'Ring "+phone+" too'")
	c = k.release(t, c)
	for _, by := range []struct {
		name string
		act  func() string
	}{
		{"officer's search", func() string {
			f, err := k.Search(ctx, officer, c, search.Query{Text: "lanterns"})
			return dump(t, f, err)
		}},
		{"councillor's search", func() string {
			f, err := k.Search(ctx, councillor, c, search.Query{Text: "lanterns"})
			return dump(t, f, err)
		}},
		{"officer's themes", func() string { f, err := k.Themes(ctx, officer, c, 1); return dump(t, f, err) }},
		{"councillor's themes", func() string { f, err := k.Themes(ctx, councillor, c, 1); return dump(t, f, err) }},
	} {
		got := by.act()
		if !strings.Contains(got, "Lanterns") && !strings.Contains(got, "lanterns") {
			t.Errorf("%s shows nothing: %s", by.name, got)
		}
		if strings.Contains(got, phone) {
			t.Errorf("%s shows the original words", by.name)
		}
		if strings.HasPrefix(by.name, "councillor") && strings.Contains(got, "refusal") {
			t.Errorf("%s shows the words of somebody who refused to be quoted", by.name)
		}
	}
	for _, s := range k.subs(t, c) {
		quotable := s.Allows(models.ConsentQuote)
		for name, by := range map[string]struct {
			actor    func() (*models.Submission, error)
			original bool
		}{
			"officer": {func() (*models.Submission, error) {
				s, _, err := k.Submission(ctx, officer, c, s.ID, false)
				return s, err
			}, false},
			"analyst": {func() (*models.Submission, error) {
				s, _, err := k.Submission(ctx, analyst, c, s.ID, false)
				return s, err
			}, false},
			"councillor": {func() (*models.Submission, error) {
				s, _, err := k.Submission(ctx, councillor, c, s.ID, false)
				return s, err
			}, false},
			"officer, original": {func() (*models.Submission, error) {
				s, _, err := k.Submission(ctx, officer, c, s.ID, true)
				return s, err
			}, true},
		} {
			sub, err := by.actor()
			if name == "councillor" && !quotable {
				wantKind(t, "a councillor who opens what was not released", err, models.KindNotFound)
				continue
			}
			noError(t, err)
			got := dump(t, sub, nil)
			if strings.Contains(got, phone) != by.original {
				t.Errorf("%s: original words shown is %v, want %v", name, !by.original, by.original)
			}
			if sub.Answer("C6").Text == "" {
				t.Errorf("%s reads nothing", name)
			}
		}
	}
}

func dump(t *testing.T, v any, err error) string {
	t.Helper()
	noError(t, err)
	var b strings.Builder
	write(&b, v)
	return b.String()
}

func TestReadingOriginalWordsIsOnRecord(t *testing.T) {
	k := one(t)
	c := k.demo(t)
	k.send(t, c, resident("Lanterns.", true))
	id := k.subs(t, c)[0].ID
	reads := func() int {
		trail, err := k.store.AuditTrail(ctx, c.ID, 0)
		noError(t, err)
		n := 0
		for _, e := range trail {
			if e.Action == "submission.original-read" {
				if e.Actor != officer.ID || e.Object != id || e.Time == "" {
					t.Errorf("recorded as %+v", e)
				}
				n++
			}
		}
		return n
	}
	_, _, err := k.Submission(ctx, officer, c, id, false)
	noError(t, err)
	if reads() != 0 {
		t.Error("reading redacted words is on record")
	}
	_, _, err = k.Submission(ctx, officer, c, id, true)
	noError(t, err)
	_, _, err = k.Submission(ctx, analyst, c, id, true)
	wantKind(t, "an analyst", err, models.KindForbidden)
	if reads() != 1 {
		t.Errorf("%d readings on record, want 1", reads())
	}
	mend := k.breakTable(t, "audit")
	sub, _, err := k.Submission(ctx, officer, c, id, true)
	mend()
	if err == nil || sub != nil {
		t.Error("original words were shown though it could not be put on record")
	}
}

func TestSearchPages(t *testing.T) {
	k := one(t)
	c := k.demo(t)
	for i := range 45 {
		k.send(t, c, resident(fmt.Sprintf("Lanterns, %d.", i), true))
	}
	k.drain(t)
	var seen []string
	for page := 1; page <= 4; page++ {
		found, err := k.Search(ctx, officer, c, search.Query{Text: "lanterns", Page: page, PerPage: 1})
		noError(t, err)
		for _, h := range found.Hits {
			if slices.Contains(seen, h.Submission.ID) {
				t.Error("a hit is on two pages")
			}
			seen = append(seen, h.Submission.ID)
		}
	}
	if len(seen) != 45 {
		t.Errorf("paged through %d hits, want 45", len(seen))
	}
	for name, q := range map[string]search.Query{"too long": {Text: strings.Repeat("x", 1001)}, "page": {Page: -1}, "sort": {Sort: 99}} {
		_, err := k.Search(ctx, officer, c, q)
		wantKind(t, name, err, models.KindInvalid)
	}
}

func TestOrganisationsAreNamedWithConsentOnly(t *testing.T) {
	k := one(t)
	c := k.demo(t)
	consents := map[string]bool{"yes": true, "without_name": false}
	for consent := range consents {
		key := k.fill(t, c, models.Answers{"A1": ticks("organisation"), "O1": words("The Lantern Society"), "O4": ticks(consent), "C6": words("More lamps, please.")})
		noError(t, k.Submit(ctx, key, c, consult.Proof{}))
	}
	c = k.release(t, c)
	for consent, named := range consents {
		for _, s := range k.subs(t, c) {
			if s.Allows(models.ConsentName) != named {
				continue
			}
			for role, by := range map[string]consult.Actor{"councillor": councillor, "officer": officer} {
				shown, _, err := k.Submission(ctx, by, c, s.ID, false)
				noError(t, err)
				name := shown.Answer("O1")
				if got, want := name != nil && name.Text != "", named || role == "officer"; got != want {
					t.Errorf("O4 %s: a %s sees the name: %v, want %v", consent, role, got, want)
				}
			}
		}
	}
}

// What stands beside the words of somebody at risk must not tell who it was, and
// the one person who says so is not even in the group.
func TestCouncillorsReadNothingBesideTheWordsOfPeopleAtRisk(t *testing.T) {
	k := one(t)
	c := k.demo(t)
	key := k.fill(t, c, models.Answers{"A1": ticks("self"), "A2": ticks("live_here", "sex_work"), "S1": ticks("different_place"), "S5": words("We know the lanterns by name."), "G1": ticks("yes")})
	noError(t, k.Submit(ctx, key, c, consult.Proof{}))
	c = k.release(t, c)
	sub := k.subs(t, c)[0]
	found, err := k.Search(ctx, councillor, c, search.Query{Text: "lanterns"})
	noError(t, err)
	if len(found.Hits) != 1 {
		t.Fatalf("a councillor finds %d answers, want 1", len(found.Hits))
	}
	read, _, err := k.Submission(ctx, councillor, c, sub.ID, false)
	noError(t, err)
	review, err := k.Themes(ctx, councillor, c, 1)
	noError(t, err)
	if len(review.HeardOnce) != 1 {
		t.Fatalf("%d points heard once, want 1", len(review.HeardOnce))
	}
	for where, s := range map[string]*models.Submission{"in search": found.Hits[0].Submission, "on its page": read, "among the points heard once": review.HeardOnce[0].Submission} {
		if len(s.Groups) > 0 || s.Day != "" || s.Language != "" || s.Channel != "" || s.Stance != "" {
			t.Errorf("%s a councillor sees %v %q %q %q %q beside the words", where, s.Groups, s.Day, s.Language, s.Channel, s.Stance)
		}
		for _, a := range s.Answers {
			if a.Question != "S5" {
				t.Errorf("%s a councillor sees the answer to %s", where, a.Question)
			}
		}
	}
	whole, _, err := k.Submission(ctx, officer, c, sub.ID, false)
	noError(t, err)
	if len(whole.Answers) != 5 || len(whole.Groups) != 2 || whole.Day == "" {
		t.Errorf("an officer sees %d answers, groups %v, day %q", len(whole.Answers), whole.Groups, whole.Day)
	}
}

// meaning answers what is asked by meaning as if everything were near.
type meaning struct{ search.Engine }

func (m meaning) Search(ctx context.Context, queries ...search.Query) ([]search.Result, error) {
	for i := range queries {
		if queries[i].Meaning && queries[i].Tier != search.TierCouncillor {
			return nil, search.ErrInvalidQuery // an embedder reads nothing else
		}
		if queries[i].Meaning {
			queries[i].Meaning, queries[i].Text = false, ""
		}
	}
	return m.Engine.Search(ctx, queries...)
}

// What is only near in meaning stands apart and is never counted. Officers' words
// are sent to no model.
func TestNearInMeaning(t *testing.T) {
	k := newKit(t, storetest.SQLiteURL(t), func(e search.Engine) search.Engine { return meaning{e} })
	c := k.demo(t)
	for i := range 8 {
		k.send(t, c, resident(fmt.Sprintf("Lanterns number %d.", i), true))
		k.send(t, c, resident(fmt.Sprintf("It is dark at night, %d.", i), true))
		k.send(t, c, resident(fmt.Sprintf("Dark, and not to be quoted, %d.", i), false))
	}
	c = k.release(t, c)
	found, err := k.Search(ctx, councillor, c, search.Query{Text: "lanterns"})
	noError(t, err)
	if found.Total != 8 || len(found.Hits) != 8 || len(found.Akin) == 0 || len(found.Akin) > 5 {
		t.Errorf("%d found, %d shown, %d near", found.Total, len(found.Hits), len(found.Akin))
	}
	for _, h := range found.Akin {
		var words strings.Builder
		for _, p := range h.Snippet {
			words.WriteString(p.Text)
		}
		if !strings.HasPrefix(words.String(), "It is dark") {
			t.Errorf("near in meaning: %q", words.String())
		}
	}
	for name, q := range map[string]search.Query{"without words": {}, "on the second page": {Text: "lanterns", Page: 2}} {
		found, err := k.Search(ctx, councillor, c, q)
		noError(t, err)
		if len(found.Akin) > 0 {
			t.Errorf("%s: %d near", name, len(found.Akin))
		}
	}
	found, err = k.Search(ctx, officer, c, search.Query{Text: "lanterns"})
	noError(t, err)
	if found.Total != 8 || len(found.Akin) > 0 {
		t.Errorf("an officer finds %d, and %d near", found.Total, len(found.Akin))
	}
}

// What somebody writes beside a choice is found by officers, is among the answers
// that are grouped. Whom councillors could find by it would be known to have chosen
// it, so they find it by no search.
func TestWordsBesideAChoice(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		beside := models.Given{Options: []string{"agree_with_changes"}, Text: "Only with zygomorphic lanterns."}
		for i := range 12 {
			for _, answers := range []models.Answers{resident(fmt.Sprintf("Benches, %d.", i), true), sexWorker(fmt.Sprintf("Benches at night, %d.", i), true)} {
				answers["C2"] = beside
				k.send(t, c, answers)
			}
		}
		k.drain(t)
		c = k.move(t, c, models.StatusClosed)
		k.drain(t)
		if total, _, _ := k.search(t, c, search.Query{Text: "zygomorphic"}, models.RoleOfficer); total != 24 {
			t.Errorf("officers find %d of 24", total)
		}
		if total, _, _ := k.search(t, c, search.Query{Text: "benches"}, models.RoleCouncillor); total != 24 {
			t.Errorf("councillors find %d of 24 by what they answered in words", total)
		}
		if found := k.find(t, councillor, c, "zygomorphic"); len(found) != 0 {
			t.Errorf("councillors find %d by what was written beside a choice", len(found))
		}
		review, err := k.Themes(ctx, officer, c, 1)
		noError(t, err)
		if review.Answers != 48 {
			t.Errorf("%d answers in words, expected 48", review.Answers)
		}
	})
}
