// Package static holds the style sheets, images and scripts of the portal (one
// script for the public, one for staff), embedded in the program and served under names that contain a hash of their content. A
// changed file has a new address, so browsers may keep each one for ever and a
// second page costs nothing but its own text.
package static

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"
)

// Prefix is the first part of every address of a file.
const Prefix = "/static/"

//go:embed css img js
var files embed.FS

// FS returns the files under their own names, such as css/heard.css.
func FS() fs.FS { return files }

type asset struct {
	name    string
	content []byte
}

type index struct {
	address map[string]string // css/heard.css → /static/heard.3f2a….css
	content map[string]asset  // heard.3f2a….css → the file
}

// The files never change while the program runs, so they are hashed once.
var load = sync.OnceValue(func() index {
	x := index{address: map[string]string{}, content: map[string]asset{}}
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := files.ReadFile(name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(content)
		extension := path.Ext(name)
		hashed := strings.TrimSuffix(path.Base(name), extension) + "." + hex.EncodeToString(sum[:8]) + extension
		x.address[name] = Prefix + hashed
		x.content[hashed] = asset{name: name, content: content}
		return nil
	})
	if err != nil {
		panic("static: cannot read an embedded file: " + err.Error())
	}
	return x
})

// Path returns the address of a file, such as /static/heard.3f2a….css for
// css/heard.css. It panics when there is no such file: that is a mistake in a
// template, and every template is rendered in the tests.
func Path(name string) string {
	address, ok := load().address[name]
	if !ok {
		panic("static: there is no file " + name)
	}
	return address
}

// Handler serves the files below Prefix, by their hashed names only, to be
// kept by browsers for a year without asking again.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		a, ok := load().content[strings.TrimPrefix(r.URL.Path, Prefix)]
		if !ok {
			http.NotFound(w, r)
			return
		}
		h := w.Header()
		h.Set("Content-Type", mime.TypeByExtension(path.Ext(a.name)))
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		h.Set("X-Content-Type-Options", "nosniff")
		http.ServeContent(w, r, a.name, time.Time{}, bytes.NewReader(a.content))
	})
}
