package meili

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/meilisearch/meilisearch-go"

	"heard/search"
)

// The attributes of a record.
const (
	attrID               = "id"
	attrConsultation     = "consultation"
	attrSubmission       = "submission"
	attrQuestion         = "question"
	attrText             = "text"
	attrLanguage         = "language"
	attrGroups           = "groups"
	attrThemes           = "themes"
	attrChannel          = "channel"
	attrDay              = "day"
	attrTiers            = "tiers"
	attrAccess           = "access" // digests of consultation and tier, one per tier
	attrSubmissionDigest = "submissionDigest"
)

// record is a document as the server keeps it. Empty values are left out, so that no facet counts them.
type record struct {
	ID               string        `json:"id"`
	Consultation     string        `json:"consultation"`
	Submission       string        `json:"submission"`
	Question         string        `json:"question,omitempty"`
	Text             string        `json:"text"`
	Language         string        `json:"language,omitempty"`
	Groups           []string      `json:"groups,omitempty"`
	Themes           []string      `json:"themes,omitempty"`
	Channel          string        `json:"channel,omitempty"`
	Day              string        `json:"day"`
	Tiers            []search.Tier `json:"tiers,omitempty"`
	Access           []string      `json:"access,omitempty"`
	SubmissionDigest string        `json:"submissionDigest,omitempty"`
}

func newRecord(d search.Document) record {
	r := record{
		ID: d.ID, Consultation: d.Consultation, Submission: d.Submission, Question: d.Question, Text: d.Text,
		Language: d.Language, Groups: d.Groups, Themes: d.Themes, Channel: d.Channel, Day: d.Day, Tiers: d.Tiers,
		SubmissionDigest: submissionDigest(d.Submission),
	}
	for _, t := range d.Tiers {
		r.Access = append(r.Access, accessDigest(d.Consultation, t))
	}
	return r
}

func (r record) document() search.Document {
	return search.Document{
		ID: r.ID, Consultation: r.Consultation, Submission: r.Submission, Question: r.Question, Text: r.Text,
		Language: r.Language, Groups: r.Groups, Themes: r.Themes, Channel: r.Channel, Day: r.Day, Tiers: r.Tiers,
	}
}

// The server compares values without regard to capitals, so what decides who sees what, and what is erased, is
// compared by digest.

func accessDigest(consultation string, tier search.Tier) string {
	return digest("access", consultation, string(tier))
}

func submissionDigest(submission string) string { return digest("submission", submission) }

func digest(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// filterValue quotes a value for a filter expression.
var filterValue = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

func equals(attribute, value string) string {
	return attribute + ` = "` + filterValue.Replace(value) + `"`
}

// anyOf is the filter for documents with one of values.
func anyOf(attribute string, values []string) string {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = `"` + filterValue.Replace(v) + `"`
	}
	return attribute + " IN [" + strings.Join(quoted, ", ") + "]"
}

// filter limits a search to what the tier of q may find and to the filters of q. All of the strings must hold.
func filter(q search.Query) []string {
	f := []string{equals(attrAccess, accessDigest(q.Consultation, q.Tier))}
	for _, by := range []struct {
		attribute string
		values    []string
	}{
		{attrGroups, q.Groups}, {attrQuestion, q.Questions}, {attrThemes, q.Themes},
		{attrLanguage, q.Languages}, {attrChannel, q.Channels},
	} {
		if len(by.values) > 0 {
			f = append(f, anyOf(by.attribute, by.values))
		}
	}
	return f
}

// queryText writes an expression the way the server reads it: phrases, words to leave out, and then the words, the
// last of which matches as a beginning unless a space follows.
func queryText(e search.Expression) string {
	var b strings.Builder
	phrase := func(words []string) { fmt.Fprintf(&b, `"%s" `, strings.Join(words, " ")) }
	for _, p := range e.Phrases {
		phrase(p)
	}
	for _, p := range e.Excluded {
		b.WriteByte('-')
		if len(p) == 1 {
			b.WriteString(p[0] + " ")
		} else {
			phrase(p)
		}
	}
	b.WriteString(strings.Join(e.Words, " "))
	if len(e.Words) > 0 && !e.Prefix {
		b.WriteByte(' ')
	}
	return b.String()
}

// The runes that the server is told to put around a match. They are private to whoever uses them, so a text may hold
// them too; spans tells the two apart.
const (
	matchStart = '\ue000'
	matchEnd   = '\ue001'
)

// Search implements search.Engine.
func (e *Engine) Search(ctx context.Context, q search.Query) (search.Result, error) {
	if err := q.Validate(); err != nil {
		return search.Result{}, err
	}
	if err := e.open(); err != nil {
		return search.Result{}, err
	}
	expr := search.Parse(q.Text)
	page, perPage := q.Paging()
	hitsPerPage := int64(perPage)
	req := &meilisearch.SearchRequest{
		HitsPerPage:           &hitsPerPage, // with Page: exact totals
		Page:                  int64(page),
		Filter:                filter(q),
		Facets:                []string{attrGroups, attrQuestion, attrThemes, attrLanguage, attrChannel},
		MatchingStrategy:      meilisearch.All,
		AttributesToHighlight: []string{attrText},
		HighlightPreTag:       string(matchStart),
		HighlightPostTag:      string(matchEnd),
		ShowRankingScore:      true,
	}
	if len(expr.Words) > 3 {
		req.MatchingStrategy = meilisearch.Frequency
	}
	switch q.Sort {
	case search.SortNewest:
		req.Sort = []string{attrDay + ":desc"}
	case search.SortOldest:
		req.Sort = []string{attrDay + ":asc"}
	}
	res, err := e.server.Index(e.uid).SearchWithContext(ctx, queryText(expr), req)
	if err != nil {
		return search.Result{}, explain(ctx, "searching", err)
	}
	return newResult(res)
}

func newResult(res *meilisearch.SearchResponse) (search.Result, error) {
	var hits []struct {
		record
		Formatted struct {
			Text string `json:"text"`
		} `json:"_formatted"`
		Score float64 `json:"_rankingScore"`
	}
	if err := res.Hits.DecodeInto(&hits); err != nil {
		return search.Result{}, fmt.Errorf("%w: searching with Meilisearch: the hits cannot be read", search.ErrUnavailable)
	}
	var facets map[string]map[string]int
	if err := json.Unmarshal(res.FacetDistribution, &facets); err != nil {
		return search.Result{}, fmt.Errorf("%w: searching with Meilisearch: the facets cannot be read", search.ErrUnavailable)
	}
	result := search.Result{
		Total: int(res.TotalHits),
		Facets: search.Facets{
			Groups:    facet(facets[attrGroups]),
			Questions: facet(facets[attrQuestion]),
			Themes:    facet(facets[attrThemes]),
			Languages: facet(facets[attrLanguage]),
			Channels:  facet(facets[attrChannel]),
		},
		Hits: make([]search.Hit, len(hits)),
	}
	for i, h := range hits {
		result.Hits[i] = search.Hit{
			Document: h.document(),
			Snippet:  search.Excerpt(h.Text, spans(h.Text, h.Formatted.Text)),
			Score:    h.Score,
		}
	}
	return result, nil
}

func facet(values map[string]int) []search.FacetCount {
	var counts []search.FacetCount
	for v, n := range values {
		counts = append(counts, search.FacetCount{Value: v, Count: n})
	}
	search.SortFacet(counts)
	return counts
}

// spans finds the matches in text from the copy of it in which the server marked them. Matches grow to whole words,
// since the server marks only the beginning that was typed. When the copy is not what was expected, nothing is marked.
func spans(text, marked string) []search.Span {
	var found []search.Span
	start, at := -1, 0
	for _, r := range marked {
		if next, size := utf8.DecodeRuneInString(text[at:]); size > 0 && r == next {
			at += size
			continue
		}
		switch {
		case r == matchStart && start < 0:
			start = at
		case r == matchEnd && start >= 0:
			found = append(found, search.Span{Start: start, End: at})
			start = -1
		default:
			return nil
		}
	}
	if start >= 0 || at != len(text) {
		return nil
	}
	i := 0
	for w := range search.Words(text) {
		for i < len(found) && found[i].End <= w.Start {
			i++
		}
		for j := i; j < len(found) && found[j].Start < w.End; j++ {
			found[j].Start, found[j].End = min(found[j].Start, w.Start), max(found[j].End, w.End)
		}
	}
	return found
}
