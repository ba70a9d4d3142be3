package web

import (
	"io/fs"
	"path/filepath"
	"testing"
)

// files are the files below a folder.
func files(t testing.TB, folder string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, name)
		}
		return err
	})
	must(t, err)
	return names
}
