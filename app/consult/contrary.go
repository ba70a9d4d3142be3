package consult

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"

	"heard/app/disclose"
	"heard/models"
	"heard/search"
)

// OtherSide is what people on each side say on a theme of a result, so that
// nobody reads one side alone.
type OtherSide struct {
	Theme models.Theme
	Sides []Side
}

// Side is one position on a theme. Count is how many answers take it, as may be
// shown; None that there is none, where that may be told.
type Side struct {
	Stance string // models.StanceFor or StanceAgainst
	Count  string
	None   bool
}

// otherThemes is for how many themes of a page the other side is looked for.
const otherThemes = 3

// otherSides counts, for the themes most frequent among the hits of a page, the
// answers of each side by the authors' own answer to the position question.
// Where the result is one side's already, it is the other that is counted. The
// other filters are left aside: the point is what they leave out.
func (s *Service) otherSides(ctx context.Context, by Actor, c *models.Consultation, q search.Query, f *Found) ([]OtherSide, error) {
	if c.PositionQuestion() == nil {
		return nil, nil
	}
	times := map[string]int{}
	var themes []*models.Theme
	for _, h := range f.Hits {
		for _, t := range h.Themes {
			if times[t.ID]++; times[t.ID] == 1 {
				themes = append(themes, t)
			}
		}
	}
	slices.SortStableFunc(themes, func(a, b *models.Theme) int { return cmp.Compare(times[b.ID], times[a.ID]) })
	themes = themes[:min(len(themes), otherThemes)]
	var queries []search.Query
	for _, t := range themes {
		queries = append(queries, search.Query{Consultation: c.ID, Tier: q.Tier, Filters: search.Labels{search.Themes: {t.ID}}, Facets: []search.Attribute{search.Stances}, PerPage: 1})
	}
	results, err := s.engine.Search(ctx, queries...)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, search.ErrInvalidQuery):
		return nil, err
	case err != nil:
		s.log.Error("the other side cannot be counted", "error", err)
		return nil, errAway
	}
	sides := []string{models.StanceFor, models.StanceAgainst}
	if one := q.Filters[search.Stances]; len(one) == 1 {
		sides = slices.DeleteFunc(sides, func(stance string) bool { return stance == one[0] })
	}
	var others []OtherSide
	for i, t := range themes {
		counts := map[string]int{}
		for _, n := range results[i].Facets[search.Stances] {
			counts[n.Value] = n.Count
		}
		other := OtherSide{Theme: *t}
		figures := map[string]disclose.Figure{}
		if q.Tier == search.TierCouncillor {
			figures = sidesShown(counts, results[i].Total)
		}
		for _, stance := range sides {
			side := Side{Stance: stance, Count: strconv.Itoa(counts[stance]), None: counts[stance] == 0}
			if q.Tier == search.TierCouncillor {
				side.Count, side.None = figures[stance].String(), false
			}
			other.Sides = append(other.Sides, side)
		}
		others = append(others, other)
	}
	return others, nil
}

// sidesShown puts the counts of the sides of one theme through the gate.
func sidesShown(counts map[string]int, total int) map[string]disclose.Figure {
	columns := []string{models.StanceFor, models.StanceAgainst, models.StanceUnsure}
	parts := make([]int, len(columns))
	for i, stance := range columns {
		parts[i] = counts[stance]
	}
	shown := disclose.Protect(disclose.OneRow(columns, parts, make([]bool, len(columns)), total))
	figures := map[string]disclose.Figure{}
	for i, stance := range columns {
		figures[stance] = shown.ColumnTotals[i]
	}
	return figures
}
