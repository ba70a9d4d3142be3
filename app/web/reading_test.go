package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"heard/models"
	"heard/models/storetest"
)

// What a reader typed is on the page that refuses it, beside what somebody else
// wrote meanwhile, and the queue says what is left.
func TestReadingPages(t *testing.T) {
	p := newPortal(t)
	p.signUp(models.RoleOfficer)
	c := p.open([]byte(storetest.Invented))
	sub := storetest.Submission(c.ID, 0)
	sub.Submission.Attachments = []models.Attachment{{Key: "k1", Kind: "PDF", Size: 9, SHA256: "aa", Text: "Call me on 07700 900123."}, {Key: "k2", Kind: models.ScanOfForm + "PDF", Size: 9, SHA256: "bb", Text: " "}}
	storetest.Create(t, p.store, sub)
	officer := p.staff(models.RoleOfficer)
	queue := "/staff/" + c.ID + "/reading"
	here := queue + "/" + sub.Submission.ID

	first := officer.get(queue).says(".tally", "0 of 1").says("tbody", "Not read yet").submit("form:has([value=next])", url.Values{"do": {"next"}})
	if first.url.Path != here {
		t.Fatalf("the next to read is at %s", first.url)
	}
	if got := first.doc.Find("main").Text(); strings.Contains(got, "900123") {
		t.Error("the page shows what was to be taken out of an attachment")
	}
	if first.doc.Find("#summary-1").Length() != 1 || first.doc.Find("#summary-2").Length() > 0 {
		t.Error("there is no field to summarise the file, or there is one for the scan of a form that was keyed")
	}
	typed := func(do, text, version string) *page {
		return officer.post(here, url.Values{"do": {do}, "revision": {"0"}, "attachment": {"k1"}, "version": {version}, "summary": {text}})
	}
	typed("read", "", "0").is(http.StatusUnprocessableEntity).says(".problem", "Say what is in attachment 1")
	must(t, p.store.AddSummary(t.Context(), models.Summary{Attachment: "k1", Version: 1, Submission: sub.Submission.ID, By: "u-other", Day: "2026-11-23", Text: "Theirs <b>."}))
	got := typed("rich", "Mine <i>.", "0").is(http.StatusConflict).says(".problem", "Somebody else").says(".summary .lines", "Theirs <b>.")
	if box := got.doc.Find("#summary-1").Text(); box != "Mine <i>." {
		t.Errorf("the field holds %q", box)
	}
	if n := p.count("evidence_rich"); n > 0 {
		t.Error("it was marked although it was refused")
	}
	typed("rich", "Both <i>.", "1").says(".notice", "rich in evidence").says(".summary details", "Theirs <b>.")
	typed("nothing", "x", "2").is(http.StatusUnprocessableEntity)
	typed("read", "Both <i>.", "2").says(".notice", "nothing else to read").says(".tally", "1 of 1").says("tbody", "officer@penrow.example")
	// Whatever button is pressed, what was written is kept; no form goes without it.
	open := officer.get(here)
	if n := open.doc.Find("main form").Length(); n != 1 {
		t.Errorf("%d forms are on the page, expected the one that the summary belongs to", n)
	}
	version := 2
	var to []string
	for _, query := range []string{"", "?original=yes"} {
		buttons := officer.get(here + query).doc.Find(`main button`)
		if n := buttons.Not("[form=reading]").Length(); n > 0 {
			t.Errorf("%d buttons of %q leave the summary behind", n, query)
		}
		buttons.Filter("[name=go]").Each(func(_ int, b *goquery.Selection) {
			at, text := b.AttrOr("value", ""), fmt.Sprintf("Summary %d.", version)
			values := url.Values{"revision": {"0"}, "attachment": {"k1"}, "version": {strconv.Itoa(version)}, "summary": {text}, "go": {at}}
			if got := officer.post(here, values).is(http.StatusOK); got.url.RequestURI() != at {
				t.Errorf("%q leads to %s, expected %s", b.Text(), got.url, at)
			}
			version++
			if all, err := p.store.Summaries(t.Context(), sub.Submission.ID); err != nil || len(all) != version || all[version-1].Text != text {
				t.Errorf("%q: kept are %+v (%v)", b.Text(), all, err)
			}
			path, _, _ := strings.Cut(at, "?")
			to = append(to, strings.TrimPrefix(path, "/staff/"+c.ID+"/"))
		})
	}
	id := sub.Submission.ID
	for _, want := range []string{"submissions/" + id + "/redact", "submissions/" + id, "reading/" + id, "submissions/" + id + "/files/1", "submissions/" + id + "/erase", "code"} {
		if !slices.Contains(to, want) {
			t.Errorf("no button leads to %s: %q", want, to)
		}
	}
	for _, elsewhere := range []string{"https://elsewhere.example/", "//elsewhere.example", "/feed"} {
		if got := officer.post(here, url.Values{"revision": {"0"}, "go": {elsewhere}}); got.url.Path != "/staff" {
			t.Errorf("%s leads to %s", elsewhere, got.url)
		}
	}
	conflict := officer.post(here, url.Values{"revision": {"0"}, "attachment": {"k1"}, "version": {"1"}, "summary": {"Late."}, "go": {queue}}).is(http.StatusConflict)
	if box := conflict.doc.Find("#summary-1").Text(); box != "Late." {
		t.Errorf("before it leads away, the field holds %q", box)
	}

	officer.get(queue+"?show=unread").says("main", "Everything has been read.")
	officer.get(queue+"?show=zebra&page=x").says("tbody", sub.Submission.PublicID)
	officer.get("/staff/"+c.ID+"/submissions/"+sub.Submission.ID).follow(`a[href*="/reading/"]`).says("main", "Read by officer@penrow.example")
}
