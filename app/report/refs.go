package report

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"heard/app/disclose"
	"heard/models"
)

// Numbers and directions in what officers write are references, so that they
// are always those of the report, after the disclosure gate:
//
//	{count all}                                 how many submissions there are
//	{count group:G}                             of them, in a respondent group
//	{count theme:T}                             people in a theme; with group:G or side:S of those
//	{count question:Q option:O}                 people who chose an option; with group:G of those
//	{count question:Q side:S}                   people who chose any option for, against or unsure
//	{count question:Q}                          people who answered it; with group:G of those
//	{share …}                                   the same as a share of those who answered, or of those in the theme
//	{most …}                                    the same share in a word: see [word]
//	{stance theme:T} {stance question:Q}        for, against or both sides
//	{label theme:T} {label rule:R} {label group:G} {label question:Q} {label question:Q option:O}
//	                                            the wording itself, of which nobody makes a claim
//	{source "who, when" "38 fines"}             a number or a claim of somebody who is named
//	{words "support worker"}                    words that tell nothing of what people answered

// Resolve returns what an officer wrote with every reference in it resolved
// against a report that was built for c. problems are whole sentences about
// references that lead nowhere.
func Resolve(r *models.Report, c *models.Consultation, text string) (read string, problems []string) {
	x := &resolver{r, c}
	var out strings.Builder
	for _, p := range pieces(text) {
		if !p.reference {
			if strings.ContainsAny(p.text, "{}") {
				problems = append(problems, "A reference begins with { and ends with }. One of the two is missing.")
			}
			out.WriteString(p.text)
			continue
		}
		said, err := x.resolve(p.text)
		if err != nil {
			problems = append(problems, fmt.Sprintf("The reference {%s} cannot be used: %s.", p.text, err))
			said = "{" + p.text + "}"
		}
		out.WriteString(said)
	}
	return out.String(), problems
}

type piece struct {
	text      string
	reference bool // text is what stands between the braces
}

var braced = regexp.MustCompile(`\{([^{}]*)\}`)

func pieces(text string) (all []piece) {
	at := 0
	for _, m := range braced.FindAllStringSubmatchIndex(text, -1) {
		all = append(all, piece{text: text[at:m[0]]}, piece{text[m[2]:m[3]], true})
		at = m[1]
	}
	return append(all, piece{text: text[at:]})
}

var (
	named  = regexp.MustCompile(`^source\s+["“”]([^"“”]+)["“”]\s+["“”]([^"“”]+)["“”]$`)
	spoken = regexp.MustCompile(`^words\s+["“”]([^"“”]+)["“”]$`)
)

type resolver struct {
	report *models.Report
	c      *models.Consultation
}

func (x *resolver) resolve(ref string) (string, error) {
	ref = strings.TrimSpace(ref)
	if m := named.FindStringSubmatch(ref); m != nil {
		return fmt.Sprintf("%s (%s)", m[2], m[1]), nil
	}
	if m := spoken.FindStringSubmatch(ref); m != nil {
		return m[1], nil
	}
	parts := strings.Fields(ref)
	if len(parts) == 0 {
		return "", fmt.Errorf("nothing stands in it")
	}
	asked := map[string]string{}
	for _, part := range parts[1:] {
		key, value, _ := strings.Cut(part, ":")
		if !slices.Contains([]string{"all", "theme", "question", "option", "side", "group", "rule"}, key) || (value == "") != (key == "all") {
			return "", fmt.Errorf("“%s” is not understood in it", part)
		}
		if _, twice := asked[key]; twice {
			return "", fmt.Errorf("it names %s twice", key)
		}
		asked[key] = value
	}
	switch parts[0] {
	case "count", "share", "most":
		n, base, err := x.figures(asked)
		switch {
		case err != nil:
			return "", err
		case parts[0] == "count":
			return figureWords(n), nil
		case base == nil:
			return "", fmt.Errorf("it names nothing that the number is a share of")
		case parts[0] == "share":
			return shareWords(n, *base), nil
		}
		return word(n, *base), nil
	case "stance":
		return x.stance(asked)
	case "label":
		return x.label(asked)
	case "source", "words":
		return "", fmt.Errorf("write {source \"who said so, when\" \"what they said\"} or {words \"the words\"}")
	}
	return "", fmt.Errorf("there is no reference of the name “%s”", parts[0])
}

// only reports whether nothing but the keys is asked for.
func only(asked map[string]string, keys ...string) error {
	for key := range asked {
		if !slices.Contains(keys, key) {
			return fmt.Errorf("“%s” has no place in it", key)
		}
	}
	return nil
}

var errNoGroups = fmt.Errorf("it is not shown by groups")

// of returns the figure of a group, or of a side, which has an id as well.
func of(figures []models.GroupFigure, id string) (models.Figure, error) {
	for _, g := range figures {
		if g.ID == id {
			return g.Count, nil
		}
	}
	if len(figures) == 0 {
		return models.Figure{}, errNoGroups
	}
	return models.Figure{}, fmt.Errorf("there is no “%s”", id)
}

// figures returns a figure of the report and the one that it is a part of, nil
// for none.
func (x *resolver) figures(asked map[string]string) (n models.Figure, base *models.Figure, err error) {
	group, byGroup := asked["group"]
	side, bySide := asked["side"]
	switch {
	case asked["theme"] != "":
		t, err := x.theme(asked["theme"])
		switch {
		case err != nil:
			return n, nil, err
		case byGroup && bySide:
			return n, nil, fmt.Errorf("it can name a group or a side, not both")
		case byGroup:
			n, err = of(t.Groups, group)
		case bySide:
			n, err = of(t.Stances, side)
		default:
			return t.Count, nil, only(asked, "theme")
		}
		if err != nil {
			return n, nil, err
		}
		return n, &t.Count, only(asked, "theme", "group", "side")
	case asked["question"] != "":
		q, err := x.question(asked["question"])
		if err != nil {
			return n, nil, err
		}
		total, column := q.Base, -1
		if byGroup {
			if column = slices.IndexFunc(q.Groups, func(g models.GroupFigure) bool { return g.ID == group }); column < 0 {
				_, err := of(q.Groups, group)
				return n, nil, err
			}
			total = q.Groups[column].Count
		}
		var options []string
		switch option, byOption := asked["option"]; {
		case byOption && bySide:
			return n, nil, fmt.Errorf("it can name an option or a side, not both")
		case byOption:
			options = []string{option}
		case bySide:
			if options, err = x.side(q, side); err != nil {
				return n, nil, err
			}
		default:
			return total, nil, only(asked, "question", "group")
		}
		n, err = sum(q, options, column)
		if err != nil {
			return n, nil, err
		}
		return n, &total, only(asked, "question", "option", "side", "group")
	case byGroup:
		n, err := of(x.report.Groups, group)
		if err != nil {
			return n, nil, err
		}
		return n, &x.report.Total, only(asked, "group")
	}
	if _, all := asked["all"]; !all {
		return n, nil, fmt.Errorf("it does not say what to count")
	}
	return x.report.Total, nil, only(asked, "all")
}

// sum adds up figures of options as they are shown. Where one of several is
// masked nothing is said, not even that it is small.
func sum(q *models.ReportQuestion, options []string, column int) (n models.Figure, err error) {
	for _, id := range options {
		i := optionAt(q.Options, id)
		if i < 0 {
			return n, fmt.Errorf("the question has no option “%s”", id)
		}
		f := q.Options[i].Count
		if column >= 0 {
			f = q.Options[i].Groups[column]
		}
		switch {
		case len(options) == 1:
			return f, nil
		case f.Masked:
			return models.Figure{Masked: true}, nil
		}
		n.Value += f.Value
	}
	return n, nil
}

// sideChanges is the side of those who agree with changes.
const sideChanges = "changes"

// side returns the options of a question that take a side. Agreeing with changes is
// on neither, as in the net agreement, and is asked for as “changes”.
func (x *resolver) side(q *models.ReportQuestion, side string) (options []string, err error) {
	if q.Type != models.TypeChoice {
		return nil, fmt.Errorf("people can be in several of the question's options, so that they cannot be added up")
	}
	of := x.c.Question(q.ID).Options
	for i := range of {
		stands := of[i].Stance
		if of[i].WithChanges() {
			stands = sideChanges
		}
		if stands == side && side != "" {
			options = append(options, of[i].ID)
		}
	}
	if len(options) == 0 {
		return nil, fmt.Errorf("no option of the question says “%s”: use for, against, unsure or changes", side)
	}
	return options, nil
}

func (x *resolver) theme(id string) (*models.ReportTheme, error) {
	i := slices.IndexFunc(x.report.Themes, func(t models.ReportTheme) bool { return t.ID == id })
	if i < 0 {
		return nil, fmt.Errorf("there is no theme “%s”", id)
	}
	return &x.report.Themes[i], nil
}

func (x *resolver) question(id string) (*models.ReportQuestion, error) {
	i := slices.IndexFunc(x.report.Questions, func(q models.ReportQuestion) bool { return q.ID == id })
	if i < 0 || x.c.Question(id) == nil {
		return nil, fmt.Errorf("there is no question “%s” with answers to choose from", id)
	}
	return &x.report.Questions[i], nil
}

// stance says on which side of a question, or of a theme, people stand.
func (x *resolver) stance(asked map[string]string) (string, error) {
	if id := asked["theme"]; id != "" {
		t, err := x.theme(id)
		if err != nil {
			return "", err
		}
		if t.OneSided != "" {
			return t.OneSided, nil
		}
		return between(stanceOf(t, models.StanceFor), stanceOf(t, models.StanceAgainst)), only(asked, "theme")
	}
	q, err := x.question(asked["question"])
	if err != nil {
		return "", err
	}
	var sides [2]models.Figure
	for i, side := range []string{models.StanceFor, models.StanceAgainst} {
		options, err := x.side(q, side)
		if err == nil {
			sides[i], err = sum(q, options, -1)
		}
		if err != nil {
			return "", err
		}
	}
	return between(sides[0], sides[1]), only(asked, "question")
}

func stanceOf(t *models.ReportTheme, side string) models.Figure {
	f, err := of(t.Stances, side)
	if err != nil {
		return models.Figure{Masked: true}
	}
	return f
}

// between says which of two sides is clearly the larger, in the bounds of "about
// half".
func between(f, against models.Figure) string {
	n := f.Value + against.Value
	switch {
	case f.Masked || against.Masked || n == 0:
		return notShown
	case 100*f.Value > halfTo*n:
		return models.StanceFor
	case 100*against.Value > halfTo*n:
		return models.StanceAgainst
	}
	return "both sides"
}

func (x *resolver) label(asked map[string]string) (string, error) {
	lang := x.c.Languages[0]
	switch {
	case asked["theme"] != "":
		t, err := x.theme(asked["theme"])
		if err != nil {
			return "", err
		}
		return "“" + t.Label + "”", only(asked, "theme")
	case asked["question"] != "":
		q := x.c.Question(asked["question"])
		if q == nil {
			return "", fmt.Errorf("there is no question “%s”", asked["question"])
		}
		wording := q.Text
		if id, byOption := asked["option"]; byOption {
			o := q.Option(id)
			if o == nil {
				return "", fmt.Errorf("the question has no option “%s”", id)
			}
			wording = o.Text
		}
		s, _ := wording.In(lang)
		return "“" + s + "”", only(asked, "question", "option")
	case asked["rule"] != "":
		for _, r := range x.c.Restrictions {
			if r.ID == asked["rule"] {
				s, _ := r.Text.In(lang)
				return "“" + s + "”", only(asked, "rule")
			}
		}
		return "", fmt.Errorf("there is no rule “%s”", asked["rule"])
	case asked["group"] != "":
		g := x.c.Group(asked["group"])
		if g == nil {
			return "", fmt.Errorf("there is no group “%s”", asked["group"])
		}
		s, _ := g.Name.In(lang)
		return s, only(asked, "group")
	}
	return "", fmt.Errorf("it does not say of what")
}

const notShown = "not shown"

// shareWords writes a share in whole per cent, or as a count of a count where
// the base is too small for per cent.
func shareWords(n, base models.Figure) string {
	switch {
	case n.Masked || base.Masked || n.Value > base.Value || base.Value == 0:
		return notShown
	case base.Value < disclose.PercentBase:
		return fmt.Sprintf("%d of %d", n.Value, base.Value)
	}
	p, _ := disclose.Percent(disclose.Figure{Shown: true, Value: n.Value}, disclose.Figure{Shown: true, Value: base.Value})
	return fmt.Sprintf("%d per cent", p)
}

// The bounds of word, in per cent.
const (
	nearlyAll = 90
	halfFrom  = 45
	halfTo    = 55
	someFrom  = 20
)

// word says a share in a word: all, nearly all from 90 per cent, most above 55,
// about half from 45, some from 20, else few. None of nobody.
func word(n, base models.Figure) string {
	switch p := 100 * n.Value; {
	case n.Masked || base.Masked || n.Value > base.Value || base.Value == 0:
		return notShown
	case n.Value == base.Value:
		return "all"
	case p >= nearlyAll*base.Value:
		return "nearly all"
	case p > halfTo*base.Value:
		return "most"
	case p >= halfFrom*base.Value:
		return "about half"
	case p >= someFrom*base.Value:
		return "some"
	case n.Value > 0:
		return "few"
	}
	return "none"
}

var (
	// uncounted are numbers that count nobody: years, dates, ids such as R2, and the
	// numbers of sections, articles, rules and the like.
	uncounted = regexp.MustCompile(`(?i)\b(19|20)\d\d([-/–]\d\d?(-\d\d?)?)?\b` +
		`|\b\d{1,2} (january|february|march|april|may|june|july|august|september|october|november|december)\b` +
		`|\b(section|sections|article|articles|art|arts|rule|rules|schedule|sch|part|paragraph|para|duty|regulation|finding|option|chapter)\.? \d+(\(\d+\))?((,| and| or| to|–|-) ?\d+(\(\d+\))?)*` +
		`|\bss?\. ?\d+(\(\d+\))?((,| and|–|-) ?\d+(\(\d+\))?)*` +
		`|\b[a-z]{1,3}\d+(\.\d+)*\b`)
	digits = regexp.MustCompile(`\d[\d,.]*\d|\d`)
	// ofPeople is a number right before who it is of, and farFromPeople one in words
	// with up to two words between: seven young people, nine of the older residents.
	ofPeople      = regexp.MustCompile(`(?i)\b((\d+|` + numberWords + `)[ -])+(` + whoSpeaks + `|responses|answers|submissions|per cent|percent|of them)\b`)
	farFromPeople = regexp.MustCompile(farFrom + `(?:` + whoSpeaks + `)\b`)
	// parting are words between a number and people that part them: four years when
	// people, one that residents.
	parting = regexp.MustCompile(`(?i) (with|without|and|or|for|to|in|on|at|by|from|about|where|when|while|who|whom|which|that|because|as|than|so|if|is|are|was|were|has|have|had|will|would|can|do|did|not|no)\b`)
	// ofThings are numbers of what is no answer.
	ofThings  = regexp.MustCompile(`(?i)\b(?:(?:` + numberWords + `)[ -])+(?:(?:more|other|further|full|open|whole) )?(years?|months?|weeks?|days?|nights?|evenings?|mornings?|hours?|minutes?|times|wards?|streets?|places?|languages?|rules?|parts?|pages?|steps?|options?|questions?|themes?|findings?|sides?|reasons?|ways?|things?|kinds?|officers?|councillors?|meetings?|libraries|copies)\b`)
	direction = regexp.MustCompile(`(?i)\b(most|mostly|majority|minority|few|fewer|many|half|(two|three|four)[ -](thirds|quarters|fifths|tenths)|a third|one[ -]third|(a|one)[ -](quarter|fifth|tenth) of|hundreds|dozens|everybody|everyone|nobody|no one|unanimous(ly)?` +
		`|(` + numberWords + `) (in|out of)( every)? (` + numberWords + `)` +
		`|(nearly|almost|virtually) (all|every|none)|all( of)?( the| these| those| our)?( [a-z'’-]+)? (` + whoSpeaks + `)|all of (them|these|those)` +
		`|none of (the|them|these|those|us)|none (says?|said|wants?|wanted|asks?|asked|thinks?|thought|wrote|spoke)` +
		`|(dis)?agree[sd]?|(dis)?agreement|support(s|ed|ing|ers?)?|oppos(e|es|ed|ing|ition|ers?)|favour(s|ed|ing)?|object(s|ed|ing|ors?)|rejected by|against` +
		`|(am|are|is|was|were|be|been|being|stands?|stood|vot(e|es|ed|ing)|spoke|come out|came out|those|` + whoSpeaks + `)( (all|both|strongly|mostly|clearly|largely|also|still|not))? for (it|(the |an |this )?(order|proposal|extension|rules?|restrictions?)( r\d+)?|r\d+))\b`)
	// innocent are words that only look like a direction.
	innocent = regexp.MustCompile(`(?i)\bsupport(ing|ed)? (workers?|services?|organisations?|groups?)\b|\bsupport-led\b|\bat most\b|\ba few (days|weeks|months|years|streets)\b` +
		`|\b(to|for) all( of)?( the)?\b` +
		`|\b(weigh(s|ed|ing)?|held|holds?|holding|measur(e|es|ed|ing)|balanc(e|es|ed|ing)|check(s|ed|ing)?|test(s|ed|ing)?|compar(e|es|ed|ing)|protect(s|ed|ing|ion)?|guard(s|ed|ing)?|us(e|es|ed|ing)|violence|crimes?|offences?|abuse|discriminat(e|es|ed|ing|ion)|harassment|appeals?|action|enforcement|proceedings|evidence|reasons?|points|arguments?)( [a-z'’-]+){0,2} against\b` +
		`|\bwhat (speaks|is said) against\b|\bnothing (that )?speaks against\b|\b(can|could|may|might) speak against\b`)
)

// numberWords are numbers in words, farFrom such a number with up to two words behind
// it, which are its group, and whoSpeaks who answers, as parts of the patterns above.
const (
	numberWords = `one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|dozen`
	farFrom     = `(?i)\b(?:` + numberWords + `)(?:[ -](?:` + numberWords + `))*((?: of)?(?: the| these| those| our)?(?: [a-z'’-]+){0,2}) `
	whoSpeaks   = `people|persons|residents?|respondents?|neighbours?|households|families|parents|women|men|traders?|shopkeepers?|businesses|landlords?|workers?|visitors?|organisations`
)

// groupNames matches the names of respondent groups after a number in words, up to
// what stands in brackets or after a comma; nil where there are none.
func groupNames(c *models.Consultation) *regexp.Regexp {
	var names []string
	for _, g := range c.Groups {
		name, _ := g.Name.In(c.Languages[0])
		if at := strings.IndexAny(name, "(,"); at >= 0 {
			name = name[:at]
		}
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, regexp.QuoteMeta(strings.TrimSuffix(name, "s"))+"s?")
		}
	}
	if len(names) == 0 {
		return nil
	}
	return regexp.MustCompile(farFrom + `(?:` + strings.Join(names, "|") + `)(?:\W|$)`)
}

// parted are the matches of a pattern, whose first group is what stands between a
// number and who it is of, but those where that parts the two.
func parted(pattern *regexp.Regexp, text string) (all []string) {
	for at := 0; pattern != nil; {
		m := pattern.FindStringSubmatchIndex(text[at:])
		if m == nil {
			break
		}
		if found := text[at+m[0] : at+m[1]]; !parting.MatchString(text[at+m[2] : at+m[3]]) {
			all = append(all, strings.TrimRight(found, " .,;:!?)"))
			at += m[1]
			continue
		}
		at += m[2] // behind the number
	}
	return all
}

// Lint returns what stands bare in a text of a report of c and must be a reference:
// numbers, and words that say how many or on which side. Each is a whole sentence
// that says what to do.
func Lint(c *models.Consultation, text string) (problems []string) {
	groups := groupNames(c)
	seen := map[string]bool{}
	add := func(found, message string) {
		if !seen[found] {
			seen[found] = true
			problems = append(problems, fmt.Sprintf(message, found))
		}
	}
	for _, p := range pieces(text) {
		if p.reference {
			continue
		}
		for _, n := range digits.FindAllString(uncounted.ReplaceAllString(p.text, " "), -1) {
			add(n, "The number %s stands bare. Refer to the figure, such as {count theme:…}, or say whose number it is: {source \"who, when\" \"…\"}.")
		}
		people := ofThings.ReplaceAllString(p.text, ";")
		for _, n := range slices.Concat(ofPeople.FindAllString(p.text, -1), parted(farFromPeople, people), parted(groups, people)) {
			add(n, "“%s” is a number. Refer to the figure, such as {count theme:…}, or say whose number it is: {source \"who, when\" \"…\"}.")
		}
		for _, w := range direction.FindAllString(innocent.ReplaceAllString(p.text, " "), -1) {
			add(strings.ToLower(w), "“%s” says how many people, or on which side. Refer to what they answered: {most question:… side:…}, {stance theme:…} or {label …}. Where it says nothing of answers, write {words \"…\"}.")
		}
	}
	return problems
}
