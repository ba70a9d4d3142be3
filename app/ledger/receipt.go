package ledger

import (
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// Receipt is what a person may keep to check that their submission was logged and
// what became of it. It shows that the holder took part, and nothing of what they
// said: it has no salt, so it cannot be used to prove to somebody else what was in
// it.
//
// It is signed, and so shows that the portal accepted the submission even if its
// leaf never appears in the log.
type Receipt struct {
	Consultation string // its id
	Leaf         Hash
	Day          string // the day it was received, as 2006-01-02; never a time

	// What became of it by the last roll-call, or since: the kind of the entry, what
	// it says, and what opens it. "" before there was one.
	Kind, State string
	Blind       Salt

	Key       string // that it is signed with; "" for one of version 1, which was not
	signature string // the line
}

const (
	receiptTitle  = "Receipt from Heard, version 2"
	receiptTitle1 = "Receipt from Heard, version 1"
	signatureMark = "— "
)

// text returns what is signed of a receipt.
func (r Receipt) text() string {
	if r.Key == "" {
		return fmt.Sprintf("%s\nconsultation: %s\nreceived: %s\nleaf: %s\n", receiptTitle1, r.Consultation, r.Day, r.Leaf)
	}
	text := fmt.Sprintf("%s\nconsultation: %s\nreceived: %s\nleaf: %s\n", receiptTitle, r.Consultation, r.Day, r.Leaf)
	if r.State != "" {
		text += fmt.Sprintf("state: %s\nentry: %s\nopening: %s\n", r.State, r.Kind, base64.StdEncoding.EncodeToString(r.Blind[:]))
	}
	return text + "key: " + r.Key + "\n"
}

// String returns the receipt as a small text file.
func (r Receipt) String() string {
	if r.signature == "" {
		return r.text()
	}
	return r.text() + "\n" + r.signature + "\n"
}

// Sign returns the receipt signed with the key.
func (r Receipt) Sign(key Key) (Receipt, error) {
	r.Key = key.Verifier(r.Consultation)
	signed, err := key.sign(r.Consultation, r.text())
	if err != nil {
		return Receipt{}, fmt.Errorf("sign a receipt: %w", err)
	}
	r.signature = strings.TrimSuffix(strings.TrimPrefix(string(signed), r.text()+"\n"), "\n")
	return r, nil
}

// maxReceipt is well above the length of any receipt with notes added to it.
const maxReceipt = 10_000

// ParseReceipt reads what Receipt.String writes, and checks its signature. Since
// people mail and print these, it forgives spaces at the ends of lines, blank
// lines and the line ends of other systems, but nothing unknown.
func ParseReceipt(text string) (Receipt, error) {
	var r Receipt
	if len(text) > maxReceipt {
		return r, fmt.Errorf("a receipt has a few short lines: this file has %d bytes", len(text))
	}
	seen := map[string]int{}
	title := ""
	for i, line := range textLines(text) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		if title == "" {
			if line != receiptTitle && line != receiptTitle1 {
				return Receipt{}, fmt.Errorf("receipt: line %d: expected %q", i+1, receiptTitle)
			}
			title = line
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		if strings.HasPrefix(line, signatureMark) {
			name, value, ok = "signature", line, true
		}
		if !ok {
			return Receipt{}, fmt.Errorf("receipt: line %d: expected a name, a colon and a value", i+1)
		}
		if at, again := seen[name]; again {
			return Receipt{}, fmt.Errorf("receipt: line %d: line %d says this already", i+1, at)
		}
		seen[name] = i + 1
		if err := r.set(name, strings.TrimSpace(value)); err != nil {
			return Receipt{}, fmt.Errorf("receipt: line %d: %w", i+1, err)
		}
	}
	if title == "" {
		return Receipt{}, errors.New("receipt: it is empty")
	}
	needed := []string{"consultation", "received", "leaf"}
	if title == receiptTitle {
		needed = append(needed, "key", "signature")
	}
	if r.State != "" || r.Kind != "" || r.Blind != (Salt{}) {
		needed = append(needed, "state", "entry", "opening")
	}
	for _, name := range needed {
		if seen[name] == 0 {
			return Receipt{}, fmt.Errorf("receipt: there is no line %q", name+":")
		}
	}
	if title == receiptTitle1 {
		if len(seen) != 3 {
			return Receipt{}, errors.New("receipt: one of version 1 has a consultation, a day and a leaf, and nothing else")
		}
		return r, nil
	}
	if _, err := opened(r.String(), r.Key); err != nil {
		return Receipt{}, fmt.Errorf("receipt: %w", err)
	}
	return r, nil
}

// What a receipt may say of a state, so that none reads like another.
var (
	states     = regexp.MustCompile(`^(counted|erased|merged|withheld [0-9a-f]{64}|withdrawn)$`)
	stateKinds = regexp.MustCompile(`^(state|change) [1-9][0-9]{0,8}$`)
)

func (r *Receipt) set(name, value string) (err error) {
	switch name {
	case "consultation":
		r.Consultation, err = value, checkConsultation(value)
	case "received":
		r.Day = value
		if _, fault := time.Parse(time.DateOnly, value); fault != nil {
			err = errors.New("expected a day such as 2026-11-23")
		}
	case "leaf":
		r.Leaf, err = ParseHash(value)
	case "state":
		if r.State = value; !states.MatchString(value) {
			err = errors.New("expected what became of the submission")
		}
	case "entry":
		if r.Kind = value; !stateKinds.MatchString(value) {
			err = errors.New("expected the kind of the entry that says so")
		}
	case "opening":
		var h Hash
		h, err = ParseHash(value)
		r.Blind = Salt(h)
	case "key":
		if r.Key = value; value == "" {
			err = errors.New("expected the key that the receipt is signed with")
		}
	case "signature":
		r.signature = value
	default:
		err = errors.New("expected consultation, received, leaf, state, entry, opening or key before the colon")
	}
	return err
}

// ErrNotInLog is returned for a receipt whose leaf is not in a log that is itself
// in order.
var ErrNotInLog = errors.New("this receipt is not in the log")

// ErrLeftOut is in the error for a receipt whose entries are in the log, and not
// as what they are: the report was made without what they stand for.
var ErrLeftOut = errors.New("the report leaves the submission of this receipt out")

// CheckReceipt checks that the log is the receipt's, by consultation and key, and
// that the receipt's leaf, and what the receipt says became of it, are in the log,
// and are opened there as what they are.
func (l *Log) CheckReceipt(r Receipt) error {
	if l.Consultation != r.Consultation {
		return fmt.Errorf("the receipt is for %s and the log is of %s: fetch the log of %s", r.Consultation, l.Consultation, r.Consultation)
	}
	if r.Key != "" && r.Key != l.Key {
		return errors.New("the receipt and the log are signed with different keys: one of them is not this portal's. Keep both")
	}
	at, there := l.places[r.Leaf]
	if !there {
		return fmt.Errorf("%w of %d entries. Entries come in once a day: if it is only a day old, fetch the log again tomorrow. If not, keep the receipt, which is signed, and tell the council and somebody you trust", ErrNotInLog, l.Size)
	}
	const tell = "Keep the receipt, which is signed, and the log, and tell the council and somebody you trust"
	// Nobody answers any more once there is a roll-call to publish.
	if len(l.Manifests) > 0 && l.opening(at) != KindSubmission {
		return fmt.Errorf("%w: line %d of %s says %q, and not that it is a submission. %s", ErrLeftOut, at+1, OpeningsName, l.opening(at), tell)
	}
	if r.State == "" {
		return nil
	}
	if at, there = l.places[State(r.Blind, r.Kind, r.Leaf, r.State)]; !there {
		return fmt.Errorf("%w as %s: its leaf is there, and the entry that says what became of it is not", ErrNotInLog, r.State)
	}
	if said := l.opening(at); said != r.Kind && (said != "" || l.called(r.Kind)) {
		return fmt.Errorf("%w: line %d of %s says %q about the entry that tells what became of it, and not %q. %s", ErrLeftOut, at+1, OpeningsName, said, r.Kind, tell)
	}
	if strings.HasPrefix(r.Kind, "change ") && r.State == StateCounted {
		return fmt.Errorf("%w: only a roll-call says that a submission is counted, and the receipt names a change after it. %s", ErrLeftOut, tell)
	}
	return nil
}

// opening is what the entry at a place was, "" behind the last manifest's.
func (l *Log) opening(at int) string {
	if at < len(l.openings) {
		return l.openings[at]
	}
	return ""
}

// called reports whether a kind is that of a roll-call before the last manifest, so
// that its entries have openings.
func (l *Log) called(kind string) bool {
	var number int
	_, err := fmt.Sscanf(kind, "state %d", &number)
	return err == nil && len(l.Manifests) > 0 && number <= l.Manifests[len(l.Manifests)-1].Roll
}
