package models_test

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"heard/models"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// nasty are group names as spreadsheets hold them.
var nasty = []string{
	"", "Resident", "resident", "RESIDENT!", "Not stated", "not_stated", "group 2", "group_2", "Group 3", "💥", "🚲🚲", "日本語", "Ελληνικά",
	`say "hello"`, "it's", "'quoted'", `"quoted"`, "a: b", "- item", "# comment", "a # b", "{a: b}", "[a, b]", "&anchor", "*alias", "!!int 3", "| literal", "> folded",
	"null", "Null", "~", "true", "yes", "no", "12", "1e3", "0x1F", "0o17", ".inf", ".nan", "1_000", "2026-01-02", "12:30:45", "<<", "=", "---", "...", "? a", ": b", "@at", "`tick`", "%percent", "%YAML 1.2",
	"two\nlines", "line\r\nends", "tab\there", "back\\slash", `\n`, "trailing colon:", "comma, comma", "a\u2028b", "a\u0085b", "a\u00a0b", "é", "e\u0301",
	strings.Repeat("long name ", 20), strings.Repeat("x", 200), strings.Repeat("x", 40), strings.Repeat("x", 41), "_", "__a__", "-", "+", "=1+1", "group_1", "group_10", "x\ty", "a\x07b", "\u202eabc",
}

func checkImported(t interface {
	Fatalf(string, ...any)
}, names []string) {
	source, err := models.ImportedConsultation("river-walk", "Q1", names, "2026-10-05", "2026-10-05")
	if err != nil {
		t.Fatalf("%q: %v", names, err)
	}
	again, err := models.ImportedConsultation("river-walk", "Q1", names, "2026-10-05", "2026-10-05")
	if err != nil || !bytes.Equal(source, again) {
		t.Fatalf("%q: the file is another the second time", names)
	}
	c, err := models.ParseConsultation("river-walk.yaml", source)
	if err != nil {
		t.Fatalf("%q: %v\n%s", names, err, source)
	}
	ids := models.GroupIDs(names)
	distinct := map[string]bool{}
	for _, name := range names {
		if name == "" {
			continue
		}
		distinct[name] = true
		g := c.Group(ids[name])
		if g == nil || g.Name["en"] != name || !g.Sensitive || len(g.When) > 0 {
			t.Fatalf("group %q: got %+v\n%s", name, g, source)
		}
	}
	if len(c.Groups) != len(distinct)+1 || len(ids) != len(distinct) {
		t.Fatalf("%d groups for %d names\n%s", len(c.Groups), len(distinct), source)
	}
	if g := c.Groups[0]; g.ID != models.NotStated || g.Sensitive {
		t.Fatalf("the first group is %+v", g)
	}
	if q := c.Question("Q1"); q == nil || !q.Themed || q.Type != models.TypeLongText {
		t.Fatalf("the question is %+v", q)
	}
}

func TestImportedConsultationTakesNastyGroupNames(t *testing.T) {
	checkImported(t, nasty)
	checkImported(t, nil)
	for _, name := range nasty {
		t.Run(fmt.Sprintf("%.20q", name), func(t *testing.T) { checkImported(t, []string{name}) })
	}
}

func TestImportedConsultationProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SliceOfN(rapid.OneOf(
			rapid.SampledFrom(nasty),
			rapid.Map(rapid.IntRange(1, 12), func(n int) string { return fmt.Sprintf("group %d", n) }),
			rapid.StringN(1, 30, -1),
			rapid.StringOfN(rapid.RuneFrom([]rune("ab:-#'\"{}[]&*!|>%@` \n\t\\,?~é💥")), 1, 12, -1),
		), 0, 12).Draw(t, "names")
		for i, name := range names {
			// What is imported has gone through the reader, which trims cells.
			if names[i] = strings.TrimSpace(strings.ReplaceAll(name, "\x00", "")); strings.ContainsRune(names[i], '\uFFFD') {
				names[i] = "x"
			}
		}
		checkImported(t, names)
	})
}

func TestGroupIDs(t *testing.T) {
	form := regexp.MustCompile(`^[a-z0-9][a-z0-9_]{0,59}$`)
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SliceOf(rapid.OneOf(rapid.SampledFrom(nasty), rapid.String())).Draw(t, "names")
		ids := models.GroupIDs(names)
		if diff := cmp.Diff(ids, models.GroupIDs(names)); diff != "" {
			t.Fatalf("other ids the second time:\n%s", diff)
		}
		named := map[string]string{}
		for name, id := range ids {
			if !form.MatchString(id) || id == models.NotStated {
				t.Fatalf("%q got the id %q", name, id)
			}
			if other, taken := named[id]; taken {
				t.Fatalf("%q and %q share the id %q", name, other, id)
			}
			named[id] = name
		}
	})
}

func TestGroupIDsAreReadable(t *testing.T) {
	got := models.GroupIDs([]string{"Local residents", "💥", "group 2", "Group 2", "", "Local residents"})
	want := map[string]string{"Local residents": "local_residents", "💥": "group_2", "group 2": "group_3", "Group 2": "group_4"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
