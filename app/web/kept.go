package web

import (
	"net/http"
	"net/url"

	"heard/app/consult"
	"heard/models"
	"heard/search"
	"heard/views"
)

// keepAddress is where a person's own list is, and where changes of it are
// posted to.
func keepAddress(c *models.Consultation) string { return "/staff/" + c.ID + "/kept" }

func (p *portal) showKept(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	find := req.QueryParam("find")
	kept, err := p.service.Kept(req.Request().Context(), req.by, c, find)
	if err != nil {
		return err
	}
	at := "/staff/" + c.ID
	page := &views.KeptPage{Base: p.staffBase(req, c, "kept", "My list"), Consultation: c.ID, Act: keepAddress(c), Find: find}
	if req.by.May(consult.EditThemes) {
		page.Export = at + "/notes.csv?" + url.Values{"find": {find}}.Encode()
	}
	for _, s := range kept.Searches {
		page.Searches = append(page.Searches, views.KeptSearch{ID: s.ID, Name: s.Name, Href: at + "/search?" + s.Query, Day: p.Views.Day(deskLanguage, s.Day)})
	}
	for _, l := range kept.Reading {
		row := views.KeptSubmission{ID: l.Submission.ID, PublicID: l.Submission.PublicID, Href: at + "/submissions/" + l.Submission.ID,
			Day: p.Views.Day(deskLanguage, l.Day), Groups: groupNames(c, l.Submission.Groups), Read: l.Read}
		for _, a := range l.Submission.Answers {
			if q := c.Question(a.Question); q != nil && q.InWords() && a.Text != "" {
				row.Opening = opening(a.Text)
				break
			}
		}
		page.Reading = append(page.Reading, row)
	}
	rows := func(notes []consult.KeptNote) (list []views.NoteRow) {
		for _, n := range notes {
			row := p.noteRow(n)
			row.About, row.Href = n.PublicID, at+"/submissions/"+n.Note.Submission+"#note-"+n.ID
			list = append(list, row)
		}
		return list
	}
	page.Notes, page.Shared = rows(kept.Notes), rows(kept.Shared)
	return p.render(req.Context, http.StatusOK, page)
}

// exportNotes hands the notes that are shared over as a spreadsheet.
func (p *portal) exportNotes(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	file, err := p.service.ExportNotes(req.Request().Context(), req.by, c, req.QueryParam("find"))
	if err != nil {
		return err
	}
	return req.download(c.ID+"-notes.csv", csvType, file)
}

// opening is the beginning of a text, to know it again by.
func opening(text string) string {
	passage := ""
	for _, piece := range search.Excerpt(text, nil) {
		passage += piece.Text
	}
	if passage != text {
		passage += " …"
	}
	return passage
}

func (p *portal) noteRow(n consult.KeptNote) views.NoteRow {
	return views.NoteRow{ID: n.ID, Day: p.Views.Day(deskLanguage, n.Day), Text: n.Text, Author: n.Author, Shared: n.Shared, CanDelete: n.Author == ""}
}

// changeKept does one thing to what a person keeps, and leads back to where it
// was done.
func (p *portal) changeKept(req *request) error {
	c, form, err := p.posted(req, maxForm)
	if err != nil {
		return err
	}
	ctx, notice := req.Request().Context(), ""
	does := func(name string) bool { return form.Get(name) != "" }
	switch {
	case does("list"):
		notice, err = "It is on your reading list.", p.service.List(ctx, req.by, c, form.Get("list"), false)
	case does("read"):
		notice, err = "It is marked as read, for you alone to see.", p.service.List(ctx, req.by, c, form.Get("read"), true)
	case does("unlist"):
		notice, err = "It is off your reading list.", p.service.Unlist(ctx, req.by, c, form.Get("unlist"))
	case does("forget"):
		notice, err = "The saved search was deleted.", p.service.ForgetSearch(ctx, req.by, c, form.Get("forget"))
	case does("delete"):
		notice, err = "The note was deleted.", p.service.DeleteNote(ctx, req.by, c, form.Get("delete"))
	case form.Get("do") == "save":
		notice, err = "The search was saved. You find it under “My list” and on this page.", p.service.SaveSearch(ctx, req.by, c, form.Get("name"), savedState(req.by, form.Get("query")))
	case form.Get("do") == "note":
		notice, err = "The note was kept.", p.service.WriteNote(ctx, req.by, c, form.Get("submission"), normalLines(form.Get("text")), form.Get("shared") != "")
	default:
		err = models.NewError(models.KindInvalid, "The page did not say what to keep.")
	}
	if err != nil {
		return err
	}
	return p.done(req, ownAddress(form.Get("back")), notice)
}

// savedState is a search's address as the portal itself writes it, "" for
// anything that is none.
func savedState(by consult.Actor, query string) string {
	values, err := url.ParseQuery(query)
	if err != nil || len(values) == 0 {
		return ""
	}
	return askedFor(by, values).state.Encode()
}
