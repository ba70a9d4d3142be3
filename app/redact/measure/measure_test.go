package measure

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"heard/app/redact"
)

// TestUK holds what was reached: every goal in every part, and nothing suggested
// that is not marked.
func TestUK(t *testing.T) {
	sets, err := UK()
	if err != nil {
		t.Fatal(err)
	}
	texts, obfuscated := 0, 0
	for _, s := range sets {
		r := Measure(s)
		texts += r.Texts
		for _, row := range r.Rows {
			if row.Short() {
				t.Errorf("%s: %d of %d of kind %q, the goal is %.0f %%", s.Name, row.Found, row.Marked, row.Kind, 100*row.Goal)
			}
			if row.Kind == Obfuscated {
				obfuscated += row.Marked
			}
		}
		if r.PerHundred > 0.5 {
			t.Errorf("%s: %.2f false alarms per 100 words: %q", s.Name, r.PerHundred, r.FalseAlarms)
		}
	}
	if texts < 200 || obfuscated < 25 {
		t.Errorf("%d texts and %d obfuscated spellings are too few", texts, obfuscated)
	}
}

func TestMeasure(t *testing.T) {
	parsed, err := parse(`Ring {{phone:07700 900123}} or {{phone!:oh seven seven}}, said {{name:zzz}} of {{email:Osric\u200b Road}} at sam@example.com.`)
	if err != nil {
		t.Fatal(err)
	}
	if want := "Ring 07700 900123 or oh seven seven, said zzz of Osric\u200b Road at sam@example.com."; parsed.Words != want {
		t.Fatalf("got %q, want %q", parsed.Words, want)
	}
	r := Measure(Set{Texts: []Text{parsed}})
	byKind := map[redact.Kind]Row{}
	for _, row := range r.Rows {
		byKind[row.Kind] = row
	}
	if p := byKind[redact.Phone]; p.Marked != 1 || p.Found != 1 || p.Right != 1 || p.Short() {
		t.Errorf("%+v", p)
	}
	if o := byKind[Obfuscated]; o.Marked != 1 || o.Found != 0 || o.Recall() != 0 || !o.Short() {
		t.Errorf("%+v", o)
	}
	if r.Suggestions != 2 || r.False != 1 || r.NamesFalse != 0 || r.Spilt != 3 || r.PerHundred != 100.0/float64(r.Words) {
		t.Errorf("%+v", r)
	}
	var b bytes.Buffer
	if err := errors.Join(Head(&b), r.Print(&b)); err != nil || !strings.Contains(b.String(), "FALLS SHORT") || strings.Count(b.String(), "\n") != 2+len(r.Rows)+1 {
		t.Errorf("%v: %s", err, b.String())
	}
}

func TestParseRefuses(t *testing.T) {
	for _, block := range []string{"{{colour:red}}", "{{phone:07700", "07700}}"} {
		if _, err := parse(block); err == nil {
			t.Errorf("%q was read", block)
		}
	}
}

func TestPresidio(t *testing.T) {
	dir := t.TempDir()
	if _, err := Presidio(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want that there is no such file", err)
	}
	write := func(name, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Join(dir, "pii_presidio"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "pii_presidio", name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("texts.csv", "\ufeffid,text\na,\"Zoë Oakden, Osricstan, zip 90210\"\n")
	write("spans.csv", "id,start,end,entity_type\na,0,10,PERSON\na,12,21,GPE\na,27,32,ZIP_CODE\nelsewhere,0,1,PERSON\n")
	s, err := Presidio(dir)
	if err != nil {
		t.Fatal(err)
	}
	m := s.Texts[0].Marks
	if words := s.Texts[0].Words; len(m) != 3 || words[m[0].Start:m[0].End] != "Zoë Oakden" || m[0].Kind != redact.Name || m[1].Kind != "" || m[1].Free || !m[2].Free {
		t.Errorf("%+v", m)
	}
	if s.Aside["GPE"] != 1 || s.Aside["ZIP_CODE"] != 1 || s.Aside["PERSON"] != 0 {
		t.Errorf("%v", s.Aside)
	}
	for name, bad := range map[string]string{"outside": "a,0,99,PERSON\n", "backwards": "a,3,2,PERSON\n", "not numbers": "a,x,2,PERSON\n", "short row": "a,1\n"} {
		write("spans.csv", "id,start,end,entity_type\n"+bad)
		if _, err := Presidio(dir); err == nil {
			t.Errorf("%s: read", name)
		}
	}
	write("spans.csv", "id,start,end\n")
	if _, err := Presidio(dir); err == nil || !strings.Contains(err.Error(), "entity_type") {
		t.Errorf("got %v, want what column is not there", err)
	}
}

func TestSpeed(t *testing.T) {
	if got := Speed([]string{"Ring 07700 900123."}); got <= 0 {
		t.Errorf("%f MB/s", got)
	}
}
