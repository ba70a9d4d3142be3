package measure

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"

	"heard/app/redact"
)

// Row is how well one kind was found.
type Row struct {
	Kind   redact.Kind `json:"kind"`   // or "obfuscated spellings", whatever their kind
	Marked int         `json:"marked"` // how many there are
	Found  int         `json:"found"`  // every letter and digit of it is in a suggestion, of whatever kind
	Partly int         `json:"partly"` // some of it is
	Right  int         `json:"right"`  // of those found, suggested as what it is
	Goal   float64     `json:"goal,omitempty"`
}

// Recall is the share found, from 0 to 1.
func (r Row) Recall() float64 { return float64(r.Found) / float64(max(1, r.Marked)) }

// Short reports whether the goal is missed.
func (r Row) Short() bool { return r.Recall() < r.Goal }

// Result is how well a set was done.
type Result struct {
	Set         string         `json:"set"`
	Texts       int            `json:"texts"`
	Words       int            `json:"words"`
	Rows        []Row          `json:"rows"`
	Suggestions int            `json:"suggestions"`
	False       int            `json:"false"`                 // suggestions that touch nothing marked
	PerHundred  float64        `json:"perHundred"`            // false suggestions per 100 words
	Spilt       int            `json:"spilt"`                 // words that are in a suggestion and not marked
	NamesFalse  int            `json:"namesFalse"`            // false suggestions of names
	Aside       map[string]int `json:"aside,omitempty"`       // marks of the set that redact is not asked to find
	FalseAlarms []string       `json:"falseAlarms,omitempty"` // what was suggested, with the rule
	Missed      []string       `json:"missed,omitempty"`      // what was not found, whole
}

// Obfuscated is the row of what is spelt so as to be missed.
const Obfuscated redact.Kind = "obfuscated spellings"

// MaxFalse is how many false alarms there may be per 100 words.
const MaxFalse = 3.0

// goals are the shares that must be found.
var goals = map[redact.Kind]float64{
	redact.Phone: 0.99, redact.Email: 0.99, redact.Postcode: 0.99, redact.NumberPlate: 0.99, redact.NationalInsurance: 0.99,
	redact.NHS: 0.99, redact.Card: 0.99, Obfuscated: 0.90, redact.Name: 0.85,
}

// Measure judges redact.Suggest on a set. Obfuscated spellings are a row of their
// own and are not counted in the row of their kind.
func Measure(s Set) Result {
	r := Result{Set: s.Name, Texts: len(s.Texts), Aside: s.Aside}
	rows := map[redact.Kind]*Row{}
	for _, t := range s.Texts {
		r.Words += len(strings.Fields(t.Words))
		suggestions := redact.Suggest(t.Words)
		r.Suggestions += len(suggestions)
		for _, m := range t.Marks {
			if m.Kind == "" {
				continue
			}
			k := m.Kind
			if m.Obfuscated {
				k = Obfuscated
			}
			if rows[k] == nil {
				rows[k] = &Row{Kind: k, Goal: goals[k]}
			}
			r.count(rows[k], t, m, suggestions)
		}
		for _, one := range suggestions {
			touches := slices.ContainsFunc(t.Marks, func(m Mark) bool {
				return (m.Kind != "" || m.Free) && m.Start < one.End && one.Start < m.End
			})
			if !touches {
				r.False++
				if one.Kind == redact.Name {
					r.NamesFalse++
				}
				r.FalseAlarms = append(r.FalseAlarms, t.Words[one.Start:one.End]+" ("+one.Why+")")
			}
		}
		r.Spilt += spilt(t, suggestions)
	}
	r.PerHundred = 100 * float64(r.False) / float64(max(1, r.Words))
	for _, k := range slices.SortedFunc(maps.Keys(rows), cmp.Compare) {
		r.Rows = append(r.Rows, *rows[k])
	}
	return r
}

// count enters one mark in the row of its kind.
func (r *Result) count(row *Row, t Text, m Mark, suggestions []redact.Suggestion) {
	row.Marked++
	letters, covered, right := 0, 0, false
	for i, c := range t.Words[m.Start:m.End] {
		if !unicode.IsLetter(c) && !unicode.IsDigit(c) {
			continue
		}
		letters++
		for _, one := range suggestions {
			if one.Start <= m.Start+i && m.Start+i < one.End {
				covered++
				right = right || one.Kind == m.Kind
			}
		}
	}
	switch {
	case covered == letters:
		row.Found++
		if right {
			row.Right++
		}
	default:
		if covered > 0 {
			row.Partly++
		}
		r.Missed = append(r.Missed, string(m.Kind)+": "+t.Words[m.Start:m.End])
	}
}

// spilt counts the words of a text that are in a suggestion and not in a mark.
func spilt(t Text, suggestions []redact.Suggestion) int {
	n, start := 0, -1
	inside := func(from, to int) bool {
		return slices.ContainsFunc(suggestions, func(s redact.Suggestion) bool { return s.Start < to && from < s.End }) &&
			!slices.ContainsFunc(t.Marks, func(m Mark) bool { return (m.Kind != "" || m.Free) && m.Start < to && from < m.End })
	}
	for i, c := range t.Words + " " {
		switch {
		case unicode.IsLetter(c) || unicode.IsDigit(c):
			if start < 0 {
				start = i
			}
		case start >= 0:
			if inside(start, i) {
				n++
			}
			start = -1
		}
	}
	return n
}

// Speed is how many megabytes (10⁶ bytes) of texts a second redact.Suggest reads:
// the best of 25 times through, so that what else the machine does counts little.
func Speed(texts []string) float64 {
	size := 0
	for _, t := range texts {
		size += len(t)
	}
	best := time.Duration(1<<63 - 1)
	for range 25 {
		start := time.Now()
		for _, t := range texts {
			redact.Suggest(t)
		}
		best = min(best, max(1, time.Since(start)))
	}
	return float64(size) / 1e6 / best.Seconds()
}

// line is one line of the table, in Markdown.
const line = "| %-16s | %-28s | %6s | %6s | %6s | %8s | %-11s |\n"

// Head writes the head of the table.
func Head(w io.Writer) error {
	_, err := fmt.Fprintf(w, line+"|---|---|---:|---:|---:|---:|---|\n", "Set", "Kind", "Marked", "Found", "", "Goal", "")
	return err
}

// Print writes one line for each kind, then one for false alarms.
func (r Result) Print(w io.Writer) error {
	verdict := func(short bool, goal float64) string {
		switch {
		case goal == 0:
			return ""
		case short:
			return "FALLS SHORT"
		}
		return "pass"
	}
	set := r.Set
	for _, row := range r.Rows {
		goal := ""
		if row.Goal > 0 {
			goal = fmt.Sprintf("≥ %.0f %%", 100*row.Goal)
		}
		if _, err := fmt.Fprintf(w, line, set, row.Kind, fmt.Sprint(row.Marked), fmt.Sprint(row.Found),
			fmt.Sprintf("%.1f %%", 100*row.Recall()), goal, verdict(row.Short(), row.Goal)); err != nil {
			return err
		}
		set = ""
	}
	if _, err := fmt.Fprintf(w, line, set, "false alarms per 100 words", fmt.Sprint(r.Words), fmt.Sprint(r.False),
		fmt.Sprintf("%.2f", r.PerHundred), fmt.Sprintf("≤ %.0f", MaxFalse), verdict(r.PerHundred > MaxFalse, MaxFalse)); err != nil {
		return err
	}
	if len(r.Aside) == 0 {
		return nil
	}
	var aside []string
	for _, name := range slices.Sorted(maps.Keys(r.Aside)) {
		aside = append(aside, fmt.Sprintf("%s (%d)", name, r.Aside[name]))
	}
	_, err := fmt.Fprintf(w, "\nNot asked for, because it is not in a British form, identifies nobody or is found only beside a name: %s.\n", strings.Join(aside, ", "))
	return err
}
