package ledger

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"
)

// Receipt is what a person may keep to check that their submission was logged.
// It shows that the holder took part, and nothing of what they said: it has no
// salt, so it cannot be used to prove to somebody else what was in it.
type Receipt struct {
	Consultation string // its id
	Leaf         Hash
	Day          string // the day it was received, as 2006-01-02; never a time
}

const receiptTitle = "Receipt from Heard, version 1"

// String returns the receipt as a small text file.
func (r Receipt) String() string {
	return fmt.Sprintf("%s\nconsultation: %s\nreceived: %s\nleaf: %s\n", receiptTitle, r.Consultation, r.Day, r.Leaf)
}

// maxReceipt is well above the length of any receipt with notes added to it.
const maxReceipt = 10_000

// ParseReceipt reads what Receipt.String writes. Since people mail and print
// these, it forgives spaces at the ends of lines, blank lines and the line ends of
// other systems, but nothing unknown.
func ParseReceipt(text string) (Receipt, error) {
	var r Receipt
	if len(text) > maxReceipt {
		return r, fmt.Errorf("a receipt has 4 short lines: this file has %d bytes", len(text))
	}
	seen := map[string]int{}
	titled := false
	for i, line := range textLines(text) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		if !titled {
			if line != receiptTitle {
				return Receipt{}, fmt.Errorf("receipt: line %d: expected %q", i+1, receiptTitle)
			}
			titled = true
			continue
		}
		name, value, ok := strings.Cut(line, ":")
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
	if !titled {
		return Receipt{}, errors.New("receipt: it is empty")
	}
	for _, name := range []string{"consultation", "received", "leaf"} {
		if seen[name] == 0 {
			return Receipt{}, fmt.Errorf("receipt: there is no line %q", name+":")
		}
	}
	return r, nil
}

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
	default:
		err = errors.New("expected consultation, received or leaf before the colon")
	}
	return err
}

// ErrNotInLog is returned for a receipt whose leaf is not in a log that is itself
// in order.
var ErrNotInLog = errors.New("this receipt is not in the log")

// VerifyReceipt checks that the published log in dir is in order, is of the
// receipt's consultation and has the receipt's leaf. It needs nothing but the
// receipt and the log.
func VerifyReceipt(r Receipt, dir fs.FS) error {
	c, leaves, err := readLog(dir)
	if err != nil {
		return err
	}
	if c.consultation != r.Consultation {
		return fmt.Errorf("the receipt is for %s and the log is of %s: fetch the log of %s", r.Consultation, c.consultation, r.Consultation)
	}
	if !slices.Contains(leaves, r.Leaf) {
		return fmt.Errorf("%w of %d leaves: if it is only a day old, fetch the log again tomorrow; if not, tell the council and keep the receipt", ErrNotInLog, c.size)
	}
	return nil
}
