package embedded_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"heard/search"
	"heard/search/embedded"
)

func document(id, language, text string) search.Document {
	return search.Document{
		ID: id, Consultation: "c", Submission: "s-" + id, Text: text, Language: language, Day: "2025-03-01",
		Tier: search.TierOfficer,
	}
}

func put(t *testing.T, e *embedded.Engine, docs ...search.Document) {
	t.Helper()
	if err := e.Put(t.Context(), docs...); err != nil {
		t.Fatal(err)
	}
}

func find(t *testing.T, e *embedded.Engine, text string) []string {
	t.Helper()
	res, err := e.Search(t.Context(), search.Query{Consultation: "c", Tier: search.TierOfficer, Text: text})
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, h := range res[0].Hits {
		ids = append(ids, h.Document.ID)
	}
	return ids
}

func rebuild(t *testing.T, e *embedded.Engine, docs ...search.Document) {
	t.Helper()
	if err := e.Rebuild(t.Context(), func(yield func(search.Document, error) bool) {
		for _, d := range docs {
			if !yield(d, nil) {
				return
			}
		}
	}); err != nil {
		t.Fatal(err)
	}
}

// entries returns the names in a folder.
func entries(t *testing.T, dir string) []string {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range list {
		names = append(names, entry.Name())
	}
	return names
}

func TestReopen(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made", "on", "demand")
	for round, name := range []string{"put", "rebuild"} {
		e, err := embedded.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		if name == "put" {
			put(t, e, document("a", "en", "lighting"))
		} else {
			rebuild(t, e, document("a", "en", "lighting"), document("b", "en", "lighting"))
		}
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
		if e, err = embedded.Open(dir); err != nil {
			t.Fatal(err)
		}
		if got := find(t, e, "lighting"); len(got) != round+1 {
			t.Errorf("after %s and reopening, found %v", name, got)
		}
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSecondProcessFails(t *testing.T) {
	dir := t.TempDir()
	e := open(t, dir)
	put(t, e, document("a", "en", "lighting"))
	if _, err := embedded.Open(dir); !errors.Is(err, search.ErrUnavailable) || !strings.Contains(err.Error(), "another process") {
		t.Errorf("opening twice: error %v", err)
	}
	rebuild(t, e, document("b", "en", "lighting"))
	if _, err := embedded.Open(dir); !errors.Is(err, search.ErrUnavailable) {
		t.Errorf("opening twice after a rebuild: error %v", err)
	}
	if got := find(t, e, "lighting"); !slices.Equal(got, []string{"b"}) {
		t.Errorf("the first process finds %v", got)
	}
}

// TestErasedFromFiles looks for a word in the files themselves, which Bleve keeps after a deletion.
func TestErasedFromFiles(t *testing.T) {
	dir := t.TempDir()
	e := open(t, dir)
	kept := document("kept", "en", "gardenia")
	put(t, e, kept, document("gone", "en", "quillwort"))
	if !inFiles(t, dir, "quillwort") {
		t.Fatal("the word is not in the files to begin with: this test cannot tell")
	}
	if err := e.Delete(t.Context(), "s-gone"); err != nil {
		t.Fatal(err)
	}
	rebuild(t, e, kept)
	if inFiles(t, dir, "quillwort") {
		t.Error("the word is still in the files after the rebuild")
	}
	if !inFiles(t, dir, "gardenia") {
		t.Error("a kept word is no longer in the files")
	}
	if names := entries(t, dir); len(names) != 2 {
		t.Errorf("the folder holds %v, expected one index and the file that names it", names)
	}
}

// TestTiersShareNoFiles looks for the words and labels of one audience in the files of the others.
func TestTiersShareNoFiles(t *testing.T) {
	dir := t.TempDir()
	e := open(t, dir)
	secrets := map[search.Tier][]string{
		search.TierOfficer: {"quillwort", "informers"}, search.TierCouncillor: {"butterwort", "traders"}, search.TierPublic: {"gardenia", "everybody"},
	}
	var docs []search.Document
	for tier, words := range secrets {
		d := document("same", "en", "A "+words[0]+" grows here.")
		d.Tier, d.Labels = tier, search.Labels{search.Groups: {words[1]}}
		docs = append(docs, d)
	}
	for name, write := range map[string]func(){"put": func() { put(t, e, docs...) }, "rebuild": func() { rebuild(t, e, docs...) }} {
		write()
		for _, generation := range entries(t, dir) {
			if generation == "current" {
				continue
			}
			for _, tier := range search.Tiers {
				for of, words := range secrets {
					for _, word := range words {
						if got := inFiles(t, filepath.Join(dir, generation, string(tier)), word); got != (tier == of) {
							t.Errorf("after %s, the files of %s hold %q: %v", name, tier, word, got)
						}
					}
				}
			}
		}
	}
}

func inFiles(t *testing.T, dir, word string) bool {
	t.Helper()
	found := false
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		found = found || bytes.Contains(b, []byte(word))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestLeftoversOfACrash(t *testing.T) {
	dir := t.TempDir()
	e, err := embedded.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	put(t, e, document("a", "en", "lighting"))
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	before := entries(t, dir)
	for _, name := range []string{"v1-ABCDEFGHIJKLMNOPQRSTUVWXYZ/store", "current-123"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "notes.txt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	e = open(t, dir)
	if got := entries(t, dir); !slices.Equal(got, append(slices.Clone(before), "notes.txt")) && len(got) != len(before)+1 {
		t.Errorf("the folder holds %v, expected %v and notes.txt", got, before)
	}
	if got := find(t, e, "lighting"); len(got) != 1 {
		t.Errorf("found %v", got)
	}
}

func TestUnreadableFolder(t *testing.T) {
	for name, spoil := range map[string]func(dir, index string) error{
		"pointer to nowhere": func(dir, _ string) error {
			return os.WriteFile(filepath.Join(dir, "current"), []byte("v4-ABCDEFGHIJKLMNOPQRSTUVWXYZ\n"), 0o600)
		},
		"pointer outside": func(dir, _ string) error {
			return os.WriteFile(filepath.Join(dir, "current"), []byte("../v1-ABCDEFGHIJKLMNOPQRSTUVWXYZ"), 0o600)
		},
		"pointer to nonsense": func(dir, _ string) error { return os.WriteFile(filepath.Join(dir, "current"), []byte("\x00"), 0o600) },
		"index cut short":     func(_, index string) error { return os.Truncate(filepath.Join(index, "public", "index_meta.json"), 3) },
	} {
		dir := t.TempDir()
		e, err := embedded.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
		current, err := os.ReadFile(filepath.Join(dir, "current"))
		if err != nil {
			t.Fatal(err)
		}
		if err := spoil(dir, filepath.Join(dir, strings.TrimSpace(string(current)))); err != nil {
			t.Fatal(err)
		}
		if e, err := embedded.Open(dir); err == nil {
			t.Errorf("%s: opened", name)
			e.Close()
		} else if !strings.Contains(err.Error(), "remove it") {
			t.Errorf("%s: the error does not say what to do: %v", name, err)
		}
	}
}

func TestOtherFormatIsDiscarded(t *testing.T) {
	dir := t.TempDir()
	e, err := embedded.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	put(t, e, document("a", "en", "lighting"))
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	current, err := os.ReadFile(filepath.Join(dir, "current"))
	if err != nil {
		t.Fatal(err)
	}
	name := strings.TrimSpace(string(current))
	_, random, _ := strings.Cut(name, "-")
	if err := os.Rename(filepath.Join(dir, name), filepath.Join(dir, "v0-"+random)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "current"), []byte("v0-"+random), 0o600); err != nil {
		t.Fatal(err)
	}
	e = open(t, dir)
	if n, err := e.Count(t.Context()); n != 0 || err != nil {
		t.Errorf("Count is %d (%v), expected an empty index to fill", n, err)
	}
	if names := entries(t, dir); len(names) != 2 {
		t.Errorf("the folder holds %v, expected the old index to be gone", names)
	}
}
