package ledger

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// leaf returns the nth of some leaves.
func leaf(n int) Hash { return sha256.Sum256([]byte{byte(n), byte(n >> 8)}) }

func leavesTo(n int) []Hash {
	out := make([]Hash, n)
	for i := range out {
		out[i] = leaf(i)
	}
	return out
}

// The expected values were worked out from the definitions with another
// implementation of SHA-256.
func TestVectors(t *testing.T) {
	var salt Salt
	for i := range salt {
		salt[i] = byte(i)
	}
	if got, want := Commit(salt, []byte("No order near the school.")).String(), "sU/UTQ7rX72Sb0uCWhGObVWyw41MeMoXwfcadQ52vNM="; got != want {
		t.Errorf("Commit = %s: want %s", got, want)
	}
	three := []Hash{sha256.Sum256([]byte{0}), sha256.Sum256([]byte{1}), sha256.Sum256([]byte{2})}
	if got, want := Root(three).String(), "0fE4AASPWQnUBD/AwVL2ZDKAy6YItnJxXlbOFZogYp8="; got != want {
		t.Errorf("Root = %s: want %s", got, want)
	}
	if got, want := Root(nil), Hash(sha256.Sum256(nil)); got != want {
		t.Errorf("Root of nothing = %s: want %s", got, want)
	}
	if got, want := hex.EncodeToString(Code{}.Lookup([]byte("pepper"))), "d4f73bf6775614439e049a9c8265a8f28ee57eaff3fbaf3e846271adcc3caa90"; got != want {
		t.Errorf("Lookup = %s: want %s", got, want)
	}
}

func TestCommitDependsOnSaltAndContent(t *testing.T) {
	a, err := NewSalt(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	b, err := NewSalt(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[Hash]bool{Commit(a, nil): true, Commit(a, []byte("x")): true, Commit(b, nil): true, Commit(b, []byte("x")): true}
	if len(seen) != 4 {
		t.Errorf("4 commitments have %d values", len(seen))
	}
	if _, err := NewSalt(strings.NewReader("short")); err == nil {
		t.Error("NewSalt drew a salt from 5 bytes")
	}
}

func TestInclusion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		leaves := leavesTo(rapid.IntRange(1, 40).Draw(t, "size"))
		index := rapid.IntRange(0, len(leaves)-1).Draw(t, "index")
		p, err := ProveInclusion(leaves, index)
		if err != nil {
			t.Fatal(err)
		}
		p = throughText(t, p)
		root := Root(leaves)
		if err := CheckInclusion(p, len(leaves), root, index, leaves[index]); err != nil {
			t.Error(err)
		}
		other := rapid.IntRange(-2, len(leaves)+1).Draw(t, "other")
		if other != index && CheckInclusion(p, len(leaves), root, other, leaves[index]) == nil {
			t.Errorf("the proof for leaf %d holds at %d", index, other)
		}
		for name, err := range map[string]error{
			"another leaf": CheckInclusion(p, len(leaves), root, index, leaf(999)),
			"another root": CheckInclusion(p, len(leaves), leaf(999), index, leaves[index]),
			"a longer":     CheckInclusion(append(p, leaf(999)), len(leaves), root, index, leaves[index]),
		} {
			if !errors.Is(err, ErrProof) {
				t.Errorf("%s: got %v, want ErrProof", name, err)
			}
		}
	})
	for _, index := range []int{-1, 3} {
		if _, err := ProveInclusion(leavesTo(3), index); err == nil {
			t.Errorf("ProveInclusion proved leaf %d of 3", index)
		}
	}
}

func TestConsistency(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		leaves := leavesTo(rapid.IntRange(1, 40).Draw(t, "size"))
		size := rapid.IntRange(1, len(leaves)).Draw(t, "old size")
		p, err := ProveConsistency(leaves, size)
		if err != nil {
			t.Fatal(err)
		}
		p = throughText(t, p)
		if err := CheckConsistency(p, len(leaves), Root(leaves), size, Root(leaves[:size])); err != nil {
			t.Error(err)
		}
		altered := append([]Hash(nil), leaves...)
		altered[rapid.IntRange(0, size-1).Draw(t, "altered")] = leaf(999)
		p, err = ProveConsistency(altered, size)
		if err != nil {
			t.Fatal(err)
		}
		if err := CheckConsistency(p, len(altered), Root(altered), size, Root(leaves[:size])); !errors.Is(err, ErrProof) {
			t.Errorf("an altered log: got %v, want ErrProof", err)
		}
	})
	for _, size := range []int{0, 4} {
		if _, err := ProveConsistency(leavesTo(3), size); err == nil {
			t.Errorf("ProveConsistency proved growth from %d to 3", size)
		}
		if err := CheckConsistency(nil, 3, leaf(1), size, leaf(1)); !errors.Is(err, ErrProof) {
			t.Errorf("growth from %d to 3: got %v, want ErrProof", size, err)
		}
	}
}

func throughText(t *rapid.T, p Proof) Proof {
	text, err := p.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	var out Proof
	if err := out.UnmarshalText(text); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestProofTextFaults(t *testing.T) {
	var p Proof
	err := p.UnmarshalText([]byte(leaf(1).String() + "\nnot a hash\n"))
	if err == nil || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("got %v: want the fault in line 2", err)
	}
}

func TestWriteLog(t *testing.T) {
	dir := t.TempDir()
	for _, size := range []int{0, 3, 3, 8} {
		if err := WriteLog(dir, "pspo-renewal", leavesTo(size)); err != nil {
			t.Fatal(err)
		}
		got, root, err := VerifyLog(os.DirFS(dir))
		if err != nil || got != size || root != Root(leavesTo(size)) {
			t.Errorf("VerifyLog = %d, %s, %v: want %d leaves", got, root, err, size)
		}
	}
	want, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("heard/pspo-renewal\n8\n"+Root(leavesTo(8)).String()+"\n", string(want)); diff != "" {
		t.Errorf("checkpoint (-want +got):\n%s", diff)
	}

	reordered := leavesTo(9)
	reordered[0], reordered[1] = reordered[1], reordered[0]
	for name, test := range map[string]struct {
		consultation string
		leaves       []Hash
	}{
		"shorter":              {"pspo-renewal", leavesTo(7)},
		"reordered":            {"pspo-renewal", reordered},
		"another consultation": {"parks", leavesTo(9)},
		"no consultation":      {"", leavesTo(9)},
		"two lines":            {"a\nb", leavesTo(9)},
	} {
		if err := WriteLog(dir, test.consultation, test.leaves); err == nil {
			t.Errorf("%s: published", name)
		}
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 2 {
		t.Errorf("%d files, %v: want checkpoint and leaves alone", len(files), err)
	}
	got, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("a refused log changed the checkpoint (%v)", err)
	}
	if err := WriteLog(filepath.Join(dir, "missing"), "pspo-renewal", nil); err == nil {
		t.Error("published in a directory that is not there")
	}
}

// A WriteLog that stopped between its two files can be done again.
func TestWriteLogAfterCrash(t *testing.T) {
	dir := t.TempDir()
	if err := WriteLog(dir, "pspo", leavesTo(3)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "leaves"), formatHashes(leavesTo(5)), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := WriteLog(dir, "pspo", leavesTo(5)); err != nil {
		t.Fatal(err)
	}
	if size, _, err := VerifyLog(os.DirFS(dir)); size != 5 || err != nil {
		t.Errorf("VerifyLog = %d, %v: want 5", size, err)
	}
}

// files returns a published log of n leaves.
func files(n int) fstest.MapFS {
	c := checkpoint{"pspo", n, Root(leavesTo(n))}
	return fstest.MapFS{
		"checkpoint": {Data: []byte(c.String())},
		"leaves":     {Data: formatHashes(leavesTo(n))},
	}
}

func TestVerifyLogNamesTheFault(t *testing.T) {
	for _, test := range []struct {
		name, want string
		spoil      func(fstest.MapFS)
	}{
		{"no checkpoint", "checkpoint", func(f fstest.MapFS) { delete(f, "checkpoint") }},
		{"no leaves", "leaves", func(f fstest.MapFS) { delete(f, "leaves") }},
		{"short checkpoint", "expected 3 lines", func(f fstest.MapFS) { f["checkpoint"].Data = []byte("heard/pspo\n3\n") }},
		{"other origin", "checkpoint: line 1", func(f fstest.MapFS) { replaceIn(f, "checkpoint", "heard/", "unheard/") }},
		{"no consultation", "checkpoint: line 1", func(f fstest.MapFS) { replaceIn(f, "checkpoint", "pspo", "") }},
		{"leading zero", "checkpoint: line 2", func(f fstest.MapFS) { replaceIn(f, "checkpoint", "\n3\n", "\n03\n") }},
		{"negative", "checkpoint: line 2", func(f fstest.MapFS) { replaceIn(f, "checkpoint", "\n3\n", "\n-3\n") }},
		{"root not base64", "checkpoint: line 3", func(f fstest.MapFS) { replaceIn(f, "checkpoint", "=", "!") }},
		{"other size", "leaves has 3 lines but line 2 of checkpoint says 4", func(f fstest.MapFS) { replaceIn(f, "checkpoint", "\n3\n", "\n4\n") }},
		{"leaf not base64", "leaves: line 2", func(f fstest.MapFS) { replaceIn(f, "leaves", leaf(1).String(), "x") }},
		{"blank line", "leaves: line 1", func(f fstest.MapFS) { f["leaves"].Data = append([]byte("\n"), f["leaves"].Data...) }},
		{"leaf altered", "root does not match", func(f fstest.MapFS) { replaceIn(f, "leaves", leaf(1).String(), leaf(9).String()) }},
		{"leaves swapped", "root does not match", func(f fstest.MapFS) {
			f["leaves"].Data = formatHashes([]Hash{leaf(1), leaf(0), leaf(2)})
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := files(3)
			test.spoil(dir)
			if _, _, err := VerifyLog(dir); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v: want an error with %q", err, test.want)
			}
		})
	}
	dir := files(3)
	replaceIn(dir, "leaves", "\n", "\r\n") // saved on another system
	replaceIn(dir, "checkpoint", "\n", "\r\n")
	if _, _, err := VerifyLog(dir); err != nil {
		t.Error(err)
	}
}

func replaceIn(f fstest.MapFS, name, old, new string) {
	f[name].Data = bytes.ReplaceAll(f[name].Data, []byte(old), []byte(new))
}

func TestReceipt(t *testing.T) {
	r := Receipt{Consultation: "pspo", Leaf: leaf(1), Day: "2026-11-23"}
	want := "Receipt from Heard, version 1\nconsultation: pspo\nreceived: 2026-11-23\nleaf: " + leaf(1).String() + "\n"
	if diff := cmp.Diff(want, r.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	for _, text := range []string{
		want,
		"\ufeff\r\n" + strings.ReplaceAll(want, "\n", " \r\n\r\n"),
		strings.TrimSpace(want),
	} {
		if got, err := ParseReceipt(text); got != r || err != nil {
			t.Errorf("ParseReceipt(%q) = %+v, %v: want %+v", text, got, err, r)
		}
	}
	for _, test := range []struct{ name, text, want string }{
		{"empty", " \n", "empty"},
		{"title", "Dear me\n", "line 1"},
		{"version", strings.Replace(want, "version 1", "version 2", 1), "line 1"},
		{"no colon", strings.Replace(want, "received:", "received", 1), "line 3: expected a name"},
		{"unknown", want + "signed: no\n", "line 5: expected consultation"},
		{"twice", want + "received: 2026-11-24\n", "line 5: line 3 says this already"},
		{"day", strings.Replace(want, "-23", "-31", 1), "line 3: expected a day"},
		{"leaf", strings.Replace(want, "=", "", 1), "line 4: expected a hash"},
		{"consultation", strings.Replace(want, "pspo", "../pspo", 1), "line 2: expected a consultation id"},
		{"no leaf", strings.Split(want, "leaf")[0], `no line "leaf:"`},
		{"long", want + strings.Repeat(" ", maxReceipt), "4 short lines"},
	} {
		if _, err := ParseReceipt(test.text); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want an error with %q", test.name, err, test.want)
		}
	}
}

func TestVerifyReceipt(t *testing.T) {
	r := Receipt{Consultation: "pspo", Leaf: leaf(1), Day: "2026-11-23"}
	if err := VerifyReceipt(r, files(3)); err != nil {
		t.Error(err)
	}
	if err := VerifyReceipt(r, files(1)); !errors.Is(err, ErrNotInLog) {
		t.Errorf("a log without it: got %v, want ErrNotInLog", err)
	}
	other := r
	other.Consultation = "parks"
	if err := VerifyReceipt(other, files(3)); err == nil || errors.Is(err, ErrNotInLog) {
		t.Errorf("another consultation's log: got %v, want an error that says so", err)
	}
	dir := files(3)
	replaceIn(dir, "leaves", leaf(2).String(), leaf(9).String())
	if err := VerifyReceipt(r, dir); err == nil {
		t.Error("a receipt was verified against a log that does not hold")
	}
}

func TestCode(t *testing.T) {
	// From the published test vectors of BIP-39.
	for hexBits, words := range map[string]string{
		"00000000000000000000000000000000": "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about",
		"7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f": "legal winner thank year wave sausage worth useful legal winner thank yellow",
		"ffffffffffffffffffffffffffffffff": "zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo wrong",
	} {
		bits, err := hex.DecodeString(hexBits)
		if err != nil {
			t.Fatal(err)
		}
		c, err := NewCode(bytes.NewReader(bits))
		if err != nil {
			t.Fatal(err)
		}
		if c.Words() != words {
			t.Errorf("the words of %s are %q: want %q", hexBits, c.Words(), words)
		}
	}
	if _, err := NewCode(strings.NewReader("short")); err == nil {
		t.Error("NewCode drew a code from 5 bytes")
	}
}

func TestParseCode(t *testing.T) {
	const words = "legal winner thank year wave sausage worth useful legal winner thank yellow"
	want, err := ParseCode(words)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		"  LEGAL Winner thank\tyear\nwave sausage  worth useful legal winner thank yellow.\r\n",
		strings.ReplaceAll(words, " ", "-"),
		strings.ReplaceAll(words, " ", ", "),
		"1. legal 2. winner 3. thank 4. year 5. wave 6. sausage 7. worth 8. useful 9. legal 10. winner 11. thank 12. yellow",
	} {
		if got, err := ParseCode(text); got != want || err != nil {
			t.Errorf("ParseCode(%q) = %v: want the code", text, err)
		}
	}
	for _, test := range []struct{ name, text, want string }{
		{"empty", "", "this has 0"},
		{"eleven", strings.TrimSuffix(words, " yellow"), "this has 11"},
		{"unknown", strings.Replace(words, "sausage", "sosage", 1), "word 6 is not one"},
		{"order", strings.Replace(words, "legal winner", "winner legal", 1), "their order"},
		{"long", strings.Repeat(words+" ", 20), "far longer"},
	} {
		_, err := ParseCode(test.text)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want an error with %q", test.name, err, test.want)
		}
		if err != nil && (strings.Contains(err.Error(), "sosage") || strings.Contains(err.Error(), "winner")) {
			t.Errorf("%s: the error repeats the code", test.name)
		}
	}
}

// A key that is worked out from a code serves one purpose, and shows nothing of
// the code or of what is stored in its place.
func TestDerive(t *testing.T) {
	code, err := NewCode(bytes.NewReader(bytes.Repeat([]byte{7}, 16)))
	if err != nil {
		t.Fatal(err)
	}
	other, err := NewCode(bytes.NewReader(bytes.Repeat([]byte{8}, 16)))
	if err != nil {
		t.Fatal(err)
	}
	// Worked out with another implementation of HKDF (RFC 5869).
	if got, want := hex.EncodeToString(code.Derive("draft", 32)), "4f7ba9ae42849672b6011295a287b313f7c77e02908ecedecc9b83ce42c6376a"; got != want {
		t.Errorf("Derive = %s: want %s", got, want)
	}
	seen := map[string]string{}
	for name, b := range map[string][]byte{
		"draft":           code.Derive("draft", 32),
		"another purpose": code.Derive("drafts", 32),
		"no purpose":      code.Derive("", 32),
		"another code":    other.Derive("draft", 32),
		"the lookup":      code.Lookup([]byte("pepper")),
		"no pepper":       code.Lookup(nil),
	} {
		if len(b) != 32 {
			t.Errorf("%s: %d bytes", name, len(b))
		}
		if was, taken := seen[string(b)]; taken {
			t.Errorf("%s is the same as %s", name, was)
		}
		seen[string(b)] = name
		if bytes.Contains(b, bytes.Repeat([]byte{7}, 4)) {
			t.Errorf("%s shows the code", name)
		}
	}
	if !bytes.Equal(code.Derive("draft", 64)[:32], code.Derive("draft", 32)) || len(code.Derive("draft", 0)) != 0 {
		t.Error("more bytes of it are other bytes")
	}
	again, err := ParseCode(code.Words())
	if err != nil || !bytes.Equal(again.Derive("draft", 32), code.Derive("draft", 32)) {
		t.Errorf("the words lead to another key (%v)", err)
	}
}

func TestCodeRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Code{[16]byte(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "bits"))}
		got, err := ParseCode(c.Words())
		if got != c || err != nil {
			t.Errorf("the code did not come back from its words: %v", err)
		}
	})
}

func TestCodeIsNotPrinted(t *testing.T) {
	c, err := NewCode(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		text := fmt.Sprintf(format, c)
		plain := fmt.Sprintf(format, Code{})
		if text != plain {
			t.Errorf("%s prints a code as %s", format, text)
		}
	}
}

func FuzzParseCode(f *testing.F) {
	f.Add("legal winner thank year wave sausage worth useful legal winner thank yellow")
	f.Add("Zoo-zoo, zoo zoo zoo zoo zoo zoo zoo zoo zoo WRONG")
	f.Add("ſausage \xff")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := ParseCode(text)
		if err != nil {
			if c != (Code{}) {
				t.Error("an error came with a code")
			}
			return
		}
		if again, err := ParseCode(c.Words()); again != c || err != nil {
			t.Errorf("the code did not come back from its words: %v", err)
		}
	})
}

func FuzzParseReceipt(f *testing.F) {
	f.Add(Receipt{Consultation: "pspo", Leaf: leaf(1), Day: "2026-11-23"}.String())
	f.Add(receiptTitle + "\nleaf:\n")
	f.Add("\ufeff\r\n:\n")
	f.Fuzz(func(t *testing.T, text string) {
		r, err := ParseReceipt(text)
		if err != nil {
			if r != (Receipt{}) {
				t.Error("an error came with a receipt")
			}
			return
		}
		if again, err := ParseReceipt(r.String()); again != r || err != nil {
			t.Errorf("%+v came back as %+v, %v", r, again, err)
		}
	})
}
