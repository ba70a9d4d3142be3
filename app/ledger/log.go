package ledger

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

const (
	checkpointFile = "checkpoint"
	leavesFile     = "leaves"
	originPrefix   = "heard/"
)

// checkpoint is a log at one size.
type checkpoint struct {
	consultation string
	size         int
	root         Hash
}

func (c checkpoint) String() string {
	return fmt.Sprintf("%s%s\n%d\n%s\n", originPrefix, c.consultation, c.size, c.root)
}

func parseCheckpoint(text string) (checkpoint, error) {
	lines := textLines(text)
	if len(lines) != 3 {
		return checkpoint{}, fmt.Errorf("expected 3 lines (origin, size, root): got %d", len(lines))
	}
	id, ok := strings.CutPrefix(lines[0], originPrefix)
	if !ok {
		return checkpoint{}, fmt.Errorf("line 1: expected an origin that begins %q", originPrefix)
	}
	if err := checkConsultation(id); err != nil {
		return checkpoint{}, fmt.Errorf("line 1: %w", err)
	}
	size, err := strconv.Atoi(lines[1])
	if err != nil || size < 0 || strconv.Itoa(size) != lines[1] {
		return checkpoint{}, errors.New("line 2: expected the number of leaves in decimal")
	}
	root, err := ParseHash(lines[2])
	if err != nil {
		return checkpoint{}, fmt.Errorf("line 3: %w", err)
	}
	return checkpoint{id, size, root}, nil
}

// textLines splits text that may have been saved on any system.
func textLines(text string) []string {
	text = strings.ReplaceAll(strings.TrimPrefix(text, "\ufeff"), "\r\n", "\n")
	return strings.Split(strings.TrimRight(text, "\n"), "\n")
}

// checkConsultation holds a consultation's id to what cannot be mistaken in a
// line of a file or an address.
func checkConsultation(id string) error {
	ok := len(id) >= 1 && len(id) <= 100 && !strings.ContainsFunc(id, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' || r == '.')
	})
	if !ok {
		return errors.New("expected a consultation id of 1 to 100 letters, digits, hyphens, underscores and full stops")
	}
	return nil
}

// VerifyLog checks the published log in dir against itself: that leaves has as
// many leaves as checkpoint says and that they have its root. It cannot tell
// whether this is the log others were shown; compare the size and root with
// theirs for that.
func VerifyLog(dir fs.FS) (size int, root Hash, err error) {
	c, _, err := readLog(dir)
	return c.size, c.root, err
}

func readLog(dir fs.FS) (checkpoint, []Hash, error) {
	text, err := fs.ReadFile(dir, checkpointFile)
	if err != nil {
		return checkpoint{}, nil, fmt.Errorf("read the log's checkpoint: %w", err)
	}
	c, err := parseCheckpoint(string(text))
	if err != nil {
		return checkpoint{}, nil, fmt.Errorf("%s: %w", checkpointFile, err)
	}
	text, err = fs.ReadFile(dir, leavesFile)
	if err != nil {
		return checkpoint{}, nil, fmt.Errorf("read the log's leaves: %w", err)
	}
	leaves, err := parseHashes(text)
	if err != nil {
		return checkpoint{}, nil, fmt.Errorf("%s: %w", leavesFile, err)
	}
	if len(leaves) != c.size {
		return checkpoint{}, nil, fmt.Errorf("%s has %d lines but line 2 of %s says %d: if you fetched them one after the other, fetch both again", leavesFile, len(leaves), checkpointFile, c.size)
	}
	if Root(leaves) != c.root {
		return checkpoint{}, nil, fmt.Errorf("%s: line 3: the root does not match %s: one of the two files was altered", checkpointFile, leavesFile)
	}
	return c, leaves, nil
}

// CheckpointFile returns the published file that states a log's size and root.
func CheckpointFile(consultation string, leaves []Hash) []byte {
	return []byte(checkpoint{consultation, len(leaves), Root(leaves)}.String())
}

// LeavesFile returns the published file that lists a log's leaves, in order.
func LeavesFile(leaves []Hash) []byte { return formatHashes(leaves) }

// WriteLog publishes a consultation's log in the directory dir, which must exist.
// If a log is published there already, leaves must begin with its leaves: WriteLog
// refuses to alter, reorder or shorten what has been published.
//
// Each file is replaced whole, the leaves first, so a reader between the two sees
// at worst more leaves than the checkpoint counts.
func WriteLog(dir, consultation string, leaves []Hash) error {
	if err := checkConsultation(consultation); err != nil {
		return fmt.Errorf("publish a log: %w", err)
	}
	if err := checkGrowth(dir, consultation, leaves); err != nil {
		return fmt.Errorf("publish a log of %s: %w", consultation, err)
	}
	if err := replace(filepath.Join(dir, leavesFile), LeavesFile(leaves)); err != nil {
		return fmt.Errorf("publish the leaves of %s: %w", consultation, err)
	}
	if err := replace(filepath.Join(dir, checkpointFile), CheckpointFile(consultation, leaves)); err != nil {
		return fmt.Errorf("publish the checkpoint of %s: %w", consultation, err)
	}
	return nil
}

// checkGrowth compares leaves with the published checkpoint. The published leaves
// are not read: the root stands for them, and a WriteLog that was cut short may
// have left more of them than the checkpoint counts.
func checkGrowth(dir, consultation string, leaves []Hash) error {
	text, err := os.ReadFile(filepath.Join(dir, checkpointFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	c, err := parseCheckpoint(string(text))
	if err != nil {
		return fmt.Errorf("the %s there: %w", checkpointFile, err)
	}
	if c.consultation != consultation {
		return fmt.Errorf("the log there is of %s", c.consultation)
	}
	if c.size > len(leaves) {
		return fmt.Errorf("the log there has %d leaves and this one %d: a log only grows", c.size, len(leaves))
	}
	if Root(leaves[:c.size]) != c.root {
		return fmt.Errorf("the first %d leaves are not those published: a log only grows", c.size)
	}
	return nil
}

// replace puts a file in place of another in one step, once it is on the disk.
func replace(name string, data []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*.tmp")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close())
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
