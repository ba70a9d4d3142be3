package disclose

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// Record is what is known of one person, or as much of it as may stand beside
// their words.
type Record struct {
	// AtRisk says that the person is in a sensitive group. It is never shown.
	AtRisk bool
	Labels map[string][]string // values by attribute; no values, no label
}

// Rung is a label that can be given up.
type Rung struct {
	Attribute string
	Further   bool // only the values after the first
}

// Ladder says what people give up so as not to stand out.
type Ladder struct {
	// Rungs are the labels, first the one that is given up first. Attributes that
	// are on no rung are never released. There are at most 16.
	Rungs []Rung
	// Groups is the attribute that sensitive values are of, Sensitive which of them
	// are.
	Groups    string
	Sensitive func(value string) bool
}

// Release returns the records that may be shown in place of people, in the same
// order: local recoding, which leaves labels out, and never changes one, until
// everybody is one of at least [Threshold] who are shown alike, or of
// [SensitiveThreshold] where a sensitive group is shown or nothing is. So every
// condition on released labels, and whatever can be made of the answers to
// several, holds for nobody or for at least so many people.
//
//   - People in a sensitive group show their sensitive groups and nothing else:
//     all of them if enough people are in the same ones, else the first of them,
//     else none.
//   - Others show all that they can: of the labels that must go, those of higher
//     rungs stay as long as giving up lower ones is enough.
//   - Those who are left show nothing. If they are too few, others join them: some
//     of the class with most to spare, or all of the smallest where none has. Their
//     threshold is the higher one whoever they are, so that it does not tell whether
//     somebody at risk is among them.
//
// If there are too few people in all, none of them shows anything. Releasing what
// has been released changes nothing; when people have left since, it changes only
// labels that too few share by then. It is deterministic. Which of a class join
// those who show nothing goes by the order of people, which should be random.
func Release(people []Record, l Ladder) []Record {
	open := map[string]*class{} // those of whom there are not enough yet
	for i, p := range people {
		l.join(open, &class{shown: l.may(p), members: []int{i}, atRisk: p.AtRisk})
	}
	done := map[string]*class{}
	for withheld := range 1 << len(l.Rungs) { // in binary, so that higher rungs go last
		parts := map[string][]string{} // of open, by what they would show
		for was, c := range open {
			key := l.key(l.without(c.shown, withheld))
			parts[key] = append(parts[key], was)
		}
		for key, of := range parts {
			together := &class{shown: l.without(open[of[0]].shown, withheld)}
			for _, was := range of {
				together.take(open[was])
			}
			if len(together.shown) == 0 || done[key] == nil && !together.enough() {
				continue
			}
			l.join(done, together)
			for _, was := range of {
				delete(open, was)
			}
		}
	}
	rest := &class{}
	for _, c := range open {
		rest.take(c)
	}
	for short := SensitiveThreshold - len(rest.members); len(rest.members) > 0 && short > 0 && len(done) > 0; short = SensitiveThreshold - len(rest.members) {
		// From the class with most to spare; if none has, all of the smallest.
		keys := slices.Sorted(maps.Keys(done))
		most := slices.MaxFunc(keys, func(a, b string) int { return cmp.Compare(done[a].spare(), done[b].spare()) })
		if c := done[most]; c.spare() > 0 {
			slices.Sort(c.members)
			keep := len(c.members) - min(short, c.spare())
			rest.take(&class{members: c.members[keep:]})
			c.members = c.members[:keep]
			continue
		}
		least := slices.MinFunc(keys, func(a, b string) int { return cmp.Compare(len(done[a].members), len(done[b].members)) })
		rest.take(done[least])
		delete(done, least)
	}
	out := make([]Record, len(people))
	for i, p := range people {
		out[i].AtRisk = p.AtRisk
	}
	for _, c := range done {
		for _, i := range c.members {
			out[i].Labels = c.shown
		}
	}
	return out
}

// class is people who are shown alike.
type class struct {
	shown   map[string][]string
	members []int
	atRisk  bool // somebody among them is
}

func (c *class) enough() bool { return len(c.members) >= threshold(c.atRisk) }

// spare is how many of them it can do without.
func (c *class) spare() int { return len(c.members) - threshold(c.atRisk) }

func (c *class) take(o *class) {
	c.members = append(c.members, o.members...)
	c.atRisk = c.atRisk || o.atRisk
}

// join puts the people of c among those of classes that are shown like them.
func (l *Ladder) join(classes map[string]*class, c *class) {
	key := l.key(c.shown)
	if at := classes[key]; at != nil {
		at.take(c)
		return
	}
	classes[key] = &class{c.shown, slices.Clone(c.members), c.atRisk}
}

// may returns what can be released of a person at all.
func (l *Ladder) may(p Record) map[string][]string {
	shown := map[string][]string{}
	for _, r := range l.Rungs {
		values := p.Labels[r.Attribute]
		if p.AtRisk {
			if r.Attribute != l.Groups {
				continue
			}
			values = slices.DeleteFunc(slices.Clone(values), func(v string) bool { return !l.Sensitive(v) })
		}
		if len(values) > 0 {
			shown[r.Attribute] = values
		}
	}
	return shown
}

// without returns labels without those of the rungs whose bit is set.
func (l *Ladder) without(labels map[string][]string, withheld int) map[string][]string {
	out := maps.Clone(labels)
	for i, r := range l.Rungs {
		switch values := out[r.Attribute]; {
		case withheld&(1<<i) == 0 || len(values) == 0:
		case r.Further:
			out[r.Attribute] = values[:1]
		default:
			delete(out, r.Attribute)
		}
	}
	return out
}

// key tells combinations of labels apart; "" is that of none.
func (l *Ladder) key(labels map[string][]string) string {
	var b strings.Builder
	for _, attribute := range slices.Sorted(maps.Keys(labels)) {
		b.WriteString(attribute)
		for _, value := range labels[attribute] {
			b.WriteString("\x00" + value)
		}
		b.WriteByte('\x01')
	}
	return b.String()
}
