// Package measure judges the theme engine on text that people have coded: how
// well its themes agree with theirs, whether a small group is heard, how long
// it takes and how much memory. It reads the coded text and the clock, which
// the engine itself must not.
//
//	data.go      the coded text, read from a folder
//	rows.go      what is measured, with the goal of each figure
//	themes.go    finding themes; place.go placing in a code frame
//	minority.go  a subject that only a few people raise
//	large.go     time and memory of many answers
//	nmf.go       plain matrix factorisation, to compare with
//	usage.go     memory and processor time of this process
//
// Nothing of the coded text is ever printed.
package measure

import (
	"context"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"heard/app/theme"
)

// A Config says what is measured and how often. It is handed to every row.
type Config struct {
	Data   string   // folder of the coded text; see data.go
	Only   string   // only rows whose ID starts with this
	Seeds  []uint64 // a run of Find, or a draw of examples, for each
	Draws  int      // of small samples
	Trials int      // of planted minorities
	Groups int      // random groups
	Many   int      // answers of the large row
	// Background is handed to the engine with every body of text, as the portal
	// does; nil for none.
	Background *theme.Background
}

// Whole is the configuration behind published figures.
func Whole(data string) Config {
	return Config{Data: data, Seeds: []uint64{0, 1, 2}, Draws: 10, Trials: 50, Groups: 20, Many: 100_000}
}

// find and place are the only calls of the engine: what it is to be given
// besides goes in here.

func (c Config) find(docs []theme.Document, k int, seed uint64) theme.Result {
	return theme.Find(docs, theme.Options{K: k, Seed: seed, Background: c.Background})
}

func (c Config) place(docs []theme.Document, frame []theme.Code, examples []theme.Example) []theme.Assignment {
	return theme.Place(docs, frame, examples, c.Background)
}

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

// Machine is where the figures were measured.
type Machine struct {
	CPUs   int     `json:"cpus"`
	Go     string  `json:"go"`
	System string  `json:"system"`
	Load   float64 `json:"load"`   // one-minute load average at the start
	Memory string  `json:"memory"` // how peak memory is read
	// Background is the dictionary that was used where answers are few; "" for none.
	Background string `json:"background,omitempty"`
}

// ThisMachine describes the machine as it is now.
func ThisMachine(background *theme.Background) Machine {
	m := Machine{CPUs: runtime.GOMAXPROCS(0), Go: runtime.Version(), System: system(), Load: load(), Memory: peakSource()}
	if background != nil {
		m.Background = background.Name
	}
	return m
}

// Run measures every row of c in turn and hands each to report when it is
// done. A row whose text is not there is reported as skipped. The error is
// ctx's, report's, or of text that cannot be read.
func Run(ctx context.Context, c Config, report func(Row) error) error {
	for _, r := range rows {
		if !strings.HasPrefix(r.id, c.Only) {
			continue
		}
		row, err := r.measure(ctx, c)
		if err != nil {
			return err
		}
		if err := report(row); err != nil {
			return err
		}
	}
	return nil
}

func (r row) measure(ctx context.Context, c Config) (Row, error) {
	m := &meter{ctx: ctx, Config: c, row: Row{ID: r.id, Name: r.name}}
	for _, path := range r.needs {
		if _, err := os.Stat(filepath.Join(c.Data, filepath.FromSlash(path))); errors.Is(err, fs.ErrNotExist) {
			m.row.Skipped = path + " is not here"
			return m.row, nil
		}
	}
	resetPeak()
	if err := r.run(m); err != nil {
		return Row{}, err
	}
	m.row.PeakMB, m.row.Load = peakMB(), load()
	if m.row.Runs > 0 {
		m.row.Seconds = m.wall.Seconds() / float64(m.row.Runs)
		m.row.CPUSeconds = m.cpu.Seconds() / float64(m.row.Runs)
	}
	for i := range m.row.Figures {
		m.row.Figures[i].judge(r.goals)
	}
	return m.row, nil
}

// judge compares the figure, as it is printed, with its goal.
func (f *Figure) judge(goals []goal) {
	for _, g := range goals {
		if g.figure != f.Name {
			continue
		}
		scale := math.Pow(10, float64(f.Digits))
		shown := math.Round(f.Value*scale) / scale
		pass := shown >= g.value
		if g.most {
			pass = shown <= g.value
			f.AtMost = &g.value
		} else {
			f.AtLeast = &g.value
		}
		f.Pass = &pass
	}
}

// A meter collects one row.
type meter struct {
	Config
	ctx       context.Context
	row       Row
	wall, cpu time.Duration
}

// timed does one run and adds up what it took. The row's seconds are the mean
// over its runs.
func (m *meter) timed(do func()) (wall time.Duration, err error) {
	if err := m.ctx.Err(); err != nil {
		return 0, err
	}
	start, used := time.Now(), cpuTime()
	do()
	wall = time.Since(start)
	m.wall, m.cpu = m.wall+wall, m.cpu+cpuTime()-used
	m.row.Runs++
	return wall, nil
}

func (m *meter) add(name string, value float64, unit string, digits int) *Figure {
	m.row.Figures = append(m.row.Figures, Figure{Name: name, Value: value, Unit: unit, Digits: digits})
	return &m.row.Figures[len(m.row.Figures)-1]
}

func mean(values []float64) float64 {
	var sum float64
	for _, v := range values {
		sum += v
	}
	return sum / float64(max(1, len(values)))
}
