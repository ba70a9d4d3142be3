package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"heard/app/disclose"
	"heard/models"
)

// A theme's summary is a paragraph computed from what the report already shows
// of it: its figures, positions, groups, question, narrower themes and quotes. A
// sentence is written only where what it says is true of this theme, so no two
// read alike unless two themes are alike. Nothing in it is a new count: every
// number is a figure that has passed the gate, and words such as "more than
// half" or "nearly all" are worked out from those figures and hold whatever the
// masked ones are.
//
// Each sentence carries whom it rests on. A list of ids is a count too, and an id
// that stands in two places links them. So in public:
//
//   - ids stand only where their words already do: those quoted for this theme.
//     Anybody else who agreed to be quoted is not listed: an id quoted elsewhere
//     with its group would carry the group into this theme;
//   - the others are a figure: the theme's own, less those listed. Where the
//     theme's is masked, so are they;
//   - sentences about groups and positions list nobody: they would tell two
//     things of one person.
//
// The desk sees everybody each sentence rests on, by internal id.

// longestWoven is the longest quote that stands inside a sentence, in code points.
const longestWoven = 220

// summary writes the paragraph of a theme, of which all else is in t. under are
// the labels of the theme above it, "" for none, and of those below.
func (b *builder) summary(t *models.ReportTheme, above string, below []string, first bool) []models.ReportSentence {
	w := &paragraph{t: t, everybody: keysOf(b.people[t.ID])}
	w.size(above, first, b.all)
	if len(t.DistinctiveFor) > 0 {
		w.add(models.ReportSentence{Kind: "who.distinctive", Names: t.DistinctiveFor}, nil, b.inGroups(w.everybody, t.DistinctiveFor))
	} else if g, ok := leading(t.Groups); ok {
		w.add(models.ReportSentence{Kind: "who.leading", Names: []string{g.Name}, Number: &g.Count}, nil, b.inGroups(w.everybody, []string{g.Name}))
	}
	quoted := w.quote(b)
	w.stance(b)
	if q := b.arose(t.ID); q != "" {
		w.add(models.ReportSentence{Kind: "asked", Names: []string{b.text(b.Consultation.Question(q).Text)}}, nil, b.said[t.ID][q])
	}
	if !quoted && len(t.Quotes) > 0 {
		var subs []string
		for _, id := range ids(t.Quotes) {
			subs = append(subs, b.public[id].ID)
		}
		w.add(models.ReportSentence{Kind: "quoted"}, ids(t.Quotes), subs)
	}
	if len(below) > 0 {
		w.add(models.ReportSentence{Kind: "parts", Names: below}, nil, w.everybody)
	}
	return w.sentences
}

type paragraph struct {
	t         *models.ReportTheme
	everybody []string // internal ids
	sentences []models.ReportSentence
}

// add appends a sentence that rests on subs and, of them, may name quoted.
func (w *paragraph) add(s models.ReportSentence, quoted, subs []string) {
	s.Quoted, s.Submissions, s.Text = quoted, subs, English(s)
	w.sentences = append(w.sentences, s)
}

// size says how many make the point, in proportion to all where that is much.
func (w *paragraph) size(above string, first bool, total int) {
	n, all := w.t.Count, models.Figure{Value: total}
	s := models.ReportSentence{Kind: "size.some", Number: &n}
	switch {
	case n.Masked && n.Threshold == 0:
		s.Kind = "size.hidden"
	case n.Masked:
		s.Kind = "size.masked"
	case above != "":
		s.Kind, s.Names = "size.under", []string{above}
	case 2*n.Value > total:
		s.Kind, s.Other = "size.half", &all
	case first:
		s.Kind, s.Other = "size.first", &all
	case 4*n.Value > total:
		s.Kind, s.Other = "size.quarter", &all
	case 10*n.Value > total:
		s.Kind, s.Other = "size.tenth", &all
	}
	quoted, others := ids(w.t.Quotes), n
	if !others.Masked {
		others.Value = max(0, others.Value-len(quoted))
	}
	s.Others = &others
	w.add(s, quoted, w.everybody)
}

// quote weaves in the longest of the theme's quotes that fits a sentence, of a
// group that the theme is distinctive for if there is one.
func (w *paragraph) quote(b *builder) bool {
	var best *models.ReportExcerpt
	worth := func(e *models.ReportExcerpt) int {
		n := len([]rune(e.Text))
		if slices.Contains(w.t.DistinctiveFor, e.Group) {
			n += longestWoven
		}
		return n
	}
	for i := range w.t.Quotes {
		e := &w.t.Quotes[i]
		if n := len([]rune(e.Text)); n <= longestWoven && strings.Contains(strings.TrimSpace(e.Text), " ") && !strings.ContainsAny(e.Text, "\r\n") && (best == nil || worth(e) > worth(best)) {
			best = e
		}
	}
	if best == nil {
		return false
	}
	kind := "quote"
	if best.Group != "" {
		kind = "quote.group"
	}
	e := *best
	w.add(models.ReportSentence{Kind: kind, Quote: &e}, []string{e.PublicID}, []string{b.public[e.PublicID].ID})
	return true
}

// stance says on which sides the point is made, as far as the figures show it.
func (w *paragraph) stance(b *builder) {
	if len(w.t.Stances) == 0 {
		return
	}
	pro, con := w.t.Stances[0].Count, w.t.Stances[1].Count
	say := func(kind string, number, other *models.Figure, stances ...string) {
		w.add(models.ReportSentence{Kind: kind, Number: number, Other: other}, nil, b.standing(w.everybody, stances))
	}
	switch {
	case w.t.OneSided != "":
		mine, theirs, other := pro, con, models.StanceAgainst
		if w.t.OneSided == models.StanceAgainst {
			mine, theirs, other = con, pro, models.StanceFor
		}
		say("stance."+w.t.OneSided, &mine, nil, w.t.OneSided)
		// The contrary view is never left unsaid.
		if theirs.Masked {
			say("contrary.hidden", nil, nil, other)
		} else {
			say("contrary."+other, &theirs, nil, other)
		}
	case pro.Masked || con.Masked:
	case 2*pro.Value >= 3*con.Value:
		say("stance.more.for", &pro, &con, models.StanceFor, models.StanceAgainst)
	case 2*con.Value >= 3*pro.Value:
		say("stance.more.against", &con, &pro, models.StanceFor, models.StanceAgainst)
	default:
		say("stance.both", &pro, &con, models.StanceFor, models.StanceAgainst)
	}
}

// leading returns the ordinary group that most of those in a theme are in, if the
// figures shown prove it whatever the masked ones are.
func leading(groups []models.GroupFigure) (models.GroupFigure, bool) {
	var best models.GroupFigure
	for _, g := range groups {
		if !g.Count.Masked && !g.Sensitive && g.Count.Value > best.Count.Value {
			best = g
		}
	}
	for _, g := range groups {
		// A figure withheld without a bound could be larger.
		if g.Count.Masked && (g.Count.Threshold == 0 || g.Count.Threshold > best.Count.Value) || g.ID != best.ID && g.Count.Value == best.Count.Value {
			return best, false
		}
		if g.Sensitive && g.Count.Value > best.Count.Value {
			return best, false
		}
	}
	return best, best.ID != ""
}

// arose returns the question in answer to which more than half of those in a
// theme made the point, "" where there is none or where saying so could tell of
// people at risk: those who made it there, and those who did not, must each be
// nobody or as many as may be shown, and the question must be asked of others too.
// Where a question of people at risk is themed, nobody is too few as well.
func (b *builder) arose(theme string) string {
	asked, risky := 0, false
	for _, q := range b.Consultation.Questions {
		if q.Themed {
			asked++
			risky = risky || q.Sensitive
		}
	}
	if asked < 2 {
		return ""
	}
	all := len(b.people[theme])
	for _, q := range b.Consultation.Questions {
		if !q.Themed || q.Sensitive {
			continue
		}
		here := len(b.said[theme][q.ID])
		rest := all - here
		if 2*here > all && disclose.Count(here, true).Shown && (disclose.Count(rest, true).Shown || rest == 0 && !risky) {
			return q.ID
		}
	}
	return ""
}

// inGroups returns those of subs who are in a group of one of these names.
func (b *builder) inGroups(subs, names []string) []string {
	return slices.DeleteFunc(slices.Clone(subs), func(id string) bool {
		return !slices.ContainsFunc(b.subs[id].Groups, func(g string) bool {
			group := b.Consultation.Group(g)
			return group != nil && slices.Contains(names, b.text(group.Name))
		})
	})
}

func (b *builder) standing(subs, stances []string) []string {
	return slices.DeleteFunc(slices.Clone(subs), func(id string) bool { return !slices.Contains(stances, b.subs[id].Stance) })
}

// summaries writes the paragraph of every theme, which are in the order of the
// report.
func (b *builder) summaries(themes []models.ReportTheme) {
	b.said = map[string]map[string][]string{}
	seen := map[models.Placement]bool{}
	for _, p := range b.Placements {
		p.Score = 0
		if b.people[p.Theme] == nil || b.subs[p.Submission] == nil || seen[p] {
			continue
		}
		seen[p] = true
		if b.said[p.Theme] == nil {
			b.said[p.Theme] = map[string][]string{}
		}
		b.said[p.Theme][p.Question] = append(b.said[p.Theme][p.Question], p.Submission)
	}
	labels, below := map[string]string{}, map[string][]string{}
	var first *models.ReportTheme // the largest, if none can be as large
	for i := range themes {
		t := &themes[i]
		labels[t.ID] = t.Label
		if t.Parent != "" {
			below[t.Parent] = append(below[t.Parent], t.Label)
		}
		if first == nil || cmp.Compare(t.Count.Value, first.Count.Value) > 0 {
			first = t
		}
	}
	for i := range themes {
		t := &themes[i]
		if first != nil && t != first && (t.Count.Value == first.Count.Value || t.Count.Masked && (t.Count.Threshold == 0 || t.Count.Threshold > first.Count.Value)) {
			first = nil
		}
	}
	for i := range themes {
		t := &themes[i]
		t.ApprovedDraft = b.approvedDraft(t)
		t.Summary = b.summary(t, labels[t.Parent], below[t.ID], t == first)
	}
}

func keysOf(m map[string]bool) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func ids(quotes []models.ReportExcerpt) (out []string) {
	for _, q := range quotes {
		if !slices.Contains(out, q.PublicID) {
			out = append(out, q.PublicID)
		}
	}
	return out
}

// English words a sentence, for files. The catalogue's English says the same, and
// a test of package app holds the two together: the page is worded in views, in
// every language, and a file in English alone needs no catalogue.
func English(s models.ReportSentence) string {
	number, other, names := "", "", strings.Join(s.Names, ", ")
	if s.Number != nil {
		number = figureWords(*s.Number)
	}
	if s.Other != nil {
		other = figureWords(*s.Other)
	}
	switch s.Kind {
	case "size.half":
		return fmt.Sprintf("More than half of all submissions make this point: %s of %s.", number, other)
	case "size.first":
		return fmt.Sprintf("No other point is made as often: %s of %s submissions make it.", number, other)
	case "size.quarter":
		return fmt.Sprintf("More than a quarter of all submissions make this point: %s of %s.", number, other)
	case "size.tenth":
		return fmt.Sprintf("More than one submission in ten makes this point: %s of %s.", number, other)
	case "size.some":
		return fmt.Sprintf("This point is made in %s submissions.", number)
	case "size.under":
		return fmt.Sprintf("This narrower point, part of “%s”, is made in %s submissions.", names, number)
	case "size.masked":
		return fmt.Sprintf("This is a point that few make: %s.", number)
	case "size.hidden":
		return "How many make this point is not shown, because another number could be worked out from it."
	case "who.distinctive":
		return fmt.Sprintf("It is made far more often among these than among others: %s.", names)
	case "who.leading":
		return fmt.Sprintf("No group makes it more often than this one: %s (%s).", names, number)
	case "stance.for":
		return fmt.Sprintf("Nearly all of those who take a side are for the proposal: %s.", number)
	case "stance.against":
		return fmt.Sprintf("Nearly all of those who take a side are against the proposal: %s.", number)
	case "stance.more.for":
		return fmt.Sprintf("It is heard from both sides, and more from those for the proposal (%s) than from those against it (%s).", number, other)
	case "stance.more.against":
		return fmt.Sprintf("It is heard from both sides, and more from those against the proposal (%s) than from those for it (%s).", number, other)
	case "stance.both":
		return fmt.Sprintf("Both sides make it in much the same measure: %s who are for the proposal and %s who are against it.", number, other)
	case "contrary.for":
		return fmt.Sprintf("Yet people who are for the proposal say so too: %s.", number)
	case "contrary.against":
		return fmt.Sprintf("Yet people who are against the proposal say so too: %s.", number)
	case "contrary.hidden":
		return "How many on the other side say so too cannot be shown, which does not mean that nobody does."
	case "asked":
		return fmt.Sprintf("It came up above all where people were asked: “%s”", names)
	case "quote":
		return fmt.Sprintf("In the words of one of them: “%s”", s.Quote.Text)
	case "quote.group":
		return fmt.Sprintf("One voice (%s): “%s”", s.Quote.Group, s.Quote.Text)
	case "quoted":
		return "Some of them are quoted below."
	case "parts":
		return fmt.Sprintf("Narrower points that belong to it: %s.", names)
	}
	return ""
}

// figureWords writes a figure inside a sentence.
func figureWords(f models.Figure) string {
	switch {
	case !f.Masked:
		return strconv.Itoa(f.Value)
	case f.Threshold == 0:
		return "not shown"
	}
	return fmt.Sprintf("fewer than %d", f.Threshold)
}
