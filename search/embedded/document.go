package embedded

import (
	"encoding/json"

	"github.com/blevesearch/bleve/v2/document"
	"github.com/blevesearch/bleve/v2/mapping"
	index "github.com/blevesearch/bleve_index_api"

	"heard/search"
)

// The fields of an indexed document.
const (
	fieldText         = "text"   // words and stems, with their places
	fieldSource       = "source" // the whole document as JSON: stored, not searched
	fieldConsultation = "consultation"
	fieldSubmission   = "submission"
	fieldQuestion     = "question"
	fieldLanguage     = "language"
	fieldGroups       = "groups"
	fieldThemes       = "themes"
	fieldChannel      = "channel"
	fieldDay          = "day"
	fieldTiers        = "tiers"
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

// newDocument lays out d for the index.
func newDocument(d search.Document) (*document.Document, error) {
	source, err := json.Marshal(d)
	if err != nil {
		return nil, err
	}
	doc := document.NewDocument(d.ID)
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
	keyword(fieldQuestion, d.Question)
	keyword(fieldLanguage, d.Language)
	keyword(fieldGroups, d.Groups...)
	keyword(fieldThemes, d.Themes...)
	keyword(fieldChannel, d.Channel)
	keyword(fieldDay, d.Day)
	for _, t := range d.Tiers {
		keyword(fieldTiers, string(t))
	}
	return doc, nil
}
