// Package report turns frozen data into a consultation report. It is pure: the
// same input gives the same report, byte for byte.
//
// Two things are enforced here and nowhere else. Every submission is accounted
// for, or there is no report. And every count passes the disclosure gate: true
// counts come in, models.Figure goes out.
package report

import (
	"cmp"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"heard/app/disclose"
	"heard/models"
)

// Input is the data of a report. Submissions are the live ones only.
type Input struct {
	Consultation *models.Consultation
	Submissions  []*models.Submission
	Withdrawn    int
	Replaced     int
	SetAside     int
	Aside        map[models.Attention]int  // those set aside, by reason
	Equality     map[string]map[string]int // people by equality question and answer; they lead to no submission
	Themes       []models.Theme
	Placements   []models.Placement
	Quotes       []models.Quote
	Campaigns    []models.Campaign
	Checkpoint   string // root of the submission log, as published
	Method       *Method
	Late         *int                   // responses that came after the end; nil where none could
	Register     []models.RegisterEntry // beside the submissions: it changes none of their figures
	Documents    map[string][]string    // by submission: what officers wrote of its attachments
	Redacted     map[string]int         // details taken out, by kind
	Earlier      []*models.Report       // public reports of earlier consultations
	Before       *Before                // nil for the first version
	Objections   *models.ReportObjections
	Drafts       map[string]models.ApprovedDraft // by theme
	Found        map[string]Found                // by submission: whom readers find by searching
}

// Method is how the themes were found, with true counts.
type Method struct {
	models.Method
	Coded, Changed  int
	Frame           int // version of the code frame
	DoubleCoded     int // answers that two people coded blind
	Differ, Settled int // of those, that they saw differently, and that were settled since
	Machine, People *models.ReportAgreement
}

// Build returns the report. It fails when a quote does not equal the words it
// was taken from or its author did not agree to be quoted, when the roll-call
// does not add up, when a stranger could recover a small figure from it, and when
// a small set of answers with known results does not come out as it must.
func Build(in Input) (*models.Report, error) { return proven(assemble, in) }

func assemble(in Input) (*models.Report, error) {
	b, r, err := unchecked(in)
	if err != nil {
		return nil, err
	}
	if err := b.attack(r); err != nil {
		return nil, err
	}
	return r, nil
}

// unchecked makes the report, which nobody has attacked yet.
func unchecked(in Input) (*builder, *models.Report, error) {
	b := &builder{Input: in, lang: in.Consultation.Languages[0], subs: map[string]*models.Submission{}, public: map[string]*models.Submission{}}
	for _, s := range in.Submissions {
		b.subs[s.ID] = s
	}
	c := in.Consultation
	ended, _ := c.Ended()
	r := &models.Report{
		Consultation: c.ID, Title: b.text(c.Title), Council: c.Council.Name, Invented: c.Invented,
		Opened: string(c.Opens), Closed: ended, Checkpoint: in.Checkpoint,
		Total: figure(disclose.Count(len(in.Submissions), false)),
	}
	for _, n := range c.Changes {
		r.Changes = append(r.Changes, models.ReportChange{Day: n.Day, Text: b.text(n.Text)})
	}
	for _, rule := range c.Restrictions {
		r.Restrictions = append(r.Restrictions, models.ReportRule{ID: rule.ID, Text: b.text(rule.Text), Paraphrase: rule.Paraphrase})
	}
	var err error
	if r.DataHash, err = b.hash(); err != nil {
		return nil, nil, err
	}
	b.place()
	b.sent = map[string]bool{}
	for _, c := range in.Campaigns {
		for _, id := range c.Members {
			if b.subs[id] != nil {
				b.sent[id] = true
			}
		}
	}
	r.Organisations, r.HeardOnce = b.organisations(), b.heardOnce()
	b.named(r)
	b.gate = disclose.NewSystem(len(in.Submissions))
	r.Groups = b.groups()
	r.Channels = b.channels()
	r.Languages = b.languages()
	for i := range c.Questions {
		if q := &c.Questions[i]; q.Closed() {
			if rq, asked := b.question(q); asked {
				rq.Net = net(q, &rq)
				r.Questions = append(r.Questions, rq)
			}
		}
	}
	r.ByArea = b.byArea(r.Questions)
	r.Without = b.without(r.Questions)
	r.Earlier = b.earlier(r.Questions)
	r.Redactions = b.redactions()
	if r.Themes, err = b.themes(); err != nil {
		return nil, nil, err
	}
	if m := in.Method; m != nil {
		r.Method = &models.ReportMethod{Method: m.Method, Machine: m.Machine, People: m.People, Taught: figure(disclose.Count(m.Taught, false)),
			Coded: figure(disclose.Count(m.Coded, false)), Changed: figure(disclose.Count(m.Changed, false)),
			Frame: m.Frame, DoubleCoded: figure(disclose.Count(m.DoubleCoded, false)), Differ: figure(disclose.Count(m.Differ, false)),
			Settled: figure(disclose.Count(m.Settled, false))}
		r.Method.Method.Taught = 0 // the true count
	}
	b.register(r)
	b.late(r)
	r.Equality = b.equality()
	r.Asked = b.asked()
	for _, h := range c.Help {
		r.Help = append(r.Help, models.ReportHelp{Name: h.Name, What: b.text(h.What), Phone: h.Phone, URL: h.URL, Checked: h.Checked})
	}
	r.Campaigns = b.campaigns()
	r.Objections = in.Objections
	if err := b.follow(r); err != nil {
		return nil, nil, err
	}
	r.Objections = rated(r.Objections, r.Total)
	if r.RollCall, err = b.rollCall(); err != nil {
		return nil, nil, err
	}
	b.all = r.RollCall.Submissions
	b.summaries(r.Themes)
	b.keepProse(r)
	return b, r, nil
}

type builder struct {
	Input
	lang     string
	subs     map[string]*models.Submission
	live     []models.Theme                // without merged ones, largest first
	all      int                           // submissions, with those that a version before counts
	people   map[string]map[string]bool    // theme → submissions
	standsIn map[string][]int              // submission → themes, by their place in live
	placed   map[string]bool               // submission + question that is in a theme
	public   map[string]*models.Submission // by what they are quoted as
	sent     map[string]bool               // submissions that are a letter which several sent
	gate     *disclose.System
	inGroup  *disclose.Sum                  // what across says, once it was asked
	came     *builder                       // of those who came since the version before; nil for none, or too few
	inThemes int                            // people in any theme
	said     map[string]map[string][]string // theme → question → submissions that made the point there
}

func (b *builder) text(t models.Text) string {
	s, _ := t.In(b.lang)
	return s
}

// place works out who is in which theme. Placements of submissions that no
// longer count are left aside.
func (b *builder) place() {
	b.people, b.placed = map[string]map[string]bool{}, map[string]bool{}
	for _, t := range b.Themes {
		if t.Status != models.ThemeMerged {
			b.live = append(b.live, t)
			b.people[t.ID] = map[string]bool{}
		}
	}
	for _, p := range b.Placements {
		in := b.people[p.Theme]
		if in == nil || b.subs[p.Submission] == nil {
			continue
		}
		in[p.Submission] = true
		b.placed[p.Submission+"-"+p.Question] = true
	}
	slices.SortStableFunc(b.live, func(x, y models.Theme) int {
		return cmp.Or(cmp.Compare(len(b.people[y.ID]), len(b.people[x.ID])), cmp.Compare(x.Label, y.Label), cmp.Compare(x.ID, y.ID))
	})
	b.live = slices.DeleteFunc(b.live, func(t models.Theme) bool { return len(b.people[t.ID]) == 0 })
	b.standsIn = make(map[string][]int, len(b.subs))
	for i, t := range b.live {
		for id := range b.people[t.ID] {
			b.standsIn[id] = append(b.standsIn[id], i)
		}
	}
}

// count counts rows by respondent groups. in says which rows a submission is in;
// a submission in no row still counts towards the totals.
func (b *builder) count(rows []string, subs []*models.Submission, in func(*models.Submission) []int) disclose.Table {
	c := b.Consultation
	t := disclose.Table{Rows: rows, Total: len(subs), RowTotals: make([]int, len(rows))}
	column := map[string]int{}
	for i, g := range c.Groups {
		column[g.ID] = i
		t.Columns = append(t.Columns, g.ID)
		t.Sensitive = append(t.Sensitive, g.Sensitive)
	}
	t.ColumnTotals = make([]int, len(c.Groups))
	t.Counts = make([][]int, len(rows))
	for i := range t.Counts {
		t.Counts[i] = make([]int, len(c.Groups))
	}
	each := make([][]int, len(subs))
	for i, s := range subs {
		each[i] = in(s)
	}
	t.Across, t.Down = b.across(), lines(len(subs), func(i int) int { return len(each[i]) })
	for i, s := range subs {
		rowsOf := each[i]
		for _, r := range rowsOf {
			t.RowTotals[r]++
		}
		for _, g := range s.Groups {
			j, ok := column[g]
			if !ok {
				continue
			}
			t.ColumnTotals[j]++
			for _, r := range rowsOf {
				t.Counts[r][j]++
			}
		}
	}
	return t
}

func (b *builder) columns(figures []disclose.Figure) []models.GroupFigure {
	out := make([]models.GroupFigure, len(figures))
	for i, g := range b.Consultation.Groups {
		out[i] = models.GroupFigure{ID: g.ID, Name: b.text(g.Name), Sensitive: g.Sensitive, Count: figure(figures[i])}
	}
	return out
}

// groups counts people by respondent group. The one row is everybody, so that
// the group figures and the total are protected together.
func (b *builder) groups() []models.GroupFigure {
	t := b.count([]string{"everybody"}, b.Submissions, func(*models.Submission) []int { return []int{0} })
	b.found(&t, b.Submissions, func(*models.Submission) []int { return []int{0} }, func(Found) bool { return true })
	return b.columns(b.gate.Protect(groupsTable, t, everybody(t)).ColumnTotals)
}

// channels counts people by the way on which their answer came: that of outreach may
// be one of people at risk.
func (b *builder) channels() []models.GroupFigure {
	out := b.each(channelsTable, b.atRisk(), func(s *models.Submission) string { return string(s.Channel) })
	for i := range out {
		out[i].Name = models.Channel(out[i].ID).Name()
	}
	return out
}

// languages counts people by the language of the form that they answered in. A
// language of few may point at people at risk.
func (b *builder) languages() []models.GroupFigure {
	out := b.each(languagesTable, b.atRisk(), func(s *models.Submission) string { return s.Language })
	for i := range out {
		out[i].Name = cmp.Or(display.English.Languages().Name(language.Make(out[i].ID)), out[i].ID)
	}
	return out
}

// each counts people by something that everybody has one of.
func (b *builder) each(table string, sensitive bool, of func(*models.Submission) string) (out []models.GroupFigure) {
	var rows []string
	for _, s := range b.Submissions {
		if !slices.Contains(rows, of(s)) {
			rows = append(rows, of(s))
		}
	}
	slices.Sort(rows)
	t := alone(rows, sensitive, b.Submissions, func(s *models.Submission) []int { return []int{slices.Index(rows, of(s))} })
	shown := b.gate.Protect(table, t, append(everybody(t), disclose.Same(len(rows), 0, disclose.Root, 0, 0)))
	for i, id := range rows {
		out = append(out, models.GroupFigure{ID: id, Count: figure(shown.RowTotals[i])})
	}
	return out
}

// alone counts rows of people whatever their group, held against the threshold
// of a sensitive one when sensitive is set.
func alone(rows []string, sensitive bool, subs []*models.Submission, in func(*models.Submission) []int) disclose.Table {
	t := disclose.Table{Rows: rows, Columns: []string{"people"}, Sensitive: []bool{sensitive}, RowTotals: make([]int, len(rows)),
		ColumnTotals: []int{len(subs)}, Total: len(subs), Down: lines(len(subs), func(i int) int { return len(in(subs[i])) })}
	for _, s := range subs {
		for _, r := range in(s) {
			t.RowTotals[r]++
		}
	}
	for _, n := range t.RowTotals {
		t.Counts = append(t.Counts, []int{n})
	}
	return t
}

// answered returns who chose something in answer to a question.
func (b *builder) answered(q *models.Question) (subs []*models.Submission) {
	for _, s := range b.Submissions {
		if a := s.Answer(q.ID); a != nil && len(a.Options) > 0 {
			subs = append(subs, s)
		}
	}
	return subs
}

// optionsOf returns the rows of a question's table, and in which of them somebody is
// who answered it.
func optionsOf(q *models.Question) (rows []string, chosen func(*models.Submission) []int) {
	rows = make([]string, len(q.Options))
	row := map[string]int{}
	for i, o := range q.Options {
		rows[i], row[o.ID] = o.ID, i
	}
	return rows, func(s *models.Submission) []int {
		var in []int
		options := s.Answer(q.ID).Options
		if q.Type == models.TypeRanking {
			options = options[:1] // first places only: most people rank every answer
		}
		for _, id := range options {
			if i, ok := row[id]; ok {
				in = append(in, i)
			}
		}
		return in
	}
}

func (b *builder) question(q *models.Question) (rq models.ReportQuestion, asked bool) {
	var answered []*models.Submission
	for _, s := range b.answered(q) {
		// Where people at risk belong is counted nowhere: it would be a second attribute.
		if q.Type != models.TypePlace || !q.AboutYou || !b.Consultation.Sensitive(s.Groups) {
			answered = append(answered, s)
		}
	}
	if len(answered) == 0 {
		return rq, false
	}
	rows, chosen := optionsOf(q)
	rq = models.ReportQuestion{ID: q.ID, Text: b.text(q.Text), Type: q.Type, Restriction: q.Restriction, Position: q.Position}
	var shown disclose.Shown
	if q.Sensitive { // never broken down by group
		t := alone(rows, true, answered, chosen)
		shown = b.gate.Protect(question(q.ID), t, []disclose.Link{disclose.PartOf(len(rows), 1, disclose.Root, 0, 0)})
	} else {
		t := b.count(rows, answered, chosen)
		b.found(&t, answered, chosen, func(f Found) bool { return slices.Contains(f.Chosen, q.ID) })
		shown = b.gate.Protect(question(q.ID), t, b.partOfGroups(t), b.answeredOrNot(q.ID, t, answered))
		rq.Groups = b.columns(shown.ColumnTotals)
	}
	rq.Base = figure(shown.Total)
	for i, o := range q.Options {
		ro := models.ReportOption{ID: o.ID, Text: b.text(o.Text), Count: figure(shown.RowTotals[i])}
		if p, ok := disclose.Percent(shown.RowTotals[i], shown.Total); ok {
			ro.Percent = &p
		}
		if !q.Sensitive {
			for _, f := range shown.Cells[i] {
				ro.Groups = append(ro.Groups, figure(f))
			}
		}
		rq.Options = append(rq.Options, ro)
	}
	return rq, true
}

func (b *builder) themes() ([]models.ReportTheme, error) {
	rows := make([]string, len(b.live))
	for i, t := range b.live {
		rows[i] = t.ID
	}
	in := func(s *models.Submission) []int { return b.standsIn[s.ID] }
	t := b.count(rows, b.Submissions, in)
	b.found(&t, b.Submissions, in, func(Found) bool { return true })
	var shown disclose.Shown
	if len(rows) > 0 {
		t.Down = disclose.Unsaid // people are in several themes, and in none
		in := b.inAnyTheme(rows)
		links := b.ofGroups(t)
		if len(rows) == 1 { // then the roll-call says how many are in it
			links = append(links, disclose.Same(0, len(t.Columns), in.Name, 1, 1))
		}
		b.inThemes = in.Shown.Total.Value
		shown = b.gate.ProtectWithin(themesTable, t, links, b.inThemes, in)
	}
	var out []models.ReportTheme
	for i, t := range b.live {
		rt := models.ReportTheme{ID: t.ID, Label: t.Label, Keywords: t.Keywords, Approved: t.Status == models.ThemeApproved,
			MadeByPeople: t.MadeBy != "", Definition: t.Definition,
			Count: figure(shown.RowTotals[i]), Groups: b.columns(shown.Cells[i])}
		if t.Status == models.ThemeOutOfScope {
			rt.OutOfScope = t.Reason
		}
		rt.Stances, rt.OneSided = b.stances(t.ID, i, shown.RowTotals[i])
		for _, id := range t.DistinctiveFor {
			if g := b.Consultation.Group(id); g != nil {
				rt.DistinctiveFor = append(rt.DistinctiveFor, b.text(g.Name))
			}
		}
		for _, q := range b.Quotes {
			if q.Theme != t.ID || b.subs[q.Submission] == nil {
				continue
			}
			excerpt, err := b.quote(q)
			if err != nil {
				return nil, fmt.Errorf("theme %q: %w", t.Label, err)
			}
			rt.Quotes = append(rt.Quotes, excerpt)
		}
		out = append(out, rt)
	}
	for i := range out {
		out[i].NameFrom = b.nameFrom(&b.live[i], out)
	}
	// By what is shown: the order of the true counts would narrow down those that
	// are not.
	slices.SortStableFunc(out, func(x, y models.ReportTheme) int {
		return cmp.Or(cmp.Compare(y.Count.Value, x.Count.Value), cmp.Compare(x.Label, y.Label), cmp.Compare(x.ID, y.ID))
	})
	return b.tree(out), nil
}

// tree puts themes under the ones they stand under, and those out of scope with
// what is under them last, else as they were. A theme stands at the top when the
// one above it is not in the report.
func (b *builder) tree(themes []models.ReportTheme) []models.ReportTheme {
	parent, in := map[string]string{}, map[string]bool{}
	for _, t := range themes {
		in[t.ID] = true
	}
	for _, t := range b.live {
		if in[t.Parent] {
			parent[t.ID] = t.Parent
		}
	}
	// The root of a theme, and whether it leads round in a circle.
	for i := range themes {
		id := themes[i].ID
		for range len(themes) {
			if id = parent[id]; id == "" {
				break
			}
		}
		if id != "" {
			delete(parent, themes[i].ID)
		}
	}
	var out []models.ReportTheme
	var add func(t models.ReportTheme)
	add = func(t models.ReportTheme) {
		t.Parent = parent[t.ID]
		out = append(out, t)
		for _, child := range themes {
			if parent[child.ID] == t.ID {
				add(child)
			}
		}
	}
	for _, aside := range []bool{false, true} {
		for _, t := range themes {
			if parent[t.ID] == "" && (t.OutOfScope != "") == aside {
				add(t)
			}
		}
	}
	return out
}

// stanceIDs are the positions that people can take, and none.
var stanceIDs = []string{models.StanceFor, models.StanceAgainst, models.StanceUnsure, ""}

// oneSided is the share of those who take a side from which a theme is called
// one-sided, in per cent, and oneSidedBase how many must take one.
const (
	oneSided     = 90
	oneSidedBase = 5
)

// stances counts the people in a theme by their own position. Each has exactly
// one, or none, so the figures add up to the theme's count: when that is shown,
// as many are withheld as it takes for it not to give a small one away, and when
// it is not, none is shown, because together they would tell it. Anybody in a
// theme may be in a group at risk, so where there is one its threshold holds.
//
// side is where nearly all who take a side stand, if the figures shown prove it
// whatever the others are.
func (b *builder) stances(id string, row int, count disclose.Figure) (out []models.GroupFigure, side string) {
	counts := make([]int, len(stanceIDs))
	known := false
	for sub := range b.people[id] {
		i := slices.Index(stanceIDs, b.subs[sub].Stance)
		if i < 0 {
			i = len(stanceIDs) - 1
		}
		known = known || stanceIDs[i] != ""
		counts[i]++
	}
	if !known && !slices.ContainsFunc(b.Submissions, func(s *models.Submission) bool { return s.Stance != "" }) {
		return nil, "" // the consultation asks for none
	}
	t := disclose.OneRow(stanceIDs, counts, slices.Repeat([]bool{b.atRisk()}, len(stanceIDs)), len(b.people[id]))
	shown := b.gate.ProtectWithin(positions(id), t, b.ofRow(t, themesTable, row), b.inThemes)
	open := count.Shown && shown.Total.Shown && shown.RowTotals[0].Shown
	figures := make([]disclose.Figure, len(stanceIDs))
	rest := count.Value // people of whom the figures do not say where they stand
	for i := range figures {
		if open && shown.Cells[0][i].Shown && shown.ColumnTotals[i].Shown {
			figures[i] = shown.Cells[0][i]
			rest -= figures[i].Value
		}
		// A masked one says nothing at all, not even that it is small.
		out = append(out, models.GroupFigure{ID: stanceIDs[i], Count: figure(figures[i])})
	}
	for i, other := range []int{1, 0} {
		if !figures[i].Shown {
			continue
		}
		most := rest // that the other side can be
		if figures[other].Shown {
			most = figures[other].Value
		}
		if n := figures[i].Value; n >= oneSidedBase && 100*n >= oneSided*(n+most) {
			side = stanceIDs[i]
		}
	}
	return out, side
}

// nameFrom is the side of whoever wrote the words that a theme is called by. It
// tells that somebody stands on either side, so both figures must be shown; and it
// is not told of words that are quoted with a group, because nobody is shown by
// two attributes together.
func (b *builder) nameFrom(t *models.Theme, themes []models.ReportTheme) string {
	words := strings.ToLower(strings.Trim(t.MachineLabel, " .…!?"))
	for _, rt := range themes {
		if rt.ID == t.ID && (len(rt.Stances) == 0 || rt.Stances[0].Count.Masked || rt.Stances[1].Count.Masked) {
			return ""
		}
		for _, q := range rt.Quotes {
			if q.Group != "" && strings.Contains(strings.ToLower(q.Text), words) {
				return ""
			}
		}
	}
	return t.Named()
}

// quote takes the words of a quote out of the answer they stand in.
func (b *builder) quote(q models.Quote) (models.ReportExcerpt, error) {
	s := b.subs[q.Submission]
	if !s.Allows(models.ConsentQuote) {
		return models.ReportExcerpt{}, fmt.Errorf("a quote from submission %s stands in the report, but its author did not agree to be quoted", s.ID)
	}
	a := s.Answer(q.Question)
	if a == nil {
		return models.ReportExcerpt{}, fmt.Errorf("a quote is from submission %s, question %s, which has no answer", s.ID, q.Question)
	}
	runes := []rune(a.Redacted)
	if q.Start < 0 || q.Start >= q.End || q.End > len(runes) {
		return models.ReportExcerpt{}, fmt.Errorf("a quote from submission %s, question %s lies outside the answer", s.ID, q.Question)
	}
	words := string(runes[q.Start:q.End])
	if sum := sha256.Sum256([]byte(words)); hex.EncodeToString(sum[:]) != q.SHA256 {
		return models.ReportExcerpt{}, fmt.Errorf("a quote from submission %s, question %s differs from the words it was taken from", s.ID, q.Question)
	}
	e := b.excerpt(s, q.Question, q.Group, words)
	e.PublicID = QuotedAs(b.Consultation, s, q.Theme)
	b.public[e.PublicID] = s
	return e, nil
}

// QuotedAs is what a submission goes by where it is quoted for a theme: its public
// id, but of somebody in a group at risk an id of its own in each theme. There the
// group stands beside the words, and the public id would carry it on to whatever else
// they said: in another theme, among the points heard once, in a published answer. The
// id of the store, which nobody is told, keeps it from being guessed.
func QuotedAs(c *models.Consultation, s *models.Submission, theme string) string {
	if c.Sensitive(s.Groups) {
		return aliasOf(s, theme)
	}
	return s.PublicID
}

// aliasText are letters and digits that are not easily confused.
var aliasText = base32.NewEncoding("abcdefghijkmnpqrstuvwxyz23456789").WithPadding(base32.NoPadding)

func aliasOf(s *models.Submission, theme string) string {
	sum := sha256.Sum256([]byte(s.ID + "\x00" + theme))
	return aliasText.EncodeToString(sum[:5]) // which looks like a public id
}

// CalledIn is all that a submission may go by in a report.
func CalledIn(r *models.Report, s *models.Submission) []string {
	ids := []string{s.PublicID}
	for _, t := range r.Themes {
		ids = append(ids, aliasOf(s, t.ID))
	}
	return ids
}

func (b *builder) excerpt(s *models.Submission, question, group, words string) models.ReportExcerpt {
	e := models.ReportExcerpt{PublicID: s.PublicID, Text: words, Language: s.Language}
	if !slices.Contains(s.Groups, group) && len(s.Groups) > 0 {
		group = s.Groups[0]
	}
	if g := b.Consultation.Group(group); g != nil {
		e.Group = b.text(g.Name)
	}
	// Whoever wrote beside a choice has chosen it.
	if q := b.Consultation.Question(question); q != nil && !q.Closed() {
		e.Question = b.text(q.Text)
	}
	if a := s.Answer(question); a != nil && a.Language != "" {
		e.Language = a.Language
	}
	return e
}

// heardOnce lists each answer in words that shares no theme with anybody.
// Without consent to be quoted it is listed without its words. The list is
// complete, so whoever counts its entries by group has a figure: a group is
// named only where that figure may be shown. Where anybody may be at risk neither
// group nor question is named with any of them: what stood there for all others
// and was left out for people at risk would tell who they are.
func (b *builder) heardOnce() []models.ReportExcerpt {
	var out []models.ReportExcerpt
	entries := map[string]int{}
	for _, s := range b.byPublicID() {
		for _, a := range b.Consultation.InWords(s) {
			if b.placed[s.ID+"-"+a.Question] {
				continue
			}
			words := ""
			if s.Allows(models.ConsentQuote) {
				words = a.Redacted
			}
			e := b.excerpt(s, a.Question, "", words)
			if b.atRisk() {
				e.Group, e.Question = "", ""
			}
			entries[e.Group]++
			out = append(out, e)
		}
	}
	for i := range out {
		if !disclose.Count(entries[out[i].Group], false).Shown {
			out[i].Group = ""
		}
	}
	return out
}

// byPublicID is the submissions in an order that tells nothing about when they
// came.
func (b *builder) byPublicID() []*models.Submission {
	subs := slices.Clone(b.Submissions)
	slices.SortFunc(subs, func(x, y *models.Submission) int { return cmp.Compare(x.PublicID, y.PublicID) })
	return subs
}

// wrote reports whether the letter stands in what s wrote, word for word. The
// common letter is one sender's, who need not be the one that agreed.
func (b *builder) wrote(s *models.Submission, letter string) bool {
	return slices.ContainsFunc(b.Consultation.InWords(s), func(a models.Answer) bool { return strings.Contains(a.Redacted, letter) })
}

func (b *builder) campaigns() []models.ReportCampaign {
	var out []models.ReportCampaign
	for _, c := range b.Campaigns {
		n, quotable := 0, false
		for _, id := range c.Members {
			if s := b.subs[id]; s != nil {
				n++
				quotable = quotable || s.Allows(models.ConsentQuote) && b.wrote(s, c.Template)
			}
		}
		if n < 2 {
			continue
		}
		rc := models.ReportCampaign{Letters: figure(disclose.Count(n, b.atRisk()))}
		if quotable {
			rc.Text = c.Template
		}
		out = append(out, rc)
	}
	slices.SortStableFunc(out, func(x, y models.ReportCampaign) int {
		return cmp.Or(cmp.Compare(y.Letters.Value, x.Letters.Value), cmp.Compare(x.Text, y.Text))
	})
	return out
}

// rollCall accounts for every submission and fails when one is missing.
func (b *builder) rollCall() (models.RollCall, error) {
	roll := models.RollCall{Submissions: len(b.Submissions), Uncounted: b.Withdrawn + b.Replaced + b.SetAside}
	roll.Withdrawn, roll.Replaced, roll.SetAside = Gone(b.Withdrawn, b.Replaced, b.SetAside)
	roll.Aside = b.aside(roll.SetAside)
	for _, s := range b.byPublicID() {
		e := models.RollCallEntry{Submission: s.ID, PublicID: s.PublicID}
		for _, i := range b.standsIn[s.ID] {
			e.Themes = append(e.Themes, b.live[i].Label)
		}
		switch {
		case len(e.Themes) > 0:
			roll.InThemes++
		case len(b.Consultation.InWords(s)) > 0:
			e.HeardOnce = true
			roll.HeardOnce++
		case len(s.Answers) > 0 || len(s.Attachments) > 0 || s.Erased != "":
			e.ClosedOnly = true
			roll.ClosedOnly++
		default:
			return roll, fmt.Errorf("submission %s has no answer, so the report cannot account for it", s.ID)
		}
		e.Sections = b.sections(s)
		roll.Entries = append(roll.Entries, e)
	}
	if sum := roll.InThemes + roll.HeardOnce + roll.ClosedOnly; sum != roll.Submissions || len(b.subs) != roll.Submissions {
		return roll, fmt.Errorf("the roll-call does not add up: %d submissions, %d accounted for", roll.Submissions, sum)
	}
	if b.Before != nil {
		return b.rolls(roll, b.Before.Report.RollCall), nil
	}
	return roll, nil
}

// hash identifies the data the report was built from.
func (b *builder) hash() (string, error) {
	subs := slices.Clone(b.Submissions)
	slices.SortFunc(subs, func(x, y *models.Submission) int { return cmp.Compare(x.ID, y.ID) })
	var earlier []string
	for _, r := range b.Earlier {
		earlier = append(earlier, r.DataHash)
	}
	h := sha256.New()
	err := write(h, struct {
		Consultation string
		Version      int
		Themes       []models.Theme
		Quotes       []models.Quote
		Campaigns    []models.Campaign
		Method       *Method
		Register     []models.RegisterEntry          `json:",omitempty"`
		Documents    map[string][]string             `json:",omitempty"`
		Redacted     map[string]int                  `json:",omitempty"`
		Earlier      []string                        `json:",omitempty"`
		Drafts       map[string]models.ApprovedDraft `json:",omitempty"`
	}{b.Consultation.ID, b.Consultation.Version, b.Themes, b.Quotes, b.Campaigns, b.Method, b.Register, b.Documents, b.Redacted, earlier, b.Drafts}, subs, b.Placements)
	return hex.EncodeToString(h.Sum(nil)), err
}

// Sum is a hash of all that a report is built from, by which two inputs are told
// apart.
func (in Input) Sum() (sum [sha256.Size]byte, err error) {
	h, rest := sha256.New(), in
	rest.Submissions, rest.Placements = nil, nil
	err = write(h, rest, in.Submissions, in.Placements)
	return [sha256.Size]byte(h.Sum(nil)), err
}

// write writes what a report is built from as lines of JSON: the submissions and
// their places in themes one by one, since all of them as one text take more memory
// than all else that there is to do.
func write(w io.Writer, rest any, subs []*models.Submission, places []models.Placement) error {
	e := json.NewEncoder(w)
	err := e.Encode(rest)
	for _, s := range subs {
		err = errors.Join(err, e.Encode(s))
	}
	for _, p := range places {
		err = errors.Join(err, e.Encode(p))
	}
	return err
}

func figure(f disclose.Figure) models.Figure {
	switch {
	case f.Shown:
		return models.Figure{Value: f.Value}
	case f.Withheld:
		return models.Figure{Masked: true}
	}
	return models.Figure{Masked: true, Threshold: f.Threshold}
}
