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
	fieldText         = "text"   // the words, in order
	fieldStems        = "stems"  // their stems
	fieldSource       = "source" // the document as JSON: stored, not searched
	fieldConsultation = "consultation"
	fieldSubmission   = "submission"
	fieldLanguage     = "language" // decides the stemmers
	fieldLabels       = "labels"   // the labels of all attributes, and the day: read in one go for every document found
)

// dayLabel begins the label that has the day.
const dayLabel = "day\x00"

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
	stemOptions    = index.IndexField
	keywordOptions = index.IndexField | index.SkipFreqNorm
	labelOptions   = keywordOptions | index.DocValues
)

// source is how the index keeps what a document holds, beside the ID and the tier, by which it is found. The names are
// short because every document repeats them.
type source struct {
	Consultation string     `json:"c"`
	Submission   string     `json:"s"`
	Question     string     `json:"q,omitempty"`
	Attachment   string     `json:"a,omitempty"`
	Page         int        `json:"p,omitempty"`
	Text         string     `json:"t"`
	Language     string     `json:"l,omitempty"`
	Day          string     `json:"d,omitempty"`
	Labels       [][]string `json:"b,omitempty"` // in the order of search.Attributes
}

func newSource(d search.Document) source {
	s := source{d.Consultation, d.Submission, d.Question, d.Attachment, d.Page, d.Text, d.Language, d.Day, nil}
	if len(d.Labels) > 0 {
		s.Labels = make([][]string, len(search.Attributes))
		for i, attribute := range search.Attributes {
			s.Labels[i] = d.Labels[attribute]
		}
	}
	return s
}

func (s source) document(tier search.Tier, id string) search.Document {
	labels := search.Labels{}
	for i, values := range s.Labels {
		if values != nil {
			labels[search.Attributes[i]] = values
		}
	}
	return search.Document{
		ID: id, Tier: tier, Consultation: s.Consultation, Submission: s.Submission, Question: s.Question, Attachment: s.Attachment,
		Page: s.Page, Text: s.Text, Language: s.Language, Day: s.Day, Labels: labels,
	}
}

// newMapping maps nothing: documents are built field by field, because the analysis of the text depends on its
// language.
func newMapping() mapping.IndexMapping {
	m := mapping.NewIndexMapping()
	m.DefaultMapping = mapping.NewDocumentDisabledMapping()
	return m
}

// newDocument lays out d for the index of its tier.
func newDocument(d search.Document) (*document.Document, error) {
	stored, err := json.Marshal(newSource(d))
	if err != nil {
		return nil, err
	}
	doc := document.NewDocument(d.ID)
	doc.AddField(document.NewTextFieldCustom(fieldText, nil, []byte(d.Text), textOptions, folded()))
	if s := search.StemmerFor(d.Language); s != nil {
		doc.AddField(document.NewTextFieldCustom(fieldStems, nil, []byte(d.Text), stemOptions, stemmed(s)))
	}
	doc.AddField(document.NewTextFieldCustom(fieldSource, nil, stored, index.StoreField, nil))
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
	keyword(fieldLabels, dayLabel+d.Day, labelOptions)
	for attribute, values := range d.Labels {
		for _, v := range values {
			if v != "" {
				keyword(fieldLabels, label(attribute, v), labelOptions)
			}
		}
	}
	return doc, nil
}
