package consult

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"heard/app/sheet"
	"heard/models"
	"heard/models/store"
)

// ImportOptions says how to read a spreadsheet of responses.
type ImportOptions struct {
	sheet.Columns
	Question string // the question they answer; the consultation's first themed one when empty
	Progress func(done, of int)
}

// Imported is what became of each row. Rows = Taken + Known + Refused.
type Imported struct {
	Consultation *models.Consultation
	Created      bool // the consultation was not there and was made from the file
	Rows         int
	Taken        int
	Known        int // taken by an earlier import of the same file
	Refused      []sheet.Refusal
}

// importBatch is how many rows are written in one transaction.
const importBatch = 200

// Import takes responses from CSV (RFC 4180, UTF-8, header row). A row that
// cannot be read is refused with its line and the reason, and the rest is
// taken; each row is written whole or not at all. Importing the same file
// again adds nothing. When the consultation does not exist, one is made from
// the file.
func (s *Service) Import(ctx context.Context, by Actor, consultation string, file io.Reader, opt ImportOptions) (*Imported, error) {
	if err := by.need(Configure); err != nil {
		return nil, err
	}
	read, err := sheet.Read(file, opt.Columns)
	if err != nil {
		return nil, err
	}
	out := &Imported{Rows: read.Total, Refused: read.Refused}
	c, err := s.store.Consultation(ctx, consultation)
	if models.KindOf(err) == models.KindNotFound {
		if c, err = s.consultationFor(ctx, by, consultation, read.Rows, opt); err != nil {
			return nil, err
		}
		out.Created = true
	}
	if err != nil {
		return nil, err
	}
	out.Consultation = c
	if err := unfrozen(c, frozen(importRefusal(c))); err != nil {
		return nil, err
	}
	q, err := importQuestion(c, opt.Question)
	if err != nil {
		return nil, err
	}
	subs := s.importedSubmissions(c, q, read.Rows, out)
	if err := s.writeImport(ctx, by, c, subs, out, opt.Progress); err != nil {
		return nil, err
	}
	slices.SortStableFunc(out.Refused, func(a, b sheet.Refusal) int { return a.Line - b.Line })
	s.wake()
	return out, nil
}

func importRefusal(c *models.Consultation) string {
	return fmt.Sprintf("The analysis of %s is frozen, so no responses can be added.", c.ID)
}

func importQuestion(c *models.Consultation, id string) (*models.Question, error) {
	if id == "" {
		for i := range c.Questions {
			if c.Questions[i].Themed {
				return &c.Questions[i], nil
			}
		}
		return nil, models.NewError(models.KindInvalid, fmt.Sprintf("Consultation %s has no question whose words are themed. Say which question with --question.", c.ID))
	}
	q := c.Question(id)
	if q == nil || !q.Written() {
		var written []string
		for _, q := range c.Questions {
			if q.Written() {
				written = append(written, q.ID)
			}
		}
		return nil, models.NewError(models.KindInvalid, fmt.Sprintf("Consultation %s has no question %s that is answered in words. It has: %s.", c.ID, id, strings.Join(written, ", ")))
	}
	return q, nil
}

// consultationFor makes a consultation for responses gathered elsewhere. It is
// closed from the start: nobody can answer it here.
func (s *Service) consultationFor(ctx context.Context, by Actor, id string, rows []sheet.Row, opt ImportOptions) (*models.Consultation, error) {
	question := opt.Question
	if question == "" {
		question = "Q1"
	}
	var groups []string
	for _, r := range rows {
		if r.Group != "" && !slices.Contains(groups, r.Group) {
			groups = append(groups, r.Group)
		}
	}
	slices.Sort(groups)
	if len(groups) > 50 {
		return nil, models.NewError(models.KindInvalid, fmt.Sprintf("Column %q has %d different values, which is too many for respondent groups. Choose another --group column.", opt.Group, len(groups)))
	}
	if id == "" {
		return nil, models.NewError(models.KindInvalid, "Name the consultation to import into.")
	}
	var days []string
	for _, r := range rows {
		if r.Day != "" {
			days = append(days, r.Day)
		}
	}
	if len(days) == 0 {
		days = []string{s.today()}
	}
	source, err := models.ImportedConsultation(id, question, groups, slices.Min(days), slices.Max(days))
	if err != nil {
		return nil, err
	}
	c, err := s.SaveConsultation(ctx, by, id+".yaml", source)
	if err != nil {
		return nil, err
	}
	for _, to := range []models.Status{models.StatusOpen, models.StatusClosed} {
		if err := s.waive(ctx, by, c, to, elsewhere); err != nil {
			return nil, err
		}
		if err := s.Move(ctx, by, c, to); err != nil {
			return nil, err
		}
		c.Status = to
	}
	return c, nil
}

// numbered is a submission with the line it came from.
type numbered struct {
	line int
	sub  models.Submission
}

// importedSubmissions makes submissions of rows and refuses those that do not
// fit the consultation.
func (s *Service) importedSubmissions(c *models.Consultation, q *models.Question, rows []sheet.Row, out *Imported) []numbered {
	refuse := func(line int, format string, args ...any) {
		out.Refused = append(out.Refused, sheet.Refusal{Line: line, Reason: fmt.Sprintf(format, args...)})
	}
	groupByName, anyCase := map[string]string{}, map[string]string{}
	var names []string
	for _, g := range c.Groups {
		name := g.Name.Default()
		groupByName[g.ID], groupByName[name] = g.ID, g.ID
		anyCase[strings.ToLower(name)] = g.ID
		names = append(names, name)
	}
	var fallback []string
	for _, g := range c.Groups {
		if len(g.When) == 0 {
			fallback = []string{g.ID}
			break
		}
	}
	copies, lineOfID := sources{}, map[string]int{}
	var subs []numbered
	for _, r := range rows {
		groups := fallback
		if r.Group != "" {
			id, ok := groupByName[r.Group]
			if !ok {
				id, ok = anyCase[strings.ToLower(r.Group)]
			}
			if !ok {
				refuse(r.Line, "there is no respondent group %q: expected one of %s", sheet.Shorten(r.Group), strings.Join(names, ", "))
				continue
			}
			groups = []string{id}
		}
		text := models.CleanText(r.Text)
		if f := q.CheckElsewhere(models.Given{Text: text}); f.Code != "" {
			refuse(r.Line, "the text cannot be taken: %s", f.Message)
			continue
		}
		if text == "" {
			refuse(r.Line, "the text is empty")
			continue
		}
		day := r.Day
		if day == "" {
			day = s.today()
		}
		if first, again := lineOfID[r.ID]; r.ID != "" && again {
			refuse(r.Line, "the id %q is already on line %d", sheet.Shorten(r.ID), first)
			continue
		}
		lineOfID[r.ID] = r.Line
		source := copies.source(r.ID, r.Whole)
		answers := models.Answers{q.ID: {Text: text}}
		sub := models.Submission{
			ID: newID(16), PublicID: newID(5), Consultation: c.ID, FormVersion: c.Version, Day: day,
			Channel: models.ChannelImport, Path: c.PathFor(answers).ID, Groups: groups,
			Consents: c.DefaultConsents, Status: models.SubmissionLive, Source: source,
			Answers: []models.Answer{{Question: q.ID, Text: text, Redacted: redacted(text)}},
		}
		subs = append(subs, numbered{r.Line, sub})
	}
	return subs
}

// sources tells responses of a spreadsheet apart, and knows them again in whichever
// way, and with whichever columns, the file is imported: by their id in the other
// tool where a column with one is chosen, else by all that stands in their row. Two
// people may have answered the very same; each counts, so the copies of a row are
// numbered.
type sources map[string]int

func (seen sources) source(id string, whole []string) string {
	if id != "" {
		return fingerprint("response", id)
	}
	row := fingerprint(append([]string{"row"}, whole...)...)
	seen[row]++
	return fmt.Sprintf("%s-%d", row, seen[row])
}

func (s *Service) writeImport(ctx context.Context, by Actor, c *models.Consultation, subs []numbered, out *Imported, progress func(done, of int)) error {
	for start := 0; start < len(subs); start += importBatch {
		batch := subs[start:min(start+importBatch, len(subs))]
		var taken, known int
		err := s.store.Tx(ctx, func(tx *store.Store) error {
			taken, known = 0, 0
			if err := holdOpen(ctx, tx, c, frozen(importRefusal(c))); err != nil {
				return err
			}
			for _, n := range batch {
				prepared, err := prepare(n.sub)
				if err != nil {
					return err
				}
				created, err := tx.CreateSubmission(ctx, prepared)
				if err != nil {
					return fmt.Errorf("line %d: %w", n.line, err)
				}
				if created {
					taken++
				} else {
					known++
				}
			}
			if taken == 0 {
				return nil
			}
			// With the rows themselves, so that they are looked after also when the
			// import stops here.
			lines := fmt.Sprintf("lines %d to %d: %d taken", batch[0].line, batch[len(batch)-1].line, taken)
			if err := s.record(ctx, tx, by, "submissions.imported", c.ID, c.ID, lines); err != nil {
				return err
			}
			return enqueueThemes(ctx, tx, c, themeDelay)
		})
		if err != nil {
			return err
		}
		out.Taken += taken
		out.Known += known
		if progress != nil {
			progress(start+len(batch), len(subs))
		}
	}
	if out.Taken == 0 {
		return nil
	}
	return s.store.Tx(ctx, func(tx *store.Store) error { return enqueueThemes(ctx, tx, c, 0) })
}

// enqueueThemes asks for themes, and for the index to hold what has none yet.
func enqueueThemes(ctx context.Context, tx *store.Store, c *models.Consultation, after time.Duration) error {
	if err := tx.Enqueue(ctx, models.JobPlaces, c.ID, after); err != nil {
		return err
	}
	return tx.Enqueue(ctx, models.JobThemes, c.ID, after)
}

func fingerprint(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}
