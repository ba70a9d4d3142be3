package web

import (
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"heard/app/consult"
	"heard/models"
	"heard/search"
	"heard/views"
)

// versionNumber is the version that an address names, 0 where it names none. What
// is no number is a version there is not.
func versionNumber(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || strconv.Itoa(n) != text {
		return 0, models.NewError(models.KindNotFound, "There is no such version of the report.")
	}
	return n, nil
}

func (p *portal) versionBox(lang string, c *models.Consultation, v *consult.ReportVersion, all []models.Version) *views.VersionBox {
	box := &views.VersionBox{Number: v.Number, Newest: v.Newest, Day: p.Views.Day(lang, v.Day), Hash: v.Hash, Struck: p.Views.Day(lang, v.Struck)}
	for _, other := range all {
		if other.Number != v.Number {
			box.Earlier = append(box.Earlier, views.Link{Href: "/" + c.ID + "/report/" + strconv.Itoa(other.Number), Text: p.Views.Translate(lang, "versions.number", "Number", other.Number)})
		}
	}
	return box
}

// publishedVersion returns a version of the report for a page of base, 0 for the newest.
func (p *portal) publishedVersion(req *request, c *models.Consultation, lang string, number int) (*consult.ReportVersion, *views.VersionBox, error) {
	ctx := req.Request().Context()
	v, err := p.service.PublishedVersion(ctx, c, number)
	if err != nil {
		return nil, nil, err
	}
	all, err := p.service.PublishedVersions(ctx, c)
	if err != nil {
		return nil, nil, err
	}
	return v, p.versionBox(lang, c, v, all), nil
}

func (p *portal) showVersion(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	number, err := versionNumber(req.Param("version"))
	if err != nil {
		return err
	}
	base := p.base(req, c)
	v, box, err := p.publishedVersion(req, c, base.Lang, number)
	if err != nil {
		return err
	}
	files := p.files(req.Request().Context(), c, v.Report, base.Lang, false)
	for i := range files {
		files[i].Href = strings.Replace(files[i].Href, "/"+c.ID+"/", "/"+c.ID+"/report/"+strconv.Itoa(number)+"/", 1)
	}
	return p.render(req.Context, http.StatusOK, &views.ReportPage{Base: base, Report: v.Report, Status: c.Status, Version: box, Files: files})
}

// versionFile serves a version's file, such as report.csv.
func (p *portal) versionFile(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	number, err := versionNumber(req.Param("version"))
	if err != nil {
		return err
	}
	lang := p.base(req, c).Lang
	v, err := p.service.PublishedVersion(req.Request().Context(), c, number)
	if err != nil {
		return err
	}
	for _, f := range formats {
		if f.file == req.Param("file") {
			data, err := p.published(req.Request().Context(), c, v.Report, lang, f.name)
			if err != nil {
				return err
			}
			return p.attachment(req, c, f.name, data, false)
		}
	}
	return models.NewError(models.KindNotFound, "The report is not published in this format.")
}

// boxOf is what the file of a version says about it; nil for a draft.
func (p *portal) boxOf(ctx context.Context, c *models.Consultation, r *models.Report, lang string) *views.VersionBox {
	if r.Version == nil || !r.Published {
		return nil
	}
	v, err := p.service.PublishedVersion(ctx, c, r.Version.Number)
	if err != nil {
		return nil
	}
	return p.versionBox(lang, c, v, nil)
}

// The report on two pages holds so many points of each kind.
const (
	mostPoints   = 4
	mostFindings = 4
	mostSingle   = 4
	mostQuote    = 140 // code points
	mostSaid     = 160 // of a finding, or of what the council will do about it
	mostAdvice   = 400 // of what is recommended
)

// summaryOf is a report in plain words. Only a theme that is one side's stands
// under that side, with its figure; all others stand together, each with everybody
// who makes the point. Nobody is quoted under a side: the report does not say where
// whoever is quoted stands.
func summaryOf(r *models.Report, box *views.VersionBox) views.Summary {
	page := views.ReportPage{Report: r}
	s := views.Summary{Report: r, Version: box, Rules: page.Headlines(), Advice: whole(page.Written(models.SectionRecommendation).Part("text"), mostAdvice)}
	for _, t := range r.Themes {
		if t.Parent != "" || t.OutOfScope != "" {
			continue
		}
		list, point := &s.Others, views.SummaryPoint{Label: t.Label, Figure: t.Count}
		if f := ofSide(&t); f != nil {
			point.Figure = *f
			if list = &s.For; t.OneSided == models.StanceAgainst {
				list = &s.Against
			}
		} else if len(t.Quotes) > 0 {
			point.Quote = shortened(t.Quotes[0].Text, mostQuote)
		}
		if len(*list) < mostPoints {
			*list = append(*list, point)
		}
	}
	for _, f := range r.Findings[:min(len(r.Findings), mostFindings)] {
		if f.Will != "" {
			s.Council = append(s.Council, views.SummaryPoint{Label: whole(f.Statement, mostSaid), Quote: whole(f.Will, mostSaid)})
		}
	}
	for _, e := range r.HeardOnce {
		if e.Text == "" {
			continue
		}
		if s.OnceOf++; len(s.Once) < mostSingle {
			s.Once = append(s.Once, shortened(e.Text, mostQuote))
		}
	}
	return s
}

// ofSide is the figure of the side that a theme is of; nil where it is of none, the
// figure is not shown, or its name is in the words of somebody on the other side.
func ofSide(t *models.ReportTheme) *models.Figure {
	if t.OneSided == "" || t.NameFrom != "" && t.NameFrom != t.OneSided {
		return nil
	}
	for _, g := range t.Stances {
		if g.ID == t.OneSided && !g.Count.Masked {
			return &g.Count
		}
	}
	return nil
}

// sentenceEnd is where a sentence ends and another begins, unlike in “s. 59” or
// “e.g. lamps”.
var sentenceEnd = regexp.MustCompile(`[\pL\pM\d”"’)]{2}[.!?…۔।][”"’)]*( )[\p{Lu}\p{Lo}“"‘(]`)

// whole is as many whole sentences of a text as there is room for, and never none:
// what is promised is not cut off.
func whole(text string, most int) string {
	text = strings.Join(strings.Fields(text), " ")
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	end := 0
	for _, m := range sentenceEnd.FindAllStringSubmatchIndex(text, -1) {
		if end > 0 && utf8.RuneCountInString(text[:m[2]]) > most {
			break
		}
		end = m[3]
	}
	if end == 0 {
		return text // one sentence
	}
	return text[:end] + "…"
}

// shortened is the beginning of a text, cut between words.
func shortened(text string, most int) string {
	text = strings.Join(strings.Fields(text), " ")
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	cut := string(runes[:most])
	if at := strings.LastIndexByte(cut, ' '); at > most/2 {
		cut = cut[:at]
	}
	return strings.TrimRight(cut, " ,;:.") + " …"
}

func (p *portal) showSummary(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	base := p.base(req, c)
	v, box, err := p.publishedVersion(req, c, base.Lang, 0)
	if err != nil {
		return err
	}
	return p.render(req.Context, http.StatusOK, &views.SummaryPage{Base: base, Summary: summaryOf(v.Report, box)})
}

func (p *portal) showAnswers(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	page := &views.AnswersPage{Base: p.base(req, c), Consultation: c, Text: req.QueryParam("q"), Number: pageNumber(req.QueryParams())}
	page.Languages = nil // the words looked for are not repeated in addresses
	found, err := p.service.PublishedAnswers(req.Request().Context(), c, page.Text, "", page.Number)
	if models.KindOf(err) == models.KindInvalid {
		page.Fault = models.FieldsOf(err)[0].Message
		return p.render(req.Context, http.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	page.Total, page.Away = found.Total, found.Away
	for _, a := range found.Answers {
		row := views.PublishedAnswer{Reference: a.Reference, Language: a.Language, Text: snippet(a.Text)}
		if q := c.Question(a.Question); q != nil {
			row.Question, _ = q.Text.In(page.Lang)
		}
		page.Answers = append(page.Answers, row)
	}
	turn := func(n int) string {
		query := url.Values{"page": {strconv.Itoa(n)}}
		if page.Text != "" {
			query.Set("q", page.Text)
		}
		if page.Lang != page.Default {
			query.Set("lang", page.Lang)
		}
		return "?" + query.Encode()
	}
	if page.Number > 1 {
		page.Previous = turn(page.Number - 1)
	}
	if page.Number*consult.SearchPage < found.Total {
		page.Next = turn(page.Number + 1)
	}
	return p.render(req.Context, http.StatusOK, page)
}

// newsFeed is an Atom feed, before it is written.
type newsFeed struct {
	ID, Title, Self, Site, Updated string
	Entries                        []newsEntry
}

type newsEntry struct{ ID, Title, Link, Updated, Text string }

func (p *portal) portalFeed(req *request) error {
	return p.feed(req, nil, newsFeed{ID: p.Address + "/feed", Title: "Heard", Self: p.Address + "/feed", Site: p.Address + "/"})
}

func (p *portal) consultationFeed(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	at := p.Address + "/" + c.ID
	return p.feed(req, c, newsFeed{ID: at + "/feed", Title: c.Title.Default(), Self: at + "/feed", Site: at})
}

// newsTitles is how a step of a consultation is told in a feed.
var newsTitles = map[models.Status]string{
	models.StatusOpen: "open for answers", models.StatusClosed: "closed; the answers are being read", models.StatusFrozen: "every answer has been read",
	models.StatusDecided: "the council has decided", models.StatusOrdered: "the order has been made", models.StatusInForce: "the order is in force",
}

// feed writes what became known as Atom (RFC 4287). Its times are the beginning of
// a day, because nothing finer is known.
func (p *portal) feed(req *request, c *models.Consultation, f newsFeed) error {
	news, err := p.service.News(req.Request().Context(), c)
	if err != nil {
		return err
	}
	midnight := func(day string) string { return day + "T00:00:00Z" }
	f.Updated = midnight(p.service.Today())
	for i, n := range news {
		if n.Day == "" { // from before days were kept
			continue
		}
		title, at := n.Consultation.Title.Default(), p.Address+"/"+n.Consultation.ID
		e := newsEntry{ID: at + "/feed#" + n.Key, Title: title + ": " + newsTitles[n.Status], Link: at, Updated: midnight(n.Day)}
		if n.Version > 0 {
			e.Title, e.Link = fmt.Sprintf("%s: version %d of the report is published", title, n.Version), fmt.Sprintf("%s/report/%d", at, n.Version)
			e.Text = strings.TrimSpace(n.Note + " SHA-256: " + n.Hash)
		}
		if i == 0 {
			f.Updated = e.Updated
		}
		f.Entries = append(f.Entries, e)
	}
	return req.Blob(http.StatusOK, "application/atom+xml; charset=utf-8", atom(f))
}

func atom(f newsFeed) []byte {
	type link struct {
		Rel  string `xml:"rel,attr,omitempty"`
		Href string `xml:"href,attr"`
	}
	type entry struct {
		ID      string `xml:"id"`
		Title   string `xml:"title"`
		Updated string `xml:"updated"`
		Link    link   `xml:"link"`
		Content string `xml:"content,omitempty"`
	}
	type author struct {
		Name string `xml:"name"`
	}
	out := struct {
		XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
		Lang    string   `xml:"xml:lang,attr"`
		ID      string   `xml:"id"`
		Title   string   `xml:"title"`
		Updated string   `xml:"updated"`
		Author  author   `xml:"author"`
		Links   []link   `xml:"link"`
		Entries []entry  `xml:"entry"`
	}{Lang: deskLanguage, ID: f.ID, Title: f.Title, Updated: f.Updated, Author: author{"Heard"}, Links: []link{{"self", f.Self}, {"alternate", f.Site}}}
	for _, e := range f.Entries {
		out.Entries = append(out.Entries, entry{e.ID, e.Title, e.Updated, link{"alternate", e.Link}, e.Text})
	}
	data, err := xml.MarshalIndent(out, "", "  ")
	if err != nil {
		panic(err) // strings can always be written
	}
	return append([]byte(xml.Header), append(data, '\n')...)
}

func versionsAddress(c *models.Consultation) string { return "/staff/" + c.ID + "/versions" }

func (p *portal) versionsPage(req *request, c *models.Consultation) (*views.VersionsPage, error) {
	v, err := p.service.Versions(req.Request().Context(), req.by, c)
	if err != nil {
		return nil, err
	}
	name := func(account string) string { return v.Names[account] }
	page := &views.VersionsPage{Base: p.staffBase(req, c, "report", "Versions of the report"), Consultation: c.ID, Act: versionsAddress(c), First: len(v.Published) == 0, Problems: map[string]string{}}
	page.CanPropose = req.by.May(consult.Publish) && c.Status.AtLeast(models.StatusFrozen) && (v.Proposal == nil || !v.Proposal.Waits())
	if w := v.Proposal; w != nil {
		page.Waiting = &views.ProposalRow{Number: w.Number, Hash: w.Hash, By: name(w.By), Day: p.Views.Day(deskLanguage, w.Day), CanCheck: v.CanCheck,
			Own: w.By == req.by.ID && req.by.May(consult.Publish), Href: page.Act + "/proposed", Reason: w.Reason}
		if !w.Waits() {
			page.Waiting.Returned = strings.TrimPrefix(name(w.ReturnedBy)+", "+p.Views.Day(deskLanguage, w.ReturnedDay), ", ")
		}
		if made := v.Report.Version; made != nil {
			page.Waiting.Note, page.Waiting.Changes = made.Note, made.Changes
		}
	}
	for _, w := range v.Published {
		page.Published = append(page.Published, views.VersionRow{Number: w.Number, Href: "/" + c.ID + "/report/" + strconv.Itoa(w.Number), Hash: w.Hash,
			Day: p.Views.Day(deskLanguage, w.Day), By: name(w.ProposedBy), Checked: name(w.PublishedBy), Struck: p.Views.Day(deskLanguage, w.Struck)})
	}
	if len(v.Published) > 0 && req.by.May(consult.ReadPack) {
		page.Pack = "/staff/" + c.ID + "/pack"
	}
	return page, nil
}

// showProposed shows a version as it would be published.
func (p *portal) showProposed(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	v, err := p.service.Versions(req.Request().Context(), req.by, c)
	if err != nil {
		return err
	}
	if v.Proposal == nil {
		return models.NewError(models.KindNotFound, "No version is proposed.")
	}
	return p.render(req.Context, http.StatusOK, &views.ReportPage{Base: p.staffBase(req, c, "report", "Proposed version"), Report: v.Report, Draft: true, Status: c.Status,
		PublishTo: versionsAddress(c), CanPublish: v.CanCheck, Version: &views.VersionBox{Number: v.Proposal.Number, Newest: v.Proposal.Number, Hash: v.Proposal.Hash}})
}

// changeVersions proposes a version, publishes what is proposed, or sends it back.
func (p *portal) changeVersions(req *request) error {
	c, form, err := p.posted(req, maxForm)
	if err != nil {
		return err
	}
	ctx, notice := req.Request().Context(), ""
	note, reason := normalLines(form.Get("note")), normalLines(form.Get("reason"))
	switch form.Get("do") {
	case "propose":
		notice, err = "The version is fixed. A second person can check it now.", p.service.ProposeReport(ctx, req.by, c, note)
	case "publish":
		notice, err = "The version is public now.", p.service.PublishReport(ctx, req.by, c, form.Get("hash"))
	case "return":
		notice, err = "The version was sent back.", p.service.ReturnReport(ctx, req.by, c, form.Get("hash"), reason)
	default:
		err = models.NewError(models.KindInvalid, "The page did not say what to do with the report.")
	}
	fields := models.FieldsOf(err)
	if models.KindOf(err) == models.KindInvalid && len(fields) > 0 {
		page, fault := p.versionsPage(req, c)
		if fault != nil {
			return fault
		}
		page.Note, page.Reason = note, reason
		for _, f := range fields {
			page.Problems[f.Field] = f.Message
			page.Faults = append(page.Faults, views.Fault{Href: "#" + f.Field, Message: f.Message})
		}
		return p.render(req.Context, http.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	return p.done(req, versionsAddress(c), notice)
}

// packParts are the names of the parts of a pack, in order.
var packParts = map[string]string{"summary": "The report in short", "reading": "Reading list: each theme, each side, each group", "once": "Points that one person made"}

func packAddress(c *models.Consultation) string { return "/staff/" + c.ID + "/pack" }

func (p *portal) showPack(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	ctx, number := req.Request().Context(), 0
	if wanted := req.QueryParam("version"); wanted != "" {
		if number, err = versionNumber(wanted); err != nil {
			return err
		}
	}
	pack, err := p.service.Pack(ctx, req.by, c, number)
	if err != nil {
		return err
	}
	all, err := p.service.PublishedVersions(ctx, c)
	if err != nil {
		return err
	}
	v := pack.Version
	page := &views.PackPage{Base: p.staffBase(req, c, "pack", "Councillors’ pack"), Consultation: c.ID, Number: v.Number, Newest: v.Newest,
		Day: p.Views.Day(deskLanguage, v.Day), ReportHash: v.Hash, Hash: pack.Hash, Act: packAddress(c), CanSay: req.by.Role == models.RoleCouncillor,
		Summary: summaryOf(v.Report, nil)}
	for _, key := range consult.PackParts {
		page.Parts = append(page.Parts, views.PackPart{Key: key, Name: packParts[key], Readers: pack.Readers[key], Read: pack.Read[key]})
	}
	page.Links = []views.Link{{Href: "/" + c.ID + "/report/" + strconv.Itoa(v.Number), Text: "The whole report"}, {Href: "/staff/" + c.ID + "/search", Text: "Search the answers"}}
	for _, other := range all {
		if other.Number != v.Number {
			page.Earlier = append(page.Earlier, views.Link{Href: page.Act + "?version=" + strconv.Itoa(other.Number), Text: fmt.Sprintf("version %d", other.Number)})
		}
	}
	for _, e := range pack.Reading {
		row := views.PackPassage{Text: snippet(e.Text), Language: e.Language, Href: "/staff/" + c.ID + "/submissions/" + e.Submission, Labels: groupNames(c, e.Groups)}
		if q := c.Question(e.Question); q != nil && !e.Unnamed {
			row.Question = q.Text.Default()
		}
		if e.Stance != "" {
			row.Labels = append(row.Labels, valueName(c, nil, search.Stances, e.Stance))
		}
		switch e.Why {
		case "theme":
			row.Why = "On: " + e.Name
			if e.Side != "" {
				row.Why += ". " + valueName(c, nil, search.Stances, e.Side)
			}
		case "group":
			row.Why = "One of: " + strings.Join(groupNames(c, []string{e.Name}), "")
		default:
			row.Why = "Said by one person"
			page.Once = append(page.Once, row)
			continue
		}
		page.Reading = append(page.Reading, row)
	}
	return p.render(req.Context, http.StatusOK, page)
}

// readPart counts a member who says that they read a part of the pack.
func (p *portal) readPart(req *request) error {
	c, form, err := p.posted(req, maxForm)
	if err != nil {
		return err
	}
	part := form.Get("part")
	if !slices.Contains(consult.PackParts, part) {
		return models.NewError(models.KindInvalid, "The page did not say which part was read.")
	}
	number, err := versionNumber(form.Get("version"))
	if err != nil {
		return err
	}
	if err := p.service.ReadPart(req.Request().Context(), req.by, c, number, part); err != nil {
		return err
	}
	return p.done(req, packAddress(c)+"?version="+strconv.Itoa(number), "You are counted among those who have read: "+packParts[part]+".")
}

func (p *portal) objectionsPage(req *request, c *models.Consultation) (*views.ObjectionsPage, error) {
	all, err := p.service.Objections(req.Request().Context(), req.by, c)
	if err != nil {
		return nil, err
	}
	at := "/staff/" + c.ID
	page := &views.ObjectionsPage{Base: p.staffBase(req, c, "attention", "Not what they meant"), Consultation: c.ID, Act: at + "/objections", Fixed: c.Status.AtLeast(models.StatusFrozen)}
	for _, o := range all {
		row := views.ObjectionRow{ID: o.Submission, PublicID: o.PublicID, Day: p.Views.Day(deskLanguage, o.Day), Text: o.Text, Href: at + "/submissions/" + o.Submission,
			Themes: o.Themes, Version: o.Version, State: string(o.State), Reason: o.Reason}
		if o.State == models.ObjectionOpen {
			page.Open = append(page.Open, row)
			continue
		}
		row.By = o.Decider + ", " + p.Views.Day(deskLanguage, o.Decided)
		page.Decided = append(page.Decided, row)
	}
	return page, nil
}

// decideObjection decides on what an author did not mean so.
func (p *portal) decideObjection(req *request) error {
	c, form, err := p.posted(req, maxForm)
	if err != nil {
		return err
	}
	id, reason := form.Get("submission"), normalLines(form.Get("reason"))
	version, _ := strconv.Atoi(form.Get("version")) // 0 is a version that nobody has seen
	err = p.service.DecideObjection(req.Request().Context(), req.by, c, id, version, models.ObjectionState(form.Get("decision")), reason)
	fields := models.FieldsOf(err)
	if models.KindOf(err) == models.KindInvalid && len(fields) > 0 {
		page, fault := p.objectionsPage(req, c)
		if fault != nil {
			return fault
		}
		page.At, page.Typed, page.Chosen, page.Problem = id, reason, form.Get("decision"), fields[0].Message
		page.Faults = []views.Fault{{Href: "#reason-" + id, Message: fields[0].Message}}
		return p.render(req.Context, http.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	return p.done(req, "/staff/"+c.ID+"/objections", "Decided. The author reads the reason beside their code.")
}
