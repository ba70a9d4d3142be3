package consult_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"heard/app/consult"
	"heard/app/model"
	"heard/app/theme"
	"heard/models"
)

const (
	silent = "quillwort"    // a word of people who did not agree to be quoted
	spoke  = "nightjar"     // a word of people who did
	reply  = "corncrake"    // a word that only the model says
	bearer = "sk-model-key" // the key
)

// oracle is a language model on loopback.
type oracle struct {
	*httptest.Server
	mu     sync.Mutex
	bodies map[string][]string // by path
	broken bool
	longer bool                           // vectors have a number more than they had
	say    func(passages []string) string // what the chat model writes
}

func newOracle(t *testing.T) *oracle {
	o := &oracle{bodies: map[string][]string{}, say: faithful}
	o.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		o.mu.Lock()
		defer o.mu.Unlock()
		o.bodies[r.URL.Path] = append(o.bodies[r.URL.Path], string(b))
		if o.broken {
			w.WriteHeader(http.StatusInternalServerError)
			fmt.Fprintf(w, "%s could not be used with %s: %s", reply, r.Header.Get("Authorization"), b)
			return
		}
		var request struct {
			Input    []string
			Messages []struct{ Role, Content string }
		}
		_ = json.Unmarshal(b, &request)
		if strings.HasSuffix(r.URL.Path, "/embeddings") {
			var data []any
			for i, text := range request.Input {
				v := []int{len(text), 1, 0}
				if o.longer {
					v = append(v, 0)
				}
				data = append(data, map[string]any{"index": i, "embedding": v})
			}
			_ = json.NewEncoder(w).Encode(map[string]any{"data": data})
			return
		}
		var passages []struct{ Text string }
		_ = json.Unmarshal([]byte(request.Messages[1].Content), &passages)
		var texts []string
		for _, p := range passages {
			texts = append(texts, p.Text)
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"choices": []any{map[string]any{"message": map[string]string{"role": "assistant", "content": o.say(texts)}}}})
	}))
	t.Cleanup(o.Close)
	return o
}

// asked counts the requests to a path.
func (o *oracle) asked(path string) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.bodies[path])
}

func (o *oracle) everything() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return strings.Join(append(slices.Clone(o.bodies["/v1/embeddings"]), o.bodies["/v1/chat/completions"]...), "\n")
}

const (
	toEmbed = "/v1/embeddings"
	toChat  = "/v1/chat/completions"
)

// faithful says back what the first passage says, and something that no passage
// says.
func faithful(passages []string) string {
	words := strings.Fields(strings.NewReplacer(",", "", ".", "").Replace(passages[0] + " and so on it goes here again"))
	b, _ := json.Marshal(map[string]any{"name": strings.Join(words[2:5], " ") + " " + words[3], "sentences": []any{
		map[string]any{"text": "People keep seeing " + strings.Join(words[3:8], " ") + ".", "cites": []int{1}},
		map[string]any{"text": "The " + reply + " calls over the fields and meadows at dusk.", "cites": []int{1}},
	}})
	return string(b)
}

// asking returns a portal's service that asks the oracle, and its log.
func (k *kit) asking(t *testing.T, o *oracle, embed, chat string) (*consult.Service, *bytes.Buffer) {
	t.Helper()
	m, err := model.New(model.Config{URL: o.URL + "/v1", Key: bearer, Embed: embed, Chat: chat, Wait: func(time.Duration) time.Duration { return 0 }})
	noError(t, err)
	log := &bytes.Buffer{}
	return consult.New(consult.Config{Store: k.store, Search: k.engine, Files: k.files, Now: k.clock.Now, Pepper: pepper, Model: m,
		Log: slog.New(slog.NewTextHandler(&locked{w: log}, &slog.HandlerOptions{Level: slog.LevelDebug}))}), log
}

// said is what is said to a consultation: every third person did not agree to
// be quoted.
func said() (docs []theme.Document) {
	for topic := range 3 {
		for n := range 12 {
			d := theme.Document{ID: fmt.Sprintf("sub%dx%d-Q1", topic, n), Groups: []string{"grebes"}, Text: spoken(topic, n) + " It is by the " + spoke + ".", Quotable: n%3 != 0}
			if !d.Quotable {
				d.Text = spoken(topic, n) + " It is by the " + silent + "."
			}
			docs = append(docs, d)
		}
	}
	return docs
}

// findIn is what an engine would find in docs: a theme for each topic, quoting
// the first three who agreed to be quoted.
func findIn(docs []theme.Document) theme.Result {
	var found theme.Result
	for topic := range 3 {
		th := theme.Theme{ID: fmt.Sprint("t", topic), Label: fmt.Sprint("Topic ", topic), Keywords: []string{silent, topics[topic][0]}}
		for _, d := range docs {
			if strings.HasPrefix(d.ID, fmt.Sprintf("sub%dx", topic)) && d.Quotable && len(th.Quotes) < 3 {
				th.Quotes = append(th.Quotes, theme.Quote{Document: d.ID, End: len([]rune(d.Text)), Text: d.Text, SHA256: hexSum(d.Text)})
			}
		}
		found.Themes = append(found.Themes, th)
	}
	return found
}

// runOf makes a run of what was found, a theme for each.
func runOf(found theme.Result) models.ThemeRun {
	var run models.ThemeRun
	for _, f := range found.Themes {
		run.Themes = append(run.Themes, models.Theme{ID: f.ID, Label: f.Label, MachineLabel: f.Label, Status: models.ThemeCandidate})
		for _, q := range f.Quotes {
			sub, question, _ := strings.Cut(q.Document, "-")
			run.Quotes = append(run.Quotes, models.Quote{Theme: f.ID, Submission: sub, Question: question, Start: q.Start, End: q.End, SHA256: hexSum(q.Text)})
		}
	}
	return run
}

// mustStaySilent looks for words where none may be.
func mustStaySilent(t *testing.T, what, text string, words ...string) {
	t.Helper()
	for _, w := range words {
		if strings.Contains(text, w) {
			t.Errorf("%s: holds %q", what, w)
		}
	}
}

func TestEmbeddings(t *testing.T) {
	k, o := one(t), newOracle(t)
	s, log := k.asking(t, o, "nomic", "")
	docs := said()
	docs = append(docs, theme.Document{ID: "blank-Q1", Text: " ", Quotable: true}, docs[1], theme.Document{ID: "same-Q1", Text: docs[1].Text})
	vectors, note := consult.Embeddings(s, ctx, "c", docs)
	if len(vectors) != len(docs) || !strings.Contains(note, "agreed to be quoted") {
		t.Fatalf("%d vectors, %q", len(vectors), note)
	}
	for i, v := range vectors {
		if sends := docs[i].Quotable && docs[i].ID != "blank-Q1"; (v != nil) != sends {
			t.Errorf("document %d: vector %v", i, v)
		} else if sends && (len(v) != 3 || math.Abs(float64(v[0]/v[1])-float64(len(docs[i].Text))) > 0.01) {
			t.Errorf("document %d has the vector %v of another", i, v)
		}
	}
	mustStaySilent(t, "requests", o.everything(), silent, "sub0x1", "Q1", "grebes", bearer)
	if !strings.Contains(o.everything(), spoke) || o.asked(toEmbed) != 1 || o.asked(toChat) != 0 {
		t.Errorf("asked %v", o.bodies)
	}
	// What is known is not asked again; what is new is.
	again, _ := consult.Embeddings(s, ctx, "c", docs)
	if fmt.Sprint(again) != fmt.Sprint(vectors) || o.asked(toEmbed) != 1 {
		t.Errorf("asked %d times", o.asked(toEmbed))
	}
	docs[1].Text += " And more."
	if again, _ = consult.Embeddings(s, ctx, "c", docs); again[1] == nil || o.asked(toEmbed) != 2 || strings.Count(o.bodies[toEmbed][1], spoke) != 1 {
		t.Errorf("asked %d times, the second with %s", o.asked(toEmbed), o.bodies[toEmbed][1])
	}
	// Withdrawn consent takes the vector along.
	docs[1].Quotable = false
	if again, _ = consult.Embeddings(s, ctx, "c", docs); again[1] != nil {
		t.Error("an answer that may not be quoted any longer has a vector")
	}
	// A server that breaks: no vectors and a note, and nothing told.
	o.broken = true
	docs[2].Text += " And more still."
	vectors, note = consult.Embeddings(s, ctx, "c", docs)
	if vectors != nil || note != "The language model that compares answers could not be used, because it answered with status 500; answers were grouped by their words alone." {
		t.Errorf("%v, %q", vectors, note)
	}
	mustStaySilent(t, "note", note, silent, spoke, reply, bearer, o.URL)
	var failed, worked, off models.ThemeRun
	consult.NoteVectors(s, &failed, vectors, note)
	consult.NoteVectors(s, &worked, again, "used")
	consult.NoteVectors(k.Service, &off, nil, "")
	if failed.Method.Embeddings != "" || len(failed.Method.Notes) != 1 || worked.Method.Embeddings != "nomic" || len(worked.Method.Notes) != 1 || fmt.Sprint(off) != fmt.Sprint(models.ThemeRun{}) {
		t.Errorf("%+v, %+v, %+v", failed.Method, worked.Method, off.Method)
	}
	mustStaySilent(t, "log", log.String()+k.log.String(), silent, spoke, reply, bearer, o.URL)
	if !strings.Contains(log.String(), "status 500") {
		t.Errorf("the log says %q", log)
	}
	o.broken = false
	if vectors, _ = consult.Embeddings(s, ctx, "c", docs); vectors == nil {
		t.Error("the next run does not recover")
	}
	// The name stands for another model now: once a note, and then all afresh.
	o.longer = true
	docs[2].Text += " And yet more."
	if vectors, note = consult.Embeddings(s, ctx, "c", docs); vectors != nil || !strings.Contains(note, "another length") {
		t.Errorf("%v, %q", vectors, note)
	}
	if vectors, _ = consult.Embeddings(s, ctx, "c", docs); vectors == nil || len(vectors[2]) != 4 || len(vectors[4]) != 4 {
		t.Error("vectors of two models are mixed")
	}
	o.Close()
	docs[2].Text += " And again."
	if vectors, note = consult.Embeddings(s, ctx, "c", docs); vectors != nil || !strings.Contains(note, "could not be reached") {
		t.Errorf("%v, %q", vectors, note)
	}
}

func TestDescribeThemes(t *testing.T) {
	k, o := one(t), newOracle(t)
	s, log := k.asking(t, o, "", "llama")
	docs := said()
	found := findIn(docs)
	d, err := consult.DescribeThemes(s, ctx, "c", docs, found)
	noError(t, err)
	run := runOf(found)
	consult.ApplyDrafts(d, &run)
	if run.Method.Chat != "llama" || len(run.Method.Notes) != 1 {
		t.Errorf("%+v", run.Method)
	}
	drafts, names := 0, map[string]bool{}
	for _, th := range run.Themes {
		for _, sentence := range th.Draft {
			drafts++
			quoted := slices.ContainsFunc(run.Quotes, func(q models.Quote) bool { return q.Theme == th.ID && q.Submission == sentence.Cites[0] })
			if len(sentence.Cites) != 1 || !quoted || !strings.HasPrefix(sentence.Text, "People keep seeing ") {
				t.Errorf("%+v", sentence)
			}
		}
		if th.SuggestedLabel != "" {
			if names[th.SuggestedLabel] {
				t.Errorf("%q is proposed twice", th.SuggestedLabel)
			}
			names[th.SuggestedLabel] = true
		}
		if th.Label != th.MachineLabel {
			t.Errorf("%q is called %q", th.MachineLabel, th.Label)
		}
	}
	if drafts != len(run.Themes) || len(names) == 0 || o.asked(toChat) != len(run.Themes) || o.asked(toEmbed) != 0 {
		t.Errorf("%d themes: %d sentences, %d names, %d requests", len(run.Themes), drafts, len(names), o.asked(toChat))
	}
	mustStaySilent(t, "requests", o.everything(), silent, "sub0x1", "Q1", "grebes", bearer)
	mustStaySilent(t, "log", log.String(), silent, spoke, reply, bearer)

	// The same themes are not asked about again, and end the same.
	d, err = consult.DescribeThemes(s, ctx, "c", docs, found)
	noError(t, err)
	second := runOf(found)
	consult.ApplyDrafts(d, &second)
	if fmt.Sprint(second) != fmt.Sprint(run) || o.asked(toChat) != len(run.Themes) {
		t.Errorf("asked %d times", o.asked(toChat))
	}

	// A broken server: what is known stays, for the others there is a note.
	o.broken = true
	changed := slices.Clone(docs)
	for i := range changed[:12] {
		changed[i].Text = "Every day " + changed[i].Text
	}
	found = findIn(changed)
	d, err = consult.DescribeThemes(s, ctx, "c", changed, found)
	noError(t, err)
	third := runOf(found)
	consult.ApplyDrafts(d, &third)
	with, without := 0, 0
	for _, th := range third.Themes {
		if len(th.Draft) > 0 {
			with++
		} else {
			without++
		}
	}
	if with == 0 || without == 0 || !strings.Contains(fmt.Sprint(third.Method.Notes), "status 500") {
		t.Errorf("%d themes with a draft and %d without: %q", with, without, third.Method.Notes)
	}
	mustStaySilent(t, "notes", fmt.Sprint(third.Method.Notes), silent, spoke, reply, bearer, o.URL)
	mustStaySilent(t, "log", log.String(), silent, spoke, reply, bearer, o.URL)
}

// Whoever may not be quoted any longer takes along what was written about them.
func TestDraftsFollowThePassages(t *testing.T) {
	k, o := one(t), newOracle(t)
	s, _ := k.asking(t, o, "", "llama")
	docs := said()
	found := findIn(docs)
	d, err := consult.DescribeThemes(s, ctx, "c", docs, found)
	noError(t, err)

	run := runOf(found)
	run.Themes[0].Draft = []models.Sentence{{Text: "An old draft.", Cites: []string{"gone"}}}
	run.Themes[0].SuggestedLabel = "An old name"
	run.Quotes[0].SHA256 = hexSum("the passage was redacted since") // the first theme's first quote
	run.Themes[1].Status = models.ThemeApproved
	run.Themes[2].Renamed = true
	consult.ApplyDrafts(d, &run)
	if th := run.Themes[0]; th.Draft != nil || th.SuggestedLabel != "" {
		t.Errorf("a draft outlives its passages: %+v", th)
	}
	if th := run.Themes[1]; len(th.Draft) == 0 || th.SuggestedLabel != "" {
		t.Errorf("approved: %+v", th)
	}
	if th := run.Themes[2]; len(th.Draft) == 0 || th.SuggestedLabel != "" {
		t.Errorf("renamed: %+v", th)
	}

	// People merged two themes: the draft is of both.
	run = runOf(found)
	first, second := run.Themes[0].ID, run.Themes[1].ID
	for i := range run.Quotes {
		if run.Quotes[i].Theme == second {
			run.Quotes[i].Theme = first
		}
	}
	run.Themes[1].Status = models.ThemeMerged
	consult.ApplyDrafts(d, &run)
	if th := run.Themes[0]; len(th.Draft) != 2 || th.SuggestedLabel != "" || run.Themes[1].Draft != nil {
		t.Errorf("merged: %+v", th)
	}

	// A name that a theme has already is not proposed.
	run = runOf(found)
	consult.ApplyDrafts(d, &run)
	taken := run.Themes[0].SuggestedLabel
	run = runOf(found)
	run.Themes[1].Label = strings.ToUpper(taken)
	consult.ApplyDrafts(d, &run)
	if taken == "" || run.Themes[0].SuggestedLabel != "" {
		t.Errorf("%q is proposed although a theme is called so", run.Themes[0].SuggestedLabel)
	}

	// Off again: nothing stays.
	off, err := consult.DescribeThemes(k.Service, ctx, "c", docs, found)
	noError(t, err)
	run.Themes[0].Draft = []models.Sentence{{Text: "An old draft.", Cites: []string{"gone"}}}
	consult.ApplyDrafts(off, &run)
	if run.Themes[0].Draft != nil {
		t.Error("a draft stays without a model")
	}
}

// Another process, or this one after a restart, does not ask again about what
// the store has a draft of.
func TestDraftsOutliveTheProcess(t *testing.T) {
	k, o := one(t), newOracle(t)
	c := k.open(t, []byte(invented))
	docs := said()
	found := findIn(docs)
	// The store wants submissions that it has.
	var texts []string
	for _, d := range docs {
		texts = append(texts, d.Text)
	}
	k.load(t, c, texts, func(i int) bool { return docs[i].Quotable })
	stored := map[string]string{}
	for _, sub := range k.subs(t, c) {
		stored[sub.Answer("C2").Text] = sub.ID + "-C2"
	}
	for i := range docs {
		docs[i].ID = stored[docs[i].Text]
	}
	for _, th := range found.Themes {
		for i := range th.Quotes {
			th.Quotes[i].Document = stored[th.Quotes[i].Text]
		}
	}
	s, _ := k.asking(t, o, "", "llama")
	d, err := consult.DescribeThemes(s, ctx, c.ID, docs, found)
	noError(t, err)
	run := runOf(found)
	consult.ApplyDrafts(d, &run)
	run.Consultation = c.ID
	for i := range run.Themes {
		run.Themes[i].Consultation = c.ID
	}
	noError(t, k.store.SaveThemes(ctx, run))
	kept, err := k.store.Themes(ctx, c.ID)
	noError(t, err)
	if !slices.ContainsFunc(kept, func(th models.Theme) bool { return len(th.Draft) > 0 }) {
		t.Fatal("the store does not keep drafts")
	}
	restarted, _ := k.asking(t, o, "", "llama")
	d, err = consult.DescribeThemes(restarted, ctx, c.ID, docs, found)
	noError(t, err)
	again := runOf(found)
	consult.ApplyDrafts(d, &again)
	for i, th := range again.Themes {
		if fmt.Sprint(th.Draft) != fmt.Sprint(run.Themes[i].Draft) || th.SuggestedLabel != run.Themes[i].SuggestedLabel {
			t.Errorf("%+v, want %+v", th, run.Themes[i])
		}
	}
	if o.asked(toChat) != len(found.Themes) {
		t.Errorf("asked %d times about %d themes", o.asked(toChat), len(found.Themes))
	}
}

// A draft that the store kept counts as known for the same passages only.
func TestEarlierDrafts(t *testing.T) {
	sentence := []models.Sentence{{Text: "Needles are left.", Cites: []string{"s1"}}}
	quote := func(theme, sub, words string) models.Quote {
		return models.Quote{Theme: theme, Submission: sub, Question: "Q1", End: 3, SHA256: words}
	}
	known := consult.EarlierDrafts([]models.Theme{{ID: "a", Draft: sentence}, {ID: "b"}, {ID: "c", SuggestedLabel: "A name"}},
		[]models.Quote{quote("a", "s2", "y"), quote("a", "s1", "x"), quote("b", "s1", "x"), quote("c", "s3", "z")})
	if len(known) != 2 {
		t.Fatalf("%v", known)
	}
	for key, want := range map[string]bool{
		consult.PassageKey("s1-Q1 0 3 x", "s2-Q1 0 3 y"): true,
		consult.PassageKey("s3-Q1 0 3 z"):                true,
		consult.PassageKey("s1-Q1 0 3 x"):                false,
		consult.PassageKey("s1-Q1 0 3 x", "s2-Q1 0 3 z"): false,
	} {
		if _, got := known[key]; got != want {
			t.Errorf("%s: known %v, want %v", key, got, want)
		}
	}
}

// A theme in which one person alone may be quoted is not described: that would
// be this person's answer in other words.
func TestOneVoiceIsNotDescribed(t *testing.T) {
	k, o := one(t), newOracle(t)
	s, _ := k.asking(t, o, "", "llama")
	docs := said()
	found := findIn(docs)
	var alone string
	for i := range found.Themes {
		found.Themes[i].Quotes = found.Themes[i].Quotes[:1]
		alone = found.Themes[i].Quotes[0].Document
	}
	_, err := consult.DescribeThemes(s, ctx, "c", docs, found)
	noError(t, err)
	// Nor does a quote count whose author did not agree after all.
	found = findIn(docs)
	for i := range docs {
		docs[i].Quotable = docs[i].ID == alone
	}
	_, err = consult.DescribeThemes(s, ctx, "c", docs, found)
	noError(t, err)
	if o.asked(toChat) != 0 {
		t.Errorf("asked %d times", o.asked(toChat))
	}
}

// Without settings nothing is sent to anybody, whatever the environment of a
// model would be.
func TestNoModel(t *testing.T) {
	k, o := one(t), newOracle(t)
	docs := said()
	found := findIn(docs)
	onlyChat, _ := k.asking(t, o, "", "llama")
	onlyEmbed, _ := k.asking(t, o, "nomic", "")
	for _, s := range []*consult.Service{k.Service, onlyChat} {
		if vectors, note := consult.Embeddings(s, ctx, "c", docs); vectors != nil || note != "" {
			t.Errorf("%v, %q", vectors, note)
		}
	}
	for _, s := range []*consult.Service{k.Service, onlyEmbed} {
		d, err := consult.DescribeThemes(s, ctx, "c", docs, found)
		noError(t, err)
		run, want := runOf(found), runOf(found)
		consult.ApplyDrafts(d, &run)
		if fmt.Sprint(run) != fmt.Sprint(want) {
			t.Errorf("a run changes without a model: %+v", run)
		}
	}
	if o.everything() != "" {
		t.Errorf("sent %q", o.everything())
	}
}

// A model that says nothing usable is not asked again about the same passages.
func TestUselessModel(t *testing.T) {
	k, o := one(t), newOracle(t)
	o.say = func([]string) string {
		return `{"name": "` + reply + ` 95%", "sentences": [{"text": "All residents support the ` + reply + `.", "cites": [1]}]}`
	}
	s, log := k.asking(t, o, "", "llama")
	docs := said()
	found := findIn(docs)
	for range 2 {
		d, err := consult.DescribeThemes(s, ctx, "c", docs, found)
		noError(t, err)
		run := runOf(found)
		consult.ApplyDrafts(d, &run)
		if run.Method.Chat != "" {
			t.Errorf("%+v", run.Method)
		}
		mustStaySilent(t, "run", fmt.Sprint(run.Themes), reply)
	}
	if o.asked(toChat) != len(found.Themes) {
		t.Errorf("asked %d times about %d themes", o.asked(toChat), len(found.Themes))
	}
	mustStaySilent(t, "log", log.String(), reply, silent, spoke)
}
