package measure

import (
	"fmt"
	"os"
	"testing"
)

func TestZ(t *testing.T) {
	d, h, err := UK()
	if err != nil {
		t.Fatal(err)
	}
	sets := []Set{d}
	if os.Getenv("HELD") != "" {
		sets = append(sets, h)
	}
	if os.Getenv("PRES") != "" {
		p, err := Presidio("/work/shared/data")
		if err != nil {
			t.Fatal(err)
		}
		q := p
		q.Texts = nil
		for i, x := range p.Texts {
			if (i%2 == 0) == (os.Getenv("PRES") == "dev") {
				q.Texts = append(q.Texts, x)
			}
		}
		sets = append(sets, q)
	}
	for _, s := range sets {
		r := Measure(s)
		fmt.Println(r.Set, r.Texts, r.Words, "sugg", r.Suggestions, "false", r.False, "names", r.NamesFalse, r.PerHundred, "spilt", r.Spilt)
		for _, x := range r.Rows {
			fmt.Printf("  %-28s %4d found %4d %.3f partly %d right %d\n", x.Kind, x.Marked, x.Found, x.Recall(), x.Partly, x.Right)
		}
		if os.Getenv("LIST") != "" {
			n := 0
			for _, m := range r.Missed {
				fmt.Printf("  MISS %q\n", m)
				n++
				if n > 150 {
					break
				}
			}
			n = 0
			for _, m := range r.FalseAlarms {
				fmt.Printf("  FALSE %q\n", m)
				n++
				if n > 150 {
					break
				}
			}
		}
	}
}
