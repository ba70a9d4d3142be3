package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"heard/app/consult"
	"heard/models"
	"heard/views"
)

// readingAddress is where a submission is read; the queue where it is "".
func readingAddress(c *models.Consultation, submission string, keysOff bool) string {
	at := "/staff/" + c.ID + "/reading"
	if submission != "" {
		at += "/" + submission
	}
	if keysOff {
		at += "?keys=off"
	}
	return at
}

// filterNames is how the filters of the reading queue are worded, and what is
// said where nothing passes.
var filterNames = map[models.ReadingFilter][2]string{
	models.ReadingUnread:       {"Not read", "Everything has been read."},
	models.ReadingMine:         {"Read by you", "You have not read any yet."},
	models.ReadingUnsummarised: {"Attachments without a summary", "Every attachment has a summary."},
	models.ReadingRich:         {"Rich in evidence", "None is marked as rich in evidence."},
	models.ReadingAttention:    {"To look at again", "Nothing is waiting to be looked at again."},
	models.ReadingHeld:         {"Being read by others", "Nobody else is reading just now."},
	models.ReadingAll:          {"All submissions", "There are no submissions yet."},
}

func (p *portal) showQueue(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	asked := req.QueryParams()
	show, keysOff := models.ReadingFilter(asked.Get("show")), asked.Get("keys") == "off"
	if _, known := filterNames[show]; !known {
		show = models.ReadingAll
	}
	number, _ := strconv.Atoi(asked.Get("page"))
	queue, err := p.service.ReadingQueue(req.Request().Context(), req.by, c, show, number)
	if err != nil {
		return err
	}
	list := func(show models.ReadingFilter, page int) string {
		v := url.Values{}
		if show != models.ReadingAll {
			v.Set("show", string(show))
		}
		if page > 1 {
			v.Set("page", strconv.Itoa(page))
		}
		if keysOff {
			v.Set("keys", "off")
		}
		at := "/staff/" + c.ID + "/reading"
		if len(v) > 0 {
			at += "?" + v.Encode()
		}
		return at
	}
	n := queue.Counts
	page := &views.ReadingPage{Base: p.staffBase(req, c, "reading", "Reading"), Consultation: c.ID, Total: queue.Total, Number: queue.Page,
		None: filterNames[show][1], KeysOff: keysOff, KeysSwitch: "?" + switched(asked, keysOff),
		Progress: []views.ReadingShare{share("Submissions read", n.Read, n.Submissions), share("Attachments summarised", n.Summarised, n.Attachments), share("Answers in words coded", n.Coded, n.Answers),
			share("Answers coded twice, of those drawn for it", n.DoubleCoded, queue.Sample), {What: "Marked as rich in evidence", Done: n.Rich}}}
	if !c.Status.AtLeast(models.StatusFrozen) {
		page.Act = readingAddress(c, "", keysOff)
	}
	for _, r := range n.Readers {
		page.Readers = append(page.Readers, views.ReaderRow{Name: r.By, Number: r.Number})
	}
	for _, f := range models.ReadingFilters {
		page.Filters = append(page.Filters, views.Link{Text: filterNames[f][0], Href: list(f, 1), Current: f == show})
	}
	if len(queue.Items) > 0 {
		page.First = (queue.Page-1)*consult.ReadingPerPage + 1
		page.Last = page.First + len(queue.Items) - 1
	}
	if queue.Page > 1 {
		page.Previous = list(show, queue.Page-1)
	}
	if queue.Page < queue.Pages {
		page.Next = list(show, queue.Page+1)
	}
	for _, item := range queue.Items {
		row := views.ReadingRow{PublicID: item.PublicID, Href: readingAddress(c, item.ID, keysOff), Day: p.Views.Day(deskLanguage, item.Day), Groups: groupNames(c, item.Groups),
			Files: item.Files, Summarised: item.Summarised, Unread: item.Unread, Changed: item.Changed, Readers: item.Readers, Held: item.Held, Mine: item.Mine, Attention: item.Attention, Rich: item.Rich}
		if item.Language != deskLanguage {
			row.LanguageName = languageName(item.Language)
		}
		page.Rows = append(page.Rows, row)
	}
	return p.render(req.Context, http.StatusOK, page)
}

// share rounds down, so that 100 % is everything.
func share(what string, done, of int) views.ReadingShare {
	s := views.ReadingShare{What: what, Done: done, Of: of}
	if of > 0 {
		s.Share = fmt.Sprintf("%d %%", done*100/of)
	}
	return s
}

func (p *portal) readNext(req *request) error {
	c, form, err := p.posted(req, maxForm)
	if err != nil {
		return err
	}
	if form.Get("do") != "next" {
		return models.NewError(models.KindInvalid, "The page did not say what to do.")
	}
	return p.toNext(req, c, "", "")
}

// toNext leads to the next submission to read, or to the queue when there is
// none.
func (p *portal) toNext(req *request, c *models.Consultation, after, notice string) error {
	id, err := p.service.NextToRead(req.Request().Context(), req.by, c, after)
	if err != nil {
		return err
	}
	if id == "" {
		notice += "There is nothing else to read: all is read, or others are reading it just now."
	}
	return p.done(req, readingAddress(c, id, req.QueryParam("keys") == "off"), notice)
}

func (p *portal) showReading(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	return p.renderReading(req, c, nil, nil)
}

// renderReading shows a submission to who reads it, with what they wrote when it
// was refused.
func (p *portal) renderReading(req *request, c *models.Consultation, work *consult.ReadingWork, refused error) error {
	reading, err := p.service.OpenReading(req.Request().Context(), req.by, c, req.Param("id"))
	if err != nil {
		return err
	}
	page, sub, err := p.submissionPage(req, c, "reading")
	if err != nil {
		return err
	}
	keysOff := req.QueryParam("keys") == "off"
	here, bare := readingAddress(c, sub.ID, keysOff), readingAddress(c, sub.ID, false)
	page.Back, page.Before, page.After = readingAddress(c, "", keysOff), "", ""
	if page.ShowOriginal != "" {
		page.ShowOriginal = bare + "?" + with(req.QueryParams(), func(v url.Values) { v.Set("original", "yes") }).Encode()
	}
	if page.Original {
		here = req.Request().URL.RequestURI()
	}
	by := func(account, day string) string { return account + ", " + p.Views.Day(deskLanguage, day) }
	panel := &views.ReadingPanel{Act: here, Revision: reading.Revision, Open: reading.Open, Unread: reading.Unread(), Held: reading.Held, Rich: reading.Rich != nil,
		KeysOff: keysOff, KeysSwitch: bare + "?" + switched(req.QueryParams(), keysOff)}
	if panel.Open { // nothing is sent from this page without the summaries
		page.CanAct, page.Redact = false, ""
		for i := range page.Notes {
			page.Notes[i].CanDelete = false
		}
	}
	for _, r := range reading.Readers {
		if r.Revision == reading.Revision {
			panel.Readers = append(panel.Readers, by(r.By, r.Day))
		} else {
			panel.Before = append(panel.Before, by(r.By, r.Day))
		}
	}
	if reading.Rich != nil {
		panel.RichBy = by(reading.Rich.By, reading.Rich.Day)
	}
	for _, row := range page.Rows {
		if panel.Code == "" {
			panel.Code = row.Code
		}
	}
	panel.Redact = "/staff/" + c.ID + "/submissions/" + sub.ID + "/redact"
	faults := map[string]string{}
	status := http.StatusOK
	if refused != nil {
		status = statusOf[models.KindOf(refused)]
		panel.Problem = "It was not kept"
		fields, _ := faultsIn(refused)
		for _, f := range fields {
			fault := views.Fault{Message: f.Message}
			if f.Field != "" {
				fault.Href, faults[f.Field] = "#"+f.Field, f.Message
			}
			panel.Faults = append(panel.Faults, fault)
		}
	}
	for i, a := range sub.Attachments {
		if a.ScansForm() {
			continue // its words were keyed
		}
		versions := reading.Summaries[a.Key]
		box := &views.SummaryBox{Number: i + 1, Key: a.Key, Version: len(versions), CanWrite: reading.Open, Fault: faults[fmt.Sprintf("summary-%d", i+1)]}
		if len(versions) > 0 {
			box.Now, box.By, box.Text = versions[0].Text, by(versions[0].By, versions[0].Day), versions[0].Text
			for _, m := range versions[1:] {
				box.Earlier = append(box.Earlier, views.EarlierSummary{Text: m.Text, By: by(m.By, m.Day)})
			}
		}
		if work != nil {
			for _, m := range work.Summaries {
				if m.Attachment == a.Key {
					box.Text, box.Theirs = m.Text, m.Version != len(versions) && m.Text != box.Now
				}
			}
		}
		page.Attachments[i].Summary, page.Attachments[i].Open = box, true
	}
	page.Reading = panel
	return p.render(req.Context, status, page)
}

// read keeps what a reader did. Whatever they pressed, the summaries they wrote
// are kept, too.
func (p *portal) read(req *request) error {
	c, form, err := p.posted(req, maxForm)
	if err != nil {
		return err
	}
	id, yes, no := req.Param("id"), true, false
	work := consult.ReadingWork{}
	work.Revision, _ = strconv.Atoi(form.Get("revision"))
	keys, versions, texts := form["attachment"], form["version"], form["summary"]
	for i := range min(len(keys), len(versions), len(texts)) {
		version, _ := strconv.Atoi(versions[i])
		work.Summaries = append(work.Summaries, models.Summary{Attachment: keys[i], Version: version, Text: models.CleanText(texts[i])})
	}
	here, notice := readingAddress(c, id, req.QueryParam("keys") == "off"), ""
	do, to := form.Get("do"), form.Get("go")
	switch {
	case do == "" && to != "":
		here = ownAddress(to)
	case do == "read":
		work.Done = true
	case do == "next":
	case do == "back":
		work.Back, here, notice = true, readingAddress(c, "", req.QueryParam("keys") == "off"), "Given back. Somebody else may read it."
	case do == "keep":
		notice = "Kept."
	case do == "rich":
		work.Rich, notice = &yes, "Marked as rich in evidence."
	case do == "not-rich":
		work.Rich, notice = &no, "No longer marked as rich in evidence."
	default:
		return models.NewError(models.KindInvalid, "The page did not say what to do with the submission.")
	}
	if err := p.service.Read(req.Request().Context(), req.by, c, id, work); err != nil {
		if _, mendable := faultsIn(err); mendable {
			return p.renderReading(req, c, &work, err)
		}
		return err
	}
	switch do {
	case "read":
		return p.toNext(req, c, id, "Read. ")
	case "next":
		return p.toNext(req, c, id, "")
	}
	return p.done(req, here, notice)
}
