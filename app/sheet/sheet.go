// Package sheet reads spreadsheets of responses: CSV (RFC 4180, UTF-8, header
// row). It is pure. A row that cannot be read is refused with its line and the
// reason, and reading goes on with the next; the file is refused as a whole
// only when its header cannot be used.
package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"heard/models"
)

// MaxRow is the largest row taken, in bytes.
const MaxRow = 1 << 20

// Columns names the columns to read. Text is needed, the others may be "".
type Columns struct {
	Text  string // the words
	Group string // respondent group
	Date  string // day received
	ID    string // the response's id in the system it comes from
}

// Row is one response. Line is where it starts in the file, from 1; Day is
// YYYY-MM-DD or ""; Whole is what Records.Whole says of it.
type Row struct {
	Line                 int
	Text, Group, Day, ID string
	Whole                []string
}

// Refusal is a row that was not taken.
type Refusal struct {
	Line   int
	Reason string
}

// Sheet is what a file holds. Total = len(Rows) + len(Refused).
type Sheet struct {
	Rows    []Row
	Refused []Refusal
	Total   int
}

// Records are the records of a file, one after the other. Header is its first.
// Wording is what each column asked; nil where the file does not say.
type Records struct {
	Header  []string
	Wording []string
	reader  *recordReader
}

// Open reads a file as far as its header, which is refused if it cannot be read.
func Open(file io.Reader) (*Records, error) {
	lines, err := splitLines(file)
	if err != nil {
		return nil, err
	}
	r := &recordReader{lines: lines}
	header, line, reason := r.next()
	if reason == "" && header == nil {
		reason = "the file is empty"
	}
	if reason != "" {
		return nil, models.NewError(models.KindInvalid, fmt.Sprintf("Line %d: the header row cannot be read: %s.", max(line, 1), reason))
	}
	return &Records{header, r.wording(len(header)), r}, nil
}

// wording passes over the two records that Qualtrics writes between the names of
// the columns and the first response: what each column asked, which it returns, and
// where it comes from, such as {"ImportId":"QID1"}.
func (r *recordReader) wording(columns int) []string {
	start := r.at
	asked, _, _ := r.next()
	from, _, _ := r.next()
	if len(asked) != columns || len(from) != columns || slices.ContainsFunc(from, func(cell string) bool { return !strings.HasPrefix(cell, `{"ImportId":`) }) {
		r.at = start
		return nil
	}
	return asked
}

// Each hands every record that can be read to take, with the line it starts on
// and as many cells as the header has, without white space around them. take
// says why it does not take one, "" when it does. total is how many records
// there are, those that are refused too.
func (f *Records) Each(take func(line int, cells []string) (refusal string)) (refused []Refusal, total int) {
	r := f.reader
	for {
		record, line, reason := r.next()
		if record == nil && reason == "" {
			return refused, total
		}
		total++
		if reason == "" && len(record) != len(f.Header) {
			reason = fmt.Sprintf("expected %d columns as in the header, found %d", len(f.Header), len(record))
		}
		if reason == "" {
			for i := range record {
				record[i] = strings.TrimSpace(record[i])
			}
			reason = take(line, record)
		}
		if reason == "" {
			continue
		}
		switch {
		case r.at > line && r.misjoined(line, len(f.Header)):
			r.at, reason = line, unclosed
		case r.at > line:
			reason += fmt.Sprintf(" (the row goes from line %d to line %d)", line, r.at)
		}
		refused = append(refused, Refusal{line, reason})
	}
}

// Whole returns all that a record says: the name of each column in which something
// stands, and what stands there. It is the same whichever columns are read.
func (f *Records) Whole(cells []string) []string {
	var whole []string
	for i, cell := range cells {
		if cell != "" {
			whole = append(whole, f.Header[i], cell)
		}
	}
	return whole
}

// Read reads every row it can and says why it cannot read the others.
func Read(file io.Reader, columns Columns) (*Sheet, error) {
	records, err := Open(file)
	if err != nil {
		return nil, err
	}
	header := records.Header
	find := func(flag, name string) (int, error) {
		if name == "" {
			return -1, nil
		}
		if i := slices.Index(header, name); i >= 0 {
			if slices.Contains(header[i+1:], name) {
				return -1, models.NewError(models.KindInvalid, fmt.Sprintf("Two columns are called %q. Give each its own name, so that it is clear which one %s means.", name, flag))
			}
			return i, nil
		}
		return -1, models.NewError(models.KindInvalid, fmt.Sprintf("There is no column %q for %s. The file has: %s.", name, flag, strings.Join(header, ", ")))
	}
	var text, group, date, id int
	for _, c := range []struct {
		at         *int
		flag, name string
	}{{&text, "--text", columns.Text}, {&group, "--group", columns.Group}, {&date, "--date", columns.Date}, {&id, "--id", columns.ID}} {
		if *c.at, err = find(c.flag, c.name); err != nil {
			return nil, err
		}
	}
	if text < 0 {
		return nil, models.NewError(models.KindInvalid, fmt.Sprintf("Say with --text which column holds the words. The file has: %s.", strings.Join(header, ", ")))
	}
	s := &Sheet{}
	s.Refused, s.Total = records.Each(func(line int, cells []string) (reason string) {
		cell := func(i int) string {
			if i < 0 {
				return ""
			}
			return cells[i]
		}
		row := Row{Line: line, Text: cell(text), Group: cell(group), ID: cell(id), Whole: records.Whole(cells)}
		if d := cell(date); d != "" {
			if row.Day = Day(d); row.Day == "" {
				return fmt.Sprintf("cannot read the date %q: expected for example 2026-10-05 or 05/10/2026", Shorten(d))
			}
		}
		s.Rows = append(s.Rows, row)
		return ""
	})
	return s, nil
}

// Shorten keeps a cell that goes into a message from filling the screen.
func Shorten(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// Day reads a date in the forms spreadsheets use and keeps the day only, as
// YYYY-MM-DD; "" where it is none.
func Day(s string) string {
	for _, form := range []string{time.DateOnly, time.RFC3339, time.DateTime, "02/01/2006", "2/1/2006", "02/01/2006 15:04", "2006-01-02T15:04:05", "2 January 2006", "2 Jan 2006", time.UnixDate, time.ANSIC, time.RFC1123} {
		if t, err := time.Parse(form, s); err == nil {
			return t.Format(time.DateOnly)
		}
	}
	return ""
}

func splitLines(file io.Reader) ([][]byte, error) {
	all, err := io.ReadAll(file)
	if err != nil {
		return nil, err
	}
	if bytes.HasPrefix(all, []byte{0xFF, 0xFE}) || bytes.HasPrefix(all, []byte{0xFE, 0xFF}) {
		return nil, models.NewError(models.KindInvalid, "The file is in UTF-16. Save it again as “CSV UTF-8”.")
	}
	all = bytes.TrimPrefix(all, []byte("\xEF\xBB\xBF"))
	if !bytes.Contains(all, []byte("\n")) { // as spreadsheets for the early Macintosh wrote them
		all = bytes.ReplaceAll(all, []byte("\r"), []byte("\n"))
	}
	lines := bytes.SplitAfter(all, []byte("\n"))
	if n := len(lines); n > 0 && len(lines[n-1]) == 0 {
		lines = lines[:n-1]
	}
	return lines, nil
}

// recordReader reads CSV records and recovers after one that is broken: only
// the line it starts on is given up, and reading goes on at the next.
type recordReader struct {
	lines [][]byte
	at    int
}

const unclosed = "a quotation mark opens a cell here and is never closed"

// misjoined reports whether a refused row of several lines is one broken line
// and good rows after it, of which a later quotation mark made one: then every
// row from the second line on is sound, the last one beyond where the refused
// row ends.
func (r *recordReader) misjoined(line, columns int) bool {
	rest := &recordReader{lines: r.lines, at: line}
	for rest.at < r.at {
		record, _, reason := rest.next()
		if reason != "" || len(record) != columns {
			return false
		}
	}
	return true
}

// next returns the record and the line it starts on (from 1), or why that line
// cannot be read. At the end both are empty.
func (r *recordReader) next() (record []string, line int, reason string) {
	for r.at < len(r.lines) && len(bytes.TrimSpace(r.lines[r.at])) == 0 {
		r.at++
	}
	if r.at >= len(r.lines) {
		return nil, r.at, ""
	}
	start := r.at
	line = start + 1
	quotes, end := 0, start
	for end < len(r.lines) {
		quotes += bytes.Count(r.lines[end], []byte(`"`))
		end++
		if quotes%2 == 0 {
			break
		}
	}
	r.at = start + 1 // where to go on if only this line is given up
	if quotes%2 == 1 {
		return nil, line, unclosed
	}
	chunk := bytes.Join(r.lines[start:end], nil)
	parser := csv.NewReader(bytes.NewReader(chunk))
	parser.FieldsPerRecord = -1
	record, err := parser.Read()
	if err != nil {
		var p *csv.ParseError
		if errors.As(err, &p) {
			return nil, line, fmt.Sprintf("the row is not valid CSV: %s", p.Err)
		}
		return nil, line, "the row is not valid CSV"
	}
	r.at = end
	if !utf8.Valid(chunk) {
		return nil, line, "the row is not in UTF-8: save the file again as “CSV UTF-8”"
	}
	if len(chunk) > MaxRow {
		return nil, line, fmt.Sprintf("the row is larger than %d MB", MaxRow>>20)
	}
	return record, line, ""
}
