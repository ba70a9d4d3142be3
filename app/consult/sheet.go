package consult

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"heard/app/evidence"
	"heard/app/sheet"
	"heard/models"
	"heard/models/store"
)

// Spreadsheets that other survey tools export are imported in steps: the file is
// held for DraftLife, sealed, while somebody says which column is what and tries
// it; then it is imported and deleted.

// MaxSheet is the largest spreadsheet that is taken, in bytes.
const MaxSheet = 32 << 20

// HeldSheet is a spreadsheet that is being imported.
type HeldSheet struct {
	Header  []string          // names of the columns that can be chosen
	Wording map[string]string // what such a column asked, where the file says so
	Rows    int               // as far as they can be read
	Guess   map[string]string // what the columns' names and wording suggest; see models.Mapping
}

// Tried is what an import would do, or has done. Rows = Taken + Known + Refused.
type Tried struct {
	Imported
	Late int // rows whose day is after the end
}

var noSheet = &models.Error{Kind: models.KindInvalid, Message: "The file is not there any more.",
	Fields: []models.FieldError{{Field: "file", Message: "The file was imported, or held for too long. Choose it again"}}}

func sheetPurpose(c *models.Consultation) string { return "imports/" + c.ID }

// HoldSheet takes a spreadsheet in and returns the key it is held under.
func (s *Service) HoldSheet(ctx context.Context, by Actor, c *models.Consultation, file io.Reader) (key string, err error) {
	if err := by.need(KeyIn); err != nil {
		return "", err
	}
	if err := keyable(c); err != nil {
		return "", err
	}
	refused := func(message string) error {
		return &models.Error{Kind: models.KindInvalid, Message: "The file was not taken.", Fields: []models.FieldError{{Field: "file", Message: message}}}
	}
	if file == nil {
		return "", refused("Choose a file")
	}
	data, err := io.ReadAll(io.LimitReader(file, MaxSheet+1))
	if err != nil {
		return "", err
	}
	if len(data) > MaxSheet {
		return "", refused(fmt.Sprintf("The file must be %d MB or smaller. Import it in parts", MaxSheet>>20))
	}
	if _, err := sheet.Open(bytes.NewReader(data)); err != nil {
		return "", refused(strings.TrimSuffix(err.Error(), "."))
	}
	sealed, err := s.seal(sheetPurpose(c), data)
	if err != nil {
		return "", err
	}
	return s.keepFile(ctx, sealed)
}

// sheet opens a spreadsheet that is held. A key of anything else, or of a file
// for another consultation, opens nothing.
func (s *Service) sheet(ctx context.Context, c *models.Consultation, key string) (*sheet.Records, error) {
	sealed, err := s.files.Get(ctx, key)
	if errors.Is(err, evidence.ErrNotFound) {
		return nil, noSheet
	}
	if err != nil {
		return nil, err
	}
	data, err := s.open(sheetPurpose(c), sealed)
	if err != nil {
		return nil, noSheet
	}
	return sheet.Open(bytes.NewReader(data))
}

// Sheet returns what there is to choose from in a spreadsheet that is held.
func (s *Service) Sheet(ctx context.Context, by Actor, c *models.Consultation, key string) (*HeldSheet, error) {
	if err := by.need(KeyIn); err != nil {
		return nil, err
	}
	records, err := s.sheet(ctx, c, key)
	if err != nil {
		return nil, err
	}
	h := &HeldSheet{Wording: map[string]string{}, Guess: map[string]string{}}
	for i, asked := range records.Wording {
		h.Wording[records.Header[i]] = asked
	}
	times := map[string]int{}
	for _, name := range records.Header {
		times[name]++
	}
	for _, name := range records.Header {
		if name != "" && times[name] == 1 { // a name that two columns share tells neither
			h.Header = append(h.Header, name)
		}
	}
	for _, target := range targets(c) {
		for _, name := range h.Header {
			if slices.ContainsFunc(target.names, func(n string) bool { return strings.EqualFold(n, name) || strings.EqualFold(n, h.Wording[name]) }) {
				h.Guess[target.key] = name
				break
			}
		}
	}
	_, h.Rows = records.Each(func(int, []string) string { return "" })
	return h, nil
}

// target is something that a column can be, and what such columns are called.
type target struct {
	key      string
	question *models.Question // that it answers, nil for what is no answer
	names    []string
}

func targets(c *models.Consultation) []target {
	all := []target{
		{models.ColumnID, nil, []string{"id", "response id", "responseid", "respondent id", "reference"}},
		{models.ColumnDay, nil, []string{"date", "day", "submitted", "date submitted", "end date", "enddate", "completed"}},
		{models.ColumnChannel, nil, []string{"channel", "source"}},
		{models.ColumnGroup, nil, []string{"group", "respondent group", "responding as"}},
	}
	for i := range c.Questions {
		q := &c.Questions[i]
		if q.Type == models.TypeInfo || q.Type == models.TypeFile {
			continue
		}
		all = append(all, target{q.ID, q, []string{q.ID, q.Text.Default(), q.ID + " " + q.Text.Default()}})
		if q.Type != models.TypeTicks {
			continue
		}
		for _, o := range q.Options {
			var names []string
			for _, asked := range []string{q.ID, q.Text.Default()} {
				for _, box := range []string{o.ID, o.Text.Default()} {
					for _, form := range []string{"%s_%s", "%s[%s]", "%s [%s]", "%s - %s", "%s - Selected Choice - %s"} {
						names = append(names, fmt.Sprintf(form, asked, box))
					}
				}
			}
			all = append(all, target{models.BoxOf(q.ID, o.ID), q, names})
		}
	}
	return all
}

// TryImport says what importing a spreadsheet would do, and does nothing. The
// reasons name line and column and what was expected, never what stands there.
func (s *Service) TryImport(ctx context.Context, by Actor, c *models.Consultation, key string, columns map[string]string) (*Tried, error) {
	if err := by.need(KeyIn); err != nil {
		return nil, err
	}
	out, subs, err := s.readSheet(ctx, c, key, columns)
	if err != nil {
		return nil, err
	}
	known, err := s.store.Sources(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	for _, n := range subs {
		if known[n.sub.Source] {
			out.Known++
		} else {
			out.Taken++
		}
	}
	return out, nil
}

// ImportSheet takes the responses of a spreadsheet that is held, and deletes it.
// Importing the same again adds nothing.
func (s *Service) ImportSheet(ctx context.Context, by Actor, c *models.Consultation, key string, columns map[string]string) (*Tried, error) {
	if err := by.need(KeyIn); err != nil {
		return nil, err
	}
	out, subs, err := s.readSheet(ctx, c, key, columns)
	if err != nil {
		return nil, err
	}
	if err := s.writeImport(ctx, by, c, subs, &out.Imported, nil); err != nil {
		return nil, err
	}
	s.wake()
	return out, s.removeFiles(ctx, []string{key})
}

// ForgetSheet deletes a spreadsheet that is held without importing it.
func (s *Service) ForgetSheet(ctx context.Context, by Actor, c *models.Consultation, key string) error {
	if err := by.need(KeyIn); err != nil {
		return err
	}
	if _, err := s.sheet(ctx, c, key); err != nil {
		return err
	}
	return s.removeFiles(ctx, []string{key})
}

// Mappings returns the columns that were kept for a consultation, by name.
func (s *Service) Mappings(ctx context.Context, by Actor, c *models.Consultation) ([]models.Mapping, error) {
	if err := by.need(KeyIn); err != nil {
		return nil, err
	}
	return s.store.Mappings(ctx, c.ID)
}

// SaveMapping keeps which column is what under a name, in place of what was kept
// under it before.
func (s *Service) SaveMapping(ctx context.Context, by Actor, c *models.Consultation, name string, columns map[string]string) error {
	if err := by.need(KeyIn); err != nil {
		return err
	}
	m := models.Mapping{ID: newID(10), Consultation: c.ID, Name: strings.TrimSpace(models.CleanText(name)), By: by.ID, Day: s.today(), Columns: columns}
	if err := m.Validate(); err != nil {
		return err
	}
	return s.store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.SaveMapping(ctx, m); err != nil {
			return err
		}
		return s.record(ctx, tx, by, "import.columns-kept", c.ID, c.ID, "")
	})
}

// readSheet makes submissions of the rows of a spreadsheet that is held, and
// says why it does not of some.
func (s *Service) readSheet(ctx context.Context, c *models.Consultation, key string, columns map[string]string) (*Tried, []numbered, error) {
	if err := keyable(c); err != nil {
		return nil, nil, err
	}
	records, err := s.sheet(ctx, c, key)
	if err != nil {
		return nil, nil, err
	}
	at := map[string]int{}
	asked := false
	var missing []models.FieldError
	for _, t := range targets(c) {
		name := columns[t.key]
		if name == "" {
			continue
		}
		if at[t.key] = slices.Index(records.Header, name); at[t.key] < 0 {
			missing = append(missing, models.FieldError{Field: t.key, Message: "The file has no such column. Choose another, or none"})
		}
		asked = asked || t.question != nil && !t.question.AboutYou
	}
	if !asked {
		missing = append(missing, models.FieldError{Message: "Choose at least one column that answers a question of the consultation"})
	}
	if len(missing) > 0 {
		return nil, nil, &models.Error{Kind: models.KindInvalid, Message: "The columns do not fit.", Fields: missing}
	}
	out, reader := &Tried{}, newRowReader(c, columns, at)
	out.Consultation = c
	var subs []numbered
	out.Refused, out.Rows = records.Each(func(line int, cells []string) string {
		sub, reason := s.rowSubmission(c, reader, line, cells, records.Whole(cells))
		if reason == "" {
			subs = append(subs, numbered{line, *sub})
			if c.EndedBefore(sub.Day) {
				out.Late++
			}
		}
		return reason
	})
	return out, subs, nil
}

// rowReader reads the cells of one row after the other.
type rowReader struct {
	columns map[string]string
	at      map[string]int
	lines   map[string]int // first line of each id
	copies  sources
	groups  map[string]string
	labels  map[string]map[string]string // question → label or id, in small letters → option
}

func newRowReader(c *models.Consultation, columns map[string]string, at map[string]int) *rowReader {
	r := &rowReader{columns: columns, at: at, lines: map[string]int{}, copies: sources{}, groups: map[string]string{}, labels: map[string]map[string]string{}}
	for _, g := range c.Groups {
		r.groups[strings.ToLower(g.ID)], r.groups[strings.ToLower(g.Name.Default())] = g.ID, g.ID
	}
	for _, q := range c.Questions {
		labels := map[string]string{}
		for _, o := range q.Options {
			labels[strings.ToLower(o.ID)] = o.ID
			for _, wording := range o.Text {
				labels[strings.ToLower(wording)] = o.ID
			}
		}
		r.labels[q.ID] = labels
	}
	return r
}

// cell returns what stands in the column that was chosen for key, "" where none
// was.
func (r *rowReader) cell(key string, cells []string) string {
	if i, ok := r.at[key]; ok {
		return cells[i]
	}
	return ""
}

// answer reads a cell as the answer to a question; expected is what should stand
// there when it cannot.
func (r *rowReader) answer(q *models.Question, cell string) (g models.Given, expected string) {
	labels := r.labels[q.ID]
	if id, ok := labels[strings.ToLower(cell)]; ok {
		return models.Given{Options: []string{id}}, ""
	}
	if !q.Closed() {
		if day := sheet.Day(cell); q.Type == models.TypeDate && day != "" {
			cell = day
		}
		return models.Given{Text: models.CleanText(cell)}, ""
	}
	for _, one := range strings.FieldsFunc(cell, func(r rune) bool { return r == ';' || r == '|' || r == '\n' }) {
		if one = strings.ToLower(strings.TrimSpace(one)); one == "" {
			continue
		}
		ids := withCommas(one, labels)
		if ids == nil {
			var names []string
			for _, o := range q.Options {
				names = append(names, "“"+o.Text.Default()+"”")
			}
			return g, strings.Join(names, ", ")
		}
		g.Options = append(g.Options, ids...)
	}
	return g, ""
}

// withCommas reads labels with commas between them, as some tools write several
// answers; a label may hold commas itself, so the longest that fits is taken. It
// returns nil when they cannot be read.
func withCommas(cell string, labels map[string]string) (ids []string) {
	for cell != "" {
		best, after := "", ""
		for label := range labels {
			if rest, found := strings.CutPrefix(cell, label); found && len(label) > len(best) {
				if rest = strings.TrimSpace(rest); rest == "" || rest[0] == ',' {
					best, after = label, strings.TrimSpace(strings.TrimPrefix(rest, ","))
				}
			}
		}
		if best == "" {
			return nil
		}
		ids, cell = append(ids, labels[best]), after
	}
	return ids
}

// What a column that stands for one box says, besides the wording of the box.
var (
	ticked   = []string{"1", "yes", "y", "true", "x", "selected", "checked", "ticked"}
	unticked = []string{"", "0", "no", "n", "false", "not selected", "unchecked", "not ticked"}
)

// boxes adds to an answer the boxes that have columns of their own; at is the key of
// the first that cannot be read, "" where all can. What stands in the column of a
// box that offers a line, and says nothing else, was written there.
func (r *rowReader) boxes(q *models.Question, cells []string, g *models.Given) (at string) {
	for _, o := range q.Options {
		key := models.BoxOf(q.ID, o.ID)
		cell := r.cell(key, cells)
		said := strings.ToLower(cell)
		is := r.labels[q.ID][said] == o.ID || slices.Contains(ticked, said)
		switch {
		case !is && slices.Contains(unticked, said):
			continue
		case !is && !o.WriteIn:
			return key
		case !is:
			if g.Text != "" {
				g.Text += "; "
			}
			g.Text += strings.ReplaceAll(models.CleanText(cell), "\n", " ")
		}
		if !slices.Contains(g.Options, o.ID) {
			g.Options = append(g.Options, o.ID)
		}
	}
	return ""
}

func (s *Service) rowSubmission(c *models.Consultation, r *rowReader, line int, cells, whole []string) (*models.Submission, string) {
	wrong := func(key, what string) string {
		if r.columns[key] == "" { // its boxes have columns of their own
			return fmt.Sprintf("question %s: %s", key, what)
		}
		return fmt.Sprintf("column “%s”: %s", r.columns[key], what)
	}
	keyed := models.KeyedAnswers{}
	for i := range c.Questions {
		q := &c.Questions[i]
		var g models.Given
		if cell := r.cell(q.ID, cells); cell != "" {
			var expected string
			if g, expected = r.answer(q, cell); expected != "" {
				return nil, wrong(q.ID, "expected "+expected+", several with a semicolon between them")
			}
		}
		if at := r.boxes(q, cells, &g); at != "" {
			return nil, wrong(at, "expected the wording of the box, yes or 1 where it is ticked, and no, 0 or nothing where it is not")
		}
		if !g.Empty() {
			keyed[q.ID] = models.KeyedAnswer{Given: g}
		}
	}
	form := &c.Paths[len(c.Paths)-1]
	if err := c.CheckKeyed(form, keyed, 0); err != nil {
		f := models.FieldsOf(err)[0] // CheckKeyed names at least one
		if f.Field == "" {
			return nil, "no question of the consultation is answered"
		}
		return nil, wrong(f.Field, f.Message)
	}
	taken, _ := without(c, form, keyed)
	sub := s.keyedSubmission(c, form, taken)
	sub.Day, sub.Channel = s.today(), models.ChannelImport
	if cell := r.cell(models.ColumnDay, cells); cell != "" {
		if sub.Day = sheet.Day(cell); sub.Day == "" {
			return nil, wrong(models.ColumnDay, "expected a day, for example 2026-10-05 or 05/10/2026")
		}
	}
	if cell := r.cell(models.ColumnChannel, cells); cell != "" {
		at := slices.IndexFunc(models.Channels, func(ch models.Channel) bool {
			return strings.EqualFold(cell, string(ch)) || strings.EqualFold(cell, ch.Name())
		})
		if at < 0 {
			var names []string
			for _, ch := range models.Channels {
				names = append(names, ch.Name())
			}
			return nil, wrong(models.ColumnChannel, "expected one of "+strings.Join(names, ", "))
		}
		sub.Channel = models.Channels[at]
	}
	if cell := r.cell(models.ColumnGroup, cells); cell != "" {
		id, ok := r.groups[strings.ToLower(cell)]
		if !ok {
			var names []string
			for _, g := range c.Groups {
				names = append(names, "“"+g.Name.Default()+"”")
			}
			return nil, wrong(models.ColumnGroup, "expected one of "+strings.Join(names, ", "))
		}
		sub.Groups = []string{id}
	}
	if id := r.cell(models.ColumnID, cells); id != "" {
		if first, again := r.lines[id]; again {
			return nil, wrong(models.ColumnID, fmt.Sprintf("it is the same as on line %d", first))
		}
		r.lines[id] = line
	}
	sub.Source = r.copies.source(r.cell(models.ColumnID, cells), whole)
	if c.EndedBefore(sub.Day) && c.Late == models.LateSetAside {
		sub.Status = models.SubmissionVoid
	}
	return &sub, ""
}
