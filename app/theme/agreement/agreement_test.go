package agreement

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestKnownFigures(t *testing.T) {
	// The groupings and figures of scikit-learn's documentation, and two by hand.
	tests := []struct {
		name               string
		a, b               []int
		acc, nmi, ari, ami float64
	}{
		{"same under other numbers", []int{0, 0, 1, 1}, []int{5, 5, 2, 2}, 1, 1, 1, 1},
		{"split in four", []int{0, 0, 0, 0}, []int{0, 1, 2, 3}, 0.25, 0, 0, 0},
		{"one group refined", []int{0, 0, 1, 2}, []int{0, 0, 1, 1}, 0.75, 0.8, 0.571429, 0.571429},
		{"crossed", []int{0, 0, 1, 1}, []int{0, 1, 0, 1}, 0.5, 0, -0.5, -0.5},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, c := range []struct {
				name      string
				got, want float64
			}{
				{"Accuracy", Accuracy(tt.a, tt.b), tt.acc},
				{"NMI", NMI(tt.a, tt.b), tt.nmi},
				{"ARI", ARI(tt.a, tt.b), tt.ari},
				{"AMI", AMI(tt.a, tt.b), tt.ami},
			} {
				if math.Abs(c.got-c.want) > 1e-4 {
					t.Errorf("%s = %.6f, want %.6f", c.name, c.got, c.want)
				}
			}
		})
	}
}

func TestSymmetricAndBounded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 60).Draw(t, "n")
		group := rapid.SliceOfN(rapid.IntRange(0, 7), n, n)
		a, b := group.Draw(t, "a"), group.Draw(t, "b")
		for name, f := range map[string]func(a, b []int) float64{"Accuracy": Accuracy, "NMI": NMI, "ARI": ARI, "AMI": AMI} {
			x, y := f(a, b), f(b, a)
			if math.Abs(x-y) > 1e-9 || x > 1+1e-9 || math.IsNaN(x) {
				t.Fatalf("%s gives %v one way and %v the other", name, x, y)
			}
			if self := f(a, a); math.Abs(self-1) > 1e-9 {
				t.Fatalf("%s of a grouping with itself is %v", name, self)
			}
		}
	})
}

// Pairing must be the best one, which only trying all of them can show.
func TestPairUpAgainstExhaustion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 6).Draw(t, "n")
		cost := make([][]float64, n)
		for i := range cost {
			for range n {
				cost[i] = append(cost[i], float64(rapid.IntRange(-9, 9).Draw(t, "cost")))
			}
		}
		var got float64
		for i, j := range pairUp(cost) {
			got += cost[i][j]
		}
		best := math.Inf(1)
		used := make([]bool, n)
		var try func(i int, sum float64)
		try = func(i int, sum float64) {
			if i == n {
				best = min(best, sum)
				return
			}
			for j := range n {
				if !used[j] {
					used[j] = true
					try(i+1, sum+cost[i][j])
					used[j] = false
				}
			}
		}
		try(0, 0)
		if got != best {
			t.Fatalf("pairing costs %v, the best %v", got, best)
		}
	})
}

// Kappa as worked by hand: 10 answers, 5 themes, so 50 decisions; both gave 8,
// one 12 in all, the other 10.
func TestKappa(t *testing.T) {
	items := make([]Overlap, 10)
	for i := range items {
		items[i] = Overlap{Both: 0.8, One: 1.2, Other: 1}
	}
	observed, chance := 44.0/50, (12.0/50)*(10.0/50)+(38.0/50)*(40.0/50)
	if got, want := Kappa(items, 5), (observed-chance)/(1-chance); math.Abs(got-want) > 1e-9 {
		t.Errorf("kappa is %v, want %v", got, want)
	}
	for name, c := range map[string]struct {
		item Overlap
		want float64
	}{"all alike": {Overlap{Both: 2, One: 2, Other: 2}, 1}, "nobody gave any": {Overlap{}, 1}, "by chance": {Overlap{Both: 1, One: 2, Other: 2}, 0}} {
		if got := Kappa([]Overlap{c.item}, 4); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%s: kappa is %v, want %v", name, got, c.want)
		}
	}
}
