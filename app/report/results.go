package report

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"heard/app/disclose"
	"heard/models"
)

// net works out the net agreement of a question from the figures of its table;
// nil where it takes no sides, or where a figure of either side is masked. It is
// made of what is shown alone, so it tells nothing more: who does not know stays in
// the base where how many they are is masked.
func net(q *models.Question, rq *models.ReportQuestion) *models.ReportNet {
	if q.Type != models.TypeChoice || rq.Base.Masked {
		return nil
	}
	n, sides := models.ReportNet{Base: rq.Base.Value}, 0
	for i := range q.Options {
		o, f := &q.Options[i], rq.Options[i].Count
		var to *int
		switch {
		case o.WithChanges():
			to = &n.Changes
		case o.Stance == models.StanceFor:
			to, sides = &n.Agree, sides|1
		case o.Stance == models.StanceAgainst:
			to, sides = &n.Disagree, sides|2
		case o.DontKnow():
			to = &n.Unknown
		default:
			continue
		}
		switch {
		case !f.Masked:
			*to += f.Value
		case to == &n.Changes:
			n.ChangesHidden = true
		case to == &n.Unknown:
			n.UnknownIn = true
		default:
			return nil
		}
	}
	if n.ChangesHidden {
		n.Changes = 0
	}
	if n.UnknownIn {
		n.Unknown = 0
	}
	n.Base -= n.Unknown
	if sides != 3 || n.Base < disclose.PercentBase {
		return nil
	}
	for j, g := range rq.Groups {
		of, shown := models.ReportNetGroup{ID: g.ID, Name: g.Name}, true
		for i := range q.Options {
			o, f := &q.Options[i], rq.Options[i].Groups[j]
			switch {
			case o.WithChanges():
			case o.Stance == models.StanceFor:
				of.Agree, shown = of.Agree+f.Value, shown && !f.Masked
			case o.Stance == models.StanceAgainst:
				of.Disagree, shown = of.Disagree+f.Value, shown && !f.Masked
			}
		}
		if shown {
			n.Groups = append(n.Groups, of)
		}
	}
	points := 100 * float64(n.Agree-n.Disagree) / float64(n.Base)
	n.Points = int(math.Round(points))
	if n.Points == 0 && n.Agree != n.Disagree {
		n.Points = cmp.Compare(n.Agree, n.Disagree)
	}
	return &n
}

// without compares the results of the questions about the proposal and its rules
// with and without those who sent a letter that several sent. Those who did are a
// group like any other: each answer's figure with the letters less the one without
// them is how many of them chose it, so all three pass the gate together, against
// the totals that the question's own table shows.
func (b *builder) without(questions []models.ReportQuestion) []models.ReportWithout {
	if len(b.sent) == 0 {
		return nil
	}
	var out []models.ReportWithout
	for i := range questions {
		rq := &questions[i]
		q := b.Consultation.Question(rq.ID)
		if q.Sensitive || q.Type != models.TypeChoice || !q.Position && q.Restriction == "" {
			continue
		}
		out = append(out, b.comparison(q, rq))
	}
	return out
}

func (b *builder) comparison(q *models.Question, rq *models.ReportQuestion) models.ReportWithout {
	t := disclose.Table{Columns: []string{"without", "letters"}, ColumnTotals: make([]int, 2), Sensitive: slices.Repeat([]bool{b.atRisk()}, 2)}
	for _, o := range q.Options {
		t.Rows, t.RowTotals, t.Counts = append(t.Rows, o.ID), append(t.RowTotals, 0), append(t.Counts, make([]int, 2))
	}
	for _, s := range b.Submissions {
		a := s.Answer(q.ID)
		if a == nil || len(a.Options) == 0 {
			continue
		}
		column := 0
		if b.sent[s.ID] {
			column = 1
		}
		t.Total++
		t.ColumnTotals[column]++
		for _, id := range a.Options {
			if i := slices.Index(t.Rows, id); i >= 0 {
				t.RowTotals[i]++
				t.Counts[i][column]++
			}
		}
	}
	rows := len(t.Rows)
	links := []disclose.Link{disclose.Same(rows, 2, question(q.ID), rows, len(b.Consultation.Groups))}
	for i := range rows {
		links = append(links, disclose.Same(i, 2, question(q.ID), i, len(b.Consultation.Groups)))
	}
	shown := b.gate.Protect(letters(q.ID), t, links)
	w := models.ReportWithout{Question: rq.ID, Text: rq.Text, With: rq.Base, Without: figure(shown.ColumnTotals[0])}
	for i, o := range rq.Options {
		w.Options = append(w.Options, models.ReportWithoutOption{ID: o.ID, Text: o.Text, With: o.Count, Without: figure(shown.Cells[i][0])})
	}
	return w
}

// atRisk reports whether anybody in a figure may be in a sensitive group.
func (b *builder) atRisk() bool {
	return slices.ContainsFunc(b.Consultation.Groups, func(g models.Group) bool { return g.Sensitive })
}

// earlier sets figures of earlier reports beside those of the questions that both
// asked: the same id, with an answer in common. What could be chosen only once is
// listed, too, because it changes the share of the rest. Nobody is in both by a key,
// and each report's figures have passed the gate in their own.
func (b *builder) earlier(questions []models.ReportQuestion) []models.ReportEarlier {
	var out []models.ReportEarlier
	for _, was := range b.Earlier {
		for _, then := range was.Questions {
			at := slices.IndexFunc(questions, func(q models.ReportQuestion) bool { return q.ID == then.ID && q.Type == then.Type })
			if at < 0 {
				continue
			}
			now := questions[at]
			e := models.ReportEarlier{Consultation: was.Consultation, Title: was.Title, Closed: was.Closed, Question: now.ID, Text: now.Text, Then: then.Base, Now: now.Base}
			if then.Text != now.Text {
				e.Reworded = then.Text
			}
			both := 0
			for _, o := range now.Options {
				row := models.ReportEarlierOption{ID: o.ID, Text: o.Text, Now: o.Percent}
				if i := optionAt(then.Options, o.ID); i < 0 {
					row.NotThen = true
				} else {
					row.Then, both = then.Options[i].Percent, both+1
				}
				e.Options = append(e.Options, row)
			}
			for _, o := range then.Options {
				if optionAt(now.Options, o.ID) < 0 {
					e.Options = append(e.Options, models.ReportEarlierOption{ID: o.ID, Text: o.Text, Then: o.Percent, NotNow: true})
				}
			}
			if both > 0 {
				out = append(out, e)
			}
		}
	}
	return out
}

func optionAt(options []models.ReportOption, id string) int {
	return slices.IndexFunc(options, func(o models.ReportOption) bool { return o.ID == id })
}

// rated adds to objections their share of all submissions, from the figures that
// are shown.
func rated(o *models.ReportObjections, total models.Figure) *models.ReportObjections {
	if o == nil {
		return nil
	}
	out := models.ReportObjections{Made: o.Made, Upheld: o.Upheld}
	if p, ok := disclose.Percent(gated(o.Made), gated(total)); ok {
		out.Percent = &p
	}
	return &out
}

// organisations lists those that let themselves be named, by name, with where
// they stand and what the officers who read their documents wrote of them. One
// that is in a group at risk is not listed: its name would be a second attribute.
func (b *builder) organisations() []models.ReportOrganisation {
	c := b.Consultation
	var out []models.ReportOrganisation
	for _, s := range b.byPublicID() {
		if !s.Allows(models.ConsentName) || c.Sensitive(s.Groups) || !slices.ContainsFunc(c.Paths, func(p models.Path) bool { return p.ID == s.Path && p.Organisation }) {
			continue
		}
		o := models.ReportOrganisation{PublicID: s.PublicID, Position: s.Stance, Documents: b.Documents[s.ID]}
		for _, a := range s.Answers {
			if q := c.Question(a.Question); q != nil && q.AboutYou && q.Type == models.TypeText && strings.TrimSpace(a.Text) != "" {
				o.Name = strings.TrimSpace(a.Text)
				break
			}
		}
		if o.Name != "" {
			out = append(out, o)
		}
	}
	slices.SortStableFunc(out, func(x, y models.ReportOrganisation) int {
		return cmp.Compare(strings.ToLower(x.Name), strings.ToLower(y.Name))
	})
	return out
}

// redactions says how often each kind of detail was taken out.
func (b *builder) redactions() []models.GroupFigure {
	var out []models.GroupFigure
	for kind, n := range b.Redacted {
		out = append(out, models.GroupFigure{ID: kind, Name: kind, Count: figure(disclose.Count(n, false))})
	}
	slices.SortFunc(out, func(x, y models.GroupFigure) int { return cmp.Compare(x.ID, y.ID) })
	return out
}
