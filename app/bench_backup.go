package app

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"heard/app/consult"
	"heard/app/measured"
	"heard/models"
)

// Evidence files of the measurement: a gigabyte, as pictures and their sealed
// originals are.
const (
	benchFiles    = 2048
	benchFileSize = 512 << 10 // bytes
)

// backup fills the portal with cmd.N answers and a gigabyte of files, backs it
// up, and puts the backup back into another folder, in SQLite.
func (cmd benchCommand) backup(r *run, a *App, c *models.Consultation, f *figures) error {
	subs := cmd.submissions(c)
	data := make([]byte, benchFileSize)
	for i := range min(benchFiles, len(subs)) { // fewer only for a trial
		_, _ = rand.Read(data) // which never fails; like what is sealed, it cannot be compressed
		key, err := a.files.Put(r.ctx, data)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(data)
		subs[i].Attachments = []models.Attachment{{Key: key, Kind: "JPEG", Size: benchFileSize, SHA256: hex.EncodeToString(sum[:])}}
	}
	if err := a.Service.Load(r.ctx, consult.Portal, subs); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "heard-bench-restored-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "backup")
	var took time.Duration
	peak := measured.Peak(func() {
		start := time.Now()
		err = publishFile(file, 0o600, func(w io.Writer) error {
			_, err := a.backup(r.ctx, w, keysBeside(file), true, func(key string) {})
			return err
		})
		took = time.Since(start)
	})
	if err != nil {
		return err
	}
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	f.add("files", float64(min(benchFiles, len(subs))*benchFileSize)/1e6, "MB")
	f.add("backup", took.Seconds(), "s")
	f.add("backup, peak memory", peak, "MB")
	f.add("backup, size", float64(info.Size())/1e6, "MB")
	start := time.Now()
	if _, err := checkBackup(file, keysBeside(file)); err != nil {
		return err
	}
	f.add("backup, checked", time.Since(start).Seconds(), "s")

	cfg := Config{Addr: a.Config.Addr, Data: filepath.Join(dir, "data"), ExitTo: a.Config.ExitTo, WordNet: "none"}
	if err := cfg.check(); err != nil {
		return err
	}
	if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
		return err
	}
	list, err := os.ReadFile(a.Config.erasuresFile())
	if err == nil {
		err = os.WriteFile(cfg.erasuresFile(), list, 0o600)
	}
	if err != nil {
		return err
	}
	other := &run{ctx: r.ctx, cfg: cfg, out: io.Discard, err: r.err}
	peak = measured.Peak(func() {
		start = time.Now()
		err = restoreCommand{File: file}.Run(other)
		took = time.Since(start)
	})
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	f.add("restore, with its index", took.Seconds(), "s")
	f.add("restore, peak memory", peak, "MB")
	return nil
}
