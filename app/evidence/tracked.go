package evidence

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
)

// wordElement is an open element of a Word document.
type wordElement struct {
	name    string
	at      int64 // its offset
	deleted bool  // or in what is
	// Of a paragraph: whether its end was taken out, which makes it one with the next;
	// whether something in it is left; and whether it goes on from the one before.
	endDeleted, left, continues bool
	section                     bool // ends a section, and so stays
	// Of a table its rows, of a row its cells: how many there are, and are left.
	parts, partsLeft int
	// The paragraph before, of those directly in this element, if its end was taken out.
	before *wordElement
}

// betweenParagraphs are elements that may stand between two paragraphs as well as in
// one, and hold no text.
var betweenParagraphs = map[string]bool{
	"bookmarkStart": true, "bookmarkEnd": true, "proofErr": true, "permStart": true, "permEnd": true,
	"commentRangeStart": true, "commentRangeEnd": true, "moveFromRangeStart": true, "moveFromRangeEnd": true,
	"moveToRangeStart": true, "moveToRangeEnd": true,
}

// trackedChanges returns the edits that accepting the changes of a Word document
// takes beyond those for elements by name, by the offsets of the elements: rows and
// cells that were taken out go whole, and so do tables and paragraphs of which nothing
// is left. A paragraph whose end was taken out and the next become one.
func trackedChanges(data []byte) (map[int64]edit, error) {
	changes := map[int64]edit{}
	d := xml.NewDecoder(bytes.NewReader(data))
	var open []*wordElement
	for {
		at := d.InputOffset()
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return changes, nil
		}
		if err != nil {
			return nil, Damaged
		}
		switch t := token.(type) {
		case xml.StartElement:
			if len(open) == maxDepth {
				return nil, Damaged
			}
			e := &wordElement{name: t.Name.Local, at: at}
			if n := len(open); n > 0 {
				e.deleted = open[n-1].deleted
				follow(changes, open[n-1], e)
			}
			noteDeletion(changes, open, e)
			open = append(open, e)
		case xml.EndElement:
			n := len(open)
			if n == 0 {
				return nil, Damaged
			}
			e := open[n-1]
			open = open[:n-1]
			switch e.name {
			case "p":
				if e.endDeleted && !e.section && len(open) > 0 {
					open[len(open)-1].before = e
				}
			case "tc":
				countPart(changes, open, e, "tr")
			case "tr":
				countPart(changes, open, e, "tbl")
			case "tbl":
				countPart(changes, open, e, "")
			}
		}
	}
}

// follow tells what becomes of a paragraph whose end was taken out from e, which
// comes next in the same parent.
func follow(changes map[int64]edit, parent, e *wordElement) {
	if parent.name == "p" && parent.continues && e.name == "pPr" {
		changes[e.at] = drop // it takes after the one before
	}
	before := parent.before
	if before == nil || betweenParagraphs[e.name] {
		return
	}
	parent.before = nil
	switch {
	case e.name != "p":
	case !before.left && !before.continues:
		changes[before.at] = drop
	default:
		changes[before.at] = noEnd
		if before.continues {
			changes[before.at] = unwrap
		}
		changes[e.at] = noStart
		e.continues = true
	}
}

// noteDeletion notes in the elements around e, and in e, what e takes out or leaves.
func noteDeletion(changes map[int64]edit, open []*wordElement, e *wordElement) {
	around := func(i int) string { // the name of the i-th element around e
		if i > len(open) {
			return ""
		}
		return open[len(open)-i].name
	}
	switch e.name {
	case "del", "moveFrom", "conflictDel":
		e.deleted = true
		switch {
		case around(1) == "trPr" && around(2) == "tr":
			changes[open[len(open)-2].at] = drop
		case around(1) == "rPr" && around(2) == "pPr" && around(3) == "p":
			open[len(open)-3].endDeleted = true
		}
	case "cellDel":
		if around(1) == "tcPr" && around(2) == "tc" {
			changes[open[len(open)-2].at] = drop
		}
	case "sectPr":
		if around(1) == "pPr" && around(2) == "p" {
			open[len(open)-2].section = true
		}
	case "r":
		for _, p := range open {
			p.left = p.left || !e.deleted
		}
	}
}

// countPart tells, at the end of a cell, row or table, whether it goes because none of
// its parts are left, and counts it for the innermost element of the given name.
func countPart(changes map[int64]edit, open []*wordElement, e *wordElement, whole string) {
	if e.parts > 0 && e.partsLeft == 0 {
		changes[e.at] = drop
	}
	for _, around := range slices.Backward(open) {
		if around.name == whole {
			around.parts++
			if changes[e.at] != drop {
				around.partsLeft++
			}
			return
		}
	}
}
