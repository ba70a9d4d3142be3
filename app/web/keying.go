package web

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"heard/app/consult"
	"heard/models"
	"heard/views"
)

func keyingAddress(c *models.Consultation, parts ...string) string {
	return strings.Join(append([]string{"/staff/" + c.ID + "/keying"}, parts...), "/")
}

func (p *portal) showKeying(req *request) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	page, err := p.keyingPage(req, c, url.Values{"received": {p.service.Today()}})
	if err != nil {
		return err
	}
	return p.render(req.Context, http.StatusOK, page)
}

func (p *portal) keyingPage(req *request, c *models.Consultation, typed url.Values) (*views.KeyingPage, error) {
	k, err := p.service.Keying(req.Request().Context(), req.by, c)
	if err != nil {
		return nil, err
	}
	page := &views.KeyingPage{Base: p.staffBase(req, c, "keying", "Keying"), Consultation: c.ID, Act: keyingAddress(c), Late: k.Late,
		SetAside: c.Late == models.LateSetAside, Closed: c.Status == models.StatusDraft || c.Status.AtLeast(models.StatusFrozen),
		Agree: alike(k.All.Fields, k.All.Differ), Typed: map[string]string{}, Problems: map[string]string{}, Forms: paperForms(c, typed.Get("form"))}
	for _, b := range k.Batches {
		page.Batches = append(page.Batches, p.batchRow(c, &b))
	}
	for _, ch := range models.KeyedChannels {
		page.Channels = append(page.Channels, views.Link{Key: string(ch), Text: ch.Name(), Current: typed.Get("channel") == string(ch)})
	}
	for _, name := range []string{"received", "posted", "expected"} {
		page.Typed[name] = typed.Get(name)
	}
	return page, nil
}

// paperForms lists the printed forms by number, as they are listed for those who
// print them; the last, which is for everybody else, is chosen unless told
// otherwise.
func paperForms(c *models.Consultation, chosen string) []views.Link {
	var forms []views.Link
	for i := range c.Paths {
		n := strconv.Itoa(i + 1)
		forms = append(forms, views.Link{Key: n, Text: strings.TrimSpace(n + " " + c.Paths[i].Name.Default()), Current: n == chosen || chosen == "" && i == len(c.Paths)-1})
	}
	return forms
}

// alike writes how many of the answers that two people read they read alike,
// "" where there are none.
func alike(fields, differ int) string {
	if fields == 0 {
		return ""
	}
	return fmt.Sprintf("%.1f %%", 100*float64(fields-differ)/float64(fields))
}

func (p *portal) batchRow(c *models.Consultation, b *consult.BatchState) views.BatchRow {
	day := func(d string) string {
		if d == "" {
			return ""
		}
		return p.Views.Day(deskLanguage, d)
	}
	return views.BatchRow{Href: keyingAddress(c, b.ID), Number: b.Number, Channel: b.Channel.Name(), Received: day(b.Received), Posted: day(b.Posted), Late: b.Late,
		Expected: b.Expected, Keyed: b.Keyed, Sampled: b.Sampled, Checked: b.Checked, Open: b.Open, Agree: alike(b.Fields, b.Differ), Who: b.Who, Finished: day(b.Finished)}
}

func (p *portal) openBatch(req *request) error {
	c, form, err := p.posted(req, maxForm)
	if err != nil {
		return err
	}
	number := func(name string) int {
		n, _ := strconv.Atoi(strings.TrimSpace(form.Get(name))) // what is no number is refused as 0
		return n
	}
	b, err := p.service.OpenBatch(req.Request().Context(), req.by, c, models.Batch{Channel: models.Channel(form.Get("channel")), Received: typedDay(form.Get("received")),
		Posted: typedDay(form.Get("posted")), Expected: number("expected"), Form: number("form")})
	if faults, ok := faultsIn(err); ok {
		page, err := p.keyingPage(req, c, form)
		if err != nil {
			return err
		}
		page.Faults = faultLinks(faults, page.Problems)
		return p.render(req.Context, http.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	return p.done(req, keyingAddress(c, b.ID), fmt.Sprintf("Batch %d is open. Write its number on the bundle.", b.Number))
}

// faultLinks lists faults for the summary of a page and puts each beside its
// field.
func faultLinks(faults []models.FieldError, problems map[string]string) (list []views.Fault) {
	for _, f := range faults {
		href := "#main"
		if f.Field != "" {
			href = "#" + f.Field
			problems[f.Field] = f.Message
		}
		list = append(list, views.Fault{Href: href, Message: f.Message})
	}
	return list
}

// typedDay reads a day as people type it, with whatever between its figures: 5 10
// 2026, 05/10/2026 or 2026-10-05. What is none stays as it is, to be refused.
func typedDay(s string) string {
	parts := strings.FieldsFunc(figures(models.CleanText(s)), func(r rune) bool { return r < '0' || r > '9' })
	switch {
	case len(parts) != 3:
		return strings.TrimSpace(s)
	case len(parts[0]) == 4:
		return date(parts[0], parts[1], parts[2])
	}
	return date(parts[2], parts[1], parts[0])
}

func (p *portal) batchPage(req *request, c *models.Consultation) (*views.BatchPage, error) {
	ctx, id := req.Request().Context(), req.Param("batch")
	b, forms, err := p.service.Batch(ctx, req.by, c, id)
	if err != nil {
		return nil, err
	}
	page := &views.BatchPage{Base: p.staffBase(req, c, "keying", fmt.Sprintf("Batch %d", b.Number)), Consultation: c.ID, Batch: p.batchRow(c, b), Act: keyingAddress(c, id),
		Problems: map[string]string{}, Closed: c.Status.AtLeast(models.StatusFrozen), SetAside: c.Late == models.LateSetAside, Count: strconv.Itoa(b.Expected), Received: b.Received, Posted: b.Posted}
	if b.Finished == "" && !page.Closed {
		page.New = keyingAddress(c, id, "new")
		page.Letter = page.New + "?letter=1"
	}
	if next, left, err := p.service.ToCheck(ctx, req.by, c, id); err != nil {
		return nil, err
	} else if next != nil && !page.Closed {
		page.Check, page.Left = keyingAddress(c, id, "check"), left
	}
	for _, f := range forms {
		row := views.FormRow{Href: keyingAddress(c, id, "forms", f.Keyed.Submission), Number: f.Number, Form: formName(c, &f.Keyed), Who: f.Who}
		for _, q := range c.Questions {
			if m := f.Answers[q.ID].Mark; m != "" {
				row.Marks = append(row.Marks, q.ID+" "+string(m))
			}
		}
		if f.Form >= 1 && f.Form <= len(c.Paths) {
			row.Unasked = c.Unasked(&c.Paths[f.Form-1], f.Answers.Given())
		}
		row.Groups = groupNames(c, f.Submission.Groups)
		row.State = formState(&f)
		page.Rows = append(page.Rows, row)
	}
	return page, nil
}

func formName(c *models.Consultation, k *models.Keyed) string {
	if k.Letter != "" {
		return "letter, taken to " + k.Letter
	}
	return fmt.Sprintf("form %d", k.Form)
}

func formState(f *consult.FormState) string {
	switch {
	case f.Submission.Status == models.SubmissionVoid:
		return "set aside"
	case f.Submission.Status != models.SubmissionLive:
		return string(f.Submission.Status)
	case f.Keyed.Open():
		return "read differently, to be settled"
	case f.Checked != "" && f.Differ > 0:
		return "keyed twice, settled"
	case f.Checked != "":
		return "keyed twice, alike"
	case f.Sampled:
		return "to be keyed a second time"
	}
	return ""
}

func (p *portal) finishBatch(req *request) error {
	c, form, err := p.posted(req, maxForm)
	if err != nil {
		return err
	}
	forms, err := strconv.Atoi(strings.TrimSpace(form.Get("forms")))
	if err != nil {
		forms = -1 // what is no number is refused, and 0 is one
	}
	sampled, err := p.service.FinishBatch(req.Request().Context(), req.by, c, req.Param("batch"), forms)
	if faults, ok := faultsIn(err); ok {
		page, err := p.batchPage(req, c)
		if err != nil {
			return err
		}
		page.Count, page.Faults = form.Get("forms"), faultLinks(faults, page.Problems)
		return p.render(req.Context, http.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	return p.done(req, keyingAddress(c, req.Param("batch")), fmt.Sprintf("The batch is finished. Forms drawn for a second person to key: %d.", sampled))
}

func (p *portal) correctBatch(req *request) error {
	c, form, err := p.posted(req, maxForm)
	if err != nil {
		return err
	}
	err = p.service.CorrectBatch(req.Request().Context(), req.by, c, req.Param("batch"), typedDay(form.Get("received")), typedDay(form.Get("posted")))
	if faults, ok := faultsIn(err); ok {
		page, err := p.batchPage(req, c)
		if err != nil {
			return err
		}
		page.Received, page.Posted, page.Faults = form.Get("received"), form.Get("posted"), faultLinks(faults, page.Problems)
		return p.render(req.Context, http.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	return p.done(req, keyingAddress(c, req.Param("batch")), "The days of the batch are corrected.")
}

// signs that a field may hold alone in place of an answer.
var signs = map[string]models.Mark{"?": models.MarkIllegible, "!": models.MarkSpoilt}

// keyedAnswer decodes what was keyed for one question: numbers or letters of
// boxes, words, or a sign alone in either field.
func keyedAnswer(form url.Values, q *models.Question) (a models.KeyedAnswer, fault string) {
	box, text := strings.TrimSpace(figures(models.CleanText(form.Get("box-"+q.ID)))), models.CleanText(form.Get("text-"+q.ID))
	if a.Mark = signs[box]; a.Mark != "" {
		box = ""
	}
	if m := signs[text]; m != "" {
		a.Mark, text = m, ""
	}
	if strings.Contains(text, models.Unread) && a.Mark == "" {
		a.Mark = models.MarkIllegible
	}
	for _, key := range strings.FieldsFunc(strings.ToLower(box), func(r rune) bool { return strings.ContainsRune(" ,.;/+-", r) }) {
		n, err := strconv.Atoi(key)
		if len(key) == 1 && key[0] >= 'a' && key[0] <= 'z' {
			n, err = int(key[0]-'a')+1, nil
		}
		if err != nil || n < 1 || n > len(q.Options) {
			fault = fmt.Sprintf("Key the numbers of the boxes, from 1 to %d, with a space between two", len(q.Options))
			continue
		}
		a.Options = append(a.Options, q.Options[n-1].ID)
	}
	if q.Type == models.TypeTicks { // the order in which they are keyed says nothing
		slices.SortFunc(a.Options, func(x, y string) int { return slices.IndexFunc(q.Options, is(x)) - slices.IndexFunc(q.Options, is(y)) })
	}
	switch q.Type {
	case models.TypeDate:
		a.Text = typedDay(text)
	case models.TypeNumber:
		a.Text = number(text)
	case models.TypeLongText:
		a.Text = text
	default:
		a.Text = strings.ReplaceAll(text, "\n", " ")
	}
	return a, fault
}

func is(id string) func(models.Option) bool {
	return func(o models.Option) bool { return o.ID == id }
}

// typedAgain is what somebody would have keyed for an answer.
func typedAgain(q *models.Question, a models.KeyedAnswer) (box, text string) {
	var boxes []string
	for _, id := range a.Options {
		boxes = append(boxes, strconv.Itoa(slices.IndexFunc(q.Options, is(id))+1))
	}
	box, text = strings.Join(boxes, " "), a.Text
	if a.Empty() {
		for sign, m := range signs {
			if m == a.Mark && len(q.Options) > 0 {
				box = sign
			} else if m == a.Mark {
				text = sign
			}
		}
	}
	return box, text
}

// upload reads a form that may come with one file.
func (req *request) upload() (url.Values, *consult.Upload, error) {
	r := req.Request()
	r.Body = http.MaxBytesReader(req.Response(), r.Body, maxKeyed+consult.MaxFileSize+64<<10)
	return req.parts()
}

// parts reads a form as it comes, part by part.
func (req *request) parts() (url.Values, *consult.Upload, error) {
	parts, err := req.Request().MultipartReader()
	if errors.Is(err, http.ErrNotMultipart) {
		form, err := req.form(maxForm)
		return form, nil, err
	} else if err != nil {
		return nil, nil, models.NewError(models.KindInvalid, "The form could not be read. Go back and send it again.")
	}
	form := url.Values{}
	var file *consult.Upload
	for n := 0; n <= maxFormKeys; n++ {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return form, file, nil
		}
		if err != nil {
			return nil, nil, uploadError(err)
		}
		data, err := io.ReadAll(part)
		if err != nil {
			return nil, nil, uploadError(err)
		}
		if part.FileName() == "" {
			form.Add(part.FormName(), string(data))
		} else {
			file = &consult.Upload{Name: part.FileName(), Reader: bytes.NewReader(data)}
		}
	}
	return nil, nil, models.NewError(models.KindTooLarge, "The form has more fields than this page accepts. Nothing was saved.")
}

// entry is a form on the screen: which questions it has and what is typed.
type entry struct {
	form    int
	letter  bool
	to      string // question that a letter is taken to
	typed   url.Values
	answers models.KeyedAnswers
	faults  []models.FieldError
}

// decode reads what was keyed into the fields of a printed form, or of a letter.
func decode(c *models.Consultation, form url.Values, number int, letter bool, to string) entry {
	e := entry{form: number, letter: letter, to: to, typed: form, answers: models.KeyedAnswers{}}
	for _, q := range e.questions(c) {
		a, fault := keyedAnswer(form, q)
		if fault != "" {
			e.faults = append(e.faults, models.FieldError{Field: q.ID, Message: fault})
		}
		if !a.Nothing() {
			e.answers[q.ID] = a
		}
	}
	return e
}

// shown is an entry with answers that were keyed before.
func shown(c *models.Consultation, k *models.Keyed, answers models.KeyedAnswers) entry {
	e := entry{form: k.Form, letter: k.Letter != "", to: k.Letter, typed: url.Values{}}
	for _, q := range e.questions(c) {
		box, text := typedAgain(q, answers[q.ID])
		e.typed.Set("box-"+q.ID, box)
		e.typed.Set("text-"+q.ID, text)
	}
	return e
}

// questions are those of the printed form that are answered with a pen, in its
// order; of a letter the one it is taken to.
func (e *entry) questions(c *models.Consultation) (list []*models.Question) {
	if e.letter {
		if q := c.Question(e.to); q != nil && q.Written() {
			return []*models.Question{q}
		}
		return nil
	}
	if e.form < 1 || e.form > len(c.Paths) {
		return nil
	}
	for _, id := range c.Paths[e.form-1].Ask {
		if q := c.Question(id); q.Type != models.TypeInfo && q.Type != models.TypeFile {
			list = append(list, q)
		}
	}
	return list
}

// letterTo lists the questions that a letter can be taken to: those answered in
// words that are themed, the last general one first chosen.
func letterTo(c *models.Consultation, chosen string) (list []views.Link) {
	last := -1
	for i := range c.Questions {
		q := &c.Questions[i]
		if !q.Themed {
			continue
		}
		if !q.Sensitive {
			last = len(list)
		}
		list = append(list, views.Link{Key: q.ID, Text: q.ID + " " + q.Text.Default(), Current: q.ID == chosen})
	}
	if chosen == "" && last >= 0 {
		list[last].Current = true
	}
	return list
}

// keyPage is the page that a form is keyed on.
func (p *portal) keyPage(req *request, c *models.Consultation, b *models.Batch, e entry) *views.KeyPage {
	page := &views.KeyPage{Base: p.staffBase(req, c, "keying", "Key a form"), Consultation: c.ID, Batch: b.Number, Back: keyingAddress(c, b.ID), Letter: e.letter,
		Question: e.to, Form: e.form, Problems: map[string]string{}, Key: e.typed.Get("key"), Slip: e.typed.Get("slip") != "", Reason: e.typed.Get("reason"), Seen: e.typed.Get("seen")}
	page.Faults = faultLinks(e.faults, page.Problems)
	for i, f := range e.faults {
		if q := c.Question(f.Field); q != nil {
			page.Faults[i] = views.Fault{Href: "#" + keyField(q), Message: q.ID + ": " + f.Message}
		}
	}
	for _, q := range e.questions(c) {
		row := views.KeyRow{ID: q.ID, Question: q.Text.Default(), Box: e.typed.Get("box-" + q.ID), Text: e.typed.Get("text-" + q.ID), HasBox: len(q.Options) > 0,
			HasText: !q.Closed() || slices.ContainsFunc(q.Options, func(o models.Option) bool { return o.WriteIn }), Long: q.Type == models.TypeLongText,
			Beside: q.Closed(), Date: q.Type == models.TypeDate, Ranked: q.Type == models.TypeRanking, One: q.Single(), Fault: page.Problems[q.ID]}
		for _, o := range q.Options {
			row.Boxes = append(row.Boxes, o.Text.Default())
		}
		if page.First == "" || row.Fault != "" && !page.AtFault {
			page.First, page.AtFault = keyField(q), row.Fault != ""
		}
		page.Rows = append(page.Rows, row)
	}
	return page
}

// keyField is the first field of a question.
func keyField(q *models.Question) string {
	if len(q.Options) > 0 {
		return "box-" + q.ID
	}
	return "text-" + q.ID
}

// keyFaults adds what was refused to the entry, and returns any other error.
func (e *entry) keyFaults(err error) error {
	faults, ok := faultsIn(err)
	if !ok {
		return err
	}
	for _, f := range faults {
		// What cannot be read as a box is said once.
		if !slices.ContainsFunc(e.faults, func(have models.FieldError) bool { return have.Field != "" && have.Field == f.Field }) {
			e.faults = append(e.faults, f)
		}
	}
	return nil
}

// batchInHand returns the consultation and batch of the address.
func (p *portal) batchInHand(req *request) (*models.Consultation, *models.Batch, error) {
	c, err := p.consultation(req)
	if err != nil {
		return nil, nil, err
	}
	b, _, err := p.service.Batch(req.Request().Context(), req.by, c, req.Param("batch"))
	if err != nil {
		return nil, nil, err
	}
	return c, &b.Batch, nil
}

// formNumber reads the number of a printed form, 0 where it is none.
func formNumber(c *models.Consultation, typed string, otherwise int) int {
	n, err := strconv.Atoi(typed)
	if err != nil || n < 1 || n > len(c.Paths) {
		return otherwise
	}
	return n
}

func (p *portal) showNewForm(req *request) error {
	c, b, err := p.batchInHand(req)
	if err != nil {
		return err
	}
	e := entry{form: formNumber(c, req.QueryParam("form"), b.Form), letter: req.QueryParam("letter") != "", typed: url.Values{"key": {consult.NewDraftKey().String()}}}
	if e.letter {
		for _, q := range letterTo(c, req.QueryParam("to")) {
			if q.Current {
				e.to = q.Key
			}
		}
	}
	return p.renderNewForm(req, c, b, e, http.StatusOK)
}

func (p *portal) renderNewForm(req *request, c *models.Consultation, b *models.Batch, e entry, status int) error {
	page := p.keyPage(req, c, b, e)
	page.New, page.Act = true, keyingAddress(c, b.ID, "new")
	page.Forms = paperForms(c, strconv.Itoa(e.form))
	if e.letter {
		page.Title, page.Questions = "Key a letter", letterTo(c, e.to)
	}
	return p.render(req.Context, status, page)
}

func (p *portal) keyForm(req *request) error {
	form, file, err := req.upload()
	if err != nil {
		return err
	}
	c, b, err := p.batchInHand(req)
	if err != nil {
		return err
	}
	e := decode(c, form, formNumber(c, form.Get("form"), b.Form), form.Get("letter") != "", form.Get("to"))
	if e.letter && len(e.questions(c)) == 0 {
		e.faults = append(e.faults, models.FieldError{Field: "to", Message: "Choose the question that the letter is taken to"})
	}
	var saved *consult.Saved
	if len(e.faults) == 0 {
		letter := ""
		if e.letter {
			letter = e.to
		}
		saved, err = p.service.KeyForm(req.Request().Context(), req.by, c, b.ID, consult.FormKeyed{Form: e.form, Letter: letter, Answers: e.answers, File: file,
			Slip: form.Get("slip") != "", Key: consult.ParseDraftKey(form.Get("key"))})
		if err := e.keyFaults(err); err != nil {
			return err
		}
	}
	if len(e.faults) > 0 {
		if file != nil {
			e.faults = append(e.faults, models.FieldError{Field: "file", Message: "Choose the file again: browsers do not keep it"})
		}
		return p.renderNewForm(req, c, b, e, http.StatusUnprocessableEntity)
	}
	next := keyingAddress(c, b.ID, "new") + "?form=" + strconv.Itoa(e.form)
	if e.letter {
		next = keyingAddress(c, b.ID, "new") + "?letter=1&to=" + queryEscape(e.to) + "&form=" + strconv.Itoa(e.form)
	}
	notice := fmt.Sprintf("Form %d is saved. Write %d on it.", saved.Number, saved.Number)
	if saved.Again {
		notice = "This form had been saved before, so nothing was saved now. Find it in the batch to correct it."
	}
	if len(saved.Withheld) > 0 {
		notice += " Not taken, to protect people who may be watched: " + strings.Join(saved.Withheld, ", ") + "."
	}
	if form.Get("slip") != "" && len(saved.Words) > 0 {
		page := &views.SlipPage{Base: p.staffBase(req, c, "keying", "Code slip"), Consultation: c, Number: saved.Number, Batch: b.Number, Words: saved.Words, Next: next,
			Address: p.Address + "/" + c.ID + "/receipt", Notice: notice}
		return p.render(req.Context, http.StatusOK, page)
	}
	return p.done(req, next, notice)
}

// showSecond offers the next form of the sample, with nothing of the first
// reading.
func (p *portal) showSecond(req *request) error { return p.check(req, nil) }

func (p *portal) checkForm(req *request) error {
	form, err := req.form(maxKeyed)
	if err != nil {
		return err
	}
	return p.check(req, form)
}

func (p *portal) check(req *request, form url.Values) error {
	c, b, err := p.batchInHand(req)
	if err != nil {
		return err
	}
	ctx := req.Request().Context()
	if form == nil {
		next, left, err := p.service.ToCheck(ctx, req.by, c, b.ID)
		if err != nil {
			return err
		}
		if next == nil {
			return p.done(req, keyingAddress(c, b.ID), "There is no form of this batch left for you to key a second time.")
		}
		return p.renderCheck(req, c, b, next, entry{form: next.Form, letter: next.Letter != "", to: next.Letter, typed: url.Values{}}, left, http.StatusOK)
	}
	_, forms, err := p.service.Batch(ctx, req.by, c, b.ID)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(forms, func(f consult.FormState) bool { return f.Keyed.Submission == form.Get("of") })
	if at < 0 {
		return models.NewError(models.KindNotFound, "There is no such form in this batch.")
	}
	k := &forms[at].Keyed
	e := decode(c, form, k.Form, k.Letter != "", k.Letter)
	var differ []string
	if len(e.faults) == 0 {
		differ, err = p.service.CheckForm(ctx, req.by, c, b.ID, k.Submission, e.answers)
		if err := e.keyFaults(err); err != nil {
			return err
		}
	}
	if len(e.faults) > 0 {
		return p.renderCheck(req, c, b, k, e, 0, http.StatusUnprocessableEntity)
	}
	if len(differ) > 0 {
		return p.done(req, keyingAddress(c, b.ID, "forms", k.Submission), fmt.Sprintf("The two readings of form %d differ in %s. Look at the form together and say which is right.", k.Number, strings.Join(differ, ", ")))
	}
	return p.done(req, keyingAddress(c, b.ID, "check"), fmt.Sprintf("Both read form %d alike.", k.Number))
}

func (p *portal) renderCheck(req *request, c *models.Consultation, b *models.Batch, k *models.Keyed, e entry, left, status int) error {
	page := p.keyPage(req, c, b, e)
	var err error
	if page.Scan, err = p.scanOf(req, c, k.Submission); err != nil {
		return err
	}
	page.Title, page.Act, page.Number, page.Of, page.Left = fmt.Sprintf("Key form %d again", k.Number), keyingAddress(c, b.ID, "check"), k.Number, k.Submission, left
	return p.render(req.Context, status, page)
}

func (p *portal) formPage(req *request, c *models.Consultation) (*views.KeyedPage, error) {
	batch, id := req.Param("batch"), req.Param("form")
	r, err := p.service.KeyedForm(req.Request().Context(), req.by, c, batch, id)
	if err != nil {
		return nil, err
	}
	k := r.Keyed
	page := &views.KeyedPage{Base: p.staffBase(req, c, "keying", fmt.Sprintf("Form %d of batch %d", k.Number, r.Batch.Number)), Consultation: c.ID, Act: keyingAddress(c, batch, "forms", id),
		Back: keyingAddress(c, batch), Number: k.Number, Batch: r.Batch.Number, Form: formName(c, k), Channel: r.Submission.Channel.Name(), Late: r.Batch.Late(c),
		PublicID: r.Submission.PublicID, Status: r.Submission.Status, Groups: groupNames(c, r.Submission.Groups), Seen: k.Version}
	if r.Submission.Status == models.SubmissionLive || r.Submission.Status == models.SubmissionVoid {
		page.Href = "/staff/" + c.ID + "/submissions/" + id
		if page.Scan, err = p.scanOf(req, c, id); err != nil {
			return nil, err
		}
	}
	open := c.Status != models.StatusDraft && !c.Status.AtLeast(models.StatusFrozen)
	if k.Form >= 1 && k.Form <= len(c.Paths) {
		page.Unasked = c.Unasked(&c.Paths[k.Form-1], r.Current.Answers.Given())
	}
	said := func(id string, a models.KeyedAnswer) views.ReadAnswer {
		q := c.Question(id)
		out := views.ReadAnswer{ID: id, Text: a.Text, Mark: string(a.Mark)}
		if q == nil {
			return out
		}
		out.Question = q.Text.Default()
		for _, chosen := range a.Options {
			if o := q.Option(chosen); o != nil {
				out.Options = append(out.Options, o.Text.Default())
			}
		}
		return out
	}
	for i := len(r.Versions) - 1; i >= 0; i-- {
		v := r.Versions[i]
		version := views.KeyedVersion{Kind: versionNames[v.Kind], By: r.Names[v.By], Day: p.Views.Day(deskLanguage, v.Day), Reason: v.Reason.Name(), Current: v.Version == r.Current.Version}
		for _, q := range c.Questions {
			if a, ok := v.Answers[q.ID]; ok {
				version.Answers = append(version.Answers, said(q.ID, a))
			}
		}
		page.Versions = append(page.Versions, version)
	}
	for _, id := range r.Differ {
		page.Differ = append(page.Differ, views.Difference{First: said(id, r.Current.Answers[id]), Second: said(id, r.Second[id])})
	}
	page.CanSettle = open && k.Open() && k.By != req.by.ID
	if open && !k.Open() && page.Href != "" && len(r.Versions) > 0 {
		page.Correct = keyingAddress(c, batch, "forms", id, "correct")
	}
	if open && r.Batch.Finished == "" && page.Href != "" {
		page.Slip = keyingAddress(c, batch, "forms", id, "slip")
	}
	return page, nil
}

var versionNames = map[models.KeyedVersionKind]string{
	models.VersionKeyed: "First keyed", models.VersionChecked: "Keyed a second time", models.VersionSettled: "Settled between the two", models.VersionCorrected: "Corrected",
}

func (p *portal) settleForm(req *request) error {
	c, form, err := p.posted(req, maxForm)
	if err != nil {
		return err
	}
	seen, _ := strconv.Atoi(form.Get("seen"))
	var second []string
	for name, v := range form {
		if id, ok := strings.CutPrefix(name, "right-"); ok && len(v) > 0 && v[0] == "second" {
			second = append(second, id)
		}
	}
	err = p.service.SettleForm(req.Request().Context(), req.by, c, req.Param("batch"), req.Param("form"), seen, second)
	if faults, ok := faultsIn(err); ok {
		page, err := p.formPage(req, c)
		if err != nil {
			return err
		}
		page.Faults = faultLinks(faults, map[string]string{})
		return p.render(req.Context, http.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	return p.done(req, keyingAddress(c, req.Param("batch"), "forms", req.Param("form")), "Settled. Both readings are kept.")
}

func (p *portal) showCorrect(req *request) error { return p.correctForm(req, nil) }

func (p *portal) correct(req *request) error {
	form, err := req.form(maxKeyed)
	if err != nil {
		return err
	}
	return p.correctForm(req, form)
}

func (p *portal) correctForm(req *request, form url.Values) error {
	c, err := p.consultation(req)
	if err != nil {
		return err
	}
	ctx, batch, id := req.Request().Context(), req.Param("batch"), req.Param("form")
	r, err := p.service.KeyedForm(ctx, req.by, c, batch, id)
	if err != nil {
		return err
	}
	e, status := shown(c, r.Keyed, r.Current.Answers), http.StatusOK
	e.typed.Set("seen", strconv.Itoa(r.Keyed.Version))
	var changed []string
	if form != nil {
		status = http.StatusUnprocessableEntity
		e = decode(c, form, r.Keyed.Form, r.Keyed.Letter != "", r.Keyed.Letter)
		if len(e.faults) == 0 {
			seen, _ := strconv.Atoi(form.Get("seen"))
			err = p.service.CorrectForm(ctx, req.by, c, batch, id, seen, e.answers, models.CorrectionReason(form.Get("reason")))
			if err == nil {
				return p.done(req, keyingAddress(c, batch, "forms", id), "Corrected. What was keyed before is kept.")
			}
			if seen != r.Keyed.Version && models.KindOf(err) == models.KindConflict {
				// What the other person saved is told, and saving again is meant.
				changed = r.Current.Answers.Changed(e.answers)
				e.typed.Set("seen", strconv.Itoa(r.Keyed.Version))
			}
			if err := e.keyFaults(err); err != nil {
				return err
			}
		}
	}
	page := p.keyPage(req, c, r.Batch, e)
	page.Title, page.Number, page.Back, page.Act = fmt.Sprintf("Correct form %d", r.Keyed.Number), r.Keyed.Number, keyingAddress(c, batch, "forms", id), keyingAddress(c, batch, "forms", id, "correct")
	page.Changed = changed
	for _, reason := range models.CorrectionReasons {
		page.Reasons = append(page.Reasons, views.Link{Key: string(reason), Text: reason.Name(), Current: string(reason) == page.Reason})
	}
	return p.render(req.Context, status, page)
}
