// Package search says what the portal asks of a search engine: the unit that is found, the question put to it, the
// answer it gives, and the Engine that two packages implement (embedded, in this process; meili, a Meilisearch
// server). Page asks an engine for what a person reads on one page. What the engines share so that they cannot drift apart
// lives here too: checking a query, taking its words apart, stemming them, cutting the passage that is shown around a
// match, and saying why it matched.
//
// An index is a projection: everything in it can be rebuilt from the database. It holds redacted text only.
//
// Delete makes a submission unfindable at once, but index files may keep its words until they are next rewritten.
// Rebuild writes fresh files and removes the old ones, so erasing is Delete followed by Rebuild.
package search

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"unicode/utf8"
)

// Errors that both engines wrap.
var (
	// ErrInvalidQuery means that the query itself must change before it can be answered.
	ErrInvalidQuery = errors.New("invalid search query")
	// ErrInvalidDocument means that a document cannot be indexed as it is.
	ErrInvalidDocument = errors.New("invalid search document")
	// ErrUnavailable means that the engine cannot answer now: it is closed, unreachable or held by another process.
	ErrUnavailable = errors.New("search is unavailable")
)

// Limits on a query.
const (
	MaxTextLength  = 1000       // characters in Query.Text
	MaxPerPage     = 100        // hits on a page
	DefaultPerPage = 20         // hits on a page when Query.PerPage is 0
	MaxReach       = 10_000_000 // hits that paging can reach: Page × PerPage
	MaxFacetValues = 1000       // values listed per facet, and values in one filter of a query
	MaxWithout     = 100        // documents that a query can leave out
)

// Document is the searchable unit: one person's words in answer to one question, or one page of a file they attached,
// as one audience may read them. Text is redacted text, never raw. What several audiences may find is a Document for
// each of them: each holds only what its audience may know.
type Document struct {
	ID           string // unique within its Tier; letters, digits, '-' and '_' only, at most 500 of them
	Tier         Tier   // required: who may find it
	Consultation string // required
	Submission   string // required
	Question     string // the question answered; "" for a page of an attachment
	Attachment   string // the file; "" for an answer
	Page         int    // its page, from 1; 0 for an answer and for a file that has no pages
	Text         string // valid UTF-8
	Language     string // BCP 47, "" when unknown: how the words are stemmed. What may be filtered stands in Labels
	Day          string // YYYY-MM-DD
	Labels       Labels // what it can be filtered and counted by
}

// Attribute is a kind of label that documents can be filtered and counted by.
type Attribute string

// The attributes.
const (
	Groups       Attribute = "groups"       // respondent groups
	Questions    Attribute = "questions"    // the question answered
	Themes       Attribute = "themes"       //
	Stances      Attribute = "stances"      // for, against, unsure: the author's own closed answer
	Restrictions Attribute = "restrictions" // those of the order that the question is about
	Areas        Attribute = "areas"        // wards
	Languages    Attribute = "languages"    //
	Channels     Attribute = "channels"     // web, paper, import …
	Sources      Attribute = "sources"      // SourceAnswer or SourceAttachment
)

// Attributes lists every attribute there is, in the order in which pages show them.
var Attributes = []Attribute{Groups, Questions, Themes, Stances, Restrictions, Areas, Languages, Channels, Sources}

// The values of Sources.
const (
	SourceAnswer     = "answer"
	SourceAttachment = "attachment"
)

// Labels holds values by attribute. Empty values do not count.
type Labels map[Attribute][]string

// Tier is an audience. A document is found only by the tier it names.
type Tier string

// The audiences.
const (
	TierOfficer    Tier = "officer"
	TierCouncillor Tier = "councillor"
	TierPublic     Tier = "public"
)

// Tiers lists every audience there is.
var Tiers = []Tier{TierOfficer, TierCouncillor, TierPublic}

// Sort is the order of the hits.
type Sort int

// The orders. Hits that are equal in the order are told apart by a fixed rule, so that pages never overlap.
const (
	SortBest   Sort = iota // best match first
	SortNewest             // latest Day first
	SortOldest             // earliest Day first
)

// Query is a question put to an Engine.
type Query struct {
	Consultation string // required
	Tier         Tier   // required: an engine never answers without it
	Text         string // words as typed: "exact phrase", -word excludes; empty = everything

	// Meaning asks for the documents nearest to Text in meaning instead of those that hold its words, nearest first. Only an
	// engine with an embedder can; any other refuses it with ErrInvalidQuery. There is one page of them and nothing is
	// counted: Result.Total is the number of hits.
	Meaning bool

	Filters Labels   // the values of one attribute are alternatives; different attributes must all hold
	Without []string // IDs of documents that are not wanted

	Facets        []Attribute // those to count over the whole result
	Sort          Sort        // SortBest when zero
	Page, PerPage int         // from 1; PerPage 1..100; 0 means page 1 and 20 hits
}

// Result answers a Query.
type Result struct {
	Total  int // exact
	Hits   []Hit
	Facets Facets // of the attributes asked for
	// Wider is, in the Result of a Page, how many documents there are without the filter on an attribute: what its facet
	// counts. It has the attributes asked for that are filtered.
	Wider map[Attribute]int
}

// Facets counts the documents of a result by value, most frequent first, then by value. Empty values are not counted.
type Facets map[Attribute][]FacetCount

// FacetCount is one value and the number of documents that have it.
type FacetCount struct {
	Value string
	Count int
}

// Hit is one document found. Snippet is one passage of its text, taken apart where the query matched; its pieces in
// order are that passage exactly, as plain text, never HTML.
type Hit struct {
	Document Document
	Snippet  []Segment
	Score    float64 // comparable among the answers to one text in one request
	Voice    string  // the respondent group whose turn it was, where Page orders by voices; "" otherwise
}

// Segment is a piece of a Snippet.
type Segment struct {
	Text  string
	Match bool // the piece matched a word or phrase of the query
}

// Engine finds documents. Every method is synchronous: Put returns when the next Search will see it. An Engine is safe
// for concurrent use. A Put or Delete during a Rebuild holds both before and after the swap.
type Engine interface {
	// Put makes documents all that is held, in any tier, of the submissions they are of. It checks all of them before it
	// writes any; a failure half-way can leave some written, and putting them again is harmless.
	Put(ctx context.Context, docs ...Document) error
	// Delete removes every document of these submissions from every tier; unknown ones are not an error.
	Delete(ctx context.Context, submissions ...string) error
	// Search answers queries of one Tier, all or none, in one request to whatever answers them. The results come in their
	// order; no query has no results.
	Search(ctx context.Context, queries ...Query) ([]Result, error)
	// Rebuild fills a fresh index and swaps it in; on error the old one stays in service.
	Rebuild(ctx context.Context, docs iter.Seq2[Document, error]) error
	// Count returns the number of documents held for all tiers together, so that an empty index can be filled at start.
	Count(ctx context.Context) (int, error)
	Health(ctx context.Context) error
	Close() error
}

// Submissions returns the submissions that documents are of, each once.
func Submissions(docs []Document) []string {
	seen := map[string]bool{}
	var submissions []string
	for _, d := range docs {
		if !seen[d.Submission] {
			seen[d.Submission] = true
			submissions = append(submissions, d.Submission)
		}
	}
	return submissions
}

// Validate reports what must change before an engine can answer queries in one request: any of them, or that they are
// of several tiers, whose indexes have nothing to do with each other. The error wraps ErrInvalidQuery and never repeats
// a text.
func Validate(queries []Query) error {
	for _, q := range queries {
		if err := q.Validate(); err != nil {
			return err
		}
		if q.Tier != queries[0].Tier {
			return fmt.Errorf("%w: one request asks for the tiers %q and %q", ErrInvalidQuery, queries[0].Tier, q.Tier)
		}
	}
	return nil
}

// Validate reports what in q must change before an engine can answer it. The error wraps ErrInvalidQuery and never
// repeats the text.
func (q Query) Validate() error {
	switch {
	case q.Consultation == "":
		return fmt.Errorf("%w: it names no consultation", ErrInvalidQuery)
	case q.Tier == "":
		return fmt.Errorf("%w: it names no tier", ErrInvalidQuery)
	case !slices.Contains(Tiers, q.Tier):
		return fmt.Errorf("%w: unknown tier %q", ErrInvalidQuery, q.Tier)
	// The length in bytes is looked at first, so that a huge text is not read to be refused.
	case len(q.Text) > MaxTextLength*utf8.UTFMax || utf8.RuneCountInString(q.Text) > MaxTextLength:
		return fmt.Errorf("%w: the text is longer than %d characters", ErrInvalidQuery, MaxTextLength)
	case q.Sort != SortBest && q.Sort != SortNewest && q.Sort != SortOldest:
		return fmt.Errorf("%w: unknown order %d", ErrInvalidQuery, q.Sort)
	case q.Page < 0:
		return fmt.Errorf("%w: pages are counted from 1, got %d", ErrInvalidQuery, q.Page)
	case q.PerPage < 0 || q.PerPage > MaxPerPage:
		return fmt.Errorf("%w: %d hits per page, expected 1 to %d", ErrInvalidQuery, q.PerPage, MaxPerPage)
	case q.Page > MaxReach/q.perPage():
		return fmt.Errorf("%w: page %d is out of reach", ErrInvalidQuery, q.Page)
	case q.Meaning && strings.TrimSpace(q.Text) == "":
		return fmt.Errorf("%w: it asks for a meaning without a text", ErrInvalidQuery)
	case q.Meaning && (q.Sort != SortBest || q.Page > 1 || len(q.Facets) > 0):
		return fmt.Errorf("%w: what is found by meaning comes nearest first, on one page, and is not counted", ErrInvalidQuery)
	}
	for attribute, values := range q.Filters {
		if !slices.Contains(Attributes, attribute) {
			return fmt.Errorf("%w: unknown attribute %q in its filters", ErrInvalidQuery, attribute)
		}
		if len(values) > MaxFacetValues {
			return fmt.Errorf("%w: %d values in one filter, expected at most %d", ErrInvalidQuery, len(values), MaxFacetValues)
		}
	}
	for _, attribute := range q.Facets {
		if !slices.Contains(Attributes, attribute) {
			return fmt.Errorf("%w: unknown attribute %q to count", ErrInvalidQuery, attribute)
		}
	}
	if len(q.Without) > MaxWithout {
		return fmt.Errorf("%w: %d documents to leave out, expected at most %d", ErrInvalidQuery, len(q.Without), MaxWithout)
	}
	return nil
}

// Paging returns the page and the number of hits on it, with the defaults filled in.
func (q Query) Paging() (page, perPage int) { return max(q.Page, 1), q.perPage() }

func (q Query) perPage() int {
	if q.PerPage == 0 {
		return DefaultPerPage
	}
	return q.PerPage
}

// Validate reports why d cannot be indexed. The error wraps ErrInvalidDocument and never repeats the text.
func (d Document) Validate() error {
	const maxID = 500
	if d.ID == "" || len(d.ID) > maxID || !isIdentifier(d.ID) {
		return fmt.Errorf("%w: its ID must be 1 to %d letters (a–z), digits, '-' or '_'", ErrInvalidDocument, maxID)
	}
	if d.Consultation == "" || d.Submission == "" {
		return fmt.Errorf("%w %s: it names no consultation or no submission", ErrInvalidDocument, d.ID)
	}
	if !slices.Contains(Tiers, d.Tier) {
		return fmt.Errorf("%w %s: unknown tier %q", ErrInvalidDocument, d.ID, d.Tier)
	}
	for attribute := range d.Labels {
		if !slices.Contains(Attributes, attribute) {
			return fmt.Errorf("%w %s: unknown attribute %q", ErrInvalidDocument, d.ID, attribute)
		}
	}
	if !utf8.ValidString(d.Text) {
		return fmt.Errorf("%w %s: its text is not valid UTF-8", ErrInvalidDocument, d.ID)
	}
	return nil
}

func isIdentifier(s string) bool {
	for i := range len(s) {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_':
		default:
			return false
		}
	}
	return true
}

// SortFacet puts counts in the order of Facets: most frequent first, then by value.
func SortFacet(counts []FacetCount) {
	slices.SortFunc(counts, func(a, b FacetCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Value, b.Value))
	})
}
