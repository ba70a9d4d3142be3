package consult

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"heard/app/redact"
	"heard/models"
	"heard/models/store"
)

// People decide what is taken out of answers before they leave the desk. The
// computer suggests; what it is sure of is taken out until somebody decides. The
// same goes for translations of answers and for what was read out of files; see
// textsOf. Answer.Text is never altered, and Answer.Redacted is always redact.Decided of
// it, of what is suggested, and of what people decided.

// redactionLease is how long a submission is kept for whoever opened it last.
const redactionLease = 20 * time.Minute

// RedactionKinds are the kinds that people choose from.
func RedactionKinds() []string {
	kinds := make([]string, 0, len(redact.Kinds)+1)
	for _, k := range append(slices.Clone(redact.Kinds), redact.Detail) {
		kinds = append(kinds, string(k))
	}
	return kinds
}

// RedactionSheet is a submission with what is, and could be, taken out of it.
type RedactionSheet struct {
	models.RedactionSheet
	Of      *models.Submission // the original words
	Answers []RedactionAnswer  // those in words
	Unread  []int              // attachments that nothing could be read out of, by number from 1
	Stage   RedactionStage
	Mine    bool              // whoever asks has checked it, so that another has to approve
	OpenBy  string            // name of the account of who else has it open, "" for nobody
	Frozen  bool              // nothing can be changed any more
	Names   map[string]string // of accounts
}

// RedactionAnswer is one answer in words.
type RedactionAnswer struct {
	models.Answer
	Items  []redact.Item
	Pieces []redact.Piece    // what in it, put together, could tell who somebody is; nil where too little is told
	Mix    *models.Redaction // what a person decided on that, nil while nobody has

	suggestions []redact.Suggestion
}

// settle puts what is suggested beside decisions on words of the answer.
func (a *RedactionAnswer) settle(decisions []models.Redaction) {
	a.Items = redact.Items(a.Text, a.suggestions, decisions)
}

// decided returns what people decided on words of it.
func (a *RedactionAnswer) decided() (all []models.Redaction) {
	for _, it := range a.Items {
		if it.Decided != nil {
			all = append(all, *it.Decided)
		}
	}
	return all
}

// open is how many parts of it are still to be decided on.
func (a *RedactionAnswer) open() (n int) {
	for _, it := range a.Items {
		if it.Decided == nil {
			n++
		}
	}
	if a.Pieces != nil && a.Mix == nil {
		n++
	}
	return n
}

// item returns the part that is about a span, nil when there is none.
func (a *RedactionAnswer) item(start, end int) *redact.Item {
	for i := range a.Items {
		if a.Items[i].Start == start && a.Items[i].End == end {
			return &a.Items[i]
		}
	}
	return nil
}

// RedactionStage is how far people have come with a submission.
type RedactionStage = models.RedactionStage

// The stages.
const (
	RedactionOpen    = models.RedactionOpen
	RedactionSecond  = models.RedactionSecond
	RedactionChecked = models.RedactionChecked
)

// readSheet returns what is known of the redaction of a submission. Decisions on
// words that its author changed since are left out.
func readSheet(ctx context.Context, from *store.Store, c *models.Consultation, sub *models.Submission) (*RedactionSheet, error) {
	sheet, err := from.RedactionSheet(ctx, sub.ID)
	if err != nil {
		return nil, err
	}
	decisions, err := from.RedactionsOf(ctx, sub.ID)
	if err != nil {
		return nil, err
	}
	out := &RedactionSheet{RedactionSheet: sheet, Of: sub, Stage: sheet.Stage(), Frozen: c.Status.AtLeast(models.StatusFrozen)}
	texts := textsOf(c, sub)
	out.Unread = unreadable(sub)
	if len(texts)+len(out.Unread) == 0 {
		out.Stage = RedactionChecked // there is nothing to read
	}
	for _, a := range texts {
		hash := hashOf(a.Text)
		own := slices.DeleteFunc(slices.Clone(decisions), func(d models.Redaction) bool { return d.Question != a.Question || d.SHA256 != hash })
		answer := RedactionAnswer{Answer: a, suggestions: suggest(a.Text)}
		if fileOf(a.Question) == "" { // a file is about more than its author
			answer.Pieces = redact.Jigsaw(a.Text)
		}
		answer.settle(own)
		for i := range own {
			if own[i].Kind == models.MixOfDetails {
				answer.Mix = &own[i]
			}
		}
		out.Answers = append(out.Answers, answer)
	}
	return out, nil
}

// liveIn returns a submission that counts in a consultation.
func liveIn(ctx context.Context, from *store.Store, c *models.Consultation, id string) (*models.Submission, error) {
	sub, err := submissionOf(ctx, from, c, id)
	if err != nil {
		return nil, err
	}
	if sub.Status != models.SubmissionLive {
		return nil, models.NewError(models.KindConflict, "This submission does not count any more, so nothing is taken out of it.")
	}
	return sub, nil
}

// Redactions opens a submission to decide what is taken out of it, and keeps it
// for whoever asks unless another has it open. That the original words were read
// goes on record.
func (s *Service) Redactions(ctx context.Context, by Actor, c *models.Consultation, id string) (*RedactionSheet, error) {
	if err := by.need(Redact); err != nil {
		return nil, err
	}
	sub, err := liveIn(ctx, s.store, c, id)
	if err != nil {
		return nil, err
	}
	out, err := readSheet(ctx, s.store, c, sub)
	if err != nil {
		return nil, err
	}
	if out.Names, err = s.names(ctx); err != nil {
		return nil, err
	}
	mine := out.Frozen
	if !mine {
		if mine, err = s.store.OpenRedactionSheet(ctx, id, by.ID, s.now().Add(redactionLease)); err != nil {
			return nil, err
		}
	}
	if !mine {
		out.OpenBy = named(out.Names, out.OpenedBy)
	}
	out.Mine = out.CheckedBy == by.ID
	return out, s.record(ctx, s.store, by, "submission.original-read", id, c.ID, "")
}

// RedactionDecisions is what a person decides on one submission.
type RedactionDecisions struct {
	Version int // of the sheet that they saw
	Choices []RedactionChoice
	Mixes   []MixChoice
	Added   []RedactionMark
	// AcceptSure takes out all that is still open and sure; LeaveDoubtful leaves in
	// all that is still open and doubtful, as nothing that identifies anybody.
	AcceptSure, LeaveDoubtful bool
	// Request is what the decisions are made for, "" for none. After the freeze
	// words are taken out for an open request only.
	Request string
	// Checked says that the person has read all of it, and nothing more is to be
	// taken out. A second person who says so and changes nothing approves.
	Checked bool
}

// Accept is the choice to take words out. Any other is a models.Refusal, and ""
// leaves it undecided.
const Accept = "accept"

// RedactionChoice is what a person chose for one part of an answer.
type RedactionChoice struct {
	Question    string
	Start, End  int    // the words that it is about
	Do          string // Accept, a models.Refusal, or ""
	Words       string // those to take out, if others than it is about
	Kind        string // "" for the one suggested
	Replacement string // "" for the kind
	Note        string
}

// MixChoice is what a person chose for a mix of details: Accept says that it has
// been taken care of, RefusalOther that it may stand, with the reason in Note.
type MixChoice struct{ Question, Do, Note string }

// RedactionMark is words that a person takes out of an answer.
type RedactionMark struct {
	Question, Words string
	Which           int // occurrence, from 1; 0 for all
	Kind            string
	Replacement     string
}

// Fields name what a fault is in, for the page.
func choiceField(c RedactionChoice) string {
	return fmt.Sprintf("%s-%d-%d", c.Question, c.Start, c.End)
}

const notRedacted = "What you decided was not saved."

// deciding collects decisions on one submission.
type deciding struct {
	sheet  *RedactionSheet
	by     Actor
	day    string
	faults []models.FieldError
	did    map[string]int // what was done, by its wording for the record
}

func (d *deciding) fault(field, message string) {
	d.faults = append(d.faults, models.FieldError{Field: field, Message: message})
}

func (d *deciding) answer(question string) *RedactionAnswer {
	for i := range d.sheet.Answers {
		if d.sheet.Answers[i].Question == question {
			return &d.sheet.Answers[i]
		}
	}
	return nil
}

// set puts a decision in its place, unless it stands there already: who decided
// so first, and when, stays.
func (d *deciding) set(place **models.Redaction, r models.Redaction, field string) {
	if err := r.Validate(); err != nil {
		for _, f := range models.FieldsOf(err) {
			d.fault(field, f.Message)
		}
		return
	}
	if was := *place; was != nil {
		r.By, r.Day, r.Version = was.By, was.Day, was.Version
		if *was == r {
			return
		}
	}
	r.By, r.Day, r.Version = d.by.ID, d.day, d.sheet.Version+1
	*place = &r
	what := r.Kind + " " + string(r.State)
	if r.State == models.RedactionRefused {
		what += " (" + r.Reason.Name() + ")"
	}
	d.did[what]++
}

// replaced is the words that stand for a kind, or for what a person wrote.
func (d *deciding) replaced(field, kind, written, taken string) (string, bool) {
	written = strings.Trim(strings.Join(strings.Fields(models.CleanText(written)), " "), "[] ")
	if written == "" {
		return "[" + kind + "]", true
	}
	if strings.ContainsAny(written, "[]") || redact.Text(written) != written || len(redact.Occurrences(strings.ToLower(written), strings.ToLower(taken))) > 0 {
		d.fault(field, "Put other words in their place, such as “street in the town”: these repeat, or look like, what is taken out")
		return "", false
	}
	return "[" + written + "]", true
}

// choose decides on one part.
func (d *deciding) choose(c RedactionChoice) error {
	a, field := d.answer(c.Question), choiceField(c)
	var it *redact.Item
	if a != nil {
		it = a.item(c.Start, c.End)
	}
	if it == nil {
		return models.NewError(models.KindConflict, "What is suggested has changed since you opened the page. Look at it as it is now, then decide again.")
	}
	key := models.AnswerKey{Submission: d.sheet.Submission, Question: c.Question}
	r := models.Redaction{AnswerKey: key, OfStart: it.Start, OfEnd: it.End, Start: it.Start, End: it.End, SHA256: hashOf(a.Text)}
	kind, replacement := "", ""
	if it.Suggested != nil {
		kind, replacement = string(it.Suggested.Kind), it.Suggested.Replacement
	} else {
		kind = it.Decided.Kind
	}
	switch c.Do {
	case "":
		if it.Decided != nil && it.Suggested == nil {
			d.fault(field, "Take these words out, or choose why they are left in: a person marked them")
		} else if it.Decided != nil {
			it.Decided = nil
			d.did[kind+" undecided"]++
		}
		return nil
	case Accept:
	default:
		r.State, r.Kind, r.Reason, r.Note = models.RedactionRefused, kind, models.Refusal(c.Do), redact.Text(models.CleanText(c.Note))
		d.set(&it.Decided, r, field)
		return nil
	}
	r.Kind = cmp.Or(c.Kind, kind)
	if !slices.Contains(RedactionKinds(), r.Kind) {
		d.fault(field, "Choose a kind from the list")
		return nil
	}
	if places := redact.Occurrences(a.Text, c.Words); c.Words != "" && !sameText(c.Words, a.Text[it.Start:it.End]) {
		near := slices.IndexFunc(places, func(p [2]int) bool { return p[0] < it.End && it.Start < p[1] })
		if near < 0 {
			d.fault(field, "Copy the words from the answer as they stand there, with at least some of those marked")
			return nil
		}
		r.Start, r.End = places[near][0], places[near][1]
	}
	taken := a.Text[r.Start:r.End]
	if redact.Standpoint(taken) {
		d.fault(field, standpointKept)
		return nil
	}
	var fine bool
	if r.Replacement, fine = d.replaced(field, r.Kind, c.Replacement, taken); !fine {
		return nil
	}
	switch {
	case it.Suggested == nil:
		r.State = models.RedactionAdded
	case r.Start != it.Start || r.End != it.End || r.Kind != kind || r.Replacement != replacement:
		r.State = models.RedactionChanged
	default:
		r.State = models.RedactionAccepted
	}
	d.set(&it.Decided, r, field)
	return nil
}

func sameText(a, b string) bool { return slices.Equal(strings.Fields(a), strings.Fields(b)) }

const standpointKept = "This is what the writer says they are, which the consultation is about, so it is not taken out. Take out only what tells which person it is"

// mark takes out words that nobody suggested.
func (d *deciding) mark(m RedactionMark) {
	field := "add-" + m.Question
	a := d.answer(m.Question)
	if a == nil {
		d.fault("", "Choose an answer of this submission")
		return
	}
	places := redact.Occurrences(a.Text, m.Words)
	switch {
	case m.Words == "" && m.Replacement == "" && m.Which == 0:
		return // a row left empty
	case len(places) == 0:
		d.fault(field, "Copy the words from the answer as they stand there")
		return
	case m.Which < 0 || m.Which > len(places):
		d.fault(field, fmt.Sprintf("The words stand there %d times. Give a number up to that, or none for all", len(places)))
		return
	case redact.Standpoint(m.Words):
		d.fault(field, standpointKept)
		return
	case slices.ContainsFunc(places, func(p [2]int) bool { return strings.Contains(a.Text[p[0]:p[1]], "\f") }):
		d.fault(field, "The words stand on two pages. Take out what is on each of them by itself")
		return
	case !slices.Contains(RedactionKinds(), m.Kind):
		d.fault(field, "Choose a kind from the list")
		return
	}
	if m.Which > 0 {
		places = places[m.Which-1 : m.Which]
	}
	replacement, fine := d.replaced(field, m.Kind, m.Replacement, m.Words)
	if !fine {
		return
	}
	for _, p := range places {
		it := a.item(p[0], p[1])
		if it == nil {
			a.Items = append(a.Items, redact.Item{Start: p[0], End: p[1]})
			it = &a.Items[len(a.Items)-1]
		}
		r := models.Redaction{AnswerKey: models.AnswerKey{Submission: d.sheet.Submission, Question: m.Question}, OfStart: p[0], OfEnd: p[1], Start: p[0], End: p[1],
			Kind: m.Kind, Replacement: replacement, State: models.RedactionAdded, SHA256: hashOf(a.Text)}
		if it.Suggested != nil {
			r.State = models.RedactionChanged
		}
		d.set(&it.Decided, r, field)
	}
}

// mix decides on details that tell something together.
func (d *deciding) mix(c MixChoice) {
	a, field := d.answer(c.Question), "mix-"+c.Question
	if a == nil || a.Pieces == nil || c.Do == "" {
		return
	}
	r := models.Redaction{AnswerKey: models.AnswerKey{Submission: d.sheet.Submission, Question: c.Question}, Kind: models.MixOfDetails, State: models.RedactionAccepted, SHA256: hashOf(a.Text)}
	if c.Do != Accept {
		r.State, r.Reason, r.Note = models.RedactionRefused, models.RefusalOther, redact.Text(models.CleanText(c.Note))
	} else if redact.Jigsaw(redact.Decided(a.Text, a.Items)) != nil {
		d.fault(field, "Three or more of the details still stand there. Take some of them out, or say why they may stay")
		return
	}
	d.set(&a.Mix, r, field)
}

// Redact keeps what a person decides on one submission, and has every redacted
// text that becomes another searched, themed and quoted anew. It is a Conflict
// when somebody else decided on the submission since the person opened it.
func (s *Service) Redact(ctx context.Context, by Actor, c *models.Consultation, id string, decisions RedactionDecisions) error {
	if err := by.need(Redact); err != nil {
		return err
	}
	err := s.store.Tx(ctx, func(tx *store.Store) error {
		now, err := mayRedact(ctx, tx, c, decisions.Request)
		if err != nil {
			return err
		}
		sub, err := liveIn(ctx, tx, c, id)
		if err != nil {
			return err
		}
		sheet, err := readSheet(ctx, tx, c, sub)
		if err != nil {
			return err
		}
		if sheet.Version != decisions.Version {
			return models.NewError(models.KindConflict, "Somebody else decided on this submission since you opened it. What they did is marked below. Nothing of yours was saved yet: look at both, then save again.")
		}
		d := &deciding{sheet: sheet, by: by, day: s.today(), did: map[string]int{}}
		if err := d.all(decisions); err != nil {
			return err
		}
		return s.redactedFor(ctx, tx, by, now, sub, decisions.Request, func() error { return s.keepRedactions(ctx, tx, c, d, decisions.Checked) })
	})
	if err == nil {
		s.wake()
	}
	return err
}

const redactionFrozen = "The analysis is frozen, so what is taken out of answers cannot be changed any more. If somebody could still be identified, do not publish the report, and tell the data protection officer at once."

// all applies decisions, and refuses all of them when one has a fault.
func (d *deciding) all(decisions RedactionDecisions) error {
	for _, c := range decisions.Choices {
		if err := d.choose(c); err != nil {
			return err
		}
	}
	for _, m := range decisions.Added {
		d.mark(m)
	}
	for i := range d.sheet.Answers {
		// What was decided may answer what else is suggested.
		d.sheet.Answers[i].settle(d.sheet.Answers[i].decided())
		for _, it := range d.sheet.Answers[i].Items {
			choice := RedactionChoice{Question: d.sheet.Answers[i].Question, Start: it.Start, End: it.End}
			switch {
			case it.Decided != nil:
				continue
			case decisions.AcceptSure && it.Sure() && !redact.Standpoint(d.sheet.Answers[i].Text[it.Start:it.End]):
				choice.Do = Accept
			case decisions.LeaveDoubtful && !it.Sure():
				choice.Do = string(models.RefusalNotIdentifier)
			default:
				continue
			}
			if err := d.choose(choice); err != nil {
				return err
			}
		}
	}
	for _, m := range decisions.Mixes {
		d.mix(m)
	}
	if decisions.Checked {
		for i := range d.sheet.Answers {
			a := &d.sheet.Answers[i]
			if n := a.open(); n > 0 && !slices.ContainsFunc(d.faults, func(f models.FieldError) bool { return strings.Contains(f.Field, a.Question) }) {
				d.fault("answer-"+a.Question, fmt.Sprintf("Decide on everything in %s first: %d left", TextName(d.sheet.Of, a.Question), n))
			}
		}
	}
	if len(d.faults) > 0 {
		return &models.Error{Kind: models.KindInvalid, Message: notRedacted, Fields: d.faults}
	}
	return nil
}

// keepRedactions writes what was decided, with what follows from it.
func (s *Service) keepRedactions(ctx context.Context, tx *store.Store, c *models.Consultation, d *deciding, checked bool) error {
	var all []models.Redaction
	second, rewritten := c.Sensitive(d.sheet.Of.Groups), false
	for i := range d.sheet.Answers {
		a := &d.sheet.Answers[i]
		all = append(all, a.decided()...)
		for _, it := range a.Items {
			second = second || it.LetsThrough()
		}
		if a.Mix != nil {
			all = append(all, *a.Mix)
			second = second || a.Mix.State == models.RedactionRefused
		}
		if text := redact.Decided(a.Text, a.Items); text != a.Redacted {
			rewritten = true
			if err := keepText(ctx, tx, d.sheet.Submission, a.Answer, text); err != nil {
				return err
			}
		}
	}
	sheet, was := d.sheet.RedactionSheet, d.sheet.Stage
	action := "redactions.decided"
	switch {
	case checked && len(d.did) == 0 && was == RedactionChecked, !checked && len(d.did) == 0 && !rewritten:
		return nil // it stands as it is
	case checked && len(d.did) == 0 && was == RedactionSecond:
		if sheet.CheckedBy == d.by.ID {
			return models.NewError(models.KindConflict, "You have checked this yourself, so another officer has to approve it.")
		}
		action, sheet.ApprovedBy, sheet.Approved = "redactions.approved", d.by.ID, d.day
	default:
		sheet.CheckedBy, sheet.Checked, sheet.ApprovedBy, sheet.Approved, sheet.Second = "", "", "", "", second
		if checked {
			action, sheet.CheckedBy, sheet.Checked = "redactions.checked", d.by.ID, d.day
		}
	}
	if rewritten {
		sheet.Rewrites++
	}
	if err := tx.SaveRedactions(ctx, sheet.Submission, all); err != nil {
		return err
	}
	if err := tx.SaveRedactionSheet(ctx, sheet); err != nil {
		return err
	}
	if rewritten {
		if err := s.rewritten(ctx, tx, c, sheet.Submission); err != nil {
			return err
		}
	}
	if sheet.Done() != (was == RedactionChecked) { // councillors find what is checked
		if err := tx.Enqueue(ctx, models.JobIndex, sheet.Submission, 0); err != nil {
			return err
		}
	}
	if checked { // it is free for a second person at once
		if _, err := tx.OpenRedactionSheet(ctx, sheet.Submission, d.by.ID, s.now()); err != nil {
			return err
		}
	}
	var did []string
	for _, what := range slices.Sorted(maps.Keys(d.did)) {
		did = append(did, fmt.Sprintf("%d %s", d.did[what], what))
	}
	return s.record(ctx, tx, d.by, action, sheet.Submission, c.ID, strings.Join(did, "; "))
}

// rewritten has what was made of an answer's old words made anew: what is found,
// the themes and quotes, and the index's files, in which they would stay.
func (s *Service) rewritten(ctx context.Context, tx *store.Store, c *models.Consultation, submission string) error {
	if err := tx.Enqueue(ctx, models.JobIndex, submission, 0); err != nil {
		return err
	}
	if err := tx.Enqueue(ctx, models.JobErase, models.EveryIndex, themeDelay); err != nil {
		return err
	}
	return tx.Enqueue(ctx, models.JobThemes, c.ID, themeDelay)
}

// movedWords tells where a passage of one redacted text stands in the next, in
// code points: the same occurrence of the same words, or nowhere.
func movedWords(before, after string) func(start, end int) (int, int, bool) {
	runes := []rune(before)
	return func(start, end int) (int, int, bool) {
		if start < 0 || end > len(runes) || start >= end {
			return 0, 0, false
		}
		words, nth := string(runes[start:end]), strings.Count(string(runes[:start]), string(runes[start:end]))
		if strings.Count(before, words) != strings.Count(after, words) {
			return 0, 0, false
		}
		at := 0
		for range nth + 1 {
			next := strings.Index(after[at:], words)
			if next < 0 {
				return 0, 0, false
			}
			at += next + len(words)
		}
		from := len([]rune(after[:at-len(words)]))
		return from, from + end - start, true
	}
}

// RedactionProgress is how far people have come with a consultation.
type RedactionProgress struct {
	Submissions int // with words
	models.RedactionCounts
}

// RedactionProgress returns how many submissions are checked, and how many are
// not. Who has others open is named by the address of their account.
func (s *Service) RedactionProgress(ctx context.Context, by Actor, c *models.Consultation) (*RedactionProgress, error) {
	if err := by.need(Redact); err != nil {
		return nil, err
	}
	counts, err := s.store.CountRedactions(ctx, c.ID, by.ID, notInWords(c))
	if err != nil {
		return nil, err
	}
	names, err := s.names(ctx)
	if err != nil {
		return nil, err
	}
	out := &RedactionProgress{Submissions: counts.Open + counts.Second + counts.Checked, RedactionCounts: *counts}
	out.Others = map[string]int{}
	for account, n := range counts.Others {
		out.Others[named(names, account)] += n
	}
	return out, nil
}

// carryRedactions returns what people decided on answers of a submission that
// the one sent in its place says in the same words, for that one, and takes it
// out of them. What was decided on other words is void.
func (s *Service) carryRedactions(ctx context.Context, tx *store.Store, before string, sub *models.Submission) ([]models.Redaction, error) {
	decisions, err := tx.RedactionsOf(ctx, before)
	if err != nil {
		return nil, err
	}
	var carried []models.Redaction
	for i := range sub.Answers {
		a := &sub.Answers[i]
		hash := hashOf(a.Text)
		var own []models.Redaction
		for _, d := range decisions {
			if d.Question == a.Question && d.SHA256 == hash {
				d.Submission, d.Version = sub.ID, 0
				own = append(own, d)
			}
		}
		if own != nil {
			a.Redacted = redact.Decided(a.Text, redact.Items(a.Text, suggest(a.Text), own))
			carried = append(carried, own...)
		}
	}
	for _, d := range decisions { // its files are the same, and what of them may be read stands
		if key := fileOf(d.Question); key != "" && slices.ContainsFunc(sub.Attachments, func(a models.Attachment) bool { return a.Key == key }) {
			d.Submission, d.Version = sub.ID, 0
			carried = append(carried, d)
		}
	}
	return carried, nil
}

// NextRedaction hands out a submission that nobody else has open: one to check,
// or with second one that another person has checked. The one that the actor leaves,
// after, is given back, and another handed out. It returns its id, "" when none is
// left; see store.NextRedaction.
func (s *Service) NextRedaction(ctx context.Context, by Actor, c *models.Consultation, second bool, after string) (string, error) {
	if err := by.need(Redact); err != nil {
		return "", err
	}
	if err := unfrozen(c, frozen(redactionFrozen)); err != nil {
		return "", err
	}
	stage := RedactionOpen
	if second {
		stage = RedactionSecond
	}
	for {
		id, err := s.store.NextRedaction(ctx, c.ID, by.ID, stage, notInWords(c), after)
		if err != nil || id == "" {
			return "", err
		}
		if mine, err := s.store.OpenRedactionSheet(ctx, id, by.ID, s.now().Add(redactionLease)); err != nil || mine {
			return id, err
		} // somebody else was faster
	}
}

// RefusedRedaction is a suggestion that a person refused, without its words.
type RefusedRedaction struct {
	models.Redaction
	PublicID   string // of the submission
	Name       string // of the account of who refused
	ApprovedBy string // and of who approved, "" while nobody has
	Approved   string // YYYY-MM-DD
}

// RefusedRedactions returns all that people left in although it was suggested to
// take it out, or found by another person, by submission and place.
func (s *Service) RefusedRedactions(ctx context.Context, by Actor, c *models.Consultation) ([]RefusedRedaction, error) {
	if err := by.need(SeeRefusals); err != nil {
		return nil, err
	}
	names, err := s.names(ctx)
	if err != nil {
		return nil, err
	}
	refusals, err := s.store.Redactions(ctx, c.ID, models.RedactionRefused)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, r := range refusals {
		ids = append(ids, r.Submission)
	}
	subs, err := s.store.SubmissionsByID(ctx, slices.Compact(ids))
	if err != nil {
		return nil, err
	}
	sheets := map[string]models.RedactionSheet{}
	for id := range subs {
		if sheets[id], err = s.store.RedactionSheet(ctx, id); err != nil {
			return nil, err
		}
	}
	var out []RefusedRedaction
	for _, r := range refusals {
		sub := subs[r.Submission]
		if sub == nil || !slices.ContainsFunc(textsOf(c, sub), func(a models.Answer) bool { return a.Question == r.Question && hashOf(a.Text) == r.SHA256 }) {
			continue // on words that are there no more
		}
		sheet := sheets[sub.ID]
		row := RefusedRedaction{Redaction: r, PublicID: sub.PublicID, Name: named(names, r.By), Approved: sheet.Approved}
		if sheet.ApprovedBy != "" {
			row.ApprovedBy = named(names, sheet.ApprovedBy)
		}
		out = append(out, row)
	}
	return out, nil
}
