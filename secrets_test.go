package main

import (
	"bytes"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// What keys look like that open something: private keys, and those of the services
// that people most often commit. make secrets looks with a tool made for it, through
// the whole history.
var keys = regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----|AGE-SECRET-KEY-1[0-9A-Z]{20}|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[0-9A-Za-z]{36}\b|\bxox[abprs]-[0-9A-Za-z-]{20}|\bsk-[0-9A-Za-z_-]{32}|\bAIza[0-9A-Za-z_-]{35}\b|\beyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.|PRIVATE\+KEY\+[^ "]+\+[0-9a-f]{8}\+`)

// begins is what one of them begins with, which is faster to look for.
var begins = strings.Fields("PRIVATE AGE-SECRET-KEY-1 AKIA ghp_ gho_ ghu_ ghs_ ghr_ xox AIza eyJ sk-")

func TestNoSecretIsCommitted(t *testing.T) {
	out, err := exec.Command("git", "ls-files", "-z").Output()
	if err != nil {
		t.Skipf("SKIPPED: this is no checkout (%v)", err)
	}
	looked := 0
	for name := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		if name == "secrets_test.go" {
			continue
		}
		content, err := os.ReadFile(name)
		if err != nil {
			continue // deleted and not committed yet
		}
		looked++
		if !slices.ContainsFunc(begins, func(s string) bool { return bytes.Contains(content, []byte(s)) }) {
			continue
		}
		if at := keys.FindIndex(content); at != nil {
			t.Errorf("%s holds what looks like a key, in line %d", name, 1+strings.Count(string(content[:at[0]]), "\n"))
		}
	}
	if looked < 100 {
		t.Errorf("only %d files were looked at", looked)
	}
}
