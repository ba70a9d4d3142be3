package disclose

import "testing"

// A later figure is the earlier one, the earlier one and what may be shown of those
// who came, or masked.
func TestLater(t *testing.T) {
	shown := func(n int) Figure { return Figure{Shown: true, Value: n, Threshold: Threshold} }
	few, withheld := Figure{Threshold: Threshold}, Figure{Threshold: Threshold, Withheld: true}
	for _, test := range []struct{ earlier, change, want Figure }{
		{shown(40), few, shown(40)},
		{shown(40), shown(7), shown(47)},
		{shown(40), withheld, withheld},
		{shown(40), Figure{}, withheld},
		{few, few, few},
		{few, shown(30), Figure{}},
		{withheld, shown(30), Figure{}},
		{Figure{}, few, Figure{}},
	} {
		if got := Later(test.earlier, test.change); got != test.want {
			t.Errorf("%+v, then %+v: got %+v, expected %+v", test.earlier, test.change, got, test.want)
		}
	}
}
