package agreement

import (
	"math/rand/v2"
	"slices"
)

// An Overlap says how two people, or a person and a machine, gave themes to one
// item: how many themes both gave, and how many each gave.
type Overlap struct{ Both, One, Other float64 }

// Of returns the overlap of two sets of themes.
func Of(one, other map[string]bool) Overlap {
	var o Overlap
	for id, in := range one {
		if in {
			o.One++
			if other[id] {
				o.Both++
			}
		}
	}
	for _, in := range other {
		if in {
			o.Other++
		}
	}
	return o
}

// Mean is the overlap of an item that several pairs gave themes to.
func Mean(pairs []Overlap) Overlap {
	var sum Overlap
	for _, p := range pairs {
		sum.Both += p.Both
		sum.One += p.One
		sum.Other += p.Other
	}
	if n := float64(len(pairs)); n > 0 {
		sum.Both, sum.One, sum.Other = sum.Both/n, sum.One/n, sum.Other/n
	}
	return sum
}

// resamples is how often F1 draws the items anew.
const resamples = 1000

// F1 is the micro-F1 of items that take several themes, with its 95 % interval:
// the 2.5th and 97.5th percentiles over bootstrap samples of the items (Efron
// 1979). Items to which nobody gave a theme do not count; where there is nothing
// but those, both agree. The same items and seed give the same interval.
func F1(items []Overlap, seed uint64) (f1, low, high float64) {
	f1 = micro(items)
	if len(items) == 0 {
		return f1, f1, f1
	}
	random := rand.New(rand.NewPCG(seed, 1))
	figures := make([]float64, resamples)
	drawn := make([]Overlap, len(items))
	for i := range figures {
		for j := range drawn {
			drawn[j] = items[random.IntN(len(items))]
		}
		figures[i] = micro(drawn)
	}
	slices.Sort(figures)
	at := func(share float64) float64 { return figures[int(share*float64(len(figures)-1)+0.5)] }
	return f1, at(0.025), at(0.975)
}

// Kappa is Cohen's (1960): agreement beyond what chance would bring, over every
// decision whether an item has a theme, of as many themes as could be given. It
// is 1 where both always agree and 0 where they agree as often as two who give
// their themes at random. Where chance alone brings full agreement it is 1.
func Kappa(items []Overlap, themes int) float64 {
	all := Mean(items)
	cells := float64(themes)
	if cells == 0 {
		return 1
	}
	one, other := all.One/cells, all.Other/cells
	observed := 1 - (all.One+all.Other-2*all.Both)/cells
	chance := one*other + (1-one)*(1-other)
	if chance >= 1 {
		return 1
	}
	return (observed - chance) / (1 - chance)
}

func micro(items []Overlap) float64 {
	all := Mean(items)
	if all.One+all.Other == 0 {
		return 1
	}
	return 2 * all.Both / (all.One + all.Other)
}
