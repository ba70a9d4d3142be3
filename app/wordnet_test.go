package app

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"heard/app/theme"
)

// A dictionary in the settings is used, and the result says so; without one, or
// with many texts, all works as well.
func TestWordNet(t *testing.T) {
	dir := t.TempDir()
	for _, part := range []string{"noun", "verb", "adj", "adv"} {
		var b strings.Builder
		b.WriteString("  1 An invented dictionary in the format of WordNet 9.9\n")
		if part == "noun" {
			for i := range 60 { // a word in very many glosses would tell nothing
				word := []string{"lamp", "litter", "gate"}[i/3%3]
				if i >= 9 {
					word = fmt.Sprint("filler", i)
				}
				fmt.Fprintf(&b, "%08d 03 n 01 %s 0 000 | thing%d that is broken%d\n", i, word, i/2, i/3)
			}
		}
		if err := os.WriteFile(filepath.Join(dir, "data."+part), []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var rows strings.Builder
	rows.WriteString("words\n")
	for i := range 30 {
		fmt.Fprintf(&rows, "%s by gate %d\n", []string{"A lamp is broken", "Litter lies about"}[i%2], i)
	}
	in := file(t, "in.csv", rows.String())
	for setting, want := range map[string]string{dir: "WordNet 9.9", "none": ""} {
		t.Setenv("HEARD_WORDNET", setting)
		code, stdout, stderr := heard(t, "themes", in, "--text", "words")
		var result theme.Result
		if err := json.Unmarshal([]byte(stdout), &result); code != exitDone || err != nil {
			t.Fatalf("%s: exit code %d: %v %s", setting, code, err, stderr)
		}
		if result.Background != want {
			t.Errorf("%s: the result says %q", setting, result.Background)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "data.verb"), []byte("not a sense\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("HEARD_WORDNET", dir)
	if code, _, stderr := heard(t, "themes", in, "--text", "words"); code != exitFailed || !strings.Contains(stderr, "data.verb, line 1") {
		t.Errorf("a broken dictionary: exit code %d: %s", code, stderr)
	}
}
