package disclose

// A later version of a table must not tell by subtraction what neither tells
// alone. People who were counted in the earlier one are never counted again: those
// who came since are a table of their own, which [Protect] makes safe by itself,
// and [Later] adds the two as they are shown. The two tables are about different
// people, so whatever can be worked out of both together can be worked out of one
// of them. People who left since stay in the totals, which do not say who they
// were.

// Later returns the figure of a later version of a report: what the earlier one
// shows and what is shown of those who came since.
//
//   - A figure whose change is below its threshold, or nothing, stays what it was.
//   - A figure that changed by what may be shown changes by that.
//   - What was masked stays masked; and what changed by a figure that is withheld
//     is withheld.
func Later(earlier, change Figure) Figure {
	small := !change.Shown && !change.Withheld && change.Threshold > 0
	switch {
	case small:
		return earlier
	case earlier.Shown && change.Shown:
		earlier.Value += change.Value
		return earlier
	case earlier.Shown:
		return Figure{Threshold: earlier.Threshold, Withheld: true}
	}
	return Figure{} // "fewer than" may not be so any more
}
