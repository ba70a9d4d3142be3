package models

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Essentials is what differs from one consultation to the next that starts from
// the same template, in the words of its first language. An officer fills it in
// without reading the file.
type Essentials struct {
	Title        string
	Council      Council
	Acts         []string
	Opens        LocalTime
	Closes       LocalTime
	Summary      string
	Why          string
	Area         string
	Evidence     []string
	Alternatives [][2]string // an option, and why it was not chosen
	History      [][3]string // YYYY-MM-DD, what happened, and its source
	DecidedBy    string
	DecidedOn    string   // YYYY-MM-DD
	Rules        []string // the exact words of each restriction, in the order of the file
	Areas        []string // names of the places, such as wards
	Earlier      []string // ids of the consultations that it continues
	Invented     bool
}

// Essentials returns those of a consultation.
func (c *Consultation) Essentials() Essentials {
	e := Essentials{Title: c.Title.Default(), Council: c.Council, Acts: c.Proposal.Acts, Opens: c.Opens, Closes: c.Closes,
		Summary: c.Proposal.Summary.Default(), Why: c.Proposal.Why.Default(), Area: c.Proposal.Area.Default(),
		DecidedBy: c.Proposal.Decision.Body.Default(), DecidedOn: c.Proposal.Decision.When, Earlier: c.Earlier, Invented: c.Invented}
	for _, t := range c.Proposal.Evidence {
		e.Evidence = append(e.Evidence, t.Default())
	}
	for _, a := range c.Proposal.Alternatives {
		e.Alternatives = append(e.Alternatives, [2]string{a.Option.Default(), a.WhyNot.Default()})
	}
	for _, m := range c.Proposal.History {
		e.History = append(e.History, [3]string{m.Day, m.What, m.Source})
	}
	for _, r := range c.Restrictions {
		e.Rules = append(e.Rules, r.Text.Default())
	}
	for _, a := range c.Areas {
		e.Areas = append(e.Areas, a.Name.Default())
	}
	return e
}

// Fill returns the source of a consultation file under an id and version with
// essentials in the place of those it has. The rest stays as it is written, but
// for translations of what has changed: they would say what is no longer
// proposed. A rule that gets other words is no longer marked as a paraphrase.
func Fill(source []byte, id string, version int, e Essentials) ([]byte, error) {
	before, err := ParseConsultation("consultation.yaml", source)
	if err != nil {
		return nil, err
	}
	f, err := openFilling(source)
	if err != nil {
		return nil, err
	}
	had := before.Essentials()
	f.set("$", "id", id)
	f.set("$", "version", version)
	f.change("$", "title", had.Title, e.Title)
	f.change("$", "opens", string(had.Opens), string(e.Opens))
	f.change("$", "closes", string(had.Closes), string(e.Closes))
	f.set("$", "invented", e.Invented)
	for _, v := range []struct{ key, was, is string }{
		{"name", had.Council.Name, e.Council.Name}, {"email", had.Council.Email, e.Council.Email}, {"phone", had.Council.Phone, e.Council.Phone},
		{"address", had.Council.Address, e.Council.Address}, {"dpo", had.Council.DPO, e.Council.DPO},
	} {
		f.change("$.council", v.key, v.was, v.is)
	}
	f.change("$.proposal", "summary", had.Summary, e.Summary)
	f.change("$.proposal", "why", had.Why, e.Why)
	f.change("$.proposal", "area", had.Area, e.Area)
	f.change("$.proposal.decision", "body", had.DecidedBy, e.DecidedBy)
	f.change("$.proposal.decision", "when", had.DecidedOn, e.DecidedOn)
	if !slices.Equal(had.Acts, e.Acts) {
		f.set("$.proposal", "acts", e.Acts)
	}
	if !slices.Equal(had.Evidence, e.Evidence) {
		f.set("$.proposal", "evidence", e.Evidence)
	}
	if !slices.Equal(had.Alternatives, e.Alternatives) {
		type alternative struct {
			Option string `yaml:"option"`
			WhyNot string `yaml:"why_not"`
		}
		list := []alternative{}
		for _, a := range e.Alternatives {
			list = append(list, alternative{a[0], a[1]})
		}
		f.set("$.proposal", "alternatives", list)
	}
	if !slices.Equal(had.History, e.History) {
		type milestone struct {
			Day    string `yaml:"day"`
			What   string `yaml:"what"`
			Source string `yaml:"source"`
		}
		list := []milestone{}
		for _, m := range e.History {
			list = append(list, milestone{m[0], m[1], m[2]})
		}
		f.set("$.proposal", "history", list)
	}
	for i, words := range e.Rules {
		if i < len(had.Rules) && words != had.Rules[i] {
			place := "$.restrictions[" + strconv.Itoa(i) + "]"
			f.set(place, "text", words)
			f.set(place, "paraphrase", false)
		}
	}
	if !slices.Equal(had.Earlier, e.Earlier) {
		f.set("$", "earlier", e.Earlier)
	}
	if !slices.Equal(had.Areas, e.Areas) {
		f.set("$", "areas", areasOf(before, e.Areas))
	}
	filled, err := f.source()
	if err != nil {
		return nil, err
	}
	return withoutStale(before, filled)
}

// A filling puts values into a file. The first fault stops it.
type filling struct {
	file *ast.File
	err  error
}

// openFilling opens a file, comments and all.
func openFilling(source []byte) (*filling, error) {
	file, err := parser.ParseBytes(source, parser.ParseComments)
	if err != nil || len(file.Docs) != 1 {
		return nil, NewError(KindInvalid, "The consultation file cannot be read.")
	}
	return &filling{file: file}, nil
}

// source returns the file with what was put into it.
func (f *filling) source() ([]byte, error) {
	if f.err != nil {
		return nil, f.err
	}
	return []byte(strings.TrimRight(f.file.String(), "\n") + "\n"), nil
}

// change sets a value that is another than it was.
func (f *filling) change(at, key, was, is string) {
	if was != is {
		f.set(at, key, is)
	}
}

// set puts a value under a key of the mapping at a place.
func (f *filling) set(at, key string, value any) {
	if f.err != nil {
		return
	}
	source, err := yaml.Marshal(map[string]any{key: value})
	if err == nil {
		var p *yaml.Path
		if p, err = yaml.PathString(at); err == nil {
			err = p.MergeFromReader(f.file, strings.NewReader(string(source)))
		}
	}
	if err != nil {
		f.err = NewError(KindInvalid, fmt.Sprintf("The file has no %s to put the %s under. Add it in the file.", strings.TrimPrefix(at, "$."), key))
	}
}

// areasOf gives names to areas: those that stand at the same place keep their
// id, so that conditions on it go on to hold.
func areasOf(c *Consultation, names []string) []map[string]string {
	taken := map[string]bool{}
	list := make([]map[string]string, len(names))
	for i, name := range names {
		id := ""
		for _, a := range c.Areas {
			if a.Name.Default() == name {
				id = a.ID
			}
		}
		if id == "" || taken[id] {
			id = areaID(name)
		}
		for n := 2; taken[id]; n++ {
			id = areaID(name) + "_" + strconv.Itoa(n)
		}
		taken[id] = true
		list[i] = map[string]string{"id": id, "name": name}
	}
	return list
}

// areaID makes an id of a name: small letters, digits and underscores.
func areaID(name string) string {
	id := strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', '0' <= r && r <= '9':
			return r
		case 'A' <= r && r <= 'Z':
			return r + 'a' - 'A'
		case r == ' ', r == '-', r == '_':
			return '_'
		}
		return -1
	}, name)
	if id = strings.Trim(id, "_"); id == "" {
		return "area"
	}
	return id
}

// withoutStale takes out of a file the translations of wordings that are not
// those of the consultation before it.
func withoutStale(before *Consultation, source []byte) ([]byte, error) {
	f, err := openFilling(source)
	if err != nil {
		return nil, err
	}
	var after Consultation
	if err := yaml.NodeToValue(f.file.Docs[0].Body, &after); err != nil {
		return nil, NewError(KindInvalid, "The consultation file cannot be read.")
	}
	if err := after.expand(); err != nil {
		return nil, err
	}
	had, has := before.Wordings(), after.Wordings()
	for language := range after.Translations {
		p, err := yaml.PathString("$.translations." + language + ".wording")
		if err != nil {
			return nil, err
		}
		node, err := p.FilterFile(f.file)
		if err != nil {
			continue // none
		}
		wording, ok := node.(*ast.MappingNode)
		if !ok {
			continue
		}
		wording.Values = slices.DeleteFunc(wording.Values, func(n *ast.MappingValueNode) bool {
			key := n.Key.GetToken().Value
			return has[key] == nil || had[key] == nil || has[key].Default() != had[key].Default()
		})
	}
	return f.source()
}
