package app

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/alecthomas/kong"

	"heard/app/consult"
	"heard/app/demo"
	"heard/app/measured"
	"heard/app/theme"
	"heard/app/theme/measure"
	"heard/models"
)

// benchCommand measures one part on texts that it makes up, in a throw-away
// folder. HEARD_DATABASE and HEARD_SEARCH choose what is measured. Themes and
// search can be measured on text that people have judged, too: that in the
// folder named by --data.
type benchCommand struct {
	Part   string `arg:"" enum:"intake,search,themes,report,redact,desk,backup" help:"One of intake, search, themes, report, redact, desk, backup. With --data, themes measures on the coded text in that folder, search on the Cranfield collection there, and redact on marked text."`
	N      int    `placeholder:"N" help:"How many made-up answers. Default: 10000, for search 100000."`
	Only   string `placeholder:"ROW" help:"For search, and for themes with --data: only the rows whose id starts with this, such as \"large\" or \"names-dev\"."`
	Engine string `enum:"both,embedded,meilisearch" default:"both" help:"For search: which engine is measured. Meilisearch is the server that --search names, or a program of that name on the PATH."`
	JSON   bool   `help:"Print JSON."`

	coded bool // --data was given on the command line
}

// AfterApply sees whether --data was typed. HEARD_DATA does not count: it names
// the portal's folder for every command.
func (cmd *benchCommand) AfterApply(k *kong.Context) error {
	for _, p := range k.Path {
		cmd.coded = cmd.coded || p.Flag != nil && p.Flag.Name == "data"
	}
	return nil
}

// madeUpAnswers is how many answers are made up when --n does not say.
const madeUpAnswers = 10_000

// figures are measurements, in the order they are printed.
type figures []figure

type figure struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
}

func (f *figures) add(name string, value float64, unit string) {
	*f = append(*f, figure{name, value, unit})
}

func (f *figures) latencies(name string, took []time.Duration) {
	slices.Sort(took)
	at := func(q float64) float64 { return took[int(q*float64(len(took)-1))].Seconds() * 1000 }
	f.add(name+" p50", at(0.5), "ms")
	f.add(name+" p99", at(0.99), "ms")
}

func (cmd benchCommand) Run(r *run) error {
	if cmd.N < 0 {
		return usageError{fmt.Errorf("--n: expected a number from 1")}
	}
	if cmd.Only != "" && cmd.Part != "search" && cmd.Part != "desk" && (cmd.Part != "themes" || !cmd.coded) {
		return usageError{fmt.Errorf("--only: chooses among the rows of \"bench search\" and \"bench themes --data FOLDER\", and the pages of \"bench desk\"")}
	}
	if cmd.Part == "search" {
		data := ""
		if cmd.coded {
			data = r.cfg.Data
		}
		return cmd.search(r, data, cmp.Or(cmd.N, searchAnswers))
	}
	cmd.N = cmp.Or(cmd.N, madeUpAnswers)
	if cmd.Part == "themes" && cmd.coded {
		return cmd.codedThemes(r)
	}
	if cmd.Part == "redact" {
		return cmd.redact(r)
	}
	if cmd.Part == "desk" {
		return r.scratch(os.Getenv("HEARD_SEARCH"), func(a *App, c *models.Consultation) error { return cmd.desk(r, a, c) })
	}
	if cmd.Part == "report" {
		return r.scratch(os.Getenv("HEARD_SEARCH"), func(a *App, c *models.Consultation) error { return cmd.report(r, a, c) })
	}
	var f figures
	f.add("answers", float64(cmd.N), "")
	var err error
	if cmd.Part == "themes" {
		cmd.themes(&f)
	} else {
		err = r.scratch(os.Getenv("HEARD_SEARCH"), func(a *App, c *models.Consultation) error {
			if cmd.Part == "backup" {
				return cmd.backup(r, a, c, &f)
			}
			return cmd.intake(r.ctx, a, c, &f)
		})
	}
	if err != nil {
		return err
	}
	return f.print(r.out, cmd.Part, cmd.JSON)
}

func (f figures) print(w io.Writer, part string, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(struct {
			Part    string  `json:"part"`
			CPUs    int     `json:"cpus"`
			Go      string  `json:"go"`
			Figures figures `json:"figures"`
		}{part, runtime.NumCPU(), runtime.Version(), f})
	}
	fmt.Fprintf(w, "%s (%d CPUs, %s)\n", part, runtime.NumCPU(), runtime.Version())
	for _, x := range f {
		fmt.Fprintf(w, "  %-28s %12.2f %s\n", x.Name, x.Value, x.Unit)
	}
	return nil
}

// scratch opens an empty portal with the demonstration's consultation, open
// for answers, in a folder that is removed afterwards. engine is its --search.
func (r *run) scratch(engine string, do func(*App, *models.Consultation) error) error {
	dir, err := os.MkdirTemp("", "heard-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	r.cfg.Data, r.cfg.Files, r.cfg.Secret, r.cfg.Erasures, r.cfg.Search = dir, "", "", "", engine
	r.cfg.Addr, r.cfg.SecondFactor = "127.0.0.1:0", "offered"
	if os.Getenv("HEARD_DATABASE") == "" {
		r.cfg.Database = ""
	}
	if err := r.cfg.check(); err != nil {
		return err
	}
	return r.with(func(a *App) error {
		if known, err := a.Service.Consultations(r.ctx, consult.Portal); err != nil || len(known) > 0 {
			return errors.Join(err, usageError{fmt.Errorf("%s holds consultations: measure with an empty database", a.Store.Backend())})
		}
		c, source, err := demo.Consultation(time.Now())
		if err != nil {
			return err
		}
		if c, err = a.Service.SaveConsultation(r.ctx, consult.Portal, c.ID+".yaml", source); err != nil {
			return err
		}
		if err := a.meetDuties(r.ctx, c, time.Now()); err != nil {
			return err
		}
		if err := a.Service.Move(r.ctx, consult.Portal, c, models.StatusOpen); err != nil {
			return err
		}
		c.Status = models.StatusOpen
		return do(a, c)
	})
}

// intake sends responses from 8 people at a time, each through a draft as the
// form does, and waits for the receipt.
func (cmd benchCommand) intake(ctx context.Context, a *App, c *models.Consultation, f *figures) error {
	texts := madeUp(cmd.N, 1)
	took := make([]time.Duration, cmd.N)
	next := make(chan int)
	var group sync.WaitGroup
	var failed sync.Map
	start := time.Now()
	for range 8 {
		group.Go(func() {
			for i := range next {
				key := consult.NewDraftKey()
				d := &consult.Draft{Consultation: c.ID, Language: "en", Answers: models.Answers{
					"A1": {Options: []string{"self"}}, "A2": {Options: []string{"live_here"}}, "C6": {Text: texts[i]}}}
				err := a.Service.SaveDraft(ctx, key, d)
				sent := time.Now()
				if err == nil {
					err = a.Service.Submit(ctx, key, c, consult.Proof{})
				}
				took[i] = time.Since(sent)
				if err != nil {
					failed.Store(i, err)
				}
			}
		})
	}
	for i := range cmd.N {
		next <- i
	}
	close(next)
	group.Wait()
	total := time.Since(start)
	for _, err := range failed.Range {
		return err.(error)
	}
	f.add("stored and receipted", float64(cmd.N)/total.Seconds(), "a second")
	f.latencies("send", took)
	return nil
}

func (cmd benchCommand) themes(f *figures) {
	docs := make([]theme.Document, cmd.N)
	for i, text := range madeUp(cmd.N, 1) {
		docs[i] = theme.Document{ID: fmt.Sprintf("r%d", i+1), Text: text, Quotable: true}
	}
	var result theme.Result
	var took time.Duration
	peak := measured.Peak(func() {
		start := time.Now()
		result = theme.Find(docs, theme.Options{Seed: 1})
		took = time.Since(start)
	})
	f.add("time", took.Seconds(), "s")
	f.add("themes", float64(len(result.Themes)), "")
	f.add("listed singly", float64(len(result.Unthemed)), "")
	f.add("peak memory", peak, "MB")
}

// codedThemes prints the table of measurements on coded text: every figure
// with its goal, row by row as they are done, or all of it as JSON.
func (cmd benchCommand) codedThemes(r *run) error {
	cfg := measure.Whole(r.cfg.Data)
	cfg.Only = cmd.Only
	background, err := r.background(0)
	if err != nil {
		return err
	}
	cfg.Background = background
	with := "no dictionary"
	if background != nil {
		with = background.Name + " where answers are few"
	}
	return cmd.table(r, with, func(report func(measured.Row) error) error { return measure.Run(r.ctx, cfg, report) })
}

// table prints the rows that run reports as they are done, each figure beside
// its goal, or all of them as JSON.
func (cmd benchCommand) table(r *run, with string, run func(report func(measured.Row) error) error) error {
	machine := measured.ThisMachine(with)
	var rows []measured.Row
	report := func(row measured.Row) error { rows = append(rows, row); return nil }
	if !cmd.JSON {
		if err := machine.Print(r.out); err != nil {
			return err
		}
		report = func(row measured.Row) error { rows = append(rows, row); return row.Print(r.out) }
	}
	if err := run(report); err != nil {
		return err
	}
	if len(rows) == 0 {
		return usageError{fmt.Errorf("--only: no row has an id that starts with %q", cmd.Only)}
	}
	if !cmd.JSON {
		return nil
	}
	e := json.NewEncoder(r.out)
	e.SetIndent("", "  ")
	return e.Encode(struct {
		Part string `json:"part"`
		measured.Machine
		Rows []measured.Row `json:"rows"`
	}{cmd.Part, machine, rows})
}

// submissions makes up cmd.N residents' responses.
func (cmd benchCommand) submissions(c *models.Consultation) []models.Submission {
	random := rand.New(rand.NewPCG(3, 3))
	agree := c.Question("C1").Options
	subs := make([]models.Submission, cmd.N)
	for i, text := range madeUp(cmd.N, 1) {
		group := c.Groups[random.IntN(len(c.Groups))].ID
		subs[i] = models.Submission{Consultation: c.ID, FormVersion: c.Version, Day: "2026-10-01", Channel: models.ChannelWeb, Language: "en",
			Path: "person", Groups: []string{group}, Consents: []models.Consent{models.ConsentQuote}, Status: models.SubmissionLive,
			Answers: []models.Answer{{Question: "C1", Options: []string{agree[random.IntN(len(agree))].ID}}, {Question: "C6", Text: text}}}
	}
	return subs
}

var vocabulary = strings.Fields(`street lighting patrol fine outreach shelter noise night corner school shop customers
	police council safety women men residents visitors cars parking litter needles park bins bus station market rules order
	support health housing advice money displacement darkness evening weekend morning neighbours children prayer church mosque
	cameras warden court charge warning evidence respect dignity trust listening meeting leaflet language worker manager
	landlord tenant alley bridge canal towpath garden playground library clinic drugs alcohol violence harassment shouting
	whistle following fear confidence sleep windows doors rubbish cleaning repair charity volunteer training courses buyers`)

// madeUp returns n texts of 8 to 60 words in which some words go together, so
// that there is something to find.
func madeUp(n int, seed uint64) []string {
	random := rand.New(rand.NewPCG(seed, seed))
	const topics = 24
	texts := make([]string, n)
	for i := range texts {
		topic := random.IntN(topics)
		words := make([]string, 8+random.IntN(52))
		for j := range words {
			if random.IntN(3) > 0 {
				words[j] = vocabulary[(topic*4+random.IntN(6))%len(vocabulary)]
			} else {
				words[j] = vocabulary[random.IntN(len(vocabulary))]
			}
		}
		texts[i] = strings.Join(words, " ") + "."
	}
	return texts
}
