package embedded_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"heard/search"
	"heard/search/embedded"
)

// many makes n documents of as many submissions.
func many(n int) []search.Document {
	docs := make([]search.Document, n)
	for i := range docs {
		docs[i] = document(fmt.Sprintf("d%05d", i), "en", fmt.Sprintf("Submission %d says that nobody has asked about number %d.", i, i*7919%n))
	}
	return docs
}

// killedBatch is how many submissions TestIndexUntilKilled writes at once.
const killedBatch = 250

// TestIndexUntilKilled is no test of its own but the program that TestKilled kills: it withdraws all submissions and puts
// them again, or rebuilds, and says after every step how many it has done.
func TestIndexUntilKilled(t *testing.T) {
	dir, how, _ := strings.Cut(os.Getenv("HEARD_TEST_KILLED"), "|")
	if dir == "" {
		t.Skip("is run by TestKilled")
	}
	e, err := embedded.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	docs := many(10_000)
	if how == "rebuild" {
		if err := e.Rebuild(t.Context(), func(yield func(search.Document, error) bool) {
			for i, d := range docs {
				if i%killedBatch == 0 {
					fmt.Println("done", i)
				}
				if !yield(d, nil) {
					return
				}
			}
		}); err != nil {
			t.Fatal(err)
		}
	} else {
		n := 0
		for batch := range slices.Chunk(docs, killedBatch) {
			var submissions []string
			for _, d := range batch {
				submissions = append(submissions, d.Submission)
			}
			if err := e.Delete(t.Context(), submissions...); err != nil {
				t.Fatal(err)
			}
			if err := e.Put(t.Context(), batch...); err != nil {
				t.Fatal(err)
			}
			n += len(batch)
			fmt.Println("done", n)
		}
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
}

// until runs TestIndexUntilKilled on a folder and kills it as soon as it has done n; -1 lets it come to its end.
func until(t *testing.T, dir, how string, n int) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestIndexUntilKilled$", "-test.count=1")
	cmd.Env = append(os.Environ(), "HEARD_TEST_KILLED="+dir+"|"+how)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	killed := false
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		var done int
		if _, err := fmt.Sscanf(lines.Text(), "done %d", &done); err == nil && n >= 0 && done >= n && !killed {
			killed = true
			if err := cmd.Process.Kill(); err != nil {
				t.Error(err)
			}
		}
	}
	if err := cmd.Wait(); (err != nil) != killed {
		t.Fatalf("killed %v, ended with %v", killed, err)
	}
}

// held returns the texts in the index by id, read a page at a time.
func held(t *testing.T, e *embedded.Engine) map[string]string {
	t.Helper()
	texts := map[string]string{}
	for page := 1; ; page++ {
		res, err := e.Search(t.Context(), search.Query{Consultation: "c", Tier: search.TierOfficer, Page: page, PerPage: search.MaxPerPage})
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range res[0].Hits {
			if _, twice := texts[h.Document.ID]; twice {
				t.Errorf("%s is there twice", h.Document.ID)
			}
			texts[h.Document.ID] = h.Document.Text
		}
		if len(res[0].Hits) == 0 {
			if n, err := e.Count(t.Context()); n != len(texts) || err != nil {
				t.Errorf("counts %d (%v) and finds %d", n, err, len(texts))
			}
			return texts
		}
	}
}

// TestKilled kills a process while it indexes 10,000 submissions, in the middle of a batch at several moments, and while
// it rebuilds. What was said to be there is there, nothing else is, and indexing once more brings all of it.
func TestKilled(t *testing.T) {
	dir := t.TempDir()
	docs := many(10_000)
	check := func(when string, atLeast int) {
		t.Helper()
		e, err := embedded.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		got := held(t, e)
		for i, d := range docs {
			text, there := got[d.ID]
			if i < atLeast && !there {
				t.Fatalf("%s: %s is lost, of %d that were there", when, d.ID, atLeast)
			}
			if there && text != d.Text {
				t.Fatalf("%s: %s says something else", when, d.ID)
			}
			delete(got, d.ID)
		}
		if len(got) > 0 {
			t.Errorf("%s: %d documents are left behind", when, len(got))
		}
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}
	// Killed as soon as n are done, it is in the middle of what comes next; the next run begins anew, as background work
	// is done again, and what is beyond its first batches stays as the run before left it.
	for _, n := range []int{250, 2500, 7250} {
		until(t, dir, "put", n)
		check(fmt.Sprintf("killed after %d", n), n)
	}
	until(t, dir, "put", -1)
	check("brought up to date", len(docs))
	for _, n := range []int{0, 9750} {
		until(t, dir, "rebuild", n)
		check(fmt.Sprintf("killed after %d of a rebuild", n), len(docs))
	}
	until(t, dir, "rebuild", -1)
	check("rebuilt", len(docs))
	if names := entries(t, dir); len(names) != 2 {
		t.Errorf("the folder holds %v, expected one generation and what names it", names)
	}
}
