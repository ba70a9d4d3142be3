package views

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// Elements that end by themselves: never with a tag, or with what follows.
var (
	empty    = strings.Fields("area base br col embed hr img input link meta source track wbr rect line path circle use")
	optional = strings.Fields("html head body li dt dd p rt rp optgroup option colgroup caption thead tbody tfoot tr td th")
	// blocks end a paragraph that stands open, so the tag that ends it is one too many.
	blocks = strings.Fields("address article aside blockquote details div dl fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr main menu nav ol p pre section table ul")
)

// checkMarkup holds the tags of a page to the standard, which browsers mend in
// silence: each that must be ended is, in the right order, nothing is ended that was
// not begun, and no block stands in a paragraph.
func checkMarkup(t *testing.T, body string) {
	t.Helper()
	for _, fault := range markup(body) {
		t.Error(fault)
	}
}

func markup(body string) (faults []string) {
	var open []string
	for z := html.NewTokenizer(strings.NewReader(body)); ; {
		switch kind := z.Next(); kind {
		case html.ErrorToken:
			for _, name := range open {
				if !slices.Contains(optional, name) {
					faults = append(faults, fmt.Sprintf("<%s> is not ended", name))
				}
			}
			return faults
		case html.StartTagToken, html.SelfClosingTagToken:
			token := z.Token()
			if slices.Contains(blocks, token.Data) && len(open) > 0 && open[len(open)-1] == "p" {
				open = open[:len(open)-1]
			}
			if kind == html.StartTagToken && !slices.Contains(empty, token.Data) {
				open = append(open, token.Data)
			}
		case html.EndTagToken:
			name := z.Token().Data
			for len(open) > 0 && open[len(open)-1] != name && slices.Contains(optional, open[len(open)-1]) {
				open = open[:len(open)-1]
			}
			if len(open) == 0 || open[len(open)-1] != name {
				return append(faults, fmt.Sprintf("</%s> ends nothing, or something else: %v stands open", name, open))
			}
			open = open[:len(open)-1]
		}
	}
}

func TestMarkupIsChecked(t *testing.T) {
	for _, wrong := range []string{"<div>", "<p><div></div></p>", "<b><i></b></i>", "</section>", "<ul><li></ol>"} {
		if len(markup(wrong)) == 0 {
			t.Errorf("nothing is said of %s", wrong)
		}
	}
}
