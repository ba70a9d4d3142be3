package models

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// When is a condition on earlier answers: it holds if any of its rules holds.
// An empty When always holds. In a consultation file it is one rule, or a list
// of rules of which one is enough:
//
//	when: A2 is sex_work
//	when: [A2 is sex_work, A1 is helper and H4 is sex_workers]
type When []Rule

// Rule is clauses that must all hold, joined by " and ".
type Rule []Clause

// Clause compares the options chosen in one question: "A1 is self, helper"
// holds when any of the listed options was chosen, "A1 is not self" when none
// of them was (which includes no answer at all).
type Clause struct {
	Question string
	Not      bool
	Options  []string
}

var clauseForm = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9_]*) is (not )?([a-z0-9_]+(?: *, *[a-z0-9_]+)*)$`)

// ParseRule reads one rule as it is written in a consultation file.
func ParseRule(s string) (Rule, error) {
	var rule Rule
	for _, part := range strings.Split(s, " and ") {
		m := clauseForm.FindStringSubmatch(strings.Join(strings.Fields(part), " "))
		if m == nil {
			return nil, fmt.Errorf("cannot read the condition %q: expected for example %q or %q", part, "A1 is self", "A2 is not live_here, work_here")
		}
		clause := Clause{Question: m[1], Not: m[2] != ""}
		for _, o := range strings.Split(m[3], ",") {
			clause.Options = append(clause.Options, strings.TrimSpace(o))
		}
		rule = append(rule, clause)
	}
	return rule, nil
}

// UnmarshalYAML accepts one rule or a list of rules.
func (w *When) UnmarshalYAML(node ast.Node) error {
	rules := []ast.Node{node}
	if list, ok := node.(*ast.SequenceNode); ok {
		rules = list.Values
	}
	for _, n := range rules {
		var s string
		if err := yaml.NodeToValue(n, &s); err != nil {
			return misread(n, fmt.Sprintf("expected a condition such as %q, or a list of them", "A1 is self"))
		}
		rule, err := ParseRule(s)
		if err != nil {
			return misread(n, err.Error())
		}
		*w = append(*w, rule)
	}
	return nil
}

// String writes the conditions as a consultation file does, "" for none; any one
// of several is enough.
func (w When) String() string {
	rules := make([]string, len(w))
	for i, r := range w {
		clauses := make([]string, len(r))
		for j, c := range r {
			is := " is "
			if c.Not {
				is = " is not "
			}
			clauses[j] = c.Question + is + strings.Join(c.Options, ", ")
		}
		rules[i] = strings.Join(clauses, " and ")
	}
	return strings.Join(rules, "; or ")
}

// Holds reports whether the condition is met by the answers given so far.
func (w When) Holds(answers Answers) bool {
	if len(w) == 0 {
		return true
	}
	return slices.ContainsFunc(w, func(r Rule) bool { return r.holds(answers) })
}

func (r Rule) holds(answers Answers) bool {
	for _, c := range r {
		chosen := answers[c.Question].Options
		any := slices.ContainsFunc(c.Options, func(o string) bool { return slices.Contains(chosen, o) })
		if any == c.Not {
			return false
		}
	}
	return true
}

// Path is one route through the questionnaire: who takes it and which
// questions it asks, in order.
type Path struct {
	ID   string   `yaml:"id"`
	Name Text     `yaml:"name"`
	When When     `yaml:"when"`
	Ask  []string `yaml:"ask"`
	// Quiet paths are for people who may be watched: no saving for later, no
	// equality questions, no copy of the answers, no offer to be told the result.
	Quiet bool `yaml:"quiet"`
	// Organisation paths speak for a body: with its receipt code it opens what
	// it sent, to correct it. Other codes never show an answer.
	Organisation bool `yaml:"organisation"`
	// Equality paths are offered the equality questions after sending.
	Equality bool `yaml:"equality"`
	// Assisted paths pass on what others said; their submissions are counted
	// under that channel.
	Assisted bool `yaml:"assisted"`
}

// PathFor returns the route that the answers given so far lead to: the first
// path whose condition holds.
func (c *Consultation) PathFor(answers Answers) *Path {
	for i := range c.Paths {
		if c.Paths[i].When.Holds(answers) {
			return &c.Paths[i]
		}
	}
	return &c.Paths[len(c.Paths)-1] // unreachable for a valid consultation: the last path has no condition
}

// Route returns the questions asked of somebody with these answers, in order.
// A question whose condition is not met is left out.
func (c *Consultation) Route(answers Answers) []*Question {
	var route []*Question
	for _, id := range c.PathFor(answers).Ask {
		if q := c.Question(id); q != nil && q.OnlyIf.Holds(answers) {
			route = append(route, q)
		}
	}
	return route
}

// Prune drops answers to questions that are no longer asked, so that changing
// an earlier answer never sends an orphan. It returns what is kept and the
// questions whose answers were dropped.
func (c *Consultation) Prune(answers Answers) (kept Answers, dropped []string) {
	kept = answers.Clone()
	for {
		asked := map[string]bool{}
		for _, q := range c.Route(kept) {
			asked[q.ID] = true
		}
		before := len(kept)
		for id := range kept {
			if !asked[id] {
				delete(kept, id)
				dropped = append(dropped, id)
			}
		}
		// Dropping an answer can close a further route, so go on until stable.
		if len(kept) == before {
			slices.Sort(dropped)
			return kept, dropped
		}
	}
}

// GroupsFor returns the respondent groups that the answers put a person in, in
// the consultation's order. People may be in several. Somebody in none is put
// in the groups that have no condition.
func (c *Consultation) GroupsFor(answers Answers) []string {
	var in, rest []string
	for _, g := range c.Groups {
		switch {
		case len(g.When) == 0:
			rest = append(rest, g.ID)
		case g.When.Holds(answers):
			in = append(in, g.ID)
		}
	}
	if len(in) == 0 {
		return rest
	}
	return in
}

// Confidence returns the question in which the answers ask for confidence, with
// the option that says so; nil when they do not.
func (c *Consultation) Confidence(answers Answers) (*Question, *Option) {
	for _, q := range c.Route(answers) {
		for i := range q.Options {
			if o := &q.Options[i]; o.Confidential && slices.Contains(answers[q.ID].Options, o.ID) {
				return q, o
			}
		}
	}
	return nil, nil
}

// ConsentsFor returns what the answers allow: for each consent question that
// was asked, what the chosen options grant; the consultation's default where
// no consent question stood on the route; nothing where they ask for confidence.
// Sorted, without repeats.
func (c *Consultation) ConsentsFor(answers Answers) []Consent {
	var granted []Consent
	asked := false
	for _, q := range c.Route(answers) {
		if !q.asksConsent() {
			continue
		}
		asked = true
		for _, o := range q.Options {
			if slices.Contains(answers[q.ID].Options, o.ID) {
				granted = append(granted, o.Grants...)
			}
		}
	}
	if q, _ := c.Confidence(answers); q != nil {
		return nil
	}
	if !asked {
		granted = append(granted, c.DefaultConsents...)
	}
	slices.Sort(granted)
	return slices.Compact(granted)
}

// AsksInWords reports whether the form asks people in a group anything whose words
// are put into themes. It says no only where no answers could lead one of them to
// such a question.
func (c *Consultation) AsksInWords(group string) bool {
	g := c.Group(group)
	return g == nil || slices.ContainsFunc(c.Paths, func(p Path) bool {
		return c.meet(g.When, p.When) && slices.ContainsFunc(p.Ask, func(id string) bool {
			q := c.Question(id)
			return q != nil && q.InWords() && c.meet(g.When, q.OnlyIf)
		})
	})
}

// meet reports whether two conditions can hold of the same answers, as far as any
// two of their clauses tell.
func (c *Consultation) meet(a, b When) bool {
	if len(a) == 0 || len(b) == 0 {
		return true
	}
	return slices.ContainsFunc(a, func(x Rule) bool {
		return slices.ContainsFunc(b, func(y Rule) bool {
			return !slices.ContainsFunc(x, func(p Clause) bool {
				return slices.ContainsFunc(y, func(q Clause) bool { return c.excludes(p, q) })
			})
		})
	})
}

// excludes reports whether no answer to a question meets both clauses.
func (c *Consultation) excludes(a, b Clause) bool {
	shared := func(o string) bool { return slices.Contains(b.Options, o) }
	other := func(o string) bool { return !shared(o) }
	switch {
	case a.Question != b.Question || a.Not && b.Not:
		return false
	case a.Not:
		return c.excludes(b, a)
	case b.Not: // all that a asks for is what b rules out
		return !slices.ContainsFunc(a.Options, other)
	}
	q := c.Question(a.Question)
	return q != nil && q.Type == TypeChoice && !slices.ContainsFunc(a.Options, shared)
}
