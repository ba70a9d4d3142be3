package web

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"heard/models"
	"heard/models/store"
)

// The auditor comes to the first act of the record, page by page, also of one
// consultation or person alone, and takes the whole of it away.
func TestRecordIsReadToItsBeginning(t *testing.T) {
	p := newPortal(t)
	p.signUp(models.RoleAuditor)
	p.signUp(models.RoleOfficer)
	officer := p.rows("SELECT id FROM users WHERE email = 'officer@penrow.example'")[0]
	must(t, p.store.Tx(t.Context(), func(tx *store.Store) error {
		for i := range 4*actsPerPage + 20 {
			e := models.AuditEvent{Actor: officer, Action: "seen", Object: fmt.Sprint("s", i/2), Reason: "=1+1"}
			if i%2 == 0 {
				e.Consultation = p.demo.ID
			}
			must(t, tx.Audit(t.Context(), e))
		}
		return nil
	}))
	auditor := p.staff(models.RoleAuditor)
	numbers := func(page *page) (list []string) {
		page.doc.Find("tbody tr td:first-child:not([colspan])").Each(func(_ int, s *goquery.Selection) { list = append(list, s.Text()) })
		return list
	}
	for asked, which := range map[string]string{
		"":                                        "",
		"?consultation=" + p.demo.ID:              " WHERE consultation = '" + p.demo.ID + "'",
		"?about=Officer@penrow.example":           " WHERE actor = '" + officer + "' OR object = '" + officer + "'",
		"?about=s7":                               " WHERE object = 's7'",
		"?about=s7&consultation=" + p.demo.ID:     " WHERE object = 's7' AND consultation = '" + p.demo.ID + "'",
		"?about=nobody@penrow.example":            " WHERE actor = 'nobody'",
		"?consultation=none":                      " WHERE consultation = 'none'",
		"?about=%00%ff&consultation=%00%ff&x=%00": " WHERE actor = '?'",
	} {
		page := auditor.get("/staff/audit" + asked)
		seen, pages := numbers(page), 1
		for ; page.doc.Find("nav.pages a[rel=next]").Length() > 0; pages++ {
			if page = page.follow("nav.pages a[rel=next]").is(http.StatusOK); len(numbers(page)) > actsPerPage {
				t.Errorf("%q: %d acts on one page", asked, len(numbers(page)))
			}
			seen = append(seen, numbers(page)...)
		}
		if want := p.rows("SELECT sequence FROM audit" + which + " ORDER BY sequence DESC"); !slices.Equal(seen, want) {
			t.Errorf("%q: %d acts on %d pages, expected %d", asked, len(seen), pages, len(want))
		}
		if newest := page.doc.Find("nav.pages a:not([rel])"); (newest.Length() > 0) != (pages > 1) {
			t.Errorf("%q: %d links to the newest on page %d", asked, newest.Length(), pages)
		} else if pages > 1 && !slices.Equal(numbers(page.follow("nav.pages a:not([rel])")), seen[:actsPerPage]) {
			t.Errorf("%q: the newest are not the newest", asked)
		}
	}
	for _, before := range []string{"x", "-1", "0", "99999999999999999999", "1.5"} {
		if got := numbers(auditor.get("/staff/audit?before=" + before)); len(got) != actsPerPage || got[0] != strconv.Itoa(p.count("audit")) {
			t.Errorf("before %s: %d acts", before, len(got))
		}
	}
	// The form asks for what the addresses above do, and holds what was asked.
	action, values := auditor.get("/staff/audit?about=s7&consultation=" + p.demo.ID).filled("form")
	if want := (url.Values{"about": {"s7"}, "consultation": {p.demo.ID}}).Encode(); action != "/staff/audit" || values.Encode() != want {
		t.Errorf("the form holds %s %q", action, values.Encode())
	}

	acts := p.count("audit")
	file := auditor.get("/staff/audit.csv")
	if kind := file.header.Get("Content-Type"); kind != "text/csv; charset=utf-8" {
		t.Errorf("the file is %q", kind)
	}
	rows, err := csv.NewReader(strings.NewReader(file.body)).ReadAll()
	must(t, err)
	if len(rows) != acts+1 || rows[1][0] != "1" {
		t.Fatalf("%d rows of %d acts, the first is %q", len(rows), acts, rows[1])
	}
	before := ""
	for _, row := range rows[1:] {
		number, err := strconv.ParseInt(row[0], 10, 64)
		must(t, err)
		if strings.HasPrefix(row[9], "=") {
			t.Fatalf("act %d has a formula: %q", number, row)
		}
		e := models.AuditEvent{Sequence: number, Day: row[1], Time: row[2], Actor: row[3], Action: row[5], Undone: row[6] == "true", Consultation: row[7], Object: row[8], Reason: strings.TrimPrefix(row[9], "'")}
		if e.Chained(before) != row[10] {
			t.Fatalf("the chain of the file breaks at %q", row)
		}
		if before = row[10]; row[3] == officer && row[4] != "officer@penrow.example" {
			t.Fatalf("act %d is of %q", number, row[4])
		}
	}
	auditor.get("/staff/audit").says("tbody tr:first-child", "auditor@penrow.exampleaudit.exported")
}
