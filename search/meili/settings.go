package meili

import (
	"context"
	"reflect"
	"slices"

	"github.com/meilisearch/meilisearch-go"

	"heard/search"
)

// searchCutoff is the time after which the server answers with what it has found so far. Its own 1.5 s would make
// totals guesses under load; this is long enough never to be reached before the caller gives up.
const searchCutoff = 30_000 // milliseconds

// settings is what an index must be set to.
func settings() *meilisearch.Settings {
	filterable := []string{attrID, attrAccess, attrSubmissionDigest}
	for _, attribute := range search.Attributes {
		filterable = append(filterable, label(attribute))
	}
	return &meilisearch.Settings{
		// A chosen order comes first; without one, the best match does. The place of a word in the text says nothing.
		// What is equal by all of these comes in the order of the server's own numbers, which is the same on every page.
		RankingRules:         []string{"sort", "words", "typo", "proximity", "exactness"},
		SearchableAttributes: []string{attrText},
		DisplayedAttributes: []string{attrID, attrDocument, attrTier, attrConsultation, attrSubmission, attrQuestion, attrAttachment,
			attrPage, attrText, attrLanguage, attrDay, attrLabels},
		FilterableAttributes: filterable,
		SortableAttributes:   []string{attrDay},
		TypoTolerance: &meilisearch.TypoTolerance{
			Enabled:             true,
			MinWordSizeForTypos: meilisearch.MinWordSizeForTypos{OneTypo: search.OneTypoFrom, TwoTypos: search.TwoTyposFrom},
			DisableOnWords:      []string{},
			DisableOnAttributes: []string{},
			DisableOnNumbers:    true,
		},
		// The server's own 1,000 would cut totals and paging short. Only the hits of the page asked for are read.
		Pagination: &meilisearch.Pagination{MaxTotalHits: search.MaxReach},
		// The server's own 100 would hide themes.
		Faceting: &meilisearch.Faceting{
			MaxValuesPerFacet: search.MaxFacetValues,
			SortFacetValuesBy: map[string]meilisearch.SortFacetType{"*": meilisearch.SortFacetTypeCount},
		},
		SearchCutoffMs: searchCutoff,
	}
}

// applySettings changes the settings of an index where they differ from what they must be.
func (e *Engine) applySettings(ctx context.Context, uid string) error {
	have, err := e.server.Index(uid).GetSettingsWithContext(ctx)
	if err != nil {
		return explain(ctx, "reading the settings", err)
	}
	if settled(have, settings()) {
		return nil
	}
	return e.await(ctx, "applying the settings", func() (*meilisearch.TaskInfo, error) {
		return e.server.Index(uid).UpdateSettingsWithContext(ctx, settings())
	})
}

// settled reports whether an index has the settings it wants. What is not declared is the server's default.
func settled(have, want *meilisearch.Settings) bool {
	return have.TypoTolerance != nil && have.Pagination != nil && have.Faceting != nil &&
		slices.Equal(have.RankingRules, want.RankingRules) &&
		slices.Equal(have.SearchableAttributes, want.SearchableAttributes) &&
		sameSet(have.DisplayedAttributes, want.DisplayedAttributes) &&
		sameSet(have.FilterableAttributes, want.FilterableAttributes) &&
		sameSet(have.SortableAttributes, want.SortableAttributes) &&
		have.TypoTolerance.Enabled == want.TypoTolerance.Enabled &&
		have.TypoTolerance.MinWordSizeForTypos == want.TypoTolerance.MinWordSizeForTypos &&
		have.TypoTolerance.DisableOnNumbers == want.TypoTolerance.DisableOnNumbers &&
		sameSet(have.TypoTolerance.DisableOnWords, want.TypoTolerance.DisableOnWords) &&
		sameSet(have.TypoTolerance.DisableOnAttributes, want.TypoTolerance.DisableOnAttributes) &&
		*have.Pagination == *want.Pagination &&
		reflect.DeepEqual(have.Faceting, want.Faceting) &&
		have.SearchCutoffMs == want.SearchCutoffMs
}

func sameSet(a, b []string) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}
