package embedded

import (
	"encoding/json"
	"strings"

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
	fieldLanguage     = "language" // decides the stemmers
	fieldLabels       = "labels"   // the labels of all attributes, and the day: read in one go for every document found
)

// attributeDay has the day among the labels.
const attributeDay search.Attribute = "day"

// label writes a value of an attribute as the index holds it.
func label(attribute search.Attribute, value string) string {
	return string(attribute) + "\x00" + value
}

func unlabel(label string) (search.Attribute, string) {
	attribute, value, _ := strings.Cut(label, "\x00")
	return search.Attribute(attribute), value
}

const (
	textOptions    = index.IndexField | index.IncludeTermVectors
	keywordOptions = index.IndexField | index.SkipFreqNorm
	labelOptions   = keywordOptions | index.DocValues
)

// newMapping maps nothing: documents are built field by field, because the analysis of the text depends on its
// language.
func newMapping() mapping.IndexMapping {
	m := mapping.NewIndexMapping()
	m.DefaultMapping = mapping.NewDocumentDisabledMapping()
	return m
}

// newDocument lays out d for the index of its tier.
func newDocument(d search.Document) (*document.Document, error) {
	source, err := json.Marshal(d)
	if err != nil {
		return nil, err
	}
	doc := document.NewDocument(d.ID)
	doc.AddField(document.NewTextFieldCustom(fieldText, nil, []byte(d.Text), textOptions, analyzer{search.StemmerFor(d.Language)}))
	doc.AddField(document.NewTextFieldCustom(fieldSource, nil, source, index.StoreField, nil))
	places := map[string]uint64{}
	keyword := func(field, value string, options index.FieldIndexingOptions) {
		doc.AddField(document.NewTextFieldCustom(field, []uint64{places[field]}, []byte(value), options, nil))
		places[field]++
	}
	keyword(fieldConsultation, d.Consultation, keywordOptions)
	keyword(fieldSubmission, d.Submission, keywordOptions)
	if d.Language != "" {
		keyword(fieldLanguage, d.Language, keywordOptions)
	}
	keyword(fieldLabels, label(attributeDay, d.Day), labelOptions)
	for attribute, values := range d.Labels {
		for _, v := range values {
			if v != "" {
				keyword(fieldLabels, label(attribute, v), labelOptions)
			}
		}
	}
	return doc, nil
}
