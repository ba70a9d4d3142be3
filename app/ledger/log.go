package ledger

import (
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
)

// The files of a published log.
const (
	CheckpointName = "checkpoint"
	LeavesName     = "leaves"
	KeyName        = "key"
	ManifestsName  = "manifests"
	OpeningsName   = "openings"
	TextsName      = "texts"
)

const originPrefix = "heard/"

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
	size, err := parseCount(lines[1])
	if err != nil {
		return checkpoint{}, errors.New("line 2: expected the number of entries in decimal")
	}
	root, err := ParseHash(lines[2])
	if err != nil {
		return checkpoint{}, fmt.Errorf("line 3: %w", err)
	}
	return checkpoint{id, size, root}, nil
}

// parseCount reads a number that is not negative, written in the one way there is.
func parseCount(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || strconv.Itoa(n) != text {
		return 0, errors.New("expected a number in decimal")
	}
	return n, nil
}

// textLines splits text that may have been saved on any system.
func textLines(text string) []string {
	return strings.Split(strings.TrimRight(plain(text), "\n"), "\n")
}

// plain undoes what saving a text on another system does to it.
func plain(text string) string {
	return strings.ReplaceAll(strings.TrimPrefix(text, "\ufeff"), "\r\n", "\n")
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

// Checkpoint returns the published file that states a log's size and root, signed.
func Checkpoint(key Key, consultation string, leaves []Hash) ([]byte, error) {
	return key.sign(consultation, checkpoint{consultation, len(leaves), Root(leaves)}.String())
}

// LeavesFile returns the published file that lists a log's entries, in order.
func LeavesFile(leaves []Hash) []byte { return formatHashes(leaves) }

// Log is a published log that was found to be in order.
type Log struct {
	Consultation string
	Size         int // entries of every kind
	Root         Hash
	Key          string     // that its checkpoint is signed with
	Manifests    []Manifest // one for each published report, the first first
	Texts        int        // published texts, each of which is in the log
	leaves       []Hash
	places       map[Hash]int // of the entries in leaves
	openings     []string     // what the first entries were; none before there is a manifest
}

// OpenLog checks the published log in dir: that its checkpoint is signed with key,
// that leaves has as many entries as it says, each once, and that they have its
// root, that every published text is among them, and that each manifest accounts for every
// submission; see Manifest. key is "" for the one that lies beside the log, which
// shows only that the log is all by one hand.
//
// It cannot tell whether this is the log that others were shown: see CheckSince.
func OpenLog(dir fs.FS, key string) (*Log, error) {
	if key == "" {
		text, err := fs.ReadFile(dir, KeyName)
		if err != nil {
			return nil, fmt.Errorf("read the key that the log is signed with: %w; fetch the file %s as well, or name the key with --key", err, KeyName)
		}
		key = strings.TrimSpace(plain(string(text)))
	}
	text, err := fs.ReadFile(dir, CheckpointName)
	if err != nil {
		return nil, fmt.Errorf("read the log's checkpoint: %w", err)
	}
	c, err := openCheckpoint(string(text), key)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", CheckpointName, err)
	}
	if text, err = fs.ReadFile(dir, LeavesName); err != nil {
		return nil, fmt.Errorf("read the log's leaves: %w", err)
	}
	leaves, err := parseHashes(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", LeavesName, err)
	}
	if len(leaves) != c.size {
		return nil, fmt.Errorf("%s has %d lines but line 2 of %s says %d: if you fetched them one after the other, fetch both again", LeavesName, len(leaves), CheckpointName, c.size)
	}
	if Root(leaves) != c.root {
		return nil, fmt.Errorf("%s: line 3: the root does not match %s: one of the two files was altered", CheckpointName, LeavesName)
	}
	l := &Log{Consultation: c.consultation, Size: c.size, Root: c.root, Key: key, leaves: leaves, places: make(map[Hash]int, len(leaves))}
	for i, leaf := range leaves {
		if at, again := l.places[leaf]; again {
			return nil, fmt.Errorf("%s: line %d is the same as line %d: no two entries are, so that no two submissions share one", LeavesName, i+1, at+1)
		}
		l.places[leaf] = i
	}
	return l, l.readPublished(dir)
}

// openCheckpoint reads a checkpoint that is signed with key.
func openCheckpoint(text, key string) (checkpoint, error) {
	text, err := opened(plain(text), key)
	if err != nil {
		return checkpoint{}, err
	}
	return parseCheckpoint(text)
}

// Has reports whether the log has an entry.
func (l *Log) Has(entry Hash) bool {
	_, there := l.places[entry]
	return there
}

// ErrSplit is returned for a log that did not grow out of what it showed before.
var ErrSplit = errors.New("this log did not grow out of that one")

// CheckSince checks that the log grew out of the one that an earlier checkpoint
// states, with nothing altered, moved or taken away. Whoever keeps the checkpoints
// that they are shown, and compares them with those of others in this way, is a
// witness: no two people can be shown logs that differ. The checkpoint is signed
// with the log's key, or one from before checkpoints were signed.
func (l *Log) CheckSince(earlier string) error {
	was, err := parseCheckpoint(plain(earlier)) // which is not signed
	if err != nil {
		if was, err = openCheckpoint(earlier, l.Key); err != nil {
			return fmt.Errorf("the earlier checkpoint: %w", err)
		}
	}
	switch {
	case was.consultation != l.Consultation:
		return fmt.Errorf("the earlier checkpoint is of %s and the log of %s", was.consultation, l.Consultation)
	case was.size > l.Size:
		return fmt.Errorf("%w: that had %d entries and this has %d. If this one was fetched earlier, compare them the other way round; if not, entries were taken away. Keep both checkpoints: they are signed", ErrSplit, was.size, l.Size)
	case Root(l.leaves[:was.size]) != was.root:
		return fmt.Errorf("%w: its first %d entries are others. Keep both checkpoints: they are signed, and show that one portal made two logs", ErrSplit, was.size)
	}
	return nil
}
