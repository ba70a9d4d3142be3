// Package measured is what a measurement comes out as: rows of figures beside their goals, what they took of the
// machine, and the machine, printed as a table or as JSON. What is measured is known to those who measure:
// app/theme/measure, and the commands of app.
package measured

import (
	"fmt"
	"math"
	"runtime"
	"time"
)

// A Goal is what the figure of its name is to reach.
type Goal struct {
	Figure string
	Value  float64
	Most   bool // at most, else at least
}

// Least is the goal of a figure that is to be at least value.
func Least(figure string, value float64) Goal { return Goal{figure, value, false} }

// Most is the goal of a figure that is to be at most value.
func Most(figure string, value float64) Goal { return Goal{figure, value, true} }

// A Figure is one measure of a row. Of AtLeast and AtMost one is set when the
// figure has a goal.
type Figure struct {
	Name    string   `json:"name"`
	Value   float64  `json:"value"`
	Unit    string   `json:"unit,omitempty"`
	Digits  int      `json:"-"`
	Low     *float64 `json:"low,omitempty"` // 95 % interval
	High    *float64 `json:"high,omitempty"`
	AtLeast *float64 `json:"at_least,omitempty"`
	AtMost  *float64 `json:"at_most,omitempty"`
	Pass    *bool    `json:"pass,omitempty"` // nil without a goal
}

// A Row is a set of figures from one body of text.
type Row struct {
	ID         string   `json:"id"`
	Name       string   `json:"name"`
	Skipped    string   `json:"skipped,omitempty"` // why nothing was measured
	Answers    int      `json:"answers,omitempty"` // in one run, mean
	Runs       int      `json:"runs,omitempty"`
	Seconds    float64  `json:"seconds,omitempty"`     // wall time of one run, mean
	CPUSeconds float64  `json:"cpu_seconds,omitempty"` // of all processors, of one run, mean
	PeakMB     float64  `json:"peak_mb,omitempty"`     // of the process during the row
	Load       float64  `json:"load,omitempty"`        // load average when it was done: above the number of processors, Seconds tells of others too
	Figures    []Figure `json:"figures,omitempty"`
}

// Add gives the row another figure, printed with so many digits after the
// point, and returns it.
func (r *Row) Add(name string, value float64, unit string, digits int) *Figure {
	r.Figures = append(r.Figures, Figure{Name: name, Value: value, Unit: unit, Digits: digits})
	return &r.Figures[len(r.Figures)-1]
}

// Value is the value of the first figure of a name; NaN when the row has none.
func (r Row) Value(name string) float64 {
	for _, f := range r.Figures {
		if f.Name == name {
			return f.Value
		}
	}
	return math.NaN()
}

// Judge holds the figures of the row to the goals of their names.
func (r *Row) Judge(goals ...Goal) {
	for i := range r.Figures {
		r.Figures[i].Judge(goals...)
	}
}

// Judge compares the figure, as it is printed, with its goal, if one of goals
// is its.
func (f *Figure) Judge(goals ...Goal) {
	for _, g := range goals {
		if g.Figure != f.Name {
			continue
		}
		scale := math.Pow(10, float64(f.Digits))
		shown := math.Round(f.Value*scale) / scale
		pass := shown >= g.Value
		if g.Most {
			pass = shown <= g.Value
			f.AtMost = &g.Value
		} else {
			f.AtLeast = &g.Value
		}
		f.Pass = &pass
	}
}

// Once measures a row in one run, with what it took of the machine.
func Once(row Row, do func(*Row) error) (Row, error) {
	ResetPeak()
	start, used := time.Now(), CPUTime()
	if err := do(&row); err != nil {
		return Row{}, fmt.Errorf("%s: %w", row.ID, err)
	}
	if row.Skipped == "" {
		row.Runs, row.Seconds, row.CPUSeconds = 1, time.Since(start).Seconds(), (CPUTime() - used).Seconds()
		row.PeakMB, row.Load = PeakMB(), Load()
	}
	return row, nil
}

// Machine is where the figures were measured.
type Machine struct {
	CPUs   int     `json:"cpus"`
	Go     string  `json:"go"`
	System string  `json:"system"`
	Load   float64 `json:"load"`   // one-minute load average at the start
	Memory string  `json:"memory"` // how peak memory is read
	// With is what else the figures depend on, such as the dictionary that was used.
	With string `json:"with,omitempty"`
}

// ThisMachine describes the machine as it is now.
func ThisMachine(with string) Machine {
	return Machine{CPUs: runtime.GOMAXPROCS(0), Go: runtime.Version(), System: system(), Load: Load(), Memory: peakSource(), With: with}
}
