package app

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"heard/app/evidence"
	"heard/app/ledger"
	"heard/models"
	"heard/models/store"
)

// A backup is a gzipped tar with, in this order,
//
//	heard.json         what it is: format, version of the tables, day
//	rows/000001-NAME   the tables, in parts of about a megabyte (store.Part)
//	files/KEY          the evidence files, as they are kept
//	logs               each consultation's log: id, size and root
//	secret             the portal's secret, if it was asked for
//	SHA256SUMS         the hash of every entry before, as sha256sum -c reads it
//
// It is written and read as a stream. A backup without its last entry is none.
//
// The keys that open what respondents wrote are in an archive of their own, which
// has heard.json, rows and SHA256SUMS. The newest one opens every earlier backup,
// but for what was erased since; so only the newest is kept.
const (
	backupHead   = "heard.json"
	backupRows   = "rows/"
	backupFiles  = "files/"
	backupLogs   = "logs"
	backupSecret = "secret"
	backupSums   = "SHA256SUMS"

	backupFormat = 2 // in 1, what respondents wrote was not sealed, and there were no keys

	keysName = "heard.keys"
)

// backupInfo is the first entry of a backup.
type backupInfo struct {
	Format  int    `json:"format"`
	Version int64  `json:"tables"` // number of the last migration
	Day     string `json:"day"`    // on which it was taken
	From    string `json:"from"`   // the database and its version
}

type backupCommand struct {
	File       string `arg:"" help:"Where to write the backup; it takes the place of one of that name only once it is whole. - is standard output."`
	Keys       string `placeholder:"FILE" help:"Where to write the keys that open what respondents wrote; heard.keys beside the backup unless told otherwise. Keep the newest only: it opens every earlier backup, and nothing that was erased since."`
	WithSecret bool   `help:"Put the portal's secret into the backup, too. Without it, keep the secret somewhere else: nothing sealed can be opened and no receipt code found without it. With it, whoever has the backup can do both."`
}

func (cmd backupCommand) Run(r *run) error {
	keys := cmd.Keys
	if keys == "" {
		if cmd.File == "-" {
			return usageError{errors.New("say with --keys where to write the keys")}
		}
		keys = keysBeside(cmd.File)
	}
	return r.beside(func(a *App) error {
		start, say := time.Now(), r.out
		var size int64
		write := func(w io.Writer) (err error) {
			size, err = a.backup(r.ctx, w, keys, cmd.WithSecret, func(missing string) {
				fmt.Fprintf(r.err, "An evidence file that the database names is not there, as when its submission was withdrawn meanwhile: %s\n", missing)
			})
			return err
		}
		var err error
		if cmd.File == "-" {
			say = r.err
			err = write(r.out)
		} else {
			err = publishFile(cmd.File, 0o600, write)
		}
		if err != nil {
			return err
		}
		fmt.Fprintf(say, "Backed up (%.1f MB before it is compressed, %.1f s). The keys that open it are in %s: keep the newest only, and not where the backups are.\n", float64(size)/1e6, time.Since(start).Seconds(), keys)
		if !cmd.WithSecret {
			fmt.Fprintln(say, "The portal's secret is not in it: keep that somewhere else. Nor is the list of erasures, which stays with the portal.")
		}
		return nil
	})
}

// keysBeside is where the keys are unless told otherwise.
func keysBeside(backup string) string { return filepath.Join(filepath.Dir(backup), keysName) }

// fileKey finds what may be the key of an evidence file in the rows of a table,
// whichever column it stands in.
var fileKey = regexp.MustCompile(`"([A-Z2-7]{26,64})\\?"`)

// backup writes a backup of what the portal holds at this moment, its keys into a
// file of their own, and returns its size before compression, in bytes. People
// can go on sending. missing is told the keys of files that are not there.
func (a *App) backup(ctx context.Context, to io.Writer, keys string, withSecret bool, missing func(key string)) (size int64, err error) {
	w, err := newArchive(to)
	if err != nil {
		return 0, err
	}
	named, err := a.backupDatabase(ctx, w, keys)
	if err != nil {
		return 0, err
	}
	for _, key := range named {
		data, err := a.files.Get(ctx, key)
		if errors.Is(err, evidence.ErrNotFound) {
			missing(key)
			continue
		}
		if err != nil {
			return 0, err
		}
		if err := w.add(backupFiles+key, data); err != nil {
			return 0, err
		}
	}
	if withSecret {
		secret, err := a.Config.pepper()
		if err != nil {
			return 0, err
		}
		if err := w.add(backupSecret, append(secret, '\n')); err != nil {
			return 0, err
		}
	}
	return w.size, w.end()
}

// backupDatabase writes the database, and its keys into a file, and returns the
// keys of its evidence files.
func (a *App) backupDatabase(ctx context.Context, w *archiveWriter, keysFile string) (named []string, err error) {
	snapshot, err := a.Store.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, snapshot.Close()) }()
	info := backupInfo{backupFormat, snapshot.Version, time.Now().UTC().Format(time.DateOnly), a.Store.Backend()}
	head, err := json.MarshalIndent(info, "", "  ")
	if err != nil {
		return nil, err
	}
	// The keys first: with newer ones, what there is of earlier backups still opens.
	err = publishFile(keysFile, 0o600, func(to io.Writer) error {
		w, err := newArchive(to)
		if err != nil {
			return err
		}
		if err := w.addRows(head, snapshot.Keys(ctx), func([]byte) {}); err != nil {
			return err
		}
		return w.end()
	})
	if err != nil {
		return nil, err
	}
	err = w.addRows(head, snapshot.Parts(ctx), func(lines []byte) {
		for _, m := range fileKey.FindAllSubmatch(lines, -1) {
			named = append(named, string(m[1]))
		}
	})
	if err != nil {
		return nil, err
	}
	slices.Sort(named)
	logs, err := logsOf(ctx, snapshot.Store)
	if err != nil {
		return nil, err
	}
	return slices.Compact(named), w.add(backupLogs, []byte(logs.String()))
}

// archiveWriter writes the entries of a backup.
type archiveWriter struct {
	zip  *gzip.Writer
	tar  *tar.Writer
	sums bytes.Buffer
	size int64
}

func newArchive(to io.Writer) (*archiveWriter, error) {
	// Most of it is sealed or compressed already.
	zip, err := gzip.NewWriterLevel(to, gzip.BestSpeed)
	if err != nil {
		return nil, err
	}
	return &archiveWriter{zip: zip, tar: tar.NewWriter(zip)}, nil
}

// addRows writes the first entry and the rows of a database, each part of which
// is shown to look.
func (w *archiveWriter) addRows(head []byte, parts iter.Seq2[store.Part, error], look func(lines []byte)) error {
	if err := w.add(backupHead, append(head, '\n')); err != nil {
		return err
	}
	number := 0
	for part, err := range parts {
		if err != nil {
			return err
		}
		number++
		if err := w.add(fmt.Sprintf("%s%06d-%s", backupRows, number, part.Table), part.Lines); err != nil {
			return err
		}
		look(part.Lines)
	}
	return nil
}

// end writes the last entry.
func (w *archiveWriter) end() error {
	if err := w.add(backupSums, w.sums.Bytes()); err != nil {
		return err
	}
	return errors.Join(w.tar.Close(), w.zip.Close())
}

func (w *archiveWriter) add(name string, data []byte) error {
	sum := sha256.Sum256(data)
	fmt.Fprintf(&w.sums, "%x  %s\n", sum, name)
	w.size += int64(len(data))
	if err := w.tar.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(data)), Format: tar.FormatPAX}); err != nil {
		return err
	}
	_, err := w.tar.Write(data)
	return err
}

// logs is how the logs stand, by consultation.
type logs map[string]logState

type logState struct {
	size int
	root string
}

func logsOf(ctx context.Context, s *store.Store) (logs, error) {
	all, err := s.Consultations(ctx)
	if err != nil {
		return nil, err
	}
	l := logs{}
	for _, c := range all {
		leaves, err := s.Leaves(ctx, c.ID)
		if err != nil {
			return nil, err
		}
		l[c.ID] = logState{len(leaves), rootOf(leaves)}
	}
	return l, nil
}

func rootOf(leaves [][]byte) string {
	hashes := make([]ledger.Hash, len(leaves))
	for i, leaf := range leaves {
		hashes[i] = ledger.Hash(leaf)
	}
	return ledger.Root(hashes).String()
}

// String is a line for each consultation: id, size, root.
func (l logs) String() string {
	var lines []string
	for id, state := range l {
		lines = append(lines, fmt.Sprintf("%s %d %s\n", id, state.size, state.root))
	}
	slices.Sort(lines)
	return strings.Join(lines, "")
}

func parseLogs(text string) (logs, error) {
	l := logs{}
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) != 3 {
			return nil, errors.New("expected lines with a consultation, the size of its log and the root")
		}
		size, err := strconv.Atoi(fields[1])
		if err != nil {
			return nil, errors.New("expected the size of a log as a number")
		}
		l[fields[0]] = logState{size, fields[2]}
	}
	return l, nil
}

// errBackup is a fault of a backup.
func errBackup(what string) error {
	return models.NewError(models.KindInvalid, "This is no whole backup: "+what+".")
}

// entries reads the entries of a backup, one after the other, and checks each
// against its hash at the end.
func entries(file string) iter.Seq2[entry, error] {
	return func(yield func(entry, error) bool) {
		f, err := os.Open(file)
		if err != nil {
			yield(entry{}, err)
			return
		}
		defer f.Close()
		zip, err := gzip.NewReader(f)
		if err != nil {
			yield(entry{}, errBackup("it is not compressed as one"))
			return
		}
		archive := tar.NewReader(zip)
		var sums bytes.Buffer
		for {
			h, err := archive.Next()
			if err != nil {
				yield(entry{}, errBackup("it ends too soon or is damaged"))
				return
			}
			if h.Typeflag != tar.TypeReg || h.Size > maxEntry && h.Name != backupSums {
				yield(entry{}, errBackup("it holds something else"))
				return
			}
			data, err := io.ReadAll(archive)
			if err != nil {
				yield(entry{}, errBackup("it ends too soon or is damaged"))
				return
			}
			if h.Name == backupSums {
				if !bytes.Equal(data, sums.Bytes()) {
					yield(entry{}, errBackup("what it holds is not what was put in"))
				} else if _, err := io.Copy(io.Discard, zip); err != nil { // to the checksum of the whole
					yield(entry{}, errBackup("it is damaged"))
				}
				return
			}
			fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(data), h.Name)
			if !yield(entry{h.Name, data}, nil) {
				return
			}
		}
	}
}

// maxEntry is the most that one entry but the sums may hold, in bytes.
const maxEntry = 256 << 20

type entry struct {
	name string
	data []byte
}

// part returns the rows that an entry holds, if it does.
func (e entry) part() (store.Part, bool) {
	name, ok := strings.CutPrefix(e.name, backupRows)
	_, table, numbered := strings.Cut(name, "-")
	return store.Part{Table: table, Lines: e.data}, ok && numbered
}

// backup is what there is to know of a backup before it is used.
type backup struct {
	backupInfo
	entries        int
	logs           logs
	erasures, mark string // what its database belongs to, see store.Portal
	secret         []byte // nil when it is not in it
	keys           string // file of the keys that open it, "" when it is not sealed
}

// checkBackup reads a whole backup and its keys: that nothing of them is missing
// or altered, and that each log has the root it was taken with.
func checkBackup(file, keys string) (*backup, error) {
	var b backup
	leaves := map[string]map[int64]ledger.Hash{}
	for e, err := range entries(file) {
		if err != nil {
			return nil, err
		}
		b.entries++
		switch part, rows := e.part(); {
		case rows && (part.Table == "leaves" || part.Table == "portal"):
			for row, err := range part.Rows() {
				if err != nil {
					return nil, err
				}
				if part.Table == "portal" {
					b.erasures, _ = row["erasures"].(string)
					b.mark, _ = row["secret"].(string)
					continue
				}
				id, _ := row["consultation"].(string)
				at, _ := row["position"].(int64)
				leaf, _ := row["leaf"].([]byte)
				if len(leaf) != sha256.Size {
					return nil, errBackup("a leaf of a log cannot be read")
				}
				if leaves[id] == nil {
					leaves[id] = map[int64]ledger.Hash{}
				}
				leaves[id][at] = ledger.Hash(leaf)
			}
		case e.name == backupHead:
			if err := json.Unmarshal(e.data, &b.backupInfo); err != nil || b.Format < 1 {
				return nil, errBackup("its first entry cannot be read")
			}
			if b.Format > backupFormat {
				return nil, models.NewError(models.KindConflict, "The backup was written by a newer version of this program: install that version.")
			}
		case e.name == backupLogs:
			if b.logs, err = parseLogs(string(e.data)); err != nil {
				return nil, errBackup(err.Error())
			}
		case e.name == backupSecret:
			b.secret = e.data
		}
	}
	if b.Format == 0 || b.logs == nil {
		return nil, errBackup("entries are missing")
	}
	if b.Format == 1 {
		keys = ""
	}
	if b.keys = keys; keys != "" {
		if _, err := os.Stat(keys); err != nil {
			return nil, fmt.Errorf("%w: this is where the keys that open the backup should be; say with --keys where they are", err)
		}
		for _, err := range entries(keys) {
			if err != nil {
				return nil, fmt.Errorf("%s: %w", keys, err)
			}
		}
	}
	for id, state := range b.logs {
		inOrder := make([]ledger.Hash, len(leaves[id]))
		for i := range inOrder {
			inOrder[i] = leaves[id][int64(i)]
		}
		if len(inOrder) != state.size || ledger.Root(inOrder).String() != state.root {
			return nil, errBackup("the log of " + id + " does not have the root that was written down")
		}
	}
	return &b, nil
}

// publishFile writes a file whole or not at all: it takes its name, and the place
// of what had it before, once everything is on the disk.
func publishFile(name string, mode os.FileMode, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".partial-")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	if err := errors.Join(f.Chmod(mode), write(f), f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), name); err != nil {
		return err
	}
	folder, err := os.Open(filepath.Dir(name))
	if err != nil {
		return nil // the file has its name
	}
	return errors.Join(folder.Sync(), folder.Close())
}

func writeWhole(name string, mode os.FileMode, data []byte) error {
	return publishFile(name, mode, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}
