package app

import (
	"strings"
	"testing"

	"heard/app/report"
	"heard/models"
	"heard/views"
)

// A sentence of a summary says the same in a file and on the English page.
func TestSummariesAreWordedAlike(t *testing.T) {
	r, err := views.New()
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"size.half", "size.first", "size.quarter", "size.tenth", "size.some", "size.under", "size.masked", "size.hidden", "who.distinctive", "who.leading",
		"stance.for", "stance.against", "stance.more.for", "stance.more.against", "stance.both", "contrary.for", "contrary.against", "contrary.hidden", "asked", "quote", "quote.group", "quoted", "parts"} {
		s := models.ReportSentence{Kind: kind, Number: &models.Figure{Value: 12}, Other: &models.Figure{Value: 190}, Names: []string{"One", "Two"}, Quote: &models.ReportExcerpt{Text: "Words.", Group: "Residents"}}
		if kind == "size.masked" {
			s.Number = &models.Figure{Masked: true, Threshold: 10}
		}
		number := map[bool]string{true: "fewer than 10", false: "12"}[s.Number.Masked]
		file := report.English(s)
		page := r.Translate("en", "summary."+kind, "Number", number, "Other", "190", "Names", "One, Two", "Group", "Residents")
		if file == "" || file != page && !(strings.HasPrefix(kind, "quote") && file == page+" “Words.”") {
			t.Errorf("%s: the file says %q, the page %q", kind, file, page)
		}
	}
}
