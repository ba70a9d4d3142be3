package app

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"time"

	"heard/app/demo"
	"heard/app/redact/measure"
)

// redact prints how well identifying words are found in the program's own set
// of invented British answers and, with --data, in the set of the Presidio
// project in that folder; and how fast.
func (cmd benchCommand) redact(r *run) error {
	sets, err := measure.UK()
	if err != nil {
		return err
	}
	var dense []string
	for _, s := range sets {
		for _, t := range s.Texts {
			dense = append(dense, t.Words)
		}
	}
	skipped := ""
	if cmd.coded {
		presidio, err := measure.Presidio(r.cfg.Data)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			skipped = "SKIPPED: pii_presidio/texts.csv and spans.csv are not in the folder named by --data."
		case err != nil:
			return err
		default:
			sets = append(sets, presidio)
		}
	}
	ordinary, err := demonstrationTexts()
	if err != nil {
		return err
	}
	var f figures
	f.add("speed, ordinary answers", measure.Speed(ordinary), "MB/s")
	f.add("speed, the UK set", measure.Speed(dense), "MB/s")
	results := make([]measure.Result, len(sets))
	for i, s := range sets {
		results[i] = measure.Measure(s)
	}

	if cmd.JSON {
		e := json.NewEncoder(r.out)
		e.SetIndent("", "  ")
		e.SetEscapeHTML(false)
		return e.Encode(struct {
			Part    string           `json:"part"`
			CPUs    int              `json:"cpus"`
			Go      string           `json:"go"`
			Figures figures          `json:"figures"`
			Sets    []measure.Result `json:"sets"`
			Skipped string           `json:"skipped,omitempty"`
		}{cmd.Part, runtime.NumCPU(), runtime.Version(), f, results, skipped})
	}
	if err := f.print(r.out, cmd.Part, false); err != nil {
		return err
	}
	fmt.Fprintln(r.out)
	if err := measure.Head(r.out); err != nil {
		return err
	}
	for _, result := range results {
		if err := result.Print(r.out); err != nil {
			return err
		}
	}
	if skipped != "" {
		fmt.Fprintln(r.out, "\n"+skipped)
	}
	return nil
}

// demonstrationTexts returns the answers of the demonstration consultation.
func demonstrationTexts() ([]string, error) {
	now := time.Now()
	c, _, err := demo.Consultation(now)
	if err != nil {
		return nil, err
	}
	all, err := demo.Submissions(c, now)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, s := range all {
		for _, a := range s.Answers {
			if a.Text != "" {
				out = append(out, a.Text)
			}
		}
	}
	return out, nil
}
