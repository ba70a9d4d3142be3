// Package ledger is the verifiable log of submissions: an append-only Merkle
// tree of sealed entries, published as text files that anybody can check, and
// signed receipts that let whoever holds one see that their submission is among
// them, and what became of it.
//
// An entry is a commitment, not a copy. It tells nothing about what was said, not
// even what kind of entry it is, and once its salt is destroyed nobody can find
// out by guessing. The tree is that of RFC 6962, as in
// golang.org/x/mod/sumdb/tlog: an entry's 32 bytes are the record.
//
// A published log is a directory of
//
//	checkpoint   a signed note (golang.org/x/mod/sumdb/note) in the shape of a C2SP
//	             checkpoint: the origin "heard/" and the consultation, the number
//	             of entries in decimal, the root of the tree in base64
//	leaves       a line for each entry, in order, in base64
//	key          what the signature is checked with
//	manifests    what each published report says of the log, once there is one
//	openings     what each entry was, up to the last of them
//	texts        every published text, with what opens its entry
//
// All are small, and checking means taking them whole, so that whoever serves them
// does not learn whose entry is being looked for. docs/log.md specifies them byte
// for byte.
package ledger

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// Hash is a leaf, or a node or the root of the tree: 32 bytes of SHA-256. Its
// String is standard base64.
type Hash = tlog.Hash

// ParseHash reads what Hash.String writes.
func ParseHash(s string) (Hash, error) {
	var h Hash
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil || len(b) != len(h) || strings.ContainsAny(s, "\r\n") {
		return h, fmt.Errorf("expected a hash of %d bytes in base64, %d characters", len(h), base64.StdEncoding.EncodedLen(len(h)))
	}
	copy(h[:], b)
	return h, nil
}

// Salt keeps a leaf from being matched to its submission by guessing. It is kept
// with the submission, sealed, and destroyed with it.
type Salt [32]byte

// NewSalt draws a salt from random, which should be crypto/rand.Reader.
func NewSalt(random io.Reader) (Salt, error) {
	var s Salt
	if _, err := io.ReadFull(random, s[:]); err != nil {
		return Salt{}, fmt.Errorf("draw a salt: %w", err)
	}
	return s, nil
}

// seal returns the entry for some content:
//
//	SHA-256("heard/" || kind || "/v1" || 0x00 || salt || SHA-256(content))
//
// The kind keeps an entry from being taken for one of another kind, or for any
// other hash.
func seal(kind string, salt [32]byte, content []byte) Hash {
	digest := sha256.Sum256(content)
	b := append([]byte("heard/"+kind+"/v1\x00"), salt[:]...)
	return sha256.Sum256(append(b, digest[:]...))
}

// Commit returns the leaf for a submission, where content is the submission in
// its canonical form.
func Commit(salt Salt, content []byte) Hash { return seal("leaf", salt, content) }

// Padding returns an entry that stands for nothing, to hide how many others come
// with it.
func Padding(seed Salt) Hash { return seal("padding", seed, nil) }

// State returns the entry that says what became of the submission with the given
// leaf. Only whoever is told the blind can tell whose it is and what it says.
func State(blind Salt, kind string, leaf Hash, state string) Hash {
	return seal("state", blind, []byte(kind+"\n"+leaf.String()+"\n"+state+"\n"))
}

// Text returns the entry for a published text.
func Text(salt Salt, content []byte) Hash { return seal("text", salt, content) }

// AuditHead returns the entry for the head of the record of acts, 32 bytes of
// SHA-256, on a day.
func AuditHead(head [32]byte, day string) Hash { return seal("audit", head, []byte(day)) }

// tree holds the hashes of a tree where tlog looks for them.
type tree []Hash

func newTree(leaves []Hash) tree {
	t := make(tree, 0, tlog.StoredHashCount(int64(len(leaves))))
	for i, leaf := range leaves {
		hashes, err := tlog.StoredHashes(int64(i), leaf[:], t)
		if err != nil {
			panic("ledger: a tree in memory can be read: " + err.Error())
		}
		t = append(t, hashes...)
	}
	return t
}

// ReadHashes implements tlog.HashReader.
func (t tree) ReadHashes(indexes []int64) ([]Hash, error) {
	out := make([]Hash, len(indexes))
	for i, at := range indexes {
		if at < 0 || at >= int64(len(t)) {
			return nil, fmt.Errorf("hash %d is outside a tree of %d hashes", at, len(t))
		}
		out[i] = t[at]
	}
	return out, nil
}

// Root returns the root of the tree of leaves. That of no leaves is SHA-256 of
// nothing.
func Root(leaves []Hash) Hash {
	root, err := tlog.TreeHash(int64(len(leaves)), newTree(leaves))
	if err != nil {
		panic("ledger: a tree in memory can be read: " + err.Error())
	}
	return root
}

// Proof is a list of hashes, from the leaves up, that leads from what is proved
// to a root.
type Proof []Hash

// MarshalText returns one hash a line in base64.
func (p Proof) MarshalText() ([]byte, error) { return formatHashes(p), nil }

// UnmarshalText reads what MarshalText writes.
func (p *Proof) UnmarshalText(text []byte) error {
	hashes, err := parseHashes(text)
	if err != nil {
		return fmt.Errorf("read a proof: %w", err)
	}
	*p = hashes
	return nil
}

// ErrProof is in every error that says a proof does not hold.
var ErrProof = errors.New("the proof does not hold")

// ProveInclusion proves that leaves[index] is in the tree of leaves.
func ProveInclusion(leaves []Hash, index int) (Proof, error) {
	if index < 0 || index >= len(leaves) {
		return nil, fmt.Errorf("prove leaf %d: the log has %d leaves, counted from 0", index, len(leaves))
	}
	p, err := tlog.ProveRecord(int64(len(leaves)), int64(index), newTree(leaves))
	return Proof(p), err
}

// CheckInclusion checks that the tree of size leaves with the given root has leaf
// at index.
func CheckInclusion(p Proof, size int, root Hash, index int, leaf Hash) error {
	if index < 0 || index >= size {
		return fmt.Errorf("%w: there is no leaf %d among %d, counted from 0", ErrProof, index, size)
	}
	err := tlog.CheckRecord(tlog.RecordProof(p), int64(size), root, int64(index), tlog.RecordHash(leaf[:]))
	if err != nil {
		return fmt.Errorf("%w: leaf %d is not shown to be in the tree of %d", ErrProof, index, size)
	}
	return nil
}

// ProveConsistency proves that the tree of the first size leaves grew into the
// tree of them all, with nothing altered or taken away. Size is at least 1:
// anything can grow from nothing.
func ProveConsistency(leaves []Hash, size int) (Proof, error) {
	if size < 1 || size > len(leaves) {
		return nil, fmt.Errorf("prove growth from %d leaves: expected 1 to %d", size, len(leaves))
	}
	p, err := tlog.ProveTree(int64(len(leaves)), int64(size), newTree(leaves))
	return Proof(p), err
}

// CheckConsistency checks that the tree of oldSize leaves with root old grew into
// that of size leaves with the given root.
func CheckConsistency(p Proof, size int, root Hash, oldSize int, old Hash) error {
	if oldSize < 1 || oldSize > size {
		return fmt.Errorf("%w: a log of %d leaves cannot have grown into one of %d", ErrProof, oldSize, size)
	}
	if err := tlog.CheckTree(tlog.TreeProof(p), int64(size), root, int64(oldSize), old); err != nil {
		return fmt.Errorf("%w: the log of %d leaves is not shown to have grown into that of %d", ErrProof, oldSize, size)
	}
	return nil
}

func formatHashes(hashes []Hash) []byte {
	var b []byte
	for _, h := range hashes {
		b = base64.StdEncoding.AppendEncode(b, h[:])
		b = append(b, '\n')
	}
	return b
}

// parseHashes reads a hash from each line. The last line may end or not.
func parseHashes(text []byte) ([]Hash, error) {
	if len(text) == 0 {
		return nil, nil
	}
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	out := make([]Hash, len(lines))
	for i, line := range lines {
		h, err := ParseHash(strings.TrimSuffix(line, "\r"))
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
		out[i] = h
	}
	return out, nil
}
