package consult_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"heard/app/consult"
	"heard/app/sheet"
	"heard/models"
	"heard/models/storetest"
)

func (k *kit) imported(t testing.TB, id, file string, opt consult.ImportOptions) *consult.Imported {
	t.Helper()
	out, err := k.Import(ctx, officer, id, strings.NewReader(file), opt)
	noError(t, err)
	addsUp(t, out)
	return out
}

func addsUp(t testing.TB, out *consult.Imported) {
	t.Helper()
	if out.Taken+out.Known+len(out.Refused) != out.Rows {
		t.Errorf("%d rows, but %d taken, %d known, %d refused", out.Rows, out.Taken, out.Known, len(out.Refused))
	}
}

func text(column string) consult.ImportOptions {
	return consult.ImportOptions{Columns: sheet.Columns{Text: column}}
}

func lines(refused []sheet.Refusal) (n []int) {
	for _, r := range refused {
		n = append(n, r.Line)
	}
	return n
}

const answers = `id,group,day,words
1,Residents,2026-11-01,The lamps are out.
2,Sex workers,01/11/2026,"They moved us, again."
3,Residents,2026-11-02,The lamps are out.
4,,,"Two
lines"
`

func TestImport(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		opt := consult.ImportOptions{Columns: sheet.Columns{Text: "words", Group: "group", Date: "day"}}
		out := k.imported(t, "council-2026", answers, opt)
		if out.Rows != 4 || out.Taken != 4 || !out.Created {
			t.Errorf("first import: %+v", out)
		}
		c := out.Consultation
		if c.Status != models.StatusClosed {
			t.Errorf("a consultation made from a file is %s: nobody can answer it here", c.Status)
		}
		var groups []string
		for _, g := range c.Groups {
			groups = append(groups, fmt.Sprintf("%s=%s %v", g.ID, g.Name.Default(), g.Sensitive))
		}
		if got := strings.Join(groups, "; "); got != "not_stated=Not stated false; residents=Residents true; sex_workers=Sex workers true" {
			t.Errorf("groups %s", got)
		}
		for _, s := range k.subs(t, c) {
			if s.Channel != models.ChannelImport || len(s.Groups) != 1 || s.Source == "" || !s.Allows(models.ConsentQuote) {
				t.Errorf("imported as %+v", s)
			}
			if a := s.Answers[0]; a.Text == "Two\nlines" && (s.Groups[0] != "not_stated" || s.Day != "2026-11-23") {
				t.Errorf("a row without group and day became %v, %s", s.Groups, s.Day)
			}
		}
		if got := k.tables(t, "leaves"); got["leaves"] != 4 {
			t.Errorf("%d leaves in the log, want 4", got["leaves"])
		}
		// The same file again adds nothing; one that grew adds what is new.
		before := k.tables(t, "submissions", "leaves", "audit", "jobs")
		if again := k.imported(t, "council-2026", answers, opt); again.Taken != 0 || again.Known != 4 || again.Created {
			t.Errorf("second import: %+v", again)
		}
		if after := k.tables(t, "submissions", "leaves", "audit", "jobs"); fmt.Sprint(after) != fmt.Sprint(before) {
			t.Errorf("second import: %v, before %v", after, before)
		}
		grown := answers + "5,Residents,2026-11-02,The lamps are out.\n6,Residents,2026-11-03,New.\n"
		if out := k.imported(t, "council-2026", grown, opt); out.Taken != 2 || out.Known != 4 {
			t.Errorf("a file that grew: %+v", out)
		}
		k.drain(t)
		if got := len(k.find(t, officer, c, "lamps")); got != 3 {
			t.Errorf("found %d of 3 answers about lamps", got)
		}
		trail, err := k.store.AuditTrail(ctx, c.ID, 0)
		noError(t, err)
		taken := 0
		for _, e := range trail {
			if e.Action == "submissions.imported" {
				taken++
				if e.Actor != officer.ID || strings.Contains(fmt.Sprint(e), "lamps") {
					t.Errorf("recorded as %+v", e)
				}
			}
		}
		if taken != 2 {
			t.Errorf("%d imports on record, want 2", taken)
		}
		frozen := k.move(t, c, models.StatusFrozen)
		_, err = k.Import(ctx, officer, frozen.ID, strings.NewReader(grown+"7,Residents,,Late.\n"), opt)
		wantKind(t, "importing after freezing", err, models.KindClosed)
	})
}

// Two people may write the very same words; each counts.
func TestImportCountsEverybody(t *testing.T) {
	k := one(t)
	file := "words\n" + strings.Repeat("I agree.\n", 7)
	if out := k.imported(t, "agree", file, text("words")); out.Taken != 7 {
		t.Errorf("7 people who say the same: %+v", out)
	}
	if out := k.imported(t, "agree", file+"I agree.\n", text("words")); out.Taken != 1 || out.Known != 7 {
		t.Errorf("an eighth: %+v", out)
	}
}

func TestImportRefusesRows(t *testing.T) {
	k := one(t)
	c := k.open(t, []byte(storetest.Invented))
	opt := consult.ImportOptions{Columns: sheet.Columns{Text: "words", Group: "group", ID: "id", Date: "day"}}
	file := "id,group,day,words\n" + // line 1
		"a,Residents,,Fine.\n" +
		"a,Residents,,The same id.\n" +
		"b,Martians,,Nobody knows us.\n" +
		"c,Residents,someday,No such day.\n" +
		"d,Residents,,\n" +
		"e,Residents\n" +
		"f,Residents,,\"" + strings.Repeat("x", models.MaxTextLength+1) + "\"\n" +
		"g,Residents,,caf\xe9\n" +
		"h,Residents,,a \"quote\" inside\n" +
		"i,RESIDENTS,,Fine in capitals.\n" +
		"j,resident,,Fine by id.\n" +
		"k,Residents,,   \u202e \n" +
		"l,Residents,,\"" + strings.Repeat("y", sheet.MaxRow) + "\"\n" +
		"m,Residents,,\"never closed\n"
	out := k.imported(t, c.ID, file, opt)
	if out.Rows != 14 || out.Taken != 3 || out.Created {
		t.Errorf("%d rows, %d taken", out.Rows, out.Taken)
	}
	if got := lines(out.Refused); !slices.Equal(got, []int{3, 4, 5, 6, 7, 8, 9, 10, 13, 14, 15}) {
		t.Errorf("refused lines %v", got)
	}
	for _, r := range out.Refused {
		switch r.Line {
		case 3:
			if !strings.Contains(r.Reason, "line 2") {
				t.Errorf("an id used twice: %s", r.Reason)
			}
		case 4:
			for _, name := range []string{"Martians", "Residents", "Sex workers", "Other people"} {
				if !strings.Contains(r.Reason, name) {
					t.Errorf("an unknown group: %q does not name %s", r.Reason, name)
				}
			}
		}
		if len(r.Reason) > 300 {
			t.Errorf("line %d is refused with %d characters", r.Line, len(r.Reason))
		}
		if strings.Contains(r.Reason, "Nobody knows us") || strings.Contains(r.Reason, "xxx") {
			t.Errorf("line %d: the reason repeats an answer", r.Line)
		}
	}
	// An id is known again, whatever its words are now.
	if out := k.imported(t, c.ID, "id,group,day,words\na,Residents,,Other words.\n", opt); out.Known != 1 {
		t.Errorf("a known id: %+v", out)
	}
}

func TestImportRefusesFiles(t *testing.T) {
	k := one(t)
	c := k.open(t, []byte(storetest.Invented))
	before := k.tables(t, "consultations", "submissions")
	for name, test := range map[string]struct {
		id, file string
		opt      consult.ImportOptions
		says     string
	}{
		"empty":                {c.ID, "", text("words"), "empty"},
		"no such column":       {c.ID, "id,answer\n1,x\n", text("words"), "id, answer"},
		"no column named":      {c.ID, "id,answer\n1,x\n", text(""), "id, answer"},
		"UTF-16":               {c.ID, "\xff\xfew\x00", text("words"), "UTF-16"},
		"question of ticks":    {c.ID, "words\nx\n", consult.ImportOptions{Columns: sheet.Columns{Text: "words"}, Question: "A1"}, "C2"},
		"a bad id":             {"No Such Thing!", "words\nx\n", text("words"), "lower-case"},
		"no id":                {"", "words\nx\n", text("words"), "Name the consultation"},
		"a page of the portal": {"staff", "words\nx\n", text("words"), "staff"},
		"too many groups":      {"many", "words,g\n" + many(51), consult.ImportOptions{Columns: sheet.Columns{Text: "words", Group: "g"}}, "too many"},
		"a bad question":       {"new", "words\nx\n", consult.ImportOptions{Columns: sheet.Columns{Text: "words"}, Question: "1 2"}, "questions[0].id"},
	} {
		_, err := k.Import(ctx, officer, test.id, strings.NewReader(test.file), test.opt)
		wantKind(t, name, err, models.KindInvalid)
		if err != nil && !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %q does not say %q", name, err, test.says)
		}
	}
	if after := k.tables(t, "consultations", "submissions"); fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("files that were refused left something: %v, before %v", after, before)
	}
	_, err := k.Import(ctx, officer, c.ID, broken{}, text("words"))
	if err == nil {
		t.Error("a file that cannot be read was imported")
	}
}

// What comes from a file is not judged as what comes through the form is, has no
// code that somebody could use, and can be looked at again like any other.
func TestImportedAreNotMarked(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		out := k.imported(t, "council-2026", answers, consult.ImportOptions{Columns: sheet.Columns{Text: "words", Group: "group", Date: "day"}})
		c := out.Consultation
		for _, s := range k.subs(t, c) {
			if len(s.Attention) > 0 || s.Answers[0].Translation != "" || len(s.Attachments) > 0 {
				t.Errorf("imported as %+v", s)
			}
		}
		if ids, _ := k.toLookAt(t, c); len(ids) != 0 {
			t.Errorf("%d are to be looked at", len(ids))
		}
		var receipts, nonces int
		noError(t, k.sql(t).QueryRow("SELECT COUNT(receipt), COUNT(nonce) FROM submissions").Scan(&receipts, &nonces))
		if receipts+nonces != 0 {
			t.Errorf("%d have receipts and %d have nonces", receipts, nonces)
		}
		id := k.subs(t, c)[0].ID
		noError(t, k.SetAside(ctx, officer, c, id, models.AsideOther, "Stands in the file twice."))
		noError(t, k.CountAgain(ctx, officer, c, id))
		again := k.imported(t, "council-2026", answers, consult.ImportOptions{Columns: sheet.Columns{Text: "words", Group: "group", Date: "day"}})
		if again.Taken != 0 || again.Known != 4 || len(k.subs(t, c)) != 4 {
			t.Errorf("the same file again: %+v", again)
		}
		_, err := k.StartDraft(ctx, c, "en", "")
		wantKind(t, "answering what was imported", err, models.KindClosed)
	})
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("the disk is gone") }

func many(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "x,group %d\n", i)
	}
	return b.String()
}

// The same file makes the same consultation, whatever the order of a map.
func TestImportedGroupsAreDeterministic(t *testing.T) {
	var first string
	for range 8 {
		k := one(t)
		opt := consult.ImportOptions{Columns: sheet.Columns{Text: "w", Group: "g"}}
		out := k.imported(t, "x", "w,g\na,Ärzte\nb,Zoë\nc,A-B\nd,A B\ne,not stated\nf,日本\n", opt)
		source, err := k.ConsultationSource(ctx, officer, out.Consultation)
		noError(t, err)
		if first == "" {
			first = string(source)
		}
		if string(source) != first {
			t.Fatalf("another consultation:\n%s\nbefore:\n%s", source, first)
		}
		in := map[string]string{}
		for _, s := range k.subs(t, out.Consultation) {
			if other, taken := in[s.Groups[0]]; taken {
				t.Errorf("%q and %q are in one group", other, s.Answers[0].Text)
			}
			in[s.Groups[0]] = s.Answers[0].Text
		}
	}
}

// Somebody stops the import half-way: whole rows are there and no others, they
// are looked after, and a second run takes the rest.
func TestImportStopped(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		const rows = 450
		var b strings.Builder
		b.WriteString("words\n")
		for i := range rows {
			fmt.Fprintf(&b, "%q\n", spoken(i%len(topics), i))
		}
		for _, when := range []struct {
			id    string
			after int // batches
		}{{"first", 1}, {"last", 3}} {
			stopping, stop := context.WithCancel(ctx)
			opt, batches := text("words"), 0
			opt.Progress = func(done, of int) {
				if batches++; batches == when.after {
					stop()
				}
				if done > of || of != rows {
					t.Errorf("%d of %d rows are done", done, of)
				}
			}
			_, err := k.Import(stopping, officer, when.id, strings.NewReader(b.String()), opt)
			stop()
			if !errors.Is(err, context.Canceled) {
				t.Errorf("stopped with %v", err)
			}
			c, err := k.Consultation(ctx, officer, when.id)
			noError(t, err)
			subs := k.subs(t, c)
			if len(subs) == 0 || (when.after == 1) == (len(subs) == rows) {
				t.Errorf("stopped after %d batches: %d rows", when.after, len(subs))
			}
			for _, s := range subs {
				if _, _, _, err := k.store.Leaf(ctx, s.ID); err != nil || len(s.Answers) != 1 || s.Answers[0].Text == "" {
					t.Errorf("a row was written in part: %+v (%v)", s, err)
				}
			}
			// Nobody who was taken waits for a second run to be heard.
			k.drain(t)
			if run := k.run(t, c); run.Documents != len(subs) {
				t.Errorf("%d of %d rows were looked at for themes", run.Documents, len(subs))
			}
			found, err := k.Search(ctx, officer, c, searchAll)
			if err != nil || found.Total != len(subs) {
				t.Errorf("%d of %d rows are found (%v)", found.Total, len(subs), err)
			}
			out := k.imported(t, when.id, b.String(), text("words"))
			if out.Known != len(subs) || out.Taken != rows-len(subs) {
				t.Errorf("second run: %d known, %d taken, %d were there", out.Known, out.Taken, len(subs))
			}
			if n := len(k.subs(t, c)); n != rows {
				t.Errorf("%d rows in the end, want %d", n, rows)
			}
			leaves, err := k.store.Leaves(ctx, c.ID)
			if err != nil || len(leaves) != rows {
				t.Errorf("%d leaves (%v), want %d", len(leaves), err, rows)
			}
		}
	})
}

// Whatever the file, every row is accounted for, and importing it again adds
// nothing.
func TestImportAddsUp(t *testing.T) {
	k := one(t)
	serial := 0
	rapid.Check(t, func(r *rapid.T) {
		serial++
		cell := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", " ", "Residents", "*a", "&b", "- c", "null", "true", "1e3", "~", "yes", "{", "a: b", "#", "'", "\"", "!x", "a,b", "not stated", "@", "%", "\x00", "\u0085", "a\x00b"}))
		opt := consult.ImportOptions{Columns: sheet.Columns{Text: "w", Group: "g"}}
		if rapid.Bool().Draw(r, "ids") {
			opt.ID = "i"
		}
		b := []byte("i,g,w\n")
		for range rapid.IntRange(0, 12).Draw(r, "rows") {
			if rapid.IntRange(0, 9).Draw(r, "raw") == 0 {
				b = append(b, rapid.SliceOfN(rapid.Byte(), 0, 12).Draw(r, "bytes")...)
				b = append(b, '\n')
				continue
			}
			for i := range 3 {
				sep := byte(',')
				if i == 2 {
					sep = '\n'
				}
				b = append(b, '"')
				b = append(b, strings.ReplaceAll(cell.Draw(r, "cell"), `"`, `""`)...)
				b = append(b, '"', sep)
			}
		}
		id := fmt.Sprintf("file-%d", serial)
		out, err := k.Import(ctx, officer, id, strings.NewReader(string(b)), opt)
		if err != nil {
			r.Fatalf("%q: %v", b, err)
		}
		if out.Taken+out.Known+len(out.Refused) != out.Rows || out.Known != 0 {
			r.Fatalf("%d rows, but %d taken, %d known, %d refused", out.Rows, out.Taken, out.Known, len(out.Refused))
		}
		if n := len(k.subs(t, out.Consultation)); n != out.Taken {
			r.Fatalf("%d taken, %d there", out.Taken, n)
		}
		for _, refusal := range out.Refused {
			if refusal.Line < 2 || refusal.Reason == "" || !utf8.ValidString(refusal.Reason) {
				r.Fatalf("refused: %+v", refusal)
			}
		}
		again, err := k.Import(ctx, officer, id, strings.NewReader(string(b)), opt)
		if err != nil || again.Taken != 0 || again.Known != out.Taken || len(again.Refused) != len(out.Refused) {
			r.Fatalf("again: %+v (%v), first %+v", again, err, out)
		}
	})
}

// An officer freezes the analysis while an import runs: what comes after is
// refused, not slipped into fixed data.
func TestImportWhileItIsFrozen(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		k.imported(t, "x", "words\nThe first.\n", text("words"))
		c, err := k.Consultation(ctx, officer, "x")
		noError(t, err)
		opt := text("words")
		opt.Progress = func(done, _ int) {
			if done == 200 {
				k.move(t, c, models.StatusFrozen)
			}
		}
		var b strings.Builder
		b.WriteString("words\n")
		for i := range 300 {
			fmt.Fprintf(&b, "%q\n", spoken(i%len(topics), i))
		}
		_, err = k.Import(ctx, officer, "x", strings.NewReader(b.String()), opt)
		wantKind(t, "importing while it is frozen", err, models.KindClosed)
		if n := len(k.subs(t, c)); n != 201 {
			t.Errorf("%d rows are there, want the 201 from before", n)
		}
	})
}
