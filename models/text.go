package models

import (
	"sort"
	"strings"
	"unicode"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"golang.org/x/text/unicode/norm"
)

// Text is wording in one or more languages, keyed by BCP 47 tag. In a
// consultation file it is written either as a plain string, which is wording
// in the consultation's first language, or as a map of language to wording.
type Text map[string]string

// plain is the key of wording whose language the file did not state; loading
// the file moves it to the consultation's first language.
const plain = ""

// UnmarshalYAML accepts a string or a map of language to string.
func (t *Text) UnmarshalYAML(node ast.Node) error {
	var byLanguage map[string]string
	if err := yaml.NodeToValue(node, &byLanguage); err == nil {
		*t = byLanguage
		return nil
	}
	var one string
	if err := yaml.NodeToValue(node, &one); err != nil {
		return misread(node, "expected wording as text, or as a map of language to text")
	}
	*t = Text{plain: one}
	return nil
}

// In returns the wording in language, or in the first language that has any
// when language has none. The second result is the language it is in.
func (t Text) In(language string) (wording, in string) {
	if s := t[language]; s != "" {
		return s, language
	}
	if s := t[plain]; s != "" {
		return s, plain
	}
	if s := t["en"]; s != "" {
		return s, "en"
	}
	languages := make([]string, 0, len(t))
	for l := range t {
		languages = append(languages, l)
	}
	sort.Strings(languages)
	for _, l := range languages {
		if t[l] != "" {
			return t[l], l
		}
	}
	return "", language
}

// Default returns the wording in the default language of the file.
func (t Text) Default() string {
	s, _ := t.In("en")
	return s
}

// Empty reports whether there is no wording in any language.
func (t Text) Empty() bool {
	for _, s := range t {
		if strings.TrimSpace(s) != "" {
			return false
		}
	}
	return true
}

// CleanText makes typed text safe to keep: valid UTF-8, Unicode NFC, Unix line
// ends, no control characters but tab and line feed, no bidirectional override
// characters (which can make text read otherwise than it is stored), no white
// space at the ends. Words are never changed.
func CleanText(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.ReplaceAll(s, "\r", "\n")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case unicode.Is(unicode.Cc, r):
			return -1
		case r >= '\u202A' && r <= '\u202E', r >= '\u2066' && r <= '\u2069':
			return -1
		case r == '\uFEFF':
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(norm.NFC.String(s))
}
