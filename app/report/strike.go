package report

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// StrikeWords takes words out of a report that was kept as JSON, whatever sections it
// has: excerpts by the submission that goes by these ids, see CalledIn, what rests on them,
// and words wherever else they stand. erased says that none of its words are left.
// now returns how the words of an excerpt read today, "" when they are gone. A
// quote that no longer stands goes; a point heard once stays without its words, as
// one without consent does. put holds what comes in place of words, "" for nothing.
// No figure changes.
func StrikeWords(data []byte, ids []string, erased bool, now func(words string) string, put map[string]string) (struck []byte, changed bool, err error) {
	var report any
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(&report); err != nil {
		return nil, false, err
	}
	s := &striker{ids: ids, erased: erased, now: now, put: put, words: slices.SortedFunc(maps.Keys(put), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), strings.Compare(a, b)) // the longest first
	})}
	report = s.walk("", report)
	if !s.changed {
		return data, false, nil
	}
	struck, err = json.Marshal(report)
	return struck, true, err
}

type striker struct {
	ids     []string
	erased  bool
	now     func(string) string
	put     map[string]string
	words   []string
	changed bool
}

// wholeWords is how long words must be, in bytes, to be looked for anywhere.
// Shorter ones are looked for where nothing but words stands.
const wholeWords = 12

var wordsOnly = []string{"keywords", "label", "text", "theme"}

func (s *striker) walk(key string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, inner := range v {
			v[k] = s.walk(k, inner)
		}
	case []any:
		kept := v[:0]
		for _, item := range v {
			if s.goes(key, item) {
				s.changed = true
				continue
			}
			item = s.walk(key, item)
			if sentence, ok := item.(map[string]any); item != "" && !(ok && key == "sentences" && sentence["text"] == "") {
				kept = append(kept, item)
			}
		}
		return kept
	case string:
		for _, words := range s.words {
			if len(words) >= wholeWords && strings.Contains(v, words) || v == words && slices.Contains(wordsOnly, key) {
				v, s.changed = strings.ReplaceAll(v, words, s.put[words]), true
			}
		}
		return v
	}
	return v
}

// goes reports whether an item of a list does not stand any more.
func (s *striker) goes(key string, item any) bool {
	if key == "quoted" {
		return s.erased && s.theirs(item)
	}
	m, ok := item.(map[string]any)
	if !ok {
		return false
	}
	if s.theirs(m["id"]) {
		return s.struck(m) && key != "heard_once" || s.erased && key == "organisations"
	}
	quote, ok := m["quote"].(map[string]any) // of a sentence
	return ok && s.theirs(quote["id"]) && s.struck(quote)
}

func (s *striker) theirs(id any) bool {
	name, ok := id.(string)
	return ok && slices.Contains(s.ids, name)
}

// struck makes an excerpt read as it does today, and reports whether that is
// another way.
func (s *striker) struck(excerpt map[string]any) bool {
	words, _ := excerpt["text"].(string)
	if words == "" || s.now(words) == words {
		return false
	}
	excerpt["text"], s.changed = s.now(words), true
	return true
}
