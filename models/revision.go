package models

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Change is a notice of what became different in a version of a consultation
// that people could answer already. It is shown to everybody and stands in the
// report.
type Change struct {
	Version int    `yaml:"version"`
	Day     string `yaml:"day"` // YYYY-MM-DD
	Text    Text   `yaml:"text"`
}

// changes checks the notices.
func (c *Consultation) changes(v *validation) {
	for i, n := range c.Changes {
		key := at("changes", i)
		v.check(n.Version > 1 && n.Version <= c.Version, key+".version", "expected the version that made the change, from 2 to the file's own")
		v.check(isDay(n.Day), key+".day", "expected a day as YYYY-MM-DD")
		c.text(v, n.Text, key+".text", true)
	}
}

// Revises reports what of c may not be while people can answer the version
// before it. Wordings, translations, signposts, evidence and a later closing
// date may change, with a notice of that version. What people are asked, and
// what their answers mean, may not: a fault for each, at its place in the file.
func (c *Consultation) Revises(before *Consultation) error {
	v := &validation{}
	v.check(c.Opens == before.Opens, "opens", "people are answering already: expected the opening date that was published, "+string(before.Opens))
	_, was := before.Window()
	_, is := c.Window()
	v.check(!is.Before(was), "closes", fmt.Sprintf("expected no earlier time than the one that was published, %s: a consultation can be made longer and not shorter", before.Closes))
	for _, l := range before.Languages {
		v.check(slices.Contains(c.Languages, l), "languages", fmt.Sprintf("expected %s to stay, because people are answering in it", l))
	}
	v.check(len(c.Languages) > 0 && c.Languages[0] == before.Languages[0], "languages", "expected the same first language")
	for _, part := range []struct {
		key      string
		was, now any
	}{
		{"time_zone", before.TimeZone, c.TimeZone}, {"grace_minutes", before.GraceMinutes, c.GraceMinutes},
		{"offer_result", before.OfferResult, c.OfferResult}, {"invented", before.Invented, c.Invented},
		{"proposal.acts", before.Proposal.Acts, c.Proposal.Acts},
		{"restrictions", before.Restrictions, c.Restrictions}, {"groups", before.Groups, c.Groups}, {"areas", before.Areas, c.Areas},
		{"paths", before.Paths, c.Paths}, {"questions", before.Questions, c.Questions}, {"equality", before.Equality, c.Equality},
		{"default_consents", before.DefaultConsents, c.DefaultConsents},
	} {
		if place, same := sameButWords(reflect.ValueOf(part.was), reflect.ValueOf(part.now), part.key); !same {
			v.add(place, "people are answering already: expected this to stay as it is; only wordings, translations, signposts, cards and a later closing date can change")
		}
	}
	v.check(slices.ContainsFunc(c.Changes, func(n Change) bool { return n.Version == c.Version }), "changes",
		fmt.Sprintf("expected a notice that says what version %d changes, with version, day and text: everybody is shown it", c.Version))
	return v.err("This version cannot take the place of the one that people are answering.")
}

// sameButWords compares two values but for wordings, and returns where they
// first differ.
func sameButWords(a, b reflect.Value, place string) (where string, same bool) {
	switch {
	case a.Type() == textType:
		return "", true
	case a.Kind() == reflect.Slice:
		if a.Len() != b.Len() {
			return place, false
		}
		for i := range a.Len() {
			if where, same := sameButWords(a.Index(i), b.Index(i), at(place, i)); !same {
				return where, false
			}
		}
		return "", true
	case a.Kind() == reflect.Struct:
		for i := range a.NumField() {
			name, _, _ := strings.Cut(a.Type().Field(i).Tag.Get("yaml"), ",")
			// A rule is no longer a paraphrase once its exact words are there.
			if name == "paraphrase" {
				continue
			}
			if where, same := sameButWords(a.Field(i), b.Field(i), place+"."+cmp.Or(name, a.Type().Field(i).Name)); !same {
				return where, false
			}
		}
		return "", true
	}
	return place, reflect.DeepEqual(a.Interface(), b.Interface())
}

// Amend returns the source of a consultation file with another closing time, its
// next version, and a notice that says so. Everything else stays as it is
// written.
func Amend(source []byte, closes LocalTime, notice Change) ([]byte, error) {
	before, err := ParseConsultation("consultation.yaml", source)
	if err != nil {
		return nil, err
	}
	f, err := openFilling(source)
	if err != nil {
		return nil, err
	}
	f.set("$", "closes", string(closes))
	f.set("$", "version", notice.Version)
	f.set("$", "changes", append(before.Changes, notice))
	return f.source()
}
