package print

import (
	"bytes"
	"iter"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// marked is content of a page that is marked as belonging to an element.
type marked struct {
	id    int
	words bool // not only drawn
}

// markRest marks what the content of a page draws outside of all marks as an
// artifact: no content, but decoration and what the program adds, such as page
// numbers. It returns the content, what is marked as belonging to an element, in
// order, and why that cannot be told.
//
// Only operators that draw are wrapped, one by one: that is allowed anywhere, inside
// of a text and across changes of state.
func markRest(content []byte) (out []byte, ids []marked, wanting []string) {
	const artifact, other = -2, -1
	var open []int // by depth: the identifier, artifact or other
	path := -1     // where the path begins that is being made
	done := 0      // content that is in out already
	wrap := func(from, to int) {
		out = append(out, content[done:from]...)
		out = append(out, "/Artifact BMC\n"...)
		out = append(out, content[from:to]...)
		out = append(out, "\nEMC"...)
		done = to
	}
	for op := range operators(content) {
		outside := !slices.ContainsFunc(open, func(m int) bool { return m != other })
		switch op.name {
		case "BDC", "BMC":
			m, given := other, content[op.from:op.to]
			if bytes.HasPrefix(given, []byte("/Artifact")) {
				m = artifact
			} else if id := markRE.FindSubmatch(given); id != nil {
				m, _ = strconv.Atoi(string(id[1]))
				ids = append(ids, marked{id: m})
			}
			if m != other && !outside {
				wanting = append(wanting, "content of one element stands inside that of another, so that it is read twice")
			}
			open = append(open, m)
		case "EMC":
			if len(open) == 0 {
				return content, ids, append(wanting, "marks of content end that did not begin")
			}
			open = open[:len(open)-1]
		case "m", "re":
			if path < 0 {
				path = op.from
			}
		case "n":
			path = -1
		case "S", "s", "f", "F", "f*", "B", "B*", "b", "b*":
			if outside && path >= 0 {
				wrap(path, op.to)
			}
			path = -1
		case "Tj", "TJ", "'", `"`, "Do", "sh":
			if outside {
				wrap(op.from, op.to)
			} else if i := len(ids) - 1; i >= 0 && op.name != "sh" && op.name != "Do" {
				ids[i].words = true
			}
		case "BI":
			// What follows is no text, and no program here writes it.
			return content, ids, append(wanting, "a picture stands in the content of a page")
		}
	}
	if len(open) > 0 {
		wanting = append(wanting, "marks of content do not end")
	}
	return append(out, content[done:]...), ids, wanting
}

var markRE = regexp.MustCompile(`/MCID\s+([0-9]+)`)

// operator is an operator of the content of a page: where its operands begin, and
// where it ends.
type operator struct {
	name     string
	from, to int
}

// operators yields the operators of the content of a page.
func operators(content []byte) iter.Seq[operator] {
	return func(yield func(operator) bool) {
		from := -1
		begin := func(at int) {
			if from < 0 {
				from = at
			}
		}
		for i := 0; i < len(content); {
			switch c := content[i]; {
			case bytes.IndexByte(space, c) >= 0:
				i++
			case c == '%':
				for i < len(content) && content[i] != '\n' && content[i] != '\r' {
					i++
				}
			case c == '(':
				begin(i)
				for depth := 0; i < len(content); i++ {
					switch content[i] {
					case '\\':
						i++
					case '(':
						depth++
					case ')':
						depth--
					}
					if depth == 0 {
						i++
						break
					}
				}
			case c == '<' && !bytes.HasPrefix(content[i:], []byte("<<")): // a string in digits
				begin(i)
				for i < len(content) && content[i] != '>' {
					i++
				}
			case bytes.IndexByte(delimiters, c) >= 0: // of a name, a list or a dictionary
				begin(i)
				i++
				if c != '/' {
					continue
				}
				fallthrough
			default:
				at := i
				for i < len(content) && bytes.IndexByte(space, content[i]) < 0 && bytes.IndexByte(delimiters, content[i]) < 0 {
					i++
				}
				word := string(content[at:i])
				if at > 0 && content[at-1] == '/' || word == "" || strings.ContainsRune("+-.0123456789", rune(word[0])) || word == "true" || word == "false" || word == "null" {
					begin(at)
					continue
				}
				begin(at)
				if !yield(operator{word, from, i}) {
					return
				}
				from = -1
			}
		}
	}
}

var space, delimiters = []byte("\x00\t\n\f\r "), []byte("()<>[]{}/%")
