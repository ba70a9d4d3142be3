package evidence

import (
	"fmt"

	"github.com/landlock-lsm/go-landlock/landlock"
	"github.com/landlock-lsm/go-landlock/landlock/syscall"
	"golang.org/x/sys/unix"
)

// confine takes from this process, for good, what it needs not: files and network
// (Landlock, as far as the kernel has it) and more than its share of everything.
func confine() error {
	// What is missing in this kernel is left out.
	if err := landlock.V6.BestEffort().Restrict(); err != nil {
		return fmt.Errorf("confine the process: %w", err)
	}
	for limit, most := range map[int]uint64{
		unix.RLIMIT_CPU:    workCPU,
		unix.RLIMIT_DATA:   workMemory,
		unix.RLIMIT_AS:     4 * workMemory, // Go sets more aside than it uses
		unix.RLIMIT_NOFILE: workFiles,
		unix.RLIMIT_FSIZE:  0,
		unix.RLIMIT_CORE:   0,
	} {
		if err := unix.Setrlimit(limit, &unix.Rlimit{Cur: most, Max: most}); err != nil {
			return fmt.Errorf("limit the process: %w", err)
		}
	}
	return nil
}

// landlocked reports whether the kernel has Landlock.
func landlocked() bool {
	version, err := syscall.LandlockGetABIVersion()
	return err == nil && version > 0
}
