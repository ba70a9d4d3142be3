package meili

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/meilisearch/meilisearch-go"

	"heard/search"
)

// searchCutoff is the time after which the server answers with what it has found so far. Its own 1.5 s would make
// totals guesses under load; this is never reached, because the caller gives up before.
const searchCutoff = 3 * int64(searchDeadline/1e6) // milliseconds

// settings is what an index must be set to, but for its embedder. What is not declared is the server's default.
func settings() *meilisearch.Settings {
	filterable := []string{attrDigest, attrConsultationDigest, attrSubmissionDigest}
	for _, attribute := range search.Attributes {
		filterable = append(filterable, label(attribute))
	}
	return &meilisearch.Settings{
		// A chosen order comes first; without one, the best match does. The place of a word in the text says nothing.
		// What is equal by all of these comes in the order of the server's own numbers, which is the same on every page.
		RankingRules:         []string{"sort", "words", "typo", "proximity", "exactness"},
		SearchableAttributes: []string{attrText},
		DisplayedAttributes: []string{attrID, attrConsultation, attrSubmission, attrQuestion, attrAttachment, attrPage, attrText,
			attrLanguage, attrDay, attrLabels},
		// Each label by its whole name: "labels" would make what is added to it later filterable by itself. Attributes are
		// written as names and not as patterns with features, which only 1.14 and later can read.
		FilterableAttributes: filterable,
		SortableAttributes:   []string{attrDay},
		TypoTolerance: &meilisearch.TypoTolerance{
			Enabled:             true,
			MinWordSizeForTypos: meilisearch.MinWordSizeForTypos{OneTypo: search.OneTypoFrom, TwoTypos: search.TwoTyposFrom},
			DisableOnWords:      []string{},
			DisableOnAttributes: []string{},
			DisableOnNumbers:    true,
		},
		// The server's own 1,000 would cut totals and paging short: "1,000 answers" where there are 40,000 is untrue. The
		// price is paid by who asks for it: the server ranks all hits up to the page asked for, so that the time for a page
		// grows with its number. The first of 64,000 hits took 6 ms and the five hundredth 600; people turn few.
		Pagination: &meilisearch.Pagination{MaxTotalHits: search.MaxReach},
		// The server's own 100 would hide themes.
		Faceting: &meilisearch.Faceting{
			MaxValuesPerFacet: search.MaxFacetValues,
			SortFacetValuesBy: map[string]meilisearch.SortFacetType{"*": meilisearch.SortFacetTypeCount},
		},
		SearchCutoffMs: searchCutoff,
	}
}

// applySettings sends the settings in which the index of a tier differs from what it must be, and no others: each may
// make the server index everything again.
func (e *Engine) applySettings(ctx context.Context, name names) error {
	var tasks []task
	for _, tier := range search.Tiers {
		have, err := e.index(name, tier).GetSettingsWithContext(ctx)
		if err != nil {
			return e.explain(ctx, "reading the settings", err)
		}
		if change := difference(have, settings()); change != nil {
			tasks = append(tasks, func() (*meilisearch.TaskInfo, error) {
				return e.index(name, tier).UpdateSettingsWithContext(ctx, change)
			})
		}
		if have.FacetSearch { // nobody searches among the values of a label, and it takes a third of the time of every write
			tasks = append(tasks, func() (*meilisearch.TaskInfo, error) {
				return e.index(name, tier).UpdateFacetSearchWithContext(ctx, false)
			})
		}
		if len(have.Embedders) > 0 && !e.embeds(tier) { // nothing goes to where it no longer should
			tasks = append(tasks, func() (*meilisearch.TaskInfo, error) { return e.index(name, tier).ResetEmbeddersWithContext(ctx) })
		}
	}
	return e.await(ctx, "applying the settings", tasks...)
}

// difference returns the settings of want that have does not hold, nil when it holds them all.
func difference(have, want *meilisearch.Settings) *meilisearch.Settings {
	var change *meilisearch.Settings
	h, w := reflect.ValueOf(have).Elem(), reflect.ValueOf(want).Elem()
	for i := range w.NumField() {
		field := w.Type().Field(i).Name
		if w.Field(i).IsZero() || reflect.DeepEqual(settled(field, h.Field(i)), settled(field, w.Field(i))) {
			continue
		}
		if change == nil {
			change = new(meilisearch.Settings)
		}
		reflect.ValueOf(change).Elem().Field(i).Set(w.Field(i))
	}
	return change
}

// settled returns a setting in an order that can be compared: the server keeps some lists in an order of its own.
func settled(field string, v reflect.Value) any {
	switch list, _ := v.Interface().([]string); field {
	case "DisplayedAttributes", "FilterableAttributes", "SortableAttributes":
		return slices.Sorted(slices.Values(list))
	}
	return v.Interface()
}

func sameSet(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// Embedder is a server that makes vectors of texts, asked in the dialect of OpenAI, and its model. It is the search
// server that asks it: with every text of the tiers for councillors and the public, and with the words of every query
// that asks for meaning. The tier for officers holds words of people who did not agree to be quoted; those are sent to
// nobody, so that officers cannot ask for meaning.
type Embedder struct {
	URL   string // as the search server reaches it, such as http://127.0.0.1:11434/v1
	Model string
	Key   string // "" when it asks for none
}

const embedderName = "meaning"

// embeds reports whether the texts of a tier have vectors.
func (e *Engine) embeds(tier search.Tier) bool {
	return e.embedder != (Embedder{}) && tier != search.TierOfficer
}

var errSettingUp = fmt.Errorf("%w: the embedder is being set up", search.ErrUnavailable)

// embed sees to the embedders of the indexes in service, in the background: the server may take long to make its vectors,
// and words are found without.
func (e *Engine) embed() {
	e.noting.Lock()
	defer e.noting.Unlock()
	if e.closed || e.embedding || e.embedder == (Embedder{}) {
		return
	}
	e.embedding, e.unembedded = true, errSettingUp
	e.background.Go(func() {
		err := e.declareEmbedder(e.life)
		e.noting.Lock()
		defer e.noting.Unlock()
		e.embedding, e.unembedded = false, err
	})
}

// embedderFault says why nothing can be found by meaning now, and has that tried again.
func (e *Engine) embedderFault() error {
	e.noting.Lock()
	fault := e.unembedded
	e.noting.Unlock()
	if fault != nil {
		e.embed()
	}
	return fault
}

// declareEmbedder gives the index in service of each tier that may have one its embedder.
func (e *Engine) declareEmbedder(ctx context.Context) error {
	want := map[string]meilisearch.Embedder{embedderName: {
		Source: meilisearch.RestEmbedderSource,
		URL:    strings.TrimSuffix(e.embedder.URL, "/") + "/embeddings",
		APIKey: e.embedder.Key,
		Request: map[string]any{
			"model": e.embedder.Model,
			"input": []any{"{{text}}", "{{..}}"},
		},
		Response: map[string]any{
			"data": []any{map[string]any{"embedding": "{{embedding}}"}, "{{..}}"},
		},
		DocumentTemplate:         "{{doc." + attrText + "}}",
		DocumentTemplateMaxBytes: embedderBytes,
	}}
	var tasks []task
	for _, tier := range search.Tiers {
		if !e.embeds(tier) {
			continue
		}
		have, err := e.index(indexName, tier).GetEmbeddersWithContext(ctx)
		if err != nil {
			return e.explain(ctx, "reading the settings", err)
		}
		if !sameEmbedders(have, want) {
			tasks = append(tasks, func() (*meilisearch.TaskInfo, error) {
				return e.index(indexName, tier).UpdateEmbeddersWithContext(ctx, want)
			})
		}
	}
	return e.await(ctx, "setting up the embedder", tasks...)
}

// sameEmbedders reports whether an index has the embedders it wants. The server shows no key, so whether that is still
// the same is left to it: what it is sent again unchanged makes it do nothing.
func sameEmbedders(have, want map[string]meilisearch.Embedder) bool {
	h, ok := have[embedderName]
	w := want[embedderName]
	return ok && len(have) == 1 && w.APIKey == "" && h.APIKey == "" && h.Source == w.Source && h.URL == w.URL &&
		h.DocumentTemplate == w.DocumentTemplate && h.DocumentTemplateMaxBytes == w.DocumentTemplateMaxBytes &&
		reflect.DeepEqual(h.Request, w.Request) && reflect.DeepEqual(h.Response, w.Response)
}

// embedderBytes is how much of a text is made a vector of. Longer texts are cut, as models cut them themselves.
const embedderBytes = 4000
