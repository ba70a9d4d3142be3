package measured

import (
	"fmt"
	"io"
	"strconv"
)

// line is one line of the table, in Markdown.
const line = "| %-44s | %-32s | %18s | %8s | %-10s | %8s | %8s | %6s |\n"

// Print writes the machine and the head of the table.
func (m Machine) Print(w io.Writer) error {
	with := ""
	if m.With != "" {
		with = "; " + m.With
	}
	_, err := fmt.Fprintf(w, "%d CPUs, %s, %s; load at the start %.1f; memory: %s%s.\n\n", m.CPUs, m.System, m.Go, m.Load, m.Memory, with)
	if err != nil {
		return err
	}
	if _, err = fmt.Fprintf(w, line, "Data", "Measure", "Measured", "Goal", "", "s a run", "CPU s", "MB"); err != nil {
		return err
	}
	_, err = fmt.Fprintln(w, "|---|---|---|---|---|---|---|---|")
	return err
}

// Print writes one line for each figure of the row. Time is that of one run, by
// the clock and added up over processors; memory is the most this process held
// during the row.
func (r Row) Print(w io.Writer) error {
	if r.Skipped != "" {
		_, err := fmt.Fprintf(w, line, r.Name, "SKIPPED: "+r.Skipped, "", "", "", "", "", "")
		return err
	}
	for i, f := range r.Figures {
		name, seconds, used, megabytes := r.Name, fmt.Sprintf("%.2f", r.Seconds), fmt.Sprintf("%.2f", r.CPUSeconds), fmt.Sprintf("%.0f", r.PeakMB)
		if i > 0 {
			name, seconds, used, megabytes = "", "", "", ""
		}
		if _, err := fmt.Fprintf(w, line, name, f.Name, f.measured(), f.goal(), f.verdict(), seconds, used, megabytes); err != nil {
			return err
		}
	}
	return nil
}

func (f Figure) number(v float64) string { return strconv.FormatFloat(v, 'f', f.Digits, 64) }

func (f Figure) measured() string {
	out := f.number(f.Value)
	if f.Unit != "" {
		out += " " + f.Unit
	}
	if f.Low != nil && f.High != nil {
		out += fmt.Sprintf(" (%s–%s)", f.number(*f.Low), f.number(*f.High))
	}
	return out
}

func (f Figure) goal() string {
	switch {
	case f.AtLeast != nil:
		return "≥ " + strconv.FormatFloat(*f.AtLeast, 'f', -1, 64)
	case f.AtMost != nil:
		return "≤ " + strconv.FormatFloat(*f.AtMost, 'f', -1, 64)
	}
	return ""
}

func (f Figure) verdict() string {
	switch {
	case f.Pass == nil:
		return ""
	case *f.Pass:
		return "pass"
	}
	return "FALLS SHORT"
}
