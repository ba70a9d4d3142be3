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
	attrDocument         = "document"
	attrConsultation     = "consultation"
	attrSubmission       = "submission"
	attrTier             = "tier"
	attrQuestion         = "question"
	attrAttachment       = "attachment"
	attrPage             = "page"
	attrText             = "text"
	attrLanguage         = "language"
	attrDay              = "day"
	attrLabels           = "labels" // values by search.Attribute
	attrAccess           = "access" // digest of consultation and tier
	attrSubmissionDigest = "submissionDigest"
)

// record is a document as the server keeps it. Empty values are left out, so that no facet counts them.
type record struct {
	ID               string        `json:"id"` // of the document and its tier
	Document         string        `json:"document"`
	Tier             search.Tier   `json:"tier"`
	Consultation     string        `json:"consultation"`
	Submission       string        `json:"submission"`
	Question         string        `json:"question,omitempty"`
	Attachment       string        `json:"attachment,omitempty"`
	Page             int           `json:"page,omitempty"`
	Text             string        `json:"text"`
	Language         string        `json:"language,omitempty"`
	Day              string        `json:"day"`
	Labels           search.Labels `json:"labels,omitempty"`
	Access           string        `json:"access,omitempty"`
	SubmissionDigest string        `json:"submissionDigest,omitempty"`
}

func newRecord(d search.Document) record {
	return record{
		ID: recordID(d.Tier, d.ID), Document: d.ID, Tier: d.Tier, Consultation: d.Consultation, Submission: d.Submission,
		Question: d.Question, Attachment: d.Attachment, Page: d.Page, Text: d.Text, Language: d.Language, Day: d.Day, Labels: d.Labels,
		Access: accessDigest(d.Consultation, d.Tier), SubmissionDigest: submissionDigest(d.Submission),
	}
}

func recordID(tier search.Tier, id string) string { return string(tier) + "-" + id }

func (r record) document() search.Document {
	return search.Document{
		ID: r.Document, Tier: r.Tier, Consultation: r.Consultation, Submission: r.Submission, Question: r.Question,
		Attachment: r.Attachment, Page: r.Page, Text: r.Text, Language: r.Language, Day: r.Day, Labels: r.Labels,
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
	for _, attribute := range search.Attributes {
		if values := q.Filters[attribute]; len(values) > 0 {
			f = append(f, anyOf(label(attribute), values))
		}
	}
	if len(q.Without) > 0 {
		without := make([]string, len(q.Without))
		for i, id := range q.Without {
			without[i] = recordID(q.Tier, id)
		}
		f = append(f, "NOT "+anyOf(attrID, without))
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

// Search implements search.Engine.
func (e *Engine) Search(ctx context.Context, queries ...search.Query) ([]search.Result, error) {
	for _, q := range queries {
		if err := q.Validate(); err != nil {
			return nil, err
		}
	}
	if err := e.open(); err != nil {
		return nil, err
	}
	results := make([]search.Result, len(queries))
	for i, q := range queries {
		var err error
		if results[i], err = e.answer(ctx, q); err != nil {
			return nil, err
		}
	}
	return results, nil
}

func (e *Engine) answer(ctx context.Context, q search.Query) (search.Result, error) {
	expr := search.Parse(q.Text)
	page, perPage := q.Paging()
	hitsPerPage := int64(perPage)
	req := &meilisearch.SearchRequest{
		HitsPerPage:           &hitsPerPage, // with Page: exact totals
		Page:                  int64(page),
		Filter:                filter(q),
		MatchingStrategy:      meilisearch.All,
		AttributesToHighlight: []string{attrText},
		HighlightPreTag:       string(matchStart),
		HighlightPostTag:      string(matchEnd),
		ShowRankingScore:      true,
	}
	if len(expr.Words) > 3 {
		req.MatchingStrategy = meilisearch.Frequency
	}
	for _, attribute := range q.Facets {
		req.Facets = append(req.Facets, label(attribute))
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
	return newResult(res, q)
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
	var facets map[string]map[string]int
	if err := json.Unmarshal(res.FacetDistribution, &facets); len(q.Facets) > 0 && err != nil {
		return search.Result{}, fmt.Errorf("%w: searching with Meilisearch: the facets cannot be read", search.ErrUnavailable)
	}
	result := search.Result{
		Total:  int(res.TotalHits),
		Facets: search.Facets{},
		Hits:   make([]search.Hit, len(hits)),
	}
	for _, attribute := range q.Facets {
		result.Facets[attribute] = facet(facets[label(attribute)])
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
