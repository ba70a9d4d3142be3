package measure

import (
	"fmt"
	"heard/app/redact"
	"strings"
	"testing"
)

func TestY(t *testing.T) {
	p, _ := Presidio("/work/shared/data")
	seen := map[string]int{}
	for i, x := range p.Texts {
		if i%2 != 0 {
			continue
		}
		ss := redact.Suggest(x.Words)
		for _, m := range x.Marks {
			if m.Kind != redact.Name && m.Kind != redact.Phone {
				continue
			}
			ok := false
			for _, s := range ss {
				if s.Start <= m.Start && s.End >= m.End {
					ok = true
				}
			}
			if !ok {
				a := max(0, m.Start-45)
				b := min(len(x.Words), m.End+25)
				c := strings.ToValidUTF8(strings.ReplaceAll(x.Words[a:m.Start]+"<<"+x.Words[m.Start:m.End]+">>"+x.Words[m.End:b], "\n", "⏎"), "")
				seen[string(m.Kind[:4])]++
				fmt.Println(m.Kind[:4], c)
			}
		}
	}
	fmt.Println(seen)
}
