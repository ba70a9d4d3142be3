package app

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"
	"github.com/mattn/go-isatty"
	"github.com/schollz/progressbar/v3"

	"heard/app/consult"
	"heard/app/demo"
	"heard/app/evidence"
	"heard/app/ledger"
	"heard/app/print"
	"heard/app/redact"
	"heard/app/report"
	"heard/app/sheet"
	"heard/app/theme"
	"heard/models"
	"heard/models/store"
	"heard/views"
)

// Exit codes.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// Main is the program: it reads the command line, does what it says until ctx
// ends, and returns the exit code.
func Main(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) == 1 && args[0] == evidence.WorkerCommand {
		if evidence.Work(os.Stdin, stdout) != nil {
			return exitFailed // whoever started this knows no more than that
		}
		return exitDone
	}
	command, cfg, err := parse(args, stdout)
	if errors.Is(err, errShown) {
		return exitDone
	}
	if err == nil {
		err = command.Run(&run{ctx: ctx, cfg: *cfg, out: stdout, err: stderr})
	}
	if err == nil {
		return exitDone
	}
	if errors.Is(err, context.Canceled) {
		err = errors.New("stopped before it was done; run it again to go on")
	}
	fmt.Fprintf(stderr, "heard: %s\n", err)
	var usage usageError
	var parse *kong.ParseError
	if errors.As(err, &usage) || errors.As(err, &parse) || models.KindOf(err) == models.KindInvalid {
		return exitUsage
	}
	return exitFailed
}

// run is what every command works with.
type run struct {
	ctx      context.Context
	cfg      Config
	out, err io.Writer
}

// logger writes events with the day only: an exact time beside an event could
// be matched with somebody's visit.
func (r *run) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(r.err, &slog.HandlerOptions{ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey && len(groups) == 0 {
			return slog.String("day", a.Value.Time().UTC().Format(time.DateOnly))
		}
		return a
	}}))
}

// with opens the portal's parts, does something and closes them.
func (r *run) with(do func(a *App) error) (err error) {
	a, err := New(r.ctx, r.cfg, Options{Log: r.logger()})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close(r.ctx)) }()
	return do(a)
}

// beside does the same beside a portal that serves: without the search index,
// which that has open.
func (r *run) beside(do func(a *App) error) (err error) {
	a, err := New(r.ctx, r.cfg, Options{Log: r.logger(), beside: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close(r.ctx)) }()
	return do(a)
}

type serveCommand struct{}

func (serveCommand) Run(r *run) error {
	return r.with(func(a *App) error {
		token, err := a.Service.FirstUser(r.ctx)
		if err != nil {
			return err
		}
		if err := a.Start(r.ctx); err != nil {
			return err
		}
		fmt.Fprintf(r.out, "Heard is ready at %s (%s, data in %s).\n", a.URL(), a.Store.Backend(), r.cfg.Data)
		if token != "" {
			fmt.Fprintf(r.out, "Nobody can sign in yet. Create the first officer with this one-time link:\n  %s/staff/welcome?token=%s\n", a.address(), token)
		}
		fmt.Fprintln(r.out, "Stop with Ctrl-C.")
		return a.Run(r.ctx)
	})
}

// address is where people reach the portal.
func (a *App) address() string {
	if a.Config.URL != "" {
		return strings.TrimRight(a.Config.URL, "/")
	}
	return a.URL()
}

type demoCommand struct{}

func (demoCommand) Run(r *run) (err error) {
	dir, err := os.MkdirTemp("", "heard-demo-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	// Everything is thrown away at the end, so nothing but the address is taken
	// from the settings.
	r.cfg.Data, r.cfg.Database, r.cfg.Search, r.cfg.Files, r.cfg.Secret, r.cfg.Erasures = dir, "", "", "", "", ""
	r.cfg.ModelURL, r.cfg.ModelKey, r.cfg.ModelEmbed, r.cfg.ModelChat = "", "", "", ""
	r.cfg.SecondFactor, r.cfg.OIDCIssuer, r.cfg.OIDCClientID, r.cfg.OIDCClientSecret = "offered", "", "", ""
	if err := r.cfg.check(); err != nil {
		return err
	}
	return r.with(func(a *App) error {
		fmt.Fprintln(r.out, "Setting up the demonstration …")
		now := time.Now()
		officers, err := a.demoOfficers(r.ctx)
		if err != nil {
			return err
		}
		if err := a.earlierDemo(r.ctx, now, officers); err != nil {
			return err
		}
		c, err := a.fillDemo(r.ctx, demo.Over(now))
		if err != nil {
			return err
		}
		if err := a.checkDemo(r.ctx, c, officers); err != nil {
			return err
		}
		// What has closed is released to councillors.
		if err := a.Service.Move(r.ctx, consult.Portal, c, models.StatusClosed); err != nil {
			return err
		}
		form, err := a.openDemo(r.ctx, demo.Form, now)
		if err != nil {
			return err
		}
		if err := a.Drain(r.ctx); err != nil {
			return err
		}
		released, err := a.Store.Released(r.ctx, c.ID)
		if err != nil {
			return err
		}
		if err := a.writeDemo(r.ctx, c); err != nil {
			return err
		}
		a.Invented = true
		accounts, err := a.demoAccounts(r.ctx)
		if err != nil {
			return err
		}
		const unread = 7
		left, err := a.readDemo(r.ctx, c, officers, unread)
		if err != nil {
			return err
		}
		if err := a.Start(r.ctx); err != nil {
			return err
		}
		live, err := a.Service.Live(r.ctx, consult.Portal, c)
		if err != nil {
			return err
		}
		fmt.Fprintf(r.out, "\nThe demonstration is ready at %s\n\n", a.URL())
		fmt.Fprintf(r.out, "  %d invented submissions to %s (%s), which has closed.\n", live, c.Title.Default(), c.Council.Name)
		fmt.Fprintf(r.out, "  Two invented officers have checked what is taken out of them, and read all but %d of them; the analysis can be frozen once those are read, too.\n", left)
		fmt.Fprintf(r.out, "  Councillors can search the words of the %d who agreed to be quoted.\n  Everything is thrown away at the end.\n\n", len(released))
		fmt.Fprintf(r.out, "  Answer as a resident or a sex worker:  %s/%s\n", a.URL(), form.ID)
		fmt.Fprintf(r.out, "  Sign in as staff:                      %s/staff\n\n", a.URL())
		for _, u := range accounts {
			fmt.Fprintf(r.out, "  %-10s  %-28s  %s\n", u.role, u.email, u.password)
		}
		fmt.Fprintf(r.out, "\nOpen first, signed in as the officer:\n  %s/staff/%s/reading                 what is still to be read\n  %s/staff/%s/search?q=displacement   what people wrote\n  %s/staff/%s/themes                  what they say together\n  %s/staff/%s/findings                what the council finds in it\n  %s/staff/%s/report                  the draft report\n\nStop with Ctrl-C.\n",
			a.URL(), c.ID, a.URL(), c.ID, a.URL(), c.ID, a.URL(), c.ID, a.URL(), c.ID)
		return a.Run(r.ctx)
	})
}

// fillDemo stores the demonstration, opens it, and brings its index and themes
// up to date.
func (a *App) fillDemo(ctx context.Context, now time.Time) (*models.Consultation, error) {
	c, err := a.openDemo(ctx, demo.Consultation, now)
	if err != nil {
		return nil, err
	}
	subs, err := demo.Submissions(c, now)
	if err != nil {
		return nil, err
	}
	if err := a.Service.Load(ctx, consult.Portal, subs); err != nil {
		return nil, err
	}
	for _, answers := range demo.Equality(c) {
		if err := a.Store.SaveEquality(ctx, c.ID, answers); err != nil {
			return nil, err
		}
	}
	return c, a.Drain(ctx)
}

// earlierDemo brings in what the invented council asked before, and publishes its
// report, with which that of the demonstration is compared.
func (a *App) earlierDemo(ctx context.Context, now time.Time, officers []consult.Actor) error {
	c, source, err := demo.Earlier(demo.Over(now))
	if err != nil {
		return err
	}
	if c, err = a.Service.SaveConsultation(ctx, consult.Portal, c.ID+".yaml", source); err != nil {
		return err
	}
	for _, r := range demo.EarlierDuties(now) {
		if err := a.Service.RecordDuty(ctx, consult.Portal, c, r); err != nil {
			return err
		}
	}
	for _, to := range []models.Status{models.StatusOpen, models.StatusClosed, models.StatusFrozen} {
		if err := a.Service.Move(ctx, consult.Portal, c, to); err != nil {
			return err
		}
		if c, err = a.Service.Consultation(ctx, consult.Portal, c.ID); err != nil {
			return err
		}
		if to != models.StatusOpen {
			continue
		}
		if err := a.Service.Load(ctx, consult.Portal, demo.EarlierSubmissions(c)); err != nil {
			return err
		}
		if err := a.Drain(ctx); err != nil {
			return err
		}
		if _, err := a.readDemo(ctx, c, officers, 0); err != nil {
			return err
		}
	}
	if err := a.Service.ProposeReport(ctx, officers[0], c, ""); err != nil {
		return err
	}
	v, err := a.Service.Versions(ctx, officers[1], c)
	if err != nil {
		return err
	}
	return a.Service.PublishReport(ctx, officers[1], c, v.Proposal.Hash)
}

// writeDemo writes the findings, the sections and the figures of a population of
// the demonstration's report.
func (a *App) writeDemo(ctx context.Context, c *models.Consultation) error {
	themes, err := a.Store.Themes(ctx, c.ID)
	if err != nil {
		return err
	}
	for _, f := range demo.Findings(themes) {
		if err := a.Service.KeepFinding(ctx, consult.Portal, c, f); err != nil {
			return err
		}
	}
	for _, s := range demo.Sections(c) {
		if err := a.Service.KeepSection(ctx, consult.Portal, c, s); err != nil {
			return err
		}
	}
	for _, p := range demo.Population() {
		if err := a.Service.KeepPopulation(ctx, consult.Portal, c, p); err != nil {
			return err
		}
	}
	return nil
}

// openDemo stores one of the demonstration's consultations and opens it.
func (a *App) openDemo(ctx context.Context, read func(now time.Time) (*models.Consultation, []byte, error), now time.Time) (*models.Consultation, error) {
	c, source, err := read(now)
	if err != nil {
		return nil, err
	}
	if c, err = a.Service.SaveConsultation(ctx, consult.Portal, c.ID+".yaml", source); err != nil {
		return nil, err
	}
	if err := a.meetDuties(ctx, c, now); err != nil {
		return nil, err
	}
	if err := a.Service.Move(ctx, consult.Portal, c, models.StatusOpen); err != nil {
		return nil, err
	}
	return a.Service.Consultation(ctx, consult.Portal, c.ID)
}

// meetDuties puts on record what the invented council did before it opened one
// of its consultations, and whom it consulted.
func (a *App) meetDuties(ctx context.Context, c *models.Consultation, now time.Time) error {
	for _, r := range demo.Duties(c, now) {
		if err := a.Service.RecordDuty(ctx, consult.Portal, c, r); err != nil {
			return err
		}
	}
	if err := a.Service.SetTimeline(ctx, consult.Portal, c, demo.Timeline(c)); err != nil {
		return err
	}
	for _, e := range demo.Register(c, now) {
		if err := a.Service.KeepEntry(ctx, consult.Portal, c, e); err != nil {
			return err
		}
	}
	for _, r := range demo.Requests(c, now) {
		if _, err := a.Service.KeepRequest(ctx, consult.Portal, c, r); err != nil {
			return err
		}
	}
	if r := demo.Retention(c); r.Day != "" {
		return a.Service.SetRetention(ctx, consult.Portal, c, r)
	}
	return nil
}

type demoAccount struct {
	role            models.Role
	email, password string
}

// demoAccounts makes one account for each role, each with a password of its
// own for this run.
func (a *App) demoAccounts(ctx context.Context) ([]demoAccount, error) {
	var accounts []demoAccount
	for _, role := range models.Roles {
		code, err := ledger.NewCode(rand.Reader)
		if err != nil {
			return nil, err
		}
		u := demoAccount{role: role, email: string(role) + "@demo.example", password: strings.Join(strings.Fields(code.Words())[:4], "-")}
		token, err := a.Service.Invite(ctx, consult.Portal, u.email, role)
		if err != nil {
			return nil, err
		}
		if _, err := a.Service.Accept(ctx, token, "", u.password); err != nil {
			return nil, err
		}
		accounts = append(accounts, u)
	}
	return accounts, nil
}

// demoOfficers invents two officers, who cannot sign in.
func (a *App) demoOfficers(ctx context.Context) (officers []consult.Actor, err error) {
	for _, name := range []string{"ines.marlow", "joseph.adeyemi"} {
		token, err := a.Service.Invite(ctx, consult.Portal, name+"@demo.example", models.RoleOfficer)
		if err != nil {
			return nil, err
		}
		u, _, err := a.Service.Invited(ctx, token)
		if err != nil {
			return nil, err
		}
		officers = append(officers, consult.Actor{ID: u.ID, Role: u.Role})
	}
	return officers, nil
}

// checkDemo has the invented officers decide what is taken out of what came
// in, one of them first and the other where two have to.
func (a *App) checkDemo(ctx context.Context, c *models.Consultation, officers []consult.Actor) error {
	for {
		id, err := a.Service.NextRedaction(ctx, officers[0], c, false, "")
		if err != nil {
			return err
		}
		if id == "" {
			break
		}
		sheet, err := a.Service.Redactions(ctx, officers[0], c, id)
		if err != nil {
			return err
		}
		decisions := consult.RedactionDecisions{Version: sheet.Version, AcceptSure: true, LeaveDoubtful: true, Checked: true}
		for _, answer := range sheet.Answers {
			if answer.Pieces != nil {
				decisions.Mixes = append(decisions.Mixes, consult.MixChoice{Question: answer.Question, Do: string(models.RefusalOther), Note: "Nobody: it was invented."})
			}
			for _, it := range answer.Items {
				if it.Sure() && redact.Standpoint(answer.Text[it.Start:it.End]) {
					decisions.Choices = append(decisions.Choices, consult.RedactionChoice{Question: answer.Question, Start: it.Start, End: it.End, Do: string(models.RefusalStandpoint)})
				}
			}
		}
		if err := a.Service.Redact(ctx, officers[0], c, id, decisions); err != nil {
			return err
		}
	}
	for {
		id, err := a.Service.NextRedaction(ctx, officers[1], c, true, "")
		if err != nil || id == "" {
			return err
		}
		sheet, err := a.Service.Redactions(ctx, officers[1], c, id)
		if err != nil {
			return err
		}
		if err := a.Service.Redact(ctx, officers[1], c, id, consult.RedactionDecisions{Version: sheet.Version, Checked: true}); err != nil {
			return err
		}
	}
}

// readDemo has the invented officers read most of what came in, as they would: the
// oldest first, and some of it marked as rich in evidence, but for the last unread.
// It returns how many nobody has read.
func (a *App) readDemo(ctx context.Context, c *models.Consultation, readers []consult.Actor, unread int) (left int, err error) {
	live, err := a.Service.Live(ctx, consult.Portal, c)
	if err != nil {
		return 0, err
	}
	const rich = 15
	for i := range live - unread {
		by := readers[i%3/2] // one has more time for it than the other
		id, err := a.Service.NextToRead(ctx, by, c, "")
		if err != nil {
			return 0, err
		}
		work := consult.ReadingWork{Done: true}
		if i%rich == rich-1 {
			work.Rich = &work.Done
		}
		if err := a.Service.Read(ctx, by, c, id, work); err != nil {
			return 0, err
		}
	}
	return unread, nil
}

// columns are the flags that say how to read a CSV file.
type columns struct {
	Text  string `required:"" placeholder:"COLUMN" help:"Column with the words."`
	Group string `placeholder:"COLUMN" help:"Column with the respondent group."`
	ID    string `placeholder:"COLUMN" help:"Column with the id of the response."`
}

type importCommand struct {
	Consultation string `arg:"" help:"Id of the consultation. One is made when there is none."`
	File         string `arg:"" type:"existingfile" help:"CSV file: UTF-8, with a header row."`
	columns      `embed:""`
	Question     string `placeholder:"ID" help:"Question that the words answer. Default: the first whose words are themed."`
	Date         string `placeholder:"COLUMN" help:"Column with the day received."`
}

func (cmd importCommand) Run(r *run) error {
	f, err := os.Open(cmd.File)
	if err != nil {
		return err
	}
	defer f.Close()
	return r.with(func(a *App) error {
		bar := r.progress("Importing")
		start := time.Now()
		result, err := a.Service.Import(r.ctx, consult.Portal, cmd.Consultation, f, consult.ImportOptions{
			Columns:  sheet.Columns{Text: cmd.Text, Group: cmd.Group, Date: cmd.Date, ID: cmd.ID},
			Question: cmd.Question, Progress: bar.show})
		bar.done()
		if err != nil {
			return err
		}
		if result.Created {
			fmt.Fprintf(r.out, "Made the consultation %q: closed, its words may be quoted, every group counts as sensitive until you say otherwise in its settings.\n", result.Consultation.ID)
		}
		fmt.Fprintf(r.out, "%d rows: %d taken, %d already there, %d refused (%.1f s).\n", result.Rows, result.Taken, result.Known, len(result.Refused), time.Since(start).Seconds())
		for _, refusal := range result.Refused {
			fmt.Fprintf(r.out, "  line %d: %s\n", refusal.Line, refusal.Reason)
		}
		fmt.Fprintln(r.out, "Indexing and looking for themes …")
		if err := a.Drain(r.ctx); err != nil {
			return err
		}
		review, err := a.Service.Themes(r.ctx, consult.Portal, result.Consultation, 1)
		if err != nil {
			return err
		}
		fmt.Fprintf(r.out, "%d answers in words, %d themes, %d answers listed singly (%.1f s).\n", review.Answers, len(review.Themes), review.Once, time.Since(start).Seconds())
		return nil
	})
}

// bar is a progress bar, shown only where somebody is watching.
type bar struct {
	name string
	to   io.Writer
	bar  *progressbar.ProgressBar
}

func (r *run) progress(name string) *bar {
	b := &bar{name: name}
	if f, ok := r.err.(*os.File); ok && isatty.IsTerminal(f.Fd()) {
		b.to = f
	}
	return b
}

func (b *bar) show(done, of int) {
	if b.to == nil {
		return
	}
	if b.bar == nil {
		b.bar = progressbar.NewOptions(of, progressbar.OptionSetWriter(b.to), progressbar.OptionSetDescription(b.name), progressbar.OptionShowCount(), progressbar.OptionClearOnFinish())
	}
	_ = b.bar.Set(done) // a bar that cannot be drawn is no reason to stop
}

func (b *bar) done() {
	if b.bar != nil {
		_ = b.bar.Finish()
	}
}

type themesCommand struct {
	File    string `arg:"" type:"existingfile" help:"CSV file: UTF-8, with a header row."`
	columns `embed:""`
	K       int    `placeholder:"N" help:"Number of themes. Default: by the number of answers."`
	Seed    uint64 `default:"1" placeholder:"N" help:"The same seed gives the same themes."`
	Out     string `placeholder:"FILE" help:"Where to write the JSON. Default: standard output."`
}

func (cmd themesCommand) Run(r *run) error {
	docs, refused, err := readDocuments(cmd.File, cmd.columns)
	if err != nil {
		return err
	}
	r.report(refused)
	background, err := r.background(len(docs))
	if err != nil {
		return err
	}
	result := theme.Find(docs, theme.Options{K: cmd.K, Seed: cmd.Seed, Background: background, Vectors: r.vectors(docs)})
	return writeTo(cmd.Out, r.out, func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetIndent("", " ")
		e.SetEscapeHTML(false)
		return e.Encode(result)
	})
}

// vectors asks the optional language model for a vector of each text. Contact
// details are taken out before: nobody has looked at these texts. Where no model
// is set up or it fails there are none, and a line says why.
func (r *run) vectors(docs []theme.Document) [][]float32 {
	m, err := r.cfg.model()
	if err != nil || m == nil || m.EmbedName() == "" {
		return nil // faults in the settings were told at the start
	}
	var texts []string
	var of []int
	for i, d := range docs {
		if text := redact.Apply(d.Text, redact.Suggest(d.Text)); strings.TrimSpace(text) != "" {
			texts, of = append(texts, text), append(of, i)
		}
	}
	made, err := m.Embed(r.ctx, texts)
	if err != nil {
		fmt.Fprintf(r.err, "The language model at --model-url could not be used, because %s. The texts are grouped by their words alone.\n", err)
		return nil
	}
	vectors := make([][]float32, len(docs))
	for n, v := range made {
		vectors[of[n]] = v
	}
	return vectors
}

// report tells which rows were left out, and why.
func (r *run) report(refused []sheet.Refusal) {
	for _, refusal := range refused {
		fmt.Fprintf(r.err, "line %d: %s\n", refusal.Line, refusal.Reason)
	}
}

// readDocuments reads a CSV file of texts. Rows without an id are called by
// their number, r1 for the first.
func readDocuments(file string, c columns) ([]theme.Document, []sheet.Refusal, error) {
	s, err := readSheet(file, sheet.Columns{Text: c.Text, Group: c.Group, ID: c.ID})
	if err != nil {
		return nil, nil, err
	}
	docs := make([]theme.Document, 0, len(s.Rows))
	refused, lineOf := s.Refused, map[string]int{}
	for i, row := range s.Rows {
		id := row.ID
		if id == "" {
			id = fmt.Sprintf("r%d", i+1)
		}
		if first, again := lineOf[id]; again {
			refused = append(refused, sheet.Refusal{Line: row.Line, Reason: fmt.Sprintf("the id %q is already on line %d", sheet.Shorten(id), first)})
			continue
		}
		lineOf[id] = row.Line
		doc := theme.Document{ID: id, Text: row.Text, Quotable: true}
		if row.Group != "" {
			doc.Groups = []string{row.Group}
		}
		docs = append(docs, doc)
	}
	return docs, refused, nil
}

func readSheet(file string, c sheet.Columns) (*sheet.Sheet, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	s, err := sheet.Read(f, c)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return s, nil
}

func writeTo(file string, out io.Writer, write func(io.Writer) error) (err error) {
	if file == "" || file == "-" {
		return write(out)
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return write(f)
}

type codeCommand struct {
	File     string `arg:"" type:"existingfile" help:"CSV file of texts: UTF-8, with a header row."`
	columns  `embed:""`
	Frame    string `required:"" type:"existingfile" placeholder:"FILE" help:"The code frame: CSV with the columns theme, name, definition."`
	Examples string `type:"existingfile" placeholder:"FILE" help:"Texts that people have placed: CSV with the columns text, theme; one row per label, and an empty theme for a text that belongs in none."`
	Out      string `placeholder:"FILE" help:"Where to write the rows document,theme,score. Default: standard output."`
}

func (cmd codeCommand) Run(r *run) error {
	docs, refused, err := readDocuments(cmd.File, cmd.columns)
	if err != nil {
		return err
	}
	r.report(refused)
	rows, err := readTable(cmd.Frame, "theme", "name", "definition")
	if err != nil {
		return err
	}
	var frame []theme.Code
	for _, row := range rows {
		frame = append(frame, theme.Code{ID: row[0], Name: row[1], Definition: row[2]})
	}
	var examples []theme.Example
	if cmd.Examples != "" {
		if rows, err = readTable(cmd.Examples, "text", "theme"); err != nil {
			return err
		}
		for i, row := range rows {
			if row[1] != "" && !slices.ContainsFunc(frame, func(c theme.Code) bool { return c.ID == row[1] }) {
				return models.NewError(models.KindInvalid, fmt.Sprintf("%s, row %d: there is no theme %q in the code frame.", cmd.Examples, i+1, sheet.Shorten(row[1])))
			}
			examples = append(examples, theme.Example{Text: row[0], Theme: row[1]})
		}
	}
	background, err := r.background(len(docs))
	if err != nil {
		return err
	}
	placed := theme.Place(docs, frame, examples, background)
	return writeTo(cmd.Out, r.out, func(w io.Writer) error {
		out := csv.NewWriter(w)
		_ = out.Write([]string{"document", "theme", "score"}) // kept by the writer, see Error below
		for _, a := range placed {
			for _, t := range a.Themes {
				_ = out.Write([]string{a.Document, t.Theme, fmt.Sprintf("%.4f", t.Score)})
			}
		}
		out.Flush()
		return out.Error()
	})
}

// readTable reads the named columns of a small CSV file that people write by
// hand; any fault refuses the file.
func readTable(file string, names ...string) ([][]string, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, models.NewError(models.KindInvalid, fmt.Sprintf("%s cannot be read: %s.", file, err))
	}
	if len(all) == 0 {
		return nil, models.NewError(models.KindInvalid, fmt.Sprintf("%s is empty: expected the columns %s.", file, strings.Join(names, ", ")))
	}
	all[0][0] = strings.TrimPrefix(all[0][0], "\uFEFF")
	at := make([]int, len(names))
	for i, name := range names {
		if at[i] = slices.Index(all[0], name); at[i] < 0 {
			return nil, models.NewError(models.KindInvalid, fmt.Sprintf("%s has no column %q: expected %s.", file, name, strings.Join(names, ", ")))
		}
	}
	rows := make([][]string, 0, len(all)-1)
	for _, record := range all[1:] {
		row := make([]string, len(names))
		for i, j := range at {
			row[i] = record[j]
		}
		rows = append(rows, row)
	}
	return rows, nil
}

type reportCommand struct {
	Consultation string `arg:"" help:"Id of the consultation."`
	Format       string `required:"" enum:"html,docx,pdf,xlsx,csv,json,dictionary" help:"One of html, docx, pdf, xlsx, csv, json, dictionary. PDF needs Chromium or WeasyPrint."`
	Out          string `required:"" placeholder:"FILE" help:"Where to write it."`
}

func (cmd reportCommand) Run(r *run) error {
	return r.with(func(a *App) error {
		c, err := a.Service.Consultation(r.ctx, consult.Portal, cmd.Consultation)
		if err != nil {
			return err
		}
		var rep *models.Report
		if c.Status.AtLeast(models.StatusPublished) {
			rep, err = a.Service.Report(r.ctx, c)
		} else {
			if err = a.Drain(r.ctx); err == nil {
				rep, err = a.Service.DraftReport(r.ctx, consult.Portal, c)
			}
		}
		if err != nil {
			return err
		}
		// Nothing is written unless all of it can be.
		var file bytes.Buffer
		if rep.Published && cmd.Format == "json" { // byte for byte as it was published
			var data []byte
			data, err = a.Service.ReportFile(r.ctx, c, cmd.Format)
			file.Write(data)
		} else {
			err = a.writeReport(r.ctx, &file, c, rep, cmd.Format)
		}
		if err != nil {
			return err
		}
		if err := writeTo(cmd.Out, r.out, func(w io.Writer) error { _, err := file.WriteTo(w); return err }); err != nil {
			return err
		}
		say := r.out
		if cmd.Out == "-" {
			say = r.err // the report itself has standard output
		}
		roll := rep.RollCall
		fmt.Fprintf(say, "%d submissions: %d in %d themes, %d listed singly, %d answered by choosing only. Written to %s.\n",
			roll.Submissions, roll.InThemes, len(rep.Themes), roll.HeardOnce, roll.ClosedOnly, cmd.Out)
		return nil
	})
}

// writeReport writes a report in one of the formats of the report command.
func (a *App) writeReport(ctx context.Context, w io.Writer, c *models.Consultation, r *models.Report, format string) error {
	switch format {
	case "csv":
		return report.WriteCSV(w, r)
	case "json":
		return report.WriteJSON(w, r)
	case "xlsx":
		return report.WriteXLSX(w, r)
	case "dictionary":
		return report.WriteDictionary(w)
	}
	page := &views.ReportPage{Base: views.Base{Lang: c.Languages[0], Title: r.Title, Service: c.Council.Name, Invented: c.Invented}, Report: r, Draft: !r.Published, Status: c.Status}
	if format == "html" {
		return a.Views.RenderFile(w, page)
	}
	var alone bytes.Buffer
	if err := a.Views.RenderFile(&alone, page); err != nil {
		return err
	}
	if format == "docx" {
		return print.DOCX(w, &alone, print.About{Footer: page.Foot(), Day: r.Closed})
	}
	pdf, wanting, err := a.printer.PDF(ctx, alone.Bytes())
	if err != nil {
		return err
	}
	if len(wanting) > 0 {
		a.log.Warn("the PDF does not say that it is PDF/UA, because it is not", "wanting", strings.Join(wanting, "; "))
	}
	_, err = w.Write(pdf)
	return err
}

type verifyCommand struct {
	What   string `arg:"" type:"path" help:"A receipt file, or a folder with a published log."`
	Log    string `type:"existingdir" placeholder:"FOLDER" help:"The published log to check the receipt against."`
	Since  string `type:"existingfile" placeholder:"CHECKPOINT" help:"An earlier checkpoint: check that the log grew out of it, with nothing altered, moved or taken away."`
	Report string `type:"existingfile" placeholder:"FILE" help:"The published report as JSON: check that it is the one that was published, and that the log accounts for the same submissions."`
	Struck bool   `help:"Words were taken out of the report afterwards, as the portal's page on the version says: check it although its bytes are not those that were published."`
	Key    string `placeholder:"KEY" help:"Key that the log is signed with, as it was announced somewhere else. Default: the one that lies beside the log."`
}

func (cmd verifyCommand) Run(r *run) error {
	info, err := os.Stat(cmd.What)
	if err != nil {
		return usageError{err}
	}
	folder, receipt := cmd.What, ledger.Receipt{}
	if !info.IsDir() {
		if folder = cmd.Log; folder == "" {
			return usageError{errors.New("say with --log which folder holds the published log (its files checkpoint, leaves and key)")}
		}
		text, err := os.ReadFile(cmd.What)
		if err != nil {
			return err
		}
		if receipt, err = ledger.ParseReceipt(string(text)); err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(cmd.What), err)
		}
	}
	log, err := ledger.OpenLog(os.DirFS(folder), cmp.Or(cmd.Key, receipt.Key))
	if err != nil {
		return err
	}
	// Nothing is said before all of it holds.
	said := []string{fmt.Sprintf("The log is whole: %d entries, root %s, signed with %s.", log.Size, log.Root, log.Key)}
	if receipt.Consultation != "" {
		if err := log.CheckReceipt(receipt); err != nil {
			return err
		}
		said = append(said, fmt.Sprintf("The submission of this receipt is in the log of %s.", receipt.Consultation))
		if receipt.State != "" {
			said = append(said, fmt.Sprintf("So is what became of it: %s (%s).", receipt.State, receipt.Kind))
		}
	}
	for _, m := range log.Manifests {
		said = append(said, fmt.Sprintf("Version %d of the report, of %s: %d submissions = %d counted + %d not counted, each in the log once, in roll-call %d.", m.Edition, m.Day, m.Submissions, m.Counted, m.Uncounted, m.Roll))
	}
	if log.Texts > 0 {
		said = append(said, fmt.Sprintf("%d published texts are in the log as they were published.", log.Texts))
	}
	if cmd.Since != "" {
		text, err := os.ReadFile(cmd.Since)
		if err != nil {
			return err
		}
		if err := log.CheckSince(string(text)); err != nil {
			return err
		}
		said = append(said, "The log grew out of the earlier one, with nothing altered, moved or taken away.")
	}
	if cmd.Report != "" {
		data, err := os.ReadFile(cmd.Report)
		if err != nil {
			return err
		}
		whole := "It is the report that was published, byte for byte."
		err = log.CheckReport(data)
		if cmd.Struck && errors.Is(err, ledger.ErrAltered) {
			whole, err = "It is not the report that was published, byte for byte. That words were taken out, and nothing else changed, is what the portal says: compare the figures with a copy from before.", nil
		}
		if err != nil {
			return err
		}
		said = append(said, "The report names this log, and its roll-call equals the log's. "+whole)
	}
	fmt.Fprintln(r.out, strings.Join(said, "\n"))
	return nil
}

type logKeysCommand struct{}

func (logKeysCommand) Run(r *run) error {
	return r.beside(func(a *App) error {
		all, err := a.Service.Consultations(r.ctx, consult.Portal)
		for _, c := range all {
			fmt.Fprintln(r.out, a.Service.LogKey(c))
		}
		return err
	})
}

type userCommand struct {
	Add userAddCommand `cmd:"" help:"Create an account, or give one a new start, and print its one-time link."`
}

type userAddCommand struct {
	Email string      `arg:"" help:"Email address."`
	Role  models.Role `required:"" enum:"admin,officer,analyst,councillor,auditor" help:"One of admin, officer, analyst, councillor, auditor."`
	Only  []string    `placeholder:"ID" help:"The consultations that an officer, analyst or councillor sees, and no others. Default: all."`
}

func (cmd userAddCommand) Run(r *run) error {
	return r.with(func(a *App) error {
		token, err := a.Service.Invite(r.ctx, consult.Portal, cmd.Email, cmd.Role, cmd.Only...)
		if err != nil {
			return err
		}
		base := strings.TrimRight(r.cfg.URL, "/")
		if base == "" {
			base = "http://" + r.cfg.Addr
		}
		fmt.Fprintf(r.out, "Hand this one-time link to %s; it lets them choose a password:\n  %s/staff/welcome?token=%s\n", cmd.Email, base, token)
		return nil
	})
}

// store opens the database alone.
func (r *run) store() (*store.Store, error) {
	secret, err := r.cfg.pepper()
	if err != nil {
		return nil, err
	}
	s, err := store.Open(r.ctx, r.cfg.Database, store.Options{Secret: secret, Logger: r.logger()})
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	return s, nil
}

type migrateCommand struct{}

func (migrateCommand) Run(r *run) error {
	s, err := r.store()
	if err != nil {
		return err
	}
	fmt.Fprintf(r.out, "The database (%s) is at this version of the program.\n", s.Backend())
	return s.Close()
}

type reindexCommand struct{}

func (reindexCommand) Run(r *run) error {
	return r.with(func(a *App) error {
		start := time.Now()
		n, err := a.Service.Reindex(r.ctx)
		if err != nil {
			return err
		}
		fmt.Fprintf(r.out, "%d answers indexed (%.1f s).\n", n, time.Since(start).Seconds())
		return nil
	})
}

type healthyCommand struct{}

func (healthyCommand) Run(r *run) error {
	_, port, err := net.SplitHostPort(r.cfg.Addr)
	if err != nil {
		return usageError{fmt.Errorf("--addr: %w", err)}
	}
	ctx, cancel := context.WithTimeout(r.ctx, 3*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://127.0.0.1:"+port+"/readyz", nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("the portal answers %s", res.Status)
	}
	return nil
}
