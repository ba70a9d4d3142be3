package theme

import "strings"

// A corpus is a body of documents read into terms.
type corpus struct {
	docs      []Document
	languages []*language // of each document
	lexicon   *lexicon
	terms     []int32 // of all documents, one after the other
	first     []int   // document → its first term; one more at the end
}

// readCorpus reads the documents into terms.
func readCorpus(docs []Document) *corpus {
	c := &corpus{
		docs:      docs,
		languages: detectLanguages(docs),
		lexicon:   newLexicon(),
		first:     make([]int, 1, len(docs)+1),
	}
	for i, d := range docs {
		eachToken(d.Text, func(at span) {
			c.terms = append(c.terms, c.lexicon.use(fold(d.Text[at.start:at.end]), c.languages[i]))
		})
		c.first = append(c.first, len(c.terms))
	}
	c.lexicon.settle()
	return c
}

// of gives the terms of document i, in reading order.
func (c *corpus) of(i int) []int32 { return c.terms[c.first[i]:c.first[i+1]] }

// An answer of more than longAnswer terms is themed in passages of some
// passageTerms each, mostPassages at most: it may make several points.
const (
	longAnswer   = 60
	passageTerms = 40
	mostPassages = 12
)

// passages gives the terms of document i, by passage when it is long. Passages
// end where sentences do.
func (c *corpus) passages(i int) [][]int32 {
	all := c.of(i)
	if len(all) <= longAnswer {
		return [][]int32{all}
	}
	size := max(passageTerms, len(all)/mostPassages)
	var out [][]int32
	var open []int32
	for _, at := range sentences(c.docs[i].Text) {
		open = append(open, c.termsIn(i, at)...)
		if len(open) >= size {
			out = append(out, open)
			open = nil
		}
	}
	switch {
	case len(out) == 0:
		return [][]int32{all}
	case 2*len(open) >= size:
		out = append(out, open)
	default:
		out[len(out)-1] = append(out[len(out)-1], open...)
	}
	return out
}

// termsIn gives the terms of a span of document i.
func (c *corpus) termsIn(i int, at span) []int32 {
	var terms []int32
	text := c.docs[i].Text[at.start:at.end]
	eachToken(text, func(t span) {
		if n, ok := c.lexicon.lookup(fold(text[t.start:t.end]), c.languages[i]); ok {
			terms = append(terms, n)
		}
	})
	return terms
}

// leastVotes: a language must be that of one document in this many before those
// that do not tell theirs are taken to be in it instead of in English.
const leastVotes = 20

// detectLanguages gives the language of every document: the one declared, else
// the one its words tell, else the one most documents are in.
func detectLanguages(docs []Document) []*language {
	out := make([]*language, len(docs))
	votes := map[*language]int{}
	var words []string
	for i, d := range docs {
		if d.Language != "" {
			out[i] = languageOf(d.Language)
		} else {
			words = appendWords(words[:0], opening(d.Text))
			out[i] = guessLanguage(words)
		}
		if out[i] != nil {
			votes[out[i]]++
		}
	}
	common := languages[0]
	for _, l := range languages {
		if votes[l] > votes[common] && votes[l]*leastVotes >= len(docs) {
			common = l
		}
	}
	for i := range out {
		if out[i] == nil {
			out[i] = common
		}
	}
	return out
}

// opening is as much of a text as is read to tell its language.
func opening(s string) string {
	const enough = 2000
	if len(s) <= enough {
		return s
	}
	cut := strings.LastIndexByte(s[:enough], ' ')
	if cut <= 0 {
		cut = enough
	}
	return s[:cut]
}

// appendWords appends the words of a text, folded.
func appendWords(words []string, text string) []string {
	eachToken(text, func(at span) { words = append(words, fold(text[at.start:at.end])) })
	return words
}
