package store_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"heard/models"
	"heard/models/store"
	"heard/models/storetest"
)

// beside is the migrations of this program and one more.
type beside struct {
	fs.FS
	more fstest.MapFS
}

func (b beside) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(b.FS, name)
	more, _ := b.more.ReadDir(name) // nothing, where it has no such folder
	return append(entries, more...), err
}

func (b beside) Open(name string) (fs.File, error) {
	if _, ok := b.more[name]; ok {
		return b.more.Open(name)
	}
	return b.FS.Open(name)
}

// While a newer version of the program takes the place of this one, both run: what
// was being written is in the tables before they are changed, and afterwards this
// version writes nothing and says that it is away.
func TestNewerProgramBeside(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		ctx := t.Context()
		s := storetest.OpenURL(t, url)
		newer := fstest.MapFS{}
		for _, dialect := range []string{"sqlite", "postgres"} {
			newer["migrations/"+dialect+"/9999_newer.sql"] = &fstest.MapFile{Data: []byte("-- +goose Up\nCREATE TABLE newer (n int);\nINSERT INTO newer SELECT COUNT(*) FROM jobs;\n")}
		}
		// Somebody is in the middle of writing when the newer one starts.
		writing, goOn := make(chan struct{}), make(chan struct{})
		wrote, changed := make(chan error, 1), make(chan error, 1)
		go func() {
			wrote <- s.Tx(ctx, func(tx *store.Store) error {
				close(writing)
				<-goOn
				return tx.Enqueue(ctx, models.JobThemes, "in the middle", 0)
			})
		}()
		<-writing
		go func() { changed <- store.BringUp(ctx, url, beside{store.Migrations, newer}) }()
		for waits := strings.HasPrefix(url, "sqlite:"); !waits; {
			var err error
			if waits, err = s.Waits(ctx); err != nil {
				t.Fatal(err)
			}
			if len(changed) > 0 {
				t.Error("the tables are changed while somebody writes")
				break
			}
			<-time.After(time.Millisecond) // between two looks
		}
		close(goOn)
		if err := <-wrote; err != nil {
			t.Fatal(err)
		}
		// Others go on until they are told.
		acknowledged := 1
		for i := 0; ; i++ {
			err := s.Enqueue(ctx, models.JobThemes, fmt.Sprint(i), 0)
			if err == nil {
				acknowledged++
				continue
			}
			if models.KindOf(err) != models.KindUnavailable {
				t.Fatalf("told %v", err)
			}
			break
		}
		if err := <-changed; err != nil {
			t.Fatal(err)
		}
		var counted int
		if err := s.Scan(ctx, "SELECT n FROM newer", &counted); err != nil {
			t.Fatal(err)
		}
		if n, err := s.CountJobs(ctx); err != nil || n[models.JobPending] != acknowledged || counted != acknowledged {
			t.Errorf("%d acknowledged, %v stored, %d of them before the tables were changed (%v)", acknowledged, n, counted, err)
		}
		if err := s.Tx(ctx, func(*store.Store) error { return nil }); models.KindOf(err) != models.KindUnavailable {
			t.Errorf("a transaction begins: %v", err)
		}
		if err := s.Ping(ctx); models.KindOf(err) != models.KindUnavailable || !strings.Contains(fmt.Sprint(errors.Unwrap(err)), "newer version") {
			t.Errorf("ready: %v", err)
		}
		if _, err := store.Open(context.WithoutCancel(ctx), url, store.Options{Secret: storetest.Secret}); err == nil || !strings.Contains(err.Error(), "newer version of this program") {
			t.Errorf("started again: %v", err)
		}
	})
}
