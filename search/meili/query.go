package meili

import (
	"cmp"
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
	attrID                 = "id"
	attrConsultation       = "consultation"
	attrSubmission         = "submission"
	attrQuestion           = "question"
	attrAttachment         = "attachment"
	attrPage               = "page"
	attrText               = "text"
	attrLanguage           = "language"
	attrDay                = "day"
	attrLabels             = "labels" // values by search.Attribute
	attrDigest             = "digest" // of the id
	attrConsultationDigest = "consultationDigest"
	attrSubmissionDigest   = "submissionDigest"
)

// record is a document as the index of its tier keeps it. Empty values are left out, so that no facet counts them.
type record struct {
	ID           string        `json:"id"`
	Consultation string        `json:"consultation"`
	Submission   string        `json:"submission"`
	Question     string        `json:"question,omitempty"`
	Attachment   string        `json:"attachment,omitempty"`
	Page         int           `json:"page,omitempty"`
	Text         string        `json:"text"`
	Language     string        `json:"language,omitempty"`
	Day          string        `json:"day"`
	Labels       search.Labels `json:"labels,omitempty"`

	// The server compares values without regard to capitals, so what decides what is found, and what is erased, is
	// compared by digest.
	Digest             string `json:"digest,omitempty"`
	ConsultationDigest string `json:"consultationDigest,omitempty"`
	SubmissionDigest   string `json:"submissionDigest,omitempty"`
}

func newRecord(d search.Document) record {
	return record{
		ID: d.ID, Consultation: d.Consultation, Submission: d.Submission, Question: d.Question, Attachment: d.Attachment, Page: d.Page,
		Text: d.Text, Language: d.Language, Day: d.Day, Labels: d.Labels,
		Digest: digest(d.ID), ConsultationDigest: digest(d.Consultation), SubmissionDigest: digest(d.Submission),
	}
}

func (r record) document(tier search.Tier) search.Document {
	return search.Document{
		ID: r.ID, Tier: tier, Consultation: r.Consultation, Submission: r.Submission, Question: r.Question, Attachment: r.Attachment,
		Page: r.Page, Text: r.Text, Language: r.Language, Day: r.Day, Labels: r.Labels,
	}
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:16])
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

// ofSubmissions is the filter for the documents of submissions.
func ofSubmissions(submissions []string) string {
	digests := make([]string, len(submissions))
	for i, s := range submissions {
		digests[i] = digest(s)
	}
	return anyOf(attrSubmissionDigest, digests)
}

// filter limits a search to the consultation of q and to its filters. All of the strings must hold.
func filter(q search.Query) []string {
	f := []string{equals(attrConsultationDigest, digest(q.Consultation))}
	for _, attribute := range search.Attributes {
		if values := q.Filters[attribute]; len(values) > 0 {
			f = append(f, anyOf(label(attribute), values))
		}
	}
	if len(q.Without) > 0 {
		digests := make([]string, len(q.Without))
		for i, id := range q.Without {
			digests[i] = digest(id)
		}
		f = append(f, "NOT "+anyOf(attrDigest, digests))
	}
	return f
}

// label is the attribute of a record that holds the values of a.
func label(a search.Attribute) string { return attrLabels + "." + string(a) }

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

// Search implements search.Engine: queries are answered in one request, with the key of their tier. Those that ask for
// meaning find at most a page of hits, are refused for officers and without an Embedder, and wrap search.ErrUnavailable
// until the embedder is set up.
func (e *Engine) Search(ctx context.Context, queries ...search.Query) ([]search.Result, error) {
	if err := cmp.Or(search.Validate(queries), e.open()); err != nil || len(queries) == 0 {
		return nil, err
	}
	tier := queries[0].Tier
	requests := make([]*meilisearch.SearchRequest, len(queries))
	meaning := false
	for i, q := range queries {
		if q.Meaning && !e.embeds(tier) {
			return nil, fmt.Errorf("%w: this search knows words only and not their meaning", search.ErrInvalidQuery)
		}
		meaning = meaning || q.Meaning
		requests[i] = newRequest(q)
		requests[i].IndexUID = indexName(e.prefix, tier)
	}
	waiting, cancel := context.WithTimeout(ctx, searchDeadline)
	defer cancel()
	if err := e.prepared(waiting); err != nil {
		return nil, err
	}
	if meaning {
		if err := e.embedderFault(); err != nil {
			return nil, err
		}
	}
	res, err := e.searching[tier].MultiSearchWithContext(waiting, &meilisearch.MultiSearchRequest{Queries: requests})
	if err != nil {
		return nil, e.explain(waiting, "searching", err)
	}
	if len(res.Results) != len(queries) {
		return nil, fmt.Errorf("%w: searching with Meilisearch: %d results for %d queries", search.ErrUnavailable, len(res.Results), len(queries))
	}
	results := make([]search.Result, len(queries))
	for i, q := range queries {
		if results[i], err = newResult(&res.Results[i], q); err != nil {
			return nil, err
		}
	}
	return results, nil
}

// leastMeaning is the score from which a hit is near enough in meaning: half the cosine of the two vectors plus a half.
// Unrelated sentences are below it with the usual models.
const leastMeaning = 0.75

func newRequest(q search.Query) *meilisearch.SearchRequest {
	expr := search.Parse(q.Text)
	page, perPage := q.Paging()
	req := &meilisearch.SearchRequest{
		Query:            queryText(expr),
		Filter:           filter(q),
		ShowRankingScore: true,
	}
	if q.Meaning {
		req.Query = q.Text
		req.Hybrid = &meilisearch.SearchRequestHybrid{SemanticRatio: 1, Embedder: embedderName}
		req.RankingScoreThreshold = leastMeaning
		req.Limit = int64(perPage)
		return req
	}
	hitsPerPage := int64(perPage)
	req.Page, req.HitsPerPage = int64(page), &hitsPerPage // which makes totals exact
	req.MatchingStrategy = meilisearch.All
	if len(expr.Words) > 3 {
		req.MatchingStrategy = meilisearch.Frequency
	}
	req.AttributesToHighlight = []string{attrText}
	req.HighlightPreTag, req.HighlightPostTag = string(matchStart), string(matchEnd)
	for _, attribute := range q.Facets {
		req.Facets = append(req.Facets, label(attribute))
	}
	switch q.Sort {
	case search.SortNewest:
		req.Sort = []string{attrDay + ":desc"}
	case search.SortOldest:
		req.Sort = []string{attrDay + ":asc"}
	}
	return req
}

func newResult(res *meilisearch.SearchResponse, q search.Query) (search.Result, error) {
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
	result := search.Result{
		Total:  int(res.TotalHits),
		Facets: search.Facets{},
		Hits:   make([]search.Hit, len(hits)),
	}
	for i, h := range hits {
		result.Hits[i] = search.Hit{
			Document: h.document(q.Tier),
			Snippet:  search.Excerpt(h.Text, spans(h.Text, h.Formatted.Text)),
			Score:    h.Score,
		}
	}
	if q.Meaning {
		result.Total = len(hits)
	}
	var values map[string]map[string]int // by label, then by value
	if err := json.Unmarshal(res.FacetDistribution, &values); err != nil && len(q.Facets) > 0 {
		return search.Result{}, fmt.Errorf("%w: searching with Meilisearch: the facets cannot be read", search.ErrUnavailable)
	}
	for _, attribute := range q.Facets {
		result.Facets[attribute] = facet(values[label(attribute)])
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
