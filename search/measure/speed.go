package measure

import (
	"context"
	"slices"
	"time"
)

// Times are how long things of one kind took.
type Times []time.Duration

// Quantile is the time that the share q of them did not exceed; 0 when there are none.
func (t Times) Quantile(q float64) time.Duration {
	if len(t) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(t))
	return sorted[int(q*float64(len(sorted)-1)+0.5)]
}

// Time does each of these n times in turn, so that what else the machine does falls on all alike, and returns how long
// each took. What they are is in the order given; the i of a call counts from 0.
func Time(ctx context.Context, n int, each ...func(ctx context.Context, i int) error) ([]Times, error) {
	took := make([]Times, len(each))
	for i := range n {
		for j, do := range each {
			start := time.Now()
			if err := do(ctx, i); err != nil {
				return nil, err
			}
			took[j] = append(took[j], time.Since(start))
		}
	}
	return took, nil
}
