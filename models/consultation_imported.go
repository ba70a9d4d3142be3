package models

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/goccy/go-yaml"
)

// ImportedConsultation writes a consultation file for responses that were
// gathered elsewhere: one question, the respondent groups named in the data,
// words that may be quoted. Groups are taken to be sensitive, so that small
// numbers stay hidden until an officer has decided otherwise. first and last are
// the days, YYYY-MM-DD, between which the responses came.
func ImportedConsultation(id, question string, groups []string, first, last string) ([]byte, error) {
	type option struct {
		ID        string `yaml:"id"`
		Name      quoted `yaml:"name"`
		Sensitive bool   `yaml:"sensitive,omitempty"`
	}
	listed := []option{{ID: NotStated, Name: "Not stated"}}
	for value, gid := range GroupIDs(groups) {
		listed = append(listed, option{ID: gid, Name: quoted(value), Sensitive: true})
	}
	slices.SortFunc(listed[1:], func(a, b option) int { return strings.Compare(a.ID, b.ID) })
	title := strings.ReplaceAll(id, "-", " ")
	title = string(unicode.ToUpper(rune(title[0]))) + title[1:]
	return yaml.Marshal(struct {
		Format   int               `yaml:"heard"`
		ID       string            `yaml:"id"`
		Version  int               `yaml:"version"`
		Title    string            `yaml:"title"`
		Council  map[string]string `yaml:"council"`
		Langs    []string          `yaml:"languages"`
		Opens    string            `yaml:"opens"`
		Closes   string            `yaml:"closes"`
		Proposal map[string]string `yaml:"proposal"`
		Groups   []option          `yaml:"groups"`
		Qs       []map[string]any  `yaml:"questions"`
		Paths    []map[string]any  `yaml:"paths"`
		Consents []Consent         `yaml:"default_consents"`
	}{
		1, id, 1, title, map[string]string{"name": "Imported responses"}, []string{"en"}, first, last + " 23:59",
		map[string]string{"summary": "Responses that were gathered elsewhere and imported from a spreadsheet."},
		listed,
		[]map[string]any{{"id": question, "type": string(TypeLongText), "text": "What people wrote", "themed": true, "max_length": MaxTextLength}},
		[]map[string]any{{"id": "imported", "ask": []string{question}}},
		[]Consent{ConsentQuote},
	})
}

// quoted is text that is written between quotation marks whatever it holds:
// group names come from strangers, and some look like YAML.
type quoted string

func (q quoted) MarshalYAML() ([]byte, error) { return []byte(strconv.Quote(string(q))), nil }

// NotStated is the group of people whose group an import does not tell.
const NotStated = "not_stated"

// GroupIDs gives each group name found in a spreadsheet an id that a
// consultation file can use.
func GroupIDs(names []string) map[string]string {
	ids, taken := map[string]string{}, map[string]bool{NotStated: true}
	for i, name := range names {
		if _, done := ids[name]; done || name == "" {
			continue
		}
		id := strings.Trim(strings.Map(func(r rune) rune {
			r = unicode.ToLower(r)
			if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
				return r
			}
			return '_'
		}, name), "_")
		for n := i + 1; id == "" || len(id) > 40 || taken[id]; n++ {
			id = fmt.Sprintf("group_%d", n)
		}
		taken[id] = true
		ids[name] = id
	}
	return ids
}
