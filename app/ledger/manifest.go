package ledger

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"time"

	"heard/models"
)

// The kinds of entries, as openings names them. A roll-call is of the kind
// RollCall(number), what became of a submission since it Change(number).
const (
	KindSubmission = "submission"
	KindPadding    = "padding"
	KindText       = "text"
	KindManifest   = "manifest"
	KindAudit      = "audit"
)

// RollCall is the kind of the entries of the numbered roll-call, in which every
// submission has one.
func RollCall(number int) string { return fmt.Sprintf("state %d", number) }

// Change is the kind of an entry that says what became of a submission after the
// numbered roll-call.
func Change(number int) string { return fmt.Sprintf("change %d", number) }

var kinds = regexp.MustCompile(`^(submission|text|manifest|audit|(?:state|change) [1-9][0-9]{0,8}|padding [A-Za-z0-9+/]{43}=)$`)

// The states in which a submission can be. Counted and erased ones are in the
// figures of the report, the others are not.
const (
	StateCounted   = "counted"
	StateErased    = "erased"    // its words are, and it goes on to count
	StateMerged    = "merged"    // its author sent another in its place
	StateWithheld  = "withheld"  // by an officer; a space and the hash of the reason follow
	StateWithdrawn = "withdrawn" // by its author
)

// Masked is a count that is too small to be shown, or that would give such a one
// away.
const Masked = -1

// Manifest says of one edition of the report on which log it rests: it names the
// log as it was at a roll-call, and accounts for every submission in it.
type Manifest struct {
	Consultation string
	Edition      int    // of the report
	Day          string // it was published, as 2006-01-02
	Roll         int    // number of the roll-call
	Size         int    // of the log with the roll-call
	Root         Hash
	Openings     Hash // of the first Size lines of openings
	Submissions  int  // = Counted + Uncounted
	Counted      int  // in the figures of the report, erased ones included
	Uncounted    int  // merged, withheld or withdrawn
	Merged       int  // each of these may be Masked
	Withheld     int
	Withdrawn    int
	Erased       int
	Report       Hash // SHA-256 of the report's bytes
}

const manifestTitle = "Manifest from Heard, version 1"

// fields are the lines of a manifest, in order.
func (m *Manifest) fields() []struct {
	name string
	at   any
} {
	return []struct {
		name string
		at   any
	}{
		{"consultation", &m.Consultation}, {"edition", &m.Edition}, {"day", &m.Day}, {"roll-call", &m.Roll},
		{"size", &m.Size}, {"root", &m.Root}, {"openings", &m.Openings}, {"submissions", &m.Submissions},
		{"counted", &m.Counted}, {"uncounted", &m.Uncounted}, {"merged", &m.Merged}, {"withheld", &m.Withheld},
		{"withdrawn", &m.Withdrawn}, {"erased", &m.Erased}, {"report", &m.Report},
	}
}

// String returns the manifest as a small text.
func (m Manifest) String() string {
	var b strings.Builder
	b.WriteString(manifestTitle + "\n")
	for _, f := range m.fields() {
		switch at := f.at.(type) {
		case *string:
			fmt.Fprintf(&b, "%s: %s\n", f.name, *at)
		case *Hash:
			fmt.Fprintf(&b, "%s: %s\n", f.name, *at)
		case *int:
			if *at == Masked {
				fmt.Fprintf(&b, "%s: -\n", f.name)
			} else {
				fmt.Fprintf(&b, "%s: %d\n", f.name, *at)
			}
		}
	}
	return b.String()
}

// Entry returns the entry for the manifest, which holds nothing that is secret.
func (m Manifest) Entry() Hash { return seal(KindManifest, Salt{}, []byte(m.String())) }

// ParseManifests reads manifests one after the other, with a blank line between
// them.
func ParseManifests(text string) ([]Manifest, error) {
	var all []Manifest
	for i, part := range strings.Split(strings.TrimSpace(plain(text)), "\n\n") {
		if part == "" {
			continue
		}
		m, err := parseManifest(part + "\n")
		if err != nil {
			return nil, fmt.Errorf("manifest %d: %w", i+1, err)
		}
		all = append(all, m)
	}
	return all, nil
}

func parseManifest(text string) (m Manifest, err error) {
	lines := textLines(text)
	fields := m.fields()
	if len(lines) != 1+len(fields) || lines[0] != manifestTitle {
		return m, fmt.Errorf("expected %q and %d lines", manifestTitle, len(fields))
	}
	for i, f := range fields {
		value, ok := strings.CutPrefix(lines[i+1], f.name+": ")
		if !ok {
			return m, fmt.Errorf("line %d: expected %q", i+2, f.name+":")
		}
		switch at := f.at.(type) {
		case *string:
			*at = value
		case *Hash:
			*at, err = ParseHash(value)
		case *int:
			if *at, err = parseCount(value); value == "-" && slices.Contains([]string{"merged", "withheld", "withdrawn", "erased"}, f.name) {
				*at, err = Masked, nil
			}
		}
		if err != nil {
			return m, fmt.Errorf("line %d: %w", i+2, err)
		}
	}
	if _, err = time.Parse(time.DateOnly, m.Day); err != nil {
		return m, errors.New("line 4: expected a day such as 2026-11-23")
	}
	return m, checkConsultation(m.Consultation)
}

// check checks that the numbers add up.
func (m *Manifest) check() error {
	known, masked := 0, false
	for _, n := range []int{m.Merged, m.Withheld, m.Withdrawn} {
		if n == Masked {
			masked = true
		} else {
			known += n
		}
	}
	if m.Submissions != m.Counted+m.Uncounted || known > m.Uncounted || !masked && known != m.Uncounted || m.Erased > m.Counted {
		return errors.New("the submissions are not the sum of what became of them")
	}
	return nil
}

// OpeningsHash is what a manifest says of the openings up to its size.
func OpeningsHash(lines []string) Hash {
	return sha256.Sum256([]byte(strings.Join(lines, "\n") + "\n"))
}

// PaddingOpening is the line that opens padding.
func PaddingOpening(seed Salt) string {
	return KindPadding + " " + base64.StdEncoding.EncodeToString(seed[:])
}

// PublishedText is one text as it was published. Its JSON, with its fields in this
// order, is what its entry commits to.
type PublishedText struct {
	ID       string `json:"id"`                 // of the quote or answer where it is published
	Question string `json:"question,omitempty"` // id
	Group    string `json:"group,omitempty"`    // name of the one group that stands beside it
	Text     string `json:"text"`               // with what identifies people taken out
}

// Seal returns the text's entry and its line in texts: the salt in base64, a space,
// and the text as JSON.
func (p PublishedText) Seal(key Key, consultation string) (Hash, string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(p); err != nil {
		return Hash{}, "", err
	}
	content := bytes.TrimSuffix(b.Bytes(), []byte("\n"))
	salt := key.Blind("text", consultation, string(content))
	return Text(salt, content), base64.StdEncoding.EncodeToString(salt[:]) + " " + string(content), nil
}

// readPublished checks what is published beside the entries: manifests, openings and
// texts. Before there is a report there are none.
func (l *Log) readPublished(dir fs.FS) error {
	read := func(name string) (string, error) {
		text, err := fs.ReadFile(dir, name)
		if errors.Is(err, fs.ErrNotExist) {
			return "", nil
		}
		return plain(string(text)), err
	}
	text, err := read(ManifestsName)
	if err != nil {
		return err
	}
	if l.Manifests, err = ParseManifests(text); err != nil {
		return fmt.Errorf("%s: %w", ManifestsName, err)
	}
	if text, err = read(OpeningsName); err != nil {
		return err
	}
	var openings []string
	if text != "" {
		openings = textLines(text)
	}
	if err := l.checkOpenings(openings); err != nil {
		return fmt.Errorf("%s: %w", OpeningsName, err)
	}
	l.openings = openings
	for i, m := range l.Manifests {
		if err := l.checkManifest(m, openings); err != nil {
			return fmt.Errorf("%s: manifest %d: %w", ManifestsName, i+1, err)
		}
	}
	if text, err = read(TextsName); err != nil {
		return err
	}
	if err := l.checkTexts(text); err != nil {
		return fmt.Errorf("%s: %w", TextsName, err)
	}
	return nil
}

// checkOpenings checks that there are as many as the last manifest needs, and that
// what is said to be padding is.
func (l *Log) checkOpenings(openings []string) error {
	need := 0
	if n := len(l.Manifests); n > 0 {
		need = l.Manifests[n-1].Size
	}
	if len(openings) != need || need > l.Size {
		return fmt.Errorf("there are %d lines, and the last manifest is of %d of %d entries", len(openings), need, l.Size)
	}
	for i, line := range openings {
		if !kinds.MatchString(line) {
			return fmt.Errorf("line %d: expected the kind of an entry", i+1)
		}
		if seed, ok := strings.CutPrefix(line, KindPadding+" "); ok {
			h, err := ParseHash(seed)
			if err != nil || Padding(Salt(h)) != l.leaves[i] {
				return fmt.Errorf("line %d: this entry is not padding", i+1)
			}
		}
	}
	return nil
}

func (l *Log) checkManifest(m Manifest, openings []string) error {
	switch {
	case m.Consultation != l.Consultation:
		return errors.New("it is of another consultation")
	case !l.Has(m.Entry()):
		return errors.New("it is not in the log: it was altered")
	case m.Size > len(openings) || Root(l.leaves[:m.Size]) != m.Root:
		return errors.New("it names another log")
	case OpeningsHash(openings[:m.Size]) != m.Openings:
		return errors.New("it names other openings")
	}
	count := map[string]int{}
	for _, line := range openings[:m.Size] {
		count[line]++
	}
	if submissions, states := count[KindSubmission], count[RollCall(m.Roll)]; submissions != m.Submissions || states != m.Submissions {
		return fmt.Errorf("it says that there are %d submissions; the log has %d, and %d in roll-call %d", m.Submissions, submissions, states, m.Roll)
	}
	return m.check()
}

// checkTexts checks that every published text is in the log.
func (l *Log) checkTexts(text string) error {
	for line := range strings.Lines(text) {
		l.Texts++
		salt, content, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		h, err := ParseHash(salt)
		if err != nil {
			return fmt.Errorf("line %d: %w", l.Texts, err)
		}
		if !l.Has(Text(Salt(h), []byte(content))) {
			return fmt.Errorf("line %d: this text is not in the log: it was altered, or added afterwards", l.Texts)
		}
	}
	return nil
}

// ErrAltered is in the error for a report whose bytes are not those that were
// published, and of which all else holds. Words may have been taken out of it
// afterwards, at the wish of whoever wrote them; if that is not what happened,
// somebody altered it.
var ErrAltered = errors.New("the report's bytes are not those that were published")

// CheckReport checks that a report, which is its JSON, is the one of a manifest:
// the checkpoint that it names, its roll-call, and its bytes; see ErrAltered.
func (l *Log) CheckReport(data []byte) error {
	var r struct {
		Consultation string `json:"consultation"`
		Checkpoint   string `json:"checkpoint"`
		Version      struct {
			Number int `json:"number"`
		} `json:"version"`
		Roll struct {
			Submissions int           `json:"submissions"`
			Withdrawn   models.Figure `json:"withdrawn"`
			Replaced    models.Figure `json:"replaced"`
			SetAside    models.Figure `json:"set_aside"`
		} `json:"roll_call"`
	}
	var compact bytes.Buffer
	if err := errors.Join(json.Unmarshal(data, &r), json.Compact(&compact, data)); err != nil || r.Version.Number == 0 {
		return errors.New("this is not a published report as JSON")
	}
	at := slices.IndexFunc(l.Manifests, func(m Manifest) bool { return m.Edition == r.Version.Number })
	if at < 0 {
		return fmt.Errorf("the log has no manifest for version %d of the report", r.Version.Number)
	}
	m := l.Manifests[at]
	if r.Consultation != m.Consultation || r.Checkpoint != m.Root.String() {
		return errors.New("the report names another log than its manifest")
	}
	type pair struct {
		report models.Figure
		log    int
	}
	pairs := []pair{{models.Figure{Value: r.Roll.Submissions}, m.Counted}}
	if m.Edition == 1 { // later ones state what the first did
		pairs = append(pairs, pair{r.Roll.Withdrawn, m.Withdrawn}, pair{r.Roll.Replaced, m.Merged}, pair{r.Roll.SetAside, m.Withheld})
	}
	for _, p := range pairs {
		if p.log != Masked && p.report != (models.Figure{Value: p.log}) {
			return errors.New("the report's roll-call does not equal the log")
		}
	}
	if sha256.Sum256(compact.Bytes()) != m.Report {
		return fmt.Errorf("%w: words were taken out afterwards because somebody asked for it, or it was altered. The portal's page on version %d says whether words were taken out, and when. If it does, and you believe it, check again with --struck", ErrAltered, m.Edition)
	}
	return nil
}

// HexHash reads a SHA-256 in hex.
func HexHash(text string) (h Hash, err error) {
	b, err := hex.DecodeString(text)
	if err != nil || len(b) != len(h) {
		return h, errors.New("expected a SHA-256 in hex")
	}
	return Hash(b), nil
}
