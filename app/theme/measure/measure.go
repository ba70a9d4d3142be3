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
//
// Nothing of the coded text is ever printed.
package measure

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"heard/app/measured"
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

// Run measures every row of c in turn and hands each to report when it is
// done. A row whose text is not there is reported as skipped. The error is
// ctx's, report's, or of text that cannot be read.
func Run(ctx context.Context, c Config, report func(measured.Row) error) error {
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

func (r row) measure(ctx context.Context, c Config) (measured.Row, error) {
	m := &meter{ctx: ctx, Config: c, row: measured.Row{ID: r.id, Name: r.name}}
	for _, path := range r.needs {
		if _, err := os.Stat(filepath.Join(c.Data, filepath.FromSlash(path))); errors.Is(err, fs.ErrNotExist) {
			m.row.Skipped = path + " is not here"
			return m.row, nil
		}
	}
	measured.ResetPeak()
	if err := r.run(m); err != nil {
		return measured.Row{}, err
	}
	m.row.PeakMB, m.row.Load = measured.PeakMB(), measured.Load()
	if m.row.Runs > 0 {
		m.row.Seconds = m.wall.Seconds() / float64(m.row.Runs)
		m.row.CPUSeconds = m.cpu.Seconds() / float64(m.row.Runs)
	}
	m.row.Judge(r.goals...)
	return m.row, nil
}

// A meter collects one row.
type meter struct {
	Config
	ctx       context.Context
	row       measured.Row
	wall, cpu time.Duration
}

// timed does one run and adds up what it took. The row's seconds are the mean
// over its runs.
func (m *meter) timed(do func()) (wall time.Duration, err error) {
	if err := m.ctx.Err(); err != nil {
		return 0, err
	}
	start, used := time.Now(), measured.CPUTime()
	do()
	wall = time.Since(start)
	m.wall, m.cpu = m.wall+wall, m.cpu+measured.CPUTime()-used
	m.row.Runs++
	return wall, nil
}

func (m *meter) add(name string, value float64, unit string, digits int) *measured.Figure {
	return m.row.Add(name, value, unit, digits)
}

func mean(values []float64) float64 {
	var sum float64
	for _, v := range values {
		sum += v
	}
	return sum / float64(max(1, len(values)))
}
