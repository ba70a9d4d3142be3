package consult_test

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"math/bits"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"heard/app/consult"
	"heard/app/demo"
	"heard/models"
	"heard/models/storetest"
	"heard/search"
	"heard/search/embedded"
)

// from is a submission to the demonstration's consultation that says one thing.
func from(c *models.Consultation, groups []string, area, stance, text string) models.Submission {
	s := models.Submission{Consultation: c.ID, FormVersion: c.Version, Day: "2026-11-20", Channel: models.ChannelWeb, Language: "en", Path: "person",
		Groups: groups, Consents: []models.Consent{models.ConsentQuote}, Stance: stance, Status: models.SubmissionLive}
	question := "C6"
	if c.Sensitive(groups) {
		question = "S5"
	}
	s.Answers = []models.Answer{{Question: question, Text: text}}
	if area != "" {
		s.Answers = append(s.Answers, models.Answer{Question: "A3", Options: []string{area}})
	}
	return s
}

func (k *kit) count(t *testing.T, c *models.Consultation, filters search.Labels) int {
	t.Helper()
	results, err := k.engine.Search(ctx, search.Query{Consultation: c.ID, Tier: search.TierCouncillor, Filters: filters})
	noError(t, err)
	return results[0].Total
}

func labels(attribute search.Attribute, values ...string) search.Labels {
	return search.Labels{attribute: values}
}

// Councillors find nothing before the consultation has closed, then what is
// released, and later what is released later.
func TestReleases(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		var subs []models.Submission
		for i := range 12 {
			subs = append(subs, from(c, []string{"resident"}, "northgate", "for", fmt.Sprintf("Lanterns %d.", i)))
		}
		refuses := from(c, []string{"resident"}, "northgate", "for", "Lanterns, but do not quote me.")
		refuses.Consents = nil
		noError(t, k.Load(ctx, officer, append(subs, refuses)))
		k.drain(t)
		found := func(want int) {
			t.Helper()
			if got := len(k.find(t, councillor, c, "lanterns")); got != want {
				t.Errorf("a councillor finds %d answers, want %d", got, want)
			}
		}
		found(0)
		if _, ok, err := k.Released(ctx, councillor, c); ok || err != nil {
			t.Errorf("something is released already (%v)", err)
		}
		if _, _, err := k.Submission(ctx, councillor, c, k.subs(t, c)[0].ID, false); models.KindOf(err) != models.KindNotFound {
			t.Errorf("a councillor opens what is not released: %v", err)
		}
		_, err := k.Release(ctx, officer, c)
		wantKind(t, "a release of an open consultation", err, models.KindConflict)
		noError(t, k.ReleaseNew(ctx, c.ID))
		k.drain(t)
		found(0)

		c = k.release(t, c)
		found(12)
		if day, ok, err := k.Released(ctx, councillor, c); day != "2026-11-23" || !ok || err != nil {
			t.Errorf("released on %q: %v, %v", day, ok, err)
		}
		if got := k.count(t, c, labels(search.Areas, "northgate")); got != 12 {
			t.Errorf("%d answers are of the ward, want 12", got)
		}
		results, err := k.engine.Search(ctx, search.Query{Consultation: c.ID, Tier: search.TierCouncillor})
		noError(t, err)
		for _, h := range results[0].Hits {
			if h.Document.Day != "2026-11-23" {
				t.Errorf("an answer is of %s for councillors, which is not the day of the release", h.Document.Day)
			}
		}
		if got := len(k.find(t, officer, c, "lanterns")); got != 13 {
			t.Errorf("an officer finds %d answers, want 13", got)
		}
		before, err := k.store.Released(ctx, c.ID)
		noError(t, err)

		// Paper that is typed in after closing waits for the next release, and has
		// labels only where enough came together.
		var late []models.Submission
		for i := range 6 {
			late = append(late, from(c, []string{"visitor"}, "", "against", fmt.Sprintf("Late lanterns %d.", i)))
		}
		late = append(late, from(c, []string{"resident"}, "northgate", "for", "The last lanterns."))
		noError(t, k.Load(ctx, officer, late))
		k.drain(t)
		found(12)
		noError(t, k.runner.Drain(ctx))
		n, err := k.Release(ctx, officer, c)
		if err != nil || n != 0 {
			t.Errorf("%d were released (%v) that nobody had checked", n, err)
		}
		storetest.CheckAll(t, k.store, c.ID, officer.ID, second.ID)
		n, err = k.Release(ctx, officer, c)
		if err != nil || n != 7 {
			t.Errorf("%d were released (%v), want 7", n, err)
		}
		k.drain(t)
		found(19)
		if got := k.count(t, c, labels(search.Areas, "northgate")); got != 12 {
			t.Errorf("%d answers are of the ward: the one that came late stands out", got)
		}
		after, err := k.store.Released(ctx, c.ID)
		noError(t, err)
		for id, r := range before {
			if now := after[id]; now.Release != r.Release || !maps.EqualFunc(now.Labels, r.Labels, slices.Equal[[]string]) {
				t.Errorf("a later release changed an earlier one: %v is %v", r, now)
			}
		}
		// Seven are too few for one of them to be left over.
		if got := k.count(t, c, labels(search.Groups, "visitor")); got != 0 {
			t.Errorf("%d late visitors are shown as such, and one person is left", got)
		}
		if n, err = k.Release(ctx, officer, c); n != 0 || err != nil {
			t.Errorf("%d were released twice (%v)", n, err)
		}
		if got := k.tables(t, "releases", "released"); got["releases"] != 2 || got["released"] != 19 {
			t.Errorf("rows: %v", got)
		}
		trail, err := k.store.AuditTrail(ctx, c.ID, 0)
		noError(t, err)
		var by []string
		for _, e := range trail {
			if e.Action == "consultation.released" {
				by = append(by, e.Actor)
			}
		}
		if !slices.Equal(by, []string{officer.ID, models.ActorPortal}) {
			t.Errorf("released by %v, newest first", by)
		}

		// One that has a release is not overdue, one that closed before there were any is.
		pending := func() int {
			n, err := k.store.CountJobs(ctx)
			noError(t, err)
			return n[models.JobPending]
		}
		noError(t, k.ReleaseOverdue(ctx))
		if n := pending(); n != 0 {
			t.Errorf("%d jobs wait", n)
		}
		other := k.move(t, k.open(t, []byte(invented)), models.StatusClosed)
		k.exec(t, "DELETE FROM jobs")
		noError(t, k.ReleaseOverdue(ctx))
		k.drain(t)
		if _, ok, err := k.Released(ctx, councillor, other); !ok || err != nil {
			t.Errorf("a consultation that closed earlier is not released (%v)", err)
		}

		// Freezing releases what is left.
		noError(t, k.Load(ctx, officer, []models.Submission{from(c, []string{"resident"}, "", "", "Lanterns after the last.")}))
		c = k.move(t, c, models.StatusFrozen)
		k.drain(t)
		found(20)
	})
}

// When somebody takes their words back, they are out at once, and what too few
// share by then is no longer shown of the others.
func TestWithdrawingWithholdsWhatTooFewShare(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		var codes []string
		for i := range 5 {
			a := resident(fmt.Sprintf("Lanterns %d.", i), true)
			a["A3"], a["C1"] = ticks("canal_side"), ticks("disagree")
			codes = append(codes, k.send(t, c, a))
		}
		var subs []models.Submission
		for i := range 20 {
			subs = append(subs, from(c, []string{"resident"}, "northgate", "for", fmt.Sprintf("Other lanterns %d.", i)))
		}
		noError(t, k.Load(ctx, officer, subs))
		c = k.release(t, c)
		canal, against := labels(search.Areas, "canal_side"), labels(search.Stances, "against")
		if got := []int{k.count(t, c, canal), k.count(t, c, against)}; !slices.Equal(got, []int{5, 5}) {
			t.Fatalf("%v answers are from the ward and against, want 5 and 5", got)
		}
		noError(t, k.Withdraw(ctx, c, codes[0]))
		noError(t, k.runner.Drain(ctx)) // no clock moves: this is at once
		if got := []int{k.count(t, c, canal), k.count(t, c, against), k.count(t, c, nil)}; !slices.Equal(got, []int{0, 0, 24}) {
			t.Errorf("%v answers are from the ward, against, and there are, want 0, 0 and 24", got)
		}
		if got := len(k.find(t, councillor, c, "lanterns")); got != 20 { // a page
			t.Errorf("a councillor finds %d answers on the first page, want 20", got)
		}
		released, err := k.store.Released(ctx, c.ID)
		noError(t, err)
		if len(released) != 24 {
			t.Errorf("%d are released, want 24", len(released))
		}
		k.drain(t)

		// What an officer sets aside is out as well, and counts for the next release
		// when it is counted again.
		id := k.behind(t, codes[1]).ID
		noError(t, k.SetAside(ctx, officer, c, id, models.AsideOther, "Sent twice."))
		k.drain(t)
		if got := k.count(t, c, nil); got != 23 {
			t.Errorf("councillors may find %d answers, want 23", got)
		}
		noError(t, k.CountAgain(ctx, officer, c, id))
		k.drain(t)
		if got := k.count(t, c, nil); got != 23 {
			t.Errorf("councillors may find %d answers before the next release, want 23", got)
		}
		_, err = k.Release(ctx, officer, c)
		noError(t, err)
		k.drain(t)
		if got := k.count(t, c, nil); got != 24 {
			t.Errorf("councillors may find %d answers after it, want 24", got)
		}
	})
}

// A group at risk is released from ten people upwards, and nothing beside it; of
// fewer, the question that only they are asked is not counted either.
func TestGroupsAtRiskAreReleasedAlone(t *testing.T) {
	for _, n := range []int{9, 10} {
		k := one(t)
		c := k.demo(t)
		var subs []models.Submission
		for i := range n {
			s := from(c, []string{"resident", "sex_worker"}, "northgate", "against", fmt.Sprintf("Lanterns %d.", i))
			s.Attachments = []models.Attachment{{Key: fmt.Sprintf("file%d", i), Kind: "TXT", Text: "Lanterns on paper."}}
			subs = append(subs, s)
		}
		for i := range 20 {
			subs = append(subs, from(c, []string{"resident"}, "northgate", "for", fmt.Sprintf("Other lanterns %d.", i)))
		}
		noError(t, k.Load(ctx, officer, subs))
		c = k.release(t, c)
		atRisk := labels(search.Groups, "sex_worker")
		want := 0
		if n == 10 {
			want = 10
		}
		if got := k.count(t, c, atRisk); got != want {
			t.Errorf("%d people at risk: %d answers are shown to be theirs, want %d", n, got, want)
		}
		if got := k.count(t, c, labels(search.Questions, "S5")); got != want {
			t.Errorf("%d people at risk: %d answers are counted by the question they are asked, want %d", n, got, want)
		}
		if got := k.count(t, c, nil); got != n+20 {
			t.Errorf("%d answers, want %d: the voice is found, not the label, and no file of theirs", got, n+20)
		}
		for _, other := range []search.Labels{labels(search.Areas, "northgate"), labels(search.Stances, "against"), labels(search.Languages, "en"), labels(search.Channels, "web"), labels(search.Groups, "resident")} {
			results, err := k.engine.Search(ctx, search.Query{Consultation: c.ID, Tier: search.TierCouncillor, Filters: other, PerPage: 100})
			noError(t, err)
			for _, h := range results[0].Hits {
				if h.Document.Question == "S5" {
					t.Errorf("somebody at risk is found by %v", other)
				}
			}
		}
		if got := len(k.find(t, officer, c, `"lanterns on paper"`)); got != n {
			t.Errorf("an officer finds %d files, want %d", got, n)
		}
		whole, err := k.Search(ctx, councillor, c, search.Query{Text: "lanterns", Filters: atRisk})
		noError(t, err)
		for _, h := range whole.Hits {
			if s := h.Submission; !slices.Equal(s.Groups, []string{"sex_worker"}) || s.Day+s.Language+string(s.Channel)+s.Stance != "" || len(s.Answers) != 1 {
				t.Errorf("beside the words of somebody at risk stands %+v", s)
			}
		}
		if n == 10 { // one is set aside, and nine are too few
			noError(t, k.SetAside(ctx, officer, c, whole.Hits[0].Submission.ID, models.AsideOther, "Sent twice."))
			noError(t, k.runner.Drain(ctx))
			if got := []int{k.count(t, c, atRisk), k.count(t, c, labels(search.Questions, "S5")), k.count(t, c, nil)}; !slices.Equal(got, []int{0, 0, 29}) {
				t.Errorf("of the nine who are left %v are shown to be at risk, are counted by question, and of all are found; want 0, 0 and 29", got)
			}
		}
		for field, value := range map[search.Attribute]string{search.Areas: "northgate", search.Stances: "against"} {
			_, err := k.Search(ctx, councillor, c, search.Query{Filters: search.Labels{search.Groups: {"sex_worker"}, field: {value}}})
			if f := models.FieldsOf(err); len(f) != 1 || !strings.HasPrefix(f[0].Message, "Not shown together, to protect people") {
				t.Errorf("a group at risk with %s: %v", field, err)
			}
		}
	}
}

// counting counts how often the index is written afresh.
type counting struct {
	search.Engine
	rebuilt atomic.Int32
}

func (c *counting) Rebuild(ctx context.Context, docs iter.Seq2[search.Document, error]) error {
	c.rebuilt.Add(1)
	return c.Engine.Rebuild(ctx, docs)
}

// What is taken back is not found at once, and a minute later no file of the
// index holds a word of it.
func TestWithdrawingErasesFromTheFiles(t *testing.T) {
	dir := t.TempDir()
	engine := &counting{}
	k := newKit(t, storetest.SQLiteURL(t), func(search.Engine) search.Engine {
		e, err := embedded.Open(dir)
		noError(t, err)
		engine.Engine = e
		return engine
	})
	c := k.demo(t)
	const canary, kept = "quinceblossom", "gardenia"
	var codes []string
	for i := range 4 {
		codes = append(codes, k.send(t, c, resident(fmt.Sprintf("There is %s %d on the steps.", canary, i), true)))
	}
	k.send(t, c, resident("There is "+kept+" on the steps.", true))
	c = k.release(t, c)
	if !inFiles(t, dir, canary) {
		t.Fatal("the word is not in the files to begin with: this test cannot tell")
	}
	before := engine.rebuilt.Load()
	began := k.clock.Now()
	for _, code := range codes {
		noError(t, k.Withdraw(ctx, c, code))
		for _, by := range []consult.Actor{officer, councillor} {
			if got := len(k.find(t, by, c, canary)); got >= len(codes) {
				t.Errorf("%d of %d are found after one was taken back", got, len(codes))
			}
		}
		noError(t, k.runner.Drain(ctx))
	}
	if got := len(k.find(t, officer, c, canary)); got != 0 {
		t.Errorf("%d answers are found, want none", got)
	}
	k.drain(t)
	if took := k.clock.Now().Sub(began).Seconds(); took > 60 {
		t.Errorf("the work took %v seconds by the clock", took)
	}
	if inFiles(t, dir, canary) {
		t.Error("a file of the index still holds what was taken back")
	}
	if !inFiles(t, dir, kept) {
		t.Error("the files no longer hold what was not taken back")
	}
	if got := engine.rebuilt.Load() - before; got != 1 {
		t.Errorf("the index was written afresh %d times for four who took their words back together", got)
	}
}

func inFiles(t *testing.T, dir, word string) (found bool) {
	t.Helper()
	noError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		found = found || bytes.Contains(bytes.ToLower(b), []byte(word))
		return err
	}))
	return found
}

// letter is a PDF with a line of text on each page.
func letter(pages ...string) []byte {
	objects := []string{"<</Type/Catalog/Pages 2 0 R>>", "", "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"}
	var kids []string
	for _, text := range pages {
		content := "BT /F1 12 Tf 72 720 Td (" + text + ") Tj ET"
		objects = append(objects, fmt.Sprintf("<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>/Contents %d 0 R>>", len(objects)+2),
			fmt.Sprintf("<</Length %d>>stream\n%s\nendstream", len(content), content))
		kids = append(kids, fmt.Sprintf("%d 0 R", len(objects)-1))
	}
	objects[1] = fmt.Sprintf("<</Type/Pages/Kids[%s]/Count %d>>", strings.Join(kids, " "), len(kids))
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	var at []int
	for i, o := range objects {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, n := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", n)
	}
	fmt.Fprintf(&b, "trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, xref)
	return b.Bytes()
}

// Files are found by page, by those who may find their author's answers.
func TestAttachedPagesAreFound(t *testing.T) {
	k := one(t)
	c := k.demo(t)
	attach := func(answers models.Answers, name string, data []byte) {
		t.Helper()
		key := k.fill(t, c, answers)
		noError(t, k.Attach(ctx, key, c, name, bytes.NewReader(data)))
		noError(t, k.Submit(ctx, key, c, consult.Proof{}))
	}
	attach(resident("See my letter.", true), "letter.pdf", letter("We counted the lanterns and found nine.", "", "Ring 07700 900123 about the lampposts."))
	attach(resident("See my list.", false), "list.txt", []byte("Refused lanterns.\n"+strings.Repeat("A long line about lampposts and nothing else.\n", 200)))
	k.drain(t) // what is read out of files is checked, too
	c = k.release(t, c)
	type at struct {
		page   int
		source string
	}
	find := func(tier search.Tier, text string) (found []at) {
		t.Helper()
		results, err := k.engine.Search(ctx, search.Query{Consultation: c.ID, Tier: tier, Text: text, Filters: labels(search.Sources, search.SourceAttachment), PerPage: 100})
		noError(t, err)
		for _, h := range results[0].Hits {
			if strings.Contains(h.Document.Text, "07700") {
				t.Error("a page is found as it was written")
			}
			if h.Document.Attachment == "" || h.Document.Question != "" {
				t.Errorf("a page of the file %q is an answer to %q", h.Document.Attachment, h.Document.Question)
			}
			found = append(found, at{h.Document.Page, h.Document.Labels[search.Sources][0]})
		}
		slices.SortFunc(found, func(a, b at) int { return a.page - b.page })
		return found
	}
	for _, test := range []struct {
		tier search.Tier
		text string
		want []int
	}{
		{search.TierOfficer, "lanterns", []int{0, 1}},
		{search.TierOfficer, `"counted the lanterns"`, []int{1}},
		{search.TierOfficer, "ring", []int{3}},
		{search.TierOfficer, "lampposts", []int{0, 0, 0, 3}}, // the list is of 9 kB
		{search.TierCouncillor, "lanterns", []int{1}},
		{search.TierCouncillor, "lampposts", []int{3}},
		{search.TierCouncillor, "refused", nil},
		{search.TierPublic, "lanterns", nil},
	} {
		var pages []int
		for _, f := range find(test.tier, test.text) {
			pages = append(pages, f.page)
		}
		if !slices.Equal(pages, test.want) {
			t.Errorf("%s finds %q on pages %v, want %v", test.tier, test.text, pages, test.want)
		}
	}
}

// personalAttributes are what an attacker asks about people.
var personalAttributes = []search.Attribute{search.Groups, search.Areas, search.Stances, search.Languages, search.Channels}

// people is a set of submissions, a bit each.
type people []uint64

func (p people) without(q people) people {
	out := slices.Clone(p)
	for i := range out {
		out[i] &^= q[i]
	}
	return out
}

func (p people) size() (n int) {
	for _, b := range p {
		n += bits.OnesCount64(b)
	}
	return n
}

// attack asks, as a councillor, for every value of every personal attribute and
// for all pairs of them, subtracts all pairs of figures that it is shown, and
// reports differences that single out too few.
func attack(t *testing.T, k *kit, c *models.Consultation) {
	t.Helper()
	released, err := k.store.Released(ctx, c.ID)
	noError(t, err)
	ids := slices.Sorted(maps.Keys(released))
	subs, err := k.store.SubmissionsByID(ctx, ids)
	noError(t, err)
	documents := map[string]int{} // of each submission
	for page := 1; ; page++ {
		results, err := k.engine.Search(ctx, search.Query{Consultation: c.ID, Tier: search.TierCouncillor, Page: page, PerPage: 100})
		noError(t, err)
		for _, h := range results[0].Hits {
			documents[h.Document.Submission]++
		}
		if len(results[0].Hits) == 0 {
			break
		}
	}
	// meeting is who is shown to meet all filters but those on one attribute.
	meeting := func(filters search.Labels, but search.Attribute, also string) (p people, documentsOf int) {
		p = make(people, len(ids)/64+1)
		for i, id := range ids {
			has := func(attribute search.Attribute, any []string) bool {
				return slices.ContainsFunc(any, func(v string) bool { return slices.Contains(released[id].Labels[string(attribute)], v) })
			}
			all := also == "" || has(but, []string{also})
			for attribute, any := range filters {
				all = all && (attribute == but || has(attribute, any))
			}
			if all {
				p[i/64] |= 1 << (i % 64)
				documentsOf += documents[id]
			}
		}
		return p, documentsOf
	}
	shown := map[string]people{}
	figures, refused := 0, 0
	see := func(filters search.Labels, but search.Attribute, also, count string) {
		n, err := strconv.Atoi(count)
		if err != nil {
			return // masked
		}
		p, documents := meeting(filters, but, also)
		if n != documents {
			t.Errorf("%v with %s: %d are shown, there are %d: the attack does not know what is counted", filters, also, n, documents)
		}
		figures++
		shown[fmt.Sprint(p)] = p
	}
	ask := func(filters search.Labels) {
		found, err := k.Search(ctx, councillor, c, search.Query{Filters: filters})
		if models.KindOf(err) == models.KindInvalid {
			refused++
			return
		}
		noError(t, err)
		see(filters, "", "", found.Count)
		for _, attribute := range personalAttributes {
			for _, f := range found.Facets[attribute] {
				see(filters, attribute, f.Value, f.Count)
			}
		}
	}
	type value struct {
		attribute search.Attribute
		value     string
	}
	var values []value
	for _, attribute := range personalAttributes {
		all := map[string]bool{}
		for _, id := range ids {
			for _, v := range released[id].Labels[string(attribute)] {
				all[v] = true
			}
		}
		if attribute == search.Groups {
			for _, g := range c.Groups {
				all[g.ID] = true
			}
		}
		for _, v := range slices.Sorted(maps.Keys(all)) {
			values = append(values, value{attribute, v})
		}
	}
	ask(nil)
	for i, a := range values {
		ask(labels(a.attribute, a.value))
		for _, b := range values[i+1:] {
			if a.attribute == b.attribute {
				ask(labels(a.attribute, a.value, b.value))
				continue
			}
			ask(search.Labels{a.attribute: {a.value}, b.attribute: {b.value}})
		}
	}
	for _, a := range shown {
		for _, b := range shown {
			left := a.without(b)
			if n := left.size(); n > 0 {
				atRisk := 0
				for i, id := range ids {
					if left[i/64]&(1<<(i%64)) != 0 && c.Sensitive(subs[id].Groups) {
						atRisk++
					}
				}
				if n < 5 || atRisk > 0 && n < 10 {
					t.Fatalf("two figures differ by %d people, of whom %d are at risk", n, atRisk)
				}
			}
		}
	}
	t.Logf("%d people; %d questions about one or two of %d labels, %d refused; %d figures shown, of %d different sets of people", len(ids), 1+len(values)*(len(values)+1)/2, len(values), refused, figures, len(shown))
	if refused == 0 || len(ids) > 100 && len(shown) < 5 {
		t.Error("nothing was refused, or hardly anything is shown: this attack would find nothing")
	}
}

// Nobody is singled out by what a councillor can ask, whatever they subtract.
func TestNobodyIsSingledOutBySearching(t *testing.T) {
	t.Run("the demonstration", func(t *testing.T) {
		k := one(t)
		c := k.release(t, k.full(t))
		attack(t, k, c)
	})
	for seed := range 20 {
		t.Run(fmt.Sprint("population ", seed), func(t *testing.T) {
			k := one(t)
			c := k.demo(t)
			rng := rand.New(rand.NewPCG(uint64(seed), 7))
			skewed := func(values ...string) string { return values[int(float64(len(values))*rng.Float64()*rng.Float64())] }
			var subs []models.Submission
			for i := range []int{30, 120, 250, 400}[seed%4] {
				groups := []string{skewed("resident", "visitor", "business", "sex_worker", "support_worker", "organisation", "other", "elected")}
				if rng.IntN(10) == 0 && groups[0] != "business" {
					groups = append(groups, "business")
				}
				area := skewed("northgate", "millbrook", "canal_side", "st_annes", "eastfield", "")
				s := from(c, groups, area, skewed("for", "against", "unsure", ""), fmt.Sprintf("Lanterns, said number %d.", i))
				s.Channel = models.Channel(skewed("web", "paper", "email"))
				s.Language = skewed("en", "ro", "ur")
				if rng.IntN(3) == 0 && groups[0] != "sex_worker" {
					s.Answers = append(s.Answers, models.Answer{Question: "C7", Text: "And lampposts."})
				}
				subs = append(subs, s)
			}
			noError(t, k.Load(ctx, officer, subs))
			noError(t, k.Move(ctx, officer, c, models.StatusClosed))
			noError(t, k.ReleaseNew(ctx, c.ID))
			_, err := k.Reindex(ctx) // themes are not what this is about
			noError(t, err)
			attack(t, k, k.reread(t, c))
		})
	}
}

// The demonstration keeps enough to be worth searching.
func TestWhatTheDemonstrationReleases(t *testing.T) {
	k := one(t)
	c := k.release(t, k.full(t))
	released, err := k.store.Released(ctx, c.ID)
	noError(t, err)
	subs, err := demo.Submissions(c, k.clock.Now())
	noError(t, err)
	n := map[string]int{}
	for _, r := range released {
		for attribute := range r.Labels {
			n[attribute]++
		}
	}
	t.Logf("of %d submissions %d are released, with %v", len(subs), len(released), n)
	if n["areas"] < 80 || n["groups"] < 110 || k.count(t, c, labels(search.Groups, "sex_worker")) < 10 {
		t.Errorf("of %d released, only %v have labels", len(released), n)
	}
}
