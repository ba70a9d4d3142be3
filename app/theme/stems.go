package theme

// Stems returns what the words of a text are compared by, in order: folded,
// stemmed and without the function words of the language, which is a BCP 47
// tag. A language that is not known here has neither stems nor function words.
func Stems(text, tag string) []string {
	l := languageOf(tag)
	var out []string
	eachToken(text, func(at span) {
		if word := fold(text[at.start:at.end]); !l.function[word] {
			out = append(out, stemOf(word, l))
		}
	})
	return out
}
