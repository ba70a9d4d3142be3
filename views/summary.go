package views

import (
	"html/template"
	"slices"

	"heard/models"
)

// Sentence words one sentence of a theme's summary in the page's language, up to
// the quote that some end in. The report holds its kind and values rather than
// its words, so that every language says the same.
func (b *Base) Sentence(s models.ReportSentence) template.HTML {
	number, other, group := "", "", ""
	if s.Number != nil {
		number = b.Figure(*s.Number)
	}
	if s.Other != nil {
		other = b.Figure(*s.Other)
	}
	if s.Quote != nil {
		group = b.Apart(s.Quote.Group)
	}
	names := b.ApartList(s.Names)
	switch s.Kind {
	case "size.half":
		return b.T("summary.size.half", "Number", number, "Other", other)
	case "size.first":
		return b.T("summary.size.first", "Number", number, "Other", other)
	case "size.quarter":
		return b.T("summary.size.quarter", "Number", number, "Other", other)
	case "size.tenth":
		return b.T("summary.size.tenth", "Number", number, "Other", other)
	case "size.some":
		return b.T("summary.size.some", "Number", number)
	case "size.under":
		return b.T("summary.size.under", "Names", names, "Number", number)
	case "size.masked":
		return b.T("summary.size.masked", "Number", number)
	case "size.hidden":
		return b.T("summary.size.hidden")
	case "who.distinctive":
		return b.T("summary.who.distinctive", "Names", names)
	case "who.leading":
		return b.T("summary.who.leading", "Names", names, "Number", number)
	case "stance.for":
		return b.T("summary.stance.for", "Number", number)
	case "stance.against":
		return b.T("summary.stance.against", "Number", number)
	case "stance.more.for":
		return b.T("summary.stance.more.for", "Number", number, "Other", other)
	case "stance.more.against":
		return b.T("summary.stance.more.against", "Number", number, "Other", other)
	case "stance.both":
		return b.T("summary.stance.both", "Number", number, "Other", other)
	case "contrary.for":
		return b.T("summary.contrary.for", "Number", number)
	case "contrary.against":
		return b.T("summary.contrary.against", "Number", number)
	case "contrary.hidden":
		return b.T("summary.contrary.hidden")
	case "asked":
		return b.T("summary.asked", "Names", names)
	case "quote":
		return b.T("summary.quote")
	case "quote.group":
		return b.T("summary.quote.group", "Group", group)
	case "quoted":
		return b.T("summary.quoted")
	case "parts":
		return b.T("summary.parts", "Names", names)
	}
	return template.HTML(template.HTMLEscapeString(s.Text)) // of an older program
}

// A themeQuote is a quote of a theme. Its anchor is "" for all but the first of
// one person.
type themeQuote struct {
	models.ReportExcerpt
	Anchor string
}

// apartQuotes returns the quotes of a theme that do not stand in its summary.
func apartQuotes(t models.ReportTheme) []themeQuote {
	var out []themeQuote
	seen := map[string]bool{}
	woven := func(e models.ReportExcerpt) bool {
		return slices.ContainsFunc(t.Summary, func(s models.ReportSentence) bool { return s.Quote != nil && *s.Quote == e })
	}
	for _, e := range t.Quotes { // the sentence has the anchor of its own
		seen[e.PublicID] = seen[e.PublicID] || woven(e)
	}
	for _, e := range t.Quotes {
		if woven(e) {
			continue
		}
		q := themeQuote{e, ""}
		if !seen[e.PublicID] {
			seen[e.PublicID], q.Anchor = true, t.ID+"-"+e.PublicID
		}
		out = append(out, q)
	}
	return out
}

// listedAtMost is how many submissions a sentence names to the desk before it
// points at the ledger.
const listedAtMost = 60

// listed returns the submissions to name, and how many more there are.
func listed(s models.ReportSentence) []string {
	return s.Submissions[:min(len(s.Submissions), listedAtMost)]
}

func unlisted(s models.ReportSentence) int { return max(0, len(s.Submissions)-listedAtMost) }

// takesSides reports whether a net agreement is to be expected of a question.
func takesSides(q models.ReportQuestion) bool {
	return (q.Position || q.Restriction != "") && q.Type == models.TypeChoice
}

// onceHere is how many points heard once stand on the page of the report itself.
const onceHere = 60

// OncePerPage is how many stand on a page of their own.
const OncePerPage = 200

// firstOnce returns the points heard once, with words, that stand in the report
// itself, and whether there are more.
func firstOnce(list []models.ReportExcerpt) []models.ReportExcerpt {
	list = worded(list)
	return list[:min(len(list), onceHere)]
}

func moreOnce(list []models.ReportExcerpt) bool {
	return len(list) > 2*onceHere || len(worded(list)) > onceHere
}

func worded(list []models.ReportExcerpt) []models.ReportExcerpt {
	return slices.DeleteFunc(slices.Clone(list), func(e models.ReportExcerpt) bool { return e.Text == "" })
}

// OncePage is a page of the points heard once of a report that has many.
type OncePage struct {
	Base
	Consultation string
	Title        string // of the report
	Points       []models.ReportExcerpt
	Unquoted     []string // public ids, on the last page
	Page, Pages  int      // from 1
	Before, Next string   // addresses, "" for none
}

func (*OncePage) file() string { return "once" }

// ShowOnce puts a page of the points of a report on p.
func (p *OncePage) ShowOnce(r *models.Report, page int) {
	all := worded(r.HeardOnce)
	p.Consultation, p.Title = r.Consultation, r.Title
	p.Pages = max(1, (len(all)+OncePerPage-1)/OncePerPage)
	p.Page = min(max(page, 1), p.Pages)
	p.Points = all[(p.Page-1)*OncePerPage : min(len(all), p.Page*OncePerPage)]
	if p.Page == p.Pages {
		p.Unquoted = unquoted(r.HeardOnce)
	}
}
