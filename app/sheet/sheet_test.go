package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"heard/models"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

var all = Columns{Text: "text", Group: "group", Date: "date", ID: "id"}

// refused is a line and part of the reason.
type refused struct {
	line   int
	reason string
}

func TestRead(t *testing.T) {
	const header = "id,text,group,date\n"
	one := Row{Line: 2, ID: "1", Text: "first", Group: "walker", Day: "2026-10-05"}
	last := func(line int) Row {
		return Row{Line: line, ID: "9", Text: "last", Group: "rower", Day: "2026-10-06"}
	}
	const first, final = "1,first,walker,2026-10-05\n", "9,last,rower,06/10/2026\n"
	for _, test := range []struct {
		name    string
		file    string
		rows    []Row
		refused []refused
	}{
		{"nothing but a header", header, nil, nil},
		{"a header without a line end", "id,text,group,date", nil, nil},
		{"two rows", header + first + final, []Row{one, last(3)}, nil},
		{"no line end at the end", header + first + strings.TrimSuffix(final, "\n"), []Row{one, last(3)}, nil},
		{"byte order mark", "\uFEFF" + header + first, []Row{one}, nil},
		{"byte order mark and quoted header", "\uFEFF\"id\",\"text\",\"group\",\"date\"\n" + first, []Row{one}, nil},
		{"Windows line ends", strings.ReplaceAll(header+first+final, "\n", "\r\n"), []Row{one, last(3)}, nil},
		{"Macintosh line ends", strings.ReplaceAll(header+first+final, "\n", "\r"), []Row{one, last(3)}, nil},
		{"blank lines", "\n" + header + "\n  \n" + first + "\r\n\n" + final + "\n\n", []Row{{Line: 5, Text: "first", Group: "walker", Day: "2026-10-05", ID: "1"}, last(8)}, nil},
		{"white space in cells", header + " 1 ,\tfirst , walker, 2026-10-05 \n", []Row{one}, nil},
		{"a comma in quotes", header + "1,\"a, b\",,\n", []Row{{Line: 2, ID: "1", Text: "a, b"}}, nil},
		{"quotes in quotes", header + "1,\"say \"\"hello\"\"\",,\n", []Row{{Line: 2, ID: "1", Text: `say "hello"`}}, nil},
		{"line ends in quotes, and the lines after them", header + "1,\"a\nb\n\nc\",,\n" + final, []Row{{Line: 2, ID: "1", Text: "a\nb\n\nc"}, last(6)}, nil},
		{"empty cells", header + ",,,\n", []Row{{Line: 2}}, nil},

		{"a column too few", header + first + "2,second,walker\n" + final, []Row{one, last(4)}, []refused{{3, "expected 4 columns as in the header, found 3"}}},
		{"a column too many", header + first + "2,second,walker,2026-10-05,\n" + final, []Row{one, last(4)}, []refused{{3, "expected 4 columns as in the header, found 5"}}},
		{"a comma that should be quoted", header + "1,well, first,walker,2026-10-05\n" + final, []Row{last(3)}, []refused{{2, "found 5"}}},
		{"a column too few, over several lines", header + "1,\"a\nb\"\n" + final, []Row{last(4)}, []refused{{2, "found 2 (the row goes from line 2 to line 3)"}}},
		{"not UTF-8", header + first + "2,caf\xe9,walker,2026-10-05\n" + final, []Row{one, last(4)}, []refused{{3, "not in UTF-8"}}},
		{"not UTF-8, over several lines that look like rows", header + "1,\"caf\xe9\nx,y,z,2026-10-05\nend\",,\n" + final, []Row{last(5)}, []refused{{2, "not in UTF-8"}}},
		{"a quotation mark never closed, first row", header + "1,\"first,walker,2026-10-05\n" + final, []Row{last(3)}, []refused{{2, "opens a cell here and is never closed"}}},
		{"a quotation mark never closed, middle row", header + first + "2,\"second,walker,2026-10-05\n" + final, []Row{one, last(4)}, []refused{{3, "never closed"}}},
		{"a quotation mark never closed, last row", header + first + "2,\"second,walker,2026-10-05", []Row{one}, []refused{{3, "never closed"}}},
		{"a quotation mark never closed before good quotes", header + "1,\"first,walker,2026-10-05\n2,\"a, b\",,\n" + final, []Row{{Line: 3, ID: "2", Text: "a, b"}, last(4)}, []refused{{2, "never closed"}}},
		{"two never closed", header + "1,\"first,walker,2026-10-05\n" + final + "3,\"third,walker,2026-10-05\n" + final, []Row{last(3), last(5)}, []refused{{2, "not valid CSV"}, {4, "never closed"}}},
		{"a quotation mark in a cell without", header + first + "2,5\" pipe,walker,2026-10-05\n" + final, []Row{one, last(4)}, []refused{{3, "quotation mark"}}},
		{"two quotation marks in a cell without", header + first + "2,a \"big\" pipe,walker,2026-10-05\n" + final, []Row{one, last(4)}, []refused{{3, "not valid CSV"}}},
		{"words after the closing quotation mark", header + first + "2,\"a\" pipe,walker,2026-10-05\n" + final, []Row{one, last(4)}, []refused{{3, "not valid CSV"}}},
		{"a date that is none", header + first + "2,second,walker,soon\n" + final, []Row{one, last(4)}, []refused{{3, `cannot read the date "soon": expected for example`}}},
		{"a large cell in one line", header + first + "2," + strings.Repeat("x", 5<<20) + ",,\n" + final, []Row{one, last(4)}, []refused{{3, "larger than 1 MB"}}},
		{"a large cell in many lines", header + first + "2,\"" + strings.Repeat("word,word\n", 500_000) + "\",,\n" + final, []Row{one, last(500_004)}, []refused{{3, "larger than 1 MB"}}},
		{"everything at once", header + "1\n2,\"a,,\n3,\xff,,\n4,d,,32/01/2026\n" + final, []Row{last(6)},
			[]refused{{2, "found 1"}, {3, "never closed"}, {4, "UTF-8"}, {5, "cannot read the date"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, err := Read(strings.NewReader(test.file), all)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.rows, s.Rows, cmpopts.IgnoreFields(Row{}, "Whole")); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
			if s.Total != len(s.Rows)+len(s.Refused) {
				t.Errorf("%d rows in all, %d taken, %d refused", s.Total, len(s.Rows), len(s.Refused))
			}
			if len(s.Refused) != len(test.refused) {
				t.Fatalf("refused: got %v, expected %v", s.Refused, test.refused)
			}
			for i, want := range test.refused {
				if got := s.Refused[i]; got.Line != want.line || !strings.Contains(got.Reason, want.reason) {
					t.Errorf("refused: got %v, expected %v", got, want)
				}
			}
		})
	}
}

func TestReadRefusesTheFileForItsHeader(t *testing.T) {
	for _, test := range []struct {
		name, file string
		columns    Columns
		want       string
	}{
		{"nothing", "", all, "Line 1: the header row cannot be read: the file is empty"},
		{"a byte order mark", "\uFEFF", all, "the file is empty"},
		{"blank lines", "\n\n  \n", all, "the file is empty"},
		{"UTF-16, little end first", "\xff\xfei\x00d\x00\n\x00", all, "UTF-16. Save it again"},
		{"UTF-16, big end first", "\xfe\xff\x00i\x00d\x00\n", all, "UTF-16. Save it again"},
		{"no column for the text", "id,words\n1,a\n", Columns{Text: "text"}, `There is no column "text" for --text. The file has: id, words.`},
		{"no column for the group", "text\na\n", Columns{Text: "text", Group: "group"}, `There is no column "group" for --group`},
		{"no column for the date", "text\na\n", Columns{Text: "text", Date: "when"}, `There is no column "when" for --date`},
		{"no column for the id", "text\na\n", Columns{Text: "text", ID: "key"}, `There is no column "key" for --id`},
		{"no text asked for", "id,text\n1,a\n", Columns{ID: "id"}, "Say with --text which column holds the words. The file has: id, text."},
		{"two columns of the name", "text,text\na,b\n", Columns{Text: "text"}, `Two columns are called "text"`},
		{"a header in capitals", "TEXT\na\n", Columns{Text: "text"}, `There is no column "text"`},
		{"a header with an open quotation mark", "id,\"text\n1,a\n", all, "Line 1: the header row cannot be read: a quotation mark opens"},
		{"a header that is not UTF-8", "\n\ncaf\xe9,text\n", all, "Line 3: the header row cannot be read: the row is not in UTF-8"},
	} {
		s, err := Read(strings.NewReader(test.file), test.columns)
		if s != nil || models.KindOf(err) != models.KindInvalid || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, %v\nexpected …%s…", test.name, s, err, test.want)
		}
	}
}

func TestReadTakesOtherColumnsTwice(t *testing.T) {
	s, err := Read(strings.NewReader("text,,\na,b,c\n"), Columns{Text: "text"})
	if err != nil || len(s.Rows) != 1 || s.Rows[0].Text != "a" {
		t.Errorf("got %v, %v", s, err)
	}
}

func TestReadPassesOnWhatTheDiskSays(t *testing.T) {
	if _, err := Read(iotest.ErrReader(io.ErrUnexpectedEOF), all); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v", err)
	}
	s, err := Read(iotest.OneByteReader(strings.NewReader("text\na\n")), Columns{Text: "text"})
	if err != nil || len(s.Rows) != 1 {
		t.Errorf("byte by byte: got %v, %v", s, err)
	}
}

func TestDates(t *testing.T) {
	for in, want := range map[string]string{
		"2026-10-05": "2026-10-05", "05/10/2026": "2026-10-05", "5/10/2026": "2026-10-05", "05/10/2026 14:30": "2026-10-05",
		"2026-10-05 14:30:00": "2026-10-05", "2026-10-05T14:30:00Z": "2026-10-05", "2026-10-05T23:30:00-05:00": "2026-10-05", "2026-10-05T14:30:00": "2026-10-05",
		"5 October 2026": "2026-10-05", "5 Oct 2026": "2026-10-05", "29/02/2028": "2028-02-29",
		"10/25/2026": "", "29/02/2026": "", "2026-13-01": "", "45935": "", "05.10.2026": "", "yesterday": "", "2026-10-05 \x00": "",
	} {
		if got := Day(in); got != want {
			t.Errorf("%q: got %q, expected %q", in, got, want)
		}
	}
}

func TestShorten(t *testing.T) {
	for in, want := range map[string]string{"": "", strings.Repeat("é", 40): strings.Repeat("é", 40), strings.Repeat("é", 41): strings.Repeat("é", 40) + "…"} {
		if got := Shorten(in); got != want {
			t.Errorf("got %q, expected %q", got, want)
		}
	}
	s, err := Read(strings.NewReader("text,date\na,"+strings.Repeat("x", 5000)+"\n"), Columns{Text: "text", Date: "date"})
	if err != nil || len(s.Refused) != 1 || len(s.Refused[0].Reason) > 200 {
		t.Errorf("a long date fills the screen: %v, %v", s, err)
	}
}

// Large files are read in one pass: a hundred thousand rows, every third of
// them broken in a way that makes the reader look ahead.
func TestReadManyRows(t *testing.T) {
	const n = 100_000
	var b strings.Builder
	b.WriteString("id,text\n")
	for i := range n {
		switch i % 3 {
		case 0:
			fmt.Fprintf(&b, "%d,\"one\ntwo\"\n", i)
		case 1:
			fmt.Fprintf(&b, "%d,three\n", i)
		default:
			fmt.Fprintf(&b, "%d,four,\"\"\n", i)
		}
	}
	s, err := Read(strings.NewReader(b.String()), Columns{Text: "text", ID: "id"})
	if err != nil {
		t.Fatal(err)
	}
	if s.Total != n || len(s.Refused) != n/3 {
		t.Errorf("%d rows, %d refused", s.Total, len(s.Refused))
	}
	if last := s.Rows[len(s.Rows)-1]; last.ID != fmt.Sprint(n-1) || last.Line != 1+n+(n+2)/3-1+1-1 {
		t.Errorf("the last row is %+v", last)
	}
}

// goodRow draws a row as a spreadsheet program would write it.
func goodRow(t *rapid.T, id int) []string {
	cell := rapid.OneOf(
		rapid.StringMatching(`[a-z ,"\n]{0,20}`),
		rapid.SampledFrom([]string{"plain", "a, b", `say "hello"`, "two\nlines", "\"", "\"\"", "two\n\nparagraphs, \"quoted\"", "é💥"}),
	)
	return []string{fmt.Sprint(id), cell.Draw(t, "text"), "walker", "2026-10-05"}
}

var brokenRows = []string{
	"x\n", "x,y\n", "x,y,z,2026-10-05,more\n", "x,\"y,z,2026-10-05\n", "x,y\",z,2026-10-05\n", "x,y,z,\"2026-10-05\n", "x,a \"b\" c,z,2026-10-05\n",
	"x,\"a\" b,z,2026-10-05\n", "x,\xff,z,2026-10-05\n", "x,\"\xff\",z,2026-10-05\n", "x,\"\xff\n\",z,2026-10-05\n", "x,y,z,never\n", "x,\"a\nb\",z\n", "\"\n", "x,\"\"\",z,2026-10-05\n",
}

// One broken row costs itself and nothing else, wherever it stands.
func TestABrokenRowLosesOnlyItself(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 8).Draw(t, "rows")
		at := rapid.IntRange(0, n).Draw(t, "broken row")
		var b bytes.Buffer
		b.WriteString("id,text,group,date\n")
		var want []Row
		line, brokenLine := 2, 0
		for i := range n + 1 {
			if i == at {
				brokenLine = line
				bad := rapid.SampledFrom(brokenRows).Draw(t, "broken")
				b.WriteString(bad)
				line += strings.Count(bad, "\n")
			}
			if i == n {
				break
			}
			row := goodRow(t, i)
			before := b.Len()
			w := csv.NewWriter(&b)
			_ = w.Write(row)
			w.Flush()
			want = append(want, Row{Line: line, ID: row[0], Text: strings.TrimSpace(row[1]), Group: row[2], Day: row[3]})
			line += bytes.Count(b.Bytes()[before:], []byte("\n"))
		}
		s, err := Read(&b, all)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, s.Rows, cmpopts.IgnoreFields(Row{}, "Whole")); diff != "" {
			t.Fatalf("rows (-want +got):\n%s", diff)
		}
		if len(s.Refused) != 1 || s.Refused[0].Line != brokenLine || s.Refused[0].Reason == "" {
			t.Fatalf("refused %v, expected line %d", s.Refused, brokenLine)
		}
	})
}

// checkTotal counts again, and looks that lines are in order and in the file.
func checkTotal(t interface{ Fatalf(string, ...any) }, file []byte, s *Sheet) {
	if s.Total != len(s.Rows)+len(s.Refused) {
		t.Fatalf("%d rows in all, %d taken, %d refused", s.Total, len(s.Rows), len(s.Refused))
	}
	var lines []int
	for i, r := range s.Rows {
		lines = append(lines, r.Line)
		if i > 0 && r.Line <= s.Rows[i-1].Line {
			t.Fatalf("line %d comes after line %d", r.Line, s.Rows[i-1].Line)
		}
	}
	for i, r := range s.Refused {
		lines = append(lines, r.Line)
		if r.Reason == "" || i > 0 && r.Line <= s.Refused[i-1].Line {
			t.Fatalf("refused: %v", s.Refused)
		}
	}
	slices.Sort(lines)
	ends := 1 + max(bytes.Count(file, []byte("\n")), bytes.Count(file, []byte("\r")))
	for i, line := range lines {
		if line < 2 || line > ends || i > 0 && line == lines[i-1] {
			t.Fatalf("lines %v of a file that has %d", lines, ends)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, bad := range brokenRows {
		f.Add([]byte("id,text,group,date\n1,a,b,2026-10-05\n" + bad + "2,\"c\n,d\",e,\n"))
	}
	for _, s := range []string{"", "text", "text\n", "\uFEFFtext\na\n", "text\r\na\r\n", "text\ra\r", "\xff\xfe", "\n\ntext\n\"\n\"\n\"", "text\n\u0085\na\n", "text\n\r\n\ra\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		for _, columns := range []Columns{all, {Text: "text"}} {
			s, err := Read(bytes.NewReader(file), columns)
			if (s == nil) == (err == nil) {
				t.Fatalf("got %v and %v: expected one of them", s, err)
			}
			if err == nil {
				checkTotal(t, file, s)
			} else if models.KindOf(err) != models.KindInvalid {
				t.Fatalf("kind %d: %v", models.KindOf(err), err)
			}
		}
	})
}
