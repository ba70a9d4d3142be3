package models

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// Translation is the wording of a consultation in one more language, as one
// block that can be handed to a translator.
type Translation struct {
	// Checked says that a person who speaks the language has read it. Until
	// then pages and officers are told that nobody has.
	Checked bool              `yaml:"checked"`
	Wording map[string]string `yaml:"wording"` // by the keys of Wordings
}

// Wordings returns everything that people read in the consultation, by the key
// that a translation gives it, such as "title", "question B6", "question B6
// hint", "question A1 option self" or "scale agree neither".
func (c *Consultation) Wordings() map[string]*Text {
	all := map[string]*Text{}
	put := func(t *Text, format string, args ...any) {
		if !t.Empty() {
			all[fmt.Sprintf(format, args...)] = t
		}
	}
	put(&c.Title, "title")
	put(&c.Confidentiality, "confidentiality")
	p := &c.Proposal
	put(&p.Summary, "proposal summary")
	put(&p.Why, "proposal why")
	put(&p.Area, "proposal area")
	for i := range p.Evidence {
		put(&p.Evidence[i], "proposal evidence %d", i+1)
	}
	for i := range p.Alternatives {
		put(&p.Alternatives[i].Option, "proposal alternative %d", i+1)
		put(&p.Alternatives[i].WhyNot, "proposal alternative %d why not", i+1)
	}
	put(&p.Decision.Body, "proposal decision")
	for i := range c.Restrictions {
		put(&c.Restrictions[i].Text, "rule %s", c.Restrictions[i].ID)
	}
	for i := range c.Groups {
		put(&c.Groups[i].Name, "group %s", c.Groups[i].ID)
	}
	for i := range c.Areas {
		put(&c.Areas[i].Name, "area %s", c.Areas[i].ID)
	}
	for name, scale := range c.Scales {
		for i := range scale {
			put(&scale[i].Text, "scale %s %s", name, scale[i].ID)
		}
	}
	for i := range c.Paths {
		put(&c.Paths[i].Name, "path %s", c.Paths[i].ID)
	}
	for _, list := range [][]Question{c.Questions, c.Equality} {
		for i := range list {
			q := &list[i]
			put(&q.Text, "question %s", q.ID)
			put(&q.Hint, "question %s hint", q.ID)
			put(&q.Body, "question %s body", q.ID)
			for j := range q.Options {
				if q.Scale == "" && !(q.Type == TypePlace && c.isArea(q.Options[j].ID)) {
					put(&q.Options[j].Text, "question %s option %s", q.ID, q.Options[j].ID)
				}
			}
		}
	}
	for i := range c.Formats {
		put(&c.Formats[i].Name, "format %d", i+1)
	}
	for i := range c.Help {
		put(&c.Help[i].What, "help %d", i+1)
	}
	return all
}

func (c *Consultation) isArea(id string) bool {
	return slices.ContainsFunc(c.Areas, func(a Area) bool { return a.ID == id })
}

// translate puts the wording of the translations where it belongs. It is done
// before areas and scales become options, so that these have it too.
func (c *Consultation) translate() {
	all := c.Wordings()
	for language, t := range c.Translations {
		if !slices.Contains(c.Languages, language) {
			continue // one fault, not one for every wording
		}
		for key, wording := range t.Wording {
			if text := all[key]; text != nil {
				if _, taken := (*text)[language]; !taken {
					(*text)[language] = wording
				}
			}
		}
	}
}

func (c *Consultation) translations(v *validation) {
	all := c.Wordings()
	for _, language := range slices.Sorted(maps.Keys(c.Translations)) {
		key := "translations." + language
		v.check(slices.Contains(c.Languages, language), key, fmt.Sprintf("%q is not among the languages", language))
		v.check(len(c.Languages) == 0 || language != c.Languages[0], key, "the first language is what the file itself is written in")
		for _, name := range slices.Sorted(maps.Keys(c.Translations[language].Wording)) {
			v.check(all[name] != nil, key+".wording."+name, fmt.Sprintf("there is no wording %s to translate", strconv.Quote(name)))
		}
	}
}

// Untranslated returns the keys of the wordings that language lacks, sorted.
func (c *Consultation) Untranslated(language string) []string {
	if len(c.Languages) > 0 && language == c.Languages[0] {
		return nil // the file is not valid without it
	}
	var missing []string
	for key, text := range c.Wordings() {
		if (*text)[language] == "" {
			missing = append(missing, key)
		}
	}
	slices.Sort(missing)
	return missing
}

// Unchecked reports whether nobody has checked the consultation's wording in
// language. Wording in the first language is the council's own.
func (c *Consultation) Unchecked(language string) bool {
	return len(c.Languages) > 0 && language != c.Languages[0] && !c.Translations[language].Checked
}
