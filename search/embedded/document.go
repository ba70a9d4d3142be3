package embedded

import (
	"encoding/json"

	"github.com/blevesearch/bleve/v2/document"
	"github.com/blevesearch/bleve/v2/mapping"
	index "github.com/blevesearch/bleve_index_api"

	"heard/search"
)

// The fields of an indexed document, beside one for each search.Attribute.
const (
	fieldText         = "text"   // words and stems, with their places
	fieldSource       = "source" // the whole document as JSON: stored, not searched
	fieldConsultation = "consultation"
	fieldSubmission   = "submission"
	fieldLanguage     = "language" // decides the stemmers
	fieldDay          = "day"
	fieldTier         = "tier"
)

const (
	textOptions    = index.IndexField | index.IncludeTermVectors
	keywordOptions = index.IndexField | index.DocValues | index.SkipFreqNorm
)

// newMapping maps nothing: documents are built field by field, because the analysis of the text depends on its
// language.
func newMapping() mapping.IndexMapping {
	m := mapping.NewIndexMapping()
	m.DefaultMapping = mapping.NewDocumentDisabledMapping()
	return m
}

// key names d in the index, where documents of every tier lie together.
func key(d search.Document) string { return string(d.Tier) + ":" + d.ID }

// newDocument lays out d for the index.
func newDocument(d search.Document) (*document.Document, error) {
	source, err := json.Marshal(d)
	if err != nil {
		return nil, err
	}
	doc := document.NewDocument(key(d))
	doc.AddField(document.NewTextFieldCustom(fieldText, nil, []byte(d.Text), textOptions, analyzer{stemmerFor(d.Language)}))
	doc.AddField(document.NewTextFieldCustom(fieldSource, nil, source, index.StoreField, nil))
	keyword := func(field string, values ...string) {
		for i, v := range values {
			if v != "" {
				doc.AddField(document.NewTextFieldCustom(field, []uint64{uint64(i)}, []byte(v), keywordOptions, nil))
			}
		}
	}
	keyword(fieldConsultation, d.Consultation)
	keyword(fieldSubmission, d.Submission)
	keyword(fieldLanguage, d.Language)
	keyword(fieldDay, d.Day)
	keyword(fieldTier, string(d.Tier))
	for attribute, values := range d.Labels {
		keyword(string(attribute), values...)
	}
	return doc, nil
}
