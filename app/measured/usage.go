package measured

import (
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"time"
)

// ResetPeak gives back unused memory and starts the peak anew, where the
// system lets us.
func ResetPeak() {
	debug.FreeOSMemory()
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) // else the peak is that of the process so far
}

// PeakMB is the most physical memory this process held since ResetPeak, in
// MiB; without /proc, what the Go runtime has from the system.
func PeakMB() float64 {
	if kb, ok := status("VmHWM:"); ok {
		return kb / 1024
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.Sys) / (1 << 20)
}

func peakSource() string {
	if _, ok := status("VmHWM:"); ok {
		return "resident set, highest (VmHWM)"
	}
	return "obtained from the system by the Go runtime, never given back"
}

// Peak runs do and gives the most memory held during it, in MiB.
func Peak(do func()) float64 {
	ResetPeak()
	do()
	return PeakMB()
}

// PeakOf is the most physical memory another process ever held, in MiB, with
// what it has mapped of files; 0 without /proc.
func PeakOf(pid int) float64 {
	kb, _ := statusOf(strconv.Itoa(pid), "VmHWM:")
	return kb / 1024
}

func status(field string) (kb float64, ok bool) { return statusOf("self", field) }

func statusOf(process, field string) (kb float64, ok bool) {
	b, err := os.ReadFile("/proc/" + process + "/status")
	if err != nil {
		return 0, false
	}
	_, after, found := strings.Cut(string(b), field)
	words := strings.Fields(after)
	if !found || len(words) == 0 {
		return 0, false
	}
	kb, err = strconv.ParseFloat(words[0], 64)
	return kb, err == nil
}

// CPUTime is the time this process had on processors; 0 without /proc.
func CPUTime() time.Duration {
	b, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return 0
	}
	// After the name in brackets: state is the 3rd field, utime the 14th.
	words := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
	if len(words) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(words[11])
	system, _ := strconv.Atoi(words[12])
	const tick = 10 * time.Millisecond // USER_HZ is 100 on every Linux
	return time.Duration(user+system) * tick
}

// Load is the load average of the last minute; 0 where it cannot be read.
func Load() float64 {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return 0
	}
	one, _, _ := strings.Cut(string(b), " ")
	v, _ := strconv.ParseFloat(one, 64)
	return v
}

func system() string {
	if b, err := os.ReadFile("/etc/os-release"); err == nil {
		for line := range strings.Lines(string(b)) {
			if name, ok := strings.CutPrefix(strings.TrimSpace(line), "PRETTY_NAME="); ok {
				return strings.Trim(name, `"`)
			}
		}
	}
	return runtime.GOOS
}
