package ledger

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

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

// files returns a published log of n leaves.
func files(n int) fstest.MapFS {
	checkpoint, err := Checkpoint(testKey, "pspo", leavesTo(n))
	if err != nil {
		panic(err)
	}
	return fstest.MapFS{
		CheckpointName: {Data: checkpoint},
		LeavesName:     {Data: LeavesFile(leavesTo(n))},
		KeyName:        {Data: []byte(testKey.Verifier("pspo") + "\n")},
	}
}

var testKey = NewKey([]byte(strings.Repeat("s", 32)))

// Worked out with another implementation of HKDF and Ed25519 (Node's).
func TestKey(t *testing.T) {
	const want = "heard/pspo+baf5179d+Af/QONqIl2dKZA2JGsEnxrpHtgTgaNNa76S/vgiSt2I7"
	if got := testKey.Verifier("pspo"); got != want {
		t.Errorf("the key is %s: want %s", got, want)
	}
	seen := map[Salt]bool{}
	for _, parts := range [][]string{{"a", "b"}, {"ab"}, {"a", "b", ""}, {"", "ab"}, nil} {
		seen[testKey.Blind(parts...)] = true
	}
	if len(seen) != 5 || testKey.Blind("a") == NewKey([]byte("other")).Blind("a") {
		t.Error("different parts have the same blind")
	}
}

func TestOpenLogNamesTheFault(t *testing.T) {
	signed := func(text string) func(fstest.MapFS) {
		return func(f fstest.MapFS) {
			data, err := testKey.sign("pspo", text)
			if err != nil {
				t.Fatal(err)
			}
			f[CheckpointName].Data = data
		}
	}
	root := Root(leavesTo(3)).String()
	for _, test := range []struct {
		name, want string
		spoil      func(fstest.MapFS)
	}{
		{"no key", "--key", func(f fstest.MapFS) { delete(f, KeyName) }},
		{"no checkpoint", "checkpoint", func(f fstest.MapFS) { delete(f, CheckpointName) }},
		{"no leaves", "leaves", func(f fstest.MapFS) { delete(f, LeavesName) }},
		{"not signed", "not signed with", func(f fstest.MapFS) { f[CheckpointName].Data = []byte("heard/pspo\n3\n" + root + "\n") }},
		{"signed by another", "not signed with", func(f fstest.MapFS) {
			f[KeyName].Data = []byte(NewKey([]byte("other")).Verifier("pspo"))
		}},
		{"altered", "not signed with", func(f fstest.MapFS) { replaceIn(f, CheckpointName, "\n3\n", "\n2\n") }},
		{"short checkpoint", "expected 3 lines", signed("heard/pspo\n3\n")},
		{"other origin", "checkpoint: line 1", signed("unheard/pspo\n3\n" + root + "\n")},
		{"no consultation", "checkpoint: line 1", signed("heard/\n3\n" + root + "\n")},
		{"leading zero", "checkpoint: line 2", signed("heard/pspo\n03\n" + root + "\n")},
		{"negative", "checkpoint: line 2", signed("heard/pspo\n-3\n" + root + "\n")},
		{"root not base64", "checkpoint: line 3", signed("heard/pspo\n3\n!" + root + "\n")},
		{"other size", "leaves has 3 lines but line 2 of checkpoint says 4", signed("heard/pspo\n4\n" + root + "\n")},
		{"leaf not base64", "leaves: line 2", func(f fstest.MapFS) { replaceIn(f, LeavesName, leaf(1).String(), "x") }},
		{"blank line", "leaves: line 1", func(f fstest.MapFS) { f[LeavesName].Data = append([]byte("\n"), f[LeavesName].Data...) }},
		{"leaf altered", "root does not match", func(f fstest.MapFS) { replaceIn(f, LeavesName, leaf(1).String(), leaf(9).String()) }},
		{"leaves swapped", "root does not match", func(f fstest.MapFS) {
			f[LeavesName].Data = LeavesFile([]Hash{leaf(1), leaf(0), leaf(2)})
		}},
		{"text that is not there", "texts: line 1", func(f fstest.MapFS) {
			f[TextsName] = &fstest.MapFile{Data: []byte(leaf(1).String() + " {}\n")}
		}},
		{"openings without a manifest", "openings", func(f fstest.MapFS) {
			f[OpeningsName] = &fstest.MapFile{Data: []byte("submission\nsubmission\nsubmission\n")}
		}},
		{"no manifest", "manifests: manifest 1", func(f fstest.MapFS) {
			f[ManifestsName] = &fstest.MapFile{Data: []byte("Manifest\n")}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := files(3)
			test.spoil(dir)
			if _, err := OpenLog(dir, ""); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v: want an error with %q", err, test.want)
			}
		})
	}
	dir := files(3)
	for name := range dir { // saved on another system
		replaceIn(dir, name, "\n", "\r\n")
	}
	log, err := OpenLog(dir, "")
	if err != nil || log.Size != 3 || log.Root != Root(leavesTo(3)) || log.Key != testKey.Verifier("pspo") {
		t.Errorf("OpenLog = %+v, %v", log, err)
	}
	if _, err := OpenLog(dir, NewKey([]byte("other")).Verifier("pspo")); err == nil {
		t.Error("a log was opened with another key than was asked for")
	}
}

// Whoever keeps a checkpoint sees whether a log that is shown later, properly
// signed, grew out of it.
func TestCheckSince(t *testing.T) {
	open := func(leaves []Hash) *Log {
		f := files(0)
		data, err := Checkpoint(testKey, "pspo", leaves)
		if err != nil {
			t.Fatal(err)
		}
		f[CheckpointName].Data, f[LeavesName].Data = data, LeavesFile(leaves)
		log, err := OpenLog(f, "")
		if err != nil {
			t.Fatal(err)
		}
		return log
	}
	old := string(files(5)[CheckpointName].Data)
	unsigned := strings.Join(strings.Split(old, "\n")[:3], "\n") + "\n"
	for _, earlier := range []string{old, strings.ReplaceAll(old, "\n", "\r\n"), unsigned, string(files(0)[CheckpointName].Data)} {
		for _, size := range []int{5, 6, 20} {
			if err := open(leavesTo(size)).CheckSince(earlier); err != nil {
				t.Errorf("grown to %d: %v", size, err)
			}
		}
	}
	swapped := leavesTo(8)
	swapped[0], swapped[4] = swapped[4], swapped[0]
	for name, leaves := range map[string][]Hash{"shorter": leavesTo(4), "reordered": swapped, "dropped": leavesTo(8)[1:]} {
		if err := open(leaves).CheckSince(old); !errors.Is(err, ErrSplit) {
			t.Errorf("%s: got %v, want ErrSplit", name, err)
		}
	}
	for name, earlier := range map[string]string{
		"altered": strings.Replace(old, "\n5\n", "\n4\n", 1), "nothing": "", "another": strings.ReplaceAll(unsigned, "pspo", "parks"),
	} {
		if err := open(leavesTo(8)).CheckSince(earlier); err == nil || errors.Is(err, ErrSplit) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func replaceIn(f fstest.MapFS, name, old, new string) {
	f[name].Data = bytes.ReplaceAll(f[name].Data, []byte(old), []byte(new))
}

func receipt(t testing.TB, r Receipt) Receipt {
	t.Helper()
	r, err := r.Sign(testKey)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestReceipt(t *testing.T) {
	first := Receipt{Consultation: "pspo", Leaf: leaf(1), Day: "2026-11-23"}
	r := receipt(t, first)
	blind := testKey.Blind("x")
	withState := receipt(t, Receipt{Consultation: "pspo", Leaf: leaf(1), Day: "2026-11-23", Kind: RollCall(1), State: StateCounted, Blind: blind})
	head := "Receipt from Heard, version 2\nconsultation: pspo\nreceived: 2026-11-23\nleaf: " + leaf(1).String() + "\nkey: " + testKey.Verifier("pspo") + "\n\n— heard/pspo "
	want := r.String()
	if !strings.HasPrefix(want, head) || strings.Count(want, "\n") != 7 {
		t.Errorf("got:\n%s", want)
	}
	for _, test := range []struct {
		text string
		want Receipt
	}{
		{want, r},
		{withState.String(), withState},
		{"\ufeff\r\n" + strings.ReplaceAll(want, "\n", " \r\n\r\n"), r},
		{strings.TrimSpace(want), r},
		{first.String(), first}, // from before they were signed
	} {
		if got, err := ParseReceipt(test.text); got != test.want || err != nil {
			t.Errorf("ParseReceipt(%q) = %+v, %v: want %+v", test.text, got, err, test.want)
		}
	}
	for _, test := range []struct{ name, text, want string }{
		{"empty", " \n", "empty"},
		{"title", "Dear me\n", "line 1"},
		{"version", strings.Replace(want, "version 2", "version 3", 1), "line 1"},
		{"no colon", strings.Replace(want, "received:", "received", 1), "line 3: expected a name"},
		{"unknown", want + "signed: no\n", "line 8: expected consultation"},
		{"twice", want + "received: 2026-11-24\n", "line 8: line 3 says this already"},
		{"no day", strings.Replace(want, "-23", "-31", 1), "line 3: expected a day"},
		{"another day", strings.Replace(want, "-23", "-24", 1), "not signed with"},
		{"another leaf", strings.Replace(want, leaf(1).String(), leaf(2).String(), 1), "not signed with"},
		{"another state", strings.Replace(withState.String(), "state: counted", "state: withdrawn", 1), "not signed with"},
		{"no state", strings.Replace(withState.String(), "state: counted\n", "", 1), `no line "state:"`},
		{"leaf", strings.Replace(want, "=", "", 1), "line 4: expected a hash"},
		{"consultation", strings.Replace(want, "pspo", "../pspo", 1), "line 2: expected a consultation id"},
		{"no leaf", strings.Split(want, "leaf")[0], `no line "leaf:"`},
		{"no signature", strings.Split(want, "—")[0], `no line "signature:"`},
		{"called version 1", strings.Replace(want, "version 2", "version 1", 1), "version 1"},
		{"long", want + strings.Repeat(" ", maxReceipt), "few short lines"},
	} {
		if _, err := ParseReceipt(test.text); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want an error with %q", test.name, err, test.want)
		}
	}
}

func TestCheckReceipt(t *testing.T) {
	check := func(r Receipt, n int) error {
		log, err := OpenLog(files(n), "")
		if err != nil {
			t.Fatal(err)
		}
		return log.CheckReceipt(r)
	}
	for _, r := range []Receipt{receipt(t, Receipt{Consultation: "pspo", Leaf: leaf(1), Day: "2026-11-23"}), {Consultation: "pspo", Leaf: leaf(1), Day: "2026-11-23"}} {
		if err := check(r, 3); err != nil {
			t.Error(err)
		}
		if err := check(r, 1); !errors.Is(err, ErrNotInLog) {
			t.Errorf("a log without it: got %v, want ErrNotInLog", err)
		}
		r.Consultation = "parks"
		if err := check(r, 3); err == nil || errors.Is(err, ErrNotInLog) {
			t.Errorf("another consultation's log: got %v, want an error that says so", err)
		}
	}
	if err := check(receipt(t, Receipt{Consultation: "pspo", Leaf: leaf(1), Day: "2026-11-23", Kind: RollCall(1), State: StateCounted}), 3); !errors.Is(err, ErrNotInLog) {
		t.Errorf("a state that is not in the log: got %v", err)
	}
	other, err := Receipt{Consultation: "pspo", Leaf: leaf(1), Day: "2026-11-23"}.Sign(NewKey([]byte("other")))
	if err != nil {
		t.Fatal(err)
	}
	if err := check(other, 3); err == nil || !strings.Contains(err.Error(), "different keys") {
		t.Errorf("another portal's receipt: got %v", err)
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
	f.Add(receipt(f, Receipt{Consultation: "pspo", Leaf: leaf(1), Day: "2026-11-23", Kind: RollCall(2), State: StateErased}).String())
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
