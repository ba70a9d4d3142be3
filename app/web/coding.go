package web

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"heard/app/consult"
	"heard/models"
	"heard/views"
)

func (p *portal) themesPage(req *request, c *models.Consultation) (*views.ThemesPage, error) {
	ctx := req.Request().Context()
	if waiting, err := p.waiting(req, c); err != nil || waiting != "" {
		return &views.ThemesPage{Base: p.staffBase(req, c, "themes", "Themes"), Consultation: c.ID, Waiting: waiting}, err
	}
	review, err := p.service.Themes(ctx, req.by, c, pageNumber(req.QueryParams()))
	if err != nil {
		return nil, err
	}
	codes := req.by.May(consult.EditThemes)
	page := &views.ThemesPage{Base: p.staffBase(req, c, "themes", "Themes"), Consultation: c.ID, Answers: review.Answers,
		CanEdit: codes && !c.Status.AtLeast(models.StatusFrozen)}
	page.TooFew, page.Frozen, page.Once, page.Number = review.TooFew, codes && !page.CanEdit, review.Once, review.Page
	if page.Running, err = p.service.FindingThemes(ctx, req.by, c); err != nil {
		return nil, err
	}
	at := "/staff/" + c.ID
	rows := map[models.ThemeStatus][]views.ThemeRow{}
	status, labels := map[string]models.ThemeStatus{}, map[string]string{}
	for _, t := range review.Themes {
		status[t.Theme.ID], labels[t.Theme.ID] = t.Theme.Status, t.Theme.Label
	}
	for _, t := range review.Themes {
		row := views.ThemeRow{Theme: t.Theme, Count: t.Count, Distinct: groupNames(c, t.Theme.DistinctiveFor)}
		row.Groups = groupCounts(c, t.Groups)
		if len(t.Quotes) > 0 {
			row.Quote = t.Quotes[0]
		}
		if codes {
			// For those who name themes: it tells something of who wrote the words.
			row.Href, row.OneSide = themeAddress(c, t.Theme.ID), t.Theme.Named()
		} else {
			row.Hits = at + "/search?t=" + queryEscape(t.Theme.ID)
		}
		if page.CanEdit {
			row.Act = themeAddress(c, t.Theme.ID)
		}
		if status[t.Theme.Parent] != t.Theme.Status {
			row.Under = labels[t.Theme.Parent]
		}
		rows[t.Theme.Status] = append(rows[t.Theme.Status], row)
	}
	page.Candidates, page.Approved, page.OutOfScope = nested(rows[models.ThemeCandidate]), nested(rows[models.ThemeApproved]), nested(rows[models.ThemeOutOfScope])
	for _, e := range review.HeardOnce {
		hit := p.searchHit(req.by, c, consult.FoundAnswer{Submission: e.Submission, Question: e.Question})
		if e.Text != "" {
			hit.Snippet = []views.Snippet{{Text: e.Text}}
		}
		if page.CanEdit {
			hit.Code = codeAddress(c, models.AnswerKey{Submission: e.Submission.ID, Question: e.Question}, consult.Openly, false)
		}
		page.HeardOnce = append(page.HeardOnce, hit)
	}
	if review.Page > 1 {
		page.Previous = at + "/themes?page=" + strconv.Itoa(review.Page-1) + "#once"
	}
	if review.Page < review.Pages {
		page.Next = at + "/themes?page=" + strconv.Itoa(review.Page+1) + "#once"
	}
	if !codes {
		return page, nil
	}
	frame, err := p.service.CodeFrame(ctx, req.by, c)
	if err != nil {
		return nil, err
	}
	all := frame.Themes
	page.Notes, page.Parents = frame.Method.Notes, choices(all, nil)
	for _, t := range all {
		if t.Status == models.ThemeMerged {
			row := views.MergedRow{Theme: t, Into: labelOf(all, t.MergedInto)}
			if page.CanEdit {
				row.Act = themeAddress(c, t.ID)
			}
			page.Merged = append(page.Merged, row)
		}
	}
	progress := review.Progress
	page.Progress = &views.CodingState{Answers: progress.Answers, Read: progress.Read, Coded: progress.Coded, DoubleCoded: progress.DoubleCoded, Left: progress.Left, Changed: progress.Changed, Differ: progress.Differ, Settled: progress.Settled, Third: progress.Third, Frame: progress.Frame, Earlier: progress.Earlier,
		Sample: progress.Sample, BlindCoded: progress.BlindCoded, Machine: agreement(progress.Machine), People: agreement(progress.People)}
	return page, nil
}

// groupCounts are the counts by group, largest first. Groups whose count is not
// told exactly stand together, so that a line does not say the same ten times.
func groupCounts(c *models.Consultation, counts map[string]string) []views.FilterValue {
	var told, veiled []views.FilterValue
	for _, g := range c.Groups {
		count, there := counts[g.ID]
		if !there {
			continue
		}
		value := views.FilterValue{Value: g.ID, Name: g.Name.Default(), Count: count}
		if _, err := strconv.Atoi(count); err == nil {
			told = append(told, value)
		} else if i := slices.IndexFunc(veiled, func(v views.FilterValue) bool { return v.Count == count }); i >= 0 {
			veiled[i].Name += "; " + value.Name
		} else {
			veiled = append(veiled, value)
		}
	}
	slices.SortStableFunc(told, func(a, b views.FilterValue) int {
		n, _ := strconv.Atoi(a.Count)
		m, _ := strconv.Atoi(b.Count)
		return m - n
	})
	return append(told, veiled...)
}

// nested puts rows under the rows of their parents, in the order they come in.
// One whose parent is not among them stands at the top, and so does every
// theme of a ring, which the portal never makes.
func nested(rows []views.ThemeRow) []views.ThemeRow {
	parents := map[string]string{}
	for _, r := range rows {
		parents[r.Theme.ID] = r.Theme.Parent
	}
	var below func(parent string) []views.ThemeRow
	below = func(parent string) (out []views.ThemeRow) {
		for _, r := range rows {
			if parentIn(parents, r.Theme.ID) == parent {
				r.Children = below(r.Theme.ID)
				out = append(out, r)
			}
		}
		return out
	}
	return below("")
}

// parentIn returns the parent of a theme among those in parents, "" for one
// that stands at the top.
func parentIn(parents map[string]string, id string) string {
	parent := parents[id]
	if _, among := parents[parent]; !among {
		return ""
	}
	at := parent
	for range parents {
		if at == id {
			return "" // a ring
		}
		at = parents[at]
	}
	return parent
}

// choices are the themes of a code frame to choose from, parents first, but
// for those that leave says and those that were merged.
func choices(all []models.Theme, leave func(models.Theme) bool) []views.Link {
	parents := map[string]string{}
	var frame []models.Theme
	for _, t := range all {
		if t.Status != models.ThemeMerged {
			parents[t.ID] = t.Parent
			frame = append(frame, t)
		}
	}
	slices.SortStableFunc(frame, func(a, b models.Theme) int {
		return strings.Compare(strings.ToLower(a.Label), strings.ToLower(b.Label))
	})
	var out []views.Link
	var add func(parent, before string)
	add = func(parent, before string) {
		for _, t := range frame {
			if parentIn(parents, t.ID) != parent {
				continue
			}
			if leave == nil || !leave(t) {
				out = append(out, views.Link{Key: t.ID, Text: before + t.Label})
			}
			add(t.ID, before+"– ")
		}
	}
	add("", "")
	return out
}

func labelOf(all []models.Theme, id string) string {
	if i := slices.IndexFunc(all, func(t models.Theme) bool { return t.ID == id }); i >= 0 {
		return all[i].Label
	}
	return ""
}

func agreement(a *consult.Agreement) *views.Agreement {
	if a == nil {
		return nil
	}
	return &views.Agreement{F1: hundredths(a.F1), Low: hundredths(a.Low), High: hundredths(a.High), Kappa: hundredths(a.Kappa), Answers: a.Answers}
}

// hundredths writes a share between 0 and 1: 0.83.
func hundredths(share float64) string { return strconv.FormatFloat(share, 'f', 2, 64) }

// showFrameVersions lists what each version of the code frame changed.
func (p *portal) showFrameVersions(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	versions, err := p.service.FrameVersions(req.Request().Context(), req.by, c)
	if err != nil {
		return err
	}
	page := &views.FramePage{Base: p.staffBase(req, c, "themes", "Versions of the code frame"), Back: "/staff/" + c.ID + "/themes"}
	for _, v := range versions {
		row := views.FrameVersion{Number: v.Number, By: v.By, Day: v.Day}
		for _, t := range v.Themes {
			row.Changes = append(row.Changes, views.FrameChange{Name: cmp.Or(t.Name, "A theme that is gone"), What: whatChanged(t), Words: wordsChanged(t)})
		}
		page.Versions = append(page.Versions, row)
	}
	return p.render(req.Context, http.StatusOK, page)
}

// whatChanged says what a version of the code frame did to a theme.
func whatChanged(t consult.ThemeChange) []string {
	was, is := t.Before, t.After
	var what []string
	if t.Added {
		what = append(what, "added")
	} else if was.Label != is.Label && is.Label != "" {
		name := "given a name by people"
		if was.Label != "" {
			name = "renamed from “" + was.Label + "”"
		}
		what = append(what, name)
	}
	if was.Status != is.Status {
		switch is.Status {
		case models.ThemeApproved:
			what = append(what, "approved")
		case models.ThemeOutOfScope:
			what = append(what, "put out of scope")
		case models.ThemeMerged:
			what = append(what, "merged into “"+cmp.Or(t.Into, "a theme that is gone")+"”")
		case models.ThemeCandidate:
			what = append(what, map[models.ThemeStatus]string{models.ThemeApproved: "no longer approved", models.ThemeOutOfScope: "put back in scope", models.ThemeMerged: "its merge taken back"}[was.Status])
		}
	}
	if was.Parent != is.Parent {
		if is.Parent == "" {
			what = append(what, "moved to the top")
		} else {
			what = append(what, "put under “"+cmp.Or(t.Under, "a theme that is gone")+"”")
		}
	}
	if was.Definition != is.Definition {
		what = append(what, map[bool]string{true: "its definition taken away", false: "defined"}[is.Definition == ""])
	}
	return what
}

// wordsChanged are the words that people wrote about a theme in this version.
func wordsChanged(t consult.ThemeChange) []string {
	var words []string
	if t.Before.Definition != t.After.Definition && t.After.Definition != "" {
		words = append(words, t.After.Definition)
	}
	if t.Before.Reason != t.After.Reason && t.After.Reason != "" {
		words = append(words, "Because: "+t.After.Reason)
	}
	return words
}

func themeAddress(c *models.Consultation, id string) string {
	return "/staff/" + c.ID + "/themes/" + url.PathEscape(id)
}

// codeAddress is where an answer is coded.
func codeAddress(c *models.Consultation, key models.AnswerKey, way consult.Way, keysOff bool) string {
	return codingAddress(c, url.Values{"submission": {key.Submission}, "question": {key.Question}}, way, keysOff)
}

// nextAddress is where the answer is coded that comes after another.
func nextAddress(c *models.Consultation, after models.AnswerKey, way consult.Way, keysOff bool) string {
	return codingAddress(c, url.Values{"after": {keyText(after)}}, way, keysOff)
}

func codingAddress(c *models.Consultation, q url.Values, way consult.Way, keysOff bool) string {
	if way != consult.Openly {
		q.Set("way", string(way))
	}
	if keysOff {
		q.Set("keys", "off")
	}
	return "/staff/" + c.ID + "/code?" + q.Encode()
}

// An answer is called submission:question in forms; no id holds a colon.
func keyText(key models.AnswerKey) string { return key.Submission + ":" + key.Question }

func answerKey(s string) models.AnswerKey {
	submission, question, _ := strings.Cut(s, ":")
	return models.AnswerKey{Submission: submission, Question: question}
}

func answerKeys(list []string) []models.AnswerKey {
	keys := make([]models.AnswerKey, 0, len(list))
	for _, s := range list {
		keys = append(keys, answerKey(s))
	}
	return keys
}

// changeThemes runs the engine again, or adds a theme.
func (p *portal) changeThemes(req *request) error {
	c, form, err := p.posted(req, maxForm)
	if err != nil {
		return err
	}
	ctx, here := req.Request().Context(), "/staff/"+c.ID+"/themes"
	adding := views.ThemeText{Label: form.Get("label"), Definition: normalLines(form.Get("definition")), Parent: form.Get("parent")}
	switch form.Get("do") {
	case "run":
		if err := p.service.RequestThemes(ctx, req.by, c); err != nil {
			return err
		}
		return p.done(req, here, "Themes are being looked for again. What people decided is kept.")
	case "add":
		var id string
		if id, err = p.service.AddTheme(ctx, req.by, c, adding.Label, adding.Definition, adding.Parent); err == nil {
			return p.done(req, themeAddress(c, id), "The theme was added.")
		}
	default:
		err = models.NewError(models.KindInvalid, "The page did not say what to do with the themes.")
	}
	faults, ok := faultsIn(err)
	if !ok {
		return err
	}
	page, pageErr := p.themesPage(req, c)
	if pageErr != nil {
		return pageErr
	}
	page.Adding = adding
	page.Faults, page.Problems = linked(faults, "label", "label", "definition", "parent")
	return p.render(req.Context, statusOf[models.KindOf(err)], page)
}

// linked turns faults into the error summary and what stands beside each
// field. What belongs to none of the fields stands beside the main one.
func linked(faults []models.FieldError, main string, fields ...string) ([]views.Fault, map[string]string) {
	var list []views.Fault
	problems := map[string]string{}
	for _, f := range faults {
		field := f.Field
		if !slices.Contains(fields, field) {
			field = main
		}
		if problems[field] == "" {
			problems[field] = f.Message
			list = append(list, views.Fault{Href: "#" + field, Message: f.Message})
		}
	}
	return list, problems
}

func (p *portal) showTheme(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	page, err := p.themePage(req, c, pageNumber(req.QueryParams()))
	if err != nil {
		return err
	}
	return p.render(req.Context, http.StatusOK, page)
}

func (p *portal) themePage(req *request, c *models.Consultation, number int) (*views.ThemePage, error) {
	ctx := req.Request().Context()
	found, err := p.service.ThemeAnswers(ctx, req.by, c, req.Param("id"), number)
	if err != nil {
		return nil, err
	}
	frame, err := p.service.CodeFrame(ctx, req.by, c)
	if err != nil {
		return nil, err
	}
	t, all := found.Theme, frame.Themes
	here := themeAddress(c, t.ID)
	page := &views.ThemePage{Base: p.staffBase(req, c, "themes", "One theme"), Consultation: c.ID, Theme: t, Act: here, Count: found.Count, Total: found.Total, Number: found.Page,
		CanEdit: !c.Status.AtLeast(models.StatusFrozen),
		Typed:   map[string]string{"label": t.Label, "definition": t.Definition, "parent": t.Parent}}
	page.OneSide = t.Named()
	if label := labelOf(all, t.Parent); label != "" {
		page.Under = &views.Link{Href: themeAddress(c, t.Parent), Text: label}
	}
	if t.Status == models.ThemeMerged {
		page.Into = &views.Link{Href: themeAddress(c, t.MergedInto), Text: labelOf(all, t.MergedInto)}
	}
	for _, s := range t.Draft {
		sentence := views.DraftSentence{Text: s.Text}
		for i, cite := range s.Cites {
			sentence.Cites = append(sentence.Cites, views.Link{Href: "/staff/" + c.ID + "/submissions/" + url.PathEscape(cite), Text: strconv.Itoa(i + 1)})
		}
		page.Draft = append(page.Draft, sentence)
	}
	approved, ok, err := p.service.ApprovedDraft(ctx, req.by, c, t.ID)
	if err != nil {
		return nil, err
	}
	page.DraftSeen = consult.DraftSeen(t.Draft)
	if ok {
		page.DraftBy, page.DraftOld = approved.By, consult.DraftSeen(approved.Sentences) != page.DraftSeen
	}
	page.Others = choices(all, func(o models.Theme) bool { return o.ID == t.ID })
	below := descendants(all, t.ID)
	page.Parents = choices(all, func(o models.Theme) bool { return below[o.ID] })
	if page.Running, err = p.service.FindingThemes(ctx, req.by, c); err != nil {
		return nil, err
	}
	n := found.First
	for _, a := range found.Answers {
		answer := p.placedAnswer(c, a, n, page.CanEdit)
		for _, copied := range a.Copies {
			n++
			other := p.placedAnswer(c, copied, n, page.CanEdit)
			if len(copied.Passages) == 0 && slices.Equal(strings.Fields(copied.Text), strings.Fields(a.Text)) {
				other.Same, other.Text, other.Rest = true, nil, nil
			}
			answer.Copies = append(answer.Copies, other)
		}
		n++
		page.Answers = append(page.Answers, answer)
	}
	if found.Page > 1 {
		page.Previous = here + "?page=" + strconv.Itoa(found.Page-1)
	}
	if found.Page < found.Pages {
		page.Next = here + "?page=" + strconv.Itoa(found.Page+1)
	}
	if found.Pages > 1 {
		page.First, page.Last = found.First, found.Last
	}
	return page, nil
}

// placedAnswer is one answer in a theme, the nth of them.
func (p *portal) placedAnswer(c *models.Consultation, a consult.ThemeAnswer, n int, canEdit bool) views.PlacedAnswer {
	key := models.AnswerKey{Submission: a.Submission.ID, Question: a.Question}
	answer := views.PlacedAnswer{Key: keyText(key), Number: n, Groups: groupNames(c, a.Submission.Groups),
		PublicID: a.Submission.PublicID, Placed: p.placed(a.Machine, a.Score, a.By, a.Day), Href: "/staff/" + c.ID + "/submissions/" + a.Submission.ID}
	answer.Text, answer.Rest = folded(highlighted(a.Text, a.Passages))
	answer.QuestionText, answer.Language, answer.Translation = wordsOf(c, a.Submission, a.Question)
	if canEdit {
		answer.Code = codeAddress(c, key, consult.Openly, false)
	}
	return answer
}

// A long answer shows so many words, or so many characters where words are not
// set apart, and the rest is folded away, unless that is hardly more.
const (
	shownWords, shownRunes = 80, 600
	leastWords, leastRunes = 20, 150
)

// folded cuts a long answer in two: what is shown, and what is folded away.
func folded(text []views.Snippet) (shown, rest []views.Snippet) {
	words, runes, cut := 0, 0, -1 // cut counts bytes
	at, inWord := 0, false
	for _, s := range text {
		for i, r := range s.Text {
			space := unicode.IsSpace(r)
			if cut < 0 && (space && (words >= shownWords || runes >= shownRunes) || runes >= shownRunes+100 && !unicode.IsMark(r)) {
				cut, words, runes = at+i, 0, 0
			}
			runes++
			if !space && !inWord {
				words++
			}
			inWord = !space
		}
		at += len(s.Text)
	}
	if cut < 0 || words < leastWords && runes < leastRunes {
		return text, nil
	}
	at = 0
	for _, s := range text {
		n := min(max(cut-at, 0), len(s.Text))
		at += len(s.Text)
		if n > 0 {
			shown = append(shown, views.Snippet{Text: s.Text[:n], Match: s.Match})
		}
		if n < len(s.Text) {
			rest = append(rest, views.Snippet{Text: s.Text[n:], Match: s.Match})
		}
	}
	return shown, rest
}

// descendants are a theme and all that stand under it.
func descendants(all []models.Theme, id string) map[string]bool {
	in := map[string]bool{id: true}
	for range all {
		for _, t := range all {
			if in[t.Parent] {
				in[t.ID] = true
			}
		}
	}
	return in
}

// placed says who put an answer where it is.
func (p *portal) placed(machine bool, score float64, by, day string) string {
	person := ""
	if by != "" {
		person = "by " + by + " on " + p.Views.Day(deskLanguage, day)
	}
	switch {
	case machine && by != "":
		return "placed by the computer, " + hundredths(score) + "; kept " + person
	case machine:
		return "placed by the computer, " + hundredths(score)
	case by != "":
		return "placed " + person
	}
	return ""
}

// wordsOf tells the question that an answer is to, the language of the words
// and their translation.
func wordsOf(c *models.Consultation, sub *models.Submission, question string) (text, language, translation string) {
	if q := c.Question(question); q != nil {
		text = q.Text.Default()
	}
	language = sub.Language
	if a := sub.Answer(question); a != nil {
		translation = a.Translation
		if a.Language != "" {
			language = a.Language
		}
	}
	return text, language, translation
}

// highlighted cuts an answer where passages of it begin and end.
func highlighted(text string, passages []string) []views.Snippet {
	in := make([]bool, len(text))
	for _, words := range passages {
		if at := strings.Index(text, words); at >= 0 {
			for i := range len(words) {
				in[at+i] = true
			}
		}
	}
	var out []views.Snippet
	for from := 0; from < len(text); {
		to := from + 1
		for to < len(text) && in[to] == in[from] {
			to++
		}
		out = append(out, views.Snippet{Text: text[from:to], Match: in[from]})
		from = to
	}
	return out
}

// themeActs are what can be done with a theme: the field that a fault stands
// beside when it names none, and the outcome.
var themeActs = map[string]struct{ field, notice string }{
	"approve":   {"decide", "The theme was approved."},
	"unapprove": {"decide", "The theme is a candidate again."},
	"rename":    {"label", "The theme was renamed."},
	"define":    {"definition", "The definition was kept."},
	"under":     {"parent", "The theme was moved."},
	"merge":     {"into", "The themes were merged. To take it back, open “Merged into others” on the page of all themes."},
	"unmerge":   {"decide", "The merge was taken back. The next run looks for its answers."},
	"out":       {"reason", "The theme is out of scope. It is counted and reported all the same."},
	"in":        {"decide", "The theme is in scope again, as a candidate."},
	"take-out":  {"answers", "The answers were taken out of this theme."},
	"move":      {"to", "The answers were moved."},
	"draft":     {"decide", "The draft was approved. It stands in the report beside the computed paragraph."},
	"undraft":   {"decide", "The draft no longer stands in the report."},
	"split":     {"name", "The answers are a theme of their own now."},
}

func (p *portal) changeTheme(req *request) error {
	c, form, err := p.posted(req, maxForm)
	if err != nil {
		return err
	}
	ctx, id := req.Request().Context(), req.Param("id")
	version, _ := strconv.Atoi(form.Get("version"))
	do, ticked := form.Get("do"), answerKeys(form["answer"])
	for _, all := range form["copies"] { // of a letter
		ticked = append(ticked, answerKeys(strings.Fields(all))...)
	}
	slices.SortFunc(ticked, func(a, b models.AnswerKey) int { return strings.Compare(keyText(a), keyText(b)) })
	ticked = slices.Compact(ticked)
	number := pageNumber(form)
	to := themeAddress(c, id)
	if form.Get("from") == "list" {
		to = "/staff/" + c.ID + "/themes"
	}
	if number > 1 {
		to += "?page=" + strconv.Itoa(number)
	}
	switch do {
	case "rename":
		err = p.service.RenameTheme(ctx, req.by, c, id, version, form.Get("label"))
	case "define":
		err = p.service.DefineTheme(ctx, req.by, c, id, version, normalLines(form.Get("definition")))
	case "under":
		err = p.service.PutThemeUnder(ctx, req.by, c, id, version, form.Get("parent"))
	case "approve", "unapprove":
		err = p.service.ApproveTheme(ctx, req.by, c, id, version, do == "approve")
	case "merge":
		err, to = p.service.MergeTheme(ctx, req.by, c, id, version, form.Get("into")), themeAddress(c, form.Get("into"))
	case "unmerge":
		err = p.service.UnmergeTheme(ctx, req.by, c, id, version)
	case "out", "in":
		err = p.service.SetThemeScope(ctx, req.by, c, id, version, do == "out", form.Get("reason"))
	case "draft", "undraft":
		err = p.service.ApproveDraft(ctx, req.by, c, id, version, form.Get("seen"), do == "draft")
	case "take-out":
		err = p.service.MoveAnswers(ctx, req.by, c, id, "", ticked)
	case "move":
		if form.Get("to") == "" { // taking out is another button
			err = fieldFault("to", "Choose the theme that they move to")
			break
		}
		err = p.service.MoveAnswers(ctx, req.by, c, id, form.Get("to"), ticked)
	case "split":
		var made string
		made, err = p.service.SplitTheme(ctx, req.by, c, id, version, form.Get("name"), ticked)
		to = themeAddress(c, made)
	default:
		err = models.NewError(models.KindInvalid, "The page did not say what to do with the theme.")
	}
	if err == nil {
		return p.done(req, to, themeActs[do].notice)
	}
	faults, ok := faultsIn(err)
	if !ok {
		return err
	}
	if do == "split" { // its name stands in a field of its own
		for i := range faults {
			if faults[i].Field == "label" {
				faults[i].Field = "name"
			}
		}
	}
	page, pageErr := p.themePage(req, c, number)
	if pageErr != nil {
		return pageErr
	}
	for field := range form {
		page.Typed[field] = normalLines(form.Get(field))
	}
	tickAnswers(page.Answers, form["answer"])
	for i := range page.Answers {
		page.Answers[i].CopiesTicked = slices.Contains(form["copies"], page.Answers[i].CopyKeys())
	}
	main := themeActs[do].field
	if main == "" || page.Into != nil { // no form of it is on the page
		main = "main"
	}
	page.Faults, page.Problems = linked(faults, main, "label", "definition", "parent", "into", "reason", "answers", "to", "name")
	return p.render(req.Context, statusOf[models.KindOf(err)], page)
}

// tickAnswers ticks the answers in keys, and the copies of letters under them.
func tickAnswers(list []views.PlacedAnswer, keys []string) {
	for i := range list {
		list[i].Ticked = slices.Contains(keys, list[i].Key)
		tickAnswers(list[i].Copies, keys)
	}
}

func fieldFault(field, message string) error {
	return &models.Error{Kind: models.KindInvalid, Message: "Nothing was changed.", Fields: []models.FieldError{{Field: field, Message: message}}}
}

func (p *portal) showCode(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	key := models.AnswerKey{Submission: req.QueryParam("submission"), Question: req.QueryParam("question")}
	way, err := wayOf(req.QueryParam("way"))
	if err != nil {
		return err
	}
	var found *consult.ToCode
	if key == (models.AnswerKey{}) {
		found, err = p.service.NextToCode(req.Request().Context(), req.by, c, answerKey(req.QueryParam("after")), way)
	} else {
		found, err = p.service.AnswerToCode(req.Request().Context(), req.by, c, key, way)
	}
	if err != nil {
		return err
	}
	page, err := p.codePage(req, c, found, way, req.QueryParam("keys") == "off")
	if err != nil {
		return err
	}
	return p.render(req.Context, http.StatusOK, page)
}

// wayOf is the way of coding that an address or a form names.
func wayOf(s string) (consult.Way, error) {
	switch way := consult.Way(s); way {
	case consult.Openly, consult.Blind, consult.Settling:
		return way, nil
	}
	return "", models.NewError(models.KindInvalid, "There is no such way of coding. Go on from the page with all themes.")
}

// passageRows is how many rows for passages are free.
const passageRows = 3

// codePage is the page of an answer to code, or with none the page that says why.
func (p *portal) codePage(req *request, c *models.Consultation, found *consult.ToCode, way consult.Way, keysOff bool) (_ *views.CodePage, err error) {
	at := "/staff/" + c.ID
	page := &views.CodePage{Base: p.staffBase(req, c, "code", "Code answers"), Consultation: c.ID, Act: at + "/code", Way: string(way), KeysOff: keysOff,
		CanEdit: !c.Status.AtLeast(models.StatusFrozen), Back: at + "/themes"}
	page.Outcome, page.Staff.Notice = page.Staff.Notice, ""
	if page.Running, err = p.service.FindingThemes(req.Request().Context(), req.by, c); err != nil {
		return nil, err
	}
	if found == nil {
		progress, err := p.service.CodingProgress(req.Request().Context(), req.by, c)
		if err != nil {
			return nil, err
		}
		page.None = progress.Answers == 0
		page.Others = way == consult.Openly && progress.Left > 0 || way == consult.Settling && progress.Differ > progress.Settled
		return page, nil
	}
	sub := found.Submission
	key := models.AnswerKey{Submission: sub.ID, Question: found.Question}
	page.Seen, page.Held = found.Seen, found.Held
	page.Key, page.Text, page.Left, page.PublicID = keyText(key), found.Text, found.Left, sub.PublicID
	page.QuestionText, page.Language, page.Translation = wordsOf(c, sub, found.Question)
	if found.Next != nil {
		page.Skip = nextAddress(c, key, way, keysOff)
	}
	page.Coders = found.Coders
	if way != consult.Blind {
		page.Groups = groupNames(c, sub.Groups)
		page.Href = at + "/submissions/" + sub.ID
		for _, by := range found.Coded {
			page.Coded = append(page.Coded, "Coded by "+by.By+" on "+p.Views.Day(deskLanguage, by.Day)+".")
		}
	}
	page.Themes, _ = p.codedThemes(found.Themes, 0, way)
	for _, t := range found.Themes {
		page.Options = append(page.Options, views.Link{Key: t.Theme.ID, Text: strings.Repeat("– ", t.Depth) + t.Theme.Label})
		for _, words := range t.Passages {
			page.Passages = append(page.Passages, views.CodedPassage{Theme: t.Theme.ID, Words: words})
		}
	}
	for range passageRows {
		page.Passages = append(page.Passages, views.CodedPassage{})
	}
	return page, nil
}

// codedThemes nests the themes that come at a depth, and returns what comes
// after them.
func (p *portal) codedThemes(list []consult.CodedTheme, depth int, way consult.Way) (out []views.CodedTheme, rest []consult.CodedTheme) {
	for len(list) > 0 && list[0].Depth >= depth {
		t := list[0]
		row := views.CodedTheme{ID: t.Theme.ID, Label: t.Theme.Label, OneSide: t.Theme.Named(), Definition: t.Theme.Definition, Ticked: t.Belongs, OutOfScope: t.Theme.Status == models.ThemeOutOfScope}
		if way != consult.Blind {
			row.Note = p.note(t)
		}
		row.Said = t.Said
		row.Children, list = p.codedThemes(list[1:], t.Depth+1, way)
		out = append(out, row)
	}
	return out, list
}

// note tells why a theme is ticked, or why it is not although the computer put
// the answer in it.
func (p *portal) note(t consult.CodedTheme) string {
	person := ""
	if t.By != "" {
		person = t.By + ", " + p.Views.Day(deskLanguage, t.Day)
	}
	computer := "computer, " + hundredths(t.Score)
	switch {
	case t.Stands && person != "":
		return person
	case t.Stands && t.Machine:
		return computer
	case t.Machine && person != "":
		return "taken out by " + person + " (" + computer + ")"
	case person != "":
		return "taken out by " + person
	case t.Machine: // found after the answer had been coded
		return "not taken from the computer, " + hundredths(t.Score) + ", because a person had coded the answer"
	}
	return ""
}

func (p *portal) code(req *request) error {
	c, form, err := p.posted(req, maxForm)
	if err != nil {
		return err
	}
	way, err := wayOf(form.Get("way"))
	if err != nil {
		return err
	}
	keysOff := form.Get("keys") == "off"
	d := consult.Decision{Answer: answerKey(form.Get("answer")), Themes: form["theme"], Way: way, Seen: form.Get("seen")}
	if d.Answer.Submission == "" {
		return models.NewError(models.KindInvalid, "The page did not say which answer is coded.")
	}
	var rows []views.CodedPassage
	var from []int // the rows that d.Passages stand in
	for i, words := range form["words"] {
		row := views.CodedPassage{Words: normalLines(words)}
		if i < len(form["speaks"]) {
			row.Theme = form["speaks"][i]
		}
		rows = append(rows, row)
	}
	faults := []models.FieldError(nil)
	for i, row := range rows {
		words := strings.TrimSpace(row.Words) != ""
		switch {
		case words && row.Theme == "":
			faults = append(faults, models.FieldError{Field: wordsField(i), Message: fmt.Sprintf("Choose the theme that words %d speak for", i+1)})
		case !words && row.Theme != "":
			faults = append(faults, models.FieldError{Field: wordsField(i), Message: fmt.Sprintf("Enter words %d, or choose no theme for them", i+1)})
		case words:
			d.Passages, from = append(d.Passages, consult.Passage{Theme: row.Theme, Words: row.Words}), append(from, i)
		}
	}
	if len(faults) > 0 {
		err = &models.Error{Kind: models.KindInvalid, Message: "The answer was not coded.", Fields: faults}
	} else {
		err = p.service.CodeAnswer(req.Request().Context(), req.by, c, d)
	}
	if err == nil {
		return p.done(req, nextAddress(c, d.Answer, way, keysOff)+"#main", "Kept.")
	}
	faults, ok := faultsIn(err)
	if !ok {
		return err
	}
	for i, f := range faults {
		for n, row := range from {
			if f.Field == fmt.Sprintf("passages[%d]", n) {
				faults[i].Field = wordsField(row)
			}
		}
	}
	found, pageErr := p.service.AnswerToCode(req.Request().Context(), req.by, c, d.Answer, way)
	if pageErr != nil {
		return pageErr
	}
	page, pageErr := p.codePage(req, c, found, way, keysOff)
	if pageErr != nil {
		return pageErr
	}
	if found.Seen != d.Seen {
		page.Since = p.codedSince(found.Themes, d.Themes)
	}
	tick(page.Themes, d.Themes)
	page.Passages = rows
	fields := []string{"themes"}
	for i := range rows {
		fields = append(fields, wordsField(i))
	}
	page.Faults, page.Problems = linked(faults, "themes", fields...)
	return p.render(req.Context, statusOf[models.KindOf(err)], page)
}

// codedSince tells what stands on an answer beside what a person ticked who had
// not been shown it.
func (p *portal) codedSince(list []consult.CodedTheme, ticked []string) (since []views.CodedSince) {
	for _, t := range list {
		row := views.CodedSince{Label: t.Theme.Label, Ticked: slices.Contains(ticked, t.Theme.ID), Passages: t.Passages, Theirs: p.note(t)}
		if !t.Stands && !row.Ticked {
			continue
		}
		if t.Stands {
			row.Theirs = "ticked by " + row.Theirs
		} else if row.Theirs == "" {
			row.Theirs = "not ticked"
		}
		since = append(since, row)
	}
	return since
}

func wordsField(i int) string { return "words-" + strconv.Itoa(i+1) }

// tick ticks the themes in ids and no others.
func tick(rows []views.CodedTheme, ids []string) {
	for i := range rows {
		rows[i].Ticked = slices.Contains(ids, rows[i].ID)
		tick(rows[i].Children, ids)
	}
}
