package consult_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"heard/app/consult"
	"heard/app/sheet"
	"heard/models"
)

const export = `Ref,Submitted,How,"Do you agree or disagree that the council should have this order for the next 3 years?",Links,Comments,Secret
r1,20/11/2026,Paper,Strongly agree,I live in the proposed area; I visit or travel through,"The lamps, again.",x
r2,2026-11-21,,disagree,,Nobody asks them.,y
r3,21/11/2026,web,Perhaps,,Canary one.,z
r4,someday,web,Agree,,Canary two.,z
r5,2026-11-21,pigeon,Agree,,Canary three.,z
r1,2026-11-21,web,Agree,,Canary four.,z
r6,2026-11-21,web,,I live in the proposed area,,z
r7,2026-11-21,web,Agree
`

var exported = map[string]string{models.ColumnID: "Ref", models.ColumnDay: "Submitted", models.ColumnChannel: "How", "C1": "Do you agree or disagree that the council should have this order for the next 3 years?", "A2": "Links", "C6": "Comments"}

func (k *kit) hold(t testing.TB, c *models.Consultation, file string) string {
	t.Helper()
	key, err := k.HoldSheet(ctx, officer, c, strings.NewReader(file))
	noError(t, err)
	return key
}

func TestImportSheet(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		key := k.hold(t, c, export)
		held, err := k.Sheet(ctx, officer, c, key)
		noError(t, err)
		if held.Rows != 8 || len(held.Header) != 7 || held.Guess["C1"] != exported["C1"] || held.Guess[models.ColumnDay] != "Submitted" || held.Guess["C6"] != "" {
			t.Errorf("held: %+v", held)
		}
		before := k.tables(t, "submissions", "audit", "jobs")
		tried, err := k.TryImport(ctx, officer, c, key, exported)
		noError(t, err)
		if tried.Rows != 8 || tried.Taken != 2 || tried.Known != 0 || len(tried.Refused) != 6 {
			t.Errorf("tried: %+v", tried)
		}
		for i, want := range []string{"4: column “Do you agree", "5: column “Submitted”: expected a day", "6: column “How”: expected one of Online form", "7: column “Ref”: it is the same as on line 2", "8: no question", "9: expected 7 columns"} {
			r := tried.Refused[i]
			if got := fmt.Sprintf("%d: %s", r.Line, r.Reason); !strings.HasPrefix(got, want) {
				t.Errorf("refused %q, expected %q …", got, want)
			}
			for _, said := range []string{"Perhaps", "someday", "pigeon", "Canary"} {
				if strings.Contains(r.Reason, said) {
					t.Errorf("the reason repeats what stands there: %s", r.Reason)
				}
			}
		}
		if after := k.tables(t, "submissions", "audit", "jobs"); !maps.Equal(before, after) {
			t.Errorf("trying changed something: %v, before %v", after, before)
		}
		done, err := k.ImportSheet(ctx, officer, c, key, exported)
		noError(t, err)
		if done.Taken != 2 || done.Known != 0 {
			t.Errorf("imported: %+v", done)
		}
		subs := k.subs(t, c)
		slices.SortFunc(subs, func(a, b *models.Submission) int { return strings.Compare(a.Day, b.Day) })
		if s := subs[0]; s.Channel != models.ChannelPaper || s.Day != "2026-11-20" || s.Stance != models.StanceFor || !slices.Equal(s.Answer("A2").Options, []string{"live_here", "visit"}) || s.Allows(models.ConsentQuote) || s.Answer("C6").Text != "The lamps, again." {
			t.Errorf("the first became %+v", s)
		}
		if s := subs[1]; s.Channel != models.ChannelImport || s.Stance != models.StanceAgainst || s.Answer("A2") != nil {
			t.Errorf("the second became %+v", s)
		}
		// The file is gone, and the same again adds nothing.
		if n := k.countFiles(t); n != 0 {
			t.Errorf("%d files are left", n)
		}
		_, err = k.Sheet(ctx, officer, c, key)
		wantKind(t, "a file that was imported", err, models.KindInvalid)
		key = k.hold(t, c, export+"r9,2026-11-22,,Agree,,New.,z\n")
		if tried, err := k.TryImport(ctx, officer, c, key, exported); err != nil || tried.Taken != 1 || tried.Known != 2 {
			t.Errorf("tried again: %+v, %v", tried, err)
		}
		if done, err := k.ImportSheet(ctx, officer, c, key, exported); err != nil || done.Taken != 1 || done.Known != 2 || len(k.subs(t, c)) != 3 {
			t.Errorf("imported again: %+v, %v", done, err)
		}
		if got := k.acts(t, c, "submissions.imported"); len(got) != 2 || strings.Contains(fmt.Sprint(got), "lamps") {
			t.Errorf("on record: %q", got)
		}
		k.drain(t)
		if len(k.find(t, officer, c, "lamps")) != 1 {
			t.Error("what was imported is not found")
		}
	})
}

func TestSheetsThatCannotBeTaken(t *testing.T) {
	k := one(t)
	c, other := k.demo(t), k.open(t, []byte(invented))
	for name, file := range map[string]string{"nothing": "", "UTF-16": "\xff\xfea\x00", "too much": "a\n" + strings.Repeat("x", consult.MaxSheet)} {
		_, err := k.HoldSheet(ctx, officer, c, strings.NewReader(file))
		wantKind(t, name, err, models.KindInvalid)
	}
	key := k.hold(t, c, export)
	for name, columns := range map[string]map[string]string{"no column": {}, "who they are alone": {"A2": "Links"}, "a column that is not there": {"C6": "Words"}} {
		_, err := k.TryImport(ctx, officer, c, key, columns)
		wantKind(t, name, err, models.KindInvalid)
		_, err = k.ImportSheet(ctx, officer, c, key, columns)
		wantKind(t, name, err, models.KindInvalid)
	}
	// Neither the file of another consultation nor an attachment is opened.
	_, err := k.Sheet(ctx, officer, other, key)
	wantKind(t, "the file of another consultation", err, models.KindInvalid)
	b := k.batch(t, c, 1)
	_, err = k.KeyForm(ctx, officer, c, b.ID, consult.FormKeyed{Form: formOf(t, c, "person"), Letter: "C6", Answers: keyed(models.Answers{"C6": words("Dear all.")}), File: &consult.Upload{Name: "a.txt", Reader: strings.NewReader("Dear all.")}, Key: consult.NewDraftKey()})
	noError(t, err)
	for _, a := range k.subs(t, c)[0].Attachments {
		for _, file := range []string{a.Key, a.Original} {
			_, err := k.Sheet(ctx, officer, c, file)
			wantKind(t, "an attachment", err, models.KindInvalid)
			wantKind(t, "deleting an attachment", k.ForgetSheet(ctx, officer, c, file), models.KindInvalid)
		}
	}
	// What nobody goes on with is swept away.
	k.clock.Advance(consult.DraftLife + time.Minute)
	noError(t, k.Sweep(ctx))
	if n := k.countFiles(t); n != 2 {
		t.Errorf("%d files, expected those of the letter", n)
	}
	again := k.hold(t, c, export)
	noError(t, k.ForgetSheet(ctx, officer, c, again))
	if n := k.countFiles(t); n != 2 {
		t.Errorf("%d files after forgetting", n)
	}
	c = k.move(t, c, models.StatusFrozen)
	_, err = k.HoldSheet(ctx, officer, c, strings.NewReader(export))
	wantKind(t, "after freezing", err, models.KindClosed)
}

func TestMappings(t *testing.T) {
	k := one(t)
	c, other := k.demo(t), k.open(t, []byte(invented))
	noError(t, k.SaveMapping(ctx, officer, c, " Our tool ", map[string]string{"C6": "Words"}))
	noError(t, k.SaveMapping(ctx, second, c, "Our tool", exported))
	wantKind(t, "no name", k.SaveMapping(ctx, officer, c, " ", exported), models.KindInvalid)
	wantKind(t, "no column", k.SaveMapping(ctx, officer, c, "None", nil), models.KindInvalid)
	all, err := k.Mappings(ctx, officer, c)
	noError(t, err)
	if len(all) != 1 || all[0].Name != "Our tool" || !maps.Equal(all[0].Columns, exported) {
		t.Errorf("kept: %+v", all)
	}
	if none, err := k.Mappings(ctx, officer, other); err != nil || len(none) > 0 {
		t.Errorf("of another consultation: %v, %v", none, err)
	}
}

// Rows without an id each count, also when two say the same.
func TestImportSheetCountsEverybody(t *testing.T) {
	k := one(t)
	c := k.demo(t)
	file := "Words,Who\nThe lamps.,People who live in the area\nThe lamps.,People who live in the area\nThe lamps.,nobody\n"
	columns := map[string]string{"C6": "Words", models.ColumnGroup: "Who"}
	for i := range 2 {
		out, err := k.ImportSheet(ctx, officer, c, k.hold(t, c, file), columns)
		noError(t, err)
		if out.Rows != 3 || len(out.Refused) != 1 || out.Taken != 2*(1-i) || out.Known != 2*i {
			t.Errorf("import %d: %+v", i+1, out)
		}
	}
	for _, s := range k.subs(t, c) {
		if !slices.Equal(s.Groups, []string{"resident"}) {
			t.Errorf("groups %v", s.Groups)
		}
	}
}

// What Qualtrics exports is taken as it comes: below the names of the columns it
// says what each asked, and it puts commas between several answers.
func TestImportFromQualtrics(t *testing.T) {
	const agree, link = "Do you agree or disagree that the council should have this order for the next 3 years?", "What is your link to the area?"
	const file = "StartDate,EndDate,ResponseId,Q1,Q2,Q3\n" +
		"Start Date,End Date,Response ID," + agree + "," + link + ",\"Why, in your words?\"\n" +
		`"{""ImportId"":""startDate"",""timeZone"":""Europe/London""}","{""ImportId"":""endDate"",""timeZone"":""Europe/London""}","{""ImportId"":""_recordId""}","{""ImportId"":""QID1""}","{""ImportId"":""QID2""}","{""ImportId"":""QID3_TEXT""}"` + "\n" +
		"2026-11-20 09:12:33,2026-11-20 09:20:01,R_1,Agree,\"I live in the proposed area,I do sex work, or have done (I sell or have sold sex)\",The lamps.\n" +
		"2026-11-21 09:12:33,2026-11-21 09:20:01,R_2,Disagree,\"I live in the proposed area,and elsewhere\",Canary.\n"
	k := one(t)
	c := k.demo(t)
	key := k.hold(t, c, file)
	held, err := k.Sheet(ctx, officer, c, key)
	noError(t, err)
	if held.Rows != 2 || held.Wording["Q3"] != "Why, in your words?" {
		t.Errorf("held: %+v", held)
	}
	columns := map[string]string{models.ColumnID: "ResponseId", models.ColumnDay: "EndDate", "C1": "Q1", "A2": "Q2"}
	if !maps.Equal(held.Guess, columns) {
		t.Errorf("guessed %v, expected %v", held.Guess, columns)
	}
	columns["C6"] = "Q3"
	done, err := k.ImportSheet(ctx, officer, c, key, columns)
	noError(t, err)
	if done.Rows != 2 || done.Taken != 1 || len(done.Refused) != 1 || done.Refused[0].Line != 5 || !strings.Contains(done.Refused[0].Reason, "column “Q2”: expected") {
		t.Errorf("imported: %+v", done)
	}
	if s := k.subs(t, c)[0]; s.Day != "2026-11-20" || s.Stance != models.StanceFor || !slices.Equal(s.Answer("A2").Options, []string{"live_here", "sex_work"}) || s.Answer("C6").Text != "The lamps." {
		t.Errorf("it became %+v", s)
	}
}

// Tools that write a column for each box say in it that it is ticked, or what the
// box says; in that of a box with a line, what was written there.
func TestImportOneColumnForEachBox(t *testing.T) {
	const asked = "What is your link to the area?"
	const file = "Ref,A2[live_here]," + asked + " - I visit or travel through,A2_other,Links,Words\n" +
		"r1,Yes,,,,One.\n" +
		"r2,1,I visit or travel through,I swim here,,Two.\n" +
		"r3,No,0,,,Three.\n" +
		"r4,N,x,,I live in the proposed area; I visit or travel through,Four.\n" +
		"r5,perhaps,,,,Canary.\n"
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		key := k.hold(t, c, file)
		held, err := k.Sheet(ctx, officer, c, key)
		noError(t, err)
		columns := map[string]string{"A2.live_here": "A2[live_here]", "A2.visit": asked + " - I visit or travel through", "A2.other": "A2_other"}
		if !maps.Equal(held.Guess, columns) {
			t.Errorf("guessed %v, expected %v", held.Guess, columns)
		}
		_, err = k.TryImport(ctx, officer, c, key, columns)
		wantKind(t, "who they are alone", err, models.KindInvalid)
		columns["A2"], columns["C6"], columns[models.ColumnID] = "Links", "Words", "Ref"
		noError(t, k.SaveMapping(ctx, officer, c, "Boxes", columns))
		done, err := k.ImportSheet(ctx, officer, c, key, columns)
		noError(t, err)
		if done.Taken != 4 || len(done.Refused) != 1 || done.Refused[0].Line != 6 || !strings.HasPrefix(done.Refused[0].Reason, "column “A2[live_here]”: expected the wording") {
			t.Errorf("imported: %+v", done)
		}
		want := map[string]models.Given{"One.": ticks("live_here"), "Two.": {Options: []string{"live_here", "visit", "other"}, Text: "I swim here"}, "Three.": {}, "Four.": ticks("live_here", "visit")}
		for _, sub := range k.subs(t, c) {
			var got models.Given
			if a := sub.Answer("A2"); a != nil {
				got = models.Given{Options: a.Options, Text: a.Text}
			}
			if w := want[sub.Answer("C6").Text]; !slices.Equal(got.Options, w.Options) || got.Text != w.Text {
				t.Errorf("%s became %+v, want %+v", sub.Answer("C6").Text, got, w)
			}
		}
		// Boxes that do not go together are a fault of the question.
		both := "A2_live_here,A2_prefer_not,Words\n1,1,Five.\n"
		tried, err := k.TryImport(ctx, officer, c, k.hold(t, c, both), map[string]string{"A2.live_here": "A2_live_here", "A2.prefer_not": "A2_prefer_not", "C6": "Words"})
		noError(t, err)
		if tried.Taken != 0 || len(tried.Refused) != 1 || !strings.HasPrefix(tried.Refused[0].Reason, "question A2: Choose “Prefer not to say” on its own") {
			t.Errorf("tried: %+v", tried)
		}
	})
}

// Five thousand rows are taken while somebody waits.
func TestImportLargeSheet(t *testing.T) {
	if testing.Short() {
		t.Skip("five thousand rows")
	}
	k := one(t)
	c := k.demo(t)
	var b strings.Builder
	b.WriteString("Ref,Words\n")
	for i := range 5000 {
		fmt.Fprintf(&b, "r%d,%q\n", i, spoken(i%6, i))
	}
	start := time.Now()
	out, err := k.ImportSheet(ctx, officer, c, k.hold(t, c, b.String()), map[string]string{models.ColumnID: "Ref", "C6": "Words"})
	noError(t, err)
	t.Logf("5,000 rows in %s", time.Since(start).Round(time.Millisecond))
	if out.Taken != 5000 {
		t.Errorf("%d taken", out.Taken)
	}
}

// A file that was imported on the command line is known again on the page, and the
// other way round, whichever columns were chosen.
func TestImportedBothWays(t *testing.T) {
	const file = "Ref,Area,Words\nr1,North,The lamps are out.\nr2,South,The lamps are on.\nr3,South,The lamps are on.\n"
	for _, id := range []string{"", "Ref"} {
		k := one(t)
		c := k.demo(t)
		plain := strings.ReplaceAll(file, "r3", "r2") // the last two are alike, and two people
		if id != "" {
			plain = file
		}
		onCommand := func() *consult.Imported {
			t.Helper()
			return k.imported(t, c.ID, plain, consult.ImportOptions{Columns: sheet.Columns{Text: "Words", ID: id}, Question: "C6"})
		}
		onPage := func() *consult.Tried {
			t.Helper()
			out, err := k.ImportSheet(ctx, officer, c, k.hold(t, c, plain), map[string]string{"C6": "Words", "C7": "Area", models.ColumnID: id})
			noError(t, err)
			return out
		}
		if out := onCommand(); out.Taken != 3 {
			t.Fatalf("at first %+v", out)
		}
		if out := onPage(); out.Taken != 0 || out.Known != 3 {
			t.Errorf("by %q on the page, after the command: %+v", id, out.Imported)
		}
		plain += "r9,West,No lamps at all.\n"
		if out := onPage(); out.Taken != 1 || out.Known != 3 {
			t.Errorf("by %q, grown: %+v", id, out.Imported)
		}
		if out := onCommand(); out.Taken != 0 || out.Known != 4 {
			t.Errorf("by %q on the command line, after the page: %+v", id, out)
		}
	}
}
