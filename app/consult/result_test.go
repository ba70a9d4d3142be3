package consult_test

import (
	"encoding/csv"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"heard/app/consult"
	"heard/models"
	"heard/search"
)

// against is a resident who disagrees.
func against(text string) models.Answers {
	a := resident(text, true)
	a["C1"] = ticks("disagree")
	return a
}

// Turning over from one submission to the next shows each once, in the order of
// the result, and back again.
func TestTurningOverAResult(t *testing.T) {
	k := one(t)
	c := k.demo(t)
	for i := range 43 {
		k.send(t, c, resident(fmt.Sprintf("Lanterns, %d.", i), true))
		if i%20 == 0 {
			k.send(t, c, organisation(fmt.Sprintf("Lanterns and shelters, %d.", i)))
		}
	}
	// One who answers two questions is turned over once where both stand together.
	k.send(t, c, models.Answers{"A1": ticks("self"), "A2": ticks("live_here"), "C6": words("Lanterns twice."), "C7": words("Lanterns twice."), "G1": ticks("yes")})
	k.drain(t)
	for _, voices := range []bool{false, true} {
		ask := k.Search
		if voices {
			ask = k.SearchVoices
		}
		var order []string
		for page := 1; page <= 3; page++ {
			found, err := ask(ctx, officer, c, search.Query{Text: "lanterns", Page: page})
			noError(t, err)
			for _, h := range found.Hits {
				order = append(order, h.Submission.ID)
			}
		}
		if len(order) != 48 {
			t.Fatalf("voices %v: %d hits, want 48", voices, len(order))
		}
		for at := 1; at <= len(order); at++ {
			before, after, err := k.InResult(ctx, officer, c, search.Query{Text: "lanterns"}, voices, at, order[at-1])
			noError(t, err)
			var want [2]consult.Place
			for i := at - 1; i >= 1; i-- {
				if order[i-1] != order[at-1] {
					want[0] = consult.Place{Submission: order[i-1], At: i}
					break
				}
			}
			for i := at + 1; i <= len(order); i++ {
				if order[i-1] != order[at-1] {
					want[1] = consult.Place{Submission: order[i-1], At: i}
					break
				}
			}
			if before != want[0] || after != want[1] {
				t.Errorf("voices %v, at %d: between %v and %v, want %v", voices, at, before, after, want)
			}
		}
		// An old address says nothing wrong.
		for _, at := range []int{-1, 0, 2, 49, 1000} {
			if before, after, err := k.InResult(ctx, officer, c, search.Query{Text: "lanterns"}, voices, at, "nobody"); err != nil || before.At+after.At != 0 {
				t.Errorf("at %d: between %v and %v (%v)", at, before, after, err)
			}
		}
	}
	first := k.find(t, officer, c, "lanterns")[0]
	noError(t, k.engine.Close())
	if before, after, err := k.InResult(ctx, officer, c, search.Query{Text: "lanterns"}, false, 1, first); err != nil || before.At+after.At != 0 {
		t.Errorf("search is away: between %v and %v (%v)", before, after, err)
	}
}

// Every group with a match is on the first page.
func TestVoicesAreOnTheFirstPage(t *testing.T) {
	k := one(t)
	c := k.demo(t)
	for i := range 30 {
		k.send(t, c, resident(fmt.Sprintf("Lanterns, lanterns, lanterns, %d.", i), true))
	}
	k.send(t, c, organisation("Our members spoke at length about a great many things, and one of these things was the matter of lanterns by the quay."))
	k.send(t, c, sexWorker("It was all about the patrols, and the van, and then somebody also said lanterns.", true))
	k.drain(t)
	groups := func(found *consult.Found) map[string]string {
		out := map[string]string{}
		for _, h := range found.Hits[:10] {
			for _, g := range h.Submission.Groups {
				out[g] = h.Voice
			}
		}
		return out
	}
	plain, err := k.Search(ctx, officer, c, search.Query{Text: "lanterns"})
	noError(t, err)
	if got := groups(plain); len(got) != 1 || plain.Voices {
		t.Errorf("the best matches are of %v: this test needs a group that drowns the others", got)
	}
	turns, err := k.SearchVoices(ctx, officer, c, search.Query{Text: "lanterns"})
	noError(t, err)
	if got := groups(turns); got["organisation"] != "organisation" || got["sex_worker"] != "sex_worker" || !turns.Voices || turns.Total != 32 {
		t.Errorf("the first ten hits are of %v, %d in all", got, turns.Total)
	}
	for name, q := range map[string]search.Query{"by day": {Text: "lanterns", Sort: search.SortNewest}, "one group": {Text: "lanterns", Filters: search.Labels{search.Groups: {"resident"}}}} {
		found, err := k.SearchVoices(ctx, officer, c, q)
		noError(t, err)
		if found.Voices {
			t.Errorf("%s: said to be in turns", name)
		}
	}
}

// Each result leads to what the other side says on its themes.
func TestTheOtherSide(t *testing.T) {
	k := one(t)
	c := k.demo(t)
	for i := range 24 {
		k.send(t, c, resident(spoken(0, i), true))
		k.send(t, c, against(spoken(1, i)))
		if i < 7 {
			k.send(t, c, against(spoken(0, 30+i)))
		}
	}
	k.send(t, c, resident("Xylophones.", true))
	k.drain(t)
	c = k.move(t, c, models.StatusClosed)
	k.drain(t)
	sides := func(by consult.Actor, q search.Query) map[string]consult.Side {
		t.Helper()
		found, err := k.Search(ctx, by, c, q)
		noError(t, err)
		out := map[string]consult.Side{}
		for i, o := range found.Others {
			for _, s := range o.Sides {
				if i == 0 {
					out[s.Stance] = s
				}
			}
		}
		return out
	}
	// What is counted is what the links lead to.
	all := sides(officer, search.Query{Text: "needles"})
	found, err := k.Search(ctx, officer, c, search.Query{Text: "needles"})
	noError(t, err)
	if len(all) != 2 || len(found.Others) == 0 {
		t.Fatalf("the sides of needles are %v", all)
	}
	for stance, side := range all {
		there, err := k.Search(ctx, officer, c, search.Query{Filters: search.Labels{search.Themes: {found.Others[0].Theme.ID}, search.Stances: {stance}}})
		noError(t, err)
		if side.Count != strconv.Itoa(there.Total) || side.None != (there.Total == 0) {
			t.Errorf("%s is said to be %s, and %d are there", stance, side.Count, there.Total)
		}
	}
	if all[models.StanceFor].None {
		t.Errorf("nobody is for it: %v", all)
	}
	// One side's result leads to the other alone.
	if one := sides(officer, search.Query{Text: "needles", Filters: search.Labels{search.Stances: {models.StanceFor}}}); len(one) != 1 || one[models.StanceAgainst].Stance == "" {
		t.Errorf("beside those who are for it stand %v", one)
	}
	// Councillors are shown no small count and no zero.
	if one := sides(officer, search.Query{Text: "wardens"}); !one[models.StanceFor].None {
		t.Errorf("this test needs a theme that one side alone is in: %v", one)
	}
	for _, text := range []string{"needles", "wardens"} {
		for stance, side := range sides(councillor, search.Query{Text: text}) {
			if n, err := strconv.Atoi(side.Count); side.None || err == nil && n < 5 {
				t.Errorf("a councillor is told of %s: %+v", stance, side)
			}
		}
	}
	// Somebody who says what nobody else says has no theme, and so no other side.
	if none := sides(officer, search.Query{Text: "xylophones"}); len(none) > 0 {
		t.Errorf("beside a point of its own stands %v", none)
	}
}

// While the engine is away the database answers, as far as it can, with words
// about it, and councillors get no more than they would otherwise.
func TestTheDatabaseAnswersWhileSearchIsAway(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		for i := range 23 {
			k.send(t, c, resident(fmt.Sprintf("Lanterns, %d.", i), i%2 == 0))
		}
		k.send(t, c, organisation("Lanterns for all."))
		k.send(t, c, sexWorker("Lanterns at night.", true))
		k.drain(t)
		noError(t, k.engine.Close())

		if found, err := k.SearchVoices(ctx, councillor, c, search.Query{}); err != nil || !found.Away || found.Total+len(found.Hits) != 0 {
			t.Errorf("before anything is released a councillor is listed %+v (%v)", found, err)
		}
		c = k.move(t, c, models.StatusClosed)
		noError(t, k.ReleaseNew(ctx, c.ID))

		read := func(by consult.Actor, q search.Query) (hits []consult.FoundAnswer, last *consult.Found) {
			t.Helper()
			for q.Page = 1; q.Page < 5; q.Page++ {
				found, err := k.Search(ctx, by, c, q)
				noError(t, err)
				if !found.Away || len(found.Facets) > 0 || len(found.Others) > 0 {
					t.Fatalf("away %v, counted %v", found.Away, found.Facets)
				}
				hits, last = append(hits, found.Hits...), found
			}
			return hits, last
		}
		hits, found := read(officer, search.Query{Text: "nothing like it"})
		if len(hits) != 25 || found.Total != 25 || found.Count != "25" || len(found.Unused) > 0 {
			t.Errorf("an officer is listed %d of %s, %v unused", len(hits), found.Count, found.Unused)
		}
		if hits, found = read(officer, search.Query{Filters: search.Labels{search.Groups: {"organisation", "sex_worker"}, search.Themes: {"x"}}}); len(hits) != 2 || !slices.Equal(found.Unused, []search.Attribute{search.Themes}) {
			t.Errorf("an officer is listed %d of two groups, %v unused", len(hits), found.Unused)
		}
		hits, found = read(councillor, search.Query{Filters: search.Labels{search.Groups: {"resident"}}})
		if len(hits) != 14 || !slices.Equal(found.Unused, []search.Attribute{search.Groups}) {
			t.Errorf("a councillor is listed %d, want the 14 who may be quoted; %v unused", len(hits), found.Unused)
		}
		for _, h := range hits {
			if !h.Submission.Allows(models.ConsentQuote) || h.Submission.Channel != "" && h.Question == "S5" {
				t.Errorf("a councillor is listed %+v", h.Submission)
			}
		}
		// A question that only people at risk are asked lists nobody apart.
		if hits, found = read(councillor, search.Query{Filters: search.Labels{search.Questions: {"S5"}}}); len(hits) != 14 || !slices.Equal(found.Unused, []search.Attribute{search.Questions}) {
			t.Errorf("a councillor is listed %d, %v unused", len(hits), found.Unused)
		}
		if _, err := k.ExportSearch(ctx, officer, c, search.Query{}); models.KindOf(err) != models.KindUnavailable {
			t.Errorf("taking away: %v", err)
		}
	})
}

// What is taken away holds what may be read, harmless to spreadsheets, and the
// record says that, not what was searched for.
func TestTakingAResultAway(t *testing.T) {
	k := one(t)
	c := k.demo(t)
	for i := range 130 {
		k.send(t, c, resident(fmt.Sprintf("=Lanterns(%d), said “so, there”.", i), i%2 == 0))
	}
	k.send(t, c, sexWorker("Lanterns at night, ring 07700 900123.", true))
	k.drain(t)
	c = k.move(t, c, models.StatusClosed)
	k.drain(t)
	read := func(by consult.Actor, q search.Query) [][]string {
		t.Helper()
		file, err := k.ExportSearch(ctx, by, c, q)
		noError(t, err)
		rows, err := csv.NewReader(strings.NewReader(string(file))).ReadAll()
		noError(t, err)
		return rows[1:]
	}
	about := k.subs(t, c)[0]
	noError(t, k.WriteNote(ctx, officer, c, about.ID, "=Ask which bridge.", false))
	noError(t, k.WriteNote(ctx, second, c, about.ID, "The bridge is the old one.", true))
	noError(t, k.WriteNote(ctx, second, c, about.ID, "My own thought.", false))
	rows := read(officer, search.Query{Text: "lanterns", Page: 7, PerPage: 3})
	if len(rows) != 131 {
		t.Errorf("an officer takes %d rows away, want 131", len(rows))
	}
	seen := map[string]bool{}
	for _, r := range rows {
		seen[r[0]] = true
		if strings.HasPrefix(r[4], "=") || strings.HasPrefix(r[11], "=") {
			t.Errorf("a cell is a formula: %s", r)
		}
		if r[0] == about.PublicID && (!strings.Contains(r[11], "which bridge") || !strings.Contains(r[11], "the old one") || strings.Contains(r[11], "own thought")) || r[0] != about.PublicID && r[11] != "" {
			t.Errorf("the notes beside %s: %q", r[0], r[11])
		}
	}
	if len(seen) != 131 {
		t.Errorf("the rows are of %d submissions", len(seen))
	}
	rows = read(councillor, search.Query{Text: "lanterns"})
	if len(rows) != 66 {
		t.Errorf("a councillor takes %d rows away, want the 66 that may be quoted", len(rows))
	}
	for _, r := range rows {
		if strings.Contains(strings.Join(r, " "), "900123") || r[11] != "" {
			t.Error("original words, or notes of the desk, were taken away")
		}
		if strings.Contains(r[4], "night") && (r[1] != "" || r[5]+r[7]+r[8]+r[9]+r[10] != "") {
			t.Errorf("beside the words of somebody at risk stands %q", r)
		}
	}
	_, err := k.ExportSearch(ctx, councillor, c, search.Query{Filters: search.Labels{search.Groups: {"sex_worker"}, search.Areas: {"northgate"}}})
	wantKind(t, "a group at risk with a ward", err, models.KindInvalid)

	taken := 0
	trail, err := k.store.AuditTrail(ctx, c.ID, 0)
	noError(t, err)
	for _, e := range trail {
		if e.Action == "search.exported" {
			taken++
		}
		if strings.Contains(strings.ToLower(fmt.Sprint(e)), "lanterns") {
			t.Errorf("the record holds what was searched for: %+v", e)
		}
	}
	if taken != 2 {
		t.Errorf("%d results taken away on record, want 2", taken)
	}
	mend := k.breakTable(t, "audit")
	file, err := k.ExportSearch(ctx, officer, c, search.Query{Text: "lanterns"})
	mend()
	if err == nil || file != nil {
		t.Error("a result was taken away though it could not be put on record")
	}
}

// The counts of a page never contradict each other: the number found, and that
// of the values it is narrowed to, are shown together or not at all.
func TestCountsOfChosenValuesAreShownTogether(t *testing.T) {
	k := one(t)
	c := k.demo(t)
	for i := range 40 {
		a := resident(fmt.Sprintf("Lanterns, %d.", i), true)
		a["A3"] = ticks([]string{"northgate", "millbrook", "canal_side"}[min(i/12, 2)])
		k.send(t, c, a)
	}
	for i := range 12 {
		k.send(t, c, sexWorker(fmt.Sprintf("Lanterns at night, %d.", i), true))
	}
	k.drain(t)
	c = k.move(t, c, models.StatusClosed)
	k.drain(t)
	for _, text := range []string{"", "lanterns", "night"} {
		for _, filters := range []search.Labels{nil, {search.Areas: {"northgate"}}, {search.Areas: {"northgate", "canal_side"}}, {search.Groups: {"resident"}}, {search.Groups: {"sex_worker"}},
			{search.Groups: {"resident"}, search.Areas: {"millbrook"}}, {search.Stances: {models.StanceFor}, search.Areas: {"millbrook"}}} {
			found, err := k.Search(ctx, councillor, c, search.Query{Text: text, Filters: filters})
			noError(t, err)
			_, hidden := strconv.Atoi(found.Count)
			for name, values := range filters {
				rest := maps.Clone(filters)
				delete(rest, name)
				without, err := k.Search(ctx, councillor, c, search.Query{Text: text, Filters: rest})
				noError(t, err)
				for _, f := range found.Facets[name] {
					// The same figure is masked everywhere or nowhere.
					if !slices.Contains(values, f.Value) && len(rest) == 0 && !slices.Contains(without.Facets[name], f) {
						t.Errorf("%q %v: %s of %s, and %v without the filter", text, filters, f.Count, f.Value, without.Facets[name])
					}
				}
				for _, f := range found.Facets[name] {
					n, masked := strconv.Atoi(f.Count)
					if !slices.Contains(values, f.Value) {
						continue
					}
					if (masked == nil) != (hidden == nil) {
						t.Errorf("%q %v: %s found, and %s of %s", text, filters, found.Count, f.Count, f.Value)
					}
					if masked == nil && len(values) == 1 && strconv.Itoa(n) != found.Count {
						t.Errorf("%q %v: %s found, and %d of %s", text, filters, found.Count, n, f.Value)
					}
				}
			}
			if c.Sensitive(filters[search.Groups]) && len(found.Facets) != 1 {
				t.Errorf("a group at risk is broken down by %v", found.Facets)
			}
		}
	}
	// Others than the chosen one are counted as if nothing had been chosen.
	all, err := k.Search(ctx, officer, c, search.Query{Text: "lanterns"})
	noError(t, err)
	one, err := k.Search(ctx, officer, c, search.Query{Text: "lanterns", Filters: search.Labels{search.Areas: {"northgate"}}})
	noError(t, err)
	if !slices.Equal(all.Facets[search.Areas], one.Facets[search.Areas]) || len(one.Facets[search.Areas]) != 3 {
		t.Errorf("wards are counted as %v, and once one is chosen as %v", all.Facets[search.Areas], one.Facets[search.Areas])
	}
}

func TestMark(t *testing.T) {
	for name, want := range map[string]struct{ text, asked, pieces string }{
		"nothing asked":         {"Ring [name] on [phone number] now.", "", "Ring {name} on {phone number} now."},
		"a word":                {"Lamps, and LAMPS.", "lamps", "<Lamps>, and <LAMPS>."},
		"another form":          {"They displaced them.", "displacement", "They <displaced> them."},
		"a phrase":              {"The canal steps, not canal or steps.", `"canal steps"`, "The <canal> <steps>, not canal or steps."},
		"what was left out":     {"Lamps and cameras.", "lamps -cameras", "<Lamps> and cameras."},
		"inside what was taken": {"A name, and [name].", "name", "A <name>, and {name}."},
		"brackets of their own": {"See [sic] and [name", "see", "<See> [sic] and [name"},
		"nothing":               {"", "lamps", ""},
	} {
		var got strings.Builder
		for _, p := range consult.Mark(want.text, want.asked, "en") {
			switch {
			case p.Redacted:
				got.WriteString("{" + p.Text + "}")
			case p.Match:
				got.WriteString("<" + p.Text + ">")
			default:
				got.WriteString(p.Text)
			}
		}
		if got.String() != want.pieces {
			t.Errorf("%s: %s, want %s", name, got.String(), want.pieces)
		}
	}
}

// The question that only people at risk are asked stands beside no answer of
// theirs while it is not released that they are.
func TestAQuestionThatTellsIsNotNamed(t *testing.T) {
	k := one(t)
	c := k.demo(t)
	for i := range 10 {
		k.send(t, c, sexWorker(fmt.Sprintf("Lanterns, %d.", i), true))
		k.send(t, c, resident(fmt.Sprintf("Lanterns by day, %d.", i), true))
	}
	k.drain(t)
	c = k.move(t, c, models.StatusClosed)
	k.drain(t)
	unnamed := func(by consult.Actor) (n int) {
		found, err := k.Search(ctx, by, c, search.Query{Text: "lanterns"})
		noError(t, err)
		for _, h := range found.Hits {
			if consult.Unnamed(by, c, h.Submission, h.Question) {
				n++
			}
		}
		return n
	}
	if n := unnamed(councillor); n != 0 {
		t.Errorf("%d answers of a group that is released are without their question", n)
	}
	// One of ten is withdrawn, and nine are too few to be told apart.
	for _, s := range k.subs(t, c) {
		if c.Sensitive(s.Groups) {
			noError(t, k.SetAside(ctx, officer, c, s.ID, models.AsideOther, "A test of ours."))
			break
		}
	}
	k.drain(t)
	if n := unnamed(councillor); n != 9 {
		t.Errorf("%d answers are without their question, want 9", n)
	}
	if n := unnamed(officer); n != 0 {
		t.Errorf("an officer is not told the question of %d answers", n)
	}
}
