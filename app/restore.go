package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"time"

	"heard/models/store"
)

type restoreCommand struct {
	File         string `arg:"" type:"existingfile" help:"The backup."`
	Keys         string `placeholder:"FILE" help:"The newest file of keys; heard.keys beside the backup unless told otherwise."`
	Check        bool   `help:"Only check that the backup is whole."`
	LostErasures bool   `help:"The list of erasures is lost: begin a new one. What people had erased after this backup comes back."`
}

func (cmd restoreCommand) Run(r *run) error {
	start := time.Now()
	if cmd.Keys == "" {
		cmd.Keys = keysBeside(cmd.File)
	}
	b, err := checkBackup(cmd.File, cmd.Keys)
	if err != nil {
		return err
	}
	if cmd.Check {
		fmt.Fprintf(r.out, "The backup is whole: %d entries, taken on %s from %s; every log has its root (%.1f s).\n", b.entries, b.Day, b.From, time.Since(start).Seconds())
		return nil
	}
	if err := os.MkdirAll(r.cfg.Data, 0o700); err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	if err := r.cfg.restoreSecret(b); err != nil {
		return err
	}
	if err := r.cfg.restoreErasures(b, cmd.LostErasures); err != nil {
		return err
	}
	if err := r.restoreFiles(cmd.File); err != nil {
		return err
	}
	secret, err := r.cfg.pepper()
	if err != nil {
		return err
	}
	if err := store.Restore(r.ctx, r.cfg.Database, b.Version, parts(cmd.File, b.keys), store.Options{Secret: secret, Logger: r.logger()}); err != nil {
		return err
	}
	if cmd.LostErasures {
		if err := (erasuresCommand{BeginAgain: true}).Run(r); err != nil {
			return err
		}
	}
	// Opening it erases again what was erased since.
	err = r.beside(func(a *App) error {
		is, err := logsOf(r.ctx, a.Store)
		if err != nil {
			return err
		}
		if is.String() != b.logs.String() {
			return errors.New("the logs of the restored database do not have the roots they were backed up with: do not use it")
		}
		n := 0
		for _, state := range is {
			n += state.size
		}
		fmt.Fprintf(r.out, "Restored what was backed up on %s: %d submissions in %d consultations, every log with its root (%.1f s).\n", b.Day, n, len(is), time.Since(start).Seconds())
		return writeWhole(a.Config.checkpointsFile(), 0o600, []byte(is.String()))
	})
	if err != nil {
		return err
	}
	if err := (reindexCommand{}).Run(r); err != nil {
		fmt.Fprintf(r.err, "The search index could not be built: %s. Run heard reindex before people search.\n", err)
	}
	return nil
}

// restoreSecret makes sure that the secret is there that the backup was made
// with. Without it the portal would make a new one, and no receipt code would
// lead anywhere.
func (c *Config) restoreSecret(b *backup) error {
	_, err := os.Stat(c.secretFile())
	switch {
	case c.Secret != "" || err == nil:
	case !errors.Is(err, fs.ErrNotExist):
		return err
	case b.secret == nil:
		return fmt.Errorf("the backup does not hold the portal's secret, and there is none at %s: put it there, or set HEARD_SECRET", c.secretFile())
	default:
		if err := writeWhole(c.secretFile(), 0o600, b.secret); err != nil {
			return err
		}
	}
	pepper, err := c.pepper()
	if err != nil {
		return err
	}
	return store.CheckMark(b.mark, pepper)
}

// restoreErasures makes sure that what was erased after the backup is known.
func (c *Config) restoreErasures(b *backup, lost bool) error {
	e, err := readErasures(c.erasuresFile())
	switch {
	case lost && err == nil:
		return fmt.Errorf("there is a list of erasures at %s: leave out --lost-erasures, or move the list away", c.erasuresFile())
	case lost, err == nil && e.id == b.erasures:
		return nil
	case err == nil:
		return fmt.Errorf("the list of erasures at %s belongs to another database than this backup", c.erasuresFile())
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("there is no list of erasures at %s, so what people had erased after this backup would come back: put the list of the portal that was backed up there, or name its place with --erasures. If it is lost, say so with --lost-erasures", c.erasuresFile())
	}
	return err
}

// restoreFiles puts the evidence files of a backup back.
func (r *run) restoreFiles(backup string) (err error) {
	files, err := openFiles(r.ctx, r.cfg.Files)
	if err != nil {
		return fmt.Errorf("evidence files: %w", err)
	}
	defer func() { err = errors.Join(err, files.Close()) }()
	for e, err := range entries(backup) {
		if err != nil {
			return err
		}
		if key, ok := strings.CutPrefix(e.name, backupFiles); ok {
			if err := files.PutBack(r.ctx, key, e.data); err != nil {
				return err
			}
		}
	}
	return nil
}

// parts are the rows in a backup and in the file of its keys, "" where it has
// none.
func parts(backup, keys string) iter.Seq2[store.Part, error] {
	return func(yield func(store.Part, error) bool) {
		for _, file := range []string{backup, keys} {
			if file == "" {
				continue
			}
			for e, err := range entries(file) {
				if part, ok := e.part(); (ok || err != nil) && !yield(part, err) {
					return
				}
			}
		}
	}
}

// checkpointsFile is where the logs are noted as they were last seen, outside the
// database and its backups.
func (c *Config) checkpointsFile() string { return filepath.Join(c.Data, "checkpoints") }

// checkLogs refuses a database whose logs are not what this portal has shown
// before: shorter, as after a copy from earlier was put in its place, or altered.
func (a *App) checkLogs(ctx context.Context) error {
	text, err := os.ReadFile(a.Config.checkpointsFile())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	shown, err := parseLogs(string(text))
	if err != nil {
		return fmt.Errorf("%s: %w", a.Config.checkpointsFile(), err)
	}
	for id, was := range shown {
		leaves, err := a.Store.Leaves(ctx, id)
		if err != nil {
			return err
		}
		switch {
		case len(leaves) < was.size:
			err = fmt.Errorf("the log of %s had %d submissions and now has %d", id, was.size, len(leaves))
		case rootOf(leaves[:was.size]) != was.root:
			err = fmt.Errorf("the log of %s is not the one that was shown before", id)
		default:
			continue
		}
		return fmt.Errorf("%w: the database was altered, or put back from an earlier copy. Put the right one in its place. If it was put back on purpose, and what came in since is lost, remove %s and start again", err, a.Config.checkpointsFile())
	}
	return nil
}

// noteLogs notes the logs as they are, when they have grown.
func (a *App) noteLogs(ctx context.Context) error {
	sizes, err := a.Store.LogSizes(ctx)
	if err != nil || fmt.Sprint(sizes) == a.noted {
		return err
	}
	is, err := logsOf(ctx, a.Store)
	if err != nil {
		return err
	}
	if err := writeWhole(a.Config.checkpointsFile(), 0o600, []byte(is.String())); err != nil {
		return err
	}
	a.noted = fmt.Sprint(sizes)
	return nil
}
