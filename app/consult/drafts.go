package consult

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"heard/app/model"
	"heard/app/theme"
	"heard/models"
)

// The optional language model is asked outside every transaction, and told
// nothing but the redacted words of people who agreed to be quoted: no id, no
// group, no name of a theme and no keyword, because those may be made of
// anybody's words. What it gives back can be missing without harm: themes are
// found, named and reported without it.

// modelMemory keeps what the model said in the latest run of a consultation, so
// that the next asks only about what is new. It is lost with the process.
type modelMemory struct {
	mu      sync.Mutex
	vectors map[string]map[[sha256.Size]byte][]float32 // by consultation and text
	words   map[string]map[string]model.Description    // by consultation and passages
}

// recallVectors and the others below read and replace what is kept of one
// consultation. What they return is not changed by anybody.
func (m *modelMemory) recallVectors(consultation string) map[[sha256.Size]byte][]float32 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.vectors[consultation]
}

func (m *modelMemory) keepVectors(consultation string, v map[[sha256.Size]byte][]float32) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.vectors == nil {
		m.vectors = map[string]map[[sha256.Size]byte][]float32{}
	}
	m.vectors[consultation] = v
}

func (m *modelMemory) recallWords(consultation string) map[string]model.Description {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.words[consultation]
}

func (m *modelMemory) keepWords(consultation string, w map[string]model.Description) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.words == nil {
		m.words = map[string]map[string]model.Description{}
	}
	m.words[consultation] = w
}

// What the report says of how the model was used.
const (
	noteCompared = "The language model that compared answers was sent nothing but the redacted words of people who agreed to be quoted; other answers were compared by their words alone."
	noteDrafted  = "The language model that proposed names and drafts was shown nothing but redacted passages of people who agreed to be quoted. Sentences that cite no passage, or that hold numbers, quotations of nobody, sides taken or words that the passages do not bear out, were dropped."
)

// embeddings returns a unit vector for each document whose author agreed to be
// quoted, and nil for the others, whose words are not sent. Without a model, or
// when it fails, there are no vectors at all. The note is for the report: how
// the model was used, or why it was not; "" when none is set up.
func (s *Service) embeddings(ctx context.Context, consultation string, docs []theme.Document) (vectors [][]float32, note string) {
	if s.model == nil || s.model.EmbedName() == "" {
		return nil, ""
	}
	before := s.memory.recallVectors(consultation)
	known := map[[sha256.Size]byte][]float32{}
	var ask []string
	var asked [][sha256.Size]byte
	for _, d := range docs {
		if !d.Quotable || strings.TrimSpace(d.Text) == "" {
			continue
		}
		sum := sha256.Sum256([]byte(d.Text))
		if _, again := known[sum]; again {
			continue
		}
		known[sum] = before[sum]
		if known[sum] == nil {
			ask, asked = append(ask, d.Text), append(asked, sum)
		}
	}
	made, err := s.model.Embed(ctx, ask)
	for i, v := range made {
		known[asked[i]] = v
	}
	if err == nil && !sameLength(known) {
		// The model behind the name is another one since the last run.
		s.memory.keepVectors(consultation, nil)
		err = errors.New("its vectors are of another length than before")
	} else {
		maps.DeleteFunc(known, func(_ [sha256.Size]byte, v []float32) bool { return v == nil })
		s.memory.keepVectors(consultation, known)
	}
	if err != nil {
		s.log.WarnContext(ctx, "the model for vectors could not be used", "reason", err)
		return nil, fmt.Sprintf("The language model that compares answers could not be used, because %s; answers were grouped by their words alone.", err)
	}
	vectors = make([][]float32, len(docs))
	for i, d := range docs {
		if d.Quotable {
			vectors[i] = known[sha256.Sum256([]byte(d.Text))]
		}
	}
	return vectors, noteCompared
}

// noteVectors writes into a run how its answers were compared.
func (s *Service) noteVectors(run *models.ThemeRun, vectors [][]float32, note string) {
	if vectors != nil {
		run.Method.Embeddings = s.model.EmbedName()
	}
	if note != "" {
		run.Method.Notes = append(run.Method.Notes, note)
	}
}

func sameLength(vectors map[[sha256.Size]byte][]float32) bool {
	length := 0
	for _, v := range vectors {
		if length == 0 {
			length = len(v)
		}
		if len(v) != length {
			return false
		}
	}
	return true
}

// drafted is what the language model said of the themes of one run.
type drafted struct {
	chat  string
	said  []saidOf // of what was found now, in its order
	known map[string]saidOf
	note  string
}

// saidOf is what it said of the passages that stand for a theme.
type saidOf struct {
	passages []string // sorted
	words    model.Description
}

// passageOf names a passage and, by its hash, the words that it holds now.
func passageOf(q models.Quote) string {
	return fmt.Sprintf("%s-%s %d %d %s", q.Submission, q.Question, q.Start, q.End, q.SHA256)
}

// passageKey names a set of passages.
func passageKey(passages []string) string { return fingerprint(passages...) }

// leastVoices is how many people a theme must quote to be described: with one
// alone it would be that person's answer in other words.
const leastVoices = 2

// describeThemes asks the language model about the themes found, outside any
// transaction. docs are those they were found in.
//
// Nothing is asked again about the same passages: what an earlier run said of
// them stands. The error is the store's; a model that fails is a note.
func (s *Service) describeThemes(ctx context.Context, consultation string, docs []theme.Document, found theme.Result) (*drafted, error) {
	if s.model == nil || s.model.ChatName() == "" {
		return &drafted{}, nil
	}
	themes, err := s.store.Themes(ctx, consultation)
	if err != nil {
		return nil, err
	}
	quotes, err := s.store.Quotes(ctx, consultation)
	if err != nil {
		return nil, err
	}
	d := &drafted{chat: s.model.ChatName(), known: earlierDrafts(themes, quotes)}
	quotable := map[string]bool{}
	for _, doc := range docs {
		quotable[doc.ID] = doc.Quotable
	}
	before, now := s.memory.recallWords(consultation), map[string]model.Description{}
	var ask []model.Theme
	var asked []saidOf
	for _, t := range found.Themes {
		var passages []string
		next := model.Theme{Keywords: t.Keywords}
		people := map[string]bool{}
		for _, q := range t.Quotes {
			if !quotable[q.Document] || len(next.Passages) == model.MaxPassages {
				continue
			}
			sub, question := splitDocumentID(q.Document)
			passages = append(passages, passageOf(models.Quote{Submission: sub, Question: question, Start: q.Start, End: q.End, SHA256: q.SHA256}))
			next.Passages = append(next.Passages, model.Passage{Submission: sub, Text: q.Text})
			people[sub] = true
		}
		if len(people) < leastVoices {
			continue
		}
		slices.Sort(passages)
		key := passageKey(passages)
		said, remembered := before[key]
		if was, stored := d.known[key]; !remembered && stored {
			said, remembered = was.words, true
		}
		if !remembered {
			ask, asked = append(ask, next), append(asked, saidOf{passages: passages})
			continue
		}
		now[key] = said
		d.said = append(d.said, saidOf{passages, said})
	}
	missed, why := s.model.DescribeAll(ctx, ask, func(i int, words model.Description) {
		now[passageKey(asked[i].passages)] = words
		d.said = append(d.said, saidOf{asked[i].passages, words})
	})
	s.memory.keepWords(consultation, now)
	if why != nil {
		s.log.WarnContext(ctx, "the model for drafts could not be used", "reason", why, "themes", missed)
		d.note = fmt.Sprintf("The language model that proposes names and drafts could not be used for %d of the %d themes that were new to it, because %s; they stand without.", missed, len(ask), why)
	}
	return d, nil
}

// earlierDrafts finds what was said in an earlier run by the passages that it
// was said of: those are the quotes of a theme.
func earlierDrafts(themes []models.Theme, quotes []models.Quote) map[string]saidOf {
	known := map[string]saidOf{}
	passages := passagesByTheme(quotes)
	for _, t := range themes {
		if t.SuggestedLabel != "" || len(t.Draft) > 0 {
			known[passageKey(passages[t.ID])] = saidOf{passages[t.ID], model.Description{Name: t.SuggestedLabel, Draft: t.Draft}}
		}
	}
	return known
}

func passagesByTheme(quotes []models.Quote) map[string][]string {
	passages := map[string][]string{}
	for _, q := range quotes {
		passages[q.Theme] = append(passages[q.Theme], passageOf(q))
	}
	for _, list := range passages {
		slices.Sort(list)
	}
	return passages
}

// apply writes what the model said into a run: to each theme what was said of
// the very passages that stand for it now, or, where people merged themes, of
// parts of them. Nothing else stays, so that no draft outlives words that were
// withdrawn, redacted or no longer agreed to be quoted. A name is proposed only
// for candidates that nobody named, and only one that no theme has.
func (d *drafted) apply(run *models.ThemeRun) {
	passages := passagesByTheme(run.Quotes)
	taken := map[string]bool{}
	for i := range run.Themes {
		taken[strings.ToLower(run.Themes[i].Label)] = true
	}
	exact := map[string]model.Description{}
	for key, s := range d.known {
		exact[key] = s.words
	}
	for _, s := range d.said {
		exact[passageKey(s.passages)] = s.words
	}
	used := false
	for i := range run.Themes {
		t := &run.Themes[i]
		t.SuggestedLabel, t.Draft = "", nil
		if t.Status == models.ThemeMerged || len(passages[t.ID]) == 0 {
			continue
		}
		words, ok := exact[passageKey(passages[t.ID])]
		if !ok {
			words = d.parts(passages[t.ID])
		}
		t.Draft = words.Draft
		if name := strings.ToLower(words.Name); name != "" && t.Status == models.ThemeCandidate && !t.Renamed && !taken[name] {
			t.SuggestedLabel = words.Name
			taken[name] = true
		}
		used = used || len(t.Draft) > 0 || t.SuggestedLabel != ""
	}
	if used {
		run.Method.Chat = d.chat
		run.Method.Notes = append(run.Method.Notes, noteDrafted)
	}
	if d.note != "" {
		run.Method.Notes = append(run.Method.Notes, d.note)
	}
}

// longestDraft is how many sentences the draft of a merged theme has at most.
const longestDraft = 4

// parts puts together what was said of parts of a theme's passages. It proposes
// no name: each is of a part.
func (d *drafted) parts(passages []string) (words model.Description) {
	for _, s := range d.said {
		if slices.ContainsFunc(s.passages, func(p string) bool { return !slices.Contains(passages, p) }) {
			continue
		}
		words.Draft = append(words.Draft, s.words.Draft...)
	}
	words.Draft = words.Draft[:min(len(words.Draft), longestDraft)]
	return words
}

// standingDraft leaves of what the language model wrote about a theme what still
// stands: a sentence as long as every passage of everybody it cites may be shown,
// and the name as long as all of the theme's may. Quotes are the stored ones.
// subs are the submissions that are quoted, by id.
func (p *places) standingDraft(t *models.Theme, quotes []models.Quote, subs map[string]*models.Submission) {
	stands := map[string]bool{} // by submission that is quoted for the theme
	for _, q := range quotes {
		if q.Theme != t.ID {
			continue
		}
		_, ok := p.quoted(q, subs[q.Submission])
		before, again := stands[q.Submission]
		stands[q.Submission] = ok && (before || !again)
		if !ok {
			t.SuggestedLabel = ""
		}
	}
	t.Draft = slices.DeleteFunc(t.Draft, func(s models.Sentence) bool {
		return len(s.Cites) == 0 || slices.ContainsFunc(s.Cites, func(id string) bool { return !stands[id] })
	})
}

// quotedIn returns the submissions that are quoted for a theme, or for any with "".
func quotedIn(quotes []models.Quote, theme string) (ids []string) {
	for _, q := range quotes {
		if theme == "" || q.Theme == theme {
			ids = append(ids, q.Submission)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}
