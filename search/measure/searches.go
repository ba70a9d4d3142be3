package measure

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"heard/search"
)

// A File is searches with what people expect, as somebody wrote them down:
//
//	# Lines that begin like this are for readers.
//	floor: embedded, MAP 0.80
//	floor: meilisearch, first page 0.90
//
//	search: lighting in the alley
//	only groups: resident, business
//	find: “Half the lamps on Albion Terrace have been out”
//	find: answer-17
//	not: “the traffic lights at the station”
//
//	search: helicopter
//	find: nothing
//
// A search is a block of lines without an empty one. Its words are those that somebody would type. “find” names an
// answer that should be found and “not” one that must not be, each by a passage of it between quotation marks, which
// stands for every answer with that passage, or by its ID. “only” chooses values of an attribute, as a filter does. A
// floor is the least that an engine may reach in a figure: MAP, nDCG@10 or first page, from 0 to 1.
type File struct {
	Name     string
	Floors   []Floor
	searches []written
}

// A Floor is the least that an engine may reach.
type Floor struct {
	Engine string
	Figure string // FigureMAP, FigureNDCG or FigureFirstPage
	Least  float64
}

// The figures of Quality that a Floor can be about, as they are written.
const (
	FigureMAP       = "MAP"
	FigureNDCG      = "nDCG@10"
	FigureFirstPage = "first page"
)

// Of returns the figure that a floor is about.
func (f Floor) Of(q Quality) float64 {
	return map[string]float64{FigureMAP: q.MAP, FigureNDCG: q.NDCG, FigureFirstPage: q.FirstPage}[f.Figure]
}

// written is a search as it stands in a file.
type written struct {
	Search
	find, not []answer
}

// answer is one way of naming answers: by a passage or by an ID.
type answer struct {
	line    int
	passage string
	id      string
}

// longestLine is how long a line of a file may be, in bytes.
const longestLine = 64 << 10

// ReadSearches reads a file. The error names the file and the line, and what was expected there.
func ReadSearches(name string, r io.Reader) (*File, error) {
	f := &File{Name: name}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, longestLine)
	number := 0
	fault := func(line int, format string, args ...any) error {
		return fmt.Errorf("%s:%d: %s", name, line, fmt.Sprintf(format, args...))
	}
	var s *written // the search whose block this is
	end := func() error {
		if s != nil && len(s.find)+len(s.not) == 0 && !s.Nothing {
			return fault(s.Line, "expected a line \"find:\" or \"not:\" below the search, or \"find: nothing\"")
		}
		s = nil
		return nil
	}
	for lines.Scan() {
		number++
		line := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\ufeff"))
		switch {
		case !utf8.ValidString(line):
			return nil, fault(number, "expected text in UTF-8")
		case strings.HasPrefix(line, "#"):
			continue
		case line == "":
			if err := end(); err != nil {
				return nil, err
			}
			continue
		}
		key, value, ok := strings.Cut(line, ":")
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		if !ok || value == "" {
			return nil, fault(number, "expected a word, a colon and what it says, such as \"search: lighting in the alley\"")
		}
		if key != "search" && key != "floor" && s == nil {
			return nil, fault(number, "expected a line \"search:\" above this one, without an empty line between")
		}
		switch attribute, only := strings.CutPrefix(key, "only "); {
		case key == "floor":
			if s != nil || len(f.searches) > 0 {
				return nil, fault(number, "expected floors above the first search")
			}
			floor, ok := readFloor(value)
			if !ok {
				return nil, fault(number, "expected an engine, a comma, one of MAP, nDCG@10 and first page, and a number from 0 to 1, such as \"floor: embedded, MAP 0.8\"")
			}
			f.Floors = append(f.Floors, floor)
		case key == "search":
			if s != nil {
				return nil, fault(number, "expected an empty line between two searches")
			}
			f.searches = append(f.searches, written{Search: Search{Line: number, Text: value, Filters: search.Labels{}}})
			s = &f.searches[len(f.searches)-1]
		case only:
			a := search.Attribute(strings.TrimSpace(attribute))
			if !slices.Contains(search.Attributes, a) {
				return nil, fault(number, "expected \"only\" and one of %v", search.Attributes)
			}
			for _, v := range strings.Split(value, ",") {
				if v = strings.TrimSpace(v); v == "" {
					return nil, fault(number, "expected values with commas between, such as \"only groups: resident, business\"")
				}
				s.Filters[a] = append(s.Filters[a], v)
			}
		case key == "find" && value == "nothing":
			s.Nothing = true
		case key == "find", key == "not":
			a, ok := readAnswer(value)
			if !ok {
				return nil, fault(number, "expected a passage of an answer between quotation marks, or the ID of one")
			}
			a.line = number
			if key == "find" {
				s.find = append(s.find, a)
			} else {
				s.not = append(s.not, a)
			}
		default:
			return nil, fault(number, "expected one of \"search:\", \"only …:\", \"find:\", \"not:\" and \"floor:\"")
		}
		if s != nil && s.Nothing && len(s.find) > 0 {
			return nil, fault(number, "expected either \"find: nothing\" or answers to find")
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fault(number+1, "expected lines of at most %d bytes", longestLine)
	}
	if err := end(); err != nil {
		return nil, err
	}
	if len(f.searches) == 0 {
		return nil, fault(number+1, "expected at least one search, such as \"search: lighting in the alley\"")
	}
	return f, nil
}

func readFloor(value string) (Floor, bool) {
	engine, rest, ok := strings.Cut(value, ",")
	engine, rest = strings.TrimSpace(engine), strings.TrimSpace(rest)
	at := strings.LastIndexByte(rest, ' ')
	if !ok || engine == "" || at < 0 {
		return Floor{}, false
	}
	figure := strings.TrimSpace(rest[:at])
	least, err := strconv.ParseFloat(rest[at+1:], 64)
	if err != nil || !(least >= 0 && least <= 1) || !slices.Contains([]string{FigureMAP, FigureNDCG, FigureFirstPage}, figure) {
		return Floor{}, false
	}
	return Floor{Engine: engine, Figure: figure, Least: least}, true
}

// quotes are the marks that keyboards and word processors put around a passage.
const quotes = `"“”„«»`

func readAnswer(value string) (answer, bool) {
	first, size := utf8.DecodeRuneInString(value)
	last, end := utf8.DecodeLastRuneInString(value)
	if !strings.ContainsRune(quotes, first) {
		return answer{id: value}, !strings.ContainsAny(value, " \t"+quotes)
	}
	if size+end > len(value) || !strings.ContainsRune(quotes, last) {
		return answer{}, false
	}
	passage := oneLine(value[size : len(value)-end])
	return answer{passage: passage}, passage != ""
}

// oneLine writes text with one space wherever it has any.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// Searches returns the searches of the file with the answers among docs that they expect. The error names the file and
// the line of an answer that docs do not have.
func (f *File) Searches(docs []search.Document) ([]Search, error) {
	texts := make([]string, len(docs))
	for i, d := range docs {
		texts[i] = oneLine(d.Text)
	}
	named := func(answers []answer) ([]string, error) {
		var ids []string
		for _, a := range answers {
			found := false
			for i, d := range docs {
				if a.id == d.ID || a.passage != "" && strings.Contains(texts[i], a.passage) {
					found = true
					if !slices.Contains(ids, d.ID) {
						ids = append(ids, d.ID)
					}
				}
			}
			if !found {
				return nil, fmt.Errorf("%s:%d: expected a passage that stands in an answer, or the ID of one; no answer has it", f.Name, a.line)
			}
		}
		return ids, nil
	}
	out := make([]Search, len(f.searches))
	for i, w := range f.searches {
		s := w.Search
		var err, err2 error
		s.Expected, err = named(w.find)
		s.Unwanted, err2 = named(w.not)
		if err := cmp.Or(err, err2); err != nil {
			return nil, err
		}
		for _, id := range s.Unwanted {
			if slices.Contains(s.Expected, id) {
				return nil, fmt.Errorf("%s:%d: expected each answer under \"find\" or under \"not\", got one under both", f.Name, s.Line)
			}
		}
		out[i] = s
	}
	return out, nil
}
