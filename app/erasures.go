package app

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"heard/app/consult"
	"heard/models"
	"heard/models/store"
)

// erasures is the list of submissions that were erased. It is a file outside the
// database and outside every backup, so that a database that was put back from
// one cannot bring back what people had erased since: before the portal does
// anything else, it erases again what the list names. Its first line names the
// list, every other one a submission and what became of it; ids are random and
// lead to nobody.
type erasures struct {
	name string
	id   string

	mu    sync.Mutex
	known map[string]models.SubmissionStatus
}

const erasuresHead = "heard erasures "

// readErasures reads the list in a file; errors.Is fs.ErrNotExist when there is
// none.
func readErasures(name string) (*erasures, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	e := &erasures{name: name, known: map[string]models.SubmissionStatus{}}
	lines := strings.Split(string(text), "\n")
	id, ok := strings.CutPrefix(lines[0], erasuresHead)
	if !ok || id == "" || len(lines) == 1 {
		return nil, fmt.Errorf("%s is not a list of erasures: expected a first line that begins %q", name, erasuresHead)
	}
	e.id = id
	for i, line := range lines[1:] {
		line, ended := strings.CutSuffix(line, ".")
		if !ended {
			continue // cut off while it was written; it is written again from the database
		}
		submission, status, ok := strings.Cut(line, " ")
		if !ok || submission == "" || status == "" {
			return nil, fmt.Errorf("%s, line %d: expected a submission and what became of it", name, i+2)
		}
		e.known[submission] = models.SubmissionStatus(status)
	}
	return e, nil
}

// newErasures makes an empty list, or reads the one that another process has just
// made.
func newErasures(name string) (*erasures, error) {
	id := strings.ToLower(rand.Text()) // in capitals it would look like the key of a file
	fresh := name + "." + id
	if err := writeWhole(fresh, 0o600, []byte(erasuresHead+id+"\n")); err != nil {
		return nil, err
	}
	err := os.Link(fresh, name)
	if errors.Is(err, fs.ErrExist) {
		err = nil
	}
	if err := errors.Join(err, os.Remove(fresh)); err != nil {
		return nil, err
	}
	return readErasures(name)
}

// list returns what the list names.
func (e *erasures) list() []models.Erasure {
	e.mu.Lock()
	defer e.mu.Unlock()
	all := make([]models.Erasure, 0, len(e.known))
	for id, status := range e.known {
		all = append(all, models.Erasure{Submission: id, Status: status})
	}
	return all
}

// add puts what is not yet there on the list; it is on the disk when add returns.
// Several processes may do so at once.
func (e *erasures) add(gone []models.Erasure) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	var b bytes.Buffer
	for _, g := range gone {
		if e.known[g.Submission] != g.Status {
			fmt.Fprintf(&b, "%s %s.\n", g.Submission, g.Status)
		}
	}
	if b.Len() == 0 {
		return nil
	}
	f, err := os.OpenFile(e.name, os.O_RDWR|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	text := b.Bytes()
	if size, err := f.Seek(0, io.SeekEnd); err == nil {
		last := []byte{'\n'}
		if _, err := f.ReadAt(last, size-1); err == nil && last[0] != '\n' {
			text = append([]byte{'\n'}, text...) // after a line that was cut off
		}
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	for _, g := range gone {
		e.known[g.Submission] = g.Status
	}
	return nil
}

// attachErasures finds the list that belongs to the database and makes one where
// neither has begun.
func attachErasures(ctx context.Context, s *store.Store, name string) (*erasures, error) {
	belongs, _, err := s.Portal(ctx)
	if err != nil {
		return nil, err
	}
	e, err := readErasures(name)
	switch missing := errors.Is(err, fs.ErrNotExist); {
	case missing && belongs == "":
		e, err = newErasures(name)
	case missing:
		return nil, fmt.Errorf("the list of erasures that belongs to this database is not at %s, so what people had erased since it was backed up could come back: put the list there, or name its place with --erasures. If it is lost, run heard erasures --begin-again", name)
	}
	if err != nil {
		return nil, fmt.Errorf("list of erasures: %w", err)
	}
	if belongs, err = s.ClaimPortal(ctx, e.id); err == nil && belongs != e.id {
		err = fmt.Errorf("the list of erasures at %s belongs to another database: put the right one there, or name its place with --erasures. If it is lost, move this one away and run heard erasures --begin-again", name)
	}
	return e, err
}

// keepErasures puts on the list which of the submissions were erased; without
// ids, all of them that the database knows of.
func (a *App) keepErasures(ctx context.Context, ids ...string) error {
	gone, err := a.Store.Erased(ctx, ids...)
	if err != nil {
		return err
	}
	return a.erasures.add(gone)
}

// noteErased is told by the store what was erased. What cannot be noted now is
// with the next sweep.
func (a *App) noteErased(ctx context.Context, ids []string) {
	if err := a.keepErasures(ctx, ids...); err != nil {
		a.log.Error("an erasure could not be put on the list of erasures; this is tried again every minute", "error", err)
	}
}

// replayErasures erases again what a restored database brought back.
func (a *App) replayErasures(ctx context.Context) error {
	n, err := a.Service.EraseAgain(ctx, a.erasures.list())
	if err != nil {
		return fmt.Errorf("what was erased before cannot be erased again: %w", err)
	}
	if n > 0 {
		a.log.Warn("the database held submissions that had been erased, as after a restore; they were erased again", "submissions", n)
	}
	return a.keepErasures(ctx)
}

// erasuresFile is where the list of erasures is.
func (c *Config) erasuresFile() string {
	if c.Erasures != "" {
		return c.Erasures
	}
	return filepath.Join(c.Data, "erasures")
}

type erasuresCommand struct {
	BeginAgain bool `help:"Make a new list from what the database itself knows, because the old one is lost. What was erased after the backup that the database came from, and before its keys were, counts as withdrawn."`
}

func (cmd erasuresCommand) Run(r *run) error {
	s, err := r.store()
	if err != nil {
		return err
	}
	defer s.Close()
	name := r.cfg.erasuresFile()
	var e *erasures
	if cmd.BeginAgain {
		if _, err := os.Stat(name); err == nil {
			return fmt.Errorf("%s is there: move it away first if it does not belong to this database", name)
		}
		if e, err = newErasures(name); err != nil {
			return err
		}
		if err := s.ReplaceErasures(r.ctx, e.id); err != nil {
			return err
		}
		gone, err := s.Erased(r.ctx)
		if err != nil {
			return err
		}
		// What was erased after the backup has no key any more.
		unopened, err := s.Unopened(r.ctx)
		if err != nil {
			return err
		}
		for _, id := range unopened {
			gone = append(gone, models.Erasure{Submission: id, Status: models.SubmissionWithdrawn})
		}
		if err := e.add(gone); err != nil {
			return err
		}
	} else if e, err = attachErasures(r.ctx, s, name); err != nil {
		return err
	}
	ids := make([]string, 0, len(e.known))
	for id := range e.known {
		ids = append(ids, id)
	}
	back, err := s.Unerased(r.ctx, ids)
	if err != nil {
		return err
	}
	fmt.Fprintf(r.out, "%d submissions on the list at %s, %d of them to be erased again when the portal starts.\n", len(ids), name, len(back))
	return nil
}

type eraseCommand struct {
	Code []string `arg:"" optional:"" help:"The twelve words of the receipt code. Without them they are read from standard input, where they leave no trace in the shell's history."`
}

func (cmd eraseCommand) Run(r *run) error {
	words := strings.Join(cmd.Code, " ")
	if words == "" {
		line, err := bufio.NewReader(io.LimitReader(os.Stdin, 4096)).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		words = line
	}
	return r.beside(func(a *App) error {
		sub, err := a.Service.Erase(r.ctx, consult.Portal, words)
		if err != nil {
			return err
		}
		said := "It is no longer counted."
		if sub.Status == models.SubmissionLive {
			said = "The analysis is frozen, so it goes on counting in totals that name nobody."
		}
		fmt.Fprintf(r.out, "What the submission said is erased. %s\nThe search index follows as soon as the portal runs. Backups from before still hold it until they are deleted; put back, it is erased again.\n", said)
		return nil
	})
}
