package theme

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// inParallel calls f for consecutive ranges that cover 0…n-1, on every
// processor. Ranges depend on n and size alone, never on the machine, so a sum
// kept per range and added up in order is the same everywhere.
func inParallel(n, size int, f func(lo, hi int)) {
	ranges := (n + size - 1) / size
	workers := min(runtime.GOMAXPROCS(0), ranges)
	if workers <= 1 {
		for lo := 0; lo < n; lo += size {
			f(lo, min(lo+size, n))
		}
		return
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for {
				lo := int(next.Add(1)-1) * size
				if lo >= n {
					return
				}
				f(lo, min(lo+size, n))
			}
		})
	}
	wg.Wait()
}
