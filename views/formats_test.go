package views

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"heard/models"
)

// A report that stands alone holds every point heard once: it has nowhere to lead
// to the rest.
func TestNothingIsLeftOutOfAFile(t *testing.T) {
	r := report()
	r.HeardOnce = nil
	for i := range 3 * onceHere {
		r.HeardOnce = append(r.HeardOnce, models.ReportExcerpt{PublicID: fmt.Sprint("id", i), Text: fmt.Sprintf("Point number %d.", i)}, models.ReportExcerpt{PublicID: fmt.Sprint("silent", i)})
	}
	var out bytes.Buffer
	if err := renderer(t).RenderFile(&out, &ReportPage{Report: r}); err != nil {
		t.Fatal(err)
	}
	for i := range 3 * onceHere {
		if !strings.Contains(out.String(), fmt.Sprintf("Point number %d.", i)) || !strings.Contains(out.String(), fmt.Sprint("silent", i)) {
			t.Fatalf("point %d is left out", i)
		}
	}
	page := render(t, renderer(t), &ReportPage{Report: r})
	if strings.Contains(page, fmt.Sprintf("Point number %d.", 2*onceHere)) {
		t.Error("the page holds them all")
	}
}

func TestSizesAreWrittenOut(t *testing.T) {
	for bytes, want := range map[int]string{0: "1 kB", 1500: "1 kB", 48123: "47 kB", 3 << 20: "3.0 MB"} {
		if got := Size(bytes); got != want {
			t.Errorf("%d bytes are %q, expected %q", bytes, got, want)
		}
	}
}

// A bar shows no more than the figure beside it.
func TestBars(t *testing.T) {
	b := &Base{Lang: "en"}
	renderer(t).prepare(b)
	percent := 62
	for name, c := range map[string]struct{ got, want *Bar }{
		"a share":            {b.Bar(shown(62), &percent, shown(100)), &Bar{Width: 62}},
		"a small number":     {b.Bar(masked(10), nil, shown(40)), &Bar{Width: 25, Masked: true, Says: "fewer than 10"}},
		"few people":         {b.Bar(shown(6), nil, shown(20)), nil},
		"a withheld number":  {b.Bar(hidden(), nil, shown(400)), nil},
		"of a small number":  {b.Bar(masked(5), nil, masked(10)), nil},
		"of hardly more":     {b.Bar(masked(5), nil, shown(5)), nil},
		"among all":          {b.BarOf(shown(20), shown(60)), &Bar{Width: 33}},
		"small among all":    {b.BarOf(masked(5), shown(60)), &Bar{Width: 8, Masked: true, Says: "fewer than 5"}},
		"among few":          {b.BarOf(shown(3), shown(29)), nil},
		"among nobody knows": {b.BarOf(shown(3), hidden()), nil},
	} {
		if diff := cmp.Diff(c.want, c.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
